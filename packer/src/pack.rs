//! From parts to a pack: loading and checking modules, choosing what is kept, checking its links, writing sections.
//!
//! Each step is a call of its own, so that a command takes the steps that it needs, and can tell how far it is.
//! Nothing here depends on the order in which threads finish: the same parts and options give the same bytes.

use std::collections::{HashMap, HashSet};

use emberl_format::Error;
use emberl_format::avm::{Builder, FLAG_BEAM, FLAG_START};
use emberl_format::etf::{self, Term};
use rayon::prelude::*;

use crate::check;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::link::{self, Target, quoted};
use crate::need;
use crate::profile::{Platform, Profile};
use crate::reach::{Cut, Dynamic, Reach, Root};
use crate::rewrite::{Emit, KeepLines, rewrite};
use crate::source::{FilePart, ModulePart, Part};
use crate::suggest;
use crate::unit::Unit;

/// How many sections are in memory at a time, apart from the pack itself.
const BATCH: usize = 64;

/// What a program is made of, and where it starts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The module whose `start/0` starts the program. Without it: the first that exports it and
    /// [may start](ModulePart::may_start).
    pub start: Option<String>,
    /// A library: nothing starts it.
    pub library: bool,
    /// Only functions that can be reached are kept.
    pub prune: bool,
    /// What is kept besides, with all that it reaches.
    pub keep: Vec<Root>,
    /// What a module that is named by an atom keeps.
    pub dynamic: Dynamic,
    /// What the machine has of its own, among the modules on the device.
    pub machine: Machine,
}

/// The machine's own modules. They are not called unless the program does, or has the name of one of their functions, or
/// something that they serve.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Their names.
    pub modules: Vec<String>,
    /// The module of functions that are processes, started by name.
    pub services: String,
    /// Modules that need such a process without naming it, and the process.
    pub served: &'static [(&'static str, &'static str)],
    /// Modules of the library that are no use on the machine. They are taken where the program's own code calls them.
    pub elsewhere: &'static [&'static str],
    /// What modules of the library need of others seldom.
    pub seldom: &'static [Seldom],
}

/// A module of the library, others that it needs for what is seldom asked of it, and those by whose functions that is
/// asked: unless the program's own code calls one of these, the need does not count.
pub type Seldom = (&'static str, &'static [&'static str], &'static [&'static str]);

/// An entry of a pack, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Module(usize),
    File(usize),
}

/// The modules and files that go into a pack, read.
#[derive(Debug)]
pub struct Program<'p> {
    /// The modules of the pack, then those that are on the device already.
    units: Vec<Unit<'p>>,
    /// By module of the pack.
    parts: Vec<&'p ModulePart>,
    files: Vec<&'p FilePart>,
    /// In the order of the inputs.
    entries: Vec<Entry>,
    /// The names of modules that could not be read, as far as their files tell.
    damaged: Vec<String>,
    /// Those of the modules that are the library's.
    library: HashSet<String>,
}

impl<'p> Program<'p> {
    /// Reads modules, and checks their code. Of modules and files with the same name the first counts.
    ///
    /// `with` are modules that are on the device already. `tick` is called once for each module that is done, from any
    /// thread.
    #[must_use]
    pub fn load(parts: &'p [Part], with: &'p [Part], tick: &(dyn Fn() + Sync)) -> (Self, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let mut program = Self {
            units: Vec::new(),
            parts: Vec::new(),
            files: Vec::new(),
            entries: Vec::new(),
            damaged: Vec::new(),
            library: HashSet::new(),
        };
        let mut loaded = load_all(parts, true, tick).into_iter();
        let mut seen: HashMap<&str, &str> = HashMap::new();
        let mut seen_files: HashMap<&[u8], &str> = HashMap::new();
        for part in parts {
            match part {
                Part::Module(module) => {
                    let Some((unit, found)) = loaded.next() else { continue };
                    match unit {
                        Ok(unit) => {
                            // The name borrows from the part's bytes, not from the unit.
                            let name: &'p str = unit.name();
                            if let Some(first) = seen.get(name) {
                                findings.push(shadowed(codes::SHADOWED, "module", &quoted(name), first, &module.file));
                                continue;
                            }
                            seen.insert(name, &module.file);
                            findings.extend(found);
                            program.entries.push(Entry::Module(program.units.len()));
                            program.units.push(unit);
                            program.parts.push(module);
                        }
                        Err((_, error)) => {
                            program.damaged.push(stem(&module.file).to_owned());
                            findings.push(Diagnostic::unreadable(&module.file, &error));
                        }
                    }
                }
                Part::File(file) => {
                    if let Some(first) = seen_files.get(&file.name[..]) {
                        let name = emberl_format::avm::shown(&file.name);
                        findings.push(shadowed(codes::SHADOWED_FILE, "file", &name, first, &file.file));
                        continue;
                    }
                    seen_files.insert(&file.name, &file.file);
                    program.entries.push(Entry::File(program.files.len()));
                    program.files.push(file);
                }
            }
        }
        for (unit, _) in load_all(with, false, &|| {}) {
            match unit {
                Ok(unit) => program.units.push(unit),
                Err((file, error)) => {
                    findings.push(Diagnostic { severity: Severity::Warning, ..Diagnostic::unreadable(file, &error) })
                }
            }
        }
        (program, findings)
    }

    /// Adds modules of a library to those of the pack, after the others. A module whose name is there already is left
    /// out.
    ///
    /// `tick` is called as by [`load`](Self::load).
    pub fn extend(&mut self, parts: &'p [Part], tick: &(dyn Fn() + Sync)) -> Vec<Diagnostic> {
        let modules = parts.iter().filter_map(|part| match part {
            Part::Module(module) => Some(module),
            Part::File(_) => None,
        });
        let mut findings = Vec::new();
        for ((unit, found), module) in load_all(parts, true, tick).into_iter().zip(modules) {
            match unit {
                Ok(unit) if self.units.iter().any(|known| known.name() == unit.name()) => {}
                Ok(unit) => {
                    let index = self.own();
                    findings.extend(found);
                    self.entries.push(Entry::Module(index));
                    self.library.insert(unit.name().to_owned());
                    // Those on the device stay behind those of the pack.
                    self.units.insert(index, unit);
                    self.parts.push(module);
                }
                Err((file, error)) => {
                    self.damaged.push(stem(file).to_owned());
                    findings.push(Diagnostic::unreadable(file, &error));
                }
            }
        }
        findings
    }

    /// Those of the modules `outside`, which are not loaded, that the program may come to as far as it is loaded: kept
    /// code calls or names them, they are behaviours of modules, or implement a protocol that is used. With them loaded,
    /// more may be needed.
    ///
    /// # Errors
    /// As [`select`](Self::select).
    pub fn needed<'o>(&self, options: &Options, outside: &[&'o str]) -> Result<Vec<&'o str>, Vec<Diagnostic>> {
        let mut selection = self.select(&Options { prune: false, ..options.clone() })?;
        let called = self.called();
        let elsewhere = options.machine.elsewhere;
        let outside: Vec<&'o str> =
            outside.iter().copied().filter(|name| !elsewhere.contains(name) || called.contains(name)).collect();
        let (graph, reach) = self.reach_beside(&mut selection.roots, options, &outside)?;
        let seldom = self.seldom(&options.machine);
        let is_cut = |unit: usize, name: &str| seldom.iter().any(|(from, to)| *from == unit && to.contains(&name));
        let found = need::modules(&self.units, &graph, &reach, &outside, &is_cut);
        Ok(outside.iter().copied().filter(|name| found.contains(name)).collect())
    }

    /// Tells of modules that are among the inputs, but could not be read: calls of them are not judged.
    pub fn add_damaged<'n>(&mut self, files: impl Iterator<Item = &'n str>) {
        self.damaged.extend(files.map(|file| stem(file).to_owned()));
    }

    /// The modules: first those of the pack, then those on the device.
    #[must_use]
    pub fn units(&self) -> &[Unit<'p>] {
        &self.units
    }

    /// How many of [`units`](Self::units) go into the pack.
    #[must_use]
    pub fn own(&self) -> usize {
        self.parts.len()
    }

    /// The modules that go into the pack.
    #[must_use]
    pub fn own_units(&self) -> &[Unit<'p>] {
        self.units.get(..self.own()).unwrap_or_default()
    }

    /// The modules that are on the device already.
    #[must_use]
    pub fn with(&self) -> &[Unit<'p>] {
        self.units.get(self.own()..).unwrap_or_default()
    }

    /// The module of the pack with this name, by its index.
    #[must_use]
    pub fn find(&self, module: &str) -> Option<usize> {
        self.own_units().iter().position(|unit| unit.name() == module)
    }

    /// Finds the start module and, when pruning is asked for, what it reaches.
    ///
    /// # Errors
    /// When there is no such start module, a rule names nothing, or a literal cannot be read.
    pub fn select(&self, options: &Options) -> Result<Selection, Vec<Diagnostic>> {
        let mut findings = Vec::new();
        let start = if options.library && options.start.is_none() {
            None
        } else {
            match self.start(options) {
                Ok(start) => Some(start),
                Err(finding) => {
                    findings.push(*finding);
                    None
                }
            }
        };
        let mut roots = Vec::new();
        if let Some(unit) = start.and_then(|start| self.units.get(start)) {
            roots.push(Root::Start(unit.name().to_owned()));
        }
        roots.extend(options.keep.iter().cloned());
        if roots.is_empty() && options.library {
            roots.push(Root::Library);
        }
        findings.extend(options.keep.iter().filter_map(|rule| self.check_rule(rule)));
        if !findings.is_empty() {
            return Err(findings);
        }
        let reach = if options.prune { Some(self.reach(&mut roots, options)?) } else { None };
        // The library as a whole has no start module, whatever roots it was asked for.
        let start = start.filter(|_| !options.library);
        Ok(Selection { start, roots, reach })
    }

    /// The modules that the program's own code calls: that of the pack's modules, without the library's.
    fn called(&self) -> HashSet<&str> {
        let is_own = |unit: &&Unit<'_>| !self.library.contains(unit.name());
        let imports = self.own_units().iter().filter(is_own);
        imports.flat_map(|unit| unit.module.imports.iter().map(|import| unit.module.atom(import.module))).collect()
    }

    /// The units of the library, and of the machine, that need other modules only for what this program does not ask, and
    /// those modules.
    fn seldom(&self, machine: &Machine) -> Vec<(usize, &'static [&'static str])> {
        let called = self.called();
        let rows = machine.seldom.iter().filter(|(_, _, unless)| !unless.iter().any(|name| called.contains(name)));
        let place = |from: &str| {
            let is_known =
                |unit: &Unit<'_>| self.library.contains(from) || machine.modules.iter().any(|own| own == unit.name());
            self.units.iter().position(|unit| unit.name() == from && is_known(unit))
        };
        rows.filter_map(|(from, to, _)| Some((place(from)?, *to))).collect()
    }

    fn reach(&self, roots: &mut Vec<Root>, options: &Options) -> Result<Reach, Vec<Diagnostic>> {
        self.reach_beside(roots, options, &[]).map(|(_, reach)| reach)
    }

    fn reach_beside(
        &self,
        roots: &mut Vec<Root>,
        options: &Options,
        outside: &[&str],
    ) -> Result<(Graph, Reach), Vec<Diagnostic>> {
        let machine = &options.machine;
        // What is on the device calls back whatever its code names; what the machine has, only where it is asked for.
        let device = self.with().iter().map(|unit| unit.name().to_owned());
        roots.extend(device.filter(|name| !machine.modules.contains(name)).map(Root::Module));
        let served = machine.served.iter().filter(|(other, _)| self.find(other).is_some());
        roots.extend(served.map(|&(other, name)| Root::Beside {
            other: other.to_owned(),
            module: machine.services.clone(),
            name: name.to_owned(),
        }));
        // After those, whose names keep nothing.
        if !machine.modules.is_empty() {
            roots.push(Root::Named(machine.services.clone()));
        }
        let known: HashSet<&str> = self.units.iter().map(Unit::name).collect();
        for unit in self.own_units() {
            // A behaviour that cannot be seen (it comes with the VM) may call all of its callbacks.
            if behaviours(unit).iter().any(|behaviour| !known.contains(&**behaviour)) {
                roots.push(Root::Module(unit.name().to_owned()));
            }
        }
        let graph = Graph::build_beside(&self.units, outside)
            .map_err(|bad| vec![Diagnostic::unreadable(bad.file.clone(), &bad.error)])?;
        let seldom = self.seldom(machine);
        let cut = seldom.iter().flat_map(|&(from, to)| to.iter().map(move |name| (from, name)));
        let cut: Cut = cut.filter_map(|(from, name)| Some((from, graph.unit(name)?))).collect();
        let reach = Reach::compute_with(&self.units, &graph, roots, options.dynamic, &cut);
        Ok((graph, reach))
    }

    fn start(&self, options: &Options) -> Result<usize, Box<Diagnostic>> {
        let fault = |code, what, why: &str, cure| {
            Err(Box::new(Diagnostic::of_file(code, Severity::Error, "", what, why.to_owned(), cure)))
        };
        let Some(name) = &options.start else {
            let mut candidates = self.own_units().iter().zip(&self.parts);
            return match candidates.position(|(unit, part)| part.may_start && unit.exported("start", 0).is_some()) {
                Some(start) => Ok(start),
                None => fault(
                    codes::NO_START,
                    "no module to start".to_owned(),
                    "no module of the inputs exports start/0",
                    "export start/0 from the main module, name it with --start, or pass --lib for a library".to_owned(),
                ),
            };
        };
        let Some(start) = self.find(name) else {
            let cure = match suggest::nearest_name(name, self.own_units().iter().map(Unit::name)) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "add its .beam file to the inputs".to_owned(),
            };
            let what = format!("the start module {} is not among the inputs", quoted(name));
            return fault(codes::NO_START_FUNCTION, what, "a program starts with a module of its pack", cure);
        };
        match self.units.get(start).filter(|unit| unit.exported("start", 0).is_some()) {
            Some(_) => Ok(start),
            None => fault(
                codes::NO_START_FUNCTION,
                format!("the start module {} does not export start/0", quoted(name)),
                "the virtual machine calls it to start the program",
                "add -export([start/0]), or name another module with --start".to_owned(),
            ),
        }
    }

    /// What is wrong with a `--keep` rule, if anything.
    fn check_rule(&self, rule: &Root) -> Option<Diagnostic> {
        let fault = |what: String, why: String, cure: String| {
            Some(Diagnostic::of_file(codes::KEEP, Severity::Error, "", what, why, cure))
        };
        let module = match rule {
            Root::Start(module) | Root::Module(module) | Root::Function { module, .. } => module,
            Root::Library | Root::Named(_) | Root::Beside { .. } => return None,
        };
        let Some(unit) = self.units.iter().find(|unit| unit.name() == module) else {
            let cure = match suggest::nearest_name(module, self.units.iter().map(Unit::name)) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "add the module to the inputs, or drop the rule".to_owned(),
            };
            let module = quoted(module);
            return fault(format!("--keep {module} names nothing"), format!("there is no module {module}"), cure);
        };
        let Root::Function { name, arity, .. } = rule else { return None };
        if unit.exported(name, *arity).is_some() {
            return None;
        }
        let shown = format!("{}:{}/{arity}", quoted(module), quoted(name));
        let known = unit
            .module
            .exports
            .iter()
            .map(|export| suggest::Mfa::new(unit.name(), unit.module.atom(export.function), export.arity as u8));
        let cure = match suggest::nearest(suggest::Mfa::new(module, name, *arity), known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("`--keep {}` keeps all that it exports", quoted(module)),
        };
        fault(format!("--keep {shown} names nothing"), "the module does not export it".to_owned(), cure)
    }

    /// Checks the links of what is kept. With `allow_unresolved` all that is found is a warning.
    #[must_use]
    pub fn links(
        &self,
        selection: &Selection,
        profile: &'static Profile,
        platform: Option<Platform>,
        allow_unresolved: bool,
    ) -> Vec<Diagnostic> {
        let target = Target { profile, platform, with: self.with(), damaged: &self.damaged };
        let mut found = link::check(self.own_units(), &target, &|unit, function| selection.is_kept(unit, function));
        if allow_unresolved {
            found.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
        }
        found
    }

    /// The entries that are kept, the start module first, else in the order of the inputs.
    fn order(&self, selection: &Selection) -> Vec<Entry> {
        let mut order = self.entries.clone();
        if let Some(start) = selection.start {
            // A stable sort: all others stay as they are.
            order.sort_by_key(|entry| *entry != Entry::Module(start));
        }
        order.retain(|entry| match *entry {
            Entry::Module(unit) => selection.keeps_module(unit),
            Entry::File(_) => true,
        });
        order
    }

    /// Makes the sections of the pack in their order, and gives what `work` makes of each. At no time are there more
    /// than 64 of them.
    ///
    /// # Errors
    /// One finding for each section that cannot be made, or that `work` has none for.
    pub fn sections<'s, R: Send>(
        &'s self,
        selection: &Selection,
        lines: KeepLines,
        work: impl Fn(Section<'s>) -> Result<R, Box<Diagnostic>> + Sync + Send,
        mut take: impl FnMut(R) -> Result<(), Box<Diagnostic>>,
    ) -> Result<(), Vec<Diagnostic>> {
        let emit = Emit { lines, ..Emit::pack() };
        let mut findings = Vec::new();
        for batch in self.order(selection).chunks(BATCH) {
            for result in each(batch, |&entry| self.section(entry, selection, &emit).and_then(&work)) {
                if let Err(finding) = result.and_then(&mut take) {
                    findings.push(*finding);
                }
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    /// Writes the pack.
    ///
    /// # Errors
    /// When a module cannot be written, or a name or a size cannot be stored.
    pub fn write(&self, selection: &Selection, lines: KeepLines) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let mut builder = Builder::new();
        self.sections(selection, lines, Ok, |section| {
            builder
                .push(&section.name, section.flags, &section.data)
                .map_err(|error| Box::new(Diagnostic::unreadable(section.file, &error)))
        })?;
        Ok(builder.finish())
    }

    fn section<'s>(&'s self, entry: Entry, selection: &Selection, emit: &Emit) -> Result<Section<'s>, Box<Diagnostic>> {
        match entry {
            Entry::Module(index) => {
                let Some(unit) = self.units.get(index) else { return Ok(Section::default()) };
                let data = rewrite(unit, &|function| selection.is_kept(index, function), emit)
                    .map_err(|error| Box::new(Diagnostic::unreadable(&unit.file, &error)))?;
                let flags = if selection.start == Some(index) { FLAG_BEAM | FLAG_START } else { FLAG_BEAM };
                let name = format!("{}.beam", unit.name()).into_bytes();
                Ok(Section { name, flags, data: data.into(), file: &unit.file, module: true })
            }
            Entry::File(index) => {
                let Some(file) = self.files.get(index) else { return Ok(Section::default()) };
                let data = file.data.as_slice().into();
                Ok(Section { name: file.name.clone(), flags: file.flags, data, file: &file.file, module: false })
            }
        }
    }

    /// The modules of the pack that are kept, with the number of their functions that are.
    pub fn kept<'s>(&'s self, selection: &'s Selection) -> impl Iterator<Item = (&'s Unit<'p>, usize)> {
        let units = self.own_units().iter().enumerate().filter(|(index, _)| selection.keeps_module(*index));
        units.map(|(index, unit)| {
            let all = unit.functions.list().len();
            (unit, selection.reach.as_ref().map_or(all, |reach| reach.kept_functions(index)))
        })
    }

    /// What the selection keeps, in numbers.
    #[must_use]
    pub fn summary(&self, selection: &Selection) -> Summary {
        let mut summary = Summary { files: self.files.len(), ..Summary::default() };
        for (index, (unit, part)) in self.own_units().iter().zip(&self.parts).enumerate() {
            let functions = unit.functions.list().len();
            let kept = match &selection.reach {
                Some(reach) => reach.kept_functions(index),
                None => functions,
            };
            summary.modules += 1;
            summary.modules_kept += usize::from(selection.keeps_module(index));
            summary.functions += functions;
            summary.functions_kept += kept;
            summary.bytes_before += part.input_size;
        }
        summary.bytes_before += self.files.iter().map(|file| file.data.len()).sum::<usize>();
        summary
    }
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Modules among the inputs, each name once.
    pub modules: usize,
    /// Those that are kept.
    pub modules_kept: usize,
    /// Functions of all modules.
    pub functions: usize,
    /// Those that are kept.
    pub functions_kept: usize,
    /// Plain files.
    pub files: usize,
    /// Bytes of the inputs, modules and plain files.
    pub bytes_before: usize,
}

/// What is kept of a program.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    start: Option<usize>,
    roots: Vec<Root>,
    reach: Option<Reach>,
}

impl Selection {
    /// The start module, by its index.
    #[must_use]
    pub const fn start(&self) -> Option<usize> {
        self.start
    }

    /// Where reachability starts.
    #[must_use]
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// What can be reached; `None` when nothing is pruned.
    #[must_use]
    pub const fn reach(&self) -> Option<&Reach> {
        self.reach.as_ref()
    }

    /// Whether a function is kept.
    #[must_use]
    pub fn is_kept(&self, unit: usize, function: usize) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.is_kept(unit, function))
    }

    /// Whether a module is kept, with some of its functions.
    #[must_use]
    pub fn keeps_module(&self, unit: usize) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.kept_functions(unit) != 0)
    }
}

/// A section to be written.
#[derive(Clone, Debug, Default)]
pub struct Section<'p> {
    /// Its name.
    pub name: Vec<u8>,
    /// Its flags.
    pub flags: u32,
    /// Its data.
    pub data: std::borrow::Cow<'p, [u8]>,
    /// Where it comes from, for messages.
    pub file: &'p str,
    /// Whether it is a module.
    pub module: bool,
}

impl Section<'_> {
    /// How many bytes it takes in a pack: header, name, data and what pads them.
    #[must_use]
    pub fn packed_size(&self) -> usize {
        (12 + self.name.len() + 1).next_multiple_of(4) + self.data.len().next_multiple_of(4)
    }
}

/// Sorts findings in the order in which they are told: by file, then by place.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by_cached_key(Diagnostic::key);
}

/// The results of `work` in the order of `items`. One item does not start the pool of threads.
fn each<'i, T: Sync, R: Send>(items: &'i [T], work: impl Fn(&'i T) -> R + Sync + Send) -> Vec<R> {
    if items.len() < 2 { items.iter().map(work).collect() } else { items.par_iter().map(work).collect() }
}

type Loaded<'p> = (Result<Unit<'p>, (&'p str, Error)>, Vec<Diagnostic>);

/// Reads all modules of `parts`, and checks their code when `checked`.
fn load_all<'p>(parts: &'p [Part], checked: bool, tick: &(dyn Fn() + Sync)) -> Vec<Loaded<'p>> {
    let modules: Vec<&'p ModulePart> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Module(module) => Some(module),
            Part::File(_) => None,
        })
        .collect();
    each(&modules, |&module| {
        let unit = Unit::load(module.file.as_str(), &module.bytes).map_err(|error| (module.file.as_str(), error));
        let findings = match &unit {
            Ok(unit) if checked => check::code(unit),
            _ => Vec::new(),
        };
        tick();
        (unit, findings)
    })
}

fn shadowed(code: u16, kind: &str, name: &str, first: &str, file: &str) -> Diagnostic {
    Diagnostic::of_file(
        code,
        Severity::Warning,
        file,
        format!("the {kind} {name} is there twice; this one is left out"),
        format!("{first} comes first, and the first of a name is used"),
        format!("take one of the two out of the inputs; their order decides which {kind} is used"),
    )
}

/// The name that a module's file has: the last part of the path, or the section's name, without `.beam`.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\', '(']).next().unwrap_or(file);
    name.trim_end_matches(')').trim_end_matches(".beam")
}

/// The behaviours that a module says it has.
pub(crate) fn behaviours(unit: &Unit<'_>) -> Vec<Box<str>> {
    let attributes = unit.module.chunks.get(b"Attr").and_then(|chunk| etf::decode(chunk.data).ok());
    let mut found = Vec::new();
    let Some(Term::List { elements, .. }) = &attributes else { return found };
    for attribute in elements {
        if let Term::Tuple(pair) = attribute
            && let [Term::Atom(key), Term::List { elements: names, .. }] = pair.as_slice()
            && matches!(&**key, "behaviour" | "behavior")
        {
            found.extend(names.iter().filter_map(|name| match name {
                Term::Atom(name) => Some(Box::from(&**name)),
                _ => None,
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modules_from_files() {
        assert_eq!(stem("build/hello.beam"), "hello");
        assert_eq!(stem("lib.avm(Elixir.Enum.beam)"), "Elixir.Enum");
        assert_eq!(stem("hello"), "hello");
    }

    #[test]
    fn a_section_is_as_large_as_the_builder_makes_it() {
        for (name, data) in [(&b"a"[..], &b""[..]), (b"abc", b"x"), (b"abcd", b"12345678")] {
            let section = Section { name: name.to_vec(), data: data.into(), ..Section::default() };
            let empty = Builder::new().finish().len();
            let mut builder = Builder::new();
            builder.push(name, 0, data).unwrap();
            assert_eq!(builder.finish().len() - empty, section.packed_size());
        }
    }
}
