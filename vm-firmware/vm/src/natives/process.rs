//! Processes, as `erlang` gives them: making them, messages, links, monitors, names, flags.

use crate::atoms::{self, Atom};
use crate::heap::{External, View};
use crate::natives::{Context, Native, natives};
use crate::processes::{Alias, Monitor};
use crate::raise::{Class, Raise, Result};
use crate::services;
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::term::{Kind, Term};

const OK: Term = Term::atom(atoms::OK);
const TRUE: Term = Term::atom(atoms::TRUE);
const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);
pub(super) const NODE: Term = Term::atom(atoms::NONODE_AT_NOHOST);

/// The natives of this file.
pub(super) static PROCESS: &[Native] = natives! {
    "erlang";
    guard "self"/0 => itself;
    guard "node"/0 => node_0;
    guard "node"/1 => node_1;
    "nodes"/0 => nodes_0;
    "nodes"/1 => nodes_1;
    "is_alive"/0 => is_alive;
    "spawn"/1 => spawn_fun;
    "spawn"/3 => spawn_call;
    "spawn_link"/1 => spawn_link_fun;
    "spawn_link"/3 => spawn_link_call;
    "spawn_monitor"/1 => spawn_monitor_fun;
    "spawn_monitor"/3 => spawn_monitor_call;
    "spawn_opt"/2 => spawn_opt_fun;
    "spawn_opt"/4 => spawn_opt_call;
    "send"/2 => send;
    "!"/2 => send;
    "send"/3 => send_3;
    "send_nosuspend"/2 => send_nosuspend;
    "send_nosuspend"/3 => send_nosuspend;
    "exit"/1 => exit_1;
    "exit"/2 => exit_2;
    "throw"/1 => throw;
    "link"/1 => link;
    "unlink"/1 => unlink;
    "monitor"/2 => monitor_2;
    "monitor"/3 => monitor_3;
    "demonitor"/1 => demonitor_1;
    "demonitor"/2 => demonitor_2;
    "alias"/0 => alias_0;
    "alias"/1 => alias_1;
    "unalias"/1 => unalias;
    "process_flag"/2 => process_flag;
    "process_flag"/3 => process_flag_3;
    "processes"/0 => processes;
    "register"/2 => register;
    "unregister"/1 => unregister;
    "whereis"/1 => whereis;
    "registered"/0 => registered;
    "is_process_alive"/1 => is_process_alive;
    "group_leader"/0 => group_leader_0;
    "group_leader"/2 => group_leader_2;
    "yield"/0 => give_up;
    "bump_reductions"/1 => bump_reductions;
    "hibernate"/3 => hibernate;
    "garbage_collect"/0 => garbage_collect_0;
    "garbage_collect"/1 => garbage_collect_1;
    "garbage_collect"/2 => garbage_collect_2;
};

/// An argument; there are as many as the arity says.
pub(super) fn arg(arguments: &[Term], index: usize) -> Term {
    arguments.get(index).copied().unwrap_or(Term::NIL)
}

pub(super) fn atom_arg(arguments: &[Term], index: usize) -> Result<Atom> {
    arg(arguments, index).as_atom().ok_or(Raise::BADARG)
}

/// Calls `each` with every option of a proper list: its atom, and its value if it is a pair.
pub(super) fn options(
    cx: &Context<'_>,
    list: Term,
    mut each: impl FnMut(Atom, Option<Term>) -> Result<()>,
) -> Result<()> {
    let store = cx.store();
    let mut list = store.list(list);
    for option in list.by_ref() {
        match store.view(option) {
            View::Atom(name) => each(name, None)?,
            View::Tuple(pair) if pair.len() == 2 => {
                each(pair.get(0).and_then(Term::as_atom).ok_or(Raise::BADARG)?, pair.get(1))?;
            }
            _ => return Err(Raise::BADARG),
        }
    }
    if list.is_proper() { Ok(()) } else { Err(Raise::BADARG) }
}

fn itself(cx: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(cx.process.pid())
}

fn node_0(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(NODE)
}

fn node_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    match cx.store().view(arg(arguments, 0)) {
        View::Pid(_) | View::Port(_) | View::Reference(_) => Ok(NODE),
        View::External(words) => words.get(1).map(|&node| Term::atom(Atom(node))).ok_or(Raise::BADARG),
        _ => Err(Raise::BADARG),
    }
}

fn nodes_0(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::NIL)
}

fn nodes_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut this = false;
    let mut kind = |cx: &Context<'_>, term: Term| {
        let name = cx.shared.atoms.name(term.as_atom().ok_or(Raise::BADARG)?);
        this |= matches!(name, "this" | "known");
        if matches!(name, "this" | "known" | "visible" | "hidden" | "connected") { Ok(()) } else { Err(Raise::BADARG) }
    };
    let what = arg(arguments, 0);
    if what.is_atom() {
        kind(cx, what)?;
    } else {
        let mut list = cx.store().list(what);
        for term in list.by_ref() {
            kind(cx, term)?;
        }
        if !list.is_proper() {
            return Err(Raise::BADARG);
        }
    }
    if this { Ok(cx.heap().list(&[NODE])?) } else { Ok(Term::NIL) }
}

fn is_alive(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::boolean(false))
}

/// How `spawn_opt` and its like were asked to make a process.
#[derive(Clone, Copy, Default)]
struct Wishes {
    link: bool,
    monitor: Option<(Alias, Option<Term>)>,
    priority: Option<u8>,
}

const LINKED: Wishes = Wishes { link: true, monitor: None, priority: None };
const WATCHED: Wishes = Wishes { link: false, monitor: Some((Alias::No, None)), priority: None };

/// The call that a fun's process begins with.
fn fun_start(cx: &mut Context<'_>, fun: Term) -> Result<Start> {
    if !matches!(cx.store().view(fun), View::Fun { .. } | View::ExportFun(_)) {
        return Err(Raise::BADARG);
    }
    let arguments = cx.heap().list(&[fun, Term::NIL])?;
    Ok(Start { module: atoms::ERLANG, function: atoms::APPLY, arguments, arity: 2 })
}

fn call_start(cx: &Context<'_>, arguments: &[Term]) -> Result<Start> {
    let (module, function) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    let arguments = arg(arguments, 2);
    let count = cx.store().length(arguments).ok_or(Raise::BADARG)?;
    let arity = u8::try_from(count).map_err(|_| Raise::SYSTEM_LIMIT)?;
    Ok(Start { module, function, arguments, arity })
}

fn spawn(cx: &mut Context<'_>, start: Start, wishes: Wishes) -> Result {
    // All that may fail on this side first.
    cx.heap().reserve(16)?;
    let Context { process, shared } = cx;
    let number = signals::spawn(shared, process.heap.words.as_slice(), Some(process), start)?;
    let mut reference = None;
    let mut tie = || {
        if wishes.link {
            signals::link(shared, process, number)?;
        }
        if let Some((alias, tag)) = wishes.monitor {
            let words = signals::new_reference(shared, process.number);
            let tag = tag.unwrap_or(Term::atom(atoms::DOWN));
            signals::monitor(shared, process, Monitor { reference: words, target: number, name: None, tag, alias })?;
            reference = Some(words);
        }
        Ok(())
    };
    if let Err(error) = tie() {
        process.relations.unlink(number);
        if let Some(new) = shared.processes.remove(number, &mut shared.binaries) {
            shared.processes.drop_process(new, &mut shared.binaries);
        }
        return Err(error);
    }
    if let Some(priority) = wishes.priority
        && let Some(new) = shared.processes.get_mut(number)
    {
        // It stands in the queue of normal ones once; from its first slice on it has its own priority.
        new.relations.priority = priority;
    }
    let pid = Term::pid(number);
    match reference {
        Some(words) => {
            let reference = process.heap.boxed(Kind::Reference, &words)?;
            Ok(process.heap.tuple(&[pid, reference])?)
        }
        None => Ok(pid),
    }
}

fn spawn_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = fun_start(cx, arg(arguments, 0))?;
    spawn(cx, start, Wishes::default())
}

fn spawn_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = call_start(cx, arguments)?;
    spawn(cx, start, Wishes::default())
}

fn spawn_link_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = fun_start(cx, arg(arguments, 0))?;
    spawn(cx, start, LINKED)
}

fn spawn_link_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = call_start(cx, arguments)?;
    spawn(cx, start, LINKED)
}

fn spawn_monitor_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = fun_start(cx, arg(arguments, 0))?;
    spawn(cx, start, WATCHED)
}

fn spawn_monitor_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let start = call_start(cx, arguments)?;
    spawn(cx, start, WATCHED)
}

fn wishes(cx: &Context<'_>, list: Term) -> Result<Wishes> {
    let mut wishes = Wishes::default();
    let badopt = Raise::ErrorWithCause(atoms::BADOPT);
    options(cx, list, |name, value| {
        match (name, value) {
            (atoms::LINK, None) => wishes.link = true,
            (atoms::MONITOR, None) => wishes.monitor = Some((Alias::No, None)),
            (atoms::MONITOR, Some(list)) => wishes.monitor = Some(monitor_options(cx, list)?),
            (atoms::PRIORITY, Some(value)) => wishes.priority = Some(priority(value)?),
            (
                atoms::MIN_HEAP_SIZE
                | atoms::MIN_BIN_VHEAP_SIZE
                | atoms::MAX_HEAP_SIZE
                | atoms::FULLSWEEP_AFTER
                | atoms::MESSAGE_QUEUE_DATA,
                Some(_),
            ) => {}
            _ => return Err(badopt),
        }
        Ok(())
    })?;
    Ok(wishes)
}

fn spawn_opt_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let wishes = wishes(cx, arg(arguments, 1))?;
    let start = fun_start(cx, arg(arguments, 0))?;
    spawn(cx, start, wishes)
}

fn spawn_opt_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let wishes = wishes(cx, arg(arguments, 3))?;
    let start = call_start(cx, arguments)?;
    spawn(cx, start, wishes)
}

fn send(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let message = arg(arguments, 1);
    signals::send(cx.shared, cx.process, arg(arguments, 0), message)?;
    Ok(message)
}

fn send_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut connect = true;
    options(cx, arg(arguments, 2), |name, value| match (name, value) {
        (atoms::NOSUSPEND, None) => Ok(()),
        (atoms::NOCONNECT, None) => {
            connect = false;
            Ok(())
        }
        _ => Err(Raise::BADARG),
    })?;
    let to = arg(arguments, 0);
    signals::send(cx.shared, cx.process, to, arg(arguments, 1))?;
    let elsewhere = cx.store().tuple(to).is_some_and(|pair| pair.get(1) != Some(NODE));
    Ok(if elsewhere && !connect { Term::atom(atoms::NOCONNECT) } else { OK })
}

fn exit_1(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Err(Raise::Class(Class::Exit, arg(arguments, 0)))
}

fn throw(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    Err(Raise::Class(Class::Throw, arg(arguments, 0)))
}

/// The number of a pid of this node; `None` for a pid of another.
fn pid_arg(cx: &Context<'_>, term: Term) -> Result<Option<u32>> {
    match cx.store().view(term) {
        View::Pid(number) => Ok(Some(number)),
        View::External(words) if words.first() == Some(&(External::Pid as u32)) => Ok(None),
        _ => Err(Raise::BADARG),
    }
}

fn exit_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let reason = arg(arguments, 1);
    if matches!(cx.store().view(arg(arguments, 0)), View::Port(_)) {
        return Ok(TRUE);
    }
    let Some(number) = pid_arg(cx, arg(arguments, 0))? else { return Ok(TRUE) };
    let Context { process, shared } = cx;
    if number != process.number {
        return signals::exit_signal(shared, process, number, reason)
            .map_or(Ok(TRUE), |reason| Err(Raise::Exit(reason)));
    }
    if reason == Term::atom(atoms::KILL) {
        return Err(Raise::Exit(Term::atom(atoms::KILLED)));
    }
    if !process.relations.trap_exit {
        return Err(Raise::Exit(reason));
    }
    let from = process.pid();
    signals::exit_message(&shared.budget, process, from, reason)?;
    Ok(TRUE)
}

fn link(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let other = arg(arguments, 0);
    let number = pid_arg(cx, other)?;
    let Context { process, shared } = cx;
    if number == Some(process.number) {
        return Ok(TRUE);
    }
    if let Some(number) = number
        && signals::link(shared, process, number)?
    {
        return Ok(TRUE);
    }
    let reason = Term::atom(if number.is_some() { atoms::NOPROC } else { atoms::NOCONNECTION });
    if !process.relations.trap_exit {
        return Err(Raise::Error(reason));
    }
    signals::exit_message(&shared.budget, process, other, reason)?;
    Ok(TRUE)
}

fn unlink(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    if matches!(cx.store().view(arg(arguments, 0)), View::Port(_)) {
        return Ok(TRUE);
    }
    if let Some(number) = pid_arg(cx, arg(arguments, 0))? {
        cx.process.relations.unlink(number);
        if let Some(other) = cx.shared.processes.get_mut(number) {
            other.relations.unlink(cx.process.number);
        }
    }
    Ok(TRUE)
}

fn monitor_options(cx: &Context<'_>, list: Term) -> Result<(Alias, Option<Term>)> {
    let (mut alias, mut tag) = (Alias::No, None);
    options(cx, list, |name, value| {
        match (name, value) {
            (atoms::TAG, Some(value)) => tag = Some(value),
            (atoms::ALIAS, Some(value)) => {
                alias = match value.as_atom() {
                    Some(atoms::EXPLICIT_UNALIAS) => Alias::Explicit,
                    Some(atoms::DEMONITOR) => Alias::Demonitor,
                    Some(atoms::REPLY_DEMONITOR) => Alias::Reply,
                    _ => return Err(Raise::BADARG),
                }
            }
            _ => return Err(Raise::BADARG),
        }
        Ok(())
    })?;
    Ok((alias, tag))
}

fn monitor_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    monitor(cx, arguments, Alias::No, None)
}

fn monitor_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (alias, tag) = monitor_options(cx, arg(arguments, 2))?;
    monitor(cx, arguments, alias, tag)
}

fn monitor(cx: &mut Context<'_>, arguments: &[Term], alias: Alias, tag: Option<Term>) -> Result {
    let (kind, object) = (atom_arg(arguments, 0)?, arg(arguments, 1));
    let clock = cx.shared.atoms.find("clock_service").map(Term::atom);
    let nothing = (kind == atoms::TIME_OFFSET && Some(object) == clock)
        || (kind == atoms::PORT && matches!(cx.store().view(object), View::Port(_)));
    if kind != atoms::PROCESS && !nothing {
        return Err(Raise::BADARG);
    }
    // Room for the reference and a message, so that nothing fails half way.
    cx.heap().reserve(16)?;
    let words = signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(Kind::Reference, &words)?;
    if nothing {
        return Ok(reference);
    }
    let mut name = object.as_atom();
    let number = match cx.store().tuple(object) {
        Some(pair) => {
            name = pair.get(0).and_then(Term::as_atom).filter(|_| pair.len() == 2);
            let here = pair.get(1) == Some(NODE);
            services::whereis(cx.shared, name.ok_or(Raise::BADARG)?, cx.process)?.filter(|_| here)
        }
        None => match name {
            Some(name) => services::whereis(cx.shared, name, cx.process)?,
            None => pid_arg(cx, object)?,
        },
    };
    let Context { process, shared } = cx;
    if number == Some(process.number) {
        return Ok(reference);
    }
    let tag = tag.unwrap_or(Term::atom(atoms::DOWN));
    let entry = Monitor { reference: words, target: number.unwrap_or(0), name, tag, alias };
    if number.is_some() && signals::monitor(shared, process, entry)? {
        return Ok(reference);
    }
    if alias == Alias::Explicit {
        shared.budget.reserve(&mut process.relations.aliases, 1)?;
    }
    let entry = Monitor { target: object.as_pid().unwrap_or(0), ..entry };
    signals::down_message(&shared.budget, process, &entry, Term::atom(atoms::NOPROC))?;
    signals::keep_alias(process, &entry);
    Ok(reference)
}

fn reference_arg(cx: &Context<'_>, term: Term) -> Result<[u32; 3]> {
    match cx.store().view(term) {
        View::Reference(words) => Ok(words),
        _ => Err(Raise::BADARG),
    }
}

fn end_monitor(cx: &mut Context<'_>, reference: [u32; 3]) -> bool {
    let Some(monitor) = cx.process.relations.forget(reference) else { return false };
    signals::keep_alias(cx.process, &monitor);
    if let Some(target) = cx.shared.processes.get_mut(monitor.target) {
        target.relations.unwatch(reference);
    }
    true
}

fn demonitor_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let reference = reference_arg(cx, arg(arguments, 0))?;
    end_monitor(cx, reference);
    Ok(TRUE)
}

fn demonitor_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let reference = reference_arg(cx, arg(arguments, 0))?;
    let (mut flush, mut info) = (false, false);
    options(cx, arg(arguments, 1), |name, value| {
        match (name, value) {
            (atoms::FLUSH, None) => flush = true,
            (atoms::INFO, None) => info = true,
            _ => return Err(Raise::BADARG),
        }
        Ok(())
    })?;
    let found = end_monitor(cx, reference);
    if flush && !found {
        let store = cx.store();
        // Whatever its tag is: five elements, the second of them the reference.
        let is_down = |message: Term| {
            store.tuple(message).is_some_and(|elements| {
                elements.len() == 5
                    && elements.get(1).is_some_and(
                        |second| matches!(store.view(second), View::Reference(words) if words == reference),
                    )
            })
        };
        if let Some(place) = cx.process.mailbox.iter().position(|&message| is_down(message)) {
            cx.process.mailbox.remove(place);
            if cx.process.cursor > place {
                cx.process.cursor -= 1;
            }
        }
    }
    Ok(Term::boolean(found || !info))
}

fn make_alias(cx: &mut Context<'_>, once: bool) -> Result {
    cx.shared.budget.reserve(&mut cx.process.relations.aliases, 1)?;
    let words = signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(Kind::Reference, &words)?;
    cx.process.relations.aliases.push((words, once));
    Ok(reference)
}

fn alias_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    make_alias(cx, false)
}

fn alias_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut once = false;
    options(cx, arg(arguments, 0), |name, value| {
        match (name, value) {
            (atoms::REPLY, None) => once = true,
            (atoms::EXPLICIT_UNALIAS, None) => once = false,
            _ => return Err(Raise::BADARG),
        }
        Ok(())
    })?;
    make_alias(cx, once)
}

fn unalias(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let reference = reference_arg(cx, arg(arguments, 0))?;
    let relations = &mut cx.process.relations;
    if let Some(place) = relations.aliases.iter().position(|&(alias, _)| alias == reference) {
        relations.aliases.remove(place);
        return Ok(TRUE);
    }
    let monitor = relations.monitors.iter_mut().find(|monitor| monitor.reference == reference);
    let Some(monitor) = monitor.filter(|monitor| monitor.alias != Alias::No) else { return Ok(Term::boolean(false)) };
    monitor.alias = Alias::No;
    Ok(TRUE)
}

const PRIORITIES: [Atom; 4] = [atoms::LOW, atoms::NORMAL, atoms::HIGH, atoms::MAX];

fn priority(term: Term) -> Result<u8> {
    let place = PRIORITIES.iter().position(|&name| Term::atom(name) == term);
    place.map(|place| place as u8).ok_or(Raise::BADARG)
}

pub(super) fn priority_term(priority: u8) -> Term {
    Term::atom(PRIORITIES.get(usize::from(priority)).copied().unwrap_or(atoms::NORMAL))
}

fn process_flag(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (flag, value) = (atom_arg(arguments, 0)?, arg(arguments, 1));
    let relations = &mut cx.process.relations;
    let kept = match flag {
        atoms::TRAP_EXIT => {
            let value = value.as_boolean().ok_or(Raise::BADARG)?;
            return Ok(Term::boolean(core::mem::replace(&mut relations.trap_exit, value)));
        }
        atoms::PRIORITY => {
            let value = priority(value)?;
            return Ok(priority_term(core::mem::replace(&mut relations.priority, value)));
        }
        atoms::MESSAGE_QUEUE_DATA => {
            let value = match value.as_atom() {
                Some(atoms::OFF_HEAP) => true,
                Some(atoms::ON_HEAP) => false,
                _ => return Err(Raise::BADARG),
            };
            let old = core::mem::replace(&mut relations.off_heap, value);
            return Ok(Term::atom(if old { atoms::OFF_HEAP } else { atoms::ON_HEAP }));
        }
        atoms::ERROR_HANDLER => {
            value.as_atom().ok_or(Raise::BADARG)?;
            return Ok(Term::atom(atoms::ERROR_HANDLER));
        }
        atoms::MIN_HEAP_SIZE => 0,
        atoms::MIN_BIN_VHEAP_SIZE => 1,
        atoms::FULLSWEEP_AFTER => 2,
        other => match cx.shared.atoms.name(other) {
            "save_calls" => 3,
            "sensitive" | "async_dist" => {
                value.as_boolean().ok_or(Raise::BADARG)?;
                return Ok(Term::boolean(false));
            }
            _ => return Err(Raise::ErrorWithCause(atoms::BADOPT)),
        },
    };
    let value = value.as_small().filter(|&value| value >= 0).ok_or(Raise::BADARG)?;
    let place = cx.process.relations.kept.get_mut(kept).ok_or(Raise::BADARG)?;
    Ok(Term::tiny(core::mem::replace(place, value as u32) as i32))
}

/// Of another process OTP sets one flag only, how many calls it should keep; here it is kept and told.
fn process_flag_3(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let Some(number) = arg(arguments, 0).as_pid() else {
        return Err(Raise::ErrorWithCause(cx.shared.atoms.intern("badtype")?));
    };
    let flag = atom_arg(arguments, 1)?;
    let value = arg(arguments, 2).as_small().filter(|value| (0..=10_000).contains(value)).ok_or(Raise::BADARG)?;
    if cx.shared.atoms.name(flag) != "save_calls" {
        return Err(Raise::BADARG);
    }
    let Context { process, shared } = cx;
    let process = if number == process.number { Some(&mut **process) } else { shared.processes.get_mut(number) };
    let place = process.and_then(|process| process.relations.kept.last_mut()).ok_or(Raise::BADARG)?;
    Ok(Term::tiny(core::mem::replace(place, value as u32) as i32))
}

fn processes(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let Context { process, shared } = cx;
    let count = shared.processes.count();
    process.heap.reserve(count * 2)?;
    let heap = &mut process.heap;
    Ok(shared.processes.numbers().fold(Term::NIL, |list, number| heap.cons_reserved(Term::pid(number), list)))
}

fn register(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    let number = arg(arguments, 1).as_pid().ok_or(Raise::BADARG)?;
    let Context { process, shared } = cx;
    let own = number == process.number;
    let held =
        if own { process.relations.name } else { shared.processes.get(number).ok_or(Raise::BADARG)?.relations.name };
    if name == atoms::UNDEFINED || held.is_some() || !shared.processes.register(name, number)? {
        return Err(Raise::BADARG);
    }
    let process = if own { Some(&mut **process) } else { shared.processes.get_mut(number) };
    if let Some(process) = process {
        process.relations.name = Some(name);
    }
    Ok(TRUE)
}

fn unregister(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    let Context { process, shared } = cx;
    let number = shared.processes.unregister(name).ok_or(Raise::BADARG)?;
    let process = if number == process.number { Some(&mut **process) } else { shared.processes.get_mut(number) };
    if let Some(process) = process {
        process.relations.name = None;
    }
    Ok(TRUE)
}

fn whereis(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let found = services::whereis(cx.shared, atom_arg(arguments, 0)?, cx.process)?;
    Ok(found.map_or(UNDEFINED, Term::pid))
}

fn registered(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let names = cx.shared.processes.names();
    Ok(cx.process.heap.list_with(names.iter().map(|&(name, _)| Term::atom(name)), Term::NIL)?)
}

fn is_process_alive(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let number = arg(arguments, 0).as_pid().ok_or(Raise::BADARG)?;
    Ok(Term::boolean(cx.shared.processes.is_alive(number)))
}

fn group_leader_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(cx.process.group_leader)
}

fn group_leader_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (leader, number) = (arg(arguments, 0), arg(arguments, 1).as_pid().ok_or(Raise::BADARG)?);
    pid_arg(cx, leader)?;
    let Context { process, shared } = cx;
    if number == process.number {
        process.group_leader = leader;
        return Ok(TRUE);
    }
    let Shared { processes, binaries, .. } = &mut **shared;
    let other = processes.get_mut(number).ok_or(Raise::BADARG)?;
    let source = process.heap.words.as_slice();
    other.group_leader = crate::copy::copy(source, leader, &mut other.heap, binaries)?;
    Ok(TRUE)
}

fn give_up(_: &mut Context<'_>, _: &[Term]) -> Result {
    Err(Raise::Yield(TRUE))
}

fn bump_reductions(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let count = cx.store().integer(arg(arguments, 0)).filter(|&count| count >= 0).ok_or(Raise::BADARG)?;
    // More than a slice is no more than one.
    cx.bump(count.min(i64::from(crate::process::SLICE)) as usize);
    Ok(TRUE)
}

fn hibernate(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let Start { module, function, arguments, .. } = call_start(cx, arguments)?;
    cx.process.cursor = 0;
    if cx.process.mailbox.is_empty() {
        // What is waiting a long time should hold little.
        cx.process.heap.limit = 0;
        cx.process.deadline = None;
        return Err(Raise::Wait);
    }
    Err(Raise::call(cx.heap(), module, function, arguments))
}

fn garbage_collect_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    cx.process.heap.limit = 0;
    Ok(TRUE)
}

fn garbage_collect_1(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let number = arg(arguments, 0).as_pid().ok_or(Raise::BADARG)?;
    if number == cx.process.number {
        return garbage_collect_0(cx, &[]);
    }
    let other = cx.shared.processes.get_mut(number);
    Ok(Term::boolean(other.map(|other| other.heap.limit = 0).is_some()))
}

fn garbage_collect_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut request = None;
    options(cx, arg(arguments, 1), |name, value| {
        match (name, value) {
            (atoms::ASYNC, Some(id)) => request = Some(id),
            (atoms::TYPE, Some(kind)) => {
                kind.as_atom()
                    .filter(|&kind| kind == atoms::MINOR || cx.shared.atoms.name(kind) == "major")
                    .ok_or(Raise::BADARG)?;
            }
            _ => return Err(Raise::BADARG),
        }
        Ok(())
    })?;
    let result = garbage_collect_1(cx, arguments)?;
    let Some(id) = request else { return Ok(result) };
    let message = cx.heap().tuple(&[Term::atom(atoms::GARBAGE_COLLECT), id, result])?;
    let own = cx.process.pid();
    signals::send(cx.shared, cx.process, own, message)?;
    Ok(Term::atom(atoms::ASYNC))
}

/// No sender is ever suspended here.
fn send_nosuspend(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let noconnect = Term::atom(cx.shared.atoms.intern("noconnect")?);
    let mut list = cx.store().list(arguments.get(2).copied().unwrap_or(Term::NIL));
    if !list.by_ref().all(|option| option == noconnect) || !list.is_proper() {
        return Err(Raise::BADARG);
    }
    send(cx, arguments.get(..2).unwrap_or_default())?;
    Ok(TRUE)
}
