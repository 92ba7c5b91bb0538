//! A `.beam` file as a list of chunks: the IFF container with the form type `BEAM`, plain or gzip-compressed.
//!
//! The container is `FOR1`, a 32-bit big-endian size, `BEAM`, then chunks: four bytes of name, a 32-bit size, the
//! data, and zero bytes up to a multiple of four (OTP: `beam_lib`'s documentation, section "BEAM file format").

use alloc::{borrow::Cow, vec::Vec};

use crate::error::{ChunkId, Error, ErrorKind};
use crate::reader::{Reader, Result};

/// How far a compressed file or chunk may grow: at most this many times its size, but never less than
/// [`INFLATE_FLOOR`]. Deflate reaches 1032:1; in all of OTP and Elixir literals stay below 18:1 and debug information
/// below 56:1.
pub const INFLATE_RATIO: usize = 64;
/// The size in bytes up to which anything may be inflated, whatever the ratio.
pub const INFLATE_FLOOR: usize = 1 << 20;

/// The largest size in bytes that `compressed` bytes are inflated to.
#[must_use]
pub const fn inflate_limit(compressed: usize) -> usize {
    let limit = compressed.saturating_mul(INFLATE_RATIO);
    if limit < INFLATE_FLOOR { INFLATE_FLOOR } else { limit }
}

/// One chunk of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Its name.
    pub id: ChunkId,
    /// Its data, without padding.
    pub data: &'a [u8],
    /// Where its data starts in the (inflated) file, in bytes.
    pub offset: usize,
}

/// The chunks of a `.beam` file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunks<'a> {
    chunks: Vec<Chunk<'a>>,
}

impl<'a> Chunks<'a> {
    /// Reads the container. Bytes after the form are ignored, as OTP's loader does.
    ///
    /// # Errors
    /// When `bytes` are not a `FOR1`/`BEAM` form, when a chunk runs past the end, or a name is there twice.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "a .beam file (it does not start with FOR1)";
        let mut reader = Reader::new(bytes);
        if reader.array::<4>("the file header").ok() != Some(*b"FOR1") {
            return Err(Error::new(0, ErrorKind::BadMagic { expected: WHAT }));
        }
        let size = reader.u32("the file's size")? as usize;
        let have = reader.remaining();
        let form = reader
            .bytes(size, "the file")
            .map_err(|_| Error::new(8, ErrorKind::Truncated { what: "the file", need: size, have }))?;
        let mut reader = Reader::new(form);
        if reader.array::<4>("the form type").ok() != Some(*b"BEAM") {
            return Err(Error::new(8, ErrorKind::BadMagic { expected: "a BEAM form" }));
        }
        let mut chunks: Vec<Chunk<'a>> = Vec::new();
        while !reader.is_empty() {
            let at = reader.offset().saturating_add(8);
            let chunk = Self::chunk(&mut reader).map_err(|error| error.shifted(8))?;
            if chunks.iter().any(|seen| seen.id == chunk.id) {
                return Err(Error::new(at, ErrorKind::DuplicateChunk(chunk.id)));
            }
            if chunks.len() >= 256 {
                return Err(Error::new(at, ErrorKind::TooLarge { what: "the number of chunks", limit: 256 }));
            }
            chunks.push(chunk);
        }
        Ok(Self { chunks })
    }

    fn chunk(reader: &mut Reader<'a>) -> Result<Chunk<'a>> {
        let id = ChunkId(reader.array("a chunk's name")?);
        let size = reader.u32("a chunk's size")? as usize;
        let offset = reader.offset().saturating_add(8);
        let data = reader.bytes(size, "a chunk")?;
        // The last chunk's padding may be missing; OTP's reader does not ask for it.
        let padding = (size.wrapping_neg() & 3).min(reader.remaining());
        reader.bytes(padding, "a chunk's padding")?;
        Ok(Chunk { id, data, offset })
    }

    /// The chunk with this name.
    #[must_use]
    pub fn get(&self, id: &[u8; 4]) -> Option<&Chunk<'a>> {
        self.chunks.iter().find(|chunk| &chunk.id.0 == id)
    }

    /// All chunks, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Chunk<'a>] {
        &self.chunks
    }
}

/// Writes chunks as a `.beam` file: the inverse of [`Chunks::parse`].
///
/// # Errors
/// [`ErrorKind::TooLarge`] when a size does not fit in 32 bits.
pub fn emit<'a>(chunks: impl IntoIterator<Item = (ChunkId, &'a [u8])>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    out.extend_from_slice(b"FOR1\0\0\0\0BEAM");
    for (id, data) in chunks {
        out.extend_from_slice(&id.0);
        out.extend_from_slice(&size_word(data.len())?);
        out.extend_from_slice(data);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let size = size_word(out.len() - 8)?;
    if let Some(place) = out.get_mut(4..8) {
        place.copy_from_slice(&size);
    }
    Ok(out)
}

fn size_word(size: usize) -> Result<[u8; 4]> {
    u32::try_from(size)
        .map(u32::to_be_bytes)
        .map_err(|_| Error::new(0, ErrorKind::TooLarge { what: "a chunk", limit: u64::from(u32::MAX) }))
}

/// The bytes of a file that may be gzip-compressed (`erlc +compressed`), inflated if they are.
///
/// # Errors
/// When the gzip wrapper is damaged, or the contents would pass [`inflate_limit`].
pub fn uncompressed(bytes: &[u8]) -> Result<Cow<'_, [u8]>> {
    if bytes.starts_with(&[0x1f, 0x8b]) { gunzip(bytes).map(Cow::Owned) } else { Ok(Cow::Borrowed(bytes)) }
}

/// The table of literals that a `LitT` chunk holds: inflated, or as it is where the size word is zero (OTP 28 and
/// later do not compress). It is what `.avm` packs store as `LitU`: a count, then each literal's size and external term.
///
/// # Errors
/// When the announced size passes [`inflate_limit`], or the data do not inflate to it. Offsets count from the chunk.
pub fn literal_table(data: &[u8]) -> Result<Cow<'_, [u8]>> {
    const WHAT: &str = "the table of literals";
    let mut reader = Reader::new(data);
    let size = reader.u32("the size of the table of literals")? as usize;
    let table = reader.rest();
    let limit = inflate_limit(table.len());
    if size == 0 {
        return Ok(Cow::Borrowed(table));
    }
    if size > limit {
        return Err(Error::new(0, ErrorKind::TooLarge { what: WHAT, limit: limit as u64 }));
    }
    match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(table, size) {
        Ok(inflated) if inflated.len() == size => Ok(Cow::Owned(inflated)),
        _ => Err(Error::new(4, ErrorKind::BadCompression { what: WHAT })),
    }
}

/// Inflates one gzip member (RFC 1952). Its checksum is verified.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>> {
    const WHAT: &str = "the gzip file";
    let mut reader = Reader::new(bytes);
    let [_, _, method, flags, ..] = reader.array::<10>(WHAT)?;
    if method != 8 {
        return Err(Error::new(2, ErrorKind::BadTag { what: "the gzip method", tag: u32::from(method) }));
    }
    if flags & 4 != 0 {
        let [low, high] = reader.array(WHAT)?;
        reader.bytes(usize::from(u16::from_le_bytes([low, high])), WHAT)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            while reader.u8(WHAT)? != 0 {}
        }
    }
    if flags & 2 != 0 {
        reader.bytes(2, WHAT)?;
    }
    let start = reader.offset();
    let body = reader.bytes(reader.remaining().saturating_sub(8), WHAT)?;
    let crc = u32::from_le_bytes(reader.array(WHAT)?);
    let size = u32::from_le_bytes(reader.array(WHAT)?);
    let out = miniz_oxide::inflate::decompress_to_vec_with_limit(body, inflate_limit(bytes.len()))
        .map_err(|_| Error::new(start, ErrorKind::BadCompression { what: WHAT }))?;
    if out.len() as u64 & 0xffff_ffff != u64::from(size) || crc32(&out) != crc {
        return Err(Error::new(bytes.len().saturating_sub(8), ErrorKind::BadCompression { what: WHAT }));
    }
    Ok(out)
}

/// The CRC-32 of RFC 1952, section 8.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
