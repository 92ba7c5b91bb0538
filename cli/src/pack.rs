//! `emberl pack`: checks everything, then writes a pack.

use std::fs;
use std::path::Path;

use clap::{Args, ValueEnum};
use emberl_packer::pack::{self, Summary};
use emberl_packer::rewrite::KeepLines;

use crate::args::{SelectOptions, Sources, TargetOptions, WithOptions};
use crate::assemble::{self, Packed, Plan};
use crate::console::{self, bytes, count};
use crate::failure::{self, Failure, Result};
use crate::inputs;
use crate::report;

const AFTER_HELP: &str = "\
Inputs are .beam files, folders (all .beam files in them and below), .avm packs (their \
sections are taken over), patterns such as 'build/*.beam', and any other file, which \
goes in as a plain file under the path given.

Everything is checked first. With an error nothing is written, and an existing pack \
stays as it was.

Examples:
  emberl pack -o app.avm --start hello build/
  emberl pack -o app.avm --prune --strip lines build/ app/priv/index.html
  emberl pack -o app.avm --profile atomvm-0.7 --with atomvmlib.avm build/
  emberl pack -o lib.avm --lib build/lib/";

/// Pack modules and files into an .avm image
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The pack to write
    #[arg(short, long, value_name = "OUT.avm")]
    output: String,

    #[command(flatten)]
    select: SelectOptions,

    /// Leave out the functions that nothing reaches from the start module and --keep
    #[arg(short, long, help_heading = "What is kept")]
    prune: bool,

    /// Drop what is only for people: the line numbers of stack traces
    #[arg(long, value_name = "WHAT", help_heading = "What is kept")]
    strip: Vec<Strip>,

    #[command(flatten)]
    target: TargetOptions,

    #[command(flatten)]
    with: WithOptions,

    /// Calls that lead nowhere are warnings, not errors
    #[arg(long, help_heading = "Target")]
    allow_unresolved: bool,

    /// Modules, folders, packs, patterns and plain files
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
}

/// What can be stripped: line numbers. (Text on a value would make the help four times as long.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strip {
    Lines,
}

/// What becomes of line numbers.
pub(crate) fn lines(strip: &[Strip]) -> KeepLines {
    if strip.contains(&Strip::Lines) { KeepLines::None } else { KeepLines::All }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut sources = Sources::read(&arguments.inputs, &arguments.with.with);
    check_output(&arguments.output, "app.avm", sources.own.paths.iter().chain(&sources.with.paths))?;
    let mut options = arguments.select.options(arguments.prune);
    if arguments.prune {
        options.machine = sources.with_machine(arguments.target.profile);
    } else {
        sources.know_machine(arguments.target.profile);
    }
    let (program, findings) = sources.load();
    let plan = Plan {
        options,
        profile: arguments.target.profile,
        platform: arguments.target.platform,
        unresolved: arguments.allow_unresolved || arguments.select.lib,
        lines: lines(&arguments.strip),
    };
    let packed = assemble::pack(&program, findings, &plan, &|_| {}).map_err(|findings| {
        let findings = findings.into_iter().map(|finding| inputs::with_source_cure(finding, &sources.own.paths));
        refuse(findings.collect(), &arguments.output)
    })?;
    let Packed { bytes: written, selection, findings } = packed;
    let path = Path::new(&arguments.output);
    crate::write_whole(path, &written, "emberl").map_err(|error| Failure::write(path, &error))?;
    if !console::is_quiet() {
        tell(findings);
        let start = selection.start().and_then(|start| program.units().get(start)).map(|unit| unit.name());
        console::note(&summary(&arguments.output, &program.summary(&selection), written.len(), start));
    }
    Ok(())
}

/// Tells findings, in order.
pub(crate) fn tell(mut findings: Vec<emberl_packer::diagnostic::Diagnostic>) {
    pack::sort(&mut findings);
    console::tell(&report::text(&findings, console::stderr_width()));
}

/// Tells all findings, and that nothing was written.
pub(crate) fn refuse(findings: Vec<emberl_packer::diagnostic::Diagnostic>, output: &str) -> Failure {
    let counted = report::count_text(&findings);
    tell(findings);
    console::tell(&format!("{counted}; {} was not written\n", report::plain(output)));
    Failure::Told(failure::INPUT)
}

fn summary(output: &str, kept: &Summary, size: usize, start: Option<&str>) -> String {
    let of = |kept: usize, all: usize, what: &str| {
        if kept == all { count(all, what) } else { format!("{kept} of {}", count(all, what)) }
    };
    let mut text = format!(
        "{output}: {}, {}",
        of(kept.modules_kept, kept.modules, "module"),
        of(kept.functions_kept, kept.functions, "function")
    );
    if kept.files != 0 {
        text.push_str(&format!(", {}", count(kept.files, "file")));
    }
    text.push_str(&format!("; {}, from {}", bytes(size), bytes(kept.bytes_before)));
    if let Some(start) = start {
        text.push_str(&format!("; starts with {}", emberl_packer::link::quoted(start)));
    }
    text
}

/// Finds out before the work whether the output can be written.
/// `example` is the name of such a file.
pub(crate) fn check_output<'p>(
    output: &str,
    example: &str,
    mut inputs: impl Iterator<Item = &'p String>,
) -> Result<()> {
    let path = Path::new(output);
    // A name that ends like a folder's is none of a file, even where no folder is there yet.
    if path.is_dir() || output.ends_with(std::path::is_separator) {
        let inside = path.join(example);
        let cure = format!("name the file to write, for example {}", inside.display());
        return Err(Failure::usage(format!("the output {output} is a folder"), cure));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let what = format!("there is no folder {} for the output {output}", folder.display());
        return Err(Failure::input(what, "make the folder first, or write elsewhere"));
    }
    if let Ok(output_place) = fs::canonicalize(path)
        && let Some(input) = inputs.find(|input| fs::canonicalize(input).is_ok_and(|input| input == output_place))
    {
        let what = format!("the output {output} is also the input {input}");
        return Err(Failure::usage(what, "write to another file, and rename it afterwards"));
    }
    Ok(())
}
