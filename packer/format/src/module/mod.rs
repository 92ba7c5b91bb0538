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
        let mut read = None;
        match Self::tables(chunks, &mut read) {
            Ok(module) => Ok(module),
            Err(error) => Err(read.into_iter().fold(error, Error::within)),
        }
    }

    /// As [`of`](Self::of); in which chunk an error is stands in `read`.
    fn tables(chunks: Chunks<'a>, read: &mut Option<ChunkId>) -> Result<Self> {
        let mut data = |id: &[u8; 4]| {
            let chunk = chunks.get(id);
            *read = chunk.map(|chunk| chunk.id);
            chunk.map(|chunk| chunk.data)
        };
        let atoms = match data(b"AtU8") {
            Some(data) => Atoms::parse(data)?,
            None if data(b"Atom").is_some() => {
                let what = "the atoms are in Latin-1: the file is of OTP 19 or older; compile it again";
                return Err(Error::new(0, ErrorKind::Invalid { what }));
            }
            None => return Err(missing(b"AtU8")),
        };
        let code = Code::parse(data(b"Code").ok_or_else(|| missing(b"Code"))?)?;
        let count = atoms.len();
        let imports = tables::parse_imports(data(b"ImpT").unwrap_or(EMPTY), count)?;
        let exports = data(b"ExpT").ok_or_else(|| missing(b"ExpT"))?;
        let exports = tables::parse_exports(exports, count, code.label_count)?;
        let locals = tables::parse_exports(data(b"LocT").unwrap_or(EMPTY), count, code.label_count)?;
        let lambdas = tables::parse_lambdas(data(b"FunT").unwrap_or(EMPTY), count, code.label_count)?;
        let literals = match data(b"LitT") {
            Some(data) => Literals::parse_litt(data)?,
            None => data(b"LitU").map(Literals::parse_litu).transpose()?.unwrap_or_default(),
        };
        Ok(Self {
            strings: data(b"StrT").unwrap_or_default(),
            lines: data(b"Line").map(Lines::parse).transpose()?,
            types: data(b"Type").map(Types::parse).transpose()?,
            locals,
            lambdas,
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

/// A table without entries: its count.
const EMPTY: &[u8] = &[0; 4];
