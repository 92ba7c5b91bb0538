//! The `packbeam` command.
fn main() {}
