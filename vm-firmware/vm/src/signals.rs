//! What processes do to each other: messages, links, monitors, exits; and how they begin.

use alloc::boxed::Box;

use crate::atoms::{self, Atom};
use crate::binaries::Binaries;
use crate::copy::copy;
use crate::heap::{External, View};
use crate::memory::{Budget, NoMemory};
use crate::on_load;
use crate::process::Process;
use crate::processes::{Alias, Monitor, Processes, Watcher, reserve_messages};
use crate::raise::{Raise, Result};
use crate::services;
use crate::shared::Shared;
use crate::term::Term;

/// A new reference: unique, and of a later one the words are greater, last word first. Its last word is the process's
/// number, so that an alias is found by it.
pub fn new_reference(shared: &mut Shared, number: u32) -> [u32; 3] {
    shared.unique += 1;
    // OTP fills but 18 bits of the first word.
    [shared.unique as u32 & 0x3_ffff, (shared.unique >> 18) as u32, number]
}

/// Whom a message is for: a process, or nobody.
///
/// # Errors
/// `badarg` for an unknown name, and for what names nobody.
pub fn destination(shared: &mut Shared, from: &Process, to: Term) -> Result<Option<u32>> {
    if let Some(number) = to.as_pid() {
        return Ok(Some(number));
    }
    if let Some(name) = to.as_atom() {
        return services::whereis(shared, name, from)?.map(Some).ok_or(Raise::BADARG);
    }
    let store = shared.store(&from.heap);
    match store.view(to) {
        View::Tuple(elements) if elements.len() == 2 => match (elements.get(0), elements.get(1)) {
            (Some(name), Some(node)) if name.is_atom() && node.is_atom() => {
                // Another node cannot be reached: the message is lost.
                let here = node == Term::atom(atoms::NONODE_AT_NOHOST);
                match name.as_atom().filter(|_| here) {
                    Some(name) => services::whereis(shared, name, from),
                    None => Ok(None),
                }
            }
            _ => Err(Raise::BADARG),
        },
        View::Reference(words) => Ok(Some(words[2]).filter(|_| is_reference(to))),
        View::External(words) if words.first() == Some(&(External::Port as u32)) => Ok(None),
        View::External(_) | View::Port(_) => Ok(None),
        _ => Err(Raise::BADARG),
    }
}

const fn is_reference(to: Term) -> bool {
    to.is_boxed()
}

/// Whether a process takes messages by this alias; one that is for one message only ends here.
fn by_alias(processes: &mut Processes, process: &mut Process, reference: [u32; 3]) -> bool {
    let relations = &mut process.relations;
    if let Some(place) = relations.aliases.iter().position(|&(alias, _)| alias == reference) {
        if relations.aliases.get(place).is_some_and(|&(_, once)| once) {
            relations.aliases.remove(place);
        }
        return true;
    }
    let Some(monitor) = relations.monitors.iter().find(|monitor| monitor.reference == reference).copied() else {
        return false;
    };
    match monitor.alias {
        Alias::No => false,
        Alias::Explicit | Alias::Demonitor => true,
        Alias::Reply => {
            relations.forget(reference);
            if let Some(target) = processes.get_mut(monitor.target) {
                target.relations.unwatch(reference);
            }
            true
        }
    }
}

/// Sends a message: copies it to the receiver, who may then run. A message to a process that is gone is lost.
///
/// # Errors
/// `badarg` for a destination that is none; no memory.
pub fn send(shared: &mut Shared, from: &mut Process, to: Term, message: Term) -> Result<()> {
    let Some(number) = destination(shared, from, to)? else { return Ok(()) };
    let alias = if to.is_pid() || to.is_atom() {
        None
    } else if let View::Reference(words) = shared.store(&from.heap).view(to) {
        Some(words)
    } else {
        None
    };
    if number == from.number {
        reserve_messages(&shared.budget, &mut from.mailbox, 1)?;
        if alias.is_none_or(|alias| by_alias(&mut shared.processes, from, alias)) {
            from.mailbox.push_back(message);
        }
        return Ok(());
    }
    if let Some(alias) = alias {
        let Some(mut receiver) = shared.processes.take(number) else { return Ok(()) };
        // Room first: an alias for one message ends with a message that is delivered.
        let room = reserve_messages(&shared.budget, &mut receiver.mailbox, 1);
        let length = receiver.mailbox.len();
        let done = room.and_then(|()| {
            let known = receiver.relations.aliases.iter().any(|&(known, _)| known == alias)
                || receiver.relations.monitors.iter().any(|known| known.reference == alias && known.alias != Alias::No);
            if known {
                let Shared { binaries, .. } = shared;
                let source = from.heap.words.as_slice();
                let copied = copy(source, message, &mut receiver.heap, binaries)?;
                receiver.mailbox.push_back(copied);
            }
            Ok(())
        });
        if done.is_ok() && receiver.mailbox.len() > length {
            // Its target may be the sender.
            if let Some(monitor) = receiver.relations.monitors.iter().find(|known| known.reference == alias)
                && monitor.target == from.number
                && monitor.alias == Alias::Reply
            {
                from.relations.unwatch(alias);
            }
            by_alias(&mut shared.processes, &mut receiver, alias);
        }
        let arrived = receiver.mailbox.len() > length;
        let _ = shared.processes.put_back(receiver);
        if arrived {
            shared.processes.wake(number);
        }
        return Ok(done?);
    }
    deliver(shared, from.heap.words.as_slice(), number, message)?;
    Ok(())
}

/// Copies a message from some heap to a process that is not at hand, if it lives.
///
/// # Errors
/// When there is no memory.
pub fn deliver(shared: &mut Shared, source: &[u32], to: u32, message: Term) -> core::result::Result<(), NoMemory> {
    let Shared { processes, binaries, budget, .. } = shared;
    let Some(receiver) = processes.get_mut(to) else { return Ok(()) };
    reserve_messages(budget, &mut receiver.mailbox, 1)?;
    let message = copy(source, message, &mut receiver.heap, binaries)?;
    receiver.mailbox.push_back(message);
    processes.wake(to);
    Ok(())
}

/// How a process is to begin.
#[derive(Clone, Copy)]
pub struct Start {
    /// The module.
    pub module: Atom,
    /// The function.
    pub function: Atom,
    /// A proper list of at most 255 arguments, in the heap of whoever makes the process.
    pub arguments: Term,
    /// How many they are.
    pub arity: u8,
}

/// Makes a process, which may then run. `heap` is where the arguments stand. Gives its number.
///
/// # Errors
/// When there is no memory; then nothing was made.
pub fn spawn(
    shared: &mut Shared,
    heap: &[u32],
    parent: Option<&Process>,
    start: Start,
) -> core::result::Result<u32, NoMemory> {
    let mut process = shared.processes.make()?;
    let number = process.number;
    let Shared { processes, binaries, budget, .. } = shared;
    let prepared = prepare(&mut process, budget, heap, binaries, start).and_then(|()| {
        let Some(parent) = parent else {
            process.group_leader = process.pid();
            return Ok(());
        };
        process.relations.parent = parent.number;
        process.group_leader = copy(parent.heap.words.as_slice(), parent.group_leader, &mut process.heap, binaries)?;
        Ok(())
    });
    if let Err(error) = prepared {
        processes.remove(number, binaries);
        processes.drop_process(process, binaries);
        return Err(error);
    }
    let priority = process.relations.priority;
    let _ = processes.put_back(process);
    processes.enqueue(number, priority);
    Ok(number)
}

fn prepare(
    process: &mut Process,
    budget: &Budget,
    heap: &[u32],
    binaries: &mut Binaries,
    start: Start,
) -> core::result::Result<(), NoMemory> {
    let arguments = copy(heap, start.arguments, &mut process.heap, binaries)?;
    let (module, function) = (Term::atom(start.module), Term::atom(start.function));
    budget.reserve(&mut process.registers, 3)?;
    process.registers.extend_from_slice(&[module.0, function.0, arguments.0]);
    process.ip = crate::code::START;
    process.initial_call = process.heap.tuple(&[module, function, Term::tiny(i32::from(start.arity))])?;
    Ok(())
}

/// The kinds of exit signals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// From `exit/2`.
    Exit,
    /// By a link.
    Link,
}

/// What an exit signal did.
enum Fate {
    Nothing,
    Message,
    Dies(Term),
}

/// What is needed of the shared part while a process is at hand.
struct Parts<'a> {
    binaries: &'a mut Binaries,
    budget: &'a Budget,
}

/// An exit signal reaches a process. A process without memory for the message dies.
fn receive_signal(
    parts: &mut Parts<'_>,
    receiver: &mut Process,
    source: &[u32],
    from: Term,
    reason: Term,
    signal: Signal,
) -> Fate {
    if signal == Signal::Exit && reason == Term::atom(atoms::KILL) {
        return Fate::Dies(Term::atom(atoms::KILLED));
    }
    if !receiver.relations.trap_exit && reason == Term::atom(atoms::NORMAL) {
        return Fate::Nothing;
    }
    let copied = copy(source, reason, &mut receiver.heap, parts.binaries);
    if !receiver.relations.trap_exit {
        return Fate::Dies(copied.unwrap_or(Term::atom(atoms::KILLED)));
    }
    let told = copied.and_then(|reason| exit_message(parts.budget, receiver, from, reason));
    if told.is_err() { Fate::Dies(Term::atom(atoms::SYSTEM_LIMIT)) } else { Fate::Message }
}

/// Puts `{'EXIT', From, Reason}` into a mailbox.
///
/// # Errors
/// When there is no memory.
pub fn exit_message(
    budget: &Budget,
    receiver: &mut Process,
    from: Term,
    reason: Term,
) -> core::result::Result<(), NoMemory> {
    reserve_messages(budget, &mut receiver.mailbox, 1)?;
    let message = receiver.heap.tuple(&[Term::atom(atoms::EXIT_SIGNAL), from, reason])?;
    receiver.mailbox.push_back(message);
    Ok(())
}

/// Puts `{'DOWN', Reference, process, Object, Reason}` into a mailbox.
///
/// # Errors
/// When there is no memory.
pub fn down_message(
    budget: &Budget,
    receiver: &mut Process,
    monitor: &Monitor,
    reason: Term,
) -> core::result::Result<(), NoMemory> {
    reserve_messages(budget, &mut receiver.mailbox, 1)?;
    let heap = &mut receiver.heap;
    let reference = heap.boxed(crate::term::Kind::Reference, &monitor.reference)?;
    let object = match monitor.name {
        Some(name) => heap.tuple(&[Term::atom(name), Term::atom(atoms::NONODE_AT_NOHOST)])?,
        None => Term::pid(monitor.target),
    };
    let message = heap.tuple(&[monitor.tag, reference, Term::atom(atoms::PROCESS), object, reason])?;
    receiver.mailbox.push_back(message);
    Ok(())
}

/// A process sends an exit signal to another one, as `exit/2` does. When the sender itself dies of what follows, gives
/// its reason.
pub fn exit_signal(shared: &mut Shared, from: &mut Process, to: u32, reason: Term) -> Option<Term> {
    let mut receiver = shared.processes.take(to)?;
    let mut parts = Parts { binaries: &mut shared.binaries, budget: &shared.budget };
    let fate = receive_signal(&mut parts, &mut receiver, from.heap.words.as_slice(), from.pid(), reason, Signal::Exit);
    if let Fate::Dies(reason) = fate {
        return exit(shared, receiver, reason, Some(from));
    }
    let _ = shared.processes.put_back(receiver);
    if matches!(fate, Fate::Message) {
        shared.processes.wake(to);
    }
    None
}

/// The end of a process that is at hand, and of all that die of it: tells links and monitors, and gives all memory back.
/// `hand` is another process that is at hand, if there is one: when it dies of this too, gives its reason.
pub fn exit(
    shared: &mut Shared,
    mut process: Box<Process>,
    reason: Term,
    mut hand: Option<&mut Process>,
) -> Option<Term> {
    let mut hand_dies = None;
    shared.processes.remove(process.number, &mut shared.binaries);
    process.relations.dying = Some((reason, None));
    let mut first = Some(process);
    while let Some(mut process) = first {
        let (reason, next) = process.relations.dying.take().unwrap_or((Term::NIL, None));
        first = next;
        let number = process.number;
        on_load::ended(shared, number, &process.heap, reason);
        crate::ets::ended(shared, number, &mut |shared, heir, tell| {
            let mut end = |shared: &mut Shared, other: &mut Process| match tell(shared, other) {
                Ok(()) => Fate::Message,
                Err(NoMemory) => Fate::Dies(Term::atom(atoms::SYSTEM_LIMIT)),
            };
            reach(shared, &mut hand, &mut hand_dies, &mut first, heir, &mut end);
        });
        let relations = core::mem::take(&mut process.relations);
        let source = process.heap.words.as_slice();
        for &other in &relations.links {
            let mut end = |shared: &mut Shared, other: &mut Process| {
                if !other.relations.unlink(number) {
                    return Fate::Nothing;
                }
                let mut parts = Parts { binaries: &mut shared.binaries, budget: &shared.budget };
                receive_signal(&mut parts, other, source, Term::pid(number), reason, Signal::Link)
            };
            reach(shared, &mut hand, &mut hand_dies, &mut first, other, &mut end);
        }
        for watcher in &relations.watchers {
            let mut end = |shared: &mut Shared, other: &mut Process| {
                let Some(monitor) = other.relations.forget(watcher.reference) else { return Fate::Nothing };
                keep_alias(other, &monitor);
                let told = copy(source, reason, &mut other.heap, &mut shared.binaries)
                    .and_then(|reason| down_message(&shared.budget, other, &monitor, reason));
                if told.is_err() { Fate::Dies(Term::atom(atoms::SYSTEM_LIMIT)) } else { Fate::Message }
            };
            reach(shared, &mut hand, &mut hand_dies, &mut first, watcher.number, &mut end);
        }
        for monitor in &relations.monitors {
            let mut end = |_: &mut Shared, other: &mut Process| {
                other.relations.unwatch(monitor.reference);
                Fate::Nothing
            };
            reach(shared, &mut hand, &mut hand_dies, &mut first, monitor.target, &mut end);
        }
        process.relations = relations;
        shared.processes.drop_process(process, &mut shared.binaries);
    }
    hand_dies
}

/// An alias that outlives its monitor stays; there is room for it, since it was made with the monitor.
pub fn keep_alias(process: &mut Process, monitor: &Monitor) {
    let aliases = &mut process.relations.aliases;
    if monitor.alias == Alias::Explicit && aliases.len() < aliases.capacity() {
        aliases.push((monitor.reference, false));
    }
}

/// Does something to a process wherever it is, and what follows for it.
fn reach(
    shared: &mut Shared,
    hand: &mut Option<&mut Process>,
    hand_dies: &mut Option<Term>,
    first: &mut Option<Box<Process>>,
    number: u32,
    end: &mut dyn FnMut(&mut Shared, &mut Process) -> Fate,
) {
    if let Some(hand) = hand.as_deref_mut().filter(|hand| hand.number == number) {
        if let Fate::Dies(reason) = end(shared, hand) {
            hand_dies.get_or_insert(reason);
        }
        return;
    }
    let Some(mut other) = shared.processes.take(number) else { return };
    match end(shared, &mut other) {
        Fate::Dies(reason) => {
            shared.processes.remove(number, &mut shared.binaries);
            other.relations.dying = Some((reason, first.take()));
            *first = Some(other);
        }
        fate => {
            let _ = shared.processes.put_back(other);
            if matches!(fate, Fate::Message) {
                shared.processes.wake(number);
            }
        }
    }
}

/// Links two processes: the one at hand, and another that lives and is not it.
///
/// # Errors
/// When there is no memory; then nothing was linked.
pub fn link(shared: &mut Shared, process: &mut Process, other: u32) -> core::result::Result<bool, NoMemory> {
    let Shared { processes, budget, .. } = shared;
    let Some(other) = processes.get_mut(other) else { return Ok(false) };
    budget.reserve(&mut process.relations.links, 1)?;
    budget.reserve(&mut other.relations.links, 1)?;
    process.relations.link(other.number);
    other.relations.link(process.number);
    Ok(true)
}

/// Watches a process that lives and is not the one at hand.
///
/// # Errors
/// When there is no memory; then nothing was changed.
pub fn monitor(shared: &mut Shared, process: &mut Process, monitor: Monitor) -> core::result::Result<bool, NoMemory> {
    let Shared { processes, budget, .. } = shared;
    let Some(target) = processes.get_mut(monitor.target) else { return Ok(false) };
    budget.reserve(&mut process.relations.monitors, 1)?;
    if monitor.alias == Alias::Explicit {
        let room = 1 + process.relations.monitors.len();
        budget.reserve(&mut process.relations.aliases, room)?;
    }
    budget.reserve(&mut target.relations.watchers, 1)?;
    process.relations.monitors.push(monitor);
    target.relations.watchers.push(Watcher { reference: monitor.reference, number: process.number });
    Ok(true)
}
