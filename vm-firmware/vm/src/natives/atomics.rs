//! `atomics` and `counters`: arrays of 64-bit integers that all who have the reference change. The words stand in a large
//! binary, behind one that says what they are; the reference leads to it, so the array goes with the last reference.

use alloc::vec::Vec;

use crate::atoms;
use crate::binaries::{BinaryId, MAX_BYTES};
use crate::heap::{Magic, View};
use crate::maps;
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::{Kind, Term};

pub(super) static ATOMICS: &[Native] = natives! {
    "atomics";
    "new"/2 => new_atomics;
    "put"/3 => put_atomic;
    "get"/2 => get_atomic;
    "add"/3 => add_atomic;
    "add_get"/3 => add_get;
    "sub"/3 => sub_atomic;
    "sub_get"/3 => sub_get;
    "exchange"/3 => exchange;
    "compare_exchange"/4 => compare_exchange;
    "info"/1 => info_atomics;
};

pub(super) static COUNTERS: &[Native] = natives! {
    "counters";
    "new"/2 => new_counters;
    "put"/3 => put_counter;
    "get"/2 => get_counter;
    "add"/3 => add_counter;
    "sub"/3 => sub_counter;
    "info"/1 => info_counters;
};

/// What an array is: bits of its first word.
const UNSIGNED: u64 = 1;
/// Counters with `write_concurrency`, which are no atomics to programs; others are.
const CONCURRENT: u64 = 2;

const OK: Term = Term::atom(atoms::OK);

/// An array: which binary, and what its first word says.
#[derive(Clone, Copy)]
struct Array {
    id: BinaryId,
    flags: u64,
}

fn read(cx: &Context<'_>, id: BinaryId, index: usize) -> Option<u64> {
    let bytes = cx.shared.binaries.bytes(id).get(index * 8..)?.first_chunk::<8>()?;
    Some(u64::from_ne_bytes(*bytes))
}

fn write(cx: &mut Context<'_>, id: BinaryId, index: usize, value: u64) {
    let bytes = cx.shared.binaries.bytes_mut(id);
    if let Some(place) = bytes.get_mut(index * 8..).and_then(|bytes| bytes.first_chunk_mut::<8>()) {
        *place = value.to_ne_bytes();
    }
}

fn new(cx: &mut Context<'_>, size: Term, flags: u64) -> Result {
    let size = match cx.store().integer(size) {
        Some(size) if size > 0 => usize::try_from(size).unwrap_or(usize::MAX),
        None if matches!(cx.store().view(size), View::Big { negative: false, .. }) => usize::MAX,
        _ => return Err(Raise::BADARG),
    };
    let bytes = size.checked_add(1).and_then(|size| size.checked_mul(8)).filter(|&bytes| bytes <= MAX_BYTES);
    let bytes = bytes.ok_or(Raise::SYSTEM_LIMIT)?;
    cx.shared.budget.probe(bytes)?;
    let mut words = Vec::new();
    words.try_reserve_exact(bytes).map_err(|_| Raise::NoMemory)?;
    words.resize(bytes, 0);
    cx.bump(bytes / 1024);
    cx.heap().reserve(16)?;
    let id = cx.shared.binaries.add(words)?;
    write(cx, id, 0, flags);
    let [a, b, c] = crate::signals::new_reference(cx.shared, cx.process.number);
    let Context { process, shared } = cx;
    let binary = process.heap.shared_binary(&mut shared.binaries, id, bytes)?;
    Ok(process.heap.boxed(Kind::Reference, &[a, b, c, binary.0])?)
}

fn new_atomics(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut flags = 0;
    let mut list = cx.store().list(arg(arguments, 1));
    for option in list.by_ref() {
        let option = cx.store().tuple(option).filter(|pair| pair.len() == 2).ok_or(Raise::BADARG)?;
        let name = option.get(0).and_then(Term::as_atom).map_or("", |name| cx.shared.atoms.name(name));
        match (name, option.get(1).and_then(Term::as_boolean)) {
            ("signed", Some(signed)) => flags = if signed { 0 } else { UNSIGNED },
            _ => return Err(Raise::BADARG),
        }
    }
    if !list.is_proper() {
        return Err(Raise::BADARG);
    }
    new(cx, arg(arguments, 0), flags)
}

fn new_counters(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let options = arg(arguments, 1);
    let option = match cx.store().cell(options) {
        Some((option, Term::NIL)) => option.as_atom().map_or("", |name| cx.shared.atoms.name(name)),
        None if options == Term::NIL => "atomics",
        _ => "",
    };
    let flags = match option {
        "atomics" => 0,
        "write_concurrency" => CONCURRENT,
        _ => return Err(Raise::ErrorWithCause(atoms::BADOPT)),
    };
    let reference = new(cx, arg(arguments, 0), flags)?;
    let kind = if flags & CONCURRENT != 0 { "write_concurrency" } else { "atomics" };
    let kind = Term::atom(cx.shared.atoms.intern(kind)?);
    Ok(cx.heap().tuple(&[kind, reference])?)
}

/// The array of a reference, or the counters of a term: OTP's are a pair of the kind and the reference.
fn array(cx: &Context<'_>, reference: Term, counters: bool) -> Result<Array> {
    let (mut reference, mut concurrent) = (reference, false);
    if counters {
        let pair = cx.store().tuple(reference).filter(|pair| pair.len() == 2).ok_or(Raise::BADARG)?;
        let kind = pair.get(0).and_then(Term::as_atom).map_or("", |kind| cx.shared.atoms.name(kind));
        concurrent = kind == "write_concurrency";
        reference = pair.get(1).filter(|_| concurrent || kind == "atomics").ok_or(Raise::BADARG)?;
    }
    let Some(Magic::Atomics(id)) = cx.store().magic(reference) else { return Err(Raise::BADARG) };
    let flags = read(cx, id, 0).ok_or(Raise::BADARG)?;
    if (flags & CONCURRENT != 0) == concurrent { Ok(Array { id, flags }) } else { Err(Raise::BADARG) }
}

/// How many integers an array has.
fn size(cx: &Context<'_>, array: Array) -> usize {
    (cx.shared.binaries.bytes(array.id).len() / 8).saturating_sub(1)
}

/// The place that an index names.
fn place(cx: &Context<'_>, array: Array, index: Term) -> Result<usize> {
    let index = index.as_small().and_then(|index| usize::try_from(index).ok());
    index.filter(|&index| index >= 1 && index <= size(cx, array)).ok_or(Raise::BADARG)
}

/// An integer for an array: what fits into 64 bits, as it is signed or not.
fn value(cx: &Context<'_>, array: Array, term: Term) -> Result<u64> {
    let (negative, magnitude) = cx.store().magnitude(term).ok_or(Raise::BADARG)?;
    let fits = if array.flags & UNSIGNED != 0 {
        !negative
    } else {
        magnitude <= if negative { 1 << 63 } else { i64::MAX as u64 }
    };
    if !fits {
        return Err(Raise::BADARG);
    }
    Ok(if negative { magnitude.wrapping_neg() } else { magnitude })
}

/// An increment, or a decrement as one: what fits into 64 bits, signed or not, whatever the array is.
fn increment(cx: &Context<'_>, term: Term, subtract: bool) -> Result<u64> {
    let (negative, magnitude) = cx.store().magnitude(term).ok_or(Raise::BADARG)?;
    let negative = negative != subtract;
    if negative && magnitude > 1 << 63 {
        return Err(Raise::BADARG);
    }
    Ok(if negative { magnitude.wrapping_neg() } else { magnitude })
}

fn told(cx: &mut Context<'_>, array: Array, value: u64) -> Result {
    let heap = cx.heap();
    Ok(if array.flags & UNSIGNED != 0 { heap.unsigned(value)? } else { heap.integer(value as i64)? })
}

/// Gives what `change` makes of an integer, and changes it; the answer is made before anything is changed.
fn update(
    cx: &mut Context<'_>,
    (array, place): (Array, usize),
    change: impl FnOnce(u64) -> (u64, Option<u64>),
) -> Result {
    let old = read(cx, array.id, place).ok_or(Raise::BADARG)?;
    let (new, answer) = change(old);
    let answer = answer.map_or(Ok(OK), |answer| told(cx, array, answer))?;
    write(cx, array.id, place, new);
    Ok(answer)
}

fn find(cx: &Context<'_>, arguments: &[Term], counters: bool) -> Result<(Array, usize)> {
    let array = array(cx, arg(arguments, 0), counters)?;
    Ok((array, place(cx, array, arg(arguments, 1))?))
}

fn get(cx: &mut Context<'_>, arguments: &[Term], counters: bool) -> Result {
    let found = find(cx, arguments, counters)?;
    update(cx, found, |old| (old, Some(old)))
}

fn put(cx: &mut Context<'_>, arguments: &[Term], counters: bool) -> Result {
    let found = find(cx, arguments, counters)?;
    let value = value(cx, found.0, arg(arguments, 2))?;
    update(cx, found, |_| (value, None))
}

fn add(cx: &mut Context<'_>, arguments: &[Term], counters: bool, subtract: bool, tells: bool) -> Result {
    // OTP changes the sign before it looks at anything.
    if subtract && !matches!(cx.store().view(arg(arguments, 2)), View::Small(_) | View::Big { .. } | View::Float(_)) {
        return Err(Raise::BADARITH);
    }
    let found = find(cx, arguments, counters)?;
    let by = increment(cx, arg(arguments, 2), subtract)?;
    update(cx, found, |old| (old.wrapping_add(by), tells.then_some(old.wrapping_add(by))))
}

fn get_atomic(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    get(cx, arguments, false)
}

fn get_counter(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    get(cx, arguments, true)
}

fn put_atomic(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    put(cx, arguments, false)
}

fn put_counter(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    put(cx, arguments, true)
}

fn add_atomic(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, false, false, false)
}

fn add_get(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, false, false, true)
}

fn sub_atomic(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, false, true, false)
}

fn sub_get(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, false, true, true)
}

fn add_counter(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, true, false, false)
}

fn sub_counter(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    add(cx, arguments, true, true, false)
}

fn exchange(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let found = find(cx, arguments, false)?;
    let value = value(cx, found.0, arg(arguments, 2))?;
    update(cx, found, |old| (value, Some(old)))
}

fn compare_exchange(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let found = find(cx, arguments, false)?;
    let (expected, wanted) = (value(cx, found.0, arg(arguments, 2))?, value(cx, found.0, arg(arguments, 3))?);
    update(cx, found, |old| if old == expected { (wanted, None) } else { (old, Some(old)) })
}

fn tell(cx: &mut Context<'_>, array: Array) -> Result {
    let unsigned = array.flags & UNSIGNED != 0;
    let (least, most) = if unsigned { (0, u64::MAX) } else { (i64::MIN, i64::MAX as u64) };
    let (size, memory) = (size(cx, array), cx.shared.binaries.bytes(array.id).len());
    let heap = cx.heap();
    let pairs = [
        ("size", heap.unsigned(size as u64)?),
        ("memory", heap.unsigned(memory as u64)?),
        ("max", heap.unsigned(most)?),
        ("min", heap.integer(least)?),
    ];
    // OTP tells no bounds of counters that are no atomics.
    let told = if array.flags & CONCURRENT != 0 { 2 } else { pairs.len() };
    let mut map = maps::empty(cx.heap())?;
    for &(name, value) in pairs.iter().take(told) {
        let name = Term::atom(cx.shared.atoms.intern(name)?);
        map = maps::put(&mut cx.process.heap, cx.shared, map, name, value)?;
    }
    Ok(map)
}

fn info_atomics(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let array = array(cx, arg(arguments, 0), false)?;
    tell(cx, array)
}

fn info_counters(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let array = array(cx, arg(arguments, 0), true)?;
    tell(cx, array)
}
