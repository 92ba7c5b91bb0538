//! Deep copies of terms: from one process's heap to another's (messages), and into the literal area.
//!
//! The copy is breadth first over the destination, as a copying collector works: an object is moved over as it is, then
//! the new words are scanned and what they still point at in the source follows. So it needs no stack and no memory but
//! the copy's. What a term shares inside itself is copied as often as it is met, as OTP does.

use crate::binaries::{Binaries, BinaryId};
use crate::heap::Heap;
use crate::heap::words::bytes;
use crate::memory::NoMemory;
use crate::steps::Steps;
use crate::term::{Kind, LITERAL_BIT, Term};

/// Words that a heap can have: what the index in a pointer can say.
const MAX_WORDS: usize = 1 << 29;

/// Copies a term of the heap `source` to another heap. Literals stay where they are; large binaries get one reference
/// more. A match context becomes the binary that is left of it.
///
/// # Errors
/// When there is no memory; then the destination is as it was.
pub fn copy(source: &[u32], term: Term, to: &mut Heap, binaries: &mut Binaries) -> Result<Term, NoMemory> {
    if !term.is_local_pointer() {
        return Ok(term);
    }
    let mark = mark(to);
    let result = Copier { source, to, bytes: Large::Share(binaries) }.run(term);
    if result.is_err() {
        roll_back(to, mark, binaries);
    }
    result
}

/// A state of a heap to go back to.
#[derive(Clone, Copy)]
pub struct Mark {
    length: usize,
    shared: u32,
    weight: usize,
}

/// The state of a heap now.
#[must_use]
pub fn mark(heap: &Heap) -> Mark {
    Mark { length: heap.words.len(), shared: heap.shared, weight: heap.weight }
}

/// Forgets what was made in a heap since the mark. Nothing may refer to it, and nothing was collected since.
pub fn roll_back(heap: &mut Heap, mark: Mark, binaries: &mut Binaries) {
    while heap.shared != mark.shared {
        let Some(index) = (heap.shared as usize).checked_sub(1) else { break };
        let Some(&[_, id, _, link]) = heap.words.as_slice().get(index..index + 4) else { break };
        binaries.release(BinaryId(id));
        heap.shared = link;
    }
    heap.weight = mark.weight;
    heap.words.truncate(mark.length);
}

/// Copies a term of the heap `source` into the literal area, where all binaries are heap binaries. Terms that are
/// literals already stay.
///
/// # Errors
/// When there is no memory; then the literal area is as it was.
pub fn to_literals(source: &[u32], term: Term, literals: &mut Heap, binaries: &Binaries) -> Result<Term, NoMemory> {
    if !term.is_local_pointer() {
        return Ok(term);
    }
    let length = literals.words.len();
    let result = Copier { source, to: literals, bytes: Large::Embed(binaries) }.run(term);
    if result.is_err() {
        literals.words.truncate(length);
    }
    result
}

/// What becomes of large binaries.
enum Large<'a> {
    /// They get one reference more.
    Share(&'a mut Binaries),
    /// Their bytes are copied into the destination.
    Embed(&'a Binaries),
}

struct Copier<'a> {
    source: &'a [u32],
    to: &'a mut Heap,
    bytes: Large<'a>,
}

impl<'a> Copier<'a> {
    fn run(&mut self, term: Term) -> Result<Term, NoMemory> {
        let mut scan = self.to.words.len();
        let copied = self.shallow(term)?;
        while let Some(&word) = self.to.words.as_slice().get(scan) {
            let word = Term(word);
            if word.is_header() {
                // A part's parent is copied together with it. All other terms of an object are still the source's.
                let raw = if word.kind() == Kind::SubBinary { usize::MAX } else { word.kind().raw() };
                scan += 1 + raw.min(word.size());
                continue;
            }
            if word.is_local_pointer() {
                let moved = self.shallow(word)?;
                self.to.words.set(scan, moved.0);
            }
            scan += 1;
        }
        Ok(copied)
    }

    /// Copies one object or cell as it is, terms of the source included.
    fn shallow(&mut self, term: Term) -> Result<Term, NoMemory> {
        if self.to.words.len() >= MAX_WORDS {
            return Err(NoMemory);
        }
        if !term.is_local_pointer() {
            return Ok(term);
        }
        let source = self.source;
        if term.is_list() {
            let Some(&[head, tail, ..]) = source.get(term.index()..) else { return Ok(Term::NIL) };
            return self.to.cons(Term(head), Term(tail));
        }
        let Some((kind, words)) = object(source, term) else { return Ok(Term::NIL) };
        match (kind, words) {
            (Kind::SharedBinary, &[id, size, _]) => self.large(BinaryId(id), size as usize),
            (Kind::SubBinary, &[offset, size, parent]) => self.part(Term(parent), offset, size),
            (Kind::MatchContext, &[position, end, parent]) => {
                self.part(Term(parent), position, end.saturating_sub(position))
            }
            _ => self.to.boxed(kind, words),
        }
    }

    fn large(&mut self, id: BinaryId, size: usize) -> Result<Term, NoMemory> {
        match &mut self.bytes {
            Large::Share(binaries) => {
                binaries.retain(id);
                self.to.shared_binary(binaries, id, size)
            }
            Large::Embed(binaries) => self.to.heap_binary(binaries.bytes(id).get(..size).unwrap_or_default()),
        }
    }

    /// A part of a binary: with its parent when that is large and shared, else as bytes of its own.
    fn part(&mut self, parent: Term, offset: u32, size: u32) -> Result<Term, NoMemory> {
        if parent.is_literal() {
            return self.to.sub_binary(parent, offset, size);
        }
        let Some((kind, words)) = object(self.source, parent) else { return Ok(Term::NIL) };
        let whole = match (kind, words, &self.bytes) {
            (Kind::HeapBinary, [length, rest @ ..], _) => bytes(rest).get(..*length as usize),
            (Kind::SharedBinary, &[id, length, _], Large::Share(_)) => {
                let parent = self.large(BinaryId(id), length as usize)?;
                return self.to.sub_binary(parent, offset, size);
            }
            (Kind::SharedBinary, &[id, length, _], Large::Embed(binaries)) => {
                binaries.bytes(BinaryId(id)).get(..length as usize)
            }
            _ => None,
        };
        let (first, shift) = (offset as usize / 8, offset % 8);
        let end = (offset as usize + size as usize).div_ceil(8);
        let part = whole.and_then(|whole| whole.get(first..end)).unwrap_or_default();
        let parent = self.to.heap_binary(part)?;
        if shift == 0 && size.is_multiple_of(8) { Ok(parent) } else { self.to.sub_binary(parent, shift, size) }
    }
}

/// Kind and words of a boxed term.
fn object(words: &[u32], term: Term) -> Option<(Kind, &[u32])> {
    let (&header, rest) = words.get(term.index()..)?.split_first()?;
    let header = Term(header);
    if !term.is_boxed() || !header.is_header() {
        return None;
    }
    Some((header.kind(), rest.get(..header.size())?))
}

/// The words that a term takes, what it shares counted as often as it is met (`erts_debug:flat_size/1`), without its
/// literals; `None` when there is no memory to count.
///
/// # Errors
/// When there is no memory.
pub fn flat_size(source: &[u32], term: Term, budget: &crate::memory::Budget) -> Result<usize, NoMemory> {
    let mut todo = alloc::vec::Vec::new();
    let result = count(source, term, budget, &mut todo);
    budget.drop_vector(todo);
    result
}

fn count(
    source: &[u32],
    term: Term,
    budget: &crate::memory::Budget,
    todo: &mut alloc::vec::Vec<Term>,
) -> Result<usize, NoMemory> {
    let mut size = 0_usize;
    let mut next = Some(term);
    let mut steps = Steps::of(source.len(), budget);
    while let Some(term) = next {
        steps.take()?;
        next = None;
        if term.0 & (LITERAL_BIT | 2) == 0 {
            if term.is_list() {
                if let Some(&[head, tail, ..]) = source.get(term.index()..) {
                    size = size.saturating_add(2);
                    let head = Term(head);
                    if head.is_local_pointer() {
                        budget.reserve(todo, 1)?;
                        todo.push(head);
                    }
                    next = Some(Term(tail));
                }
            } else if let Some((kind, words)) = object(source, term) {
                size = size.saturating_add(1 + words.len());
                let terms = words.get(kind.raw().min(words.len())..).unwrap_or_default();
                for &word in terms.iter().filter(|&&word| Term(word).is_local_pointer()) {
                    budget.reserve(todo, 1)?;
                    todo.push(Term(word));
                }
            }
        }
        if next.is_none() {
            next = todo.pop();
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::View;
    use crate::memory::Budget;
    use alloc::vec;

    #[test]
    fn terms_are_copied_and_binaries_shared() {
        let budget = Budget::new(usize::MAX);
        let platform = alloc::boxed::Box::new(crate::external::tests::Nothing);
        let mut shared = crate::shared::Shared::new(platform, budget.clone()).unwrap();
        let mut from = Heap::new(budget.clone(), 0);
        let literal = shared.literals.tuple(&[Term::tiny(9)]).unwrap();
        let small = from.heap_binary(b"hello").unwrap();
        let large = from.binary(&mut shared.binaries, vec![7; 100]).unwrap();
        let part = from.sub_binary(large, 12, 16).unwrap();
        let short = from.sub_binary(small, 8, 8).unwrap();
        let odd = from.sub_binary(small, 3, 7).unwrap();
        let list = from.list(&[small, large, part, short, odd, literal, Term::NIL]).unwrap();
        let tuple = from.tuple(&[list, Term::boolean(true)]).unwrap();
        let fun = from.boxed(Kind::Fun, &[0xffff_fff0, Term::pid(3).0, tuple.0]).unwrap();

        let mut to = Heap::new(budget.clone(), 0);
        to.words.push(Term::NIL.0).unwrap();
        let copied = copy(from.words.as_slice(), fun, &mut to, &mut shared.binaries).unwrap();
        let check = |heap: &Heap, copied: Term, shared: &crate::shared::Shared| {
            let store = shared.store(heap);
            let View::Fun { entry: 0xffff_fff0, creator, free } = store.view(copied) else { panic!() };
            assert_eq!(creator, Term::pid(3));
            let tuple = store.tuple(free.get(0).unwrap()).unwrap();
            let items: vec::Vec<Term> = store.list(tuple.get(0).unwrap()).collect();
            assert_eq!(store.bits(items[0]).unwrap().as_bytes().unwrap(), b"hello");
            assert_eq!(store.bits(items[1]).unwrap().as_bytes().unwrap(), [7; 100]);
            assert!(store.bits(items[2]).unwrap().iter().eq([0x70, 0x70]));
            assert_eq!(store.bits(items[3]).unwrap().as_bytes().unwrap(), b"e");
            assert!(store.bits(items[4]).unwrap().iter().eq([0x42]));
            assert_eq!(items[5], literal);
        };
        check(&to, copied, &shared);
        assert_eq!(shared.binaries.references(BinaryId(0)), 3);
        to.release(&mut shared.binaries);
        assert_eq!(shared.binaries.references(BinaryId(0)), 1);

        let copied = to_literals(from.words.as_slice(), fun, &mut shared.literals, &shared.binaries).unwrap();
        assert!(copied.is_literal());
        assert_eq!(shared.binaries.references(BinaryId(0)), 1);
        check(&Heap::new(budget, 0), copied, &shared);
    }

    #[test]
    fn a_copy_without_memory_leaves_no_trace() {
        let budget = Budget::new(usize::MAX);
        let mut binaries = Binaries::new(budget.clone());
        let mut from = Heap::new(budget.clone(), 0);
        let large = from.binary(&mut binaries, vec![7; 100]).unwrap();
        let mut list = Term::NIL;
        for _ in 0..1000 {
            list = from.cons(large, list).unwrap();
        }
        let tight = Budget::new(2000);
        let mut to = Heap::new(tight, 0);
        assert_eq!(copy(from.words.as_slice(), list, &mut to, &mut binaries), Err(NoMemory));
        assert_eq!((to.words.len(), to.shared, to.weight), (0, 0, 0));
        assert_eq!(binaries.references(BinaryId(0)), 1);
        // Deep nesting needs no stack.
        let mut deep = Term::NIL;
        for _ in 0..100_000 {
            deep = from.tuple(&[deep]).unwrap();
        }
        let mut to = Heap::new(budget.clone(), 0);
        copy(from.words.as_slice(), deep, &mut to, &mut binaries).unwrap();
        assert_eq!(to.words.len(), 200_000);
        assert_eq!(flat_size(from.words.as_slice(), deep, &budget), Ok(200_000));
    }
}
