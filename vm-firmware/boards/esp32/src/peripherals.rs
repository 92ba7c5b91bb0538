//! The chip's peripherals as `emberl-board` asks for them. Owns the chip as a whole; each kind of driver has its file in
//! `peripherals/`, and who uses which pin and which peripheral is `peripherals/claims.rs`'s.

mod adc;
mod claims;
mod i2c;
pub mod pins;
mod pwm;
mod rmt;
mod spi;
mod system;
mod uart;
pub mod watchdog;

use alloc::vec::Vec;

use emberl_board::{Board, Peripherals};
use emberl_vm::hardware::{self, Error, Mac, Partition, Pin};
use esp_hal::i2c::master;
use esp_hal::peripherals::{IO_MUX, LEDC};

use crate::clock;
use crate::flash::{Flash, Store};
use claims::Claim;
pub use system::fail;

/// The peripherals of the chip, as the virtual machine asks for them.
pub type Hardware = Peripherals<Chip>;

/// The chip.
pub struct Chip {
    store: Store,
    pwm: pwm::Timers,
    kept: &'static mut [u8],
    /// What ends a deep sleep beside its time: pins, bit by bit, and whether they are high then.
    wake: Option<(u64, bool)>,
    watchdog: watchdog::Watchdog,
}

/// Takes the peripherals. To be called once, at the start.
#[must_use]
pub fn new(pads: IO_MUX<'static>, pulses: LEDC<'static>, flash: Flash, watchdog: watchdog::Timer) -> Hardware {
    pins::begin(pads);
    Peripherals::new(Chip {
        store: Store::new(flash),
        pwm: pwm::Timers::new(pulses),
        kept: system::kept(),
        wake: None,
        watchdog: watchdog::Watchdog::new(watchdog),
    })
}

impl Board for Chip {
    type Pin = pins::Line;
    type I2c = i2c::Bus;
    type Spi = spi::Wires;
    type Uart = uart::Port;
    type Pwm = pwm::Channel;
    type Rmt = rmt::Trains;
    type Adc = adc::Input;
    type Storage = Store;

    const UART_WAKES: bool = true;

    fn now(&mut self) -> u64 {
        clock::monotonic()
    }

    fn pin(&mut self, pin: Pin) -> Result<pins::Line, Error> {
        Claim::new(pin).map(pins::Line::new)
    }

    fn has_pin(&self, pin: Pin) -> bool {
        claims::is_pin(pin)
    }

    fn pin_event(&mut self) -> Option<Pin> {
        pins::event()
    }

    fn hold_in_sleep(&mut self, on: bool) -> Result<(), Error> {
        system::hold_in_sleep(on)
    }

    fn i2c(&mut self, bus: &hardware::I2c) -> Result<i2c::Bus, Error> {
        i2c::Bus::new(bus)
    }

    fn i2c_error(error: &master::Error) -> Error {
        i2c::word(error)
    }

    fn spi(&mut self, bus: &hardware::Spi) -> Result<spi::Wires, Error> {
        spi::Wires::new(bus)
    }

    fn uart(&mut self, port: &hardware::Uart) -> Result<uart::Port, Error> {
        uart::Port::new(port)
    }

    fn pwm_timer(&mut self, timer: u8, frequency: u32, bits: u8) -> Result<u32, Error> {
        self.pwm.set(timer, frequency, bits)
    }

    fn pwm(&mut self, channel: u8, timer: u8, pin: Pin) -> Result<pwm::Channel, Error> {
        self.pwm.channel(channel, timer, pin)
    }

    fn rmt(&mut self, channel: &hardware::Rmt) -> Result<rmt::Trains, Error> {
        rmt::Trains::new(channel)
    }

    fn adc(&mut self, input: &hardware::Adc) -> Result<adc::Input, Error> {
        adc::Input::new(input)
    }

    fn storage(&mut self) -> Option<&mut Store> {
        self.store.is_there().then_some(&mut self.store)
    }

    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        self.store.flash.partitions().map_err(|_| "eio")
    }

    fn watchdog(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        self.watchdog.set(milliseconds)
    }

    fn watchdog_feed(&mut self) {
        self.watchdog.feed();
    }

    fn kept(&mut self) -> &mut [u8] {
        self.kept
    }

    fn restart(&mut self) -> Result<(), Error> {
        crate::machine::restart(0)
    }

    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Ok(system::reset_reason())
    }

    fn wake_cause(&mut self) -> Result<&'static str, Error> {
        Ok(system::wake_cause())
    }

    fn sleep(&mut self, milliseconds: Option<u64>) -> Result<(), Error> {
        system::sleep(milliseconds, self.wake)
    }

    fn wake_on_pins(&mut self, pins: u64, high: bool) -> Result<(), Error> {
        if pins & !claims::WAKING != 0 {
            return Err("einval");
        }
        self.wake = (pins != 0).then_some((pins, high));
        Ok(())
    }

    fn frequency(&mut self) -> Result<u32, Error> {
        Ok(system::frequency())
    }

    fn mac(&mut self, interface: Mac) -> Result<[u8; 6], Error> {
        system::mac(interface)
    }

    fn chip(&mut self) -> Result<(&'static str, u8, u16), Error> {
        Ok(system::chip())
    }
}
