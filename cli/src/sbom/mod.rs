//! `emberl sbom`: what is in a pack or in an image, as a bill of materials that other tools read (CycloneDX 1.6).

mod contents;
mod document;

use std::path::PathBuf;

use clap::Args;

use crate::console;
use crate::failure::{Failure, Result};
use crate::file::write_whole;
use crate::pack_file;

const AFTER_HELP: &str = "\
A pack gives its modules and plain files, each with its SHA-256; an image of an ESP chip gives the firmware of its table's \
partitions, by the descriptor in it, and the packs. A version is what the module's attribute vsn says, or the \
specification of its application, where these are in the pack: emberl build puts specifications in; packbeam leaves \
attributes there, which emberl pack does not.

There is no time and nothing random in it: the same input gives the same bytes, and the serial number is made from them. \
The shape is that of cli/schemas/sbom.schema.json, a part of CycloneDX 1.6.

Examples:
  emberl sbom hello.avm
  emberl sbom -o hello.cdx.json hello.bin";

/// Tell what is in a pack or an image, as CycloneDX
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The file to write; without it, standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The pack, or the image of an ESP chip
    #[arg(value_name = "PACK|IMAGE")]
    input: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = pack_file::read(&arguments.input)?;
    let contents = contents::of(&arguments.input, &bytes)?;
    let text = document::text(&contents)?;
    match &arguments.output {
        Some(path) => write_whole(path, text.as_bytes(), "emberl").map_err(|error| Failure::write(path, &error)),
        None => console::out(|out| Ok(out.write_all(text.as_bytes())?)),
    }
}
