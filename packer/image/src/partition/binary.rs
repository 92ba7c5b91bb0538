//! Partition tables as the chip reads them: entries of 32 bytes, an MD5 sum of them, and bytes 0xFF up to the end.

use std::fmt;

use md5::{Digest as _, Md5};

use super::{Partition, Table};

/// What each entry begins with.
pub const MAGIC: [u8; 2] = [0xaa, 0x50];
/// The bytes of a table that tools write. The sector's rest is for a signature.
pub const SIZE: usize = 0xc00;

const ENTRY: usize = 32;
/// What the entry of the sum begins with; the fourteen bytes behind it are 0xFF, and nobody looks at them.
const SUM: [u8; 2] = [0xeb, 0xeb];
/// Where in its entry the sum is.
const SUM_AT: usize = 16;

/// Why bytes are no partition table. Numbers of entries begin with 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// All of it is 0xFF: nothing was written there.
    Empty,
    /// It does not begin as a table does.
    NoTable,
    /// This entry is neither a partition nor the sum nor the end.
    Entry(usize),
    /// The bytes end in this entry.
    Cut(usize),
    /// There is no end among the bytes that a table may have.
    NoEnd,
    /// The sum in this entry is that of other partitions.
    Sum(usize),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the flash is empty there"),
            Self::NoTable => f.write_str("what stands there is something else"),
            Self::Entry(number) => write!(f, "its entry {} (byte {:#x}) is damaged", number + 1, number * ENTRY),
            Self::Cut(number) => write!(f, "it is cut short at byte {:#x}", number * ENTRY),
            Self::NoEnd => f.write_str("it has no end"),
            Self::Sum(number) => write!(f, "its MD5 sum (byte {:#x}) is another: it is damaged", number * ENTRY),
        }
    }
}

impl std::error::Error for Wrong {}

/// Reads a table up to its end; what follows is not looked at.
///
/// # Errors
/// When an entry is none, the sum is another, or the end is missing.
pub fn read(bytes: &[u8]) -> Result<Table, Wrong> {
    if bytes.iter().all(|&byte| byte == 0xff) {
        return Err(Wrong::Empty);
    }
    let mut partitions = Vec::new();
    let mut sum = Md5::new();
    let mut is_summed = false;
    for (number, entry) in bytes.chunks(ENTRY).take(SIZE / ENTRY).enumerate() {
        let Ok(entry) = <&[u8; ENTRY]>::try_from(entry) else { return Err(Wrong::Cut(number)) };
        if is_end(entry) {
            return Ok(Table::new(partitions));
        }
        if entry.starts_with(&SUM) && !is_summed {
            if entry.get(SUM_AT..) != Some(sum.clone().finalize().as_slice()) {
                return Err(Wrong::Sum(number));
            }
            is_summed = true;
            continue;
        }
        let wrong = if number == 0 { Wrong::NoTable } else { Wrong::Entry(number) };
        let partition = read_entry(entry).filter(|_| !is_summed).ok_or(wrong)?;
        sum.update(entry);
        partitions.push(partition);
    }
    Err(Wrong::NoEnd)
}

/// Whether more bytes than these are needed to read a table: no end is among them.
#[must_use]
pub fn wants_more(bytes: &[u8]) -> bool {
    bytes.len() < SIZE && !bytes.chunks_exact(ENTRY).any(is_end)
}

fn is_end(entry: &[u8]) -> bool {
    entry.iter().all(|&byte| byte == 0xff)
}

fn read_entry(entry: &[u8; ENTRY]) -> Option<Partition> {
    let rest = entry.strip_prefix(&MAGIC)?;
    let (&[kind, subtype], rest) = rest.split_first_chunk()?;
    let (offset, rest) = word(rest)?;
    let (size, rest) = word(rest)?;
    let (name, rest) = rest.split_at_checked(16)?;
    let (flags, _) = word(rest)?;
    let name = name.split(|&byte| byte == 0).next()?;
    // Other names are told by the check, with what they may have.
    let name = String::from_utf8_lossy(name).into_owned();
    Some(Partition { name, kind, subtype, offset, size, flags })
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*word), rest))
}

/// The table as the chip reads it. Names are those of a table that was [checked](Table::check): of others, and of more
/// partitions than there is room for, only a part is written.
#[must_use]
pub fn write(table: &Table) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIZE);
    for partition in table.partitions().iter().take(super::MOST_PARTITIONS) {
        bytes.extend(MAGIC);
        bytes.extend([partition.kind, partition.subtype]);
        bytes.extend(partition.offset.to_le_bytes());
        bytes.extend(partition.size.to_le_bytes());
        bytes.extend(partition.name.bytes().chain(std::iter::repeat(0)).take(16));
        bytes.extend(partition.flags.to_le_bytes());
    }
    let sum = Md5::digest(&bytes);
    bytes.extend(SUM);
    bytes.extend([0xff; SUM_AT - SUM.len()]);
    bytes.extend(sum.as_slice());
    bytes.resize(SIZE, 0xff);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::BOARDS;
    use proptest::prelude::*;

    #[test]
    fn tables_are_read_back() {
        for table in BOARDS.iter().map(crate::Board::table).filter(|table| !table.partitions().is_empty()) {
            let bytes = write(&table);
            assert_eq!(bytes.len(), SIZE);
            assert_eq!(read(&bytes).unwrap(), table);
        }
    }

    #[test]
    fn any_changed_byte_is_told_or_harmless() {
        let table = BOARDS[0].table();
        let bytes = write(&table);
        let count = table.partitions().len();
        for at in 0..(count + 2) * ENTRY {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                // The fourteen bytes that fill the sum's entry are not read; all else is told.
                let fills = count * ENTRY + SUM.len()..count * ENTRY + SUM_AT;
                assert_eq!(read(&changed).is_ok(), fills.contains(&at), "byte {at}");
            }
        }
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let table = BOARDS[0].table();
        let bytes = write(&table);
        let changed = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            read(&bytes)
        };
        assert_eq!(changed(32 + 5), Err(Wrong::Sum(5)));
        assert_eq!(changed(32), Err(Wrong::Entry(1)));
        assert_eq!(changed(0), Err(Wrong::NoTable));
        assert_eq!(read(&bytes[..40]), Err(Wrong::Cut(1)));
        assert_eq!(read(&bytes[..6 * 32]), Err(Wrong::NoEnd));
        assert_eq!(read(&[0xff; 64]), Err(Wrong::Empty));
        assert_eq!(read(&[0; 64]), Err(Wrong::NoTable));
        assert_eq!(Wrong::Sum(5).to_string(), "its MD5 sum (byte 0xa0) is another: it is damaged");
        // Without a sum, as old tools write it.
        let mut old = bytes[..5 * 32].to_vec();
        old.extend([0xff; 32]);
        assert_eq!(read(&old).unwrap(), table);
        // As it is read from a board: in pieces, until an end is among them.
        assert!(wants_more(&bytes[..5 * 32]));
        assert!(!wants_more(&bytes[..7 * 32]));
        assert_eq!(read(&bytes[..7 * 32]).unwrap(), table);
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_answer(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Table::read(&bytes, "t").and_then(|table| table.check(4 << 20, "t"));
            bytes.splice(0..0, MAGIC);
            let _ = Table::read(&bytes, "t").and_then(|table| table.check(4 << 20, "t"));
        }

        #[test]
        fn what_is_written_is_read(parts in prop::collection::vec(("[!-~]{1,15}", 0..255u8, 0..255u8, any::<u32>(), any::<u32>(), 0..4u32), 0..90)) {
            let parts = parts.into_iter().map(|(name, kind, subtype, offset, size, flags)| Partition { name, kind, subtype, offset, size, flags });
            let table = Table::new(parts.collect());
            prop_assert_eq!(read(&write(&table)), Ok(table));
        }
    }
}
