//! The packs and modules of a program, in the order in which they were given. Modules are handed out when they are asked
//! for; nothing but names is read before.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use emberl_format::avm::{Avm, Kind};
use emberl_format::module::Module;

/// Why a program could not be opened.
#[derive(Debug)]
pub enum Error {
    /// A file that cannot be read.
    Read(PathBuf, io::Error),
    /// A file that is not what its name says.
    Format(PathBuf, emberl_format::Error),
    /// A file whose name ends in neither `.avm` nor `.beam`.
    Kind(PathBuf),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Format(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Kind(path) => {
                write!(f, "{} is neither a pack (.avm) nor a module (.beam)", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}

/// Where a module or a file is: in which of the files, and from where to where.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: usize,
    start: usize,
    end: usize,
}

/// A program: packs and modules.
#[derive(Debug, Default)]
pub struct Program {
    files: Vec<(PathBuf, Vec<u8>)>,
    modules: HashMap<String, Place>,
    plain: HashMap<String, Place>,
    start: Option<String>,
    /// The modules that were given as files of their own, in order.
    beams: Vec<String>,
}

impl Program {
    /// Reads `.avm` and `.beam` files. Of modules and plain files with the same name the first counts.
    ///
    /// # Errors
    /// At the first file that cannot be read or is not what its name says.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, Error> {
        let mut program = Self::default();
        for path in paths {
            let path = path.as_ref();
            let bytes = fs::read(path).map_err(|error| Error::Read(path.to_owned(), error))?;
            program.add(path, bytes)?;
        }
        Ok(program)
    }

    /// Adds a file that was read: a pack or a module, by the end of its path.
    ///
    /// # Errors
    /// When it is not what its name says. Then nothing is added.
    pub fn add(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), Error> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("avm") => self.add_pack(path, bytes),
            Some("beam") => self.add_module(path, bytes),
            _ => Err(Error::Kind(path.to_owned())),
        }
    }

    fn add_pack(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), Error> {
        let avm = Avm::parse(&bytes).map_err(|error| Error::Format(path.to_owned(), error))?;
        let file = self.files.len();
        for section in avm.sections() {
            // A name that is not UTF-8 can be no atom, and no program can ask for it.
            let Ok(name) = section.name_text() else { continue };
            // The data end where the section does, and the sections are slices of the pack.
            let zeros = section.data.iter().take_while(|&&byte| byte == 0).count();
            // Old packers put zero bytes before a module.
            let form = section.data.get(zeros..).filter(|form| form.starts_with(b"FOR1"));
            if let Some(form) = form {
                let Some(place) = place(file, &bytes, form) else { continue };
                let name = name.strip_suffix(".beam").unwrap_or(name);
                if section.is_start() && self.start.is_none() {
                    self.start = Some(name.to_owned());
                }
                self.modules.entry(name.to_owned()).or_insert(place);
            } else if section.kind() == Kind::File
                && let Some(place) = section.file_contents().ok().and_then(|data| place(file, &bytes, data))
            {
                self.plain.entry(name.to_owned()).or_insert(place);
            }
        }
        self.files.push((path.to_owned(), bytes));
        Ok(())
    }

    fn add_module(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), Error> {
        let wrong = |error| Error::Format(path.to_owned(), error);
        // Of a file that is not compressed nothing is copied.
        let bytes = match emberl_format::beam::uncompressed(&bytes).map_err(wrong)? {
            std::borrow::Cow::Borrowed(_) => bytes,
            std::borrow::Cow::Owned(inflated) => inflated,
        };
        let name = Module::parse(&bytes).map_err(wrong)?.name().to_owned();
        let place = Place { file: self.files.len(), start: 0, end: bytes.len() };
        self.modules.entry(name.clone()).or_insert(place);
        self.beams.push(name);
        self.files.push((path.to_owned(), bytes));
        Ok(())
    }

    /// The module that a pack marks to start the program: the first of all packs.
    #[must_use]
    pub fn marked_start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// The module to start: the one that a pack marks, else the first of the modules given as files that exports
    /// `start/0`, else the first of them.
    #[must_use]
    pub fn start(&self) -> Option<&str> {
        let mut beams = self.beams.iter().map(String::as_str);
        self.marked_start()
            .or_else(|| beams.clone().find(|name| self.exports(name, "start", 0)))
            .or_else(|| beams.next())
    }

    /// Whether a module of the program exports a function. A module that cannot be read exports none.
    #[must_use]
    pub fn exports(&self, module: &str, function: &str, arity: u32) -> bool {
        let module = self.module(module).and_then(|bytes| Module::parse(bytes).ok());
        module.is_some_and(|module| {
            let same = |export: &emberl_format::module::Export| {
                export.arity == arity && module.atom(export.function) == function
            };
            module.exports.iter().any(same)
        })
    }

    /// The names of all modules, in alphabetical order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.modules.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The `.beam` form of a module.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&[u8]> {
        self.bytes(*self.modules.get(name)?)
    }

    /// Where a module comes from, for messages: a path, or `PACK(SECTION)`.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<String> {
        let (path, bytes) = self.files.get(self.modules.get(name)?.file)?;
        let path = path.display();
        Some(if bytes.starts_with(b"FOR1") { path.to_string() } else { format!("{path}({name}.beam)") })
    }

    /// Where a module comes from, as a path that leads there if a pack is thought of as a folder.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let (path, bytes) = self.files.get(self.modules.get(name)?.file)?;
        Some(if bytes.starts_with(b"FOR1") { path.clone() } else { path.join(format!("{name}.beam")) })
    }

    /// The contents of a plain file, by its name in the packs.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.bytes(*self.plain.get(name)?)
    }

    fn bytes(&self, place: Place) -> Option<&[u8]> {
        self.files.get(place.file)?.1.get(place.start..place.end)
    }
}

/// Where `part` lies in `whole`, which it is a slice of.
fn place(file: usize, whole: &[u8], part: &[u8]) -> Option<Place> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(Place { file, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberl_format::avm::{Builder, FLAG_BEAM, FLAG_START};

    fn fixture(name: &str) -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cli");
        fs::read(folder.join(name)).unwrap()
    }

    fn pack(sections: &[(&str, u32, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new();
        for (name, flags, data) in sections {
            builder.push(name.as_bytes(), *flags, data).unwrap();
        }
        builder.push_file(b"app/priv/a.txt", b"hello").unwrap();
        builder.finish()
    }

    #[test]
    fn the_first_of_a_name_counts() {
        let (one, two) = (&b"FOR1 one"[..], &b"FOR1 two"[..]);
        let mut program = Program::default();
        program.add(Path::new("a.avm"), pack(&[("x.beam", FLAG_BEAM, one)])).unwrap();
        let second = pack(&[("x.beam", FLAG_START, two), ("y.beam", FLAG_START | FLAG_BEAM, two)]);
        program.add(Path::new("b.avm"), second).unwrap();
        assert_eq!(program.module("x"), Some(one));
        assert_eq!(program.module("y"), Some(two));
        assert_eq!(program.module("z"), None);
        assert_eq!(program.start(), Some("x"));
        assert_eq!(program.file("app/priv/a.txt"), Some(&b"hello"[..]));
        assert_eq!(program.file("app/priv"), None);
        assert_eq!(program.origin("y").unwrap(), "b.avm(y.beam)");
        assert_eq!(program.names(), ["x", "y"]);
    }

    #[test]
    fn of_modules_the_first_with_start_starts() {
        let mut program = Program::default();
        program.add(Path::new("counter.beam"), fixture("counter.beam")).unwrap();
        assert_eq!(program.start(), Some("counter"));
        program.add(Path::new("app.beam"), fixture("app.beam")).unwrap();
        assert_eq!(program.start(), Some("app"));
        assert!(program.exports("app", "start", 0) && !program.exports("app", "start", 1));
        assert_eq!(program.origin("app").unwrap(), "app.beam");
        // A pack that marks one goes first, though it comes last.
        program.add(Path::new("a.avm"), pack(&[("x.beam", FLAG_START, b"FOR1")])).unwrap();
        assert_eq!(program.start(), Some("x"));
    }

    #[test]
    fn what_is_no_program_is_told() {
        let mut program = Program::default();
        for (path, what) in [
            ("a.avm", "a.avm: this is not an .avm pack"),
            ("a.beam", "a.beam: this is not a .beam file"),
            ("a.txt", "neither a pack (.avm) nor a module (.beam)"),
        ] {
            let error = program.add(Path::new(path), b"nonsense".to_vec()).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        assert!(program.names().is_empty());
        assert!(matches!(Program::open(&["no-such.avm"]), Err(Error::Read(..))));
    }

    #[test]
    fn mutated_packs_are_harmless() {
        let whole = pack(&[("x.beam", FLAG_START, &fixture("app.beam"))]);
        for at in 0..whole.len().min(400) {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let mut program = Program::default();
                if program.add(Path::new("a.avm"), bytes).is_ok() {
                    for name in program.names() {
                        assert!(program.module(name).is_some());
                        let _ = program.exports(name, "start", 0);
                    }
                }
            }
        }
    }
}
