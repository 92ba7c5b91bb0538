//! A process: its heap, its stack, its mailbox, and where it is in the code.
//!
//! Small devices have many: what only few processes have stands in [`Extra`], and their links, monitors, aliases and timers
//! in [`crate::ties`].

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::atoms::{self, Atom};
use crate::heap::{Heap, Words};
use crate::markers;
use crate::memory::{Budget, NoMemory};
use crate::term::Term;
use crate::timers::{self, TimerId};

/// Reductions of a time slice (OTP: `CONTEXT_REDS`).
pub const SLICE: i32 = 4000;

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or may.
    Runnable,
    /// It waits for a message, or for its timer.
    Waiting,
    /// It is gone, all but its slot.
    Exited,
    /// Another process suspends it; else it would be runnable.
    Suspended,
    /// Another process suspends it; else it would wait.
    SuspendedWaiting,
}

/// A process.
pub struct Process {
    /// When the `receive` that waits gives up: monotonic, in nanoseconds; [`NEVER`] where no timeout is awaited.
    pub deadline: u64,
    /// Its number: the payload of its pid.
    pub number: u32,
    /// Its objects.
    pub heap: Heap,
    /// Its stack: `y` registers and continuations; grows upwards.
    pub stack: Words,
    /// Its `x` registers while it does not run: those that are live.
    pub registers: Vec<u32>,
    /// Where it goes on: a code address.
    pub ip: u32,
    /// Where the function it is in returns to, when that is not on the stack: a continuation.
    pub continuation: Term,
    /// Reductions left in its time slice; may go below 0.
    pub reductions: i32,
    /// Messages, oldest first: terms of its own heap.
    pub mailbox: VecDeque<Term>,
    /// The message that a `receive` looks at.
    pub cursor: u32,
    /// The timer of its deadline, while it waits.
    pub timer: TimerId,
    /// The process dictionary: a map.
    pub dictionary: Term,
    /// The reason and the raw trace, which tells the class, of the exception that is being handled: roots of the collector.
    pub exception: [Term; 2],
    /// The group leader.
    pub group_leader: Term,
    /// Module and function that it began with.
    pub initial: [Atom; 2],
    /// The process that made it; 0 for none.
    pub parent: u32,
    /// Time slices that it has had.
    pub slices: u32,
    /// How often its heap was collected.
    pub collections: u32,
    /// What few processes have.
    pub extra: Option<Box<Extra>>,
    /// Where its receives begin for references that it made.
    pub markers: markers::Held,
    /// The next that dies of the same event, which its `exception` tells.
    pub dies_next: Option<Box<Self>>,
    /// What it is doing.
    pub state: State,
    /// The arity of what it began with.
    pub initial_arity: u8,
    /// 0 low, 1 normal, 2 high, 3 max.
    pub priority: u8,
    /// Whether exit signals become messages.
    pub trap_exit: bool,
}

/// No deadline.
pub const NEVER: u64 = u64::MAX;

/// What few processes have: a name, and flags that are not as at first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extra {
    /// The registered name.
    pub name: Option<Atom>,
    /// Flags that are kept and told, but mean nothing here: `min_heap_size`, `min_bin_vheap_size`, `fullsweep_after`,
    /// `save_calls`.
    pub kept: [u32; 4],
    /// How large it may be.
    pub largest: Largest,
    /// What is called where a function is not there.
    pub error_handler: Atom,
    /// Whether `message_queue_data` is `off_heap`; kept and told.
    pub off_heap: bool,
    /// Whether `sensitive` is set; kept.
    pub sensitive: bool,
    /// Whether `async_dist` is set; kept.
    pub async_dist: bool,
}

/// The flag `max_heap_size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Largest {
    /// Words; 0 for no limit.
    pub words: u32,
    /// Whether a process that is larger is killed.
    pub kill: bool,
    /// Whether that is reported.
    pub error_logger: bool,
    /// Whether large binaries count, too.
    pub shared_binaries: bool,
}

/// OTP's defaults.
pub const LARGEST: Largest = Largest { words: 0, kill: true, error_logger: true, shared_binaries: false };

/// What a process without [`Extra`] has.
pub static PLAIN: Extra = Extra {
    name: None,
    kept: [crate::heap::MIN_HEAP_WORDS as u32, 46422, 65535, 0],
    largest: LARGEST,
    error_handler: atoms::ERROR_HANDLER,
    off_heap: false,
    sensitive: false,
    async_dist: false,
};

impl Process {
    /// A process without code or memory.
    #[must_use]
    pub fn new(number: u32, budget: &Budget) -> Self {
        Self {
            deadline: NEVER,
            number,
            heap: Heap::new(budget.clone(), 0),
            stack: Words::new(budget.clone()),
            registers: Vec::new(),
            ip: 0,
            continuation: Term::NIL,
            reductions: SLICE,
            mailbox: VecDeque::new(),
            cursor: 0,
            timer: timers::NONE,
            dictionary: Term::NIL,
            exception: [Term::NIL; 2],
            group_leader: Term::NIL,
            initial: [atoms::UNDEFINED; 2],
            parent: 0,
            slices: 0,
            collections: 0,
            extra: None,
            markers: None,
            dies_next: None,
            state: State::Runnable,
            initial_arity: 0,
            priority: 1,
            trap_exit: false,
        }
    }

    /// Its pid.
    #[must_use]
    pub const fn pid(&self) -> Term {
        Term::pid(self.number)
    }

    /// Counts work.
    #[cfg_attr(not(target_os = "none"), inline)]
    pub fn bump(&mut self, reductions: usize) {
        self.reductions = self.reductions.saturating_sub(reductions.min(1 << 20) as i32);
    }

    /// What few processes have, as it is for this one.
    #[must_use]
    pub fn extra(&self) -> &Extra {
        self.extra.as_deref().unwrap_or(&PLAIN)
    }

    /// The same, to change.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn extra_mut(&mut self, budget: &Budget) -> Result<&mut Extra, NoMemory> {
        let extra = match self.extra.take() {
            Some(extra) => extra,
            None => crate::processes::boxed(budget, PLAIN)?,
        };
        Ok(self.extra.insert(extra))
    }

    /// Gives back what few processes have, where it is as at first again.
    pub fn shrink_extra(&mut self, budget: &Budget) {
        if self.extra.as_deref() == Some(&PLAIN) {
            self.extra = None;
            budget.give(size_of::<Extra>());
        }
    }

    /// Bytes that it holds or may come to hold before it is collected, with its large binaries.
    #[must_use]
    pub fn holds(&self) -> usize {
        let allowance = self.heap.limit.saturating_sub(self.heap.words.capacity());
        self.memory().saturating_add(self.heap.weight).saturating_add(allowance.saturating_mul(4))
    }

    /// Bytes that it holds, all counted but its ties and its slot.
    #[must_use]
    pub fn memory(&self) -> usize {
        let words = self.heap.words.capacity() + self.stack.capacity() + self.registers.capacity();
        (words + self.mailbox.capacity()) * 4
            + size_of::<Self>()
            + self.extra.as_ref().map_or(0, |extra| size_of_val(&**extra))
            + markers::memory(&self.markers)
    }
}

// On machines whose addresses have 32 bits.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Process>() <= 160);
