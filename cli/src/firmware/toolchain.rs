//! The compiler for a board: whether it is there, how cargo is called with it, and what installs it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use emberl_image::board::{Board, Toolchain};

use super::tool;
use crate::failure::Result;

/// The name under which espup installs Espressif's compiler.
const ESPUP_TOOLCHAIN: &str = "esp";

/// What installs the compiler for a board.
pub(crate) fn cure(board: &Board) -> String {
    match board.toolchain {
        Toolchain::Stable => format!("rustup target add {}", board.target),
        Toolchain::Espup => "cargo install espup --locked && espup install".to_owned(),
    }
}

/// How cargo is called for a board: as it is where Rust has the target; by the sources' script for machines with another
/// way to it; with Espressif's compiler for Xtensa.
///
/// # Errors
/// When this machine cannot build for it, with the command that mends that.
pub(crate) fn cargo(board: &Board, checkout: &Path, package: &Path) -> Result<Command> {
    match board.toolchain {
        Toolchain::Espup => {
            if espressif().is_some() {
                let mut command = Command::new("cargo");
                command.arg(format!("+{ESPUP_TOOLCHAIN}"));
                return Ok(command);
            }
        }
        Toolchain::Stable => {
            if has_target(board.target, package) {
                return Ok(Command::new("cargo"));
            }
            if let Some(script) = script(board.target, checkout) {
                let mut command = Command::new(script);
                command.arg("cargo");
                return Ok(command);
            }
        }
    }
    let missing = match board.toolchain {
        Toolchain::Stable => format!("Rust cannot build for {} here", board.target),
        Toolchain::Espup => format!("the compiler for {} is not here", board.target),
    };
    Err(tool(missing, cure(board)))
}

/// The script of the sources that builds for a target, if it can here.
pub(crate) fn script(target: &str, checkout: &Path) -> Option<PathBuf> {
    let script = checkout.join("tests/ci/cross");
    let found = Command::new(&script).args(["--check", target]).output();
    found.is_ok_and(|output| output.status.success()).then_some(script)
}

/// Whether the Rust of a folder has the libraries of a target.
pub(crate) fn has_target(target: &str, folder: &Path) -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(folder).args(["--print", "target-libdir", "--target", target]);
    let output = rustc.output().ok().filter(|output| output.status.success());
    let libraries = output.and_then(|output| String::from_utf8(output.stdout).ok());
    libraries.is_some_and(|libraries| !libraries.trim().is_empty() && Path::new(libraries.trim()).is_dir())
}

/// The folder of Espressif's compiler.
pub(crate) fn espressif() -> Option<PathBuf> {
    let home = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".rustup")))?;
    Some(home.join("toolchains").join(ESPUP_TOOLCHAIN)).filter(|folder| folder.is_dir())
}
