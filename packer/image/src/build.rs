//! The image of a board: its firmware, its packs and what is between them. Owns the order of the checks, and what is
//! told of the result. Nothing is made before everything was checked.

use emberl_format::avm::Avm;

use crate::board::{Board, ImageKind};
use crate::error::{Error, Result};
use crate::firmware::{Firmware, Use};
use crate::partition::{Partition, TABLE_OFFSET, TABLE_SIZE, Table, binary, kind};
use crate::{esp, rp2040, size};

/// The partition of the program.
pub const PROGRAM: &str = "main.avm";
/// The partition of the library.
pub const LIBRARY: &str = "boot.avm";

/// A file.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its name, for errors and the report.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// What goes into a partition.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The partition's name.
    pub partition: &'a str,
    /// The file.
    pub file: Input<'a>,
}

/// What an image is made of.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The board.
    pub board: &'static Board,
    /// The bytes of its flash; `None` for what the board has.
    pub flash: Option<u32>,
    /// The firmware, an ELF file.
    pub firmware: Input<'a>,
    /// A partition table, as CSV or binary; `None` for the board's own.
    pub table: Option<Input<'a>>,
    /// A boot loader for an ESP chip, which is taken as it is; `None` for espflash's.
    pub bootloader: Option<Input<'a>>,
    /// Packs and other files.
    pub contents: Vec<Content<'a>>,
}

/// A part of the flash, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The partition's name, or `boot loader`, `partition table`.
    pub name: String,
    /// Its type and subtype, `app/factory`; empty for what is no partition.
    pub kind: String,
    /// Where it begins: in the flash of ESP chips, in the addresses of others.
    pub offset: u32,
    /// Its bytes.
    pub size: u32,
    /// The bytes that the image has for it.
    pub used: u32,
    /// The file they come from.
    pub file: Option<String>,
}

impl Area {
    /// The bytes left.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.size.saturating_sub(self.used)
    }
}

/// An image, and what is told of it.
#[derive(Clone, Debug)]
pub struct Image {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// The parts of the flash, in their order.
    pub areas: Vec<Area>,
    /// The memories of the chip, with what the firmware's static data and code take.
    pub memories: Vec<Use>,
}

/// Bytes and their place in the flash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed<'a> {
    pub(crate) offset: u32,
    pub(crate) bytes: &'a [u8],
}

/// Makes an image. The same request gives the same bytes.
///
/// # Errors
/// When something does not fit, is for another chip, overlaps, or is no file of its kind.
pub fn build(request: &Request<'_>) -> Result<Image> {
    let board = request.board;
    if board.image == ImageKind::Emulated {
        let what = format!("the board {} has no flash: its firmware is run by an emulator", board.name);
        return Err(Error::new(what, format!("run the pack: emberl run --board {} PACK", board.name)));
    }
    let flash = flash_size(request)?;
    let table = table(request, flash)?;
    let placed = contents(request, &table)?;
    let file = request.firmware.name;
    let firmware = Firmware::read(request.firmware.bytes, file, board.chip, flash)?;
    let part = table.app().ok_or_else(|| {
        Error::new("the board has no partition for the firmware", "give a table with one: --partitions")
    })?;
    if let Some(content) = request.contents.iter().find(|content| content.partition == part.name) {
        let what = format!("{} cannot go into {}: the firmware is there", content.file.name, part.name);
        return Err(Error::new(what, "name another partition"));
    }
    let mut areas = areas(&table, request);
    let bytes = if board.image == ImageKind::Uf2 {
        let used = rp2040::firmware(&firmware, file, part)?;
        fill(&mut areas, &part.name, used, file);
        areas = areas.into_iter().map(rp2040::told).collect();
        rp2040::image(&firmware, &placed)?
    } else {
        let started = esp::start(&firmware, file, board.chip, flash, part, request.bootloader)?;
        let table_bytes = binary::write(&table);
        let mut parts = placed;
        parts.push(Placed { offset: started.bootloader_offset, bytes: &started.bootloader });
        parts.push(Placed { offset: TABLE_OFFSET, bytes: &table_bytes });
        parts.push(Placed { offset: part.offset, bytes: &started.app });
        fill(&mut areas, &part.name, started.app.len(), file);
        own_areas(&mut areas, &started, table_bytes.len(), request);
        esp::merge(&mut parts)?
    };
    Ok(Image { bytes, areas, memories: firmware.memories })
}

/// The size of the flash, if the board's can have that.
fn flash_size(request: &Request<'_>) -> Result<u32> {
    let board = request.board;
    let Some(flash) = request.flash else { return Ok(board.flash) };
    let is_known = match board.image {
        ImageKind::Merged => esp::is_flash_size(flash),
        _ => flash.is_power_of_two() && (board.flash..=16 << 20).contains(&flash),
    };
    if is_known {
        return Ok(flash);
    }
    let what = format!("the {} has no flash of {}", board.chip, size::shown(flash));
    let cure = match board.image {
        ImageKind::Merged => "give --flash-size 2M, 4M, 8M, 16M or 32M",
        _ => "give --flash-size 2M, 4M, 8M or 16M",
    };
    Err(Error::new(what, cure))
}

/// The partition table, checked.
fn table(request: &Request<'_>, flash: u32) -> Result<Table> {
    let board = request.board;
    if board.image == ImageKind::Uf2 {
        let given =
            [(request.table, "--partitions", "partition table"), (request.bootloader, "--bootloader", "boot loader")];
        if let Some((_, option, what)) = given.iter().find(|(input, ..)| input.is_some()) {
            let what = format!("the board {} has no {what} of its own", board.name);
            return Err(Error::new(what, format!("leave {option} out")));
        }
        return Ok(board.table());
    }
    let (table, name) = match request.table {
        Some(Input { name, bytes }) => (Table::read(bytes, name)?, name),
        None => (board.table(), "the board's partition table"),
    };
    table.check(flash, name)?;
    Ok(table)
}

/// The packs and files at their partitions' places.
fn contents<'a>(request: &Request<'a>, table: &Table) -> Result<Vec<Placed<'a>>> {
    let mut placed = Vec::new();
    let mut is_started = false;
    for (index, content) in request.contents.iter().enumerate() {
        let Content { partition: name, file } = *content;
        let Some(partition) = table.find(name) else { return Err(no_partition(name, file.name, table, request)) };
        if let Some(other) = request.contents.iter().take(index).find(|other| other.partition == name) {
            return Err(Error::new(
                format!("{} and {} are both for the partition {name}", other.file.name, file.name),
                "make one pack of them (emberl pack -o app.avm ONE TWO), or name another partition: PARTITION=FILE",
            ));
        }
        if name == PROGRAM || name == LIBRARY {
            is_started |= starts(file)?;
        }
        if file.bytes.len() as u64 > u64::from(partition.size) {
            return Err(too_large(file, partition, request.board.image));
        }
        placed.push(Placed { offset: partition.offset, bytes: file.bytes });
    }
    let program = request.contents.iter().find(|content| content.partition == PROGRAM);
    if let Some(program) = program.filter(|_| !is_started) {
        let what = format!("nothing starts: {} has no module that is marked as the start", program.file.name);
        return Err(Error::new(what, "pack it with --start MODULE, and without --lib"));
    }
    Ok(placed)
}

fn no_partition(name: &str, file: &str, table: &Table, request: &Request<'_>) -> Error {
    let names: Vec<&str> = table.partitions().iter().map(|partition| partition.name.as_str()).collect();
    let place = request.table.map_or("the board's partition table", |table| table.name);
    let what = format!("{place} has no partition {name} for {file}; it has {}", names.join(", "));
    let cure = if name == PROGRAM || name == LIBRARY {
        format!("add a line: {name}, data, phy, , 512K")
    } else {
        "name one of them: PARTITION=FILE".to_owned()
    };
    Error::new(what, cure)
}

/// Whether a pack starts a program.
fn starts(file: Input<'_>) -> Result<bool> {
    let pack = Avm::parse(file.bytes).map_err(|error| {
        Error::new(format!("{} is no pack: {error}", file.name), "make one: emberl pack -o app.avm build/")
    })?;
    Ok(pack.start().is_some())
}

fn too_large(file: Input<'_>, partition: &Partition, image: ImageKind) -> Error {
    let (size, room) = (file.bytes.len(), partition.size);
    let more = size - room as usize;
    let what =
        format!("{} is {more} bytes too large: {size} for the partition {} of {room}", file.name, partition.name);
    let smaller = "make it smaller (emberl pack --prune --strip lines)";
    let cure = match image {
        ImageKind::Merged => format!("{smaller}, or give a table with a larger partition (--partitions)"),
        _ => format!("{smaller}, or put a part of it into a library (--lib)"),
    };
    Error::new(what, cure)
}

/// The partitions, with what goes into them.
fn areas(table: &Table, request: &Request<'_>) -> Vec<Area> {
    let of = |partition: &Partition| {
        let content = request.contents.iter().find(|content| content.partition == partition.name);
        Area {
            name: partition.name.clone(),
            kind: format!("{}/{}", kind::name(partition.kind), kind::subtype_name(partition.kind, partition.subtype)),
            offset: partition.offset,
            size: partition.size,
            used: content.map_or(0, |content| u32::try_from(content.file.bytes.len()).unwrap_or(u32::MAX)),
            file: content.map(|content| content.file.name.to_owned()),
        }
    };
    let mut areas: Vec<Area> = table.partitions().iter().map(of).collect();
    areas.sort_by_key(|area| area.offset);
    areas
}

fn fill(areas: &mut [Area], name: &str, used: usize, file: &str) {
    if let Some(area) = areas.iter_mut().find(|area| area.name == name) {
        area.used = u32::try_from(used).unwrap_or(u32::MAX);
        area.file = Some(file.to_owned());
    }
}

/// The parts of the flash before all partitions. A table may name them itself.
fn own_areas(areas: &mut Vec<Area>, started: &esp::Started, table: usize, request: &Request<'_>) {
    let bootloader = Area {
        name: "boot loader".to_owned(),
        kind: String::new(),
        offset: started.bootloader_offset,
        size: TABLE_OFFSET - started.bootloader_offset,
        used: u32::try_from(started.bootloader.len()).unwrap_or(u32::MAX),
        file: request.bootloader.map(|input| input.name.to_owned()),
    };
    let table = Area {
        name: "partition table".to_owned(),
        offset: TABLE_OFFSET,
        size: TABLE_SIZE,
        used: u32::try_from(table).unwrap_or(u32::MAX),
        file: request.table.map(|input| input.name.to_owned()),
        ..bootloader.clone()
    };
    areas.retain(|area| area.offset >= TABLE_OFFSET + TABLE_SIZE);
    areas.splice(0..0, [bootloader, table]);
}
