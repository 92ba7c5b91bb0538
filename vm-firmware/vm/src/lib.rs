//! The BEAM virtual machine of Emberl, without `std`: terms, heaps, code, the interpreter, native functions, processes.
//!
//! A term is a `u32` on every machine; a heap is an array of words that terms index. See [`term`], [`heap`].
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod atoms;
pub mod binaries;
pub mod code;
pub mod compare;
pub mod hash;
pub mod heap;
pub mod maps;
pub mod memory;
pub mod natives;
pub mod platform;
pub mod process;
pub mod raise;
pub mod shared;
pub mod term;

#[cfg(test)]
mod terms_tests;
