//! `emberl run --board`: a program on a board that is emulated here. Owns the board's firmware, built or named, and the
//! emulator with what it is given: the pack, the network, and signals that end it.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use clap::ValueEnum;
use emberl_host::Program;
use emberl_packer::pack::{Machine, Options};
use emberl_packer::profile::Profile;
use emberl_packer::reach::Dynamic;
use emberl_packer::rewrite::KeepLines;
use tempfile::NamedTempFile;

use crate::args::{self, Sources};
use crate::assemble::{self, Plan};
use crate::console::{self, bytes};
use crate::failure::{Failure, Result, reason};
use crate::firmware::{self, source, tool};

/// Its name in the table of boards.
const BOARD: &str = "qemu-riscv32";
/// The emulator.
const EMULATOR: &str = "qemu-system-riscv32";
/// Where the firmware looks for its pack, and how large that can be.
const PACK_ADDRESS: u64 = 0x8400_0000;
const PACK_ROOM: usize = (64 << 20) - 0x2000;
/// Where it looks for the bytes that the virtual machine may use.
const MEMORY_ADDRESS: u64 = 0x87ff_fff8;
/// How often it is looked whether the emulator has ended.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);
/// The exit status after a signal, as shells give it for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Boards that can be emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Board {
    /// QEMU's machine `virt` for 32-bit RISC-V.
    #[value(name = "qemu-riscv32")]
    QemuRiscv32,
    /// This machine, with pins, buses and ports that do what a script says.
    #[value(name = "mock")]
    Mock,
}

/// A port of this machine that leads to one of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forward {
    protocol: Protocol,
    host: u16,
    board: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Tcp,
    Udp,
}

impl Protocol {
    const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl FromStr for Forward {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let form = "write tcp:8080:80: the protocol, the port of this machine, and the port of the board";
        let (protocol, ports) = text.split_once(':').ok_or(form)?;
        let protocol = [Protocol::Tcp, Protocol::Udp].into_iter().find(|known| known.name() == protocol).ok_or(form)?;
        let (host, board) = ports.split_once(':').ok_or(form)?;
        let port = |text: &str| text.parse().ok().filter(|&port: &u16| port != 0).ok_or(form);
        Ok(Self { protocol, host: port(host)?, board: port(board)? })
    }
}

impl Forward {
    /// One of TCP.
    pub(crate) const fn tcp(host: u16, board: u16) -> Self {
        Self { protocol: Protocol::Tcp, host, board }
    }

    /// Finds out whether the port of this machine is free: the emulator says it in its own words only.
    fn check(self) -> Result<()> {
        let address = (Ipv4Addr::LOCALHOST, self.host);
        let bound = match self.protocol {
            Protocol::Tcp => TcpListener::bind(address).map(drop),
            Protocol::Udp => UdpSocket::bind(address).map(drop),
        };
        bound.map_err(|error| {
            let (name, host) = (self.protocol.name(), self.host);
            let what = format!("cannot take the {name} port {host} of this machine: {}", reason(&error));
            Failure::input(what, format!("name another port: --forward {name}:PORT:{}", self.board))
        })
    }
}

/// What is run, and on what.
pub(crate) struct Run<'a> {
    /// Packs, modules, folders and patterns.
    pub(crate) files: &'a [String],
    /// The module that starts the program.
    pub(crate) start: &'a str,
    /// The bytes that the program may use.
    pub(crate) memory: Option<usize>,
    /// The firmware, where it is built already.
    pub(crate) firmware: Option<&'a Path>,
    /// Ports that lead to the board.
    pub(crate) forwards: &'a [Forward],
}

impl Run<'_> {
    /// Runs the program to its end. Its exit status is the result's.
    pub(crate) fn run(&self, program: &Program) -> Result<()> {
        let memory = self.memory.map(|memory| u32::try_from(memory).map_err(|_| memory)).transpose();
        let memory = memory.map_err(|memory| {
            let what = format!("the board has no {} of memory", bytes(memory));
            Failure::usage(what, "give less with --memory, or leave it out")
        })?;
        for forward in self.forwards {
            forward.check()?;
        }
        let pack = self.pack(program)?;
        let firmware = match self.firmware {
            Some(path) if path.is_file() => path.to_owned(),
            Some(path) => {
                let what = format!("there is no firmware {}", path.display());
                return Err(Failure::input(
                    what,
                    "check the path after --firmware, or leave it out to build the firmware",
                ));
            }
            None => build()?,
        };
        // Before the emulator is started: a signal from now on takes the file away with it.
        let signals = signals()?;
        let file = write(&pack)?;
        let child = spawn(&mut emulator(&firmware, file.path(), memory, self.forwards))?;
        let end = wait(child, &signals);
        drop(file);
        match end? {
            0 => Ok(()),
            status => Err(Failure::Told(status)),
        }
    }

    /// The pack: as it is given, or of what is given. Calls that lead nowhere are told, and are errors of the program
    /// when it comes to them, as everywhere where programs are run.
    fn pack(&self, program: &Program) -> Result<Vec<u8>> {
        let pack = match self.files {
            [file] if file.ends_with(".avm") && program.marked_start() == Some(self.start) => std::fs::read(file)
                .map_err(|error| Failure::input(format!("cannot read {file}: {}", reason(&error)), "check the file"))?,
            files => {
                let mut sources = Sources::read(files, &[]);
                let options = Options {
                    start: Some(self.start.to_owned()),
                    library: false,
                    prune: false,
                    keep: Vec::new(),
                    dynamic: Dynamic::Named,
                    machine: Machine::default(),
                };
                let profile = Profile::named("emberl").ok_or_else(|| failed("there is no profile for the board"))?;
                sources.know_machine(profile);
                let (program, findings) = sources.load();
                let plan = Plan { options, profile, platform: None, unresolved: true, lines: KeepLines::All };
                let packed = assemble::pack(&program, findings, &plan, &|_| {}).map_err(args::findings)?;
                if !console::is_quiet() {
                    crate::pack::tell(packed.findings);
                }
                packed.bytes
            }
        };
        if pack.len() > PACK_ROOM {
            let what = format!(
                "the pack is too large for the board: {}, and there is room for {}",
                bytes(pack.len()),
                bytes(PACK_ROOM)
            );
            return Err(Failure::input(what, "make it smaller: emberl pack --prune"));
        }
        Ok(pack)
    }
}

/// The emulator with what it is given. Its console is standard output; the board reads nothing from it.
pub(crate) fn emulator(firmware: &Path, pack: &Path, memory: Option<u32>, forwards: &[Forward]) -> Command {
    let mut command = Command::new(EMULATOR);
    command.args(["-M", "virt", "-m", "128M", "-display", "none", "-monitor", "none", "-serial", "stdio"]);
    command.args(["-bios", "none", "-kernel"]).arg(firmware);
    command.arg("-device").arg(option(&[
        "loader,file=".as_ref(),
        pack.as_os_str(),
        format!(",addr={PACK_ADDRESS:#x},force-raw=on").as_ref(),
    ]));
    if let Some(memory) = memory {
        let data = u64::from(memory) | u64::from(!memory) << 32;
        command.arg("-device").arg(format!("loader,addr={MEMORY_ADDRESS:#x},data={data:#x},data-len=8"));
    }
    let forwards = forwards
        .iter()
        .map(|Forward { protocol, host, board }| format!(",hostfwd={}:127.0.0.1:{host}-:{board}", protocol.name()));
    command.arg("-netdev").arg(format!("user,id=net{}", forwards.collect::<String>()));
    command.args(["-device", "virtio-net-device,netdev=net", "-device", "virtio-rng-device"]);
    command
}

/// Starts the emulator.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    // What was said so far stands before what the program prints.
    io::stdout().flush()?;
    command.stdin(Stdio::null()).spawn().map_err(|error| not_started(&error))
}

/// Finds out whether the emulator is there.
pub(crate) fn find_emulator() -> Result<()> {
    let output = Command::new(EMULATOR).arg("--version").stdin(Stdio::null()).output();
    output.map(drop).map_err(|error| not_started(&error))
}

fn not_started(error: &io::Error) -> Failure {
    let cure = "install QEMU: apt-get install qemu-system-misc (Debian, Ubuntu), dnf install qemu-system-riscv \
                (Fedora), brew install qemu (macOS)";
    match error.kind() {
        io::ErrorKind::NotFound => tool(format!("the emulator {EMULATOR} was not found"), cure),
        _ => tool(format!("cannot start {EMULATOR}: {}", reason(error)), cure),
    }
}

fn failed(what: &str) -> Failure {
    tool(what, "this is a fault of Emberl")
}

/// A value of one of the emulator's options, of parts that are taken as they are and of paths between them: a comma in a
/// path is written twice.
fn option(parts: &[&std::ffi::OsStr]) -> OsString {
    let mut value = OsString::new();
    for (index, part) in parts.iter().enumerate() {
        match part.to_str().filter(|_| index % 2 == 1) {
            Some(path) => value.push(path.replace(',', ",,")),
            None => value.push(part),
        }
    }
    value
}

/// The pack as a file for the emulator, gone with the value.
pub(crate) fn write(pack: &[u8]) -> Result<NamedTempFile> {
    let write = || -> io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new().prefix("emberl-").suffix(".avm").tempfile()?;
        file.write_all(pack)?;
        file.flush()?;
        Ok(file)
    };
    write().map_err(|error| Failure::write(&env::temp_dir(), &error))
}

/// Tells of each signal that is to end this program: from now on they do not end it by themselves.
pub(crate) fn signals() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    // Nobody listens any more when the program ends anyway.
    let handler = move || sender.send(()).unwrap_or_default();
    ctrlc::set_handler(handler).map_err(|error| failed(&format!("cannot handle signals: {error}")))?;
    Ok(receiver)
}

/// Waits for the end of the emulator, and ends it at a signal; gives the exit status.
fn wait(mut child: Child, signals: &Receiver<()>) -> Result<u8> {
    loop {
        match child.try_wait() {
            // A system keeps the lower eight bits. Without a code the emulator was ended by a signal.
            Ok(Some(status)) => {
                let is_signalled = signals.try_recv().is_ok();
                return Ok(status.code().filter(|_| !is_signalled).map_or(INTERRUPTED, |code| (code & 0xff) as u8));
            }
            Ok(None) => {}
            Err(error) => {
                let _ = child.kill();
                return Err(tool(format!("cannot wait for {EMULATOR}: {}", reason(&error)), "try again"));
            }
        }
        match signals.recv_timeout(PAUSE) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                // It may have ended by the same signal.
                let _ = child.kill();
                let _ = child.wait();
                return Ok(INTERRUPTED);
            }
        }
    }
}

/// Builds the firmware, or finds that what was built is fresh.
fn build() -> Result<PathBuf> {
    let board = in_table()?;
    firmware::build(board, &source::find(board, None)?, None)
}

/// What the table of boards says of it.
pub(crate) fn in_table() -> Result<&'static emberl_image::Board> {
    emberl_image::Board::named(BOARD).ok_or_else(|| failed("the board is not in its table"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_are_read() {
        let forward = Forward { protocol: Protocol::Tcp, host: 8080, board: 80 };
        assert_eq!("tcp:8080:80".parse(), Ok(forward));
        assert_eq!("udp:8080:80".parse(), Ok(Forward { protocol: Protocol::Udp, ..forward }));
        for wrong in ["", "tcp", "tcp:80", "tcp:0:80", "tcp:80:0", "tcp:80:65536", "sctp:1:1", "tcp:1:2:3", "8080:80"] {
            assert!(wrong.parse::<Forward>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_told_before() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let host = taken.local_addr().unwrap().port();
        let forward = Forward { protocol: Protocol::Tcp, host, board: 80 };
        assert!(matches!(forward.check(), Err(Failure::Message { exit: 1, cure, .. }) if cure.contains("--forward")));
        drop(taken);
        assert!(forward.check().is_ok());
    }

    #[test]
    fn commas_in_paths_are_written_twice() {
        let value = option(&["loader,file=".as_ref(), "a,b.avm".as_ref(), ",addr=1".as_ref()]);
        assert_eq!(value, "loader,file=a,,b.avm,addr=1");
    }
}
