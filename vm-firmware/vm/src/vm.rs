//! The VM as its host sees it: make it, give it a first process, let it take steps.

use alloc::boxed::Box;

use crate::atoms::{self, Atom};
use crate::heap::Heap;
use crate::interp::Registers;
use crate::memory::{Budget, NoMemory};
use crate::platform::Platform;
use crate::process::{NEVER, Process, SLICE, State};
use crate::raise::Class;
use crate::services;
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::sockets;
use crate::term::Term;
use crate::timers::{self, Due, drop_pending};

/// How a time slice ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The process may go on.
    Yielded,
    /// It waits for a message, or for its deadline.
    Waiting,
    /// It ended because its first function returned this.
    Returned(Term),
    /// It ended by an exception, or by an exit signal (class `exit`).
    Exited {
        /// The class of the exception that ended it.
        class: Class,
        /// The reason.
        reason: Term,
        /// The stack trace: a list.
        trace: Term,
    },
    /// The VM is to end.
    Halted(i32),
}

/// How a VM is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Bytes that it may use; no limit but the machine's otherwise.
    pub memory: Option<usize>,
    /// Collect wherever it may be done, to find errors.
    pub zeal: bool,
    /// Most processes: at most [`crate::processes::MOST_PROCESSES`]; OTP's limit otherwise.
    pub processes: Option<u32>,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    Ready,
    /// Nothing is to do until then (monotonic, in nanoseconds), or until something comes from outside.
    Wait(Option<u64>),
    /// Nothing is to do, and nothing can come: no process can run, no timer is set, no socket is waited for.
    Stuck,
    /// The VM has ended, with this exit status.
    Halted(i32),
}

/// What runs a process for a time slice.
pub type Run = fn(&mut Shared, &mut Registers, &mut Process) -> Outcome;

/// Told of each process that ends by an error or an uncaught throw, with its reason as its links are told it, a term of
/// the process: what writes OTP's error report.
pub type Report = fn(&mut Shared, &mut Process, Term);

/// A virtual machine.
pub struct Vm {
    /// All but the processes' registers.
    pub shared: Shared,
    /// Of the process that runs.
    pub registers: Box<Registers>,
    /// How the VM was asked to be.
    pub options: Options,
    /// What writes error reports.
    pub report: Option<Report>,
    run: Run,
    initial: u32,
    pub(crate) result: Option<(Heap, Option<Class>, Term)>,
    halted: Option<i32>,
    /// When there was nothing to do any more, since the last step.
    idle_since: Option<u64>,
}

impl Vm {
    /// A VM without modules or processes.
    ///
    /// # Errors
    /// When there is no memory.
    #[cfg_attr(target_os = "none", inline)]
    pub fn with(platform: Box<dyn Platform>, options: Options, run: Run) -> Result<Self, NoMemory> {
        let budget = Budget::new(options.memory.unwrap_or(usize::MAX));
        let registers = Registers::new(&budget)?;
        let mut shared = Shared { zeal: options.zeal, ..Shared::new(platform, budget)? };
        if let Some(limit) = options.processes {
            shared.processes.limit = limit.min(crate::processes::MOST_PROCESSES);
        }
        Ok(Self {
            shared,
            registers,
            options,
            report: None,
            run,
            initial: 0,
            result: None,
            halted: None,
            idle_since: None,
        })
    }

    /// Makes the process whose end [`ended`](Self::ended) tells. The arguments stand in `heap`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn spawn_initial(
        &mut self,
        module: Atom,
        function: Atom,
        heap: &mut Heap,
        arguments: &[Term],
    ) -> Result<u32, NoMemory> {
        let arity = u8::try_from(arguments.len()).map_err(|_| NoMemory)?;
        let arguments = heap.list(arguments)?;
        let start = Start { module, function, arguments, arity };
        let leader = services::leader(&mut self.shared)?;
        let made = signals::spawn(&mut self.shared, heap.words.as_slice(), None, start, &signals::PLAIN);
        self.initial = made.map_err(|_| NoMemory)?;
        if let Some(process) = self.shared.processes.get_mut(self.initial)
            && let Some(leader) = leader
        {
            process.group_leader = leader;
        }
        Ok(self.initial)
    }

    /// How the initial process ended, once it has: the class and the reason of the exception, or no class and what its
    /// function returned; a term of that heap.
    #[must_use]
    pub fn ended(&self) -> Option<(&Heap, Option<Class>, Term)> {
        self.result.as_ref().map(|(heap, class, term)| (heap, *class, *term))
    }

    /// The pid of the initial process.
    #[must_use]
    pub const fn initial(&self) -> Term {
        Term::pid(self.initial)
    }

    /// Whether the initial process lives.
    #[must_use]
    pub fn is_initial_alive(&self) -> bool {
        self.shared.processes.is_alive(self.initial)
    }

    /// Runs up to so many time slices.
    pub fn step(&mut self, slices: u32) -> Step {
        if let Some(status) = self.halted {
            return Step::Halted(status);
        }
        if let Some(since) = self.idle_since.take() {
            let now = self.shared.platform.monotonic();
            self.shared.processes.idle += now.saturating_sub(since);
        }
        for _ in 0..slices {
            self.fire();
            sockets::poll(&mut self.shared);
            let Some(number) = self.shared.processes.next_ready() else { return self.idle() };
            let Some(process) = self.shared.processes.take(number) else { continue };
            if let Some(status) = self.slice(process) {
                self.halted = Some(status);
                return Step::Halted(status);
            }
        }
        if self.shared.processes.is_ready() { Step::Ready } else { self.idle() }
    }

    /// Lets what was logged be written, when the initial process has ended and OTP's logger runs: steps until nothing is
    /// ready, but not for long.
    pub fn settle(&mut self) {
        const STEPS: u32 = 100;
        let mut left = if self.shared.services.are_booted() { STEPS } else { 0 };
        while left > 0 && self.step(64) == Step::Ready {
            left -= 1;
        }
    }

    fn idle(&mut self) -> Step {
        self.fire();
        let more = sockets::poll(&mut self.shared);
        if more || self.shared.processes.is_ready() { Step::Ready } else { self.wait() }
    }

    /// There is nothing to do until a time.
    fn wait(&mut self) -> Step {
        self.idle_since = Some(self.shared.platform.monotonic());
        match (self.shared.processes.timers.next(), sockets::deadline(&mut self.shared)) {
            (Some(timer), Some(network)) => Step::Wait(Some(timer.min(network))),
            (None, None) if !self.shared.sockets.expect_something() => Step::Stuck,
            (timer, network) => Step::Wait(timer.or(network)),
        }
    }

    /// Does what has fallen due.
    fn fire(&mut self) {
        let Some(due) = self.shared.processes.timers.next() else { return };
        let now = self.shared.platform.monotonic();
        if due > now {
            return;
        }
        while let Some(due) = self.shared.processes.timers.pop(now) {
            match due {
                Due::Process(number) => {
                    if let Some(process) = self.shared.processes.get_mut(number) {
                        process.timer = timers::NONE;
                    }
                    self.shared.processes.wake(number);
                }
                Due::Message(pending) => {
                    let Shared { processes, binaries, .. } = &mut self.shared;
                    if let Some(id) = processes.ties.find(pending.reference) {
                        processes.untie(id, binaries);
                    }
                    let number = match pending.to.as_atom() {
                        Some(name) => processes.whereis(name),
                        None => pending.to.as_pid(),
                    };
                    if let Some(number) = number {
                        let source = pending.heap.words.as_slice();
                        if signals::deliver(&mut self.shared, source, number, pending.message).is_err() {
                            // There is nobody to tell but the receiver, who would wait for ever.
                            self.kill(number);
                        }
                    }
                    drop_pending(&self.shared.budget, pending, &mut self.shared.binaries);
                }
            }
        }
    }

    /// Ends a process for which there is no memory.
    fn kill(&mut self, number: u32) {
        if let Some(process) = self.shared.processes.take(number) {
            let reason = Term::atom(atoms::ENOMEM);
            signals::report_memory(&mut self.shared, &process);
            self.end(process, Some(Class::Exit), reason, reason);
        }
    }

    fn slice(&mut self, mut process: Box<Process>) -> Option<i32> {
        process.reductions = SLICE;
        process.slices = process.slices.wrapping_add(1);
        self.shared.processes.switches += 1;
        self.shared.budget.hold(process.holds());
        let outcome = (self.run)(&mut self.shared, &mut self.registers, &mut process);
        self.shared.budget.withhold(0);
        let used = i64::from(SLICE) - i64::from(process.reductions);
        let processes = &mut self.shared.processes;
        processes.reductions = processes.reductions.saturating_add_signed(used);
        match outcome {
            Outcome::Yielded => {
                process.state = State::Runnable;
                let (number, priority) = (process.number, process.priority);
                let _ = self.shared.processes.put_back(process);
                self.shared.processes.enqueue(number, priority);
            }
            Outcome::Waiting => {
                process.state = State::Waiting;
                let Shared { processes, binaries, budget, .. } = &mut self.shared;
                if process.markers.is_some() {
                    crate::markers::drop_idle(&mut process.markers, budget);
                }
                // One that was never collected waits for the first time; one whose limit is 0 asked for it.
                if process.collections == 0 || process.heap.limit == 0 {
                    signals::tidy(&mut process, budget, binaries);
                } else if process.registers.is_empty() {
                    budget.drop_vector(core::mem::take(&mut process.registers));
                }
                if process.deadline != NEVER {
                    match processes.timers.add_deadline(process.deadline, process.number) {
                        Ok(timer) => process.timer = timer,
                        Err(NoMemory) => {
                            let reason = Term::atom(atoms::ENOMEM);
                            signals::report_memory(&mut self.shared, &process);
                            self.end(process, Some(Class::Exit), reason, reason);
                            return None;
                        }
                    }
                }
                let _ = processes.put_back(process);
            }
            Outcome::Returned(value) => self.end(process, None, value, Term::atom(atoms::NORMAL)),
            Outcome::Exited { class, reason, trace } => {
                if (class, reason, trace) == (Class::Exit, Term::atom(atoms::ENOMEM), Term::NIL) {
                    // That is how the interpreter ends a process without memory.
                    signals::report_memory(&mut self.shared, &process);
                }
                let told = told(&mut process, class, reason, trace);
                // How the initial process ended, the host tells.
                if class != Class::Exit
                    && process.number != self.initial
                    && let Some(report) = self.report
                {
                    report(&mut self.shared, &mut process, told);
                }
                self.end(process, Some(class), told, told);
            }
            Outcome::Halted(status) => return Some(status),
        }
        None
    }

    fn end(&mut self, process: Box<Process>, class: Option<Class>, result: Term, reason: Term) {
        if process.number == self.initial {
            let mut heap = Heap::new(self.shared.budget.clone(), 0);
            let Shared { binaries, .. } = &mut self.shared;
            let source = process.heap.words.as_slice();
            let kept = crate::copy::copy(source, result, &mut heap, binaries);
            self.result = Some((heap, class, kept.unwrap_or(Term::atom(atoms::ENOMEM))));
        }
        signals::exit(&mut self.shared, process, reason, None);
    }
}

/// The reason that links and monitors are told: an error's with its stack trace, an uncaught throw as `nocatch`.
fn told(process: &mut Process, class: Class, reason: Term, trace: Term) -> Term {
    let heap = &mut process.heap;
    let made = match class {
        Class::Exit => Ok(reason),
        Class::Error => heap.tuple(&[reason, trace]),
        Class::Throw => {
            heap.tuple(&[Term::atom(atoms::NOCATCH), reason]).and_then(|reason| heap.tuple(&[reason, trace]))
        }
    };
    made.unwrap_or(reason)
}

#[cfg(test)]
mod tests;
