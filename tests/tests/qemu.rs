//! The virtual machine on the instruction set of a device: the same packs as on the desktop, in QEMU, with the same output
//! and the same exit code.

use std::{fs, path::PathBuf, time::Duration};

use emberl_tests::{
    Failed, bin, conformance, corpus, erl, mutate,
    plain::plain,
    process::Output,
    qemu,
    releases::RELEASES,
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
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
        needs(&qemu::TOOLS, "qemu::any_change_of_a_pack_gives_an_answer", mutated),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(condition: bool, what: impl FnOnce() -> String) -> Result<(), Failed> {
    if condition { Ok(()) } else { Err(what().into()) }
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

/// A program of `conformance/memory/`, on the board with so many bytes of memory; no limit for 0.
fn memory_program(name: &str, memory: u32) -> Result<Output, Failed> {
    let folder = TempDir::new()?;
    let source = emberl_tests::package_dir().join(format!("{}/memory/{name}.erl", conformance::FOLDER));
    erl::compile_erlang(&[source], folder.path(), &["-Werror"])?;
    let (beam, pack) = (folder.path().join(format!("{name}.beam")), folder.path().join("program.avm"));
    bin::run(["pack".into(), "-q".into(), "--allow-unresolved".into(), "-o".into(), pack.clone(), beam])?.ok()?;
    let board = qemu::run_within(Some(&pack), Some(memory).filter(|&memory| memory != 0), Duration::from_secs(600))?;
    check(board.code() == Some(0) && board.out().trim_end().ends_with("Return value: ok"), || board.to_string())?;
    Ok(board)
}

/// The bytes of an idle process are those that `erlang:memory(total)` grows by for each.
fn idle_processes_are_small() -> Result<(), Failed> {
    let board = memory_program("idle", 0)?;
    let lines = conformance::lines(&board.stdout);
    let bytes = lines.iter().find_map(|line| line.strip_prefix("{bytes,")?.strip_suffix('}')?.parse::<u32>().ok());
    check(bytes.is_some_and(|bytes| bytes <= 200), || board.to_string())
}

fn nothing_is_lost() -> Result<(), Failed> {
    let board = memory_program("lost", 4 << 20)?;
    let lines = conformance::lines(&board.stdout);
    let same = lines.iter().filter(|line| line.ends_with(",same}")).count();
    check(same == 25, || board.to_string())
}

fn offenders_die_alone() -> Result<(), Failed> {
    let board = memory_program("offenders", 300 << 10)?;
    let (out, of) = (board.out(), [") ends with enomem: ", "{system_limit,"]);
    let told: usize = of.iter().map(|what| out.matches(what).count()).sum();
    check(told >= 1000, || format!("{told} deaths are told of\n{board}"))
}

/// The same, where OTP's own supervisor starts the next one.
fn supervisor_restarts_offenders() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = conformance::supervised_pack(folder.path())?;
    let board = qemu::run_within(Some(&pack), Some(800 << 10), Duration::from_secs(600))?;
    check(board.code() == Some(0) && board.out().contains("{grown,true}"), || board.to_string())
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
