//! `emberl monitor`: what a board prints, and what is typed to it. Owns the port, the keyboard and the loop between them;
//! what is shown of the lines is the business of `screen`.

mod screen;

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use emberl_flash::annotate::{Annotator, Locate};
use emberl_flash::symbols::Symbols;
use emberl_flash::{device, ports as serial, reset};
use emberl_format::avm::Avm;
use emberl_format::opcode::Op;
use emberl_packer::packbeam;
use emberl_packer::unit::Unit;
use regex::Regex;
use serialport::SerialPort;

use crate::console;
use crate::failure::{Failure, Result, TOOL, reason};
use crate::flash;
use crate::pack_file;
use crate::ports;
use screen::Screen;

/// How long one look at the port takes at most: keys wait that long.
const LOOK: Duration = Duration::from_millis(20);
/// After this long without output a report is taken as complete.
const QUIET: Duration = Duration::from_millis(300);
/// How often it is looked whether a port that went away is back.
const PAUSE: Duration = Duration::from_millis(200);
/// What Ctrl-C and Ctrl-R are on a terminal in raw mode.
const CTRL_C: u8 = 0x03;
const CTRL_R: u8 = 0x12;

const AFTER_HELP: &str = "\
Ctrl-C ends it, Ctrl-R resets the board; all else that is typed goes to the board. Crash reports of
programs are followed by module:function/arity (file:line); with --elf, addresses of the firmware
are followed by its functions.

Examples:
  emberl monitor
  emberl monitor --reset --timestamps --log board.log
  emberl monitor --filter 'warning|error' --pack app.avm
  emberl monitor --elf target/riscv32imc-unknown-none-elf/release/emberl-board-esp32c3";

/// Show what a board prints, and where in the sources it crashed
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The port; else the only one that leads to a board
    #[arg(short, long, value_name = "PORT")]
    port: Option<String>,

    /// Bits a second
    #[arg(long, value_name = "N", default_value_t = 115_200)]
    #[arg(value_parser = clap::value_parser!(u32).range(300..=4_000_000))]
    baud: u32,

    /// Reset the board first
    #[arg(long)]
    reset: bool,

    /// The time before each line
    #[arg(short, long)]
    timestamps: bool,

    /// Show only the lines that match; places in sources are always shown
    #[arg(long, value_name = "REGEX", value_parser = Regex::new)]
    filter: Option<Regex>,

    /// Write all lines to a file too, at its end
    #[arg(long, value_name = "FILE")]
    log: Option<String>,

    /// The firmware on the board, as it was linked: for addresses
    #[arg(long, value_name = "FIRMWARE")]
    elf: Option<String>,

    /// The program, with lines: for stack traces of one that was packed without
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
}

/// What happened beside the port.
enum Input {
    /// Bytes for the board.
    Bytes(Vec<u8>),
    /// The board is to be reset.
    Reset,
    /// It is enough.
    End,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let annotator = Annotator::new(
        arguments.elf.as_deref().map(symbols).transpose()?,
        arguments.pack.as_deref().map(locate).transpose()?,
    );
    let log = arguments.log.as_deref().map(open_log).transpose()?;
    let name = ports::chosen(arguments.port.as_deref())?;
    let mut port = open(&name, arguments.baud)?;
    let is_terminal = io::stdin().is_terminal();
    let keys = if is_terminal { "; Ctrl-C ends, Ctrl-R resets the board" } else { "" };
    console::note(&format!("--- {name} at {}{keys}", arguments.baud));
    let inputs = inputs(is_terminal)?;
    let _raw = is_terminal.then(Raw::new).transpose()?;
    let mut screen = Screen::new(annotator, arguments.timestamps, arguments.filter.clone(), log, is_terminal);
    if arguments.reset {
        reset_board(&mut port, &name, &mut screen)?;
    }
    loop {
        let end = watch(&mut port, &name, &inputs, &mut screen)?;
        screen.end()?;
        match end {
            End::Asked => return Ok(()),
            End::Gone if is_terminal => {
                screen.tell(&format!("--- {name} is gone; waiting for it"))?;
                match wait_for(&name, arguments.baud, &inputs) {
                    Some(again) => port = again,
                    None => return Ok(()),
                }
                screen.tell(&format!("--- {name} is back"))?;
            }
            End::Gone => {
                return Err(Failure::Message {
                    what: format!("the port {name} is gone"),
                    cure: "connect the board again".into(),
                    exit: TOOL,
                });
            }
        }
    }
}

/// Why watching a port ended.
enum End {
    /// The user asked for it.
    Asked,
    /// The port went away.
    Gone,
}

/// Shows what comes, until there is an end.
fn watch(port: &mut Box<dyn SerialPort>, name: &str, inputs: &Receiver<Input>, screen: &mut Screen) -> Result<End> {
    let mut buffer = [0; 4096];
    let mut last = Instant::now();
    loop {
        match port.read(&mut buffer) {
            Ok(0) => return Ok(End::Gone),
            Ok(count) => {
                screen.feed(buffer.get(..count).unwrap_or_default())?;
                last = Instant::now();
            }
            Err(error) if [io::ErrorKind::TimedOut, io::ErrorKind::Interrupted].contains(&error.kind()) => {
                if last.elapsed() > QUIET {
                    screen.idle()?;
                    last = Instant::now();
                }
            }
            Err(_) => return Ok(End::Gone),
        }
        for input in inputs.try_iter() {
            match input {
                Input::End => return Ok(End::Asked),
                Input::Reset => reset_board(port, name, screen)?,
                Input::Bytes(bytes) => {
                    if port.write_all(&bytes).and_then(|()| port.flush()).is_err() {
                        return Ok(End::Gone);
                    }
                }
            }
        }
    }
}

fn reset_board(port: &mut Box<dyn SerialPort>, name: &str, screen: &mut Screen) -> Result<()> {
    match reset::reset(port, serial::usb_numbers(name)) {
        Ok(()) => screen.tell("--- reset"),
        Err(_) => screen.tell("--- this port has no lines that reset the board: press its RESET button"),
    }
}

fn open(name: &str, baud: u32) -> Result<Box<dyn SerialPort>> {
    let opened = serialport::new(name, baud).timeout(LOOK).open();
    opened.map_err(|error| flash::failure(device::not_opened(name, &error)))
}

/// The port, once it is back; none when the user has enough.
fn wait_for(name: &str, baud: u32, inputs: &Receiver<Input>) -> Option<Box<dyn SerialPort>> {
    loop {
        if let Ok(port) = serialport::new(name, baud).timeout(LOOK).open() {
            return Some(port);
        }
        let pause = inputs.recv_timeout(PAUSE);
        if matches!(pause, Ok(Input::End) | Err(mpsc::RecvTimeoutError::Disconnected)) {
            return None;
        }
    }
}

/// Reads keys and signals. What is typed on a terminal is keys; what comes from a file or pipe goes to the board as it is.
fn inputs(is_terminal: bool) -> Result<Receiver<Input>> {
    let (sender, receiver) = mpsc::channel();
    let keyboard: Sender<Input> = sender.clone();
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = io::stdin().read(&mut buffer) {
            for input in typed(buffer.get(..count).unwrap_or_default(), is_terminal) {
                if keyboard.send(input).is_err() {
                    return;
                }
            }
        }
    });
    // Nobody listens any more when the program ends anyway.
    let handler = move || sender.send(Input::End).unwrap_or_default();
    ctrlc::set_handler(handler).map_err(|error| Failure::Message {
        what: format!("cannot handle signals: {error}"),
        cure: "this is a fault of Emberl".into(),
        exit: TOOL,
    })?;
    Ok(receiver)
}

/// What typed bytes mean.
fn typed(bytes: &[u8], is_terminal: bool) -> Vec<Input> {
    if !is_terminal {
        return vec![Input::Bytes(bytes.to_vec())];
    }
    let mut inputs = Vec::new();
    for part in bytes.split_inclusive(|&byte| byte == CTRL_C || byte == CTRL_R) {
        let (key, text) = match part.split_last() {
            Some((&CTRL_C, text)) => (Some(Input::End), text),
            Some((&CTRL_R, text)) => (Some(Input::Reset), text),
            _ => (None, part),
        };
        if !text.is_empty() {
            inputs.push(Input::Bytes(text.to_vec()));
        }
        inputs.extend(key);
    }
    inputs
}

/// A terminal that gives keys as they are typed; as it was before, with the value gone.
struct Raw;

impl Raw {
    fn new() -> Result<Self> {
        crossterm::terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // The terminal is gone, or it is as it was.
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

fn open_log(path: &str) -> Result<fs::File> {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| Failure::write(Path::new(path), &error))
}

/// The debug information of a firmware.
fn symbols(path: &str) -> Result<Symbols> {
    let bytes = fs::read(path).map_err(|error| {
        Failure::input(format!("cannot read {path}: {}", reason(&error)), "check the path after --elf")
    })?;
    Symbols::read(&bytes).map_err(|why| {
        let cure = "name the file that the linker made, not an image of it";
        Failure::input(format!("{path} is no ELF with debug information: {why}"), cure)
    })
}

/// Lines of functions by a pack.
fn locate(path: &str) -> Result<Locate> {
    let bytes = pack_file::read(path)?;
    pack_file::parse(path, &bytes)?;
    Ok(Box::new(move |module, function, arity| {
        let avm = Avm::parse(&bytes).ok()?;
        let section = avm.lookup(format!("{module}.beam").as_bytes())?;
        let unit = Unit::load("", packbeam::stored_data(section)).ok()?;
        let function = unit.functions.list().iter().find(|found| {
            let (name, found_arity) = unit.name_of(found);
            name == function && usize::from(found_arity) == arity
        })?;
        // The first line of a function stands before the instruction that no clause matches.
        let instructions = unit.code.instructions().get(function.instructions.clone())?;
        let line = instructions.iter().position(|instruction| instruction.op == Op::Line)?;
        let location = unit.location(function.instructions.start + line)?;
        Some((location.file, location.line))
    }))
}

/// Writes to stdout as it is, at once.
fn write(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_text() {
        let told = |bytes: &[u8], is_terminal| {
            let inputs = typed(bytes, is_terminal);
            let name = |input: &Input| match input {
                Input::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Input::Reset => "RESET".into(),
                Input::End => "END".into(),
            };
            inputs.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(told(b"ab\x12c\x03", true), ["ab", "RESET", "c", "END"]);
        assert_eq!(told(b"\x12", false), ["\x12"]);
    }
}
