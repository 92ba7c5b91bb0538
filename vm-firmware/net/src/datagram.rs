//! Sockets of UDP. Owns what a program's socket is, its one peer if it has one, and what happens when a datagram cannot
//! get out.
//!
//! A datagram comes to the first socket with its port. Longer ones than the link takes are `emsgsize`: IP's fragments are
//! neither made nor put together.

use crate::errors;
use crate::network::{Core, Item, datagram};
use crate::options::Options;
use crate::phy::zeros;
use crate::stack::{endpoint, socket_address};
use crate::stream::{from_wire, target, to_wire, unspecified};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use emberl_vm::net::{Answer, Direction, Error, Family, Handle, Result, Shutdown};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, SendError, Socket, UdpMetadata};
use smoltcp::wire::IpListenEndpoint;

/// A socket of UDP.
#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) family: Family,
    pub(crate) socket: SocketHandle,
    pub(crate) bound: Option<SocketAddr>,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) options: Options,
    read_shut: bool,
    write_shut: bool,
    /// What the peer, or somebody on the way, has said; told once.
    pub(crate) error: Option<Error>,
    /// Where the last datagram went, as long as it may wait for its neighbour.
    pub(crate) waiting: Option<IpAddr>,
    /// Datagrams that came before the socket had to be emptied; see [`Core::unblock`].
    saved: Vec<(Vec<u8>, SocketAddr)>,
}

impl Datagram {
    pub(crate) fn memory(&self, config: &crate::config::Config) -> usize {
        let packets = usize::from(config.udp_packets) * size_of::<PacketMetadata>();
        2 * (config.udp_bytes as usize + packets)
            + self.saved.capacity() * size_of::<(Vec<u8>, SocketAddr)>()
            + self.saved.iter().map(|(bytes, _)| bytes.capacity()).sum::<usize>()
    }
}

/// A socket of the stack with its buffers.
///
/// # Errors
/// `enobufs` without memory.
pub(crate) fn make(bytes: usize, packets: usize) -> core::result::Result<Socket<'static>, Error> {
    let buffer = || {
        let mut metadata = Vec::new();
        metadata.try_reserve_exact(packets).map_err(|_| errors::NO_BUFFERS)?;
        metadata.resize(packets, PacketMetadata::EMPTY);
        Ok(PacketBuffer::new(metadata, zeros(bytes)?))
    };
    Ok(Socket::new(buffer()?, buffer()?))
}

/// Where the stack listens for a bound address. A group is one of the addresses that datagrams are taken for, and none
/// to send from.
fn listens(bound: SocketAddr) -> IpListenEndpoint {
    let any = bound.ip().is_unspecified() || bound.ip().is_multicast();
    IpListenEndpoint { addr: (!any).then(|| bound.ip().into()), port: bound.port() }
}

impl Core {
    /// Opens one.
    pub(crate) fn open_datagram(&mut self, family: Family) -> Result {
        if self.stack.is_none() {
            return Err(errors::NETWORK_DOWN);
        }
        if self.datagrams() >= usize::from(self.config.udp_sockets) {
            return Err(errors::MANY_FILES);
        }
        let socket = make(self.config.udp_bytes as usize, self.config.udp_packets.into())?;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let socket = stack.sockets.add(socket);
        let item = Datagram {
            family,
            socket,
            bound: None,
            peer: None,
            options: Options::default(),
            read_shut: false,
            write_shut: false,
            error: None,
            waiting: None,
            saved: Vec::new(),
        };
        match self.table.insert(Item::Datagram(item)) {
            Ok(handle) => Ok(Answer::Handle(handle)),
            Err(error) => {
                stack.sockets.remove(socket);
                Err(error)
            }
        }
    }

    pub(crate) fn datagrams(&self) -> usize {
        self.table.iter().filter(|item| matches!(item, Item::Datagram(_))).count()
    }

    fn datagram(&mut self, handle: Handle) -> core::result::Result<&mut Datagram, Error> {
        datagram(&mut self.table, handle)
    }

    /// Binds it.
    pub(crate) fn bind_datagram(&mut self, handle: Handle, address: SocketAddr) -> Result {
        let socket = self.datagram(handle)?;
        let (family, options, known) = (socket.family, socket.options, socket.bound);
        if known.is_some() {
            return Err(errors::INVALID);
        }
        let address = to_wire(family, options.v6_only, address)?;
        let bound = self.own_address(handle, address, options.reuse, true)?;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let socket = datagram(&mut self.table, handle)?;
        stack.sockets.get_mut::<Socket>(socket.socket).bind(listens(bound)).map_err(|_| errors::INVALID)?;
        socket.bound = Some(bound);
        if !options.multicast_loop {
            stack.air.local.set_quiet(bound.port(), true);
        }
        Ok(Answer::Done)
    }

    /// Binds it to any port, if it was not bound.
    fn ensure_bound(&mut self, handle: Handle) -> core::result::Result<SocketAddr, Error> {
        let socket = self.datagram(handle)?;
        let (family, bound) = (socket.family, socket.bound);
        if let Some(bound) = bound {
            return Ok(bound);
        }
        self.bind_datagram(handle, SocketAddr::new(unspecified(family), 0))?;
        self.datagram(handle)?.bound.ok_or(errors::INVALID)
    }

    /// Gives it one peer. From then on datagrams of others are not taken.
    pub(crate) fn connect_datagram(&mut self, handle: Handle, address: SocketAddr) -> Result {
        let socket = self.datagram(handle)?;
        let peer = target(to_wire(socket.family, socket.options.v6_only, address)?);
        if peer.port() == 0 {
            return Err(errors::ADDRESS_NOT_AVAILABLE);
        }
        self.check_receiver(handle, peer)?;
        self.ensure_bound(handle)?;
        self.datagram(handle)?.peer = Some(peer);
        Ok(Answer::Done)
    }

    /// Whether a datagram may go there, and from which address.
    fn check_receiver(&mut self, handle: Handle, peer: SocketAddr) -> core::result::Result<IpAddr, Error> {
        let stack = self.stack.as_ref().ok_or(errors::NETWORK_DOWN)?;
        let socket = datagram(&mut self.table, handle)?;
        if let IpAddr::V4(ip) = peer.ip() {
            let mut networks = stack.station.iter().map(|own| (own.address, own.prefix)).chain(stack.access_point);
            let of_network = networks.any(|(own, prefix)| {
                smoltcp::wire::Ipv4Cidr::new(own, prefix).broadcast().is_some_and(|broadcast| broadcast == ip)
            });
            if (ip.is_broadcast() || of_network) && !socket.options.broadcast {
                return Err(errors::ACCESS);
            }
        }
        stack.source(peer.ip())
    }

    /// Sends one to the peer that it has.
    pub(crate) fn send_datagram(&mut self, handle: Handle, bytes: &[u8]) -> Result {
        let peer = self.datagram(handle)?.peer.ok_or(errors::DESTINATION_REQUIRED)?;
        self.send_to(handle, bytes, peer)
    }

    /// Sends one.
    pub(crate) fn send_datagram_to(&mut self, handle: Handle, bytes: &[u8], address: SocketAddr) -> Result {
        let socket = self.datagram(handle)?;
        let peer = target(to_wire(socket.family, socket.options.v6_only, address)?);
        self.send_to(handle, bytes, peer)
    }

    fn send_to(&mut self, handle: Handle, bytes: &[u8], peer: SocketAddr) -> Result {
        let socket = self.datagram(handle)?;
        if socket.write_shut {
            return Err(errors::PIPE);
        }
        if let Some(error) = socket.error.take() {
            return Err(error);
        }
        if peer.port() == 0 {
            return Err(errors::INVALID);
        }
        let source = self.check_receiver(handle, peer)?;
        let bound = self.ensure_bound(handle)?;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let socket = datagram(&mut self.table, handle)?;
        let headers = if peer.is_ipv4() { 28 } else { 48 };
        let udp = stack.sockets.get_mut::<Socket>(socket.socket);
        if bytes.len() > stack.air.packet_bytes() - headers || bytes.len() > udp.payload_send_capacity() {
            return Err(errors::MESSAGE_SIZE);
        }
        let hops = match peer.ip().is_multicast() {
            true => socket.options.multicast_time_to_live,
            false => socket.options.time_to_live,
        };
        // Hops are of the socket, not of the datagram: others have to get out before.
        if udp.send_queue() > 0 && udp.hop_limit() != Some(hops) {
            return self.wait(handle, Direction::Write);
        }
        udp.set_hop_limit(Some(hops.max(1)));
        let specific = !(bound.ip().is_unspecified() || bound.ip().is_multicast());
        let local = if specific { bound.ip() } else { source };
        if local.is_ipv4() != peer.is_ipv4() {
            return Err(errors::NETWORK_UNREACHABLE);
        }
        let metadata = UdpMetadata { local_address: Some(local.into()), ..UdpMetadata::from(endpoint(peer)) };
        match udp.send_slice(bytes, metadata) {
            Ok(()) => {
                socket.waiting = Some(peer.ip());
                self.dirty = true;
                Ok(Answer::Count(bytes.len()))
            }
            Err(SendError::BufferFull) => self.wait(handle, Direction::Write),
            Err(SendError::Unaddressable) => Err(errors::INVALID),
        }
    }

    /// Takes one that came.
    pub(crate) fn receive_datagram(&mut self, handle: Handle, most: usize) -> Result {
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let socket = datagram(&mut self.table, handle)?;
        if let Some(error) = socket.error.take() {
            return Err(error);
        }
        if socket.read_shut {
            return Ok(Answer::End);
        }
        if !socket.saved.is_empty() {
            let (mut bytes, peer) = socket.saved.remove(0);
            if socket.saved.is_empty() {
                socket.saved = Vec::new();
            }
            bytes.truncate(most);
            return Ok(Answer::Datagram(bytes, from_wire(socket.family, peer)));
        }
        let udp = stack.sockets.get_mut::<Socket>(socket.socket);
        while let Ok((bytes, metadata)) = udp.peek() {
            let peer = socket_address(metadata.endpoint);
            if !is_for(socket.family, socket.options.v6_only, socket.peer, peer) {
                let _ = udp.recv();
                continue;
            }
            // Only what there is memory for is taken out.
            let bytes = bytes.get(..most).unwrap_or(bytes);
            let mut copy = Vec::new();
            copy.try_reserve_exact(bytes.len()).map_err(|_| errors::NO_MEMORY)?;
            copy.extend_from_slice(bytes);
            let _ = udp.recv();
            return Ok(Answer::Datagram(copy, from_wire(socket.family, peer)));
        }
        self.wait(handle, Direction::Read)
    }

    /// Ends a direction.
    pub(crate) fn shutdown_datagram(&mut self, handle: Handle, how: Shutdown) -> Result {
        let socket = self.datagram(handle)?;
        if socket.peer.is_none() {
            return Err(errors::NOT_CONNECTED);
        }
        socket.read_shut |= matches!(how, Shutdown::Read | Shutdown::Both);
        socket.write_shut |= matches!(how, Shutdown::Write | Shutdown::Both);
        if matches!(how, Shutdown::Read | Shutdown::Both) {
            self.table.wake(handle, Direction::Read);
        }
        Ok(Answer::Done)
    }

    /// Its own address.
    pub(crate) fn local_datagram(&mut self, handle: Handle) -> Result {
        let socket = self.datagram(handle)?;
        let (family, bound, peer) = (socket.family, socket.bound, socket.peer);
        let mut address = bound.unwrap_or(SocketAddr::new(unspecified(family), 0));
        if let (true, Some(peer), Some(stack)) = (address.ip().is_unspecified(), peer, self.stack.as_ref())
            && let Ok(source) = stack.source(peer.ip())
        {
            address.set_ip(source);
        }
        Ok(Answer::Address(from_wire(family, address)))
    }

    /// The peer's.
    pub(crate) fn peer_datagram(&mut self, handle: Handle) -> Result {
        let socket = self.datagram(handle)?;
        let peer = socket.peer.ok_or(errors::NOT_CONNECTED)?;
        Ok(Answer::Address(from_wire(socket.family, peer)))
    }

    /// Closes one that is out of the table already.
    pub(crate) fn close_datagram(&mut self, handle: Handle, socket: &Datagram) {
        self.leave_groups(handle);
        if let Some(stack) = self.stack.as_mut() {
            if let Some(bound) = socket.bound {
                stack.air.local.set_quiet(bound.port(), false);
            }
            stack.sockets.remove(socket.socket);
        }
    }

    /// Looks after one: whether it is ready, and whether its datagrams wait for a neighbour that is not there.
    pub(crate) fn look_after_datagram(&mut self, handle: Handle, now: u64) {
        let (Some(stack), Ok(socket)) = (self.stack.as_mut(), datagram(&mut self.table, handle)) else { return };
        let udp = stack.sockets.get::<Socket>(socket.socket);
        if udp.send_queue() == 0 && udp.can_send() {
            socket.waiting = None;
        }
        if let Some(receiver) = socket.waiting
            && stack.is_missing(receiver, now)
        {
            self.unblock(handle);
        }
        let (Some(stack), Ok(socket)) = (self.stack.as_mut(), datagram(&mut self.table, handle)) else { return };
        let udp = stack.sockets.get_mut::<Socket>(socket.socket);
        // What is for others than the one peer must neither wake anybody nor take room.
        while let Ok((_, metadata)) = udp.peek() {
            if is_for(socket.family, socket.options.v6_only, socket.peer, socket_address(metadata.endpoint)) {
                break;
            }
            let _ = udp.recv();
        }
        let failed = socket.error.is_some();
        let read = udp.can_recv() || failed || !socket.saved.is_empty();
        let write = udp.can_send() || failed;
        if read {
            self.table.wake(handle, Direction::Read);
        }
        if write {
            self.table.wake(handle, Direction::Write);
        }
    }

    /// The first datagram to be sent waits for a neighbour that is not there, and all after it wait for that one. The
    /// stack has no way to take one out, so all are given up; what came meanwhile is saved.
    fn unblock(&mut self, handle: Handle) {
        let (Some(stack), Ok(socket)) = (self.stack.as_mut(), datagram(&mut self.table, handle)) else { return };
        let udp = stack.sockets.get_mut::<Socket>(socket.socket);
        while let Ok((bytes, metadata)) = udp.recv() {
            let mut copy = Vec::new();
            // Without memory they are lost, as datagrams are.
            if copy.try_reserve_exact(bytes.len()).is_err() || socket.saved.try_reserve(1).is_err() {
                break;
            }
            copy.extend_from_slice(bytes);
            socket.saved.push((copy, socket_address(metadata.endpoint)));
        }
        let bound = udp.endpoint();
        udp.close();
        // It was bound to that very address.
        let _ = udp.bind(bound);
        socket.waiting = None;
        if socket.peer.is_some() {
            socket.error = Some(errors::HOST_UNREACHABLE);
        }
    }
}

/// Whether a datagram is for the socket.
fn is_for(family: Family, v6_only: bool, one: Option<SocketAddr>, peer: SocketAddr) -> bool {
    let fits = match family {
        Family::Inet => peer.is_ipv4(),
        Family::Inet6 => peer.is_ipv6() || !v6_only,
    };
    fits && one.is_none_or(|one| one == peer)
}
