//! Natives on binaries: those of the module `binary`, and of `erlang` those on binaries, bitstrings, iolists, and on
//! the names of atoms.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Context, Native, natives};
use crate::atoms::{self, Atom, MAX_CHARACTERS};
use crate::bits;
use crate::construct::Builder;
use crate::heap::{Bits, Store, View};
use crate::matching::{part_of, resolve};
use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

pub(super) static BINARY: &[Native] = natives! {
    "binary";
    "at"/2 => at;
    "first"/1 => first;
    "last"/1 => last;
    "part"/2 => binary_part_tuple;
    "part"/3 => binary_part;
    "match"/2 => match_first;
    "match"/3 => match_first;
    "matches"/2 => match_all;
    "matches"/3 => match_all;
    "split"/2 => split;
    "split"/3 => split;
    "compile_pattern"/1 => compile_pattern;
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
    "atom_to_list"/1 => atom_to_list;
    "atom_to_binary"/1 => atom_to_binary;
    "atom_to_binary"/2 => atom_to_binary;
    "list_to_atom"/1 => list_to_atom;
    "list_to_existing_atom"/1 => list_to_existing_atom;
    "binary_to_atom"/1 => binary_to_atom;
    "binary_to_atom"/2 => binary_to_atom;
    "binary_to_existing_atom"/1 => binary_to_existing_atom;
    "binary_to_existing_atom"/2 => binary_to_existing_atom;
};

fn argument(arguments: &[Term], index: usize) -> Term {
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
fn range(store: Store<'_>, position: Term, length: Term, size: usize) -> Option<(usize, usize)> {
    let (position, length) = (store.integer(position)?, store.integer(length)?);
    let (start, length) =
        if length < 0 { (position.checked_add(length)?, length.checked_neg()?) } else { (position, length) };
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
    (start.checked_add(length)? <= size).then_some((start, length))
}

fn pair(store: Store<'_>, term: Term) -> Result<(Term, Term)> {
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
    loop {
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

fn iolist_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
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

fn name_of(term: Term) -> Result<Atom> {
    term.as_atom().ok_or(Raise::BADARG)
}

fn atom_to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let atom = name_of(argument(arguments, 0))?;
    let Context { process, shared } = context;
    Ok(process.heap.string(shared.atoms.name(atom))?)
}

/// Whether an encoding's name means Latin-1: `None` for no known name.
pub(super) fn is_latin1(encoding: Term) -> Option<bool> {
    match encoding.as_atom()? {
        atoms::LATIN1 => Some(true),
        atoms::UNICODE | atoms::UTF8 => Some(false),
        _ => None,
    }
}

fn encoding(arguments: &[Term]) -> Result<bool> {
    match arguments.get(1) {
        Some(&encoding) => is_latin1(encoding).ok_or(Raise::BADARG),
        None => Ok(false),
    }
}

fn atom_to_binary(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let atom = name_of(argument(arguments, 0))?;
    let latin1 = encoding(arguments)?;
    let Context { process, shared } = context;
    let name = shared.atoms.name(atom);
    let mut bytes = vector(&shared.budget, name.len())?;
    if latin1 {
        for character in name.chars() {
            bytes.push(u8::try_from(u32::from(character)).map_err(|_| Raise::BADARG)?);
        }
    } else {
        bytes.extend_from_slice(name.as_bytes());
    }
    Ok(process.heap.binary(&mut shared.binaries, bytes)?)
}

/// Collects an atom's name, which may be too long.
struct Name {
    text: alloc::string::String,
    characters: usize,
}

impl Name {
    fn new(budget: &Budget) -> Result<Self> {
        budget.probe(MAX_CHARACTERS * 4)?;
        let mut text = alloc::string::String::new();
        text.try_reserve_exact(MAX_CHARACTERS * 4).map_err(|_| NoMemory)?;
        Ok(Self { text, characters: 0 })
    }

    /// Adds a character; `system_limit` when there are too many.
    fn push(&mut self, code: u32) -> Result<()> {
        let character = char::from_u32(code).ok_or(Raise::BADARG)?;
        self.characters += 1;
        if self.characters > MAX_CHARACTERS {
            return Err(Raise::SYSTEM_LIMIT);
        }
        self.text.push(character);
        Ok(())
    }
}

fn list_name(store: Store<'_>, budget: &Budget, list: Term) -> Result<Name> {
    let mut name = Name::new(budget)?;
    let mut characters = store.list(list);
    for term in characters.by_ref() {
        if name.characters == MAX_CHARACTERS {
            return Err(Raise::SYSTEM_LIMIT);
        }
        name.push(term.as_small().and_then(|code| u32::try_from(code).ok()).ok_or(Raise::BADARG)?)?;
    }
    if characters.is_proper() { Ok(name) } else { Err(Raise::BADARG) }
}

fn binary_name(store: Store<'_>, budget: &Budget, term: Term, latin1: bool) -> Result<Name> {
    let bytes = bytes(store, budget, term)?;
    let mut name = Name::new(budget)?;
    if latin1 {
        bytes.iter().try_for_each(|&byte| name.push(byte.into()))?;
    } else {
        for character in core::str::from_utf8(&bytes).map_err(|_| Raise::BADARG)?.chars() {
            name.push(character.into())?;
        }
    }
    Ok(name)
}

fn intern(context: &mut Context<'_>, name: &Name) -> Result {
    if context.shared.atoms.len() >= atoms::MAX_ATOMS && context.shared.atoms.find(&name.text).is_none() {
        return Err(Raise::SYSTEM_LIMIT);
    }
    Ok(Term::atom(context.shared.atoms.intern(&name.text)?))
}

/// The atom of a name that must exist; whatever is wrong with the name is `badarg`.
fn existing(context: &Context<'_>, name: Result<Name>) -> Result {
    match name {
        Ok(name) => context.shared.atoms.find(&name.text).map(Term::atom).ok_or(Raise::BADARG),
        Err(Raise::NoMemory) => Err(Raise::NoMemory),
        Err(_) => Err(Raise::BADARG),
    }
}

fn list_to_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = list_name(context.store(), &context.shared.budget, argument(arguments, 0))?;
    intern(context, &name)
}

fn list_to_existing_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = list_name(context.store(), &context.shared.budget, argument(arguments, 0));
    existing(context, name)
}

fn binary_to_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let latin1 = encoding(arguments)?;
    let name = binary_name(context.store(), &context.shared.budget, argument(arguments, 0), latin1)?;
    intern(context, &name)
}

fn binary_to_existing_atom(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let latin1 = encoding(arguments)?;
    let name = binary_name(context.store(), &context.shared.budget, argument(arguments, 0), latin1);
    existing(context, name)
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

/// What is searched for: any of some strings of bytes, none empty.
struct Patterns<'a> {
    strings: Vec<Cow<'a, [u8]>>,
    /// The bytes that they begin with, a bit each.
    starts: [u32; 8],
    /// For one long string: of each of its beginnings the length of the longest shorter beginning that it ends with.
    /// With it the search takes a time linear in the subject whatever the string repeats.
    borders: Vec<u32>,
}

/// A string up to this length is searched for in the plain way.
const PLAIN: usize = 8;

impl<'a> Patterns<'a> {
    /// Reads a pattern: a binary, a list of binaries, or what [`compile_pattern`] made.
    fn new(store: Store<'a>, budget: &Budget, pattern: Term) -> Result<Self> {
        let compiled = store.tuple(pattern).map(|tuple| tuple.0);
        let pattern = match compiled {
            Some(&[kind, inner]) if [atom(store, "bm"), atom(store, "ac")].contains(&Some(Term(kind))) => Term(inner),
            Some(_) => return Err(Raise::BADARG),
            None => pattern,
        };
        let mut patterns = Self { strings: Vec::new(), starts: [0; 8], borders: Vec::new() };
        if pattern.is_list() {
            let mut list = store.list(pattern);
            for term in list.by_ref() {
                patterns.add(bytes(store, budget, term)?)?;
            }
            if !list.is_proper() {
                return Err(Raise::BADARG);
            }
        } else {
            patterns.add(bytes(store, budget, pattern)?)?;
        }
        if let [string] = patterns.strings.as_slice()
            && string.len() > PLAIN
        {
            budget.probe(string.len() * 4)?;
            patterns.borders = borders(string)?;
        }
        Ok(patterns)
    }

    fn add(&mut self, string: Cow<'a, [u8]>) -> Result<()> {
        let &first = string.first().ok_or(Raise::BADARG)?;
        self.strings.try_reserve(1).map_err(|_| NoMemory)?;
        if let Some(word) = self.starts.get_mut(usize::from(first / 32)) {
            *word |= 1 << (first % 32);
        }
        self.strings.push(string);
        Ok(())
    }

    fn find_long(&self, string: &[u8], subject: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut length = 0;
        for (index, &byte) in subject.iter().enumerate().skip(from) {
            length = shorten(string, &self.borders, length, byte);
            length += usize::from(string.get(length) == Some(&byte));
            if length == string.len() {
                return Some((index + 1 - length, length));
            }
        }
        None
    }

    /// The first place at or behind `from`, and of the strings found there the longest: start and length.
    fn find(&self, subject: &[u8], from: usize) -> Option<(usize, usize)> {
        if let [string] = self.strings.as_slice() {
            if !self.borders.is_empty() {
                return self.find_long(string, subject, from);
            }
            let &first = string.first()?;
            let mut start = from;
            loop {
                let rest = subject.get(start..)?;
                if rest.len() < string.len() {
                    return None;
                }
                start += rest.iter().position(|&byte| byte == first)?;
                if subject.get(start..)?.starts_with(string) {
                    return Some((start, string.len()));
                }
                start += 1;
            }
        }
        for (start, &byte) in subject.iter().enumerate().skip(from) {
            if self.starts.get(usize::from(byte / 32)).is_some_and(|word| word >> (byte % 32) & 1 == 1) {
                let rest = subject.get(start..).unwrap_or_default();
                let longest = self.strings.iter().filter(|string| rest.starts_with(string)).map(|string| string.len());
                if let Some(length) = longest.max() {
                    return Some((start, length));
                }
            }
        }
        None
    }
}

/// The table of [`Patterns::borders`] for a string.
fn borders(string: &[u8]) -> Result<Vec<u32>> {
    let mut borders: Vec<u32> = Vec::new();
    borders.try_reserve_exact(string.len()).map_err(|_| NoMemory)?;
    let mut border = 0;
    for (index, &byte) in string.iter().enumerate() {
        if index != 0 {
            border = shorten(string, &borders, border, byte);
            border += usize::from(string.get(border) == Some(&byte));
        }
        borders.push(border as u32);
    }
    Ok(borders)
}

/// The longest beginning of a string, of at most `length` bytes, that what was read ends with and that `byte` may
/// continue; 0 where none is.
fn shorten(string: &[u8], borders: &[u32], length: usize, byte: u8) -> usize {
    let mut length = length;
    while length != 0 && string.get(length) != Some(&byte) {
        length = borders.get(length - 1).map_or(0, |&border| border as usize);
    }
    length
}

fn atom(store: Store<'_>, name: &str) -> Option<Term> {
    store.atoms.find(name).map(Term::atom)
}

fn compile_pattern(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let pattern = argument(arguments, 0);
    if context.store().tuple(pattern).is_some() {
        return Err(Raise::BADARG);
    }
    let count = Patterns::new(context.store(), &context.shared.budget, pattern)?.strings.len();
    let kind = context.shared.atoms.intern(if count == 1 { "bm" } else { "ac" })?;
    Ok(context.process.heap.tuple(&[Term::atom(kind), pattern])?)
}

/// What the options of a search say.
#[derive(Default)]
struct Options {
    /// First byte and end.
    scope: Option<(usize, usize)>,
    global: bool,
    trim: bool,
    trim_all: bool,
}

fn options(store: Store<'_>, list: Option<&Term>, size: usize, splits: bool) -> Result<Options> {
    let mut options = Options::default();
    let Some(&list) = list else { return Ok(options) };
    let mut list = store.list(list);
    for option in list.by_ref() {
        match option.as_atom() {
            Some(atoms::GLOBAL) if splits => options.global = true,
            Some(atoms::TRIM) if splits => options.trim = true,
            Some(atoms::TRIM_ALL) if splits => options.trim_all = true,
            Some(_) => return Err(Raise::BADARG),
            None => {
                let (name, scope) = pair(store, option)?;
                if name.as_atom() != Some(atoms::SCOPE) {
                    return Err(Raise::BADARG);
                }
                let (position, length) = pair(store, scope)?;
                let (start, length) = range(store, position, length, size).ok_or(Raise::BADARG)?;
                options.scope = Some((start, start + length));
            }
        }
    }
    if list.is_proper() { Ok(options) } else { Err(Raise::BADARG) }
}

/// Start and length of each match, the options, and the size of the subject.
type Matches = (Vec<(u32, u32)>, Options, usize);

/// The matches of a pattern in a subject, all or the first. Gives the options too.
fn search(context: &mut Context<'_>, arguments: &[Term], splits: bool, all: bool) -> Result<Matches> {
    let (store, budget) = (context.store(), &context.shared.budget);
    let subject = bytes(store, budget, argument(arguments, 0))?;
    let patterns = Patterns::new(store, budget, argument(arguments, 1))?;
    let options = options(store, arguments.get(2), subject.len(), splits)?;
    let (mut from, end) = options.scope.unwrap_or((0, subject.len()));
    let scope = subject.get(..end).unwrap_or_default();
    let mut found: Vec<(u32, u32)> = Vec::new();
    while let Some((start, length)) = patterns.find(scope, from) {
        found.try_reserve(1).map_err(|_| NoMemory)?;
        found.push((start as u32, length as u32));
        if !all && !options.global {
            break;
        }
        from = start + length;
    }
    let size = subject.len();
    drop(subject);
    drop(patterns);
    context.bump(size / 64);
    Ok((found, options, size))
}

fn place(context: &mut Context<'_>, (start, length): (u32, u32)) -> Result {
    let heap = &mut context.process.heap;
    let (start, length) = (heap.unsigned(start.into())?, heap.unsigned(length.into())?);
    Ok(heap.tuple(&[start, length])?)
}

fn match_first(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (found, ..) = search(context, arguments, false, false)?;
    match found.first() {
        Some(&found) => place(context, found),
        None => Ok(Term::atom(atoms::NOMATCH)),
    }
}

fn match_all(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (found, ..) = search(context, arguments, false, true)?;
    let mut list = Term::NIL;
    for found in found.into_iter().rev() {
        let place = place(context, found)?;
        list = context.process.heap.cons(place, list)?;
    }
    Ok(list)
}

fn split(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let subject = argument(arguments, 0);
    let (found, options, size) = search(context, arguments, true, false)?;
    // From the last part to the first.
    let mut list = Term::NIL;
    let mut end = size;
    let starts = found.iter().rev().map(|&(start, length)| (start as usize, (start + length) as usize));
    for (next_end, start) in starts.chain(core::iter::once((0, 0))) {
        let empty = start == end;
        let trimmed = empty && (options.trim_all || options.trim && list == Term::NIL);
        if !trimmed {
            let part = part_of(context, subject, start * 8, (end - start) * 8)?;
            list = context.process.heap.cons(part, list)?;
        }
        end = next_end;
    }
    Ok(list)
}
