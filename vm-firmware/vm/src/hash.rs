//! Hashes of terms: OTP's portable `phash2`, and by the same walk the hash that large maps use inside.

use crate::atoms::Atom;
use crate::code::Code;
use crate::heap::{Bits, Map, Store, View};
use crate::maps::Cursor;
use crate::memory::{NoMemory, Scratch};
use crate::steps::Steps;
use crate::term::Term;

/// The golden ratio: OTP's hash tells kinds of terms apart by multiples of it.
const GOLDEN: u32 = 0x9e37_79b9;

const fn constant(times: u32) -> u32 {
    GOLDEN.wrapping_mul(times)
}

/// Bob Jenkins' mix of three words.
fn mix(mut a: u32, mut b: u32, mut c: u32) -> u32 {
    a = a.wrapping_sub(b).wrapping_sub(c) ^ c >> 13;
    b = b.wrapping_sub(c).wrapping_sub(a) ^ a << 8;
    c = c.wrapping_sub(a).wrapping_sub(b) ^ b >> 13;
    a = a.wrapping_sub(b).wrapping_sub(c) ^ c >> 12;
    b = b.wrapping_sub(c).wrapping_sub(a) ^ a << 16;
    c = c.wrapping_sub(a).wrapping_sub(b) ^ b >> 5;
    a = a.wrapping_sub(b).wrapping_sub(c) ^ c >> 3;
    b = b.wrapping_sub(c).wrapping_sub(a) ^ a << 10;
    c.wrapping_sub(a).wrapping_sub(b) ^ b >> 15
}

/// Two words into the hash.
fn two(hash: u32, x: u32, y: u32, times: u32) -> u32 {
    mix(constant(times).wrapping_add(x), constant(times).wrapping_add(y), hash)
}

fn one(hash: u32, x: u32, times: u32) -> u32 {
    two(hash, x, 0, times)
}

/// An integer of this VM's small range or not: OTP's hash sets the border at 28 bits.
fn small(hash: u32, value: i32) -> u32 {
    if !(-(1 << 27)..1 << 27).contains(&value) {
        return two(hash, value.unsigned_abs(), 0, if value < 0 { 10 } else { 11 });
    }
    // Negative ones are mixed twice.
    let hash = if value < 0 { one(hash, value.unsigned_abs(), 1) } else { hash };
    one(hash, value as u32, 1)
}

fn big(mut hash: u32, negative: bool, magnitude: &[u32]) -> u32 {
    for pair in magnitude.chunks(2) {
        let (low, high) = (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
        hash = two(hash, low, high, if negative { 10 } else { 11 });
    }
    hash
}

fn bits(hash: u32, bits: Bits<'_>) -> u32 {
    let start = constant(13).wrapping_add(hash);
    if bits.size == 0 {
        return start;
    }
    let length = bits.size / 8;
    let word = |index: usize, count: usize| {
        (0..count.min(4)).fold(0_u32, |word, byte| word | u32::from(bits.byte(index + byte)) << (8 * byte))
    };
    let (mut a, mut b, mut c) = (GOLDEN, GOLDEN, start);
    let mut index = 0;
    while length - index >= 12 {
        (a, b, c) = mix3(
            a.wrapping_add(word(index, 4)),
            b.wrapping_add(word(index + 4, 4)),
            c.wrapping_add(word(index + 8, 4)),
        );
        index += 12;
    }
    let left = length - index;
    a = a.wrapping_add(word(index, left));
    b = b.wrapping_add(word(index + 4, left.saturating_sub(4)));
    // The lowest byte of the third word is for the length.
    c = c.wrapping_add(length as u32).wrapping_add(word(index + 8, left.saturating_sub(8)) << 8);
    let hash = mix(a, b, c);
    match (bits.size % 8) as u32 {
        0 => hash,
        rest => two(hash, rest, u32::from(bits.byte(length) >> (8 - rest)), 15),
    }
}

/// [`mix`], giving all three words.
fn mix3(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    for (x, y, z) in [(13, 8, 13), (12, 16, 5), (3, 10, 15)] {
        a = a.wrapping_sub(b).wrapping_sub(c) ^ c >> x;
        b = b.wrapping_sub(c).wrapping_sub(a) ^ a << y;
        c = c.wrapping_sub(a).wrapping_sub(b) ^ b >> z;
    }
    (a, b, c)
}

/// The hash of an atom's name: of its characters, those above 255 as UTF-8.
pub(crate) fn name(store: Store<'_>, atom: Atom) -> u32 {
    let mut hash = 0_u32;
    let mut add = |byte: u8| {
        hash = (hash << 4).wrapping_add(u32::from(byte));
        let high = hash & 0xf000_0000;
        if high != 0 {
            hash ^= high >> 24;
            hash ^= high;
        }
    };
    for character in store.atoms().name(atom).chars() {
        match u8::try_from(character) {
            Ok(latin) => add(latin),
            Err(_) => character.encode_utf8(&mut [0; 4]).bytes().for_each(&mut add),
        }
    }
    hash
}

/// What is left to hash.
#[allow(clippy::large_enum_variant)] // Few, and a box would be one more thing that can fail.
enum Work<'a> {
    /// Terms.
    Terms(&'a [u32]),
    /// The rest of a map: what its pairs so far come to, and whether one has just been hashed; the hash before the map.
    Pairs { cursor: Cursor, pairs: u32, before: u32 },
}

/// The hash of a term for large maps; `salt` gives other hash functions, for terms that collide.
///
/// # Errors
/// When the term is nested deeply and there is no memory for a stack.
pub fn internal(store: Store<'_>, term: Term, salt: u32) -> Result<u32, NoMemory> {
    if !term.is_pointer() {
        return Ok(mix(term.0, constant(3), salt));
    }
    walk(store, None, term, salt, &mut Steps::new(store))
}

/// As [`internal`] without salt, of one of many terms: a part of their walk.
///
/// # Errors
/// As [`internal`].
pub fn internal_of_many(store: Store<'_>, term: Term, steps: &mut Steps<'_>) -> Result<u32, NoMemory> {
    if term.is_pointer() { walk(store, None, term, 0, steps) } else { internal(store, term, 0) }
}

/// `erlang:phash2/1` before it is cut to its range: 32 bits.
///
/// # Errors
/// When the term is nested deeply and there is no memory for a stack.
pub fn phash2(store: Store<'_>, code: &Code, term: Term) -> Result<u32, NoMemory> {
    walk(store, Some(code), term, 0, &mut Steps::new(store))
}

fn walk(
    store: Store<'_>,
    code: Option<&Code>,
    mut term: Term,
    mut hash: u32,
    steps: &mut Steps<'_>,
) -> Result<u32, NoMemory> {
    // Without code it is the hash inside this VM: atoms and funs by their index.
    let atom_hash = |atom: Atom| if code.is_some() { name(store, atom) } else { atom.0 ^ constant(20) };
    let mut stack: Scratch<'_, Work<'_>> = store.budget().scratch();
    loop {
        steps.take()?;
        match store.view(term) {
            View::Small(value) => hash = small(hash, value),
            View::Atom(atom) => {
                hash = if hash == 0 { atom_hash(atom) } else { one(hash, atom_hash(atom), 3) };
            }
            View::Nil => hash = if hash == 0 { 3_468_870_702 } else { one(hash, 2, 2) },
            View::Big { negative, magnitude } => hash = big(hash, negative, magnitude),
            View::Float(value) => {
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                hash = two(hash, (bits >> 32) as u32, bits as u32, 12);
            }
            View::Cell(..) => {
                // Bytes at the head of a list go four at a time.
                let (mut word, mut count) = (0_u32, 0);
                let mut rest = None;
                while let Some((head, tail)) = store.cell(term) {
                    let Some(byte @ 0..=255) = head.as_small() else {
                        rest = Some(head);
                        break;
                    };
                    word = (word << 8).wrapping_add(byte as u32);
                    count += 1;
                    if count == 4 {
                        steps.take()?;
                        hash = one(hash, word, 4);
                        (word, count) = (0, 0);
                    }
                    term = tail;
                }
                if count > 0 {
                    hash = one(hash, word, 4);
                }
                if let Some(head) = rest {
                    let area = if term.is_literal() { store.literals() } else { store.heap() };
                    let tail = area.get(term.index() + 1..term.index() + 2).unwrap_or_default();
                    stack.push(Work::Terms(tail))?;
                    term = head;
                }
                continue;
            }
            View::Tuple(elements) => {
                hash = one(hash, elements.len() as u32, 9);
                stack.push(Work::Terms(elements.0))?;
            }
            View::Map(map) => {
                let size = match map {
                    Map::Flat { keys, .. } => keys.len(),
                    Map::Hash { size, .. } => size,
                };
                hash = one(hash, size as u32, 16);
                if size != 0 {
                    let mut cursor = Cursor::new(store, term);
                    if let Some((key, _)) = cursor.peek(store) {
                        stack.push(Work::Pairs { cursor, pairs: 0, before: hash })?;
                        hash = 0;
                        // The value is hashed after the key: see below.
                        term = key;
                        continue;
                    }
                }
            }
            View::Bits(value) | View::Context(value) => {
                steps.take_bytes(value.size / 8)?;
                hash = bits(hash, value);
            }
            View::Fun { entry, free, .. } => {
                hash = match code.and_then(|code| code.lambdas.get(entry as usize)) {
                    Some(lambda) => {
                        let hash = two(hash, free.len() as u32, atom_hash(lambda.module), 1);
                        two(hash, lambda.index, lambda.old_unique, 1)
                    }
                    None => two(hash, free.len() as u32, entry, 1),
                };
                stack.push(Work::Terms(free.0))?;
            }
            View::ExportFun(export) => {
                hash = match code.and_then(|code| code.exports.get(export as usize)) {
                    Some(export) => {
                        let hash = two(hash, u32::from(export.arity), atom_hash(export.module), 1);
                        one(hash, atom_hash(export.function), 14)
                    }
                    None => one(hash, export, 14),
                };
            }
            View::Pid(number) => hash = one(hash, number, 5),
            View::Port(number) => hash = two(hash, number as u32, (number >> 32) as u32, 6),
            View::Reference([low, ..]) => hash = one(hash, low, 7),
            View::External(words) => {
                let number = words.get(4).copied().unwrap_or(0);
                hash = one(hash, number, words.first().map_or(7, |kind| 5 + kind));
            }
            View::HashNode(..) | View::Invalid => {}
        }
        // The next term.
        loop {
            match stack.last_mut() {
                None => return Ok(hash),
                Some(Work::Terms(words)) => {
                    if let Some((&word, rest)) = words.split_first() {
                        term = Term(word);
                        if rest.is_empty() {
                            stack.pop();
                        } else {
                            *words = rest;
                        }
                        break;
                    }
                    stack.pop();
                }
                Some(Work::Pairs { cursor, pairs, before }) => {
                    // A key has been hashed, or a value behind it: each pair's hash counts, in whatever order.
                    if let Some(value) = cursor.take_value(store) {
                        term = value;
                        break;
                    }
                    *pairs ^= hash;
                    hash = 0;
                    if let Some((key, _)) = cursor.peek(store) {
                        term = key;
                        break;
                    }
                    hash = one(*before, *pairs, 19);
                    stack.pop();
                }
            }
        }
    }
}
