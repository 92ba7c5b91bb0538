//! The desktop's network: what the virtual machine asks for, over the host's own sockets, resolver and time.
//!
//! Sockets are those of the system, with its limits and buffers. The pools are larger than a device's and kept all the
//! same. Closing frees all that a handle took; a session of TLS that is closed still tells its peer, for at most
//! `ENDING`. What the link is here, its own file tells.

mod errors;
mod interfaces;
mod link;
mod local;
mod lookup;
mod names;
mod options;
mod poller;
mod secure;
mod sntp;
mod socket;
mod table;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use emberl_net::mdns::Id;
use emberl_tls::{Context, Engine};
use emberl_vm::net::{Answer, Direction, Error, Event, Family, Handle, Network, Request, Result};
use mio::Token;

use self::errors::reason;
use self::link::Link;
use self::local::Local;
use self::lookup::{Asker, Lookup};
use self::names::Names;
use self::poller::{Ready, Shared};
use self::sntp::Sntp;
use self::socket::{Place, Socket};
use self::table::{Kind, LAST, Table};
use crate::clock::Clock;

pub use self::poller::Waiter;

/// Bytes that are read at a time: the longest datagram fits.
const BUFFER: usize = 64 << 10;

/// How long a closed session of TLS is given to tell its peer so and to have sent all, in nanoseconds: as long as OTP's
/// `ssl` gives it.
const ENDING: u64 = 30_000_000_000;
/// Most sessions that end at a time; one more is cut.
const MOST_ENDING: usize = 1024;

const CLOSED: Error = Error::Posix("closed");
const INVALID: Error = Error::Posix("einval");

/// What a handle is of.
#[derive(Debug)]
enum Item {
    Socket(Socket),
    Lookup(Lookup),
    Context(TlsContext),
    Browse(Id),
    Service(Id),
}

struct TlsContext(Context);

impl fmt::Debug for TlsContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsContext")
    }
}

/// A closed socket whose TLS session still ends.
#[derive(Debug)]
struct Ending {
    socket: Socket,
    until: u64,
}

/// The desktop's network.
#[derive(Debug, Default)]
pub struct Desktop {
    poller: Shared,
    /// What the poll had, for reuse.
    ready: Vec<Ready>,
    table: Table<Item>,
    ending: BTreeMap<Handle, Ending>,
    events: VecDeque<Event>,
    link: Link,
    names: Option<Names>,
    /// Who has asked the system for a name, by the numbers of the questions.
    askers: BTreeMap<u64, Asker>,
    serial: u64,
    local: Option<Box<Local>>,
    sntp: Option<Box<Sntp>>,
    buffer: Vec<u8>,
    now: u64,
}

impl Desktop {
    /// A network in which nothing is open. It takes nothing from the system before it is used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What to sleep by while all processes wait, with the clock whose times the virtual machine tells.
    #[must_use]
    pub fn waiter(&self, clock: Clock) -> Waiter {
        Waiter { poller: self.poller.clone(), clock }
    }

    /// Does something with a socket; a wait that it answers is noted.
    fn socket(&mut self, handle: Handle, action: impl FnOnce(&mut Socket, Place<'_>, &mut [u8]) -> Result) -> Result {
        let Self { table, poller, buffer, .. } = self;
        let socket = match table.get(handle) {
            Some(Item::Socket(socket)) => socket,
            Some(_) => return Err(INVALID),
            None => return Err(CLOSED),
        };
        let token = Token(handle as usize);
        let answer =
            poller::with(poller, |poller| Ok(action(socket, Place { registry: poller.registry(), token }, buffer)));
        let answer = answer.unwrap_or_else(|error| Err(reason(&error)));
        if let Ok(Answer::Wait(direction)) = answer {
            table.wait(handle, direction);
        }
        answer
    }

    fn open(&mut self, family: Family, kind: emberl_vm::net::Kind) -> Result {
        self.table.room(Kind::Socket)?;
        let handle = self.table.next();
        self.buffer.resize(BUFFER, 0);
        let opened = poller::with(&self.poller, |poller| {
            Socket::open(family, kind, Place { registry: poller.registry(), token: Token(handle as usize) })
        });
        self.table.put(handle, Kind::Socket, Item::Socket(opened.map_err(|error| reason(&error))?));
        Ok(Answer::Handle(handle))
    }

    fn accept(&mut self, listener: Handle) -> Result {
        let room = self.table.room(Kind::Socket);
        let next = self.table.next();
        let mut taken = None;
        let answer = self.socket(listener, |socket, place, _| {
            room?;
            let (mut socket, peer) = match socket.accept() {
                Ok(accepted) => accepted,
                Err(stop) => return stop.into(),
            };
            let place = Place { token: Token(next as usize), ..place };
            socket.register(place).map_err(|error| reason(&error))?;
            taken = Some(socket);
            Ok(Answer::Accepted(next, peer))
        });
        if let Some(socket) = taken {
            self.table.put(next, Kind::Socket, Item::Socket(socket));
        }
        answer
    }

    fn close(&mut self, handle: Handle) -> Result {
        match self.table.remove(handle).ok_or(CLOSED)? {
            Item::Socket(mut socket) => {
                if self.ending.len() < MOST_ENDING && !socket.end(&mut self.buffer) {
                    let until = self.now.saturating_add(ENDING);
                    self.ending.insert(handle, Ending { socket, until });
                }
            }
            Item::Lookup(lookup) => self.end_lookup(&lookup),
            Item::Browse(id) | Item::Service(id) => self.end_local(id),
            Item::Context(_) => {}
        }
        Ok(Answer::Done)
    }

    fn context(&mut self, tls: &emberl_vm::net::Tls<'_>) -> Result {
        self.table.room(Kind::Context)?;
        // The desktop's engine has the system's randomness.
        let context = Engine::new(|_| {}).context(tls)?;
        let handle = self.table.next();
        self.table.put(handle, Kind::Context, Item::Context(TlsContext(context)));
        Ok(Answer::Handle(handle))
    }

    fn secure(&mut self, handle: Handle, context: Handle, name: Option<&str>) -> Result {
        let context = match self.table.get(context) {
            Some(Item::Context(context)) => context.0.clone(),
            _ => return Err(INVALID),
        };
        self.socket(handle, |socket, _, _| socket.begin(&context, name))
    }

    fn wake(&mut self, handle: Handle, direction: Direction) {
        self.events.extend(self.table.wake(handle, direction));
    }

    /// Something of a token is ready.
    fn ready(&mut self, ready: Ready) {
        let Some(handle) = Handle::try_from(ready.token.0).ok().filter(|&handle| handle <= LAST) else {
            return self.ready_other(ready.token);
        };
        if let Some(ending) = self.ending.get_mut(&handle) {
            if ending.socket.end(&mut self.buffer) {
                self.ending.remove(&handle);
            }
            return;
        }
        // A step of TLS that is waited for to read may have to be sent first.
        let mut read = ready.read;
        if ready.write
            && let Some(Item::Socket(socket)) = self.table.get(handle)
        {
            read |= socket.writable();
        }
        if read {
            self.wake(handle, Direction::Read);
        }
        if ready.write {
            self.wake(handle, Direction::Write);
        }
    }
}

impl Network for Desktop {
    fn request(&mut self, now: u64, request: Request<'_>) -> Result {
        self.now = now;
        match request {
            Request::Open(family, kind) => self.open(family, kind),
            Request::Bind(handle, address) => self.socket(handle, |socket, _, _| socket.bind(address)),
            Request::Listen(handle, backlog) => self.socket(handle, |socket, place, _| socket.listen(backlog, place)),
            Request::Accept(handle) => self.accept(handle),
            Request::Connect(handle, address) => self.socket(handle, |socket, place, _| socket.connect(address, place)),
            Request::Receive(handle, most) => self.socket(handle, |socket, _, buffer| socket.receive(most, buffer)),
            Request::ReceiveFrom(handle, most) => {
                self.socket(handle, |socket, _, buffer| socket.receive_from(most, buffer))
            }
            Request::Send(handle, bytes) => self.socket(handle, |socket, _, _| socket.send(bytes)),
            Request::SendTo(handle, bytes, to) => self.socket(handle, |socket, _, _| socket.send_to(bytes, to)),
            Request::Shutdown(handle, how) => self.socket(handle, |socket, _, _| socket.shutdown(how)),
            Request::Close(handle) => self.close(handle),
            Request::Local(handle) => self.socket(handle, |socket, _, _| socket.local()),
            Request::Peer(handle) => self.socket(handle, |socket, _, _| socket.peer()),
            Request::Set(handle, option) => self.socket(handle, |socket, _, _| socket.set(option)),
            Request::Get(handle, name) => self.socket(handle, |socket, _, _| socket.get(name)),
            Request::Lookup(name, family) => self.lookup(name, family),
            Request::Result(handle) => self.result(handle),
            Request::Browse(kind) => self.browse(kind),
            Request::Publish(service) => self.publish(&service),
            Request::Hostname(name) => self.hostname(name),
            Request::Context(tls) => self.context(&tls),
            Request::Secure(handle, context, name) => self.secure(handle, context, name),
            Request::Handshake(handle) => self.socket(handle, |socket, _, buffer| socket.handshake(buffer)),
            Request::Start { station, access_point } => {
                self.link.start(station.is_some(), access_point.is_some(), &mut self.events)
            }
            Request::Stop => self.link.stop(&mut self.events),
            Request::Join(station) => self.link.join(station.is_some(), &mut self.events),
            Request::Leave => self.link.leave(&mut self.events),
            Request::Scan => self.link.scan(&mut self.events),
            Request::State => Ok(Answer::State(self.link.state())),
            Request::Strength => Err(Error::Posix("enotsup")),
            Request::Sntp(server) => self.sntp(server),
            Request::Pools => {
                let mut pools = self.table.pools();
                pools.extend(self.local_pools());
                Ok(Answer::Pools(pools))
            }
        }
    }

    fn poll(&mut self, now: u64) {
        self.now = now;
        // Where nobody waits, nothing is asked of the system.
        let look = self.table.awaited() || !self.ending.is_empty() || self.names_hear();
        let mut ready = std::mem::take(&mut self.ready);
        if let Some(poller) = &mut *self.poller.borrow_mut() {
            poller.take(look, &mut ready);
        }
        for ready in ready.drain(..) {
            self.ready(ready);
        }
        self.ready = ready;
        self.poll_names();
        self.ending.retain(|_, ending| ending.until > now);
    }

    fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn deadline(&mut self, now: u64) -> Option<u64> {
        let ending = self.ending.values().map(|ending| ending.until).min();
        ending.into_iter().chain(self.names_deadline(now)).min()
    }
}
