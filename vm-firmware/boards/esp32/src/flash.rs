//! Flash memory: its partition table, and partitions shown in the address space, from where they are read in place. Owns
//! the access to the chip. Which entries of the memory management unit show them is `flash/map.rs`'s.

#[cfg(any(feature = "esp32c3", feature = "esp32c6", feature = "esp32s3"))]
mod map;
#[cfg(any(feature = "esp32", feature = "esp32s2"))]
#[path = "flash/copy.rs"]
mod map;

use alloc::boxed::Box;
use core::fmt;

use esp_bootloader_esp_idf::partitions::{self, PARTITION_TABLE_MAX_LEN, PartitionTable};
use esp_hal::peripherals::FLASH;
use esp_storage::FlashStorage;

/// The flash memory.
pub struct Flash {
    storage: FlashStorage<'static>,
    table: Box<Table>,
}

/// The partition table as it stands in flash memory, which is read by words.
#[repr(align(4))]
struct Table([u8; PARTITION_TABLE_MAX_LEN]);

/// A part of the flash memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Where it begins.
    pub offset: u32,
    /// Bytes of it.
    pub size: u32,
}

/// What is wrong with a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The partition table cannot be read, or its sum is wrong.
    Table,
    /// The partition is not, or not wholly, in the flash memory.
    OutOfBounds,
    /// There is no room for it in the address space.
    NoRoom,
    /// It cannot be read.
    Unreadable,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "there is no sound partition table at 0x8000",
            Self::OutOfBounds => "the partition goes beyond the end of the flash memory",
            Self::NoRoom => "the partition is too large to be shown in the address space",
            Self::Unreadable => "the partition cannot be read",
        })
    }
}

impl Flash {
    /// The flash memory.
    #[must_use]
    pub fn new(flash: FLASH<'static>) -> Self {
        Self { storage: FlashStorage::new(flash), table: Box::new(Table([0; PARTITION_TABLE_MAX_LEN])) }
    }

    fn table(&mut self) -> Result<PartitionTable<'_>, Error> {
        partitions::read_partition_table(&mut self.storage, &mut self.table.0).map_err(|_| Error::Table)
    }

    /// Where a partition of that name is, as the table on the board says.
    ///
    /// # Errors
    /// When the table is not sound, or says what cannot be.
    pub fn find(&mut self, name: &str) -> Result<Option<Partition>, Error> {
        let capacity = self.storage.capacity() as u64;
        let found = self.table()?.iter().find_map(|entry| {
            let label = entry.label().split(|&byte| byte == 0).next()?;
            (label == name.as_bytes()).then(|| Partition { offset: entry.offset(), size: entry.len() })
        });
        match found {
            Some(part) if u64::from(part.offset) + u64::from(part.size) > capacity => Err(Error::OutOfBounds),
            found => Ok(found),
        }
    }

    /// The bytes of a partition, for all time. Nothing writes to a partition that was
    /// shown: who keeps data in flash memory has partitions of their own.
    ///
    /// # Errors
    /// When there is no room for them.
    pub fn show(&mut self, partition: Partition) -> Result<&'static [u8], Error> {
        map::show(&mut self.storage, partition)
    }
}
