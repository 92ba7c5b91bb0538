//! Real `.beam` files: those of this machine's Erlang and Elixir, of other releases, and of the repository.

use std::{
    collections::BTreeSet,
    env, fs, io,
    panic::resume_unwind,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{Failed, process, tools::Tool};

/// The environment variable with more folders to search, with `:` between them: trees of other OTP releases.
pub const EXTRA_BEAMS: &str = "EMBERL_EXTRA_BEAMS";

/// The root folders of this machine's Erlang (`code:lib_dir()`) and Elixir libraries. Empty without Erlang. Asked once a
/// process.
pub fn installed_roots() -> &'static [PathBuf] {
    static ROOTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    ROOTS.get_or_init(|| ask_roots().unwrap_or_default())
}

fn ask_roots() -> Option<Vec<PathBuf>> {
    let ask = |program: PathBuf, arguments: &[&str]| {
        let output = process::run(Command::new(program).args(arguments), Duration::from_secs(60)).ok()?;
        let path = PathBuf::from(output.success().then(|| output.out())?.trim());
        path.is_dir().then_some(path)
    };
    let erlang = ask(Tool::Erl.find()?, &["-noshell", "-eval", "io:put_chars(code:lib_dir()), halt()."])?;
    let mut roots = vec![erlang];
    // Elixir's `lib` folder holds `elixir/ebin`, `mix/ebin` and so on; this is `elixir/ebin`.
    if let Some(elixir) = crate::tools::in_path("elixir")
        && let Some(ebin) = ask(elixir, &["-e", "IO.write(:code.lib_dir(:elixir, :ebin))"])
        && let Some(lib) = ebin.ancestors().nth(2)
    {
        roots.push(lib.to_owned());
    }
    Some(roots)
}

/// All `.beam` files of [`installed_roots`], sorted.
pub fn installed() -> &'static [PathBuf] {
    static BEAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    BEAMS.get_or_init(|| beams_below(installed_roots()))
}

/// All `.beam` files below the folders of [`EXTRA_BEAMS`], sorted.
///
/// # Errors
/// When a folder of it does not exist: a misspelt one must not turn a test into nothing.
pub fn extra() -> Result<Vec<PathBuf>, Failed> {
    let value = env::var_os(EXTRA_BEAMS).unwrap_or_default();
    let roots: Vec<PathBuf> = env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect();
    match roots.iter().find(|root| !root.is_dir()) {
        Some(root) => Err(format!("{EXTRA_BEAMS} names {}, which is not a folder", root.display()).into()),
        None => Ok(beams_below(&roots)),
    }
}

/// The `.beam` files that are kept in the repository, sorted.
#[must_use]
pub fn fixtures() -> Vec<PathBuf> {
    beams_below(&[crate::package_dir().join("fixtures")])
}

/// Installed, extra and kept files, in this order.
///
/// # Errors
/// As [`extra`].
pub fn all() -> Result<Vec<PathBuf>, Failed> {
    let mut paths = installed().to_vec();
    paths.extend(extra()?);
    paths.extend(fixtures());
    Ok(paths)
}

/// Every `.beam` file below the folders, sorted by path, each once. Links to folders are not followed, so a link cannot
/// make a circle; folders that cannot be read are passed over.
#[must_use]
pub fn beams_below(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = roots.to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(_) if path.extension().is_some_and(|extension| extension == "beam") && path.is_file() => {
                    found.insert(path);
                }
                _ => {}
            }
        }
    }
    found.into_iter().collect()
}

/// Reads every file and gives its bytes to `work`, on as many threads as the machine has cores. The results are in the
/// order of `paths`.
///
/// # Errors
/// When a file cannot be read, or `work` has failed: all failures, each after its path (the first 20 in full).
///
/// # Panics
/// When `work` panics, with its panic.
pub fn each<T: Send>(
    paths: &[PathBuf],
    work: impl Fn(&Path, Vec<u8>) -> Result<T, String> + Sync,
) -> Result<Vec<T>, Failed> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { return done };
            let result = fs::read(path).map_err(|error: io::Error| error.to_string()).and_then(|b| work(path, b));
            done.push((index, result));
        }
    };
    let threads = thread::available_parallelism().map_or(2, usize::from).min(paths.len().max(1));
    let mut results: Vec<(usize, Result<T, String>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    results.sort_by_key(|(index, _)| *index);
    let mut values = Vec::with_capacity(results.len());
    let mut failures = Vec::new();
    for (path, (_, result)) in paths.iter().zip(results) {
        match result {
            Ok(value) => values.push(value),
            Err(error) => failures.push(format!("{}: {error}", path.display())),
        }
    }
    if failures.is_empty() {
        return Ok(values);
    }
    let count = failures.len();
    failures.truncate(20);
    Err(format!("{count} of {} files failed:\n{}", paths.len(), failures.join("\n")).into())
}

/// The `ebin` folders of applications, of this machine's Erlang and Elixir; `none` is none.
///
/// # Errors
/// When one is not there.
pub fn ebin_folders(applications: &[&str]) -> Result<Vec<PathBuf>, Failed> {
    ebin_folders_in(installed_roots(), applications)
}

/// As [`ebin_folders`], below the given roots.
///
/// # Errors
/// When one is not there.
pub fn ebin_folders_in(roots: &[PathBuf], applications: &[&str]) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for application in applications.iter().filter(|name| **name != "none") {
        let mut entries = roots.iter().flat_map(|root| fs::read_dir(root).into_iter().flatten().flatten());
        // `stdlib-4.2` is the application stdlib.
        let entry = entries.find(|entry| entry.file_name().to_string_lossy().split('-').next() == Some(*application));
        let ebin = entry.map(|entry| entry.path().join("ebin")).filter(|ebin| ebin.is_dir());
        found.push(ebin.ok_or_else(|| format!("the application {application} was not found"))?);
    }
    Ok(found)
}
