//! The memory of a table's objects: records in one heap, each an object that refers to nothing outside itself but
//! literals and large binaries. Owns how they are laid out, what becomes garbage, and how the rest is slid together.
//!
//! A record is a word and then the words of its object, which begins with the tuple itself. The word is a small integer:
//! how many words follow; below 0 when the record is dead. An object that is a literal has no record.

use crate::binaries::{Binaries, BinaryId};
use crate::copy::{copy, mark, roll_back};
use crate::heap::Heap;
use crate::memory::{Budget, NoMemory};
use crate::term::{Kind, Term};

/// Words of garbage that are not worth a compaction.
const LEAST_GARBAGE: usize = 64;

/// Where the roots of the records stand: each record that is not dead has one.
pub trait Roots {
    /// Calls `visit` with each root and a number, below 2^28, that [`at`](Self::at) finds it by.
    fn visit(&mut self, visit: &mut dyn FnMut(u32, &mut u32));

    /// A root by its number.
    fn at(&mut self, number: u32) -> Option<&mut u32>;
}

/// The records of a table.
pub struct Records {
    heap: Heap,
    /// Words of dead records.
    garbage: usize,
}

impl Records {
    /// None.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { heap: Heap::new(budget, 0), garbage: 0 }
    }

    /// The heap that the objects stand in.
    #[must_use]
    pub const fn heap(&self) -> &Heap {
        &self.heap
    }

    /// Copies an object of the heap `source` in.
    ///
    /// # Errors
    /// When there is no memory; then nothing was changed.
    pub fn add(&mut self, source: &[u32], object: Term, binaries: &mut Binaries) -> Result<Term, NoMemory> {
        if !object.is_local_pointer() {
            return Ok(object);
        }
        let before = mark(&self.heap);
        let start = self.heap.words.len();
        self.heap.reserve(1)?;
        self.heap.words.push_reserved(0);
        match copy(source, object, &mut self.heap, binaries) {
            Ok(copied) => {
                let size = self.heap.words.len() - start - 1;
                self.heap.words.set(start, Term::tiny(size as i32).0);
                Ok(copied)
            }
            Err(error) => {
                roll_back(&mut self.heap, before, binaries);
                Err(error)
            }
        }
    }

    /// The place of the word before a record's object, and how many words the object has; none for a literal.
    fn extent(&self, root: Term) -> Option<(usize, usize)> {
        let place = root.index().checked_sub(1).filter(|_| root.is_local_pointer())?;
        let size = self.heap.words.as_slice().get(place).and_then(|&word| Term(word).as_small())?;
        Some((place, usize::try_from(size).ok()?))
    }

    /// The words of an object, without what it has of literals.
    #[must_use]
    pub fn size(&self, root: Term) -> usize {
        self.extent(root).map_or(0, |(_, size)| size)
    }

    /// An object is not needed any more: its large binaries are given back at once, its words when there is more garbage.
    pub fn remove(&mut self, root: Term, binaries: &mut Binaries) {
        let Some((place, size)) = self.extent(root) else { return };
        self.garbage += size + 1;
        let mut at = place + 1;
        while at <= place + size && self.heap.shared != 0 {
            let first = Term(self.heap.words.at(at));
            if first.is_header() && first.kind() == Kind::SharedBinary {
                binaries.release(BinaryId(self.heap.words.at(at + 1)));
                // It stays in the heap's chain, as nobody's.
                self.heap.words.set(at + 1, u32::MAX);
            }
            at += extent(first);
        }
        self.heap.words.set(place, Term::tiny(-(size as i32)).0);
    }

    /// Whether compaction would give back half of the memory.
    #[must_use]
    pub fn is_wasteful(&self) -> bool {
        self.garbage > LEAST_GARBAGE && self.garbage > self.heap.words.len() / 2
    }

    /// Slides what lives together, in place. While that is done, each root and the word before its object change places:
    /// so the record leads to its root.
    pub fn compact(&mut self, roots: &mut dyn Roots) {
        let words = &mut self.heap.words;
        roots.visit(&mut |number, root| {
            let term = Term(*root);
            if term.is_local_pointer()
                && let Some(place) = term.index().checked_sub(1)
            {
                *root = words.at(place);
                words.set(place, Term::tiny(number as i32).0);
            }
        });
        let (mut from, mut to, mut shared) = (0, 0, 0);
        while from < words.len() {
            let number = Term(words.at(from)).small_value();
            let root = u32::try_from(number).ok().and_then(|number| roots.at(number));
            let Some(root) = root else {
                // Dead. A root that is not found there cannot be.
                from += 1 + number.unsigned_abs() as usize;
                continue;
            };
            let size = Term(*root).small_value().unsigned_abs() as usize;
            *root = Term::boxed(to + 1, 0).0;
            words.set(to, Term::tiny(size as i32).0);
            let (delta, end) = (from - to, from + 1 + size);
            from += 1;
            to += 1;
            while from < end {
                let first = Term(words.at(from));
                let length = extent(first);
                let raw = if first.is_header() { first.kind().raw().saturating_add(1).min(length) } else { 0 };
                for at in 0..length {
                    let term = Term(words.at(from + at));
                    let moved = at >= raw && term.is_local_pointer();
                    words.set(to + at, if moved { term.0 - ((delta as u32) << 2) } else { term.0 });
                }
                if first.is_header() && first.kind() == Kind::SharedBinary {
                    words.set(to + length - 1, shared);
                    shared = to as u32 + 1;
                }
                from += length;
                to += length;
            }
        }
        words.truncate(to);
        self.heap.shared = shared;
        self.garbage = 0;
        // Shrinking may copy, and must not fail.
        if words.capacity() / 2 > to && words.budget().probe(to * 4).is_ok() {
            words.shrink(to);
        }
    }

    /// Forgets all objects.
    pub fn clear(&mut self, binaries: &mut Binaries) {
        self.heap.release(binaries);
        self.heap.words.truncate(0);
        self.heap.words.shrink(0);
        self.garbage = 0;
    }
}

/// How many words the object has that begins with this one.
const fn extent(first: Term) -> usize {
    if first.is_header() { first.size() + 1 } else { 2 }
}
