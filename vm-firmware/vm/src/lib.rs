//! The BEAM virtual machine of Emberl, without `std`: terms, heaps, code, the interpreter, native functions, processes.
//!
//! A term is a `u32` on every machine; a heap is an array of words that terms index. See [`term`], [`heap`].
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod arithmetic;
pub mod atoms;
pub mod binaries;
pub mod bit_codes;
pub mod bits;
#[cfg(test)]
mod bits_tests;
pub mod building;
pub mod checksum;
pub mod code;
pub mod collect;
pub mod compare;
pub mod construct;
pub mod copy;
pub mod ets;
pub mod external;
pub mod files;
pub mod hardware;
pub mod hash;
pub mod heap;
pub mod index;
pub mod integers;
pub mod interp;
pub mod large;
pub mod load;
pub mod maps;
pub mod markers;
pub mod match_spec;
pub mod matching;
pub mod memory;
pub mod natives;
pub mod net;
pub mod number_text;
pub mod on_load;
pub mod phash;
pub mod platform;
pub mod print;
pub mod process;
pub mod processes;
pub mod program;
pub mod raise;
pub mod services;
pub mod shared;
pub mod signals;
pub mod slab;
pub mod sockets;
pub mod steps;
pub mod term;
pub mod ties;
pub mod timers;
pub mod vm;
#[cfg(feature = "zlib")]
pub mod zlib;

#[cfg(test)]
mod terms_tests;
