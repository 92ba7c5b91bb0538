//! A chip's boot loader at the other end of a pseudo-terminal, with a flash of its own: what `emberl flash` is tested with.
//!
//! It follows Espressif's description of the protocol ("Serial Protocol" of esptool's documentation), for the loader in ROM
//! and for the one that is put into RAM ("stub"), and is stricter than a chip: writing to flash only clears bits, so what was
//! not erased comes out wrong, and requests that a chip may not take are kept in [`State::wrong`].

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use md5::{Digest, Md5};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

use crate::Failed;

/// Bytes of its flash.
pub const FLASH: usize = 4 << 20;
/// Bytes of a sector.
pub const SECTOR: usize = 4096;
/// What the flash chip says of itself: the third byte is its size, as a power of two.
const FLASH_ID: u32 = 0x16_4020;

/// The chips that it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// An ESP32-C3.
    C3,
    /// An ESP32-C6.
    C6,
}

impl Model {
    /// Its number in the security information, and the register with the answer of the flash chip.
    const fn numbers(self) -> (u32, u32) {
        match self {
            Self::C3 => (5, 0x6000_2058),
            Self::C6 => (13, 0x6000_3058),
        }
    }
}

/// What goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A block is lost, and not answered.
    Silence,
    /// A block is answered with an error.
    Refusal,
    /// A block is written with a wrong bit, and answered as if all were well.
    Spoiled,
}

/// What it has and what was done to it.
#[derive(Debug)]
pub struct State {
    /// The flash.
    pub flash: Vec<u8>,
    /// The parts that were erased to be written: offset and bytes.
    pub begun: Vec<(usize, usize)>,
    /// How many blocks came compressed.
    pub compressed: usize,
    /// How many blocks came as they are.
    pub plain: usize,
    /// Faults to come: after how many more blocks, and which.
    pub faults: Vec<(usize, Fault)>,
    /// Requests that a chip may not take.
    pub wrong: Vec<String>,
    model: Model,
    is_stub: bool,
    registers: HashMap<u32, u32>,
    writing: Option<Writing>,
    reading: Option<Reading>,
}

/// A part that is being written.
struct Writing {
    offset: usize,
    size: usize,
    blocks: usize,
    next: usize,
    inflater: Option<Box<InflateState>>,
    written: usize,
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes at {:#x}", self.written, self.size, self.offset)
    }
}

/// A part that is being sent.
#[derive(Debug)]
struct Reading {
    offset: usize,
    size: usize,
    block: usize,
    sent: usize,
}

/// A pseudo-terminal: the end of a board, and the path of the other.
#[derive(Debug)]
pub struct Pty {
    /// The board's end.
    pub master: File,
    /// Held open, so that the board's end can be read while nobody else has the port.
    pub slave: OwnedFd,
    /// What the port is opened by.
    pub path: String,
}

impl Pty {
    /// A new one, that passes bytes on as they are.
    ///
    /// # Errors
    /// The system's.
    pub fn new() -> Result<Self, Failed> {
        let pair = openpty(None, None)?;
        // A program that is started must not hold the board's end open.
        fcntl(&pair.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        fcntl(&pair.slave, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        let mut settings = tcgetattr(&pair.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&pair.slave, SetArg::TCSANOW, &settings)?;
        let path = fs::read_link(format!("/proc/self/fd/{}", pair.slave.as_raw_fd()))?;
        Ok(Self { master: File::from(pair.master), slave: pair.slave, path: path.to_string_lossy().into_owned() })
    }
}

/// A board in its boot loader.
#[derive(Debug)]
pub struct FakeRom {
    state: Arc<Mutex<State>>,
    slave: Option<OwnedFd>,
    path: String,
    thread: Option<JoinHandle<()>>,
}

impl FakeRom {
    /// A board with an empty flash.
    ///
    /// # Errors
    /// When there is no pseudo-terminal to be had.
    pub fn new(model: Model) -> Result<Self, Failed> {
        let Pty { mut master, slave, path } = Pty::new()?;
        let state = Arc::new(Mutex::new(State {
            flash: vec![0xFF; FLASH],
            begun: Vec::new(),
            compressed: 0,
            plain: 0,
            faults: Vec::new(),
            wrong: Vec::new(),
            model,
            is_stub: false,
            registers: HashMap::new(),
            writing: None,
            reading: None,
        }));
        let shared = Arc::clone(&state);
        let thread = thread::spawn(move || {
            let (mut frames, mut bytes) = (Frames::default(), [0; 4096]);
            // Reading fails when nobody has the port any more.
            while let Ok(count) = master.read(&mut bytes) {
                for frame in frames.feed(bytes.get(..count).unwrap_or_default()) {
                    let answers = lock(&shared).answer(&frame);
                    for answer in answers {
                        if master.write_all(&framed(&answer)).is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Ok(Self { state, slave: Some(slave), path, thread: Some(thread) })
    }

    /// The port that leads to it.
    #[must_use]
    pub fn port(&self) -> &str {
        &self.path
    }

    /// What it has and what was done to it. It answers nothing until the guard is gone.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for FakeRom {
    fn drop(&mut self) {
        self.slave = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed; the test fails by what it missed.
            let _ = thread.join();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The frames of SLIP (RFC 1055) in a stream of bytes.
#[derive(Debug, Default)]
struct Frames {
    frame: Vec<u8>,
    is_escaped: bool,
}

impl Frames {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for &byte in bytes {
            match (byte, self.is_escaped) {
                (0xC0, _) => {
                    self.is_escaped = false;
                    let frame = std::mem::take(&mut self.frame);
                    if !frame.is_empty() {
                        frames.push(frame);
                    }
                }
                (0xDB, false) => self.is_escaped = true,
                (byte, is_escaped) => {
                    self.is_escaped = false;
                    self.frame.push(match (byte, is_escaped) {
                        (0xDC, true) => 0xC0,
                        (0xDD, true) => 0xDB,
                        _ => byte,
                    });
                }
            }
        }
        frames
    }
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0xC0];
    for &byte in bytes {
        match byte {
            0xC0 => frame.extend([0xDB, 0xDC]),
            0xDB => frame.extend([0xDB, 0xDD]),
            _ => frame.push(byte),
        }
    }
    frame.push(0xC0);
    frame
}

/// What a part of a compressed stream becomes.
fn inflated(inflater: &mut InflateState, mut part: &[u8]) -> Vec<u8> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 15]);
    loop {
        let step = inflate(inflater, part, &mut buffer, MZFlush::None);
        all.extend(buffer.iter().take(step.bytes_written));
        part = part.get(step.bytes_consumed..).unwrap_or_default();
        // Damage ends it too: then too little is written, which is noticed.
        if step.bytes_written == 0 && step.bytes_consumed == 0 || all.len() > FLASH {
            return all;
        }
    }
}

/// The word of this number in a request; 0 where it ends before.
fn word(data: &[u8], number: usize) -> u32 {
    let bytes = data.get(number * 4..number * 4 + 4).and_then(|bytes| bytes.try_into().ok());
    u32::from_le_bytes(bytes.unwrap_or_default())
}

fn size(data: &[u8], number: usize) -> usize {
    word(data, number) as usize
}

impl State {
    /// Makes it as if nothing had been done to it yet.
    pub fn forget(&mut self) {
        self.begun.clear();
        self.compressed = 0;
        self.plain = 0;
    }

    /// The numbers of the sectors that were written.
    #[must_use]
    pub fn sectors(&self) -> Vec<usize> {
        let mut sectors: Vec<usize> =
            self.begun.iter().flat_map(|&(offset, size)| offset / SECTOR..(offset + size).div_ceil(SECTOR)).collect();
        sectors.sort_unstable();
        sectors.dedup();
        sectors
    }

    /// The frames that answer one.
    fn answer(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        if let Some(reading) = &self.reading {
            if frame.len() == 4 {
                if word(frame, 0) as usize != reading.sent {
                    self.wrong.push("a number of bytes was acknowledged that was not sent".into());
                }
                return vec![self.send()];
            }
            self.reading = None;
        }
        let (Some(&[0, operation]), Some(data)) = (frame.first_chunk(), frame.get(8..)) else {
            self.wrong.push(format!("no request: {frame:02x?}"));
            return Vec::new();
        };
        let length = frame.get(2..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes);
        if usize::from(length) != data.len() {
            self.wrong.push(format!("request {operation:#x} of {} bytes says {length}", data.len()));
        }
        let is_block = [0x03, 0x07, 0x11].contains(&operation);
        let sum = data.get(16..).unwrap_or_default().iter().fold(0xEF, |sum, byte| sum ^ byte);
        if is_block && u32::from(sum) != word(frame, 1) {
            return vec![self.response(operation, 0, &[], false)];
        }
        self.operate(operation, data)
    }

    fn operate(&mut self, operation: u8, data: &[u8]) -> Vec<Vec<u8>> {
        let (id, flash_answer) = self.model.numbers();
        let (mut value, mut payload, mut is_right) = (0, Vec::new(), true);
        match operation {
            0x08 => return vec![self.response(operation, 0x2012_0707, &[], true); 8],
            0x14 => {
                payload = vec![0; 20];
                payload.splice(12..16, id.to_le_bytes());
            }
            0x0A if word(data, 0) == flash_answer => value = FLASH_ID,
            // Commands to the flash chip are done at once.
            0x0A if word(data, 0) == flash_answer - 0x58 => {}
            0x0A => value = self.registers.get(&word(data, 0)).copied().unwrap_or(0),
            0x09 => {
                self.registers.insert(word(data, 0), word(data, 1));
            }
            0x05 | 0x07 | 0x0B | 0x0D | 0x0F => {}
            0x06 => {
                let done = self.response(operation, 0, &[], true);
                self.is_stub = true;
                return vec![done, b"OHAI".to_vec()];
            }
            0x02 | 0x10 => is_right = self.begin(operation == 0x10, data),
            0x03 | 0x11 => match self.fault() {
                Some(Fault::Silence) => return Vec::new(),
                Some(Fault::Refusal) => is_right = false,
                fault => is_right = self.block(operation == 0x11, data, fault.is_some()),
            },
            // The loader in RAM gives way to the one in ROM.
            0x04 | 0x12 => self.is_stub &= word(data, 0) != 0,
            0x13 => match self.flash.get(size(data, 0)..size(data, 0).saturating_add(size(data, 1))) {
                Some(part) if self.is_stub => payload = Md5::digest(part).to_vec(),
                Some(part) => {
                    payload = Md5::digest(part).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
                }
                None => is_right = false,
            },
            0x0E if !self.is_stub => {
                payload = self.flash.get(size(data, 0)..).and_then(|rest| rest.get(..64)).unwrap_or_default().to_vec();
                is_right = size(data, 1) <= 64 && !payload.is_empty();
            }
            0xD2 if self.is_stub => {
                let done = self.response(operation, 0, &[], true);
                self.reading =
                    Some(Reading { offset: size(data, 0), size: size(data, 1), block: size(data, 2), sent: 0 });
                return vec![done, self.send()];
            }
            _ => {
                self.wrong.push(format!("an unknown request {operation:#x}"));
                is_right = false;
            }
        }
        vec![self.response(operation, value, &payload, is_right)]
    }

    fn response(&self, operation: u8, value: u32, payload: &[u8], is_right: bool) -> Vec<u8> {
        let mut status = if is_right { vec![0, 0] } else { vec![1, 5] };
        if !self.is_stub {
            status.extend([0, 0]);
        }
        let length = (payload.len() + status.len()) as u16;
        let mut response = vec![1, operation];
        response.extend(length.to_le_bytes());
        response.extend(value.to_le_bytes());
        response.extend(payload);
        response.extend(status);
        response
    }

    /// The next part of what is read, then the digest of all of it.
    fn send(&mut self) -> Vec<u8> {
        let Some(reading) = &mut self.reading else { return Vec::new() };
        let all = self.flash.get(reading.offset..reading.offset + reading.size).unwrap_or_default();
        if reading.sent < all.len() {
            let end = (reading.sent + reading.block).min(all.len());
            let part = all.get(reading.sent..end).unwrap_or_default().to_vec();
            reading.sent = end;
            return part;
        }
        let digest = Md5::digest(all).to_vec();
        self.reading = None;
        digest
    }

    /// Erases a part that is to be written.
    fn begin(&mut self, is_compressed: bool, data: &[u8]) -> bool {
        let (size, blocks, offset) = (size(data, 0), size(data, 1), size(data, 3));
        if blocks == 0 {
            self.writing = None;
            return true;
        }
        // The loader in ROM of chips after the ESP32 takes a fifth word, which says that nothing is encrypted.
        let words = if self.is_stub { 4 } else { 5 };
        if !offset.is_multiple_of(SECTOR) || data.len() != words * 4 || (is_compressed && !self.is_stub) {
            self.wrong.push(format!("a beginning that no chip takes: {data:02x?}"));
        }
        let end = (offset + size).next_multiple_of(SECTOR);
        let Some(part) = self.flash.get_mut(offset..end) else { return false };
        part.fill(0xFF);
        self.begun.push((offset, size));
        let inflater = is_compressed.then(|| InflateState::new_boxed(DataFormat::Zlib));
        self.writing = Some(Writing { offset, size, blocks, next: 0, inflater, written: 0 });
        true
    }

    /// The fault that comes with this block.
    fn fault(&mut self) -> Option<Fault> {
        let (left, fault) = self.faults.first_mut()?;
        if *left > 0 {
            *left -= 1;
            return None;
        }
        let fault = *fault;
        self.faults.remove(0);
        Some(fault)
    }

    fn block(&mut self, is_compressed: bool, data: &[u8], is_spoiled: bool) -> bool {
        let Some(writing) = &mut self.writing else { return false };
        let block = data.get(16..).unwrap_or_default();
        if size(data, 1) != writing.next || size(data, 0) != block.len() || writing.inflater.is_some() != is_compressed
        {
            self.wrong.push(format!(
                "block {} of {} bytes where {} was due",
                size(data, 1),
                size(data, 0),
                writing.next
            ));
            return false;
        }
        writing.next += 1;
        let new = match &mut writing.inflater {
            Some(inflater) => {
                self.compressed += 1;
                inflated(inflater, block)
            }
            None => {
                self.plain += 1;
                block.to_vec()
            }
        };
        let at = writing.offset + writing.written;
        let Some(part) = self.flash.get_mut(at..at + new.len()) else { return false };
        for (old, new) in part.iter_mut().zip(&new) {
            *old &= new;
        }
        if let Some(last) = part.last_mut().filter(|_| is_spoiled) {
            *last ^= 0x10;
        }
        writing.written += new.len();
        if writing.next == writing.blocks && writing.written != writing.size {
            self.wrong.push(format!("{} bytes were written where {} were to be", writing.written, writing.size));
        }
        true
    }
}
