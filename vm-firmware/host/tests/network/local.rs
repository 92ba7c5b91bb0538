//! mDNS between two hosts that are one. What a group is told on an interface, this machine hears too.

use emberl_vm::net::{Answer, Family, Found, Handle, Request, Service};

use crate::Machine;
use crate::machine::posix;

/// Asks one until it has an answer, while the other does its part.
fn hear(hearer: &mut Machine, handle: Handle, teller: &mut Machine) -> Result<Answer, emberl_vm::net::Error> {
    for _ in 0..2000 {
        match hearer.ask(Request::Result(handle)) {
            Ok(Answer::Wait(_)) => {}
            answer => return answer,
        }
        for machine in [&mut *hearer, &mut *teller] {
            machine.rest(5_000_000);
        }
    }
    panic!("nothing is heard")
}

fn found(answer: Result<Answer, emberl_vm::net::Error>) -> Found {
    match answer {
        Ok(Answer::Found(found)) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn services_are_told_and_found() {
    let (mut teller, mut hearer) = (Machine::new(), Machine::new());
    // A name that no other test or program of this machine has.
    let host = format!("emberl-{}", std::process::id());
    let kind = format!("_e{}._tcp", std::process::id());
    teller.done(Request::Hostname(Some(&host)));
    let service = Service {
        name: "A lamp",
        kind: kind.strip_suffix("._tcp").unwrap(),
        protocol: "_tcp",
        port: 8080,
        text: vec![("path", "/on")],
    };
    let told = teller.handle(Request::Publish(service));
    let browse = hearer.handle(Request::Browse(&kind));
    let lamp = found(hear(&mut hearer, browse, &mut teller));
    assert_eq!((&*lamp.name, lamp.port, lamp.there), ("A lamp", 8080, true));
    assert_eq!(lamp.host, format!("{host}.local"));
    assert_eq!(lamp.text, [("path".to_owned(), b"/on".to_vec())]);
    let lookup = hearer.handle(Request::Lookup(&lamp.host, Family::Inet));
    match hear(&mut hearer, lookup, &mut teller) {
        Ok(Answer::Addresses(addresses)) => assert!(lamp.addresses.contains(&addresses[0]), "{lamp:?} {addresses:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!((teller.used("mdns_services"), hearer.used("mdns_browses")), (1, 1));
    teller.done(Request::Close(told));
    assert_eq!(teller.used("mdns_services"), 0);
    let gone = found(hear(&mut hearer, browse, &mut teller));
    assert_eq!((&*gone.name, gone.there), ("A lamp", false));
    hearer.done(Request::Close(lookup));
    hearer.done(Request::Close(browse));
    teller.done(Request::Hostname(None));
    for machine in [&mut hearer, &mut teller] {
        machine.rest(1_500_000_000);
        assert_eq!(machine.used("mdns_lookups"), 0);
        // Nothing is left to wait for.
        assert_eq!(machine.deadline(), None);
    }
}

#[test]
fn a_host_that_leaves_says_so() {
    let (mut teller, mut hearer) = (Machine::new(), Machine::new());
    let host = format!("emberl-leaves-{}", std::process::id());
    let kind = format!("_l{}", std::process::id());
    teller.done(Request::Hostname(Some(&host)));
    let service = Service { name: "brief", kind: &kind, protocol: "_udp", port: 1, text: Vec::new() };
    teller.handle(Request::Publish(service));
    let browse = hearer.handle(Request::Browse(&format!("{kind}._udp")));
    assert!(found(hear(&mut hearer, browse, &mut teller)).there);
    drop(teller);
    assert!(!found(hear(&mut hearer, browse, &mut Machine::new())).there);
}

#[test]
fn nonsense_is_refused() {
    let mut machine = Machine::new();
    for kind in ["", "http", "_http._ftp", "_a.b._tcp"] {
        machine.ask(Request::Browse(kind)).unwrap_err();
    }
    assert_eq!(machine.ask(Request::Hostname(Some(&"a".repeat(64)))), posix("einval"));
    machine.done(Request::Hostname(None));
    let lookup = machine.handle(Request::Lookup("emberl-nobody.local", Family::Inet));
    machine.done(Request::Close(lookup));
    assert_eq!(machine.used("mdns_lookups"), 0);
    machine.poll();
    assert_eq!(machine.deadline(), None);
}
