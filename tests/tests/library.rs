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
//! the heads of reports (see [`plain`]).

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use emberl_tests::{
    Failed, bin, conformance, corpus, erl,
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

/// The `ebin` folders of applications.
fn folders(applications: &[&str]) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for application in applications.iter().filter(|name| **name != "none") {
        let mut entries =
            corpus::installed_roots().iter().flat_map(|root| fs::read_dir(root).into_iter().flatten().flatten());
        // `stdlib-4.2` is the application stdlib.
        let entry = entries.find(|entry| entry.file_name().to_string_lossy().split('-').next() == Some(*application));
        let ebin = entry.map(|entry| entry.path().join("ebin")).filter(|ebin| ebin.is_dir());
        found.push(ebin.ok_or_else(|| format!("the application {application} was not found"))?);
    }
    Ok(found)
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
    let libraries = folders(&applications)?;
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

/// What differs between any two runs, made the same: `<0.83.0>` becomes `<PID>`, `#Ref<...>` and `#Port<...>` lose their
/// numbers, the time in the head of a report becomes `TIME`, and sizes in a crash report are left out.
fn plain(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| plain_line(line)).collect()
}

fn plain_line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(1..).unwrap_or_default();
        let end = inside.find('>').unwrap_or(0);
        let numbers = inside.get(..end).unwrap_or_default();
        let is_number = !numbers.is_empty()
            && numbers.contains('.')
            && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let name = ["#Ref", "#Port"].into_iter().find(|name| before.ends_with(name));
        if is_number {
            out.push_str(if name.is_some() { "<>" } else { "<PID>" });
            rest = inside.get(end + 1..).unwrap_or_default();
        } else {
            out.push('<');
            rest = inside;
        }
    }
    out.push_str(rest);
    time_free(&out)
}

/// The lines of a crash report that tell what a machine's process is made of.
const OF_THE_MACHINE: [&str; 3] = ["heap_size: ", "stack_size: ", "reductions: "];

/// `=ERROR REPORT==== 21-Nov-2026::19:24:08.123456 ===` without its time.
fn time_free(line: &str) -> String {
    if let Some(head) = OF_THE_MACHINE.iter().find(|head| line.trim_start().starts_with(**head)) {
        return (*head).to_owned();
    }
    let Some((head, rest)) = line.split_once("==== ") else { return line.to_owned() };
    match rest.strip_suffix(" ===") {
        Some(time) if head.starts_with('=') && time.contains("::") => format!("{head}==== TIME ==="),
        _ => line.to_owned(),
    }
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
