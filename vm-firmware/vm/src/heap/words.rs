//! Growable arrays of words: what heaps, stacks and the literal area are made of.
//!
//! This is one of the files where unsafe code may stand. What all of it rests on:
//!
//! * **Valid terms.** A term that code can get hold of (in a live register, a stack slot, an object that such a term
//!   leads to, or any root of the collector) points to an object that lies whole inside its area. Only this crate makes
//!   terms; the collector keeps all roots valid; the checker (`emberl_format::check`) has proved of each module that it
//!   reads no register that is not live.
//! * **Reserved room.** [`Words::push_reserved`] follows a [`Words::reserve`] of at least as many words: the loader puts
//!   the need of each stretch of code into its `test_heap`.
//! * **Fresh cursors.** A [`Cursor`] is used only until its words may grow, shrink or be dropped: the interpreter's loop
//!   is the only user, and makes a new one after each call of anything that could load a module.
//!
//! With the feature `checked`, and so in tests, each access is checked none the less.

#![allow(unsafe_code)]

use alloc::vec::Vec;

use crate::memory::{Budget, NoMemory};
use crate::term::Term;

/// A growable array of words whose capacity is counted in the VM's budget.
#[derive(Debug)]
pub struct Words {
    words: Vec<u32>,
    budget: Budget,
}

impl Words {
    /// An empty one, without memory.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { words: Vec::new(), budget }
    }

    /// The number of words.
    #[must_use]
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many words fit without growing.
    #[must_use]
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.words.capacity()
    }

    /// The budget that its memory is counted in.
    #[must_use]
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// All words.
    #[must_use]
    #[inline(always)]
    pub fn as_slice(&self) -> &[u32] {
        &self.words
    }

    /// All words, to change.
    #[must_use]
    #[inline(always)]
    pub fn as_mut_slice(&mut self) -> &mut [u32] {
        &mut self.words
    }

    /// Makes room for `additional` more words.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline(always)]
    pub fn reserve(&mut self, additional: usize) -> Result<(), NoMemory> {
        if self.words.capacity() - self.words.len() >= additional { Ok(()) } else { self.grow(additional) }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, additional: usize) -> Result<(), NoMemory> {
        self.budget.reserve(&mut self.words, additional)
    }

    /// Makes room for exactly `additional` more words, no more.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn reserve_exact(&mut self, additional: usize) -> Result<(), NoMemory> {
        let before = self.words.capacity();
        let more = additional.saturating_sub(before - self.words.len());
        let bytes = more.checked_mul(4).ok_or(NoMemory)?;
        self.budget.take_for(bytes, (before + more).saturating_mul(4))?;
        if more != 0 && self.words.try_reserve_exact(additional).is_err() {
            self.budget.give(bytes);
            return Err(NoMemory);
        }
        self.budget.give(bytes);
        // What the allocator gave, which may be more.
        self.budget.count((self.words.capacity() - before) * 4);
        Ok(())
    }

    /// Gives back what is above `capacity` words.
    pub fn shrink(&mut self, capacity: usize) {
        self.budget.shrink(&mut self.words, capacity);
    }

    /// Adds a word.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn push(&mut self, word: u32) -> Result<(), NoMemory> {
        self.reserve(1)?;
        self.words.push(word);
        Ok(())
    }

    /// Adds words.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn extend(&mut self, words: &[u32]) -> Result<(), NoMemory> {
        self.reserve(words.len())?;
        self.words.extend_from_slice(words);
        Ok(())
    }

    /// Adds words that stand here already; none when the range is not inside.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn extend_within(&mut self, range: core::ops::Range<usize>) -> Result<(), NoMemory> {
        self.reserve(range.len())?;
        if range.end <= self.words.len() && range.start <= range.end {
            self.words.extend_from_within(range);
        }
        Ok(())
    }

    /// Adds words of value 0.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn extend_zeros(&mut self, count: usize) -> Result<(), NoMemory> {
        self.reserve(count)?;
        self.words.resize(self.words.len() + count, 0);
        Ok(())
    }

    /// Drops the words from `length` on.
    pub fn truncate(&mut self, length: usize) {
        self.words.truncate(length);
    }

    /// Adds a word for which there is room.
    #[inline(always)]
    pub fn push_reserved(&mut self, word: u32) {
        if cfg!(feature = "checked") {
            assert!(self.words.len() < self.words.capacity(), "a word was pushed without room reserved for it");
        }
        let length = self.words.len();
        // SAFETY: "reserved room" (head of this file): the length is below the capacity, so the place is inside the
        // allocation, and setting it makes the new length initialised.
        unsafe {
            self.words.as_mut_ptr().add(length).write(word);
            self.words.set_len(length + 1);
        }
    }

    /// The word at an index that a valid term gave.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, index: usize) -> u32 {
        if cfg!(feature = "checked") {
            #[allow(clippy::indexing_slicing)] // The point of the feature.
            return self.words[index];
        }
        debug_assert!(index < self.words.len());
        // SAFETY: "valid terms" (head of this file): the index lies inside an object of this area.
        unsafe { *self.words.get_unchecked(index) }
    }

    /// For reading the words as they are now, many times.
    #[must_use]
    #[inline(always)]
    pub fn cursor(&self) -> Cursor {
        Cursor { start: self.words.as_ptr(), length: self.words.len() }
    }

    /// Changes the word at an index that a valid term gave.
    #[inline(always)]
    pub fn set(&mut self, index: usize, word: u32) {
        if cfg!(feature = "checked") {
            #[allow(clippy::indexing_slicing)] // The point of the feature.
            {
                self.words[index] = word;
            }
            return;
        }
        debug_assert!(index < self.words.len());
        // SAFETY: as in `at`.
        unsafe { *self.words.get_unchecked_mut(index) = word }
    }

    /// Exchanges the contents with another array; each keeps the budget (there is but one).
    pub fn swap(&mut self, other: &mut Self) {
        core::mem::swap(&mut self.words, &mut other.words);
    }
}

/// Where words stand for the moment, for those who read them often.
#[derive(Clone, Copy)]
pub struct Cursor {
    start: *const u32,
    length: usize,
}

impl Cursor {
    /// The word at an index that lies inside.
    #[must_use]
    #[inline(always)]
    pub fn at(self, index: usize) -> u32 {
        if cfg!(feature = "checked") {
            assert!(index < self.length, "word {index} of {} was read", self.length);
        }
        debug_assert!(index < self.length);
        // SAFETY: "fresh cursors" (head of this file): the words stand where they stood. The index is that of an operand of
        // an instruction, which the loader wrote whole.
        unsafe { *self.start.add(index) }
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        self.budget.give(self.words.capacity() * 4);
    }
}

/// The bytes of words, in memory order: what binaries on a heap are.
#[must_use]
#[inline(always)]
pub fn bytes(words: &[u32]) -> &[u8] {
    // SAFETY: a `u8` has no alignment and no invalid values, and the length in bytes is that of the words.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 4) }
}

/// The bytes of words, to change.
#[must_use]
#[inline(always)]
pub fn bytes_mut(words: &mut [u32]) -> &mut [u8] {
    // SAFETY: as in `bytes`; every byte pattern is a word.
    unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * 4) }
}

/// Terms as the words that they are: for the collector, which changes registers as it does heaps.
#[must_use]
pub fn raw(terms: &mut [Term]) -> &mut [u32] {
    // SAFETY: `Term` is a transparent wrapper of a `u32`, and every word is a term as far as Rust is concerned.
    unsafe { core::slice::from_raw_parts_mut(terms.as_mut_ptr().cast(), terms.len()) }
}
