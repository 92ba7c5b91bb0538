//! What of OTP's module `zlib` works on whole data: `compress`, `zip`, `gzip` and their inverses. The bytes are those of
//! zlib at its default level.
//!
//! Only builds with the feature `zlib` have it, and that is the desktop: compressing takes more memory than many devices
//! have.

use alloc::vec::Vec;

use super::binary::{bytes, iolist_to_binary};
use super::{Builds, Context, Native};
use crate::binaries::MAX_BYTES;
use crate::checksum;
use crate::raise::{Raise, Result};
use crate::term::Term;
use crate::zlib::{DEFAULT_LEVEL, Format, compressed};

const fn native(name: &'static str, function: super::Function) -> Native {
    Native { module: "zlib", name, arity: 1, function, guard: false, builds: Builds::Desktop }
}

/// The natives of this file.
pub(super) static ZLIB: &[Native] = &[
    native("compress", |cx, arguments| pack(cx, arguments, Format::Zlib)),
    native("zip", |cx, arguments| pack(cx, arguments, Format::Raw)),
    native("gzip", |cx, arguments| pack(cx, arguments, Format::Gzip)),
    native("uncompress", |cx, arguments| unpack(cx, arguments, Format::Zlib)),
    native("unzip", |cx, arguments| unpack(cx, arguments, Format::Raw)),
    native("gunzip", |cx, arguments| unpack(cx, arguments, Format::Gzip)),
];

fn pack(cx: &mut Context<'_>, arguments: &[Term], format: Format) -> Result {
    let data = iolist_to_binary(cx, arguments)?;
    let out = {
        let data = bytes(cx.store(), &cx.shared.budget, data)?;
        compressed(&data, DEFAULT_LEVEL, format, &cx.shared.budget)?
    };
    cx.bump(out.len() / 8 + 1);
    cx.binary(out)
}

fn data_error(cx: &mut Context<'_>) -> Raise {
    match cx.shared.atoms.intern("data_error") {
        Ok(name) => Raise::Error(Term::atom(name)),
        Err(_) => Raise::NoMemory,
    }
}

fn unpack(cx: &mut Context<'_>, arguments: &[Term], format: Format) -> Result {
    let data = iolist_to_binary(cx, arguments)?;
    let unpacked = {
        let data = bytes(cx.store(), &cx.shared.budget, data)?;
        let most = cx.shared.budget.left().min(MAX_BYTES);
        inflate(&data, format, most)
    };
    match unpacked {
        Some(unpacked) => {
            cx.bump(unpacked.len() / 64);
            cx.binary(unpacked)
        }
        None => Err(data_error(cx)),
    }
}

fn inflate(data: &[u8], format: Format, most: usize) -> Option<Vec<u8>> {
    use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
    match format {
        Format::Zlib => decompress_to_vec_zlib_with_limit(data, most).ok(),
        Format::Raw => decompress_to_vec_with_limit(data, most).ok(),
        Format::Gzip => {
            let body = gzip_body(data)?;
            let unpacked = decompress_to_vec_with_limit(body, most).ok()?;
            // The inflater does not tell where the data ended; the end of the file is right behind it.
            let (_, &[a, b, c, d, e, f, g, h]) = data.split_last_chunk::<8>()?;
            let (sum, size) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
            (checksum::crc32(0, &unpacked) == sum && unpacked.len() as u32 == size).then_some(unpacked)
        }
    }
}

/// What is behind the head of gzip: RFC 1952.
fn gzip_body(data: &[u8]) -> Option<&[u8]> {
    const CRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let &[0x1f, 0x8b, 8, flags, ..] = data else { return None };
    let mut rest = data.get(10..)?;
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|&byte| byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & CRC != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}
