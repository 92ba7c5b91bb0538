//! A first look at a frame that came, before the stack has it. Owns what the driver wants to know that the stack does not
//! tell: who asks for a connection, which connection was heard, what was said to be unreachable, routers' advertisements,
//! questions for groups; and which frames cannot be meant honestly. It changes nothing, and checks no checksums of TCP:
//! what it tells of TCP is a hint, what becomes of it is the stack's.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use smoltcp::wire::{
    ArpPacket, EthernetFrame, EthernetProtocol, Icmpv6Message, Icmpv6Packet, IpProtocol, Ipv4Packet, Ipv6Packet,
    TcpPacket,
};

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing of note.
    Other,
    /// Nothing that the stack should have: part of a datagram, or addresses that never come by a wire.
    Drop,
    /// TCP to `local` from `remote`.
    Tcp { local: SocketAddr, remote: SocketAddr, syn: bool, rst: bool },
    /// Somebody on the way says that what went from `local` to `remote` cannot arrive.
    Unreachable { local: SocketAddr, remote: SocketAddr, tcp: bool, why: Unreachable },
    /// A router's advertisement: the offset of the IPv6 packet.
    Advertisement,
    /// A neighbour says who it is.
    Neighbour(IpAddr),
    /// Somebody asks whether an IPv6 address is free, or says that it has it.
    Claim(Ipv6Addr),
    /// A router asks which groups are wanted here, and wants an answer within so many milliseconds.
    Query(u32),
}

/// What cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreachable {
    Network,
    Host,
    Port,
}

/// Bytes of an Ethernet header.
pub(crate) const ETHERNET: usize = 14;

/// Looks at a frame from the card, or at one of this machine itself (`local`), whose addresses are `own`.
pub(crate) fn inspect(frame: &[u8], local: bool, own: &[IpAddr]) -> Seen {
    let Ok(ethernet) = EthernetFrame::new_checked(frame) else { return Seen::Drop };
    match ethernet.ethertype() {
        EthernetProtocol::Arp => arp(ethernet.payload()),
        EthernetProtocol::Ipv4 => ipv4(ethernet.payload(), local, own),
        EthernetProtocol::Ipv6 => ipv6(ethernet.payload(), local, own),
        EthernetProtocol::Unknown(_) => Seen::Drop,
    }
}

fn arp(bytes: &[u8]) -> Seen {
    let Ok(packet) = ArpPacket::new_checked(bytes) else { return Seen::Drop };
    match packet.source_protocol_addr() {
        &[a, b, c, d] => Seen::Neighbour(Ipv4Addr::new(a, b, c, d).into()),
        _ => Seen::Drop,
    }
}

fn ipv4(bytes: &[u8], local: bool, own: &[IpAddr]) -> Seen {
    let Ok(packet) = Ipv4Packet::new_checked(bytes) else { return Seen::Drop };
    let (source, target) = (packet.src_addr(), packet.dst_addr());
    // Who claims by the wire to be this machine is either a liar or an echo.
    let strange = source.is_loopback() || target.is_loopback() || own.contains(&source.into());
    if packet.more_frags() || packet.frag_offset() != 0 || (strange && !local) {
        return Seen::Drop;
    }
    let payload = packet.payload();
    match packet.next_header() {
        IpProtocol::Tcp => tcp(source.into(), target.into(), payload),
        IpProtocol::Icmp => icmp(payload),
        IpProtocol::Igmp => match payload {
            // A query of version 1 has no time; it means ten seconds (RFC 2236, 4).
            [0x11, 0, ..] => Seen::Query(10_000),
            [0x11, tenths, ..] => Seen::Query(u32::from(*tenths) * 100),
            _ => Seen::Other,
        },
        _ => Seen::Other,
    }
}

fn ipv6(bytes: &[u8], local: bool, own: &[IpAddr]) -> Seen {
    let Ok(packet) = Ipv6Packet::new_checked(bytes) else { return Seen::Drop };
    let (source, target) = (packet.src_addr(), packet.dst_addr());
    let strange = source.is_loopback() || target.is_loopback() || own.contains(&source.into());
    if source.to_ipv4_mapped().is_some() || (strange && !local) {
        return Seen::Drop;
    }
    let payload = packet.payload();
    match packet.next_header() {
        IpProtocol::Tcp => tcp(source.into(), target.into(), payload),
        IpProtocol::Icmpv6 => icmpv6(&packet, payload),
        // Questions for groups come with one header before (RFC 3810, 5): eight bytes, a router alert.
        IpProtocol::HopByHop => match payload {
            [58, 0, _, _, _, _, _, _, 130, _, _, _, high, low, ..] => {
                Seen::Query(u32::from(u16::from_be_bytes([*high, *low])))
            }
            _ => Seen::Other,
        },
        _ => Seen::Other,
    }
}

fn tcp(source: IpAddr, target: IpAddr, bytes: &[u8]) -> Seen {
    let Ok(packet) = TcpPacket::new_checked(bytes) else { return Seen::Drop };
    Seen::Tcp {
        local: SocketAddr::new(target, packet.dst_port()),
        remote: SocketAddr::new(source, packet.src_port()),
        syn: packet.syn() && !packet.ack() && !packet.rst() && !packet.fin(),
        rst: packet.rst(),
    }
}

/// ICMP (RFC 792): of interest is type 3, with the header that it is about.
fn icmp(bytes: &[u8]) -> Seen {
    let (&[3, code, _, _, _, _, _, _], Some(about)) = (bytes.first_chunk::<8>().unwrap_or(&[0; 8]), bytes.get(8..))
    else {
        return Seen::Other;
    };
    let why = match code {
        0 | 6 | 9 | 11 => Unreachable::Network,
        1 | 5 | 7 | 8 | 10 | 12 | 13 => Unreachable::Host,
        2 | 3 => Unreachable::Port,
        // 4 is about the size of a datagram and no end.
        _ => return Seen::Other,
    };
    // The header may be of a longer packet than what follows: its own length is not held against it.
    let Some(header) = about.get(..20) else { return Seen::Other };
    let packet = Ipv4Packet::new_unchecked(header);
    if packet.version() != 4 || packet.frag_offset() != 0 {
        return Seen::Other;
    }
    let ports = about.get(usize::from(packet.header_len())..);
    unreachable(packet.src_addr().into(), packet.dst_addr().into(), packet.next_header(), ports, why)
}

fn icmpv6(packet: &Ipv6Packet<&[u8]>, bytes: &[u8]) -> Seen {
    let Ok(message) = Icmpv6Packet::new_checked(bytes) else { return Seen::Other };
    match message.msg_type() {
        Icmpv6Message::DstUnreachable => {
            let why = match message.msg_code() {
                0 => Unreachable::Network,
                1..=3 | 5 | 6 => Unreachable::Host,
                4 => Unreachable::Port,
                _ => return Seen::Other,
            };
            let Some(about) = bytes.get(8..) else { return Seen::Other };
            let Some(header) = about.get(..40) else { return Seen::Other };
            let inner = Ipv6Packet::new_unchecked(header);
            unreachable(inner.src_addr().into(), inner.dst_addr().into(), inner.next_header(), about.get(40..), why)
        }
        // Neighbours are heard only from this link, which the hop limit shows (RFC 4861, 7.1), and with a right checksum.
        Icmpv6Message::RouterAdvert | Icmpv6Message::NeighborAdvert | Icmpv6Message::NeighborSolicit
            if packet.hop_limit() != 255 || !message.verify_checksum(&packet.src_addr(), &packet.dst_addr()) =>
        {
            Seen::Drop
        }
        Icmpv6Message::RouterAdvert => Seen::Advertisement,
        Icmpv6Message::NeighborAdvert if bytes.len() >= 24 => {
            let target = message.target_addr();
            if packet.dst_addr().is_multicast() { Seen::Claim(target) } else { Seen::Neighbour(target.into()) }
        }
        Icmpv6Message::NeighborSolicit if bytes.len() >= 24 && packet.src_addr().is_unspecified() => {
            Seen::Claim(message.target_addr())
        }
        Icmpv6Message::MldQuery => match bytes {
            [_, _, _, _, high, low, ..] => Seen::Query(u32::from(u16::from_be_bytes([*high, *low]))),
            _ => Seen::Other,
        },
        _ => Seen::Other,
    }
}

fn unreachable(source: IpAddr, target: IpAddr, protocol: IpProtocol, ports: Option<&[u8]>, why: Unreachable) -> Seen {
    let Some(&[a, b, c, d]) = ports.and_then(|ports| ports.first_chunk::<4>()) else { return Seen::Other };
    let tcp = match protocol {
        IpProtocol::Tcp => true,
        IpProtocol::Udp => false,
        _ => return Seen::Other,
    };
    Seen::Unreachable {
        local: SocketAddr::new(source, u16::from_be_bytes([a, b])),
        remote: SocketAddr::new(target, u16::from_be_bytes([c, d])),
        tcp,
        why,
    }
}

/// Where a frame that is to go out wants to: the address of a neighbour that it asks for.
pub(crate) fn asked_neighbour(frame: &[u8]) -> Option<IpAddr> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    match ethernet.ethertype() {
        EthernetProtocol::Arp => {
            let packet = ArpPacket::new_checked(ethernet.payload()).ok()?;
            match (packet.operation(), packet.target_protocol_addr()) {
                (smoltcp::wire::ArpOperation::Request, &[a, b, c, d]) => Some(Ipv4Addr::new(a, b, c, d).into()),
                _ => None,
            }
        }
        EthernetProtocol::Ipv6 => {
            let packet = Ipv6Packet::new_checked(ethernet.payload()).ok()?;
            if packet.next_header() != IpProtocol::Icmpv6 || packet.payload().len() < 24 {
                return None;
            }
            let message = Icmpv6Packet::new_checked(packet.payload()).ok()?;
            (message.msg_type() == Icmpv6Message::NeighborSolicit).then(|| message.target_addr().into())
        }
        _ => None,
    }
}

/// A multicast datagram of UDP that is to go out: its group and its port of origin.
pub(crate) fn multicast_datagram(frame: &[u8]) -> Option<(IpAddr, u16)> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    let (group, protocol, payload): (IpAddr, _, _) = match ethernet.ethertype() {
        EthernetProtocol::Ipv4 => {
            let packet = Ipv4Packet::new_checked(ethernet.payload()).ok()?;
            (packet.dst_addr().into(), packet.next_header(), packet.payload())
        }
        EthernetProtocol::Ipv6 => {
            let packet = Ipv6Packet::new_checked(ethernet.payload()).ok()?;
            (packet.dst_addr().into(), packet.next_header(), packet.payload())
        }
        _ => return None,
    };
    let port = payload.first_chunk::<2>()?;
    (group.is_multicast() && protocol == IpProtocol::Udp).then_some((group, u16::from_be_bytes(*port)))
}
