//! The instructions of the bit syntax: matching, and building in one step.

use crate::atoms;
use crate::construct::{Builder, Built, Fault, segment_size};
use crate::interp::exceptions::First;
use crate::interp::{Machine, op};
use crate::matching::{self, Encoding};
use crate::memory::NoMemory;
use crate::raise::{Class, Raise};
use crate::term::{Kind, Term};
use crate::vm::Outcome;

/// The bits that the compact form has for the flags of a segment (OTP: `beam_asm`, `erl_bits.h`).
const LITTLE: u32 = 2;
const SIGNED: u32 = 4;
const NATIVE: u32 = 16;

impl Machine<'_> {
    /// All instructions of the bit syntax; `number` is any that the loop does not have.
    #[inline(never)]
    pub(super) fn binary_instruction(&mut self, number: u8) -> Option<Outcome> {
        match self.try_binary(number) {
            Ok(true) => self.proceed(),
            Ok(false) => self.fail(),
            Err(Raise::NoMemory) => Some(self.out_of_memory()),
            Err(Raise::Error(reason)) => self.throw(Class::Error, reason, First::Here),
            Err(raise) => self.raised(raise, crate::natives::NativeId(0), &[]),
        }
    }

    /// Whether the instruction's match succeeded; or what is wrong.
    fn try_binary(&mut self, number: u8) -> Result<bool, Raise> {
        let flags = |machine: &Self| machine.word(6);
        match number {
            op::BS_START_MATCH3 => self.start_match(2, 4),
            op::BS_START_MATCH4 => self.start_match(3, 4),
            op::BS_GET_INTEGER2 => {
                let (term, flags) = (self.operand(2), flags(self));
                let Some(size) = matching::field_size(self.operand(4), self.word(5)) else { return Ok(false) };
                let value = matching::get_integer(&mut self.context(), term, size, flags)?;
                Ok(self.matched(value, 7))
            }
            op::BS_GET_FLOAT2 => {
                let (term, flags) = (self.operand(2), flags(self));
                let Some(size) = matching::field_size(self.operand(4), self.word(5)) else { return Ok(false) };
                let value = matching::get_float(&mut self.context(), term, size, flags)?;
                Ok(self.matched(value, 7))
            }
            op::BS_GET_BINARY2 => {
                let (term, size, unit) = (self.operand(2), self.operand(4), self.word(5));
                let value = if size == Term::atom(atoms::ALL) {
                    matching::get_binary_all(&mut self.context(), term, unit as usize)?
                } else {
                    let Some(size) = matching::field_size(size, unit) else { return Ok(false) };
                    matching::get_binary(&mut self.context(), term, size)?
                };
                Ok(self.matched(value, 7))
            }
            op::BS_SKIP_BITS2 => {
                let (term, size, unit) = (self.operand(2), self.operand(3), self.word(4));
                if size == Term::atom(atoms::ALL) {
                    return Ok(matching::skip_all(&mut self.context(), term, unit as usize));
                }
                let Some(size) = matching::field_size(size, unit) else { return Ok(false) };
                Ok(matching::skip(&mut self.context(), term, size))
            }
            op::BS_TEST_TAIL2 => {
                let (term, bits) = (self.operand(2), self.word(3) as usize);
                Ok(matching::test_tail(&self.context(), term, bits))
            }
            op::BS_TEST_UNIT => {
                let (term, unit) = (self.operand(2), self.word(3) as usize);
                Ok(matching::test_unit(&self.context(), term, unit))
            }
            op::BS_MATCH_STRING => {
                let (term, bits, start) = (self.operand(2), self.word(3) as usize, self.word(4) as usize);
                // The string table is the code's, the context the process's: taken out for the moment.
                let strings = core::mem::take(&mut self.shared.code.strings);
                let string = strings.get(start..).unwrap_or_default();
                let same = matching::match_string(&mut self.context(), term, bits, string);
                self.shared.code.strings = strings;
                Ok(same)
            }
            op::BS_GET_UTF8 | op::BS_GET_UTF16 | op::BS_GET_UTF32 => {
                let (term, flags) = (self.operand(2), self.word(4));
                let value = matching::get_utf(&mut self.context(), term, encoding(number), flags);
                Ok(self.matched(value, 5))
            }
            op::BS_SKIP_UTF8 | op::BS_SKIP_UTF16 | op::BS_SKIP_UTF32 => {
                let (term, flags) = (self.operand(2), self.word(4));
                Ok(matching::skip_utf(&mut self.context(), term, encoding(number), flags))
            }
            op::BS_GET_TAIL => {
                let term = self.operand(1);
                let tail = matching::get_tail(&mut self.context(), term)?;
                self.assign(self.word(2), tail);
                Ok(true)
            }
            op::BS_GET_POSITION => {
                let term = self.operand(1);
                let position = matching::position(&mut self.context(), term)?;
                self.assign(self.word(2), position);
                Ok(true)
            }
            op::BS_SET_POSITION => {
                let (term, position) = (self.operand(1), self.operand(2));
                matching::set_position(&mut self.context(), term, position);
                Ok(true)
            }
            op::BS_MATCH => self.match_commands(),
            op::BS_CREATE_BIN => self.create_binary(),
            op::BS_INIT_WRITABLE => {
                // Room comes with the first append.
                let empty = self.process.heap.heap_binary(&[])?;
                self.set_x(0, empty);
                Ok(true)
            }
            _ => Err(Raise::Error(Term::atom(atoms::UNDEF))),
        }
    }

    fn matched(&mut self, value: Option<Term>, destination: usize) -> bool {
        match value {
            Some(value) => {
                self.assign(self.word(destination), value);
                true
            }
            None => false,
        }
    }

    fn start_match(&mut self, source: usize, destination: usize) -> Result<bool, Raise> {
        let term = self.operand(source);
        let context = matching::start(&mut self.context(), term)?;
        Ok(self.matched(context, destination))
    }

    /// `bs_match`: label, context, then commands. When one fails, the context stands where it stood before.
    fn match_commands(&mut self) -> Result<bool, Raise> {
        let term = self.operand(2);
        let Some((Kind::MatchContext, &[position, ..])) = self.store().object(term) else { return Ok(false) };
        let end = 4 + self.word(3) as usize;
        let mut at = 4;
        while at < end {
            let Some((held, length)) = self.command(term, at)? else { return Err(Raise::BADARG) };
            if !held {
                if let Some(place) = self.process.heap.words_of(term).first_mut() {
                    *place = position;
                }
                return Ok(false);
            }
            at += length;
        }
        Ok(true)
    }

    /// One command: whether it held, and its length.
    fn command(&mut self, term: Term, at: usize) -> Result<Option<(bool, usize)>, Raise> {
        let number = |machine: &Self, index: usize| Term(machine.word(at + index)).as_small().unwrap_or(0) as usize;
        let Some(command) = Term(self.word(at)).as_atom() else { return Ok(None) };
        Ok(Some(match command {
            atoms::ENSURE_AT_LEAST => {
                let (bits, unit) = (number(self, 1), number(self, 2));
                (matching::ensure_at_least(&self.context(), term, bits, unit), 3)
            }
            atoms::ENSURE_EXACTLY => {
                let bits = number(self, 1);
                (matching::test_tail(&self.context(), term, bits), 2)
            }
            atoms::SKIP => {
                let bits = number(self, 1);
                (matching::skip(&mut self.context(), term, bits), 2)
            }
            atoms::GET_TAIL => {
                let tail = matching::get_tail(&mut self.context(), term)?;
                (self.matched(Some(tail), at + 3), 4)
            }
            atoms::INTEGER | atoms::BINARY => {
                let flags = self.field_flags(Term(self.word(at + 2)));
                let Some(size) = number(self, 3).checked_mul(number(self, 4)) else { return Ok(None) };
                let value = if command == atoms::INTEGER {
                    matching::get_integer(&mut self.context(), term, size, flags)?
                } else {
                    matching::get_binary(&mut self.context(), term, size)?
                };
                (self.matched(value, at + 5), 6)
            }
            atoms::EXACTLY_EQUAL => {
                let bits = number(self, 2);
                let Some(value) = self.store().integer(Term(self.word(at + 3))) else { return Ok(None) };
                (matching::match_value(&mut self.context(), term, bits, value as u64), 4)
            }
            _ => return Ok(None),
        }))
    }

    /// The flags of a segment, which newer instructions have as a list of atoms.
    fn field_flags(&self, list: Term) -> u32 {
        let flag = |term: Term| match term.as_atom() {
            Some(atoms::LITTLE) => LITTLE,
            Some(atoms::SIGNED) => SIGNED,
            Some(atoms::NATIVE) => NATIVE,
            _ => 0,
        };
        self.store().list(list).fold(0, |flags, term| flags | flag(term))
    }

    /// `bs_create_bin`: label, heap need, live registers, unit, destination, then segments of six words each.
    fn create_binary(&mut self) -> Result<bool, Raise> {
        let mut builder = Builder::new(self.shared.budget.clone());
        for segment in 0..self.word(6) as usize / 6 {
            if let Err(fault) = self.segment(&mut builder, 7 + segment * 6) {
                return match fault {
                    Fault::NoMemory => Err(Raise::NoMemory),
                    Fault::Bad { .. } if self.word(1) != 0 => Ok(false),
                    Fault::Bad { reason, kind, cause, value } => {
                        Err(self.build_error(reason, [segment as i32 + 1], kind, cause, value)?)
                    }
                };
            }
        }
        let term = builder.finish(&mut self.context())?;
        self.assign(self.word(5), term);
        Ok(true)
    }

    fn segment(&mut self, builder: &mut Builder, at: usize) -> Built {
        let kind = Term(self.word(at)).as_atom().unwrap_or(atoms::UNDEFINED);
        let unit = Term(self.word(at + 2)).as_small().unwrap_or(0) as u32;
        let flags = self.field_flags(Term(self.word(at + 3)));
        let (value, size) = (self.operand(at + 4), self.operand(at + 5));
        let store = self.store();
        match kind {
            atoms::APPEND | atoms::PRIVATE_APPEND => builder.append(store, value, unit),
            atoms::BINARY if size == Term::atom(atoms::ALL) => builder.binary(store, value, None, unit),
            atoms::BINARY => {
                let bits = segment_size(store, kind, size, unit)?;
                builder.binary(store, value, Some(bits), unit)
            }
            atoms::INTEGER => {
                let bits = segment_size(store, kind, size, unit)?;
                builder.integer(store, value, bits, flags)
            }
            atoms::FLOAT => {
                let bits = segment_size(store, kind, size, unit)?;
                builder.float(store, value, bits, flags, size)
            }
            atoms::UTF8 => builder.character(value, Encoding::Utf8, flags),
            atoms::UTF16 => builder.character(value, Encoding::Utf16, flags),
            atoms::UTF32 => builder.character(value, Encoding::Utf32, flags),
            // A string: where it begins, and its size in bytes.
            _ => {
                let start = value.as_small().unwrap_or(0) as usize;
                let length = size.as_small().unwrap_or(0) as usize;
                builder.string(self.shared.code.strings.get(start..start.saturating_add(length)).unwrap_or_default())
            }
        }
    }

    /// The exception of a segment that cannot be built, with what OTP's library explains it from.
    fn build_error(
        &mut self,
        reason: atoms::Atom,
        [segment]: [i32; 1],
        kind: atoms::Atom,
        cause: &'static str,
        value: Term,
    ) -> Result<Raise, NoMemory> {
        let cause = Term::atom(self.shared.atoms.intern(cause)?);
        let format = Term::atom(self.shared.atoms.intern("format_bs_fail")?);
        let heap = &mut self.process.heap;
        let cause = heap.tuple(&[Term::tiny(segment), Term::atom(kind), cause, value])?;
        let keys = [atoms::CAUSE, atoms::FUNCTION, atoms::MODULE].map(Term::atom);
        let keys = heap.tuple(&keys)?;
        let info = heap.boxed(Kind::Map, &[keys.0, cause.0, format.0, Term::atom(atoms::ERL_ERTS_ERRORS).0])?;
        Ok(Raise::error_as(heap, Term::atom(reason), Term::NONE, info))
    }
}

fn encoding(number: u8) -> Encoding {
    match number {
        op::BS_GET_UTF8 | op::BS_SKIP_UTF8 => Encoding::Utf8,
        op::BS_GET_UTF16 | op::BS_SKIP_UTF16 => Encoding::Utf16,
        _ => Encoding::Utf32,
    }
}
