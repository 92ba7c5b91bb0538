//! What a program said about its network, kept for every attempt to be in it. Owns the copies and their checks.

use crate::dhcp_name::Name;
use crate::errors;
use crate::stack::plausible;
use core::net::Ipv4Addr;
use emberl_vm::net::{AccessPoint, Error, Ipv4, Station};

/// Bytes of no more than `N`.
#[derive(Clone, Debug)]
pub(crate) struct Short<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> Short<N> {
    fn new(bytes: &[u8]) -> Option<Self> {
        let mut copy = [0; N];
        copy.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self { bytes: copy, length: u8::try_from(bytes.len()).ok()? })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// How to be in somebody's network.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) ssid: Short<32>,
    pub(crate) psk: Short<64>,
    pub(crate) hostname: Name,
    pub(crate) address: Option<Ipv4>,
}

impl Wanted {
    /// # Errors
    /// `einval` where a name, a password or an address cannot be one.
    pub(crate) fn new(station: &Station<'_>) -> Result<Self, Error> {
        let hostname = match station.hostname {
            Some(name) => Name::new(name).ok_or(errors::INVALID)?,
            None => Name::default(),
        };
        if let Some(address) = station.address
            && (!host(address.address, address.prefix) || address.gateway.is_some_and(|gateway| !plausible(gateway)))
        {
            return Err(errors::INVALID);
        }
        Ok(Self {
            ssid: Short::new(station.ssid).ok_or(errors::INVALID)?,
            psk: Short::new(station.psk).ok_or(errors::INVALID)?,
            hostname,
            address: station.address,
        })
    }
}

/// Whether a host can have the address in a network of that prefix.
fn host(address: Ipv4Addr, prefix: u8) -> bool {
    if !plausible(address) || !(1..=32).contains(&prefix) {
        return false;
    }
    let hosts = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
    let own = u32::from(address) & hosts;
    // In networks of one and of two there is no address of the network, and none of all (RFC 3021).
    prefix > 30 || (own != 0 && own != hosts)
}

/// How to be a network for others.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) ssid: Short<32>,
    pub(crate) psk: Short<64>,
    pub(crate) channel: u8,
    pub(crate) hidden: bool,
    pub(crate) stations: u8,
    pub(crate) address: Ipv4Addr,
    pub(crate) prefix: u8,
    /// It is there, and was told.
    pub(crate) up: bool,
}

impl Own {
    /// # Errors
    /// `einval` where a name, a password or an address cannot be one, or the network has no place for others.
    pub(crate) fn new(point: &AccessPoint<'_>) -> Result<Self, Error> {
        if !host(point.address, point.prefix) || point.prefix > 30 {
            return Err(errors::INVALID);
        }
        Ok(Self {
            ssid: Short::new(point.ssid).ok_or(errors::INVALID)?,
            psk: Short::new(point.psk).ok_or(errors::INVALID)?,
            channel: point.channel,
            hidden: point.hidden,
            stations: point.stations,
            address: point.address,
            prefix: point.prefix,
            up: false,
        })
    }

    /// As the card is told.
    pub(crate) fn access_point(&self) -> AccessPoint<'_> {
        AccessPoint {
            ssid: self.ssid.as_bytes(),
            psk: self.psk.as_bytes(),
            channel: self.channel,
            hidden: self.hidden,
            stations: self.stations,
            address: self.address,
            prefix: self.prefix,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_host_has_are_refused() {
        let fine = |text: &str, prefix| host(text.parse().unwrap(), prefix);
        assert!(fine("192.168.4.1", 24));
        assert!(fine("10.0.0.0", 31));
        assert!(fine("10.0.0.1", 32));
        for (text, prefix) in
            [("192.168.4.0", 24), ("192.168.4.255", 24), ("0.0.0.0", 8), ("127.0.0.1", 8), ("224.0.0.1", 24)]
        {
            assert!(!fine(text, prefix), "{text}");
        }
        assert!(!fine("10.0.0.1", 33));
        assert!(!fine("10.0.0.1", 0));
    }
}
