//! `emberl list`: what is in a pack.

use clap::Args;
use emberl_format::avm::{Kind, Section};
use emberl_packer::packbeam;
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, STRONG, bytes, count, styled};
use crate::failure::Result;
use crate::pack_file;

const AFTER_HELP: &str = "\
Examples:
  emberl list app.avm
  emberl list --format json app.avm";

/// List the sections of a pack
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The pack
    #[arg(value_name = "PACK")]
    pack: String,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `list --format json` prints (`cli/schemas/list.schema.json`).
#[derive(Debug, Serialize)]
struct Listing<'p> {
    /// The pack's path, as it was given.
    pack: &'p str,
    /// Its bytes, from its header to its end section.
    size: usize,
    /// The section that starts the program: the first that is marked; `null` in a library.
    start: Option<String>,
    /// The sections, in order.
    sections: Vec<Row>,
}

/// A section.
#[derive(Debug, Serialize)]
struct Row {
    /// Its name; what is not UTF-8 is replaced.
    name: String,
    /// `module`, `file` or `unknown`, told from the data.
    kind: &'static str,
    /// Whether it is marked as a start module.
    start: bool,
    /// The flags as stored.
    flags: u32,
    /// Where it starts in the pack, in bytes.
    offset: usize,
    /// Its bytes in the pack, with its header and name.
    size: usize,
    /// The bytes of the module or file in it.
    content: usize,
}

impl Row {
    fn of(section: &Section<'_>) -> Self {
        let content = packbeam::stored_data(section);
        let (kind, content) = match section.kind() {
            _ if content.starts_with(b"FOR1") => ("module", content.len()),
            Kind::File => ("file", section.file_contents().map_or(0, <[u8]>::len)),
            Kind::Beam => ("module", content.len()),
            Kind::Unknown => ("unknown", content.len()),
        };
        Self {
            name: section.name_shown(),
            kind,
            start: section.is_start(),
            flags: section.flags,
            offset: section.offset,
            size: (12 + section.name.len() + 1).next_multiple_of(4) + section.data.len(),
            content,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let content = pack_file::read(&arguments.pack)?;
    let avm = pack_file::parse(&arguments.pack, &content)?;
    let sections: Vec<Row> = avm.sections().iter().map(Row::of).collect();
    if arguments.format == Format::Json {
        let start = avm.start().map(Section::name_shown);
        return console::json(&Listing { pack: &arguments.pack, size: avm.size(), start, sections });
    }
    let wide = sections.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(4);
    console::out(|out| {
        writeln!(out, "{}", styled(STRONG, format!("{:wide$}  {:7}  {:>9}", "NAME", "KIND", "BYTES")))?;
        for row in &sections {
            let start = if row.start { "  start" } else { "" };
            writeln!(out, "{:wide$}  {:7}  {:>9}{start}", row.name, row.kind, row.content)?;
        }
        writeln!(out, "{}, {}", count(sections.len(), "section"), bytes(avm.size()))?;
        Ok(())
    })
}
