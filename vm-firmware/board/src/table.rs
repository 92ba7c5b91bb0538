//! Handles: a place, and how often it was given away before, so that an old handle is nobody's. Owns the numbers only.

use alloc::vec::Vec;

use emberl_vm::hardware::{Error, Handle};

/// Bits of a handle that are its place.
const PLACE: u32 = 6;
/// The most handles at a time: more than any board has pins, buses and ports.
pub(crate) const PLACES: usize = 1 << PLACE;
/// Bits that count: with the place those of [`emberl_vm::hardware::HANDLES`].
const COUNT: u32 = (1 << (24 - PLACE)) - 1;

struct Slot<T> {
    count: u32,
    entry: Option<T>,
}

/// What is open.
pub(crate) struct Table<T>(Vec<Slot<T>>);

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// A handle that nobody has; [`put`](Self::put) is next, and cannot fail.
    pub(crate) fn reserve(&mut self) -> Result<Handle, Error> {
        let free = self.0.iter().position(|slot| slot.entry.is_none());
        let place = match free {
            Some(place) => place,
            None if self.0.len() == PLACES => return Err("emfile"),
            None => {
                self.0.try_reserve(1).map_err(|_| "enomem")?;
                self.0.push(Slot { count: 0, entry: None });
                self.0.len() - 1
            }
        };
        let count = self.0.get(place).map_or(0, |slot| slot.count);
        Ok(count << PLACE | place as u32)
    }

    /// Fills the place that was reserved.
    pub(crate) fn put(&mut self, handle: Handle, entry: T) {
        if let Some(slot) = self.slot(handle) {
            slot.entry = Some(entry);
        }
    }

    fn slot(&mut self, handle: Handle) -> Option<&mut Slot<T>> {
        let place = handle as usize % PLACES;
        self.0.get_mut(place).filter(|slot| slot.count == handle >> PLACE)
    }

    /// What a handle stands for.
    pub(crate) fn get(&mut self, handle: Handle) -> Result<&mut T, Error> {
        self.slot(handle).and_then(|slot| slot.entry.as_mut()).ok_or("closed")
    }

    /// Takes it out.
    pub(crate) fn take(&mut self, handle: Handle) -> Result<T, Error> {
        let slot = self.slot(handle).ok_or("closed")?;
        let entry = slot.entry.take().ok_or("closed")?;
        slot.count = (slot.count + 1) & COUNT;
        Ok(entry)
    }

    /// All that is open.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Handle, &mut T)> {
        self.0.iter_mut().enumerate().filter_map(|(place, slot)| {
            let handle = slot.count << PLACE | place as u32;
            slot.entry.as_mut().map(|entry| (handle, entry))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_handle_is_nobodys() {
        let mut table = Table::new();
        let first = table.reserve().unwrap();
        table.put(first, 'a');
        assert_eq!(table.get(first), Ok(&mut 'a'));
        assert_eq!(table.take(first), Ok('a'));
        assert_eq!(table.take(first), Err("closed"));
        let second = table.reserve().unwrap();
        table.put(second, 'b');
        assert_ne!(first, second);
        assert_eq!(table.get(first), Err("closed"));
        assert_eq!(table.get(second), Ok(&mut 'b'));
        assert_eq!(table.get(u32::MAX), Err("closed"));
    }

    #[test]
    fn there_are_no_more_than_fit() {
        let mut table = Table::new();
        for _ in 0..PLACES {
            let handle = table.reserve().unwrap();
            assert!(handle < emberl_vm::hardware::HANDLES);
            table.put(handle, ());
        }
        assert_eq!(table.reserve(), Err("emfile"));
        let handle = table.iter_mut().map(|(handle, ())| handle).nth(3).unwrap();
        table.take(handle).unwrap();
        assert!(table.reserve().is_ok());
    }
}
