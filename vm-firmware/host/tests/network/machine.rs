//! What the virtual machine and the loop that drives it do with a network, in small.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use emberl_host::Clock;
use emberl_host::net::{Desktop, Waiter};
use emberl_vm::net::{Answer, Direction, Error, Event, Family, Handle, Kind, Network, Request, Result};

/// No test waits longer, in nanoseconds.
const PATIENCE: u64 = 60_000_000_000;

/// A network, and who waits for what of it.
pub(crate) struct Machine {
    network: Desktop,
    waiter: Waiter,
    clock: Clock,
    waits: BTreeSet<(Handle, Direction)>,
    /// What happened to the link.
    pub(crate) events: Vec<Event>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let (network, clock) = (Desktop::new(), Clock::new());
        let waiter = network.waiter(clock);
        Self { network, waiter, clock, waits: BTreeSet::new(), events: Vec::new() }
    }

    /// Asks once.
    pub(crate) fn ask(&mut self, request: Request<'_>) -> Result {
        let of = match &request {
            Request::Accept(handle)
            | Request::Connect(handle, _)
            | Request::Receive(handle, _)
            | Request::ReceiveFrom(handle, _)
            | Request::Send(handle, _)
            | Request::SendTo(handle, _, _)
            | Request::Result(handle)
            | Request::Handshake(handle) => Some(*handle),
            Request::Close(handle) => {
                self.waits.retain(|wait| wait.0 != *handle);
                None
            }
            _ => None,
        };
        let answer = self.network.request(self.clock.now(), request);
        if let Ok(Answer::Wait(direction)) = answer {
            self.waits.insert((of.expect("nothing else waits"), direction));
        }
        answer
    }

    /// Polls, and takes the events. One that nobody waits for is an error.
    pub(crate) fn poll(&mut self) {
        self.network.poll(self.clock.now());
        while let Some(event) = self.network.event() {
            match event {
                Event::Ready(handle, direction) => {
                    assert!(self.waits.remove(&(handle, direction)), "{handle} {direction:?}: nobody waits");
                }
                event => self.events.push(event),
            }
        }
    }

    /// Sleeps until something comes, and takes it.
    pub(crate) fn sleep(&mut self) {
        let now = self.clock.now();
        let until = self.network.deadline(now).unwrap_or(u64::MAX).min(now + PATIENCE);
        self.waiter.wait(Some(until));
        self.poll();
    }

    /// Asks until the answer is another than wait, and only after the event that says so.
    pub(crate) fn get(&mut self, request: Request<'_>) -> Result {
        let start = self.clock.now();
        loop {
            let answer = self.ask(request.clone());
            let Ok(Answer::Wait(direction)) = answer else { return answer };
            while self.waits.iter().any(|wait| wait.1 == direction && is_of(&request, wait.0)) {
                assert!(self.clock.now() - start < PATIENCE, "no event for {request:?}");
                self.sleep();
            }
        }
    }

    /// Lets time pass, in nanoseconds, and takes what comes.
    pub(crate) fn rest(&mut self, time: u64) {
        let until = self.clock.now() + time;
        while self.clock.now() < until {
            self.waiter.wait(Some(until));
            self.poll();
        }
    }

    /// When it has to be polled.
    pub(crate) fn deadline(&mut self) -> Option<u64> {
        self.network.deadline(self.clock.now())
    }

    pub(crate) fn waits(&self) -> usize {
        self.waits.len()
    }

    pub(crate) fn handle(&mut self, request: Request<'_>) -> Handle {
        match self.ask(request) {
            Ok(Answer::Handle(handle)) => handle,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn done(&mut self, request: Request<'_>) {
        assert_eq!(self.get(request.clone()), Ok(Answer::Done), "{request:?}");
    }

    pub(crate) fn open(&mut self, family: Family, kind: Kind) -> Handle {
        self.handle(Request::Open(family, kind))
    }

    pub(crate) fn local(&mut self, handle: Handle) -> SocketAddr {
        match self.ask(Request::Local(handle)) {
            Ok(Answer::Address(address)) => address,
            other => panic!("{other:?}"),
        }
    }

    /// A socket bound to the loopback interface.
    pub(crate) fn bound(&mut self, family: Family, kind: Kind) -> (Handle, SocketAddr) {
        let socket = self.open(family, kind);
        self.done(Request::Bind(socket, (loopback(family), 0).into()));
        let address = self.local(socket);
        (socket, address)
    }

    pub(crate) fn listener(&mut self, family: Family) -> (Handle, SocketAddr) {
        let (socket, address) = self.bound(family, Kind::Stream);
        self.done(Request::Listen(socket, 16));
        (socket, address)
    }

    pub(crate) fn accept(&mut self, listener: Handle) -> (Handle, SocketAddr) {
        match self.get(Request::Accept(listener)) {
            Ok(Answer::Accepted(handle, peer)) => (handle, peer),
            other => panic!("{other:?}"),
        }
    }

    /// Two ends of a connection: who connected, and who accepted.
    pub(crate) fn pair(&mut self, family: Family) -> (Handle, Handle) {
        let (listener, address) = self.listener(family);
        let client = self.open(family, Kind::Stream);
        self.done(Request::Connect(client, address));
        let (server, peer) = self.accept(listener);
        assert_eq!(peer, self.local(client));
        assert_eq!(self.ask(Request::Peer(client)), Ok(Answer::Address(address)));
        self.done(Request::Close(listener));
        (client, server)
    }

    pub(crate) fn send_all(&mut self, socket: Handle, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.get(Request::Send(socket, bytes)) {
                Ok(Answer::Count(count)) if count > 0 => bytes = &bytes[count..],
                other => panic!("{other:?}"),
            }
        }
    }

    /// Reads so many bytes.
    pub(crate) fn receive(&mut self, socket: Handle, length: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < length {
            match self.get(Request::Receive(socket, length - all.len())) {
                Ok(Answer::Bytes(bytes)) => all.extend(bytes),
                other => panic!("{other:?} after {} bytes", all.len()),
            }
        }
        all
    }

    /// Taken of the pool of a name.
    pub(crate) fn used(&mut self, pool: &str) -> u32 {
        match self.ask(Request::Pools) {
            Ok(Answer::Pools(pools)) => pools.iter().find(|found| found.name == pool).unwrap().used,
            other => panic!("{other:?}"),
        }
    }
}

fn is_of(request: &Request<'_>, handle: Handle) -> bool {
    match request {
        Request::Accept(of)
        | Request::Connect(of, _)
        | Request::Receive(of, _)
        | Request::ReceiveFrom(of, _)
        | Request::Send(of, _)
        | Request::SendTo(of, _, _)
        | Request::Result(of)
        | Request::Handshake(of) => *of == handle,
        _ => false,
    }
}

pub(crate) fn loopback(family: Family) -> IpAddr {
    match family {
        Family::Inet => Ipv4Addr::LOCALHOST.into(),
        Family::Inet6 => Ipv6Addr::LOCALHOST.into(),
    }
}

/// The versions of IP that this machine has.
pub(crate) fn families() -> Vec<Family> {
    let has = |family: &Family| TcpListener::bind((loopback(*family), 0)).is_ok();
    [Family::Inet, Family::Inet6].into_iter().filter(has).collect()
}

pub(crate) const fn posix(name: &'static str) -> Result {
    Err(Error::Posix(name))
}
