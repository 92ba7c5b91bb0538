//! The machine on its network, which is the test, and clients of it.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Command,
    sync::OnceLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use emberl_tests::{
    Failed, bin, corpus, erl, package_dir, process,
    qemu::{
        Machine, Network, Protocol,
        frames::{self, EVERYBODY, Frame, Ip, Mac, Way},
        running::Running,
    },
};
use emberl_tls::{Context, Engine, Session};
use emberl_vm::net::{Tls, TlsVersion, Verify};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    DROPPED, GOOD, LIMIT, MACHINE, SEED, SELF, SLACK,
    messages::{PTR, message, name, question},
};

pub(crate) fn check(condition: bool, what: impl FnOnce() -> String) -> Result<(), Failed> {
    if condition { Ok(()) } else { Err(what().into()) }
}

/// Random numbers (xorshift64*), the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        static ONE: OnceLock<u64> = OnceLock::new();
        let seed = *ONE.get_or_init(|| {
            let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64);
            let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(time);
            eprintln!("{SEED}={seed}");
            seed
        });
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.next() as usize % most
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// Some bytes changed, and now and then the end cut off.
    pub(crate) fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            bytes[at] ^= self.next() as u8;
        }
        if self.below(8) == 0 {
            // A frame keeps its head: QEMU passes on no other.
            bytes.truncate(bytes.len().min(14 + self.below(bytes.len())));
        }
    }
}

/// QEMU's router has these, too.
pub(crate) fn mac(ip: Ip) -> Mac {
    let [a, b, c, d] = ip;
    [0x52, 0x55, a, b, c, d]
}

/// What the machine says of itself: its memory, and what is taken of each pool.
pub(crate) type Memory = BTreeMap<String, u64>;

/// The machine, on its network.
pub(crate) struct Net {
    pub(crate) machine: Running,
    pub(crate) mac: Mac,
    asked: u32,
    /// What it has answered to questions.
    answers: BTreeMap<String, String>,
    /// What it asked of the server of the time.
    pub(crate) time: Option<(u16, Vec<u8>)>,
    /// What its DHCP client said last.
    pub(crate) dhcp: Option<Frame>,
}

impl Net {
    pub(crate) fn start(folder: &TempDir) -> Result<Self, Failed> {
        erl::compile_erlang(&[package_dir().join("network/hostile.erl")], folder.path(), &["-Werror"])?;
        std::fs::copy(package_dir().join("network/desktop/server.pem"), folder.path().join("server.pem"))?;
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(folder.path());
        command.args([
            "pack",
            "-q",
            "--prune",
            "--allow-unresolved",
            "-o",
            "program.avm",
            "hostile.beam",
            "server.pem",
        ]);
        command.args(corpus::ebin_folders(&["stdlib"])?);
        process::run(&mut command, LIMIT)?.ok()?;
        let pack = folder.path().join("program.avm");
        let network = Network {
            wire: true,
            forwards: vec![(Protocol::Tcp, 80), (Protocol::Tcp, 443)],
            // Only those two ports lead anywhere: no frame of this test leaves it.
            options: vec!["restrict=on".into()],
            ..Network::default()
        };
        let machine = Machine::networked(pack, network).start()?;
        Ok(Self { machine, mac: EVERYBODY, asked: 0, answers: BTreeMap::new(), time: None, dhcp: None })
    }

    /// One that got its address from QEMU's router and has done everything once, and what it had in use then.
    pub(crate) fn ready(folder: &TempDir) -> Result<(Self, Memory), Failed> {
        let mut net = Self::start(folder)?;
        net.line("ready")?;
        net.sync()?;
        net.serves()?;
        let memory = net.still()?;
        Ok((net, memory))
    }

    /// What follows `start` in a line that was printed, or is within a minute.
    pub(crate) fn line(&mut self, start: &str) -> Result<String, Failed> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            let printed = self.machine.printed();
            // The last line may not be whole.
            let whole = printed.rfind('\n').map_or("", |end| &printed[..end]);
            if let Some(rest) = whole.lines().find_map(|line| line.strip_prefix(start)) {
                return Ok(rest.into());
            }
            self.wait(Duration::from_millis(20))?;
        }
        Err(format!("no line with {start} came\n{}", self.machine.printed()).into())
    }

    /// QEMU's router is on the wire, or is not.
    pub(crate) fn router(&mut self, is_there: bool) -> Result<(), Failed> {
        self.machine.ask("set_link", json!({ "name": "user", "up": is_there })).map(drop)
    }

    pub(crate) fn send(&mut self, frame: &[u8]) -> Result<(), Failed> {
        Ok(self.machine.wire()?.send(frame)?)
    }

    /// From that address to the machine.
    pub(crate) fn way(&self, source: Ip) -> Way {
        Way { from: mac(source), to: self.mac, source, target: MACHINE }
    }

    /// The next frame that is wanted. Who the machine looks for by ARP is there.
    pub(crate) fn find<R>(
        &mut self,
        limit: Duration,
        mut wanted: impl FnMut(&Frame) -> Option<R>,
    ) -> Result<Option<R>, Failed> {
        let end = Instant::now() + limit;
        while let Some(bytes) = self.machine.wire()?.receive(end.saturating_duration_since(Instant::now()))? {
            let Some(frame) = frames::read(&bytes) else { continue };
            match &frame {
                Frame::ArpQuestion(way) if way.from != mac(way.source) && way.target != MACHINE => {
                    let answer = Way { from: mac(way.target), ..way.back() }.arp_answer();
                    self.send(&answer)?;
                }
                Frame::ArpAnswer(way) if way.source == MACHINE => self.mac = way.from,
                Frame::Udp(way, 5000, 4000, text) if way.target == SELF => {
                    let text = String::from_utf8_lossy(text);
                    let (id, rest) = text.split_once(' ').unwrap_or((&text, ""));
                    self.answers.insert(id.into(), rest.into());
                }
                Frame::Udp(_, 68, 67, _) => self.dhcp = Some(frame.clone()),
                Frame::Udp(_, port, 123, question) => self.time = Some((*port, question.clone())),
                _ => {}
            }
            if let Some(found) = wanted(&frame) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Waits until the machine has had all frames: it answers one that is sent after them.
    pub(crate) fn sync(&mut self) -> Result<(), Failed> {
        let question = Way { to: EVERYBODY, ..self.way(SELF) }.arp_question();
        for _ in 0..10 {
            self.send(&question)?;
            let answer = |frame: &Frame| matches!(frame, Frame::ArpAnswer(way) if way.target == SELF).then_some(());
            if self.find(Duration::from_secs(3), answer)?.is_some() {
                return Ok(());
            }
        }
        Err(format!("the machine does not answer; it has printed:\n{}", self.machine.printed()).into())
    }

    /// Sends frames, so many at a time as its card takes.
    pub(crate) fn throw(&mut self, frames: impl IntoIterator<Item = Vec<u8>>) -> Result<(), Failed> {
        for (number, frame) in frames.into_iter().enumerate() {
            self.send(&frame)?;
            if number % 100 == 99 {
                self.sync()?;
            }
        }
        self.sync()
    }

    pub(crate) fn say(&mut self, question: &str) -> Result<String, Failed> {
        self.asked += 1;
        let id = format!("q{}", self.asked);
        let datagram = self.way(SELF).udp(4000, 5000, format!("{id} {question}").as_bytes());
        self.send(&datagram)?;
        Ok(id)
    }

    pub(crate) fn answer(&mut self, id: &str, limit: Duration) -> Result<Option<String>, Failed> {
        let end = Instant::now() + limit;
        while Instant::now() < end && !self.answers.contains_key(id) {
            self.find(Duration::from_millis(50), |frame| matches!(frame, Frame::Udp(_, 5000, ..)).then_some(()))?;
        }
        Ok(self.answers.remove(id))
    }

    /// A datagram may be lost.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String, Failed> {
        for _ in 0..10 {
            let id = self.say(question)?;
            if let Some(answer) = self.answer(&id, Duration::from_secs(2))? {
                return Ok(answer);
            }
        }
        Err(format!("no answer to {question}; the machine has printed:\n{}", self.machine.printed()).into())
    }

    pub(crate) fn memory(&mut self) -> Result<Memory, Failed> {
        let told = self.ask("memory")?;
        let pairs = told.split_whitespace().filter_map(|pair| pair.split_once('='));
        Ok(pairs.filter_map(|(name, number)| Some((name.into(), number.parse().ok()?))).collect())
    }

    pub(crate) fn wait(&mut self, time: Duration) -> Result<(), Failed> {
        self.find(time, |_| None::<()>).map(drop)
    }

    /// The memory when no connection and no session is left.
    pub(crate) fn still(&mut self) -> Result<Memory, Failed> {
        let mut last = self.memory()?;
        for _ in 0..200 {
            if ["tcp_sockets", "tls_sessions", "lookups"].iter().all(|name| last.get(*name) == Some(&0)) {
                return Ok(last);
            }
            self.wait(Duration::from_millis(250))?;
            last = self.memory()?;
        }
        Err(format!("something stays: {last:?}").into())
    }

    /// The memory is as before, in a while.
    pub(crate) fn same(&mut self, before: &Memory, what: &str) -> Result<(), Failed> {
        let begin = Instant::now();
        let mut after = self.still()?;
        let is_same = |after: &Memory| {
            before.len() == after.len()
                && before.iter().all(|(name, was)| {
                    let slack = if matches!(name.as_str(), "heap" | "total") { SLACK } else { 0 };
                    after.get(name).is_some_and(|is| *is <= was + slack)
                })
        };
        while !is_same(&after) && begin.elapsed() < LIMIT {
            self.wait(Duration::from_millis(500))?;
            after = self.still()?;
        }
        let differ: Vec<_> = before.iter().filter(|(name, was)| after.get(*name) != Some(was)).collect();
        eprintln!("{what}: the memory is the same after {:?}; was {differ:?}", begin.elapsed());
        check(is_same(&after), || format!("{what}: {before:?}, then {after:?}\n{}", self.machine.printed()))
    }

    /// HTTP, HTTPS, mDNS and datagrams are served, each soon.
    pub(crate) fn serves(&mut self) -> Result<(), Failed> {
        self.router(true)?;
        let begin = Instant::now();
        let http = self.machine.address(Protocol::Tcp, 80)?;
        get(http).map_err(|error| format!("{error:?}\n{}", self.machine.printed()))?;
        let http = begin.elapsed();
        check(http < GOOD, || format!("HTTP took {http:?}\n{}", self.machine.printed()))?;
        let begin = Instant::now();
        let https = self.machine.address(Protocol::Tcp, 443)?;
        get_secured(https).map_err(|error| format!("{error:?}\n{}", self.machine.printed()))?;
        let https = begin.elapsed();
        check(https < GOOD, || format!("HTTPS took {https:?}\n{}", self.machine.printed()))?;
        let begin = Instant::now();
        self.found_by_mdns()?;
        let mdns = begin.elapsed();
        check(mdns < GOOD, || format!("mDNS took {mdns:?}\n{}", self.machine.printed()))?;
        check(self.ask("state")? == "connected", || self.machine.printed())?;
        eprintln!("served: HTTP {http:?}, HTTPS {https:?}, mDNS {mdns:?}");
        Ok(())
    }

    /// The service is told who asks for its type.
    pub(crate) fn found_by_mdns(&mut self) -> Result<(), Failed> {
        let question = [message(0, 0, [1, 0, 0, 0]), question(&name("_http._tcp.local"), PTR)].concat();
        for _ in 0..10 {
            self.multicast(&question)?;
            let answer = |frame: &Frame| match frame {
                Frame::Udp(way, 5353, 5353, text) if way.source == MACHINE => {
                    text.windows(7).any(|bytes| bytes == b"\x06Victim").then_some(())
                }
                _ => None,
            };
            if self.find(Duration::from_secs(1), answer)?.is_some() {
                return Ok(());
            }
        }
        Err(format!("the service is not told any more\n{}", self.machine.printed()).into())
    }

    /// To all who hear mDNS.
    pub(crate) fn multicast_frame(&self, message: &[u8]) -> Vec<u8> {
        let way = Way { to: [1, 0, 0x5e, 0, 0, 0xfb], target: [224, 0, 0, 251], ..self.way(SELF) };
        way.udp(5353, 5353, message)
    }

    pub(crate) fn multicast(&mut self, message: &[u8]) -> Result<(), Failed> {
        let frame = self.multicast_frame(message);
        self.send(&frame)
    }

    /// It ends by itself, and has printed nothing but what it should.
    pub(crate) fn end(mut self) -> Result<(), Failed> {
        self.say("end")?;
        let (code, printed) = self.machine.end(LIMIT)?;
        let known = ["{got_ip,", "{lost_ip,", "{synchronized,", "{late,", "ready", "Return value: ok"];
        let fine = printed.lines().all(|line| line.is_empty() || known.iter().any(|start| line.starts_with(start)));
        for line in printed.lines().filter(|line| line.starts_with("{late,")) {
            eprintln!("{line}");
        }
        check(code == Some(0) && fine, || format!("{code:?}: {printed}"))
    }
}

// Clients.

pub(crate) fn connect(server: SocketAddr) -> Result<TcpStream, Failed> {
    let stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(2 * DROPPED))?;
    stream.set_write_timeout(Some(2 * DROPPED))?;
    Ok(stream)
}

/// A good request.
pub(crate) const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// What comes until the server closes, and whether it does so in time.
pub(crate) fn rest(mut stream: TcpStream) -> (Vec<u8>, bool) {
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part) {
            Ok(0) => return (all, true),
            Ok(count) => all.extend_from_slice(&part[..count]),
            Err(error) => return (all, error.kind() == std::io::ErrorKind::ConnectionReset),
        }
    }
}

/// A good client, which closes as soon as it has its answer.
pub(crate) fn get(server: SocketAddr) -> Result<(), Failed> {
    let mut stream = connect(server)?;
    stream.write_all(REQUEST)?;
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    while !all.ends_with(b"hello") {
        let count = stream.read(&mut part)?;
        all.extend_from_slice(&part[..count]);
        check(count > 0, || format!("no good answer: {:?}", String::from_utf8_lossy(&all)))?;
    }
    check(all.starts_with(b"HTTP/1.1 200"), || format!("no good answer: {:?}", String::from_utf8_lossy(&all)))
}

pub(crate) fn context(version: TlsVersion) -> Result<Context, Failed> {
    let tls = Tls {
        server: false,
        verify: Verify::None,
        certificates: vec![],
        key: None,
        authorities: vec![],
        versions: (version, version),
        alpn: vec![],
    };
    Engine::new(|_| {}).context(&tls).map_err(|error| format!("no context: {error:?}").into())
}

pub(crate) fn session(version: TlsVersion) -> Result<Session, Failed> {
    Session::new(&context(version)?, Some("device.local"), 1_790_000_000).map_err(|error| format!("{error:?}").into())
}

/// Hands on what the session has to send, and what came.
pub(crate) fn carry(session: &mut Session, stream: &mut TcpStream, wait: bool) -> Result<(), Failed> {
    let count = session.outgoing().len();
    stream.write_all(session.outgoing())?;
    session.sent(count);
    if wait {
        let mut part = [0; 4096];
        let count = stream.read(&mut part)?;
        check(count > 0, || "the server has closed".into())?;
        let mut at = 0;
        while at < count {
            at += session.feed(&part[at..count]);
            session.handshake().map_err(|error| format!("{error:?}"))?;
        }
    }
    Ok(())
}

/// A connection after the handshake.
pub(crate) fn secured(server: SocketAddr, version: TlsVersion) -> Result<(Session, TcpStream), Failed> {
    let (mut session, mut stream) = (session(version)?, connect(server)?);
    while session.handshake().map_err(|error| format!("{error:?}"))?.is_none() {
        carry(&mut session, &mut stream, true)?;
    }
    carry(&mut session, &mut stream, false)?;
    Ok((session, stream))
}

pub(crate) fn get_secured(server: SocketAddr) -> Result<(), Failed> {
    let (mut session, mut stream) = secured(server, TlsVersion::Tls13)?;
    session.write(REQUEST).map_err(|error| format!("{error:?}"))?;
    let mut all = Vec::new();
    carry(&mut session, &mut stream, false)?;
    while !all.ends_with(b"hello") {
        match session.read(4096).map_err(|error| format!("{error:?}"))? {
            emberl_tls::Read::Bytes(bytes) => all.extend(bytes),
            emberl_tls::Read::Wait => carry(&mut session, &mut stream, true)?,
            emberl_tls::Read::End => return Err(format!("no good answer: {all:?}").into()),
        }
    }
    Ok(())
}
