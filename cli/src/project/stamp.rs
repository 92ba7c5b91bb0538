//! Whether anything has changed since the last build: sizes and times of all files that it depends on. What is the same is
//! not built again.
//!
//! A file counts as the same when path, size, time of its content, and, where the system has them, time of its change and
//! number are the same. Files of the project are looked at before the build tool is started, those that it makes after it:
//! what is changed while it works is found the next time. So that no later change can have the same time, the build waits
//! until the youngest file is older than the system's clock is coarse.
//!
//! rebar3 compares whole seconds: a source that is written in the second in which its module was compiled would never be
//! compiled again. Such modules are made older before it is called.

use std::collections::HashSet;
use std::env;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use emberl_project::{BUILD_FOLDER, Language};
use serde::{Deserialize, Serialize};

use super::make::Built;
use super::{Project, modules, tool};
use crate::failure::Result;

/// The file that keeps what was looked at, in the project's build folder.
const FILE: &str = "stamp.json";
/// Folders that hold no sources.
const NOT_SOURCES: [&str; 6] = ["_build", BUILD_FOLDER, ".git", ".hg", ".svn", ".elixir_ls"];
/// Files that build tools write beside the sources.
const WRITTEN: [&str; 3] = ["rebar.lock", "mix.lock", "manifest.toml"];
/// How coarse a file system's clock may be.
const COARSE: Duration = Duration::from_millis(20);
/// How often it is waited for that.
const WAITS: usize = 50;
/// How many folders may be inside of each other.
const DEEPEST: usize = 64;
const SECOND: u64 = 1_000_000_000;

/// A file as it was.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Entry {
    path: PathBuf,
    size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// The same, of the last change of name, permissions or content; and the file's number.
    changed: u64,
    number: u64,
}

impl Entry {
    /// A file as it is.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::with(path, &fs::metadata(path)?))
    }

    fn with(path: &Path, data: &Metadata) -> Self {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = data.modified().map_or(0, |time| since(time).as_nanos() as u64);
        let (changed, number) = change(data);
        Self { path: path.to_owned(), size: data.len(), modified, changed, number }
    }

    /// The second in which it was written.
    fn second(&self) -> u64 {
        self.modified / SECOND
    }

    fn is_same(&self) -> bool {
        Self::of(&self.path).is_ok_and(|now| now == *self)
    }

    /// Whether it was last changed at least so long before `now`.
    fn is_older(&self, now: u64, than: Duration) -> bool {
        let last = self.modified.max(self.changed);
        now.checked_sub(last).is_some_and(|age| age > than.as_nanos() as u64)
    }
}

#[cfg(unix)]
fn change(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let changed = i128::from(data.ctime()) * 1_000_000_000 + i128::from(data.ctime_nsec());
    (u64::try_from(changed).unwrap_or(0), data.ino())
}

#[cfg(not(unix))]
fn change(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// What a build depends on.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Inputs {
    /// This program.
    program: Option<Entry>,
    /// Variables of the environment.
    environment: u64,
    /// The project's settings.
    settings: u64,
    /// Its files, sorted.
    sources: Vec<Entry>,
}

/// A build that is done.
#[derive(Debug, Deserialize, Serialize)]
struct Stamp {
    inputs: Inputs,
    /// What else went in: compiled modules, packs, modules of the library and their folders.
    used: Vec<Entry>,
    built: Built,
}

/// The state of a project before it is built.
pub(crate) struct Before(Inputs);

/// What was built, where nothing has changed since.
pub(crate) fn unchanged(project: &Project, language: Language) -> Option<Built> {
    let stamp = last(project)?;
    let same = stamp.used.iter().all(Entry::is_same) && stamp.inputs == inputs(project, language);
    same.then_some(stamp.built)
}

/// The last build.
fn last(project: &Project) -> Option<Stamp> {
    let bytes = fs::read(project.build_folder().join(FILE)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Looks at the project, before it is built.
pub(crate) fn before(project: &Project, language: Language) -> Before {
    for _ in 0..WAITS {
        let inputs = inputs(project, language);
        if are_old(&inputs.sources) {
            return Before(inputs);
        }
        thread::sleep(COARSE);
    }
    let mut inputs = inputs(project, language);
    // A file from the future: it can change without being seen to, so that it never counts as the same.
    let now = now();
    inputs.sources.retain(|entry| entry.is_older(now, COARSE));
    Before(inputs)
}

/// Keeps what a build was made of. Where that cannot be written, the next time is built again.
pub(crate) fn keep(project: &Project, before: Before, used: &[PathBuf], built: &Built) -> Result<()> {
    let Before(mut inputs) = before;
    // What the tools wrote beside the sources is no change.
    for name in WRITTEN {
        let path = project.path(name);
        inputs.sources.retain(|entry| entry.path != path);
        inputs.sources.extend(Entry::of(&path).ok());
    }
    inputs.sources.sort_by(|a, b| a.path.cmp(&b.path));
    let look =
        || used.iter().chain([&project.output()]).map(|path| Entry::of(path)).collect::<io::Result<Vec<Entry>>>();
    let mut used = look();
    for _ in 0..WAITS {
        if used.as_ref().map_or(true, |used| are_old(used)) {
            break;
        }
        thread::sleep(COARSE);
        used = look();
    }
    let Ok(used) = used else { return Ok(()) };
    let stamp = Stamp { inputs, used, built: built.clone() };
    if let Ok(bytes) = serde_json::to_vec(&stamp) {
        let _ = crate::write_whole(&project.build_folder().join(FILE), &bytes, "emberl");
    }
    Ok(())
}

/// Makes modules of the project older that rebar3 would take as they are, though a source was changed since the last build:
/// one that is no whole second younger than its module.
pub(crate) fn age(project: &Project, language: Language, before: &Before) {
    let stamp = last(project);
    let known: HashSet<&Entry> = stamp.iter().flat_map(|stamp| &stamp.inputs.sources).collect();
    let changed: Vec<u64> = before.0.sources.iter().filter(|entry| !known.contains(entry)).map(Entry::second).collect();
    if language == Language::Erlang && !changed.is_empty() {
        let applications = modules::applications(project, language).unwrap_or_default();
        make_older(&applications, |module| changed.iter().copied().filter(|&source| source <= module).min());
    }
}

/// The same for the modules that are compiled for tests, of which no build is kept: where a source has a module's second.
pub(crate) fn age_for_tests(project: &Project, language: Language) {
    if language == Language::Erlang {
        let sources: HashSet<u64> = inputs(project, language).sources.iter().map(Entry::second).collect();
        let applications = modules::tested(project, language).unwrap_or_default();
        make_older(&applications, |module| sources.contains(&module).then_some(module));
    }
}

/// Makes the project's modules a second older than the second that `missed` gives for theirs. Where that cannot be done,
/// they are compiled when rebar3 thinks so.
fn make_older(applications: &[modules::Application], missed: impl Fn(u64) -> Option<u64>) {
    for path in
        applications.iter().filter(|application| application.is_own).flat_map(|application| &application.modules)
    {
        let source = Entry::of(path).ok().and_then(|module| missed(module.second()));
        if let (Some(source), Ok(file)) = (source, fs::File::options().write(true).open(path)) {
            let _ = file.set_modified(UNIX_EPOCH + Duration::from_secs(source.saturating_sub(1)));
        }
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}

fn are_old(entries: &[Entry]) -> bool {
    let now = now();
    entries.iter().all(|entry| entry.is_older(now, COARSE))
}

/// The variables that a build depends on, as a number: some of them are secrets.
pub(crate) fn environment() -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in tool::VARIABLES.into_iter().chain(["EMBERL_WIFI_SSID", "EMBERL_WIFI_PSK"]) {
        env::var_os(name).hash(&mut hasher);
    }
    hasher.finish()
}

fn inputs(project: &Project, language: Language) -> Inputs {
    let mut hasher = DefaultHasher::new();
    format!("{:?} {language:?}", project.settings).hash(&mut hasher);
    let mut walk = Walk { output: project.output(), language, found: Vec::new(), seen: HashSet::new() };
    walk.folder(&project.path(""), 0);
    walk.found.sort_by(|a, b| a.path.cmp(&b.path));
    walk.found.dedup();
    Inputs {
        program: env::current_exe().and_then(|path| Entry::of(&path)).ok(),
        environment: environment(),
        settings: hasher.finish(),
        sources: walk.found,
    }
}

/// A walk over a project's files.
struct Walk {
    /// What is made is no source.
    output: PathBuf,
    language: Language,
    found: Vec<Entry>,
    /// Folders, by their own paths: links may lead round.
    seen: HashSet<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if depth > DEEPEST || !fs::canonicalize(shown).is_ok_and(|path| self.seen.insert(path)) {
            return;
        }
        let is_gleam = shown.join(Language::Gleam.build_file()).is_file();
        for entry in fs::read_dir(shown).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let path = folder.join(&name);
            // A link's target counts, wherever it is.
            let Ok(data) = fs::metadata(&path) else { continue };
            if data.is_dir() {
                let is_built = NOT_SOURCES.iter().any(|other| name == *other) || (is_gleam && name == "build");
                if !is_built {
                    self.folder(&path, depth + 1);
                }
            } else if path != self.output {
                let is_project = name == self.language.build_file();
                self.found.push(Entry::with(&path, &data));
                if is_project {
                    self.beside(folder, &path, depth);
                }
            }
        }
    }

    /// The folders of dependencies that a build file names by their paths: `path: "../other"`, `path = "../other"`.
    fn beside(&mut self, folder: &Path, file: &Path, depth: usize) {
        let text = fs::read_to_string(file).unwrap_or_default();
        for path in paths(&text) {
            let path = folder.join(path);
            if path.is_dir() {
                self.folder(&path, depth + 1);
            }
        }
    }
}

/// The texts after `path:` or `path =`.
fn paths(text: &str) -> Vec<&str> {
    let after = text.match_indices("path").filter_map(|(at, word)| text.get(at + word.len()..));
    let values = after.filter_map(|rest| {
        let rest = rest.trim_start().strip_prefix([':', '='])?;
        rest.trim_start().strip_prefix('"')?.split_once('"').map(|(path, _)| path)
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_dependencies_are_found() {
        let mix = "deps: [{:a, path: \"../a\"}, {:b, \"~> 1.0\"}, {:c, [path: \"c\", only: :dev]}]";
        assert_eq!(paths(mix), ["../a", "c"]);
        assert_eq!(paths("[dependencies]\nshared = { path = \"../shared\" }\n"), ["../shared"]);
        assert_eq!(paths("apps_path: \"apps\", pathx: 1, path"), ["apps"]);
    }

    #[test]
    fn any_change_of_a_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "one").unwrap();
        let entry = Entry::of(&file).unwrap();
        assert!(entry.is_same());
        assert!(!entry.is_older(now(), Duration::from_secs(3600)) && !entry.is_older(0, COARSE));
        // The same size and time of content, but another file.
        let times = fs::FileTimes::new().set_modified(fs::metadata(&file).unwrap().modified().unwrap());
        thread::sleep(COARSE);
        fs::write(folder.path().join("b"), "two").unwrap();
        fs::rename(folder.path().join("b"), &file).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_times(times).unwrap();
        assert_eq!(Entry::of(&file).unwrap().modified, entry.modified);
        assert_eq!(entry.is_same(), cfg!(not(unix)));
        fs::remove_file(&file).unwrap();
        assert!(!entry.is_same());
    }
}
