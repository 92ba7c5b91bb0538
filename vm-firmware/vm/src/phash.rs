//! The hash of `erlang:phash/2`, which came before that of `phash2`: the same on all machines and releases.

use alloc::vec::Vec;

use crate::code::Code;
use crate::hash;
use crate::heap::{Bits, Store, View};
use crate::memory::{Budget, NoMemory};
use crate::steps::Steps;
use crate::term::Term;

// Primes just above 2^28, by the numbers that OTP gives them (`erts/emulator/beam/utils.c`); it has no use for P7.
const P1: u32 = 268_440_163;
const P2: u32 = 268_439_161;
const P3: u32 = 268_435_459;
const P4: u32 = 268_436_141;
const P5: u32 = 268_438_633;
const P6: u32 = 268_437_017;
const P8: u32 = 268_437_511;
const P9: u32 = 268_439_627;
const P10: u32 = 268_440_479;
const P11: u32 = 268_440_577;
const P12: u32 = 268_440_581;
const P13: u32 = 268_440_593;
const P14: u32 = 268_440_611;

/// One step: the hash times a prime, plus a value.
const fn step(hash: u32, prime: u32, value: u32) -> u32 {
    hash.wrapping_mul(prime).wrapping_add(value)
}

/// The four bytes of a word, the lowest first.
fn word(hash: u32, prime: u32, word: u32) -> u32 {
    word.to_le_bytes().into_iter().fold(hash, |hash, byte| step(hash, prime, u32::from(byte)))
}

fn number(hash: u32, negative: bool, magnitude: &[u32]) -> u32 {
    let hash = magnitude.iter().fold(hash, |hash, &digit| word(hash, P2, digit));
    step(hash, if negative { P4 } else { P3 }, 0)
}

fn port(hash: u32, number: u64) -> u32 {
    let high = (number >> 32) as u32;
    let hash = if high == 0 { hash } else { word(hash, P11, high) };
    step(word(hash, P9, number as u32), P10, 0)
}

fn bits(mut hash: u32, bits: Bits<'_>) -> u32 {
    let (length, rest) = (bits.size / 8, (bits.size % 8) as u32);
    hash = (0..length).fold(hash, |hash, index| step(hash, P1, u32::from(bits.byte(index))));
    if rest > 0 {
        hash = step(step(hash, P1, u32::from(bits.byte(length) >> (8 - rest))), P12, rest);
    }
    step(hash, P4, length as u32)
}

/// What is left to hash.
enum Work<'a> {
    /// Terms one after another.
    Terms(&'a [u32]),
    /// The end of a tuple of that size.
    Tuple(u32),
    /// A list's tail.
    Tail(Term),
    /// The end of a list.
    End,
}

/// The hash of a term, before it is cut to a range.
///
/// # Errors
/// When the term is nested deeply and there is no memory for a stack.
pub fn phash(store: Store<'_>, code: &Code, budget: &Budget, term: Term) -> Result<u32, NoMemory> {
    let mut stack = Vec::new();
    let result = walk(store, code, budget, &mut stack, term);
    budget.drop_vector(stack);
    result
}

fn walk<'a>(
    store: Store<'a>,
    code: &Code,
    budget: &Budget,
    stack: &mut Vec<Work<'a>>,
    mut term: Term,
) -> Result<u32, NoMemory> {
    let mut hash = 0_u32;
    let mut steps = Steps::new(store);
    loop {
        steps.take()?;
        budget.reserve(stack, 2)?;
        match store.view(term) {
            View::Nil => hash = step(hash, P3, 1),
            View::Atom(atom) => hash = step(hash, P1, hash::name(store, atom)),
            View::Small(value) => hash = number(hash, value < 0, &[value.unsigned_abs()]),
            View::Big { negative, magnitude } => hash = number(hash, negative, magnitude),
            View::Float(value) => {
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                hash = step(hash, P6, (bits >> 32) as u32 ^ bits as u32);
            }
            View::Bits(value) | View::Context(value) => {
                steps.take_bytes(value.size / 8)?;
                hash = bits(hash, value);
            }
            View::Fun { entry, free, .. } => {
                if let Some(lambda) = code.lambdas.get(entry as usize) {
                    hash = step(step(hash, P10, free.len() as u32), P1, hash::name(store, lambda.module));
                    hash = step(step(hash, P2, lambda.index), P2, lambda.old_unique);
                }
                stack.push(Work::Terms(free.0));
            }
            View::ExportFun(export) => {
                if let Some(export) = code.exports.get(export as usize) {
                    hash = step(step(hash, P11, u32::from(export.arity)), P1, hash::name(store, export.module));
                    hash = step(hash, P1, hash::name(store, export.function));
                }
            }
            View::Pid(number) => hash = step(word(hash, P5, number), P6, 0),
            View::Port(number) => hash = port(hash, number),
            View::Reference([low, ..]) => hash = port(hash, u64::from(low)),
            View::External(words) => {
                let (kind, number) = (words.first().copied(), words.get(4).copied().unwrap_or(0));
                hash =
                    if kind == Some(0) { step(word(hash, P5, number), P6, 0) } else { port(hash, u64::from(number)) };
            }
            View::Cell(head, tail) => {
                if let Some(byte @ 0..=255) = head.as_small() {
                    hash = step(hash, P2, byte as u32);
                    if !tail.is_list() {
                        stack.push(Work::End);
                    }
                    term = tail;
                } else {
                    stack.push(Work::Tail(tail));
                    term = head;
                }
                continue;
            }
            View::Map(_) => {
                hash = step(hash, P13, P14).wrapping_add(hash::phash2(store, code, term)?);
            }
            View::Tuple(elements) => {
                stack.push(Work::Tuple(elements.len() as u32));
                stack.push(Work::Terms(elements.0));
            }
            View::HashNode(..) | View::Invalid => {}
        }
        // The next term.
        loop {
            match stack.pop() {
                None => return Ok(hash),
                Some(Work::Terms(words)) => {
                    if let Some((&word, rest)) = words.split_first() {
                        stack.push(Work::Terms(rest));
                        term = Term(word);
                        break;
                    }
                }
                Some(Work::Tuple(size)) => hash = step(hash, P9, size),
                Some(Work::Tail(tail)) => {
                    if !tail.is_list() {
                        stack.push(Work::End);
                    }
                    term = tail;
                    break;
                }
                Some(Work::End) => hash = step(hash, P8, 0),
            }
        }
    }
}
