//! The table of processes, the queues of those that may run, and the registered names.
//!
//! A process that runs is out of the table: its slot has none. Numbers of pids are given out in rising order: a number
//! comes again only after 2^28 others. A number's slot is the number modulo the table's size, or, where the table has
//! shrunk since and another process was in the way, the next one that was free.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::atoms::Atom;
use crate::binaries::Binaries;
use crate::index::Index;
use crate::memory::{Budget, NoMemory};
use crate::process::{Extra, Process, State};
use crate::raise::{Raise, Result as Native};
use crate::slab::Slack;
use crate::term::Term;
use crate::ties::{self, Alias, Kind, Tie, TieId, Ties};
use crate::timers::{self, Timers};

/// Most processes, where nothing else was asked for: OTP's default limit.
pub const MAX_PROCESSES: u32 = 1 << 18;
/// The most that can be asked for: half of the numbers that pids have, so that a free one is near.
pub const MOST_PROCESSES: u32 = 1 << 27;

const NUMBERS: u32 = 1 << 28;

/// Slots of the smallest table.
const LEAST: usize = 8;

struct Slot {
    /// The pid's number; 0 when free.
    number: u32,
    /// The next in the same queue; [`LAST`] for none, [`UNQUEUED`] when it is in no queue.
    next: u32,
    /// The one before it in the queue; [`LAST`] for none.
    before: u32,
    /// The first of its ties.
    ties: TieId,
    /// The process, unless it is at hand of whoever took it.
    process: Option<Box<Process>>,
}

/// The end of a queue.
const LAST: u32 = 0;
/// In no queue.
const UNQUEUED: u32 = u32::MAX;

impl Slot {
    const fn new(number: u32) -> Self {
        Self { number, next: UNQUEUED, before: LAST, ties: ties::NONE, process: None }
    }
}

#[derive(Clone, Copy, Default)]
struct Queue {
    head: u32,
    tail: u32,
}

/// All processes but the one at hand, the queues of those that may run, names and timers.
pub struct Processes {
    /// As many as a power of 2. From the slot that a number asks for to the one that it has, none is free.
    slots: Vec<Slot>,
    slack: Slack,
    count: usize,
    last: u32,
    /// By priority.
    queues: [Queue; 4],
    /// How many normal ones ran since a low one did.
    normal: u8,
    /// The registered names, and whose they are.
    names: Index<(Atom, u32)>,
    /// Links, monitors, aliases.
    pub ties: Ties,
    /// Most processes.
    pub limit: u32,
    /// What is due later.
    pub timers: Timers,
    /// Processes that were ever made.
    pub made: u64,
    /// What `erlang:now/0` said last, in microseconds.
    pub last_now: u64,
    /// Reductions of all slices that have ended.
    pub reductions: u64,
    /// Slices that have begun.
    pub switches: u64,
    /// Collections in slices that have ended, and the words that they gave back.
    pub collected: [u64; 2],
    /// Nanoseconds that the VM waited for something to do.
    pub idle: u64,
    /// Flags of the system that are kept and told: `min_heap_size`, `min_bin_vheap_size`, `fullsweep_after`.
    pub flags: [u32; 3],
    /// What `statistics/1` said last of reductions, run time, time.
    pub asked: [u64; 3],
    budget: Budget,
}

/// A box whose memory the budget has counted.
///
/// # Errors
/// When there is no memory.
pub fn boxed<T>(budget: &Budget, value: T) -> Result<Box<T>, NoMemory> {
    try_box(budget, value).map_err(|_| NoMemory)
}

/// As [`boxed`]; gives the value back when there is no memory.
///
/// # Errors
/// When there is no memory.
pub fn try_box<T>(budget: &Budget, value: T) -> Result<Box<T>, T> {
    // There is no `Box` that can fail: ask for the same memory first, then take it.
    if Vec::<T>::new().try_reserve_exact(1).is_err() || budget.take(size_of::<T>()).is_err() {
        return Err(value);
    }
    Ok(Box::new(value))
}

/// Makes room in a queue of messages.
///
/// # Errors
/// When there is no memory.
pub fn reserve_messages(budget: &Budget, queue: &mut VecDeque<Term>, additional: usize) -> Result<(), NoMemory> {
    let before = queue.capacity();
    if before - queue.len() >= additional {
        return Ok(());
    }
    let wanted = (queue.len() + additional).max(before + before / 2).max(4);
    let bytes = (wanted - before) * size_of::<Term>();
    budget.take_for(bytes, wanted * size_of::<Term>())?;
    let got = queue.try_reserve_exact(wanted - queue.len());
    budget.give(bytes);
    // What the allocator gave; it is ours already, so that it must be counted, whether it is left or not.
    budget.count((queue.capacity() - before) * size_of::<Term>());
    got.map_err(|_| NoMemory)
}

/// Gives room in a queue of messages back, but that for `spare` more.
pub fn shrink_messages(budget: &Budget, queue: &mut VecDeque<Term>, spare: usize) {
    let (before, wanted) = (queue.capacity(), queue.len() + spare);
    // Shrinking may copy, and must not fail.
    if before > wanted && budget.probe(wanted * size_of::<Term>()).is_ok() {
        queue.shrink_to(wanted);
        budget.give((before - queue.capacity()) * size_of::<Term>());
    }
}

impl Processes {
    /// No processes.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self {
            slots: Vec::new(),
            slack: Slack::NEW,
            count: 0,
            last: 0,
            queues: [Queue { head: 0, tail: 0 }; 4],
            normal: 0,
            names: Index::new(),
            ties: Ties::new(budget.clone()),
            limit: MAX_PROCESSES,
            timers: Timers::new(budget.clone()),
            made: 0,
            last_now: 0,
            reductions: 0,
            switches: 0,
            collected: [0; 2],
            idle: 0,
            flags: [crate::heap::MIN_HEAP_WORDS as u32, 46422, 65535],
            asked: [0; 3],
            budget,
        }
    }

    /// The place of a slot by its number.
    #[inline]
    fn place(&self, number: u32) -> Option<usize> {
        if number == 0 {
            return None;
        }
        let mask = self.slots.len().wrapping_sub(1);
        let mut place = number as usize & mask;
        loop {
            match self.slots.get(place)?.number {
                0 => return None,
                found if found == number => return Some(place),
                _ => place = (place + 1) & mask,
            }
        }
    }

    fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(self.place(number)?)
    }

    fn slot_mut(&mut self, number: u32) -> Option<&mut Slot> {
        let place = self.place(number)?;
        self.slots.get_mut(place)
    }

    /// How many processes there are, the one at hand too.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether a process of that number lives.
    #[must_use]
    pub fn is_alive(&self, number: u32) -> bool {
        self.slot(number).is_some()
    }

    /// The numbers of all processes, in no order.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots.iter().map(|slot| slot.number).filter(|&number| number != 0)
    }

    /// A process that is not at hand.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Process> {
        self.slot(number)?.process.as_deref()
    }

    /// A process that is not at hand, to change.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Process> {
        self.slot_mut(number)?.process.as_deref_mut()
    }

    /// A new process, at hand: without code, and in no queue until it is put back and woken.
    ///
    /// # Errors
    /// `system_limit` when there are as many as there may be; no memory.
    pub fn make(&mut self) -> Native<Box<Process>> {
        if self.count >= self.limit as usize {
            return Err(Raise::SYSTEM_LIMIT);
        }
        self.budget.spare(size_of::<Process>())?;
        // An eighth is free, so that a free slot is near.
        if self.count >= self.slots.len() / 8 * 7 {
            self.resize((self.slots.len() * 2).max(LEAST))?;
        }
        let mask = self.slots.len() as u32 - 1;
        let mut number = self.last;
        loop {
            number = (number + 1) % NUMBERS;
            if number != 0 && self.slots.get((number & mask) as usize).is_some_and(|slot| slot.number == 0) {
                break;
            }
        }
        let process = boxed(&self.budget, Process::new(number, &self.budget))?;
        if let Some(slot) = self.slots.get_mut((number & mask) as usize) {
            *slot = Slot::new(number);
        }
        self.last = number;
        self.count += 1;
        self.made += 1;
        Ok(process)
    }

    /// Moves all to a table of another size.
    fn resize(&mut self, size: usize) -> Result<(), NoMemory> {
        let mut slots = Vec::new();
        self.budget.grow(&mut slots, size)?;
        slots.resize_with(size, || Slot::new(0));
        for slot in self.slots.drain(..).filter(|slot| slot.number != 0) {
            let mut place = slot.number as usize & (size - 1);
            while slots.get(place).is_some_and(|slot| slot.number != 0) {
                place = (place + 1) & (size - 1);
            }
            if let Some(place) = slots.get_mut(place) {
                *place = slot;
            }
        }
        self.budget.drop_vector(core::mem::replace(&mut self.slots, slots));
        Ok(())
    }

    /// Frees a slot, and gives memory back that is not needed any more.
    fn free(&mut self, mut place: usize) {
        let mask = self.slots.len().wrapping_sub(1);
        // Those behind that the slot was in the way of move up.
        let mut at = place;
        loop {
            at = (at + 1) & mask;
            let Some(number) = self.slots.get(at).map(|slot| slot.number).filter(|&number| number != 0) else { break };
            let distance = at.wrapping_sub(number as usize) & mask;
            if distance >= (at.wrapping_sub(place) & mask) {
                self.slots.swap(at, place);
                place = at;
            }
        }
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = Slot::new(0);
        }
        self.count -= 1;
        let mut wanted = self.slots.len();
        while wanted > LEAST && self.count <= wanted / 16 * 7 {
            wanted /= 2;
        }
        if self.slack.removed(self.slots.len(), wanted) {
            // Where there is no memory for the smaller one, the larger stays for now.
            let _ = self.resize(wanted);
        }
    }

    /// Takes a process out, to run it or to change it; it counts as running until it is put back.
    pub fn take(&mut self, number: u32) -> Option<Box<Process>> {
        self.slot_mut(number)?.process.take()
    }

    /// Puts a process back that was taken out. One that is gone meanwhile is given back.
    ///
    /// # Errors
    /// Gives the process back when its place is gone.
    pub fn put_back(&mut self, process: Box<Process>) -> Result<(), Box<Process>> {
        let Some(slot) = self.slot_mut(process.number) else { return Err(process) };
        slot.process = Some(process);
        Ok(())
    }

    /// Ends a process that is at hand, but for its ties and its memory: from now on it is not alive, has no name and no
    /// deadline. Gives the first of its ties.
    pub fn remove(&mut self, process: &mut Process) -> TieId {
        let number = process.number;
        if let Some(name) = process.extra().name {
            self.unregister(name);
        }
        self.forget_deadline(process);
        self.unqueue(number);
        let Some(place) = self.place(number) else { return ties::NONE };
        let first = self.slots.get(place).map_or(ties::NONE, |slot| slot.ties);
        self.free(place);
        first
    }

    /// Takes the deadline of a process off the list of what is due.
    pub fn forget_deadline(&mut self, process: &mut Process) {
        if process.timer != timers::NONE {
            self.timers.remove(process.timer);
            process.timer = timers::NONE;
        }
    }

    /// Gives all memory of a process back.
    pub fn drop_process(&mut self, mut process: Box<Process>, binaries: &mut Binaries) {
        let budget = &self.budget;
        process.heap.release(binaries);
        budget.drop_vector(core::mem::take(&mut process.registers));
        budget.give(process.mailbox.capacity() * size_of::<Term>());
        crate::markers::drop_all(&mut process.markers, budget);
        if process.extra.take().is_some() {
            budget.give(size_of::<Extra>());
        }
        budget.give(size_of::<Process>());
    }

    /// Puts a process at the end of its queue, if it is in none.
    pub fn enqueue(&mut self, number: u32, priority: u8) {
        let Some(tail) = self.queues.get(usize::from(priority)).map(|queue| queue.tail) else { return };
        let Some(slot) = self.slot_mut(number).filter(|slot| slot.next == UNQUEUED) else { return };
        slot.next = LAST;
        slot.before = tail;
        if let Some(queue) = self.queues.get_mut(usize::from(priority)) {
            queue.tail = number;
            if tail == LAST {
                queue.head = number;
            }
        }
        if let Some(slot) = self.slot_mut(tail) {
            slot.next = number;
        }
    }

    /// Lets a new process wait: it begins when a message or a signal comes.
    pub fn sleep(&mut self, number: u32) {
        self.unqueue(number);
        if let Some(process) = self.get_mut(number) {
            process.state = State::Waiting;
        }
    }

    fn unqueue(&mut self, number: u32) {
        let Some(slot) = self.slot_mut(number).filter(|slot| slot.next != UNQUEUED) else { return };
        let (next, before) = (slot.next, slot.before);
        slot.next = UNQUEUED;
        if let Some(slot) = self.slot_mut(before) {
            slot.next = next;
        }
        if let Some(slot) = self.slot_mut(next) {
            slot.before = before;
        }
        for queue in &mut self.queues {
            if queue.head == number {
                queue.head = next;
            }
            if queue.tail == number {
                queue.tail = before;
            }
        }
    }

    fn dequeue(&mut self, priority: usize) -> Option<u32> {
        let number = self.queues.get(priority).map(|queue| queue.head).filter(|&head| head != LAST)?;
        self.unqueue(number);
        Some(number)
    }

    /// The process that is to run next. Those of higher priority go first; of 9 slices at least one is for low ones.
    pub fn next_ready(&mut self) -> Option<u32> {
        if let Some(number) = self.dequeue(3).or_else(|| self.dequeue(2)) {
            return Some(number);
        }
        if self.normal < 8
            && let Some(number) = self.dequeue(1)
        {
            self.normal += 1;
            return Some(number);
        }
        self.normal = 0;
        self.dequeue(0).or_else(|| self.dequeue(1))
    }

    /// Whether a process is ready to run.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.queues.iter().any(|queue| queue.head != 0)
    }

    /// How many processes are ready to run.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.slots.iter().filter(|slot| slot.number != 0 && slot.next != UNQUEUED).count()
    }

    /// A message came, or a time: a process that waits may run.
    pub fn wake(&mut self, number: u32) {
        let Some(process) = self.get_mut(number) else { return };
        process.state = match process.state {
            State::Waiting => State::Runnable,
            State::SuspendedWaiting => State::Suspended,
            _ => return,
        };
        let runs = process.state == State::Runnable;
        let (timer, priority) = (process.timer, process.priority);
        process.timer = timers::NONE;
        if timer != timers::NONE {
            self.timers.remove(timer);
        }
        if runs {
            self.enqueue(number, priority);
        }
    }

    /// Keeps a process that is not at hand from running.
    pub fn suspend(&mut self, number: u32) {
        let Some(process) = self.get_mut(number) else { return };
        process.state = match process.state {
            State::Waiting => State::SuspendedWaiting,
            State::Runnable => State::Suspended,
            other => other,
        };
        self.unqueue(number);
    }

    /// Lets a process run again, if no other suspends it.
    pub fn resume(&mut self, number: u32) {
        let mut suspended = false;
        let _ = self.each_tie(number, |tie| {
            suspended |= tie.kind == Kind::Suspend && tie.ends[1] == number;
            Ok::<(), NoMemory>(())
        });
        let Some(process) = self.get_mut(number).filter(|_| !suspended) else { return };
        let priority = process.priority;
        match process.state {
            State::Suspended => {
                process.state = State::Runnable;
                self.enqueue(number, priority);
            }
            State::SuspendedWaiting => process.state = State::Waiting,
            _ => {}
        }
    }

    /// The process that holds a name.
    #[must_use]
    pub fn whereis(&self, name: Atom) -> Option<u32> {
        self.names.find(hash(name), |&(held, _)| held == name).map(|&(_, number)| number)
    }

    /// Gives a name to a process; whether it was free.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn register(&mut self, name: Atom, number: u32) -> Result<bool, NoMemory> {
        if self.whereis(name).is_some() {
            return Ok(false);
        }
        self.names.reserve(&self.budget, &rehash)?;
        self.names.add(hash(name), (name, number), &rehash);
        Ok(true)
    }

    /// Frees a name; gives the process that held it.
    pub fn unregister(&mut self, name: Atom) -> Option<u32> {
        let is_it = |&(held, _): &(Atom, u32)| held == name;
        let (_, number) = self.names.remove(&self.budget, hash(name), is_it, &rehash)?;
        Some(number)
    }

    /// All names, in no order.
    pub fn names(&self) -> impl Iterator<Item = Atom> + '_ {
        self.names.iter().map(|&(name, _)| name)
    }

    /// How many names there are.
    #[must_use]
    pub fn name_count(&self) -> usize {
        self.names.len()
    }
}

fn hash(name: Atom) -> u64 {
    u64::from(name.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn rehash(&(name, _): &(Atom, u32)) -> u64 {
    hash(name)
}

/// Links, monitors and aliases. Processes are named by their numbers, whether they are at hand or not.
impl Processes {
    /// The first of the ties of a process.
    #[must_use]
    pub fn first_tie(&self, number: u32) -> TieId {
        self.slot(number).map_or(ties::NONE, |slot| slot.ties)
    }

    fn set_first_ties(&mut self, ends: [u32; 2], heads: [TieId; 2]) {
        for (number, head) in ends.into_iter().zip(heads) {
            if let Some(slot) = self.slot_mut(number) {
                slot.ties = head;
            }
        }
    }

    /// Adds a tie, for which there is [room](Ties::reserve).
    pub fn tie(&mut self, tie: Tie) -> TieId {
        let ends = tie.ends;
        let heads = ends.map(|end| self.first_tie(end));
        let id = self.ties.add(tie, heads);
        self.set_first_ties(ends, heads.map(|head| if head == ties::NONE { id } else { head }));
        id
    }

    /// Ends a tie, on both sides.
    pub fn untie(&mut self, id: TieId, binaries: &mut Binaries) -> Option<Tie> {
        let ends = self.ties.get(id)?.ends;
        let mut heads = ends.map(|end| self.first_tie(end));
        let tie = self.ties.remove(id, &mut heads, binaries);
        self.set_first_ties(ends, heads);
        tie
    }

    /// Links two processes that live; twice is once.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn link(&mut self, a: u32, b: u32) -> Result<(), NoMemory> {
        if self.ties.find_link(a, b).is_none() {
            self.ties.reserve()?;
            self.tie(Tie::link(a, b));
        }
        Ok(())
    }

    /// Removes a link; whether there was one.
    pub fn unlink(&mut self, a: u32, b: u32, binaries: &mut Binaries) -> bool {
        self.ties.find_link(a, b).and_then(|id| self.untie(id, binaries)).is_some()
    }

    /// Ends a monitor that has fired or was called off; an alias that outlives it stays.
    pub fn end_monitor(&mut self, id: TieId, binaries: &mut Binaries) {
        match self.ties.get(id) {
            Some(&Tie { alias: Alias::Explicit, kind: Kind::Monitor, ends: [_, watched], .. }) => {
                let head = self.ties.turn_to_alias(id, self.first_tie(watched), binaries);
                self.set_first_ties([0, watched], [ties::NONE, head]);
            }
            _ => {
                self.untie(id, binaries);
            }
        }
    }

    /// Calls `visit` with each tie of a process, in the order in which they were made.
    pub fn each_tie<E>(&self, number: u32, mut visit: impl FnMut(&Tie) -> Result<(), E>) -> Result<(), E> {
        let first = self.first_tie(number);
        let mut at = first;
        while let Some(tie) = self.ties.get(at) {
            visit(tie)?;
            at = self.ties.next(at, number);
            if at == first {
                break;
            }
        }
        Ok(())
    }
}
