//! The hardware of QEMU's machine `virt`: all access to it, and with it all `unsafe` of this board, is here. Addresses are
//! those of QEMU's `hw/riscv/virt.c`.

use core::ptr::{read_volatile, write_volatile};

use embedded_alloc::LlffHeap;

/// The transmit register of the 16550 UART. QEMU takes bytes at any speed.
const UART: usize = 0x1000_0000;
/// Goldfish real-time clock: the low word, whose reading keeps the high word for the next.
const RTC: usize = 0x0010_1000;
/// CLINT: the low and the high word of the time, at 10 MHz.
const TIME: usize = 0x0200_bff8;
/// CLINT: the time at which hart 0 gets its timer interrupt, low and high word.
const ALARM: usize = 0x0200_4000;
/// The test device, which ends QEMU.
const TEST: usize = 0x0010_0000;
/// Nanoseconds of one count of the time.
const NANOSECONDS: u64 = 100;

/// Where the pack is.
const PACK: usize = 0x8400_0000;
/// The memory from there to the end, of 128 MiB.
const PACK_ROOM: usize = 0x0400_0000;

/// Bytes of the heap: `_heap_size` in `memory.x`.
const HEAP_SIZE: usize = 48 << 20;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

fn read(address: usize) -> u32 {
    // SAFETY: only called with the addresses above: aligned registers or words whose reading is defined.
    unsafe { read_volatile(address as *const u32) }
}

fn write(address: usize, value: u32) {
    // SAFETY: only called with the addresses above: aligned registers that are not memory of the program.
    unsafe { write_volatile(address as *mut u32, value) }
}

/// The one way to the hardware.
pub struct Machine(());

impl Machine {
    /// Takes the hardware and makes the heap. To be called once, at the start.
    pub fn take() -> Self {
        // SAFETY: the linker has reserved these bytes, nothing else uses them, and `main` is entered once.
        unsafe { HEAP.init(riscv_rt::heap_start() as usize, HEAP_SIZE) }
        // SAFETY: interrupts stay disabled as a whole; this one only ends a wait.
        unsafe { riscv::register::mie::set_mtimer() }
        Self(())
    }

    /// The memory that QEMU's loader has put a pack into. What follows the pack there is unspecified, but does not change.
    pub fn pack(&self) -> &'static [u8] {
        // SAFETY: memory that the linker does not know, so nothing writes to it; every byte is a valid `u8`.
        unsafe { core::slice::from_raw_parts(PACK as *const u8, PACK_ROOM) }
    }
}

/// The bytes that the virtual machine may use, where QEMU's loader was told to put them, and their complement, into the
/// last eight bytes of the memory.
pub fn memory() -> Option<usize> {
    let last = PACK + PACK_ROOM - 8;
    let bytes = read(last);
    (read(last + 4) == !bytes).then_some(bytes as usize)
}

/// Writes to the console.
pub fn print(bytes: &[u8]) {
    for &byte in bytes {
        // SAFETY: the transmit register takes any byte.
        unsafe { write_volatile(UART as *mut u8, byte) }
    }
}

/// The time since the start, in nanoseconds.
pub fn time() -> u64 {
    loop {
        let high = read(TIME + 4);
        let low = read(TIME);
        // The low word may have overflowed between.
        if read(TIME + 4) == high {
            return (u64::from(high) << 32 | u64::from(low)).wrapping_mul(NANOSECONDS);
        }
    }
}

/// The time since 1970-01-01, UTC, in nanoseconds.
pub fn calendar() -> u64 {
    let low = read(RTC);
    u64::from(read(RTC + 4)) << 32 | u64::from(low)
}

/// A count that goes on with every instruction.
pub fn cycles() -> u64 {
    riscv::register::mcycle::read64()
}

/// Sleeps until the time since the start is at least `deadline` nanoseconds.
pub fn sleep_until(deadline: u64) {
    let alarm = deadline.div_ceil(NANOSECONDS);
    // The high word first at its largest, so that no alarm between the two is too early.
    write(ALARM + 4, u32::MAX);
    write(ALARM, alarm as u32);
    write(ALARM + 4, (alarm >> 32) as u32);
    while time() < deadline {
        riscv::asm::wfi();
    }
    write(ALARM + 4, u32::MAX);
}

/// Ends QEMU with this exit status.
pub fn exit(status: u8) -> ! {
    write(TEST, if status == 0 { 0x5555 } else { u32::from(status) << 16 | 0x3333 });
    loop {
        riscv::asm::wfi();
    }
}
