#![allow(unsafe_code)]
//! A value at a fixed place that several owners share, made without aborting when there is no memory. Owns the counting.
//! C keeps pointers to such values, so they are never behind a reference that Rust takes for the only one.

use alloc::alloc::{Layout, alloc, dealloc};
use core::cell::Cell;
use core::ptr::NonNull;

struct Inner<T> {
    owners: Cell<usize>,
    value: T,
}

/// A shared value.
pub(super) struct Shared<T>(NonNull<Inner<T>>);

impl<T> Shared<T> {
    /// `None` when there is no memory.
    pub(super) fn new(value: T) -> Option<Self> {
        // SAFETY: the layout is not empty, since there is a count.
        let inner = NonNull::new(unsafe { alloc(Layout::new::<Inner<T>>()) })?.cast::<Inner<T>>();
        // SAFETY: fresh memory of this layout.
        unsafe { inner.write(Inner { owners: Cell::new(1), value }) };
        Some(Self(inner))
    }

    /// Where the value is, for as long as there is an owner. Who makes a reference of it must know that there is no other.
    pub(super) fn place(&self) -> *mut T {
        // SAFETY: `self` is an owner, so the value is there.
        unsafe { &raw mut (*self.0.as_ptr()).value }
    }

    fn owners(&self) -> &Cell<usize> {
        // SAFETY: as above; a cell may be referred to more than once, and nothing else refers to this field.
        unsafe { &(*self.0.as_ptr()).owners }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        // There are never as many owners as there are addresses.
        self.owners().set(self.owners().get() + 1);
        Self(self.0)
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        let owners = self.owners().get() - 1;
        self.owners().set(owners);
        if owners == 0 {
            // SAFETY: this was the last owner, so nobody refers to the value; it was made by `new` with this layout.
            unsafe {
                self.0.as_ptr().drop_in_place();
                dealloc(self.0.as_ptr().cast(), Layout::new::<Inner<T>>());
            }
        }
    }
}
