#![allow(unsafe_code)]
//! What the C code of MbedTLS links to: functions of C's library, which a device has not got. Owns their names; those of
//! memory and comparison that every Rust program has (`memcpy`, `memset`, `memcmp`, `strlen`, ...) are the compiler's.
//!
//! Left out where the feature `libc` is off: for boards whose other libraries bring these functions. Their memory then is
//! not used by MbedTLS either, which is told at run time to use [`super::memory`].

use core::ffi::{c_char, c_int, c_void};

/// The start value of a pointer in MbedTLS's tables. Never called: see above.
#[unsafe(no_mangle)]
extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    super::memory::calloc(count, size)
}

/// As [`calloc`].
#[unsafe(no_mangle)]
unsafe extern "C" fn free(memory: *mut c_void) {
    // SAFETY: what the caller keeps by C's rules is what is asked for.
    unsafe { super::memory::free(memory) }
}

/// The first place of a byte in so many bytes, or null.
#[unsafe(no_mangle)]
unsafe extern "C" fn memchr(memory: *const c_void, byte: c_int, count: usize) -> *mut c_void {
    let memory = memory.cast::<u8>();
    for place in 0..count {
        // SAFETY: by C's rules the bytes up to the one that is looked for can be read.
        unsafe {
            if *memory.add(place) == byte as u8 {
                return memory.add(place).cast_mut().cast();
            }
        }
    }
    core::ptr::null_mut()
}

/// The first place of a character in a string, which may be its final null, or null.
#[unsafe(no_mangle)]
unsafe extern "C" fn strchr(string: *const c_char, character: c_int) -> *mut c_char {
    let mut place = string;
    loop {
        // SAFETY: by C's rules the string ends with a null byte, which ends the loop.
        unsafe {
            if *place == character as c_char {
                return place.cast_mut();
            }
            if *place == 0 {
                return core::ptr::null_mut();
            }
            place = place.add(1);
        }
    }
}

/// The order of two strings: negative, 0 or positive.
#[unsafe(no_mangle)]
unsafe extern "C" fn strcmp(left: *const c_char, right: *const c_char) -> c_int {
    // SAFETY: by C's rules both strings end with a null byte, and no comparison goes beyond that.
    unsafe { strncmp(left, right, usize::MAX) }
}

/// The order of the first characters of two strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn strncmp(left: *const c_char, right: *const c_char, count: usize) -> c_int {
    for place in 0..count {
        // SAFETY: by C's rules both strings end with a null byte or have so many characters; equal ones so far were not null.
        let (a, b) = unsafe { (*left.add(place).cast::<u8>(), *right.add(place).cast::<u8>()) };
        if a != b || a == 0 {
            return c_int::from(a) - c_int::from(b);
        }
    }
    0
}

/// The first place of a string in another, or null.
#[unsafe(no_mangle)]
unsafe extern "C" fn strstr(string: *const c_char, part: *const c_char) -> *mut c_char {
    let mut place = string;
    loop {
        let mut length = 0;
        // SAFETY: by C's rules both strings end with a null byte; reading goes on only past equal characters that are
        // not null, and `place` only past characters that are not.
        unsafe {
            loop {
                let wanted = *part.add(length);
                if wanted == 0 {
                    return place.cast_mut();
                }
                if *place.add(length) != wanted {
                    break;
                }
                length += 1;
            }
            if *place == 0 {
                return core::ptr::null_mut();
            }
            place = place.add(1);
        }
    }
}

/// Formatted output is for MbedTLS's log and for certificates as text, which nobody here asks for. C lets `snprintf` fail,
/// by a negative number: so it does, with an empty text. (A function with variable arguments cannot be defined in Rust;
/// on RISC-V and ARM one that takes fewer is called the same way.)
#[unsafe(no_mangle)]
unsafe extern "C" fn snprintf(text: *mut c_char, size: usize, _: *const c_char) -> c_int {
    if size > 0 {
        // SAFETY: by C's rules there is room for `size` characters.
        unsafe { *text = 0 };
    }
    -1
}

/// As [`snprintf`].
#[unsafe(no_mangle)]
unsafe extern "C" fn vsnprintf(text: *mut c_char, size: usize, format: *const c_char, _: *mut c_void) -> c_int {
    // SAFETY: the same rules.
    unsafe { snprintf(text, size, format) }
}

/// There is no output: MbedTLS would print about mistakes in its own tables. C lets `printf` fail.
#[unsafe(no_mangle)]
extern "C" fn printf(_: *const c_char) -> c_int {
    -1
}

/// As [`printf`].
#[unsafe(no_mangle)]
extern "C" fn puts(_: *const c_char) -> c_int {
    -1
}
