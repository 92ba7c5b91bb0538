//! `emberl firmware build`: the firmware of a board, from the sources of Emberl. Owns where those are, the toolchain that
//! builds for the board, and what cargo says of the result.

pub(crate) mod built;
pub(crate) mod source;
pub(crate) mod toolchain;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};
use emberl_image::board::{Board, ImageKind, Toolchain};
use serde::Deserialize;

use crate::console;
use crate::failure::{Failure, Result, TOOL, reason};
use crate::image::board_parser;

const AFTER_HELP: &str = "\
Needs the sources of Emberl: the folder of --source, else that of the variable \
EMBERL_SOURCE, else the folder where this is run or one above it. What is missing to \
build is told with the command that mends it.

Examples:
  emberl firmware build --board esp32c3
  emberl firmware build --board esp32c6 --features wifi,uart
  emberl firmware build --board rp2040 --source ~/emberl";

/// Build the firmware of a board
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Build(Build),
}

/// Build it with cargo, and print the path of the ELF file
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
struct Build {
    /// The board; emberl boards lists them
    #[arg(short, long, value_name = "BOARD", value_parser = board_parser(), hide_possible_values = true)]
    board: &'static Board,

    /// Features of the firmware, instead of those that the board has by itself; '' for none
    #[arg(long, value_name = "FEATURE,..", value_delimiter = ',')]
    features: Option<Vec<String>>,

    /// The folder with the sources of Emberl
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Action::Build(arguments) = &arguments.action;
    let checkout = source::find(arguments.board, arguments.source.as_deref())?;
    let firmware = build(arguments.board, &checkout, arguments.features.as_deref())?;
    console::out(|out| Ok(writeln!(out, "{}", firmware.display())?))?;
    let next = match arguments.board.image {
        ImageKind::Emulated => format!("emberl run --board {} APP.avm", arguments.board.name),
        kind => {
            let ending = if kind == ImageKind::Uf2 { "uf2" } else { "bin" };
            let (board, elf) = (arguments.board.name, firmware.display());
            format!("emberl image --board {board} --firmware {elf} -o app.{ending} APP.avm")
        }
    };
    console::note(&format!("next: {next}"));
    Ok(())
}

/// The tool failed: something that it needs is not there.
pub(crate) fn tool(what: impl Into<String>, cure: impl Into<String>) -> Failure {
    Failure::Message { what: what.into(), cure: cure.into(), exit: TOOL }
}

/// A line of what cargo tells with `--message-format json`, as far as it is of use here.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// Builds the firmware of a board, or finds that what was built is fresh; gives its ELF file.
pub(crate) fn build(board: &Board, checkout: &Path, features: Option<&[String]>) -> Result<PathBuf> {
    let package = checkout.join(board.package);
    let mut command = toolchain::cargo(board, checkout, &package)?;
    command.current_dir(&package).args(["build", "--locked", "--release", "--target", board.target]);
    let target = built::folder(board, checkout);
    command.arg("--target-dir").arg(&target);
    command.args(["--no-default-features", "--features", &board.all_features(features).join(",")]);
    command.args(["--message-format", "json-render-diagnostics"]);
    if board.toolchain == Toolchain::Espup {
        // Espressif's compiler brings the sources of Rust's library, and no build of it.
        command.args(["-Z", "build-std=core,alloc"]);
    }
    // Only whether something is said depends on it.
    if !built::place(board, &target).is_file() {
        console::note(&format!("building the firmware of the board {}: a minute or two, this once", board.name));
    }
    // What a compiler says of what it could build is of no use here.
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| tool(format!("cannot start cargo: {}", reason(&error)), "install Rust: https://rustup.rs"))?;
    if !output.status.success() {
        console::tell(&String::from_utf8_lossy(&output.stderr));
        let cure = format!("look at what is said above; again, in {}: {}", package.display(), shown(&command));
        return Err(tool("the firmware could not be built", cure));
    }
    executable(&output.stdout).ok_or_else(|| {
        let cure = format!("look at what it says, in {}: {}", package.display(), shown(&command));
        tool("cargo built no program", cure)
    })
}

/// The program of a package, from what cargo tells.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    let lines = messages.split(|&byte| byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    let is_program = |message: &Message| {
        let kinds = message.target.as_ref().map(|target| target.kind.as_slice()).unwrap_or_default();
        message.reason == "compiler-artifact" && kinds.iter().any(|kind| kind == "bin")
    };
    messages.filter(is_program).filter_map(|message| message.executable).next_back()
}

/// A command as a person would write it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| {
        let word = word.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:+@".contains(c);
        if !word.is_empty() && word.chars().all(plain) { word.into_owned() } else { format!("'{word}'") }
    });
    quoted.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_in_what_cargo_tells() {
        let messages = br#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null,"fresh":true}
not json
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"firmware"},"executable":"/t/firmware"}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/t/firmware")));
        assert_eq!(executable(b"{\"reason\":\"build-finished\",\"success\":true}\n"), None);
    }

    #[test]
    fn commands_can_be_pasted() {
        let mut command = Command::new("cargo");
        command.args(["build", "--features", "a,b", "--target-dir", "my folder", ""]);
        assert_eq!(shown(&command), "cargo build --features a,b --target-dir 'my folder' ''");
    }
}
