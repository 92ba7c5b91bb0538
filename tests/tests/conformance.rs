//! The programs of `tests/conformance/` print the same on `emberl run` as on OTP's `erl`, line by line.
//!
//! A new case is a new `.erl` file there: a module with `start/0` that prints its results with `erlang:display/1`, and
//! returns `ok`. What it prints may not depend on the order of a map's keys, on process identifiers, references or time.
//! A program uses BIFs only; one whose name ends in `_lib` may also use the library modules of [`conformance::LIBRARIES`].
//!
//! All are kept compiled by each release (`emberl_tests::conformance`), with what `erl` prints for them; where `erl` of a
//! release is at hand, it is asked whether that is so. `EMBERL_UPDATE=1` makes these fixtures anew for each release that
//! is at hand (`EMBERL_EXTRA_ERLS`, see `tests/disasm.rs`).

use std::{ffi::OsStr, path::Path, process::Command, sync::OnceLock, time::Duration};

use emberl_tests::{
    Failed, bin,
    conformance::{self, LIBRARIES, Record},
    erl, process,
    releases::{self, RELEASES},
    tools::{Tool, needs, tools_are_required},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

/// How long a program may take, and `erl` for all of them.
const LIMIT: Duration = Duration::from_secs(300);
/// What `emberl run` prints after the program's own lines.
const RETURNED: &str = "Return value: ok";
/// What the virtual machine says after a collection that went wrong, and when it panics.
const FAULTS: [&str; 2] = ["not whole", "panicked"];
const TOOLS: [Tool; 2] = [Tool::Erl, Tool::Erlc];
const UPDATE: &str = "EMBERL_UPDATE=1 writes the fixtures anew";

type Test = fn() -> Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    if std::env::var_os("EMBERL_UPDATE").is_some() && !arguments.list {
        for (release, program) in releases::commands().iter().filter(|(release, _)| RELEASES.contains(release)) {
            if let Err(error) = conformance::update(*release, program) {
                eprintln!("the fixtures of OTP {release} were not written: {}", message(&error));
                std::process::exit(1);
            }
        }
    }
    let mut trials = vec![
        Trial::test("record::every_program_ends_well", every_program_ends_well),
        needs(&TOOLS, "erl::programs_use_what_they_may", only_allowed_modules),
        Trial::test("compare::tells_the_first_difference", tells_differences),
    ];
    trials.extend(RELEASES.map(erl_trial));
    let can_run = has_run_command();
    trials.push(kind(needs(&TOOLS, "on_load::of_other_modules", on_load_of_other_modules), can_run));
    trials.push(kind(needs(&TOOLS, "memory::live_data_fills_most_of_it", live_data_fills_memory), can_run));
    let memory: [(&str, Test); 8] = [
        ("memory::a_million_processes", million_processes),
        ("memory::nothing_is_lost", nothing_is_lost),
        ("memory::a_gigabyte_flows_through_a_megabyte", messages_flow),
        ("memory::offenders_die_alone", offenders_die_alone),
        ("memory::otps_supervisor_restarts_offenders", supervisor_restarts_offenders),
        ("memory::idle_processes_are_small", idle_processes_are_small),
        ("memory::tables_give_all_back", tables_give_memory_back),
        ("memory::emptied_tables_of_the_machine_shrink", emptied_tables_shrink),
    ];
    trials.extend(memory.map(|(name, test)| kind(needs(&TOOLS, name, test), can_run)));
    match conformance::names() {
        Ok(names) => {
            trials.extend(names.iter().map(|name| trial("program", name, same_as_erl, can_run)));
            trials.extend(names.iter().map(|name| trial("zeal", name, same_in_zeal, can_run)));
        }
        Err(error) => trials.push(Trial::test("programs", move || Err(error.into()))),
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether this build of `emberl` has a VM.
fn has_run_command() -> bool {
    bin::run(["run", "--help"]).is_ok_and(|output| output.success())
}

fn trial(kind_of: &str, name: &str, test: fn(&str) -> Result<(), Failed>, can_run: bool) -> Trial {
    let program = name.to_owned();
    kind(Trial::test(format!("{kind_of}::{name}"), move || test(&program)), can_run)
}

/// A trial that needs `emberl run`.
fn kind(trial: Trial, can_run: bool) -> Trial {
    if can_run || trial.has_ignored_flag() {
        return trial;
    }
    trial.with_kind("needs emberl run").with_ignored_flag(!tools_are_required())
}

/// A release's programs, compiled.
struct Compiled {
    release: u32,
    /// The `.beam` files.
    folder: TempDir,
    record: Record,
}

fn compiled() -> Result<&'static [Compiled], Failed> {
    static COMPILED: OnceLock<Result<Vec<Compiled>, String>> = OnceLock::new();
    let all = COMPILED.get_or_init(|| {
        let one = |release| -> Result<Compiled, Failed> {
            let folder = TempDir::new()?;
            conformance::write(&conformance::beams(release)?.iter(), folder.path())?;
            Ok(Compiled { release, folder, record: conformance::record(release)? })
        };
        RELEASES.into_iter().map(one).collect::<Result<_, _>>().map_err(|error| message(&error).to_owned())
    });
    all.as_deref().map_err(|error| Failed::from(error.clone()))
}

fn message(error: &Failed) -> &str {
    error.message().unwrap_or_default()
}

/// What the fixtures say that `erl` prints, it prints.
fn erl_trial(release: u32) -> Trial {
    releases::needs(release, format!("erl::otp{release}_prints_what_is_recorded"), move |program| {
        let (recorded, printed) =
            (conformance::record(release)?, conformance::ask(program, &conformance::beams(release)?)?);
        for name in conformance::names_of(release)? {
            let (Some(recorded), Some(printed)) = (recorded.get(&name), printed.get(&name)) else {
                return Err(format!("{name} is not recorded. {UPDATE}").into());
            };
            if let Some((old, new)) = recorded.lines.iter().zip(&printed.lines).find(|(old, new)| old != new) {
                return Err(format!("{name}: recorded is\n{old}\nerl prints\n{new}\n{UPDATE}").into());
            }
            if recorded != printed {
                return Err(format!("{name} prints more or fewer lines than recorded. {UPDATE}").into());
            }
        }
        Ok(())
    })
}

fn every_program_ends_well() -> Result<(), Failed> {
    let mut wrong = String::new();
    for Compiled { release, record, .. } in compiled()? {
        for name in conformance::names()? {
            match record.get(&name) {
                Some(printed) if printed.ended != "normal" => {
                    wrong += &format!("{name} ended with {} on OTP {release}\n", printed.ended);
                }
                Some(printed) if printed.lines.is_empty() => wrong += &format!("{name} prints nothing\n"),
                Some(_) => {}
                None => wrong += &format!("{name} is not recorded. {UPDATE}\n"),
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Programs without `_lib` must run where no library module is.
fn only_allowed_modules() -> Result<(), Failed> {
    let mut arguments = vec![first()?.folder.path().as_os_str()];
    let names = conformance::names()?;
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

/// Runs `binary` with the program of a release, and compares what it prints.
fn same(binary: &Path, name: &str, compiled: &Compiled, options: &[&str]) -> Result<(), Failed> {
    let Compiled { release, folder, record } = compiled;
    let expected = conformance::expected(record, name)?;
    let mut command = Command::new(binary);
    command.arg("run").args(options).arg(folder.path().join(format!("{name}.beam")));
    if name.ends_with("_lib") {
        command.args(LIBRARIES.map(|library| folder.path().join(format!("{library}.beam"))));
    }
    let output = process::run(&mut command, LIMIT)?;
    compare(&expected.lines, &output.out())
        .and_then(|()| {
            if FAULTS.iter().any(|fault| output.err().contains(fault)) { Err("a fault".to_owned()) } else { Ok(()) }
        })
        .map_err(|difference| format!("OTP {release}: {difference}\n{}", output.err()).into())
}

fn first() -> Result<&'static Compiled, Failed> {
    Ok(compiled()?.first().ok_or("no release")?)
}

fn same_as_erl(name: &str) -> Result<(), Failed> {
    let mut compiled = compiled()?.iter().filter(|compiled| conformance::has(compiled.release, name));
    compiled.try_for_each(|compiled| same(&bin::emberl()?, name, compiled, &[]))
}

/// The same with a collection wherever there may be one, and with every access checked, by the programs of the newest
/// release.
fn same_in_zeal(name: &str) -> Result<(), Failed> {
    let newest = compiled()?.iter().rfind(|compiled| conformance::has(compiled.release, name));
    same(&bin::checked()?, name, newest.ok_or("no release")?, &["--zeal"])
}

/// Runs a program of `conformance/memory/` with so much memory.
fn run_within(name: &str, memory: &str) -> Result<process::Output, Failed> {
    run_memory(name, &["--memory", memory])
}

/// Runs a program of `conformance/memory/` with these options.
fn run_memory(name: &str, options: &[&str]) -> Result<process::Output, Failed> {
    let folder = TempDir::new()?;
    let sources = erl::sources(&format!("{}/memory", conformance::FOLDER), "erl")?;
    erl::compile_erlang(&sources, folder.path(), &["-Werror"])?;
    let file = folder.path().join(name).with_extension("beam");
    let options = options.iter().map(OsStr::new);
    Ok(bin::run([OsStr::new("run")].into_iter().chain(options).chain([file.as_os_str()]))?.ok()?)
}

/// What lives may fill 85 % of the memory that there is.
fn live_data_fills_memory() -> Result<(), Failed> {
    run_within("fill", "1M").map(drop)
}

/// Bytes in use are the same after as before 100,000 rounds of all that makes something and ends it.
fn nothing_is_lost() -> Result<(), Failed> {
    let output = run_within("lost", "4M")?.out();
    let same = output.lines().filter(|line| line.ends_with(",same}")).count();
    if same == 25 && output.lines().count() == same + 1 { Ok(()) } else { Err(output.into()) }
}

/// What the machine held for many comes back while a few live; and what takes long lets others run.
fn emptied_tables_shrink() -> Result<(), Failed> {
    let output = run_within("emptied", "16M")?.out();
    let good = output.lines().filter(|line| line.ends_with(",true}")).count();
    if good == 9 && output.lines().count() == good + 1 { Ok(()) } else { Err(output.into()) }
}

/// A gigabyte of messages goes through a megabyte.
fn messages_flow() -> Result<(), Failed> {
    let output = run_within("flow", "1M")?.out();
    if output == "1000200000\nReturn value: ok\n" { Ok(()) } else { Err(output.into()) }
}

/// A thousand processes, one after the other, take memory without end: each dies alone, and that is told.
fn offenders_die_alone() -> Result<(), Failed> {
    let output = run_within("offenders", "300k")?;
    let errors = output.err();
    let of = |what| errors.lines().filter(|line| line.contains(what)).count();
    let told = of(") ends with enomem: ") + of("{system_limit,");
    if told >= 1000 { Ok(()) } else { Err(format!("{told} deaths are told of\n{output}").into()) }
}

/// The same, where OTP's own supervisor starts the next one, in the least memory that has room for OTP's modules.
fn supervisor_restarts_offenders() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = conformance::supervised_pack(folder.path(), None)?;
    let output = bin::run(["run".as_ref(), "--memory".as_ref(), "800k".as_ref(), pack.as_os_str()])?.ok()?;
    if output.out() == "{grown,true}\nReturn value: ok\n" { Ok(()) } else { Err(output.to_string().into()) }
}

/// There may be a million processes.
fn million_processes() -> Result<(), Failed> {
    let output = run_memory("million", &["--processes", "1100000"])?.out();
    if output == "{processes,true}\nReturn value: ok\n" { Ok(()) } else { Err(output.into()) }
}

/// An idle process is small, on a machine with addresses of 64 bits too.
fn idle_processes_are_small() -> Result<(), Failed> {
    let output = run_within("idle", "64M")?.out();
    let bytes = output.lines().find_map(|line| line.strip_prefix("{bytes,")?.strip_suffix('}')?.parse::<u32>().ok());
    if bytes.is_some_and(|bytes| bytes <= 320) { Ok(()) } else { Err(output.into()) }
}

/// Bytes in use are the same after as before 100,000 tables, and many rounds of what else `ets` and its like can do.
fn tables_give_memory_back() -> Result<(), Failed> {
    let output = run_within("tables", "1M")?;
    if output.out().contains("Return value: ok\n") { Ok(()) } else { Err(output.to_string().into()) }
}

/// The programs of `conformance/on_load/`, which call other modules there.
fn on_load_of_other_modules() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    erl::compile_erlang(
        &erl::sources(&format!("{}/on_load", conformance::FOLDER), "erl")?,
        folder.path(),
        &["-Werror"],
    )?;
    let run = |name: &str| {
        let file = folder.path().join(name).with_extension("beam");
        bin::run([OsStr::new("run"), OsStr::new("--pa"), folder.path().as_os_str(), file.as_os_str()])
    };
    let name = "callers".to_owned();
    let expected =
        conformance::ask_in("erl", folder.path(), std::slice::from_ref(&name))?.remove(&name).unwrap_or_default();
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
