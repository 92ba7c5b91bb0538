//! The board as a platform of the VM: the console, the clocks, randomness, and the modules and files of the packs in
//! flash memory, read in place.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use emberl_format::avm::Pack;
use emberl_vm::hardware::Hardware;
#[cfg(feature = "wifi")]
use emberl_vm::net::Network;
use emberl_vm::platform::{Input, Platform, Stream};

use crate::flash::{Error, Flash};
use crate::machine::Machine;
#[cfg(feature = "wifi")]
use crate::network;
use crate::{clock, console, entropy, own, peripherals};

/// The partition of the program.
pub const PROGRAM: &str = "main.avm";
/// The partition of a library that the program has to itself. It may be empty, or not there.
pub const LIBRARY: &str = "boot.avm";

/// The packs, in the order in which modules and files are looked for.
#[derive(Clone, Copy)]
pub struct Packs {
    /// The program.
    pub program: Pack<'static>,
    /// The library.
    pub library: Option<Pack<'static>>,
}

/// Why there is no program.
#[derive(Debug)]
pub enum Missing {
    /// There is no such partition.
    Partition,
    /// It cannot be read.
    Flash(Error),
    /// There is no sound pack in it.
    Pack(emberl_format::Error),
}

impl Packs {
    /// The packs in flash memory. Nothing here writes to their partitions.
    ///
    /// # Errors
    /// When there is no program. Without a sound library there is none.
    pub fn find(flash: &mut Flash) -> Result<Self, Missing> {
        let program = read(flash, PROGRAM)?;
        Ok(Self { program, library: read(flash, LIBRARY).ok() })
    }

    /// The `.beam` form of a module.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        let first = if emberl_erlang::is_first(name) { own::module(name) } else { None };
        if let Some(first) = first {
            return Some(Cow::Owned(first));
        }
        let found = self.program.module(name).or_else(|| self.library.and_then(|library| library.module(name)));
        match found {
            Some(module) => Some(Cow::Borrowed(module)),
            None => own::module(name).map(Cow::Owned),
        }
    }

    /// Whether the program, or its library, has the module `init`, which is to start it.
    #[must_use]
    pub fn has_init(&self) -> bool {
        [Some(self.program), self.library].into_iter().flatten().any(|pack| pack.module("init").is_some())
    }
}

fn read(flash: &mut Flash, name: &str) -> Result<Pack<'static>, Missing> {
    let partition = flash.find(name).map_err(Missing::Flash)?.ok_or(Missing::Partition)?;
    let bytes = flash.show(partition).map_err(Missing::Flash)?;
    Pack::new(bytes).map_err(Missing::Pack)
}

/// The platform.
pub struct Board {
    packs: Packs,
    #[cfg(feature = "wifi")]
    network: network::Network,
    peripherals: peripherals::Hardware,
}

impl Board {
    /// The platform with its packs.
    #[must_use]
    pub fn new(packs: Packs, machine: Machine) -> Self {
        Self {
            packs,
            #[cfg(feature = "wifi")]
            network: network::new(machine.radio),
            peripherals: peripherals::new(machine.pads, machine.pulses, machine.flash, machine.watchdog),
        }
    }
}

impl Platform for Board {
    fn write(&mut self, _: Stream, bytes: &[u8]) {
        console::print(bytes);
    }

    fn read(&mut self) -> Input {
        let bytes = console::read();
        if bytes.is_empty() { Input::Pending } else { Input::Bytes(bytes) }
    }

    fn monotonic(&mut self) -> u64 {
        clock::monotonic()
    }

    fn system_time(&mut self) -> u64 {
        clock::calendar()
    }

    fn random(&mut self, bytes: &mut [u8]) {
        entropy::fill(bytes);
    }

    fn find_module(&mut self, name: &str) -> Option<Vec<u8>> {
        match self.packs.module(name)? {
            Cow::Owned(bytes) => Some(bytes),
            Cow::Borrowed(module) => {
                let mut bytes = Vec::new();
                bytes.try_reserve_exact(module.len()).ok()?;
                bytes.extend_from_slice(module);
                Some(bytes)
            }
        }
    }

    fn find_file(&mut self, name: &str) -> Option<&[u8]> {
        let Packs { program, library, .. } = self.packs;
        program.file(name).or_else(|| library?.file(name))
    }

    fn hardware(&mut self) -> Option<&mut dyn Hardware> {
        Some(&mut self.peripherals)
    }

    #[cfg(feature = "wifi")]
    fn network(&mut self) -> Option<&mut dyn Network> {
        Some(&mut self.network)
    }
}
