//! A module with its code decoded and its functions found: what the checks, the pruner and the disassembler work on.

use emberl_format::Error;
use emberl_format::code::Decoded;
use emberl_format::compact::Operand;
use emberl_format::functions::{Function, Functions};
use emberl_format::module::Module;
use emberl_format::opcode::Op;

/// A loaded module.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// Where it comes from, for messages: a path, or a pack's path and the section's name.
    pub file: String,
    /// Its tables.
    pub module: Module<'a>,
    /// Its instructions.
    pub code: Decoded<'a>,
    /// Its functions.
    pub functions: Functions,
}

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The source file, as the compiler knew it; `MODULE.erl` where the line table names none.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl<'a> Unit<'a> {
    /// Reads a `.beam` file that is not gzip-compressed (see [`emberl_format::beam::uncompressed`]).
    ///
    /// # Errors
    /// When a table or the code cannot be read; what the code does is judged elsewhere.
    pub fn load(file: impl Into<String>, bytes: &'a [u8]) -> Result<Self, Error> {
        let module = Module::parse(bytes)?;
        let code = module.code.decode()?;
        let functions = Functions::find(&module, &code)?;
        Ok(Self { file: file.into(), module, code, functions })
    }

    /// The module's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.module.name()
    }

    /// Name and arity of a function.
    #[must_use]
    pub fn name_of(&self, function: &Function) -> (&'a str, u8) {
        (self.module.atom(function.name), function.arity)
    }

    /// The exported function with this name and arity, by its index in [`Functions::list`].
    #[must_use]
    pub fn exported(&self, name: &str, arity: u8) -> Option<usize> {
        self.module
            .exports
            .iter()
            .find(|export| export.arity == u32::from(arity) && self.module.atom(export.function) == name)
            .and_then(|export| self.functions.entered_at(export.label))
    }

    /// The source location of the instruction at `index`: that of the last `line` (or like) instruction before it in
    /// its function.
    #[must_use]
    pub fn location(&self, index: usize) -> Option<Location> {
        let lines = self.module.lines.as_ref()?;
        let before = self.code.instructions().get(..=index)?;
        for instruction in before.iter().rev() {
            let operand = match instruction.op {
                Op::Line | Op::ExecutableLine => self.code.operand(instruction, 0),
                Op::DebugLine => self.code.operand(instruction, 1),
                _ => continue,
            };
            let Operand::Unsigned(number) = operand else { continue };
            let item = lines.item(u32::try_from(number).ok()?)?;
            let file = match lines.file(item) {
                Some(name) => String::from_utf8_lossy(name).into_owned(),
                None => format!("{}.erl", self.name()),
            };
            return Some(Location { file, line: item.line });
        }
        None
    }
}
