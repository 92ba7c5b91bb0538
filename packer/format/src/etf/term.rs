//! The [`Term`] itself: its kinds, how it is made, copied, compared and freed. No bytes are read or written here.

use alloc::{boxed::Box, vec, vec::Vec};
use core::{fmt, mem};

use num_bigint::BigInt;

use super::{build, order};

/// One Erlang term.
///
/// Equality is `=:=` of OTP 27: `1` and `1.0` differ, `0.0` and `-0.0` differ, and the order of a map's pairs does
/// not matter. Copying, comparing, printing and freeing do not recurse, so the depth of a term does not matter.
pub enum Term {
    /// An atom, by its name: at most 255 characters.
    Atom(Box<str>),
    /// An integer of at most 64 bits.
    Integer(i64),
    /// An integer outside `i64`.
    BigInteger(BigInt),
    /// A float; finite.
    Float(f64),
    /// A bitstring. `bits` is its length; it is a binary when `bits` is `8 * bytes.len()`.
    Bitstring {
        /// The bytes. Unused bits at the end of the last byte are zero.
        bytes: Vec<u8>,
        /// Length in bits: it ends in the last byte.
        bits: usize,
    },
    /// The empty list.
    Nil,
    /// A list that is not empty.
    List {
        /// The elements; never empty.
        elements: Vec<Term>,
        /// What follows the last element: [`Term::Nil`] for a proper list, never a list itself.
        tail: Box<Term>,
    },
    /// A tuple.
    Tuple(Vec<Term>),
    /// A map, in the order of the bytes. No key is there twice.
    Map(Vec<(Term, Term)>),
    /// A process identifier.
    Pid {
        /// The node's name.
        node: Box<str>,
        /// The process number.
        id: u32,
        /// The serial number.
        serial: u32,
        /// Which start of the node it belongs to.
        creation: u32,
    },
    /// A port identifier.
    Port {
        /// The node's name.
        node: Box<str>,
        /// The port number.
        id: u64,
        /// Which start of the node it belongs to.
        creation: u32,
    },
    /// A reference.
    Reference {
        /// The node's name.
        node: Box<str>,
        /// Which start of the node it belongs to.
        creation: u32,
        /// Its words in the order of the bytes (the reverse of how it prints); at most five.
        ids: Vec<u32>,
    },
    /// `fun module:function/arity`.
    ExportFun {
        /// The module.
        module: Box<str>,
        /// The function.
        function: Box<str>,
        /// The number of arguments.
        arity: u8,
    },
    /// A fun with an environment (`NEW_FUN_EXT`).
    Fun(Box<FunTerm>),
    /// A fun of a release before R8 (`FUN_EXT`). OTP no longer reads it.
    OldFun(Box<OldFunTerm>),
    /// The bytes after a `LOCAL_EXT` tag, up to the end of the input: only the node that wrote them knows them.
    LocalExt(Vec<u8>),
}

/// A fun with its environment, as `NEW_FUN_EXT` has it.
#[derive(Clone, PartialEq)]
pub struct FunTerm {
    /// The number of arguments.
    pub arity: u8,
    /// The MD5 of the significant parts of the module.
    pub uniq: [u8; 16],
    /// The number of the fun in its module's fun table.
    pub index: u32,
    /// The module.
    pub module: Box<str>,
    /// The number in the fun table before R15; 32 bits, signed or unsigned.
    pub old_index: i64,
    /// The hash of the fun's parse tree; 32 bits, signed or unsigned.
    pub old_uniq: i64,
    /// The process that made it: always a [`Term::Pid`].
    pub creator: Term,
    /// The free variables.
    pub free: Vec<Term>,
}

/// A fun as `FUN_EXT` has it.
#[derive(Clone, PartialEq)]
pub struct OldFunTerm {
    /// The process that made it: always a [`Term::Pid`].
    pub creator: Term,
    /// The module.
    pub module: Box<str>,
    /// The number in the fun table; 32 bits, signed or unsigned.
    pub index: i64,
    /// The hash of the fun's parse tree; 32 bits, signed or unsigned.
    pub uniq: i64,
    /// The free variables.
    pub free: Vec<Term>,
}

impl Term {
    /// An atom.
    #[must_use]
    pub fn atom(name: &str) -> Self {
        Self::Atom(name.into())
    }

    /// An integer.
    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self::Integer(value)
    }

    /// A proper list: [`Term::Nil`] when there are no elements.
    #[must_use]
    pub fn list(elements: Vec<Self>) -> Self {
        if elements.is_empty() { Self::Nil } else { Self::List { elements, tail: Box::new(Self::Nil) } }
    }

    /// A binary.
    #[must_use]
    pub fn binary(bytes: &[u8]) -> Self {
        Self::Bitstring { bytes: bytes.to_vec(), bits: bytes.len().saturating_mul(8) }
    }

    /// A string as Erlang has it: the list of its code points.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Self::list(text.chars().map(|c| Self::Integer(i64::from(u32::from(c)))).collect())
    }

    /// A tuple.
    #[must_use]
    pub const fn tuple(elements: Vec<Self>) -> Self {
        Self::Tuple(elements)
    }

    /// Whether no other term is inside.
    pub(super) const fn is_leaf(&self) -> bool {
        !matches!(self, Self::List { .. } | Self::Tuple(_) | Self::Map(_) | Self::Fun(_) | Self::OldFun(_))
    }

    /// Calls `each` with every direct part. The creator of a fun is not a part: it has none itself.
    pub(super) fn for_each_part<'a>(&'a self, mut each: impl FnMut(&'a Self)) {
        match self {
            Self::List { elements, tail } => {
                elements.iter().for_each(&mut each);
                each(tail);
            }
            Self::Tuple(elements) => elements.iter().for_each(each),
            Self::Map(pairs) => {
                for (key, value) in pairs {
                    each(key);
                    each(value);
                }
            }
            Self::Fun(fun) => fun.free.iter().for_each(each),
            Self::OldFun(fun) => fun.free.iter().for_each(each),
            _ => {}
        }
    }

    /// Moves the direct parts that have parts themselves out of the term, for [`Drop`].
    fn take_nested_parts(&mut self, into: &mut Vec<Self>) {
        let mut take = |part: &mut Self| {
            if !part.is_leaf() {
                into.push(mem::replace(part, Self::Nil));
            }
        };
        match self {
            Self::List { elements, tail } => {
                elements.iter_mut().for_each(&mut take);
                take(tail);
            }
            Self::Tuple(elements) => elements.iter_mut().for_each(take),
            Self::Map(pairs) => {
                for (key, value) in pairs {
                    take(key);
                    take(value);
                }
            }
            Self::Fun(fun) => fun.free.iter_mut().for_each(take),
            Self::OldFun(fun) => fun.free.iter_mut().for_each(take),
            _ => {}
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        if self.is_leaf() {
            return;
        }
        let mut nested = vec![];
        self.take_nested_parts(&mut nested);
        while let Some(mut term) = nested.pop() {
            term.take_nested_parts(&mut nested);
        }
    }
}

impl Clone for Term {
    fn clone(&self) -> Self {
        build::copy(self)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        order::equal(self, other)
    }
}

/// The same text as [`Display`](fmt::Display), since a derived form would recurse.
impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
