//! The compiled fixtures are what their sources compile to: each is compiled again by the release that it is of, and the
//! chunks that make up the program must be the same. (Paths and compiler options in other chunks differ by machine.)
//!
//! The packs of the templates are compared in the same way.
//!
//! `erl` is asked for the fixtures of its own release; the others need `EMBERL_EXTRA_ERLS` (see `disasm.rs`). The Elixir
//! fixture of OTP 27 (`Elixir.Greeter.beam`) is not compiled again: only `erl` of that release is at hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use emberl_format::beam::Chunks;
use emberl_format::module::Module;
use emberl_host::Program;
use emberl_templates::{Language, TEMPLATES, Template};
use emberl_tests::releases::{self, RELEASES};
use emberl_tests::tools::{self, Tool};
use emberl_tests::{bin, conformance, corpus, package_dir, process, repository_dir};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);
/// The chunks that are compared; literals are compared inflated.
const CHUNKS: [&[u8; 4]; 7] = [b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"FunT", b"Type"];
/// How the conformance programs' fixtures are brought up to date.
const UPDATE: &str = "EMBERL_UPDATE=1 cargo test -p emberl-tests --test conformance writes the fixtures anew";

/// The release that `vm-firmware/erlang/emberl.avm` is compiled by: its code runs on all later ones' machines.
const PACK_RELEASE: u32 = 25;

/// A compiled fixture: its release, its source, and itself.
struct Fixture {
    release: u32,
    source: PathBuf,
    beam: PathBuf,
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = RELEASES.map(trial).into_iter().chain(RELEASES.map(conformance_trial)).chain([
        releases::needs(PACK_RELEASE, "the virtual machine's Erlang modules come from their sources", erlang_pack),
        releases::needs(PACK_RELEASE, "the modules that run tests come from their sources", |program| {
            made_pack(program, &repository_dir().join("cli/testing"), "runners.avm").map(drop)
        }),
        tools::needs(&[Tool::Elixirc], "fixtures of Elixir come from their sources", elixir),
        releases::needs(PACK_RELEASE, "the templates' packs come from their sources: Erlang, Gleam", erlang_templates),
        tools::needs(&[Tool::Elixirc], "the templates' packs come from their sources: Elixir", elixir_templates),
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

fn trial(release: u32) -> Trial {
    let name = format!("fixtures of OTP {release} come from their sources");
    releases::needs(release, name, move |program| compile(release, program))
}

/// The programs of `tests/conformance/`, and the library modules with them.
fn conformance_trial(release: u32) -> Trial {
    let name = format!("conformance programs of OTP {release} come from their sources");
    releases::needs(release, name, move |program| {
        let (kept, compiled) = (conformance::beams(release)?, conformance::compile(release, program)?);
        for (name, compiled) in &compiled {
            let kept = kept.get(name).ok_or_else(|| format!("{name} is not among the fixtures. {UPDATE}"))?;
            same_program(Path::new(name), kept, compiled).map_err(|error| format!("{}. {UPDATE}", text(&error)))?;
        }
        match kept.keys().find(|name| !compiled.contains_key(*name)) {
            Some(name) => Err(format!("the fixture {name} has no source. {UPDATE}").into()),
            None => Ok(()),
        }
    })
}

fn text(error: &Failed) -> &str {
    error.message().unwrap_or_default()
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
        let expression = format!("{{ok, _}} = compile:file({file:?}, [{options}]), halt().");
        releases::run(program, folder.path(), &expression, LIMIT)?;
        let compiled = fs::read(folder.path().join(name).with_extension("beam"))?;
        same_program(&fixture.beam, &fs::read(&fixture.beam)?, &compiled)?;
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
            same_program(&fixture, &fs::read(&fixture)?, &fs::read(folder.path().join(name))?)?;
        }
    }
    Ok(())
}

/// `vm-firmware/erlang/emberl.avm` holds what its sources compile to, and all modules that must come first.
fn erlang_pack(program: &str) -> Result<(), Failed> {
    let pack = made_pack(program, &repository_dir().join("vm-firmware/erlang"), "emberl.avm")?;
    match emberl_erlang::FIRST.iter().find(|name| pack.module(name).is_none()) {
        Some(name) => Err(format!("{name} comes first, but is not there").into()),
        None => Ok(()),
    }
}

/// The pack of that name in `home` holds what the sources in `src` compile to, without lines, as OTP's preloaded modules;
/// with `EMBERL_UPDATE=1` it is written anew.
fn made_pack(program: &str, home: &Path, pack: &str) -> Result<Program, Failed> {
    let folder = TempDir::new()?;
    let mut names = Vec::new();
    for entry in fs::read_dir(home.join("src"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "erl" || extension == "S") {
            fs::copy(&path, folder.path().join(path.file_name().unwrap_or_default()))?;
            names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let expression = "[{ok, _} = compile:file(F, [deterministic, no_line_info, warnings_as_errors, report \
                      | [from_asm || filename:extension(F) =:= \".S\"]]) \
                      || F <- filelib:wildcard(\"*.{erl,S}\")], halt().";
    releases::run(program, folder.path(), expression, LIMIT)?;
    let made = folder.path().join(pack);
    let mut arguments: Vec<PathBuf> =
        ["pack", "-q", "--lib", "--allow-unresolved", "-o"].into_iter().map(PathBuf::from).collect();
    arguments.push(made.clone());
    arguments.extend(names.iter().map(|name| folder.path().join(format!("{name}.beam"))));
    bin::run(arguments)?.ok()?;
    let kept = home.join(pack);
    if std::env::var_os("EMBERL_UPDATE").is_some() {
        fs::copy(&made, &kept)?;
    }
    let (old, new) = (Program::open(&[&kept])?, Program::open(&[&made])?);
    let wrong = "EMBERL_UPDATE=1 cargo test -p emberl-tests --test origin writes it anew";
    if old.names() != new.names() {
        return Err(format!("{pack} does not hold the modules of its sources. {wrong}").into());
    }
    for name in new.names() {
        let (Some(old), Some(new)) = (old.module(name), new.module(name)) else { continue };
        same_program(Path::new(name), old, new).map_err(|error| format!("{}. {wrong}", text(&error)))?;
    }
    Ok(old)
}

/// The packs of the templates whose sources Erlang's compiler compiles. Of Gleam's it compiles what Gleam's makes of them.
fn erlang_templates(program: &str) -> Result<(), Failed> {
    let home = repository_dir().join("templates");
    for template in TEMPLATES {
        for language in [Language::Erlang, Language::Gleam] {
            let folder = TempDir::new()?;
            let own = home.join(language.name()).join(template.name).join("src");
            let compiled = (language == Language::Gleam).then(|| home.join("gleam-compiled").join(template.name));
            for source in compiled.iter().chain([&own]) {
                for path in files_of(source, "erl")? {
                    let name = path.file_name().unwrap_or_default();
                    if name != "my_app_test.erl" {
                        fs::copy(&path, folder.path().join(name))?;
                    }
                }
            }
            let expression =
                "[{ok, _} = compile:file(F, [deterministic, report]) || F <- filelib:wildcard(\"*.erl\")], halt().";
            releases::run(program, folder.path(), expression, LIMIT)?;
            template_pack(language, template, folder.path(), "my_app")?;
        }
    }
    Ok(())
}

fn elixir_templates() -> Result<(), Failed> {
    for template in TEMPLATES {
        let folder = TempDir::new()?;
        let home = repository_dir().join("templates/elixir").join(template.name);
        let mut sources = files_of(&home.join("lib"), "ex")?;
        if home.join("lib/my_app").is_dir() {
            sources.extend(files_of(&home.join("lib/my_app"), "ex")?);
        }
        let mut command = Command::new("elixirc");
        // Relative paths, since they stand in what is compiled.
        command.current_dir(&home).args(["--no-docs", "--no-debug-info", "-o"]).arg(folder.path());
        command.args(sources.iter().filter_map(|path| path.strip_prefix(&home).ok())).env("LC_ALL", "C.UTF-8");
        process::run(&mut command, LIMIT)?.ok()?;
        template_pack(Language::Elixir, template, folder.path(), "Elixir.MyApp")?;
    }
    Ok(())
}

fn files_of(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == kind));
    paths.sort();
    Ok(paths)
}

/// The pack of a template holds these modules; with `EMBERL_UPDATE=1` it is written anew.
fn template_pack(language: Language, template: &Template, compiled: &Path, start: &str) -> Result<(), Failed> {
    let made = compiled.join("made.avm");
    let mut arguments: Vec<PathBuf> =
        ["pack", "-q", "--allow-unresolved", "--start", start, "-o"].map(PathBuf::from).into();
    arguments.push(made.clone());
    arguments.extend(files_of(compiled, "beam")?);
    bin::run(arguments)?.ok()?;
    let name = format!("{}-{}.avm", language.name(), template.name);
    let kept = repository_dir().join("templates/packs").join(&name);
    if std::env::var_os("EMBERL_UPDATE").is_some() {
        fs::copy(&made, &kept)?;
    }
    let wrong = "EMBERL_UPDATE=1 cargo test -p emberl-tests --test origin writes it anew";
    same_packs(&name, &kept, &made).map_err(|error| format!("{}. {wrong}", text(&error)))?;
    Ok(())
}

fn same_packs(name: &str, kept: &Path, made: &Path) -> Result<(), Failed> {
    let (old, new) = (Program::open(&[kept])?, Program::open(&[made])?);
    if old.names() != new.names() || old.start() != new.start() {
        return Err(format!("{name} does not hold the modules of its sources").into());
    }
    for module in new.names() {
        let (Some(old), Some(new)) = (old.module(module), new.module(module)) else { continue };
        same_program(&Path::new(name).join(module), old, new)?;
    }
    Ok(())
}

fn same_program(fixture: &Path, kept: &[u8], compiled: &[u8]) -> Result<(), Failed> {
    let (old, new) = (Chunks::parse(kept)?, Chunks::parse(compiled)?);
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
