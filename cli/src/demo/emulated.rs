//! The demo's program on a board that is emulated here: whether there is what that takes, and QEMU's start and end. Who asks
//! the program is `serve.rs`'s.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::MEMORY;
use super::serve::{self, Answer};
use crate::board::{self, Forward, INTERRUPTED, PAUSE};
use crate::failure::{Failure, Result};
use crate::firmware::built::{self, Built};
use crate::firmware::{source, tool};

/// The board's port that the program serves.
const PORT: u16 = 80;
/// How long the board may take to be in its network and serve: a second at most, where nothing else runs.
const PATIENCE: Duration = Duration::from_secs(8);
/// How the line begins that the program prints when it serves.
const SERVES: &str = "{serves,";

/// What came of it.
pub(super) struct Ran {
    /// The lines that the board printed until it served.
    pub(super) printed: Vec<String>,
    /// Its answers.
    pub(super) answers: Vec<Answer>,
}

/// The firmware, where that and the emulator are here.
///
/// # Errors
/// What is missing, and the command that mends it. The firmware is not built here: that takes a minute.
pub(super) fn firmware() -> Result<PathBuf> {
    board::find_emulator()?;
    let board = board::in_table()?;
    let cure = format!("emberl firmware build --board {}", board.name);
    let firmware = format!("the firmware of the board {}", board.name);
    match built::find(board, &source::find(board, None)?) {
        Built::Fresh(elf) => Ok(elf),
        Built::Old => Err(tool(format!("{firmware} is older than its sources"), cure)),
        Built::Nothing => Err(tool(format!("{firmware} was not built yet"), cure)),
    }
}

/// Runs the pack until all these paths are answered.
pub(super) fn ask(firmware: &Path, pack: &[u8], paths: &'static [&'static str]) -> Result<Ran> {
    let port = serve::free_port()?;
    let memory = u32::try_from(MEMORY).ok();
    // Before the emulator is started: a signal from now on takes it away, and the file.
    let signals = board::signals()?;
    let file = board::write(pack)?;
    let mut command = board::emulator(firmware, file.path(), memory, &[Forward::tcp(port, PORT)]);
    let mut machine = Machine(board::spawn(command.stdout(Stdio::piped()))?);
    let printed = until_it_serves(&machine.lines(), &signals)?;
    let client = serve::client(port, paths);
    while !client.is_finished() {
        pause(&signals)?;
    }
    Ok(Ran { printed, answers: serve::answered(client)? })
}

/// QEMU, which ends with this value.
struct Machine(Child);

impl Machine {
    /// The lines of its console, as they come.
    fn lines(&mut self) -> Receiver<String> {
        let (sender, receiver) = mpsc::channel();
        if let Some(console) = self.0.stdout.take() {
            thread::spawn(move || {
                let lines = BufReader::new(console).lines().map_while(std::result::Result::ok);
                // To the end, also when nobody listens any more: the board would wait for a reader.
                lines.for_each(|line| sender.send(line.trim_end().to_owned()).unwrap_or_default());
            });
        }
        receiver
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines until the program serves.
fn until_it_serves(lines: &Receiver<String>, signals: &Receiver<()>) -> Result<Vec<String>> {
    let begin = Instant::now();
    let mut printed = Vec::new();
    let failed = |what: &str, printed: &[String], cure: &str| {
        let said = if printed.is_empty() { "it printed nothing".to_owned() } else { printed.join("; ") };
        tool(format!("the demo's program {what} on the emulated board: {said}"), cure)
    };
    loop {
        match lines.recv_timeout(PAUSE) {
            Ok(line) => {
                let is_last = line.starts_with(SERVES);
                printed.push(line);
                if is_last {
                    return Ok(printed);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                let cure = "build its firmware anew: emberl firmware build --board qemu-riscv32";
                return Err(failed("has ended", &printed, cure));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if begin.elapsed() > PATIENCE {
            let what = format!("did not serve within {} s", PATIENCE.as_secs());
            return Err(failed(&what, &printed, "try again when this machine has less to do"));
        }
        interrupted(signals)?;
    }
}

/// Waits a little, or for a signal.
fn pause(signals: &Receiver<()>) -> Result<()> {
    thread::sleep(PAUSE);
    interrupted(signals)
}

fn interrupted(signals: &Receiver<()>) -> Result<()> {
    if signals.try_recv().is_ok() { Err(Failure::Told(INTERRUPTED)) } else { Ok(()) }
}
