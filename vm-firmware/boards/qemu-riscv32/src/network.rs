//! The board's network: the driver over its card, and how large its pools are.

use emberl_net::{Config, Driver};

use crate::card::Card;
use crate::{entropy, machine};

/// The driver over the card.
pub type Network = Driver<Card>;

/// What [`machine::pools`] tells for the smallest pools.
const SMALLEST: u32 = 1;

/// The card has a wire: the driver's defaults are for such.
impl emberl_net::Card for Card {}

/// The network of a card.
#[must_use]
pub fn new(card: Card) -> Network {
    Driver::new(card, config())
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
