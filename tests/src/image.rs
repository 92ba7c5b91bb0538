//! Images of boards' flash, as tests make and read them: a folder with firmware and packs, readers that know nothing of
//! ours, and Espressif's tool.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command, time::Duration};

use emberl_format::avm::Builder;
use emberl_image::{Board, Chip, board::BOARDS, board::ImageKind};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Failed, bin, check,
    elf::{Elf, pattern},
    process::{self, Output},
    tools::Tool,
};

/// How long a command may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The boards with an ESP chip.
pub fn esp_boards() -> impl Iterator<Item = &'static Board> {
    BOARDS.iter().filter(|board| board.image == ImageKind::Merged)
}

/// A folder with firmware of every chip, packs and tables.
pub struct Folder(TempDir);

impl Folder {
    /// Makes it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn new() -> Result<Self, Failed> {
        let folder = Self(TempDir::new()?);
        for board in esp_boards() {
            fs::write(folder.path(&format!("{}.elf", board.name)), Elf::esp(board.chip).bytes())?;
        }
        fs::write(folder.path("rp2040.elf"), Elf::rp2040().bytes())?;
        fs::write(folder.path("app.avm"), pack(3, 5000)?)?;
        fs::write(folder.path("lib.avm"), pack(2, 3001)?)?;
        fs::write(folder.path("large.avm"), pack(3, 0x20_0000)?)?;
        fs::write(folder.path("nvs.bin"), pattern(9, 0x1000))?;
        fs::write(folder.path("text.txt"), "no pack\n")?;
        let table = "nvs, data, nvs, , 24K\nota, data, ota, , 8K\nstore, data, fat, , 64K\n\
                     ota_0, app, ota_0, , 1M\nota_1, app, ota_1, , 1M\nmain.avm, data, phy, , 1M, readonly\n";
        fs::write(folder.path("own.csv"), table)?;
        fs::write(folder.path("small.csv"), "factory, app, factory, , 64K\nmain.avm, data, phy, , 64K\n")?;
        fs::write(folder.path("none.csv"), "factory, app, factory, , 1M\n")?;
        fs::write(folder.path("overlap.csv"), "factory,app,factory,0x10000,1M\nmain.avm,data,phy,0x100000,1M\n")?;
        fs::write(folder.path("broken.csv"), "# a table\nfactory, app, factory, , 1X\n")?;
        Ok(folder)
    }

    /// The path of a file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `emberl`, to be run in it, with no variable set that it looks at.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn command(&self) -> Result<Command, Failed> {
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(self.0.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.env_remove("EMBERL_SOURCE");
        Ok(command)
    }

    /// Runs `emberl` in it.
    ///
    /// # Errors
    /// When it cannot be started, or takes too long.
    pub fn run(&self, arguments: &[&str]) -> Result<Output, Failed> {
        Ok(process::run(self.command()?.args(arguments), LIMIT)?)
    }

    /// Runs `emberl`, which must end with this exit code.
    ///
    /// # Errors
    /// When it ends with another one.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> Result<Output, Failed> {
        let output = self.run(arguments)?;
        check(output.code() == Some(code), || format!("exit code {code} expected: {output}"))?;
        Ok(output)
    }

    /// Makes an image, and gives its bytes and the report.
    ///
    /// # Errors
    /// When `emberl image` fails.
    pub fn image(&self, arguments: &[&str]) -> Result<(Vec<u8>, Value), Failed> {
        let output = self.run(&[&["image", "-o", "out", "--format", "json"], arguments].concat())?.ok()?;
        Ok((fs::read(self.path("out"))?, serde_json::from_slice(&output.stdout)?))
    }
}

/// A pack of at least so many bytes.
///
/// # Errors
/// When it cannot be made.
pub fn pack(flags: u32, size: usize) -> Result<Vec<u8>, Failed> {
    let mut pack = Builder::new();
    let beam = fs::read(crate::package_dir().join("fixtures/cli/app.beam"))?;
    pack.push(b"app.beam", flags, &beam).map_err(text)?;
    pack.push_file(b"app/priv/data", &pattern(8, size)).map_err(text)?;
    Ok(pack.finish())
}

/// An error as text.
pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The word at an offset.
///
/// # Errors
/// When the bytes end before.
pub fn word(bytes: &[u8], at: usize) -> Result<u32, Failed> {
    let word = bytes.get(at..at + 4).ok_or_else(|| format!("no word at {at:#x}"))?;
    Ok(u32::from_le_bytes(word.try_into().map_err(text)?))
}

/// Bytes from an offset on.
///
/// # Errors
/// When the bytes end before.
pub fn range(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], Failed> {
    Ok(bytes.get(at..at + length).ok_or_else(|| format!("no {length} bytes at {at:#x} of {}", bytes.len()))?)
}

/// A reader of UF2, after the text of its format: the flash that the blocks make, without what was never written.
///
/// # Errors
/// When a rule of the format is broken.
pub fn read_blocks(file: &[u8]) -> Result<BTreeMap<u32, Vec<u8>>, Failed> {
    let mut pages = BTreeMap::new();
    check(file.len().is_multiple_of(512), || "no whole blocks".into())?;
    let count = file.len() / 512;
    for (number, block) in file.chunks(512).enumerate() {
        let header: Vec<u32> = (0..8).map(|at| word(block, at * 4)).collect::<Result<_, _>>()?;
        let expected = [0x0a32_4655, 0x9e5d_5157, 0x2000, header[3], 256, number as u32, count as u32, 0xe48b_ff56];
        check(header == expected, || format!("block {number}: {header:x?}"))?;
        check(word(block, 508)? == 0x0ab1_6f30, || format!("block {number} has no end"))?;
        check(block[32 + 256..508].iter().all(|&byte| byte == 0), || format!("block {number} is not filled with 0"))?;
        check(header[3].is_multiple_of(256), || format!("block {number} is at {:#x}", header[3]))?;
        check(pages.insert(header[3], block[32..32 + 256].to_vec()).is_none(), || "a page is there twice".into())?;
    }
    // The ROM erases by the numbers of blocks: sectors are whole, in their order.
    let sectors: Vec<u32> = pages.keys().copied().collect();
    for sector in sectors.chunks(16) {
        let whole = sector.len() == 16 && sector[0].is_multiple_of(4096) && sector[15] - sector[0] == 15 * 256;
        check(whole, || format!("the sector at {:#x} is not whole", sector[0]))?;
    }
    Ok(pages)
}

/// Runs the Python that has esptool, in the folder.
///
/// # Errors
/// When there is none, or it fails.
pub fn python(arguments: &[&str], folder: &Folder) -> Result<Output, Failed> {
    let python = Tool::Esptool.find().ok_or("no Python with esptool")?;
    let mut command = Command::new(python);
    command.current_dir(folder.0.path()).env("NO_COLOR", "1").args(arguments);
    Ok(process::run(&mut command, LIMIT)?.ok()?)
}

/// esptool accepts boot loader and firmware of an image, whose project it tells, and makes the same image of the parts.
///
/// # Errors
/// When it does not.
pub fn accepted(folder: &Folder, board: &Board, image: &[u8], report: &Value, project: &str) -> Result<(), Failed> {
    // Each part by itself, as files, and put together by esptool.
    let mut merge: Vec<String> =
        ["-m", "esptool", "--chip", board.name, "merge-bin", "-o", "merged"].map(String::from).to_vec();
    for area in report["partitions"].as_array().into_iter().flatten() {
        let (offset, used) =
            (area["offset"].as_u64().unwrap_or(0) as usize, area["used"].as_u64().unwrap_or(0) as usize);
        if used != 0 {
            let name = format!("{offset:#x}.part");
            fs::write(folder.path(&name), range(image, offset, used)?)?;
            merge.extend([format!("{offset:#x}"), name]);
        }
    }
    python(&merge.iter().map(String::as_str).collect::<Vec<_>>(), folder)?;
    check(fs::read(folder.path("merged"))? == image, || format!("{}: esptool merges others", board.name))?;
    for part in
        [if matches!(board.chip, Chip::Esp32 | Chip::Esp32s2) { "0x1000.part" } else { "0x0.part" }, "0x10000.part"]
    {
        let told = python(&["-m", "esptool", "--chip", board.name, "image-info", part], folder)?.out();
        let valid = ["(valid)", "Validation hash:", "Checksum:"].iter().all(|word| told.contains(word));
        check(valid && !told.contains("invalid") && told.matches("(valid)").count() == 2, || {
            format!("{}: {told}", board.name)
        })?;
        check(part != "0x10000.part" || told.contains(project), || format!("{}: {told}", board.name))?;
    }
    Ok(())
}
