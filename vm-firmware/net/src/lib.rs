//! The network driver: a link, an IP stack, sockets, names, mDNS and TLS over a network card. Owns all that is between
//! the card ([`embassy_net_driver::Driver`](https://docs.rs/embassy-net-driver)) and what the virtual machine asks for
//! ([`emberl_vm::net`]); it holds no processes and knows no terms.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod mdns;
