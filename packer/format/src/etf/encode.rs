//! [`Term`]s to bytes, as `term_to_binary/2` writes them.

use alloc::{boxed::Box, format, string::String, vec, vec::Vec};
use core::slice;

use num_bigint::Sign;

use super::order::MapOrders;
use super::term::Term;
use super::{MAX_ATOM_CHARACTERS, MAX_REFERENCE_WORDS, VERSION, tag};
use crate::error::{Error, ErrorKind};
use crate::reader::Result;

/// How to write a term: the options of `term_to_binary/2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Compress with this zlib level, 0 to 9, if that makes it shorter. `term_to_binary(T, [compressed])` is level 6.
    pub compressed: Option<u8>,
    /// 0 writes floats as text, 1 and 2 as eight bytes.
    pub minor_version: u8,
    /// Writes the pairs of every map in the order of their keys, as the option `deterministic` of OTP does.
    pub deterministic: bool,
    /// `true`: atoms are UTF-8 and ports have the 64-bit form, as OTP 26 and later write them. `false`: atoms of
    /// Latin-1 characters are in Latin-1 and ports have the 32-bit form when they fit, as in OTP 25.
    pub utf8_atoms: bool,
}

impl Default for EncodeOptions {
    /// What `term_to_binary(T)` does on OTP 26 and later; with [`utf8_atoms`](Self::utf8_atoms) off, on OTP 25.
    fn default() -> Self {
        Self { compressed: None, minor_version: 2, deterministic: false, utf8_atoms: true }
    }
}

/// The longest list of bytes that is written as `STRING_EXT`.
const MAX_STRING: usize = 0xffff;
/// Port numbers from here on need the 64-bit form in OTP 25.
const SMALL_PORT_LIMIT: u64 = 1 << 28;

/// Writes `term` with its version byte.
///
/// # Errors
/// When the term breaks a rule of its kind that is told at [`Term`]'s variants, when something is longer than 32 bits
/// can say, or an option is out of range. The offset counts the bytes that were written before.
pub fn encode(term: &Term, options: &EncodeOptions) -> Result<Vec<u8>> {
    let number =
        |what, value: u8, limit| Err(Error::new(0, ErrorKind::OutOfRange { what, value: u64::from(value), limit }));
    if options.minor_version > 2 {
        return number("the minor version of the external term format", options.minor_version, 3);
    }
    if let Some(level @ 10..) = options.compressed {
        return number("the level of compression", level, 10);
    }
    let mut encoder = Encoder { out: vec![VERSION], options, orders: MapOrders::default() };
    if let Term::LocalExt(bytes) = term {
        encoder.out.push(tag::LOCAL);
        encoder.out.extend_from_slice(bytes);
        return Ok(encoder.out);
    }
    if options.deterministic && encoder.orders.add(term) {
        return Err(Error::new(0, ErrorKind::Invalid { what: "a map has a key twice" }));
    }
    encoder.run(term)?;
    let plain = encoder.out;
    match options.compressed {
        Some(level @ 1..) => Ok(compress(plain, level)),
        _ => Ok(plain),
    }
}

/// The compressed form, if it is shorter.
fn compress(plain: Vec<u8>, level: u8) -> Vec<u8> {
    let body = plain.get(1..).unwrap_or_default();
    let Ok(size) = u32::try_from(body.len()) else { return plain };
    let deflated = miniz_oxide::deflate::compress_to_vec_zlib(body, level);
    if deflated.len() + 6 >= plain.len() {
        return plain;
    }
    let mut out = vec![VERSION, tag::COMPRESSED];
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&deflated);
    out
}

/// What is left to write; the last one is next.
enum Todo<'a> {
    Term(&'a Term),
    Terms(slice::Iter<'a, Term>),
    /// A map, from this pair on.
    Pairs(&'a [(Term, Term)], usize),
    /// The size of the fun whose size word is here.
    FunSize(usize),
}

struct Encoder<'o> {
    out: Vec<u8>,
    options: &'o EncodeOptions,
    orders: MapOrders,
}

impl Encoder<'_> {
    fn run(&mut self, term: &Term) -> Result<()> {
        let mut todo = vec![Todo::Term(term)];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Term(term) => self.term(term, &mut todo)?,
                Todo::Terms(mut terms) => {
                    if let Some(term) = terms.next() {
                        todo.push(Todo::Terms(terms));
                        self.term(term, &mut todo)?;
                    }
                }
                Todo::Pairs(pairs, place) => {
                    if let Some((key, value)) = self.orders.pair(pairs, place) {
                        todo.push(Todo::Pairs(pairs, place + 1));
                        todo.push(Todo::Term(value));
                        todo.push(Todo::Term(key));
                    }
                }
                Todo::FunSize(at) => {
                    let size = self.length(self.out.len() - at, "the size of a fun")?;
                    if let Some(word) = self.out.get_mut(at..at + 4) {
                        word.copy_from_slice(&size.to_be_bytes());
                    }
                }
            }
        }
        Ok(())
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(self.out.len(), kind)
    }

    fn invalid(&self, what: &'static str) -> Error {
        self.error(ErrorKind::Invalid { what })
    }

    fn length(&self, length: usize, what: &'static str) -> Result<u32> {
        u32::try_from(length).map_err(|_| self.error(ErrorKind::TooLarge { what, limit: u64::from(u32::MAX) }))
    }

    fn word(&mut self, word: u32) {
        self.out.extend_from_slice(&word.to_be_bytes());
    }

    /// Writes a leaf, or the head of a term whose parts go to `todo`.
    fn term<'a>(&mut self, term: &'a Term, todo: &mut Vec<Todo<'a>>) -> Result<()> {
        match term {
            Term::Atom(name) => self.atom(name)?,
            Term::Integer(value) => self.integer(*value),
            Term::BigInteger(value) => {
                let (sign, magnitude) = value.to_bytes_le();
                match i64::try_from(value) {
                    Ok(value) => self.integer(value),
                    Err(_) => self.big(sign == Sign::Minus, &magnitude)?,
                }
            }
            Term::Float(value) => self.float(*value)?,
            Term::Bitstring { bytes, bits } => self.bitstring(bytes, *bits)?,
            Term::Nil => self.out.push(tag::NIL),
            Term::List { elements, tail } => {
                if let Some(bytes) = string_bytes(elements, tail) {
                    self.out.push(tag::STRING);
                    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
                    self.out.extend_from_slice(&length.to_be_bytes());
                    self.out.extend_from_slice(&bytes);
                } else {
                    let length = self.length(elements.len(), "the length of a list")?;
                    self.out.push(tag::LIST);
                    self.word(length);
                    todo.push(Todo::Term(tail));
                    todo.push(Todo::Terms(elements.iter()));
                }
            }
            Term::Tuple(elements) => {
                if let Ok(arity) = u8::try_from(elements.len()) {
                    self.out.extend_from_slice(&[tag::SMALL_TUPLE, arity]);
                } else {
                    let arity = self.length(elements.len(), "the arity of a tuple")?;
                    self.out.push(tag::LARGE_TUPLE);
                    self.word(arity);
                }
                todo.push(Todo::Terms(elements.iter()));
            }
            Term::Map(pairs) => {
                let size = self.length(pairs.len(), "the size of a map")?;
                self.out.push(tag::MAP);
                self.word(size);
                todo.push(Todo::Pairs(pairs, 0));
            }
            Term::Pid { .. } => self.pid(term)?,
            Term::Port { node, id, creation } => self.port(node, *id, *creation)?,
            Term::Reference { node, creation, ids } => self.reference(node, *creation, ids)?,
            Term::ExportFun { module, function, arity } => {
                self.out.push(tag::EXPORT);
                self.atom(module)?;
                self.atom(function)?;
                self.integer(i64::from(*arity));
            }
            Term::Fun(fun) => {
                let free = self.length(fun.free.len(), "the count of a fun's free variables")?;
                self.out.push(tag::NEW_FUN);
                let size_at = self.out.len();
                self.word(0);
                self.out.push(fun.arity);
                self.out.extend_from_slice(&fun.uniq);
                self.word(fun.index);
                self.word(free);
                self.atom(&fun.module)?;
                self.fun_word(fun.old_index)?;
                self.fun_word(fun.old_uniq)?;
                self.pid(&fun.creator)?;
                todo.push(Todo::FunSize(size_at));
                todo.push(Todo::Terms(fun.free.iter()));
            }
            Term::OldFun(fun) => {
                let free = self.length(fun.free.len(), "the count of a fun's free variables")?;
                self.out.push(tag::FUN);
                self.word(free);
                self.pid(&fun.creator)?;
                self.atom(&fun.module)?;
                self.fun_word(fun.index)?;
                self.fun_word(fun.uniq)?;
                todo.push(Todo::Terms(fun.free.iter()));
            }
            Term::LocalExt(_) => return Err(self.invalid("a local term cannot be inside another term")),
        }
        Ok(())
    }

    fn atom(&mut self, name: &str) -> Result<()> {
        let characters = name.chars().count();
        if characters > MAX_ATOM_CHARACTERS {
            return Err(self.invalid("an atom has at most 255 characters"));
        }
        if !self.options.utf8_atoms {
            let latin1: Option<Vec<u8>> = name.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            if let Some(latin1) = latin1 {
                self.out.push(tag::ATOM);
                self.out.extend_from_slice(&(u16::try_from(characters).unwrap_or(u16::MAX)).to_be_bytes());
                self.out.extend_from_slice(&latin1);
                return Ok(());
            }
        }
        if let Ok(length) = u8::try_from(name.len()) {
            self.out.extend_from_slice(&[tag::SMALL_ATOM_UTF8, length]);
        } else {
            // 255 characters are at most 1020 bytes.
            self.out.push(tag::ATOM_UTF8);
            self.out.extend_from_slice(&(u16::try_from(name.len()).unwrap_or(u16::MAX)).to_be_bytes());
        }
        self.out.extend_from_slice(name.as_bytes());
        Ok(())
    }

    fn integer(&mut self, value: i64) {
        if let Ok(byte) = u8::try_from(value) {
            self.out.extend_from_slice(&[tag::SMALL_INTEGER, byte]);
        } else if let Ok(word) = i32::try_from(value) {
            self.out.push(tag::INTEGER);
            self.out.extend_from_slice(&word.to_be_bytes());
        } else {
            let magnitude = value.unsigned_abs().to_le_bytes();
            let zeros = magnitude.iter().rev().take_while(|&&byte| byte == 0).count();
            let length = magnitude.len() - zeros;
            self.out.extend_from_slice(&[tag::SMALL_BIG, length as u8, u8::from(value < 0)]);
            self.out.extend(magnitude.iter().take(length));
        }
    }

    fn big(&mut self, negative: bool, magnitude: &[u8]) -> Result<()> {
        if let Ok(length) = u8::try_from(magnitude.len()) {
            self.out.extend_from_slice(&[tag::SMALL_BIG, length]);
        } else {
            let length = self.length(magnitude.len(), "the length of an integer")?;
            self.out.push(tag::LARGE_BIG);
            self.word(length);
        }
        self.out.push(u8::from(negative));
        self.out.extend_from_slice(magnitude);
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<()> {
        if !value.is_finite() {
            return Err(self.invalid("a float must be finite"));
        }
        if self.options.minor_version > 0 {
            self.out.push(tag::NEW_FLOAT);
            self.out.extend_from_slice(&value.to_bits().to_be_bytes());
            return Ok(());
        }
        self.out.push(tag::FLOAT);
        let text = float_text(value);
        let padding = 31_usize.saturating_sub(text.len());
        self.out.extend_from_slice(text.as_bytes());
        self.out.extend(core::iter::repeat_n(0, padding));
        Ok(())
    }

    fn bitstring(&mut self, bytes: &[u8], bits: usize) -> Result<()> {
        if bits.div_ceil(8) != bytes.len() {
            return Err(self.invalid("the bits of a bitstring end in its last byte"));
        }
        let length = self.length(bytes.len(), "the length of a binary")?;
        let last = bits % 8;
        if last == 0 {
            self.out.push(tag::BINARY);
            self.word(length);
            self.out.extend_from_slice(bytes);
        } else {
            self.out.push(tag::BIT_BINARY);
            self.word(length);
            self.out.push(last as u8);
            self.out.extend_from_slice(bytes);
            if let Some(byte) = self.out.last_mut() {
                *byte &= 0xff << (8 - last);
            }
        }
        Ok(())
    }

    fn pid(&mut self, term: &Term) -> Result<()> {
        let Term::Pid { node, id, serial, creation } = term else {
            return Err(self.invalid("the creator of a fun is a pid"));
        };
        self.out.push(tag::NEW_PID);
        self.atom(node)?;
        self.word(*id);
        self.word(*serial);
        self.word(*creation);
        Ok(())
    }

    fn port(&mut self, node: &str, id: u64, creation: u32) -> Result<()> {
        match u32::try_from(id) {
            Ok(small) if !self.options.utf8_atoms && id < SMALL_PORT_LIMIT => {
                self.out.push(tag::NEW_PORT);
                self.atom(node)?;
                self.word(small);
            }
            _ => {
                self.out.push(tag::V4_PORT);
                self.atom(node)?;
                self.out.extend_from_slice(&id.to_be_bytes());
            }
        }
        self.word(creation);
        Ok(())
    }

    fn reference(&mut self, node: &str, creation: u32, ids: &[u32]) -> Result<()> {
        let count = match u16::try_from(ids.len()) {
            Ok(count) if ids.len() <= MAX_REFERENCE_WORDS => count,
            _ => return Err(self.invalid("a reference has at most five words")),
        };
        self.out.push(tag::NEWER_REFERENCE);
        self.out.extend_from_slice(&count.to_be_bytes());
        self.atom(node)?;
        self.word(creation);
        ids.iter().for_each(|&id| self.word(id));
        Ok(())
    }

    /// A 32-bit number inside a fun, signed or unsigned.
    fn fun_word(&mut self, value: i64) -> Result<()> {
        if value < i64::from(i32::MIN) || value > i64::from(u32::MAX) {
            return Err(self.invalid("an index or uniq of a fun has 32 bits"));
        }
        self.integer(value);
        Ok(())
    }
}

/// The bytes of a list that `STRING_EXT` can say.
fn string_bytes(elements: &[Term], tail: &Term) -> Option<Box<[u8]>> {
    let byte = |term: &Term| match term {
        Term::Integer(value) => u8::try_from(*value).ok(),
        _ => None,
    };
    // The first element alone tells most lists apart, before memory is taken.
    if !matches!(tail, Term::Nil) || elements.len() > MAX_STRING || elements.first().and_then(byte).is_none() {
        return None;
    }
    elements.iter().map(byte).collect()
}

/// `%.20e` of C: 20 digits after the point and at least two of the exponent.
fn float_text(value: f64) -> String {
    let text = format!("{value:.20e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => match exponent.strip_prefix('-') {
            Some(digits) => format!("{mantissa}e-{digits:0>2}"),
            None => format!("{mantissa}e+{exponent:0>2}"),
        },
        None => text,
    }
}
