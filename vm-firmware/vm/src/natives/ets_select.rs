//! Match specifications, as `ets` and `erlang` give them: `select` and `match` in all forms, with continuations.
//!
//! A continuation has OTP's shape, which its library knows: `{Table, Slot, Limit, Specification, Rest, RestLength}`, of a
//! table with an order `{Table, LastKey, [], Limit, Specification, [], Reverse, 0}`. The specification is a reference to
//! the compiled one: it leads to the term that was compiled, and is compiled again where it is used.

use crate::compare::{equal_exact, equal_exact_in};
use crate::copy::copy;
use crate::ets::Table;
use crate::ets::objects::{Cursor, Kind};
use crate::ets::ordered::Place;
use crate::heap::{Magic, View};
use crate::match_spec::compile::compile;
use crate::match_spec::run::Runner;
use crate::match_spec::{Dialect, has_map, is_bound};
use crate::memory::Budget;
use crate::natives::ets::{Access, TRUE, atom, because, with_table};
use crate::natives::ets_walk::{ALL, Progress, Walk, bounds, walking};
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::{Kind as ObjectKind, Term};

pub(super) static ETS: &[Native] = natives! {
    "ets";
    "select"/1 => select_1;
    "select"/2 => select;
    "select"/3 => select;
    "select_reverse"/1 => select_1;
    "select_reverse"/2 => select_reverse;
    "select_reverse"/3 => select_reverse;
    "match"/1 => select_1;
    "match"/2 => match_2;
    "match"/3 => match_2;
    "match_object"/1 => select_1;
    "match_object"/2 => match_object;
    "match_object"/3 => match_object;
    "select_count"/2 => select_count;
    "select_delete"/2 => select_delete;
    "internal_select_delete"/2 => select_delete;
    "match_delete"/2 => match_delete;
    "select_replace"/2 => select_replace;
    "tab2list"/1 => tab2list;
};

/// A program for a specification, a term of the process; `badarg` when it is none. No clauses are a specification that
/// fits nothing: no program.
pub(super) fn runner<'a>(cx: &Context<'_>, budget: &'a Budget, specification: Term) -> Result<Option<Runner<'a>>> {
    if specification == Term::NIL {
        return Ok(None);
    }
    let program = compile(cx.store(), budget, specification, Dialect::Table, &mut |_| Ok(()))?.ok_or(Raise::BADARG)?;
    Ok(Some(Runner::new(program, budget)?))
}

/// All results, in the order of keys where there is one.
fn select_all(
    cx: &mut Context<'_>,
    table: &mut Table,
    runner: &mut Runner<'_>,
    reverse: bool,
    progress: &mut Progress,
) -> Result {
    let budget = cx.shared.budget.clone();
    // The list is made from its end.
    let forward = reverse || table.options.kind != Kind::OrderedSet;
    let mut walk = progress.walk(cx, &budget, table, runner, forward)?;
    let mut list = progress.done().unwrap_or(Term::NIL);
    while let Some(place) = walk.next(table, forward) {
        for root in table.objects.at(place) {
            if let Some(result) = runner.run(cx, Some(table.objects.heap()), root)? {
                list = cx.heap().cons(result, list)?;
            }
        }
        progress.pause(cx, table, &walk, list)?;
    }
    Ok(list)
}

/// What a part of a selection begins with and goes on by.
struct Part {
    /// The table: its reference, or as the program named it.
    table: Term,
    /// The specification.
    specification: Term,
    /// Most results, and at least one.
    limit: usize,
    /// Whether keys fall.
    reverse: bool,
}

/// The next results, and a continuation. `from`: the place to begin at; `None` for the first part.
fn select_part(
    cx: &mut Context<'_>,
    table: &mut Table,
    runner: &mut Runner<'_>,
    part: &Part,
    from: Option<Walk<'_>>,
) -> Result {
    let budget = cx.shared.budget.clone();
    let ordered = table.options.kind == Kind::OrderedSet;
    let forward = !(ordered && part.reverse);
    let first = from.is_none();
    let mut walk = match from {
        Some(walk) => walk,
        None => Walk::new(cx, &budget, table, runner, forward)?,
    };
    let by_key = first && matches!(walk, Walk::Places(..));
    let mut results = budget.scratch();
    let mut last = None;
    while results.len() < part.limit || by_key {
        let Some(place) = walk.next(table, forward) else { break };
        let start = results.len();
        for root in table.objects.at(place) {
            if let Some(result) = runner.run(cx, Some(table.objects.heap()), root)? {
                results.push(result)?;
                last = Some((place, root));
            }
        }
        if let Some(new) = results.get_mut(start..) {
            new.reverse();
        }
    }
    if results.is_empty() {
        return atom(cx, "$end_of_table");
    }
    let end = results.len() < part.limit || by_key && results.len() <= part.limit;
    let (now, rest) = results.split_at_checked(part.limit).unwrap_or((&results, &[]));
    let continuation = match last.filter(|_| !end) {
        None => atom(cx, "$end_of_table")?,
        Some((_, root)) if ordered => {
            let key = table.objects.key(cx.shared, root);
            let source = table.objects.heap().words.as_slice();
            let key = copy(source, key, &mut cx.process.heap, &mut cx.shared.binaries)?;
            continuation(cx, part, key, None)?
        }
        Some((place, _)) => {
            let slot = if by_key { table.objects.slots() } else { place.0 as usize + 1 };
            let list = cx.heap().list(rest)?;
            continuation(cx, part, Term::tiny(slot as i32), Some((list, rest.len())))?
        }
    };
    let list = cx.heap().list(now)?;
    Ok(cx.heap().tuple(&[list, continuation])?)
}

fn continuation(cx: &mut Context<'_>, part: &Part, from: Term, rest: Option<(Term, usize)>) -> Result {
    let specification = compiled(cx, part.specification)?;
    let (limit, number) = (Term::tiny(part.limit as i32), |number: usize| Term::tiny(number as i32));
    let heap = cx.heap();
    Ok(match rest {
        Some((list, length)) => heap.tuple(&[part.table, from, limit, specification, list, number(length)])?,
        None => {
            let reverse = number(part.reverse.into());
            heap.tuple(&[part.table, from, Term::NIL, limit, specification, Term::NIL, reverse, number(0)])?
        }
    })
}

/// `select` and all that is one: with a limit, where there is a third argument.
fn selection(cx: &mut Context<'_>, arguments: &[Term], specification: Term, reverse: bool) -> Result {
    walking(cx, arg(arguments, 0), Access::Read, |cx, table, progress| {
        let limit = arguments.get(2).map(|&limit| limit_of(limit)).transpose()?;
        let budget = cx.shared.budget.clone();
        let runner = runner(cx, &budget, specification)?;
        match (runner, limit) {
            (Some(mut runner), Some(limit)) => {
                // As OTP: what a name stands for then counts only for ordered sets.
                let ordered = table.options.kind == Kind::OrderedSet;
                let named = if ordered { arg(arguments, 0) } else { table.reference(cx.heap())? };
                let part = Part { table: named, specification, limit, reverse };
                select_part(cx, table, &mut runner, &part, None)
            }
            (Some(mut runner), None) => select_all(cx, table, &mut runner, reverse, progress),
            (None, Some(_)) => atom(cx, "$end_of_table"),
            (None, None) => Ok(Term::NIL),
        }
    })
}

fn limit_of(limit: Term) -> Result<usize> {
    limit.as_small().and_then(|limit| usize::try_from(limit).ok()).filter(|&limit| limit > 0).ok_or(Raise::BADARG)
}

fn select(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    selection(cx, arguments, arg(arguments, 1), false)
}

fn select_reverse(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    selection(cx, arguments, arg(arguments, 1), true)
}

/// `[{Pattern, [], [Result]}]`.
fn pattern_specification(cx: &mut Context<'_>, pattern: Term, result: &str) -> Result {
    let result = if result == "true" { TRUE } else { atom(cx, result)? };
    let heap = cx.heap();
    let body = heap.cons(result, Term::NIL)?;
    let clause = heap.tuple(&[pattern, Term::NIL, body])?;
    Ok(heap.cons(clause, Term::NIL)?)
}

fn match_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let specification = pattern_specification(cx, arg(arguments, 1), "$$")?;
    selection(cx, arguments, specification, false)
}

fn match_object(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let specification = pattern_specification(cx, arg(arguments, 1), "$_")?;
    selection(cx, arguments, specification, false)
}

fn tab2list(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let any = atom(cx, "_")?;
    let specification = pattern_specification(cx, any, "$_")?;
    selection(cx, arguments, specification, false)
}

/// The specification that a reference leads to.
pub(super) fn specification_of(cx: &Context<'_>, reference: Term) -> Option<Term> {
    match cx.store().magic(reference) {
        Some(Magic::MatchSpecification(specification)) => Some(specification),
        _ => None,
    }
}

/// Goes on by a continuation.
fn select_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let given = arg(arguments, 0);
    if given == atom(cx, "$end_of_table")? {
        return Ok(given);
    }
    let elements = cx.store().tuple(given).ok_or(Raise::BADARG)?;
    let element = |index| elements.get(index).unwrap_or(Term::NIL);
    let ordered = match elements.len() {
        6 => false,
        8 => true,
        _ => return Err(Raise::BADARG),
    };
    let (named, from, rest) = (element(0), element(1), element(4));
    let (limit, reference) = if ordered { (element(3), element(4)) } else { (element(2), element(3)) };
    let reverse = ordered && element(6) == Term::tiny(1);
    let specification = specification_of(cx, reference).ok_or(Raise::BADARG)?;
    let part = Part { table: named, specification, limit: limit_of(limit)?, reverse };
    with_table(cx, named, Access::Read, |cx, table| {
        if ordered != (table.options.kind == Kind::OrderedSet) {
            return Err(Raise::BADARG);
        }
        let budget = cx.shared.budget.clone();
        let mut runner = runner(cx, &budget, specification)?.ok_or(Raise::BADARG)?;
        let next = if ordered {
            let (place, found) = table.objects.bound(cx.shared, &cx.process.heap, from)?;
            match (reverse, found) {
                (true, _) => table.objects.before(place),
                (false, true) => table.objects.after(place),
                (false, false) => table.objects.from(place),
            }
        } else {
            let slot = from.as_small().and_then(|slot| u32::try_from(slot).ok()).ok_or(Raise::BADARG)?;
            if rest != Term::NIL {
                return from_rest(cx, table, &mut runner, &part, (slot, rest));
            }
            table.objects.from(Place(slot, 0))
        };
        let walk = Walk::Range(next, bounds(cx, table, &runner)?);
        select_part(cx, table, &mut runner, &part, Some(walk))
    })
}

/// First come the results that were too many for the part before.
fn from_rest(
    cx: &mut Context<'_>,
    table: &mut Table,
    runner: &mut Runner<'_>,
    part: &Part,
    (slot, mut rest): (u32, Term),
) -> Result {
    let budget = cx.shared.budget.clone();
    let mut results = budget.scratch();
    while results.len() < part.limit
        && let Some((head, tail)) = cx.store().cell(rest)
    {
        results.push(head)?;
        rest = tail;
    }
    let mut continued = atom(cx, "$end_of_table")?;
    let left = cx.store().length(rest).ok_or(Raise::BADARG)?;
    let mut tail = Term::NIL;
    if results.len() == part.limit {
        continued = continuation(cx, part, Term::tiny(slot as i32), Some((rest, left)))?;
    } else {
        // The others as if they were all that is asked for.
        let fewer = Part { limit: part.limit - results.len(), ..*part };
        let next = Walk::Range(table.objects.from(Place(slot, 0)), ALL);
        let more = select_part(cx, table, runner, &fewer, Some(next))?;
        if let Some(pair) = cx.store().tuple(more) {
            (tail, continued) = (pair.get(0).unwrap_or(Term::NIL), pair.get(1).unwrap_or(continued));
            // The limit is the same for the parts that follow.
            if cx.store().tuple(continued).is_some() {
                let limit = Term::tiny(part.limit as i32);
                let Context { process, shared } = &mut *cx;
                continued = process.heap.copy_edited(&shared.literals, continued, 2, 1, &[limit.0])?;
            }
        }
    }
    let list = cx.heap().list_with(results.iter().copied(), tail)?;
    Ok(cx.heap().tuple(&[list, continued])?)
}

/// What was counted so far: objects, so always a small integer.
fn counted(cx: &Context<'_>, progress: &Progress) -> u64 {
    progress.done().and_then(|count| cx.store().integer(count)).map_or(0, |count| count as u64)
}

/// Counts, or deletes, the objects for which the result is `true`.
fn each_true(cx: &mut Context<'_>, named: Term, specification: Term, delete: bool) -> Result {
    let access = if delete { Access::Write } else { Access::Read };
    walking(cx, named, access, |cx, table, progress| {
        let budget = cx.shared.budget.clone();
        let Some(mut runner) = runner(cx, &budget, specification)? else { return Ok(Term::tiny(0)) };
        // Backwards: places before one that goes stay.
        let forward = table.options.kind != Kind::OrderedSet;
        let mut walk = progress.walk(cx, &budget, table, &runner, forward)?;
        let mut count = counted(cx, progress);
        let Context { process, shared } = cx;
        while let Some(place) = walk.next(table, forward) {
            let mut is_true = |shared: &mut crate::shared::Shared, heap: &crate::heap::Heap, root| {
                let mut cx = Context { process, shared };
                Ok(runner.run(&mut cx, Some(heap), root)? == Some(TRUE))
            };
            if delete {
                let mut chosen = |shared: &mut _, (heap, root): (&_, Term)| is_true(shared, heap, root);
                count += table.objects.delete_if(shared, place, &mut chosen)? as u64;
            } else {
                for root in table.objects.at(place) {
                    count += u64::from(is_true(shared, table.objects.heap(), root)?);
                }
            }
            progress.pause(&mut Context { process, shared }, table, &walk, Term::tiny(count as i32))?;
        }
        Ok(process.heap.unsigned(count)?)
    })
}

fn select_count(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    each_true(cx, arg(arguments, 0), arg(arguments, 1), false)
}

fn select_delete(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    each_true(cx, arg(arguments, 0), arg(arguments, 1), true)
}

fn match_delete(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let specification = pattern_specification(cx, arg(arguments, 1), "true")?;
    each_true(cx, arg(arguments, 0), specification, true)?;
    Ok(TRUE)
}

/// Whether a body makes an object with the key that the pattern has, as far as can be seen from it; OTP's rule.
fn keeps_key(cx: &Context<'_>, clause: Term, key: usize) -> bool {
    let store = cx.store();
    let keeps = || {
        let clause = store.tuple(clause)?;
        let (head, body) = (clause.get(0)?, clause.get(2)?);
        let (body, Term::NIL) = store.cell(body)? else { return None };
        if body.as_atom().is_some_and(|atom| store.atoms().name(atom) == "$_") {
            return Some(());
        }
        let pattern_key = store.tuple(head)?.get(key)?;
        let call = store.tuple(body)?;
        let name = |term: Term| term.as_atom().map_or("", |atom| store.atoms().name(atom));
        let same = |a, b| equal_exact(store, a, b).unwrap_or(false) && has_map(store, a) == Ok(false);
        let first = call.get(0)?;
        if name(first) == "const" && call.len() == 2 {
            let made = store.tuple(call.get(1)?)?.get(key)?;
            return (is_bound(store, pattern_key) == Ok(true) && same(made, pattern_key)).then_some(());
        }
        let made = store.tuple(first).filter(|_| call.len() == 1)?.get(key)?;
        if made.is_atom() && made == pattern_key {
            return (name(made) != "_" && !matches!(name(made), "$_" | "$$")).then_some(());
        }
        if let View::Tuple(made) = store.view(made) {
            let first = made.get(0)?;
            return match (name(first), made.get(1), made.get(2)) {
                ("const", Some(constant), None) => same(constant, pattern_key),
                ("element", Some(place), Some(object)) => place == Term::tiny(key as i32 + 1) && name(object) == "$_",
                (_, None, None) => same(first, pattern_key),
                _ => false,
            }
            .then_some(());
        }
        (is_bound(store, made) == Ok(true) && same(made, pattern_key)).then_some(())
    };
    keeps().is_some()
}

/// Puts what a specification makes of an object in its place; whether it made something.
fn replace(cx: &mut Context<'_>, table: &mut Table, runner: &mut Runner<'_>, at: Cursor, root: Term) -> Result<bool> {
    let Some(object) = runner.run(cx, Some(table.objects.heap()), root)? else { return Ok(false) };
    let key = cx.store().tuple(object).and_then(|elements| elements.get(table.options.key)).ok_or(Raise::BADARG)?;
    let (own, old) = (cx.shared.store(table.objects.heap()), table.objects.key(cx.shared, root));
    if !equal_exact_in((cx.store(), key), (own, old))? {
        return Err(Raise::BADARG);
    }
    table.objects.replace(cx.shared, at, &cx.process.heap, object)?;
    Ok(true)
}

fn select_replace(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let specification = arg(arguments, 1);
    walking(cx, arg(arguments, 0), Access::Write, |cx, table, progress| {
        // In a bag the new object might be there already.
        if table.options.kind == Kind::Bag {
            return Err(because(cx, "table_type"));
        }
        let budget = cx.shared.budget.clone();
        let Some(mut runner) = runner(cx, &budget, specification)? else { return Ok(Term::tiny(0)) };
        if !cx.store().list(specification).all(|clause| keeps_key(cx, clause, table.options.key)) {
            return Err(Raise::BADARG);
        }
        let mut walk = progress.walk(cx, &budget, table, &runner, true)?;
        let mut count = counted(cx, progress);
        while let Some(place) = walk.next(table, true) {
            let mut next = Some(table.objects.cursor(place));
            while let Some(at) = next
                && let Some((root, after)) = table.objects.step(at)
            {
                count += u64::from(replace(cx, table, &mut runner, at, root)?);
                next = after;
            }
            progress.pause(cx, table, &walk, Term::tiny(count as i32))?;
        }
        Ok(cx.heap().unsigned(count)?)
    })
}

/// A reference to a specification.
pub(super) fn compiled(cx: &mut Context<'_>, specification: Term) -> Result {
    let [a, b, c] = crate::signals::new_reference(cx.shared, cx.process.number);
    Ok(cx.heap().boxed(ObjectKind::Reference, &[a, b, c, specification.0])?)
}
