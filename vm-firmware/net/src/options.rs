//! Options of sockets: their values, and what they mean to the stack. Owns the table from names to values.

use crate::config::Config;
use crate::errors;
use crate::network::{Core, Item};
use crate::stack::duration;
use crate::stream::Stage;
use emberl_vm::net::{Answer, Handle, OptionName, Result, SocketOption};
use smoltcp::socket::tcp::Socket;

/// Values of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) no_delay: bool,
    pub(crate) keep_alive: bool,
    pub(crate) reuse: bool,
    pub(crate) broadcast: bool,
    pub(crate) time_to_live: u8,
    pub(crate) multicast_time_to_live: u8,
    pub(crate) multicast_loop: bool,
    pub(crate) v6_only: bool,
    /// Milliseconds; none for the configuration's.
    pub(crate) linger: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            no_delay: false,
            keep_alive: false,
            reuse: false,
            broadcast: false,
            time_to_live: 64,
            multicast_time_to_live: 1,
            multicast_loop: true,
            v6_only: false,
            linger: None,
        }
    }
}

impl Options {
    /// Gives a connection what is the stack's.
    pub(crate) fn apply(&self, socket: &mut Socket<'_>, config: &Config) {
        socket.set_nagle_enabled(!self.no_delay);
        socket.set_hop_limit(Some(self.time_to_live.max(1)));
        socket.set_keep_alive(self.keep_alive.then(|| duration(config.keep_alive_ms)));
    }
}

impl Core {
    /// Sets one.
    pub(crate) fn set_option(&mut self, handle: Handle, option: SocketOption) -> Result {
        if let SocketOption::Join(group, _) = option {
            return self.join_group(handle, group);
        }
        if let SocketOption::Leave(group, _) = option {
            return self.leave_group(handle, group);
        }
        let options = match self.table.get_mut(handle) {
            Some(Item::Stream(stream)) => &mut stream.options,
            Some(Item::Datagram(datagram)) => &mut datagram.options,
            Some(Item::Dead) => return Err(errors::NETWORK_DOWN),
            Some(_) => return Err(errors::OPERATION_NOT_SUPPORTED),
            None => return Err(errors::INVALID),
        };
        match option {
            SocketOption::NoDelay(on) => options.no_delay = on,
            SocketOption::KeepAlive(on) => options.keep_alive = on,
            SocketOption::ReuseAddress(on) => options.reuse = on,
            SocketOption::Broadcast(on) => options.broadcast = on,
            // Buffers are of the board's sizes.
            SocketOption::ReceiveBuffer(_) | SocketOption::SendBuffer(_) => {}
            // The stack sends nothing that may not take a hop.
            SocketOption::TimeToLive(0) | SocketOption::MulticastTimeToLive(0) => return Err(errors::INVALID),
            SocketOption::TimeToLive(hops) => options.time_to_live = hops,
            SocketOption::MulticastTimeToLive(hops) => options.multicast_time_to_live = hops,
            SocketOption::MulticastLoop(on) => options.multicast_loop = on,
            SocketOption::V6Only(on) => options.v6_only = on,
            SocketOption::Linger(time) => options.linger = time,
            SocketOption::Join(..) | SocketOption::Leave(..) => return Err(errors::PROTOCOL_OPTION),
        }
        self.apply_options(handle);
        Ok(Answer::Done)
    }

    fn apply_options(&mut self, handle: Handle) {
        let Some(stack) = self.stack.as_mut() else { return };
        match self.table.get(handle) {
            Some(Item::Stream(stream)) => {
                if let Stage::Open(socket) = stream.stage
                    && let Some(connection) = self.connections.get_mut(socket)
                {
                    stream.options.apply(stack.sockets.get_mut::<Socket>(socket), &self.config);
                    if stream.options.keep_alive && !connection.keep_alive {
                        // Its peer need not have been heard before it was asked for.
                        connection.heard = connection.heard.max(self.now);
                    }
                    connection.keep_alive = stream.options.keep_alive;
                }
            }
            Some(Item::Datagram(datagram)) => {
                if let Some(bound) = datagram.bound {
                    stack.air.local.set_quiet(bound.port(), !datagram.options.multicast_loop);
                }
            }
            _ => {}
        }
        self.dirty = true;
    }

    /// Asks for one.
    pub(crate) fn get_option(&mut self, handle: Handle, name: OptionName) -> Result {
        let (options, receive, send) = match self.table.get(handle) {
            Some(Item::Stream(stream)) => (stream.options, self.config.tcp_receive_bytes, self.config.tcp_send_bytes),
            Some(Item::Datagram(datagram)) => (datagram.options, self.config.udp_bytes, self.config.udp_bytes),
            Some(Item::Dead) => return Err(errors::NETWORK_DOWN),
            Some(_) => return Err(errors::OPERATION_NOT_SUPPORTED),
            None => return Err(errors::INVALID),
        };
        Ok(Answer::Option(match name {
            OptionName::NoDelay => SocketOption::NoDelay(options.no_delay),
            OptionName::KeepAlive => SocketOption::KeepAlive(options.keep_alive),
            OptionName::ReuseAddress => SocketOption::ReuseAddress(options.reuse),
            OptionName::Broadcast => SocketOption::Broadcast(options.broadcast),
            OptionName::ReceiveBuffer => SocketOption::ReceiveBuffer(receive),
            OptionName::SendBuffer => SocketOption::SendBuffer(send),
            OptionName::TimeToLive => SocketOption::TimeToLive(options.time_to_live),
            OptionName::MulticastTimeToLive => SocketOption::MulticastTimeToLive(options.multicast_time_to_live),
            OptionName::MulticastLoop => SocketOption::MulticastLoop(options.multicast_loop),
            OptionName::V6Only => SocketOption::V6Only(options.v6_only),
            OptionName::Linger => SocketOption::Linger(options.linger),
        }))
    }
}
