//! Where the objects stand that a match specification can fit: found by their keys where the patterns tell them, by the
//! first parts of them in a table with an order, else everywhere.

use core::cmp::Ordering;

use crate::compare::compare_in;
use crate::ets::Table;
use crate::ets::objects::Kind;
use crate::ets::ordered::Place;
use crate::heap::{Store, View};
use crate::match_spec::is_bound;
use crate::match_spec::run::Runner;
use crate::memory::{Budget, NoMemory, Scratch};
use crate::natives::Context;
use crate::raise::Result;
use crate::term::Term;

/// Where the objects are that a program can fit, when its patterns tell their keys; `None`: anywhere.
fn places<'a>(
    cx: &Context<'_>,
    budget: &'a Budget,
    table: &Table,
    runner: &Runner<'_>,
) -> Result<Option<Scratch<'a, Place>>> {
    let mut places = budget.scratch();
    for clause in runner.clauses() {
        let store = cx.store();
        let key = match store.view(clause.head) {
            View::Tuple(elements) => match elements.get(table.options.key) {
                Some(key) => key,
                // Too small for any object.
                None => continue,
            },
            View::Atom(_) => return Ok(None),
            _ => continue,
        };
        if places.len() >= 64 || !is_bound(store, key)? {
            return Ok(None);
        }
        let place = table.objects.find(cx.shared, &cx.process.heap, key, false)?;
        if let Some(place) = place.filter(|place| !places.contains(place)) {
            places.push(place)?;
        }
    }
    places.sort_unstable_by_key(|place| (place.0, place.1));
    Ok(Some(places))
}

/// The places to look at, one after the other.
pub(super) enum Walk<'a> {
    /// These, of which so many were given.
    Places(Scratch<'a, Place>, usize),
    /// From one on; of an ordered table within two bounds, the second of them outside.
    Range(Option<Place>, (Place, Place)),
}

impl Walk<'_> {
    /// The next place. When the objects of one are deleted, of an ordered table the others must come backwards.
    pub(super) fn next(&mut self, table: &Table, forward: bool) -> Option<Place> {
        match self {
            Self::Places(places, given) => {
                *given += 1;
                let at = if forward { *given - 1 } else { places.len().checked_sub(*given)? };
                places.get(at).copied()
            }
            Self::Range(next, (first, end)) => {
                let place = next.filter(|&place| place >= *first && place < *end);
                *next = place.and_then(
                    |place| {
                        if forward { table.objects.after(place) } else { table.objects.before(place) }
                    },
                );
                place
            }
        }
    }

    /// The walk over what a program can fit.
    pub(super) fn new<'a>(
        cx: &Context<'_>,
        budget: &'a Budget,
        table: &Table,
        runner: &Runner<'_>,
        forward: bool,
    ) -> Result<Walk<'a>> {
        if let Some(places) = places(cx, budget, table, runner)? {
            return Ok(Walk::Places(places, 0));
        }
        let (first, end) = bounds(cx, table, runner)?;
        let start = match table.options.kind {
            Kind::OrderedSet if forward => table.objects.from(first),
            Kind::OrderedSet if end == ALL.1 => table.objects.last(),
            Kind::OrderedSet => table.objects.before(end),
            _ => table.objects.first(),
        };
        Ok(Walk::Range(start, (first, end)))
    }
}

/// All places.
pub(super) const ALL: (Place, Place) = (Place(0, 0), Place(u32::MAX, 0));

/// The bounds of the places where objects can fit: of a table with an order, those whose keys begin as the pattern's key.
pub(super) fn bounds(cx: &Context<'_>, table: &Table, runner: &Runner<'_>) -> Result<(Place, Place)> {
    let ([clause], Kind::OrderedSet) = (runner.clauses(), table.options.kind) else { return Ok(ALL) };
    let store = cx.store();
    let Some(key) = store.tuple(clause.head).and_then(|elements| elements.get(table.options.key)) else {
        return Ok(ALL);
    };
    if !matches!(store.view(key), View::Tuple(_) | View::Cell(..)) {
        return Ok(ALL);
    }
    Ok(table.objects.range(cx.shared, &mut |other, own| order_of_start((other, own), (store, key)))?)
}

/// The order of a key and a pattern, as far as that is bound: up to the first variable, from left to right.
fn order_of_start(
    (store, mut key): (Store<'_>, Term),
    (other, mut pattern): (Store<'_>, Term),
) -> core::result::Result<Ordering, NoMemory> {
    loop {
        // The first part that is not bound, after those that are compared.
        let parts: [&[u32]; 2] = match (store.view(key), other.view(pattern)) {
            (View::Tuple(own), View::Tuple(wanted)) if own.len() == wanted.len() => [own.0, wanted.0],
            (View::Cell(..), View::Cell(..)) => {
                let (Some((head, tail)), Some((first, rest))) = (store.cell(key), other.cell(pattern)) else {
                    return Ok(Ordering::Equal);
                };
                if is_bound(other, first)? {
                    let ordering = compare_in((store, head), (other, first))?;
                    if ordering.is_ne() {
                        return Ok(ordering);
                    }
                    (key, pattern) = (tail, rest);
                } else {
                    (key, pattern) = (head, first);
                }
                continue;
            }
            _ if is_bound(other, pattern)? => return compare_in((store, key), (other, pattern)),
            (_, View::Atom(_)) => return Ok(Ordering::Equal),
            // The types or sizes differ: parts do not count.
            (_, View::Tuple(_) | View::Cell(..)) => return compare_in((store, key), (other, pattern)),
            _ => return Ok(Ordering::Equal),
        };
        let mut next = None;
        for (&own, &wanted) in parts[0].iter().zip(parts[1]) {
            if !is_bound(other, Term(wanted))? {
                next = Some((Term(own), Term(wanted)));
                break;
            }
            let ordering = compare_in((store, Term(own)), (other, Term(wanted)))?;
            if ordering.is_ne() {
                return Ok(ordering);
            }
        }
        let Some(found) = next else { return Ok(Ordering::Equal) };
        (key, pattern) = found;
    }
}
