//! The board's network: the driver over its card, and how large its pools are.

use emberl_net::{Config, Driver};
use virtio_drivers::transport::{DeviceType, Transport};

use crate::card::Card;
use crate::machine::{self, Slot};
use crate::{entropy, virtio};

/// The driver over the card.
pub type Network = Driver<Card>;

/// What [`machine::pools`] tells for the smallest pools.
const SMALLEST: u32 = 1;

/// The card has a wire: the driver's defaults are for such.
impl emberl_net::Card for Card {}

/// Starts what is in the machine's places for devices; gives the network of the first card. A device that cannot be started
/// is as none.
#[must_use]
pub fn find(slots: impl IntoIterator<Item = Slot>) -> Option<Network> {
    let mut card = None;
    for (registers, interrupt) in slots.into_iter().filter_map(virtio::device) {
        match registers.device_type() {
            DeviceType::Network if card.is_none() => card = Card::new(registers, interrupt).ok(),
            DeviceType::EntropySource => entropy::start(registers),
            _ => {}
        }
    }
    card.map(|card| Driver::new(card, config()))
}

/// The pools: this machine has memory for the usual ones.
fn config() -> Config {
    let sizes = if machine::pools() == Some(SMALLEST) { Config::SMALLEST } else { Config::default() };
    Config {
        seed: entropy::seed(),
        clock: Some(set_clock),
        time: Some(seconds),
        random: Some(entropy::fill),
        heap: Some(machine::heap),
        ..sizes
    }
}

/// Sets the clock to a time that a server has told.
fn set_clock(seconds: u64, micros: u32) {
    machine::set_calendar(seconds.saturating_mul(1_000_000_000).saturating_add(u64::from(micros) * 1000));
}

/// The time in seconds since 1970, UTC.
fn seconds() -> u64 {
    machine::calendar() / 1_000_000_000
}
