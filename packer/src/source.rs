//! Inputs turned into parts of a pack: modules, plain files and the sections of other packs.
//!
//! A part owns its bytes, and of a module only those of the chunks that matter: debug information and documentation are
//! most of a `.beam` file, and would otherwise stay in memory for nothing.

use emberl_format::avm::{Avm, FLAG_FILE, Kind, Section};
use emberl_format::beam::{self, Chunks};
use emberl_format::{ChunkId, Error, ErrorKind};

use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};

/// A module as it came in.
#[derive(Clone, Debug)]
pub struct ModulePart {
    /// Where it comes from, for messages: a path, or `PACK(SECTION)`.
    pub file: String,
    /// The `.beam` form, not compressed by gzip.
    pub bytes: Vec<u8>,
    /// How many bytes the file or the section had.
    pub input_size: usize,
    /// Whether it may be chosen to start the program without being named: it comes from a file, or its pack marks it.
    pub may_start: bool,
}

/// A plain file, or a section of a kind that is not known.
#[derive(Clone, Debug)]
pub struct FilePart {
    /// Where it comes from, for messages.
    pub file: String,
    /// The section's name.
    pub name: Vec<u8>,
    /// The section's flags.
    pub flags: u32,
    /// The section's data: of a plain file with its length word.
    pub data: Vec<u8>,
}

/// One part of a pack.
#[derive(Clone, Debug)]
pub enum Part {
    /// A module.
    Module(ModulePart),
    /// Anything else.
    File(FilePart),
}

/// What one input gave.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// What was wrong with it.
    pub findings: Vec<Diagnostic>,
}

/// Which chunks of modules are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Those that a pack keeps, and the attributes.
    Code,
    /// All.
    All,
}

/// What an input is, told by the end of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// `.beam`.
    Beam,
    /// `.avm`.
    Pack,
    /// Anything else.
    File,
}

impl InputKind {
    /// The kind of the file at `path`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.ends_with(".beam") {
            Self::Beam
        } else if path.ends_with(".avm") {
            Self::Pack
        } else {
            Self::File
        }
    }
}

impl Parts {
    /// The parts of one input. `path` is what the user gave; a plain file is found under it on the device.
    #[must_use]
    pub fn of(path: &str, bytes: Vec<u8>, detail: Detail) -> Self {
        let mut parts = Self::default();
        match InputKind::of(path) {
            InputKind::Beam => {
                let input_size = bytes.len();
                match module(bytes, detail) {
                    Ok(bytes) => {
                        parts.parts.push(Part::Module(ModulePart {
                            file: path.to_owned(),
                            bytes,
                            input_size,
                            may_start: true,
                        }));
                    }
                    Err(error) => parts.findings.push(Diagnostic::unreadable(path, &error)),
                }
            }
            InputKind::Pack => match Avm::parse(&bytes) {
                Ok(avm) => {
                    // Modules are inflated together later: what all of them announce is bounded by the pack's size.
                    let limit = beam::inflate_limit(bytes.len());
                    let mut announced = 0usize;
                    for section in avm.sections() {
                        announced = announced.saturating_add(announced_literals(section.data));
                        if announced > limit {
                            let kind = ErrorKind::TooLarge { what: "the literals of all modules", limit: limit as u64 };
                            parts.findings.push(Diagnostic::unreadable(path, &Error::new(section.offset, kind)));
                            break;
                        }
                        parts.section(path, section, detail);
                    }
                }
                Err(error) => parts.findings.push(Diagnostic::unreadable(path, &error)),
            },
            InputKind::File => parts.file(path, &bytes),
        }
        parts
    }

    fn file(&mut self, path: &str, bytes: &[u8]) {
        let name = section_name(path);
        // The caller does not read files of 4 GiB.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let data = [&length.to_be_bytes(), bytes].concat();
        self.parts.push(Part::File(FilePart {
            file: path.to_owned(),
            name: name.into_bytes(),
            flags: FLAG_FILE,
            data,
        }));
    }

    fn section(&mut self, path: &str, section: &Section<'_>, detail: Detail) {
        let file = format!("{path}({})", section.name_shown());
        let data = crate::packbeam::stored_data(section);
        if data.starts_with(b"FOR1") {
            match module(data.to_vec(), detail) {
                Ok(bytes) => self.parts.push(Part::Module(ModulePart {
                    file,
                    bytes,
                    input_size: data.len(),
                    may_start: section.is_start(),
                })),
                Err(error) => self.findings.push(Diagnostic::unreadable(file, &error)),
            }
            return;
        }
        if section.kind() == Kind::Unknown {
            self.findings.push(Diagnostic {
                place: Some((None, section.offset)),
                ..Diagnostic::of_file(
                    codes::UNKNOWN_SECTION,
                    Severity::Warning,
                    &file,
                    "the section is neither a module nor a plain file".to_owned(),
                    "its data do not begin with FOR1, and are shorter than their length word says".to_owned(),
                    format!("build {path} again, or take the section out with `emberl delete`"),
                )
            });
        }
        // exatomvm marks plain files as modules; a VM may look at the flags alone.
        let flags = if section.kind() == Kind::File { FLAG_FILE } else { section.flags };
        let (name, data) = (section.name.to_vec(), data.to_vec());
        self.parts.push(Part::File(FilePart { file, name, flags, data }));
    }
}

/// How large a module says that its literals are, inflated.
fn announced_literals(module: &[u8]) -> usize {
    let chunks = Chunks::parse(module).ok();
    let size = chunks.and_then(|chunks| chunks.get(b"LitT")?.data.first_chunk::<4>().copied());
    size.map_or(0, |size| u32::from_be_bytes(size) as usize)
}

/// The name of a plain file's section: its path with `/` between the parts on every system, without `./` in front.
fn section_name(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

/// A module's bytes, inflated and slim.
fn module(bytes: Vec<u8>, detail: Detail) -> Result<Vec<u8>, Error> {
    let bytes = match beam::uncompressed(&bytes)? {
        std::borrow::Cow::Owned(inflated) => inflated,
        std::borrow::Cow::Borrowed(_) => bytes,
    };
    let chunks = Chunks::parse(&bytes)?;
    if detail == Detail::All {
        return Ok(bytes);
    }
    let kept: Vec<(ChunkId, &[u8])> = chunks
        .all()
        .iter()
        .filter(|chunk| crate::rewrite::is_code_chunk(&chunk.id.0) || chunk.id.0 == *b"Attr" || chunk.id.0 == *b"Atom")
        .map(|chunk| (chunk.id, chunk.data))
        .collect();
    beam::emit(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn the_path_tells_the_kind() {
        assert_eq!(InputKind::of("a/b.beam"), InputKind::Beam);
        assert_eq!(InputKind::of("lib.avm"), InputKind::Pack);
        assert_eq!(InputKind::of("beam"), InputKind::File);
    }

    #[test]
    fn plain_files_get_their_length() {
        let parts = Parts::of("./app/priv/a", b"xyz".to_vec(), Detail::Code);
        let [Part::File(file)] = &parts.parts[..] else { panic!("{parts:?}") };
        assert_eq!((&file.name[..], &file.data[..]), (&b"app/priv/a"[..], &b"\0\0\0\x03xyz"[..]));
    }

    #[test]
    fn damaged_inputs_are_findings() {
        for path in ["a.beam", "a.avm"] {
            let parts = Parts::of(path, b"hello".to_vec(), Detail::Code);
            assert!(parts.parts.is_empty());
            assert_eq!(parts.findings[0].code, Code(1), "{path}");
        }
    }

    #[test]
    fn a_pack_cannot_announce_more_than_it_may() {
        let literals = |size: u32| [&size.to_be_bytes()[..], &[0x78; 40]].concat();
        let module = beam::emit([(ChunkId(*b"LitT"), &literals(500_000)[..])]).unwrap();
        let mut pack = emberl_format::avm::Builder::new();
        for _ in 0..3 {
            pack.push(b"a.beam", 2, &module).unwrap();
        }
        let parts = Parts::of("a.avm", pack.finish(), Detail::Code);
        assert_eq!(parts.parts.len(), 2);
        assert_eq!(parts.findings.last().unwrap().code, Code(9), "{:?}", parts.findings);
    }

    #[test]
    fn only_chunks_of_code_stay() {
        let chunk = |id: &[u8; 4]| (ChunkId(*id), &b"data"[..]);
        let bytes = beam::emit([chunk(b"Dbgi"), chunk(b"Code"), chunk(b"Docs")]).unwrap();
        let slim = module(bytes.clone(), Detail::Code).unwrap();
        assert_eq!(slim, beam::emit([chunk(b"Code")]).unwrap());
        assert_eq!(module(bytes.clone(), Detail::All).unwrap(), bytes);
    }
}
