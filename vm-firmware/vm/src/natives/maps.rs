//! Native functions of maps.

use crate::atoms;
use crate::heap::View;
use crate::maps::{self, Cursor};
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static MAPS: &[Native] = natives! {
    "maps";
    "get"/2 => get;
    "find"/2 => find;
    "is_key"/2 => is_key;
    "put"/3 => put;
    "update"/3 => update;
    "remove"/2 => remove;
    "take"/2 => take;
    "keys"/1 => keys;
    "values"/1 => values;
    "to_list"/1 => to_list;
    "merge"/2 => merge;
    "from_list"/1 => from_list;
    "from_keys"/2 => from_keys;
};

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    guard "map_get"/2 => get;
    guard "map_size"/1 => map_size;
    guard "is_map_key"/2 => is_key;
};

pub(super) static ERTS_INTERNAL: &[Native] = natives! {
    "erts_internal";
    "map_next"/3 => map_next;
    "mc_iterator"/1 => mc_iterator;
    "mc_refill"/1 => mc_refill;
};

/// Pairs that `map_next` gives at once.
const BATCH: usize = 64;

/// Sees that a term is a map.
fn check(context: &mut Context<'_>, map: Term) -> Result<()> {
    if maps::is_map(context.store(), map) { Ok(()) } else { Err(maps::badmap(context.heap(), map)) }
}

fn lookup(context: &mut Context<'_>, arguments: &[Term]) -> Result<Option<Term>> {
    let &[key, map] = arguments else { return Err(Raise::BADARG) };
    match maps::get(context.store(), map, key)? {
        Some(value) => Ok(Some(value)),
        None => check(context, map).map(|()| None),
    }
}

fn get(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match lookup(context, arguments)? {
        Some(value) => Ok(value),
        None => Err(maps::badkey(context.heap(), arguments.first().copied().unwrap_or(Term::NIL))),
    }
}

fn find(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match lookup(context, arguments)? {
        Some(value) => Ok(context.heap().tuple(&[atoms::OK.into(), value])?),
        None => Ok(atoms::ERROR.into()),
    }
}

fn is_key(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(lookup(context, arguments)?.is_some()))
}

fn map_size(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[map] = arguments else { return Err(Raise::BADARG) };
    match maps::size(context.store(), map) {
        Some(size) => Ok(Term::tiny(size as i32)),
        None => Err(maps::badmap(context.heap(), map)),
    }
}

fn put(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[key, value, map] = arguments else { return Err(Raise::BADARG) };
    maps::put_assoc(&mut context.process.heap, context.shared, map, &[key, value])
}

fn update(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[key, value, map] = arguments else { return Err(Raise::BADARG) };
    maps::put_exact(&mut context.process.heap, context.shared, map, &[key, value])
}

fn remove(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[key, map] = arguments else { return Err(Raise::BADARG) };
    check(context, map)?;
    Ok(maps::remove(&mut context.process.heap, context.shared, map, key)?)
}

fn take(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[key, map] = arguments else { return Err(Raise::BADARG) };
    check(context, map)?;
    match maps::take(&mut context.process.heap, context.shared, map, key)? {
        Some((value, rest)) => Ok(context.heap().tuple(&[value, rest])?),
        None => Ok(atoms::ERROR.into()),
    }
}

/// A list with something of each pair, in the order of the walk.
fn list(context: &mut Context<'_>, map: Term, tail: Term, item: fn(&mut Context<'_>, Term, Term) -> Result) -> Result {
    check(context, map)?;
    let budget = context.shared.budget.clone();
    let mut pairs = budget.scratch();
    maps::collect(context.store(), map, &mut pairs)?;
    context.bump(pairs.len() / 10);
    context.heap().reserve(2 * pairs.len())?;
    let mut list = tail;
    for &(key, value) in pairs.iter().rev() {
        let head = item(context, key, value)?;
        list = context.heap().cons(head, list)?;
    }
    Ok(list)
}

fn keys(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[map] = arguments else { return Err(Raise::BADARG) };
    list(context, map, Term::NIL, |_, key, _| Ok(key))
}

fn values(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[map] = arguments else { return Err(Raise::BADARG) };
    list(context, map, Term::NIL, |_, _, value| Ok(value))
}

fn tuple(context: &mut Context<'_>, key: Term, value: Term) -> Result {
    Ok(context.heap().tuple(&[key, value])?)
}

fn to_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[map] = arguments else { return Err(Raise::BADARG) };
    list(context, map, Term::NIL, tuple)
}

fn merge(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[first, second] = arguments else { return Err(Raise::BADARG) };
    check(context, first)?;
    check(context, second)?;
    let store = context.store();
    let (size_first, size_second) = (maps::size(store, first).unwrap_or(0), maps::size(store, second).unwrap_or(0));
    if size_second == 0 {
        return Ok(first);
    }
    if size_first == 0 {
        return Ok(second);
    }
    context.bump((size_first + size_second) / 10);
    let budget = context.shared.budget.clone();
    let store = context.store();
    let mut pairs = budget.scratch();
    if size_first / 8 > size_second {
        // A few into many.
        maps::collect(store, second, &mut pairs)?;
        let mut map = first;
        for &(key, value) in pairs.iter() {
            map = maps::put(&mut context.process.heap, context.shared, map, key, value)?;
        }
        return Ok(map);
    }
    maps::collect(store, first, &mut pairs)?;
    if size_second / 8 > size_first {
        let mut map = second;
        for &(key, value) in pairs.iter() {
            if maps::get(context.store(), map, key)?.is_none() {
                map = maps::put(&mut context.process.heap, context.shared, map, key, value)?;
            }
        }
        return Ok(map);
    }
    maps::collect(store, second, &mut pairs)?;
    Ok(maps::from_pairs(&mut context.process.heap, context.shared, &pairs)?)
}

/// A map of pairs made from each element of a proper list.
fn from(context: &mut Context<'_>, list: Term, pair: impl Fn(&Context<'_>, Term) -> Option<(Term, Term)>) -> Result {
    let length = context.store().length(list).ok_or(Raise::BADARG)?;
    let budget = context.shared.budget.clone();
    let mut pairs = budget.scratch();
    pairs.reserve(length)?;
    for element in context.store().list(list) {
        pairs.push(pair(context, element).ok_or(Raise::BADARG)?)?;
    }
    context.bump(length / 10);
    Ok(maps::from_pairs(&mut context.process.heap, context.shared, &pairs)?)
}

fn from_list(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    from(context, list, |context, element| {
        let pair = context.store().tuple(element).filter(|pair| pair.len() == 2)?;
        pair.get(0).zip(pair.get(1))
    })
}

fn from_keys(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list, value] = arguments else { return Err(Raise::BADARG) };
    from(context, list, |_, key| Some((key, value)))
}

/// What a comprehension over a map begins with: the first pairs, or those of an iterator. What is neither gives `[]`, which
/// the comprehension takes for an error.
fn mc_iterator(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let term = arguments.first().copied().unwrap_or(Term::NIL);
    let iterator = Term::atom(context.shared.atoms.intern("iterator")?);
    if context.store().cell(term).is_some() {
        return match mc_refill(context, arguments) {
            Err(Raise::Error(_)) => Ok(Term::NIL),
            result => result,
        };
    }
    if matches!(context.store().view(term), View::Map(_)) {
        return map_next(context, &[Term::tiny(0), term, iterator]);
    }
    let pairs = context.store().tuple(term).is_some_and(|pairs| pairs.len() == 3);
    Ok(if pairs || term == Term::from(atoms::NONE) { term } else { Term::NIL })
}

/// The next pairs, from a place and the map.
fn mc_refill(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let cell = arguments.first().and_then(|&term| context.store().cell(term));
    let (path, map) = cell.ok_or(Raise::Error(Term::atom(atoms::FUNCTION_CLAUSE)))?;
    let iterator = Term::atom(context.shared.atoms.intern("iterator")?);
    map_next(context, &[path, map, iterator])
}

/// Steps a walk. With `iterator`: `{Key, Value, Next}`, where `Next` is such a tuple, `[Path | Map]` or `none`. With a
/// list: all that is left, as pairs before that list.
fn map_next(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[path, map, kind] = arguments else { return Err(Raise::BADARG) };
    check(context, map).map_err(|raise| if raise == Raise::NoMemory { raise } else { Raise::BADARG })?;
    let iterator = match context.store().view(kind) {
        View::Nil | View::Cell(..) => false,
        View::Atom(atom) if context.shared.atoms.name(atom) == "iterator" => true,
        _ => return Err(Raise::BADARG),
    };
    // An iterator in an order of its own: the keys that are to come.
    if path == Term::NIL && iterator {
        return Ok(atoms::NONE.into());
    }
    if let Some((key, rest)) = context.store().cell(path).filter(|_| iterator) {
        let value = maps::get(context.store(), map, key)?.ok_or(Raise::BADARG)?;
        let next = context.heap().cons(rest, map)?;
        return Ok(context.heap().tuple(&[key, value, next])?);
    }
    let place = context.store().integer(path).ok_or(Raise::BADARG)?;
    let mut cursor = Cursor::resume(context.store(), map, place).ok_or(Raise::BADARG)?;
    let budget = context.shared.budget.clone();
    let mut pairs = budget.scratch();
    let mut end = None;
    while let Some(pair) = cursor.next(context.store()) {
        pairs.push(pair)?;
        if iterator && pairs.len() >= BATCH {
            end = cursor.place(context.store());
            if end.is_some() {
                break;
            }
        }
    }
    context.bump(pairs.len() / 10);
    let mut result = kind;
    if iterator {
        result = match end {
            Some(place) => {
                let place = context.heap().integer(place)?;
                context.heap().cons(place, map)?
            }
            None => atoms::NONE.into(),
        };
    }
    for &(key, value) in pairs.iter().rev() {
        result = if iterator {
            context.heap().tuple(&[key, value, result])?
        } else {
            let pair = context.heap().tuple(&[key, value])?;
            context.heap().cons(pair, result)?
        };
    }
    Ok(result)
}
