//! mDNS on the wire: its socket, its groups, and programs' handles. Owns the plumbing; names and records are
//! [`crate::mdns`]'s. It is there from the first time that a program wants something of it.

use crate::datagram;
use crate::errors;
use crate::mdns::{BUFFER, Destination, GROUP_V4, GROUP_V6, Id, Mdns, PORT, Sizes};
use crate::network::{Core, Item};
use crate::stack::{Stack, endpoint, socket_address};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use emberl_vm::net::{Answer, Direction, Error, Family, Handle, Pool, Result, Service};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::{Socket, UdpMetadata};

/// Datagrams that wait, each way. What goes to all goes once by each version of IP.
const PACKETS: usize = 2;
/// Datagrams that are taken, and sent, in one poll.
const TURNS: usize = 4;

/// What a handle of mDNS is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lookup,
    Browse,
    Service,
}

/// mDNS with its socket.
pub(crate) struct MulticastDns {
    mdns: Mdns,
    socket: SocketHandle,
    buffer: Vec<u8>,
    /// The state of the addresses that it was told.
    changes: u64,
    /// It has to be asked what is to be sent.
    due: bool,
}

impl MulticastDns {
    pub(crate) fn memory(&self) -> usize {
        let pools = self.mdns.pools();
        let records: u64 = pools.iter().map(|pool| u64::from(pool.used) * u64::from(pool.bytes)).sum();
        usize::try_from(records).unwrap_or(usize::MAX) + self.buffer.capacity() + 2 * PACKETS * BUFFER
    }

    /// When it has something to do; nothing without an address.
    pub(crate) fn deadline(&self, now: u64, stack: &Stack) -> Option<u64> {
        // What waits for the socket goes on when that has sent, which the stack says.
        let busy = stack.sockets.get::<Socket>(self.socket).send_queue() > 0;
        self.mdns.deadline(now).filter(|_| !busy)
    }
}

/// The addresses that others can reach.
fn addresses(stack: &Stack) -> impl Iterator<Item = IpAddr> + '_ {
    stack.air.local.addresses.iter().copied().filter(|address| !address.is_loopback())
}

impl Core {
    fn sizes(&self) -> Sizes {
        Sizes {
            services: self.config.services,
            browses: self.config.browses,
            lookups: self.config.lookups,
            records: self.config.mdns_records,
            record_bytes: self.config.mdns_record_bytes,
        }
    }

    /// mDNS, which is begun if it was not.
    fn multicast(&mut self) -> core::result::Result<&mut MulticastDns, Error> {
        if self.mdns.is_none() {
            let (sizes, seed) = (self.sizes(), self.random.next());
            let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
            let mut socket = datagram::make(PACKETS * BUFFER, PACKETS)?;
            let buffer = crate::phy::zeros(BUFFER)?;
            // The port is fixed, and the socket new.
            let _ = socket.bind(PORT);
            // RFC 6762, 11.
            socket.set_hop_limit(Some(255));
            self.groups.join(stack, 0, GROUP_V4.into(), self.config.groups.into())?;
            if stack.slaac.is_some() {
                self.groups.join(stack, 0, GROUP_V6.into(), self.config.groups.into())?;
            }
            stack.air.local.set_quiet(PORT, true);
            let socket = stack.sockets.add(socket);
            let mdns = Mdns::new(sizes, seed);
            self.mdns = Some(MulticastDns { mdns, socket, buffer, changes: 0, due: true });
        }
        self.dirty = true;
        let mdns = self.mdns.as_mut().ok_or(errors::NETWORK_DOWN)?;
        mdns.due = true;
        Ok(mdns)
    }

    /// Keeps a handle for what was begun.
    fn keep(&mut self, kind: Kind, id: Id) -> Result {
        self.table.insert(Item::Multicast(kind, id)).map(Answer::Handle).inspect_err(|_| self.close_multicast(kind, id))
    }

    pub(crate) fn multicast_lookup(&mut self, name: &str, family: Family) -> Result {
        let now = self.now;
        let id = self.multicast()?.mdns.lookup(now, name, family)?;
        self.keep(Kind::Lookup, id)
    }

    pub(crate) fn browse(&mut self, kind: &str) -> Result {
        let now = self.now;
        let id = self.multicast()?.mdns.browse(now, kind)?;
        self.keep(Kind::Browse, id)
    }

    pub(crate) fn publish(&mut self, service: &Service<'_>) -> Result {
        let now = self.now;
        let id = self.multicast()?.mdns.publish(now, service)?;
        self.keep(Kind::Service, id)
    }

    pub(crate) fn hostname(&mut self, name: Option<&str>) -> Result {
        let now = self.now;
        self.multicast()?.mdns.hostname(now, name).map(|()| Answer::Done)
    }

    pub(crate) fn multicast_result(&mut self, handle: Handle, kind: Kind, id: Id) -> Result {
        if kind == Kind::Service {
            return Err(errors::OPERATION_NOT_SUPPORTED);
        }
        match self.multicast()?.mdns.answer(id) {
            Some(answer) => answer,
            None => self.wait(handle, Direction::Read),
        }
    }

    /// Ends what a handle was of, that is out of the table already.
    pub(crate) fn close_multicast(&mut self, kind: Kind, id: Id) {
        let now = self.now;
        if let Some(mdns) = self.mdns.as_mut() {
            match kind {
                Kind::Service => mdns.mdns.unpublish(now, id),
                Kind::Lookup | Kind::Browse => mdns.mdns.cancel(id),
            }
            mdns.due = true;
        }
    }

    /// The link stops: those who were told of something are told that it goes. Whether there is mDNS.
    pub(crate) fn begin_farewell(&mut self) -> bool {
        let now = self.now;
        let Some(mdns) = self.mdns.as_mut() else { return false };
        mdns.mdns.shutdown(now);
        mdns.due = true;
        true
    }

    /// Takes what came, sends what is due, and wakes who waits.
    pub(crate) fn look_after_multicast(&mut self) {
        let now = self.now;
        let (Some(state), Some(stack)) = (self.mdns.as_mut(), self.stack.as_mut()) else { return };
        let MulticastDns { mdns, socket, buffer, changes, due } = state;
        if *changes != stack.changes {
            let mut list = [IpAddr::from([0; 4]); 8];
            let mut count = 0;
            for (place, address) in list.iter_mut().zip(addresses(stack)) {
                *place = address;
                count += 1;
            }
            mdns.addresses(now, list.get(..count).unwrap_or_default());
            (*changes, *due) = (stack.changes, true);
        }
        let networks = stack.interface.ip_addrs();
        let udp = stack.sockets.get_mut::<Socket>(*socket);
        for _ in 0..TURNS {
            let Ok((bytes, metadata)) = udp.recv() else { break };
            let from = socket_address(metadata.endpoint);
            // Only neighbours are heard (RFC 6762, 11).
            if networks.iter().any(|network| network.contains_addr(&metadata.endpoint.addr)) {
                mdns.input(now, from, bytes);
                *due = true;
            }
        }
        if *due || mdns.deadline(now).is_some_and(|deadline| deadline <= now) {
            *due = false;
            // A datagram for all takes two places.
            while udp.send_queue() == 0 {
                let Some((count, destination)) = mdns.output(now, buffer) else { break };
                let Some(bytes) = buffer.get(..count) else { break };
                send(udp, &stack.air.local.addresses, bytes, destination);
                self.dirty = true;
            }
            // The rest has its turn after these.
            *due = udp.send_queue() > 0;
        }
        while let Some(id) = mdns.ready() {
            let mut at = 0;
            while let Some((next, handle)) = self.table.after(at) {
                at = next;
                if matches!(self.table.get(handle), Some(Item::Multicast(_, known)) if *known == id) {
                    self.table.wake(handle, Direction::Read);
                }
            }
        }
    }

    /// The pools of mDNS.
    pub(crate) fn multicast_pools(&self) -> [Pool; 4] {
        match &self.mdns {
            Some(mdns) => mdns.mdns.pools(),
            None => Mdns::new(self.sizes(), 0).pools(),
        }
    }
}

/// Puts a datagram into the socket, once for each version of IP if it is for all.
fn send(udp: &mut Socket<'_>, own: &[IpAddr], bytes: &[u8], destination: Destination) {
    let mut put = |to: SocketAddr| {
        let fits = |address: &&IpAddr| address.is_ipv4() == to.is_ipv4() && !address.is_loopback();
        // To the group of the link goes the address of the link.
        let link_local = |address: &&IpAddr| matches!(address, IpAddr::V6(address) if address.is_unicast_link_local());
        let mut all = own.iter().filter(fits);
        let source = match to.ip() {
            IpAddr::V6(ip) if ip.is_multicast() || ip.is_unicast_link_local() => all.find(link_local),
            _ => all.next(),
        };
        if let Some(source) = source {
            let metadata = UdpMetadata { local_address: Some((*source).into()), ..endpoint(to).into() };
            // It was seen that there is room.
            let _ = udp.send_slice(bytes, metadata);
        }
    };
    match destination {
        Destination::Multicast => {
            put(SocketAddr::new(GROUP_V4.into(), PORT));
            put(SocketAddr::new(GROUP_V6.into(), PORT));
        }
        Destination::Unicast(to) => put(to),
    }
}
