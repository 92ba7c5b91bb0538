//! The board as a platform of the VM: the console, the clocks, randomness, peripherals, and the modules and files of the
//! packs in flash memory, read in place.

#[cfg(feature = "wifi")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use emberl_board::Peripherals;
use emberl_format::avm::Pack;
use emberl_vm::hardware::Hardware;
#[cfg(feature = "wifi")]
use emberl_vm::net::Network;
use emberl_vm::platform::{Input, Platform, Stream};

use crate::machine::Machine;
#[cfg(feature = "wifi")]
use crate::network;
use crate::peripherals::Chip;
use crate::peripherals::flash::{self, LIBRARY, PROGRAM};
use crate::{clock, console, entropy};

/// The packs, in the order in which modules and files are looked for.
#[derive(Clone, Copy)]
pub struct Packs {
    /// The program.
    pub program: Pack<'static>,
    /// The library.
    pub library: Option<Pack<'static>>,
    /// The modules that come with the virtual machine.
    own: Option<Pack<'static>>,
}

impl Packs {
    /// The packs in flash memory. Nothing here writes to their parts of it.
    ///
    /// # Errors
    /// When there is no sound program. Without a sound library there is none.
    pub fn find() -> Result<Self, emberl_format::Error> {
        Ok(Self {
            program: Pack::new(flash::show(&PROGRAM))?,
            library: Pack::new(flash::show(&LIBRARY)).ok(),
            own: Pack::new(emberl_erlang::PACK).ok(),
        })
    }

    /// Whether the program, or its library, has the module `init`, which is to start it.
    #[must_use]
    pub fn has_init(&self) -> bool {
        [Some(self.program), self.library].into_iter().flatten().any(|pack| pack.module("init").is_some())
    }

    /// The `.beam` form of a module.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&'static [u8]> {
        let own = || self.own.and_then(|own| own.module(name));
        let first = if emberl_erlang::is_first(name) { own() } else { None };
        first
            .or_else(|| self.program.module(name))
            .or_else(|| self.library.and_then(|library| library.module(name)))
            .or_else(own)
    }
}

/// The platform.
pub struct Board {
    packs: Packs,
    #[cfg(feature = "wifi")]
    network: Box<network::Network>,
    peripherals: Peripherals<Chip>,
}

impl Board {
    /// The platform with its packs.
    #[must_use]
    pub fn new(packs: Packs, machine: Machine) -> Self {
        Self {
            packs,
            #[cfg(feature = "wifi")]
            network: network::new(),
            peripherals: Peripherals::new(Chip::new(machine)),
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
        let module = self.packs.module(name)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(module.len()).ok()?;
        bytes.extend_from_slice(module);
        Some(bytes)
    }

    fn module_in_place(&mut self, name: &str) -> Option<&'static [u8]> {
        self.packs.module(name)
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
        Some(&mut *self.network)
    }
}
