//! What processes do to each other: messages, links, monitors, exits; and how they begin.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::atoms::{self, Atom};
use crate::binaries::Binaries;
use crate::copy::copy;
use crate::heap::{External, Heap, View, words::Words};
use crate::memory::{Budget, NoMemory};
use crate::net::{Direction, Handle};
use crate::on_load;
use crate::platform::Stream;
use crate::process::{Process, State};
use crate::processes::{reserve_messages, shrink_messages};
use crate::raise::{Raise, Result};
use crate::services;
use crate::shared::Shared;
use crate::sockets;
use crate::term::Term;
use crate::ties::{self, Alias, Kind, Tie, TieId};
use crate::timers::drop_pending;

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

/// Sends a message: copies it to the receiver, who may then run. A message to a process that is gone is lost.
///
/// Where there is no memory for it, the receiver is collected if it waits. If that is not enough, that one of the two
/// cannot go on that holds more: the sender, who is told, or the receiver, who dies.
///
/// # Errors
/// `badarg` for a destination that is none; no memory; the end of the sender, who was linked to the receiver.
pub fn send(shared: &mut Shared, from: &mut Process, to: Term, message: Term) -> Result<()> {
    let Some(number) = destination(shared, from, to)? else { return Ok(()) };
    let mut once = None;
    if !to.is_pid()
        && !to.is_atom()
        && let View::Reference(reference) = shared.store(&from.heap).view(to)
    {
        let ties = &shared.processes.ties;
        let Some((id, tie)) = ties.find(reference).and_then(|id| Some((id, ties.get(id)?))) else { return Ok(()) };
        if tie.alias == Alias::No {
            return Ok(());
        }
        // An alias for one message ends with a message that is delivered, and its monitor with it.
        once = Some(id).filter(|_| tie.alias == Alias::Reply);
    }
    if number == from.number {
        reserve_messages(&shared.budget, &mut from.mailbox, 1)?;
        from.mailbox.push_back(message);
    } else if deliver(shared, from.heap.words.as_slice(), number, message).is_err() {
        let held = shared.processes.get(number).map_or(0, Process::memory);
        if held <= from.memory() {
            return Err(Raise::NoMemory);
        }
        return end_for_memory(shared, number, Some(from)).map_or(Ok(()), |reason| Err(Raise::Exit(reason)));
    }
    if let Some(id) = once {
        shared.processes.untie(id, &mut shared.binaries);
    }
    Ok(())
}

/// Does something that makes a term of a process, and again after a collection if there was no memory and the process
/// waits.
fn with_room(
    receiver: &mut Process,
    budget: &Budget,
    binaries: &mut Binaries,
    mut attempt: impl FnMut(&mut Process, &mut Binaries) -> core::result::Result<(), NoMemory>,
) -> core::result::Result<(), NoMemory> {
    // It is the receiver that holds what it is told, whoever runs.
    let withheld = budget.hold(receiver.holds());
    let mut done = attempt(receiver, binaries);
    if done.is_err() && receiver.state == State::Waiting {
        tidy(receiver, budget, binaries);
        budget.hold(receiver.holds());
        done = attempt(receiver, binaries);
    }
    budget.withhold(withheld);
    done
}

/// Collects a process that waits, and gives back all that it does not need.
pub fn tidy(process: &mut Process, budget: &Budget, binaries: &mut Binaries) {
    if process.heap.words.is_empty() || crate::collect::collect(process, &mut [], binaries, 0, false).is_ok() {
        shrink(process, budget);
    }
    process.collections = process.collections.max(1);
}

/// Gives back what a process holds for later.
pub fn shrink(process: &mut Process, budget: &Budget) {
    // Shrinking may copy, and must not fail.
    for words in [&mut process.heap.words, &mut process.stack] {
        if words.len() != words.capacity() && budget.probe(words.len() * 4).is_ok() {
            words.shrink(words.len());
        }
    }
    if process.registers.is_empty() {
        budget.drop_vector(core::mem::take(&mut process.registers));
    }
    shrink_messages(budget, &mut process.mailbox, 0);
}

/// Copies a message from some heap to a process that is not at hand, if it lives.
///
/// # Errors
/// When there is no memory.
pub fn deliver(shared: &mut Shared, source: &[u32], to: u32, message: Term) -> core::result::Result<(), NoMemory> {
    let Shared { processes, binaries, budget, .. } = shared;
    let Some(receiver) = processes.get_mut(to) else { return Ok(()) };
    with_room(receiver, budget, binaries, |receiver, binaries| {
        reserve_messages(budget, &mut receiver.mailbox, 1)?;
        let message = copy(source, message, &mut receiver.heap, binaries)?;
        receiver.mailbox.push_back(message);
        Ok(())
    })?;
    processes.wake(to);
    Ok(())
}

/// Sends a message that is made on the heap of who gets it. Not for a process that is at hand.
///
/// # Errors
/// When there is no memory.
pub fn post(
    shared: &mut Shared,
    to: u32,
    make: &mut dyn FnMut(&mut Heap, &mut Binaries) -> core::result::Result<Term, NoMemory>,
) -> core::result::Result<(), NoMemory> {
    let Shared { processes, binaries, budget, .. } = shared;
    let Some(receiver) = processes.get_mut(to) else { return Ok(()) };
    with_room(receiver, budget, binaries, |receiver, binaries| {
        reserve_messages(budget, &mut receiver.mailbox, 1)?;
        let message = make(&mut receiver.heap, binaries)?;
        receiver.mailbox.push_back(message);
        Ok(())
    })?;
    processes.wake(to);
    Ok(())
}

/// Ends a process, not at hand, for which there is no memory. When the one at hand dies of that, gives its reason.
pub fn end_for_memory(shared: &mut Shared, number: u32, hand: Option<&mut Process>) -> Option<Term> {
    let process = shared.processes.take(number)?;
    report_memory(shared, &process);
    exit(shared, process, Term::atom(atoms::ENOMEM), hand)
}

/// Tells that a process ends because there is no memory.
pub fn report_memory(shared: &mut Shared, process: &Process) {
    let what = [
        (") ends with enomem: there is no memory left for it. It held ", process.memory()),
        (" of ", shared.budget.limit()),
    ];
    report(shared, process, what, " bytes.\n");
}

/// Tells that a process is larger than its `max_heap_size`.
pub fn report_size(shared: &mut Shared, process: &Process, words: usize) {
    let what = [(") has a heap of ", words), (" words; its max_heap_size is ", process.extra().largest.words as usize)];
    report(shared, process, what, ".\n");
}

/// Writes of a process: no memory is needed for that.
fn report(shared: &mut Shared, process: &Process, what: [(&str, usize); 2], end: &str) {
    let mut digits = [0; 10];
    let [module, function] = process.initial;
    let name = process.extra().name;
    let Shared { platform, atoms, .. } = shared;
    let mut tell = |text: &str| platform.write(Stream::Error, text.as_bytes());
    tell("Process <0.");
    tell(decimal(process.number as usize, &mut digits));
    tell(".0> (");
    tell(atoms.name(name.unwrap_or(module)));
    if name.is_none() {
        tell(":");
        tell(atoms.name(function));
        tell("/");
        tell(decimal(usize::from(process.initial_arity), &mut digits));
    }
    for (text, number) in what {
        tell(text);
        tell(decimal(number, &mut digits));
    }
    tell(end);
}

/// A number in decimal; as much of it as there is room for. Where there is no memory, none may be asked for.
fn decimal(mut number: usize, digits: &mut [u8; 10]) -> &str {
    let mut start = digits.len();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start = place;
        if number == 0 {
            break;
        }
    }
    core::str::from_utf8(digits.get(start..).unwrap_or_default()).unwrap_or_default()
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
/// `system_limit` when there are as many as there may be; no memory. Then nothing was made.
pub fn spawn(
    shared: &mut Shared,
    heap: &[u32],
    parent: Option<&Process>,
    start: Start,
    options: &Options<'_>,
) -> Result<u32> {
    let mut process = shared.processes.make()?;
    let number = process.number;
    let Shared { processes, binaries, budget, .. } = shared;
    let prepared = prepare(&mut process, budget, heap, binaries, start).and_then(|()| {
        let Some(parent) = parent else {
            process.group_leader = process.pid();
            return Ok(());
        };
        process.parent = parent.number;
        process.group_leader = copy(parent.heap.words.as_slice(), parent.group_leader, &mut process.heap, binaries)?;
        Ok(())
    });
    let prepared = prepared.and_then(|()| {
        if let Some(extra) = options.extra {
            *process.extra_mut(budget)? = *extra;
        }
        Ok(())
    });
    if let Err(error) = prepared {
        processes.remove(&mut process);
        processes.drop_process(process, binaries);
        return Err(error.into());
    }
    process.priority = options.priority;
    let _ = processes.put_back(process);
    processes.enqueue(number, options.priority);
    Ok(number)
}

/// What `spawn_opt` asks for, for the new process itself.
pub struct Options<'a> {
    /// 0 low, 1 normal, 2 high, 3 max.
    pub priority: u8,
    /// Flags that are not as at first.
    pub extra: Option<&'a crate::process::Extra>,
}

/// Nothing.
pub const PLAIN: Options<'static> = Options { priority: 1, extra: None };

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
    process.initial = [start.module, start.function];
    process.initial_arity = start.arity;
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
    /// It dies because it could not be told.
    NoMemory,
}

/// An exit signal reaches a process. A process without memory for the message dies.
fn receive_signal(
    shared: &mut Shared,
    receiver: &mut Process,
    source: &[u32],
    from: Term,
    reason: Term,
    signal: Signal,
) -> Fate {
    if signal == Signal::Exit && reason == Term::atom(atoms::KILL) {
        return Fate::Dies(Term::atom(atoms::KILLED));
    }
    if !receiver.trap_exit && reason == Term::atom(atoms::NORMAL) {
        return Fate::Nothing;
    }
    let Shared { budget, binaries, .. } = shared;
    let mut reached = reason;
    let told = with_room(receiver, budget, binaries, |receiver, binaries| {
        let reason = copy(source, reason, &mut receiver.heap, binaries)?;
        if receiver.trap_exit {
            return exit_message(budget, receiver, from, reason);
        }
        reached = reason;
        Ok(())
    });
    match told {
        Err(NoMemory) => Fate::NoMemory,
        Ok(()) if receiver.trap_exit => Fate::Message,
        Ok(()) => Fate::Dies(reached),
    }
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

/// Puts `{Tag, Reference, process, Object, Reason}` into a mailbox; tag and reason are terms of the receiver. The object
/// is a pid, or a name.
///
/// # Errors
/// When there is no memory.
pub fn down_message(
    budget: &Budget,
    receiver: &mut Process,
    tag: Term,
    reference: [u32; 3],
    object: core::result::Result<Term, Atom>,
    reason: Term,
) -> core::result::Result<(), NoMemory> {
    reserve_messages(budget, &mut receiver.mailbox, 1)?;
    let heap = &mut receiver.heap;
    let reference = heap.boxed(crate::term::Kind::Reference, &reference)?;
    let object = match object {
        Err(name) => heap.tuple(&[Term::atom(name), Term::atom(atoms::NONODE_AT_NOHOST)])?,
        Ok(pid) => pid,
    };
    let message = heap.tuple(&[tag, reference, Term::atom(atoms::PROCESS), object, reason])?;
    receiver.mailbox.push_back(message);
    Ok(())
}

/// A process sends an exit signal to another one, as `exit/2` does. When the sender itself dies of what follows, gives
/// its reason.
pub fn exit_signal(shared: &mut Shared, from: &mut Process, to: u32, reason: Term) -> Option<Term> {
    let mut receiver = shared.processes.take(to)?;
    let source = from.heap.words.as_slice();
    match receive_signal(shared, &mut receiver, source, from.pid(), reason, Signal::Exit) {
        Fate::Dies(reason) => return exit(shared, receiver, reason, Some(from)),
        Fate::NoMemory => {
            report_memory(shared, &receiver);
            return exit(shared, receiver, Term::atom(atoms::ENOMEM), Some(from));
        }
        fate => {
            let _ = shared.processes.put_back(receiver);
            if matches!(fate, Fate::Message) {
                shared.processes.wake(to);
            }
        }
    }
    None
}

/// The ends of one process and of all that die of it.
struct End<'a> {
    /// Another process that is at hand, if there is one.
    hand: Option<&'a mut Process>,
    /// The reason that it dies of.
    hand_dies: Option<Term>,
    /// Those that are to die yet.
    next: Option<Box<Process>>,
}

/// The end of a process that is at hand, and of all that die of it: tells links and monitors, and gives all memory back.
/// `hand` is another process that is at hand, if there is one: when it dies of this too, gives its reason.
pub fn exit(shared: &mut Shared, mut process: Box<Process>, reason: Term, hand: Option<&mut Process>) -> Option<Term> {
    process.exception = [reason; 2];
    End { hand, hand_dies: None, next: Some(process) }.run(shared)
}

/// Closes what the process at hand has open of the network. Others who wait for it are told; when the one at hand dies of
/// that, gives its reason.
///
/// # Errors
/// What the machine says.
pub fn close(shared: &mut Shared, handle: Handle, hand: &mut Process) -> (crate::net::Result, Option<Term>) {
    let closed = sockets::close(shared, handle);
    let Shared { sockets, budget, .. } = &mut *shared;
    sockets.forget(budget, handle, hand.number);
    let mut end = End { hand: Some(hand), hand_dies: None, next: None };
    end.abort(shared, handle);
    (closed, end.run(shared))
}

/// A process that dies with at most so many bytes is not worth a collection before others are told.
const SMALL: usize = 2048;

/// Gives back what a process that dies held, but its reason, before others are told: they may need the memory for that.
fn leave_reason(shared: &mut Shared, process: &mut Process) {
    // Most have next to nothing.
    if process.memory() <= SMALL && process.heap.shared == 0 {
        return;
    }
    let Shared { budget, binaries, .. } = shared;
    budget.give(process.mailbox.capacity() * size_of::<Term>());
    process.mailbox = VecDeque::new();
    budget.drop_vector(core::mem::take(&mut process.registers));
    process.stack = Words::new(budget.clone());
    process.dictionary = Term::NIL;
    process.group_leader = process.pid();
    tidy(process, budget, binaries);
}

/// Ends the timers whose messages are for a process, before others are told of its end, for the same reason.
fn end_timers(shared: &mut Shared, number: u32) {
    let (mut at, mut kept) = (shared.processes.first_tie(number), ties::NONE);
    while at != ties::NONE && at != kept && !shared.processes.timers.is_empty() {
        let next = following(shared, at, number);
        if shared.processes.ties.get(at).is_some_and(|tie| tie.kind == Kind::Timer) {
            end_timer(shared, at);
        } else if kept == ties::NONE {
            kept = at;
        }
        at = next;
    }
}

/// The tie that follows in the ring of a process, or none when there is but this one.
fn following(shared: &Shared, id: TieId, number: u32) -> TieId {
    let next = shared.processes.ties.next(id, number);
    if next == id { ties::NONE } else { next }
}

impl End<'_> {
    /// Ends those that are to die, and all that die of that.
    fn run(mut self, shared: &mut Shared) -> Option<Term> {
        while let Some(mut process) = self.next.take() {
            self.next = process.dies_next.take();
            leave_reason(shared, &mut process);
            end_timers(shared, process.number);
            let [reason, ..] = process.exception;
            on_load::ended(shared, process.number, &process.heap, reason);
            crate::ets::ended(shared, process.number, &mut |shared, heir, tell| {
                self.reach(shared, heir, &mut |shared, other| match tell(shared, other) {
                    Ok(()) => Fate::Message,
                    Err(NoMemory) => Fate::NoMemory,
                });
            });
            self.untie_links(shared, &process, reason);
            self.untie_others(shared, &process, reason);
            shared.processes.remove(&mut process);
            shared.processes.drop_process(process, &mut shared.binaries);
        }
        self.hand_dies
    }

    /// Ends the links of a process, and tells those at the other end.
    fn untie_links(&mut self, shared: &mut Shared, process: &Process, reason: Term) {
        let (number, source) = (process.number, process.heap.words.as_slice());
        let (mut at, mut kept) = (shared.processes.first_tie(number), ties::NONE);
        while at != ties::NONE && at != kept {
            let next = following(shared, at, number);
            let Some(tie) = shared.processes.ties.get(at) else { return };
            if tie.kind == Kind::Link {
                let other = tie.other(number);
                shared.processes.untie(at, &mut shared.binaries);
                self.reach(shared, other, &mut |shared, other| {
                    receive_signal(shared, other, source, Term::pid(number), reason, Signal::Link)
                });
            } else if kept == ties::NONE {
                kept = at;
            }
            at = next;
        }
    }

    /// Ends all else that ties a process to others; who watched it is told.
    fn untie_others(&mut self, shared: &mut Shared, process: &Process, reason: Term) {
        let (number, source) = (process.number, process.heap.words.as_slice());
        let mut at = shared.processes.first_tie(number);
        while at != ties::NONE {
            let next = following(shared, at, number);
            let Some(tie) = shared.processes.ties.get_mut(at) else { return };
            let ([watcher, _], reference, name, tag) = (tie.ends, tie.reference, tie.name(), tie.tag);
            match tie.kind {
                Kind::Monitor if watcher != number => {
                    let kept = tie.kept.take();
                    shared.processes.end_monitor(at, &mut shared.binaries);
                    let words: &[u32] = kept.as_ref().map_or(&[], |kept| kept.0.words.as_slice());
                    let tag = kept.as_ref().map_or(tag, |kept| kept.1);
                    let object = name.map_or(Ok(Term::pid(number)), Err);
                    self.reach(shared, watcher, &mut |shared, other| {
                        let Shared { budget, binaries, .. } = shared;
                        let told = with_room(other, budget, binaries, |other, binaries| {
                            let tag = copy(words, tag, &mut other.heap, binaries)?;
                            let reason = copy(source, reason, &mut other.heap, binaries)?;
                            down_message(budget, other, tag, reference, object, reason)
                        });
                        if told.is_err() { Fate::NoMemory } else { Fate::Message }
                    });
                    if let Some(kept) = kept {
                        ties::drop_kept(&shared.budget, kept, &mut shared.binaries);
                    }
                }
                Kind::Timer => {
                    end_timer(shared, at);
                }
                Kind::Handle => {
                    // There is nobody to tell what the machine says.
                    let _ = sockets::close(shared, reference[0]);
                    self.abort(shared, reference[0]);
                }
                Kind::Suspend if watcher == number => {
                    let other = tie.other(number);
                    shared.processes.untie(at, &mut shared.binaries);
                    shared.processes.resume(other);
                }
                _ => {
                    shared.processes.untie(at, &mut shared.binaries);
                }
            }
            at = next;
        }
    }

    /// Tells who waits for something of the network that it is closed.
    fn abort(&mut self, shared: &mut Shared, handle: Handle) {
        for direction in [Direction::Read, Direction::Write] {
            while let Some(waiter) = {
                let Shared { sockets, budget, .. } = &mut *shared;
                sockets.take(budget, handle, direction)
            } {
                self.reach(shared, waiter.process, &mut |shared, other| {
                    let Shared { budget, binaries, .. } = shared;
                    let told =
                        with_room(other, budget, binaries, |other, _| sockets::abort_message(budget, other, waiter));
                    if told.is_err() { Fate::NoMemory } else { Fate::Message }
                });
            }
        }
    }

    /// Does something to a process wherever it is, and what follows for it.
    fn reach(&mut self, shared: &mut Shared, number: u32, signal: &mut dyn FnMut(&mut Shared, &mut Process) -> Fate) {
        if let Some(hand) = self.hand.as_deref_mut().filter(|hand| hand.number == number) {
            if self.hand_dies.is_some() {
                return;
            }
            self.hand_dies = match signal(shared, hand) {
                Fate::Dies(reason) => Some(reason),
                Fate::NoMemory => {
                    report_memory(shared, hand);
                    Some(Term::atom(atoms::ENOMEM))
                }
                Fate::Nothing | Fate::Message => None,
            };
            return;
        }
        let Some(mut other) = shared.processes.take(number) else { return };
        let reason = match signal(shared, &mut other) {
            Fate::Dies(reason) => reason,
            Fate::NoMemory => {
                report_memory(shared, &other);
                Term::atom(atoms::ENOMEM)
            }
            fate => {
                let _ = shared.processes.put_back(other);
                if matches!(fate, Fate::Message) {
                    shared.processes.wake(number);
                }
                return;
            }
        };
        other.exception = [reason; 2];
        other.dies_next = self.next.take();
        self.next = Some(other);
    }
}

/// Takes a timer away whose tie this is: gives when it was due.
pub fn end_timer(shared: &mut Shared, id: TieId) -> Option<u64> {
    let timer = shared.processes.ties.get(id).filter(|tie| tie.kind == Kind::Timer)?.value;
    let (due, pending) = shared.processes.timers.remove(timer)?;
    if let Some(pending) = pending {
        drop_pending(&shared.budget, pending, &mut shared.binaries);
    }
    shared.processes.untie(id, &mut shared.binaries);
    Some(due)
}

/// How a process watches another one, or tries to.
pub struct Watch {
    /// The process; none where there is no such process.
    pub target: Option<u32>,
    /// What was asked for: a pid or a name.
    pub object: core::result::Result<Term, Atom>,
    /// The tag of the message: a term of the process that watches.
    pub tag: Term,
    /// What the alias is to be.
    pub alias: Alias,
    /// The words of the reference.
    pub reference: [u32; 3],
}

/// Watches a process. Of one that is gone, the message comes at once.
///
/// # Errors
/// When there is no memory; then nothing was changed.
pub fn monitor(shared: &mut Shared, process: &mut Process, watch: &Watch) -> core::result::Result<(), NoMemory> {
    let Shared { processes, budget, binaries, .. } = shared;
    let target = watch.target.filter(|&target| processes.is_alive(target));
    if target.is_some() || watch.alias == Alias::Explicit {
        processes.ties.reserve()?;
    }
    let mut tie = Tie::new(Kind::Monitor, [process.number, 0], watch.reference);
    tie.alias = watch.alias;
    match target {
        Some(target) => {
            if watch.tag.is_local_pointer() {
                tie.kept = Some(ties::keep(budget, process.heap.words.as_slice(), watch.tag, binaries)?);
            }
            tie.tag = watch.tag;
            if let Err(name) = watch.object {
                tie.value = name.0;
            }
            tie.ends = [process.number, target];
        }
        None => {
            let reason = Term::atom(atoms::NOPROC);
            down_message(budget, process, watch.tag, watch.reference, watch.object, reason)?;
            if watch.alias != Alias::Explicit {
                return Ok(());
            }
            tie.kind = Kind::Alias;
        }
    }
    processes.tie(tie);
    Ok(())
}
