//! What a board has in the place of drivers that it lacks. Nobody can make a value of it.

use core::convert::Infallible;

use embedded_hal::spi::Mode;
use embedded_hal::{digital, i2c, pwm, spi};
use embedded_io::{Read, ReadReady, Write, WriteReady};
use embedded_storage::nor_flash;
use emberl_vm::hardware::{Error, PinMode, Pull, Pulse};

use crate::board::{AnalogInput, Edge, IoPin, PulseTrains, SpiPort};

/// The type of a driver that there is none of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {}

impl digital::ErrorType for Nothing {
    type Error = Infallible;
}

impl digital::InputPin for Nothing {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        match *self {}
    }
    fn is_low(&mut self) -> Result<bool, Infallible> {
        match *self {}
    }
}

impl digital::OutputPin for Nothing {
    fn set_low(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
}

impl IoPin for Nothing {
    fn configure(&mut self, _: PinMode, _: Pull) -> Result<(), Error> {
        match *self {}
    }
    fn watch(&mut self, _: Option<Edge>) -> Result<(), Error> {
        match *self {}
    }
}

impl i2c::ErrorType for Nothing {
    type Error = Infallible;
}

impl i2c::I2c for Nothing {
    fn transaction(&mut self, _: u8, _: &mut [i2c::Operation<'_>]) -> Result<(), Infallible> {
        match *self {}
    }
}

impl spi::ErrorType for Nothing {
    type Error = Infallible;
}

impl spi::SpiBus for Nothing {
    fn read(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }
    fn write(&mut self, _: &[u8]) -> Result<(), Infallible> {
        match *self {}
    }
    fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<(), Infallible> {
        match *self {}
    }
    fn transfer_in_place(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
}

impl SpiPort for Nothing {
    fn configure(&mut self, _: u32, _: Mode) -> Result<(), Error> {
        match *self {}
    }
}

impl embedded_io::ErrorType for Nothing {
    type Error = Infallible;
}

impl Read for Nothing {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
        match *self {}
    }
}

impl ReadReady for Nothing {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        match *self {}
    }
}

impl Write for Nothing {
    fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        match *self {}
    }
    fn flush(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
}

impl WriteReady for Nothing {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        match *self {}
    }
}

impl pwm::ErrorType for Nothing {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Nothing {
    fn max_duty_cycle(&self) -> u16 {
        match *self {}
    }
    fn set_duty_cycle(&mut self, _: u16) -> Result<(), Infallible> {
        match *self {}
    }
}

impl PulseTrains for Nothing {
    fn send(&mut self, _: usize, _: &mut dyn Iterator<Item = Pulse>) -> Result<(), Error> {
        match *self {}
    }
}

impl AnalogInput for Nothing {
    fn read(&mut self) -> Result<u32, Error> {
        match *self {}
    }
}

/// The error of a flash memory that there is none of.
impl nor_flash::NorFlashError for Nothing {
    fn kind(&self) -> nor_flash::NorFlashErrorKind {
        match *self {}
    }
}

impl nor_flash::ErrorType for Nothing {
    type Error = Self;
}

impl nor_flash::ReadNorFlash for Nothing {
    const READ_SIZE: usize = 1;
    fn read(&mut self, _: u32, _: &mut [u8]) -> Result<(), Self> {
        match *self {}
    }
    fn capacity(&self) -> usize {
        match *self {}
    }
}

impl nor_flash::NorFlash for Nothing {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 4096;
    fn erase(&mut self, _: u32, _: u32) -> Result<(), Self> {
        match *self {}
    }
    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), Self> {
        match *self {}
    }
}
