//! Ten mistakes that beginners make: what is said of each names the place and the cure. The texts are kept in
//! `fixtures/mistakes/`; with `EMBERL_UPDATE=1` they are written anew.
#![allow(clippy::panic)]

use std::fs;
use std::process::Command;
use std::time::Duration;

use emberl_tests::image::Folder;
use emberl_tests::tools::{Tool, needs};
use emberl_tests::{Failed, bin, check, package_dir, process};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);

/// What `emberl new` makes, with a mistake: a file's text, and what stands there instead.
struct Mistake {
    name: &'static str,
    /// File, text, and its replacement.
    edit: (&'static str, &'static str, &'static str),
    command: &'static [&'static str],
}

/// Those that are found when a project is built.
const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "01_misspelt_function",
        edit: ("src/lamp.erl", "gpio:set_pin_mode", "gpio:set_pin_mod"),
        command: &["build"],
    },
    Mistake {
        name: "02_missing_dependency",
        edit: ("src/lamp.erl", "start() ->\n", "start() ->\n    jsx:decode(<<\"{}\">>),\n"),
        command: &["build"],
    },
    Mistake {
        name: "03_unsupported_call",
        edit: ("src/lamp.erl", "start() ->\n", "start() ->\n    erlang:open_port({spawn, \"ls\"}, []),\n"),
        command: &["build"],
    },
    Mistake {
        name: "04_wrong_start_module",
        edit: ("emberl.toml", "start = \"lamp\"", "start = \"lmap\""),
        command: &["build"],
    },
    Mistake {
        name: "09_unknown_key",
        edit: ("emberl.toml", "name = \"esp32c3\"", "nmae = \"esp32c3\""),
        command: &["build"],
    },
];

fn project() -> Result<TempDir, Failed> {
    let folder = TempDir::new()?;
    let mut command = Command::new(bin::emberl()?);
    process::run(command.current_dir(folder.path()).args(["new", "lamp", "--template", "blink"]), LIMIT)?.ok()?;
    Ok(folder)
}

fn in_a_project(mistake: &Mistake) -> Result<(), Failed> {
    let folder = project()?;
    let home = folder.path().join("lamp");
    let (file, before, after) = mistake.edit;
    let path = home.join(file);
    let text = fs::read_to_string(&path)?;
    check(text.contains(before), || format!("{file} has no {before}"))?;
    fs::write(&path, text.replacen(before, after, 1))?;
    let mut command = Command::new(bin::emberl()?);
    let line = format!("emberl {}", mistake.command.join(" "));
    let shown = home.canonicalize()?.to_string_lossy().into_owned();
    told(mistake.name, &line, command.current_dir(&home).args(mistake.command), 1, &[(&shown, "HOME")])?;
    check(!home.join("_emberl/lamp.avm").exists(), || "a pack was written".to_owned())
}

/// Runs a command that must fail so, and compares what it says with what is kept. Texts that differ from run to run are replaced by
/// words.
fn told(name: &str, line: &str, command: &mut Command, code: i32, words: &[(&str, &str)]) -> Result<(), Failed> {
    let output = process::run(command.env_remove("EMBERL_SOURCE"), LIMIT)?;
    let mut text = format!("$ {line}\n{}{}[{code}]\n", output.out(), output.err());
    for (differs, word) in words {
        text = text.replace(differs, word);
    }
    check(output.code() == Some(code) && text.contains("= cure: "), || output.to_string())?;
    let path = package_dir().join("fixtures/mistakes").join(format!("{name}.txt"));
    if std::env::var_os("EMBERL_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        return Ok(fs::write(&path, &text)?);
    }
    let kept = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    check(kept == text, || format!("{} is not what is said:\n{text}\n--- kept is:\n{kept}", path.display()))
}

fn too_large_for_the_partition() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let line = "emberl image --board esp32c3 --firmware esp32c3.elf -o out.bin large.avm";
    let mut command = folder.command()?;
    told("05_too_large_for_the_partition", line, command.args(line.split(' ').skip(1)), 1, &[])?;
    check(!folder.path("out.bin").exists(), || "an image was written".to_owned())
}

/// A machine whose Rust has no library for the board's chip: a compiler is played that says so, and a checkout without a script
/// that knows another way.
#[cfg(unix)]
fn missing_rust_target() -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new()?;
    let tools = folder.path().join("bin");
    let package = folder.path().join("emberl/vm-firmware/boards/esp32");
    fs::create_dir_all(&tools)?;
    fs::create_dir_all(&package)?;
    fs::write(package.join("Cargo.toml"), "")?;
    let rustc = tools.join("rustc");
    fs::write(&rustc, "#!/bin/sh\nexit 1\n")?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
    let line = "emberl firmware build --board esp32c3 --source emberl";
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).env("PATH", &tools).args(line.split(' ').skip(1));
    told("06_missing_rust_target", line, &mut command, 3, &[])
}

/// A port that belongs to others. Who is root may use it all the same, so then `nobody` is asked, who needs a copy of the program.
#[cfg(target_os = "linux")]
fn no_permission_on_the_port() -> Result<(), Failed> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    let folder = TempDir::new()?;
    let pty = emberl_tests::fake_rom::Pty::new()?;
    fs::set_permissions(&pty.path, Permissions::from_mode(0o000))?;
    let program = folder.path().join("emberl");
    fs::copy(bin::emberl()?, &program)?;
    fs::write(folder.path().join("hello.avm"), emberl_tests::image::pack(1, 100)?)?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let mut command = if nix::unistd::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command.current_dir(folder.path()).args(["flash", "--port", &pty.path, "hello.avm"]);
    let line = "emberl flash --port PORT hello.avm";
    told("07_no_permission_on_the_port", line, &mut command, 3, &[(&pty.path, "PORT")])
}

fn wrong_chip() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let line = "emberl image --board esp32c6 --firmware esp32c3.elf -o out.bin app.avm";
    let mut command = folder.command()?;
    told("08_wrong_chip", line, command.args(line.split(' ').skip(1)), 1, &[])?;
    check(!folder.path("out.bin").exists(), || "an image was written".to_owned())
}

/// A file that was cut when it was copied.
fn broken_beam() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let whole = fs::read(emberl_tests::repository_dir().join("cli/demo/statistics.beam"))?;
    let half = whole.get(..whole.len() / 2).unwrap_or_default();
    fs::write(folder.path().join("statistics.beam"), half)?;
    let line = "emberl pack -o app.avm statistics.beam";
    let mut command = Command::new(bin::emberl()?);
    told("10_broken_beam", line, command.current_dir(folder.path()).args(line.split(' ').skip(1)), 1, &[])?;
    check(!folder.path().join("app.avm").exists(), || "a pack was written".to_owned())
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> =
        MISTAKES.iter().map(|mistake| needs(&[Tool::Rebar3], mistake.name, move || in_a_project(mistake))).collect();
    trials.extend([
        Trial::test("05_too_large_for_the_partition", too_large_for_the_partition),
        Trial::test("08_wrong_chip", wrong_chip),
        Trial::test("10_broken_beam", broken_beam),
    ]);
    #[cfg(unix)]
    trials.push(Trial::test("06_missing_rust_target", missing_rust_target));
    #[cfg(target_os = "linux")]
    trials.push(Trial::test("07_no_permission_on_the_port", no_permission_on_the_port));
    libtest_mimic::run(&arguments, trials).exit();
}
