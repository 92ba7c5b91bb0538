//! The partition table of ESP-IDF, as it stands in flash: a view that no bytes can break.
//!
//! Format: ESP-IDF's documentation, "Partition Tables": entries of 32 bytes (magic `AA 50`, type, subtype, offset, size,
//! name of 16 bytes, flags), then one that begins with `EB EB` and ends with the MD5 of those before it, then `FF`.
//! `esp-idf-part` reads it too, and a test compares with it; it is not used on what a board sends, since it adds offset
//! and size without care.

use std::fmt;

use md5::{Digest, Md5};

/// Where the table stands in flash.
pub const OFFSET: u32 = 0x8000;
/// The most bytes that a table has.
pub const MAX_SIZE: usize = 0xC00;
/// Flash is erased in sectors of this many bytes.
pub const SECTOR: u32 = 0x1000;

const ENTRY: usize = 32;
const MAGIC: [u8; 2] = [0xAA, 0x50];
const DIGEST_MAGIC: [u8; 2] = [0xEB, 0xEB];

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name; what is not UTF-8 is replaced.
    pub name: String,
    /// Its type: 0 a program, 1 data, others are the user's own.
    pub kind: u8,
    /// Its subtype.
    pub subtype: u8,
    /// Where it begins in flash, in bytes.
    pub offset: u32,
    /// Its bytes. `offset + size` is no more than 4 GiB.
    pub size: u32,
}

impl Partition {
    /// Whether it holds a program of the chip (a firmware).
    #[must_use]
    pub const fn is_app(&self) -> bool {
        self.kind == 0
    }

    /// Whether it begins and ends with a sector.
    #[must_use]
    pub const fn is_aligned(&self) -> bool {
        self.offset.is_multiple_of(SECTOR) && self.size.is_multiple_of(SECTOR)
    }
}

/// The partitions, in the table's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The partitions.
    pub partitions: Vec<Partition>,
}

/// Why bytes are no partition table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is all `FF`: nothing was written there.
    Empty,
    /// It does not begin as a table does.
    NoTable,
    /// The entry of this number (from 0) is neither an entry nor an end.
    Entry(usize),
    /// The bytes are used up before an end comes.
    NoEnd,
    /// The partition of this name leads beyond 4 GiB.
    TooLarge(String),
    /// The entries are not those that the digest was made of.
    Digest,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the flash is empty there"),
            Self::NoTable => f.write_str("what stands there is something else"),
            Self::Entry(number) => write!(f, "entry {} is damaged", number + 1),
            Self::NoEnd => f.write_str("it has no end"),
            Self::TooLarge(name) => write!(f, "the partition {name} leads beyond 4 GiB"),
            Self::Digest => f.write_str("its checksum is wrong"),
        }
    }
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, Wrong> {
        if bytes.iter().all(|&byte| byte == 0xFF) {
            return Err(Wrong::Empty);
        }
        let mut partitions = Vec::new();
        let mut digest = Md5::new();
        let mut is_checked = false;
        for (number, entry) in bytes.chunks_exact(ENTRY).take(MAX_SIZE / ENTRY).enumerate() {
            if entry.iter().all(|&byte| byte == 0xFF) {
                return Ok(Self { partitions });
            }
            if entry.starts_with(&DIGEST_MAGIC) && !is_checked {
                if entry.get(16..) != Some(&digest.clone().finalize()[..]) {
                    return Err(Wrong::Digest);
                }
                is_checked = true;
                continue;
            }
            if !entry.starts_with(&MAGIC) || is_checked {
                return Err(if number == 0 { Wrong::NoTable } else { Wrong::Entry(number) });
            }
            let partition = partition(entry).ok_or(Wrong::Entry(number))?;
            if partition.offset.checked_add(partition.size).is_none() {
                return Err(Wrong::TooLarge(partition.name));
            }
            digest.update(entry);
            partitions.push(partition);
        }
        Err(Wrong::NoEnd)
    }

    /// Whether more bytes than these are needed to read a table: no end is among them.
    #[must_use]
    pub fn wants_more(bytes: &[u8]) -> bool {
        bytes.len() < MAX_SIZE && !bytes.chunks_exact(ENTRY).any(|entry| entry.iter().all(|&byte| byte == 0xFF))
    }

    /// The partition of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.name == name)
    }
}

fn partition(entry: &[u8]) -> Option<Partition> {
    let word = |at: usize| entry.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let name = entry.get(12..28)?.split(|&byte| byte == 0).next()?;
    Some(Partition {
        name: String::from_utf8_lossy(name).into_owned(),
        kind: *entry.get(2)?,
        subtype: *entry.get(3)?,
        offset: word(4)?,
        size: word(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use esp_idf_part::PartitionTable;

    const CSV: &str = "nvs, data, nvs, 0x9000, 0x6000\nphy_init, data, phy, 0xF000, 0x1000\n\
                       factory, app, factory, 0x10000, 0x1C0000\nboot.avm, data, 1, 0x1D0000, 0x80000\n\
                       main.avm, data, 1, 0x250000, 0x100000\nown, 0x40, 7, 0x350000, 0x1000\n";

    #[test]
    fn tables_are_read_as_by_esp_idf_part() {
        let theirs = PartitionTable::try_from_str(CSV).unwrap();
        let bytes = theirs.to_bin().unwrap();
        assert_eq!(bytes.len(), MAX_SIZE);
        let ours = Table::parse(&bytes).unwrap();
        assert_eq!(ours.partitions.len(), theirs.partitions().len());
        for (ours, theirs) in ours.partitions.iter().zip(theirs.partitions()) {
            assert_eq!(ours.name, theirs.name());
            assert_eq!((ours.offset, ours.size), (theirs.offset(), theirs.size()));
            assert_eq!(ours.is_app(), ours.name == "factory");
        }
        // As it is read: in pieces, until an end is among them.
        assert!(Table::wants_more(&bytes[..6 * 32]));
        assert!(!Table::wants_more(&bytes[..8 * 32]));
        assert_eq!(Table::parse(&bytes[..8 * 32]).unwrap(), ours);
    }

    #[test]
    fn any_changed_byte_is_told_or_harmless() {
        let bytes = PartitionTable::try_from_str(CSV).unwrap().to_bin().unwrap();
        for at in 0..8 * 32 {
            for change in [0x01, 0x80, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                // The fourteen bytes that fill the digest's entry are not read; all else is told.
                let fills = 6 * 32 + 2..6 * 32 + 16;
                assert_eq!(Table::parse(&changed).is_ok(), fills.contains(&at), "byte {at}");
            }
        }
        assert_eq!(Table::parse(&[0xFF; 64]), Err(Wrong::Empty));
        assert_eq!(Table::parse(&[0x00; 64]), Err(Wrong::NoTable));
        assert_eq!(Table::parse(&bytes[..5 * 32]), Err(Wrong::NoEnd));
    }

    #[test]
    fn partitions_beyond_the_address_space_are_told() {
        let mut entry = vec![0xAA, 0x50, 1, 1, 0, 0xF0, 0xFF, 0xFF, 0, 0x10, 0, 0];
        entry.extend(b"big\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        entry.extend([0xFF; 32]);
        assert_eq!(Table::parse(&entry), Err(Wrong::TooLarge("big".into())));
    }
}
