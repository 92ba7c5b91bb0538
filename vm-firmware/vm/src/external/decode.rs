//! Bytes to terms.

use alloc::boxed::Box;
use alloc::vec::Vec;

use emberl_format::etf::token::{Pid, Token, read};
use emberl_format::etf::{VERSION, tag};
use emberl_format::reader::Reader;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::atoms::{self, Atom};
use crate::binaries::HEAP_BINARY_LIMIT;
use crate::code::Lambda;
use crate::copy::{mark, roll_back};
use crate::heap::{External, Heap};
use crate::maps;
use crate::memory::{Budget, NoMemory};
use crate::raise::Raise;
use crate::shared::Shared;
use crate::term::{Kind, MAX_SIZE, Term};

/// How to read a term: the options of `binary_to_term/2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Makes no atom, and no fun of a function that nobody has mentioned.
    pub safe: bool,
    /// It is a literal of a module: its atoms are not counted as those that programs make.
    pub literal: bool,
}

/// Why there is no term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are not a term.
    Bad,
    /// There is no memory for it.
    NoMemory,
    /// It has an atom for which there is no room.
    Full,
}

impl From<NoMemory> for Failure {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<emberl_format::error::Error> for Failure {
    fn from(_: emberl_format::error::Error) -> Self {
        Self::Bad
    }
}

impl From<Failure> for crate::raise::Raise {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Bad => Self::BADARG,
            Failure::NoMemory => Self::NoMemory,
            Failure::Full => Self::SYSTEM_LIMIT,
        }
    }
}

/// What terms are made in: the heap, and the tables.
pub struct Target<'a> {
    /// The heap of a process, or one that is dropped later. Not the literal area: terms for it are made in another heap
    /// and go there by [`to_literals`](crate::copy::to_literals).
    pub heap: &'a mut Heap,
    /// The tables.
    pub shared: &'a mut Shared,
}

/// The most that deflate can make of one byte.
const MAX_RATIO: usize = 1032;
/// What the state of inflating takes, roughly.
const INFLATE_STATE: usize = 12 << 10;
/// The first word of a reference of this node is smaller (OTP: `MAX_REFERENCE`).
const REFERENCE_LIMIT: u32 = 1 << 18;
/// Numbers of pids and of ports of this node are smaller, in a term.
const PID_LIMIT: u32 = 1 << 28;

/// Reads a term with its version byte from the beginning of the bytes. Gives it, and how many bytes it took.
///
/// # Errors
/// When the bytes are no term, or there is no memory. The heap is then as it was; atoms may be new.
pub fn decode(target: Target<'_>, bytes: &[u8], options: DecodeOptions) -> Result<(Term, usize), Failure> {
    let (&version, rest) = bytes.split_first().ok_or(Failure::Bad)?;
    if version != VERSION {
        return Err(Failure::Bad);
    }
    let budget = target.shared.budget.clone();
    match rest.split_first() {
        Some((&tag::COMPRESSED, rest)) => {
            let mut plain = Vec::new();
            let result = inflate(rest, &mut plain, &budget).and_then(|used| {
                let (term, _) = decode_plain(target, &plain, options)?;
                Ok((term, used + 2))
            });
            budget.drop_vector(plain);
            result
        }
        Some((&tag::LOCAL, rest)) => {
            let plain = rest.strip_prefix(&super::LOCAL_MARK).ok_or(Failure::Bad)?;
            let (term, used) = decode_plain(target, plain, options)?;
            Ok((term, used + 2 + super::LOCAL_MARK.len()))
        }
        _ => {
            let (term, used) = decode_plain(target, rest, options)?;
            Ok((term, used + 1))
        }
    }
}

/// Reads a term without a version byte, as literals stand in modules.
///
/// # Errors
/// As [`decode`].
pub fn decode_plain(target: Target<'_>, bytes: &[u8], options: DecodeOptions) -> Result<(Term, usize), Failure> {
    let mark = mark(target.heap);
    let mut decoder = Decoder { target, options, frames: Vec::new(), values: Vec::new() };
    let result = decoder.run(bytes);
    let Decoder { target, frames, values, .. } = decoder;
    target.shared.budget.drop_vector(frames);
    target.shared.budget.drop_vector(values);
    if result.is_err() {
        roll_back(target.heap, mark, &mut target.shared.binaries);
    }
    result
}

/// Inflates what follows the tag of a compressed term; gives how many bytes of it were used.
fn inflate(bytes: &[u8], output: &mut Vec<u8>, budget: &Budget) -> Result<usize, Failure> {
    let (size, input) = bytes.split_first_chunk::<4>().ok_or(Failure::Bad)?;
    let size = u32::from_be_bytes(*size) as usize;
    if size > input.len().saturating_mul(MAX_RATIO) {
        return Err(Failure::Bad);
    }
    budget.probe(INFLATE_STATE)?;
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_COMPUTE_ADLER32
        | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (mut used, mut written) = (0, 0);
    // The size that is told is not taken from the machine before the data fills it.
    let mut room = size.min(input.len().saturating_mul(4));
    loop {
        budget.reserve(output, room - output.len())?;
        output.resize(room, 0);
        let (status, read, made) =
            decompress(&mut state, input.get(used..).unwrap_or_default(), output, written, flags);
        used += read;
        written += made;
        match status {
            TINFLStatus::Done => break,
            TINFLStatus::HasMoreOutput if room < size => room = size.min(room.saturating_mul(2).max(64)),
            _ => return Err(Failure::Bad),
        }
    }
    if written != size {
        return Err(Failure::Bad);
    }
    output.truncate(written);
    Ok(used + 4)
}

/// Something that is not complete: where its next part goes, and how many parts are still to come.
enum Frame {
    /// To words one after another.
    Run { next: usize, left: usize },
    /// To the heads of list cells, and at last to the tail of the last one.
    List { next: usize, left: usize },
    /// To the values, until they are all the keys and values of a map.
    Map { start: usize, left: usize },
}

struct Decoder<'a> {
    target: Target<'a>,
    options: DecodeOptions,
    /// What is not complete, the innermost last, each with its term.
    frames: Vec<(Frame, Term)>,
    /// Keys and values of maps that are not complete.
    values: Vec<Term>,
}

impl Decoder<'_> {
    fn run(&mut self, bytes: &[u8]) -> Result<(Term, usize), Failure> {
        let mut reader = Reader::new(bytes);
        // Terms that must still come. Each takes a byte at least; so the memory that is taken for them, over all levels,
        // is bounded by the input.
        let mut due = 1_usize;
        loop {
            let token = read(&mut reader)?;
            due = (due - 1).saturating_add(token.parts());
            if due > reader.remaining() {
                return Err(Failure::Bad);
            }
            let mut complete = self.token(token)?;
            while let Some(term) = complete {
                let Some((frame, whole)) = self.frames.last_mut() else {
                    return Ok((term, bytes.len() - reader.remaining()));
                };
                let whole = *whole;
                complete = None;
                let left = match frame {
                    Frame::Run { next, left } => {
                        self.target.heap.words.set(*next, term.0);
                        *next += 1;
                        left
                    }
                    Frame::List { next, left } => {
                        self.target.heap.words.set(*next, term.0);
                        // The last part is the tail.
                        *next += if *left == 2 { 1 } else { 2 };
                        left
                    }
                    Frame::Map { left, .. } => {
                        self.target.shared.budget.reserve(&mut self.values, 1)?;
                        self.values.push(term);
                        left
                    }
                };
                *left -= 1;
                if *left == 0 {
                    complete = match self.frames.pop() {
                        Some((Frame::Map { start, .. }, _)) => Some(self.map(start)?),
                        _ => Some(whole),
                    };
                }
            }
        }
    }

    /// A map of the values from `start` on.
    fn map(&mut self, start: usize) -> Result<Term, Failure> {
        let pairs = self.values.get(start..).unwrap_or_default();
        let map = map_from_pairs(self.target.heap, self.target.shared, pairs)?;
        self.values.truncate(start);
        Ok(map)
    }

    fn frame(&mut self, frame: Frame, term: Term) -> Result<Option<Term>, Failure> {
        self.target.shared.budget.reserve(&mut self.frames, 1)?;
        self.frames.push((frame, term));
        Ok(None)
    }

    /// Makes the term of a token: `None` when its parts are to come.
    fn token(&mut self, token: Token<'_>) -> Result<Option<Term>, Failure> {
        let area = self.target.heap.area;
        Ok(Some(match token {
            Token::Atom(name) => Term::atom(self.atom(&name)?),
            Token::Integer(value) => self.target.heap.integer(value)?,
            Token::Big { negative, magnitude } => self.big(negative, magnitude)?,
            Token::Float(value) => self.target.heap.float(value)?,
            Token::Bitstring { bytes, last } => self.bitstring(bytes, last)?,
            Token::Nil => Term::NIL,
            Token::String(bytes) => {
                self.target.heap.list_with(bytes.iter().map(|&byte| Term::tiny(i32::from(byte))), Term::NIL)?
            }
            Token::List(0) => return Ok(None), // What follows is not its tail but it itself.
            Token::List(count) => {
                let first = self.target.heap.words.len();
                let heap = &mut self.target.heap;
                heap.reserve(count.checked_mul(2).ok_or(Failure::NoMemory)?)?;
                for cell in 0..count {
                    heap.cons_reserved(Term::NIL, Term::list(first + 2 * cell + 2, area));
                }
                return self.frame(Frame::List { next: first, left: count + 1 }, Term::list(first, area));
            }
            Token::Tuple(count) => {
                if count > MAX_SIZE {
                    return Err(Failure::Bad);
                }
                let term = self.target.heap.blank(Kind::Tuple, count)?;
                if count > 0 {
                    return self.frame(Frame::Run { next: term.index() + 1, left: count }, term);
                }
                term
            }
            Token::Map(0) => self.map(self.values.len())?,
            Token::Map(count) => {
                let frame = Frame::Map { start: self.values.len(), left: count.saturating_mul(2) };
                return self.frame(frame, Term::NIL);
            }
            Token::Pid(pid) => self.pid(&pid)?,
            Token::Port { node, id, creation } => {
                let (low, high) = (id as u32, (id >> 32) as u32);
                let node = self.atom(&node)?;
                if is_here(node, creation) {
                    if id >= 1 << 60 {
                        return Err(Failure::Bad);
                    }
                    self.target.heap.boxed(Kind::Port, &[low, high])?
                } else {
                    self.external(External::Port, node, creation, &[low, high])?
                }
            }
            Token::Reference { node, creation, words } => self.reference(&node, creation, words)?,
            Token::Export { module, function, arity } => {
                let (module, function) = (self.atom(&module)?, self.atom(&function)?);
                let code = &mut self.target.shared.code;
                let export = match code.find_export(module, function, arity) {
                    Some(export) => export,
                    None if self.options.safe => return Err(Failure::Bad),
                    None => code.export(&self.target.shared.atoms, module, function, arity)?,
                };
                self.target.heap.boxed(Kind::ExportFun, &[export])?
            }
            Token::Fun { arity, uniq, index, module, old_uniq, creator, free, .. } => {
                let module = self.atom(&module)?;
                let creator = self.pid(&creator)?;
                let count = u8::try_from(free).map_err(|_| Failure::Bad)?;
                let checksum = self.target.shared.code.checksum(uniq)?;
                let entry = self.lambda(Lambda {
                    module,
                    function: atoms::UNDEFINED,
                    arity,
                    free: count,
                    index,
                    old_unique: old_uniq as u32,
                    checksum,
                    address: 0,
                })?;
                let term = self.target.heap.blank(Kind::Fun, 2 + free)?;
                if let [at_entry, at_creator, ..] = self.target.heap.words_of(term) {
                    *at_entry = entry;
                    *at_creator = creator.0;
                }
                if free > 0 {
                    return self.frame(Frame::Run { next: term.index() + 3, left: free }, term);
                }
                term
            }
            // OTP has not read these since release 23.
            Token::OldFun { .. } => return Err(Failure::Bad),
        }))
    }

    fn atom(&mut self, name: &str) -> Result<Atom, Failure> {
        if self.options.safe {
            return self.target.shared.atoms.find(name).ok_or(Failure::Bad);
        }
        let atoms = &mut self.target.shared.atoms;
        if self.options.literal {
            return Ok(atoms.intern(name)?);
        }
        atoms.make(name).map_err(|raise| if raise == Raise::NoMemory { Failure::NoMemory } else { Failure::Full })
    }

    fn big(&mut self, negative: bool, magnitude: &[u8]) -> Result<Term, Failure> {
        let kind = if negative { Kind::NegativeInteger } else { Kind::PositiveInteger };
        let term = self.target.heap.blank(kind, magnitude.len().div_ceil(4))?;
        for (word, chunk) in self.target.heap.words_of(term).iter_mut().zip(magnitude.chunks(4)) {
            *word = chunk.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        Ok(term)
    }

    fn bitstring(&mut self, bytes: &[u8], last: u8) -> Result<Term, Failure> {
        let Target { heap, shared } = &mut self.target;
        let Shared { binaries, budget, .. } = &mut **shared;
        let whole = if bytes.len() <= HEAP_BINARY_LIMIT || heap.area != 0 {
            heap.heap_binary(bytes)?
        } else {
            budget.probe(bytes.len())?;
            let mut copy = Vec::new();
            copy.try_reserve_exact(bytes.len()).map_err(|_| NoMemory)?;
            copy.extend_from_slice(bytes);
            heap.binary(binaries, copy)?
        };
        if last == 8 || last == 0 {
            return Ok(whole);
        }
        let bits = (bytes.len() * 8 - 8 + usize::from(last)) as u32;
        Ok(heap.sub_binary(whole, 0, bits)?)
    }

    fn external(&mut self, what: External, node: Atom, creation: u32, numbers: &[u32]) -> Result<Term, Failure> {
        let term = self.target.heap.blank(Kind::External, 4 + numbers.len())?;
        if let [kind, name, at, count, rest @ ..] = self.target.heap.words_of(term) {
            *kind = what as u32;
            *name = Term::atom(node).0;
            *at = creation;
            *count = numbers.len() as u32;
            rest.copy_from_slice(numbers);
        }
        Ok(term)
    }

    fn pid(&mut self, pid: &Pid<'_>) -> Result<Term, Failure> {
        let node = self.atom(&pid.node)?;
        if is_here(node, pid.creation) {
            if pid.id >= PID_LIMIT {
                return Err(Failure::Bad);
            }
            if pid.serial == 0 {
                return Ok(Term::pid(pid.id));
            }
        }
        self.external(External::Pid, node, pid.creation, &[pid.id, pid.serial])
    }

    fn reference(&mut self, node: &str, creation: u32, words: &[u8]) -> Result<Term, Failure> {
        let node = self.atom(node)?;
        let mut numbers = [0; emberl_format::etf::MAX_REFERENCE_WORDS];
        let mut count = 0;
        for (number, word) in numbers.iter_mut().zip(words.chunks_exact(4)) {
            *number = word.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
            count += 1;
        }
        if count == 0 {
            return Err(Failure::Bad);
        }
        match numbers {
            [first, second, third, ..] if is_here(node, creation) => {
                if count > 3 || first >= REFERENCE_LIMIT {
                    return Err(Failure::Bad);
                }
                Ok(self.target.heap.boxed(Kind::Reference, &[first, second, third])?)
            }
            _ => self.external(External::Reference, node, creation, numbers.get(..count).unwrap_or_default()),
        }
    }

    /// The entry of a lambda: the loaded module's, or one without code, which the module may get later. An entry of
    /// another number of arguments or free variables is another function, whatever the module calls it.
    fn lambda(&mut self, wanted: Lambda) -> Result<u32, Failure> {
        let Shared { code, budget, .. } = &mut *self.target.shared;
        if let Some(entry) = code.lambdas.iter().position(|lambda| lambda.is(&wanted)) {
            return Ok(entry as u32);
        }
        budget.reserve(&mut code.lambdas, 1)?;
        code.lambdas.push(wanted);
        Ok(code.lambdas.len() as u32 - 1)
    }
}

/// Whether a pid, port or reference of that node and creation is of this node.
fn is_here(node: Atom, creation: u32) -> bool {
    node == atoms::NONODE_AT_NOHOST && creation == 0
}

/// A map of keys and values, alternating; [`Failure::Bad`] when a key is there twice.
fn map_from_pairs(heap: &mut Heap, shared: &Shared, words: &[Term]) -> Result<Term, Failure> {
    let mut pairs: Vec<(Term, Term)> = Vec::new();
    shared.budget.reserve(&mut pairs, words.len() / 2)?;
    pairs.extend(words.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
    let count = pairs.len();
    let map = maps::from_pairs(heap, shared, &pairs);
    shared.budget.drop_vector(pairs);
    let map = map?;
    // Fewer: a key came twice.
    if maps::size(shared.store(heap), map) == Some(count) { Ok(map) } else { Err(Failure::Bad) }
}
