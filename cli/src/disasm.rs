//! `emberl disasm`: the instructions of modules as text.

use clap::{Args, ValueEnum};
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::disasm::{self, TextOptions};
use emberl_packer::source::{Detail, Part};
use emberl_packer::unit::Unit;

use crate::args::Wanted;
use crate::console;
use crate::failure::{Failure, Result};
use crate::inputs::Inputs;
use crate::why::{unknown_function, unknown_module};

const AFTER_HELP: &str = "\
The text is that of `erlc -S`: a form a line, which file:consult/1 reads.

Examples:
  emberl disasm build/hello.beam
  emberl disasm build/hello.beam start/0
  emberl disasm app.avm lists:map/2";

/// Print the instructions of modules
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Whose beam_disasm gives the form of instructions
    #[arg(long, value_name = "OTP", default_value = "29")]
    dialect: Dialect,

    /// A module, a pack or a folder
    #[arg(value_name = "FILE")]
    file: String,

    /// One function, or one module of a pack
    #[arg(value_name = "M:F/A|F/A|M")]
    wanted: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dialect {
    #[value(name = "25")]
    Otp25,
    #[value(name = "27")]
    Otp27,
    #[value(name = "29")]
    Otp29,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let wanted = arguments.wanted.as_deref().map(Wanted::parse).transpose()?;
    let (inputs, progress) = Inputs::read(std::slice::from_ref(&arguments.file), Detail::All);
    drop(progress);
    if inputs.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(Failure::Findings(inputs.findings));
    }
    let mut units = Vec::new();
    let mut unreadable = Vec::new();
    for part in &inputs.parts {
        let Part::Module(module) = part else { continue };
        match Unit::load(module.file.as_str(), &module.bytes) {
            Ok(unit) => units.push(unit),
            Err(error) => unreadable.push(Diagnostic::unreadable(module.file.as_str(), &error)),
        }
    }
    if !unreadable.is_empty() {
        return Err(Failure::Findings(unreadable));
    }
    if units.is_empty() {
        return Err(Failure::input(format!("{} has no module", arguments.file), "name a .beam file or a pack"));
    }
    if let Some(module) = wanted.as_ref().and_then(|wanted| wanted.module.as_deref()) {
        if !units.iter().any(|unit| unit.name() == module) {
            return Err(unknown_module(module, units.iter().map(Unit::name)));
        }
        units.retain(|unit| unit.name() == module);
    }
    let function = wanted.and_then(|wanted| wanted.function);
    if let Some((name, arity)) = &function {
        let has = |unit: &Unit<'_>| unit.functions.list().iter().any(|row| unit.name_of(row) == (&**name, *arity));
        if let Some(first) = units.first().filter(|_| !units.iter().any(has)) {
            return Err(unknown_function(first, name, *arity));
        }
    }
    let options = TextOptions {
        dialect: match arguments.dialect {
            Dialect::Otp25 => disasm::Dialect::Otp25,
            Dialect::Otp27 => disasm::Dialect::Otp27,
            Dialect::Otp29 => disasm::Dialect::Otp29,
        },
        name: function.as_ref().map(|(name, _)| name.as_str()),
        arity: function.as_ref().map(|(_, arity)| *arity),
    };
    console::out(|out| {
        for (number, unit) in units.iter().enumerate() {
            let mut text = String::new();
            disasm::write_text(unit, &mut text, &options)?;
            let text = if options.name.is_some() { text.trim_start_matches('\n') } else { &text };
            if number != 0 && !text.is_empty() {
                writeln!(out)?;
            }
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    })
}
