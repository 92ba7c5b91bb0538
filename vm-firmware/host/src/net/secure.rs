//! TLS over a connection of the host. Owns the way of bytes between the session and the system.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::time::{SystemTime, UNIX_EPOCH};

use emberl_tls::{Context, Read, Session};
use emberl_vm::net::{Answer, Direction, Error, Result};
use mio::net::TcpStream;

use super::errors::reason;

/// Bytes that are taken from the system at a time: a record's (RFC 8446, 5.2).
const PIECE: usize = 16 << 10;

/// Reads at the end after which a peer that goes on sending is given up.
const PATIENCE: usize = 64;

/// A session and what it has not taken yet.
pub(crate) struct Secure {
    session: Session,
    /// Records for the wire, several at a time: a session has small ones, made for devices.
    wire: Vec<u8>,
    /// Bytes of it that were sent.
    sent: usize,
    /// What came and is still to be fed.
    held: Vec<u8>,
    /// Nothing more comes.
    ended: bool,
    /// Why nothing more comes, where the peer did not end the connection in peace.
    failed: Option<Error>,
    /// Nothing more is sent once all has gone.
    closing: bool,
}

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure").field("held", &self.held.len()).field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl Secure {
    /// Begins TLS.
    pub(crate) fn new(context: &Context, name: Option<&str>) -> core::result::Result<Self, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let session = Session::new(context, name, now)?;
        Ok(Self { session, wire: Vec::new(), sent: 0, held: Vec::new(), ended: false, failed: None, closing: false })
    }

    /// Takes the records that the session has.
    fn collect(&mut self) {
        let records = self.session.outgoing();
        self.wire.extend_from_slice(records);
        let count = records.len();
        self.session.sent(count);
    }

    /// Whether something is to be sent.
    fn is_waiting(&self) -> bool {
        !self.wire.is_empty() || !self.session.outgoing().is_empty()
    }

    /// Sends what there is to be sent, as far as there is room. Whether nothing is left.
    fn flush(&mut self, stream: &mut TcpStream) -> io::Result<bool> {
        loop {
            // More is not taken while there is much: the session then holds its own back.
            if self.wire.len() < PIECE {
                self.collect();
            }
            let bytes = self.wire.get(self.sent..).unwrap_or_default();
            if bytes.is_empty() {
                // An idle session keeps no memory.
                (self.wire, self.sent) = (Vec::new(), 0);
                return Ok(true);
            }
            match stream.write(bytes) {
                Ok(count) => {
                    self.sent += count;
                    if self.sent >= self.wire.len() {
                        self.wire.clear();
                        self.sent = 0;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The same, where what cannot be sent shows elsewhere: by what is read then.
    fn flush_or_end(&mut self, stream: &mut TcpStream) {
        if let Err(error) = self.flush(stream) {
            self.failed.get_or_insert(reason(&error));
            self.collect();
            (self.wire, self.sent) = (Vec::new(), 0);
        }
    }

    /// Takes a step: sends, feeds, or takes from the system. False when nothing can be done now.
    fn step(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
        self.flush_or_end(stream);
        if !self.held.is_empty() {
            let fed = self.session.feed(&self.held).min(self.held.len());
            self.held.drain(..fed);
            if self.held.is_empty() {
                self.held = Vec::new();
            }
            return fed > 0;
        }
        if self.ended {
            return false;
        }
        let length = buffer.len().min(PIECE);
        let buffer = buffer.get_mut(..length).unwrap_or_default();
        match stream.read(buffer) {
            Ok(0) => {
                self.ended = true;
                self.session.end();
            }
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                let fed = self.session.feed(bytes);
                self.held.extend_from_slice(bytes.get(fed..).unwrap_or_default());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(error) => {
                self.ended = true;
                self.failed.get_or_insert(reason(&error));
                self.session.end();
            }
        }
        true
    }

    /// The system's reason says more than that the connection has ended.
    fn why(&self, error: Error) -> Error {
        if error == Error::Posix("closed") { self.failed.unwrap_or(error) } else { error }
    }

    /// Goes on with the handshake.
    pub(crate) fn handshake(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> Result {
        loop {
            let done = self.session.handshake();
            if let Ok(None) = done
                && self.step(stream, buffer)
            {
                continue;
            }
            self.flush_or_end(stream);
            return match done {
                Ok(Some(secured)) => Ok(Answer::Secured(secured)),
                Ok(None) => Ok(Answer::Wait(Direction::Read)),
                Err(error) => Err(self.why(error)),
            };
        }
    }

    /// Reads what was sent through it.
    pub(crate) fn receive(&mut self, stream: &mut TcpStream, most: usize, buffer: &mut [u8]) -> Result {
        loop {
            let read = self.session.read(most);
            if let Ok(Read::Wait) = read
                && self.step(stream, buffer)
            {
                continue;
            }
            self.flush_or_end(stream);
            return match read {
                Ok(Read::Bytes(bytes)) => Ok(Answer::Bytes(bytes)),
                Ok(Read::End) => Ok(Answer::End),
                Ok(Read::Wait) => Ok(Answer::Wait(Direction::Read)),
                Err(error) => Err(self.why(error)),
            };
        }
    }

    /// Sends through it.
    pub(crate) fn send(&mut self, stream: &mut TcpStream, bytes: &[u8]) -> Result {
        if let Ok(None) = self.session.handshake() {
            return Err(Error::Posix("enotconn"));
        }
        let mut taken = 0;
        loop {
            let left = bytes.get(taken..).unwrap_or_default();
            if left.is_empty() || taken == 0 || self.wire.len() >= PIECE {
                let flushed = self.flush(stream);
                let done = left.is_empty() || !matches!((&flushed, self.failed), (Ok(true), None));
                match (flushed, self.failed) {
                    // What was taken is told first; an error comes again the next time.
                    _ if done && taken > 0 => return Ok(Answer::Count(taken)),
                    (Err(error), _) => return Err(reason(&error)),
                    (_, Some(failed)) => return Err(failed),
                    (Ok(false), _) => return Ok(Answer::Wait(Direction::Write)),
                    (Ok(true), _) => {}
                }
            }
            match self.session.write(left) {
                Ok(count) if count > 0 => {
                    taken += count;
                    self.collect();
                }
                _ if taken > 0 => {
                    self.flush_or_end(stream);
                    return Ok(Answer::Count(taken));
                }
                Err(error) => return Err(self.why(error)),
                // There is nothing before it, and still no room: that will not change.
                Ok(_) => return Err(Error::Posix("closed")),
            }
        }
    }

    /// Ends a direction. The peer is told of the end by TLS, and by the system when all was sent.
    pub(crate) fn shutdown(&mut self, stream: &mut TcpStream, how: Shutdown) -> io::Result<()> {
        if how != Shutdown::Read {
            self.session.close();
            self.closing = true;
            if self.flush(stream)? {
                stream.shutdown(Shutdown::Write)?;
            }
        }
        if how != Shutdown::Write {
            stream.shutdown(Shutdown::Read)?;
        }
        Ok(())
    }

    /// There is room. Says whether it was waited for.
    pub(crate) fn writable(&mut self, stream: &mut TcpStream) -> bool {
        if !self.is_waiting() {
            return false;
        }
        self.flush_or_end(stream);
        if self.closing && !self.is_waiting() {
            // The peer may have ended it already.
            let _ = stream.shutdown(Shutdown::Write);
        }
        true
    }

    /// Ends the session: the peer is told, and what it still sends is thrown away, since a system answers data that comes
    /// for nobody with a reset, which may take from the peer what it has not read yet. True when that is over.
    pub(crate) fn end(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
        if !self.closing {
            self.closing = true;
            self.session.close();
            self.held = Vec::new();
        }
        match self.flush(stream) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(_) => return true,
        }
        if stream.shutdown(Shutdown::Write).is_err() {
            return true;
        }
        for _ in 0..PATIENCE {
            match stream.read(buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != ErrorKind::WouldBlock,
            }
        }
        true
    }
}
