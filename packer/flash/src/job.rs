//! Flashing, from the port to the digest: connect, check everything, compare, write what differs, and once more from the
//! start after a fault on the way.

use crate::Error;
use crate::chip::Chip;
use crate::device::{Device, Fault, Link};
use crate::image::Image;
use crate::plan::{self, Region};
use emberl_image::partition::{Partition, TABLE_OFFSET, Table, binary};

/// How often writing is tried: what was written by one attempt, the next one does not write again.
pub const ATTEMPTS: u32 = 3;

/// What is to be written.
#[derive(Clone, Debug)]
pub enum What {
    /// A pack, or any data, to a partition of the table on the board.
    Pack {
        /// The file's name, for messages.
        file: String,
        /// Its bytes.
        bytes: Vec<u8>,
        /// The partition's name.
        partition: String,
    },
    /// A merged image, to the whole flash.
    Image(Image),
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// How to reach the board.
    pub link: Link,
    /// What is written.
    pub what: What,
    /// The chip that the board must have.
    pub chip: Option<Chip>,
    /// Empties the rest of the partition, or of the flash.
    pub erase: bool,
    /// Finds out what would be written, and writes nothing.
    pub dry_run: bool,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The boot loader answers.
    Connected {
        /// The chip.
        chip: Chip,
        /// The bytes of its flash.
        flash: u32,
    },
    /// It is known where what goes.
    Planned {
        /// The sectors that differ from what they shall be.
        changed: usize,
        /// All sectors of the pack or image.
        sectors: usize,
    },
    /// These bytes are written, of all that are to be.
    Written {
        /// The bytes that are.
        done: usize,
        /// All of them.
        all: usize,
    },
    /// A fault came in between; it is tried again.
    Again {
        /// What failed.
        why: String,
        /// The number of the attempt that begins, from 2.
        attempt: u32,
    },
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The chip.
    pub chip: Chip,
    /// The partition, where one was written to.
    pub partition: Option<Partition>,
    /// The bytes of the file.
    pub size: usize,
    /// The places that differed: where in flash, and how many sectors.
    pub changed: Vec<(u32, usize)>,
    /// All sectors that were compared.
    pub sectors: usize,
    /// Whether the program of the board was started.
    pub is_started: bool,
}

/// A step that failed: for good, or so that another attempt may help.
enum Stop {
    Good(Error),
    Fault { doing: String, why: String },
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Good(error)
    }
}

fn doing(doing: impl Into<String>) -> impl FnOnce(Fault) -> Stop {
    let doing = doing.into();
    move |Fault(why)| Stop::Fault { doing, why }
}

/// Does a job.
///
/// # Errors
/// What is wrong with board or file, with nothing written; or the last fault, when all attempts failed.
pub fn run(job: &Job, tell: &mut dyn FnMut(Event)) -> Result<Report, Error> {
    // What the attempts wrote: the sectors that differed at the first, as far as a later one did not find them right.
    let mut written: Vec<Region> = Vec::new();
    let mut last = None;
    for attempt in 1..=ATTEMPTS {
        if let Some((_, why)) = &last {
            tell(Event::Again { why: String::clone(why), attempt });
        }
        let mut device = match (Device::connect(&job.link), &last) {
            (Ok(device), _) => device,
            // The board does not come back: what failed first is the news.
            (Err(Error::NoAnswer { .. } | Error::Open { .. }), Some(_)) => continue,
            (Err(error), _) => return Err(error),
        };
        let result = attempt_on(&mut device, job, tell, &mut written);
        let is_started = device.leave();
        match result {
            Ok(mut report) => {
                report.is_started = is_started;
                return Ok(report);
            }
            Err(Stop::Good(error)) => return Err(error),
            Err(Stop::Fault { doing, why }) => last = Some((doing, why)),
        }
    }
    let (doing, why) = last.unwrap_or_default();
    Err(Error::Fault { port: job.link.port.clone(), doing, why, attempts: ATTEMPTS })
}

fn attempt_on(
    device: &mut Device,
    job: &Job,
    tell: &mut dyn FnMut(Event),
    written: &mut Vec<Region>,
) -> Result<Report, Stop> {
    let chip = device.chip();
    let flash = device.flash_size().map_err(doing("asking for the size of the flash"))?;
    tell(Event::Connected { chip, flash });
    let (wanted, file) = match &job.what {
        What::Image(image) => (Some(image.chip()), Some(image.file().to_owned())),
        What::Pack { .. } => (None, None),
    };
    for (wanted, file) in [(job.chip, None), (wanted, file)] {
        if let Some(wanted) = wanted.filter(|&wanted| wanted != chip) {
            return Err(Error::WrongChip { port: job.link.port.clone(), found: chip, wanted, file }.into());
        }
    }
    let (partition, size, regions) = match &job.what {
        What::Image(image) => (None, image.size(), image.regions(flash, job.erase)?),
        What::Pack { file, bytes, partition } => {
            let table = read_table(device, &job.link.port)?;
            let partition = place(&table, partition, flash)?;
            let region = fit(file, bytes, partition, job.erase)?;
            (Some(partition.clone()), bytes.len(), vec![region])
        }
    };
    let mut changed = Vec::new();
    for region in &regions {
        let digest = |offset, length| device.digest(offset, length);
        changed.extend(plan::changed(region, digest).map_err(doing("comparing the flash"))?);
    }
    let sectors = regions.iter().map(Region::sectors).sum();
    tell(Event::Planned { changed: changed.iter().map(Region::sectors).sum(), sectors });
    if written.is_empty() {
        written.clone_from(&changed);
    }
    if !job.dry_run && !changed.is_empty() {
        write(device, &changed, tell)?;
    }
    let changed = written.iter().map(|region| (region.offset(), region.sectors())).collect();
    Ok(Report { chip, partition, size, changed, sectors, is_started: false })
}

/// The partition table that stands on the board.
fn read_table(device: &mut Device, port: &str) -> Result<Table, Stop> {
    let mut bytes = Vec::new();
    // A table is mostly much shorter than it may be, and reading is slow.
    while binary::wants_more(&bytes) {
        let at = TABLE_OFFSET + bytes.len() as u32;
        bytes.extend(device.read(at, 256).map_err(doing("reading the partition table"))?);
    }
    binary::read(&bytes).map_err(|why| Error::NoTable { port: port.to_owned(), why: why.to_string() }.into())
}

/// The partition of this name, if a pack can be written to it.
fn place<'t>(table: &'t Table, name: &str, flash: u32) -> Result<&'t Partition, Error> {
    let Some(partition) = table.find(name) else {
        let there = table.partitions().iter().map(|partition| partition.name.clone()).collect();
        return Err(Error::NoPartition { name: name.to_owned(), there });
    };
    let not = |why| Err(Error::NotForPacks { name: name.to_owned(), why });
    if partition.is_app() {
        return not("it is for a firmware");
    }
    if !partition.is_aligned() {
        return not("it does not begin and end with a sector");
    }
    if partition.end() > u64::from(flash) {
        return Err(Error::BeyondFlash { name: name.to_owned(), flash });
    }
    Ok(partition)
}

/// What shall stand in the partition.
fn fit(file: &str, bytes: &[u8], partition: &Partition, erase: bool) -> Result<Region, Error> {
    let room = partition.size as usize;
    if bytes.len() > room {
        let place = format!("the partition {}", partition.name);
        return Err(Error::TooLarge { file: file.to_owned(), size: bytes.len(), place, room });
    }
    let mut bytes = bytes.to_vec();
    if erase {
        bytes.resize(room, 0xFF);
    }
    Ok(Region::new(partition.offset, bytes))
}

fn write(device: &mut Device, changed: &[Region], tell: &mut dyn FnMut(Event)) -> Result<(), Stop> {
    device.prepare().map_err(doing("preparing the flash"))?;
    let all = changed.iter().map(|run| run.data().len()).sum();
    let mut before = 0;
    tell(Event::Written { done: 0, all });
    for run in changed {
        let mut written = |bytes: usize| tell(Event::Written { done: before + bytes, all });
        device.write(run, &mut written).map_err(doing(format!("writing the flash at {:#x}", run.offset())))?;
        before += run.data().len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(name: &str, kind: u8, offset: u32, size: u32) -> Partition {
        Partition::new(name, kind, 1, offset, size)
    }

    #[test]
    fn a_pack_goes_only_where_it_may() {
        let table = Table::new(vec![
            partition("factory", 0, 0x1_0000, 0x1_0000),
            partition("main.avm", 1, 0x2_0000, 0x1000),
            partition("odd", 1, 0x2_0800, 0x1000),
            partition("far", 1, 0x10_0000, 0x1000),
        ]);
        let place = |name| place(&table, name, 0x8_0000);
        assert_eq!(place("main.avm").unwrap().offset, 0x2_0000);
        assert!(matches!(place("factory"), Err(Error::NotForPacks { .. })));
        assert!(matches!(place("odd"), Err(Error::NotForPacks { .. })));
        assert!(matches!(place("far"), Err(Error::BeyondFlash { .. })));
        let Err(Error::NoPartition { there, .. }) = place("boot.avm") else { panic!() };
        assert_eq!(there, ["factory", "main.avm", "odd", "far"]);
    }

    #[test]
    fn a_pack_must_fit() {
        let main = partition("main.avm", 1, 0x2_0000, 0x3000);
        assert_eq!(fit("a.avm", &[1; 0x1001], &main, false).unwrap().sectors(), 2);
        assert_eq!(fit("a.avm", &[1; 0x1001], &main, true).unwrap().sectors(), 3);
        assert_eq!(fit("a.avm", &[1; 0x3000], &main, true).unwrap().sectors(), 3);
        let error = fit("a.avm", &[1; 0x3005], &main, false).unwrap_err();
        assert_eq!(error.to_string(), "a.avm has 5 bytes more than fit into the partition main.avm: 12293 of 12288");
    }
}
