//! The radio of the Raspberry Pi Pico W as a network card: in a network, or being one. Owns the chip's session, which begins with
//! the first request and stays: its memory is taken once, however often the link is started and stopped. What is done in it is in
//! `radio/work.rs`, the wires to the chip are in `radio/wire.rs`.
//!
//! A chip that does not answer, as on a Pico without a radio, is told as a failure of the attempt; the next attempt starts it anew.

mod settings;
mod wire;
mod work;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::Context;

use critical_section::Mutex;
use cyw43::{NetDriver, State};
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};
use emberl_net::{Card, CardEvent};
use emberl_vm::hardware::Pin as Number;
use emberl_vm::net::{AccessPoint, Error, Reason};

use crate::{clock, entropy, task};
use work::{Named, Role, Shared};

/// The pins of the chip: its power, the line of data, what selects it, and the clock.
const POWER: Number = 23;
pub(crate) const DATA: Number = 24;
const SELECT: Number = 25;
const CLOCK: Number = 29;

/// The longest name of a network; the least and the most characters of a password; the digits of a key.
const NAME: usize = 32;
const PASSWORD: core::ops::RangeInclusive<usize> = 8..=63;
const KEY: usize = 64;
/// The most bytes of the work.
const WORK: usize = 16 << 10;
/// Channels that are allowed everywhere, and that of an own network that may have any.
const CHANNELS: core::ops::RangeInclusive<u8> = 1..=11;
const CHANNEL: u8 = 1;
/// The longest frame, with its head.
const FRAME: usize = 1514;
/// An own network that has failed is begun again after so many microseconds.
const PAUSE: u64 = 10_000_000;

/// The radio's address, once it has told it.
static ADDRESS: Mutex<Cell<Option<[u8; 6]>>> = Mutex::new(Cell::new(None));

/// The radio's hardware address; `None` before it was started.
#[must_use]
pub fn address() -> Option<[u8; 6]> {
    critical_section::with(|section| ADDRESS.borrow(section).get())
}

/// What is there while the chip is in use.
struct Session {
    device: Option<NetDriver<'static>>,
    work: Pin<Box<dyn Future<Output = ()>>>,
    /// What both refer to.
    state: NonNull<State>,
}

impl Session {
    /// Takes its memory; `None` where there is not enough.
    fn new(shared: &Rc<Shared>) -> Option<Self> {
        let mut room: Vec<u8> = Vec::new();
        room.try_reserve_exact(size_of::<State>() + WORK).ok()?;
        drop(room);
        // In place: the stack has no room for it.
        let state = Box::write(Box::new_uninit(), const { State::new() });
        let mut state = NonNull::from(Box::leak(state));
        // SAFETY: the memory is that of a box that nothing else refers to; it is given back in `end`, after all who have
        // this reference.
        let work = Box::pin(work::run(unsafe { state.as_mut() }, Rc::clone(shared)));
        Some(Self { device: None, work, state })
    }

    /// Gives all back. What the work has shared of it must be taken from there before.
    fn end(self) {
        let Self { device, work, state } = self;
        drop(work);
        drop(device);
        // SAFETY: it is the memory that `new` has leaked; the only ones who referred to it, the work with its parts and the
        // device, are gone.
        drop(unsafe { Box::from_raw(state.as_ptr()) });
    }
}

/// The radio.
pub struct Radio {
    shared: Rc<Shared>,
    session: Option<Session>,
    /// Made up, until the chip has told its own.
    address: [u8; 6],
    /// The network to be.
    own: Option<Named>,
    /// When it is begun again, after a failure.
    again: u64,
}

impl Default for Radio {
    fn default() -> Self {
        Self::new()
    }
}

impl Radio {
    /// The radio, which stays without power until it is asked for something.
    #[must_use]
    pub fn new() -> Self {
        let mut address = [0; 6];
        entropy::fill(&mut address);
        // Of one card, and not given by its maker.
        address[0] = address[0] & !1 | 2;
        Self { shared: Rc::default(), session: None, address, own: None, again: 0 }
    }

    /// Asks for a role, in a session.
    fn want(&mut self, role: Role) -> Result<(), Reason> {
        if self.session.is_none() {
            self.session = Some(Session::new(&self.shared).ok_or(Reason::Failed)?);
        }
        self.shared.want(role);
        Ok(())
    }

    /// Lets the work go on, if there is anything new for it.
    fn work(&mut self) {
        if !task::begin() {
            return;
        }
        let Some(session) = &mut self.session else { return self.retry() };
        let is_over = task::poll(session.work.as_mut()).is_ready();
        if let Some(device) = self.shared.device.borrow_mut().take() {
            session.device = Some(device);
        }
        if is_over {
            self.fail();
        }
    }

    /// The chip does not answer: all who wait for something are told.
    fn fail(&mut self) {
        if let Some(session) = self.session.take() {
            session.end();
        }
        self.shared.joined.set(false);
        self.shared.strength.set(None);
        self.shared.found(Vec::new());
        self.shared.tell(CardEvent::Failed(Reason::Failed));
        if self.own.is_some() {
            self.shared.tell(CardEvent::AccessPointDown);
            self.again = clock::micros().saturating_add(PAUSE);
            task::wake_at(self.again);
        }
    }

    /// Begins the own network again, when it is time for that.
    fn retry(&mut self) {
        let Some(own) = self.own.clone() else { return };
        if clock::micros() < self.again {
            return task::wake_at(self.again);
        }
        if self.want(Role::AccessPoint(own)).is_err() {
            self.again = clock::micros().saturating_add(PAUSE);
            task::wake_at(self.again);
        }
    }
}

/// A network's name and password, as the chip takes them.
fn named(ssid: &[u8], psk: &[u8], channel: u8) -> Result<Named, Reason> {
    let text = |bytes: &[u8]| core::str::from_utf8(bytes).ok().map(String::from);
    let ssid = text(ssid).filter(|ssid| (1..=NAME).contains(&ssid.len())).ok_or(Reason::NotFound)?;
    let is_key = |psk: &str| psk.len() == KEY && psk.bytes().all(|digit| digit.is_ascii_hexdigit());
    let psk = text(psk).filter(|psk| psk.is_empty() || PASSWORD.contains(&psk.len()) || is_key(psk));
    Ok(Named { ssid, psk: psk.ok_or(Reason::Refused)?, channel })
}

impl Card for Radio {
    fn join(&mut self, ssid: &[u8], psk: &[u8]) -> Result<(), Reason> {
        self.want(Role::Station(named(ssid, psk, 0)?))
    }

    fn leave(&mut self) {
        if self.session.is_some() {
            self.shared.want(Role::None);
        }
    }

    /// A name that is kept back is refused: the chip's driver has no setting for it. How many stations there are is the
    /// chip's to say.
    fn start_access_point(&mut self, own: &AccessPoint<'_>) -> Result<(), Reason> {
        let channel = if own.channel == 0 { CHANNEL } else { own.channel };
        if own.hidden || own.psk.len() == KEY || !CHANNELS.contains(&channel) {
            return Err(Reason::Refused);
        }
        let own = named(own.ssid, own.psk, channel)?;
        self.want(Role::AccessPoint(own.clone()))?;
        self.own = Some(own);
        Ok(())
    }

    fn stop_access_point(&mut self) {
        self.own = None;
        self.leave();
    }

    fn wire(&self) -> bool {
        false
    }

    fn scan(&mut self) -> Result<(), Error> {
        if self.shared.searching.get() {
            return Err(Error::Posix("ebusy"));
        }
        if self.own.is_some() {
            // The chip would have to become a station.
            return Err(Error::Posix("enotsup"));
        }
        if self.session.is_none() {
            self.want(Role::None).map_err(|_| Error::Posix("enomem"))?;
        }
        self.shared.look();
        Ok(())
    }

    /// As it was measured last, at most some ten seconds ago.
    fn strength(&mut self) -> Result<i8, Error> {
        self.shared.strength.get().filter(|_| self.shared.joined.get()).ok_or(Error::Posix("enotconn"))
    }

    fn event(&mut self) -> Option<CardEvent> {
        self.work();
        let event = self.shared.event()?;
        if let CardEvent::Address(address) = event {
            self.address = address;
            critical_section::with(|section| ADDRESS.borrow(section).set(Some(address)));
        }
        Some(event)
    }
}

impl Driver for Radio {
    type RxToken<'a> = <NetDriver<'static> as Driver>::RxToken<'a>;
    type TxToken<'a> = <NetDriver<'static> as Driver>::TxToken<'a>;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        Driver::receive(self.session.as_mut()?.device.as_mut()?, context)
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Self::TxToken<'_>> {
        Driver::transmit(self.session.as_mut()?.device.as_mut()?, context)
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        let device = self.session.as_mut().and_then(|session| session.device.as_mut());
        match device {
            Some(device) if self.shared.joined.get() => Driver::link_state(device, context),
            _ => LinkState::Down,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}
