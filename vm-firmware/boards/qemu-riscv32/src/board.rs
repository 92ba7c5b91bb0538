//! The machine as a platform of the VM: the console, the clocks, and the modules and files of the pack in memory.

use alloc::vec::Vec;

#[cfg(feature = "peripherals")]
use emberl_board::Peripherals;
use emberl_format::avm::Pack;
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

/// The platform.
pub struct Board {
    pack: Pack<'static>,
    /// The modules that come with the virtual machine.
    library: Option<Pack<'static>>,
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
    pub fn new(pack: Pack<'static>, machine: Machine) -> Self {
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
