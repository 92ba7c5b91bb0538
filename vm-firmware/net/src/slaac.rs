//! IPv6 addresses without a server (RFC 4862): the link-local one, and those of prefixes that routers advertise. Owns the
//! addresses, their times and the check that nobody has them already.
//!
//! The stack has a part for this, too, but with it its `poll_at` gives a time that has passed after the last
//! solicitation, and none for sockets that wait for a retransmission (smoltcp 0.14.0): a device would never sleep, or
//! never send again. It does not check for duplicates either. So the stack is told addresses and routes from here.

use crate::config::MILLISECOND;
use core::net::Ipv6Addr;
use smoltcp::wire::{EthernetAddress, Icmpv6Packet, Ipv6Packet};

const SECOND: u64 = 1000 * MILLISECOND;
/// Prefixes whose addresses are taken.
const PREFIXES: usize = 2;
/// Solicitations, and the time between them (RFC 4861, 10).
const SOLICITATIONS: u8 = 3;
const SOLICITATION_INTERVAL: u64 = 4 * SECOND;
/// How long an address is asked for before it is used (RFC 4862, 5.4, with one probe).
const PROBE: u64 = SECOND;
/// A prefix's time is not cut below this by who may be a liar (RFC 4862, 5.5.3).
const TWO_HOURS: u64 = 7200 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// The probe is yet to be sent.
    Unsent,
    /// Sent, until then.
    Until(u64),
    Passed,
    /// Somebody has the address.
    Taken,
}

#[derive(Clone, Copy, Debug)]
struct Address {
    address: Ipv6Addr,
    check: Check,
    /// No end for the link-local one.
    until: Option<u64>,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Send {
    /// A question for routers.
    Solicitation,
    /// A question whether anybody has that address.
    Probe(Ipv6Addr),
}

/// Addresses of one interface.
#[derive(Debug)]
pub(crate) struct Slaac {
    identifier: [u8; 8],
    running: bool,
    addresses: [Option<Address>; 1 + PREFIXES],
    router: Option<(Ipv6Addr, u64)>,
    dns: [Option<(Ipv6Addr, u64)>; 2],
    solicitations: u8,
    next_solicitation: u64,
    /// Addresses or the router are others than they were.
    pub(crate) changed: bool,
}

impl Slaac {
    pub(crate) fn new(hardware: EthernetAddress) -> Self {
        let [a, b, c, d, e, f] = hardware.0;
        Self {
            // Modified EUI-64 (RFC 4291, appendix A).
            identifier: [a ^ 2, b, c, 0xff, 0xfe, d, e, f],
            running: false,
            addresses: [None; 1 + PREFIXES],
            router: None,
            dns: [None; 2],
            solicitations: 0,
            next_solicitation: 0,
            changed: false,
        }
    }

    fn address(&self, prefix: [u8; 8]) -> Ipv6Addr {
        let mut octets = [0; 16];
        let (network, host) = octets.split_at_mut(8);
        network.copy_from_slice(&prefix);
        host.copy_from_slice(&self.identifier);
        octets.into()
    }

    /// The link is there. What was kept over a short loss is asked for again.
    pub(crate) fn start(&mut self, now: u64) {
        self.running = true;
        (self.solicitations, self.next_solicitation) = (SOLICITATIONS, now.saturating_add(PROBE));
        let link_local = self.address([0xfe, 0x80, 0, 0, 0, 0, 0, 0]);
        match &mut self.addresses[0] {
            Some(address) if address.check == Check::Passed => {}
            place => *place = Some(Address { address: link_local, check: Check::Unsent, until: None }),
        }
    }

    /// The link is gone for good.
    pub(crate) fn stop(&mut self) {
        self.running = false;
        self.addresses = [None; 1 + PREFIXES];
        self.router = None;
        self.dns = [None; 2];
        self.changed = true;
    }

    /// The link is gone for now.
    pub(crate) fn pause(&mut self) {
        self.running = false;
    }

    /// Addresses that can be used.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Ipv6Addr> + '_ {
        self.addresses.iter().flatten().filter(|address| address.check == Check::Passed).map(|address| address.address)
    }

    pub(crate) fn router(&self) -> Option<Ipv6Addr> {
        self.router.map(|(router, _)| router)
    }

    pub(crate) fn dns(&self) -> impl Iterator<Item = Ipv6Addr> + '_ {
        self.dns.iter().flatten().map(|(server, _)| *server)
    }

    /// What is to be sent now. It must be said by [`sent`](Self::sent) that it was.
    pub(crate) fn due(&self, now: u64) -> Option<Send> {
        if !self.running {
            return None;
        }
        let unsent = self.addresses.iter().flatten().find(|address| address.check == Check::Unsent);
        if let Some(address) = unsent {
            return Some(Send::Probe(address.address));
        }
        (self.solicitations > 0 && now >= self.next_solicitation).then_some(Send::Solicitation)
    }

    pub(crate) fn sent(&mut self, now: u64, sent: Send) {
        match sent {
            Send::Solicitation => {
                self.solicitations = self.solicitations.saturating_sub(1);
                self.next_solicitation = now.saturating_add(SOLICITATION_INTERVAL);
            }
            Send::Probe(probed) => {
                for address in self.addresses.iter_mut().flatten().filter(|address| address.address == probed) {
                    address.check = Check::Until(now.saturating_add(PROBE));
                }
            }
        }
    }

    /// Somebody claims an address. One that is in use already is kept: whoever says so can be a liar.
    pub(crate) fn claimed(&mut self, claimed: Ipv6Addr) {
        for address in self.addresses.iter_mut().flatten() {
            if address.address == claimed && matches!(address.check, Check::Unsent | Check::Until(_)) {
                address.check = Check::Taken;
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn step(&mut self, now: u64) {
        for place in &mut self.addresses {
            let Some(address) = place else { continue };
            if matches!(address.check, Check::Until(until) if now >= until) {
                address.check = Check::Passed;
                self.changed = true;
            }
            if address.until.is_some_and(|until| now >= until) {
                *place = None;
                self.changed = true;
            }
        }
        if self.router.is_some_and(|(_, until)| now >= until) {
            self.router = None;
            self.changed = true;
        }
        for server in &mut self.dns {
            if server.is_some_and(|(_, until)| now >= until) {
                *server = None;
                self.changed = true;
            }
        }
    }

    /// When [`step`](Self::step) or [`due`](Self::due) has something to do.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let addresses = self.addresses.iter().flatten().flat_map(|address| {
            let check = match address.check {
                Check::Unsent if self.running => Some(0),
                Check::Until(until) => Some(until),
                Check::Unsent | Check::Passed | Check::Taken => None,
            };
            [check, address.until]
        });
        let solicitation = (self.running && self.solicitations > 0).then_some(self.next_solicitation);
        let rest = [solicitation, self.router.map(|(_, until)| until)];
        let dns = self.dns.iter().map(|server| server.map(|(_, until)| until));
        addresses.chain(rest).chain(dns).flatten().min()
    }

    /// A router's advertisement (RFC 4861, 4.2), whose hop limit and checksum are right.
    pub(crate) fn advertisement(&mut self, now: u64, packet: &Ipv6Packet<&[u8]>) {
        let router = packet.src_addr();
        let Ok(message) = Icmpv6Packet::new_checked(packet.payload()) else { return };
        let Some(mut options) = packet.payload().get(16..) else { return };
        if !self.running || !router.is_unicast_link_local() {
            return;
        }
        let lifetime = message.router_lifetime().secs().saturating_mul(SECOND);
        self.solicitations = 0;
        match self.router {
            Some((known, _)) if known == router && lifetime == 0 => (self.router, self.changed) = (None, true),
            Some((known, _)) if known == router => self.router = Some((router, now.saturating_add(lifetime))),
            // The first one is kept as long as it says that it is one.
            Some(_) => {}
            None if lifetime > 0 => {
                (self.router, self.changed) = (Some((router, now.saturating_add(lifetime))), true);
            }
            None => {}
        }
        while let &[kind, units, ..] = options {
            let bytes = usize::from(units) * 8;
            let (Some(option), Some(rest)) = (options.get(..bytes), options.get(bytes..)) else { return };
            // A length of nothing would never end (RFC 4861, 4.6).
            if bytes == 0 {
                return;
            }
            match kind {
                3 => self.prefix(now, option),
                25 => self.servers(now, option),
                _ => {}
            }
            options = rest;
        }
    }

    /// The option of a prefix (RFC 4861, 4.6.2).
    fn prefix(&mut self, now: u64, option: &[u8]) {
        let (Some(head), Some(prefix)) = (option.first_chunk::<12>(), option.get(16..24)) else { return };
        let &[_, _, length, flags, v0, v1, v2, v3, p0, p1, p2, p3] = head;
        let valid = u64::from(u32::from_be_bytes([v0, v1, v2, v3])).saturating_mul(SECOND);
        let preferred = u64::from(u32::from_be_bytes([p0, p1, p2, p3])).saturating_mul(SECOND);
        let Ok(prefix) = <[u8; 8]>::try_from(prefix) else { return };
        // Only prefixes for addresses by themselves, of the length that fits an identifier, and no link-local ones.
        let link_local = prefix[0] == 0xfe && prefix[1] & 0xc0 == 0x80;
        if flags & 0x40 == 0 || length != 64 || preferred > valid || link_local || prefix[0] == 0xff {
            return;
        }
        let address = self.address(prefix);
        let until = now.saturating_add(valid);
        if let Some(known) = self.addresses.iter_mut().skip(1).flatten().find(|known| known.address == address) {
            let rest = known.until.map_or(0, |until| until.saturating_sub(now));
            if valid > TWO_HOURS || valid > rest {
                known.until = Some(until);
            } else if rest > TWO_HOURS {
                known.until = Some(now.saturating_add(TWO_HOURS));
            }
            return;
        }
        if valid == 0 || address.is_loopback() || address.is_unspecified() {
            return;
        }
        if let Some(place) = self.addresses.iter_mut().skip(1).find(|place| place.is_none()) {
            *place = Some(Address { address, check: Check::Unsent, until: Some(until) });
        }
    }

    /// The option of servers of names (RFC 8106, 5.1).
    fn servers(&mut self, now: u64, option: &[u8]) {
        let Some(&[_, _, _, _, l0, l1, l2, l3]) = option.first_chunk::<8>() else { return };
        let lifetime = u64::from(u32::from_be_bytes([l0, l1, l2, l3])).saturating_mul(SECOND);
        let Some(servers) = option.get(8..) else { return };
        for server in servers.as_chunks::<16>().0 {
            let server = Ipv6Addr::from(*server);
            if server.is_unspecified() || server.is_multicast() || server.is_loopback() {
                continue;
            }
            let until = now.saturating_add(lifetime);
            let known = self.dns.iter_mut().find(|known| known.is_some_and(|(known, _)| known == server));
            match known {
                Some(known) if lifetime == 0 => (*known, self.changed) = (None, true),
                Some(known) => *known = Some((server, until)),
                None => {
                    if lifetime > 0
                        && let Some(place) = self.dns.iter_mut().find(|place| place.is_none())
                    {
                        (*place, self.changed) = (Some((server, until)), true);
                    }
                }
            }
        }
    }
}
