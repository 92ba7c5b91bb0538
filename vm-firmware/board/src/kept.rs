//! Bytes in memory that stays through a restart or a sleep. Owns how they are found again: their length and a checksum stand
//! before them, since after power was lost there is anything.

use alloc::vec::Vec;

use emberl_vm::checksum::crc32;
use emberl_vm::hardware::Error;

/// The length and the checksum, 4 bytes each.
const HEAD: usize = 8;

/// The checksum is of the length, too: a memory of zeros holds nothing.
fn checksum(length: [u8; 4], bytes: &[u8]) -> [u8; 4] {
    crc32(crc32(0x4b45_5054, &length), bytes).to_le_bytes()
}

/// What is kept: `enoent` where there is nothing, or nothing whole.
pub(crate) fn get(memory: &[u8]) -> Result<Vec<u8>, Error> {
    let (length, rest) = memory.split_first_chunk::<4>().ok_or("enotsup")?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or("enotsup")?;
    let bytes = rest.get(..u32::from_le_bytes(*length) as usize).ok_or("enoent")?;
    if checksum(*length, bytes) != *sum {
        return Err("enoent");
    }
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).map_err(|_| "enomem")?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}

/// Keeps bytes.
pub(crate) fn set(memory: &mut [u8], bytes: &[u8]) -> Result<(), Error> {
    if memory.len() < HEAD {
        return Err("enotsup");
    }
    let length = u32::try_from(bytes.len()).map_err(|_| "enospc")?.to_le_bytes();
    let (head, rest) = memory.split_at_mut(HEAD);
    rest.get_mut(..bytes.len()).ok_or("enospc")?.copy_from_slice(bytes);
    let sum = checksum(length, bytes);
    for (place, byte) in head.iter_mut().zip(length.into_iter().chain(sum)) {
        *place = byte;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_whole_or_not_there() {
        let mut memory = [0; 32];
        assert_eq!(get(&memory), Err("enoent"));
        assert_eq!(get(&[0xa5; 32]), Err("enoent"));
        assert_eq!(get(&[]), Err("enotsup"));
        assert_eq!(set(&mut [0; 4], b""), Err("enotsup"));
        set(&mut memory, b"").unwrap();
        assert_eq!(get(&memory).unwrap(), b"");
        set(&mut memory, &[7; 24]).unwrap();
        assert_eq!(get(&memory).unwrap(), [7; 24]);
        assert_eq!(set(&mut memory, &[8; 25]), Err("enospc"));
        assert_eq!(get(&memory).unwrap(), [7; 24]);
        for at in 0..memory.len() {
            memory[at] ^= 1;
            assert_eq!(get(&memory), Err("enoent"), "{at}");
            memory[at] ^= 1;
        }
    }
}
