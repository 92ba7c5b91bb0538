//! Running the Erlang modules of `tests/erl/`, and compiling the programs of `tests/programs/`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Failed, corpus,
    process::{self, Output},
    tools::Tool,
};

/// How long a compiler may take for everything it is given.
const COMPILE_LIMIT: Duration = Duration::from_secs(300);

/// The folder with the compiled modules of `tests/erl/`. They are compiled once a process.
///
/// # Errors
/// When a tool is missing or a module does not compile; then with the compiler's output.
pub fn scripts() -> Result<&'static Path, Failed> {
    static FOLDER: OnceLock<Result<TempDir, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        compile_erlang(&sources("erl", "erl")?, folder.path(), &["-Werror"])?;
        Ok(folder)
    });
    folder.as_ref().map(TempDir::path).map_err(|error| Failed::from(error.clone()))
}

/// The sources of a kind (`erl` or `ex`) in a folder of this package, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn sources(folder: &str, extension: &str) -> Result<Vec<PathBuf>, String> {
    let folder = crate::package_dir().join(folder);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Compiles Erlang modules into a folder with `erlc`, with debug information and `options`.
///
/// # Errors
/// When `erlc` is missing or fails; then with its output.
pub fn compile_erlang(sources: &[PathBuf], into: &Path, options: &[&str]) -> Result<(), String> {
    let erlc = Tool::Erlc.find().ok_or("erlc was not found")?;
    let mut command = Command::new(erlc);
    command.arg("+debug_info").args(options).arg("-o").arg(into).args(sources);
    process::run(&mut command, COMPILE_LIMIT).map_err(|error| error.to_string())?.ok().map(drop)
}

/// Compiles Elixir modules into a folder with `elixirc`.
///
/// # Errors
/// When `elixirc` is missing or fails; then with its output.
pub fn compile_elixir(sources: &[PathBuf], into: &Path) -> Result<(), String> {
    let elixirc = Tool::Elixirc.find().ok_or("elixirc was not found")?;
    let mut command = Command::new(elixirc);
    // Without a UTF-8 locale Elixir warns, and reads sources as Latin-1.
    command.env("LC_ALL", "C.UTF-8").arg("-o").arg(into).args(sources);
    process::run(&mut command, COMPILE_LIMIT).map_err(|error| error.to_string())?.ok().map(drop)
}

/// An `erl` command that has the folders in its code path, opens no shell and reads no input.
///
/// # Errors
/// When `erl` is missing.
pub fn command(paths: &[&Path]) -> Result<Command, Failed> {
    let mut command = input_command(paths)?;
    command.arg("-noinput");
    Ok(command)
}

/// An `erl` command that has the folders in its code path and opens no shell; its program can read standard input.
///
/// # Errors
/// When `erl` is missing.
pub fn input_command(paths: &[&Path]) -> Result<Command, Failed> {
    let erl = Tool::Erl.find().ok_or("erl was not found")?;
    let mut command = Command::new(erl);
    // The output's encoding follows the locale.
    command.env("LC_ALL", "C.UTF-8").env("ERL_CRASH_DUMP_BYTES", "0").arg("-noshell");
    for path in paths {
        command.arg("-pa").arg(path);
    }
    Ok(command)
}

/// Runs `Module:main(Arguments)` of a module of `tests/erl/`, the arguments being strings. The module ends the node
/// itself, with exit code 0 when all was well.
///
/// # Errors
/// When it cannot be run, ends with another code or passes the time limit; then with everything it printed.
pub fn run(module: &str, arguments: &[&OsStr], limit: Duration) -> Result<Output, Failed> {
    Ok(run_any(module, arguments, limit)?.ok()?)
}

/// As [`run`], but a failure of the module is a result as any other.
///
/// # Errors
/// When it cannot be run.
pub fn run_any(module: &str, arguments: &[&OsStr], limit: Duration) -> Result<Output, Failed> {
    let mut command = command(&[scripts()?])?;
    let start = format!("{module}:main(init:get_plain_arguments()).");
    command.args(["-eval", &start, "-extra"]).args(arguments);
    Ok(process::run(&mut command, limit)?)
}

/// How `tests/erl/run_pruned.erl` runs a program; its head tells the methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing but the given folders and the emulator: what is missing there is missing.
    Bare,
    /// A complete node in which the folders' modules replace OTP's where that is safe.
    Node,
    /// A complete node with the folders in its code path.
    Whole,
}

/// Runs `Module:start()` with modules from folders (of two with a module, the first wins). Its standard output is what
/// the program printed.
///
/// # Errors
/// When it cannot be run. A failure of the program is a result as any other: exit code 1, and why on standard error.
pub fn run_program(module: &str, folders: &[&Path], mode: Mode, limit: Duration) -> Result<Output, Failed> {
    let [first, more @ ..] = folders else { return Err("run_program needs a folder".into()) };
    let mode = match mode {
        Mode::Bare => "bare",
        Mode::Node => "node",
        Mode::Whole => "whole",
    };
    let mut arguments = vec![OsStr::new(module), first.as_os_str(), OsStr::new(mode)];
    arguments.extend(more.iter().map(|folder| folder.as_os_str()));
    run_any("run_pruned", &arguments, limit)
}

/// A program of `tests/programs/`.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its module, with Elixir's prefix for one of Elixir: `Elixir.Shapes` is in `shapes.ex`.
    pub module: String,
    /// Its source.
    pub source: PathBuf,
    /// Whether it is in Elixir.
    pub elixir: bool,
}

/// The programs, Erlang's first, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn programs() -> Result<Vec<Program>, String> {
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let erlang = sources("programs", "erl")?.into_iter();
    let elixir = sources("programs", "ex")?.into_iter();
    let erlang = erlang.map(|source| Program { module: stem(&source), source, elixir: false });
    let elixir = elixir.map(|source| Program { module: elixir_module(&stem(&source)), source, elixir: true });
    Ok(erlang.chain(elixir).collect())
}

/// The module of Elixir that is in a file of that name: `Elixir.MyCase` in `my_case.ex`.
#[must_use]
pub fn elixir_module(stem: &str) -> String {
    let name: String = stem.split('_').map(capitalized).collect();
    format!("Elixir.{name}")
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

impl Program {
    /// The folder with its compiled modules and those of the other programs of its language. They are compiled once a
    /// process.
    ///
    /// # Errors
    /// When a tool is missing or a program does not compile; then with the compiler's output.
    pub fn compiled(&self) -> Result<&'static Path, Failed> {
        static ERLANG: OnceLock<Result<TempDir, String>> = OnceLock::new();
        static ELIXIR: OnceLock<Result<TempDir, String>> = OnceLock::new();
        let compile = |extension: &str, compile: fn(&[PathBuf], &Path) -> Result<(), String>| {
            let folder = TempDir::new().map_err(|error| error.to_string())?;
            compile(&sources("programs", extension)?, folder.path())?;
            Ok(folder)
        };
        let folder = if self.elixir {
            ELIXIR.get_or_init(|| compile("ex", compile_elixir))
        } else {
            ERLANG.get_or_init(|| compile("erl", |sources, into| compile_erlang(sources, into, &["-Werror"])))
        };
        folder.as_ref().map(TempDir::path).map_err(|error| Failed::from(error.clone()))
    }
}

/// The folders of the library modules that programs use: `ebin` of kernel, stdlib and, where it is there, elixir.
#[must_use]
pub fn library_folders() -> Vec<PathBuf> {
    let wanted = ["kernel", "stdlib", "elixir"];
    let mut folders = Vec::new();
    for root in corpus::installed_roots() {
        for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // `stdlib-4.2` is the application stdlib.
            let application = name.split('-').next().unwrap_or_default();
            let ebin = entry.path().join("ebin");
            if wanted.contains(&application) && ebin.is_dir() {
                folders.push(ebin);
            }
        }
    }
    folders.sort();
    folders
}
