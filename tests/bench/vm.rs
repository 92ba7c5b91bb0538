//! Times of Erlang programs on `emberl run` against OTP's `erl`, in one table with the ratios.
//!
//! `cargo bench -p emberl-tests --bench vm -- [--runs N] [--erl-only] [NAME...]`. Names are parts of those of the programs
//! in `bench/programs/`. A program measures itself, so the start of a VM does not count, and prints `{microseconds,T}`.
//! One whose name begins with `scaling_` prints `{microseconds,T,U}`: times for a size and twice that size; their ratio is
//! near 2 where the cost is linear, 4 where it is quadratic. The program `costs` prints what an operation costs where
//! there are 100, 10,000 and 100,000 things of its kind, `{Kind,{T,U,V}}` in nanoseconds.
//!
//! Each VM is started anew for each run, and the shortest time counts. `erl` may use its JIT, with one scheduler.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

use emberl_tests::{Failed, bin, corpus, erl, process};

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The program that tells what one operation costs.
const COSTS: &str = "costs";

/// The program that runs OTP's compiler, and so needs its modules.
const COMPILING: &str = "compiling";

/// What the arguments say.
struct Settings {
    runs: usize,
    erl_only: bool,
    names: Vec<String>,
}

/// A program's times in microseconds: one, or those of two sizes.
type Times = Vec<f64>;

fn main() -> ExitCode {
    match settings().and_then(|settings| tables(&settings).map_err(text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vm: {error}");
            ExitCode::FAILURE
        }
    }
}

fn text(error: Failed) -> String {
    error.message().unwrap_or("failed without a reason").to_owned()
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings { runs: 3, erl_only: false, names: Vec::new() };
    // `cargo bench` adds `--bench` to the arguments.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--erl-only" => settings.erl_only = true,
            "--runs" => {
                let runs = arguments.next().and_then(|value| value.parse().ok());
                settings.runs = runs.filter(|&runs| runs > 0).ok_or("--runs needs a number above 0")?;
            }
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}; there are --runs N and --erl-only"));
            }
            name => settings.names.push(name.to_owned()),
        }
    }
    Ok(settings)
}

fn tables(settings: &Settings) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let sources = erl::sources("bench/programs", "erl")?;
    erl::compile_erlang(&sources, folder.path(), &["-Werror"])?;
    let names: Vec<String> = sources.iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    let wanted = |name: &&String| settings.names.is_empty() || settings.names.iter().any(|part| name.contains(part));
    let (costs, rest): (Vec<_>, Vec<_>) = names.iter().filter(wanted).partition(|name| *name == COSTS);
    let (scaling, programs): (Vec<_>, Vec<_>) = rest.into_iter().partition(|name| name.starts_with("scaling_"));
    if scaling.is_empty() && programs.is_empty() && costs.is_empty() {
        return Err(format!("no program is named so; there are {}", names.join(", ")).into());
    }
    let emberl = if settings.erl_only { None } else { Some(bin::emberl()?) };
    let mut failures = BTreeMap::new();
    let mut measure = |name: &str| {
        let on_erl = best(settings.runs, name, || erl_command(folder.path(), name));
        let on_emberl =
            emberl.as_ref().map(|emberl| best(settings.runs, name, || emberl_command(emberl, folder.path(), name)));
        let mut kept = |vm: &str, times: Result<Times, Failed>| match times {
            Ok(times) => Some(times),
            Err(error) => {
                failures.insert(format!("{name} on {vm}"), text(error));
                None
            }
        };
        (kept("erl", on_erl), on_emberl.and_then(|times| kept("emberl", times)))
    };
    if !programs.is_empty() {
        println!("{:<20} {:>12} {:>12} {:>10}", "program", "erl ms", "emberl ms", "emberl/erl");
        let mut ratios = Vec::new();
        for name in programs {
            let (on_erl, on_emberl) = measure(name);
            let (on_erl, on_emberl) = (first(on_erl), first(on_emberl));
            let ratio = on_erl.zip(on_emberl).map(|(erl, emberl)| emberl / erl);
            ratios.extend(ratio);
            let [erl, emberl] = [on_erl, on_emberl].map(|time| shown(time.map(|time| time / 1000.0), 2));
            println!("{name:<20} {erl:>12} {emberl:>12} {:>10}", shown(ratio, 1));
        }
        println!("{:<20} {:>36}\n", "geometric mean", shown(geometric_mean(&ratios), 1));
    }
    if !scaling.is_empty() {
        println!("{:<20} {:>12} {:>12}", "time of 2N / time of N", "erl", "emberl");
        for name in scaling {
            let (on_erl, on_emberl) = measure(name);
            let [erl, emberl] = [on_erl, on_emberl].map(|times| match times.as_deref() {
                Some([one, two]) => shown(Some(two / one), 2),
                _ => shown(None, 2),
            });
            println!("{:<22} {erl:>12} {emberl:>12}", name.trim_start_matches("scaling_"));
        }
    }
    if !costs.is_empty() {
        table_of_costs(folder.path(), emberl.as_ref())?;
    }
    if failures.is_empty() {
        return Ok(());
    }
    let failures: Vec<String> = failures.into_iter().map(|(what, why)| format!("{what}: {why}")).collect();
    Err(failures.join("\n").into())
}

/// What one operation costs at three sizes, on both VMs.
fn table_of_costs(folder: &Path, emberl: Option<&PathBuf>) -> Result<(), Failed> {
    let on_erl = process::run(&mut erl_command(folder, COSTS)?, LIMIT)?.ok()?.out();
    let on_emberl = match emberl {
        Some(emberl) => process::run(&mut emberl_command(emberl, folder, COSTS)?, LIMIT)?.ok()?.out(),
        None => String::new(),
    };
    println!("\n{:<20} {:^26} {:^26}", "ns of one, beside", "erl", "emberl");
    let sizes = ["100", "10,000", "100,000"].map(|size| format!("{size:>8}")).concat();
    println!("{:<20} {sizes}   {sizes}", "as many of its kind");
    let mut costs: BTreeMap<&str, [Option<[&str; 3]>; 2]> = BTreeMap::new();
    for (vm, output) in [&on_erl, &on_emberl].into_iter().enumerate() {
        for (kind, times) in output.lines().filter_map(cost) {
            if let Some(place) = costs.entry(kind).or_default().get_mut(vm) {
                *place = Some(times);
            }
        }
    }
    for (kind, times) in costs {
        let [erl, emberl] = times.map(|times| times.unwrap_or(["-"; 3]).map(|time| format!("{time:>8}")).concat());
        println!("{kind:<20} {erl}   {emberl}");
    }
    Ok(())
}

/// The kind and the times of a line `{Kind,{T,U,V}}`.
fn cost(line: &str) -> Option<(&str, [&str; 3])> {
    let (kind, times) = line.strip_prefix('{')?.strip_suffix("}}")?.split_once(",{")?;
    let times: Vec<&str> = times.split(',').collect();
    Some((kind, times.try_into().ok()?))
}

/// The time of a program that measures one size.
fn first(times: Option<Times>) -> Option<f64> {
    match times?.as_slice() {
        &[time] => Some(time),
        _ => None,
    }
}

/// A number with so many digits after the point, or a dash where there is none.
fn shown(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}

fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    if ratios.is_empty() {
        return None;
    }
    Some((ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp())
}

/// The shortest times of several runs.
fn best(runs: usize, name: &str, command: impl Fn() -> Result<Command, Failed>) -> Result<Times, Failed> {
    let mut best: Option<Times> = None;
    for _ in 0..runs {
        let output = process::run(&mut command()?, LIMIT)?.ok()?.out();
        let times = parse(&output).ok_or_else(|| format!("{name} printed no time:\n{output}"))?;
        best = Some(match best {
            Some(best) => best.iter().zip(&times).map(|(a, b)| a.min(*b)).collect(),
            None => times,
        });
    }
    best.ok_or_else(|| "no run was asked for".into())
}

/// The times in a line `{microseconds,T}` or `{microseconds,T,U}`. A time of 0 would make ratios meaningless.
fn parse(output: &str) -> Option<Times> {
    let line = output.lines().find_map(|line| line.strip_prefix("{microseconds,")?.strip_suffix('}'))?;
    line.split(',').map(|time| time.parse::<f64>().ok().map(|time| time.max(1.0))).collect()
}

fn erl_command(folder: &Path, name: &str) -> Result<Command, Failed> {
    let mut command = erl::command(&[folder])?;
    command.args(["+S", "1:1", "-eval", &format!("{name}:start(), halt().")]);
    Ok(command)
}

fn emberl_command(emberl: &PathBuf, folder: &Path, name: &str) -> Result<Command, Failed> {
    let mut command = Command::new(emberl);
    command.arg("run").arg(folder.join(format!("{name}.beam")));
    if name == COMPILING {
        for folder in corpus::ebin_folders(&["kernel", "stdlib", "compiler"])? {
            command.arg("--pa").arg(folder);
        }
    }
    Ok(command)
}
