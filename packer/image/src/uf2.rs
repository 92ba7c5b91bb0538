//! UF2: blocks of 512 bytes, each with 256 bytes of the flash and their address, as boards take them on a USB drive.
//!
//! The format is Microsoft's (github.com/microsoft/uf2); the family is that of the RP2040.

/// Bytes of a block.
pub const BLOCK: usize = 512;
/// Bytes of the flash in a block.
pub const PAYLOAD: usize = 256;
/// The family of the RP2040.
pub const RP2040: u32 = 0xe48b_ff56;

const MAGIC: [u32; 2] = [0x0a32_4655, 0x9e5d_5157];
const MAGIC_END: u32 = 0x0ab1_6f30;
/// The header names a family.
const FAMILY_PRESENT: u32 = 0x2000;
/// The smallest part of the flash that is erased. The RP2040's ROM finds what to erase by the numbers of the blocks:
/// where one of them is written, all sixteen blocks of the part must be there.
const SECTOR: u32 = 4096;

/// Parts of the flash, each with its address, as blocks for the RP2040. The parts are sorted and do not overlap; what is
/// between them in a sector becomes 0xFF, sectors without any are left out. `None` when the parts leave the addresses.
#[must_use]
pub fn write(parts: &[(u32, &[u8])]) -> Option<Vec<u8>> {
    let sectors = sectors(parts)?;
    let count = u32::try_from(sectors.len() * (SECTOR as usize / PAYLOAD)).ok()?;
    let mut bytes = Vec::with_capacity(count as usize * BLOCK);
    let mut number = 0_u32;
    for (address, sector) in &sectors {
        for (page, payload) in sector.chunks(PAYLOAD).enumerate() {
            let place = address.checked_add(u32::try_from(page * PAYLOAD).ok()?)?;
            let header = [MAGIC[0], MAGIC[1], FAMILY_PRESENT, place, PAYLOAD as u32, number, count, RP2040]
                .map(u32::to_le_bytes);
            bytes.extend(header.as_flattened());
            bytes.extend(payload);
            bytes.resize(bytes.len().next_multiple_of(BLOCK) - 4, 0);
            bytes.extend(MAGIC_END.to_le_bytes());
            number += 1;
        }
    }
    Some(bytes)
}

/// The sectors that the parts touch, whole.
fn sectors(parts: &[(u32, &[u8])]) -> Option<Vec<(u32, Vec<u8>)>> {
    let mut sectors: Vec<(u32, Vec<u8>)> = Vec::new();
    for (address, data) in parts {
        let mut address = *address;
        let mut rest = *data;
        while !rest.is_empty() {
            let inside = (address % SECTOR) as usize;
            let (now, later) = rest.split_at(rest.len().min(SECTOR as usize - inside));
            let start = address - address % SECTOR;
            if sectors.last().is_none_or(|(last, _)| *last != start) {
                sectors.push((start, vec![0xff; SECTOR as usize]));
            }
            let (_, sector) = sectors.last_mut()?;
            sector.get_mut(inside..inside + now.len())?.copy_from_slice(now);
            rest = later;
            address = match u32::try_from(now.len()).ok().and_then(|length| address.checked_add(length)) {
                Some(next) => next,
                None if rest.is_empty() => break,
                None => return None,
            };
        }
    }
    Some(sectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_as_the_format_says() {
        let bytes = write(&[(0x1000_0000, &[1, 2, 3])]).unwrap();
        assert_eq!(bytes.len(), 16 * BLOCK);
        assert_eq!(&bytes[..4], b"UF2\n");
        assert_eq!(&bytes[4..8], &[0x57, 0x51, 0x5d, 0x9e]);
        assert_eq!(&bytes[12..16], &[0, 0, 0, 0x10]);
        assert_eq!(&bytes[28..32], &[0x56, 0xff, 0x8b, 0xe4]);
        assert_eq!(&bytes[32..36], &[1, 2, 3, 0xff]);
        assert_eq!(&bytes[508..512], &[0x30, 0x6f, 0xb1, 0x0a]);
    }

    #[test]
    fn parts_share_sectors_and_leave_others_out() {
        let bytes = write(&[(0x1000_0ffe, &[1; 4]), (0x1000_1100, &[2; 256]), (0x1000_4000, &[3])]).unwrap();
        assert_eq!(bytes.len(), 3 * 16 * BLOCK);
        assert!(write(&[]).unwrap().is_empty());
        assert!(write(&[(u32::MAX, &[1, 2])]).is_none());
        assert_eq!(write(&[(u32::MAX, &[1])]).unwrap().len(), 16 * BLOCK);
    }
}
