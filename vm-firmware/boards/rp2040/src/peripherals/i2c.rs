//! I2C buses: Synopsys' DW_apb_i2c (data sheet, 4.3), this chip in control. A transfer is given up when its time is over,
//! whatever holds the bus.

use embedded_hal::i2c::{self, ErrorKind, ErrorType, NoAcknowledgeSource, Operation};
use emberl_vm::hardware::{self, I2c};

use super::pins::{self, Function};
use crate::clock;
use crate::oscillators::CLOCK;
use crate::registers::{Block, I2CS, RESET_I2C, Reset};

/// Offset: what the bus is.
const KIND: usize = 0x0;
/// It is in control, "fast" by this chip's counts, can begin anew, and is nobody's device; its buffer tells when it is empty.
const IN_CONTROL: u32 = 1 | 2 << 1 | 1 << 5 | 1 << 6 | 1 << 8;
/// Offset: the device's address.
const TARGET: usize = 0x4;
/// Offset: a byte to go, or an order to fetch one; a byte that has come.
const DATA: usize = 0x10;
/// With a byte to go: one is to come instead; the bus is given away after it; the transfer begins anew before it.
const FETCH: u32 = 1 << 8;
const LAST: u32 = 1 << 9;
const ANEW: u32 = 1 << 10;
/// Offset: cycles of the clock's high half, and of its low one.
const HIGH: usize = 0x1c;
const LOW: usize = 0x20;
/// Offset: what has happened.
const HAPPENED: usize = 0x34;
/// Bits of it: the transfer was given up; the bus was given away.
const GIVEN_UP: u32 = 1 << 6;
const STOPPED: u32 = 1 << 9;
/// Offset: the level from which on the buffer counts as empty.
const EMPTY_AT: usize = 0x3c;
/// Offsets: read, all that has happened is forgotten; the same of a transfer given up, of the bus given away.
const FORGET: usize = 0x40;
const FORGET_GIVEN_UP: usize = 0x54;
const FORGET_STOPPED: usize = 0x60;
/// Offset: whether the bus is on.
const ON: usize = 0x6c;
/// Offset: how full it is.
const STATUS: usize = 0x70;
/// Bits of it: there is room for orders; something has come.
const HAS_ROOM: u32 = 1 << 1;
const HAS_COME: u32 = 1 << 3;
/// Offset: cycles between the clock's fall and a change of the data.
const HOLD: usize = 0x7c;
/// Offset: why a transfer was given up.
const WHY: usize = 0x80;
/// Bits of it: nobody answered the address; nobody took a byte; somebody else has the bus.
const NO_ADDRESS: u32 = 1;
const NO_DATA: u32 = 1 << 3;
const LOST: u32 = 1 << 12;
/// Offset: cycles of a peak that does not count.
const PEAK: usize = 0xa0;

/// Orders that the bus keeps.
const DEPTH: usize = 16;
/// The slowest and the fastest clock, in hertz.
const SPEEDS: core::ops::RangeInclusive<u32> = 1_000..=1_000_000;

/// Why a transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody answered.
    Nobody(NoAcknowledgeSource),
    /// Its time was over.
    Late,
    /// Somebody else has the bus.
    Lost,
    /// Anything else.
    Other,
}

impl Error {
    /// Its name for programs.
    pub(crate) const fn name(self) -> hardware::Error {
        match self {
            Self::Nobody(_) => "nack",
            Self::Late => "etimedout",
            Self::Lost | Self::Other => "eio",
        }
    }
}

impl i2c::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Nobody(source) => ErrorKind::NoAcknowledge(*source),
            Self::Lost => ErrorKind::ArbitrationLoss,
            Self::Late | Self::Other => ErrorKind::Other,
        }
    }
}

/// A bus.
#[derive(Debug)]
pub struct Bus {
    registers: Block,
    reset: Reset,
    config: I2c,
}

impl Bus {
    /// Opens a bus, whose pins get weak resistors to the supply.
    pub(crate) fn new(config: &I2c) -> Result<Self, hardware::Error> {
        let number = usize::from(config.peripheral);
        let (Some(&registers), Some(&reset)) = (I2CS.get(number), RESET_I2C.get(number)) else { return Err("enodev") };
        for (pin, kind) in [(config.sda, 0), (config.scl, 1)] {
            // By twos for one bus and the other (1.4.3).
            if pin % 2 != kind || pin / 2 % 2 != config.peripheral {
                return Err("einval");
            }
        }
        if !SPEEDS.contains(&config.frequency) {
            return Err("einval");
        }
        let bus = Self { registers, reset, config: *config };
        bus.start();
        for pin in [config.sda, config.scl] {
            pins::connect_up(pin, Function::I2c);
        }
        Ok(bus)
    }

    /// Starts it, or starts it anew when something went wrong.
    fn start(&self) {
        self.reset.hold();
        self.reset.release();
        let period = CLOCK.div_ceil(self.config.frequency);
        // As the pico-sdk has it: the low half is the longer one, three fifths.
        let low = period * 3 / 5;
        // 300 ns, but for the fastest speed, where 120 must do.
        let hold =
            if self.config.frequency < 1_000_000 { CLOCK / 10_000_000 * 3 + 1 } else { CLOCK / 25_000_000 * 3 + 1 };
        let registers = self.registers;
        registers.write(ON, 0);
        registers.write(KIND, IN_CONTROL);
        registers.write(EMPTY_AT, 0);
        registers.write(HIGH, (period - low).min(0xffff));
        registers.write(LOW, low.min(0xffff));
        registers.write(PEAK, (low / 16).clamp(1, 0xff));
        registers.write(HOLD, hold);
        registers.write(ON, 1);
    }

    /// What ended the transfer, if something did.
    fn check(&self, end: u64) -> Result<(), Error> {
        if self.registers.read(HAPPENED) & GIVEN_UP != 0 {
            let why = self.registers.read(WHY);
            self.registers.read(FORGET_GIVEN_UP);
            return Err(match why {
                why if why & NO_ADDRESS != 0 => Error::Nobody(NoAcknowledgeSource::Address),
                why if why & NO_DATA != 0 => Error::Nobody(NoAcknowledgeSource::Data),
                why if why & LOST != 0 => Error::Lost,
                _ => Error::Other,
            });
        }
        if clock::micros() > end { Err(Error::Late) } else { Ok(()) }
    }

    /// Waits for one of these bits of a register.
    fn wait(&self, offset: usize, bits: u32, end: u64) -> Result<(), Error> {
        while self.registers.read(offset) & bits == 0 {
            self.check(end)?;
        }
        Ok(())
    }

    fn order(&self, word: u32, end: u64) -> Result<(), Error> {
        self.wait(STATUS, HAS_ROOM, end)?;
        self.registers.write(DATA, word);
        Ok(())
    }

    fn operate(&self, operations: &mut [Operation<'_>], end: u64) -> Result<(), Error> {
        let last = operations.iter().rposition(|operation| length(operation) > 0);
        let mut was_write = None;
        for (at, operation) in operations.iter_mut().enumerate() {
            let count = length(operation);
            let is_write = matches!(operation, Operation::Write(_));
            let flags = |index: usize| {
                // Where the direction changes, the transfer begins anew.
                let anew = if index == 0 && was_write.is_some_and(|was| was != is_write) { ANEW } else { 0 };
                let end = if last == Some(at) && index + 1 == count { LAST } else { 0 };
                anew | end
            };
            match operation {
                Operation::Write(bytes) => {
                    for (index, &byte) in bytes.iter().enumerate() {
                        self.order(u32::from(byte) | flags(index), end)?;
                    }
                }
                Operation::Read(places) => {
                    let mut ordered = 0;
                    for (index, place) in places.iter_mut().enumerate() {
                        // What has come must have room.
                        while ordered < count && ordered < index + DEPTH {
                            self.order(FETCH | flags(ordered), end)?;
                            ordered += 1;
                        }
                        self.wait(STATUS, HAS_COME, end)?;
                        *place = self.registers.read(DATA) as u8;
                    }
                }
            }
            if count > 0 {
                was_write = Some(is_write);
            }
        }
        if last.is_some() {
            self.wait(HAPPENED, STOPPED, end)?;
            self.registers.read(FORGET_STOPPED);
            // A byte that nobody took may be told as late as this.
            self.check(u64::MAX)?;
        }
        Ok(())
    }
}

fn length(operation: &Operation<'_>) -> usize {
    match operation {
        Operation::Read(places) => places.len(),
        Operation::Write(bytes) => bytes.len(),
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.reset.hold();
        pins::release(self.config.sda);
        pins::release(self.config.scl);
    }
}

impl ErrorType for Bus {
    type Error = Error;
}

impl i2c::I2c for Bus {
    /// A transfer without any byte cannot be had from this chip: to see whether a device is there, one byte is fetched.
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let end = clock::micros().saturating_add(u64::from(self.config.timeout) * 1000);
        let registers = self.registers;
        registers.write(ON, 0);
        registers.write(TARGET, address.into());
        registers.write(ON, 1);
        registers.read(FORGET);
        let mut byte = [0];
        let done = if operations.iter().all(|operation| length(operation) == 0) {
            self.operate(&mut [Operation::Read(&mut byte)], end)
        } else {
            self.operate(operations, end)
        };
        match done {
            Ok(()) => {}
            // The bus is given away by itself.
            Err(Error::Nobody(_)) => while registers.read(HAPPENED) & STOPPED == 0 && clock::micros() <= end {},
            Err(_) => self.start(),
        }
        done
    }
}
