//! What the tests of Emberl share: the machine's tools and real `.beam` files, running Erlang code and Emberl's own
//! binaries, mutated bytes, measured memory. It holds no test itself.
#![deny(unsafe_code)]

pub mod bin;
pub mod conformance;
pub mod corpus;
pub mod elf;
pub mod erl;
#[cfg(target_os = "linux")]
pub mod fake_rom;
pub mod generate;
pub mod hostile;
pub mod image;
pub mod library;
pub mod mem;
pub mod mutate;
pub mod network;
pub mod plain;
pub mod process;
pub mod qemu;
pub mod releases;
pub mod rp2040;
pub mod schema;
#[cfg(target_os = "linux")]
pub mod terminal;
pub mod tools;
pub mod transcript;

use std::path::{Path, PathBuf};

/// How a test fails: any text, or any error made into one with `?`.
pub use libtest_mimic::Failed;

/// Fails with what `what` says unless the condition holds.
///
/// # Errors
/// That text.
pub fn check(condition: bool, what: impl FnOnce() -> String) -> Result<(), Failed> {
    if condition { Ok(()) } else { Err(what().into()) }
}

/// The folder of this package (`tests/` of the repository).
#[must_use]
pub fn package_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The repository's top folder.
#[must_use]
pub fn repository_dir() -> PathBuf {
    package_dir().parent().map_or_else(|| package_dir().to_owned(), Path::to_owned)
}
