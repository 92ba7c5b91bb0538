//! Tests of EUnit and ExUnit on the virtual machine: what is tested, with what, and the run from its plan to its results.
//! It starts no build tool: whoever has compiled a project's tests names the folders.
//!
//! OTP's eunit and Elixir's ex_unit run unmodified, from the installed libraries. Beside them run the modules of
//! `runners.avm` (`cli/testing/src`), which tell of each test as it begins and ends.

mod discover;
pub(crate) mod elixir;
mod events;
mod installed;
mod json;
mod junit;
mod machine;
pub(crate) mod results;
mod text;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use emberl_host::Program;
use tempfile::TempDir;

use crate::failure::{Failure, Result};
use discover::{Found, Suite};
use machine::Machine;
use results::{Collector, Report};

pub(crate) use json::print as print_json;
pub(crate) use junit::write as write_junit;
pub(crate) use machine::Board;
pub(crate) use text::{Screen, print as print_text};

/// The modules that run tests, compiled; `tests/tests/origin.rs` proves that they come from `cli/testing/src`.
const RUNNERS: &[u8] = include_bytes!("../../testing/runners.avm");
/// What the Erlang compiler makes of a test_helper.exs.
const HELPER: &str = "Elixir.EmberlTestHelper";

/// What is tested.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Compiled modules and packs, by their paths.
    pub(crate) files: Vec<PathBuf>,
    /// Folders with the modules of the tests.
    pub(crate) tests: Vec<PathBuf>,
    /// Folders with the project's own modules, which may have tests in them, too.
    pub(crate) project: Vec<PathBuf>,
    /// Folders with modules that are only used.
    pub(crate) libraries: Vec<PathBuf>,
    /// Files of ExUnit's tests, which are compiled first.
    pub(crate) sources: elixir::Sources,
}

impl Inputs {
    /// Compiles the sources. The folder that they are in is there until it is dropped.
    fn compile(&mut self) -> Result<Option<TempDir>> {
        if self.sources.files.is_empty() {
            return Ok(None);
        }
        let beside = self.files.iter().filter_map(|file| file.parent()).filter(|folder| folder.is_dir());
        let mut folders: Vec<PathBuf> = beside.map(Path::to_owned).collect();
        folders.extend([&self.tests, &self.project, &self.libraries].into_iter().flatten().cloned());
        let work = self.sources.compile(&folders)?;
        self.tests.insert(0, elixir::compiled(&work));
        Ok(Some(work))
    }
}

/// How it is tested.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Only tests with this in their name.
    pub(crate) filter: Option<String>,
    /// The order of ExUnit's tests.
    pub(crate) seed: Option<u32>,
    /// Applications that are started before.
    pub(crate) applications: Vec<String>,
    /// The memory that the program may use.
    pub(crate) memory: Option<usize>,
    /// How long the run goes on when nothing is heard of a test.
    pub(crate) limit: Duration,
    /// Whether what ExUnit says of failures may have colours.
    pub(crate) colour: bool,
    /// Whether standard output is wanted for something else than what tests print.
    pub(crate) output_to_stderr: bool,
    /// The script of the board that is played, and where it is told what happens there.
    pub(crate) board: Option<Board>,
}

impl Settings {
    /// With nothing chosen: all tests, in any order, in as much memory as there is.
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            filter: None,
            seed: None,
            applications: Vec::new(),
            memory: None,
            limit,
            colour: false,
            output_to_stderr: false,
            board: None,
        }
    }
}

/// Runs the tests that are among the inputs. `seen` is called as each ends.
///
/// # Errors
/// When an input cannot be read or compiled, no test is among them, or a library is missing. Tests that fail are no error
/// of this: the report tells of them.
pub(crate) fn run(mut inputs: Inputs, settings: &Settings, seen: &mut dyn FnMut(&results::Test)) -> Result<Report> {
    let _work = inputs.compile()?;
    let found = Found::look(&inputs)?;
    let words = words(&found, settings)?;
    let mut program = Program::default();
    for (path, bytes) in found.files {
        program.add(&path, bytes).map_err(|error| Failure::input(error.to_string(), "check the file"))?;
    }
    program.add(Path::new("emberl-test.avm"), RUNNERS.to_vec()).map_err(|error| Failure::Message {
        what: error.to_string(),
        cure: String::new(),
        exit: crate::failure::TOOL,
    })?;
    let mut folders = found.folders;
    folders.extend(inputs.libraries);
    let needs_elixir = found.suites.iter().any(|suite| matches!(suite, Suite::ExUnit { .. }));
    let needs_eunit = found.suites.iter().any(|suite| matches!(suite, Suite::EUnit { .. }));
    installed::complete(&mut folders, needs_eunit, needs_elixir)?;
    let mut collector = Collector::new(seen);
    let machine = Machine { program: Rc::new(program), folders, words, settings };
    let end = machine.run(&mut |event| collector.add(event))?;
    Ok(collector.finish(end))
}

/// What the runner is told: see `cli/testing/src/emberl_test.erl`.
fn words(found: &Found, settings: &Settings) -> Result<Vec<String>> {
    let filter = settings.filter.as_deref().unwrap_or_default();
    let mut words: Vec<String> = settings.applications.iter().map(|name| format!("application:{name}")).collect();
    for suite in &found.suites {
        match suite {
            Suite::EUnit { module, functions } => {
                let names = functions.iter().map(|function| format!("{module}:{function}"));
                words.extend(names.filter(|name| name.contains(filter)).map(|name| format!("eunit:{name}")));
            }
            Suite::ExUnit { module } => words.push(format!("exunit:{module}")),
        }
    }
    if found.suites.is_empty() {
        return Err(Failure::input(
            "there are no tests among the inputs: no functions *_test/0 or *_test_/0 of EUnit, no modules of ExUnit",
            "name the folders with the compiled tests (rebar3: _build/test/lib/NAME/test), or files *_test.exs",
        ));
    }
    if !words.iter().any(|word| word.starts_with("eunit:") || word.starts_with("exunit:")) {
        return Err(Failure::input(format!("no test has {filter} in its name"), "check --filter"));
    }
    if !filter.is_empty() {
        words.push(format!("filter:{filter}"));
    }
    if found.helper {
        words.push(format!("helper:{HELPER}"));
    }
    if let Some(seed) = settings.seed {
        words.push(format!("seed:{seed}"));
    }
    if settings.colour {
        words.push("colour:true".to_owned());
    }
    Ok(words)
}
