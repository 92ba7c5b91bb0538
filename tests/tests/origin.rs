//! The compiled fixtures are what their sources compile to: each is compiled again by the release that it is of, and the
//! chunks that make up the program must be the same. (Paths and compiler options in other chunks differ by machine.)
//!
//! `erl` is asked for the fixtures of its own release; the others need `EMBERL_EXTRA_ERLS` (see `disasm.rs`). The Elixir
//! fixture of OTP 27 (`Elixir.Greeter.beam`) is not compiled again: only `erl` of that release is at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use emberl_format::beam::Chunks;
use emberl_format::module::Module;
use emberl_tests::tools::{self, Tool};
use emberl_tests::{corpus, package_dir, process, repository_dir};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);
/// The chunks that are compared; literals are compared inflated.
const CHUNKS: [&[u8; 4]; 7] = [b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"FunT", b"Type"];
const RELEASES: [u32; 3] = [25, 27, 29];

/// A compiled fixture: its release, its source, and itself.
struct Fixture {
    release: u32,
    source: PathBuf,
    beam: PathBuf,
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = RELEASES.map(trial).into_iter().chain([
        tools::needs(&[Tool::Elixirc], "fixtures of Elixir come from their sources", elixir),
        Trial::test("every Erlang fixture has a source", every_fixture_has_a_source),
    ]);
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn fixtures() -> Vec<Fixture> {
    let folder = package_dir().join("fixtures");
    let mut found = Vec::new();
    let demo = repository_dir().join("cli/demo");
    for beam in corpus::fixtures().into_iter().chain(corpus::beams_below(std::slice::from_ref(&demo))) {
        let name = beam.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(parent) = beam.parent() else { continue };
        let fixture = |release, source: PathBuf| Fixture { release, source, beam: beam.clone() };
        if parent == folder.join("disasm") {
            if let Some((name, release)) = name.rsplit_once("-otp") {
                found.push(fixture(release.parse().unwrap_or(0), parent.join(format!("{name}.erl"))));
            }
        } else if parent == folder.join("prune") || parent == demo {
            found.push(fixture(25, parent.join(format!("{name}.erl"))));
        } else if parent == folder.join("cli") {
            found.push(fixture(25, parent.join(format!("src/{name}.erl"))));
        } else if parent == folder.join("packbeam-otp27") {
            found.push(fixture(27, parent.join(format!("src/{name}.erl"))));
        } else if parent == folder.join("gleam") {
            found.push(fixture(27, parent.join(format!("{name}.erl"))));
        }
    }
    found
}

fn every_fixture_has_a_source() -> Result<(), Failed> {
    for fixture in fixtures() {
        let elixir = fixture.beam.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Elixir."));
        if !elixir && !fixture.source.is_file() {
            return Err(format!("{} has no source {}", fixture.beam.display(), fixture.source.display()).into());
        }
    }
    Ok(())
}

/// The commands that run `erl`, by release.
fn commands() -> BTreeMap<u32, String> {
    let extra = env::var("EMBERL_EXTRA_ERLS").unwrap_or_default();
    let programs = extra.split(':').filter_map(|pair| pair.split_once('=')).map(|(program, _)| program.to_owned());
    let own = Tool::Erl.find().map(|_| "erl".to_owned());
    let mut found = BTreeMap::new();
    for program in own.into_iter().chain(programs) {
        let Ok(folder) = TempDir::new() else { continue };
        let ask = "io:put_chars(erlang:system_info(otp_release)), halt().";
        if let Ok(release) = run(&program, folder.path(), ask)
            && let Ok(release) = release.trim().parse()
        {
            found.entry(release).or_insert(program);
        }
    }
    found
}

fn run(program: &str, folder: &Path, expression: &str) -> Result<String, Failed> {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(folder).env("LC_ALL", "C.UTF-8");
    command.args(["-noshell", "-noinput", "-eval", expression]);
    Ok(process::run(&mut command, LIMIT)?.ok()?.out())
}

fn trial(release: u32) -> Trial {
    let name = format!("fixtures of OTP {release} come from their sources");
    match commands().remove(&release) {
        Some(program) => Trial::test(name, move || compile(release, &program)),
        None => Trial::test(name, move || Err(format!("needs erl of OTP {release}; see EMBERL_EXTRA_ERLS").into()))
            .with_kind(format!("needs OTP {release}"))
            .with_ignored_flag(!tools::tools_are_required()),
    }
}

fn compile(release: u32, program: &str) -> Result<(), Failed> {
    let mut count = 0;
    for fixture in fixtures().iter().filter(|fixture| fixture.release == release && fixture.source.is_file()) {
        let folder = TempDir::new()?;
        let name = fixture.source.file_name().unwrap_or_default();
        fs::copy(&fixture.source, folder.path().join(name))?;
        let file = name.to_string_lossy();
        // A fixture that needs an option says so in its first line: "compiled with +OPTION."
        let text = fs::read_to_string(&fixture.source)?;
        let first = text.lines().next().unwrap_or_default();
        let option = first.split_once("compiled with +").map_or("", |(_, option)| option.trim_end_matches('.'));
        let options = if option.is_empty() { "deterministic".to_owned() } else { format!("deterministic, {option}") };
        run(program, folder.path(), &format!("{{ok, _}} = compile:file({file:?}, [{options}]), halt()."))?;
        let compiled = fs::read(folder.path().join(name).with_extension("beam"))?;
        same_program(&fixture.beam, &compiled)?;
        count += 1;
    }
    if count == 0 {
        return Err(format!("there is no fixture of OTP {release}").into());
    }
    Ok(())
}

fn elixir() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let source = package_dir().join("fixtures/prune/size.ex");
    let mut command = Command::new("elixirc");
    command.args(["--no-docs", "--no-debug-info", "-o"]).arg(folder.path()).arg(&source).env("LC_ALL", "C.UTF-8");
    process::run(&mut command, LIMIT)?.ok()?;
    for fixture in corpus::fixtures() {
        let name = fixture.file_name().unwrap_or_default();
        if fixture.parent().is_some_and(|parent| parent.ends_with("prune"))
            && name.to_string_lossy().starts_with("Elixir.")
        {
            same_program(&fixture, &fs::read(folder.path().join(name))?)?;
        }
    }
    Ok(())
}

fn same_program(fixture: &Path, compiled: &[u8]) -> Result<(), Failed> {
    let bytes = fs::read(fixture)?;
    let (old, new) = (Chunks::parse(&bytes)?, Chunks::parse(compiled)?);
    for id in CHUNKS {
        if old.get(id).map(|chunk| chunk.data) != new.get(id).map(|chunk| chunk.data) {
            let id = String::from_utf8_lossy(id).into_owned();
            return Err(format!("{}: chunk {id} is not what its source compiles to", fixture.display()).into());
        }
    }
    let (old, new) = (Module::of(old)?, Module::of(new)?);
    if old.literals.table() != new.literals.table() {
        return Err(format!("{}: the literals are not what its source compiles to", fixture.display()).into());
    }
    Ok(())
}
