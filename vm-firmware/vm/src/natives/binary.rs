//! Natives on binaries: those of the module `binary` that do not search, and of `erlang` those on binaries, bitstrings
//! and iolists.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Context, Native, natives};
use crate::atoms;
use crate::bits;
use crate::construct::Builder;
use crate::heap::{Bits, Store, View};
use crate::matching::{part_of, resolve};
use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result};
use crate::steps::Steps;
use crate::term::{Kind, Term};

pub(super) static BINARY: &[Native] = natives! {
    "binary";
    "at"/2 => at;
    "first"/1 => first;
    "last"/1 => last;
    "part"/2 => binary_part_tuple;
    "part"/3 => binary_part;
    "list_to_bin"/1 => list_to_binary;
    "bin_to_list"/1 => binary_to_list;
    "bin_to_list"/2 => bin_to_list;
    "bin_to_list"/3 => bin_to_list;
    "copy"/1 => copy;
    "copy"/2 => copy;
    "referenced_byte_size"/1 => referenced_byte_size;
    "encode_unsigned"/1 => encode_unsigned;
    "encode_unsigned"/2 => encode_unsigned;
    "decode_unsigned"/1 => decode_unsigned;
    "decode_unsigned"/2 => decode_unsigned;
    "longest_common_prefix"/1 => longest_common_prefix;
    "longest_common_suffix"/1 => longest_common_suffix;
};

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    guard "byte_size"/1 => byte_size;
    guard "bit_size"/1 => bit_size;
    guard "binary_part"/2 => binary_part_tuple;
    guard "binary_part"/3 => binary_part;
    "split_binary"/2 => split_binary;
    "binary_to_list"/1 => binary_to_list;
    "binary_to_list"/3 => binary_to_list_range;
    "bitstring_to_list"/1 => bitstring_to_list;
    "list_to_binary"/1 => list_to_binary;
    "list_to_bitstring"/1 => list_to_bitstring;
    "iolist_to_binary"/1 => iolist_to_binary;
    "iolist_size"/1 => iolist_size;
    "iolist_to_iovec"/1 => iolist_to_iovec;
};

pub(super) fn argument(arguments: &[Term], index: usize) -> Term {
    arguments.get(index).copied().unwrap_or(Term::NONE)
}

/// The bits of a binary or bitstring, not of a match context.
fn bitstring(store: Store<'_>, term: Term) -> Result<Bits<'_>> {
    match store.view(term) {
        View::Bits(bits) => Ok(bits),
        _ => Err(Raise::BADARG),
    }
}

/// The bits of a binary.
fn binary(store: Store<'_>, term: Term) -> Result<Bits<'_>> {
    bitstring(store, term).and_then(|bits| if bits.is_binary() { Ok(bits) } else { Err(Raise::BADARG) })
}

/// The bytes of a binary: a copy when they do not begin at a byte.
pub(super) fn bytes<'a>(store: Store<'a>, budget: &Budget, term: Term) -> Result<Cow<'a, [u8]>> {
    let bits = binary(store, term)?;
    if let Some(bytes) = bits.as_bytes() {
        return Ok(Cow::Borrowed(bytes));
    }
    let length = bits.size / 8;
    budget.probe(length)?;
    let mut copy = Vec::new();
    copy.try_reserve_exact(length).map_err(|_| NoMemory)?;
    copy.resize(length, 0);
    bits::copy(bits.bytes, bits.offset, &mut copy, 0, bits.size);
    Ok(Cow::Owned(copy))
}

/// A vector that is not counted in the budget, for [`Context::binary`].
pub(super) fn vector(budget: &Budget, capacity: usize) -> Result<Vec<u8>> {
    budget.probe(capacity)?;
    let mut vector = Vec::new();
    vector.try_reserve_exact(capacity).map_err(|_| NoMemory)?;
    Ok(vector)
}

fn size_term(context: &mut Context<'_>, size: usize) -> Result {
    Ok(context.process.heap.unsigned(size as u64)?)
}

fn byte_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let size = context.store().bits(argument(arguments, 0)).ok_or(Raise::BADARG)?.size;
    size_term(context, size.div_ceil(8))
}

fn bit_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let size = context.store().bits(argument(arguments, 0)).ok_or(Raise::BADARG)?.size;
    size_term(context, size)
}

/// The start and the length in bytes that a position and a length, which may be negative, mean in so many bytes.
pub(super) fn range(store: Store<'_>, position: Term, length: Term, size: usize) -> Option<(usize, usize)> {
    let (position, length) = (store.integer(position)?, store.integer(length)?);
    let (start, length) =
        if length < 0 { (position.checked_add(length)?, length.checked_neg()?) } else { (position, length) };
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
    (start.checked_add(length)? <= size).then_some((start, length))
}

pub(super) fn pair(store: Store<'_>, term: Term) -> Result<(Term, Term)> {
    match store.tuple(term).map(|tuple| tuple.0) {
        Some(&[first, second]) => Ok((Term(first), Term(second))),
        _ => Err(Raise::BADARG),
    }
}

fn binary_part(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[subject, position, length] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    // Whole bytes of it; the bits of a bitstring behind them are not in reach.
    let size = store.bits(subject).ok_or(Raise::BADARG)?.size / 8;
    let (start, length) = range(store, position, length, size).ok_or(Raise::BADARG)?;
    part_of(context, subject, start * 8, length * 8)
}

fn binary_part_tuple(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (position, length) = pair(context.store(), argument(arguments, 1))?;
    binary_part(context, &[argument(arguments, 0), position, length])
}

fn split_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (subject, store) = (argument(arguments, 0), context.store());
    let size = bitstring(store, subject)?.size;
    let position = store.integer(argument(arguments, 1)).and_then(|position| usize::try_from(position).ok());
    let position = position.and_then(|position| position.checked_mul(8)).ok_or(Raise::BADARG)?;
    if position > size {
        return Err(Raise::BADARG);
    }
    let head = part_of(context, subject, 0, position)?;
    let tail = part_of(context, subject, position, size - position)?;
    Ok(context.process.heap.tuple(&[head, tail])?)
}

/// A list of the bytes of a part of a binary, before a tail.
fn list_of(context: &mut Context<'_>, subject: Term, start: usize, length: usize, tail: Term) -> Result {
    context.process.heap.reserve(length * 2)?;
    let mut list = tail;
    for index in (start..start + length).rev() {
        let byte = bitstring(context.store(), subject)?.byte(index);
        list = context.process.heap.cons_reserved(Term::tiny(byte.into()), list);
    }
    context.bump(length / 10);
    Ok(list)
}

fn binary_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    let size = binary(context.store(), subject)?.size;
    list_of(context, subject, 0, size / 8, Term::NIL)
}

fn bitstring_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    let size = bitstring(context.store(), subject)?.size;
    let mut tail = Term::NIL;
    if !size.is_multiple_of(8) {
        let rest = part_of(context, subject, size / 8 * 8, size % 8)?;
        tail = context.process.heap.cons(rest, Term::NIL)?;
    }
    list_of(context, subject, 0, size / 8, tail)
}

fn binary_to_list_range(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[subject, start, stop] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    let size = bitstring(store, subject)?.size / 8;
    let index = |term| store.integer(term).and_then(|index| usize::try_from(index).ok()).filter(|&index| index >= 1);
    let (Some(start), Some(stop)) = (index(start), index(stop)) else { return Err(Raise::BADARG) };
    if start > stop || stop > size {
        return Err(Raise::BADARG);
    }
    list_of(context, subject, start - 1, stop - start + 1, Term::NIL)
}

fn bin_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    let store = context.store();
    let size = binary(store, subject)?.size / 8;
    let (position, length) = match *arguments {
        [_, position, length] => (position, length),
        _ => pair(store, argument(arguments, 1))?,
    };
    let (start, length) = range(store, position, length, size).ok_or(Raise::BADARG)?;
    list_of(context, subject, start, length, Term::NIL)
}

/// What an iolist is made of.
enum Item<'a> {
    Byte(u8),
    Bits(Bits<'a>),
}

/// Calls a function with all parts of an iolist, in order; the whole may be a binary, and `partial` says whether
/// bitstrings may stand in it.
fn walk<'a>(
    store: Store<'a>,
    budget: &Budget,
    iolist: Term,
    partial: bool,
    mut each: impl FnMut(Item<'a>) -> Result<()>,
) -> Result<()> {
    let mut stack: Vec<Term> = Vec::new();
    let result = walk_with(store, budget, &mut stack, iolist, partial, &mut each);
    budget.drop_vector(stack);
    result
}

fn walk_with<'a>(
    store: Store<'a>,
    budget: &Budget,
    stack: &mut Vec<Term>,
    iolist: Term,
    partial: bool,
    each: &mut dyn FnMut(Item<'a>) -> Result<()>,
) -> Result<()> {
    let mut term = iolist;
    let mut steps = Steps::new(store);
    loop {
        steps.take()?;
        if let Some((head, tail)) = store.cell(term) {
            if let Some(byte) = head.as_small() {
                each(Item::Byte(u8::try_from(byte).map_err(|_| Raise::BADARG)?))?;
                term = tail;
                continue;
            }
            match store.view(head) {
                View::Cell(..) => {
                    if tail != Term::NIL {
                        budget.reserve(stack, 1)?;
                        stack.push(tail);
                    }
                    term = head;
                    continue;
                }
                View::Nil => {}
                View::Bits(bits) if partial || bits.is_binary() => each(Item::Bits(bits))?,
                _ => return Err(Raise::BADARG),
            }
            term = tail;
            continue;
        }
        match store.view(term) {
            View::Nil => {}
            View::Bits(bits) if partial || bits.is_binary() => each(Item::Bits(bits))?,
            _ => return Err(Raise::BADARG),
        }
        match stack.pop() {
            Some(next) => term = next,
            None => return Ok(()),
        }
    }
}

/// The size of an iolist in bits.
fn iolist_bits(store: Store<'_>, budget: &Budget, iolist: Term, partial: bool) -> Result<usize> {
    let mut size = 0_usize;
    walk(store, budget, iolist, partial, |item| {
        let more = match item {
            Item::Byte(_) => 8,
            Item::Bits(bits) => bits.size,
        };
        size = size.checked_add(more).ok_or(Raise::SYSTEM_LIMIT)?;
        Ok(())
    })?;
    Ok(size)
}

/// The bytes of an iolist, for other natives: `badarg` when it is none. Their memory is not counted in the budget.
pub fn iolist_bytes(store: Store<'_>, budget: &Budget, iolist: Term) -> Result<Vec<u8>> {
    let size = iolist_bits(store, budget, iolist, false)? / 8;
    let mut bytes = vector(budget, size)?;
    walk(store, budget, iolist, false, |item| {
        match item {
            Item::Byte(byte) => bytes.push(byte),
            Item::Bits(bits) => match bits.as_bytes() {
                Some(part) => bytes.extend_from_slice(part),
                None => bytes.extend(bits.iter()),
            },
        }
        Ok(())
    })?;
    Ok(bytes)
}

fn join(context: &mut Context<'_>, iolist: Term, partial: bool) -> Result {
    let budget = context.shared.budget.clone();
    let store = context.store();
    if !partial {
        let bytes = iolist_bytes(store, &budget, iolist)?;
        context.bump(bytes.len() / 64 + bytes.len() / 20);
        return context.binary(bytes);
    }
    let size = iolist_bits(store, &budget, iolist, true)?;
    let mut builder = Builder::new(budget.clone());
    builder.reserve(size)?;
    walk(store, &budget, iolist, true, |item| {
        match item {
            Item::Byte(byte) => builder.byte(byte)?,
            Item::Bits(bits) => builder.bits(bits)?,
        }
        Ok(())
    })?;
    builder.finish(context)
}

fn is_list(term: Term) -> bool {
    term.is_list() || term == Term::NIL
}

fn list_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let list = argument(arguments, 0);
    if is_list(list) { join(context, list, false) } else { Err(Raise::BADARG) }
}

fn list_to_bitstring(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let list = argument(arguments, 0);
    if is_list(list) { join(context, list, true) } else { Err(Raise::BADARG) }
}

pub(super) fn iolist_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let iolist = argument(arguments, 0);
    if is_list(iolist) {
        return join(context, iolist, false);
    }
    binary(context.store(), iolist)?;
    Ok(iolist)
}

fn iolist_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let budget = context.shared.budget.clone();
    let size = iolist_bits(context.store(), &budget, argument(arguments, 0), false)? / 8;
    context.bump(size / 64);
    size_term(context, size)
}

fn iolist_to_iovec(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let whole = iolist_to_binary(context, arguments)?;
    if binary(context.store(), whole)?.size == 0 {
        return Ok(Term::NIL);
    }
    Ok(context.process.heap.cons(whole, Term::NIL)?)
}

fn byte_at(context: &Context<'_>, subject: Term, index: impl FnOnce(usize) -> Option<usize>) -> Result {
    let bits = binary(context.store(), subject)?;
    let size = bits.size / 8;
    let index = index(size).filter(|&index| index < size).ok_or(Raise::BADARG)?;
    Ok(Term::tiny(bits.byte(index).into()))
}

fn at(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let index = context.store().integer(argument(arguments, 1)).and_then(|index| usize::try_from(index).ok());
    byte_at(context, argument(arguments, 0), |_| index)
}

fn first(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    byte_at(context, argument(arguments, 0), |_| Some(0))
}

fn last(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    byte_at(context, argument(arguments, 0), |size| size.checked_sub(1))
}

fn copy(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (store, budget) = (context.store(), &context.shared.budget);
    let count = match arguments.get(1) {
        Some(&count) => store.integer(count).and_then(|count| usize::try_from(count).ok()).ok_or(Raise::BADARG)?,
        None => 1,
    };
    if count == 0 {
        // Then OTP asks no more than that it is a bitstring.
        bitstring(store, argument(arguments, 0))?;
        return context.binary(Vec::new());
    }
    let bytes = bytes(store, budget, argument(arguments, 0))?;
    let size = bytes.len().checked_mul(count).filter(|&size| size <= crate::binaries::MAX_BYTES);
    let size = size.ok_or(Raise::SYSTEM_LIMIT)?;
    let mut copies = vector(budget, size)?;
    if !bytes.is_empty() {
        (0..count).for_each(|_| copies.extend_from_slice(&bytes));
    }
    context.bump(size / 64);
    context.binary(copies)
}

fn referenced_byte_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    bitstring(context.store(), subject)?;
    let (parent, _, _) = resolve(context, subject).ok_or(Raise::BADARG)?;
    let size = match context.store().object(parent) {
        Some((Kind::SharedBinary, &[id, ..])) => context.shared.binaries.bytes(crate::binaries::BinaryId(id)).len(),
        _ => bitstring(context.store(), parent)?.size / 8,
    };
    size_term(context, size)
}

/// Whether the second argument, `big` if absent, is `little`.
fn little(arguments: &[Term]) -> Result<bool> {
    match arguments.get(1).map(|order| order.as_atom()) {
        None | Some(Some(atoms::BIG)) => Ok(false),
        Some(Some(atoms::LITTLE)) => Ok(true),
        Some(_) => Err(Raise::BADARG),
    }
}

fn encode_unsigned(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let little = little(arguments)?;
    let (store, budget) = (context.store(), &context.shared.budget);
    let small;
    let magnitude: &[u32] = match store.view(argument(arguments, 0)) {
        View::Small(value) => {
            small = [u32::try_from(value).map_err(|_| Raise::BADARG)?];
            &small
        }
        View::Big { negative: false, magnitude } => magnitude,
        _ => return Err(Raise::BADARG),
    };
    let top = magnitude.last().map_or(1, |last| (32 - last.leading_zeros()).div_ceil(8).max(1)) as usize;
    let size = magnitude.len().saturating_sub(1) * 4 + top;
    let mut bytes = vector(budget, size)?;
    bytes.resize(size, 0);
    bits::write_magnitude(&mut bytes, 0, size * 8, false, magnitude, little);
    context.binary(bytes)
}

fn decode_unsigned(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let little = little(arguments)?;
    let bits = binary(context.store(), argument(arguments, 0))?;
    let size = bits.size.div_ceil(32);
    let budget = context.shared.budget.clone();
    let mut magnitude: Vec<u32> = Vec::new();
    budget.reserve(&mut magnitude, size)?;
    magnitude.resize(size, 0);
    bits::read_magnitude(bits.bytes, bits.offset, bits.size, little, false, &mut magnitude);
    let made = context.process.heap.magnitude(false, &magnitude);
    budget.drop_vector(magnitude);
    Ok(made?)
}

/// How many bytes all binaries of a list have in common, at the start or at the end.
fn longest_common(context: &mut Context<'_>, arguments: &[Term], end: bool) -> Result {
    let store = context.store();
    let mut list = store.list(argument(arguments, 0));
    let first = binary(store, list.next().ok_or(Raise::BADARG)?)?;
    let mut common = first.size / 8;
    for term in list.by_ref() {
        let other = binary(store, term)?;
        let limit = common.min(other.size / 8);
        let place = |bits: Bits<'_>, index: usize| if end { bits.size / 8 - 1 - index } else { index };
        common = (0..limit)
            .find(|&index| first.byte(place(first, index)) != other.byte(place(other, index)))
            .unwrap_or(limit);
    }
    if !list.is_proper() {
        return Err(Raise::BADARG);
    }
    context.bump(common / 10);
    size_term(context, common)
}

fn longest_common_prefix(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    longest_common(context, arguments, false)
}

fn longest_common_suffix(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    longest_common(context, arguments, true)
}
