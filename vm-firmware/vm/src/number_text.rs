//! Numbers as text and back, as OTP writes and reads them. Owns the digits of integers in all bases, the layouts of
//! floats, and what the text of a float may look like.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use num_bigint::{BigInt, BigUint, Sign};

use crate::arithmetic::{self, MAX_BITS};
use crate::heap::{Heap, Store};
use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result};
use crate::term::Term;

/// Most characters of a float's text.
const FLOAT_CHARACTERS: usize = 255;

/// Most decimals of the fixed layout that are computed by floating-point arithmetic; more are computed exactly.
const FAST_DECIMALS: u32 = 18;

/// How a float is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One digit, the point, so many digits, the exponent: `1.50e+00`.
    Scientific(usize),
    /// So many digits behind the point: `1.50`.
    Decimals {
        /// How many.
        digits: u32,
        /// Whether zeros at the end are left away, all but the first.
        compact: bool,
    },
    /// As few digits as tell the float from all others: `1.5`.
    Short,
}

/// A buffer for a float's text. What does not fit is an error.
pub struct Text {
    bytes: [u8; FLOAT_CHARACTERS],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; FLOAT_CHARACTERS], length: 0 }
    }

    /// The characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn byte(&mut self, byte: u8) -> fmt::Result {
        *self.bytes.get_mut(self.length).ok_or(fmt::Error)? = byte;
        self.length += 1;
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> fmt::Result {
        bytes.iter().try_for_each(|&byte| self.byte(byte))
    }

    fn zeros(&mut self, count: usize) -> fmt::Result {
        (0..count).try_for_each(|_| self.byte(b'0'))
    }

    fn decimal(&mut self, value: u64, least: usize) -> fmt::Result {
        let mut digits = [0; 20];
        let mut rest = value;
        let mut start = digits.len();
        for (index, place) in digits.iter_mut().enumerate().rev() {
            if rest == 0 && index + least < 20 {
                break;
            }
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            start = index;
        }
        self.bytes(digits.get(start..).unwrap_or_default())
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes())
    }
}

/// The text of a finite float; `None` when it has too many characters.
#[must_use]
pub fn float_to_text(value: f64, layout: Layout) -> Option<Text> {
    let mut text = Text::new();
    match layout {
        Layout::Scientific(digits) => scientific(&mut text, value, digits),
        Layout::Decimals { digits, compact } => decimals(&mut text, value, digits, compact),
        Layout::Short => short(&mut text, value),
    }
    .ok()?;
    Some(text)
}

/// Splits what `core` writes for a float with an exponent.
fn split_exponent(text: &[u8]) -> Option<(&[u8], i32)> {
    let at = text.iter().position(|&byte| byte == b'e')?;
    let exponent = core::str::from_utf8(text.get(at + 1..)?).ok()?.parse().ok()?;
    Some((text.get(..at)?, exponent))
}

fn scientific(text: &mut Text, value: f64, digits: usize) -> fmt::Result {
    // `core` writes `e5` where OTP (and C) write `e+05`.
    let mut raw = Text::new();
    write!(raw, "{value:.digits$e}")?;
    let (mantissa, exponent) = split_exponent(raw.as_bytes()).ok_or(fmt::Error)?;
    text.bytes(mantissa)?;
    text.bytes(if exponent < 0 { b"e-" } else { b"e+" })?;
    text.decimal(u64::from(exponent.unsigned_abs()), 2)
}

fn decimals(text: &mut Text, value: f64, digits: u32, compact: bool) -> fmt::Result {
    let size = value.abs();
    if size > 9_007_199_254_740_992.0 || digits > FAST_DECIMALS {
        let precision = digits as usize;
        write!(text, "{value:.precision$}")?;
        if compact {
            strip_zeros(text);
        }
        return Ok(());
    }
    // As OTP: the fraction is scaled and rounded as a float, ties away from 0.
    let mut whole = size as u64;
    let one = 10u64.pow(digits);
    let mut fraction = libm::round((size - whole as f64) * one as f64) as u64;
    if fraction >= one {
        fraction -= one;
        whole += 1;
    }
    if value.is_sign_negative() {
        text.byte(b'-')?;
    }
    text.decimal(whole, 1)?;
    if digits > 0 {
        text.byte(b'.')?;
        text.decimal(fraction, digits as usize)?;
        if compact {
            strip_zeros(text);
        }
    }
    Ok(())
}

/// Leaves zeros at the end away, but keeps one behind a point. (Without a point too, as OTP does.)
fn strip_zeros(text: &mut Text) {
    let kept = text.as_bytes().iter().rposition(|&byte| byte != b'0').map_or(0, |last| last + 1);
    let point = kept > 0 && text.as_bytes().get(kept - 1) == Some(&b'.');
    text.length = (kept + usize::from(point)).min(text.length);
}

/// Where two texts are equally short and equally near, `core` takes the upper one, but OTP the one with an even digit at
/// the end.
fn settle_tie(raw: &mut Text, value: f64) -> fmt::Result {
    let end = raw.as_bytes().iter().position(|&byte| byte == b'e').ok_or(fmt::Error)?;
    // A tie has one digit more than the text: a 5. There is no point in a text of one digit.
    let Some(place) = end.checked_sub(1).filter(|&place| place > 0) else { return Ok(()) };
    let last = raw.bytes.get(place).copied().ok_or(fmt::Error)?;
    if last & 1 == 0 {
        return Ok(());
    }
    // 17 or 18 digits are cheap to get, so that the exact value is looked at for few.
    for digits in [place, 40] {
        let mut exact = Text::new();
        write!(exact, "{value:.digits$e}")?;
        let tie = exact.bytes.get(..place) == raw.bytes.get(..place)
            && exact.bytes.get(place) == Some(&(last - 1))
            && exact.bytes.get(end) == Some(&b'5')
            && exact.as_bytes().iter().skip(end + 1).take_while(|&&byte| byte != b'e').all(|&byte| byte == b'0');
        if !tie {
            return Ok(());
        }
    }
    // At a power of two the lower one may be another float's.
    let mut lower = Text::new();
    lower.bytes(raw.as_bytes())?;
    *lower.bytes.get_mut(place).ok_or(fmt::Error)? = last - 1;
    if core::str::from_utf8(lower.as_bytes()).is_ok_and(|text| text.parse() == Ok(value)) {
        *raw = lower;
    }
    Ok(())
}

fn short(text: &mut Text, value: f64) -> fmt::Result {
    if value.is_sign_negative() {
        text.byte(b'-')?;
    }
    let value = value.abs();
    if value == 0.0 {
        return text.bytes(b"0.0");
    }
    let mut raw = Text::new();
    write!(raw, "{value:e}")?;
    settle_tie(&mut raw, value)?;
    let (mantissa, exponent) = split_exponent(raw.as_bytes()).ok_or(fmt::Error)?;
    let (first, rest) = mantissa.split_first().ok_or(fmt::Error)?;
    // Without the point.
    let rest = rest.get(1..).unwrap_or_default();
    let count = 1 + rest.len() as i32;
    // The point stands behind so many digits.
    let place = exponent + 1;
    // What the exponent costs, in characters, against the zeros that it saves.
    let size = match exponent.unsigned_abs() {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    } + i32::from(exponent < 0);
    let cost = size + 1 + if count == 1 { 2 } else { 1 };
    if place > 0 && place < count {
        let (before, after) = rest.split_at_checked(place as usize - 1).ok_or(fmt::Error)?;
        text.byte(*first)?;
        text.bytes(before)?;
        text.byte(b'.')?;
        return text.bytes(after);
    }
    if place <= 0 && 2 - place <= cost {
        text.bytes(b"0.")?;
        text.zeros(place.unsigned_abs() as usize)?;
        text.byte(*first)?;
        return text.bytes(rest);
    }
    if place > 0 && place - count + 2 <= cost && value < 9_007_199_254_740_992.0 {
        text.byte(*first)?;
        text.bytes(rest)?;
        text.zeros((place - count) as usize)?;
        return text.bytes(b".0");
    }
    text.byte(*first)?;
    text.byte(b'.')?;
    text.bytes(if rest.is_empty() { b"0" } else { rest })?;
    text.byte(b'e')?;
    if exponent < 0 {
        text.byte(b'-')?;
    }
    text.decimal(u64::from(exponent.unsigned_abs()), 1)
}

/// How far the text of a float reaches from the start, by OTP's rules: an optional sign, digits, a point (or a comma),
/// digits, and perhaps an exponent. `None` when it does not begin with one. An exponent without digits is not part of it.
#[must_use]
pub fn float_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let count = text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let sign = |at: usize| at + usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let point = digits(sign(0))?;
    if !matches!(text.get(point), Some(b'.' | b',')) {
        return None;
    }
    let end = digits(point + 1)?;
    if matches!(text.get(end), Some(b'e' | b'E')) {
        return Some(digits(sign(end + 1)).unwrap_or(end));
    }
    Some(end)
}

/// The float that a text is, all of it; `None` when it is none, or beyond all floats.
#[must_use]
pub fn text_to_float(text: &mut [u8]) -> Option<f64> {
    if float_length(text)? != text.len() {
        return None;
    }
    if let Some(comma) = text.iter_mut().find(|byte| **byte == b',') {
        *comma = b'.';
    }
    let value: f64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// A vector with room for so many bytes, not counted in the budget: for what is dropped soon, or becomes a binary.
///
/// # Errors
/// When there is no memory.
pub fn scratch(budget: &Budget, bytes: usize) -> core::result::Result<Vec<u8>, NoMemory> {
    budget.probe(bytes)?;
    let mut vector = Vec::new();
    vector.try_reserve_exact(bytes).map_err(|_| NoMemory)?;
    Ok(vector)
}

/// The text of an integer in a base from 2 to 36; `None` when the term is no integer.
///
/// # Errors
/// When there is no memory.
pub fn integer_to_text(
    budget: &Budget,
    store: Store<'_>,
    term: Term,
    base: u32,
) -> core::result::Result<Option<Vec<u8>>, NoMemory> {
    if let Some((negative, magnitude)) = store.magnitude(term) {
        let mut buffer = [0; 65];
        let digits = short_integer(&mut buffer, negative, magnitude, base);
        let mut text = scratch(budget, digits.len())?;
        text.extend_from_slice(digits);
        return Ok(Some(text));
    }
    let Some((_, words)) = store.object(term) else { return Ok(None) };
    // Digits, the text, and what the conversion holds at the same time.
    let digits = words.len().saturating_mul(32) / base.ilog2() as usize + 2;
    budget.probe(digits.saturating_mul(2).saturating_add(words.len().saturating_mul(16)))?;
    let Some(value) = arithmetic::big(store, term) else { return Ok(None) };
    let (sign, mut text) = value.to_radix_le(base);
    for byte in &mut text {
        *byte = digit(*byte);
    }
    if sign == Sign::Minus {
        text.try_reserve(1).map_err(|_| NoMemory)?;
        text.push(b'-');
    }
    text.reverse();
    Ok(Some(text))
}

/// The text of an integer of a magnitude of 64 bits, in a base from 2 to 36.
pub fn short_integer(buffer: &mut [u8; 65], negative: bool, magnitude: u64, base: u32) -> &[u8] {
    let mut rest = magnitude;
    // The low half of a number, which is cheaper to divide where words have 32 bits.
    let mut low = 0;
    let mut whole = false;
    let mut start = buffer.len();
    for (index, place) in buffer.iter_mut().enumerate().rev() {
        let value;
        if whole {
            if low == 0 {
                break;
            }
            (value, low) = (low % base, low / base);
        } else {
            (value, rest) = ((rest % u64::from(base)) as u32, rest / u64::from(base));
            whole = rest >> 32 == 0;
            low = rest as u32;
        }
        *place = digit(value as u8);
        start = index;
    }
    if negative {
        start = start.saturating_sub(1);
        if let Some(place) = buffer.get_mut(start) {
            *place = b'-';
        }
    }
    buffer.get(start..).unwrap_or_default()
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'A' - 10 + value }
}

/// The value of a digit in a base, either case.
#[must_use]
pub fn digit_value(byte: u8, base: u32) -> Option<u8> {
    char::from(byte).to_digit(base).map(|value| value as u8)
}

/// Digits that the library reads at once.
const PIECE: usize = 512;

/// The value of digits. The library's way takes a time quadratic in their number: it reads pieces, which are joined two by
/// two.
fn from_digits(digits: &[u8], base: u32) -> Result<Option<BigUint>> {
    // The least significant first.
    let mut parts: Vec<BigUint> = Vec::new();
    parts.try_reserve_exact(digits.len().div_ceil(PIECE)).map_err(|_| NoMemory)?;
    for piece in digits.rchunks(PIECE) {
        let Some(part) = BigUint::from_radix_be(piece, base) else { return Ok(None) };
        parts.push(part);
    }
    let mut power = BigUint::from(base).pow(PIECE as u32);
    while parts.len() > 1 {
        let mut joined = Vec::new();
        joined.try_reserve_exact(parts.len().div_ceil(2)).map_err(|_| NoMemory)?;
        let mut rest = parts.into_iter();
        while let Some(low) = rest.next() {
            joined.push(match rest.next() {
                Some(high) => high * &power + low,
                None => low,
            });
        }
        parts = joined;
        if parts.len() > 1 {
            power = &power * &power;
        }
    }
    Ok(parts.pop())
}

/// The integer that a text is, all of it: an optional sign and digits of a base from 2 to 36; `None` when it is none.
///
/// # Errors
/// `system_limit` when it is too large, or when there is no memory.
pub fn text_to_integer(budget: &Budget, heap: &mut Heap, text: &mut [u8], base: u32) -> Result<Option<Term>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return Ok(None);
    }
    for byte in digits.iter_mut() {
        let Some(value) = digit_value(*byte, base) else { return Ok(None) };
        *byte = value;
    }
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    // More digits than 64 of base 2 do not fit into 64 bits.
    let short = digits
        .get(..digits.len().min(65))
        .unwrap_or_default()
        .iter()
        .try_fold(0_u64, |value, &digit| value.checked_mul(u64::from(base))?.checked_add(u64::from(digit)));
    if let Some(magnitude) = short {
        return Ok(Some(heap.magnitude(negative, &[magnitude as u32, (magnitude >> 32) as u32])?));
    }
    // So many bits at least.
    if (digits.len() as u64 - 1).saturating_mul(u64::from(base.ilog2())) >= MAX_BITS {
        return Err(Raise::SYSTEM_LIMIT);
    }
    budget.probe(digits.len().saturating_mul(4))?;
    let Some(value) = from_digits(digits, base)? else { return Ok(None) };
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    Ok(Some(arithmetic::from_big(heap, &BigInt::from_biguint(sign, value))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_pieces_give_what_digits_at_once_give() {
        for base in [2, 10, 36] {
            for count in [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7, 5 * PIECE, 8 * PIECE + 1] {
                // A run of zeros fills a whole piece, and more.
                let digits: Vec<u8> =
                    (0..count).map(|at| if at / 600 == 1 { 0 } else { (at * at % base as usize) as u8 }).collect();
                let expected = BigUint::from_radix_be(&digits, base);
                assert_eq!(from_digits(&digits, base), Ok(expected), "{count} digits of base {base}");
            }
        }
    }
}
