//! The firmware of the boards `rp2040` and `rp2040w`: built, made into images, and run in two emulators. The crate rp2040-emu
//! runs it in this process, fast, with pins and a console; npm's rp2040js runs it by `rp2040/emulate.mjs`, slower, with a
//! world around it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::Duration,
};

use rp2040_emu::{Config, Emulator};
use serde_json::Value;

use crate::{
    Failed, bin, process, qemu,
    tools::{PICO_TARGET, Tool},
};

/// Where the flash memory is in the addresses, and its bytes.
const FLASH: u32 = 0x1000_0000;
const FLASH_SIZE: usize = 2 << 20;
/// Where the program's pack is in it.
const PROGRAM: usize = 0x18_0000;
/// Where the table of vectors is in it, behind what the ROM starts first.
const VECTORS: u32 = 0x100;
/// Bytes of a UF2 block, its three magic words, and their places.
const BLOCK: usize = 512;
const MAGIC: [(usize, u32); 3] = [(0, 0x0a32_4655), (4, 0x9e5d_5157), (508, 0x0ab1_6f30)];

/// Registers of the console's port: the divisor of its clock, whole and in 64ths; the format, whose writing makes them count.
const DIVISOR: u32 = 0x4003_4024;
const DIVISOR_PART: u32 = 0x4003_4028;
const LINE_FORMAT: u32 = 0x4003_402c;
/// Cycles after which the firmware has started its console.
const STARTED: u64 = 400_000;
/// Cycles that are run between two looks at the console.
const LOOK: u64 = 100_000;

/// The board with the radio.
pub const WITH_RADIO: &str = "rp2040w";
/// How long the build of its firmware may take.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);

/// How long the slower emulator may take for a program: those with a radio take a minute where nothing else runs.
const LIMIT: Duration = Duration::from_secs(900);

/// What tests with the fast emulator need.
pub const TOOLS: [Tool; 1] = [Tool::PicoToolchain];
/// What tests with a world need: programs for it are compiled, too.
pub const WORLD_TOOLS: [Tool; 3] = [Tool::PicoToolchain, Tool::Rp2040js, Tool::Erlc];

/// The firmware, an ELF file. It is built once a process; cargo knows whether it is fresh.
///
/// # Errors
/// When it cannot be built; then with the compiler's output.
pub fn firmware() -> Result<PathBuf, Failed> {
    static BUILT: Mutex<Option<Result<PathBuf, String>>> = Mutex::new(None);
    let mut built = BUILT.lock().map_err(|_| "another test failed while it built")?;
    let build = || Ok(qemu::build_board("rp2040", PICO_TARGET, &[], "")?.join("release/emberl-board-rp2040"));
    built.get_or_insert_with(build).clone().map_err(Failed::from)
}

/// The firmware of the Pico W, likewise, by the command that builds firmware for boards: `whole` looks at the same.
///
/// # Errors
/// As of [`firmware`].
pub fn firmware_with_radio() -> Result<PathBuf, Failed> {
    static BUILT: Mutex<Option<Result<PathBuf, String>>> = Mutex::new(None);
    let mut built = BUILT.lock().map_err(|_| "another test failed while it built")?;
    let build = || {
        let emberl = bin::emberl().map_err(|failed| failed.message().unwrap_or_default().to_owned())?;
        let mut command = Command::new(emberl);
        command.args(["firmware", "build", "--board", WITH_RADIO, "--source"]).arg(crate::repository_dir());
        process::forget_package(&mut command);
        let output = process::run(&mut command, BUILD_LIMIT).map_err(|error| error.to_string())?.ok()?;
        Ok(PathBuf::from(output.out().trim_end()))
    };
    built.get_or_insert_with(build).clone().map_err(Failed::from)
}

/// The image of the firmware, and of a pack if there is one, as UF2 in a folder.
///
/// # Errors
/// When it cannot be made.
pub fn image(folder: &Path, pack: Option<&Path>) -> Result<PathBuf, Failed> {
    image_of("rp2040", folder, pack)
}

/// The image of one of the boards, likewise.
///
/// # Errors
/// As of [`image`].
pub fn image_of(board: &str, folder: &Path, pack: Option<&Path>) -> Result<PathBuf, Failed> {
    let out = folder.join("image.uf2");
    let firmware = if board == WITH_RADIO { firmware_with_radio()? } else { firmware()? };
    let mut arguments: Vec<PathBuf> = ["image", "--board", board, "--firmware"].map(PathBuf::from).to_vec();
    arguments.extend([firmware, "-o".into(), out.clone()]);
    arguments.extend(pack.map(Path::to_owned));
    bin::run(arguments)?.ok()?;
    Ok(out)
}

/// What the flash memory holds once an image was written to a board that was empty.
///
/// # Errors
/// When the image is not what a board would take.
pub fn written(image: &Path) -> Result<Vec<u8>, Failed> {
    let bytes = fs::read(image)?;
    let mut flash = vec![0xff; FLASH_SIZE];
    let count = bytes.len() / BLOCK;
    for (number, block) in bytes.chunks(BLOCK).enumerate() {
        let word = |at: usize| {
            let bytes = block.get(at..at + 4).unwrap_or_default();
            bytes.iter().rev().fold(0_u32, |word, &byte| word << 8 | u32::from(byte))
        };
        let is_sound = MAGIC.iter().all(|&(at, magic)| word(at) == magic)
            && (word(20) as usize, word(24) as usize) == (number, count);
        let place = word(12).checked_sub(FLASH).map(|place| place as usize);
        let size = word(16) as usize;
        let place = place.and_then(|place| flash.get_mut(place..place.checked_add(size)?));
        let (true, Some(place), Some(data)) = (is_sound, place, block.get(32..32 + size)) else {
            return Err(format!("block {number} of {count} is none of an image for this board").into());
        };
        place.copy_from_slice(data);
    }
    Ok(flash)
}

/// The same flash memory with another program's pack.
///
/// # Errors
/// When it does not fit.
pub fn with_program(flash: &[u8], pack: &[u8]) -> Result<Vec<u8>, Failed> {
    let mut flash = flash.to_vec();
    let place = flash.get_mut(PROGRAM..PROGRAM + pack.len()).ok_or("the pack is larger than its part of the flash")?;
    place.copy_from_slice(pack);
    Ok(flash)
}

/// A board in the fast emulator.
pub struct Pico {
    emulator: Emulator,
    /// What its console has printed.
    pub console: Vec<u8>,
}

impl Pico {
    /// Starts the board with this in its flash memory. The console's bytes take 160 cycles each instead of 10,850, so that a
    /// program's time is its own.
    ///
    /// # Errors
    /// When the emulator fails.
    pub fn start(flash: &[u8]) -> Result<Self, Failed> {
        let mut emulator = Emulator::new(Config::default());
        emulator.load_flash(flash);
        emulator.direct_boot_from_flash(VECTORS);
        let mut pico = Self { emulator, console: Vec::new() };
        pico.run(STARTED)?;
        let format = pico.emulator.mmio_read32(LINE_FORMAT);
        pico.emulator.mmio_write32(DIVISOR, 1);
        pico.emulator.mmio_write32(DIVISOR_PART, 0);
        pico.emulator.mmio_write32(LINE_FORMAT, format);
        Ok(pico)
    }

    /// Cycles since the start, of 8 ns.
    #[must_use]
    pub fn cycles(&self) -> u64 {
        self.emulator.cycles()
    }

    /// The level of a pin.
    #[must_use]
    pub fn level(&self, pin: u8) -> bool {
        self.emulator.gpio_read(pin)
    }

    /// Runs so many cycles; `false` when the processor sleeps for ever.
    ///
    /// # Errors
    /// When the emulator fails.
    pub fn run(&mut self, cycles: u64) -> Result<bool, Failed> {
        let ran = self.emulator.run(cycles).map_err(|error| format!("the emulator: {error:?}"))?;
        self.console.extend(self.emulator.drain_uart0_tx_log());
        Ok(ran > 0)
    }

    /// Runs until the program has ended, by a line that says how, or for so many cycles in all; whether it has ended. One whose
    /// first process crashes is not told from one where another does, and runs on.
    ///
    /// # Errors
    /// When the emulator fails.
    pub fn finish(&mut self, cycles: u64) -> Result<bool, Failed> {
        const ENDS: [&str; 4] = ["Return value: ", "error: ", "The program has halted", "The virtual machine failed"];
        while self.cycles() < cycles {
            let begin = self.console.len().saturating_sub(200);
            let runs = self.run(LOOK)?;
            let recent = self.console.get(begin..).unwrap_or_default();
            let mut lines = recent.split(|&byte| byte == b'\n').rev().skip(1);
            if lines.any(|line| ENDS.iter().any(|end| line.starts_with(end.as_bytes()))) {
                return Ok(true);
            }
            if !runs {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// What the console has printed, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.console).into_owned()
    }
}

/// Runs an image in the slower emulator, with a world; gives what was told, a value for each line.
///
/// # Errors
/// When the emulator cannot be run, or fails.
pub fn run_in(world: &Path, image: &Path) -> Result<Vec<Value>, Failed> {
    let package = Tool::Rp2040js.find().ok_or("rp2040js was not found")?;
    let mut command = Command::new("node");
    command.arg(crate::package_dir().join("rp2040/emulate.mjs")).args([package.as_path(), image, world]);
    let output = process::run(&mut command, LIMIT)?.ok()?;
    output.out().lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
