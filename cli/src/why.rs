//! `emberl why`: the chain of calls that keeps a function.

use clap::Args;
use emberl_packer::link::quoted;
use emberl_packer::pack::{Program, Selection};
use emberl_packer::reach::{Reach, Root, Step};
use emberl_packer::suggest::{self, Mfa};
use emberl_packer::unit::Unit;

use crate::args::{self, SelectOptions, Sources, Wanted, WithOptions};
use crate::console::{self, LABEL, STRONG, styled};
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::report;

const AFTER_HELP: &str = "\
The chain is a shortest one, from where the program starts to the function. A module \
alone is explained by the function of it that is nearest to the start. In a project \
(emberl.toml) without inputs: what keeps it in the project's program.

Examples:
  emberl why io_lib
  emberl why app.avm lists:map/2
  emberl why build/ io_lib
  emberl why --start hello build/ 'Elixir.Enum':map/2";

/// Tell why a function or a module is kept when pruning
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, override_usage = "emberl why [OPTIONS] [INPUT]... <M:F/A>")]
pub(crate) struct Arguments {
    #[command(flatten)]
    select: SelectOptions,

    #[command(flatten)]
    with: WithOptions,

    /// Modules, folders, packs and patterns, and last the function or module to explain
    #[arg(required = true, value_name = "INPUT")]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Some((wanted, inputs)) = arguments.arguments.split_last() else { return Ok(()) };
    let Ok(Wanted { module: Some(module), function }) = Wanted::parse(wanted) else {
        return Err(Failure::usage(
            format!("{wanted} is no function with its module"),
            "the last argument is MODULE:FUNCTION/ARITY, or a module",
        ));
    };
    let wanted = (module.as_str(), function.as_ref());
    if inputs.is_empty() {
        let project = Project::instead_of("file", &[])?;
        if arguments.select.is_set() || !arguments.with.with.is_empty() {
            let what = "the options of what is kept are for inputs that are named";
            return Err(Failure::usage(
                what,
                "in a project, emberl.toml says it: start, build.keep, build.dynamic, build.with",
            ));
        }
        return project.explore(&|program, selection, library| {
            let is_known = |module: &str| library.path(module).is_some();
            explain(program, selection, wanted, "kept by build.keep", &is_known)
        })?;
    }
    let sources = Sources::read(inputs, &arguments.with.with);
    let program = sources.load_unchecked()?;
    let selection = args::select(&program, &arguments.select.options(true))?;
    explain(&program, &selection, wanted, "kept by --keep", &|_| false)
}

/// Tells the chain. `rule` is what a rule of the user's is called, `is_known` tells of modules that were not taken.
fn explain(
    program: &Program<'_>,
    selection: &Selection,
    (module, function): (&str, Option<&(String, u8)>),
    rule: &str,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let Some(reach) = selection.reach() else { return Ok(()) };
    let unit = program.units().iter().position(|unit| unit.name() == module);
    if unit.is_none() && !is_known(module) {
        return Err(unknown_module(module, program.units().iter().map(Unit::name)));
    }
    let shown = match function {
        Some((name, arity)) => format!("{}:{}/{arity}", quoted(module), quoted(name)),
        None => format!("the module {}", quoted(module)),
    };
    let steps = match (unit, function) {
        (Some(unit), Some((name, arity))) => reach.why(unit, find(program, unit, name, *arity)?),
        (Some(unit), None) => nearest(program, reach, unit),
        (None, _) => Vec::new(),
    };
    if steps.is_empty() {
        return console::out(|out| {
            writeln!(out, "{} is not kept: nothing that is kept refers to it", styled(STRONG, report::plain(&shown)))?;
            Ok(())
        });
    }
    let units = program.units();
    console::out(|out| {
        writeln!(out, "{} is kept:", styled(STRONG, report::plain(&shown)))?;
        for (number, step) in steps.iter().enumerate() {
            let before = number.checked_sub(1).and_then(|before| steps.get(before));
            let mut text = step.describe(units, before);
            if let emberl_packer::reach::Edge::Root(root) = step.edge {
                text = format!(
                    "{}, {}",
                    text.trim_end_matches(", a root"),
                    root_text(selection.roots().get(root), program, rule)
                );
            }
            let mark = if number == 0 { "  " } else { "->" };
            writeln!(out, "  {} {}", styled(LABEL, mark), report::plain(&text))?;
        }
        Ok(())
    })
}

/// What makes a root one.
fn root_text(root: Option<&Root>, program: &Program<'_>, rule: &str) -> String {
    match root {
        Some(Root::Start(module)) => format!("where the program starts (module {})", quoted(module)),
        Some(Root::Library) => "exported by the library".to_owned(),
        Some(Root::Module(module)) if program.find(module).is_none() => {
            format!("on the device with {}", quoted(module))
        }
        Some(Root::Module(module)) => format!("exported by {}, which is kept", quoted(module)),
        Some(Root::Function { .. }) => rule.to_owned(),
        Some(Root::Named(module)) => format!("the machine's own, in {}", quoted(module)),
        Some(Root::Beside { other, .. }) => format!("what the machine runs for {}", quoted(other)),
        None => "a root".to_owned(),
    }
}

/// The shortest chain to a function of a unit.
fn nearest(program: &Program<'_>, reach: &Reach, unit: usize) -> Vec<Step> {
    let functions = program.units().get(unit).map_or(0, |unit| unit.functions.list().len());
    let chains = (0..functions).map(|function| reach.why(unit, function)).filter(|steps| !steps.is_empty());
    chains.min_by_key(Vec::len).unwrap_or_default()
}

fn find(program: &Program<'_>, unit: usize, name: &str, arity: u8) -> Result<usize> {
    let Some(unit) = program.units().get(unit) else { return Ok(0) };
    let position = unit.functions.list().iter().position(|function| unit.name_of(function) == (name, arity));
    position.ok_or_else(|| unknown_function(unit, name, arity))
}

/// A module that is not there.
pub(crate) fn unknown_module<'n>(module: &str, known: impl Iterator<Item = &'n str>) -> Failure {
    let cure = match suggest::nearest_name(module, known) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => "`emberl list` shows the modules of a pack".to_owned(),
    };
    Failure::input(format!("there is no module {} among the inputs", quoted(module)), cure)
}

/// A function that is not there.
pub(crate) fn unknown_function(unit: &Unit<'_>, name: &str, arity: u8) -> Failure {
    let known = unit.functions.list().iter().map(|function| {
        let (name, arity) = unit.name_of(function);
        Mfa::new(unit.name(), name, arity)
    });
    let cure = match suggest::nearest(Mfa::new(unit.name(), name, arity), known) {
        Some(near) => format!("did you mean {near}?"),
        None => "`emberl size --by function` shows the functions".to_owned(),
    };
    Failure::input(format!("the module {} has no function {}/{arity}", quoted(unit.name()), quoted(name)), cure)
}
