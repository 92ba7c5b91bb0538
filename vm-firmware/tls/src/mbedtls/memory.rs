#![allow(unsafe_code)]
//! The memory of MbedTLS: Rust's allocator behind C's interface. Owns the count of what is taken.

use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering};

/// C's memory is fit for every type: as much as the widest of them asks for on RISC-V.
const ALIGN: usize = 16;

/// Bytes that are taken, with the heads. One thread takes and gives back, so reading and writing need not be one step:
/// a processor without atomic operations has none.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// How often there was none.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// Counts how often there was no memory.
pub(super) fn refused() -> usize {
    REFUSED.load(Ordering::Relaxed)
}

/// Bytes that are taken.
pub(super) fn taken() -> usize {
    TAKEN.load(Ordering::Relaxed)
}

/// The layout of a block, with the head that keeps its size.
fn layout(count: usize, size: usize) -> Option<Layout> {
    let bytes = count.checked_mul(size)?.checked_add(ALIGN)?;
    Layout::from_size_align(bytes, ALIGN).ok()
}

fn refuse() -> *mut c_void {
    REFUSED.store(refused().wrapping_add(1), Ordering::Relaxed);
    core::ptr::null_mut()
}

/// C's `calloc`: zeroed memory, or null when there is none.
pub(super) extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let Some(layout) = layout(count, size) else { return refuse() };
    // SAFETY: the layout is not empty, since there is a head.
    let block = unsafe { alloc_zeroed(layout) };
    if block.is_null() {
        return refuse();
    }
    TAKEN.store(taken().wrapping_add(layout.size()), Ordering::Relaxed);
    // SAFETY: the block is of ALIGN bytes and more, and aligned to that; a size fits in there.
    unsafe {
        block.cast::<usize>().write(layout.size());
        block.add(ALIGN).cast()
    }
}

/// C's `free`: gives back what [`calloc`] has given.
///
/// # Safety
/// Null, or what [`calloc`] returned, and only once.
pub(super) unsafe extern "C" fn free(memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    // SAFETY: by what the caller keeps, the head stands before it, with the size of the layout that the block was
    // allocated by; that layout was valid then.
    unsafe {
        let block = memory.cast::<u8>().sub(ALIGN);
        let size = block.cast::<usize>().read();
        TAKEN.store(taken().wrapping_sub(size), Ordering::Relaxed);
        dealloc(block, Layout::from_size_align_unchecked(size, ALIGN));
    }
}
