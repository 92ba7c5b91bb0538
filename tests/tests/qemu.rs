//! The virtual machine on the instruction set of a device: the same packs as on the desktop, in QEMU, with the same output
//! and the same exit code.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use emberl_tests::{
    Failed, bin, check, conformance, corpus, erl, mutate,
    plain::plain,
    process::{self, Output},
    qemu,
    releases::RELEASES,
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
/// The variable that makes tests long.
const SOAK: &str = "EMBERL_SOAK";
/// Programs that look at what packs leave out: a module's attributes.
const NOT_PACKED: [&str; 1] = ["module_info"];

/// Programs of `tests/library/` that are run here too, with all of kernel and stdlib: of those that print to standard
/// output only, and read nothing.
const LIBRARY_PROGRAMS: [&str; 5] = ["servers", "machines", "supervisors", "crash_reports", "io_library"];
const LIBRARY_TOOLS: [Tool; 4] = [Tool::Erl, Tool::Erlc, qemu::TOOLS[0], qemu::TOOLS[1]];

fn main() {
    let arguments = Arguments::from_args();
    let memory = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let trials = vec![
        needs(&qemu::TOOLS, "qemu::a_pack_runs_as_on_the_desktop", same_as_desktop),
        needs(&qemu::TOOLS, "qemu::conformance_programs_print_what_erl_prints", conformance_programs),
        needs(&memory, "qemu::idle_processes_are_small", idle_processes_are_small),
        needs(&memory, "qemu::nothing_is_lost", nothing_is_lost),
        needs(&memory, "qemu::offenders_die_alone", offenders_die_alone),
        needs(&LIBRARY_TOOLS, "qemu::otps_supervisor_restarts_offenders", supervisor_restarts_offenders),
        needs(&LIBRARY_TOOLS, "qemu::otps_own_modules_run_as_on_the_desktop", library_programs),
        needs(&qemu::TOOLS, "qemu::no_pack_is_told", no_pack),
        needs(&qemu::TOOLS, "qemu::a_library_is_told", library),
        needs(&qemu::TOOLS, "qemu::the_command_line_runs_a_board", command_line),
        needs(&qemu::TOOLS, "qemu::the_command_lines_errors_name_cures", command_line_errors),
        needs(&[qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat(), "qemu::a_signal_ends_the_emulator", signal),
        needs(&qemu::TOOLS, "qemu::flash_memory_is_written_and_erased", flash),
        needs(&qemu::TOOLS, "qemu::any_change_of_a_pack_gives_an_answer", mutated),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn fixture(name: &str) -> PathBuf {
    emberl_tests::package_dir().join("fixtures/cli").join(name)
}

/// A pack of the command line's fixtures; `options` are those of `emberl pack`.
fn pack(folder: &TempDir, options: &[&str]) -> Result<PathBuf, Failed> {
    let out = folder.path().join("program.avm");
    let mut arguments = vec!["pack".into(), "-q".into(), "--allow-unresolved".into(), "-o".into(), out.clone()];
    arguments.extend(options.iter().map(PathBuf::from));
    arguments.extend(["app.beam", "counter.beam", "words.beam"].map(fixture));
    bin::run(arguments)?.ok()?;
    Ok(out)
}

/// All that a run on the desktop prints, as the board's one console would show it.
fn printed(output: &Output) -> String {
    format!("{}{}", output.out(), output.err())
}

fn same_as_desktop() -> Result<(), Failed> {
    for options in [&[][..], &["--prune"]] {
        let folder = TempDir::new()?;
        let pack = pack(&folder, options)?;
        let desktop = bin::run(["run".as_ref(), pack.as_os_str()])?;
        let board = qemu::run(Some(&pack), LIMIT)?;
        check(desktop.out().contains("Return value: "), || desktop.to_string())?;
        check(board.out().replace("\r\n", "\n") == printed(&desktop) && board.code() == desktop.code(), || {
            format!("{options:?}: on the desktop\n{desktop}\non the board\n{board}")
        })?;
    }
    Ok(())
}

/// Every program of `tests/conformance/`, as compiled by the newest release, a pack and a start of QEMU each.
fn conformance_programs() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let path = |name: &str| folder.path().join(name);
    if let Some(release) = RELEASES.into_iter().max() {
        conformance::write(&conformance::beams(release)?.iter(), folder.path())?;
        let record = conformance::record(release)?;
        let names = conformance::names_of(release)?;
        for name in names.into_iter().filter(|name| !NOT_PACKED.contains(&name.as_str())) {
            let mut files = vec![path(&format!("{name}.beam"))];
            if name.ends_with("_lib") {
                files.extend(conformance::LIBRARIES.map(|library| path(&format!("{library}.beam"))));
            }
            let pack = path("program.avm");
            let mut arguments =
                vec!["pack".into(), "-q".into(), "--allow-unresolved".into(), "-o".into(), pack.clone()];
            arguments.extend(files);
            bin::run(arguments)?.ok()?;
            let board = qemu::run(Some(&pack), LIMIT)?;
            let mut printed = without_reports(conformance::lines(&board.stdout));
            let last = printed.pop();
            let expected = conformance::expected(&record, &name)?;
            let difference = expected.lines.iter().zip(&printed).find(|(line, found)| line != found);
            check(difference.is_none() && printed.len() == expected.lines.len(), || {
                format!("{name} of OTP {release}: {difference:?}\n{board}")
            })?;
            check(board.code() == Some(0) && last.as_deref() == Some("Return value: ok"), || board.to_string())?;
        }
    }
    Ok(())
}

/// Lines without the reports about crashed processes, of two lines each: the board has one console for all.
fn without_reports(lines: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        if line.starts_with("Error in process <") {
            lines.next();
        } else {
            kept.push(line);
        }
    }
    kept
}

fn library_programs() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let libraries = corpus::ebin_folders(&["kernel", "stdlib"])?;
    for name in LIBRARY_PROGRAMS {
        let source = emberl_tests::package_dir().join(format!("library/{name}.erl"));
        erl::compile_erlang(&[source], folder.path(), &[])?;
        let pack = folder.path().join("program.avm");
        let mut arguments = vec!["pack".into(), "-q".into(), "--allow-unresolved".into(), "-o".into(), pack.clone()];
        arguments.push(folder.path().join(format!("{name}.beam")));
        arguments.extend(libraries.iter().cloned());
        bin::run(arguments)?.ok()?;
        let (desktop, board) = (bin::run(["run".as_ref(), pack.as_os_str()])?, qemu::run(Some(&pack), LIMIT)?);
        let lines = |output: &Output| plain(&conformance::lines(&output.stdout));
        let difference = lines(&desktop).into_iter().zip(lines(&board)).find(|(desktop, board)| desktop != board);
        check(difference.is_none() && board.code() == Some(0) && desktop.code() == Some(0), || {
            format!("{name}: {difference:?}\non the desktop\n{desktop}\non the board\n{board}")
        })?;
    }
    Ok(())
}

fn no_pack() -> Result<(), Failed> {
    let board = qemu::run(None, LIMIT)?;
    check(board.code() == Some(1) && board.out().contains("there is no sound pack at 0x84000000"), || board.to_string())
}

fn library() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let board = qemu::run(Some(&pack(&folder, &["--lib"])?), LIMIT)?;
    check(board.code() == Some(1) && board.out().contains("marks no module that starts"), || board.to_string())
}

/// How often a program does what it does: an emulated processor is slow, and what is lost each time shows after a few
/// times, too. All the times of the desktop where [`SOAK`] is set.
fn times(times: u32) -> Option<u32> {
    std::env::var_os(SOAK).is_none().then_some(times)
}

/// A program of `conformance/memory/`, on the board with so many bytes of memory; no limit for 0.
fn memory_program(name: &str, memory: u32, times: Option<u32>) -> Result<Output, Failed> {
    let folder = TempDir::new()?;
    let source = emberl_tests::package_dir().join(format!("{}/memory/{name}.erl", conformance::FOLDER));
    let options = conformance::times_option(times);
    erl::compile_erlang(&[source], folder.path(), &options.iter().map(String::as_str).collect::<Vec<_>>())?;
    let (beam, pack) = (folder.path().join(format!("{name}.beam")), folder.path().join("program.avm"));
    bin::run(["pack".into(), "-q".into(), "--allow-unresolved".into(), "-o".into(), pack.clone(), beam])?.ok()?;
    let board = qemu::run_within(Some(&pack), Some(memory).filter(|&memory| memory != 0), Duration::from_secs(600))?;
    check(board.code() == Some(0) && board.out().trim_end().ends_with("Return value: ok"), || board.to_string())?;
    Ok(board)
}

/// The bytes of an idle process are those that `erlang:memory(total)` grows by for each.
fn idle_processes_are_small() -> Result<(), Failed> {
    let board = memory_program("idle", 0, None)?;
    let lines = conformance::lines(&board.stdout);
    let bytes = lines.iter().find_map(|line| line.strip_prefix("{bytes,")?.strip_suffix('}')?.parse::<u32>().ok());
    check(bytes.is_some_and(|bytes| bytes <= 200), || board.to_string())
}

fn nothing_is_lost() -> Result<(), Failed> {
    let board = memory_program("lost", 4 << 20, times(5_000))?;
    let lines = conformance::lines(&board.stdout);
    let same = lines.iter().filter(|line| line.ends_with(",same}")).count();
    check(same == 25, || board.to_string())
}

fn offenders_die_alone() -> Result<(), Failed> {
    let deaths = times(200);
    let board = memory_program("offenders", 300 << 10, deaths)?;
    let (out, of) = (board.out(), [") ends with enomem: ", "{system_limit,"]);
    let told: usize = of.iter().map(|what| out.matches(what).count()).sum();
    check(told >= deaths.unwrap_or(1000) as usize, || format!("{told} deaths are told of\n{board}"))
}

/// The same, where OTP's own supervisor starts the next one.
fn supervisor_restarts_offenders() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = conformance::supervised_pack(folder.path(), times(200))?;
    let board = qemu::run_within(Some(&pack), Some(800 << 10), Duration::from_secs(600))?;
    check(board.code() == Some(0) && board.out().contains("{grown,true}"), || board.to_string())
}

/// `emberl run --board` with the firmware of these tests.
fn on_board(arguments: &[&OsStr]) -> Result<Command, Failed> {
    let mut command = Command::new(bin::emberl()?);
    command.args(["run", "--board", "qemu-riscv32", "--firmware"]).arg(qemu::Build::Firmware.file()?).args(arguments);
    Ok(command)
}

/// A pack as it is, and the modules that it is made of, run as on the desktop.
fn command_line() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    // A comma is special to QEMU.
    let named = folder.path().join("a,b.avm");
    fs::rename(pack(&folder, &[])?, &named)?;
    let modules = ["app.beam", "counter.beam", "words.beam"].map(fixture);
    let desktop = bin::run(["run".as_ref(), named.as_os_str()])?;
    for files in [vec![named.as_os_str()], modules.iter().map(|path| path.as_os_str()).collect()] {
        let board = process::run(&mut on_board(&files)?, LIMIT)?;
        check(board.out() == printed(&desktop) && board.code() == desktop.code(), || {
            format!("on the desktop\n{desktop}\non the board\n{board}")
        })?;
    }
    // The bytes are the virtual machine's: in so few it cannot even start.
    let little = process::run(&mut on_board(&["--memory".as_ref(), "1k".as_ref(), named.as_os_str()])?, LIMIT)?;
    check(little.code() == Some(1) && little.out().contains("not enough memory"), || little.to_string())
}

fn command_line_errors() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = pack(&folder, &[])?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let taken = format!("tcp:{}:80", listener.local_addr()?.port());
    let path = pack.as_os_str();
    for (arguments, code, told) in [
        (vec!["--forward".as_ref(), taken.as_ref(), path], 1, "name another port: --forward tcp:PORT:80"),
        (vec!["--forward".as_ref(), "80:80".as_ref(), path], 2, "write tcp:8080:80"),
        (vec!["--zeal".as_ref(), path], 2, "cannot be used with"),
        (vec!["--memory".as_ref(), "8000M".as_ref(), path], 2, "the board has no"),
        (vec!["nothing.avm".as_ref()], 1, "nothing.avm"),
    ] {
        let output = process::run(&mut on_board(&arguments)?, LIMIT)?;
        check(output.code() == Some(code) && output.err().contains(told), || output.to_string())?;
    }
    let nowhere = ["run", "--board", "qemu-riscv32", "--firmware", "nowhere"].map(AsRef::as_ref);
    let output = bin::run(nowhere.into_iter().chain([path]))?;
    check(output.code() == Some(1) && output.err().contains("leave it out to build"), || output.to_string())?;
    // Without the emulator.
    let output = process::run(on_board(&[path])?.env("PATH", folder.path()), LIMIT)?;
    check(output.code() == Some(3) && output.err().contains("apt-get install qemu-system-misc"), || output.to_string())
}

/// The command line ends its emulator when it is asked to end, and leaves no file behind.
fn signal() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let (source, temporary) = (folder.path().join("waits.erl"), folder.path().join("temporary"));
    fs::create_dir(&temporary)?;
    fs::write(
        &source,
        "-module(waits).\n-export([start/0]).\nstart() -> erlang:display(begun), receive after 600000 -> ok end.\n",
    )?;
    erl::compile_erlang(&[source], folder.path(), &["-Werror"])?;
    let mut command = on_board(&[folder.path().join("waits.beam").as_os_str()])?;
    let mut child = command.env("TMPDIR", &temporary).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut console = BufReader::new(child.stdout.take().ok_or("there is no console")?);
    let mut line = String::new();
    console.read_line(&mut line)?;
    let files = fs::read_dir(&temporary)?.count();
    let kill = process::run(Command::new("kill").arg("-TERM").arg(child.id().to_string()), LIMIT)?;
    // Its end is that of the emulator's output too.
    let mut rest = String::new();
    console.read_to_string(&mut rest)?;
    let status = child.wait()?;
    let left = fs::read_dir(&temporary)?.count();
    check(line.trim_end() == "begun" && files == 1 && kill.success(), || format!("{line} {rest} {files} {kill}"))?;
    check(status.code() == Some(130) && left == 0, || format!("{status}, {left} files left"))
}

/// What `flash_check` tries, and what then is in the file.
fn flash() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let file = folder.path().join("flash.bin");
    fs::File::create(&file)?.set_len(qemu::FLASH_SIZE)?;
    let program = Some(qemu::Build::FlashCheck);
    let board = qemu::Machine { program, flash: Some(file.clone()), ..qemu::Machine::default() }.run(LIMIT)?;
    check(board.code() == Some(0) && board.stdout.is_empty(), || board.to_string())?;
    let bytes = fs::read(&file)?;
    // In a block of ones, where the rest is of zeros but the last block.
    let ones = bytes.iter().filter(|&&byte| byte == 0xff).count();
    let place = bytes.windows(12).position(|part| part == b"flash mem`ry");
    check(place == Some(3 * 256 * 1024 + 1000) && ones == 2 * 256 * 1024 - 12, || format!("{place:?}, {ones}"))
}

/// A damaged pack is refused, or runs to an end of its own; the virtual machine never fails.
fn mutated() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let whole = fs::read(pack(&folder, &[])?)?;
    for (round, bytes) in mutate::mutations(&whole, 11, 12).enumerate() {
        let path = folder.path().join("mutated.avm");
        fs::write(&path, bytes)?;
        let board = qemu::run(Some(&path), LIMIT)?;
        let answered = matches!(board.code(), Some(0 | 1)) && !board.out().contains("a fault of Emberl");
        check(answered, || format!("round {round}: {board}"))?;
    }
    Ok(())
}
