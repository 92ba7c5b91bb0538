//! What `erlang:process_info` tells of a process.

use crate::atoms::{self, Atom};
use crate::binaries::BinaryId;
use crate::code::START;
use crate::interp::{op, trace_entry};
use crate::natives::dictionary::{Walk, get_0, value_in};
use crate::natives::process::{NODE, arg, priority_term};
use crate::natives::process_flags::largest_term;
use crate::natives::{Context, Native, natives};
use crate::process::{Process, State};
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::term::Term;
use crate::ties::{Kind, Tie};

const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "process_info"/1 => process_info_1;
    "process_info"/2 => process_info_2;
};

/// The items of `process_info/1`, in OTP's order.
const ITEMS: [Atom; 17] = [
    atoms::REGISTERED_NAME,
    atoms::CURRENT_FUNCTION,
    atoms::INITIAL_CALL,
    atoms::STATUS,
    atoms::MESSAGE_QUEUE_LEN,
    atoms::LINKS,
    atoms::DICTIONARY,
    atoms::TRAP_EXIT,
    atoms::ERROR_HANDLER,
    atoms::PRIORITY,
    atoms::GROUP_LEADER,
    atoms::TOTAL_HEAP_SIZE,
    atoms::HEAP_SIZE,
    atoms::STACK_SIZE,
    atoms::REDUCTIONS,
    atoms::GARBAGE_COLLECTION,
    atoms::SUSPENDING,
];

/// Calls `tell` with the process of that number, if it lives; `None` in place of the caller itself.
fn with_process(
    cx: &mut Context<'_>,
    pid: Term,
    tell: impl FnOnce(&mut Context<'_>, Option<&Process>) -> Result,
) -> Result {
    let number = pid.as_pid().ok_or(Raise::BADARG)?;
    if number == cx.process.number {
        return tell(cx, None);
    }
    let Some(other) = cx.shared.processes.take(number) else { return Ok(UNDEFINED) };
    let told = tell(cx, Some(&other));
    let _ = cx.shared.processes.put_back(other);
    told
}

fn process_info_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    with_process(cx, arg(arguments, 0), |cx, other| {
        let mut list = Term::NIL;
        for item in ITEMS.into_iter().rev() {
            if let Some(value) = info(cx, other, item)? {
                let pair = cx.heap().tuple(&[Term::atom(item), value])?;
                list = cx.heap().cons(pair, list)?;
            }
        }
        Ok(list)
    })
}

/// Sees that what is asked for is an item, or a list of such: a wrong one is an error even if the process is gone.
fn check_items(cx: &Context<'_>, what: Term) -> Result<()> {
    let good = |item: Term| match item.as_atom() {
        Some(item) => is_item(cx, item),
        None => dictionary_key(cx, item).is_some(),
    };
    let mut items = cx.store().list(what);
    if is_single(cx, what) {
        return if good(what) { Ok(()) } else { Err(Raise::BADARG) };
    }
    if items.by_ref().all(good) && items.is_proper() { Ok(()) } else { Err(Raise::BADARG) }
}

/// Whether one item is asked for, not a list of them.
fn is_single(cx: &Context<'_>, what: Term) -> bool {
    what.is_atom() || cx.store().tuple(what).is_some()
}

/// The key of an item `{dictionary, Key}`, which OTP has since 26.2.
fn dictionary_key(cx: &Context<'_>, item: Term) -> Option<Term> {
    let pair = cx.store().tuple(item).filter(|pair| pair.len() == 2)?;
    if pair.get(0) == Some(Term::atom(atoms::DICTIONARY)) { pair.get(1) } else { None }
}

fn is_item(cx: &Context<'_>, item: Atom) -> bool {
    const OTHERS: [&str; 7] = [
        "catchlevel",
        "last_calls",
        "sequential_trace_token",
        "trace",
        "parent",
        "garbage_collection_info",
        "async_dist",
    ];
    const MORE: [Atom; 11] = [
        atoms::CURRENT_LOCATION,
        atoms::CURRENT_STACKTRACE,
        atoms::MEMORY,
        atoms::MESSAGE_QUEUE_DATA,
        atoms::MIN_HEAP_SIZE,
        atoms::MIN_BIN_VHEAP_SIZE,
        atoms::FULLSWEEP_AFTER,
        atoms::MONITORED_BY,
        atoms::MONITORS,
        atoms::MESSAGES,
        atoms::BINARY,
    ];
    ITEMS.contains(&item) || MORE.contains(&item) || OTHERS.contains(&cx.shared.atoms.name(item))
}

fn process_info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 1);
    check_items(cx, what)?;
    with_process(cx, arg(arguments, 0), |cx, other| {
        if is_single(cx, what) {
            return match any(cx, other, what)? {
                Some(value) => Ok(cx.heap().tuple(&[what, value])?),
                None => Ok(Term::NIL),
            };
        }
        let mut made = Term::NIL;
        let mut rest = what;
        while let Some((item, tail)) = cx.store().cell(rest) {
            // In a list, a process without a name has the name [].
            let value = any(cx, other, item)?.unwrap_or(Term::NIL);
            let pair = cx.heap().tuple(&[item, value])?;
            made = cx.heap().cons(pair, made)?;
            rest = tail;
        }
        if rest != Term::NIL {
            return Err(Raise::BADARG);
        }
        let mut list = Term::NIL;
        while let Some((pair, tail)) = cx.store().cell(made) {
            list = cx.heap().cons(pair, list)?;
            made = tail;
        }
        Ok(list)
    })
}

/// One item as it is asked for: a name, or `{dictionary, Key}`.
fn any(cx: &mut Context<'_>, other: Option<&Process>, item: Term) -> Result<Option<Term>> {
    match dictionary_key(cx, item) {
        Some(key) => {
            let pairs = other.map_or(cx.process.dictionary, |other| other.dictionary);
            let pairs = bring(cx, other, pairs)?;
            value_in(cx, pairs, key).map(Some)
        }
        None => info(cx, other, item.as_atom().ok_or(Raise::BADARG)?),
    }
}

/// One item; `None` for the name of a process that has none.
fn info(cx: &mut Context<'_>, other: Option<&Process>, item: Atom) -> Result<Option<Term>> {
    let target: &Process = other.unwrap_or(cx.process);
    let extra = target.extra();
    let kept = |flag: usize| Term::tiny(extra.kept.get(flag).map_or(0, |&value| value as i32));
    let value = match item {
        atoms::REGISTERED_NAME => return Ok(extra.name.map(Term::atom)),
        atoms::STATUS if matches!(target.state, State::Suspended | State::SuspendedWaiting) => {
            Term::atom(cx.shared.atoms.intern("suspended")?)
        }
        atoms::STATUS => Term::atom(match target.state {
            _ if other.is_none() => atoms::RUNNING,
            State::Waiting => atoms::WAITING,
            State::Exited => atoms::EXITING,
            _ => atoms::RUNNABLE,
        }),
        atoms::MESSAGE_QUEUE_LEN => Term::tiny(target.mailbox.len() as i32),
        atoms::TRAP_EXIT => Term::boolean(target.trap_exit),
        atoms::ERROR_HANDLER => Term::atom(extra.error_handler),
        atoms::PRIORITY => priority_term(target.priority),
        atoms::TOTAL_HEAP_SIZE => Term::tiny((target.heap.words.capacity() + target.stack.capacity()) as i32),
        atoms::HEAP_SIZE => Term::tiny(target.heap.words.capacity() as i32),
        atoms::STACK_SIZE => Term::tiny(target.stack.len() as i32),
        atoms::MEMORY => Term::tiny(target.memory() as i32),
        atoms::REDUCTIONS => {
            let whole = i64::from(target.slices) * i64::from(crate::process::SLICE);
            let value = (whole - i64::from(target.reductions)).max(0);
            cx.process.heap.integer(value)?
        }
        atoms::SUSPENDING => {
            let number = target.number;
            return ties(cx, number, item).map(Some);
        }
        atoms::MESSAGE_QUEUE_DATA => Term::atom(if extra.off_heap { atoms::OFF_HEAP } else { atoms::ON_HEAP }),
        atoms::MIN_HEAP_SIZE => kept(0),
        atoms::MIN_BIN_VHEAP_SIZE => kept(1),
        atoms::LINKS | atoms::MONITORED_BY | atoms::MONITORS => {
            let number = target.number;
            return ties(cx, number, item).map(Some);
        }
        atoms::FULLSWEEP_AFTER => kept(2),
        atoms::CURRENT_FUNCTION | atoms::CURRENT_LOCATION | atoms::CURRENT_STACKTRACE => {
            return current(cx, other, item).map(Some);
        }
        atoms::GARBAGE_COLLECTION => return collections(cx, other).map(Some),
        atoms::BINARY => return large_binaries(cx, other).map(Some),
        atoms::INITIAL_CALL => {
            let ([module, function], arity) = (target.initial.map(Term::atom), i32::from(target.initial_arity));
            cx.process.heap.tuple(&[module, function, Term::tiny(arity)])?
        }
        atoms::GROUP_LEADER => return bring(cx, other, target.group_leader).map(Some),
        atoms::DICTIONARY if other.is_none() => return get_0(cx, &[]).map(Some),
        atoms::DICTIONARY => {
            let (mut walk, mut list) = (Walk::new(target.dictionary), Term::NIL);
            while let Some(pair) = walk.next(cx.shared.store(&other.unwrap_or(cx.process).heap)) {
                let pair = bring(cx, other, pair)?;
                list = cx.heap().cons(pair, list)?;
            }
            return Ok(Some(list));
        }
        atoms::MESSAGES => {
            let mut list = Term::NIL;
            for index in (0..target.mailbox.len()).rev() {
                let message = other.unwrap_or(cx.process).mailbox.get(index).copied().unwrap_or(Term::NIL);
                let message = bring(cx, other, message)?;
                list = cx.heap().cons(message, list)?;
            }
            return Ok(Some(list));
        }
        _ => match cx.shared.atoms.name(item) {
            "garbage_collection_info" => return collector(cx, other).map(Some),
            // The catches and tries that are open have their tags on the stack.
            "catchlevel" => {
                let tags = target.stack.as_slice().iter().filter(|&&word| Term(word).is_catch());
                Term::tiny(tags.count() as i32)
            }
            // No calls are kept.
            "last_calls" if extra.kept[3] > 0 => Term::NIL,
            "last_calls" => Term::boolean(false),
            "sequential_trace_token" => Term::NIL,
            "trace" => Term::tiny(0),
            "async_dist" => Term::boolean(extra.async_dist),
            "parent" => match target.parent {
                0 => UNDEFINED,
                number => Term::pid(number),
            },
            _ => return Err(Raise::BADARG),
        },
    };
    Ok(Some(value))
}

/// A term of the other process, copied here; one of the caller's own as it is.
fn bring(cx: &mut Context<'_>, other: Option<&Process>, term: Term) -> Result {
    let Some(other) = other else { return Ok(term) };
    let Shared { binaries, .. } = &mut *cx.shared;
    let source = other.heap.words.as_slice();
    Ok(crate::copy::copy(source, term, &mut cx.process.heap, binaries)?)
}

/// The lists of links and monitors.
fn ties(cx: &mut Context<'_>, number: u32, item: Atom) -> Result {
    let mut list = Term::NIL;
    let Context { process, shared } = cx;
    let heap = &mut process.heap;
    shared.processes.each_tie(number, |tie| -> Result<()> {
        let element = match (tie, item) {
            (Tie { kind: Kind::Link, .. }, atoms::LINKS) => Term::pid(tie.other(number)),
            (&Tie { kind: Kind::Monitor, ends: [watcher, _], .. }, atoms::MONITORED_BY) if watcher != number => {
                Term::pid(watcher)
            }
            (&Tie { kind: Kind::Monitor, ends: [watcher, target], .. }, atoms::MONITORS) if watcher == number => {
                let object = match tie.name() {
                    Some(name) => heap.tuple(&[Term::atom(name), NODE])?,
                    None => Term::pid(target),
                };
                heap.tuple(&[Term::atom(atoms::PROCESS), object])?
            }
            (&Tie { kind: Kind::Suspend, ends: [suspender, target], value, .. }, atoms::SUSPENDING)
                if suspender == number =>
            {
                heap.tuple(&[Term::pid(target), Term::tiny(value as i32), Term::tiny(0)])?
            }
            _ => return Ok(()),
        };
        list = heap.cons(element, list)?;
        Ok(())
    })?;
    Ok(list)
}

/// A list of pairs of names and values.
fn pairs(cx: &mut Context<'_>, pairs: &[(&str, Term)]) -> Result {
    let mut list = Term::NIL;
    for &(name, value) in pairs.iter().rev() {
        let name = Term::atom(cx.shared.atoms.intern(name)?);
        let pair = cx.heap().tuple(&[name, value])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

/// Most entries of a stack trace (OTP: `backtrace_depth`).
const DEPTH: usize = 8;

/// The address that a process is at: of one that waits, with a time, where its `receive` begins, as OTP has it.
fn place(cx: &Context<'_>, process: &Process) -> u32 {
    let words = cx.shared.code.words.as_slice();
    match words.get(process.ip as usize..) {
        Some(&[word, distance, ..])
            if process.state == State::Waiting
                && word & 0xff == u32::from(op::WAIT_TIMEOUT)
                && distance != u32::MAX =>
        {
            process.ip.wrapping_add(1).wrapping_add(distance)
        }
        _ => process.ip,
    }
}

/// Where a process is: the function, its entry of a stack trace, or the whole trace.
fn current(cx: &mut Context<'_>, other: Option<&Process>, item: Atom) -> Result {
    let process: &Process = other.unwrap_or(cx.process);
    let mut addresses = [place(cx, process); DEPTH];
    let stack = process.stack.as_slice().iter().rev().map(|&word| Term(word));
    let returns = core::iter::once(process.continuation).chain(stack).filter(|term| term.is_continuation());
    let mut count = 1;
    for (place, term) in addresses.iter_mut().skip(1).zip(returns) {
        // The call stands before what it returns to.
        *place = term.address().saturating_sub(1);
        count += 1;
    }
    if item == atoms::CURRENT_STACKTRACE {
        let mut list = Term::NIL;
        for &address in addresses.iter().take(count).rev() {
            if let Some(entry) = trace_entry(cx.shared, &mut cx.process.heap, address, None, Term::NONE)? {
                list = cx.heap().cons(entry, list)?;
            }
        }
        return Ok(list);
    }
    let [address, ..] = addresses;
    // One that hibernates waits where processes begin.
    let hibernates = address == START && matches!(process.state, State::Waiting | State::SuspendedWaiting);
    let entry = if hibernates {
        let function = [Term::atom(atoms::ERLANG), Term::atom(atoms::HIBERNATE), Term::tiny(3), Term::NIL];
        Some(cx.heap().tuple(&function)?)
    } else {
        trace_entry(cx.shared, &mut cx.process.heap, address, None, Term::NONE)?
    };
    let Some(entry) = entry else { return Ok(UNDEFINED) };
    let function = cx.store().tuple(entry).and_then(|entry| Some([entry.get(0)?, entry.get(1)?, entry.get(2)?]));
    match function {
        Some(function) if item == atoms::CURRENT_FUNCTION => Ok(cx.heap().tuple(&function)?),
        _ => Ok(entry),
    }
}

/// What `garbage_collection` tells: the flags, and how often the process was collected.
fn collections(cx: &mut Context<'_>, other: Option<&Process>) -> Result {
    let process: &Process = other.unwrap_or(cx.process);
    let extra = *process.extra();
    let [heap, binaries, sweep, _] = extra.kept.map(|value| Term::tiny(value as i32));
    let count = Term::tiny((process.collections & 0x1fff_ffff) as i32);
    let limit = largest_term(cx, extra.largest)?;
    pairs(
        cx,
        &[
            ("max_heap_size", limit),
            ("min_bin_vheap_size", binaries),
            ("min_heap_size", heap),
            ("fullsweep_after", sweep),
            ("minor_gcs", count),
        ],
    )
}

/// Sizes that the collector sees, in words. There is one generation only.
fn collector(cx: &mut Context<'_>, other: Option<&Process>) -> Result {
    let process: &Process = other.unwrap_or(cx.process);
    let words = |count: usize| Term::tiny(count.min(0x1fff_ffff) as i32);
    let (block, stack) = (words(process.heap.words.capacity()), words(process.stack.len()));
    let (size, binaries) = (words(process.heap.words.len()), words(process.heap.weight / 4));
    let none = Term::tiny(0);
    pairs(
        cx,
        &[
            ("old_heap_block_size", none),
            ("heap_block_size", block),
            ("mbuf_size", none),
            ("recent_size", none),
            ("stack_size", stack),
            ("old_heap_size", none),
            ("heap_size", size),
            ("bin_vheap_size", binaries),
            ("bin_vheap_block_size", binaries),
            ("bin_old_vheap_size", none),
            ("bin_old_vheap_block_size", none),
        ],
    )
}

/// The large binaries that a process refers to: number, size in bytes, references.
fn large_binaries(cx: &mut Context<'_>, other: Option<&Process>) -> Result {
    let mut list = Term::NIL;
    let mut next = other.unwrap_or(cx.process).heap.shared;
    while let Some(index) = (next as usize).checked_sub(1) {
        let words = other.unwrap_or(cx.process).heap.words.as_slice();
        let Some(&[_, id, size, link]) = words.get(index..index + 4) else { break };
        let references = cx.shared.binaries.references(BinaryId(id));
        let mut parts = [Term::NIL; 3];
        for (place, value) in parts.iter_mut().zip([id, size, references]) {
            *place = cx.heap().unsigned(u64::from(value))?;
        }
        let entry = cx.heap().tuple(&parts)?;
        list = cx.heap().cons(entry, list)?;
        next = link;
    }
    Ok(list)
}
