//! Native functions of lists.

use crate::atoms;
use crate::compare;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static LISTS: &[Native] = natives! {
    "lists";
    "member"/2 => member;
    "reverse"/1 => reverse;
    "reverse"/2 => reverse;
    "keyfind"/3 => keyfind;
    "keymember"/3 => keymember;
    "keysearch"/3 => keysearch;
};

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "++"/2 => append;
    "append"/2 => append;
    "subtract"/2 => subtract;
    "--"/2 => subtract;
    guard "length"/1 => length;
    guard "hd"/1 => hd;
    guard "tl"/1 => tl;
};

fn member(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[element, list] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    let mut elements = store.list(list);
    let mut count = 0;
    let mut found = false;
    for other in elements.by_ref() {
        count += 1;
        if compare::equal_exact(store, other, element)? {
            found = true;
            break;
        }
    }
    if !found && !elements.is_proper() {
        return Err(Raise::BADARG);
    }
    context.bump(count / 10);
    Ok(Term::boolean(found))
}

fn reverse(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (list, tail) = match *arguments {
        [list] => (list, Term::NIL),
        [list, tail] => (list, tail),
        _ => return Err(Raise::BADARG),
    };
    let mut elements = context.store().list(list);
    let length = elements.by_ref().count();
    if !elements.is_proper() {
        // The library has reverse/1 in Erlang, and only longer lists get to reverse/2.
        let clause = arguments.len() == 1 && length < 2;
        return Err(if clause { Raise::Error(Term::atom(atoms::FUNCTION_CLAUSE)) } else { Raise::BADARG });
    }
    context.bump(length / 10);
    context.heap().reserve(2 * length)?;
    let (mut rest, mut result) = (list, tail);
    while let Some((head, next)) = context.store().cell(rest) {
        result = context.heap().cons(head, result)?;
        rest = next;
    }
    Ok(result)
}

/// The first tuple of a list whose element at a position equals a key.
fn find(context: &mut Context<'_>, arguments: &[Term]) -> Result<Option<Term>> {
    let &[key, position, list] = arguments else { return Err(Raise::BADARG) };
    let position = position.as_small().and_then(|position| usize::try_from(position).ok());
    let position = position.and_then(|position| position.checked_sub(1)).ok_or(Raise::BADARG)?;
    let store = context.store();
    let mut elements = store.list(list);
    let mut count = 0;
    let mut found = None;
    for tuple in elements.by_ref() {
        count += 1;
        if let Some(other) = store.tuple(tuple).and_then(|tuple| tuple.get(position))
            && compare::equal(store, other, key)?
        {
            found = Some(tuple);
            break;
        }
    }
    if found.is_none() && !elements.is_proper() {
        return Err(Raise::BADARG);
    }
    context.bump(count / 10);
    Ok(found)
}

fn keyfind(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(find(context, arguments)?.unwrap_or(Term::boolean(false)))
}

fn keymember(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(find(context, arguments)?.is_some()))
}

fn keysearch(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    match find(context, arguments)? {
        Some(tuple) => Ok(context.heap().tuple(&[atoms::VALUE.into(), tuple])?),
        None => Ok(Term::boolean(false)),
    }
}

/// Copies the first `count` elements of a list, in order, before a tail.
fn copy(context: &mut Context<'_>, list: Term, count: usize, tail: Term) -> Result {
    let Some(last) = count.checked_sub(1) else { return Ok(tail) };
    context.heap().reserve(2 * count)?;
    let start = context.heap().words.len();
    let area = context.heap().area;
    let mut rest = list;
    for index in 0..count {
        let Some((head, next)) = context.store().cell(rest) else { return Err(Raise::BADARG) };
        let after = if index == last { tail } else { Term::list(start + 2 * (index + 1), area) };
        context.heap().cons(head, after)?;
        rest = next;
    }
    Ok(Term::list(start, area))
}

fn append(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list, tail] = arguments else { return Err(Raise::BADARG) };
    let length = context.store().length(list).ok_or(Raise::BADARG)?;
    context.bump(length / 10);
    copy(context, list, length, tail)
}

fn subtract(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list, minus] = arguments else { return Err(Raise::BADARG) };
    let store = context.store();
    let length = store.length(list).ok_or(Raise::BADARG)?;
    let count = store.length(minus).ok_or(Raise::BADARG)?;
    if length == 0 || count == 0 {
        return Ok(list);
    }
    // What is to be taken away, in order, so that each element costs a binary search. Beside the first of equal ones
    // stands how many of them have been used.
    let budget = context.shared.budget.clone();
    let mut sorted = budget.scratch();
    sorted.reserve(count)?;
    for term in store.list(minus) {
        sorted.push((term, 0_u32))?;
    }
    compare::sort(&mut sorted, |a, b| Ok(compare::compare_exact(store, a.0, b.0)?.is_lt()))?;
    let mut kept = budget.scratch();
    let mut left = count;
    let mut rest = list;
    // Once all are used, the rest of the list stays, uncopied.
    while left > 0 {
        let Some((element, next)) = store.cell(rest) else { break };
        rest = next;
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = (low + high) / 2;
            let other = sorted.get(middle).map_or(Term::NIL, |entry| entry.0);
            if compare::compare_exact(store, other, element)?.is_lt() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let used = sorted.get(low).map_or(0, |entry| entry.1);
        let usable = match sorted.get(low + used as usize) {
            Some(&(other, _)) => compare::equal_exact(store, other, element)?,
            None => false,
        };
        if usable {
            if let Some(entry) = sorted.get_mut(low) {
                entry.1 += 1;
            }
            left -= 1;
        } else {
            kept.push(element)?;
        }
    }
    context.bump((length + count) / 5);
    Ok(context.heap().list_with(kept.iter().copied(), rest)?)
}

fn length(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    let length = context.store().length(list).ok_or(Raise::BADARG)?;
    context.bump(length / 10);
    Ok(context.heap().unsigned(length as u64)?)
}

fn hd(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    context.store().cell(list).map(|(head, _)| head).ok_or(Raise::BADARG)
}

fn tl(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[list] = arguments else { return Err(Raise::BADARG) };
    context.store().cell(list).map(|(_, tail)| tail).ok_or(Raise::BADARG)
}
