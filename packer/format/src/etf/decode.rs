//! Bytes to [`Term`]s.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};

use num_bigint::{BigInt, Sign};

use super::build::{Builder, Frame};
use super::term::{FunTerm, OldFunTerm, Term};
use super::token::{self, Pid, Token};
use super::{VERSION, compressed, order, tag};
use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// Reads the term that `bytes` are: the version byte 131, then a term, compressed or not, then nothing.
///
/// # Errors
/// When the bytes are no term that OTP would read, or when bytes are left over. Offsets inside a compressed term
/// count its inflated bytes.
pub fn decode(bytes: &[u8]) -> Result<Term> {
    let (term, used) = decode_prefix(bytes)?;
    Reader::starting_at(bytes, used).finish("a term")?;
    Ok(term)
}

/// As [`decode`], but bytes may follow: gives the term and how many bytes it takes, with the version byte.
///
/// # Errors
/// As [`decode`].
pub fn decode_prefix(bytes: &[u8]) -> Result<(Term, usize)> {
    let mut reader = Reader::new(bytes);
    let mut after = match start(&mut reader)? {
        Start::Plain => {
            let term = read_term(&mut reader)?;
            return Ok((term, reader.offset()));
        }
        Start::Local(rest) => return Ok((Term::LocalExt(rest.to_vec()), reader.offset())),
        Start::Compressed(after) => after,
    };
    let inflated = compressed::read(&mut after)?;
    let mut inner = Reader::new(&inflated);
    let term = read_term(&mut inner)?;
    inner.finish("a compressed term")?;
    Ok((term, after.offset()))
}

/// What follows the version byte.
pub(super) enum Start<'a> {
    /// A term at the reader.
    Plain,
    /// A compressed term: the reader after its tag.
    Compressed(Reader<'a>),
    /// The bytes of a local term.
    Local(&'a [u8]),
}

/// Reads the version byte and the tags that may stand only after it.
pub(super) fn start<'a>(reader: &mut Reader<'a>) -> Result<Start<'a>> {
    if reader.u8("a term's version byte")? != VERSION {
        return Err(Error::new(
            0,
            ErrorKind::BadMagic { expected: "an external term (it does not start with the byte 131)" },
        ));
    }
    let mut after = reader.clone();
    match after.u8("a term")? {
        tag::COMPRESSED => Ok(Start::Compressed(after)),
        tag::LOCAL => {
            let rest = after.rest();
            *reader = after;
            Ok(Start::Local(rest))
        }
        _ => Ok(Start::Plain),
    }
}

/// Counts terms that must still come, against the bytes that are left: each needs one byte at least. So the memory
/// that is reserved for parts, over all levels, is bounded by the input.
pub(super) struct Pending(usize);

impl Pending {
    pub(super) const fn one() -> Self {
        Self(1)
    }

    /// One term came, and announces `parts` more.
    #[inline]
    pub(super) fn replace_one(&mut self, parts: usize, reader: &Reader<'_>) -> Result<()> {
        self.0 = (self.0 - 1).saturating_add(parts);
        if self.0 > reader.remaining() {
            let kind = ErrorKind::Truncated { what: "the parts of a term", need: self.0, have: reader.remaining() };
            return Err(reader.error(kind));
        }
        Ok(())
    }

    #[inline]
    pub(super) const fn is_none(&self) -> bool {
        self.0 == 0
    }
}

fn read_term(reader: &mut Reader<'_>) -> Result<Term> {
    let begin = reader.offset();
    let mut builder = Builder::new();
    let mut pending = Pending::one();
    let mut has_map = false;
    let term = loop {
        let token = token::read(reader)?;
        let parts = token.parts();
        pending.replace_one(parts, reader)?;
        let complete = match token {
            Token::List(count) if builder.at_tail() => {
                builder.extend_list(count);
                None
            }
            Token::String(bytes) if builder.at_tail() => {
                builder.extend_list(bytes.len());
                bytes.iter().for_each(|&byte| drop(builder.add(Term::Integer(i64::from(byte)))));
                builder.add(Term::Nil)
            }
            Token::List(_) => builder.start(Frame::List, parts, parts),
            Token::Tuple(_) => builder.start(Frame::Tuple, parts, parts),
            Token::Map(count) => {
                has_map |= count > 1;
                builder.start(Frame::Map, parts, parts)
            }
            Token::Fun { arity, uniq, index, module, old_index, old_uniq, creator, free: _ } => {
                let (module, creator, free) = (boxed(module), creator.into_term(), Vec::new());
                let fun = FunTerm { arity, uniq, index, module, old_index, old_uniq, creator, free };
                builder.start(Frame::Fun(Box::new(fun)), parts, parts)
            }
            Token::OldFun { creator, module, index, uniq, free: _ } => {
                let (module, creator, free) = (boxed(module), creator.into_term(), Vec::new());
                builder.start(Frame::OldFun(Box::new(OldFunTerm { creator, module, index, uniq, free })), parts, parts)
            }
            leaf => builder.add(leaf_term(leaf)),
        };
        if let Some(term) = complete {
            break term;
        }
    };
    if has_map && order::has_duplicate_key(&term) {
        return Err(Error::new(begin, ErrorKind::Invalid { what: "a map has a key twice" }));
    }
    Ok(term)
}

fn leaf_term(token: Token<'_>) -> Term {
    match token {
        Token::Atom(name) => Term::Atom(boxed(name)),
        Token::Integer(value) => Term::Integer(value),
        Token::Big { negative, magnitude } => {
            let sign = if negative { Sign::Minus } else { Sign::Plus };
            Term::BigInteger(BigInt::from_bytes_le(sign, magnitude))
        }
        Token::Float(value) => Term::Float(value),
        Token::Bitstring { bytes, last } => bitstring(bytes, last),
        Token::String(bytes) => Term::list(bytes.iter().map(|&byte| Term::Integer(i64::from(byte))).collect()),
        Token::Pid(pid) => pid.into_term(),
        Token::Port { node, id, creation } => Term::Port { node: boxed(node), id, creation },
        Token::Reference { node, creation, words } => {
            let ids = words
                .chunks_exact(4)
                .map(|word| word.iter().fold(0, |id: u32, &byte| (id << 8) | u32::from(byte)))
                .collect();
            Term::Reference { node: boxed(node), creation, ids }
        }
        Token::Export { module, function, arity } => {
            Term::ExportFun { module: boxed(module), function: boxed(function), arity }
        }
        Token::Nil | Token::List(_) | Token::Tuple(_) | Token::Map(_) | Token::Fun { .. } | Token::OldFun { .. } => {
            Term::Nil
        }
    }
}

fn bitstring(bytes: &[u8], last: u8) -> Term {
    let mut bytes = bytes.to_vec();
    let unused = if bytes.is_empty() { 0 } else { 8 - u32::from(last.clamp(1, 8)) };
    if let Some(byte) = bytes.last_mut() {
        *byte &= 0xff << unused;
    }
    let bits = bytes.len().saturating_mul(8) - unused as usize;
    Term::Bitstring { bytes, bits }
}

fn boxed(text: Cow<'_, str>) -> Box<str> {
    text.into_owned().into_boxed_str()
}

impl Pid<'_> {
    fn into_term(self) -> Term {
        Term::Pid { node: boxed(self.node), id: self.id, serial: self.serial, creation: self.creation }
    }
}
