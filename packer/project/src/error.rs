//! What is wrong with a setting: the place, what, and the cure.

use std::fmt;

/// A setting that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where it stands: `emberl.toml:3`, or the name of an environment variable.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub cure: String,
}

impl Error {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), cure: cure.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Error {}
