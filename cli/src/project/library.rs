//! The modules that came with the installed languages, OTP and Elixir: where they are, which is asked once, and which of
//! them a program needs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use emberl_project::{Key, Language};
use serde::{Deserialize, Serialize};

use super::stamp::Entry;
use super::{Project, modules, tool};
use crate::failure::{Failure, Result};
use crate::firmware::tool as missing;

/// The file that keeps the answer, in the project's build folder.
const FILE: &str = "library.json";

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

    /// The names of its modules, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(String::as_str)
    }

    /// The file of a module.
    pub(crate) fn path(&self, module: &str) -> Option<&Path> {
        self.modules.get(module).map(PathBuf::as_path)
    }
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
    let folders: Vec<PathBuf> = folders.filter(|folder| folder.is_absolute() && folder.is_dir()).collect();
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
