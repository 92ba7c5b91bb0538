//! What a loaded module costs: the bytes that each table of the VM has more, once the real loader has been there.

use emberl_format::module::Module;

use crate::atoms::Atom;
use crate::load::{Error, load};
use crate::shared::Shared;

/// The bytes of memory that modules take, as on a 32-bit machine. The room that growing tables keep for later is not
/// counted, and neither is what loading itself needs for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The translated code.
    pub code: usize,
    /// The literals, as terms, and the bytes that the bit syntax matches and builds.
    pub literals: usize,
    /// Where the lines of the source begin in the code, and the names of source files.
    pub lines: usize,
    /// The table of the module's functions, what was exported or is called of other modules, and the funs.
    pub functions: usize,
    /// The names of atoms that no module before had, with their places in the table.
    pub atoms: usize,
}

/// The header of a vector on a 32-bit machine.
const VECTOR: usize = 12;
/// What a hash table of numbers takes for each: the number and a byte.
pub(crate) const INDEX: usize = 5;

impl Cost {
    /// All of it.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.code + self.literals + self.lines + self.functions + self.atoms
    }

    /// All that is loaded.
    #[must_use]
    pub fn of(shared: &Shared) -> Self {
        let code = &shared.code;
        let mut cost = Self {
            code: size_of_val(code.words.as_slice()),
            literals: size_of_val(shared.literals.words.as_slice()) + code.strings.len(),
            lines: 0,
            functions: size_of_val(code.exports.as_slice())
                + code.exports.len() * INDEX
                + size_of_val(code.lambdas.as_slice()),
            atoms: shared.atoms.memory(),
        };
        for module in &code.loaded {
            cost.lines += size_of_val(module.lines.stretches.as_slice());
            cost.lines += module.lines.files.iter().map(|file| VECTOR + file.len()).sum::<usize>();
            cost.functions += size_of_val(module.functions.as_slice()) + size_of_val(module.exports.as_slice());
            // The row in the list of modules: its name, where it begins and ends, `on_load`, and its four tables.
            cost.functions += 5 * 4 + 4 * VECTOR;
        }
        cost
    }

    /// This and that together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            code: self.code + other.code,
            literals: self.literals + other.literals,
            lines: self.lines + other.lines,
            functions: self.functions + other.functions,
            atoms: self.atoms + other.atoms,
        }
    }

    const fn without(self, before: Self) -> Self {
        Self {
            code: self.code - before.code,
            literals: self.literals - before.literals,
            lines: self.lines - before.lines,
            functions: self.functions - before.functions,
            atoms: self.atoms - before.atoms,
        }
    }
}

/// A module that was loaded to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Its name.
    pub name: Atom,
    /// What the VM holds more than before it was loaded.
    pub cost: Cost,
    /// The bytes of its `Code` chunk, to compare the translated code with.
    pub chunk: usize,
}

/// Loads a module and tells what it costs. What it has in common with modules loaded before (atoms, mentioned functions)
/// costs nothing again.
///
/// # Errors
/// As [`load`].
pub fn measure(shared: &mut Shared, beam: &[u8]) -> Result<Measured, Error> {
    let chunk = Module::parse(beam)?.chunks.get(b"Code").map_or(0, |chunk| chunk.data.len());
    let before = Cost::of(shared);
    let name = load(shared, beam)?;
    Ok(Measured { name, cost: Cost::of(shared).without(before), chunk })
}
