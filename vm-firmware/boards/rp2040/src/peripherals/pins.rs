//! Pins: what each is connected to, levels, resistors, and what happens at those that are watched (data sheet, 2.19 and
//! 2.3.1).

use core::cell::RefCell;
use core::convert::Infallible;

use critical_section::Mutex;
use embedded_hal::digital;
use emberl_board::{Edge, IoPin};
use emberl_vm::hardware::{Error, Pin, PinMode, Pull};

use super::PINS;
use crate::machine;
use crate::registers::{IO_BANK0, PADS_BANK0, SIO};

/// What a pin can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// An SPI bus.
    Spi = 1,
    /// A serial port.
    Uart = 2,
    /// An I2C bus.
    I2c = 3,
    /// Pulses.
    Pwm = 4,
    /// The program.
    Io = 5,
    /// The first programmable peripheral.
    #[cfg(feature = "wifi")]
    Pio = 6,
    /// Nothing, as after a start.
    None = 0x1f,
}

/// Offset of SIO: the levels of all pins.
const LEVELS: usize = 0x4;
/// Offset of SIO: pins that are driven high.
const HIGH: usize = 0x14;
/// Offset of SIO: pins that are driven low.
const LOW: usize = 0x18;
/// Offset of SIO: pins that are driven.
const DRIVEN: usize = 0x24;
/// Offset of SIO: pins that are not.
const RELEASED: usize = 0x28;

/// Offset of IO_BANK0: four bits for each pin, eight pins a register: what has happened there. Written, it is forgotten.
const HAPPENED: usize = 0xf0;
/// Offset of IO_BANK0: the same, of what is told to the first processor.
const TOLD: usize = 0x100;
/// Offset of IO_BANK0: the same, of what has happened and is told.
const TO_TELL: usize = 0x120;
/// Of these four bits: it is high; it became low; it became high.
#[cfg(feature = "wifi")]
const IS_HIGH: u32 = 1 << 1;
/// As above.
const FELL: u32 = 1 << 2;
const ROSE: u32 = 1 << 3;

/// Bits of a pad: its resistors, and whether its level can be read.
const DOWN: u32 = 1 << 2;
const UP: u32 = 1 << 3;
const READABLE: u32 = 1 << 6;
/// A pad as after a start, but for the resistors and the reading: a trigger with hysteresis, 4 mA.
const PLAIN: u32 = 1 << 1 | 1 << 4;

/// A pad with hysteresis, steep edges and 12 mA.
#[cfg(feature = "wifi")]
const FAST: u32 = 1 | 1 << 1 | 3 << 4;

/// Pins that events are kept of until the main loop takes them; more are lost.
const QUEUE: usize = 32;

/// What has happened, in order.
struct Queue {
    pins: [Pin; QUEUE],
    first: usize,
    count: usize,
}

static HAPPENINGS: Mutex<RefCell<Queue>> = Mutex::new(RefCell::new(Queue { pins: [0; QUEUE], first: 0, count: 0 }));

const fn control(pin: Pin) -> usize {
    pin as usize * 8 + 4
}

const fn pad(pin: Pin) -> usize {
    pin as usize * 4 + 4
}

/// Connects a pin to a peripheral that drives it as it likes.
pub(crate) fn connect(pin: Pin, function: Function) {
    PADS_BANK0.write(pad(pin), PLAIN | READABLE);
    IO_BANK0.write(control(pin), function as u32);
}

/// As [`connect`], with a resistor to the supply.
pub(crate) fn connect_up(pin: Pin, function: Function) {
    PADS_BANK0.write(pad(pin), PLAIN | READABLE | UP);
    IO_BANK0.write(control(pin), function as u32);
}

/// Connects a pin to the analogue to digital converter: nothing else may touch its voltage.
pub(crate) fn connect_analogue(pin: Pin) {
    IO_BANK0.write(control(pin), Function::None as u32);
    PADS_BANK0.write(pad(pin), PLAIN);
}

/// Connects a pin to a fast peripheral: steep edges and 12 mA; with a resistor to ground, where it is to have one.
#[cfg(feature = "wifi")]
pub(crate) fn connect_fast(pin: Pin, function: Function, down: bool) {
    PADS_BANK0.write(pad(pin), FAST | READABLE | if down { DOWN } else { 0 });
    IO_BANK0.write(control(pin), function as u32);
}

/// Drives a pin that no program has.
#[cfg(feature = "wifi")]
pub(crate) fn drive(pin: Pin, high: bool) {
    SIO.write(if high { HIGH } else { LOW }, 1 << pin);
    SIO.write(DRIVEN, 1 << pin);
}

/// Whether a pin is high, whatever it is connected to.
#[cfg(feature = "wifi")]
pub(crate) fn is_high(pin: Pin) -> bool {
    SIO.read(LEVELS) & 1 << pin != 0
}

/// Whether the radio's line tells, once, that it is high.
#[cfg(feature = "wifi")]
pub(crate) fn tell_high(pin: Pin, tell: bool) {
    let (register, shift) = four_bits(pin);
    if tell {
        IO_BANK0.set(TOLD + register, IS_HIGH << shift);
    } else {
        IO_BANK0.clear(TOLD + register, 0xf << shift);
    }
}

/// A pin is as after a start: an input with a resistor to ground.
pub(crate) fn release(pin: Pin) {
    SIO.write(RELEASED, 1 << pin);
    IO_BANK0.write(control(pin), Function::None as u32);
    PADS_BANK0.write(pad(pin), PLAIN | READABLE | DOWN);
}

/// The register of a pin's four bits, from the first one on, and how far they are to the left there.
const fn four_bits(pin: Pin) -> (usize, u32) {
    (pin as usize / 8 * 4, pin as u32 % 8 * 4)
}

/// The next pin at which something happened.
pub(crate) fn event() -> Option<Pin> {
    critical_section::with(|section| {
        let mut queue = HAPPENINGS.borrow_ref_mut(section);
        let pin = *queue.pins.get(queue.first)?;
        queue.count = queue.count.checked_sub(1)?;
        queue.first = (queue.first + 1) % QUEUE;
        Some(pin)
    })
}

/// What the pins' interrupt does.
pub(crate) fn interrupted() {
    critical_section::with(|section| {
        let mut queue = HAPPENINGS.borrow_ref_mut(section);
        for pin in 0..PINS {
            let (register, shift) = four_bits(pin);
            let bits = IO_BANK0.read(TO_TELL + register) & 0xf << shift;
            if bits == 0 {
                continue;
            }
            #[cfg(feature = "wifi")]
            if pin == crate::radio::DATA {
                // It stays high until the radio is asked what it has.
                tell_high(pin, false);
                crate::task::wake();
                continue;
            }
            IO_BANK0.write(HAPPENED + register, bits);
            let place = (queue.first + queue.count) % QUEUE;
            if queue.count < QUEUE
                && let Some(place) = queue.pins.get_mut(place)
            {
                *place = pin;
                queue.count += 1;
            }
        }
    });
    machine::ring();
}

/// A pin that the program reads or drives itself.
#[derive(Debug)]
pub struct Line {
    pin: Pin,
    mode: PinMode,
    high: bool,
}

impl Line {
    /// An input without resistors.
    pub(crate) fn new(pin: Pin) -> Self {
        SIO.write(RELEASED, 1 << pin);
        SIO.write(LOW, 1 << pin);
        connect(pin, Function::Io);
        Self { pin, mode: PinMode::Input, high: false }
    }

    /// Drives it as it is to be.
    fn drive(&self) {
        let bit = 1 << self.pin;
        let (level, driven) = match self.mode {
            PinMode::Input => (self.high, false),
            PinMode::Output => (self.high, true),
            PinMode::OpenDrain => (false, !self.high),
        };
        SIO.write(if level { HIGH } else { LOW }, bit);
        SIO.write(if driven { DRIVEN } else { RELEASED }, bit);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // It cannot fail.
        let _ = self.watch(None);
        release(self.pin);
    }
}

impl digital::ErrorType for Line {
    type Error = Infallible;
}

impl digital::InputPin for Line {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(SIO.read(LEVELS) & 1 << self.pin != 0)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl digital::OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.high = false;
        self.drive();
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.high = true;
        self.drive();
        Ok(())
    }
}

impl IoPin for Line {
    /// With both resistors the pin keeps the level that it has (2.19.4).
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error> {
        let resistors = match pull {
            Pull::Up => UP,
            Pull::Down => DOWN,
            Pull::Both => UP | DOWN,
            Pull::None => 0,
        };
        PADS_BANK0.write(pad(self.pin), PLAIN | READABLE | resistors);
        self.mode = mode;
        self.drive();
        Ok(())
    }

    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error> {
        let (register, shift) = four_bits(self.pin);
        let bits = match edge {
            Some(Edge::Rising) => ROSE,
            Some(Edge::Falling) => FELL,
            Some(Edge::Both) => ROSE | FELL,
            None => 0,
        };
        IO_BANK0.clear(TOLD + register, 0xf << shift);
        // What happened before it was watched counts no more.
        IO_BANK0.write(HAPPENED + register, (ROSE | FELL) << shift);
        IO_BANK0.set(TOLD + register, bits << shift);
        Ok(())
    }
}
