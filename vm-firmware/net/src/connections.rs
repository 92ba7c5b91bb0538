//! The pool of TCP connections: who has which, when its peer was last heard, and when it has to end. Owns the pool's
//! count, and all times of connections but those that are the stack's (retransmissions, delayed acknowledgements).
//!
//! The stack's own timeout is not used: it ends a connection that is idle for as long (smoltcp 0.14.0).

use crate::config::{Config, MILLISECOND};
use crate::errors;
use crate::stack::Stack;
use alloc::vec::Vec;
use core::net::SocketAddr;
use emberl_vm::net::{Error, Handle};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{Socket, State};

/// A connection that its program has closed, and whose peer has owed an acknowledgement for all of this time, gives its place
/// to another. What is left of it is no more than a send buffer, for which a peer that reads needs far less.
const STUCK: u64 = 5000 * MILLISECOND;

/// Whose a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A program's, that asked for it then: it is yet to be there.
    Connecting(Handle, u64),
    /// A program's.
    Owned(Handle),
    /// It came to that listener, and waits to be accepted.
    Waiting(Handle),
    /// Closed, and has until then to end.
    Lingering(u64),
}

/// A connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// A number that no other one ever has: places of the stack's sockets are used again.
    pub(crate) serial: u64,
    pub(crate) socket: SocketHandle,
    pub(crate) role: Role,
    pub(crate) local: SocketAddr,
    pub(crate) peer: SocketAddr,
    /// When it was made.
    pub(crate) since: u64,
    /// When its peer was last heard.
    pub(crate) heard: u64,
    /// Since when its peer owes an acknowledgement.
    pub(crate) owing: Option<u64>,
    /// The peer has sent a reset, perhaps: if the connection ends now, that is why.
    pub(crate) reset: bool,
    /// The peer sends no more.
    pub(crate) finished: bool,
    /// It was there once.
    whole: bool,
    pub(crate) keep_alive: bool,
    /// Why it has ended, until that was told.
    pub(crate) end: Option<Error>,
    /// What comes is thrown away.
    pub(crate) deaf: bool,
}

/// What a look at a connection has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It goes on.
    Fine,
    /// It is over, and nobody has it.
    Gone,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Connections {
    all: Vec<Connection>,
    /// Places that are kept for sockets without a connection yet.
    pub(crate) kept: usize,
    most: usize,
    serial: u64,
}

impl Connections {
    pub(crate) const fn new(most: usize) -> Self {
        Self { all: Vec::new(), kept: 0, most, serial: 0 }
    }

    /// Makes room for all.
    ///
    /// # Errors
    /// `enomem`.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        self.all.try_reserve_exact(self.most).map_err(|_| errors::NO_MEMORY)
    }

    /// Gives all back.
    pub(crate) fn stop(&mut self) {
        (self.all, self.kept) = (Vec::new(), 0);
    }

    pub(crate) fn used(&self) -> usize {
        self.all.len() + self.kept
    }

    pub(crate) fn memory(&self) -> usize {
        self.all.capacity() * size_of::<Connection>()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.all.iter()
    }

    pub(crate) fn at(&self, index: usize) -> Option<Connection> {
        self.all.get(index).copied()
    }

    pub(crate) fn get_mut(&mut self, socket: SocketHandle) -> Option<&mut Connection> {
        self.all.iter_mut().find(|connection| connection.socket == socket)
    }

    pub(crate) fn get(&self, socket: SocketHandle) -> Option<&Connection> {
        self.all.iter().find(|connection| connection.socket == socket)
    }

    /// The connection between those two that has not ended.
    pub(crate) fn between(&mut self, stack: &Stack, local: SocketAddr, peer: SocketAddr) -> Option<&mut Connection> {
        self.all.iter_mut().find(|connection| {
            connection.local == local
                && connection.peer == peer
                && stack.sockets.get::<Socket>(connection.socket).state() != State::Closed
        })
    }

    /// Makes sure that one more has a place: the oldest connection that only waits for late segments gives way, or one that
    /// its program has closed and whose peer does not take what is left. Such a peer is told by a reset when it sends again.
    ///
    /// # Errors
    /// `emfile`.
    pub(crate) fn make_room(&mut self, stack: &mut Stack, now: u64) -> Result<(), Error> {
        while self.used() >= self.most {
            let closed = || self.all.iter().filter(|connection| matches!(connection.role, Role::Lingering(_)));
            let over = |connection: &&Connection| {
                matches!(stack.sockets.get::<Socket>(connection.socket).state(), State::TimeWait | State::Closed)
            };
            let stuck =
                |connection: &&Connection| connection.owing.is_some_and(|since| now.saturating_sub(since) >= STUCK);
            let late = closed().filter(over).min_by_key(|connection| connection.heard);
            let late = late.or_else(|| closed().filter(stuck).min_by_key(|connection| connection.owing));
            let socket = late.ok_or(errors::MANY_FILES)?.socket;
            self.remove(stack, socket);
        }
        Ok(())
    }

    /// Takes one in, for which there is room.
    ///
    /// # Errors
    /// `emfile` where there is none.
    pub(crate) fn add(
        &mut self,
        stack: &mut Stack,
        socket: Socket<'static>,
        role: Role,
        local: SocketAddr,
        peer: SocketAddr,
        now: u64,
    ) -> Result<SocketHandle, Error> {
        if self.used() >= self.most {
            return Err(errors::MANY_FILES);
        }
        let socket = stack.sockets.add(socket);
        self.serial += 1;
        self.all.push(Connection {
            serial: self.serial,
            socket,
            role,
            local,
            peer,
            since: now,
            heard: now,
            owing: None,
            reset: false,
            finished: false,
            whole: false,
            keep_alive: false,
            end: None,
            deaf: false,
        });
        Ok(socket)
    }

    /// The one with that number.
    #[cfg(feature = "tls")]
    pub(crate) fn by_serial(&mut self, serial: u64) -> Option<&mut Connection> {
        self.all.iter_mut().find(|connection| connection.serial == serial)
    }

    /// Takes one out, with its buffers.
    pub(crate) fn remove(&mut self, stack: &mut Stack, socket: SocketHandle) {
        if let Some(index) = self.all.iter().position(|connection| connection.socket == socket) {
            self.all.remove(index);
            stack.sockets.remove(socket);
        }
    }

    /// Connections that came to listeners and are not whole, or those of one.
    pub(crate) fn half_open<'a>(
        &'a self,
        stack: &'a Stack,
        listener: Option<Handle>,
    ) -> impl Iterator<Item = &'a Connection> {
        self.all.iter().filter(move |connection| match connection.role {
            Role::Waiting(of) if listener.is_none_or(|listener| listener == of) => {
                matches!(stack.sockets.get::<Socket>(connection.socket).state(), State::SynReceived | State::Listen)
            }
            _ => false,
        })
    }

    /// Connections that came to a listener.
    pub(crate) fn waiting(&self, listener: Handle) -> impl Iterator<Item = &Connection> {
        self.all.iter().filter(move |connection| connection.role == Role::Waiting(listener))
    }

    /// Whether a program can have a local port: no connection of it goes on.
    pub(crate) fn port_is_free(&self, port: u16) -> bool {
        self.all.iter().all(|connection| connection.local.port() != port)
    }

    /// Looks at one: what it has come to, and whether its time is over.
    pub(crate) fn look(&mut self, stack: &mut Stack, index: usize, now: u64, config: &Config) -> Look {
        let Some(connection) = self.all.get_mut(index) else { return Look::Gone };
        let own = stack.air.local.addresses.contains(&connection.local.ip());
        let socket = stack.sockets.get_mut::<Socket>(connection.socket);
        if connection.deaf {
            let heard = socket.recv(|bytes| (bytes.len(), bytes.len())).unwrap_or(0);
            // Bytes for somebody who has gone, after all of his have arrived: the peer is told (RFC 1122, 4.2.2.13).
            if heard > 0 && matches!(connection.role, Role::Lingering(_)) && socket.state() == State::FinWait2 {
                socket.abort();
            }
        }
        let state = socket.state();
        if matches!(state, State::CloseWait | State::LastAck | State::Closing | State::TimeWait) {
            connection.finished = true;
        }
        connection.whole |= !matches!(state, State::Closed | State::Listen | State::SynSent | State::SynReceived);
        let owes = socket.send_queue() > 0 || matches!(state, State::FinWait1 | State::LastAck | State::Closing);
        connection.owing = if owes && state != State::Closed { connection.owing.or(Some(now)) } else { None };
        let late = connection.deadline(state, config).is_some_and(|deadline| now >= deadline);
        match connection.role {
            Role::Lingering(_) => {
                if state == State::Closed && socket.remote_endpoint().is_none() {
                    return Look::Gone;
                }
                if late {
                    if state == State::Closed {
                        // The reset does not get out either.
                        return Look::Gone;
                    }
                    socket.abort();
                    connection.role = Role::Lingering(now.saturating_add(RESET));
                }
            }
            Role::Waiting(_) => {
                if matches!(state, State::Closed | State::Listen) || (late && state == State::SynReceived) {
                    return Look::Gone;
                }
                if late {
                    socket.abort();
                    connection.role = Role::Lingering(now.saturating_add(RESET));
                }
            }
            Role::Connecting(..) | Role::Owned(_) => {
                if late {
                    socket.abort();
                    connection.end = Some(errors::TIMED_OUT);
                } else if state == State::Closed && connection.end.is_none() && !connection.finished {
                    connection.end = Some(match (own, connection.reset, connection.whole) {
                        // The stack ends connections of addresses that are lost.
                        (false, ..) => errors::NETWORK_DOWN,
                        (true, _, false) => errors::CONNECTION_REFUSED,
                        (true, true, true) => errors::CONNECTION_RESET,
                        (true, false, true) => errors::AFTER_CLOSE,
                    });
                }
            }
        }
        Look::Fine
    }

    /// When the next connection has to be looked at.
    pub(crate) fn deadline(&self, stack: &Stack, config: &Config) -> Option<u64> {
        let state = |connection: &Connection| stack.sockets.get::<Socket>(connection.socket).state();
        self.all.iter().filter_map(|connection| connection.deadline(state(connection), config)).min()
    }
}

/// How long a reset may take to get out.
pub(crate) const RESET: u64 = 1000 * MILLISECOND;
/// Probes of an idle connection that may be lost.
const PROBES: u64 = 3;

impl Connection {
    /// When it has to be looked at, if nothing is heard before.
    fn deadline(&self, state: State, config: &Config) -> Option<u64> {
        let after = |from: u64, milliseconds: u32| from.saturating_add(u64::from(milliseconds) * MILLISECOND);
        let silence = self.owing.map(|since| after(since.max(self.heard), config.silence_ms));
        match self.role {
            Role::Connecting(_, since) if matches!(state, State::SynSent | State::SynReceived) => {
                Some(after(since, config.connect_ms))
            }
            Role::Connecting(..) | Role::Owned(_) => {
                let probes = (self.keep_alive && state != State::Closed).then(|| {
                    let probes = u64::from(config.keep_alive_ms) * (PROBES + 1) * MILLISECOND;
                    self.heard.saturating_add(probes)
                });
                [silence, probes].into_iter().flatten().min()
            }
            Role::Waiting(_) if matches!(state, State::SynReceived | State::Listen) => {
                Some(after(self.since, config.half_open_ms))
            }
            Role::Waiting(_) => silence,
            Role::Lingering(until) => Some(until),
        }
    }
}
