//! What a machine with a network is asked for, and what it answers. Owns the vocabulary only: the driver is the machine's
//! (`emberl-net` over a network card, the host's own sockets on the desktop), the waiting processes are
//! [`crate::sockets`]'s.
//!
//! No request waits. One whose time has not come is answered [`Answer::Wait`]; the machine then gives an
//! [`Event::Ready`] for that handle and direction when the same request may have another answer, be it an error. An event
//! too many does no harm; one too few lets a process wait for ever.
//!
//! A handle is a number that the machine makes. It is used again only after it was closed, and then as late as can be.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A socket, a lookup, a browse, a service or a TLS context of the machine.
pub type Handle = u32;

/// Versions of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    Inet,
    /// IPv6.
    Inet6,
}

/// Kinds of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// TCP.
    Stream,
    /// UDP.
    Datagram,
}

/// What a process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Something to be read: bytes, a connection to be accepted, an answer, the next part of a handshake.
    Read,
    /// Room for what is to be sent, or the end of connecting.
    Write,
}

/// Directions that are shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Nothing more is read.
    Read,
    /// Nothing more is sent: the peer is told.
    Write,
    /// Both.
    Both,
}

/// Options of a socket, with their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOption {
    /// Small parts are sent at once (`TCP_NODELAY`).
    NoDelay(bool),
    /// Idle connections are probed.
    KeepAlive(bool),
    /// An address may be bound while an old connection of it still ends.
    ReuseAddress(bool),
    /// Datagrams may go to broadcast addresses.
    Broadcast(bool),
    /// Bytes of the receive buffer. A machine with fixed buffers tells those.
    ReceiveBuffer(u32),
    /// Bytes of the send buffer, likewise.
    SendBuffer(u32),
    /// Time to live, or hop limit, of what is sent to one receiver.
    TimeToLive(u8),
    /// That of multicast datagrams.
    MulticastTimeToLive(u8),
    /// Whether own multicast datagrams are heard here.
    MulticastLoop(bool),
    /// Joins a multicast group, on the interface with the second address (unspecified: any).
    Join(IpAddr, IpAddr),
    /// Leaves it.
    Leave(IpAddr, IpAddr),
    /// An IPv6 socket has nothing to do with IPv4.
    V6Only(bool),
    /// How closing treats unsent bytes: milliseconds until they are thrown away, 0 for a reset at once; or `None`.
    Linger(Option<u32>),
}

/// Names of [`SocketOption`]s, to ask for their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // As there.
pub enum OptionName {
    NoDelay,
    KeepAlive,
    ReuseAddress,
    Broadcast,
    ReceiveBuffer,
    SendBuffer,
    TimeToLive,
    MulticastTimeToLive,
    MulticastLoop,
    V6Only,
    Linger,
}

/// An IPv4 address with all that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4 {
    /// The address.
    pub address: Ipv4Addr,
    /// Leading bits that the network's hosts have in common.
    pub prefix: u8,
    /// The router to other networks.
    pub gateway: Option<Ipv4Addr>,
    /// Servers of names.
    pub dns: [Option<Ipv4Addr>; 3],
}

/// How to be in somebody's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station<'a> {
    /// The network's name; a machine with a wire has no use for it.
    pub ssid: &'a [u8],
    /// Its password.
    pub psk: &'a [u8],
    /// The name that DHCP servers are told.
    pub hostname: Option<&'a str>,
    /// A fixed address; by DHCP otherwise.
    pub address: Option<Ipv4>,
}

/// How to be a network for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessPoint<'a> {
    /// Its name.
    pub ssid: &'a [u8],
    /// Its password; open when empty.
    pub psk: &'a [u8],
    /// The channel, 0 for any.
    pub channel: u8,
    /// Whether the name is kept back.
    pub hidden: bool,
    /// Most stations at a time.
    pub stations: u8,
    /// The own address; stations get those after it.
    pub address: Ipv4Addr,
    /// Leading bits of the network.
    pub prefix: u8,
}

/// A service told by mDNS (RFC 6763).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service<'a> {
    /// The instance: what people see.
    pub name: &'a str,
    /// The type: `_http`.
    pub kind: &'a str,
    /// The protocol: `_tcp` or `_udp`.
    pub protocol: &'a str,
    /// The port.
    pub port: u16,
    /// Keys and values.
    pub text: Vec<(&'a str, &'a str)>,
}

/// Whether the peer must show a certificate that leads to one of the authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// No. OTP's `verify_none`.
    None,
    /// If it shows one: a server that does not insist.
    Shown,
    /// Yes: `verify_peer`, of a server with `fail_if_no_peer_cert`.
    Required,
}

/// Versions of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// 1.2 (RFC 5246).
    Tls12,
    /// 1.3 (RFC 8446).
    Tls13,
}

/// What several TLS sessions have in common. Certificates and keys are DER.
#[derive(Clone, Debug)]
pub struct Tls<'a> {
    /// Whether it is for the side that accepted.
    pub server: bool,
    /// What is asked of the peer.
    pub verify: Verify,
    /// The own certificate, and those that lead from it towards an authority.
    pub certificates: Vec<&'a [u8]>,
    /// The key of the first of them: PKCS#8, SEC 1 or PKCS#1.
    pub key: Option<&'a [u8]>,
    /// Whom to trust.
    pub authorities: Vec<&'a [u8]>,
    /// The oldest and the newest version.
    pub versions: (TlsVersion, TlsVersion),
    /// Application protocols (RFC 7301), the preferred first.
    pub alpn: Vec<&'a [u8]>,
}

/// What became of a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secured {
    /// The version.
    pub version: TlsVersion,
    /// The cipher suite, by its IANA name, where known.
    pub suite: Option<String>,
    /// The application protocol.
    pub alpn: Option<Vec<u8>>,
    /// The peer's certificate: DER.
    pub peer: Option<Vec<u8>>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Request<'a> {
    /// Makes a socket. Answer: a handle.
    Open(Family, Kind),
    /// Gives it its own address; port 0 for any.
    Bind(Handle, SocketAddr),
    /// Lets connections come, so many waiting at a time.
    Listen(Handle, u32),
    /// Takes one that came. Answer: [`Answer::Accepted`], or wait to read.
    Accept(Handle),
    /// Connects; a datagram socket then has one peer. Answer: done, or wait to write and ask again.
    Connect(Handle, SocketAddr),
    /// Reads up to so many bytes of a stream. Answer: bytes; [`Answer::End`] when the peer sends no more; or wait to read.
    Receive(Handle, usize),
    /// Reads one datagram, and at most so many bytes of it. Answer: [`Answer::Datagram`], or wait to read.
    ReceiveFrom(Handle, usize),
    /// Sends on a stream, or to a datagram socket's one peer. Answer: the count that was taken, or wait to write.
    Send(Handle, &'a [u8]),
    /// Sends a datagram. Answer: the count, or wait to write.
    SendTo(Handle, &'a [u8], SocketAddr),
    /// Ends a direction.
    Shutdown(Handle, Shutdown),
    /// Ends whatever the handle is of: what was sent still goes out, a service is taken back, a lookup is given up.
    Close(Handle),
    /// The own address.
    Local(Handle),
    /// The peer's.
    Peer(Handle),
    /// Sets an option.
    Set(Handle, SocketOption),
    /// Asks for one. Answer: [`Answer::Option`].
    Get(Handle, OptionName),

    /// Asks for the addresses of a name. Answer: a handle, of which [`Answer::Addresses`] is received.
    Lookup(&'a str, Family),
    /// Asks what services of a type there are (`_http._tcp`). Answer: a handle, of which [`Answer::Found`] is received time and again.
    Browse(&'a str),
    /// What a lookup or a browse came to. Answer: as there, or wait to read.
    Result(Handle),
    /// Tells a service by mDNS. Answer: a handle.
    Publish(Service<'a>),
    /// The host name for mDNS; `None` ends it.
    Hostname(Option<&'a str>),

    /// Makes a TLS context. Answer: a handle.
    Context(Tls<'a>),
    /// Begins TLS on a connected stream, with a context, and for a client the name that the server must have. From then
    /// on what is sent and received is what goes through TLS.
    Secure(Handle, Handle, Option<&'a str>),
    /// Goes on with the handshake. Answer: [`Answer::Secured`], or wait to read.
    Handshake(Handle),

    /// Starts the link. An error `already` unless it is stopped.
    Start {
        /// Being in somebody's network.
        station: Option<Station<'a>>,
        /// Being one.
        access_point: Option<AccessPoint<'a>>,
    },
    /// Stops it: sockets are closed by the peer's absence, and all that it took is given back. Done also when it is stopped.
    Stop,
    /// Tries again to be in the network, or, given one, in another.
    Join(Option<Station<'a>>),
    /// Leaves the network, and stays away until asked to join.
    Leave,
    /// Looks for networks. The answer is an event.
    Scan,
    /// The state of the link. Answer: [`Answer::State`].
    State,
    /// The strength of the signal. Answer: dBm.
    Strength,
    /// Takes the time from a server of that name (RFC 5905), now and then. `None` ends it. Told by events.
    Sntp(Option<&'a str>),
    /// The pools. Answer: [`Answer::Pools`].
    Pools,
}

/// How far the link is, in AtomVM's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not started.
    Inactive,
    /// It looks for the network, or for an address.
    Connecting,
    /// It is in the network, and waits for an address.
    Associated,
    /// It has an address.
    Connected,
    /// It has an address, and nothing is heard any more.
    Degraded,
    /// It ends.
    Disconnecting,
    /// It is not in the network.
    Disconnected,
}

/// The fill of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name in the board's configuration.
    pub name: &'static str,
    /// Taken.
    pub used: u32,
    /// The most that were taken at a time.
    pub peak: u32,
    /// All.
    pub size: u32,
    /// Bytes of each.
    pub bytes: u32,
}

/// A network that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub ssid: Vec<u8>,
    /// The address of who told it.
    pub bssid: [u8; 6],
    /// The channel.
    pub channel: u8,
    /// dBm.
    pub rssi: i8,
    /// How it is protected: `open`, `wep`, `wpa_psk`, `wpa2_psk`, `wpa3_psk`, ... as AtomVM says it.
    pub authmode: &'static str,
}

/// A service that was found or has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The instance.
    pub name: String,
    /// Whether it is there; else it has gone.
    pub there: bool,
    /// The name of its host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Addresses, as far as told.
    pub addresses: Vec<IpAddr>,
    /// Keys and values.
    pub text: Vec<(String, Vec<u8>)>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// It must be asked again, after an event.
    Wait(Direction),
    /// A handle.
    Handle(Handle),
    /// A connection: its handle, and the peer.
    Accepted(Handle, SocketAddr),
    /// Bytes, at least one.
    Bytes(Vec<u8>),
    /// The peer sends no more.
    End,
    /// A datagram, and whose.
    Datagram(Vec<u8>, SocketAddr),
    /// So many bytes, at least one unless nothing was to be sent.
    Count(usize),
    /// An address.
    Address(SocketAddr),
    /// An option.
    Option(SocketOption),
    /// Addresses, at least one.
    Addresses(Vec<IpAddr>),
    /// A service.
    Found(Found),
    /// TLS holds.
    Secured(Secured),
    /// The state of the link.
    State(State),
    /// A number.
    Number(i32),
    /// The pools.
    Pools(Vec<Pool>),
}

/// Why it could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// POSIX's name of the error, in small letters, or `inet`'s (`nxdomain`, `timeout`, `closed`).
    Posix(&'static str),
    /// A TLS alert (RFC 8446, 6), by OTP's name of it; and a text for people.
    Alert(&'static str, &'static str),
}

/// A result of a request.
pub type Result<T = Answer> = core::result::Result<T, Error>;

/// Why a link went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was asked to.
    Asked,
    /// The wire was pulled, or the network is not heard any more.
    LinkLost,
    /// There is no such network.
    NotFound,
    /// The password is wrong, or was not taken.
    Refused,
    /// There was no answer in time.
    Timeout,
    /// Anything else that the card tells.
    Failed,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request may be repeated.
    Ready(Handle, Direction),
    /// The station is in the network.
    Up,
    /// It is not any more, or the attempt failed. It tries again by itself, unless it was asked to leave: after so many
    /// milliseconds.
    Down(Reason, Option<u32>),
    /// The station has an address.
    Address(Ipv4),
    /// It has lost it: the lease has ended, or the link went.
    AddressLost(Ipv4Addr),
    /// It has an IPv6 address.
    Address6(Ipv6Addr, u8),
    /// The networks that are there.
    Scanned(Vec<Seen>),
    /// The access point is there.
    ApUp,
    /// It has ended.
    ApDown,
    /// A station has come: its hardware address.
    StationUp([u8; 6]),
    /// It has gone.
    StationDown([u8; 6]),
    /// It was given an address.
    StationAddress(Ipv4Addr),
    /// The time was taken: seconds and microseconds since 1970, UTC. The machine has set its clock.
    Time(u64, u32),
}

/// A network.
pub trait Network {
    /// Asks for something. `now` is monotonic time in nanoseconds, as everywhere here.
    ///
    /// # Errors
    /// As OTP's `inet` and `ssl` name them.
    fn request(&mut self, now: u64, request: Request<'_>) -> Result;

    /// Does what is due: packets in and out, timers.
    fn poll(&mut self, now: u64);

    /// The next thing that happened.
    fn event(&mut self) -> Option<Event>;

    /// When [`poll`](Self::poll) has to be called next, if nothing comes from outside before.
    fn deadline(&mut self, now: u64) -> Option<u64>;
}
