//! The driver without its card: what is open, and what becomes of requests. Owns the table of handles, the pools and the
//! events; sockets, names and the rest are in files of their own, as parts of [`Core`].

use crate::config::Config;
use crate::connections::Connections;
use crate::datagram::Datagram;
use crate::errors;
use crate::groups::Groups;
use crate::link::Link;
use crate::lookup::Lookup;
use crate::mdns::Id;
use crate::multicast_dns::{Kind, MulticastDns};
use crate::pools::Peaks;
use crate::random::Random;
use crate::secure::Sessions;
use crate::settings::{Own, Wanted};
use crate::sntp::Sntp;
use crate::stack::Stack;
use crate::stream::Stream;
use crate::table::Table;
use alloc::collections::VecDeque;
use emberl_vm::net::{Answer, Direction, Error, Event, Handle, Result};

/// What a handle is of.
pub(crate) enum Item {
    Stream(Stream),
    Datagram(Datagram),
    Lookup(Lookup),
    /// A lookup, a browse or a service of mDNS.
    Multicast(Kind, Id),
    #[cfg(feature = "tls")]
    Context(emberl_tls::Context),
    /// The link was stopped.
    Dead,
}

/// The driver without its card.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) random: Random,
    /// The port of the last connection that was given one; it outlives the link.
    pub(crate) last_port: u16,
    pub(crate) link: Link,
    pub(crate) table: Table<Item>,
    pub(crate) connections: Connections,
    pub(crate) groups: Groups,
    pub(crate) stack: Option<Stack>,
    /// How to be in a network.
    pub(crate) wanted: Option<Wanted>,
    /// How to be one.
    pub(crate) own: Option<Own>,
    pub(crate) sntp: Option<Sntp>,
    pub(crate) mdns: Option<MulticastDns>,
    pub(crate) sessions: Sessions,
    /// The time of the last answer of SNTP: seconds since 1970, and when that was.
    pub(crate) known_time: Option<(u64, u64)>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) peaks: Peaks,
    pub(crate) now: u64,
    /// Something was asked for since the stack last had its turn.
    pub(crate) dirty: bool,
}

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        let most = [
            config.tcp_sockets,
            config.listeners,
            config.udp_sockets,
            config.lookups,
            config.services,
            config.browses,
            config.tls_contexts,
        ];
        let most: usize = most.into_iter().map(usize::from).sum();
        let mut random = Random::new(config.seed);
        Self {
            last_port: random.next() as u16,
            random,
            link: Link::new(),
            table: Table::new(most),
            connections: Connections::new(config.tcp_sockets.into()),
            groups: Groups::default(),
            stack: None,
            wanted: None,
            own: None,
            sntp: None,
            mdns: None,
            sessions: Sessions::new(&config),
            known_time: None,
            events: VecDeque::new(),
            peaks: Peaks::default(),
            now: 0,
            dirty: false,
            config,
        }
    }

    /// Tells something. The oldest news is lost where there is no more room.
    pub(crate) fn tell(&mut self, event: Event) {
        if self.events.len() >= usize::from(self.config.events).max(1) {
            self.events.pop_front();
        }
        if self.events.try_reserve(1).is_ok() {
            self.events.push_back(event);
        }
    }

    /// Answers that the time has not come.
    pub(crate) fn wait(&mut self, handle: Handle, direction: Direction) -> Result {
        self.table.wait(handle, direction);
        Ok(Answer::Wait(direction))
    }

    pub(crate) fn is_datagram(&self, handle: Handle) -> bool {
        matches!(self.table.get(handle), Some(Item::Datagram(_)))
    }

    /// Closes whatever it is.
    pub(crate) fn close(&mut self, handle: Handle) -> Result {
        let item = self.table.remove(handle).ok_or(errors::INVALID)?;
        self.dirty = true;
        match item {
            Item::Stream(stream) => self.close_stream(handle, &stream),
            Item::Datagram(datagram) => self.close_datagram(handle, &datagram),
            Item::Lookup(lookup) => self.close_lookup(&lookup),
            Item::Multicast(kind, id) => self.close_multicast(kind, id),
            #[cfg(feature = "tls")]
            Item::Context(_) => {}
            Item::Dead => {}
        }
        Ok(Answer::Done)
    }

    /// Takes all away that the start has brought. Handles stay until they are closed, and lead to nothing.
    pub(crate) fn end(&mut self) {
        let mut at = 0;
        while let Some((next, handle)) = self.table.after(at) {
            at = next;
            match self.table.get_mut(handle) {
                // What TLS sessions have in common does not belong to the link.
                #[cfg(feature = "tls")]
                Some(Item::Context(_)) => continue,
                Some(item) => *item = Item::Dead,
                None => {}
            }
            self.table.wake(handle, Direction::Read);
            self.table.wake(handle, Direction::Write);
        }
        self.stack = None;
        self.connections.stop();
        self.groups.stop();
        (self.sntp, self.mdns) = (None, None);
        self.sessions.stop();
        (self.wanted, self.own) = (None, None);
    }

    /// Seconds since 1970, as far as they are known; else 0.
    #[cfg(feature = "tls")]
    pub(crate) fn unix_seconds(&self) -> u64 {
        match (self.config.time, self.known_time) {
            (Some(time), _) => time(),
            (None, Some((seconds, at))) => seconds + self.now.saturating_sub(at) / 1_000_000_000,
            (None, None) => 0,
        }
    }

    /// A handle's socket of TCP.
    ///
    /// # Errors
    /// `einval` for a handle of nothing, `enetdown` after a stop, `eopnotsupp` for something else.
    pub(crate) fn stream(&mut self, handle: Handle) -> core::result::Result<&mut Stream, Error> {
        stream(&mut self.table, handle)
    }

    /// Bytes that the driver has taken from the heap.
    pub(crate) fn memory(&self) -> usize {
        let buffers = self.table.iter().map(|item| match item {
            Item::Datagram(datagram) => datagram.memory(&self.config),
            Item::Lookup(lookup) => lookup.memory(),
            _ => 0,
        });
        buffers.sum::<usize>()
            + self.table.memory()
            + self.connections.memory()
            + self.connections.iter().count() * (self.config.tcp_receive_bytes + self.config.tcp_send_bytes) as usize
            + self.groups.memory()
            + self.sntp.as_ref().map_or(0, Sntp::memory)
            + self.mdns.as_ref().map_or(0, MulticastDns::memory)
            + self.sessions.memory()
            + self.stack.as_ref().map_or(0, Stack::memory)
            + self.events.capacity() * size_of::<Event>()
    }
}

/// As [`Core::stream`], of the table alone.
pub(crate) fn stream(table: &mut Table<Item>, handle: Handle) -> core::result::Result<&mut Stream, Error> {
    match table.get_mut(handle) {
        Some(Item::Stream(stream)) => Ok(stream),
        Some(Item::Dead) => Err(errors::NETWORK_DOWN),
        Some(_) => Err(errors::OPERATION_NOT_SUPPORTED),
        None => Err(errors::INVALID),
    }
}

/// A handle's socket of UDP; errors as with [`stream`].
pub(crate) fn datagram(table: &mut Table<Item>, handle: Handle) -> core::result::Result<&mut Datagram, Error> {
    match table.get_mut(handle) {
        Some(Item::Datagram(datagram)) => Ok(datagram),
        Some(Item::Dead) => Err(errors::NETWORK_DOWN),
        Some(_) => Err(errors::OPERATION_NOT_SUPPORTED),
        None => Err(errors::INVALID),
    }
}
