//! The files that arguments name: folders and patterns expanded, everything read. All that is wrong is found, not only
//! the first.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use emberl_packer::codes;
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::source::{Detail, Part, Parts};
use rayon::prelude::*;

use crate::console::Progress;
use crate::failure::reason;

/// The largest file that a pack can hold, in bytes.
const LARGEST: u64 = u32::MAX as u64;
/// The cure for a missing pack.
const MAKE_PACK: &str = "check the path, or make the pack first";
/// How many folders may be inside of each other.
const DEEPEST: usize = 64;

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The parts, in the order of the arguments.
    pub(crate) parts: Vec<Part>,
    /// The files, as they were found.
    pub(crate) paths: Vec<String>,
    /// What was wrong.
    pub(crate) findings: Vec<Diagnostic>,
}

impl Inputs {
    /// Reads all files that `arguments` name. The bar goes on to show what is done with them.
    pub(crate) fn read(arguments: &[String], detail: Detail) -> (Self, Progress) {
        let (paths, findings) = expand(arguments);
        let progress = Progress::new(paths.len());
        progress.stage("Reading");
        let one = |path: &String| {
            let read = match read(path) {
                Ok(bytes) => Parts::of(path, bytes, detail),
                Err(finding) => Parts { parts: Vec::new(), findings: vec![*finding] },
            };
            progress.tick();
            read
        };
        // One file does not start the pool of threads.
        let read: Vec<Parts> = match paths.as_slice() {
            [path] => vec![one(path)],
            paths => paths.par_iter().map(one).collect(),
        };
        let mut inputs = Self { findings, paths, parts: Vec::new() };
        for parts in read {
            inputs.parts.extend(parts.parts);
            inputs.findings.extend(parts.findings);
        }
        (inputs, progress)
    }
}

/// The files that arguments name, and what was wrong with the arguments.
pub(crate) fn expand(arguments: &[String]) -> (Vec<String>, Vec<Diagnostic>) {
    let mut expanded = Expanded::default();
    for argument in arguments {
        expanded.argument(argument);
    }
    (expanded.paths, expanded.findings)
}

#[derive(Default)]
struct Expanded {
    paths: Vec<String>,
    seen: HashSet<String>,
    findings: Vec<Diagnostic>,
}

impl Expanded {
    fn argument(&mut self, argument: &str) {
        let path = Path::new(argument);
        // A file whose name looks like a pattern is that file.
        if fs::symlink_metadata(path).is_err() && argument.contains(['*', '?', '[']) {
            self.pattern(argument);
        } else {
            self.path(argument);
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let before = self.paths.len() + self.findings.len();
        match glob::glob(pattern) {
            Ok(found) => {
                let found: Vec<PathBuf> = found.filter_map(Result::ok).collect();
                let mut found: Vec<String> = found.iter().filter_map(|path| self.name(path)).collect();
                found.sort_by(|a, b| parts(a).cmp(parts(b)));
                for path in found {
                    self.path(&path);
                }
            }
            Err(error) => {
                let why = format!("{} (character {})", error.msg, error.pos + 1);
                self.fault(
                    pattern,
                    format!("{pattern} is not a pattern"),
                    why,
                    "write * ? or [a-z] for any characters",
                );
                return;
            }
        }
        if self.paths.len() + self.findings.len() == before {
            let why = "no file has a name like that".to_owned();
            self.fault(
                pattern,
                format!("the pattern {pattern} matches nothing"),
                why,
                "check the folder; ** stands for any folders",
            );
        }
    }

    fn path(&mut self, path: &str) {
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => self.folder(path),
            // What cannot be read is told when it is.
            _ => self.push(path.to_owned()),
        }
    }

    /// A path as text. One that is not UTF-8 is a fault: no pack can hold its name.
    fn name(&mut self, path: &Path) -> Option<String> {
        if let Some(name) = path.to_str() {
            return Some(name.to_owned());
        }
        let shown = path.to_string_lossy().into_owned();
        let why = "its name is not UTF-8".to_owned();
        self.fault(&shown, format!("cannot read {shown}"), why, "rename the file");
        None
    }

    fn push(&mut self, path: String) {
        if self.seen.insert(path.clone()) {
            self.paths.push(path);
        }
    }

    /// The `.beam` files below a folder, in the order of their paths.
    fn folder(&mut self, folder: &str) {
        let mut found = Vec::new();
        let mut none = true;
        let mut visited = HashSet::new();
        let mut folders = vec![(PathBuf::from(folder), 0)];
        let shown = |path: &Path| {
            // `./a.beam` is `a.beam`.
            if folder == "." { path.strip_prefix(".").unwrap_or(path).to_owned() } else { path.to_owned() }
        };
        while let Some((current, depth)) = folders.pop() {
            // A link may lead back to a folder above it.
            if depth > DEEPEST || !fs::canonicalize(&current).is_ok_and(|path| visited.insert(path)) {
                continue;
            }
            let entries = match fs::read_dir(&current) {
                Ok(entries) => entries,
                Err(error) => {
                    let shown = current.display().to_string();
                    self.fault(
                        &shown,
                        format!("cannot read the folder {shown}"),
                        reason(&error),
                        "change its permissions",
                    );
                    continue;
                }
            };
            let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            inside.sort();
            // The last one is next.
            for path in inside.into_iter().rev() {
                if path.is_dir() {
                    folders.push((path, depth + 1));
                } else if path.extension().is_some_and(|extension| extension == "beam") {
                    none = false;
                    found.extend(self.name(&shown(&path)));
                }
            }
        }
        if none {
            let why = "a folder stands for the modules in it and below".to_owned();
            let cure = "compile the project first, or name another folder".to_owned();
            let mut finding = fault(folder, format!("the folder {folder} has no .beam files"), why, cure);
            // An application without modules is nothing unusual: OTP's erl_interface has an empty ebin.
            if Path::new(folder).file_name().is_some_and(|name| name == "ebin") {
                finding.severity = Severity::Warning;
            }
            self.findings.push(*finding);
        }
        found.sort_by(|a, b| parts(a).cmp(parts(b)));
        found.into_iter().for_each(|path| self.push(path));
    }

    fn fault(&mut self, file: &str, what: String, why: String, cure: &str) {
        self.findings.push(*fault(file, what, why, cure.to_owned()));
    }
}

/// The parts of a path: the order of files must not depend on the system's separator.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', std::path::MAIN_SEPARATOR])
}

fn fault(file: &str, what: String, why: String, cure: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::of_file(codes::INPUT, Severity::Error, file, what, why, cure))
}

/// Reads one file.
///
/// # Errors
/// A finding that says why it cannot be read.
pub(crate) fn read(path: &str) -> Result<Vec<u8>, Box<Diagnostic>> {
    let cannot = |error: &std::io::Error| {
        let cure = match error.kind() {
            std::io::ErrorKind::NotFound => near(path),
            std::io::ErrorKind::PermissionDenied => "change its permissions".to_owned(),
            _ => "check the file and the disk that it is on".to_owned(),
        };
        fault(path, format!("cannot read {path}"), reason(error), cure)
    };
    let refused = |why: &str, cure: &str| Err(fault(path, format!("cannot read {path}"), why.into(), cure.into()));
    // A pipe or a device might never end.
    let data = fs::metadata(path).map_err(|error| cannot(&error))?;
    if data.is_dir() {
        return refused("it is a folder", "name a file");
    }
    if !data.is_file() {
        return refused("it is no regular file", "copy it into a file first");
    }
    if data.len() > LARGEST {
        return refused("it has more than 4 GiB", "a pack cannot hold it; leave it out");
    }
    let mut bytes = Vec::with_capacity(usize::try_from(data.len()).unwrap_or(0));
    fs::File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(|error| cannot(&error))?;
    Ok(bytes)
}

/// The compiler's command for a file of source, if it is one.
fn compiler(path: &str) -> Option<String> {
    let (_, extension) = path.rsplit_once('.')?;
    match extension {
        "erl" => Some(format!("erlc {path}")),
        "ex" => Some(format!("elixirc {path}")),
        "gleam" => Some("gleam build".to_owned()),
        _ => None,
    }
}

/// The cure where no module is among the inputs, but source is.
pub(crate) fn compile_hint(paths: &[String]) -> Option<String> {
    let (path, command) = paths.iter().find_map(|path| Some((path, compiler(path)?)))?;
    Some(format!("{path} is source: compile it first ({command}), and name the .beam file"))
}

/// A finding that there is nothing to start, with the cure for source among the inputs, if there is any.
pub(crate) fn with_source_cure(finding: Diagnostic, paths: &[String]) -> Diagnostic {
    match compile_hint(paths) {
        Some(cure) if finding.code.0 == codes::NO_START && !paths.iter().any(|path| holds_modules(path)) => {
            Diagnostic { cure, ..finding }
        }
        _ => finding,
    }
}

fn holds_modules(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "beam" || extension == "avm")
}

/// The cure for a missing file: a file with a similar name beside it, if there is one.
fn near(path: &str) -> String {
    let path = Path::new(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let look = folder.unwrap_or(Path::new("."));
    if !look.is_dir() {
        return format!("there is no folder {}; check the path", look.display());
    }
    let names: Vec<String> = fs::read_dir(look)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match nearest_file(&wanted, names.iter().map(String::as_str)) {
        Some(near) => {
            let near = folder.map_or_else(|| near.to_owned(), |folder| folder.join(near).display().to_string());
            // The module is not there, but its source is.
            match compiler(&near).filter(|_| holds_modules(&wanted)) {
                Some(_) if !wanted.ends_with(".beam") => MAKE_PACK.to_owned(),
                Some(command) => format!("compile {near} first ({command})"),
                None => format!("did you mean {near}?"),
            }
        }
        None if wanted.ends_with(".avm") => MAKE_PACK.to_owned(),
        None => "check the path, or compile the module first".to_owned(),
    }
}

/// The file name nearest to `wanted`. What is before the last point is compared, and then the whole: `.beam` is no
/// likeness.
pub(crate) fn nearest_file<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let split = |name: &'n str| name.rsplit_once('.').unwrap_or((name, ""));
    let (stem, extension) = wanted.rsplit_once('.').unwrap_or((wanted, ""));
    let names: Vec<&'n str> = names.collect();
    let alike = || names.iter().copied().filter(|name| extension.is_empty() || split(name).1 == extension);
    let near = emberl_packer::suggest::nearest_name(stem, alike().map(|name| split(name).0));
    match near {
        Some(near) => alike().find(|name| split(name).0 == near),
        None => names.into_iter().find(|name| split(name).0 == stem && *name != wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_near_by_what_is_before_the_point() {
        let known = || ["app.beam", "words.beam", "app.avm", "README"].into_iter();
        assert_eq!(nearest_file("nope.beam", known()), None);
        assert_eq!(nearest_file("wordz.beam", known()), Some("words.beam"));
        assert_eq!(nearest_file("app.bean", known()), Some("app.beam"));
        assert_eq!(nearest_file("word", known()), Some("words.beam"));
    }

    #[test]
    fn paths_are_ordered_by_their_parts() {
        let mut paths = ["a-b/x.beam", "a/z.beam", "a/b/x.beam", "a.beam"];
        paths.sort_by(|a, b| parts(a).cmp(parts(b)));
        assert_eq!(paths, ["a/b/x.beam", "a/z.beam", "a-b/x.beam", "a.beam"]);
    }
}
