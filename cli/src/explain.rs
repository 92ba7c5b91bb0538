//! `emberl explain`: what the code of a finding means.

use clap::Args;
use emberl_packer::codes::{self, CODES, CodeInfo};
use emberl_packer::diagnostic::Code;
use emberl_packer::suggest;

use crate::console::{self, STRONG, styled};
use crate::failure::{Failure, Result};

const AFTER_HELP: &str = "\
Examples:
  emberl explain E0202
  emberl explain          all codes with their titles";

/// Tell what the code of a finding means
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The code, for example E0202; all are listed without it
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Some(code) = &arguments.code else {
        return console::out(|out| {
            for info in CODES {
                writeln!(out, "{}  {}", styled(STRONG, Code(info.number)), info.title)?;
            }
            Ok(())
        });
    };
    let Some(info) = codes::find(code) else {
        let known: Vec<String> = CODES.iter().map(|info| Code(info.number).to_string()).collect();
        let cure = match suggest::nearest_name(&code.to_uppercase(), known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}? `emberl explain` lists all"),
            None => "`emberl explain` lists all".to_owned(),
        };
        return Err(Failure::usage(format!("there is no code {code}"), cure));
    };
    print(info)
}

fn print(info: &CodeInfo) -> Result<()> {
    let width = console::stdout_width().unwrap_or(80);
    console::out(|out| {
        writeln!(out, "{}\n", styled(STRONG, format!("{}: {}", Code(info.number), info.title)))?;
        for line in console::wrap(info.text, width) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}
