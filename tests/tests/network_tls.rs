//! An HTTPS server on the board, in QEMU: an accept loop that never waits, `curl` that verifies, and clients that do not mean
//! well.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    time::Duration,
};

use emberl_tests::{
    Failed, check, network, package_dir, process,
    qemu::{self, Machine, Network, Protocol},
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);
/// Rounds, with a connection of each version in each, and requests on each connection.
const ROUNDS: usize = 20;
const REQUESTS: usize = 25;
/// The rounds of a soak, which is run where `EMBERL_SOAK` says how many requests it is to have.
const SOAK_ROUNDS: usize = 100;
/// From this round on nothing may grow: then what all rounds need is there.
const FIRST: usize = 4;

fn main() {
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc, Tool::Curl]].concat();
    let trials = vec![needs(&tools, "network::https_is_served_by_a_loop_that_never_waits", https)];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What `curl` gets for these paths over one connection, verifying the certificate.
fn curl(server: SocketAddr, options: &[&str], paths: &[&str]) -> Result<String, Failed> {
    let mut command = Command::new("curl");
    command.args(["-sS", "--fail", "--max-time", "60", "--cacert"]);
    command.arg(package_dir().join("network/desktop/authority.pem")).args(options);
    command.args(paths.iter().map(|path| format!("https://{server}{path}")));
    Ok(process::run(&mut command, LIMIT)?.ok()?.out())
}

/// Heap, memory of the virtual machine, sessions, sockets, processes: when no other connection is there any more, not even
/// one that only waits for what may come late.
fn memory(server: SocketAddr) -> Result<Vec<u32>, Failed> {
    let mut last = String::new();
    for _ in 0..60 {
        last = curl(server, &["--tlsv1.3"], &["/memory"])?;
        let numbers: Vec<u32> = last.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        if numbers.get(2..4) == Some(&[1, 1]) {
            return Ok(numbers);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Err(format!("sessions stay: {last}").into())
}

fn https() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    network::add_certificate(folder.path())?;
    let pack = network::pack(folder.path(), "https", &[])?;
    let network = Network { forwards: vec![(Protocol::Tcp, 443)], ..Network::default() };
    let mut machine = Machine::networked(pack, network).start()?;
    machine.line("ready", LIMIT)?;
    let server = machine.address(Protocol::Tcp, 443)?;
    let versions: [&[&str]; 2] = [&["--tlsv1.2", "--tls-max", "1.2"], &["--tlsv1.3"]];
    for options in versions {
        check(curl(server, options, &["/"])? == "hello over TLS", || machine.printed())?;
    }
    let mut before = Vec::new();
    let soak = std::env::var("EMBERL_SOAK").ok().map(|requests| requests.parse::<usize>()).transpose()?;
    let (rounds, requests) = match soak {
        Some(requests) => (SOAK_ROUNDS, requests.div_ceil(versions.len() * SOAK_ROUNDS)),
        None => (ROUNDS, REQUESTS),
    };
    let paths = vec!["/"; requests];
    for round in 0..rounds {
        if round == FIRST {
            before = memory(server)?;
        }
        // Bytes that are no TLS, the beginning of a handshake, and silence.
        let mut garbage = TcpStream::connect(server)?;
        garbage.write_all(&[0x5a; 300])?;
        let mut half = TcpStream::connect(server)?;
        half.write_all(&[22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])?;
        let silent = (round % 5 == 0).then(|| TcpStream::connect(server)).transpose()?;
        drop((garbage, half));
        for options in versions {
            let all = curl(server, options, &paths)?;
            check(all == "hello over TLS".repeat(requests), || format!("round {round}: {all}\n{}", machine.printed()))?;
        }
        if let Some(mut silent) = silent {
            // It is dropped in time.
            silent.set_read_timeout(Some(LIMIT))?;
            let ended = silent.read(&mut [0; 10]);
            check(
                matches!(ended, Ok(0)) || ended.is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock),
                || machine.printed(),
            )?;
        }
    }
    let after = memory(server)?;
    // What processes hold that are not collected at the same moment may differ.
    let same = before.len() == after.len() && before.iter().zip(&after).all(|(before, after)| *after <= before + 2048);
    check(same, || format!("{before:?}, then {after:?}\n{}", machine.printed()))?;
    if soak.is_some() {
        println!("{} requests: {before:?}, then {after:?}", rounds * versions.len() * requests);
    }
    check(curl(server, &[], &["/end"])? == "end", || machine.printed())?;
    let (code, printed) = machine.end(LIMIT)?;
    check(code == Some(0) && !printed.contains("{late,"), || printed)
}
