//! Flash memory in the address space: entries of the memory management unit that the boot loader has left free show a
//! partition's pages, through the cache, as they show the program's own. For chips whose entries may be written while the
//! cache works (ESP-IDF does so for the C3, C6 and S3: `mmu_ll_write_entry`).

use core::ops::Range;

use esp_storage::FlashStorage;

use super::{Error, Partition};

/// Where the first entry's page is in the address space (technical reference manuals, "System and Memory").
#[cfg(any(feature = "esp32c3", feature = "esp32s3"))]
const BASE: usize = 0x3c00_0000;
#[cfg(feature = "esp32c6")]
const BASE: usize = 0x4200_0000;
/// Entries. The last is the boot loader's.
#[cfg(feature = "esp32c3")]
const ENTRIES: usize = 128;
#[cfg(feature = "esp32c6")]
const ENTRIES: usize = 256;
#[cfg(feature = "esp32s3")]
const ENTRIES: usize = 512;
/// Bytes that an entry shows, and the boundary that it begins at in flash memory: what the boot loader has set up, as the
/// program's descriptor tells it.
const PAGE: usize = esp_bootloader_esp_idf::MMU_PAGE_SIZE as usize;

unsafe extern "C" {
    /// The ROM's: forgets what the cache has of so many bytes there.
    safe fn Cache_Invalidate_Addr(address: u32, bytes: u32);
}

/// Shows a partition.
pub(super) fn show(_: &mut FlashStorage<'_>, partition: Partition) -> Result<&'static [u8], Error> {
    let (offset, size) = (partition.offset as usize, partition.size as usize);
    let skip = offset % PAGE;
    let pages = (skip + size).div_ceil(PAGE);
    let room = critical_section::with(|_| {
        let room = free(pages)?;
        for (entry, page) in room.clone().zip(offset / PAGE..) {
            unit::set(entry, page);
        }
        Some(room)
    });
    let start = BASE + room.ok_or(Error::NoRoom)?.start * PAGE;
    Cache_Invalidate_Addr(start as u32, (pages * PAGE) as u32);
    // SAFETY: the entries now show these bytes of flash memory, and are never given back: no longer free, they are left
    // alone by all others. Every byte is a valid `u8`; the callers of `Flash::show` see to it that none changes.
    Ok(unsafe { core::slice::from_raw_parts((start + skip) as *const u8, size) })
}

/// So many free entries beside each other, the last such.
fn free(count: usize) -> Option<Range<usize>> {
    let mut end = ENTRIES - 1;
    for entry in (0..ENTRIES - 1).rev() {
        if unit::is_used(entry) {
            end = entry;
        } else if end - entry >= count {
            return Some(entry..end);
        }
    }
    None
}

/// The unit as a table in memory.
#[cfg(any(feature = "esp32c3", feature = "esp32s3"))]
mod unit {
    use esp_hal::peripherals::MMU_TABLE;

    pub(super) fn is_used(entry: usize) -> bool {
        !MMU_TABLE::regs().entry(entry).read().invalid().bit()
    }

    pub(super) fn set(entry: usize, page: usize) {
        // SAFETY: an entry that is free shows nothing that anything relies on; pages of 16 MiB fit the field.
        MMU_TABLE::regs().entry(entry).write(|word| unsafe { word.paddr().bits(page as _) }.invalid().clear_bit());
    }
}

/// The unit behind two registers, one that chooses the entry, and one that has it.
#[cfg(feature = "esp32c6")]
mod unit {
    use esp_hal::peripherals::SPI0;

    fn choose(entry: usize) {
        // SAFETY: any number may be written there; all who use the registers choose first, without being interrupted.
        SPI0::regs().mmu_item_index().write(|word| unsafe { word.mmu_item_index().bits(entry as u32) });
    }

    pub(super) fn is_used(entry: usize) -> bool {
        choose(entry);
        SPI0::regs().mmu_item_content().read().valid().bit()
    }

    pub(super) fn set(entry: usize, page: usize) {
        let is_encrypted = esp_storage::flash_encryption();
        choose(entry);
        // SAFETY: an entry that is free shows nothing that anything relies on; pages of 16 MiB fit the field.
        SPI0::regs()
            .mmu_item_content()
            .write(|word| unsafe { word.paddr().bits(page as _) }.valid().set_bit().sensitive().bit(is_encrypted));
    }
}
