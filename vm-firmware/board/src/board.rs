//! What a board has to give: drivers by number. Owns the traits only.
//!
//! Whatever a board opens it takes back when the handle is dropped: the peripheral and its pins are then as after a start.
//! [`Peripherals`](crate::Peripherals) opens nothing twice, and no pin for two things.

use alloc::vec::Vec;

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::i2c::{Error as _, ErrorKind, ErrorType, I2c};
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi::{Mode, SpiBus};
use embedded_io::{Read, ReadReady, Write, WriteReady};
use embedded_storage::nor_flash::NorFlash;
use emberl_vm::hardware::{self, Error, Mac, Partition, Pin, PinMode, Pull, Pulse};

/// What has happened at a watched pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It became high.
    Rising,
    /// It became low.
    Falling,
    /// Either.
    Both,
}

/// A pin, which can be all that pins can be.
pub trait IoPin: InputPin + OutputPin {
    /// Makes it what is said. An output keeps the level that was last set, which is low at first.
    ///
    /// # Errors
    /// `einval` where this pin cannot be that.
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error>;

    /// From now on this is told by [`Board::pin_event`], or nothing more.
    ///
    /// # Errors
    /// `enotsup` where this pin cannot be watched.
    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error>;

    /// Whether it keeps what it is through a restart or a sleep.
    ///
    /// # Errors
    /// `enotsup` where it cannot.
    fn hold(&mut self, on: bool) -> Result<(), Error> {
        let _ = on;
        Err("enotsup")
    }
}

/// An SPI bus whose clock can be changed, since each device on it may have another one.
pub trait SpiPort: SpiBus<u8> {
    /// Sets the clock: its frequency in hertz, which may be lower than that, and when it counts.
    ///
    /// # Errors
    /// `einval` where the bus cannot be that slow.
    fn configure(&mut self, frequency: u32, mode: Mode) -> Result<(), Error>;
}

/// An analogue input. There is no trait of embedded-hal 1.0 for these.
pub trait AnalogInput {
    /// Reads once.
    ///
    /// # Errors
    /// `etimedout` where the converter is used by something else, as by a radio.
    fn read(&mut self) -> Result<u32, Error>;

    /// The millivolts that a reading stands for, where the board can tell.
    fn millivolts(&self, reading: u32) -> Option<u32> {
        let _ = reading;
        None
    }
}

/// A channel that sends trains of pulses, and has its idle level between them. There is no trait of embedded-hal 1.0 for
/// these.
pub trait PulseTrains {
    /// Sends so many pulses, one right after the other, and returns when the last one has ended.
    ///
    /// # Errors
    /// `enomem`; `eio` where the channel tells that it failed. A pulse that comes too late for the one before it is not always
    /// told: ESP chips send old ones again.
    fn send(&mut self, count: usize, pulses: &mut dyn Iterator<Item = Pulse>) -> Result<(), Error>;
}

/// A board. What it lacks has the type [`Nothing`](crate::Nothing), and needs no function.
///
/// No function waits longer than its transfer takes.
pub trait Board {
    /// A pin that the program reads or drives itself.
    type Pin: IoPin;
    /// An I2C bus.
    type I2c: I2c;
    /// An SPI bus.
    type Spi: SpiPort;
    /// A serial port. Reading and writing happen only when they are [`ReadReady`] and [`WriteReady`].
    type Uart: Read + ReadReady + Write + WriteReady;
    /// A channel of pulses.
    type Pwm: SetDutyCycle;
    /// A channel of pulse trains.
    type Rmt: PulseTrains;
    /// An analogue input.
    type Adc: AnalogInput;
    /// The flash memory that keys and values are kept in: a partition.
    type Storage: NorFlash;

    /// Whether something that comes by a serial port, or room in one, wakes the main loop. Where it does not, ports that
    /// somebody waits for are looked at each millisecond.
    const UART_WAKES: bool = false;

    /// Nanoseconds, of the platform's monotonic clock.
    fn now(&mut self) -> u64;

    /// When the board is to be asked for its events although nothing wakes the main loop; nanoseconds of [`now`](Self::now).
    fn deadline(&mut self) -> Option<u64> {
        None
    }

    /// Opens a pin, as an input without resistors.
    ///
    /// # Errors
    /// `enodev` where there is no such pin, or where it is not for programs (the flash memory's, the console's).
    fn pin(&mut self, pin: Pin) -> Result<Self::Pin, Error> {
        let _ = pin;
        Err("enotsup")
    }

    /// Whether there is such a pin: those of buses and channels are looked up before these are opened.
    fn has_pin(&self, pin: Pin) -> bool;

    /// The next pin at which happened what it is watched for. Interrupts put into a queue what is taken out here.
    fn pin_event(&mut self) -> Option<Pin> {
        None
    }

    /// Whether pins that are held are so in deep sleep, too.
    ///
    /// # Errors
    /// `enotsup`.
    fn hold_in_sleep(&mut self, on: bool) -> Result<(), Error> {
        let _ = on;
        Err("enotsup")
    }

    /// Opens a bus.
    ///
    /// # Errors
    /// `enodev` where there is no such peripheral; `einval` where it cannot have these pins or that clock.
    fn i2c(&mut self, bus: &hardware::I2c) -> Result<Self::I2c, Error> {
        let _ = bus;
        Err("enotsup")
    }

    /// The name of an error of a bus.
    fn i2c_error(error: &<Self::I2c as ErrorType>::Error) -> Error {
        match error.kind() {
            ErrorKind::NoAcknowledge(_) => "nack",
            _ => "eio",
        }
    }

    /// Opens a bus.
    ///
    /// # Errors
    /// As [`i2c`](Self::i2c).
    fn spi(&mut self, bus: &hardware::Spi) -> Result<Self::Spi, Error> {
        let _ = bus;
        Err("enotsup")
    }

    /// Opens a serial port.
    ///
    /// # Errors
    /// As [`i2c`](Self::i2c).
    fn uart(&mut self, port: &hardware::Uart) -> Result<Self::Uart, Error> {
        let _ = port;
        Err("enotsup")
    }

    /// Sets a timer of pulses, which may have channels already: hertz, and bits of their duty. Gives the hertz that it has.
    ///
    /// # Errors
    /// `enodev` where there is no such timer; `einval` where it cannot be that fast or that slow.
    fn pwm_timer(&mut self, timer: u8, frequency: u32, bits: u8) -> Result<u32, Error> {
        let _ = (timer, frequency, bits);
        Err("enotsup")
    }

    /// Opens a channel of a timer that was set, on a pin.
    ///
    /// # Errors
    /// `enodev` where there is no such channel; `einval` where it cannot have that timer or pin.
    fn pwm(&mut self, channel: u8, timer: u8, pin: Pin) -> Result<Self::Pwm, Error> {
        let _ = (channel, timer, pin);
        Err("enotsup")
    }

    /// Opens a channel of pulse trains.
    ///
    /// # Errors
    /// `emfile` where all are in use; `einval` where they cannot have these ticks, that carrier or that pin.
    fn rmt(&mut self, channel: &hardware::Rmt) -> Result<Self::Rmt, Error> {
        let _ = channel;
        Err("enotsup")
    }

    /// Opens an analogue input.
    ///
    /// # Errors
    /// `enodev` where this pin is none; `einval` where it cannot have these bits or be made less so.
    fn adc(&mut self, input: &hardware::Adc) -> Result<Self::Adc, Error> {
        let _ = input;
        Err("enotsup")
    }

    /// The flash memory for keys and values, if there is some.
    fn storage(&mut self) -> Option<&mut Self::Storage> {
        None
    }

    /// The partitions of the flash memory.
    ///
    /// # Errors
    /// `enotsup`; `eio` where their table cannot be read.
    fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        Err("enotsup")
    }

    /// Reads the flash memory from an offset in bytes on, which is in a partition.
    ///
    /// # Errors
    /// `enotsup`; `eio`.
    fn flash_read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Error> {
        let _ = (offset, into);
        Err("enotsup")
    }

    /// Writes to it, at any offset, as many bytes as there are: they were erased before.
    ///
    /// # Errors
    /// As [`flash_read`](Self::flash_read).
    fn flash_write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        let _ = (offset, bytes);
        Err("enotsup")
    }

    /// Erases it from one offset to another.
    ///
    /// # Errors
    /// As [`flash_read`](Self::flash_read); `einval` where these are no multiples of what is erased at a time.
    fn flash_erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        let _ = (from, to);
        Err("enotsup")
    }

    /// Begins the watchdog anew, which starts the board anew when it was not fed for so many milliseconds, or ends it.
    ///
    /// # Errors
    /// `enotsup`; `einval` where that is too short or too long.
    fn watchdog(&mut self, milliseconds: Option<u32>) -> Result<(), Error> {
        let _ = milliseconds;
        Err("enotsup")
    }

    /// Feeds it.
    fn watchdog_feed(&mut self) {}

    /// Memory that stays through a restart or a sleep, to be written as it is; none by default.
    fn kept(&mut self) -> &mut [u8] {
        &mut []
    }

    /// Starts the board anew. It returns only where that takes a while.
    ///
    /// # Errors
    /// `enotsup`.
    fn restart(&mut self) -> Result<(), Error> {
        Err("enotsup")
    }

    /// Why it was started: one of ESP-IDF's names in small letters (`esp_rst_poweron`).
    ///
    /// # Errors
    /// `enotsup`.
    fn reset_reason(&mut self) -> Result<&'static str, Error> {
        Err("enotsup")
    }

    /// What has ended its sleep, by AtomVM's names (`sleep_wakeup_timer`); `undefined` when it did not sleep.
    ///
    /// # Errors
    /// `enotsup`.
    fn wake_cause(&mut self) -> Result<&'static str, Error> {
        Err("enotsup")
    }

    /// Sleeps deeply for so many milliseconds, or until something else wakes it; then it is started anew.
    ///
    /// # Errors
    /// `enotsup`.
    fn sleep(&mut self, milliseconds: Option<u64>) -> Result<(), Error> {
        let _ = milliseconds;
        Err("enotsup")
    }

    /// Deep sleep ends when all (`false`) of these pins, bit by bit, are low, or any (`true`) is high.
    ///
    /// # Errors
    /// `enotsup`; `einval` where a pin cannot.
    fn wake_on_pins(&mut self, pins: u64, high: bool) -> Result<(), Error> {
        let _ = (pins, high);
        Err("enotsup")
    }

    /// Hertz of the processor.
    ///
    /// # Errors
    /// `enotsup`.
    fn frequency(&mut self) -> Result<u32, Error> {
        Err("enotsup")
    }

    /// An address of the hardware.
    ///
    /// # Errors
    /// `enotsup`; `enodev` where there is no such interface.
    fn mac(&mut self, interface: Mac) -> Result<[u8; 6], Error> {
        let _ = interface;
        Err("enotsup")
    }

    /// The chip's name, its processors, and its revision.
    ///
    /// # Errors
    /// `enotsup`.
    fn chip(&mut self) -> Result<(&'static str, u8, u16), Error> {
        Err("enotsup")
    }
}
