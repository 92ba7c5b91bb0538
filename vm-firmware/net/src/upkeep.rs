//! What is looked after in every poll: connections, datagrams, names, addresses, and who waits for them. Owns the order,
//! and the times when it is needed.

use crate::connections::{Look, Role};
use crate::errors;
use crate::network::{Core, Item};
use crate::stack::Stack;
use core::net::SocketAddr;
use emberl_vm::net::{Direction, Error, Family, Handle};
use smoltcp::socket::tcp::{Socket, State};
use smoltcp::wire::Ipv6Packet;

impl Core {
    /// # Errors
    /// `eafnosupport` where the board has no IPv6.
    pub(crate) fn check_family(&self, family: Family) -> Result<(), Error> {
        match family {
            Family::Inet6 if !self.config.ipv6 => Err(errors::FAMILY),
            _ => Ok(()),
        }
    }

    /// A frame of TCP came for a connection.
    pub(crate) fn heard(&mut self, local: SocketAddr, peer: SocketAddr, reset: bool) {
        let now = self.now;
        let Some(stack) = self.stack.as_ref() else { return };
        if let Some(connection) = self.connections.between(stack, local, peer) {
            connection.heard = now;
            connection.reset = reset;
        }
    }

    /// Somebody says that what went from `local` to `peer` cannot arrive. That ends what has yet to be connected; a
    /// connection that is there goes on (RFC 1122, 4.2.3.9).
    pub(crate) fn unreachable(&mut self, local: SocketAddr, peer: SocketAddr, tcp: bool, error: Error) {
        if tcp {
            let Some(stack) = self.stack.as_mut() else { return };
            if let Some(connection) = self.connections.between(stack, local, peer)
                && matches!(connection.role, Role::Connecting(..))
            {
                let socket = stack.sockets.get_mut::<Socket>(connection.socket);
                if socket.state() == State::SynSent {
                    connection.end = Some(error);
                    socket.abort();
                }
            }
            return;
        }
        let mut at = 0;
        while let Some((next, handle)) = self.table.after(at) {
            at = next;
            if let Some(Item::Datagram(datagram)) = self.table.get_mut(handle)
                && datagram.peer == Some(peer)
                && datagram.bound.is_some_and(|bound| bound.port() == local.port())
            {
                datagram.error = Some(error);
                self.table.wake(handle, Direction::Read);
                self.table.wake(handle, Direction::Write);
            }
        }
    }

    /// The frame that is held is a router's advertisement.
    pub(crate) fn advertisement(&mut self) {
        let now = self.now;
        let Some(Stack { air, slaac: Some(slaac), .. }) = self.stack.as_mut() else { return };
        if let Some(packet) = air.frame().and_then(|frame| frame.get(crate::inspect::ETHERNET..))
            && let Ok(packet) = Ipv6Packet::new_checked(packet)
        {
            slaac.advertisement(now, &packet);
        }
    }

    /// What belongs to the driver itself; it may have something to send.
    pub(crate) fn look_after_services(&mut self) {
        self.look_after_addresses();
        self.look_after_stations();
        self.look_after_time();
        self.look_after_multicast();
        self.pump_sessions();
    }

    /// What belongs to programs.
    pub(crate) fn look_after_sockets(&mut self) {
        self.look_after_connections();
        self.look_after_sessions();
        let mut at = 0;
        while let Some((next, handle)) = self.table.after(at) {
            at = next;
            match self.table.get(handle) {
                Some(Item::Datagram(_)) => self.look_after_datagram(handle, self.now),
                Some(Item::Lookup(_)) if self.table.waits(handle, Direction::Read) => self.look_after_lookup(handle),
                _ => {}
            }
        }
    }

    fn look_after_connections(&mut self) {
        let now = self.now;
        let mut index = 0;
        while let Some(connection) = self.connections.at(index) {
            let Some(stack) = self.stack.as_mut() else { return };
            if matches!(connection.role, Role::Connecting(..))
                && connection.end.is_none()
                && stack.is_missing(connection.peer.ip(), now)
            {
                self.end_connecting(index, errors::HOST_UNREACHABLE);
            }
            let Some(stack) = self.stack.as_mut() else { return };
            if self.connections.look(stack, index, now, &self.config) == Look::Gone {
                self.connections.remove(stack, connection.socket);
                continue;
            }
            index += 1;
            match connection.role {
                Role::Owned(handle) | Role::Connecting(handle, _) => self.wake_stream(handle, connection),
                Role::Waiting(listener) => self.wake_listener(listener, connection.socket),
                Role::Lingering(_) => {}
            }
        }
    }

    fn end_connecting(&mut self, index: usize, error: Error) {
        let (Some(connection), Some(stack)) = (self.connections.at(index), self.stack.as_mut()) else { return };
        if let Some(connection) = self.connections.get_mut(connection.socket) {
            stack.sockets.get_mut::<Socket>(connection.socket).abort();
            connection.end = Some(error);
        }
    }

    fn wake_listener(&mut self, listener: Handle, socket: smoltcp::iface::SocketHandle) {
        let Some(stack) = self.stack.as_ref() else { return };
        if !matches!(stack.sockets.get::<Socket>(socket).state(), State::SynReceived | State::Listen | State::Closed) {
            self.table.wake(listener, Direction::Read);
        }
    }

    /// When something of this file has to be done again.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let stack = self.stack.as_ref()?;
        let connections = self.connections.deadline(stack, &self.config);
        let slaac = stack.slaac.as_ref().and_then(crate::slaac::Slaac::deadline);
        let time = self.sntp.as_ref().and_then(|sntp| sntp.deadline(stack));
        let multicast = self.mdns.as_ref().and_then(|mdns| mdns.deadline(self.now, stack));
        [connections, slaac, time, multicast, self.sessions.deadline(&self.config)].into_iter().flatten().min()
    }
}
