//! SPI buses: those that the flash memory does not use, by the numbers that Espressif's documents have, 2 and on most
//! chips 3.

use embedded_hal::spi::{ErrorType, Mode, Phase, Polarity, SpiBus};
use emberl_board::SpiPort;
use emberl_vm::hardware::{self, Error};
use esp_hal::Blocking;
use esp_hal::gpio::NoPin;
use esp_hal::peripherals;
use esp_hal::spi;
use esp_hal::spi::master::{Config, ConfigError, Spi};
use esp_hal::time::Rate;

use super::claims::{Claim, Kind, Unit};

/// The fastest clock, in hertz.
const FASTEST: u32 = 80_000_000;
/// The last bus; the first is 2.
const LAST: u8 = if cfg!(any(feature = "esp32c3", feature = "esp32c6")) { 2 } else { 3 };

/// A bus. Its fields are dropped in this order.
pub struct Wires {
    driver: Spi<'static, Blocking>,
    _pins: [Option<Claim>; 3],
    _unit: Unit,
}

impl Wires {
    /// Opens a bus, as slow as its driver has it, until it is told otherwise.
    pub(super) fn new(bus: &hardware::Spi) -> Result<Self, Error> {
        if !(2..=LAST).contains(&bus.peripheral) {
            return Err("enodev");
        }
        let unit = Unit::new(Kind::Spi, bus.peripheral)?;
        let (mut sclk, mut mosi, mut miso) = (Claim::new(bus.sclk)?, Claim::of(bus.mosi)?, Claim::of(bus.miso)?);
        let driver = open(bus.peripheral, Config::default()).map_err(|_| "einval")?;
        let driver = driver.with_sck(sclk.lend_output()?);
        let driver = match &mut mosi {
            Some(pin) => driver.with_mosi(pin.lend_output()?),
            None => driver.with_mosi(NoPin),
        };
        let driver = match &mut miso {
            Some(pin) => driver.with_miso(pin.lend()),
            None => driver.with_miso(NoPin),
        };
        Ok(Self { driver, _pins: [Some(sclk), mosi, miso], _unit: unit })
    }
}

fn open(number: u8, config: Config) -> Result<Spi<'static, Blocking>, ConfigError> {
    #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
    if number == 3 {
        // SAFETY: the caller has claimed the peripheral.
        return Spi::new(unsafe { peripherals::SPI3::steal() }, config);
    }
    let _ = number;
    // SAFETY: the same.
    Spi::new(unsafe { peripherals::SPI2::steal() }, config)
}

impl SpiPort for Wires {
    fn configure(&mut self, frequency: u32, mode: Mode) -> Result<(), Error> {
        let mode = match (mode.polarity, mode.phase) {
            (Polarity::IdleLow, Phase::CaptureOnFirstTransition) => spi::Mode::_0,
            (Polarity::IdleLow, Phase::CaptureOnSecondTransition) => spi::Mode::_1,
            (Polarity::IdleHigh, Phase::CaptureOnFirstTransition) => spi::Mode::_2,
            (Polarity::IdleHigh, Phase::CaptureOnSecondTransition) => spi::Mode::_3,
        };
        let config = Config::default().with_frequency(Rate::from_hz(frequency.min(FASTEST))).with_mode(mode);
        self.driver.apply_config(&config).map_err(|_| "einval")
    }
}

impl ErrorType for Wires {
    type Error = spi::Error;
}

impl SpiBus<u8> for Wires {
    fn read(&mut self, words: &mut [u8]) -> Result<(), spi::Error> {
        SpiBus::read(&mut self.driver, words)
    }

    fn write(&mut self, words: &[u8]) -> Result<(), spi::Error> {
        SpiBus::write(&mut self.driver, words)
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), spi::Error> {
        SpiBus::transfer(&mut self.driver, read, write)
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), spi::Error> {
        SpiBus::transfer_in_place(&mut self.driver, words)
    }

    fn flush(&mut self) -> Result<(), spi::Error> {
        SpiBus::flush(&mut self.driver)
    }
}
