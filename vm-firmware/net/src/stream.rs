//! Sockets of TCP: connecting, bytes, and ways to end. Owns what a program's socket is, from being opened to being closed;
//! the connection under it is [`crate::connections`]'s, listening is [`crate::listen`]'s.

use crate::connections::{Connection, RESET, Role};
use crate::errors;
use crate::network::{Core, Item, stream};
use crate::options::Options;
use crate::phy::zeros;
use crate::stack::{Stack, endpoint};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use emberl_vm::net::{Answer, Direction, Error, Family, Handle, Result, Shutdown};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{CongestionControl, RecvError, Socket, SocketBuffer, State};

/// The first of the ports that are given to who has none (RFC 6335, 6).
pub(crate) const FIRST_PORT: u16 = 49152;
/// The farthest from one connection's port to the next's: so some thousand connections have different ones.
const PORT_STEP: u16 = 32;

/// How far a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Opened, perhaps bound. It keeps a place for a connection.
    Fresh,
    /// Taking connections, so many waiting at a time.
    Listening(u16),
    /// Connecting or connected.
    Open(SocketHandle),
}

/// A socket of TCP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    pub(crate) family: Family,
    pub(crate) stage: Stage,
    /// Its own address, if it was bound; IPv4 is never in the form of IPv6 here.
    pub(crate) bound: Option<SocketAddr>,
    pub(crate) options: Options,
    pub(crate) read_shut: bool,
    pub(crate) write_shut: bool,
    /// TLS was begun: the number of its connection.
    pub(crate) secure: Option<u64>,
}

impl Stream {
    pub(crate) fn new(family: Family) -> Self {
        Self {
            family,
            stage: Stage::Fresh,
            bound: None,
            options: Options::default(),
            read_shut: false,
            write_shut: false,
            secure: None,
        }
    }
}

/// An address that a program gave, as it is on the wire: an IPv4 address in the form of IPv6 is one of IPv4.
///
/// # Errors
/// `eafnosupport` where the socket has nothing to do with it.
pub(crate) fn to_wire(family: Family, v6_only: bool, address: SocketAddr) -> core::result::Result<SocketAddr, Error> {
    match (family, address.ip()) {
        (Family::Inet, IpAddr::V4(_)) => Ok(address),
        (Family::Inet6, IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(_) if v6_only => Err(errors::NETWORK_UNREACHABLE),
            Some(ip) => Ok(SocketAddr::new(ip.into(), address.port())),
            None => Ok(SocketAddr::new(ip.into(), address.port())),
        },
        _ => Err(errors::FAMILY),
    }
}

/// The same the other way: to a socket of IPv6 all addresses are of IPv6.
pub(crate) fn from_wire(family: Family, address: SocketAddr) -> SocketAddr {
    match (family, address.ip()) {
        (Family::Inet6, IpAddr::V4(ip)) => SocketAddr::new(ip.to_ipv6_mapped().into(), address.port()),
        _ => address,
    }
}

/// The address of nobody, or of all.
pub(crate) fn unspecified(family: Family) -> IpAddr {
    match family {
        Family::Inet => Ipv4Addr::UNSPECIFIED.into(),
        Family::Inet6 => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Who wants to reach nobody reaches itself, as with other systems.
pub(crate) fn target(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port()),
        _ => address,
    }
}

/// Whether two own addresses have something in common.
pub(crate) fn overlap(one: IpAddr, other: IpAddr) -> bool {
    one == other || one.is_unspecified() || other.is_unspecified()
}

/// A socket of the stack with its buffers.
///
/// # Errors
/// `enobufs` without memory.
pub(crate) fn make(receive: u32, send: u32) -> core::result::Result<Socket<'static>, Error> {
    let receive = SocketBuffer::new(zeros(receive as usize)?);
    let send = SocketBuffer::new(zeros(send as usize)?);
    let mut socket = Socket::new(receive, send);
    socket.set_congestion_control(CongestionControl::Reno);
    Ok(socket)
}

impl Core {
    /// Opens one.
    pub(crate) fn open_stream(&mut self, family: Family) -> Result {
        let now = self.now;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        self.connections.make_room(stack, now)?;
        let handle = self.table.insert(Item::Stream(Stream::new(family)))?;
        self.connections.kept += 1;
        Ok(Answer::Handle(handle))
    }

    /// Checks that a program can have that address of its own, and finds a port where it has no wish.
    pub(crate) fn own_address(
        &mut self,
        handle: Handle,
        address: SocketAddr,
        reuse: bool,
        datagram: bool,
    ) -> core::result::Result<SocketAddr, Error> {
        let stack = self.stack.as_ref().ok_or(errors::NETWORK_DOWN)?;
        let ip = address.ip();
        if !(ip.is_unspecified() || stack.is_own(ip) || (datagram && ip.is_multicast())) {
            return Err(errors::ADDRESS_NOT_AVAILABLE);
        }
        if address.port() != 0 {
            return if self.port_is_taken(handle, address, reuse, datagram) {
                Err(errors::ADDRESS_IN_USE)
            } else {
                Ok(address)
            };
        }
        self.free_port(handle, ip, datagram).map(|port| SocketAddr::new(ip, port))
    }

    fn port_is_taken(&self, handle: Handle, address: SocketAddr, reuse: bool, datagram: bool) -> bool {
        let mut at = 0;
        while let Some((next, other)) = self.table.after(at) {
            at = next;
            if other == handle {
                continue;
            }
            let (bound, shared) = match self.table.get(other) {
                Some(Item::Stream(stream)) if !datagram => {
                    (stream.bound, reuse && stream.options.reuse && !matches!(stream.stage, Stage::Listening(_)))
                }
                Some(Item::Datagram(socket)) if datagram => (socket.bound, reuse && socket.options.reuse),
                _ => continue,
            };
            if bound.is_some_and(|bound| bound.port() == address.port() && overlap(bound.ip(), address.ip())) && !shared
            {
                return true;
            }
        }
        false
    }

    /// A port that nobody has.
    ///
    /// # Errors
    /// `eaddrinuse` when there is none.
    pub(crate) fn free_port(&mut self, handle: Handle, ip: IpAddr, datagram: bool) -> core::result::Result<u16, Error> {
        let count = u16::MAX - FIRST_PORT + 1;
        // A peer remembers a connection for a minute or more after its end, and takes no other by the same ports: they
        // come again as late as can be, and still are not easily guessed (RFC 6056, 3.3.5). A datagram has no such past.
        let range = if datagram { count } else { PORT_STEP };
        self.last_port = self.last_port.wrapping_add(1 + u16::try_from(self.random.below(range.into())).unwrap_or(0));
        let first = self.last_port % count;
        // There are far fewer sockets than ports: one of the next ports is free.
        (0..count)
            .map(|step| FIRST_PORT + (first + step) % count)
            .find(|&port| {
                (datagram || self.connections.port_is_free(port))
                    && !self.port_is_taken(handle, SocketAddr::new(ip, port), false, datagram)
            })
            .ok_or(errors::ADDRESS_IN_USE)
    }

    /// Binds it.
    pub(crate) fn bind_stream(&mut self, handle: Handle, address: SocketAddr) -> Result {
        let stream = *self.stream(handle)?;
        if stream.stage != Stage::Fresh || stream.bound.is_some() {
            return Err(errors::INVALID);
        }
        let address = to_wire(stream.family, stream.options.v6_only, address)?;
        let address = self.own_address(handle, address, stream.options.reuse, false)?;
        self.stream(handle)?.bound = Some(address);
        Ok(Answer::Done)
    }

    /// Connects it, or asks how far that is.
    pub(crate) fn connect_stream(&mut self, handle: Handle, address: SocketAddr) -> Result {
        let stream = *self.stream(handle)?;
        match stream.stage {
            Stage::Listening(_) => Err(errors::OPERATION_NOT_SUPPORTED),
            Stage::Fresh => self.begin_connect(handle, stream, address),
            Stage::Open(socket) => {
                let connection = self.connections.get_mut(socket).ok_or(errors::NETWORK_DOWN)?;
                if !matches!(connection.role, Role::Connecting(..)) {
                    return Err(errors::IS_CONNECTED);
                }
                let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
                if let Some(error) = connection.end {
                    // The socket is as before, and can try again.
                    self.connections.remove(stack, socket);
                    self.connections.kept += 1;
                    self.stream(handle)?.stage = Stage::Fresh;
                    return Err(error);
                }
                match stack.sockets.get::<Socket>(socket).state() {
                    State::SynSent | State::SynReceived => self.wait(handle, Direction::Write),
                    _ => {
                        connection.role = Role::Owned(handle);
                        Ok(Answer::Done)
                    }
                }
            }
        }
    }

    fn begin_connect(&mut self, handle: Handle, stream: Stream, address: SocketAddr) -> Result {
        let peer = target(to_wire(stream.family, stream.options.v6_only, address)?);
        if peer.port() == 0 {
            return Err(errors::ADDRESS_NOT_AVAILABLE);
        }
        let now = self.now;
        let stack = self.stack.as_ref().ok_or(errors::NETWORK_DOWN)?;
        let everybody = match peer.ip() {
            IpAddr::V4(ip) => ip.is_broadcast() || ip.is_multicast(),
            IpAddr::V6(ip) => ip.is_multicast(),
        };
        if everybody {
            return Err(errors::NETWORK_UNREACHABLE);
        }
        let source = stack.source(peer.ip())?;
        let local = match stream.bound {
            Some(bound) if bound.ip().is_unspecified() => SocketAddr::new(source, bound.port()),
            Some(bound) if bound.is_ipv4() != peer.is_ipv4() => return Err(errors::NETWORK_UNREACHABLE),
            Some(bound) => bound,
            None => SocketAddr::new(source, self.free_port(handle, source, false)?),
        };
        let mut socket = make(self.config.tcp_receive_bytes, self.config.tcp_send_bytes)?;
        stream.options.apply(&mut socket, &self.config);
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        if self.connections.between(stack, local, peer).is_some() {
            return Err(errors::ADDRESS_IN_USE);
        }
        socket
            .connect(stack.interface.context(), endpoint(peer), endpoint(local))
            .map_err(|_| errors::ADDRESS_NOT_AVAILABLE)?;
        // The place that was kept for it is now its own.
        self.connections.kept -= 1;
        let socket = self.connections.add(stack, socket, Role::Connecting(handle, now), local, peer, now)?;
        if let Some(connection) = self.connections.get_mut(socket) {
            connection.keep_alive = stream.options.keep_alive;
        }
        self.stream(handle)?.stage = Stage::Open(socket);
        self.dirty = true;
        self.wait(handle, Direction::Write)
    }

    /// Reads bytes of the wire.
    pub(crate) fn receive_stream(&mut self, handle: Handle, most: usize) -> Result {
        let stream = *self.stream(handle)?;
        let Stage::Open(socket) = stream.stage else { return Err(errors::NOT_CONNECTED) };
        if stream.read_shut {
            return Ok(Answer::End);
        }
        let read = match stream.secure {
            Some(serial) => self.secure_read(serial, most)?,
            None => self.read(socket, most)?,
        };
        match read {
            Read::Bytes(bytes) => Ok(Answer::Bytes(bytes)),
            Read::Wait => self.wait(handle, Direction::Read),
            Read::End => Ok(Answer::End),
        }
    }

    /// Reads bytes of a connection.
    ///
    /// # Errors
    /// Why it has ended, once, and then `closed`.
    pub(crate) fn read(&mut self, socket: SocketHandle, most: usize) -> core::result::Result<Read, Error> {
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let connection = self.connections.get_mut(socket).ok_or(errors::AFTER_CLOSE)?;
        let tcp = stack.sockets.get_mut::<Socket>(socket);
        if matches!(connection.role, Role::Connecting(..)) && matches!(tcp.state(), State::SynSent | State::SynReceived)
        {
            return Err(errors::NOT_CONNECTED);
        }
        let count = most.min(tcp.recv_queue());
        if count > 0 && tcp.can_recv() {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(count).map_err(|_| errors::NO_MEMORY)?;
            bytes.resize(count, 0);
            let count = tcp.recv_slice(&mut bytes).map_err(|_| errors::AFTER_CLOSE)?;
            bytes.truncate(count);
            self.dirty = true;
            return Ok(Read::Bytes(bytes));
        }
        if tcp.can_recv() || tcp.may_recv() {
            return Ok(Read::Wait);
        }
        let finished = connection.finished || matches!(tcp.recv(|_| (0, ())), Err(RecvError::Finished));
        if finished && connection.end.is_none() {
            return Ok(Read::End);
        }
        Err(connection.end.take().unwrap_or(errors::AFTER_CLOSE))
    }

    /// Sends bytes on the wire.
    pub(crate) fn send_stream(&mut self, handle: Handle, bytes: &[u8]) -> Result {
        let stream = *self.stream(handle)?;
        let Stage::Open(socket) = stream.stage else { return Err(errors::NOT_CONNECTED) };
        if stream.write_shut {
            return Err(errors::PIPE);
        }
        let count = match stream.secure {
            Some(serial) => self.secure_write(serial, bytes)?,
            None => self.write(socket, bytes)?,
        };
        match count {
            0 if !bytes.is_empty() => self.wait(handle, Direction::Write),
            count => Ok(Answer::Count(count)),
        }
    }

    /// Writes bytes to a connection: the count that was taken.
    ///
    /// # Errors
    /// Why it has ended, once, and then `closed`.
    pub(crate) fn write(&mut self, socket: SocketHandle, bytes: &[u8]) -> core::result::Result<usize, Error> {
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let connection = self.connections.get_mut(socket).ok_or(errors::AFTER_CLOSE)?;
        let tcp = stack.sockets.get_mut::<Socket>(socket);
        if matches!(tcp.state(), State::SynSent | State::SynReceived) {
            return Err(errors::NOT_CONNECTED);
        }
        match tcp.send_slice(bytes) {
            Ok(count) => {
                self.dirty |= count > 0;
                Ok(count)
            }
            Err(_) => Err(connection.end.take().unwrap_or(errors::AFTER_CLOSE)),
        }
    }

    /// Ends a direction.
    pub(crate) fn shutdown_stream(&mut self, handle: Handle, how: Shutdown) -> Result {
        let stream = stream(&mut self.table, handle)?;
        let Stage::Open(socket) = stream.stage else { return Err(errors::NOT_CONNECTED) };
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let connection = self.connections.get_mut(socket).ok_or(errors::NOT_CONNECTED)?;
        let tcp = stack.sockets.get_mut::<Socket>(socket);
        if matches!(tcp.state(), State::SynSent | State::SynReceived | State::Closed) {
            return Err(errors::NOT_CONNECTED);
        }
        if matches!(how, Shutdown::Read | Shutdown::Both) {
            stream.read_shut = true;
            connection.deaf = true;
            self.table.wake(handle, Direction::Read);
        }
        if matches!(how, Shutdown::Write | Shutdown::Both) {
            let stream = self.stream(handle)?;
            stream.write_shut = true;
            match stream.secure {
                Some(serial) => self.secure_close(serial),
                None => {
                    self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?.sockets.get_mut::<Socket>(socket).close();
                }
            }
            self.table.wake(handle, Direction::Write);
        }
        self.dirty = true;
        Ok(Answer::Done)
    }

    /// Closes one that is out of the table already. What was sent still goes out.
    pub(crate) fn close_stream(&mut self, handle: Handle, stream: &Stream) {
        match stream.stage {
            Stage::Fresh => self.connections.kept = self.connections.kept.saturating_sub(1),
            Stage::Listening(_) => self.end_listener(handle),
            Stage::Open(socket) => {
                let linger = stream.options.linger.unwrap_or(self.config.linger_ms);
                let held = stream.secure.is_some_and(|serial| linger > 0 && self.secure_close_last(serial));
                self.linger(socket, linger, held);
            }
        }
    }

    /// Lets a connection end by itself, in so many milliseconds. It is not closed yet where `held`: TLS has still something
    /// to send.
    pub(crate) fn linger(&mut self, socket: SocketHandle, milliseconds: u32, held: bool) {
        let now = self.now;
        let Some(stack) = self.stack.as_mut() else { return };
        let Some(connection) = self.connections.get_mut(socket) else { return };
        let tcp = stack.sockets.get_mut::<Socket>(socket);
        connection.deaf = true;
        match tcp.state() {
            // There is nobody to be told.
            State::SynSent | State::Listen => return self.connections.remove(stack, socket),
            State::Closed if tcp.remote_endpoint().is_none() => return self.connections.remove(stack, socket),
            _ if milliseconds == 0 => {
                tcp.abort();
                connection.role = Role::Lingering(now.saturating_add(RESET));
            }
            _ => {
                if !held {
                    tcp.close();
                }
                let wait = u64::from(milliseconds) * crate::config::MILLISECOND;
                connection.role = Role::Lingering(now.saturating_add(wait));
                // From now on it counts how long the peer takes for the rest.
                connection.owing = None;
            }
        }
        self.dirty = true;
    }

    /// Its own address.
    pub(crate) fn local_stream(&mut self, handle: Handle) -> Result {
        let stream = *self.stream(handle)?;
        let address = match stream.stage {
            Stage::Open(socket) => self.connections.get(socket).map(|connection| connection.local),
            _ => stream.bound,
        };
        let address = address.unwrap_or(SocketAddr::new(unspecified(stream.family), 0));
        Ok(Answer::Address(from_wire(stream.family, address)))
    }

    /// The peer's.
    pub(crate) fn peer_stream(&mut self, handle: Handle) -> Result {
        let stream = *self.stream(handle)?;
        let Stage::Open(socket) = stream.stage else { return Err(errors::NOT_CONNECTED) };
        let stack = self.stack.as_ref().ok_or(errors::NETWORK_DOWN)?;
        let connection = self.connections.get(socket).ok_or(errors::NOT_CONNECTED)?;
        match stack.sockets.get::<Socket>(socket).state() {
            State::SynSent | State::SynReceived | State::Closed => Err(errors::NOT_CONNECTED),
            _ => Ok(Answer::Address(from_wire(stream.family, connection.peer))),
        }
    }

    /// Wakes who waits for that connection, if there is something for him.
    pub(crate) fn wake_stream(&mut self, handle: Handle, connection: Connection) {
        let Some(stack) = self.stack.as_ref() else { return };
        let Some(connection) = self.connections.get(connection.socket) else { return };
        if self.sessions.has(connection.serial) {
            // What is for the program has to go through TLS first.
            return;
        }
        let (read, write) = readiness(stack, connection.socket, connection.end.is_some());
        if read {
            self.table.wake(handle, Direction::Read);
        }
        if write {
            self.table.wake(handle, Direction::Write);
        }
    }
}

/// What reading has come to.
pub(crate) enum Read {
    Bytes(Vec<u8>),
    Wait,
    End,
}

/// Whether reading or writing would have an answer.
pub(crate) fn readiness(stack: &Stack, socket: SocketHandle, ended: bool) -> (bool, bool) {
    let tcp = stack.sockets.get::<Socket>(socket);
    if matches!(tcp.state(), State::SynSent | State::SynReceived) {
        return (ended, ended);
    }
    let read = tcp.can_recv() || !tcp.may_recv();
    // Few bytes of room are not worth the trouble: a quarter of the buffer is.
    let room = tcp.send_capacity() - tcp.send_queue();
    let write = !tcp.may_send() || room >= tcp.send_capacity().div_ceil(4);
    (read || ended, write || ended)
}
