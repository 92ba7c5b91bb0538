//! The instructions of the bit syntax: matching, and building in one step.

use core::ops::Range;

use crate::atoms;
use crate::bit_codes::{self, CONSTANT, FIRST_SEGMENT, SEGMENT_WORDS, SEGMENTS, command, kind};
use crate::bits;
use crate::construct::{self, Builder, Built, Fault, MAX_BITS, SMALL_BITS};
use crate::interp::exceptions::First;
use crate::interp::{Machine, REGISTERS, op};
use crate::matching::{self, Encoding, LITTLE, NATIVE, Open, SIGNED};
use crate::memory::NoMemory;
use crate::process::Process;
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

/// The kind of a segment, and the flags that ask for another order of bytes.
const QUICK: u32 = 0xff | (LITTLE | NATIVE) << 8;

/// How far the quick commands came.
enum Quick {
    /// To the end.
    Done,
    /// To a command that did not hold.
    Failed,
    /// To a command that is not quick, so many words before the end.
    Left(usize),
}

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

    /// `bs_match` (`WHOLE`) and `bs_steps`: label, context, then commands as [`crate::bit_codes`] tells.
    #[inline(never)]
    pub(super) fn match_commands<const WHOLE: bool>(&mut self) -> Option<Outcome> {
        let term = self.named_register(self.word(2));
        let mut open = self.open(term);
        let mut kept = open.position;
        let (mut at, stop) = (self.ip + 3, self.ip + self.length());
        loop {
            match self.quick_commands(&mut open, at, stop) {
                Quick::Done => {
                    self.put(term, open.position);
                    return self.proceed();
                }
                Quick::Failed => {
                    self.put(term, if WHOLE { kept } else { open.position });
                    return self.fail();
                }
                Quick::Left(words) => at = stop - words,
            }
            let place = at - self.ip;
            let (first, size) = (self.word(place), self.word(place + 1));
            // The destination, and the command's length.
            let (destination, length) = match first as u8 {
                command::TAIL | command::POSITION => (size, 2),
                command::RETURN => (0, 2),
                _ => (self.word(place + 2), 3),
            };
            let left = open.left();
            let made = match first as u8 {
                command::INTEGER if size <= left => {
                    matching::integer_at(&mut self.context(), open, size as usize, bit_codes::flags(first))
                }
                command::BINARY if size <= left => matching::part(&mut self.context(), open.whole, open.position, size),
                command::TAIL => matching::part(&mut self.context(), open.whole, open.position, left),
                command::ALL if is_whole(left, size) => {
                    matching::part(&mut self.context(), open.whole, open.position, left)
                }
                command::POSITION => self.process.heap.unsigned(open.position.into()).map_err(Raise::from),
                command::RETURN => {
                    open.position = self.position(size).min(open.end);
                    kept = open.position;
                    at += length;
                    continue;
                }
                _ => {
                    self.put(term, if WHOLE { kept } else { open.position });
                    return self.fail();
                }
            };
            match made {
                Ok(made) => self.assign(destination, made),
                Err(raise) => return self.binary_raised(raise),
            }
            match first as u8 {
                command::ALL => open.position = open.end,
                command::INTEGER | command::BINARY => open.position += size,
                _ => {}
            }
            at += length;
        }
    }

    /// The commands from word `at` on that make nothing on the heap: what is matched stays at hand.
    #[inline(always)]
    fn quick_commands(&mut self, open: &mut Open, at: usize, stop: usize) -> Quick {
        let Self { shared, process, x, .. } = self;
        let Process { heap, stack, .. } = &mut **process;
        let bytes = open.bytes(shared.store(heap));
        let mut rest = shared.code.words.as_slice().get(at..stop).unwrap_or_default();
        let (mut position, end) = (open.position, open.end);
        let result = loop {
            // Each command has an operand, most often a size.
            let [first, size, after @ ..] = rest else { break Quick::Done };
            let (size, left) = (*size, end.wrapping_sub(position));
            let (value, destination) = match *first as u8 {
                command::AT_LEAST => {
                    let [mask, after @ ..] = after else { break Quick::Failed };
                    if size > left || (left - size) & mask != 0 {
                        break Quick::Failed;
                    }
                    rest = after;
                    continue;
                }
                command::AT_LEAST_OF => {
                    let [unit, after @ ..] = after else { break Quick::Failed };
                    if size > left || !is_whole(left - size, *unit) {
                        break Quick::Failed;
                    }
                    rest = after;
                    continue;
                }
                command::EXACTLY if size == left => {
                    rest = after;
                    continue;
                }
                command::SKIP if size <= left => {
                    position += size;
                    rest = after;
                    continue;
                }
                command::EXACTLY | command::SKIP => break Quick::Failed,
                command::SKIP_ALL => {
                    if !is_whole(left, size) {
                        break Quick::Failed;
                    }
                    position = end;
                    rest = after;
                    continue;
                }
                command::EQUAL => {
                    let [low, high, after @ ..] = after else { break Quick::Failed };
                    let value = u64::from(*high) << 32 | u64::from(*low);
                    if size > left || bits::read(bytes, position as usize, size as usize) != value {
                        break Quick::Failed;
                    }
                    position += size;
                    rest = after;
                    continue;
                }
                command::BYTE => {
                    if left < 8 {
                        break Quick::Failed;
                    }
                    let byte = bits::read(bytes, position as usize, 8);
                    position += 8;
                    rest = after;
                    (byte as u32, size)
                }
                command::SMALL => {
                    let [destination, after @ ..] = after else { break Quick::Failed };
                    if size > left {
                        break Quick::Failed;
                    }
                    let value = bits::read(bytes, position as usize, size as usize);
                    position += size;
                    rest = after;
                    (value as u32, *destination)
                }
                command::POSITION if position < 1 << 29 => {
                    rest = after;
                    (position, size)
                }
                _ => break Quick::Left(rest.len()),
            };
            let (y, number) = Term(destination).operand_register();
            let value = Term::tiny(value as i32);
            if y {
                let at = stack.len().wrapping_sub(1 + number);
                stack.set(at, value.0);
            } else if let Some(place) = x.get_mut(number & (REGISTERS - 1)) {
                *place = value;
            }
        };
        open.position = position;
        result
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
