//! The data of the few types of records that services and hosts are told with, in and out of messages.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use edge_mdns::domain::base::iana::Class;
use edge_mdns::domain::base::message::Section;
use edge_mdns::domain::base::rdata::ComposeRecordData;
use edge_mdns::domain::base::wire::Composer;
use edge_mdns::domain::base::{Message, ParsedName, ParsedRecord, RecordData, Rtype};
use edge_mdns::domain::rdata;

use super::name::Name;

/// The bit of a record's class by which what was heard before is out of date (RFC 6762, 10.2), and of a question's by which
/// the answer may come to the asker alone (5.4).
pub(super) const TOP: u16 = 0x8000;

/// Types that a name has records of, as NSEC tells them (RFC 6762, 6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types {
    pub(super) a: bool,
    pub(super) aaaa: bool,
    pub(super) srv: bool,
    pub(super) txt: bool,
}

impl Types {
    /// Window block 0 of the bitmap (RFC 4034, 4.1.2), and how many bytes of it are used.
    fn bitmap(self) -> ([u8; 7], usize) {
        let mut block = [0; 7];
        let mut length = 0;
        for (set, rtype) in [(self.a, 1_u8), (self.txt, 16), (self.aaaa, 28), (self.srv, 33)] {
            let index = usize::from(rtype / 8);
            if set && let Some(byte) = block.get_mut(2 + index) {
                *byte |= 0x80 >> (rtype % 8);
                length = index + 1;
            }
        }
        if let Some(byte) = block.get_mut(1) {
            // At most 5.
            *byte = u8::try_from(length).unwrap_or_default();
        }
        (block, if length == 0 { 0 } else { 2 + length })
    }

    /// Whether there are records of this type. Of types that are not known here: no.
    pub(super) fn has(self, rtype: Rtype) -> bool {
        match rtype {
            Rtype::A => self.a,
            Rtype::AAAA => self.aaaa,
            Rtype::SRV => self.srv,
            Rtype::TXT => self.txt,
            _ => false,
        }
    }
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A name.
    Ptr(Name),
    /// The place of a service (RFC 2782).
    Srv {
        /// The lowest is tried first.
        priority: u16,
        /// Shares among those of one priority.
        weight: u16,
        /// The port.
        port: u16,
        /// The host.
        host: Name,
    },
    /// Strings, each after its length.
    Txt(Vec<u8>),
    /// The types that the name, which is repeated here, has.
    Nsec(Name, Types),
}

impl Data {
    /// The data of an address.
    pub(super) const fn address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::A(v4),
            IpAddr::V6(v6) => Self::Aaaa(v6),
        }
    }

    /// The data of a record that was heard. `None` where it is of another type, or broken.
    pub(super) fn heard(record: &ParsedRecord<'_, [u8]>) -> Option<Self> {
        match record.rtype() {
            Rtype::A => Some(Self::A(record.to_record::<rdata::A>().ok()??.data().addr())),
            Rtype::AAAA => Some(Self::Aaaa(record.to_record::<rdata::Aaaa>().ok()??.data().addr())),
            Rtype::PTR => {
                let record = record.to_record::<rdata::Ptr<ParsedName<&[u8]>>>().ok()??;
                Some(Self::Ptr(Name::heard(record.data().ptrdname())?))
            }
            Rtype::SRV => {
                let record = record.to_record::<rdata::Srv<ParsedName<&[u8]>>>().ok()??;
                let data = record.data();
                let host = Name::heard(data.target())?;
                Some(Self::Srv { priority: data.priority(), weight: data.weight(), port: data.port(), host })
            }
            Rtype::TXT => {
                let record = record.to_record::<rdata::Txt<&[u8]>>().ok()??;
                let mut text = Vec::new();
                text.try_reserve_exact(usize::from(record.data().rdlen(false)?)).ok()?;
                for string in record.data().iter() {
                    text.push(u8::try_from(string.len()).ok()?);
                    text.extend_from_slice(string);
                }
                Some(Self::Txt(text))
            }
            Rtype::NSEC => {
                let record = record.to_record::<rdata::Nsec<&[u8], ParsedName<&[u8]>>>().ok()??;
                let types = record.data().types();
                let has = |rtype| types.contains(rtype);
                let types =
                    Types { a: has(Rtype::A), aaaa: has(Rtype::AAAA), srv: has(Rtype::SRV), txt: has(Rtype::TXT) };
                Some(Self::Nsec(Name::heard(record.data().next_name())?, types))
            }
            _ => None,
        }
    }

    /// The data in wire form with all names in full, as probes are compared (RFC 6762, 8.2).
    pub(super) fn in_full(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::A(address) => bytes.extend_from_slice(&address.octets()),
            Self::Aaaa(address) => bytes.extend_from_slice(&address.octets()),
            Self::Ptr(name) => bytes.extend_from_slice(name.wire()),
            Self::Srv { priority, weight, port, host } => {
                for number in [priority, weight, port] {
                    bytes.extend_from_slice(&number.to_be_bytes());
                }
                bytes.extend_from_slice(host.wire());
            }
            Self::Txt(text) => bytes.extend_from_slice(text),
            Self::Nsec(name, types) => {
                let (block, length) = types.bitmap();
                bytes.extend_from_slice(name.wire());
                bytes.extend_from_slice(block.get(..length).unwrap_or_default());
            }
        }
        bytes
    }

    /// Bytes of memory behind it.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::A(_) | Self::Aaaa(_) => 0,
            Self::Ptr(name) | Self::Srv { host: name, .. } | Self::Nsec(name, _) => name.wire().len(),
            Self::Txt(text) => text.len(),
        }
    }
}

impl RecordData for Data {
    fn rtype(&self) -> Rtype {
        match self {
            Self::A(_) => Rtype::A,
            Self::Aaaa(_) => Rtype::AAAA,
            Self::Ptr(_) => Rtype::PTR,
            Self::Srv { .. } => Rtype::SRV,
            Self::Txt(_) => Rtype::TXT,
            Self::Nsec(..) => Rtype::NSEC,
        }
    }
}

impl ComposeRecordData for Data {
    fn rdlen(&self, _compress: bool) -> Option<u16> {
        // It depends on what was written before.
        None
    }

    fn compose_rdata<Target: Composer + ?Sized>(&self, target: &mut Target) -> Result<(), Target::AppendError> {
        match self {
            Self::A(address) => target.append_slice(&address.octets()),
            Self::Aaaa(address) => target.append_slice(&address.octets()),
            Self::Ptr(name) => target.append_compressed_name(name),
            // RFC 6762, 18.14: these names are compressed, too.
            Self::Srv { priority, weight, port, host } => {
                for number in [priority, weight, port] {
                    target.append_slice(&number.to_be_bytes())?;
                }
                target.append_compressed_name(host)
            }
            Self::Txt(text) => target.append_slice(text),
            Self::Nsec(name, types) => {
                let (block, length) = types.bitmap();
                target.append_compressed_name(name)?;
                target.append_slice(block.get(..length).unwrap_or_default())
            }
        }
    }

    fn compose_canonical_rdata<Target: Composer + ?Sized>(
        &self,
        target: &mut Target,
    ) -> Result<(), Target::AppendError> {
        target.append_slice(&self.in_full())
    }
}

/// A record that was heard: its parts, and its data still in the message.
pub(super) struct Heard<'a> {
    pub(super) name: ParsedName<&'a [u8]>,
    /// [`super::name::hash`] of the name.
    pub(super) hash: u32,
    pub(super) rtype: Rtype,
    /// Whether what was heard before is out of date.
    pub(super) flush: bool,
    /// Seconds.
    pub(super) ttl: u32,
    pub(super) section: Section,
    record: ParsedRecord<'a, [u8]>,
}

impl Heard<'_> {
    /// What it says. `None` as in [`Data::heard`].
    pub(super) fn data(&self) -> Option<Data> {
        Data::heard(&self.record)
    }

    /// Whether the name of the record is this one.
    pub(super) fn of(&self, name: &Name) -> bool {
        name.is(&self.name, self.hash)
    }
}

/// The records of a message, of the Internet class, as far as they can be read.
pub(super) fn records(message: &Message<[u8]>) -> impl Iterator<Item = Heard<'_>> {
    // After an error there is nothing to go on from.
    message.iter().map_while(Result::ok).filter_map(|(record, section)| {
        let class = record.class().to_int();
        let name = record.owner().deref_octets();
        (class & !TOP == Class::IN.to_int()).then(|| Heard {
            hash: super::name::hash(&name),
            name,
            rtype: record.rtype(),
            flush: class & TOP != 0,
            ttl: record.ttl().as_secs(),
            section,
            record,
        })
    })
}
