//! The boards: the one table that `emberl boards`, `image`, `firmware build`, `doctor` and others read.

use crate::chip::Chip;
use crate::partition::{Partition, Table, kind};

/// What is written to a board's flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// One file of all that is in the flash, from its start: ESP chips.
    Merged,
    /// UF2 blocks, which the board takes as a file on a USB drive: RP2040.
    Uf2,
    /// None: the firmware is run by an emulator.
    Emulated,
}

impl ImageKind {
    /// A word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Uf2 => "uf2",
            Self::Emulated => "none",
        }
    }
}

/// Where the Rust compiler for a target comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The stable compiler, with the target's library from rustup.
    Stable,
    /// Espressif's compiler for Xtensa, installed by espup.
    Espup,
}

/// A board.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// Its name, as `--board` takes it.
    pub name: &'static str,
    /// The chip on it.
    pub chip: Chip,
    /// The bytes of its flash, where nothing else is said.
    pub flash: u32,
    /// The bytes of it that the firmware has, likewise.
    pub firmware: u32,
    /// What is written to it.
    pub image: ImageKind,
    /// The Rust target that its firmware is built for.
    pub target: &'static str,
    /// Where the compiler for that comes from.
    pub toolchain: Toolchain,
    /// The folder of its firmware's package in the sources of Emberl.
    pub package: &'static str,
    /// The feature that chooses the chip, or the board, in a package for several.
    pub chip_feature: Option<&'static str>,
    /// The features that the firmware is built with, where nothing else is said.
    pub features: &'static [&'static str],
    /// What was shown of it.
    pub state: &'static str,
}

const ESP: &str = "vm-firmware/boards/esp32";
const PICO: &str = "vm-firmware/boards/rp2040";
const ESP_FEATURES: &[&str] = &["wifi", "tls", "usb-serial"];
const ESP_UART: &[&str] = &["wifi", "tls", "uart"];
const CHECKED: &str = "image checked by esptool; nothing has run on the chip";
const XTENSA: &str = "never built: needs Espressif's compiler; nothing has run on the chip";

/// Where the program is on the RP2040's boards.
const PROGRAM: u32 = 0x18_0000;

/// Every board.
pub static BOARDS: &[Board] = &[
    Board {
        name: "esp32c3",
        chip: Chip::Esp32c3,
        flash: 4 << 20,
        firmware: 0x1c_0000,
        image: ImageKind::Merged,
        target: "riscv32imc-unknown-none-elf",
        toolchain: Toolchain::Stable,
        package: ESP,
        chip_feature: Some("esp32c3"),
        features: ESP_FEATURES,
        state: CHECKED,
    },
    Board {
        name: "esp32c6",
        chip: Chip::Esp32c6,
        flash: 4 << 20,
        firmware: 0x1c_0000,
        image: ImageKind::Merged,
        target: "riscv32imac-unknown-none-elf",
        toolchain: Toolchain::Stable,
        package: ESP,
        chip_feature: Some("esp32c6"),
        features: ESP_FEATURES,
        state: CHECKED,
    },
    Board {
        name: "esp32",
        chip: Chip::Esp32,
        flash: 4 << 20,
        firmware: 0x1c_0000,
        image: ImageKind::Merged,
        target: "xtensa-esp32-none-elf",
        toolchain: Toolchain::Espup,
        package: ESP,
        chip_feature: Some("esp32"),
        features: ESP_UART,
        state: XTENSA,
    },
    Board {
        name: "esp32s2",
        chip: Chip::Esp32s2,
        flash: 4 << 20,
        firmware: 0x1c_0000,
        image: ImageKind::Merged,
        target: "xtensa-esp32s2-none-elf",
        toolchain: Toolchain::Espup,
        package: ESP,
        chip_feature: Some("esp32s2"),
        features: ESP_UART,
        state: XTENSA,
    },
    Board {
        name: "esp32s3",
        chip: Chip::Esp32s3,
        flash: 4 << 20,
        firmware: 0x1c_0000,
        image: ImageKind::Merged,
        target: "xtensa-esp32s3-none-elf",
        toolchain: Toolchain::Espup,
        package: ESP,
        chip_feature: Some("esp32s3"),
        features: ESP_FEATURES,
        state: XTENSA,
    },
    Board {
        name: "rp2040",
        chip: Chip::Rp2040,
        flash: 2 << 20,
        firmware: 0x10_0000,
        image: ImageKind::Uf2,
        target: "thumbv6m-none-eabi",
        toolchain: Toolchain::Stable,
        package: PICO,
        chip_feature: None,
        features: &[],
        state: "runs in two emulators; nothing has run on the chip",
    },
    Board {
        name: "rp2040w",
        chip: Chip::Rp2040,
        flash: 2 << 20,
        // The firmware of the radio's chip is in it.
        firmware: 0x15_0000,
        image: ImageKind::Uf2,
        target: "thumbv6m-none-eabi",
        toolchain: Toolchain::Stable,
        package: PICO,
        chip_feature: Some("wifi"),
        features: &[],
        state: "runs in an emulator, with a radio of the tests; nothing has run on the chip or on a radio",
    },
    Board {
        name: "qemu-riscv32",
        chip: Chip::Virt,
        flash: 0,
        firmware: 0,
        image: ImageKind::Emulated,
        target: "riscv32imc-unknown-none-elf",
        toolchain: Toolchain::Stable,
        package: "vm-firmware/boards/qemu-riscv32",
        chip_feature: None,
        features: &["net", "tls"],
        state: "runs in QEMU, with the tests' programs",
    },
];

impl Board {
    /// The board of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        BOARDS.iter().find(|board| board.name == name)
    }

    /// The folder, among those that firmware is built in, of its own: the package's, which boards of other targets share, since
    /// each target has its own there; or one of the board's name, where another board of the package has the same target.
    #[must_use]
    pub fn folder(&self) -> &'static str {
        let mut alike = BOARDS.iter().filter(|board| (board.package, board.target) == (self.package, self.target));
        let is_first = alike.next().is_none_or(|first| first.name == self.name);
        let package = self.package.rsplit('/').next().unwrap_or(self.package);
        if is_first { package } else { self.name }
    }

    /// The features that cargo is told, with the one of the chip first: `chosen`, or else the board's own.
    #[must_use]
    pub fn all_features(&self, chosen: Option<&[String]>) -> Vec<String> {
        let own = || self.features.iter().map(|&feature| feature.to_owned()).collect();
        let rest: Vec<String> = chosen.map_or_else(own, <[String]>::to_vec);
        let chip = self.chip_feature.map(str::to_owned);
        let rest = rest.into_iter().filter(|feature| !feature.is_empty() && Some(feature) != chip.as_ref());
        chip.iter().cloned().chain(rest.collect::<Vec<_>>()).collect()
    }

    /// Where in the flash what is, where nothing else is said: AtomVM 0.7's table, whose last partition takes the rest
    /// of 4 MiB. A board without partitions of its own has none in it.
    #[must_use]
    pub fn table(&self) -> Table {
        let part = |name: &str, kind, subtype, offset, size| Partition::new(name, kind, subtype, offset, size);
        match self.image {
            ImageKind::Merged => Table::new(vec![
                part("nvs", kind::DATA, kind::NVS, 0x9000, 0x6000),
                part("phy_init", kind::DATA, kind::PHY, 0xf000, 0x1000),
                part("factory", kind::APP, kind::FACTORY, 0x1_0000, self.firmware),
                // AtomVM's table has the subtype of `phy` for both.
                part("boot.avm", kind::DATA, kind::PHY, 0x1d_0000, 0x8_0000),
                part("main.avm", kind::DATA, kind::PHY, 0x25_0000, 0x1b_0000),
            ]),
            // AtomVM's addresses, less the flash's 0x10000000, but where the firmware is larger; keys and values in the last
            // sectors.
            ImageKind::Uf2 => Table::new(vec![
                part("firmware", kind::APP, kind::FACTORY, 0, self.firmware),
                part("boot.avm", kind::DATA, kind::PHY, self.firmware, PROGRAM - self.firmware),
                part("main.avm", kind::DATA, kind::PHY, PROGRAM, 0x7_c000),
                part("nvs", kind::DATA, kind::NVS, 0x1f_c000, 0x4000),
            ]),
            ImageKind::Emulated => Table::new(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_are_told_apart_and_their_tables_are_fine() {
        for (index, board) in BOARDS.iter().enumerate() {
            assert!(BOARDS[..index].iter().all(|other| other.name != board.name));
            assert!(std::ptr::eq(Board::named(board.name).unwrap(), board));
            let table = board.table();
            match board.image {
                ImageKind::Merged => table.check(board.flash, "the table").unwrap(),
                ImageKind::Uf2 => {
                    let end = table.partitions().last().map(Partition::end);
                    assert_eq!(end, Some(u64::from(board.flash)));
                }
                ImageKind::Emulated => assert!(table.partitions().is_empty()),
            }
            assert_eq!(board.chip.espressif().is_some(), board.image == ImageKind::Merged);
        }
        assert!(Board::named("esp8266").is_none());
    }

    #[test]
    fn boards_that_would_build_the_same_file_have_folders_of_their_own() {
        for (index, board) in BOARDS.iter().enumerate() {
            let place = (board.folder(), board.target);
            assert!(BOARDS[..index].iter().all(|other| (other.folder(), other.target) != place), "{place:?}");
        }
        assert_eq!(Board::named("esp32c6").unwrap().folder(), "esp32");
        assert_eq!(Board::named("rp2040w").unwrap().folder(), "rp2040w");
    }

    #[test]
    fn features_begin_with_the_chip() {
        let board = Board::named("esp32c6").unwrap();
        assert_eq!(board.all_features(None), ["esp32c6", "wifi", "tls", "usb-serial"]);
        let chosen = ["uart".to_owned(), "esp32c6".to_owned(), String::new()];
        assert_eq!(board.all_features(Some(&chosen)), ["esp32c6", "uart"]);
        assert_eq!(board.all_features(Some(&[])), ["esp32c6"]);
        assert_eq!(Board::named("rp2040w").unwrap().all_features(Some(&[])), ["wifi"]);
    }
}
