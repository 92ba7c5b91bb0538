//! Integers of up to 64 bits of magnitude: operators without `num-bigint` and without memory but the result's.
//!
//! On a small machine, small integers have 30 bits, so that times, counters and addresses of programs are often beyond
//! them. Two steps serve them: 64-bit arithmetic while operands and result fit, else arithmetic of 128 bits. What does not
//! fit there either is left to [`crate::arithmetic`], and so are errors.

use core::cmp::Ordering;

use crate::heap::{Heap, Words};
use crate::natives::NativeId;
use crate::term::{Kind, Term};

/// An operator of two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `div`
    Divide,
    /// `rem`
    Remainder,
    /// `band`
    And,
    /// `bor`
    Or,
    /// `bxor`
    Xor,
    /// `bsl`
    ShiftLeft,
    /// `bsr`
    ShiftRight,
}

/// The operators among the native functions: by the row in the first table, that of [`crate::natives`]'s numbers.
const ROWS: [Option<Operation>; 14] = [
    None,
    Some(Operation::Add),
    None,
    Some(Operation::Subtract),
    Some(Operation::Multiply),
    None,
    Some(Operation::Divide),
    Some(Operation::Remainder),
    Some(Operation::And),
    Some(Operation::Or),
    Some(Operation::Xor),
    None,
    Some(Operation::ShiftLeft),
    Some(Operation::ShiftRight),
];

impl Operation {
    /// The operator that a native function is.
    #[must_use]
    #[inline(always)]
    pub fn of(native: NativeId) -> Option<Self> {
        ROWS.get(usize::from(native.0)).copied().flatten()
    }
}

const POSITIVE_ONE: u32 = Term::header(Kind::PositiveInteger, 1).0;
const POSITIVE_TWO: u32 = Term::header(Kind::PositiveInteger, 2).0;
const NEGATIVE_ONE: u32 = Term::header(Kind::NegativeInteger, 1).0;
const NEGATIVE_TWO: u32 = Term::header(Kind::NegativeInteger, 2).0;

/// Sign and magnitude of an integer beyond the small ones, of at most 64 bits.
#[inline(always)]
fn large(heap: &Words, literals: &Words, term: Term) -> Option<(bool, u64)> {
    if !term.is_boxed() {
        return None;
    }
    let words = if term.is_literal() { literals } else { heap };
    let at = term.index();
    let header = words.at(at);
    let high = match header {
        POSITIVE_ONE | NEGATIVE_ONE => 0,
        POSITIVE_TWO | NEGATIVE_TWO => words.at(at + 2),
        _ => return None,
    };
    Some((matches!(header, NEGATIVE_ONE | NEGATIVE_TWO), u64::from(high) << 32 | u64::from(words.at(at + 1))))
}

/// The value of an integer of at most 63 bits.
#[inline(always)]
fn narrow(heap: &Words, literals: &Words, term: Term) -> Option<i64> {
    if term.is_small() {
        return Some(i64::from(term.small_value()));
    }
    let (negative, magnitude) = large(heap, literals, term)?;
    let value = i64::try_from(magnitude).ok()?;
    Some(if negative { -value } else { value })
}

/// The value of an integer of at most 64 bits.
fn wide(heap: &Words, literals: &Words, term: Term) -> Option<i128> {
    if term.is_small() {
        return Some(i128::from(term.small_value()));
    }
    let (negative, magnitude) = large(heap, literals, term)?;
    Some(if negative { -i128::from(magnitude) } else { i128::from(magnitude) })
}

/// The result of an operator; `None` when another way must be taken: an operand is no integer or has more than 64 bits,
/// the result has more than 128, the operation is an error, or there is no memory.
#[must_use]
pub fn fast(heap: &mut Heap, literals: &Heap, operation: Operation, a: Term, b: Term) -> Option<Term> {
    if let (Some(x), Some(y)) =
        (narrow(&heap.words, &literals.words, a), narrow(&heap.words, &literals.words, b))
        && let Some(value) = operate(operation, x, y)
    {
        return make(heap, value);
    }
    widely(heap, literals, operation, a, b)
}

#[inline(always)]
fn operate(operation: Operation, a: i64, b: i64) -> Option<i64> {
    match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        Operation::Divide => a.checked_div(b),
        Operation::Remainder => a.checked_rem(b),
        Operation::And => Some(a & b),
        Operation::Or => Some(a | b),
        Operation::Xor => Some(a ^ b),
        Operation::ShiftLeft => {
            let shifted = a << (b & 63);
            ((0..64).contains(&b) && shifted >> b == a).then_some(shifted)
        }
        Operation::ShiftRight => (b >= 0).then(|| a >> b.min(63)),
    }
}

/// As [`fast`], in 128 bits.
#[cold]
#[inline(never)]
fn widely(heap: &mut Heap, literals: &Heap, operation: Operation, a: Term, b: Term) -> Option<Term> {
    let a = wide(&heap.words, &literals.words, a)?;
    let b = wide(&heap.words, &literals.words, b)?;
    let value = match operation {
        Operation::Add => a + b,
        Operation::Subtract => a - b,
        Operation::Multiply => a.checked_mul(b)?,
        Operation::Divide => a.checked_div(b)?,
        Operation::Remainder => a.checked_rem(b)?,
        Operation::And => a & b,
        Operation::Or => a | b,
        Operation::Xor => a ^ b,
        // 64 bits and 62 more fit.
        Operation::ShiftLeft if (0..=62).contains(&b) => a << b,
        Operation::ShiftLeft if b < 0 => a >> b.unsigned_abs().min(127),
        Operation::ShiftRight if (-62..0).contains(&b) => a << -b,
        Operation::ShiftRight if b >= 0 => a >> b.min(127),
        Operation::ShiftLeft | Operation::ShiftRight => return None,
    };
    if let Ok(value) = i64::try_from(value) {
        return make(heap, value);
    }
    let magnitude = value.unsigned_abs();
    let words = [magnitude as u32, (magnitude >> 32) as u32, (magnitude >> 64) as u32, (magnitude >> 96) as u32];
    heap.magnitude(value < 0, &words).ok()
}

/// The term of an integer; `None` when there is no memory.
#[inline(always)]
fn make(heap: &mut Heap, value: i64) -> Option<Term> {
    match Term::small(value) {
        Some(term) => Some(term),
        None => heap.large(value < 0, value.unsigned_abs()).ok(),
    }
}

/// The order of two integers of at most 63 bits; `None` when one is something else.
#[must_use]
#[inline]
pub fn order(heap: &Heap, literals: &Heap, a: Term, b: Term) -> Option<Ordering> {
    let a = narrow(&heap.words, &literals.words, a)?;
    let b = narrow(&heap.words, &literals.words, b)?;
    Some(a.cmp(&b))
}
