//! The bound of walks over terms. A term may hold the same part many times: sixty cells, each with the one before as head
//! and as tail, are a term of 2^60 parts, and nothing stops a walk over them that takes no memory. OTP lets other
//! processes run meanwhile, and goes on for years; here a native function or a comparison runs to its end, so it must
//! have one.

use crate::heap::Store;
use crate::memory::{Budget, NoMemory};

/// Parts that any walk may visit.
const LEAST: u32 = 1 << 22;
/// Parts that a walk may visit in addition, for each word of the heap and of the literals. A term that shares nothing has
/// no more parts than they have words.
const EACH: u32 = 16;
/// Bytes that count as a part.
const BYTES: usize = 256;

/// Parts of a walk that is quick: the instruction that made it stands for it. Longer ones are counted.
const QUICK: u32 = 1 << 12;

/// What is left of a walk. When it is over, the budget is told of it if it was long.
#[derive(Debug)]
pub struct Steps<'a> {
    left: u32,
    all: u32,
    budget: &'a Budget,
}

impl<'a> Steps<'a> {
    /// A walk begins, over a term of a heap.
    #[must_use]
    #[inline]
    pub fn new(store: Store<'a>) -> Self {
        Self::of(store.heap().len() + store.literals().len(), store.budget())
    }

    /// A walk begins, over a term in so many words.
    #[must_use]
    #[inline]
    pub fn of(words: usize, budget: &'a Budget) -> Self {
        let words = u32::try_from(words).unwrap_or(u32::MAX);
        let all = words.saturating_mul(EACH).saturating_add(LEAST);
        Self { left: all, all, budget }
    }

    /// One walk over so many terms, one after the other: each may hold as many parts more as a quick walk has.
    #[must_use]
    pub fn over(store: Store<'a>, terms: usize) -> Self {
        let mut steps = Self::new(store);
        let more = u32::try_from(terms).unwrap_or(u32::MAX).saturating_mul(QUICK).min(u32::MAX - steps.all);
        steps.left += more;
        steps.all += more;
        steps
    }

    /// Goes on to another part.
    ///
    /// # Errors
    /// When there were too many, as if a copy of the term were made and found no memory.
    #[inline]
    pub fn take(&mut self) -> Result<(), NoMemory> {
        self.take_bytes(BYTES)
    }

    /// Reads so many bytes.
    ///
    /// # Errors
    /// As [`take`](Self::take): a large binary, too, may be a part many times.
    #[inline]
    pub fn take_bytes(&mut self, bytes: usize) -> Result<(), NoMemory> {
        let steps = u32::try_from(bytes / BYTES).map_err(|_| NoMemory)?;
        self.left = self.left.checked_sub(steps).ok_or(NoMemory)?;
        Ok(())
    }
}

impl Drop for Steps<'_> {
    #[inline]
    fn drop(&mut self) {
        let walked = self.all - self.left;
        if walked > QUICK {
            self.budget.add_walked(walked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Heap;
    use crate::memory::Budget;
    use crate::term::Term;

    /// A term of 2^levels leaves in so many cells.
    fn shared(heap: &mut Heap, levels: u32) -> Term {
        (0..levels).fold(Term::NIL, |part, _| heap.cons(part, part).unwrap())
    }

    #[test]
    fn walks_over_shared_parts_end() {
        let budget = Budget::new(1 << 20);
        let platform = alloc::boxed::Box::new(crate::external::tests::Nothing);
        let machine = crate::shared::Shared::new(platform, budget.clone()).unwrap();
        let code = &machine.code;
        let mut heap = Heap::new(budget.clone(), 0);
        let (a, b) = (shared(&mut heap, 60), shared(&mut heap, 60));
        let (c, d) = (shared(&mut heap, 16), shared(&mut heap, 16));
        let used = budget.used();
        let store = machine.store(&heap);
        let words = heap.words.as_slice();
        assert_eq!(crate::compare::equal_exact(store, a, b), Err(NoMemory));
        assert_eq!(crate::compare::equal_exact(store, c, d), Ok(true));
        assert_eq!(crate::copy::flat_size(words, a, &budget), Err(NoMemory));
        assert_eq!(crate::copy::flat_size(words, c, &budget), Ok(2 * ((1 << 16) - 1)));
        assert_eq!(crate::hash::phash2(store, code, a), Err(NoMemory));
        assert!(crate::hash::phash2(store, code, c).is_ok());
        assert_eq!(crate::phash::phash(store, code, &budget, a), Err(NoMemory));
        assert!(crate::phash::phash(store, code, &budget, c).is_ok());
        let options = crate::external::EncodeOptions::default();
        assert_eq!(crate::external::encode::size(store, code, a, options, &budget), Err(NoMemory));
        assert!(crate::external::encode::size(store, code, c, options, &budget).is_ok());
        let bytes = crate::natives::binary::iolist_bytes(store, &budget, a);
        assert_eq!(bytes, Err(crate::raise::Raise::NoMemory));
        assert_eq!(crate::natives::binary::iolist_bytes(store, &budget, c), Ok(alloc::vec::Vec::new()));
        assert!(crate::print::print(store, code, a, crate::print::Mode::Plain, &budget, &mut Nothing).is_err());
        assert!(crate::print::print(store, code, c, crate::print::Mode::Plain, &budget, &mut Nothing).is_ok());
        assert_eq!(budget.used(), used);
    }

    #[test]
    fn long_walks_are_told_and_many_are_one() {
        let budget = Budget::new(1 << 20);
        let platform = alloc::boxed::Box::new(crate::external::tests::Nothing);
        let machine = crate::shared::Shared::new(platform, budget.clone()).unwrap();
        let mut heap = Heap::new(budget.clone(), 0);
        let (small, large) = (shared(&mut heap, 8), shared(&mut heap, 18));
        let pairs = |heap: &mut Heap, part: Term| -> alloc::vec::Vec<(Term, Term)> {
            (0..40).map(|number| (heap.tuple(&[part, Term::tiny(number)]).unwrap(), Term::NIL)).collect()
        };
        let (quick, long) = (pairs(&mut heap, small), pairs(&mut heap, large));
        assert_eq!(budget.take_walked(), 0);
        // One such key is hashed, forty for one map are not.
        assert!(crate::hash::internal(machine.store(&heap), long[0].0, 0).is_ok());
        assert!(budget.take_walked() > 1 << 18);
        assert_eq!(budget.walked(), 0);
        assert_eq!(crate::maps::from_pairs(&mut heap, &machine, &long), Err(NoMemory));
        assert!(budget.take_walked() > LEAST);
        let map = crate::maps::from_pairs(&mut heap, &machine, &quick).unwrap();
        assert_eq!(crate::maps::size(machine.store(&heap), map), Some(40));
    }

    /// Text that nobody reads.
    struct Nothing;

    impl core::fmt::Write for Nothing {
        fn write_str(&mut self, _: &str) -> core::fmt::Result {
            Ok(())
        }
    }
}
