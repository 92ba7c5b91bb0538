//! The programs of `tests/conformance/` print the same on `emberl run` as on OTP's `erl`, line by line.
//!
//! A new case is a new `.erl` file there: a module with `start/0` that prints its results with `erlang:display/1`, and
//! returns `ok`. What it prints may not depend on the order of a map's keys, on process identifiers, references or time.
//! A program uses BIFs only; one whose name ends in `_lib` may also use the library modules of [`LIBRARIES`].
//!
//! All are compiled by one run of `erlc`, and `erl` is asked once for what all of them print. Both VMs get the same
//! `.beam` files.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use emberl_tests::{
    Failed, bin, erl,
    tools::{Tool, needs, tools_are_required},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

/// How long `erl` may take for all programs.
const LIMIT: Duration = Duration::from_secs(300);
/// The programs, in this package.
const FOLDER: &str = "conformance";
/// What programs that end in `_lib` may use.
const LIBRARIES: [&str; 2] = ["lists", "maps"];
/// What `emberl run` prints after the program's own lines.
const RETURNED: &str = "Return value: ok";
const TOOLS: [Tool; 2] = [Tool::Erl, Tool::Erlc];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        needs(&TOOLS, "erl::every_program_ends_well", every_program_ends_well),
        needs(&TOOLS, "erl::programs_use_what_they_may", only_allowed_modules),
        Trial::test("compare::tells_the_first_difference", tells_differences),
    ];
    let can_run = has_run_command();
    trials.push(kind(needs(&TOOLS, "on_load::of_other_modules", on_load_of_other_modules), can_run));
    match names() {
        Ok(names) => trials.extend(names.into_iter().map(|name| trial(name, can_run))),
        Err(error) => trials.push(Trial::test("programs", move || Err(error.into()))),
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether this build of `emberl` has a VM.
fn has_run_command() -> bool {
    TOOLS.iter().all(|tool| tool.find().is_some()) && bin::run(["run", "--help"]).is_ok_and(|output| output.success())
}

fn trial(name: String, can_run: bool) -> Trial {
    let program = name.clone();
    kind(needs(&TOOLS, format!("program::{name}"), move || same_as_erl(&program)), can_run)
}

/// A trial that needs `emberl run`.
fn kind(trial: Trial, can_run: bool) -> Trial {
    if can_run || trial.has_ignored_flag() {
        return trial;
    }
    trial.with_kind("needs emberl run").with_ignored_flag(!tools_are_required())
}

/// The programs' modules, sorted.
fn names() -> Result<Vec<String>, String> {
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let names: Vec<String> = erl::sources(FOLDER, "erl")?.iter().filter_map(stem).collect();
    if names.is_empty() { Err(format!("tests/{FOLDER} has no programs")) } else { Ok(names) }
}

/// The folder with all programs compiled.
fn compiled() -> Result<&'static Path, Failed> {
    static COMPILED: OnceLock<Result<TempDir, String>> = OnceLock::new();
    let folder = COMPILED.get_or_init(|| {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        erl::compile_erlang(&erl::sources(FOLDER, "erl")?, folder.path(), &["-Werror"])?;
        Ok(folder)
    });
    folder.as_ref().map(TempDir::path).map_err(|error| Failed::from(error.clone()))
}

/// What `erl` prints for one program.
#[derive(Clone, Debug, Default)]
struct Printed {
    lines: Vec<String>,
    /// `normal`, or why it did not end well. Empty when the node itself ended.
    ended: String,
}

/// What `erl` prints for each program.
fn expected() -> Result<&'static BTreeMap<String, Printed>, Failed> {
    static EXPECTED: OnceLock<Result<BTreeMap<String, Printed>, String>> = OnceLock::new();
    let all = EXPECTED.get_or_init(|| ask_erl().map_err(|error| error.message().unwrap_or("erl failed").to_owned()));
    all.as_ref().map_err(|error| Failed::from(error.clone()))
}

fn ask_erl() -> Result<BTreeMap<String, Printed>, Failed> {
    ask_erl_for(compiled()?, &names()?)
}

fn ask_erl_for(folder: &Path, names: &[String]) -> Result<BTreeMap<String, Printed>, Failed> {
    let mut arguments = vec![folder.as_os_str()];
    arguments.extend(names.iter().map(OsStr::new));
    let run = erl::run("run_conformance", &arguments, LIMIT)?;
    // erlang:display/1 of OTP writes characters from 128 to 255 as single bytes; this VM writes UTF-8.
    let line = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let output = run.stdout.split(|&byte| byte == b'\n').map(line).collect::<Vec<_>>().join("\n");
    let mut all = BTreeMap::new();
    let mut name = None;
    for line in output.lines() {
        // The lines' form is told at the head of `run_conformance.erl`.
        if let Some(next) = line.strip_prefix("{program,").and_then(|rest| rest.strip_suffix('}')) {
            name = Some(next.to_owned());
            all.insert(next.to_owned(), Printed::default());
        } else if let Some(printed) = name.as_ref().and_then(|name| all.get_mut(name)) {
            match line.strip_prefix("{ended,").and_then(|rest| rest.strip_suffix('}')) {
                Some(reason) => printed.ended = reason.to_owned(),
                None => printed.lines.push(line.to_owned()),
            }
        }
    }
    Ok(all)
}

fn every_program_ends_well() -> Result<(), Failed> {
    let all = expected()?;
    let mut wrong = String::new();
    for name in names()? {
        match all.get(&name) {
            Some(printed) if printed.ended != "normal" => wrong += &format!("{name} ended with {}\n", printed.ended),
            Some(printed) if printed.lines.is_empty() => wrong += &format!("{name} prints nothing\n"),
            Some(_) => {}
            None => wrong += &format!("{name} was not run\n"),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Programs without `_lib` must run where no library module is.
fn only_allowed_modules() -> Result<(), Failed> {
    let folder = compiled()?;
    let mut arguments = vec![folder.as_os_str()];
    let names = names()?;
    arguments.extend(names.iter().map(OsStr::new));
    let output = erl::run("conformance_imports", &arguments, LIMIT)?.out();
    let mut wrong = String::new();
    for line in output.lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(module), Some(function)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("conformance_imports printed {line:?}").into());
        };
        if !(name.ends_with("_lib") && LIBRARIES.contains(&module)) {
            wrong += &format!("{name} calls {module}:{function}, which is no BIF\n");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn same_as_erl(name: &str) -> Result<(), Failed> {
    let expected = expected()?.get(name).ok_or("erl did not run it")?;
    if expected.ended != "normal" {
        return Err(format!("on erl it ended with {}", expected.ended).into());
    }
    let mut files = vec![compiled()?.join(format!("{name}.beam"))];
    if name.ends_with("_lib") {
        files.extend(libraries()?);
    }
    let mut arguments = vec![OsStr::new("run")];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let output = bin::run(&arguments)?;
    compare(&expected.lines, &output.out())
        .map_err(|difference| Failed::from(format!("{difference}\n{}", output.err())))
}

/// The programs of `conformance/on_load/`, which call other modules there.
fn on_load_of_other_modules() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    erl::compile_erlang(&erl::sources(&format!("{FOLDER}/on_load"), "erl")?, folder.path(), &["-Werror"])?;
    let run = |name: &str| {
        let file = folder.path().join(name).with_extension("beam");
        bin::run([OsStr::new("run"), OsStr::new("--pa"), folder.path().as_os_str(), file.as_os_str()])
    };
    let name = "callers".to_owned();
    let expected = ask_erl_for(folder.path(), std::slice::from_ref(&name))?.remove(&name).unwrap_or_default();
    if expected.ended != "normal" {
        return Err(format!("on erl it ended with {}", expected.ended).into());
    }
    let output = run(&name)?;
    compare(&expected.lines, &output.out())
        .map_err(|difference| Failed::from(format!("{difference}\n{}", output.err())))?;
    let told = output.err();
    let count = |text: &str| told.matches(text).count();
    // Once for each attempt; an atom is not told.
    let returned = "The on_load function for module returns returned:\n{error,{\"text\",[1,2]}}\n";
    if count(returned) != 2 || count("module fails returned:") != 1 || count("The on_load function") != 3 {
        return Err(format!("it told of the failures:\n{told}").into());
    }
    compare(&["undef".to_owned()], &run("circle")?.out())?;
    Ok(())
}

/// The `.beam` files of [`LIBRARIES`].
fn libraries() -> Result<Vec<PathBuf>, Failed> {
    let folders = erl::library_folders();
    let find = |module: &&str| {
        let file = format!("{module}.beam");
        folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
    };
    let files: BTreeSet<PathBuf> = LIBRARIES.iter().filter_map(find).collect();
    if files.len() == LIBRARIES.len() {
        Ok(files.into_iter().collect())
    } else {
        Err(format!("of {LIBRARIES:?} only {files:?} were found").into())
    }
}

/// Compares what `emberl run` printed with erl's lines; tells the first difference.
fn compare(expected: &[String], printed: &str) -> Result<(), String> {
    let expected = expected.iter().map(String::as_str).chain([RETURNED]);
    let mut printed = printed.lines();
    for (number, line) in expected.enumerate() {
        match printed.next() {
            Some(found) if found == line => {}
            found => {
                let found = found.unwrap_or("(nothing)");
                let same = line.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
                return Err(format!(
                    "line {} differs from column {}:\nerl:    {line}\nemberl: {found}",
                    number + 1,
                    same + 1
                ));
            }
        }
    }
    printed.next().map_or(Ok(()), |more| Err(format!("emberl printed more: {more}")))
}

fn tells_differences() -> Result<(), Failed> {
    let lines = ["{1,a}".to_owned(), "{2,b}".to_owned()];
    let error = |printed: &str| compare(&lines, printed).err().unwrap_or_default();
    compare(&lines, "{1,a}\n{2,b}\nReturn value: ok\n")?;
    let cases = [
        ("{1,a}\n{2,c}\nReturn value: ok\n", "line 2 differs from column 4"),
        ("{1,a}\n{2,b}\n", "emberl: (nothing)"),
        ("{1,a}\n{2,b}\nReturn value: error\n", "line 3 differs"),
        ("{1,a}\n{2,b}\nReturn value: ok\nmore\n", "printed more: more"),
    ];
    for (printed, wanted) in cases {
        if !error(printed).contains(wanted) {
            return Err(format!("{printed:?} gives {:?}", error(printed)).into());
        }
    }
    Ok(())
}
