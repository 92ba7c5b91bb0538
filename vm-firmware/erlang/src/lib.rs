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

/// Modules of OTP that are no use here: what they do needs other nodes, the emulator's ports or drivers, a terminal's
/// shell, or a code server. Who makes a pack of what a program uses takes them only where the program's own code calls them.
pub const ELSEWHERE: &[&str] = &[
    // Other nodes.
    "auth",
    "dist_ac",
    "dist_util",
    "erl_boot_server",
    "erl_distribution",
    "erl_epmd",
    "erpc",
    "global",
    "global_group",
    "global_search",
    "net_kernel",
    "rpc",
    "slave",
    // Ports and drivers.
    "erl_ddll",
    "inet_config",
    "inet_db",
    "win32reg",
    // The shell.
    "c",
    "edlin",
    "edlin_expand",
    "group",
    "group_history",
    "shell",
    "shell_docs",
    "user",
    "user_drv",
    "user_sup",
    // Code, and files of code: `code` of this pack stands for its server.
    "beam_lib",
    "code_server",
    "compile",
    "erl_expand_records",
    "ms_transform",
    "otp_internal",
    "qlc",
    "qlc_pt",
    // Explanations of errors in OTP's functions, which bring the compiler's checks of formats.
    "erl_kernel_errors",
    "erl_stdlib_errors",
];

/// What modules of OTP need of others for what is seldom asked of them: the module, the others, and those by whose
/// functions it is asked.
pub const SELDOM: &[(&str, &[&str], &[&str])] = &[
    // Configuration and `.app` files, in their text.
    (
        "application_controller",
        &["erl_parse", "erl_scan", "erl_prim_loader", "file", "filelib", "filename", "unicode"],
        &["application", "Elixir.Application"],
    ),
    // A log of what a process does, in a file.
    ("sys", &["file"], &["sys"]),
    // Logs of all, in files: a board has none that can be written.
    ("logger", &["file"], &["file"]),
    ("logger_std_h", &["file", "filelib", "filename"], &["file"]),
    // What is said of options that are wrong; handlers of events from the time before `logger`.
    ("gen", &["error_logger"], &["error_logger", "sys"]),
    ("error_logger", &["error_logger_file_h", "error_logger_tty_h", "gen_event"], &["error_logger"]),
    ("logger", &["error_logger"], &["error_logger"]),
    // `{file, Name}` is an answer of `code`, and where a function is; no module.
    ("code", &["file"], &["file"]),
    ("erl_error", &["file"], &["file"]),
    // Titles of the reports of processes by the module that they began with.
    ("proc_lib", &["gen_event", "gen_fsm", "supervisor_bridge"], &["gen_event", "gen_fsm", "supervisor_bridge"]),
    // Exceptions in code that is evaluated; what a function's clauses were that did not match.
    ("proc_lib", &["erl_eval"], &["erl_eval"]),
    ("erl_error", &["erl_eval", "erl_pp"], &["erl_eval", "erl_error"]),
    ("Elixir.Exception", &["erl_eval"], &["erl_eval"]),
    // The folders of Elixir's tools.
    ("elixir", &["file", "Elixir.File", "Elixir.System"], &["elixir"]),
    ("Elixir.System", &["file", "filename"], &["Elixir.System", "Elixir.File"]),
    // Names of places in sources: the atoms `file` and `line`.
    ("Elixir.IO", &["file"], &["file", "Elixir.File"]),
    ("Elixir.Exception", &["file"], &["file", "Elixir.File"]),
];

/// Whether a module of the pack comes before a program's own.
#[must_use]
pub fn is_first(module: &str) -> bool {
    FIRST.contains(&module)
}
