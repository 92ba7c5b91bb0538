//! Serial ports for programs: the second, since the first is the console's.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use emberl_vm::hardware::{Error, Pin, Uart};

use super::pins;
use crate::{console, serial};

/// The pins of the second port where a program names none: what goes, and what comes.
const USUAL: [Pin; 2] = [4, 5];

/// A port.
#[derive(Debug)]
pub struct Port {
    number: u8,
    pins: [Option<Pin>; 4],
}

impl Port {
    /// Starts it.
    pub(crate) fn new(config: &Uart) -> Result<Self, Error> {
        if config.peripheral == console::PORT {
            return Err("ebusy");
        }
        let [tx, rx] = USUAL;
        let config = Uart { tx: config.tx.or(Some(tx)), rx: config.rx.or(Some(rx)), ..*config };
        serial::open(&config)?;
        Ok(Self { number: config.peripheral, pins: [config.tx, config.rx, config.rts, config.cts] })
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        serial::close(self.number);
        self.pins.into_iter().flatten().for_each(pins::release);
    }
}

impl ErrorType for Port {
    type Error = Infallible;
}

impl Read for Port {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Infallible> {
        Ok(serial::pull(self.number, into))
    }
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(serial::has_come(self.number))
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let mut count = 0;
        for &byte in bytes {
            // The first waits for room, as the trait has it.
            if count > 0 && !serial::has_room(self.number) {
                break;
            }
            serial::push(self.number, byte);
            count += 1;
        }
        Ok(count)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while serial::is_sending(self.number) {}
        Ok(())
    }
}

impl WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(serial::has_room(self.number))
    }
}
