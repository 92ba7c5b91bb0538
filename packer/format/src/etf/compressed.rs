//! Compressed terms (tag 80): the term without its version byte, deflated with a zlib wrapper, after its size.

use alloc::{vec, vec::Vec};

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::beam::inflate_limit;
use crate::error::ErrorKind;
use crate::reader::{Reader, Result};

const WHAT: &str = "a compressed term";

/// Reads what follows the tag, and inflates it.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let start = reader.clone();
    let announced = reader.u32("the size of a compressed term")? as usize;
    let mut input = reader.clone();
    let input = input.rest();
    let limit = inflate_limit(input.len());
    if announced > limit {
        return Err(start.error(ErrorKind::TooLarge { what: "the size of a compressed term", limit: limit as u64 }));
    }
    let bad = || start.error(ErrorKind::BadCompression { what: WHAT });
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_COMPUTE_ADLER32
        | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = alloc::boxed::Box::<DecompressorOxide>::default();
    let mut output = vec![0; announced.min(input.len().saturating_mul(4))];
    let (mut used, mut written) = (0, 0);
    loop {
        let (status, read, made) =
            decompress(&mut state, input.get(used..).unwrap_or_default(), &mut output, written, flags);
        used += read;
        written += made;
        match status {
            TINFLStatus::Done => break,
            // The announced size is not taken from the machine before the data fills it.
            TINFLStatus::HasMoreOutput if output.len() < announced => {
                output.resize(announced.min(output.len().saturating_mul(2).max(64)), 0);
            }
            _ => return Err(bad()),
        }
    }
    if written != announced {
        return Err(bad());
    }
    reader.bytes(used, WHAT)?;
    output.truncate(written);
    Ok(output)
}
