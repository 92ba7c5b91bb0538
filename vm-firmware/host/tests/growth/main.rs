//! What is closed leaves nothing behind. A program of its own, with one test, since it measures itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)]
#[path = "../network/machine.rs"]
mod machine;
#[path = "../network/session.rs"]
mod session;

use std::fs;

use emberl_vm::net::{Answer, Family, Kind, Request, SocketOption, TlsVersion};

use crate::machine::Machine;
use crate::session::{begun, secured, shake};

/// Files that this process has open, and pages that it uses, where the system tells.
fn taken() -> Option<(usize, usize)> {
    let files = fs::read_dir("/proc/self/fd").ok()?.count();
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    Some((files, pages.split(' ').nth(1)?.parse().ok()?))
}

/// Does something many times, and once that is usual looks at what it leaves.
fn repeat(machine: &mut Machine, rounds: usize, pages: usize, mut action: impl FnMut(&mut Machine)) {
    let mut before = None;
    for round in 0..rounds {
        if round == rounds / 10 {
            before = taken();
        }
        action(machine);
    }
    assert_eq!(machine.waits(), 0);
    if let (Some(before), Some(after)) = (before, taken()) {
        assert_eq!(after.0, before.0);
        assert!(after.1 < before.1 + pages, "{before:?} {after:?}");
    }
}

#[test]
fn what_is_closed_leaves_nothing() {
    let mut machine = Machine::new();
    let (listener, address) = machine.listener(Family::Inet);
    repeat(&mut machine, 10_000, 64, |machine| {
        let client = machine.open(Family::Inet, Kind::Stream);
        machine.done(Request::Connect(client, address));
        let (server, _) = machine.accept(listener);
        machine.send_all(client, b"ping");
        assert_eq!(machine.receive(server, 4), b"ping");
        // Resets leave no ports behind that wait.
        machine.done(Request::Set(client, SocketOption::Linger(Some(0))));
        machine.done(Request::Close(client));
        machine.done(Request::Close(server));
    });
    assert_eq!(machine.used("sockets"), 1);
    repeat(&mut machine, 1000, 256, |machine| {
        let lookup = machine.handle(Request::Lookup("localhost", Family::Inet));
        assert!(matches!(machine.get(Request::Result(lookup)), Ok(Answer::Addresses(_))));
        machine.done(Request::Close(lookup));
    });
    repeat(&mut machine, 500, 256, |machine| {
        let (client, server) = begun(machine, TlsVersion::Tls13, "device.example");
        let (at_client, at_server) = shake(machine, client, server);
        secured(at_client);
        secured(at_server);
        machine.send_all(client, b"ping");
        assert_eq!(machine.receive(server, 4), b"ping");
        machine.done(Request::Close(client));
        assert_eq!(machine.get(Request::Receive(server, 1)), Ok(Answer::End));
        machine.done(Request::Close(server));
        // The client's end hears of the server's.
        machine.poll();
    });
    machine.rest(1_000_000);
    assert_eq!(machine.deadline(), None, "a session does not end");
}
