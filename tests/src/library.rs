//! Programs that print the same on `emberl run` as on `erl`: what the tests of OTP's library modules and of sockets have
//! in common. Owns what a line `%% KEY: ...` of a program asks for, how it is run on both sides, and how two runs are
//! compared. What the lines mean is told in `tests/library.rs`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    thread,
    time::Duration,
};

use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

use crate::{
    Failed, bin, conformance, erl, package_dir,
    plain::{plain, sorted_maps},
    process::{self, Output},
    releases::{self, Libraries, RELEASES},
    tools::{Tool, needs},
};

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(120);
/// The first release that keeps small maps with keys that are atoms in an order of its own.
const MAPS_UNORDERED: u32 = 26;

/// Runs all programs of a folder of this package, and other tests with them; does not return.
pub fn run(folder: &'static str, mut trials: Vec<Trial>) -> ! {
    let mut arguments = Arguments::from_args();
    // The programs wait much: for timers, for restarts, for each other's output.
    arguments.test_threads.get_or_insert(2 * thread::available_parallelism().map_or(1, usize::from));
    for extension in ["erl", "ex"] {
        match erl::sources(folder, extension) {
            Ok(sources) => trials.extend(sources.into_iter().flat_map(|source| of_source(folder, source))),
            Err(error) => trials.push(Trial::test("programs", move || Err(error.into()))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit()
}

/// A program that is run.
#[derive(Clone, Debug)]
struct Program {
    /// The folder of all such programs, in this package.
    folder: &'static str,
    source: PathBuf,
    text: String,
    elixir: bool,
    release: u32,
    /// The options of `emberl pack`, if it is pruned and packed first.
    pruned: Option<Vec<&'static str>>,
}

/// The tests of a program: one for each release.
fn of_source(folder: &'static str, source: PathBuf) -> Vec<Trial> {
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(&source).unwrap_or_default();
    let elixir = source.extension().is_some_and(|extension| extension == "ex");
    let wanted = words(&text, "releases").map(|releases| releases.join(" "));
    let wanted = move |release: &u32| wanted.as_ref().is_none_or(|wanted| wanted.contains(&release.to_string()));
    let pruned = words(&text, "pruned").map(|how| {
        let options: &[_] = if how == ["whole"] { &["--prune"] } else { &["--prune", "--allow-unresolved"] };
        let program = Program {
            folder,
            source: source.clone(),
            text: text.clone(),
            elixir,
            release: RELEASES[0],
            pruned: Some(options.to_vec()),
        };
        releases::needs(RELEASES[0], format!("pruned::{name}"), move |command| program.same_as(command))
    });
    RELEASES
        .into_iter()
        .filter(wanted)
        .map(|release| {
            let program = Program { folder, source: source.clone(), text: text.clone(), elixir, release, pruned: None };
            let name = format!("otp{release}::{name}");
            if elixir && release == RELEASES[0] {
                return needs(&[Tool::Erl, Tool::Elixirc], name, move || program.same_as("erl"));
            }
            releases::needs(release, name, move |command| program.same_as(command))
        })
        .chain(pruned)
        .collect()
}

/// The words of a line `%% KEY: ...` (`# KEY: ...` in Elixir).
fn words<'t>(text: &'t str, key: &str) -> Option<Vec<&'t str>> {
    let value = text
        .lines()
        .find_map(|line| line.trim_start_matches(['%', '#']).trim_start().strip_prefix(key)?.strip_prefix(':'))?;
    Some(value.split_whitespace().collect())
}

/// The libraries of a release, asked for once.
fn libraries(release: u32, command: &str) -> Result<Libraries, Failed> {
    static KNOWN: Mutex<Vec<(u32, Libraries)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().map_err(|_| "another test failed while it asked for libraries")?;
    if let Some((_, libraries)) = known.iter().find(|(found, _)| *found == release) {
        return Ok(libraries.clone());
    }
    let libraries = releases::libraries(command)?;
    known.push((release, libraries.clone()));
    Ok(libraries)
}

impl Program {
    /// Runs it on the `erl` of a command, which compiles it, then on `emberl`.
    fn same_as(&self, erl: &str) -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let libraries = libraries(self.release, erl)?;
        let stem = self.source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (module, applications) = if self.elixir {
            (erl::elixir_module(&stem), vec!["kernel", "stdlib", "compiler", "elixir"])
        } else {
            (stem, words(&self.text, "needs").unwrap_or_else(|| vec!["kernel", "stdlib"]))
        };
        let paths = libraries.ebin_folders(&applications)?;
        let arguments = words(&self.text, "arguments").unwrap_or_default();
        let input = || -> Result<Stdio, Failed> {
            let file = self.source.with_extension("in");
            Ok(if file.is_file() { File::open(file)?.into() } else { Stdio::null() })
        };

        self.copy_to(folder.path())?;
        let mut command = releases::command(erl, folder.path());
        // OTP's own folders are in a node's path already, and stand before these.
        for path in &paths {
            command.arg("-pz").arg(libraries.inside(path));
        }
        if self.elixir {
            self.compile_elixir(erl, &libraries, &paths, folder.path())?;
        }
        command.args(["-eval", &format!("run_library:main([\"{module}\"]).")]);
        if !arguments.is_empty() {
            command.arg("-extra").args(&arguments);
        }
        let expected = process::run_with(&mut command, input()?, LIMIT)?;
        if !folder.path().join(format!("{module}.beam")).is_file() {
            return Err(format!("it was not compiled: {expected}").into());
        }
        let program = TempDir::new()?;
        for entry in fs::read_dir(folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "beam" || extension == "pem") {
                fs::copy(&path, program.path().join(path.file_name().unwrap_or_default()))?;
            }
        }

        let mut command = Command::new(bin::emberl()?);
        command.current_dir(program.path()).env("LC_ALL", "C.UTF-8").arg("run").args(["--start", &module]);
        if let Some(options) = &self.pruned {
            let pack = folder.path().join("pruned.avm");
            let mut packing = Command::new(bin::emberl()?);
            packing.args(["pack", "-q", "--start", &module, "-o"]).arg(&pack).args(options);
            packing.arg(program.path()).args(&paths);
            process::run(&mut packing, LIMIT)?.ok()?;
            command.arg(pack);
        } else {
            for path in &paths {
                command.arg("--pa").arg(path);
            }
            command.arg(program.path());
        }
        if !arguments.is_empty() {
            command.arg("--").args(&arguments);
        }
        let found = process::run_with(&mut command, input()?, LIMIT)?;
        compare(&expected, &found, self.release >= MAPS_UNORDERED)
    }

    /// What `erl` needs in the folder where it runs: the source, what it includes, and the module that runs it.
    fn copy_to(&self, folder: &Path) -> Result<(), Failed> {
        let copy = |from: &Path| fs::copy(from, folder.join(from.file_name().unwrap_or_default()));
        copy(&self.source).map(drop)?;
        for extension in ["hrl", "pem"] {
            for file in erl::sources(self.folder, extension)? {
                copy(&file)?;
            }
        }
        for source in words(&self.text, "beside").unwrap_or_default() {
            copy(&package_dir().join(source))?;
        }
        copy(&erl::scripts()?.join("run_library.beam"))?;
        Ok(())
    }

    /// Elixir compiles on a node of its own: its application changes the node where it was started.
    fn compile_elixir(&self, erl: &str, libraries: &Libraries, paths: &[PathBuf], folder: &Path) -> Result<(), Failed> {
        let mut command = releases::command(erl, folder);
        for path in paths {
            command.arg("-pz").arg(libraries.inside(path));
        }
        let name = self.source.file_name().unwrap_or_default().to_string_lossy();
        command.args([
            "-noinput",
            "-eval",
            &format!(
                "{{ok, _}} = application:ensure_all_started(elixir), \
                 {{ok, _, _}} = 'Elixir.Kernel.ParallelCompiler':compile_to_path([<<\"{name}\">>], <<\".\">>), halt()."
            ),
        ]);
        process::run(&mut command, LIMIT)?.ok()?;
        Ok(())
    }
}

/// The first difference between two runs, be it not in the order of maps where that is free.
fn compare(expected: &Output, found: &Output, maps_are_unordered: bool) -> Result<(), Failed> {
    let lines = |text: &[u8]| -> Vec<String> {
        let lines = plain(&conformance::lines(text));
        if maps_are_unordered { sorted_maps(&lines.join("\n")).lines().map(str::to_owned).collect() } else { lines }
    };
    for (stream, erl, ours) in
        [("output", &expected.stdout, &found.stdout), ("errors", &expected.stderr, &found.stderr)]
    {
        let (erl, ours) = (lines(erl), lines(ours));
        let longest = erl.len().max(ours.len());
        for at in 0..longest {
            let (line, own) = (erl.get(at), ours.get(at));
            if line != own {
                let shown = |line: Option<&String>| line.map_or("(nothing)".to_owned(), String::clone);
                let context: Vec<_> = erl.iter().take(at).rev().take(3).rev().cloned().collect();
                return Err(format!(
                    "line {} of its {stream} differs, after\n{}\nerl:    {}\nemberl: {}\n\nall of emberl's run:\n{found}",
                    at + 1,
                    context.join("\n"),
                    shown(line),
                    shown(own),
                )
                .into());
            }
        }
    }
    if expected.code() == found.code() {
        return Ok(());
    }
    Err(format!("exit codes: erl {:?}, emberl {:?}\n{found}", expected.code(), found.code()).into())
}
