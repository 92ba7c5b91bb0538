//! Files of ExUnit's tests, compiled: Elixir itself does it, told by `cli/testing/compile_tests.exs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::discover::with_extension;
use crate::console;
use crate::failure::{Failure, INPUT, Result, TOOL, reason};

/// What Elixir is told to do.
const SCRIPT: &str = include_str!("../../testing/compile_tests.exs");
/// What `mix test` looks for, too.
const SUFFIX: &str = "_test.exs";
const HELPER: &str = "test_helper.exs";

/// Files of tests, and what is loaded before them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    /// Files `*_test.exs`.
    pub(crate) files: Vec<PathBuf>,
    /// The file `test_helper.exs` beside or above them.
    pub(crate) helper: Option<PathBuf>,
}

impl Sources {
    /// The files of tests in a folder and below.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub(crate) fn below(folder: &Path) -> Result<Self> {
        let mut sources = Self::default();
        for path in with_extension(folder, "exs")? {
            if path.to_string_lossy().ends_with(SUFFIX) {
                sources.add(&path);
            }
        }
        Ok(sources)
    }

    /// Adds a file, with the helper of its folder or of one of the three above.
    pub(crate) fn add(&mut self, path: &Path) {
        if !self.files.iter().any(|file| file == path) {
            self.files.push(path.to_owned());
        }
        if self.helper.is_none() {
            let folders = path.ancestors().skip(1).take(4);
            // The parent of a bare name is the empty path, which means here.
            self.helper = folders.map(|folder| folder.join(HELPER)).find(|helper| helper.is_file());
        }
    }

    /// Adds what another has.
    pub(crate) fn join(&mut self, other: Self) {
        for file in other.files {
            if !self.files.contains(&file) {
                self.files.push(file);
            }
        }
        self.helper = self.helper.take().or(other.helper);
    }

    /// Compiles them into a folder of its own, which is there until it is dropped. `folders` have the modules that the
    /// tests are of.
    ///
    /// # Errors
    /// When Elixir is missing, or finds a fault, which it then has printed.
    pub(crate) fn compile(&self, folders: &[PathBuf]) -> Result<TempDir> {
        let work = TempDir::new().map_err(|error| tool("cannot make a temporary folder", &error))?;
        let (script, into) = (work.path().join("compile_tests.exs"), work.path().join("ebin"));
        let written = fs::create_dir(&into).and_then(|()| fs::write(&script, SCRIPT));
        written.map_err(|error| tool("cannot write into the temporary folder", &error))?;
        let mut command = Command::new("elixir");
        for folder in module_folders(folders)? {
            command.arg("-pa").arg(folder);
        }
        command.arg(&script).arg(&into).arg(self.helper.as_deref().unwrap_or(Path::new("")).as_os_str());
        // What it prints is talk; and without a locale of UTF-8 it would complain.
        command.args(&self.files).stdin(Stdio::null()).env("MIX_ENV", "test");
        if std::env::var_os("LC_ALL").is_none() {
            command.env("LC_ALL", "C.UTF-8");
        }
        let output = command.output().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::input(
                "elixir was not found, which compiles files *_test.exs",
                "install Elixir, or name the folders with the compiled tests",
            ),
            _ => tool("cannot run elixir", &error),
        })?;
        for bytes in [&output.stdout, &output.stderr] {
            console::tell(&String::from_utf8_lossy(bytes));
        }
        if output.status.success() { Ok(work) } else { Err(Failure::Told(INPUT)) }
    }
}

/// The folders that have modules: these, or folders in them.
fn module_folders(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for folder in folders {
        for path in with_extension(folder, "beam")? {
            let parent = path.parent().unwrap_or(folder).to_owned();
            if !found.contains(&parent) {
                found.push(parent);
            }
        }
    }
    Ok(found)
}

/// Where [`Sources::compile`] has put the modules.
pub(crate) fn compiled(work: &TempDir) -> PathBuf {
    work.path().join("ebin")
}

fn tool(what: &str, error: &std::io::Error) -> Failure {
    Failure::Message { what: format!("{what}: {}", reason(error)), cure: String::new(), exit: TOOL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_their_helper_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("test/deep")).unwrap();
        for name in ["test/deep/b_test.exs", "test/a_test.exs", "test/other.exs", "test/test_helper.exs"] {
            fs::write(at(name), "").unwrap();
        }
        let sources = Sources::below(&at("test")).unwrap();
        assert_eq!(sources.files, [at("test/a_test.exs"), at("test/deep/b_test.exs")]);
        assert_eq!(sources.helper, Some(at("test/test_helper.exs")));
        let mut one = Sources::default();
        one.add(&at("test/deep/b_test.exs"));
        assert_eq!(one.helper, Some(at("test/test_helper.exs")));
    }
}
