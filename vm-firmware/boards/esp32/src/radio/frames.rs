//! Frames between the driver, which has one hardware address, and the radio's two interfaces, which have one each. To the
//! driver, the own network's interface has the station's address as well: [`emberl_net::translate`] changes it in what
//! passes there.

use core::marker::PhantomData;

use alloc::vec;
use embassy_net_driver::{RxToken, TxToken};
use emberl_net::translate;
use esp_radio::wifi::{WifiRxToken, WifiTxToken};

/// The longest frame that is made on the stack: what the radio is configured for is not longer.
const FRAME: usize = 1514;

/// A frame that has come.
pub struct Received<'a> {
    pub(super) frame: WifiRxToken,
    /// It is of the own network.
    pub(super) of_own: bool,
    /// The station's address, and the own network's.
    pub(super) addresses: ([u8; 6], [u8; 6]),
    /// The radio's queue has it until then.
    pub(super) radio: PhantomData<&'a mut ()>,
}

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, take: F) -> R {
        let (station, own) = self.addresses;
        self.frame.consume_token(|frame| {
            if self.of_own {
                translate(frame, own, station);
            }
            take(frame)
        })
    }
}

/// Room for a frame, in the interfaces that have some.
pub struct Room<'a> {
    pub(super) station: Option<WifiTxToken>,
    pub(super) access_point: Option<WifiTxToken>,
    /// The stations of the own network.
    pub(super) stations: &'a [[u8; 6]],
    /// The station's address, and the own network's.
    pub(super) addresses: ([u8; 6], [u8; 6]),
}

impl Room<'_> {
    /// Sends a frame to where its receiver is: a station of the own network, or the network that this is in; what is for
    /// many goes to both.
    fn send(self, frame: &mut [u8]) {
        let Some(receiver) = frame.first_chunk::<6>() else { return };
        let is_for_many = receiver[0] & 1 != 0;
        let is_for_own = self.stations.contains(receiver);
        if let Some(room) = self.station
            && (is_for_many || !is_for_own)
        {
            room.consume_token(frame.len(), |buffer| buffer.copy_from_slice(frame));
        }
        if let Some(room) = self.access_point
            && (is_for_many || is_for_own)
        {
            let (station, own) = self.addresses;
            translate(frame, station, own);
            room.consume_token(frame.len(), |buffer| buffer.copy_from_slice(frame));
        }
    }
}

impl TxToken for Room<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut buffer = [0; FRAME];
        let Some(frame) = buffer.get_mut(..length) else {
            // Longer than a frame may be: as on a wire, it is lost.
            return write(&mut vec![0; length]);
        };
        let written = write(frame);
        self.send(frame);
        written
    }
}
