//! The `emberl` command.
fn main() {}
