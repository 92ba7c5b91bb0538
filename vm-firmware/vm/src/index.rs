//! Hash tables whose memory the budget counts, and that give it back when they are nearly empty.

use hashbrown::HashTable;

use crate::memory::{Budget, NoMemory};
use crate::slab::Slack;

/// A hash table.
pub struct Index<T> {
    table: HashTable<T>,
    slack: Slack,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// How a thing is hashed.
pub type Hash<'a, T> = &'a dyn Fn(&T) -> u64;

/// Buckets for so many things: powers of 2 of which an eighth stays free.
const fn buckets(length: usize) -> usize {
    match length {
        0 => 0,
        1..4 => 4,
        4..8 => 8,
        _ => (length * 8 / 7).next_power_of_two(),
    }
}

impl<T> Index<T> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: HashTable::new(), slack: Slack::NEW }
    }

    /// The buckets that there are, from the bytes: each has a thing and a byte, and there are a few bytes more.
    fn size(&self) -> usize {
        let least = self.table.allocation_size() / (size_of::<T>() + 1);
        if least == 0 { 0 } else { 1 << least.ilog2() }
    }

    /// Makes room for one more.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve(&mut self, budget: &Budget, hash: Hash<'_, T>) -> Result<(), NoMemory> {
        let table = &mut self.table;
        if table.len() < table.capacity() {
            return Ok(());
        }
        let before = table.allocation_size();
        // As large as the one before and its successor, which is made beside it: twice that at most.
        budget.probe((table.capacity().max(4)) * 3 * (size_of::<T>() + 1) + 32)?;
        table.try_reserve(1, hash).map_err(|_| NoMemory)?;
        budget.give(before);
        budget.count(table.allocation_size());
        Ok(())
    }

    /// Adds a thing, for which there is room.
    pub fn add(&mut self, key: u64, thing: T, hash: Hash<'_, T>) {
        self.table.insert_unique(key, thing, hash);
    }

    /// A thing, by its hash and whether it is the one.
    #[must_use]
    pub fn find(&self, key: u64, is_it: impl FnMut(&T) -> bool) -> Option<&T> {
        self.table.find(key, is_it)
    }

    /// Takes a thing out.
    pub fn remove(&mut self, budget: &Budget, key: u64, is_it: impl FnMut(&T) -> bool, hash: Hash<'_, T>) -> Option<T> {
        let (thing, _) = self.table.find_entry(key, is_it).ok()?.remove();
        let (size, wanted) = (self.size(), buckets(self.len()));
        // Shrinking copies, and must not fail.
        if self.slack.removed(size, wanted) && budget.probe(wanted * (size_of::<T>() + 1) + 32).is_ok() {
            budget.give(self.table.allocation_size());
            self.table.shrink_to_fit(hash);
            budget.count(self.table.allocation_size());
        }
        Some(thing)
    }

    /// All things, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.table.iter()
    }

    /// How many things there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: &u32) -> u64 {
        u64::from(*number).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn memory_comes_back_exactly() {
        let budget = Budget::new(1 << 26);
        for few in [0, 1, 3, 4, 7, 8, 14, 15, 20, 28, 29, 100, 300] {
            let mut index = Index::new();
            let add = |index: &mut Index<u32>, number| {
                index.reserve(&budget, &hash).unwrap();
                index.add(hash(&number), number, &hash);
            };
            for number in 0..few {
                add(&mut index, number);
            }
            let before = budget.used();
            for more in [10, 1000, 50_000] {
                for number in few..few + more {
                    add(&mut index, number);
                }
                for number in few..few + more {
                    let found = index.remove(&budget, hash(&number), |&other| other == number, &hash);
                    assert_eq!(found, Some(number));
                }
                assert_eq!(budget.used(), before, "{few} and {more}");
                assert!((0..few).all(|number| index.find(hash(&number), |&other| other == number).is_some()));
            }
            for number in 0..few {
                index.remove(&budget, hash(&number), |&other| other == number, &hash).unwrap();
            }
            assert_eq!(budget.used(), 0, "of {few}");
        }
    }
}
