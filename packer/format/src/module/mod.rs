//! A compiled module: the tables of a `.beam` file, each checked once and then carried in types that cannot be wrong.
//!
//! [`Module::parse`] reads the chunks that a loader needs and verifies every index between tables. What the code
//! itself says is read by [`crate::code`] and judged by [`crate::check`].

pub mod atoms;
pub mod lines;
pub mod literals;
pub mod tables;
pub mod types;

use crate::beam::Chunks;
use crate::code::Code;
use crate::error::{ChunkId, Error, ErrorKind};
use crate::reader::Result;

pub use atoms::Atoms;
pub use lines::Lines;
pub use literals::Literals;
pub use tables::{Export, Import, Lambda};
pub use types::Types;

use alloc::vec::Vec;

/// The tables of one module.
#[derive(Clone, Debug)]
pub struct Module<'a> {
    /// All chunks of the file.
    pub chunks: Chunks<'a>,
    /// `AtU8`: the atom table. Atom 1 is the module's name.
    pub atoms: Atoms<'a>,
    /// `ImpT`: the functions of other modules that the code names.
    pub imports: Vec<Import>,
    /// `ExpT`: the functions that other modules may call.
    pub exports: Vec<Export>,
    /// `LocT`: the names of the other functions; OTP's loader does not need it.
    pub locals: Vec<Export>,
    /// `FunT`: the funs that the code makes.
    pub lambdas: Vec<Lambda>,
    /// `LitT` or `LitU`: the literals.
    pub literals: Literals<'a>,
    /// `StrT`: the bytes that bit syntax matches and builds.
    pub strings: &'a [u8],
    /// `Line`: source locations, if the file has them.
    pub lines: Option<Lines<'a>>,
    /// `Type`: types that the compiler proved, if the file has them.
    pub types: Option<Types<'a>>,
    /// `Code`: the instructions.
    pub code: Code<'a>,
}

impl<'a> Module<'a> {
    /// Reads the tables of a `.beam` file (see [`crate::beam::uncompressed`] for compressed ones).
    ///
    /// # Errors
    /// When the container, a table, or an index between tables is broken, or a chunk that every module has is missing.
    /// The error names the chunk and the offset in it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        Self::of(Chunks::parse(bytes)?)
    }

    /// As [`parse`](Self::parse), from chunks.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn of(chunks: Chunks<'a>) -> Result<Self> {
        let atoms = match (chunks.get(b"AtU8"), chunks.get(b"Atom")) {
            (Some(chunk), _) => Atoms::parse(chunk.data).map_err(|error| error.within(chunk.id))?,
            (None, Some(chunk)) => {
                let what = "the atoms are in Latin-1: the file is of OTP 19 or older; compile it again";
                return Err(Error::new(0, ErrorKind::Invalid { what }).within(chunk.id));
            }
            (None, None) => return Err(missing(b"AtU8")),
        };
        let code = read(&chunks, b"Code", Code::parse)?.ok_or_else(|| missing(b"Code"))?;
        let count = atoms.len();
        let imports = read(&chunks, b"ImpT", |data| tables::parse_imports(data, count))?.unwrap_or_default();
        let exports = read(&chunks, b"ExpT", |data| tables::parse_exports(data, count, code.label_count))?;
        let exports = exports.ok_or_else(|| missing(b"ExpT"))?;
        let locals = read(&chunks, b"LocT", |data| tables::parse_exports(data, count, code.label_count))?;
        let lambdas = read(&chunks, b"FunT", |data| tables::parse_lambdas(data, count, code.label_count))?;
        let literals = match read(&chunks, b"LitT", Literals::parse_litt)? {
            Some(literals) => literals,
            None => read(&chunks, b"LitU", Literals::parse_litu)?.unwrap_or_default(),
        };
        Ok(Self {
            strings: chunks.get(b"StrT").map(|chunk| chunk.data).unwrap_or_default(),
            lines: read(&chunks, b"Line", Lines::parse)?,
            types: read(&chunks, b"Type", Types::parse)?,
            locals: locals.unwrap_or_default(),
            lambdas: lambdas.unwrap_or_default(),
            chunks,
            atoms,
            imports,
            exports,
            literals,
            code,
        })
    }

    /// The module's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.atoms.get(1).unwrap_or_default()
    }

    /// The text of atom `index`, counted from 1; empty when there is none (which [`parse`](Self::parse) excludes for
    /// every index in a table).
    #[must_use]
    pub fn atom(&self, index: u32) -> &'a str {
        self.atoms.get(index).unwrap_or_default()
    }
}

fn missing(id: &[u8; 4]) -> Error {
    Error::new(0, ErrorKind::MissingChunk(ChunkId(*id)))
}

fn read<'a, T>(chunks: &Chunks<'a>, id: &[u8; 4], parse: impl FnOnce(&'a [u8]) -> Result<T>) -> Result<Option<T>> {
    chunks.get(id).map(|chunk| parse(chunk.data).map_err(|error| error.within(chunk.id))).transpose()
}
