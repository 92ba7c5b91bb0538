//! Numbered places for things of one kind, in chunks: a number stays as long as the thing, and memory that nobody needs
//! any more comes back chunk by chunk. Also owns how tables whose sizes are powers of 2 shrink: [`Slack`].

use alloc::vec::Vec;

use crate::memory::{Budget, NoMemory};

/// Places of a chunk: as many as bits of its map.
const CHUNK: usize = 16;
/// Bits of a number that tell the place in its chunk.
const BITS: u32 = CHUNK.trailing_zeros();
/// The end of a list of chunks.
const NONE: u32 = u32::MAX;

/// Says when a table may shrink whose size is the least power of 2 that does. A small one at once, so that what it holds
/// is told by what is in it; a large one when there were as many removals as a quarter of its size that have not paid for
/// another such copy: so a table whose fill goes to and fro does not cost what it is large.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slack(u32);

impl Slack {
    /// Of a new table.
    pub const NEW: Self = Self(0);
    /// Sizes for which it is no cost to shrink at once.
    const SMALL: usize = 256;

    /// Something was removed from a table of so many entries, for which `wanted` are enough: whether it is to shrink.
    pub fn removed(&mut self, size: usize, wanted: usize) -> bool {
        self.0 = self.0.saturating_add(1);
        let price = if size <= Self::SMALL { 0 } else { (size / 4) as u32 };
        let shrinks = wanted < size && self.0 >= price;
        if shrinks {
            self.0 -= price;
        }
        shrinks
    }
}

/// Entries of a list of that length.
const fn rounded(length: usize) -> usize {
    if length == 0 {
        0
    } else if length < 4 {
        4
    } else {
        length.next_power_of_two()
    }
}

/// Makes room for one more in a list whose capacity is the power of 2 that its length tells, where that can be had.
///
/// # Errors
/// When there is no memory.
pub fn reserve_rounded<T>(budget: &Budget, list: &mut Vec<T>) -> Result<(), NoMemory> {
    if list.len() < list.capacity() {
        return Ok(());
    }
    let wanted = rounded(list.len() + 1);
    budget.grow(list, wanted).or_else(|NoMemory| budget.reserve(list, 1))
}

/// Something was removed from a list that [`reserve_rounded`] made room in: gives back what it does not need.
pub fn shrink_rounded<T>(budget: &Budget, list: &mut Vec<T>, slack: &mut Slack) {
    let wanted = rounded(list.len());
    // Shrinking may copy, and must not fail.
    if slack.removed(list.capacity(), wanted) && budget.probe(wanted * size_of::<T>()).is_ok() {
        budget.shrink(list, wanted);
    }
}

struct Chunk<T> {
    /// As many as a chunk has, or none when nobody needs it.
    places: Vec<T>,
    /// A bit for each place that is used.
    used: u16,
    /// The next chunk of its list, and the one before.
    next: u32,
    before: u32,
}

/// The places.
pub struct Slab<T> {
    chunks: Vec<Chunk<T>>,
    /// The first of the chunks that have memory and a free place.
    open: u32,
    /// The first of those without memory.
    vacant: u32,
    /// The chunk that was made last, if nothing was removed since: it may be that nobody needed it after all.
    fresh: u32,
    count: usize,
    slack: Slack,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Slab<T> {
    /// No places.
    #[must_use]
    pub const fn new() -> Self {
        Self { chunks: Vec::new(), open: NONE, vacant: NONE, fresh: NONE, count: 0, slack: Slack::NEW }
    }

    /// What is at a place; what is at a free one is the type's default.
    #[must_use]
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.chunks.get((number >> BITS) as usize)?.places.get(number as usize % CHUNK)
    }

    /// The same, to change.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.chunks.get_mut((number >> BITS) as usize)?.places.get_mut(number as usize % CHUNK)
    }

    /// How many places are used.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// All that there is, and the defaults at free places.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| &chunk.places)
    }

    /// Puts a chunk at the start of a list: gives what is the first now.
    fn link(&mut self, first: u32, at: u32) -> u32 {
        if let Some(chunk) = self.chunks.get_mut(at as usize) {
            (chunk.next, chunk.before) = (first, NONE);
        }
        if let Some(chunk) = self.chunks.get_mut(first as usize) {
            chunk.before = at;
        }
        at
    }

    /// Takes a chunk out of its list: gives what is the first now.
    fn unlink(&mut self, first: u32, at: u32) -> u32 {
        let Some(&Chunk { next, before, .. }) = self.chunks.get(at as usize) else { return first };
        if let Some(chunk) = self.chunks.get_mut(next as usize) {
            chunk.before = before;
        }
        match self.chunks.get_mut(before as usize) {
            Some(chunk) => {
                chunk.next = next;
                first
            }
            None => next,
        }
    }
}

impl<T: Default> Slab<T> {
    /// Makes room for one more.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn reserve(&mut self, budget: &Budget) -> Result<(), NoMemory> {
        if self.open == NONE { self.add_chunk(budget) } else { Ok(()) }
    }

    #[inline(never)]
    fn add_chunk(&mut self, budget: &Budget) -> Result<(), NoMemory> {
        if self.vacant == NONE {
            // Numbers have 32 bits; the last one is no number.
            if self.chunks.len() >= 1 << (31 - BITS) {
                return Err(NoMemory);
            }
            reserve_rounded(budget, &mut self.chunks)?;
        }
        let mut places = Vec::new();
        budget.grow(&mut places, CHUNK)?;
        places.resize_with(CHUNK, T::default);
        let at = self.vacant;
        let at = if let Some(chunk) = self.chunks.get_mut(at as usize) {
            chunk.places = places;
            self.vacant = self.unlink(at, at);
            at
        } else {
            self.chunks.push(Chunk { places, used: 0, next: NONE, before: NONE });
            self.chunks.len() as u32 - 1
        };
        self.open = self.link(self.open, at);
        self.fresh = at;
        Ok(())
    }

    /// Adds a thing, for which there is room: gives its number.
    pub fn add(&mut self, thing: T) -> u32 {
        let at = self.open;
        let Some(chunk) = self.chunks.get_mut(at as usize) else { return NONE };
        let place = chunk.used.trailing_ones();
        chunk.used |= 1 << place;
        let full = chunk.used == u16::MAX;
        if let Some(free) = chunk.places.get_mut(place as usize) {
            *free = thing;
        }
        if full {
            self.open = self.unlink(at, at);
        }
        self.count += 1;
        at << BITS | place
    }

    /// Takes a thing out: its number is free.
    pub fn remove(&mut self, budget: &Budget, number: u32) -> Option<T> {
        let (at, place) = (number >> BITS, number as usize % CHUNK);
        let chunk = self.chunks.get_mut(at as usize)?;
        if chunk.used >> place & 1 == 0 {
            return None;
        }
        let thing = core::mem::take(chunk.places.get_mut(place)?);
        let full = chunk.used == u16::MAX;
        chunk.used &= !(1 << place);
        self.count -= 1;
        if full {
            self.open = self.link(self.open, at);
        } else if chunk.used == 0 {
            self.drop_chunk(budget, at);
        }
        if self.fresh != NONE {
            self.drop_fresh(budget);
        }
        Some(thing)
    }

    /// Drops the chunk that was made last if nothing was put into it and there is room elsewhere.
    fn drop_fresh(&mut self, budget: &Budget) {
        let at = core::mem::replace(&mut self.fresh, NONE);
        if let Some(chunk) = self.chunks.get(at as usize)
            && chunk.used == 0
            && !chunk.places.is_empty()
            && (self.open != at || chunk.next != NONE)
        {
            self.drop_chunk(budget, at);
        }
    }

    #[inline(never)]
    fn drop_chunk(&mut self, budget: &Budget, at: u32) {
        self.open = self.unlink(self.open, at);
        self.vacant = self.link(self.vacant, at);
        if let Some(chunk) = self.chunks.get_mut(at as usize) {
            budget.drop_vector(core::mem::take(&mut chunk.places));
        }
        while let Some(last) = self.chunks.len().checked_sub(1)
            && self.chunks.get(last).is_some_and(|chunk| chunk.places.is_empty())
        {
            self.vacant = self.unlink(self.vacant, last as u32);
            self.chunks.pop();
        }
        shrink_rounded(budget, &mut self.chunks, &mut self.slack);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn things_stay_and_memory_comes_back() {
        let budget = Budget::new(1 << 26);
        let mut slab: Slab<u64> = Slab::new();
        let mut world: BTreeMap<u32, u64> = BTreeMap::new();
        let mut random = 1_u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            random >> 33
        };
        let mut kept = Vec::new();
        for thing in 1..60 {
            slab.reserve(&budget).unwrap();
            let number = slab.add(thing);
            world.insert(number, thing);
            kept.push(number);
        }
        let before = budget.used();
        for most in [40, 5_000, 40_000] {
            let mut live = Vec::new();
            for round in 0..most * 4 {
                // First it grows, then it shrinks.
                let adds = if round < most * 2 { next() % 4 != 0 } else { next() % 4 == 0 };
                if adds {
                    slab.reserve(&budget).unwrap();
                    let thing = next();
                    let number = slab.add(thing);
                    assert!(world.insert(number, thing).is_none(), "{number} is used");
                    live.push(number);
                } else if !live.is_empty() {
                    let number = live.swap_remove(next() as usize % live.len());
                    assert_eq!(slab.remove(&budget, number), world.remove(&number));
                    assert_eq!(slab.remove(&budget, number), None);
                }
            }
            for number in live {
                assert_eq!(slab.remove(&budget, number), world.remove(&number));
            }
            assert_eq!(slab.count(), kept.len());
            assert_eq!(budget.used(), before, "after {most}");
            assert!(world.iter().all(|(&number, thing)| slab.get(number) == Some(thing)));
        }
        for number in kept {
            slab.remove(&budget, number).unwrap();
        }
        assert_eq!((slab.count(), budget.used()), (0, 0));
    }

    #[test]
    fn without_memory_nothing_changes() {
        let budget = Budget::new(400);
        let mut slab: Slab<u64> = Slab::new();
        let mut numbers = Vec::new();
        while slab.reserve(&budget).is_ok() {
            numbers.push(slab.add(7));
        }
        assert_eq!(numbers.len(), CHUNK);
        for number in numbers {
            assert_eq!(slab.remove(&budget, number), Some(7));
        }
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_was_reserved_for_nothing_goes() {
        let budget = Budget::new(1 << 20);
        let mut slab: Slab<u64> = Slab::new();
        let add = |slab: &mut Slab<u64>| {
            slab.reserve(&budget).unwrap();
            slab.add(1)
        };
        let first = add(&mut slab);
        let before = budget.used();
        let numbers: Vec<u32> = (0..CHUNK * 20 - 1).map(|_| add(&mut slab)).collect();
        slab.reserve(&budget).unwrap();
        for number in numbers {
            slab.remove(&budget, number).unwrap();
        }
        assert_eq!(budget.used(), before);
        slab.remove(&budget, first).unwrap();
        assert_eq!(budget.used(), 0);
    }
}
