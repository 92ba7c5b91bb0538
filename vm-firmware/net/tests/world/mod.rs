//! Machines joined by a wire that loses, doubles and disorders frames by a seed, in a time that only goes on when nothing
//! is left to do. Owns the card for tests and the clock.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs, unreachable_pub)]

use embassy_net_driver::{Capabilities, Driver as CardDriver, HardwareAddress, LinkState, RxToken, TxToken};
use emberl_net::{Card, CardEvent, Config, Driver};
use emberl_vm::net::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::Context;

pub const MILLISECOND: u64 = 1_000_000;
pub const SECOND: u64 = 1000 * MILLISECOND;

/// Chances of faults, of 1000 frames.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    pub lost: u64,
    pub doubled: u64,
    pub late: u64,
}

#[derive(Default)]
pub struct Port {
    pub inbox: RefCell<VecDeque<(u64, Vec<u8>)>>,
    pub carrier: Cell<bool>,
    pub radio: Cell<bool>,
    /// The carrier that a radio has when it was asked to join.
    pub answers: Cell<bool>,
    pub events: RefCell<VecDeque<CardEvent>>,
    pub joins: Cell<u32>,
    /// Frames that the card takes before it is full.
    pub room: Cell<usize>,
}

pub struct Wire {
    pub ports: RefCell<Vec<Rc<Port>>>,
    pub faults: Cell<Faults>,
    pub now: Cell<u64>,
    seed: Cell<u64>,
    pub frames: Cell<u64>,
    /// All frames that were sent, for who wants to look.
    pub log: RefCell<Option<Vec<Vec<u8>>>>,
}

impl Wire {
    pub fn chance(&self) -> u64 {
        let mut x = self.seed.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.seed.set(x);
        x >> 11
    }

    pub fn send(&self, from: usize, frame: &[u8]) {
        self.frames.set(self.frames.get() + 1);
        if let Some(log) = self.log.borrow_mut().as_mut() {
            log.push(frame.to_vec());
        }
        let faults = self.faults.get();
        for (index, port) in self.ports.borrow().iter().enumerate() {
            if index == from || !port.carrier.get() {
                continue;
            }
            if self.chance() % 1000 < faults.lost {
                continue;
            }
            let copies = 1 + u64::from(self.chance() % 1000 < faults.doubled);
            for _ in 0..copies {
                let mut at = self.now.get() + 100_000;
                if self.chance() % 1000 < faults.late {
                    at += self.chance() % (5 * MILLISECOND);
                }
                port.inbox.borrow_mut().push_back((at, frame.to_vec()));
            }
        }
    }
}

pub struct TestCard {
    pub port: Rc<Port>,
    wire: Rc<Wire>,
    index: usize,
}

pub struct Rx(Vec<u8>);
impl RxToken for Rx {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.0)
    }
}

pub struct Tx<'a>(&'a TestCard);
impl TxToken for Tx<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, bytes: usize, f: F) -> R {
        assert!(bytes <= 1514);
        let mut frame = vec![0; bytes];
        let result = f(&mut frame);
        self.0.port.room.set(self.0.port.room.get() - 1);
        self.0.wire.send(self.0.index, &frame);
        result
    }
}

impl CardDriver for TestCard {
    type RxToken<'a> = Rx;
    type TxToken<'a> = Tx<'a>;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Rx, Tx<'_>)> {
        let now = self.wire.now.get();
        let frame = {
            let mut inbox = self.port.inbox.borrow_mut();
            let at = inbox.iter().position(|(at, _)| *at <= now)?;
            inbox.remove(at)?.1
        };
        Some((Rx(frame), Tx(self)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Tx<'_>> {
        (self.port.room.get() > 0).then_some(Tx(self))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        if self.port.carrier.get() { LinkState::Up } else { LinkState::Down }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet([2, 0, 0, 0, 0, self.index as u8 + 1])
    }
}

impl Card for TestCard {
    fn join(&mut self, _: &[u8], _: &[u8]) -> std::result::Result<(), Reason> {
        self.port.joins.set(self.port.joins.get() + 1);
        if self.port.radio.get() {
            self.port.carrier.set(self.port.answers.get());
        }
        Ok(())
    }

    fn leave(&mut self) {
        if self.port.radio.get() {
            self.port.carrier.set(false);
        }
    }

    fn wire(&self) -> bool {
        !self.port.radio.get()
    }

    fn event(&mut self) -> Option<CardEvent> {
        self.port.events.borrow_mut().pop_front()
    }
}

pub struct Machine {
    pub driver: Driver<TestCard>,
    pub port: Rc<Port>,
    pub events: Vec<Event>,
    pub polls: u64,
}

pub struct World {
    pub wire: Rc<Wire>,
    pub machines: Vec<Machine>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let wire = Wire {
            ports: RefCell::default(),
            faults: Cell::default(),
            now: Cell::new(SECOND),
            seed: Cell::new(seed * 2 + 1),
            frames: Cell::new(0),
            log: RefCell::new(None),
        };
        World { wire: Rc::new(wire), machines: Vec::new() }
    }

    pub fn add(&mut self, config: Config) -> usize {
        let index = self.machines.len();
        let port = Rc::new(Port::default());
        port.carrier.set(true);
        port.answers.set(true);
        port.room.set(usize::MAX);
        self.wire.ports.borrow_mut().push(port.clone());
        let card = TestCard { port: port.clone(), wire: self.wire.clone(), index };
        let config = Config { seed: config.seed + index as u64 * 77 + 5, ..config };
        self.machines.push(Machine { driver: Driver::new(card, config), port, events: Vec::new(), polls: 0 });
        index
    }

    /// Two machines with fixed addresses, 10.0.0.1 and 10.0.0.2.
    pub fn pair(seed: u64, config: Config) -> Self {
        let mut world = World::new(seed);
        for index in 0..2 {
            world.add(config.clone());
            world.start(index, &format!("10.0.0.{}", index + 1));
        }
        world.run(10 * MILLISECOND);
        world
    }

    pub fn start(&mut self, index: usize, address: &str) {
        let address = Ipv4 { address: address.parse().unwrap(), prefix: 24, gateway: None, dns: [None; 3] };
        let station = Station { ssid: b"", psk: b"", hostname: None, address: Some(address) };
        let request = Request::Start { station: Some(station), access_point: None };
        assert_eq!(self.ask(index, request), Ok(Answer::Done));
    }

    pub fn start_dhcp(&mut self, index: usize) {
        let station = Station { ssid: b"net", psk: b"secret", hostname: Some("device-7"), address: None };
        let request = Request::Start { station: Some(station), access_point: None };
        assert_eq!(self.ask(index, request), Ok(Answer::Done));
    }

    pub fn now(&self) -> u64 {
        self.wire.now.get()
    }

    pub fn ask(&mut self, index: usize, request: Request<'_>) -> Result {
        let now = self.now();
        self.machines[index].driver.request(now, request)
    }

    pub fn handle(&mut self, index: usize, request: Request<'_>) -> Handle {
        match self.ask(index, request) {
            Ok(Answer::Handle(handle)) => handle,
            other => panic!("{other:?}"),
        }
    }

    /// Every machine once.
    pub fn poll(&mut self) {
        let now = self.now();
        for machine in &mut self.machines {
            machine.driver.poll(now);
            machine.polls += 1;
            while let Some(event) = machine.driver.event() {
                machine.events.push(event);
            }
        }
    }

    /// The next moment at which something is due.
    pub fn next(&mut self) -> Option<u64> {
        let now = self.now();
        let there = self.machines.iter().filter(|machine| machine.port.carrier.get());
        let frames = there.filter_map(|machine| machine.port.inbox.borrow().iter().map(|(at, _)| *at).min());
        let mut next = frames.min();
        for machine in &mut self.machines {
            next = [next, machine.driver.deadline(now)].into_iter().flatten().min();
        }
        next
    }

    /// Lets so much time pass; does all that is due.
    pub fn run(&mut self, nanoseconds: u64) {
        let end = self.now() + nanoseconds;
        self.run_until(end, |_| false);
    }

    /// Lets time pass until `done` or the end; whether it was done.
    pub fn run_until(&mut self, end: u64, mut done: impl FnMut(&mut World) -> bool) -> bool {
        let mut still = 0;
        loop {
            self.poll();
            if done(self) {
                return true;
            }
            let now = self.now();
            let next = self.next().unwrap_or(u64::MAX).max(now);
            still = if next == now { still + 1 } else { 0 };
            assert!(still < 1000, "it never ends: something is due at once, again and again");
            if next >= end {
                self.wire.now.set(end.max(now));
                self.poll();
                return done(self);
            }
            self.wire.now.set(next);
        }
    }

    /// Asks until the answer is none to wait, for at most so many seconds.
    pub fn finish(&mut self, index: usize, seconds: u64, mut request: impl FnMut() -> Request<'static>) -> Result {
        let end = self.now() + seconds * SECOND;
        let mut answer = self.ask(index, request());
        self.run_until(end, |world| {
            if let Ok(Answer::Wait(_)) = answer {
                answer = world.ask(index, request());
            }
            !matches!(answer, Ok(Answer::Wait(_)))
        });
        answer
    }

    pub fn listen(&mut self, index: usize, port: u16, backlog: u32) -> Handle {
        let handle = self.handle(index, Request::Open(Family::Inet, Kind::Stream));
        assert_eq!(self.ask(index, Request::Bind(handle, at("0.0.0.0", port))), Ok(Answer::Done));
        assert_eq!(self.ask(index, Request::Listen(handle, backlog)), Ok(Answer::Done));
        handle
    }

    pub fn connect(&mut self, index: usize, address: SocketAddr) -> Handle {
        let handle = self.handle(index, Request::Open(Family::Inet, Kind::Stream));
        assert_eq!(self.finish(index, 60, || Request::Connect(handle, address)), Ok(Answer::Done));
        handle
    }

    pub fn accept(&mut self, index: usize, listener: Handle) -> (Handle, SocketAddr) {
        match self.finish(index, 60, || Request::Accept(listener)) {
            Ok(Answer::Accepted(handle, peer)) => (handle, peer),
            other => panic!("{other:?}"),
        }
    }

    /// A connection from machine 1 to machine 0: both ends.
    pub fn connection(&mut self, port: u16) -> (Handle, Handle) {
        let listener = self.listen(0, port, 4);
        let client = self.connect(1, at("10.0.0.1", port));
        let (server, _) = self.accept(0, listener);
        self.ask(0, Request::Close(listener)).unwrap();
        (server, client)
    }

    pub fn events(&mut self, index: usize) -> Vec<Event> {
        std::mem::take(&mut self.machines[index].events)
    }

    pub fn used(&mut self, index: usize, name: &str) -> (u32, u32) {
        let Ok(Answer::Pools(pools)) = self.ask(index, Request::Pools) else { panic!() };
        let pool = pools.iter().find(|pool| pool.name == name).unwrap();
        (pool.used, pool.size)
    }
}

pub fn at(ip: &str, port: u16) -> SocketAddr {
    SocketAddr::new(ip.parse().unwrap(), port)
}
