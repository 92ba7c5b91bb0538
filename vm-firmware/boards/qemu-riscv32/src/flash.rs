//! Flash memory: a bank of two chips of 16 bits beside each other, with the commands that Intel's have and the Common
//! Flash Interface by which they tell what they are (JEDEC JESD68.01; QEMU's `hw/block/pflash_cfi01.c`). With
//! `-drive if=pflash,unit=1,file=FILE,format=raw`, where FILE has the bank's size, QEMU keeps it in a file.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

use crate::machine::{self, Window};

/// A command, or an answer, of both chips.
const fn both(value: u16) -> u32 {
    (value as u32) << 16 | value as u32
}

/// The bank shows its memory.
const READ_ARRAY: u32 = both(0xff);
/// It shows what it is, from [`QUERY_AT`] on.
const QUERY: u32 = both(0x98);
/// Where [`QUERY`] is written: word 0x55.
const QUERY_AT: usize = 4 * 0x55;
/// What stands at words 0x10 to 0x12 then.
const QUERY_ANSWER: [u32; 3] = [both(b'Q' as u16), both(b'R' as u16), both(b'Y' as u16)];
/// The next word written is programmed.
const PROGRAM: u32 = both(0x40);
/// Erases a block, confirmed by [`CONFIRM`].
const ERASE: u32 = both(0x20);
const CONFIRM: u32 = both(0xd0);
/// Forgets what went wrong.
const CLEAR_STATUS: u32 = both(0x50);
/// The bit of the status that both chips set when they are done,
const READY: u32 = both(1 << 7);
/// and those that tell what went wrong: erasing, programming, voltage, a locked block.
const WRONG: u32 = both(1 << 5 | 1 << 4 | 1 << 3 | 1 << 1);
/// How long erasing a block may take, in nanoseconds; of such chips the slowest take 4 s.
const LIMIT: u64 = 5_000_000_000;

/// Bytes that are erased at once, in both chips.
pub const BLOCK: usize = 256 << 10;
/// Bytes that are programmed at once.
pub const WORD: usize = 4;

/// The flash memory.
pub struct Flash(Window);

/// What went wrong with flash memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A place or a length is not a multiple of what is read, programmed or erased at once.
    NotAligned,
    /// A place is beyond the end.
    OutOfBounds,
    /// The chips say that it did not work: their status.
    Refused(u32),
    /// They did not come to an end in time.
    Timeout,
}

impl NorFlashError for Error {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::NotAligned => NorFlashErrorKind::NotAligned,
            Self::OutOfBounds => NorFlashErrorKind::OutOfBounds,
            Self::Refused(_) | Self::Timeout => NorFlashErrorKind::Other,
        }
    }
}

impl Flash {
    /// The flash memory in a window, where there is one of the kind that is known here.
    #[must_use]
    pub fn find(mut window: Window) -> Option<Self> {
        window.write(QUERY_AT, QUERY);
        let answers = [0x10, 0x11, 0x12].map(|word| window.read(4 * word)) == QUERY_ANSWER;
        // The first kind of blocks: how many there are, less one, and 256ths of the bytes of one in one chip.
        let [count, size] = [0x2d, 0x2f].map(|word| {
            let byte = |word: usize| (window.read(4 * word) & 0xff) as usize;
            byte(word) | byte(word + 1) << 8
        });
        window.write(0, READ_ARRAY);
        let is_known = size * 256 * 2 == BLOCK && (count + 1) * BLOCK == window.size();
        (answers && is_known).then_some(Self(window))
    }

    /// Checks a range of bytes: `offset..end` in steps of `unit`.
    fn check(&self, offset: u32, end: u32, unit: usize) -> Result<(), Error> {
        if end < offset || end as usize > self.0.size() {
            return Err(Error::OutOfBounds);
        }
        if !(offset as usize).is_multiple_of(unit) || !(end as usize).is_multiple_of(unit) {
            return Err(Error::NotAligned);
        }
        Ok(())
    }

    /// Gives the command at a place, and its second part, and waits for its end.
    fn command(&mut self, offset: usize, command: u32, second: u32) -> Result<(), Error> {
        self.0.write(offset, command);
        self.0.write(offset, second);
        let begun = machine::time();
        let result = loop {
            let status = self.0.read(offset);
            if status & READY == READY {
                break if status & WRONG == 0 { Ok(()) } else { Err(Error::Refused(status)) };
            }
            if machine::time().wrapping_sub(begun) > LIMIT {
                break Err(Error::Timeout);
            }
        };
        self.0.write(offset, CLEAR_STATUS);
        self.0.write(offset, READ_ARRAY);
        result
    }
}

impl ErrorType for Flash {
    type Error = Error;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
        let end = u32::try_from(bytes.len()).ok().and_then(|length| offset.checked_add(length));
        self.check(offset, end.ok_or(Error::OutOfBounds)?, 1)?;
        for (byte, place) in bytes.iter_mut().zip(offset as usize..) {
            let word = self.0.read(place).to_le_bytes();
            *byte = word.get(place % WORD).copied().unwrap_or_default();
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.size()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = BLOCK;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Error> {
        self.check(from, to, BLOCK)?;
        (from as usize..to as usize).step_by(BLOCK).try_for_each(|block| self.command(block, ERASE, CONFIRM))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        let end = u32::try_from(bytes.len()).ok().and_then(|length| offset.checked_add(length));
        self.check(offset, end.ok_or(Error::OutOfBounds)?, WORD)?;
        for (part, place) in bytes.chunks_exact(WORD).zip((offset as usize..).step_by(WORD)) {
            let mut word = [0; WORD];
            word.copy_from_slice(part);
            // Bits can only be cleared. Chips take care of that, QEMU's do not.
            let (old, new) = (self.0.read(place), u32::from_le_bytes(word));
            if old & new != old {
                self.command(place, PROGRAM, old & new)?;
            }
        }
        Ok(())
    }
}
