//! Images of boards: `emberl image` and its library, read back by readers of the test's own and by Espressif's tools;
//! hostile firmware and tables; `boards`, `firmware build` and `doctor`.
//!
//! The firmware is made by the test ([`elf`]), so that no board's package must be built. Transcripts stand in
//! `fixtures/image/cases/`, as those of `tests/cli.rs`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use emberl_image::{Board, Chip, Content, Input, Request, board::BOARDS, board::ImageKind, build, partition};
use emberl_tests::{
    Failed, check,
    elf::{Elf, Section},
    image::{Folder, LIMIT, accepted, esp_boards, python, range, read_blocks, text, word},
    mutate,
    process::{self, Output},
    schema::fits,
    tools::{Tool, needs},
    transcript,
};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("merged::parts_are_in_their_places", merged),
        Trial::test("merged::own_table_boot_loader_and_flash", own_parts),
        Trial::test("uf2::blocks_are_read_back", blocks),
        Trial::test("atomic::an_error_leaves_the_old_image", atomic),
        Trial::test("json::outputs_have_the_shape_of_the_schemas", schemas),
        Trial::test("hostile::any_change_of_firmware_gives_an_answer", hostile_firmware),
        Trial::test("hostile::firmware_that_would_not_end", hostile_by_hand),
        Trial::test("hostile::any_change_of_a_table_gives_an_answer", hostile_tables),
        needs(&[Tool::Esptool], "esptool::accepts_and_merges_the_same", esptool),
        needs(&[Tool::Esptool], "esptool::tables_are_those_of_esp_idf", idf_tables),
    ];
    if cfg!(unix) {
        trials.push(Trial::test("firmware::cargo_is_called_and_what_is_missing_is_told", firmware_build));
        trials.push(Trial::test("doctor::tells_what_is_missing_for_a_board", doctor));
    }
    trials.extend(transcript::trials(&fixtures().join("cases"), |path| {
        let folder = Folder::new()?;
        transcript::check(path, |arguments| folder.run(arguments))
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn fixtures() -> PathBuf {
    emberl_tests::package_dir().join("fixtures/image")
}

/// What is loaded: addresses and bytes.
type Segments = Vec<(u32, Vec<u8>)>;

/// A reader of the format of ESP images, after ESP-IDF's documentation: what is loaded where, and the image's length.
fn read_app(bytes: &[u8], chip: u16) -> Result<(Segments, usize), Failed> {
    let header = range(bytes, 0, 24)?;
    check(header[0] == 0xe9 && header[23] == 1, || "no image with a digest".into())?;
    let has = u16::from_le_bytes([header[12], header[13]]);
    check(has == chip, || format!("chip {has}, not {chip}"))?;
    let mut segments = Vec::new();
    let (mut at, mut sum) = (24, 0xef_u8);
    for _ in 0..header[1] {
        let (address, length) = (word(bytes, at)?, word(bytes, at + 4)? as usize);
        let data = range(bytes, at + 8, length)?;
        sum = data.iter().fold(sum, |sum, byte| sum ^ byte);
        segments.push((address, data.to_vec()));
        at += 8 + length;
    }
    let end = (at + 1).next_multiple_of(16);
    check(bytes.get(end - 1) == Some(&sum), || "the checksum is another".into())?;
    Ok((segments, end + 32))
}

/// Each section of the firmware is loaded at its address, whatever segments it was cut into.
fn loads(elf: &Elf, segments: &Segments) -> Result<(), Failed> {
    let mut memory: BTreeMap<u32, u8> = BTreeMap::new();
    for (address, data) in segments.iter().filter(|(address, _)| *address != 0) {
        memory.extend((*address..).zip(data.iter().copied()));
    }
    for section in elf.sections.iter().filter(|section| section.flags != 0 && !section.is_empty) {
        let found: Vec<Option<u8>> =
            (0..section.data.len() as u32).map(|at| memory.get(&(section.address + at)).copied()).collect();
        let mut expected: Vec<Option<u8>> = section.data.iter().copied().map(Some).collect();
        if section.name == ".flash.appdesc" {
            // The digest of the ELF file is put in.
            check(found[144..176].iter().any(|byte| *byte != Some(0)), || "no digest of the ELF file".into())?;
            expected.splice(144..176, found[144..176].iter().copied());
        }
        check(found == expected, || format!("{} is not loaded as it is", section.name))?;
    }
    Ok(())
}

fn merged() -> Result<(), Failed> {
    let folder = Folder::new()?;
    for board in esp_boards() {
        let elf = format!("{}.elf", board.name);
        let arguments = ["--board", board.name, "--firmware", &elf, "--lib", "lib.avm", "nvs=nvs.bin", "app.avm"];
        let (image, report) = folder.image(&arguments)?;
        check(folder.image(&arguments)?.0 == image, || "the same twice gives other bytes".into())?;
        let (id, boot) = match board.chip {
            Chip::Esp32 => (0, 0x1000),
            Chip::Esp32s2 => (2, 0x1000),
            Chip::Esp32s3 => (9, 0),
            Chip::Esp32c6 => (13, 0),
            _ => (5, 0),
        };
        let (_, boot_length) = read_app(range(&image, boot, 0x8000 - boot)?, id)?;
        // The flash's size, of 4 MiB, is in the header.
        check(image[boot + 3] >> 4 == 2, || "the boot loader knows another flash".into())?;
        let table = partition::binary::read(range(&image, 0x8000, 0xc00)?).map_err(|wrong| wrong.to_string())?;
        check(table == board.table(), || "another table".into())?;
        let (segments, app_length) = read_app(range(&image, 0x1_0000, 0x1c_0000)?, id)?;
        loads(&Elf::esp(board.chip), &segments)?;
        let mut used = vec![(boot, boot_length), (0x8000, 0xc00), (0x1_0000, app_length)];
        for (offset, file) in [(0x9000, "nvs.bin"), (0x1d_0000, "lib.avm"), (0x25_0000, "app.avm")] {
            let bytes = fs::read(folder.path(file))?;
            check(range(&image, offset, bytes.len())? == bytes, || format!("{file} is not at {offset:#x}"))?;
            used.push((offset, bytes.len()));
        }
        used.sort_unstable();
        let mut end = 0;
        for (offset, length) in &used {
            check(image[end..*offset].iter().all(|&byte| byte == 0xff), || format!("no gap before {offset:#x}"))?;
            end = offset + length;
        }
        check(image.len() == end, || format!("{end:#x} bytes, and the file has {:#x}", image.len()))?;
        // What is told is what is there.
        let told: Vec<(usize, usize)> = report["partitions"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|area| {
                let number = |name: &str| area[name].as_u64().map(|number| number as usize);
                let (offset, used) = (number("offset")?, number("used")?);
                (number("size")? == used + number("left")? && used != 0).then_some((offset, used))
            })
            .collect();
        check(told == used, || format!("{} tells {told:x?}, and has {used:x?}", board.name))?;
        let ram = |name: &str| {
            report["memories"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|m| m["name"] == name)
                .and_then(|m| m["used"].as_u64())
        };
        // Of the ESP32, code in RAM is in a memory of its own.
        let expected = if board.chip == Chip::Esp32 { (5100, Some(512)) } else { (5612, None) };
        let found = (ram("RAM").unwrap_or(0), if board.chip == Chip::Esp32 { ram("instruction RAM") } else { None });
        check(found == expected, || format!("{}: static memory {found:?}, not {expected:?}", board.name))?;
    }
    Ok(())
}

fn own_parts() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let usual = ["--board", "esp32c3", "--firmware", "esp32c3.elf"];
    let own = [&usual[..], &["--partitions", "own.csv", "app.avm"]].concat();
    let (image, _) = folder.image(&own)?;
    let table = partition::binary::read(range(&image, 0x8000, 0xc00)?).map_err(|wrong| wrong.to_string())?;
    let place = |name: &str| table.find(name).map(|partition| partition.offset as usize);
    check(place("ota_0") == Some(0x3_0000) && place("main.avm") == Some(0x23_0000), || format!("{table:?}"))?;
    read_app(range(&image, 0x3_0000, 0x10_0000)?, 5)?;
    let app = fs::read(folder.path("app.avm"))?;
    check(range(&image, 0x23_0000, app.len())? == app, || "the pack is elsewhere".into())?;
    // The table of an image, given as binary, makes the same.
    fs::write(folder.path("own.bin"), range(&image, 0x8000, 0xc00)?)?;
    let again = [&usual[..], &["--partitions", "own.bin", "app.avm"]].concat();
    check(folder.image(&again)?.0 == image, || "the binary table gives another image".into())?;
    // So does the boot loader of an image.
    let (_, length) = read_app(&image, 5)?;
    fs::write(folder.path("boot.bin"), range(&image, 0, length)?)?;
    let given = [&own[..], &["--bootloader", "boot.bin"]].concat();
    check(folder.image(&given)?.0 == image, || "the boot loader gives another image".into())?;
    let mut small = fs::read(folder.path("boot.bin"))?;
    small[3] = 0x10;
    fs::write(folder.path("small.bin"), small)?;
    let output = folder.fails(1, &[&["image", "-o", "x"], &own[..], &["--bootloader", "small.bin"]].concat())?;
    check(output.err().contains("built for a flash of 2M, and the board's has 4M"), || output.to_string())?;
    let other = ["image", "-o", "x", "--board", "esp32c6", "--firmware", "esp32c6.elf", "--bootloader", "boot.bin"];
    let output = folder.fails(1, &other)?;
    check(output.err().contains("boot loader for the ESP32-C3, and the board has the ESP32-C6"), || {
        output.to_string()
    })?;
    fs::write(folder.path("huge.bin"), [&fs::read(folder.path("boot.bin"))?[..], &[0; 0x8000]].concat())?;
    let output = folder.fails(1, &[&["image", "-o", "x"], &own[..], &["--bootloader", "huge.bin"]].concat())?;
    check(output.err().contains("larger than its place of 32768"), || output.to_string())?;
    // A larger flash is told to the boot loader.
    let (image, _) = folder.image(&[&own[..], &["--flash-size", "8M"]].concat())?;
    check(image[3] >> 4 == 3 && image[0x3_0003] >> 4 == 3, || "the boot loader knows another flash".into())
}

fn blocks() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let (file, report) =
        folder.image(&["--board", "rp2040", "--firmware", "rp2040.elf", "--lib", "lib.avm", "app.avm"])?;
    let pages = read_blocks(&file)?;
    // All of the flash as it is after writing, of what was erased before.
    let mut flash = vec![0xff; 2 << 20];
    for (address, page) in &pages {
        let at = address.checked_sub(0x1000_0000).ok_or("a block below the flash")? as usize;
        flash.splice(at..at + 256, page.iter().copied());
    }
    let mut expected = vec![0xff; 2 << 20];
    let elf = Elf::rp2040();
    let mut put = |at: usize, bytes: &[u8]| drop(expected.splice(at..at + bytes.len(), bytes.iter().copied()));
    for section in elf.sections.iter().filter(|section| !section.is_empty) {
        put(section.load as usize - 0x1000_0000, &section.data);
    }
    let (library, program) = (fs::read(folder.path("lib.avm"))?, fs::read(folder.path("app.avm"))?);
    put(0x10_0000, &library);
    put(0x18_0000, &program);
    check(flash == expected, || "the flash is another".into())?;
    let sectors = |length: usize| length.div_ceil(4096) * 16;
    let blocks = sectors(0x1200 + 300) + sectors(library.len()) + sectors(program.len());
    check(pages.len() == blocks, || format!("{} blocks, not {blocks}", pages.len()))?;
    let firmware = &report["partitions"][0];
    check(firmware["used"] == 0x1200 + 300 && firmware["offset"] == 0x1000_0000, || report.to_string())?;
    check(report["memories"][0]["used"] == 1300, || report.to_string())
}

fn atomic() -> Result<(), Failed> {
    let folder = Folder::new()?;
    fs::write(folder.path("out.bin"), "what was there")?;
    let before: Vec<_> = fs::read_dir(folder.path(""))?.flatten().map(|entry| entry.file_name()).collect();
    let arguments = ["image", "-o", "out.bin", "--board", "esp32c3", "--firmware", "esp32c3.elf"];
    for more in [&["large.avm"][..], &["text.txt"], &["missing.avm"], &["--partitions", "overlap.csv", "app.avm"]] {
        folder.fails(1, &[&arguments[..], more].concat())?;
        check(fs::read(folder.path("out.bin"))? == b"what was there", || format!("{more:?} changed the output"))?;
    }
    let after: Vec<_> = fs::read_dir(folder.path(""))?.flatten().map(|entry| entry.file_name()).collect();
    check(before == after, || "files were left behind".into())?;
    // No input is written over.
    folder.fails(2, &["image", "-o", "app.avm", "--board", "esp32c3", "--firmware", "esp32c3.elf", "app.avm"])?;
    folder.fails(2, &["image", "-o", "esp32c3.elf", "--board", "esp32c3", "--firmware", "esp32c3.elf"])?;
    Ok(())
}

fn schemas() -> Result<(), Failed> {
    let folder = Folder::new()?;
    for (codes, arguments) in [
        (
            &[0][..],
            &["image", "-o", "o", "-f", "json", "--board", "esp32c3", "--firmware", "esp32c3.elf", "app.avm"][..],
        ),
        (&[0], &["image", "-o", "o", "-f", "json", "--board", "rp2040", "--firmware", "rp2040.elf", "app.avm"]),
        (&[0], &["boards", "--format", "json"]),
        (&[0], &["doctor", "--format", "json"]),
        (&[0, 1], &["doctor", "--format", "json", "--board", "esp32s3"]),
    ] {
        let output = folder.run(arguments)?;
        check(output.code().is_some_and(|code| codes.contains(&code)), || output.to_string())?;
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let name = arguments[0];
        let path = emberl_tests::repository_dir().join(format!("cli/schemas/{name}.schema.json"));
        fits(&serde_json::from_slice(&fs::read(path)?)?, &value, name)?;
        if name == "doctor" {
            let missing =
                value["checks"].as_array().into_iter().flatten().any(|c| c["needed"] == true && c["found"] == false);
            check(value["ready"] == !missing && output.code() == Some(i32::from(missing)), || output.to_string())?;
        }
    }
    Ok(())
}

/// What the library says of a firmware with one pack.
fn try_build(board: &'static Board, elf: &[u8], table: Option<&[u8]>) -> Result<Vec<u8>, emberl_image::Error> {
    let firmware = Input { name: "f.elf", bytes: elf };
    let table = table.map(|bytes| Input { name: "t.csv", bytes });
    let contents = vec![Content { partition: "nvs", file: Input { name: "n", bytes: &[1, 2] } }];
    let contents = if board.image == ImageKind::Merged { contents } else { Vec::new() };
    let request = Request { board, flash: None, firmware, table, bootloader: None, contents };
    build(&request).map(|image| image.bytes)
}

fn hostile_firmware() -> Result<(), Failed> {
    let (mut fine, mut wrong) = (0, 0);
    for board in BOARDS.iter().filter(|board| board.image != ImageKind::Emulated) {
        let elf = if board.chip == Chip::Rp2040 { Elf::rp2040() } else { Elf::esp(board.chip) };
        // Most of the bytes are code, whose changes say nothing: these are headers and tables above all.
        let bytes = small(elf).bytes();
        check(try_build(board, &bytes, None).is_ok(), || format!("{:?}", try_build(board, &bytes, None)))?;
        for changed in mutate::mutations(&bytes, 11, 400) {
            match try_build(board, &changed, None) {
                Ok(_) => fine += 1,
                Err(error) if error.what.is_empty() || error.cure.is_empty() => return Err(text(error).into()),
                Err(_) => wrong += 1,
            }
        }
        for length in (0..bytes.len()).step_by(7) {
            check(try_build(board, &bytes[..length], None).is_err(), || format!("cut at {length}"))?;
        }
    }
    check(fine > 100 && wrong > 500, || format!("{fine} fine, {wrong} wrong"))
}

/// The firmware with little code.
fn small(mut elf: Elf) -> Elf {
    for section in &mut elf.sections {
        if section.name == ".text" {
            section.data.truncate(40);
        }
    }
    if elf.machine == Chip::Rp2040.architecture().machine() {
        for section in elf.sections.iter_mut().filter(|section| section.name == ".data") {
            section.load = 0x1000_0228;
        }
    }
    elf
}

fn hostile_by_hand() -> Result<(), Failed> {
    let board = Board::named("esp32c3").ok_or("no board")?;
    let told = |change: &dyn Fn(&mut Elf), expected: &str| {
        let mut elf = small(Elf::esp(Chip::Esp32c3));
        change(&mut elf);
        match try_build(board, &elf.bytes(), None) {
            Err(error) if error.to_string().contains(expected) => Ok(()),
            other => Err(Failed::from(format!("{expected}: {:?}", other.map(|image| image.len())))),
        }
    };
    let section = |elf: &mut Elf, name: &str| elf.sections.iter().position(|section| section.name == name).unwrap_or(0);
    told(&|elf| elf.machine = 94, "built for Xtensa, and the ESP32-C3 is 32-bit RISC-V")?;
    told(&|elf| elf.machine = 62, "built for machine 62")?;
    told(&|elf| elf.kind = 1, "no linked program")?;
    told(&|elf| elf.entry = 0, "starts at 0x0, where nothing is loaded")?;
    told(&|elf| elf.sections[0].data[0] = 0, "holds no description")?;
    told(&|elf| elf.sections[0].data[180] = 40, "pages of a size")?;
    told(&|elf| elf.sections[0].data.truncate(255), "cut short")?;
    told(&|elf| elf.sections[0].name = ".other", "has no section .flash.appdesc")?;
    told(&|elf| elf.sections[1].name = ".flash.appdesc", "two sections .flash.appdesc")?;
    told(&|elf| (elf.sections[0].address, elf.sections[0].load) = (0x3fc9_0000, 0x3fc9_0000), "is not in the flash")?;
    // Not at a word: what fills the space up to a page would have no end.
    told(&|elf| elf.sections[2].address += 1, "begins at 0x42000021, which is no word")?;
    told(&|elf| elf.sections[1].address -= 4, "overlaps .flash.appdesc")?;
    told(&|elf| elf.sections[1].address = 0x3c00_0000 - 8, "is in no memory of that chip")?;
    told(&|elf| elf.sections[1].address = 0xffff_fff0, "has no end")?;
    told(&|elf| elf.sections[1].load = 0xffff_fff0, "has no end")?;
    told(
        &|elf| elf.sections.extend((0..70).map(|n| Section::new("x", 0x4200_1000 + n * 64, vec![1]))),
        "more than 64",
    )?;
    // One byte in each of twenty pages: more segments than the boot loader loads.
    told(
        &|elf| elf.sections.extend((1..20).map(|n| Section::new("x", 0x4200_1000 + n * 0x1_0000, vec![1; 4]))),
        "segments, and the boot loader",
    )?;
    told(&|elf| elf.sections.push(Section::new(".x", 0x4210_0000, vec![0; 0x20_0000])), "bytes too large")?;
    told(&|elf| elf.sections.push(Section::new(".x", 0x4210_0000, vec![0; 0x48_0000])), "and the flash has 4194304")?;
    // Names of symbols over the same bytes, again and again.
    told(
        &|elf| {
            let at = section(elf, ".espressif.metadata");
            elf.symbols = vec![("a", at, 0, 7); 300];
        },
        "metadata is too large",
    )?;
    told(&|elf| elf.symbols[0].3 = u32::MAX, "metadata is too large")?;
    let other = Elf::esp(Chip::Esp32c6).bytes();
    let error = try_build(board, &other, None).err().map(text).unwrap_or_default();
    check(error.contains("firmware for the ESP32-C6, and the board has the ESP32-C3"), || error.clone())?;
    // Without what it says of itself, the addresses tell.
    let mut silent = Elf::esp(Chip::Esp32c6);
    silent.symbols.clear();
    let error = try_build(board, &silent.bytes(), None).err().map(text).unwrap_or_default();
    check(error.contains("is in no memory of that chip"), || error.clone())?;
    rp2040_by_hand()
}

fn rp2040_by_hand() -> Result<(), Failed> {
    let board = Board::named("rp2040").ok_or("no board")?;
    let told = |change: &dyn Fn(&mut Elf), expected: &str| {
        let mut elf = Elf::rp2040();
        change(&mut elf);
        match try_build(board, &elf.bytes(), None) {
            Err(error) if error.to_string().contains(expected) => Ok(()),
            other => Err(Failed::from(format!("{expected}: {:?}", other.map(|image| image.len())))),
        }
    };
    told(&|elf| elf.sections[0].data[9] ^= 1, "have no checksum")?;
    told(&|elf| elf.sections[1].data[3] = 0, "no table of vectors")?;
    told(&|elf| elf.sections[1].data[4] = 0, "first instruction")?;
    told(&|elf| elf.sections[1].data[7] = 0x20, "first instruction")?;
    told(&|elf| elf.sections[3].load = 0x2000_0000, "is not in the flash")?;
    told(&|elf| elf.sections[3].load = 0x100f_ff00, "ends 44 bytes behind its part of the flash at 0x10100000")?;
    told(&|elf| elf.sections[3].load = 0x1000_0280, "overlap")?;
    told(&|elf| elf.machine = 243, "built for 32-bit RISC-V, and the RP2040 is ARM")
}

fn hostile_tables() -> Result<(), Failed> {
    let board = Board::named("esp32c3").ok_or("no board")?;
    let elf = Elf::esp(Chip::Esp32c3).bytes();
    let csv = partition::csv::write(&board.table());
    let binary = partition::binary::write(&board.table());
    let (mut fine, mut wrong) = (0, 0);
    for (table, seed) in [(csv.as_bytes(), 21), (&binary[..32 * 7], 22)] {
        for changed in mutate::mutations(table, seed, 400) {
            match try_build(board, &elf, Some(&changed)) {
                Ok(image) => {
                    check(image.len() <= 4 << 20, || format!("{} bytes", image.len()))?;
                    fine += 1;
                }
                Err(error) if error.what.is_empty() || error.cure.is_empty() => return Err(text(error).into()),
                Err(_) => wrong += 1,
            }
        }
    }
    check(fine > 10 && wrong > 400, || format!("{fine} fine, {wrong} wrong"))
}

fn esptool() -> Result<(), Failed> {
    let folder = Folder::new()?;
    for board in esp_boards() {
        let elf = format!("{}.elf", board.name);
        let (image, report) =
            folder.image(&["--board", board.name, "--firmware", &elf, "--lib", "lib.avm", "app.avm"])?;
        accepted(&folder, board, &image, &report, "test-image")?;
    }
    Ok(())
}

/// ESP-IDF's own code for tables reads ours, and makes the same bytes of the same text.
fn idf_tables() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let mut tables = vec![(
        "own.csv".to_owned(),
        partition::Table::read(&fs::read(folder.path("own.csv"))?, "own.csv").map_err(text)?,
    )];
    for board in esp_boards() {
        let name = format!("{}.csv", board.name);
        fs::write(folder.path(&name), partition::csv::write(&board.table()))?;
        tables.push((name, board.table()));
    }
    let script = "import sys\nfrom esp_idf_defs import PartitionTable\n\
                  table, binary = PartitionTable.from_file(open(sys.argv[1], 'rb'))\nassert not binary\n\
                  table.verify(0x8000)\ntable.verify_size_fits(4 << 20)\n\
                  assert PartitionTable.from_binary(open(sys.argv[2], 'rb').read()) == table\n\
                  open(sys.argv[3], 'wb').write(table.to_binary())\n";
    for (name, table) in tables {
        let ours = partition::binary::write(&table);
        fs::write(folder.path("ours"), &ours)?;
        python(&["-c", script, &name, "ours", "theirs"], &folder)?;
        check(fs::read(folder.path("theirs"))? == ours, || format!("{name}: ESP-IDF makes another table"))?;
    }
    Ok(())
}

/// A program for a test's own `PATH`: a script.
#[cfg(unix)]
fn script(folder: &Folder, name: &str, lines: &str) -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(folder.path("bin"))?;
    let path = folder.path(&format!("bin/{name}"));
    fs::write(&path, format!("#!/bin/sh\n{lines}\n"))?;
    Ok(fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn script(_: &Folder, _: &str, _: &str) -> Result<(), Failed> {
    Err("scripts are for systems like Unix".into())
}

/// Runs `emberl` where only the test's own programs are found.
fn run_alone(folder: &Folder, arguments: &[&str]) -> Result<Output, Failed> {
    let mut command = folder.command()?;
    command.env("PATH", folder.path("bin")).env("RUSTUP_HOME", folder.path("rustup")).args(arguments);
    Ok(process::run(&mut command, LIMIT)?)
}

fn firmware_build() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let sources = folder.path("sources");
    for board in BOARDS {
        fs::create_dir_all(sources.join(board.package))?;
        fs::write(sources.join(board.package).join("Cargo.toml"), "")?;
    }
    let build = |board: &str, more: &[&str]| {
        run_alone(&folder, &[&["firmware", "build", "--source", "sources", "--board", board], more].concat())
    };
    let code = |output: &Output, code: i32| check(output.code() == Some(code), || format!("{code} expected: {output}"));
    // No sources, no Rust, no target.
    let output = run_alone(&folder, &["firmware", "build", "--source", "bin", "--board", "esp32c3"])?;
    code(&output, 1)?;
    check(output.err().contains("bin has no firmware of the board esp32c3"), || output.to_string())?;
    script(&folder, "rustc", "exit 1")?;
    let output = build("esp32c3", &[])?;
    code(&output, 3)?;
    check(output.err().contains("= cure: rustup target add riscv32imc-unknown-none-elf\n"), || output.to_string())?;
    let output = build("esp32s3", &[])?;
    code(&output, 3)?;
    check(output.err().contains("espup install"), || output.to_string())?;
    // Both are there, and cargo tells of a program.
    fs::create_dir_all(folder.path("rustup/toolchains/esp"))?;
    script(&folder, "rustc", "echo .")?;
    let told = r#"{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/made/firmware"}"#;
    script(&folder, "cargo", &format!("echo \"$PWD: $*\" >> {}\necho '{told}'", folder.path("called").display()))?;
    let output = build("esp32c6", &["--features", "wifi,uart"])?;
    code(&output, 0)?;
    check(output.out() == "/made/firmware\n", || output.to_string())?;
    check(output.err().contains("emberl image --board esp32c6 --firmware /made/firmware"), || output.to_string())?;
    code(&build("esp32", &[])?, 0)?;
    let called = fs::read_to_string(folder.path("called"))?;
    let mut called = called.lines();
    let first = called.next().unwrap_or_default();
    let expected =
        "vm-firmware/boards/esp32: build --locked --release --target riscv32imac-unknown-none-elf --target-dir";
    check(first.contains(expected), || first.to_owned())?;
    check(first.contains("--no-default-features --features esp32c6,wifi,uart "), || first.to_owned())?;
    let second = called.next().unwrap_or_default();
    check(second.contains(": +esp build ") && second.contains("-Z build-std=core,alloc"), || second.to_owned())?;
    // By the variable too; and cargo fails.
    script(&folder, "cargo", "echo it broke >&2; exit 101")?;
    let mut command = folder.command()?;
    command.env("PATH", folder.path("bin")).env("EMBERL_SOURCE", &sources);
    let output = process::run(command.args(["firmware", "build", "--board", "esp32c3"]), LIMIT)?;
    code(&output, 3)?;
    check(output.err().contains("it broke\nerror: the firmware could not be built"), || output.to_string())?;
    script(&folder, "cargo", "exit 0")?;
    let output = build("esp32c3", &[])?;
    code(&output, 3)?;
    check(output.err().contains("cargo built no program"), || output.to_string())
}

fn doctor() -> Result<(), Failed> {
    let folder = Folder::new()?;
    fs::create_dir_all(folder.path("bin"))?;
    let run = |arguments: &[&str]| run_alone(&folder, &[&["doctor"], arguments].concat());
    let code = |output: &Output, code: i32| check(output.code() == Some(code), || format!("{code} expected: {output}"));
    // Nothing is there, and without a board nothing is needed.
    let output = run(&[])?;
    code(&output, 0)?;
    for cure in
        ["rustup target add thumbv6m-none-eabi", "sh.rustup.rs", "espup install", "apt-get install qemu-system-misc"]
    {
        check(output.out().contains(cure), || format!("{cure}: {output}"))?;
    }
    let output = run(&["--board", "rp2040"])?;
    code(&output, 1)?;
    check(output.out().contains("missing Rust for thumbv6m-none-eabi"), || output.to_string())?;
    check(output.out().ends_with("what the board rp2040 needs is not all here\n"), || output.to_string())?;
    // Rust for every target, as root: enough for all but the emulator and Xtensa.
    script(&folder, "rustc", "case $1 in --version) echo rustc 9.9.9;; *) echo .;; esac")?;
    script(&folder, "cargo", "echo cargo 9.9.9")?;
    script(&folder, "id", "case $1 in -u) echo 0;; *) echo root;; esac")?;
    for (board, ready) in [("rp2040", true), ("esp32c3", true), ("esp32s2", false), ("qemu-riscv32", false)] {
        let output = run(&["--board", board])?;
        code(&output, i32::from(!ready))?;
        check(output.out().contains("rustc 9.9.9"), || output.to_string())?;
    }
    // A user without the group of serial ports cannot flash, but copy to a drive.
    script(&folder, "id", "case $1 in -u) echo 1000;; *) echo users;; esac")?;
    if cfg!(target_os = "linux") {
        let output = run(&["--board", "esp32c3"])?;
        code(&output, 1)?;
        check(output.out().contains("missing serial ports") && output.out().contains("usermod -aG"), || {
            output.to_string()
        })?;
    }
    code(&run(&["--board", "rp2040"])?, 0)?;
    // A program that is there but does not run is missing.
    script(&folder, "rustc", "exit 1")?;
    code(&run(&["--board", "rp2040"])?, 1)
}
