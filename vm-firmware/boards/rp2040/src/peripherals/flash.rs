//! The flash memory: what is where in it, its bytes in the address space, and the part that is written, for keys and values.
//!
//! While it is erased or written, nothing can be read from it, neither data nor instructions: that work is done by the ROM's
//! functions, called from RAM, and no interrupt is taken meanwhile (some 50 ms for erasing a sector). Serial ports keep
//! 32 bytes of what comes in that time.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// Where the flash memory is in the addresses.
const FLASH: u32 = 0x1000_0000;
/// Bytes that are written at a time.
const PAGE: u32 = 256;
/// Bytes that are erased at a time.
const SECTOR: u32 = 4096;
/// Bytes of a block, and the memory's instruction that erases one: faster where there are so many.
const BLOCK: (u32, u8) = (1 << 16, 0xd8);
/// Bytes of what the ROM starts first.
const SECOND_STAGE: usize = 256;

/// A part of the flash memory.
#[derive(Debug)]
pub struct Part {
    offset: u32,
    size: u32,
}

/// The firmware. These parts are those of `emberl image` (`packer/image/src/board.rs`): with the radio, whose own firmware is in
/// it, of the board `rp2040w`.
pub const FIRMWARE: Part = Part { offset: 0, size: if cfg!(feature = "wifi") { 0x15_0000 } else { 0x10_0000 } };
/// A library that the program has to itself. It may be empty.
pub const LIBRARY: Part = Part { offset: FIRMWARE.size, size: PROGRAM.offset - FIRMWARE.size };
/// The program.
pub const PROGRAM: Part = Part { offset: 0x18_0000, size: 0x7_c000 };
/// Keys and values: the last sectors of 2 MB.
pub const STORAGE: Part = Part { offset: 0x1f_c000, size: 0x4000 };

impl Part {
    /// Where it is in the addresses.
    #[must_use]
    pub const fn address(&self) -> u32 {
        FLASH + self.offset
    }

    /// Where it is in the flash memory.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// Its bytes.
    #[must_use]
    pub const fn size(&self) -> u32 {
        self.size
    }
}

/// The bytes of a part that is never written here: [`LIBRARY`] or [`PROGRAM`].
#[must_use]
pub fn show(part: &Part) -> &'static [u8] {
    // SAFETY: flash memory that is always in the address space, of which only `STORAGE` is ever written, another part;
    // every byte is a valid `u8`. While that is written, nothing else runs.
    unsafe { core::slice::from_raw_parts(part.address() as *const u8, part.size as usize) }
}

/// What is to be done with the memory while it cannot be read, and the ROM's functions that do it (2.8.3.1.3).
#[repr(C)]
struct Work {
    connect: unsafe extern "C" fn(),
    exit_xip: unsafe extern "C" fn(),
    erase: unsafe extern "C" fn(u32, usize, u32, u8),
    program: unsafe extern "C" fn(u32, *const u8, usize),
    flush: unsafe extern "C" fn(),
    /// What sets the memory up for reading, in RAM: a copy of what the ROM starts first.
    second_stage: [u32; SECOND_STAGE / 4],
    offset: u32,
    /// Bytes to be erased; none are, where there is something to be written.
    erased: usize,
    written: *const u8,
}

/// Does it. This function is in RAM, with the program's data, and calls nothing that is in flash memory.
///
/// # Safety
/// No interrupt may be taken. `written` is null, or a page of bytes in RAM.
#[unsafe(link_section = ".data.flash_work")]
#[inline(never)]
unsafe extern "C" fn do_work(work: &Work) {
    // SAFETY: the order is that of the data sheet: the memory is taken from the address space, worked on, and set up anew by
    // the code that did so at the start, which returns to where it was called from when that is not 0, and may
    // be anywhere (its bit 0 tells that it is Thumb code). The caller keeps the rest.
    unsafe {
        (work.connect)();
        (work.exit_xip)();
        if work.written.is_null() {
            (work.erase)(work.offset, work.erased, BLOCK.0, BLOCK.1);
        } else {
            (work.program)(work.offset, work.written, PAGE as usize);
        }
        (work.flush)();
        let set_up = (&raw const work.second_stage as usize | 1) as *const ();
        core::mem::transmute::<*const (), unsafe extern "C" fn()>(set_up)();
    }
}

/// A function of the ROM, by its two letters. All that are asked for are in every version.
fn find(name: [u8; 2]) -> *const () {
    // SAFETY: the ROM was seen to be there when the memory was opened. It has the address of its table, and that of the
    // function that finds something in it, as halves of words at these two places (2.8.3).
    unsafe {
        let table = usize::from(core::ptr::read_volatile(0x14 as *const u16)) as *const u16;
        let function = usize::from(core::ptr::read_volatile(0x18 as *const u16)) as *const ();
        let function = core::mem::transmute::<*const (), unsafe extern "C" fn(*const u16, u32) -> *const ()>(function);
        function(table, u16::from_le_bytes(name).into())
    }
}

/// Erases from an offset in the flash memory so many bytes, or writes a page there.
fn work(offset: u32, erased: usize, written: Option<&[u8; PAGE as usize]>) {
    let mut second_stage = [0; SECOND_STAGE / 4];
    for (at, word) in second_stage.iter_mut().enumerate() {
        // SAFETY: the first words of the flash memory, which nothing writes.
        *word = unsafe { core::ptr::read_volatile((FLASH as usize + 4 * at) as *const u32) };
    }
    let work = Work {
        // SAFETY: these are the types of the functions of those names (2.8.3.1.3).
        connect: unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn()>(find(*b"IF")) },
        // SAFETY: as above.
        exit_xip: unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn()>(find(*b"EX")) },
        // SAFETY: as above.
        erase: unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn(u32, usize, u32, u8)>(find(*b"RE")) },
        // SAFETY: as above.
        program: unsafe {
            core::mem::transmute::<*const (), unsafe extern "C" fn(u32, *const u8, usize)>(find(*b"RP"))
        },
        // SAFETY: as above.
        flush: unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn()>(find(*b"FC")) },
        second_stage,
        offset,
        erased,
        written: written.map_or(core::ptr::null(), |page| page.as_ptr()),
    };
    critical_section::with(|_| {
        // SAFETY: no interrupt is taken in here, and the other processor sleeps in the ROM. What is written is a page of a
        // buffer on the stack.
        unsafe { do_work(&work) }
    });
}

/// The flash memory for keys and values.
#[derive(Debug)]
pub struct Storage(());

impl Storage {
    /// The memory, where the chip's ROM is there to write it: emulators may lack it.
    pub(crate) fn open() -> Option<Self> {
        // SAFETY: words of the ROM, which can be read anywhere.
        let magic = unsafe { core::ptr::read_volatile(0x10 as *const u32) };
        // "Mu", and 1; the last byte is the ROM's version (2.8.3).
        (magic & 0xff_ffff == 0x01_754d).then_some(Self(()))
    }
}

impl ErrorType for Storage {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Storage {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let start = (STORAGE.address() + offset) as usize;
        for (at, byte) in bytes.iter_mut().enumerate() {
            // SAFETY: inside of the part, as was checked. It may have been written since it was read last.
            *byte = unsafe { core::ptr::read_volatile((start + at) as *const u8) };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        STORAGE.size as usize
    }
}

impl NorFlash for Storage {
    /// A page is always written; where nothing is to change, by ones, which change nothing.
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        work(STORAGE.offset + from, (to - from) as usize, None);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let (mut at, mut rest) = (STORAGE.offset + offset, bytes);
        while !rest.is_empty() {
            let inside = at % PAGE;
            let (part, after) = rest.split_at(rest.len().min((PAGE - inside) as usize));
            let mut page = [0xff; PAGE as usize];
            for (place, byte) in page.iter_mut().skip(inside as usize).zip(part) {
                *place = *byte;
            }
            work(at - inside, 0, Some(&page));
            (at, rest) = (at + part.len() as u32, after);
        }
        Ok(())
    }
}
