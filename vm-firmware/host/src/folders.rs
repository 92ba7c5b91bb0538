//! Folders that modules are looked for in: those of `--pa`. Each is listed once, when a module is first looked for there.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use emberl_format::beam;

/// Folders with `.beam` files, searched in order.
#[derive(Debug, Default)]
pub struct Folders {
    folders: Vec<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// The names of its modules; `None` until it was listed.
    modules: Option<HashSet<String>>,
}

impl Folders {
    /// Folders, not yet looked at.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folders: paths.into_iter().map(|path| Folder { path, modules: None }).collect() }
    }

    /// The folders, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|folder| folder.path.as_path())
    }

    /// Where the file of a module is: in the first folder that has it.
    pub fn path(&mut self, name: &str) -> Option<PathBuf> {
        let has = |folder: &mut Folder| folder.modules.get_or_insert_with(|| list(&folder.path)).contains(name);
        let folder = self.folders.iter_mut().find_map(|folder| has(folder).then_some(&folder.path))?;
        Some(folder.join(format!("{name}.beam")))
    }

    /// The bytes of a module, inflated, from the first folder that has it. A file that cannot be read or inflated is as
    /// good as none: the next folder is asked.
    pub fn find(&mut self, name: &str) -> Option<Vec<u8>> {
        for folder in &mut self.folders {
            let modules = folder.modules.get_or_insert_with(|| list(&folder.path));
            // Only a name that was listed becomes part of a path, so a module's name cannot lead out of the folder.
            if !modules.contains(name) {
                continue;
            }
            if let Ok(bytes) = fs::read(folder.path.join(format!("{name}.beam")))
                && let Some(bytes) = inflated(bytes)
            {
                return Some(bytes);
            }
        }
        None
    }
}

/// The names of modules in a folder; none where it cannot be read.
fn list(folder: &PathBuf) -> HashSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter_map(|name| Some(name.strip_suffix(".beam")?.to_owned())).collect()
}

/// The form in a `.beam` file, which may be compressed by gzip.
fn inflated(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let inflated = match beam::uncompressed(&bytes).ok()? {
        std::borrow::Cow::Owned(inflated) => inflated,
        std::borrow::Cow::Borrowed(_) => return Some(bytes),
    };
    Some(inflated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_that_has_it() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(first.path().join("a.beam"), "FOR1 first").unwrap();
        fs::write(second.path().join("a.beam"), "FOR1 second").unwrap();
        fs::write(second.path().join("b.beam"), "FOR1 b").unwrap();
        fs::write(second.path().join("c.txt"), "c").unwrap();
        let mut folders = Folders::new([first.path().to_owned(), "no-such-folder".into(), second.path().to_owned()]);
        assert_eq!(folders.find("a").as_deref(), Some(&b"FOR1 first"[..]));
        assert_eq!(folders.find("b").as_deref(), Some(&b"FOR1 b"[..]));
        for none in ["c", "", "../a", "nothing"] {
            assert_eq!(folders.find(none), None, "{none}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir(outer.path().join("inner")).unwrap();
        fs::write(outer.path().join("a.beam"), "FOR1").unwrap();
        assert_eq!(Folders::new([outer.path().join("inner")]).find("../a"), None);
    }
}
