//! Processes, as `erlang` gives them: messages, links, monitors, names.

use crate::atoms::{self, Atom};
use crate::heap::{External, View};
use crate::markers;
use crate::natives::spawning::call_start;
use crate::natives::{Context, Native, natives};
use crate::process::{Process, State};
use crate::processes::Processes;
use crate::raise::{Class, Raise, Result};
use crate::services;
use crate::shared::Shared;
use crate::signals;
use crate::term::{Kind, Term};
use crate::ties::{self, Alias, Tie};

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
    "hibernate"/0 => hibernate_0;
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
    if !process.trap_exit {
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
        && shared.processes.is_alive(number)
    {
        shared.processes.link(process.number, number)?;
        return Ok(TRUE);
    }
    let reason = Term::atom(if number.is_some() { atoms::NOPROC } else { atoms::NOCONNECTION });
    if !process.trap_exit {
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
        cx.shared.processes.unlink(cx.process.number, number, &mut cx.shared.binaries);
    }
    Ok(TRUE)
}

pub(super) fn monitor_options(cx: &Context<'_>, list: Term) -> Result<(Alias, Option<Term>)> {
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
    if let Some(pair) = cx.store().tuple(object)
        && (pair.len() != 2 || pair.get(0).is_none_or(|name| !name.is_atom()) || pair.get(1) != Some(NODE))
    {
        return Err(Raise::BADARG);
    }
    let number = match cx.store().tuple(object) {
        Some(pair) => {
            name = pair.get(0).and_then(Term::as_atom).filter(|_| pair.len() == 2);
            // A node without a name knows no other.
            match name.filter(|_| pair.get(1) == Some(NODE)) {
                Some(name) => services::whereis(cx.shared, name, cx.process)?,
                None => None,
            }
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
    let object = name.map_or(Ok(object), Err);
    signals::monitor(shared, process, &signals::Watch { target: number, object, tag, alias, reference: words })?;
    Ok(reference)
}

fn reference_arg(cx: &Context<'_>, term: Term) -> Result<[u32; 3]> {
    match cx.store().view(term) {
        View::Reference(words) => Ok(words),
        _ => Err(Raise::BADARG),
    }
}

/// Calls a monitor of the process off; whether there was one.
fn end_monitor(cx: &mut Context<'_>, reference: [u32; 3]) -> bool {
    let Some(id) = own_tie(cx, reference, ties::Kind::Monitor) else { return false };
    cx.shared.processes.end_monitor(id, &mut cx.shared.binaries);
    true
}

/// The monitor or alias of the process that has this reference.
fn own_tie(cx: &Context<'_>, reference: [u32; 3], kind: ties::Kind) -> Option<ties::TieId> {
    let ties = &cx.shared.processes.ties;
    let id = ties.find(reference)?;
    ties.get(id).filter(|tie| tie.kind == kind && tie.ends[0] == cx.process.number).map(|_| id)
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
        let first = markers::place(&cx.process.markers, reference) as usize;
        let place = cx.process.mailbox.iter().skip(first).position(|&message| is_down(message));
        if let Some(place) = place.map(|place| first + place) {
            cx.process.mailbox.remove(place);
            markers::removed(&mut cx.process.markers, place as u32);
            if cx.process.cursor as usize > place {
                cx.process.cursor -= 1;
            }
        }
    }
    Ok(Term::boolean(found || !info))
}

fn make_alias(cx: &mut Context<'_>, once: bool) -> Result {
    cx.shared.processes.ties.reserve()?;
    let words = signals::new_reference(cx.shared, cx.process.number);
    let reference = cx.heap().boxed(Kind::Reference, &words)?;
    let mut tie = Tie::new(ties::Kind::Alias, [cx.process.number, 0], words);
    tie.alias = if once { Alias::Reply } else { Alias::Explicit };
    cx.shared.processes.tie(tie);
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
    if let Some(id) = own_tie(cx, reference, ties::Kind::Alias) {
        cx.shared.processes.untie(id, &mut cx.shared.binaries);
        return Ok(TRUE);
    }
    let monitor = own_tie(cx, reference, ties::Kind::Monitor).and_then(|id| cx.shared.processes.ties.get_mut(id));
    let alias = monitor.map_or(Alias::No, |tie| core::mem::replace(&mut tie.alias, Alias::No));
    Ok(Term::boolean(alias != Alias::No))
}

const PRIORITIES: [Atom; 4] = [atoms::LOW, atoms::NORMAL, atoms::HIGH, atoms::MAX];

pub(super) fn priority(term: Term) -> Result<u8> {
    let place = PRIORITIES.iter().position(|&name| Term::atom(name) == term);
    place.map(|place| place as u8).ok_or(Raise::BADARG)
}

pub(super) fn priority_term(priority: u8) -> Term {
    Term::atom(PRIORITIES.get(usize::from(priority)).copied().unwrap_or(atoms::NORMAL))
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
    let Shared { processes, budget, .. } = &mut **shared;
    if name == atoms::UNDEFINED || processes.whereis(name).is_some() || !processes.is_alive(number) {
        return Err(Raise::BADARG);
    }
    let extra = named(process, processes, number).ok_or(Raise::BADARG)?.extra_mut(budget)?;
    if extra.name.is_some() {
        return Err(Raise::BADARG);
    }
    processes.register(name, number)?;
    if let Some(extra) = named(process, processes, number).and_then(|process| process.extra.as_mut()) {
        extra.name = Some(name);
    }
    Ok(TRUE)
}

/// The process of that number: the caller, or another one.
fn named<'a>(own: &'a mut Process, processes: &'a mut Processes, number: u32) -> Option<&'a mut Process> {
    if number == own.number { Some(own) } else { processes.get_mut(number) }
}

fn unregister(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = atom_arg(arguments, 0)?;
    let Context { process, shared } = cx;
    let number = shared.processes.unregister(name).ok_or(Raise::BADARG)?;
    if let Some(process) = named(process, &mut shared.processes, number) {
        if let Some(extra) = process.extra.as_mut() {
            extra.name = None;
        }
        process.shrink_extra(&shared.budget);
    }
    Ok(TRUE)
}

fn whereis(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let found = services::whereis(cx.shared, atom_arg(arguments, 0)?, cx.process)?;
    Ok(found.map_or(UNDEFINED, Term::pid))
}

fn registered(cx: &mut Context<'_>, _: &[Term]) -> Result {
    let Context { process, shared } = cx;
    process.heap.reserve(shared.processes.name_count() * 2)?;
    let heap = &mut process.heap;
    Ok(shared.processes.names().fold(Term::NIL, |list, name| heap.cons_reserved(Term::atom(name), list)))
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
    call_start(cx, arguments)?;
    cx.process.cursor = 0;
    cx.process.deadline = crate::process::NEVER;
    markers::drop_all(&mut cx.process.markers, &cx.shared.budget);
    Err(Raise::Hibernate)
}

/// `hibernate/0` of OTP 28: the stack is kept, and the call returns when there is a message.
fn hibernate_0(cx: &mut Context<'_>, _: &[Term]) -> Result {
    if !cx.process.mailbox.is_empty() {
        return Ok(Term::atom(atoms::OK));
    }
    // What waits a long time should hold little.
    cx.process.heap.limit = 0;
    Err(Raise::Wait)
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
    let Shared { processes, budget, binaries, .. } = &mut *cx.shared;
    let Some(other) = processes.get_mut(number) else { return Ok(Term::boolean(false)) };
    if other.state == State::Waiting {
        signals::tidy(other, budget, binaries);
    } else {
        // Which of its registers live, it knows itself when it runs.
        other.heap.limit = 0;
    }
    Ok(TRUE)
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
