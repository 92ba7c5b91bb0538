//! Listening: connections that come, and are accepted. Owns the answer to a SYN.
//!
//! A listener has no buffers. When a frame with a SYN for it comes, a connection is made for that frame; if the stack
//! takes it (its checksums are right), it waits there half open, else it goes again. So an idle server costs nothing, and
//! a flood of SYNs finds these bounds: a listener's backlog; no more than half of the pool half open; and a half-open
//! connection older than a second gives way to a new one. A SYN without a place is dropped, not refused, so that an honest
//! client, who sends it again, gets in when there is room.

use crate::config::MILLISECOND;
use crate::connections::{RESET, Role};
use crate::errors;
use crate::network::{Core, Item};
use crate::options::Options;
use crate::stream::{Stage, Stream, from_wire, make, unspecified};
use core::net::SocketAddr;
use emberl_vm::net::{Answer, Direction, Family, Handle, Result};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{Socket, State};

/// A half-open connection that is younger keeps its place.
const FAIR: u64 = 1000 * MILLISECOND;

/// What becomes of a frame with a SYN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syn {
    /// The stack has it; nobody listens, or the connection is known.
    Pass,
    /// There is no place.
    Drop,
    /// A connection was made for it.
    Made(SocketHandle),
}

impl Core {
    /// Lets connections come.
    pub(crate) fn listen(&mut self, handle: Handle, backlog: u32) -> Result {
        let stream = *self.stream(handle)?;
        let most = u16::try_from(backlog).unwrap_or(u16::MAX).clamp(1, self.config.backlog.max(1));
        match stream.stage {
            Stage::Open(_) => return Err(errors::INVALID),
            Stage::Listening(_) => {}
            Stage::Fresh => {
                if self.listeners() >= usize::from(self.config.listeners) {
                    return Err(errors::NO_BUFFERS);
                }
                if stream.bound.is_none() {
                    let any = SocketAddr::new(unspecified(stream.family), 0);
                    let bound = self.own_address(handle, any, false, false)?;
                    self.stream(handle)?.bound = Some(bound);
                }
                // It needs no connection of its own any more.
                self.connections.kept = self.connections.kept.saturating_sub(1);
            }
        }
        self.stream(handle)?.stage = Stage::Listening(most);
        Ok(Answer::Done)
    }

    pub(crate) fn listeners(&self) -> usize {
        let listens = |item: &&Item| matches!(item, Item::Stream(Stream { stage: Stage::Listening(_), .. }));
        self.table.iter().filter(listens).count()
    }

    /// Takes the connection that waits the longest.
    pub(crate) fn accept(&mut self, handle: Handle) -> Result {
        let stream = *self.stream(handle)?;
        let Stage::Listening(_) = stream.stage else { return Err(errors::INVALID) };
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let whole = self.connections.waiting(handle).find(|connection| {
            let state = stack.sockets.get::<Socket>(connection.socket).state();
            !matches!(state, State::Listen | State::SynReceived | State::Closed)
        });
        let Some(&connection) = whole else { return self.wait(handle, Direction::Read) };
        let mut accepted = Stream::new(stream.family);
        accepted.stage = Stage::Open(connection.socket);
        accepted.options = Options { linger: None, ..stream.options };
        let new = self.table.insert(Item::Stream(accepted))?;
        accepted.options.apply(stack.sockets.get_mut::<Socket>(connection.socket), &self.config);
        if let Some(connection) = self.connections.get_mut(connection.socket) {
            connection.role = Role::Owned(new);
            connection.keep_alive = accepted.options.keep_alive;
        }
        Ok(Answer::Accepted(new, from_wire(stream.family, connection.peer)))
    }

    /// The listener for what comes to an address: one of that very family before one that takes both.
    fn listener(&self, local: SocketAddr) -> Option<(Handle, u16)> {
        let mut best: Option<((bool, bool), Handle, u16)> = None;
        let mut at = 0;
        while let Some((next, handle)) = self.table.after(at) {
            at = next;
            let Some(Item::Stream(stream)) = self.table.get(handle) else { continue };
            let (Stage::Listening(most), Some(bound)) = (stream.stage, stream.bound) else { continue };
            let exact = bound.ip() == local.ip();
            let any = bound.ip().is_unspecified()
                && match stream.family {
                    Family::Inet => local.is_ipv4(),
                    Family::Inet6 => local.is_ipv6() || !stream.options.v6_only,
                };
            if bound.port() != local.port() || !(exact || any) {
                continue;
            }
            let rank = (exact, bound.is_ipv4() == local.is_ipv4());
            if best.is_none_or(|(known, ..)| rank > known) {
                best = Some((rank, handle, most));
            }
        }
        best.map(|(_, handle, most)| (handle, most))
    }

    /// A frame with a SYN has come.
    pub(crate) fn syn(&mut self, local: SocketAddr, peer: SocketAddr) -> Syn {
        let Some(stack) = self.stack.as_mut() else { return Syn::Pass };
        if !stack.is_own(local.ip()) {
            return Syn::Pass;
        }
        if let Some(&mut known) = self.connections.between(stack, local, peer) {
            let late = stack.sockets.get::<Socket>(known.socket).state() == State::TimeWait;
            if !late || !matches!(known.role, Role::Lingering(_)) {
                return Syn::Pass;
            }
            // A new connection takes the place of one that was over (RFC 6191).
            self.connections.remove(stack, known.socket);
        }
        let Some((listener, most)) = self.listener(local) else { return Syn::Pass };
        match self.make_for(listener, usize::from(most), local, peer) {
            Some(socket) => Syn::Made(socket),
            None => Syn::Drop,
        }
    }

    fn make_for(&mut self, listener: Handle, most: usize, local: SocketAddr, peer: SocketAddr) -> Option<SocketHandle> {
        let now = self.now;
        let stack = self.stack.as_mut()?;
        let half = usize::from(self.config.tcp_sockets / 2).max(1);
        if self.connections.waiting(listener).count() >= most {
            let oldest = self.connections.half_open(stack, Some(listener)).min_by_key(|connection| connection.since);
            let socket = oldest.filter(|oldest| now.saturating_sub(oldest.since) >= FAIR)?.socket;
            self.connections.remove(stack, socket);
        } else if self.connections.half_open(stack, None).count() >= half
            || self.connections.make_room(stack, now).is_err()
        {
            let oldest = self.connections.half_open(stack, None).min_by_key(|connection| connection.since);
            let socket = oldest.filter(|oldest| now.saturating_sub(oldest.since) >= FAIR)?.socket;
            self.connections.remove(stack, socket);
        }
        self.connections.make_room(stack, now).ok()?;
        let mut socket = make(self.config.tcp_receive_bytes, self.config.tcp_send_bytes).ok()?;
        socket.listen(crate::stack::endpoint(local)).ok()?;
        self.connections.add(stack, socket, Role::Waiting(listener), local, peer, now).ok()
    }

    /// The stack has had the frame for which that was made: if it did not take it, it goes.
    pub(crate) fn settle(&mut self, socket: SocketHandle) {
        let Some(stack) = self.stack.as_mut() else { return };
        if stack.sockets.get::<Socket>(socket).state() == State::Listen {
            self.connections.remove(stack, socket);
        }
    }

    /// The listener is closed: who waits for it is told.
    pub(crate) fn end_listener(&mut self, listener: Handle) {
        let until = self.now.saturating_add(RESET);
        let Some(stack) = self.stack.as_mut() else { return };
        loop {
            let Some(socket) = self.connections.waiting(listener).map(|waiting| waiting.socket).next() else { break };
            stack.sockets.get_mut::<Socket>(socket).abort();
            if let Some(connection) = self.connections.get_mut(socket) {
                connection.role = Role::Lingering(until);
            }
        }
    }
}
