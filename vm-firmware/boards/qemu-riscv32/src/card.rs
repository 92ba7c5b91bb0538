//! The network card: virtio's (virtio 1.2, 5.1), of before and since version 1.0, as the driver of a network wants it.
//! `virtio-drivers` has one too, which keeps what the card tells of its link to itself; here its queues are used.

use alloc::vec;
use core::task::Context;

use bitflags::bitflags;
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use virtio_drivers::transport::Transport;
use virtio_drivers::{Error, Result};

use crate::machine::Interrupt;
use crate::virtio::{FRAME, HEADER, Incoming, Outgoing, Registers};

/// Frames that are kept while nobody takes them. A power of two, as virtio wants it.
pub const RECEIVE_BUFFERS: usize = 16;
/// Frames that wait to be sent. A power of two.
pub const SEND_BUFFERS: usize = 8;

/// The numbers of the card's queues.
const RECEIVE: u16 = 0;
const SEND: u16 = 1;
/// Where the card tells its hardware address and its status, in its configuration.
const ADDRESS: usize = 0;
const STATUS: usize = 6;
/// The bit of the status that is set while the link is up.
const LINK_UP: u16 = 1;

bitflags! {
    /// What the card can do, of that which is made use of.
    #[derive(Clone, Copy, Debug)]
    struct Features: u64 {
        /// It tells its hardware address.
        const MAC = 1 << 5;
        /// It tells its status.
        const STATUS = 1 << 16;
        /// Before version 1.0: a frame may follow its header in one buffer.
        const ANY_LAYOUT = 1 << 27;
        /// It is one of version 1.0 or later.
        const VERSION_1 = 1 << 32;
    }
}

/// A card. Its waiting is done by the whole program (`machine::wait`), after which it is asked again: wakers are not
/// needed and not used.
pub struct Card {
    registers: Registers,
    interrupt: Interrupt,
    incoming: Incoming<RECEIVE_BUFFERS>,
    outgoing: Outgoing<SEND_BUFFERS>,
    address: [u8; 6],
    /// Whether the card tells its status; otherwise its link is taken to be up.
    tells_status: bool,
    is_up: bool,
}

impl Card {
    /// Starts a card.
    ///
    /// # Errors
    /// When it is not one that is known here.
    pub fn new(mut registers: Registers, interrupt: Interrupt) -> Result<Self> {
        let features = registers.begin_init(Features::all());
        if !features.contains(Features::MAC) || !features.intersects(Features::VERSION_1 | Features::ANY_LAYOUT) {
            return Err(Error::Unsupported);
        }
        let address = registers.read_consistent(|| registers.read_config_space(ADDRESS))?;
        // Before version 1.0 the header had no count of buffers.
        let header = if features.contains(Features::VERSION_1) { HEADER } else { HEADER - 2 };
        let incoming = Incoming::new(&mut registers, RECEIVE, header)?;
        let outgoing = Outgoing::new(&mut registers, SEND, header)?;
        registers.finish_init();
        let tells_status = features.contains(Features::STATUS);
        let mut card = Self { registers, interrupt, incoming, outgoing, address, tells_status, is_up: true };
        card.look();
        card.incoming.tell(&mut card.registers);
        card.interrupt.enable();
        Ok(card)
    }

    /// Reads the state of the link.
    fn look(&mut self) {
        if self.tells_status
            && let Ok(status) = self.registers.read_config_space::<u16>(STATUS)
        {
            self.is_up = status & LINK_UP != 0;
        }
    }

    /// Takes back the card's interrupt, if there was one, before what it was about is looked at.
    fn acknowledge(&mut self) {
        if self.interrupt.is_raised() {
            self.registers.ack_interrupt();
            self.interrupt.complete();
            self.look();
        }
    }
}

impl Driver for Card {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = ToSend<'a>;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Received<'_>, ToSend<'_>)> {
        self.acknowledge();
        self.incoming.tell(&mut self.registers);
        if self.incoming.is_ready() && self.outgoing.is_ready() {
            let to_send = ToSend { registers: &mut self.registers, outgoing: &mut self.outgoing };
            return Some((Received(&mut self.incoming), to_send));
        }
        None
    }

    /// The interrupt stays: it may be of a frame that has come since frames were looked for last, and would be slept over.
    fn transmit(&mut self, _: &mut Context<'_>) -> Option<ToSend<'_>> {
        let is_ready = self.outgoing.is_ready();
        is_ready.then_some(ToSend { registers: &mut self.registers, outgoing: &mut self.outgoing })
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        self.acknowledge();
        if self.is_up { LinkState::Up } else { LinkState::Down }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME;
        capabilities.max_burst_size = Some(SEND_BUFFERS);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame that has come.
pub struct Received<'a>(&'a mut Incoming<RECEIVE_BUFFERS>);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, take: F) -> R {
        // A card that breaks the rules gives an empty frame, and then none.
        let taken = take(self.0.open().unwrap_or_default());
        let _ = self.0.give_back();
        taken
    }
}

/// Room for a frame.
pub struct ToSend<'a> {
    registers: &'a mut Registers,
    outgoing: &'a mut Outgoing<SEND_BUFFERS>,
}

impl TxToken for ToSend<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let Some(room) = self.outgoing.room(length) else {
            // Longer than a frame may be: as on a wire, it is lost.
            return write(&mut vec![0; length]);
        };
        let written = write(room);
        let _ = self.outgoing.send(self.registers, length);
        written
    }
}
