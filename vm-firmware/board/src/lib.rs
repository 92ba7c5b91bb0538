//! The peripherals of a board, as the virtual machine asks for them ([`emberl_vm::hardware::Hardware`]), over the drivers
//! that the board has.
//!
//! A board implements [`Board`]: it opens pins, buses, ports and inputs by number, and what it opens are handles of
//! embedded-hal 1.0, embedded-io 0.7 and embedded-storage 0.3. [`Peripherals`] owns the rest, once for all boards: which
//! program's handle stands for what, who uses which pin, watches and fades, the keys and values in flash memory
//! ([`store`]), and what is kept through a restart.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

extern crate alloc;

mod analog;
mod board;
mod buses;
mod kept;
mod nothing;
mod partition;
mod peripherals;
mod pins;
mod pwm;
mod serial;
pub mod simulated;
pub mod store;
mod table;
mod trains;
mod watchdog;

pub use board::{AnalogInput, Board, Edge, IoPin, PulseTrains, SpiPort};
pub use nothing::Nothing;
pub use peripherals::Peripherals;
