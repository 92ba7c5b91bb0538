//! Handles of the network, their owners, and who waits for them, with a network that does what it is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::net::{Answer, Direction, Event, Handle, Network, Request};
use crate::sockets;

/// What the network was asked for, and what happens in it.
#[derive(Default)]
struct Wire {
    asked: Vec<String>,
    events: VecDeque<Event>,
    deadline: Option<u64>,
    next: Handle,
}

struct Fake(Rc<RefCell<Wire>>);

impl Network for Fake {
    fn request(&mut self, _: u64, request: Request<'_>) -> crate::net::Result {
        let mut wire = self.0.borrow_mut();
        wire.asked.push(std::format!("{request:?}"));
        match request {
            Request::Open(..) => {
                wire.next += 1;
                Ok(Answer::Handle(wire.next))
            }
            Request::Receive(..) => Ok(Answer::Wait(Direction::Read)),
            Request::Connect(..) => Ok(Answer::Wait(Direction::Write)),
            _ => Ok(Answer::Done),
        }
    }
    fn poll(&mut self, _: u64) {}
    fn event(&mut self) -> Option<Event> {
        self.0.borrow_mut().events.pop_front()
    }
    fn deadline(&mut self, _: u64) -> Option<u64> {
        self.0.borrow().deadline
    }
}

struct Networked(Machine, Fake);

impl Platform for Networked {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        self.0.write(stream, bytes);
    }
    fn monotonic(&mut self) -> u64 {
        self.0.monotonic()
    }
    fn system_time(&mut self) -> u64 {
        self.0.system_time()
    }
    fn random(&mut self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }
    fn network(&mut self) -> Option<&mut dyn Network> {
        Some(&mut self.1)
    }
}

/// A VM with a network, and what that knows.
fn networked() -> (Bench, Rc<RefCell<Wire>>) {
    let wire = Rc::new(RefCell::new(Wire::default()));
    let machine = Networked(Machine(0), Fake(Rc::clone(&wire)));
    let options = Options { memory: Some(1 << 22), ..Options::default() };
    let mut vm = Vm::with(Box::new(machine), options, interpret).unwrap();
    let me = vm.shared.processes.make().unwrap();
    (Bench { vm, me, used: 0 }, wire)
}

impl Bench {
    /// Calls a native of the network, for a process that is taken for it.
    fn net(&mut self, number: u32, name: &str, arguments: &[Term]) -> crate::raise::Result {
        let native = natives::find("emberl_net", name, arguments.len() as u8).and_then(|id| id.get()).unwrap();
        if number == self.me.number {
            return (native.function)(&mut Context { process: &mut self.me, shared: &mut self.vm.shared }, arguments);
        }
        let mut process = self.vm.shared.processes.take(number).unwrap();
        let result = (native.function)(&mut Context { process: &mut process, shared: &mut self.vm.shared }, arguments);
        let _ = self.vm.shared.processes.put_back(process);
        result
    }

    fn open(&mut self, number: u32) -> Term {
        let family = [self.atom("inet"), self.atom("stream")];
        self.net(number, "open", &family).unwrap();
        Term::tiny(self.vm.shared.unique as i32 + 1)
    }

    /// The name of what a process's next message says of a socket.
    fn told(&mut self, number: u32) -> Option<String> {
        let mut process = self.vm.shared.processes.take(number)?;
        let message = process.mailbox.pop_front();
        let name = message.and_then(|message| {
            let name = self.vm.shared.store(&process.heap).tuple(message)?.get(2)?.as_atom()?;
            Some(String::from(self.vm.shared.atoms.name(name)))
        });
        let _ = self.vm.shared.processes.put_back(process);
        name
    }

    fn sleeper(&mut self) -> u32 {
        let number = self.spawn("spawn", "sleep", &[]).as_pid().unwrap();
        self.vm.step(10);
        number
    }
}

/// Handles of the fake are 1, 2, ...
fn handle(number: i32) -> Term {
    Term::tiny(number)
}

#[test]
fn who_waits_is_told_once() {
    let (mut bench, wire) = networked();
    let waiter = bench.sleeper();
    bench.open(waiter);
    // A socket alone may bring something; a process that waits for it, too.
    assert_eq!(bench.vm.step(10), Step::Wait(None));
    for _ in 0..3 {
        bench.net(waiter, "recv", &[handle(1), Term::tiny(10)]).unwrap();
    }
    wire.borrow_mut().events.extend([Event::Ready(1, Direction::Write), Event::Ready(2, Direction::Read)]);
    bench.vm.step(10);
    assert_eq!(bench.told(waiter), None);
    wire.borrow_mut().events.extend([Event::Ready(1, Direction::Read), Event::Ready(1, Direction::Read)]);
    wire.borrow_mut().deadline = Some(7);
    assert_eq!(bench.vm.step(10), Step::Wait(Some(7)));
    assert_eq!(bench.told(waiter).as_deref(), Some("select"));
    assert_eq!(bench.told(waiter), None);
}

#[test]
fn a_wait_is_taken_back() {
    let (mut bench, wire) = networked();
    let me = bench.me.number;
    bench.open(me);
    let answer = bench.net(me, "recv", &[handle(1), Term::tiny(10)]).unwrap();
    let reference = bench.elements(answer)[1];
    assert_eq!(bench.net(me, "cancel", &[handle(1), reference]), Ok(Term::boolean(true)));
    assert_eq!(bench.net(me, "cancel", &[handle(1), reference]), Ok(Term::boolean(false)));
    wire.borrow_mut().events.push_back(Event::Ready(1, Direction::Read));
    bench.vm.step(10);
    assert!(bench.me.mailbox.is_empty());
}

#[test]
fn a_handle_ends_with_its_owner() {
    let (mut bench, wire) = networked();
    let (owner, waiter) = (bench.sleeper(), bench.sleeper());
    bench.open(owner);
    bench.net(waiter, "recv", &[handle(1), Term::tiny(10)]).unwrap();
    let (reason, pid) = (bench.atom("oops"), Term::pid(owner));
    bench.call("exit", &[pid, reason]).unwrap();
    assert!(wire.borrow().asked.iter().any(|asked| asked == "Close(1)"));
    assert_eq!(bench.told(waiter).as_deref(), Some("abort"));
    assert_eq!(bench.vm.shared.processes.ties.len(), 0);
    assert!(!bench.vm.shared.sockets.expect_something());
    assert_eq!(bench.vm.step(10), Step::Stuck);
}

#[test]
fn only_the_owner_gives_a_handle_away() {
    let (mut bench, wire) = networked();
    let (owner, heir) = (bench.sleeper(), bench.sleeper());
    bench.open(owner);
    let refused = bench.net(heir, "own", &[handle(1), Term::pid(heir)]).unwrap();
    assert!(!refused.is_atom());
    assert_eq!(bench.net(owner, "own", &[handle(1), Term::pid(heir)]), Ok(Term::atom(atoms::OK)));
    let reason = bench.atom("oops");
    bench.call("exit", &[Term::pid(owner), reason]).unwrap();
    assert!(!wire.borrow().asked.iter().any(|asked| asked == "Close(1)"));
    bench.call("exit", &[Term::pid(heir), reason]).unwrap();
    assert!(wire.borrow().asked.iter().any(|asked| asked == "Close(1)"));
}

#[test]
fn the_link_stops_with_who_started_it_and_events_go_there() {
    let (mut bench, wire) = networked();
    let owner = bench.sleeper();
    let undefined = Term::atom(atoms::UNDEFINED);
    bench.net(owner, "start", &[undefined, undefined]).unwrap();
    wire.borrow_mut().events.push_back(Event::AddressLost([10, 0, 2, 15].into()));
    bench.vm.step(10);
    let mut process = bench.vm.shared.processes.take(owner).unwrap();
    let message = process.mailbox.pop_front().unwrap();
    let parts: Vec<Term> = bench.vm.shared.store(&process.heap).tuple(message).unwrap().iter().collect();
    assert_eq!(parts[0], Term::atom(atoms::NETWORK));
    let _ = bench.vm.shared.processes.put_back(process);
    let reason = bench.atom("oops");
    bench.call("exit", &[Term::pid(owner), reason]).unwrap();
    assert_eq!(wire.borrow().asked.iter().filter(|asked| *asked == "Stop").count(), 1);
    // There is nobody to tell any more.
    wire.borrow_mut().events.push_back(Event::Up);
    assert_eq!(bench.vm.step(10), Step::Stuck);
}

#[test]
fn nothing_is_kept_of_what_has_ended() {
    let (mut bench, wire) = networked();
    let me = bench.me.number;
    let keeper = bench.sleeper();
    bench.open(keeper);
    let reason = bench.atom("oops");
    for round in 0..3000 {
        if round == 100 {
            bench.used = bench.vm.shared.budget.used();
        }
        // Owners come and go; so do those who wait for what nobody closes.
        let process = bench.sleeper();
        bench.open(process);
        bench.net(process, "recv", &[handle(1), Term::tiny(10)]).unwrap();
        bench.call("exit", &[Term::pid(process), reason]).unwrap();
        bench.me.heap.words.truncate(0);
        wire.borrow_mut().asked.clear();
    }
    assert_eq!(bench.vm.shared.processes.ties.len(), 1);
    assert_eq!(sockets::owner(&bench.vm.shared, 1), Some(keeper));
    // The waits of the dead are as many as were there when they were last looked for.
    assert!(bench.vm.shared.budget.used() <= bench.used + 8192, "{}", bench.vm.shared.budget.used() - bench.used);
    assert!(bench.net(me, "close", &[handle(1)]).is_ok());
    assert!(!bench.vm.shared.sockets.expect_something());
}
