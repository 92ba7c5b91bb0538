//! `emberl check`: all that would go wrong on the target, without writing anything.

use clap::Args;
use emberl_packer::diagnostic::Severity;
use emberl_packer::pack::{self, Options};
use serde::Serialize;

use crate::args::{Format, SelectOptions, Sources, TargetOptions, WithOptions};
use crate::console::{self, count};
use crate::failure::{self, Failure, Result};
use crate::inputs;
use crate::report::{self, Finding};

const AFTER_HELP: &str = "\
Findings go to stdout, sorted; the last line counts them. The exit code is 1 when there \
is an error. `emberl explain CODE` tells more about one.

Examples:
  emberl check build/
  emberl check --start hello --prune build/ lib/        only what hello reaches
  emberl check --profile atomvm-0.7 --with atomvmlib.avm build/
  emberl check --format json build/ > findings.json";

/// Check that modules will run on the target
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetOptions,

    #[command(flatten)]
    with: WithOptions,

    #[command(flatten)]
    select: SelectOptions,

    /// Check the links only of what is reached from the start module and --keep
    #[arg(short, long, help_heading = "What is kept")]
    prune: bool,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// Modules, folders, packs and patterns
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
}

/// What `check --format json` prints (`cli/schemas/check.schema.json`).
#[derive(Debug, Serialize)]
struct Report<'f> {
    /// The profile that was checked against.
    profile: &'static str,
    /// The platform, if one was named.
    platform: Option<&'static str>,
    /// How many modules were checked.
    modules: usize,
    /// How many findings are errors.
    errors: usize,
    /// How many are warnings.
    warnings: usize,
    /// The findings, by file and place.
    findings: Vec<Finding<'f>>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut sources = Sources::read(&arguments.inputs, &arguments.with.with);
    // Without pruning nothing needs to start: libraries are checked too.
    let mut options = arguments.select.options(arguments.prune);
    if arguments.prune {
        options.machine = sources.with_machine(arguments.target.profile);
    } else {
        sources.know_machine(arguments.target.profile);
        if arguments.select.start.is_none() {
            options = Options { library: true, ..options };
        }
    }
    let (program, mut findings) = sources.load();
    match program.select(&options) {
        Ok(selection) => {
            findings.extend(program.links(
                &selection,
                arguments.target.profile,
                arguments.target.platform,
                arguments.select.lib,
            ));
        }
        Err(found) => findings.extend(found),
    }
    if !sources.has_modules() && !findings.iter().any(|finding| finding.severity == Severity::Error) {
        let cure = inputs::compile_hint(&sources.own.paths);
        let cure = cure.unwrap_or_else(|| "name .beam files, folders or packs".to_owned());
        return Err(Failure::input("there is no module among the inputs", cure));
    }
    pack::sort(&mut findings);
    let modules = program.own();
    drop(sources.progress);
    let (errors, warnings) = report::counts(&findings);
    match arguments.format {
        Format::Json => console::json(&Report {
            profile: arguments.target.profile.name(),
            platform: arguments.target.platform.map(emberl_packer::profile::Platform::name),
            modules,
            errors,
            warnings,
            findings: findings.iter().map(Finding::of).collect(),
        })?,
        Format::Text => console::out(|out| {
            out.write_all(report::text(&findings, console::stdout_width()).as_bytes())?;
            writeln!(out, "{} in {}", report::count_text(&findings), count(modules, "module"))?;
            Ok(())
        })?,
    }
    if errors == 0 { Ok(()) } else { Err(Failure::Told(failure::INPUT)) }
}
