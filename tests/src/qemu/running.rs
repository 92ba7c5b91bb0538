//! A machine while it runs: its console, QEMU's monitor, the ports and the wire that lead to it. It ends with its value.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Protocol, hardware::Lines, wire::Wire};
use crate::Failed;

/// QEMU's name of the card.
pub(super) const CARD: &str = "card";
/// How long QEMU may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// What was printed.
#[derive(Debug, Default)]
struct Printed {
    bytes: Vec<u8>,
    /// No more comes.
    is_whole: bool,
}

/// The console of a machine, read by a thread.
#[derive(Clone, Debug, Default)]
struct Console(Arc<(Mutex<Printed>, Condvar)>);

impl Console {
    fn read(&self, mut stream: ChildStdout) {
        let mut bytes = [0; 4096];
        loop {
            let count = stream.read(&mut bytes).unwrap_or(0);
            let mut printed = self.lock();
            printed.bytes.extend_from_slice(bytes.get(..count).unwrap_or_default());
            printed.is_whole = count == 0;
            self.0.1.notify_all();
            if count == 0 {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Printed> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `find` gives something of what was printed, or until no more can come.
    fn wait<R>(&self, limit: Duration, find: impl Fn(&Printed) -> Option<R>) -> Option<R> {
        let end = Instant::now() + limit;
        let mut printed = self.lock();
        loop {
            if let Some(found) = find(&printed) {
                return Some(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if printed.is_whole || left.is_zero() {
                return None;
            }
            printed = self.0.1.wait_timeout(printed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A machine that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    console: Console,
    monitor: BufReader<TcpStream>,
    wire: Option<Wire>,
    hardware: Option<Lines>,
    /// How much of the console was waited for.
    seen: usize,
}

impl Running {
    pub(super) fn start(
        mut command: Command,
        monitor: &TcpListener,
        wire: Option<&TcpListener>,
        hardware: Option<&TcpListener>,
    ) -> Result<Self, Failed> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let console = Console::default();
        if let Some(stream) = child.stdout.take() {
            let console = console.clone();
            thread::spawn(move || console.read(stream));
        }
        let mut connect = || -> Result<_, Failed> {
            let stream = accept(&mut child, monitor)?;
            // It connects to all of them before it starts the machine.
            let wire = wire.map(|wire| accept(&mut child, wire)).transpose()?.map(Wire::new).transpose()?;
            let hardware = hardware.map(|hardware| accept(&mut child, hardware)).transpose()?;
            let hardware = hardware.map(Lines::new).transpose()?;
            stream.set_read_timeout(Some(ANSWER))?;
            Ok((BufReader::new(stream), wire, hardware))
        };
        let connected = connect();
        let (monitor, wire, hardware) = match connected {
            Ok(connected) => connected,
            Err(failed) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed);
            }
        };
        let mut running = Self { child, console, monitor, wire, hardware, seen: 0 };
        running.ask("qmp_capabilities", json!({}))?;
        Ok(running)
    }

    /// Gives QEMU a command of its monitor protocol; gives what it returns.
    ///
    /// # Errors
    /// When QEMU refuses, or has ended.
    pub fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, Failed> {
        let line = json!({ "execute": command, "arguments": arguments }).to_string();
        self.monitor.get_mut().write_all(format!("{line}\n").as_bytes())?;
        loop {
            let mut line = String::new();
            if self.monitor.read_line(&mut line)? == 0 {
                return Err(format!("QEMU ended at {command}\n{}", self.printed()).into());
            }
            // Between answers it tells of events; first of all it greets.
            let mut answer: Value = serde_json::from_str(&line)?;
            if let Some(error) = answer.get("error") {
                return Err(format!("{command}: {error}").into());
            }
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
        }
    }

    /// Plugs the wire into the card, or pulls it out.
    ///
    /// # Errors
    /// When QEMU has ended.
    pub fn set_link(&mut self, is_up: bool) -> Result<(), Failed> {
        self.ask("set_link", json!({ "name": CARD, "up": is_up })).map(drop)
    }

    /// Where a port of the machine is reached.
    ///
    /// # Errors
    /// When no port of this machine leads there.
    pub fn address(&mut self, protocol: Protocol, port: u16) -> Result<SocketAddr, Failed> {
        let told = self.ask("human-monitor-command", json!({ "command-line": "info usernet" }))?;
        let told = told.as_str().unwrap_or_default();
        // Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
        //   TCP[HOST_FORWARD]  12       127.0.0.1 43127       10.0.2.15    80     0     0
        let name = format!("{}[HOST_FORWARD]", protocol.name().to_uppercase());
        let found = told.lines().find_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [kind, _, host, from, _, to, ..] = words.as_slice() else { return None };
            (*kind == name && to.parse() == Ok(port)).then(|| format!("{host}:{from}"))
        });
        let found = found.ok_or_else(|| format!("nothing leads to {} {port}:\n{told}", protocol.name()))?;
        Ok(found.parse()?)
    }

    /// The test's end of the wire.
    ///
    /// # Errors
    /// When the network was made without.
    pub fn wire(&mut self) -> Result<&mut Wire, Failed> {
        Ok(self.wire.as_mut().ok_or("the network has no wire to the test")?)
    }

    /// The test's end of the wire, for who keeps it.
    ///
    /// # Errors
    /// As [`wire`](Self::wire), and when it was taken before.
    pub fn take_wire(&mut self) -> Result<Wire, Failed> {
        Ok(self.wire.take().ok_or("the network has no wire to the test")?)
    }

    /// The test's end of the lines about pins and buses, for who keeps it.
    ///
    /// # Errors
    /// When the machine was made without, or it was taken before.
    pub fn take_hardware(&mut self) -> Result<Lines, Failed> {
        Ok(self.hardware.take().ok_or("the machine has no lines about its hardware to the test")?)
    }

    /// All that was printed so far.
    #[must_use]
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&self.console.lock().bytes).into_owned()
    }

    /// Waits for the next line that begins with `start`, after the one that was waited for before; gives what follows
    /// `start` in it.
    ///
    /// # Errors
    /// When there is none in time; with all that was printed.
    pub fn line(&mut self, start: &str, limit: Duration) -> Result<String, Failed> {
        let seen = self.seen;
        let found = self.console.wait(limit, |printed| {
            let mut at = seen;
            for line in printed.bytes.get(seen..)?.split_inclusive(|&byte| byte == b'\n') {
                at += line.len();
                let text = String::from_utf8_lossy(line);
                if let Some(rest) = text.strip_suffix('\n').and_then(|text| text.trim_end().strip_prefix(start)) {
                    return Some((at, rest.to_owned()));
                }
            }
            None
        });
        match found {
            Some((at, rest)) => {
                self.seen = at;
                Ok(rest)
            }
            None => Err(format!("no line with {start} came; the machine has printed:\n{}", self.printed()).into()),
        }
    }

    /// Waits until it ends by itself; gives its exit code and all that it has printed.
    ///
    /// # Errors
    /// When it does not end in time; with all that was printed.
    pub fn end(mut self, limit: Duration) -> Result<(Option<i32>, String), Failed> {
        match wait(&mut self.child, limit)? {
            Some(status) => {
                // What it printed last may still be on the way.
                self.console.wait(ANSWER, |printed| printed.is_whole.then_some(()));
                Ok((status.code(), self.printed()))
            }
            None => Err(format!("the machine does not end; it has printed:\n{}", self.printed()).into()),
        }
    }

    /// How many instructions the machine executes while `work` is done: QEMU writes each of them to `log`.
    ///
    /// # Errors
    /// Those of `work`; when QEMU has ended, or the file cannot be read.
    pub fn instructions(&mut self, log: &Path, work: impl FnOnce() -> Result<(), Failed>) -> Result<usize, Failed> {
        let mut order = |line: String| -> Result<(), Failed> {
            let said = self.ask("human-monitor-command", json!({ "command-line": line }))?;
            let said = said.as_str().unwrap_or_default().trim();
            if said.is_empty() { Ok(()) } else { Err(format!("{line}: {said}").into()) }
        };
        // One instruction a block, and each block a line.
        order("singlestep on".to_owned())?;
        order(format!("logfile {}", log.display()))?;
        order("log exec".to_owned())?;
        let done = work();
        order("log none".to_owned())?;
        order("singlestep off".to_owned())?;
        done?;
        let text = std::fs::read(log)?;
        Ok(text.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"Trace ")).count())
    }

    /// Processor time that QEMU itself has used so far, where the system tells it.
    #[must_use]
    pub fn processor_time(&self) -> Option<Duration> {
        // Linux, proc(5): after the name in parentheses come the fields from the third on; user and system time are
        // fields 14 and 15, in hundredths of a second.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().ok());
        Some(Duration::from_millis(10 * ticks.sum::<Option<u64>>()?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// QEMU's connection to the listener, while it runs.
fn accept(child: &mut Child, listener: &TcpListener) -> Result<TcpStream, Failed> {
    listener.set_nonblocking(true)?;
    let end = Instant::now() + ANSWER;
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false)?;
            return Ok(stream);
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("QEMU ended with {status} before it began").into());
        }
        if Instant::now() > end {
            return Err("QEMU does not start".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, Failed> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() > end {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
