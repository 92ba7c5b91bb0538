//! The process dictionary, as `erlang` gives it. Its entries are pairs, which are changed in place. A few stand in a list,
//! the newest first; more in a hash table: a tuple of how many there are, and then the lists of its buckets, as many as a
//! power of 2.

use crate::atoms;
use crate::compare::equal_exact;
use crate::hash;
use crate::heap::Store;
use crate::memory::NoMemory;
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::Result;
use crate::term::{Kind, MAX_SIZE, Term};

const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

/// Entries that are looked through one by one.
const FEW: usize = 8;
/// Entries to a bucket, when a table grows.
const EACH: usize = 2;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "put"/2 => put;
    "get"/0 => get_0;
    "get"/1 => get_1;
    "erase"/0 => erase_0;
    "erase"/1 => erase_1;
    "get_keys"/0 => get_keys_0;
    "get_keys"/1 => get_keys_1;
};

/// Goes over all entries.
pub(super) struct Walk {
    dictionary: Term,
    bucket: usize,
    cell: Term,
}

impl Walk {
    /// Over those of a dictionary.
    pub(super) fn new(dictionary: Term) -> Self {
        let cell = if dictionary.is_boxed() { Term::NIL } else { dictionary };
        Self { dictionary, bucket: 0, cell }
    }

    /// The next cell.
    fn next_cell(&mut self, store: Store<'_>) -> Option<Term> {
        while self.cell == Term::NIL {
            self.bucket += 1;
            self.cell = store.tuple(self.dictionary)?.get(self.bucket)?;
        }
        let (_, tail) = store.cell(self.cell)?;
        Some(core::mem::replace(&mut self.cell, tail))
    }

    /// The next pair. The heap may grow meanwhile.
    pub(super) fn next(&mut self, store: Store<'_>) -> Option<Term> {
        let cell = self.next_cell(store)?;
        store.cell(cell).map(|(pair, _)| pair)
    }
}

/// Where a word that leads to a list of entries stands: it is the dictionary itself, or stands in the heap.
type Link = Option<usize>;

/// The list that a link leads to.
fn follow(cx: &Context<'_>, link: Link) -> Term {
    match link {
        None => cx.process.dictionary,
        Some(index) => Term(cx.process.heap.words.at(index)),
    }
}

fn set_link(cx: &mut Context<'_>, link: Link, list: Term) {
    match link {
        None => cx.process.dictionary = list,
        Some(index) => cx.process.heap.words.set(index, list.0),
    }
}

/// Of a table, how many entries and buckets it has.
fn sizes(cx: &Context<'_>) -> Option<(usize, usize)> {
    let table = cx.store().tuple(cx.process.dictionary)?;
    Some((table.get(0)?.small_value().unsigned_abs() as usize, table.len() - 1))
}

/// What leads to the list that a key would be in.
fn start(cx: &Context<'_>, key: Term) -> Result<Link> {
    let Some((_, buckets)) = sizes(cx) else { return Ok(None) };
    let hash = hash::internal(cx.store(), key, 0)?;
    Ok(Some(cx.process.dictionary.index() + 2 + (hash as usize & (buckets - 1))))
}

/// The key of the pair that is the head of a cell, the pair itself, and the cell's tail.
fn entry(cx: &Context<'_>, cell: Term) -> Option<(Term, Term, Term)> {
    let store = cx.store();
    let (pair, tail) = store.cell(cell)?;
    Some((store.tuple(pair)?.get(0)?, pair, tail))
}

/// What leads to the cell of a key: its pair, and the cell's tail.
fn find(cx: &Context<'_>, mut link: Link, key: Term) -> Result<Option<(Link, Term, Term)>> {
    loop {
        let cell = follow(cx, link);
        let Some((other, pair, tail)) = entry(cx, cell) else { return Ok(None) };
        if equal_exact(cx.store(), other, key)? {
            return Ok(Some((link, pair, tail)));
        }
        link = Some(cell.index() + 1);
    }
}

fn value_of(cx: &Context<'_>, pair: Term) -> Term {
    cx.store().tuple(pair).and_then(|pair| pair.get(1)).unwrap_or(UNDEFINED)
}

/// Counts entries; of a list, only so that is told whether there are more than a few.
fn count(cx: &mut Context<'_>, change: isize) -> usize {
    match sizes(cx) {
        Some((count, _)) => {
            let count = count.saturating_add_signed(change);
            let place = cx.process.dictionary.index() + 1;
            cx.process.heap.words.set(place, Term::tiny(count as i32).0);
            count
        }
        None => {
            let mut walk = Walk::new(cx.process.dictionary);
            (0..=FEW).take_while(|_| walk.next_cell(cx.store()).is_some()).count()
        }
    }
}

/// Moves all entries to a table of so many buckets; to a list, when there are none.
fn resize(cx: &mut Context<'_>, count: usize, buckets: usize) -> core::result::Result<(), NoMemory> {
    let budget = cx.shared.budget.clone();
    let mut cells = budget.scratch();
    let mut walk = Walk::new(cx.process.dictionary);
    while let Some(cell) = walk.next_cell(cx.store()) {
        let hash = match entry(cx, cell) {
            Some((key, ..)) if buckets > 0 => hash::internal(cx.store(), key, 0)?,
            _ => 0,
        };
        cells.push((cell, hash))?;
    }
    let mut dictionary = Term::NIL;
    if buckets > 0 {
        dictionary = cx.heap().blank(Kind::Tuple, buckets + 1)?;
        let words = cx.heap().words_of(dictionary);
        words.fill(Term::NIL.0);
        if let Some(place) = words.first_mut() {
            *place = Term::tiny(count as i32).0;
        }
    }
    cx.process.dictionary = dictionary;
    for &(cell, hash) in cells.iter() {
        let link = (buckets > 0).then(|| dictionary.index() + 2 + (hash as usize & (buckets - 1)));
        let tail = follow(cx, link);
        set_link(cx, Some(cell.index() + 1), tail);
        set_link(cx, link, cell);
    }
    cx.bump(count / 10);
    Ok(())
}

fn put(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (key, value) = (arg(arguments, 0), arg(arguments, 1));
    let link = start(cx, key)?;
    if let Some((_, pair, _)) = find(cx, link, key)? {
        let old = value_of(cx, pair);
        if let Some(place) = cx.heap().words_of(pair).get_mut(1) {
            *place = value.0;
        }
        return Ok(old);
    }
    let pair = cx.heap().tuple(&[key, value])?;
    let rest = follow(cx, link);
    let cell = cx.heap().cons(pair, rest)?;
    set_link(cx, link, cell);
    let count = count(cx, 1);
    let buckets = sizes(cx).map_or(0, |(_, buckets)| buckets);
    if count > (buckets * EACH).max(FEW) && buckets <= MAX_SIZE / 4 {
        // Without memory for a larger one, longer lists will do.
        let _ = resize(cx, count, (buckets * 2).max(FEW));
    }
    Ok(UNDEFINED)
}

fn get_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let key = arg(arguments, 0);
    let found = find(cx, start(cx, key)?, key)?;
    Ok(found.map_or(UNDEFINED, |(_, pair, _)| value_of(cx, pair)))
}

/// The value of a key in a dictionary on the caller's heap that may be a copy of another's; `undefined` without it.
pub(super) fn value_in(cx: &Context<'_>, dictionary: Term, key: Term) -> Result {
    let mut walk = Walk::new(dictionary);
    while let Some(cell) = walk.next_cell(cx.store()) {
        if let Some((other, pair, _)) = entry(cx, cell)
            && equal_exact(cx.store(), other, key)?
        {
            return Ok(value_of(cx, pair));
        }
    }
    Ok(UNDEFINED)
}

fn erase_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let key = arg(arguments, 0);
    let Some((link, pair, tail)) = find(cx, start(cx, key)?, key)? else { return Ok(UNDEFINED) };
    set_link(cx, link, tail);
    if let Some((_, buckets)) = sizes(cx) {
        let count = count(cx, -1);
        // Without memory for a smaller one, this one will do.
        if count <= FEW / 2 {
            let _ = resize(cx, count, 0);
        } else if count < buckets / 4 {
            let _ = resize(cx, count, buckets / 2);
        }
    }
    Ok(value_of(cx, pair))
}

/// A list made of what `each` gives of each key and value; not of the pairs themselves, which are changed in place.
fn dictionary_list(
    cx: &mut Context<'_>,
    each: impl Fn(&mut Context<'_>, Term, Term) -> Result<Option<Term>>,
) -> Result {
    let (mut walk, mut list) = (Walk::new(cx.process.dictionary), Term::NIL);
    while let Some(pair) = walk.next(cx.store()) {
        let key = cx.store().tuple(pair).and_then(|pair| pair.get(0)).unwrap_or(UNDEFINED);
        let value = value_of(cx, pair);
        if let Some(term) = each(cx, key, value)? {
            list = cx.heap().cons(term, list)?;
        }
    }
    Ok(list)
}

pub(super) fn get_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    dictionary_list(cx, |cx, key, value| Ok(Some(cx.heap().tuple(&[key, value])?)))
}

fn erase_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let all = get_0(cx, &[])?;
    cx.process.dictionary = Term::NIL;
    Ok(all)
}

fn get_keys_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    dictionary_list(cx, |_, key, _| Ok(Some(key)))
}

fn get_keys_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let wanted = arg(arguments, 0);
    dictionary_list(cx, |cx, key, value| Ok(if equal_exact(cx.store(), value, wanted)? { Some(key) } else { None }))
}
