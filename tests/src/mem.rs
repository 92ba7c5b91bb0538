//! Measured heap memory: an allocator that counts.
//!
//! A test program that wants numbers installs it and runs its tests on one thread, since the counts are the process's:
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: emberl_tests::mem::Counting = emberl_tests::mem::Counting;
//!
//! let (sum, use_) = emberl_tests::mem::peak_of(|| vec![1u8; 1 << 20].iter().map(|&n| u64::from(n)).sum::<u64>());
//! assert_eq!(sum, 1 << 20);
//! assert!(use_.peak >= 1 << 20 && use_.left == 0);
//! ```

// The only file of this package with unsafe code. Invariant: every call is passed to `System` with the arguments as they
// came, so that `GlobalAlloc`'s contract, which the caller keeps for us, is kept for `System`; the counters next to the
// calls touch no allocated memory and allocate nothing themselves.
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
/// One measurement at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// The system's allocator, counting.
#[derive(Debug)]
pub struct Counting;

fn grown(size: usize) {
    let live = LIVE.fetch_add(size, Ordering::SeqCst).wrapping_add(size);
    PEAK.fetch_max(live, Ordering::SeqCst);
    ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
}

fn shrunk(size: usize) {
    LIVE.fetch_sub(size, Ordering::SeqCst);
}

// SAFETY: see the file's invariant.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps `alloc`'s contract.
        let place = unsafe { System.alloc(layout) };
        if !place.is_null() {
            grown(layout.size());
        }
        place
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps `alloc_zeroed`'s contract.
        let place = unsafe { System.alloc_zeroed(layout) };
        if !place.is_null() {
            grown(layout.size());
        }
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps `dealloc`'s contract, and `place` came from `System`.
        unsafe { System.dealloc(place, layout) };
        shrunk(layout.size());
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps `realloc`'s contract, and `place` came from `System`.
        let moved = unsafe { System.realloc(place, layout, size) };
        if !moved.is_null() {
            // While it is copied both places exist; that is how a device would feel it, too.
            grown(size);
            shrunk(layout.size());
        }
        moved
    }
}

/// What a piece of work did to the heap. Bytes as they were asked for, without the allocator's own overhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapUse {
    /// The most bytes at one time, above what there was before.
    pub peak: usize,
    /// Bytes still there after its result was measured: the result itself and what leaked.
    pub left: usize,
    /// How often memory was asked for.
    pub allocations: usize,
}

/// Runs `work` and tells its use of the heap. Other threads' allocations meanwhile are counted with it.
///
/// # Panics
/// When [`Counting`] is not this program's global allocator: then there is nothing to tell.
#[allow(clippy::panic)]
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, HeapUse) {
    let _one = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    drop(std::hint::black_box(Box::new(0u64)));
    if ALLOCATIONS.load(Ordering::SeqCst) == before {
        panic!("emberl_tests::mem::Counting is not installed as #[global_allocator] in this test program");
    }
    let base = LIVE.load(Ordering::SeqCst);
    PEAK.store(base, Ordering::SeqCst);
    let allocations = ALLOCATIONS.load(Ordering::SeqCst);
    let value = work();
    let heap_use = HeapUse {
        peak: PEAK.load(Ordering::SeqCst).saturating_sub(base),
        left: LIVE.load(Ordering::SeqCst).saturating_sub(base),
        allocations: ALLOCATIONS.load(Ordering::SeqCst) - allocations,
    };
    (value, heap_use)
}
