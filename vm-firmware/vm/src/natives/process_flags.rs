//! The flags of processes: `process_flag/2,3`, and those that `spawn_opt` takes.

use crate::atoms::{self, Atom};
use crate::heap::View;
use crate::natives::process::{arg, atom_arg, priority, priority_term};
use crate::natives::{Context, Native, natives};
use crate::process::{Extra, Largest};
use crate::raise::{Raise, Result};
use crate::term::Term;

const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "process_flag"/2 => process_flag;
    "process_flag"/3 => process_flag_3;
};

fn on_off_heap(off_heap: bool) -> Term {
    Term::atom(if off_heap { atoms::OFF_HEAP } else { atoms::ON_HEAP })
}

/// A flag's value that counts something.
fn count(value: Term) -> Result<u32> {
    value.as_small().filter(|&value| value >= 0).map(|value| value as u32).ok_or(Raise::BADARG)
}

/// The next size that heaps of OTP have, from one on, given with the one before it.
fn heap_size(words: u32, [mut size, mut before]: [u32; 2]) -> u32 {
    while size < words {
        (size, before) = (size.saturating_add(before).saturating_add(1), size);
    }
    size
}

/// The limit that `max_heap_size` says: words, or a map of that and what is to be done.
fn largest(cx: &Context<'_>, value: Term) -> Result<Largest> {
    let mut largest = crate::process::LARGEST;
    let store = cx.store();
    let words = |value: Term| count(value).ok().filter(|&words| words == 0 || words >= 233).ok_or(Raise::BADARG);
    let View::Map(_) = store.view(value) else {
        largest.words = words(value)?;
        return Ok(largest);
    };
    let mut sized = false;
    let mut pairs = crate::maps::Cursor::new(store, value);
    while let Some((key, value)) = pairs.next(store) {
        let place = match key.as_atom().map_or("", |key| cx.shared.atoms.name(key)) {
            "size" => {
                largest.words = words(value)?;
                sized = true;
                continue;
            }
            "kill" => &mut largest.kill,
            "error_logger" => &mut largest.error_logger,
            "include_shared_binaries" => &mut largest.shared_binaries,
            _ => continue,
        };
        *place = value.as_boolean().ok_or(Raise::BADARG)?;
    }
    if sized { Ok(largest) } else { Err(Raise::BADARG) }
}

/// The map that tells a limit.
pub(super) fn largest_term(cx: &mut Context<'_>, largest: Largest) -> Result {
    let mut list = Term::NIL;
    let switch = Term::boolean;
    let pairs = [
        ("error_logger", switch(largest.error_logger)),
        ("include_shared_binaries", switch(largest.shared_binaries)),
        ("kill", switch(largest.kill)),
        ("size", Term::tiny(largest.words as i32)),
    ];
    // What OTP 25 tells has no word of shared binaries.
    for (name, value) in pairs.into_iter().filter(|(name, _)| *name != "include_shared_binaries") {
        let name = Term::atom(cx.shared.atoms.intern(name)?);
        let pair = cx.heap().tuple(&[name, value])?;
        list = cx.heap().cons(pair, list)?;
    }
    let native = crate::natives::find("maps", "from_list", 1).and_then(crate::natives::NativeId::get);
    match native {
        Some(native) => (native.function)(cx, &[list]),
        None => Ok(UNDEFINED),
    }
}

/// What became of a flag: the value before.
pub(super) enum Before {
    /// A term.
    Is(Term),
    /// A limit of the size.
    Limit(Largest),
}

/// Sets a flag that stands in [`Extra`], of a process or of one that is to be made: not all flags can be given then.
pub(super) fn set_flag(cx: &Context<'_>, extra: &mut Extra, flag: Atom, value: Term, new: bool) -> Result<Before> {
    let bad_option = Raise::ErrorWithCause(atoms::BADOPT);
    let kept = match flag {
        atoms::MESSAGE_QUEUE_DATA => {
            let off_heap = match value.as_atom() {
                Some(atoms::OFF_HEAP) => true,
                Some(atoms::ON_HEAP) => false,
                _ => return Err(Raise::BADARG),
            };
            return Ok(Before::Is(on_off_heap(core::mem::replace(&mut extra.off_heap, off_heap))));
        }
        atoms::MAX_HEAP_SIZE => {
            let largest = largest(cx, value)?;
            return Ok(Before::Limit(core::mem::replace(&mut extra.largest, largest)));
        }
        atoms::MIN_HEAP_SIZE => 0,
        atoms::MIN_BIN_VHEAP_SIZE => 1,
        atoms::FULLSWEEP_AFTER => 2,
        other => {
            let name = cx.shared.atoms.name(other);
            let place = match name {
                "async_dist" => &mut extra.async_dist,
                _ if new => return Err(bad_option),
                "sensitive" => &mut extra.sensitive,
                "error_handler" => {
                    let handler = value.as_atom().ok_or(Raise::BADARG)?;
                    return Ok(Before::Is(Term::atom(core::mem::replace(&mut extra.error_handler, handler))));
                }
                "save_calls" => {
                    let calls = count(value).ok().filter(|&calls| calls <= 10_000).ok_or(Raise::BADARG)?;
                    let before = extra.kept.last_mut().map_or(0, |place| core::mem::replace(place, calls));
                    return Ok(Before::Is(Term::tiny(before as i32)));
                }
                _ => return Err(bad_option),
            };
            let value = value.as_boolean().ok_or(Raise::BADARG)?;
            return Ok(Before::Is(Term::boolean(core::mem::replace(place, value))));
        }
    };
    let mut number = count(value)?;
    if kept == 0 {
        number = heap_size(number, [233, 142]);
    }
    if kept == 1 {
        number = heap_size(number, [46422, 28690]);
    }
    let place = extra.kept.get_mut(kept).ok_or(Raise::BADARG)?;
    Ok(Before::Is(Term::tiny(core::mem::replace(place, number) as i32)))
}

fn process_flag(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    if monitors_nodes(cx, arg(arguments, 0)) {
        // A machine is the only node there is, so nobody is ever told of one, and no requests are counted.
        return arg(arguments, 1).as_boolean().map(|_| Term::tiny(0)).ok_or(Raise::BADARG);
    }
    let (flag, value) = (atom_arg(arguments, 0)?, arg(arguments, 1));
    match flag {
        atoms::TRAP_EXIT => {
            let value = value.as_boolean().ok_or(Raise::BADARG)?;
            return Ok(Term::boolean(core::mem::replace(&mut cx.process.trap_exit, value)));
        }
        atoms::PRIORITY => {
            let value = priority(value)?;
            return Ok(priority_term(core::mem::replace(&mut cx.process.priority, value)));
        }
        _ => {}
    }
    let mut extra = *cx.process.extra();
    let before = set_flag(cx, &mut extra, flag, value, false)?;
    // What may fail for want of memory first: then it is done once more.
    let before = match before {
        Before::Is(before) => before,
        Before::Limit(largest) => largest_term(cx, largest)?,
    };
    *cx.process.extra_mut(&cx.shared.budget)? = extra;
    cx.process.shrink_extra(&cx.shared.budget);
    Ok(before)
}

/// Whether a flag is `monitor_nodes`, or `{monitor_nodes, Options}` as `net_kernel` sets it.
fn monitors_nodes(cx: &Context<'_>, flag: Term) -> bool {
    let store = cx.store();
    let (name, options) = match store.tuple(flag) {
        Some(pair) if pair.len() == 2 => (pair.get(0), pair.get(1)),
        _ => (Some(flag), None),
    };
    name.and_then(Term::as_atom).is_some_and(|name| cx.shared.atoms.name(name) == "monitor_nodes")
        && options.is_none_or(|options| options == Term::NIL || matches!(store.view(options), View::Map(..)))
}

/// Of another process OTP sets one flag only, how many calls it should keep; here it is kept and told.
fn process_flag_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let Some(number) = arg(arguments, 0).as_pid() else {
        return Err(Raise::ErrorWithCause(cx.shared.atoms.intern("badtype")?));
    };
    let flag = atom_arg(arguments, 1)?;
    let value = count(arg(arguments, 2)).ok().filter(|&value| value <= 10_000).ok_or(Raise::BADARG)?;
    if cx.shared.atoms.name(flag) != "save_calls" {
        return Err(Raise::BADARG);
    }
    let Context { process, shared } = cx;
    let process = if number == process.number { Some(&mut **process) } else { shared.processes.get_mut(number) };
    let extra = process.ok_or(Raise::BADARG)?.extra_mut(&shared.budget)?;
    let place = extra.kept.last_mut().ok_or(Raise::BADARG)?;
    Ok(Term::tiny(core::mem::replace(place, value) as i32))
}
