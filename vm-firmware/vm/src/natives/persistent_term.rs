//! `persistent_term`: terms by key, for all processes. They are kept as the objects of a table are, and copied to who asks
//! for them; of what is a literal of some module, and of large binaries, only the reference.

use crate::atoms;
use crate::compare::equal_exact;
use crate::copy::copy;
use crate::ets::objects::{Kind, Objects};
use crate::maps;
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static PERSISTENT_TERM: &[Native] = natives! {
    "persistent_term";
    "get"/0 => all;
    "get"/1 => get;
    "get"/2 => get;
    "put"/2 => put;
    "put_new"/2 => put_new;
    "erase"/1 => erase;
    "info"/0 => info;
};

/// Works with what is kept, which is at hand meanwhile.
fn with<T>(cx: &mut Context<'_>, work: impl FnOnce(&mut Context<'_>, &mut Objects) -> Result<T>) -> Result<T> {
    let none = Objects::new(Kind::Set, 0, &cx.shared.budget);
    let mut kept = core::mem::replace(&mut cx.shared.persistent, none);
    let result = work(cx, &mut kept);
    kept.tidy();
    cx.shared.persistent = kept;
    result
}

/// The term of a key, copied to the process.
fn find(cx: &mut Context<'_>, kept: &Objects, key: Term) -> Result<Option<Term>> {
    let place = kept.find(cx.shared, &cx.process.heap, key, false)?;
    let Some(root) = place.and_then(|place| kept.at(place).next()) else { return Ok(None) };
    let value = cx.shared.store(kept.heap()).tuple(root).and_then(|pair| pair.get(1)).unwrap_or(Term::NIL);
    let source = kept.heap().words.as_slice();
    Ok(Some(copy(source, value, &mut cx.process.heap, &mut cx.shared.binaries)?))
}

fn get(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with(cx, |cx, kept| match find(cx, kept, arg(arguments, 0))? {
        Some(term) => Ok(term),
        None => arguments.get(1).copied().ok_or(Raise::BADARG),
    })
}

fn all(cx: &mut Context<'_>, _: &[Term]) -> Result {
    with(cx, |cx, kept| {
        let mut list = Term::NIL;
        let mut next = kept.first();
        while let Some(place) = next {
            for root in kept.at(place) {
                let source = kept.heap().words.as_slice();
                let pair = copy(source, root, &mut cx.process.heap, &mut cx.shared.binaries)?;
                list = cx.heap().cons(pair, list)?;
            }
            next = kept.after(place);
        }
        Ok(list)
    })
}

fn store(cx: &mut Context<'_>, arguments: &[Term], new: bool) -> Result {
    let (key, value) = (arg(arguments, 0), arg(arguments, 1));
    with(cx, |cx, kept| {
        if let Some(old) = find(cx, kept, key)? {
            if equal_exact(cx.store(), old, value)? {
                return Ok(Term::atom(atoms::OK));
            }
            if new {
                return Err(Raise::BADARG);
            }
        }
        let pair = cx.heap().tuple(&[key, value])?;
        kept.insert(cx.shared, &cx.process.heap, &[pair])?;
        Ok(Term::atom(atoms::OK))
    })
}

fn put(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    store(cx, arguments, false)
}

fn put_new(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    store(cx, arguments, true)
}

fn erase(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with(cx, |cx, kept| {
        let place = kept.find(cx.shared, &cx.process.heap, arg(arguments, 0), false)?;
        if let Some(place) = place {
            kept.delete(cx.shared, place);
            if kept.count() == 0 {
                kept.clear(cx.shared);
            }
        }
        Ok(Term::boolean(place.is_some()))
    })
}

fn info(cx: &mut Context<'_>, _: &[Term]) -> Result {
    with(cx, |cx, kept| {
        let (count, memory) = (kept.count() as u64, kept.memory() as u64);
        let mut map = maps::empty(cx.heap())?;
        for (name, value) in [("count", count), ("memory", memory)] {
            let name = Term::atom(cx.shared.atoms.intern(name)?);
            let value = cx.heap().unsigned(value)?;
            map = maps::put(&mut cx.process.heap, cx.shared, map, name, value)?;
        }
        Ok(map)
    })
}
