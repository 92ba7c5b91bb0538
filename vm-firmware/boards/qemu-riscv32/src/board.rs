//! The machine as a platform of the VM: the console, the clocks, and the modules and files of the pack in memory.

use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "peripherals")]
use emberl_board::Peripherals;
use emberl_format::avm::{Section, Sections};
#[cfg(feature = "peripherals")]
use emberl_vm::hardware::Hardware;
#[cfg(feature = "net")]
use emberl_vm::net::Network;
use emberl_vm::platform::{Platform, Stream};

#[cfg(feature = "net")]
use crate::devices::Devices;
use crate::entropy;
#[cfg(feature = "peripherals")]
use crate::equipment::Equipment;
#[cfg(not(feature = "peripherals"))]
use crate::flash::Flash;
use crate::machine::{self, Machine};
#[cfg(feature = "net")]
use crate::network;

/// A pack in memory. Its structure was looked at when it was made.
#[derive(Clone, Copy)]
pub struct Pack(&'static [u8]);

impl Pack {
    /// The pack at the beginning of `bytes`; what follows its end section is not looked at.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn new(bytes: &'static [u8]) -> Result<Self, emberl_format::Error> {
        let mut sections = Sections::new(bytes)?;
        for section in &mut sections {
            section?;
        }
        Ok(Self(bytes.get(..sections.offset()).unwrap_or(bytes)))
    }

    fn sections(self) -> impl Iterator<Item = Section<'static>> {
        Sections::new(self.0).into_iter().flatten().flatten()
    }

    /// The `.beam` form of a module.
    pub fn module(self, name: &str) -> Option<&'static [u8]> {
        let name = name.as_bytes();
        self.sections()
            .find(|section| section.name.strip_suffix(b".beam") == Some(name) && section.is_beam())
            .map(|section| section.data)
    }

    /// The name of the module that is marked to start the program.
    pub fn start(self) -> Option<String> {
        let section = self.sections().find(Section::is_start)?;
        let name = section.name_text().ok()?;
        Some(name.strip_suffix(".beam").unwrap_or(name).into())
    }

    /// The contents of a plain file.
    pub fn file(self, name: &str) -> Option<&'static [u8]> {
        let section = self.sections().find(|section| section.name == name.as_bytes())?;
        if section.is_beam() { None } else { section.file_contents().ok() }
    }
}

/// The platform.
pub struct Board {
    pack: Pack,
    /// The modules that come with the virtual machine.
    library: Option<Pack>,
    /// The flash memory.
    #[cfg(not(feature = "peripherals"))]
    pub flash: Option<Flash>,
    #[cfg(feature = "peripherals")]
    peripherals: Peripherals<Equipment>,
    #[cfg(feature = "net")]
    network: Option<network::Network>,
}

impl Board {
    /// The platform with a pack.
    #[must_use]
    pub fn new(pack: Pack, machine: Machine) -> Self {
        #[cfg(feature = "net")]
        let devices = Devices::find(machine.slots);
        Self {
            pack,
            library: Pack::new(emberl_erlang::PACK).ok(),
            #[cfg(not(feature = "peripherals"))]
            flash: Flash::find(machine.flash),
            #[cfg(feature = "peripherals")]
            peripherals: Peripherals::new(Equipment::new(devices.port, machine.flash, machine.kept, machine.start)),
            #[cfg(feature = "net")]
            network: devices.card.map(network::new),
        }
    }
}

impl Platform for Board {
    fn write(&mut self, _: Stream, bytes: &[u8]) {
        machine::print(bytes);
    }

    fn monotonic(&mut self) -> u64 {
        machine::time()
    }

    fn system_time(&mut self) -> u64 {
        machine::calendar()
    }

    fn random(&mut self, bytes: &mut [u8]) {
        entropy::fill(bytes);
    }

    fn find_module(&mut self, name: &str) -> Option<Vec<u8>> {
        let own = || self.library.and_then(|library| library.module(name));
        let first = if emberl_erlang::is_first(name) { own() } else { None };
        let module = first.or_else(|| self.pack.module(name)).or_else(own)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(module.len()).ok()?;
        bytes.extend_from_slice(module);
        Some(bytes)
    }

    fn find_file(&mut self, name: &str) -> Option<&[u8]> {
        self.pack.file(name)
    }

    #[cfg(feature = "net")]
    fn network(&mut self) -> Option<&mut dyn Network> {
        self.network.as_mut().map(|network| -> &mut dyn Network { network })
    }

    #[cfg(feature = "peripherals")]
    fn hardware(&mut self) -> Option<&mut dyn Hardware> {
        Some(&mut self.peripherals)
    }
}
