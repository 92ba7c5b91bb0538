//! The desktop as a platform of the VM: standard output and error, the system's clocks, randomness, environment
//! and network, and modules from packs, files and folders.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod clock;
mod files;
pub mod folders;
pub mod host;
mod input;
pub mod layout;
pub mod math;
pub mod mock;
pub mod net;
pub mod program;

pub use clock::Clock;
pub use host::Host;
pub use program::Program;
