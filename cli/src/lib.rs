//! The `emberl` command: arguments, files and printing. What is done to bytes is the business of `emberl-packer`.
//!
//! Data go to stdout, talk to stderr. Exit codes: 0 fine, 1 the user's input is at fault, 2 the command line is, 3 the
//! tool failed.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod args;
mod assemble;
mod board;
mod boards;
mod build;
mod check;
mod completions;
mod config;
mod console;
mod delete;
mod demo;
mod disasm;
mod doctor;
mod explain;
mod extract;
mod failure;
mod file;
mod firmware;
mod flash;
mod image;
mod inputs;
mod list;
mod monitor;
mod new;
mod pack;
mod pack_file;
mod ports;
mod project;
mod report;
mod run;
mod sbom;
mod size;
mod test;
mod testing;
mod watch;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use failure::{Failure, Result};

pub use file::write_whole;

const AFTER_HELP: &str = "\
Examples:
  emberl new hello                          a project to begin with
  emberl build                              a project: compiled, checked and packed
  emberl check build/                       will the modules of a folder run?
  emberl pack -o app.avm --prune build/     a pack of the functions that are used
  emberl run app.avm                        the program on this machine
  emberl test ebin/                         the tests of EUnit and ExUnit on this machine
  emberl flash app.avm                      the program on a board
  emberl why app.avm lists:map/2            why is a function in it?
  emberl explain E0202                      what does a finding mean?
  emberl doctor --board esp32c3             can this machine build for a board?

Exit codes: 0 fine, 1 the input is at fault, 2 the command line is, 3 the tool failed.";

/// Checks, prunes, packs and runs compiled Erlang, Elixir and Gleam modules for microcontrollers
#[derive(Debug, Parser)]
#[command(name = "emberl", version, after_help = AFTER_HELP, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,

    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    Build(build::Arguments),
    Run(run::Arguments),
    Test(test::Arguments),
    Watch(watch::Arguments),
    Check(check::Arguments),
    Pack(pack::Arguments),
    Flash(flash::Arguments),
    Monitor(monitor::Arguments),
    Ports(ports::Arguments),
    Why(why::Arguments),
    Size(size::Arguments),
    List(list::Arguments),
    Extract(extract::Arguments),
    Delete(delete::Arguments),
    Disasm(disasm::Arguments),
    Sbom(sbom::Arguments),
    Explain(explain::Arguments),
    Image(image::Arguments),
    Boards(boards::Arguments),
    Firmware(firmware::Arguments),
    Config(config::Arguments),
    Doctor(doctor::Arguments),
    Demo(demo::Arguments),
    Completions(completions::Arguments),
}

/// The command, with the arguments of this process. Gives its exit status.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    console::set_quiet(cli.quiet);
    match run(cli.command) {
        Ok(()) | Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(Failure::Told(exit)) => ExitCode::from(exit),
        Err(Failure::Findings(findings)) => {
            console::tell(report::text(&findings, console::stderr_width()).trim_end_matches('\n'));
            console::tell("\n");
            ExitCode::from(failure::INPUT)
        }
        Err(Failure::Message { what, cure, exit }) => {
            console::tell(&report::message(&what, &cure, console::stderr_width()));
            ExitCode::from(exit)
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Build(arguments) => build::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Flash(arguments) => flash::run(&arguments),
        Command::Monitor(arguments) => monitor::run(&arguments),
        Command::Ports(arguments) => ports::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Size(arguments) => size::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Extract(arguments) => extract::run(&arguments),
        Command::Delete(arguments) => delete::run(&arguments),
        Command::Disasm(arguments) => disasm::run(&arguments),
        Command::Sbom(arguments) => sbom::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Image(arguments) => image::run(&arguments),
        Command::Boards(arguments) => boards::run(&arguments),
        Command::Firmware(arguments) => firmware::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    /// Every command with `--format json` has a schema, and every schema a command; tests elsewhere compare outputs.
    #[test]
    fn every_json_has_a_schema() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let command = Cli::command();
        let printing = |command: &&clap::Command| command.get_arguments().any(|argument| argument.get_id() == "format");
        let mut names: Vec<&str> =
            command.get_subcommands().filter(printing).map(clap::Command::get_name).chain(["sbom"]).collect();
        names.sort_unstable();
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".schema.json", ""))
            .collect();
        found.sort();
        assert_eq!(names, found);
    }

    #[test]
    fn every_command_has_examples() {
        for command in Cli::command().get_subcommands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains(&format!("emberl {}", command.get_name())), "{}", command.get_name());
        }
    }
}
