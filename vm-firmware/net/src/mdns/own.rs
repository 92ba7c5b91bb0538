//! What is told of this machine: its host name, its addresses, its services, and the records that they come to.

use alloc::vec::Vec;
use core::net::IpAddr;

use edge_mdns::domain::base::{RecordData, Rtype};

use super::claim::{Claim, Slot};
use super::name::Name;
use super::record::{Data, Types};

/// Seconds that records last which have to do with a host (RFC 6762, 10).
const HOST_TTL: u32 = 120;
/// Seconds that others last.
const OTHER_TTL: u32 = 4500;

/// A record of this machine, by what it is of. Services are told by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The host's address of this index. Which host has an address is not told: several responders on one machine, as there
    /// are on a desktop, have one address and different names, and would take that for a conflict.
    Address(u8),
    /// That the host has no records of other types.
    HostTypes,
    /// The place of a service.
    Srv(u32),
    /// What is said of it.
    Txt(u32),
    /// That it is one of its type.
    Ptr(u32),
    /// That there are services of that type.
    Kind(u32),
    /// That the service has no records of other types.
    ServiceTypes(u32),
}

impl Key {
    /// Whether others have records of the same name and type beside ours.
    pub(super) const fn shared(self) -> bool {
        matches!(self, Self::Ptr(_) | Self::Kind(_))
    }
}

/// A record of this machine.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) name: Name,
    pub(super) ttl: u32,
    /// Whether nobody else has records of that name and type.
    pub(super) unique: bool,
    pub(super) data: Data,
}

/// An address of the host.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) address: IpAddr,
    pub(super) slot: Slot,
}

/// The host.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) claim: Claim,
    types: Slot,
}

/// A service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) number: u32,
    pub(super) claim: Claim,
    kind: Name,
    port: u16,
    /// As in a TXT record.
    text: Vec<u8>,
    srv: Slot,
    txt: Slot,
    ptr: Slot,
    meta: Slot,
    types: Slot,
}

impl Service {
    /// A service whose claim has not begun.
    pub(super) fn new(number: u32, claim: Claim, kind: Name, port: u16, text: Vec<u8>) -> Self {
        let slot = Slot::default();
        Self { number, claim, kind, port, text, srv: slot, txt: slot, ptr: slot, meta: slot, types: slot }
    }
}

/// What there is of this machine.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) host: Option<Host>,
    pub(super) addresses: Vec<Address>,
    pub(super) services: Vec<Service>,
    /// `_services._dns-sd._udp.local` (RFC 6763, 9).
    kinds: Option<Name>,
}

impl Own {
    /// Nothing.
    pub(super) fn new() -> Self {
        let kinds = Name::new(["_services", "_dns-sd", "_udp", "local"].iter().map(|label| label.as_bytes()));
        Self { host: None, addresses: Vec::new(), services: Vec::new(), kinds }
    }

    /// The service of this number.
    pub(super) fn service(&self, number: u32) -> Option<&Service> {
        self.services.iter().find(|service| service.number == number)
    }

    /// Makes it the host, and says whether there was memory for that.
    pub(super) fn set_host(&mut self, claim: Option<Claim>) {
        self.host = claim.map(|claim| Host { claim, types: Slot::default() });
    }

    /// All records of names that are ours.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let host = self.host.as_ref().is_some_and(|host| host.claim.live());
        let count = if host { u8::try_from(self.addresses.len()).unwrap_or(u8::MAX) } else { 0 };
        let addresses = (0..count).map(Key::Address);
        let services = self.services.iter().enumerate().filter(|(_, service)| service.claim.live());
        let services = services.flat_map(|(index, service)| {
            // Two services of one type are of one type: it is told once.
            let before = self.services.iter().take(index).filter(|before| before.claim.live());
            let first = !before.into_iter().any(|before| before.kind == service.kind);
            let number = service.number;
            let keys = [Key::Ptr(number), Key::Srv(number), Key::Txt(number), Key::ServiceTypes(number)];
            keys.into_iter().chain(first.then_some(Key::Kind(number)))
        });
        addresses.chain(host.then_some(Key::HostTypes)).chain(services)
    }

    /// The name of a record.
    pub(super) fn name(&self, key: Key) -> Option<&Name> {
        match key {
            Key::Address(_) | Key::HostTypes => self.host.as_ref().map(|host| &host.claim.name),
            Key::Srv(number) | Key::Txt(number) | Key::ServiceTypes(number) => {
                self.service(number).map(|service| &service.claim.name)
            }
            Key::Ptr(number) => self.service(number).map(|service| &service.kind),
            Key::Kind(_) => self.kinds.as_ref(),
        }
    }

    /// The type of a record.
    pub(super) fn rtype(&self, key: Key) -> Option<Rtype> {
        match key {
            Key::Address(index) => match self.addresses.get(usize::from(index))?.address {
                IpAddr::V4(_) => Some(Rtype::A),
                IpAddr::V6(_) => Some(Rtype::AAAA),
            },
            Key::Ptr(_) | Key::Kind(_) => Some(Rtype::PTR),
            Key::HostTypes | Key::ServiceTypes(_) => Some(Rtype::NSEC),
            Key::Srv(_) => Some(Rtype::SRV),
            Key::Txt(_) => Some(Rtype::TXT),
        }
    }

    /// The types of the host's records.
    pub(super) fn host_types(&self) -> Types {
        let a = self.addresses.iter().any(|address| address.address.is_ipv4());
        let aaaa = self.addresses.iter().any(|address| address.address.is_ipv6());
        Types { a, aaaa, ..Types::default() }
    }

    /// A record. `None` when what it is of has gone.
    pub(super) fn record(&self, key: Key) -> Option<Record> {
        let name = self.name(key)?.clone();
        let (ttl, data) = match key {
            Key::Address(index) => {
                (HOST_TTL, Data::address(self.addresses.get(usize::from(index)).map(|address| address.address)?))
            }
            Key::HostTypes => (HOST_TTL, Data::Nsec(name.clone(), self.host_types())),
            Key::Srv(number) => {
                let host = self.host.as_ref()?.claim.name.clone();
                (HOST_TTL, Data::Srv { priority: 0, weight: 0, port: self.service(number)?.port, host })
            }
            Key::Txt(number) => (OTHER_TTL, Data::Txt(self.service(number)?.text.clone())),
            Key::Ptr(number) => (OTHER_TTL, Data::Ptr(self.service(number)?.claim.name.clone())),
            Key::Kind(number) => (OTHER_TTL, Data::Ptr(self.service(number)?.kind.clone())),
            Key::ServiceTypes(_) => {
                (HOST_TTL, Data::Nsec(name.clone(), Types { srv: true, txt: true, ..Types::default() }))
            }
        };
        Some(Record { name, ttl, unique: !key.shared(), data })
    }

    /// When a record was told and is to be.
    pub(super) fn slot(&mut self, key: Key) -> Option<&mut Slot> {
        match key {
            Key::Address(index) => self.addresses.get_mut(usize::from(index)).map(|address| &mut address.slot),
            Key::HostTypes => self.host.as_mut().map(|host| &mut host.types),
            Key::Srv(number) | Key::Txt(number) | Key::Ptr(number) | Key::Kind(number) | Key::ServiceTypes(number) => {
                let service = self.services.iter_mut().find(|service| service.number == number)?;
                Some(match key {
                    Key::Srv(_) => &mut service.srv,
                    Key::Txt(_) => &mut service.txt,
                    Key::Ptr(_) => &mut service.ptr,
                    Key::Kind(_) => &mut service.meta,
                    _ => &mut service.types,
                })
            }
        }
    }

    /// That slot, to be read.
    pub(super) fn slot_of(&self, key: Key) -> Option<&Slot> {
        match key {
            Key::Address(index) => self.addresses.get(usize::from(index)).map(|address| &address.slot),
            Key::HostTypes => self.host.as_ref().map(|host| &host.types),
            Key::Srv(number) => self.service(number).map(|service| &service.srv),
            Key::Txt(number) => self.service(number).map(|service| &service.txt),
            Key::Ptr(number) => self.service(number).map(|service| &service.ptr),
            Key::Kind(number) => self.service(number).map(|service| &service.meta),
            Key::ServiceTypes(number) => self.service(number).map(|service| &service.types),
        }
    }

    /// The records that say that there is something, of the host (`None`) or of a service: those that are announced.
    pub(super) fn announced(&self, service: Option<u32>) -> Vec<Key> {
        let of = |key: &Key| match (*key, service) {
            (Key::Address(_), None) => true,
            (Key::Srv(of) | Key::Txt(of) | Key::Ptr(of) | Key::Kind(of), Some(number)) => of == number,
            _ => false,
        };
        self.keys().filter(of).collect()
    }

    /// The records with which a name is probed for.
    pub(super) fn proposed(&self, service: Option<u32>) -> Vec<Key> {
        match service {
            None => (0..u8::try_from(self.addresses.len()).unwrap_or(u8::MAX)).map(Key::Address).collect(),
            Some(number) => [Key::Srv(number), Key::Txt(number)].into(),
        }
    }

    /// The claims, each with the number of its service.
    pub(super) fn claims(&self) -> impl Iterator<Item = (Option<u32>, &Claim)> {
        let host = self.host.iter().map(|host| (None, &host.claim));
        host.chain(self.services.iter().map(|service| (Some(service.number), &service.claim)))
    }

    /// A claim, by the number of its service.
    pub(super) fn claim_mut(&mut self, service: Option<u32>) -> Option<&mut Claim> {
        match service {
            None => self.host.as_mut().map(|host| &mut host.claim),
            Some(number) => {
                self.services.iter_mut().find(|service| service.number == number).map(|service| &mut service.claim)
            }
        }
    }

    /// Whether our records of this name and type, of those which nobody else may have, include this one.
    pub(super) fn has(&self, service: Option<u32>, data: &Data) -> bool {
        let rtype = data.rtype();
        let mut keys = self.proposed(service).into_iter();
        keys.any(|key| self.rtype(key) == Some(rtype) && self.record(key).is_some_and(|record| record.data == *data))
    }
}
