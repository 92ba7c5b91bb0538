//! Between the card and the stack: the frame that is looked at, frames from this machine to itself, and what neighbours
//! were asked for in vain. Owns the buffers of frames; the stack sees a [`Device`] over them.
//!
//! A frame from the card is copied once into a buffer of the driver, so that it can be looked at before the stack has it.
//! A frame to the card is made in another one: only when it is whole is it known whether it is for this machine itself.
//! Such frames never come to the wire; they wait in a queue that the configuration bounds.

use crate::card::Card;
use crate::config::{Config, MILLISECOND};
use crate::dhcp_name;
use crate::errors;
use crate::inspect::{asked_neighbour, multicast_datagram};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::task::Context;
use core::task::Waker;
use embassy_net_driver::{Capabilities, Checksum as CardChecksum, RxToken as _, TxToken as _};
use emberl_vm::net::Error;
use smoltcp::phy::{Checksum, ChecksumCapabilities, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, EthernetFrame};

/// The shortest longest frame of a card: IPv6 asks for packets of 1280 bytes (RFC 8200, 5).
const LEAST_FRAME: usize = 1294;
/// The longest that the driver has buffers for.
const MOST_FRAME: usize = 1536;
/// Most ports whose multicast datagrams are not heard here.
const MOST_QUIET: usize = 8;

/// Buffers and what is known of them.
#[derive(Debug)]
pub(crate) struct Air {
    /// The frame that came, its first `held` bytes.
    frame: Vec<u8>,
    held: usize,
    /// It is of this machine itself.
    is_local: bool,
    /// The frame that is being made.
    out: Vec<u8>,
    pub(crate) local: Local,
    capabilities: DeviceCapabilities,
    /// Whether frames go out and come in.
    pub(crate) carrier: bool,
    /// Whether the card had no room in the last round.
    pub(crate) exhausted: bool,
    /// Frames that were sent: nothing of the program's, but tests and the curious may ask.
    pub(crate) sent: u64,
}

/// What decides where a frame goes.
#[derive(Debug)]
pub(crate) struct Local {
    queue: VecDeque<Vec<u8>>,
    most: usize,
    bytes: usize,
    pub(crate) hardware: EthernetAddress,
    /// The addresses of this machine.
    pub(crate) addresses: Vec<IpAddr>,
    /// Groups whose datagrams are heard here.
    pub(crate) groups: Vec<IpAddr>,
    /// Ports whose own multicast datagrams are not.
    quiet: [u16; MOST_QUIET],
    pub(crate) neighbours: Neighbours,
    /// The name that DHCP servers are told.
    pub(crate) hostname: dhcp_name::Name,
    now: u64,
}

/// Neighbours that were asked for and have not answered.
#[derive(Debug, Default)]
pub(crate) struct Neighbours([Option<Asked>; 4]);

#[derive(Clone, Copy, Debug)]
struct Asked {
    address: IpAddr,
    first: u64,
    last: u64,
    times: u32,
}

impl Neighbours {
    /// As many questions without an answer mean that nobody is there (RFC 4861, 10: three, a second apart).
    const QUESTIONS: u32 = 3;
    /// What was not asked for this long is forgotten.
    const MEMORY: u64 = 10_000 * MILLISECOND;

    fn asked(&mut self, address: IpAddr, now: u64) {
        if let Some(asked) = self.0.iter_mut().flatten().find(|asked| asked.address == address) {
            if now.saturating_sub(asked.last) > Self::MEMORY {
                (asked.first, asked.times) = (now, 0);
            }
            (asked.last, asked.times) = (now, asked.times + 1);
            return;
        }
        let place = self.0.iter_mut().min_by_key(|place| place.map_or(0, |asked| asked.last + 1));
        if let Some(place) = place {
            *place = Some(Asked { address, first: now, last: now, times: 1 });
        }
    }

    pub(crate) fn answered(&mut self, address: IpAddr) {
        for place in &mut self.0 {
            if place.is_some_and(|asked| asked.address == address) {
                *place = None;
            }
        }
    }

    /// Whether nobody has that address.
    pub(crate) fn missing(&self, address: IpAddr, now: u64) -> bool {
        self.0.iter().flatten().any(|asked| {
            asked.address == address
                && asked.times >= Self::QUESTIONS
                && now.saturating_sub(asked.first) >= 3000 * MILLISECOND
                && now.saturating_sub(asked.last) <= Self::MEMORY
        })
    }

    pub(crate) fn forget(&mut self) {
        self.0 = [None; 4];
    }
}

impl Air {
    /// Takes the buffers.
    ///
    /// # Errors
    /// `enomem`; `enodev` where the card's frames are no longer than a header.
    pub(crate) fn new(config: &Config, card: &Capabilities, hardware: EthernetAddress) -> Result<Self, Error> {
        let bytes = card.max_transmission_unit.min(MOST_FRAME);
        if bytes < LEAST_FRAME {
            return Err(errors::NO_DEVICE);
        }
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = bytes;
        capabilities.max_burst_size = card.max_burst_size;
        capabilities.checksum = checksums(&card.checksum);
        let mut addresses = Vec::new();
        addresses.try_reserve_exact(8).map_err(|_| errors::NO_MEMORY)?;
        let mut groups = Vec::new();
        groups.try_reserve_exact(16).map_err(|_| errors::NO_MEMORY)?;
        let mut queue = VecDeque::new();
        // One more than are taken from sockets: an answer to a frame of this machine is not lost.
        queue.try_reserve_exact(usize::from(config.local_frames) + 1).map_err(|_| errors::NO_MEMORY)?;
        Ok(Self {
            frame: zeros(bytes)?,
            held: 0,
            is_local: false,
            out: zeros(bytes)?,
            local: Local {
                queue,
                most: usize::from(config.local_frames),
                bytes: 0,
                hardware,
                addresses,
                groups,
                quiet: [0; MOST_QUIET],
                neighbours: Neighbours::default(),
                hostname: dhcp_name::Name::default(),
                now: 0,
            },
            capabilities,
            carrier: false,
            exhausted: false,
            sent: 0,
        })
    }

    pub(crate) fn capabilities(&self) -> DeviceCapabilities {
        self.capabilities.clone()
    }

    /// The longest IP packet.
    pub(crate) fn packet_bytes(&self) -> usize {
        self.capabilities.ip_mtu()
    }

    /// The frame that came and has yet to go to the stack.
    pub(crate) fn frame(&self) -> Option<&[u8]> {
        self.frame.get(..self.held).filter(|frame| !frame.is_empty())
    }

    /// Gives it up.
    pub(crate) fn drop_frame(&mut self) {
        self.held = 0;
    }

    /// Fetches the next frame of this machine for itself.
    pub(crate) fn fetch_local(&mut self) -> bool {
        let Some(frame) = self.local.queue.pop_front() else { return false };
        self.local.bytes -= frame.len();
        self.put(&frame, true)
    }

    fn put(&mut self, bytes: &[u8], is_local: bool) -> bool {
        (self.held, self.is_local) = (0, is_local);
        if let Some(room) = self.frame.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.held = bytes.len();
        }
        true
    }

    /// Fetches the next frame of the card. One that is too long is as good as lost.
    pub(crate) fn fetch(&mut self, card: &mut impl Card, waker: &Waker) -> bool {
        let Some((token, _)) = card.receive(&mut Context::from_waker(waker)) else { return false };
        token.consume(|bytes| self.put(bytes, false))
    }

    /// Whether the frame that came is of this machine itself.
    pub(crate) fn is_local(&self) -> bool {
        self.is_local
    }

    pub(crate) fn local_frames(&self) -> usize {
        self.local.queue.len()
    }

    pub(crate) fn local_waits(&self) -> bool {
        !self.local.queue.is_empty()
    }

    pub(crate) fn memory(&self) -> usize {
        self.frame.capacity()
            + self.out.capacity()
            + self.local.bytes
            + self.local.queue.capacity() * size_of::<Vec<u8>>()
            + (self.local.addresses.capacity() + self.local.groups.capacity()) * size_of::<IpAddr>()
    }

    pub(crate) fn set_now(&mut self, now: u64) {
        self.local.now = now;
    }
}

impl Local {
    /// Whether own multicast datagrams from that port are heard here. A port more than there is room for is heard.
    pub(crate) fn set_quiet(&mut self, port: u16, quiet: bool) {
        for place in &mut self.quiet {
            if *place == port {
                *place = 0;
            }
        }
        if quiet && let Some(place) = self.quiet.iter_mut().find(|place| **place == 0) {
            *place = port;
        }
    }

    fn push(&mut self, frame: &[u8], most: usize) {
        if self.queue.len() >= most {
            return;
        }
        let mut copy = Vec::new();
        // Without memory the frame is lost, as on a wire.
        if copy.try_reserve_exact(frame.len()).is_ok() {
            copy.extend_from_slice(frame);
            self.bytes += copy.len();
            self.queue.push_back(copy);
        }
    }

    /// Takes what is for this machine, and says whether the frame is for the wire as well.
    fn route(&mut self, frame: &[u8], answer: bool) -> bool {
        let most = self.most + usize::from(answer);
        let Ok(ethernet) = EthernetFrame::new_checked(frame) else { return false };
        if ethernet.dst_addr() == self.hardware {
            self.push(frame, most);
            return false;
        }
        if !ethernet.dst_addr().is_multicast() {
            return true;
        }
        if let Some(address) = asked_neighbour(frame) {
            if self.addresses.contains(&address) {
                self.push(frame, most);
                return false;
            }
            self.neighbours.asked(address, self.now);
            return true;
        }
        if let Some((group, port)) = multicast_datagram(frame)
            && self.groups.contains(&group)
            && !self.quiet.contains(&port)
        {
            self.push(frame, most);
        }
        true
    }
}

fn checksums(card: &embassy_net_driver::ChecksumCapabilities) -> ChecksumCapabilities {
    let one = |checksum: &CardChecksum| match checksum {
        CardChecksum::Both => Checksum::Both,
        CardChecksum::Rx => Checksum::Rx,
        CardChecksum::Tx => Checksum::Tx,
        CardChecksum::None => Checksum::None,
    };
    let mut checksums = ChecksumCapabilities::default();
    checksums.ipv4 = one(&card.ipv4);
    checksums.udp = one(&card.udp);
    checksums.tcp = one(&card.tcp);
    checksums.icmpv4 = one(&card.icmpv4);
    checksums.icmpv6 = one(&card.icmpv6);
    checksums
}

/// So many zeros.
///
/// # Errors
/// `enobufs` without memory.
pub(crate) fn zeros(bytes: usize) -> Result<Vec<u8>, Error> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(bytes).map_err(|_| errors::NO_BUFFERS)?;
    zeros.resize(bytes, 0);
    Ok(zeros)
}

/// The card as the stack sees it.
pub(crate) struct Phy<'a, C> {
    pub(crate) card: &'a mut C,
    pub(crate) air: &'a mut Air,
    pub(crate) waker: &'a Waker,
}

impl<C: Card> Phy<'_, C> {
    /// Sends a frame of the driver's own making; `false` where there is no room.
    pub(crate) fn send(&mut self, bytes: usize, make: impl FnOnce(&mut [u8])) -> bool {
        match self.transmit(Instant::ZERO) {
            Some(token) => {
                token.consume(bytes, make);
                true
            }
            None => false,
        }
    }
}

/// The frame that came.
pub(crate) struct Received<'a>(&'a [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

/// Room for a frame.
pub(crate) struct Room<'a, C: Card + 'a> {
    /// Without a carrier there is none, and what goes to others is lost.
    card: Option<C::TxToken<'a>>,
    out: &'a mut [u8],
    local: &'a mut Local,
    sent: &'a mut u64,
    answer: bool,
}

impl<'a, C: Card + 'a> TxToken for Room<'a, C> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, bytes: usize, f: F) -> R {
        let Some(frame) = self.out.get_mut(..bytes) else {
            // The stack keeps to the length that it was told; if ever it did not, the frame is lost.
            return f(&mut alloc::vec![0; bytes]);
        };
        let result = f(frame);
        let bytes = dhcp_name::add(self.out, bytes, &self.local.hostname);
        let Some(frame) = self.out.get(..bytes) else { return result };
        if self.local.route(frame, self.answer)
            && let Some(card) = self.card
        {
            *self.sent += 1;
            card.consume(bytes, |buffer| buffer.copy_from_slice(frame));
        }
        result
    }
}

impl<C: Card> Device for Phy<'_, C> {
    type RxToken<'b>
        = Received<'b>
    where
        Self: 'b;
    type TxToken<'b>
        = Room<'b, C>
    where
        Self: 'b;

    fn receive(&mut self, _: Instant) -> Option<(Received<'_>, Room<'_, C>)> {
        let Air { frame, held, out, local, carrier, exhausted, sent, .. } = &mut *self.air;
        let received = frame.get(..*held).filter(|frame| !frame.is_empty())?;
        let card = self.card.transmit(&mut Context::from_waker(self.waker));
        if card.is_none() && *carrier {
            // The answer would be lost: the frame waits until there is room.
            *exhausted = true;
            return None;
        }
        *held = 0;
        let card = card.filter(|_| *carrier);
        Some((Received(received), Room { card, out, local, sent, answer: true }))
    }

    fn transmit(&mut self, _: Instant) -> Option<Room<'_, C>> {
        let Air { out, local, carrier, exhausted, sent, .. } = &mut *self.air;
        let card = self.card.transmit(&mut Context::from_waker(self.waker));
        // Frames of this machine for itself are taken in before more are made.
        if local.queue.len() >= local.most.max(1) || (card.is_none() && *carrier) {
            *exhausted = true;
            return None;
        }
        let card = card.filter(|_| *carrier);
        Some(Room { card, out, local, sent, answer: false })
    }

    fn capabilities(&self) -> DeviceCapabilities {
        self.air.capabilities.clone()
    }
}
