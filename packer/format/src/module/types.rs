//! The type table, chunk `Type`: what the compiler proved of registers. Typed registers name its rows from 0.
//!
//! Two 32-bit words (version, number of rows), then rows of a 16-bit set of types. In version 1 (OTP 25) two 64-bit
//! bounds follow each; later versions tell by bits of the set whether a lower bound, an upper bound (64 bits each) and
//! a unit (8 bits) follow (OTP: `beam_types:encode_ext/1`). Those bits come after the kinds, of which versions 1, 2 and 4
//! have 13 and version 3 has 12 (`beam_types:convert_ext/2` of OTP 27 and 29). The types are hints: a VM need not read
//! them.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// The type table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Types<'a> {
    /// 1 for OTP 25, 2 for 26, 3 for 27 and 28, 4 for 29.
    pub version: u32,
    /// The rows, as the file has them.
    pub rows: Vec<&'a [u8]>,
}

impl<'a> Types<'a> {
    /// Reads the data of a `Type` chunk.
    ///
    /// # Errors
    /// When it is cut short or of an unknown version.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "the type table";
        let mut reader = Reader::new(data);
        let version = reader.u32(WHAT)?;
        // Where the bits for lower bound, upper bound and unit begin.
        let bits = match version {
            1 => 16,
            3 => 12,
            2 | 4 => 13,
            _ => {
                return Err(Error::new(0, ErrorKind::BadTag { what: "the version of the type table", tag: version }));
            }
        };
        let count = reader.u32(WHAT)? as usize;
        if count.saturating_mul(2) > reader.remaining() {
            let need = count.saturating_mul(2);
            let have = reader.remaining();
            return Err(reader.error(ErrorKind::Truncated { what: WHAT, need, have }));
        }
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            let set = reader.clone().u16(WHAT)?;
            let extra = if version == 1 {
                16
            } else {
                let has = |bit: u32| usize::from(set >> (bits + bit) & 1);
                8 * (has(0) + has(1)) + has(2)
            };
            rows.push(reader.bytes(2 + extra, "a type")?);
        }
        reader.finish(WHAT)?;
        Ok(Self { version, rows })
    }

    /// Writes the data of the chunk: the inverse of [`parse`](Self::parse).
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.version.to_be_bytes());
        out.extend_from_slice(&(self.rows.len() as u32).to_be_bytes());
        for row in &self.rows {
            out.extend_from_slice(row);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of version 2 with all its bits, as `beam_types:convert_ext(2, ...)` of OTP 27 takes it: an integer from -5
    /// to 77, then a bitstring with a unit.
    #[test]
    fn the_bits_of_extras_stand_behind_the_kinds() {
        let lower = (-5i64).to_be_bytes();
        let upper = 77i64.to_be_bytes();
        let data = |version: u32, bits: u32| {
            let mut data = [version.to_be_bytes(), 2u32.to_be_bytes()].concat();
            data.extend_from_slice(&(0x40u16 | 3 << bits).to_be_bytes());
            data.extend([lower, upper].concat());
            data.extend_from_slice(&(2u16 | 4 << bits).to_be_bytes());
            data.push(7);
            data
        };
        for (version, bits) in [(2, 13), (3, 12), (4, 13)] {
            let data = data(version, bits);
            let types = Types::parse(&data).unwrap();
            assert_eq!(types.rows.iter().map(|row| row.len()).collect::<Vec<_>>(), [18, 3], "version {version}");
            assert_eq!(types.emit(), data);
        }
        assert!(Types::parse(&data(2, 12)).is_err());
    }
}
