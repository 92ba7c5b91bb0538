//! STUB, not to be merged: the form of the virtual machine as its users see it, until the real one is here.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use crate::atoms::Atom;
use crate::memory::{Budget, NoMemory};
use crate::platform::Platform;
use crate::raise::Class;
use crate::shared::Shared;

/// How a VM is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Bytes that it may hold; `None` for no limit but the allocator's.
    pub memory: Option<usize>,
    /// Collect at every safe point.
    pub zeal: bool,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    Ready,
    /// Nothing to do until this monotonic time in nanoseconds, or until something from outside.
    Wait(Option<u64>),
    /// The program asked for this exit status.
    Halted(i32),
}

/// How the initial process ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The class of the exception; `None` when it returned.
    pub class: Option<Class>,
    /// The value or the reason, as `~p` prints it.
    pub text: String,
    /// The stack trace, as `~p` prints it.
    pub trace: String,
}

/// Why a module could not be loaded.
#[derive(Clone, Debug)]
pub struct LoadError(String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The VM.
pub struct Vm {
    shared: Shared,
    ended: Option<Ended>,
}

impl Vm {
    /// A VM.
    ///
    /// # Errors
    /// When the memory is too small.
    pub fn new(platform: Box<dyn Platform>, options: Options) -> Result<Self, NoMemory> {
        let shared = Shared::new(platform, Budget::new(options.memory.unwrap_or(usize::MAX)))?;
        Ok(Self { shared, ended: None })
    }

    /// Loads a module.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn load(&mut self, beam: &[u8]) -> Result<Atom, LoadError> {
        let module = emberl_format::module::Module::parse(beam).map_err(|error| LoadError(error.to_string()))?;
        self.shared.atoms.intern(module.name()).map_err(|_| LoadError("no memory".to_string()))
    }

    /// Starts `Module:start/0`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn start(&mut self, module: &str) -> Result<(), NoMemory> {
        let text = alloc::format!("{module}:start/0");
        self.ended = Some(Ended { class: None, text, trace: String::new() });
        Ok(())
    }

    /// Starts `init:boot([<<"-s">>, Module])`.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn boot(&mut self, module: &str) -> Result<(), NoMemory> {
        let text = alloc::format!("init:boot({module})");
        self.ended = Some(Ended { class: None, text, trace: String::new() });
        Ok(())
    }

    /// Runs.
    pub fn step(&mut self, _slices: u32) -> Step {
        Step::Ready
    }

    /// How the initial process ended.
    pub fn result(&self) -> Option<Ended> {
        self.ended.clone()
    }
}
