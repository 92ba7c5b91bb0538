//! The IP stack while the link is started: interface, sockets, addresses and routes. Owns all that a stop gives back.

use crate::access_point::DhcpServer;
use crate::config::{Config, MILLISECOND};
use crate::errors;
use crate::phy::Air;
use crate::slaac::Slaac;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use embassy_net_driver::{Capabilities, HardwareAddress as CardAddress};
use emberl_vm::net::{Error, Ipv4};
use smoltcp::iface::{Config as InterfaceConfig, Interface, SocketHandle, SocketSet};
use smoltcp::socket::{dhcpv4, dns};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint};

/// Sockets of the driver's own: names, the address, the time, addresses for others, mDNS.
pub(crate) const OWN_SOCKETS: usize = 5;
/// Lookups of the driver's own: the server of the time.
pub(crate) const OWN_LOOKUPS: usize = 1;
/// Servers of names that the stack takes.
const SERVERS: usize = 4;

/// What is there while the link is started.
pub(crate) struct Stack {
    pub(crate) interface: Interface,
    pub(crate) sockets: SocketSet<'static>,
    pub(crate) air: Air,
    pub(crate) dhcp: Option<SocketHandle>,
    pub(crate) dns: SocketHandle,
    /// The station's address, with all that belongs to it.
    pub(crate) station: Option<Ipv4>,
    /// The access point's, with its prefix.
    pub(crate) access_point: Option<(Ipv4Addr, u8)>,
    pub(crate) slaac: Option<Slaac>,
    pub(crate) dhcp_server: Option<DhcpServer>,
    /// IPv6 addresses that were told.
    pub(crate) told: [Option<Ipv6Addr>; 3],
    /// Counts changes of addresses.
    pub(crate) changes: u64,
    /// Servers of names that it asks.
    pub(crate) servers: usize,
    /// Bytes of the vectors that are the stack's.
    bytes: usize,
}

/// The stack's time.
pub(crate) fn instant(now: u64) -> Instant {
    Instant::from_micros(i64::try_from(now / 1000).unwrap_or(i64::MAX))
}

/// Nanoseconds of the stack's time.
pub(crate) fn nanoseconds(instant: Instant) -> u64 {
    u64::try_from(instant.total_micros()).unwrap_or(0).saturating_mul(1000)
}

/// The milliseconds of a configuration as the stack's duration.
pub(crate) fn duration(milliseconds: u32) -> smoltcp::time::Duration {
    smoltcp::time::Duration::from_millis(milliseconds.into())
}

impl Stack {
    /// Takes what is needed.
    ///
    /// # Errors
    /// `enodev` of a card that has no Ethernet, `enomem`.
    pub(crate) fn new(
        config: &Config,
        capabilities: &Capabilities,
        hardware: CardAddress,
        now: u64,
        seed: u64,
    ) -> Result<Self, Error> {
        let CardAddress::Ethernet(hardware) = hardware else { return Err(errors::NO_DEVICE) };
        let hardware = EthernetAddress(hardware);
        if !hardware.is_unicast() || hardware.0 == [0; 6] {
            return Err(errors::NO_DEVICE);
        }
        let mut air = Air::new(config, capabilities, hardware)?;
        let mut places = Vec::new();
        let most = usize::from(config.tcp_sockets) + usize::from(config.udp_sockets) + OWN_SOCKETS;
        places.try_reserve_exact(most).map_err(|_| errors::NO_MEMORY)?;
        let mut queries = Vec::new();
        let lookups = usize::from(config.lookups) + OWN_LOOKUPS;
        queries.try_reserve_exact(lookups).map_err(|_| errors::NO_MEMORY)?;
        let bytes = places.capacity() * size_of::<smoltcp::iface::SocketStorage<'_>>()
            + queries.capacity() * size_of::<Option<dns::DnsQuery>>();
        let mut settings = InterfaceConfig::new(HardwareAddress::Ethernet(hardware));
        settings.random_seed = seed;
        let mut phy = Capable(&mut air);
        let interface = Interface::new(settings, &mut phy, instant(now));
        let mut sockets = SocketSet::new(places);
        let dns = sockets.add(dns::Socket::new(&[], queries));
        let mut stack = Self {
            interface,
            sockets,
            air,
            dhcp: None,
            dns,
            station: None,
            access_point: None,
            slaac: config.ipv6.then(|| Slaac::new(hardware)),
            dhcp_server: None,
            told: [None; 3],
            changes: 0,
            servers: 0,
            bytes,
        };
        stack.apply();
        Ok(stack)
    }

    /// Has another hardware address, as a card that begins has told it. One that none can have is not taken.
    pub(crate) fn set_hardware(&mut self, hardware: [u8; 6]) {
        let hardware = EthernetAddress(hardware);
        if !hardware.is_unicast() || hardware.0 == [0; 6] || hardware == self.air.local.hardware {
            return;
        }
        self.interface.set_hardware_addr(HardwareAddress::Ethernet(hardware));
        self.air.local.hardware = hardware;
        if self.slaac.is_some() {
            self.slaac = Some(Slaac::new(hardware));
            self.apply();
        }
    }

    /// Bytes that it has taken, sockets' buffers aside.
    pub(crate) fn memory(&self) -> usize {
        self.bytes + self.air.memory() + self.dhcp_server.as_ref().map_or(0, DhcpServer::memory)
    }

    /// Begins to ask for an address, if it was not begun.
    pub(crate) fn ask_address(&mut self) {
        if self.dhcp.is_none() {
            let mut socket = dhcpv4::Socket::new();
            let mut retry = dhcpv4::RetryConfig::default();
            // Who has just come to a network is often not heard at first.
            retry.discover_timeout = duration(4000);
            retry.initial_request_timeout = duration(2000);
            // Later than that is after the end of most leases.
            retry.max_renew_timeout = duration(3_600_000);
            socket.set_retry_config(retry);
            self.dhcp = Some(self.sockets.add(socket));
        }
    }

    /// Ends that.
    pub(crate) fn end_asking(&mut self) {
        if let Some(dhcp) = self.dhcp.take() {
            self.sockets.remove(dhcp);
        }
    }

    /// What the DHCP client has come to: `Some(None)` when there is no lease any more.
    pub(crate) fn lease(&mut self) -> Option<Option<Ipv4>> {
        let socket = self.sockets.get_mut::<dhcpv4::Socket>(self.dhcp?);
        Some(match socket.poll()? {
            dhcpv4::Event::Deconfigured => None,
            dhcpv4::Event::Configured(lease) => {
                let mut servers = lease.dns_servers.iter().copied();
                let address = Ipv4 {
                    address: lease.address.address(),
                    prefix: lease.address.prefix_len(),
                    gateway: lease.router.filter(|router| plausible(*router)),
                    dns: [servers.next(), servers.next(), servers.next()],
                };
                if plausible(address.address) && address.prefix <= 32 {
                    Some(address)
                } else {
                    socket.reset();
                    None
                }
            }
        })
    }

    /// Tells the stack the addresses, the routes and the servers of names that there are.
    pub(crate) fn apply(&mut self) {
        self.changes += 1;
        let addresses = &mut self.air.local.addresses;
        addresses.clear();
        let v4 = self.station.map(|station| (station.address, station.prefix));
        let v4 = v4.into_iter().chain(self.access_point);
        let v6 = self.slaac.iter().flat_map(|slaac| {
            let global = slaac.addresses().filter(|address| !address.is_unicast_link_local());
            global.chain(slaac.addresses().filter(Ipv6Addr::is_unicast_link_local))
        });
        let loopback6 = self.slaac.is_some().then_some((Ipv6Addr::LOCALHOST, 128));
        self.interface.update_ip_addrs(|cidrs| {
            cidrs.clear();
            // The stack has room for eight, and at most seven there are.
            let mut add = |address: IpAddr, prefix: u8| {
                if cidrs.push(IpCidr::new(address.into(), prefix)).is_ok() && addresses.len() < addresses.capacity() {
                    addresses.push(address);
                }
            };
            v4.for_each(|(address, prefix)| add(address.into(), prefix));
            v6.for_each(|address| add(address.into(), 64));
            loopback6.into_iter().for_each(|(address, prefix)| add(address.into(), prefix));
            add(Ipv4Addr::LOCALHOST.into(), 8);
        });

        let routes = self.interface.routes_mut();
        routes.remove_default_ipv4_route();
        routes.remove_default_ipv6_route();
        // There is room for two routes more than these.
        if let Some(gateway) = self.station.and_then(|station| station.gateway) {
            let _ = routes.add_default_ipv4_route(gateway);
        }
        if let Some(router) = self.slaac.as_ref().and_then(Slaac::router) {
            let _ = routes.add_default_ipv6_route(router);
        }

        let v4 = self.station.into_iter().flat_map(|station| station.dns).flatten().filter(|server| plausible(*server));
        let v6 = self.slaac.iter().flat_map(Slaac::dns);
        let mut list = [IpAddress::v4(0, 0, 0, 0); SERVERS];
        let mut count = 0;
        for (place, server) in list.iter_mut().zip(v4.map(IpAddr::from).chain(v6.map(IpAddr::from))) {
            *place = server.into();
            count += 1;
        }
        let servers = list.get(..count).unwrap_or_default();
        self.sockets.get_mut::<dns::Socket>(self.dns).update_servers(servers);
        self.servers = count;
    }

    /// Whether the interface has the address.
    pub(crate) fn is_own(&self, address: IpAddr) -> bool {
        self.air.local.addresses.contains(&address)
    }

    /// Whether there is an address of the station, of either version, that others can reach.
    pub(crate) fn has_address(&self) -> bool {
        self.station.is_some() || self.slaac.as_ref().is_some_and(|slaac| slaac.addresses().next().is_some())
    }

    /// The neighbour to whom a packet goes that goes there.
    pub(crate) fn next_hop(&self, target: IpAddr) -> Option<IpAddr> {
        if self.interface.ip_addrs().iter().any(|cidr| cidr.contains_addr(&target.into())) {
            return Some(target);
        }
        match target {
            IpAddr::V4(_) => self.station.and_then(|station| station.gateway).map(IpAddr::from),
            IpAddr::V6(_) => self.slaac.as_ref().and_then(Slaac::router).map(IpAddr::from),
        }
    }

    /// Whether nobody answers for the neighbour to whom a packet goes that goes there.
    pub(crate) fn is_missing(&self, target: IpAddr, now: u64) -> bool {
        self.next_hop(target).is_some_and(|neighbour| self.air.local.neighbours.missing(neighbour, now))
    }

    /// The own address for packets that go there.
    ///
    /// # Errors
    /// `enetunreach` where nothing leads there.
    pub(crate) fn source(&self, target: IpAddr) -> Result<IpAddr, Error> {
        if self.is_own(target) {
            return Ok(target);
        }
        if target.is_loopback() {
            let loopback = match target {
                IpAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            };
            return if self.is_own(loopback) { Ok(loopback) } else { Err(errors::NETWORK_UNREACHABLE) };
        }
        let everybody = match target {
            IpAddr::V4(target) => target.is_multicast() || target.is_broadcast(),
            IpAddr::V6(target) => target.is_multicast(),
        };
        if !everybody && self.next_hop(target).is_none() {
            return Err(errors::NETWORK_UNREACHABLE);
        }
        let found: Option<IpAddr> = match target {
            IpAddr::V4(target) => {
                self.interface.get_source_address_ipv4(&target).filter(|source| !source.is_loopback()).map(IpAddr::from)
            }
            IpAddr::V6(target) => self.source6(target).map(IpAddr::from),
        };
        found.ok_or(errors::NETWORK_UNREACHABLE)
    }

    /// The choice of RFC 6724 among the few addresses that there are: the scope, then the longest common prefix.
    fn source6(&self, target: Ipv6Addr) -> Option<Ipv6Addr> {
        let octets = target.octets();
        let local = target.is_unicast_link_local() || (octets[0] == 0xff && octets[1] & 0xf == 2);
        let bits = u128::from(target);
        self.slaac
            .as_ref()?
            .addresses()
            .filter(|address| address.is_unicast_link_local() == local)
            .max_by_key(|address| (u128::from(*address) ^ bits).leading_zeros())
    }
}

/// Whether a host or a router can have the address.
pub(crate) fn plausible(address: Ipv4Addr) -> bool {
    !(address.is_unspecified() || address.is_broadcast() || address.is_multicast() || address.is_loopback())
}

/// The stack's form of an address.
pub(crate) fn endpoint(address: SocketAddr) -> IpEndpoint {
    IpEndpoint::new(address.ip().into(), address.port())
}

/// The standard form.
pub(crate) fn socket_address(endpoint: IpEndpoint) -> SocketAddr {
    SocketAddr::new(endpoint.addr.into(), endpoint.port)
}

/// As long as the stack waits for neighbours and for nothing else, it is asked again after this.
pub(crate) const BREATH: u64 = 5 * MILLISECOND;

/// A card that only tells its capabilities: to make the interface.
struct Capable<'a>(&'a mut Air);

impl smoltcp::phy::Device for Capable<'_> {
    type RxToken<'b>
        = Nothing
    where
        Self: 'b;
    type TxToken<'b>
        = Nothing
    where
        Self: 'b;

    fn receive(&mut self, _: Instant) -> Option<(Nothing, Nothing)> {
        None
    }

    fn transmit(&mut self, _: Instant) -> Option<Nothing> {
        None
    }

    fn capabilities(&self) -> smoltcp::phy::DeviceCapabilities {
        self.0.capabilities()
    }
}

/// A token that there never is.
enum Nothing {}

impl smoltcp::phy::RxToken for Nothing {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, _: F) -> R {
        match self {}
    }
}

impl smoltcp::phy::TxToken for Nothing {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _: usize, _: F) -> R {
        match self {}
    }
}
