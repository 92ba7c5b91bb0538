//! The installed libraries: where OTP's and Elixir's compiled modules are. Owns the question to `erl` and `elixir`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result};

/// Adds the folders of the installed libraries to those that were given, where these have not all that tests need.
///
/// # Errors
/// When a library is neither among the folders nor installed.
pub(crate) fn complete(folders: &mut Vec<PathBuf>, eunit: bool, elixir: bool) -> Result<()> {
    let given = folders.clone();
    let lacks = |module: &str| !given.iter().any(|folder| folder.join(format!("{module}.beam")).is_file());
    if elixir && (lacks("Elixir.ExUnit") || lacks("Elixir.Enum")) {
        let lib = ask("elixir", &["-e", "IO.write(:code.lib_dir(:elixir))"])
            .and_then(|elixir| Some(elixir.parent()?.to_owned()));
        let lib = lib.filter(|lib| lib.join("ex_unit/ebin/Elixir.ExUnit.beam").is_file());
        folders.extend(ebins(&lib.ok_or_else(|| missing("ExUnit", "Elixir"))?));
    }
    if lacks("lists") || lacks("application") || (eunit && lacks("eunit")) {
        let lib = ask("erl", &["-noinput", "-boot", "start_clean", "-eval", "io:put_chars(code:lib_dir()), halt()."]);
        let found = lib.map(|lib| ebins(&lib)).unwrap_or_default();
        let has = |module: &str| found.iter().any(|folder| folder.join(format!("{module}.beam")).is_file());
        if !has("lists") {
            return Err(missing("the module lists of OTP's stdlib", "Erlang/OTP"));
        }
        if eunit && lacks("eunit") && !has("eunit") {
            return Err(missing("eunit", "Erlang/OTP with eunit (Debian: erlang-eunit)"));
        }
        folders.extend(found);
    }
    Ok(())
}

fn missing(what: &str, install: &str) -> Failure {
    Failure::input(
        format!("{what} was not found, which the tests need"),
        format!("install {install}, or name the folders of its modules with --pa"),
    )
}

/// The folder that a program prints, if it is there and does.
fn ask(program: &str, arguments: &[&str]) -> Option<PathBuf> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (output.status.success() && path.is_dir()).then_some(path)
}

/// The `ebin` folders of the applications in a folder, in the order of their names.
fn ebins(lib: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(lib).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path().join("ebin")).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}
