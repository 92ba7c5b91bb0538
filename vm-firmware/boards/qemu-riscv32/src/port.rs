//! The port by which a test is what is around the board: lines of text to and from it, over virtio's console (virtio 1.2,
//! 5.3). Owns how lines come and go; what they say is `pins.rs`'s.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use virtio_drivers::Result;
use virtio_drivers::device::console::VirtIOConsole;

use crate::machine::Interrupt;
use crate::virtio::{Memory, Registers};

/// The most bytes of a line that is taken: those of the longest answer, three for each byte of data, and what precedes them.
/// A longer one is lost.
const LONGEST: usize = 3 * 65536 + 32;

/// The port.
pub struct Port {
    console: VirtIOConsole<Memory, Registers>,
    interrupt: Interrupt,
    /// What came of a line that is not whole.
    part: Vec<u8>,
    /// Whether the rest of the line is not taken.
    is_lost: bool,
}

impl Port {
    /// Starts it.
    ///
    /// # Errors
    /// When the device is not one that is known here.
    pub fn new(registers: Registers, interrupt: Interrupt) -> Result<Self> {
        let console = VirtIOConsole::new(registers)?;
        interrupt.enable();
        Ok(Self { console, interrupt, part: Vec::new(), is_lost: false })
    }

    /// Sends bytes, of a line or more. QEMU takes them at once; where nobody listens, they are lost.
    pub fn send(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let _ = self.console.send_bytes(bytes);
        }
    }

    /// The next line that came, without its end. When there is none, an interrupt tells of the next bytes.
    pub fn line(&mut self) -> Option<String> {
        if self.interrupt.is_raised() {
            let _ = self.console.ack_interrupt();
            self.interrupt.complete();
        }
        while let Ok(Some(byte)) = self.console.recv(true) {
            if byte != b'\n' {
                self.add(byte);
                continue;
            }
            let line = mem::take(&mut self.part);
            if !mem::take(&mut self.is_lost) {
                return Some(String::from_utf8(line).unwrap_or_default());
            }
        }
        None
    }

    fn add(&mut self, byte: u8) {
        if self.is_lost || self.part.len() >= LONGEST || self.part.try_reserve(1).is_err() {
            self.is_lost = true;
            self.part = Vec::new();
        } else {
            self.part.push(byte);
        }
    }
}
