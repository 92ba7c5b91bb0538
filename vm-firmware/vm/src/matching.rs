//! Matching of bitstrings: what the instructions `bs_*` that read do. A match context stands on the process's heap; its
//! position moves in place. `None` means no match, and then the position has not moved.

use alloc::vec::Vec;

use crate::bits;
use crate::heap::{Bits, Store};
use crate::natives::Context;
use crate::raise::Result;
use crate::term::{Kind, Term};

/// Flag of a field: little-endian.
pub const LITTLE: u32 = 2;
/// Flag of a field: signed.
pub const SIGNED: u32 = 4;
/// Flag of a field: of the machine's byte order, which is little-endian everywhere here.
pub const NATIVE: u32 = 16;

/// A UTF encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Their names say what they are.
pub enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

/// Whether the flags of a field ask for little-endian.
#[must_use]
#[inline]
pub const fn is_little(flags: u32) -> bool {
    flags & (LITTLE | NATIVE) != 0
}

/// The whole binary that a binary is a part of, and where in it: offset and size in bits.
#[must_use]
pub fn resolve(context: &Context<'_>, term: Term) -> Option<(Term, u32, u32)> {
    match context.store().object(term)? {
        (Kind::HeapBinary, [size, ..]) | (Kind::SharedBinary, [_, size, _]) => Some((term, 0, size.checked_mul(8)?)),
        (Kind::SubBinary, &[offset, size, parent]) => Some((Term(parent), offset, size)),
        (Kind::MatchContext, &[position, end, parent]) => Some((Term(parent), position, end.checked_sub(position)?)),
        _ => None,
    }
}

/// A context for matching a term: a new one at the start of a binary or bitstring; a context is its own. `None` for
/// anything else.
pub fn start(context: &mut Context<'_>, term: Term) -> Result<Option<Term>> {
    let Some((kind, _)) = context.store().object(term) else { return Ok(None) };
    if kind == Kind::MatchContext {
        return Ok(Some(term));
    }
    let Some((parent, offset, size)) = resolve(context, term) else { return Ok(None) };
    let end = offset.saturating_add(size);
    Ok(Some(context.process.heap.boxed(Kind::MatchContext, &[offset, end, parent.0])?))
}

/// What a context is: where it stands, where it ends (both in bits from the binary's start), and in which binary.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    /// The position, at most `end`.
    pub position: u32,
    /// The end.
    pub end: u32,
    /// The whole binary.
    pub whole: Term,
}

impl Open {
    /// How many bits are left.
    #[must_use]
    #[inline(always)]
    pub const fn left(self) -> u32 {
        self.end.wrapping_sub(self.position)
    }

    /// The bits of what is matched; read no further than `end`.
    #[must_use]
    #[inline(always)]
    pub fn bytes<'a>(self, store: Store<'a>) -> &'a [u8] {
        store.around(self.whole)
    }
}

/// Reads a context of this heap.
#[must_use]
#[inline(always)]
pub fn open(heap: &[u32], context: Term) -> Open {
    match heap.get(context.index()..) {
        Some(&[_, position, end, whole, ..]) => Open { position, end, whole: Term(whole) },
        _ => Open { position: 0, end: 0, whole: Term::NIL },
    }
}

/// Moves a context of this heap; the place is not behind its end.
#[inline(always)]
pub fn put(heap: &mut [u32], context: Term, position: u32) {
    if let Some(place) = heap.get_mut(context.index() + 1) {
        *place = position;
    }
}

/// Position and end of a context, in bits from the start of its binary.
#[inline]
fn bounds(context: &Context<'_>, term: Term) -> (u32, u32) {
    let words = context.process.heap.words.as_slice();
    match words.get(term.index() + 1..) {
        Some(&[position, end, ..]) => (position, end),
        _ => (0, 0),
    }
}

/// How many bits are left.
#[must_use]
#[inline]
pub fn left(context: &Context<'_>, term: Term) -> usize {
    let (position, end) = bounds(context, term);
    end.saturating_sub(position) as usize
}

/// Where a context stands: a small integer, or a large one.
pub fn position(context: &mut Context<'_>, term: Term) -> Result {
    let (position, _) = bounds(context, term);
    Ok(context.process.heap.unsigned(position.into())?)
}

/// Puts a context back to a place that [`position`] gave.
pub fn set_position(context: &mut Context<'_>, term: Term, position: Term) {
    let Some(position) = context.store().integer(position).and_then(|position| u32::try_from(position).ok()) else {
        return;
    };
    let (_, end) = bounds(context, term);
    move_to(context, term, position.min(end));
}

#[inline]
fn move_to(context: &mut Context<'_>, term: Term, position: u32) {
    put(context.process.heap.words.as_mut_slice(), term, position);
}

/// What is left of a context, when that is `count` bits at least: exactly those.
#[inline]
fn next<'a>(context: &'a Context<'_>, term: Term, count: usize) -> Option<Bits<'a>> {
    let open = open(context.process.heap.words.as_slice(), term);
    if count > open.left() as usize {
        return None;
    }
    Some(Bits { bytes: open.bytes(context.store()), offset: open.position as usize, size: count })
}

/// Moves on by so many bits, which are there.
#[inline]
fn advance(context: &mut Context<'_>, term: Term, count: usize) {
    let (position, _) = bounds(context, term);
    move_to(context, term, position + count as u32);
}

/// The size in bits that a size operand and a unit give; `None` when it is no size, or larger than any binary: then
/// nothing matches.
#[must_use]
pub fn field_size(size: Term, unit: u32) -> Option<usize> {
    usize::try_from(size.as_small()?).ok()?.checked_mul(unit as usize)
}

/// An integer of so many bits, which are left: the context does not move.
pub fn integer_at(context: &mut Context<'_>, open: Open, count: usize, flags: u32) -> Result {
    let (little, signed) = (is_little(flags), flags & SIGNED != 0);
    let offset = open.position as usize;
    if count <= 64 {
        let value = bits::read(open.bytes(context.store()), offset, count);
        let value = if little && count > 8 { bits::from_little(value, count) } else { value };
        return Ok(if signed {
            context.process.heap.integer(bits::sign_extend(value, count))?
        } else {
            context.process.heap.unsigned(value)?
        });
    }
    let size = count.div_ceil(32);
    let budget = context.shared.budget.clone();
    let mut magnitude: Vec<u32> = Vec::new();
    budget.reserve(&mut magnitude, size)?;
    magnitude.resize(size, 0);
    let bytes = open.bytes(context.store());
    let negative = bits::read_magnitude(bytes, offset, count, little, signed, &mut magnitude);
    let made = context.process.heap.magnitude(negative, &magnitude);
    budget.drop_vector(magnitude);
    context.bump(size / 16);
    Ok(made?)
}

/// An integer of so many bits.
pub fn get_integer(context: &mut Context<'_>, term: Term, count: usize, flags: u32) -> Result<Option<Term>> {
    let open = open(context.process.heap.words.as_slice(), term);
    if count > open.left() as usize {
        return Ok(None);
    }
    let value = integer_at(context, open, count, flags)?;
    advance(context, term, count);
    Ok(Some(value))
}

/// Whether the next `count` bits, at most 64, are those of `value`: moves on if so.
pub fn match_value(context: &mut Context<'_>, term: Term, count: usize, value: u64) -> bool {
    let Some(field) = next(context, term, count) else { return false };
    let same = bits::read(field.bytes, field.offset, count) == value;
    if same {
        advance(context, term, count);
    }
    same
}

/// A float of 16, 32 or 64 bits, finite; of 0 bits it is 0.0, as in OTP.
pub fn get_float(context: &mut Context<'_>, term: Term, count: usize, flags: u32) -> Result<Option<Term>> {
    let Some(field) = next(context, term, count) else { return Ok(None) };
    let value = match count {
        0 => Some(0.0),
        _ => bits::read_float(field.bytes, field.offset, count, is_little(flags)),
    };
    let Some(value) = value else { return Ok(None) };
    let value = context.process.heap.float(value)?;
    advance(context, term, count);
    Ok(Some(value))
}

/// A part of a whole binary, as a term: the binary itself where it is all of it, a copy where that is no larger than
/// what refers to it.
pub fn part(context: &mut Context<'_>, parent: Term, offset: u32, size: u32) -> Result {
    if offset == 0 && resolve(context, parent) == Some((parent, 0, size)) {
        return Ok(parent);
    }
    if size <= 64 && size.is_multiple_of(8) {
        let value = bits::read(context.store().around(parent), offset as usize, size as usize);
        let bytes = if size == 0 { [0; 8] } else { (value << (64 - size)).to_be_bytes() };
        return Ok(context.process.heap.heap_binary(bytes.get(..size as usize / 8).unwrap_or_default())?);
    }
    Ok(context.process.heap.sub_binary(parent, offset, size)?)
}

/// A part of a binary or bitstring term, which the caller knows to lie inside; in bits.
pub fn part_of(context: &mut Context<'_>, term: Term, offset: usize, size: usize) -> Result {
    match resolve(context, term) {
        Some((parent, start, _)) => part(context, parent, start + offset as u32, size as u32),
        None => Err(crate::raise::Raise::BADARG),
    }
}

fn parent(context: &Context<'_>, term: Term) -> Term {
    let words = context.process.heap.words.as_slice();
    words.get(term.index() + 3).map_or(Term::NIL, |&parent| Term(parent))
}

/// A bitstring of so many bits; it shares the bytes.
pub fn get_binary(context: &mut Context<'_>, term: Term, count: usize) -> Result<Option<Term>> {
    if count > left(context, term) {
        return Ok(None);
    }
    let (position, _) = bounds(context, term);
    let whole = parent(context, term);
    let value = part(context, whole, position, count as u32)?;
    advance(context, term, count);
    Ok(Some(value))
}

/// All that is left, when it is whole units: a field of size `all`.
pub fn get_binary_all(context: &mut Context<'_>, term: Term, unit: usize) -> Result<Option<Term>> {
    if test_unit(context, term, unit) { get_binary(context, term, left(context, term)) } else { Ok(None) }
}

/// All that is left, as a bitstring; the context does not move.
pub fn get_tail(context: &mut Context<'_>, term: Term) -> Result {
    let (position, end) = bounds(context, term);
    let whole = parent(context, term);
    part(context, whole, position, end.saturating_sub(position))
}

/// Skips so many bits.
pub fn skip(context: &mut Context<'_>, term: Term, count: usize) -> bool {
    let fits = count <= left(context, term);
    if fits {
        advance(context, term, count);
    }
    fits
}

/// Skips all, when it is whole units.
pub fn skip_all(context: &mut Context<'_>, term: Term, unit: usize) -> bool {
    let fits = test_unit(context, term, unit);
    if fits {
        let (_, end) = bounds(context, term);
        move_to(context, term, end);
    }
    fits
}

/// Whether exactly so many bits are left: `bs_test_tail2`, and `ensure_exactly` of `bs_match`.
#[must_use]
pub fn test_tail(context: &Context<'_>, term: Term, count: usize) -> bool {
    left(context, term) == count
}

/// Whether what is left is whole units.
#[must_use]
pub fn test_unit(context: &Context<'_>, term: Term, unit: usize) -> bool {
    unit <= 1 || left(context, term).is_multiple_of(unit)
}

/// Whether at least so many bits are left, and behind them whole units: `ensure_at_least` of `bs_match`.
#[must_use]
pub fn ensure_at_least(context: &Context<'_>, term: Term, count: usize, unit: usize) -> bool {
    left(context, term).checked_sub(count).is_some_and(|rest| unit <= 1 || rest.is_multiple_of(unit))
}

/// Whether the next bits are the first `count` of these bytes: moves on if so.
pub fn match_string(context: &mut Context<'_>, term: Term, count: usize, string: &[u8]) -> bool {
    let Some(field) = next(context, term, count) else { return false };
    let same = bits::compare(field.bytes, field.offset, string, 0, count).is_eq();
    if same {
        advance(context, term, count);
    }
    same
}

/// A character, whose code is given.
pub fn get_character(context: &mut Context<'_>, term: Term, encoding: Encoding, flags: u32) -> Option<u32> {
    let available = left(context, term).min(32);
    let field = next(context, term, available)?;
    let bytes = (bits::read(field.bytes, field.offset, available) << (64 - available.max(1))).to_be_bytes();
    let bytes = bytes.get(..available / 8)?;
    let little = is_little(flags);
    let read = match encoding {
        Encoding::Utf8 => bits::utf8(bytes),
        Encoding::Utf16 => bits::utf16(bytes, little),
        Encoding::Utf32 => bits::utf32(bytes, little),
    };
    let bits::Read::Character(code, length) = read else { return None };
    advance(context, term, length * 8);
    Some(code)
}

/// A character as a term: `bs_get_utf8` and its like.
pub fn get_utf(context: &mut Context<'_>, term: Term, encoding: Encoding, flags: u32) -> Option<Term> {
    get_character(context, term, encoding, flags).map(|code| Term::tiny(code as i32))
}

/// Skips a character.
pub fn skip_utf(context: &mut Context<'_>, term: Term, encoding: Encoding, flags: u32) -> bool {
    get_character(context, term, encoding, flags).is_some()
}
