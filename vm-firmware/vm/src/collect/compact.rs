//! The collector for when there is no memory for a copy: marks what lives, then slides it together in place, in the
//! order it stands in. It needs about 1/22 of the heap for its tables: so what lives may fill most of the memory.
//!
//! * A bit for each word: first set for the first word of each object that lives, then for all its words. How many bits
//!   are set below an object's is its new index; a table of sums, one a block, makes that quick.
//! * A stack of bounded size for marking, which holds for each object on the way what of it remains to be looked at. It
//!   grows with the depth of terms, but not along the last element, so not with the length of lists. An object for which
//!   it has no room is marked and left; then what is marked is gone through again from the lowest such object to the
//!   highest. The size of the stack, a share of the heap, bounds how often that can be.

use crate::binaries::Binaries;
use crate::collect::{POISON, release_dead, roots};
use crate::heap::Words;
use crate::memory::{Budget, NoMemory};
use crate::process::Process;
use crate::term::{Kind, Term};

/// Words of the bit map to an entry of the table of sums.
const BLOCK: usize = 4;

/// Words of the stack for a heap of so many words; an entry has two.
const fn stack_words(length: usize) -> usize {
    let words = length / 256;
    if words < 32 { 32 } else { words }
}

/// How many words a heap may have so that it and its tables fit into so many bytes.
#[must_use]
pub const fn most_words(bytes: usize) -> usize {
    // A word of the heap, a bit, the sums' share and the stack's: 4 (1 + 1/32 + 1/128 + 1/256) bytes, below 4 + 4/22.
    // And the least stack, and what is lost by rounding up.
    (bytes / 4).saturating_sub(stack_words(0) + 8) / 23 * 22
}

/// Collects.
///
/// # Errors
/// When there is no memory for the tables; then nothing was changed.
pub fn collect(
    process: &mut Process,
    registers: &mut [u32],
    binaries: &mut Binaries,
    zeal: bool,
) -> Result<(), NoMemory> {
    let budget = process.heap.words.budget().clone();
    let mut marks = Marks::new(&budget, process.heap.words.len())?;
    let mut words = core::mem::replace(&mut process.heap.words, Words::new(budget));

    roots(process, registers, &mut |term| {
        marks.root(&words, term);
        term
    });
    marks.finish(&words);
    release_dead(&words, process.heap.shared, binaries, &|index| marks.has(index));

    marks.widen(&words);
    roots(process, registers, &mut |term| marks.moved(term));
    let (live, shared) = slide(&mut words, &marks);
    if zeal {
        words.as_mut_slice().get_mut(live..).unwrap_or_default().fill(POISON);
    }
    words.truncate(live);
    process.heap.words = words;
    process.heap.shared = shared;
    Ok(())
}

/// Moves what is marked together, with its pointers updated. Gives how many words live, and the first object of the
/// chain of large binaries.
fn slide(words: &mut Words, marks: &Marks) -> (usize, u32) {
    let mut shared = 0;
    let mut to = 0;
    let mut next = 0;
    while let Some(from) = marks.next(next, marks.length) {
        let first = Term(words.at(from));
        let (raw, size) = layout(first);
        if first.is_header() && first.kind() == Kind::SharedBinary {
            words.set(from + size - 1, shared);
            shared = to as u32 + 1;
        }
        for at in 0..raw {
            words.set(to + at, words.at(from + at));
        }
        for at in raw..size {
            let term = Term(words.at(from + at));
            words.set(to + at, if term.is_local_pointer() { marks.moved(term).0 } else { term.0 });
        }
        to += size;
        next = from + size;
    }
    (to, shared)
}

/// Of the object that begins with this word: how many words come before its terms, and how many it has in all.
#[inline]
fn layout(first: Term) -> (usize, usize) {
    if first.is_header() {
        let size = first.size() + 1;
        (first.kind().raw().saturating_add(1).min(size), size)
    } else {
        (0, 2)
    }
}

/// The tables.
struct Marks {
    /// A bit for each word of the heap.
    bits: Words,
    /// For each block of `bits`, how many are set before it.
    sums: Words,
    /// What remains to be looked at of the objects that marking is in: an index and an end each.
    stack: Words,
    /// The words of the heap.
    length: usize,
    /// The lowest and the highest object that was left for want of stack; none when the first is above the second.
    left: (usize, usize),
}

impl Marks {
    fn new(budget: &Budget, length: usize) -> Result<Self, NoMemory> {
        let mut bits = Words::new(budget.clone());
        let mut sums = Words::new(budget.clone());
        let mut stack = Words::new(budget.clone());
        let count = length.div_ceil(32);
        bits.reserve_exact(count)?;
        sums.reserve_exact(count.div_ceil(BLOCK))?;
        stack.reserve_exact(stack_words(length))?;
        bits.extend_zeros(count)?;
        Ok(Self { bits, sums, stack, length, left: (usize::MAX, 0) })
    }

    #[inline]
    fn has(&self, index: usize) -> bool {
        self.bits.at(index / 32) >> (index % 32) & 1 != 0
    }

    /// Sets a bit: whether it was not set.
    #[inline]
    fn set(&mut self, index: usize) -> bool {
        let word = self.bits.at(index / 32);
        let bit = 1 << (index % 32);
        self.bits.set(index / 32, word | bit);
        word & bit == 0
    }

    /// The first bit set from `start` on, below `end`.
    #[inline]
    fn next(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end {
            let word = self.bits.at(at / 32) >> (at % 32);
            if word != 0 {
                return Some(at + word.trailing_zeros() as usize).filter(|&found| found < end);
            }
            at = (at / 32 + 1) * 32;
        }
        None
    }

    /// Marks what a root leads to.
    fn root(&mut self, words: &Words, term: Term) {
        if self.set(term.index()) {
            self.trace(words, term.index());
        }
    }

    /// Marks all that a marked object leads to.
    fn trace(&mut self, words: &Words, index: usize) {
        let (raw, size) = layout(Term(words.at(index)));
        let (mut at, mut end) = (index + raw, index + size);
        loop {
            if at == end {
                let Some(top) = self.stack.len().checked_sub(2) else { return };
                (at, end) = (self.stack.at(top) as usize, self.stack.at(top + 1) as usize);
                self.stack.truncate(top);
            }
            let term = Term(words.at(at));
            at += 1;
            if !term.is_local_pointer() || !self.set(term.index()) {
                continue;
            }
            let index = term.index();
            let (raw, size) = layout(Term(words.at(index)));
            if raw == size {
                continue;
            }
            // Only what must be looked at later takes room on the stack.
            while at < end && !self.is_pending(Term(words.at(at))) {
                at += 1;
            }
            if at < end {
                if self.stack.len() + 2 > self.stack.capacity() {
                    self.left = (self.left.0.min(index), self.left.1.max(index));
                    continue;
                }
                self.stack.push_reserved(at as u32);
                self.stack.push_reserved(end as u32);
            }
            (at, end) = (index + raw, index + size);
        }
    }

    #[inline]
    fn is_pending(&self, term: Term) -> bool {
        term.is_local_pointer() && !self.has(term.index())
    }

    /// Marks what the objects lead to that were left.
    fn finish(&mut self, words: &Words) {
        while self.left.0 <= self.left.1 {
            let (first, last) = core::mem::replace(&mut self.left, (usize::MAX, 0));
            let mut next = first;
            while let Some(index) = self.next(next, last + 1) {
                self.trace(words, index);
                next = index + 1;
            }
        }
    }

    /// Sets the bits of all words of the marked objects, and makes the sums.
    fn widen(&mut self, words: &Words) {
        let mut next = 0;
        while let Some(index) = self.next(next, self.length) {
            next = index + layout(Term(words.at(index))).1;
            let mut at = index;
            while at < next {
                let end = next.min((at / 32 + 1) * 32);
                let mask = u32::MAX >> (32 - (end - at)) << (at % 32);
                self.bits.set(at / 32, self.bits.at(at / 32) | mask);
                at = end;
            }
        }
        let mut sum = 0;
        for block in self.bits.as_slice().chunks(BLOCK) {
            self.sums.push_reserved(sum);
            sum += block.iter().map(|word| word.count_ones()).sum::<u32>();
        }
    }

    /// A term that leads to a marked object, as it is after the move.
    #[inline]
    fn moved(&self, term: Term) -> Term {
        let index = term.index();
        let last = index / 32;
        let mut new = self.sums.at(last / BLOCK);
        for at in last / BLOCK * BLOCK..last {
            new += self.bits.at(at).count_ones();
        }
        new += (self.bits.at(last) & ((1 << (index % 32)) - 1)).count_ones();
        if term.is_list() { Term::list(new as usize, 0) } else { Term::boxed(new as usize, 0) }
    }
}
