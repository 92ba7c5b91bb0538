//! The literal table: chunk `LitT`, compressed or (since OTP 28) plain, and `LitU`, its inflated form in packs.
//!
//! The table is a 32-bit count, then for each literal a 32-bit length and an external term. In `LitT` it is behind a
//! word with its inflated size, or 0 when it is not compressed (OTP: `beam_asm`, `beam_lib`).

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::beam::literal_table;
use crate::error::ErrorKind;
use crate::reader::{Reader, Result};

/// How the literal table is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LiteralForm {
    /// `LitT` with a zlib stream (until OTP 27).
    Compressed,
    /// `LitT` with a size word of 0 (OTP 28 and later).
    Plain,
    /// `LitU`, without a size word (packs).
    #[default]
    Inflated,
}

/// The literal table.
#[derive(Clone, Debug, Default)]
pub struct Literals<'a> {
    /// The table: count, lengths and terms.
    table: Cow<'a, [u8]>,
    terms: Vec<Range<u32>>,
    /// How the file stores it.
    pub form: LiteralForm,
}

impl<'a> Literals<'a> {
    /// Reads the data of a `LitT` chunk.
    ///
    /// # Errors
    /// When it is cut short, does not inflate to the announced size, or would inflate past
    /// [`inflate_limit`](crate::beam::inflate_limit). The terms themselves are not read.
    pub fn parse_litt(data: &'a [u8]) -> Result<Self> {
        match literal_table(data)? {
            table @ Cow::Borrowed(_) => Self::of(table, LiteralForm::Plain).map_err(|error| error.shifted(4)),
            table @ Cow::Owned(_) => Self::of(table, LiteralForm::Compressed),
        }
    }

    /// Reads the data of a `LitU` chunk.
    ///
    /// # Errors
    /// When it is cut short. The terms themselves are not read.
    pub fn parse_litu(data: &'a [u8]) -> Result<Self> {
        Self::of(Cow::Borrowed(data), LiteralForm::Inflated)
    }

    fn of(table: Cow<'a, [u8]>, form: LiteralForm) -> Result<Self> {
        const WHAT: &str = "the literal table";
        let mut reader = Reader::new(&table);
        let count = reader.u32(WHAT)? as usize;
        // A literal takes its length word and at least three bytes.
        if count.saturating_mul(7) > reader.remaining() {
            let have = reader.remaining();
            return Err(reader.error(ErrorKind::Truncated { what: WHAT, need: count.saturating_mul(7), have }));
        }
        let mut terms = Vec::with_capacity(count);
        for _ in 0..count {
            let length = reader.u32("the length of a literal")? as usize;
            let start = reader.offset() as u32;
            reader.bytes(length, "a literal")?;
            terms.push(start..reader.offset() as u32);
        }
        Ok(Self { table, terms, form })
    }

    /// The number of literals.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.terms.len() as u32
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The external term of literal `index`, counted from 0, with its version byte.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&[u8]> {
        let range = self.terms.get(index as usize)?;
        self.table.get(range.start as usize..range.end as usize)
    }

    /// Where literal `index` starts in the inflated table, in bytes: for errors.
    #[must_use]
    pub fn offset(&self, index: u32) -> usize {
        self.terms.get(index as usize).map_or(0, |range| range.start as usize)
    }

    /// All external terms, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The inflated table: the data of a `LitU` chunk.
    #[must_use]
    pub fn table(&self) -> &[u8] {
        &self.table
    }
}

/// Writes a table of external terms: the data of a `LitU` chunk.
pub fn emit_table<'t>(terms: impl ExactSizeIterator<Item = &'t [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&(terms.len() as u32).to_be_bytes());
    for term in terms {
        out.extend_from_slice(&(term.len() as u32).to_be_bytes());
        out.extend_from_slice(term);
    }
    out
}

/// Puts the size word of `LitT` before a table, compressed or plain as `form` says ([`LiteralForm::Inflated`] leaves it
/// as it is). A compressed table inflates to the same bytes, but need not be what zlib would have made.
#[must_use]
pub fn wrap_table(table: &[u8], form: LiteralForm) -> Vec<u8> {
    let (size, body) = match form {
        LiteralForm::Inflated => return table.to_vec(),
        LiteralForm::Plain => (0u32, Cow::Borrowed(table)),
        LiteralForm::Compressed => {
            (table.len() as u32, Cow::Owned(miniz_oxide::deflate::compress_to_vec_zlib(table, 6)))
        }
    };
    let mut out = Vec::with_capacity(4 + body.len());
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&body);
    out
}
