//! Reads the bytes of a term one token at a time: a whole leaf, or the head of a term with parts. Every rule about a
//! single token is checked here, for [`visit`](super::visit()) and [`decode`](super::decode()) alike.

use alloc::{borrow::Cow, string::String};

use super::{MAX_ATOM_CHARACTERS, MAX_INTEGER_BYTES, MAX_REFERENCE_WORDS, tag};
use crate::error::ErrorKind;
use crate::reader::{Reader, Result};

const TERM: &str = "an external term";

#[allow(missing_docs)] // The fields say what they are.
/// A leaf, or the head of a term whose parts follow.
pub enum Token<'a> {
    Atom(Cow<'a, str>),
    Integer(i64),
    /// An integer beyond `i64`: sign and magnitude, least byte first, no zero byte at the end.
    Big {
        negative: bool,
        magnitude: &'a [u8],
    },
    Float(f64),
    Bitstring {
        bytes: &'a [u8],
        /// Bits used of the last byte: 1 to 8; 0 when there is none.
        last: u8,
    },
    Nil,
    /// A list of bytes, complete; never empty.
    String(&'a [u8]),
    /// So many elements and a tail follow.
    List(usize),
    /// So many elements follow.
    Tuple(usize),
    /// So many pairs follow.
    Map(usize),
    Pid(Pid<'a>),
    Port {
        node: Cow<'a, str>,
        id: u64,
        creation: u32,
    },
    Reference {
        node: Cow<'a, str>,
        creation: u32,
        /// Whole words, big-endian.
        words: &'a [u8],
    },
    Export {
        module: Cow<'a, str>,
        function: Cow<'a, str>,
        arity: u8,
    },
    /// `free` variables follow.
    Fun {
        arity: u8,
        uniq: [u8; 16],
        index: u32,
        module: Cow<'a, str>,
        old_index: i64,
        old_uniq: i64,
        creator: Pid<'a>,
        free: usize,
    },
    /// `free` variables follow.
    OldFun {
        creator: Pid<'a>,
        module: Cow<'a, str>,
        index: i64,
        uniq: i64,
        free: usize,
    },
}

#[allow(missing_docs)] // The fields say what they are.
/// A process identifier.
pub struct Pid<'a> {
    pub node: Cow<'a, str>,
    pub id: u32,
    pub serial: u32,
    pub creation: u32,
}

impl Token<'_> {
    /// How many terms follow as parts of this one.
    #[must_use]
    #[inline]
    pub const fn parts(&self) -> usize {
        match self {
            Self::List(count) => count.saturating_add(1),
            Self::Tuple(count) => *count,
            Self::Map(count) => count.saturating_mul(2),
            Self::Fun { free, .. } | Self::OldFun { free, .. } => *free,
            _ => 0,
        }
    }
}

/// Reads the next token.
///
/// # Errors
/// When the bytes are no such token.
#[inline]
pub fn read<'a>(reader: &mut Reader<'a>) -> Result<Token<'a>> {
    let start = reader.clone();
    let found = reader.u8(TERM)?;
    Ok(match found {
        tag::SMALL_INTEGER => Token::Integer(i64::from(reader.u8("an integer")?)),
        tag::INTEGER => Token::Integer(integer(reader)?),
        tag::ATOM | tag::SMALL_ATOM | tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8 => Token::Atom(atom_text(found, reader)?),
        tag::NIL => Token::Nil,
        tag::STRING => {
            let length = usize::from(reader.u16("the length of a string")?);
            match reader.bytes(length, "a string")? {
                [] => Token::Nil,
                bytes => Token::String(bytes),
            }
        }
        tag::LIST => Token::List(length(reader, "the length of a list")?),
        tag::SMALL_TUPLE => Token::Tuple(usize::from(reader.u8("the arity of a tuple")?)),
        tag::LARGE_TUPLE => Token::Tuple(length(reader, "the arity of a tuple")?),
        tag::MAP => Token::Map(length(reader, "the size of a map")?),
        tag::BINARY => {
            let length = length(reader, "the length of a binary")?;
            let bytes = reader.bytes(length, "a binary")?;
            Token::Bitstring { bytes, last: if bytes.is_empty() { 0 } else { 8 } }
        }
        tag::BIT_BINARY => bit_binary(reader)?,
        tag::NEW_FLOAT => {
            let value = f64::from_bits(reader.u64("a float")?);
            if !value.is_finite() {
                return Err(start.error(ErrorKind::Invalid { what: "a float must be finite" }));
            }
            Token::Float(value)
        }
        tag::FLOAT => match text_float(reader.bytes(31, "a float")?) {
            Some(value) => Token::Float(value),
            None => return Err(start.error(ErrorKind::BadText { what: "a float" })),
        },
        tag::SMALL_BIG => {
            let length = usize::from(reader.u8("the length of an integer")?);
            big(reader, length)?
        }
        tag::LARGE_BIG => {
            let length = length(reader, "the length of an integer")?;
            big(reader, length)?
        }
        tag::PID | tag::NEW_PID => Token::Pid(pid_body(found, reader)?),
        tag::PORT | tag::NEW_PORT | tag::V4_PORT => port(found, reader)?,
        tag::REFERENCE | tag::NEW_REFERENCE | tag::NEWER_REFERENCE => reference(found, reader)?,
        tag::EXPORT => {
            let module = atom(reader, "the module of a fun")?;
            let function = atom(reader, "the function of a fun")?;
            let at = reader.clone();
            let value = small_integer(reader, "the arity of a fun")?;
            let arity = u8::try_from(value).map_err(|_| {
                at.error(ErrorKind::OutOfRange { what: "the arity of a fun", value: value.unsigned_abs(), limit: 256 })
            })?;
            Token::Export { module, function, arity }
        }
        tag::NEW_FUN => new_fun(reader)?,
        tag::FUN => old_fun(reader)?,
        tag::COMPRESSED => {
            return Err(start.error(ErrorKind::Invalid {
                what: "a compressed term (tag 80) is allowed only directly after the version byte",
            }));
        }
        tag::LOCAL => {
            return Err(start.error(ErrorKind::Invalid {
                what: "a local term (tag 121) is allowed only directly after the version byte",
            }));
        }
        other => return Err(start.error(ErrorKind::BadTag { what: TERM, tag: u32::from(other) })),
    })
}

fn length(reader: &mut Reader<'_>, what: &'static str) -> Result<usize> {
    // On a machine of 16-bit addresses nothing that long can be there; the next read says so.
    reader.u32(what).map(|length| usize::try_from(length).unwrap_or(usize::MAX))
}

fn integer(reader: &mut Reader<'_>) -> Result<i64> {
    reader.array("an integer").map(|bytes| i64::from(i32::from_be_bytes(bytes)))
}

/// An integer in any of its forms that fits 64 bits: what the numbers inside funs are written as.
fn small_integer(reader: &mut Reader<'_>, what: &'static str) -> Result<i64> {
    let start = reader.clone();
    let token = match reader.u8(what)? {
        tag::SMALL_INTEGER => return reader.u8(what).map(i64::from),
        tag::INTEGER => return integer(reader),
        tag::SMALL_BIG => {
            let length = usize::from(reader.u8(what)?);
            big(reader, length)?
        }
        other => return Err(start.error(ErrorKind::BadTag { what, tag: u32::from(other) })),
    };
    match token {
        Token::Integer(value) => Ok(value),
        _ => Err(start.error(ErrorKind::TooLarge { what, limit: u64::from(u32::MAX) })),
    }
}

/// A 32-bit number inside a fun, signed or unsigned.
fn word(reader: &mut Reader<'_>, what: &'static str) -> Result<i64> {
    let start = reader.clone();
    let value = small_integer(reader, what)?;
    if value < i64::from(i32::MIN) || value > i64::from(u32::MAX) {
        return Err(start.error(ErrorKind::TooLarge { what, limit: u64::from(u32::MAX) }));
    }
    Ok(value)
}

fn atom<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<Cow<'a, str>> {
    let start = reader.clone();
    match reader.u8(what)? {
        found @ (tag::ATOM | tag::SMALL_ATOM | tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8) => atom_text(found, reader),
        other => Err(start.error(ErrorKind::BadTag { what, tag: u32::from(other) })),
    }
}

#[inline]
fn atom_text<'a>(found: u8, reader: &mut Reader<'a>) -> Result<Cow<'a, str>> {
    const WHAT: &str = "an atom";
    let length = match found {
        tag::ATOM | tag::ATOM_UTF8 => usize::from(reader.u16("the length of an atom")?),
        _ => usize::from(reader.u8("the length of an atom")?),
    };
    let start = reader.clone();
    let bytes = reader.bytes(length, WHAT)?;
    let too_long = || {
        start.error(ErrorKind::TooLarge {
            what: "the length of an atom in characters",
            limit: MAX_ATOM_CHARACTERS as u64,
        })
    };
    if matches!(found, tag::ATOM_UTF8 | tag::SMALL_ATOM_UTF8) {
        let text = core::str::from_utf8(bytes).map_err(|_| start.error(ErrorKind::BadText { what: WHAT }))?;
        if length > MAX_ATOM_CHARACTERS && text.chars().count() > MAX_ATOM_CHARACTERS {
            return Err(too_long());
        }
        return Ok(Cow::Borrowed(text));
    }
    if length > MAX_ATOM_CHARACTERS {
        return Err(too_long());
    }
    match core::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => Ok(Cow::Borrowed(text)),
        _ => Ok(Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect::<String>())),
    }
}

fn bit_binary<'a>(reader: &mut Reader<'a>) -> Result<Token<'a>> {
    let length = length(reader, "the length of a bitstring")?;
    let at = reader.clone();
    let last = reader.u8("the bits of a bitstring's last byte")?;
    let bytes = reader.bytes(length, "a bitstring")?;
    // OTP takes zero bits together with zero bytes, and nothing else below 1 or above 8.
    let lowest = u8::from(!bytes.is_empty());
    let highest = if bytes.is_empty() { 0 } else { 8 };
    if last < lowest || last > highest {
        return Err(at.error(ErrorKind::Invalid {
            what: "a bitstring uses 1 to 8 bits of its last byte, and none when it has no bytes",
        }));
    }
    Ok(Token::Bitstring { bytes, last })
}

fn big<'a>(reader: &mut Reader<'a>, length: usize) -> Result<Token<'a>> {
    if length > MAX_INTEGER_BYTES {
        let kind = ErrorKind::TooLarge { what: "the length of an integer in bytes", limit: MAX_INTEGER_BYTES as u64 };
        return Err(reader.error(kind));
    }
    // OTP takes any byte but zero as the minus sign.
    let negative = reader.u8("the sign of an integer")? != 0;
    let mut magnitude = reader.bytes(length, "an integer")?;
    while let [rest @ .., 0] = magnitude {
        magnitude = rest;
    }
    if magnitude.len() <= 8 {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(magnitude) {
            *to = *from;
        }
        let value = i128::from(u64::from_le_bytes(bytes));
        if let Ok(value) = i64::try_from(if negative { -value } else { value }) {
            return Ok(Token::Integer(value));
        }
    }
    Ok(Token::Big { negative, magnitude })
}

/// The float that `FLOAT_EXT` has as text up to the first zero byte. As in OTP there must be digits on both sides of
/// the point, and no space.
fn text_float(bytes: &[u8]) -> Option<f64> {
    let text = bytes.split(|&byte| byte == 0).next().and_then(|text| core::str::from_utf8(text).ok())?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || !exponent.is_none_or(digits) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn pid<'a>(reader: &mut Reader<'a>) -> Result<Pid<'a>> {
    const WHAT: &str = "the creator of a fun";
    let start = reader.clone();
    match reader.u8(WHAT)? {
        found @ (tag::PID | tag::NEW_PID) => pid_body(found, reader),
        other => Err(start.error(ErrorKind::BadTag { what: WHAT, tag: u32::from(other) })),
    }
}

fn pid_body<'a>(found: u8, reader: &mut Reader<'a>) -> Result<Pid<'a>> {
    let node = atom(reader, "the node of a pid")?;
    let id = reader.u32("the number of a pid")?;
    let serial = reader.u32("the serial of a pid")?;
    let creation = creation(reader, found == tag::PID)?;
    Ok(Pid { node, id, serial, creation })
}

/// The creation of a pid, port or reference: the old forms have a byte of which two bits count.
fn creation(reader: &mut Reader<'_>, old: bool) -> Result<u32> {
    const WHAT: &str = "the creation of an old pid, port or reference";
    if !old {
        return reader.u32("a creation");
    }
    let at = reader.clone();
    match reader.u8(WHAT)? {
        value @ 0..=3 => Ok(u32::from(value)),
        value => Err(at.error(ErrorKind::OutOfRange { what: WHAT, value: u64::from(value), limit: 4 })),
    }
}

fn port<'a>(found: u8, reader: &mut Reader<'a>) -> Result<Token<'a>> {
    let node = atom(reader, "the node of a port")?;
    let id = match found {
        tag::V4_PORT => reader.u64("the number of a port")?,
        _ => u64::from(reader.u32("the number of a port")?),
    };
    let creation = creation(reader, found == tag::PORT)?;
    Ok(Token::Port { node, id, creation })
}

fn reference<'a>(found: u8, reader: &mut Reader<'a>) -> Result<Token<'a>> {
    const WHAT: &str = "the count of a reference's words";
    const NODE: &str = "the node of a reference";
    const WORDS: &str = "a reference";
    if found == tag::REFERENCE {
        let node = atom(reader, NODE)?;
        let words = reader.bytes(4, WORDS)?;
        return Ok(Token::Reference { node, creation: creation(reader, true)?, words });
    }
    let at = reader.clone();
    let count = usize::from(reader.u16(WHAT)?);
    if count > MAX_REFERENCE_WORDS {
        let limit = MAX_REFERENCE_WORDS as u64 + 1;
        return Err(at.error(ErrorKind::OutOfRange { what: WHAT, value: count as u64, limit }));
    }
    let node = atom(reader, NODE)?;
    let creation = creation(reader, found == tag::NEW_REFERENCE)?;
    let words = reader.bytes(count * 4, WORDS)?;
    Ok(Token::Reference { node, creation, words })
}

fn new_fun<'a>(reader: &mut Reader<'a>) -> Result<Token<'a>> {
    // The size in bytes is a hint for skipping that OTP does not check; the parts say where the fun ends.
    reader.u32("the size of a fun")?;
    let arity = reader.u8("the arity of a fun")?;
    let uniq = reader.array("the uniq of a fun")?;
    let index = reader.u32("the index of a fun")?;
    let free = length(reader, "the count of a fun's free variables")?;
    let module = atom(reader, "the module of a fun")?;
    let old_index = word(reader, "the old index of a fun")?;
    let old_uniq = word(reader, "the old uniq of a fun")?;
    let creator = pid(reader)?;
    Ok(Token::Fun { arity, uniq, index, module, old_index, old_uniq, creator, free })
}

fn old_fun<'a>(reader: &mut Reader<'a>) -> Result<Token<'a>> {
    let free = length(reader, "the count of a fun's free variables")?;
    let creator = pid(reader)?;
    let module = atom(reader, "the module of a fun")?;
    let index = word(reader, "the index of a fun")?;
    let uniq = word(reader, "the uniq of a fun")?;
    Ok(Token::OldFun { creator, module, index, uniq, free })
}
