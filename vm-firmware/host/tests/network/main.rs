//! The desktop's network, asked as the virtual machine asks it: over the loopback interface only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod local;
mod machine;
mod session;
mod sockets;
mod tls;

pub(crate) use machine::Machine;
