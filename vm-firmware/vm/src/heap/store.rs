//! Reading terms: a view of a process's heap with the literal area, and what a term is in it.
//!
//! All access here is checked: a term that does not belong to the heap reads as [`View::Invalid`], never wildly.

use crate::atoms::{Atom, Atoms};
use crate::binaries::BinaryId;
use crate::heap::{Heap, Magic, words};
use crate::shared::Shared;
use crate::term::{Kind, Term};

/// What is needed to read terms of one heap. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Store<'a> {
    // Two words, so that it is passed in registers.
    heap: &'a Heap,
    shared: &'a Shared,
}

/// A run of terms, as tuples hold them.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a>(pub &'a [u32]);

impl<'a> Terms<'a> {
    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The term at a position, counted from 0.
    #[must_use]
    pub fn get(self, index: usize) -> Option<Term> {
        self.0.get(index).copied().map(Term)
    }

    /// All terms.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Term> + ExactSizeIterator + Clone + 'a {
        self.0.iter().copied().map(Term)
    }
}

/// A bitstring, wherever its bytes stand.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a> {
    /// The bytes that it lies in, all of its binary.
    pub bytes: &'a [u8],
    /// Where it begins, in bits.
    pub offset: usize,
    /// Its size in bits. `offset + size` is at most eight times the length of `bytes`.
    pub size: usize,
}

impl<'a> Bits<'a> {
    /// The bytes, when it is whole bytes that begin at one.
    #[must_use]
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        if !self.offset.is_multiple_of(8) || !self.size.is_multiple_of(8) {
            return None;
        }
        self.bytes.get(self.offset / 8..(self.offset + self.size) / 8)
    }

    /// Whether it is whole bytes, wherever it begins: a binary.
    #[must_use]
    pub fn is_binary(self) -> bool {
        self.size.is_multiple_of(8)
    }

    /// Byte `index` of it, where the bits behind the end of the last byte are 0.
    #[must_use]
    pub fn byte(self, index: usize) -> u8 {
        let at = self.offset + index * 8;
        let Some(left) = self.size.checked_sub(index * 8).filter(|&left| left > 0) else { return 0 };
        let high = self.bytes.get(at / 8).copied().unwrap_or(0);
        let shift = at % 8;
        let mut byte = high << shift;
        if shift != 0 {
            byte |= self.bytes.get(at / 8 + 1).copied().unwrap_or(0) >> (8 - shift);
        }
        if left < 8 { byte & !(0xff >> left) } else { byte }
    }

    /// All bytes, the last one padded with zero bits.
    pub fn iter(self) -> impl ExactSizeIterator<Item = u8> + 'a {
        (0..self.size.div_ceil(8)).map(move |index| self.byte(index))
    }

    /// A part of it, when it lies inside.
    #[must_use]
    pub fn part(self, offset: usize, size: usize) -> Option<Self> {
        let end = offset.checked_add(size)?;
        (end <= self.size).then_some(Self { bytes: self.bytes, offset: self.offset + offset, size })
    }
}

/// A map.
#[derive(Clone, Copy, Debug)]
pub enum Map<'a> {
    /// Up to 32 keys, in order, and their values.
    Flat {
        /// The keys.
        keys: Terms<'a>,
        /// The values, one a key.
        values: Terms<'a>,
        /// The tuple of the keys.
        key_tuple: Term,
    },
    /// More keys: how many, and the root node.
    Hash {
        /// How many keys.
        size: usize,
        /// The root node: a [`Kind::HashNode`].
        root: Term,
    },
}

/// What a term is.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// A small integer.
    Small(i32),
    /// Another integer.
    Big {
        /// Whether it is below 0.
        negative: bool,
        /// Its magnitude, 32 bits a word, low first.
        magnitude: &'a [u32],
    },
    /// A float.
    Float(f64),
    /// An atom.
    Atom(Atom),
    /// The empty list.
    Nil,
    /// A list cell.
    Cell(Term, Term),
    /// A tuple.
    Tuple(Terms<'a>),
    /// A map.
    Map(Map<'a>),
    /// A binary or bitstring.
    Bits(Bits<'a>),
    /// A match context: what is left of it.
    Context(Bits<'a>),
    /// A fun of a module.
    Fun {
        /// Index of its entry in the table of lambdas.
        entry: u32,
        /// Who made it.
        creator: Term,
        /// Its free variables.
        free: Terms<'a>,
    },
    /// `fun M:F/A`, by the index of the export.
    ExportFun(u32),
    /// A pid of this node.
    Pid(u32),
    /// A port of this node.
    Port(u64),
    /// A reference of this node.
    Reference([u32; 3]),
    /// A pid, port or reference of another node: the words behind the header, see [`External`](crate::heap::External).
    External(&'a [u32]),
    /// A node of a larger map: its bitmap and entries. Seen only by the code of maps.
    HashNode(u32, Terms<'a>),
    /// Nothing that a program may see: an index out of bounds, a header, a tag.
    Invalid,
}

impl<'a> Store<'a> {
    /// Of the terms in a heap.
    #[must_use]
    #[inline(always)]
    pub const fn new(heap: &'a Heap, shared: &'a Shared) -> Self {
        Self { heap, shared }
    }

    /// The words of the process's heap.
    #[must_use]
    #[inline(always)]
    pub fn heap(self) -> &'a [u32] {
        self.heap.words.as_slice()
    }

    /// The words of the literal area.
    #[must_use]
    #[inline(always)]
    pub fn literals(self) -> &'a [u32] {
        self.shared.literals.words.as_slice()
    }

    /// The atoms.
    #[must_use]
    #[inline(always)]
    pub const fn atoms(self) -> &'a Atoms {
        &self.shared.atoms
    }

    /// The code of the VM: what the terms of funs tell of are its tables.
    #[must_use]
    #[inline]
    pub const fn code(self) -> &'a crate::code::Code {
        &self.shared.code
    }

    /// The words of the area that a pointer points into.
    #[inline]
    fn area(self, term: Term) -> &'a [u32] {
        if term.is_literal() { self.literals() } else { self.heap() }
    }

    /// The budget of the VM.
    #[must_use]
    #[inline]
    pub const fn budget(self) -> &'a crate::memory::Budget {
        self.atoms().budget()
    }

    /// Head and tail of a list cell.
    #[must_use]
    #[inline]
    pub fn cell(self, term: Term) -> Option<(Term, Term)> {
        if !term.is_list() {
            return None;
        }
        match *self.area(term).get(term.index()..)? {
            [head, tail, ..] => Some((Term(head), Term(tail))),
            _ => None,
        }
    }

    /// Kind and words of a boxed term.
    #[must_use]
    #[inline]
    pub fn object(self, term: Term) -> Option<(Kind, &'a [u32])> {
        if !term.is_boxed() {
            return None;
        }
        let (&header, rest) = self.area(term).get(term.index()..)?.split_first()?;
        let header = Term(header);
        if !header.is_header() {
            return None;
        }
        Some((header.kind(), rest.get(..header.size())?))
    }

    /// The elements of a tuple.
    #[must_use]
    #[inline]
    pub fn tuple(self, term: Term) -> Option<Terms<'a>> {
        match self.object(term)? {
            (Kind::Tuple, words) => Some(Terms(words)),
            _ => None,
        }
    }

    /// The bits of a binary, of a bitstring, or (what is left) of a match context.
    #[must_use]
    pub fn bits(self, term: Term) -> Option<Bits<'a>> {
        match self.view(term) {
            View::Bits(bits) | View::Context(bits) => Some(bits),
            _ => None,
        }
    }

    /// The bytes that a part or a match context lies in, by the term of the whole binary: at least its own. What stands
    /// behind them may be there too: whoever reads keeps to the end that the part or context has.
    #[must_use]
    #[inline(always)]
    pub fn around(self, whole: Term) -> &'a [u8] {
        const HEAP: u32 = Term::header(Kind::HeapBinary, 0).0;
        const SHARED: u32 = Term::header(Kind::SharedBinary, 0).0;
        match self.area(whole).get(whole.index()..) {
            Some([header, size, words @ ..]) => match header & 0xff {
                HEAP => words::bytes(words),
                SHARED => self.shared.binaries.bytes(BinaryId(*size)),
                _ => &[],
            },
            _ => &[],
        }
    }

    /// The bytes of a [`HeapBinary`](Kind::HeapBinary) or [`SharedBinary`](Kind::SharedBinary) object.
    fn whole(self, kind: Kind, words: &'a [u32]) -> Option<&'a [u8]> {
        match (kind, words) {
            (Kind::HeapBinary, [size, words @ ..]) => words::bytes(words).get(..*size as usize),
            (Kind::SharedBinary, [id, size, _]) => self.shared.binaries.bytes(BinaryId(*id)).get(..*size as usize),
            _ => None,
        }
    }

    /// A float's value.
    #[must_use]
    pub fn float(self, term: Term) -> Option<f64> {
        match self.object(term)? {
            (Kind::Float, &[low, high]) => Some(f64::from_bits(u64::from(high) << 32 | u64::from(low))),
            _ => None,
        }
    }

    /// Whether an integer is below 0, and its magnitude, when that fits into 64 bits.
    #[must_use]
    #[inline]
    pub fn magnitude(self, term: Term) -> Option<(bool, u64)> {
        if let Some(value) = term.as_small() {
            return Some((value < 0, u64::from(value.unsigned_abs())));
        }
        let (kind, words) = self.object(term)?;
        let magnitude = match *words {
            [low] => u64::from(low),
            [low, high] => u64::from(high) << 32 | u64::from(low),
            _ => return None,
        };
        match kind {
            Kind::PositiveInteger => Some((false, magnitude)),
            Kind::NegativeInteger => Some((true, magnitude)),
            _ => None,
        }
    }

    /// The value of an integer that fits into 64 bits, signed.
    #[must_use]
    pub fn integer(self, term: Term) -> Option<i64> {
        match self.magnitude(term)? {
            (false, magnitude) => i64::try_from(magnitude).ok(),
            (true, magnitude) => (magnitude <= 1 << 63).then(|| magnitude.wrapping_neg() as i64),
        }
    }

    /// What a reference leads to, when it leads to something.
    #[must_use]
    pub fn magic(self, term: Term) -> Option<Magic> {
        let Some((Kind::Reference, &[a, b, c, word])) = self.object(term) else { return None };
        let word = Term(word);
        if word == Term::NIL {
            return Some(Magic::Table([a, b, c]));
        }
        if word.is_list() {
            return Some(Magic::MatchSpecification(word));
        }
        match self.object(word)? {
            (Kind::SharedBinary, &[id, ..]) => Some(Magic::Atomics(BinaryId(id))),
            (Kind::Tuple, _) => Some(Magic::Paused(word)),
            _ => None,
        }
    }

    /// What a term is.
    #[must_use]
    pub fn view(self, term: Term) -> View<'a> {
        if let Some(value) = term.as_small() {
            return View::Small(value);
        }
        if let Some(atom) = term.as_atom() {
            return View::Atom(atom);
        }
        if let Some((head, tail)) = self.cell(term) {
            return View::Cell(head, tail);
        }
        if term == Term::NIL {
            return View::Nil;
        }
        if let Some(number) = term.as_pid() {
            return View::Pid(number);
        }
        self.object(term).and_then(|(kind, words)| self.view_object(kind, words)).unwrap_or(View::Invalid)
    }

    fn view_object(self, kind: Kind, words: &'a [u32]) -> Option<View<'a>> {
        Some(match (kind, words) {
            (Kind::Tuple, elements) => View::Tuple(Terms(elements)),
            (Kind::PositiveInteger, magnitude) => View::Big { negative: false, magnitude },
            (Kind::NegativeInteger, magnitude) => View::Big { negative: true, magnitude },
            (Kind::Float, &[low, high]) => View::Float(f64::from_bits(u64::from(high) << 32 | u64::from(low))),
            (Kind::HeapBinary | Kind::SharedBinary, words) => {
                let bytes = self.whole(kind, words)?;
                View::Bits(Bits { bytes, offset: 0, size: bytes.len() * 8 })
            }
            (Kind::SubBinary, &[offset, size, parent]) => View::Bits(self.part(parent, offset, size)?),
            (Kind::MatchContext, &[position, end, parent]) => {
                View::Context(self.part(parent, position, end.checked_sub(position)?)?)
            }
            (Kind::Fun, &[entry, creator, ref free @ ..]) => {
                View::Fun { entry, creator: Term(creator), free: Terms(free) }
            }
            (Kind::ExportFun, &[export]) => View::ExportFun(export),
            (Kind::Reference, &[a, b, c, ..]) => View::Reference([a, b, c]),
            (Kind::Map, [keys, values @ ..]) => {
                let key_tuple = Term(*keys);
                View::Map(Map::Flat { keys: self.tuple(key_tuple)?, values: Terms(values), key_tuple })
            }
            (Kind::HashMap, &[size, root]) => View::Map(Map::Hash { size: size as usize, root: Term(root) }),
            (Kind::HashNode, &[bitmap, ref entries @ ..]) => View::HashNode(bitmap, Terms(entries)),
            (Kind::External, words) => View::External(words),
            (Kind::Port, &[low, high]) => View::Port(u64::from(high) << 32 | u64::from(low)),
            _ => return None,
        })
    }

    fn part(self, parent: u32, offset: u32, size: u32) -> Option<Bits<'a>> {
        let (kind, words) = self.object(Term(parent))?;
        let bytes = self.whole(kind, words)?;
        let (offset, size) = (offset as usize, size as usize);
        (offset.checked_add(size)? <= bytes.len() * 8).then_some(Bits { bytes, offset, size })
    }

    /// The elements of a list, one by one.
    #[must_use]
    pub const fn list(self, list: Term) -> List<'a> {
        List { store: self, rest: list }
    }

    /// The length of a proper list.
    #[must_use]
    pub fn length(self, list: Term) -> Option<usize> {
        let mut elements = self.list(list);
        let count = elements.by_ref().count();
        elements.is_proper().then_some(count)
    }
}

/// The elements of a list. At the end, [`is_proper`](Self::is_proper) tells what the tail was.
#[derive(Clone, Copy)]
pub struct List<'a> {
    store: Store<'a>,
    rest: Term,
}

impl List<'_> {
    /// What has not been walked yet: at the end, the last tail.
    #[must_use]
    pub const fn rest(&self) -> Term {
        self.rest
    }

    /// Whether the rest is the empty list.
    #[must_use]
    pub fn is_proper(&self) -> bool {
        self.rest == Term::NIL
    }
}

impl Iterator for List<'_> {
    type Item = Term;

    #[inline]
    fn next(&mut self) -> Option<Term> {
        let (head, tail) = self.store.cell(self.rest)?;
        self.rest = tail;
        Some(head)
    }
}
