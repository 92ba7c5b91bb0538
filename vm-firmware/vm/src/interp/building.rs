//! The instructions that build bitstrings in several steps, which the compilers up to OTP 24 emit. What they do to
//! bitstrings is in [`crate::building`]; here stand their operands, and when the heap is collected.

use crate::building;
use crate::construct;
use crate::interp::{Machine, op};
use crate::matching::Encoding;
use crate::raise::{Raise, Result};
use crate::term::Term;

/// Words that a bitstring under 64 bytes, or the object for a larger one, takes at most.
const ROOM: usize = 24;

impl Machine<'_> {
    /// One of these instructions: whether it goes on with the next one; else to its label. `None` for any other number.
    pub(super) fn building_instruction(&mut self, number: u8) -> Option<Result<bool>> {
        let done = match number {
            op::BS_INIT2 => self.begin_binary(8),
            op::BS_INIT_BITS => self.begin_binary(1),
            op::BS_ADD => self.add_sizes(),
            op::BS_APPEND => self.append_binary(),
            op::BS_PRIVATE_APPEND => self.append_private(),
            op::BS_PUT_INTEGER | op::BS_PUT_FLOAT | op::BS_PUT_BINARY => self.put_value(number),
            op::BS_PUT_STRING => return Some(Ok(self.put_string())),
            op::BS_UTF8_SIZE | op::BS_UTF16_SIZE => {
                let character = self.operand(2);
                let wide = number == op::BS_UTF16_SIZE;
                let size = if wide { construct::utf16_size(character) } else { construct::utf8_size(character) };
                self.assign(self.word(3), Term::tiny(size));
                Ok(())
            }
            op::BS_PUT_UTF8 => self.put_character(Encoding::Utf8),
            op::BS_PUT_UTF16 => self.put_character(Encoding::Utf16),
            op::BS_PUT_UTF32 => self.put_character(Encoding::Utf32),
            _ => return None,
        };
        Some(match done {
            Ok(()) => Ok(true),
            Err(Raise::Error(_)) if self.word(1) != 0 => Ok(false),
            Err(raise) => Err(raise),
        })
    }

    /// `bs_init2`, `bs_init_bits`: label, size, heap need, live registers, flags, destination.
    fn begin_binary(&mut self, unit: u32) -> Result<()> {
        let size = self.operand(2);
        let size = building::size(&self.context(), size, unit)?;
        // From here on nothing goes to the label, where registers are read that a collection does not keep.
        let (need, live) = (self.word(3) as usize, self.word(4) as usize);
        let need = need.saturating_add(ROOM);
        if !self.ensure(need, live) {
            return Err(Raise::NoMemory);
        }
        let mut term = building::begin(&mut self.context(), size);
        if term == Err(Raise::NoMemory) && self.collect(need, live) {
            term = building::begin(&mut self.context(), size);
        }
        self.assign(self.word(6), term?);
        Ok(())
    }

    /// `bs_append`: label, size in bits, heap need, live registers, unit, what to append to, flags, destination.
    fn append_binary(&mut self) -> Result<()> {
        let (size, unit, base) = (self.operand(2), self.word(5), self.operand(6));
        let more = building::size(&self.context(), size, 1)?;
        building::check_append(&self.context(), base, unit, more)?;
        // As above.
        let mut base = self.room_keeping(base, |machine, need, live| machine.ensure(need, live))?;
        let mut term = building::append(&mut self.context(), base, more);
        if term == Err(Raise::NoMemory) {
            base = self.room_keeping(base, |machine, need, live| machine.collect(need, live))?;
            term = building::append(&mut self.context(), base, more);
        }
        self.assign(self.word(8), term?);
        Ok(())
    }

    /// Makes room as `bs_append` asks for, with a term in hand, which may move.
    fn room_keeping(&mut self, term: Term, make: impl FnOnce(&mut Self, usize, usize) -> bool) -> Result {
        let (need, live) = (self.word(3) as usize, self.word(4) as usize);
        let top = self.process.stack.len();
        self.process.stack.push(term.0)?;
        let made = make(self, need.saturating_add(ROOM), live);
        let term = Term(self.process.stack.at(top));
        self.process.stack.truncate(top);
        if made { Ok(term) } else { Err(Raise::NoMemory) }
    }

    /// `bs_private_append`: label, size in bits, unit, what to append to, flags, destination.
    fn append_private(&mut self) -> Result<()> {
        let (size, unit, base) = (self.operand(2), self.word(3), self.operand(4));
        let more = building::size(&self.context(), size, 1)?;
        building::check_append(&self.context(), base, unit, more)?;
        let term = building::append(&mut self.context(), base, more)?;
        self.assign(self.word(6), term);
        Ok(())
    }

    /// `bs_add`: label, two sizes, the unit of the second, destination.
    fn add_sizes(&mut self) -> Result<()> {
        let (a, b, unit) = (self.operand(2), self.operand(3), self.word(4));
        let sum = construct::add_sizes(&mut self.context(), a, b, unit)?;
        self.assign(self.word(5), sum);
        Ok(())
    }

    /// `bs_put_integer`, `bs_put_float`, `bs_put_binary`: label, size, unit, flags, value.
    fn put_value(&mut self, number: u8) -> Result<()> {
        let (size, unit, flags, value) = (self.operand(2), self.word(3), self.word(4), self.operand(5));
        let context = &mut self.context();
        match number {
            op::BS_PUT_INTEGER => building::put_integer(context, value, size, unit, flags),
            op::BS_PUT_FLOAT => building::put_float(context, value, size, unit, flags),
            _ => building::put_binary(context, value, size, unit),
        }
    }

    /// `bs_put_utf8` and so on: label, flags, character.
    fn put_character(&mut self, encoding: Encoding) -> Result<()> {
        let (flags, character) = (self.word(2), self.operand(3));
        building::put_character(&mut self.context(), character, encoding, flags)
    }

    /// `bs_put_string`: the number of bytes, and where they begin. The checker counts it among the instructions that
    /// never fail; where there is no room, in code that no compiler makes, nothing is put.
    fn put_string(&mut self) -> bool {
        let (length, start) = (self.word(1) as usize, self.word(2) as usize);
        // The string table is the code's, the binary the process's: taken out for the moment.
        let strings = core::mem::take(&mut self.shared.code.strings);
        let bytes = strings.get(start..start.saturating_add(length)).unwrap_or_default();
        let _ = building::put_bytes(&mut self.context(), bytes);
        self.shared.code.strings = strings;
        true
    }
}
