//! Terms: one `u32` each, on every machine. Owns the tags; what a term points at is the heap's business.
//!
//! The two low bits are the primary tag. A boxed term and a list cell hold a word index, not an address, and in the top
//! bit whether it counts in the literal area or in the heap of the process at hand.
//!
//! ```text
//! L iiii...i 00   boxed: header word at index i (L: literal area)
//! L iiii...i 01   list cell: head at i, tail at i + 1
//!   aaaa aa0010   atom, by its index                      28 bits
//!   pppp pp0110   pid of this node                        28 bits
//!   ssss kk1010   special: kk 00 nil and other single values, 01 catch tag, 10 continuation (code address), 11 operand
//!   zzzz kkkk1110 header: kind k (4 bits), size z in words behind it (24 bits); never a value by itself
//!   nnnn...n 11   small integer                           30 bits, signed
//! ```

use core::fmt;

use crate::atoms::Atom;

/// A term. Meaningful together with the heap that it was made in (and the literal area, the same for all).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Term(pub u32);

/// Set in a boxed term or list cell that stands in the literal area.
pub const LITERAL_BIT: u32 = 0x8000_0000;
/// Smallest small integer.
pub const SMALL_MIN: i64 = -(1 << 29);
/// Largest small integer.
pub const SMALL_MAX: i64 = (1 << 29) - 1;
/// Most words behind a header.
pub const MAX_SIZE: usize = (1 << 24) - 1;

const BOXED: u32 = 0;
const LIST: u32 = 1;
const SMALL: u32 = 3;
const ATOM: u32 = 0x2;
const PID: u32 = 0x6;
const HEADER: u32 = 0xE;
const SINGLE: u32 = 0x0A;
const CATCH: u32 = 0x1A;
const CONTINUATION: u32 = 0x2A;
const OPERAND: u32 = 0x3A;

impl Term {
    /// The empty list.
    pub const NIL: Self = Self(SINGLE);
    /// No value at all: never seen by programs.
    pub const NONE: Self = Self(1 << 6 | SINGLE);
    /// What the collector leaves in the head of a list cell that it moved.
    pub const MOVED: Self = Self(2 << 6 | SINGLE);

    /// A boxed term: index in words, below 2^29; `area` is 0 or [`LITERAL_BIT`].
    #[must_use]
    #[inline(always)]
    pub const fn boxed(index: usize, area: u32) -> Self {
        Self((index as u32) << 2 | area | BOXED)
    }

    /// A list cell: index in words, below 2^29; `area` is 0 or [`LITERAL_BIT`].
    #[must_use]
    #[inline(always)]
    pub const fn list(index: usize, area: u32) -> Self {
        Self((index as u32) << 2 | area | LIST)
    }

    /// A small integer, when it fits.
    #[must_use]
    #[inline(always)]
    pub const fn small(value: i64) -> Option<Self> {
        if value >= SMALL_MIN && value <= SMALL_MAX { Some(Self((value as u32) << 2 | SMALL)) } else { None }
    }

    /// A small integer that is known to fit into 30 bits, as sizes and bytes do.
    #[must_use]
    #[inline(always)]
    pub const fn tiny(value: i32) -> Self {
        Self((value as u32) << 2 | SMALL)
    }

    /// An atom.
    #[must_use]
    #[inline(always)]
    pub const fn atom(atom: Atom) -> Self {
        Self(atom.0 << 4 | ATOM)
    }

    /// `true` or `false`.
    #[must_use]
    #[inline(always)]
    pub const fn boolean(value: bool) -> Self {
        Self::atom(if value { crate::atoms::TRUE } else { crate::atoms::FALSE })
    }

    /// A process of this node, by its 28-bit number.
    #[must_use]
    #[inline(always)]
    pub const fn pid(number: u32) -> Self {
        Self(number << 4 | PID)
    }

    /// A catch tag for the handler at a code address below 2^26.
    #[must_use]
    #[inline(always)]
    pub const fn catch(address: u32) -> Self {
        Self(address << 6 | CATCH)
    }

    /// A continuation: where a call returns to, a code address below 2^26. Stands on stacks only.
    #[must_use]
    #[inline(always)]
    pub const fn continuation(address: u32) -> Self {
        Self(address << 6 | CONTINUATION)
    }

    /// A register as an operand in translated code. Never on a heap or stack.
    #[must_use]
    pub const fn operand(y: bool, number: u32) -> Self {
        Self(number << 7 | (y as u32) << 6 | OPERAND)
    }

    /// The header of an object of `size` words behind it.
    #[must_use]
    #[inline(always)]
    pub const fn header(kind: Kind, size: usize) -> Self {
        Self((size as u32) << 8 | (kind as u32) << 4 | HEADER)
    }

    /// Whether it is boxed.
    #[must_use]
    #[inline(always)]
    pub const fn is_boxed(self) -> bool {
        self.0 & 3 == BOXED
    }

    /// Whether it is a list cell.
    #[must_use]
    #[inline(always)]
    pub const fn is_list(self) -> bool {
        self.0 & 3 == LIST
    }

    /// Whether it points into a heap or the literal area.
    #[must_use]
    #[inline(always)]
    pub const fn is_pointer(self) -> bool {
        self.0 & 2 == 0
    }

    /// Whether it points into the process's own heap: what the collector follows.
    #[must_use]
    #[inline(always)]
    pub const fn is_local_pointer(self) -> bool {
        self.0 & (LITERAL_BIT | 2) == 0
    }

    /// Whether it points into the literal area.
    #[must_use]
    #[inline(always)]
    pub const fn is_literal(self) -> bool {
        self.0 & (LITERAL_BIT | 2) == LITERAL_BIT
    }

    /// Whether it is a small integer.
    #[must_use]
    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.0 & 3 == SMALL
    }

    /// Whether it is an atom.
    #[must_use]
    #[inline(always)]
    pub const fn is_atom(self) -> bool {
        self.0 & 15 == ATOM
    }

    /// Whether it is a pid of this node.
    #[must_use]
    #[inline(always)]
    pub const fn is_pid(self) -> bool {
        self.0 & 15 == PID
    }

    /// Whether it is a header.
    #[must_use]
    #[inline(always)]
    pub const fn is_header(self) -> bool {
        self.0 & 15 == HEADER
    }

    /// Whether it is a catch tag.
    #[must_use]
    #[inline(always)]
    pub const fn is_catch(self) -> bool {
        self.0 & 63 == CATCH
    }

    /// Whether it is a continuation.
    #[must_use]
    #[inline(always)]
    pub const fn is_continuation(self) -> bool {
        self.0 & 63 == CONTINUATION
    }

    /// Whether it is a register as an operand.
    #[must_use]
    #[inline(always)]
    pub const fn is_operand(self) -> bool {
        self.0 & 63 == OPERAND
    }

    /// The word index of a boxed term or a list cell.
    #[must_use]
    #[inline(always)]
    pub const fn index(self) -> usize {
        ((self.0 & !LITERAL_BIT) >> 2) as usize
    }

    /// 0, or [`LITERAL_BIT`]: the area that a boxed term or a list cell stands in.
    #[must_use]
    #[inline(always)]
    pub const fn area(self) -> u32 {
        self.0 & LITERAL_BIT
    }

    /// The value of a small integer.
    #[must_use]
    #[inline(always)]
    pub const fn as_small(self) -> Option<i32> {
        if self.is_small() { Some(self.small_value()) } else { None }
    }

    /// The value of a term known to be a small integer.
    #[must_use]
    #[inline(always)]
    pub const fn small_value(self) -> i32 {
        self.0 as i32 >> 2
    }

    /// The atom.
    #[must_use]
    #[inline(always)]
    pub const fn as_atom(self) -> Option<Atom> {
        if self.is_atom() { Some(Atom(self.0 >> 4)) } else { None }
    }

    /// `true` or `false`, as a value.
    #[must_use]
    pub const fn as_boolean(self) -> Option<bool> {
        if self.0 == Self::boolean(true).0 {
            Some(true)
        } else if self.0 == Self::boolean(false).0 {
            Some(false)
        } else {
            None
        }
    }

    /// The number of a pid of this node.
    #[must_use]
    pub const fn as_pid(self) -> Option<u32> {
        if self.is_pid() { Some(self.0 >> 4) } else { None }
    }

    /// The code address in a catch tag or a continuation.
    #[must_use]
    #[inline(always)]
    pub const fn address(self) -> u32 {
        self.0 >> 6
    }

    /// Of an operand: whether it is a `y` register, and its number.
    #[must_use]
    #[inline(always)]
    pub const fn operand_register(self) -> (bool, usize) {
        (self.0 & 64 != 0, (self.0 >> 7) as usize)
    }

    /// The kind of a header.
    #[must_use]
    #[inline(always)]
    pub const fn kind(self) -> Kind {
        KINDS[(self.0 >> 4 & 15) as usize]
    }

    /// The number of words behind a header.
    #[must_use]
    #[inline(always)]
    pub const fn size(self) -> usize {
        (self.0 >> 8) as usize
    }
}

impl From<Atom> for Term {
    fn from(atom: Atom) -> Self {
        Self::atom(atom)
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let area = if self.is_literal() { "literal " } else { "" };
        match self.0 & 3 {
            BOXED => write!(f, "boxed({area}{})", self.index()),
            LIST => write!(f, "list({area}{})", self.index()),
            SMALL => write!(f, "{}", self.small_value()),
            _ if self.is_atom() => write!(f, "atom({})", self.0 >> 4),
            _ if self.is_pid() => write!(f, "pid({})", self.0 >> 4),
            _ if self.is_header() => write!(f, "header({:?}, {})", self.kind(), self.size()),
            _ if self.is_catch() => write!(f, "catch({})", self.address()),
            _ if self.is_continuation() => write!(f, "continuation({})", self.address()),
            _ if *self == Self::NIL => f.write_str("[]"),
            _ => write!(f, "special({:#x})", self.0),
        }
    }
}

/// What a header says an object is. Behind the header stand first [`Kind::raw`] words that are not terms, then terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A tuple: its elements.
    Tuple = 0,
    /// An integer above [`SMALL_MAX`]: its magnitude, 32 bits a word, low first; the last word is not 0.
    PositiveInteger = 1,
    /// An integer below [`SMALL_MIN`]: its magnitude likewise.
    NegativeInteger = 2,
    /// A float: the low word of its bits, the high word.
    Float = 3,
    /// A binary on the heap: its size in bytes, then its bytes in memory order, the last word padded with zeros.
    HeapBinary = 4,
    /// A binary kept in [`Binaries`](crate::binaries::Binaries), by a count of references: its id there, its size in
    /// bytes, and the index of the next such object of the same heap plus 1 (0: none).
    SharedBinary = 5,
    /// A part of a binary, or a bitstring: offset and size in bits, then the [`HeapBinary`](Self::HeapBinary) or
    /// [`SharedBinary`](Self::SharedBinary) that it is a part of.
    SubBinary = 6,
    /// A match context: the position and the end of what is matched, both in bits from the binary's start, then the
    /// [`HeapBinary`](Self::HeapBinary) or [`SharedBinary`](Self::SharedBinary). The position moves in place.
    MatchContext = 7,
    /// A fun: index of its entry in the table of lambdas, then the pid that made it, then its free variables.
    Fun = 8,
    /// `fun M:F/A`: index of the export.
    ExportFun = 9,
    /// A reference of this node: three words, the least significant first. Then, in those that lead to something, a term:
    /// see [`Magic`](crate::heap::Magic).
    Reference = 10,
    /// A map of at most 32 keys: the tuple of its keys, in order, then the values.
    Map = 11,
    /// A larger map: the number of its keys, then its root node.
    HashMap = 12,
    /// A node of a larger map.
    HashNode = 13,
    /// A pid, port or reference of another node: see [`External`](crate::heap::External).
    External = 14,
    /// A port of this node: its number in two words, low first.
    Port = 15,
}

const KINDS: [Kind; 16] = [
    Kind::Tuple,
    Kind::PositiveInteger,
    Kind::NegativeInteger,
    Kind::Float,
    Kind::HeapBinary,
    Kind::SharedBinary,
    Kind::SubBinary,
    Kind::MatchContext,
    Kind::Fun,
    Kind::ExportFun,
    Kind::Reference,
    Kind::Map,
    Kind::HashMap,
    Kind::HashNode,
    Kind::External,
    Kind::Port,
];

impl Kind {
    /// How many words behind the header are raw, not terms; `usize::MAX` for all.
    #[must_use]
    #[inline(always)]
    pub const fn raw(self) -> usize {
        match self {
            Self::Tuple | Self::Map => 0,
            Self::Fun | Self::HashMap | Self::HashNode => 1,
            Self::SubBinary | Self::MatchContext => 2,
            Self::Reference => 3,
            // Kind and numbers; the node's name, an atom, is raw too: the collector need not see it.
            _ => usize::MAX,
        }
    }
}
