//! The Erlang modules that come with the virtual machine, compiled, as a pack; and which of them come before a program's
//! own. `README.md` beside this crate says what each is for and how the pack is made.
#![no_std]
#![forbid(unsafe_code)]

/// The compiled modules: an `.avm` pack, to be linked into what runs programs.
pub static PACK: &[u8] = include_bytes!("../emberl.avm");

/// Modules that come before those of the same name in a program's packs and folders: what OTP's own need cannot be had
/// here (a boot script, ports, a code server, sockets of the emulator), so that with them nothing would work. The pack's
/// other modules are used where a program has none of that name.
pub const FIRST: &[&str] = &[
    "code",
    "emberl_console",
    "emberl_services",
    "erl_prim_loader",
    "gen_tcp",
    "gen_udp",
    "inet",
    "init",
    "kernel",
    "prim_file",
    "socket",
    "ssl",
];

/// The module whose functions are the processes that the machine starts by name.
pub const SERVICES: &str = "emberl_services";

/// Modules of OTP that need such a process without naming it, and the process: whoever makes a pack of what a program
/// uses keeps what the process needs, too.
pub const SERVED: &[(&str, &str)] = &[
    ("io", "user"),
    ("file", "file_server_2"),
    ("logger", "init"),
    ("error_logger", "init"),
    ("application", "init"),
    ("application_controller", "init"),
];

/// Whether a module of the pack comes before a program's own.
#[must_use]
pub fn is_first(module: &str) -> bool {
    FIRST.contains(&module)
}
