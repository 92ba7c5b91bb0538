//! Random Erlang modules (`emberl_tests::generate`) print the same on `emberl run` as on the `erl` of each release at
//! hand, which compiles them, too.
//!
//! The seeds are fixed, so that a run can be repeated. Where tools are required (in CI), one that changes is added; a
//! failure names it, and `EMBERL_GENERATED_SEEDS=1,2,3` runs others. `EMBERL_GENERATED_KEEP=FOLDER`
//! writes the sources there.

use std::{
    env, fs,
    path::Path,
    process::Command,
    time::{Duration, SystemTime},
};

use emberl_tests::{
    Failed, bin, conformance,
    generate::{self, Subject},
    process,
    releases::{self, RELEASES},
    tools::tools_are_required,
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
const SEEDS: [u64; 2] = [1, 2];
/// Cases of a module.
const CASES: usize = 250;
/// Differences that are shown.
const SHOWN: usize = 8;
/// Set to numbers with commas between them: the seeds.
const VARIABLE: &str = "EMBERL_GENERATED_SEEDS";
/// Set to a folder: the sources are written there.
const KEEP: &str = "EMBERL_GENERATED_KEEP";

fn main() {
    let arguments = Arguments::from_args();
    let seeds = seeds();
    let trials = RELEASES.map(|release| {
        let seeds = seeds.clone();
        let name = format!("generated::prints_the_same_as_otp{release}");
        releases::needs(release, name, move |program| same(program, &seeds))
    });
    libtest_mimic::run(&arguments, trials.into_iter().collect()).exit();
}

fn seeds() -> Vec<u64> {
    if let Ok(seeds) = env::var(VARIABLE) {
        return seeds.split(',').filter_map(|seed| seed.trim().parse().ok()).collect();
    }
    let mut seeds = SEEDS.to_vec();
    if tools_are_required() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        seeds.push(now.as_secs());
        eprintln!("the seed of this run: {VARIABLE}={}", now.as_secs());
    }
    seeds
}

fn same(program: &str, seeds: &[u64]) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut modules = Vec::new();
    for seed in seeds {
        for subject in Subject::ALL {
            let name = format!("generated_{}_{seed}", subject.name());
            let source = generate::module(&name, subject, *seed, CASES);
            fs::write(folder.path().join(format!("{name}.erl")), &source)?;
            if let Some(keep) = env::var_os(KEEP) {
                fs::write(Path::new(&keep).join(format!("{name}.erl")), &source)?;
            }
            modules.push((name, source));
        }
    }
    let names: Vec<String> = modules.iter().map(|(name, _)| name.clone()).collect();
    let compile = "[case compile:file(F, [deterministic, return]) of {ok, _, _} -> ok; \
                   {error, E, _} -> io:format(\"~s: ~p~n\", [F, E]), halt(1) end \
                   || F <- filelib:wildcard(\"generated_*.erl\")], halt().";
    releases::run(program, folder.path(), compile, LIMIT)?;
    let record = conformance::ask_in(program, folder.path(), &names)?;
    let mut wrong = String::new();
    for (name, source) in &modules {
        let printed = record.get(name).ok_or_else(|| format!("erl did not run {name}"))?;
        if printed.ended != "normal" {
            return Err(format!("{name} ended with {} on erl", printed.ended).into());
        }
        for (binary, options) in [(bin::emberl()?, &[][..]), (bin::checked()?, &["--zeal"][..])] {
            wrong += &differences(&binary, options, folder.path(), name, source, &printed.lines)?;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Runs a module, and tells the cases that print something else.
fn differences(
    binary: &Path,
    options: &[&str],
    folder: &Path,
    name: &str,
    source: &str,
    expected: &[String],
) -> Result<String, Failed> {
    let mut command = Command::new(binary);
    command.arg("run").args(options).arg(folder.join(format!("{name}.beam")));
    let output = process::run(&mut command, LIMIT)?;
    let printed = conformance::lines(&output.stdout);
    let mut wrong = String::new();
    let mut count = 0;
    for (line, found) in expected.iter().zip(&printed).filter(|(line, found)| line != found) {
        count += 1;
        if count <= SHOWN {
            let case = line.trim_start_matches('{').split(',').next().unwrap_or_default();
            let start = format!("c{case}() -> ");
            let case = source.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
            wrong += &format!("{case}\nerl:    {line}\nemberl: {found}\n\n");
        }
    }
    if !output.success() || printed.len() != expected.len() + 1 {
        wrong += &format!("it printed {} lines instead of {}:\n{}", printed.len(), expected.len() + 1, output.err());
    }
    if wrong.is_empty() { Ok(wrong) } else { Ok(format!("{name} {options:?}: {count} cases differ\n{wrong}")) }
}
