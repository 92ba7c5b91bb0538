//! Bits in bytes, at any offset: reading, writing, copying and comparing them, and integers, floats and characters that
//! are made of them. Knows nothing of terms. Offsets and sizes are in bits; what lies outside the bytes reads as 0 and
//! is not written.

use core::cmp::Ordering;

/// Reads `count` bits, at most 64, the first one the most significant.
#[must_use]
#[inline]
pub fn read(bytes: &[u8], offset: usize, count: usize) -> u64 {
    if count == 0 {
        return 0;
    }
    let (start, shift) = (offset / 8, offset % 8);
    let rest = bytes.get(start..).unwrap_or_default();
    if count == 8 && shift == 0 {
        return rest.first().copied().unwrap_or(0).into();
    }
    let mut first = [0; 8];
    match rest.first_chunk::<8>() {
        Some(chunk) => first = *chunk,
        None => first.iter_mut().zip(rest).for_each(|(to, from)| *to = *from),
    }
    let mut value = u64::from_be_bytes(first) << shift;
    if shift + count > 64 {
        value |= u64::from(rest.get(8).copied().unwrap_or(0)) >> (8 - shift);
    }
    value >> (64 - count.min(64))
}

/// Turns the value of `count` bits, at most 64, that was read as big-endian into that of the same bits little-endian,
/// and back: the bytes change order, and where `count` is no multiple of 8, the partial byte is the last of the bits.
#[must_use]
pub fn from_little(value: u64, count: usize) -> u64 {
    let partial = count % 8;
    if partial == 0 {
        return if count == 0 { 0 } else { value.swap_bytes() >> (64 - count.min(64)) };
    }
    let whole = count - partial;
    let top = value & ((1 << partial) - 1);
    let low = if whole == 0 { 0 } else { (value >> partial).swap_bytes() >> (64 - whole) };
    top << whole | low
}

/// The bits of an integer in little-endian order, as the value that [`write()`] takes: undoes [`from_little`].
#[must_use]
pub fn to_little(value: u64, count: usize) -> u64 {
    let partial = count % 8;
    if partial == 0 {
        return from_little(value, count);
    }
    let whole = count - partial;
    let top = value >> whole & ((1 << partial) - 1);
    let low = if whole == 0 { 0 } else { value.swap_bytes() >> (64 - whole) };
    low << partial | top
}

/// The value of `count` bits, at most 64, taken as two's complement.
#[must_use]
pub const fn sign_extend(value: u64, count: usize) -> i64 {
    if count == 0 || count >= 64 {
        return value as i64;
    }
    let shift = 64 - count as u32;
    (value << shift) as i64 >> shift
}

/// Writes the low `count` bits of a value, at most 64, the most significant first.
#[inline]
pub fn write(bytes: &mut [u8], offset: usize, count: usize, value: u64) {
    if count == 0 {
        return;
    }
    let (start, shift) = (offset / 8, offset % 8);
    let Some(rest) = bytes.get_mut(start..) else { return };
    if count == 8 && shift == 0 {
        if let Some(place) = rest.first_mut() {
            *place = value as u8;
        }
        return;
    }
    let count = count.min(64);
    // The value's bits from the top, behind the bits before it: in 128 bits at most 72 are used.
    let top = value << (64 - count);
    let mask = u64::MAX << (64 - count);
    let (high, high_mask) = (top >> shift, mask >> shift);
    if shift + count <= 64
        && let Some(chunk) = rest.first_chunk_mut::<8>()
    {
        *chunk = (u64::from_be_bytes(*chunk) & !high_mask | high).to_be_bytes();
        return;
    }
    let places = (shift + count).div_ceil(8).min(8);
    let (new, keep) = (high.to_be_bytes(), high_mask.to_be_bytes());
    for ((to, new), mask) in rest.iter_mut().zip(new).zip(keep).take(places) {
        *to = *to & !mask | new;
    }
    if shift + count > 64
        && let Some(to) = rest.get_mut(8)
    {
        let left = shift + count - 64;
        let mask = !(0xff_u8 >> left);
        *to = *to & !mask | (top << (64 - shift) >> 56) as u8 & mask;
    }
}

/// Copies `count` bits.
pub fn copy(from: &[u8], from_offset: usize, to: &mut [u8], to_offset: usize, count: usize) {
    let (mut from_offset, mut to_offset, mut count) = (from_offset, to_offset, count);
    // Up to a whole byte of the target, then by bytes, then the rest.
    let head = to_offset.wrapping_neg() % 8;
    if head != 0 || count < 8 {
        let head = if head == 0 { count } else { head.min(count) };
        write(to, to_offset, head, read(from, from_offset, head));
        from_offset += head;
        to_offset += head;
        count -= head;
        if count == 0 {
            return;
        }
    }
    let whole = count / 8;
    let Some(target) = to.get_mut(to_offset / 8..to_offset / 8 + whole) else { return };
    let source = from.get(from_offset / 8..).unwrap_or_default();
    let shift = from_offset % 8;
    if shift == 0 {
        let length = whole.min(source.len());
        if let (Some(target), Some(source)) = (target.get_mut(..length), source.get(..length)) {
            target.copy_from_slice(source);
        }
    } else {
        let mut byte = source.first().copied().unwrap_or(0);
        let next = source.iter().skip(1).copied().chain(core::iter::once(0));
        for (place, next) in target.iter_mut().zip(next) {
            *place = byte << shift | next >> (8 - shift);
            byte = next;
        }
    }
    let left = count % 8;
    if left != 0 {
        write(to, to_offset + whole * 8, left, read(from, from_offset + whole * 8, left));
    }
}

/// Compares `count` bits of each.
#[must_use]
pub fn compare(a: &[u8], a_offset: usize, b: &[u8], b_offset: usize, count: usize) -> Ordering {
    let whole = count / 8;
    if a_offset.is_multiple_of(8) && b_offset.is_multiple_of(8) && whole > 8 {
        let (a_start, b_start) = (a_offset / 8, b_offset / 8);
        let order = match (a.get(a_start..a_start + whole), b.get(b_start..b_start + whole)) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => Ordering::Equal,
        };
        let done = whole * 8;
        let rest = count - done;
        return order.then_with(|| read(a, a_offset + done, rest).cmp(&read(b, b_offset + done, rest)));
    }
    let mut done = 0;
    while done < count {
        let part = (count - done).min(64);
        let order = read(a, a_offset + done, part).cmp(&read(b, b_offset + done, part));
        if order != Ordering::Equal {
            return order;
        }
        done += part;
    }
    Ordering::Equal
}

/// Compares bitstrings as terms: bit by bit, and a prefix is less than what it is a prefix of.
#[must_use]
pub fn order(a: crate::heap::Bits<'_>, b: crate::heap::Bits<'_>) -> Ordering {
    compare(a.bytes, a.offset, b.bytes, b.offset, a.size.min(b.size)).then(a.size.cmp(&b.size))
}

/// Writes an integer of up to 64 bits into any number of bits, truncated, in two's complement.
#[inline]
pub fn write_integer(bytes: &mut [u8], offset: usize, count: usize, value: i64, little: bool) {
    if count <= 64 {
        let value = if little && count > 8 { to_little(value as u64, count) } else { value as u64 };
        return write(bytes, offset, count, value);
    }
    let magnitude = value.unsigned_abs();
    write_magnitude(bytes, offset, count, value < 0, &[magnitude as u32, (magnitude >> 32) as u32], little);
}

/// Writes an integer of any size, 32 bits of its magnitude a word, low first, into any number of bits, truncated, in
/// two's complement.
pub fn write_magnitude(bytes: &mut [u8], offset: usize, count: usize, negative: bool, magnitude: &[u32], little: bool) {
    let mut carry = negative;
    let mut words = magnitude.iter();
    let mut done = 0;
    while done < count {
        let mut word = words.next().copied().unwrap_or(0);
        if negative {
            (word, carry) = (!word).overflowing_add(u32::from(carry));
        }
        let part = (count - done).min(32);
        if little {
            write(bytes, offset + done, part, to_little(u64::from(word), part));
        } else {
            write(bytes, offset + count - done - part, part, u64::from(word));
        }
        done += part;
    }
}

/// Reads an integer of any number of bits as its sign and magnitude, 32 bits a word, low first, into
/// `count.div_ceil(32)` words. Gives whether it is negative.
pub fn read_magnitude(
    bytes: &[u8],
    offset: usize,
    count: usize,
    little: bool,
    signed: bool,
    magnitude: &mut [u32],
) -> bool {
    let mut done = 0;
    let mut negative = false;
    for word in magnitude.iter_mut() {
        let part = (count - done).min(32);
        let value = if little {
            from_little(read(bytes, offset + done, part), part)
        } else {
            read(bytes, offset + count - done - part, part)
        };
        *word = value as u32;
        done += part;
        if done == count && signed && part > 0 && value >> (part - 1) & 1 == 1 {
            negative = true;
            *word = sign_extend(value, part) as u32;
        }
    }
    if negative {
        let mut carry = true;
        for word in magnitude.iter_mut() {
            (*word, carry) = (!*word).overflowing_add(u32::from(carry));
        }
    }
    negative
}

/// Widens an IEEE 754 number of 16 bits; `None` for what is not a number or infinite.
#[must_use]
pub fn half_to_double(half: u16) -> Option<f64> {
    let exponent = i32::from(half >> 10 & 0x1f);
    let fraction = f64::from(half & 0x3ff);
    let value = match exponent {
        0x1f => return None,
        0 => fraction / 16_777_216.0, // 2^-24 each
        _ => libm::ldexp(1024.0 + fraction, exponent - 25),
    };
    Some(if half & 0x8000 != 0 { -value } else { value })
}

/// Rounds to an IEEE 754 number of 16 bits, to even where two are as near; infinite when it is too large.
#[must_use]
pub fn double_to_half(value: f64) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 48 & 0x8000) as u16;
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
    if exponent > 15 {
        return sign | 0x7c00;
    }
    // Significand of 53 bits; how many of its bits are lost: 42 for normal numbers, more for smaller ones.
    let significand = bits & ((1 << 52) - 1) | 1 << 52;
    let lost = if exponent < -14 { 42 + (-14 - exponent) } else { 42 };
    if lost > 54 {
        return sign;
    }
    let mut rounded = significand >> lost;
    let rest = significand & ((1 << lost) - 1);
    let middle = 1_u64 << (lost - 1);
    if rest > middle || rest == middle && rounded & 1 == 1 {
        rounded += 1;
    }
    // A carry out of the fraction raises the exponent by itself.
    let biased = if exponent < -14 { rounded } else { ((exponent + 14) as u64) * 1024 + rounded };
    // And out of the largest number makes infinity.
    sign | biased as u16
}

/// Reads a float of 16, 32 or 64 bits; `None` for other sizes and for what is no finite number.
#[must_use]
pub fn read_float(bytes: &[u8], offset: usize, count: usize, little: bool) -> Option<f64> {
    let bits = read(bytes, offset, count);
    let bits = if little { from_little(bits, count) } else { bits };
    let value = match count {
        16 => half_to_double(bits as u16)?,
        32 => f64::from(f32::from_bits(bits as u32)),
        64 => f64::from_bits(bits),
        _ => return None,
    };
    value.is_finite().then_some(value)
}

/// The bits of a float in 16, 32 or 64 bits; `None` for other sizes. Too large numbers become infinite, as in OTP.
#[must_use]
pub fn float_bits(value: f64, count: usize) -> Option<u64> {
    Some(match count {
        16 => double_to_half(value).into(),
        32 => (value as f32).to_bits().into(),
        64 => value.to_bits(),
        _ => return None,
    })
}

/// Whether a number is a character that may be encoded.
#[must_use]
pub const fn is_character(code: u32) -> bool {
    code < 0xd800 || code > 0xdfff && code <= 0x10_ffff
}

/// What stands where a character is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A character, and how many bytes it takes.
    Character(u32, usize),
    /// The bytes end within a character.
    Incomplete,
    /// No character.
    Invalid,
}

/// Reads a character of UTF-8, strictly: shortest form, no surrogates. Where fewer bytes are there than the first one
/// asks for, it is incomplete whatever they are, as OTP has it.
#[must_use]
pub fn utf8(bytes: &[u8]) -> Read {
    let Some((&first, rest)) = bytes.split_first() else { return Read::Incomplete };
    let (more, bits, least) = match first {
        0..=0x7f => return Read::Character(first.into(), 1),
        0xc0..=0xdf => (1, first & 0x1f, 0x80),
        0xe0..=0xef => (2, first & 0x0f, 0x800),
        0xf0..=0xf7 => (3, first & 0x07, 0x1_0000),
        _ => return Read::Invalid,
    };
    let Some(rest) = rest.get(..more) else { return Read::Incomplete };
    let mut code = u32::from(bits);
    for &byte in rest {
        if byte & 0xc0 != 0x80 {
            return Read::Invalid;
        }
        code = code << 6 | u32::from(byte & 0x3f);
    }
    if code < least || !is_character(code) {
        return Read::Invalid;
    }
    Read::Character(code, more + 1)
}

/// Reads a character of UTF-16.
#[must_use]
pub fn utf16(bytes: &[u8], little: bool) -> Read {
    let unit = |index: usize| {
        let pair: [u8; 2] = bytes.get(index..index + 2)?.try_into().ok()?;
        Some(u32::from(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }))
    };
    match unit(0) {
        None => Read::Incomplete,
        Some(high @ 0xd800..=0xdbff) => match unit(2) {
            None => Read::Incomplete,
            Some(low @ 0xdc00..=0xdfff) => Read::Character(((high & 0x3ff) << 10 | low & 0x3ff) + 0x1_0000, 4),
            Some(_) => Read::Invalid,
        },
        Some(0xdc00..=0xdfff) => Read::Invalid,
        Some(code) => Read::Character(code, 2),
    }
}

/// Reads a character of UTF-32.
#[must_use]
pub fn utf32(bytes: &[u8], little: bool) -> Read {
    let Some(word) = bytes.first_chunk::<4>() else { return Read::Incomplete };
    let code = if little { u32::from_le_bytes(*word) } else { u32::from_be_bytes(*word) };
    if is_character(code) { Read::Character(code, 4) } else { Read::Invalid }
}

/// A character in UTF-8: the bytes, and how many.
#[must_use]
pub const fn to_utf8(code: u32) -> ([u8; 4], usize) {
    let (a, b, c, d) = ((code >> 18) as u8, (code >> 12 & 0x3f) as u8, (code >> 6 & 0x3f) as u8, (code & 0x3f) as u8);
    match code {
        0..0x80 => ([code as u8, 0, 0, 0], 1),
        0x80..0x800 => ([0xc0 | (code >> 6) as u8, 0x80 | d, 0, 0], 2),
        0x800..0x1_0000 => ([0xe0 | b, 0x80 | c, 0x80 | d, 0], 3),
        _ => ([0xf0 | a, 0x80 | b, 0x80 | c, 0x80 | d], 4),
    }
}

/// A character in UTF-16: the bytes, and how many.
#[must_use]
pub const fn to_utf16(code: u32, little: bool) -> ([u8; 4], usize) {
    let (first, second, length) = if code < 0x1_0000 {
        (code as u16, 0, 2)
    } else {
        let code = code - 0x1_0000;
        (0xd800 | (code >> 10) as u16, 0xdc00 | (code & 0x3ff) as u16, 4)
    };
    let (a, b) =
        if little { (first.to_le_bytes(), second.to_le_bytes()) } else { (first.to_be_bytes(), second.to_be_bytes()) };
    ([a[0], a[1], b[0], b[1]], length)
}
