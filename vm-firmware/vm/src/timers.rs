//! What is due later: the deadlines of waiting processes, and the messages of `send_after` and `start_timer`.
//!
//! A heap in an array, the soonest first; each timer knows its place in it, so that to set one and to take one away
//! costs the logarithm of how many there are. Of two for the same moment, the one that was set first comes first.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::binaries::Binaries;
use crate::heap::Heap;
use crate::memory::{Budget, NoMemory};
use crate::slab::{Slab, Slack, reserve_rounded, shrink_rounded};
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

#[derive(Default)]
struct Timer {
    /// Monotonic, in nanoseconds.
    due: u64,
    /// Counts timers: of a later one it is greater, the difference taken as a signed number.
    order: u32,
    /// Where it is in the heap.
    place: u32,
    /// The process that waits; 0 when a message is to be sent.
    number: u32,
    pending: Option<Box<Pending>>,
}

/// Which timer.
pub type TimerId = u32;

/// No timer.
pub const NONE: TimerId = u32::MAX;

/// What fell due.
pub enum Due {
    /// The deadline of this process.
    Process(u32),
    /// This message.
    Message(Box<Pending>),
}

/// All timers.
pub struct Timers {
    timers: Slab<Timer>,
    heap: Vec<TimerId>,
    slack: Slack,
    order: u32,
    budget: Budget,
}

impl Timers {
    /// None.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { timers: Slab::new(), heap: Vec::new(), slack: Slack::NEW, order: 0, budget }
    }

    /// Makes room for one more.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&mut self) -> Result<(), NoMemory> {
        reserve_rounded(&self.budget, &mut self.heap)?;
        self.timers.reserve(&self.budget)
    }

    fn key(&self, id: TimerId) -> (u64, u32) {
        self.timers.get(id).map_or((u64::MAX, 0), |timer| (timer.due, timer.order))
    }

    fn is_sooner(&self, a: TimerId, b: TimerId) -> bool {
        let ((due, order), (other, last)) = (self.key(a), self.key(b));
        due < other || due == other && (order.wrapping_sub(last) as i32) < 0
    }

    fn at(&self, place: usize) -> TimerId {
        self.heap.get(place).copied().unwrap_or(NONE)
    }

    fn put(&mut self, place: usize, id: TimerId) {
        if let Some(slot) = self.heap.get_mut(place) {
            *slot = id;
        }
        if let Some(timer) = self.timers.get_mut(id) {
            timer.place = place as u32;
        }
    }

    /// Brings the timer at a place to where it belongs.
    fn settle(&mut self, mut place: usize) {
        let id = self.at(place);
        while place > 0 && self.is_sooner(id, self.at((place - 1) / 2)) {
            self.put(place, self.at((place - 1) / 2));
            place = (place - 1) / 2;
        }
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            if left >= self.heap.len() {
                break;
            }
            let least =
                if right < self.heap.len() && self.is_sooner(self.at(right), self.at(left)) { right } else { left };
            if !self.is_sooner(self.at(least), id) {
                break;
            }
            self.put(place, self.at(least));
            place = least;
        }
        self.put(place, id);
    }

    fn add(&mut self, due: u64, number: u32, pending: Option<Box<Pending>>) -> TimerId {
        self.order = self.order.wrapping_add(1);
        let timer = Timer { due, order: self.order, place: 0, number, pending };
        let id = self.timers.add(timer);
        self.heap.push(id);
        self.settle(self.heap.len() - 1);
        id
    }

    /// Sets the deadline of a process.
    ///
    /// # Errors
    /// When there is no memory; never after [`reserve`](Self::reserve).
    pub fn add_deadline(&mut self, due: u64, number: u32) -> Result<TimerId, NoMemory> {
        self.reserve()?;
        Ok(self.add(due, number, None))
    }

    /// Adds a message. Its box is counted in the budget.
    ///
    /// # Errors
    /// When there is no memory; the message is given back.
    pub fn add_message(&mut self, due: u64, pending: Box<Pending>) -> Result<TimerId, Box<Pending>> {
        if self.budget.spare(0).and_then(|()| self.reserve()).is_err() {
            return Err(pending);
        }
        Ok(self.add(due, 0, Some(pending)))
    }

    /// When a timer is due.
    #[must_use]
    pub fn due(&self, id: TimerId) -> Option<u64> {
        self.timers.get(id).map(|timer| timer.due)
    }

    /// Takes a timer away: gives when it was due, and its message, if it has one.
    pub fn remove(&mut self, id: TimerId) -> Option<(u64, Option<Box<Pending>>)> {
        let timer = self.timers.remove(&self.budget, id)?;
        let last = self.heap.pop()?;
        let place = timer.place as usize;
        if last != id {
            self.put(place, last);
            self.settle(place);
        }
        shrink_rounded(&self.budget, &mut self.heap, &mut self.slack);
        Some((timer.due, timer.pending))
    }

    /// When the next timer is due.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.heap.first().and_then(|&id| self.due(id))
    }

    /// Takes out the next that is due.
    pub fn pop(&mut self, now: u64) -> Option<Due> {
        let first = *self.heap.first()?;
        let timer = self.timers.get(first).filter(|timer| timer.due <= now)?;
        let number = timer.number;
        let (_, pending) = self.remove(first)?;
        Some(pending.map_or(Due::Process(number), Due::Message))
    }

    /// How many timers are set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

/// Gives the memory of a message back.
#[allow(clippy::boxed_local)] // The box is what the budget counts.
pub fn drop_pending(budget: &Budget, mut pending: Box<Pending>, binaries: &mut Binaries) {
    pending.heap.release(binaries);
    budget.give(size_of::<Pending>());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_soonest_comes_first_and_of_equals_the_first() {
        let budget = Budget::new(1 << 24);
        let mut timers = Timers::new(budget.clone());
        let mut random = 7_u64;
        // (due, number), in the order of setting.
        let mut set: Vec<(u64, u32, TimerId)> = Vec::new();
        for number in 1..3000_u32 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let due = random >> 56;
            set.push((due, number, timers.add_deadline(due, number).unwrap()));
            if random >> 40 & 1 == 1 {
                let (due, _, id) = set.remove((random >> 20) as usize % set.len());
                assert_eq!(timers.remove(id).unwrap().0, due);
            }
        }
        assert_eq!(timers.len(), set.len());
        set.sort_by_key(|&(due, number, _)| (due, number));
        for (due, number, _) in set {
            assert_eq!(timers.next(), Some(due));
            assert!(due == 0 || timers.pop(due - 1).is_none());
            assert!(matches!(timers.pop(due), Some(Due::Process(found)) if found == number));
        }
        assert!(timers.is_empty());
        assert_eq!(budget.used(), 0);
    }
}
