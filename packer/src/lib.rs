//! Checks, prunes, strips and packs compiled BEAM modules: bytes in, bytes and diagnostics out; no I/O.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod check;
pub mod codes;
pub mod diagnostic;
pub mod disasm;
pub mod graph;
pub mod link;
pub mod measure;
mod need;
pub mod pack;
pub mod packbeam;
pub mod profile;
mod protocol;
pub mod reach;
pub mod rewrite;
mod site;
pub mod source;
pub mod suggest;
pub mod unit;
