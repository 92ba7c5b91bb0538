//! `emberl extract`: sections of a pack as files. Nothing is ever written outside of the output folder.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use emberl_format::avm::Section;
use emberl_packer::diagnostic::Diagnostic;
use emberl_packer::packbeam;

use crate::console::{self, count};
use crate::failure::{Failure, Result};
use crate::pack_file;

const AFTER_HELP: &str = "\
Modules become .beam files that OTP loads; plain files come out as they went in. With \
--raw a section's bytes are written as the pack has them.

Examples:
  emberl extract -o unpacked app.avm
  emberl extract app.avm hello app/priv/index.html";

/// Write sections of a pack as files
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The folder to write to; it is made if need be
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: String,

    /// Write the bytes of sections as the pack has them
    #[arg(long)]
    raw: bool,

    /// The pack
    #[arg(value_name = "PACK")]
    pack: String,

    /// The sections; all, if none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let bytes = pack_file::read(&arguments.pack)?;
    let avm = pack_file::parse(&arguments.pack, &bytes)?;
    let names = pack_file::named(&arguments.pack, &avm, &arguments.names)?;
    let mut files = Vec::new();
    let mut findings = Vec::new();
    let mut seen = HashSet::new();
    for section in avm.sections() {
        if !names.is_empty() && !names.iter().any(|name| name == section.name) {
            continue;
        }
        // The first of a name is the one that a VM finds.
        if !seen.insert(section.name) {
            console::note(&format!(
                "warning: {}: {} is there twice; the first is written",
                arguments.pack,
                section.name_shown()
            ));
            continue;
        }
        match file(&arguments.pack, section, arguments.raw) {
            Ok(file) => files.push(file),
            Err(finding) => findings.push(*finding),
        }
    }
    if !findings.is_empty() {
        return Err(Failure::Findings(findings));
    }
    let folder = Path::new(&arguments.output);
    make(folder)?;
    let folder = fs::canonicalize(folder).map_err(|error| Failure::write(folder, &error))?;
    for (path, contents) in &files {
        let target = place(&folder, path)?;
        crate::write_whole(&target, contents, "emberl").map_err(|error| Failure::write(&target, &error))?;
    }
    console::note(&format!("{} written to {}", count(files.len(), "file"), arguments.output));
    Ok(())
}

/// The relative path and the contents of a section's file.
fn file<'a>(
    pack: &str,
    section: &Section<'a>,
    raw: bool,
) -> std::result::Result<(PathBuf, Cow<'a, [u8]>), Box<Diagnostic>> {
    let place = format!("{pack}({})", section.name_shown());
    let wrong = |error| Box::new(Diagnostic::unreadable(place.clone(), &error));
    let path = packbeam::relative_path(section.name_text().map_err(wrong)?).ok_or_else(|| {
        Box::new(Diagnostic {
            place: Some((None, section.offset)),
            ..Diagnostic::of_file(
                emberl_packer::codes::UNKNOWN_SECTION,
                emberl_packer::diagnostic::Severity::Error,
                &place,
                "the section's name leads out of the output folder".to_owned(),
                "a file would be written where nobody expects it".to_owned(),
                "name the sections that you want, or take this one out with `emberl delete`".to_owned(),
            )
        })
    })?;
    let data = packbeam::stored_data(section);
    let contents = match (raw, data.starts_with(b"FOR1")) {
        (true, _) => Cow::Borrowed(section.data),
        (false, true) => Cow::Owned(packbeam::standard_module(data).map_err(wrong)?),
        (false, false) => Cow::Borrowed(section.file_contents().map_err(wrong)?),
    };
    Ok((path.iter().collect(), contents))
}

/// The place of a file below `folder`, its own folders made. A link that leads elsewhere is refused.
fn place(folder: &Path, path: &Path) -> Result<PathBuf> {
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    // Before anything is made: the nearest folder that is there must be inside.
    let existing = parent.ancestors().find(|ancestor| fs::symlink_metadata(ancestor).is_ok()).unwrap_or(folder);
    let inside = |path: &Path| fs::canonicalize(path).is_ok_and(|path| path.starts_with(folder));
    let linked = fs::symlink_metadata(&target).is_ok_and(|data| data.is_symlink());
    if !inside(existing) || (linked && !inside(&target)) {
        let what = format!("{} leads out of the output folder by a link", target.display());
        return Err(Failure::input(what, "take the link away, or write to an empty folder with -o"));
    }
    make(parent)?;
    Ok(target)
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Failure::write(folder, &error))
}
