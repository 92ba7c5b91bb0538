//! A project's tests, compiled: its modules by the build tool, as that has them for tests; those of `test/` in Erlang by `erlc`,
//! since rebar3 compiles them only for runs of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use emberl_project::Language;

use super::{Project, modules, stamp, tool};
use crate::console;
use crate::failure::{Failure, INPUT, Result, reason};
use crate::firmware::tool as missing;
use crate::testing::{Inputs, elixir};

/// The folder of the sources of tests, in all languages.
const TESTS: &str = "test";

/// Compiles the project and its tests: what there is to be tested.
///
/// # Errors
/// When a tool is missing, or finds a fault, which it then has printed.
pub(crate) fn compile(project: &Project) -> Result<Inputs> {
    let language = project.language()?;
    stamp::age_for_tests(project, language);
    tool::compile_for_tests(language, &project.folder)?;
    let mut inputs = Inputs::default();
    for application in modules::tested(project, language)? {
        let folders = if application.is_own { &mut inputs.project } else { &mut inputs.libraries };
        for folder in application.modules.iter().filter_map(|module| module.parent()) {
            if !folders.iter().any(|known| known == folder) {
                folders.push(folder.to_owned());
            }
        }
    }
    let sources = project.path(TESTS);
    match language {
        Language::Erlang => inputs.tests.extend(erlang(project, &sources, &inputs)?),
        Language::Elixir if sources.is_dir() => inputs.sources.join(elixir::Sources::below(&sources)?),
        Language::Elixir | Language::Gleam => {}
    }
    Ok(inputs)
}

/// Compiles the tests of an Erlang project: the folder with their modules, if there are some.
fn erlang(project: &Project, sources: &Path, inputs: &Inputs) -> Result<Option<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(sources)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some(OsStr::new("erl")))
        .collect();
    if files.is_empty() {
        return Ok(None);
    }
    files.sort();
    let into = project.build_folder().join(TESTS);
    // What was compiled before may have no source any more.
    let _ = fs::remove_dir_all(&into);
    fs::create_dir_all(&into).map_err(|error| Failure::write(&into, &error))?;
    let mut command = Command::new("erlc");
    command.args(["+debug_info", "-DTEST", "-DEUNIT", "-o"]).arg(&into);
    for folder in ["include", "src", TESTS] {
        command.arg("-I").arg(project.path(folder));
    }
    for folder in inputs.project.iter().chain(&inputs.libraries) {
        command.arg("-pa").arg(folder);
    }
    let output = command.args(&files).stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(
            "erlc, which compiles the tests, is not here",
            "apt-get install erlang (Debian, Ubuntu), dnf install erlang (Fedora), brew install erlang",
        ),
        _ => missing(format!("cannot start erlc: {}", reason(&error)), "look whether erlc can be run"),
    })?;
    console::tell(&String::from_utf8_lossy(&output.stdout));
    console::tell(&String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        let what = format!("the tests in {} cannot be compiled", sources.display());
        return Err(Failure::Message { what, cure: "correct what is said above".to_owned(), exit: INPUT });
    }
    Ok(Some(into))
}
