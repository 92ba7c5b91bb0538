//! Who uses which pin and which peripheral. Owns the lists of a chip's pins, and the promise on which every driver here
//! rests: there is one [`Claim`] of a pin and one [`Unit`] of a peripheral at a time, and drivers are made from these only.

use core::cell::Cell;

use critical_section::Mutex;
use emberl_vm::hardware::{Error, Pin};
use esp_hal::gpio::{AnyPin, Flex, InputConfig, Pull};

/// Pins by ranges, bit by bit.
const fn bits(ranges: &[(u8, u8)]) -> u64 {
    let mut bits = 0;
    let mut at = 0;
    while at < ranges.len() {
        let (first, last) = ranges[at];
        let mut pin = first;
        while pin <= last {
            bits |= 1 << pin;
            pin += 1;
        }
        at += 1;
    }
    bits
}

/// The pins of the chip but those of its flash memory; of these, the console's by USB, and the console's by the UART
/// (receiving, sending); those that are inputs only; those that can end deep sleep. From the chips' data sheets.
#[cfg(feature = "esp32c3")]
mod chip {
    pub(super) const PINS: &[(u8, u8)] = &[(0, 10), (18, 21)];
    pub(super) const USB: &[(u8, u8)] = &[(18, 19)];
    pub(super) const UART: (u8, u8) = (20, 21);
    pub(super) const INPUTS: &[(u8, u8)] = &[];
    pub(super) const WAKING: &[(u8, u8)] = &[(0, 5)];
}
#[cfg(feature = "esp32c6")]
mod chip {
    pub(super) const PINS: &[(u8, u8)] = &[(0, 23)];
    pub(super) const USB: &[(u8, u8)] = &[(12, 13)];
    pub(super) const UART: (u8, u8) = (17, 16);
    pub(super) const INPUTS: &[(u8, u8)] = &[];
    pub(super) const WAKING: &[(u8, u8)] = &[(0, 7)];
}
#[cfg(feature = "esp32")]
mod chip {
    pub(super) const PINS: &[(u8, u8)] = &[(0, 5), (12, 19), (21, 23), (25, 27), (32, 39)];
    pub(super) const USB: &[(u8, u8)] = &[];
    pub(super) const UART: (u8, u8) = (3, 1);
    pub(super) const INPUTS: &[(u8, u8)] = &[(34, 39)];
    pub(super) const WAKING: &[(u8, u8)] = &[(0, 0), (2, 2), (4, 4), (12, 15), (25, 27), (32, 39)];
}
#[cfg(feature = "esp32s2")]
mod chip {
    pub(super) const PINS: &[(u8, u8)] = &[(0, 21), (33, 46)];
    pub(super) const USB: &[(u8, u8)] = &[];
    pub(super) const UART: (u8, u8) = (44, 43);
    pub(super) const INPUTS: &[(u8, u8)] = &[(46, 46)];
    pub(super) const WAKING: &[(u8, u8)] = &[(0, 21)];
}
#[cfg(feature = "esp32s3")]
mod chip {
    pub(super) const PINS: &[(u8, u8)] = &[(0, 21), (33, 48)];
    pub(super) const USB: &[(u8, u8)] = &[(19, 20)];
    pub(super) const UART: (u8, u8) = (44, 43);
    pub(super) const INPUTS: &[(u8, u8)] = &[];
    pub(super) const WAKING: &[(u8, u8)] = &[(0, 21)];
}

/// The console's pins.
const CONSOLE: u64 = if cfg!(feature = "uart") {
    bits(&[(chip::UART.0, chip::UART.0), (chip::UART.1, chip::UART.1)])
} else {
    bits(chip::USB)
};
/// The pins that programs may have.
const PINS: u64 = bits(chip::PINS) & !CONSOLE;
const INPUTS: u64 = bits(chip::INPUTS);
/// Those that can end deep sleep.
pub(super) const WAKING: u64 = bits(chip::WAKING) & PINS;
/// The pins that the chip's ROM uses for UART 0: receiving, sending.
pub(super) const ROM_UART: (Pin, Pin) = chip::UART;

/// Those that are claimed.
static TAKEN: Mutex<Cell<(u64, u64)>> = Mutex::new(Cell::new((0, 0)));

/// Whether there is such a pin for programs.
pub(super) const fn is_pin(pin: Pin) -> bool {
    pin < u64::BITS as u8 && PINS >> pin & 1 == 1
}

/// The use of a pin. When it ends, the pin is as after a start: an input without resistors.
pub(super) struct Claim(Pin);

impl Claim {
    /// Claims a pin: `enodev` where there is none for programs, `ebusy` where it is claimed.
    pub(super) fn new(pin: Pin) -> Result<Self, Error> {
        if !is_pin(pin) {
            return Err("enodev");
        }
        critical_section::with(|section| {
            let taken = TAKEN.borrow(section);
            let (pins, units) = taken.get();
            if pins >> pin & 1 == 1 {
                return Err("ebusy");
            }
            taken.set((pins | 1 << pin, units));
            Ok(Self(pin))
        })
    }

    /// As [`new`](Self::new), where there is a pin to claim.
    pub(super) fn of(pin: Option<Pin>) -> Result<Option<Self>, Error> {
        pin.map(Self::new).transpose()
    }

    /// The pin's number.
    pub(super) const fn pin(&self) -> Pin {
        self.0
    }

    /// Whether it can only be read.
    pub(super) const fn is_input(&self) -> bool {
        INPUTS >> self.0 & 1 == 1
    }

    /// As [`lend`](Self::lend), for what drives the pin: `einval` where it can only be read.
    pub(super) fn lend_output(&mut self) -> Result<AnyPin<'static>, Error> {
        if self.is_input() { Err("einval") } else { Ok(self.lend()) }
    }

    /// The pin for a driver, which the claim's owner drops before the claim, and before it lends the pin again.
    pub(super) fn lend(&mut self) -> AnyPin<'static> {
        // SAFETY: there is one claim of a pin, so its owner is the only one who has the pin; all pins that can be claimed
        // exist. Owners are the drivers of this folder: their fields stand in the order in which they are to be dropped.
        unsafe { AnyPin::steal(self.0) }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Making the driver takes the pin from all peripherals and makes it no output.
        let mut pin = Flex::new(self.lend());
        pin.apply_input_config(&InputConfig::default().with_pull(Pull::None));
        pin.set_low();
        pin.set_input_enable(true);
        critical_section::with(|section| {
            let taken = TAKEN.borrow(section);
            let (pins, units) = taken.get();
            taken.set((pins & !(1 << self.0), units));
        });
    }
}

/// Peripherals of which a chip has some.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// I2C.
    I2c,
    /// SPI.
    Spi,
    /// UART.
    Uart,
    /// Channels of pulses.
    Pulses,
    /// Channels of pulse trains.
    Trains,
}

/// The use of a peripheral.
pub(super) struct Unit(u64);

impl Unit {
    /// Claims the peripheral of that number, which is below 8: `ebusy` where it is claimed.
    pub(super) fn new(kind: Kind, number: u8) -> Result<Self, Error> {
        let bit = 1_u64 << (kind as u32 * 8 + u32::from(number & 7));
        critical_section::with(|section| {
            let taken = TAKEN.borrow(section);
            let (pins, units) = taken.get();
            if units & bit != 0 {
                return Err("ebusy");
            }
            taken.set((pins, units | bit));
            Ok(Self(bit))
        })
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        critical_section::with(|section| {
            let taken = TAKEN.borrow(section);
            let (pins, units) = taken.get();
            taken.set((pins, units & !self.0));
        });
    }
}
