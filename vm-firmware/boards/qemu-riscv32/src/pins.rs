//! Pins and I2C buses of a machine that has none: a test is what is around them, by the lines that README.md has. Owns what
//! lines say. Without a test pins are driven by nobody, and nobody answers on a bus.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;
use core::convert::Infallible;
use core::fmt::Write;

use embedded_hal::digital::{self, InputPin, OutputPin};
use embedded_hal::i2c::{self, ErrorKind, NoAcknowledgeSource, Operation};
use emberl_board::simulated::{Line, level_word, mode_word, pull_word, watch_word};
use emberl_board::{Edge, IoPin};
use emberl_vm::hardware::{Error, Pin, PinMode, Pull};

use crate::machine;
use crate::port::Port;

/// The pins: 0 to 21, as ESP32-C3s have them.
pub const PINS: Pin = 22;
/// How long the test may take to say what is there before the program starts: nanoseconds.
const BEGIN: u64 = 30_000_000_000;
/// The most events of pins that wait for the main loop. More are lost.
const EVENTS: usize = 1024;
/// Bytes that are sent at a time, of long lines.
const PART: usize = 3 * 1024;
const MILLISECOND: u64 = 1_000_000;

/// What the test has answered to a transfer.
enum Told {
    /// So many bytes were read: the line, from them on.
    Data(String),
    Nack,
    Fail,
}

/// What is around the board.
pub struct Around {
    port: Option<Port>,
    lines: [Line; PINS as usize],
    events: VecDeque<Pin>,
    /// The number of the last transfer, and what was answered to it.
    transfer: u32,
    told: Option<Told>,
    has_begun: bool,
}

/// It, for all who have a part of it.
pub type Shared = Rc<RefCell<Around>>;

impl Around {
    /// What is around the board by a port. Waits until the test has said what is there at the beginning, but not for ever.
    pub fn new(port: Option<Port>) -> Self {
        let lines = [Line::new(); PINS as usize];
        let mut around = Self { port, lines, events: VecDeque::new(), transfer: 0, told: None, has_begun: false };
        if around.port.is_some() {
            around.tell(&format!("hello {PINS}"));
            around.wait(machine::time().saturating_add(BEGIN), |around| around.has_begun);
        }
        around
    }

    /// Tells the test what the program has done.
    pub fn tell(&mut self, line: &str) {
        if let Some(port) = &mut self.port {
            port.send(format!("{line}\n").as_bytes());
        }
    }

    /// Waits until something is so, or a time has come.
    pub fn wait(&mut self, deadline: u64, is_so: impl Fn(&Self) -> bool) {
        loop {
            self.poll();
            if is_so(self) || machine::time() >= deadline {
                return;
            }
            machine::wait(Some(deadline));
        }
    }

    /// Takes what the test has said.
    pub fn poll(&mut self) {
        while let Some(line) = self.port.as_mut().and_then(Port::line) {
            if self.take(&line).is_none() {
                self.tell(&format!("wrong {line}"));
            }
        }
    }

    /// The next pin at which something happened.
    pub fn event(&mut self) -> Option<Pin> {
        self.poll();
        self.events.pop_front()
    }

    /// The level of a pin.
    pub fn level(&self, pin: Pin) -> bool {
        self.lines.get(usize::from(pin)).is_some_and(Line::level)
    }

    fn change(&mut self, pin: Pin, change: impl FnOnce(&mut Line)) -> Option<()> {
        let is_told = self.lines.get_mut(usize::from(pin))?.change(change);
        if is_told && self.events.len() < EVENTS && self.events.try_reserve(1).is_ok() {
            self.events.push_back(pin);
        }
        Some(())
    }

    /// Takes a line; `None` when it says nothing that is known.
    fn take(&mut self, line: &str) -> Option<()> {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match first {
            "begin" if rest.is_empty() => self.has_begun = true,
            "pin" => {
                let (pin, level) = rest.split_once(' ')?;
                let outside = match level {
                    "high" => Some(true),
                    "low" => Some(false),
                    "open" => None,
                    _ => return None,
                };
                self.change(pin.parse().ok()?, |line| line.outside = outside)?;
            }
            number => {
                let number: u32 = number.parse().ok()?;
                let (what, data) = rest.split_once(' ').unwrap_or((rest, ""));
                let told = match what {
                    "data" => Told::Data(data.into()),
                    "nack" => Told::Nack,
                    "fail" => Told::Fail,
                    _ => return None,
                };
                // What comes when nobody waits any more is nobody's.
                if number == self.transfer {
                    self.told = Some(told);
                }
            }
        }
        Some(())
    }

    /// Asks the test for a transfer, and waits for its answer.
    fn transfer(&mut self, bus: &Bus, address: u8, operations: &mut [Operation<'_>]) -> Result<(), BusError> {
        let Some(port) = &mut self.port else { return Err(BusError::Nack) };
        self.transfer = self.transfer.wrapping_add(1);
        self.told = None;
        let mut text = format!("ask {} i2c {} {address:#04x}", self.transfer, bus.peripheral);
        // Writing to a text cannot fail.
        for operation in &*operations {
            match operation {
                Operation::Write(bytes) => {
                    text.push_str(" write");
                    for byte in *bytes {
                        let _ = write!(text, " {byte:02x}");
                        if text.len() >= PART {
                            port.send(text.as_bytes());
                            text.clear();
                        }
                    }
                }
                Operation::Read(into) => {
                    let _ = write!(text, " read {}", into.len());
                }
            }
        }
        text.push('\n');
        port.send(text.as_bytes());
        self.wait(machine::time().saturating_add(bus.timeout), |around| around.told.is_some());
        // An answer after this is none.
        self.transfer = self.transfer.wrapping_add(1);
        match self.told.take() {
            Some(Told::Data(data)) => read(&data, operations).ok_or(BusError::Fail),
            Some(Told::Nack) => Err(BusError::Nack),
            Some(Told::Fail) => Err(BusError::Fail),
            None => Err(BusError::Silence),
        }
    }
}

/// Puts bytes, pairs of hexadecimal digits, where they are read to; `None` when they are too few or too many.
fn read(data: &str, operations: &mut [Operation<'_>]) -> Option<()> {
    let mut words = data.split_ascii_whitespace();
    for operation in operations {
        if let Operation::Read(into) = operation {
            for place in into.iter_mut() {
                *place = words.next().and_then(|word| u8::from_str_radix(word, 16).ok())?;
            }
        }
    }
    words.next().is_none().then_some(())
}

/// A pin.
pub struct SimulatedPin {
    around: Shared,
    pin: Pin,
}

impl SimulatedPin {
    /// A pin that nobody else has.
    pub const fn new(around: Shared, pin: Pin) -> Self {
        Self { around, pin }
    }

    fn drive(&self, high: bool) {
        let mut around = self.around.borrow_mut();
        around.change(self.pin, |line| line.out = high);
        around.tell(&format!("pin {} {}", self.pin, level_word(high)));
    }
}

impl Drop for SimulatedPin {
    fn drop(&mut self) {
        self.around.borrow_mut().change(self.pin, Line::release);
    }
}

impl digital::ErrorType for SimulatedPin {
    type Error = Infallible;
}

impl InputPin for SimulatedPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        let mut around = self.around.borrow_mut();
        around.poll();
        Ok(around.level(self.pin))
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl OutputPin for SimulatedPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.drive(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.drive(true);
        Ok(())
    }
}

impl IoPin for SimulatedPin {
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error> {
        let mut around = self.around.borrow_mut();
        let mut before = Pull::None;
        around.change(self.pin, |line| {
            before = line.pull;
            (line.mode, line.pull) = (mode, pull);
        });
        let line = if before == pull {
            format!("pin {} {}", self.pin, mode_word(mode))
        } else {
            format!("pin {} pull {}", self.pin, pull_word(pull))
        };
        around.tell(&line);
        Ok(())
    }

    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error> {
        let mut around = self.around.borrow_mut();
        around.change(self.pin, |line| line.watch = edge);
        around.tell(&format!("pin {} watch {}", self.pin, watch_word(edge)));
        Ok(())
    }

    /// Whoever is around the board is told nothing of a restart's pins: all keep what they are, as it is.
    fn hold(&mut self, _: bool) -> Result<(), Error> {
        Ok(())
    }
}

/// An I2C bus.
pub struct Bus {
    around: Shared,
    peripheral: u8,
    /// Nanoseconds after which a transfer is given up.
    timeout: u64,
}

/// Why a transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    /// Nobody has that address.
    Nack,
    /// There was no answer in time.
    Silence,
    /// Something else.
    Fail,
}

impl Bus {
    /// A bus that nobody else has; its transfers are given up after so many milliseconds.
    pub fn new(around: Shared, peripheral: u8, timeout: u32) -> Self {
        Self { around, peripheral, timeout: u64::from(timeout) * MILLISECOND }
    }
}

impl i2c::Error for BusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Nack => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address),
            Self::Silence | Self::Fail => ErrorKind::Other,
        }
    }
}

impl i2c::ErrorType for Bus {
    type Error = BusError;
}

impl i2c::I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), BusError> {
        self.around.borrow_mut().transfer(self, address, operations)
    }
}
