//! `emberl build`: a project to a pack, and what went in.

use clap::Args;
use emberl_image::board::Board;
use emberl_project::{Key, Value};
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, STRONG, bytes, styled};
use crate::failure::Result;
use crate::image::board_parser;
use crate::project::{Budget, Built, Flag, Group, Project};

const AFTER_HELP: &str = "\
Runs in a project: the current folder or one above has emberl.toml. The language's build tool \
compiles it (rebar3 compile, mix compile, gleam build). What the program uses of OTP and Elixir is \
taken from what is installed, function by function: of kernel, stdlib, elixir, the applications that \
the project's .app files name, and any that its own code calls. Everything is checked before the \
pack is written, to _emberl/NAME.avm where nothing else is said. Where nothing has changed, nothing \
is done.

Calls in OTP's and Elixir's own modules that lead nowhere on the target are counted; --all tells them.

Examples:
  emberl build
  emberl build --board esp32c3
  emberl build --format json";

/// Build the project: compile, check and pack it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The board that it is checked for, instead of the project's
    #[arg(short, long, value_name = "BOARD", value_parser = board_parser(), hide_possible_values = true)]
    board: Option<&'static Board>,

    /// Build again, and tell what is found in modules of OTP and Elixir, too
    #[arg(short, long)]
    all: bool,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `build --format json` prints (`cli/schemas/build.schema.json`).
#[derive(Debug, Serialize)]
struct Report<'b> {
    /// The pack.
    output: String,
    /// Its bytes.
    bytes: usize,
    /// The module that starts the program.
    start: &'b str,
    /// Whether nothing had changed since the last build.
    unchanged: bool,
    /// What went in, by where it comes from.
    groups: &'b [Group],
    /// The budgets, with what is taken of them.
    budgets: &'b [Budget],
    /// How many findings there are in modules of OTP and Elixir.
    library_findings: usize,
}

/// The flag `--board` above the project's settings.
pub(crate) fn board_flag(board: Option<&'static Board>) -> Flag {
    (Key::Board, "--board", board.map(|board| Value::Text(board.name.to_owned())))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let project = Project::needed(&[board_flag(arguments.board)])?;
    let (built, unchanged) = project.build(arguments.all)?;
    match arguments.format {
        Format::Json => console::json(&Report {
            output: built.output.display().to_string(),
            bytes: built.bytes,
            start: &built.start,
            unchanged,
            groups: &built.groups,
            budgets: &built.budgets,
            library_findings: built.library_findings,
        }),
        Format::Text if unchanged => {
            console::note(&format!("{}; nothing has changed", built.line()));
            Ok(())
        }
        Format::Text => text(&built, arguments.all),
    }
}

/// What went in, and what is left of the budgets.
fn text(built: &Built, all: bool) -> Result<()> {
    console::out(|out| {
        let heading = format!("{:<11} {:<24} {:>8} {:>10} {:>12}", "WHAT", "FROM", "MODULES", "FUNCTIONS", "SIZE");
        writeln!(out, "{}", styled(STRONG, heading))?;
        for group in &built.groups {
            let name = crate::report::plain(&group.name);
            let functions = if group.kind == "files" { String::new() } else { group.functions.to_string() };
            let (kind, modules, size) = (&group.kind, group.modules, bytes(group.bytes));
            writeln!(out, "{kind:<11} {name:<24} {modules:>8} {functions:>10} {size:>12}")?;
        }
        for budget in &built.budgets {
            let left = budget.limit.saturating_sub(budget.used);
            let (of, used) = (&budget.of, bytes(budget.used));
            writeln!(out, "budget {of}: {used} of {}, {} left", bytes(budget.limit), bytes(left))?;
        }
        Ok(())
    })?;
    if built.library_findings != 0 && !all {
        let calls = console::count(built.library_findings, "call");
        console::note(&format!(
            "{calls} in OTP's and Elixir's modules lead nowhere on the target, and fail if the program comes to them: \
             emberl build --all tells them"
        ));
    }
    console::note(&built.line());
    Ok(())
}
