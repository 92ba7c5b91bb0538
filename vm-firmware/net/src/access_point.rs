//! Being a network for others: the own address, and the socket of the server that gives them theirs. Owns no lease: those
//! are [`crate::dhcp_server`]'s.

use crate::datagram;
use crate::dhcp_server::{MESSAGE, Server};
use crate::network::Core;
use crate::stack::endpoint;
use core::net::{Ipv4Addr, SocketAddr};
use emberl_vm::net::{Error, Event};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::{Socket, UdpMetadata};
use smoltcp::wire::{DHCP_CLIENT_PORT, DHCP_SERVER_PORT};

/// Bytes of messages that wait: two of the longest that are usual.
const WAITING: usize = 2 * 590;

/// The server and its socket.
#[derive(Debug)]
pub(crate) struct DhcpServer {
    server: Server,
    socket: SocketHandle,
}

impl DhcpServer {
    pub(crate) fn used(&self) -> usize {
        self.server.used()
    }

    pub(crate) fn memory(&self) -> usize {
        self.server.memory() + 2 * WAITING
    }
}

impl Core {
    /// Takes the own address, and begins to give others theirs.
    ///
    /// # Errors
    /// `enomem`, `enobufs`.
    pub(crate) fn begin_access_point(&mut self) -> Result<(), Error> {
        let (Some(own), Some(stack)) = (self.own.as_ref(), self.stack.as_mut()) else { return Ok(()) };
        let server = Server::new(own.address, own.prefix, self.config.leases.into())?;
        let mut socket = datagram::make(WAITING, 4)?;
        // The port is fixed, and the socket new: nothing is against it.
        let _ = socket.bind(DHCP_SERVER_PORT);
        stack.access_point = Some((own.address, own.prefix));
        stack.dhcp_server = Some(DhcpServer { server, socket: stack.sockets.add(socket) });
        self.apply_addresses();
        Ok(())
    }

    /// The access point is there, or has gone.
    pub(crate) fn access_point_is(&mut self, up: bool) {
        let Some(own) = self.own.as_mut() else { return };
        if own.up != up {
            own.up = up;
            self.tell(if up { Event::ApUp } else { Event::ApDown });
        }
    }

    /// Answers those who want an address.
    pub(crate) fn look_after_stations(&mut self) {
        let now = self.now;
        let mut given = None;
        if let Some(stack) = self.stack.as_mut()
            && let (Some(DhcpServer { server, socket }), Some((own, _))) =
                (stack.dhcp_server.as_mut(), stack.access_point)
        {
            let udp = stack.sockets.get_mut::<Socket>(*socket);
            // As many as can be answered; the rest waits.
            while udp.can_send() && given.is_none() {
                let Ok((message, _)) = udp.recv() else { break };
                let Some(reply) = server.message(message, now) else { continue };
                let to = SocketAddr::new(reply.to.unwrap_or(Ipv4Addr::BROADCAST).into(), DHCP_CLIENT_PORT);
                let metadata = UdpMetadata { local_address: Some(own.into()), ..endpoint(to).into() };
                debug_assert!(reply.bytes <= MESSAGE);
                if let Some(bytes) = reply.message.get(..reply.bytes)
                    && udp.send_slice(bytes, metadata).is_ok()
                {
                    given = reply.given;
                }
                self.dirty = true;
            }
        }
        if let Some(address) = given {
            self.tell(Event::StationAddress(address));
        }
    }
}
