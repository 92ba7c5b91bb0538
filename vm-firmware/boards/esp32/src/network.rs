//! The board's network: the driver over the radio, and how large its pools are.

use emberl_net::{Config, Driver};
use esp_hal::peripherals::WIFI;

use crate::radio::Radio;
use crate::{clock, entropy, machine};

/// The driver over the radio.
pub type Network = Driver<Radio>;

/// A calendar before that, 2020-01-01, was never set: seconds since 1970.
const EARLIEST: u64 = 1_577_836_800;

/// The network, stopped.
#[must_use]
pub fn new(hardware: WIFI<'static>) -> Network {
    let mut network = Driver::new(Radio::new(hardware), config());
    network.set_waker(machine::ringer());
    network
}

/// The pools: what is left beside the radio and the virtual machine is not much. All of them taken, without TLS, are
/// some 40 KB.
fn config() -> Config {
    Config {
        seed: entropy::seed(),
        tcp_sockets: 8,
        tcp_receive_bytes: 2048,
        tcp_send_bytes: 2048,
        listeners: 2,
        udp_sockets: 4,
        udp_bytes: 1536,
        udp_packets: 4,
        mdns_records: 32,
        mdns_record_bytes: 4096,
        tls_sessions: 2,
        tls_contexts: 2,
        local_frames: 2,
        frames_per_poll: 16,
        clock: Some(clock::set_calendar),
        time: Some(seconds),
        random: Some(entropy::fill),
        heap: Some(machine::heap),
        ..Config::default()
    }
}

/// The time in seconds since 1970, UTC; 0 while it is not known.
fn seconds() -> u64 {
    let seconds = clock::calendar() / 1_000_000_000;
    if seconds < EARLIEST { 0 } else { seconds }
}
