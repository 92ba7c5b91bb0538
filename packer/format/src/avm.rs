//! The `.avm` pack: a file header, then named sections (modules and plain files), then an end section.
//!
//! The format is AtomVM's (`src/libAtomVM/avmpack.c` there reads it, `packbeam` and `exatomvm` write it):
//!
//! - the file header, 24 bytes: `#!/usr/bin/env AtomVM`, a newline, two zero bytes;
//! - a section: its size, flags and a reserved word (each 32-bit, big-endian), its name and a zero byte, zero bytes up
//!   to a multiple of four, then its data, padded with zero bytes likewise. The size counts all of this;
//! - the end: 16 bytes, three zero words and `end` with a zero byte. A VM may have written `END` over it in flash.
//!
//! What is after the end (a flash partition's unused part) is not looked at.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::error::{Error, ErrorKind};
use crate::reader::{Reader, Result};

/// The first bytes of every pack.
pub const HEADER: &[u8; 24] = b"#!/usr/bin/env AtomVM\n\0\0";
/// The last section of a pack, as packers write it.
pub const END: &[u8; 16] = b"\0\0\0\0\0\0\0\0\0\0\0\0end\0";
/// Flag of a section: its module's `start/0` may be called to start the program.
pub const FLAG_START: u32 = 1;
/// Flag of a section: it holds a module.
pub const FLAG_BEAM: u32 = 2;
/// Flag of a section: it holds a plain file.
pub const FLAG_FILE: u32 = 4;

/// Bytes of size, flags and reserved word.
const SECTION_HEADER: usize = 12;

/// What a section holds, told from its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A module: a `FOR1` form.
    Beam,
    /// A plain file: its length and its bytes.
    File,
    /// Neither: the data do not fit any of the two.
    Unknown,
}

/// One section of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    /// The name as stored, without its zero byte. Packers write UTF-8, but nothing enforces it.
    pub name: &'a [u8],
    /// The flags as stored: [`FLAG_START`], [`FLAG_BEAM`], [`FLAG_FILE`]. exatomvm sets only the first for its start
    /// module, and the second for plain files, so ask [`is_beam`](Self::is_beam) or [`kind`](Self::kind).
    pub flags: u32,
    /// The reserved word; packers write zero.
    pub reserved: u32,
    /// The data as stored, with the zero bytes that pad it.
    pub data: &'a [u8],
    /// Where the section starts in the pack, in bytes.
    pub offset: usize,
}

impl<'a> Section<'a> {
    /// Whether the section is marked as a start module.
    #[must_use]
    pub const fn is_start(&self) -> bool {
        self.flags & FLAG_START != 0
    }

    /// Whether the data are a module, whatever the flags say.
    #[must_use]
    pub fn is_beam(&self) -> bool {
        // As the length word of a plain file, FOR1 would announce more than a gigabyte.
        self.data.starts_with(b"FOR1")
    }

    /// What the data are, whatever the flags say.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.is_beam() {
            Kind::Beam
        } else if self.file_contents().is_ok() {
            Kind::File
        } else {
            Kind::Unknown
        }
    }

    /// The name as text.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] at the name's offset when it is not UTF-8.
    pub fn name_text(&self) -> Result<&'a str> {
        const WHAT: &str = "a section's name (rename the file or module to UTF-8 and build the pack again)";
        core::str::from_utf8(self.name)
            .map_err(|_| Error::new(self.offset.saturating_add(SECTION_HEADER), ErrorKind::BadText { what: WHAT }))
    }

    /// The name for messages: what is not UTF-8 is replaced, control characters are escaped.
    #[must_use]
    pub fn name_shown(&self) -> String {
        shown(self.name)
    }

    /// The contents of a plain file: what its length word announces of the data after it.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] at the section's offset when the data are shorter than that.
    pub fn file_contents(&self) -> Result<&'a [u8]> {
        const WHAT: &str = "a plain file (its length word does not fit its section; build the pack again)";
        let mut reader = Reader::new(self.data);
        reader.u32(WHAT).and_then(|length| reader.bytes(length as usize, WHAT)).map_err(|error| error.at(self.offset))
    }
}

/// Bytes from outside as text for a message: what is not UTF-8 is replaced, control characters are escaped.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// Reads a pack section by section, without allocating. It ends after the end section or after the first error.
#[derive(Clone, Debug)]
pub struct Sections<'a> {
    bytes: &'a [u8],
    at: usize,
    done: bool,
}

impl<'a> Sections<'a> {
    /// Starts after the file header.
    ///
    /// # Errors
    /// [`ErrorKind::BadMagic`] when `bytes` do not start with [`HEADER`].
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        const WHAT: &str = "an .avm pack (it does not start with #!/usr/bin/env AtomVM)";
        if bytes.starts_with(HEADER) {
            Ok(Self { bytes, at: HEADER.len(), done: false })
        } else {
            Err(Error::new(0, ErrorKind::BadMagic { expected: WHAT }))
        }
    }

    /// The offset of the next section; once the iterator has ended without an error, the size of the pack in bytes.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// The section at `self.at`, or `None` for the end section.
    fn section(&mut self) -> Result<Option<Section<'a>>> {
        const WHAT: &str = "a section (the pack is incomplete; copy or build it again)";
        let offset = self.at;
        let invalid = |what| Err(Error::new(offset, ErrorKind::Invalid { what }));
        let mut reader = Reader::starting_at(self.bytes, offset);
        let size = reader.u32("the end section (the pack is incomplete; copy or build it again)")? as usize;
        let mut reader = Reader::starting_at(self.bytes, offset);
        if size == 0 {
            let end: [u8; 16] = reader.array(WHAT)?;
            let (zeros, name) = end.split_at(SECTION_HEADER);
            if zeros.iter().any(|&byte| byte != 0) || !(name == b"end\0" || name == b"END\0") {
                return invalid("the end section is damaged; build the pack again");
            }
            self.at = reader.offset();
            return Ok(None);
        }
        if !size.is_multiple_of(4) {
            return invalid("a section's size is not a multiple of four; build the pack again");
        }
        let section = reader.bytes(size, WHAT)?;
        self.at = reader.offset();
        let inside = |error: Error| error.at(offset);
        let mut reader = Reader::new(section);
        reader.u32(WHAT).map_err(inside)?;
        let flags = reader.u32(WHAT).map_err(inside)?;
        let reserved = reader.u32(WHAT).map_err(inside)?;
        let rest = reader.rest();
        let Some((name, after)) = rest.iter().position(|&byte| byte == 0).and_then(|end| rest.split_at_checked(end))
        else {
            return invalid("a section's name has no end; build the pack again");
        };
        // The name's zero byte and the padding after it. The section's size is a multiple of four, so it has them.
        let padding = (SECTION_HEADER + name.len() + 1).next_multiple_of(4) - SECTION_HEADER - name.len();
        match after.split_at_checked(padding) {
            Some((zeros, data)) if zeros.iter().all(|&byte| byte == 0) => {
                Ok(Some(Section { name, flags, reserved, data, offset }))
            }
            _ => invalid("the bytes between a section's name and its data are not zero; build the pack again"),
        }
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let result = self.section().transpose();
        // Every section that was read moved `at` forward, so this ends.
        self.done = !matches!(result, Some(Ok(_)));
        result
    }
}

/// A pack whose structure was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avm<'a> {
    sections: Vec<Section<'a>>,
    size: usize,
}

impl<'a> Avm<'a> {
    /// Reads a pack. What its sections hold is not looked at.
    ///
    /// # Errors
    /// When `bytes` are no pack, a section does not fit, or the end section is missing; the offset is the section's.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut reader = Sections::new(bytes)?;
        let mut sections = Vec::new();
        for section in &mut reader {
            sections.push(section?);
        }
        Ok(Self { sections, size: reader.offset() })
    }

    /// The sections in the order of the pack, without the end.
    #[must_use]
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// The pack's size in bytes, its end section included. What follows in the slice is not part of it.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The section of this name. Where there are several the first one counts, as in the VM.
    #[must_use]
    pub fn lookup(&self, name: &[u8]) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The start module: the first section that is marked as one.
    #[must_use]
    pub fn start(&self) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.is_start())
    }
}

/// A pack whose structure was verified, as a device has it: in place, without a table of its sections, so that looking
/// something up goes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack<'a>(&'a [u8]);

impl<'a> Pack<'a> {
    /// The pack at the beginning of `bytes`; what follows its end section is not looked at.
    ///
    /// # Errors
    /// As [`Avm::parse`].
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        let mut sections = Sections::new(bytes)?;
        for section in &mut sections {
            section?;
        }
        Ok(Self(bytes.get(..sections.offset()).unwrap_or(bytes)))
    }

    /// The sections in the order of the pack, without the end.
    pub fn sections(self) -> impl Iterator<Item = Section<'a>> {
        Sections::new(self.0).into_iter().flatten().flatten()
    }

    /// The `.beam` form of a module.
    #[must_use]
    pub fn module(self, name: &str) -> Option<&'a [u8]> {
        let name = name.as_bytes();
        self.sections()
            .find(|section| section.name.strip_suffix(b".beam") == Some(name) && section.is_beam())
            .map(|section| section.data)
    }

    /// The name of the module that is marked to start the program.
    #[must_use]
    pub fn start(self) -> Option<&'a str> {
        let section = self.sections().find(Section::is_start)?;
        let name = section.name_text().ok()?;
        Some(name.strip_suffix(".beam").unwrap_or(name))
    }

    /// The contents of a plain file.
    #[must_use]
    pub fn file(self, name: &str) -> Option<&'a [u8]> {
        let section = self.sections().find(|section| section.name == name.as_bytes())?;
        if section.is_beam() { None } else { section.file_contents().ok() }
    }
}

/// Writes a pack. The same calls give the same bytes.
#[derive(Clone, Debug)]
pub struct Builder {
    bytes: Vec<u8>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A pack without sections.
    #[must_use]
    pub fn new() -> Self {
        Self { bytes: HEADER.to_vec() }
    }

    /// Appends a section. `data` are stored as they are, padded with zero bytes.
    ///
    /// # Errors
    /// When the name holds a zero byte or the section passes 4 GiB; nothing is written then.
    pub fn push(&mut self, name: &[u8], flags: u32, data: &[u8]) -> Result<()> {
        self.section(name, flags, &[data])
    }

    /// Appends a plain file: its length word and `contents`, with [`FLAG_FILE`].
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_file(&mut self, name: &[u8], contents: &[u8]) -> Result<()> {
        let length = u32::try_from(contents.len()).map_err(|_| self.too_large())?;
        self.section(name, FLAG_FILE, &[&length.to_be_bytes(), contents])
    }

    /// The pack with its end section.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(END);
        self.bytes
    }

    fn too_large(&self) -> Error {
        Error::new(self.bytes.len(), ErrorKind::TooLarge { what: "a section", limit: u64::from(u32::MAX) })
    }

    fn section(&mut self, name: &[u8], flags: u32, parts: &[&[u8]]) -> Result<()> {
        let offset = self.bytes.len();
        if name.contains(&0) {
            let what = "a section's name must not hold a zero byte; rename the file";
            return Err(Error::new(offset, ErrorKind::Invalid { what }));
        }
        let header = (SECTION_HEADER + name.len() + 1).next_multiple_of(4);
        let data = parts.iter().map(|part| part.len()).fold(0usize, usize::saturating_add);
        let size = data
            .checked_next_multiple_of(4)
            .and_then(|data| data.checked_add(header))
            .and_then(|size| u32::try_from(size).ok())
            .ok_or_else(|| self.too_large())?;
        for word in [size, flags, 0] {
            self.bytes.extend_from_slice(&word.to_be_bytes());
        }
        self.bytes.extend_from_slice(name);
        self.bytes.resize(offset + header, 0);
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        // The section starts at a multiple of four, so padding the whole pads the data.
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        let mut builder = Builder::new();
        builder.push(b"main.beam", FLAG_START | FLAG_BEAM, b"FOR1\0\0\0\x04BEAM").unwrap();
        builder.push_file(b"app/priv/a.txt", b"hello").unwrap();
        builder.finish()
    }

    #[test]
    fn written_byte_for_byte() {
        let mut builder = Builder::new();
        builder.push(b"abc", 2, b"12345").unwrap();
        let mut expected = HEADER.to_vec();
        expected.extend_from_slice(b"\0\0\0\x18\0\0\0\x02\0\0\0\0abc\x0012345\0\0\0");
        expected.extend_from_slice(END);
        assert_eq!(builder.finish(), expected);
    }

    #[test]
    fn reads_back() {
        let bytes = sample();
        let avm = Avm::parse(&bytes).unwrap();
        assert_eq!(avm.size(), bytes.len());
        assert_eq!(avm.sections().len(), 2);
        let start = avm.start().unwrap();
        assert_eq!((start.name, start.offset, start.kind()), (&b"main.beam"[..], 24, Kind::Beam));
        let file = avm.lookup(b"app/priv/a.txt").unwrap();
        assert_eq!((file.kind(), file.file_contents().unwrap()), (Kind::File, &b"hello"[..]));
        assert_eq!(file.data.len(), 12);
        assert!(avm.lookup(b"app/priv").is_none());
    }

    #[test]
    fn the_first_of_a_name_counts() {
        let mut builder = Builder::new();
        builder.push_file(b"x", b"1").unwrap();
        builder.push_file(b"x", b"2").unwrap();
        let bytes = builder.finish();
        assert_eq!(Avm::parse(&bytes).unwrap().lookup(b"x").unwrap().file_contents().unwrap(), b"1");
    }

    #[test]
    fn what_follows_the_end_is_ignored_and_both_ends_are_known() {
        let mut bytes = sample();
        let size = bytes.len();
        bytes[size - 4..size - 1].copy_from_slice(b"END");
        bytes.extend_from_slice(&[0xff; 4096]);
        assert_eq!(Avm::parse(&bytes).unwrap().size(), size);
        bytes[size - 4..size - 1].copy_from_slice(b"enD");
        assert_eq!(Avm::parse(&bytes).unwrap_err().offset, size - 16);
    }

    #[test]
    fn exatomvm_flags_are_seen_through() {
        let mut builder = Builder::new();
        builder.push(b"Elixir.Main.beam", FLAG_START, b"FOR1\0\0\0\x04BEAM").unwrap();
        builder.push(b"priv/a", FLAG_BEAM, b"\0\0\0\x01a").unwrap();
        builder.push(b"broken", FLAG_BEAM, b"\0\0\0\x09a").unwrap();
        let bytes = builder.finish();
        let avm = Avm::parse(&bytes).unwrap();
        let kinds: Vec<Kind> = avm.sections().iter().map(Section::kind).collect();
        assert_eq!(kinds, [Kind::Beam, Kind::File, Kind::Unknown]);
        assert_eq!(avm.sections()[2].file_contents().unwrap_err().offset, avm.sections()[2].offset);
    }

    #[test]
    fn every_truncation_is_an_error_at_a_section() {
        let bytes = sample();
        let starts: Vec<usize> = Avm::parse(&bytes).unwrap().sections().iter().map(|s| s.offset).collect();
        for length in 0..bytes.len() {
            let error = Avm::parse(&bytes[..length]).unwrap_err();
            assert!(
                error.offset == 0 || starts.contains(&error.offset) || error.offset == bytes.len() - 16,
                "{length}: {error}"
            );
        }
    }

    #[test]
    fn damaged_sections_are_errors() {
        for size in [9, 4, 255] {
            let mut bytes = sample();
            bytes[27] = size;
            assert_eq!(Avm::parse(&bytes).unwrap_err().offset, 24, "size {size}");
        }
        // A name that runs to the end of its section.
        let mut builder = Builder::new();
        builder.push(b"aaa", 2, b"").unwrap();
        let mut bytes = builder.finish();
        bytes[24 + 15] = b'a';
        assert_eq!(Avm::parse(&bytes).unwrap_err().offset, 24);
        // Padding that is not zero.
        let mut bytes = sample();
        bytes[24 + 12 + 9 + 1] = 1;
        assert_eq!(Avm::parse(&bytes).unwrap_err().offset, 24);
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        let mut builder = Builder::new();
        builder.push(b"a\0b", 2, b"").unwrap_err();
        builder.push(&[0xff, b'\n'], 2, b"").unwrap();
        let bytes = builder.finish();
        let avm = Avm::parse(&bytes).unwrap();
        let section = avm.sections()[0];
        assert_eq!(section.name_text().unwrap_err().offset, 36);
        assert_eq!(section.name_shown(), "\u{fffd}\\n");
    }

    proptest! {
        #[test]
        fn builder_and_reader_are_inverse(
            sections in prop::collection::vec(
                (prop::collection::vec(1u8.., 0..20), 0u32.., prop::collection::vec(any::<u8>(), 0..50)), 0..8),
        ) {
            let mut builder = Builder::new();
            for (name, flags, data) in &sections {
                builder.push(name, *flags, data).unwrap();
            }
            let bytes = builder.finish();
            let avm = Avm::parse(&bytes).unwrap();
            prop_assert_eq!(avm.sections().len(), sections.len());
            for (section, (name, flags, data)) in avm.sections().iter().zip(&sections) {
                let mut padded = data.clone();
                padded.resize(data.len().next_multiple_of(4), 0);
                prop_assert_eq!(section.name, &name[..]);
                prop_assert_eq!(section.flags, *flags);
                prop_assert_eq!(section.reserved, 0);
                prop_assert_eq!(section.data, &padded[..]);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = vec![];
            bytes.extend_from_slice(HEADER);
            bytes.extend_from_slice(&tail);
            if let Ok(avm) = Avm::parse(&bytes) {
                for section in avm.sections() {
                    let _ = (section.kind(), section.name_shown(), section.name_text());
                }
            }
        }
    }
}
