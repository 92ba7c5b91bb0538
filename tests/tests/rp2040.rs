//! The firmware of the Raspberry Pi Pico in two emulators by other authors: its image starts, runs programs as the desktop
//! does, drives and watches pins, and talks on its buses and ports.
//!
//! What a program does in a world is data: a program of `tests/rp2040/`, or of `tests/rp2040w/` for the Pico W, and a `.json`
//! file beside it with the world and with what must be told, in that order, among other things.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    sync::{Mutex, PoisonError},
    thread,
};

use emberl_tests::{
    Failed, bin, check, conformance, erl,
    rp2040::{self, Pico},
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use tempfile::TempDir;

/// The release of OTP whose compiler has made the programs: a board's time is dear, and QEMU runs those of all.
const RELEASE: u32 = 27;
/// Cycles that a program may take, of 8 ns: a second on the board. Most take a twentieth of that.
const CYCLES: u64 = 120_000_000;
/// A program that looks at what packs leave out, and one that ends without a value.
const NOT_RUN: [&str; 2] = ["module_info", "proc_halts"];
/// Programs that are not run to their end, and why, sorted. `EMBERL_UPDATE=1` writes it anew.
const LEFT_OUT: &str = "rp2040/left_out.txt";
/// Of all, at least this many are (in per cent).
const MOST_RUN: usize = 70;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        needs(&rp2040::TOOLS, "rp2040::the_image_runs_a_program_as_the_desktop", image_runs),
        needs(&rp2040::TOOLS, "rp2040::no_program_is_told", no_program),
        needs(&[Tool::PicoToolchain, Tool::Erlc], "rp2040::a_pin_is_seen_to_change", pin_changes),
        needs(&rp2040::TOOLS, "rp2040::conformance_programs_print_what_erl_prints", conformance_programs),
    ];
    match worlds() {
        Ok(worlds) => trials.extend(worlds),
        Err(failed) => trials.push(Trial::test("rp2040::worlds", || Err(failed))),
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Packs modules.
fn pack(folder: &Path, modules: &[PathBuf]) -> Result<PathBuf, Failed> {
    packed(folder, modules, &[])
}

fn packed(folder: &Path, modules: &[PathBuf], options: &[&str]) -> Result<PathBuf, Failed> {
    let out = folder.join("program.avm");
    let mut arguments = ["pack", "-q", "--allow-unresolved", "-o"].map(PathBuf::from).to_vec();
    arguments.push(out.clone());
    arguments.extend(options.iter().map(PathBuf::from));
    arguments.extend_from_slice(modules);
    bin::run(arguments)?.ok()?;
    Ok(out)
}

fn image_runs() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let fixture = |name: &str| emberl_tests::package_dir().join("fixtures/cli").join(name);
    let pack = pack(folder.path(), &["app.beam", "counter.beam", "words.beam"].map(fixture))?;
    let desktop = bin::run(["run".as_ref(), pack.as_os_str()])?;
    let mut pico = Pico::start(&rp2040::written(&rp2040::image(folder.path(), Some(&pack))?)?)?;
    let has_ended = pico.finish(CYCLES)?;
    let (board, desktop_lines) = (conformance::lines(&pico.console), conformance::lines(&desktop.stdout));
    check(has_ended && board == desktop_lines, || format!("on the desktop\n{desktop}\non the board\n{}", pico.text()))
}

fn no_program() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let flash = rp2040::written(&rp2040::image(folder.path(), None)?)?;
    for damaged in [flash.clone(), rp2040::with_program(&flash, b"#!/usr/bin/env AtomVM\n\0\0\xff\xff\xff\xff")?] {
        let mut pico = Pico::start(&damaged)?;
        pico.finish(CYCLES)?;
        check(pico.text().contains("error: there is no sound pack at 0x10180000"), || pico.text())?;
    }
    Ok(())
}

/// The light of the Pico, in the other emulator than the worlds'.
fn pin_changes() -> Result<(), Failed> {
    const LIGHT: u8 = 25;
    const BLINK: &str = "-module(blink).\n-export([start/0]).\nstart() ->\n    gpio:set_pin_mode(25, output),\n    \
        [begin gpio:digital_write(25, Level), receive after 10 -> ok end end || Level <- [high, low, high, low]],\n    ok.\n";
    let folder = TempDir::new()?;
    let source = folder.path().join("blink.erl");
    fs::write(&source, BLINK)?;
    erl::compile_erlang(&[source], folder.path(), &["-Werror"])?;
    let pack = pack(folder.path(), &[folder.path().join("blink.beam")])?;
    let mut pico = Pico::start(&rp2040::written(&rp2040::image(folder.path(), Some(&pack))?)?)?;
    let (mut level, mut changes) = (pico.level(LIGHT), Vec::new());
    while pico.cycles() < CYCLES && !pico.text().contains("Return value: ") && pico.run(10_000)? {
        if pico.level(LIGHT) != level {
            level = !level;
            changes.push(pico.cycles());
        }
    }
    // Ten milliseconds apart.
    let apart: Vec<u64> = changes.windows(2).map(|two| (two[1] - two[0]) / 1_250_000).collect();
    check(changes.len() == 4 && apart.iter().all(|&apart| apart == 1), || {
        format!("changes at {changes:?}\n{}", pico.text())
    })
}

/// A pack of a conformance program.
fn conformance_pack(folder: &Path, name: &str) -> Result<Vec<u8>, Failed> {
    let path = |name: &str| folder.join(format!("{name}.beam"));
    let own = TempDir::new()?;
    let pack = if name.ends_with("_lib") {
        // Of OTP's modules, what is used: whole ones are too large to be loaded here.
        let files: Vec<PathBuf> = [path(name)].into_iter().chain(conformance::LIBRARIES.map(path)).collect();
        packed(own.path(), &files, &["--prune"])?
    } else {
        pack(own.path(), &[path(name)])?
    };
    Ok(fs::read(pack)?)
}

/// Lines without the reports about crashed processes, of two lines each: the board has one console for all.
fn without_reports(lines: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        if line.starts_with("Error in process <") {
            lines.next();
        } else {
            kept.push(line);
        }
    }
    kept
}

/// Runs one; what kept it from its end, if something did. Anything but memory and time is a failure.
fn conformance_program(
    flash: &[u8],
    pack: &[u8],
    expected: &[String],
    limit: u64,
) -> Result<Option<&'static str>, Failed> {
    let mut pico = Pico::start(&rp2040::with_program(flash, pack)?)?;
    let has_ended = pico.finish(limit)?;
    let text = pico.text();
    let mut printed = without_reports(conformance::lines(&pico.console));
    // How it returned; where it did not end, a part of a line.
    let last = printed.pop();
    if has_ended && last.as_deref() == Some("Return value: ok") && printed == expected {
        return Ok(None);
    }
    if ["there is no memory", "enomem", "not enough memory"].iter().any(|what| text.contains(what)) {
        return Ok(Some("memory"));
    }
    // As far as it came, it is right.
    check(!has_ended && expected.starts_with(&printed), || text)?;
    Ok(Some("time"))
}

/// All programs that are not left out. What is left out for its time is run only to write the list anew: what the others
/// may take then is half of what they may take else, so that none is at the edge.
fn conformance_programs() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    conformance::write(&conformance::beams(RELEASE)?.iter(), folder.path())?;
    let record = conformance::record(RELEASE)?;
    let file = emberl_tests::package_dir().join(LEFT_OUT);
    let writes = std::env::var_os("EMBERL_UPDATE").is_some_and(|value| value == "1");
    let known = if writes { String::new() } else { fs::read_to_string(&file)? };
    let known: Vec<(&str, &str)> = known.lines().filter_map(|line| line.split_once(' ')).collect();
    let why = |name: &str| known.iter().find(|(known, _)| *known == name).map(|(_, why)| *why);
    let mut names = conformance::names_of(RELEASE)?;
    names.retain(|name| !NOT_RUN.contains(&name.as_str()));
    let all = names.len();
    names.retain(|name| why(name) != Some("time"));
    let limit = if writes { CYCLES / 2 } else { CYCLES };
    let flash = rp2040::written(&rp2040::image(folder.path(), None)?)?;
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = || -> Result<_, Failed> {
                let expected = conformance::expected(&record, name)?.lines;
                conformance_program(&flash, &conformance_pack(folder.path(), name)?, &expected, limit)
            };
            let result = run().map_err(|failed| failed.message().unwrap_or_default().to_owned());
            done.lock().unwrap_or_else(PoisonError::into_inner).push((name.clone(), result));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort();
    let (mut left_out, mut run) = (String::new(), 0);
    for (name, result) in &done {
        match result {
            Ok(None) => run += 1,
            Ok(Some(why)) if writes => left_out += &format!("{name} {why}\n"),
            Ok(Some("memory")) if why(name) == Some("memory") => {}
            Ok(Some(why)) => return Err(format!("{name} does not come to its end: {why}").into()),
            Err(failed) => return Err(format!("{name}: {failed}").into()),
        }
    }
    if writes {
        fs::write(&file, &left_out)?;
    }
    check(run * 100 >= all * MOST_RUN, || format!("only {run} of {all} are run to their end"))
}

/// A test for each program of `rp2040/` with its world, and of `rp2040w/`, for the firmware of the Pico W.
fn worlds() -> Result<Vec<Trial>, Failed> {
    let mut trials = Vec::new();
    for board in ["rp2040", rp2040::WITH_RADIO] {
        trials.extend(erl::sources(board, "erl")?.into_iter().map(|source| {
            let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            needs(&rp2040::WORLD_TOOLS, format!("{board}::world::{name}"), move || world(board, &source, &name))
        }));
    }
    Ok(trials)
}

fn world(board: &str, source: &Path, name: &str) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    erl::compile_erlang(&[source.to_owned()], folder.path(), &["-Werror"])?;
    let pack = pack(folder.path(), &[folder.path().join(format!("{name}.beam"))])?;
    let image = rp2040::image_of(board, folder.path(), Some(&pack))?;
    let world = source.with_extension("json");
    let told = rp2040::run_in(&world, &image)?;
    let world: Value = serde_json::from_str(&fs::read_to_string(&world)?)?;
    let mut expected = world["expect"].as_array().ok_or("the world says not what is expected")?.iter().peekable();
    for what in &told {
        if expected.peek().is_some_and(|wanted| is_so(what, wanted)) {
            expected.next();
        }
    }
    let all = || told.iter().map(|what| format!("{what}\n")).collect::<String>();
    let missing = expected.next();
    check(missing.is_none(), || format!("{missing:?} was not told, or not then:\n{}", all()))?;
    // Nothing may be wrong meanwhile, either.
    check(told.iter().all(|what| what["fault"].is_null() && what["safe"] != false), all)
}

/// Whether what was told has all that was wanted, with these values.
fn is_so(told: &Value, wanted: &Value) -> bool {
    wanted.as_object().is_some_and(|wanted| wanted.iter().all(|(key, value)| told.get(key) == Some(value)))
}
