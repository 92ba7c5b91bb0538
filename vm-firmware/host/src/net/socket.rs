//! One socket of the host. Owns its life: made, bound, listening or connecting, connected; and what is asked of it then.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::mem;
use std::net::SocketAddr;

use emberl_tls::Context;
use emberl_vm::net::{Answer, Direction, Error, Family, Kind, OptionName, Result, Shutdown, SocketOption};
use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Type};

use super::errors::{goes_on, reason};
use super::interfaces::scoped;
use super::options;
use super::secure::Secure;

/// What a socket is so far.
#[derive(Debug)]
enum Form {
    /// TCP, and neither listening nor connecting. The system's poll has nothing to tell of it.
    Plain(socket2::Socket),
    Listener(TcpListener),
    Stream(TcpStream, Progress),
    Datagram(UdpSocket),
    /// It was lost on its way from one form to another.
    Lost,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Connecting,
    Connected,
    /// The attempt failed, and another may follow.
    Failed,
}

/// A socket.
#[derive(Debug)]
pub(crate) struct Socket {
    form: Form,
    family: Family,
    linger: Option<u32>,
    /// TLS over it.
    secure: Option<Box<Secure>>,
}

/// Where sockets are told to the system's poll.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) token: Token,
}

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Repeats a call that a signal interrupted; `Wait` when its time has not come.
fn attempt<T>(wait: Direction, mut call: impl FnMut() -> io::Result<T>) -> core::result::Result<T, Stop> {
    loop {
        match call() {
            Ok(value) => return Ok(value),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(Stop::Wait(wait)),
            Err(error) => return Err(Stop::Failed(reason(&error))),
        }
    }
}

/// Why a call gave nothing.
pub(crate) enum Stop {
    Wait(Direction),
    Failed(Error),
}

impl From<Stop> for Result {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Wait(direction) => Ok(Answer::Wait(direction)),
            Stop::Failed(error) => Err(error),
        }
    }
}

const NOT_CONNECTED: Error = Error::Posix("enotconn");
const INVALID: Error = Error::Posix("einval");

impl Socket {
    /// Makes one.
    pub(crate) fn open(family: Family, kind: Kind, place: Place<'_>) -> io::Result<Self> {
        let domain = match family {
            Family::Inet => Domain::IPV4,
            Family::Inet6 => Domain::IPV6,
        };
        let (kind, protocol) = match kind {
            Kind::Stream => (Type::STREAM, Protocol::TCP),
            Kind::Datagram => (Type::DGRAM, Protocol::UDP),
        };
        let socket = socket2::Socket::new(domain, kind, Some(protocol))?;
        socket.set_nonblocking(true)?;
        let form = if kind == Type::STREAM {
            Form::Plain(socket)
        } else {
            let mut socket = UdpSocket::from_std(socket.into());
            place.registry.register(&mut socket, place.token, BOTH)?;
            Form::Datagram(socket)
        };
        Ok(Self { form, family, linger: None, secure: None })
    }

    fn reference(&self) -> core::result::Result<SockRef<'_>, Error> {
        match &self.form {
            Form::Plain(socket) => Ok(SockRef::from(socket)),
            Form::Listener(socket) => Ok(SockRef::from(socket)),
            Form::Stream(socket, _) => Ok(SockRef::from(socket)),
            Form::Datagram(socket) => Ok(SockRef::from(socket)),
            Form::Lost => Err(INVALID),
        }
    }

    /// An address that this socket may use.
    fn own_kind(&self, address: SocketAddr) -> core::result::Result<SocketAddr, Error> {
        match (self.family, address) {
            (Family::Inet, SocketAddr::V4(_)) | (Family::Inet6, SocketAddr::V6(_)) => Ok(scoped(address)),
            _ => Err(Error::Posix("eafnosupport")),
        }
    }

    pub(crate) fn bind(&self, address: SocketAddr) -> Result {
        let address = self.own_kind(address)?;
        self.reference()?.bind(&address.into()).map_err(|error| reason(&error))?;
        Ok(Answer::Done)
    }

    pub(crate) fn listen(&mut self, backlog: u32, place: Place<'_>) -> Result {
        if matches!(self.form, Form::Stream(..) | Form::Datagram(_)) {
            return Err(INVALID);
        }
        // More than a system takes, it cuts.
        let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
        self.reference()?.listen(backlog).map_err(|error| reason(&error))?;
        if let Form::Plain(_) = self.form
            && let Form::Plain(socket) = mem::replace(&mut self.form, Form::Lost)
        {
            let mut socket = TcpListener::from_std(socket.into());
            place.registry.register(&mut socket, place.token, Interest::READABLE).map_err(|error| reason(&error))?;
            self.form = Form::Listener(socket);
        }
        Ok(Answer::Done)
    }

    /// Takes a connection that came. It is not yet told to the poll.
    pub(crate) fn accept(&self) -> core::result::Result<(Self, SocketAddr), Stop> {
        let Form::Listener(listener) = &self.form else { return Err(Stop::Failed(INVALID)) };
        loop {
            return match attempt(Direction::Read, || listener.accept()) {
                Ok((stream, peer)) => {
                    let form = Form::Stream(stream, Progress::Connected);
                    // Systems hand the listener's on, or not.
                    let linger = self.linger;
                    let accepted = Self { form, family: self.family, linger, secure: None };
                    if linger.is_some()
                        && let Ok(socket) = accepted.reference()
                    {
                        let _ = options::set_linger(&socket, linger);
                    }
                    Ok((accepted, peer))
                }
                // It ended before it was taken: the next one.
                Err(Stop::Failed(Error::Posix("econnaborted"))) => continue,
                Err(stop) => Err(stop),
            };
        }
    }

    /// Tells an accepted socket to the poll.
    pub(crate) fn register(&mut self, place: Place<'_>) -> io::Result<()> {
        match &mut self.form {
            Form::Stream(stream, _) => place.registry.register(stream, place.token, BOTH),
            _ => Ok(()),
        }
    }

    pub(crate) fn connect(&mut self, address: SocketAddr, place: Place<'_>) -> Result {
        let address = self.own_kind(address)?;
        match &self.form {
            Form::Datagram(socket) => {
                socket.connect(address).map_err(|error| reason(&error))?;
                return Ok(Answer::Done);
            }
            Form::Stream(_, Progress::Connecting) => return self.connected(),
            Form::Stream(_, Progress::Connected) => return Err(Error::Posix("eisconn")),
            Form::Listener(_) => return Err(Error::Posix("eisconn")),
            Form::Lost => return Err(INVALID),
            Form::Plain(_) | Form::Stream(_, Progress::Failed) => {}
        }
        let socket = self.reference()?;
        let mut begun = socket.connect(&address.into());
        if matches!(&begun, Err(error) if error.kind() == ErrorKind::ConnectionAborted) {
            // So Linux ends the attempt before this one.
            begun = socket.connect(&address.into());
        }
        match begun {
            Err(error) if !goes_on(&error) => return Err(reason(&error)),
            _ => {}
        }
        match mem::replace(&mut self.form, Form::Lost) {
            Form::Plain(socket) => {
                let mut stream = TcpStream::from_std(socket.into());
                place.registry.register(&mut stream, place.token, BOTH).map_err(|error| reason(&error))?;
                self.form = Form::Stream(stream, Progress::Connecting);
            }
            Form::Stream(stream, _) => self.form = Form::Stream(stream, Progress::Connecting),
            _ => return Err(INVALID),
        }
        self.connected()
    }

    /// What became of an attempt to connect.
    fn connected(&mut self) -> Result {
        let Form::Stream(stream, progress) = &mut self.form else { return Err(INVALID) };
        let failed = match stream.take_error() {
            Ok(None) => match stream.peer_addr() {
                Ok(_) => {
                    *progress = Progress::Connected;
                    return Ok(Answer::Done);
                }
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(Answer::Wait(Direction::Write)),
                Err(error) => error,
            },
            Ok(Some(error)) | Err(error) => error,
        };
        *progress = Progress::Failed;
        Err(reason(&failed))
    }

    /// The connection, once there is one.
    fn stream(&mut self) -> core::result::Result<(&mut TcpStream, Option<&mut Secure>), Error> {
        match &mut self.form {
            Form::Stream(stream, Progress::Connected) => Ok((stream, self.secure.as_deref_mut())),
            Form::Datagram(_) => Err(INVALID),
            _ => Err(NOT_CONNECTED),
        }
    }

    /// Begins TLS on a connection, `enotconn` where there is none, `einval` where it has begun.
    pub(crate) fn begin(&mut self, context: &Context, name: Option<&str>) -> Result {
        let Form::Stream(stream, Progress::Connected) = &self.form else { return Err(NOT_CONNECTED) };
        if self.secure.is_some() {
            return Err(INVALID);
        }
        self.secure = Some(Box::new(Secure::new(context, name)?));
        // The first data follows the end of the handshake, which is short and not yet acknowledged: without this, it would
        // be held back for as long as the peer's system may delay its word. Without it all goes well, only later.
        let _ = stream.set_nodelay(true);
        Ok(Answer::Done)
    }

    /// Reads what there is, and at most so many bytes and a bufferful.
    pub(crate) fn receive(&mut self, most: usize, buffer: &mut [u8]) -> Result {
        if let Form::Datagram(_) = self.form {
            return self.receive_from(most, buffer);
        }
        let (stream, secure) = self.stream()?;
        if most == 0 {
            return Err(INVALID);
        }
        if let Some(secure) = secure {
            return secure.receive(stream, most.min(buffer.len()), buffer);
        }
        let part = part(buffer, most);
        match attempt(Direction::Read, || stream.read(part)) {
            Ok(0) => Ok(Answer::End),
            Ok(count) => Ok(Answer::Bytes(part.get(..count).unwrap_or_default().to_vec())),
            Err(stop) => stop.into(),
        }
    }

    /// Reads a datagram; the buffer holds the longest that there is.
    pub(crate) fn receive_from(&self, most: usize, buffer: &mut [u8]) -> Result {
        let Form::Datagram(socket) = &self.form else { return Err(INVALID) };
        loop {
            return match attempt(Direction::Read, || socket.recv_from(buffer)) {
                Ok((count, peer)) => {
                    Ok(Answer::Datagram(buffer.get(..count.min(most)).unwrap_or_default().to_vec(), peer))
                }
                // Windows tells that an earlier datagram was not wanted, and has taken nothing.
                Err(Stop::Failed(Error::Posix("econnreset"))) if cfg!(windows) => continue,
                Err(stop) => stop.into(),
            };
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result {
        let sent = if let Form::Datagram(socket) = &self.form {
            attempt(Direction::Write, || socket.send(bytes))
        } else {
            let (stream, secure) = self.stream()?;
            if bytes.is_empty() {
                return Ok(Answer::Count(0));
            }
            if let Some(secure) = secure {
                return secure.send(stream, bytes);
            }
            attempt(Direction::Write, || stream.write(bytes))
        };
        sent.map_or_else(Into::into, |count| Ok(Answer::Count(count)))
    }

    pub(crate) fn send_to(&self, bytes: &[u8], address: SocketAddr) -> Result {
        let Form::Datagram(socket) = &self.form else { return Err(INVALID) };
        let address = self.own_kind(address)?;
        attempt(Direction::Write, || socket.send_to(bytes, address))
            .map_or_else(Into::into, |count| Ok(Answer::Count(count)))
    }

    pub(crate) fn shutdown(&mut self, how: Shutdown) -> Result {
        let how = match how {
            Shutdown::Read => std::net::Shutdown::Read,
            Shutdown::Write => std::net::Shutdown::Write,
            Shutdown::Both => std::net::Shutdown::Both,
        };
        let (stream, secure) = self.stream()?;
        match secure {
            Some(secure) => secure.shutdown(stream, how),
            None => stream.shutdown(how),
        }
        .map_err(|error| reason(&error))?;
        Ok(Answer::Done)
    }

    /// Goes on with a handshake of TLS.
    pub(crate) fn handshake(&mut self, buffer: &mut [u8]) -> Result {
        let (stream, secure) = self.stream()?;
        secure.ok_or(INVALID)?.handshake(stream, buffer)
    }

    /// There is room in the system's buffers, which TLS may have waited for. Says whether it did.
    pub(crate) fn writable(&mut self) -> bool {
        match self.stream() {
            Ok((stream, Some(secure))) => secure.writable(stream),
            _ => false,
        }
    }

    /// Begins the end: says whether all is done, so that the socket may go. Otherwise it is asked again as the connection
    /// moves, and goes when its time is over.
    pub(crate) fn end(&mut self, buffer: &mut [u8]) -> bool {
        // A reset waits for nothing.
        let reset = self.linger == Some(0);
        match self.stream() {
            Ok((stream, Some(secure))) if !reset => secure.end(stream, buffer),
            _ => true,
        }
    }

    pub(crate) fn local(&self) -> Result {
        let own = self.reference()?.local_addr().map_err(|error| reason(&error))?;
        own.as_socket().map(Answer::Address).ok_or(INVALID)
    }

    pub(crate) fn peer(&self) -> Result {
        if let Form::Stream(_, Progress::Connecting | Progress::Failed) | Form::Plain(_) | Form::Listener(_) = self.form
        {
            return Err(NOT_CONNECTED);
        }
        let peer = self.reference()?.peer_addr().map_err(|error| reason(&error))?;
        peer.as_socket().map(Answer::Address).ok_or(NOT_CONNECTED)
    }

    pub(crate) fn set(&mut self, option: SocketOption) -> Result {
        let socket = self.reference()?;
        if let SocketOption::Linger(linger) = option {
            options::set_linger(&socket, linger).map_err(|error| reason(&error))?;
            self.linger = linger;
        } else {
            options::set(&socket, self.family, option).map_err(|error| reason(&error))?;
        }
        Ok(Answer::Done)
    }

    pub(crate) fn get(&self, name: OptionName) -> Result {
        if name == OptionName::Linger {
            return Ok(Answer::Option(SocketOption::Linger(self.linger)));
        }
        let option = options::get(&self.reference()?, self.family, name).map_err(|error| reason(&error))?;
        Ok(Answer::Option(option))
    }
}

fn part(buffer: &mut [u8], most: usize) -> &mut [u8] {
    let length = buffer.len().min(most);
    buffer.get_mut(..length).unwrap_or_default()
}
