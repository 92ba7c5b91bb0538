//! `emberl image`: firmware, partition table and packs to one file for the board's flash.

use std::fs;
use std::path::Path;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emberl_image::board::{BOARDS, Board, ImageKind};
use emberl_image::build::{LIBRARY, PROGRAM};
use emberl_image::firmware::Use;
use emberl_image::{Content, Error, Image, Input, Request, build, size};
use emberl_project::Key;
use serde::Serialize;

use crate::args::Format;
use crate::build::board_flag;
use crate::console::{self, STRONG, bytes, styled};
use crate::failure::{Failure, Result, reason};
use crate::firmware::{self, source};
use crate::pack::check_output;
use crate::project::Project;

const AFTER_HELP: &str = "\
A PACK goes into the partition main.avm, --lib's into boot.avm; PARTITION=FILE names \
another, and takes any file. Everything is checked first: the firmware's chip, the \
partition table, overlaps and sizes. With an error nothing is written.

For ESP chips the image is all of the flash from its start, to be written at 0; \
unless --partitions names a table (CSV or binary), it has AtomVM's partitions. For \
the RP2040 it is a UF2 file, to be copied to the board's USB drive.

In a project (a folder with emberl.toml, or below one) what is not named is the \
project's: board, partitions, pack, and the firmware, built from Emberl's sources.

Examples:
  emberl image                                       the project, for its board
  emberl image --board esp32c3 --firmware firmware.elf -o hello.bin hello.avm
  emberl image --board esp32c3 --firmware firmware.elf --partitions my.csv -o a.bin a.avm
  emberl image --board rp2040 --firmware firmware.elf --lib lib.avm -o hello.uf2 hello.avm
  emberl image --board esp32c6 --firmware firmware.elf -o a.bin nvs=nvs.bin a.avm";

/// Make the image of a board's flash from firmware and packs
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The board; emberl boards lists them
    #[arg(short, long, value_name = "BOARD", value_parser = board_parser(), hide_possible_values = true)]
    board: Option<&'static Board>,

    /// The board's firmware, as emberl firmware build makes it; in a project it is built where none is named
    #[arg(long, value_name = "ELF")]
    firmware: Option<String>,

    /// A partition table of your own, CSV or binary
    #[arg(long, value_name = "FILE.csv")]
    partitions: Option<String>,

    /// A boot loader of your own, which is taken as it is
    #[arg(long, value_name = "FILE")]
    bootloader: Option<String>,

    /// The size of the board's flash, where it is not the usual one: 2M, 8M, 16M
    #[arg(long, value_name = "SIZE", value_parser = flash_size)]
    flash_size: Option<u32>,

    /// A pack for the partition boot.avm
    #[arg(long, value_name = "PACK")]
    lib: Option<String>,

    /// The image to write; in a project, else _emberl/NAME.bin or .uf2
    #[arg(short, long, value_name = "OUT")]
    output: Option<String>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    /// The program's pack, and files for other partitions; in a project, else its pack, which is built first
    #[arg(value_name = "[PARTITION=]PACK")]
    packs: Vec<String>,
}

/// Any board by its name.
pub(crate) fn board_parser() -> impl TypedValueParser<Value = &'static Board> {
    PossibleValuesParser::new(BOARDS.iter().map(|board| board.name))
        .try_map(|name| Board::named(&name).ok_or("there is no such board"))
}

fn flash_size(text: &str) -> std::result::Result<u32, &'static str> {
    size::parse(text).ok_or("write a number of bytes, for example 4M")
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::input(error.what, error.cure)
    }
}

/// What `image --format json` prints (`cli/schemas/image.schema.json`).
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// The board.
    board: &'static str,
    /// Its chip.
    chip: &'static str,
    /// The file that was written.
    output: &'a str,
    /// What it is: `merged` or `uf2`.
    kind: &'static str,
    /// Its bytes.
    bytes: usize,
    /// The parts of the flash, in their order.
    partitions: Vec<Area<'a>>,
    /// The chip's memories, with what the firmware's static data and code take.
    memories: Vec<Memory>,
}

#[derive(Debug, Serialize)]
struct Area<'a> {
    /// The partition, or `boot loader`, `partition table`.
    name: &'a str,
    /// Its type and subtype; empty for what is no partition.
    kind: &'a str,
    /// Where it begins.
    offset: u32,
    /// Its bytes.
    size: u32,
    /// Those that the image has for it.
    used: u32,
    /// Those that are left.
    left: u32,
    /// The file they come from; `null` without one.
    file: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Memory {
    /// Its name.
    name: &'static str,
    /// Its bytes.
    size: u32,
    /// Those that are taken.
    used: u32,
    /// Those that are left, for the stack and a heap that is not static.
    left: u32,
}

/// A file that was read.
struct File {
    name: String,
    bytes: Vec<u8>,
}

impl File {
    fn read(name: &str) -> Result<Self> {
        match fs::read(name) {
            Ok(bytes) => Ok(Self { name: name.to_owned(), bytes }),
            Err(error) => {
                let what = format!("cannot read {name}: {}", reason(&error));
                Err(Failure::input(what, "check the path and its permissions"))
            }
        }
    }

    fn optional(name: Option<&String>) -> Result<Option<Self>> {
        name.map(|name| Self::read(name)).transpose()
    }

    fn input(&self) -> Input<'_> {
        Input { name: &self.name, bytes: &self.bytes }
    }
}

/// `PARTITION=FILE`, or a file for the program's partition. A file with `=` in its name is one if it is there.
fn split(pack: &str) -> (&str, &str) {
    match pack.split_once('=') {
        Some((partition, file)) if !partition.contains(['/', '\\']) && !Path::new(pack).exists() => (partition, file),
        _ => (PROGRAM, pack),
    }
}

/// What an image is made of: as it is named, or the project's.
struct Sources {
    board: &'static Board,
    firmware: String,
    partitions: Option<String>,
    output: String,
    /// For the partition of programs, and others.
    packs: Vec<String>,
}

impl Sources {
    fn of(arguments: &Arguments) -> Result<Self> {
        match Self::named(arguments) {
            Ok(named) if !named.packs.is_empty() => Ok(named),
            named => match Project::here(&[board_flag(arguments.board)])? {
                Some(project) => Self::of_project(&project, arguments),
                None => named,
            },
        }
    }

    /// As the command line names it; without a project nothing may be missing.
    fn named(arguments: &Arguments) -> Result<Self> {
        Ok(Self {
            board: arguments.board.ok_or_else(|| missing("--board"))?,
            firmware: arguments.firmware.clone().ok_or_else(|| missing("--firmware"))?,
            partitions: arguments.partitions.clone(),
            output: arguments.output.clone().ok_or_else(|| missing("--output"))?,
            packs: arguments.packs.clone(),
        })
    }

    fn of_project(project: &Project, arguments: &Arguments) -> Result<Self> {
        let Some(board) = project.board()? else {
            let cure = "say which: name = \"esp32c3\" in [board] of emberl.toml, or --board";
            return Err(Failure::input("the project has no board", cure));
        };
        let ending = match board.image {
            ImageKind::Merged => "bin",
            ImageKind::Uf2 => "uf2",
            ImageKind::Emulated => {
                let what = format!("the board {} is emulated: there is no image for it", board.name);
                return Err(Failure::input(what, format!("run the program on it: emberl run --board {}", board.name)));
            }
        };
        let packs = match arguments.packs.as_slice() {
            [] => vec![project.built()?.output.display().to_string()],
            packs => packs.to_vec(),
        };
        let firmware = match arguments.firmware.clone().or_else(|| project.path_of(Key::Firmware)) {
            Some(firmware) => firmware,
            None => {
                let features = project.settings.get(Key::Features).map(|_| project.settings.texts(Key::Features));
                firmware::build(board, &source::find(board, None)?, features)?.display().to_string()
            }
        };
        let output = || project.build_folder().join(format!("{}.{ending}", project.settings.name()));
        Ok(Self {
            board,
            firmware,
            partitions: arguments.partitions.clone().or_else(|| project.path_of(Key::Partitions)),
            output: arguments.output.clone().unwrap_or_else(|| output().display().to_string()),
            packs,
        })
    }
}

fn missing(option: &str) -> Failure {
    let what = format!("{option} is missing, and there is no emberl.toml in this folder or above it");
    Failure::usage(what, format!("name it with {option}, or go into a project"))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let sources = Sources::of(arguments)?;
    let mut packs: Vec<(&str, &str)> = arguments.lib.iter().map(|lib| (LIBRARY, lib.as_str())).collect();
    packs.extend(sources.packs.iter().map(|pack| split(pack)));
    let paths: Vec<String> = packs.iter().map(|(_, file)| (*file).to_owned()).collect();
    let named = [Some(&sources.firmware), sources.partitions.as_ref(), arguments.bootloader.as_ref()];
    check_output(&sources.output, "app.bin", paths.iter().chain(named.into_iter().flatten()))?;
    let firmware = File::read(&sources.firmware)?;
    let table = File::optional(sources.partitions.as_ref())?;
    let bootloader = File::optional(arguments.bootloader.as_ref())?;
    let files = paths.iter().map(|path| File::read(path)).collect::<Result<Vec<File>>>()?;
    let contents = packs.iter().zip(&files);
    let request = Request {
        board: sources.board,
        flash: arguments.flash_size,
        firmware: firmware.input(),
        table: table.as_ref().map(File::input),
        bootloader: bootloader.as_ref().map(File::input),
        contents: contents.map(|((partition, _), file)| Content { partition, file: file.input() }).collect(),
    };
    let image = build(&request)?;
    let path = Path::new(&sources.output);
    crate::write_whole(path, &image.bytes, "emberl").map_err(|error| Failure::write(path, &error))?;
    match arguments.format {
        Format::Json => console::json(&report(&sources, &image)),
        Format::Text => {
            text(sources.board, &image)?;
            if sources.packs.is_empty() {
                console::note("there is no pack in it: the firmware finds no program");
            }
            let cure = match sources.board.image {
                ImageKind::Uf2 => "copy it to the board's USB drive".to_owned(),
                _ => "it goes to the start of the flash, address 0".to_owned(),
            };
            console::note(&format!("{}: {}; {cure}", sources.output, bytes(image.bytes.len())));
            Ok(())
        }
    }
}

fn report<'a>(sources: &'a Sources, image: &'a Image) -> Report<'a> {
    let area = |area: &'a emberl_image::build::Area| Area {
        name: &area.name,
        kind: &area.kind,
        offset: area.offset,
        size: area.size,
        used: area.used,
        left: area.left(),
        file: area.file.as_deref(),
    };
    let memory = |memory: &Use| Memory { name: memory.name, size: memory.size, used: memory.used, left: memory.left() };
    Report {
        board: sources.board.name,
        chip: sources.board.chip.name(),
        output: &sources.output,
        kind: sources.board.image.name(),
        bytes: image.bytes.len(),
        partitions: image.areas.iter().map(area).collect(),
        memories: image.memories.iter().map(memory).collect(),
    }
}

/// Two tables: the flash, and the memories.
fn text(board: &Board, image: &Image) -> Result<()> {
    let size = |size: u32| bytes(size as usize);
    console::out(|out| {
        let heading =
            format!("{:<16} {:>10} {:>11} {:>11} {:>11}  CONTENT", "PARTITION", "OFFSET", "SIZE", "USED", "LEFT");
        writeln!(out, "{}", styled(STRONG, heading))?;
        for area in &image.areas {
            let file = area.file.as_deref().unwrap_or_default();
            let line = format!(
                "{:<16} {:>#10x} {:>11} {:>11} {:>11}  {}",
                area.name,
                area.offset,
                size(area.size),
                size(area.used),
                size(area.left()),
                crate::report::plain(file)
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        let title = format!("STATIC DATA IN THE {}", board.chip);
        let heading = format!("{title:<28}{:>11} {:>11} {:>11}", "SIZE", "USED", "LEFT");
        writeln!(out, "\n{}", styled(STRONG, heading))?;
        for memory in &image.memories {
            let (name, used, left) = (memory.name, size(memory.used), size(memory.left()));
            writeln!(out, "{name:<28}{:>11} {used:>11} {left:>11}", size(memory.size))?;
        }
        Ok(())
    })
}
