//! Objects of tables, one key at a time: putting in, looking up, deleting, counting, going from key to key.

use crate::copy::copy;
use crate::ets::Table;
use crate::ets::objects::Kind;
use crate::ets::ordered::Place;
use crate::heap::{Store, View};
use crate::memory::Scratch;
use crate::natives::ets::{Access, TRUE, atom, because, with_table};
use crate::natives::process::arg;
use crate::natives::{self, Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ETS: &[Native] = natives! {
    "ets";
    "insert"/2 => insert;
    "insert_new"/2 => insert_new;
    "lookup"/2 => lookup;
    "lookup_element"/3 => lookup_element;
    "lookup_element"/4 => lookup_element;
    "member"/2 => member;
    "take"/2 => take;
    "delete"/2 => delete;
    "delete_object"/2 => delete_object;
    "internal_delete_all"/2 => delete_all;
    "delete_all_objects"/1 => delete_all_objects;
    "update_element"/3 => update_element;
    "update_element"/4 => update_element;
    "update_counter"/3 => update_counter;
    "update_counter"/4 => update_counter;
    "first"/1 => first;
    "last"/1 => last;
    "next"/2 => next;
    "prev"/2 => prev;
    "first_lookup"/1 => first_lookup;
    "last_lookup"/1 => last_lookup;
    "next_lookup"/2 => next_lookup;
    "prev_lookup"/2 => prev_lookup;
    "slot"/2 => slot;
};

/// Copies a term of a table to the process.
fn out(cx: &mut Context<'_>, table: &Table, term: Term) -> Result {
    let source = table.objects.heap().words.as_slice();
    Ok(copy(source, term, &mut cx.process.heap, &mut cx.shared.binaries)?)
}

/// The list of the objects at a place, the oldest first, before `tail`.
pub(super) fn objects(cx: &mut Context<'_>, table: &Table, place: Option<Place>, tail: Term) -> Result {
    let mut list = tail;
    let Some(place) = place else { return Ok(list) };
    for (index, root) in table.objects.at(place).enumerate() {
        if index % 16 == 15 {
            cx.bump(1);
        }
        let object = out(cx, table, root)?;
        list = cx.heap().cons(object, list)?;
    }
    Ok(list)
}

/// Where the objects of a key are.
fn find(cx: &Context<'_>, table: &Table, key: Term) -> Result<Option<Place>> {
    Ok(table.objects.find(cx.shared, &cx.process.heap, key, false)?)
}

/// The key of an object for a table; `badarg` for what is none.
fn key_of(store: Store<'_>, table: &Table, object: Term) -> Result {
    store.tuple(object).and_then(|elements| elements.get(table.options.key)).ok_or(Raise::BADARG)
}

/// The objects of a list, or the one that is no list.
fn gather(cx: &Context<'_>, table: &Table, given: Term, found: &mut Scratch<'_, Term>) -> Result<()> {
    let store = cx.store();
    if !given.is_list() && given != Term::NIL {
        key_of(store, table, given)?;
        return Ok(found.push(given)?);
    }
    let mut list = store.list(given);
    for object in list.by_ref() {
        key_of(store, table, object)?;
        found.push(object)?;
    }
    if list.is_proper() { Ok(()) } else { Err(Raise::BADARG) }
}

fn insert(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        let budget = cx.shared.budget.clone();
        let mut list = budget.scratch();
        gather(cx, table, arg(arguments, 1), &mut list)?;
        cx.bump(list.len() / 8);
        table.objects.insert(cx.shared, &cx.process.heap, &list)?;
        Ok(TRUE)
    })
}

fn insert_new(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        let budget = cx.shared.budget.clone();
        let mut list = budget.scratch();
        gather(cx, table, arg(arguments, 1), &mut list)?;
        cx.bump(list.len() / 8);
        for &object in list.iter() {
            let key = key_of(cx.store(), table, object)?;
            if find(cx, table, key)?.is_some() {
                return Ok(Term::boolean(false));
            }
        }
        table.objects.insert(cx.shared, &cx.process.heap, &list)?;
        Ok(TRUE)
    })
}

fn lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        let place = find(cx, table, arg(arguments, 1))?;
        objects(cx, table, place, Term::NIL)
    })
}

/// A position in a tuple: from 1 on; gives it counted from 0.
fn position(term: Term) -> Option<usize> {
    usize::try_from(term.as_small()?).ok()?.checked_sub(1)
}

fn lookup_element(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        let element = position(arg(arguments, 2)).ok_or(Raise::BADARG)?;
        let Some(place) = find(cx, table, arg(arguments, 1))? else {
            return match arguments.get(3) {
                Some(&default) => Ok(default),
                None => Err(because(cx, "badkey")),
            };
        };
        let mut list = Term::NIL;
        for root in table.objects.at(place) {
            let value = cx.shared.store(table.objects.heap()).tuple(root).and_then(|elements| elements.get(element));
            let value = out(cx, table, value.ok_or(Raise::BADARG)?)?;
            if matches!(table.options.kind, Kind::Set | Kind::OrderedSet) {
                return Ok(value);
            }
            list = cx.heap().cons(value, list)?;
        }
        Ok(list)
    })
}

fn member(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        Ok(Term::boolean(find(cx, table, arg(arguments, 1))?.is_some()))
    })
}

fn take(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        let place = find(cx, table, arg(arguments, 1))?;
        let list = objects(cx, table, place, Term::NIL)?;
        if let Some(place) = place {
            table.objects.delete(cx.shared, place);
        }
        Ok(list)
    })
}

fn delete(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        if let Some(place) = find(cx, table, arg(arguments, 1))? {
            table.objects.delete(cx.shared, place);
        }
        Ok(TRUE)
    })
}

fn delete_object(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        let object = arg(arguments, 1);
        let elements = cx.store().tuple(object).ok_or(Raise::BADARG)?;
        let key = elements.get(table.options.key).ok_or(Raise::BADARG)?;
        let Some(place) = find(cx, table, key)? else { return Ok(TRUE) };
        let Context { process, shared } = cx;
        table.objects.delete_if(shared, place, &mut |shared, (heap, root)| {
            let own = shared.store(&process.heap);
            Ok(crate::compare::equal_exact_in((own, object), (shared.store(heap), root))?)
        })?;
        Ok(TRUE)
    })
}

fn clear(cx: &mut Context<'_>, table: Term) -> Result<usize> {
    with_table(cx, table, Access::Write, |cx, table| {
        let count = table.objects.count();
        cx.bump(count / 100);
        table.objects.clear(cx.shared);
        Ok(count)
    })
}

fn delete_all(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let count = clear(cx, arg(arguments, 0))?;
    Ok(cx.heap().unsigned(count as u64)?)
}

fn delete_all_objects(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    clear(cx, arg(arguments, 0)).map(|_| TRUE)
}

/// Copies the one object of a key to the process, or the default with that key, and a place for the change; `None`
/// when there is neither.
fn change(
    cx: &mut Context<'_>,
    table: &Table,
    key: Term,
    default: Option<Term>,
) -> Result<Option<(Term, Option<Place>)>> {
    let place = find(cx, table, key)?;
    if let Some(root) = place.and_then(|place| table.objects.at(place).next()) {
        return Ok(Some((out(cx, table, root)?, place)));
    }
    let Some(default) = default else { return Ok(None) };
    let Context { process, shared } = cx;
    let object = process.heap.copy_edited(&shared.literals, default, table.options.key, 1, &[key.0])?;
    Ok(Some((object, None)))
}

/// Puts a changed object in the place of the old one, or adds it.
fn changed(cx: &mut Context<'_>, table: &mut Table, object: Term, place: Option<Place>) -> Result<()> {
    let heap = &cx.process.heap;
    match place {
        Some(place) => {
            let at = table.objects.cursor(place);
            table.objects.replace(cx.shared, at, heap, object)?;
        }
        None => table.objects.insert(cx.shared, heap, &[object])?,
    }
    Ok(())
}

fn with_element(cx: &mut Context<'_>, object: Term, place: usize, value: Term) -> Result {
    let Context { process, shared } = cx;
    Ok(process.heap.copy_edited(&shared.literals, object, place, 1, &[value.0])?)
}

/// Calls `each` with every operation: with the list's elements, or with what is no list.
fn each_operation(
    cx: &mut Context<'_>,
    operations: Term,
    mut each: impl FnMut(&mut Context<'_>, Term) -> Result<()>,
) -> Result<()> {
    let mut rest = operations;
    while let Some((operation, tail)) = cx.store().cell(rest) {
        each(cx, operation)?;
        cx.bump(1);
        rest = tail;
    }
    if rest == Term::NIL { Ok(()) } else { Err(Raise::BADARG) }
}

/// The table is of a type that has one object a key.
fn one_a_key(cx: &mut Context<'_>, table: &Table) -> Result<()> {
    match table.options.kind {
        Kind::Set | Kind::OrderedSet => Ok(()),
        _ => Err(because(cx, "table_type")),
    }
}

/// An object that may stand for one that is not there.
fn default_object(cx: &mut Context<'_>, table: &Table, arguments: &[Term]) -> Result<Option<Term>> {
    let Some(&default) = arguments.get(3) else { return Ok(None) };
    let size = cx.store().tuple(default).ok_or(Raise::BADARG)?.len();
    if size <= table.options.key { Err(Raise::BADARG) } else { Ok(Some(default)) }
}

fn update_element(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        if !matches!(table.options.kind, Kind::Set | Kind::OrderedSet) {
            return Err(Raise::BADARG);
        }
        let list = match cx.store().view(arg(arguments, 2)) {
            View::Tuple(_) => cx.heap().cons(arg(arguments, 2), Term::NIL)?,
            _ => arg(arguments, 2),
        };
        let key = table.options.key;
        each_operation(cx, list, |cx, operation| {
            let pair = cx.store().tuple(operation).filter(|pair| pair.len() == 2);
            let element = pair.and_then(|pair| pair.get(0)).and_then(position).ok_or(Raise::BADARG)?;
            if element == key { Err(because(cx, "keypos")) } else { Ok(()) }
        })?;
        let default = default_object(cx, table, arguments)?;
        let Some((mut object, place)) = change(cx, table, arg(arguments, 1), default)? else {
            return Ok(Term::boolean(false));
        };
        each_operation(cx, list, |cx, operation| {
            let store = cx.store();
            let size = store.tuple(object).map_or(0, |elements| elements.len());
            let pair = store.tuple(operation).and_then(|pair| pair.get(0).zip(pair.get(1)));
            let (element, value) = pair.ok_or(Raise::BADARG)?;
            let element = position(element).filter(|&element| element < size).ok_or(Raise::BADARG)?;
            object = with_element(cx, object, element, value)?;
            Ok(())
        })?;
        changed(cx, table, object, place)?;
        Ok(TRUE)
    })
}

/// Calls a native function of `erlang` with two arguments.
fn erlang(cx: &mut Context<'_>, name: &str, x: Term, y: Term) -> Result {
    let native = natives::find("erlang", name, 2).and_then(natives::NativeId::get).ok_or(Raise::BADARG)?;
    (native.function)(cx, &[x, y])
}

fn is_integer(cx: &Context<'_>, term: Term) -> bool {
    matches!(cx.store().view(term), View::Small(_) | View::Big { .. })
}

/// One counter operation: an increment of the element behind the key, `{Position, Increment}` or `{Position, Increment,
/// Threshold, Value}`. Gives the new object and the new value.
fn count(cx: &mut Context<'_>, table: &Table, object: Term, operation: Term) -> Result<(Term, Term)> {
    let store = cx.store();
    let parts = store.tuple(operation).ok_or(Raise::BADARG)?;
    let part = |index| parts.get(index).unwrap_or(Term::NIL);
    let (increment, threshold, value) = (part(1), part(2), part(3));
    let element = position(part(0)).ok_or(Raise::BADARG);
    let bounded = match parts.len() {
        2 => false,
        4 => true,
        _ => return Err(Raise::BADARG),
    };
    let element = element?;
    let integers: &[Term] = if bounded { &[increment, threshold, value] } else { &[increment] };
    if !integers.iter().all(|&integer| is_integer(cx, integer)) {
        return Err(Raise::BADARG);
    }
    if element == table.options.key {
        return Err(because(cx, "keypos"));
    }
    let Some(old) = cx.store().tuple(object).and_then(|elements| elements.get(element)) else {
        return Err(because(cx, "position"));
    };
    if !is_integer(cx, old) {
        return Err(Raise::BADARG);
    }
    let mut new = erlang(cx, "+", old, increment)?;
    if bounded {
        let falls = erlang(cx, "<", increment, Term::tiny(0))? == TRUE;
        if erlang(cx, if falls { "<" } else { ">" }, new, threshold)? == TRUE {
            new = value;
        }
    }
    Ok((with_element(cx, object, element, new)?, new))
}

fn update_counter(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Write, |cx, table| {
        one_a_key(cx, table)?;
        let given = arg(arguments, 2);
        let mut operation = given;
        if is_integer(cx, given) {
            let element = Term::tiny(table.options.key as i32 + 2);
            operation = cx.heap().tuple(&[element, given])?;
        }
        let default = default_object(cx, table, arguments)?;
        let Some((mut object, place)) = change(cx, table, arg(arguments, 1), default)? else {
            return Err(because(cx, "badkey"));
        };
        if !given.is_list() && given != Term::NIL {
            let (object, value) = count(cx, table, object, operation)?;
            changed(cx, table, object, place)?;
            return Ok(value);
        }
        let mut values = Term::NIL;
        each_operation(cx, given, |cx, operation| {
            let (new, value) = count(cx, table, object, operation)?;
            object = new;
            values = cx.heap().cons(value, values)?;
            Ok(())
        })?;
        changed(cx, table, object, place)?;
        let mut list = Term::NIL;
        while let Some((value, rest)) = cx.store().cell(values) {
            list = cx.heap().cons(value, list)?;
            values = rest;
        }
        Ok(list)
    })
}

/// Goes to the first or last key, or from a key to its neighbour; gives the key, and with it the objects.
fn step(cx: &mut Context<'_>, arguments: &[Term], forward: bool, with_objects: bool) -> Result {
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        let objects_of = &table.objects;
        let place = match arguments.get(1) {
            None if forward => objects_of.first(),
            None => objects_of.last(),
            Some(&key) if table.options.kind == Kind::OrderedSet => {
                let (place, found) = objects_of.bound(cx.shared, &cx.process.heap, key)?;
                match (forward, found) {
                    (true, true) => objects_of.after(place),
                    (true, false) => objects_of.from(place),
                    (false, _) => objects_of.before(place),
                }
            }
            // One that was deleted is found as long as the table is fixed.
            Some(&key) => {
                let place = objects_of.find(cx.shared, &cx.process.heap, key, true)?.ok_or(Raise::BADARG)?;
                objects_of.after(place)
            }
        };
        let Some((place, root)) = place.and_then(|place| Some((place, objects_of.at(place).next()?))) else {
            return atom(cx, "$end_of_table");
        };
        let key = objects_of.key(cx.shared, root);
        let key = out(cx, table, key)?;
        if !with_objects {
            return Ok(key);
        }
        let list = objects(cx, table, Some(place), Term::NIL)?;
        Ok(cx.heap().tuple(&[key, list])?)
    })
}

fn first(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, true, false)
}

fn last(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, false, false)
}

fn next(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, true, false)
}

fn prev(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, false, false)
}

fn first_lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, true, true)
}

fn last_lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, false, true)
}

fn next_lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, true, true)
}

fn prev_lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    step(cx, arguments, false, true)
}

fn slot(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_table(cx, arg(arguments, 0), Access::Read, |cx, table| {
        let index = arg(arguments, 1).as_small().and_then(|index| usize::try_from(index).ok());
        let index = index.filter(|&index| index <= table.objects.slots()).ok_or(Raise::BADARG)?;
        if index == table.objects.slots() {
            return Ok(Term::atom(cx.shared.atoms.intern("$end_of_table")?));
        }
        let place = table.objects.slot(index);
        objects(cx, table, place, Term::NIL)
    })
}
