//! How a command ends when it does not succeed: the exit code, and one line of what and one of the cure.

use std::fmt;
use std::io;
use std::path::Path;

use emberl_packer::diagnostic::Diagnostic;

/// The user's input is at fault.
pub(crate) const INPUT: u8 = 1;
/// The command line is at fault.
pub(crate) const USAGE: u8 = 2;
/// The tool failed: a disk is full, a file cannot be written.
pub(crate) const TOOL: u8 = 3;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A line for stderr, and the exit code.
    Message {
        /// What is wrong.
        what: String,
        /// What to do about it; empty when the line says it.
        cure: String,
        /// The exit code.
        exit: u8,
    },
    /// Findings for stderr. The exit code is [`INPUT`].
    Findings(Vec<Diagnostic>),
    /// All was said already.
    Told(u8),
    /// The reader of stdout has seen enough.
    BrokenPipe,
}

/// What commands return.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A fault of the input.
    pub(crate) fn input(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Message { what: what.into(), cure: cure.into(), exit: INPUT }
    }

    /// A fault of the command line.
    pub(crate) fn usage(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Message { what: what.into(), cure: cure.into(), exit: USAGE }
    }

    /// A file or folder that cannot be written.
    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        let cure = match error.kind() {
            io::ErrorKind::StorageFull => "make room on the disk, or write elsewhere",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "change its permissions, or write elsewhere"
            }
            _ => "write elsewhere",
        };
        let what = format!("cannot write {}: {}", path.display(), reason(error));
        Self::Message { what, cure: cure.to_owned(), exit: TOOL }
    }
}

impl From<io::Error> for Failure {
    /// An error of stdout.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::Message {
            what: format!("cannot write to stdout: {}", reason(&error)),
            cure: "send the output elsewhere".to_owned(),
            exit: TOOL,
        }
    }
}

impl From<fmt::Error> for Failure {
    /// An error of writing into a string, which there is none of.
    fn from(_: fmt::Error) -> Self {
        Self::Message { what: "text could not be made".to_owned(), cure: String::new(), exit: TOOL }
    }
}

/// The reason of an error in the system's words, without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
