//! The radio as a network card: Espressif's Wi-Fi, in a network, being one, or both at once. Owns the radio's controller,
//! and what it is in the midst of; frames go by `radio/frames.rs`, and what settings, reasons and kinds of protection are
//! called on both sides is in `radio/words.rs`.
//!
//! The controller comes with the first request and stays: it takes some 50 KB of the heap once, the same however often
//! the link is started and stopped, and randomness is best while it is on.
//!
//! The controller's functions that take time are asynchronous. They begin what they do before they first wait, and tell
//! its end to everybody who subscribes to events; so they are polled once and dropped, and the end comes as an event.

mod frames;
mod words;

use alloc::vec::Vec;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};
use emberl_net::{Card, CardEvent};
use emberl_vm::net::{AccessPoint, Error, Reason, Seen};
use esp_hal::peripherals::WIFI;
use esp_radio::wifi::ap::AccessPointConfig;
use esp_radio::wifi::event::{EventInfo, EventSubscriber, MessageResult};
use esp_radio::wifi::scan::{ScanConfig, ScanResults};
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{Config, ControllerConfig, Interface, WifiController};

use crate::machine;
use frames::{Received, Room};

/// The strength that is sent with, in quarters of a dBm. More makes some boards fail when they join (esp-radio's notes).
const SEND_STRENGTH: i8 = 60;
/// Frames that wait to be taken, for each interface.
const RECEIVE_QUEUE: usize = 10;
/// Frames that wait to be sent.
const SEND_QUEUE: usize = 6;
/// Most networks that are told of.
const MOST_SEEN: usize = 32;
/// Most stations of the own network.
const MOST_STATIONS: usize = 10;

/// The radio.
pub struct Radio {
    hardware: WIFI<'static>,
    controller: Option<Controller>,
    station: Interface,
    access_point: Interface,
    /// The network to be in; kept when it is left.
    wanted: Option<StationConfig>,
    /// The network to be.
    own: Option<AccessPointConfig>,
    /// It leaves, and has yet to tell that it has.
    leaving: bool,
    /// It is to join when it has left.
    due: bool,
    scanning: bool,
    /// The stations of the own network.
    stations: Vec<[u8; 6]>,
}

struct Controller {
    radio: WifiController<'static>,
    events: EventSubscriber<'static>,
}

/// Polls once; what has more to wait for rings when it goes on.
fn begin<T>(future: impl Future<Output = T>) -> Poll<T> {
    let ringer = machine::ringer();
    pin!(future).poll(&mut Context::from_waker(&ringer))
}

impl Controller {
    fn new(hardware: &WIFI<'static>) -> Option<Self> {
        // SAFETY: the owner of the hardware calls this only while it has no controller, so there is one user at a time.
        let hardware = unsafe { hardware.clone_unchecked() };
        let config = ControllerConfig::default().with_rx_queue_size(RECEIVE_QUEUE).with_tx_queue_size(SEND_QUEUE);
        let mut radio = WifiController::new(hardware, config).ok()?;
        // Weaker is better than not at all.
        let _ = radio.set_max_tx_power(SEND_STRENGTH);
        let events = radio.subscribe().ok()?;
        // SAFETY: a subscriber refers to the channel of events only, which is a static (esp-radio 1.0.0-beta.1,
        // `wifi/event.rs`); its lifetime is that of the controller for order's sake.
        let events = unsafe { core::mem::transmute::<EventSubscriber<'_>, EventSubscriber<'static>>(events) };
        Some(Self { radio, events })
    }
}

impl Radio {
    /// The radio, which stays off until it is asked for something.
    #[must_use]
    pub fn new(hardware: WIFI<'static>) -> Self {
        Self {
            hardware,
            controller: None,
            station: Interface::station(),
            access_point: Interface::access_point(),
            wanted: None,
            own: None,
            leaving: false,
            due: false,
            scanning: false,
            stations: Vec::new(),
        }
    }

    fn controller(&mut self) -> Result<&mut Controller, Reason> {
        if self.controller.is_none() {
            self.controller = Controller::new(&self.hardware);
        }
        self.controller.as_mut().ok_or(Reason::Failed)
    }

    /// Gives the controller what is wanted. A change of what it is at all restarts it, and ends what it was in.
    fn configure(&mut self) -> Result<(), Reason> {
        let config = match (&self.wanted, &self.own) {
            (Some(wanted), Some(own)) => Config::AccessPointStation(wanted.clone(), own.clone()),
            (None, Some(own)) => Config::AccessPoint(own.clone()),
            (wanted, None) => Config::Station(wanted.clone().unwrap_or_default()),
        };
        self.controller()?.radio.set_config(&config).map_err(|error| words::why(&error))
    }

    /// Begins to join.
    fn connect(&mut self) -> Result<(), Reason> {
        self.due = false;
        self.configure()?;
        match begin(self.controller()?.radio.connect_async()) {
            Poll::Ready(Err(_)) => Err(Reason::Failed),
            Poll::Ready(Ok(_)) | Poll::Pending => Ok(()),
        }
    }

    /// It is not, or no longer, in the network.
    fn lost(&mut self, reason: u16) -> Option<CardEvent> {
        if core::mem::take(&mut self.leaving) {
            return if self.due { self.connect().err().map(CardEvent::Failed) } else { None };
        }
        Some(CardEvent::Failed(words::reason(reason)))
    }

    /// The networks that were seen; also when the search was cut short.
    fn seen(&mut self) -> Option<CardEvent> {
        if !core::mem::take(&mut self.scanning) {
            return None;
        }
        let mut seen = Vec::new();
        if let Some(controller) = &mut self.controller
            && let Ok(results) = ScanResults::new(&mut controller.radio)
        {
            for network in results.take(MOST_SEEN) {
                let mut ssid = Vec::new();
                let name = network.ssid.as_str().as_bytes();
                if ssid.try_reserve_exact(name.len()).is_err() || seen.try_reserve(1).is_err() {
                    break;
                }
                ssid.extend_from_slice(name);
                seen.push(Seen {
                    ssid,
                    bssid: network.bssid,
                    channel: network.channel,
                    rssi: network.signal_strength,
                    authmode: words::protection(network.auth_method),
                });
            }
        }
        Some(CardEvent::Scanned(seen))
    }

    /// What an event of the controller is for the driver.
    fn told(&mut self, event: &EventInfo) -> Option<CardEvent> {
        match *event {
            EventInfo::StationDisconnected { reason, .. } => self.lost(reason),
            EventInfo::ScanDone { .. } => self.seen(),
            EventInfo::AccessPointStart if self.own.is_some() => Some(CardEvent::AccessPointUp),
            EventInfo::AccessPointStop if self.own.is_some() => {
                self.stations.clear();
                Some(CardEvent::AccessPointDown)
            }
            EventInfo::AccessPointStationConnected { mac, .. } => {
                self.stations.retain(|station| *station != mac);
                if self.stations.try_reserve(1).is_ok() {
                    self.stations.push(mac);
                }
                Some(CardEvent::StationUp(mac))
            }
            EventInfo::AccessPointStationDisconnected { mac, .. } => {
                self.stations.retain(|station| *station != mac);
                Some(CardEvent::StationDown(mac))
            }
            _ => None,
        }
    }
}

impl Card for Radio {
    fn join(&mut self, ssid: &[u8], psk: &[u8]) -> Result<(), Reason> {
        self.wanted = Some(words::station(ssid, psk)?);
        if self.leaving {
            self.due = true;
            return Ok(());
        }
        self.connect()
    }

    fn leave(&mut self) {
        self.due = false;
        if let Some(controller) = &mut self.controller {
            // An error says that there is nothing to leave, and that no event follows.
            self.leaving = !matches!(begin(controller.radio.disconnect_async()), Poll::Ready(Err(_)));
        }
    }

    fn start_access_point(&mut self, access_point: &AccessPoint<'_>) -> Result<(), Reason> {
        self.own = Some(words::access_point(access_point, MOST_STATIONS as u8)?);
        self.configure().inspect_err(|_| self.own = None)
    }

    fn stop_access_point(&mut self) {
        self.own = None;
        self.stations.clear();
        // Without a network of its own it is a station, be it one that waits. It cannot be refused that.
        let _ = self.configure();
    }

    fn both(&self) -> bool {
        true
    }

    fn wire(&self) -> bool {
        false
    }

    fn scan(&mut self) -> Result<(), Error> {
        if self.scanning {
            return Err(Error::Posix("ebusy"));
        }
        if self.own.is_some() && self.wanted.is_none() {
            // It would have to become a station, which restarts the own network.
            return Err(Error::Posix("enotsup"));
        }
        let controller = self.controller().map_err(|_| Error::Posix("enomem"))?;
        match begin(controller.radio.scan_async(&ScanConfig::default())) {
            // While it joins a network, it does not look for others.
            Poll::Ready(Err(_)) => Err(Error::Posix("ebusy")),
            Poll::Ready(Ok(_)) | Poll::Pending => {
                self.scanning = true;
                Ok(())
            }
        }
    }

    fn strength(&mut self) -> Result<i8, Error> {
        let Some(controller) = self.controller.as_ref().filter(|controller| controller.radio.is_connected()) else {
            return Err(Error::Posix("enotconn"));
        };
        let strength = controller.radio.rssi().map_err(|_| Error::Posix("enotconn"))?;
        i8::try_from(strength).map_err(|_| Error::Posix("enotconn"))
    }

    fn event(&mut self) -> Option<CardEvent> {
        loop {
            let Poll::Ready(message) = begin(self.controller.as_mut()?.events.next_event()) else { return None };
            let event = match message {
                MessageResult::Message(event) => self.told(&event),
                // Some events are lost. Nothing waits for one that may be among them.
                MessageResult::Lagged(_) => {
                    if core::mem::take(&mut self.leaving) && self.due {
                        self.connect().err().map(CardEvent::Failed)
                    } else {
                        self.seen()
                    }
                }
            };
            if event.is_some() {
                return event;
            }
        }
    }
}

impl Driver for Radio {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Room<'a>;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Received<'_>, Room<'_>)> {
        let Self { station, access_point, stations, own, .. } = self;
        let (received, of_own) = match Driver::receive(station, context) {
            Some((frame, _)) => (frame, false),
            None => (own.as_ref().and(Driver::receive(access_point, context))?.0, true),
        };
        let addresses = (station.mac_address(), access_point.mac_address());
        let room = Room {
            station: Driver::transmit(station, context),
            access_point: own.as_ref().and(Driver::transmit(access_point, context)),
            stations,
            addresses,
        };
        Some((Received { frame: received, of_own, addresses, radio: core::marker::PhantomData }, room))
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Room<'_>> {
        let station = Driver::transmit(&mut self.station, context);
        let access_point = self.own.as_ref().and(Driver::transmit(&mut self.access_point, context));
        if station.is_none() && access_point.is_none() {
            return None;
        }
        let addresses = (self.station.mac_address(), self.access_point.mac_address());
        Some(Room { station, access_point, stations: &self.stations, addresses })
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        // That of the own network is told by events; its changes ring all the same.
        let _ = self.access_point.link_state(context);
        self.station.link_state(context)
    }

    fn capabilities(&self) -> Capabilities {
        self.station.capabilities()
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.station.mac_address())
    }
}
