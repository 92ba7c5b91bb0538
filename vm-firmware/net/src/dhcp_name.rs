//! The host name in what the DHCP client sends (RFC 2132, 3.14). Owns the name and the change of the frame: the stack's
//! client takes options only from data that lives as long as the program, and a host name comes with each start.

use smoltcp::wire::{
    DHCP_CLIENT_PORT, DHCP_SERVER_PORT, EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Packet, UdpPacket,
};

/// The longest label of a name (RFC 1035, 2.3.4).
const MOST: usize = 63;
/// Where the options begin in a message of DHCP: after the fixed part and the cookie (RFC 2131, 2).
const OPTIONS: usize = 240;
/// Bytes of the headers before it: Ethernet, IPv4 without options, UDP.
const HEADERS: usize = 14 + 20 + 8;

/// A host name, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    bytes: [u8; MOST],
    length: u8,
}

impl Default for Name {
    fn default() -> Self {
        Self { bytes: [0; MOST], length: 0 }
    }
}

impl Name {
    /// The name; `None` where it is none that a host can have (RFC 1123, 2.1).
    pub(crate) fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; MOST];
        bytes.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        let fine = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        (fine && !name.is_empty()).then_some(Self { bytes, length: u8::try_from(name.len()).ok()? })
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// Adds the name to a frame of so many bytes if it is of the DHCP client; the new count.
pub(crate) fn add(buffer: &mut [u8], bytes: usize, name: &Name) -> usize {
    if name.length == 0 { bytes } else { try_add(buffer, bytes, name.as_bytes()).unwrap_or(bytes) }
}

fn try_add(buffer: &mut [u8], bytes: usize, name: &[u8]) -> Option<usize> {
    let end = client_end(buffer.get(..bytes)?)?;
    let more = name.len() + 2;
    // What follows the end is nothing, or zeros.
    let total = end + more + 1;
    let option = buffer.get_mut(end..total)?;
    let (head, tail) = option.split_at_mut_checked(2)?;
    head.copy_from_slice(&[12, u8::try_from(name.len()).ok()?]);
    let (text, last) = tail.split_at_mut_checked(name.len())?;
    text.copy_from_slice(name);
    last.copy_from_slice(&[255]);

    let packet_bytes = u16::try_from(total - 14).ok()?;
    let mut packet = Ipv4Packet::new_unchecked(buffer.get_mut(14..total)?);
    packet.set_total_len(packet_bytes);
    packet.fill_checksum();
    let (source, target) = (packet.src_addr(), packet.dst_addr());
    let mut datagram = UdpPacket::new_unchecked(packet.payload_mut());
    datagram.set_len(packet_bytes - 20);
    datagram.fill_checksum(&IpAddress::Ipv4(source), &IpAddress::Ipv4(target));
    Some(total)
}

/// Where the end of the options is in a frame of the DHCP client.
fn client_end(frame: &[u8]) -> Option<usize> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    if ethernet.ethertype() != EthernetProtocol::Ipv4 {
        return None;
    }
    let packet = Ipv4Packet::new_checked(ethernet.payload()).ok()?;
    if packet.next_header() != IpProtocol::Udp || packet.header_len() != 20 {
        return None;
    }
    let datagram = UdpPacket::new_checked(packet.payload()).ok()?;
    if (datagram.src_port(), datagram.dst_port()) != (DHCP_CLIENT_PORT, DHCP_SERVER_PORT) {
        return None;
    }
    let message = datagram.payload();
    let mut at = OPTIONS;
    loop {
        match *message.get(at)? {
            255 => return Some(HEADERS + at),
            0 => at += 1,
            _ => at += 2 + usize::from(*message.get(at + 1)?),
        }
    }
}
