//! Handles: numbers for what programs hold, none of which ever leads to something else, and who waits for which. Owns the
//! slots, their generations and the bits that say *waits* and *ready*.

use crate::errors;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use emberl_vm::net::{Direction, Error, Handle};

/// Bits of a handle that are the slot's number; 16 above them are its generation. So a handle is a small integer of the
/// virtual machine.
const INDEX_BITS: u32 = 10;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;

/// Bits for [`Direction`]s.
const READ: u8 = 1;
const WRITE: u8 = 2;

fn bit(direction: Direction) -> u8 {
    match direction {
        Direction::Read => READ,
        Direction::Write => WRITE,
    }
}

#[derive(Debug)]
struct Slot<T> {
    generation: u16,
    item: Option<T>,
    /// Directions for which somebody was told to wait.
    waits: u8,
    /// Those of which it has yet to be told that the wait is over. It outlives the item.
    ready: u8,
}

/// Slots of one kind of things.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Slot<T>>,
    /// Free slots, the one that is free the longest first.
    free: VecDeque<u16>,
    most: usize,
    /// Slots with a bit in `ready`.
    ready: usize,
    /// Where the search for the next of them begins: each slot has its turn.
    cursor: usize,
}

impl<T> Table<T> {
    /// A table that never has more than `most` things.
    pub(crate) fn new(most: usize) -> Self {
        Self { slots: Vec::new(), free: VecDeque::new(), most: most.min(1 << INDEX_BITS), ready: 0, cursor: 0 }
    }

    fn handle(&self, index: usize) -> Option<Handle> {
        let slot = self.slots.get(index)?;
        Some(u32::from(slot.generation) << INDEX_BITS | u32::try_from(index).ok()?)
    }

    fn index(&self, handle: Handle) -> Option<usize> {
        let index = (handle & INDEX_MASK) as usize;
        let slot = self.slots.get(index)?;
        (u32::from(slot.generation) == handle >> INDEX_BITS && slot.item.is_some()).then_some(index)
    }

    /// Takes something in.
    ///
    /// # Errors
    /// `emfile` where the table is full, `enomem`.
    pub(crate) fn insert(&mut self, item: T) -> Result<Handle, Error> {
        // New slots before used ones: a handle comes again as late as can be.
        let index = if self.slots.len() < self.most {
            // All at once: since used ones come last, all are soon there. Every slot can become free, and there must be
            // room to say so then.
            self.slots.try_reserve_exact(self.most - self.slots.len()).map_err(|_| errors::NO_MEMORY)?;
            let more = self.most.saturating_sub(self.free.len());
            self.free.try_reserve_exact(more).map_err(|_| errors::NO_MEMORY)?;
            self.slots.push(Slot { generation: 0, item: None, waits: 0, ready: 0 });
            self.slots.len() - 1
        } else {
            usize::from(self.free.pop_front().ok_or(errors::MANY_FILES)?)
        };
        let slot = self.slots.get_mut(index).ok_or(errors::MANY_FILES)?;
        // Generation 0 is never given, so that no handle is 0.
        slot.generation = slot.generation.checked_add(1).unwrap_or(1);
        slot.item = Some(item);
        slot.waits = 0;
        self.handle(index).ok_or(errors::MANY_FILES)
    }

    /// Takes it out. Who waits is told.
    pub(crate) fn remove(&mut self, handle: Handle) -> Option<T> {
        let index = self.index(handle)?;
        self.wake(handle, Direction::Read);
        self.wake(handle, Direction::Write);
        let slot = self.slots.get_mut(index)?;
        let item = slot.item.take();
        if slot.ready == 0 {
            self.release(index);
        }
        item
    }

    fn release(&mut self, index: usize) {
        if let Ok(index) = u16::try_from(index) {
            self.free.push_back(index);
        }
    }

    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        self.slots.get(self.index(handle)?)?.item.as_ref()
    }

    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let index = self.index(handle)?;
        self.slots.get_mut(index)?.item.as_mut()
    }

    /// All handles, by the number of their slot: a number to go on from, and the handle.
    pub(crate) fn after(&self, from: usize) -> Option<(usize, Handle)> {
        let (at, _) = self.slots.iter().enumerate().skip(from).find(|(_, slot)| slot.item.is_some())?;
        Some((at + 1, self.handle(at)?))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.item.as_ref())
    }

    /// Somebody was told to wait.
    pub(crate) fn wait(&mut self, handle: Handle, direction: Direction) {
        if let Some(slot) = self.index(handle).and_then(|index| self.slots.get_mut(index)) {
            slot.waits |= bit(direction);
        }
    }

    pub(crate) fn waits(&self, handle: Handle, direction: Direction) -> bool {
        self.index(handle).and_then(|index| self.slots.get(index)).is_some_and(|slot| slot.waits & bit(direction) != 0)
    }

    /// The wait is over, if there was one.
    pub(crate) fn wake(&mut self, handle: Handle, direction: Direction) {
        let Some(slot) = self.index(handle).and_then(|index| self.slots.get_mut(index)) else { return };
        let bit = bit(direction);
        if slot.waits & bit != 0 {
            slot.waits &= !bit;
            if slot.ready == 0 {
                self.ready += 1;
            }
            slot.ready |= bit;
        }
    }

    /// The next wait that is over.
    pub(crate) fn next_ready(&mut self) -> Option<(Handle, Direction)> {
        if self.ready == 0 {
            return None;
        }
        let count = self.slots.len();
        for step in 0..count {
            let index = (self.cursor + step) % count;
            let handle = self.handle(index)?;
            let slot = self.slots.get_mut(index)?;
            if slot.ready == 0 {
                continue;
            }
            let direction = if slot.ready & READ != 0 { Direction::Read } else { Direction::Write };
            slot.ready &= !bit(direction);
            if slot.ready == 0 {
                self.ready -= 1;
                self.cursor = index + 1;
                if slot.item.is_none() {
                    self.release(index);
                }
            }
            return Some((handle, direction));
        }
        None
    }

    /// Bytes that the table itself takes.
    pub(crate) fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<T>>() + self.free.capacity() * size_of::<u16>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_handles_lead_nowhere() {
        let mut table = Table::new(2);
        let first = table.insert('a').unwrap();
        assert_eq!(table.remove(first), Some('a'));
        assert_eq!(table.remove(first), None);
        let mut seen = alloc::vec![first];
        for _ in 0..1000 {
            let handle = table.insert('b').unwrap();
            assert!(!seen.contains(&handle));
            assert_eq!(table.get(first), None);
            seen.push(handle);
            table.remove(handle);
        }
    }

    #[test]
    fn a_full_table_says_so_and_recovers() {
        let mut table = Table::new(3);
        let handles: Vec<_> = (0..3).map(|n| table.insert(n).unwrap()).collect();
        assert_eq!(table.insert(3), Err(errors::MANY_FILES));
        table.remove(handles[1]);
        assert!(table.insert(4).is_ok());
        assert_eq!(table.insert(5), Err(errors::MANY_FILES));
    }

    #[test]
    fn each_wait_is_ended_once_even_when_its_thing_goes() {
        let mut table = Table::new(1);
        let handle = table.insert(()).unwrap();
        table.wake(handle, Direction::Read);
        assert_eq!(table.next_ready(), None);
        table.wait(handle, Direction::Read);
        table.wait(handle, Direction::Write);
        table.wake(handle, Direction::Read);
        table.wake(handle, Direction::Read);
        table.remove(handle);
        // The slot is not used again before it was told.
        assert_eq!(table.insert(()), Err(errors::MANY_FILES));
        assert_eq!(table.next_ready(), Some((handle, Direction::Read)));
        assert_eq!(table.next_ready(), Some((handle, Direction::Write)));
        assert_eq!(table.next_ready(), None);
        assert_ne!(table.insert(()).unwrap(), handle);
    }

    #[test]
    fn each_has_its_turn() {
        let mut table = Table::new(4);
        let handles: Vec<_> = (0..4).map(|_| table.insert(()).unwrap()).collect();
        let mut told = Vec::new();
        for _ in 0..8 {
            for handle in &handles {
                table.wait(*handle, Direction::Read);
                table.wake(*handle, Direction::Read);
            }
            told.push(table.next_ready().unwrap().0);
        }
        assert_eq!(told, [&handles[..], &handles[..]].concat());
    }
}
