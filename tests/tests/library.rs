//! OTP's own modules, unmodified, on the virtual machine: the programs of `tests/library/` print the same on `emberl run`
//! as on `erl`, to standard output and to standard error, and end with the same exit code.
//!
//! A new case is a new `.erl` file there: a module with `start/0` that returns `ok`. It may print by any means (`io`,
//! `logger`, `erlang:display/1`), and use any module of the applications that it names:
//!
//! - `%% needs: kernel stdlib elixir` names the applications whose `ebin` folders are given with `--pa`; without the line
//!   they are kernel and stdlib. With `none` there are none.
//! - `%% arguments: one two` gives it arguments (`-extra` of `erl`).
//! - A file `NAME.in` beside it is its standard input; without one that is empty.
//!
//! An `.ex` file is the same in Elixir: `my_case.ex` holds the module `MyCase` with a function `start/0`, and may use
//! kernel, stdlib, compiler and elixir.
//!
//! What differs between any two runs is made the same before it is compared: pids, ports, references, and the time in
//! the heads of reports (see [`plain()`]).

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use emberl_tests::{
    Failed, bin, conformance, corpus, erl,
    plain::{plain, plain_line},
    process::{self, Output},
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

const FOLDER: &str = "library";
/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(120);

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("compare::runs_are_made_alike", made_alike)];
    for extension in ["erl", "ex"] {
        match erl::sources(FOLDER, extension) {
            Ok(sources) => trials.extend(sources.into_iter().map(trial)),
            Err(error) => trials.push(Trial::test("programs", move || Err(error.into()))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(source: PathBuf) -> Trial {
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(&source).unwrap_or_default();
    let elixir = source.extension().is_some_and(|extension| extension == "ex");
    let mut tools = vec![Tool::Erl, Tool::Erlc];
    if elixir || words(&text, "needs").is_some_and(|applications| applications.contains(&"elixir")) {
        tools.push(Tool::Elixirc);
    }
    needs(&tools, format!("program::{name}"), move || same_as_erl(&source, &text, elixir))
}

/// The words of a line `%% KEY: ...` (`# KEY: ...` in Elixir).
fn words<'t>(text: &'t str, key: &str) -> Option<Vec<&'t str>> {
    let value = text
        .lines()
        .find_map(|line| line.trim_start_matches(['%', '#']).trim_start().strip_prefix(key)?.strip_prefix(':'))?;
    Some(value.split_whitespace().collect())
}

fn same_as_erl(source: &Path, text: &str, elixir: bool) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (module, applications) = if elixir {
        erl::compile_elixir(&[source.to_owned()], folder.path())?;
        (erl::elixir_module(&stem), vec!["kernel", "stdlib", "compiler", "elixir"])
    } else {
        erl::compile_erlang(&[source.to_owned()], folder.path(), &[])?;
        (stem, words(text, "needs").unwrap_or_else(|| vec!["kernel", "stdlib"]))
    };
    let libraries = corpus::ebin_folders(&applications)?;
    let arguments = words(text, "arguments").unwrap_or_default();
    let input = || -> Result<Stdio, Failed> {
        let file = source.with_extension("in");
        Ok(if file.is_file() { File::open(file)?.into() } else { Stdio::null() })
    };

    let mut paths: Vec<&Path> = vec![folder.path(), erl::scripts()?];
    // OTP's own folders are in a node's path; others come behind.
    paths.extend(libraries.iter().map(PathBuf::as_path).filter(|path| !path.starts_with(erlang_root())));
    let mut command = erl::input_command(&paths)?;
    command.current_dir(folder.path()).args(["-eval", &format!("run_library:main([\"{module}\"]).")]);
    if !arguments.is_empty() {
        command.arg("-extra").args(&arguments);
    }
    let expected = process::run_with(&mut command, input()?, LIMIT)?;

    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).env("LC_ALL", "C.UTF-8").arg("run").args(["--start", &module]);
    for library in &libraries {
        command.arg("--pa").arg(library);
    }
    command.arg(folder.path());
    if !arguments.is_empty() {
        command.arg("--").args(&arguments);
    }
    let found = process::run_with(&mut command, input()?, LIMIT)?;
    compare(&expected, &found)
}

fn erlang_root() -> &'static Path {
    corpus::installed_roots().first().map_or(Path::new("/nonexistent"), PathBuf::as_path)
}

/// The first difference between two runs.
fn compare(expected: &Output, found: &Output) -> Result<(), Failed> {
    for (stream, erl, ours) in
        [("output", &expected.stdout, &found.stdout), ("errors", &expected.stderr, &found.stderr)]
    {
        let (erl, ours) = (plain(&conformance::lines(erl)), plain(&conformance::lines(ours)));
        let longest = erl.len().max(ours.len());
        for at in 0..longest {
            let (line, own) = (erl.get(at), ours.get(at));
            if line != own {
                let shown = |line: Option<&String>| line.map_or("(nothing)".to_owned(), String::clone);
                let context: Vec<_> = erl.iter().take(at).rev().take(3).rev().cloned().collect();
                return Err(format!(
                    "line {} of its {stream} differs, after\n{}\nerl:    {}\nemberl: {}\n\nall of emberl's run:\n{found}",
                    at + 1,
                    context.join("\n"),
                    shown(line),
                    shown(own),
                )
                .into());
            }
        }
    }
    if expected.code() == found.code() {
        return Ok(());
    }
    Err(format!("exit codes: erl {:?}, emberl {:?}\n{found}", expected.code(), found.code()).into())
}

fn made_alike() -> Result<(), Failed> {
    for (line, wanted) in [
        ("{<0.83.0>,<0.1234.7>}", "{<PID>,<PID>}"),
        ("#Ref<0.1.2.3> #Port<0.5>", "#Ref<> #Port<>"),
        ("<<1,2>> <a> < #Fun<a.1.2>", "<<1,2>> <a> < #Fun<a.1.2>"),
        ("=ERROR REPORT==== 21-Nov-2026::19:24:08.123456 ===", "=ERROR REPORT==== TIME ==="),
        ("=ERROR REPORT==== x ===", "=ERROR REPORT==== x ==="),
    ] {
        let made = plain_line(line);
        if made != wanted {
            return Err(format!("{line} became {made}").into());
        }
    }
    Ok(())
}
