//! Options of sockets. Owns which call of the system each is.

use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::time::Duration;

use emberl_vm::net::{Family, OptionName, SocketOption};
use socket2::SockRef;

use super::interfaces;

/// Sets an option, other than `Linger`.
pub(crate) fn set(socket: &SockRef<'_>, family: Family, option: SocketOption) -> io::Result<()> {
    match option {
        SocketOption::NoDelay(on) => socket.set_tcp_nodelay(on),
        SocketOption::KeepAlive(on) => socket.set_keepalive(on),
        // What this option promises, Windows does without; there it would let others take the address.
        SocketOption::ReuseAddress(_) if cfg!(windows) => Ok(()),
        SocketOption::ReuseAddress(on) => socket.set_reuse_address(on),
        SocketOption::Broadcast(on) => socket.set_broadcast(on),
        SocketOption::ReceiveBuffer(bytes) => socket.set_recv_buffer_size(size(bytes)?),
        SocketOption::SendBuffer(bytes) => socket.set_send_buffer_size(size(bytes)?),
        SocketOption::TimeToLive(hops) => match family {
            Family::Inet => socket.set_ttl_v4(hops.into()),
            Family::Inet6 => socket.set_unicast_hops_v6(hops.into()),
        },
        SocketOption::MulticastTimeToLive(hops) => match family {
            Family::Inet => socket.set_multicast_ttl_v4(hops.into()),
            Family::Inet6 => socket.set_multicast_hops_v6(hops.into()),
        },
        SocketOption::MulticastLoop(on) => match family {
            Family::Inet => socket.set_multicast_loop_v4(on),
            Family::Inet6 => socket.set_multicast_loop_v6(on),
        },
        SocketOption::Join(IpAddr::V4(group), IpAddr::V4(interface)) => socket.join_multicast_v4(&group, &interface),
        SocketOption::Leave(IpAddr::V4(group), IpAddr::V4(interface)) => socket.leave_multicast_v4(&group, &interface),
        SocketOption::Join(IpAddr::V6(group), interface) => {
            socket.join_multicast_v6(&group, interfaces::index(interface)?)
        }
        SocketOption::Leave(IpAddr::V6(group), interface) => {
            socket.leave_multicast_v6(&group, interfaces::index(interface)?)
        }
        SocketOption::V6Only(on) => socket.set_only_v6(on),
        SocketOption::Join(..) | SocketOption::Leave(..) | SocketOption::Linger(_) => {
            Err(ErrorKind::InvalidInput.into())
        }
    }
}

/// Asks for an option, other than `Linger`. Some systems tell twice the size of a buffer, with their own use of it.
pub(crate) fn get(socket: &SockRef<'_>, family: Family, name: OptionName) -> io::Result<SocketOption> {
    Ok(match name {
        OptionName::NoDelay => SocketOption::NoDelay(socket.tcp_nodelay()?),
        OptionName::KeepAlive => SocketOption::KeepAlive(socket.keepalive()?),
        OptionName::ReuseAddress => SocketOption::ReuseAddress(socket.reuse_address()?),
        OptionName::Broadcast => SocketOption::Broadcast(socket.broadcast()?),
        OptionName::ReceiveBuffer => SocketOption::ReceiveBuffer(number(socket.recv_buffer_size()?)),
        OptionName::SendBuffer => SocketOption::SendBuffer(number(socket.send_buffer_size()?)),
        OptionName::TimeToLive => SocketOption::TimeToLive(hops(match family {
            Family::Inet => socket.ttl_v4()?,
            Family::Inet6 => socket.unicast_hops_v6()?,
        })),
        OptionName::MulticastTimeToLive => SocketOption::MulticastTimeToLive(hops(match family {
            Family::Inet => socket.multicast_ttl_v4()?,
            Family::Inet6 => socket.multicast_hops_v6()?,
        })),
        OptionName::MulticastLoop => SocketOption::MulticastLoop(match family {
            Family::Inet => socket.multicast_loop_v4()?,
            Family::Inet6 => socket.multicast_loop_v6()?,
        }),
        OptionName::V6Only => SocketOption::V6Only(socket.only_v6()?),
        OptionName::Linger => return Err(ErrorKind::InvalidInput.into()),
    })
}

/// What the system is to do at the close of a socket that lingers. Only the reset is its: with a time it would hold this
/// thread in the close, and with it all processes. Without, it sends what is left in the background, for as long as it
/// does for anybody.
pub(crate) fn set_linger(socket: &SockRef<'_>, linger: Option<u32>) -> io::Result<()> {
    socket.set_linger((linger == Some(0)).then_some(Duration::ZERO))
}

/// Systems take a signed number.
fn size(bytes: u32) -> io::Result<usize> {
    i32::try_from(bytes).ok().and_then(|bytes| usize::try_from(bytes).ok()).ok_or(ErrorKind::InvalidInput.into())
}

fn number(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn hops(count: u32) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
