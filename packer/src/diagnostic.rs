//! What the checks say to the user: a stable code, where, what, why, and the cure.

use std::fmt;

use emberl_format::{ChunkId, Error};

use crate::unit::Location;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It would fail on the target, or the file cannot be used.
    Error,
    /// It may fail on the target, or is not what was meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A code such as `E0201`. All of them stand in [`crate::codes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:04}", self.0)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The file: a path, or a pack and a section of it (`lib.avm(lists.beam)`). Empty when it is the program as a whole.
    pub file: String,
    /// The module, when it is known.
    pub module: Option<String>,
    /// The function's name and arity, when it is in one.
    pub function: Option<(String, u8)>,
    /// The place in the source, when the file tells.
    pub location: Option<Location>,
    /// The place in the file: the chunk, and the byte in its data (or in the file, without a chunk).
    pub place: Option<(Option<ChunkId>, usize)>,
    /// What is wrong, in a clause without a full stop.
    pub what: String,
    /// Why that is wrong.
    pub why: String,
    /// What to do about it.
    pub cure: String,
    /// How many more places in the same function have the same fault.
    pub more: usize,
}

impl Diagnostic {
    /// A finding about a whole file, or about the program when `file` is empty.
    #[must_use]
    pub fn of_file(code: u16, severity: Severity, file: &str, what: String, why: String, cure: String) -> Self {
        Self {
            code: Code(code),
            severity,
            file: file.to_owned(),
            module: None,
            function: None,
            location: None,
            place: None,
            what,
            why,
            cure,
            more: 0,
        }
    }

    /// A file that cannot be read.
    #[must_use]
    pub fn unreadable(file: impl Into<String>, error: &Error) -> Self {
        Self {
            code: Code(crate::codes::of_error(&error.kind)),
            severity: Severity::Error,
            file: file.into(),
            module: None,
            function: None,
            location: None,
            place: Some((error.chunk, error.offset)),
            what: error.kind.to_string(),
            why: "the file is damaged, cut short, or not what its name says".to_owned(),
            cure: "compile or download it again".to_owned(),
            more: 0,
        }
    }

    /// The order in which findings are told: errors first within a file, then by place.
    #[must_use]
    pub fn key(&self) -> impl Ord + use<> {
        let location = self.location.as_ref().map(|location| (location.file.clone(), location.line));
        (self.file.clone(), location, self.function.clone(), self.code, self.what.clone())
    }
}
