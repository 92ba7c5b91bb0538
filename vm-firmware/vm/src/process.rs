//! A process: its heap, its stack, its mailbox, and where it is in the code.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::building::Building;
use crate::heap::{Heap, Words};
use crate::memory::Budget;
use crate::processes::Relations;
use crate::term::Term;

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
}

/// A process.
pub struct Process {
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
    /// What it is doing.
    pub state: State,
    /// Messages, oldest first: terms of its own heap.
    pub mailbox: VecDeque<Term>,
    /// The message that a `receive` looks at.
    pub cursor: usize,
    /// When the `receive` that waits gives up: monotonic, in nanoseconds. Set while a timeout is awaited.
    pub deadline: Option<u64>,
    /// The process dictionary: a map.
    pub dictionary: Term,
    /// The reason, class and trace of the exception that is being handled: roots of the collector.
    pub exception: [Term; 3],
    /// The group leader.
    pub group_leader: Term,
    /// Module, function (atoms) and arity (a small integer) that it began with: a tuple.
    pub initial_call: Term,
    /// How often its heap was collected.
    pub collections: u32,
    /// Words that collections gave back.
    pub reclaimed: u64,
    /// The bitstring that instructions of OTP 24 are building. No root of the collector: a collection ends it.
    pub building: Building,
    /// Its links, monitors, names and flags.
    pub relations: Relations,
}

impl Process {
    /// A process without code or memory.
    #[must_use]
    pub fn new(number: u32, budget: &Budget) -> Self {
        Self {
            number,
            heap: Heap::new(budget.clone(), 0),
            stack: Words::new(budget.clone()),
            registers: Vec::new(),
            ip: 0,
            continuation: Term::NIL,
            reductions: SLICE,
            state: State::Runnable,
            mailbox: VecDeque::new(),
            cursor: 0,
            deadline: None,
            dictionary: Term::NIL,
            exception: [Term::NIL; 3],
            group_leader: Term::NIL,
            initial_call: Term::NIL,
            collections: 0,
            reclaimed: 0,
            building: Building::default(),
            relations: Relations::new(),
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
}
