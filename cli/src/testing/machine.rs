//! The virtual machine with the tests in it: made, driven to its end, and ended where nothing is heard of it any more.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use emberl_host::mock::Mock;
use emberl_host::{Host, Program};
use emberl_vm::memory::NoMemory;
use emberl_vm::program::Ended;
use emberl_vm::vm::{Options, Step, Vm};
use tempfile::NamedTempFile;

use super::Settings;
use super::events::{Event, Events};
use crate::console::bytes;
use crate::failure::{Failure, Result, TOOL, reason};
use crate::run;

/// Time slices of a step.
const SLICES: u32 = 64;
/// How often what is told is read.
const PAUSE: Duration = Duration::from_millis(20);
/// The module that starts.
const START: &str = "emberl_test";

/// A board that is played.
#[derive(Debug)]
pub(crate) struct Board {
    /// What happens there; nothing without a script.
    pub(crate) script: Option<PathBuf>,
    /// Where it is told what happens.
    pub(crate) log: Option<PathBuf>,
}

/// How the machine ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The runner came to its end.
    Done,
    /// It did not.
    Early(String),
    /// It did, but the board was not used as the script expects.
    Faults(Vec<String>),
}

/// What is run.
pub(crate) struct Machine<'s> {
    /// The runner, and the modules that were given as files.
    pub(crate) program: Rc<Program>,
    /// Folders with all other modules.
    pub(crate) folders: Vec<PathBuf>,
    /// What the runner is told.
    pub(crate) words: Vec<String>,
    /// How.
    pub(crate) settings: &'s Settings,
}

impl Machine<'_> {
    /// Runs to the end; `told` gets what happens as soon as it is read.
    ///
    /// # Errors
    /// When the machine cannot be made, or what happens cannot be read.
    pub(crate) fn run(&self, told: &mut dyn FnMut(Event)) -> Result<End> {
        let file = NamedTempFile::new().map_err(|error| tool("cannot make a temporary file", &error))?;
        let events = Events::open(file.path()).map_err(|error| tool("cannot read a temporary file", &error))?;
        let arguments = std::iter::once(file.path().display().to_string()).chain(self.words.iter().cloned());
        let mut host = Host::new(Rc::clone(&self.program))
            .with_folders(self.folders.iter().cloned())
            .with_arguments(arguments)
            .with_output_on_stderr(self.settings.output_to_stderr);
        let mock = match &self.settings.board {
            Some(board) => Some(run::mock(board.script.as_deref(), board.log.as_deref(), &host)?),
            None => None,
        };
        if let Some(mock) = &mock {
            host = host.with_hardware(mock.peripherals());
        }
        let end = Drive { events, told, limit: self.settings.limit }.run(host, self.settings, mock.as_ref())?;
        io::stdout().flush()?;
        Ok(match (end, mock) {
            (End::Done, Some(mock)) => faults(&mock, self.settings),
            (end, _) => end,
        })
    }
}

/// What the script expected and the tests did not do.
fn faults(mock: &Mock, settings: &Settings) -> End {
    let path = settings.board.as_ref().and_then(|board| board.script.clone()).unwrap_or_default();
    let found: Vec<String> = mock.verify().iter().map(|error| format!("{}:{error}", path.display())).collect();
    if found.is_empty() { End::Done } else { End::Faults(found) }
}

/// The loop that gives the machine its time.
struct Drive<'t> {
    events: Events,
    told: &'t mut dyn FnMut(Event),
    limit: Duration,
}

impl Drive<'_> {
    fn run(&mut self, host: Host, settings: &Settings, mock: Option<&Mock>) -> Result<End> {
        let (waiter, closed, clock) = (host.waiter(), host.closed(), host.clock());
        let no_memory = |NoMemory| match settings.memory {
            Some(memory) => Failure::input(
                format!("{} are too little memory to start the tests", bytes(memory)),
                "give them more with --memory",
            ),
            None => Failure::input("there is not enough memory to start the tests", "close other programs"),
        };
        let options = Options { memory: settings.memory, ..Options::default() };
        let mut vm = Vm::new(Box::new(host), options).map_err(no_memory)?;
        vm.start(START).map_err(no_memory)?;
        let (mut heard, mut looked) = (Instant::now(), Instant::now());
        loop {
            let step = vm.step(SLICES);
            if let Step::Halted(status) = step {
                self.poll()?;
                return Ok(End::Early(format!("the program ended itself with halt({status})")));
            }
            if let Some(ended) = vm.result() {
                vm.settle();
                self.poll()?;
                return Ok(over(&ended));
            }
            if closed.get() {
                return Err(Failure::BrokenPipe);
            }
            if let Some(how) = mock.and_then(Mock::ended) {
                self.poll()?;
                return Ok(End::Early(format!("the program ended the board's run: {how}")));
            }
            if looked.elapsed() >= PAUSE {
                looked = Instant::now();
                if self.poll()? {
                    heard = looked;
                } else if heard.elapsed() >= self.limit {
                    let seconds = self.limit.as_secs();
                    return Ok(End::Early(format!("nothing was heard of a test for {seconds} s (--timeout)")));
                }
            }
            match step {
                Step::Wait(None) if mock.is_some() && waiter.is_alone() => return self.stuck(),
                Step::Wait(deadline) => {
                    let _ = io::stdout().flush();
                    let soon = clock.now().saturating_add(PAUSE.as_nanos() as u64);
                    waiter.wait(Some(deadline.map_or(soon, |deadline| deadline.min(soon))));
                }
                Step::Stuck => return self.stuck(),
                Step::Ready | Step::Halted(_) => {}
            }
        }
    }

    /// Hands on what was told since; whether there was something.
    fn poll(&mut self) -> Result<bool> {
        let events = self.events.poll().map_err(|error| tool("what the tests tell cannot be read", &error))?;
        let some = !events.is_empty();
        events.into_iter().for_each(&mut *self.told);
        Ok(some)
    }

    fn stuck(&mut self) -> Result<End> {
        self.poll()?;
        Ok(End::Early("all processes wait for a message, and none can come".to_owned()))
    }
}

/// How the first process, the runner, ended.
fn over(ended: &Ended) -> End {
    match ended.class {
        None => End::Done,
        Some(_) if ended.trace.is_empty() => {
            End::Early(format!("the process that runs the tests ended: {}", ended.text))
        }
        Some(_) => End::Early(format!("the process that runs the tests ended: {}\n{}", ended.text, ended.trace)),
    }
}

fn tool(what: &str, error: &io::Error) -> Failure {
    Failure::Message { what: format!("{what}: {}", reason(error)), cure: "try again".to_owned(), exit: TOOL }
}
