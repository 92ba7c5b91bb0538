//! The table of processes, the queues of those that may run, and the registered names.
//!
//! A process that runs is out of the table: its place says so. A pid's number is the place plus a multiple of the
//! table's size, and numbers are given out in rising order: a number comes again only after 2^28 others.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::atoms::Atom;
use crate::binaries::Binaries;
use crate::memory::{Budget, NoMemory};
use crate::process::{Process, State};
use crate::term::Term;
use crate::timers::Timers;

/// Most processes: OTP's default limit.
pub const MAX_PROCESSES: usize = 1 << 18;

const NUMBERS: u32 = 1 << 28;

/// A monitor, as the process that watches knows it.
#[derive(Clone, Copy, Debug)]
pub struct Monitor {
    /// Which: the words of its reference.
    pub reference: [u32; 3],
    /// The process that is watched.
    pub target: u32,
    /// The name that it was given by.
    pub name: Option<Atom>,
    /// The tag of the message, `DOWN` or another one.
    pub tag: Term,
    /// What becomes of the alias that is the same reference.
    pub alias: Alias,
}

/// How an alias ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias {
    /// There is none.
    No,
    /// By `unalias/1` only.
    Explicit,
    /// When the monitor is gone.
    Demonitor,
    /// As that, or with the first message that came by it.
    Reply,
}

/// A monitor, as the process that is watched knows it.
#[derive(Clone, Copy, Debug)]
pub struct Watcher {
    /// Which.
    pub reference: [u32; 3],
    /// The process that watches.
    pub number: u32,
}

/// What ties a process to others, and its flags.
pub struct Relations {
    /// Whether exit signals become messages.
    pub trap_exit: bool,
    /// 0 low, 1 normal, 2 high, 3 max.
    pub priority: u8,
    /// The processes that it is linked to, in rising order.
    pub links: Vec<u32>,
    /// What it watches.
    pub monitors: Vec<Monitor>,
    /// Who watches it.
    pub watchers: Vec<Watcher>,
    /// Aliases that are no monitors, and whether the first message ends them.
    pub aliases: Vec<([u32; 3], bool)>,
    /// The registered name.
    pub name: Option<Atom>,
    /// The process that made it; 0 for none.
    pub parent: u32,
    /// Time slices that it has had.
    pub slices: u32,
    /// Flags that are kept and told, but mean nothing here: `min_heap_size`, `min_bin_vheap_size`, `fullsweep_after`,
    /// `save_calls`.
    pub kept: [u32; 4],
    /// Whether `message_queue_data` is `off_heap`; kept and told.
    pub off_heap: bool,
    /// The reason that it dies of, and the next that dies of the same event.
    pub dying: Option<(Term, Option<Box<Process>>)>,
}

impl Relations {
    /// No ties.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            trap_exit: false,
            priority: 1,
            links: Vec::new(),
            monitors: Vec::new(),
            watchers: Vec::new(),
            aliases: Vec::new(),
            name: None,
            parent: 0,
            slices: 0,
            kept: [crate::heap::MIN_HEAP_WORDS as u32, 46422, 65535, 0],
            off_heap: false,
            dying: None,
        }
    }

    /// Adds a link, where there is room; twice is once.
    pub fn link(&mut self, other: u32) {
        if let Err(place) = self.links.binary_search(&other) {
            self.links.insert(place, other);
        }
    }

    /// Removes a link; whether there was one.
    pub fn unlink(&mut self, other: u32) -> bool {
        let found = self.links.binary_search(&other);
        found.map(|place| self.links.remove(place)).is_ok()
    }

    /// Removes the monitor of that reference.
    pub fn forget(&mut self, reference: [u32; 3]) -> Option<Monitor> {
        let place = self.monitors.iter().position(|monitor| monitor.reference == reference)?;
        Some(self.monitors.remove(place))
    }

    /// Removes a watcher.
    pub fn unwatch(&mut self, reference: [u32; 3]) {
        if let Some(place) = self.watchers.iter().position(|watcher| watcher.reference == reference) {
            self.watchers.remove(place);
        }
    }
}

impl Default for Relations {
    fn default() -> Self {
        Self::new()
    }
}

enum Place {
    Free,
    /// The process is at hand of whoever took it.
    Running,
    Here(Box<Process>),
}

struct Slot {
    /// The pid's number; 0 when free.
    number: u32,
    /// The next in the same queue; 0 for none.
    next: u32,
    queued: bool,
    place: Place,
}

#[derive(Clone, Copy, Default)]
struct Queue {
    head: u32,
    tail: u32,
}

/// All processes but the one at hand, the queues of those that may run, names and timers.
pub struct Processes {
    /// As many as a power of 2; a process of number n is in slot n modulo that.
    slots: Vec<Slot>,
    count: usize,
    last: u32,
    /// By priority.
    queues: [Queue; 4],
    /// How many normal ones ran since a low one did.
    normal: u8,
    /// By atom.
    names: Vec<(Atom, u32)>,
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
    budget.take(bytes)?;
    let got = queue.try_reserve_exact(wanted - queue.len());
    budget.give(bytes);
    // What the allocator gave; it is ours already, so that it must be counted, whether it is left or not.
    let _ = budget.take((queue.capacity() - before) * size_of::<Term>());
    got.map_err(|_| NoMemory)
}

impl Processes {
    /// No processes.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self {
            slots: Vec::new(),
            count: 0,
            last: 0,
            queues: [Queue { head: 0, tail: 0 }; 4],
            normal: 0,
            names: Vec::new(),
            timers: Timers::new(),
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

    fn slot(&self, number: u32) -> Option<&Slot> {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get(number as usize & mask).filter(|slot| slot.number == number && number != 0)
    }

    fn slot_mut(&mut self, number: u32) -> Option<&mut Slot> {
        let mask = self.slots.len().wrapping_sub(1);
        self.slots.get_mut(number as usize & mask).filter(|slot| slot.number == number && number != 0)
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
        match &self.slot(number)?.place {
            Place::Here(process) => Some(process),
            _ => None,
        }
    }

    /// A process that is not at hand, to change.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Process> {
        match &mut self.slot_mut(number)?.place {
            Place::Here(process) => Some(process),
            _ => None,
        }
    }

    /// A new process, at hand: without code, and in no queue until it is put back and woken. There is room for its timer.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn make(&mut self) -> Result<Box<Process>, NoMemory> {
        // Three quarters at most are in use, so that a free place is near.
        if self.count >= self.slots.len() / 4 * 3 {
            self.grow()?;
        }
        self.timers.reserve(&self.budget, self.count + 1)?;
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
            *slot = Slot { number, next: 0, queued: false, place: Place::Running };
        }
        self.last = number;
        self.count += 1;
        self.made += 1;
        Ok(process)
    }

    fn grow(&mut self) -> Result<(), NoMemory> {
        let size = (self.slots.len() * 2).max(8);
        if size > MAX_PROCESSES * 2 || self.count >= MAX_PROCESSES {
            return Err(NoMemory);
        }
        let mut slots = Vec::new();
        self.budget.reserve(&mut slots, size)?;
        slots.resize_with(size, || Slot { number: 0, next: 0, queued: false, place: Place::Free });
        // Numbers that differ modulo the old size differ modulo twice that.
        for slot in self.slots.drain(..).filter(|slot| slot.number != 0) {
            if let Some(place) = slots.get_mut(slot.number as usize & (size - 1)) {
                *place = slot;
            }
        }
        self.budget.drop_vector(core::mem::replace(&mut self.slots, slots));
        Ok(())
    }

    /// Takes a process out, to run it or to change it; it counts as running until it is put back.
    pub fn take(&mut self, number: u32) -> Option<Box<Process>> {
        let slot = self.slot_mut(number)?;
        match core::mem::replace(&mut slot.place, Place::Running) {
            Place::Here(process) => Some(process),
            other => {
                slot.place = other;
                None
            }
        }
    }

    /// Puts a process back that was taken out. One that is gone meanwhile is given back.
    ///
    /// # Errors
    /// Gives the process back when its place is gone.
    pub fn put_back(&mut self, process: Box<Process>) -> Result<(), Box<Process>> {
        let Some(slot) = self.slot_mut(process.number) else { return Err(process) };
        slot.place = Place::Here(process);
        Ok(())
    }

    /// Frees the place, the name and the timers of a process: from now on it is not alive. The process itself is at the
    /// caller's hand, or is given.
    pub fn remove(&mut self, number: u32, binaries: &mut Binaries) -> Option<Box<Process>> {
        self.unqueue(number);
        let slot = self.slot_mut(number)?;
        slot.number = 0;
        let place = core::mem::replace(&mut slot.place, Place::Free);
        self.count -= 1;
        self.names.retain(|&(_, holder)| holder != number);
        self.timers.forget_process(&self.budget, number, binaries);
        match place {
            Place::Here(process) => Some(process),
            _ => None,
        }
    }

    /// Gives all memory of a process back.
    pub fn drop_process(&mut self, mut process: Box<Process>, binaries: &mut Binaries) {
        let budget = &self.budget;
        process.heap.release(binaries);
        budget.drop_vector(core::mem::take(&mut process.registers));
        budget.give(process.mailbox.capacity() * size_of::<Term>());
        let relations = &mut process.relations;
        budget.drop_vector(core::mem::take(&mut relations.links));
        budget.drop_vector(core::mem::take(&mut relations.monitors));
        budget.drop_vector(core::mem::take(&mut relations.watchers));
        budget.drop_vector(core::mem::take(&mut relations.aliases));
        budget.give(size_of::<Process>());
    }

    /// Puts a process at the end of its queue, if it is in none.
    pub fn enqueue(&mut self, number: u32, priority: u8) {
        let Some(slot) = self.slot_mut(number) else { return };
        if slot.queued {
            return;
        }
        slot.queued = true;
        slot.next = 0;
        let priority = usize::from(priority.min(3));
        let Some(&Queue { tail, .. }) = self.queues.get(priority) else { return };
        if let Some(slot) = self.slot_mut(tail) {
            slot.next = number;
        }
        if let Some(queue) = self.queues.get_mut(priority) {
            queue.tail = number;
            if tail == 0 {
                queue.head = number;
            }
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
        let Some(slot) = self.slot_mut(number) else { return };
        if !slot.queued {
            return;
        }
        slot.queued = false;
        let next = slot.next;
        for index in 0..self.queues.len() {
            let Some(&queue) = self.queues.get(index) else { return };
            let (mut before, mut at) = (0, queue.head);
            while at != 0 && at != number {
                before = at;
                at = self.slot(at).map_or(0, |slot| slot.next);
            }
            if at == 0 {
                continue;
            }
            if let Some(slot) = self.slot_mut(before) {
                slot.next = next;
            }
            if let Some(queue) = self.queues.get_mut(index) {
                if before == 0 {
                    queue.head = next;
                }
                if next == 0 {
                    queue.tail = before;
                }
            }
            return;
        }
    }

    fn dequeue(&mut self, priority: usize) -> Option<u32> {
        let number = self.queues.get(priority).map(|queue| queue.head).filter(|&head| head != 0)?;
        let next = self.slot_mut(number).map_or(0, |slot| {
            slot.queued = false;
            slot.next
        });
        let queue = self.queues.get_mut(priority)?;
        queue.head = next;
        if next == 0 {
            queue.tail = 0;
        }
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
        self.slots.iter().filter(|slot| slot.queued).count()
    }

    /// A message came, or a time: a process that waits may run.
    pub fn wake(&mut self, number: u32) {
        let Some(process) = self.get_mut(number) else { return };
        if process.state != State::Waiting {
            return;
        }
        process.state = State::Runnable;
        let (deadline, priority) = (process.deadline, process.relations.priority);
        if let Some(due) = deadline {
            self.timers.remove_deadline(due, number);
        }
        self.enqueue(number, priority);
    }

    /// The process that holds a name.
    #[must_use]
    pub fn whereis(&self, name: Atom) -> Option<u32> {
        let place = self.names.binary_search_by_key(&name.0, |&(name, _)| name.0).ok()?;
        self.names.get(place).map(|&(_, number)| number)
    }

    /// Gives a name to a process; whether it was free.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn register(&mut self, name: Atom, number: u32) -> Result<bool, NoMemory> {
        match self.names.binary_search_by_key(&name.0, |&(name, _)| name.0) {
            Ok(_) => Ok(false),
            Err(place) => {
                self.budget.reserve(&mut self.names, 1)?;
                self.names.insert(place, (name, number));
                Ok(true)
            }
        }
    }

    /// Frees a name; gives the process that held it.
    pub fn unregister(&mut self, name: Atom) -> Option<u32> {
        let place = self.names.binary_search_by_key(&name.0, |&(name, _)| name.0).ok()?;
        Some(self.names.remove(place).1)
    }

    /// All names.
    #[must_use]
    pub fn names(&self) -> &[(Atom, u32)] {
        &self.names
    }
}
