//! A network of the test's own, on the machine's wire and nowhere else: a host at [`HOST`] that gives addresses (DHCP), names
//! (DNS), the time (SNTP) and bytes back (TCP), asks for pages (HTTP), and keeps what is said by mDNS. Owns its thread, which
//! ends with the value.

use std::{
    collections::VecDeque,
    io,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime},
};

use smoltcp::{
    iface::{Config, Interface, SocketHandle, SocketSet},
    phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken},
    socket::{tcp, udp},
    wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint},
};

use super::{
    dns,
    frames::{self, Frame},
    wire::Wire,
};

/// The host.
pub const HOST: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 50);
/// What it gives the machine.
pub const MACHINE: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);
/// Seconds that the address is given for.
const LEASE: u32 = 20;
/// Where it gives bytes back.
pub const ECHO: [u16; 3] = [7001, 7002, 7003];
/// Connections that it takes at each of these.
const ECHOES: usize = 2;
/// mDNS, RFC 6762.
const MULTICAST_DNS: (Ipv4Addr, u16) = (Ipv4Addr::new(224, 0, 0, 251), 5353);
/// Its hardware address.
const HARDWARE: [u8; 6] = [2, 0, 0, 0, 0, 50];
/// Seconds from 1900, where NTP begins, to 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// What the host was asked.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Questions for an address, and for more time with one.
    pub dhcp: u32,
    /// Questions for the time.
    pub sntp: u32,
    /// Questions for names that were answered.
    pub dns: u32,
    /// Pages that were got whole; answers that were something else.
    pub pages: u32,
    /// What came instead of a page.
    pub refused: Vec<String>,
    /// What the machine has said by mDNS, in order, since the network was there.
    pub multicast: Vec<(Duration, dns::Message)>,
    /// Addresses that the machine has offered (DHCP's message 2) or given (5) to others.
    pub given: Vec<(u8, Ipv4Addr)>,
    /// Why the host has ended, when it has.
    pub failed: Option<String>,
}

/// What the host is to do.
enum Order {
    /// To send this datagram to the group of mDNS, and to be the sender of port 5353.
    Multicast(Vec<u8>),
    /// To send this frame.
    Frame(Vec<u8>),
    /// To connect with this port of the machine, twice, and say nothing.
    Stall(u16),
}

/// The network.
#[derive(Debug)]
pub struct Lan {
    seen: Arc<Mutex<Seen>>,
    orders: Sender<Order>,
    clients: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Lan {
    /// Begins, with the test's end of the wire.
    #[must_use]
    pub fn start(wire: Wire) -> Self {
        let (orders, taken) = mpsc::channel();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (clients, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let host = (Arc::clone(&seen), Arc::clone(&clients), Arc::clone(&ends));
        let thread = thread::spawn(move || {
            let ended = Host::new(wire, Arc::clone(&host.0)).run(&taken, &host.1, &host.2);
            lock(&host.0).failed = ended.err().map(|error| error.to_string());
        });
        Self { seen, orders, clients, ends, thread: Some(thread) }
    }

    /// What was asked so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// Waits until what was asked is as wanted; gives whether it was so in time.
    #[must_use]
    pub fn wait(&self, limit: Duration, wanted: impl Fn(&Seen) -> bool) -> bool {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if wanted(&lock(&self.seen)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Whether the host asks the machine for pages, by two connections at a time. When it stops and has all that it asked
    /// for, it asks for `/enough` once: whoever got that is asked for nothing more.
    pub fn ask_for_pages(&self, asks: bool) {
        self.clients.store(asks, Ordering::Relaxed);
    }

    /// Says something by mDNS.
    pub fn multicast(&self, message: Vec<u8>) {
        let _ = self.orders.send(Order::Multicast(message));
    }

    /// Connects with a port of the machine, twice, and says nothing.
    pub fn stall(&self, port: u16) {
        let _ = self.orders.send(Order::Stall(port));
    }

    /// Sends a frame.
    pub fn send(&self, frame: Vec<u8>) {
        let _ = self.orders.send(Order::Frame(frame));
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The wire as smoltcp has it: frames that came, and those that go.
#[derive(Default)]
struct Frames {
    came: VecDeque<Vec<u8>>,
    go: VecDeque<Vec<u8>>,
}

struct Came(Vec<u8>);
struct Goes<'a>(&'a mut VecDeque<Vec<u8>>);

impl RxToken for Came {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl TxToken for Goes<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut frame = vec![0; length];
        let result = write(&mut frame);
        self.0.push_back(frame);
        result
    }
}

impl Device for Frames {
    type RxToken<'a> = Came;
    type TxToken<'a> = Goes<'a>;

    fn receive(&mut self, _: smoltcp::time::Instant) -> Option<(Came, Goes<'_>)> {
        Some((Came(self.came.pop_front()?), Goes(&mut self.go)))
    }

    fn transmit(&mut self, _: smoltcp::time::Instant) -> Option<Goes<'_>> {
        Some(Goes(&mut self.go))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
        capabilities
    }
}

/// A page that is asked for.
#[derive(Default)]
struct Client {
    handle: SocketHandle,
    port: u16,
    /// It asks for the last page.
    is_last: bool,
    sent: bool,
    answer: Vec<u8>,
}

struct Host {
    wire: Wire,
    seen: Arc<Mutex<Seen>>,
    began: Instant,
    frames: Frames,
    interface: Interface,
    sockets: SocketSet<'static>,
    dhcp: SocketHandle,
    names: SocketHandle,
    time: SocketHandle,
    multicast: SocketHandle,
    echoes: Vec<(u16, SocketHandle)>,
    clients: [Client; 2],
    /// Pages were asked for, and the last one not yet.
    asked: bool,
    silent: [SocketHandle; 2],
}

impl Host {
    fn new(wire: Wire, seen: Arc<Mutex<Seen>>) -> Self {
        let mut frames = Frames::default();
        let mut config = Config::new(EthernetAddress(HARDWARE).into());
        config.random_seed = 0x6c61_6e00;
        let mut interface = Interface::new(config, &mut frames, smoltcp::time::Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            let _ = addresses.push(IpCidr::new(HOST.into(), 24));
        });
        let mut sockets = SocketSet::new(Vec::new());
        let mut datagrams = |port: u16| {
            let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 16], vec![0; 16_384]);
            let mut socket = udp::Socket::new(buffer(), buffer());
            let _ = socket.bind(port);
            sockets.add(socket)
        };
        let (dhcp, names, time, multicast) = (datagrams(67), datagrams(53), datagrams(123), datagrams(MULTICAST_DNS.1));
        let mut stream = || {
            let buffer = || tcp::SocketBuffer::new(vec![0; 8192]);
            sockets.add(tcp::Socket::new(buffer(), buffer()))
        };
        let echoes = ECHO.into_iter().flat_map(|port| [port; ECHOES]).map(|port| (port, stream())).collect();
        let clients = std::array::from_fn(|index| Client {
            handle: stream(),
            port: 20_000 + 20_000 * u16::try_from(index).unwrap_or(0),
            ..Client::default()
        });
        let silent = std::array::from_fn(|_| stream());
        let began = Instant::now();
        Self {
            wire,
            seen,
            began,
            frames,
            interface,
            sockets,
            dhcp,
            names,
            time,
            multicast,
            echoes,
            clients,
            asked: false,
            silent,
        }
    }

    fn run(mut self, orders: &Receiver<Order>, clients: &AtomicBool, ends: &AtomicBool) -> io::Result<()> {
        while !ends.load(Ordering::Relaxed) {
            if let Some(frame) = self.wire.receive(Duration::from_millis(2))? {
                self.hear(&frame);
                self.frames.came.push_back(frame);
            }
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Frame(frame) => self.wire.send(&frame)?,
                    Order::Stall(port) => {
                        for (handle, own) in self.silent.into_iter().zip(15_000..) {
                            let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
                            let _ = socket.connect(self.interface.context(), (IpAddress::from(MACHINE), port), own);
                        }
                    }
                    Order::Multicast(message) => {
                        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.multicast);
                        let _ = socket.send_slice(&message, MULTICAST_DNS);
                    }
                }
            }
            let now = smoltcp::time::Instant::from_micros(i64::try_from(self.began.elapsed().as_micros()).unwrap_or(0));
            self.interface.poll(now, &mut self.frames, &mut self.sockets);
            self.give_addresses();
            self.give_names();
            self.give_time();
            self.give_back();
            self.ask_for_pages(clients.load(Ordering::Relaxed));
            self.interface.poll(now, &mut self.frames, &mut self.sockets);
            while let Some(frame) = self.frames.go.pop_front() {
                self.wire.send(&frame)?;
            }
        }
        Ok(())
    }

    /// Keeps what the machine says by mDNS, and as the one who gives addresses.
    fn hear(&self, frame: &[u8]) {
        let Some(Frame::Udp(way, from, to, bytes)) = frames::read(frame) else { return };
        if way.source == MACHINE.octets() && (way.target.into(), to) == MULTICAST_DNS {
            let message = dns::Message::parse(&bytes).map(|message| (self.began.elapsed(), message));
            lock(&self.seen).multicast.extend(message);
        }
        // RFC 2131, 2: the address is at 16. RFC 2132: the kind of message is the option 53, the first that smoltcp writes.
        if (from, to) == (67, 68)
            && way.source != HOST.octets()
            && let Some([a, b, c, d]) = bytes.get(16..20)
            && let Some([53, 1, kind]) = bytes.get(240..243)
        {
            lock(&self.seen).given.push((*kind, Ipv4Addr::new(*a, *b, *c, *d)));
        }
    }

    /// The next datagram of a socket, and who has sent it.
    fn datagram(&mut self, socket: SocketHandle) -> Option<(Vec<u8>, IpEndpoint)> {
        let (bytes, from) = self.sockets.get_mut::<udp::Socket<'_>>(socket).recv().ok()?;
        Some((bytes.to_vec(), from.endpoint))
    }

    fn answer(&mut self, socket: SocketHandle, bytes: &[u8], to: IpEndpoint) {
        let _ = self.sockets.get_mut::<udp::Socket<'_>>(socket).send_slice(bytes, to);
    }

    /// RFC 2131: one address, for who asks.
    fn give_addresses(&mut self) {
        while let Some((question, _)) = self.datagram(self.dhcp) {
            // The kind of message is the option 53; it comes first with most, and is looked for.
            let mut options = question.get(240..).unwrap_or_default();
            let mut kind = 0;
            while let [code, length, rest @ ..] = options {
                match code {
                    0 => options = options.get(1..).unwrap_or_default(),
                    53 => {
                        kind = rest.first().copied().unwrap_or(0);
                        break;
                    }
                    _ => options = rest.get(usize::from(*length)..).unwrap_or_default(),
                }
            }
            let answer = match kind {
                1 => 2,
                3 => 5,
                _ => continue,
            };
            lock(&self.seen).dhcp += 1;
            let Some(mut bytes) = question.get(..236).map(<[u8]>::to_vec) else { continue };
            bytes[0] = 2;
            bytes[16..20].copy_from_slice(&MACHINE.octets());
            bytes.extend([99, 130, 83, 99, 53, 1, answer]);
            bytes.extend([51, 4]);
            bytes.extend(LEASE.to_be_bytes());
            bytes.extend([1, 4, 255, 255, 255, 0]);
            // Itself: as the server, the router, and who knows names.
            for code in [54, 3, 6] {
                bytes.extend([code, 4]);
                bytes.extend(HOST.octets());
            }
            bytes.push(255);
            bytes.resize(300, 0);
            self.answer(self.dhcp, &bytes, IpEndpoint::new(Ipv4Addr::BROADCAST.into(), 68));
        }
    }

    /// RFC 1035: `hostN.test` is 192.0.2.N, `time.test` is the host; other names of `.test` are not there, and the rest is
    /// not answered.
    fn give_names(&mut self) {
        while let Some((question, from)) = self.datagram(self.names) {
            let Some(message) = dns::Message::parse(&question) else { continue };
            let [(name, 1)] = message.questions.as_slice() else { continue };
            let Some(label) = name.strip_suffix(".test") else { continue };
            let number = label.strip_prefix("host").and_then(|number| number.parse().ok());
            let address = match number {
                Some(number) => Some(Ipv4Addr::new(192, 0, 2, number)),
                None => (label == "time").then_some(HOST),
            };
            lock(&self.seen).dns += 1;
            let answer = dns::answer(message.id, name, address);
            self.answer(self.names, &answer, from);
        }
    }

    /// RFC 4330.
    fn give_time(&mut self) {
        while let Some((question, from)) = self.datagram(self.time) {
            let Some(asked) = question.get(40..48) else { continue };
            lock(&self.seen).sntp += 1;
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let seconds = u32::try_from((now.as_secs() + NTP_EPOCH) & u64::from(u32::MAX)).unwrap_or(0);
            let now = [seconds.to_be_bytes(), [0; 4]].concat();
            let head = [0x24, 2, 6, 0xec, 0, 0, 0, 0, 0, 0, 0, 0, b'T', b'E', b'S', b'T'];
            let answer = [head.as_slice(), &now, asked, &now, &now].concat();
            self.answer(self.time, &answer, from);
        }
    }

    /// RFC 862.
    fn give_back(&mut self) {
        for &(port, handle) in &self.echoes {
            let socket = self.sockets.get_mut::<tcp::Socket<'_>>(handle);
            if !socket.is_open() {
                let _ = socket.listen(port);
            }
            let mut bytes = [0; 4096];
            while socket.can_recv() && socket.can_send() {
                let room = (socket.send_capacity() - socket.send_queue()).min(bytes.len());
                let Ok(count @ 1..) = socket.recv_slice(bytes.get_mut(..room).unwrap_or_default()) else { break };
                let _ = socket.send_slice(bytes.get(..count).unwrap_or_default());
            }
            if socket.state() == tcp::State::CloseWait && !socket.can_recv() {
                socket.close();
            }
        }
    }

    /// RFC 9112, as little of it as a test needs: a connection a page.
    fn ask_for_pages(&mut self, asks: bool) {
        let is_last = !asks && self.asked;
        let is_idle = self.clients.iter().all(|client| !self.sockets.get::<tcp::Socket<'_>>(client.handle).is_open());
        // All that was asked for is there, so one asks for the last.
        let mut may_ask = asks || is_last && is_idle;
        for client in &mut self.clients {
            let socket = self.sockets.get_mut::<tcp::Socket<'_>>(client.handle);
            if socket.can_send() && !client.sent {
                client.sent = true;
                let path = if client.is_last { "enough" } else { "page" };
                let request = format!("GET /{path} HTTP/1.1\r\nHost: lamp.local\r\nConnection: close\r\n\r\n");
                let _ = socket.send_slice(request.as_bytes());
            }
            while socket.can_recv() {
                let _ = socket.recv(|bytes| {
                    client.answer.extend_from_slice(bytes);
                    (bytes.len(), ())
                });
            }
            if client.sent && !socket.may_recv() && !socket.can_recv() {
                let answer = std::mem::take(&mut client.answer);
                let mut seen = lock(&self.seen);
                if answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"</html>") {
                    seen.pages += 1;
                    self.asked = asks || !client.is_last;
                } else if seen.refused.len() < 100 {
                    seen.refused.push(String::from_utf8_lossy(&answer).into_owned());
                }
                client.sent = false;
                socket.abort();
            } else if !socket.is_open() && may_ask {
                self.asked = true;
                may_ask = asks;
                client.is_last = is_last;
                client.sent = false;
                client.answer.clear();
                client.port = if client.port % 20_000 == 19_999 { client.port - 19_999 } else { client.port + 1 };
                let to = (IpAddress::from(MACHINE), 80);
                let _ = socket.connect(self.interface.context(), to, client.port);
            }
        }
    }
}
