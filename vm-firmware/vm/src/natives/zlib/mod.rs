//! What of OTP's module `zlib` works on whole data: `compress`, `zip`, `gzip` and their inverses. The bytes are those of
//! zlib at its default level.
//!
//! Only builds with the feature `zlib` have it, and that is the desktop: compressing takes more memory than many devices
//! have.

mod codes;
mod deflate;

use alloc::vec::Vec;

use super::binary::{bytes, iolist_to_binary, vector};
use super::{Builds, Context, Native};
use crate::binaries::MAX_BYTES;
use crate::checksum;
use crate::raise::{Raise, Result};
use crate::term::Term;
use codes::Writer;

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

/// What is around the compressed data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Zlib,
    Raw,
    Gzip,
}

/// The head that zlib writes: for gzip with no name and no time, of Unix.
const ZLIB_HEAD: &[u8] = &[0x78, 0x9c];
const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];

fn pack(cx: &mut Context<'_>, arguments: &[Term], format: Format) -> Result {
    let data = iolist_to_binary(cx, arguments)?;
    let mut writer = Writer::default();
    {
        let data = bytes(cx.store(), &cx.shared.budget, data)?;
        // At worst it is stored, five bytes more for each block.
        let most = data.len() + data.len() / 1024 + 64;
        cx.shared.budget.probe(most + deflate::MEMORY)?;
        writer.out = vector(&cx.shared.budget, most)?;
        writer.out.extend_from_slice(match format {
            Format::Zlib => ZLIB_HEAD,
            Format::Raw => &[],
            Format::Gzip => GZIP_HEAD,
        });
        deflate::deflate(&mut writer, &data);
        match format {
            Format::Zlib => writer.out.extend_from_slice(&checksum::adler32(1, &data).to_be_bytes()),
            Format::Raw => {}
            Format::Gzip => {
                writer.out.extend_from_slice(&checksum::crc32(0, &data).to_le_bytes());
                writer.out.extend_from_slice(&(data.len() as u32).to_le_bytes());
            }
        }
    }
    let mut out = writer.out;
    out.shrink_to_fit();
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
