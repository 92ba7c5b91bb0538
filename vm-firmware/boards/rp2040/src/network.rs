//! The board's network: the driver over the radio, and how large its pools are.

use alloc::boxed::Box;

use emberl_net::{Config, Driver};

use crate::radio::Radio;
use crate::{clock, entropy, machine};

/// The driver over the radio.
pub type Network = Driver<Radio>;

/// The network, stopped. A function of its own, whose stack is free again when the rest is made.
#[inline(never)]
#[must_use]
pub fn new() -> Box<Network> {
    Box::new(Driver::new(Radio::new(), config()))
}

/// The pools are the smallest: the memory is to be the program's.
fn config() -> Config {
    Config { seed: entropy::seed(), clock: Some(clock::set_calendar), heap: Some(machine::heap), ..Config::SMALLEST }
}
