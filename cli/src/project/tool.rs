//! The build tools of the languages: how each is called, and what installs one that is missing.

use std::env;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use emberl_project::Language;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console;
use crate::failure::{Failure, INPUT, Result, reason};
use crate::firmware::tool as missing;
use crate::report::plain;

/// A build tool.
struct Tool {
    program: &'static str,
    arguments: &'static [&'static str],
    cure: &'static str,
}

const fn of(language: Language) -> Tool {
    match language {
        Language::Erlang => Tool {
            program: "rebar3",
            arguments: &["compile"],
            cure: "apt-get install rebar3 (Debian, Ubuntu), brew install rebar3, or https://rebar3.org",
        },
        Language::Elixir => Tool {
            program: "mix",
            arguments: &["compile"],
            cure: "apt-get install elixir (Debian, Ubuntu), dnf install elixir (Fedora), brew install elixir",
        },
        Language::Gleam => Tool {
            program: "gleam",
            arguments: &["build", "--target", "erlang"],
            cure: "brew install gleam, or https://gleam.run/getting-started/installing",
        },
    }
}

/// Variables that change what the tools make, or which of them is called.
pub(crate) const VARIABLES: [&str; 12] = [
    "PATH",
    "MIX_ENV",
    "MIX_TARGET",
    "MIX_EXS",
    "MIX_BUILD_PATH",
    "MIX_BUILD_ROOT",
    "REBAR_PROFILE",
    "REBAR_BASE_DIR",
    "REBAR_CONFIG",
    "ERL_LIBS",
    "ERL_COMPILER_OPTIONS",
    "ERL_FLAGS",
];

/// Compiles a project. What the tool says is told when it fails, or when it warns; on a terminal its last line is seen while
/// it works.
///
/// # Errors
/// When the tool is missing, or fails.
pub(crate) fn compile(language: Language, folder: &Path) -> Result<()> {
    call(of(language), &[], language, folder)
}

/// Compiles a project as its tests want it, in the same way.
///
/// # Errors
/// As [`compile`].
pub(crate) fn compile_for_tests(language: Language, folder: &Path) -> Result<()> {
    let tool = of(language);
    match language {
        Language::Erlang => call(Tool { arguments: &["as", "test", "compile"], ..tool }, &[], language, folder),
        Language::Elixir => call(tool, &[("MIX_ENV", "test")], language, folder),
        // Its tests are compiled with the rest.
        Language::Gleam => call(tool, &[], language, folder),
    }
}

fn call(tool: Tool, environment: &[(&str, &str)], language: Language, folder: &Path) -> Result<()> {
    let Tool { program, arguments, cure } = tool;
    let mut command = command(program);
    command.args(arguments).envs(environment.iter().copied());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let cannot = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            missing(format!("{program}, which builds {} projects, is not here", language.name()), cure)
        }
        _ => missing(format!("cannot start {program}: {}", reason(error)), cure),
    };
    let (said, success) = watched(command, program).map_err(|error| cannot(&error))?;
    if !success {
        console::tell(&plain_lines(&said));
        let shown = format!("{program} {}", arguments.join(" "));
        let cure = format!("correct what is said above; `{shown}` says the same");
        return Err(Failure::Message { what: format!("{shown} has failed"), cure, exit: INPUT });
    }
    if !console::is_quiet() && said.iter().any(|line| line.to_lowercase().contains("warning:")) {
        console::tell(&plain_lines(&said));
    }
    Ok(())
}

/// A command for a program of `PATH`. (Windows finds scripts only by their whole name.)
fn command(program: &str) -> Command {
    if cfg!(windows) {
        let names = ["exe", "cmd", "bat"].map(|extension| format!("{program}.{extension}"));
        let folders = env::var_os("PATH").unwrap_or_default();
        let found = env::split_paths(&folders)
            .flat_map(|folder| names.clone().map(|name| folder.join(name)))
            .find(|path| path.is_file());
        return Command::new(found.unwrap_or_else(|| program.into()));
    }
    Command::new(program)
}

/// Runs a tool to its end: the lines that it says, on both of its outputs, and whether it was a success.
fn watched(mut command: Command, program: &str) -> io::Result<(Vec<String>, bool)> {
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // It holds the other end of the pipe, whose end would never come.
    drop(command);
    let bar = bar(program);
    let mut lines = Vec::new();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        if let Some(bar) = &bar {
            bar.set_message(plain(&anstream::adapter::strip_str(&text).to_string()));
        }
        lines.push(text);
        line.clear();
    }
    let status = child.wait()?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok((lines, status.success()))
}

fn bar(program: &str) -> Option<ProgressBar> {
    if console::is_quiet() || !io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {wide_msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(program.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    Some(bar)
}

/// Lines as they can be shown: without what would move the cursor. Colours of the tool are left out, too.
fn plain_lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", plain(&anstream::adapter::strip_str(line).to_string()))).collect()
}

/// What a program prints, where it is there and succeeds.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> io::Result<Option<String>> {
    let output = command(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}
