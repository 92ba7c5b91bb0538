//! `emberl test`: EUnit's and ExUnit's tests on this machine, by the virtual machine that devices have.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::args::Format;
use crate::failure::{Failure, INPUT, Result};
use crate::project::{self, Project};
use crate::testing::{self, Inputs, Screen, Settings, elixir};

const AFTER_HELP: &str = "\
Tests are functions *_test/0 and *_test_/0 of compiled modules (EUnit, gleeunit), and modules of ExUnit. Files *_test.exs \
are compiled first, by the installed Elixir. OTP's eunit and Elixir's ex_unit run them, unmodified: from the folders of --pa, \
else from those that are installed.

The exit code is 0 when all tests pass, and 1 when one fails or the run ends early. EUnit gives a test 5 seconds, ExUnit 60; \
both have their own ways to say otherwise.

In a project, without files, its own build tool compiles it for tests; in Erlang erlc compiles test/*.erl.

Examples:
  emberl test                                in a project
  emberl test _build/test/lib                rebar3 as test compile; mix compile with MIX_ENV=test
  emberl test --pa _build/test/lib/calc/ebin test
                                             compiles test/*_test.exs, and runs them
  emberl test --filter calc_tests --verbose build/dev/erlang/calc/ebin
  emberl test --memory 300k ebin             do they run in a device's memory?
  emberl test --junit report.xml ebin        for GitLab and Jenkins
  emberl test --board mock --script lamp.script ebin
                                             with pins, buses and ports (emberl run --help)";

/// Run the tests of EUnit and ExUnit on this machine
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// A folder with modules that the tests may need
    #[arg(long, value_name = "DIR")]
    pa: Vec<PathBuf>,

    /// Only tests with this in their name: MODULE:FUNCTION of EUnit, 'Module test name' of ExUnit
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// An application that is started before the tests
    #[arg(long, value_name = "NAME")]
    app: Vec<String>,

    /// The order of ExUnit's tests; 0 is that of their files
    #[arg(long, value_name = "N")]
    seed: Option<u32>,

    /// End the run when nothing is heard of a test for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,

    /// The memory that the tests may use: a number of bytes, or with k or M for 1024 or 1048576
    #[arg(long, value_name = "SIZE", value_parser = crate::size::budget)]
    memory: Option<usize>,

    /// Print a line for each test
    #[arg(short, long)]
    verbose: bool,

    /// How to print; with json, what tests print goes to standard error
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Write the results to this file, too, as JUnit's XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Run them on this board, which is played here: mock
    #[arg(long, value_name = "BOARD", value_parser = ["mock"], help_heading = "Boards")]
    board: Option<String>,

    /// What the pins, buses and ports of the board do, and what the tests must do with them
    #[arg(long, value_name = "FILE", requires = "board", help_heading = "Boards")]
    script: Option<PathBuf>,

    /// Where it is told what happens on the board: a file, or - for standard error
    #[arg(long, value_name = "FILE", requires = "board", help_heading = "Boards")]
    log: Option<PathBuf>,

    /// Compiled modules, packs, folders with them, and files *_test.exs or folders with these; without them, the tests of the
    /// project (emberl.toml) are compiled and run
    #[arg(value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(folder) = arguments.pa.iter().find(|folder| !folder.is_dir()) {
        let what = format!("there is no folder {}", folder.display());
        return Err(Failure::input(what, "check the path after --pa"));
    }
    let is_text = arguments.format == Format::Text;
    let screen = Screen { verbose: arguments.verbose && is_text };
    let report = testing::run(inputs(arguments)?, &settings(arguments), &mut |test| screen.ended(test))?;
    let written = arguments.junit.as_ref().map_or(Ok(()), |path| testing::write_junit(&report, path));
    if is_text {
        testing::print_text(&report, arguments.filter.is_some())?;
    } else {
        testing::print_json(&report)?;
    }
    written?;
    if report.is_good() { Ok(()) } else { Err(Failure::Told(INPUT)) }
}

fn settings(arguments: &Arguments) -> Settings {
    let is_text = arguments.format == Format::Text;
    let board = || testing::Board { script: arguments.script.clone(), log: arguments.log.clone() };
    Settings {
        filter: arguments.filter.clone(),
        seed: arguments.seed,
        applications: arguments.app.clone(),
        memory: arguments.memory,
        colour: is_text && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
        output_to_stderr: !is_text,
        board: arguments.board.as_ref().map(|_| board()),
        ..Settings::new(Duration::from_secs(u64::from(arguments.timeout)))
    }
}

/// What was named, else the project that this is in; by its kind: compiled modules, folders with them, sources of ExUnit's tests.
fn inputs(arguments: &Arguments) -> Result<Inputs> {
    if arguments.files.is_empty() {
        let mut inputs = project::tests::compile(&Project::instead_of("file", &[])?)?;
        inputs.libraries.extend(arguments.pa.iter().cloned());
        return Ok(inputs);
    }
    let mut inputs = Inputs { libraries: arguments.pa.clone(), ..Inputs::default() };
    for path in &arguments.files {
        if path.is_dir() {
            inputs.sources.join(elixir::Sources::below(path)?);
            inputs.tests.push(path.clone());
        } else if path.extension().is_some_and(|extension| extension == "exs") {
            inputs.sources.add(path);
        } else {
            inputs.files.push(path.clone());
        }
    }
    Ok(inputs)
}
