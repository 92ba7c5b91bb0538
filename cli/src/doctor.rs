//! `emberl doctor`: what this machine has of what is needed to compile programs, to build the firmware of boards, and to
//! reach them; and the command that mends what is missing.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use emberl_image::board::{BOARDS, Board, ImageKind, Toolchain};
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, ERROR, LABEL, STRONG, WARNING, styled};
use crate::failure::{self, Failure, Result};
use crate::firmware::{source, toolchain};
use crate::image::board_parser;

const AFTER_HELP: &str = "\
With --board the exit code is 0 when what that board needs is there, and 1 when not: \
Rust for its target, and an emulator or access to serial ports. Without --board \
nothing is needed, and the exit code is 0. Compilers of languages are told, but of \
them you need only those of the languages that you write.

Examples:
  emberl doctor
  emberl doctor --board esp32c3
  emberl doctor --format json";

/// Tell what is missing on this machine, and the command that mends it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The board that the machine is to build for and reach; emberl boards lists them
    #[arg(short, long, value_name = "BOARD", value_parser = board_parser(), hide_possible_values = true)]
    board: Option<&'static Board>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `doctor --format json` prints (`cli/schemas/doctor.schema.json`).
#[derive(Debug, Serialize)]
struct Report {
    /// The board; `null` without `--board`.
    board: Option<&'static str>,
    /// Whether all that it needs is there.
    ready: bool,
    /// What was looked for.
    checks: Vec<Check>,
}

/// Something that a machine has or has not.
#[derive(Debug, Serialize)]
struct Check {
    /// Its name.
    name: String,
    /// What it is for.
    purpose: &'static str,
    /// Whether it is there.
    found: bool,
    /// Whether the board needs it.
    needed: bool,
    /// Its version or place; empty when it is not there or says nothing.
    detail: String,
    /// The command that mends it, or what to do; empty when it is there.
    cure: String,
}

/// A program that may be there.
struct Program {
    name: &'static str,
    command: &'static str,
    /// Arguments with which it says its version.
    version: &'static [&'static str],
    purpose: &'static str,
    cure: &'static str,
}

const RUST_CURE: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
const RUSTC: Program =
    Program { name: "Rust", command: "rustc", version: &["--version"], purpose: "building firmware", cure: RUST_CURE };
const CARGO: Program =
    Program { name: "Cargo", command: "cargo", version: &["--version"], purpose: "building firmware", cure: RUST_CURE };
const QEMU: Program = Program {
    name: "QEMU",
    command: "qemu-system-riscv32",
    version: &["--version"],
    purpose: "running programs on an emulated board",
    cure: "apt-get install qemu-system-misc (Debian, Ubuntu), dnf install qemu-system-riscv (Fedora), brew install qemu",
};
const LANGUAGES: [Program; 4] = [
    Program {
        name: "Erlang",
        command: "erl",
        version: &["-noshell", "-eval", "io:put_chars([\"OTP \", erlang:system_info(otp_release)]), halt()."],
        purpose: "compiling Erlang, and for Elixir and Gleam",
        cure: "apt-get install erlang (Debian, Ubuntu), dnf install erlang (Fedora), brew install erlang",
    },
    Program {
        name: "rebar3",
        command: "rebar3",
        version: &["version"],
        purpose: "building Erlang projects",
        cure: "apt-get install rebar3 (Debian, Ubuntu), brew install rebar3, or https://rebar3.org",
    },
    Program {
        name: "Elixir",
        command: "elixir",
        version: &["--short-version"],
        purpose: "compiling Elixir",
        cure: "apt-get install elixir (Debian, Ubuntu), dnf install elixir (Fedora), brew install elixir",
    },
    Program {
        name: "Gleam",
        command: "gleam",
        version: &["--version"],
        purpose: "compiling Gleam",
        cure: "brew install gleam, or https://gleam.run/getting-started/installing",
    },
];

impl Program {
    fn check(&self, needed: bool) -> Check {
        let output = Command::new(self.command).args(self.version).stdin(Stdio::null()).output().ok();
        let output = output.filter(|output| output.status.success());
        let text = output.as_ref().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let line = text.as_deref().and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty()));
        let cure = if output.is_some() { "" } else { self.cure };
        Check::new(self.name, self.purpose, needed, output.is_some(), line.unwrap_or_default(), cure)
    }
}

impl Check {
    fn new(name: &str, purpose: &'static str, needed: bool, found: bool, detail: &str, cure: &str) -> Self {
        let (name, detail, cure) = (name.to_owned(), detail.to_owned(), cure.to_owned());
        Self { name, purpose, found, needed, detail, cure }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let checks = checks(arguments.board);
    let ready = checks.iter().all(|check| check.found || !check.needed);
    match arguments.format {
        Format::Json => {
            let board = arguments.board.map(|board| board.name);
            console::json(&Report { board, ready, checks })?;
        }
        Format::Text => text(arguments.board, ready, &checks)?,
    }
    if ready { Ok(()) } else { Err(Failure::Told(failure::INPUT)) }
}

fn checks(board: Option<&'static Board>) -> Vec<Check> {
    let is_emulated = board.is_some_and(|board| board.image == ImageKind::Emulated);
    let mut checks = vec![RUSTC.check(board.is_some()), CARGO.check(board.is_some())];
    match board {
        Some(board) => checks.push(target(board, true)),
        None => {
            // Several boards have the same target.
            let mut seen = Vec::new();
            for board in BOARDS.iter().filter(|board| board.toolchain == Toolchain::Stable) {
                if !seen.contains(&board.target) {
                    seen.push(board.target);
                    checks.push(target(board, false));
                }
            }
            checks.extend(BOARDS.iter().find(|board| board.toolchain == Toolchain::Espup).map(|b| target(b, false)));
        }
    }
    checks.push(QEMU.check(is_emulated));
    // UF2 goes over a USB drive.
    checks.extend(serial(board.is_some_and(|board| board.image == ImageKind::Merged)));
    checks.extend(LANGUAGES.iter().map(|program| program.check(false)));
    checks
}

/// The compiler's part for a board.
fn target(board: &Board, needed: bool) -> Check {
    let (name, found, detail) = match board.toolchain {
        Toolchain::Stable => {
            let script = || toolchain::script(board.target, &source::find(board, None).ok()?);
            let (found, detail) = match toolchain::has_target(board.target, Path::new(".")) {
                true => (true, String::new()),
                false => script().map_or((false, String::new()), |script| (true, format!("by {}", script.display()))),
            };
            (format!("Rust for {}", board.target), found, detail)
        }
        Toolchain::Espup => {
            let folder = toolchain::espressif();
            let detail = folder.as_ref().map_or_else(String::new, |folder| folder.display().to_string());
            ("Rust for Xtensa (espup)".to_owned(), folder.is_some(), detail)
        }
    };
    let cure = if found { String::new() } else { toolchain::cure(board) };
    Check::new(&name, "firmware of boards with this instruction set", needed, found, &detail, &cure)
}

/// Whether the user may open serial ports. Systems other than Linux ask for nothing.
fn serial(needed: bool) -> Option<Check> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let id = |option: &str| {
        let output = Command::new("id").arg(option).output().ok()?;
        String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
    };
    let groups = id("-Gn").unwrap_or_default();
    let known = fs::read_to_string("/etc/group").unwrap_or_default();
    let (found, detail, cure) = access(id("-u").as_deref() == Some("0"), &groups, &known);
    Some(Check::new("serial ports", "flashing and watching boards", needed, found, detail, &cure))
}

/// Groups to which systems give serial ports: Debian's, then Arch's.
const SERIAL_GROUPS: [&str; 2] = ["dialout", "uucp"];

/// Whether a user opens serial ports: root, or one of the group that this system has for it. `known` is `/etc/group`.
fn access(is_root: bool, groups: &str, known: &str) -> (bool, &'static str, String) {
    if is_root {
        return (true, "as root", String::new());
    }
    let own = |group: &&str| groups.split_whitespace().any(|own| own == *group);
    if let Some(group) = SERIAL_GROUPS.into_iter().find(own) {
        return (true, group, String::new());
    }
    let exists = |group: &&str| known.lines().any(|line| line.split(':').next() == Some(*group));
    let group = SERIAL_GROUPS.into_iter().find(exists).unwrap_or("dialout");
    (false, "", format!("sudo usermod -aG {group} \"$USER\", and log in again"))
}

fn text(board: Option<&Board>, ready: bool, checks: &[Check]) -> Result<()> {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    console::out(|out| {
        for check in checks {
            let (style, mark) = match (check.found, check.needed) {
                (true, _) => (LABEL, "found  "),
                (false, true) => (ERROR, "missing"),
                (false, false) => (WARNING, "none   "),
            };
            let detail = if check.found { &check.detail } else { check.purpose };
            let line = format!("{} {:<width$}  {}", styled(style, mark), check.name, crate::report::plain(detail));
            writeln!(out, "{}", line.trim_end())?;
            if !check.found {
                writeln!(out, "        {} {}", styled(LABEL, "= cure:"), check.cure)?;
            }
        }
        if let Some(board) = board {
            let told = if ready { "is all here" } else { "is not all here" };
            writeln!(out, "\n{}", styled(STRONG, format!("what the board {} needs {told}", board.name)))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_to_serial_ports_is_by_group() {
        assert!(access(true, "", "").0);
        assert_eq!(access(false, "users dialout", "").1, "dialout");
        assert_eq!(access(false, "users uucp", "").1, "uucp");
        let (found, _, cure) = access(false, "users dialout2", "root:x:0:\nuucp:x:14:\n");
        assert!(!found && cure.contains("usermod -aG uucp "), "{cure}");
        assert!(access(false, "", "").2.contains("dialout"));
    }
}
