//! The settings of a project: `emberl.toml`, `emberl.local.toml` and the environment, layered, and where each value comes
//! from. Text in, values and errors out; no I/O.
//!
//! [`Key::ALL`] is the one table of settings: reading, errors, `emberl config` and the page of settings come from it. A
//! command's flag is above the project's files, those above the environment, that above the default.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod error;
mod file;
mod language;
mod page;
mod settings;
mod table;
mod value;
mod wifi;

pub use error::Error;
pub use language::Language;
pub use page::page;
pub use settings::{Held, Origin, Settings};
pub use table::{Home, Key, Kind, Setting};
pub use value::{Value, size};
pub use wifi::Wifi;

/// The file of a project's settings, in its top folder.
pub const PROJECT_FILE: &str = "emberl.toml";
/// The file of a desk's settings beside it, which git ignores.
pub const LOCAL_FILE: &str = "emberl.local.toml";
/// The folder for what is built, in the project's top folder.
pub const BUILD_FOLDER: &str = "_emberl";
