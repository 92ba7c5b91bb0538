//! Compact terms: how operands are written in the `Code` chunk, in the tables of `Line`, and in OTP 28's `AtU8`.
//!
//! A term begins with a tag in the low three bits of its first byte (OTP: `beam_opcodes.hrl`, `beam_asm:encode/2`):
//! `u` 0 unsigned, `i` 1 integer, `a` 2 atom, `x` 3, `y` 4, `f` 5 label, `h` 6 character, `z` 7 extended. Values below
//! 16 stand in the rest of the byte, values below 2048 take one byte more, all others a big-endian two's complement
//! number of two or more bytes.

use alloc::vec::Vec;

use crate::error::ErrorKind;
use crate::reader::{Reader, Result};

/// The tags of compact terms.
pub mod tag {
    /// A plain unsigned number.
    pub const U: u8 = 0;
    /// An integer.
    pub const I: u8 = 1;
    /// An index into the atom table; 0 is the empty list.
    pub const A: u8 = 2;
    /// An `x` register.
    pub const X: u8 = 3;
    /// A `y` register.
    pub const Y: u8 = 4;
    /// A label; 0 is none.
    pub const F: u8 = 5;
    /// A character.
    pub const H: u8 = 6;
    /// An extended term, told by the bits above.
    pub const Z: u8 = 7;
}

const EXTENDED_LIST: u8 = 0x17;
const EXTENDED_FLOAT_REGISTER: u8 = 0x27;
const EXTENDED_ALLOC_LIST: u8 = 0x37;
const EXTENDED_LITERAL: u8 = 0x47;
const EXTENDED_TYPED_REGISTER: u8 = 0x57;

/// `x` and `y` registers are numbered below this (OTP: `MAXREG` of the loader).
pub const MAX_REGISTER: u16 = 1024;
/// Floating-point registers are numbered below this (OTP: `MAX_REG` of the loader, 1024, shared).
pub const MAX_FLOAT_REGISTER: u16 = 1024;

/// One decoded operand. Indices (atoms, literals, types, labels) are as the file has them, not yet checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// A plain number.
    Unsigned(u64),
    /// An integer of up to 64 bits.
    Integer(i64),
    /// A larger integer: the big-endian two's complement bytes stand at `start..start + length` of the code bytes.
    BigInteger {
        /// Offset of the first byte.
        start: u32,
        /// Number of bytes, at least 9.
        length: u32,
    },
    /// The empty list.
    Nil,
    /// An index into the atom table, counted from 1.
    Atom(u32),
    /// An `x` register.
    X(u16),
    /// A `y` register.
    Y(u16),
    /// An `x` register with an index into the type table.
    TypedX(u16, u32),
    /// A `y` register with an index into the type table.
    TypedY(u16, u32),
    /// A floating-point register.
    FloatRegister(u16),
    /// A label; 0 is none.
    Label(u32),
    /// A character. No known compiler emits one.
    Character(u32),
    /// An index into the literal table.
    Literal(u32),
    /// A list; its elements stand at `first..first + length` of the operands.
    List {
        /// Index of the first element.
        first: u32,
        /// Number of elements.
        length: u32,
    },
    /// An allocation list; its entries stand at `first..first + 2 * length` of the operands, a kind (0 words, 1 floats,
    /// 2 funs) and a number each.
    AllocList {
        /// Index of the first kind.
        first: u32,
        /// Number of entries.
        length: u32,
    },
}

impl Operand {
    /// The `x` register that this is, typed or not.
    #[must_use]
    pub const fn x(self) -> Option<u16> {
        match self {
            Self::X(n) | Self::TypedX(n, _) => Some(n),
            _ => None,
        }
    }

    /// The `y` register that this is, typed or not.
    #[must_use]
    pub const fn y(self) -> Option<u16> {
        match self {
            Self::Y(n) | Self::TypedY(n, _) => Some(n),
            _ => None,
        }
    }
}

/// The tag and the value of a compact term whose value is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Small(i64),
    Big { start: u32, length: u32 },
}

#[inline]
fn value(reader: &mut Reader<'_>, first: u8) -> Result<Number> {
    const WHAT: &str = "an operand";
    if first & 0x08 == 0 {
        return Ok(Number::Small(i64::from(first >> 4)));
    }
    if first & 0x10 == 0 {
        let low = reader.u8(WHAT)?;
        return Ok(Number::Small(i64::from(u16::from(first & 0xe0) << 3 | u16::from(low))));
    }
    long_value(reader, first)
}

fn long_value(reader: &mut Reader<'_>, first: u8) -> Result<Number> {
    const WHAT: &str = "an operand";
    let size = match first >> 5 {
        7 => {
            let at = reader.offset();
            let lead = reader.u8(WHAT)?;
            match (lead & 7, value_without_nesting(reader, lead)?) {
                (tag::U, Some(more)) => usize::from(more) + 9,
                _ => {
                    return Err(crate::Error::new(
                        at,
                        ErrorKind::Invalid { what: "the size of a long number is not a short number" },
                    ));
                }
            }
        }
        bits => usize::from(bits) + 2,
    };
    let start = reader.offset();
    let bytes = reader.bytes(size, WHAT)?;
    if bytes.len() <= 8 {
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let fill = if negative { -1i64 } else { 0 };
        return Ok(Number::Small(bytes.iter().fold(fill, |number, &byte| (number << 8) | i64::from(byte))));
    }
    Ok(Number::Big { start: u32::try_from(start).unwrap_or(u32::MAX), length: u32::try_from(size).unwrap_or(u32::MAX) })
}

/// A value of at most 16 bits.
fn value_without_nesting(reader: &mut Reader<'_>, first: u8) -> Result<Option<u16>> {
    const WHAT: &str = "an operand";
    Ok(if first & 0x08 == 0 {
        Some(u16::from(first >> 4))
    } else if first & 0x10 == 0 {
        Some(u16::from(first & 0xe0) << 3 | u16::from(reader.u8(WHAT)?))
    } else if first >> 5 == 0 {
        Some(reader.u16(WHAT)?)
    } else {
        None
    })
}

/// Reads an unsigned compact number (`u`): a table's length or index.
///
/// # Errors
/// When the bytes end, another tag stands there, or the number passes 32 bits.
pub fn unsigned(reader: &mut Reader<'_>, what: &'static str) -> Result<u32> {
    let at = reader.offset();
    let (tag, number) = tagged(reader, what)?;
    if tag != tag::U {
        return Err(crate::Error::new(at, ErrorKind::BadTag { what, tag: u32::from(tag) }));
    }
    Ok(number)
}

/// Reads a compact number with its tag (below 7).
///
/// # Errors
/// When the bytes end, or the number is negative or passes 32 bits.
pub fn tagged(reader: &mut Reader<'_>, what: &'static str) -> Result<(u8, u32)> {
    let at = reader.offset();
    let first = reader.u8(what)?;
    match value(reader, first)? {
        Number::Small(number) if first & 7 != tag::Z => match u32::try_from(number) {
            Ok(number) => Ok((first & 7, number)),
            Err(_) => {
                Err(crate::Error::new(at, ErrorKind::OutOfRange { what, value: number.unsigned_abs(), limit: 1 << 32 }))
            }
        },
        _ => Err(crate::Error::new(at, ErrorKind::BadTag { what, tag: u32::from(first) })),
    }
}

/// Reads one operand and appends it to `out`; the elements of a list come after the list itself.
///
/// # Errors
/// When the bytes end, a tag is unknown, a number does not fit, or lists nest. `out` may then hold a part.
#[inline]
pub fn operand(reader: &mut Reader<'_>, out: &mut Vec<Operand>) -> Result<()> {
    let at = reader.offset();
    let first = reader.u8("an operand")?;
    match first {
        EXTENDED_LIST => list(reader, out),
        EXTENDED_ALLOC_LIST => alloc_list(reader, out),
        _ => {
            let single = single(reader, at, first)?;
            push(reader, out, single)
        }
    }
}

fn list(reader: &mut Reader<'_>, out: &mut Vec<Operand>) -> Result<()> {
    let length = unsigned(reader, "the length of a list")?;
    let at = reader.offset();
    let first = index(out.len() + 1);
    push(reader, out, Operand::List { first, length })?;
    check_count(reader, length as usize)?;
    for _ in 0..length {
        let element = reader.u8("an element of a list")?;
        let element = single(reader, at, element)?;
        push(reader, out, element)?;
    }
    Ok(())
}

fn alloc_list(reader: &mut Reader<'_>, out: &mut Vec<Operand>) -> Result<()> {
    let length = unsigned(reader, "the length of an allocation list")?;
    let first = index(out.len() + 1);
    push(reader, out, Operand::AllocList { first, length })?;
    check_count(reader, (length as usize).saturating_mul(2))?;
    for _ in 0..length {
        let kind = unsigned(reader, "a kind of an allocation list")?;
        let number = unsigned(reader, "a number of an allocation list")?;
        push(reader, out, Operand::Unsigned(u64::from(kind)))?;
        push(reader, out, Operand::Unsigned(u64::from(number)))?;
    }
    Ok(())
}

/// Appends an operand. That there is no memory for it is an error: devices have little.
#[inline]
fn push(reader: &Reader<'_>, out: &mut Vec<Operand>, operand: Operand) -> Result<()> {
    if !make_room(out) {
        return Err(reader.error(NO_ROOM));
    }
    out.push(operand);
    Ok(())
}

/// Makes room for one more, where there is none; whether there is. An eighth more is taken then, and not as much again: on a device
/// that may be all that is left.
#[inline]
pub(crate) fn make_room<T>(out: &mut Vec<T>) -> bool {
    out.len() < out.capacity() || out.try_reserve_exact(out.len() / 8 + 16).is_ok()
}

/// What is told where there is no memory to hold what was read of code. Nothing is wrong with the code then.
pub const NO_ROOM: ErrorKind = ErrorKind::TooLarge { what: "code, for the memory that is left", limit: 0 };

fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn check_count(reader: &Reader<'_>, count: usize) -> Result<()> {
    if count > reader.remaining() {
        let have = reader.remaining();
        return Err(reader.error(ErrorKind::Truncated { what: "a list of operands", need: count, have }));
    }
    Ok(())
}

#[inline]
fn single(reader: &mut Reader<'_>, at: usize, first: u8) -> Result<Operand> {
    if first & 7 == tag::Z {
        return extended(reader, at, first);
    }
    let number = match value(reader, first)? {
        Number::Small(number) => number,
        Number::Big { start, length } if first & 7 == tag::I => return Ok(Operand::BigInteger { start, length }),
        Number::Big { .. } => return Err(too_large(at, first)),
    };
    match first & 7 {
        tag::I => Ok(Operand::Integer(number)),
        tag::U => u64::try_from(number).map(Operand::Unsigned).map_err(|_| too_large(at, first)),
        kind => {
            let number = u32::try_from(number).map_err(|_| too_large(at, first))?;
            match kind {
                tag::A => Ok(if number == 0 { Operand::Nil } else { Operand::Atom(number) }),
                tag::X => register(at, number, MAX_REGISTER).map(Operand::X),
                tag::Y => register(at, number, MAX_REGISTER).map(Operand::Y),
                tag::F => Ok(Operand::Label(number)),
                _ => Ok(Operand::Character(number)),
            }
        }
    }
}

fn extended(reader: &mut Reader<'_>, at: usize, first: u8) -> Result<Operand> {
    match first {
        EXTENDED_FLOAT_REGISTER => {
            let number = unsigned(reader, "a floating-point register")?;
            register(at, number, MAX_FLOAT_REGISTER).map(Operand::FloatRegister)
        }
        EXTENDED_LITERAL => unsigned(reader, "a literal's index").map(Operand::Literal),
        EXTENDED_TYPED_REGISTER => {
            let (kind, number) = tagged(reader, "a typed register")?;
            let number = register(at, number, MAX_REGISTER)?;
            let type_index = unsigned(reader, "a type's index")?;
            match kind {
                tag::X => Ok(Operand::TypedX(number, type_index)),
                tag::Y => Ok(Operand::TypedY(number, type_index)),
                _ => Err(crate::Error::new(at, ErrorKind::BadTag { what: "a typed register", tag: u32::from(kind) })),
            }
        }
        EXTENDED_LIST | EXTENDED_ALLOC_LIST => {
            Err(crate::Error::new(at, ErrorKind::Invalid { what: "a list of operands stands inside another" }))
        }
        _ => Err(crate::Error::new(at, ErrorKind::BadTag { what: "an operand", tag: u32::from(first) })),
    }
}

fn register(at: usize, number: u32, limit: u16) -> Result<u16> {
    match u16::try_from(number) {
        Ok(number) if number < limit => Ok(number),
        _ => Err(crate::Error::new(
            at,
            ErrorKind::OutOfRange { what: "a register", value: u64::from(number), limit: u64::from(limit) },
        )),
    }
}

fn too_large(at: usize, first: u8) -> crate::Error {
    let what = match first & 7 {
        tag::U => "a plain number (at most 63 bits)",
        tag::A => "an atom's index",
        tag::F => "a label",
        tag::H => "a character",
        _ => "a register",
    };
    crate::Error::new(at, ErrorKind::TooLarge { what, limit: u64::from(u32::MAX) })
}

/// Writes a number with a tag, in the shortest form, as OTP's assembler does.
pub fn write_number(out: &mut Vec<u8>, tag: u8, number: i64) {
    if (0..16).contains(&number) {
        out.push((number as u8) << 4 | tag);
    } else if (16..0x800).contains(&number) {
        out.push(((number >> 3) as u8 & 0xe0) | tag | 0x08);
        out.push(number as u8);
    } else {
        // At least two bytes; as many as keep the sign.
        let bytes = number.to_be_bytes();
        let sign = if number < 0 { 0xff } else { 0 };
        let redundant = bytes
            .windows(2)
            .take(6)
            .take_while(|pair| matches!(pair, [high, low] if *high == sign && (low ^ sign) & 0x80 == 0))
            .count();
        write_bytes(out, tag, bytes.get(redundant..).unwrap_or_default());
    }
}

/// Writes a number given as big-endian two's complement bytes (at least two).
pub fn write_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    match bytes.len() {
        size @ 2..=8 => out.push(((size - 2) as u8) << 5 | 0x18 | tag),
        size => {
            out.push(0xf8 | tag);
            write_number(out, tag::U, size.saturating_sub(9) as i64);
        }
    }
    out.extend_from_slice(bytes);
}

/// Writes one operand that is not a list. `code` are the bytes that a [`Operand::BigInteger`] points into.
pub fn write_operand(out: &mut Vec<u8>, operand: Operand, code: &[u8]) {
    match operand {
        Operand::Unsigned(number) => write_number(out, tag::U, i64::try_from(number).unwrap_or(i64::MAX)),
        Operand::Integer(number) => write_number(out, tag::I, number),
        Operand::BigInteger { start, length } => {
            let start = start as usize;
            write_bytes(out, tag::I, code.get(start..start.saturating_add(length as usize)).unwrap_or_default());
        }
        Operand::Nil => write_number(out, tag::A, 0),
        Operand::Atom(number) => write_number(out, tag::A, i64::from(number)),
        Operand::X(number) => write_number(out, tag::X, i64::from(number)),
        Operand::Y(number) => write_number(out, tag::Y, i64::from(number)),
        Operand::TypedX(number, type_index) => {
            out.push(EXTENDED_TYPED_REGISTER);
            write_number(out, tag::X, i64::from(number));
            write_number(out, tag::U, i64::from(type_index));
        }
        Operand::TypedY(number, type_index) => {
            out.push(EXTENDED_TYPED_REGISTER);
            write_number(out, tag::Y, i64::from(number));
            write_number(out, tag::U, i64::from(type_index));
        }
        Operand::FloatRegister(number) => {
            out.push(EXTENDED_FLOAT_REGISTER);
            write_number(out, tag::U, i64::from(number));
        }
        Operand::Label(number) => write_number(out, tag::F, i64::from(number)),
        Operand::Character(number) => write_number(out, tag::H, i64::from(number)),
        Operand::Literal(number) => {
            out.push(EXTENDED_LITERAL);
            write_number(out, tag::U, i64::from(number));
        }
        Operand::List { length, .. } => {
            out.push(EXTENDED_LIST);
            write_number(out, tag::U, i64::from(length));
        }
        Operand::AllocList { length, .. } => {
            out.push(EXTENDED_ALLOC_LIST);
            write_number(out, tag::U, i64::from(length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(operand: Operand) {
        let mut bytes = Vec::new();
        write_operand(&mut bytes, operand, &[]);
        let mut out = Vec::new();
        let mut reader = Reader::new(&bytes);
        super::operand(&mut reader, &mut out).unwrap();
        assert!(reader.is_empty());
        assert_eq!(out, [operand]);
    }

    #[test]
    fn numbers_come_back() {
        for shift in 0..63 {
            for offset in -2..=2 {
                let number = (1i64 << shift).wrapping_add(offset);
                round_trip(Operand::Integer(number));
                round_trip(Operand::Integer(-number));
                if number >= 0 {
                    round_trip(Operand::Unsigned(number as u64));
                }
            }
        }
        round_trip(Operand::Integer(i64::MIN));
        round_trip(Operand::Integer(i64::MAX));
        round_trip(Operand::TypedY(1023, 70000));
        round_trip(Operand::Label(5000));
    }

    #[test]
    fn forms_are_those_of_the_assembler() {
        // beam_asm:encode/2 of OTP 25, for tag i.
        for (number, expected) in [
            (15, &[0xf1][..]),
            (16, &[0x09, 16]),
            (2047, &[0xe9, 0xff]),
            (2048, &[0x19, 8, 0]),
            (32768, &[0x39, 0, 128, 0]),
            (-1, &[0x19, 0xff, 0xff]),
            (-32768, &[0x19, 0x80, 0]),
            (-32769, &[0x39, 0xff, 0x7f, 0xff]),
        ] {
            let mut out = Vec::new();
            write_number(&mut out, tag::I, number);
            assert_eq!(out, expected, "{number}");
        }
    }

    #[test]
    fn a_number_too_large_is_not_told_as_a_lack_of_memory() {
        for tag in [tag::U, tag::A, tag::X, tag::F, tag::H] {
            let mut bytes = Vec::new();
            write_bytes(&mut bytes, tag, &[0x7f; 12]);
            let error = operand(&mut Reader::new(&bytes), &mut Vec::new()).unwrap_err();
            assert!(matches!(error.kind, ErrorKind::TooLarge { .. }) && error.kind != NO_ROOM, "{error}");
        }
    }

    #[test]
    fn a_long_length_is_not_believed() {
        let mut out = Vec::new();
        // A list of 2^31 - 1 elements in six bytes.
        let error = operand(&mut Reader::new(&[0x17, 0x58, 0x7f, 0xff, 0xff, 0xff]), &mut out).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Truncated { .. }), "{error}");
    }
}
