//! The firmware of the board `qemu-riscv32`, built and run in QEMU: what a machine is given, and running it to its end.
//! One that is talked to while it runs is [`running`]'s.

pub mod dns;
pub mod frames;
pub mod hardware;
pub mod lan;
pub mod running;
pub mod wire;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::Duration,
};

use crate::{
    Failed,
    process::{self, Output},
    tools::{DEVICE_TARGET, Tool},
};
use running::Running;

/// How long the build may take: it builds `core` and `alloc` too where the toolchain has only their sources.
const BUILD_LIMIT: Duration = Duration::from_secs(1200);
/// Where the firmware looks for its pack.
const PACK_ADDRESS: &str = "0x84000000";
/// Where it looks for the bytes that the virtual machine may use.
const MEMORY_ADDRESS: &str = "0x87fffff8";
/// Where it looks for which pools the network is to have, and what it takes for the smallest.
const POOLS_ADDRESS: &str = "0x87fffff0";
const SMALLEST_POOLS: u32 = 1;
/// Bytes of the board's flash memory.
pub const FLASH_SIZE: u64 = 32 << 20;

/// What tests that run the firmware need.
pub const TOOLS: [Tool; 2] = [Tool::QemuRiscv32, Tool::DeviceToolchain];

/// What of the board's package is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Build {
    /// The firmware.
    Firmware,
    /// The firmware without what a network needs: the virtual machine alone.
    Plain,
    /// A program that tries the flash memory.
    FlashCheck,
}

impl Build {
    /// Cargo's options, the folder inside of the target folder, and the file in a target's folder.
    const fn how(self) -> (&'static [&'static str], &'static str, &'static str) {
        match self {
            Self::Firmware => (&[], "", "release/emberl-board-qemu-riscv32"),
            // In the folder of the whole one it would take its place.
            Self::Plain => (&["--no-default-features"], "plain", "release/emberl-board-qemu-riscv32"),
            Self::FlashCheck => (&["--example", "flash_check"], "", "release/examples/flash_check"),
        }
    }

    /// Its ELF file. It is built once a process; cargo knows whether it is fresh.
    ///
    /// # Errors
    /// When it cannot be built; then with the compiler's output.
    pub fn file(self) -> Result<PathBuf, Failed> {
        static BUILT: Mutex<BTreeMap<Build, Result<PathBuf, String>>> = Mutex::new(BTreeMap::new());
        let mut built = BUILT.lock().map_err(|_| "another test failed while it built")?;
        built.entry(self).or_insert_with(|| build(self)).clone().map_err(Failed::from)
    }
}

/// The firmware, an ELF file.
///
/// # Errors
/// As [`Build::file`].
pub fn firmware() -> Result<PathBuf, Failed> {
    Build::Firmware.file()
}

fn build(build: Build) -> Result<PathBuf, String> {
    let (options, inside, file) = build.how();
    Ok(build_board("qemu-riscv32", DEVICE_TARGET, options, inside)?.join(file))
}

/// Builds what the options say of the package of a board, in a folder of the device's target folder; gives the folder of
/// its target there.
pub(crate) fn build_board(board: &str, triple: &str, options: &[&str], inside: &str) -> Result<PathBuf, String> {
    let cross = crate::tools::cross_for(triple).ok_or("there is no toolchain for the device")?;
    // A folder of its own: the compiler may be another than that of this test.
    let target = crate::repository_dir().join("target/device").join(board).join(inside);
    let mut command = Command::new(cross);
    command.current_dir(crate::repository_dir().join("vm-firmware/boards").join(board));
    command.args(["cargo", "build", "--quiet", "--locked", "--release", "--target", triple]);
    command.args(options).arg("--target-dir").arg(&target);
    process::forget_package(&mut command);
    process::run(&mut command, BUILD_LIMIT).map_err(|error| error.to_string())?.ok()?;
    Ok(target.join(triple))
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
    Machine { pack: pack.map(Path::to_owned), memory, ..Machine::default() }.run(limit)
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// As QEMU writes it in options, in small letters.
    const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// A network for the machine: QEMU's own, with a DHCP server, a router and a DNS server, which leads to the host's.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The card is one of before virtio 1.0.
    pub old_card: bool,
    /// Ports of the machine that ports of this one lead to; which, [`Running::address`] tells.
    pub forwards: Vec<(Protocol, u16)>,
    /// The test hears all frames, and can send some ([`Running::wire`]).
    pub wire: bool,
    /// There is nothing but the wire: who gives addresses is the test's affair ([`lan`]). No port leads to the machine.
    pub alone: bool,
    /// A file for all frames, in the format of pcap.
    pub dump: Option<PathBuf>,
    /// More for QEMU's `-netdev user`: `restrict=on`, `dns=10.0.2.99`.
    pub options: Vec<String>,
}

/// What a machine is given.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// What it runs, instead of the firmware.
    pub program: Option<Build>,
    /// The pack.
    pub pack: Option<PathBuf>,
    /// The bytes that the virtual machine may use.
    pub memory: Option<u32>,
    /// A network card.
    pub network: Option<Network>,
    /// The network's pools are the smallest.
    pub smallest: bool,
    /// There is no source of randomness; with a network there is one otherwise.
    pub no_randomness: bool,
    /// The file of its flash memory, of [`FLASH_SIZE`] bytes.
    pub flash: Option<PathBuf>,
    /// The test is what is around its pins and buses ([`hardware`]).
    pub hardware: bool,
}

/// Where QEMU connects to.
#[derive(Clone, Copy, Debug, Default)]
struct Listeners<'a> {
    monitor: Option<&'a TcpListener>,
    wire: Option<&'a TcpListener>,
    hardware: Option<&'a TcpListener>,
}

impl Machine {
    /// The machine with a pack and a network.
    #[must_use]
    pub fn networked(pack: impl Into<PathBuf>, network: Network) -> Self {
        Self { pack: Some(pack.into()), network: Some(network), ..Self::default() }
    }

    /// The command that starts it, with QEMU's monitor, frames and lines about pins and buses where QEMU connects to.
    fn command(&self, listeners: Listeners<'_>) -> Result<Command, Failed> {
        let mut command = Command::new(Tool::QemuRiscv32.find().ok_or("qemu-system-riscv32 was not found")?);
        command.args(["-M", "virt", "-m", "128M", "-display", "none", "-monitor", "none", "-serial", "stdio"]);
        // Not by `-kernel`, which QEMU 7 keeps from memory while there is flash memory.
        let program = self.program.unwrap_or(Build::Firmware).file()?;
        command.args(["-bios", "none", "-device"]).arg(format!("loader,file={}", plain(&program)));
        if let Some(pack) = &self.pack {
            command.arg("-device").arg(format!("loader,file={},addr={PACK_ADDRESS},force-raw=on", plain(pack)));
        }
        let pools = self.smallest.then_some(SMALLEST_POOLS);
        for (address, word) in [(MEMORY_ADDRESS, self.memory), (POOLS_ADDRESS, pools)] {
            if let Some(word) = word {
                let data = u64::from(word) | u64::from(!word) << 32;
                command.arg("-device").arg(format!("loader,addr={address},data={data:#x},data-len=8"));
            }
        }
        if let Some(flash) = &self.flash {
            command.arg("-drive").arg(format!("if=pflash,unit=1,format=raw,file={}", plain(flash)));
        }
        if let Some(monitor) = listeners.monitor {
            let port = monitor.local_addr()?.port();
            command.arg("-chardev").arg(format!("socket,id=monitor,host=127.0.0.1,port={port}"));
            command.args(["-mon", "chardev=monitor,mode=control"]);
        }
        if let Some(hardware) = listeners.hardware {
            let port = hardware.local_addr()?.port();
            command.arg("-chardev").arg(format!("socket,id=hardware,host=127.0.0.1,port={port}"));
            command.args(["-device", "virtio-serial-device", "-device", "virtconsole,chardev=hardware"]);
        }
        if let Some(network) = &self.network {
            self.add_network(network, listeners.wire, &mut command)?;
        }
        Ok(command)
    }

    fn add_network(&self, network: &Network, wire: Option<&TcpListener>, command: &mut Command) -> Result<(), Failed> {
        let wire =
            wire.map(|wire| Ok::<_, Failed>(format!("socket,id=wire,connect={}", wire.local_addr()?))).transpose()?;
        let card = match (network.alone, &wire) {
            (true, _) => "wire",
            (false, None) => "user",
            (false, Some(_)) => "hub-card",
        };
        if !network.alone {
            let mut user = "user,id=user".to_owned();
            for (protocol, port) in &network.forwards {
                // Port 0: any that is free.
                user.push_str(&format!(",hostfwd={}:127.0.0.1:0-:{port}", protocol.name()));
            }
            for option in &network.options {
                user.push_str(&format!(",{option}"));
            }
            command.arg("-netdev").arg(user);
        }
        if let Some(wire) = wire {
            command.arg("-netdev").arg(wire);
        }
        if card == "hub-card" {
            for peer in ["user", "wire"] {
                command.arg("-netdev").arg(format!("hubport,id=hub-{peer},hubid=0,netdev={peer}"));
            }
            command.args(["-netdev", "hubport,id=hub-card,hubid=0"]);
        }
        command.arg("-device").arg(format!("virtio-net-device,id={},netdev={card}", running::CARD));
        if !network.old_card {
            command.args(["-global", "virtio-mmio.force-legacy=false"]);
        }
        if !self.no_randomness {
            command.args(["-device", "virtio-rng-device"]);
        }
        if let Some(dump) = &network.dump {
            command.arg("-object").arg(format!("filter-dump,id=dump,netdev={card},file={}", plain(dump)));
        }
        Ok(())
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When its program cannot be built or QEMU cannot be started.
    pub fn run(&self, limit: Duration) -> Result<Output, Failed> {
        Ok(process::run(&mut self.command(Listeners::default())?, limit)?)
    }

    /// Starts it.
    ///
    /// # Errors
    /// As [`run`](Self::run), or when QEMU does not answer.
    pub fn start(&self) -> Result<Running, Failed> {
        let monitor = TcpListener::bind("127.0.0.1:0")?;
        let wire = self.network.as_ref().is_some_and(|network| network.wire || network.alone);
        let wire = wire.then(|| TcpListener::bind("127.0.0.1:0")).transpose()?;
        let hardware = self.hardware.then(|| TcpListener::bind("127.0.0.1:0")).transpose()?;
        let listeners = Listeners { monitor: Some(&monitor), wire: wire.as_ref(), hardware: hardware.as_ref() };
        Running::start(self.command(listeners)?, &monitor, wire.as_ref(), hardware.as_ref())
    }
}

/// A path in one of QEMU's options, where a comma is written twice.
fn plain(path: impl AsRef<OsStr>) -> String {
    path.as_ref().to_string_lossy().replace(',', ",,")
}
