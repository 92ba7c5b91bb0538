//! The modules of the network: the programs of `tests/network/desktop/` print the same on `emberl run`, over the host's own
//! sockets and the modules of `vm-firmware/erlang/`, as on `erl` with OTP's modules of these names.
//!
//! A new case is a new `.erl` file there, as those of `tests/library/` (see `library.rs`). Every `.pem` file of the folder
//! is in the current folder of a program that runs. The programs talk to themselves, at ports that are free.

use emberl_tests::library;

fn main() {
    library::run("network/desktop", Vec::new());
}
