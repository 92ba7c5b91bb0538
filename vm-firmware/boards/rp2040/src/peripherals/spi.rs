//! SPI buses: Arm's PL022 (data sheet, 4.4), bytes, this chip in control.

use core::convert::Infallible;

use embedded_hal::spi::{ErrorType, Mode, Phase, Polarity, SpiBus};
use emberl_board::SpiPort;
use emberl_vm::hardware::{Error, Pin, Spi};

use super::pins::{self, Function};
use crate::oscillators::CLOCK;
use crate::registers::{Block, RESET_SPI, Reset, SPIS};

/// Offset: the size of words, when the clock counts, and a divisor of it.
const FORMAT: usize = 0x0;
/// Offset: what is on.
const CONTROL: usize = 0x4;
/// Bit of it: the bus.
const ON: u32 = 1 << 1;
/// Offset: what comes and what goes.
const DATA: usize = 0x8;
/// Offset: how full it is.
const STATUS: usize = 0xc;
/// Bits of it: there is room; something has come; it is at work.
const HAS_ROOM: u32 = 1 << 1;
const HAS_COME: u32 = 1 << 2;
const BUSY: u32 = 1 << 4;
/// Offset: the other divisor.
const PRESCALE: usize = 0x10;

/// Words that the bus keeps each way.
const DEPTH: usize = 8;
/// The clock of a bus that was not told one.
const FREQUENCY: u32 = 1_000_000;

/// A bus.
#[derive(Debug)]
pub struct Bus {
    registers: Block,
    reset: Reset,
    pins: [Option<Pin>; 3],
}

/// The two divisors of the clock for at most so many hertz: the prescaler, even, from 2 to 254, and the other less one. It
/// finds the least product that is enough.
fn divisors(frequency: u32) -> Option<(u32, u32)> {
    let wanted = CLOCK.div_ceil(frequency.max(1));
    (2..=254)
        .step_by(2)
        .filter_map(|prescale: u32| {
            let rest = wanted.div_ceil(prescale).max(1);
            (rest <= 256).then_some((prescale * rest, prescale, rest - 1))
        })
        .min()
        .map(|(_, prescale, rest)| (prescale, rest))
}

impl Bus {
    /// Opens a bus, with the clock of [`FREQUENCY`] and mode 0.
    pub(crate) fn new(config: &Spi) -> Result<Self, Error> {
        let number = usize::from(config.peripheral);
        let (Some(&registers), Some(&reset)) = (SPIS.get(number), RESET_SPI.get(number)) else { return Err("enodev") };
        let pins = [Some(config.sclk), config.mosi, config.miso];
        for (pin, kind) in pins.into_iter().zip([2, 3, 0]) {
            // By fours; eight for one bus, eight for the other (1.4.3).
            if pin.is_some_and(|pin| pin % 4 != kind || pin / 8 % 2 != config.peripheral) {
                return Err("einval");
            }
        }
        reset.hold();
        reset.release();
        let mut bus = Self { registers, reset, pins };
        bus.configure(FREQUENCY, embedded_hal::spi::MODE_0)?;
        for pin in pins.into_iter().flatten() {
            pins::connect(pin, Function::Spi);
        }
        Ok(bus)
    }

    /// Sends what `next` gives, as long as it gives something, and has `take` what comes for each.
    fn exchange(&self, mut next: impl FnMut() -> Option<u8>, mut take: impl FnMut(u8)) {
        let (mut under_way, mut more) = (0, true);
        while more || under_way > 0 {
            while more && under_way < DEPTH && self.registers.read(STATUS) & HAS_ROOM != 0 {
                match next() {
                    Some(byte) => {
                        self.registers.write(DATA, byte.into());
                        under_way += 1;
                    }
                    None => more = false,
                }
            }
            while under_way > 0 && self.registers.read(STATUS) & HAS_COME != 0 {
                take(self.registers.read(DATA) as u8);
                under_way -= 1;
            }
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.reset.hold();
        self.pins.into_iter().flatten().for_each(pins::release);
    }
}

impl ErrorType for Bus {
    type Error = Infallible;
}

impl SpiBus for Bus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        let (mut left, mut places) = (words.len(), words.iter_mut());
        let next = || {
            left = left.checked_sub(1)?;
            Some(0)
        };
        self.exchange(next, |byte| places.next().into_iter().for_each(|place| *place = byte));
        Ok(())
    }

    fn write(&mut self, words: &[u8]) -> Result<(), Infallible> {
        let mut words = words.iter();
        self.exchange(|| words.next().copied(), |_| {});
        Ok(())
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Infallible> {
        let count = read.len().max(write.len());
        let (mut words, mut places) = (write.iter().copied().chain(core::iter::repeat(0)).take(count), read.iter_mut());
        self.exchange(|| words.next(), |byte| places.next().into_iter().for_each(|place| *place = byte));
        Ok(())
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Infallible> {
        // What comes is behind what goes, so no byte is overwritten that has yet to go.
        let words = core::cell::Cell::from_mut(words).as_slice_of_cells();
        let (mut going, mut coming) = (words.iter(), words.iter());
        self.exchange(
            || going.next().map(core::cell::Cell::get),
            |byte| {
                coming.next().into_iter().for_each(|place| place.set(byte));
            },
        );
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while self.registers.read(STATUS) & BUSY != 0 {}
        Ok(())
    }
}

impl SpiPort for Bus {
    fn configure(&mut self, frequency: u32, mode: Mode) -> Result<(), Error> {
        let (prescale, rest) = divisors(frequency).ok_or("einval")?;
        let polarity = if mode.polarity == Polarity::IdleHigh { 1 << 6 } else { 0 };
        let phase = if mode.phase == Phase::CaptureOnSecondTransition { 1 << 7 } else { 0 };
        self.registers.write(CONTROL, 0);
        self.registers.write(PRESCALE, prescale);
        // Words of 8 bits.
        self.registers.write(FORMAT, rest << 8 | phase | polarity | 7);
        self.registers.write(CONTROL, ON);
        Ok(())
    }
}
