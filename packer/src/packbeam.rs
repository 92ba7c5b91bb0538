//! What the command `packbeam` does, from bytes to bytes: create, list, extract and delete on `.avm` packs.
//!
//! It gives the same bytes as the Erlang tool packbeam 0.8.2, whose behaviour is described where it is not obvious.
//! Files, arguments and printing are the command's own business (`cli/src/bin/packbeam.rs`). Whole modules are kept or
//! left out here; pruning by function is another part of this crate.

use std::borrow::Cow;
use std::fmt;

use emberl_format::avm::{self, Avm, Builder, FLAG_BEAM, FLAG_FILE, FLAG_START, Kind, Section};
use emberl_format::beam::{self, Chunks};
use emberl_format::module::literals::{self, LiteralForm};

mod application;
mod facts;
mod prune;

use facts::Facts;

/// The version of the Erlang tool that this module stands in for.
pub const COMPATIBLE_VERSION: &str = "0.8.2";

/// The chunks of a `.beam` file that a pack keeps. Everything else (debug information, documentation, attributes) is
/// of no use to a VM on a device. `Line` is kept too unless [`Options::remove_lines`] is set.
const KEPT_CHUNKS: [&[u8; 4]; 12] =
    [b"AtU8", b"Code", b"ExpT", b"LocT", b"ImpT", b"LitU", b"FunT", b"StrT", b"LitT", b"Type", b"avmN", b"Recs"];

/// Result of this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a pack could not be made or read: one line that names the place and the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn at(place: &str, error: &emberl_format::Error) -> Self {
        Self(format!("{place}: {error}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A file that goes into a pack. The end of its path tells what it is: `.beam`, `.avm`, or else a plain file.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The path as the user gave it; a plain file's section gets it as its name.
    pub path: &'a str,
    /// The file's contents.
    pub bytes: &'a [u8],
}

/// How [`create`] makes a pack.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Leave out the modules that the start module does not reach. Plain files stay.
    pub prune: bool,
    /// A library: no section is marked as a start module.
    pub library: bool,
    /// The one start module; it is moved to the front. Without it, every module that exports `start/0` is marked.
    pub start: Option<String>,
    /// Drop the `Line` chunks.
    pub remove_lines: bool,
    /// With `prune`: the OTP application whose own start module, and those of the applications that it needs, are kept
    /// as well. They are found in the sections `APPLICATION/priv/application.bin`. The command line has no option for
    /// it, as in packbeam 0.8.2; build tools use it.
    pub application: Option<String>,
}

/// How [`list`] prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `NAME [SIZE]`, with ` *` after the name of a start module.
    #[default]
    Default,
    /// Comma-separated values with a heading.
    Csv,
    /// The names only.
    Bare,
}

impl Format {
    /// The format of this name on the command line.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::Default),
            "csv" => Some(Self::Csv),
            "bare" => Some(Self::Bare),
            _ => None,
        }
    }
}

/// A section to be written.
struct Element<'a> {
    name: Cow<'a, [u8]>,
    flags: u32,
    data: Cow<'a, [u8]>,
    /// What pruning needs to know of it, when it is a module.
    module: Option<Facts>,
}

impl Element<'_> {
    const fn is_start(&self) -> bool {
        self.flags & FLAG_START != 0
    }
}

/// Makes a pack of `inputs`, in their order.
///
/// # Errors
/// When an input is not what its name says, the start module is not among them, or there is nothing to start the
/// pruning from.
pub fn create(inputs: &[Input<'_>], options: &Options) -> Result<Vec<u8>> {
    let mut elements = Vec::new();
    for input in inputs {
        if input.path.ends_with(".beam") {
            elements.push(module_element(input, options)?);
        } else if input.path.ends_with(".avm") {
            let avm = Avm::parse(input.bytes).map_err(|error| Error::at(input.path, &error))?;
            for section in avm.sections() {
                elements.push(section_element(input.path, section, options)?);
            }
        } else {
            elements.push(file_element(input)?);
        }
    }
    if let Some(start) = &options.start {
        elements = start_first(elements, start)?;
    }
    if options.prune {
        elements = prune::prune(elements, options.application.as_deref())?;
    }
    write(elements.iter().map(|element| (&*element.name, element.flags, &*element.data)))
}

/// The sections of a pack as text, a line each.
///
/// # Errors
/// When `bytes` are no pack.
pub fn list(path: &str, bytes: &[u8], format: Format) -> Result<String> {
    let avm = Avm::parse(bytes).map_err(|error| Error::at(path, &error))?;
    let mut out = String::new();
    if format == Format::Csv {
        out.push_str("MODULE_NAME,IS_BEAM,IS_ENTRYPOINT,SIZE_BYTES\n");
    }
    for section in avm.sections() {
        let name = section.name_shown();
        let size = stored_data(section).len();
        let start = section.is_start();
        match format {
            Format::Default => out.push_str(&format!("{name}{} [{size}]\n", if start { " *" } else { "" })),
            Format::Csv => out.push_str(&format!("{name},{},{start},{size}\n", is_module(section))),
            Format::Bare => out.push_str(&format!("{name}\n")),
        }
    }
    Ok(out)
}

/// A file to be written, taken out of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted<'a> {
    /// The section's name.
    pub name: &'a str,
    /// The parts of its path below the output folder: never empty, none of them empty, `.` or `..`.
    pub path: Vec<&'a str>,
    /// The file's contents: of a module the form as stored, of a plain file without its length word.
    pub contents: &'a [u8],
}

/// The sections of these names as files; all of them when `names` is empty.
///
/// # Errors
/// When `bytes` are no pack, a section that is asked for is damaged, or its name would lead out of the output folder.
pub fn extract<'a>(path: &str, bytes: &'a [u8], names: &[&str]) -> Result<Vec<Extracted<'a>>> {
    let avm = Avm::parse(bytes).map_err(|error| Error::at(path, &error))?;
    let wanted = |section: &&Section<'a>| names.is_empty() || is_named(section, names);
    avm.sections().iter().filter(wanted).map(|section| extracted(path, section)).collect()
}

/// The pack without the sections of these names.
///
/// # Errors
/// When `bytes` are no pack.
pub fn delete(path: &str, bytes: &[u8], names: &[&str]) -> Result<Vec<u8>> {
    let avm = Avm::parse(bytes).map_err(|error| Error::at(path, &error))?;
    let kept = avm.sections().iter().filter(|section| !is_named(section, names));
    write(kept.map(|section| (section.name, section.flags, stored_data(section))))
}

/// Those of `names` that no section of the pack has, for a warning.
///
/// # Errors
/// When `bytes` are no pack.
pub fn unknown_names<'n>(path: &str, bytes: &[u8], names: &[&'n str]) -> Result<Vec<&'n str>> {
    let avm = Avm::parse(bytes).map_err(|error| Error::at(path, &error))?;
    Ok(names.iter().copied().filter(|name| avm.lookup(name.as_bytes()).is_none()).collect())
}

fn is_named(section: &Section<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| name.as_bytes() == section.name)
}

/// The data of a section. Some old packers put more zero bytes than needed before a module; packbeam skips them.
#[must_use]
pub fn stored_data<'a>(section: &Section<'a>) -> &'a [u8] {
    let zeros = section.data.iter().take_while(|&&byte| byte == 0).count();
    match section.data.get(zeros..) {
        Some(form) if form.starts_with(b"FOR1") && section.flags & FLAG_FILE == 0 => form,
        _ => section.data,
    }
}

/// Whether the section is a module: by its data, or by its flags where the data are neither module nor file.
fn is_module(section: &Section<'_>) -> bool {
    if stored_data(section).starts_with(b"FOR1") {
        return true;
    }
    section.kind() == Kind::Unknown && section.flags & (FLAG_BEAM | FLAG_START) != 0
}

fn extracted<'a>(pack: &str, section: &Section<'a>) -> Result<Extracted<'a>> {
    let damaged = |error| Error::at(pack, &error);
    let name = section.name_text().map_err(damaged)?;
    let data = stored_data(section);
    let contents = if data.starts_with(b"FOR1") { data } else { section.file_contents().map_err(damaged)? };
    let Some(path) = relative_path(name) else {
        return Err(Error::new(format!(
            "{pack}: the element {} (byte {}) would be written outside the output folder; \
             take it out with `packbeam delete`, or build the pack with another name for it",
            section.name_shown(),
            section.offset
        )));
    };
    Ok(Extracted { name, path, contents })
}

/// The parts of a section's name as a path below an output folder: never empty, none of them empty, `.` or `..`.
/// `None` when it would lead elsewhere.
#[must_use]
pub fn relative_path(name: &str) -> Option<Vec<&str>> {
    let path: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    // On Windows a backslash or a drive's colon would also lead elsewhere.
    let leads_out = |part: &&str| *part == ".." || (cfg!(windows) && part.contains(['\\', ':']));
    (!path.is_empty() && !path.iter().any(leads_out)).then_some(path)
}

/// A module of a pack as a `.beam` file that every OTP loads: its literals in a compressed `LitT` chunk.
///
/// # Errors
/// When `data` are no `.beam` form.
pub fn standard_module(data: &[u8]) -> std::result::Result<Vec<u8>, emberl_format::Error> {
    let chunks = Chunks::parse(data)?;
    let mut out = Vec::with_capacity(chunks.all().len());
    for chunk in chunks.all() {
        match &chunk.id.0 {
            // Where there are both, OTP and this tool read LitT.
            b"LitU" if chunks.get(b"LitT").is_some() => {}
            b"LitU" => {
                let table = literals::wrap_table(chunk.data, LiteralForm::Compressed);
                out.push((emberl_format::ChunkId(*b"LitT"), Cow::Owned(table)));
            }
            _ => out.push((chunk.id, Cow::Borrowed(chunk.data))),
        }
    }
    beam::emit(out.iter().map(|(id, data)| (*id, &**data)))
}

fn write<'a>(sections: impl Iterator<Item = (&'a [u8], u32, &'a [u8])>) -> Result<Vec<u8>> {
    let mut builder = Builder::new();
    for (name, flags, data) in sections {
        builder.push(name, flags, data).map_err(|error| Error::at(&avm::shown(name), &error))?;
    }
    Ok(builder.finish())
}

/// A `.beam` file as an element: filtered, its literals inflated, named after the module in it.
fn module_element<'a>(input: &Input<'a>, options: &Options) -> Result<Element<'a>> {
    let wrong = |error| Error::at(input.path, &error);
    let bytes = beam::uncompressed(input.bytes).map_err(wrong)?;
    let chunks = Chunks::parse(&bytes).map_err(wrong)?;
    let facts = Facts::of(&chunks, options.prune).map_err(wrong)?;
    let data = filtered(&chunks, options.remove_lines).map_err(wrong)?;
    let start = match &options.start {
        Some(start) => facts.name == *start,
        None => !options.library && facts.exports_start,
    };
    Ok(Element {
        name: Cow::Owned(format!("{}.beam", facts.name).into_bytes()),
        flags: FLAG_BEAM | if start { FLAG_START } else { 0 },
        data: Cow::Owned(data),
        module: Some(facts),
    })
}

/// The module with only the chunks that a pack keeps, in the order that they have.
fn filtered(chunks: &Chunks<'_>, remove_lines: bool) -> emberl_format::reader::Result<Vec<u8>> {
    let mut kept = Vec::new();
    for chunk in chunks.all() {
        let id = &chunk.id.0;
        if id == b"LitT" && !chunk.data.starts_with(&[0; 4]) {
            let table = beam::literal_table(chunk.data).map_err(|error| error.within(chunk.id))?;
            kept.push((emberl_format::ChunkId(*b"LitU"), table));
        } else if KEPT_CHUNKS.contains(&id) || (id == b"Line" && !remove_lines) {
            kept.push((chunk.id, Cow::Borrowed(chunk.data)));
        }
    }
    beam::emit(kept.iter().map(|(id, data)| (*id, &**data)))
}

/// A section of a pack as an element. Its data are taken over as they are.
fn section_element<'a>(pack: &str, section: &Section<'a>, options: &Options) -> Result<Element<'a>> {
    let data = stored_data(section);
    let module = if is_module(section) {
        let wrong = |error: emberl_format::Error| {
            Error::new(format!("{pack}: section {} (byte {}): {error}", section.name_shown(), section.offset))
        };
        Some(Facts::of(&Chunks::parse(data).map_err(wrong)?, options.prune).map_err(wrong)?)
    } else {
        None
    };
    let is_chosen = |start: &String| module.as_ref().is_some_and(|facts| facts.name == *start);
    let mut flags = section.flags;
    if options.library {
        flags &= !FLAG_START;
    } else if let Some(start) = &options.start
        && module.is_some()
    {
        flags = if is_chosen(start) { flags | FLAG_START } else { flags & !FLAG_START };
    }
    if flags == 0 && section.flags != 0 {
        // exatomvm marks its start module with 1 alone. AtomVM 0.6 stops its search at the first section without flags.
        flags = if module.is_some() { FLAG_BEAM } else { FLAG_FILE };
    }
    Ok(Element { name: Cow::Borrowed(section.name), flags, data: Cow::Borrowed(data), module })
}

fn file_element<'a>(input: &Input<'a>) -> Result<Element<'a>> {
    let length = u32::try_from(input.bytes.len())
        .map_err(|_| Error::new(format!("{}: a pack cannot hold a file of 4 GiB or more", input.path)))?;
    Ok(Element {
        name: Cow::Borrowed(input.path.as_bytes()),
        flags: FLAG_FILE,
        data: Cow::Owned([&length.to_be_bytes(), input.bytes].concat()),
        module: None,
    })
}

/// Moves the start module to the front (all of its versions, if the inputs hold several).
fn start_first<'a>(elements: Vec<Element<'a>>, start: &str) -> Result<Vec<Element<'a>>> {
    let is_chosen = |element: &Element<'_>| element.module.as_ref().is_some_and(|facts| facts.name == start);
    let (mut chosen, rest): (Vec<_>, Vec<_>) = elements.into_iter().partition(is_chosen);
    if chosen.is_empty() {
        let candidates: Vec<&str> = rest.iter().filter_map(|element| Some(&*element.module.as_ref()?.name)).collect();
        let nearest = candidates.into_iter().map(|name| (strsim::jaro_winkler(name, start), name));
        let hint = match nearest.max_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((likeness, name)) if likeness > 0.7 => format!("did you mean {name}?"),
            _ => "add its .beam file to the inputs".to_string(),
        };
        return Err(Error::new(format!("no input holds the start module {start}; {hint}")));
    }
    if !chosen.iter().all(Element::is_start) {
        return Err(Error::new(format!("the start module {start} is not marked as one; leave out --lib or --start")));
    }
    chosen.extend(rest);
    Ok(chosen)
}
