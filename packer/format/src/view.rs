//! A view of any chunk: what its bytes mean, and the bytes again.
//!
//! [`crate::module::Module`] reads what a loader needs. This is for tools that look at a file chunk by chunk. For every
//! chunk that a compiler wrote, [`View::emit`] gives back the bytes that [`View::parse`] read, but for what is
//! compressed: that comes back as other bytes that inflate to the same.

use alloc::vec::Vec;

use crate::beam::Chunk;
use crate::code::Code;
use crate::compact::{self, Operand};
use crate::error::{Error, ErrorKind};
use crate::etf::{self, EncodeOptions, Term};
use crate::module::literals::wrap_table;
use crate::module::{Atoms, Export, Import, Lambda, Lines, Literals, Types, tables};
use crate::reader::{Reader, Result};

/// What a chunk holds.
#[derive(Clone, Debug)]
pub enum View<'a> {
    /// `AtU8`.
    Atoms(Atoms<'a>),
    /// `Code`.
    Code(Code<'a>),
    /// `StrT`: bytes that bit syntax matches and builds.
    Strings(&'a [u8]),
    /// `ImpT`.
    Imports(Vec<Import>),
    /// `ExpT` or `LocT`.
    Functions(Vec<Export>),
    /// `FunT`.
    Lambdas(Vec<Lambda>),
    /// `LitT` or `LitU`.
    Literals(Literals<'a>),
    /// `Line`.
    Lines(Lines<'a>),
    /// `Type`.
    Types(Types<'a>),
    /// `Recs` (OTP 29): native records.
    Records(Records),
    /// `Attr` (attributes), `CInf` (compiler and options), `Meta` (features), `Dbgi` (debug information), `Docs`
    /// (documentation), `ExCk` (Elixir's checker), `Abst`: an external term.
    Term {
        /// The term.
        term: Term,
        /// How the compiler's release encoded it: compressed or not, atoms in Latin-1 (until OTP 25) or UTF-8.
        options: EncodeOptions,
    },
    /// `DbgB` (a debugger's tables), `avmN` (AtomVM's native code), and what is not known.
    Opaque(&'a [u8]),
}

/// The chunk `Recs`: two words, the number of fields, and compact terms that name the module's atoms and literals.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// The version, 0.
    pub version: u32,
    /// The number of records.
    pub count: u32,
    /// The number of fields of all records.
    pub fields: u32,
    /// Names, flags, fields and defaults.
    pub operands: Vec<Operand>,
}

impl Records {
    /// Reads the data of the chunk.
    ///
    /// # Errors
    /// When it is cut short, of another version, or not made of compact terms.
    pub fn parse(data: &[u8]) -> Result<Self> {
        const WHAT: &str = "the table of native records";
        let mut reader = Reader::new(data);
        let version = reader.u32(WHAT)?;
        if version != 0 {
            return Err(Error::new(0, ErrorKind::BadTag { what: "the version of the native records", tag: version }));
        }
        let (count, fields) = (reader.u32(WHAT)?, reader.u32(WHAT)?);
        let mut operands = Vec::new();
        while !reader.is_empty() {
            let at = reader.offset();
            compact::operand(&mut reader, &mut operands)?;
            if matches!(operands.last(), Some(Operand::BigInteger { .. })) {
                return Err(Error::new(at, ErrorKind::Invalid { what: "a native record has an integer over 64 bits" }));
            }
        }
        Ok(Self { version, count, fields, operands })
    }

    /// Writes the data of the chunk.
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for word in [self.version, self.count, self.fields] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        for &operand in &self.operands {
            compact::write_operand(&mut out, operand, &[]);
        }
        out
    }
}

/// Reads a chunk that is one external term.
fn term<'a>(data: &[u8]) -> Result<View<'a>> {
    let term = etf::decode(data)?;
    let compressed = (data.get(1) == Some(&80)).then_some(6);
    let utf8 = EncodeOptions { compressed, ..EncodeOptions::default() };
    let latin1 = EncodeOptions { utf8_atoms: false, ..utf8.clone() };
    // The two forms differ in the atoms only, so the bytes tell which it was.
    let options = if compressed.is_none() && etf::encode(&term, &latin1)? == data { latin1 } else { utf8 };
    Ok(View::Term { term, options })
}

impl<'a> View<'a> {
    /// Reads a chunk of a module with `atoms` atoms and labels below `labels`.
    ///
    /// # Errors
    /// When it is not what its name says; the error names chunk and offset.
    pub fn parse(chunk: &Chunk<'a>, atoms: u32, labels: u32) -> Result<Self> {
        let data = chunk.data;
        let view = match &chunk.id.0 {
            b"AtU8" => Atoms::parse(data).map(Self::Atoms),
            b"Code" => Code::parse(data).map(Self::Code),
            b"StrT" => Ok(Self::Strings(data)),
            b"ImpT" => tables::parse_imports(data, atoms).map(Self::Imports),
            b"ExpT" | b"LocT" => tables::parse_exports(data, atoms, labels).map(Self::Functions),
            b"FunT" => tables::parse_lambdas(data, atoms, labels).map(Self::Lambdas),
            b"LitT" => Literals::parse_litt(data).map(Self::Literals),
            b"LitU" => Literals::parse_litu(data).map(Self::Literals),
            b"Line" => Lines::parse(data).map(Self::Lines),
            b"Type" => Types::parse(data).map(Self::Types),
            b"Recs" => Records::parse(data).map(Self::Records),
            b"Attr" | b"CInf" | b"Meta" | b"Dbgi" | b"Docs" | b"ExCk" | b"Abst" if !data.is_empty() => term(data),
            _ => Ok(Self::Opaque(data)),
        };
        view.map_err(|error| error.within(chunk.id))
    }

    /// Writes the chunk's data.
    ///
    /// # Errors
    /// When a term or a table is too large for its format, which none is that was read.
    pub fn emit(&self) -> Result<Vec<u8>> {
        Ok(match self {
            Self::Atoms(atoms) => atoms.emit(),
            Self::Code(code) => code.emit(),
            Self::Strings(bytes) | Self::Opaque(bytes) => bytes.to_vec(),
            Self::Imports(rows) => tables::emit_imports(rows),
            Self::Functions(rows) => tables::emit_exports(rows),
            Self::Lambdas(rows) => tables::emit_lambdas(rows),
            Self::Literals(literals) => wrap_table(literals.table(), literals.form),
            Self::Lines(lines) => lines.emit(),
            Self::Types(types) => types.emit(),
            Self::Records(records) => records.emit(),
            Self::Term { term, options } => etf::encode(term, options)?,
        })
    }

    /// Whether [`emit`](Self::emit) gives the same bytes back. Compressed data inflates to the same instead.
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        match self {
            Self::Literals(literals) => literals.form != crate::module::literals::LiteralForm::Compressed,
            Self::Term { options, .. } => options.compressed.is_none(),
            _ => true,
        }
    }
}
