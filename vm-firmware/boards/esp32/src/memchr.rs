//! The one function of C's library that MbedTLS links to and neither the ESP32-C6's ROM nor its radio's libraries have.

use core::ffi::{c_int, c_void};
use core::ptr;

/// The first place of a byte in so many bytes, or null.
#[unsafe(no_mangle)]
unsafe extern "C" fn memchr(memory: *const c_void, byte: c_int, count: usize) -> *mut c_void {
    let memory = memory.cast::<u8>();
    for place in 0..count {
        // SAFETY: by C's rules the bytes up to the one that is looked for can be read.
        let here = unsafe { memory.add(place) };
        // SAFETY: the same.
        if unsafe { *here } == byte as u8 {
            return here.cast_mut().cast();
        }
    }
    ptr::null_mut()
}
