//! Partition tables of ESP chips: what they hold, and the rules for it. Reading and writing their two forms is the
//! business of [`csv`] and [`binary`].
//!
//! The format and its rules are ESP-IDF's ("Partition Tables" in its programming guide).

pub mod binary;
pub mod csv;

use crate::error::{Error, Result};
use crate::size;

/// Where the table is in the flash.
pub const TABLE_OFFSET: u32 = 0x8000;
/// The bytes that the flash has for the table: one sector.
pub const TABLE_SIZE: u32 = 0x1000;
/// The smallest part of the flash that can be erased.
pub const SECTOR: u32 = 0x1000;
/// Where programs may begin: at pages of the chip's memory management.
pub const APP_ALIGNMENT: u32 = 0x1_0000;
/// The bytes of the longest name; in the table a zero follows.
pub const LONGEST_NAME: usize = 15;
/// How many partitions a table can hold, beside its checksum and its end.
pub const MOST_PARTITIONS: usize = 94;

/// Numbers of kinds and subtypes of partitions.
pub mod kind {
    /// Programs.
    pub const APP: u8 = 0;
    /// Data.
    pub const DATA: u8 = 1;
    /// Boot loaders.
    pub const BOOTLOADER: u8 = 2;
    /// Partition tables.
    pub const TABLE: u8 = 3;

    /// Of [`APP`]: the program that is started where no other was chosen.
    pub const FACTORY: u8 = 0;
    /// Of [`APP`]: the first of the programs that replace each other.
    pub const OTA_0: u8 = 0x10;
    /// Of [`DATA`]: which of those programs is started.
    pub const OTA: u8 = 0;
    /// Of [`DATA`]: calibration of the radio. AtomVM's packs have it too.
    pub const PHY: u8 = 1;
    /// Of [`DATA`]: settings under names.
    pub const NVS: u8 = 2;
    /// Of [`DATA`]: nothing said.
    pub const UNDEFINED: u8 = 6;

    /// The kinds' names.
    pub const KINDS: [(&str, u8); 4] =
        [("app", APP), ("data", DATA), ("bootloader", BOOTLOADER), ("partition_table", TABLE)];
    const APPS: [(&str, u8); 4] = [("factory", FACTORY), ("test", 0x20), ("tee_0", 0x30), ("tee_1", 0x31)];
    const DATAS: [(&str, u8); 12] = [
        ("ota", OTA),
        ("phy", PHY),
        ("nvs", NVS),
        ("coredump", 3),
        ("nvs_keys", 4),
        ("efuse", 5),
        ("undefined", UNDEFINED),
        ("esphttpd", 0x80),
        ("fat", 0x81),
        ("spiffs", 0x82),
        ("littlefs", 0x83),
        ("tee_ota", 0x90),
    ];
    const OTAS: u8 = 16;

    /// The name of a kind, or its number.
    #[must_use]
    pub fn name(kind: u8) -> String {
        find(&KINDS, kind).unwrap_or_else(|| format!("{kind:#04x}"))
    }

    /// The name of a subtype, or its number.
    #[must_use]
    pub fn subtype_name(kind: u8, subtype: u8) -> String {
        let slot = subtype.wrapping_sub(OTA_0);
        if kind == APP && slot < OTAS {
            return format!("ota_{slot}");
        }
        find(subtypes(kind), subtype).unwrap_or_else(|| format!("{subtype:#04x}"))
    }

    /// The number of a subtype's name.
    #[must_use]
    pub fn subtype(kind: u8, name: &str) -> Option<u8> {
        let slot = name.strip_prefix("ota_").filter(|_| kind == APP).and_then(|slot| slot.parse::<u8>().ok());
        match slot.filter(|&slot| slot < OTAS) {
            Some(slot) => Some(OTA_0 + slot),
            None => subtypes(kind).iter().find(|(known, _)| *known == name).map(|(_, number)| *number),
        }
    }

    fn subtypes(kind: u8) -> &'static [(&'static str, u8)] {
        match kind {
            APP => &APPS,
            DATA => &DATAS,
            _ => &[],
        }
    }

    fn find(names: &[(&str, u8)], wanted: u8) -> Option<String> {
        names.iter().find(|(_, number)| *number == wanted).map(|(name, _)| (*name).to_owned())
    }
}

/// Of [`Partition::flags`]: what is in it is encrypted.
pub const ENCRYPTED: u32 = 1;
/// Of [`Partition::flags`]: programs only read it.
pub const READ_ONLY: u32 = 2;

/// A part of the flash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// Its kind: one of [`kind`], or a number of the user's.
    pub kind: u8,
    /// Its subtype, whose meaning depends on the kind.
    pub subtype: u8,
    /// Where it begins, in bytes from the start of the flash.
    pub offset: u32,
    /// Its bytes.
    pub size: u32,
    /// Bits: [`ENCRYPTED`], [`READ_ONLY`].
    pub flags: u32,
}

impl Partition {
    /// A partition without flags.
    #[must_use]
    pub fn new(name: &str, kind: u8, subtype: u8, offset: u32, size: u32) -> Self {
        Self { name: name.to_owned(), kind, subtype, offset, size, flags: 0 }
    }

    /// The first byte behind it.
    #[must_use]
    pub fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.size)
    }

    /// Whether it is for a firmware.
    #[must_use]
    pub const fn is_app(&self) -> bool {
        self.kind == kind::APP
    }

    /// Whether it begins and ends with a sector, so that nothing else is erased with it.
    #[must_use]
    pub const fn is_aligned(&self) -> bool {
        self.offset.is_multiple_of(SECTOR) && self.size.is_multiple_of(SECTOR)
    }

    /// Whether it is the boot loader or the table itself, which may be named in a table and lie before all others.
    fn is_own_place(&self) -> bool {
        matches!(self.kind, kind::BOOTLOADER | kind::TABLE) && self.subtype == 0
    }
}

/// Where a partition of this kind may begin: at multiples of this.
#[must_use]
pub const fn alignment(kind: u8) -> u32 {
    if kind == kind::APP { APP_ALIGNMENT } else { SECTOR }
}

/// A partition table. It may break the rules until it was [checked](Self::check).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    partitions: Vec<Partition>,
}

impl Table {
    /// A table of these, in this order.
    #[must_use]
    pub const fn new(partitions: Vec<Partition>) -> Self {
        Self { partitions }
    }

    /// The partitions in the order of the table.
    #[must_use]
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// The partition of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.name == name)
    }

    /// The program that the boot loader starts on a board that was flashed anew: `factory`, else `ota_0`, else the
    /// first.
    #[must_use]
    pub fn app(&self) -> Option<&Partition> {
        let apps = || self.partitions.iter().filter(|partition| partition.kind == kind::APP);
        let of = |subtype| apps().find(|partition| partition.subtype == subtype);
        of(kind::FACTORY).or_else(|| of(kind::OTA_0)).or_else(|| apps().next())
    }

    /// Reads a table in either form. `file` is its name, for errors.
    ///
    /// # Errors
    /// When it is no table. Whether it keeps the rules is another matter: [`Self::check`].
    pub fn read(bytes: &[u8], file: &str) -> Result<Self> {
        if bytes.starts_with(&binary::MAGIC) {
            let told = |wrong| {
                Error::new(format!("{file}: {wrong}"), "read the table from the board again, or give it as CSV")
            };
            return binary::read(bytes).map_err(told);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => csv::read(text, file),
            Err(error) => Err(Error::new(
                format!("{file} is no partition table: byte {} is not text", error.valid_up_to()),
                "give a CSV file as ESP-IDF has them, or a binary table",
            )),
        }
    }

    /// Checks the rules: names, places, sizes, no overlaps, a flash of `flash` bytes that holds all. `file` is the
    /// table's name, for errors.
    ///
    /// # Errors
    /// The first rule that is broken, with the partitions' names and what would be right.
    pub fn check(&self, flash: u32, file: &str) -> Result<()> {
        if self.partitions.len() > MOST_PARTITIONS {
            let (count, most) = (self.partitions.len(), MOST_PARTITIONS);
            return Err(Error::new(
                format!("{file} has {count} partitions, and a table holds {most}"),
                "leave some out, or put them together",
            ));
        }
        for (index, partition) in self.partitions.iter().enumerate() {
            self.check_name(index, partition, file)?;
            if !partition.is_own_place() {
                check_place(partition, flash, file)?;
            }
        }
        self.check_overlaps(file)?;
        let of = |subtype| self.partitions.iter().filter(move |p| p.kind == kind::DATA && p.subtype == subtype);
        if of(kind::OTA).count() > 1 {
            return Err(Error::new(
                format!("{file} has two partitions of the type data and the subtype ota"),
                "leave one out: there is one that says which program is started",
            ));
        }
        if let Some(ota) = of(kind::OTA).next().filter(|ota| ota.size != 2 * SECTOR) {
            return Err(Error::new(
                format!("{file}: the partition {} has {} bytes", ota.name, size::shown(ota.size)),
                "a partition of the type data and the subtype ota has 8K",
            ));
        }
        if self.app().is_none() {
            return Err(Error::new(
                format!("{file} has no partition for the firmware"),
                "add one of the type app: factory, app, factory, 0x10000, 0x1C0000",
            ));
        }
        Ok(())
    }

    fn check_name(&self, index: usize, partition: &Partition, file: &str) -> Result<()> {
        let name = &partition.name;
        if name.is_empty() {
            let what = format!("{file}: partition {} has no name", index + 1);
            return Err(Error::new(what, "give it one: it is found by that"));
        }
        if name.len() > LONGEST_NAME {
            let what = format!("{file}: the name {name:?} has {} bytes", name.len());
            return Err(Error::new(what, format!("give it one of at most {LONGEST_NAME}")));
        }
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            let what = format!("{file}: the name {name:?} has characters that names cannot have");
            return Err(Error::new(what, "take letters, digits, dots and underscores"));
        }
        if self.partitions.iter().take(index).any(|other| other.name == *name) {
            let what = format!("{file} has two partitions with the name {name}");
            return Err(Error::new(what, "rename one: they are found by their names"));
        }
        Ok(())
    }

    fn check_overlaps(&self, file: &str) -> Result<()> {
        let mut sorted: Vec<&Partition> = self.partitions.iter().collect();
        sorted.sort_by_key(|partition| partition.offset);
        for (one, next) in sorted.iter().zip(sorted.iter().skip(1)) {
            if u64::from(next.offset) < one.end() {
                let what = format!(
                    "{file}: the partition {} at {:#x} overlaps {}, which ends at {:#x}",
                    next.name,
                    next.offset,
                    one.name,
                    one.end()
                );
                let cure = format!("move {} to {:#x} or behind, or make {} smaller", next.name, one.end(), one.name);
                return Err(Error::new(what, cure));
            }
        }
        Ok(())
    }
}

/// Place and size of one partition.
fn check_place(partition: &Partition, flash: u32, file: &str) -> Result<()> {
    let Partition { name, offset, size, .. } = partition;
    let first = TABLE_OFFSET + TABLE_SIZE;
    if *offset < first {
        return Err(Error::new(
            format!("{file}: the partition {name} at {offset:#x} overlaps the boot loader or the partition table"),
            format!("move it to {first:#x} or behind"),
        ));
    }
    let step = alignment(partition.kind);
    if !offset.is_multiple_of(step) {
        let next = u64::from(*offset).next_multiple_of(u64::from(step));
        return Err(Error::new(
            format!("{file}: the partition {name} begins at {offset:#x}, which is no multiple of {step:#x}"),
            format!("move it to {next:#x}"),
        ));
    }
    if *size == 0 {
        let what = format!("{file}: the partition {name} has no bytes");
        return Err(Error::new(what, format!("give it at least {SECTOR:#x}, or leave it out")));
    }
    if !size.is_multiple_of(SECTOR) {
        let next = u64::from(*size).next_multiple_of(SECTOR.into());
        return Err(Error::new(
            format!("{file}: the size {size:#x} of the partition {name} is no multiple of {SECTOR:#x}"),
            format!("make it {next:#x}: a smaller part cannot be erased by itself"),
        ));
    }
    if partition.end() > flash.into() {
        return Err(Error::new(
            format!(
                "{file}: the partition {name} ends at {:#x}, {} bytes behind the flash's end at {flash:#x}",
                partition.end(),
                partition.end() - u64::from(flash)
            ),
            "make it smaller, or name the size of the board's flash: --flash-size",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLASH: u32 = 4 << 20;

    fn table(lines: &str) -> Table {
        csv::read(&format!("factory,app,factory,0x10000,1M\n{lines}"), "t").unwrap()
    }

    fn told(lines: &str) -> String {
        table(lines).check(FLASH, "t").unwrap_err().to_string()
    }

    #[test]
    fn rules_are_told() {
        table("nvs,data,nvs,0x9000,0x6000\nmain.avm,data,1,0x300000,1M").check(FLASH, "t").unwrap();
        for (lines, expected) in [
            ("a,data,nvs,0x110000,1M\na,data,nvs,0x210000,4K", "two partitions with the name a"),
            ("a,data,nvs,0x100000,4K", "a at 0x100000 overlaps factory, which ends at 0x110000; move a to 0x110000"),
            ("a,data,nvs,0x8000,4K", "overlaps the boot loader or the partition table; move it to 0x9000"),
            ("a,data,nvs,0x110010,4K", "no multiple of 0x1000; move it to 0x111000"),
            ("a,app,ota_0,0x111000,4K", "no multiple of 0x10000; move it to 0x120000"),
            ("a,data,nvs,0x110000,5000", "no multiple of 0x1000; make it 0x2000"),
            ("a,data,nvs,0x110000,0", "has no bytes"),
            ("a,data,nvs,0x300000,0x101000", "0x401000, 4096 bytes behind the flash's end at 0x400000"),
            ("a,data,nvs,0xFFFFF000,0xFFFFF000", "behind the flash's end"),
            ("a,data,ota,0x110000,4K", "ota has 8K"),
            ("a,data,ota,0x110000,8K\nb,data,ota,0x120000,8K", "two partitions of the type data and the subtype ota"),
            ("sixteencharacter,data,nvs,0x110000,4K", "has 16 bytes; give it one of at most 15"),
            ("grün,data,nvs,0x110000,4K", "characters that names cannot have"),
        ] {
            let told = told(lines);
            assert!(told.contains(expected), "{lines}: {told}");
        }
        let none = Table::new(vec![Partition::new("a", kind::DATA, 2, 0x9000, 0x1000)]);
        assert!(none.check(FLASH, "t").unwrap_err().what.contains("no partition for the firmware"));
        let many = (0..95).map(|n| Partition::new(&n.to_string(), kind::DATA, 2, 0x10000 + n * 0x1000, 0x1000));
        assert!(Table::new(many.collect()).check(FLASH, "t").unwrap_err().what.contains("95 partitions"));
    }

    #[test]
    fn the_program_that_starts_is_found() {
        let name = |lines: &str| csv::read(lines, "t").unwrap().app().map(|app| app.name.clone());
        assert_eq!(name("b,app,ota_1,,1M\na,app,ota_0,,1M\nf,app,factory,,1M").as_deref(), Some("f"));
        assert_eq!(name("b,app,ota_1,,1M\na,app,ota_0,,1M").as_deref(), Some("a"));
        assert_eq!(name("b,app,ota_1,,1M").as_deref(), Some("b"));
        assert_eq!(name("b,data,nvs,,1M"), None);
    }

    #[test]
    fn names_of_subtypes_and_back() {
        for kind in 0..4 {
            for subtype in 0..=255 {
                let name = kind::subtype_name(kind, subtype);
                if !name.starts_with("0x") {
                    assert_eq!(kind::subtype(kind, &name), Some(subtype), "{name}");
                }
            }
        }
        assert_eq!(kind::subtype(kind::APP, "ota_16"), None);
        assert_eq!(kind::subtype(kind::DATA, "ota_1"), None);
    }
}
