//! Trains of pulses, by the chip's remote control transceiver (RMT). It reads pulses from a small memory of its own, which is
//! filled again while it sends: a longer memory bears longer interruptions by the radio.

use alloc::vec::Vec;

use emberl_board::PulseTrains;
use emberl_vm::hardware::{self, Carrier, Error, Pulse};
use esp_hal::Blocking;
use esp_hal::gpio::Level;
use esp_hal::peripherals::RMT;
use esp_hal::rmt::{Channel, PulseCode, Rmt, Tx, TxChannelConfig, TxChannelCreator as _};
use esp_hal::time::Rate;

use super::claims::{Claim, Kind, Unit};

/// Hertz of the clock of all channels, of which each has its own part.
const CLOCK: u32 = 80_000_000;
/// The most that a channel divides it by.
const DIVIDER: u32 = 255;

/// A channel. Its fields are dropped in this order.
pub struct Trains {
    /// Taken while it sends.
    channel: Option<Channel<'static, Blocking, Tx>>,
    _pin: Claim,
    _unit: Unit,
}

impl Trains {
    /// Opens a channel.
    pub(super) fn new(wanted: &hardware::Rmt) -> Result<Self, Error> {
        let divider = CLOCK.checked_div(wanted.resolution).ok_or("einval")?;
        if divider == 0 || divider > DIVIDER || divider * wanted.resolution != CLOCK {
            return Err("einval");
        }
        let config = TxChannelConfig::default()
            .with_clk_divider(divider as u8)
            .with_idle_output(true)
            .with_idle_output_level(Level::from(wanted.idle));
        let config = match wanted.carrier {
            Some(carrier) => carried(config, carrier)?,
            None => config,
        };
        let mut pin = Claim::new(wanted.pin)?;
        let pad = pin.lend_output()?;
        let (unit, channel) = open(&config)?;
        Ok(Self { channel: Some(channel.with_pin(pad)), _pin: pin, _unit: unit })
    }
}

/// With high levels made of a carrier, whose phases are counted by the clock of all channels.
fn carried(config: TxChannelConfig, carrier: Carrier) -> Result<TxChannelConfig, Error> {
    let period = CLOCK.checked_div(carrier.frequency).ok_or("einval")?;
    let high = u64::from(period) * u64::from(carrier.duty) / 100;
    let high = u16::try_from(high).map_err(|_| "einval")?;
    let low = u16::try_from(period - u32::from(high)).map_err(|_| "einval")?;
    if high == 0 || low == 0 {
        return Err("einval");
    }
    Ok(config
        .with_carrier_modulation(true)
        .with_carrier_high(high)
        .with_carrier_low(low)
        .with_carrier_level(Level::High))
}

/// The first of the channels that is free. The second one has the memory of those behind it, which nobody uses, so it
/// comes first.
fn open(config: &TxChannelConfig) -> Result<(Unit, Channel<'static, Blocking, Tx>), Error> {
    let unit = Unit::new(Kind::Trains, 1).map(|unit| (unit, 1));
    let (unit, number) = match unit {
        Ok(first) => first,
        Err(_) => (Unit::new(Kind::Trains, 0).map_err(|_| "emfile")?, 0),
    };
    // SAFETY: nobody else has the peripheral; of its channels each is made once, while its unit is claimed. Making it anew sets
    // its clock to what it is already.
    let rmt = Rmt::new(unsafe { RMT::steal() }, Rate::from_hz(CLOCK)).map_err(|_| "eio")?;
    let channel = match number {
        1 => rmt.channel1.configure_tx(&config.with_memsize(3)),
        _ => rmt.channel0.configure_tx(config),
    };
    Ok((unit, channel.map_err(|_| "eio")?))
}

impl PulseTrains for Trains {
    fn send(&mut self, count: usize, pulses: &mut dyn Iterator<Item = Pulse>) -> Result<(), Error> {
        let mut codes: Vec<PulseCode> = Vec::new();
        // Two to a code; and the end.
        codes.try_reserve_exact(count / 2 + 1).map_err(|_| "enomem")?;
        while let Some(first) = pulses.next() {
            // A code whose second part has no ticks is an end, too.
            let (level, ticks) = pulses.next().map_or((first.high, 0), |second| (second.high, second.ticks));
            codes.push(PulseCode::new_clamped(Level::from(first.high), first.ticks, Level::from(level), ticks));
        }
        if codes.last().is_some_and(|code| code.length2() != 0) {
            codes.push(PulseCode::end_marker());
        }
        let channel = self.channel.take().ok_or("eio")?;
        let sent = match channel.transmit(&codes) {
            Ok(transaction) => transaction.wait(),
            Err(failed) => Err(failed),
        };
        let (channel, sent) = match sent {
            Ok(channel) => (channel, Ok(())),
            Err((_, channel)) => (channel, Err("eio")),
        };
        self.channel = Some(channel);
        sent
    }
}
