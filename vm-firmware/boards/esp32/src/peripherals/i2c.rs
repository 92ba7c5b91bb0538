//! I2C buses. The chip's resistors pull their lines up, weakly.

use embedded_hal::i2c::{ErrorType, Operation};
use emberl_vm::hardware::{self, Error};
use esp_hal::Blocking;
use esp_hal::i2c::master::{self, BusTimeout, Config, ConfigError, I2c, SoftwareTimeout};
use esp_hal::peripherals;
use esp_hal::time::{Duration, Rate};

use super::claims::{Claim, Kind, Unit};

/// Buses of the chip.
const BUSES: u8 = if cfg!(any(feature = "esp32c3", feature = "esp32c6")) { 1 } else { 2 };
/// Hertz that the divisors of all chips reach, and that their pins follow.
const FREQUENCIES: core::ops::RangeInclusive<u32> = 40_000..=1_000_000;
/// The longest that a transfer may take, in milliseconds, whatever the program says: meanwhile nothing else runs.
const PATIENCE: u32 = 5000;

/// A bus. Its fields are dropped in this order.
pub struct Bus {
    driver: I2c<'static, Blocking>,
    _pins: [Claim; 2],
    _unit: Unit,
}

impl Bus {
    /// Opens a bus.
    pub(super) fn new(bus: &hardware::I2c) -> Result<Self, Error> {
        if bus.peripheral >= BUSES {
            return Err("enodev");
        }
        if !FREQUENCIES.contains(&bus.frequency) {
            return Err("einval");
        }
        let unit = Unit::new(Kind::I2c, bus.peripheral)?;
        let (mut scl, mut sda) = (Claim::new(bus.scl)?, Claim::new(bus.sda)?);
        let pins = (scl.lend_output()?, sda.lend_output()?);
        let limit = Duration::from_millis(bus.timeout.clamp(1, PATIENCE).into());
        let config = Config::default()
            .with_frequency(Rate::from_hz(bus.frequency))
            .with_timeout(BusTimeout::Maximum)
            .with_software_timeout(SoftwareTimeout::Transaction(limit));
        let driver = open(bus.peripheral, config).map_err(|_| "einval")?;
        Ok(Self { driver: driver.with_scl(pins.0).with_sda(pins.1), _pins: [scl, sda], _unit: unit })
    }
}

fn open(number: u8, config: Config) -> Result<I2c<'static, Blocking>, ConfigError> {
    #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
    if number == 1 {
        // SAFETY: the caller has claimed the peripheral.
        return I2c::new(unsafe { peripherals::I2C1::steal() }, config);
    }
    let _ = number;
    // SAFETY: the same.
    I2c::new(unsafe { peripherals::I2C0::steal() }, config)
}

/// The name of an error.
pub(super) const fn word(error: &master::Error) -> Error {
    match error {
        master::Error::AcknowledgeCheckFailed(_) => "nack",
        master::Error::Timeout => "etimedout",
        _ => "eio",
    }
}

impl ErrorType for Bus {
    type Error = master::Error;
}

impl embedded_hal::i2c::I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), master::Error> {
        embedded_hal::i2c::I2c::transaction(&mut self.driver, address, operations)
    }
}
