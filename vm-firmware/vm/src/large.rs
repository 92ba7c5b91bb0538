//! Sums, differences and operations on the bits of integers of any size, and products with short ones: one pass over the
//! words of a copy on the heap, where `num-bigint` would take memory three times.

use core::cmp::Ordering;

use crate::arithmetic::MAX_BITS;
use crate::heap::Heap;
use crate::integers::Operation;
use crate::memory::NoMemory;
use crate::natives::Context;
use crate::term::{Kind, Term};

/// An integer: whether it is below 0, and its magnitude, which for a small one stands in `short`.
fn parts<'a>(context: &'a Context<'_>, term: Term, short: &'a mut [u32; 1]) -> Option<(bool, &'a [u32])> {
    if let Some(value) = term.as_small() {
        *short = [value.unsigned_abs()];
        return Some((value < 0, if value == 0 { &[] } else { &*short }));
    }
    match context.store().object(term)? {
        (Kind::PositiveInteger, magnitude) => Some((false, magnitude)),
        (Kind::NegativeInteger, magnitude) => Some((true, magnitude)),
        _ => None,
    }
}

/// `A + B`, or `A - B`; `None` when one is no integer, or the result might be too large.
///
/// # Errors
/// When there is no memory.
pub fn sum(context: &mut Context<'_>, a: Term, b: Term, subtract: bool) -> Result<Option<Term>, NoMemory> {
    let (mut short_a, mut short_b) = ([0], [0]);
    let (Some((negative_a, words_a)), Some((negative_b, words_b))) =
        (parts(context, a, &mut short_a), parts(context, b, &mut short_b))
    else {
        return Ok(None);
    };
    let negative_b = negative_b != subtract;
    let order = words_a.len().cmp(&words_b.len()).then_with(|| words_a.iter().rev().cmp(words_b.iter().rev()));
    // The one of the larger magnitude is copied, the other goes into the copy.
    let swap = order == Ordering::Less;
    let (length, other) = (words_a.len().max(words_b.len()), words_a.len().min(words_b.len()));
    let add = negative_a == negative_b;
    let negative = if swap { negative_b } else { negative_a };
    if (length as u64 + 1) * 32 >= MAX_BITS {
        return Ok(None);
    }
    context.bump(length / 16);
    let (large, small, short) = if swap { (b, a, short_a) } else { (a, b, short_b) };
    let start = copy(context, large, if swap { short_b } else { short_a })?;
    let literals = context.shared.literals.words.as_slice();
    let (sources, target) = context.process.heap.words.as_mut_slice().split_at_mut(start);
    let operand = if small.is_small() {
        short.get(..other).unwrap_or_default()
    } else {
        let area = if small.is_literal() { literals } else { &*sources };
        area.get(small.index() + 1..small.index() + 1 + other).unwrap_or_default()
    };
    // The carry is 0 or 1, or (in a difference) 0 or -1.
    let mut carry = 0_i64;
    let mut operand = operand.iter();
    for place in target {
        let word = operand.next();
        if word.is_none() && carry == 0 {
            break;
        }
        let word = i64::from(word.copied().unwrap_or(0));
        let value = i64::from(*place) + if add { word } else { -word } + carry;
        *place = value as u32;
        carry = value >> 32;
    }
    finish(&mut context.process.heap, negative, start).map(Some)
}

/// `A band B`, `A bor B` or `A bxor B`; `None` when one is no integer.
///
/// # Errors
/// When there is no memory.
pub fn bitwise(context: &mut Context<'_>, a: Term, b: Term, operation: Operation) -> Result<Option<Term>, NoMemory> {
    let (mut short_a, mut short_b) = ([0], [0]);
    let (Some((negative_a, words_a)), Some((negative_b, words_b))) =
        (parts(context, a, &mut short_a), parts(context, b, &mut short_b))
    else {
        return Ok(None);
    };
    let (length_a, length_b) = (words_a.len(), words_b.len());
    // The longer one is copied, and the other goes into the copy.
    let (long, other, short, length, negatives) = if length_a < length_b {
        (b, a, [short_b, short_a], length_a, [negative_b, negative_a])
    } else {
        (a, b, [short_a, short_b], length_b, [negative_a, negative_b])
    };
    context.bump(length_a.max(length_b) / 16);
    let start = copy(context, long, short[0])?;
    let literals = context.shared.literals.words.as_slice();
    let (sources, target) = context.process.heap.words.as_mut_slice().split_at_mut(start);
    let other = if other.is_small() {
        short[1].get(..length).unwrap_or_default()
    } else {
        let area = if other.is_literal() { literals } else { &*sources };
        area.get(other.index() + 1..other.index() + 1 + length).unwrap_or_default()
    };
    let apply = |x: u32, y: u32| match operation {
        Operation::And => x & y,
        Operation::Or => x | y,
        _ => x ^ y,
    };
    let negative = apply(negatives[0].into(), negatives[1].into()) != 0;
    // Words of the two's complement, or back from it: those of a negative number are inverted, and 1 is added.
    let complement = |word: u32, negative: bool, carry: &mut u64| {
        if !negative {
            return word;
        }
        let value = u64::from(!word) + *carry;
        *carry = value >> 32;
        value as u32
    };
    let [mut carry_long, mut carry_other, mut carry] = [1; 3];
    let mut words = other.iter();
    for place in target {
        let x = complement(*place, negatives[0], &mut carry_long);
        let y = complement(words.next().copied().unwrap_or(0), negatives[1], &mut carry_other);
        *place = complement(apply(x, y), negative, &mut carry);
    }
    finish(&mut context.process.heap, negative, start).map(Some)
}

/// `A * B` when one of them is small and the other large; `None` for others, and when the result might be too large.
///
/// # Errors
/// When there is no memory.
pub fn product(context: &mut Context<'_>, a: Term, b: Term) -> Result<Option<Term>, NoMemory> {
    let (large, factor) = if b.is_small() { (a, b.small_value()) } else { (b, a.as_small().unwrap_or(0)) };
    let mut short = [0];
    let Some((negative, magnitude)) = parts(context, large, &mut short) else { return Ok(None) };
    let length = magnitude.len();
    if factor == 0 || large.is_small() || (length as u64 + 1) * 32 >= MAX_BITS {
        return Ok(None);
    }
    context.bump(length / 16);
    let start = copy(context, large, [0])?;
    let mut carry = 0_u64;
    for place in context.process.heap.words.as_mut_slice().get_mut(start..).unwrap_or_default() {
        let value = u64::from(*place) * u64::from(factor.unsigned_abs()) + carry;
        *place = value as u32;
        carry = value >> 32;
    }
    finish(&mut context.process.heap, negative != (factor < 0), start).map(Some)
}

/// Begins an integer at the end of the heap: a place for its header, the magnitude of `term` (for a small one `short`),
/// and a word of 0. Gives where the magnitude begins.
fn copy(context: &mut Context<'_>, term: Term, short: [u32; 1]) -> Result<usize, NoMemory> {
    let words = &mut context.process.heap.words;
    let literals = context.shared.literals.words.as_slice();
    let area = if term.is_literal() { literals } else { words.as_slice() };
    let size = if term.is_small() { 1 } else { area.get(term.index()).map_or(0, |&header| Term(header).size()) };
    let heap = &mut context.process.heap;
    heap.reserve(size + 2)?;
    let start = heap.words.len() + 1;
    heap.words.push_reserved(0);
    if term.is_small() {
        heap.words.extend(&short)?;
    } else if term.is_literal() {
        heap.words.extend(literals.get(term.index() + 1..term.index() + 1 + size).unwrap_or_default())?;
    } else {
        heap.words.extend_within(term.index() + 1..term.index() + 1 + size)?;
    }
    heap.words.push_reserved(0);
    Ok(start)
}

/// Makes the integer whose magnitude stands at the end of the heap.
fn finish(heap: &mut Heap, negative: bool, start: usize) -> Result<Term, NoMemory> {
    let magnitude = heap.words.as_slice().get(start..).unwrap_or_default();
    let length = magnitude.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
    if length <= 1 {
        let value = i64::from(magnitude.first().copied().unwrap_or(0));
        heap.words.truncate(start - 1);
        return heap.integer(if negative { -value } else { value });
    }
    heap.words.truncate(start + length);
    let kind = if negative { Kind::NegativeInteger } else { Kind::PositiveInteger };
    heap.words.set(start - 1, Term::header(kind, length).0);
    Ok(Term::boxed(start - 1, 0))
}
