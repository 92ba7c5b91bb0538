//! Pulses: timers, channels, and duties that change slowly, by steps.

use alloc::vec::Vec;

use embedded_hal::pwm::SetDutyCycle;
use emberl_vm::hardware::{Answer, Error, Fade, Pin, Result};

use crate::board::Board;
use crate::peripherals::Peripherals;
use crate::pins::User;

/// The time between two steps of a fade, in nanoseconds: nobody sees a hundred steps a second.
const STEP: u64 = 10_000_000;
/// The most bits of a duty.
const BITS: u8 = 20;
const MILLISECOND: u64 = 1_000_000;

/// A timer that was set.
struct Timer {
    number: u8,
    frequency: u32,
    bits: u8,
}

/// A fade that goes on.
struct Going {
    from: u32,
    to: u32,
    begun: u64,
    length: u64,
    next: u64,
}

struct Channel<P> {
    number: u8,
    timer: u8,
    output: P,
    duty: u32,
    prepared: Option<(u32, Fade)>,
    going: Option<Going>,
}

/// Timers and channels in use.
pub(crate) struct Pulses<P> {
    timers: Vec<Timer>,
    channels: Vec<Channel<P>>,
}

impl<P> Pulses<P> {
    pub(crate) const fn new() -> Self {
        Self { timers: Vec::new(), channels: Vec::new() }
    }

    fn timer(&self, number: u8) -> core::result::Result<&Timer, Error> {
        self.timers.iter().find(|timer| timer.number == number).ok_or("einval")
    }

    fn channel(&mut self, number: u8) -> core::result::Result<&mut Channel<P>, Error> {
        self.channels.iter_mut().find(|channel| channel.number == number).ok_or("einval")
    }

    /// When the next step of a fade is due.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.channels.iter().filter_map(|channel| channel.going.as_ref().map(|going| going.next)).min()
    }
}

impl<P: SetDutyCycle> Channel<P> {
    /// Sets a duty, of all that there are: those and the driver's may be counted otherwise.
    fn set(&mut self, duty: u32, bits: u8) -> core::result::Result<(), Error> {
        let most = u64::from(self.output.max_duty_cycle());
        let scaled = (u64::from(duty) * most) >> bits;
        self.output.set_duty_cycle(scaled.min(most) as u16).map_err(|_| "eio")?;
        self.duty = duty;
        Ok(())
    }

    /// The duty that a fade has come to; it is over when its time is.
    fn advance(&mut self, now: u64, bits: u8) {
        let Some(going) = &mut self.going else { return };
        let past = now.saturating_sub(going.begun).min(going.length);
        let (from, to) = (i64::from(going.from), i64::from(going.to));
        let duty = if past == going.length {
            going.to
        } else {
            // Both fit: duties have 20 bits, and a fade less than 2^32 milliseconds.
            let part = (past / 1_000) as i64 * (to - from) / ((going.length / 1_000).max(1)) as i64;
            u32::try_from(from + part).unwrap_or(going.to)
        };
        going.next = now + STEP.min(going.length - past);
        if past == going.length {
            self.going = None;
        }
        if duty != self.duty {
            // There is nobody to tell.
            let _ = self.set(duty, bits);
        }
    }
}

impl<B: Board> Peripherals<B> {
    pub(crate) fn pwm_timer(&mut self, number: u8, frequency: u32, bits: u8) -> Result {
        if frequency == 0 || bits == 0 || bits > BITS {
            return Err("einval");
        }
        self.pulses.timers.try_reserve(1).map_err(|_| "enomem")?;
        let frequency = self.board.pwm_timer(number, frequency, bits)?;
        match self.pulses.timers.iter_mut().find(|timer| timer.number == number) {
            Some(timer) => (timer.frequency, timer.bits) = (frequency, bits),
            None => self.pulses.timers.push(Timer { number, frequency, bits }),
        }
        // The channels go on with the duty that they had, counted anew.
        for channel in self.pulses.channels.iter_mut().filter(|channel| channel.timer == number) {
            channel.going = None;
            let duty = channel.duty.min(1 << bits);
            channel.set(duty, bits)?;
        }
        Ok(Answer::Done)
    }

    fn bits(&self, timer: u8) -> core::result::Result<u8, Error> {
        self.pulses.timer(timer).map(|timer| timer.bits)
    }

    pub(crate) fn pwm_channel(&mut self, number: u8, timer: u8, pin: Pin, duty: u32) -> Result {
        let bits = self.bits(timer)?;
        if duty > 1 << bits {
            return Err("einval");
        }
        if self.pins.user(pin) == Some(User::Channel(number)) {
            self.drop_channel(number);
        }
        self.pins.reserve(&self.board, &[pin])?;
        self.pulses.channels.try_reserve(1).map_err(|_| "enomem")?;
        self.drop_channel(number);
        let output = self.board.pwm(number, timer, pin)?;
        let mut channel = Channel { number, timer, output, duty, prepared: None, going: None };
        channel.set(duty, bits)?;
        self.pins.take(&[pin], User::Channel(number));
        self.pulses.channels.push(channel);
        Ok(Answer::Done)
    }

    /// A channel and its pin are as after a start.
    pub(crate) fn drop_channel(&mut self, number: u8) {
        self.pulses.channels.retain(|channel| channel.number != number);
        self.pins.give_back(User::Channel(number));
    }

    /// A channel, the bits of its duty, and the time.
    fn channel(&mut self, number: u8) -> core::result::Result<(&mut Channel<B::Pwm>, u8, u64), Error> {
        let timer = self.pulses.channel(number)?.timer;
        let (bits, now) = (self.bits(timer)?, self.board.now());
        let channel = self.pulses.channel(number)?;
        channel.advance(now, bits);
        Ok((channel, bits, now))
    }

    pub(crate) fn pwm_duty(&mut self, number: u8, duty: u32) -> Result {
        let (channel, bits, _) = self.channel(number)?;
        if duty > 1 << bits {
            return Err("einval");
        }
        channel.going = None;
        channel.prepared = None;
        channel.set(duty, bits)?;
        Ok(Answer::Done)
    }

    pub(crate) fn pwm_get_duty(&mut self, number: u8) -> Result {
        self.channel(number).map(|(channel, ..)| Answer::Number(channel.duty))
    }

    pub(crate) fn pwm_prepare(&mut self, number: u8, duty: u32, fade: Fade) -> Result {
        let (channel, bits, _) = self.channel(number)?;
        if duty > 1 << bits || matches!(fade, Fade::Steps(0, _)) {
            return Err("einval");
        }
        channel.prepared = Some((duty, fade));
        Ok(Answer::Done)
    }

    pub(crate) fn pwm_begin(&mut self, number: u8) -> Result {
        let timer = self.pulses.channel(number)?.timer;
        let frequency = u64::from(self.pulses.timer(timer)?.frequency.max(1));
        let (channel, bits, now) = self.channel(number)?;
        let Some((to, fade)) = channel.prepared.take() else { return Ok(Answer::Number(0)) };
        let milliseconds = match fade {
            Fade::Now => 0,
            Fade::Time(milliseconds) => u64::from(milliseconds),
            Fade::Steps(step, pulses) => {
                let steps = u64::from(to.abs_diff(channel.duty).div_ceil(step.max(1)));
                // 20 bits of steps, 32 of pulses: a thousand times that still fits.
                steps * u64::from(pulses) * 1_000 / frequency
            }
        };
        let milliseconds = u32::try_from(milliseconds).map_err(|_| "einval")?;
        channel.going = None;
        if milliseconds == 0 || to == channel.duty {
            channel.set(to, bits)?;
            return Ok(Answer::Number(milliseconds));
        }
        let length = u64::from(milliseconds) * MILLISECOND;
        let (from, next) = (channel.duty, now + STEP.min(length));
        channel.going = Some(Going { from, to, begun: now, length, next });
        Ok(Answer::Number(milliseconds))
    }

    pub(crate) fn pwm_fade_stop(&mut self, number: u8) -> Result {
        self.channel(number)?.0.going = None;
        Ok(Answer::Done)
    }

    pub(crate) fn pwm_frequency(&mut self, timer: u8, frequency: u32) -> Result {
        let bits = self.bits(timer)?;
        self.pwm_timer(timer, frequency, bits)
    }

    pub(crate) fn pwm_get_frequency(&mut self, timer: u8) -> Result {
        self.pulses.timer(timer).map(|timer| Answer::Number(timer.frequency))
    }

    pub(crate) fn pwm_stop(&mut self, number: u8, high: bool) -> Result {
        let (channel, ..) = self.channel(number)?;
        channel.going = None;
        let stopped =
            if high { channel.output.set_duty_cycle_fully_on() } else { channel.output.set_duty_cycle_fully_off() };
        stopped.map_err(|_| "eio")?;
        Ok(Answer::Done)
    }

    /// Makes the steps of fades that are due.
    pub(crate) fn step(&mut self) {
        if self.pulses.deadline().is_none() {
            return;
        }
        let now = self.board.now();
        let due = |channel: &Channel<B::Pwm>| channel.going.as_ref().is_some_and(|going| going.next <= now);
        let Pulses { timers, channels } = &mut self.pulses;
        for channel in channels.iter_mut().filter(|channel| due(channel)) {
            let bits = timers.iter().find(|timer| timer.number == channel.timer).map_or(0, |timer| timer.bits);
            channel.advance(now, bits);
        }
    }
}
