//! A cursor over bytes that cannot run past their end. Every parser of this crate reads through it.

use crate::error::{Error, ErrorKind};

/// Result of reading.
pub type Result<T> = core::result::Result<T, Error>;

/// A cursor over bytes from outside. Offsets in its errors count from the start of the slice it was made of.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A cursor over `bytes` that starts at `at` (or at the end, if that comes first).
    #[must_use]
    pub fn starting_at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at: at.min(bytes.len()) }
    }

    /// The offset of the next byte.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Bytes not yet read.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether all bytes were read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// An error at the next byte.
    #[must_use]
    pub fn error(&self, kind: ErrorKind) -> Error {
        Error::new(self.at, kind)
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] when fewer are left; nothing is consumed then.
    #[inline]
    pub fn bytes(&mut self, count: usize, what: &'static str) -> Result<&'a [u8]> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(part) => {
                self.at += count;
                Ok(part)
            }
            None => Err(self.error(ErrorKind::Truncated { what, need: count, have: self.remaining() })),
        }
    }

    /// The rest of the bytes.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = self.bytes.len();
        rest
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline]
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N]> {
        let part = self.bytes(N, what)?;
        let mut array = [0; N];
        array.copy_from_slice(part);
        Ok(array)
    }

    /// The next byte.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline]
    pub fn u8(&mut self, what: &'static str) -> Result<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) => {
                self.at += 1;
                Ok(byte)
            }
            None => Err(self.error(ErrorKind::Truncated { what, need: 1, have: 0 })),
        }
    }

    /// The next two bytes, big-endian.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline]
    pub fn u16(&mut self, what: &'static str) -> Result<u16> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// The next four bytes, big-endian.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline]
    pub fn u32(&mut self, what: &'static str) -> Result<u32> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// The next eight bytes, big-endian.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes).
    #[inline]
    pub fn u64(&mut self, what: &'static str) -> Result<u64> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// Says that nothing may be left.
    ///
    /// # Errors
    /// [`ErrorKind::TrailingBytes`] when something is.
    pub fn finish(&self, what: &'static str) -> Result<()> {
        match self.remaining() {
            0 => Ok(()),
            count => Err(self.error(ErrorKind::TrailingBytes { what, count })),
        }
    }
}
