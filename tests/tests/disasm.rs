//! The disassembler: against OTP's `beam_disasm`, instruction by instruction, and against kept text.
//!
//! - Every installed `.beam` file is compared by the machine's `erl`.
//! - `EMBERL_EXTRA_ERLS` adds other releases: `COMMAND=FOLDER`, more with `:` between them. `COMMAND`, split at spaces,
//!   takes the place of `erl`; `FOLDER` holds the `.beam` files that it shall be asked about. It is started in a folder
//!   of ours and given relative paths only, so it may be a wrapper that changes the root (`ci/otp-erl`). The release must be one that the disassembler
//!   has a dialect of (25, 27 or 29); files with the type tables of another release are passed over and counted.
//! - `fixtures/disasm/` has small modules with the text expected, for machines without Erlang. A new case is a new pair
//!   of files; `EMBERL_BLESS=1` writes the text of all, to be read before it is committed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_format::ChunkId;
use emberl_format::beam::{self, Chunks, uncompressed};
use emberl_format::etf::{self, EncodeOptions, Term};
use emberl_format::module::literals::emit_table;
use emberl_packer::disasm::{self, Dialect, TextOptions};
use emberl_packer::unit::Unit;
use emberl_tests::{
    Failed, corpus, erl, mutate, package_dir, process,
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

const EXTRA_ERLS: &str = "EMBERL_EXTRA_ERLS";
const BLESS: &str = "EMBERL_BLESS";
/// How many modules one `erl` is given: their terms stand on the disk meanwhile, up to some hundred KiB each.
const BATCH: usize = 250;
const LIMIT: Duration = Duration::from_secs(600);

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        installed(),
        needs(&[Tool::Erl, Tool::Erlc], "the text is read back by file:consult", text_is_read_back),
        Trial::test("damaged modules are disassembled without a panic", damaged),
        Trial::test("one function can be chosen", chosen),
        Trial::test("what cannot be decoded is a placeholder", placeholders),
        Trial::test("large literals are copied up to a limit", limited),
    ];
    for (program, folder) in extra_erls() {
        let name = format!("{} are disassembled as beam_disasm of {program} does", folder.display());
        trials.push(needs(&[Tool::Erlc], name, move || compare(&program, &corpus::beams_below(&[folder]))));
    }
    for path in fixtures() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(Trial::test(format!("text of {name}"), move || golden(&path)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn extra_erls() -> Vec<(String, PathBuf)> {
    let value = env::var(EXTRA_ERLS).unwrap_or_default();
    let pairs = value.split(':').filter(|pair| !pair.is_empty());
    // A pair without a folder becomes a trial that fails, since it has no modules.
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(a, b)| (a.to_owned(), b.into())).collect()
}

fn fixtures() -> Vec<PathBuf> {
    corpus::beams_below(&[package_dir().join("fixtures").join("disasm")])
}

/// Ignored, visibly, where `erl` is of a release that the disassembler has no dialect of.
fn installed() -> Trial {
    const NAME: &str = "installed modules are disassembled as beam_disasm does";
    let trial = needs(&[Tool::Erl, Tool::Erlc], NAME, || compare("erl", corpus::installed()));
    match release("erl", &env::temp_dir()) {
        Ok(release) if dialect(&release).is_none() => {
            trial.with_kind(format!("no dialect of OTP {release}")).with_ignored_flag(true)
        }
        _ => trial,
    }
}

fn release(program: &str, folder: &Path) -> Result<String, Failed> {
    ask(program, folder, &["-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."])
}

/// The dialect of an OTP release and the version of the type tables that its compiler writes. Nothing for a release that
/// the disassembler has no dialect of.
fn dialect(release: &str) -> Option<(Dialect, u32)> {
    match release {
        "25" => Some((Dialect::Otp25, 1)),
        "27" => Some((Dialect::Otp27, 3)),
        "29" => Some((Dialect::Otp29, 4)),
        _ => None,
    }
}

fn ask(program: &str, folder: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(folder).env("LC_ALL", "C.UTF-8").args(["-noshell", "-noinput"]).args(arguments);
    let output = process::run(&mut command, LIMIT)?.ok()?;
    Ok(output.out().trim().to_owned())
}

/// Has `program` compare the disassembly of the files with its own `beam_disasm`'s.
fn compare(program: &str, files: &[PathBuf]) -> Result<(), Failed> {
    if files.is_empty() {
        return Err("no .beam files were found".into());
    }
    let folder = TempDir::new()?;
    fs::copy(erl::scripts()?.join("disasm_compare.beam"), folder.path().join("disasm_compare.beam"))?;
    let release = release(program, folder.path())?;
    let Some((dialect, types)) = dialect(&release) else {
        return Err(format!("{program} is OTP {release}, whose beam_disasm has no dialect here").into());
    };
    let mut other_release = 0;
    for batch in files.chunks(BATCH) {
        let terms = folder.path().join("terms");
        fs::create_dir_all(&terms)?;
        let written = corpus::each(batch, |path, bytes| {
            let bytes = uncompressed(&bytes).map_err(|error| error.to_string())?;
            let unit = Unit::load(path.to_string_lossy(), &bytes).map_err(|error| error.to_string())?;
            // beam_disasm refuses or converts the types of other releases.
            if unit.module.types.as_ref().is_some_and(|table| table.version != types) {
                return Ok(None);
            }
            let code = disasm::module(&unit, dialect);
            let encoded = etf::encode(&code, &EncodeOptions::default()).map_err(|error| error.to_string())?;
            // beam_lib appends `.beam` to every other name.
            let name = path.with_extension("").to_string_lossy().replace(['/', '\\', ':'], "_");
            let write = |kind: &str, bytes: &[u8]| fs::write(terms.join(format!("{name}.{kind}")), bytes);
            write("beam", &bytes).and_then(|()| write("etf", &encoded)).map_err(|error| error.to_string())?;
            Ok(Some(format!("terms/{name}.beam\tterms/{name}.etf\n")))
        })?;
        other_release += written.iter().filter(|pair| pair.is_none()).count();
        fs::write(folder.path().join("list"), written.into_iter().flatten().collect::<String>())?;
        let start = "disasm_compare:main(init:get_plain_arguments()).";
        let said = ask(program, folder.path(), &["-pa", ".", "-eval", start, "-extra", "list"])?;
        eprintln!("OTP {release}: {said}");
        fs::remove_dir_all(&terms)?;
    }
    if other_release == files.len() {
        return Err(format!("all {other_release} files have type tables of other releases than {release}").into());
    }
    eprintln!("OTP {release}: {} files, {other_release} of them of other releases and not compared", files.len());
    Ok(())
}

fn text(unit: &Unit<'_>, dialect: Dialect) -> Result<String, Failed> {
    let mut text = String::new();
    disasm::write_text(unit, &mut text, &TextOptions { dialect, ..TextOptions::default() })?;
    Ok(text)
}

/// The text of a kept module is the kept text.
fn golden(path: &Path) -> Result<(), Failed> {
    let bytes = fs::read(path)?;
    let unit = Unit::load(path.to_string_lossy(), &bytes)?;
    let text = text(&unit, Dialect::default())?;
    let expected = path.with_extension("S");
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(&expected, text)?;
        return Ok(());
    }
    let kept = fs::read_to_string(&expected).map_err(|error| format!("{}: {error}", expected.display()))?;
    match kept.lines().zip(text.lines()).position(|(kept, now)| kept != now) {
        None if kept == text => Ok(()),
        line => {
            let line = line.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
            let show = |text: &str| text.lines().nth(line).unwrap_or("(the end)").to_owned();
            let (kept, now) = (show(&kept), show(&text));
            Err(format!("{}, line {}:\n  kept {kept}\n  now  {now}", expected.display(), line + 1).into())
        }
    }
}

/// The text of one function is a part of the whole text; [`disasm::function`] gives its instructions.
fn chosen() -> Result<(), Failed> {
    let bytes = fs::read(package_dir().join("fixtures/disasm/control-otp29.beam"))?;
    let unit = Unit::load("chosen", &bytes)?;
    let whole = text(&unit, Dialect::default())?;
    for (name, arity, heads) in [(Some("helper"), None, 2), (Some("helper"), Some(1), 1), (None, Some(0), 2)] {
        let mut part = String::new();
        disasm::write_text(&unit, &mut part, &TextOptions { name, arity, ..TextOptions::default() })?;
        let found: Vec<&str> = part.split("\n\n").collect();
        if found.len() != heads || !found.iter().all(|one| whole.contains(one.trim_end())) || part.contains("{module,")
        {
            return Err(format!("{name:?}/{arity:?} gives\n{part}").into());
        }
    }
    let Term::List { ref elements, .. } = disasm::module(&unit, Dialect::default()) else {
        return Err("no functions".into());
    };
    for (function, whole) in unit.functions.list().iter().zip(elements) {
        let code = Term::list(disasm::function(&unit, function, Dialect::default()));
        if !matches!(whole, Term::Tuple(parts) if parts.last() == Some(&code)) {
            return Err(format!("{:?} differs from the module's", unit.name_of(function)).into());
        }
    }
    Ok(())
}

/// What `file:consult/1` reads from the text are the terms themselves, for the kept modules and some of OTP's, in all
/// dialects.
fn text_is_read_back() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let stdlib = corpus::installed().iter().filter(|path| path.to_string_lossy().contains("/stdlib-")).step_by(4);
    let paths: Vec<PathBuf> = fixtures().into_iter().chain(stdlib.cloned()).collect();
    corpus::each(&paths, |path, bytes| {
        let name = path.to_string_lossy().replace(['/', '\\', ':'], "_");
        let bytes = uncompressed(&bytes).map_err(|error| error.to_string())?;
        let unit = Unit::load(path.to_string_lossy(), &bytes).map_err(|error| error.to_string())?;
        for dialect in [Dialect::Otp25, Dialect::Otp27, Dialect::Otp29] {
            let file = folder.path().join(format!("{name}.{dialect:?}"));
            let text = text(&unit, dialect).map_err(|error| format!("{error:?}"))?;
            let code = disasm::module(&unit, dialect);
            let encoded = etf::encode(&code, &EncodeOptions::default()).map_err(|error| error.to_string())?;
            fs::write(file.with_extension(format!("{dialect:?}.S")), text).map_err(|error| error.to_string())?;
            fs::write(file.with_extension(format!("{dialect:?}.etf")), encoded).map_err(|error| error.to_string())?;
        }
        Ok(())
    })?;
    let output = erl::run("disasm_consult", &[folder.path().as_os_str()], LIMIT)?;
    eprintln!("{}", output.out().trim());
    Ok(())
}

/// Damaged copies that still load give some text and some terms, which can be written.
fn damaged() -> Result<(), Failed> {
    let mut loaded = 0;
    for path in fixtures() {
        let bytes = fs::read(&path)?;
        for copy in mutate::mutations(&bytes, 7, 2000) {
            let Ok(unit) = Unit::load("damaged", &copy) else { continue };
            loaded += 1;
            for dialect in [Dialect::Otp25, Dialect::Otp27, Dialect::Otp29] {
                etf::encode(&disasm::module(&unit, dialect), &EncodeOptions::default())?;
                text(&unit, dialect)?;
            }
        }
    }
    if loaded < 100 { Err(format!("only {loaded} damaged copies could be loaded").into()) } else { Ok(()) }
}

/// A kept module with another literal table: `count` times the external term `term`.
fn with_literals(term: &[u8], count: usize) -> Result<Vec<u8>, Failed> {
    let bytes = fs::read(package_dir().join("fixtures/disasm/control-otp29.beam"))?;
    let chunks = Chunks::parse(&bytes)?;
    let mut table = 0u32.to_be_bytes().to_vec();
    table.extend(emit_table((0..count).map(|_| term).collect::<Vec<_>>().into_iter()));
    let chunks = chunks
        .all()
        .iter()
        .map(|chunk| (chunk.id, if chunk.id == ChunkId(*b"LitT") { &table[..] } else { chunk.data }));
    Ok(beam::emit(chunks)?)
}

/// Literals that cannot be decoded, and literals that are not there.
fn placeholders() -> Result<(), Failed> {
    // A tuple of three elements, of which none follows; then fewer literals than the code names.
    let bytes = with_literals(&[131, 104, 3], 3)?;
    let unit = Unit::load("placeholders", &bytes)?;
    let text = text(&unit, Dialect::default())?;
    for expected in ["{invalid,literal,0}", "{invalid,literal,2}", "{invalid,literal,4}"] {
        if !text.contains(expected) {
            return Err(format!("{expected} is not in\n{text}").into());
        }
    }
    if text.contains("{literal,") { Err("a literal was found in a broken table".into()) } else { Ok(()) }
}

fn limited() -> Result<(), Failed> {
    let large = Term::binary(&vec![0xff; 5 << 20]);
    let bytes = with_literals(&etf::encode(&large, &EncodeOptions::default())?, 12)?;
    let unit = Unit::load("limited", &bytes)?;
    let code = disasm::module(&unit, Dialect::default());
    let size = etf::encode(&code, &EncodeOptions::default())?.len();
    let text = code.to_string();
    if !text.contains("{elided,literal,") || !text.contains("{literal,<<255,") {
        return Err("some literals should be there, and some elided".into());
    }
    if size > disasm::MAX_COPIED + (1 << 20) { Err(format!("{size} bytes were copied").into()) } else { Ok(()) }
}
