//! What is known of the chips: their memories' addresses, and how their images are told apart.
//!
//! The addresses of the memories are those of esp-hal 1.2's linker scripts (`ld/CHIP/memory.x`) and of the RP2040's data
//! sheet (2.2); chip identifiers, places of boot loaders and the windows of the flash are espflash's.

use std::fmt;

/// A microcontroller, or an emulated machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chip {
    /// ESP32.
    Esp32,
    /// ESP32-S2.
    Esp32s2,
    /// ESP32-S3.
    Esp32s3,
    /// ESP32-C3.
    Esp32c3,
    /// ESP32-C6.
    Esp32c6,
    /// RP2040, of the Raspberry Pi Pico.
    Rp2040,
    /// QEMU's machine `virt` for 32-bit RISC-V.
    Virt,
}

/// The instruction set that a chip's programs are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// 32-bit RISC-V.
    RiscV,
    /// Xtensa, of the older ESP chips.
    Xtensa,
    /// Thumb, of the Cortex-M0+.
    Arm,
}

impl Architecture {
    /// The number in an ELF file's header (`e_machine`).
    #[must_use]
    pub const fn machine(self) -> u16 {
        match self {
            Self::RiscV => 243,
            Self::Xtensa => 94,
            Self::Arm => 40,
        }
    }

    /// The architecture with this number in an ELF file's header.
    #[must_use]
    pub fn of_machine(machine: u16) -> Option<Self> {
        [Self::RiscV, Self::Xtensa, Self::Arm].into_iter().find(|known| known.machine() == machine)
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RiscV => "32-bit RISC-V",
            Self::Xtensa => "Xtensa",
            Self::Arm => "ARM",
        })
    }
}

/// A memory of a chip.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Its name.
    pub name: &'static str,
    /// The bytes that programs may have of it.
    pub size: u32,
    /// The addresses under which it is seen. The same bytes may be seen under several.
    pub windows: &'static [Window],
}

/// Addresses that lead to a part of a memory.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first address.
    pub address: u32,
    /// The bytes.
    pub size: u32,
    /// The first byte that is seen, counted from the start of the memory.
    pub offset: u32,
}

const fn window(address: u32, size: u32, offset: u32) -> Window {
    Window { address, size, offset }
}

impl Memory {
    /// Where in this memory `size` bytes from `address` are, if one window shows all of them.
    #[must_use]
    pub fn place(&self, address: u32, size: u32) -> Option<u32> {
        self.windows.iter().find_map(|window| {
            let inside = address.checked_sub(window.address)?;
            let end = inside.checked_add(size)?;
            (end <= window.size).then_some(window.offset + inside)
        })
    }
}

impl Chip {
    /// Every chip.
    pub const ALL: [Self; 7] =
        [Self::Esp32, Self::Esp32s2, Self::Esp32s3, Self::Esp32c3, Self::Esp32c6, Self::Rp2040, Self::Virt];

    /// The name that firmware carries (`build_info.CHIP_NAME` of esp-hal), and that tools take.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Esp32 => "esp32",
            Self::Esp32s2 => "esp32s2",
            Self::Esp32s3 => "esp32s3",
            Self::Esp32c3 => "esp32c3",
            Self::Esp32c6 => "esp32c6",
            Self::Rp2040 => "rp2040",
            Self::Virt => "virt",
        }
    }

    /// The name that its maker gives it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Esp32 => "ESP32",
            Self::Esp32s2 => "ESP32-S2",
            Self::Esp32s3 => "ESP32-S3",
            Self::Esp32c3 => "ESP32-C3",
            Self::Esp32c6 => "ESP32-C6",
            Self::Rp2040 => "RP2040",
            Self::Virt => "QEMU virt",
        }
    }

    /// What its programs are built for.
    #[must_use]
    pub const fn architecture(self) -> Architecture {
        match self {
            Self::Esp32 | Self::Esp32s2 | Self::Esp32s3 => Architecture::Xtensa,
            Self::Esp32c3 | Self::Esp32c6 | Self::Virt => Architecture::RiscV,
            Self::Rp2040 => Architecture::Arm,
        }
    }

    /// The chip as espflash knows it; `None` for those of others.
    #[must_use]
    pub const fn espressif(self) -> Option<espflash::target::Chip> {
        Some(match self {
            Self::Esp32 => espflash::target::Chip::Esp32,
            Self::Esp32s2 => espflash::target::Chip::Esp32s2,
            Self::Esp32s3 => espflash::target::Chip::Esp32s3,
            Self::Esp32c3 => espflash::target::Chip::Esp32c3,
            Self::Esp32c6 => espflash::target::Chip::Esp32c6,
            Self::Rp2040 | Self::Virt => return None,
        })
    }

    /// The memories that static data and code can be in. Of the ESP chips without what the ROM and, by default, the
    /// caches keep, but with what the boot loader leaves to the program.
    #[must_use]
    pub const fn memories(self) -> &'static [Memory] {
        const RTC_SLOW: Memory =
            Memory { name: "RTC slow RAM", size: 0x2000, windows: &[window(0x5000_0000, 0x2000, 0)] };
        match self {
            Self::Esp32 => {
                const {
                    &[
                        // Two parts, with what the ROM uses between them.
                        Memory {
                            name: "RAM",
                            size: 0x3_0000 + 0x1_81d0,
                            windows: &[window(0x3ffb_0000, 0x3_0000, 0), window(0x3ffe_7e30, 0x1_81d0, 0x3_0000)],
                        },
                        Memory {
                            name: "instruction RAM",
                            size: 0x2_0000,
                            windows: &[window(0x4008_0000, 0x2_0000, 0)],
                        },
                        Memory {
                            name: "RTC fast RAM",
                            size: 0x2000,
                            windows: &[window(0x400c_0000, 0x2000, 0), window(0x3ff8_0000, 0x2000, 0)],
                        },
                        RTC_SLOW,
                    ]
                }
            }
            // The first 8 KiB are the instruction cache.
            Self::Esp32s2 => {
                const {
                    &[
                        Memory {
                            name: "RAM",
                            size: 0x4_e000,
                            windows: &[window(0x3ffb_2000, 0x4_e000, 0), window(0x4002_2000, 0x4_e000, 0)],
                        },
                        Memory {
                            name: "RTC fast RAM",
                            size: 0x2000,
                            windows: &[window(0x4007_0000, 0x2000, 0), window(0x3ff9_e000, 0x2000, 0)],
                        },
                        RTC_SLOW,
                    ]
                }
            }
            Self::Esp32s3 => {
                const {
                    &[
                        Memory {
                            name: "RAM",
                            size: 0x6_5710,
                            windows: &[window(0x3fc8_8000, 0x6_5710, 0), window(0x4037_8000, 0x6_5710, 0)],
                        },
                        // What a cache of 16 KiB instead of 32 leaves.
                        Memory { name: "instruction RAM", size: 0x4000, windows: &[window(0x4037_4000, 0x4000, 0)] },
                        // What a smaller data cache leaves.
                        Memory { name: "data RAM", size: 0x1_0000, windows: &[window(0x3fcf_0000, 0x1_0000, 0)] },
                        Memory { name: "RTC fast RAM", size: 0x2000, windows: &[window(0x600f_e000, 0x2000, 0)] },
                        RTC_SLOW,
                    ]
                }
            }
            Self::Esp32c3 => {
                const {
                    &[
                        Memory {
                            name: "RAM",
                            size: 0x5_e710,
                            windows: &[window(0x3fc8_0000, 0x5_e710, 0), window(0x4038_0000, 0x5_e710, 0)],
                        },
                        Memory { name: "RTC RAM", size: 0x2000, windows: &[window(0x5000_0000, 0x2000, 0)] },
                    ]
                }
            }
            Self::Esp32c6 => {
                const {
                    &[
                        Memory { name: "RAM", size: 0x7_e610, windows: &[window(0x4080_0000, 0x7_e610, 0)] },
                        Memory { name: "RTC RAM", size: 0x4000, windows: &[window(0x5000_0000, 0x4000, 0)] },
                    ]
                }
            }
            Self::Rp2040 => {
                const { &[Memory { name: "RAM", size: 0x4_2000, windows: &[window(0x2000_0000, 0x4_2000, 0)] }] }
            }
            Self::Virt => {
                const { &[Memory { name: "RAM", size: 0x800_0000, windows: &[window(0x8000_0000, 0x800_0000, 0)] }] }
            }
        }
    }
}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_stay_in_their_memories_and_apart() {
        for chip in Chip::ALL {
            let mut all: Vec<(u64, u64)> = Vec::new();
            for memory in chip.memories() {
                for window in memory.windows {
                    assert!(window.offset + window.size <= memory.size, "{chip} {}", memory.name);
                    all.push((window.address.into(), u64::from(window.address) + u64::from(window.size)));
                    let esp = chip.espressif();
                    let end = window.address + (window.size - 1);
                    assert!(esp.is_none_or(|esp| !esp.addr_is_flash(window.address) && !esp.addr_is_flash(end)));
                }
            }
            all.sort_unstable();
            assert!(all.is_sorted_by(|a, b| a.1 <= b.0), "{chip}: {all:x?}");
        }
    }

    #[test]
    fn aliases_are_one_place() {
        let ram = &Chip::Esp32c3.memories()[0];
        assert_eq!(ram.place(0x3fc8_0010, 4), Some(0x10));
        assert_eq!(ram.place(0x4038_0010, 4), Some(0x10));
        assert_eq!(ram.place(0x3fc8_0000, 0x5_e710), Some(0));
        assert_eq!(ram.place(0x3fc8_0000, 0x5_e711), None);
        assert_eq!(ram.place(0x3fc8_0000, u32::MAX), None);
        assert_eq!(ram.place(0x4200_0000, 1), None);
    }
}
