//! Images of ESP chips: boot loader, partition table, firmware and packs, each at its place from the start of the flash.
//!
//! The boot loaders, and the format of what they start, are espflash's. The partition table and the rest are put here.

use espflash::flasher::{FlashData, FlashMode, FlashSettings, FlashSize};
use espflash::image_format::ImageFormat;
use espflash::image_format::idf::IdfBootloaderFormat;

use crate::build::{Input, Placed};
use crate::chip::Chip;
use crate::error::{Error, Result};
use crate::firmware::Firmware;
use crate::partition::{Partition, TABLE_OFFSET};

/// What an image for an ESP chip begins with.
const MAGIC: u8 = 0xe9;
/// How many segments boot loaders load (`ESP_IMAGE_MAX_SEGMENTS` of ESP-IDF).
const MOST_SEGMENTS: u8 = 16;
/// The bytes of an image's header.
const HEADER: usize = 24;
/// Sizes of flash chips that headers can name, with their codes.
const FLASH_SIZES: [(u32, FlashSize, u8); 8] = [
    (1 << 20, FlashSize::_1Mb, 0),
    (2 << 20, FlashSize::_2Mb, 1),
    (4 << 20, FlashSize::_4Mb, 2),
    (8 << 20, FlashSize::_8Mb, 3),
    (16 << 20, FlashSize::_16Mb, 4),
    (32 << 20, FlashSize::_32Mb, 5),
    (64 << 20, FlashSize::_64Mb, 6),
    (128 << 20, FlashSize::_128Mb, 7),
];

/// What the chip starts: the boot loader and the firmware in the format of the chip.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) bootloader: Vec<u8>,
    pub(crate) bootloader_offset: u32,
    pub(crate) app: Vec<u8>,
}

/// Whether a header can name a flash of this size.
pub(crate) fn is_flash_size(size: u32) -> bool {
    FLASH_SIZES.iter().any(|(known, ..)| *known == size)
}

/// Makes what the chip starts, of a firmware that was checked.
///
/// # Errors
/// When the firmware does not fit into its partition, or espflash finds more wrong with it.
pub(crate) fn start(
    firmware: &Firmware<'_>,
    file: &str,
    chip: Chip,
    flash: u32,
    part: &Partition,
    bootloader: Option<Input<'_>>,
) -> Result<Started> {
    let told = |error: espflash::Error| {
        let what = format!("{file}: no image can be made of it: {error}");
        Error::new(what, "build the firmware again: emberl firmware build")
    };
    let esp = chip.espressif().ok_or_else(|| told(espflash::Error::AppPartitionNotFound))?;
    let size = FLASH_SIZES.iter().find(|(known, ..)| *known == flash).map(|(_, size, _)| *size);
    let settings = FlashSettings::new(Some(FlashMode::Dio), size, None);
    let data = FlashData::new(settings, 0, None, esp, esp.default_xtal_frequency());
    // With espflash's own table, in which the firmware has nearly all of the flash: ours takes its place.
    let image = match IdfBootloaderFormat::new(firmware.elf, &data, None, None, None, None) {
        Err(espflash::Error::ElfTooBig(size, _)) => return Err(too_large(file, u64::from(size), part)),
        image => image.map_err(told)?,
    };
    let mut segments = ImageFormat::from(image).flash_segments().into_iter();
    // The boot loader, the table, the firmware.
    let (Some(own), Some(app)) = (segments.next(), segments.nth(1)) else {
        return Err(told(espflash::Error::AppPartitionNotFound));
    };
    let app = app.data.into_owned();
    if app.len() as u64 > u64::from(part.size) {
        return Err(too_large(file, app.len() as u64, part));
    }
    if let Some(count) = app.get(1).filter(|&&count| count == 0 || count > MOST_SEGMENTS) {
        let what = format!("{file} has {count} segments, and the boot loader loads {MOST_SEGMENTS}");
        return Err(Error::new(what, "link the firmware with fewer sections: esp-hal's linker script has ten"));
    }
    let bootloader_offset = esp.boot_address();
    let bootloader = match bootloader {
        None => own.data.into_owned(),
        Some(given) => given_bootloader(given, chip, esp.id(), flash)?,
    };
    let room = TABLE_OFFSET - bootloader_offset;
    if bootloader.len() > room as usize {
        return Err(Error::new(
            format!("the boot loader is {} bytes larger than its place of {room}", bootloader.len() - room as usize),
            "give one that ends before the partition table at 0x8000, or leave --bootloader out",
        ));
    }
    Ok(Started { bootloader, bootloader_offset, app })
}

fn too_large(file: &str, size: u64, part: &Partition) -> Error {
    let more = size.saturating_sub(part.size.into());
    Error::new(
        format!("{file} is {more} bytes too large: {size} for the partition {} of {}", part.name, part.size),
        "leave features out (emberl firmware build --features), or give a table with a larger partition (--partitions)",
    )
}

/// A boot loader of the user's, which is taken as it is.
fn given_bootloader(given: Input<'_>, chip: Chip, id: u16, flash: u32) -> Result<Vec<u8>> {
    let file = given.name;
    let Some(header) = given.bytes.first_chunk::<HEADER>().filter(|header| header.first() == Some(&MAGIC)) else {
        let what = format!("{file} is no boot loader: it does not begin as images of ESP chips do");
        return Err(Error::new(what, "give bootloader.bin of an ESP-IDF build, or leave --bootloader out"));
    };
    let byte = |at: usize| header.get(at).copied().unwrap_or_default();
    let has = u16::from_le_bytes([byte(12), byte(13)]);
    if has != id {
        let known = Chip::ALL.into_iter().find(|chip| chip.espressif().is_some_and(|esp| esp.id() == has));
        let has = known.map_or_else(|| format!("the chip {has}"), |chip| format!("the {chip}"));
        let what = format!("{file} is a boot loader for {has}, and the board has the {chip}");
        return Err(Error::new(what, "give the boot loader of the board's chip, or leave --bootloader out"));
    }
    let code = byte(3) >> 4;
    let made_for = FLASH_SIZES.iter().find(|(.., known)| *known == code).map(|(size, ..)| *size);
    if made_for.is_none_or(|size| size < flash) {
        let size = made_for.map_or_else(|| "an unknown size".to_owned(), crate::size::shown);
        let what = format!("{file} is built for a flash of {size}, and the board's has {}", crate::size::shown(flash));
        let cure = "build it for the larger flash (CONFIG_ESPTOOLPY_FLASHSIZE), or name a smaller one: --flash-size";
        return Err(Error::new(what, cure));
    }
    Ok(given.bytes.to_vec())
}

/// All parts in one, from the start of the flash to the last byte of the last part, with 0xFF between them. The parts
/// do not overlap.
pub(crate) fn merge(parts: &mut [Placed<'_>]) -> Result<Vec<u8>> {
    parts.sort_by_key(|part| part.offset);
    let mut bytes = Vec::new();
    for part in parts.iter() {
        let offset = part.offset as usize;
        if offset < bytes.len() {
            let what = format!("two parts of the image overlap at {offset:#x}");
            return Err(Error::new(what, "check the offsets of the partition table"));
        }
        bytes.resize(offset, 0xff);
        bytes.extend_from_slice(part.bytes);
    }
    Ok(bytes)
}
