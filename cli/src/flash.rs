//! `emberl flash`: a pack or an image to the flash of a board, by its serial port.

use std::io::{self, IsTerminal as _};
use std::ops::RangeInclusive;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use emberl_flash::chip;
use emberl_flash::device::{Before, Link};
use emberl_flash::image::Image;
use emberl_flash::job::{self, ATTEMPTS, Event, Job, Report, What};
use emberl_project::Key;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console::{self, bytes, count};
use crate::failure::{Failure, INPUT, Result, TOOL, USAGE};
use crate::inputs;
use crate::pack_file;
use crate::ports;
use crate::project::Project;

const AFTER_HELP: &str = "\
Where the pack goes, the partition table on the board says. Everything is checked before the first
byte is written. Only sectors that differ are written, and compared then. After a fault it is tried
again, three times in all.

In a project (a folder with emberl.toml, or below one) its pack is built and written where none is
named, to its board, by the port and speed of emberl.local.toml.

Examples:
  emberl flash                                         the project
  emberl flash app.avm                                 the pack, to the only board there is
  emberl flash --dry-run --port /dev/ttyUSB0 app.avm   what would be written
  emberl flash --board esp32c3 --image merged.bin      boot loader, firmware and packs

Exit codes: 0 fine, 1 pack, image or board are not what they should be, 2 the command line is at
fault, 3 the port or the connection failed.";

/// Write a pack or an image to a board
#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The pack; in a project, else its own, which is built first
    #[arg(value_name = "PACK")]
    pack: Option<String>,

    /// The port; else the only one that leads to a board
    #[arg(short, long, value_name = "PORT")]
    port: Option<String>,

    /// The board that must be there, by its chip
    #[arg(short, long, value_name = "BOARD", value_parser = boards())]
    board: Option<String>,

    /// The partition that the pack goes to
    #[arg(long, value_name = "NAME", default_value = "main.avm")]
    partition: String,

    /// A merged image of boot loader, partition table, firmware and packs, instead of a pack. Partitions that it leaves
    /// empty stay as they are
    #[arg(long, value_name = "MERGED.bin", conflicts_with_all = ["pack", "partition"])]
    image: Option<String>,

    /// Empty the rest of the partition too, or with --image of the flash
    #[arg(long)]
    erase: bool,

    /// Tell what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    /// How the boot loader is started
    #[arg(long, value_name = "HOW", default_value = "default-reset", help_heading = "Connection")]
    before: How,

    /// Bits a second [default: 115200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(BAUD), help_heading = "Connection")]
    baud: Option<u32>,

    /// Use the boot loader in the chip's ROM alone: slower, without compression
    #[arg(long, help_heading = "Connection")]
    no_stub: bool,
}

/// Bits a second that ports can have.
const BAUD: RangeInclusive<i64> = 9600..=4_000_000;
/// Where nobody says anything.
const USUAL_BAUD: u32 = 115_200;

/// How the boot loader is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum How {
    /// By the lines of the port, as fits the bridge.
    #[value(name = "default-reset")]
    Lines,
    /// By the lines, as the serial port in the chip takes them.
    #[value(name = "usb-reset")]
    Usb,
    /// It runs already, and goes on to.
    #[value(name = "no-reset")]
    Nothing,
}

/// What to do with the boards of the RP2040.
const DRIVE: &str = "hold its BOOTSEL button while connecting it, and copy the UF2 file to the drive that appears";

/// Boards that have no serial boot loader: what to do with them.
const OTHERS: [(&str, &str); 3] =
    [("rp2040", DRIVE), ("rp2040w", DRIVE), ("qemu-riscv32", "it is emulated: emberl run --board qemu-riscv32")];

fn boards() -> PossibleValuesParser {
    PossibleValuesParser::new(chip::NAMES.into_iter().chain(OTHERS.map(|(name, _)| name)))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.pack.is_some() || arguments.image.is_some() {
        return flash(arguments);
    }
    let project = Project::instead_of("pack", &[])?;
    let mut arguments = arguments.clone();
    let settings = &project.settings;
    arguments.board = arguments.board.or_else(|| settings.text(Key::Board).map(str::to_owned));
    arguments.port = arguments.port.or_else(|| settings.text(Key::Port).map(str::to_owned));
    if arguments.baud.is_none()
        && let Some(baud) = settings.number(Key::Baud)
    {
        let number = i64::try_from(baud).ok().filter(|number| BAUD.contains(number));
        arguments.baud = number.and_then(|number| u32::try_from(number).ok());
        if arguments.baud.is_none() {
            let what = format!("{baud} bits a second are not what a port can have");
            return Err(project.fault(Key::Baud, &what, "write a number from 9600 to 4000000; 115200 is usual"));
        }
    }
    check_board(&arguments)?;
    arguments.pack = Some(project.built()?.output.display().to_string());
    flash(&arguments)
}

/// Some boards are not flashed from here.
fn check_board(arguments: &Arguments) -> Result<()> {
    let board = arguments.board.as_deref();
    match OTHERS.into_iter().find(|(name, _)| board == Some(name)) {
        Some((name, cure)) => Err(Failure::usage(format!("{name} is not flashed by a serial port"), cure)),
        None => Ok(()),
    }
}

fn flash(arguments: &Arguments) -> Result<()> {
    check_board(arguments)?;
    let board = arguments.board.as_deref();
    let what = what(arguments)?;
    let job = Job {
        link: Link {
            port: ports::chosen(arguments.port.as_deref())?,
            before: match arguments.before {
                How::Lines => Before::DefaultReset,
                How::Usb => Before::UsbReset,
                How::Nothing => Before::NoReset,
            },
            baud: arguments.baud.unwrap_or(USUAL_BAUD),
            stub: !arguments.no_stub,
        },
        what,
        chip: board.and_then(chip::named),
        erase: arguments.erase,
        dry_run: arguments.dry_run,
    };
    let mut show = Show { port: &job.link.port, bar: None, is_dry: job.dry_run };
    let report = job::run(&job, &mut |event| show.event(&event));
    show.end();
    let report = report.map_err(failure)?;
    tell(&job, &report);
    Ok(())
}

/// What is written: read and checked.
fn what(arguments: &Arguments) -> Result<What> {
    if let Some(file) = &arguments.image {
        let bytes = inputs::read(file).map_err(|finding| Failure::Findings(vec![*finding]))?;
        return Ok(What::Image(Image::read(file, bytes).map_err(failure)?));
    }
    let file = arguments.pack.as_deref().ok_or_else(|| Failure::usage("no pack is named", "name one"))?;
    let bytes = pack_file::read(file)?;
    let avm = pack_file::parse(file, &bytes)?;
    if avm.start().is_none() && arguments.partition == "main.avm" {
        console::note(&format!(
            "warning: {file} has no module that starts the program; emberl pack --start MODULE marks one"
        ));
    }
    Ok(What::Pack { file: file.to_owned(), bytes, partition: arguments.partition.clone() })
}

pub(crate) fn failure(error: emberl_flash::Error) -> Failure {
    let exit = match &error {
        emberl_flash::Error::Open { why: emberl_flash::error::Open::Missing, .. } => USAGE,
        error if error.is_of_the_connection() => TOOL,
        _ => INPUT,
    };
    Failure::Message { what: error.to_string(), cure: error.cure(), exit }
}

/// How far it is: a bar on a terminal, lines elsewhere.
struct Show<'s> {
    port: &'s str,
    bar: Option<ProgressBar>,
    is_dry: bool,
}

impl Show<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Connected { chip, flash } => {
                let (chip, flash) = (chip::title(*chip), bytes(*flash as usize));
                console::note(&format!("{chip} with {flash} of flash at {}", self.port));
            }
            Event::Planned { changed, sectors } if self.is_dry || *changed > 0 => {
                let verb = if self.is_dry { "would be written" } else { "to write" };
                console::note(&format!("{changed} of {} {verb}", count(*sectors, "sector")));
            }
            Event::Written { done, all } => self.written(*done, *all),
            Event::Again { why, attempt } => {
                self.end();
                console::note(&format!("failed: {why}; attempt {attempt} of {ATTEMPTS}"));
            }
            _ => {}
        }
    }

    fn written(&mut self, done: usize, all: usize) {
        if console::is_quiet() || !io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(all as u64), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("Writing [{bar:30}] {bytes}/{total_bytes} {eta}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        bar.set_position(done as u64);
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// What was done.
fn tell(job: &Job, report: &Report) {
    let changed: usize = report.changed.iter().map(|(_, sectors)| sectors).sum();
    let place = match &report.partition {
        Some(partition) => format!("{} at {:#x}", partition.name, partition.offset),
        None => "the flash".to_owned(),
    };
    if job.dry_run {
        for (offset, sectors) in &report.changed {
            console::note(&format!("  {offset:#08x}: {}", count(*sectors, "sector")));
        }
        console::note("Nothing was written (--dry-run).");
    } else if changed == 0 {
        console::note(&format!("Nothing to write: {place} holds it already."));
    } else {
        console::note(&format!("Written to {place} and compared: {}.", count(changed, "sector")));
    }
    if let Some(partition) = &report.partition {
        let left = (partition.size as usize).saturating_sub(report.size);
        console::note(&format!("{} of {} are left there.", bytes(left), bytes(partition.size as usize)));
    }
    if !report.is_started {
        console::note("The board is in its boot loader: press RESET to start the program.");
    }
}
