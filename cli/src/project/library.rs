//! The modules that came with the installed languages, OTP and Elixir: where they are, which is asked once, and which of
//! them a program may take.
//!
//! As in a release, code comes from the applications that the project and its dependencies name in their `.app` files, and
//! those that these name; and what the project's own code calls comes from wherever it is. The name of a module alone, as
//! an atom in a table of OTP, does not bring in another application.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use emberl_project::{Key, Language};
use serde::{Deserialize, Serialize};

use super::specification::application;
use super::stamp::Entry;
use super::{Project, modules, tool};
use crate::failure::{Failure, Result};
use crate::firmware::tool as missing;

/// The file that keeps the answer, in the project's build folder.
const FILE: &str = "library.json";

/// Applications that every program has.
const ALWAYS: [&str; 2] = ["kernel", "stdlib"];
/// Elixir's own application.
const ELIXIR: &str = "elixir";
/// What that names and only compiles.
const COMPILES: &str = "compiler";
/// Modules of Elixir that only compile, by how their names begin; but for [`RUNS`]. They are taken where the project's own
/// code calls them.
const ONLY_COMPILE: [&str; 10] = [
    "elixir_",
    "Elixir.Code",
    "Elixir.Kernel.",
    "Elixir.Macro",
    "Elixir.Module",
    "Elixir.ParallelCompiler",
    "Elixir.EEx",
    "Elixir.ExUnit",
    "Elixir.IEx",
    "Elixir.Mix",
];
/// Those that run, too: `inspect/1` writes atoms and texts with the functions that the compiler has for them.
const RUNS: [&str; 7] = [
    "elixir_aliases",
    "elixir_config",
    "elixir_utils",
    "Elixir.Code.Identifier",
    "Elixir.Kernel.Utils",
    "Elixir.Macro",
    "Elixir.Module",
];

/// The folders of modules that came with the languages, and what was asked for them.
#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    /// The programs, and the files that say which version of them is called.
    asked: Vec<Option<Entry>>,
    /// Variables that they look at.
    environment: u64,
    folders: Vec<PathBuf>,
}

/// Modules that a program may take, by name.
#[derive(Debug, Default)]
pub(crate) struct Library {
    modules: BTreeMap<String, PathBuf>,
    /// The folders that were looked into.
    pub(crate) folders: Vec<PathBuf>,
}

impl Library {
    /// The modules of `build.libraries`, then those that came with the language.
    pub(crate) fn of(project: &Project, language: Language) -> Result<Self> {
        let mut library = Self::default();
        for folder in project.settings.texts(Key::Libraries) {
            let path = project.path(folder);
            if !path.is_dir() {
                let what = format!("there is no folder {}", path.display());
                return Err(project.fault(Key::Libraries, &what, "check build.libraries"));
            }
            library.add(&path);
        }
        for folder in installed(project, language)? {
            library.add(&folder);
        }
        Ok(library)
    }

    fn add(&mut self, folder: &Path) {
        for path in modules::beams(folder) {
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
            // The first of a name counts.
            self.modules.entry(name.to_owned()).or_insert(path);
        }
        self.folders.push(folder.to_owned());
    }

    /// The modules that a program may take, in order: `named` are the applications that it names, `called` the modules that
    /// its own code calls.
    pub(crate) fn scope(&self, language: Language, named: &[String], called: &HashSet<&str>) -> Vec<&str> {
        let mut applications: Vec<String> = ALWAYS.iter().map(|name| (*name).to_owned()).collect();
        applications.extend((language == Language::Elixir).then(|| ELIXIR.to_owned()));
        applications.extend_from_slice(named);
        let direct = called.iter().filter_map(|name| application(self.path(name)?));
        applications.extend(direct.map(str::to_owned));
        // With what those name.
        let mut next = 0;
        while let Some(name) = applications.get(next).cloned() {
            next += 1;
            for other in self.requires(&name) {
                if !(applications.contains(&other) || (name == ELIXIR && other == COMPILES)) {
                    applications.push(other);
                }
            }
        }
        let may = |name: &str, path: &Path| {
            let compiles = ONLY_COMPILE.iter().any(|start| name.starts_with(start)) && !RUNS.contains(&name);
            let is_named = application(path).is_none_or(|own| applications.iter().any(|known| known == own));
            called.contains(name) || (is_named && !compiles)
        };
        self.modules.iter().filter(|(name, path)| may(name, path)).map(|(name, _)| name.as_str()).collect()
    }

    /// The applications that one of the library names.
    fn requires(&self, name: &str) -> Vec<String> {
        let folder = self.folders.iter().find(|folder| {
            // Any module of the folder would do: it is asked whose it is.
            application(&folder.join("x.beam")) == Some(name)
        });
        folder.map(|folder| named(&folder.join(format!("{name}.app")))).unwrap_or_default()
    }

    /// The file of a module.
    pub(crate) fn path(&self, module: &str) -> Option<&Path> {
        self.modules.get(module).map(PathBuf::as_path)
    }
}

/// The applications that an `.app` file names.
pub(crate) fn named(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let list = text.split_once("{applications,").and_then(|(_, rest)| rest.split_once(']'));
    let names = list.map(|(list, _)| list.trim().trim_start_matches('[')).unwrap_or_default().split(',');
    names.map(|name| name.trim().trim_matches('\'').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// The folders of the modules that came with a language.
fn installed(project: &Project, language: Language) -> Result<Vec<PathBuf>> {
    let program = match language {
        Language::Elixir => "elixir",
        Language::Erlang | Language::Gleam => "erl",
    };
    let asked = asked(project, program);
    let environment = super::stamp::environment();
    let file = project.build_folder().join(FILE);
    let kept = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Answer>(&bytes).ok());
    if let Some(kept) = kept
        && (&kept.asked, kept.environment) == (&asked, environment)
        && kept.folders.iter().all(|folder| folder.is_dir())
    {
        return Ok(kept.folders);
    }
    let folders = ask(program)?;
    let answer = Answer { asked, environment, folders };
    // Where it cannot be kept it is asked again.
    if let Ok(bytes) = serde_json::to_vec(&answer) {
        let _ = crate::write_whole(&file, &bytes, "emberl");
    }
    Ok(answer.folders)
}

/// What says that the answer would be the same: the programs, and the files of version managers.
fn asked(project: &Project, program: &str) -> Vec<Option<Entry>> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let in_path =
        |name: &str| std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    let mut files: Vec<Option<PathBuf>> = ["erl", program].into_iter().map(in_path).collect();
    let files_of_managers = [".tool-versions", "mise.toml", ".mise.toml"];
    files.extend(files_of_managers.into_iter().map(|name| Some(project.path(name))));
    files.into_iter().map(|path| Entry::of(&path?).ok()).collect()
}

/// Asks a language where its modules are.
fn ask(program: &'static str) -> Result<Vec<PathBuf>> {
    let (arguments, cure) = match program {
        "elixir" => (
            &["-e", "Enum.each(:code.get_path(), &IO.puts/1)"][..],
            "apt-get install elixir (Debian, Ubuntu), dnf install elixir (Fedora), brew install elixir",
        ),
        _ => (
            &["-noshell", "-eval", "[io:format(\"~ts~n\", [Path]) || Path <- code:get_path()], halt()."][..],
            "apt-get install erlang (Debian, Ubuntu), dnf install erlang (Fedora), brew install erlang",
        ),
    };
    let answer = match tool::ask(program, arguments) {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(missing(format!("{program}, which comes with the library of the language, is not here"), cure));
        }
        Err(error) => return Err(missing(format!("cannot start {program}: {}", crate::failure::reason(&error)), cure)),
    };
    // The current folder is on the path as a point.
    let folders = answer.iter().flat_map(|answer| answer.lines()).map(PathBuf::from);
    // What is in `erts` every machine has of its own, as natives.
    let is_machine = |folder: &Path| application(&folder.join("x.beam")) == Some("erts");
    let is_library = |folder: &PathBuf| folder.is_absolute() && folder.is_dir() && !is_machine(folder);
    let folders: Vec<PathBuf> = folders.filter(is_library).collect();
    if folders.is_empty() {
        let cure = format!("look at what it says: {program} {}", arguments.join(" "));
        return Err(Failure::Message {
            what: format!("{program} does not say where its modules are"),
            cure,
            exit: crate::failure::TOOL,
        });
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_are_told_by_their_folders_and_files() {
        assert_eq!(application(Path::new("/lib/stdlib-4.2/ebin/lists.beam")), Some("stdlib"));
        assert_eq!(application(Path::new("/lib/elixir/ebin/elixir.beam")), Some("elixir"));
        assert_eq!(application(Path::new("lib/extra.beam")), None);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.app");
        fs::write(&file, "{application,a,\n [{vsn,\"1\"},\n  {applications,[kernel, stdlib,\n 'my app']}]}.").unwrap();
        assert_eq!(named(&file), ["kernel", "stdlib", "my app"]);
        fs::write(&file, "{application,a,[{applications,[]},{modules,[b]}]}.").unwrap();
        assert!(named(&file).is_empty() && named(Path::new("no.app")).is_empty());
    }

    #[test]
    fn modules_come_from_applications_that_are_named_or_called() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (application, modules, needs) in [
            ("kernel-1", &["code_server"][..], ""),
            ("stdlib-1", &["lists"], "kernel"),
            (
                "elixir",
                &["Elixir.Code", "Elixir.Enum", "Elixir.Macro", "elixir_expand", "elixir_utils"],
                "kernel,compiler",
            ),
            ("compiler-1", &["compile"], "kernel"),
            ("crypto-1", &["crypto"], "asn1"),
            ("asn1-1", &["asn1rt_nif"], ""),
            ("wx-1", &["wx"], ""),
        ] {
            let (name, _) = application.split_once('-').unwrap_or((application, ""));
            file(
                &format!("{application}/ebin/{name}.app"),
                &format!("{{application,{name},[{{applications,[{needs}]}}]}}."),
            );
            modules.iter().for_each(|module| file(&format!("{application}/ebin/{module}.beam"), ""));
        }
        let mut library = Library::default();
        let folders = ["kernel-1", "stdlib-1", "elixir", "compiler-1", "crypto-1", "asn1-1", "wx-1"];
        folders.iter().for_each(|name| library.add(&folder.path().join(name).join("ebin")));
        let none = HashSet::new();
        assert_eq!(library.scope(Language::Erlang, &[], &none), ["code_server", "lists"]);
        let elixir = ["Elixir.Enum", "Elixir.Macro", "code_server", "elixir_utils", "lists"];
        assert_eq!(library.scope(Language::Elixir, &[], &none), elixir);
        let crypto = ["asn1rt_nif", "code_server", "crypto", "lists"];
        assert_eq!(library.scope(Language::Erlang, &["crypto".to_owned()], &none), crypto);
        assert_eq!(library.scope(Language::Gleam, &[], &HashSet::from(["crypto"])), crypto);
        let called = library.scope(Language::Elixir, &[], &HashSet::from(["Elixir.Code"]));
        assert!(called.contains(&"Elixir.Code") && !called.contains(&"elixir_expand"));
    }
}
