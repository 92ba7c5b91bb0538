//! The BEAM's file formats, without `std`.
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;

pub mod avm;
pub mod beam;
pub mod check;
pub mod code;
pub mod compact;
pub mod error;
pub mod etf;
pub mod functions;
pub mod module;
pub mod opcode;
pub mod reader;
mod sort;
pub mod view;

pub use error::{ChunkId, Error, ErrorKind};
