//! What the driver needs of a network card: frames, by `embassy_net_driver::Driver`, and for radios the ways in and out
//! of networks. Owns the trait and its events; a wire has nothing to add to them.

use crate::errors;
use alloc::vec::Vec;
use emberl_vm::net::{AccessPoint, Error, Reason, Seen};

/// A network card. All that it adds to `embassy_net_driver::Driver` has a default, that of a wire: who has a carrier is in
/// the network.
///
/// Nothing here waits. A radio begins what it is asked for; [`link_state`](embassy_net_driver::Driver::link_state) tells
/// when the station is in the network, and [`event`](Self::event) what else there is to tell.
pub trait Card: embassy_net_driver::Driver {
    /// Begins to be in the network of that name. The driver gives up by [`leave`](Self::leave) when the link is not up in
    /// time.
    ///
    /// # Errors
    /// Why it cannot even begin.
    fn join(&mut self, ssid: &[u8], psk: &[u8]) -> Result<(), Reason> {
        let _ = (ssid, psk);
        Ok(())
    }

    /// Leaves the network, or ends the attempt.
    fn leave(&mut self) {}

    /// Begins to be a network for others. The card tells [`CardEvent::AccessPointUp`] unless [`wire`](Self::wire).
    ///
    /// # Errors
    /// Why it cannot even begin.
    fn start_access_point(&mut self, access_point: &AccessPoint<'_>) -> Result<(), Reason> {
        let _ = access_point;
        Ok(())
    }

    /// Ends that.
    fn stop_access_point(&mut self) {}

    /// Whether the card can be in a network and be one at the same time. It then gives the frames of both, and sends each
    /// to where its receiver is.
    fn both(&self) -> bool {
        false
    }

    /// Whether it is a wire: there is nothing to be joined, and an access point is there as soon as it is asked for.
    fn wire(&self) -> bool {
        true
    }

    /// Begins to look for networks; [`CardEvent::Scanned`] ends it.
    ///
    /// # Errors
    /// `enotsup` of a wire, `ebusy` while it already looks.
    fn scan(&mut self) -> Result<(), Error> {
        Err(errors::NOT_SUPPORTED)
    }

    /// The strength of the network's signal, dBm.
    ///
    /// # Errors
    /// `enotsup` of a wire, `enotconn` of who hears none.
    fn strength(&mut self) -> Result<i8, Error> {
        Err(errors::NOT_SUPPORTED)
    }

    /// The next thing that happened.
    fn event(&mut self) -> Option<CardEvent> {
        None
    }
}

/// What a radio tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {
    /// The card's own hardware address, where it is known only after the start. Until then, and before it is in any network or
    /// is one, it tells another.
    Address([u8; 6]),
    /// The attempt to be in the network has failed, or the network is lost, and why.
    Failed(Reason),
    /// The access point is there.
    AccessPointUp,
    /// The access point has ended by itself.
    AccessPointDown,
    /// The networks that were seen.
    Scanned(Vec<Seen>),
    /// A station has come to the access point: its hardware address.
    StationUp([u8; 6]),
    /// It has gone.
    StationDown([u8; 6]),
}
