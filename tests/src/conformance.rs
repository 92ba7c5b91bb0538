//! The programs of `tests/conformance/` as fixtures: compiled by each release of OTP, and what `erl` of that release
//! prints for them. So the programs prove something on a machine without Erlang, too.
//!
//! `fixtures/conformance/otpN.z` holds the compiled programs, and the library modules that they use, one after the other
//! (a `.beam` file tells its own length), deflated as one zlib stream. `fixtures/conformance/otpN.txt` is what `erl`
//! prints: for the first release for every program, for the others only for those that print something else there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use emberl_format::{beam::Chunks, module::Module};
use tempfile::TempDir;

use crate::{Failed, bin, corpus, erl, package_dir, releases};

/// The folder of the programs, in this package.
pub const FOLDER: &str = "conformance";
/// What programs whose name ends in `_lib` may use: modules of the library, BIFs aside.
pub const LIBRARIES: [&str; 5] = ["base64", "binary", "ets", "lists", "maps"];
/// Programs that print something else from OTP 26 on, because of the emulator and not of the compiler: this VM gives the
/// answers of OTP 25. `term_to_binary/1` writes atoms of Latin-1 as ATOM_EXT there, and as SMALL_ATOM_UTF8_EXT since.
pub const AS_FIRST: [&str; 5] = ["etf_atoms", "etf_export_funs", "etf_lists", "etf_maps", "etf_tuples"];
/// How long `erl` may take for all programs.
const LIMIT: Duration = Duration::from_secs(300);
/// Larger than all programs of a release: what is inflated comes from the repository, but damage must not fill memory.
const MOST: usize = 64 << 20;

/// The programs' modules, sorted.
///
/// # Errors
/// When there is none.
pub fn names() -> Result<Vec<String>, String> {
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let names: Vec<String> = erl::sources(FOLDER, "erl")?.iter().filter_map(stem).collect();
    if names.is_empty() { Err(format!("tests/{FOLDER} has no programs")) } else { Ok(names) }
}

/// What the names of programs begin with that only older compilers take: they ask for the instructions of OTP 24.
const OLD: &str = "old_";
/// The last release whose compiler can be asked for those.
const LAST_WITH_OLD: u32 = 27;

/// Whether the compiler of a release takes a program.
#[must_use]
pub fn has(release: u32, name: &str) -> bool {
    release <= LAST_WITH_OLD || !name.starts_with(OLD)
}

/// The programs that the compiler of a release takes, sorted.
///
/// # Errors
/// When there is none.
pub fn names_of(release: u32) -> Result<Vec<String>, String> {
    Ok(names()?.into_iter().filter(|name| has(release, name)).collect())
}

/// A file of the fixtures of a release.
fn fixture(release: u32, extension: &str) -> PathBuf {
    package_dir().join(format!("fixtures/conformance/otp{release}.{extension}"))
}

/// Modules by name, as `.beam` files.
pub type Beams = BTreeMap<String, Vec<u8>>;

/// The compiled programs and library modules of a release.
///
/// # Errors
/// When the fixture is missing or damaged.
pub fn beams(release: u32) -> Result<Beams, Failed> {
    let path = fixture(release, "z");
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&bytes, MOST)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let mut beams = Beams::new();
    let mut rest = bytes.as_slice();
    while let Some(length) = rest.get(4..8) {
        // A form's length counts from behind itself.
        let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)) + 8;
        let Some((beam, after)) = rest.split_at_checked(length) else { break };
        beams.insert(Module::of(Chunks::parse(beam)?)?.name().to_owned(), beam.to_owned());
        rest = after;
    }
    if rest.is_empty() { Ok(beams) } else { Err(format!("{}: more than .beam files is in it", path.display()).into()) }
}

/// What a program prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The lines.
    pub lines: Vec<String>,
    /// `normal`, or why it did not end well. Empty when the node itself ended.
    pub ended: String,
}

/// By the program's name.
pub type Record = BTreeMap<String, Printed>;

/// What `erl` of a release prints for each program, as the fixtures say.
///
/// # Errors
/// When a fixture is missing.
pub fn record(release: u32) -> Result<Record, Failed> {
    let read = |release| {
        let path = fixture(release, "txt");
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let first = releases::RELEASES[0];
    let mut record = parse(&read(first)?);
    if release != first {
        record.extend(parse(&read(release)?));
    }
    Ok(record)
}

/// What this VM must print for a program of the release whose record this is.
///
/// # Errors
/// When the program is not in the record.
pub fn expected(record: &Record, name: &str) -> Result<Printed, Failed> {
    let own = record.get(name).cloned().ok_or_else(|| format!("{name} is not recorded; EMBERL_UPDATE=1 does it"))?;
    if !AS_FIRST.contains(&name) {
        return Ok(own);
    }
    Ok(self::record(releases::RELEASES[0])?.remove(name).unwrap_or(own))
}

/// Reads what `run_conformance.erl` prints; its head tells the lines' form.
fn parse(text: &str) -> Record {
    let mut all = Record::new();
    let mut name = None;
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("{program,").and_then(|rest| rest.strip_suffix('}')) {
            name = Some(next.to_owned());
            all.insert(next.to_owned(), Printed::default());
        } else if let Some(printed) = name.as_ref().and_then(|name| all.get_mut(name)) {
            match line.strip_prefix("{ended,").and_then(|rest| rest.strip_suffix('}')) {
                Some(reason) => printed.ended = reason.to_owned(),
                None => printed.lines.push(line.to_owned()),
            }
        }
    }
    all
}

/// The lines of what `erl` printed; `erlang:display/1` ends them with CR LF. That of OTP 25 writes characters from 128 to 255
/// as single bytes; this VM and later releases write UTF-8.
#[must_use]
pub fn lines(printed: &[u8]) -> Vec<String> {
    let line = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let whole = |bytes| line(<[u8]>::strip_suffix(bytes, b"\r").unwrap_or(bytes));
    let mut lines: Vec<String> = printed.split(|&byte| byte == b'\n').map(whole).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Asks the `erl` of a release what the programs print.
///
/// # Errors
/// When it cannot be run, or not to its end.
pub fn ask(program: &str, beams: &Beams) -> Result<Record, Failed> {
    let folder = TempDir::new()?;
    // A node has the library modules itself.
    write(&beams.iter().filter(|(name, _)| !LIBRARIES.contains(&name.as_str())), folder.path())?;
    let names: Vec<String> = names()?.into_iter().filter(|name| beams.contains_key(name)).collect();
    ask_in(program, folder.path(), &names)
}

/// Asks the `erl` of a release what programs in a folder print.
///
/// # Errors
/// When it cannot be run, or not to its end.
pub fn ask_in(program: &str, folder: &Path, names: &[String]) -> Result<Record, Failed> {
    fs::copy(package_dir().join("erl/run_conformance.erl"), folder.join("run_conformance.erl"))?;
    let ask = format!(
        "{{ok, M}} = compile:file(\"run_conformance.erl\"), M:main([\".\" | string:lexemes(\"{}\", \" \")]).",
        names.join(" ")
    );
    let output = releases::run(program, folder, &ask, LIMIT)?;
    Ok(parse(&lines(&output.stdout).join("\n")))
}

/// Writes `.beam` files into a folder.
///
/// # Errors
/// As writing files.
pub fn write<'b>(
    beams: &(impl Iterator<Item = (&'b String, &'b Vec<u8>)> + Clone),
    folder: &Path,
) -> Result<(), Failed> {
    for (name, beam) in beams.clone() {
        fs::write(folder.join(format!("{name}.beam")), beam)?;
    }
    Ok(())
}

/// Compiles the programs by a release, and takes its library modules.
///
/// # Errors
/// When one does not compile.
pub fn compile(release: u32, program: &str) -> Result<Beams, Failed> {
    let folder = TempDir::new()?;
    for source in erl::sources(FOLDER, "erl")? {
        let name = source.file_name().unwrap_or_default();
        if has(release, &name.to_string_lossy()) {
            fs::copy(&source, folder.path().join(name))?;
        }
    }
    let expression = format!(
        "[{{ok, _}} = compile:file(F, [deterministic]) || F <- filelib:wildcard(\"*.erl\")], \
         [begin {{M, B, _}} = code:get_object_code(M), {{ok, {{M, S}}}} = beam_lib:strip(B), \
         ok = file:write_file(atom_to_list(M) ++ \".beam\", zlib:gunzip(S)) end || M <- [{}]], halt().",
        LIBRARIES.join(", ")
    );
    releases::run(program, folder.path(), &expression, LIMIT)?;
    let wanted: BTreeSet<String> = names_of(release)?.into_iter().chain(LIBRARIES.map(str::to_owned)).collect();
    let mut beams = Beams::new();
    for name in wanted {
        let beam = fs::read(folder.path().join(format!("{name}.beam")))?;
        beams.insert(name, beam);
    }
    Ok(beams)
}

/// Makes the fixtures of a release anew. That of the first one must be made before the others.
///
/// # Errors
/// When a program does not compile or cannot be run.
pub fn update(release: u32, program: &str) -> Result<(), Failed> {
    let beams = compile(release, program)?;
    let all: Vec<u8> = beams.values().flatten().copied().collect();
    fs::create_dir_all(package_dir().join("fixtures/conformance"))?;
    fs::write(fixture(release, "z"), miniz_oxide::deflate::compress_to_vec_zlib(&all, 9))?;
    let first = if release == releases::RELEASES[0] { Record::new() } else { record(releases::RELEASES[0])? };
    let mut text = String::new();
    for (name, printed) in ask(program, &beams)?.iter().filter(|(name, printed)| first.get(*name) != Some(*printed)) {
        text += &format!("{{program,{name}}}\n");
        printed.lines.iter().for_each(|line| text += &format!("{line}\n"));
        text += &format!("{{ended,{}}}\n", printed.ended);
    }
    fs::write(fixture(release, "txt"), text)?;
    Ok(())
}

/// What compiles a program of `memory/` that does something so many times, instead of as often as it says itself.
#[must_use]
pub fn times_option(times: Option<u32>) -> Vec<String> {
    let times = times.map(|times| format!("-DTIMES={times}"));
    ["-Werror".to_owned()].into_iter().chain(times).collect()
}

/// A pruned pack, in the folder, of the program where OTP's own supervisor starts again what took memory without end.
///
/// # Errors
/// When it does not compile or cannot be packed.
pub fn supervised_pack(folder: &Path, times: Option<u32>) -> Result<PathBuf, Failed> {
    let source = package_dir().join(FOLDER).join("memory/supervised.erl");
    erl::compile_erlang(&[source], folder, &times_option(times).iter().map(String::as_str).collect::<Vec<_>>())?;
    let pack = folder.join("supervised.avm");
    let mut arguments = ["pack", "-q", "--prune", "--allow-unresolved", "-o"].map(PathBuf::from).to_vec();
    arguments.extend([pack.clone(), folder.join("supervised.beam")]);
    arguments.extend(corpus::ebin_folders(&["kernel", "stdlib"])?);
    bin::run(arguments)?.ok()?;
    Ok(pack)
}
