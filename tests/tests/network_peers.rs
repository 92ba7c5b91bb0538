//! The firmware in QEMU and other implementations, each as client and as server: `nc`, OpenSSL, OTP's `gen_tcp`, `ssl` and
//! `httpd`, `curl`, python-zeroconf. The programs are `tests/network/peers_*.erl`. One test at a time: one machine.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, ErrorKind, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, check, erl,
    network::pack,
    package_dir, process,
    qemu::{self, Machine, Network, Protocol, running::Running},
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let tools = |more: &[Tool]| [qemu::TOOLS.as_slice(), &[Tool::Erlc], more].concat();
    let trials = vec![
        needs(&tools(&[Tool::Nc]), "peers::nc_is_client_and_server", nc),
        needs(&tools(&[Tool::Openssl]), "peers::openssl_is_a_client", openssl_client),
        needs(&tools(&[Tool::Openssl]), "peers::openssl_is_a_server_that_is_verified", openssl_servers),
        needs(&tools(&[Tool::Erl]), "peers::otp_is_client_and_server", otp),
        needs(&tools(&[Tool::Erl, Tool::Curl]), "peers::http_has_long_bodies_each_way", http),
        needs(&tools(&[Tool::Zeroconf]), "peers::zeroconf_finds_and_is_found", zeroconf),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// That program, started, with ports that lead to it.
fn start(pack: PathBuf, ports: &[u16], network: Network) -> Result<Running, Failed> {
    let forwards = ports.iter().map(|&port| (Protocol::Tcp, port)).collect();
    Machine::networked(pack, Network { forwards, ..network }).start()
}

/// The machine ends by itself, with the value 0; what it printed.
fn end(running: Running) -> Result<String, Failed> {
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0), || printed.clone())?;
    Ok(printed)
}

/// The certificates that are in the repository.
fn certificates(folder: &Path) -> Result<(), Failed> {
    for file in ["authority.pem", "server.pem"] {
        fs::copy(package_dir().join("network/desktop").join(file), folder.join(file))?;
    }
    Ok(())
}

/// Numbers of four bytes, from 1 on, as the programs make them.
fn numbers(count: u32) -> Vec<u8> {
    (1..=count).flat_map(u32::to_be_bytes).collect()
}

/// A port of this machine that nobody has at the moment.
fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A program beside the test, which ends with its value.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Beside {
    fn start(command: &mut Command) -> Result<Self, Failed> {
        Ok(Self(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?))
    }

    fn input(&mut self) -> Result<ChildStdin, Failed> {
        Ok(self.0.stdin.take().ok_or("no input")?)
    }

    /// The lines that it prints.
    fn lines(&mut self) -> Result<Receiver<String>, Failed> {
        let output = BufReader::new(self.0.stdout.take().ok_or("no output")?);
        let (send, lines) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Ok(lines)
    }
}

/// Waits for a child that should end by itself, well.
fn ended(mut child: Beside) -> Result<(), Failed> {
    let until = Instant::now() + LIMIT;
    while Instant::now() < until {
        if let Some(status) = child.0.try_wait()? {
            return check(status.success(), || format!("it ended with {status}"));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err("it does not end".into())
}

/// `-N`: when the input ends, the sending half of the connection is closed, and what comes is read to its end.
fn nc() -> Result<(), Failed> {
    const COUNT: u32 = 50_000;
    let folder = TempDir::new()?;
    let at = |name: &str| folder.path().join(name);
    let program = Tool::Nc.find().ok_or("no nc")?;
    let bytes = numbers(COUNT);
    fs::write(at("bytes"), &bytes)?;
    let port = free_port()?;
    let mut listener = Command::new(&program);
    listener.args(["-N", "-l", "127.0.0.1", &port.to_string()]);
    listener.stdin(File::open(at("bytes"))?).stdout(File::create(at("listened"))?);
    let listener = Beside(listener.spawn()?);
    let macros = [("COUNT", COUNT.to_string()), ("PORT", port.to_string())];
    let mut running = start(pack(folder.path(), "peers_echo", &macros)?, &[7], Network::default())?;
    running.line("ready", LIMIT)?;
    let address = running.address(Protocol::Tcp, 7)?;
    let mut client = Command::new(&program);
    client.args(["-N", &address.ip().to_string(), &address.port().to_string()]);
    let back = process::run_with(&mut client, File::open(at("bytes"))?.into(), LIMIT)?.ok()?.stdout;
    check(back == bytes, || format!("{} of {} bytes came back\n{}", back.len(), bytes.len(), running.printed()))?;
    running.line(&format!("{{echoed,{}}}", bytes.len()), LIMIT)?;
    running.line("{same,true}", LIMIT)?;
    ended(listener)?;
    let listened = fs::read(at("listened"))?;
    check(listened == bytes, || format!("{} of {} bytes came to nc -l", listened.len(), bytes.len()))?;
    end(running).map(drop)
}

/// Both versions, the certificate and its name verified; then a client that trusts nobody.
fn openssl_client() -> Result<(), Failed> {
    const COUNT: u32 = 15_000;
    let folder = TempDir::new()?;
    certificates(folder.path())?;
    let bytes = numbers(COUNT);
    fs::write(folder.path().join("bytes"), &bytes)?;
    let macros = [("COUNT", bytes.len().to_string()), ("CONNECTIONS", "4".into())];
    let mut running = start(pack(folder.path(), "peers_server", &macros)?, &[443], Network::default())?;
    running.line("ready", LIMIT)?;
    let address = running.address(Protocol::Tcp, 443)?.to_string();
    let ask = |options: &[&str]| -> Result<process::Output, Failed> {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path()).args(["s_client", "-connect", &address, "-quiet", "-verify_return_error"]);
        command.args(["-servername", "localhost", "-verify_hostname", "localhost"]).args(options);
        Ok(process::run_with(&mut command, File::open(folder.path().join("bytes"))?.into(), LIMIT)?)
    };
    for (option, version) in [("-tls1_2", "tlsv1.2"), ("-tls1_3", "tlsv1.3")] {
        let output = ask(&[option, "-CAfile", "authority.pem"])?.ok()?;
        check(output.stdout == bytes, || format!("{option}: {} bytes\n{}", output.stdout.len(), output.err()))?;
        running.line(&format!("{{served,'{version}'}}"), LIMIT)?;
        let output = ask(&[option, "-no-CAfile", "-no-CApath", "-no-CAstore"])?;
        check(!output.success() && output.stdout.is_empty(), || output.to_string())?;
        // In TLS 1.3 this client says so in the clear, where the keys are there already.
        running.line("{refused,unknown_ca}", LIMIT)?;
        running.line("<<\"TLS server: received CLIENT ALERT: Fatal - Unknown CA", LIMIT)?;
    }
    end(running).map(drop)
}

/// An authority, and what it signs: in files of DER, which OpenSSL's server reads.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Result<Self, Failed> {
        let mut params = params(name, (2020, 2040));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate()?;
        let der = params.self_signed(&key)?.der().to_vec();
        Ok(Self { issuer: Issuer::new(params, key), der })
    }

    /// A server's certificate and key, valid from the first day of a year to that of another: `NAME.der`, `NAME.key`.
    fn sign(&self, folder: &Path, file: &str, server: &str, years: (i32, i32)) -> Result<(), Failed> {
        let mut params = params(server, years);
        params.subject_alt_names = vec![SanType::DnsName(server.try_into()?)];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        fs::write(folder.join(format!("{file}.der")), params.signed_by(&key, &self.issuer)?.der())?;
        Ok(fs::write(folder.join(format!("{file}.key")), key.serialize_der())?)
    }
}

fn params(name: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

/// OpenSSL's server, which says each line again the other way round; what it tells of errors goes to `FILE.log`.
fn openssl_server(folder: &Path, file: &str, port: u16) -> Result<Beside, Failed> {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(["s_server", "-rev", "-accept", &format!("127.0.0.1:{port}")]);
    command.args([
        "-certform",
        "DER",
        "-cert",
        &format!("{file}.der"),
        "-keyform",
        "DER",
        "-key",
        &format!("{file}.key"),
    ]);
    let log = File::create(folder.join(format!("{file}.log")))?;
    Ok(Beside(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?))
}

/// 2030-01-01, the time that the board is told: the years of the certificates are around it.
const NOW: u64 = 1_893_456_000;

/// One of OpenSSL's servers, and what the board is to think of it.
struct Shown {
    /// What it is called; the certificate's file.
    file: &'static str,
    /// Whether the authority is the one that is trusted.
    known: bool,
    /// Whose certificate it is; the board wants `lamp.local`.
    name: &'static str,
    /// From the first day of a year to that of another.
    years: (i32, i32),
    /// The reason's name, a part of its text, and the alert in the words of the server.
    refused: Option<[&'static str; 3]>,
}

const SHOWN: [Shown; 5] = [
    Shown { file: "right", known: true, name: "lamp.local", years: (2029, 2031), refused: None },
    Shown {
        file: "name",
        known: true,
        name: "heater.local",
        years: (2029, 2031),
        refused: Some(["handshake_failure", "{bad_cert,hostname_check_failed}", "alert handshake failure"]),
    },
    Shown {
        file: "expired",
        known: true,
        name: "lamp.local",
        years: (2028, 2029),
        refused: Some(["certificate_expired", "{bad_cert,cert_expired}", "alert certificate expired"]),
    },
    Shown {
        file: "early",
        known: true,
        name: "lamp.local",
        years: (2031, 2032),
        refused: Some([
            "certificate_expired",
            "not valid yet, by the clock of this machine",
            "alert certificate expired",
        ]),
    },
    Shown {
        file: "unknown",
        known: false,
        name: "lamp.local",
        years: (2029, 2031),
        refused: Some(["unknown_ca", "Unknown CA", "alert unknown ca"]),
    },
];

/// The right one is taken, the others are refused with the reason that is documented, each in both versions; and without a
/// clock that one is refused, too.
fn openssl_servers() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let (authority, stranger) = (Authority::new("Emberl test authority")?, Authority::new("Another authority")?);
    fs::write(folder.path().join("authority.der"), &authority.der)?;
    let mut command = Command::new("openssl");
    command.current_dir(folder.path());
    command.args(["x509", "-inform", "DER", "-in", "authority.der", "-out", "authority.pem"]);
    process::run(&mut command, LIMIT)?.ok()?;
    let (mut running_servers, mut list) = (Vec::new(), Vec::new());
    for Shown { file, known, name, years, .. } in SHOWN {
        (if known { &authority } else { &stranger }).sign(folder.path(), file, name, years)?;
        let port = free_port()?;
        running_servers.push(openssl_server(folder.path(), file, port)?);
        list.push(format!("{{{file},{port},\"lamp.local\"}}"));
    }
    let macros = [("SERVERS", format!("[{}]", list.join(",")))];
    let network = Network { wire: true, ..Network::default() };
    let mut running = start(pack(folder.path(), "peers_client", &macros)?, &[], network)?;
    // A server of SNTP on the wire: the clock is at its beginning, as one that was never set; then it is set.
    let clock = Host::new(123, 123);
    for (time, told) in [(0, "{clock,0}"), (NOW, "{clock,1893456000}")] {
        let end = Instant::now() + LIMIT;
        while let Err(failed) = running.line(told, Duration::ZERO) {
            check(Instant::now() < end, || failed.message().unwrap_or_default().to_owned())?;
            if let Some(asked) = clock.hear(&mut running, Duration::from_millis(50))? {
                let answer = sntp_answer(&asked.data, time).ok_or("no question of SNTP")?;
                running.wire()?.send(&clock.frame(asked.hardware, asked.from, &answer))?;
            }
        }
        if time == 0 {
            for version in ["tlsv1.2", "tlsv1.3"] {
                let told = running.line(&format!("{{no_clock,'{version}',{{certificate_expired,"), LIMIT)?;
                check(told.contains("the clock is not set"), || told)?;
            }
        }
    }
    for Shown { file, refused, .. } in SHOWN {
        for version in ["tlsv1.2", "tlsv1.3"] {
            let told = running.line(&format!("{{{file},'{version}',"), LIMIT)?;
            match refused {
                None => {
                    check(told == format!("{{'{version}',[true,true,true,true]}}}}"), || format!("{file}: {told}"))?
                }
                Some([alert, text, _]) => {
                    check(told.starts_with(&format!("{{{alert},")), || format!("{file} {version}: {told}"))?;
                    check(told.contains(text), || format!("{file} {version}: {told}"))?;
                }
            }
        }
        if let Some([_, _, alert]) = refused {
            // The server may write it after the board has told what it thinks.
            let (end, mut log) = (Instant::now() + LIMIT, String::new());
            while log.matches(alert).count() < 2 && Instant::now() < end {
                thread::sleep(Duration::from_millis(20));
                log = fs::read_to_string(folder.path().join(format!("{file}.log")))?;
            }
            check(log.matches(alert).count() == 2, || format!("{file}: the server was told\n{log}"))?;
        }
    }
    running.line("{unverified,[ok,ok,ok,ok,ok]}", LIMIT)?;
    end(running).map(drop)
}

/// The answer of a server of SNTP (RFC 5905, 7.3) to a question: that it is so many seconds after 1970.
fn sntp_answer(question: &[u8], time: u64) -> Option<Vec<u8>> {
    let stamp = ((time + 2_208_988_800) << 32).to_be_bytes();
    let asked = question.get(40..48)?;
    // Version 4, a server; its stratum. Its reference, and the times of the question, of its coming and of the answer.
    Some([&[0x24, 2, 6, 0xe9], &[0; 12][..], &stamp, asked, &stamp, &stamp].concat())
}

/// The same module at both ends.
fn otp() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    certificates(folder.path())?;
    let there = TempDir::new()?;
    erl::compile_erlang(&[package_dir().join("network/peers_talk.erl")], there.path(), &["-Werror"])?;
    let mut command = erl::input_command(&[there.path()])?;
    command.current_dir(folder.path()).args(["-eval", "peers_talk:otp(), halt()."]);
    let mut otp = Beside::start(&mut command)?;
    let (mut input, lines) = (otp.input()?, otp.lines()?);
    let ports = lines.recv_timeout(LIMIT)?;
    let mut running =
        start(pack(folder.path(), "peers_talk", &[("PORTS", ports)])?, &[4000, 4443], Network::default())?;
    running.line("ready", LIMIT)?;
    let (plain, tls) = (running.address(Protocol::Tcp, 4000)?, running.address(Protocol::Tcp, 4443)?);
    writeln!(input, "{} {}", plain.port(), tls.port())?;
    let (code, printed) = running.end(2 * LIMIT)?;
    let mut told = Vec::new();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(5)) {
        told.push(line);
    }
    let told = told.join("\n");
    let both = || format!("the board:\n{printed}\nOTP:\n{told}");
    for text in [&printed, &told] {
        check(text.contains("talked"), both)?;
        for part in ["served,", "asked,"] {
            check(text.matches(&format!("{{{part}")).count() == 27, both)?;
        }
    }
    check(code == Some(0), both)?;
    ended(otp)
}

fn http() -> Result<(), Failed> {
    const COUNT: usize = 1_000_000;
    let folder = TempDir::new()?;
    let there = TempDir::new()?;
    erl::compile_erlang(&[package_dir().join("network/peers_httpd.erl")], there.path(), &["-Werror"])?;
    let mut command = erl::input_command(&[there.path()])?;
    command.current_dir(there.path()).args(["-eval", "peers_httpd:start(), halt()."]);
    let mut httpd = Beside::start(&mut command)?;
    let lines = httpd.lines()?;
    let port = lines.recv_timeout(LIMIT)?;
    let bytes: Vec<u8> = numbers(250_000);
    check(bytes.len() == COUNT, || bytes.len().to_string())?;
    fs::write(folder.path().join("bytes"), &bytes)?;
    let macros = [("COUNT", COUNT.to_string()), ("PORT", port)];
    let mut running = start(pack(folder.path(), "peers_http", &macros)?, &[80], Network::default())?;
    running.line("ready", LIMIT)?;
    let site = running.address(Protocol::Tcp, 80)?;
    let curl = |options: &[&str], path: &str| -> Result<Vec<u8>, Failed> {
        let mut command = Command::new("curl");
        command.current_dir(folder.path()).args(["-sS", "--fail", "--max-time", "50"]).args(options);
        Ok(process::run(command.arg(format!("http://{site}{path}")), LIMIT)?.ok()?.stdout)
    };
    let chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@bytes"];
    let back = curl(&chunked, "/echo")?;
    check(back == bytes, || format!("{} bytes came back\n{}", back.len(), running.printed()))?;
    let whole = curl(&["--data-binary", "@bytes"], "/count")?;
    check(whole == COUNT.to_string().as_bytes(), || String::from_utf8_lossy(&whole).into_owned())?;
    curl(&[], "/end")?;
    running.line(&format!("{{posted,200,{COUNT},true}}"), LIMIT)?;
    end(running).map(drop)
}

/// A host on the machine's wire, with an address beside its own: answers ARP, and hears and sends datagrams of a port.
struct Host {
    address: [u8; 4],
    hardware: [u8; 6],
    port: u16,
}

/// What it has heard.
struct Datagram {
    hardware: [u8; 6],
    from: SocketAddr,
    to: Ipv4Addr,
    data: Vec<u8>,
}

impl Host {
    fn new(last: u8, port: u16) -> Self {
        Self { address: [10, 0, 2, last], hardware: [2, 0, 0, 0, 0, last], port }
    }

    /// The next datagram to its port, from another: to it, or to a group.
    fn hear(&self, running: &mut Running, limit: Duration) -> io::Result<Option<Datagram>> {
        let wire = running.wire().map_err(|_| ErrorKind::NotConnected)?;
        let end = Instant::now() + limit;
        while let Some(frame) = wire.receive(end.saturating_duration_since(Instant::now()))? {
            if let Some(answer) = self.arp(&frame) {
                wire.send(&answer)?;
            } else if let Some(heard) = self.datagram(&frame) {
                return Ok(Some(heard));
            }
        }
        Ok(None)
    }

    /// The answer to a question of ARP for its address (RFC 826).
    fn arp(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let (head, rest) = (frame.get(12..22)?, frame.get(22..42)?);
        let asked = head == [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] && rest.get(16..20)? == self.address;
        let asks = rest.get(..10)?;
        asked.then(|| {
            let answer = [8, 6, 0, 1, 8, 0, 6, 4, 0, 2];
            [&asks[..6], &self.hardware, &answer, &self.hardware, &self.address, asks].concat()
        })
    }

    fn datagram(&self, frame: &[u8]) -> Option<Datagram> {
        let packet = frame.get(14..)?;
        let ip = packet.get(..20)?;
        // IPv4, whole, UDP.
        if frame.get(12..14)? != [8, 0] || ip[0] >> 4 != 4 || ip[6] & 0x3f != 0 || ip[7] != 0 || ip[9] != 17 {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([ip[2], ip[3]]));
        let udp = packet.get(usize::from(ip[0] & 15) * 4..length)?;
        let head = udp.get(..8)?;
        let (from, to) = (Ipv4Addr::new(ip[12], ip[13], ip[14], ip[15]), Ipv4Addr::new(ip[16], ip[17], ip[18], ip[19]));
        let (from_port, to_port) = (u16::from_be_bytes([head[0], head[1]]), u16::from_be_bytes([head[2], head[3]]));
        let is_for_us = to_port == self.port && from.octets() != self.address;
        if !is_for_us || !(to.octets() == self.address || to.is_multicast()) {
            return None;
        }
        let hardware = frame.get(6..12)?.try_into().ok()?;
        Some(Datagram { hardware, from: (from, from_port).into(), to, data: udp.get(8..)?.to_vec() })
    }

    /// The frame of a datagram from its port.
    fn frame(&self, hardware: [u8; 6], to: SocketAddr, data: &[u8]) -> Vec<u8> {
        let SocketAddr::V4(to) = to else { return Vec::new() };
        let length = |more: usize| u16::try_from(data.len() + more).unwrap_or(u16::MAX).to_be_bytes();
        // The time to live is that of mDNS (RFC 6762, 11).
        let head =
            [&[0x45, 0], &length(28)[..], &[0, 0, 0, 0, 255, 17, 0, 0], &self.address, &to.ip().octets()].concat();
        let sum = checksum(&head).to_be_bytes();
        // A datagram of IPv4 may be without a checksum (RFC 768).
        let udp = [&self.port.to_be_bytes()[..], &to.port().to_be_bytes(), &length(8), &[0, 0]].concat();
        [&hardware[..], &self.hardware, &[8, 0], &head[..10], &sum, &head[12..], &udp, data].concat()
    }
}

/// Whether it is that QEMU has ended.
fn has_ended(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// Of a header whose own is zero (RFC 1071).
fn checksum(head: &[u8]) -> u16 {
    let words = head.chunks_exact(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let sum = words.sum::<u32>();
    let folded = (sum & 0xffff) + (sum >> 16);
    !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(u16::MAX)
}

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const MDNS: u16 = 5353;
/// Where python-zeroconf is, and where the relay sends from: so each knows who has sent what.
const PEER: Ipv4Addr = Ipv4Addr::LOCALHOST;
const RELAY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Carries datagrams of mDNS between the wire and the loopback interface, as they are: those to the group to the group, and
/// those to one host to that host, which is python-zeroconf for the board and the board for python-zeroconf.
struct Relay {
    host: Host,
    /// Hears the group.
    group: UdpSocket,
    /// Sends, and hears what is for it alone.
    own: UdpSocket,
    /// The board's address and hardware address.
    board: Option<(SocketAddr, [u8; 6])>,
    /// What python-zeroconf has told last.
    told: Value,
}

impl Relay {
    fn new() -> Result<Self, Failed> {
        let socket = |address: Ipv4Addr| -> Result<Socket, Failed> {
            let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
            socket.set_reuse_address(true)?;
            #[cfg(unix)]
            socket.set_reuse_port(true)?;
            socket.bind(&SocketAddr::from((address, MDNS)).into())?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        };
        let (group, own) = (socket(GROUP)?, socket(RELAY)?);
        group.join_multicast_v4(&GROUP, &PEER)?;
        own.set_multicast_if_v4(&PEER)?;
        own.set_multicast_loop_v4(true)?;
        own.set_multicast_ttl_v4(255)?;
        Ok(Self { host: Host::new(99, MDNS), group: group.into(), own: own.into(), board: None, told: Value::Null })
    }

    /// Carries what there is; for a moment.
    fn turn(&mut self, running: &mut Running) -> Result<(), Failed> {
        // The board may have ended; what it has sent is still to be carried.
        let heard = match self.host.hear(running, Duration::from_millis(10)) {
            Ok(heard) => heard,
            Err(error) if has_ended(&error) => {
                thread::sleep(Duration::from_millis(10));
                None
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(heard) = heard {
            self.board = Some((heard.from, heard.hardware));
            let to = if heard.to == GROUP { GROUP } else { PEER };
            self.own.send_to(&heard.data, (to, MDNS))?;
        }
        let to_all = ([1, 0, 0x5e, 0, 0, 0xfb], SocketAddr::from((GROUP, MDNS)));
        let to_one = self.board.map(|(address, hardware)| (hardware, address));
        for (socket, to) in [(&self.group, Some(to_all)), (&self.own, to_one)] {
            let mut bytes = [0; 9000];
            loop {
                let (length, from) = match socket.recv_from(&mut bytes) {
                    Ok(received) => received,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                };
                if let (true, Some((hardware, to))) = (from.ip() == PEER, to) {
                    match running.wire()?.send(&self.host.frame(hardware, to, &bytes[..length])) {
                        Err(error) if !has_ended(&error) => return Err(error.into()),
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Carries until there is something.
    fn until<T>(
        &mut self,
        running: &mut Running,
        what: &str,
        mut is: impl FnMut(&mut Running) -> Option<T>,
    ) -> Result<T, Failed> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if let Some(it) = is(running) {
                return Ok(it);
            }
            self.turn(running)?;
        }
        Err(format!("not within {LIMIT:?}: {what}\n{}", running.printed()).into())
    }

    fn line(&mut self, running: &mut Running, start: &str) -> Result<String, Failed> {
        self.until(running, start, |running| running.line(start, Duration::ZERO).ok())
    }

    /// What python-zeroconf tells next, but for the same again: it does so when the board gets another address.
    fn told(&mut self, running: &mut Running, lines: &Receiver<String>, wanted: &Value) -> Result<(), Failed> {
        loop {
            let told = self.until(running, &wanted.to_string(), |_| lines.try_recv().ok())?;
            let mut value: Value = told.parse()?;
            // Which addresses of IPv6 there are depends on QEMU.
            if let Some(addresses) = value.get_mut(4).and_then(Value::as_array_mut) {
                addresses.retain(|address| address.as_str().is_some_and(|address| !address.contains(':')));
            }
            if value == *wanted {
                self.told = value;
                return Ok(());
            }
            check(value == self.told, || format!("zeroconf tells {told}, not {wanted}"))?;
        }
    }
}

fn zeroconf() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut command = Command::new(Tool::Zeroconf.find().ok_or("no Python with zeroconf")?);
    let mut peer = Beside::start(command.arg(package_dir().join("mdns/zeroconf_peer.py")).arg(PEER.to_string()))?;
    let (mut input, lines) = (peer.input()?, peer.lines()?);
    let mut say = |words: &[&str]| writeln!(input, "{}", words.join("\t"));
    // Nothing leaves for the network of the host.
    let network = Network { wire: true, options: vec!["restrict=on".into()], ..Network::default() };
    let mut board = start(pack(folder.path(), "peers_mdns", &[])?, &[9], network)?;
    let board = &mut board;
    let mut relay = Relay::new()?;
    relay.told(board, &lines, &json!(["ready"]))?;
    say(&["browse", "_emberl-p._tcp"])?;
    relay.line(board, "published")?;
    let text = json!({"path": "/y", "empty": ""});
    relay.told(board, &lines, &json!(["+", "Lamp: board", "emberl-board.local", 8080, ["10.0.2.15"], text]))?;
    let step = board.address(Protocol::Tcp, 9)?;
    TcpStream::connect(step)?;
    relay.told(board, &lines, &json!(["-", "Lamp: board"]))?;

    relay.line(board, "browsing")?;
    say(&["publish", "_emberl-q._tcp", "Heater", "heater-emberl", "4713"])?;
    let found = relay.line(board, "{found,")?;
    for part in [
        "name=><<\"Heater\">>",
        "host=><<\"heater-emberl.local\">>",
        "port=>4713",
        "addresses=>[{127,0,0,1}]",
        "<<\"path\">>=><<\"/x\">>",
        "<<\"empty\">>=><<>>",
    ] {
        check(found.replace(' ', "").contains(part), || format!("{part} is not in {found}"))?;
    }
    relay.told(board, &lines, &json!(["published", "Heater"]))?;
    relay.line(board, "{again,4713}")?;
    relay.line(board, "{lookup,{ok,[{127,0,0,1}]}}")?;
    say(&["unpublish"])?;
    relay.line(board, "{gone,<<\"Heater\">>}")?;
    relay.told(board, &lines, &json!(["unpublished"]))?;

    // What is still told when the link is stopped is taken back.
    relay.line(board, "same")?;
    say(&["browse", "_emberl-r._tcp"])?;
    relay.told(board, &lines, &json!(["+", "Same", "emberl-board.local", 8080, ["10.0.2.15"], text]))?;
    TcpStream::connect(step)?;
    relay.told(board, &lines, &json!(["-", "Same"]))
}
