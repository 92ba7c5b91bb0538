//! Addresses for the stations of an access point (RFC 2131, the server's part). Owns the leases and what is answered;
//! datagrams are the stack's, messages its wire format's.

use crate::config::MILLISECOND;
use crate::errors;
use alloc::vec::Vec;
use core::net::Ipv4Addr;
use emberl_vm::net::Error;
use smoltcp::wire::{DhcpMessageType, DhcpPacket, DhcpRepr, EthernetAddress};

/// How long an address is given for, in seconds.
const LEASE_SECONDS: u32 = 7200;
/// How long one that was offered is kept for who was offered it.
const OFFER: u64 = 60_000 * MILLISECOND;
/// Bytes of a lease.
pub(crate) const LEASE_BYTES: usize = size_of::<Option<Lease>>();
/// Bytes of the longest message that is sent.
pub(crate) const MESSAGE: usize = 320;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    hardware: EthernetAddress,
    until: u64,
    /// It was taken, not only offered.
    taken: bool,
    /// Somebody else has the address: it is not given before that.
    declined: bool,
}

/// What is to be sent.
pub(crate) struct Reply {
    pub(crate) message: [u8; MESSAGE],
    pub(crate) bytes: usize,
    /// To whom; to all if to nobody.
    pub(crate) to: Option<Ipv4Addr>,
    /// An address that was taken now.
    pub(crate) given: Option<Ipv4Addr>,
}

/// The server. The lease at index `i` is of the `i`-th address of the network that is not the server's own.
#[derive(Debug)]
pub(crate) struct Server {
    own: Ipv4Addr,
    prefix: u8,
    leases: Vec<Option<Lease>>,
}

impl Server {
    /// A server for so many addresses.
    ///
    /// # Errors
    /// `enomem`.
    pub(crate) fn new(own: Ipv4Addr, prefix: u8, most: usize) -> Result<Self, Error> {
        let hosts = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
        // Neither the network's address nor that of all, nor the own one.
        let most = most.min(usize::try_from(hosts.saturating_sub(2)).unwrap_or(usize::MAX));
        let mut leases = Vec::new();
        leases.try_reserve_exact(most).map_err(|_| errors::NO_MEMORY)?;
        leases.resize(most, None);
        Ok(Self { own, prefix, leases })
    }

    pub(crate) fn memory(&self) -> usize {
        self.leases.capacity() * LEASE_BYTES
    }

    pub(crate) fn used(&self) -> usize {
        self.leases.iter().flatten().count()
    }

    /// The address of a lease: those after the own one, and around the end of the network to its begin.
    fn address(&self, index: usize) -> Option<Ipv4Addr> {
        let hosts = u32::MAX.checked_shr(self.prefix.into())?;
        let usable = hosts.checked_sub(1)?;
        let own = u32::from(self.own);
        let place = (own & hosts).checked_sub(1)?;
        let next = (u64::from(place) + 1 + index as u64) % u64::from(usable);
        Some(Ipv4Addr::from((own & !hosts) | (u32::try_from(next).ok()? + 1)))
    }

    fn index(&self, address: Ipv4Addr) -> Option<usize> {
        (0..self.leases.len()).find(|&index| self.address(index) == Some(address))
    }

    fn known(&self, hardware: EthernetAddress) -> Option<usize> {
        self.leases.iter().position(|lease| lease.is_some_and(|lease| lease.hardware == hardware && !lease.declined))
    }

    fn is_free(&self, index: usize, hardware: EthernetAddress, now: u64) -> bool {
        self.leases.get(index).is_some_and(|lease| match lease {
            None => true,
            Some(lease) => now >= lease.until || (lease.hardware == hardware && !lease.declined),
        })
    }

    /// An address for somebody: his own, the one that he wishes, one that nobody had, one that nobody has any more.
    fn choose(&self, hardware: EthernetAddress, wish: Option<Ipv4Addr>, now: u64) -> Option<usize> {
        let wished = wish.and_then(|wish| self.index(wish));
        let all = 0..self.leases.len();
        self.known(hardware)
            .or(wished.filter(|&index| self.is_free(index, hardware, now)))
            .or(all.clone().find(|&index| self.leases.get(index).is_some_and(Option::is_none)))
            .or(all.clone().find(|&index| self.is_free(index, hardware, now)))
    }

    fn set(&mut self, index: usize, lease: Option<Lease>) {
        if let Some(place) = self.leases.get_mut(index) {
            *place = lease;
        }
    }

    /// A message of a client has come.
    pub(crate) fn message(&mut self, bytes: &[u8], now: u64) -> Option<Reply> {
        let packet = DhcpPacket::new_checked(bytes).ok()?;
        let client = DhcpRepr::parse(&packet).ok()?;
        let hardware = client.client_hardware_address;
        if !hardware.is_unicast() || packet.opcode() != smoltcp::wire::DhcpOpCode::Request {
            return None;
        }
        let other = client.server_identifier.is_some_and(|server| server != self.own);
        match client.message_type {
            DhcpMessageType::Discover => {
                let index = self.choose(hardware, client.requested_ip, now)?;
                let address = self.address(index)?;
                let known = self.leases.get(index).copied().flatten().filter(|lease| lease.hardware == hardware);
                let until = known.map_or(0, |lease| lease.until).max(now.saturating_add(OFFER));
                let taken = known.is_some_and(|lease| lease.taken);
                self.set(index, Some(Lease { hardware, until, taken, declined: false }));
                self.reply(&client, DhcpMessageType::Offer, Some(address))
            }
            DhcpMessageType::Request if other => {
                // He took another server's offer: ours is free again.
                if let Some(index) = self.known(hardware)
                    && self.leases.get(index).is_some_and(|lease| lease.is_some_and(|lease| !lease.taken))
                {
                    self.set(index, None);
                }
                None
            }
            DhcpMessageType::Request => {
                let renewed = Some(client.client_ip).filter(|address| !address.is_unspecified());
                let address = client.requested_ip.or(renewed)?;
                let index = self.index(address).filter(|&index| self.is_free(index, hardware, now));
                let Some(index) = index else { return self.reply(&client, DhcpMessageType::Nak, None) };
                // One address for each.
                if let Some(old) = self.known(hardware).filter(|&old| old != index) {
                    self.set(old, None);
                }
                let news = !self.leases.get(index).is_some_and(|lease| {
                    lease.is_some_and(|lease| lease.taken && lease.hardware == hardware && now < lease.until)
                });
                let until = now.saturating_add(u64::from(LEASE_SECONDS) * 1000 * MILLISECOND);
                self.set(index, Some(Lease { hardware, until, taken: true, declined: false }));
                let mut reply = self.reply(&client, DhcpMessageType::Ack, Some(address))?;
                reply.given = news.then_some(address);
                Some(reply)
            }
            DhcpMessageType::Release => {
                let index = self.known(hardware)?;
                if self.address(index) == Some(client.client_ip) {
                    self.set(index, None);
                }
                None
            }
            DhcpMessageType::Decline => {
                let index = self.known(hardware)?;
                if self.address(index) == client.requested_ip {
                    let until = now.saturating_add(10 * OFFER);
                    self.set(index, Some(Lease { hardware, until, taken: false, declined: true }));
                }
                None
            }
            // Who has an address by himself still wants the rest (RFC 2131, 4.3.5).
            DhcpMessageType::Inform => self.reply(&client, DhcpMessageType::Ack, None),
            _ => None,
        }
    }

    fn reply(&self, client: &DhcpRepr<'_>, kind: DhcpMessageType, address: Option<Ipv4Addr>) -> Option<Reply> {
        let refused = kind == DhcpMessageType::Nak;
        let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
        let lease = address.is_some().then_some(LEASE_SECONDS);
        let answer = DhcpRepr {
            message_type: kind,
            transaction_id: client.transaction_id,
            secs: 0,
            client_hardware_address: client.client_hardware_address,
            client_ip: if refused { Ipv4Addr::UNSPECIFIED } else { client.client_ip },
            your_ip: address.unwrap_or(Ipv4Addr::UNSPECIFIED),
            server_ip: Ipv4Addr::UNSPECIFIED,
            router: (!refused).then_some(self.own),
            subnet_mask: (!refused).then(|| mask.into()),
            relay_agent_ip: client.relay_agent_ip,
            broadcast: client.broadcast,
            requested_ip: None,
            client_identifier: None,
            server_identifier: Some(self.own),
            parameter_request_list: None,
            dns_servers: None,
            max_size: None,
            lease_duration: lease,
            renew_duration: None,
            rebind_duration: None,
            additional_options: &[],
        };
        let mut message = [0; MESSAGE];
        // Some clients take no message that is shorter than BOOTP's (RFC 951): 300 bytes.
        let bytes = answer.buffer_len().max(300);
        let mut packet = DhcpPacket::new_unchecked(message.get_mut(..bytes)?);
        answer.emit(&mut packet).ok()?;
        packet.set_opcode(smoltcp::wire::DhcpOpCode::Reply);
        // Who has no address yet hears what is for all.
        let to = Some(client.client_ip).filter(|to| !refused && !to.is_unspecified());
        Some(Reply { message, bytes, to, given: None })
    }
}
