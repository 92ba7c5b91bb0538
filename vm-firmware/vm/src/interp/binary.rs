//! The instructions of the bit syntax: matching, and building in one step.

use core::ops::Range;

use crate::atoms;
use crate::bit_codes::{self, CONSTANT, FIRST_SEGMENT, SEGMENT_WORDS, SEGMENTS, command, kind};
use crate::bits;
use crate::construct::{self, Builder, Built, Fault, MAX_BITS, SMALL_BITS};
use crate::interp::exceptions::First;
use crate::interp::{Machine, op};
use crate::matching::{self, Encoding, LITTLE, NATIVE, Open, SIGNED};
use crate::memory::NoMemory;
use crate::raise::{Class, Raise};
use crate::term::{Kind, Term};
use crate::vm::Outcome;

/// The size of a field that takes all that is left.
const ALL: Term = Term::atom(atoms::ALL);

/// Whether so many bits are whole units.
#[inline(always)]
const fn is_whole(bits: u32, unit: u32) -> bool {
    match unit {
        0 | 1 => true,
        8 => bits % 8 == 0,
        unit => bits % unit == 0,
    }
}

impl Machine<'_> {
    /// All instructions of the bit syntax; `number` is any that the loop does not have.
    #[inline(never)]
    pub(super) fn binary_instruction(&mut self, number: u8) -> Option<Outcome> {
        match number {
            op::BS_START_MATCH3 => self.start_match(2),
            op::BS_START_MATCH4 => self.start_match(3),
            op::BS_GET_INTEGER2 => self.get_integer(),
            op::BS_GET_BINARY2 => self.get_binary(),
            op::BS_SKIP_BITS2 => self.skip_bits(),
            op::BS_TEST_TAIL2 => self.test_tail(),
            op::BS_TEST_UNIT => self.test_unit(),
            op::BS_MATCH_STRING => self.match_string(),
            op::BS_GET_UTF8 => self.get_utf8(),
            op::BS_GET_TAIL => self.get_tail(),
            op::BS_GET_POSITION => self.get_position(),
            op::BS_SET_POSITION => self.set_position(),
            op::BS_MATCH => self.match_commands(),
            op::BS_CREATE_BIN => self.create_binary(),
            _ => self.rare_instruction(number),
        }
    }

    /// What the context in a register is.
    #[inline(always)]
    fn open(&self, context: Term) -> Open {
        matching::open(self.process.heap.words.as_slice(), context)
    }

    /// Moves a context.
    #[inline(always)]
    fn put(&mut self, context: Term, position: u32) {
        matching::put(self.process.heap.words.as_mut_slice(), context, position);
    }

    #[cold]
    #[inline(never)]
    fn binary_raised(&mut self, raise: Raise) -> Option<Outcome> {
        match raise {
            Raise::NoMemory => Some(self.out_of_memory()),
            Raise::Error(reason) => self.throw(Class::Error, reason, First::Here),
            raise => self.raised(raise, crate::natives::NativeId(0), &[]),
        }
    }

    /// `bs_start_match`: label, perhaps something else, the term (in word `source`), live registers, the context.
    #[inline(always)]
    fn start_match(&mut self, source: usize) -> Option<Outcome> {
        let term = self.operand(source);
        match self.store().object(term) {
            // A context goes on where it stands.
            Some((Kind::MatchContext, _)) => {}
            _ => return self.new_match(term),
        }
        self.assign(self.word(4), term);
        self.proceed()
    }

    #[inline(never)]
    fn new_match(&mut self, term: Term) -> Option<Outcome> {
        match matching::start(&mut self.context(), term) {
            Ok(Some(context)) => {
                self.assign(self.word(4), context);
                self.proceed()
            }
            Ok(None) => self.fail(),
            Err(raise) => self.binary_raised(raise),
        }
    }

    /// `bs_get_integer2`: label, context, live registers, size, unit, flags, destination.
    fn get_integer(&mut self) -> Option<Outcome> {
        let (term, flags) = (self.operand(2), self.word(6));
        let Some(count) = matching::field_size(self.operand(4), self.word(5)) else { return self.fail() };
        let open = self.open(term);
        if count > open.left() as usize {
            return self.fail();
        }
        let value = if count < 30 && (flags & (LITTLE | SIGNED | NATIVE) == 0) {
            Term::tiny(bits::read(open.bytes(self.store()), open.position as usize, count) as i32)
        } else {
            match matching::integer_at(&mut self.context(), open, count, flags) {
                Ok(value) => value,
                Err(raise) => return self.binary_raised(raise),
            }
        };
        self.put(term, open.position + count as u32);
        self.assign(self.word(7), value);
        self.proceed()
    }

    /// `bs_get_binary2`: label, context, live registers, size or `all`, unit, flags, destination.
    fn get_binary(&mut self) -> Option<Outcome> {
        let (term, size, unit) = (self.operand(2), self.operand(4), self.word(5));
        let open = self.open(term);
        let count = match size {
            ALL if is_whole(open.left(), unit) => open.left(),
            ALL => return self.fail(),
            size => match matching::field_size(size, unit) {
                Some(count) if count <= open.left() as usize => count as u32,
                _ => return self.fail(),
            },
        };
        match matching::part(&mut self.context(), open.whole, open.position, count) {
            Ok(part) => {
                self.put(term, open.position + count);
                self.assign(self.word(7), part);
                self.proceed()
            }
            Err(raise) => self.binary_raised(raise),
        }
    }

    /// `bs_skip_bits2`: label, context, size or `all`, unit, flags.
    fn skip_bits(&mut self) -> Option<Outcome> {
        let (term, size, unit) = (self.operand(2), self.operand(3), self.word(4));
        let open = self.open(term);
        let position = match size {
            ALL if is_whole(open.left(), unit) => open.end,
            ALL => return self.fail(),
            size => match matching::field_size(size, unit) {
                Some(count) if count <= open.left() as usize => open.position + count as u32,
                _ => return self.fail(),
            },
        };
        self.put(term, position);
        self.proceed()
    }

    /// `bs_test_tail2`: label, context, bits.
    fn test_tail(&mut self) -> Option<Outcome> {
        if self.open(self.operand(2)).left() == self.word(3) { self.proceed() } else { self.fail() }
    }

    /// `bs_test_unit`: label, context, unit.
    fn test_unit(&mut self) -> Option<Outcome> {
        if is_whole(self.open(self.operand(2)).left(), self.word(3)) { self.proceed() } else { self.fail() }
    }

    /// `bs_match_string`: label, context, bits, place in the string table.
    fn match_string(&mut self) -> Option<Outcome> {
        let (term, count, start) = (self.operand(2), self.word(3), self.word(4) as usize);
        let open = self.open(term);
        let string = self.shared.code.strings.get(start..).unwrap_or_default();
        let bytes = open.bytes(self.store());
        if count > open.left() || bits::compare(bytes, open.position as usize, string, 0, count as usize).is_ne() {
            return self.fail();
        }
        self.put(term, open.position + count);
        self.proceed()
    }

    /// `bs_get_utf8`: label, context, live registers, flags, destination.
    fn get_utf8(&mut self) -> Option<Outcome> {
        let term = self.operand(2);
        let open = self.open(term);
        let byte = bits::read(open.bytes(self.store()), open.position as usize, 8);
        // A character of one byte; else it is longer, or none.
        if byte < 0x80 && open.left() >= 8 {
            self.put(term, open.position + 8);
            self.assign(self.word(5), Term::tiny(byte as i32));
            return self.proceed();
        }
        self.rare_instruction(op::BS_GET_UTF8)
    }

    /// `bs_get_tail`: context, destination, live registers.
    fn get_tail(&mut self) -> Option<Outcome> {
        let open = self.open(self.operand(1));
        match matching::part(&mut self.context(), open.whole, open.position, open.left()) {
            Ok(tail) => {
                self.assign(self.word(2), tail);
                self.proceed()
            }
            Err(raise) => self.binary_raised(raise),
        }
    }

    /// `bs_get_position`: context, destination, live registers.
    fn get_position(&mut self) -> Option<Outcome> {
        let position = self.open(self.operand(1)).position;
        if position < 1 << 29 {
            self.assign(self.word(2), Term::tiny(position as i32));
            return self.proceed();
        }
        self.rare_instruction(op::BS_GET_POSITION)
    }

    /// `bs_set_position`: context, position.
    fn set_position(&mut self) -> Option<Outcome> {
        let (term, position) = (self.operand(1), self.operand(2));
        match position.as_small() {
            Some(position @ 0..) => {
                let end = self.open(term).end;
                self.put(term, (position as u32).min(end));
                self.proceed()
            }
            _ => self.rare_instruction(op::BS_SET_POSITION),
        }
    }

    /// `bs_match`: label, context, then commands as [`crate::bit_codes`] tells. When one fails, the context has not
    /// moved.
    fn match_commands(&mut self) -> Option<Outcome> {
        let term = self.operand(2);
        let mut open = self.open(term);
        let (mut at, stop) = (4, 4 + self.word(3) as usize);
        while at < stop {
            // Each command has an operand, most often a size.
            let (first, size) = (self.word(at), self.word(at + 1));
            let left = open.left();
            let value = match first as u8 {
                command::AT_LEAST if size <= left && (left - size) & self.word(at + 2) == 0 => {
                    at += 3;
                    continue;
                }
                command::AT_LEAST_OF if size <= left && is_whole(left - size, self.word(at + 2)) => {
                    at += 3;
                    continue;
                }
                command::EXACTLY if size == left => {
                    at += 2;
                    continue;
                }
                command::SKIP if size <= left => {
                    open.position += size;
                    at += 2;
                    continue;
                }
                command::EQUAL if size <= left => {
                    let value = u64::from(self.word(at + 3)) << 32 | u64::from(self.word(at + 2));
                    if bits::read(open.bytes(self.store()), open.position as usize, size as usize) != value {
                        return self.fail();
                    }
                    open.position += size;
                    at += 4;
                    continue;
                }
                command::BYTE if left >= 8 => {
                    let byte = bits::read(open.bytes(self.store()), open.position as usize, 8);
                    open.position += 8;
                    self.assign(size, Term::tiny(byte as i32));
                    at += 2;
                    continue;
                }
                command::TAIL => {
                    match matching::part(&mut self.context(), open.whole, open.position, left) {
                        Ok(tail) => self.assign(size, tail),
                        Err(raise) => return self.binary_raised(raise),
                    }
                    at += 2;
                    continue;
                }
                command::SMALL if size <= left => {
                    let bytes = open.bytes(self.store());
                    Ok(Term::tiny(bits::read(bytes, open.position as usize, size as usize) as i32))
                }
                command::INTEGER if size <= left => {
                    matching::integer_at(&mut self.context(), open, size as usize, bit_codes::flags(first))
                }
                command::BINARY if size <= left => matching::part(&mut self.context(), open.whole, open.position, size),
                _ => return self.fail(),
            };
            match value {
                Ok(value) => self.assign(self.word(at + 2), value),
                Err(raise) => return self.binary_raised(raise),
            }
            open.position += size;
            at += 3;
        }
        self.put(term, open.position);
        self.proceed()
    }

    /// The instructions that need not be fast.
    #[inline(never)]
    fn rare_instruction(&mut self, number: u8) -> Option<Outcome> {
        match self.try_rare(number) {
            Ok(true) => self.proceed(),
            Ok(false) => self.fail(),
            Err(raise) => self.binary_raised(raise),
        }
    }

    /// Whether the instruction's match succeeded; or what is wrong.
    fn try_rare(&mut self, number: u8) -> Result<bool, Raise> {
        match number {
            op::BS_GET_FLOAT2 => {
                let (term, flags) = (self.operand(2), self.word(6));
                let Some(size) = matching::field_size(self.operand(4), self.word(5)) else { return Ok(false) };
                let value = matching::get_float(&mut self.context(), term, size, flags)?;
                Ok(self.matched(value, 7))
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

    /// `bs_create_bin`: label, heap need, live registers, unit, destination, then segments as [`crate::bit_codes`] tells.
    fn create_binary(&mut self) -> Option<Outcome> {
        match self.build() {
            Ok(term) => {
                self.assign(self.word(5), term);
                self.proceed()
            }
            Err(Raise::NoMemory) => Some(self.out_of_memory()),
            Err(_) if self.word(1) != 0 => self.fail(),
            Err(raise) => self.binary_raised(raise),
        }
    }

    /// Builds a bitstring: all sizes are known before any segment is written, as in OTP.
    fn build(&mut self) -> Result<Term, Raise> {
        let count = self.word(SEGMENTS) as usize;
        let mut total = self.word(CONSTANT) as usize;
        if total > MAX_BITS {
            total = self.measure(count)?;
        }
        let mut first = 0;
        let mut base = None;
        if count > 0 && self.word(FIRST_SEGMENT) as u8 == kind::APPEND {
            let (term, unit) = (self.operand(FIRST_SEGMENT + 1), bit_codes::unit(self.word(FIRST_SEGMENT)));
            if let Err(fault) = construct::appendable(self.store(), term, unit) {
                return Err(self.faulty(0, fault));
            }
            (first, base) = (1, Some(term));
        }
        if total <= SMALL_BITS {
            let mut bytes = [0; SMALL_BITS / 8];
            self.segments(first..count, &mut bytes)?;
            return construct::finish_small(&mut self.context(), base, &bytes, total);
        }
        let mut builder = Builder::sized(self.shared.budget.clone(), base, total)?;
        self.segments(first..count, builder.bytes_mut())?;
        builder.finish(&mut self.context())
    }

    /// The size of all segments together, in bits, without that of a first one that is appended to.
    #[inline(never)]
    fn measure(&mut self, count: usize) -> Result<usize, Raise> {
        let mut total = 0;
        for index in 0..count {
            match self.segment_size(FIRST_SEGMENT + index * SEGMENT_WORDS) {
                Ok(size) if total + size <= MAX_BITS => total += size,
                Ok(_) => return Err(self.faulty(index, Fault::too_large())),
                Err(fault) => return Err(self.faulty(index, fault)),
            }
        }
        Ok(total)
    }

    /// The size in bits of the segment in word `at`.
    fn segment_size(&self, at: usize) -> Built<usize> {
        let (first, known) = (self.word(at), self.word(at + 3));
        if known as usize <= MAX_BITS {
            return Ok(known as usize);
        }
        let (number, value) = (first as u8, self.operand(at + 1));
        match number {
            kind::ALL => construct::measure(self.store(), atoms::BINARY, value, None, 1),
            kind::UTF8 => Ok(construct::utf8_size(value) as usize * 8),
            kind::UTF16 => Ok(construct::utf16_size(value) as usize * 8),
            _ => {
                let kind = bit_codes::type_of(number);
                construct::measure(self.store(), kind, value, Some(self.operand(at + 2)), bit_codes::unit(first))
            }
        }
    }

    /// Writes segments.
    #[inline(always)]
    fn segments(&mut self, range: Range<usize>, bytes: &mut [u8]) -> Result<(), Raise> {
        let mut start = 0;
        for index in range {
            match self.segment(FIRST_SEGMENT + index * SEGMENT_WORDS, bytes, start) {
                Ok(end) => start = end,
                Err(fault) => return Err(self.faulty(index, fault)),
            }
        }
        Ok(())
    }

    /// Writes the segment in word `at`, from bit `start` on; gives where it ends.
    fn segment(&self, at: usize, bytes: &mut [u8], start: usize) -> Built<usize> {
        let (first, value) = (self.word(at), self.operand(at + 1));
        let (number, flags, unit) = (first as u8, bit_codes::flags(first), bit_codes::unit(first));
        let store = self.store();
        let all = match number {
            kind::INTEGER => {
                let count = self.segment_size(at)?;
                construct::put_integer(store, bytes, start, value, count, flags)?;
                return Ok(start + count);
            }
            kind::FLOAT => {
                let count = self.segment_size(at)?;
                let value = construct::float_value(store, value, count, flags, self.operand(at + 2))?;
                bits::write(bytes, start, count, value);
                return Ok(start + count);
            }
            kind::UTF8 | kind::UTF16 | kind::UTF32 => {
                let encoding = match number {
                    kind::UTF8 => Encoding::Utf8,
                    kind::UTF16 => Encoding::Utf16,
                    _ => Encoding::Utf32,
                };
                let (character, length) = construct::character_bytes(value, encoding, flags)?;
                bits::copy(&character, 0, bytes, start, length * 8);
                return Ok(start + length * 8);
            }
            kind::STRING => {
                let from = self.word(at + 1) as usize;
                let count = self.word(at + 3) as usize;
                bits::copy(self.shared.code.strings.get(from..).unwrap_or_default(), 0, bytes, start, count);
                return Ok(start + count);
            }
            kind::BINARY => false,
            _ => true,
        };
        let size = if all { None } else { Some(self.segment_size(at)?) };
        let source = construct::binary_bits(store, value, size, unit)?;
        bits::copy(source.bytes, source.offset, bytes, start, source.size);
        Ok(start + source.size)
    }

    /// The exception of segment `index`, counted from 0; any where there is a label to go to.
    #[cold]
    #[inline(never)]
    fn faulty(&mut self, index: usize, fault: Fault) -> Raise {
        match fault {
            Fault::NoMemory => Raise::NoMemory,
            Fault::Bad { .. } if self.word(1) != 0 => Raise::BADARG,
            Fault::Bad { reason, kind, cause, value } => {
                self.build_error(reason, [index as i32 + 1], kind, cause, value).unwrap_or(Raise::NoMemory)
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
        Ok(Raise::ErrorAs { reason: Term::atom(reason), arguments: Term::NONE, info })
    }
}

fn encoding(number: u8) -> Encoding {
    match number {
        op::BS_GET_UTF8 | op::BS_SKIP_UTF8 => Encoding::Utf8,
        op::BS_GET_UTF16 | op::BS_SKIP_UTF16 => Encoding::Utf16,
        _ => Encoding::Utf32,
    }
}
