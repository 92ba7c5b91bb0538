//! Checks, prunes, strips and packs compiled BEAM modules: bytes in, bytes and diagnostics out; no I/O.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod disasm;
pub mod unit;
