//! `emberl run`: a program on this machine, by the virtual machine that devices have.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::{Args, ValueEnum as _};
use emberl_host::layout::lay_out;
use emberl_host::mock::{Mock, Script};
use emberl_host::net::Waiter;
use emberl_host::{Host, Program, program};
use emberl_packer::diagnostic::Diagnostic;
use emberl_packer::link::quoted;
use emberl_packer::unit::Unit;
use emberl_project::Key;
use emberl_vm::memory::NoMemory;
use emberl_vm::program::{Ended, Turn};
use emberl_vm::vm::{Options, Vm};

use crate::args::{findings, module_name};
use crate::board::{self, Board, Forward};
use crate::console::{self, bytes};
use crate::failure::{Failure, INPUT, Result, reason};
use crate::inputs;
use crate::project::Project;
use crate::why::unknown_module;

const AFTER_HELP: &str = "\
The program starts with start/0 of the module that --start names, else of the one that a pack marks, else of the first \
module given that has it. Where a module init is in the packs, init:boot([<<\"-s\">>, Module]) is called instead.

The exit code is 0 when the program returns ok or 0, and 1 when it returns anything else or fails; halt(N) gives N.

In a project (a folder with emberl.toml, or below one) it is built first where no FILE is named; budget.ram \
is then the memory, and the project's board is used if it can be emulated.

Examples:
  emberl run                                the project
  emberl run hello.beam
  emberl run --memory 200k app.avm          does it fit into a device's memory?
  emberl run --pa _build/default/lib/jsx/ebin hello.beam
  emberl run app.avm -- one two             arguments for the program
  emberl run --board qemu-riscv32 --forward tcp:8080:80 web.avm
                                            on a device's processor, in QEMU, with a network: http://127.0.0.1:8080
  emberl run --board mock --script blink.script blink.beam
                                            pins, buses and ports from a file, which says what must happen, too

A script of the board mock has a statement a line: `pin 4 high`, `at 100ms pin 4 low`, `i2c 0 0x76 register 0xd0 58`, `on pin 5
high then uart 1 receive \"OK\"`, `expect pin 5 high`, ... Where something that is expected does not happen, the exit code is
1. vm-firmware/host/README.md describes all of them.";

/// Run a program on this machine, or on a board that is emulated here
#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The module whose start/0 starts the program
    #[arg(short, long, value_name = "MODULE")]
    start: Option<String>,

    /// A folder with modules that the program may need: they are looked for there when they are called
    #[arg(long, value_name = "DIR")]
    pa: Vec<PathBuf>,

    /// The memory that the program may use: a number of bytes, or with k or M for 1024 or 1048576
    #[arg(long, value_name = "SIZE", value_parser = crate::size::budget)]
    memory: Option<usize>,

    /// The most processes that there may be at a time, up to 134217728
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=134_217_728))]
    processes: Option<u32>,

    /// Collect garbage wherever it may be collected, and look at every heap: slow, to find faults of the virtual machine
    #[arg(long)]
    zeal: bool,

    /// Run it on this board, which is emulated here: for all but mock, all modules that it needs must be among the files
    #[arg(long, value_name = "BOARD", help_heading = "Boards")]
    board: Option<Board>,

    /// What the pins, buses and ports of the board mock do, and what the program must do with them
    #[arg(long, value_name = "FILE", help_heading = "Boards")]
    script: Option<PathBuf>,

    /// Where it is told what the program does with the board mock: a file, or - for standard error
    #[arg(long, value_name = "FILE", help_heading = "Boards")]
    log: Option<PathBuf>,

    /// A port of this machine, on 127.0.0.1, that leads to one of the board: tcp:8080:80 or udp:5000:5000
    #[arg(long, value_name = "PROTOCOL:HOSTPORT:PORT", help_heading = "Boards")]
    forward: Vec<Forward>,

    /// The board's firmware, where it is built already; else it is built from Emberl's sources
    #[arg(long, value_name = "FILE", help_heading = "Boards")]
    firmware: Option<PathBuf>,

    /// In a project: take its pack as it is (emberl watch has built it)
    #[arg(long, hide = true, conflicts_with = "files")]
    no_build: bool,

    /// Packs, modules, folders and patterns, in the order in which modules are looked for; in a project, else its pack,
    /// which is built first
    #[arg(value_name = "FILE")]
    files: Vec<String>,

    /// Arguments for the program
    #[arg(last = true, value_name = "ARG")]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !arguments.files.is_empty() {
        return run_files(arguments);
    }
    let project = Project::instead_of("file", &[])?;
    let pack = if arguments.no_build { project.output() } else { project.built()?.output };
    let mut arguments = Arguments { files: vec![pack.display().to_string()], ..arguments.clone() };
    let ram = project.settings.number(Key::BudgetRam).and_then(|ram| usize::try_from(ram).ok());
    arguments.memory = arguments.memory.or(ram);
    let emulated = project.settings.text(Key::Board).and_then(|board| Board::from_str(board, false).ok());
    arguments.board = arguments.board.or(emulated);
    if arguments.board == Some(Board::QemuRiscv32) {
        arguments.firmware = arguments.firmware.or_else(|| project.path_of(Key::Firmware).map(PathBuf::from));
    }
    run_files(&arguments)
}

fn run_files(arguments: &Arguments) -> Result<()> {
    for folder in &arguments.pa {
        if !folder.is_dir() {
            let what = format!("there is no folder {}", folder.display());
            return Err(Failure::input(what, "check the path after --pa"));
        }
    }
    let program = Rc::new(open(&arguments.files)?);
    let start = start(&program, arguments.start.as_deref())?;
    check_board(arguments)?;
    if let Some(Board::QemuRiscv32) = arguments.board {
        let run = board::Run {
            files: &arguments.files,
            start: &start,
            memory: arguments.memory,
            firmware: arguments.firmware.as_deref(),
            forwards: &arguments.forward,
        };
        return run.run(&program);
    }
    let boot = program.module("init").is_some();
    if !boot && !program.exports(&start, "start", 0) {
        // A module that cannot be read says so when it is loaded.
        if program.module(&start).is_some_and(|bytes| Unit::load("", bytes).is_ok()) {
            let what = format!("the module {} does not export start/0", quoted(&start));
            return Err(Failure::input(what, "export it, or name another module with --start"));
        }
    }
    let host = Host::new(Rc::clone(&program))
        .with_folders(arguments.pa.iter().cloned())
        .with_arguments(arguments.arguments.iter().cloned());
    let mock = match arguments.board {
        Some(Board::Mock) => Some(mock(arguments.script.as_deref(), arguments.log.as_deref(), &host)?),
        _ => None,
    };
    let host = match &mock {
        Some(mock) => host.with_hardware(mock.peripherals()),
        None => host,
    };
    let (waiter, closed) = (host.waiter(), host.closed());
    let no_memory = |NoMemory| match arguments.memory {
        Some(memory) => Failure::input(
            format!("{} are too little memory to start the program", bytes(memory)),
            "give it more with --memory",
        ),
        None => Failure::input("there is not enough memory to start the program", "close other programs"),
    };
    let options = Options { memory: arguments.memory, zeal: arguments.zeal, processes: arguments.processes };
    let mut vm = Vm::new(Box::new(host), options).map_err(no_memory)?;
    load(&mut vm, &program, &start)?;
    if boot { vm.boot(&start) } else { vm.start(&start) }.map_err(no_memory)?;
    let over = || {
        let ended = mock.as_ref().and_then(Mock::ended);
        ended.map(End::Board).or_else(|| closed.get().then_some(End::Closed))
    };
    let end = drive(&mut vm, &waiter, mock.is_some(), &over);
    // What the program printed comes before what is said about it.
    io::stdout().flush()?;
    match mock {
        Some(mock) => verified(tell(end), &mock, arguments),
        None => tell(end),
    }
}

/// Each option belongs to some of the boards.
fn check_board(arguments: &Arguments) -> Result<()> {
    let usage = |option: &str, board: &str| {
        Err(Failure::usage(format!("{option} cannot be used with {board}"), "leave it out"))
    };
    match arguments.board {
        Some(Board::Mock) if !arguments.forward.is_empty() => usage("--forward", "the board mock"),
        Some(Board::Mock) if arguments.firmware.is_some() => usage("--firmware", "the board mock"),
        Some(Board::QemuRiscv32) => {
            let given = [
                ("--pa", !arguments.pa.is_empty()),
                ("--processes", arguments.processes.is_some()),
                ("--zeal", arguments.zeal),
                ("an argument for the program", !arguments.arguments.is_empty()),
                ("--script", arguments.script.is_some()),
                ("--log", arguments.log.is_some()),
            ];
            match given.iter().find(|(_, given)| *given) {
                Some((option, _)) => usage(option, "the board qemu-riscv32"),
                None => Ok(()),
            }
        }
        Some(Board::Mock) => Ok(()),
        None => {
            let given = [
                ("--script", arguments.script.is_some()),
                ("--log", arguments.log.is_some()),
                ("--forward", !arguments.forward.is_empty()),
                ("--firmware", arguments.firmware.is_some()),
            ];
            match given.iter().find(|(_, given)| *given) {
                Some((option, _)) => Err(Failure::usage(
                    format!("{option} is for a board"),
                    "name the board with --board, or leave it out",
                )),
                None => Ok(()),
            }
        }
    }
}

/// The board of a script.
pub(crate) fn mock(script: Option<&Path>, log: Option<&Path>, host: &Host) -> Result<Mock> {
    let script = match script {
        None => Script::default(),
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| {
                let what = format!("cannot read the script {}: {}", path.display(), reason(&error));
                Failure::input(what, "check the path after --script")
            })?;
            Script::parse(&text)
                .map_err(|error| Failure::input(format!("{}:{error}", path.display()), error.cure.clone()))?
        }
    };
    let log: Option<Box<dyn io::Write>> = match log {
        None => None,
        Some(path) if path.as_os_str() == "-" => Some(Box::new(io::stderr())),
        Some(path) => Some(Box::new(fs::File::create(path).map_err(|error| Failure::write(path, &error))?)),
    };
    Ok(Mock::new(script, log, host.clock()))
}

/// How the program ended, and whether the board was used as the script expects.
fn verified(end: Result<()>, mock: &Mock, arguments: &Arguments) -> Result<()> {
    let found = mock.verify();
    let Some(first) = found.first() else { return end };
    let path = arguments.script.clone().unwrap_or_default();
    let lines: Vec<String> = found.iter().map(|error| format!("{}:{error}", path.display())).collect();
    let missed = Failure::input(lines.join("\n"), first.cure.clone());
    match end {
        Ok(()) => Err(missed),
        Err(end) => {
            console::tell(&format!("{}\n", lines.join("\n")));
            Err(end)
        }
    }
}

/// Reads all that is given.
fn open(files: &[String]) -> Result<Program> {
    let (paths, mut found) = inputs::expand(files);
    let mut program = Program::default();
    for path in &paths {
        let content = match inputs::read(path) {
            Ok(content) => content,
            Err(finding) => {
                found.push(*finding);
                continue;
            }
        };
        match program.add(Path::new(path), content) {
            Ok(()) => {}
            Err(program::Error::Format(_, error)) => found.push(Diagnostic::unreadable(path.as_str(), &error)),
            Err(program::Error::Read(_, error)) => {
                return Err(Failure::input(format!("cannot read {path}: {}", reason(&error)), "check the file"));
            }
            Err(error @ program::Error::Kind(_)) => {
                let cure = inputs::compile_hint(std::slice::from_ref(path))
                    .unwrap_or_else(|| format!("put it into a pack: emberl pack -o app.avm ... {path}"));
                return Err(Failure::input(error.to_string(), cure));
            }
        }
    }
    found.retain(|finding| finding.severity == emberl_packer::diagnostic::Severity::Error);
    if found.is_empty() { Ok(program) } else { Err(findings(found)) }
}

/// The name of the module to start.
fn start(program: &Program, wanted: Option<&str>) -> Result<String> {
    let Some(wanted) = wanted.map(module_name) else {
        let cure = "name one with --start, or build the pack without --lib";
        return match program.start() {
            Some(start) => Ok(start.to_owned()),
            None if program.names().is_empty() => {
                Err(Failure::input("there is no module among the inputs", "name .beam files, folders or packs"))
            }
            None => Err(Failure::input("no pack says which module starts the program", cure)),
        };
    };
    if program.module(wanted).is_none() {
        return Err(unknown_module(wanted, program.names().into_iter()));
    }
    Ok(wanted.to_owned())
}

fn load(vm: &mut Vm, program: &Program, name: &str) -> Result<()> {
    let Some(form) = program.module(name) else { return Ok(()) };
    let Err(error) = vm.load(form) else { return Ok(()) };
    let file = program.origin(name).unwrap_or_default();
    // The loader says what the checker of code found; as findings it is said in full.
    let found = match Unit::load(&*file, form) {
        Ok(unit) => emberl_packer::check::code(&unit),
        Err(error) => vec![Diagnostic::unreadable(file.as_str(), &error)],
    };
    if !found.is_empty() {
        return Err(findings(found));
    }
    Err(Failure::input(format!("cannot load {file}: {error}"), "`emberl check` tells what the target cannot run"))
}

/// How a run came to its end.
enum End {
    /// The first process ended.
    Ended(Ended),
    /// The program asked for this exit status.
    Halted(i32),
    /// All processes wait, and nothing can wake them.
    Stuck,
    /// Nobody reads what is printed.
    Closed,
    /// The program has ended the board's run: it restarted or sleeps.
    Board(String),
}

/// Runs until the end, which may come from outside. To a board that is played, nothing comes but by its script.
fn drive(vm: &mut Vm, waiter: &Waiter, is_played: bool, over: &dyn Fn() -> Option<End>) -> End {
    loop {
        let turn = vm.turn();
        match turn {
            Turn::Halted(status) => return End::Halted(status),
            Turn::Ended(ended) => return End::Ended(ended),
            Turn::Ready | Turn::Wait(_) | Turn::Stuck => {}
        }
        if let Some(end) = over() {
            return end;
        }
        match turn {
            Turn::Wait(None) if is_played && waiter.is_alone() => return End::Stuck,
            Turn::Wait(deadline) => {
                // A prompt without a newline is seen before the wait. What cannot be written, the next step notices.
                let _ = io::stdout().flush();
                waiter.wait(deadline);
            }
            Turn::Stuck => return End::Stuck,
            _ => {}
        }
    }
}

fn tell(end: End) -> Result<()> {
    match end {
        End::Ended(ended) if ended.class.is_none() => {
            console::out(|out| Ok(writeln!(out, "{ended}")?))?;
            if ended.is_fine() { Ok(()) } else { Err(Failure::Told(INPUT)) }
        }
        End::Ended(ended) => {
            console::tell(&crash(&ended));
            Err(Failure::Told(INPUT))
        }
        End::Halted(0) => Ok(()),
        // A system keeps the lower eight bits, as it does of erl's.
        End::Halted(status) => Err(Failure::Told((status & 0xff) as u8)),
        End::Stuck => Err(Failure::input(
            "all processes wait for a message, and none can come: no process can run, no timer is set, no socket is waited for",
            "look for the receive that waits, or give it a timeout",
        )),
        End::Closed => Err(Failure::BrokenPipe),
        End::Board(how) => {
            console::note(&format!("the program has ended the board's run: {how}"));
            Ok(())
        }
    }
}

/// An exception that nothing caught, in the words and lines of OTP's report about a crashed process. OTP has no report
/// of an exit, but here the program ends by it.
fn crash(Ended { pid, text, trace, .. }: &Ended) -> String {
    let reason = if trace.is_empty() { lay_out(text) } else { lay_out(&format!("{{{text},{trace}}}")) };
    format!("Error in process {pid} with exit value:\n{reason}\n")
}

#[cfg(test)]
mod tests {
    use emberl_vm::raise::Class;

    use super::*;

    #[test]
    fn crashes_are_told_as_otp_tells_them() {
        let head = "Error in process <0.2.0> with exit value:\n";
        let trace = "[{erlang,length,[b],[{error_info,#{module => erl_erts_errors}}]},\
                     {cr,g,1,[{file,\"cr.erl\"},{line,6}]}]";
        let badarg = "{badarg,[{erlang,length,[b],[{error_info,#{module => erl_erts_errors}}]},\n         \
                      {cr,g,1,[{file,\"cr.erl\"},{line,6}]}]}\n";
        let ended = |class, text: &str, trace: &str| {
            crash(&Ended { pid: "<0.2.0>".into(), class: Some(class), text: text.into(), trace: trace.into() })
        };
        assert_eq!(ended(Class::Error, "badarg", trace), format!("{head}{badarg}"));
        let trace = "[{cr,'-start/0-fun-1-',0,[{file,\"cr.erl\"},{line,3}]}]";
        let nocatch = "{{nocatch,{hello,world}},\n [{cr,'-start/0-fun-1-',0,[{file,\"cr.erl\"},{line,3}]}]}\n";
        assert_eq!(ended(Class::Throw, "{nocatch,{hello,world}}", trace), format!("{head}{nocatch}"));
        assert_eq!(ended(Class::Exit, "oops", ""), format!("{head}oops\n"));
    }

    #[test]
    fn the_exit_code_is_the_programs() {
        let returned =
            |text: &str| Ended { pid: "<0.2.0>".to_owned(), class: None, text: text.to_owned(), trace: String::new() };
        for (end, code) in [
            (End::Ended(returned("ok")), 0),
            (End::Ended(returned("0")), 0),
            (End::Ended(returned("error")), 1),
            (End::Ended(Ended { class: Some(Class::Exit), ..returned("ok") }), 1),
            (End::Halted(0), 0),
            (End::Halted(7), 7),
            (End::Halted(256 + 3), 3),
            (End::Halted(-1), 255),
        ] {
            match tell(end) {
                Ok(()) => assert_eq!(code, 0),
                Err(Failure::Told(told)) => assert_eq!(told, code),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(matches!(tell(End::Stuck), Err(Failure::Message { exit: INPUT, .. })));
        assert!(matches!(tell(End::Closed), Err(Failure::BrokenPipe)));
    }
}
