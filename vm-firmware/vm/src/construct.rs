//! Construction of bitstrings: what `bs_create_bin`, and the older `bs_init2`, `bs_append` and `bs_put_*`, do. A
//! [`Builder`] collects the bits, then makes the term. It holds no references into a heap but the binary that it appends
//! to, which the caller keeps alive: nothing may be collected between the first segment and [`Builder::finish`].

use alloc::vec::Vec;

use crate::atoms::{self, Atom};
use crate::binaries::{BinaryId, HEAP_BINARY_LIMIT, MAX_BYTES};
use crate::bits;
use crate::heap::{Bits, Store, View};
use crate::matching::{self, Encoding};
use crate::memory::{Budget, NoMemory};
use crate::natives::Context;
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

/// Most bits of a bitstring.
pub const MAX_BITS: usize = MAX_BYTES * 8;

/// Why a segment could not be built. `error_info` has `cause => {Segment, Type, Cause, Value}`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// There is no memory.
    NoMemory,
    /// Something is wrong with a value or a size.
    Bad {
        /// `badarg` or `system_limit`.
        reason: Atom,
        /// The type of the segment: `integer`, `float`, `binary`, `utf8` and so on.
        kind: Atom,
        /// What is wrong: `type`, `size`, `unit`, `short`, `no_float` or `invalid`.
        cause: &'static str,
        /// The value, or the size.
        value: Term,
    },
}

impl From<NoMemory> for Fault {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<Fault> for Raise {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoMemory => Self::NoMemory,
            Fault::Bad { reason, .. } => Self::Error(Term::atom(reason)),
        }
    }
}

impl Fault {
    const fn bad(kind: Atom, cause: &'static str, value: Term) -> Self {
        Self::Bad { reason: atoms::BADARG, kind, cause, value }
    }

    /// All segments together are larger than any bitstring.
    #[must_use]
    pub const fn too_large() -> Self {
        Self::limit(atoms::BINARY, "size", Term::NIL)
    }

    const fn limit(kind: Atom, cause: &'static str, value: Term) -> Self {
        Self::Bad { reason: atoms::SYSTEM_LIMIT, kind, cause, value }
    }
}

/// What building gives.
pub type Built<T = ()> = core::result::Result<T, Fault>;

/// The size in bits that a size operand and a unit give.
pub fn segment_size(store: Store<'_>, kind: Atom, size: Term, unit: u32) -> Built<usize> {
    match store.view(size) {
        View::Small(count) if count >= 0 => (count as usize)
            .checked_mul(unit as usize)
            .filter(|&count| count <= MAX_BITS)
            .ok_or(Fault::limit(kind, "size", size)),
        View::Big { negative: false, .. } => Err(Fault::limit(kind, "size", size)),
        _ => Err(Fault::bad(kind, "size", size)),
    }
}

/// What `bs_create_bin` finds out about a segment before it builds any: its size in bits. All sizes come first, so that
/// a wrong one is told before a wrong value; a bitstring without size must be one. `kind` is the segment's type with
/// `append` and `private_append` as they are; `size` is `None` for `all` and for characters, whose size counts as 0.
pub fn measure(store: Store<'_>, kind: Atom, value: Term, size: Option<Term>, unit: u32) -> Built<usize> {
    match (kind, size) {
        (atoms::APPEND | atoms::PRIVATE_APPEND, None) => Ok(store.bits(value).map_or(0, |bits| bits.size)),
        (atoms::BINARY, None) => match store.bits(value) {
            Some(bits) => Ok(bits.size),
            None => Err(Fault::bad(kind, "type", value)),
        },
        (_, Some(size)) => segment_size(store, kind, size, unit),
        (_, None) => Ok(0),
    }
}

/// The result of `bs_add`: `a + b * unit`, for sizes.
pub fn add_sizes(context: &mut Context<'_>, a: Term, b: Term, unit: u32) -> Result {
    let store = context.store();
    let wrong = |term| match store.view(term) {
        View::Small(value) => value < 0,
        View::Big { negative, .. } => negative,
        _ => true,
    };
    if wrong(a) || wrong(b) {
        return Err(Raise::BADARG);
    }
    let sum = store
        .integer(b)
        .and_then(|b| b.checked_mul(unit.into()))
        .and_then(|b| store.integer(a)?.checked_add(b))
        .filter(|&sum| sum <= MAX_BITS as i64)
        .ok_or(Raise::SYSTEM_LIMIT)?;
    Ok(context.process.heap.integer(sum)?)
}

/// The size in bytes of a character in UTF-8, for `bs_utf8_size`: 4 for what is none.
#[must_use]
pub fn utf8_size(term: Term) -> i32 {
    match term.as_small() {
        Some(..0x80) => 1,
        Some(..0x800) => 2,
        Some(..0x1_0000) => 3,
        _ => 4,
    }
}

/// The size in bytes of a character in UTF-16, for `bs_utf16_size`: 2 for what is none.
#[must_use]
pub fn utf16_size(term: Term) -> i32 {
    if term.as_small().is_some_and(|code| code >= 0x1_0000) { 4 } else { 2 }
}

/// Writes an integer into so many bits, truncated.
#[inline]
pub fn put_integer(store: Store<'_>, bytes: &mut [u8], start: usize, term: Term, count: usize, flags: u32) -> Built {
    let little = matching::is_little(flags);
    if let Some(value) = term.as_small() {
        bits::write_integer(bytes, start, count, value.into(), little);
        return Ok(());
    }
    match store.object(term) {
        Some((kind @ (Kind::PositiveInteger | Kind::NegativeInteger), magnitude)) => {
            bits::write_magnitude(bytes, start, count, kind == Kind::NegativeInteger, magnitude, little);
            Ok(())
        }
        _ => Err(Fault::bad(atoms::INTEGER, "type", term)),
    }
}

/// The bits of a float, or of an integer as one, as [`bits::write()`] takes them. `size` is the size operand, for the
/// error.
pub fn float_value(store: Store<'_>, term: Term, count: usize, flags: u32, size: Term) -> Built<u64> {
    let value = match store.view(term) {
        _ if !matches!(count, 16 | 32 | 64) => return Err(Fault::bad(atoms::FLOAT, "invalid", size)),
        View::Float(value) => value,
        View::Small(value) => value.into(),
        View::Big { negative, magnitude } => {
            magnitude_to_double(negative, magnitude).ok_or(Fault::bad(atoms::FLOAT, "no_float", term))?
        }
        _ => return Err(Fault::bad(atoms::FLOAT, "type", term)),
    };
    let value = bits::float_bits(value, count).unwrap_or(0);
    Ok(if matching::is_little(flags) { bits::to_little(value, count) } else { value })
}

/// The bytes of a character, and how many.
pub fn character_bytes(term: Term, encoding: Encoding, flags: u32) -> Built<([u8; 4], usize)> {
    let kind = match encoding {
        Encoding::Utf8 => atoms::UTF8,
        Encoding::Utf16 => atoms::UTF16,
        Encoding::Utf32 => atoms::UTF32,
    };
    let code = term.as_small().and_then(|code| u32::try_from(code).ok()).filter(|&code| bits::is_character(code));
    let code = code.ok_or(Fault::bad(kind, "type", term))?;
    let little = matching::is_little(flags);
    Ok(match encoding {
        Encoding::Utf8 => bits::to_utf8(code),
        Encoding::Utf16 => bits::to_utf16(code, little),
        Encoding::Utf32 => (if little { code.to_le_bytes() } else { code.to_be_bytes() }, 4),
    })
}

/// Whether a term is a bitstring of whole units, to be appended to.
pub fn appendable(store: Store<'_>, term: Term, unit: u32) -> Built<Bits<'_>> {
    let View::Bits(bits) = store.view(term) else { return Err(Fault::bad(atoms::BINARY, "type", term)) };
    if unit > 1 && !bits.size.is_multiple_of(unit as usize) {
        return Err(Fault::bad(atoms::BINARY, "unit", term));
    }
    Ok(bits)
}

/// The same, when its bits are not needed.
#[inline]
pub fn check_appendable(store: Store<'_>, term: Term, unit: u32) -> Built {
    match store.object(term) {
        Some((Kind::HeapBinary | Kind::SharedBinary, _)) if matches!(unit, 1 | 8) => Ok(()),
        _ => appendable(store, term, unit).map(|_| ()),
    }
}

/// The bits of a bitstring as a segment: its first `size`, or all, which must then be whole units.
pub fn binary_bits(store: Store<'_>, term: Term, size: Option<usize>, unit: u32) -> Built<Bits<'_>> {
    let Some(bits) = store.bits(term) else { return Err(Fault::bad(atoms::BINARY, "type", term)) };
    match size {
        None if unit > 1 && !bits.size.is_multiple_of(unit as usize) => Err(Fault::bad(atoms::BINARY, "unit", term)),
        None => Ok(bits),
        Some(size) => bits.part(0, size).ok_or(Fault::bad(atoms::BINARY, "short", term)),
    }
}

/// Most bits of a bitstring that is built without a [`Builder`]: see [`finish_small`].
pub const SMALL_BITS: usize = HEAP_BINARY_LIMIT * 8;

/// The term of the first `count` bits of a buffer, which stand behind those of `base` if that is given, in place where
/// that can be done.
pub fn finish_small(context: &mut Context<'_>, base: Option<Term>, bytes: &[u8], count: usize) -> Result {
    let bytes = bytes.get(..count.div_ceil(8)).unwrap_or_default();
    let Some(base) = base else { return small_term(context, bytes, count) };
    if count == 0 {
        return Ok(base);
    }
    let (whole, offset, size) = matching::resolve(context, base).ok_or(Raise::BADARG)?;
    let total = size as usize + count;
    if total <= SMALL_BITS {
        let mut joined = [0; HEAP_BINARY_LIMIT];
        bits::copy(context.store().around(whole), offset as usize, &mut joined, 0, size as usize);
        bits::copy(bytes, 0, &mut joined, size as usize, count);
        return small_term(context, joined.get(..total.div_ceil(8)).unwrap_or_default(), total);
    }
    if let Some(grown) = append(context, whole, offset, size, bytes, count)? {
        return Ok(grown);
    }
    let mut builder = Builder::new(context.shared.budget.clone());
    builder.bits(Bits { bytes, offset: 0, size: count })?;
    builder.base = Some(base);
    builder.finish_append(context, base)
}

/// A bitstring of at most [`SMALL_BITS`], of these bytes.
fn small_term(context: &mut Context<'_>, bytes: &[u8], count: usize) -> Result {
    let heap = &mut context.process.heap;
    let whole = heap.heap_binary(bytes)?;
    Ok(if count.is_multiple_of(8) { whole } else { heap.sub_binary(whole, 0, count as u32)? })
}

/// Appends bits in place to the bitstring of `size` bits at `offset` of a whole binary; `None` when that cannot be done.
fn append(
    context: &mut Context<'_>,
    whole: Term,
    offset: u32,
    size: u32,
    bytes: &[u8],
    count: usize,
) -> Result<Option<Term>> {
    let Some((Kind::SharedBinary, &[id, ..])) = context.store().object(whole) else { return Ok(None) };
    let (total, end) = (size as usize + count, (offset + size) as usize);
    if total > MAX_BITS || end + count > MAX_BITS {
        return Err(Raise::SYSTEM_LIMIT);
    }
    let Context { process, shared } = context;
    let (heap, binaries, id) = (&mut process.heap, &mut shared.binaries, BinaryId(id));
    // Room for both objects first, so that nothing fails behind the append.
    heap.reserve(8)?;
    let Some(place) = binaries.append(id, end as u32, count as u32)? else { return Ok(None) };
    bits::copy(bytes, 0, place, end % 8, count);
    binaries.retain(id);
    // What was there weighs already.
    let added = count / 8;
    let (weight, limit) = (heap.weight + added, heap.limit.saturating_sub(crate::collect::weight_words(added)));
    let grown = heap.shared_binary(binaries, id, (end + count).div_ceil(8))?;
    (heap.weight, heap.limit) = (weight, limit);
    if offset == 0 && total.is_multiple_of(8) {
        return Ok(Some(grown));
    }
    Ok(Some(heap.sub_binary(grown, offset, total as u32)?))
}

/// Collects the bits of a bitstring that is built.
pub struct Builder {
    bytes: Vec<u8>,
    bits: usize,
    /// The bitstring that the collected bits are appended to.
    base: Option<Term>,
    budget: Budget,
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.budget.drop_vector(core::mem::take(&mut self.bytes));
    }
}

impl Builder {
    /// An empty one, without memory.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { bytes: Vec::new(), bits: 0, base: None, budget }
    }

    /// One that appends to `base`, if that is given, and has room for so many bits.
    pub fn sized(budget: Budget, base: Option<Term>, bits: usize) -> Built<Self> {
        let mut builder = Self { bytes: Vec::new(), bits: 0, base, budget };
        builder.grow(bits)?;
        Ok(builder)
    }

    /// The bytes of all bits.
    #[must_use]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// How many bits it holds, without those it appends to.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bits
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// Makes room for so many bits more: `bs_init2` and `bs_init_bits` know how many there will be.
    pub fn reserve(&mut self, bits: usize) -> Built {
        let total = self.bits.checked_add(bits).filter(|&total| total <= MAX_BITS);
        let total = total.ok_or(Fault::too_large())?;
        let additional = total.div_ceil(8).saturating_sub(self.bytes.len());
        Ok(self.budget.reserve(&mut self.bytes, additional)?)
    }

    /// Adds bits, which are 0: gives where they begin.
    #[inline]
    fn grow(&mut self, count: usize) -> Built<usize> {
        let start = self.bits;
        let total = start.checked_add(count).filter(|&total| total <= MAX_BITS);
        let total = total.ok_or(Fault::too_large())?;
        let length = total.div_ceil(8);
        let additional = length.saturating_sub(self.bytes.len());
        self.budget.reserve(&mut self.bytes, additional)?;
        self.bytes.resize(length, 0);
        self.bits = total;
        Ok(start)
    }

    /// The first segment is a bitstring to append to, in place where that can be done.
    pub fn append(&mut self, store: Store<'_>, term: Term, unit: u32) -> Built {
        let bits = appendable(store, term, unit)?;
        if self.bits == 0 && self.base.is_none() {
            self.base = Some(term);
            return Ok(());
        }
        self.bits(bits)
    }

    /// Adds the bits of a bitstring.
    pub fn bits(&mut self, bits: Bits<'_>) -> Built {
        let start = self.grow(bits.size)?;
        bits::copy(bits.bytes, bits.offset, &mut self.bytes, start, bits.size);
        Ok(())
    }

    /// Adds a byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) -> Built {
        let start = self.grow(8)?;
        bits::write(&mut self.bytes, start, 8, byte.into());
        Ok(())
    }

    /// Adds bytes: `string`.
    pub fn string(&mut self, bytes: &[u8]) -> Built {
        self.bits(Bits { bytes, offset: 0, size: bytes.len() * 8 })
    }

    /// Adds a bitstring: its first `size` bits, or all, which must then be whole units.
    pub fn binary(&mut self, store: Store<'_>, term: Term, size: Option<usize>, unit: u32) -> Built {
        self.bits(binary_bits(store, term, size, unit)?)
    }

    /// Adds an integer in so many bits, truncated.
    #[inline]
    pub fn integer(&mut self, store: Store<'_>, term: Term, count: usize, flags: u32) -> Built {
        let start = self.grow(count)?;
        put_integer(store, &mut self.bytes, start, term, count, flags)
    }

    /// Adds a float, or an integer as one, in 16, 32 or 64 bits. `size` is the size operand, for the error.
    pub fn float(&mut self, store: Store<'_>, term: Term, count: usize, flags: u32, size: Term) -> Built {
        let value = float_value(store, term, count, flags, size)?;
        let start = self.grow(count)?;
        bits::write(&mut self.bytes, start, count, value);
        Ok(())
    }

    /// Adds a character.
    pub fn character(&mut self, term: Term, encoding: Encoding, flags: u32) -> Built {
        let (bytes, length) = character_bytes(term, encoding, flags)?;
        self.string(bytes.get(..length).unwrap_or_default())
    }

    /// The term of all bits. Its memory is counted where it is kept.
    pub fn finish(mut self, context: &mut Context<'_>) -> Result {
        context.bump(self.bits / 512);
        if let Some(base) = self.base {
            return self.finish_append(context, base);
        }
        self.budget.shrink(&mut self.bytes, self.bits.div_ceil(8));
        let bytes = core::mem::take(&mut self.bytes);
        self.budget.give(bytes.capacity());
        term_of(context, bytes, self.bits)
    }

    fn finish_append(mut self, context: &mut Context<'_>, base: Term) -> Result {
        if self.bits == 0 {
            return Ok(base);
        }
        let (parent, offset, size) = matching::resolve(context, base).ok_or(Raise::BADARG)?;
        let total = size as usize + self.bits;
        let end = (offset + size) as usize;
        if total > MAX_BITS || end + self.bits > MAX_BITS {
            return Err(Raise::SYSTEM_LIMIT);
        }
        if total > SMALL_BITS
            && let Some(grown) = append(context, parent, offset, size, &self.bytes, self.bits)?
        {
            return Ok(grown);
        }
        // A copy of both; the next append finds it at its end.
        let mut joined = Self::new(self.budget.clone());
        joined.reserve(total)?;
        let old = context.store().bits(base).ok_or(Raise::BADARG)?;
        joined.bits(old)?;
        joined.bits(Bits { bytes: &self.bytes, offset: 0, size: self.bits })?;
        self.base = None;
        joined.finish(context)
    }
}

/// A term of so many bits, which the bytes hold; their memory is not counted yet.
pub fn term_of(context: &mut Context<'_>, mut bytes: Vec<u8>, bits: usize) -> Result {
    let partial = bits % 8;
    if partial == 0 {
        return context.binary(bytes);
    }
    let whole = if bytes.len() <= HEAP_BINARY_LIMIT {
        context.binary(bytes)?
    } else {
        // The last bits are appended, so that the binary knows where its data ends and can grow from there.
        let length = bytes.len();
        let last = bytes.pop().unwrap_or(0);
        let Context { process, shared } = context;
        let id = shared.binaries.add(bytes)?;
        match shared.binaries.append(id, (bits - partial) as u32, partial as u32) {
            Ok(place) => place.and_then(|place| place.first_mut()).into_iter().for_each(|place| *place = last),
            Err(error) => {
                shared.binaries.release(id);
                return Err(error.into());
            }
        }
        process.heap.shared_binary(&mut shared.binaries, id, length)?
    };
    Ok(context.process.heap.sub_binary(whole, 0, bits as u32)?)
}

/// An integer as a float, to nearest; `None` when it is too large.
#[must_use]
pub fn magnitude_to_double(negative: bool, magnitude: &[u32]) -> Option<f64> {
    let length = magnitude.len();
    let word = |back: usize| length.checked_sub(back).and_then(|index| magnitude.get(index)).copied().unwrap_or(0);
    // The top 64 bits, with a last bit that tells whether anything below is not 0.
    let top = u128::from(word(1)) << 64 | u128::from(word(2)) << 32 | u128::from(word(3));
    let shift = top.leading_zeros().min(64) as i32;
    let top = top << shift;
    let below = magnitude.get(..length.saturating_sub(3)).unwrap_or_default().iter().any(|&word| word != 0);
    let high = (top >> 64) as u64 | u64::from(top as u64 != 0 || below);
    // `top` has its first bit at 2^127 when shift is its number of leading zeros.
    let exponent = 32 * (length as i32 - 3) + 64 - shift;
    if exponent > 1024 {
        return None;
    }
    let value = libm::ldexp(high as f64, exponent);
    if !value.is_finite() {
        return None;
    }
    Some(if negative { -value } else { value })
}
