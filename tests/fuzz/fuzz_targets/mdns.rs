//! Any bytes as datagrams of multicast DNS, handed to a machine that tells, watches and looks up: no panic, no bound
//! exceeded, whatever is due is done, and all that is sent can be read.
//!
//! Each datagram has three bytes before it: two of its length, and one of which two bits say where it comes from and the
//! others how much time has passed, in tenths of a second.
#![no_main]

use emberl_net::mdns::{BUFFER, Mdns, Sizes};
use emberl_vm::net::{Answer, Family, Service};
use libfuzzer_sys::fuzz_target;

const TENTH: u64 = 100_000_000;

fuzz_target!(|bytes: &[u8]| {
    let mut now = 0;
    let mut mdns = Mdns::new(Sizes { services: 4, browses: 2, lookups: 2, records: 16, record_bytes: 2048 }, 1);
    mdns.addresses(now, &["192.0.2.1".parse().expect("an address"), "2001:db8::1".parse().expect("an address")]);
    mdns.hostname(now, Some("lamp")).expect("a host name");
    let service = Service { name: "Lamp", kind: "_http", protocol: "_tcp", port: 80, text: vec![("a", "b")] };
    let service = mdns.publish(now, &service).expect("a service");
    mdns.browse(now, "_http._tcp").expect("a browse");
    mdns.lookup(now, "lamp-2.local", Family::Inet).expect("a lookup");
    let peers = ["192.0.2.9:5353", "192.0.2.9:40000", "[fe80::9]:5353", "192.0.2.1:5353"];
    let peers = peers.map(|peer| peer.parse().expect("an address"));
    let mut rest = bytes;
    let mut sent = 0;
    while let [high, low, how, data @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(data.len());
        let (datagram, more) = data.split_at(length);
        rest = more;
        mdns.input(now, peers[usize::from(how & 3)], datagram);
        pass(&mut mdns, &mut now, u64::from(how >> 2) * TENTH, &mut sent);
        while let Some(id) = mdns.ready() {
            while let Some(Ok(Answer::Found(found))) = mdns.answer(id) {
                assert!(found.name.len() <= 3 * 63, "a label that is too long");
            }
        }
        for pool in mdns.pools() {
            assert!(pool.used <= pool.peak && pool.peak <= pool.size, "{pool:?}");
        }
    }
    mdns.unpublish(now, service);
    mdns.shutdown(now);
    pass(&mut mdns, &mut now, TENTH, &mut sent);
    assert_eq!(mdns.deadline(now), None, "something is due after the end");
});

/// Does what is due in so much time.
fn pass(mdns: &mut Mdns, now: &mut u64, time: u64, sent: &mut usize) {
    let end = *now + time;
    let mut buffer = [0; BUFFER];
    for turn in 0.. {
        assert!(turn < 1000, "no end of work");
        while let Some((length, _)) = mdns.output(*now, &mut buffer) {
            assert!((12..=BUFFER).contains(&length), "a message of {length} bytes");
            *sent += 1;
            assert!(*sent < 100_000, "no end of what is sent");
        }
        let Some(next) = mdns.deadline(*now).filter(|next| *next <= end) else { break };
        assert!(next > *now, "what was due was not done");
        *now = next;
    }
    *now = end;
}
