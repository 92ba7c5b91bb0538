//! `emberl demo`: the main jobs on a program that is built in, explained step by step. It needs no files and leaves none.

mod emulated;
mod serve;

use clap::Args;
use emberl_packer::pack::{self, Options, Program};
use emberl_packer::profile::Profile;
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{Detail, Part, Parts};

use crate::args;
use crate::console::{self, bytes, count};
use crate::failure::{Failure, Result};
use crate::report;

type Module = (&'static str, &'static [u8]);

/// Compiled copies of `cli/demo/*.erl`; a test proves that they are what the sources compile to.
const THERMOMETER: Module = ("thermometer.beam", include_bytes!("../demo/thermometer.beam"));
const VISITS: Module = ("visits.beam", include_bytes!("../demo/visits.beam"));
const PAGE: Module = ("page.beam", include_bytes!("../demo/page.beam"));
const STATISTICS: Module = ("statistics.beam", include_bytes!("../demo/statistics.beam"));
const MISTAKEN: Module = ("mistaken.beam", include_bytes!("../demo/mistaken.beam"));

/// The program: it starts with `thermometer:start/0`.
const PROGRAM: &[Module] = &[THERMOMETER, VISITS, PAGE, STATISTICS];
const START: &str = "thermometer";
/// The bytes that it may use while it runs.
const MEMORY: usize = 256 << 10;
/// What it is asked: a page that counts, one where its counter crashes, and the first again.
const PATHS: &[&str] = &["/", "/", "/crash", "/"];

const AFTER_HELP: &str = "\
It needs no files and leaves none. The program that it shows is a web server of four modules. With QEMU and the \
firmware for it (emberl firmware build --board qemu-riscv32) it is shown on riscv32, too.

Examples:
  emberl demo
  emberl demo --serve                       goes on until Ctrl-C: curl http://127.0.0.1:8080/";

/// Show checking, pruning, packing and running on a built-in program
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Only run the program, a web server, until Ctrl-C
    #[arg(long)]
    serve: bool,

    /// The port of this machine, on 127.0.0.1, that it serves at
    #[arg(long, value_name = "PORT", requires = "serve", default_value_t = 8080)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let profile =
        Profile::named("emberl").ok_or_else(|| Failure::input("there is no profile emberl", "report this"))?;
    if arguments.serve {
        return serve::until_ended(packed(profile, true)?.pack, arguments.port);
    }
    mistakes(profile)?;
    let pruned = sizes(profile)?;
    here(&pruned)?;
    on_board(&pruned)?;
    next()
}

fn say(text: &str) -> Result<()> {
    console::out(|out| {
        for line in console::wrap(text, console::stdout_width().unwrap_or(80).min(100)) {
            writeln!(out, "{line}")?;
        }
        Ok(writeln!(out)?)
    })
}

fn mistakes(profile: &'static Profile) -> Result<()> {
    say("1. A program with mistakes. Erlang's compiler accepts it; on the device it would fail when it gets there. \
         Checking it finds all of them now:")?;
    let parts = parts(&[MISTAKEN, STATISTICS]);
    let (program, mut findings) = Program::load(&parts, &[], &|| {});
    let selection = args::select(&program, &Options { library: true, ..Options::default() })?;
    findings.extend(program.links(&selection, profile, None, false));
    pack::sort(&mut findings);
    console::out(|out| Ok(out.write_all(report::text(&findings, console::stdout_width()).as_bytes())?))
}

fn sizes(profile: &'static Profile) -> Result<Vec<u8>> {
    say(
        "2. A program without mistakes: a web page that counts its visits, under a supervisor. It is checked, and packed \
         into an image with all functions, and once more with those that can be reached from thermometer:start/0. What \
         it calls of the network, boards have in their firmware:",
    )?;
    let (whole, pruned) = (packed(profile, false)?, packed(profile, true)?);
    console::out(|out| {
        writeln!(out, "   whole: {}", whole.text)?;
        Ok(writeln!(out, "   with --prune: {}\n", pruned.text)?)
    })?;
    Ok(pruned.pack)
}

fn here(pack: &[u8]) -> Result<()> {
    let memory = bytes(MEMORY);
    say(&format!(
        "3. It runs here, on the virtual machine that boards have, in {memory} of memory. Its supervisor starts again what \
         crashes, so the count begins anew:"
    ))?;
    tell_answers(&serve::ask(pack.to_vec(), PATHS)?)
}

fn on_board(pack: &[u8]) -> Result<()> {
    say("4. The same image on a device's instruction set, riscv32, which QEMU emulates: the firmware of the board \
         qemu-riscv32 has the same virtual machine in as much memory, and a network driver of its own:")?;
    let firmware = match emulated::firmware() {
        Ok(firmware) => firmware,
        Err(Failure::Message { what, cure, .. }) => {
            return console::out(|out| Ok(writeln!(out, "   not shown: {what}; {cure}\n")?));
        }
        Err(failure) => return Err(failure),
    };
    let emulated::Ran { printed, answers } = emulated::ask(&firmware, pack, PATHS)?;
    console::out(|out| Ok(printed.iter().try_for_each(|line| writeln!(out, "   it prints  {line}"))?))?;
    tell_answers(&answers)
}

fn tell_answers(answers: &[serve::Answer]) -> Result<()> {
    let width = PATHS.iter().map(|path| path.len()).max().unwrap_or_default();
    console::out(|out| {
        for (path, answer) in PATHS.iter().zip(answers) {
            writeln!(out, "   GET {path:width$}  {} {}", answer.status, answer.body.trim_end())?;
        }
        Ok(writeln!(out)?)
    })
}

fn next() -> Result<()> {
    say("5. Your turn. Make a project, or give emberl what is compiled already (erlc, rebar3, mix, gleam):")?;
    console::out(|out| {
        Ok(out.write_all(
            b"   emberl new hello                             a project to begin with; --list tells of others\n   \
              emberl check hello.beam                      will it run? what is missing?\n   \
              emberl pack -o hello.avm --prune hello.beam  write the image\n   \
              emberl demo --serve                          the program above, for your browser\n   \
              emberl --help                                all commands\n",
        )?)
    })
}

/// A pack of the program, and what is said of it.
struct Packed {
    pack: Vec<u8>,
    text: String,
}

fn packed(profile: &'static Profile, prune: bool) -> Result<Packed> {
    let (parts, machine) = (parts(PROGRAM), parts(&[("emberl.avm", emberl_erlang::PACK)]));
    let (program, findings) = Program::load(&parts, &machine, &|| {});
    let options = Options { start: Some(START.to_owned()), prune, ..Options::default() };
    let selection = args::select(&program, &options)?;
    let links = program.links(&selection, profile, None, false);
    let pack = program.write(&selection, KeepLines::All).map_err(args::findings)?;
    let summary = program.summary(&selection);
    let errors = report::count_text(&[findings, links].concat());
    let (size, functions) = (bytes(pack.len()), count(summary.functions, "function"));
    Ok(Packed { pack, text: format!("{size}, {} of {functions}, {errors}", summary.functions_kept) })
}

fn parts(modules: &[Module]) -> Vec<Part> {
    modules.iter().flat_map(|(name, bytes)| Parts::of(name, bytes.to_vec(), Detail::Code).parts).collect()
}
