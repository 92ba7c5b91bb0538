//! What is due later: the deadlines of waiting processes, and the messages of `send_after` and `start_timer`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::binaries::Binaries;
use crate::heap::Heap;
use crate::memory::{Budget, NoMemory};
use crate::term::Term;

/// A message that is sent when its time has come.
pub struct Pending {
    /// The words of the timer's reference.
    pub reference: [u32; 3],
    /// Where the message stands.
    pub heap: Heap,
    /// The message, as it will arrive.
    pub message: Term,
    /// A pid of this node or a name.
    pub to: Term,
}

struct Timer {
    /// Monotonic, in nanoseconds.
    due: u64,
    /// The process that waits; 0 when a message is to be sent.
    number: u32,
    pending: Option<Box<Pending>>,
}

/// What fell due.
pub enum Due {
    /// The deadline of this process.
    Process(u32),
    /// This message.
    Message(Box<Pending>),
}

/// All timers, the soonest last. Of two for the same moment, the one that was set first comes first.
pub struct Timers {
    timers: Vec<Timer>,
    /// How many are messages.
    messages: usize,
}

impl Timers {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { timers: Vec::new(), messages: 0 }
    }

    /// Makes room for the deadlines of so many processes, so that to wait can never fail.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&mut self, budget: &Budget, processes: usize) -> Result<(), NoMemory> {
        let more = (self.messages + processes).saturating_sub(self.timers.len());
        budget.reserve(&mut self.timers, more)
    }

    fn insert(&mut self, timer: Timer) {
        let place = self.timers.partition_point(|other| other.due > timer.due);
        self.timers.insert(place, timer);
    }

    /// Sets the deadline of a process that has none set here, and for which there is room.
    pub fn add_deadline(&mut self, due: u64, number: u32) {
        self.insert(Timer { due, number, pending: None });
    }

    /// Removes the deadline of a process.
    pub fn remove_deadline(&mut self, due: u64, number: u32) {
        let start = self.timers.partition_point(|other| other.due > due);
        let same = self.timers.iter().skip(start).take_while(|other| other.due == due);
        let place = same.enumerate().find(|(_, other)| other.number == number).map(|(place, _)| start + place);
        if let Some(place) = place {
            self.timers.remove(place);
        }
    }

    /// Adds a message. Its box is counted in the budget.
    ///
    /// # Errors
    /// When there is no memory; the message is given back.
    pub fn add_message(
        &mut self,
        budget: &Budget,
        processes: usize,
        due: u64,
        pending: Box<Pending>,
    ) -> Result<(), Box<Pending>> {
        self.messages += 1;
        if self.reserve(budget, processes).is_err() {
            self.messages -= 1;
            return Err(pending);
        }
        self.insert(Timer { due, number: 0, pending: Some(pending) });
        Ok(())
    }

    fn place_of(&self, reference: [u32; 3]) -> Option<usize> {
        self.timers
            .iter()
            .position(|timer| timer.pending.as_ref().is_some_and(|pending| pending.reference == reference))
    }

    /// When the message timer of that reference is due.
    #[must_use]
    pub fn due_of(&self, reference: [u32; 3]) -> Option<u64> {
        self.place_of(reference).and_then(|place| self.timers.get(place)).map(|timer| timer.due)
    }

    /// Removes the message timer of that reference; gives when it was due.
    pub fn cancel(&mut self, budget: &Budget, reference: [u32; 3], binaries: &mut Binaries) -> Option<u64> {
        let timer = self.timers.remove(self.place_of(reference)?);
        self.messages -= 1;
        if let Some(pending) = timer.pending {
            drop_pending(budget, pending, binaries);
        }
        Some(timer.due)
    }

    /// Removes the messages to a process that is gone, and its deadline.
    pub fn forget_process(&mut self, budget: &Budget, number: u32, binaries: &mut Binaries) {
        if self.messages == 0 {
            self.timers.retain(|timer| timer.number != number);
            return;
        }
        let messages = &mut self.messages;
        self.timers.retain_mut(|timer| {
            if timer.pending.as_ref().is_some_and(|pending| pending.to == Term::pid(number))
                && let Some(pending) = timer.pending.take()
            {
                *messages -= 1;
                drop_pending(budget, pending, binaries);
                return false;
            }
            timer.number != number || timer.pending.is_some()
        });
    }

    /// When the next timer is due.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.timers.last().map(|timer| timer.due)
    }

    /// Takes out the next that is due.
    pub fn pop(&mut self, now: u64) -> Option<Due> {
        let timer = self.timers.pop_if(|timer| timer.due <= now)?;
        Some(match timer.pending {
            Some(pending) => {
                self.messages -= 1;
                Due::Message(pending)
            }
            None => Due::Process(timer.number),
        })
    }

    /// How many timers are set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.timers.len()
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.timers.is_empty()
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives the memory of a message back.
#[allow(clippy::boxed_local)] // The box is what the budget counts.
pub fn drop_pending(budget: &Budget, mut pending: Box<Pending>, binaries: &mut Binaries) {
    pending.heap.release(binaries);
    budget.give(size_of::<Pending>());
}
