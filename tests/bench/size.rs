//! Sizes: what the firmware's code is made of, and what loaded modules cost in the VM's memory.
//!
//! `cargo bench -p emberl-tests --bench size -- [--top N] [--modules] [ELF]`. Without a file the firmware of the board
//! `qemu-riscv32` is built, without a network, and looked at: bytes of code by crate and the largest functions. Then all modules of OTP's
//! `stdlib` are loaded into a VM, where this machine has them: the bytes of their translated code against those of their
//! `Code` chunks, and what else they take; `--modules` prints each.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    rc::Rc,
};

use emberl_host::host::Host;
use emberl_host::program::Program;
use emberl_tests::{qemu, tools::Tool};
use emberl_vm::load::cost::{self, Cost};
use emberl_vm::memory::Budget;
use emberl_vm::shared::Shared;
use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

/// Crates that are the board's own start, not the VM.
const BOARD: [&str; 5] = ["emberl_board_qemu_riscv32", "riscv_rt", "riscv", "embedded_alloc", "rlsf"];

/// What comes with the language, as a C program has libc, libm and libgcc from elsewhere.
const LANGUAGE: [&str; 5] = ["core", "alloc", "compiler_builtins", "libm", "__rustc"];

struct Settings {
    top: usize,
    modules: bool,
    file: Option<PathBuf>,
}

fn main() -> ExitCode {
    let result = settings().and_then(|settings| {
        firmware(&settings)?;
        stdlib(&settings)
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("size: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings { top: 25, modules: false, file: None };
    // `cargo bench` adds `--bench` to the arguments.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--modules" => settings.modules = true,
            "--top" => {
                let top = arguments.next().and_then(|value| value.parse().ok());
                settings.top = top.ok_or("--top needs a number")?;
            }
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}; there are --top N and --modules"));
            }
            file => settings.file = Some(file.into()),
        }
    }
    Ok(settings)
}

// The firmware.

/// The crate that a function is of: of `<A as B>::f` that of `A`, unless `A` is a type of the language: then that of `B`.
fn crate_of(name: &str) -> &str {
    let plain = name.trim_start_matches(['<', '&', '*', '[', '(']);
    let plain = plain.strip_prefix("mut ").or_else(|| plain.strip_prefix("const ")).unwrap_or(plain);
    let plain = plain.strip_prefix("dyn ").unwrap_or(plain);
    let end = plain.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(plain.len());
    let (first, rest) = plain.split_at(end);
    if rest.starts_with("::") && !first.is_empty() {
        return first;
    }
    // Functions with names as in C: what the compiler calls where the machine has no instruction.
    if rest.is_empty() && (first.starts_with("__") || first.starts_with("mem")) {
        return "compiler_builtins";
    }
    match name.split_once(" as ") {
        Some((_, rest)) if name.starts_with('<') => crate_of(rest),
        None if name.starts_with('<') => "core",
        _ => "(others)",
    }
}

fn firmware(settings: &Settings) -> Result<(), String> {
    let built;
    let file = match &settings.file {
        Some(file) => file.as_path(),
        None if Tool::DeviceToolchain.find().is_none() => {
            println!("There is no toolchain for the device: the firmware is not looked at.\n");
            return Ok(());
        }
        None => {
            built =
                qemu::Build::Plain.file().map_err(|error| error.message().unwrap_or("it does not build").to_owned())?;
            &built
        }
    };
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let elf = object::File::parse(&*bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut text = 0;
    let mut data = 0;
    for section in elf.sections() {
        match section.kind() {
            SectionKind::Text => text += section.size(),
            SectionKind::ReadOnlyData | SectionKind::ReadOnlyString | SectionKind::Data => data += section.size(),
            _ => {}
        }
    }
    // Functions that the linker has put into one share their address.
    let mut functions = BTreeMap::new();
    for symbol in elf.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0) {
        let name = symbol.name().map_err(|error| error.to_string())?;
        functions.insert(symbol.address(), (symbol.size(), format!("{:#}", rustc_demangle::demangle(name))));
    }
    let mut crates: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (size, name) in functions.values() {
        let row = crates.entry(crate_of(name)).or_default();
        *row = (row.0 + size, row.1 + 1);
    }
    let sum = |names: &[&str]| names.iter().filter_map(|name| crates.get(name)).map(|row| row.0).sum::<u64>();
    let (board, language) = (sum(&BOARD), sum(&LANGUAGE));
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|&(_, (size, _))| std::cmp::Reverse(size));
    println!("{:>9}  {:>9}  CRATE", "BYTES", "FUNCTIONS");
    for (name, (size, count)) in crates {
        println!("{size:>9}  {count:>9}  {name}");
    }
    let mut functions: Vec<_> = functions.into_values().collect();
    functions.sort_by_key(|&(size, _)| std::cmp::Reverse(size));
    println!("\n{:>9}  FUNCTION", "BYTES");
    for (size, name) in functions.iter().take(settings.top) {
        println!("{size:>9}  {name}");
    }
    println!("\nThe firmware: {text} bytes of code, {data} of constants.");
    println!("The board's own: {board}. Of the rest, {language} came with Rust (core, alloc, software floats, libm).");
    println!("The VM and the libraries that it brings: {} bytes of code.\n", text - board - language);
    Ok(())
}

// Loaded modules.

/// Where OTP has the modules of an application.
fn ebin(application: &str) -> Option<PathBuf> {
    let expression = format!("io:put_chars(code:lib_dir({application}, ebin)), halt().");
    let output = Command::new("erl").args(["-noshell", "-eval", &expression]).output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?);
    folder.is_dir().then_some(folder)
}

fn beams(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "beam"));
    files.sort();
    Ok(files)
}

fn row(cost: &Cost, chunk: usize, name: &str) {
    let ratio = cost.code as f64 / chunk.max(1) as f64;
    let Cost { code, literals, lines, functions, atoms } = *cost;
    let total = cost.total();
    println!(
        "{total:>9}  {code:>9}  {chunk:>9}  {ratio:>5.2}  {literals:>9}  {lines:>9}  {functions:>9}  {atoms:>9}  {name}"
    );
}

fn stdlib(settings: &Settings) -> Result<(), String> {
    let Some(folder) = ebin("stdlib") else {
        println!("There is no Erlang here: OTP's modules are not loaded.");
        return Ok(());
    };
    let host = Host::new(Rc::new(Program::default()));
    let mut shared = Shared::new(Box::new(host), Budget::new(usize::MAX)).map_err(|_| "no memory")?;
    println!(
        "{:>9}  {:>9}  {:>9}  {:>5}  {:>9}  {:>9}  {:>9}  {:>9}  MODULE",
        "TOTAL", "CODE", "CHUNK", "RATIO", "LITERALS", "LINES", "FUNCTIONS", "ATOMS"
    );
    let (mut sum, mut chunks, mut loaded) = (Cost::default(), 0, 0);
    for path in beams(&folder)? {
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beam = emberl_format::beam::uncompressed(&bytes).map_err(|error| format!("{name}: {error}"))?;
        match cost::measure(&mut shared, &beam) {
            Ok(measured) => {
                if settings.modules {
                    row(&measured.cost, measured.chunk, &name);
                }
                sum = sum.with(measured.cost);
                chunks += measured.chunk;
                loaded += 1;
            }
            Err(error) => println!("{:>9}  {name}: {error}", "-"),
        }
    }
    row(&sum, chunks, &format!("all {loaded} of stdlib"));
    Ok(())
}
