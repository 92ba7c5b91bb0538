//! Where the objects stand that a match specification can fit: found by their keys where the patterns tell them, by the
//! first parts of them in a table with an order, else everywhere.

use core::cmp::Ordering;

use crate::compare::compare_in;
use crate::copy::copy;
use crate::ets::objects::Kind;
use crate::ets::ordered::Place;
use crate::ets::{Table, fix, unfix};
use crate::heap::{Magic, Store, View};
use crate::match_spec::is_bound;
use crate::match_spec::run::Runner;
use crate::memory::{Budget, NoMemory, Scratch};
use crate::natives::Context;
use crate::natives::ets::{Access, with_table};
use crate::raise::{Raise, Result};
use crate::term::{Kind as ObjectKind, Term};

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

/// A walk over a table that goes on after other processes have run.
#[derive(Clone, Copy)]
pub(super) struct Paused {
    /// The table, as the program named it.
    pub(super) named: Term,
    /// Its reference.
    table: Term,
    /// Where it goes on: a slot; of a table with an order, a key.
    from: Term,
    /// The slots that there were when it began.
    slots: Term,
    /// What was found.
    done: Term,
}

impl Paused {
    /// What an argument says, if it is such.
    pub(super) fn of(store: Store<'_>, argument: Term) -> Option<Self> {
        let Some(Magic::Paused(paused)) = store.magic(argument) else { return None };
        let paused = store.tuple(paused)?;
        let part = |index| paused.get(index);
        Some(Self { named: part(0)?, table: part(1)?, from: part(2)?, slots: part(3)?, done: part(4)? })
    }
}

/// How far a function has come that walks over a table.
pub(super) struct Progress {
    named: Term,
    paused: Option<Paused>,
    /// There is no memory to say how far it has come: it runs to its end.
    stuck: bool,
}

/// Does something with a table that takes long: so that others can run, it may say how far it has come, by
/// [`Progress::pause`], and is called again. Meanwhile the process holds the table fixed.
pub(super) fn walking(
    cx: &mut Context<'_>,
    argument: Term,
    access: Access,
    work: impl FnOnce(&mut Context<'_>, &mut Table, &mut Progress) -> Result,
) -> Result {
    let paused = Paused::of(cx.store(), argument);
    // Who was let in once may go on.
    let (table, access) = paused.map_or((argument, access), |paused| (paused.table, Access::Info));
    with_table(cx, table, access, |cx, table| {
        let number = cx.process.number;
        let mut progress = Progress { named: paused.map_or(argument, |paused| paused.named), paused, stuck: false };
        if paused.is_some() && matches!(table.fixers[..], [(fixer, 1)] if fixer == number) {
            // What this process deletes now nobody looks for.
            table.objects.fixed = false;
        }
        let result = work(cx, table, &mut progress);
        table.objects.fixed = !table.fixers.is_empty();
        if paused.is_some() && !matches!(result, Err(Raise::Again(_) | Raise::NoMemory)) {
            unfix(cx.shared, table, number, false);
        }
        result
    })
}

impl Progress {
    /// What was found so far, where it goes on.
    pub(super) fn done(&self) -> Option<Term> {
        self.paused.map(|paused| paused.done)
    }

    /// The walk, or the rest of it.
    pub(super) fn walk<'a>(
        &self,
        cx: &Context<'_>,
        budget: &'a Budget,
        table: &Table,
        runner: &Runner<'_>,
        forward: bool,
    ) -> Result<Walk<'a>> {
        let Some(Paused { from, slots, .. }) = self.paused else {
            return Walk::new(cx, budget, table, runner, forward);
        };
        let number = |term: Term| term.as_small().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        if table.options.kind != Kind::OrderedSet {
            let next = table.objects.from(Place(number(from), 0));
            return Ok(Walk::Range(next, (ALL.0, Place(number(slots), 0))));
        }
        let (place, found) = table.objects.bound(cx.shared, &cx.process.heap, from)?;
        let next = match (forward, found) {
            (false, false) => table.objects.before(place),
            (false, true) => Some(place),
            (true, _) => table.objects.from(place),
        };
        Ok(Walk::Range(next, bounds(cx, table, runner)?))
    }

    /// When the time slice is over and something remains to be looked at: what the function must say.
    pub(super) fn pause(
        &mut self,
        cx: &mut Context<'_>,
        table: &mut Table,
        walk: &Walk<'_>,
        done: Term,
    ) -> core::result::Result<(), Raise> {
        if cx.process.reductions > 0 || self.stuck {
            return Ok(());
        }
        let Walk::Range(Some(next), (first, end)) = walk else { return Ok(()) };
        if next < first || next >= end {
            return Ok(());
        }
        match self.state(cx, table, *next, done) {
            Ok(state) => Err(Raise::Again(state)),
            Err(NoMemory) => {
                self.stuck = true;
                Ok(())
            }
        }
    }

    #[inline(never)]
    fn state(
        &self,
        cx: &mut Context<'_>,
        table: &mut Table,
        next: Place,
        done: Term,
    ) -> core::result::Result<Term, NoMemory> {
        let Context { process, shared } = cx;
        let heap = &mut process.heap;
        let from = match table.options.kind {
            Kind::OrderedSet => {
                let root = table.objects.at(next).next().unwrap_or(Term::NIL);
                let key = table.objects.key(shared, root);
                copy(table.objects.heap().words.as_slice(), key, heap, &mut shared.binaries)?
            }
            _ => Term::tiny(next.0 as i32),
        };
        let slots = self.paused.map_or(Term::tiny(table.objects.slots() as i32), |paused| paused.slots);
        let reference = table.reference(heap)?;
        let paused = heap.tuple(&[self.named, reference, from, slots, done])?;
        let state = heap.boxed(ObjectKind::Reference, &[0, 0, 0, paused.0])?;
        if self.paused.is_none() {
            fix(shared, table, process.number)?;
        }
        Ok(state)
    }
}

/// How deep a pattern is followed, and how many cells of a list.
const MOST_PARTS: usize = 256;

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
    // Past that depth all keys count as equal: they are looked at one by one.
    for _ in 0..MOST_PARTS {
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
    Ok(Ordering::Equal)
}
