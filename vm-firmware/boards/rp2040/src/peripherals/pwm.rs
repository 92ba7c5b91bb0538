//! Pulses (data sheet, 4.5). The chip has eight counters, each with two outputs: a pin belongs to one of them by its number,
//! so the pins n and n + 16 cannot be used at once, and the pins 2n and 2n + 1 have one frequency. The timers that programs
//! count with are but frequencies here; a counter takes that of the channel that is opened first on one of its pins.

use alloc::rc::Rc;
use core::cell::RefCell;
use core::convert::Infallible;

use embedded_hal::pwm::{ErrorType, SetDutyCycle};
use emberl_vm::hardware::{Error, Pin};

use super::pins::{self, Function};
use crate::oscillators::CLOCK;
use crate::registers::{PWM, RESET_PWM};

/// Registers of a counter are this far from those of the one before.
const APART: usize = 0x14;
/// Offset: whether it counts.
const CONTROL: usize = 0x0;
/// Offset: 16ths of the clock's cycles in a step.
const DIVISOR: usize = 0x4;
/// Offset: where it is.
const COUNT: usize = 0x8;
/// Offset: how long its outputs are high: steps, of the second one in the upper half.
const LEVELS: usize = 0xc;
/// Offset: steps of a pulse, less one.
const TOP: usize = 0x10;

/// Counters, and outputs.
const SLICES: usize = 8;
/// Timers that programs may set.
const TIMERS: usize = 8;
/// Channels that they may have.
const CHANNELS: u8 = 16;
/// The most steps of a pulse: with one more, an output that is always high could not be told.
const MOST_STEPS: u32 = 0xffff;
/// The largest divisor, in 16ths.
const MOST_DIVISOR: u32 = 0xfff;

/// What a timer stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Timing {
    /// 16ths of the clock's cycles in a step.
    divisor: u32,
    /// Steps of a pulse; none where the timer was not set.
    steps: u16,
}

/// A counter's use.
#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    timer: u8,
    /// Bits of its outputs in use.
    used: u8,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Slices {
    timers: [Timing; TIMERS],
    slices: [Slice; SLICES],
    is_on: bool,
}

/// The timing that comes closest to so many hertz, with as many steps as there can be.
fn timing(frequency: u32) -> Option<Timing> {
    // 16ths of the clock's cycles in a pulse.
    let cycles = (u64::from(CLOCK) * 16 + u64::from(frequency) / 2) / u64::from(frequency.max(1));
    let divisor = u32::try_from(cycles.div_ceil(u64::from(MOST_STEPS))).ok()?.max(16);
    let steps = u32::try_from(cycles / u64::from(divisor)).ok()?;
    if divisor > MOST_DIVISOR || steps < 2 {
        return None;
    }
    Some(Timing { divisor, steps: u16::try_from(steps).ok()? })
}

impl Slices {
    /// Sets a timer; gives the hertz that it has.
    pub(crate) fn set_timer(&mut self, number: u8, frequency: u32) -> Result<u32, Error> {
        let timer = self.timers.get_mut(usize::from(number)).ok_or("enodev")?;
        let timing = timing(frequency).ok_or("einval")?;
        *timer = timing;
        for at in 0..SLICES {
            if self.slices.get(at).is_some_and(|slice| slice.used != 0 && slice.timer == number) {
                self.start(at, timing);
            }
        }
        let cycles = u64::from(timing.divisor) * u64::from(timing.steps);
        Ok((u64::from(CLOCK) * 16 / cycles.max(1)) as u32)
    }

    /// Has a counter count so, from the beginning.
    fn start(&self, slice: usize, timing: Timing) {
        let offset = slice * APART;
        PWM.write(offset + CONTROL, 0);
        PWM.write(offset + DIVISOR, timing.divisor);
        PWM.write(offset + TOP, u32::from(timing.steps - 1));
        PWM.write(offset + COUNT, 0);
        PWM.write(offset + CONTROL, 1);
    }

    fn steps(&self, slice: usize) -> u16 {
        let timer = self.slices.get(slice).map_or(0, |slice| usize::from(slice.timer));
        self.timers.get(timer).map_or(0, |timing| timing.steps)
    }

    fn take(&mut self, slice: usize, output: u8, timer: u8) -> Result<(), Error> {
        let timing = self.timers.get(usize::from(timer)).copied().filter(|timing| timing.steps != 0).ok_or("einval")?;
        if !self.is_on {
            RESET_PWM.hold();
            RESET_PWM.release();
            self.is_on = true;
        }
        let used = self.slices.get_mut(slice).ok_or("enodev")?;
        if used.used & 1 << output != 0 || used.used != 0 && used.timer != timer {
            return Err("einval");
        }
        let was_used = used.used != 0;
        used.timer = timer;
        used.used |= 1 << output;
        if !was_used {
            PWM.write(slice * APART + LEVELS, 0);
            self.start(slice, timing);
        }
        Ok(())
    }

    fn give_back(&mut self, slice: usize, output: u8) {
        if let Some(used) = self.slices.get_mut(slice) {
            used.used &= !(1 << output);
            if used.used == 0 {
                PWM.write(slice * APART + CONTROL, 0);
            }
        }
    }
}

/// A channel of pulses.
#[derive(Debug)]
pub struct Channel {
    slices: Rc<RefCell<Slices>>,
    slice: usize,
    output: u8,
    pin: Pin,
}

impl Channel {
    /// Opens one on a pin.
    pub(crate) fn new(slices: &Rc<RefCell<Slices>>, channel: u8, timer: u8, pin: Pin) -> Result<Self, Error> {
        if channel >= CHANNELS {
            return Err("enodev");
        }
        let (slice, output) = (usize::from(pin / 2) % SLICES, pin % 2);
        slices.borrow_mut().take(slice, output, timer)?;
        let mut opened = Self { slices: Rc::clone(slices), slice, output, pin };
        // It cannot fail.
        let _ = opened.set_duty_cycle(0);
        pins::connect(pin, Function::Pwm);
        Ok(opened)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        pins::release(self.pin);
        self.slices.borrow_mut().give_back(self.slice, self.output);
    }
}

impl ErrorType for Channel {
    type Error = Infallible;
}

impl SetDutyCycle for Channel {
    fn max_duty_cycle(&self) -> u16 {
        self.slices.borrow().steps(self.slice)
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        let offset = self.slice * APART + LEVELS;
        let shift = u32::from(self.output) * 16;
        let levels = PWM.read(offset) & !(0xffff << shift);
        PWM.write(offset, levels | u32::from(duty) << shift);
        Ok(())
    }
}
