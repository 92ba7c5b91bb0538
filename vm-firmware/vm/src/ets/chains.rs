//! A hash table of words, chained: slots in the order in which they were filled, so that a walk from slot to slot sees
//! what is added and taken away meanwhile as `ets` promises it. What a word means, and when two keys are the same, the
//! user says.

use alloc::vec::Vec;

use crate::memory::{Budget, NoMemory};

/// Bits of a hash that are kept.
const HASH: u32 = (1 << 30) - 1;
/// In the place of the hash's upper bits: the slot is free.
const FREE: u32 = 1 << 30;
/// The slot's key was deleted while somebody walks over the table.
const DEAD: u32 = 1 << 31;
/// Free slots that are not worth a renumbering.
const LEAST_FREE: usize = 16;

#[derive(Clone, Copy)]
struct Slot {
    /// The hash, and flags above it.
    hash: u32,
    value: u32,
    /// The next slot of the same bucket plus 1; 0 for none.
    next: u32,
}

/// The hash table.
#[derive(Default)]
pub struct Chains {
    slots: Vec<Slot>,
    /// The first slot of each plus 1; a power of two of them.
    buckets: Vec<u32>,
    /// How many slots are free.
    free: usize,
    /// How many are dead.
    dead: usize,
    /// All slots below are free.
    first: usize,
}

impl Chains {
    /// Makes room for more slots, so that adding them cannot fail.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&mut self, budget: &Budget, additional: usize) -> Result<(), NoMemory> {
        budget.reserve(&mut self.slots, additional)?;
        if self.slots.len() + additional > 1 << 28 {
            return Err(NoMemory);
        }
        let wanted = (self.slots.len() + additional - self.free.min(self.slots.len())).next_power_of_two();
        if wanted > self.buckets.len() {
            let mut buckets = Vec::new();
            match budget.reserve(&mut buckets, wanted) {
                Ok(()) => {
                    buckets.extend(core::iter::repeat_n(0, wanted));
                    budget.drop_vector(core::mem::replace(&mut self.buckets, buckets));
                    self.chain();
                }
                // Longer chains will do.
                Err(error) if self.buckets.is_empty() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Chains all slots anew.
    fn chain(&mut self) {
        self.buckets.fill(0);
        let mask = self.buckets.len().wrapping_sub(1);
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.hash & FREE == 0
                && let Some(bucket) = self.buckets.get_mut(slot.hash as usize & mask)
            {
                slot.next = core::mem::replace(bucket, index as u32 + 1);
            }
        }
    }

    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    /// The slot of a key, dead or not, by its hash and whether a slot's word is its.
    ///
    /// # Errors
    /// What `is_it` says.
    pub fn find<E>(&self, hash: u32, mut is_it: impl FnMut(u32) -> Result<bool, E>) -> Result<Option<usize>, E> {
        let hash = hash & HASH;
        let mut next = self.buckets.get(self.bucket(hash)).copied().unwrap_or(0);
        while let Some(index) = (next as usize).checked_sub(1) {
            let Some(slot) = self.slots.get(index) else { break };
            if slot.hash & HASH == hash && is_it(slot.value)? {
                return Ok(Some(index));
            }
            next = slot.next;
        }
        Ok(None)
    }

    /// Adds a word, for which there is room.
    pub fn add(&mut self, hash: u32, value: u32) -> usize {
        let hash = hash & HASH;
        let place = self.slots.len();
        let bucket = self.bucket(hash);
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            self.slots.push(Slot { hash, value, next: core::mem::replace(bucket, place as u32 + 1) });
        }
        place
    }

    /// Frees a slot; gives its word.
    pub fn remove(&mut self, place: usize) -> Option<u32> {
        let &Slot { hash, value, next: after } = self.slots.get(place)?;
        if hash & FREE != 0 {
            return None;
        }
        let bucket = self.bucket(hash & HASH);
        let mut at = self.buckets.get(bucket).copied()? as usize;
        if at == place + 1 {
            *self.buckets.get_mut(bucket)? = after;
        } else {
            while let Some(slot) = self.slots.get_mut(at.wrapping_sub(1)) {
                at = slot.next as usize;
                if at == place + 1 {
                    slot.next = after;
                    break;
                }
            }
        }
        self.dead -= usize::from(hash & DEAD != 0);
        self.free += 1;
        self.slots.get_mut(place)?.hash = FREE;
        Some(value)
    }

    /// Frees a slot and moves the last one to its place, for users to whom the order of slots means nothing: then no slot
    /// is ever free. What was needed once is given back when it is not needed any more.
    pub fn take_out(&mut self, budget: &Budget, place: usize) {
        if self.remove(place).is_none() {
            return;
        }
        self.free = 0;
        let last = self.slots.len() - 1;
        if let Some(&Slot { hash, .. }) = self.slots.get(last).filter(|_| last != place) {
            // What led to the last one leads to its new place.
            let bucket = self.bucket(hash & HASH);
            let mut next = self.buckets.get_mut(bucket);
            while let Some(link) = next {
                let at = *link as usize;
                if at == last + 1 {
                    *link = place as u32 + 1;
                    break;
                }
                next = self.slots.get_mut(at.wrapping_sub(1)).map(|slot| &mut slot.next);
            }
        }
        self.slots.swap_remove(place);
        if self.slots.len() <= self.slots.capacity() / 4 {
            self.buckets.truncate((self.slots.len() * 2).next_power_of_two());
            if self.slots.is_empty() {
                self.buckets.clear();
            }
            self.shrink(budget, self.slots.len() * 2);
            self.chain();
        }
    }

    /// Gives back room for slots above that many, and for buckets that there are not.
    fn shrink(&mut self, budget: &Budget, slots: usize) {
        // Shrinking may copy, and must not fail.
        if budget.probe(self.slots.len() * size_of::<Slot>() + self.buckets.len() * 4).is_ok() {
            let buckets = self.buckets.len();
            budget.shrink(&mut self.slots, slots);
            budget.shrink(&mut self.buckets, buckets);
        }
    }

    /// The word of a slot that is not free.
    #[must_use]
    pub fn value(&self, place: usize) -> Option<u32> {
        self.slots.get(place).filter(|slot| slot.hash & FREE == 0).map(|slot| slot.value)
    }

    /// The same, to change.
    pub fn value_mut(&mut self, place: usize) -> Option<&mut u32> {
        self.slots.get_mut(place).filter(|slot| slot.hash & FREE == 0).map(|slot| &mut slot.value)
    }

    /// Whether a slot is dead.
    #[must_use]
    pub fn is_dead(&self, place: usize) -> bool {
        self.slots.get(place).is_some_and(|slot| slot.hash & DEAD != 0)
    }

    /// Marks a slot as dead, or as alive again.
    pub fn set_dead(&mut self, place: usize, dead: bool) {
        let Some(slot) = self.slots.get_mut(place) else { return };
        self.dead = self.dead - usize::from(slot.hash & DEAD != 0) + usize::from(dead);
        slot.hash = if dead { slot.hash | DEAD } else { slot.hash & !DEAD };
    }

    /// The first slot from `place` on that is neither free nor dead.
    #[must_use]
    pub fn next(&self, place: usize) -> Option<usize> {
        let place = place.max(self.first);
        let found = self.slots.get(place..)?.iter().position(|slot| slot.hash & (FREE | DEAD) == 0)?;
        Some(place + found)
    }

    /// Some slot that is dead.
    #[must_use]
    pub fn next_dead(&self, place: usize) -> Option<usize> {
        if self.dead == 0 {
            return None;
        }
        self.slots.get(place..)?.iter().position(|slot| slot.hash & DEAD != 0).map(|found| place + found)
    }

    /// How many slots there are, free ones too.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no slot is in use.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.free == self.slots.len()
    }

    /// Calls `visit` with all slots that are not free.
    pub fn each(&mut self, visit: &mut dyn FnMut(u32, &mut u32)) {
        for (index, slot) in self.slots.iter_mut().enumerate().filter(|(_, slot)| slot.hash & FREE == 0) {
            visit(index as u32, &mut slot.value);
        }
    }

    /// After slots were freed: those at the start are passed over from now on, and when most are free the others move
    /// together, in their order, where `movable` allows it.
    pub fn tidy(&mut self, budget: &Budget, movable: bool) {
        while self.slots.get(self.first).is_some_and(|slot| slot.hash & FREE != 0) {
            self.first += 1;
        }
        if !movable || self.free < LEAST_FREE || self.free <= self.slots.len() / 2 {
            return;
        }
        self.slots.retain(|slot| slot.hash & FREE == 0);
        self.free = 0;
        self.first = 0;
        let wanted = self.slots.len().next_power_of_two();
        if self.buckets.len() / 4 > wanted {
            self.buckets.truncate(wanted);
        }
        self.shrink(budget, self.slots.len() + self.slots.len() / 2);
        self.chain();
    }

    /// Forgets everything.
    pub fn clear(&mut self, budget: &Budget) {
        let Self { slots, buckets, .. } = core::mem::take(self);
        budget.drop_vector(slots);
        budget.drop_vector(buckets);
    }

    /// The bytes that it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.buckets.capacity() * 4
    }
}
