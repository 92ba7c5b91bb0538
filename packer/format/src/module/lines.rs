//! The line table, chunk `Line`: where in which source file an instruction comes from.
//!
//! Five 32-bit words (version 0, flags, number of `line` instructions, number of items, number of file names), then the
//! items as compact terms (an atom tag changes the current file, an integer is a line), then the names, each with a
//! 16-bit length (OTP: `beam_asm:build_line_table/1`). A `line` instruction names an item from 1; 0 is no location.

use alloc::vec::Vec;

use crate::compact::{self, tag};
use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// One source location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineItem {
    /// 0 for the file that has the module's name and `.erl`, else the position in the table of names, from 1.
    pub file: u32,
    /// The line, from 1.
    pub line: u32,
}

/// The line table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines<'a> {
    /// The flags word; bit 0 says that the code has `executable_line` instructions (OTP 27).
    pub flags: u32,
    /// The number of `line` instructions that the compiler emitted.
    pub instructions: u32,
    /// The locations; a `line` instruction names them from 1.
    pub items: Vec<LineItem>,
    /// The file names, as the compiler knew them. They are bytes: not all compilers write UTF-8.
    pub files: Vec<&'a [u8]>,
}

impl<'a> Lines<'a> {
    /// Reads the data of a `Line` chunk.
    ///
    /// # Errors
    /// When it is cut short, has another version, or an item names a file that is not there.
    pub fn parse(data: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "the line table";
        let mut reader = Reader::new(data);
        let version = reader.u32(WHAT)?;
        if version != 0 {
            return Err(Error::new(0, ErrorKind::BadTag { what: "the version of the line table", tag: version }));
        }
        let flags = reader.u32(WHAT)?;
        let instructions = reader.u32(WHAT)?;
        let count = reader.u32(WHAT)? as usize;
        let file_count = reader.u32(WHAT)? as usize;
        if count.saturating_add(file_count.saturating_mul(2)) > reader.remaining() {
            let need = count.saturating_add(file_count.saturating_mul(2));
            let have = reader.remaining();
            return Err(reader.error(ErrorKind::Truncated { what: WHAT, need, have }));
        }
        let mut items = Vec::with_capacity(count);
        let mut file = 0;
        while items.len() < count {
            let at = reader.offset();
            match compact::tagged(&mut reader, "a line")? {
                (tag::I, line) => items.push(LineItem { file, line }),
                (tag::A, number) if number as usize <= file_count => file = number,
                (tag::A, number) => {
                    let limit = file_count as u64 + 1;
                    let value = u64::from(number);
                    return Err(Error::new(at, ErrorKind::OutOfRange { what: "a file's number", value, limit }));
                }
                (other, _) => {
                    return Err(Error::new(at, ErrorKind::BadTag { what: "a line", tag: u32::from(other) }));
                }
            }
        }
        let mut files = Vec::with_capacity(file_count);
        for _ in 0..file_count {
            let length = usize::from(reader.u16("the length of a file name")?);
            files.push(reader.bytes(length, "a file name")?);
        }
        reader.finish(WHAT)?;
        Ok(Self { flags, instructions, items, files })
    }

    /// The location that a `line` instruction with this operand names. None for 0 and beyond the table.
    #[must_use]
    pub fn item(&self, index: u32) -> Option<LineItem> {
        self.items.get((index as usize).wrapping_sub(1)).copied()
    }

    /// The name of an item's file, or `None` for the file that has the module's name.
    #[must_use]
    pub fn file(&self, item: LineItem) -> Option<&'a [u8]> {
        self.files.get((item.file as usize).wrapping_sub(1)).copied()
    }

    /// Writes the data of the chunk: the inverse of [`parse`](Self::parse).
    #[must_use]
    pub fn emit(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for word in [0, self.flags, self.instructions, self.items.len() as u32, self.files.len() as u32] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        let mut file = 0;
        for item in &self.items {
            if item.file != file {
                compact::write_number(&mut out, tag::A, i64::from(item.file));
                file = item.file;
            }
            compact::write_number(&mut out, tag::I, i64::from(item.line));
        }
        for name in &self.files {
            out.extend_from_slice(&(name.len() as u16).to_be_bytes());
            out.extend_from_slice(name);
        }
        out
    }
}
