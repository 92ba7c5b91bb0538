//! A program from its modules to its end: what `emberl run` and the boards' main functions do with a VM.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::atoms::{self, Atom};
use crate::heap::{Heap, Store};
use crate::load;
use crate::memory::NoMemory;
use crate::platform::{Platform, Stream};
use crate::print::{self, Mode};
use crate::process::Process;
use crate::raise::Class;
use crate::services;
use crate::shared::Shared;
use crate::term::Term;
use crate::vm::{Options, Step, Vm};

/// Time slices of a [turn](Vm::turn): between turns its caller looks at what it has to poll.
const SLICES: u32 = 64;

/// How the first process of a program ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its identifier, as `~p` prints it.
    pub pid: String,
    /// The class of the exception that nobody caught; `None` when its function returned.
    pub class: Option<Class>,
    /// What it returned, or the reason of the exception (of a throw `{nocatch,Value}`): a term as `~p` prints it, in one
    /// line.
    pub text: String,
    /// The stack trace of an error or a throw, printed alike; empty where there is none.
    pub trace: String,
}

impl Ended {
    /// Whether the program says that all went well: it returned `ok` or 0.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.class.is_none() && (self.text == "ok" || self.text == "0")
    }
}

impl fmt::Display for Ended {
    /// As a device's console tells it, the terms in a line each.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, class, text, trace } = self;
        match class {
            None => write!(formatter, "Return value: {text}"),
            Some(Class::Exit) => write!(formatter, "Error in process {pid} with exit value:\n{text}"),
            // The reason of a throw holds `nocatch` already.
            Some(Class::Error | Class::Throw) => {
                write!(formatter, "Error in process {pid} with exit value:\n{{{text},\n {trace}}}")
            }
        }
    }
}

/// Why a program cannot begin.
#[derive(Debug)]
pub enum CannotBegin {
    /// The module that starts it.
    Module(load::Error),
    /// There is no memory for its first process.
    Memory,
}

impl From<NoMemory> for CannotBegin {
    fn from(_: NoMemory) -> Self {
        Self::Memory
    }
}

impl fmt::Display for CannotBegin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(error) => write!(formatter, "cannot load the module that starts the program: {error}"),
            Self::Memory => formatter.write_str("there is not enough memory to start the program"),
        }
    }
}

/// What a turn came to.
#[derive(Debug)]
pub enum Turn {
    /// There is more to do.
    Ready,
    /// Nothing is to do until then (monotonic, in nanoseconds), or until something comes from outside.
    Wait(Option<u64>),
    /// The first process has ended.
    Ended(Ended),
    /// The program has asked for this exit status.
    Halted(i32),
    /// All processes wait, and nothing can wake them.
    Stuck,
}

impl Vm {
    /// A VM without modules or processes.
    ///
    /// # Errors
    /// When there is no memory for its tables.
    #[cfg_attr(target_os = "none", inline)]
    pub fn new(platform: Box<dyn Platform>, options: Options) -> Result<Self, NoMemory> {
        let mut vm = Self::with(platform, options, crate::interp::run)?;
        vm.report = Some(report);
        Ok(vm)
    }

    /// Loads a module: its bytes as they stand in a `.beam` file or a pack.
    ///
    /// # Errors
    /// When it is not a module that is safe to run, or there is no memory for it.
    pub fn load(&mut self, beam: &[u8]) -> Result<Atom, load::Error> {
        load::load(&mut self.shared, beam)
    }

    /// Makes the first process: it calls `module:start/0`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn start(&mut self, module: &str) -> Result<(), NoMemory> {
        let module = self.shared.atoms.intern(module)?;
        let mut heap = Heap::new(self.shared.budget.clone(), 0);
        self.spawn_initial(module, atoms::START, &mut heap, &[]).map(|_| ())
    }

    /// Makes the first process: it calls `init:boot([<<"-s">>, module])`, as packs with a module `init` ask for.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn boot(&mut self, module: &str) -> Result<(), NoMemory> {
        let module = self.shared.atoms.intern(module)?;
        let mut heap = Heap::new(self.shared.budget.clone(), 0);
        let flag = heap.heap_binary(b"-s")?;
        let arguments = heap.list(&[flag, Term::atom(module)])?;
        self.spawn_initial(atoms::INIT, atoms::BOOT, &mut heap, &[arguments]).map(|_| ())
    }

    /// Loads the module that starts a program, if the program has it itself, and makes the first process: by
    /// [`boot`](Self::boot) where it has a module `init` of its own, else by [`start`](Self::start).
    ///
    /// # Errors
    /// Those of what it calls.
    pub fn begin(&mut self, module: &str, beam: Option<&[u8]>, has_init: bool) -> Result<(), CannotBegin> {
        if let Some(beam) = beam {
            self.load(beam).map_err(CannotBegin::Module)?;
        }
        if has_init {
            self.boot(module)?
        } else {
            self.start(module)?
        }
        Ok(())
    }

    /// Runs the program some time slices further. Once it has ended, what was logged is written.
    pub fn turn(&mut self) -> Turn {
        let step = self.step(SLICES);
        if let Step::Halted(status) = step {
            return Turn::Halted(status);
        }
        if let Some(ended) = self.result() {
            self.settle();
            return Turn::Ended(ended);
        }
        match step {
            Step::Wait(deadline) => Turn::Wait(deadline),
            Step::Stuck => Turn::Stuck,
            Step::Ready | Step::Halted(_) => Turn::Ready,
        }
    }

    /// How the first process ended, once it has.
    #[must_use]
    pub fn result(&self) -> Option<Ended> {
        let (heap, class, term) = self.ended()?;
        let store = self.shared.store(heap);
        // An error comes with its stack trace, as links are told it.
        let parts = match class {
            Some(Class::Error | Class::Throw) => {
                store.tuple(term).filter(|pair| pair.len() == 2).and_then(|pair| Some((pair.get(0)?, pair.get(1)?)))
            }
            _ => None,
        };
        let (reason, trace) = parts.unwrap_or((term, Term::NIL));
        let (mut pid, mut text) = (String::new(), String::new());
        let _ = self.print(store, self.initial(), &mut pid);
        let _ = self.print(store, reason, &mut text);
        let mut lines = String::new();
        if parts.is_some() {
            let _ = self.print(store, trace, &mut lines);
        }
        Some(Ended { pid, class, text, trace: lines })
    }

    fn print(&self, store: Store<'_>, term: Term, out: &mut String) -> core::fmt::Result {
        print::print(store, &self.shared.code, term, Mode::Pretty, &self.shared.budget, out)
            .map_err(|_| core::fmt::Error)
    }
}

/// Tells of a process that ended by an error, in the words of OTP's emulator: by OTP's logger, where that is.
fn report(shared: &mut Shared, process: &mut Process, reason: Term) {
    if services::log_crash(shared, process, reason) {
        return;
    }
    let mut text = String::from("Error in process ");
    let store = shared.store(&process.heap);
    let print = |term: Term, text: &mut String| {
        let _ = print::print(store, &shared.code, term, Mode::Pretty, &shared.budget, text);
    };
    print(process.pid(), &mut text);
    text.push_str(" with exit value:\n");
    let mut line = String::new();
    print(reason, &mut line);
    shared.platform.write(Stream::Error, text.as_bytes());
    shared.platform.write_term(Stream::Error, &line);
    shared.platform.write(Stream::Error, b"\n");
}
