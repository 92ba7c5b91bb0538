//! TLS on connections: bytes between the wire and a session, and between the session and the program. Owns the sessions
//! of connections; what they do is `emberl-tls`'s.
//!
//! A session takes from the connection's buffer as much as it has room for, so what a peer can fill is bounded by the two
//! of them. One that does not end its handshake in time ends with its connection: half a handshake keeps no place.

use crate::config::{Config, MILLISECOND};
use crate::connections::Role;
use crate::errors;
use crate::network::{Core, Item};
use crate::stack::Stack;
use crate::stream::{Read, Stage};
use alloc::vec::Vec;
use emberl_tls::{Engine, OUTGOING, Read as Plain, Session};
use emberl_vm::net::{Answer, Direction, Error, Handle, Result, Tls};
use smoltcp::socket::tcp::{Socket, State};

/// How often in one poll bytes go through a session that is there. One that shakes hands has one turn: a step of it can
/// take a good part of a second on a device.
const TURNS: usize = 4;

struct Entry {
    /// The number of the connection.
    serial: u64,
    session: Session,
    /// When the handshake began.
    since: u64,
    /// The handshake is over, well or badly.
    done: bool,
    /// The session knows that the wire has ended.
    ended: bool,
    /// Once all is sent the connection is closed.
    closing: bool,
    /// Nobody reads any more: the session goes when the connection is closed.
    last: bool,
    /// Something has changed for who reads, and for who writes.
    news: (bool, bool),
    /// Why it was ended from here.
    failed: Option<Error>,
}

/// Sessions.
pub(crate) struct Sessions {
    engine: Option<Engine>,
    all: Vec<Entry>,
    most: usize,
}

impl Sessions {
    pub(crate) fn new(config: &Config) -> Self {
        Self { engine: config.random.map(Engine::new), all: Vec::new(), most: config.tls_sessions.into() }
    }

    pub(crate) fn stop(&mut self) {
        self.all = Vec::new();
    }

    pub(crate) fn has(&self, serial: u64) -> bool {
        self.all.iter().any(|entry| entry.serial == serial)
    }

    pub(crate) fn used(&self) -> usize {
        self.all.len()
    }

    /// Bytes of each.
    pub(crate) fn bytes(&self) -> usize {
        self.all.first().map_or(0, |entry| entry.session.memory())
    }

    pub(crate) fn memory(&self) -> usize {
        let sessions: usize = self.all.iter().map(|entry| entry.session.memory()).sum();
        sessions + self.all.capacity() * size_of::<Entry>()
    }

    fn get(&mut self, serial: u64) -> Option<&mut Entry> {
        self.all.iter_mut().find(|entry| entry.serial == serial)
    }

    /// When the next handshake has to be over.
    pub(crate) fn deadline(&self, config: &Config) -> Option<u64> {
        let open = self.all.iter().filter(|entry| !entry.done && entry.failed.is_none());
        open.map(|entry| limit(entry, config)).min()
    }
}

fn limit(entry: &Entry, config: &Config) -> u64 {
    entry.since.saturating_add(u64::from(config.handshake_ms) * MILLISECOND)
}

/// Bytes between the connection and the session; whether there were any.
fn pump(entry: &mut Entry, tcp: &mut Socket<'_>, deaf: bool) -> bool {
    let mut moved = false;
    let outgoing = entry.session.outgoing();
    if !outgoing.is_empty() {
        if tcp.may_send() {
            let count = tcp.send_slice(outgoing).unwrap_or(0);
            entry.session.sent(count);
            moved |= count > 0;
        } else {
            // It can go nowhere any more.
            let count = outgoing.len();
            entry.session.sent(count);
        }
        // A quarter of the room that there is in all is worth a word.
        entry.news.1 |= entry.session.outgoing().len() <= OUTGOING / 4 * 3;
    }
    if tcp.can_recv() && !deaf {
        let taken = tcp.recv(|bytes| {
            let taken = entry.session.feed(bytes).min(bytes.len());
            (taken, taken)
        });
        let taken = taken.unwrap_or(0);
        moved |= taken > 0;
        entry.news.0 |= taken > 0;
    } else if !tcp.may_recv() && !entry.ended && !matches!(tcp.state(), State::SynSent | State::SynReceived) {
        entry.ended = true;
        entry.session.end();
        entry.news = (true, true);
    }
    if !entry.done && !matches!(entry.session.handshake(), Ok(None)) {
        entry.done = true;
        entry.news = (true, true);
    }
    moved
}

impl Core {
    pub(crate) fn contexts(&self) -> usize {
        self.table.iter().filter(|item| matches!(item, Item::Context(_))).count()
    }

    /// Makes what sessions have in common.
    pub(crate) fn context(&mut self, tls: &Tls<'_>) -> Result {
        let engine = self.sessions.engine.as_ref().ok_or(errors::NOT_SUPPORTED)?;
        if self.contexts() >= usize::from(self.config.tls_contexts) {
            return Err(errors::NO_BUFFERS);
        }
        let context = engine.context(tls)?;
        self.table.insert(Item::Context(context)).map(Answer::Handle)
    }

    /// Begins TLS on a connection.
    pub(crate) fn secure(&mut self, handle: Handle, context: Handle, name: Option<&str>) -> Result {
        let stream = *self.stream(handle)?;
        let Stage::Open(socket) = stream.stage else { return Err(errors::NOT_CONNECTED) };
        let connection = self.connections.get(socket).ok_or(errors::NOT_CONNECTED)?;
        let serial = connection.serial;
        if stream.secure.is_some() || stream.read_shut || stream.write_shut {
            return Err(errors::INVALID);
        }
        let stack = self.stack.as_ref().ok_or(errors::NETWORK_DOWN)?;
        if matches!(stack.sockets.get::<Socket>(socket).state(), State::SynSent | State::SynReceived) {
            return Err(errors::NOT_CONNECTED);
        }
        if self.sessions.all.len() >= self.sessions.most {
            return Err(errors::NO_BUFFERS);
        }
        let Some(Item::Context(context)) = self.table.get(context) else { return Err(errors::INVALID) };
        self.sessions.all.try_reserve(1).map_err(|_| errors::NO_MEMORY)?;
        let session = Session::new(context, name, self.unix_seconds())?;
        self.sessions.all.push(Entry {
            serial,
            session,
            since: self.now,
            done: false,
            ended: false,
            closing: false,
            last: false,
            news: (false, false),
            failed: None,
        });
        self.stream(handle)?.secure = Some(serial);
        self.dirty = true;
        Ok(Answer::Done)
    }

    /// Goes on with the handshake.
    pub(crate) fn handshake(&mut self, handle: Handle) -> Result {
        let stream = *self.stream(handle)?;
        let serial = stream.secure.ok_or(errors::INVALID)?;
        let entry = self.sessions.get(serial).ok_or(errors::AFTER_CLOSE)?;
        if let Some(error) = entry.failed {
            return Err(error);
        }
        match entry.session.handshake()? {
            Some(secured) => Ok(Answer::Secured(secured)),
            None => self.wait(handle, Direction::Read),
        }
    }

    /// Reads what came through TLS.
    pub(crate) fn secure_read(&mut self, serial: u64, most: usize) -> core::result::Result<Read, Error> {
        let entry = self.sessions.get(serial).ok_or(errors::AFTER_CLOSE)?;
        if let Some(error) = entry.failed {
            return Err(error);
        }
        Ok(match entry.session.read(most.max(1))? {
            Plain::Bytes(bytes) => {
                // There may be room now for what waits before it.
                self.dirty = true;
                Read::Bytes(bytes)
            }
            Plain::Wait => Read::Wait,
            Plain::End => Read::End,
        })
    }

    /// Sends through TLS: the count that was taken.
    pub(crate) fn secure_write(&mut self, serial: u64, bytes: &[u8]) -> core::result::Result<usize, Error> {
        let entry = self.sessions.get(serial).ok_or(errors::AFTER_CLOSE)?;
        if let Some(error) = entry.failed {
            return Err(error);
        }
        let count = entry.session.write(bytes)?;
        self.dirty |= count > 0;
        Ok(count)
    }

    /// Tells the peer that nothing more is sent; when that is out, so it is by the connection.
    pub(crate) fn secure_close(&mut self, serial: u64) {
        if let Some(entry) = self.sessions.get(serial) {
            entry.session.close();
            entry.closing = true;
            self.dirty = true;
        }
    }

    /// The same for a socket that is closed. Whether the connection has to wait for it.
    pub(crate) fn secure_close_last(&mut self, serial: u64) -> bool {
        let Some(entry) = self.sessions.get(serial) else { return false };
        let handshake = matches!(entry.session.handshake(), Ok(Some(_)) | Err(_));
        if !handshake || entry.failed.is_some() {
            self.sessions.all.retain(|entry| entry.serial != serial);
            return false;
        }
        entry.session.close();
        (entry.closing, entry.last) = (true, true);
        self.dirty = true;
        true
    }

    /// Moves bytes of all sessions.
    pub(crate) fn pump_sessions(&mut self) {
        let now = self.now;
        let Some(Stack { sockets, .. }) = self.stack.as_mut() else { return };
        let (connections, config) = (&mut self.connections, &self.config);
        let mut more = false;
        self.sessions.all.retain_mut(|entry| {
            let Some(connection) = connections.by_serial(entry.serial) else { return false };
            let tcp = sockets.get_mut::<Socket>(connection.socket);
            let turns = if entry.done { TURNS } else { 1 };
            let mut moved = true;
            for _ in 0..turns {
                moved = pump(entry, tcp, connection.deaf);
                if !moved {
                    break;
                }
            }
            more |= moved;
            if !entry.done && entry.failed.is_none() && now >= limit(entry, config) {
                entry.failed = Some(errors::TIMEOUT);
                entry.news = (true, true);
                tcp.abort();
                connection.end = Some(errors::TIMED_OUT);
            }
            if entry.closing && entry.session.outgoing().is_empty() {
                tcp.close();
                return !entry.last;
            }
            true
        });
        self.dirty |= more;
    }

    /// Wakes who waits for sessions that have something new.
    pub(crate) fn look_after_sessions(&mut self) {
        for entry in &mut self.sessions.all {
            let (read, write) = core::mem::take(&mut entry.news);
            let Some(connection) = self.connections.by_serial(entry.serial) else { continue };
            let (Role::Owned(handle) | Role::Connecting(handle, _)) = connection.role else { continue };
            if read {
                self.table.wake(handle, Direction::Read);
            }
            if write {
                self.table.wake(handle, Direction::Write);
            }
        }
    }
}
