//! The `packbeam` command: a drop-in for the Erlang tool of that name, version 0.8.2. It owns arguments, files and
//! printing; what is in the files is `emberl_packer::packbeam`'s business.
//!
//! It exits with 0, or with 255 after one line on stderr that says what is wrong. A file is written as a whole or not
//! at all: what was there before stays when something fails.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use emberl_packer::packbeam::{self, Format, Input, Options};

const HELP: &str = "\
Usage: packbeam COMMAND [OPTIONS] [ARGUMENTS]

Packs compiled modules and plain files into an .avm image for a VM on a microcontroller.

Commands and their options:

  create [OPTIONS] OUT.avm [INPUT]...
      Writes a pack of modules (.beam), other packs (.avm) and any other files.
      -p, --prune           leave out the modules that the start module does not reach
      -l, --lib             make a library: no module is marked to start the program
      -s, --start MODULE    the module that starts the program; it comes first
      -r, --remove_lines    drop line numbers

  list [OPTIONS] PACK.avm
      Prints what is in a pack.
      -f, --format FORMAT   default, csv or bare

  extract [OPTIONS] PACK.avm [ELEMENT]...
      Writes the elements named, or all, as files.
      -o, --out FOLDER      the folder to write to (here, unless given); it must exist

  delete [OPTIONS] PACK.avm ELEMENT...
      Takes elements out of a pack.
      -o, --out OUT.avm     the pack to write (PACK.avm itself, unless given)

  version
      Prints the version of packbeam that this command stands in for.

  help
      Prints this text.

Exit code: 0, or 255 when something is wrong.
";

/// One line for stderr.
struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Outcome = Result<(), Failure>;

fn fail<T>(text: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(text.into()))
}

/// The options of all commands. As in the Erlang tool, they may stand anywhere, and one that a command does not have
/// changes nothing.
#[derive(Default)]
struct Arguments {
    create: Options,
    out: Option<String>,
    format: Option<String>,
    positional: Vec<String>,
}

impl Arguments {
    fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, Failure> {
        let mut parsed = Self::default();
        let mut arguments = arguments.map(text);
        while let Some(argument) = arguments.next() {
            let argument = current_spelling(argument?);
            let mut value = || match arguments.next() {
                Some(value) => value,
                None => fail(format!("{argument} needs a value after it")),
            };
            match &*argument {
                "-o" | "--out" => parsed.out = Some(value()?),
                "-s" | "--start" => parsed.create.start = Some(value()?),
                "-f" | "--format" => parsed.format = Some(value()?),
                "-p" | "--prune" => parsed.create.prune = true,
                "-l" | "--lib" => parsed.create.library = true,
                "-r" | "--remove_lines" => parsed.create.remove_lines = true,
                _ => parsed.positional.push(argument),
            }
        }
        Ok(parsed)
    }
}

fn text(argument: OsString) -> Result<String, Failure> {
    argument.into_string().map_err(|argument| {
        Failure(format!("the argument {} is not UTF-8; rename the file", argument.to_string_lossy().escape_debug()))
    })
}

/// The spelling of an option as it is today. The older one is still understood, with a warning.
fn current_spelling(argument: String) -> String {
    match &*argument {
        "-out" | "-prune" | "-start" | "-format" => {
            warn(&format!("the option {argument} is out of date and may go; write -{argument}"));
            format!("-{argument}")
        }
        _ => argument,
    }
}

fn warn(text: &str) {
    // Nothing better can be done where stderr is closed.
    let _ = writeln!(io::stderr(), "packbeam: warning: {text}");
}

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(text)) => {
            let _ = writeln!(io::stderr(), "packbeam: {text}");
            ExitCode::from(255)
        }
    }
}

fn run(arguments: impl Iterator<Item = OsString>) -> Outcome {
    let mut arguments = Arguments::parse(arguments)?;
    let mut positional = std::mem::take(&mut arguments.positional).into_iter();
    let Some(command) = positional.next() else {
        print(HELP)?;
        return fail("no command given; it is one of create, list, extract, delete, version and help");
    };
    let rest: Vec<String> = positional.collect();
    match &*command {
        "create" => create(&arguments, &rest),
        "list" => list(&arguments, &rest),
        "extract" => extract(&arguments, &rest),
        "delete" => delete(&arguments, &rest),
        "version" => print(&format!("{}\n", packbeam::COMPATIBLE_VERSION)),
        "help" | "--help" | "-h" => print(HELP),
        _ => fail(format!(
            "unknown command {command}; it is one of create, list, extract, delete, version and help \
             (`packbeam help` tells more)"
        )),
    }
}

fn create(arguments: &Arguments, rest: &[String]) -> Outcome {
    let Some((out, paths)) = rest.split_first() else {
        return fail("create needs the pack to write: packbeam create OUT.avm INPUT...");
    };
    if Path::new(out).is_dir() {
        return fail(format!("{out} is a folder; name the pack to write: packbeam create OUT.avm INPUT..."));
    }
    let mut files = Vec::new();
    for path in paths {
        files.push(read(path)?);
    }
    let inputs: Vec<Input<'_>> = paths.iter().zip(&files).map(|(path, bytes)| Input { path, bytes }).collect();
    let pack = packbeam::create(&inputs, &arguments.create)?;
    write(Path::new(out), &pack)
}

fn list(arguments: &Arguments, rest: &[String]) -> Outcome {
    let format = match &arguments.format {
        None => Format::Default,
        Some(name) => match Format::from_name(name) {
            Some(format) => format,
            None => return fail(format!("unknown format {name}; it is one of default, csv and bare")),
        },
    };
    let (path, _) = pack_argument(rest, "list PACK.avm")?;
    print(&packbeam::list(path, &read(path)?, format)?)
}

fn extract(arguments: &Arguments, rest: &[String]) -> Outcome {
    let (path, names) = pack_argument(rest, "extract PACK.avm [ELEMENT]...")?;
    let folder = arguments.out.as_deref().unwrap_or(".");
    if !Path::new(folder).is_dir() {
        return fail(format!("the output folder {folder} does not exist; make it first, or name another with --out"));
    }
    let bytes = read(path)?;
    let names = known_names(path, &bytes, names)?;
    let elements = packbeam::extract(path, &bytes, &names)?;
    print(&format!("Writing to {folder} ...\n"))?;
    for element in elements {
        let target: PathBuf = Path::new(folder).join(element.path.iter().collect::<PathBuf>());
        print(&format!("x {}\n", emberl_format::avm::shown(element.name.as_bytes())))?;
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)
                .map_err(|error| Failure(format!("cannot make {}: {error}", parent.display())))?;
        }
        write(&target, element.contents)?;
    }
    Ok(())
}

fn delete(arguments: &Arguments, rest: &[String]) -> Outcome {
    let (path, names) = pack_argument(rest, "delete PACK.avm ELEMENT...")?;
    let bytes = read(path)?;
    let names = known_names(path, &bytes, names)?;
    let pack = packbeam::delete(path, &bytes, &names)?;
    write(Path::new(arguments.out.as_deref().unwrap_or(path)), &pack)
}

/// The pack that a command reads, and the arguments after it.
fn pack_argument<'a>(rest: &'a [String], usage: &str) -> Result<(&'a str, &'a [String]), Failure> {
    match rest.split_first() {
        Some((path, names)) if path.ends_with(".avm") => Ok((path, names)),
        Some((path, _)) => fail(format!("{path} is not named .avm; the usage is: packbeam {usage}")),
        None => fail(format!("a pack is missing; the usage is: packbeam {usage}")),
    }
}

/// The names of elements as the library takes them, with a warning for each that the pack does not have.
fn known_names<'a>(path: &str, bytes: &[u8], names: &'a [String]) -> Result<Vec<&'a str>, Failure> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in packbeam::unknown_names(path, bytes, &names)? {
        warn(&format!("{path} has no element {name}; `packbeam list {path}` shows what it has"));
    }
    Ok(names)
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let hint = if path.starts_with('-') { " (nor is it an option; see `packbeam help`)" } else { "" };
    fs::read(path).map_err(|error| Failure(format!("cannot read {path}: {error}{hint}")))
}

fn print(text: &str) -> Outcome {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // The reader of a pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(format!("cannot write to stdout: {error}")),
        _ => Ok(()),
    }
}

/// Writes a whole file, or leaves what was there.
fn write(path: &Path, bytes: &[u8]) -> Outcome {
    emberl::write_whole(path, bytes, "packbeam")
        .map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))
}
