//! Tools outside the repository that a test may need, and tests that are skipped, visibly, without them.
//!
//! A test that needs a missing tool is listed as `[needs erl] name ... ignored`. With `EMBERL_REQUIRE_TOOLS=1`, which CI
//! sets, it fails instead: there, a missing tool is a fault of the setup and must not hide a test.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use libtest_mimic::{Failed, Trial};

/// The environment variable that turns a missing tool into a failure, when it is set to anything but nothing or `0`.
pub const REQUIRE_TOOLS: &str = "EMBERL_REQUIRE_TOOLS";

/// The bare-metal target that the crates for devices are built for.
pub const DEVICE_TARGET: &str = "riscv32imc-unknown-none-elf";
/// That of the RP2040.
pub const PICO_TARGET: &str = "thumbv6m-none-eabi";

/// A tool that a test may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tool {
    /// The Erlang emulator.
    Erl,
    /// The Erlang compiler.
    Erlc,
    /// The runner of Erlang scripts.
    Escript,
    /// The Elixir compiler.
    Elixirc,
    /// Erlang's build tool.
    Rebar3,
    /// Elixir's.
    Mix,
    /// The client of HTTP.
    Curl,
    /// The machine emulator for 32-bit RISC-V.
    QemuRiscv32,
    /// A Rust toolchain that can build for [`DEVICE_TARGET`].
    DeviceToolchain,
    /// Python with the package zeroconf: another implementation of multicast DNS.
    Zeroconf,
    /// Python with esptool and esp-idf-defs: Espressif's own tools for images and partition tables.
    Esptool,
    /// OpenSSL's program: another implementation of TLS.
    Openssl,
    /// The netcat of OpenBSD, which can close one half of a connection (`-N`).
    Nc,
    /// Python with the packages esp32-mock-bootloader and esptool: another implementation of the boot loader of ESP chips,
    /// and of its other end.
    MockBootloader,
    /// A Rust toolchain that can build for [`PICO_TARGET`].
    PicoToolchain,
    /// Node.js with the package rp2040js: an emulator of the RP2040.
    Rp2040js,
}

impl Tool {
    /// Every tool, in the order of declaration.
    pub const ALL: [Self; 16] = [
        Self::Erl,
        Self::Erlc,
        Self::Escript,
        Self::Elixirc,
        Self::Rebar3,
        Self::Mix,
        Self::Curl,
        Self::QemuRiscv32,
        Self::DeviceToolchain,
        Self::Zeroconf,
        Self::Esptool,
        Self::Openssl,
        Self::Nc,
        Self::MockBootloader,
        Self::PicoToolchain,
        Self::Rp2040js,
    ];

    /// Its name, which is also the name of its program where it is one program.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Erl => "erl",
            Self::Erlc => "erlc",
            Self::Escript => "escript",
            Self::Elixirc => "elixirc",
            Self::Rebar3 => "rebar3",
            Self::Mix => "mix",
            Self::Curl => "curl",
            Self::QemuRiscv32 => "qemu-system-riscv32",
            Self::DeviceToolchain => "device-toolchain",
            Self::Zeroconf => "python-zeroconf",
            Self::Esptool => "python-esptool",
            Self::Openssl => "openssl",
            Self::Nc => "nc",
            Self::MockBootloader => "esp32-mock-bootloader",
            Self::PicoToolchain => "pico-toolchain",
            Self::Rp2040js => "rp2040js",
        }
    }

    /// How to get it, for the message about a missing one.
    #[must_use]
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Erl | Self::Erlc | Self::Escript => "install Erlang/OTP (Debian: apt-get install erlang)",
            Self::Elixirc | Self::Mix => "install Elixir (Debian: apt-get install elixir)",
            Self::Rebar3 => "install rebar3 (Debian: apt-get install rebar3)",
            Self::Curl => "install curl (Debian: apt-get install curl)",
            Self::QemuRiscv32 => "install QEMU (Debian: apt-get install qemu-system-misc)",
            Self::DeviceToolchain => {
                "rustup target add riscv32imc-unknown-none-elf, or on Debian \
                 apt-get install rustc-web cargo-web rust-web-src"
            }
            Self::Zeroconf => "pip install zeroconf (Debian: apt-get install python3-zeroconf)",
            Self::Esptool => {
                "python3 -m venv target/python && target/python/bin/pip install esptool==5.6.0 esp-idf-defs==0.1.7"
            }
            Self::Openssl => "install OpenSSL (Debian: apt-get install openssl)",
            Self::Nc => "install the netcat of OpenBSD (Debian: apt-get install netcat-openbsd)",
            Self::MockBootloader => {
                "python3 -m venv target/python && target/python/bin/pip install esp32-mock-bootloader==0.3.0"
            }
            Self::PicoToolchain => {
                "rustup target add thumbv6m-none-eabi, or on Debian \
                 apt-get install rustc-web cargo-web rust-web-src"
            }
            Self::Rp2040js => "install Node.js, and npm install --prefix target/node rp2040js@1.4.1",
        }
    }

    /// Where it is, or `None` when this machine has not got it. For [`Tool::DeviceToolchain`] and
    /// [`Tool::PicoToolchain`]: the script `tests/ci/cross`, when that says that it can build. For packages of Python: the
    /// Python that has them. For [`Tool::Rp2040js`]: the package's folder.
    #[must_use]
    pub fn find(self) -> Option<PathBuf> {
        match self {
            Self::DeviceToolchain => cross_for(DEVICE_TARGET),
            Self::PicoToolchain => cross_for(PICO_TARGET),
            Self::Rp2040js => {
                in_path("node")?;
                let folder = crate::repository_dir().join("target/node/node_modules/rp2040js");
                folder.join("package.json").is_file().then_some(folder)
            }
            Self::Zeroconf => python_with("zeroconf"),
            Self::Esptool => python_with("esptool, esp_idf_defs"),
            Self::MockBootloader => python_with("esp32_mock_bootloader, esptool"),
            Self::Nc => {
                // Other programs of this name have other options.
                let programs = ["nc.openbsd", "nc"].into_iter().filter_map(in_path);
                programs.into_iter().find(|program| {
                    let output = Command::new(program).arg("-h").output();
                    output.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).contains("\t-N\t"))
                })
            }
            tool => in_path(tool.name()),
        }
    }
}

/// The script that builds for a target, when it says that it can.
pub(crate) fn cross_for(target: &str) -> Option<PathBuf> {
    let cross = crate::package_dir().join("ci").join("cross");
    let status = Command::new(&cross).args(["--check", target]).output().ok()?.status;
    status.success().then_some(cross)
}

/// A Python that has these packages: the first of `PATH`; the system's, to which the packages of the system belong; the
/// one that CI makes for what the system has not.
fn python_with(packages: &str) -> Option<PathBuf> {
    let own = crate::repository_dir().join("target/python/bin/python3");
    let pythons = in_path("python3").into_iter().chain([PathBuf::from("/usr/bin/python3"), own]);
    pythons.into_iter().find(|python| {
        let output = Command::new(python).args(["-c", &format!("import {packages}")]).output();
        output.is_ok_and(|output| output.status.success())
    })
}

/// The first executable file of this name in the folders of `PATH`.
#[must_use]
pub fn in_path(program: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(program)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Whether a missing tool is a failure in this run (see [`REQUIRE_TOOLS`]).
#[must_use]
pub fn tools_are_required() -> bool {
    env::var_os(REQUIRE_TOOLS).is_some_and(|value| !value.is_empty() && value != "0")
}

/// A test that needs tools. Without one of them it is ignored, its kind telling which (`needs erl`), or fails with one
/// line where [`tools_are_required`].
pub fn needs(
    tools: &[Tool],
    name: impl Into<String>,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    build(tools, name.into(), tools_are_required(), Tool::find, run)
}

/// [`needs`] with the machine's state as parameters, so that the rule itself can be tested.
pub fn build(
    tools: &[Tool],
    name: String,
    required: bool,
    find: impl Fn(Tool) -> Option<PathBuf>,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match tools.iter().copied().find(|&tool| find(tool).is_none()) {
        None => Trial::test(name, run),
        Some(tool) => {
            let message = format!("needs {}, which was not found: {}", tool.name(), tool.cure());
            Trial::test(name, move || Err(Failed::from(message)))
                .with_kind(format!("needs {}", tool.name()))
                .with_ignored_flag(!required)
        }
    }
}
