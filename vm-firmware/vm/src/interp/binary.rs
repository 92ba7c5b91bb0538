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
        8 => bits.is_multiple_of(8),
        unit => bits.is_multiple_of(unit),
    }
}

/// The kind of a segment, and the flags that ask for another order of bytes.
const QUICK: u32 = 0xff | (LITTLE | NATIVE) << 8;

impl Machine<'_> {
    /// All instructions of the bit syntax; `number` is any that the loop does not have.
    #[inline(never)]
    pub(super) fn binary_instruction(&mut self, number: u8) -> Option<Outcome> {
        match number {
            op::BS_GET_INTEGER2 => self.get_integer(),
            op::BS_GET_BINARY2 => self.get_binary(),
            op::BS_SKIP_BITS2 => self.skip_bits(),
            op::BS_MATCH_STRING => self.match_string(),
            op::BS_GET_UTF8 => self.get_utf8(),
            op::ON_LOAD => self.loading_instruction(),
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
    pub(super) fn start_match(&mut self, source: usize) -> Option<Outcome> {
        let term = self.quick_operand(source);
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

    /// The register that a word of code names; for operands that are no constants.
    #[inline(always)]
    fn named_register(&self, word: u32) -> Term {
        let (y, number) = Term(word).operand_register();
        if y { self.y(number) } else { self.x(number) }
    }

    /// Whether the commands at hand are those of a `bs_match`, not of `bs_steps`.
    fn is_bs_match(&self) -> bool {
        self.word(0) as u8 == op::BS_MATCH
    }

    /// `bs_match` and `bs_steps`: label, context, then commands as [`crate::bit_codes`] tells. Those that make
    /// nothing on the heap are here; from the first other one on, [`other_commands`](Self::other_commands) goes on.
    #[inline(always)]
    pub(super) fn match_commands(&mut self) -> Option<Outcome> {
        let term = self.named_register(self.word(2));
        let Open { position: kept, end, whole } = self.open(term);
        let (length, mut position, mut at) = (self.length(), kept, 3);
        while at < length {
            // Each command has an operand, most often a size.
            let (first, size) = (self.word(at), self.word(at + 1));
            let left = end.wrapping_sub(position);
            let (value, destination) = match first as u8 {
                command::AT_LEAST if size <= left && (left - size) & self.word(at + 2) == 0 => {
                    at += 3;
                    continue;
                }
                command::EXACTLY if size == left => {
                    at += 2;
                    continue;
                }
                command::SKIP if size <= left => {
                    position += size;
                    at += 2;
                    continue;
                }
                command::EQUAL
                    if size <= left
                        && bits::read(self.store().around(whole), position as usize, size as usize)
                            == u64::from(self.word(at + 3)) << 32 | u64::from(self.word(at + 2)) =>
                {
                    position += size;
                    at += 4;
                    continue;
                }
                command::BYTE if left >= 8 => {
                    let byte = bits::read(self.store().around(whole), position as usize, 8);
                    position += 8;
                    at += 2;
                    (byte as u32, size)
                }
                command::SMALL if size <= left => {
                    let value = bits::read(self.store().around(whole), position as usize, size as usize);
                    position += size;
                    at += 3;
                    (value as u32, self.word(at - 1))
                }
                command::POSITION if position < 1 << 29 => {
                    at += 2;
                    (position, size)
                }
                command::AT_LEAST
                | command::EXACTLY
                | command::SKIP
                | command::EQUAL
                | command::BYTE
                | command::SMALL => {
                    self.put(term, if self.is_bs_match() { kept } else { position });
                    return self.fail();
                }
                _ => return self.other_commands(term, Open { position, end, whole }, kept, at),
            };
            self.assign(destination, Term::tiny(value as i32));
        }
        self.put(term, position);
        self.proceed()
    }

    /// The commands from word `at` on, the first of which is not in [`match_commands`](Self::match_commands). `open` is
    /// where matching is, `kept` where the context goes back to when `bs_match` fails.
    #[inline(never)]
    fn other_commands(&mut self, term: Term, mut open: Open, mut kept: u32, mut at: usize) -> Option<Outcome> {
        let length = self.length();
        while at < length {
            let (first, size) = (self.word(at), self.word(at + 1));
            let left = open.left();
            let position = open.position as usize;
            let (made, next) = match first as u8 {
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
                command::SKIP_ALL if is_whole(left, size) => {
                    open.position = open.end;
                    at += 2;
                    continue;
                }
                command::RETURN => {
                    open.position = self.position(size).min(open.end);
                    kept = open.position;
                    at += 2;
                    continue;
                }
                command::EQUAL
                    if size <= left
                        && bits::read(open.bytes(self.store()), position, size as usize)
                            == u64::from(self.word(at + 3)) << 32 | u64::from(self.word(at + 2)) =>
                {
                    open.position += size;
                    at += 4;
                    continue;
                }
                // What has its destination where others have a size.
                command::BYTE | command::POSITION | command::TAIL if first as u8 != command::BYTE || left >= 8 => {
                    let (made, next) = match first as u8 {
                        command::BYTE => (matching::integer_at(&mut self.context(), open, 8, 0), open.position + 8),
                        command::TAIL => {
                            (matching::part(&mut self.context(), open.whole, open.position, left), open.position)
                        }
                        _ => {
                            let made = self.process.heap.unsigned(open.position.into());
                            (made.map_err(Raise::from), open.position)
                        }
                    };
                    match made {
                        Ok(made) => self.assign(size, made),
                        Err(raise) => return self.binary_raised(raise),
                    }
                    open.position = next;
                    at += 2;
                    continue;
                }
                command::SMALL | command::INTEGER if size <= left => {
                    let flags = bit_codes::flags(first);
                    let made = matching::integer_at(&mut self.context(), open, size as usize, flags);
                    (made, open.position + size)
                }
                command::BINARY if size <= left => {
                    (matching::part(&mut self.context(), open.whole, open.position, size), open.position + size)
                }
                command::ALL if is_whole(left, size) => {
                    (matching::part(&mut self.context(), open.whole, open.position, left), open.end)
                }
                _ => {
                    self.put(term, if self.is_bs_match() { kept } else { open.position });
                    return self.fail();
                }
            };
            match made {
                Ok(made) => self.assign(self.word(at + 2), made),
                Err(raise) => return self.binary_raised(raise),
            }
            open.position = next;
            at += 3;
        }
        self.put(term, open.position);
        self.proceed()
    }

    /// The position that an operand gives, as [`command::POSITION`] made it.
    #[inline(always)]
    fn position(&self, word: u32) -> u32 {
        let term = self.value(word);
        match term.as_small() {
            Some(position) => position as u32,
            None => self.store().integer(term).and_then(|position| u32::try_from(position).ok()).unwrap_or(0),
        }
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
            op::BS_INIT_WRITABLE => {
                // Room comes with the first append.
                let empty = self.process.heap.heap_binary(&[])?;
                self.set_x(0, empty);
                Ok(true)
            }
            number => {
                let undefined = Err(Raise::Error(Term::atom(atoms::UNDEF)));
                self.building_instruction(number).unwrap_or(undefined)
            }
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
    pub(super) fn create_binary(&mut self) -> Option<Outcome> {
        let mut result = self.build();
        if result == Err(Raise::NoMemory) && self.give_back_memory(self.word(3) as usize) {
            result = self.build();
        }
        match result {
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
            if let Err(fault) = construct::check_appendable(self.store(), term, unit) {
                return Err(self.faulty(0, fault));
            }
            (first, base) = (1, Some(term));
        }
        if total <= SMALL_BITS {
            // Whole words may be written at the end.
            let mut bytes = [0; SMALL_BITS / 8 + 8];
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
        if first as u8 == kind::UTF32 {
            // OTP looks at these characters with the sizes.
            construct::character_bytes(self.operand(at + 1), Encoding::Utf32, 0)?;
        }
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
            let at = FIRST_SEGMENT + index * SEGMENT_WORDS;
            let (first, size) = (self.word(at), self.word(at + 3) as usize);
            // A small integer of a known size, most often.
            if first & QUICK == kind::INTEGER.into()
                && let Some(value) = self.operand(at + 1).as_small()
                && bits::add(bytes, start, size, i64::from(value) as u64)
            {
                start += size;
                continue;
            }
            match self.segment(at, bytes, start) {
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
        Ok(Raise::error_as(&mut self.process.heap, Term::atom(reason), Term::NONE, info))
    }
}

fn encoding(number: u8) -> Encoding {
    match number {
        op::BS_GET_UTF8 | op::BS_SKIP_UTF8 => Encoding::Utf8,
        op::BS_GET_UTF16 | op::BS_SKIP_UTF16 => Encoding::Utf16,
        _ => Encoding::Utf32,
    }
}
