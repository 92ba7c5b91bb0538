//! Tries the board's flash memory, and ends QEMU with 0 when it is as it should be: a test's program, which gets a bank of
//! zeros and looks at the file afterwards.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use emberl_board_qemu_riscv32::flash::{BLOCK, Error, Flash};
use emberl_board_qemu_riscv32::line;
use emberl_board_qemu_riscv32::machine::{self, Machine};

/// What is written.
const TEXT: &[u8; 12] = b"flash memory";
/// Where: neither at the beginning of a block nor in the first or the last one.
const PLACE: u32 = 3 * BLOCK as u32 + 1000;

// The attribute makes it public.
#[allow(missing_docs)]
#[riscv_rt::entry]
fn main() -> ! {
    let machine = Machine::take();
    let result = match Flash::find(machine.flash) {
        Some(flash) => check(flash),
        None => Err("it is not found"),
    };
    if let Err(what) = result {
        line(format_args!("error: flash memory: {what}"));
    }
    machine::exit(u8::from(result.is_err()))
}

fn check(mut flash: Flash) -> Result<(), &'static str> {
    let hold = |holds: bool, what| if holds { Ok(()) } else { Err(what) };
    let size = flash.capacity() as u32;
    let block = BLOCK as u32;
    let mut bytes = [0; 16];

    hold(flash.read(PLACE - 2, &mut bytes) == Ok(()) && bytes == [0; 16], "a new bank does not hold zeros")?;
    hold(flash.write(PLACE, TEXT) == Ok(()), "it cannot be written")?;
    hold(flash.read(PLACE, &mut bytes) == Ok(()) && bytes == [0; 16], "a write has set bits")?;

    hold(flash.erase(PLACE / block * block, (PLACE / block + 1) * block) == Ok(()), "it cannot be erased")?;
    hold(flash.read(PLACE, &mut bytes) == Ok(()) && bytes == [0xff; 16], "what is erased does not hold ones")?;
    for edge in [PLACE / block * block, (PLACE / block + 1) * block] {
        hold(flash.read(edge - 8, &mut bytes) == Ok(()), "it cannot be read across blocks")?;
        let (before, after) = bytes.split_at(8);
        hold(before != after, "more than a block is erased")?;
    }
    hold(flash.write(PLACE, TEXT) == Ok(()), "it cannot be written when it is erased")?;
    hold(flash.read(PLACE + 1, &mut bytes) == Ok(()) && bytes.starts_with(b"lash memory\xff"), "it was not written")?;
    hold(flash.write(PLACE + 8, &[0xff, 0xf0, 0xff, 0xff]) == Ok(()), "it cannot be written again")?;
    hold(flash.read(PLACE, &mut bytes) == Ok(()) && bytes.starts_with(b"flash mem`ry"), "a write has set bits")?;

    hold(flash.write(PLACE + 1, TEXT) == Err(Error::NotAligned), "it is written at any place")?;
    hold(flash.write(PLACE, &[0; 3]) == Err(Error::NotAligned), "any length is written")?;
    hold(flash.erase(0, 4096) == Err(Error::NotAligned), "any length is erased")?;
    hold(flash.read(size - 15, &mut bytes) == Err(Error::OutOfBounds), "it is read beyond the end")?;
    hold(flash.write(size, &[0; 4]) == Err(Error::OutOfBounds), "it is written beyond the end")?;
    hold(flash.erase(size - block, size + block) == Err(Error::OutOfBounds), "it is erased beyond the end")?;
    hold(flash.read(u32::MAX, &mut bytes) == Err(Error::OutOfBounds), "a place is counted wrongly")?;
    hold(flash.erase(size - block, size) == Ok(()), "the last block cannot be erased")
}

#[panic_handler]
fn panicked(information: &PanicInfo<'_>) -> ! {
    line(format_args!("error: {information}"));
    machine::exit(101)
}
