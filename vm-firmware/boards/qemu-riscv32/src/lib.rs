//! The hardware of QEMU's machine `virt` for 32-bit RISC-V as what the VM and the network driver ask of a board. The
//! program that runs a pack on it is `main.rs`.
#![no_std]

extern crate alloc;

pub mod board;
#[cfg(feature = "net")]
pub mod card;
#[cfg(feature = "net")]
pub mod devices;
pub mod entropy;
#[cfg(feature = "peripherals")]
pub mod equipment;
pub mod flash;
pub mod machine;
#[cfg(feature = "net")]
pub mod network;
#[cfg(feature = "peripherals")]
pub mod pins;
#[cfg(feature = "peripherals")]
pub mod port;
mod prologue;
#[cfg(feature = "net")]
pub mod virtio;

use core::fmt::{self, Write};

struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        machine::print(text.as_bytes());
        Ok(())
    }
}

/// Prints a line. The console takes everything.
pub fn line(text: fmt::Arguments<'_>) {
    let _ = Console.write_fmt(text);
    let _ = Console.write_str("\n");
}
