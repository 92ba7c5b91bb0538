//! Terms to bytes, as OTP 25 writes them.

use alloc::vec::Vec;

use emberl_format::etf::{VERSION, tag};

use crate::atoms::{self, Atom};
use crate::code::Code;
use crate::compare::{self, compare_exact};
#[cfg(not(feature = "zlib"))]
use crate::external::deflate;
use crate::heap::{External, Map, Store, View};
use crate::memory::{Budget, NoMemory};
use crate::steps::Steps;
use crate::term::Term;

/// How to write a term: the options of `term_to_binary/2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Compress with this zlib level, 0 to 9, if that makes it shorter; 0 for not at all.
    pub compressed: u8,
    /// 0 writes floats as text; 2 writes all atoms as UTF-8, 0 and 1 those of Latin-1 characters as such.
    pub minor_version: u8,
    /// Writes the pairs of large maps in the order of their keys.
    pub deterministic: bool,
    /// Marks the term as one that only this VM reads.
    pub local: bool,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { compressed: 0, minor_version: 1, deterministic: false, local: false }
    }
}

/// The longest list of bytes that is written as `STRING_EXT`.
const MAX_STRING: usize = 0xffff;
/// Port numbers from here on need the 64-bit form.
const SMALL_PORT_LIMIT: u64 = 1 << 28;

/// Writes a term with its version byte. The vector's memory is counted in the budget.
///
/// # Errors
/// When there is no memory.
pub fn encode(
    store: Store<'_>,
    code: &Code,
    term: Term,
    options: EncodeOptions,
    budget: &Budget,
) -> Result<Vec<u8>, NoMemory> {
    let mut encoder = Encoder::new(store, code, options, budget, true);
    let result = encoder.whole(term);
    let out = encoder.finish();
    match result.and_then(|()| compress(&out, options.compressed, budget)) {
        Ok(None) => Ok(out),
        Ok(Some(compressed)) => {
            budget.drop_vector(out);
            Ok(compressed)
        }
        Err(NoMemory) => {
            budget.drop_vector(out);
            Err(NoMemory)
        }
    }
}

/// The bytes that [`encode`] would write without compression.
///
/// # Errors
/// When there is no memory to count them.
pub fn size(
    store: Store<'_>,
    code: &Code,
    term: Term,
    options: EncodeOptions,
    budget: &Budget,
) -> Result<usize, NoMemory> {
    let mut encoder = Encoder::new(store, code, options, budget, false);
    let result = encoder.whole(term);
    let length = encoder.length;
    budget.drop_vector(encoder.finish());
    result.map(|()| length)
}

/// The compressed form, if it is shorter.
fn compress(plain: &[u8], level: u8, budget: &Budget) -> Result<Option<Vec<u8>>, NoMemory> {
    let body = plain.get(1..).unwrap_or_default();
    let Ok(size) = u32::try_from(body.len()) else { return Ok(None) };
    if level == 0 || plain.get(1) == Some(&tag::LOCAL) {
        return Ok(None);
    }
    let mut out = Vec::new();
    let shorter = (|| {
        budget.reserve(&mut out, 6)?;
        out.extend_from_slice(&[VERSION, tag::COMPRESSED]);
        out.extend_from_slice(&size.to_be_bytes());
        #[cfg(not(feature = "zlib"))]
        return deflate::zlib(body, level, &mut out, budget);
        #[cfg(feature = "zlib")]
        {
            let compressed = crate::zlib::compressed(body, level, crate::zlib::Format::Zlib, budget)?;
            budget.reserve(&mut out, compressed.len())?;
            out.extend_from_slice(&compressed);
            Ok(true)
        }
    })();
    if shorter == Ok(true) && out.len() < plain.len() {
        return Ok(Some(out));
    }
    budget.drop_vector(out);
    shorter.map(|_| None)
}

/// What is left to write; the last one is next.
enum Todo<'a> {
    Term(Term),
    Terms(&'a [u32]),
    /// The rest of a list whose head is written.
    List(Term),
    /// Keys and values of a flat map.
    Pairs(&'a [u32], &'a [u32]),
    /// Nodes and leaves of a larger map.
    Nodes(&'a [u32]),
    /// The size of the fun whose size word is here.
    FunSize(usize),
}

struct Encoder<'a> {
    store: Store<'a>,
    code: &'a Code,
    options: EncodeOptions,
    budget: &'a Budget,
    /// Whether the bytes are wanted, not only their number.
    keep: bool,
    out: Vec<u8>,
    length: usize,
    todo: Vec<Todo<'a>>,
}

impl<'a> Encoder<'a> {
    fn new(store: Store<'a>, code: &'a Code, options: EncodeOptions, budget: &'a Budget, keep: bool) -> Self {
        Self { store, code, options, budget, keep, out: Vec::new(), length: 0, todo: Vec::new() }
    }

    fn finish(self) -> Vec<u8> {
        self.budget.drop_vector(self.todo);
        self.out
    }

    fn whole(&mut self, term: Term) -> Result<(), NoMemory> {
        self.byte(VERSION)?;
        if self.options.local {
            self.byte(tag::LOCAL)?;
            self.bytes(&super::LOCAL_MARK)?;
        }
        self.push(Todo::Term(term))?;
        let mut steps = Steps::new(self.store);
        while let Some(next) = self.todo.pop() {
            steps.take()?;
            match next {
                Todo::Term(term) => self.term(term)?,
                Todo::Terms(terms) => {
                    if let Some((&first, rest)) = terms.split_first() {
                        self.push(Todo::Terms(rest))?;
                        self.term(Term(first))?;
                    }
                }
                Todo::List(rest) => match self.store.cell(rest) {
                    Some((head, tail)) => {
                        self.push(Todo::List(tail))?;
                        self.term(head)?;
                    }
                    None => self.term(rest)?,
                },
                Todo::Pairs(keys, values) => {
                    if let (Some((&key, keys)), Some((&value, values))) = (keys.split_first(), values.split_first()) {
                        self.push(Todo::Pairs(keys, values))?;
                        self.push(Todo::Term(Term(value)))?;
                        self.term(Term(key))?;
                    }
                }
                Todo::Nodes(nodes) => {
                    if let Some((&node, rest)) = nodes.split_first() {
                        self.push(Todo::Nodes(rest))?;
                        self.node(Term(node))?;
                    }
                }
                Todo::FunSize(at) => {
                    let size = (self.length - at) as u32;
                    if let Some(word) = self.out.get_mut(at..at + 4) {
                        word.copy_from_slice(&size.to_be_bytes());
                    }
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, todo: Todo<'a>) -> Result<(), NoMemory> {
        self.budget.reserve(&mut self.todo, 1)?;
        self.todo.push(todo);
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), NoMemory> {
        self.length += bytes.len();
        if self.keep {
            self.budget.reserve(&mut self.out, bytes.len())?;
            self.out.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), NoMemory> {
        self.bytes(&[byte])
    }

    fn word(&mut self, word: u32) -> Result<(), NoMemory> {
        self.bytes(&word.to_be_bytes())
    }

    /// Writes a leaf, or the head of a term whose parts go on the list of what to do.
    fn term(&mut self, term: Term) -> Result<(), NoMemory> {
        match self.store.view(term) {
            View::Small(value) => self.integer(i64::from(value)),
            View::Big { negative, magnitude } => self.big(negative, magnitude),
            View::Float(value) => self.float(value),
            View::Atom(atom) => self.atom(atom),
            View::Nil => self.byte(tag::NIL),
            View::Cell(..) => self.list(term),
            View::Tuple(elements) => {
                match u8::try_from(elements.len()) {
                    Ok(arity) => self.bytes(&[tag::SMALL_TUPLE, arity])?,
                    Err(_) => {
                        self.byte(tag::LARGE_TUPLE)?;
                        self.word(elements.len() as u32)?;
                    }
                }
                self.push(Todo::Terms(elements.0))
            }
            View::Map(Map::Flat { keys, values, .. }) => {
                self.byte(tag::MAP)?;
                self.word(keys.len() as u32)?;
                self.push(Todo::Pairs(keys.0, values.0))
            }
            View::Map(Map::Hash { size, root }) => {
                self.byte(tag::MAP)?;
                self.word(size as u32)?;
                if self.options.deterministic { self.sorted(root) } else { self.node(root) }
            }
            View::Bits(bits) | View::Context(bits) => {
                let length = bits.size.div_ceil(8) as u32;
                if bits.is_binary() {
                    self.byte(tag::BINARY)?;
                    self.word(length)?;
                } else {
                    self.byte(tag::BIT_BINARY)?;
                    self.word(length)?;
                    self.byte((bits.size % 8) as u8)?;
                }
                match bits.as_bytes() {
                    Some(bytes) => self.bytes(bytes),
                    None => bits.iter().try_for_each(|byte| self.byte(byte)),
                }
            }
            View::Fun { entry, creator, free } => {
                let Some(&lambda) = self.code.lambdas.get(entry as usize) else { return self.byte(tag::NIL) };
                self.byte(tag::NEW_FUN)?;
                let at = self.length;
                self.word(0)?;
                self.byte(lambda.arity)?;
                self.bytes(&self.code.checksum_bytes(lambda.checksum))?;
                self.word(lambda.index)?;
                self.word(free.len() as u32)?;
                self.atom(lambda.module)?;
                self.integer(i64::from(lambda.index))?;
                self.integer(i64::from(lambda.old_unique))?;
                self.term(creator)?;
                self.push(Todo::FunSize(at))?;
                self.push(Todo::Terms(free.0))
            }
            View::ExportFun(export) => {
                let Some(&export) = self.code.exports.get(export as usize) else { return self.byte(tag::NIL) };
                self.byte(tag::EXPORT)?;
                self.atom(export.module)?;
                self.atom(export.function)?;
                self.integer(i64::from(export.arity))
            }
            View::Pid(number) => self.pid(atoms::NONODE_AT_NOHOST, number, 0, 0),
            View::Port(number) => self.port(atoms::NONODE_AT_NOHOST, number, 0),
            View::Reference(words) => self.reference(atoms::NONODE_AT_NOHOST, 0, &words),
            View::External(&[kind, node, creation, _, ref numbers @ ..]) => {
                let node = Term(node).as_atom().unwrap_or(atoms::NONODE_AT_NOHOST);
                match numbers {
                    &[number, serial] if kind == External::Pid as u32 => self.pid(node, number, serial, creation),
                    &[low, high] if kind == External::Port as u32 => {
                        self.port(node, u64::from(high) << 32 | u64::from(low), creation)
                    }
                    numbers => self.reference(node, creation, numbers),
                }
            }
            View::External(_) | View::HashNode(..) | View::Invalid => self.byte(tag::NIL),
        }
    }

    /// A list: as a string when it is of bytes, else its head, and the elements are to come.
    fn list(&mut self, list: Term) -> Result<(), NoMemory> {
        let mut cells = self.store.list(list);
        let (mut count, mut text) = (0_usize, true);
        for element in cells.by_ref() {
            count += 1;
            text &= element.as_small().is_some_and(|value| (0..=255).contains(&value));
        }
        if text && count <= MAX_STRING && cells.is_proper() {
            self.byte(tag::STRING)?;
            self.bytes(&(count as u16).to_be_bytes())?;
            return self
                .store
                .list(list)
                .try_for_each(|element| self.byte(element.as_small().unwrap_or_default() as u8));
        }
        self.byte(tag::LIST)?;
        self.word(count as u32)?;
        self.push(Todo::List(list))
    }

    /// A node of a larger map, or one of its leaves: a cell of key and value.
    fn node(&mut self, node: Term) -> Result<(), NoMemory> {
        if let Some((key, value)) = self.store.cell(node) {
            self.push(Todo::Term(value))?;
            return self.term(key);
        }
        match self.store.view(node) {
            View::HashNode(_, entries) => self.push(Todo::Nodes(entries.0)),
            View::Tuple(entries) => self.push(Todo::Nodes(entries.0)),
            _ => Ok(()),
        }
    }

    /// The pairs of a larger map, in the order of their keys.
    fn sorted(&mut self, root: Term) -> Result<(), NoMemory> {
        let mut leaves: Vec<(Term, Term)> = Vec::new();
        let mut nodes = Vec::new();
        let result = self.sort_into(root, &mut leaves, &mut nodes);
        self.budget.drop_vector(leaves);
        self.budget.drop_vector(nodes);
        result
    }

    fn sort_into(&mut self, root: Term, leaves: &mut Vec<(Term, Term)>, nodes: &mut Vec<Term>) -> Result<(), NoMemory> {
        self.budget.reserve(nodes, 1)?;
        nodes.push(root);
        while let Some(node) = nodes.pop() {
            if let Some(leaf) = self.store.cell(node) {
                self.budget.reserve(leaves, 1)?;
                leaves.push(leaf);
            } else if let View::HashNode(_, entries) | View::Tuple(entries) = self.store.view(node) {
                self.budget.reserve(nodes, entries.len())?;
                nodes.extend(entries.iter());
            }
        }
        compare::sort(leaves, |a, b| Ok(compare_exact(self.store, a.0, b.0)?.is_lt()))?;
        for &(key, value) in leaves.iter().rev() {
            self.push(Todo::Term(value))?;
            self.push(Todo::Term(key))?;
        }
        Ok(())
    }

    fn atom(&mut self, atom: Atom) -> Result<(), NoMemory> {
        let store = self.store;
        let name = store.atoms().name(atom);
        if self.options.minor_version < 2 && name.chars().all(|character| character <= '\u{ff}') {
            self.byte(tag::ATOM)?;
            self.bytes(&(name.chars().count() as u16).to_be_bytes())?;
            return name.chars().try_for_each(|character| self.byte(character as u8));
        }
        match u8::try_from(name.len()) {
            Ok(length) => self.bytes(&[tag::SMALL_ATOM_UTF8, length])?,
            Err(_) => {
                self.byte(tag::ATOM_UTF8)?;
                self.bytes(&(name.len() as u16).to_be_bytes())?;
            }
        }
        self.bytes(name.as_bytes())
    }

    fn integer(&mut self, value: i64) -> Result<(), NoMemory> {
        if let Ok(byte) = u8::try_from(value) {
            return self.bytes(&[tag::SMALL_INTEGER, byte]);
        }
        if let Ok(word) = i32::try_from(value) {
            self.byte(tag::INTEGER)?;
            return self.word(word as u32);
        }
        let magnitude = value.unsigned_abs();
        self.magnitude(value < 0, &[magnitude as u32, (magnitude >> 32) as u32])
    }

    fn big(&mut self, negative: bool, magnitude: &[u32]) -> Result<(), NoMemory> {
        if let &[word] = magnitude {
            let value = i64::from(word);
            return self.integer(if negative { -value } else { value });
        }
        self.magnitude(negative, magnitude)
    }

    fn magnitude(&mut self, negative: bool, words: &[u32]) -> Result<(), NoMemory> {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let length = bytes.clone().enumerate().fold(0, |length, (at, byte)| if byte == 0 { length } else { at + 1 });
        match u8::try_from(length) {
            Ok(length) => self.bytes(&[tag::SMALL_BIG, length])?,
            Err(_) => {
                self.byte(tag::LARGE_BIG)?;
                self.word(length as u32)?;
            }
        }
        self.byte(u8::from(negative))?;
        bytes.take(length).try_for_each(|byte| self.byte(byte))
    }

    fn float(&mut self, value: f64) -> Result<(), NoMemory> {
        if self.options.minor_version > 0 {
            self.byte(tag::NEW_FLOAT)?;
            return self.bytes(&value.to_bits().to_be_bytes());
        }
        self.byte(tag::FLOAT)?;
        let end = self.length + 31;
        // As `%.20e` of C: at least two digits of the exponent, and its sign.
        let text = alloc::format!("{value:.20e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent.strip_prefix('-').map_or((b'+', exponent), |digits| (b'-', digits));
        self.bytes(mantissa.as_bytes())?;
        self.bytes(&[b'e', sign])?;
        if digits.len() < 2 {
            self.byte(b'0')?;
        }
        self.bytes(digits.as_bytes())?;
        (self.length..end).try_for_each(|_| self.byte(0))
    }

    fn pid(&mut self, node: Atom, number: u32, serial: u32, creation: u32) -> Result<(), NoMemory> {
        self.byte(tag::NEW_PID)?;
        self.atom(node)?;
        self.word(number)?;
        self.word(serial)?;
        self.word(creation)
    }

    fn port(&mut self, node: Atom, number: u64, creation: u32) -> Result<(), NoMemory> {
        if number < SMALL_PORT_LIMIT {
            self.byte(tag::NEW_PORT)?;
            self.atom(node)?;
            self.word(number as u32)?;
        } else {
            self.byte(tag::V4_PORT)?;
            self.atom(node)?;
            self.bytes(&number.to_be_bytes())?;
        }
        self.word(creation)
    }

    fn reference(&mut self, node: Atom, creation: u32, words: &[u32]) -> Result<(), NoMemory> {
        self.byte(tag::NEWER_REFERENCE)?;
        self.bytes(&(words.len() as u16).to_be_bytes())?;
        self.atom(node)?;
        self.word(creation)?;
        words.iter().try_for_each(|&word| self.word(word))
    }
}
