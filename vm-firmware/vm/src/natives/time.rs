//! Clocks, timers, unique numbers, and what is told of the VM: `erlang`'s.

use crate::arithmetic;
use crate::atoms::{self, Atom};
use crate::heap::{Heap, View};
use crate::natives::process::{arg, atom_arg, options};
use crate::natives::{Context, Native, natives};
use crate::raise::{Class, Raise, Result};
use crate::shared::Shared;
use crate::signals;
use crate::term::{Kind, Term};
use crate::timers::{Pending, drop_pending};

const OK: Term = Term::atom(atoms::OK);
const FALSE: Term = Term::atom(atoms::FALSE);
const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);

/// The natives of this file.
pub(super) static TIME: &[Native] = natives! {
    "erlang";
    "make_ref"/0 => make_ref;
    "unique_integer"/0 => unique_integer_0;
    "unique_integer"/1 => unique_integer_1;
    "monotonic_time"/0 => monotonic_time_0;
    "monotonic_time"/1 => monotonic_time_1;
    "system_time"/0 => system_time_0;
    "system_time"/1 => system_time_1;
    "convert_time_unit"/3 => convert_time_unit;
    "time_offset"/0 => time_offset_0;
    "time_offset"/1 => time_offset_1;
    "timestamp"/0 => timestamp;
    "now"/0 => now;
    "date"/0 => date;
    "time"/0 => time;
    "localtime"/0 => date_time;
    "universaltime"/0 => date_time;
    "send_after"/3 => send_after;
    "send_after"/4 => send_after;
    "start_timer"/3 => start_timer;
    "start_timer"/4 => start_timer;
    "cancel_timer"/1 => cancel_timer;
    "cancel_timer"/2 => cancel_timer;
    "read_timer"/1 => read_timer;
    "read_timer"/2 => read_timer;
    "halt"/0 => halt;
    "halt"/1 => halt;
    "halt"/2 => halt;
    "system_info"/1 => system_info;
    "memory"/0 => memory_0;
    "memory"/1 => memory_1;
    "statistics"/1 => statistics;
    "error"/1 => error_1;
    "error"/2 => error_2;
    "error"/3 => error_3;
    "nif_error"/1 => error_1;
    "nif_error"/2 => error_2;
    "raise"/3 => raise;
    "apply"/2 => apply_2;
    "apply"/3 => apply_3;
    "fun_info"/1 => fun_info_1;
    "fun_info"/2 => fun_info_2;
    "make_fun"/3 => make_fun;
    "is_builtin"/3 => is_builtin;
    "function_exported"/3 => function_exported;
    "module_loaded"/1 => module_loaded;
};

const NANO: i128 = 1_000_000_000;

fn make_ref(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let words = signals::new_reference(cx.shared, cx.process.number);
    Ok(cx.heap().boxed(Kind::Reference, &words)?)
}

fn unique_integer_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    cx.shared.unique += 1;
    let value = cx.shared.unique as i64;
    Ok(cx.heap().integer(value)?)
}

fn unique_integer_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    options(cx, arg(arguments, 0), |name, value| match (name, value) {
        (atoms::POSITIVE | atoms::MONOTONIC, None) => Ok(()),
        _ => Err(Raise::BADARG),
    })?;
    unique_integer_0(cx, &[])
}

/// How many of a unit are a second.
fn unit(cx: &Context<'_>, term: Term) -> Result<i128> {
    Ok(match term.as_atom() {
        Some(atoms::SECOND | atoms::SECONDS) => 1,
        Some(atoms::MILLISECOND | atoms::MILLI_SECONDS) => 1_000,
        Some(atoms::MICROSECOND | atoms::MICRO_SECONDS) => 1_000_000,
        Some(atoms::NANOSECOND | atoms::NANO_SECONDS | atoms::NATIVE | atoms::PERF_COUNTER) => NANO,
        _ => return cx.store().integer(term).filter(|&parts| parts > 0).map(i128::from).ok_or(Raise::BADARG),
    })
}

fn in_unit(cx: &mut Context<'_>, nanoseconds: i128, unit: i128) -> Result {
    let value = (nanoseconds * unit).div_euclid(NANO);
    let (low, high) = (value.unsigned_abs() as u64, (value.unsigned_abs() >> 64) as u64);
    if let Ok(value) = i64::try_from(value) {
        return Ok(cx.heap().integer(value)?);
    }
    let words = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32];
    Ok(cx.heap().magnitude(value < 0, &words)?)
}

fn monotonic(cx: &mut Context<'_>) -> i128 {
    i128::from(cx.shared.platform.monotonic())
}

fn system(cx: &mut Context<'_>) -> i128 {
    i128::from(cx.shared.platform.system_time())
}

fn offset(cx: &mut Context<'_>) -> i128 {
    system(cx) - monotonic(cx)
}

fn monotonic_time_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = monotonic(cx);
    in_unit(cx, time, NANO)
}

fn monotonic_time_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (unit, time) = (unit(cx, arg(arguments, 0))?, monotonic(cx));
    in_unit(cx, time, unit)
}

fn system_time_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = system(cx);
    in_unit(cx, time, NANO)
}

fn system_time_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (unit, time) = (unit(cx, arg(arguments, 0))?, system(cx));
    in_unit(cx, time, unit)
}

fn time_offset_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = offset(cx);
    in_unit(cx, time, NANO)
}

fn time_offset_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (unit, time) = (unit(cx, arg(arguments, 0))?, offset(cx));
    in_unit(cx, time, unit)
}

/// The time in another unit, rounded down; integers of any size.
fn convert_time_unit(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let time = arg(arguments, 0);
    let mut parts = [Term::NIL; 2];
    for (place, &term) in parts.iter_mut().zip(arguments.iter().skip(1)) {
        // Units of more parts than a machine word counts are integers too.
        *place = match cx.store().view(term) {
            View::Big { negative: false, .. } => term,
            _ => {
                let parts = unit(cx, term)?;
                cx.heap().integer(parts as i64)?
            }
        };
    }
    let [from, to] = parts;
    if !matches!(cx.store().view(time), View::Small(_) | View::Big { .. }) {
        return Err(Raise::BADARG);
    }
    let product = arithmetic::multiply(cx, time, to)?;
    let whole = arithmetic::int_div(cx, product, from)?;
    let rest = arithmetic::remainder(cx, product, from)?;
    // That division rounds towards zero.
    let below = match cx.store().view(rest) {
        View::Small(rest) => rest < 0,
        View::Big { negative, .. } => negative,
        _ => false,
    };
    if below { arithmetic::subtract(cx, whole, Term::tiny(1)) } else { Ok(whole) }
}

fn stamp(cx: &mut Context<'_>, microseconds: u64) -> Result {
    let seconds = microseconds / 1_000_000;
    let parts = [seconds / 1_000_000, seconds % 1_000_000, microseconds % 1_000_000];
    Ok(cx.heap().tuple(&parts.map(|part| Term::tiny(part as i32)))?)
}

fn timestamp(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = cx.shared.platform.system_time() / 1_000;
    stamp(cx, time)
}

fn now(cx: &mut Context<'_>, _: &[Term]) -> Result {
    // Each is later than the one before.
    let time = (cx.shared.platform.system_time() / 1_000).max(cx.shared.processes.last_now + 1);
    let made = stamp(cx, time)?;
    cx.shared.processes.last_now = time;
    Ok(made)
}

/// Year, month, day of a day counted from 1970-01-01: a year is taken to begin in March, so that leap days end it.
fn civil(day: i64) -> [i64; 3] {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    [year + era * 400 + i64::from(month <= 2), month, day]
}

fn numbers(cx: &mut Context<'_>, parts: [i64; 3]) -> Result {
    Ok(cx.heap().tuple(&parts.map(|part| Term::tiny(part as i32)))?)
}

fn date(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = (cx.shared.platform.system_time() / 1_000_000_000) as i64;
    numbers(cx, civil(seconds / 86_400))
}

fn time(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = (cx.shared.platform.system_time() / 1_000_000_000) as i64;
    numbers(cx, [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60])
}

fn date_time(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let seconds = (cx.shared.platform.system_time() / 1_000_000_000) as i64;
    let date = numbers(cx, civil(seconds / 86_400))?;
    let time = numbers(cx, [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60])?;
    Ok(cx.heap().tuple(&[date, time])?)
}

// Timers.

fn send_after(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    set_timer(cx, arguments, false)
}

fn start_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    set_timer(cx, arguments, true)
}

fn set_timer(cx: &mut Context<'_>, arguments: &[Term], wrap: bool) -> Result {
    let mut absolute = false;
    if arguments.len() > 3 {
        options(cx, arg(arguments, 3), |name, value| {
            absolute = value.and_then(Term::as_boolean).ok_or(Raise::BADARG)?;
            if cx.shared.atoms.name(name) == "abs" { Ok(()) } else { Err(Raise::BADARG) }
        })?;
    }
    let bad_time = || cx.shared.atoms.find("time").map_or(Raise::BADARG, Raise::ErrorWithCause);
    let time = cx.store().integer(arg(arguments, 0)).filter(|&time| time >= 0 || absolute).ok_or_else(bad_time)?;
    let (to, message) = (arg(arguments, 1), arg(arguments, 2));
    if !to.is_pid() && !to.is_atom() {
        return Err(Raise::BADARG);
    }
    let start = if absolute { 0 } else { cx.shared.platform.monotonic() };
    let due = start.saturating_add((time.max(0) as u64).saturating_mul(1_000_000));
    let words = signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(Kind::Reference, &words)?;
    let Context { process, shared } = cx;
    let Shared { processes, literals, binaries, budget, .. } = &mut **shared;
    let mut heap = Heap::new(budget.clone(), 0);
    let copied = signals::copy(process.heap.words.as_slice(), literals.words.as_slice(), message, &mut heap, binaries)?;
    let wrapped = if wrap {
        heap.boxed(Kind::Reference, &words)
            .and_then(|reference| heap.tuple(&[Term::atom(atoms::TIMEOUT), reference, copied]))
    } else {
        Ok(copied)
    };
    let message = match wrapped {
        Ok(message) => message,
        Err(error) => {
            heap.release(binaries);
            return Err(error.into());
        }
    };
    let pending = match crate::processes::try_box(budget, Pending { reference: words, heap, message, to }) {
        Ok(pending) => pending,
        Err(mut pending) => {
            pending.heap.release(binaries);
            return Err(Raise::NoMemory);
        }
    };
    let count = processes.count();
    if let Err(pending) = processes.timers.add_message(budget, count, due, pending) {
        drop_pending(budget, pending, binaries);
        return Err(Raise::NoMemory);
    }
    Ok(reference)
}

fn left(cx: &mut Context<'_>, due: Option<u64>) -> Result {
    let Some(due) = due else { return Ok(FALSE) };
    let left = due.saturating_sub(cx.shared.platform.monotonic()).div_ceil(1_000_000);
    Ok(cx.heap().unsigned(left)?)
}

fn timer_options(cx: &Context<'_>, arguments: &[Term]) -> Result<(bool, bool)> {
    let (mut later, mut info) = (false, true);
    if arguments.len() > 1 {
        options(cx, arg(arguments, 1), |name, value| {
            let value = value.and_then(Term::as_boolean).ok_or(Raise::BADARG)?;
            match name {
                atoms::ASYNC => later = value,
                atoms::INFO => info = value,
                _ => return Err(Raise::BADARG),
            }
            Ok(())
        })?;
    }
    Ok((later, info))
}

fn answer(cx: &mut Context<'_>, name: &str, reference: Term, result: Term) -> Result<()> {
    let name = cx.shared.atoms.intern(name)?;
    let message = cx.heap().tuple(&[Term::atom(name), reference, result])?;
    let own = cx.process.pid();
    signals::send(cx.shared, cx.process, own, message)
}

fn timer_arg(cx: &Context<'_>, term: Term) -> Result<[u32; 3]> {
    match cx.store().view(term) {
        View::Reference(words) => Ok(words),
        _ => Err(Raise::BADARG),
    }
}

fn cancel_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let words = timer_arg(cx, arg(arguments, 0))?;
    let (later, info) = timer_options(cx, arguments)?;
    let due = cx.shared.processes.timers.due_of(words);
    let result = left(cx, due)?;
    if later && info {
        answer(cx, "cancel_timer", arg(arguments, 0), result)?;
    }
    let Shared { processes, binaries, budget, .. } = &mut *cx.shared;
    processes.timers.cancel(budget, words, binaries);
    Ok(if later || !info { OK } else { result })
}

fn read_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let words = timer_arg(cx, arg(arguments, 0))?;
    let (later, info) = timer_options(cx, arguments)?;
    let due = cx.shared.processes.timers.due_of(words);
    let result = left(cx, due)?;
    if later && info {
        answer(cx, "read_timer", arg(arguments, 0), result)?;
        return Ok(OK);
    }
    Ok(result)
}

// The VM.

fn halt(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    if arguments.len() > 1 {
        options(cx, arg(arguments, 1), |name, value| match (name, value.and_then(Term::as_boolean)) {
            (atoms::FLUSH, Some(_)) => Ok(()),
            _ => Err(Raise::BADARG),
        })?;
    }
    let Some(&status) = arguments.first() else { return Err(Raise::Halt(0)) };
    if let Some(status) = status.as_small() {
        return Err(if status >= 0 { Raise::Halt(status) } else { Raise::BADARG });
    }
    // `abort`, or the slogan of a crash dump.
    let abort = status.as_atom().is_some_and(|name| cx.shared.atoms.name(name) == "abort");
    Err(if abort || cx.store().length(status).is_some() { Raise::Halt(1) } else { Raise::BADARG })
}

fn system_info(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 0);
    if let Some(pair) = cx.store().tuple(what) {
        let wordsize = pair.len() == 2 && pair.get(0) == Some(Term::atom(atoms::WORDSIZE));
        let known = [atoms::INTERNAL, atoms::EXTERNAL].iter().any(|&name| pair.get(1) == Some(Term::atom(name)));
        return if wordsize && known { Ok(Term::tiny(4)) } else { Err(Raise::BADARG) };
    }
    let name = what.as_atom().ok_or(Raise::BADARG)?;
    let text = match cx.shared.atoms.name(name) {
        // What programs written for small devices ask for, to know that they run on one.
        "machine" => "ATOM",
        "otp_release" => "25",
        "version" => env!("CARGO_PKG_VERSION"),
        "system_architecture" => "emberl",
        "wordsize" => return Ok(Term::tiny(4)),
        "process_count" => return Ok(Term::tiny(cx.shared.processes.count() as i32)),
        "process_limit" => return Ok(Term::tiny(crate::processes::MAX_PROCESSES as i32)),
        "atom_count" => return Ok(Term::tiny(cx.shared.atoms.len() as i32)),
        "atom_limit" => return Ok(Term::tiny(atoms::MAX_ATOMS as i32)),
        "schedulers" | "schedulers_online" | "scheduler_id" | "logical_processors" | "logical_processors_online" => {
            return Ok(Term::tiny(1));
        }
        "port_count" | "port_limit" | "ets_count" | "dirty_cpu_schedulers" | "dirty_io_schedulers" | "creation" => {
            return Ok(Term::tiny(0));
        }
        "threads" | "smp_support" | "debug_compiled" | "kernel_poll" => return Ok(FALSE),
        "endian" => return Ok(Term::atom(if cfg!(target_endian = "big") { atoms::BIG } else { atoms::LITTLE })),
        "start_time" => return Ok(Term::tiny(0)),
        "min_heap_size" => {
            let value = Term::tiny(crate::heap::MIN_HEAP_WORDS as i32);
            return Ok(cx.heap().tuple(&[what, value])?);
        }
        "message_queue_data" => return Ok(Term::atom(atoms::ON_HEAP)),
        _ => return Err(Raise::BADARG),
    };
    Ok(cx.heap().string(text)?)
}

const KINDS: [Atom; 9] = [
    atoms::TOTAL,
    atoms::PROCESSES,
    atoms::PROCESSES_USED,
    atoms::SYSTEM,
    atoms::ATOM,
    atoms::ATOM_USED,
    atoms::BINARY,
    atoms::CODE,
    atoms::ETS,
];

fn memory_of(cx: &mut Context<'_>, kind: Atom) -> Result {
    let shared = &mut *cx.shared;
    let heaps = || {
        let all = shared.processes.numbers().filter_map(|number| shared.processes.get(number));
        let own = cx.process.heap.words.capacity() + cx.process.stack.capacity();
        let words: usize = all.map(|process| process.heap.words.capacity() + process.stack.capacity()).sum();
        (words + own) * 4 + shared.processes.count() * size_of::<crate::process::Process>()
    };
    let bytes = match kind {
        atoms::TOTAL => shared.budget.used(),
        atoms::PROCESSES | atoms::PROCESSES_USED => heaps(),
        atoms::SYSTEM => shared.budget.used().saturating_sub(heaps()),
        atoms::BINARY => shared.binaries.total(),
        atoms::CODE => (shared.code.words.capacity() + shared.literals.words.capacity()) * 4,
        atoms::ATOM | atoms::ATOM_USED => shared.atoms.len() * 24,
        atoms::ETS => 0,
        _ => return Err(Raise::BADARG),
    };
    Ok(cx.heap().unsigned(bytes as u64)?)
}

fn memory_pair(cx: &mut Context<'_>, kind: Atom) -> Result {
    let value = memory_of(cx, kind)?;
    Ok(cx.heap().tuple(&[Term::atom(kind), value])?)
}

fn memory_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let mut list = Term::NIL;
    for kind in KINDS.into_iter().rev() {
        let pair = memory_pair(cx, kind)?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

fn memory_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    if let Some(kind) = arg(arguments, 0).as_atom() {
        return memory_of(cx, kind);
    }
    let (mut rest, mut made, mut list) = (arg(arguments, 0), Term::NIL, Term::NIL);
    while let Some((kind, tail)) = cx.store().cell(rest) {
        let pair = memory_pair(cx, kind.as_atom().ok_or(Raise::BADARG)?)?;
        made = cx.heap().cons(pair, made)?;
        rest = tail;
    }
    if rest != Term::NIL {
        return Err(Raise::BADARG);
    }
    while let Some((pair, tail)) = cx.store().cell(made) {
        list = cx.heap().cons(pair, list)?;
        made = tail;
    }
    Ok(list)
}

/// The value, and how much it grew since it was asked for last.
fn growth(cx: &mut Context<'_>, which: usize, value: u64) -> Result {
    let last = cx.shared.processes.asked.get_mut(which).map_or(0, |last| core::mem::replace(last, value));
    let total = cx.heap().unsigned(value)?;
    let since = cx.heap().unsigned(value.saturating_sub(last))?;
    Ok(cx.heap().tuple(&[total, since])?)
}

fn statistics(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    match cx.shared.atoms.name(name) {
        "reductions" | "exact_reductions" => {
            let slice = i64::from(crate::process::SLICE);
            let own = slice - i64::from(cx.process.reductions);
            let value = cx.shared.processes.reductions.saturating_add_signed(own);
            growth(cx, 0, value)
        }
        // There is but one clock: what the VM runs is what has passed.
        "runtime" | "wall_clock" => {
            let which = if name == atoms::RUNTIME { 1 } else { 2 };
            let value = cx.shared.platform.monotonic() / 1_000_000;
            growth(cx, which, value)
        }
        "garbage_collection" => Ok(cx.heap().tuple(&[Term::tiny(0); 3])?),
        "context_switches" => {
            let count = Term::tiny((cx.shared.processes.switches & 0x1fff_ffff) as i32);
            Ok(cx.heap().tuple(&[count, Term::tiny(0)])?)
        }
        "run_queue" | "total_run_queue_lengths" => Ok(Term::tiny(cx.shared.processes.ready() as i32)),
        _ => Err(Raise::BADARG),
    }
}

// Exceptions and calls.

fn error_1(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Err(Raise::Class(Class::Error, arg(arguments, 0)))
}

fn caller_arguments(term: Term) -> Term {
    if term == Term::atom(atoms::NONE) { Term::NONE } else { term }
}

fn error_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let reason = arg(arguments, 0);
    Err(Raise::error_as(cx.heap(), reason, caller_arguments(arg(arguments, 1)), Term::NONE))
}

fn error_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut info = Term::NONE;
    options(cx, arg(arguments, 2), |name, value| match (name, value) {
        (atoms::ERROR_INFO, Some(map)) if matches!(cx.store().view(map), View::Map(_)) => {
            info = map;
            Ok(())
        }
        _ => Err(Raise::BADARG),
    })?;
    let reason = arg(arguments, 0);
    Err(Raise::error_as(cx.heap(), reason, caller_arguments(arg(arguments, 1)), info))
}

/// Whether a term is an entry of a stack trace.
fn is_entry(cx: &Context<'_>, term: Term) -> bool {
    let store = cx.store();
    let Some(entry) = store.tuple(term) else { return false };
    let at = |index| entry.get(index).unwrap_or(Term::NONE);
    let arity = |term: Term| term == Term::NIL || term.is_list() || term.as_small().is_some_and(|arity| arity >= 0);
    let location = |term: Term| term == Term::NIL || term.is_list();
    let is_fun = matches!(store.view(at(0)), View::Fun { .. } | View::ExportFun(_));
    match entry.len() {
        2 => is_fun && arity(at(1)),
        3 if is_fun => arity(at(1)) && location(at(2)),
        3 => at(0).is_atom() && at(1).is_atom() && arity(at(2)),
        4 => at(0).is_atom() && at(1).is_atom() && arity(at(2)) && location(at(3)),
        _ => false,
    }
}

fn raise(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (class, trace) = (Class::of(arg(arguments, 0)), arg(arguments, 2));
    let mut entries = cx.store().list(trace);
    let good = entries.by_ref().all(|entry| is_entry(cx, entry)) && entries.is_proper();
    match class {
        Some(class) if good => Err(Raise::given(cx.heap(), class, arg(arguments, 1), trace)),
        // A value, not an exception, says OTP.
        _ => Ok(Term::atom(atoms::BADARG)),
    }
}

fn check_arguments(cx: &Context<'_>, list: Term) -> Result<()> {
    match cx.store().length(list) {
        Some(count) if count <= 255 => Ok(()),
        Some(_) => Err(Raise::SYSTEM_LIMIT),
        None => Err(Raise::BADARG),
    }
}

fn apply_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    check_arguments(cx, arg(arguments, 1))?;
    Err(Raise::call_fun(cx.heap(), arg(arguments, 0), arg(arguments, 1)))
}

fn apply_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    check_arguments(cx, arg(arguments, 2))?;
    Err(Raise::call(cx.heap(), module, function, arg(arguments, 2)))
}

// Funs and modules.

fn fun_item(cx: &mut Context<'_>, fun: Term, item: Atom) -> Result {
    match cx.store().view(fun) {
        View::ExportFun(index) => {
            let export = *cx.shared.code.exports.get(index as usize).ok_or(Raise::BADARG)?;
            Ok(match item {
                atoms::MODULE => Term::atom(export.module),
                atoms::NAME => Term::atom(export.function),
                atoms::ARITY => Term::tiny(i32::from(export.arity)),
                atoms::ENV => Term::NIL,
                atoms::TYPE => Term::atom(atoms::EXTERNAL),
                atoms::PID | atoms::INDEX | atoms::NEW_INDEX | atoms::UNIQ | atoms::NEW_UNIQ | atoms::REFC => UNDEFINED,
                _ => return Err(Raise::BADARG),
            })
        }
        View::Fun { entry, creator, free } => {
            let lambda = *cx.shared.code.lambdas.get(entry as usize).ok_or(Raise::BADARG)?;
            Ok(match item {
                atoms::MODULE => Term::atom(lambda.module),
                atoms::NAME => Term::atom(lambda.function),
                atoms::ARITY => Term::tiny(i32::from(lambda.arity)),
                atoms::ENV => {
                    let count = free.len();
                    let mut list = Term::NIL;
                    for index in (0..count).rev() {
                        let View::Fun { free, .. } = cx.store().view(fun) else { break };
                        let value = free.get(index).unwrap_or(Term::NIL);
                        list = cx.heap().cons(value, list)?;
                    }
                    list
                }
                atoms::TYPE => Term::atom(atoms::LOCAL),
                atoms::PID => creator,
                atoms::INDEX | atoms::NEW_INDEX => Term::tiny(lambda.index as i32),
                atoms::UNIQ => cx.heap().unsigned(u64::from(lambda.old_unique))?,
                // The module's checksum is not kept.
                atoms::NEW_UNIQ => cx.heap().heap_binary(&[0; 16])?,
                atoms::REFC => Term::tiny(1),
                _ => return Err(Raise::BADARG),
            })
        }
        _ => Err(Raise::BADARG),
    }
}

fn fun_info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let item = atom_arg(arguments, 1)?;
    let value = fun_item(cx, arg(arguments, 0), item)?;
    Ok(cx.heap().tuple(&[Term::atom(item), value])?)
}

fn fun_info_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const EXTERNAL: &[Atom] = &[atoms::MODULE, atoms::NAME, atoms::ARITY, atoms::ENV, atoms::TYPE];
    const LOCAL: &[Atom] = &[
        atoms::PID,
        atoms::MODULE,
        atoms::NEW_INDEX,
        atoms::NEW_UNIQ,
        atoms::INDEX,
        atoms::UNIQ,
        atoms::NAME,
        atoms::ARITY,
        atoms::ENV,
        atoms::TYPE,
    ];
    let fun = arg(arguments, 0);
    let items = if matches!(cx.store().view(fun), View::ExportFun(_)) { EXTERNAL } else { LOCAL };
    let mut list = Term::NIL;
    for &item in items.iter().rev() {
        let value = fun_item(cx, fun, item)?;
        let pair = cx.heap().tuple(&[Term::atom(item), value])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(list)
}

fn make_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    let arity = arg(arguments, 2).as_small().and_then(|arity| u8::try_from(arity).ok()).ok_or(Raise::BADARG)?;
    let export = cx.shared.code.export(&cx.shared.atoms, module, function, arity)?;
    Ok(cx.heap().boxed(Kind::ExportFun, &[export])?)
}

/// Module, function and arity; no arity when the integer is none that a function can have.
fn function_arg(arguments: &[Term]) -> Result<(Atom, Atom, Option<u8>)> {
    let arity = arg(arguments, 2).as_small().ok_or(Raise::BADARG)?;
    Ok((atom_arg(arguments, 0)?, atom_arg(arguments, 1)?, u8::try_from(arity).ok()))
}

fn is_builtin(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function, arity) = function_arg(arguments)?;
    let name = |atom| cx.shared.atoms.name(atom);
    let found = arity.and_then(|arity| crate::natives::find(name(module), name(function), arity));
    Ok(Term::boolean(found.is_some()))
}

fn function_exported(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function, arity) = function_arg(arguments)?;
    let code = &cx.shared.code;
    let export = arity.and_then(|arity| code.find_export(module, function, arity));
    let defined = export.and_then(|index| code.exports.get(index as usize)).is_some_and(|export| export.address != 0);
    Ok(if defined { Term::boolean(true) } else { is_builtin(cx, arguments)? })
}

fn module_loaded(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let module = atom_arg(arguments, 0)?;
    let loaded = cx
        .shared
        .code
        .exports
        .iter()
        .any(|export| export.module == module && (export.address != 0 || export.native.is_some()));
    Ok(Term::boolean(loaded))
}
