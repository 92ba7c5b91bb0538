//! The first step of loading: a checked module becomes position-independent words and tables. Pure: it knows nothing of
//! the VM that will run them.
//!
//! An instruction is a word of its number (8 bits) and its length in words, then its operands, a word each: a register or
//! a constant as a [`Term`], a plain number, or the distance to a label. Distances count from the word after the
//! first, so that 0 (which is no instruction) can stand for "no label". A list is its length and its elements. That is the
//! *plain* form; most instructions of a program have one of fewer words, see `packed.rs`.
//! What only the VM knows (numbers of atoms, exports, ...) is left open, with a [`Relocation`].

pub(super) mod bit_syntax;
#[cfg(test)]
mod bit_syntax_tests;

use alloc::vec::Vec;

use emberl_format::code::{Decoded, Instruction};
use emberl_format::compact::Operand;
use emberl_format::module::Module;
use emberl_format::opcode::{Kind, Op};

use crate::interp::op;
use crate::load::packed::Packing;
use crate::memory::NoMemory;
use crate::term::Term;

/// What a word must be replaced by when the module meets a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// The atom of that index in the module's table, as a term.
    Atom(u32),
    /// The literal of that index.
    Literal(u32),
    /// The integer of that index in [`Translated::integers`].
    Integer(u32),
    /// In the first word of a call, the export of that index in the import table, or the native function that it is.
    Call(u32),
    /// The export of that index in the import table.
    Import(u32),
    /// The native function of that index in the import table.
    Bif(u32),
    /// The lambda of that index.
    Lambda(u32),
    /// A distance into the string table: where that begins is added.
    String,
}

/// A word to be replaced.
#[derive(Clone, Copy, Debug)]
pub struct Relocation {
    /// Which word.
    pub at: u32,
    /// By what.
    pub by: Reference,
}

/// A translated module.
#[derive(Debug, Default)]
pub struct Translated {
    /// The code.
    pub words: Vec<u32>,
    /// The words that are still open.
    pub relocations: Vec<Relocation>,
    /// Integers too large to stand in the code: big-endian two's complement.
    pub integers: Vec<Vec<u8>>,
    /// By label: the word it stands at.
    pub labels: Vec<u32>,
    /// By function, as the code has them: the word of its `func_info`.
    pub functions: Vec<u32>,
    /// Words from which on a line of the source holds, and the index of that line in the line table; in order.
    pub lines: Vec<(u32, u32)>,
    /// The instructions whose values are to be sorted by their words.
    pub sorted: Vec<u32>,
    /// The entry of the function with `on_load`, if there is one: its word.
    pub on_load: Option<u32>,
}

/// Why a translation stops.
pub(super) enum Stop {
    /// There is no memory.
    NoMemory,
    /// A label is too far away for a packed form.
    TooFar,
}

impl From<NoMemory> for Stop {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

/// Most words of a module.
const MOST_WORDS: usize = (1 << 24) - 1;

/// Translates a module that the checker has passed.
///
/// # Errors
/// When there is no memory.
pub fn translate(module: &Module<'_>, code: &Decoded<'_>) -> Result<Translated, NoMemory> {
    // A function of more than 32,768 words is rare enough to translate its module twice.
    match Translator::run(module, code, false).or_else(|stop| match stop {
        Stop::TooFar => Translator::run(module, code, true),
        Stop::NoMemory => Err(stop),
    }) {
        Ok(translated) => Ok(translated),
        Err(Stop::NoMemory | Stop::TooFar) => Err(NoMemory),
    }
}

/// Where in an instruction the distance to a label goes.
#[derive(Clone, Copy)]
pub(super) enum Distance {
    /// A word of its own.
    Word,
    /// The high 16 bits of the first word.
    High16,
    /// The high 24 bits of the first word.
    High24,
}

/// A word that must get the distance to a label, now that it is not known.
struct Fixup {
    at: u32,
    /// The first word of its instruction.
    start: u32,
    label: u32,
    form: Distance,
}

pub(super) struct Translator<'m, 'a> {
    pub(super) module: &'m Module<'a>,
    pub(super) code: &'m Decoded<'a>,
    out: Translated,
    fixups: Vec<Fixup>,
    /// The first word of the instruction at hand.
    pub(super) start: usize,
    /// No distance to a label stands in a part of a word.
    pub(super) far: bool,
    /// The instruction before, when it takes more commands that match.
    steps: Option<bit_syntax::Steps>,
}

impl<'m, 'a> Translator<'m, 'a> {
    fn run(module: &'m Module<'a>, code: &'m Decoded<'a>, far: bool) -> Result<Translated, Stop> {
        let mut translator =
            Self { module, code, out: Translated::default(), fixups: Vec::new(), start: 0, far, steps: None };
        let labels = module.code.label_count as usize;
        translator.out.labels.try_reserve_exact(labels).map_err(|_| NoMemory)?;
        translator.out.labels.resize(labels, 0);
        let mut rest = code.instructions();
        while let Some((first, after)) = rest.split_first() {
            if translator.match_step(first)? {
                rest = after;
                continue;
            }
            rest = match translator.pack(rest)? {
                Packing::Done(taken) => rest.get(taken..).unwrap_or_default(),
                Packing::Plain => {
                    translator.instruction(first)?;
                    after
                }
            };
        }
        translator.resolve()?;
        Ok(translator.out)
    }
}

impl Translator<'_, '_> {
    pub(super) fn here(&self) -> u32 {
        self.out.words.len() as u32
    }

    pub(super) fn push(&mut self, word: u32) -> Result<(), NoMemory> {
        // The length of an instruction has 24 bits.
        if self.out.words.len() >= MOST_WORDS {
            return Err(NoMemory);
        }
        if self.out.words.len() == self.out.words.capacity() {
            // Not as much again: on a device that may be all that is left.
            self.out.words.try_reserve_exact(self.out.words.len() / 4 + 64).map_err(|_| NoMemory)?;
        }
        self.out.words.push(word);
        Ok(())
    }

    pub(super) fn relocate(&mut self, by: Reference, word: u32) -> Result<(), NoMemory> {
        let at = self.here();
        self.out.relocations.try_reserve(1).map_err(|_| NoMemory)?;
        self.out.relocations.push(Relocation { at, by });
        self.push(word)
    }

    pub(super) fn begin(&mut self, number: u32) -> Result<(), NoMemory> {
        self.start = self.out.words.len();
        self.push(number)
    }

    /// Enters the length of the instruction into its first word.
    fn end(&mut self) {
        let length = (self.out.words.len() - self.start) as u32;
        if let Some(word) = self.out.words.get_mut(self.start) {
            *word |= length << 8;
        }
    }

    fn instruction(&mut self, instruction: &Instruction) -> Result<(), NoMemory> {
        let operand = |number| self.code.operand(instruction, number);
        match instruction.op {
            Op::Label => {
                let here = self.here();
                if let Operand::Unsigned(label) = operand(0)
                    && let Some(place) = self.out.labels.get_mut(label as usize)
                {
                    *place = here;
                }
                return Ok(());
            }
            Op::Line | Op::ExecutableLine | Op::DebugLine => {
                // A debug_line names its line second.
                let which = usize::from(instruction.op == Op::DebugLine);
                if let Operand::Unsigned(line) = operand(which) {
                    let here = self.here();
                    self.out.lines.try_reserve(1).map_err(|_| NoMemory)?;
                    match self.out.lines.last_mut() {
                        Some(last) if last.0 == here => last.1 = line as u32,
                        _ => self.out.lines.push((here, line as u32)),
                    }
                }
                return Ok(());
            }
            Op::NifStart | Op::Fclearerror | Op::Fcheckerror | Op::RecvMark | Op::RecvSet => return Ok(()),
            Op::IntCodeEnd => {
                // What runs behind the last function would find it; nothing does.
                self.begin(u32::from(Op::IntCodeEnd.number()))?;
                self.end();
                return Ok(());
            }
            Op::OnLoad => {
                self.out.on_load = self.out.functions.last().copied();
                return Ok(());
            }
            Op::FuncInfo => {
                self.out.functions.try_reserve(1).map_err(|_| NoMemory)?;
                let here = self.here();
                self.out.functions.push(here);
            }
            _ => {}
        }
        let first = match instruction.op {
            Op::Fmove if matches!(operand(0), Operand::FloatRegister(_)) => op::FMOVE_OUT,
            Op::SelectVal if self.is_sortable(operand(2)) => {
                self.out.sorted.try_reserve(1).map_err(|_| NoMemory)?;
                self.out.sorted.push(self.here());
                op::SELECT_SORTED
            }
            other => other.number(),
        };
        self.begin(u32::from(first))?;
        let code = self.code;
        for (&kind, operand) in instruction.op.info().operands.iter().zip(code.operands(instruction)) {
            self.operand(kind, operand)?;
        }
        self.end();
        Ok(())
    }

    fn operand(&mut self, kind: Kind, operand: Operand) -> Result<(), NoMemory> {
        match (kind, operand) {
            (Kind::Import, Operand::Unsigned(index)) => self.relocate(Reference::Import(index as u32), 0),
            (Kind::Bif, Operand::Unsigned(index)) => self.relocate(Reference::Bif(index as u32), 0),
            (Kind::Lambda, Operand::Unsigned(index)) => self.relocate(Reference::Lambda(index as u32), 0),
            (Kind::StringOffset, Operand::Unsigned(offset)) => self.relocate(Reference::String, offset as u32),
            (Kind::FailOrAtom, Operand::Atom(_)) => self.push(0),
            (Kind::FunTag, _) => self.push(0),
            (
                Kind::Arity
                | Kind::Live
                | Kind::FrameSize
                | Kind::Deallocate
                | Kind::Remaining
                | Kind::Unsigned
                | Kind::Element
                | Kind::Unit
                | Kind::Flags
                | Kind::StringSize
                | Kind::HeapNeed,
                Operand::Unsigned(number),
            ) => self.push(u32::try_from(number).unwrap_or(u32::MAX)),
            (Kind::HeapNeed, _) => {
                let need = self.heap_need(operand);
                self.push(need)
            }
            (_, Operand::FloatRegister(number)) => self.push(u32::from(number)),
            (_, Operand::Label(0)) => self.push(0),
            (_, Operand::Label(label)) => self.label(label),
            (Kind::Segments, list) => self.segments(list),
            (_, Operand::List { length, .. }) => {
                self.push(length)?;
                let code = self.code;
                for &element in code.elements(operand) {
                    match element {
                        Operand::Label(0) => self.push(0)?,
                        Operand::Label(label) => self.label(label)?,
                        element => self.term(element)?,
                    }
                }
                Ok(())
            }
            (_, operand) => self.term(operand),
        }
    }

    fn label(&mut self, label: u32) -> Result<(), NoMemory> {
        self.push(0)?;
        self.distance(label, Distance::Word)
    }

    /// The distance to a label goes into the word that was written last.
    pub(super) fn distance(&mut self, label: u32, form: Distance) -> Result<(), NoMemory> {
        self.distance_at(self.here() - 1, label, form)
    }

    /// The distance to a label goes into that word.
    fn distance_at(&mut self, at: u32, label: u32, form: Distance) -> Result<(), NoMemory> {
        self.fixups.try_reserve(1).map_err(|_| NoMemory)?;
        self.fixups.push(Fixup { at, start: self.start as u32, label, form });
        Ok(())
    }

    /// The words of heap that an operand asks for: a number, or kinds and numbers in turn (words, floats of three words
    /// here, funs of three and their variables).
    pub(super) fn heap_need(&self, operand: Operand) -> u32 {
        let need = match operand {
            Operand::Unsigned(need) => need,
            list => self.code.elements(list).chunks(2).fold(0u64, |need, pair| match *pair {
                [Operand::Unsigned(kind), Operand::Unsigned(count)] => {
                    need.saturating_add(count.saturating_mul(if kind == 0 { 1 } else { 3 }))
                }
                _ => need,
            }),
        };
        u32::try_from(need).unwrap_or(u32::MAX)
    }

    /// Whether the values of a `select_val` are many, and all words with which equality is identity.
    fn is_sortable(&self, list: Operand) -> bool {
        let elements = self.code.elements(list);
        elements.len() > 16
            && elements.iter().step_by(2).all(|&value| match value {
                Operand::Atom(_) => true,
                Operand::Integer(value) => Term::small(value).is_some(),
                _ => false,
            })
    }

    pub(super) fn term(&mut self, operand: Operand) -> Result<(), NoMemory> {
        match operand {
            Operand::X(number) | Operand::TypedX(number, _) => self.push(Term::operand(false, u32::from(number)).0),
            Operand::Y(number) | Operand::TypedY(number, _) => self.push(Term::operand(true, u32::from(number)).0),
            Operand::Atom(index) => self.relocate(Reference::Atom(index), 0),
            Operand::Literal(index) => self.relocate(Reference::Literal(index), 0),
            Operand::Integer(value) => self.integer(value, &value.to_be_bytes()),
            Operand::Unsigned(value) => match i64::try_from(value) {
                Ok(value) => self.integer(value, &value.to_be_bytes()),
                Err(_) => {
                    let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
                    self.integer(i64::MAX, &[0, a, b, c, d, e, f, g, h])
                }
            },
            Operand::Character(character) => self.push(Term::tiny(character as i32).0),
            Operand::BigInteger { .. } => {
                let bytes = self.code.big_integer(operand);
                self.integer(i64::MAX, bytes)
            }
            _ => self.push(Term::NIL.0),
        }
    }

    fn integer(&mut self, value: i64, bytes: &[u8]) -> Result<(), NoMemory> {
        if let Some(term) = Term::small(value) {
            return self.push(term.0);
        }
        let mut copy = Vec::new();
        copy.try_reserve_exact(bytes.len()).map_err(|_| NoMemory)?;
        copy.extend_from_slice(bytes);
        self.out.integers.try_reserve(1).map_err(|_| NoMemory)?;
        self.out.integers.push(copy);
        let index = self.out.integers.len() as u32 - 1;
        self.relocate(Reference::Integer(index), 0)
    }

    /// Enters the distances to labels, now that all are known.
    fn resolve(&mut self) -> Result<(), Stop> {
        for &Fixup { at, start, label, form } in &self.fixups {
            let target = self.out.labels.get(label as usize).copied().unwrap_or(0);
            let distance = target.wrapping_sub(start + 1);
            let Some(word) = self.out.words.get_mut(at as usize) else { continue };
            let bits = match form {
                Distance::Word => {
                    *word = distance;
                    continue;
                }
                Distance::High16 => 16,
                Distance::High24 => 24,
            };
            let high = distance << (32 - bits);
            if high as i32 >> (32 - bits) != distance as i32 {
                return Err(Stop::TooFar);
            }
            *word |= high;
        }
        Ok(())
    }
}
