//! Pulses, by the chip's LED controller: its slow timers and channels, as all chips have them. Fades are `emberl-board`'s.

use core::convert::Infallible;
use embedded_hal::pwm::{ErrorType, SetDutyCycle};

use emberl_vm::hardware::{Error, Pin};
use esp_hal::gpio::DriveMode;
use esp_hal::ledc::channel::{self, ChannelHW as _, ChannelIFace as _};
use esp_hal::ledc::timer::{self, LSClockSource, TimerIFace};
use esp_hal::ledc::{LSGlobalClkSource, Ledc, LowSpeed};
use esp_hal::peripherals::LEDC;
use esp_hal::time::Rate;

use super::claims::{Claim, Kind, Unit};

/// Channels of the chip.
const CHANNELS: u8 = if cfg!(any(feature = "esp32c3", feature = "esp32c6")) { 6 } else { 8 };
/// Bits of a duty that the driver has for all chips.
const BITS: u8 = 14;
/// Hertz of the timers' clock.
const CLOCK: u64 = 80_000_000;

/// The timers.
pub(super) struct Timers {
    ledc: Ledc<'static>,
    /// Bits of each one's duty; none where it was not set.
    bits: [Option<u8>; 4],
}

/// A timer as channels know it: which it is. What it is set to is [`Timers`]', and a duty's bits the channel's.
struct Number(timer::Number);

static NUMBERS: [Number; 4] = [
    Number(timer::Number::Timer0),
    Number(timer::Number::Timer1),
    Number(timer::Number::Timer2),
    Number(timer::Number::Timer3),
];

impl TimerIFace<LowSpeed> for Number {
    fn freq(&self) -> Option<Rate> {
        None
    }

    fn configure(&mut self, _: timer::config::Config<LSClockSource>) -> Result<(), timer::Error> {
        Err(timer::Error::FrequencyUnset)
    }

    fn is_configured(&self) -> bool {
        true
    }

    /// Channels ask for it when they are made, for a duty of nothing.
    fn duty(&self) -> Option<timer::config::Duty> {
        Some(timer::config::Duty::Duty1Bit)
    }

    fn number(&self) -> timer::Number {
        self.0
    }

    fn frequency(&self) -> u32 {
        0
    }
}

impl Timers {
    /// The timers, stopped.
    pub(super) fn new(hardware: LEDC<'static>) -> Self {
        let mut ledc = Ledc::new(hardware);
        ledc.set_global_slow_clock(LSGlobalClkSource::APBClk);
        Self { ledc, bits: [None; 4] }
    }

    /// Sets a timer; the hertz that it has, since its clock is divided by 1/256ths.
    pub(super) fn set(&mut self, number: u8, frequency: u32, bits: u8) -> Result<u32, Error> {
        let known = self.bits.get_mut(usize::from(number)).ok_or("enodev")?;
        let timer = NUMBERS.get(usize::from(number)).ok_or("enodev")?;
        let duty = timer::config::Duty::try_from(u32::from(bits.min(BITS))).map_err(|()| "einval")?;
        if bits > BITS || frequency == 0 {
            return Err("einval");
        }
        let config =
            timer::config::Config { duty, clock_source: LSClockSource::APBClk, frequency: Rate::from_hz(frequency) };
        self.ledc.timer::<LowSpeed>(timer.0).configure(config).map_err(|_| "einval")?;
        *known = Some(bits);
        let divisor = (CLOCK << 8 >> bits) / u64::from(frequency);
        Ok(u32::try_from((CLOCK << 8 >> bits) / divisor.max(1)).unwrap_or(frequency))
    }

    /// Opens a channel.
    pub(super) fn channel(&mut self, number: u8, timer: u8, pin: Pin) -> Result<Channel, Error> {
        let bits = self.bits.get(usize::from(timer)).copied().flatten().ok_or("einval")?;
        let timer = NUMBERS.get(usize::from(timer)).ok_or("enodev")?;
        let place = place(number).ok_or("enodev")?;
        let unit = Unit::new(Kind::Pulses, number)?;
        let mut claim = Claim::new(pin)?;
        let mut output = self.ledc.channel::<LowSpeed>(place, claim.lend_output()?);
        let config = channel::config::Config { timer, duty_pct: 0, drive_mode: DriveMode::PushPull };
        output.configure(config).map_err(|_| "einval")?;
        Ok(Channel { output, bits, _pin: claim, _unit: unit })
    }
}

const fn place(number: u8) -> Option<channel::Number> {
    if number >= CHANNELS {
        return None;
    }
    Some(match number {
        0 => channel::Number::Channel0,
        1 => channel::Number::Channel1,
        2 => channel::Number::Channel2,
        3 => channel::Number::Channel3,
        4 => channel::Number::Channel4,
        #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
        6 => channel::Number::Channel6,
        #[cfg(not(any(feature = "esp32c3", feature = "esp32c6")))]
        7 => channel::Number::Channel7,
        _ => channel::Number::Channel5,
    })
}

/// A channel. Its fields are dropped in this order.
pub struct Channel {
    output: channel::Channel<'static, LowSpeed>,
    /// Of its timer, when the channel was opened.
    bits: u8,
    _pin: Claim,
    _unit: Unit,
}

impl ErrorType for Channel {
    type Error = Infallible;
}

impl SetDutyCycle for Channel {
    /// All of the timer's period. Where the timer counts as far as it can, one less: all chips but the C6 count wrongly then
    /// (ESP-IDF, notes of `ledc_set_duty`).
    fn max_duty_cycle(&self) -> u16 {
        let all = 1 << self.bits;
        if self.bits == BITS && !cfg!(feature = "esp32c6") { all - 1 } else { all }
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        self.output.set_duty_hw(duty.min(self.max_duty_cycle()).into());
        Ok(())
    }
}
