//! A sorted sequence of words, in chunks of bounded size: a search halves, an insertion moves one chunk. What the order is,
//! the user says.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::heap::Words;
use crate::memory::{Budget, NoMemory};

/// Most words of a chunk.
const CHUNK: usize = 128;

/// Where a word stands: the chunk, and the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub u32, pub u32);

/// The sequence. No chunk is empty.
#[derive(Default)]
pub struct Ordered {
    chunks: Vec<Words>,
    /// Words that were removed since chunks were merged last.
    removed: usize,
}

impl Ordered {
    fn chunk(&self, index: usize) -> &[u32] {
        self.chunks.get(index).map_or(&[], Words::as_slice)
    }

    /// The word at a place.
    #[must_use]
    pub fn value(&self, place: Place) -> Option<u32> {
        self.chunk(place.0 as usize).get(place.1 as usize).copied()
    }

    /// The same, to change.
    pub fn value_mut(&mut self, place: Place) -> Option<&mut u32> {
        self.chunks.get_mut(place.0 as usize)?.as_mut_slice().get_mut(place.1 as usize)
    }

    /// The first place whose word is not below what is looked for (it may be past the end), and whether that is it.
    /// `order` tells how a word stands to what is looked for.
    ///
    /// # Errors
    /// What `order` says.
    pub fn find<E>(&self, mut order: impl FnMut(u32) -> Result<Ordering, E>) -> Result<(Place, bool), E> {
        // The first chunk whose last word is not below.
        let (mut low, mut high) = (0, self.chunks.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.chunk(middle).last() {
                Some(&last) if order(last)?.is_ge() => high = middle,
                _ => low = middle + 1,
            }
        }
        let chunk = low;
        let words = self.chunk(chunk);
        let (mut low, mut high, mut same) = (0, words.len(), false);
        while low < high && !same {
            let middle = low.midpoint(high);
            match words.get(middle).map(|&word| order(word)).transpose()? {
                Some(Ordering::Less) | None => low = middle + 1,
                Some(Ordering::Greater) => high = middle,
                Some(Ordering::Equal) => (low, same) = (middle, true),
            }
        }
        Ok((Place(chunk as u32, low as u32), same))
    }

    /// Inserts a word before the place that [`find`](Self::find) gave.
    ///
    /// # Errors
    /// When there is no memory; then nothing was changed.
    pub fn insert(&mut self, budget: &Budget, place: Place, value: u32) -> Result<(), NoMemory> {
        let Place(mut chunk, mut at) = place;
        if chunk as usize == self.chunks.len() && chunk != 0 {
            // Behind all: into the last chunk, or one of its own.
            let last = self.chunk(chunk as usize - 1).len();
            if last < CHUNK {
                (chunk, at) = (chunk - 1, last as u32);
            }
        }
        if chunk as usize == self.chunks.len() {
            budget.reserve(&mut self.chunks, 1)?;
            let mut words = Words::new(budget.clone());
            words.reserve_exact(4)?;
            words.push_reserved(value);
            self.chunks.push(words);
            return Ok(());
        }
        if self.chunk(chunk as usize).len() == CHUNK {
            self.split(budget, chunk as usize)?;
            if at as usize > CHUNK / 2 {
                (chunk, at) = (chunk + 1, at - (CHUNK / 2) as u32);
            }
        }
        let Some(words) = self.chunks.get_mut(chunk as usize) else { return Ok(()) };
        let length = words.len();
        if words.capacity() == length {
            words.reserve_exact(length.min(CHUNK - length))?;
        }
        words.push_reserved(value);
        let words = words.as_mut_slice();
        let at = (at as usize).min(length);
        words.copy_within(at..length, at + 1);
        if let Some(slot) = words.get_mut(at) {
            *slot = value;
        }
        Ok(())
    }

    fn split(&mut self, budget: &Budget, chunk: usize) -> Result<(), NoMemory> {
        budget.reserve(&mut self.chunks, 1)?;
        let mut upper = Words::new(budget.clone());
        upper.reserve_exact(CHUNK)?;
        let Some(words) = self.chunks.get_mut(chunk) else { return Ok(()) };
        for &word in words.as_slice().get(CHUNK / 2..).unwrap_or_default() {
            upper.push_reserved(word);
        }
        words.truncate(CHUNK / 2);
        self.chunks.insert(chunk + 1, upper);
        Ok(())
    }

    /// Whether so many words more could be inserted.
    ///
    /// # Errors
    /// When there might be no memory for them.
    pub fn probe(&self, budget: &Budget, additional: usize) -> Result<(), NoMemory> {
        let chunks = additional.min(self.chunks.len()) + additional / (CHUNK / 2) + 2;
        budget.probe(chunks * (CHUNK * 4 + size_of::<Words>()) + 2 * self.chunks.len() * size_of::<Words>())
    }

    /// Takes a word away. Places before stay as they are.
    pub fn remove(&mut self, place: Place) -> Option<u32> {
        let index = place.0 as usize;
        let words = self.chunks.get_mut(index)?;
        let at = place.1 as usize;
        let value = words.as_slice().get(at).copied()?;
        words.as_mut_slice().copy_within(at + 1.., at);
        let length = words.len() - 1;
        words.truncate(length);
        if length == 0 {
            self.chunks.remove(index);
        }
        self.removed += 1;
        Some(value)
    }

    /// Merges small chunks, after as many words were removed as there are chunks to look at. Places change.
    pub fn tidy(&mut self) {
        if self.removed < self.chunks.len().max(8) {
            return;
        }
        self.removed = 0;
        for index in (1..self.chunks.len()).rev() {
            self.merge(index);
        }
    }

    /// Merges a small chunk into the one before it, where there is room.
    fn merge(&mut self, index: usize) {
        let Some((before, [small, ..])) = self.chunks.split_at_mut_checked(index) else { return };
        let Some(words) = before.last_mut() else { return };
        let total = words.len() + small.len();
        if total > CHUNK / 2 || words.reserve_exact(small.len()).is_err() {
            return;
        }
        for &word in small.as_slice() {
            words.push_reserved(word);
        }
        self.chunks.remove(index);
    }

    /// The first place, also if there is no word there.
    #[must_use]
    pub const fn first() -> Place {
        Place(0, 0)
    }

    /// The last place.
    #[must_use]
    pub fn last(&self) -> Option<Place> {
        let chunk = self.chunks.len().checked_sub(1)?;
        Some(Place(chunk as u32, self.chunk(chunk).len().checked_sub(1)? as u32))
    }

    /// The place behind, also if it is past the end.
    #[must_use]
    pub fn after(&self, place: Place) -> Place {
        if place.1 as usize + 1 < self.chunk(place.0 as usize).len() {
            Place(place.0, place.1 + 1)
        } else {
            Place(place.0 + 1, 0)
        }
    }

    /// The place before.
    #[must_use]
    pub fn before(&self, place: Place) -> Option<Place> {
        if let Some(at) = place.1.checked_sub(1) {
            return Some(Place(place.0, at));
        }
        let chunk = place.0.checked_sub(1)?;
        Some(Place(chunk, self.chunk(chunk as usize).len().checked_sub(1)? as u32))
    }

    /// The place of the word with so many before it; past the end when there are not so many.
    #[must_use]
    pub fn nth(&self, mut index: usize) -> Place {
        for (chunk, words) in self.chunks.iter().enumerate() {
            if index < words.len() {
                return Place(chunk as u32, index as u32);
            }
            index -= words.len();
        }
        Place(self.chunks.len() as u32, 0)
    }

    /// Calls `visit` with each word and a number that [`at`](Self::at) finds it by.
    pub fn each(&mut self, visit: &mut dyn FnMut(u32, &mut u32)) {
        for (chunk, words) in self.chunks.iter_mut().enumerate() {
            for (at, word) in words.as_mut_slice().iter_mut().enumerate() {
                visit((chunk * CHUNK + at) as u32, word);
            }
        }
    }

    /// A word by its number, which is good until something is inserted or removed.
    pub fn at(&mut self, number: u32) -> Option<&mut u32> {
        let number = number as usize;
        self.value_mut(Place((number / CHUNK) as u32, (number % CHUNK) as u32))
    }

    /// Forgets everything.
    pub fn clear(&mut self, budget: &Budget) {
        budget.drop_vector(core::mem::take(&mut self.chunks));
    }

    /// The bytes that it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let words: usize = self.chunks.iter().map(Words::capacity).sum();
        words * 4 + self.chunks.capacity() * size_of::<Words>()
    }
}
