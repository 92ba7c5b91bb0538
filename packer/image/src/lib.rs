//! Boards, partition tables, and the images that are written to a board's flash: bytes in, bytes and errors out; no I/O.
//!
//! [`board::BOARDS`] is the one table of boards. [`partition`] reads, checks and writes the tables that say where in the
//! flash of an ESP chip what is. [`firmware`] checks a board's firmware. [`build::build`] puts firmware, table and packs
//! together, to one merged image or, for the RP2040, to UF2 blocks.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod board;
pub mod build;
pub mod chip;
pub mod error;
mod esp;
pub mod firmware;
pub mod partition;
mod rp2040;
pub mod size;
pub mod uf2;

pub use board::Board;
pub use build::{Content, Image, Input, Request, build};
pub use chip::Chip;
pub use error::{Error, Result};
