//! The console: the chip's own USB port, or a UART, by a feature. Owns the port. Output waits for room, but not for ever:
//! where nobody takes it, it is lost. Input ends waits of the program.

#[cfg(feature = "uart")]
mod uart;
#[cfg(feature = "usb-serial")]
mod usb_serial;

use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::{self, Write};

use critical_section::Mutex;

use crate::{clock, machine};

#[cfg(all(feature = "uart", not(feature = "usb-serial")))]
pub use uart::{Hardware, Port};
#[cfg(feature = "usb-serial")]
pub use usb_serial::{Hardware, Port};

/// How long the other side may take nothing before it is taken to be away, in microseconds. A host looks for output each
/// millisecond.
const PATIENCE: u64 = 50_000;
/// Most bytes that are read at once: what a UART keeps.
const INPUT: usize = 128;

/// The port. It is taken for some accesses to registers only, so that interrupts never wait for long.
static CONSOLE: Mutex<RefCell<Option<Console>>> = Mutex::new(RefCell::new(None));

struct Console {
    port: Port,
    /// The other side has taken nothing for long: output is tried, and not waited for.
    is_away: bool,
}

/// Starts the port. To be called once; before, output is lost.
pub fn begin(hardware: Hardware) {
    let port = Port::new(hardware);
    critical_section::with(|section| {
        *CONSOLE.borrow_ref_mut(section) = Some(Console { port, is_away: false });
    });
}

/// Does something with the port, where there is one. A panic in the midst of it finds none.
fn with<R>(act: impl FnOnce(&mut Console) -> R) -> Option<R> {
    critical_section::with(|section| CONSOLE.borrow(section).try_borrow_mut().ok()?.as_mut().map(act))
}

/// Writes to the console. What nobody takes is lost.
pub fn print(bytes: &[u8]) {
    let mut rest = bytes;
    let mut since = clock::micros();
    while !rest.is_empty() {
        let Some((taken, is_away)) = with(|console| {
            let taken = console.port.push(rest);
            console.is_away &= taken == 0;
            (taken, console.is_away)
        }) else {
            return;
        };
        if taken > 0 {
            rest = rest.get(taken..).unwrap_or_default();
            since = clock::micros();
        } else if is_away || clock::micros().saturating_sub(since) > PATIENCE {
            with(|console| console.is_away = true);
            return;
        }
    }
}

/// Waits until what was printed is gone, as far as somebody takes it.
pub fn flush() {
    let since = clock::micros();
    while with(|console| !console.is_away && !console.port.is_empty()) == Some(true)
        && clock::micros().saturating_sub(since) <= PATIENCE
    {}
}

/// What has come; empty when nothing has. From then on, more input ends waits.
#[must_use]
pub fn read() -> Vec<u8> {
    let mut buffer = [0; INPUT];
    let count = with(|console| console.port.pull(&mut buffer)).unwrap_or_default();
    let mut bytes = Vec::new();
    if count > 0 && bytes.try_reserve_exact(count).is_ok() {
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
    bytes
}

/// What the port's interrupt does: input waits to be read.
fn interrupted() {
    with(|console| console.port.quiet());
    machine::ring();
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
