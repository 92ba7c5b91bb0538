//! What is wrong with an input, and the cure.

use std::fmt;

/// Why there is no image: a line of what is wrong with its place, and one of the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong, and where: the file, the line, the partition, the section.
    pub what: String,
    /// What to do about it, with the options of the command `emberl`.
    pub cure: String,
}

/// What this crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of these two lines.
    pub fn new(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what: what.into(), cure: cure.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.cure)
    }
}

impl std::error::Error for Error {}
