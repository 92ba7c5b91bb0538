//! One stack behind two hardware addresses: a radio that is in a network and is one at the same time has an address for
//! each, and the stack has one. Owns the change of the address in frames that pass the other interface: in the Ethernet
//! header, in ARP (RFC 826), and in the options of neighbour discovery (RFC 4861, 4.6.1) with their checksum.

use smoltcp::wire::{EthernetAddress, EthernetFrame, EthernetProtocol};

/// Where a frame's payload begins.
const PAYLOAD: usize = 14;
/// Where an ARP packet for Ethernet and IPv4 has the hardware addresses of sender and target.
const ARP: [usize; 2] = [PAYLOAD + 8, PAYLOAD + 18];
/// Where an IPv6 packet says what follows, and where that begins. Neighbour discovery allows no headers between.
const NEXT_HEADER: usize = PAYLOAD + 6;
const ICMP: usize = PAYLOAD + 40;
/// ICMPv6, among next headers.
const ICMP_V6: u8 = 58;
/// Units of an option's length.
const OPTION_UNIT: usize = 8;

/// Puts one address in the place of another in a frame, wherever the frame tells whose it is or whom it is for. Frames that
/// are not sound, and addresses in other places, are left as they are.
pub fn translate(frame: &mut [u8], from: [u8; 6], to: [u8; 6]) {
    let Ok(mut ethernet) = EthernetFrame::new_checked(&mut *frame) else { return };
    let (from_address, to_address) = (EthernetAddress(from), EthernetAddress(to));
    if ethernet.src_addr() == from_address {
        ethernet.set_src_addr(to_address);
    }
    if ethernet.dst_addr() == from_address {
        ethernet.set_dst_addr(to_address);
    }
    match ethernet.ethertype() {
        EthernetProtocol::Arp => {
            for place in ARP {
                replace(frame, place, from, to);
            }
        }
        EthernetProtocol::Ipv6 if frame.get(NEXT_HEADER) == Some(&ICMP_V6) => neighbour_discovery(frame, from, to),
        _ => {}
    }
}

/// Whether the address was there.
fn replace(frame: &mut [u8], place: usize, from: [u8; 6], to: [u8; 6]) -> bool {
    match frame.get_mut(place..place + 6) {
        Some(bytes) if *bytes == from => {
            bytes.copy_from_slice(&to);
            true
        }
        _ => false,
    }
}

fn neighbour_discovery(frame: &mut [u8], from: [u8; 6], to: [u8; 6]) {
    // Behind the fixed part of solicitations of routers and neighbours, and advertisements.
    let mut option = ICMP
        + match frame.get(ICMP) {
            Some(133) => 8,
            Some(134) => 16,
            Some(135 | 136) => 24,
            _ => return,
        };
    while let Some(&[kind, units]) = frame.get(option..option + 2) {
        if units == 0 {
            return;
        }
        // The sender's address, or the target's. It begins at an even place, so that its words are those of the sum.
        if matches!(kind, 1 | 2) && replace(frame, option + 2, from, to) {
            correct(frame, from, to);
        }
        option += usize::from(units) * OPTION_UNIT;
    }
}

/// Corrects the checksum for bytes that became others (RFC 1624).
fn correct(frame: &mut [u8], from: [u8; 6], to: [u8; 6]) {
    let Some([high, low]) = frame.get_mut(ICMP + 2..ICMP + 4) else { return };
    let words = |bytes: [u8; 6]| {
        let [a, b, c, d, e, f] = bytes;
        [[a, b], [c, d], [e, f]].map(|word| u32::from(u16::from_be_bytes(word)))
    };
    let mut sum = u32::from(!u16::from_be_bytes([*high, *low]));
    for (old, new) in words(from).into_iter().zip(words(to)) {
        sum += (old ^ 0xffff) + new;
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    [*high, *low] = (!(sum as u16)).to_be_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use core::net::Ipv6Addr;
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{
        Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv6Packet, Ipv6Repr, NdiscNeighborFlags, NdiscRepr, RawHardwareAddress,
    };

    const STATION: [u8; 6] = [2, 0, 0, 0xff, 0xfe, 1];
    const OWN: [u8; 6] = [2, 0, 0, 0xff, 0xff, 2];
    const OTHER: [u8; 6] = [4, 5, 6, 7, 8, 9];

    fn ethernet(to: [u8; 6], from: [u8; 6], kind: [u8; 2], payload: &[u8]) -> Vec<u8> {
        [&to[..], &from, &kind, payload].concat()
    }

    fn arp(sender: [u8; 6], target: [u8; 6]) -> Vec<u8> {
        [&[0, 1, 8, 0, 6, 4, 0, 2][..], &sender, &[10, 0, 0, 1], &target, &[10, 0, 0, 2]].concat()
    }

    fn advertisement(address: [u8; 6]) -> Vec<u8> {
        let own = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
        let all = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
        let icmp = Icmpv6Repr::Ndisc(NdiscRepr::NeighborAdvert {
            flags: NdiscNeighborFlags::OVERRIDE,
            target_addr: own,
            lladdr: Some(RawHardwareAddress::from_bytes(&address)),
        });
        let ip = Ipv6Repr {
            src_addr: own,
            dst_addr: all,
            next_header: IpProtocol::Icmpv6,
            payload_len: icmp.buffer_len(),
            hop_limit: 255,
        };
        let mut packet = vec![0; ip.buffer_len() + icmp.buffer_len()];
        let mut view = Ipv6Packet::new_unchecked(&mut packet);
        ip.emit(&mut view);
        let mut payload = Icmpv6Packet::new_unchecked(view.payload_mut());
        icmp.emit(&own, &all, &mut payload, &ChecksumCapabilities::default());
        ethernet([0x33, 0x33, 0, 0, 0, 1], address, [0x86, 0xdd], &packet)
    }

    #[test]
    fn headers_and_arp_have_the_other_address() {
        let mut frame = ethernet(OTHER, STATION, [8, 6], &arp(STATION, OTHER));
        translate(&mut frame, STATION, OWN);
        assert_eq!(frame, ethernet(OTHER, OWN, [8, 6], &arp(OWN, OTHER)));
        let mut answer = ethernet(OWN, OTHER, [8, 6], &arp(OTHER, OWN));
        translate(&mut answer, OWN, STATION);
        assert_eq!(answer, ethernet(STATION, OTHER, [8, 6], &arp(OTHER, STATION)));
    }

    #[test]
    fn neighbour_discovery_keeps_its_checksum() {
        let mut frame = advertisement(STATION);
        translate(&mut frame, STATION, OWN);
        // Made by another hand with the other address, it is the same frame, sum and all.
        assert_eq!(frame, advertisement(OWN));
        translate(&mut frame, OWN, STATION);
        assert_eq!(frame, advertisement(STATION));
    }

    #[test]
    fn what_is_of_others_stays() {
        for frame in [
            ethernet(OTHER, OTHER, [8, 6], &arp(OTHER, OTHER)),
            ethernet(OTHER, OTHER, [8, 0], &STATION),
            advertisement(OTHER),
        ] {
            let mut same = frame.clone();
            translate(&mut same, STATION, OWN);
            assert_eq!(same, frame);
        }
    }

    #[test]
    fn any_bytes_end_well() {
        let whole = advertisement(STATION);
        for length in 0..whole.len() {
            let mut part = whole[..length].to_vec();
            translate(&mut part, STATION, OWN);
            assert_eq!(part.len(), length);
            for byte in 0..length {
                let mut wrong = whole.clone();
                wrong[byte] ^= 0xff;
                translate(&mut wrong, STATION, OWN);
            }
        }
    }
}
