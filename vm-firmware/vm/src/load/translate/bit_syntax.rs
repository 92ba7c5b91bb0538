//! Translation of `bs_match` and `bs_create_bin`: their lists become what [`crate::bit_codes`] tells, so that the
//! interpreter compares no atoms and multiplies no units.

use emberl_format::code::Decoded;
use emberl_format::compact::Operand;
use emberl_format::etf;
use emberl_format::module::Module;
use emberl_format::opcode::Op;
use emberl_format::reader::Reader;

use super::{Reference, Translator};
use crate::bit_codes::{self as codes, NEVER, command, kind};
use crate::matching::{LITTLE, NATIVE, SIGNED};
use crate::memory::NoMemory;

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

impl Translator<'_, '_> {
    /// The commands of `bs_match`.
    pub(super) fn match_commands(&mut self, list: Operand) -> Result<(), NoMemory> {
        let (code, module) = (self.code, self.module);
        let length = self.out.words.len();
        self.push(0)?;
        let mut rest = code.elements(list);
        while let [Operand::Atom(name), after @ ..] = rest {
            rest = match (module.atom(*name), after) {
                ("ensure_at_least", [Operand::Unsigned(size), Operand::Unsigned(unit), rest @ ..]) => {
                    let unit = u32::try_from(*unit).unwrap_or(NEVER).max(1);
                    let (number, unit) = match unit.is_power_of_two() {
                        true => (command::AT_LEAST, unit - 1),
                        false => (command::AT_LEAST_OF, unit),
                    };
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
                    let (flags, size) = (self::flags(module, *flags), bits(*size, *unit));
                    match (name, size, flags) {
                        ("binary", ..) => self.words(&[command::BINARY.into(), size])?,
                        // One byte has no order.
                        (_, 8, flags) if flags & SIGNED == 0 => self.push(command::BYTE.into())?,
                        (_, 0..=29, 0) => self.words(&[command::SMALL.into(), size])?,
                        _ => self.words(&[u32::from(command::INTEGER) | flags << 8, size])?,
                    }
                    self.term(*destination)?;
                    rest
                }
                // The checker has refused anything else.
                _ => {
                    self.words(&[command::SKIP.into(), NEVER])?;
                    &[]
                }
            };
        }
        let words = (self.out.words.len() - length - 1) as u32;
        if let Some(place) = self.out.words.get_mut(length) {
            *place = words;
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
            let (number, bits) = match module.atom(name) {
                "append" | "private_append" if index == 0 => (kind::APPEND, 0),
                "append" | "private_append" => (kind::ALL, NEVER),
                "binary" if all => (kind::ALL, NEVER),
                "binary" => (kind::BINARY, constant(size, unit)),
                "integer" => (kind::INTEGER, constant(size, unit)),
                "float" => (kind::FLOAT, constant(size, unit)),
                "utf8" => (kind::UTF8, NEVER),
                "utf16" => (kind::UTF16, NEVER),
                "utf32" => (kind::UTF32, 32),
                _ => (kind::STRING, constant(size, 8)),
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
