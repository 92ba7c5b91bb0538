//! `emberl boards`: the boards that there are.

use clap::Args;
use emberl_image::board::{BOARDS, Board, ImageKind, Toolchain};
use emberl_image::size;
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, STRONG, styled};
use crate::failure::Result;

const AFTER_HELP: &str = "\
STATE says what was shown of a board's firmware and images, and what was not.

Examples:
  emberl boards
  emberl boards --format json";

/// List the boards: chip, flash, and what their firmware is built with
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `boards --format json` prints (`cli/schemas/boards.schema.json`).
#[derive(Debug, Serialize)]
struct Report {
    /// The boards.
    boards: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    /// Its name, as `--board` takes it.
    name: &'static str,
    /// Its chip.
    chip: &'static str,
    /// The bytes of its flash; 0 for an emulated board.
    flash: u32,
    /// What `emberl image` makes: `merged`, `uf2` or `none`.
    image: &'static str,
    /// The Rust target of its firmware.
    target: &'static str,
    /// What that is built with: `rustup` or `espup`.
    toolchain: &'static str,
    /// Its firmware's folder in the sources.
    package: &'static str,
    /// The features that the firmware is built with.
    features: Vec<String>,
    /// What was shown of it.
    state: &'static str,
}

/// What brings the compiler.
pub(crate) const fn toolchain(board: &Board) -> &'static str {
    match board.toolchain {
        Toolchain::Stable => "rustup",
        Toolchain::Espup => "espup",
    }
}

fn row(board: &'static Board) -> Row {
    Row {
        name: board.name,
        chip: board.chip.name(),
        flash: board.flash,
        image: board.image.name(),
        target: board.target,
        toolchain: toolchain(board),
        package: board.package,
        features: board.all_features(None),
        state: board.state,
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.format == Format::Json {
        return console::json(&Report { boards: BOARDS.iter().map(row).collect() });
    }
    console::out(|out| {
        let heading =
            format!("{:<13} {:<10} {:>5}  {:<28}  {:<10}  STATE", "BOARD", "CHIP", "FLASH", "TARGET", "BUILT WITH");
        writeln!(out, "{}", styled(STRONG, heading))?;
        for board in BOARDS {
            let flash = if board.image == ImageKind::Emulated { "-".to_owned() } else { size::shown(board.flash) };
            let (chip, with) = (board.chip.title(), toolchain(board));
            writeln!(
                out,
                "{:<13} {chip:<10} {flash:>5}  {:<28}  {with:<10}  {}",
                board.name, board.target, board.state
            )?;
        }
        Ok(())
    })
}
