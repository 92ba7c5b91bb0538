//! Multicast DNS (RFC 6762) and the services told by it (RFC 6763): a responder and a querier in one, without sockets and
//! without a clock. The driver hands in what comes to port 5353 and sends what is handed out; it joins the groups
//! ([`GROUP_V4`], [`GROUP_V6`]), sends with a hop limit of 255, and hands in only what comes from its own link.
//!
//! Time is monotonic, in nanoseconds. Whatever comes from outside, memory and work are bounded by [`Sizes`] and by the
//! length of the datagram.
//!
//! ```
//! # use emberl_net::mdns::{Destination, Mdns, Sizes};
//! # fn send(_: &[u8], _: Destination) {}
//! let mut mdns = Mdns::new(Sizes::default(), 42);
//! mdns.addresses(0, &["192.0.2.7".parse().expect("an address")]);
//! mdns.hostname(0, Some("lamp")).expect("a host name");
//! // The main loop: at `mdns.deadline(now)`, and after each datagram that was handed in.
//! let now = 1_000_000_000;
//! let mut buffer = [0; emberl_net::mdns::BUFFER];
//! while let Some((length, to)) = mdns.output(now, &mut buffer) {
//!     send(&buffer[..length], to);
//! }
//! ```

mod ask;
mod cache;
mod claim;
mod name;
mod own;
mod random;
mod record;
mod respond;
#[cfg(test)]
mod tests;
mod write;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use edge_mdns::domain::base::Message;
use edge_mdns::domain::base::iana::{Opcode, Rcode};
use emberl_vm::net::{self, Answer, Error, Family, Pool};

use ask::Asker;
use claim::Claim;
use name::Name;
use own::Service;
use random::{Random, SECOND};
use respond::Responder;

/// The port that is heard and sent from (RFC 6762, 2).
pub const PORT: u16 = 5353;
/// The IPv4 group (RFC 6762, 3).
pub const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// The IPv6 group of the link (RFC 6762, 3).
pub const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
/// The bytes that [`Mdns::output`] should be given: what fits in an IPv6 packet on Ethernet.
pub const BUFFER: usize = 1452;

/// The most addresses of the host that are told.
const ADDRESSES: usize = 8;
/// The most bytes of what is said of a service: so that it fits in a message, with all else that belongs to it.
const TEXT: usize = 1024;
/// How many of the own datagrams are known again.
const ECHOES: usize = 8;
/// Nanoseconds after which they are not any more.
const ECHO: u64 = SECOND;

/// What there is room for. A device has fixed pools; what does not fit is an error, or is not remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Services of this machine.
    pub services: u16,
    /// Types of services that are watched at a time.
    pub browses: u16,
    /// Names that are looked up at a time.
    pub lookups: u16,
    /// Records of others that are remembered: four for a service that was found, and one for each further address of it.
    pub records: u16,
    /// Bytes that these may take together.
    pub record_bytes: u32,
}

impl Default for Sizes {
    /// Those of a small device.
    fn default() -> Self {
        Self { services: 8, browses: 4, lookups: 8, records: 64, record_bytes: 8 * 1024 }
    }
}

/// A service, a lookup or a browse. Not used again within four thousand million others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u32);

/// Where a datagram goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the groups, of those versions of IP which the machine has addresses of.
    Multicast,
    /// To this one alone.
    Unicast(SocketAddr),
}

/// A responder and querier.
#[derive(Debug)]
pub struct Mdns {
    sizes: Sizes,
    random: Random,
    next: u32,
    responder: Responder,
    asker: Asker,
    /// Hashes of datagrams that were sent last, and when: they may come back.
    echoes: [(u64, u64); ECHOES],
    /// The most services, browses and lookups that there were.
    peaks: [usize; 3],
}

impl Mdns {
    /// One without a network, with nothing to tell or to ask for. Two machines must not have one seed: it spreads what they
    /// send.
    #[must_use]
    pub fn new(sizes: Sizes, seed: u64) -> Self {
        Self {
            sizes,
            random: Random::new(seed),
            next: 1,
            responder: Responder::new(usize::from(sizes.services)),
            asker: Asker::new(usize::from(sizes.records), usize::try_from(sizes.record_bytes).unwrap_or(usize::MAX)),
            echoes: [(0, 0); ECHOES],
            peaks: [0; 3],
        }
    }

    /// Gives the host a name in `local`, which may be told with `.local` after it; `None` takes it away. If another one has
    /// it already, a number is put after it: see [`Self::host`]. Services are told as long as there is a name.
    ///
    /// # Errors
    /// `einval` for what is no single label of at most 63 bytes, `enomem` without memory.
    pub fn hostname(&mut self, now: u64, name: Option<&str>) -> Result<(), Error> {
        let claim = match name {
            Some(name) => {
                let label = name::host_label(name).ok_or(Error::Posix("einval"))?;
                let local = Name::new(core::iter::once(&b"local"[..])).ok_or(Error::Posix("enomem"))?;
                Some(Claim::new(label, local).ok_or(Error::Posix("enomem"))?)
            }
            None => None,
        };
        self.responder.hostname(now, claim, &mut self.random);
        Ok(())
    }

    /// The whole name of the host, once it is this machine's.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let host = self.responder.own.host.as_ref().filter(|host| host.claim.live())?;
        Some(host.claim.name.dotted())
    }

    /// Says which addresses the machine has, at most eight of them; none without a network, and then nothing is sent. A
    /// change is told at once; when no address is left of those before, it is another network: what was heard is forgotten,
    /// and names are probed for again.
    pub fn addresses(&mut self, now: u64, addresses: &[IpAddr]) {
        let addresses = addresses.get(..ADDRESSES).unwrap_or(addresses);
        let before: Vec<IpAddr> = self.responder.own.addresses.iter().map(|address| address.address).collect();
        self.responder.addresses(now, addresses, &mut self.random);
        if before == addresses {
            return;
        }
        if before.iter().any(|address| addresses.contains(address)) {
            self.asker.again(now, &mut self.random);
        } else {
            self.asker.moved(now, &mut self.random);
        }
    }

    /// Tells a service, as soon as there are an address and a host name. If another machine has one of that name and type
    /// already, a number is put after its name: see [`Self::service`].
    ///
    /// # Errors
    /// `einval` for a name, type, protocol, key or value that cannot be told; `emsgsize` when keys and values are more than
    /// 1024 bytes; `emfile` when there are too many services; `enomem` without memory.
    pub fn publish(&mut self, now: u64, service: &net::Service<'_>) -> Result<Id, Error> {
        if self.responder.own.services.len() >= usize::from(self.sizes.services) {
            return Err(Error::Posix("emfile"));
        }
        let invalid = Error::Posix("einval");
        let kind = name::kind(&alloc::format!("{}.{}", service.kind, service.protocol)).ok_or(invalid)?;
        let claim = Claim::new(service.name, kind.clone()).ok_or(invalid)?;
        let text = text(&service.text)?;
        let id = self.id();
        self.responder.publish(now, Service::new(id.0, claim, kind, service.port, text), &mut self.random);
        self.peak();
        Ok(id)
    }

    /// Takes a service back: all are told that it has gone. Nothing when there is none.
    pub fn unpublish(&mut self, now: u64, id: Id) {
        self.tick(now);
        self.responder.unpublish(id.0);
    }

    /// The name of a service, which may be another one than was asked for; and whether it is this machine's already.
    #[must_use]
    pub fn service(&self, id: Id) -> Option<(String, bool)> {
        let claim = &self.responder.own.service(id.0)?.claim;
        Some((claim.name.first(), claim.live()))
    }

    /// Asks for the addresses of a host in `local`. The answer comes by [`Self::answer`]; `nxdomain` after five seconds.
    ///
    /// # Errors
    /// `einval` for what is no name, `emfile` when too many are looked up.
    pub fn lookup(&mut self, now: u64, name: &str, family: Family) -> Result<Id, Error> {
        if self.asker.lookups() >= usize::from(self.sizes.lookups) {
            return Err(Error::Posix("emfile"));
        }
        let name = name::host(name).ok_or(Error::Posix("einval"))?;
        self.tick(now);
        let id = self.id();
        self.asker.lookup(now, id.0, name, family);
        self.peak();
        Ok(id)
    }

    /// Watches the services of a type, `_http._tcp`, this machine's among them. Each that comes, changes or goes is an
    /// answer of [`Self::answer`].
    ///
    /// # Errors
    /// `einval` for what is no type, `emfile` when too many are watched.
    pub fn browse(&mut self, now: u64, kind: &str) -> Result<Id, Error> {
        if self.asker.browses() >= usize::from(self.sizes.browses) {
            return Err(Error::Posix("emfile"));
        }
        let kind = name::kind(kind).ok_or(Error::Posix("einval"))?;
        let id = self.id();
        self.asker.browse(now, id.0, kind, &mut self.random);
        self.peak();
        Ok(id)
    }

    /// What a lookup ([`Answer::Addresses`]) or a browse ([`Answer::Found`]) came to. `None` to wait until
    /// [`Self::ready`] tells it. A lookup has the same answer each time, a browse the next one; of a service that has gone
    /// only the name is told.
    pub fn answer(&mut self, id: Id) -> Option<Result<Answer, Error>> {
        self.asker.answer(id.0)
    }

    /// The next lookup or browse that has an answer. Told once; again after [`Self::answer`] was asked and there is more.
    pub fn ready(&mut self) -> Option<Id> {
        self.asker.ready().map(Id)
    }

    /// Ends a lookup or a browse. Nothing when there is none.
    pub fn cancel(&mut self, id: Id) {
        self.asker.cancel(id.0);
    }

    /// A datagram that came to port 5353 from somebody on the link.
    pub fn input(&mut self, now: u64, from: SocketAddr, datagram: &[u8]) {
        self.tick(now);
        let hash = echo(datagram);
        // Sockets of a host hear what they send. It is no conflict, and was taken note of when it was sent.
        if self.echoes.iter().any(|(sent, when)| *sent == hash && now.saturating_sub(*when) < ECHO) {
            return;
        }
        let Ok(message) = Message::from_slice(datagram) else { return };
        let header = message.header();
        if header.opcode() != Opcode::QUERY || header.rcode() != Rcode::NOERROR {
            return;
        }
        if !header.qr() {
            if from.port() == PORT {
                self.asker.asked(now, message, &mut self.random);
            }
            self.responder.query(now, from, message, &mut self.random);
        } else if from.port() == PORT {
            self.responder.heard(now, message, &mut self.random);
            self.asker.heard(now, message, &mut self.random);
        }
    }

    /// Writes the next datagram that is due, and tells its length and where it goes to. To be called until there is none:
    /// after [`Self::input`], after every request, and at [`Self::deadline`]. The buffer should have [`BUFFER`] bytes: what
    /// does not fit in a shorter one is not told.
    pub fn output(&mut self, now: u64, buffer: &mut [u8]) -> Option<(usize, Destination)> {
        self.tick(now);
        if !self.responder.online() {
            return None;
        }
        // Where what is sent to all is not heard by the sender itself, its own browses have to hear it all the same.
        if let Some((length, to)) = self.responder.output(now, buffer) {
            if to == Destination::Multicast {
                let written = self.sent(now, buffer, length);
                if let Some(message) = written.filter(|message| message.header().qr()) {
                    self.asker.heard(now, message, &mut self.random);
                }
            }
            return Some((length, to));
        }
        let length = self.asker.output(now, buffer)?;
        if let Some(message) = self.sent(now, buffer, length) {
            let own = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), PORT);
            self.responder.query(now, own, message, &mut self.random);
        }
        Some((length, Destination::Multicast))
    }

    /// When [`Self::output`] has to be called, if nothing comes before. May be past.
    #[must_use]
    pub fn deadline(&self, now: u64) -> Option<u64> {
        let asker = self.asker.deadline(now, self.responder.online());
        [self.responder.deadline(now), asker].into_iter().flatten().min()
    }

    /// Takes back the host name and all services, and ends lookups and browses. What [`Self::output`] then gives takes
    /// leave of all who were told.
    pub fn shutdown(&mut self, now: u64) {
        self.tick(now);
        self.responder.shutdown();
        self.asker.clear();
    }

    /// The fill of what [`Sizes`] bounds.
    #[must_use]
    pub fn pools(&self) -> [Pool; 4] {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let pool = |name, used, peak, size: u16, bytes| Pool {
            name,
            used: number(used),
            peak: number(peak),
            size: u32::from(size),
            bytes,
        };
        let [services, browses, lookups] = self.peaks;
        let Sizes { records, record_bytes, .. } = self.sizes;
        let cache = &self.asker.cache;
        let own = number(size_of::<Service>());
        let ([browse, lookup], entry) = (Asker::sizes().map(number), number(size_of::<cache::Entry>()));
        let record = entry.saturating_add(record_bytes / u32::from(records.max(1)));
        [
            pool("mdns_services", self.responder.own.services.len(), services, self.sizes.services, own),
            pool("mdns_browses", self.asker.browses(), browses, self.sizes.browses, browse),
            pool("mdns_lookups", self.asker.lookups(), lookups, self.sizes.lookups, lookup),
            pool("mdns_records", cache.entries.len(), cache.peak, records, record),
        ]
    }

    /// A number that is not in use.
    fn id(&mut self) -> Id {
        let id = self.next;
        self.next = self.next.checked_add(1).unwrap_or(1);
        Id(id)
    }

    /// Notes how many there are.
    fn peak(&mut self) {
        let now = [self.responder.own.services.len(), self.asker.browses(), self.asker.lookups()];
        for (peak, now) in self.peaks.iter_mut().zip(now) {
            *peak = now.max(*peak);
        }
    }

    /// Does what is due but to send.
    fn tick(&mut self, now: u64) {
        self.responder.tick(now, &mut self.random);
        self.asker.tick(now);
    }

    /// Notes what was sent to all, and gives it as a message.
    fn sent<'a>(&mut self, now: u64, buffer: &'a [u8], length: usize) -> Option<&'a Message<[u8]>> {
        let datagram = buffer.get(..length)?;
        self.echoes.rotate_right(1);
        if let Some(first) = self.echoes.first_mut() {
            *first = (echo(datagram), now);
        }
        Message::from_slice(datagram).ok()
    }
}

/// A hash of a datagram (FNV-1a).
fn echo(datagram: &[u8]) -> u64 {
    datagram.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Keys and values as in a TXT record (RFC 6763, 6).
fn text(pairs: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    for (key, value) in pairs {
        let visible = key.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'=');
        let length = u8::try_from(key.len() + 1 + value.len());
        let (true, false, Ok(length)) = (visible, key.is_empty(), length) else {
            return Err(Error::Posix("einval"));
        };
        text.push(length);
        text.extend_from_slice(key.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value.as_bytes());
    }
    if text.is_empty() {
        // One empty string: a record must have one.
        text.push(0);
    }
    if text.len() > TEXT { Err(Error::Posix("emsgsize")) } else { Ok(text) }
}
