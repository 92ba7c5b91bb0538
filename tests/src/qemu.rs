//! The firmware of the board `qemu-riscv32`, built and run in QEMU.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use crate::{
    Failed,
    process::{self, Output},
    tools::{DEVICE_TARGET, Tool},
};

/// How long the build may take: it builds `core` and `alloc` too where the toolchain has only their sources.
const BUILD_LIMIT: Duration = Duration::from_secs(1200);
/// Where the firmware looks for its pack.
const PACK_ADDRESS: &str = "0x84000000";
/// Where it looks for the bytes that the virtual machine may use.
const MEMORY_ADDRESS: &str = "0x87fffff8";

/// What tests that run the firmware need.
pub const TOOLS: [Tool; 2] = [Tool::QemuRiscv32, Tool::DeviceToolchain];

/// The firmware, an ELF file. It is built once a process; cargo knows whether it is fresh.
///
/// # Errors
/// When it cannot be built; then with the compiler's output.
pub fn firmware() -> Result<&'static Path, Failed> {
    static FIRMWARE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FIRMWARE.get_or_init(build).as_deref().map_err(|error| Failed::from(error.clone()))
}

fn build() -> Result<PathBuf, String> {
    let cross = Tool::DeviceToolchain.find().ok_or("there is no toolchain for the device")?;
    // A folder of its own: the compiler may be another than that of this test.
    let target = crate::repository_dir().join("target/device");
    let mut command = Command::new(cross);
    command.current_dir(crate::repository_dir().join("vm-firmware/boards/qemu-riscv32"));
    command.args(["cargo", "build", "--quiet", "--locked", "--release", "--target", DEVICE_TARGET, "--target-dir"]);
    command.arg(&target);
    // Set for this package's own build; they must not leak into that of another.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR") {
            command.env_remove(name);
        }
    }
    process::run(&mut command, BUILD_LIMIT).map_err(|error| error.to_string())?.ok()?;
    Ok(target.join(DEVICE_TARGET).join("release/emberl-board-qemu-riscv32"))
}

/// Runs a pack on the firmware. What the program prints, to standard output or error, is the output's `stdout`; the exit
/// code is that of `emberl run`, or 101 when the virtual machine itself failed. Without a pack the memory where it would
/// be is empty.
///
/// # Errors
/// When the firmware cannot be built or QEMU cannot be started.
pub fn run(pack: Option<&Path>, limit: Duration) -> Result<Output, Failed> {
    run_within(pack, None, limit)
}

/// As [`run`], where the virtual machine may use so many bytes.
///
/// # Errors
/// As [`run`].
pub fn run_within(pack: Option<&Path>, memory: Option<u32>, limit: Duration) -> Result<Output, Failed> {
    let mut command = Command::new(Tool::QemuRiscv32.find().ok_or("qemu-system-riscv32 was not found")?);
    command.args(["-M", "virt", "-m", "128M", "-display", "none", "-monitor", "none", "-serial", "stdio"]);
    command.args(["-bios", "none", "-kernel"]).arg(firmware()?);
    if let Some(pack) = pack {
        // A comma in QEMU's options is written twice.
        let file = pack.display().to_string().replace(',', ",,");
        command.arg("-device").arg(format!("loader,file={file},addr={PACK_ADDRESS},force-raw=on"));
    }
    if let Some(memory) = memory {
        let data = u64::from(memory) | u64::from(!memory) << 32;
        command.arg("-device").arg(format!("loader,addr={MEMORY_ADDRESS},data={data:#x},data-len=8"));
    }
    Ok(process::run(&mut command, limit)?)
}
