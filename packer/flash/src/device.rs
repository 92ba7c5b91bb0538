//! A board in its boot loader: connecting to it, reading, digesting and writing its flash.
//!
//! The frames of the protocol and what differs from chip to chip are `espflash`'s. Its own way to write is not used, since
//! it keeps to itself where a failure was, compares whole files only, and reads flash into files.

use std::fs;
use std::io;
use std::time::Duration;

use emberl_image::partition::SECTOR;
use espflash::command::{Command, CommandResponseValue, CommandType};
use espflash::connection::{Connection, ResetAfterOperation, ResetBeforeOperation};
use espflash::flasher::Flasher;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serialport::{ErrorKind, FlowControl, UsbPortInfo};

use crate::Error;
use crate::chip::Chip;
use crate::error::Open;
use crate::plan::{self, Digest, Region};
use crate::ports;

/// The rate that boot loaders begin with, in bits a second.
const FIRST_BAUD: u32 = 115_200;
/// How long a board may take to answer, unless a command takes longer.
const ANSWER: Duration = Duration::from_secs(3);
/// Bytes that the boot loader in ROM reads at a time.
const ROM_READ: u32 = 64;
/// The best compression that is not slow.
const LEVEL: u8 = 9;

/// What is done to a board before it is spoken to, so that its boot loader runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// It is reset by lines of the port, as fits the bridge; afterwards too, so that its program starts.
    #[default]
    DefaultReset,
    /// As that, in the way of the serial port that is in the chip.
    UsbReset,
    /// Nothing: its boot loader runs already. Afterwards it stays there.
    NoReset,
}

/// How to reach a board.
#[derive(Clone, Debug)]
pub struct Link {
    /// The port.
    pub port: String,
    /// What is done first.
    pub before: Before,
    /// Bits a second, once the boot loader answers.
    pub baud: u32,
    /// Whether a loader of Espressif's is put into the board's RAM, which is faster, and takes compressed data; else that
    /// in its ROM is used.
    pub stub: bool,
}

/// A failure of the protocol, in its words.
#[derive(Debug)]
pub struct Fault(pub String);

impl From<espflash::Error> for Fault {
    fn from(error: espflash::Error) -> Self {
        // The outer errors only say that there is an inner one.
        let mut inner: &dyn std::error::Error = &error;
        while let Some(source) = inner.source() {
            inner = source;
        }
        let text = inner.to_string();
        let text = text.split(" (os error").next().unwrap_or_default().trim_end_matches('.');
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        // A shorthand such as ROM stays as it is.
        let is_word = letters.clone().next().is_none_or(|second| !second.is_uppercase());
        Self(if is_word { first.chain(letters).collect() } else { text.to_owned() })
    }
}

/// What calls of the device return.
type Result<T> = std::result::Result<T, Fault>;

/// A board whose boot loader answers.
pub struct Device {
    flasher: Flasher,
    link: Link,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").field("link", &self.link).field("chip", &self.flasher.chip()).finish()
    }
}

impl Device {
    /// Opens the port and waits for the boot loader.
    ///
    /// # Errors
    /// When the port cannot be opened, nothing answers, or the chip is locked.
    pub fn connect(link: &Link) -> std::result::Result<Self, Error> {
        let port = serialport::new(&link.port, FIRST_BAUD.min(link.baud))
            .flow_control(FlowControl::None)
            .timeout(ANSWER)
            .open_native()
            .map_err(|error| not_opened(&link.port, &error))?;
        let (before, after) = match link.before {
            Before::DefaultReset => (ResetBeforeOperation::DefaultReset, ResetAfterOperation::HardReset),
            Before::UsbReset => (ResetBeforeOperation::UsbReset, ResetAfterOperation::HardReset),
            Before::NoReset => (ResetBeforeOperation::NoReset, ResetAfterOperation::NoReset),
        };
        let connection = Connection::new(port, usb(&link.port), after, before, FIRST_BAUD.min(link.baud));
        let baud = (link.baud > FIRST_BAUD).then_some(link.baud);
        let flasher =
            Flasher::connect(connection, link.stub, false, false, None, baud).map_err(|error| Error::NoAnswer {
                port: link.port.clone(),
                why: Fault::from(error).0,
                was_reset: link.before != Before::NoReset,
            })?;
        if flasher.secure_download_mode() {
            return Err(Error::Locked { port: link.port.clone() });
        }
        Ok(Self { flasher, link: link.clone() })
    }

    /// The chip.
    #[must_use]
    pub fn chip(&self) -> Chip {
        self.flasher.chip()
    }

    /// The bytes of its flash.
    ///
    /// # Errors
    /// When the flash does not tell its size.
    pub fn flash_size(&mut self) -> Result<u32> {
        let size = self.flasher.flash_detect()?;
        size.map(espflash::flasher::FlashSize::size).ok_or_else(|| Fault("the flash does not tell its size".into()))
    }

    /// Reads bytes of the flash: more than a few are slow without the loader in RAM.
    ///
    /// # Errors
    /// When the board fails or answers something else.
    pub fn read(&mut self, offset: u32, size: u32) -> Result<Vec<u8>> {
        if self.link.stub { self.read_by_stub(offset, size) } else { self.read_by_rom(offset, size) }
    }

    fn read_by_rom(&mut self, offset: u32, size: u32) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let end = offset.saturating_add(size);
        for offset in (offset..end).step_by(ROM_READ as usize) {
            let size = ROM_READ.min(end - offset);
            let command = Command::ReadFlashSlow { offset, size, block_size: ROM_READ, max_in_flight: 1 };
            let CommandResponseValue::Vector(answer) = self.command(ANSWER, command)? else {
                return Err(Fault("the board did not send what was to be read".into()));
            };
            // It always sends the same number of bytes, and its status behind them.
            let part = answer.get(..size as usize).ok_or_else(|| Fault("the board sent too little".into()))?;
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }

    /// The loader sends frames; each is answered with how many bytes came so far. The last is the digest.
    fn read_by_stub(&mut self, offset: u32, size: u32) -> Result<Vec<u8>> {
        let block = size.min(SECTOR);
        self.command(ANSWER, Command::ReadFlash { offset, size, block_size: block, max_in_flight: 1 })?;
        let mut bytes = Vec::new();
        while bytes.len() < size as usize {
            let part = self.frame()?;
            if part.is_empty() || bytes.len() + part.len() > size as usize {
                return Err(Fault("the board sent another number of bytes than it was asked for".into()));
            }
            bytes.extend(part);
            // Fits: it is no more than `size`.
            self.flasher.connection().write_raw(bytes.len() as u32)?;
        }
        if self.frame()? != plan::digest(&bytes) {
            return Err(Fault("what was read was damaged on its way".into()));
        }
        Ok(bytes)
    }

    fn frame(&mut self) -> Result<Vec<u8>> {
        match self.flasher.connection().read_flash_response()?.map(|answer| answer.value) {
            Some(CommandResponseValue::Vector(bytes)) => Ok(bytes),
            _ => Err(Fault("the board did not send what was to be read".into())),
        }
    }

    /// The digest of a part of the flash, made by the board.
    ///
    /// # Errors
    /// When the board fails.
    pub fn digest(&mut self, offset: u32, size: u32) -> Result<Digest> {
        Ok(self.flasher.checksum_md5(offset, size)?.to_be_bytes())
    }

    /// Makes the board ready to be written to.
    ///
    /// # Errors
    /// When the board fails.
    pub fn prepare(&mut self) -> Result<()> {
        // A chip that is connected by itself has a watchdog running.
        Ok(self.flasher.disable_watchdog()?)
    }

    /// Erases and writes whole sectors, and compares the digest then. `written` is told how many bytes of the run are.
    ///
    /// # Errors
    /// When the board fails, or the flash is not what it should be.
    pub fn write(&mut self, run: &Region, written: &mut dyn FnMut(usize)) -> Result<()> {
        let (offset, data) = (run.offset(), run.data());
        // Fits: a run is within the flash.
        let size = data.len() as u32;
        let compressed = if self.link.stub { compress_to_vec_zlib(data, LEVEL) } else { data.to_vec() };
        if compressed.len() < data.len() {
            self.write_compressed(offset, size, &compressed, written)?;
        } else {
            self.write_plain(offset, data, written)?;
        }
        if self.digest(offset, size)? != plan::digest(data) {
            return Err(Fault("the flash does not hold what was written".into()));
        }
        Ok(())
    }

    fn write_compressed(
        &mut self,
        offset: u32,
        size: u32,
        compressed: &[u8],
        written: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let block_size = self.chip().stub_flash_write_size();
        let blocks = compressed.len().div_ceil(block_size) as u32;
        let begin = Command::FlashDeflBegin {
            size,
            blocks,
            block_size: block_size as u32,
            offset,
            // The field is the boot loader's in ROM.
            supports_encryption: false,
        };
        self.command(CommandType::FlashDeflBegin.timeout_for_size(size), begin)?;
        for (number, block) in compressed.chunks(block_size).enumerate() {
            let command = Command::FlashDeflData { data: block, pad_to: 0, pad_byte: 0xFF, sequence: number as u32 };
            // How many sectors a block becomes is not known: it may be all of them.
            self.command(CommandType::FlashDeflData.timeout_for_size(size), command)?;
            let sent = number * block_size + block.len();
            written((size as usize).saturating_mul(sent) / compressed.len());
        }
        Ok(())
    }

    fn write_plain(&mut self, offset: u32, data: &[u8], written: &mut dyn FnMut(usize)) -> Result<()> {
        let chip = self.chip();
        let block_size = if self.link.stub { chip.stub_flash_write_size() } else { chip.flash_write_size() };
        let size = data.len() as u32;
        let begin = Command::FlashBegin {
            size,
            blocks: data.len().div_ceil(block_size) as u32,
            block_size: block_size as u32,
            offset,
            supports_encryption: !self.link.stub && chip != Chip::Esp32,
        };
        self.command(CommandType::FlashBegin.timeout_for_size(size), begin)?;
        for (number, block) in data.chunks(block_size).enumerate() {
            // Blocks of the ROM are a quarter of a sector; those of the loader in RAM may end before their size.
            let pad_to = if self.link.stub { 0 } else { block_size };
            let command = Command::FlashData { data: block, pad_to, pad_byte: 0xFF, sequence: number as u32 };
            self.command(CommandType::FlashData.timeout_for_size(block.len() as u32), command)?;
            written(number * block_size + block.len());
        }
        Ok(())
    }

    /// Lets go of the board: its program is started by a reset, or it stays in the boot loader of its ROM, as it was
    /// found. Whether its program was started.
    pub fn leave(mut self) -> bool {
        let (stub, chip) = (self.link.stub, self.flasher.chip());
        let reset = self.flasher.connection().reset_after(stub, chip);
        reset.is_ok() && self.link.before != Before::NoReset
    }

    fn command(&mut self, limit: Duration, command: Command<'_>) -> Result<CommandResponseValue> {
        Ok(self.flasher.connection().with_timeout(limit, |connection| connection.command(command))?)
    }
}

/// The numbers of the USB device at the port: how a board is reset depends on them.
fn usb(port: &str) -> UsbPortInfo {
    let (vid, pid) = ports::usb_numbers(port).unwrap_or_default();
    UsbPortInfo { vid, pid, serial_number: None, manufacturer: None, product: None }
}

/// Why a port cannot be opened.
#[must_use]
pub fn not_opened(port: &str, error: &serialport::Error) -> Error {
    let why = match error.kind() {
        ErrorKind::Io(io::ErrorKind::NotFound) => Open::Missing,
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => Open::Permission(group(port)),
        // On Windows it is also said of a port that is not there.
        ErrorKind::NoDevice if cfg!(unix) => Open::Busy,
        ErrorKind::NoDevice => Open::Missing,
        _ => Open::Other(error.to_string()),
    };
    Error::Open { port: port.to_owned(), why }
}

/// The group that may use the port, as distributions name it.
fn group(port: &str) -> String {
    let known = ["dialout", "uucp", "plugdev", "lock"];
    let found = group_number(port).and_then(|number| {
        let groups = fs::read_to_string("/etc/group").ok()?;
        let line = groups.lines().find(|line| line.split(':').nth(2) == Some(&number))?;
        line.split(':').next().map(str::to_owned)
    });
    found.filter(|name| known.contains(&name.as_str())).unwrap_or_else(|| "dialout".to_owned())
}

#[cfg(unix)]
fn group_number(port: &str) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    Some(fs::metadata(port).ok()?.gid().to_string())
}

#[cfg(not(unix))]
fn group_number(_: &str) -> Option<String> {
    None
}
