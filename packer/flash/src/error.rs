//! What can go wrong with a board: what it is, and the cure.

use std::fmt;

use crate::chip::{self, Chip};

/// Why a port cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// There is no such port.
    Missing,
    /// The user may not use it; the group that may.
    Permission(String),
    /// Another program has it.
    Busy,
    /// Something else, in the system's words.
    Other(String),
}

/// What went wrong with a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The port cannot be opened.
    Open {
        /// The port.
        port: String,
        /// Why.
        why: Open,
    },
    /// No boot loader answers.
    NoAnswer {
        /// The port.
        port: String,
        /// What was the matter, in the words of the protocol.
        why: String,
        /// Whether lines of the port were used to reset the board first.
        was_reset: bool,
    },
    /// The chip is locked: its flash cannot be read.
    Locked {
        /// The port.
        port: String,
    },
    /// Another chip than that of the board that was named, or that an image is made for.
    WrongChip {
        /// The port.
        port: String,
        /// What it is.
        found: Chip,
        /// What it should be.
        wanted: Chip,
        /// The file that is made for the other chip; none where the user named the board.
        file: Option<String>,
    },
    /// There is no partition table on the board.
    NoTable {
        /// The port.
        port: String,
        /// What stands there instead.
        why: String,
    },
    /// The table has no such partition.
    NoPartition {
        /// The name.
        name: String,
        /// Those that it has.
        there: Vec<String>,
    },
    /// The partition is not one for a pack.
    NotForPacks {
        /// The name.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// The file does not fit.
    TooLarge {
        /// The file.
        file: String,
        /// Its bytes.
        size: usize,
        /// What it does not fit into: `the partition main.avm`.
        place: String,
        /// The bytes that there are.
        room: usize,
    },
    /// A partition leads beyond the flash that the chip has.
    BeyondFlash {
        /// The partition.
        name: String,
        /// The bytes of the flash.
        flash: u32,
    },
    /// The file is no image that can be written.
    Image {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The connection failed, or the board, in the middle.
    Fault {
        /// The port.
        port: String,
        /// What was being done: `writing the flash at 0x250000`.
        doing: String,
        /// What was the matter, in the words of the protocol.
        why: String,
        /// How often it was tried.
        attempts: u32,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Open { why: Open::Missing, .. } => "`emberl ports` lists the ports there are".into(),
            Self::Open { why: Open::Permission(group), .. } => {
                format!("sudo usermod -aG {group} $USER, then log out and in again")
            }
            Self::Open { why: Open::Busy, .. } => "end the other program, perhaps a monitor".into(),
            Self::Open { why: Open::Other(_), .. } => "take the cable out and in again, or name another port".into(),
            Self::NoAnswer { was_reset: true, .. } => "hold the board's BOOT button, press RESET, let go of BOOT, and \
                 try again with --before no-reset; else try another cable (some only charge) or port"
                .into(),
            Self::NoAnswer { was_reset: false, .. } => "put the board into its boot loader: hold BOOT, press RESET, \
                 let go of BOOT; or leave out --before no-reset"
                .into(),
            Self::Locked { .. } => "its flash was closed for good with eFuses; take another board".into(),
            Self::WrongChip { found, file: Some(_), .. } => {
                format!("build the image for {found}: emberl image --board {found}")
            }
            Self::WrongChip { found, file: None, .. } => {
                format!("name --board {found}, or the port of the other board")
            }
            Self::NoTable { .. } => "write a firmware first: emberl flash --image MERGED.bin".into(),
            Self::NoPartition { there, .. } if there.is_empty() => "write a firmware that has it".into(),
            Self::NoPartition { .. } => "name one of them with --partition, or write a firmware that has it".into(),
            Self::NotForPacks { .. } => "name another with --partition".into(),
            Self::TooLarge { .. } => {
                "make it smaller (emberl pack --prune; `emberl size` shows what takes the space), \
                 or write a firmware with a larger partition"
                    .into()
            }
            Self::BeyondFlash { .. } => "write a firmware whose partition table is made for this flash".into(),
            Self::Image { .. } => "make it with `emberl image`".into(),
            Self::Fault { .. } => "check cable and power, and run it again: what is written already is not written \
                 twice; a lower --baud may help"
                .into(),
        }
    }

    /// Whether the board, the port or the connection failed; else what was asked for is at fault.
    #[must_use]
    pub const fn is_of_the_connection(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::NoAnswer { .. } | Self::Fault { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { port, why: Open::Missing } => write!(f, "there is no port {port}"),
            Self::Open { port, why: Open::Permission(_) } => write!(f, "you may not use the port {port}"),
            Self::Open { port, why: Open::Busy } => write!(f, "the port {port} is used by another program"),
            Self::Open { port, why: Open::Other(why) } => write!(f, "cannot open the port {port}: {why}"),
            Self::NoAnswer { port, why, .. } => write!(f, "no boot loader of a chip answers at {port}: {why}"),
            Self::Locked { port } => {
                write!(f, "the chip at {port} is in Secure Download Mode: its flash cannot be read")
            }
            Self::WrongChip { port, found, wanted, file } => {
                let (found, wanted) = (chip::title(*found), chip::title(*wanted));
                match file {
                    Some(file) => write!(f, "the chip at {port} is an {found}, but {file} is made for an {wanted}"),
                    None => write!(f, "the chip at {port} is an {found}, not an {wanted}"),
                }
            }
            Self::NoTable { port, why } => {
                write!(f, "the board at {port} has no partition table at 0x8000: {why}")
            }
            Self::NoPartition { name, there } if there.is_empty() => {
                write!(f, "the board has no partition {name}: its table is empty")
            }
            Self::NoPartition { name, there } => {
                write!(f, "the board has no partition {name}; it has {}", there.join(", "))
            }
            Self::NotForPacks { name, why } => write!(f, "the partition {name} cannot take a pack: {why}"),
            Self::TooLarge { file, size, place, room } => {
                let over = size.saturating_sub(*room);
                write!(f, "{file} has {over} bytes more than fit into {place}: {size} of {room}")
            }
            Self::BeyondFlash { name, flash } => {
                write!(f, "the partition {name} leads beyond the chip's flash of {} KiB", flash / 1024)
            }
            Self::Image { file, why } => write!(f, "{file} is no image that can be flashed: {why}"),
            Self::Fault { port, doing, why, attempts: 0 | 1 } => write!(f, "{doing} by {port} failed: {why}"),
            Self::Fault { port, doing, why, attempts } => {
                write!(f, "{doing} by {port} failed {attempts} times: {why}")
            }
        }
    }
}

impl std::error::Error for Error {}
