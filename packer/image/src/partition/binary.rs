//! Partition tables as the chip reads them: entries of 32 bytes, an MD5 sum of them, and bytes 0xFF up to the end.

use md5::{Digest as _, Md5};

use super::{Partition, Table};
use crate::error::{Error, Result};

/// What each entry begins with.
pub const MAGIC: [u8; 2] = [0xaa, 0x50];
/// The bytes of a table that tools write. The sector's rest is for a signature.
pub const SIZE: usize = 0xc00;

const ENTRY: usize = 32;
/// What the entry of the sum begins with.
const SUM: [u8; 16] = [0xeb, 0xeb, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255];
const CURE: &str = "read the table from the board again, or give it as CSV";

/// Reads a table up to its end; what follows is not looked at. `file` is the file's name, for errors.
///
/// # Errors
/// When an entry is none, the sum is another, or the end is missing.
pub fn read(bytes: &[u8], file: &str) -> Result<Table> {
    let mut partitions = Vec::new();
    let mut sum = Md5::new();
    for (number, entry) in bytes.chunks(ENTRY).take(SIZE / ENTRY).enumerate() {
        let wrong = |what: &str| Error::new(format!("{file}, byte {:#x}: {what}", number * ENTRY), CURE);
        let Ok(entry) = <&[u8; ENTRY]>::try_from(entry) else {
            return Err(wrong("the partition table is cut short"));
        };
        if entry.iter().all(|&byte| byte == 0xff) {
            return Ok(Table::new(partitions));
        }
        if let Some(told) = entry.strip_prefix(&SUM) {
            if sum.clone().finalize().as_slice() != told {
                return Err(wrong("the partition table's MD5 sum is another: it is damaged"));
            }
            continue;
        }
        sum.update(entry);
        partitions.push(read_entry(entry).ok_or_else(|| wrong("this is no entry of a partition table"))?);
    }
    let what = format!("{file}: the partition table has no end");
    Err(Error::new(what, CURE))
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
            assert_eq!(read(&bytes, "t").unwrap(), table);
        }
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let table = BOARDS[0].table();
        let bytes = write(&table);
        let told = |bytes: &[u8]| read(bytes, "t").unwrap_err().what;
        let changed = |at: usize| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            bytes
        };
        assert!(told(&changed(32 + 5)).contains("byte 0xa0: the partition table's MD5 sum"), "{}", told(&changed(37)));
        assert!(told(&changed(32)).contains("byte 0x20: this is no entry"));
        assert!(told(&bytes[..40]).contains("byte 0x20: the partition table is cut short"));
        assert!(told(&bytes[..6 * 32]).contains("has no end"));
        // Without a sum, as old tools write it.
        let mut old = bytes[..5 * 32].to_vec();
        old.extend([0xff; 32]);
        assert_eq!(read(&old, "t").unwrap(), table);
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
            prop_assert_eq!(read(&write(&table), "t"), Ok(table));
        }
    }
}
