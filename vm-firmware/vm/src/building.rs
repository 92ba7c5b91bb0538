//! Construction of bitstrings in several steps: what `bs_init2`, `bs_init_bits`, `bs_append` and `bs_private_append` begin,
//! and `bs_put_*` fill, as the compilers up to OTP 24 have it. The first step makes the whole bitstring, of zero bits; each
//! later one writes in place, so that no last step is needed.
//!
//! What is being built is told by [`Building`], which is the running process's. It is no root of the collector: code that
//! passed the checker does nothing that collects before the last bits are put, and a collection ends it. A put that
//! finds no room left is `badarg`: code that no compiler makes.

use alloc::vec::Vec;

use crate::atoms;
use crate::binaries::{BinaryId, HEAP_BINARY_LIMIT};
use crate::bits;
use crate::construct::{self, MAX_BITS};
use crate::heap::{View, words};
use crate::matching::{self, Encoding};
use crate::natives::Context;
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

/// Bytes that are copied at a time between binaries of one heap.
const CHUNK: usize = 256;

/// Where the bits of a bitstring under construction stand.
#[derive(Clone, Copy, Debug, Default)]
enum Place {
    #[default]
    Nowhere,
    /// In this heap binary of the process.
    Heap(Term),
    /// In this large binary, which an object of the process refers to.
    Shared(BinaryId),
}

/// A bitstring under construction: where the next bits go, and where it ends, in bits from the start of its binary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Building {
    place: Place,
    position: usize,
    end: usize,
    /// Whose it is: a process, and how often that was collected.
    owner: [u32; 2],
}

/// Takes the next bits: where they begin.
///
/// # Errors
/// `badarg` when there are not so many; when the process that began is another, or was collected since.
fn take(context: &mut Context<'_>, count: usize) -> Result<usize> {
    let owner = owner(context);
    let building = &mut context.shared.building;
    let start = building.position;
    let end = start.checked_add(count).filter(|&end| end <= building.end && (count == 0 || building.owner == owner));
    building.position = end.ok_or(Raise::BADARG)?;
    Ok(start)
}

/// The process, and how often it was collected.
const fn owner(context: &Context<'_>) -> [u32; 2] {
    [context.process.number, context.process.collections]
}

/// The size in bits that a size operand of `bs_init2` (in bytes, so `unit` is 8), `bs_init_bits` or `bs_append` says.
///
/// # Errors
/// `badarg`, or `system_limit` when it is too large.
pub fn size(context: &Context<'_>, size: Term, unit: u32) -> Result<usize> {
    Ok(construct::segment_size(context.store(), atoms::BINARY, size, unit)?)
}

/// Makes a bitstring of so many zero bits, to be filled.
///
/// # Errors
/// `system_limit`; no memory.
pub fn begin(context: &mut Context<'_>, size: usize) -> Result {
    let term = blank(context, size)?;
    fill(context, term, 0);
    Ok(term)
}

/// What [`append`] is to append to, checked: so that nothing but memory can be lacking afterwards.
///
/// # Errors
/// `badarg` when it is no bitstring or not of whole units; `system_limit` when the result would be too large.
pub fn check_append(context: &Context<'_>, base: Term, unit: u32, more: usize) -> Result<()> {
    let store = context.store();
    let View::Bits(bits) = store.view(base) else { return Err(Raise::BADARG) };
    if unit > 1 && !bits.size.is_multiple_of(unit as usize) {
        return Err(Raise::BADARG);
    }
    // The base may be a part in the midst of a binary that is longer by then.
    let end = bits.offset.saturating_add(bits.size).saturating_add(more);
    if end > MAX_BITS { Err(Raise::SYSTEM_LIMIT) } else { Ok(()) }
}

/// Makes a bitstring that begins as `base` does, in place where that can be done, and has so many zero bits more, to be
/// filled. [`check_append`] has passed.
///
/// # Errors
/// When there is no memory.
pub fn append(context: &mut Context<'_>, base: Term, more: usize) -> Result {
    if more == 0 {
        context.shared.building = Building::default();
        return Ok(base);
    }
    let part = matching::resolve(context, base).ok_or(Raise::BADARG)?;
    let size = part.2 as usize;
    if let Some((term, _)) = construct::extend(context, part, more as u32)? {
        fill(context, term, size);
        return Ok(term);
    }
    let term = begin(context, size + more)?;
    put_bits(context, base, size)?;
    Ok(term)
}

/// Puts an integer, truncated.
///
/// # Errors
/// `badarg` when it is none, the size is wrong, or there is no room.
pub fn put_integer(context: &mut Context<'_>, term: Term, size: Term, unit: u32, flags: u32) -> Result<()> {
    let count = construct::segment_size(context.store(), atoms::INTEGER, size, unit)?;
    let little = matching::is_little(flags);
    let small = term.as_small();
    if small.is_none() && !matches!(context.store().view(term), View::Big { .. }) {
        return Err(Raise::BADARG);
    }
    let start = take(context, count)?;
    if let Some(value) = small {
        bits::write_integer(target(context), start, count, value.into(), little);
        return Ok(());
    }
    let place = context.shared.building.place;
    if count <= HEAP_BINARY_LIMIT * 8 {
        // The digits may stand in the same heap as what they are written to.
        let mut buffer = [0; HEAP_BINARY_LIMIT];
        if let View::Big { negative, magnitude } = context.store().view(term) {
            bits::write_magnitude(&mut buffer, 0, count, negative, magnitude, little);
        }
        bits::copy(&buffer, 0, target(context), start, count);
    } else if let Place::Shared(id) = place {
        let mut bytes = context.shared.binaries.lend(id);
        if let View::Big { negative, magnitude } = context.store().view(term) {
            bits::write_magnitude(&mut bytes, start, count, negative, magnitude, little);
        }
        context.shared.binaries.give_back(id, bytes);
    }
    Ok(())
}

/// Puts a float, or an integer as one.
///
/// # Errors
/// `badarg` when it is none, too large, the size is not one that floats have, or there is no room.
pub fn put_float(context: &mut Context<'_>, term: Term, size: Term, unit: u32, flags: u32) -> Result<()> {
    let store = context.store();
    let count = construct::segment_size(store, atoms::FLOAT, size, unit)?;
    let value = construct::float_value(store, term, count, flags, size)?;
    let start = take(context, count)?;
    bits::write(target(context), start, count, value);
    Ok(())
}

/// Puts a bitstring: its first bits, or all of it where the size is `all`, which must then be whole units.
///
/// # Errors
/// `badarg` when it is none or too short, the size is wrong, or there is no room.
pub fn put_binary(context: &mut Context<'_>, term: Term, size: Term, unit: u32) -> Result<()> {
    let store = context.store();
    let count = if size == Term::atom(atoms::ALL) {
        construct::binary_bits(store, term, None, unit)?.size
    } else {
        let count = construct::segment_size(store, atoms::BINARY, size, unit)?;
        construct::binary_bits(store, term, Some(count), unit)?.size
    };
    context.bump(count / 512);
    put_bits(context, term, count)
}

/// Puts a character.
///
/// # Errors
/// `badarg` when it is none, or there is no room.
pub fn put_character(context: &mut Context<'_>, term: Term, encoding: Encoding, flags: u32) -> Result<()> {
    let (bytes, length) = construct::character_bytes(term, encoding, flags)?;
    put_bytes(context, bytes.get(..length).unwrap_or_default())
}

/// Puts bytes.
///
/// # Errors
/// `badarg` when there is no room.
pub fn put_bytes(context: &mut Context<'_>, bytes: &[u8]) -> Result<()> {
    let count = bytes.len() * 8;
    let start = take(context, count)?;
    bits::copy(bytes, 0, target(context), start, count);
    Ok(())
}

/// Puts the first `count` bits of a bitstring, which it has.
fn put_bits(context: &mut Context<'_>, term: Term, count: usize) -> Result<()> {
    let start = take(context, count)?;
    // By way of a buffer: both may stand in one heap, or in one large binary.
    let mut buffer = [0; CHUNK];
    let mut done = 0;
    while done < count {
        let part = (count - done).min(CHUNK * 8);
        let from = context.store().bits(term).and_then(|bits| bits.part(done, part)).ok_or(Raise::BADARG)?;
        bits::copy(from.bytes, from.offset, &mut buffer, 0, part);
        bits::copy(&buffer, 0, target(context), start + done, part);
        done += part;
    }
    Ok(())
}

/// The bytes of the binary under construction.
fn target<'c>(context: &'c mut Context<'_>) -> &'c mut [u8] {
    match context.shared.building.place {
        Place::Nowhere => &mut [],
        Place::Heap(term) => match context.process.heap.words_of(term).split_first_mut() {
            Some((_, bytes)) => words::bytes_mut(bytes),
            None => &mut [],
        },
        Place::Shared(id) => context.shared.binaries.bytes_mut(id),
    }
}

/// From now on bits are put into that bitstring, which was just made, from that bit of it on.
fn fill(context: &mut Context<'_>, term: Term, from: usize) {
    let mut building = Building::default();
    if let Some((parent, offset, size)) = matching::resolve(context, term) {
        building.place = match context.store().object(parent) {
            Some((Kind::HeapBinary, _)) => Place::Heap(parent),
            Some((Kind::SharedBinary, &[id, ..])) => Place::Shared(BinaryId(id)),
            _ => Place::Nowhere,
        };
        building.position = offset as usize + from;
        building.end = (offset + size) as usize;
    }
    building.owner = owner(context);
    context.shared.building = building;
}

/// A bitstring of zero bits.
fn blank(context: &mut Context<'_>, size: usize) -> Result {
    if size > MAX_BITS {
        return Err(Raise::SYSTEM_LIMIT);
    }
    context.bump(size / 512);
    let length = size.div_ceil(8);
    if length > HEAP_BINARY_LIMIT {
        let budget = context.shared.budget.clone();
        let mut bytes: Vec<u8> = Vec::new();
        budget.reserve(&mut bytes, length)?;
        bytes.resize(length, 0);
        // It is counted where it is kept.
        budget.give(bytes.capacity());
        return construct::term_of(context, bytes, size);
    }
    let heap = &mut context.process.heap;
    let whole = heap.blank(Kind::HeapBinary, 1 + length.div_ceil(4))?;
    if let Some(place) = heap.words_of(whole).first_mut() {
        *place = length as u32;
    }
    if size.is_multiple_of(8) {
        return Ok(whole);
    }
    Ok(heap.sub_binary(whole, 0, size as u32)?)
}

#[cfg(test)]
mod tests;
