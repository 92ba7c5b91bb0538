//! The folder of the project that somebody is in, for the names of sources: compilers name some by their whole path.

use std::env;
use std::path::{Path, PathBuf};

use super::find;

/// A project's folder, as compilers name it and as it is named from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    whole: PathBuf,
    shown: PathBuf,
}

impl Home {
    /// That of the current folder, if it is in a project.
    pub(crate) fn here() -> Option<Self> {
        Self::of(&env::current_dir().ok()?)
    }

    fn of(current: &Path) -> Option<Self> {
        let shown = find(current)?;
        let whole = current.ancestors().nth(shown.components().count())?.to_owned();
        Some(Self { whole, shown })
    }

    /// A source as it is found from here. What is not below the project is named as it is.
    pub(crate) fn source(&self, file: &str) -> String {
        match Path::new(file).strip_prefix(&self.whole) {
            Ok(inside) => self.shown.join(inside).display().to_string(),
            Err(_) => file.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use emberl_project::PROJECT_FILE;

    use super::*;

    #[test]
    fn sources_are_named_as_they_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("src/deep");
        fs::create_dir_all(&below).unwrap();
        assert_eq!(Home::of(&below), None);
        fs::write(folder.path().join(PROJECT_FILE), "").unwrap();
        let whole = folder.path().join("src/hello.erl").display().to_string();
        let source = |from: &Path, file: &str| PathBuf::from(Home::of(from).unwrap().source(file));
        assert_eq!(source(folder.path(), &whole), Path::new("src/hello.erl"));
        assert_eq!(source(&below, &whole), Path::new("../../src/hello.erl"));
        // Another folder, whose name begins like this one's.
        let beside = format!("{}-other/hello.erl", folder.path().display());
        for file in [beside.as_str(), "lib/hello.ex"] {
            assert_eq!(source(folder.path(), file), Path::new(file));
        }
    }
}
