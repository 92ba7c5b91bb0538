//! Flash memory: its partition table, and partitions shown in the address space, from where they are read in place. Owns
//! the access to the chip. Which entries of the memory management unit show them is `flash/map.rs`'s.

#[cfg(any(feature = "esp32c3", feature = "esp32c6", feature = "esp32s3"))]
mod map;
#[cfg(any(feature = "esp32", feature = "esp32s2"))]
#[path = "flash/copy.rs"]
mod map;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use emberl_vm::hardware;
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

    /// The partitions that the table on the board has, in its order.
    ///
    /// # Errors
    /// When the table is not sound, or there is no memory for it.
    pub fn partitions(&mut self) -> Result<Vec<hardware::Partition>, Error> {
        let table = self.table()?;
        let mut partitions = Vec::new();
        partitions.try_reserve_exact(table.iter().count()).map_err(|_| Error::NoRoom)?;
        for entry in table.iter() {
            let label = entry.label().split(|&byte| byte == 0).next().unwrap_or_default();
            partitions.push(hardware::Partition {
                name: String::from_utf8_lossy(label).into_owned(),
                kind: entry.raw_type(),
                subtype: entry.raw_subtype(),
                offset: entry.offset(),
                size: entry.len(),
            });
        }
        Ok(partitions)
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

/// The name of the partition of keys and values, as ESP-IDF and AtomVM have it.
const KEYS: &str = "nvs";

/// The partition of keys and values, as a memory of its own. Owns the flash memory, now that packs were shown.
pub struct Store {
    /// All of it.
    pub flash: Flash,
    part: Option<Partition>,
}

impl Store {
    /// The partition, where there is one that is no pack's.
    #[must_use]
    pub fn new(mut flash: Flash) -> Self {
        let sector = FlashStorage::SECTOR_SIZE;
        let is_whole = |part: &Partition| part.offset.is_multiple_of(sector) && part.size.is_multiple_of(sector);
        let part = flash.find(KEYS).ok().flatten().filter(is_whole);
        Self { flash, part }
    }

    /// Whether there is one.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.part.is_some()
    }

    /// Where so many bytes of the partition are in the flash memory.
    fn place(&self, offset: u32, length: usize) -> Result<u32, Refused> {
        let part = self.part.ok_or(Refused(NorFlashErrorKind::OutOfBounds))?;
        let end = u32::try_from(length).ok().and_then(|length| offset.checked_add(length));
        if end.is_none_or(|end| end > part.size) {
            return Err(Refused(NorFlashErrorKind::OutOfBounds));
        }
        Ok(part.offset + offset)
    }
}

/// What the flash memory could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(NorFlashErrorKind);

impl NorFlashError for Refused {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

fn refused(error: impl NorFlashError) -> Refused {
    Refused(error.kind())
}

impl ErrorType for Store {
    type Error = Refused;
}

impl ReadNorFlash for Store {
    const READ_SIZE: usize = FlashStorage::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        let place = self.place(offset, bytes.len())?;
        self.flash.storage.read_nor(place, bytes).map_err(refused)
    }

    fn capacity(&self) -> usize {
        self.part.map_or(0, |part| part.size as usize)
    }
}

impl NorFlash for Store {
    const WRITE_SIZE: usize = FlashStorage::WRITE_SIZE;
    const ERASE_SIZE: usize = FlashStorage::ERASE_SIZE;

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        let place = self.place(offset, bytes.len())?;
        self.flash.storage.write_nor(place, bytes).map_err(refused)
    }

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        let length = to.checked_sub(from).ok_or(Refused(NorFlashErrorKind::OutOfBounds))?;
        let place = self.place(from, length as usize)?;
        self.flash.storage.erase(place, place + length).map_err(refused)
    }
}
