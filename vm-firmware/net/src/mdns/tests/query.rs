//! Looking up and browsing.

use alloc::string::ToString;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::net::IpAddr;

use edge_mdns::domain::base::Rtype;
use edge_mdns::domain::base::message::Section;
use emberl_vm::net::{Error, Family};

use super::super::record::Data;
use super::wire::{MS, SECOND, Wire};

#[test]
fn a_host_is_looked_up() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.pass(3 * SECOND);
    let id = wire.nodes[1].lookup(wire.now, "Lamp.local.", Family::Inet).unwrap();
    assert_eq!(wire.nodes[1].ready(), None);
    wire.pass(MS);
    assert_eq!(wire.nodes[1].ready(), Some(id));
    assert_eq!(wire.nodes[1].ready(), None);
    assert_eq!(wire.addresses_of(1, id), Some(Ok(vec![wire.address(0)])));
    wire.nodes[1].cancel(id);
    assert_eq!(wire.addresses_of(1, id), Some(Err(Error::Posix("einval"))));
}

#[test]
fn a_host_looks_itself_up() {
    for echo in [false, true] {
        let mut wire = Wire::new(1);
        wire.echo = echo;
        wire.host(0, "lamp");
        wire.pass(3 * SECOND);
        let id = wire.nodes[0].lookup(wire.now, "lamp.local", Family::Inet).unwrap();
        wire.pass(2 * SECOND);
        assert_eq!(wire.addresses_of(0, id), Some(Ok(vec![wire.address(0)])));
    }
}

#[test]
fn a_host_that_is_not_there_is_not_found() {
    let mut wire = Wire::new(2);
    let from = wire.now;
    let id = wire.nodes[1].lookup(from, "nobody.local", Family::Inet).unwrap();
    wire.pass(5 * SECOND - 1);
    assert_eq!(wire.addresses_of(1, id), None);
    wire.pass(1);
    assert_eq!(wire.nodes[1].ready(), Some(id));
    assert_eq!(wire.addresses_of(1, id), Some(Err(Error::Posix("nxdomain"))));
    // Asked at once, after one second and after two more.
    let times: Vec<u64> = wire.sent(1, 0).iter().map(|sent| (sent.at - from) / MS).collect();
    assert_eq!(times, [0, 1000, 3000]);
}

#[test]
fn a_host_without_addresses_of_a_family_says_so() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.pass(3 * SECOND);
    let id = wire.nodes[1].lookup(wire.now, "lamp.local", Family::Inet6).unwrap();
    wire.pass(MS);
    assert_eq!(wire.addresses_of(1, id), Some(Err(Error::Posix("nxdomain"))));
}

#[test]
fn addresses_of_the_link_come_last() {
    let mut wire = Wire::new(2);
    let addresses: [IpAddr; 3] =
        ["192.0.2.10".parse().unwrap(), "fe80::1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
    wire.nodes[0].addresses(wire.now, &addresses);
    wire.host(0, "lamp");
    wire.pass(3 * SECOND);
    let id = wire.nodes[1].lookup(wire.now, "lamp.local", Family::Inet6).unwrap();
    wire.pass(MS);
    assert_eq!(wire.addresses_of(1, id), Some(Ok(vec![addresses[2], addresses[1]])));
}

#[test]
fn a_lost_question_is_asked_again() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.pass(3 * SECOND);
    wire.lost = |_, _| true;
    let id = wire.nodes[1].lookup(wire.now, "lamp.local", Family::Inet).unwrap();
    wire.pass(SECOND / 2);
    wire.lost = |_, _| false;
    wire.pass(SECOND);
    assert_eq!(wire.addresses_of(1, id), Some(Ok(vec![wire.address(0)])));
}

#[test]
fn services_are_found() {
    let mut wire = Wire::new(3);
    wire.host(0, "lamp");
    wire.host(1, "heater");
    wire.publish(0, "Lamp: \u{fc}ber.all", 80);
    wire.publish(1, "Heater", 8080);
    wire.pass(5 * SECOND);
    let id = wire.nodes[2].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(SECOND);
    assert_eq!(wire.nodes[2].ready(), Some(id));
    let mut found = [wire.found(2, id).unwrap(), wire.found(2, id).unwrap()];
    assert_eq!(wire.found(2, id), None);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let [heater, lamp] = found;
    assert_eq!((heater.name.as_str(), heater.host.as_str(), heater.port), ("Heater", "heater.local", 8080));
    assert_eq!((lamp.name.as_str(), lamp.host.as_str(), lamp.port), ("Lamp: \u{fc}ber.all", "lamp.local", 80));
    assert_eq!(lamp.addresses, [wire.address(0)]);
    assert_eq!(lamp.text, [("path".to_string(), b"/".to_vec()), ("v".to_string(), b"1".to_vec())]);
    assert!(lamp.there && heater.there);
}

#[test]
fn own_services_are_found() {
    let mut wire = Wire::new(1);
    wire.echo = false;
    wire.host(0, "lamp");
    let early = wire.nodes[0].browse(wire.now, "_http._tcp").unwrap();
    let service = wire.publish(0, "Lamp", 80);
    wire.pass(5 * SECOND);
    let late = wire.nodes[0].browse(wire.now, "_http._tcp.local.").unwrap();
    wire.pass(5 * SECOND);
    assert_eq!(wire.changes(0, early), ["+Lamp"]);
    assert_eq!(wire.changes(0, late), ["+Lamp"]);
    wire.nodes[0].unpublish(wire.now, service);
    wire.pass(2 * SECOND);
    assert_eq!(wire.changes(0, early), ["-Lamp"]);
}

#[test]
fn services_that_come_and_go_are_told() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    let id = wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(5 * SECOND);
    assert_eq!(wire.changes(1, id), [""; 0]);
    let service = wire.publish(0, "Lamp", 80);
    wire.pass(5 * SECOND);
    assert_eq!(wire.nodes[1].ready(), Some(id));
    assert_eq!(wire.changes(1, id), ["+Lamp"]);
    wire.nodes[0].unpublish(wire.now, service);
    wire.pass(MS);
    assert_eq!(wire.nodes[1].ready(), None, "it lasts for a second, in case that somebody else has it, too");
    wire.pass(SECOND);
    assert_eq!(wire.nodes[1].ready(), Some(id));
    let gone = wire.found(1, id).unwrap();
    assert_eq!((gone.name.as_str(), gone.there), ("Lamp", false));
    assert_eq!(wire.found(1, id), None);
    wire.publish(0, "Lamp", 81);
    wire.pass(5 * SECOND);
    let back = wire.found(1, id).unwrap();
    assert_eq!((back.name.as_str(), back.there, back.port), ("Lamp", true, 81));
}

#[test]
fn a_machine_that_is_switched_off_is_told() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    let id = wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(10 * SECOND);
    assert_eq!(wire.changes(1, id), ["+Lamp"]);
    // Kept fresh as long as it is there.
    wire.pass(4000 * SECOND);
    assert_eq!(wire.changes(1, id), [""; 0]);
    let now = wire.now;
    wire.nodes[0].addresses(now, &[]);
    wire.pass(121 * SECOND);
    assert_eq!(wire.changes(1, id), ["-Lamp"]);
    // It was asked for four times before, and then as something new is.
    let asked = wire.sent(1, now);
    let place = asked.iter().filter(|sent| sent.questions().iter().any(|(_, rtype)| *rtype == Rtype::SRV)).count();
    assert!((5..=8).contains(&place), "{place}");
    wire.nodes[0].addresses(wire.now, &["192.0.2.10".parse().unwrap()]);
    wire.pass(5 * SECOND);
    assert_eq!(wire.changes(1, id), ["+Lamp"]);
}

#[test]
fn changes_of_a_service_are_told() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    let id = wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(10 * SECOND);
    assert_eq!(wire.changes(1, id), ["+Lamp"]);
    let both = [wire.address(0), "2001:db8::1".parse().unwrap()];
    wire.nodes[0].addresses(wire.now, &both);
    wire.pass(10 * SECOND);
    let found = wire.found(1, id).unwrap();
    assert_eq!((found.there, found.addresses.len()), (true, 2));
    assert_eq!(wire.found(1, id), None);
    wire.nodes[0].addresses(wire.now, &["2001:db8::1".parse().unwrap()]);
    wire.pass(10 * SECOND);
    let found = wire.found(1, id).unwrap();
    assert_eq!((found.there, found.addresses), (true, vec!["2001:db8::1".parse().unwrap()]));
}

#[test]
fn browsing_survives_loss() {
    let mut wire = Wire::new(3);
    // A third is lost, to each another one.
    wire.lost = |number, node| (number + node) % 3 == 0;
    wire.host(0, "lamp");
    wire.host(1, "heater");
    wire.publish(0, "Lamp", 80);
    wire.publish(1, "Heater", 80);
    let id = wire.nodes[2].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(60 * SECOND);
    assert_eq!(wire.changes(2, id), ["+Heater", "+Lamp"]);
}

#[test]
fn a_browse_asks_ever_more_seldom_and_says_what_it_knows() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    wire.pass(10 * SECOND);
    let from = wire.now;
    let id = wire.nodes[1].browse(from, "_http._tcp").unwrap();
    wire.pass(40 * SECOND);
    assert_eq!(wire.changes(1, id), ["+Lamp"]);
    let asked = wire.sent(1, from);
    let gaps: Vec<u64> = asked.windows(2).map(|pair| (pair[1].at - pair[0].at) / MS).collect();
    assert_eq!(gaps, [1000, 2000, 4000, 8000, 16000]);
    assert!((20..=120).contains(&((asked[0].at - from) / MS)));
    assert_eq!(asked[0].records(), []);
    for sent in &asked[1..] {
        assert_eq!(sent.questions(), [("_http._tcp.local".to_string(), Rtype::PTR)]);
        let known = sent.records();
        assert_eq!(known.len(), 1);
        assert!(known[0].0 == Section::Answer && matches!(known[0].4, Data::Ptr(_)) && known[0].2 > 4400, "{known:?}");
    }
    // So that it was answered once.
    assert_eq!(wire.sent(0, from).len(), 1);
}

#[test]
fn what_another_one_asks_is_not_asked_again() {
    let mut wire = Wire::new(3);
    let from = wire.now;
    for node in 0..3 {
        wire.nodes[node].browse(from, "_http._tcp").unwrap();
    }
    wire.pass(10 * SECOND);
    // 0.1, 1, 3 and 7 seconds.
    assert!((4..=6).contains(&wire.log.len()), "{}", wire.log.len());
}

#[test]
fn many_known_answers_take_several_messages() {
    let mut wire = Wire::sized(
        4,
        super::super::Sizes { services: 40, browses: 2, lookups: 2, records: 1000, record_bytes: 200_000 },
    );
    for node in 0..3 {
        wire.host(node, &format!("host{node}"));
        for number in 0..20 {
            wire.publish(node, &format!("A service with a rather long name, number {number} of node {node}"), 80);
        }
    }
    wire.pass(10 * SECOND);
    let from = wire.now;
    let id = wire.nodes[3].browse(from, "_http._tcp").unwrap();
    wire.pass(SECOND);
    assert_eq!(wire.changes(3, id).len(), 60);
    let later = wire.now;
    wire.pass(20 * SECOND);
    let asked = wire.sent(3, later);
    assert!(asked.iter().any(|sent| sent.message().header().tc()), "none was cut");
    let last = asked.iter().rposition(|sent| !sent.questions().is_empty()).unwrap();
    assert!(asked[last..].len() > 1, "no second part");
    let known: usize = asked[last..].iter().map(|sent| sent.records().len()).sum();
    assert_eq!(known, 60);
    for node in 0..3 {
        assert_eq!(wire.sent(node, later).len(), 0, "what is known was told again");
    }
}

#[test]
fn pools_are_bounded() {
    let sizes = super::super::Sizes { services: 1, browses: 1, lookups: 1, records: 8, record_bytes: 1024 };
    let mut wire = Wire::sized(3, sizes);
    for node in 0..2 {
        wire.host(node, &format!("host{node}"));
        wire.publish(node, &format!("Service {node}"), 80);
        let service = emberl_vm::net::Service { name: "x", kind: "_a", protocol: "_udp", port: 1, text: vec![] };
        assert_eq!(wire.nodes[node].publish(wire.now, &service), Err(Error::Posix("emfile")));
    }
    wire.pass(10 * SECOND);
    let id = wire.nodes[2].browse(wire.now, "_http._tcp").unwrap();
    assert_eq!(wire.nodes[2].browse(wire.now, "_http._tcp"), Err(Error::Posix("emfile")));
    let lookup = wire.nodes[2].lookup(wire.now, "host0.local", Family::Inet).unwrap();
    assert_eq!(wire.nodes[2].lookup(wire.now, "host1.local", Family::Inet), Err(Error::Posix("emfile")));
    wire.nodes[2].cancel(lookup);
    wire.pass(10 * SECOND);
    assert_eq!(wire.changes(2, id).len(), 2);
    let pools = wire.nodes[2].pools();
    let fill: Vec<_> = pools.iter().map(|pool| (pool.name, pool.used, pool.peak, pool.size)).collect();
    assert_eq!(
        fill,
        [("mdns_services", 0, 0, 1), ("mdns_browses", 1, 1, 1), ("mdns_lookups", 0, 1, 1), ("mdns_records", 8, 8, 8)]
    );
    wire.nodes[2].cancel(id);
    assert_eq!(wire.nodes[2].pools()[3].used, 0);
}
