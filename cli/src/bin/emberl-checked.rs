//! `emberl` for tests, whose virtual machine checks every access to a heap, a stack or code, and ends the program where a
//! heap is not whole.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    emberl::main()
}
