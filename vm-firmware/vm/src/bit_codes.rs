//! How translated code says what `bs_match` and `bs_create_bin` do: numbers of their commands and segments. The loader
//! writes them, the interpreter reads them.
//!
//! Behind the label and the context, `bs_match` has the number of words of its commands, then the commands. The first
//! word of each is its number, for [`command::INTEGER`] with the flags from bit 8 on; what follows is told there. Sizes
//! are in bits, units multiplied out; what is larger than any binary is [`NEVER`].
//!
//! `bs_create_bin` has in word [`SEGMENTS`] how many segments there are, in word [`CONSTANT`] the bits that they make
//! together if that is known when it is loaded, or [`NEVER`] (a bitstring that is appended to is not counted); then the
//! segments, [`SEGMENT_WORDS`] each: kind, flags and unit (see [`segment()`]); the value; the size as a term; the size
//! in bits, or [`NEVER`] when only the running program knows it.

use crate::atoms::{self, Atom};

/// A size that no binary has, or that is not known: binaries have at most 2^32 - 8 bits.
pub const NEVER: u32 = u32::MAX;

/// The word of `bs_create_bin` with the number of segments.
pub const SEGMENTS: usize = 6;
/// The word of `bs_create_bin` with the constant size.
pub const CONSTANT: usize = 7;
/// The word of `bs_create_bin` where the segments begin.
pub const FIRST_SEGMENT: usize = 8;
/// The words of a segment.
pub const SEGMENT_WORDS: usize = 4;

/// Commands of `bs_match`.
pub mod command {
    /// Size, mask: at least so many bits are left, and of the bits behind them none of the mask's (the unit, a power of
    /// two, less one).
    pub const AT_LEAST: u8 = 0;
    /// Size, unit: the same with any other unit.
    pub const AT_LEAST_OF: u8 = 1;
    /// Size: exactly so many bits are left.
    pub const EXACTLY: u8 = 2;
    /// Size: skip.
    pub const SKIP: u8 = 3;
    /// Destination: all that is left.
    pub const TAIL: u8 = 4;
    /// Destination: an unsigned integer of 8 bits.
    pub const BYTE: u8 = 5;
    /// Size, destination: an unsigned big-endian integer of at most 29 bits, which is small.
    pub const SMALL: u8 = 6;
    /// Size, destination: any integer.
    pub const INTEGER: u8 = 7;
    /// Size, destination: a bitstring.
    pub const BINARY: u8 = 8;
    /// Size, low word, high word: the next bits, at most 64, are these.
    pub const EQUAL: u8 = 9;
}

/// Kinds of segments of `bs_create_bin`.
pub mod kind {
    /// The bitstring that the rest is appended to; first only.
    pub const APPEND: u8 = 0;
    /// All of a bitstring.
    pub const ALL: u8 = 1;
    /// The first bits of a bitstring.
    pub const BINARY: u8 = 2;
    /// An integer.
    pub const INTEGER: u8 = 3;
    /// A float.
    pub const FLOAT: u8 = 4;
    /// A character in UTF-8.
    pub const UTF8: u8 = 5;
    /// A character in UTF-16.
    pub const UTF16: u8 = 6;
    /// A character in UTF-32.
    pub const UTF32: u8 = 7;
    /// Bytes of the string table: the value says where they begin.
    pub const STRING: u8 = 8;
}

/// The first word of a segment: kind, flags (at most 255), unit (at most 256).
#[must_use]
pub const fn segment(kind: u8, flags: u32, unit: u32) -> u32 {
    kind as u32 | (flags & 0xff) << 8 | unit << 16
}

/// The flags in the first word of a segment or a command.
#[must_use]
#[inline(always)]
pub const fn flags(word: u32) -> u32 {
    word >> 8 & 0xff
}

/// The unit in the first word of a segment.
#[must_use]
#[inline(always)]
pub const fn unit(word: u32) -> u32 {
    word >> 16
}

/// The type of a segment as errors name it.
#[must_use]
pub const fn type_of(kind: u8) -> Atom {
    match kind {
        kind::APPEND | kind::ALL | kind::BINARY => atoms::BINARY,
        kind::INTEGER => atoms::INTEGER,
        kind::FLOAT => atoms::FLOAT,
        kind::UTF8 => atoms::UTF8,
        kind::UTF16 => atoms::UTF16,
        kind::UTF32 => atoms::UTF32,
        _ => atoms::STRING,
    }
}
