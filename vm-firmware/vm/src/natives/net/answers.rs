//! Answers and events of the network as terms.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::{Answer, Error, Ipv4, TlsVersion, options};
use crate::atoms;
use crate::binaries::Binaries;
use crate::heap::Heap;
use crate::memory::NoMemory;
use crate::natives::Context;
use crate::net::{Event, Found, Pool, Reason, Secured, Seen, State};
use crate::raise::Result;
use crate::shared::Shared;
use crate::sockets::{self, LINK};
use crate::term::Term;

type Made = core::result::Result<Term, NoMemory>;

fn atom(shared: &mut Shared, name: &str) -> Made {
    Ok(Term::atom(shared.atoms.intern(name)?))
}

fn ip(heap: &mut Heap, address: IpAddr) -> Made {
    match address {
        IpAddr::V4(address) => heap.tuple(&address.octets().map(|octet| Term::tiny(i32::from(octet)))),
        IpAddr::V6(address) => heap.tuple(&address.segments().map(|segment| Term::tiny(i32::from(segment)))),
    }
}

fn endpoint(heap: &mut Heap, address: SocketAddr) -> Made {
    let host = ip(heap, address.ip())?;
    heap.tuple(&[host, Term::tiny(i32::from(address.port()))])
}

fn addresses(heap: &mut Heap, all: impl DoubleEndedIterator<Item = IpAddr>) -> Made {
    let mut list = Term::NIL;
    for address in all.rev() {
        let address = ip(heap, address)?;
        list = heap.cons(address, list)?;
    }
    Ok(list)
}

/// `{Address, Prefix, Gateway, Servers}`.
fn ipv4(heap: &mut Heap, all: Ipv4) -> Made {
    let address = ip(heap, all.address.into())?;
    let gateway = match all.gateway {
        Some(gateway) => ip(heap, gateway.into())?,
        None => Term::atom(atoms::UNDEFINED),
    };
    let servers = addresses(heap, all.dns.into_iter().flatten().map(IpAddr::from))?;
    heap.tuple(&[address, Term::tiny(i32::from(all.prefix)), gateway, servers])
}

fn binary(heap: &mut Heap, binaries: &mut Binaries, bytes: Vec<u8>) -> Made {
    heap.binary(binaries, bytes)
}

/// `{error, Reason}`.
pub(in crate::natives) fn error(cx: &mut Context<'_>, reason: &str) -> Result {
    let reason = atom(cx.shared, reason)?;
    Ok(cx.heap().tuple(&[Term::atom(atoms::ERROR), reason])?)
}

/// `{error, {tls_alert, {Name, Text}}}`, as OTP's `ssl` has it.
fn alert(cx: &mut Context<'_>, name: &str, text: &str) -> Result {
    let (tag, name) = (atom(cx.shared, "tls_alert")?, atom(cx.shared, name)?);
    let text = cx.heap().string(text)?;
    let both = cx.heap().tuple(&[name, text])?;
    let reason = cx.heap().tuple(&[tag, both])?;
    Ok(cx.heap().tuple(&[Term::atom(atoms::ERROR), reason])?)
}

/// `ok`, `{ok, Value}` or `{error, Reason}`.
pub(super) fn term(cx: &mut Context<'_>, answer: crate::net::Result) -> Result {
    let value = match answer {
        Ok(Answer::Done) => return Ok(Term::atom(atoms::OK)),
        Ok(Answer::End) => return error(cx, "closed"),
        // Who asks for what may have to wait looks at this before.
        Ok(Answer::Wait(_)) => return error(cx, "eagain"),
        Ok(Answer::Handle(handle)) => cx.heap().unsigned(handle.into())?,
        Ok(Answer::Accepted(handle, peer)) => {
            let handle = cx.heap().unsigned(handle.into())?;
            let peer = endpoint(cx.heap(), peer)?;
            cx.heap().tuple(&[handle, peer])?
        }
        Ok(Answer::Bytes(bytes)) => {
            cx.bump(bytes.len() / 64);
            cx.binary(bytes)?
        }
        Ok(Answer::Datagram(bytes, from)) => {
            cx.bump(bytes.len() / 64);
            let bytes = cx.binary(bytes)?;
            let from = endpoint(cx.heap(), from)?;
            cx.heap().tuple(&[bytes, from])?
        }
        Ok(Answer::Count(count)) => cx.heap().unsigned(count as u64)?,
        Ok(Answer::Number(number)) => cx.heap().integer(number.into())?,
        Ok(Answer::Address(address)) => endpoint(cx.heap(), address)?,
        Ok(Answer::Option(option)) => options::value(cx, option)?,
        Ok(Answer::Addresses(all)) => addresses(cx.heap(), all.into_iter())?,
        Ok(Answer::Found(found)) => service(cx, found)?,
        Ok(Answer::Secured(secured)) => session(cx, secured)?,
        Ok(Answer::State(state)) => atom(cx.shared, state_name(state))?,
        Ok(Answer::Pools(pools)) => pool_list(cx, &pools)?,
        Err(Error::Posix(reason)) => return error(cx, reason),
        Err(Error::Alert(name, text)) => return alert(cx, name, text),
    };
    Ok(cx.heap().tuple(&[Term::atom(atoms::OK), value])?)
}

/// `{found | gone, Name, Host, Port, Addresses, [{Key, Value}]}`.
fn service(cx: &mut Context<'_>, found: Found) -> Result {
    let tag = atom(cx.shared, if found.there { "found" } else { "gone" })?;
    let name = cx.binary(found.name.into_bytes())?;
    let host = cx.binary(found.host.into_bytes())?;
    let known = addresses(cx.heap(), found.addresses.into_iter())?;
    let mut list = Term::NIL;
    for (key, value) in found.text.into_iter().rev() {
        let (key, value) = (cx.binary(key.into_bytes())?, cx.binary(value)?);
        let pair = cx.heap().tuple(&[key, value])?;
        list = cx.heap().cons(pair, list)?;
    }
    Ok(cx.heap().tuple(&[tag, name, host, Term::tiny(i32::from(found.port)), known, list])?)
}

/// `{Version, Suite, Protocol, Certificate}`, each but the first perhaps `undefined`.
fn session(cx: &mut Context<'_>, secured: Secured) -> Result {
    let version = match secured.version {
        TlsVersion::Tls12 => "tlsv1.2",
        TlsVersion::Tls13 => "tlsv1.3",
    };
    let version = atom(cx.shared, version)?;
    let mut parts = [version, Term::atom(atoms::UNDEFINED), Term::atom(atoms::UNDEFINED), Term::atom(atoms::UNDEFINED)];
    let given = [secured.suite.map(String::into_bytes), secured.alpn, secured.peer];
    for (place, bytes) in parts.iter_mut().skip(1).zip(given) {
        if let Some(bytes) = bytes {
            *place = cx.binary(bytes)?;
        }
    }
    Ok(cx.heap().tuple(&parts)?)
}

/// `[{Name, Used, Peak, Size, Bytes}]`.
fn pool_list(cx: &mut Context<'_>, pools: &[Pool]) -> Result {
    let mut list = Term::NIL;
    for pool in pools.iter().rev() {
        let mut parts = [atom(cx.shared, pool.name)?, Term::NIL, Term::NIL, Term::NIL, Term::NIL];
        for (place, number) in parts.iter_mut().skip(1).zip([pool.used, pool.peak, pool.size, pool.bytes]) {
            *place = cx.heap().unsigned(number.into())?;
        }
        let tuple = cx.heap().tuple(&parts)?;
        list = cx.heap().cons(tuple, list)?;
    }
    Ok(list)
}

/// AtomVM's words.
const fn state_name(state: State) -> &'static str {
    match state {
        State::Inactive => "inactive",
        State::Connecting => "connecting",
        State::Associated => "associated",
        State::Connected => "connected",
        State::Degraded => "degraded",
        State::Disconnecting => "disconnecting",
        State::Disconnected => "disconnected",
    }
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Asked => "asked",
        Reason::LinkLost => "link_lost",
        Reason::NotFound => "not_found",
        Reason::Refused => "refused",
        Reason::Timeout => "timeout",
        Reason::Failed => "failed",
    }
}

/// The name of an event; what belongs to it is made on the heap of who is told.
const fn event_name(event: &Event) -> &'static str {
    match event {
        Event::Ready(..) => "select",
        Event::Up => "up",
        Event::Down(..) => "down",
        Event::Address(_) => "address",
        Event::AddressLost(_) => "address_lost",
        Event::Address6(..) => "address6",
        Event::Scanned(_) => "scanned",
        Event::ApUp => "ap_up",
        Event::ApDown => "ap_down",
        Event::StationUp(_) => "station_up",
        Event::StationDown(_) => "station_down",
        Event::StationAddress(_) => "station_address",
        Event::Time(..) => "time",
    }
}

/// Tells who started the link what has become of it: `{'$network', Event}`.
pub fn tell(shared: &mut Shared, event: Event) {
    let Some(owner) = sockets::owner(shared, LINK) else { return };
    let name = atom(shared, event_name(&event));
    // The atoms that belong to the event.
    let mut words = Vec::new();
    let mut names = |shared: &mut Shared| -> core::result::Result<(), NoMemory> {
        match &event {
            Event::Down(reason, _) => words.push(atom(shared, reason_name(*reason))?),
            Event::Scanned(all) => {
                words.try_reserve_exact(all.len()).map_err(|_| NoMemory)?;
                for seen in all {
                    words.push(atom(shared, seen.authmode)?);
                }
            }
            _ => {}
        }
        Ok(())
    };
    let (Ok(name), Ok(())) = (name, names(shared)) else { return };
    sockets::post(shared, owner, &mut |heap, binaries| {
        let event = event_term(heap, binaries, name, &event, &words)?;
        heap.tuple(&[Term::atom(atoms::NETWORK), event])
    });
}

fn event_term(heap: &mut Heap, binaries: &mut Binaries, name: Term, event: &Event, words: &[Term]) -> Made {
    let word = words.first().copied().unwrap_or(Term::atom(atoms::UNDEFINED));
    let more = match event {
        Event::Up | Event::ApUp | Event::ApDown | Event::Ready(..) => return Ok(name),
        Event::Down(_, again) => {
            let again = match again {
                Some(milliseconds) => heap.unsigned((*milliseconds).into())?,
                None => Term::atom(atoms::UNDEFINED),
            };
            return heap.tuple(&[name, word, again]);
        }
        Event::Address6(address, prefix) => {
            let address = ip(heap, (*address).into())?;
            return heap.tuple(&[name, address, Term::tiny(i32::from(*prefix))]);
        }
        Event::Time(seconds, micros) => {
            let (seconds, micros) = (heap.unsigned(*seconds)?, heap.unsigned((*micros).into())?);
            return heap.tuple(&[name, seconds, micros]);
        }
        Event::Address(all) => ipv4(heap, *all)?,
        Event::AddressLost(address) | Event::StationAddress(address) => ip(heap, (*address).into())?,
        Event::StationUp(card) | Event::StationDown(card) => heap.heap_binary(card)?,
        Event::Scanned(all) => scanned(heap, binaries, all, words)?,
    };
    heap.tuple(&[name, more])
}

/// `[{Ssid, Bssid, Channel, Rssi, AuthMode}]`.
fn scanned(heap: &mut Heap, binaries: &mut Binaries, all: &[Seen], words: &[Term]) -> Made {
    let mut list = Term::NIL;
    for (seen, &word) in all.iter().zip(words).rev() {
        let (ssid, bssid) = (binary(heap, binaries, seen.ssid.clone())?, heap.heap_binary(&seen.bssid)?);
        let numbers = [i32::from(seen.channel), i32::from(seen.rssi)].map(Term::tiny);
        let [channel, rssi] = numbers;
        let tuple = heap.tuple(&[ssid, bssid, channel, rssi, word])?;
        list = heap.cons(tuple, list)?;
    }
    Ok(list)
}
