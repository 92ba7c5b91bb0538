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

/// What a column of a table may hold.
#[derive(Clone, Copy)]
struct Column {
    what: &'static str,
    least: u32,
    /// The first number that is too large; 0 for one more than the second column of the row has.
    limit: u64,
}

const fn below(what: &'static str, limit: u64) -> Column {
    Column { what, least: 0, limit }
}

const fn any(what: &'static str) -> Column {
    below(what, 1 << 32)
}

const fn atom(atoms: u32) -> Column {
    Column { what: "an atom's index (from 1)", least: 1, limit: atoms as u64 + 1 }
}

const ARITY: Column = below("an arity", MAX_ARITY as u64 + 1);

/// Reads a table: the number of rows, then each.
fn table<const N: usize, T>(
    data: &[u8],
    what: &'static str,
    columns: [Column; N],
    make: fn([u32; N]) -> T,
) -> Result<Vec<T>> {
    let mut reader = Reader::new(data);
    let count = reader.u32(what)? as usize;
    let need = count.saturating_mul(N * 4);
    if need > reader.remaining() {
        let have = reader.remaining();
        return Err(reader.error(ErrorKind::Truncated { what, need, have }));
    }
    let mut table = Vec::with_capacity(count);
    for _ in 0..count {
        let mut row = [0; N];
        read_row(&mut reader, &columns, &mut row)?;
        table.push(make(row));
    }
    reader.finish(what)?;
    Ok(table)
}

/// In a function that is not generic: for a device, it is there once.
fn read_row(reader: &mut Reader<'_>, columns: &[Column], row: &mut [u32]) -> Result<()> {
    for (at, &Column { what, least, limit }) in columns.iter().enumerate() {
        let offset = reader.offset();
        let value = reader.u32(what)?;
        let limit = if limit == 0 { row.get(1).map_or(0, |&arity| u64::from(arity) + 1) } else { limit };
        if value < least || u64::from(value) >= limit {
            return Err(Error::new(offset, ErrorKind::OutOfRange { what, value: value.into(), limit }));
        }
        if let Some(place) = row.get_mut(at) {
            *place = value;
        }
    }
    Ok(())
}

/// Reads the data of an `ImpT` chunk of a module with `atoms` atoms.
///
/// # Errors
/// When it is cut short, or names an atom that is not there or an arity over 255.
pub fn parse_imports(data: &[u8], atoms: u32) -> Result<Vec<Import>> {
    let columns = [atom(atoms), atom(atoms), ARITY];
    table(data, "the import table", columns, |[module, function, arity]| Import { module, function, arity })
}

/// Reads the data of an `ExpT` or `LocT` chunk of a module with `atoms` atoms and labels below `labels`.
///
/// # Errors
/// When it is cut short, or names an atom or label that is not there or an arity over 255.
pub fn parse_exports(data: &[u8], atoms: u32, labels: u32) -> Result<Vec<Export>> {
    let columns = [atom(atoms), ARITY, below("a label", labels.into())];
    table(data, "a table of functions", columns, |[function, arity, label]| Export { function, arity, label })
}

/// Reads the data of a `FunT` chunk of a module with `atoms` atoms and labels below `labels`.
///
/// # Errors
/// When it is cut short, or names an atom or label that is not there, or an arity over 255, or holds more free
/// variables than the body has arguments.
pub fn parse_lambdas(data: &[u8], atoms: u32, labels: u32) -> Result<Vec<Lambda>> {
    let columns = [
        atom(atoms),
        ARITY,
        below("a label", labels.into()),
        any("a fun's index"),
        below("the number of free variables", 0),
        any("a fun's hash"),
    ];
    table(data, "the lambda table", columns, |[function, arity, label, index, free, old_unique]| Lambda {
        function,
        arity,
        label,
        index,
        free,
        old_unique,
    })
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
