//! Pins that a program reads, drives and watches itself. Owns the interrupt of all pins, and the queue of what it saw, which
//! the main loop empties.

use core::cell::RefCell;
use core::convert::Infallible;

use critical_section::Mutex;
use embedded_hal::digital::{ErrorType, InputPin, OutputPin};
use emberl_board::{Edge, IoPin};
use emberl_vm::hardware::{Error, Pin, PinMode, Pull};
use esp_hal::gpio::{self, DriveMode, Event, Flex, InputConfig, Io, OutputConfig, WakeupConfig};
use esp_hal::peripherals::{GPIO, IO_MUX};

use super::claims::Claim;
use crate::machine;

/// Edges that are kept until the main loop takes them.
const QUEUE: usize = 64;

/// What the interrupt and the main loop share.
struct Watched {
    /// The watched pins, bit by bit.
    pins: u64,
    /// Those whose interrupt is off since the queue was full: a pin that changes all the time must not leave the processor
    /// with nothing else to do.
    paused: u64,
    /// What their interrupt was on by.
    enable: u8,
    /// Pins with resistors, up and down: what a deep sleep finds again when it arms them.
    pulls: [u64; 2],
    queue: [Pin; QUEUE],
    first: usize,
    count: usize,
}

static WATCHED: Mutex<RefCell<Watched>> = Mutex::new(RefCell::new(Watched {
    pins: 0,
    paused: 0,
    enable: 0,
    pulls: [0; 2],
    queue: [0; QUEUE],
    first: 0,
    count: 0,
}));

fn with<R>(act: impl FnOnce(&mut Watched) -> R) -> R {
    critical_section::with(|section| act(&mut WATCHED.borrow_ref_mut(section)))
}

/// Takes the interrupt. To be called once.
pub(super) fn begin(pads: IO_MUX<'static>) {
    Io::new(pads).set_interrupt_handler(interrupted);
}

/// The pins whose interrupt waits, bit by bit.
fn pending() -> u64 {
    let low = u64::from(GPIO::regs().status().read().bits());
    #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
    let low = low | u64::from(GPIO::regs().status1().read().bits()) << 32;
    low
}

/// Forgets what their interrupts wait for.
fn forget(pins: u64) {
    // SAFETY: each bit that is set makes one pin's interrupt not wait any more; the others are left alone.
    GPIO::regs().status_w1tc().write(|word| unsafe { word.bits(pins as u32) });
    #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
    // SAFETY: the same for the pins from 32 on.
    GPIO::regs().status1_w1tc().write(|word| unsafe { word.bits((pins >> 32) as u32) });
}

/// What a pin's interrupt is on by; sets that.
fn enable(pin: Pin, by: u8) -> u8 {
    let before = GPIO::regs().pin(pin.into()).read().int_ena().bits();
    // SAFETY: the field takes what was read from it before, or 0, which is off.
    GPIO::regs().pin(pin.into()).modify(|_, word| unsafe { word.int_ena().bits(by) });
    before
}

/// The pins of a mask, the lowest first.
fn each(mut pins: u64) -> impl Iterator<Item = Pin> {
    core::iter::from_fn(move || {
        let pin = pins.trailing_zeros() as Pin;
        pins &= pins.wrapping_sub(1);
        (pin < u64::BITS as Pin).then_some(pin)
    })
}

#[esp_hal::handler]
fn interrupted() {
    let pins = pending();
    forget(pins);
    with(|watched| {
        for pin in each(pins) {
            let is_watched = watched.pins >> pin & 1 == 1;
            let free = watched.count < QUEUE;
            if is_watched && free {
                let place = (watched.first + watched.count) % QUEUE;
                if let Some(entry) = watched.queue.get_mut(place) {
                    *entry = pin;
                    watched.count += 1;
                }
            } else {
                let by = enable(pin, 0);
                if is_watched && by != 0 {
                    watched.paused |= 1 << pin;
                    watched.enable = by;
                }
            }
        }
    });
    machine::ring();
}

/// The next pin at which happened what it is watched for.
pub(super) fn event() -> Option<Pin> {
    with(|watched| {
        if watched.count == 0 {
            return None;
        }
        let pin = watched.queue.get(watched.first).copied();
        watched.first = (watched.first + 1) % QUEUE;
        watched.count -= 1;
        if watched.count == 0 {
            let paused = core::mem::take(&mut watched.paused);
            forget(paused);
            for pin in each(paused & watched.pins) {
                enable(pin, watched.enable);
            }
        }
        pin
    })
}

/// Makes pins end the next deep sleep, when they are high or low. They keep their resistors.
pub(super) fn arm(pins: u64, high: bool) -> Result<(), Error> {
    for number in each(pins) {
        let [up, down] = with(|watched| {
            watched.pins &= !(1 << number);
            watched.pulls.map(|pulls| pulls >> number & 1 == 1)
        });
        let pull = match (up, down) {
            (true, _) => gpio::Pull::Up,
            (_, true) => gpio::Pull::Down,
            _ => gpio::Pull::None,
        };
        // SAFETY: `wake_on_pins` has let pass pins that exist. Whoever else has the pin runs in this thread, which is about
        // to end: nothing of the program runs between this and the sleep.
        let mut pin = Flex::new(unsafe { gpio::AnyPin::steal(number) });
        pin.apply_input_config(&InputConfig::default().with_pull(pull));
        pin.set_input_enable(true);
        pin.apply_wakeup_config(&WakeupConfig::default().with_low_power_path(true)).map_err(|_| "einval")?;
        // The interrupt that comes where the level is there turns itself off; what is armed stays so.
        pin.listen(if high { Event::HighLevel } else { Event::LowLevel });
    }
    Ok(())
}

/// A pin of the program's.
pub struct Line {
    pin: Flex<'static>,
    claim: Claim,
}

impl Line {
    /// The pin, as an input.
    pub(super) fn new(mut claim: Claim) -> Self {
        let mut pin = Flex::new(claim.lend());
        pin.apply_input_config(&InputConfig::default().with_pull(gpio::Pull::None));
        pin.set_low();
        pin.set_input_enable(true);
        Self { pin, claim }
    }
}

impl ErrorType for Line {
    type Error = Infallible;
}

impl InputPin for Line {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.is_high())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.is_low())
    }
}

impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.pin.set_low();
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.pin.set_high();
        Ok(())
    }
}

impl IoPin for Line {
    fn configure(&mut self, mode: PinMode, pull: Pull) -> Result<(), Error> {
        let (resistors, pulls) = match pull {
            Pull::None => (gpio::Pull::None, [false, false]),
            Pull::Up => (gpio::Pull::Up, [true, false]),
            Pull::Down => (gpio::Pull::Down, [false, true]),
            // The driver has no way to ask for that.
            Pull::Both => return Err("einval"),
        };
        let drive = match mode {
            PinMode::Input => None,
            PinMode::Output => Some(DriveMode::PushPull),
            PinMode::OpenDrain => Some(DriveMode::OpenDrain),
        };
        if self.claim.is_input() && (drive.is_some() || pull != Pull::None) {
            return Err("einval");
        }
        if let Some(drive) = drive {
            let config = OutputConfig::default().with_drive_mode(drive).with_pull(resistors);
            self.pin.apply_output_config(&config);
        } else {
            self.pin.set_output_enable(false);
            self.pin.apply_input_config(&InputConfig::default().with_pull(resistors));
        }
        self.pin.set_input_enable(true);
        if drive.is_some() {
            self.pin.set_output_enable(true);
        }
        let bit = 1 << self.claim.pin();
        with(|watched| {
            for (mask, is_on) in watched.pulls.iter_mut().zip(pulls) {
                *mask = if is_on { *mask | bit } else { *mask & !bit };
            }
        });
        Ok(())
    }

    fn watch(&mut self, edge: Option<Edge>) -> Result<(), Error> {
        let number = self.claim.pin();
        let event = edge.map(|edge| match edge {
            Edge::Rising => Event::RisingEdge,
            Edge::Falling => Event::FallingEdge,
            Edge::Both => Event::AnyEdge,
        });
        self.pin.unlisten();
        self.pin.clear_interrupt();
        with(|watched| {
            watched.paused &= !(1 << number);
            watched.pins &= !(1 << number);
            if event.is_some() {
                watched.pins |= 1 << number;
            } else {
                watched.drop_entries(number);
            }
        });
        if let Some(event) = event {
            self.pin.listen(event);
        }
        Ok(())
    }

    fn hold(&mut self, on: bool) -> Result<(), Error> {
        self.pin.set_pad_hold(on);
        Ok(())
    }
}

impl Watched {
    /// What the queue has of a pin is gone, and the others stay in their order.
    fn drop_entries(&mut self, pin: Pin) {
        let mut kept = 0;
        for at in 0..self.count {
            let entry = self.queue.get((self.first + at) % QUEUE).copied();
            if let Some(entry) = entry.filter(|entry| *entry != pin)
                && let Some(place) = self.queue.get_mut((self.first + kept) % QUEUE)
            {
                *place = entry;
                kept += 1;
            }
        }
        self.count = kept;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // It cannot be refused that.
        let _ = self.watch(None);
        let bit = 1_u64 << self.claim.pin();
        with(|watched| watched.pulls = watched.pulls.map(|pulls| pulls & !bit));
    }
}
