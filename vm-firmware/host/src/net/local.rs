//! Names and services of the local network: mDNS over the host's interfaces. Owns the sockets; the protocol is
//! `emberl_net::mdns`'s.
//!
//! All interfaces that are up take part, but neither the loopback interface, unless there is no other, nor tunnels. Each is
//! told all of the host's addresses. The port is shared with the system's own responder, if there is one. Nothing is open
//! while there is nothing to tell and nothing is asked.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use emberl_net::mdns::{BUFFER, Destination, GROUP_V4, GROUP_V6, Id, Mdns, PORT, Sizes};
use emberl_vm::net::{Error, Family, Handle, Pool, Result, Service};
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::interfaces::{Link, links, on_link};

/// Nanoseconds between two looks at the interfaces: they come and go, and the system tells it differently everywhere.
const LOOK: u64 = 15_000_000_000;
/// Datagrams that are heard at a time.
const AT_A_TIME: usize = 64;
/// Hops that the datagrams of mDNS have left (RFC 6762, 11).
const HOPS: u32 = 255;
/// A desktop's share of memory is larger than a device's.
pub(super) const SIZES: Sizes = Sizes { services: 64, browses: 64, lookups: 64, records: 4096, record_bytes: 1 << 20 };

/// A socket of the port.
#[derive(Debug)]
struct Heard {
    socket: UdpSocket,
    family: Family,
    token: Token,
    /// There may be datagrams.
    ready: bool,
}

/// The local network.
#[derive(Debug)]
pub(crate) struct Local {
    mdns: Mdns,
    sockets: Vec<Heard>,
    links: Vec<Link>,
    /// The handles of services, browses and lookups.
    handles: BTreeMap<Id, Handle>,
    named: bool,
    /// When the interfaces are looked at next.
    look: u64,
    now: u64,
}

impl Local {
    /// With nothing to tell, and nothing open.
    pub(crate) fn new() -> Self {
        // It spreads what several hosts send, and is no secret.
        let seed = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
        Self {
            mdns: Mdns::new(SIZES, seed),
            sockets: Vec::new(),
            links: Vec::new(),
            handles: BTreeMap::new(),
            named: false,
            look: 0,
            now: 0,
        }
    }

    /// Opens the port where it is not.
    pub(crate) fn open(&mut self, now: u64, registry: &Registry, tokens: [Token; 2]) -> io::Result<()> {
        if !self.sockets.is_empty() {
            return Ok(());
        }
        let links = links();
        let opened = [(Family::Inet, tokens[0]), (Family::Inet6, tokens[1])].map(|(family, token)| {
            let socket = listen(family, &links)?;
            let mut socket = UdpSocket::from_std(socket.into());
            registry.register(&mut socket, token, Interest::READABLE)?;
            Ok(Heard { socket, family, token, ready: true })
        });
        let mut failed = None;
        for opened in opened {
            match opened {
                Ok(socket) => self.sockets.push(socket),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        // One version of IP is enough.
        if let (true, Some(error)) = (self.sockets.is_empty(), failed) {
            return Err(error);
        }
        self.links = links;
        self.look = now.saturating_add(LOOK);
        self.mdns.addresses(now, &addresses(&self.links));
        Ok(())
    }

    /// The host's name, or none any more.
    pub(crate) fn hostname(&mut self, now: u64, name: Option<&str>) -> core::result::Result<(), Error> {
        self.mdns.hostname(now, name)?;
        self.named = name.is_some();
        Ok(())
    }

    /// Tells a service.
    pub(crate) fn publish(
        &mut self,
        now: u64,
        service: &Service<'_>,
        handle: Handle,
    ) -> core::result::Result<Id, Error> {
        let id = self.mdns.publish(now, service)?;
        self.handles.insert(id, handle);
        Ok(id)
    }

    /// Watches a type of services.
    pub(crate) fn browse(&mut self, now: u64, kind: &str, handle: Handle) -> core::result::Result<Id, Error> {
        let id = self.mdns.browse(now, kind)?;
        self.handles.insert(id, handle);
        Ok(id)
    }

    /// Looks a host up.
    pub(crate) fn lookup(
        &mut self,
        now: u64,
        name: &str,
        family: Family,
        handle: Handle,
    ) -> core::result::Result<Id, Error> {
        let id = self.mdns.lookup(now, name, family)?;
        self.handles.insert(id, handle);
        Ok(id)
    }

    /// What a browse or a lookup came to; `None` for not yet.
    pub(crate) fn answer(&mut self, id: Id) -> Option<Result> {
        self.mdns.answer(id)
    }

    /// Ends whatever it is.
    pub(crate) fn end(&mut self, now: u64, id: Id) {
        if self.handles.remove(&id).is_some() {
            self.mdns.cancel(id);
            self.mdns.unpublish(now, id);
        }
    }

    /// A socket has something. False if the token is of none.
    pub(crate) fn ready(&mut self, token: Token) -> bool {
        let socket = self.sockets.iter_mut().find(|socket| socket.token == token);
        socket.map(|socket| socket.ready = true).is_some()
    }

    /// Hears, tells what is due, and says which handles have news. True when the port has
    /// to be [opened](Self::open): the interfaces are others now, or it could not be opened before.
    pub(crate) fn poll(&mut self, now: u64, buffer: &mut [u8], news: &mut Vec<Handle>) -> bool {
        self.now = now;
        if now >= self.look && self.is_needed() {
            self.look = now.saturating_add(LOOK);
            // Where it could not be opened the last time, it may be now.
            if self.sockets.is_empty() || links() != self.links {
                self.sockets.clear();
                return true;
            }
        }
        for socket in self.sockets.iter_mut().filter(|socket| socket.ready) {
            // More than that is heard the next time; nothing but errors is not asked for again before something comes.
            socket.ready = false;
            for _ in 0..AT_A_TIME {
                match socket.socket.recv_from(buffer) {
                    Ok((length, from)) => {
                        socket.ready = true;
                        if on_link(&self.links, from.ip()) {
                            self.mdns.input(now, from, buffer.get(..length).unwrap_or_default());
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        socket.ready = false;
                        break;
                    }
                    // Of an earlier datagram: the next call is about another.
                    Err(_) => {}
                }
            }
        }
        self.tell(now);
        while let Some(id) = self.mdns.ready() {
            news.extend(self.handles.get(&id));
        }
        if self.is_open() && !self.is_needed() && self.mdns.deadline(now).is_none() {
            self.close(now);
        }
        false
    }

    /// Whether there is anything to tell or to ask for.
    fn is_needed(&self) -> bool {
        self.named || !self.handles.is_empty()
    }

    /// Sends what is due.
    fn tell(&mut self, now: u64) {
        let mut message = [0; BUFFER];
        while let Some((length, to)) = self.mdns.output(now, &mut message) {
            let message = message.get(..length).unwrap_or_default();
            for Heard { socket, family, .. } in &self.sockets {
                // What cannot be sent is lost, as much that is sent may be: the protocol repeats itself.
                match to {
                    Destination::Unicast(to) if to.is_ipv4() == (*family == Family::Inet) => {
                        let _ = socket.send_to(message, to);
                    }
                    Destination::Unicast(_) => {}
                    Destination::Multicast => {
                        self.links.iter().for_each(|link| multicast(socket, *family, link, message))
                    }
                }
            }
        }
    }

    fn close(&mut self, now: u64) {
        self.sockets.clear();
        // Without a network all that was heard is forgotten.
        self.mdns.addresses(now, &[]);
    }

    /// When [`poll`](Self::poll) has to be called.
    pub(crate) fn deadline(&self, now: u64) -> Option<u64> {
        if self.sockets.is_empty() {
            return self.is_needed().then_some(self.look);
        }
        if self.sockets.iter().any(|socket| socket.ready) {
            return Some(now);
        }
        self.mdns.deadline(now).into_iter().chain(self.is_needed().then_some(self.look)).min()
    }

    /// Whether sockets are open.
    pub(crate) const fn is_open(&self) -> bool {
        !self.sockets.is_empty()
    }

    /// The fill of the pools.
    pub(crate) fn pools(&self) -> [Pool; 4] {
        self.mdns.pools()
    }
}

impl Drop for Local {
    /// Takes leave of all who were told of this host.
    fn drop(&mut self) {
        if !self.sockets.is_empty() {
            self.mdns.shutdown(self.now);
            self.tell(self.now);
        }
    }
}

/// Sends to the group of one interface.
fn multicast(socket: &UdpSocket, family: Family, link: &Link, message: &[u8]) {
    let reference = SockRef::from(socket);
    let _ = match (family, link.v4.first()) {
        (Family::Inet, Some((address, _))) => reference
            .set_multicast_if_v4(address)
            .and_then(|()| socket.send_to(message, (IpAddr::V4(GROUP_V4), PORT).into())),
        (Family::Inet6, _) if !link.v6.is_empty() => reference
            .set_multicast_if_v6(link.index)
            .and_then(|()| socket.send_to(message, SocketAddr::V6(SocketAddrV6::new(GROUP_V6, PORT, 0, link.index)))),
        _ => Ok(0),
    };
}

/// A socket of the port that hears the group on all interfaces.
fn listen(family: Family, links: &[Link]) -> io::Result<Socket> {
    let domain = if family == Family::Inet { Domain::IPV4 } else { Domain::IPV6 };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
    socket.set_reuse_port(true)?;
    let any: IpAddr = if family == Family::Inet {
        socket.set_multicast_loop_v4(true)?;
        socket.set_multicast_ttl_v4(HOPS)?;
        socket.set_ttl_v4(HOPS)?;
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        socket.set_only_v6(true)?;
        socket.set_multicast_loop_v6(true)?;
        socket.set_multicast_hops_v6(HOPS)?;
        socket.set_unicast_hops_v6(HOPS)?;
        Ipv6Addr::UNSPECIFIED.into()
    };
    socket.bind(&SocketAddr::new(any, PORT).into())?;
    for link in links {
        // An interface without multicast takes no part.
        match (family, link.v4.first()) {
            (Family::Inet, Some((address, _))) => drop(socket.join_multicast_v4(&GROUP_V4, address)),
            (Family::Inet6, _) if !link.v6.is_empty() => drop(socket.join_multicast_v6(&GROUP_V6, link.index)),
            _ => {}
        }
    }
    Ok(socket)
}

/// All addresses, those of IPv4 first: of many only the first are told.
fn addresses(links: &[Link]) -> Vec<IpAddr> {
    let v4 = links.iter().flat_map(|link| &link.v4).map(|(address, _)| IpAddr::V4(*address));
    let v6 = links.iter().flat_map(|link| &link.v6).map(|(address, _)| IpAddr::V6(*address));
    v4.chain(v6).collect()
}
