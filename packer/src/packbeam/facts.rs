//! What pruning by module has to know of a module: its name, whether it can be started, and every atom that it holds.

use std::collections::BTreeSet;

use emberl_format::beam::{self, Chunks};
use emberl_format::reader::{Reader, Result};
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
        let atoms = atom_table(required(chunks, b"AtU8")?).map_err(within(b"AtU8"))?;
        let exports_start = exports_start(required(chunks, b"ExpT")?, &atoms).map_err(within(b"ExpT"))?;
        let Some(&name) = atoms.first() else {
            return Err(within(b"AtU8")(Error::new(0, ErrorKind::Invalid { what: "the atom table is empty" })));
        };
        let name = name.to_string();
        if !with_atoms {
            return Ok(Self { name, exports_start, atoms: BTreeSet::new() });
        }
        let mut sink = Atoms(atoms.into_iter().map(str::to_string).collect());
        if let Some(chunk) = chunks.get(b"LitT") {
            let table = beam::literal_table(chunk.data).map_err(within(b"LitT"))?;
            literal_atoms(&table, &mut sink).map_err(within(b"LitT"))?;
        } else if let Some(chunk) = chunks.get(b"LitU") {
            literal_atoms(chunk.data, &mut sink).map_err(within(b"LitU"))?;
        }
        Ok(Self { name, exports_start, atoms: sink.0 })
    }
}

fn required<'a>(chunks: &Chunks<'a>, id: &'static [u8; 4]) -> Result<&'a [u8]> {
    let missing = || Error::new(0, ErrorKind::MissingChunk(ChunkId(*id)));
    chunks.get(id).map(|chunk| chunk.data).ok_or_else(missing)
}

/// The atoms of an `AtU8` chunk. Up to OTP 27 each has one byte of length; later the count is negative and the lengths
/// are compact terms (OTP: `lib/compiler/src/beam_asm.erl`).
fn atom_table(data: &[u8]) -> Result<Vec<&str>> {
    const WHAT: &str = "an atom";
    let mut reader = Reader::new(data);
    let count = reader.u32("the number of atoms")?.cast_signed();
    let mut atoms = Vec::new();
    for _ in 0..count.unsigned_abs() {
        let at = reader.offset();
        let length = if count < 0 { compact_length(&mut reader)? } else { usize::from(reader.u8(WHAT)?) };
        let bytes = reader.bytes(length, WHAT)?;
        atoms.push(std::str::from_utf8(bytes).map_err(|_| Error::new(at, ErrorKind::BadText { what: WHAT }))?);
    }
    Ok(atoms)
}

/// A compact term with tag 0, up to 11 bits; an atom's longest text has 1,020 bytes.
fn compact_length(reader: &mut Reader<'_>) -> Result<usize> {
    const WHAT: &str = "an atom's length";
    let at = reader.offset();
    let first = reader.u8(WHAT)?;
    match first & 0b1_1111 {
        0b0_0000 | 0b1_0000 => Ok(usize::from(first >> 4)),
        0b0_1000 => Ok(usize::from(first >> 5) << 8 | usize::from(reader.u8(WHAT)?)),
        _ => Err(Error::new(at, ErrorKind::BadTag { what: WHAT, tag: u32::from(first) })),
    }
}

/// Whether an `ExpT` chunk has `start/0`. Each export is an atom's number (from 1), an arity and a label.
fn exports_start(data: &[u8], atoms: &[&str]) -> Result<bool> {
    let mut reader = Reader::new(data);
    let count = reader.u32("the number of exports")?;
    let mut found = false;
    for _ in 0..count {
        let [function, arity, _label] = [reader.u32("an export")?, reader.u32("an export")?, reader.u32("an export")?];
        let name = (function as usize).checked_sub(1).and_then(|index| atoms.get(index));
        found |= name == Some(&"start") && arity == 0;
    }
    Ok(found)
}

/// Gathers the atoms of a table of literals: a count, then each literal's size and external term.
fn literal_atoms(table: &[u8], sink: &mut Atoms) -> Result<()> {
    let mut reader = Reader::new(table);
    let count = reader.u32("the number of literals")?;
    for _ in 0..count {
        let size = reader.u32("a literal's size")? as usize;
        let at = reader.offset();
        etf::visit(reader.bytes(size, "a literal")?, sink).map_err(|error| error.shifted(at))?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms_of_both_forms() {
        assert_eq!(atom_table(b"\0\0\0\x02\x01a\x02bc").unwrap(), ["a", "bc"]);
        // OTP 28: one byte up to 15, two bytes up to 2047.
        let long = "x".repeat(300);
        let new = [&(-2i32).to_be_bytes()[..], &[1 << 4], b"a", &[0b0010_1000, 44], long.as_bytes()].concat();
        assert_eq!(atom_table(&new).unwrap(), ["a", &long]);
    }

    #[test]
    fn damaged_atoms_are_errors_at_their_place() {
        let offset = |data: &[u8]| atom_table(data).unwrap_err().offset;
        assert_eq!(offset(b"\0\0"), 0);
        assert_eq!(offset(b"\0\0\0\x02\x01a"), 6);
        assert_eq!(offset(b"\0\0\0\x01\x05a"), 5);
        assert_eq!(offset(b"\0\0\0\x01\x01\xff"), 4);
        // A length with another tag, a length of more than 11 bits, and the largest count there is.
        assert_eq!(offset(b"\xff\xff\xff\xff\x11a"), 4);
        assert_eq!(offset(b"\xff\xff\xff\xff\x18a"), 4);
        assert_eq!(offset(b"\x80\0\0\0"), 4);
    }

    #[test]
    fn only_start_0_is_an_entry() {
        let exports = |function: u8, arity: u8| [[0, 0, 0, 1], [0, 0, 0, function], [0, 0, 0, arity], [0; 4]].concat();
        let atoms = ["m", "start"];
        assert_eq!(exports_start(&exports(2, 0), &atoms), Ok(true));
        for (function, arity) in [(2, 1), (1, 0), (0, 0), (3, 0)] {
            assert_eq!(exports_start(&exports(function, arity), &atoms), Ok(false), "{function}/{arity}");
        }
        assert!(exports_start(b"\xff\xff\xff\xff", &atoms).is_err());
    }
}
