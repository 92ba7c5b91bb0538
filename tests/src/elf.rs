//! Small firmware for tests: ELF files as the linkers of the boards' packages write them, without code.

use emberl_image::Chip;
use object::elf::{PF_R, PT_LOAD, SHF_ALLOC, SHT_NOBITS, SHT_PROGBITS};
use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, SectionIndex, Sym, Writer};

/// A section of a firmware.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// The address at which the program sees it.
    pub address: u32,
    /// The address at which it is put.
    pub load: u32,
    /// What is in it; zeros that the file does not hold when [`Self::is_empty`].
    pub data: Vec<u8>,
    /// Whether the file holds none of it.
    pub is_empty: bool,
    /// Its flags in the file; 0 for what is no part of the program.
    pub flags: u32,
}

impl Section {
    /// Bytes of the program.
    #[must_use]
    pub fn new(name: &'static str, address: u32, data: Vec<u8>) -> Self {
        Self { name, address, load: address, data, is_empty: false, flags: SHF_ALLOC }
    }

    /// Memory that is zero at the start.
    #[must_use]
    pub fn zeros(name: &'static str, address: u32, size: usize) -> Self {
        Self { is_empty: true, ..Self::new(name, address, vec![0; size]) }
    }
}

/// A firmware.
#[derive(Clone, Debug)]
pub struct Elf {
    /// The number of the instruction set.
    pub machine: u16,
    /// The kind of file.
    pub kind: u16,
    /// Where it starts.
    pub entry: u32,
    /// Its sections.
    pub sections: Vec<Section>,
    /// Symbols: name, section by its number above, value, size.
    pub symbols: Vec<(&'static str, usize, u32, u32)>,
}

/// Bytes that are told apart from others: `seed` gives others.
#[must_use]
pub fn pattern(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at as u8).wrapping_mul(31).wrapping_add((at >> 8) as u8) ^ seed).collect()
}

impl Elf {
    /// A firmware for an ESP chip, laid out as esp-hal's linker scripts do: static memory of 512 + 100 + 5000 bytes, and
    /// a stack.
    #[must_use]
    pub fn esp(chip: Chip) -> Self {
        // Constants, code, code in RAM, data: the last two may be the same memory at two addresses.
        let (constants, code, fast, data) = match chip {
            Chip::Esp32 => (0x3f40_0020, 0x400d_0020, 0x4008_0400, 0x3ffb_0000),
            Chip::Esp32s2 => (0x3f00_0020, 0x4008_0020, 0x4002_2400, 0x3ffb_2400),
            Chip::Esp32s3 => (0x3c00_0020, 0x4200_0020, 0x4037_8000, 0x3fc8_8000),
            Chip::Esp32c6 => (0x4200_0020, 0x4201_0020, 0x4080_0000, 0x4080_0000),
            _ => (0x3c00_0020, 0x4200_0020, 0x4038_0000, 0x3fc8_0000),
        };
        let mut description = vec![0; 256];
        description.splice(..4, 0xabcd_5432_u32.to_le_bytes());
        description.splice(48..58, *b"test-image");
        if let Some(page) = description.get_mut(180) {
            *page = 16;
        }
        let mut sections = vec![
            Section::new(".flash.appdesc", constants, description),
            Section::new(".rodata", constants + 256, pattern(1, 1001)),
            Section::new(".text", code, pattern(2, 70_000)),
            Section::new(".rwtext", fast, pattern(3, 512)),
        ];
        if matches!(chip, Chip::Esp32s2 | Chip::Esp32s3 | Chip::Esp32c3) {
            // The place of the code above, seen as data.
            sections.push(Section::zeros(".rwdata_dummy", data, 512));
        }
        sections.extend([
            Section::new(".data", data + 512, pattern(4, 100)),
            Section::zeros(".bss", data + 612, 5000),
            Section::zeros(".stack", data + 5612, 0x1_0000),
        ]);
        let mut metadata = Section::new(".espressif.metadata", 0, chip.name().as_bytes().to_vec());
        metadata.flags = 0;
        let (index, length) = (sections.len(), metadata.data.len() as u32);
        sections.push(metadata);
        Self {
            machine: chip.architecture().machine(),
            kind: object::elf::ET_EXEC,
            entry: code + 16,
            sections,
            symbols: vec![("build_info.CHIP_NAME", index, 0, length)],
        }
    }

    /// A firmware for the RP2040: the start that its ROM wants, vectors, code, and data that is copied to the RAM.
    #[must_use]
    pub fn rp2040() -> Self {
        let mut start = pattern(5, 252);
        start.extend(start_sum(&start).to_le_bytes());
        let mut vectors = vec![0; 192];
        vectors.splice(..4, 0x2004_2000_u32.to_le_bytes());
        vectors.splice(4..8, 0x1000_0201_u32.to_le_bytes());
        let mut data = Section::new(".data", 0x2000_0000, pattern(7, 300));
        data.load = 0x1000_1200;
        Self {
            machine: Chip::Rp2040.architecture().machine(),
            kind: object::elf::ET_EXEC,
            entry: 0x1000_0201,
            sections: vec![
                Section::new(".boot2", 0x1000_0000, start),
                Section::new(".vector_table", 0x1000_0100, vectors),
                Section::new(".text", 0x1000_0200, pattern(6, 4096)),
                data,
                Section::zeros(".bss", 0x2000_012c, 1000),
            ],
            symbols: Vec::new(),
        }
    }

    /// The file.
    ///
    /// # Panics
    /// When it cannot be written: the names and numbers above are those of a test.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(object::Endianness::Little, false, &mut bytes);
        let segments: Vec<&Section> = self.sections.iter().filter(|section| section.flags != 0).collect();
        writer.reserve_file_header();
        writer.reserve_program_headers(segments.len() as u32);
        let length = |section: &Section| if section.is_empty { 0 } else { section.data.len() };
        let offsets: Vec<usize> = self.sections.iter().map(|section| writer.reserve(length(section), 4)).collect();
        writer.reserve_null_section_index();
        let names: Vec<_> =
            self.sections.iter().map(|section| writer.add_section_name(section.name.as_bytes())).collect();
        let indices: Vec<SectionIndex> = self.sections.iter().map(|_| writer.reserve_section_index()).collect();
        writer.reserve_null_symbol_index();
        let symbols: Vec<_> = self
            .symbols
            .iter()
            .map(|(name, section, ..)| {
                let index = indices.get(*section).copied();
                let name = writer.add_string(name.as_bytes());
                writer.reserve_symbol_index(index);
                (name, index)
            })
            .collect();
        writer.reserve_symtab_section_index();
        writer.reserve_symtab();
        writer.reserve_strtab_section_index();
        writer.reserve_strtab();
        writer.reserve_shstrtab_section_index();
        writer.reserve_shstrtab();
        writer.reserve_section_headers();

        let header = FileHeader {
            os_abi: 0,
            abi_version: 0,
            e_type: self.kind,
            e_machine: self.machine,
            e_entry: self.entry.into(),
            e_flags: 0,
        };
        writer.write_file_header(&header).expect("a header");
        writer.write_align_program_headers();
        for (section, offset) in self.sections.iter().zip(&offsets).filter(|(section, _)| section.flags != 0) {
            writer.write_program_header(&ProgramHeader {
                p_type: PT_LOAD,
                p_flags: PF_R,
                p_offset: *offset as u64,
                p_vaddr: section.address.into(),
                p_paddr: section.load.into(),
                p_filesz: length(section) as u64,
                p_memsz: section.data.len() as u64,
                p_align: 4,
            });
        }
        for (section, offset) in self.sections.iter().zip(&offsets).filter(|(section, _)| !section.is_empty) {
            writer.pad_until(*offset);
            writer.write(&section.data);
        }
        writer.write_null_symbol();
        for ((name, section), (.., value, size)) in symbols.into_iter().zip(&self.symbols) {
            let (st_value, st_size) = ((*value).into(), (*size).into());
            writer.write_symbol(&Sym {
                name: Some(name),
                section,
                st_info: 0,
                st_other: 0,
                st_shndx: 0,
                st_value,
                st_size,
            });
        }
        writer.write_strtab();
        writer.write_shstrtab();
        writer.write_null_section_header();
        for ((section, offset), name) in self.sections.iter().zip(&offsets).zip(names) {
            writer.write_section_header(&SectionHeader {
                name: Some(name),
                sh_type: if section.is_empty { SHT_NOBITS } else { SHT_PROGBITS },
                sh_flags: section.flags.into(),
                sh_addr: section.address.into(),
                sh_offset: *offset as u64,
                sh_size: section.data.len() as u64,
                sh_link: 0,
                sh_info: 0,
                sh_addralign: 4,
                sh_entsize: 0,
            });
        }
        writer.write_symtab_section_header(1);
        writer.write_strtab_section_header();
        writer.write_shstrtab_section_header();
        bytes
    }
}

/// The sum that the ROM of the RP2040 wants, by a table of remainders: not as the code that is tested computes it.
fn start_sum(bytes: &[u8]) -> u32 {
    let remainder = |byte: u32| {
        (0..8)
            .fold(byte << 24, |value, _| if value & 0x8000_0000 == 0 { value << 1 } else { (value << 1) ^ 0x04c1_1db7 })
    };
    let table: Vec<u32> = (0..256).map(remainder).collect();
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        let index = (sum >> 24) as usize ^ usize::from(byte);
        (sum << 8) ^ table.get(index).copied().unwrap_or_default()
    })
}
