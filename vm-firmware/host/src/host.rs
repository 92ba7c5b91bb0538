//! The desktop's [`Platform`].

use std::cell::Cell;
use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Local, TimeZone};
use emberl_vm::files::{Answer, Error, Request};
use emberl_vm::hardware::Hardware;
use emberl_vm::net::Network;
use emberl_vm::platform::{Function, Input, Platform, Stream};

use crate::clock::Clock;
use crate::files::Files;
use crate::folders::Folders;
use crate::input::Reader;
use crate::layout;
use crate::math;
use crate::net::{Desktop, Waiter};
use crate::program::Program;

/// Peripherals, where a board is played.
#[derive(Default)]
struct Equipment(Option<Box<dyn Hardware>>);

impl fmt::Debug for Equipment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Equipment" } else { "none" })
    }
}

/// The desktop.
#[derive(Debug)]
pub struct Host {
    program: Rc<Program>,
    /// The modules that come with the virtual machine.
    library: Program,
    folders: Folders,
    input: Reader,
    files: Files,
    /// What the program has changed of the environment, which stays as it is for everybody else.
    changed: HashMap<String, Option<Vec<u8>>>,
    clock: Clock,
    network: Desktop,
    hardware: Equipment,
    arguments: Vec<Vec<u8>>,
    /// Whether what the program prints goes to standard error.
    is_output_on_stderr: bool,
    closed: Rc<Cell<bool>>,
}

impl Host {
    /// The desktop, with a program and no folders. What the VM asks for later comes from the program first.
    #[must_use]
    pub fn new(program: Rc<Program>) -> Self {
        let mut library = Program::default();
        // It is this program's own; a test proves that it is sound.
        let _ = library.add(Path::new("emberl.avm"), emberl_erlang::PACK.to_vec());
        Self {
            program,
            library,
            folders: Folders::default(),
            input: Reader::default(),
            files: Files::default(),
            changed: HashMap::new(),
            clock: Clock::new(),
            network: Desktop::new(),
            hardware: Equipment::default(),
            arguments: Vec::new(),
            is_output_on_stderr: false,
            closed: Rc::new(Cell::new(false)),
        }
    }

    /// Folders that modules which the program lacks are looked for in, in order.
    #[must_use]
    pub fn with_folders(mut self, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        self.folders = Folders::new(folders);
        self
    }

    /// The program's arguments.
    #[must_use]
    pub fn with_arguments(mut self, arguments: impl IntoIterator<Item = String>) -> Self {
        self.arguments = arguments.into_iter().map(String::into_bytes).collect();
        self
    }

    /// Whether what the program prints goes to standard error: standard output is for who runs it.
    #[must_use]
    pub const fn with_output_on_stderr(mut self, is_so: bool) -> Self {
        self.is_output_on_stderr = is_so;
        self
    }

    /// Peripherals, as a board has them.
    #[must_use]
    pub fn with_hardware(mut self, hardware: impl Hardware + 'static) -> Self {
        self.hardware = Equipment(Some(Box::new(hardware)));
        self
    }

    /// The clock that [`monotonic`](Platform::monotonic) reads, for the loop that drives the VM.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// What the loop that drives the VM sleeps by: something that comes by the network ends the sleep.
    #[must_use]
    pub fn waiter(&self) -> Waiter {
        self.network.waiter(self.clock)
    }

    /// Turns true when the reader of standard output has gone: then nobody is there to run for.
    #[must_use]
    pub fn closed(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.closed)
    }
}

impl Platform for Host {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Output if !self.is_output_on_stderr => {
                if let Err(error) = io::stdout().write_all(bytes)
                    && error.kind() == io::ErrorKind::BrokenPipe
                {
                    self.closed.set(true);
                }
            }
            Stream::Output | Stream::Error => {
                // What was printed before must be seen before; what cannot be written is lost.
                let _ = io::stdout().flush();
                let _ = io::stderr().write_all(bytes);
            }
        }
    }

    fn write_term(&mut self, stream: Stream, line: &str) {
        self.write(stream, layout::lay_out(line).as_bytes());
    }

    fn monotonic(&mut self) -> u64 {
        self.clock.now()
    }

    fn utc_offset(&mut self, time: i64) -> i32 {
        // The rules for times far off repeat with the calendar, every 400 years.
        const CYCLE: i64 = 146_097 * 86_400;
        let time = if time.abs() > CYCLE { time % CYCLE + CYCLE } else { time };
        DateTime::from_timestamp(time, 0)
            .map_or(0, |time| Local.offset_from_utc_datetime(&time.naive_utc()).local_minus_utc())
    }

    fn system_time(&mut self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        // Desktop systems have randomness from their start on. Where the system refuses, the times of these calls are
        // all that there is: a program that runs is better than none, and says so.
        if let Err(error) = getrandom::fill(bytes) {
            let _ = writeln!(io::stderr(), "emberl: the system gives no random bytes ({error}); these can be guessed");
            let mut state = self.system_time() ^ self.clock.now().rotate_left(32);
            for byte in bytes {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(self.clock.now() | 1);
                *byte = (state >> 56) as u8;
            }
        }
    }

    fn read(&mut self) -> Input {
        self.input.read()
    }

    fn find_module(&mut self, name: &str) -> Option<Vec<u8>> {
        let Self { program, library, folders, .. } = self;
        if emberl_erlang::is_first(name)
            && let Some(bytes) = library.module(name)
        {
            return Some(bytes.to_vec());
        }
        match program.module(name) {
            Some(bytes) => Some(bytes.to_vec()),
            None => folders.find(name).or_else(|| library.module(name).map(<[u8]>::to_vec)),
        }
    }

    fn module_path(&mut self, name: &str) -> Option<Vec<u8>> {
        let Self { program, library, folders, .. } = self;
        let own = |program: &Program| program.path(name).map(|path| path.into_os_string().into_encoded_bytes());
        if emberl_erlang::is_first(name)
            && let Some(path) = own(library)
        {
            return Some(path);
        }
        own(program)
            .or_else(|| folders.path(name).map(|path| path.into_os_string().into_encoded_bytes()))
            .or_else(|| own(library))
    }

    fn folders(&mut self) -> Vec<Vec<u8>> {
        self.folders.paths().map(|path| path.as_os_str().as_encoded_bytes().to_vec()).collect()
    }

    fn set_folders(&mut self, folders: Vec<Vec<u8>>) {
        let path = |bytes| PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
        self.folders = Folders::new(folders.iter().map(|bytes| path(bytes)));
    }

    fn otp_release(&mut self) -> Option<u8> {
        // `ROOT/lib/stdlib-VERSION/ebin/lists.beam`; the file holds the versions of the emulator and of OTP.
        let lists = self.folders.path("lists")?;
        let text = std::fs::read_to_string(lists.ancestors().nth(4)?.join("releases/start_erl.data")).ok()?;
        text.split_whitespace().nth(1)?.parse().ok()
    }

    fn find_file(&mut self, name: &str) -> Option<&[u8]> {
        self.program.file(name)
    }

    fn variable(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.changed.get(name) {
            Some(value) => value.clone(),
            None => env::var_os(name).map(OsString::into_encoded_bytes),
        }
    }

    fn set_variable(&mut self, name: &str, value: Option<&[u8]>) {
        self.changed.insert(name.to_owned(), value.map(<[u8]>::to_vec));
    }

    fn variables(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let kept = env::vars_os().filter(|(name, _)| name.to_str().is_none_or(|name| !self.changed.contains_key(name)));
        let kept = kept.map(|(name, value)| (name.into_encoded_bytes(), value.into_encoded_bytes()));
        let own = self.changed.iter().filter_map(|(name, value)| Some((name.clone().into_bytes(), value.clone()?)));
        kept.chain(own).collect()
    }

    fn file(&mut self, request: Request<'_>) -> Result<Answer, Error> {
        self.files.answer(request)
    }

    fn network(&mut self) -> Option<&mut dyn Network> {
        Some(&mut self.network)
    }

    fn hardware(&mut self) -> Option<&mut dyn Hardware> {
        match &mut self.hardware.0 {
            Some(hardware) => Some(hardware.as_mut()),
            None => None,
        }
    }

    fn program_number(&mut self) -> u32 {
        std::process::id()
    }

    fn arguments(&mut self) -> &[Vec<u8>] {
        &self.arguments
    }

    fn compute(&mut self, function: Function, a: f64, b: f64) -> f64 {
        math::compute(function, a, b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        Host::new(Rc::new(Program::default()))
    }

    #[test]
    fn random_bytes_differ() {
        let (mut a, mut b) = ([0; 32], [0; 32]);
        let mut host = host();
        host.random(&mut a);
        host.random(&mut b);
        assert_ne!(a, b);
        assert_ne!(a, [0; 32]);
    }

    #[test]
    fn time_goes_on() {
        let mut host = host();
        let before = host.monotonic();
        assert!(host.monotonic() >= before);
        // After 2020-01-01 and before the year 2262.
        assert!(host.system_time() > 1_577_836_800_000_000_000);
    }

    #[test]
    fn the_environment_is_read() {
        let mut host = host();
        let path = env::var_os("PATH").unwrap().into_encoded_bytes();
        assert_eq!(host.variable("PATH"), Some(path));
        for none in ["", "A=B", "a\0b", "EMBERL_NO_SUCH_VARIABLE"] {
            assert_eq!(host.variable(none), None, "{none:?}");
        }
    }

    #[test]
    fn modules_of_the_program_come_before_those_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.beam"), "FOR1 folder").unwrap();
        std::fs::write(folder.path().join("y.beam"), "FOR1 folder").unwrap();
        let mut pack = emberl_format::avm::Builder::new();
        pack.push(b"x.beam", 2, b"FOR1 pack").unwrap();
        let mut program = Program::default();
        program.add(std::path::Path::new("a.avm"), pack.finish()).unwrap();
        let mut host = Host::new(Rc::new(program)).with_folders([folder.path().to_owned()]);
        assert!(host.find_module("x").unwrap().starts_with(b"FOR1 pack"));
        assert!(host.find_module("y").unwrap().starts_with(b"FOR1 folder"));
        assert_eq!(host.find_module("z"), None);
    }
}
