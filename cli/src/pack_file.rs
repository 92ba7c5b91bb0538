//! One pack as an argument, for the commands that look into it.

use emberl_format::avm::Avm;
use emberl_packer::diagnostic::Diagnostic;

use crate::failure::{Failure, Result};
use crate::inputs;

/// Reads the file of a pack.
pub(crate) fn read(path: &str) -> Result<Vec<u8>> {
    inputs::read(path).map_err(|finding| Failure::Findings(vec![*finding]))
}

/// The pack in `bytes`.
pub(crate) fn parse<'a>(path: &str, bytes: &'a [u8]) -> Result<Avm<'a>> {
    Avm::parse(bytes).map_err(|error| Failure::Findings(vec![Diagnostic::unreadable(path, &error)]))
}

/// The names of sections that are meant by `names`: `hello` also finds `hello.beam`.
///
/// # Errors
/// When one of them is not in the pack; all that are not are told.
pub(crate) fn named(path: &str, avm: &Avm<'_>, names: &[String]) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        let module = format!("{}.beam", crate::args::module_name(name));
        match [name.as_bytes(), module.as_bytes()].into_iter().find(|name| avm.lookup(name).is_some()) {
            Some(name) => found.push(name.to_vec()),
            None => unknown.push(name.as_str()),
        }
    }
    let Some(first) = unknown.first() else { return Ok(found) };
    let known: Vec<String> = avm.sections().iter().map(emberl_format::avm::Section::name_shown).collect();
    let cure = match crate::inputs::nearest_file(first, known.iter().map(String::as_str)) {
        Some(near) if unknown.len() == 1 => format!("did you mean {near}?"),
        _ => format!("`emberl list {path}` shows what it has"),
    };
    Err(Failure::input(format!("{path} has no section {}", unknown.join(", ")), cure))
}
