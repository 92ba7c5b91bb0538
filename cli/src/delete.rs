//! `emberl delete`: a pack without some of its sections.

use std::path::Path;

use clap::Args;
use emberl_format::avm::Builder;
use emberl_packer::diagnostic::Diagnostic;

use crate::console::{self, bytes, count};
use crate::failure::{Failure, Result};
use crate::pack_file;

const AFTER_HELP: &str = "\
Examples:
  emberl delete app.avm debug_helper
  emberl delete -o small.avm app.avm app/priv/large.bin";

/// Take sections out of a pack
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The pack to write; PACK itself, if not given
    #[arg(short, long, value_name = "OUT")]
    output: Option<String>,

    /// The pack
    #[arg(value_name = "PACK")]
    pack: String,

    /// The sections: names as `emberl list` shows them, or modules
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let content = pack_file::read(&arguments.pack)?;
    let avm = pack_file::parse(&arguments.pack, &content)?;
    let names = pack_file::named(&arguments.pack, &avm, &arguments.names)?;
    let output = arguments.output.as_deref().unwrap_or(&arguments.pack);
    if arguments.output.is_some() {
        crate::pack::check_output(output, "app.avm", std::iter::empty())?;
    }
    let mut builder = Builder::new();
    let mut kept = 0;
    for section in avm.sections().iter().filter(|section| !names.iter().any(|name| name == section.name)) {
        builder
            .push(section.name, section.flags, section.data)
            .map_err(|error| Failure::Findings(vec![Diagnostic::unreadable(&arguments.pack, &error)]))?;
        kept += 1;
    }
    let written = builder.finish();
    let path = Path::new(output);
    crate::write_whole(path, &written, "emberl").map_err(|error| Failure::write(path, &error))?;
    if avm.start().is_some_and(|start| names.iter().any(|name| name == start.name)) {
        console::note("warning: the start module was taken out");
    }
    let removed = avm.sections().len() - kept;
    console::note(&format!(
        "{output}: {} taken out, {} left; {}",
        count(removed, "section"),
        kept,
        bytes(written.len())
    ));
    Ok(())
}
