//! How many bytes of a pack belong to what: sections, chunks and functions.

use emberl_format::avm::{self, END, HEADER};

use crate::diagnostic::Diagnostic;
use crate::pack::Section;
use crate::unit::Unit;

/// The sizes of one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// A module's name, or a plain file's path.
    pub name: String,
    /// Its bytes in the pack: header, name, data and padding.
    pub bytes: usize,
    /// Of a module: each chunk and its bytes, with its header and padding. Empty for files.
    pub chunks: Vec<(String, usize)>,
    /// Of a module: each function (`start/0`) and the bytes of its instructions. Empty for files.
    pub functions: Vec<(String, usize)>,
}

/// The bytes of a pack that belong to no section: its header and its end.
pub const FRAME: usize = HEADER.len() + END.len();

/// Measures one section.
///
/// # Errors
/// When a module cannot be read.
pub fn section(section: &Section<'_>) -> Result<Measured, Box<Diagnostic>> {
    let bytes = section.packed_size();
    if !section.module {
        let name = avm::shown(&section.name);
        return Ok(Measured { name, bytes, chunks: Vec::new(), functions: Vec::new() });
    }
    let unit = Unit::load(section.file, &section.data)
        .map_err(|error| Box::new(Diagnostic::unreadable(section.file, &error)))?;
    let chunks = unit.module.chunks.all().iter();
    let chunks = chunks.map(|chunk| (chunk.id.to_string(), 8 + chunk.data.len().next_multiple_of(4))).collect();
    let instructions = unit.code.instructions();
    let offset = |index: usize| instructions.get(index).map_or(0, |instruction| instruction.offset as usize);
    let functions = unit.functions.list().iter().map(|function| {
        let (name, arity) = unit.name_of(function);
        let range = &function.instructions;
        // The instruction at the end is the next function's first, or int_code_end.
        (format!("{}/{arity}", crate::link::quoted(name)), offset(range.end).saturating_sub(offset(range.start)))
    });
    Ok(Measured { name: unit.name().to_owned(), bytes, chunks, functions: functions.collect() })
}
