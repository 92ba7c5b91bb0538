//! A project, built: compiled by the build tool of its language, completed from the library of that, checked, packed, and
//! held against the budgets.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use emberl_format::avm::{Avm, FLAG_FILE};
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::pack::{Options, Program, Selection};
use emberl_packer::reach::{Dynamic, Root};
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{FilePart, Part};
use emberl_project::{Key, Language};
use serde::{Deserialize, Serialize};

use super::fill::{Done, Fill, Kept, called};
use super::library::Library;
use super::stamp::{self, Before};
use super::{Project, modules, tool, wifi};
use crate::args::Sources;
use crate::assemble::{Packed, Plan};
use crate::console::{self, bytes, count};
use crate::failure::{Failure, Result};
use crate::size::Loader;
use crate::{inputs, pack};

/// What was built.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Built {
    /// The pack.
    pub(crate) output: PathBuf,
    /// The module that starts the program.
    pub(crate) start: String,
    /// The pack's bytes.
    pub(crate) bytes: usize,
    /// What went into it, by where it comes from.
    pub(crate) groups: Vec<Group>,
    /// What is left of the budgets.
    pub(crate) budgets: Vec<Budget>,
    /// How many findings there are in modules of the library, which the user has not written.
    pub(crate) library_findings: usize,
}

/// What of a pack comes from one place.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    /// `project`, `dependency`, `pack`, `library` or `files`.
    pub(crate) kind: String,
    /// The application, the pack, or the library.
    pub(crate) name: String,
    /// Modules that are kept.
    pub(crate) modules: usize,
    /// Functions that are kept.
    pub(crate) functions: usize,
    /// Bytes in the pack.
    pub(crate) bytes: usize,
}

/// A budget, and what is taken of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Budget {
    /// `flash` or `ram`.
    pub(crate) of: String,
    /// The bytes that there may be.
    pub(crate) limit: usize,
    /// Those that there are.
    pub(crate) used: usize,
}

impl Project {
    /// Builds the project, unless nothing has changed since it was built; then the result's second part says so.
    /// With `all` findings in modules of the library are told, too, and it is built in any case.
    ///
    /// # Errors
    /// When the build tool fails, the program cannot run on the target, or a budget is not enough.
    pub(crate) fn build(&self, all: bool) -> Result<(Built, bool)> {
        let language = self.language()?;
        if !all && let Some(built) = stamp::unchanged(self, language) {
            return Ok((built, true));
        }
        let before = self.compile(language)?;
        let mut work = Work::new(self, language)?;
        let built = work.build(all)?;
        stamp::keep(self, before, &work.used, &built)?;
        Ok((built, false))
    }

    /// Compiles the project, completes it from the library, and lets `look` see the whole, with what is kept of it, and the
    /// library.
    ///
    /// # Errors
    /// When the build tool fails, a module cannot be read, or the start module is wrong.
    pub(crate) fn explore<T>(&self, look: &dyn Fn(&Program<'_>, &Selection, &Library) -> T) -> Result<T> {
        let language = self.language()?;
        self.compile(language)?;
        let (_, seen) = Work::new(self, language)?.fill(&|fill: &Fill<'_>, program: &Program<'_>, _| {
            let selection = program.select(&fill.plan.options)?;
            Ok(look(program, &selection, fill.library))
        })?;
        Ok(seen)
    }

    /// Lets the build tool compile it, and tells what it was before.
    fn compile(&self, language: Language) -> Result<Before> {
        self.make_build_folder()?;
        let before = stamp::before(self, language);
        stamp::age(self, language, &before);
        tool::compile(language, &self.folder)?;
        Ok(before)
    }

    /// Makes the build folder, which git is to ignore.
    fn make_build_folder(&self) -> Result<()> {
        let folder = self.build_folder();
        let ignore = folder.join(".gitignore");
        let make = || -> std::io::Result<()> {
            fs::create_dir_all(&folder)?;
            if !ignore.exists() {
                fs::write(&ignore, "*\n")?;
            }
            Ok(())
        };
        make().map_err(|error| Failure::write(&folder, &error))
    }
}

/// Where something in a pack comes from: kind and name.
type From = (&'static str, String);

/// A build under way.
struct Work<'w> {
    project: &'w Project,
    language: Language,
    library: Library,
    /// By file: where it comes from.
    origins: HashMap<String, From>,
    /// The applications that those of the project name.
    named: Vec<String>,
    /// The files that went in.
    used: Vec<PathBuf>,
}

impl<'w> Work<'w> {
    fn new(project: &'w Project, language: Language) -> Result<Self> {
        let library = Library::of(project, language)?;
        let used = library.folders.clone();
        Ok(Self { project, language, library, origins: HashMap::new(), named: Vec::new(), used })
    }

    /// Completes the program from the library, and does with the whole what is to be done.
    fn fill<T>(&mut self, done: Done<'_, T>) -> Result<(Plan, T)> {
        let settings = &self.project.settings;
        let shown = self.project.output().display().to_string();
        let mut sources = self.sources()?;
        pack::check_output(&shown, "app.avm", sources.own.paths.iter().chain(&sources.with.paths))?;
        let profile = self.project.profile()?;
        let mut plan = Plan {
            options: Options {
                start: Some(settings.start(self.language)),
                library: false,
                prune: true,
                keep: self.project.keep()?,
                dynamic: if settings.text(Key::Dynamic) == Some("any") { Dynamic::Any } else { Dynamic::Named },
                machine: sources.with_machine(profile),
            },
            profile,
            platform: self.project.platform()?,
            unresolved: settings.is(Key::Unresolved),
            lines: if settings.texts(Key::Strip).is_empty() { KeepLines::All } else { KeepLines::None },
        };
        let (program, findings) = sources.load();
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(pack::refuse(findings, &shown));
        }
        self.check_start(&program)?;
        if !settings.is(Key::Prune) {
            plan.options.keep.extend(program.own_units().iter().map(|unit| Root::Module(unit.name().to_owned())));
        }
        let first = plan.options.keep.iter().filter_map(|rule| match rule {
            Root::Module(module) | Root::Function { module, .. } => Some(module.clone()),
            _ => None,
        });
        let first: Vec<String> = first.collect();
        let called = called(&program).chain(first.iter().map(String::as_str)).collect();
        let scope = self.library.scope(self.language, &self.named, &called);
        let mut fill = Fill { library: &self.library, plan: &plan, scope, taken: Vec::new(), first: first.clone() };
        let made = fill.run(program, findings, done).map_err(|findings| pack::refuse(findings, &shown))?;
        for path in fill.taken {
            let (kind, name) = ("library", library_of(&path));
            self.origins.insert(path.display().to_string(), (kind, name.to_owned()));
            self.used.push(path);
        }
        Ok((plan, made))
    }

    fn build(&mut self, all: bool) -> Result<Built> {
        let output = self.project.output();
        let (plan, (packed, kept)) =
            self.fill(&|fill: &Fill<'_>, program: &Program<'_>, findings| fill.pack(program, findings))?;
        let built = self.built(output, &plan, &packed, &kept)?;
        let (library, own): (Vec<Diagnostic>, Vec<Diagnostic>) = packed
            .findings
            .into_iter()
            .partition(|finding| self.origins.get(&finding.file).is_some_and(|from| from.0 == "library"));
        let built = Built { library_findings: library.len(), ..built };
        if !console::is_quiet() {
            pack::tell(own);
            if all {
                pack::tell(library);
            }
        }
        crate::write_whole(&built.output, &packed.bytes, "emberl")
            .map_err(|error| Failure::write(&built.output, &error))?;
        Ok(built)
    }

    /// All that the project has: compiled modules, packs, plain files; and what is on the device.
    fn sources(&mut self) -> Result<Sources> {
        let project = self.project;
        let (mut files, mut folders) = (Vec::new(), BTreeSet::new());
        for application in modules::applications(project, self.language)? {
            self.named.extend(application.names);
            let kind = if application.is_own { "project" } else { "dependency" };
            for path in application.modules {
                // A module that comes or goes changes its folder.
                folders.extend(path.parent().map(Path::to_owned));
                let file = path.display().to_string();
                self.origins.insert(file.clone(), (kind, application.name.clone()));
                files.push(file);
                self.used.push(path);
            }
            self.used.extend(application.specification);
        }
        self.used.extend(folders);
        let paths = |key: Key| -> Vec<String> {
            project.settings.texts(key).iter().map(|path| project.path(path).display().to_string()).collect()
        };
        let (packs, with) = (paths(Key::Packs), paths(Key::With));
        self.used.extend(packs.iter().chain(&with).map(PathBuf::from));
        files.extend(packs);
        let mut sources = Sources::read(&files, &with);
        for file in project.settings.texts(Key::Files) {
            self.plain(file, &mut sources.own)?;
        }
        self.used.extend(project.path_of(Key::WifiFile).map(PathBuf::from));
        sources.own.parts.extend(wifi::part(project)?);
        Ok(sources)
    }

    /// A plain file, or all of a folder's, as `NAME/PATH`.
    fn plain(&mut self, file: &str, own: &mut inputs::Inputs) -> Result<()> {
        let project = self.project;
        let path = project.path(file);
        self.used.push(path.clone());
        let cannot = |error: std::io::Error| {
            let what = format!("cannot read {}: {}", path.display(), crate::failure::reason(&error));
            project.fault(Key::Files, &what, "check build.files")
        };
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in fs::read_dir(&path).map_err(cannot)? {
                inside.push(entry.map_err(cannot)?.file_name());
            }
            inside.sort();
            for name in inside {
                let Some(name) = name.to_str() else {
                    let what = format!("{} has a file whose name is not UTF-8", path.display());
                    return Err(project.fault(Key::Files, &what, "rename it"));
                };
                self.plain(&format!("{}/{name}", file.trim_end_matches('/')), own)?;
            }
            return Ok(());
        }
        let content = fs::read(&path).map_err(cannot)?;
        own.paths.push(path.display().to_string());
        own.parts.push(plain(self.project.settings.name(), file, &content)?);
        Ok(())
    }

    /// The start module is one of the project's, and can start.
    fn check_start(&self, program: &Program<'_>) -> Result<()> {
        let start = self.project.settings.start(self.language);
        let name = emberl_packer::link::quoted(&start);
        let place = match self.project.settings.get(Key::Start) {
            Some(held) => held.origin.to_string(),
            None => self.project.settings.place(Key::Name),
        };
        let Some(unit) = program.own_units().iter().find(|unit| unit.name() == start) else {
            let known = program.own_units().iter().map(|unit| unit.name());
            let cure = match emberl_packer::suggest::nearest_name(&start, known) {
                Some(near) => format!("did you mean start = \"{near}\"?"),
                None => "name the module with start/0: start = \"...\" in [project]".to_owned(),
            };
            return Err(Failure::input(format!("{place}: the project has no module {name} to start"), cure));
        };
        if unit.exported("start", 0).is_some() {
            return Ok(());
        }
        let what = format!("{place}: the start module {name} does not export start/0");
        let cure = match self.language {
            Language::Erlang => "add -export([start/0]), or name another module: start = \"...\" in [project]",
            Language::Elixir => "add def start(), or name another module: start = \"...\" in [project]",
            Language::Gleam => "add pub fn start(), or name another module: start = \"...\" in [project]",
        };
        Err(Failure::input(what, cure))
    }

    /// What the pack has, and whether it is within the budgets.
    fn built(&self, output: PathBuf, plan: &Plan, packed: &Packed, kept: &[Kept]) -> Result<Built> {
        let avm = crate::pack_file::parse(&output.display().to_string(), &packed.bytes)?;
        let mut built = Built {
            output,
            start: self.project.settings.start(self.language),
            bytes: packed.bytes.len(),
            groups: self.groups(&avm, kept),
            budgets: Vec::new(),
            library_findings: 0,
        };
        let name = self.project.settings.name();
        let largest = largest(&avm);
        let mut over = Vec::new();
        let mut budget = |key: Key, of: &str, used: usize, what: &str, cure: String| {
            let Some(limit) = self.project.settings.number(key) else { return };
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            if used > limit {
                let place = self.project.settings.place(key);
                let what = format!(
                    "{place}: {what} has {}, {} more than the budget of {}",
                    bytes(used),
                    bytes(used - limit),
                    bytes(limit)
                );
                over.push((what, cure));
            }
            built.budgets.push(Budget { of: of.to_owned(), limit, used });
        };
        budget(
            Key::BudgetFlash,
            "flash",
            packed.bytes.len(),
            &format!("the pack {name}.avm"),
            format!("make the largest smaller: {largest}"),
        );
        if self.project.settings.number(Key::BudgetRam).is_some() {
            if plan.profile.name() == "emberl" {
                let used = loaded(&avm)?;
                budget(
                    Key::BudgetRam,
                    "ram",
                    used,
                    "the loaded program",
                    format!("make the largest smaller: {largest}"),
                );
            } else {
                console::note(&format!("budget.ram is not looked at: what {} takes is not known", plan.profile.name()));
            }
        }
        let output = crate::report::plain(&built.output.display().to_string());
        match over.into_iter().reduce(|one, other| (format!("{}\n{}", one.0, other.0), one.1)) {
            None => Ok(built),
            Some((what, cure)) => {
                console::tell(&crate::report::message(&what, &cure, console::stderr_width()));
                console::tell(&format!("{output} was not written\n"));
                Err(Failure::Told(crate::failure::INPUT))
            }
        }
    }

    fn groups(&self, avm: &Avm<'_>, kept: &[Kept]) -> Vec<Group> {
        let by_section: HashMap<&str, &Kept> = kept.iter().map(|part| (part.section.as_str(), part)).collect();
        let mut groups: Vec<Group> = Vec::new();
        for section in avm.sections() {
            let name = section.name_shown();
            let part = by_section.get(name.as_str());
            let (kind, from) = match part {
                Some(part) => self.origins.get(&part.file).cloned().unwrap_or_else(|| {
                    // `PACK(SECTION)`.
                    ("pack", part.file.split('(').next().unwrap_or_default().to_owned())
                }),
                None => ("files", String::new()),
            };
            let bytes = (12 + section.name.len() + 1).next_multiple_of(4) + section.data.len().next_multiple_of(4);
            let (modules, functions) = part.map_or((1, 0), |part| (part.modules, part.functions));
            let group = match groups.iter_mut().find(|group| group.kind == kind && group.name == from) {
                Some(group) => group,
                None => {
                    groups.push(Group { kind: kind.to_owned(), name: from, modules: 0, functions: 0, bytes: 0 });
                    let Some(group) = groups.last_mut() else { continue };
                    group
                }
            };
            group.modules += modules;
            group.functions += functions;
            group.bytes += bytes;
        }
        const ORDER: [&str; 5] = ["project", "dependency", "pack", "library", "files"];
        groups.sort_by_key(|group| ORDER.iter().position(|kind| *kind == group.kind));
        groups
    }
}

/// A plain file's part of a pack: `NAME/PATH`, whatever its name ends with.
pub(super) fn plain(project: &str, path: &str, content: &[u8]) -> Result<Part> {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let name = format!("{project}/{}", path.strip_prefix("./").unwrap_or(&path));
    let Ok(length) = u32::try_from(content.len()) else {
        return Err(Failure::input(format!("{path} has 4 GiB or more"), "a pack cannot hold it; leave it out"));
    };
    let data = [&length.to_be_bytes(), content].concat();
    Ok(Part::File(FilePart { file: path, name: name.into_bytes(), flags: FLAG_FILE, data }))
}

/// Whose module a file of the library is.
fn library_of(path: &Path) -> &'static str {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with("Elixir.") || name.starts_with("elixir") { "Elixir" } else { "OTP" }
}

/// The three largest sections, for a message.
fn largest(avm: &Avm<'_>) -> String {
    let mut sections: Vec<_> = avm.sections().iter().collect();
    sections.sort_by_key(|section| std::cmp::Reverse(section.data.len()));
    let shown = |section: &&emberl_format::avm::Section<'_>| {
        format!("{} ({})", crate::report::plain(&section.name_shown()), bytes(section.data.len()))
    };
    sections.iter().take(3).map(shown).collect::<Vec<_>>().join(", ")
}

/// The memory that the modules take once they are loaded.
fn loaded(avm: &Avm<'_>) -> Result<usize> {
    let mut loader = Loader::new()?;
    for section in avm.sections().iter().filter(|section| section.data.starts_with(b"FOR1")) {
        let name = section.name_shown();
        loader.load(&name, name.trim_end_matches(".beam"), section.data);
    }
    loader.total()
}

impl Built {
    /// A line about the pack: `_emberl/hello.avm: 12 modules, 118.0 KiB; starts with hello`.
    pub(crate) fn line(&self) -> String {
        let modules = self.groups.iter().filter(|group| group.kind != "files").map(|group| group.modules).sum();
        format!(
            "{}: {}, {}; starts with {}",
            crate::report::plain(&self.output.display().to_string()),
            count(modules, "module"),
            bytes(self.bytes),
            emberl_packer::link::quoted(&self.start)
        )
    }
}
