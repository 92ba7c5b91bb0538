//! Processes with an interpreter that is a stand-in: each function's name says what it does.

use std::vec::Vec;

use super::*;
use crate::heap::View;
use crate::natives::{self, Context};
use crate::platform::Stream;
use crate::raise::Raise;

mod board;
mod sockets;

struct Machine(u64);

impl Platform for Machine {
    fn write(&mut self, _: Stream, _: &[u8]) {}
    fn monotonic(&mut self) -> u64 {
        self.0 += 1_000_000;
        self.0
    }
    fn system_time(&mut self) -> u64 {
        1_795_272_517_000_000_000
    }
    fn random(&mut self, _: &mut [u8]) {}
}

fn call(shared: &mut Shared, process: &mut Process, name: &str, arguments: &[Term]) -> crate::raise::Result {
    let native = natives::find("erlang", name, arguments.len() as u8).and_then(|id| id.get()).unwrap();
    (native.function)(&mut Context { process, shared }, arguments)
}

fn exited(class: Class, reason: Term) -> Outcome {
    Outcome::Exited { class, reason, trace: Term::NIL }
}

fn interpret(shared: &mut Shared, _: &mut Registers, process: &mut Process) -> Outcome {
    let function = Term(process.registers[1]).as_atom().unwrap();
    let list = Term(process.registers[2]);
    let arguments: Vec<Term> = shared.store(&process.heap).list(list).collect();
    let name = std::string::String::from(shared.atoms.name(function));
    match name.as_str() {
        "spin" => Outcome::Yielded,
        "sleep" => Outcome::Waiting,
        "sleep_until" => {
            if process.deadline != NEVER {
                let reached = shared.platform.monotonic() >= process.deadline;
                return if reached { Outcome::Returned(Term::atom(atoms::TIMEOUT)) } else { Outcome::Waiting };
            }
            process.deadline = shared.platform.monotonic() + 50_000_000;
            Outcome::Waiting
        }
        "crash" => exited(Class::Error, arguments[0]),
        "exit" => exited(Class::Exit, arguments[0]),
        "return" => Outcome::Returned(arguments[0]),
        "receive" => match process.mailbox.pop_front() {
            Some(message) => Outcome::Returned(message),
            None => Outcome::Waiting,
        },
        "halt" => Outcome::Halted(7),
        other => panic!("{other}"),
    }
}

struct Bench {
    vm: Vm,
    me: Box<Process>,
    used: usize,
}

/// A VM with a process at hand.
fn bench() -> Bench {
    let mut vm =
        Vm::with(Box::new(Machine(0)), Options { memory: Some(1 << 22), ..Options::default() }, interpret).unwrap();
    let me = vm.shared.processes.make().unwrap();
    Bench { vm, me, used: 0 }
}

impl Bench {
    fn atom(&mut self, name: &str) -> Term {
        Term::atom(self.vm.shared.atoms.intern(name).unwrap())
    }

    fn call(&mut self, name: &str, arguments: &[Term]) -> crate::raise::Result {
        call(&mut self.vm.shared, &mut self.me, name, arguments)
    }

    fn spawn(&mut self, how: &str, function: &str, arguments: &[Term]) -> Term {
        let (module, function) = (self.atom("m"), self.atom(function));
        let arguments = self.me.heap.list(arguments).unwrap();
        self.call(how, &[module, function, arguments]).unwrap()
    }

    fn elements(&self, term: Term) -> Vec<Term> {
        self.vm.shared.store(&self.me.heap).tuple(term).unwrap().iter().collect()
    }

    fn message(&mut self) -> Vec<Term> {
        let message = self.me.mailbox.pop_front().unwrap();
        self.elements(message)
    }
}

#[test]
fn run_out_of_table_for_messages_and_names() {
    let mut bench = bench();
    let pid = bench.spawn("spawn", "receive", &[]);
    // The one at hand is out of the table; the new one waits.
    let number = pid.as_pid().unwrap();
    assert_eq!(bench.vm.step(10), Step::Stuck);
    let name = bench.atom("server");
    assert_eq!(bench.call("register", &[name, pid]), Ok(Term::boolean(true)));
    assert_eq!(bench.call("register", &[name, pid]), Err(Raise::BADARG));
    assert_eq!(bench.call("whereis", &[name]), Ok(pid));
    let message = bench.me.heap.list(&[name, pid]).unwrap();
    assert_eq!(bench.call("!", &[name, message]), Ok(message));
    assert!(bench.vm.shared.processes.is_alive(number));
    assert_eq!(bench.vm.step(10), Step::Stuck);
    assert!(!bench.vm.shared.processes.is_alive(number));
    assert_eq!(bench.call("whereis", &[name]), Ok(Term::atom(atoms::UNDEFINED)));
    assert_eq!(bench.call("!", &[name, message]), Err(Raise::BADARG));
    assert_eq!(bench.call("!", &[pid, message]), Ok(message));
}

#[test]
fn links_and_monitors() {
    let mut bench = bench();
    let reason = bench.atom("oops");
    bench.call("process_flag", &[Term::atom(atoms::TRAP_EXIT), Term::boolean(true)]).unwrap();
    let pid = bench.spawn("spawn_link", "crash", &[reason]);
    assert_eq!(bench.call("link", &[pid]), Ok(Term::boolean(true)));
    assert_eq!(bench.vm.shared.processes.ties.len(), 1);
    let reference = bench.call("monitor", &[Term::atom(atoms::PROCESS), pid]).unwrap();
    let me = bench.me.number;
    bench.vm.shared.processes.put_back(bench.me).ok().unwrap();
    bench.vm.step(10);
    bench.me = bench.vm.shared.processes.take(me).unwrap();
    assert!(bench.vm.shared.processes.ties.is_empty());
    let exit = bench.message();
    assert_eq!(exit[..2], [Term::atom(atoms::EXIT_SIGNAL), pid]);
    assert_eq!(bench.elements(exit[2]), [reason, Term::NIL]);
    let down = bench.message();
    assert_eq!((down.len(), down[0], down[3]), (5, Term::atom(atoms::DOWN), pid));
    let store = bench.vm.shared.store(&bench.me.heap);
    let (View::Reference(a), View::Reference(b)) = (store.view(down[1]), store.view(reference)) else { panic!() };
    assert_eq!(a, b);
    // Of what is gone.
    bench.call("monitor", &[Term::atom(atoms::PROCESS), pid]).unwrap();
    assert_eq!(bench.message()[4], Term::atom(atoms::NOPROC));
    assert_eq!(bench.call("link", &[pid]), Ok(Term::boolean(true)));
    assert_eq!(bench.message()[2], Term::atom(atoms::NOPROC));
    bench.me.trap_exit = false;
    assert_eq!(bench.call("link", &[pid]), Err(Raise::Error(Term::atom(atoms::NOPROC))));
}

#[test]
fn exit_signals_go_along_links() {
    let mut bench = bench();
    let pid = bench.spawn("spawn_link", "sleep", &[]);
    bench.vm.step(10);
    let normal = Term::atom(atoms::NORMAL);
    assert_eq!(bench.call("exit", &[pid, normal]), Ok(Term::boolean(true)));
    assert_eq!(bench.call("is_process_alive", &[pid]), Ok(Term::boolean(true)));
    // The link brings it back to the sender.
    assert_eq!(bench.call("exit", &[pid, Term::atom(atoms::KILL)]), Err(Raise::Exit(Term::atom(atoms::KILLED))));
    assert_eq!(bench.call("is_process_alive", &[pid]), Ok(Term::boolean(false)));
    assert_eq!(bench.vm.shared.processes.count(), 1);
}

#[test]
fn rounds_leave_no_memory() {
    let mut bench = bench();
    for round in 0..2_000 {
        bench.me.heap.words.truncate(0);
        let made = bench.spawn("spawn_monitor", "exit", &[Term::atom(atoms::NORMAL)]);
        let pid = bench.elements(made)[0];
        bench.call("link", &[pid]).unwrap();
        let me = bench.me.number;
        bench.vm.shared.processes.put_back(bench.me).ok().unwrap();
        bench.vm.step(10);
        bench.me = bench.vm.shared.processes.take(me).unwrap();
        assert_eq!(bench.message()[4], Term::atom(atoms::NORMAL));
        if round == 10 {
            bench.used = bench.vm.shared.budget.used();
        }
    }
    assert_eq!(bench.vm.shared.budget.used(), bench.used);
}

#[test]
fn numbers_come_again_late_and_queues_are_fair() {
    let mut bench = bench();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..1_000 {
        bench.me.heap.words.truncate(0);
        let pid = bench.spawn("spawn", "return", &[Term::NIL]);
        assert!(seen.insert(pid.0));
        bench.vm.step(1);
    }
    let spinners = [(); 3].map(|()| bench.spawn("spawn", "spin", &[]).as_pid().unwrap());
    bench.vm.step(30);
    for number in spinners {
        assert_eq!(bench.vm.shared.processes.get(number).unwrap().slices, 10);
    }
}

#[test]
fn deadlines_and_timers() {
    let mut bench = bench();
    bench.spawn("spawn", "sleep_until", &[]);
    let Step::Wait(Some(_)) = bench.vm.step(1) else { panic!() };
    for _ in 0..60 {
        bench.vm.step(1);
    }
    assert_eq!(bench.vm.shared.processes.count(), 1);
    let (hello, to) = (bench.atom("hello"), bench.me.pid());
    let timer = bench.call("start_timer", &[Term::tiny(5), to, hello]).unwrap();
    let other = bench.call("send_after", &[Term::tiny(5), to, hello]).unwrap();
    let left = bench.call("cancel_timer", &[other]).unwrap().as_small().unwrap();
    assert!((1..=5).contains(&left));
    assert_eq!(bench.call("cancel_timer", &[other]), Ok(Term::boolean(false)));
    let me = bench.me.number;
    bench.vm.shared.processes.put_back(bench.me).ok().unwrap();
    for _ in 0..10 {
        bench.vm.step(1);
    }
    bench.me = bench.vm.shared.processes.take(me).unwrap();
    let message = bench.message();
    assert_eq!((message[0], message[2]), (Term::atom(atoms::TIMEOUT), hello));
    assert_eq!(bench.call("read_timer", &[timer]), Ok(Term::boolean(false)));
    assert!(bench.vm.shared.processes.timers.is_empty());
}

#[test]
fn the_initial_process_tells_its_result() {
    let mut bench = bench();
    let (module, function) = (bench.atom("m").as_atom().unwrap(), bench.atom("return").as_atom().unwrap());
    let mut heap = Heap::new(bench.vm.shared.budget.clone(), 0);
    let value = heap.tuple(&[Term::tiny(1), Term::NIL]).unwrap();
    bench.vm.spawn_initial(module, function, &mut heap, &[value]).unwrap();
    assert!(bench.vm.is_initial_alive());
    assert_eq!(bench.vm.step(5), Step::Stuck);
    let (heap, class, value) = bench.vm.ended().unwrap();
    assert_eq!(class, None);
    assert_eq!(bench.vm.shared.store(heap).tuple(value).unwrap().get(0), Some(Term::tiny(1)));
    bench.spawn("spawn", "halt", &[]);
    assert_eq!(bench.vm.step(5), Step::Halted(7));
    assert_eq!(bench.vm.step(5), Step::Halted(7));
}

#[test]
fn the_dictionary() {
    let mut bench = bench();
    let (a, b) = (bench.me.heap.string("a").unwrap(), bench.me.heap.string("a").unwrap());
    let undefined = Term::atom(atoms::UNDEFINED);
    assert_eq!(bench.call("put", &[a, Term::tiny(1)]), Ok(undefined));
    assert_eq!(bench.call("put", &[b, Term::tiny(2)]), Ok(Term::tiny(1)));
    assert_eq!(bench.call("put", &[Term::tiny(3), Term::tiny(2)]), Ok(undefined));
    let keys = bench.call("get_keys", &[Term::tiny(2)]).unwrap();
    assert_eq!(bench.vm.shared.store(&bench.me.heap).length(keys), Some(2));
    assert_eq!(bench.call("erase", &[a]), Ok(Term::tiny(2)));
    assert_eq!(bench.call("get", &[a]), Ok(undefined));
    assert_eq!(bench.call("get", &[Term::tiny(3)]), Ok(Term::tiny(2)));
}

/// The dictionary against a map, through all sizes, with collections in between.
#[test]
fn large_dictionaries() {
    let mut bench = bench();
    let undefined = Term::atom(atoms::UNDEFINED);
    let mut known = std::collections::BTreeMap::new();
    let mut random = 5_u64;
    let mut most = 0;
    for round in 0..30_000_u32 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = (random >> 40) as i32 % 3_000;
        // Half of the keys are tuples.
        let key = if number % 2 == 0 {
            Term::tiny(number)
        } else {
            bench.me.heap.tuple(&[Term::NIL, Term::tiny(number)]).unwrap()
        };
        let grows = if round % 10_000 < 5_000 { random >> 35 & 3 != 0 } else { random >> 35 & 7 == 0 };
        let (called, expected) = if grows {
            (bench.call("put", &[key, Term::tiny(round as i32)]), known.insert(number, round))
        } else {
            (bench.call("erase", &[key]), known.remove(&number))
        };
        assert_eq!(called, Ok(expected.map_or(undefined, |value| Term::tiny(value as i32))), "round {round}");
        assert_eq!(
            bench.call("get", &[key]),
            Ok(known.get(&number).map_or(undefined, |&value| Term::tiny(value as i32)))
        );
        most = most.max(known.len());
        if round % 500 == 0 {
            let me = &mut bench.me;
            crate::collect::collect(me, &mut [], &mut bench.vm.shared.binaries, 0, true).unwrap();
            let all = bench.call("get", &[]).unwrap();
            assert_eq!(bench.vm.shared.store(&bench.me.heap).length(all), Some(known.len()));
        }
    }
    assert!(most > 1_500, "{most}");
    let numbers: std::vec::Vec<i32> = known.keys().copied().collect();
    for number in numbers {
        let key = if number % 2 == 0 {
            Term::tiny(number)
        } else {
            bench.me.heap.tuple(&[Term::NIL, Term::tiny(number)]).unwrap()
        };
        assert!(bench.call("erase", &[key]).unwrap().is_small());
    }
    assert_eq!(bench.me.dictionary, Term::NIL);
}

#[test]
fn dates_and_facts() {
    let mut bench = bench();
    let date = bench.call("date", &[]).unwrap();
    assert_eq!(bench.elements(date), [Term::tiny(2026), Term::tiny(11), Term::tiny(21)]);
    let time = bench.call("time", &[]).unwrap();
    assert_eq!(bench.elements(time), [Term::tiny(14), Term::tiny(48), Term::tiny(37)]);
    let wordsize = Term::atom(atoms::WORDSIZE);
    assert_eq!(bench.call("system_info", &[wordsize]), Ok(Term::tiny(4)));
    let me = bench.me.pid();
    assert!(bench.call("process_info", &[me]).is_ok());
    assert!(bench.call("memory", &[]).is_ok());
    assert_eq!(bench.call("exit", &[me, wordsize]), Err(Raise::Exit(wordsize)));
    assert_eq!(bench.call("raise", &[wordsize, me, Term::NIL]), Ok(Term::atom(atoms::BADARG)));
}

#[test]
fn aliases() {
    let mut bench = bench();
    let list = bench.me.heap.list(&[Term::atom(atoms::REPLY)]).unwrap();
    let alias = bench.call("alias", &[list]).unwrap();
    bench.call("!", &[alias, Term::tiny(1)]).unwrap();
    bench.call("!", &[alias, Term::tiny(2)]).unwrap();
    assert_eq!(bench.me.mailbox.len(), 1);
    assert_eq!(bench.call("unalias", &[alias]), Ok(Term::boolean(false)));
}

#[test]
fn memory_that_runs_out_is_an_error() {
    let mut bench = bench();
    let budget = bench.vm.shared.budget.clone();
    let spare = budget.left() - 100_000;
    budget.take(spare).unwrap();
    let text = bench.me.heap.binary(&mut bench.vm.shared.binaries, std::vec![1; 500]).unwrap();
    let (name, to) = (bench.atom("exit"), bench.me.pid());
    let reason = bench.me.heap.list(&[text]).unwrap();
    let mut full = false;
    for round in 0..2_000 {
        let result = match round % 3 {
            0 => bench.call("spawn_link", &[name, name, reason]),
            1 => bench.call("start_timer", &[Term::tiny(1), to, text]),
            _ => bench.call("spawn_monitor", &[name, name, reason]),
        };
        full |= result == Err(Raise::NoMemory);
    }
    assert!(full);
    let me = bench.me.number;
    bench.me.trap_exit = true;
    bench.vm.shared.processes.put_back(bench.me).ok().unwrap();
    for _ in 0..1_000 {
        bench.vm.step(1);
    }
    // Told, or gone for want of memory; in either case nobody else is left, nor what they held.
    let processes = &bench.vm.shared.processes;
    assert!(processes.numbers().all(|number| number == me));
    assert!(processes.timers.is_empty());
    if let Some(process) = bench.vm.shared.processes.take(me) {
        signals::exit(&mut bench.vm.shared, process, Term::atom(atoms::NORMAL), None);
    }
    assert_eq!(bench.vm.shared.binaries.count(), 0);
}
