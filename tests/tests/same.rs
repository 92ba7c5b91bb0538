//! One `emberl.toml`, and the same output everywhere: the projects of `tests/same/` are run by `emberl run` on this machine, on
//! the board `mock`, and in QEMU on the instruction set of a device, and their compiled modules by `erl`. Standard output is
//! compared byte for byte.
//!
//! Gleam's compiler is stood in for by `tests/ci/gleam`, which lays down `tests/same/gleam-compiled/`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_tests::{
    Failed, bin, check, erl, package_dir,
    process::{self, Output},
    qemu,
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

/// How long anything may take: build tools start slowly where many tests run.
const LIMIT: Duration = Duration::from_secs(600);

/// A language, as far as its project is another.
#[derive(Clone, Copy)]
struct Language {
    name: &'static str,
    /// The project's compiled modules.
    ebin: &'static str,
    /// Its modules for protocols.
    consolidated: Option<&'static str>,
    /// The module that starts it, as Erlang writes it.
    start: &'static str,
    /// Lines that the program surely prints.
    lines: &'static [&'static str],
}

const ERLANG: Language = Language {
    name: "erlang",
    ebin: "_build/default/lib/tour/ebin",
    consolidated: None,
    start: "tour",
    lines: &["{error,badarith,[caught]}", "around a ring of 50: 50", "{value,43} {'EXIT',{noproc,", "nothing came"],
};
const ELIXIR: Language = Language {
    name: "elixir",
    ebin: "_build/dev/lib/tour/ebin",
    consolidated: Some("_build/dev/lib/tour/consolidated"),
    start: "'Elixir.Tour'",
    lines: &["GRÜSSE 007 ✓", "attic: 21.5 °C", "no protocol for :atom", "down: {:on_purpose, 1}", "nothing came"],
};
const GLEAM: Language = Language {
    name: "gleam",
    ebin: "build/dev/erlang/tour/ebin",
    consolidated: None,
    start: "tour",
    lines: &["Grüße ✓", "{error,<<\"panic in line 105: too large\">>}", "sum 42", "This was all."],
};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (language, tool) in [(ERLANG, Tool::Rebar3), (ELIXIR, Tool::Mix), (GLEAM, Tool::Erlc)] {
        let tools = [qemu::TOOLS.as_slice(), &[Tool::Erl, tool]].concat();
        let name = format!("same::{}_prints_the_same_everywhere", language.name);
        trials.push(needs(&tools, name, move || same(language)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn same(language: Language) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let home = folder.path().join("tour");
    copy(&package_dir().join("same").join(language.name), &home)?;
    let desktop = run(&home, &[])?;
    for line in language.lines {
        check(desktop.out().contains(line), || format!("{line:?} expected: {desktop}"))?;
    }
    check(desktop.out().ends_with("Return value: ok\n"), || desktop.to_string())?;
    let firmware = qemu::firmware()?.display().to_string();
    for (board, options) in [("mock", &[][..]), ("qemu-riscv32", &["--firmware", &firmware])] {
        let output = run(&home, &[&["--board", board], options].concat())?;
        // What was built for one is run by all.
        check(!output.err().contains("_emberl/tour.avm: "), || format!("it was built again: {output}"))?;
        compare("on this machine", &desktop, board, &output)?;
    }
    compare("on this machine", &desktop, "erl", &by_erl(language, &home)?)
}

/// `emberl run` in the project.
fn run(home: &Path, options: &[&str]) -> Result<Output, Failed> {
    let mut command = Command::new(bin::emberl()?);
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(package_dir().join("ci")).chain(env::split_paths(&path)))?;
    command.current_dir(home).arg("run").args(options).env("PATH", path).env("LC_ALL", "C.UTF-8");
    command.env("EMBERL_GLEAM_COMPILED", package_dir().join("same/gleam-compiled"));
    Ok(process::run(&mut command, LIMIT)?.ok()?)
}

/// The compiled modules, run by `erl`, which is made to tell what start/0 returned as `emberl run` does.
fn by_erl(language: Language, home: &Path) -> Result<Output, Failed> {
    let mut folders: Vec<PathBuf> = erl::library_folders();
    folders.retain(|folder| folder.ends_with("elixir/ebin"));
    folders.push(home.join(language.ebin));
    folders.extend(language.consolidated.map(|folder| home.join(folder)));
    // Each -pa comes before those before it.
    let mut command = erl::command(&folders.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    // In a process of its own, as `emberl run` has it: the one that evaluates has messages of others.
    let program = format!(
        "ok = io:setopts([{{encoding, unicode}}]), {{_, Monitor}} = spawn_monitor(fun() -> \
         io:format(\"Return value: ~p~n\", [{start}:start()]), halt() end), \
         receive {{'DOWN', Monitor, process, _, Why}} -> io:format(standard_error, \"~p~n\", [Why]), halt(1) end.",
        start = language.start
    );
    command.arg("-eval").arg(program);
    Ok(process::run(&mut command, LIMIT)?.ok()?)
}

fn compare(one: &str, first: &Output, other: &str, second: &Output) -> Result<(), Failed> {
    check(first.stdout == second.stdout, || {
        let difference = first.out().lines().zip(second.out().lines()).find(|(one, other)| one != other).map(|lines| {
            let (one, other) = lines;
            format!("{one:?}, and not {other:?}")
        });
        format!("{one} and by {other}: {}\n{first}\n{second}", difference.unwrap_or_default())
    })
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
