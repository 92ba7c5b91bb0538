//! The chip's peripherals as emberl-board has boards: which there are, by number. Each kind has its own file.
//!
//! Pins are those of the chip, 0 to 29. The console has the first two; the Pico itself uses 23 (its voltage regulator), 24
//! (whether USB has power), 25 (the light) and 29 (the supply's voltage). On the Pico W these four lead to the radio, and with the
//! feature `wifi` no program has them. [`TEMPERATURE`] stands for the chip's own temperature as an analogue input.

pub(crate) mod adc;
pub mod flash;
pub(crate) mod i2c;
pub(crate) mod pins;
pub(crate) mod pwm;
pub(crate) mod spi;
pub(crate) mod uart;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use emberl_board::{Board, Nothing};
use emberl_vm::hardware::{self, Error, Partition, Pin};

use crate::machine::{self, Machine};
use crate::{clock, console, oscillators};

/// Pins that the chip has.
const PINS: Pin = 30;
/// No pin: the analogue input that measures the chip's temperature.
pub const TEMPERATURE: Pin = 30;
/// ESP-IDF's numbers of types of partitions: a program, data; and of subtypes: a factory's, keys and values, and what
/// AtomVM's table has for packs.
const APP: u8 = 0;
const DATA: u8 = 1;
const FACTORY: u8 = 0;
const NVS: u8 = 2;
const PACK: u8 = 1;

/// The chip.
#[derive(Debug)]
pub struct Chip {
    machine: Machine,
    watchdog: machine::Watchdog,
    storage: Option<flash::Storage>,
    pulses: Rc<RefCell<pwm::Slices>>,
}

impl Chip {
    /// The chip, of which nothing is in use but the console.
    #[must_use]
    pub fn new(machine: Machine) -> Self {
        Self { machine, watchdog: machine::Watchdog::default(), storage: flash::Storage::open(), pulses: Rc::default() }
    }
}

/// Whether programs may have a pin.
const fn is_free(pin: Pin) -> bool {
    let [tx, rx] = console::PINS;
    pin < PINS && pin != tx && pin != rx && !is_of_radio(pin)
}

/// Whether a pin leads to the radio.
const fn is_of_radio(pin: Pin) -> bool {
    cfg!(feature = "wifi") && matches!(pin, 23..=25 | 29)
}

/// The radio's pins are those of nothing else.
///
/// # Errors
/// `einval`.
fn check(pins: impl IntoIterator<Item = Option<Pin>>) -> Result<(), Error> {
    if pins.into_iter().flatten().any(is_of_radio) { Err("einval") } else { Ok(()) }
}

impl Board for Chip {
    type Pin = pins::Line;
    type I2c = i2c::Bus;
    type Spi = spi::Bus;
    type Uart = uart::Port;
    type Pwm = pwm::Channel;
    type Rmt = Nothing;
    type Adc = adc::Input;
    type Storage = flash::Storage;

    const UART_WAKES: bool = true;

    fn now(&mut self) -> u64 {
        clock::monotonic()
    }

    fn pin(&mut self, pin: Pin) -> Result<pins::Line, Error> {
        if is_free(pin) { Ok(pins::Line::new(pin)) } else { Err("enodev") }
    }

    fn has_pin(&self, pin: Pin) -> bool {
        is_free(pin) || pin == TEMPERATURE
    }

    fn pin_event(&mut self) -> Option<Pin> {
        pins::event()
    }

    fn i2c(&mut self, bus: &hardware::I2c) -> Result<i2c::Bus, Error> {
        check([Some(bus.sda), Some(bus.scl)])?;
        i2c::Bus::new(bus)
    }

    fn i2c_error(error: &i2c::Error) -> Error {
        error.name()
    }

    fn spi(&mut self, bus: &hardware::Spi) -> Result<spi::Bus, Error> {
        check([Some(bus.sclk), bus.mosi, bus.miso])?;
        spi::Bus::new(bus)
    }

    fn uart(&mut self, port: &hardware::Uart) -> Result<uart::Port, Error> {
        check([port.tx, port.rx, port.rts, port.cts])?;
        uart::Port::new(port)
    }

    fn pwm_timer(&mut self, timer: u8, frequency: u32, _: u8) -> Result<u32, Error> {
        self.pulses.borrow_mut().set_timer(timer, frequency)
    }

    fn pwm(&mut self, channel: u8, timer: u8, pin: Pin) -> Result<pwm::Channel, Error> {
        if !is_free(pin) {
            return Err("einval");
        }
        pwm::Channel::new(&self.pulses, channel, timer, pin)
    }

    fn adc(&mut self, input: &hardware::Adc) -> Result<adc::Input, Error> {
        check([Some(input.pin)])?;
        adc::Input::new(input)
    }

    fn storage(&mut self) -> Option<&mut flash::Storage> {
        self.storage.as_mut()
    }

    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        let parts = [
            ("firmware", APP, FACTORY, &flash::FIRMWARE),
            ("boot.avm", DATA, PACK, &flash::LIBRARY),
            ("main.avm", DATA, PACK, &flash::PROGRAM),
            ("nvs", DATA, NVS, &flash::STORAGE),
        ];
        let mut partitions = Vec::new();
        partitions.try_reserve_exact(parts.len()).map_err(|_| "enomem")?;
        for (name, kind, subtype, part) in parts {
            let name = String::from(name);
            partitions.push(Partition { name, kind, subtype, offset: part.offset(), size: part.size() });
        }
        Ok(partitions)
    }

    fn watchdog(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        self.watchdog.set(milliseconds)
    }

    fn watchdog_feed(&mut self) {
        self.watchdog.feed();
    }

    fn kept(&mut self) -> &mut [u8] {
        self.machine.kept
    }

    fn restart(&mut self) -> Result<(), Error> {
        machine::restart(0)
    }

    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Ok(self.machine.reset_reason)
    }

    fn frequency(&mut self) -> Result<u32, Error> {
        Ok(oscillators::CLOCK)
    }

    /// That of the radio, for both of its roles; `enetdown` before the network was started, which tells it.
    #[cfg(feature = "wifi")]
    fn mac(&mut self, interface: hardware::Mac) -> Result<[u8; 6], Error> {
        match interface {
            hardware::Mac::Station | hardware::Mac::AccessPoint => crate::radio::address().ok_or("enetdown"),
            hardware::Mac::Bluetooth | hardware::Mac::Ethernet => Err("enodev"),
        }
    }

    fn chip(&mut self) -> Result<(&'static str, u8, u16), Error> {
        Ok(("rp2040", 2, machine::revision()))
    }
}
