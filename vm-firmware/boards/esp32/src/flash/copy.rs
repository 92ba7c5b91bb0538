//! A partition's pack in RAM: for chips whose memory management unit must not be written while the cache works, which has
//! yet to be done with code that runs from RAM. Only small packs fit.

use alloc::vec::Vec;

use embedded_storage::nor_flash::ReadNorFlash;
use esp_storage::FlashStorage;

use super::{Error, Partition};

/// Bytes of a pack's file header, and of a section's header before its name.
const FILE_HEADER: u32 = 24;
const SECTION_HEADER: usize = 12;

/// Copies what a partition's pack takes; nothing where there is no pack.
pub(super) fn show(storage: &mut FlashStorage<'_>, partition: Partition) -> Result<&'static [u8], Error> {
    let length = length(storage, partition)?.div_ceil(4) * 4;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length as usize).map_err(|_| Error::NoRoom)?;
    bytes.resize(length as usize, 0);
    storage.read(partition.offset, &mut bytes).map_err(|_| Error::Unreadable)?;
    Ok(bytes.leak())
}

/// How many bytes the sections take, as far as they are in the partition.
fn length(storage: &mut FlashStorage<'_>, partition: Partition) -> Result<u32, Error> {
    let mut at = FILE_HEADER;
    while at.saturating_add(SECTION_HEADER as u32) <= partition.size {
        let mut header = [0; SECTION_HEADER];
        storage.read(partition.offset + at, &mut header).map_err(|_| Error::Unreadable)?;
        let [a, b, c, d, ..] = header;
        match u32::from_be_bytes([a, b, c, d]) {
            // The end, of 16 bytes.
            0 => return Ok((at + 16).min(partition.size)),
            size => at = at.saturating_add(size.max(SECTION_HEADER as u32)),
        }
    }
    Ok(0)
}
