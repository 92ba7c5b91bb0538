//! The board's configuration of its network: the sizes of all pools, and times. Owns the numbers; each pool's owner keeps
//! to them. All memory that the driver takes while it runs is bounded by them.

/// Nanoseconds of a millisecond: times of the driver are nanoseconds, those of the configuration milliseconds.
pub(crate) const MILLISECOND: u64 = 1_000_000;

/// Sizes and times. A pool that is empty is an error of POSIX (`emfile`, `enobufs`, `enomem`) for who asks, never more.
#[derive(Clone, Debug)]
pub struct Config {
    /// Random bits, other ones at every start of the board: ports, sequence numbers and jitter come from them.
    pub seed: u64,
    /// TCP connections, those that wait to be accepted and those that still end among them.
    pub tcp_sockets: u16,
    /// Bytes of the receive buffer of each.
    pub tcp_receive_bytes: u32,
    /// Bytes of the send buffer of each.
    pub tcp_send_bytes: u32,
    /// Sockets that listen; they take no buffers.
    pub listeners: u16,
    /// Most connections that wait to be accepted, for each listener.
    pub backlog: u16,
    /// UDP sockets.
    pub udp_sockets: u16,
    /// Bytes for datagrams that came, for each; as many for those that go.
    pub udp_bytes: u32,
    /// Datagrams that came, for each; as many that go.
    pub udp_packets: u16,
    /// Lookups of names at a time.
    pub lookups: u16,
    /// Memberships of sockets in multicast groups. The stack takes 16 groups in all, some of which are its own.
    pub groups: u16,
    /// Services that are told by mDNS.
    pub services: u16,
    /// Browses for services by mDNS.
    pub browses: u16,
    /// Records of others that mDNS remembers: four for a service that was found.
    pub mdns_records: u16,
    /// Bytes that these may take together.
    pub mdns_record_bytes: u32,
    /// TLS sessions.
    pub tls_sessions: u16,
    /// TLS contexts.
    pub tls_contexts: u16,
    /// Addresses that the access point gives away.
    pub leases: u16,
    /// Events of the link that wait to be fetched; the oldest is lost when there are more. Those that sockets are ready
    /// have their own place with each socket, and are never lost.
    pub events: u16,
    /// Frames that go from this machine to itself and wait; each takes as many bytes as the card's longest.
    pub local_frames: u16,
    /// Most frames that one [`poll`](emberl_vm::net::Network::poll) takes from the card.
    pub frames_per_poll: u16,
    /// Whether there is IPv6.
    pub ipv6: bool,

    /// An attempt to be in the network ends after so many milliseconds.
    pub attempt_ms: u32,
    /// The first pause between attempts; each is twice the one before, less up to a half by chance.
    pub first_pause_ms: u32,
    /// The longest pause.
    pub longest_pause_ms: u32,
    /// For so many milliseconds after the link is lost the addresses are kept, and with them the TCP connections.
    pub grace_ms: u32,
    /// A connection that is not there after so many milliseconds is given up: `etimedout`.
    pub connect_ms: u32,
    /// A connection whose peer has not been heard for so many milliseconds while it owes an acknowledgement is given up.
    pub silence_ms: u32,
    /// A closed socket has so many milliseconds to get its bytes out, if its program says nothing else.
    pub linger_ms: u32,
    /// A connection that is half there (its peer sent a SYN and then nothing) is forgotten after so many milliseconds, and
    /// after a second where another wants its place.
    pub half_open_ms: u32,
    /// Between probes of idle connections; three that are not answered end one.
    pub keep_alive_ms: u32,
    /// A TLS handshake ends after so many milliseconds.
    pub handshake_ms: u32,
    /// Seconds between questions for the time.
    pub sntp_seconds: u32,
    /// Sets the board's clock: seconds and microseconds since 1970, UTC.
    pub clock: Option<fn(u64, u32)>,
    /// Tells the board's clock: seconds since 1970, UTC; 0 where it is not known. Without it the time is known after SNTP
    /// was asked. Dates of certificates are checked by it.
    pub time: Option<fn() -> u64>,
    /// Random bytes that are fit for keys. Without it there is no TLS.
    pub random: Option<fn(&mut [u8])>,
    /// The board's heap, of which all of this is taken: bytes that are taken, the most that were, and all. It is told with
    /// the pools.
    pub heap: Option<fn() -> [u32; 3]>,
}

impl Config {
    /// The least that is of use: a server with a connection beside two clients, services told by mDNS, and what the link
    /// itself needs. About 13 KB while all of it is taken, and one frame of the card each way.
    pub const SMALLEST: Self = Self {
        seed: 0,
        tcp_sockets: 5,
        tcp_receive_bytes: 1024,
        tcp_send_bytes: 1024,
        listeners: 1,
        backlog: 1,
        udp_sockets: 2,
        udp_bytes: 576,
        udp_packets: 2,
        lookups: 2,
        groups: 2,
        services: 2,
        browses: 1,
        mdns_records: 16,
        mdns_record_bytes: 2048,
        tls_sessions: 1,
        tls_contexts: 1,
        leases: 2,
        events: 8,
        local_frames: 1,
        frames_per_poll: 8,
        ipv6: false,
        attempt_ms: 15_000,
        first_pause_ms: 1_000,
        longest_pause_ms: 60_000,
        grace_ms: 10_000,
        connect_ms: 30_000,
        silence_ms: 60_000,
        linger_ms: 30_000,
        half_open_ms: 10_000,
        keep_alive_ms: 60_000,
        handshake_ms: 30_000,
        sntp_seconds: 3600,
        clock: None,
        time: None,
        random: None,
        heap: None,
    };
}

impl Default for Config {
    /// What a board with some hundred kilobytes of RAM has.
    fn default() -> Self {
        Self {
            tcp_sockets: 10,
            tcp_receive_bytes: 4096,
            tcp_send_bytes: 4096,
            listeners: 4,
            backlog: 4,
            udp_sockets: 6,
            udp_bytes: 3072,
            udp_packets: 8,
            lookups: 4,
            groups: 8,
            services: 4,
            browses: 2,
            mdns_records: 64,
            mdns_record_bytes: 8192,
            tls_sessions: 3,
            tls_contexts: 3,
            leases: 8,
            events: 32,
            local_frames: 4,
            frames_per_poll: 32,
            ipv6: true,
            ..Self::SMALLEST
        }
    }
}
