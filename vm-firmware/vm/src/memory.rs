//! The memory budget: how many bytes the VM may hold, and how many it holds. Everything that grows asks here first, so
//! that running out is an error, never an abort.
//!
//! The last part of it is [kept](Budget::kept) for those that hold little. What is large may not grow into that part, nor may
//! a process that holds much while it runs, nor may what makes new things without end (processes, atoms, tables). So
//! one of these is the first to find no memory, and others still have enough to live until it is gone.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

/// There is no memory for it: the budget is spent, or the allocator has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMemory;

/// One of so many bytes of the limit is kept.
const KEPT_SHARE: usize = 64;
/// At most so many bytes are kept.
const KEPT_MOST: usize = 64 << 10;

#[derive(Debug)]
struct Counts {
    used: Cell<usize>,
    limit: Cell<usize>,
    withheld: Cell<usize>,
    walked: Cell<u32>,
}

/// A handle on the VM's one budget. Cloning it gives another handle on the same.
#[derive(Clone, Debug)]
pub struct Budget(Rc<Counts>);

impl Budget {
    /// A budget of so many bytes; `usize::MAX` for no limit but the allocator's.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Rc::new(Counts {
            used: Cell::new(0),
            limit: Cell::new(limit),
            withheld: Cell::new(0),
            walked: Cell::new(0),
        }))
    }

    /// Bytes in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.get()
    }

    /// Bytes that may be used.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit.get()
    }

    /// Bytes that are left for whoever [holds](Self::hold) the budget now.
    #[must_use]
    pub fn left(&self) -> usize {
        self.limit().saturating_sub(self.used()).saturating_sub(self.0.withheld.get())
    }

    /// Bytes at the end of the budget that are for those that hold little; none where there is no limit.
    #[must_use]
    pub fn kept(&self) -> usize {
        if self.limit() == usize::MAX { 0 } else { (self.limit() / KEPT_SHARE).min(KEPT_MOST) }
    }

    /// Whether what holds so many bytes is large: it may not grow into what is [kept](Self::kept).
    fn is_large(&self, bytes: usize) -> bool {
        bytes / 2 > self.kept()
    }

    /// From now on memory is asked for by somebody who holds so many bytes. Gives what to [withhold](Self::withhold)
    /// again afterwards.
    pub fn hold(&self, bytes: usize) -> usize {
        self.0.withheld.replace(if self.is_large(bytes) { self.kept() } else { 0 })
    }

    /// Withholds so many bytes, as before a [`hold`](Self::hold); gives what was withheld.
    pub fn withhold(&self, bytes: usize) -> usize {
        self.0.withheld.replace(bytes)
    }

    /// Whether there is memory for something new of which there may be more and more: not of what is kept.
    ///
    /// # Errors
    /// When there is not.
    pub fn spare(&self, bytes: usize) -> Result<(), NoMemory> {
        let free = self.limit().saturating_sub(self.used());
        if bytes <= free.saturating_sub(self.kept()) { Ok(()) } else { Err(NoMemory) }
    }

    /// Parts of terms that long walks have visited since this was last [taken](Self::take_walked): work that nobody has
    /// counted as reductions yet.
    #[must_use]
    pub fn walked(&self) -> u32 {
        self.0.walked.get()
    }

    /// As [`walked`](Self::walked), which is then 0.
    #[must_use]
    pub fn take_walked(&self) -> u32 {
        self.0.walked.take()
    }

    /// Counts the parts that a long walk has visited.
    pub(crate) fn add_walked(&self, parts: u32) {
        self.0.walked.set(self.walked().saturating_add(parts));
    }

    /// Counts bytes as used.
    ///
    /// # Errors
    /// When they are not left; then nothing is counted.
    pub fn take(&self, bytes: usize) -> Result<(), NoMemory> {
        self.take_for(bytes, 0)
    }

    /// Counts bytes as used for something that will have `size` bytes in all.
    ///
    /// # Errors
    /// When they are not left; then nothing is counted.
    pub fn take_for(&self, bytes: usize, size: usize) -> Result<(), NoMemory> {
        let used = self.used().checked_add(bytes).ok_or(NoMemory)?;
        let withheld = if self.is_large(size) { self.kept() } else { self.0.withheld.get() };
        if used > self.limit().saturating_sub(withheld) {
            return Err(NoMemory);
        }
        self.0.used.set(used);
        Ok(())
    }

    /// Counts bytes as used that are had already, whether they are left or not.
    pub fn count(&self, bytes: usize) {
        self.0.used.set(self.used().saturating_add(bytes));
    }

    /// Counts bytes as free again.
    pub fn give(&self, bytes: usize) {
        self.0.used.set(self.used().saturating_sub(bytes));
    }

    /// Whether so many bytes could be had now, from the budget and from the allocator. For libraries that allocate
    /// without asking: ask for what they will need.
    ///
    /// # Errors
    /// When they could not.
    pub fn probe(&self, bytes: usize) -> Result<(), NoMemory> {
        if bytes > self.left() {
            return Err(NoMemory);
        }
        // Small requests succeed, or nothing does.
        if bytes > 4096 {
            Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| NoMemory)?;
        }
        Ok(())
    }

    /// Makes room for `additional` more elements in a vector whose capacity is counted here, growing it by half at least
    /// where that can be had, and else by half of what can: a vector that fills the memory piece by piece is not copied
    /// for each piece.
    ///
    /// # Errors
    /// When there is no room; the vector stays as it was.
    pub fn reserve<T>(&self, vector: &mut Vec<T>, additional: usize) -> Result<(), NoMemory> {
        let capacity = vector.capacity();
        if additional <= capacity - vector.len() {
            return Ok(());
        }
        let least = vector.len().checked_add(additional).ok_or(NoMemory)?;
        let roomy = least.max(capacity + capacity / 2).max(4);
        let mut more = roomy - least;
        while self.grow(vector, least + more).is_err() {
            if more == 0 {
                return Err(NoMemory);
            }
            more /= 2;
        }
        Ok(())
    }

    /// Makes the capacity of a vector, which is counted here, so large; it was less.
    ///
    /// # Errors
    /// When there is no room; the vector stays as it was.
    pub fn grow<T>(&self, vector: &mut Vec<T>, capacity: usize) -> Result<(), NoMemory> {
        let before = vector.capacity();
        let bytes = capacity.saturating_sub(before).checked_mul(size_of::<T>()).ok_or(NoMemory)?;
        self.take_for(bytes, capacity.saturating_mul(size_of::<T>()))?;
        if vector.try_reserve_exact(capacity.saturating_sub(vector.len())).is_err() {
            self.give(bytes);
            return Err(NoMemory);
        }
        // The allocator may have given more than was asked for.
        let more = (vector.capacity() - before) * size_of::<T>();
        self.0.used.set(self.used() - bytes + more);
        Ok(())
    }

    /// An empty vector whose capacity will be counted here until it is dropped.
    #[must_use]
    pub const fn scratch<T>(&self) -> Scratch<'_, T> {
        Scratch { vector: Vec::new(), budget: self }
    }

    /// Shrinks a vector whose capacity is counted here.
    pub fn shrink<T>(&self, vector: &mut Vec<T>, capacity: usize) {
        let before = vector.capacity();
        vector.shrink_to(capacity);
        self.give((before - vector.capacity()) * size_of::<T>());
    }

    /// Counts a vector's memory as free: for one that is about to be dropped.
    pub fn drop_vector<T>(&self, vector: Vec<T>) {
        self.give(vector.capacity() * size_of::<T>());
    }
}

/// A vector for a while: counted in the budget, given back when dropped.
#[derive(Debug)]
pub struct Scratch<'a, T> {
    vector: Vec<T>,
    budget: &'a Budget,
}

impl<T> Scratch<'_, T> {
    /// Makes room for `additional` more elements.
    ///
    /// # Errors
    /// When there is no room.
    pub fn reserve(&mut self, additional: usize) -> Result<(), NoMemory> {
        self.budget.reserve(&mut self.vector, additional)
    }

    /// Adds an element.
    ///
    /// # Errors
    /// When there is no room.
    #[inline]
    pub fn push(&mut self, element: T) -> Result<(), NoMemory> {
        if self.vector.len() == self.vector.capacity() {
            self.reserve(1)?;
        }
        self.vector.push(element);
        Ok(())
    }

    /// Takes the last element away.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.vector.pop()
    }

    /// Drops the elements from `length` on.
    pub fn truncate(&mut self, length: usize) {
        self.vector.truncate(length);
    }
}

impl<T> core::ops::Deref for Scratch<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.vector
    }
}

impl<T> core::ops::DerefMut for Scratch<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.vector
    }
}

impl<T> Drop for Scratch<'_, T> {
    fn drop(&mut self) {
        self.budget.give(self.vector.capacity() * size_of::<T>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_that_fills_the_memory_is_copied_seldom() {
        let budget = Budget::new(1 << 20);
        let mut vector: Vec<u32> = Vec::new();
        let (mut copies, mut capacity) = (0, 0);
        while budget.reserve(&mut vector, 1).is_ok() {
            copies += u32::from(vector.capacity() != capacity);
            capacity = vector.capacity();
            vector.push(0);
        }
        let most = (1 << 20) - budget.kept();
        assert!(vector.len() * 4 > most - 16, "{} words are used", vector.len());
        budget.take(budget.kept()).unwrap();
        assert_eq!(budget.take(16), Err(NoMemory));
        budget.give(budget.kept());
        assert!(copies < 64, "{copies} copies");
        budget.drop_vector(vector);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn the_last_part_is_for_those_that_hold_little() {
        let budget = Budget::new(64_000);
        budget.take(63_000).unwrap();
        // Something large, somebody who holds much, something new.
        assert_eq!(budget.take_for(1, 3_000), Err(NoMemory));
        assert_eq!(budget.spare(1), Err(NoMemory));
        let before = budget.hold(10_000);
        assert_eq!((budget.take(1), budget.left()), (Err(NoMemory), 0));
        budget.withhold(before);
        assert_eq!(budget.left(), 1_000);
        budget.take(1_000).unwrap();
        assert_eq!(budget.take(1), Err(NoMemory));
        assert_eq!(Budget::new(usize::MAX).kept(), 0);
    }
}
