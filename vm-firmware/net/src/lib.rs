//! The network driver: a link, an IP stack, sockets, names, mDNS and TLS over a network card. Owns all that is between
//! the card ([`embassy_net_driver::Driver`](https://docs.rs/embassy-net-driver)) and what the virtual machine asks for
//! ([`emberl_vm::net`]); it holds no processes and knows no terms.
//!
//! A board makes a [`Driver`] of its card and its [`Config`] and gives it to the virtual machine. Nothing here waits and
//! nothing is shared with interrupts: [`poll`](emberl_vm::net::Network::poll) does what is due, and
//! [`deadline`](emberl_vm::net::Network::deadline) says when it is next, if the card has nothing before.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;

mod access_point;
mod addressing;
mod card;
mod config;
mod connections;

mod datagram;
mod dhcp_name;
mod dhcp_server;
mod driver;
mod errors;
mod groups;
mod inspect;
mod link;
mod listen;
mod lookup;
pub mod mdns;
mod multicast_dns;
mod network;
mod options;
mod phy;
mod pools;
mod random;
#[cfg(not(feature = "tls"))]
#[path = "insecure.rs"]
mod secure;
#[cfg(feature = "tls")]
mod secure;
mod settings;
mod slaac;
pub mod sntp;
mod stack;
mod stream;
mod table;
mod translate;
mod upkeep;

pub use card::{Card, CardEvent};
pub use config::Config;
pub use driver::Driver;
pub use translate::translate;
