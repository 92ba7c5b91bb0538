//! Handles of peripherals, their owners, and who waits for them, with hardware that does what it is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::hardware::{Answer, Event, Handle, Hardware, Request};
use crate::net::Direction;
use crate::sockets::{self, HARDWARE};

/// What the hardware was asked for, and what happens in it.
#[derive(Default)]
struct Wire {
    asked: Vec<String>,
    events: VecDeque<Event>,
    deadline: Option<u64>,
    opened: Handle,
}

struct Fake(Rc<RefCell<Wire>>);

impl Hardware for Fake {
    fn request(&mut self, request: Request<'_>) -> crate::hardware::Result {
        let mut wire = self.0.borrow_mut();
        wire.asked.push(std::format!("{request:?}"));
        match request {
            Request::PinWatch(99, _) => Err("enodev"),
            Request::PinWatch(..) | Request::UartOpen(_) | Request::I2cOpen(_) => {
                wire.opened += 1;
                Ok(Answer::Handle(wire.opened))
            }
            Request::PinRead(_) => Ok(Answer::Level(true)),
            Request::I2cTransfer(_, 0x77, ..) => Err("nack"),
            Request::I2cTransfer(_, _, _, count) => Ok(Answer::Bytes(std::vec![7; count])),
            Request::UartRead(..) => Ok(Answer::Wait(Direction::Read)),
            Request::UartWrite(..) => Ok(Answer::Wait(Direction::Write)),
            _ => Ok(Answer::Done),
        }
    }
    fn event(&mut self) -> Option<Event> {
        self.0.borrow_mut().events.pop_front()
    }
    fn deadline(&mut self) -> Option<u64> {
        self.0.borrow().deadline
    }
}

struct Equipped(Machine, Fake);

impl Platform for Equipped {
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
    fn hardware(&mut self) -> Option<&mut dyn Hardware> {
        Some(&mut self.1)
    }
}

/// A VM with hardware, and what that knows.
fn equipped() -> (Bench, Rc<RefCell<Wire>>) {
    let wire = Rc::new(RefCell::new(Wire::default()));
    let machine = Equipped(Machine(0), Fake(Rc::clone(&wire)));
    let options = Options { memory: Some(1 << 22), ..Options::default() };
    let mut vm = Vm::with(Box::new(machine), options, interpret).unwrap();
    let me = vm.shared.processes.make().unwrap();
    (Bench { vm, me, used: 0 }, wire)
}

impl Wire {
    fn closed(&self, handle: Handle) -> usize {
        let close = std::format!("Close({handle})");
        self.asked.iter().filter(|asked| **asked == close).count()
    }
}

impl Bench {
    /// Calls a native of the peripherals, for a process that is taken for it.
    fn board(&mut self, number: u32, name: &str, arguments: &[Term]) -> crate::raise::Result {
        let native = natives::find("emberl_board", name, arguments.len() as u8).and_then(|id| id.get()).unwrap();
        if number == self.me.number {
            return (native.function)(&mut Context { process: &mut self.me, shared: &mut self.vm.shared }, arguments);
        }
        let mut process = self.vm.shared.processes.take(number).unwrap();
        let result = (native.function)(&mut Context { process: &mut process, shared: &mut self.vm.shared }, arguments);
        let _ = self.vm.shared.processes.put_back(process);
        result
    }

    /// As [`board`](Self::board), of a handle and of bytes, both of which are made on the heap of the process.
    fn port(&mut self, number: u32, name: &str, handle: Handle, bytes: &[u8]) -> crate::raise::Result {
        let native = natives::find("emberl_board", name, 2).and_then(|id| id.get()).unwrap();
        let mut process = self.vm.shared.processes.take(number).unwrap();
        let handle = process.heap.unsigned((handle | HARDWARE).into()).unwrap();
        let bytes = process.heap.heap_binary(bytes).unwrap();
        let arguments = [handle, bytes];
        let result = (native.function)(&mut Context { process: &mut process, shared: &mut self.vm.shared }, &arguments);
        let _ = self.vm.shared.processes.put_back(process);
        result
    }

    fn watch(&mut self, number: u32, pin: i32) {
        let arguments = [Term::tiny(pin), self.atom("both")];
        self.board(number, "pin_watch", &arguments).unwrap();
    }

    /// The machine's handle, as programs have it, on the heap of the process at hand.
    fn term(&mut self, handle: Handle) -> Term {
        self.me.heap.unsigned((handle | HARDWARE).into()).unwrap()
    }

    /// The elements of a process's next message that are atoms or small integers; others are `None`.
    fn heard(&mut self, number: u32) -> Option<Vec<Option<String>>> {
        let mut process = self.vm.shared.processes.take(number)?;
        let message = process.mailbox.pop_front();
        let parts = message.map(|message| {
            let store = self.vm.shared.store(&process.heap);
            let text = |part: Term| match part.as_atom() {
                Some(atom) => Some(String::from(self.vm.shared.atoms.name(atom))),
                None => store.integer(part).map(|number| std::format!("{number}")),
            };
            store.tuple(message).unwrap().iter().map(text).collect()
        });
        let _ = self.vm.shared.processes.put_back(process);
        parts
    }

    fn idle(&mut self) -> u32 {
        let number = self.spawn("spawn", "sleep", &[]).as_pid().unwrap();
        self.vm.step(10);
        number
    }

    fn kill(&mut self, number: u32) {
        let reason = self.atom("oops");
        self.call("exit", &[Term::pid(number), reason]).unwrap();
    }

    /// The reason of `{error, Reason}`.
    fn refused(&self, answer: crate::raise::Result) -> String {
        let parts = self.elements(answer.unwrap());
        assert_eq!(parts[0], Term::atom(atoms::ERROR));
        String::from(self.vm.shared.atoms.name(parts[1].as_atom().unwrap()))
    }
}

fn words(parts: &[&str]) -> Option<Vec<Option<String>>> {
    Some(parts.iter().map(|part| Some(String::from(*part))).collect())
}

#[test]
fn a_watched_pin_tells_its_owner_until_that_ends() {
    let (mut bench, wire) = equipped();
    let owner = bench.idle();
    assert_eq!(bench.vm.step(10), Step::Stuck);
    bench.watch(owner, 4);
    // A pin may change at any time.
    assert_eq!(bench.vm.step(10), Step::Wait(None));
    wire.borrow_mut().events.extend([Event::Pin(1, 4), Event::Pin(1, 4), Event::Pin(2, 5)]);
    bench.vm.step(10);
    for _ in 0..2 {
        assert_eq!(bench.heard(owner), words(&["gpio_interrupt", "4"]));
    }
    assert_eq!(bench.heard(owner), None);
    bench.kill(owner);
    assert_eq!(wire.borrow().closed(1), 1);
    wire.borrow_mut().events.push_back(Event::Pin(1, 4));
    assert_eq!(bench.vm.step(10), Step::Stuck);
    assert_eq!(bench.vm.shared.processes.ties.len(), 0);
}

#[test]
fn a_watch_is_given_to_who_is_to_be_told() {
    let (mut bench, wire) = equipped();
    let (server, heir, me) = (bench.idle(), bench.idle(), bench.me.number);
    bench.watch(server, 4);
    let handle = bench.term(1);
    let answer = bench.board(me, "own", &[handle, Term::pid(heir)]);
    assert_eq!(bench.refused(answer), "not_owner");
    // The handle's term is of the heap of the process that is at hand: the owner asks for itself.
    bench.watch(me, 5);
    let handle = bench.term(2);
    assert_eq!(bench.board(me, "own", &[handle, Term::pid(heir)]), Ok(Term::atom(atoms::OK)));
    wire.borrow_mut().events.push_back(Event::Pin(2, 5));
    bench.vm.step(10);
    assert_eq!(bench.heard(heir), words(&["gpio_interrupt", "5"]));
    bench.kill(heir);
    assert_eq!((wire.borrow().closed(1), wire.borrow().closed(2)), (0, 1));
}

#[test]
fn who_waits_for_a_port_is_told_once_and_when_it_is_closed() {
    let (mut bench, wire) = equipped();
    let me = bench.me.number;
    let undefined = Term::atom(atoms::UNDEFINED);
    let none = bench.atom("none");
    let port = [Term::tiny(1), undefined, undefined, undefined, undefined];
    let port: Vec<Term> = port.into_iter().chain([115_200, 8, 1].map(Term::tiny)).chain([none]).collect();
    let port = bench.me.heap.tuple(&port).unwrap();
    bench.board(me, "uart_open", &[port]).unwrap();
    let handle = bench.term(1);
    for _ in 0..2 {
        let answer = bench.board(me, "uart_read", &[handle, Term::tiny(10)]).unwrap();
        assert_eq!(bench.elements(answer)[0], Term::atom(atoms::SELECT));
    }
    let other = bench.idle();
    bench.port(other, "uart_write", 1, b"abc").unwrap();
    bench.vm.shared.processes.put_back(bench.me).ok().unwrap();
    let ready = |direction| Event::Ready(1, direction);
    wire.borrow_mut().events.extend([ready(Direction::Read), ready(Direction::Read)]);
    bench.vm.step(10);
    bench.me = bench.vm.shared.processes.take(me).unwrap();
    let told = bench.message();
    assert_eq!((told[0], told[2]), (Term::atom(atoms::SOCKET), Term::atom(atoms::SELECT)));
    let store = bench.vm.shared.store(&bench.me.heap);
    assert_eq!(store.integer(told[1]), Some(i64::from(1 | HARDWARE)));
    assert!(bench.me.mailbox.is_empty());
    // The one that waits for room.
    let handle = bench.term(1);
    assert_eq!(bench.board(me, "close", &[handle]), Ok(Term::atom(atoms::OK)));
    let parts = bench.heard(other).unwrap();
    assert_eq!(parts[2].as_deref(), Some("abort"));
    assert_eq!(bench.heard(other), None);
    assert_eq!(wire.borrow().closed(1), 1);
}

#[test]
fn the_hardware_says_when_it_is_to_be_asked() {
    let (mut bench, wire) = equipped();
    let me = bench.me.number;
    wire.borrow_mut().deadline = Some(7);
    // What was never used is not asked.
    assert_eq!(bench.vm.step(10), Step::Stuck);
    let on = Term::tiny(1);
    assert_eq!(bench.board(me, "pin_write", &[on, on]), Ok(Term::atom(atoms::OK)));
    assert_eq!(bench.vm.step(10), Step::Wait(Some(7)));
}

#[test]
fn arguments_that_cannot_be_never_reach_the_hardware() {
    let (mut bench, wire) = equipped();
    let me = bench.me.number;
    let (odd, undefined) = (bench.atom("odd"), Term::atom(atoms::UNDEFINED));
    let tuple = bench.me.heap.tuple(&[Term::tiny(0), Term::tiny(1)]).unwrap();
    let bits = bench.me.heap.heap_binary(&[1, 2]).unwrap();
    let (network, far) = (Term::tiny(1), bench.term(crate::hardware::HANDLES));
    let handle = bench.term(1);
    let wrong: &[(&str, &[Term])] = &[
        ("pin_mode", &[Term::tiny(256), odd]),
        ("pin_mode", &[Term::tiny(1), odd]),
        ("pin_mode", &[odd, odd]),
        ("pin_write", &[Term::tiny(1), Term::tiny(2)]),
        ("pin_write", &[Term::tiny(-1), Term::tiny(1)]),
        ("pin_watch", &[Term::tiny(1), undefined]),
        ("i2c_open", &[tuple]),
        ("i2c_transfer", &[handle, Term::tiny(256), bits, Term::tiny(0)]),
        ("i2c_transfer", &[handle, Term::tiny(1), undefined, Term::tiny(0)]),
        ("i2c_transfer", &[handle, Term::tiny(1), bits, Term::tiny(1 << 20)]),
        ("i2c_transfer", &[network, Term::tiny(1), bits, Term::tiny(0)]),
        ("close", &[network]),
        ("close", &[far]),
        ("own", &[network, Term::pid(me)]),
        ("adc_read", &[handle, Term::tiny(0)]),
        ("pwm_prepare", &[Term::tiny(0), Term::tiny(1), odd]),
        ("nvs_get", &[Term::tiny(0), odd]),
        ("mac", &[odd]),
        ("sleep", &[Term::tiny(-1)]),
    ];
    for (name, arguments) in wrong {
        assert_eq!(bench.board(me, name, arguments), Err(Raise::BADARG), "{name}");
    }
    assert!(wire.borrow().asked.is_empty(), "{:?}", wire.borrow().asked);
}

#[test]
fn what_the_hardware_refuses_is_an_error_that_nobody_owns() {
    let (mut bench, _) = equipped();
    let me = bench.me.number;
    let both = bench.atom("both");
    let answer = bench.board(me, "pin_watch", &[Term::tiny(99), both]);
    assert_eq!(bench.refused(answer), "enodev");
    assert_eq!(bench.vm.shared.processes.ties.len(), 0);
    assert!(!bench.vm.shared.sockets.expect_something());
    let bits = bench.me.heap.heap_binary(&[1]).unwrap();
    let handle = bench.term(1);
    let answer = bench.board(me, "i2c_transfer", &[handle, Term::tiny(0x77), bits, Term::tiny(1)]);
    assert_eq!(bench.refused(answer), "nack");
}

#[test]
fn a_machine_without_peripherals_says_so() {
    let mut bench = bench();
    let me = bench.me.number;
    let (both, zero) = (bench.atom("both"), Term::tiny(0));
    let calls: &[(&str, &[Term])] =
        &[("pin_read", &[zero]), ("pin_watch", &[zero, both]), ("nvs_format", &[]), ("restart", &[]), ("chip", &[])];
    for (name, arguments) in calls {
        let answer = bench.board(me, name, arguments);
        assert_eq!(bench.refused(answer), "enotsup", "{name}");
    }
    assert_eq!(bench.vm.step(10), Step::Stuck);
}

#[test]
fn nothing_is_kept_of_a_thousand_owners() {
    let (mut bench, wire) = equipped();
    for round in 0..1000 {
        if round == 100 {
            bench.used = bench.vm.shared.budget.used();
        }
        let owner = bench.idle();
        bench.watch(owner, 4);
        let handle = wire.borrow().opened;
        wire.borrow_mut().events.push_back(Event::Pin(handle, 4));
        bench.vm.step(10);
        assert_eq!(bench.heard(owner), words(&["gpio_interrupt", "4"]));
        bench.kill(owner);
        assert_eq!(wire.borrow().closed(handle), 1);
        wire.borrow_mut().asked.clear();
        bench.me.heap.words.truncate(0);
    }
    assert_eq!(bench.vm.shared.processes.ties.len(), 0);
    assert_eq!(sockets::owner(&bench.vm.shared, HARDWARE | 1), None);
    assert!(!bench.vm.shared.sockets.expect_something());
    assert!(bench.vm.shared.budget.used() <= bench.used, "{} > {}", bench.vm.shared.budget.used(), bench.used);
}
