//! Access to the chip's registers: the one place where an address becomes one. Addresses and offsets are those of the
//! RP2040's data sheet; each file that uses a peripheral names the offsets of its registers.

use core::ptr::{read_volatile, write_volatile};

/// Writing there sets bits, or clears them, in one access: what an interrupt does meanwhile is not lost (2.1.2).
const SET: usize = 0x2000;
/// As [`SET`].
const CLEAR: usize = 0x3000;

/// The registers of a peripheral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block(usize);

/// What the chip is.
pub(crate) const SYSINFO: Block = Block(0x4000_0000);
/// What runs by which oscillator.
pub(crate) const CLOCKS: Block = Block(0x4000_8000);
/// Resets of peripherals.
const RESETS: Block = Block(0x4000_c000);
/// What is started anew when the power comes, and when the watchdog bites.
pub(crate) const PSM: Block = Block(0x4001_0000);
/// The functions of pins, and their interrupts.
pub(crate) const IO_BANK0: Block = Block(0x4001_4000);
/// The electrical side of pins.
pub(crate) const PADS_BANK0: Block = Block(0x4001_c000);
/// The crystal's oscillator.
pub(crate) const XOSC: Block = Block(0x4002_4000);
/// Multipliers of its frequency: the processor's, and that of USB and the converter.
pub(crate) const PLL_SYS: Block = Block(0x4002_8000);
/// As [`PLL_SYS`].
pub(crate) const PLL_USB: Block = Block(0x4002_c000);
/// Serial ports.
pub(crate) const UARTS: [Block; 2] = [Block(0x4003_4000), Block(0x4003_8000)];
/// SPI buses.
pub(crate) const SPIS: [Block; 2] = [Block(0x4003_c000), Block(0x4004_0000)];
/// I2C buses.
pub(crate) const I2CS: [Block; 2] = [Block(0x4004_4000), Block(0x4004_8000)];
/// The analogue to digital converter.
pub(crate) const ADC: Block = Block(0x4004_c000);
/// Pulses.
pub(crate) const PWM: Block = Block(0x4005_0000);
/// The clock of microseconds.
pub(crate) const TIMER: Block = Block(0x4005_4000);
/// The watchdog.
pub(crate) const WATCHDOG: Block = Block(0x4005_8000);
/// The ring oscillator.
pub(crate) const ROSC: Block = Block(0x4006_0000);
/// The chip's own reset.
pub(crate) const CHIP_RESET: Block = Block(0x4006_4000);
/// The first of the two programmable peripherals.
#[cfg(feature = "wifi")]
pub(crate) const PIO: Block = Block(0x5020_0000);
/// The levels of pins. It has no registers that set and clear others.
pub(crate) const SIO: Block = Block(0xd000_0000);

impl Block {
    /// Reads a register.
    pub(crate) fn read(self, offset: usize) -> u32 {
        // SAFETY: only this file makes blocks, and only at addresses where registers are; offsets are those of the data
        // sheet. Registers are aligned words, never memory of the program; reading one does nothing to memory.
        unsafe { read_volatile((self.0 + offset) as *const u32) }
    }

    /// Writes a register.
    pub(crate) fn write(self, offset: usize, value: u32) {
        // SAFETY: as for reading. No register written here makes the chip write to memory: nothing uses its DMA.
        unsafe { write_volatile((self.0 + offset) as *mut u32, value) }
    }

    /// Sets those bits of a register. Not for [`SIO`].
    pub(crate) fn set(self, offset: usize, bits: u32) {
        self.write(offset + SET, bits);
    }

    /// Clears those bits of a register. Not for [`SIO`].
    pub(crate) fn clear(self, offset: usize, bits: u32) {
        self.write(offset + CLEAR, bits);
    }
}

/// A peripheral that can be reset: the number of its bit (2.14.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reset(u8);

/// The converter's.
pub(crate) const RESET_ADC: Reset = Reset(0);
/// The pulses'.
pub(crate) const RESET_PWM: Reset = Reset(14);
/// The I2C buses'.
pub(crate) const RESET_I2C: [Reset; 2] = [Reset(3), Reset(4)];
/// That of the functions of pins.
pub(crate) const RESET_IO_BANK0: Reset = Reset(5);
/// That of their electrical side.
pub(crate) const RESET_PADS_BANK0: Reset = Reset(8);
/// That of the first programmable peripheral.
#[cfg(feature = "wifi")]
pub(crate) const RESET_PIO: Reset = Reset(10);
/// The multipliers'.
pub(crate) const RESET_PLL_SYS: Reset = Reset(12);
/// As [`RESET_PLL_SYS`].
pub(crate) const RESET_PLL_USB: Reset = Reset(13);
/// The SPI buses'.
pub(crate) const RESET_SPI: [Reset; 2] = [Reset(16), Reset(17)];
/// The timer's.
pub(crate) const RESET_TIMER: Reset = Reset(21);
/// The serial ports'.
pub(crate) const RESET_UART: [Reset; 2] = [Reset(22), Reset(23)];

/// Offset: a bit of each peripheral that is kept from working.
const RESET: usize = 0x0;
/// Offset: a bit of each that works.
const RESET_DONE: usize = 0x8;

impl Reset {
    /// It is as after a start, and does nothing.
    pub(crate) fn hold(self) {
        RESETS.set(RESET, 1 << self.0);
    }

    /// It works from now on.
    pub(crate) fn release(self) {
        RESETS.clear(RESET, 1 << self.0);
        // Some cycles of its clock, which always runs here.
        while RESETS.read(RESET_DONE) & 1 << self.0 == 0 {}
    }
}
