//! Probing, announcing, answering, and taking leave.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::SocketAddr;

use edge_mdns::Buf;
use edge_mdns::domain::base::iana::Class;
use edge_mdns::domain::base::message::Section;
use edge_mdns::domain::base::message_builder::MessageBuilder;
use edge_mdns::domain::base::{RecordData, Rtype};
use emberl_vm::net::{Error, Family, Service};

use super::super::name::{self, Name};
use super::super::record::{Data, Types};
use super::super::{BUFFER, Destination};
use super::wire::{MS, SECOND, Sent, Wire};

/// The names and types of the records in a section.
fn shape(sent: &Sent, section: Section) -> Vec<(String, String)> {
    let records = sent.records().into_iter().filter(|record| record.0 == section);
    records.map(|record| (record.1, record.4.rtype().to_string())).collect()
}

/// As `shape`, of what is told here.
fn shapes<const N: usize>(records: [(&str, &str); N]) -> Vec<(String, String)> {
    records.map(|(name, rtype)| (name.to_string(), rtype.to_string())).into()
}

/// What is asked by somebody else: an identifier, names with their types and whether an answer to the asker alone will do,
/// and what is known already, each with its time to live.
struct Query<'a> {
    id: u16,
    cut: bool,
    questions: &'a [(Name, Rtype, bool)],
    known: &'a [(Name, u32, Data)],
    proposed: &'a [(Name, u32, Data)],
}

const ASK: Query<'static> = Query { id: 0, cut: false, questions: &[], known: &[], proposed: &[] };

impl Query<'_> {
    fn bytes(&self) -> Vec<u8> {
        let mut buffer = [0; BUFFER];
        let mut message = MessageBuilder::from_target(Buf::new(&mut buffer)).unwrap();
        message.header_mut().set_id(self.id);
        message.header_mut().set_tc(self.cut);
        let mut questions = message.question();
        for (name, rtype, alone) in self.questions {
            questions.push((name, *rtype, Class::from_int(if *alone { 0x8001 } else { 1 }))).unwrap();
        }
        let mut answers = questions.answer();
        for (name, ttl, data) in self.known {
            answers.push((name, Class::IN, *ttl, data)).unwrap();
        }
        let mut authority = answers.authority();
        for (name, ttl, data) in self.proposed {
            authority.push((name, Class::IN, *ttl, data)).unwrap();
        }
        let written = authority.finish().1;
        buffer[..written].to_vec()
    }
}

/// What somebody else tells.
fn response(records: &[(Name, u32, Data)]) -> Vec<u8> {
    let mut buffer = [0; BUFFER];
    let mut message = MessageBuilder::from_target(Buf::new(&mut buffer)).unwrap();
    message.header_mut().set_qr(true);
    let mut answers = message.answer();
    for (name, ttl, data) in records {
        answers.push((name, Class::from_int(0x8001), *ttl, data)).unwrap();
    }
    let written = answers.finish().1;
    buffer[..written].to_vec()
}

fn kind() -> Name {
    name::kind("_http._tcp").unwrap()
}

fn host(text: &str) -> Name {
    name::host(text).unwrap()
}

fn instance(text: &str) -> Name {
    kind().below(text.as_bytes()).unwrap()
}

/// A machine `lamp` with the service `Lamp`, long since announced.
fn lamp() -> Wire {
    let mut wire = Wire::new(1);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    wire.pass(60 * SECOND);
    wire
}

const STRANGER: &str = "192.0.2.99:5353";

#[test]
fn a_name_is_probed_for_and_announced() {
    let mut wire = Wire::new(1);
    let from = wire.now;
    wire.host(0, "lamp");
    assert_eq!(wire.nodes[0].host(), None);
    wire.pass(10 * SECOND);
    assert_eq!(wire.nodes[0].host().as_deref(), Some("lamp.local"));
    let log = &wire.log;
    assert_eq!(log.len(), 5);
    assert!(log[0].at - from <= 250 * MS);
    for probe in &log[..3] {
        assert!(probe.probe());
        assert_eq!(probe.to, Destination::Multicast);
        assert_eq!(probe.questions(), [("lamp.local".to_string(), Rtype::ANY)]);
        assert_eq!(shape(probe, Section::Authority), shapes([("lamp.local", "A")]));
        assert!(!probe.records()[0].3, "a record that is only proposed puts nothing out of date");
    }
    let gaps: Vec<u64> = log.windows(2).map(|pair| (pair[1].at - pair[0].at) / MS).collect();
    assert_eq!(gaps, [250, 250, 250, 1000]);
    for told in &log[3..] {
        assert!(told.response());
        let answers = shape(told, Section::Answer);
        assert_eq!(answers, shapes([("lamp.local", "A")]));
        assert_eq!(shape(told, Section::Additional), shapes([("lamp.local", "NSEC")]));
        for record in told.records() {
            assert_eq!((record.2, record.3), (120, true));
        }
    }
}

#[test]
fn a_service_is_probed_for_and_announced() {
    let mut wire = Wire::new(1);
    wire.host(0, "lamp");
    let id = wire.publish(0, "Lamp", 80);
    assert_eq!(wire.nodes[0].service(id), Some(("Lamp".to_string(), false)));
    wire.pass(10 * SECOND);
    assert_eq!(wire.nodes[0].service(id), Some(("Lamp".to_string(), true)));
    let probes: Vec<&Sent> = wire.log.iter().filter(|sent| sent.probe()).skip(3).collect();
    assert_eq!(probes.len(), 3);
    for probe in probes {
        assert_eq!(probe.questions(), [("Lamp._http._tcp.local".to_string(), Rtype::ANY)]);
        let name = "Lamp._http._tcp.local";
        assert_eq!(shape(probe, Section::Authority), shapes([(name, "SRV"), (name, "TXT")]));
    }
    let told = wire.log.last().unwrap();
    let name = "Lamp._http._tcp.local";
    let kinds = ("_services._dns-sd._udp.local", "PTR");
    assert_eq!(
        shape(told, Section::Answer),
        shapes([("_http._tcp.local", "PTR"), (name, "SRV"), (name, "TXT"), kinds])
    );
    assert_eq!(shape(told, Section::Additional), shapes([("lamp.local", "A"), ("lamp.local", "NSEC")]));
    for (_, name, ttl, flush, data) in told.records() {
        let shared = matches!(data, Data::Ptr(_));
        assert_eq!(flush, !shared, "{name}");
        assert_eq!(ttl, if shared || matches!(data, Data::Txt(_)) { 4500 } else { 120 }, "{name}");
    }
    let text = told.records().into_iter().find_map(|record| match record.4 {
        Data::Txt(text) => Some(text),
        _ => None,
    });
    assert_eq!(text.as_deref(), Some(&b"\x06path=/\x03v=1"[..]));
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let mut wire = Wire::new(3);
    for node in 0..3 {
        wire.host(node, "lamp");
        wire.pass(4 * SECOND);
    }
    let names: Vec<_> = wire.nodes.iter().map(|node| node.host().unwrap()).collect();
    assert_eq!(names, ["lamp.local", "lamp-2.local", "lamp-3.local"]);
}

#[test]
fn names_that_are_probed_for_together_are_told_apart() {
    let mut wire = Wire::new(4);
    let ids: Vec<_> = (0..4)
        .map(|node| {
            wire.host(node, "lamp");
            wire.publish(node, "Lamp", 80)
        })
        .collect();
    wire.pass(60 * SECOND);
    let mut names: Vec<_> = wire.nodes.iter().map(|node| node.host().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["lamp-2.local", "lamp-3.local", "lamp-4.local", "lamp.local"]);
    let mut services: Vec<_> = (0..4).map(|node| wire.nodes[node].service(ids[node]).unwrap()).collect();
    services.sort();
    let numbered = ["Lamp", "Lamp-2", "Lamp-3", "Lamp-4"].map(|name| (name.to_string(), true));
    assert_eq!(services, numbered);
    // All are found, each at its own host.
    let browse = wire.nodes[0].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(5 * SECOND);
    let mut hosts = Vec::new();
    while let Some(found) = wire.found(0, browse) {
        hosts.push(found.host);
    }
    hosts.sort();
    assert_eq!(hosts, names);
}

#[test]
fn the_later_of_two_probes_goes_first() {
    // RFC 6762, 8.2.1: 169.254.99.200 is later than 169.254.200.50 by its third byte only if that is compared unsigned.
    for (ours, theirs, defers) in
        [("169.254.99.200", "169.254.200.50", true), ("169.254.200.50", "169.254.99.200", false)]
    {
        let mut wire = Wire::new(1);
        wire.nodes[0].addresses(wire.now, &[ours.parse().unwrap()]);
        wire.host(0, "lamp");
        wire.pass(300 * MS);
        let from = wire.now;
        let proposed = [(host("lamp"), 120, Data::A(theirs.parse().unwrap()))];
        let query = Query { questions: &[(host("lamp"), Rtype::ANY, false)], proposed: &proposed, ..ASK };
        wire.inject(STRANGER, &query.bytes());
        wire.pass(900 * MS);
        assert_eq!(wire.sent(0, from).is_empty(), defers);
        wire.pass(5 * SECOND);
        // The other one has not gone on: the name is free.
        assert_eq!(wire.nodes[0].host().as_deref(), Some("lamp.local"));
    }
}

#[test]
fn a_name_is_defended() {
    let mut wire = lamp();
    let from = wire.now;
    let proposed = [(host("lamp"), 120, Data::A([192, 0, 2, 99].into()))];
    let query = Query { questions: &[(host("lamp"), Rtype::ANY, false)], proposed: &proposed, ..ASK };
    wire.inject(STRANGER, &query.bytes());
    wire.pass(0);
    let told = wire.sent(0, from);
    assert_eq!(told.len(), 1);
    assert_eq!(shape(&told[0], Section::Answer), shapes([("lamp.local", "A")]));
    // Again after a quarter of a second, not after a second as all else.
    wire.inject(STRANGER, &query.bytes());
    wire.pass(249 * MS);
    assert_eq!(wire.sent(0, from).len(), 1);
    wire.pass(MS);
    assert_eq!(wire.sent(0, from).len(), 2);
}

#[test]
fn a_name_in_dispute_is_probed_for_again() {
    let mut wire = lamp();
    let theirs = response(&[(host("lamp"), 120, Data::A([192, 0, 2, 99].into()))]);
    wire.inject(STRANGER, &theirs);
    let from = wire.now;
    wire.pass(300 * MS);
    assert!(wire.sent(0, from)[0].probe());
    // The other one insists.
    wire.inject(STRANGER, &theirs);
    wire.pass(10 * SECOND);
    assert_eq!(wire.nodes[0].host().as_deref(), Some("lamp-2.local"));
    // The service has kept its name and tells its new place.
    let told = wire.sent(0, from);
    let place = told.iter().flat_map(Sent::records).filter_map(|record| match record.4 {
        Data::Srv { host, .. } if record.2 > 0 => Some(host.dotted()),
        _ => None,
    });
    assert_eq!(place.collect::<Vec<_>>().last().map(String::as_str), Some("lamp-2.local"));
    assert!(
        told.iter().flat_map(Sent::records).all(|record| record.2 > 0),
        "the name is another one's to take leave of"
    );
}

#[test]
fn what_is_heard_of_the_same_is_no_conflict() {
    let mut wire = lamp();
    let from = wire.now;
    let ours = wire.address(0);
    wire.inject(STRANGER, &response(&[(host("lamp"), 120, Data::address(ours))]));
    // Neither is one who takes leave, or a response from another port than that of responders.
    wire.inject(STRANGER, &response(&[(host("lamp"), 0, Data::A([192, 0, 2, 99].into()))]));
    wire.inject("192.0.2.99:1025", &response(&[(host("lamp"), 120, Data::A([192, 0, 2, 99].into()))]));
    wire.pass(5 * SECOND);
    assert_eq!(wire.sent(0, from).len(), 0);
    assert_eq!(wire.nodes[0].host().as_deref(), Some("lamp.local"));
}

#[test]
fn many_conflicts_slow_probing_down() {
    let mut wire = Wire::new(1);
    wire.host(0, "lamp");
    let from = wire.now;
    for _ in 0..200 {
        wire.pass(50 * MS);
        let taken: Vec<Name> = wire.log.last().map(|sent| host(&sent.questions()[0].0)).into_iter().collect();
        for name in taken {
            wire.inject(STRANGER, &response(&[(name, 120, Data::A([192, 0, 2, 99].into()))]));
        }
    }
    let probes = wire.sent(0, from).len();
    assert!(probes < 40, "{probes} probes in ten seconds");
    wire.pass(20 * SECOND);
    assert!(wire.nodes[0].host().is_some());
}

#[test]
fn a_shared_answer_is_delayed_and_a_unique_one_is_not() {
    let mut wire = lamp();
    let from = wire.now;
    let query = Query { questions: &[(host("lamp"), Rtype::A, false)], ..ASK };
    wire.inject(STRANGER, &query.bytes());
    wire.pass(0);
    let told = wire.sent(0, from);
    assert_eq!((told.len(), told[0].to), (1, Destination::Multicast));
    wire.pass(10 * SECOND);
    let from = wire.now;
    let query = Query { questions: &[(kind(), Rtype::PTR, false)], ..ASK };
    wire.inject(STRANGER, &query.bytes());
    wire.pass(SECOND);
    let told = wire.sent(0, from);
    assert_eq!(told.len(), 1);
    assert!((20..=120).contains(&((told[0].at - from) / MS)));
    assert_eq!(shape(&told[0], Section::Answer), shapes([("_http._tcp.local", "PTR")]));
    let name = "Lamp._http._tcp.local";
    let more = shapes([(name, "SRV"), (name, "TXT"), ("lamp.local", "A"), ("lamp.local", "NSEC")]);
    assert_eq!(shape(&told[0], Section::Additional), more);
}

#[test]
fn types_of_services_are_told() {
    let mut wire = lamp();
    wire.publish(0, "Other", 81);
    let service = Service { name: "Clock", kind: "_ntp", protocol: "_udp", port: 123, text: vec![] };
    wire.nodes[0].publish(wire.now, &service).unwrap();
    wire.pass(60 * SECOND);
    let from = wire.now;
    let kinds = name::kind("_services._dns-sd._udp").unwrap();
    wire.inject(STRANGER, &Query { questions: &[(kinds, Rtype::PTR, false)], ..ASK }.bytes());
    wire.pass(SECOND);
    let told: Vec<Data> = wire.sent(0, from).iter().flat_map(Sent::records).map(|record| record.4).collect();
    assert_eq!(told, [Data::Ptr(kind()), Data::Ptr(name::kind("_ntp._udp").unwrap())]);
}

#[test]
fn all_are_told_once_a_second() {
    let mut wire = lamp();
    let from = wire.now;
    let query = Query { questions: &[(host("lamp"), Rtype::A, false)], ..ASK };
    for _ in 0..21 {
        wire.inject(STRANGER, &query.bytes());
        wire.pass(100 * MS);
    }
    let times: Vec<u64> = wire.sent(0, from).iter().map(|sent| (sent.at - from) / MS).collect();
    assert_eq!(times, [0, 1000, 2000]);
}

#[test]
fn what_is_known_is_not_told() {
    for (ttl, told) in [(4500, 0), (2250, 0), (2249, 1)] {
        let mut wire = lamp();
        let from = wire.now;
        let known = [(kind(), ttl, Data::Ptr(instance("lamp")))];
        let query = Query { questions: &[(kind(), Rtype::PTR, false)], known: &known, ..ASK };
        wire.inject(STRANGER, &query.bytes());
        wire.pass(SECOND);
        assert_eq!(wire.sent(0, from).len(), told, "{ttl}");
    }
}

#[test]
fn what_is_known_may_be_said_later() {
    for (asker, others, told) in [(STRANGER, false, 0), ("192.0.2.98:5353", false, 1), (STRANGER, true, 1)] {
        let mut wire = lamp();
        let from = wire.now;
        let query = Query { cut: true, questions: &[(kind(), Rtype::PTR, false)], ..ASK };
        wire.inject(STRANGER, &query.bytes());
        if others {
            wire.inject("192.0.2.97:5353", &Query { cut: false, ..query }.bytes());
        }
        wire.pass(10 * MS);
        let known = [(kind(), 4500, Data::Ptr(instance("Lamp")))];
        wire.inject(asker, &Query { known: &known, ..ASK }.bytes());
        wire.pass(SECOND);
        let sent = wire.sent(0, from);
        assert_eq!(sent.len(), told);
        if told == 1 && !others {
            assert!((400..=500).contains(&((sent[0].at - from) / MS)));
        }
    }
}

#[test]
fn what_another_one_tells_is_not_told_again() {
    let mut wire = lamp();
    let from = wire.now;
    let kinds = name::kind("_services._dns-sd._udp").unwrap();
    wire.inject(STRANGER, &Query { questions: &[(kinds.clone(), Rtype::PTR, false)], ..ASK }.bytes());
    wire.inject("192.0.2.98:5353", &response(&[(kinds, 4500, Data::Ptr(kind()))]));
    wire.pass(SECOND);
    assert_eq!(wire.sent(0, from).len(), 0);
}

#[test]
fn what_another_one_takes_back_is_told_again() {
    let kinds = name::kind("_services._dns-sd._udp").unwrap();
    for (ttl, count) in [(0, 1), (2249, 1), (2250, 0), (4500, 0)] {
        let mut wire = lamp();
        let from = wire.now;
        wire.inject(STRANGER, &response(&[(kinds.clone(), ttl, Data::Ptr(kind()))]));
        wire.pass(SECOND);
        let told = wire.sent(0, from);
        assert_eq!(told.len(), count, "{ttl}");
        assert!(
            told.iter().all(|sent| shape(sent, Section::Answer) == shapes([("_services._dns-sd._udp.local", "PTR")]))
        );
    }
}

#[test]
fn one_who_asks_for_it_is_told_alone() {
    let mut wire = lamp();
    // All were told a short while ago.
    wire.inject(STRANGER, &Query { questions: &[(host("lamp"), Rtype::A, false)], ..ASK }.bytes());
    wire.pass(2 * SECOND);
    let from = wire.now;
    let query = Query { questions: &[(host("lamp"), Rtype::A, true)], ..ASK };
    wire.inject(STRANGER, &query.bytes());
    wire.pass(0);
    let told = wire.sent(0, from);
    assert_eq!((told.len(), told[0].to), (1, Destination::Unicast(STRANGER.parse().unwrap())));
    assert_eq!(told[0].questions(), []);
    assert!(told[0].records()[0].3);
    // Not after a quarter of the record's time: then all are.
    wire.pass(60 * SECOND);
    let from = wire.now;
    wire.inject(STRANGER, &query.bytes());
    wire.pass(0);
    let told = wire.sent(0, from);
    assert_eq!((told.len(), told[0].to), (1, Destination::Multicast));
}

#[test]
fn one_who_knows_no_multicast_is_told_as_by_a_server() {
    let mut wire = lamp();
    let from = wire.now;
    let asker: SocketAddr = "192.0.2.99:40000".parse().unwrap();
    let query = Query { id: 4711, questions: &[(instance("LAMP"), Rtype::SRV, false)], ..ASK };
    wire.inject("192.0.2.99:40000", &query.bytes());
    wire.pass(0);
    let told = wire.sent(0, from);
    assert_eq!((told.len(), told[0].to), (1, Destination::Unicast(asker)));
    let header = told[0].message().header();
    assert_eq!((header.id(), header.qr(), header.aa(), header.tc()), (4711, true, true, false));
    assert_eq!(told[0].questions(), [("LAMP._http._tcp.local".to_string(), Rtype::SRV)]);
    let records = told[0].records();
    assert!(records.iter().all(|record| record.2 == 10 && !record.3), "{records:?}");
    assert!(records[0].1.eq_ignore_ascii_case("Lamp._http._tcp.local"));
    // What is not ours has no answer.
    wire.inject("192.0.2.99:40000", &Query { questions: &[(host("other"), Rtype::A, false)], ..ASK }.bytes());
    wire.pass(SECOND);
    assert_eq!(wire.sent(0, from).len(), 1);
}

#[test]
fn a_record_that_is_not_there_is_denied() {
    let mut wire = lamp();
    for (name, rtype, types) in [
        (host("lamp"), Rtype::AAAA, Types { a: true, ..Types::default() }),
        (host("lamp"), Rtype::TXT, Types { a: true, ..Types::default() }),
        (instance("Lamp"), Rtype::A, Types { srv: true, txt: true, ..Types::default() }),
    ] {
        let from = wire.now;
        wire.inject(STRANGER, &Query { questions: &[(name.clone(), rtype, false)], ..ASK }.bytes());
        wire.pass(5 * SECOND);
        let told = wire.sent(0, from);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].records()[0].4, Data::Nsec(name, types));
    }
    let from = wire.now;
    wire.inject(STRANGER, &Query { questions: &[(host("other"), Rtype::A, false)], ..ASK }.bytes());
    wire.pass(5 * SECOND);
    assert_eq!(wire.sent(0, from).len(), 0);
}

#[test]
fn leave_is_taken() {
    let mut wire = lamp();
    let id = wire.publish(0, "Second", 81);
    wire.pass(5 * SECOND);
    let from = wire.now;
    wire.nodes[0].unpublish(wire.now, id);
    wire.pass(5 * SECOND);
    let name = "Second._http._tcp.local";
    let gone = wire.sent(0, from);
    assert_eq!(gone.len(), 1);
    let answers = shape(&gone[0], Section::Answer);
    assert_eq!(answers, shapes([("_http._tcp.local", "PTR"), (name, "SRV"), (name, "TXT")]));
    assert!(gone[0].records().iter().all(|record| record.2 == 0));
    let from = wire.now;
    wire.nodes[0].shutdown(from);
    wire.pass(5 * SECOND);
    let gone = wire.sent(0, from);
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].records().len(), 4);
    assert!(gone[0].records().iter().all(|record| record.2 == 0));
    assert_eq!(wire.nodes[0].host(), None);
    assert_eq!(wire.nodes[0].deadline(wire.now), None);
    // A service that was not told yet has nobody to take leave of.
    wire.host(0, "lamp");
    let id = wire.publish(0, "Third", 80);
    wire.nodes[0].unpublish(wire.now, id);
    let from = wire.now;
    wire.pass(5 * SECOND);
    assert!(wire.sent(0, from).iter().flat_map(Sent::records).all(|record| record.2 > 0));
}

#[test]
fn another_host_name_is_told() {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    let browse = wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(10 * SECOND);
    assert_eq!(wire.found(1, browse).unwrap().host, "lamp.local");
    wire.host(0, "light.local");
    wire.pass(10 * SECOND);
    let mut last = None;
    while let Some(found) = wire.found(1, browse) {
        last = Some((found.there, found.host));
    }
    assert_eq!(last, Some((true, "light.local".to_string())));
    let from = wire.now;
    wire.host(0, "light");
    wire.pass(5 * SECOND);
    assert_eq!(wire.sent(0, from).len(), 0, "the same name is nothing new");
    wire.nodes[0].hostname(wire.now, None).unwrap();
    wire.pass(5 * SECOND);
    assert_eq!(wire.changes(1, browse), ["-Lamp"]);
    let lookup = wire.nodes[1].lookup(wire.now, "light.local", Family::Inet).unwrap();
    wire.pass(5 * SECOND);
    assert_eq!(wire.addresses_of(1, lookup), Some(Err(Error::Posix("nxdomain"))));
}

#[test]
fn another_network_is_probed() {
    let mut wire = lamp();
    let from = wire.now;
    wire.nodes[0].addresses(from, &[]);
    wire.pass(10 * SECOND);
    assert_eq!(wire.sent(0, from).len(), 0);
    assert_eq!(wire.nodes[0].deadline(wire.now), None);
    wire.nodes[0].addresses(wire.now, &["198.51.100.7".parse().unwrap()]);
    wire.pass(10 * SECOND);
    let told = wire.sent(0, from);
    assert_eq!(told.iter().filter(|sent| sent.probe()).count(), 6);
    assert_eq!(told.iter().filter(|sent| !sent.probe()).count(), 4);
    // A further address of the same network is only told.
    let from = wire.now;
    wire.nodes[0].addresses(from, &["198.51.100.7".parse().unwrap(), "fe80::1".parse().unwrap()]);
    wire.pass(10 * SECOND);
    let told = wire.sent(0, from);
    assert_eq!(told.len(), 2);
    assert!(shape(&told[0], Section::Answer).contains(&("lamp.local".to_string(), "AAAA".to_string())));
    // And so is one that has gone.
    let from = wire.now;
    wire.nodes[0].addresses(from, &["fe80::1".parse().unwrap()]);
    wire.pass(10 * SECOND);
    let gone = wire.sent(0, from)[0].records();
    assert_eq!((gone.len(), gone[0].2, &gone[0].4), (1, 0, &Data::A([198, 51, 100, 7].into())));
}

#[test]
fn own_services_of_one_name_are_told_apart() {
    let mut wire = lamp();
    let second = wire.publish(0, "Lamp", 81);
    wire.pass(5 * SECOND);
    assert_eq!(wire.nodes[0].service(second), Some(("Lamp-2".to_string(), true)));
}

#[test]
fn what_cannot_be_told_is_refused() {
    let mut wire = Wire::new(1);
    let long = "x".repeat(64);
    let good = Service { name: "Lamp", kind: "_http", protocol: "_tcp", port: 80, text: vec![] };
    let mut refused = |service: Service<'_>| wire.nodes[0].publish(0, &service).unwrap_err();
    let invalid = Error::Posix("einval");
    assert_eq!(refused(Service { name: "", ..good.clone() }), invalid);
    assert_eq!(refused(Service { name: &long, ..good.clone() }), invalid);
    assert_eq!(refused(Service { kind: "http", ..good.clone() }), invalid);
    assert_eq!(refused(Service { kind: "_", ..good.clone() }), invalid);
    assert_eq!(refused(Service { protocol: "_sctp", ..good.clone() }), invalid);
    for (key, value) in [("", "x"), ("a=b", "x"), ("\u{fc}", "x"), ("key", &*"x".repeat(252))] {
        assert_eq!(refused(Service { text: vec![(key, value)], ..good.clone() }), invalid, "{key}");
    }
    let value = "x".repeat(251);
    assert_eq!(refused(Service { text: vec![("key", &*value); 5], ..good.clone() }), Error::Posix("emsgsize"));
    let service = Service { name: &long[..63], text: vec![("key", &*value); 4], ..good };
    assert!(wire.nodes[0].publish(0, &service).is_ok());
    for name in ["", ".local", "a.b.local", "a.b", &long, "lamp.com"] {
        assert_eq!(wire.nodes[0].hostname(0, Some(name)), Err(invalid), "{name}");
    }
    for name in ["", "local..", "a..local", &long] {
        assert_eq!(wire.nodes[0].lookup(0, name, Family::Inet), Err(invalid), "{name}");
    }
    for name in ["", "_http", "http._tcp", "_http._tcp.com", "_http.._tcp", "_http._sctp"] {
        assert_eq!(wire.nodes[0].browse(0, name), Err(invalid), "{name}");
    }
    assert!(wire.nodes[0].browse(0, "_printer._sub._http._tcp.local.").is_ok());
}

#[test]
fn the_longest_service_is_told() {
    let mut wire = Wire::new(2);
    let value = "x".repeat(251);
    let name = alloc::format!("abc{}", "\u{1f4a1}".repeat(15));
    for node in 0..2 {
        wire.host(node, &"h".repeat(63));
        let text = vec![("key", &*value), ("a", &*value), ("b", &*value), ("c", &*value)];
        let service = Service { name: &name, kind: "_abcdefghijklmno", protocol: "_tcp", port: 80, text };
        wire.nodes[node].publish(wire.now, &service).unwrap();
    }
    wire.pass(20 * SECOND);
    let browse = wire.nodes[1].browse(wire.now, "_abcdefghijklmno._tcp").unwrap();
    wire.pass(5 * SECOND);
    let mut found = [wire.found(1, browse).unwrap(), wire.found(1, browse).unwrap()];
    found.sort_by_key(|found| found.name != name);
    assert_eq!(found[0].name, name);
    // Cut between characters, to make room for the number.
    assert_eq!(found[1].name, alloc::format!("abc{}-2", "\u{1f4a1}".repeat(14)));
    let mut hosts = found.clone().map(|found| found.host);
    hosts.sort();
    assert_eq!(hosts, [alloc::format!("{}-2.local", "h".repeat(61)), alloc::format!("{}.local", "h".repeat(63))]);
    assert!(found.iter().all(|found| found.text.len() == 4 && !found.addresses.is_empty()));
}
