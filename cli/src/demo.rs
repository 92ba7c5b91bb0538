//! `emberl demo`: the main job on modules that are built in, explained step by step. It needs no files and writes none.

use clap::Args;
use emberl_packer::pack::{self, Options, Program};
use emberl_packer::profile::Profile;
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{Detail, Part, Parts};

use crate::args;
use crate::console::{self, bytes, count};
use crate::failure::{Failure, Result};
use crate::report;

/// Compiled copies of `cli/demo/*.erl`; a test proves that they are what the sources compile to.
const THERMOMETER: (&str, &[u8]) = ("thermometer.beam", include_bytes!("../demo/thermometer.beam"));
const STATISTICS: (&str, &[u8]) = ("statistics.beam", include_bytes!("../demo/statistics.beam"));
const MISTAKEN: (&str, &[u8]) = ("mistaken.beam", include_bytes!("../demo/mistaken.beam"));

const AFTER_HELP: &str = "\
It reads no files and writes none.

Examples:
  emberl demo";

/// Show checking, pruning and packing on built-in modules
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    let say = |text: &str| {
        console::out(|out| {
            for line in console::wrap(text, console::stdout_width().unwrap_or(80).min(100)) {
                writeln!(out, "{line}")?;
            }
            Ok(writeln!(out)?)
        })
    };
    let profile =
        Profile::named("emberl").ok_or_else(|| Failure::input("there is no profile emberl", "report this"))?;

    say("1. A program with mistakes. Erlang's compiler accepts it; on the device it would fail when it gets there. \
         Checking it finds all of them now:")?;
    let parts = parts(&[MISTAKEN, STATISTICS]);
    let (program, mut findings) = Program::load(&parts, &[], &|| {});
    let selection = args::select(&program, &Options { library: true, ..Options::default() })?;
    findings.extend(program.links(&selection, profile, None, false));
    pack::sort(&mut findings);
    console::out(|out| Ok(out.write_all(report::text(&findings, console::stdout_width()).as_bytes())?))?;

    say(
        "2. The same job without mistakes. It is checked, and packed into an image with all functions, and once more \
         with those that can be reached from thermometer:start/0:",
    )?;
    let parts = self::parts(&[THERMOMETER, STATISTICS]);
    for prune in [false, true] {
        let (program, findings) = Program::load(&parts, &[], &|| {});
        let options = Options { start: Some("thermometer".to_owned()), prune, ..Options::default() };
        let selection = args::select(&program, &options)?;
        let links = program.links(&selection, profile, None, false);
        let written = program.write(&selection, KeepLines::All).map_err(args::findings)?;
        let summary = program.summary(&selection);
        let how = if prune { "with --prune" } else { "whole" };
        let errors = report::count_text(&[findings, links].concat());
        console::out(|out| {
            Ok(writeln!(
                out,
                "   {how}: {}, {} of {}, {errors}",
                bytes(written.len()),
                summary.functions_kept,
                count(summary.functions, "function")
            )?)
        })?;
    }
    console::out(|out| Ok(writeln!(out)?))?;
    say("3. Your turn. Compile a module (erlc hello.erl, mix compile, gleam build) and give it to emberl:")?;
    console::out(|out| {
        Ok(out.write_all(
            b"   emberl check hello.beam                     will it run? what is missing?\n   \
              emberl pack -o hello.avm --prune hello.beam  write the image\n   \
              emberl --help                                all commands\n",
        )?)
    })
}

fn parts(modules: &[(&str, &[u8])]) -> Vec<Part> {
    modules.iter().flat_map(|(name, bytes)| Parts::of(name, bytes.to_vec(), Detail::Code).parts).collect()
}
