//! Options that several commands have, and what they mean.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::pack::{self, Machine, Options, Program, Selection};
use emberl_packer::profile::{Platform, Profile};
use emberl_packer::reach::{Dynamic, Root};
use emberl_packer::source::{Detail, Part, Parts};

use crate::console::Progress;
use crate::failure::{Failure, Result};
use crate::inputs::Inputs;

/// How a command prints its result: for people, or for programs (the shapes are in `cli/schemas/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What the program is checked against.
#[derive(Debug, Args)]
pub(crate) struct TargetOptions {
    /// What the target's virtual machine can run
    #[arg(long, value_name = "PROFILE", default_value = "emberl", value_parser = profile_parser(), help_heading = "Target")]
    pub(crate) profile: &'static Profile,

    /// The platform, for natives that not all have; without it only those count that all platforms have
    #[arg(long, value_name = "PLATFORM", value_parser = platform_parser(), help_heading = "Target")]
    pub(crate) platform: Option<Platform>,
}

/// Modules beside the program.
#[derive(Debug, Args)]
pub(crate) struct WithOptions {
    /// A pack that is on the device already (or a module or folder): it resolves calls, and is not packed
    #[arg(long, value_name = "LIB.avm", help_heading = "Target")]
    pub(crate) with: Vec<String>,
}

/// What is kept of the program.
#[derive(Debug, Args)]
pub(crate) struct SelectOptions {
    /// The module whose start/0 starts the program; else the first of the inputs that exports it
    #[arg(short, long, value_name = "MODULE", help_heading = "What is kept")]
    pub(crate) start: Option<String>,

    /// A library: nothing starts it, and calls that lead nowhere are warnings
    #[arg(short, long, help_heading = "What is kept")]
    pub(crate) lib: bool,

    /// Keep this besides: a module with all its exports, or one function
    #[arg(short, long, value_name = "M|M:F/A", value_parser = Root::parse_keep, help_heading = "What is kept")]
    pub(crate) keep: Vec<Root>,

    /// What an atom that names a module keeps: the exports that atoms name too, or any export (for programs that
    /// make names of functions at run time)
    #[arg(long, value_name = "EXPORTS", default_value = "named", hide_default_value = true)]
    #[arg(value_parser = dynamic_parser(), help_heading = "What is kept")]
    pub(crate) dynamic: Dynamic,
}

impl SelectOptions {
    /// Whether any of them is given.
    pub(crate) fn is_set(&self) -> bool {
        self.start.is_some() || self.lib || !self.keep.is_empty() || self.dynamic != Dynamic::default()
    }

    /// The options for the packer.
    pub(crate) fn options(&self, prune: bool) -> Options {
        let start = self.start.as_deref().map(|name| module_name(name).to_owned());
        Options {
            start,
            library: self.lib,
            prune,
            keep: self.keep.clone(),
            dynamic: self.dynamic,
            machine: Machine::default(),
        }
    }
}

fn profile_parser() -> impl TypedValueParser<Value = &'static Profile> {
    PossibleValuesParser::new(Profile::names()).try_map(|name| Profile::named(&name).ok_or("there is no such profile"))
}

fn dynamic_parser() -> impl TypedValueParser<Value = Dynamic> {
    PossibleValuesParser::new(["named", "any"]).map(|name| if name == "any" { Dynamic::Any } else { Dynamic::Named })
}

fn platform_parser() -> impl TypedValueParser<Value = Platform> {
    PossibleValuesParser::new(Platform::ALL.map(Platform::name))
        .try_map(|name| Platform::named(&name).ok_or("there is no such platform"))
}

/// The module's name, however it was written: `hello`, `hello.beam`, `'Elixir.Main'`.
pub(crate) fn module_name(name: &str) -> &str {
    let name = name.strip_suffix(".beam").unwrap_or(name);
    name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')).unwrap_or(name)
}

/// The inputs of a command, read but not loaded.
#[derive(Debug)]
pub(crate) struct Sources {
    /// What goes into the pack.
    pub(crate) own: Inputs,
    /// What is on the device already.
    pub(crate) with: Inputs,
    /// How far the work is.
    pub(crate) progress: Progress,
}

impl Sources {
    /// Reads inputs and the packs beside them.
    pub(crate) fn read(inputs: &[String], with: &[String]) -> Self {
        let (own, progress) = Inputs::read(inputs, Detail::Code);
        let (with, _) = Inputs::read(with, Detail::Code);
        Self { own, with, progress }
    }

    /// Adds what the target's machine has of its own, which is not packed: with Emberl's, the modules that stand in for
    /// parts of OTP. A program's modules that it would never run, since the machine's come first, are left out.
    pub(crate) fn with_machine(&mut self, profile: &Profile) -> Machine {
        if profile.name() != "emberl" {
            return Machine::default();
        }
        self.own.parts.retain(|part| !file_module(part).is_some_and(emberl_erlang::is_first));
        let modules = self.know_machine(profile);
        Machine {
            modules,
            services: emberl_erlang::SERVICES.to_owned(),
            served: emberl_erlang::SERVED,
            elsewhere: emberl_erlang::ELSEWHERE,
            seldom: emberl_erlang::SELDOM,
        }
    }

    /// Lets programs call what the target's machine has of its own; the names of those modules.
    pub(crate) fn know_machine(&mut self, profile: &Profile) -> Vec<String> {
        if profile.name() != "emberl" {
            return Vec::new();
        }
        let own = Parts::of("emberl.avm", emberl_erlang::PACK.to_vec(), Detail::Code);
        let modules = own.parts.iter().filter_map(file_module).map(str::to_owned).collect();
        self.with.parts.extend(own.parts);
        modules
    }

    /// Loads the modules. The findings are those of reading too.
    pub(crate) fn load(&self) -> (Program<'_>, Vec<Diagnostic>) {
        self.progress.stage("Checking");
        let (mut program, found) = Program::load(&self.own.parts, &self.with.parts, &|| self.progress.tick());
        let mut findings = self.own.findings.clone();
        program.add_damaged(findings.iter().map(|finding| finding.file.as_str()));
        findings.extend(self.with.findings.iter().cloned());
        findings.extend(found);
        (program, findings)
    }

    /// Loads modules for commands that do not check: errors of the files end them, the code is as it is.
    pub(crate) fn load_unchecked(&self) -> Result<Program<'_>> {
        let read: Vec<&Diagnostic> = self.own.findings.iter().chain(&self.with.findings).collect();
        if read.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(Failure::Findings(read.into_iter().cloned().collect()));
        }
        let (program, mut found) = Program::load(&self.own.parts, &self.with.parts, &|| {});
        found.retain(|finding| finding.severity == Severity::Error && finding.module.is_none());
        if found.is_empty() { Ok(program) } else { Err(findings(found)) }
    }

    /// Whether there is a module at all.
    pub(crate) fn has_modules(&self) -> bool {
        self.own.parts.iter().any(|part| matches!(part, Part::Module(_)))
    }
}

/// The module that a file holds, by the file's name: `code` of `ebin/code.beam` and of `otp.avm(code.beam)`.
fn file_module(part: &Part) -> Option<&str> {
    let Part::Module(module) = part else { return None };
    let name = module.file.trim_end_matches(')');
    name.rsplit(['/', '\\', '(']).next()?.strip_suffix(".beam")
}

/// Chooses what is kept, with findings as the failure.
pub(crate) fn select(program: &Program<'_>, options: &Options) -> Result<Selection> {
    program.select(options).map_err(findings)
}

/// Findings as the reason of a failure, in order.
pub(crate) fn findings(mut found: Vec<Diagnostic>) -> Failure {
    pack::sort(&mut found);
    Failure::Findings(found)
}

/// A function as the user writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its module, if given.
    pub(crate) module: Option<String>,
    /// Its name and arity; a module alone has none.
    pub(crate) function: Option<(String, u8)>,
}

impl Wanted {
    /// Reads `M:F/A`, `F/A` or `M`. The names may be quoted.
    ///
    /// # Errors
    /// When an arity is no number of 0 to 255, or a name is empty.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| {
            Err(Failure::usage(
                format!("{text} is no function: {why}"),
                "write MODULE:FUNCTION/ARITY, for example lists:map/2",
            ))
        };
        let (head, arity) = match text.rsplit_once('/') {
            Some((head, arity)) => (head, Some(arity)),
            None => (text, None),
        };
        let (module, name) = match split_quoted(head) {
            Some((module, name)) => (Some(module), Some(name)),
            None if arity.is_some() => (None, Some(head)),
            None => (Some(head), None),
        };
        let unquoted = |name: &str| name.trim_matches('\'').to_owned();
        let function = match (name, arity) {
            (Some(name), Some(arity)) => match arity.parse() {
                Ok(arity) => Some((unquoted(name), arity)),
                Err(_) => return bad("the arity is not a number of 0 to 255"),
            },
            (Some(_), None) => return bad("the arity is missing"),
            (None, _) => None,
        };
        if module.is_some_and(str::is_empty) || name.is_some_and(str::is_empty) {
            return bad("a name is empty");
        }
        Ok(Self { module: module.map(|module| module_name(module).to_owned()), function })
    }
}

/// Splits at the colon between module and function: the first outside of quotes.
fn split_quoted(text: &str) -> Option<(&str, &str)> {
    let mut inside = false;
    let at = text.char_indices().find_map(|(at, c)| {
        inside ^= c == '\'';
        (c == ':' && !inside).then_some(at)
    })?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> (Option<String>, Option<(String, u8)>) {
        let wanted = Wanted::parse(text).unwrap();
        (wanted.module, wanted.function)
    }

    #[test]
    fn functions_are_read() {
        assert_eq!(wanted("lists:map/2"), (Some("lists".into()), Some(("map".into(), 2))));
        assert_eq!(wanted("map/2"), (None, Some(("map".into(), 2))));
        assert_eq!(wanted("lists"), (Some("lists".into()), None));
        assert_eq!(wanted("'Elixir.A':'-f/1-fun-0-'/0"), (Some("Elixir.A".into()), Some(("-f/1-fun-0-".into(), 0))));
        assert_eq!(wanted("erlang:'/'/2"), (Some("erlang".into()), Some(("/".into(), 2))));
        for bad in ["lists:map", "lists:map/x", "lists:map/256", ":f/1", ""] {
            assert!(Wanted::parse(bad).is_err(), "{bad}");
        }
    }
}
