//! Measures whole commands: wall time, CPU time and peak memory of a process from its start to its exit.
//!
//! `cargo bench -p emberl-tests --bench commands -- [--runs N] [-- PROGRAM ARGUMENT...]`: without a program, the table of
//! this repository's own commands; with one, that command alone.
//!
//! Each run is started by a small process that does nothing else (this program again, with `--one`): the kernel reports
//! the peak memory of *all* children that a process has waited for, and it counts the moment between fork and exec, when
//! a child still shows its parent's size. So the floor of the memory column is that small process, 2 to 3 MiB.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    unix::main()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("commands: measuring child processes needs getrusage, which this system has not got");
    ExitCode::FAILURE
}

#[cfg(unix)]
mod unix {
    use std::{
        env,
        ffi::OsString,
        path::Path,
        process::{Command, ExitCode, Stdio},
        time::{Duration, Instant},
    };

    use emberl_tests::{bin, corpus, package_dir};
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike,
    };

    /// One run of a command.
    #[derive(Clone, Copy, Debug)]
    struct Measured {
        /// From before its start until after its exit.
        wall: Duration,
        /// User and system time of it and of the children that it waited for.
        cpu: Duration,
        /// Its largest resident set, in KiB.
        peak: u64,
    }

    /// A row of the table.
    struct Case {
        name: String,
        program: OsString,
        arguments: Vec<OsString>,
    }

    pub(super) fn main() -> ExitCode {
        // `cargo bench` adds `--bench` to the arguments.
        let mut arguments: Vec<OsString> = env::args_os().skip(1).filter(|argument| argument != "--bench").collect();
        if arguments.first().is_some_and(|first| first == "--one") {
            return one(&arguments[1..]);
        }
        match table(&mut arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("commands: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn table(arguments: &mut Vec<OsString>) -> Result<(), String> {
        let mut runs = 10;
        if arguments.first().is_some_and(|first| first == "--runs") {
            let value = arguments.get(1).and_then(|value| value.to_str()).and_then(|value| value.parse().ok());
            runs = value.filter(|&runs| runs > 0).ok_or("--runs needs a number above 0")?;
            arguments.drain(..2);
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let cases = match arguments.as_slice() {
            [] => own_commands(folder.path())?,
            [dashes, program, rest @ ..] if dashes == "--" => {
                vec![Case { name: "given".into(), program: program.clone(), arguments: rest.to_vec() }]
            }
            _ => return Err("arguments: [--runs N] [-- PROGRAM ARGUMENT...]".into()),
        };
        println!(
            "{:<28} {:>5} {:>11} {:>11} {:>11} {:>10}",
            "command", "runs", "wall min", "wall median", "CPU median", "peak MiB"
        );
        for case in cases {
            row(&case, runs)?;
        }
        Ok(())
    }

    /// What the project wants to know of its own commands: one small module from start to exit, and all modules of the
    /// installed OTP (and 960 of them, as many as OTP has without the graphics library and its like), where it is there.
    fn own_commands(folder: &Path) -> Result<Vec<Case>, String> {
        let emberl: OsString =
            bin::emberl().map_err(|error| error.message().unwrap_or("emberl was not built").to_owned())?.into();
        let pack: OsString = folder.join("out.avm").into();
        let case = |name: &str, words: &[&str], files: &[OsString]| {
            let words = words.iter().map(|word| if *word == "OUT" { pack.clone() } else { (*word).into() });
            Case {
                name: name.to_owned(),
                program: emberl.clone(),
                arguments: words.chain(files.iter().cloned()).collect(),
            }
        };
        let small = [package_dir().join("fixtures/packbeam-otp27/hello.beam").into_os_string()];
        let mut cases = vec![
            case("--version", &["--version"], &[]),
            case("check, a small module", &["check", "-q", "--lib"], &small),
            case("pack, a small module", &["pack", "-q", "--lib", "-o", "OUT"], &small),
        ];
        let Some(otp) = corpus::installed_roots().first() else {
            eprintln!("commands: no erl here, so nothing is measured on OTP's modules");
            return Ok(cases);
        };
        let files: Vec<OsString> = corpus::beams_below(std::slice::from_ref(otp)).into_iter().map(Into::into).collect();
        let some = files.get(..files.len().min(960)).unwrap_or_default();
        for (count, files) in [(some.len(), some), (files.len(), &files[..])] {
            cases.push(case(&format!("check, {count} modules"), &["check", "-q", "--lib"], files));
            cases.push(case(&format!("pack, {count} modules"), &["pack", "-q", "--lib", "-o", "OUT"], files));
        }
        Ok(cases)
    }

    fn row(case: &Case, runs: usize) -> Result<(), String> {
        let mut measured = (0..runs).map(|_| measure(case)).collect::<Result<Vec<_>, _>>()?;
        let peak = measured.iter().map(|one| one.peak).max().unwrap_or_default();
        measured.sort_by_key(|one| one.cpu);
        let cpu = measured[runs / 2].cpu;
        measured.sort_by_key(|one| one.wall);
        println!(
            "{:<28} {runs:>5} {:>8.2} ms {:>8.2} ms {:>8.2} ms {:>10.1}",
            case.name,
            milliseconds(measured[0].wall),
            milliseconds(measured[runs / 2].wall),
            milliseconds(cpu),
            peak as f64 / 1024.0
        );
        Ok(())
    }

    fn milliseconds(time: Duration) -> f64 {
        time.as_secs_f64() * 1000.0
    }

    /// Has one run measured by a process of its own.
    fn measure(case: &Case) -> Result<Measured, String> {
        let own = env::current_exe().map_err(|error| error.to_string())?;
        let output = Command::new(own)
            .arg("--one")
            .arg(&case.program)
            .args(&case.arguments)
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        match (output.status.success(), numbers.as_slice()) {
            (true, &[wall, cpu, peak]) => {
                Ok(Measured { wall: Duration::from_nanos(wall), cpu: Duration::from_micros(cpu), peak })
            }
            _ => Err(format!("{}: {}{text}", case.name, String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Runs one command and prints nanoseconds of wall time, microseconds of CPU time and KiB of memory. The command's own
    /// output is dropped; a command that fails is no measurement.
    fn one(command: &[OsString]) -> ExitCode {
        let [program, arguments @ ..] = command else {
            eprintln!("--one needs a program");
            return ExitCode::FAILURE;
        };
        let start = Instant::now();
        let status = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status();
        let wall = start.elapsed();
        match (status, getrusage(UsageWho::RUSAGE_CHILDREN)) {
            (Ok(status), Ok(usage)) if status.success() => {
                let cpu = (usage.user_time() + usage.system_time()).num_microseconds();
                // Linux counts KiB, macOS bytes.
                let peak = if cfg!(target_os = "macos") { usage.max_rss() / 1024 } else { usage.max_rss() };
                println!("{} {cpu} {peak}", wall.as_nanos());
                ExitCode::SUCCESS
            }
            (Ok(status), Ok(_)) => {
                eprintln!("{} ended with {status}", program.display());
                ExitCode::FAILURE
            }
            (Err(error), _) => {
                eprintln!("{}: {error}", program.display());
                ExitCode::FAILURE
            }
            (_, Err(error)) => {
                eprintln!("getrusage: {error}");
                ExitCode::FAILURE
            }
        }
    }
}
