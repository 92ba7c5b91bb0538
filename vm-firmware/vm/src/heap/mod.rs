//! Heaps: where the objects of a process stand, and (the same thing, told by a bit) the literal area. Owns how objects
//! are laid out and made; the collector is in [`crate::collect`], reading in [`store`].

pub mod store;
pub mod words;

use crate::binaries::{Binaries, BinaryId, HEAP_BINARY_LIMIT};
use crate::memory::{Budget, NoMemory};
use crate::term::{Kind, MAX_SIZE, Term};

pub use store::{Bits, Map, Store, View};
pub use words::Words;

/// The words behind the header of an [`External`](Kind::External) object: what it is, then the atom of its node's name,
/// the node's creation, how many numbers follow, and the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum External {
    /// Number, serial.
    Pid = 0,
    /// Number: low word, high word.
    Port = 1,
    /// Up to five words, the least significant first.
    Reference = 2,
}

/// What the fourth word of a [`Reference`](Kind::Reference) says, when it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magic {
    /// The empty list: it names a table of `ets`, whose place is the third number.
    Table([u32; 3]),
    /// A list cell: a match specification that was compiled, which this is.
    MatchSpecification(Term),
    /// A tuple: how far a function of `ets` has come that goes on after other processes have run. No program has it.
    Paused(Term),
    /// A large binary: the words of `atomics`, behind a word of what they are.
    Atomics(BinaryId),
}

/// Words that a new process's heap begins with (OTP: `min_heap_size`).
pub const MIN_HEAP_WORDS: usize = 233;

/// The heap of one process, or the literal area.
///
/// It grows at any time, and is collected only at the interpreter's safe points: so a term stays valid while a native
/// function runs, whatever it allocates.
#[derive(Debug)]
pub struct Heap {
    /// The objects, without gaps.
    pub words: Words,
    /// The collector is due when the heap is longer than this, in words.
    pub limit: usize,
    /// The first of the objects that refer to large binaries: its index plus 1; 0 for none.
    pub shared: u32,
    /// Bytes of large binaries that objects here refer to, since the last collection: weighs on when to collect.
    pub weight: usize,
    /// 0, or [`LITERAL_BIT`](crate::term::LITERAL_BIT) in the literal area.
    pub area: u32,
}

impl Heap {
    /// A heap without memory.
    #[must_use]
    pub const fn new(budget: Budget, area: u32) -> Self {
        Self { words: Words::new(budget), limit: MIN_HEAP_WORDS, shared: 0, weight: 0, area }
    }

    /// Makes room for words.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn reserve(&mut self, words: usize) -> Result<(), NoMemory> {
        if self.words.capacity() - self.words.len() >= words { Ok(()) } else { self.grow(words) }
    }

    /// Grows so far only that the collector has memory left for its tables: else a heap full of garbage could not be
    /// collected.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, words: usize) -> Result<(), NoMemory> {
        let (length, capacity) = (self.words.len(), self.words.capacity());
        if self.area != 0 {
            return self.words.reserve(words);
        }
        let least = length.checked_add(words).filter(|&least| least <= 1 << 29).ok_or(NoMemory)?;
        let most = crate::collect::compact::most_words(self.words.budget().left().saturating_add(capacity * 4));
        if least > most {
            return Err(NoMemory);
        }
        let roomy = least.max(capacity + capacity / 2).min(most);
        self.words.reserve_exact(roomy - length).or_else(|NoMemory| self.words.reserve_exact(words))
    }

    /// A list cell.
    ///
    /// # Errors
    /// When there is no memory; so with all that follow.
    #[inline]
    pub fn cons(&mut self, head: Term, tail: Term) -> Result<Term, NoMemory> {
        self.reserve(2)?;
        Ok(self.cons_reserved(head, tail))
    }

    /// A list cell, for which there is room.
    #[inline(always)]
    pub fn cons_reserved(&mut self, head: Term, tail: Term) -> Term {
        let index = self.words.len();
        self.words.push_reserved(head.0);
        self.words.push_reserved(tail.0);
        Term::list(index, self.area)
    }

    /// A list of these terms, before `tail`.
    pub fn list_with(&mut self, terms: impl DoubleEndedIterator<Item = Term>, tail: Term) -> Result<Term, NoMemory> {
        terms.rev().try_fold(tail, |tail, head| self.cons(head, tail))
    }

    /// A proper list of these terms.
    pub fn list(&mut self, terms: &[Term]) -> Result<Term, NoMemory> {
        self.list_with(terms.iter().copied(), Term::NIL)
    }

    /// A string: a list of bytes or characters.
    pub fn string(&mut self, text: &str) -> Result<Term, NoMemory> {
        self.list_with(text.chars().map(|character| Term::tiny(character as i32)), Term::NIL)
    }

    /// A tuple of at most [`MAX_SIZE`] elements.
    pub fn tuple(&mut self, elements: &[Term]) -> Result<Term, NoMemory> {
        if elements.len() > MAX_SIZE {
            return Err(NoMemory);
        }
        self.reserve(elements.len() + 1)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(Kind::Tuple, elements.len()).0);
        for element in elements {
            self.words.push_reserved(element.0);
        }
        Ok(Term::boxed(index, self.area))
    }

    /// An object of any kind, with these words behind its header. The caller keeps to the kind's layout.
    pub fn boxed(&mut self, kind: Kind, words: &[u32]) -> Result<Term, NoMemory> {
        if words.len() > MAX_SIZE {
            return Err(NoMemory);
        }
        self.reserve(words.len() + 1)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(kind, words.len()).0);
        self.words.extend(words)?;
        Ok(Term::boxed(index, self.area))
    }

    /// A copy of an object of this heap or of the literal area, in which `removed` words from `at` on (counted behind the
    /// header) are replaced by others. Where it is not so long, the object's end counts.
    pub fn copy_edited(
        &mut self,
        literals: &Self,
        boxed: Term,
        at: usize,
        removed: usize,
        new: &[u32],
    ) -> Result<Term, NoMemory> {
        let start = boxed.index();
        let foreign = boxed.area() != self.area;
        let source = if foreign { &literals.words } else { &self.words };
        let header = Term(source.as_slice().get(start).copied().unwrap_or(Term::header(Kind::Tuple, 0).0));
        let end = start + 1 + header.size();
        let first = (start + 1 + at).min(end);
        let second = (first + removed).min(end);
        let size = header.size() + new.len() - (second - first);
        if size > MAX_SIZE {
            return Err(NoMemory);
        }
        self.reserve(size + 1)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(header.kind(), size).0);
        if foreign {
            self.words.extend(literals.words.as_slice().get(start + 1..first).unwrap_or_default())?;
            self.words.extend(new)?;
            self.words.extend(literals.words.as_slice().get(second..end).unwrap_or_default())?;
        } else {
            self.words.extend_within(start + 1..first)?;
            self.words.extend(new)?;
            self.words.extend_within(second..end)?;
        }
        Ok(Term::boxed(index, self.area))
    }

    /// An object whose words are all 0 (raw) or the small integer 0's bits must be set by the caller before anything
    /// else sees it: gives the term; use [`words_of`](Self::words_of) to fill it.
    pub fn blank(&mut self, kind: Kind, size: usize) -> Result<Term, NoMemory> {
        if size > MAX_SIZE {
            return Err(NoMemory);
        }
        self.reserve(size + 1)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(kind, size).0);
        self.words.extend_zeros(size)?;
        Ok(Term::boxed(index, self.area))
    }

    /// The words behind the header of an object of this heap (not of the literal area, if this is a process's).
    pub fn words_of(&mut self, boxed: Term) -> &mut [u32] {
        let start = boxed.index() + 1;
        let words = self.words.as_mut_slice();
        let size = words.get(start - 1).map_or(0, |&header| Term(header).size());
        words.get_mut(start..start + size).unwrap_or_default()
    }

    /// An integer of up to 64 bits, small or not.
    #[inline]
    pub fn integer(&mut self, value: i64) -> Result<Term, NoMemory> {
        match Term::small(value) {
            Some(term) => Ok(term),
            None => self.large(value < 0, value.unsigned_abs()),
        }
    }

    /// An integer of up to 64 bits that is known not to be small.
    #[inline(always)]
    pub fn large(&mut self, negative: bool, magnitude: u64) -> Result<Term, NoMemory> {
        self.reserve(3)?;
        let index = self.words.len();
        let kind = if negative { Kind::NegativeInteger } else { Kind::PositiveInteger };
        let (low, high) = (magnitude as u32, (magnitude >> 32) as u32);
        self.words.push_reserved(Term::header(kind, if high == 0 { 1 } else { 2 }).0);
        self.words.push_reserved(low);
        if high != 0 {
            self.words.push_reserved(high);
        }
        Ok(Term::boxed(index, self.area))
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self, value: u64) -> Result<Term, NoMemory> {
        match i64::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.large(false, value),
        }
    }

    /// An integer of any size from its sign and magnitude, 32 bits a word, low first; high words may be 0.
    pub fn magnitude(&mut self, negative: bool, words: &[u32]) -> Result<Term, NoMemory> {
        let length = words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
        let words = words.get(..length).unwrap_or_default();
        if let [] | [_] = words {
            let value = i64::from(words.first().copied().unwrap_or(0));
            if let Some(term) = Term::small(if negative { -value } else { value }) {
                return Ok(term);
            }
        }
        self.boxed(if negative { Kind::NegativeInteger } else { Kind::PositiveInteger }, words)
    }

    /// A float.
    #[inline]
    pub fn float(&mut self, value: f64) -> Result<Term, NoMemory> {
        let bits = value.to_bits();
        self.reserve(3)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(Kind::Float, 2).0);
        self.words.push_reserved(bits as u32);
        self.words.push_reserved((bits >> 32) as u32);
        Ok(Term::boxed(index, self.area))
    }

    /// A binary on this heap, of whatever size: for small ones, and for all in the literal area.
    pub fn heap_binary(&mut self, bytes: &[u8]) -> Result<Term, NoMemory> {
        let size = 1 + bytes.len().div_ceil(4);
        if size > MAX_SIZE {
            return Err(NoMemory);
        }
        self.reserve(size + 1)?;
        let index = self.words.len();
        self.words.push_reserved(Term::header(Kind::HeapBinary, size).0);
        self.words.push_reserved(bytes.len() as u32);
        let (whole, rest) = bytes.as_chunks::<4>();
        for chunk in whole {
            self.words.push_reserved(u32::from_ne_bytes(*chunk));
        }
        if !rest.is_empty() {
            let mut last = [0; 4];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            self.words.push_reserved(u32::from_ne_bytes(last));
        }
        Ok(Term::boxed(index, self.area))
    }

    /// An object for the first `size` bytes of a large binary. It takes over one reference, which the caller has counted;
    /// on an error the reference is given back.
    pub fn shared_binary(&mut self, binaries: &mut Binaries, id: BinaryId, size: usize) -> Result<Term, NoMemory> {
        let index = self.words.len();
        match self.boxed(Kind::SharedBinary, &[id.0, size as u32, self.shared]) {
            Ok(term) => {
                self.shared = index as u32 + 1;
                self.weight += size;
                self.limit = self.limit.saturating_sub(crate::collect::weight_words(size));
                Ok(term)
            }
            Err(error) => {
                binaries.release(id);
                Err(error)
            }
        }
    }

    /// A binary of these bytes: on the heap when small, else shared.
    pub fn binary(&mut self, binaries: &mut Binaries, bytes: alloc::vec::Vec<u8>) -> Result<Term, NoMemory> {
        if bytes.len() <= HEAP_BINARY_LIMIT || self.area != 0 {
            return self.heap_binary(&bytes);
        }
        let size = bytes.len();
        let id = binaries.add(bytes)?;
        self.shared_binary(binaries, id, size)
    }

    /// A part of a binary or bitstring: `offset` and `bits` count from the start of `parent`, which is a
    /// [`HeapBinary`](Kind::HeapBinary) or a [`SharedBinary`](Kind::SharedBinary) object.
    pub fn sub_binary(&mut self, parent: Term, offset: u32, bits: u32) -> Result<Term, NoMemory> {
        self.boxed(Kind::SubBinary, &[offset, bits, parent.0])
    }

    /// Gives back all references to large binaries: when the heap is about to be dropped.
    pub fn release(&mut self, binaries: &mut Binaries) {
        let mut next = self.shared;
        while let Some(index) = (next as usize).checked_sub(1) {
            let Some(&[_, id, _, link]) = self.words.as_slice().get(index..index + 4) else { break };
            binaries.release(BinaryId(id));
            next = link;
        }
        self.shared = 0;
    }
}
