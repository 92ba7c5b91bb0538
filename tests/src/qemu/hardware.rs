//! What is around the pins and I2C buses of a machine: lines between it and the test (`vm-firmware/boards/qemu-riscv32/README.md`
//! says which), and scripts of the mock board that answer them. Owns its thread, which ends with the value.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use emberl_host::{
    Clock,
    mock::{Outside, Part, Script, ScriptError, Transfer},
};

use crate::Failed;

/// How often it is looked whether the test has ended.
const PAUSE: Duration = Duration::from_millis(50);

/// Lines to and from a machine.
#[derive(Debug)]
pub struct Lines {
    stream: TcpStream,
    /// What came and was not taken.
    come: Vec<u8>,
}

impl Lines {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, come: Vec::new() })
    }

    /// Says a line to the machine.
    ///
    /// # Errors
    /// When QEMU has ended.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\n").as_bytes())
    }

    /// The next line that the machine says; `None` when there is none in time.
    ///
    /// # Errors
    /// When QEMU has ended.
    pub fn next(&mut self, limit: Duration) -> io::Result<Option<String>> {
        let end = Instant::now() + limit;
        loop {
            if let Some(at) = self.come.iter().position(|&byte| byte == b'\n') {
                let line = self.come.drain(..=at).take(at).collect();
                return String::from_utf8(line).map(Some).map_err(|_| io::ErrorKind::InvalidData.into());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.come.extend_from_slice(bytes.get(..count).unwrap_or_default()),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for a line.
    ///
    /// # Errors
    /// When another line comes, or none in time.
    pub fn expect(&mut self, line: &str, limit: Duration) -> Result<(), Failed> {
        let next = self.next(limit)?;
        if next.as_deref() == Some(line) { Ok(()) } else { Err(format!("{next:?} came instead of {line}").into()) }
    }
}

/// What the machine has said.
#[derive(Debug, Default)]
struct Said {
    lines: Vec<String>,
    /// Why no more is heard, when that is so.
    end: Option<String>,
}

/// What a script has around a machine.
#[derive(Debug)]
pub struct Hardware {
    said: Arc<(Mutex<Said>, Condvar)>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<ScriptError>>>,
}

impl Hardware {
    /// Begins, with the test's end of the lines and the text of a script.
    ///
    /// # Errors
    /// When the script cannot be read.
    pub fn start(lines: Lines, script: &str) -> Result<Self, Failed> {
        let script = Script::parse(script).map_err(|error| format!("the script, line {error}"))?;
        let (said, ends) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (told, ending) = (Arc::clone(&said), Arc::clone(&ends));
        let thread = thread::spawn(move || run(lines, script, &told, &ending));
        Ok(Self { said, ends, thread: Some(thread) })
    }

    /// All that the machine has said so far.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        lock(&self.said.0).lines.clone()
    }

    /// Waits until the machine says this; gives whether it was in time.
    #[must_use]
    pub fn wait(&self, limit: Duration, line: &str) -> bool {
        let end = Instant::now() + limit;
        let mut said = lock(&self.said.0);
        loop {
            if said.lines.iter().any(|told| told == line) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || said.end.is_some() {
                return false;
            }
            said = self.said.1.wait_timeout(said, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ends; what did not happen as the script has it is an error.
    ///
    /// # Errors
    /// That, with all that the machine has said; and when a line of it, or to it, was not understood.
    pub fn verify(mut self) -> Result<(), Failed> {
        self.ends.store(true, Ordering::Relaxed);
        let found = self.thread.take().map(JoinHandle::join).transpose();
        let found = found.map_err(|_| "what is around the machine has failed")?.unwrap_or_default();
        let said = self.said();
        if let Some(line) = said.iter().find(|line| line.starts_with("wrong ")) {
            return Err(format!("the machine did not understand: {line}").into());
        }
        if found.is_empty() {
            return Ok(());
        }
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let tail: Vec<&String> = said.iter().rev().take(20).collect();
        Err(format!("{}\nthe machine said, backwards: {tail:#?}", found.join("\n")).into())
    }
}

impl Drop for Hardware {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(said: &Mutex<Said>) -> MutexGuard<'_, Said> {
    said.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(mut lines: Lines, script: Script, said: &(Mutex<Said>, Condvar), ends: &AtomicBool) -> Vec<ScriptError> {
    let clock = Clock::new();
    let mut outside = Outside::new(script, None, clock);
    let ended = loop {
        let due = outside.deadline().map(|time| Duration::from_nanos(time.saturating_sub(clock.now())));
        match lines.next(due.unwrap_or(PAUSE).min(PAUSE)) {
            Ok(Some(line)) => {
                let answered = answer(&mut lines, &mut outside, &line);
                lock(&said.0).lines.push(line);
                said.1.notify_all();
                if let Err(error) = answered {
                    break error.to_string();
                }
            }
            // What was said before its end is heard to the last line.
            Ok(None) if ends.load(Ordering::Relaxed) => break "the test has ended".to_owned(),
            Ok(None) => {}
            Err(error) => break error.to_string(),
        }
        if let Err(error) = tell(&mut lines, &mut outside) {
            break error.to_string();
        }
    };
    lock(&said.0).end = Some(ended);
    said.1.notify_all();
    outside.verify()
}

/// Tells the machine how its pins are driven.
fn tell(lines: &mut Lines, outside: &mut Outside) -> io::Result<()> {
    outside.levels().into_iter().try_for_each(|(pin, level)| {
        let level = match level {
            Some(true) => "high",
            Some(false) => "low",
            None => "open",
        };
        lines.say(&format!("pin {pin} {level}"))
    })
}

fn answer(lines: &mut Lines, outside: &mut Outside, line: &str) -> io::Result<()> {
    let mut words = line.split(' ');
    match words.next() {
        Some("hello") => {
            outside.forget();
            tell(lines, outside)?;
            lines.say("begin")
        }
        Some("ask") => {
            let number = words.next().unwrap_or_default();
            let Some((bus, address, parts)) = transfer(words) else { return Err(io::ErrorKind::InvalidData.into()) };
            match outside.transfer(bus, address, &parts) {
                Transfer::Done(bytes) => {
                    let bytes: String = bytes.iter().map(|byte| format!(" {byte:02x}")).collect();
                    lines.say(&format!("{number} data{bytes}"))
                }
                Transfer::Nack => lines.say(&format!("{number} nack")),
                Transfer::Silence => Ok(()),
            }
        }
        Some("wrong") => Ok(()),
        _ => {
            outside.note(line);
            Ok(())
        }
    }
}

/// `i2c BUS ADDRESS [write BYTES] [read COUNT]`.
fn transfer<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<(u8, u8, Vec<Part>)> {
    if words.next()? != "i2c" {
        return None;
    }
    let bus = words.next()?.parse().ok()?;
    let address = u8::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
    let mut parts = Vec::new();
    while let Some(word) = words.next() {
        match (word, parts.last_mut()) {
            ("write", _) => parts.push(Part::Write(Vec::new())),
            ("read", _) => parts.push(Part::Read(words.next()?.parse().ok()?)),
            (byte, Some(Part::Write(bytes))) => bytes.push(u8::from_str_radix(byte, 16).ok()?),
            _ => return None,
        }
    }
    Some((bus, address, parts))
}
