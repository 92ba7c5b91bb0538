//! Addresses as they come and go: what the DHCP client, a program or a router has said becomes the stack's addresses and
//! a program's events. Owns that order of things.

use crate::network::Core;
use crate::slaac::{Send, Slaac};
use crate::stack::Stack;
use core::net::Ipv6Addr;
use emberl_vm::net::{Event, Ipv4};
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv6Packet, Ipv6Repr,
    NdiscRepr,
};

/// All routers of the link (RFC 4291, 2.7.1).
const ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);

impl Core {
    /// The link is there: an address is wanted.
    pub(crate) fn begin_addressing(&mut self) {
        let now = self.now;
        let fixed = self.wanted.as_ref().and_then(|wanted| wanted.address);
        let Some(stack) = self.stack.as_mut() else { return };
        stack.air.local.neighbours.forget();
        if let Some(slaac) = stack.slaac.as_mut() {
            slaac.start(now);
        }
        match fixed {
            None => stack.ask_address(),
            Some(address) if stack.station != Some(address) => self.set_station(Some(address)),
            Some(_) => {}
        }
        // Those who forward for groups may have forgotten that we are members.
        self.groups.renew = true;
        self.dirty = true;
    }

    /// The link is gone for good: so are the addresses.
    pub(crate) fn forget_addresses(&mut self) {
        let Some(stack) = self.stack.as_mut() else { return };
        stack.end_asking();
        if let Some(slaac) = stack.slaac.as_mut() {
            slaac.stop();
        }
        stack.told = [None; 3];
        self.set_station(None);
        self.apply_addresses();
    }

    /// The link is gone for now.
    pub(crate) fn pause_addressing(&mut self) {
        if let Some(slaac) = self.stack.as_mut().and_then(|stack| stack.slaac.as_mut()) {
            slaac.pause();
        }
    }

    /// The station has another address, or none.
    fn set_station(&mut self, address: Option<Ipv4>) {
        let Some(stack) = self.stack.as_mut() else { return };
        let old = stack.station;
        if old == address {
            return;
        }
        stack.station = address;
        self.apply_addresses();
        if let Some(old) = old
            && address.is_none_or(|address| address.address != old.address)
        {
            self.tell(Event::AddressLost(old.address));
        }
        if let Some(address) = address {
            self.tell(Event::Address(address));
        }
        self.groups.renew = true;
    }

    /// Tells the stack what there is.
    pub(crate) fn apply_addresses(&mut self) {
        if let Some(stack) = self.stack.as_mut() {
            stack.apply();
        }
        self.dirty = true;
    }

    /// Looks what the DHCP client and the routers have said.
    pub(crate) fn look_after_addresses(&mut self) {
        let now = self.now;
        let Some(stack) = self.stack.as_mut() else { return };
        if let Some(lease) = stack.lease()
            // The client says at first that there is nothing.
            && lease != stack.station
        {
            self.set_station(lease);
        }
        let Some(stack) = self.stack.as_mut() else { return };
        let Some(slaac) = stack.slaac.as_mut() else { return };
        slaac.step(now);
        if slaac.changed {
            slaac.changed = false;
            self.apply_addresses();
            self.tell_addresses();
        }
    }

    /// Tells of IPv6 addresses that are new.
    fn tell_addresses(&mut self) {
        let Some(stack) = self.stack.as_mut() else { return };
        let mut current = [None; 3];
        for (place, address) in current.iter_mut().zip(stack.slaac.iter().flat_map(Slaac::addresses)) {
            *place = Some(address);
        }
        let old = core::mem::replace(&mut stack.told, current);
        for address in current.into_iter().flatten() {
            if !old.contains(&Some(address)) {
                self.tell(Event::Address6(address, 64));
            }
        }
    }
}

/// Bytes of the headers of what is sent here.
const HEADERS: usize = 14 + 40;

/// A frame that asks for routers, or for who has an address: its length, and how it is made.
pub(crate) fn question(stack: &Stack, send: Send) -> (usize, impl FnOnce(&mut [u8]) + use<>) {
    let hardware = stack.air.local.hardware;
    let link_local = stack
        .slaac
        .iter()
        .flat_map(Slaac::addresses)
        .find(Ipv6Addr::is_unicast_link_local)
        .unwrap_or(Ipv6Addr::UNSPECIFIED);
    let (source, target, message) = match send {
        Send::Solicitation => {
            // Who has no address yet says nothing of his hardware's (RFC 4861, 4.1).
            let lladdr = (!link_local.is_unspecified()).then(|| hardware.into());
            (link_local, ROUTERS, NdiscRepr::RouterSolicit { lladdr })
        }
        Send::Probe(address) => {
            let message = NdiscRepr::NeighborSolicit { target_addr: address, lladdr: None };
            (Ipv6Addr::UNSPECIFIED, solicited(address), message)
        }
    };
    let message = Icmpv6Repr::Ndisc(message);
    let bytes = message.buffer_len();
    let make = move |frame: &mut [u8]| {
        let mut ethernet = EthernetFrame::new_unchecked(frame);
        let [.., a, b, c, d] = target.octets();
        ethernet.set_src_addr(hardware);
        ethernet.set_dst_addr(EthernetAddress([0x33, 0x33, a, b, c, d]));
        ethernet.set_ethertype(EthernetProtocol::Ipv6);
        let mut packet = Ipv6Packet::new_unchecked(ethernet.payload_mut());
        let header = Ipv6Repr {
            src_addr: source,
            dst_addr: target,
            next_header: IpProtocol::Icmpv6,
            payload_len: bytes,
            hop_limit: 255,
        };
        header.emit(&mut packet);
        let checksums = smoltcp::phy::ChecksumCapabilities::default();
        message.emit(&source, &target, &mut Icmpv6Packet::new_unchecked(packet.payload_mut()), &checksums);
    };
    (HEADERS + bytes, make)
}

/// The group of those who may have an address (RFC 4291, 2.7.1).
fn solicited(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]))
}
