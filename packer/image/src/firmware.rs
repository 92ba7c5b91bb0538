//! A board's firmware: an ELF file, checked before anything is made of it. Owns what is loaded where, whether it is for
//! the chip, and how much of the chip's memories is taken.
//!
//! What makes an image of it (espflash) trusts the file: what would let it fail, loop or take memory without end is an
//! error here.

use object::elf::{FileHeader32, PT_LOAD, SHF_ALLOC, SHT_INIT_ARRAY, SHT_NOBITS, SHT_PROGBITS};
use object::read::elf::{ElfFile32, FileHeader as _, ProgramHeader as _, SectionHeader as _};
use object::{Endianness, LittleEndian, Object as _, ObjectSection as _, ObjectSymbol as _};

use crate::chip::{Architecture, Chip};
use crate::error::{Error, Result};

/// The section of ESP firmware with the description that boot loaders look for.
const DESCRIPTION: &str = ".flash.appdesc";
const DESCRIPTION_SIZE: u32 = 256;
const DESCRIPTION_MAGIC: u32 = 0xabcd_5432;
/// The byte of the description that tells the size of memory pages, as a power of two.
const PAGE_SIZE_AT: usize = 180;
/// Pages of the flash's window have at most this many bytes, as a power of two.
const LARGEST_PAGE: u8 = 16;
/// The section with what esp-hal tells tools, as symbols.
const METADATA: &str = ".espressif.metadata";
const CHIP_NAME: &str = "build_info.CHIP_NAME";
const MOST_METADATA: u64 = 0x1_0000;
const MOST_METADATA_SYMBOLS: usize = 256;
/// Real firmware has a dozen sections that are loaded.
const MOST_SECTIONS: usize = 64;
/// The part of RAM that the linker script gives to the stack: all that is left.
const STACK: &str = ".stack";

/// Bytes that are loaded at an address.
#[derive(Clone, Copy, Debug)]
pub struct Loaded<'a> {
    /// The name of the section or segment, for errors.
    pub name: &'a str,
    /// Where the bytes are put.
    pub address: u32,
    /// The bytes.
    pub data: &'a [u8],
}

impl Loaded<'_> {
    fn end(&self) -> u64 {
        u64::from(self.address) + self.data.len() as u64
    }
}

/// How much of a memory is taken by static data and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The memory's name.
    pub name: &'static str,
    /// Its bytes.
    pub size: u32,
    /// The bytes taken.
    pub used: u32,
}

impl Use {
    /// The bytes left: for the stack, and for a heap that is not static.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.size - self.used
    }
}

/// A firmware that was checked.
#[derive(Clone, Debug)]
pub struct Firmware<'a> {
    /// The whole file.
    pub elf: &'a [u8],
    /// What is loaded, in the order of the addresses: sections of ESP firmware, segments of others.
    pub loaded: Vec<Loaded<'a>>,
    /// The chip's memories.
    pub memories: Vec<Use>,
}

impl<'a> Firmware<'a> {
    /// Reads and checks a firmware for a chip whose flash has `flash` bytes. `file` is its name, for errors.
    ///
    /// # Errors
    /// When it is no ELF file, none for the chip, or none that an image can be made of.
    pub fn read(elf: &'a [u8], file: &str, chip: Chip, flash: u32) -> Result<Self> {
        let parsed = parse(elf, file, chip)?;
        let loaded = match chip.espressif() {
            Some(esp) => Esp { file, chip, esp, elf: &parsed }.read(flash)?,
            None => segments(&parsed, file, flash)?,
        };
        Ok(Self { elf, loaded, memories: memories(&parsed, chip) })
    }
}

fn damaged(file: &str, what: impl std::fmt::Display) -> Error {
    Error::new(format!("{file} is damaged: {what}"), "build the firmware again")
}

fn other_chip(what: String, board: Chip) -> Error {
    let name = board.name();
    Error::new(what, format!("name the firmware's board with --board, or build it for the {name}"))
}

/// The file's header: a program for the chip's instruction set.
fn parse<'a>(elf: &'a [u8], file: &str, chip: Chip) -> Result<ElfFile32<'a, Endianness>> {
    if !elf.starts_with(b"\x7fELF") {
        let what = format!("{file} is no ELF file");
        return Err(Error::new(what, "give the file that cargo builds; emberl firmware build prints its path"));
    }
    let want = chip.architecture();
    let header = FileHeader32::<LittleEndian>::parse(elf).ok();
    let Some(header) = header.filter(|header| header.is_supported() && header.is_little_endian()) else {
        let what = format!("{file} is no program for the {chip}: it is not of 32 bits with the lower byte first");
        return Err(other_chip(what, chip));
    };
    let machine = header.e_machine(LittleEndian);
    if machine != want.machine() {
        let has = Architecture::of_machine(machine).map_or_else(|| format!("machine {machine}"), |a| a.to_string());
        return Err(other_chip(format!("{file} is built for {has}, and the {chip} is {want}"), chip));
    }
    if header.e_type(LittleEndian) != object::elf::ET_EXEC {
        let what = format!("{file} is no linked program");
        return Err(Error::new(what, "give the program that cargo builds, not a library or an object file"));
    }
    ElfFile32::parse(elf).map_err(|error| damaged(file, error))
}

/// What is checked of a firmware for an ESP chip.
struct Esp<'f, 'a> {
    file: &'f str,
    chip: Chip,
    esp: espflash::target::Chip,
    elf: &'f ElfFile32<'a, Endianness>,
}

impl<'a> Esp<'_, 'a> {
    fn read(&self, flash: u32) -> Result<Vec<Loaded<'a>>> {
        self.check_segments()?;
        self.check_metadata()?;
        let loaded = self.loaded(flash)?;
        self.check_groups(&loaded)?;
        self.check_description(&loaded)?;
        let entry = self.elf.entry();
        if !loaded.iter().any(|part| (u64::from(part.address)..part.end()).contains(&entry)) {
            return Err(damaged(self.file, format!("it starts at {entry:#x}, where nothing is loaded")));
        }
        Ok(loaded)
    }

    /// Addresses of segments are added to each other later.
    fn check_segments(&self) -> Result<()> {
        let endian = Endianness::Little;
        for segment in self.elf.elf_program_headers().iter().filter(|s| s.p_type(endian) == PT_LOAD) {
            let size = segment.p_memsz(endian);
            let starts = [segment.p_vaddr(endian), segment.p_paddr(endian)];
            if let Some(start) = starts.into_iter().find(|start| start.checked_add(size).is_none()) {
                return Err(damaged(self.file, format!("a segment of {size:#x} bytes at {start:#x} has no end")));
            }
        }
        Ok(())
    }

    /// What the firmware tells of itself, and whether the chip is the board's. A firmware that tells nothing is judged
    /// by its addresses alone.
    fn check_metadata(&self) -> Result<()> {
        let mut sections = self.elf.sections().filter(|section| section.name() == Ok(METADATA));
        let Some(section) = sections.next() else { return Ok(()) };
        let mut total = 0_u64;
        let mut count = 0;
        for symbol in self.elf.symbols().filter(|symbol| symbol.section_index() == Some(section.index())) {
            total = total.saturating_add(symbol.size());
            count += 1;
            if total > MOST_METADATA || count > MOST_METADATA_SYMBOLS || sections.next().is_some() {
                return Err(damaged(self.file, format!("the section {METADATA} is too large")));
            }
            let data = section.data_range(symbol.address(), symbol.size()).ok().flatten();
            let chip = data.filter(|_| symbol.name() == Ok(CHIP_NAME)).map(String::from_utf8_lossy);
            if let Some(chip) = chip.filter(|chip| chip != self.chip.name()) {
                let known = Chip::ALL.into_iter().find(|known| known.name() == chip);
                let chip = known.map_or_else(|| format!("{chip:?}"), |known| format!("the {known}"));
                return Err(other_chip(
                    format!("{} is a firmware for {chip}, and the board has the {}", self.file, self.chip),
                    self.chip,
                ));
            }
        }
        Ok(())
    }

    /// The sections that espflash takes, at the addresses at which it takes them.
    fn loaded(&self, flash: u32) -> Result<Vec<Loaded<'a>>> {
        let mut loaded: Vec<Loaded<'a>> = Vec::new();
        let mut total = 0_usize;
        for section in self.elf.sections() {
            let header = section.elf_section_header();
            let kind = header.sh_type(Endianness::Little);
            let taken = section.size() > 0
                && (kind == SHT_PROGBITS || kind == SHT_INIT_ARRAY)
                && header.sh_offset(Endianness::Little) > 0
                && section.address() > 0
                && header.sh_flags(Endianness::Little) != 0;
            if !taken {
                continue;
            }
            let name = section.name().unwrap_or("of no name");
            let data = section.data().map_err(|error| damaged(self.file, format!("section {name}: {error}")))?;
            total = total.saturating_add(data.len());
            if total > flash as usize {
                return Err(Error::new(
                    format!(
                        "{} is too large: {total} bytes up to the section {name}, and the flash has {flash}",
                        self.file
                    ),
                    "leave features out: emberl firmware build --features; or name a larger flash: --flash-size",
                ));
            }
            let address = self.load_address(header.sh_addr(Endianness::Little));
            let part = Loaded { name, address, data };
            self.check_address(&part)?;
            loaded.push(part);
            if loaded.len() > MOST_SECTIONS {
                return Err(damaged(self.file, format!("more than {MOST_SECTIONS} sections are loaded")));
            }
        }
        loaded.sort_by_key(|part| part.address);
        for (one, next) in loaded.iter().zip(loaded.iter().skip(1)) {
            if u64::from(next.address) < one.end() {
                let what = format!(
                    "the section {} at {:#x} overlaps {}, which ends at {:#x}",
                    next.name,
                    next.address,
                    one.name,
                    one.end()
                );
                return Err(damaged(self.file, what));
            }
        }
        Ok(loaded)
    }

    /// Where the bytes of a section at this address are put: where its segment says, unless that is in the flash, from
    /// which the program then fetches them itself.
    fn load_address(&self, address: u32) -> u32 {
        let endian = Endianness::Little;
        let segments = self.elf.elf_program_headers().iter().filter(|segment| segment.p_type(endian) == PT_LOAD);
        let place = segments.filter_map(|segment| {
            let inside = address.checked_sub(segment.p_vaddr(endian))?;
            if inside >= segment.p_memsz(endian) { None } else { segment.p_paddr(endian).checked_add(inside) }
        });
        let mut place = place;
        place.next().filter(|&place| !self.esp.addr_is_flash(place)).unwrap_or(address)
    }

    /// A section is in the flash's window or in a memory of the chip, wholly.
    fn check_address(&self, part: &Loaded<'_>) -> Result<()> {
        let (address, size) = (part.address, part.data.len() as u64);
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let last = address.checked_add(size.saturating_sub(1));
        let in_flash = |address| self.esp.addr_is_flash(address);
        let fits = match last {
            Some(last) if in_flash(address) => in_flash(last),
            _ => self.chip.memories().iter().any(|memory| memory.place(address, size).is_some()),
        };
        if fits {
            return Ok(());
        }
        let what = format!(
            "{} is no firmware for the {}: its section {} at {address:#x} is in no memory of that chip",
            self.file, self.chip, part.name
        );
        Err(other_chip(what, self.chip))
    }

    /// Sections that touch each other are loaded as one, which must begin at a word.
    fn check_groups(&self, loaded: &[Loaded<'_>]) -> Result<()> {
        let mut end = None;
        for part in loaded {
            let joins = end.is_some_and(|end: u64| end.next_multiple_of(4) >= u64::from(part.address));
            if !joins && !part.address.is_multiple_of(4) {
                let what = format!("the section {} begins at {:#x}, which is no word", part.name, part.address);
                return Err(damaged(self.file, what));
            }
            end = Some(part.end());
        }
        Ok(())
    }

    /// Boot loaders start only what has a description.
    fn check_description(&self, loaded: &[Loaded<'_>]) -> Result<()> {
        if self.elf.sections().filter(|section| section.name() == Ok(DESCRIPTION)).count() > 1 {
            return Err(damaged(self.file, format!("it has two sections {DESCRIPTION}")));
        }
        let Some(part) = loaded.iter().find(|part| part.name == DESCRIPTION) else {
            return Err(Error::new(
                format!("{} has no section {DESCRIPTION}, which the boot loader looks for", self.file),
                "give firmware of Emberl or ESP-IDF; programs on esp-hal have it by esp_bootloader_esp_idf::esp_app_desc!()",
            ));
        };
        let wrong = |what: &str| damaged(self.file, format!("the section {DESCRIPTION} {what}"));
        if !self.esp.addr_is_flash(part.address) {
            return Err(wrong("is not in the flash"));
        }
        if part.data.len() < DESCRIPTION_SIZE as usize {
            return Err(wrong("is cut short"));
        }
        if !part.data.starts_with(&DESCRIPTION_MAGIC.to_le_bytes()) {
            return Err(wrong("holds no description"));
        }
        if part.data.get(PAGE_SIZE_AT).is_none_or(|&page| page > LARGEST_PAGE) {
            return Err(wrong("names pages of a size that there is not"));
        }
        Ok(())
    }
}

/// What an ELF file without sections of its own rules loads: its segments, at the addresses in the flash.
fn segments<'a>(elf: &ElfFile32<'a, Endianness>, file: &str, flash: u32) -> Result<Vec<Loaded<'a>>> {
    let endian = Endianness::Little;
    let mut loaded: Vec<Loaded<'a>> = Vec::new();
    let mut total = 0_usize;
    for segment in elf.elf_program_headers() {
        if segment.p_type(endian) != PT_LOAD || segment.p_filesz(endian) == 0 {
            continue;
        }
        let address = segment.p_paddr(endian);
        let data = segment
            .data(endian, elf.data())
            .map_err(|()| damaged(file, format!("the segment at {address:#x} is cut short")))?;
        total = total.saturating_add(data.len());
        if total > flash as usize {
            let what = format!("{file} is too large: {total} bytes, and the flash has {flash}");
            return Err(Error::new(what, "leave features out: emberl firmware build --features"));
        }
        loaded.push(Loaded { name: "segment", address, data });
        if loaded.len() > MOST_SECTIONS {
            return Err(damaged(file, format!("more than {MOST_SECTIONS} segments are loaded")));
        }
    }
    loaded.sort_by_key(|part| part.address);
    for (one, next) in loaded.iter().zip(loaded.iter().skip(1)) {
        if u64::from(next.address) < one.end() {
            let what = format!("the segments at {:#x} and {:#x} overlap", one.address, next.address);
            return Err(damaged(file, what));
        }
    }
    Ok(loaded)
}

/// How much of each memory the sections take. The same bytes under two addresses count once, the stack not at all.
fn memories(elf: &ElfFile32<'_, Endianness>, chip: Chip) -> Vec<Use> {
    chip.memories()
        .iter()
        .map(|memory| {
            let mut taken: Vec<(u32, u32)> = Vec::new();
            for section in elf.sections() {
                let header = section.elf_section_header();
                let (address, size) = (header.sh_addr(Endianness::Little), header.sh_size(Endianness::Little));
                let kind = header.sh_type(Endianness::Little);
                let is_memory = matches!(kind, SHT_PROGBITS | SHT_NOBITS | SHT_INIT_ARRAY)
                    && header.sh_flags(Endianness::Little) & SHF_ALLOC != 0;
                if is_memory && section.name() != Ok(STACK) {
                    // Both in the memory, so the sum is too.
                    taken.extend(memory.place(address, size).map(|start| (start, start + size)));
                }
            }
            taken.sort_unstable();
            let (mut used, mut end) = (0, 0);
            for (start, stop) in taken {
                used += stop.saturating_sub(start.max(end));
                end = end.max(stop);
            }
            Use { name: memory.name, size: memory.size, used }
        })
        .collect()
}
