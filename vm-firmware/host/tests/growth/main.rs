//! What is closed leaves nothing behind. A program of its own, with one test at a time, since it measures itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)]
#[path = "../network/machine.rs"]
mod machine;

use std::fs;

use emberl_vm::net::{Family, Kind, Request, SocketOption};

use crate::machine::Machine;

/// Files that this process has open, and pages that it uses, where the system tells.
fn taken() -> Option<(usize, usize)> {
    let files = fs::read_dir("/proc/self/fd").ok()?.count();
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    Some((files, pages.split(' ').nth(1)?.parse().ok()?))
}

#[test]
fn ten_thousand_connections_leave_nothing() {
    let mut machine = Machine::new();
    let (listener, address) = machine.listener(Family::Inet);
    let mut before = None;
    for round in 0..10_000 {
        if round == 1_000 {
            before = taken();
        }
        let client = machine.open(Family::Inet, Kind::Stream);
        machine.done(Request::Connect(client, address));
        let (server, _) = machine.accept(listener);
        machine.send_all(client, b"ping");
        assert_eq!(machine.receive(server, 4), b"ping");
        // Resets leave no ports behind that wait.
        machine.done(Request::Set(client, SocketOption::Linger(Some(0))));
        machine.done(Request::Close(client));
        machine.done(Request::Close(server));
    }
    assert_eq!((machine.used("sockets"), machine.waits()), (1, 0));
    if let (Some(before), Some(after)) = (before, taken()) {
        assert_eq!(after.0, before.0);
        assert!(after.1 < before.1 + 64, "{before:?} {after:?}");
    }
}
