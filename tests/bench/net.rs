//! What the network gives through Erlang code: the firmware in QEMU, and `emberl run` on this machine beside it, with the ratio.
//! Then what the driver, a socket and a TLS session take of the firmware's memory, and what it executes at rest.
//!
//! `cargo bench -p emberl-tests --bench net -- [--seconds N]`. Each row is measured for so many seconds, 5 if not said. It needs
//! what the tests in QEMU need, `openssl` and `curl`. The program is `network/bench.erl`.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, bin, network, package_dir, process,
    qemu::{Machine, Network, Protocol},
};

const LIMIT: Duration = Duration::from_secs(120);
/// The firmware's ports: bytes back through `gen_tcp` and `socket`, pages, pages over TLS.
const PORTS: [u16; 4] = [7, 8, 80, 443];
/// Bytes of the page `/large`.
const LARGE: f64 = 16.0 * 65_536.0;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("net: {}", error.message().unwrap_or("failed without a reason"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failed> {
    let mut time = Duration::from_secs(5);
    // `cargo bench` adds `--bench` to the arguments.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        let seconds = arguments.next().and_then(|value| value.parse().ok()).filter(|&seconds| seconds > 0);
        match (argument.as_str(), seconds) {
            ("--seconds", Some(seconds)) => time = Duration::from_secs(seconds),
            _ => return Err("arguments: [--seconds N]".into()),
        }
    }
    let folder = tempfile::tempdir()?;
    network::add_certificate(folder.path())?;
    let desktop = Desktop::start(folder.path())?;
    let there = measure(desktop.ports, time)?;
    drop(desktop);
    let (here, rest) = board(folder.path(), time)?;
    println!("{:<44} {:>12} {:>12} {:>8}", "through Erlang code", "QEMU riscv32", "this machine", "ratio");
    for (board, desktop) in here.iter().zip(&there) {
        let ratio = board.value / desktop.value;
        println!("{:<44} {:>12.2} {:>12.2} {ratio:>8.4}", board.name, board.value, desktop.value);
    }
    println!();
    for line in rest {
        println!("{line}");
    }
    Ok(())
}

/// A figure; more is better.
struct Row {
    name: &'static str,
    value: f64,
}

/// The program under `emberl run`.
struct Desktop {
    child: Child,
    ports: [SocketAddr; 4],
}

impl Desktop {
    fn start(folder: &Path) -> Result<Self, Failed> {
        let pack = network::pack(folder, "bench", &[])?;
        let mut child = Command::new(bin::emberl()?).arg("run").arg(pack).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut desktop = Self { child, ports: [(Ipv4Addr::LOCALHOST, 0).into(); 4] };
        let mut lines = BufReader::new(output).lines();
        let found = lines.find_map(|line| line.ok()?.strip_prefix("{ports,[")?.strip_suffix("]}").map(str::to_owned));
        let found = found.ok_or("the program tells no ports")?;
        for (port, number) in desktop.ports.iter_mut().zip(found.split(',')) {
            port.set_port(number.parse().map_err(|_| "a port is no number")?);
        }
        Ok(desktop)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A TLS server that says nothing.
struct SecurePeer {
    child: Child,
    port: u16,
}

impl SecurePeer {
    fn start() -> Result<Self, Failed> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = Command::new("openssl");
        server.args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}"), "-cert"]);
        server.arg(package_dir().join("network/desktop/server.pem"));
        let child = server.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, port })
    }
}

impl Drop for SecurePeer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The firmware: its figures, and what is printed below them.
fn board(folder: &Path, time: Duration) -> Result<(Vec<Row>, Vec<String>), Failed> {
    // Who takes connections, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let peer = listener.local_addr()?.port();
    thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    // Each takes one connection at a time.
    let secure = [SecurePeer::start()?, SecurePeer::start()?];
    let [gen_tcp, socket, http, https] = PORTS;
    let macros = [
        ("PORTS", format!("#{{gen_tcp=>{gen_tcp},socket=>{socket},http=>{http},https=>{https}}}")),
        ("HOST", "{10,0,2,2}".to_owned()),
        ("PEER", peer.to_string()),
        ("SECURE_PEERS", format!("[{},{}]", secure[0].port, secure[1].port)),
    ];
    let forwards = PORTS.map(|port| (Protocol::Tcp, port)).to_vec();
    let machine =
        Machine::networked(network::pack(folder, "bench", &macros)?, Network { forwards, ..Network::default() });
    let mut running = machine.start()?;
    running.line("{ports,", LIMIT)?;
    drop(secure);
    let mut rest = vec![format!("{:<44} {:>12} {:>12}", "bytes of memory, in QEMU", "heap", "of these, VM")];
    for line in running.printed().lines() {
        let Some(told) = line.strip_prefix("{memory,").and_then(|line| line.strip_suffix('}')) else { continue };
        if let [name, heap, vm] = told.split(',').collect::<Vec<_>>().as_slice() {
            rest.push(format!("{:<44} {heap:>12} {vm:>12}", name.replace('_', " ")));
        }
    }
    let mut ports = [(Ipv4Addr::LOCALHOST, 0).into(); 4];
    for (address, port) in ports.iter_mut().zip(PORTS) {
        *address = running.address(Protocol::Tcp, port)?;
    }
    let rows = measure(ports, time)?;
    // Connections that end, and the peers' questions for addresses, are over.
    thread::sleep(Duration::from_secs(2));
    let log = folder.join("trace");
    let mut row = |name: &str, count: f64| rest.push(format!("{name:<44} {count:>12.0}"));
    let rest_count = running.instructions(&log, || {
        thread::sleep(time);
        Ok(())
    })?;
    row("instructions a second at rest, 4 listeners", rest_count as f64 / time.as_secs_f64());
    let mut stream = connect(ports[2])?;
    ask(&mut stream)?;
    // And that they are counted.
    let count = running.instructions(&log, || (0..10).try_for_each(|_| ask(&mut stream)))?;
    row("instructions of an HTTP request", count as f64 / 10.0);
    Ok((rows, rest))
}

fn measure([gen_tcp, socket, http, https]: [SocketAddr; 4], time: Duration) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    let mut row = |name, value: Result<f64, Failed>| {
        rows.push(Row { name, value: value? });
        Ok::<(), Failed>(())
    };
    row("gen_tcp, bytes given back, MB/s", echo(gen_tcp, time))?;
    row("socket, bytes given back, MB/s", echo(socket, time))?;
    row("HTTP, requests/s, one connection", requests(http, 1, time))?;
    row("HTTP, requests/s, four connections", requests(http, 4, time))?;
    row("HTTP, requests/s, a connection each", connections(http, time))?;
    row("HTTP, pages of 1 MB, MB/s", pages("http", http, "/large", 4).map(|seconds| 4.0 * LARGE / seconds / 1e6))?;
    row("HTTPS, pages of 1 MB, MB/s", pages("https", https, "/large", 4).map(|seconds| 4.0 * LARGE / seconds / 1e6))?;
    row("HTTPS, requests/s, one connection", pages("https", https, "/", 300).map(|seconds| 300.0 / seconds))?;
    row("HTTPS, handshakes/s, TLS 1.3", handshakes(https, time))?;
    Ok(rows)
}

fn connect(address: SocketAddr) -> Result<TcpStream, Failed> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Megabytes a second that go there and come back.
fn echo(address: SocketAddr, time: Duration) -> Result<f64, Failed> {
    let mut stream = connect(address)?;
    let mut writer = stream.try_clone()?;
    let ends = AtomicBool::new(false);
    let began = Instant::now();
    let count = thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::Relaxed) {
                if writer.write_all(&[0x55; 8192]).is_err() {
                    break;
                }
            }
            let _ = writer.shutdown(std::net::Shutdown::Write);
        });
        let (mut count, mut bytes) = (0, vec![0; 65_536]);
        let mut seconds = None;
        while let Ok(some @ 1..) = stream.read(&mut bytes) {
            if seconds.is_none() {
                count += some;
                if began.elapsed() >= time {
                    seconds = Some(began.elapsed().as_secs_f64());
                    ends.store(true, Ordering::Relaxed);
                }
            }
        }
        seconds.map(|seconds| count as f64 / seconds / 1e6)
    });
    count.ok_or_else(|| format!("the connection with {address} has ended").into())
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: board\r\n\r\n";
const END: &[u8] = b"hello, world";

/// One request and its answer.
fn ask(stream: &mut TcpStream) -> Result<(), Failed> {
    stream.write_all(REQUEST)?;
    let (mut answer, mut bytes) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(END) {
        let count = stream.read(&mut bytes)?;
        if count == 0 {
            return Err("the server has closed the connection".into());
        }
        answer.extend_from_slice(&bytes[..count]);
    }
    if answer.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("not answered with 200".into()) }
}

/// Requests a second by so many connections that stay.
fn requests(address: SocketAddr, connections: usize, time: Duration) -> Result<f64, Failed> {
    let began = Instant::now();
    let counts = thread::scope(|scope| {
        let client = || -> Result<usize, Failed> {
            let (mut stream, mut count) = (connect(address)?, 0);
            while began.elapsed() < time {
                ask(&mut stream)?;
                count += 1;
            }
            Ok(count)
        };
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(client)).collect();
        let counts = clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err("a client failed".into())));
        counts.sum::<Result<usize, Failed>>()
    })?;
    Ok(counts as f64 / began.elapsed().as_secs_f64())
}

/// Requests a second, each by a connection of its own.
fn connections(address: SocketAddr, time: Duration) -> Result<f64, Failed> {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < time {
        ask(&mut connect(address)?)?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// Seconds that `curl` takes for a page so many times, by one connection that verifies the server.
fn pages(scheme: &str, address: SocketAddr, path: &str, times: usize) -> Result<f64, Failed> {
    let mut command = Command::new("curl");
    command.args(["-sS", "--fail", "--cacert"]).arg(package_dir().join("network/desktop/authority.pem"));
    for _ in 0..times {
        command.arg(format!("{scheme}://{address}{path}")).args(["-o", "/dev/null"]);
    }
    let began = Instant::now();
    process::run(&mut command, LIMIT)?.ok()?;
    Ok(began.elapsed().as_secs_f64())
}

/// Handshakes a second, one after the other.
fn handshakes(address: SocketAddr, time: Duration) -> Result<f64, Failed> {
    let (began, mut count, mut seconds) = (Instant::now(), 0, 0.0);
    while began.elapsed() < time {
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail", "--tlsv1.3", "-o", "/dev/null", "-w", "%{time_connect} %{time_appconnect}"]);
        command.arg("--cacert").arg(package_dir().join("network/desktop/authority.pem"));
        let told = process::run(command.arg(format!("https://{address}/")), LIMIT)?.ok()?.out();
        let times: Vec<f64> = told.split_whitespace().filter_map(|time| time.parse().ok()).collect();
        let [connected, done] = times.as_slice() else { return Err(format!("curl tells {told}").into()) };
        seconds += done - connected;
        count += 1;
    }
    Ok(f64::from(count) / seconds)
}
