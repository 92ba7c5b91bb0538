//! What pruning by module has to know of a module: its name, whether it can be started, and every atom that it holds.

use std::collections::BTreeSet;

use emberl_format::beam::Chunks;
use emberl_format::module::{Literals, atoms, tables};
use emberl_format::reader::Result;
use emberl_format::{ChunkId, Error, ErrorKind, etf};

/// The part of a module that decides which other modules it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The module's name: its first atom.
    pub(super) name: String,
    /// Whether it exports `start/0`.
    pub(super) exports_start: bool,
    /// Every atom of its atom table and its literals. Any of them may be a module that it calls. The modules of its
    /// imports are among them, since the import table refers to the atom table. Empty unless asked for.
    pub(super) atoms: BTreeSet<String>,
}

impl Facts {
    /// Reads the atom table and the export table, and the literals when their atoms are wanted.
    ///
    /// # Errors
    /// When one of them is damaged, or a table that every module has is missing.
    pub(super) fn of(chunks: &Chunks<'_>, with_atoms: bool) -> Result<Self> {
        let within = |id: &'static [u8; 4]| move |error: Error| error.within(ChunkId(*id));
        let table = atoms::Atoms::parse(required(chunks, b"AtU8")?).map_err(within(b"AtU8"))?;
        // Labels are not looked at here: the code is packed as it is.
        let exports = tables::parse_exports(required(chunks, b"ExpT")?, table.len(), u32::MAX);
        let exports = exports.map_err(within(b"ExpT"))?;
        let exports_start =
            exports.iter().any(|export| export.arity == 0 && table.get(export.function) == Some("start"));
        let name = table.get(1).unwrap_or_default().to_owned();
        if !with_atoms {
            return Ok(Self { name, exports_start, atoms: BTreeSet::new() });
        }
        let mut sink = Atoms(table.names().iter().map(ToString::to_string).collect());
        let (id, literals) = match (chunks.get(b"LitT"), chunks.get(b"LitU")) {
            (Some(chunk), _) => (b"LitT", Literals::parse_litt(chunk.data).map_err(within(b"LitT"))?),
            (None, Some(chunk)) => (b"LitU", Literals::parse_litu(chunk.data).map_err(within(b"LitU"))?),
            (None, None) => (b"LitT", Literals::default()),
        };
        for index in 0..literals.len() {
            let offset = literals.offset(index);
            etf::visit(literals.get(index).unwrap_or_default(), &mut sink)
                .map_err(|error| within(id)(error.shifted(offset)))?;
        }
        Ok(Self { name, exports_start, atoms: sink.0 })
    }
}

fn required<'a>(chunks: &Chunks<'a>, id: &'static [u8; 4]) -> Result<&'a [u8]> {
    let missing = || Error::new(0, ErrorKind::MissingChunk(ChunkId(*id)));
    chunks.get(id).map(|chunk| chunk.data).ok_or_else(missing)
}

struct Atoms(BTreeSet<String>);

impl Atoms {
    fn add(&mut self, name: &str) {
        if !self.0.contains(name) {
            self.0.insert(name.to_string());
        }
    }
}

impl etf::Visitor for Atoms {
    fn atom(&mut self, name: &str) {
        self.add(name);
    }

    fn export(&mut self, module: &str, _function: &str, _arity: u8) {
        self.add(module);
    }
}
