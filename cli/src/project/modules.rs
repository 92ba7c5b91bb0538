//! The compiled modules of a project: where the build tools leave them, and which belong to the project itself.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use emberl_project::Language;

use super::{Project, library, specification};
use crate::failure::{Failure, Result};

/// The compiled modules of an application.
#[derive(Debug)]
pub(crate) struct Application {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is of the project, not a dependency.
    pub(crate) is_own: bool,
    /// Its modules, sorted.
    pub(crate) modules: Vec<PathBuf>,
    /// The applications that it names.
    pub(crate) names: Vec<String>,
    /// Its `.app` file, if it has one.
    pub(crate) specification: Option<PathBuf>,
}

/// The applications that the build tool has compiled: those of the project first, then by name.
///
/// # Errors
/// When there is none.
pub(crate) fn applications(project: &Project, language: Language) -> Result<Vec<Application>> {
    found(project, language, folders(project, language))
}

/// As [`applications`], compiled for the project's tests.
///
/// # Errors
/// When there is none.
pub(crate) fn tested(project: &Project, language: Language) -> Result<Vec<Application>> {
    let folders = match language {
        Language::Erlang => ["checkouts", "lib"].map(|part| project.path("_build/test").join(part)).to_vec(),
        Language::Elixir => vec![project.path("_build/test/lib")],
        Language::Gleam => folders(project, language),
    };
    found(project, language, folders)
}

fn found(project: &Project, language: Language, folders: Vec<PathBuf>) -> Result<Vec<Application>> {
    let all: Vec<PathBuf> = folders.iter().flat_map(|folder| inside(folder)).collect();
    // Consolidated protocols stand for those as they were compiled, in whichever application that was.
    let consolidated = |application: &PathBuf| beams(&application.join("consolidated"));
    let names = all.iter().flat_map(consolidated).filter_map(|path| path.file_name().map(ToOwned::to_owned));
    let names: HashSet<OsString> = names.collect();
    let mut found = Vec::new();
    for application in &all {
        let name = application.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut modules = consolidated(application);
        let compiled = beams(&application.join("ebin")).into_iter();
        modules.extend(compiled.filter(|path| path.file_name().is_none_or(|name| !names.contains(name))));
        if !modules.is_empty() {
            let is_own = is_own(project, language, application, &name);
            let specification = specification::file(application).filter(|file| file.is_file());
            let names = specification.as_deref().map(library::named).unwrap_or_default();
            found.push(Application { name, is_own, modules, names, specification });
        }
    }
    found.sort_by(|a, b| (!a.is_own, &a.name).cmp(&(!b.is_own, &b.name)));
    if found.is_empty() {
        let where_to = folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
        let what = format!("the build has left no modules in {where_to}");
        return Err(Failure::input(what, "look whether the sources are where the build tool looks for them"));
    }
    Ok(found)
}

/// The folders with a folder for each application.
fn folders(project: &Project, language: Language) -> Vec<PathBuf> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    match language {
        Language::Erlang => {
            let base = project.path(variable("REBAR_BASE_DIR").unwrap_or_else(|| "_build".to_owned()));
            let profiles = variable("REBAR_PROFILE").unwrap_or_else(|| "default".to_owned()).replace(',', "+");
            // Of dependencies in `_checkouts`, which come before others.
            ["checkouts", "lib"].map(|part| base.join(&profiles).join(part)).to_vec()
        }
        Language::Elixir => {
            if let Some(path) = variable("MIX_BUILD_PATH") {
                return vec![project.path(path).join("lib")];
            }
            let root = project.path(variable("MIX_BUILD_ROOT").unwrap_or_else(|| "_build".to_owned()));
            let environment = variable("MIX_ENV").unwrap_or_else(|| "dev".to_owned());
            let folder = match variable("MIX_TARGET").filter(|target| target != "host") {
                Some(target) => format!("{target}_{environment}"),
                None => environment,
            };
            vec![root.join(folder).join("lib")]
        }
        Language::Gleam => vec![project.path("build/dev/erlang")],
    }
}

/// Whether an application is of the project: its sources are, and not fetched.
fn is_own(project: &Project, language: Language, application: &Path, name: &str) -> bool {
    match language {
        Language::Erlang => {
            // rebar3 links to sources of the project, and keeps those of dependencies.
            let source = fs::canonicalize(application.join("src")).ok();
            let build = fs::canonicalize(application).ok();
            let folder = fs::canonicalize(project.path(".")).ok();
            match (source, build, folder) {
                (Some(source), Some(build), Some(folder)) => {
                    source.starts_with(&folder)
                        && !source.starts_with(&build)
                        && !source.starts_with(folder.join("_checkouts"))
                }
                _ => false,
            }
        }
        Language::Elixir => {
            let text = fs::read_to_string(project.path("mix.exs")).unwrap_or_default();
            has_atom(&text, name) && !project.path("deps").join(name).exists()
                || project.path("apps").join(name).is_dir()
        }
        Language::Gleam => {
            let text = fs::read_to_string(project.path("gleam.toml")).unwrap_or_default();
            let named = text.lines().find_map(|line| line.trim().strip_prefix("name")?.trim().strip_prefix('='));
            named.is_some_and(|named| named.trim().trim_matches(['"', '\'']) == name)
        }
    }
}

/// Whether a text of Elixir says `app: :NAME`.
fn has_atom(text: &str, name: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| matches!(pair, ["app:", atom] if atom.strip_prefix(':') == Some(name)))
}

/// The folders in a folder, by name.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// The modules in a folder, by name.
pub(crate) fn beams(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "beam"))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_of_a_mix_project_is_found() {
        let text = "def project do\n  [\n    app: :my_app,\n    version: \"0.1.0\"\n";
        assert!(has_atom(text, "my_app") && !has_atom(text, "my") && !has_atom(text, "version"));
        assert!(has_atom("[app: :a]", "a") && !has_atom("# app", "app"));
    }
}
