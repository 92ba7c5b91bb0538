//! The process dictionary, as `erlang` gives it: a list of pairs, changed in place.

use crate::atoms;
use crate::heap::View;
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::Result;
use crate::term::Term;

const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

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

/// Whether two terms are exactly equal.
fn same(cx: &Context<'_>, a: Term, b: Term) -> Result<bool> {
    if a == b {
        return Ok(true);
    }
    if !a.is_pointer() || !b.is_pointer() {
        return Ok(false);
    }
    let store = cx.store();
    let mut rest = alloc::vec::Vec::new();
    let budget = &cx.shared.budget;
    let answer = (|| {
        budget.reserve(&mut rest, 1)?;
        rest.push((a, b));
        while let Some((a, b)) = rest.pop() {
            if a == b {
                continue;
            }
            match (store.view(a), store.view(b)) {
                (View::Cell(a, more), View::Cell(b, others)) => {
                    budget.reserve(&mut rest, 2)?;
                    rest.push((more, others));
                    rest.push((a, b));
                }
                (View::Bits(a), View::Bits(b)) => {
                    if a.size != b.size || !a.iter().eq(b.iter()) {
                        return Ok(false);
                    }
                }
                _ => {
                    let (Some((kind, words)), Some((other, others))) = (store.object(a), store.object(b)) else {
                        return Ok(false);
                    };
                    let raw = kind.raw().min(words.len());
                    if kind != other || words.len() != others.len() || words.get(..raw) != others.get(..raw) {
                        return Ok(false);
                    }
                    budget.reserve(&mut rest, words.len())?;
                    rest.extend(words.iter().zip(others).skip(raw).map(|(&a, &b)| (Term(a), Term(b))));
                }
            }
        }
        Ok(true)
    })();
    budget.drop_vector(rest);
    answer
}

/// The cell whose head is the pair of this key, and the cell before it.
fn find(cx: &Context<'_>, key: Term) -> Result<Option<(Term, Term)>> {
    find_in(cx, cx.process.dictionary, key)
}

/// As [`find`], in a list of such pairs.
fn find_in(cx: &Context<'_>, pairs: Term, key: Term) -> Result<Option<(Term, Term)>> {
    let (mut before, mut cell) = (Term::NIL, pairs);
    while let Some((pair, tail)) = cx.store().cell(cell) {
        let other = cx.store().tuple(pair).and_then(|pair| pair.get(0));
        if let Some(other) = other
            && same(cx, other, key)?
        {
            return Ok(Some((before, cell)));
        }
        (before, cell) = (cell, tail);
    }
    Ok(None)
}

fn pair_value(cx: &Context<'_>, cell: Term) -> Option<(Term, Term)> {
    let (pair, _) = cx.store().cell(cell)?;
    Some((pair, cx.store().tuple(pair)?.get(1)?))
}

fn put(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (key, value) = (arg(arguments, 0), arg(arguments, 1));
    if let Some((_, cell)) = find(cx, key)?
        && let Some((pair, old)) = pair_value(cx, cell)
    {
        if let Some(place) = cx.heap().words_of(pair).get_mut(1) {
            *place = value.0;
        }
        return Ok(old);
    }
    let pair = cx.heap().tuple(&[key, value])?;
    let rest = cx.process.dictionary;
    cx.process.dictionary = cx.heap().cons(pair, rest)?;
    Ok(UNDEFINED)
}

fn get_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    value_in(cx, cx.process.dictionary, arg(arguments, 0))
}

/// The value of a key in a list of pairs on the caller's heap; `undefined` without it.
pub(super) fn value_in(cx: &Context<'_>, pairs: Term, key: Term) -> Result {
    let found = find_in(cx, pairs, key)?;
    Ok(found.and_then(|(_, cell)| pair_value(cx, cell)).map_or(UNDEFINED, |(_, value)| value))
}

fn erase_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let Some((before, cell)) = find(cx, arg(arguments, 0))? else { return Ok(UNDEFINED) };
    let value = pair_value(cx, cell).map_or(UNDEFINED, |(_, value)| value);
    let tail = cx.store().cell(cell).map_or(Term::NIL, |(_, tail)| tail);
    if before == Term::NIL {
        cx.process.dictionary = tail;
    } else if let Some(place) = cx.process.heap.words.as_mut_slice().get_mut(before.index() + 1) {
        *place = tail.0;
    }
    Ok(value)
}

/// A list made of what `each` gives of each key and value; not of the pairs themselves, which are changed in place.
fn dictionary_list(
    cx: &mut Context<'_>,
    each: impl Fn(&mut Context<'_>, Term, Term) -> Result<Option<Term>>,
) -> Result {
    let (mut cell, mut list) = (cx.process.dictionary, Term::NIL);
    while let Some((pair, tail)) = cx.store().cell(cell) {
        let both = cx.store().tuple(pair).and_then(|pair| Some((pair.get(0)?, pair.get(1)?)));
        if let Some((key, value)) = both
            && let Some(term) = each(cx, key, value)?
        {
            list = cx.heap().cons(term, list)?;
        }
        cell = tail;
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
    dictionary_list(cx, |cx, key, value| Ok(if same(cx, value, wanted)? { Some(key) } else { None }))
}
