//! The network, as the modules of `vm-firmware/erlang/` ask for it: `emberl_net`. Owns what is asked and answered in terms;
//! who owns a handle and who waits for it is [`crate::sockets`]'s.
//!
//! All return at once. What is not there yet is `{select, Reference}`: a message `{'$socket', Handle, select, Reference}` says
//! that it is time to ask again, and `{'$socket', Handle, abort, {Reference, closed}}` that the handle was closed.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::atoms;
use crate::natives::binary::{argument, bytes};
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::net::{
    AccessPoint, Answer, Direction, Error, Family, Handle, Ipv4, Kind, OptionName, Request, Service, Shutdown,
    SocketOption, Station, Tls, TlsVersion, Verify,
};
use crate::raise::{Raise, Result};
use crate::signals;
use crate::sockets::{self, LINK};
use crate::term::Term;

mod answers;
mod options;

pub(super) use answers::error as failed;
pub use answers::tell;

pub(super) static EMBERL_NET: &[Native] = natives! {
    "emberl_net";
    "open"/2 => open;
    "bind"/2 => bind;
    "listen"/2 => listen;
    "accept"/1 => accept;
    "connect"/2 => connect;
    "recv"/2 => recv;
    "recvfrom"/2 => recvfrom;
    "send"/2 => send;
    "sendto"/3 => sendto;
    "shutdown"/2 => shutdown;
    "close"/1 => close;
    "sockname"/1 => sockname;
    "peername"/1 => peername;
    "setopt"/3 => setopt;
    "getopt"/2 => getopt;
    "own"/2 => own;
    "cancel"/2 => cancel;
    "lookup"/2 => lookup;
    "browse"/1 => browse;
    "result"/1 => result;
    "publish"/5 => publish;
    "hostname"/1 => hostname;
    "context"/1 => context;
    "secure"/3 => secure;
    "handshake"/1 => handshake;
    "start"/2 => start;
    "stop"/0 => stop;
    "join"/1 => join;
    "leave"/0 => leave;
    "scan"/0 => scan;
    "state"/0 => state;
    "strength"/0 => strength;
    "sntp"/1 => sntp;
    "pools"/0 => pools;
};

/// The most bytes that are read or given to be sent at a time.
const MOST: usize = 1 << 16;
/// Words that an answer takes at most beside its bytes and lists.
const ANSWER: usize = 64;

/// Asks, where an answer needs no handle to wait for.
fn ask(cx: &mut Context<'_>, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    let answered = sockets::request(cx.shared, request);
    answers::term(cx, answered)
}

/// Asks for something that may have to wait.
fn ask_of(cx: &mut Context<'_>, handle: Handle, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    cx.shared.budget.probe(ANSWER * 8)?;
    match sockets::request(cx.shared, request) {
        Ok(Answer::Wait(direction)) => select(cx, handle, direction),
        answered => answers::term(cx, answered),
    }
}

/// `{select, Reference}`.
pub(super) fn select(cx: &mut Context<'_>, handle: Handle, direction: Direction) -> Result {
    let reference = sockets::wait(cx.shared, handle, direction, cx.process.number)?;
    let reference = cx.heap().boxed(crate::term::Kind::Reference, &reference)?;
    Ok(cx.heap().tuple(&[Term::atom(atoms::SELECT), reference])?)
}

/// Asks for a handle, which the calling process owns.
fn make(cx: &mut Context<'_>, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    sockets::reserve(cx.shared)?;
    let answered = sockets::request(cx.shared, request);
    if let Ok(Answer::Handle(handle)) = answered {
        sockets::own(cx.shared, handle, cx.process.number);
    }
    answers::term(cx, answered)
}

/// A handle. The link has none.
fn handle(arguments: &[Term], cx: &Context<'_>) -> Result<Handle> {
    let value = cx.store().integer(arg(arguments, 0)).ok_or(Raise::BADARG)?;
    u32::try_from(value).ok().filter(|&handle| handle != LINK).ok_or(Raise::BADARG)
}

/// The bytes of a binary, at most so many, out of the machine's reach.
pub(super) fn copy(cx: &Context<'_>, term: Term, most: usize) -> Result<Vec<u8>> {
    let store = cx.store();
    let bits = store.bits(term).filter(|bits| bits.is_binary()).ok_or(Raise::BADARG)?;
    let part = bits.part(0, bits.size.min(most * 8)).ok_or(Raise::BADARG)?;
    let mut copy = crate::natives::binary::vector(&cx.shared.budget, part.size / 8)?;
    match part.as_bytes() {
        Some(bytes) => copy.extend_from_slice(bytes),
        None => copy.extend(part.iter()),
    }
    Ok(copy)
}

/// A text in UTF-8, of a binary.
fn text(cx: &Context<'_>, term: Term) -> Result<alloc::string::String> {
    let bytes = bytes(cx.store(), &cx.shared.budget, term)?.into_owned();
    alloc::string::String::from_utf8(bytes).map_err(|_| Raise::BADARG)
}

/// What may be `undefined`.
pub(super) fn optional<T>(
    cx: &Context<'_>,
    term: Term,
    read: impl FnOnce(&Context<'_>, Term) -> Result<T>,
) -> Result<Option<T>> {
    if term == Term::atom(atoms::UNDEFINED) { Ok(None) } else { read(cx, term).map(Some) }
}

pub(super) fn number<T: TryFrom<i64>>(cx: &Context<'_>, term: Term) -> Result<T> {
    cx.store().integer(term).and_then(|value| T::try_from(value).ok()).ok_or(Raise::BADARG)
}

pub(super) fn boolean(term: Term) -> Result<bool> {
    match term.as_atom() {
        Some(atoms::TRUE) => Ok(true),
        Some(atoms::FALSE) => Ok(false),
        _ => Err(Raise::BADARG),
    }
}

/// The elements of a tuple of that size.
pub(super) fn elements<const N: usize>(cx: &Context<'_>, term: Term) -> Result<[Term; N]> {
    let tuple = cx.store().tuple(term).filter(|tuple| tuple.len() == N).ok_or(Raise::BADARG)?;
    let mut found = [Term::NIL; N];
    for (place, element) in found.iter_mut().zip(tuple.iter()) {
        *place = element;
    }
    Ok(found)
}

/// The elements of a proper list.
fn list(cx: &Context<'_>, term: Term) -> Result<Vec<Term>> {
    let store = cx.store();
    let length = store.length(term).ok_or(Raise::BADARG)?;
    let mut found = Vec::new();
    cx.shared.budget.probe(length * size_of::<Term>())?;
    found.try_reserve_exact(length).map_err(|_| crate::memory::NoMemory)?;
    found.extend(store.list(term));
    Ok(found)
}

/// The binaries of a list.
fn binaries(cx: &Context<'_>, term: Term) -> Result<Vec<Vec<u8>>> {
    list(cx, term)?.into_iter().map(|part| Ok(bytes(cx.store(), &cx.shared.budget, part)?.into_owned())).collect()
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// An address, as `inet` has it: a tuple of 4 or of 8.
fn address(cx: &Context<'_>, term: Term) -> Result<IpAddr> {
    let tuple = cx.store().tuple(term).ok_or(Raise::BADARG)?;
    let part = |at: usize| tuple.get(at).and_then(|part| cx.store().integer(part));
    if tuple.len() == 4 {
        let mut octets = [0; 4];
        for (at, octet) in octets.iter_mut().enumerate() {
            *octet = part(at).and_then(|part| u8::try_from(part).ok()).ok_or(Raise::BADARG)?;
        }
        return Ok(Ipv4Addr::from(octets).into());
    }
    if tuple.len() != 8 {
        return Err(Raise::BADARG);
    }
    let mut segments = [0; 8];
    for (at, segment) in segments.iter_mut().enumerate() {
        *segment = part(at).and_then(|part| u16::try_from(part).ok()).ok_or(Raise::BADARG)?;
    }
    Ok(Ipv6Addr::from(segments).into())
}

fn address4(cx: &Context<'_>, term: Term) -> Result<Ipv4Addr> {
    match address(cx, term)? {
        IpAddr::V4(address) => Ok(address),
        IpAddr::V6(_) => Err(Raise::BADARG),
    }
}

/// `{Address, Port}`.
fn endpoint(cx: &Context<'_>, term: Term) -> Result<SocketAddr> {
    let [ip, port] = elements(cx, term)?;
    Ok(SocketAddr::new(address(cx, ip)?, number(cx, port)?))
}

/// One of a few atoms.
pub(super) fn one_of<T: Copy>(cx: &Context<'_>, term: Term, names: &[(&str, T)]) -> Result<T> {
    let name = cx.shared.atoms.name(term.as_atom().ok_or(Raise::BADARG)?);
    names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or(Raise::BADARG)
}

const FAMILIES: &[(&str, Family)] = &[("inet", Family::Inet), ("inet6", Family::Inet6)];

fn open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let family = one_of(cx, arg(arguments, 0), FAMILIES)?;
    let kind = one_of(cx, arg(arguments, 1), &[("stream", Kind::Stream), ("dgram", Kind::Datagram)])?;
    make(cx, Request::Open(family, kind))
}

fn bind(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Bind(handle(arguments, cx)?, endpoint(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn listen(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Listen(handle(arguments, cx)?, number(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn accept(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    sockets::reserve(cx.shared)?;
    cx.heap().reserve(ANSWER)?;
    match sockets::request(cx.shared, Request::Accept(handle)) {
        Ok(Answer::Wait(direction)) => select(cx, handle, direction),
        answered => {
            if let Ok(Answer::Accepted(handle, _)) = answered {
                sockets::own(cx.shared, handle, cx.process.number);
            }
            answers::term(cx, answered)
        }
    }
}

fn connect(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    let request = Request::Connect(handle, endpoint(cx, arg(arguments, 1))?);
    ask_of(cx, handle, request)
}

/// How many bytes are asked for; there is memory for them.
fn room(cx: &Context<'_>, term: Term) -> Result<usize> {
    let most = number::<usize>(cx, term)?.clamp(1, MOST);
    cx.shared.budget.probe(most + ANSWER * 8)?;
    Ok(most)
}

fn recv(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, most) = (handle(arguments, cx)?, room(cx, arg(arguments, 1))?);
    ask_of(cx, handle, Request::Receive(handle, most))
}

fn recvfrom(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, most) = (handle(arguments, cx)?, room(cx, arg(arguments, 1))?);
    ask_of(cx, handle, Request::ReceiveFrom(handle, most))
}

fn send(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, bytes) = (handle(arguments, cx)?, copy(cx, argument(arguments, 1), MOST)?);
    cx.bump(bytes.len() / 64);
    ask_of(cx, handle, Request::Send(handle, &bytes))
}

fn sendto(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    // One byte more than any datagram: the machine refuses it.
    let (handle, bytes) = (handle(arguments, cx)?, copy(cx, argument(arguments, 1), MOST)?);
    let to = endpoint(cx, arg(arguments, 2))?;
    cx.bump(bytes.len() / 64);
    ask_of(cx, handle, Request::SendTo(handle, &bytes, to))
}

fn shutdown(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let how = [("read", Shutdown::Read), ("write", Shutdown::Write), ("read_write", Shutdown::Both)];
    let request = Request::Shutdown(handle(arguments, cx)?, one_of(cx, arg(arguments, 1), &how)?);
    ask(cx, request)
}

pub(super) fn close(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    cx.heap().reserve(ANSWER)?;
    let (closed, dies) = signals::close(cx.shared, handle, cx.process);
    match dies {
        Some(reason) => Err(Raise::Exit(reason)),
        None => answers::term(cx, closed),
    }
}

fn sockname(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Local(handle(arguments, cx)?);
    ask(cx, request)
}

fn peername(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Peer(handle(arguments, cx)?);
    ask(cx, request)
}

fn setopt(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let option = options::read(cx, arg(arguments, 1), arg(arguments, 2))?;
    let request = Request::Set(handle(arguments, cx)?, option);
    ask(cx, request)
}

fn getopt(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = one_of(cx, arg(arguments, 1), options::NAMES)?;
    let request = Request::Get(handle(arguments, cx)?, name);
    ask(cx, request)
}

/// Gives a handle to another process: by its owner.
fn own(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    sockets::reserve(cx.shared)?;
    give(cx, arguments)
}

/// As [`own`], where there is room already.
pub(super) fn give(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    let to = arg(arguments, 1).as_pid().ok_or(Raise::BADARG)?;
    match sockets::owner(cx.shared, handle) {
        Some(owner) if owner == cx.process.number => {}
        Some(_) => return answers::error(cx, "not_owner"),
        None => return answers::error(cx, "closed"),
    }
    if to != cx.process.number && !cx.shared.processes.is_alive(to) {
        return answers::error(cx, "badarg");
    }
    sockets::own(cx.shared, handle, to);
    Ok(Term::atom(atoms::OK))
}

/// Takes a wait back; whether its message was not sent yet.
pub(super) fn cancel(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    let crate::heap::View::Reference(reference) = cx.store().view(arg(arguments, 1)) else {
        return Err(Raise::BADARG);
    };
    let (sockets, budget) = (&mut cx.shared.sockets, &cx.shared.budget);
    Ok(Term::boolean(sockets.cancel(budget, handle, reference)))
}

fn lookup(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, family) = (text(cx, arg(arguments, 0))?, one_of(cx, arg(arguments, 1), FAMILIES)?);
    make(cx, Request::Lookup(&name, family))
}

fn browse(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let kind = text(cx, arg(arguments, 0))?;
    make(cx, Request::Browse(&kind))
}

fn result(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    ask_of(cx, handle, Request::Result(handle))
}

fn publish(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, kind) = (text(cx, arg(arguments, 0))?, text(cx, arg(arguments, 1))?);
    let (protocol, port) = (text(cx, arg(arguments, 2))?, number(cx, arg(arguments, 3))?);
    let mut pairs = Vec::new();
    for pair in list(cx, arg(arguments, 4))? {
        let [key, value] = elements(cx, pair)?;
        pairs.push((text(cx, key)?, text(cx, value)?));
    }
    let text = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    make(cx, Request::Publish(Service { name: &name, kind: &kind, protocol: &protocol, port, text }))
}

fn hostname(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let name = optional(cx, arg(arguments, 0), text)?;
    sockets::reserve(cx.shared)?;
    ask(cx, Request::Hostname(name.as_deref()))
}

/// `{Role, Verify, Certificates, Key, Authorities, {Oldest, Newest}, Protocols}`.
fn context(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const VERSIONS: &[(&str, TlsVersion)] = &[("tlsv1.2", TlsVersion::Tls12), ("tlsv1.3", TlsVersion::Tls13)];
    const VERIFY: &[(&str, Verify)] =
        &[("none", Verify::None), ("shown", Verify::Shown), ("required", Verify::Required)];
    let [role, verify, certificates, key, authorities, versions, protocols] = elements(cx, arg(arguments, 0))?;
    let [oldest, newest] = elements(cx, versions)?;
    let certificates = binaries(cx, certificates)?;
    let authorities = binaries(cx, authorities)?;
    let protocols = binaries(cx, protocols)?;
    let key = optional(cx, key, |cx, key| Ok(bytes(cx.store(), &cx.shared.budget, key)?.into_owned()))?;
    let context = Tls {
        server: one_of(cx, role, &[("server", true), ("client", false)])?,
        verify: one_of(cx, verify, VERIFY)?,
        certificates: slices(&certificates),
        key: key.as_deref(),
        authorities: slices(&authorities),
        versions: (one_of(cx, oldest, VERSIONS)?, one_of(cx, newest, VERSIONS)?),
        alpn: slices(&protocols),
    };
    make(cx, Request::Context(context))
}

fn secure(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, context) = (handle(arguments, cx)?, number(cx, arg(arguments, 1))?);
    let name = optional(cx, arg(arguments, 2), text)?;
    ask(cx, Request::Secure(handle, context, name.as_deref()))
}

fn handshake(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(arguments, cx)?;
    ask_of(cx, handle, Request::Handshake(handle))
}

/// `{Address, Prefix, Gateway, Servers}`.
fn ipv4(cx: &Context<'_>, term: Term) -> Result<Ipv4> {
    let [ip, prefix, gateway, servers] = elements(cx, term)?;
    let mut dns = [None; 3];
    let servers = list(cx, servers)?;
    if servers.len() > dns.len() {
        return Err(Raise::BADARG);
    }
    for (place, server) in dns.iter_mut().zip(servers) {
        *place = Some(address4(cx, server)?);
    }
    let prefix = number(cx, prefix)?;
    if prefix > 32 {
        return Err(Raise::BADARG);
    }
    Ok(Ipv4 { address: address4(cx, ip)?, prefix, gateway: optional(cx, gateway, address4)?, dns })
}

/// What stands in a description of a station.
struct Described {
    ssid: Vec<u8>,
    psk: Vec<u8>,
    hostname: Option<alloc::string::String>,
    address: Option<Ipv4>,
}

impl Described {
    /// `{Ssid, Psk, Hostname, dhcp | Address}`.
    fn read(cx: &Context<'_>, term: Term) -> Result<Self> {
        let [ssid, psk, hostname, address] = elements(cx, term)?;
        let dhcp = address.as_atom().is_some_and(|atom| cx.shared.atoms.name(atom) == "dhcp");
        Ok(Self {
            ssid: bytes(cx.store(), &cx.shared.budget, ssid)?.into_owned(),
            psk: bytes(cx.store(), &cx.shared.budget, psk)?.into_owned(),
            hostname: optional(cx, hostname, text)?,
            address: if dhcp { None } else { Some(ipv4(cx, address)?) },
        })
    }

    fn station(&self) -> Station<'_> {
        Station { ssid: &self.ssid, psk: &self.psk, hostname: self.hostname.as_deref(), address: self.address }
    }
}

/// Starts the link: the calling process is told what becomes of it, and when it ends the link is stopped.
fn start(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let described = optional(cx, arg(arguments, 0), Described::read)?;
    let access_point = optional(cx, arg(arguments, 1), elements::<7>)?;
    let names = match access_point {
        Some([ssid, psk, ..]) => [copy(cx, ssid, MOST)?, copy(cx, psk, MOST)?],
        None => [Vec::new(), Vec::new()],
    };
    let [ssid, psk] = &names;
    let access_point = match access_point {
        Some([_, _, channel, hidden, stations, ip, prefix]) => Some(AccessPoint {
            ssid,
            psk,
            channel: number(cx, channel)?,
            hidden: boolean(hidden)?,
            stations: number(cx, stations)?,
            address: address4(cx, ip)?,
            prefix: number(cx, prefix)?,
        }),
        None => None,
    };
    cx.heap().reserve(ANSWER)?;
    sockets::reserve(cx.shared)?;
    let station = described.as_ref().map(Described::station);
    let answered = sockets::request(cx.shared, Request::Start { station, access_point });
    if answered.is_ok() {
        sockets::own(cx.shared, LINK, cx.process.number);
    }
    answers::term(cx, answered)
}

fn stop(cx: &mut Context<'_>, _: &[Term]) -> Result {
    cx.heap().reserve(ANSWER)?;
    let stopped = sockets::close(cx.shared, LINK);
    answers::term(cx, stopped)
}

fn join(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let described = optional(cx, arg(arguments, 0), Described::read)?;
    ask(cx, Request::Join(described.as_ref().map(Described::station)))
}

fn leave(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Leave)
}

fn scan(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Scan)
}

fn state(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::State)
}

fn strength(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Strength)
}

fn sntp(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let server = optional(cx, arg(arguments, 0), text)?;
    ask(cx, Request::Sntp(server.as_deref()))
}

fn pools(cx: &mut Context<'_>, _: &[Term]) -> Result {
    // A word or more for each number.
    cx.heap().reserve(1 << 9)?;
    ask(cx, Request::Pools)
}
