//! A merged image: boot loader, partition table, firmware and packs in one file, which begins with the flash's first byte.

use emberl_image::partition::{Partition, SECTOR, TABLE_OFFSET, Table, binary};

use crate::Error;
use crate::chip::{self, Chip};
use crate::plan::{self, Region};

/// The first byte of the boot loader's image.
const MAGIC: u8 = 0xE9;
/// Where in its header the chip's number stands (`esp_image_header_t` of ESP-IDF).
const CHIP_ID: usize = 12;

/// A merged image, checked.
#[derive(Clone, Debug)]
pub struct Image {
    file: String,
    bytes: Vec<u8>,
    chip: Chip,
    table: Table,
}

impl Image {
    /// Reads an image; `file` is for messages.
    ///
    /// # Errors
    /// When there is no boot loader in it where the chip looks for one, or no partition table.
    pub fn read(file: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Image { file: file.to_owned(), why: why.to_owned() };
        let chip = boot_chip(&bytes)
            .ok_or_else(|| wrong("there is no boot loader at 0x0, 0x1000 or 0x2000 that says which chip it is for"))?;
        let table = bytes.get(TABLE_OFFSET as usize..).ok_or_else(|| wrong("it ends before the partition table"))?;
        let table = binary::read(table).map_err(|why| wrong(&format!("it has no partition table at 0x8000: {why}")))?;
        if let Some(partition) = table.partitions().iter().find(|partition| !partition.is_aligned()) {
            return Err(wrong(&format!("the partition {} does not begin and end with a sector", partition.name)));
        }
        Ok(Self { file: file.to_owned(), bytes, chip, table })
    }

    /// The chip that it is made for.
    #[must_use]
    pub const fn chip(&self) -> Chip {
        self.chip
    }

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The bytes of the image.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What shall stand in a flash of `flash` bytes. Partitions that the image leaves empty stay as they are on the board:
    /// in `nvs` are its settings. With `erase` they are emptied, and so is all behind the image.
    ///
    /// # Errors
    /// When image or partitions do not fit.
    pub fn regions(&self, flash: u32, erase: bool) -> Result<Vec<Region>, Error> {
        if self.bytes.len() > flash as usize {
            return Err(Error::TooLarge {
                file: self.file.clone(),
                size: self.bytes.len(),
                place: "the chip's flash".into(),
                room: flash as usize,
            });
        }
        if let Some(partition) = self.table.partitions().iter().find(|partition| partition.end() > u64::from(flash)) {
            return Err(Error::BeyondFlash { name: partition.name.clone(), flash });
        }
        if erase {
            let mut bytes = self.bytes.clone();
            bytes.resize(flash as usize, 0xFF);
            return Ok(vec![Region::new(0, bytes)]);
        }
        let mut left: Vec<&Partition> = self.table.partitions().iter().filter(|part| self.leaves_empty(part)).collect();
        left.sort_by_key(|partition| partition.offset);
        let mut regions = Vec::new();
        let mut start = 0;
        let mut push = |start: u32, end: u32| {
            if let Some(bytes) = self.bytes.get(start as usize..end as usize).filter(|bytes| !bytes.is_empty()) {
                regions.push(Region::new(start, bytes.to_vec()));
            }
        };
        for partition in left {
            push(start, partition.offset);
            start = start.max(partition.offset + partition.size);
        }
        push(start, u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        Ok(regions)
    }

    /// Whether the partition begins in the image and has nothing in it.
    fn leaves_empty(&self, partition: &Partition) -> bool {
        let start = partition.offset as usize;
        let end = (start + partition.size as usize).min(self.bytes.len());
        partition.offset > TABLE_OFFSET
            && partition.offset.is_multiple_of(SECTOR)
            && self.bytes.get(start..end).is_some_and(|bytes| !bytes.is_empty() && plan::is_empty(bytes))
    }
}

/// The chip that the boot loader is made for, if it stands where that chip looks for it.
fn boot_chip(bytes: &[u8]) -> Option<Chip> {
    [0, 0x1000, 0x2000].into_iter().find_map(|offset: u32| {
        let header = bytes.get(offset as usize..)?;
        if header.first() != Some(&MAGIC) {
            return None;
        }
        let id = u16::from_le_bytes(header.get(CHIP_ID..CHIP_ID + 2)?.try_into().ok()?);
        chip::with_image_id(id).filter(|chip| chip.boot_address() == offset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberl_image::partition::kind;

    fn image(chip: Chip) -> Vec<u8> {
        let table = binary::write(&Table::new(vec![
            Partition::new("nvs", kind::DATA, kind::NVS, 0x9000, 0x6000),
            Partition::new("factory", kind::APP, kind::FACTORY, 0x1_0000, 0x1_0000),
            Partition::new("main.avm", kind::DATA, kind::PHY, 0x2_0000, 0x1_0000),
        ]));
        let mut bytes = vec![0xFF; 0x1_2345];
        let boot = chip.boot_address() as usize;
        bytes[boot] = MAGIC;
        bytes[boot + 12..boot + 14].copy_from_slice(&chip.id().to_le_bytes());
        bytes[0x8000..0x8000 + table.len()].copy_from_slice(&table);
        bytes[0x1_0000] = MAGIC;
        bytes
    }

    #[test]
    fn images_tell_their_chip() {
        for chip in [Chip::Esp32, Chip::Esp32c3, Chip::Esp32p4] {
            assert_eq!(Image::read("a.bin", image(chip)).unwrap().chip(), chip);
        }
        // A boot loader of another chip's place is none.
        let mut bytes = image(Chip::Esp32c3);
        bytes[12] = 0;
        assert!(Image::read("a.bin", bytes).is_err());
    }

    #[test]
    fn settings_stay_unless_all_is_erased() {
        let image = Image::read("a.bin", image(Chip::Esp32c3)).unwrap();
        let places = |erase| {
            let regions = image.regions(0x40_0000, erase).unwrap();
            regions.iter().map(|region| (region.offset(), region.sectors())).collect::<Vec<_>>()
        };
        assert_eq!(places(false), [(0, 9), (0xF000, 4)]);
        assert_eq!(places(true), [(0, 0x400)]);
        assert_eq!(
            image.regions(0x2_0000, false),
            Err(Error::BeyondFlash { name: "main.avm".into(), flash: 0x2_0000 })
        );
        assert!(matches!(image.regions(0x1_0000, false), Err(Error::TooLarge { size: 0x1_2345, room: 0x1_0000, .. })));
    }

    #[test]
    fn what_is_no_image_is_told() {
        for (bytes, why) in [
            (vec![], "no boot loader"),
            (vec![0xFF; 0x9000], "no boot loader"),
            (image(Chip::Esp32c3)[..0x7000].to_vec(), "ends before"),
            (image(Chip::Esp32c3)[..0x8060].to_vec(), "no end"),
        ] {
            let Err(Error::Image { why: told, .. }) = Image::read("a.bin", bytes) else { panic!("{why}") };
            assert!(told.contains(why), "{told}");
        }
    }
}
