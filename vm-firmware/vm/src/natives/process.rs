//! Processes, as `erlang` gives them: making them, messages, links, monitors, names, flags, the process dictionary.

use crate::atoms::{self, Atom};
use crate::heap::{External, View};
use crate::natives::{Context, Native, natives};
use crate::process::State;
use crate::processes::{Alias, Monitor};
use crate::raise::{Class, Raise, Result};
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::term::{Kind, Term};

const OK: Term = Term::atom(atoms::OK);
const TRUE: Term = Term::atom(atoms::TRUE);
const UNDEFINED: Term = Term::atom(atoms::UNDEFINED);
const NODE: Term = Term::atom(atoms::NONODE_AT_NOHOST);

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
    "process_info"/1 => process_info_1;
    "process_info"/2 => process_info_2;
    "processes"/0 => processes;
    "register"/2 => register;
    "unregister"/1 => unregister;
    "whereis"/1 => whereis;
    "registered"/0 => registered;
    "is_process_alive"/1 => is_process_alive;
    "group_leader"/0 => group_leader_0;
    "group_leader"/2 => group_leader_2;
    "put"/2 => put;
    "get"/0 => get_0;
    "get"/1 => get_1;
    "erase"/0 => erase_0;
    "erase"/1 => erase_1;
    "get_keys"/0 => get_keys_0;
    "get_keys"/1 => get_keys_1;
    "yield"/0 => give_up;
    "hibernate"/3 => hibernate;
    "garbage_collect"/0 => garbage_collect_0;
    "garbage_collect"/1 => garbage_collect_1;
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
            cx.shared.processes.whereis(name.ok_or(Raise::BADARG)?).filter(|_| here)
        }
        None => match name {
            Some(name) => cx.shared.processes.whereis(name),
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

fn priority_term(priority: u8) -> Term {
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
    Ok(cx.shared.processes.whereis(atom_arg(arguments, 0)?).map_or(UNDEFINED, Term::pid))
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
    let Shared { processes, literals, binaries, .. } = &mut **shared;
    let other = processes.get_mut(number).ok_or(Raise::BADARG)?;
    let source = process.heap.words.as_slice();
    other.group_leader = signals::copy(source, literals.words.as_slice(), leader, &mut other.heap, binaries)?;
    Ok(TRUE)
}

fn give_up(_: &mut Context<'_>, _: &[Term]) -> Result {
    Err(Raise::Yield(TRUE))
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

// The process dictionary: a list of pairs, changed in place.

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
    let (mut before, mut cell) = (Term::NIL, cx.process.dictionary);
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
    let found = find(cx, arg(arguments, 0))?;
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

fn get_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
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

// What `process_info` tells.

/// The items of `process_info/1` that are told here, in OTP's order.
const ITEMS: [Atom; 15] = [
    atoms::REGISTERED_NAME,
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
    atoms::SUSPENDING,
];

/// Calls `tell` with the process of that number, if it lives; `None` in place of the caller itself.
fn with_process(
    cx: &mut Context<'_>,
    pid: Term,
    tell: impl FnOnce(&mut Context<'_>, Option<&crate::process::Process>) -> Result,
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

fn process_info_2(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let what = arg(arguments, 1);
    with_process(cx, arg(arguments, 0), |cx, other| {
        if let Some(item) = what.as_atom() {
            return match info(cx, other, item)? {
                Some(value) => Ok(cx.heap().tuple(&[what, value])?),
                None => Ok(Term::NIL),
            };
        }
        let mut made = Term::NIL;
        let mut rest = what;
        while let Some((item, tail)) = cx.store().cell(rest) {
            // In a list, a process without a name has the name [].
            let value = info(cx, other, item.as_atom().ok_or(Raise::BADARG)?)?.unwrap_or(Term::NIL);
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

/// One item; `None` for the name of a process that has none.
fn info(cx: &mut Context<'_>, other: Option<&crate::process::Process>, item: Atom) -> Result<Option<Term>> {
    let target: &crate::process::Process = other.unwrap_or(cx.process);
    let relations = &target.relations;
    let value = match item {
        atoms::REGISTERED_NAME => return Ok(relations.name.map(Term::atom)),
        atoms::STATUS => Term::atom(match target.state {
            _ if other.is_none() => atoms::RUNNING,
            State::Runnable => atoms::RUNNABLE,
            State::Waiting => atoms::WAITING,
            State::Exited => atoms::EXITING,
        }),
        atoms::MESSAGE_QUEUE_LEN => Term::tiny(target.mailbox.len() as i32),
        atoms::TRAP_EXIT => Term::boolean(relations.trap_exit),
        atoms::ERROR_HANDLER => Term::atom(atoms::ERROR_HANDLER),
        atoms::PRIORITY => priority_term(relations.priority),
        atoms::TOTAL_HEAP_SIZE => Term::tiny((target.heap.words.capacity() + target.stack.capacity()) as i32),
        atoms::HEAP_SIZE => Term::tiny(target.heap.words.capacity() as i32),
        atoms::STACK_SIZE => Term::tiny(target.stack.len() as i32),
        atoms::MEMORY => {
            let words = target.heap.words.capacity() + target.stack.capacity() + target.mailbox.capacity();
            Term::tiny((words * 4 + size_of::<crate::process::Process>()) as i32)
        }
        atoms::REDUCTIONS => {
            let whole = i64::from(relations.slices) * i64::from(crate::process::SLICE);
            let value = (whole - i64::from(target.reductions)).max(0);
            cx.process.heap.integer(value)?
        }
        atoms::SUSPENDING => Term::NIL,
        atoms::MESSAGE_QUEUE_DATA => Term::atom(if relations.off_heap { atoms::OFF_HEAP } else { atoms::ON_HEAP }),
        atoms::MIN_HEAP_SIZE => Term::tiny(relations.kept.first().map_or(0, |&value| value as i32)),
        atoms::MIN_BIN_VHEAP_SIZE => Term::tiny(relations.kept.get(1).map_or(0, |&value| value as i32)),
        atoms::LINKS | atoms::MONITORED_BY | atoms::MONITORS => {
            return numbers(cx, other, item).map(Some);
        }
        atoms::INITIAL_CALL => return bring(cx, other, target.initial_call).map(Some),
        atoms::GROUP_LEADER => return bring(cx, other, target.group_leader).map(Some),
        atoms::DICTIONARY if other.is_none() => return get_0(cx, &[]).map(Some),
        atoms::DICTIONARY => return bring(cx, other, target.dictionary).map(Some),
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
            "catchlevel" => Term::tiny(target.catches as i32),
            "last_calls" => Term::boolean(false),
            "sequential_trace_token" => Term::NIL,
            "trace" => Term::tiny(0),
            "parent" => match relations.parent {
                0 => UNDEFINED,
                number => Term::pid(number),
            },
            _ => return Err(Raise::BADARG),
        },
    };
    Ok(Some(value))
}

/// A term of the other process, copied here; one of the caller's own as it is.
fn bring(cx: &mut Context<'_>, other: Option<&crate::process::Process>, term: Term) -> Result {
    let Some(other) = other else { return Ok(term) };
    let Shared { literals, binaries, .. } = &mut *cx.shared;
    let source = other.heap.words.as_slice();
    Ok(signals::copy(source, literals.words.as_slice(), term, &mut cx.process.heap, binaries)?)
}

/// The lists of links and monitors.
fn numbers(cx: &mut Context<'_>, other: Option<&crate::process::Process>, item: Atom) -> Result {
    let mut list = Term::NIL;
    let count = |relations: &crate::processes::Relations| match item {
        atoms::LINKS => relations.links.len(),
        atoms::MONITORED_BY => relations.watchers.len(),
        _ => relations.monitors.len(),
    };
    for index in (0..count(&other.unwrap_or(cx.process).relations)).rev() {
        let relations = &other.unwrap_or(cx.process).relations;
        let element = match item {
            atoms::LINKS => Term::pid(relations.links.get(index).copied().unwrap_or(0)),
            atoms::MONITORED_BY => Term::pid(relations.watchers.get(index).map_or(0, |watcher| watcher.number)),
            _ => {
                let Some(monitor) = relations.monitors.get(index).copied() else { continue };
                let heap = cx.heap();
                let object = match monitor.name {
                    Some(name) => heap.tuple(&[Term::atom(name), NODE])?,
                    None => Term::pid(monitor.target),
                };
                heap.tuple(&[Term::atom(atoms::PROCESS), object])?
            }
        };
        list = cx.heap().cons(element, list)?;
    }
    Ok(list)
}
