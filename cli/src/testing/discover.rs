//! Which modules have tests. Owns the search through files and folders, by what modules export; it runs nothing.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use emberl_format::beam;
use emberl_format::module::Module;
use emberl_host::Program;
use emberl_packer::diagnostic::Diagnostic;

use super::{HELPER, Inputs};
use crate::failure::{Failure, Result, reason};
use crate::inputs;

/// A module with tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Suite {
    /// Of EUnit (and gleeunit): the names of its tests and generators.
    EUnit {
        /// The module.
        module: String,
        /// Functions without arguments, in the order of their names.
        functions: Vec<String>,
    },
    /// Of ExUnit.
    ExUnit {
        /// The module.
        module: String,
    },
}

impl Suite {
    /// Its module.
    pub(crate) fn module(&self) -> &str {
        match self {
            Self::EUnit { module, .. } | Self::ExUnit { module } => module,
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Modules with tests, in the order of their names; each once.
    pub(crate) suites: Vec<Suite>,
    /// Folders with modules, in the order in which modules are looked for.
    pub(crate) folders: Vec<PathBuf>,
    /// Files that were named, and what is in them.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
    /// Whether there is a compiled test_helper.exs.
    pub(crate) helper: bool,
}

impl Found {
    /// Looks into all inputs but the libraries.
    ///
    /// # Errors
    /// When one cannot be read, or is no module or pack.
    pub(crate) fn look(inputs: &Inputs) -> Result<Self> {
        let mut found = Self::default();
        let mut seen = HashSet::new();
        for path in &inputs.files {
            let bytes = inputs::read(&path.to_string_lossy()).map_err(|finding| Failure::Findings(vec![*finding]))?;
            found.file(path, &bytes, &mut seen)?;
            found.files.push((path.clone(), bytes));
        }
        for folder in inputs.tests.iter().chain(&inputs.project) {
            for path in beams(folder)? {
                let parent = path.parent().unwrap_or(folder).to_owned();
                if !found.folders.contains(&parent) {
                    found.folders.push(parent);
                }
                let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                found.module(&path.display().to_string(), &bytes, &mut seen)?;
            }
        }
        found.suites.sort_by(|a, b| a.module().cmp(b.module()));
        Ok(found)
    }

    fn file(&mut self, path: &Path, bytes: &[u8], seen: &mut HashSet<String>) -> Result<()> {
        let mut program = Program::default();
        let shown = path.display().to_string();
        match program.add(path, bytes.to_vec()) {
            Ok(()) => {}
            Err(emberl_host::program::Error::Format(_, error)) => {
                return Err(Failure::Findings(vec![Diagnostic::unreadable(shown.as_str(), &error)]));
            }
            Err(error) => {
                let cure = inputs::compile_hint(std::slice::from_ref(&shown));
                let cure = cure.unwrap_or_else(|| "name .beam files, packs, folders or files *_test.exs".to_owned());
                return Err(Failure::input(error.to_string(), cure));
            }
        }
        for name in program.names() {
            if let Some(bytes) = program.module(name) {
                self.module(&program.origin(name).unwrap_or_default(), bytes, seen)?;
            }
        }
        Ok(())
    }

    fn module(&mut self, file: &str, bytes: &[u8], seen: &mut HashSet<String>) -> Result<()> {
        let unreadable = |error| Failure::Findings(vec![Diagnostic::unreadable(file, &error)]);
        let bytes = beam::uncompressed(bytes).map_err(unreadable)?;
        let module = Module::parse(&bytes).map_err(unreadable)?;
        // Of two modules with a name the first is run.
        if !seen.insert(module.name().to_owned()) {
            return Ok(());
        }
        self.helper |= module.name() == HELPER;
        self.suites.extend(suite(&module));
        Ok(())
    }
}

/// What tests a module has.
fn suite(module: &Module<'_>) -> Option<Suite> {
    let names = module.exports.iter().filter(|export| export.arity == 0).map(|export| module.atom(export.function));
    let mut functions: Vec<String> = Vec::new();
    for name in names {
        if name == "__ex_unit__" {
            return Some(Suite::ExUnit { module: module.name().to_owned() });
        }
        if name.ends_with("_test") || name.ends_with("_test_") {
            functions.push(name.to_owned());
        }
    }
    functions.sort();
    (!functions.is_empty()).then(|| Suite::EUnit { module: module.name().to_owned(), functions })
}

/// The modules in a folder and below, in the order of their paths.
fn beams(folder: &Path) -> Result<Vec<PathBuf>> {
    with_extension(folder, "beam")
}

/// The files with an extension in a folder and below, in the order of their paths.
pub(crate) fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A link may lead back to a folder above it.
        let real = fs::canonicalize(&folder).map_err(|error| unreadable(&folder, &error))?;
        if !seen.insert(real) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("cannot read {}: {}", path.display(), reason(error));
    Failure::input(what, "check the path and its permissions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_without_tests_are_none() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/cli");
        let inputs = Inputs { project: vec![folder.join("cases")], ..Inputs::default() };
        assert!(Found::look(&inputs).unwrap().suites.is_empty());
        let inputs = Inputs { files: vec![folder.join("counter.beam"), folder.join("app.beam")], ..Inputs::default() };
        let found = Found::look(&inputs).unwrap();
        assert!(found.suites.is_empty() && !found.helper);
        assert_eq!(found.files.len(), 2);
    }

    #[test]
    fn what_is_no_module_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.beam"), "nonsense").unwrap();
        let inputs = Inputs { tests: vec![folder.path().to_owned()], ..Inputs::default() };
        assert!(matches!(Found::look(&inputs), Err(Failure::Findings(found)) if found.len() == 1));
        let inputs = Inputs { tests: vec![folder.path().join("none")], ..Inputs::default() };
        assert!(matches!(Found::look(&inputs), Err(Failure::Message { what, .. }) if what.contains("none")));
    }
}
