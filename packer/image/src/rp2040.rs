//! Images of the RP2040: its firmware's segments and the packs, at their addresses, as UF2.

use crate::build::{Area, Placed};
use crate::error::{Error, Result};
use crate::firmware::Firmware;
use crate::partition::Partition;
use crate::uf2;

/// Where the flash is in the addresses.
pub(crate) const FLASH: u32 = 0x1000_0000;
/// What the ROM copies and starts: 252 bytes and their checksum.
const SECOND_STAGE: usize = 256;
/// The windows that a stack pointer and a start address can be in.
const RAM: std::ops::RangeInclusive<u32> = 0x2000_0000..=0x2004_2000;

/// Checks the firmware against the part of the flash that it has. Gives its bytes there, up to the last.
pub(crate) fn firmware(firmware: &Firmware<'_>, file: &str, part: &Partition) -> Result<usize> {
    let first = FLASH + part.offset;
    let end = u64::from(first) + u64::from(part.size);
    let mut used = 0;
    for loaded in &firmware.loaded {
        if loaded.address < first || u64::from(loaded.address) >= u64::from(FLASH) + 0x100_0000 {
            return Err(Error::new(
                format!("{file}: the segment at {:#x} is not in the flash", loaded.address),
                "link the firmware for the flash at 0x10000000, as Emberl's package for the board does",
            ));
        }
        let stop = u64::from(loaded.address) + loaded.data.len() as u64;
        if stop > end {
            return Err(Error::new(
                format!("{file} is too large: it ends {} bytes behind its part of the flash at {end:#x}", stop - end),
                "leave features out: emberl firmware build --board rp2040 --features; with the radio it is for --board rp2040w",
            ));
        }
        used = used.max(stop - u64::from(first));
    }
    check_start(firmware, file)?;
    // At most the size of the part.
    Ok(usize::try_from(used).unwrap_or(usize::MAX))
}

/// The ROM starts what has a sum in its first 256 bytes; behind them is the table of vectors.
fn check_start(firmware: &Firmware<'_>, file: &str) -> Result<()> {
    let wrong = |what: &str| {
        let what = format!("{file} is no firmware for the RP2040: {what}");
        Error::new(what, "name the firmware's board with --board, or build it for the rp2040")
    };
    let mut start = [0xff; SECOND_STAGE + 8];
    for loaded in &firmware.loaded {
        let Some(at) = loaded.address.checked_sub(FLASH).map(|at| at as usize) else { continue };
        for (place, byte) in start.iter_mut().skip(at).zip(loaded.data) {
            *place = *byte;
        }
    }
    let (stage, vectors) = start.split_at(SECOND_STAGE);
    let (code, sum) = stage.split_at(SECOND_STAGE - 4);
    if sum != sum_of(code).to_le_bytes() {
        return Err(wrong("its first 256 bytes have no checksum, without which the ROM does not start it"));
    }
    let (stack, reset) = vectors.split_at(4);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |word, &byte| word << 8 | u32::from(byte));
    let (stack, reset) = (word(stack), word(reset));
    if !RAM.contains(&stack) || !stack.is_multiple_of(4) {
        return Err(wrong("at 0x10000100 there is no table of vectors with a stack in the RAM"));
    }
    let inside = |at: u32| {
        firmware
            .loaded
            .iter()
            .any(|part| at.checked_sub(part.address).is_some_and(|at| (at as usize) < part.data.len()))
    };
    if reset & 1 == 0 || !inside(reset & !1) {
        return Err(wrong("its first instruction is not in it"));
    }
    Ok(())
}

/// The sum that the ROM computes: CRC-32 with the polynomial 0x04C11DB7, highest bits first, from all ones.
fn sum_of(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
    })
}

/// The blocks of the firmware and of what is placed.
pub(crate) fn image(firmware: &Firmware<'_>, placed: &[Placed<'_>]) -> Result<Vec<u8>> {
    let mut parts: Vec<(u32, &[u8])> = firmware.loaded.iter().map(|part| (part.address, part.data)).collect();
    parts.extend(placed.iter().map(|placed| (FLASH + placed.offset, placed.bytes)));
    parts.sort_by_key(|(address, _)| *address);
    uf2::write(&parts).ok_or_else(|| Error::new("the image leaves the addresses of the chip", "use fewer packs"))
}

/// What is told of a part of the flash: its address is that of the chip.
pub(crate) fn told(mut area: Area) -> Area {
    area.offset += FLASH;
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_data_sheet() {
        // The check value of CRC-32/MPEG-2 in the catalogue of CRCs.
        assert_eq!(sum_of(b"123456789"), 0x0376_e6e7);
    }
}
