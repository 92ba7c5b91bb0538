//! The radio's work, as a future: it starts the chip, and then does what is asked for, while the chip's driver carries frames and
//! tells what becomes of the link. It ends when the chip does not answer, or no longer; then all of it is begun anew.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::{pending, poll_fn};
use core::task::Poll;

use cyw43::{BssInfo, Control, JoinAuth, JoinError, JoinOptions, NetDriver, PowerManagementMode, ScanOptions, State};
use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer, with_timeout};
use emberl_net::CardEvent;
use emberl_vm::net::{Reason, Seen};

use super::settings::{COUNTRIES, FIRMWARE, SETTINGS};
use super::wire::{Power, Wires};
use crate::task;

/// How long the chip's start may take, in two parts, and how long it may take to do something.
const START: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(8);
/// The longest search for networks.
const SEARCH: Duration = Duration::from_secs(15);
/// Between two measurements of the signal.
const MEASURED: Duration = Duration::from_secs(10);
/// Most networks that are told of.
const MOST_SEEN: usize = 16;
/// Most events that wait; the oldest is lost when there are more.
const MOST_EVENTS: usize = 8;
/// Groups whose frames the chip lets through, besides those for everybody: mDNS, of IPv4 and IPv6, and all hosts of both. It has
/// room for ten.
const GROUPS: [[u8; 6]; 4] = [
    [0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb],
    [0x33, 0x33, 0x00, 0x00, 0x00, 0xfb],
    [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01],
    [0x33, 0x33, 0x00, 0x00, 0x00, 0x01],
];

/// A network, to be in or to be.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) ssid: String,
    pub(super) psk: String,
    /// The channel of an own network.
    pub(super) channel: u8,
}

/// What the radio is to be.
#[derive(Debug)]
pub(super) enum Role {
    /// Neither.
    None,
    /// In a network.
    Station(Named),
    /// A network itself.
    AccessPoint(Named),
}

/// What the radio is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Nothing,
    /// On the way into a network, or in it.
    Station,
    AccessPoint,
}

/// What the work and its owner share. All of it is in one thread.
#[derive(Default)]
pub(super) struct Shared {
    /// The role to have next.
    wanted: RefCell<Option<Role>>,
    /// Networks are to be looked for.
    search: Cell<bool>,
    /// A search is asked for and has not ended.
    pub(super) searching: Cell<bool>,
    /// It is in the network that was asked for last, as far as the link is up.
    pub(super) joined: Cell<bool>,
    /// The strength of its signal, as it was measured last.
    pub(super) strength: Cell<Option<i8>>,
    /// The frames' way, once it is there.
    pub(super) device: RefCell<Option<NetDriver<'static>>>,
    /// The chip is being started.
    starting: Rc<Cell<bool>>,
    events: RefCell<VecDeque<CardEvent>>,
}

impl Shared {
    /// Asks for a role. One that was asked for and not begun is void.
    pub(super) fn want(&self, role: Role) {
        self.joined.set(false);
        *self.wanted.borrow_mut() = Some(role);
        task::wake();
    }

    /// Asks for a search.
    pub(super) fn look(&self) {
        self.search.set(true);
        self.searching.set(true);
        task::wake();
    }

    /// Tells something.
    pub(super) fn tell(&self, event: CardEvent) {
        let mut events = self.events.borrow_mut();
        if events.len() >= MOST_EVENTS {
            events.pop_front();
        }
        if events.try_reserve(1).is_ok() {
            events.push_back(event);
        }
    }

    /// What was told.
    pub(super) fn event(&self) -> Option<CardEvent> {
        self.events.borrow_mut().pop_front()
    }

    /// Ends a search with what was found.
    pub(super) fn found(&self, seen: Vec<Seen>) {
        self.search.set(false);
        if self.searching.take() {
            self.tell(CardEvent::Scanned(seen));
        }
    }

    /// Until a role is asked for.
    async fn is_wanted(&self) {
        poll_fn(|_| if self.wanted.borrow().is_some() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Until anything is.
    async fn is_asked(&self) {
        poll_fn(|_| if self.search.get() || self.wanted.borrow().is_some() { Poll::Ready(()) } else { Poll::Pending })
            .await;
    }
}

/// Does the work, until the chip does not answer.
pub(super) async fn run(state: &'static mut State, shared: Rc<Shared>) {
    shared.starting.set(true);
    let mut wires = Wires::new(Rc::clone(&shared.starting));
    if !wires.answer().await {
        return;
    }
    let start = cyw43::new(state, Power, wires, &FIRMWARE, &SETTINGS);
    let Ok((device, control, runner)) = with_timeout(START, start).await else { return };
    shared.starting.set(false);
    *shared.device.borrow_mut() = Some(device);
    select(runner.run(), Work { control, shared: &shared, is: Is::Nothing }.run()).await;
}

/// The chip did not do it in time.
struct Silent;

/// What is done with the chip while its driver runs.
struct Work<'a> {
    control: Control<'static>,
    shared: &'a Shared,
    is: Is,
}

impl Work<'_> {
    async fn run(mut self) {
        if with_timeout(START, self.begin()).await.is_err() {
            return;
        }
        while self.step().await.is_ok() {}
    }

    /// Starts the chip's firmware.
    async fn begin(&mut self) {
        self.control.init(COUNTRIES).await;
        self.control.set_power_management(PowerManagementMode::PowerSave).await;
        for group in GROUPS {
            // There is room for these, and they are groups.
            let _ = self.control.add_multicast_address(group).await;
        }
        self.shared.tell(CardEvent::Address(self.control.address().await));
    }

    /// Does the next thing that is asked for, or measures the signal.
    async fn step(&mut self) -> Result<(), Silent> {
        let measured = async { if self.shared.joined.get() { Timer::after(MEASURED).await } else { pending().await } };
        if let Either::Second(()) = select(self.shared.is_asked(), measured).await {
            return self.measure().await;
        }
        let role = self.shared.wanted.borrow_mut().take();
        if let Some(role) = role {
            with_timeout(PATIENCE, self.end()).await.map_err(|_| Silent)?;
            return match role {
                Role::None => Ok(()),
                Role::Station(network) => self.join(&network).await,
                Role::AccessPoint(network) => self.be(&network).await,
            };
        }
        self.search().await
    }

    /// Is nothing any more.
    async fn end(&mut self) {
        self.shared.strength.set(None);
        match self.is {
            Is::Nothing => {}
            Is::Station => self.control.leave().await,
            Is::AccessPoint => self.control.close_ap().await,
        }
        self.is = Is::Nothing;
    }

    /// Joins a network, or gives up when something else is wanted.
    async fn join(&mut self, network: &Named) -> Result<(), Silent> {
        self.is = Is::Station;
        let join = self.control.join(&network.ssid, protection(&network.psk));
        match select(join, self.shared.is_wanted()).await {
            Either::First(Ok(())) => {
                self.shared.joined.set(true);
                self.measure().await
            }
            Either::First(Err(error)) => {
                self.shared.tell(CardEvent::Failed(why(&error)));
                Ok(())
            }
            Either::Second(()) => Ok(()),
        }
    }

    /// Is a network.
    async fn be(&mut self, network: &Named) -> Result<(), Silent> {
        self.is = Is::AccessPoint;
        let Named { ssid, psk, channel } = network;
        let start = async {
            if psk.is_empty() {
                self.control.start_ap_open(ssid, *channel).await;
            } else {
                self.control.start_ap_wpa2(ssid, psk, *channel).await;
            }
        };
        with_timeout(PATIENCE, start).await.map_err(|_| Silent)?;
        self.shared.tell(CardEvent::AccessPointUp);
        Ok(())
    }

    /// Measures the strength of the signal.
    async fn measure(&mut self) -> Result<(), Silent> {
        let strength = with_timeout(PATIENCE, self.control.get_rssi()).await.map_err(|_| Silent)?;
        // 0 says that nothing is heard.
        self.shared.strength.set(i8::try_from(strength).ok().filter(|&strength| strength < 0));
        Ok(())
    }

    /// Looks for networks. A search that takes too long ends with what it has found.
    async fn search(&mut self) -> Result<(), Silent> {
        self.shared.search.set(false);
        let mut seen = Vec::new();
        let mut scanner =
            with_timeout(PATIENCE, self.control.scan(ScanOptions::default())).await.map_err(|_| Silent)?;
        let search = async {
            while let Some(network) = scanner.next().await {
                add(&mut seen, &network);
            }
        };
        let _ = with_timeout(SEARCH, search).await;
        drop(scanner);
        self.shared.found(seen);
        Ok(())
    }
}

/// How a network with that password is protected: WPA2 or WPA3, or not at all.
fn protection(psk: &str) -> JoinOptions<'_> {
    let mut options = if psk.is_empty() { JoinOptions::new_open() } else { JoinOptions::new(psk.as_bytes()) };
    if psk.len() == super::KEY {
        // The key itself, in hexadecimal digits, which WPA3 has not.
        options.auth = JoinAuth::Wpa2;
        options.passphrase_is_prehashed = true;
    }
    options
}

/// Why a network was not joined.
fn why(error: &JoinError) -> Reason {
    /// The status of something that took too long (Broadcom's `WLC_E_STATUS_TIMEOUT`).
    const TIMEOUT: u8 = 2;
    match error {
        JoinError::NetworkNotFound => Reason::NotFound,
        JoinError::AuthenticationFailure => Reason::Refused,
        JoinError::JoinFailure(TIMEOUT) => Reason::Timeout,
        JoinError::JoinFailure(_) => Reason::Failed,
    }
}

/// Adds a network that was seen; one that was seen before only if it is stronger now.
fn add(seen: &mut Vec<Seen>, network: &BssInfo) {
    /// A bit of what a network can do: it is protected. How, this driver does not tell.
    const PRIVACY: u16 = 1 << 4;
    let (name, length, rssi) = (network.ssid, usize::from(network.ssid_len), network.rssi);
    let rssi = i8::try_from(rssi).unwrap_or(i8::MIN);
    if let Some(known) = seen.iter_mut().find(|known| known.bssid == network.bssid) {
        known.rssi = known.rssi.max(rssi);
        return;
    }
    let name = name.get(..length).unwrap_or_default();
    let mut ssid = Vec::new();
    if seen.len() >= MOST_SEEN || ssid.try_reserve_exact(name.len()).is_err() || seen.try_reserve(1).is_err() {
        return;
    }
    ssid.extend_from_slice(name);
    seen.push(Seen {
        ssid,
        bssid: network.bssid,
        // The lowest byte of the specification: a channel of 20 MHz is its own middle.
        channel: if network.n_cap != 0 { network.ctl_ch } else { network.chanspec as u8 },
        rssi,
        authmode: if network.capability & PRIVACY == 0 { "open" } else { "unknown" },
    });
}
