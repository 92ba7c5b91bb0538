//! The modules of peripherals: the programs of `tests/peripherals/` call all of their functions on the board `mock` of `emberl
//! run`, whose pins, buses and ports do what the `.script` beside each says; and what a run says where a script is not met.
//!
//! A new case is a new `.erl` file there, with its script.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_tests::{
    Failed, bin, erl, process,
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// A program that does a little of everything.
const BLINK: &str = "-module(blink). -export([start/0]).
start() ->
    ok = gpio:set_pin_mode(5, output),
    ok = gpio:digital_write(5, high),
    ok = gpio:digital_write(5, low),
    Uart = uart:open(\"UART1\", []),
    ok = uart:write(Uart, \"hel\"),
    ok = uart:write(Uart, \"lo\\n\"),
    ok.
";
/// One that waits for a pin that nobody moves.
const WAITS: &str = "-module(waits). -export([start/0]).
start() ->
    ok = gpio:set_int(gpio:start(), 4, rising),
    receive {gpio_interrupt, 4} -> ok end.
";
/// One that waits until a pin is high, if it is not already.
const LEVEL: &str = "-module(level). -export([start/0]).
start() ->
    ok = gpio:set_int(gpio:start(), 4, high),
    receive {gpio_interrupt, 4} -> ok end.
";
/// One that starts the board anew.
const AGAIN: &str = "-module(again). -export([start/0]).
start() ->
    ok = gpio:digital_write(5, high),
    esp:restart().
";

/// A source, a script, options; the exit code, and what is said on standard error.
struct Case {
    name: &'static str,
    source: &'static str,
    script: &'static str,
    options: &'static [&'static str],
    code: i32,
    told: &'static [&'static str],
}

const fn case(
    name: &'static str,
    source: &'static str,
    script: &'static str,
    code: i32,
    told: &'static [&'static str],
) -> Case {
    Case { name, source, script, options: &[], code, told }
}

const CASES: &[Case] = &[
    case(
        "what_is_expected_happens",
        BLINK,
        "expect pin 5 high\nexpect pin 5 low\nexpect uart 1 send \"hello\"\n",
        0,
        &[],
    ),
    case(
        "another_order_is_told",
        BLINK,
        "expect pin 5 low\n\nexpect pin 5 high\n",
        1,
        &["s:3: expected `pin 5 high`, and the program did not do it after what line 1 expects"],
    ),
    case(
        "what_was_done_instead_is_told",
        BLINK,
        "expect pin 5 input\nexpect uart 1 send \"help\"\n",
        1,
        &[
            "s:1: expected `pin 5 input`, and the program did not do it; it did `pin 5 output`",
            "s:2: expected `uart 1 send \"help\"`, and the program did not do it; it did `uart 1 send \"hello\\n\"`",
        ],
    ),
    case(
        "what_must_not_happen_is_told",
        BLINK,
        "never pin 6 high\nnever pin 5 high\nnever uart 1 send \"lo\"\n",
        1,
        &["s:2: the program did `pin 5 high`", "s:3: the program did `uart 1 send \"lo\"`"],
    ),
    case(
        "a_script_that_cannot_be_read_is_told",
        BLINK,
        "# fine\npin 5 up\n",
        1,
        &["s:2: up is no level", "high, low or open"],
    ),
    case("a_wait_that_nothing_ends_is_told", WAITS, "pin 4 low\n", 1, &["all processes wait for a message"]),
    case("time_moves_pins", LEVEL, "at 20ms pin 4 high\nexpect pin 4 watch rising\n", 0, &[]),
    case("a_restart_ends_the_run", AGAIN, "expect pin 5 high\nexpect restart\n", 0, &["the board's run: restart"]),
    case("a_restart_that_was_not_expected_is_told", AGAIN, "never restart\n", 1, &["s:1: the program did `restart`"]),
    Case {
        options: &["--forward", "tcp:8080:80"],
        ..case("options_of_other_boards_are_refused", BLINK, "", 2, &["--forward cannot be used with the board mock"])
    },
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = match erl::sources("peripherals", "erl") {
        Ok(sources) => sources.into_iter().map(program).collect(),
        Err(error) => vec![Trial::test("programs", move || Err(error.into()))],
    };
    trials.extend(CASES.iter().map(|case| needs(&[Tool::Erlc], format!("script::{}", case.name), move || told(case))));
    trials.push(needs(&[Tool::Erlc], "script::the_log_is_in_the_words_of_scripts", log));
    trials.push(needs(&[Tool::Erlc], "without_a_board_there_are_no_peripherals", nothing));
    libtest_mimic::run(&arguments, trials).exit();
}

fn program(source: PathBuf) -> Trial {
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    needs(&[Tool::Erlc], format!("program::{name}"), move || meets_its_script(&source, &name))
}

fn meets_its_script(source: &Path, name: &str) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    erl::compile_erlang(&[source.to_owned()], folder.path(), &["-Werror"])?;
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).args(["run", "--board", "mock", "--script"]);
    command.arg(source.with_extension("script")).args(["--log", "log", &format!("{name}.beam")]);
    let output = process::run(&mut command, LIMIT)?;
    if !output.success() {
        let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        let said = output.err();
        let tail: Vec<&str> = log.lines().rev().take(10).collect();
        return Err(format!("{said}the last lines of the log, backwards: {tail:#?}").into());
    }
    Ok(())
}

/// A folder with a program that is compiled, and a script `s`.
fn prepared(source: &str, script: &str) -> Result<(TempDir, String), Failed> {
    let folder = TempDir::new()?;
    let module = source.split(['(', ')']).nth(1).unwrap_or_default().to_owned();
    let path = folder.path().join(format!("{module}.erl"));
    fs::write(&path, source)?;
    fs::write(folder.path().join("s"), script)?;
    erl::compile_erlang(&[path], folder.path(), &["-Werror"])?;
    Ok((folder, format!("{module}.beam")))
}

fn told(case: &Case) -> Result<(), Failed> {
    let (folder, beam) = prepared(case.source, case.script)?;
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).args(["run", "--board", "mock", "--script", "s"]).args(case.options).arg(beam);
    let output = process::run(&mut command, LIMIT)?;
    let said = output.err();
    let code = output.code();
    if code != Some(case.code) {
        return Err(format!("{code:?} instead of {}: {said}", case.code).into());
    }
    match case.told.iter().find(|told| !said.contains(*told)) {
        Some(told) => Err(format!("not said: {told}\nsaid: {said}").into()),
        None => Ok(()),
    }
}

/// Each line of a log can be expected.
fn log() -> Result<(), Failed> {
    let (folder, beam) = prepared(BLINK, "")?;
    let run = |script: &str| -> Result<_, Failed> {
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(folder.path()).args(["run", "--board", "mock", "--script", script, "--log", "log", &beam]);
        Ok(process::run(&mut command, LIMIT)?)
    };
    run("s")?.ok()?;
    let log = fs::read_to_string(folder.path().join("log"))?;
    let expected = "pin 5 output\npin 5 high\npin 5 low\nuart 1 open 115200\nuart 1 send 68 65 6c  # \"hel\"\n\
                    uart 1 send 6c 6f 0a  # \"lo\\n\"\n";
    if log != expected {
        return Err(format!("{log:?}, and not {expected:?}").into());
    }
    let script: String = log.lines().map(|line| format!("expect {line}\n")).collect();
    fs::write(folder.path().join("again"), script)?;
    run("again")?.ok()?;
    Ok(())
}

fn nothing() -> Result<(), Failed> {
    let source = "-module(none). -export([start/0]).
start() ->
    error = gpio:digital_read(1),
    error = gpio:set_pin_mode(1, output),
    {'EXIT', {badarg, _}} = (catch i2c:open([{scl, 1}, {sda, 2}, {clock_speed_hz, 1}])),
    {'EXIT', {badarg, _}} = (catch uart:open([])),
    {error, 262} = ledc:timer_config([{timer_num, 0}, {freq_hz, 1}, {duty_resolution, 1}]),
    {error, enotsup} = esp:nvs_fetch_binary(a, b),
    esp_rst_unknown = esp:reset_reason(),
    {'EXIT', {enotsup, _}} = (catch esp:restart()),
    ok.
";
    let (folder, beam) = prepared(source, "")?;
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).args(["run", &beam]);
    process::run(&mut command, LIMIT)?.ok()?;
    Ok(())
}
