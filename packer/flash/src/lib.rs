//! Boards on serial ports: finding them, writing packs and images to their flash, and reading what they print.
//!
//! [`ports`], [`device`] and [`job`] talk to hardware, by `espflash`, which knows the protocol of the boot loaders of ESP
//! chips. The rest is pure: [`plan`] decides which sectors are written, [`image`] reads what shall be on a board, [`crash`],
//! [`symbols`] and [`annotate`] turn what a board prints into places in sources. Nothing here prints: how far a job is, is
//! told to a callback.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod annotate;
pub mod chip;
pub mod crash;
pub mod device;
pub mod error;
pub mod image;
pub mod job;
pub mod plan;
pub mod ports;
pub mod reset;
pub mod symbols;

pub use error::Error;
