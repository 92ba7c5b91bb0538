//! The tables of fixed rows: `ImpT`, `ExpT`, `LocT` and `FunT`. A row is three or six 32-bit big-endian words.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// The most arguments that a function has (OTP: Efficiency Guide, "System Limits").
pub const MAX_ARITY: u32 = 255;

/// A function of another module, as `ImpT` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Atom index of the module.
    pub module: u32,
    /// Atom index of the function's name.
    pub function: u32,
    /// Its arity.
    pub arity: u32,
}

/// A function of this module, as `ExpT` and `LocT` have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Atom index of the function's name.
    pub function: u32,
    /// Its arity.
    pub arity: u32,
    /// Its entry label.
    pub label: u32,
}

/// A fun that the code makes, as `FunT` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lambda {
    /// Atom index of the name of the function that is its body.
    pub function: u32,
    /// The arity of that function: the fun's own arguments and its free variables.
    pub arity: u32,
    /// The function's entry label.
    pub label: u32,
    /// The fun's index, which its external form has.
    pub index: u32,
    /// How many free variables it holds.
    pub free: u32,
    /// A hash of its code, which its old external form has.
    pub old_unique: u32,
}

fn rows<'a, const N: usize>(data: &'a [u8], what: &'static str) -> Result<(usize, Reader<'a>)> {
    let mut reader = Reader::new(data);
    let count = reader.u32(what)? as usize;
    let need = count.saturating_mul(N * 4);
    if need > reader.remaining() {
        let have = reader.remaining();
        return Err(reader.error(ErrorKind::Truncated { what, need, have }));
    }
    Ok((count, reader))
}

fn atom(reader: &mut Reader<'_>, atoms: u32) -> Result<u32> {
    let at = reader.offset();
    let index = reader.u32("an atom's index")?;
    if index == 0 || index > atoms {
        let value = u64::from(index);
        return Err(Error::new(
            at,
            ErrorKind::OutOfRange { what: "an atom's index (from 1)", value, limit: u64::from(atoms) + 1 },
        ));
    }
    Ok(index)
}

fn below(reader: &mut Reader<'_>, what: &'static str, limit: u32) -> Result<u32> {
    let at = reader.offset();
    let value = reader.u32(what)?;
    if value >= limit {
        return Err(Error::new(at, ErrorKind::OutOfRange { what, value: u64::from(value), limit: u64::from(limit) }));
    }
    Ok(value)
}

/// Reads the data of an `ImpT` chunk of a module with `atoms` atoms.
///
/// # Errors
/// When it is cut short, or names an atom that is not there or an arity over 255.
pub fn parse_imports(data: &[u8], atoms: u32) -> Result<Vec<Import>> {
    let (count, mut reader) = rows::<3>(data, "the import table")?;
    let mut table = Vec::with_capacity(count);
    for _ in 0..count {
        table.push(Import {
            module: atom(&mut reader, atoms)?,
            function: atom(&mut reader, atoms)?,
            arity: below(&mut reader, "an arity", MAX_ARITY + 1)?,
        });
    }
    reader.finish("the import table")?;
    Ok(table)
}

/// Reads the data of an `ExpT` or `LocT` chunk of a module with `atoms` atoms and labels below `labels`.
///
/// # Errors
/// When it is cut short, or names an atom or label that is not there or an arity over 255.
pub fn parse_exports(data: &[u8], atoms: u32, labels: u32) -> Result<Vec<Export>> {
    let (count, mut reader) = rows::<3>(data, "a table of functions")?;
    let mut table = Vec::with_capacity(count);
    for _ in 0..count {
        table.push(Export {
            function: atom(&mut reader, atoms)?,
            arity: below(&mut reader, "an arity", MAX_ARITY + 1)?,
            label: below(&mut reader, "a label", labels)?,
        });
    }
    reader.finish("a table of functions")?;
    Ok(table)
}

/// Reads the data of a `FunT` chunk of a module with `atoms` atoms and labels below `labels`.
///
/// # Errors
/// When it is cut short, or names an atom or label that is not there, or an arity over 255, or holds more free
/// variables than the body has arguments.
pub fn parse_lambdas(data: &[u8], atoms: u32, labels: u32) -> Result<Vec<Lambda>> {
    let (count, mut reader) = rows::<6>(data, "the lambda table")?;
    let mut table = Vec::with_capacity(count);
    for _ in 0..count {
        let function = atom(&mut reader, atoms)?;
        let arity = below(&mut reader, "an arity", MAX_ARITY + 1)?;
        table.push(Lambda {
            function,
            arity,
            label: below(&mut reader, "a label", labels)?,
            index: reader.u32("a fun's index")?,
            free: below(&mut reader, "the number of free variables", arity + 1)?,
            old_unique: reader.u32("a fun's hash")?,
        });
    }
    reader.finish("the lambda table")?;
    Ok(table)
}

fn emit_rows<const N: usize>(rows: impl ExactSizeIterator<Item = [u32; N]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + rows.len() * N * 4);
    out.extend_from_slice(&(rows.len() as u32).to_be_bytes());
    for word in rows.flatten() {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out
}

/// Writes the data of an `ImpT` chunk.
#[must_use]
pub fn emit_imports(table: &[Import]) -> Vec<u8> {
    emit_rows(table.iter().map(|row| [row.module, row.function, row.arity]))
}

/// Writes the data of an `ExpT` or `LocT` chunk.
#[must_use]
pub fn emit_exports(table: &[Export]) -> Vec<u8> {
    emit_rows(table.iter().map(|row| [row.function, row.arity, row.label]))
}

/// Writes the data of a `FunT` chunk.
#[must_use]
pub fn emit_lambdas(table: &[Lambda]) -> Vec<u8> {
    emit_rows(table.iter().map(|row| [row.function, row.arity, row.label, row.index, row.free, row.old_unique]))
}
