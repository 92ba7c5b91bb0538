//! Translation of `bs_match` and `bs_create_bin`: their lists become what [`crate::bit_codes`] tells, so that the
//! interpreter compares no atoms and multiplies no units.

use emberl_format::code::{Decoded, Instruction};
use emberl_format::compact::Operand;
use emberl_format::etf;
use emberl_format::module::Module;
use emberl_format::opcode::Op;
use emberl_format::reader::Reader;

use super::{Distance, Reference, Translator};
use crate::bit_codes::{self as codes, NEVER, command, kind};
use crate::bits::read;
use crate::interp::op;
use crate::matching::{LITTLE, NATIVE, SIGNED};
use crate::memory::NoMemory;
use crate::term::Term;

/// What of a checked module's `bs_match` this VM refuses: comparisons that no compiler makes.
pub(in crate::load) fn refuse(code: &Decoded<'_>) -> Option<&'static str> {
    let matches = code.instructions().iter().filter(|instruction| instruction.op == Op::BsMatch);
    for instruction in matches {
        let mut rest = code.elements(code.operand(instruction, 2));
        while let Some((_, after)) = rest.split_first() {
            // The checker knows the commands; by the kinds of their operands alone, a comparison is the only one whose
            // name is followed by the empty list.
            if let [Operand::Atom(_), Operand::Nil, Operand::Unsigned(size), value, ..] = *rest {
                if size > 64 {
                    return Some("bs_match compares more than 64 bits");
                }
                if !matches!(value, Operand::Unsigned(_) | Operand::Integer(_) | Operand::BigInteger { .. }) {
                    return Some("bs_match compares with something else than an integer");
                }
            }
            rest = after;
        }
    }
    None
}

/// The segments of `bs_create_bin` by their names.
const SEGMENTS: [(&str, u8); 9] = [
    ("append", kind::APPEND),
    ("private_append", kind::APPEND),
    ("binary", kind::BINARY),
    ("integer", kind::INTEGER),
    ("float", kind::FLOAT),
    ("utf8", kind::UTF8),
    ("utf16", kind::UTF16),
    ("utf32", kind::UTF32),
    ("string", kind::STRING),
];

/// A size of so many units, in bits.
fn bits(size: u64, unit: u64) -> u32 {
    size.checked_mul(unit).and_then(|bits| u32::try_from(bits).ok()).unwrap_or(NEVER)
}

/// A size operand of `bs_create_bin`, in bits, when it is a constant.
fn constant(size: Operand, unit: u32) -> u32 {
    match size {
        Operand::Integer(size) => u64::try_from(size).map_or(NEVER, |size| bits(size, unit.into())),
        _ => NEVER,
    }
}

/// The flags that a literal, a list of atoms, holds. The compiler leaves annotations among them, which do not matter.
fn literal_flags(term: &[u8]) -> u32 {
    let mut reader = Reader::starting_at(term, 1);
    let (mut flags, mut left) = (0, 1_usize);
    while left > 0 {
        let Ok(token) = etf::token::read(&mut reader) else { break };
        left = (left - 1).saturating_add(token.parts());
        if let etf::token::Token::Atom(name) = token {
            flags |= match &*name {
                "little" => LITTLE,
                "signed" => SIGNED,
                "native" => NATIVE,
                _ => 0,
            };
        }
    }
    flags
}

fn flags(module: &Module<'_>, operand: Operand) -> u32 {
    match operand {
        Operand::Unsigned(flags) => flags as u32 & 0xff,
        Operand::Literal(index) => module.literals.get(index).map_or(0, literal_flags),
        _ => 0,
    }
}

/// The value of a constant that is compared with at most 64 bits; `None` when none of them have it.
fn compared(code: &Decoded<'_>, value: Operand) -> Option<u64> {
    match value {
        Operand::Unsigned(value) => Some(value),
        Operand::Integer(value) => Some(value as u64),
        Operand::BigInteger { .. } => {
            let (high, low) = code.big_integer(value).split_last_chunk::<8>()?;
            high.iter().all(|&byte| byte == 0).then_some(u64::from_be_bytes(*low))
        }
        _ => None,
    }
}

/// Number and operand of the command that tests for whole units.
fn unit_test(unit: u32) -> (u8, u32) {
    let unit = unit.max(1);
    if unit.is_power_of_two() { (command::AT_LEAST, unit - 1) } else { (command::AT_LEAST_OF, unit) }
}

/// An instruction in translated code that takes more commands.
#[derive(Debug)]
pub(super) struct Steps {
    /// The register of its context.
    context: Term,
    /// Its label, when one of its commands can fail.
    fail: Option<u32>,
    /// Whether it is a `bs_match`, which fails as a whole.
    whole: bool,
}

/// What an instruction is as commands.
enum Step {
    /// Those of `bs_match`: the list.
    Commands(Operand),
    /// An integer: size in bits, flags, destination.
    Integer(u32, u32, Operand),
    /// One command: words, and a term behind them.
    Words([Option<u32>; 4], Option<Operand>),
}

impl Translator<'_, '_> {
    /// Translates an instruction that matches without moving anything else, if it is one; several become one where they
    /// can. `false`: it is another one.
    pub(super) fn match_step(&mut self, instruction: &Instruction) -> Result<bool, NoMemory> {
        let before = self.steps.take();
        let code = self.code;
        let operand = |number| code.operand(instruction, number);
        // Label, context; others have no label.
        let (fail, context) = match instruction.op {
            Op::BsMatch
            | Op::BsGetInteger2
            | Op::BsGetBinary2
            | Op::BsSkipBits2
            | Op::BsTestTail2
            | Op::BsTestUnit
            | Op::BsMatchString => (Some(operand(0)), operand(1)),
            Op::BsGetPosition | Op::BsSetPosition | Op::BsGetTail => (None, operand(0)),
            _ => return Ok(false),
        };
        let fail = match fail {
            Some(Operand::Label(label)) => Some(label),
            Some(_) => Some(0),
            None => None,
        };
        let context = match (context.x(), context.y()) {
            (Some(number), _) => Term::operand(false, u32::from(number)),
            (None, Some(number)) => Term::operand(true, u32::from(number)),
            (None, None) => return Ok(false),
        };
        let Some(step) = self.step(instruction) else { return Ok(false) };
        let whole = matches!(step, Step::Commands(_));
        let joins = before.as_ref().is_some_and(|before| {
            before.context == context
                && match (before.fail, fail) {
                    // What begins as one thing must fail as one.
                    (Some(_), Some(_)) if whole || before.whole => false,
                    (Some(before), Some(fail)) => before == fail,
                    _ => true,
                }
        });
        let mut steps = match before {
            Some(before) if joins => before,
            _ => {
                self.begin(0)?;
                self.push(0)?;
                self.push(context.0)?;
                Steps { context, fail: None, whole: false }
            }
        };
        if let (None, Some(fail)) = (steps.fail, fail) {
            steps.fail = Some(fail);
            if fail != 0 {
                self.distance_at(self.start as u32 + 1, fail, Distance::Word)?;
            }
        }
        steps.whole |= whole;
        match step {
            Step::Commands(list) => self.match_commands(list)?,
            Step::Integer(size, flags, destination) => self.integer_command(size, flags, destination)?,
            Step::Words(words, destination) => {
                // What is not there is no command's word: commands have at most four.
                words.iter().flatten().try_for_each(|&word| self.push(word))?;
                if let Some(destination) = destination {
                    self.term(destination)?;
                }
            }
        }
        let number = if steps.whole { op::BS_MATCH } else { op::BS_STEPS };
        if let Some(word) = self.out.words.get_mut(self.start) {
            *word = number.into();
        }
        self.end();
        self.steps = Some(steps);
        Ok(true)
    }

    /// What an instruction of [`match_step`](Self::match_step) does; `None` where that is known only when it runs.
    fn step(&self, instruction: &Instruction) -> Option<Step> {
        let operand = |number| self.code.operand(instruction, number);
        let is_all = |size| matches!(size, Operand::Atom(atom) if self.module.atom(atom) == "all");
        let unsigned = |number| match operand(number) {
            Operand::Unsigned(value) => u32::try_from(value).unwrap_or(NEVER),
            _ => NEVER,
        };
        let known = |size, unit| match size {
            Operand::Integer(size) => Some(u64::try_from(size).map_or(NEVER, |size| bits(size, unit))),
            _ => None,
        };
        let words = |words: [u32; 2], destination| {
            let [number, size] = words;
            Some(Step::Words([Some(number), Some(size), None, None], destination))
        };
        match instruction.op {
            Op::BsMatch => Some(Step::Commands(operand(2))),
            Op::BsGetInteger2 => {
                let size = known(operand(3), unsigned(4).into())?;
                Some(Step::Integer(size, flags(self.module, operand(5)), operand(6)))
            }
            Op::BsGetBinary2 if is_all(operand(3)) => words([command::ALL.into(), unsigned(4)], Some(operand(6))),
            Op::BsGetBinary2 => {
                let size = known(operand(3), unsigned(4).into())?;
                words([command::BINARY.into(), size], Some(operand(6)))
            }
            Op::BsSkipBits2 if is_all(operand(2)) => words([command::SKIP_ALL.into(), unsigned(3)], None),
            Op::BsSkipBits2 => words([command::SKIP.into(), known(operand(2), unsigned(3).into())?], None),
            Op::BsTestTail2 => words([command::EXACTLY.into(), unsigned(2)], None),
            Op::BsTestUnit => {
                let (number, unit) = unit_test(unsigned(2));
                Some(Step::Words([Some(number.into()), Some(0), Some(unit), None], None))
            }
            Op::BsMatchString => {
                let Operand::Unsigned(start) = operand(3) else { return None };
                let size = unsigned(2);
                if size > 64 {
                    return None;
                }
                let string = self.module.strings.get(usize::try_from(start).ok()?..)?;
                let value = read(string, 0, size as usize);
                let (low, high) = (value as u32, (value >> 32) as u32);
                Some(Step::Words([Some(command::EQUAL.into()), Some(size), Some(low), Some(high)], None))
            }
            Op::BsGetPosition => {
                Some(Step::Words([Some(command::POSITION.into()), None, None, None], Some(operand(1))))
            }
            Op::BsSetPosition => Some(Step::Words([Some(command::RETURN.into()), None, None, None], Some(operand(1)))),
            Op::BsGetTail => Some(Step::Words([Some(command::TAIL.into()), None, None, None], Some(operand(1)))),
            _ => None,
        }
    }

    /// The command that reads an integer.
    fn integer_command(&mut self, size: u32, flags: u32, destination: Operand) -> Result<(), NoMemory> {
        match (size, flags) {
            // One byte has no order.
            (8, flags) if flags & SIGNED == 0 => self.push(command::BYTE.into())?,
            (0..=29, flags) if flags & (LITTLE | SIGNED | NATIVE) == 0 => self.words(&[command::SMALL.into(), size])?,
            _ => self.words(&[u32::from(command::INTEGER) | flags << 8, size])?,
        }
        self.term(destination)
    }

    /// The commands of `bs_match`.
    fn match_commands(&mut self, list: Operand) -> Result<(), NoMemory> {
        let (code, module) = (self.code, self.module);
        let mut rest = code.elements(list);
        while let [Operand::Atom(name), after @ ..] = rest {
            rest = match (module.atom(*name), after) {
                ("ensure_at_least", [Operand::Unsigned(size), Operand::Unsigned(unit), rest @ ..]) => {
                    let (number, unit) = unit_test(u32::try_from(*unit).unwrap_or(NEVER));
                    self.words(&[number.into(), bits(*size, 1), unit])?;
                    rest
                }
                ("ensure_exactly", [Operand::Unsigned(size), rest @ ..]) => {
                    self.words(&[command::EXACTLY.into(), bits(*size, 1)])?;
                    rest
                }
                ("skip", [Operand::Unsigned(size), rest @ ..]) => {
                    self.words(&[command::SKIP.into(), bits(*size, 1)])?;
                    rest
                }
                ("get_tail", [_, _, destination, rest @ ..]) => {
                    self.push(command::TAIL.into())?;
                    self.term(*destination)?;
                    rest
                }
                ("=:=", [_, Operand::Unsigned(size), value, rest @ ..]) => {
                    match compared(code, *value) {
                        Some(value) => {
                            let (low, high) = (value as u32, (value >> 32) as u32);
                            self.words(&[command::EQUAL.into(), bits(*size, 1), low, high])?;
                        }
                        None => self.words(&[command::SKIP.into(), NEVER])?,
                    }
                    rest
                }
                (
                    name @ ("integer" | "binary"),
                    [_, flags, Operand::Unsigned(size), Operand::Unsigned(unit), destination, rest @ ..],
                ) => {
                    let size = bits(*size, *unit);
                    if name == "binary" {
                        self.words(&[command::BINARY.into(), size])?;
                        self.term(*destination)?;
                    } else {
                        self.integer_command(size, self::flags(module, *flags), *destination)?;
                    }
                    rest
                }
                // The checker has refused anything else.
                _ => {
                    self.words(&[command::SKIP.into(), NEVER])?;
                    &[]
                }
            };
        }
        Ok(())
    }

    /// The segments of `bs_create_bin`.
    pub(super) fn segments(&mut self, list: Operand) -> Result<(), NoMemory> {
        let (code, module) = (self.code, self.module);
        let segments = code.elements(list).chunks_exact(6);
        self.push(segments.len() as u32)?;
        let total = self.out.words.len();
        self.push(0)?;
        let mut sum = Some(0_u32);
        for (index, segment) in segments.enumerate() {
            let [Operand::Atom(name), _, Operand::Unsigned(unit), flags, value, size] = *segment else { continue };
            let unit = unit.min(256) as u32;
            let all = matches!(size, Operand::Atom(atom) if module.atom(atom) == "all");
            let name = module.atom(name);
            let number = SEGMENTS.iter().find(|(known, _)| *known == name).map_or(kind::STRING, |&(_, number)| number);
            let (number, bits) = match number {
                kind::APPEND if index == 0 => (number, 0),
                kind::APPEND => (kind::ALL, NEVER),
                kind::BINARY if all => (kind::ALL, NEVER),
                kind::UTF8 | kind::UTF16 => (number, NEVER),
                kind::UTF32 => (number, 32),
                kind::STRING => (number, constant(size, 8)),
                _ => (number, constant(size, unit)),
            };
            sum = sum.and_then(|sum| if bits == NEVER { None } else { sum.checked_add(bits) });
            self.push(codes::segment(number, self::flags(module, flags), unit))?;
            match value {
                // Where it begins.
                Operand::Unsigned(offset) if number == kind::STRING => {
                    self.relocate(Reference::String, offset as u32)?
                }
                value => self.term(value)?,
            }
            self.term(size)?;
            self.push(bits)?;
        }
        if let Some(place) = self.out.words.get_mut(total) {
            *place = sum.unwrap_or(NEVER);
        }
        Ok(())
    }

    fn words(&mut self, words: &[u32]) -> Result<(), NoMemory> {
        words.iter().try_for_each(|&word| self.push(word))
    }
}
