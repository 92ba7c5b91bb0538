//! The console: the first serial port, at the pins 0 and 1, with 115200 bits a second. Output waits until the port has
//! taken it.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use emberl_vm::hardware::{Parity, Uart};

use crate::serial;

/// The port of the console.
pub const PORT: u8 = 0;
/// Its pins: what goes, and what comes.
pub const PINS: [u8; 2] = [0, 1];
/// Bits a second.
const SPEED: u32 = 115_200;
/// Most bytes that are read at once.
const INPUT: usize = 128;

/// Starts the port. To be called once.
pub(crate) fn begin() {
    let [tx, rx] = PINS;
    let port = Uart {
        peripheral: PORT,
        tx: Some(tx),
        rx: Some(rx),
        rts: None,
        cts: None,
        speed: SPEED,
        data_bits: 8,
        stop_bits: 1,
        parity: Parity::None,
    };
    // These are the port's pins, and it can be that fast.
    let _ = serial::open(&port);
}

/// Writes to the console.
pub fn print(bytes: &[u8]) {
    for &byte in bytes {
        serial::push(PORT, byte);
    }
}

/// Waits until what was printed is gone: at most 33 bytes.
pub fn flush() {
    while serial::is_sending(PORT) {}
}

/// What has come; empty when nothing has.
#[must_use]
pub fn read() -> Vec<u8> {
    let mut buffer = [0; INPUT];
    let count = serial::pull(PORT, &mut buffer);
    let mut bytes = Vec::new();
    if count > 0 && bytes.try_reserve_exact(count).is_ok() {
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
    bytes
}

struct Text;

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print(text.as_bytes());
        Ok(())
    }
}

/// Prints a line.
pub fn line(text: fmt::Arguments<'_>) {
    let _ = Text.write_fmt(text);
    let _ = Text.write_str("\r\n");
}
