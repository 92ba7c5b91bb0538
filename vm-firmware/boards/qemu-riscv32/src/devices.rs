//! The virtio devices that QEMU was given, each to who drives it. One that cannot be started is as none.

use virtio_drivers::transport::{DeviceType, Transport};

use crate::card::Card;
use crate::machine::Slot;
#[cfg(feature = "peripherals")]
use crate::port::Port;
use crate::{entropy, virtio};

/// The devices, the first of each kind.
pub struct Devices {
    /// A network card.
    pub card: Option<Card>,
    /// The port by which a test is what is around the board.
    #[cfg(feature = "peripherals")]
    pub port: Option<Port>,
}

impl Devices {
    /// Starts what is in the machine's places for devices.
    #[must_use]
    pub fn find(slots: impl IntoIterator<Item = Slot>) -> Self {
        let mut devices = Self {
            card: None,
            #[cfg(feature = "peripherals")]
            port: None,
        };
        for (registers, interrupt) in slots.into_iter().filter_map(virtio::device) {
            match registers.device_type() {
                DeviceType::Network if devices.card.is_none() => devices.card = Card::new(registers, interrupt).ok(),
                DeviceType::EntropySource => entropy::start(registers),
                #[cfg(feature = "peripherals")]
                DeviceType::Console if devices.port.is_none() => devices.port = Port::new(registers, interrupt).ok(),
                _ => {}
            }
        }
        devices
    }
}
