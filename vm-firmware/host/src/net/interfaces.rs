//! The host's interfaces and its own addresses.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, UdpSocket};

use emberl_vm::net::Ipv4;
use if_addrs::{IfAddr, Interface, get_if_addrs};

/// Addresses that nobody has (RFC 5737, RFC 3849): the way to them is the default route. Nothing is sent there.
const FAR: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(198, 51, 100, 1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// The number of the interface with an address; 0, which leaves it to the system, for the unspecified one.
pub(crate) fn index(address: IpAddr) -> io::Result<u32> {
    if address.is_unspecified() {
        return Ok(0);
    }
    let found = get_if_addrs()?.into_iter().find(|interface| interface.ip() == address);
    found.and_then(|interface| interface.index).ok_or(ErrorKind::AddrNotAvailable.into())
}

/// A link-local address holds on one link only, and programs have no place for which. It is that of the default route, or
/// the first that has link-local addresses.
pub(crate) fn scoped(address: SocketAddr) -> SocketAddr {
    let SocketAddr::V6(v6) = address else { return address };
    if !v6.ip().is_unicast_link_local() || v6.scope_id() != 0 {
        return address;
    }
    let Ok(all) = get_if_addrs() else { return address };
    let default = source(FAR.1.into()).and_then(|own| all.iter().find(|interface| interface.ip() == own)?.index);
    let local = |interface: &Interface| matches!(interface.ip(), IpAddr::V6(ip) if ip.is_unicast_link_local());
    let scope = default.or_else(|| all.iter().find(|interface| local(interface))?.index);
    SocketAddrV6::new(*v6.ip(), v6.port(), v6.flowinfo(), scope.unwrap_or(0)).into()
}

/// The own address that is used towards another.
fn source(far: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if far.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // A connected datagram socket has its own address, and nothing is sent.
    socket.connect((far, 9)).ok()?;
    socket.local_addr().ok().map(|own| own.ip()).filter(|own| !own.is_unspecified())
}

/// The host's IPv4 address towards the world, 127.0.0.1 if there is none. The router and the servers of names are told
/// where a file of the system has them: `/proc/net/route` (Linux) and `/etc/resolv.conf` (Unix).
pub(crate) fn ipv4() -> Ipv4 {
    let address = match source(FAR.0.into()) {
        Some(IpAddr::V4(address)) => address,
        _ => return Ipv4 { address: Ipv4Addr::LOCALHOST, prefix: 8, gateway: None, dns: [None; 3] },
    };
    let prefix = get_if_addrs().ok().and_then(|all| {
        all.into_iter().find_map(|interface| match interface.addr {
            IfAddr::V4(own) if own.ip == address => Some(own.prefixlen),
            _ => None,
        })
    });
    let gateway = fs::read_to_string("/proc/net/route").ok().and_then(|table| gateway(&table));
    let dns = fs::read_to_string("/etc/resolv.conf").map_or([None; 3], |text| servers(&text));
    // An address without a network is one of its own: RFC 3021 and many tunnels.
    Ipv4 { address, prefix: prefix.unwrap_or(32), gateway, dns }
}

/// The host's IPv6 address towards the world, with the prefix of its network.
pub(crate) fn ipv6() -> Option<(Ipv6Addr, u8)> {
    let Some(IpAddr::V6(address)) = source(FAR.1.into()) else { return None };
    get_if_addrs().ok()?.into_iter().find_map(|interface| match interface.addr {
        IfAddr::V6(own) if own.ip == address => Some((address, own.prefixlen)),
        _ => None,
    })
}

/// An interface that local names are told on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Its number.
    pub(crate) index: u32,
    /// Its addresses, with the prefixes of their networks.
    pub(crate) v4: Vec<(Ipv4Addr, u8)>,
    /// The same of IPv6.
    pub(crate) v6: Vec<(Ipv6Addr, u8)>,
}

/// Most interfaces that take part; of more, those with the lowest numbers do.
const LINKS: usize = 16;

/// The interfaces that are up, no tunnels and not the loopback interface; that one if there is no other.
pub(crate) fn links() -> Vec<Link> {
    let mut all = get_if_addrs().unwrap_or_default();
    all.retain(|interface| interface.is_oper_up() && !interface.is_p2p() && interface.index.is_some());
    let outside = all.iter().any(|interface| !interface.is_loopback());
    all.retain(|interface| interface.is_loopback() != outside);
    let mut links: Vec<Link> = Vec::new();
    for interface in &all {
        let Some(index) = interface.index else { continue };
        let at = links.iter().position(|link| link.index == index).unwrap_or(links.len());
        if at == links.len() {
            links.push(Link { index, v4: Vec::new(), v6: Vec::new() });
        }
        let Some(link) = links.get_mut(at) else { continue };
        match &interface.addr {
            IfAddr::V4(own) => link.v4.push((own.ip, own.prefixlen)),
            IfAddr::V6(own) => link.v6.push((own.ip, own.prefixlen)),
        }
    }
    // In an order of its own, so that two lists can be compared.
    links.sort_by_key(|link| link.index);
    for link in &mut links {
        link.v4.sort_unstable();
        // Addresses of the link alone come last.
        link.v6.sort_unstable_by_key(|(address, prefix)| (address.is_unicast_link_local(), *address, *prefix));
    }
    links.truncate(LINKS);
    links
}

/// Whether somebody is in the network of one of the interfaces.
pub(crate) fn on_link(links: &[Link], address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let same = |(own, prefix): &(Ipv4Addr, u8)| {
                let different = u32::from(*own) ^ u32::from(address);
                different.leading_zeros() >= u32::from(*prefix)
            };
            address.is_link_local() || address.is_loopback() || links.iter().any(|link| link.v4.iter().any(same))
        }
        IpAddr::V6(address) => {
            let same = |(own, prefix): &(Ipv6Addr, u8)| {
                let different = u128::from(*own) ^ u128::from(address);
                different.leading_zeros() >= u32::from(*prefix)
            };
            address.is_unicast_link_local()
                || address.is_loopback()
                || links.iter().any(|link| link.v6.iter().any(same))
        }
    }
}

/// The router of the default route: lines of interface, destination, gateway, ... where addresses are the hexadecimal
/// digits of a number as the machine holds it, the first byte of the address first in memory.
fn gateway(table: &str) -> Option<Ipv4Addr> {
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (destination, gateway) = (fields.next()?, fields.next()?);
        let router =
            u32::from_str_radix(gateway, 16).ok().filter(|&router| destination == "00000000" && router != 0)?;
        Some(Ipv4Addr::from(router.to_ne_bytes()))
    })
}

/// The servers of names that have IPv4 addresses, the first three: the resolver uses no more.
fn servers(text: &str) -> [Option<Ipv4Addr>; 3] {
    let mut found = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next()?.parse().ok()).flatten()
    });
    std::array::from_fn(|_| found.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_system_are_read() {
        let router = u32::from_ne_bytes([192, 168, 1, 1]);
        let table = format!(
            "Iface\tDestination\tGateway \tFlags\nlo\t0000007F\t00000000\t1\nbad\neth0\t00000000\t{router:08X}\t0003\n"
        );
        assert_eq!(gateway(&table), Some(Ipv4Addr::new(192, 168, 1, 1)));
        assert_eq!(gateway("Iface\n"), None);
        let text = "# none\nsearch example\nnameserver 10.0.0.1\nnameserver ::1\nnameserver\nnameserver 10.0.0.2\n";
        assert_eq!(servers(text), [Some(Ipv4Addr::new(10, 0, 0, 1)), Some(Ipv4Addr::new(10, 0, 0, 2)), None]);
    }

    #[test]
    fn neighbours_are_on_the_link() {
        let own = Link {
            index: 1,
            v4: vec![(Ipv4Addr::new(192, 168, 1, 7), 24), (Ipv4Addr::new(10, 0, 0, 1), 32)],
            v6: vec![(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2), 64)],
        };
        for (address, there) in [
            ("192.168.1.200", true),
            ("192.168.2.1", false),
            ("10.0.0.1", true),
            ("10.0.0.2", false),
            ("169.254.3.4", true),
            ("fd00::9:9", true),
            ("fd00:0:0:1::9", false),
            ("fe80::1", true),
        ] {
            assert_eq!(on_link(std::slice::from_ref(&own), address.parse().unwrap()), there, "{address}");
        }
        assert_eq!(links(), links());
    }

    #[test]
    fn the_own_address_is_one_of_the_hosts() {
        let own = ipv4();
        assert!(own.prefix <= 32);
        UdpSocket::bind((own.address, 0)).unwrap();
        if let Some((address, prefix)) = ipv6() {
            assert!(prefix <= 128);
            UdpSocket::bind((address, 0)).unwrap();
        }
        assert_eq!(index(Ipv6Addr::UNSPECIFIED.into()).unwrap(), 0);
        assert!(index(Ipv4Addr::LOCALHOST.into()).unwrap() > 0);
        index(FAR.0.into()).unwrap_err();
    }
}
