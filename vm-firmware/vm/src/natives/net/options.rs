//! Options of sockets as terms: their names are those of OTP's `inet` and `gen_udp`.

use core::net::{IpAddr, Ipv4Addr};

use super::{OptionName, SocketOption, address, boolean, elements, number, one_of};
use crate::natives::Context;
use crate::raise::{Raise, Result};
use crate::term::Term;

/// The options that can be asked for.
pub(super) const NAMES: &[(&str, OptionName)] = &[
    ("nodelay", OptionName::NoDelay),
    ("keepalive", OptionName::KeepAlive),
    ("reuseaddr", OptionName::ReuseAddress),
    ("broadcast", OptionName::Broadcast),
    ("recbuf", OptionName::ReceiveBuffer),
    ("sndbuf", OptionName::SendBuffer),
    ("ttl", OptionName::TimeToLive),
    ("multicast_ttl", OptionName::MulticastTimeToLive),
    ("multicast_loop", OptionName::MulticastLoop),
    ("ipv6_v6only", OptionName::V6Only),
    ("linger", OptionName::Linger),
];

/// `{Group, Interface}`, or the group alone.
fn membership(cx: &Context<'_>, term: Term) -> Result<(IpAddr, IpAddr)> {
    match elements::<2>(cx, term) {
        Ok([group, interface]) => Ok((address(cx, group)?, address(cx, interface)?)),
        Err(_) => Ok((address(cx, term)?, Ipv4Addr::UNSPECIFIED.into())),
    }
}

/// An option with its value.
pub(super) fn read(cx: &Context<'_>, name: Term, value: Term) -> Result<SocketOption> {
    let text = cx.shared.atoms.name(name.as_atom().ok_or(Raise::BADARG)?);
    match text {
        "add_membership" => return membership(cx, value).map(|(group, at)| SocketOption::Join(group, at)),
        "drop_membership" => return membership(cx, value).map(|(group, at)| SocketOption::Leave(group, at)),
        _ => {}
    }
    Ok(match one_of(cx, name, NAMES)? {
        OptionName::NoDelay => SocketOption::NoDelay(boolean(value)?),
        OptionName::KeepAlive => SocketOption::KeepAlive(boolean(value)?),
        OptionName::ReuseAddress => SocketOption::ReuseAddress(boolean(value)?),
        OptionName::Broadcast => SocketOption::Broadcast(boolean(value)?),
        OptionName::ReceiveBuffer => SocketOption::ReceiveBuffer(number(cx, value)?),
        OptionName::SendBuffer => SocketOption::SendBuffer(number(cx, value)?),
        OptionName::TimeToLive => SocketOption::TimeToLive(number(cx, value)?),
        OptionName::MulticastTimeToLive => SocketOption::MulticastTimeToLive(number(cx, value)?),
        OptionName::MulticastLoop => SocketOption::MulticastLoop(boolean(value)?),
        OptionName::V6Only => SocketOption::V6Only(boolean(value)?),
        OptionName::Linger => {
            // `{Whether, Seconds}`.
            let [on, seconds] = elements(cx, value)?;
            let seconds: u32 = number(cx, seconds)?;
            SocketOption::Linger(if boolean(on)? { Some(seconds.saturating_mul(1000)) } else { None })
        }
    })
}

/// The value of an option. The heap has room for it.
pub(super) fn value(cx: &mut Context<'_>, option: SocketOption) -> Result {
    Ok(match option {
        SocketOption::NoDelay(on)
        | SocketOption::KeepAlive(on)
        | SocketOption::ReuseAddress(on)
        | SocketOption::Broadcast(on)
        | SocketOption::MulticastLoop(on)
        | SocketOption::V6Only(on) => Term::boolean(on),
        SocketOption::ReceiveBuffer(bytes) | SocketOption::SendBuffer(bytes) => cx.heap().unsigned(bytes.into())?,
        SocketOption::TimeToLive(hops) | SocketOption::MulticastTimeToLive(hops) => cx.heap().unsigned(hops.into())?,
        SocketOption::Linger(time) => {
            let seconds = cx.heap().unsigned((time.unwrap_or(0) / 1000).into())?;
            cx.heap().tuple(&[Term::boolean(time.is_some()), seconds])?
        }
        // Nobody can ask for these.
        SocketOption::Join(..) | SocketOption::Leave(..) => return Err(Raise::BADARG),
    })
}
