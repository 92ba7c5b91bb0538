//! Compression as zlib does it, to the byte: what OTP writes compressed is written the same here. With the feature
//! `zlib` only; devices have the smaller [`external::deflate`](crate::external).

mod codes;
mod deflate;

use alloc::vec::Vec;

use crate::checksum;
use crate::memory::{Budget, NoMemory};

/// What is around the compressed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 1950.
    Zlib,
    /// Nothing: RFC 1951.
    Raw,
    /// RFC 1952.
    Gzip,
}

/// The level when none is asked for.
pub const DEFAULT_LEVEL: u8 = 6;

/// The data, compressed at a level from 1 to 9. The result's memory is not counted in the budget yet.
///
/// # Errors
/// When there is no memory.
pub fn compressed(data: &[u8], level: u8, format: Format, budget: &Budget) -> Result<Vec<u8>, NoMemory> {
    // At worst it is stored, with five bytes more for each block.
    let most = data.len() + data.len() / 1024 + 64;
    budget.probe(most + deflate::MEMORY)?;
    let mut writer = codes::Writer::default();
    writer.out.try_reserve_exact(most).map_err(|_| NoMemory)?;
    match format {
        Format::Zlib => {
            // Its second byte says the level, and makes both as a number divisible by 31.
            let second = match level {
                ..=1 => 0x01,
                2..=5 => 0x5e,
                6 => 0x9c,
                _ => 0xda,
            };
            writer.out.extend_from_slice(&[0x78, second]);
        }
        Format::Raw => {}
        // No name, no time, Unix.
        Format::Gzip => writer.out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    }
    deflate::deflate(&mut writer, data, level);
    let mut out = writer.out;
    match format {
        Format::Zlib => out.extend_from_slice(&checksum::adler32(1, data).to_be_bytes()),
        Format::Raw => {}
        Format::Gzip => {
            out.extend_from_slice(&checksum::crc32(0, data).to_le_bytes());
            out.extend_from_slice(&(data.len() as u32).to_le_bytes());
        }
    }
    out.shrink_to_fit();
    Ok(out)
}
