//! What is in a pack or an image: modules, plain files, firmware. Owns the reading of what tells names and versions.

use emberl_format::avm::{Avm, HEADER, Kind, Section};
use emberl_format::beam::{self, Chunks};
use emberl_format::etf::{self, Term};
use emberl_format::module::atoms::Atoms;
use emberl_image::partition::{TABLE_OFFSET, TABLE_SIZE, binary};
use emberl_packer::diagnostic::Diagnostic;
use emberl_packer::packbeam;

use crate::failure::{Failure, Result};

/// The first byte of an ESP application image.
const ESP_MAGIC: u8 = 0xe9;
/// Where ESP-IDF's application descriptor is, in an image: behind the headers of image and first segment.
const DESCRIPTOR: usize = 0x20;
const DESCRIPTOR_MAGIC: u32 = 0xabcd_5432;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A pack of modules.
    Pack,
    /// Firmware alone, or all of a chip's flash.
    Image,
}

/// A file and its parts.
#[derive(Debug)]
pub(super) struct Contents {
    /// The file's name, without its folder: where it is, is no part of it.
    pub(super) name: String,
    /// What it is.
    pub(super) what: What,
    /// Its SHA-256.
    pub(super) sha256: String,
    /// What is in it, in order.
    pub(super) parts: Vec<Part>,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A module.
    Module,
    /// A plain file of a pack.
    File,
    /// Firmware.
    Firmware,
}

/// A part of a file.
#[derive(Debug)]
pub(super) struct Part {
    /// What it is.
    pub(super) sort: Sort,
    /// The module's name, or the file's, or the project's of firmware.
    pub(super) name: String,
    /// Its version, where it says one.
    pub(super) version: Option<String>,
    /// The application that it belongs to, where the pack says so.
    pub(super) application: Option<String>,
    /// The SHA-256 of its bytes.
    pub(super) sha256: String,
    /// More about it, by name.
    pub(super) more: Vec<(&'static str, String)>,
}

/// Reads a file.
///
/// # Errors
/// When it is neither a pack nor an image of an ESP chip, or is damaged.
pub(super) fn of(path: &str, bytes: &[u8]) -> Result<Contents> {
    let name = path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or(path).to_owned();
    let (what, parts) = if bytes.starts_with(HEADER) {
        (What::Pack, pack(path, bytes, None)?)
    } else if let Some(parts) = image(path, bytes)? {
        (What::Image, parts)
    } else {
        return Err(Failure::input(
            format!("{path} is neither a pack nor an image of an ESP chip"),
            "name a file that emberl pack or emberl image has made; of a UF2 file, the pack that went into it",
        ));
    };
    Ok(Contents { name, what, sha256: sha256(bytes), parts })
}

/// The SHA-256 of some bytes, as it is written.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of an image: firmware alone, or all of the flash. `None` when it is neither.
fn image(path: &str, bytes: &[u8]) -> Result<Option<Vec<Part>>> {
    let table = bytes.get(TABLE_OFFSET as usize..(TABLE_OFFSET + TABLE_SIZE) as usize);
    let Some(table) = table.filter(|table| table.starts_with(&binary::MAGIC)) else {
        return Ok(firmware(bytes, None).map(|part| vec![part]));
    };
    let table = binary::read(table).map_err(|wrong| {
        Failure::input(format!("the partition table of {path} is damaged: {wrong}"), "make the image again")
    })?;
    let mut parts = Vec::new();
    for partition in table.partitions() {
        // What the file does not reach was never written.
        let from = partition.offset as usize;
        let to = usize::try_from(partition.end()).unwrap_or(usize::MAX).min(bytes.len());
        let Some(inside) = bytes.get(from..to) else { continue };
        if partition.is_app() {
            parts.extend(firmware(inside, Some(&partition.name)));
        } else if inside.starts_with(HEADER) {
            parts.extend(pack(&format!("{path}({})", partition.name), inside, Some(&partition.name))?);
        }
    }
    Ok(Some(parts))
}

/// Firmware, by the descriptor that it may have in it.
fn firmware(bytes: &[u8], partition: Option<&str>) -> Option<Part> {
    let own = image_bytes(bytes)?;
    let descriptor = own.get(DESCRIPTOR..).filter(|rest| number(rest, 0) == Some(DESCRIPTOR_MAGIC));
    let text = |at: usize, length: usize| {
        let field = descriptor?.get(at..at + length)?;
        let text = String::from_utf8_lossy(field.split(|&byte| byte == 0).next()?).into_owned();
        Some(text).filter(|text| !text.is_empty())
    };
    let mut more = Vec::new();
    if let Some(partition) = partition {
        more.push(("emberl:partition", partition.to_owned()));
    }
    if let Some(chip) = own.get(12..14).and_then(|id| Some(u16::from_le_bytes(*id.first_chunk()?))) {
        more.push(("emberl:chip_id", chip.to_string()));
    }
    // magic, secure_version, two words, version, project_name, time, date, idf_ver, app_elf_sha256
    if let Some(sdk) = text(112, 32) {
        more.push(("emberl:idf_version", sdk));
    }
    let elf =
        descriptor.and_then(|descriptor| descriptor.get(144..176)).filter(|sum| sum.iter().any(|&byte| byte != 0));
    if let Some(elf) = elf {
        more.push(("emberl:elf_sha256", elf.iter().map(|byte| format!("{byte:02x}")).collect()));
    }
    Some(Part {
        sort: Sort::Firmware,
        name: text(48, 32).unwrap_or_else(|| "firmware".to_owned()),
        version: text(16, 32),
        application: None,
        sha256: sha256(own),
        more,
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The bytes of an application image, which says itself how long it is: a header of 24 bytes, segments with headers of 8,
/// a checksum in the last byte of 16, and a digest of 32 where the header says so.
fn image_bytes(bytes: &[u8]) -> Option<&[u8]> {
    let header = bytes.first_chunk::<24>().filter(|header| header[0] == ESP_MAGIC)?;
    let mut at = header.len();
    for _ in 0..header[1] {
        let length = number(bytes, at + 4)? as usize;
        at = at.checked_add(8)?.checked_add(length)?;
    }
    at = at.checked_add(1)?.checked_next_multiple_of(16)?;
    let at = if header[23] == 1 { at.checked_add(32)? } else { at };
    bytes.get(..at)
}

/// An application's specification, as far as it is told.
struct Application {
    name: String,
    version: Option<String>,
    modules: Vec<String>,
}

/// The parts of a pack.
fn pack(path: &str, bytes: &[u8], partition: Option<&str>) -> Result<Vec<Part>> {
    let avm = Avm::parse(bytes).map_err(|error| Failure::Findings(vec![Diagnostic::unreadable(path, &error)]))?;
    let applications: Vec<Application> = avm.sections().iter().filter_map(application).collect();
    let mut parts = Vec::new();
    for section in avm.sections() {
        let content = packbeam::stored_data(section);
        let mut part = if content.starts_with(b"FOR1") {
            module(section, content, &applications)
        } else if section.kind() == Kind::File {
            plain_file(section)
        } else {
            continue;
        };
        part.more.extend(partition.map(|partition| ("emberl:partition", partition.to_owned())));
        parts.push(part);
    }
    Ok(parts)
}

fn module(section: &Section<'_>, content: &[u8], applications: &[Application]) -> Part {
    let shown = section.name_shown();
    let file = shown.strip_suffix(".beam").unwrap_or(&shown).to_owned();
    let inflated = beam::uncompressed(content).ok();
    let chunks = inflated.as_deref().and_then(|bytes| Chunks::parse(bytes).ok());
    let atoms = chunks.as_ref().and_then(|chunks| Atoms::parse(chunks.get(b"AtU8")?.data).ok());
    // The name in it is the module's; the section may be named otherwise.
    let name = atoms.and_then(|atoms| atoms.get(1).map(str::to_owned)).unwrap_or(file);
    let application = applications.iter().find(|application| application.modules.contains(&name));
    let version = chunks.as_ref().and_then(vsn).or_else(|| application?.version.clone());
    let more = if section.is_start() { vec![("emberl:start", "true".to_owned())] } else { Vec::new() };
    Part {
        sort: Sort::Module,
        version,
        application: application.map(|application| application.name.clone()),
        sha256: sha256(content),
        name,
        more,
    }
}

fn plain_file(section: &Section<'_>) -> Part {
    let name = section.name_shown();
    // `APPLICATION/priv/FILE` is how build tools name them.
    let application = name.split_once("/priv/").map(|(application, _)| application.to_owned());
    let sha256 = sha256(section.file_contents().unwrap_or(section.data));
    Part { sort: Sort::File, version: None, application, sha256, name, more: Vec::new() }
}

/// The attribute `vsn` of a module: by the compiler the MD5 of its code as a number, or what its source says.
fn vsn(chunks: &Chunks<'_>) -> Option<String> {
    let attributes = etf::decode(chunks.get(b"Attr")?.data).ok()?;
    let Term::List { elements: values, .. } = property(&attributes, "vsn")? else { return None };
    match values.as_slice() {
        [Term::Atom(text)] => Some(text.to_string()),
        [Term::Bitstring { bytes, bits }] if *bits == bytes.len() * 8 => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        [inner @ Term::List { .. }] => string(inner).or_else(|| Some(inner.to_string())),
        [] => None,
        [one] => Some(one.to_string()),
        // Of `-vsn("1.0")` the characters.
        values => string(&Term::list(values.to_vec())).or_else(|| Some(Term::list(values.to_vec()).to_string())),
    }
}

/// The specification that build tools put into a pack: `APPLICATION/priv/application.bin`.
fn application(section: &Section<'_>) -> Option<Application> {
    section.name_text().ok()?.strip_suffix("/priv/application.bin")?;
    let term = etf::decode(section.file_contents().ok()?).ok()?;
    let Term::Tuple(elements) = &term else { return None };
    let [Term::Atom(tag), Term::Atom(name), properties] = elements.as_slice() else { return None };
    if &**tag != "application" {
        return None;
    }
    let modules = match property(properties, "modules") {
        Some(Term::List { elements, .. }) => elements.iter().filter_map(atom).collect(),
        _ => Vec::new(),
    };
    Some(Application { name: name.to_string(), version: property(properties, "vsn").and_then(string), modules })
}

fn atom(term: &Term) -> Option<String> {
    if let Term::Atom(name) = term { Some(name.to_string()) } else { None }
}

/// A list of characters, none of which is a control character.
fn string(term: &Term) -> Option<String> {
    let Term::List { elements, tail } = term else { return None };
    if !matches!(**tail, Term::Nil) {
        return None;
    }
    let character = |term: &Term| match term {
        Term::Integer(code) => char::from_u32(u32::try_from(*code).ok()?).filter(|c| !c.is_control()),
        _ => None,
    };
    elements.iter().map(character).collect()
}

/// The value of the first `{Key, Value}` in a list.
fn property<'t>(list: &'t Term, key: &str) -> Option<&'t Term> {
    let Term::List { elements, .. } = list else { return None };
    elements.iter().find_map(|element| match element {
        Term::Tuple(pair) => match pair.as_slice() {
            [Term::Atom(name), value] if &**name == key => Some(value),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_is_told() {
        for bytes in [&b""[..], b"UF2\n", b"\xe9", &[0xe9; 64]] {
            assert!(matches!(of("a/b.bin", bytes), Err(Failure::Message { what, .. }) if what.contains("neither")));
        }
        let mut damaged = HEADER.to_vec();
        damaged.extend([0, 0, 1]);
        assert!(of("b.avm", &damaged).is_err());
    }

    #[test]
    fn an_image_tells_its_length() {
        let mut image = vec![0; 24];
        (image[0], image[1], image[23]) = (ESP_MAGIC, 1, 1);
        image.extend([0, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]);
        image.resize(48 + 32 + 100, 0xff);
        assert_eq!(image_bytes(&image).unwrap().len(), 48 + 32);
        image[28..32].fill(0xff);
        assert!(image_bytes(&image).is_none());
    }
}
