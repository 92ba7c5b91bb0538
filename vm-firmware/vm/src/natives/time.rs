//! Clocks, timers, unique numbers, and what is told of the VM: `erlang`'s.

use crate::arithmetic;
use crate::atoms::{self, Atom};
use crate::heap::{Heap, View};
use crate::natives::process::{arg, atom_arg, options};
use crate::natives::{Context, Native, natives};
use crate::raise::{Class, Raise, Result};
use crate::services;
use crate::shared::Shared;
use crate::signals;
use crate::term::{Kind, Term};
use crate::ties::{self, Tie};
use crate::timers::{Pending, drop_pending};

const OK: Term = Term::atom(atoms::OK);
const FALSE: Term = Term::atom(atoms::FALSE);

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
    "system_flag"/2 => system_flag;
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
pub(super) fn unit(cx: &Context<'_>, term: Term) -> Result<i128> {
    Ok(match term.as_atom() {
        Some(atoms::SECOND | atoms::SECONDS) => 1,
        Some(atoms::MILLISECOND | atoms::MILLI_SECONDS) => 1_000,
        Some(atoms::MICROSECOND | atoms::MICRO_SECONDS) => 1_000_000,
        Some(atoms::NANOSECOND | atoms::NANO_SECONDS | atoms::NATIVE | atoms::PERF_COUNTER) => NANO,
        _ => return cx.store().integer(term).filter(|&parts| parts > 0).map(i128::from).ok_or(Raise::BADARG),
    })
}

/// How many times a second fits into a product of nanoseconds with a unit, rounded down. Word by word: the compiler would
/// write kilobytes for a division of 128 bits.
fn seconds(value: i128) -> i128 {
    let magnitude = value.unsigned_abs();
    let (mut quotient, mut left) = (0_u128, 0_u64);
    for word in [magnitude >> 96, magnitude >> 64, magnitude >> 32, magnitude] {
        let part = left << 32 | u64::from(word as u32);
        quotient = quotient << 32 | u128::from(part / NANO as u64);
        left = part % NANO as u64;
    }
    let quotient = quotient as i128;
    if value >= 0 { quotient } else { -quotient - i128::from(left != 0) }
}

pub(super) fn in_unit(cx: &mut Context<'_>, nanoseconds: i128, unit: i128) -> Result {
    let value = seconds(nanoseconds * unit);
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

pub(super) fn monotonic_time_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = monotonic(cx);
    in_unit(cx, time, NANO)
}

fn monotonic_time_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (unit, time) = (unit(cx, arg(arguments, 0))?, monotonic(cx));
    in_unit(cx, time, unit)
}

pub(super) fn system_time_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let time = system(cx);
    in_unit(cx, time, NANO)
}

pub(super) fn system_time_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
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

pub(super) fn timestamp(cx: &mut Context<'_>, _: &[Term]) -> Result {
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
    let time = cx.store().integer(arg(arguments, 0)).filter(|&time| time >= 0 || absolute);
    // Nanoseconds are counted in 64 bits.
    let time = time.filter(|&time| time < i64::MAX / 1_000_000).ok_or_else(bad_time)?;
    let (to, message) = (arg(arguments, 1), arg(arguments, 2));
    if !to.is_pid() && !to.is_atom() {
        return Err(Raise::BADARG);
    }
    let start = if absolute { 0 } else { cx.shared.platform.monotonic() };
    let due = start.saturating_add((time.max(0) as u64).saturating_mul(1_000_000));
    let words = signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(Kind::Reference, &words)?;
    let Context { process, shared } = cx;
    let Shared { processes, binaries, budget, .. } = &mut **shared;
    let receiver = to.as_pid();
    if receiver.is_some_and(|number| !processes.is_alive(number)) {
        // The message would be lost.
        return Ok(reference);
    }
    processes.ties.reserve()?;
    let mut heap = Heap::new(budget.clone(), 0);
    let copied = crate::copy::copy(process.heap.words.as_slice(), message, &mut heap, binaries)?;
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
    let id = match processes.timers.add_message(due, pending) {
        Ok(id) => id,
        Err(pending) => {
            drop_pending(budget, pending, binaries);
            return Err(Raise::NoMemory);
        }
    };
    let mut tie = Tie::new(ties::Kind::Timer, [receiver.unwrap_or(0), 0], words);
    tie.value = id;
    processes.tie(tie);
    Ok(reference)
}

fn left(cx: &mut Context<'_>, due: Option<u64>) -> Result {
    let Some(due) = due else { return Ok(FALSE) };
    let left = due.saturating_sub(cx.shared.platform.monotonic()).div_ceil(1_000_000);
    Ok(cx.heap().unsigned(left)?)
}

fn timer_options(cx: &Context<'_>, arguments: &[Term], cancel: bool) -> Result<(bool, bool)> {
    let (mut later, mut info) = (false, true);
    if arguments.len() > 1 {
        options(cx, arg(arguments, 1), |name, value| {
            let value = value.and_then(Term::as_boolean).ok_or(Raise::BADARG)?;
            match name {
                atoms::ASYNC => later = value,
                atoms::INFO if cancel => info = value,
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

/// The timer of a reference, and when it is due.
fn timer(cx: &Context<'_>, reference: [u32; 3]) -> (Option<ties::TieId>, Option<u64>) {
    let processes = &cx.shared.processes;
    let found = processes.ties.find(reference).and_then(|id| Some((id, processes.ties.get(id)?)));
    match found.filter(|(_, tie)| tie.kind == ties::Kind::Timer) {
        Some((id, tie)) => (Some(id), processes.timers.due(tie.value)),
        None => (None, None),
    }
}

fn cancel_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let words = timer_arg(cx, arg(arguments, 0))?;
    let (later, info) = timer_options(cx, arguments, true)?;
    let (id, due) = timer(cx, words);
    let result = left(cx, due)?;
    if later && info {
        answer(cx, "cancel_timer", arg(arguments, 0), result)?;
    }
    if let Some(id) = id {
        signals::end_timer(cx.shared, id);
    }
    Ok(if later || !info { OK } else { result })
}

fn read_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let words = timer_arg(cx, arg(arguments, 0))?;
    let (later, _) = timer_options(cx, arguments, false)?;
    let (_, due) = timer(cx, words);
    let result = left(cx, due)?;
    if later {
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

/// What `system_info/1` tells.
enum Told {
    Atom(&'static str),
    Number(i32),
    Text(&'static str),
    /// How many processes there are.
    Processes,
    /// How many there may be.
    MostProcesses,
    /// How many atoms there are.
    Atoms,
    /// Family and name of the operating system.
    OsType,
    /// The release of OTP.
    Release,
    /// The name, and a flag that `system_flag/2` keeps.
    Flag(usize),
}

const SYSTEM: &[(&str, Told)] = &[
    ("atom_count", Told::Atoms),
    ("atom_limit", Told::Number(atoms::MAX_ATOMS as i32)),
    ("backtrace_depth", Told::Number(8)),
    ("build_type", Told::Atom("opt")),
    ("cpu_topology", Told::Atom("undefined")),
    ("creation", Told::Number(0)),
    ("debug_compiled", Told::Atom("false")),
    ("dirty_cpu_schedulers", Told::Number(0)),
    ("dirty_io_schedulers", Told::Number(0)),
    ("dynamic_trace", Told::Atom("none")),
    ("dynamic_trace_probes", Told::Atom("false")),
    ("emu_flavor", Told::Atom("emu")),
    ("emu_type", Told::Atom("opt")),
    ("endian", Told::Atom(if cfg!(target_endian = "big") { "big" } else { "little" })),
    ("ets_count", Told::Number(0)),
    ("fullsweep_after", Told::Flag(2)),
    ("heap_type", Told::Atom("private")),
    ("kernel_poll", Told::Atom("false")),
    ("logical_processors", Told::Number(1)),
    ("logical_processors_online", Told::Number(1)),
    // What programs written for small devices ask for, to know that they run on one.
    ("machine", Told::Text("ATOM")),
    ("message_queue_data", Told::Atom("on_heap")),
    ("min_bin_vheap_size", Told::Flag(1)),
    ("min_heap_size", Told::Flag(0)),
    ("multi_scheduling", Told::Atom("disabled")),
    ("os_type", Told::OsType),
    ("otp_release", Told::Release),
    ("port_count", Told::Number(0)),
    ("port_limit", Told::Number(0)),
    ("port_parallelism", Told::Atom("false")),
    ("process_count", Told::Processes),
    ("process_limit", Told::MostProcesses),
    ("scheduler_bind_type", Told::Atom("unbound")),
    ("scheduler_id", Told::Number(1)),
    ("schedulers", Told::Number(1)),
    ("schedulers_online", Told::Number(1)),
    ("smp_support", Told::Atom("false")),
    ("start_time", Told::Number(0)),
    ("system_architecture", Told::Text("emberl")),
    ("system_version", Told::Text(concat!("Emberl ", env!("CARGO_PKG_VERSION"), "\n"))),
    ("thread_pool_size", Told::Number(0)),
    ("threads", Told::Atom("false")),
    ("time_correction", Told::Atom("true")),
    ("time_offset", Told::Atom("final")),
    ("time_warp_mode", Told::Atom("no_time_warp")),
    ("tolerant_timeofday", Told::Atom("enabled")),
    ("trace_control_word", Told::Number(0)),
    ("version", Told::Text(env!("CARGO_PKG_VERSION"))),
    ("wordsize", Told::Number(4)),
];

/// Where nothing is under the VM, it is the operating system.
const OS_TYPE: (&str, &str) = if cfg!(windows) {
    ("win32", "nt")
} else if cfg!(target_os = "macos") {
    ("unix", "darwin")
} else if cfg!(target_os = "linux") {
    ("unix", "linux")
} else {
    ("unix", "emberl")
};

fn system_info(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 0);
    if let Some(pair) = cx.store().tuple(what) {
        let wordsize = pair.len() == 2 && pair.get(0) == Some(Term::atom(atoms::WORDSIZE));
        let known = [atoms::INTERNAL, atoms::EXTERNAL].iter().any(|&name| pair.get(1) == Some(Term::atom(name)));
        return if wordsize && known { Ok(Term::tiny(4)) } else { Err(Raise::BADARG) };
    }
    let name = cx.shared.atoms.name(what.as_atom().ok_or(Raise::BADARG)?);
    if name == services::SYSTEM_LOGGER {
        return services::system_logger(cx.shared);
    }
    let (_, told) = SYSTEM.iter().find(|(known, _)| *known == name).ok_or(Raise::BADARG)?;
    let number = match *told {
        Told::Atom(name) => return Ok(Term::atom(cx.shared.atoms.intern(name)?)),
        Told::Text(text) => return Ok(cx.heap().string(text)?),
        Told::Release => {
            let release = cx.shared.platform.otp_release().unwrap_or(emberl_format::opcode::NEWEST_RELEASE);
            let digits = [release / 10 % 10, release % 10].map(|digit| char::from(b'0' + digit));
            let list = digits
                .into_iter()
                .rev()
                .try_fold(Term::NIL, |list, digit| cx.heap().cons(Term::tiny(digit as i32), list))?;
            return Ok(list);
        }
        Told::OsType => {
            let pair = [cx.shared.atoms.intern(OS_TYPE.0)?, cx.shared.atoms.intern(OS_TYPE.1)?];
            return Ok(cx.heap().tuple(&pair.map(Term::atom))?);
        }
        Told::Flag(kept) => {
            let value = cx.shared.processes.flags.get(kept).copied().unwrap_or_default();
            return Ok(cx.heap().tuple(&[what, Term::tiny(value as i32)])?);
        }
        Told::Number(number) => number,
        Told::MostProcesses => cx.shared.processes.limit as i32,
        Told::Processes => cx.shared.processes.count() as i32,
        Told::Atoms => cx.shared.atoms.len() as i32,
    };
    Ok(Term::tiny(number))
}

/// Flags that are kept and told, as those of processes, but mean nothing here; and those that can have but one value.
fn system_flag(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (flag, value) = (arg(arguments, 0), arg(arguments, 1));
    let bad = Raise::ErrorWithCause(atoms::BADOPT);
    let number = value.as_small().filter(|&number| number >= 0);
    let kept = match flag.as_atom().map(|flag| cx.shared.atoms.name(flag)).ok_or(bad)? {
        "min_heap_size" => 0,
        "min_bin_vheap_size" => 1,
        "fullsweep_after" => 2,
        services::SYSTEM_LOGGER => return services::set_system_logger(cx.shared, value),
        "schedulers_online" if number == Some(1) => return Ok(Term::tiny(1)),
        "dirty_cpu_schedulers_online" | "trace_control_word" if number == Some(0) => return Ok(Term::tiny(0)),
        // Stack traces have as many entries.
        "backtrace_depth" if number == Some(8) => return Ok(Term::tiny(8)),
        "multi_scheduling" => {
            let known = ["block", "unblock", "block_normal", "unblock_normal"];
            let name = value.as_atom().map(|value| cx.shared.atoms.name(value));
            name.filter(|name| known.contains(name)).ok_or(Raise::BADARG)?;
            return Ok(Term::atom(cx.shared.atoms.intern("disabled")?));
        }
        "time_offset" => {
            let name = value.as_atom().map(|value| cx.shared.atoms.name(value));
            name.filter(|&name| name == "finalize").ok_or(Raise::BADARG)?;
            return Ok(Term::atom(cx.shared.atoms.intern("final")?));
        }
        "schedulers_online" | "dirty_cpu_schedulers_online" | "trace_control_word" | "backtrace_depth" => {
            return Err(Raise::BADARG);
        }
        _ => return Err(bad),
    };
    let mut number = number.ok_or(Raise::BADARG)? as u32;
    if kept == 0 {
        // OTP's heaps grow in steps: the next one that is as large.
        let (mut size, mut before) = (crate::heap::MIN_HEAP_WORDS as u32, 142);
        while size < number {
            (size, before) = (size.saturating_add(before).saturating_add(1), size);
        }
        number = size;
    }
    let place = cx.shared.processes.flags.get_mut(kept).ok_or(Raise::BADARG)?;
    Ok(Term::tiny(core::mem::replace(place, number) as i32))
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
        all.map(crate::process::Process::memory).sum::<usize>() + cx.process.memory()
    };
    let bytes = match kind {
        atoms::TOTAL => shared.budget.used(),
        atoms::PROCESSES | atoms::PROCESSES_USED => heaps(),
        atoms::SYSTEM => shared.budget.used().saturating_sub(heaps()),
        atoms::BINARY => shared.binaries.total(),
        atoms::CODE => (shared.code.words.capacity() + shared.literals.words.capacity()) * 4,
        atoms::ATOM | atoms::ATOM_USED => shared.atoms.len() * 24,
        atoms::ETS => shared.tables.iter().map(crate::ets::Table::memory).sum(),
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
        // What the VM did not wait; less than that on a machine that does other things too.
        "runtime" => {
            let time = cx.shared.platform.monotonic().saturating_sub(cx.shared.processes.idle);
            growth(cx, 1, time / 1_000_000)
        }
        "wall_clock" => {
            let value = cx.shared.platform.monotonic() / 1_000_000;
            growth(cx, 2, value)
        }
        "garbage_collection" => {
            let [count, words] = cx.shared.processes.collected;
            let (count, words) = (cx.heap().unsigned(count)?, cx.heap().unsigned(words)?);
            Ok(cx.heap().tuple(&[count, words, Term::tiny(0)])?)
        }
        // No byte goes in or out by a port.
        "io" => {
            let mut both = [Term::NIL; 2];
            for (place, name) in both.iter_mut().zip(["input", "output"]) {
                let name = Term::atom(cx.shared.atoms.intern(name)?);
                *place = cx.heap().tuple(&[name, Term::tiny(0)])?;
            }
            Ok(cx.heap().tuple(&both)?)
        }
        "run_queue_lengths" | "run_queue_lengths_all" => {
            let length = Term::tiny(cx.shared.processes.ready() as i32);
            Ok(cx.heap().list(&[length])?)
        }
        // With those that wait to run, the one that asks.
        "active_tasks" | "active_tasks_all" => {
            let length = Term::tiny(cx.shared.processes.ready() as i32 + 1);
            Ok(cx.heap().list(&[length])?)
        }
        "total_active_tasks" | "total_active_tasks_all" => Ok(Term::tiny(cx.shared.processes.ready() as i32 + 1)),
        "scheduler_wall_time" | "scheduler_wall_time_all" => Ok(Term::atom(atoms::UNDEFINED)),
        "context_switches" => {
            let count = Term::tiny((cx.shared.processes.switches & 0x1fff_ffff) as i32);
            Ok(cx.heap().tuple(&[count, Term::tiny(0)])?)
        }
        "run_queue" | "total_run_queue_lengths" | "total_run_queue_lengths_all" => {
            Ok(Term::tiny(cx.shared.processes.ready() as i32))
        }
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

#[cfg(test)]
mod tests {
    use super::{NANO, seconds};

    #[test]
    fn seconds_are_rounded_down() {
        let numbers = [0, 1, 999_999_999, NANO, NANO + 1, 1 << 63, 12_345_678_901_234_567_890_123_456_789, i128::MAX];
        for value in numbers.into_iter().flat_map(|number| [number, -number]) {
            assert_eq!(seconds(value), value.div_euclid(NANO), "{value}");
        }
    }
}
