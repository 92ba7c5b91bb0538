//! The hardware of the RP2040 as what the VM asks of a board. The program that runs a pack on it is `main.rs`.
#![no_std]

extern crate alloc;

pub mod board;
pub mod clock;
pub mod console;
pub mod entropy;
pub mod machine;
#[cfg(feature = "wifi")]
pub mod network;
pub mod oscillators;
pub mod peripherals;
#[cfg(feature = "wifi")]
pub mod radio;
mod registers;
mod serial;
#[cfg(feature = "wifi")]
pub mod task;

pub use console::line;
