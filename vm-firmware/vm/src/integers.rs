//! Operators of integers of up to 64 bits of magnitude, and of floats, without memory but the result's.
//!
//! On a small machine, small integers have 30 bits, so that times, counters and addresses of programs are often beyond
//! them. Two steps serve them: 64-bit arithmetic while operands and result fit, else arithmetic of 128 bits. What does not
//! fit there either is left to [`crate::arithmetic`], and so are errors.

use core::cmp::Ordering;

use crate::heap::{Heap, Words};
use crate::natives::NativeId;
use crate::term::{Kind, Term};

/// An operator of two numbers.
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
    /// `/`
    Quotient,
}

/// The operators among the native functions: by the row in the first table, that of [`crate::natives`]'s numbers.
const ROWS: [Option<Operation>; 14] = [
    None,
    Some(Operation::Add),
    None,
    Some(Operation::Subtract),
    Some(Operation::Multiply),
    Some(Operation::Quotient),
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
const NEGATIVE: u32 = Term::header(Kind::NegativeInteger, 1).0 - POSITIVE_ONE;
const TWO: u32 = Term::header(Kind::PositiveInteger, 2).0 - POSITIVE_ONE;
const FLOAT: u32 = Term::header(Kind::Float, 2).0;

/// Sign and magnitude of an integer beyond the small ones, of at most 64 bits.
#[inline(always)]
fn large(heap: &Words, literals: &Words, term: Term) -> Option<(bool, u64)> {
    if !term.is_boxed() {
        return None;
    }
    let words = if term.is_literal() { literals } else { heap };
    let at = term.index();
    // Of the four headers that there may be, the differences are two bits: of the sign, and of the size.
    let bits = words.at(at).wrapping_sub(POSITIVE_ONE);
    if bits & !(NEGATIVE | TWO) != 0 {
        return None;
    }
    let high = if bits & TWO == 0 { 0 } else { words.at(at + 2) };
    Some((bits & NEGATIVE != 0, u64::from(high) << 32 | u64::from(words.at(at + 1))))
}

/// The value of an integer of at most 63 bits.
#[inline(always)]
fn narrow(heap: &Words, literals: &Words, term: Term) -> Option<i64> {
    if term.is_small() {
        return Some(i64::from(term.small_value()));
    }
    let (negative, magnitude) = large(heap, literals, term)?;
    // Without a jump: programs mix signs.
    let sign = i64::from(negative);
    i64::try_from(magnitude).ok().map(|value| (value ^ -sign) + sign)
}

/// The value of an integer of at most 64 bits.
fn wide(heap: &Words, literals: &Words, term: Term) -> Option<i128> {
    if term.is_small() {
        return Some(i128::from(term.small_value()));
    }
    let (negative, magnitude) = large(heap, literals, term)?;
    Some(if negative { -i128::from(magnitude) } else { i128::from(magnitude) })
}

/// The value of a float.
#[inline(always)]
fn float(heap: &Words, literals: &Words, term: Term) -> Option<f64> {
    if !term.is_boxed() {
        return None;
    }
    let words = if term.is_literal() { literals } else { heap };
    let at = term.index();
    (words.at(at) == FLOAT).then(|| f64::from_bits(u64::from(words.at(at + 2)) << 32 | u64::from(words.at(at + 1))))
}

/// The result of an operator; `None` when another way must be taken: an operand is no number or has more than 64 bits,
/// the result has more than 128, the operation is an error, or there is no memory.
#[must_use]
#[cfg_attr(not(target_os = "none"), inline(never))]
#[cfg_attr(target_os = "none", inline)]
pub fn fast(heap: &mut Heap, literals: &Heap, operation: Operation, a: Term, b: Term) -> Option<Term> {
    if let Some(x) = narrow(&heap.words, &literals.words, a)
        && let Some(y) = narrow(&heap.words, &literals.words, b)
        && let Some(value) = operate(operation, x, y)
    {
        return make(heap, value);
    }
    otherwise(heap, literals, operation, a, b)
}

/// With a float, or with more bits.
#[inline(never)]
fn otherwise(heap: &mut Heap, literals: &Heap, operation: Operation, a: Term, b: Term) -> Option<Term> {
    let float_a = float(&heap.words, &literals.words, a);
    let float_b = float(&heap.words, &literals.words, b);
    if float_a.is_none() && float_b.is_none() && operation != Operation::Quotient {
        return widely(heap, literals, operation, a, b);
    }
    let whole = |term| narrow(&heap.words, &literals.words, term).map(|value| value as f64);
    let (a, b) = (float_a.or_else(|| whole(a))?, float_b.or_else(|| whole(b))?);
    real(heap, operation, a, b)
}

/// The result of an operator of floats.
#[inline(always)]
fn real(heap: &mut Heap, operation: Operation, a: f64, b: f64) -> Option<Term> {
    let value = match operation {
        Operation::Add => a + b,
        Operation::Subtract => a - b,
        Operation::Multiply => a * b,
        Operation::Quotient if b != 0.0 => a / b,
        _ => return None,
    };
    if value.is_finite() { heap.float(value).ok() } else { None }
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
        Operation::Quotient => None,
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
        // Both have at most 64 bits; to divide 128 would take kilobytes of code.
        Operation::Divide => {
            let quotient = i128::from((a.unsigned_abs() as u64).checked_div(b.unsigned_abs() as u64)?);
            if (a < 0) == (b < 0) { quotient } else { -quotient }
        }
        Operation::Remainder => {
            let left = i128::from((a.unsigned_abs() as u64).checked_rem(b.unsigned_abs() as u64)?);
            if a < 0 { -left } else { left }
        }
        Operation::And => a & b,
        Operation::Or => a | b,
        Operation::Xor => a ^ b,
        // 64 bits and 62 more fit.
        Operation::ShiftLeft if (0..=62).contains(&b) => a << b,
        Operation::ShiftLeft if b < 0 => a >> b.unsigned_abs().min(127),
        Operation::ShiftRight if (-62..0).contains(&b) => a << -b,
        Operation::ShiftRight if b >= 0 => a >> b.min(127),
        Operation::ShiftLeft | Operation::ShiftRight | Operation::Quotient => return None,
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

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use num_bigint::{BigInt, Sign};
    use num_traits::Signed;

    use super::*;
    use crate::memory::Budget;

    fn term(heap: &mut Heap, value: &BigInt) -> Term {
        let words: Vec<u32> = value.iter_u32_digits().collect();
        heap.magnitude(value.is_negative(), &words).unwrap()
    }

    fn value(heap: &Heap, term: Term) -> BigInt {
        if term.is_small() {
            return BigInt::from(term.small_value());
        }
        let header = Term(heap.words.at(term.index()));
        let words = &heap.words.as_slice()[term.index() + 1..term.index() + 1 + header.size()];
        assert_ne!(words.last(), Some(&0), "a high word of 0");
        let sign = if header.kind() == Kind::NegativeInteger { Sign::Minus } else { Sign::Plus };
        let value = BigInt::from_slice(sign, words);
        assert!(i64::try_from(&value).ok().and_then(Term::small).is_none(), "a small integer as a large one");
        value
    }

    /// What an operator gives by `num-bigint`; `None` for an error.
    fn expected(operation: Operation, a: &BigInt, b: &BigInt) -> Option<BigInt> {
        let zero = BigInt::from(0);
        Some(match operation {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
            Operation::Divide if *b != zero => a / b,
            Operation::Remainder if *b != zero => a % b,
            Operation::And => a & b,
            Operation::Or => a | b,
            Operation::Xor => a ^ b,
            Operation::ShiftLeft | Operation::ShiftRight => {
                let distance = i64::try_from(b).ok().filter(|distance| distance.unsigned_abs() < 4096);
                let left = (operation == Operation::ShiftLeft) != b.is_negative();
                match distance.map(i64::unsigned_abs) {
                    Some(distance) if left => a << distance,
                    Some(distance) => a >> distance,
                    None if left => return None,
                    None => BigInt::from(if a.is_negative() { -1 } else { 0 }),
                }
            }
            _ => return None,
        })
    }

    /// Sees that the result is right where there is one, and whether there is one.
    fn check(operation: Operation, a: &BigInt, b: &BigInt) -> bool {
        let budget = Budget::new(usize::MAX);
        let mut heap = Heap::new(budget.clone(), 0);
        let literals = Heap::new(budget, crate::term::LITERAL_BIT);
        let (first, second) = (term(&mut heap, a), term(&mut heap, b));
        match fast(&mut heap, &literals, operation, first, second) {
            Some(result) => {
                let result = value(&heap, result);
                assert_eq!(Some(result), expected(operation, a, b), "{operation:?} of {a} and {b}");
                true
            }
            None => false,
        }
    }

    const ALL: [Operation; 10] = [
        Operation::Add,
        Operation::Subtract,
        Operation::Multiply,
        Operation::Divide,
        Operation::Remainder,
        Operation::And,
        Operation::Or,
        Operation::Xor,
        Operation::ShiftLeft,
        Operation::ShiftRight,
    ];

    fn edges() -> Vec<BigInt> {
        let mut edges = Vec::new();
        for exponent in [0_u32, 1, 5, 16, 28, 29, 30, 31, 32, 33, 48, 61, 62, 63, 64] {
            for offset in [-1_i128, 0, 1] {
                let value = (1_i128 << exponent) + offset;
                if value < 1 << 64 {
                    edges.push(BigInt::from(value));
                    edges.push(BigInt::from(-value));
                }
            }
        }
        edges
    }

    #[test]
    fn operators_give_what_large_arithmetic_gives_at_the_edges() {
        for operation in ALL {
            for a in edges() {
                for b in edges() {
                    let found = check(operation, &a, &b);
                    let most = BigInt::from(i128::MAX);
                    let needed = match operation {
                        Operation::ShiftLeft | Operation::ShiftRight => b.abs() <= BigInt::from(62),
                        _ => expected(operation, &a, &b).is_some_and(|value| value.abs() <= most),
                    };
                    assert!(found || !needed, "{operation:?} of {a} and {b} is left to large arithmetic");
                }
            }
        }
    }

    #[test]
    fn operators_give_what_large_arithmetic_gives_for_many_values() {
        // A generator of numbers of all lengths: xorshift.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..20_000 {
            let (a, b, how) = (next(), next(), next());
            let sign = |bit: u64| if how >> bit & 1 == 0 { Sign::Plus } else { Sign::Minus };
            let cut = |value: u64, bits: u64| value >> (bits & 63);
            let a = BigInt::from_biguint(sign(0), cut(a, how >> 8).into());
            let b = BigInt::from_biguint(sign(1), cut(b, how >> 16).into());
            for operation in ALL {
                check(operation, &a, &b);
            }
        }
    }

    #[test]
    fn operators_of_floats_give_floats() {
        let budget = Budget::new(usize::MAX);
        let mut heap = Heap::new(budget.clone(), 0);
        let literals = Heap::new(budget, crate::term::LITERAL_BIT);
        let half = heap.float(0.5).unwrap();
        let zero = heap.float(0.0).unwrap();
        let most = heap.float(f64::MAX).unwrap();
        let (two, large) = (Term::tiny(2), heap.integer(1 << 60).unwrap());
        let mut shown = |operation, a, b| -> String {
            match fast(&mut heap, &literals, operation, a, b) {
                Some(result) => format!("{:?}", float(&heap.words, &literals.words, result)),
                None => "none".into(),
            }
        };
        assert_eq!(shown(Operation::Add, half, two), "Some(2.5)");
        assert_eq!(shown(Operation::Subtract, two, half), "Some(1.5)");
        assert_eq!(shown(Operation::Multiply, half, large), format!("Some({:?})", 2_f64.powi(59)));
        assert_eq!(shown(Operation::Quotient, two, large), format!("Some({:?})", 2_f64.powi(-59)));
        assert_eq!(shown(Operation::Quotient, two, two), "Some(1.0)");
        assert_eq!(shown(Operation::Quotient, two, zero), "none");
        assert_eq!(shown(Operation::Quotient, two, Term::tiny(0)), "none");
        assert_eq!(shown(Operation::Multiply, most, two), "none");
        assert_eq!(shown(Operation::And, half, half), "none");
        assert_eq!(shown(Operation::Add, half, Term::NIL), "none");
        assert_eq!(shown(Operation::Add, Term::NIL, two), "none");
    }

    #[test]
    fn rows_are_those_of_the_table_of_natives() {
        let names = [
            ("+", Operation::Add),
            ("-", Operation::Subtract),
            ("*", Operation::Multiply),
            ("/", Operation::Quotient),
            ("div", Operation::Divide),
            ("rem", Operation::Remainder),
            ("band", Operation::And),
            ("bor", Operation::Or),
            ("bxor", Operation::Xor),
            ("bsl", Operation::ShiftLeft),
            ("bsr", Operation::ShiftRight),
        ];
        for (name, operation) in names {
            assert_eq!(Operation::of(crate::natives::find("erlang", name, 2).unwrap()), Some(operation), "{name}");
        }
        assert_eq!(ROWS.iter().flatten().count(), names.len());
    }

    #[test]
    fn order_is_that_of_the_values() {
        let budget = Budget::new(usize::MAX);
        let mut heap = Heap::new(budget.clone(), 0);
        let literals = Heap::new(budget, crate::term::LITERAL_BIT);
        for a in edges() {
            for b in edges() {
                let (first, second) = (term(&mut heap, &a), term(&mut heap, &b));
                let found = order(&heap, &literals, first, second);
                let fits =
                    i64::try_from(&a).is_ok_and(|a| a != i64::MIN) && i64::try_from(&b).is_ok_and(|b| b != i64::MIN);
                assert_eq!(found, fits.then(|| a.cmp(&b)), "{a} and {b}");
            }
        }
    }
}
