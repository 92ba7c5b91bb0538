//! Arithmetic on terms, as OTP's operators do it: integers of any size, floats, and both mixed. Owns the limits of
//! integers and the conversions between terms, `i64`, `f64` and large integers.
//!
//! The interpreter has tried [`integers`](crate::integers) before it comes here. Sums go the way of [`large`], the rest goes
//! through `num-bigint`, which allocates without asking: so the memory that it will need is asked for first.

use num_bigint::{BigInt, BigUint, Sign};

use crate::heap::{Heap, Store};
use crate::integers::Operation;
use crate::large;
use crate::memory::{Budget, NoMemory};
use crate::natives::Context;
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

/// Most bits of an integer's magnitude, as in OTP (65,535 words of 64 bits).
pub const MAX_BITS: u64 = 65_535 * 64;

/// A number, read from a term.
#[derive(Clone, Copy)]
enum Number<'a> {
    Integer(i64),
    /// Beyond 64 bits: whether it is below 0, and its magnitude.
    Big(bool, &'a [u32]),
    Float(f64),
}

fn number(store: Store<'_>, term: Term) -> Option<Number<'_>> {
    if term.is_small() {
        return Some(Number::Integer(i64::from(term.small_value())));
    }
    match store.object(term)? {
        (Kind::Float, &[low, high]) => Some(Number::Float(f64::from_bits(u64::from(high) << 32 | u64::from(low)))),
        (kind @ (Kind::PositiveInteger | Kind::NegativeInteger), magnitude) => Some(match store.integer(term) {
            Some(value) => Number::Integer(value),
            None => Number::Big(kind == Kind::NegativeInteger, magnitude),
        }),
        _ => None,
    }
}

impl Number<'_> {
    fn to_float(self) -> Option<f64> {
        match self {
            Number::Integer(value) => Some(value as f64),
            Number::Big(negative, magnitude) => magnitude_to_float(negative, magnitude),
            Number::Float(value) => Some(value),
        }
    }

    fn to_big(self) -> Option<BigInt> {
        match self {
            Number::Integer(value) => Some(BigInt::from(value)),
            Number::Big(negative, magnitude) => {
                let sign = if negative { Sign::Minus } else { Sign::Plus };
                Some(BigInt::from_biguint(sign, BigUint::from_slice(magnitude)))
            }
            Number::Float(_) => None,
        }
    }

    /// Words of 32 bits that its magnitude has at most.
    const fn words(self) -> usize {
        match self {
            Number::Big(_, magnitude) => magnitude.len(),
            _ => 2,
        }
    }
}

/// The nearest float (of two equally near, the even one); `None` when that is beyond all floats.
#[must_use]
pub fn magnitude_to_float(negative: bool, words: &[u32]) -> Option<f64> {
    let length = words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    let words = words.get(..length).unwrap_or_default();
    // The three highest words hold the 64 highest bits; all below only count as "there is something".
    let (low, high) = words.split_at(length.saturating_sub(3));
    let top = high.iter().rev().fold(0u128, |top, &word| top << 32 | u128::from(word));
    let shift = 64u32.saturating_sub(top.leading_zeros());
    let mut leading = (top >> shift) as u64;
    if top & ((1u128 << shift) - 1) != 0 || low.iter().any(|&word| word != 0) {
        leading |= 1;
    }
    let exponent = low.len() as u64 * 32 + u64::from(shift);
    if exponent > 960 {
        return None;
    }
    // 64 bits, the last of them sticky, round as the whole would; the power of two is exact.
    let value = leading as f64 * f64::from_bits((1023 + exponent) << 52);
    value.is_finite().then_some(if negative { -value } else { value })
}

/// A number as a float; `None` when it is no number, or an integer beyond all floats.
#[must_use]
pub fn to_float(store: Store<'_>, term: Term) -> Option<f64> {
    number(store, term)?.to_float()
}

/// An integer's value; `None` when it is no integer. Allocates: ask the budget for the size first, where it may be large.
#[must_use]
pub fn big(store: Store<'_>, term: Term) -> Option<BigInt> {
    number(store, term)?.to_big()
}

/// Whether it is a number.
#[must_use]
pub fn is_number(store: Store<'_>, term: Term) -> bool {
    number(store, term).is_some()
}

/// An integer term.
///
/// # Errors
/// `system_limit` when it is too large, or when there is no memory.
pub fn from_big(heap: &mut Heap, value: &BigInt) -> Result {
    if value.bits() > MAX_BITS {
        return Err(Raise::SYSTEM_LIMIT);
    }
    let negative = value.sign() == Sign::Minus;
    let mut words = value.iter_u32_digits();
    if words.len() <= 2 {
        let low = words.next().unwrap_or(0);
        let high = words.next().unwrap_or(0);
        return Ok(heap.magnitude(negative, &[low, high])?);
    }
    let term = heap.blank(if negative { Kind::NegativeInteger } else { Kind::PositiveInteger }, words.len())?;
    for (place, word) in heap.words_of(term).iter_mut().zip(words) {
        *place = word;
    }
    Ok(term)
}

/// An integer term of up to 128 bits.
///
/// # Errors
/// When there is no memory.
pub fn from_wide(heap: &mut Heap, value: i128) -> Result {
    if let Ok(value) = i64::try_from(value) {
        return Ok(heap.integer(value)?);
    }
    let magnitude = value.unsigned_abs();
    let words = [magnitude as u32, (magnitude >> 32) as u32, (magnitude >> 64) as u32, (magnitude >> 96) as u32];
    Ok(heap.magnitude(value < 0, &words)?)
}

/// A float term.
///
/// # Errors
/// `badarith` when it is not finite, or when there is no memory.
pub fn from_float(heap: &mut Heap, value: f64) -> Result {
    if !value.is_finite() {
        return Err(Raise::BADARITH);
    }
    Ok(heap.float(value)?)
}

/// The integer that a float without a fraction is.
///
/// # Errors
/// When there is no memory.
pub fn from_whole(heap: &mut Heap, value: f64) -> Result {
    if value.abs() < 9.0e18 {
        return Ok(heap.integer(value as i64)?);
    }
    let bits = value.to_bits();
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    let shift = ((bits >> 52 & 0x7ff) as usize).saturating_sub(1075);
    let mut words = [0u32; 34];
    let shifted = mantissa << (shift % 32);
    for (index, place) in words.iter_mut().skip(shift / 32).take(3).enumerate() {
        *place = (shifted >> (32 * index)) as u32;
    }
    Ok(heap.magnitude(value < 0.0, &words)?)
}

/// Two numbers as one operation takes them.
enum Pair {
    Integers(i64, i64),
    Bigs(BigInt, BigInt),
    Floats(f64, f64),
}

/// `factor`: how many times the size of both operands the library may need at once.
fn pair(context: &mut Context<'_>, a: Term, b: Term, factor: usize) -> Result<Pair> {
    let store = context.store();
    let (Some(first), Some(second)) = (number(store, a), number(store, b)) else { return Err(Raise::BADARITH) };
    if let (Number::Integer(first), Number::Integer(second)) = (first, second) {
        return Ok(Pair::Integers(first, second));
    }
    if let Number::Float(_) = first {
        return floats(first, second);
    }
    if let Number::Float(_) = second {
        return floats(first, second);
    }
    let words = first.words() + second.words();
    probe(&context.shared.budget, words, factor)?;
    let (Some(first), Some(second)) = (first.to_big(), second.to_big()) else { return Err(Raise::BADARITH) };
    context.bump(words / 16);
    Ok(Pair::Bigs(first, second))
}

fn floats(a: Number<'_>, b: Number<'_>) -> Result<Pair> {
    let (Some(a), Some(b)) = (a.to_float(), b.to_float()) else { return Err(Raise::BADARITH) };
    Ok(Pair::Floats(a, b))
}

/// Asks for the memory for `factor` large integers of so many words.
fn probe(budget: &Budget, words: usize, factor: usize) -> core::result::Result<(), NoMemory> {
    budget.probe(words.saturating_add(4).saturating_mul(4).saturating_mul(factor))
}

/// `A + B`.
///
/// # Errors
/// As the operator in OTP; so with all that follow.
pub fn add(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    if let Some(term) = large::sum(context, a, b, false)? {
        return Ok(term);
    }
    match pair(context, a, b, 3)? {
        Pair::Integers(a, b) => from_wide(context.heap(), i128::from(a) + i128::from(b)),
        Pair::Bigs(a, b) => from_big(context.heap(), &(a + b)),
        Pair::Floats(a, b) => from_float(context.heap(), a + b),
    }
}

/// `A - B`.
pub fn subtract(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    if let Some(term) = large::sum(context, a, b, true)? {
        return Ok(term);
    }
    match pair(context, a, b, 3)? {
        Pair::Integers(a, b) => from_wide(context.heap(), i128::from(a) - i128::from(b)),
        Pair::Bigs(a, b) => from_big(context.heap(), &(a - b)),
        Pair::Floats(a, b) => from_float(context.heap(), a - b),
    }
}

/// `A * B`.
pub fn multiply(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    if let Some(term) = large::product(context, a, b)? {
        return Ok(term);
    }
    match pair(context, a, b, 8)? {
        Pair::Integers(a, b) => from_wide(context.heap(), i128::from(a) * i128::from(b)),
        Pair::Bigs(a, b) => {
            // The product has as many bits as both have, or one less.
            if a.bits() + b.bits() > MAX_BITS + 1 && a.sign() != Sign::NoSign && b.sign() != Sign::NoSign {
                return Err(Raise::SYSTEM_LIMIT);
            }
            let words = (a.bits().min(b.bits()) / 32) as usize;
            context.bump(words.saturating_mul(words) / 64);
            from_big(context.heap(), &(a * b))
        }
        Pair::Floats(a, b) => from_float(context.heap(), a * b),
    }
}

/// `A / B`.
pub fn divide(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    let store = context.store();
    match (to_float(store, a), to_float(store, b)) {
        (Some(a), Some(b)) if b != 0.0 => from_float(context.heap(), a / b),
        _ => Err(Raise::BADARITH),
    }
}

/// `A div B`.
pub fn int_div(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    quotient(context, a, b, false)
}

/// `A rem B`.
pub fn remainder(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    quotient(context, a, b, true)
}

fn quotient(context: &mut Context<'_>, a: Term, b: Term, remainder: bool) -> Result {
    match pair(context, a, b, 5)? {
        Pair::Integers(a, b) if b != 0 => {
            // Only the least integer by -1 is more than 64 bits.
            match if remainder { Some(a.wrapping_rem(b)) } else { a.checked_div(b) } {
                Some(value) => Ok(context.heap().integer(value)?),
                None => from_wide(context.heap(), -i128::from(a)),
            }
        }
        Pair::Bigs(a, b) if b.sign() != Sign::NoSign => {
            let words = (b.bits() / 32) as usize;
            context.bump(words.saturating_mul((a.bits() / 32) as usize) / 64);
            from_big(context.heap(), &if remainder { a % b } else { a / b })
        }
        _ => Err(Raise::BADARITH),
    }
}

/// `-A`.
pub fn negate(context: &mut Context<'_>, a: Term) -> Result {
    if let Some(value) = a.as_small() {
        return Ok(context.heap().integer(-i64::from(value))?);
    }
    if let Some(value) = context.store().float(a) {
        return Ok(context.heap().float(-value)?);
    }
    subtract(context, Term::tiny(0), a)
}

/// `+A`.
pub fn plus(context: &mut Context<'_>, a: Term) -> Result {
    if is_number(context.store(), a) { Ok(a) } else { Err(Raise::BADARITH) }
}

/// `abs(A)`: `badarg` when it is no number.
pub fn abs(context: &mut Context<'_>, a: Term) -> Result {
    match number(context.store(), a) {
        Some(Number::Float(value)) => Ok(context.heap().float(value.abs())?),
        Some(Number::Integer(0..) | Number::Big(false, _)) => Ok(a),
        Some(_) => negate(context, a),
        None => Err(Raise::BADARG),
    }
}

fn bitwise(context: &mut Context<'_>, a: Term, b: Term, operation: Operation) -> Result {
    let term = large::bitwise(context, a, b, operation)?.ok_or(Raise::BADARITH)?;
    match context.store().object(term) {
        Some((_, words)) if words.len() as u64 * 32 > MAX_BITS => Err(Raise::SYSTEM_LIMIT),
        _ => Ok(term),
    }
}

/// `A band B`.
pub fn band(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    bitwise(context, a, b, Operation::And)
}

/// `A bor B`.
pub fn bor(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    bitwise(context, a, b, Operation::Or)
}

/// `A bxor B`.
pub fn bxor(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    bitwise(context, a, b, Operation::Xor)
}

/// `bnot A`.
pub fn bnot(context: &mut Context<'_>, a: Term) -> Result {
    if let Some(value) = a.as_small() {
        return Ok(Term::tiny(!value));
    }
    if context.store().float(a).is_some() {
        return Err(Raise::BADARITH);
    }
    // In two's complement, `bnot A` is `-1 - A`.
    subtract(context, Term::tiny(-1), a)
}

/// `A bsl B`.
pub fn bsl(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    shift(context, a, b, true)
}

/// `A bsr B`.
pub fn bsr(context: &mut Context<'_>, a: Term, b: Term) -> Result {
    shift(context, a, b, false)
}

fn shift(context: &mut Context<'_>, a: Term, b: Term, left: bool) -> Result {
    let store = context.store();
    let (Some(value), Some(by)) = (number(store, a), number(store, b)) else { return Err(Raise::BADARITH) };
    // A distance beyond 64 bits shifts all out, as any distance above the limit does.
    let (negative, distance) = match by {
        Number::Integer(by) => (by < 0, by.unsigned_abs()),
        Number::Big(negative, _) => (negative, u64::MAX),
        Number::Float(_) => return Err(Raise::BADARITH),
    };
    let left = left != negative;
    match value {
        Number::Float(_) => Err(Raise::BADARITH),
        Number::Integer(0) => Ok(a),
        Number::Integer(value) if !left => Ok(context.heap().integer(value >> distance.min(63))?),
        Number::Integer(value) if distance < 64 => from_wide(context.heap(), i128::from(value) << distance),
        _ => {
            let words = value.words();
            if left && (distance > MAX_BITS || words as u64 * 32 + distance > MAX_BITS + 64) {
                return Err(Raise::SYSTEM_LIMIT);
            }
            let more = if left { (distance / 32) as usize } else { 0 };
            probe(&context.shared.budget, words + more, 3)?;
            let Some(value) = value.to_big() else { return Err(Raise::BADARITH) };
            context.bump((words + more) / 16);
            let shifted = if left {
                value << distance
            } else if distance >= value.bits() {
                return Ok(Term::tiny(if value.sign() == Sign::Minus { -1 } else { 0 }));
            } else {
                value >> distance
            };
            from_big(context.heap(), &shifted)
        }
    }
}
