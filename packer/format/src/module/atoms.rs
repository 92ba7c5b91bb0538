//! The atom table, chunk `AtU8`, in its two forms.
//!
//! Until OTP 27 the table is a 32-bit count and atoms with a length byte. Since OTP 28 the count is negative and the
//! lengths are compact terms, since an atom of 255 characters may take 1020 bytes (OTP: `beam_asm`, `beam_lib`).

use alloc::vec::Vec;

use crate::compact;
use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// The most characters that an atom has (OTP: Efficiency Guide, "System Limits").
pub const MAX_ATOM_CHARACTERS: usize = 255;

/// The atom table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Atoms<'a> {
    names: Vec<&'a str>,
    /// Whether the table has the form of OTP 28 and later.
    pub long_lengths: bool,
}

impl<'a> Atoms<'a> {
    /// A table of these atoms; the first is the module's name.
    #[must_use]
    pub const fn new(names: Vec<&'a str>, long_lengths: bool) -> Self {
        Self { names, long_lengths }
    }

    /// Reads the data of an `AtU8` chunk.
    ///
    /// # Errors
    /// When it is cut short, empty, or an atom is too long or not UTF-8.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "the atom table";
        let mut reader = Reader::new(data);
        let count = reader.u32(WHAT)? as i32;
        let long_lengths = count < 0;
        let count = count.unsigned_abs() as usize;
        if count == 0 {
            return Err(Error::new(0, ErrorKind::Invalid { what: "the atom table has no module name" }));
        }
        // An atom takes at least its length byte.
        if count > reader.remaining() {
            let have = reader.remaining();
            return Err(Error::new(0, ErrorKind::Truncated { what: WHAT, need: count, have }));
        }
        let mut names = Vec::with_capacity(count);
        for _ in 0..count {
            let at = reader.offset();
            let length = if long_lengths {
                compact::unsigned(&mut reader, "the length of an atom")? as usize
            } else {
                usize::from(reader.u8("the length of an atom")?)
            };
            let bytes = reader.bytes(length, "an atom")?;
            let name = core::str::from_utf8(bytes)
                .map_err(|_| Error::new(at, ErrorKind::BadText { what: "an atom (it must be UTF-8)" }))?;
            if name.len() > MAX_ATOM_CHARACTERS && name.chars().count() > MAX_ATOM_CHARACTERS {
                let limit = MAX_ATOM_CHARACTERS as u64;
                return Err(Error::new(at, ErrorKind::TooLarge { what: "the number of characters of an atom", limit }));
            }
            names.push(name);
        }
        Ok(Self { names, long_lengths })
    }

    /// The number of atoms.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is none, which no parsed table is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Atom `index`, counted from 1.
    #[must_use]
    #[inline]
    pub fn get(&self, index: u32) -> Option<&'a str> {
        self.names.get((index as usize).wrapping_sub(1)).copied()
    }

    /// All atoms; the first has index 1.
    #[must_use]
    pub fn names(&self) -> &[&'a str] {
        &self.names
    }

    /// Writes the data of the chunk: the inverse of [`parse`](Self::parse).
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let long = self.long_lengths || self.names.iter().any(|name| name.len() > 255);
        let count = self.len() as i32;
        let mut out = Vec::new();
        out.extend_from_slice(&(if long { -count } else { count }).to_be_bytes());
        for name in &self.names {
            if long {
                compact::write_number(&mut out, compact::tag::U, name.len() as i64);
            } else {
                out.push(name.len() as u8);
            }
            out.extend_from_slice(name.as_bytes());
        }
        out
    }
}
