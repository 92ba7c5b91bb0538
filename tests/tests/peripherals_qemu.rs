//! Pins, I2C and the board itself on the firmware of `qemu-riscv32`: programs of `tests/peripherals/` with the scripts of the
//! mock board, which the test plays around the machine; and those of `tests/peripherals/qemu/`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use emberl_tests::{
    Failed, bin, check, erl,
    qemu::{self, FLASH_SIZE, Machine, hardware::Hardware, hardware::Lines},
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

/// Guards against hangs; a run takes a second or two.
const LIMIT: Duration = Duration::from_secs(120);
/// The programs that need nothing but pins and I2C.
const PROGRAMS: [&str; 2] = ["pins", "bus"];
/// A program that waits for a pin at once.
const WAITS: &str = "-module(waits). -export([start/0]).
start() ->
    ok = gpio:set_int(gpio:start(), 4, rising),
    receive {gpio_interrupt, 4} -> ok end,
    high = gpio:digital_read(4),
    ok.
";

fn main() {
    let arguments = Arguments::from_args();
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let mut trials: Vec<Trial> = PROGRAMS
        .into_iter()
        .map(|name| needs(&tools, format!("qemu::program_{name}_meets_the_mock_boards_script"), move || program(name)))
        .collect();
    trials.extend([
        needs(&tools, "qemu::alone_pins_are_low_and_nobody_answers", alone),
        needs(&tools, "qemu::what_is_kept_lives_through_restarts_and_sleeps", lives),
        needs(&tools, "qemu::late_and_wrong_answers_are_errors", silence),
        needs(&tools, "qemu::a_pin_ends_a_wait_that_nothing_else_would", waits),
    ]);
    libtest_mimic::run(&arguments, trials).exit();
}

/// A pack of a program.
fn pack(source: &Path, folder: &TempDir) -> Result<PathBuf, Failed> {
    erl::compile_erlang(&[source.to_owned()], folder.path(), &["-Werror"])?;
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let out = folder.path().join("program.avm");
    let mut arguments: Vec<PathBuf> =
        ["pack", "-q", "--allow-unresolved", "--start", &name, "-o"].into_iter().map(PathBuf::from).collect();
    arguments.extend([out.clone(), folder.path().join(format!("{name}.beam"))]);
    bin::run(arguments)?.ok()?;
    Ok(out)
}

fn source(name: &str) -> PathBuf {
    emberl_tests::package_dir().join("peripherals").join(format!("{name}.erl"))
}

/// Runs a machine with a script around it, to its end.
fn meets(machine: &Machine, script: &str) -> Result<String, Failed> {
    let mut running = machine.start()?;
    let hardware = Hardware::start(running.take_hardware()?, script)?;
    let (code, printed) = running.end(LIMIT)?;
    let verified = hardware.verify();
    check(code == Some(0), || format!("{code:?}: {printed}\n{verified:?}"))?;
    verified?;
    Ok(printed)
}

fn program(name: &str) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let source = source(name);
    let script = fs::read_to_string(source.with_extension("script"))?;
    let machine = Machine { pack: Some(pack(&source, &folder)?), hardware: true, ..Machine::default() };
    meets(&machine, &script).map(drop)
}

fn alone() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let output = qemu::run(Some(&pack(&source("qemu/alone"), &folder)?), LIMIT)?;
    check(output.code() == Some(0), || output.to_string())
}

fn lives() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let flash = folder.path().join("flash");
    File::create(&flash)?.set_len(FLASH_SIZE)?;
    let source = source("qemu/lives");
    let script = fs::read_to_string(source.with_extension("script"))?;
    let pack = Some(pack(&source, &folder)?);
    let machine = Machine { pack, flash: Some(flash), hardware: true, ..Machine::default() };
    for started in ["{started,1}", "{started,2}"] {
        let printed = meets(&machine, &script)?;
        check(printed.lines().any(|line| line.trim_end() == started), || format!("not {started}: {printed}"))?;
    }
    Ok(())
}

fn silence() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = Some(pack(&source("qemu/silence"), &folder)?);
    let mut running = Machine { pack, hardware: true, ..Machine::default() }.start()?;
    let mut lines = running.take_hardware()?;
    let said = answers(&mut lines);
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0), || format!("{code:?}: {printed}\n{said:?}"))?;
    said
}

/// The number of the transfer that is asked for next, and what it is.
fn asked(lines: &mut Lines) -> Result<(u32, String), Failed> {
    let line = lines.next(LIMIT)?.ok_or("nothing is asked for")?;
    let rest = line.strip_prefix("ask ").ok_or_else(|| format!("{line} asks for nothing"))?;
    let (number, transfer) = rest.split_once(' ').ok_or("nothing is asked for")?;
    Ok((number.parse()?, transfer.to_owned()))
}

fn answers(lines: &mut Lines) -> Result<(), Failed> {
    lines.expect("hello 22", LIMIT)?;
    // What it does not know it says, and goes on.
    for line in ["nonsense", "pin 22 high", "pin 4 up", "begin now"] {
        lines.say(line)?;
        lines.expect(&format!("wrong {line}"), LIMIT)?;
    }
    lines.say("begin")?;
    lines.expect("i2c 0 open 9 8 100000", LIMIT)?;
    lines.expect("i2c 1 open 1 2 100000", LIMIT)?;
    // Nobody answers this, but the next one is asked for; then it is too late.
    let (first, transfer) = asked(lines)?;
    check(transfer == "i2c 0 0x10 read 1", || transfer.clone())?;
    let (second, _) = asked(lines)?;
    lines.say(&format!("{first} data 01"))?;
    lines.say(&format!("{} data 03", second.wrapping_add(1)))?;
    lines.say(&format!("{second} data 02"))?;
    for wrong in ["data 01", "data 01 02 03", "fail"] {
        let (number, _) = asked(lines)?;
        lines.say(&format!("{number} {wrong}"))?;
    }
    let (number, transfer) = asked(lines)?;
    let bytes = transfer.strip_prefix("i2c 1 0x15 write").unwrap_or_default();
    check(bytes == " a5".repeat(5000), || format!("{} bytes of {transfer}", bytes.len()))?;
    lines.say(&format!("{number} data"))?;
    let (number, transfer) = asked(lines)?;
    check(transfer == "i2c 1 0x16 read 65536", || transfer.clone())?;
    Ok(lines.say(&format!("{number} data{}", " 5a".repeat(65536)))?)
}

fn waits() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let path = folder.path().join("waits.erl");
    fs::write(&path, WAITS)?;
    let machine = Machine { pack: Some(pack(&path, &folder)?), hardware: true, ..Machine::default() };
    meets(&machine, "pin 4 low\non pin 4 watch rising after 200ms pin 4 high\nexpect pin 4 watch rising\n").map(drop)
}
