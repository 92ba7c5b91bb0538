//! The disassembler: a module's instructions as the terms that OTP's `beam_disasm:file/1` gives, and as text.
//!
//! The terms are `beam_disasm`'s, instruction by instruction; the tests compare them for every file of an installed
//! OTP. Where its releases differ for the same bytes, [`Dialect`] says whose form is made. What `beam_disasm` would
//! crash on is a placeholder here, so that the rest of a damaged module can be read:
//!
//! - `{invalid, What, Index}`: a literal, atom, import, ... that is not there or cannot be decoded;
//! - `{elided, What, Index}`: bytes that were not copied, since all that were copied out of the tables by one call have
//!   passed [`MAX_COPIED`] (a small file can name a large literal any number of times).

mod instruction;
mod operand;
mod text;
mod types;

use std::ops::Range;

use emberl_format::code::Instruction;
use emberl_format::etf::{self, Term};
use emberl_format::functions::Function;
use emberl_format::opcode::Op;

use crate::unit::Unit;

pub use text::{TextOptions, write_text};

/// Whose `beam_disasm` gives the form of instructions.
///
/// - OTP 25 leaves flags as numbers and `bs_create_bin` as it is in the file, writes `arithfbif` and `raise` where later
///   releases write `bif`, and gives the bounds of every type.
/// - OTP 27 names flags, takes `bs_create_bin` and `bs_match` apart, and gives `call_fun2` a label.
/// - OTP 29 gives `line` a file and a line instead of an index, and keeps the order of what stands before `func_info`,
///   which the others reverse in all functions but the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// OTP 25 (and older).
    Otp25,
    /// OTP 27.
    Otp27,
    /// OTP 29.
    #[default]
    Otp29,
}

/// The most bytes that one call copies out of the tables (literals, strings, file names), which code may name any number
/// of times. All of OTP's and Elixir's modules stay below a tenth of it.
pub const MAX_COPIED: usize = 32 << 20;

/// The instructions of one function of a unit.
#[must_use]
pub fn function(unit: &Unit<'_>, function: &Function, dialect: Dialect) -> Vec<Term> {
    let mut disassembler = Disassembler::new(unit, dialect);
    disassembler.indices(function).filter_map(|index| disassembler.at(index)).collect()
}

/// All functions: the list that `beam_disasm:file/1` has in its `code` field, of
/// `{function, Name, Arity, EntryLabel, Instructions}`.
#[must_use]
pub fn module(unit: &Unit<'_>, dialect: Dialect) -> Term {
    let mut disassembler = Disassembler::new(unit, dialect);
    let mut functions = Vec::with_capacity(unit.functions.list().len());
    for function in unit.functions.list() {
        let instructions = disassembler.indices(function).filter_map(|index| disassembler.at(index)).collect();
        let head = head(unit, function);
        functions.push(Term::Tuple(head.into_iter().chain([Term::list(instructions)]).collect()));
    }
    Term::list(functions)
}

/// `function`, name, arity and entry label.
fn head(unit: &Unit<'_>, function: &Function) -> [Term; 4] {
    let (name, arity) = unit.name_of(function);
    let entry = Term::Integer(i64::from(function.entry));
    [atom("function"), atom(name), Term::Integer(i64::from(arity)), entry]
}

/// What is needed to disassemble one instruction after the other.
#[derive(Debug)]
struct Disassembler<'u, 'a> {
    unit: &'u Unit<'a>,
    dialect: Dialect,
    /// By label: index of the function that a call of it enters plus 1, or 0.
    targets: Vec<u32>,
    /// The base name of the source file, which OTP 29 gives for locations without a file name.
    source: String,
    /// How many bytes may still be copied.
    budget: usize,
}

impl<'u, 'a> Disassembler<'u, 'a> {
    fn new(unit: &'u Unit<'a>, dialect: Dialect) -> Self {
        let source = if dialect == Dialect::Otp29 { source(unit).unwrap_or_default() } else { String::new() };
        Self { unit, dialect, targets: targets(unit), source, budget: MAX_COPIED }
    }

    /// Takes bytes from the budget, if they are there.
    fn spend(&mut self, bytes: usize) -> bool {
        match self.budget.checked_sub(bytes) {
            Some(left) => {
                self.budget = left;
                true
            }
            None => false,
        }
    }

    /// The instructions that OTP gives to a function, by index, in its order.
    fn indices(&self, function: &Function) -> impl Iterator<Item = usize> + use<> {
        let info = function.body.saturating_sub(1);
        let start = self.prefix(info, 0);
        let count = self.unit.code.instructions().len();
        // What stands directly before the next function's `func_info` is the next function's.
        let end = function.instructions.end;
        let end = if end + 1 < count { self.prefix(end, function.body + 1) } else { end };
        let reversed = self.dialect != Dialect::Otp29 && start != 0;
        let before: Range<usize> = start..info;
        let (forward, backward) = if reversed { (0..0, before) } else { (before, 0..0) };
        forward.chain(backward.rev()).chain(info..end)
    }

    /// Where the labels and lines begin that stand directly before an index, but not before `least`.
    fn prefix(&self, index: usize, least: usize) -> usize {
        let before = self.unit.code.instructions().get(least..index).unwrap_or_default();
        let count = before.iter().rev().take_while(|before| matches!(before.op, Op::Label | Op::Line)).count();
        index - count
    }

    fn at(&mut self, index: usize) -> Option<Term> {
        let unit = self.unit;
        unit.code.instructions().get(index).map(|instruction: &Instruction| self.instruction(instruction))
    }
}

/// The functions by the labels that stand directly behind their `func_info`.
fn targets(unit: &Unit<'_>) -> Vec<u32> {
    let mut targets = vec![0; unit.module.code.label_count as usize];
    for (function, index) in unit.functions.list().iter().zip(1..) {
        let body = unit.code.instructions().get(function.body..).unwrap_or_default();
        for instruction in body.iter().take_while(|instruction| instruction.op == Op::Label) {
            let label = operand::number(unit.code.operand(instruction, 0));
            if let Some(place) = usize::try_from(label).ok().and_then(|label| targets.get_mut(label)) {
                *place = index;
            }
        }
    }
    targets
}

/// The last part of the path in the `source` of the `CInf` chunk.
fn source(unit: &Unit<'_>) -> Option<String> {
    let information = etf::decode(unit.module.chunks.get(b"CInf")?.data).ok()?;
    let Term::List { elements, .. } = &information else { return None };
    let path = elements.iter().find_map(|element| match element {
        Term::Tuple(pair) => match pair.as_slice() {
            [Term::Atom(key), Term::List { elements, .. }] if &**key == "source" => Some(elements),
            _ => None,
        },
        _ => None,
    })?;
    let character = |term: &Term| match term {
        Term::Integer(code) => u32::try_from(*code).ok().and_then(char::from_u32),
        _ => None,
    };
    let path: String = path.iter().map(character).collect::<Option<_>>()?;
    Some(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned())
}

fn atom(name: &str) -> Term {
    Term::atom(name)
}

fn tuple<const N: usize>(elements: [Term; N]) -> Term {
    Term::Tuple(elements.into())
}

/// `{Name, Value}`.
fn named(name: &str, value: Term) -> Term {
    tuple([atom(name), value])
}

fn integer(number: u64) -> Term {
    i64::try_from(number).map_or_else(|_| Term::BigInteger(number.into()), Term::Integer)
}

fn invalid(what: &str, index: u64) -> Term {
    tuple([atom("invalid"), atom(what), integer(index)])
}

fn elided(what: &str, index: u64) -> Term {
    tuple([atom("elided"), atom(what), integer(index)])
}
