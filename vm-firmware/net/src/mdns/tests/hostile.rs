//! Broken and malicious datagrams: no panic, no message without end, no memory without bound.

use alloc::vec::Vec;
use alloc::{format, vec};
use core::net::SocketAddr;

use super::super::random::Random;
use super::super::{BUFFER, Mdns, Sizes};
use super::wire::{MS, SECOND, Wire};
use emberl_vm::net::{Family, Service};

/// What two machines say to each other in a minute.
fn conversation() -> Vec<Vec<u8>> {
    let mut wire = Wire::new(2);
    wire.host(0, "lamp");
    wire.host(1, "lamp");
    wire.publish(0, "Lamp", 80);
    wire.publish(1, "Lamp", 80);
    wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    wire.pass(20 * SECOND);
    wire.nodes[0].lookup(wire.now, "lamp-2.local", Family::Inet).unwrap();
    wire.nodes[0].lookup(wire.now, "lamp-2.local", Family::Inet6).unwrap();
    wire.pass(30 * SECOND);
    wire.nodes[0].shutdown(wire.now);
    wire.pass(10 * SECOND);
    wire.log.into_iter().map(|sent| sent.bytes).collect()
}

/// A machine that does everything at once.
fn busy(now: u64) -> Mdns {
    let mut mdns = Mdns::new(Sizes { services: 4, browses: 2, lookups: 2, records: 16, record_bytes: 2048 }, 1);
    mdns.addresses(now, &["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()]);
    mdns.hostname(now, Some("lamp")).unwrap();
    let service = Service { name: "Lamp", kind: "_http", protocol: "_tcp", port: 80, text: vec![("a", "b")] };
    mdns.publish(now, &service).unwrap();
    mdns.browse(now, "_http._tcp").unwrap();
    mdns.lookup(now, "lamp-2.local", Family::Inet).unwrap();
    mdns
}

/// Hands it in, and does what follows in the next two seconds.
fn survive(mdns: &mut Mdns, now: &mut u64, datagram: &[u8], from: SocketAddr) {
    mdns.input(*now, from, datagram);
    let end = *now + 2 * SECOND;
    let mut buffer = [0; BUFFER];
    for turn in 0.. {
        assert!(turn < 1000, "no end of work");
        while mdns.output(*now, &mut buffer).is_some() {}
        let Some(next) = mdns.deadline(*now).filter(|next| *next <= end) else { break };
        assert!(next > *now, "what was due was not done");
        *now = next;
    }
    *now = end;
    while let Some(id) = mdns.ready() {
        while mdns.answer(id).is_some_and(|answer| matches!(answer, Ok(emberl_vm::net::Answer::Found(_)))) {}
    }
    for pool in mdns.pools() {
        assert!(pool.used <= pool.size && pool.peak <= pool.size, "{pool:?}");
    }
}

#[test]
fn mutated_datagrams_do_no_harm() {
    let seeds = conversation();
    assert!(seeds.len() > 20);
    let mut random = Random::new(3);
    let mut pick = move |below: usize| (random.millis(0, 1_000_000) / 7) as usize % below;
    let mut now = 5 * SECOND;
    let mut mdns = busy(now);
    let from = ["192.0.2.9:5353", "192.0.2.9:5354", "[fe80::9]:5353"].map(|from| from.parse().unwrap());
    for round in 0..20_000 {
        let mut datagram = seeds[pick(seeds.len())].clone();
        for _ in 0..=pick(6) {
            let at = pick(datagram.len().max(1));
            match pick(6) {
                0 => datagram.truncate(at),
                1 => datagram.extend_from_within(at..),
                2 => {
                    let other = &seeds[pick(seeds.len())];
                    datagram.extend_from_slice(&other[pick(other.len())..]);
                }
                3 => {
                    // A pointer somewhere into the message.
                    let to = pick(datagram.len().max(1));
                    if let Some(place) = datagram.get_mut(at..at + 2) {
                        place.copy_from_slice(&(0xc000 | u16::try_from(to).unwrap_or(0x3fff)).to_be_bytes());
                    }
                }
                4 => {
                    if let Some(byte) = datagram.get_mut(at) {
                        *byte = [0, 1, 0x0c, 0x3f, 0x7f, 0x80, 0xc0, 0xff][pick(8)];
                    }
                }
                _ => {
                    if let Some(byte) = datagram.get_mut(at) {
                        *byte ^= 1 << pick(8);
                    }
                }
            }
            datagram.truncate(4000);
        }
        survive(&mut mdns, &mut now, &datagram, from[round % 3]);
        if round % 500 == 0 {
            mdns = busy(now);
        }
    }
}

#[test]
fn loops_of_names_and_false_counts_end() {
    let mut now = 5 * SECOND;
    let mut mdns = busy(now);
    let from = "192.0.2.9:5353".parse().unwrap();
    let header = |qr: u8, counts: [u16; 4]| {
        let mut bytes = vec![0, 0, qr, 0];
        bytes.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
        bytes
    };
    for qr in [0, 0x84] {
        for counts in [[u16::MAX; 4], [1, 0, 0, 0], [0, u16::MAX, 0, 0], [u16::MAX, 0, 0, 0]] {
            // Nothing follows; a name that points to itself; two that point to each other; a long chain of pointers.
            let mut chain: Vec<u8> = vec![0];
            for at in 0..2000_u16 {
                let to = if at == 0 { 12 } else { 13 + 2 * (at - 1) };
                chain.extend_from_slice(&(0xc000 | to).to_be_bytes());
            }
            for body in [&[][..], &[0xc0, 12, 0, 255, 0, 1], &[0xc0, 14, 0xc0, 12, 0, 255, 0, 1], &chain] {
                let mut datagram = header(qr, counts);
                datagram.extend_from_slice(body);
                survive(&mut mdns, &mut now, &datagram, from);
            }
            // As many records as there is room for, all with a name of pointers.
            let mut datagram = header(qr, counts);
            datagram.extend_from_slice(&chain);
            while datagram.len() < 9000 {
                datagram.extend_from_slice(&[0xcf, 0xa0, 0, 12, 0, 1, 0, 0, 1, 0, 0, 2, 0xcf, 0xa0]);
            }
            survive(&mut mdns, &mut now, &datagram, from);
        }
    }
}

#[test]
fn a_flood_of_services_leaves_room_for_what_completes_them() {
    let mut wire = Wire::sized(2, Sizes { services: 1, browses: 1, lookups: 1, records: 32, record_bytes: 4096 });
    let browse = wire.nodes[1].browse(wire.now, "_http._tcp").unwrap();
    for flood in 0..200 {
        // A response with one answer: `_http._tcp.local` PTR `evilNNN._http._tcp.local`, for a minute.
        let mut datagram =
            b"\0\0\x84\0\0\0\0\x01\0\0\0\0\x05_http\x04_tcp\x05local\0\0\x0c\0\x01\0\0\0\x3c\0\x0a".to_vec();
        datagram.extend_from_slice(format!("\x07evil{flood:03}").as_bytes());
        datagram.extend_from_slice(&[0xc0, 12]);
        wire.inject("192.0.2.66:5353", &datagram);
        wire.pass(20 * MS);
    }
    assert_eq!(wire.changes(1, browse), [""; 0]);
    assert_eq!(wire.nodes[1].pools()[3].used, 8);
    wire.pass(60 * SECOND);
    wire.host(0, "lamp");
    wire.publish(0, "Lamp", 80);
    wire.pass(5 * SECOND);
    assert_eq!(wire.changes(1, browse), ["+Lamp"]);
}
