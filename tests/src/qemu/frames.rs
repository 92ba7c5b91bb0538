//! Ethernet frames as tests send and read them on the wire: ARP, and UDP and TCP over IPv4, with the lengths and the checksums
//! that they must have. What is wrong on purpose, a test makes of one of these.

/// An Ethernet address.
pub type Mac = [u8; 6];
/// An IPv4 address.
pub type Ip = [u8; 4];

/// Every machine of the link.
pub const EVERYBODY: Mac = [0xff; 6];

/// IPv4's number of ICMP.
pub const ICMP: u8 = 1;
/// IPv4's number of TCP.
pub const TCP: u8 = 6;
/// IPv4's number of UDP.
pub const UDP: u8 = 17;

/// TCP's flags (RFC 9293, 3.1).
pub mod flags {
    /// No more comes.
    pub const FIN: u8 = 1;
    /// The beginning of a connection.
    pub const SYN: u8 = 2;
    /// There is no such connection.
    pub const RST: u8 = 4;
    /// Data is to be handed on.
    pub const PSH: u8 = 8;
    /// The number of what was received is there.
    pub const ACK: u8 = 16;
}

/// Who sends, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The card that a frame comes from.
    pub from: Mac,
    /// The card that it goes to.
    pub to: Mac,
    /// The address that it comes from.
    pub source: Ip,
    /// The address that it goes to.
    pub target: Ip,
}

/// A segment of TCP, without options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// The sender's port.
    pub source: u16,
    /// The receiver's port.
    pub target: u16,
    /// The number of its first byte.
    pub sequence: u32,
    /// The number of the byte that is expected next.
    pub acknowledged: u32,
    /// Bits of [`flags`].
    pub flags: u8,
    /// How many bytes the sender takes.
    pub window: u16,
    /// The data.
    pub payload: Vec<u8>,
}

/// What a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A question by ARP: who has the address that it goes to.
    ArpQuestion(Way),
    /// An answer by ARP: who sends has that address.
    ArpAnswer(Way),
    /// A datagram: the sender's port, the receiver's, the data.
    Udp(Way, u16, u16, Vec<u8>),
    /// A segment.
    Tcp(Way, Segment),
}

/// The checksum of the internet (RFC 1071).
#[must_use]
pub fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes.chunks(2).map(|pair| {
        let low = pair.get(1).copied().unwrap_or_default();
        u64::from(pair.first().copied().unwrap_or_default()) << 8 | u64::from(low)
    });
    let mut sum: u64 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!u16::try_from(sum).unwrap_or_default()).to_be_bytes()
}

/// A length as the header has it: its lowest 16 bits.
fn length(bytes: usize) -> [u8; 2] {
    let [.., high, low] = bytes.to_be_bytes();
    [high, low]
}

/// Puts the checksum at this place.
fn put(bytes: &mut [u8], at: usize, sum: [u8; 2]) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&sum);
    }
}

impl Way {
    /// The way back.
    #[must_use]
    pub const fn back(self) -> Self {
        Self { from: self.to, to: self.from, source: self.target, target: self.source }
    }

    fn ethernet(&self, kind: [u8; 2], payload: &[u8]) -> Vec<u8> {
        [self.to.as_slice(), &self.from, &kind, payload].concat()
    }

    /// Asks who has the address that it goes to.
    #[must_use]
    pub fn arp_question(&self) -> Vec<u8> {
        let head = [0, 1, 8, 0, 6, 4, 0, 1];
        self.ethernet([8, 6], &[&head[..], &self.from, &self.source, &[0; 6], &self.target].concat())
    }

    /// Says that who sends has the address that it comes from.
    #[must_use]
    pub fn arp_answer(&self) -> Vec<u8> {
        let head = [0, 1, 8, 0, 6, 4, 0, 2];
        self.ethernet([8, 6], &[&head[..], &self.from, &self.source, &self.to, &self.target].concat())
    }

    /// A packet; `fragment` are the flags and the place of a fragment, 0 of a whole one. As all that is of the link only,
    /// it has a time to live of 255.
    #[must_use]
    pub fn ipv4(&self, protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
        let mut head = vec![0x45, 0];
        head.extend(length(20 + payload.len()));
        head.extend([0, 1]);
        head.extend(fragment.to_be_bytes());
        head.extend([255, protocol, 0, 0]);
        head.extend(self.source);
        head.extend(self.target);
        let sum = checksum(&head);
        put(&mut head, 10, sum);
        head.extend(payload);
        self.ethernet([8, 0], &head)
    }

    /// The checksum of what is in a packet, with the addresses (RFC 9293, 3.1).
    fn sum(&self, protocol: u8, bytes: &[u8]) -> [u8; 2] {
        checksum(&[&self.source[..], &self.target, &[0, protocol], &length(bytes.len()), bytes].concat())
    }

    /// A datagram.
    #[must_use]
    pub fn udp(&self, source: u16, target: u16, payload: &[u8]) -> Vec<u8> {
        let ports = [source.to_be_bytes(), target.to_be_bytes()].concat();
        let mut datagram = [&ports[..], &length(8 + payload.len()), &[0, 0], payload].concat();
        let sum = self.sum(UDP, &datagram);
        // None would be the sum of a datagram without (RFC 768).
        put(&mut datagram, 6, if sum == [0, 0] { [0xff; 2] } else { sum });
        self.ipv4(UDP, 0, &datagram)
    }

    /// A segment.
    #[must_use]
    pub fn tcp(&self, segment: &Segment) -> Vec<u8> {
        let mut bytes = [segment.source.to_be_bytes(), segment.target.to_be_bytes()].concat();
        bytes.extend(segment.sequence.to_be_bytes());
        bytes.extend(segment.acknowledged.to_be_bytes());
        bytes.extend([0x50, segment.flags]);
        bytes.extend(segment.window.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(&segment.payload);
        let sum = self.sum(TCP, &bytes);
        put(&mut bytes, 16, sum);
        self.ipv4(TCP, 0, &bytes)
    }
}

/// The bytes at a place, as many as the array has.
fn take<const COUNT: usize>(bytes: &[u8], at: usize) -> Option<[u8; COUNT]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// What a frame is; `None` where it is nothing of [`Frame`]. Checksums are not looked at.
#[must_use]
pub fn read(frame: &[u8]) -> Option<Frame> {
    let (to, from) = (take(frame, 0)?, take(frame, 6)?);
    match take(frame, 12)? {
        [8, 6] => {
            let way = Way { from, to, source: take(frame, 28)?, target: take(frame, 38)? };
            match take(frame, 20)? {
                [0, 1] => Some(Frame::ArpQuestion(way)),
                [0, 2] => Some(Frame::ArpAnswer(way)),
                _ => None,
            }
        }
        [8, 0] => {
            let way = Way { from, to, source: take(frame, 26)?, target: take(frame, 30)? };
            let total = usize::from(u16::from_be_bytes(take(frame, 16)?));
            let head = usize::from(frame.get(14)? & 15) * 4;
            let inner = frame.get(14 + head..14 + total)?;
            let (source, target) = (u16::from_be_bytes(take(inner, 0)?), u16::from_be_bytes(take(inner, 2)?));
            match *frame.get(23)? {
                UDP => Some(Frame::Udp(way, source, target, inner.get(8..)?.to_vec())),
                TCP => {
                    let segment = Segment {
                        source,
                        target,
                        sequence: u32::from_be_bytes(take(inner, 4)?),
                        acknowledged: u32::from_be_bytes(take(inner, 8)?),
                        flags: *inner.get(13)?,
                        window: u16::from_be_bytes(take(inner, 14)?),
                        payload: inner.get(usize::from(*inner.get(12)? >> 4) * 4..)?.to_vec(),
                    };
                    Some(Frame::Tcp(way, segment))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: Way =
        Way { from: [2, 0, 0, 0, 0, 1], to: [2, 0, 0, 0, 0, 2], source: [10, 0, 2, 77], target: [10, 0, 2, 15] };

    #[test]
    fn what_is_made_is_read() {
        let segment =
            Segment { source: 1, target: 80, sequence: 7, flags: flags::SYN, window: 9, ..Segment::default() };
        assert_eq!(read(&WAY.tcp(&segment)), Some(Frame::Tcp(WAY, segment)));
        assert_eq!(read(&WAY.udp(1, 2, b"abc")), Some(Frame::Udp(WAY, 1, 2, b"abc".to_vec())));
        assert_eq!(read(&WAY.arp_question()), Some(Frame::ArpQuestion(WAY)));
        assert_eq!(read(&WAY.arp_answer()), Some(Frame::ArpAnswer(WAY)));
        let whole = WAY.udp(1, 2, b"abc");
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None);
        }
    }

    /// The example of RFC 1071, 3, and a sum over what has its checksum.
    #[test]
    fn checksums_are_right() {
        assert_eq!(checksum(&[0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7]), (!0xddf2_u16).to_be_bytes());
        assert_eq!(checksum(&WAY.udp(1, 2, b"abc")[14..34]), [0, 0]);
    }
}
