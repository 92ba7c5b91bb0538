//! The network of the firmware in QEMU: card, link, addresses, sockets. The programs are those of `tests/network/`.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use emberl_tests::{
    Failed, check,
    network::pack,
    qemu::{self, Machine, Network, Protocol, running::Running},
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// What the machine is told by QEMU's DHCP server.
const ADDRESS: &str = "{{10,0,2,15},24,{10,0,2,2},[{10,0,2,3}]}";

fn main() {
    let arguments = Arguments::from_args();
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let trials = vec![
        needs(&tools, "network::an_address_comes_by_dhcp", address),
        needs(&tools, "network::the_link_is_lost_and_comes_back", link),
        needs(&tools, "network::tcp_gives_back_what_came", tcp_echo),
        needs(&tools, "network::frames_are_those_of_the_wire", frames),
        needs(&tools, "network::nothing_runs_while_nothing_comes", idle),
        needs(&tools, "network::a_machine_without_a_card_says_so", no_card),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// That program, started; of the network all but the forwards is as given.
fn start(folder: &TempDir, name: &str, ports: &[u16], network: Network) -> Result<Running, Failed> {
    let forwards = ports.iter().map(|&port| (Protocol::Tcp, port)).collect();
    Machine::networked(pack(folder.path(), name, &[])?, Network { forwards, ..network }).start()
}

fn connect(running: &mut Running, port: u16) -> Result<TcpStream, Failed> {
    let stream = TcpStream::connect(running.address(Protocol::Tcp, port)?)?;
    stream.set_read_timeout(Some(LIMIT))?;
    Ok(stream)
}

/// By cards of before and since virtio 1.0, with the usual and with the smallest pools.
fn address() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    for (old_card, smallest) in [(false, false), (true, false), (false, true)] {
        let network = Network { old_card, ..Network::default() };
        let forwards = vec![(Protocol::Tcp, 7)];
        let network = Network { forwards, ..network };
        let machine = Machine { smallest, ..Machine::networked(pack(folder.path(), "tcp_echo", &[])?, network) };
        let mut running = machine.start()?;
        let told = running.line("{address,", LIMIT)?;
        check(told == format!("{ADDRESS}}}"), || running.printed())?;
        running.line("listening", LIMIT)?;
        connect(&mut running, 7)?.write_all(&[4])?;
        let (code, printed) = running.end(LIMIT)?;
        check(code == Some(0), || printed)?;
    }
    Ok(())
}

fn link() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut running = start(&folder, "link", &[9], Network::default())?;
    running.line("up", LIMIT)?;
    running.line("{address,", LIMIT)?;
    for _ in 0..3 {
        running.set_link(false)?;
        running.line("{down,link_lost,", LIMIT)?;
        running.set_link(true)?;
        running.line("up", LIMIT)?;
    }
    connect(&mut running, 9)?;
    running.line("{state,connected}", LIMIT)?;
    running.line("{state,inactive}", LIMIT)?;
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0), || printed)
}

/// Some bytes in one connection, and many in the next.
fn tcp_echo() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut running = start(&folder, "tcp_echo", &[7], Network::default())?;
    running.line("listening", LIMIT)?;
    for length in [5, 2_000_000] {
        let bytes: Vec<u8> = (0..length).map(|index: u32| (index % 251) as u8).collect();
        let stream = connect(&mut running, 7)?;
        let mut writer = stream.try_clone()?;
        let sent = bytes.clone();
        let write = thread::spawn(move || writer.write_all(&sent).and_then(|()| writer.shutdown(Shutdown::Write)));
        let (mut reader, mut back) = (stream, Vec::new());
        reader.read_to_end(&mut back)?;
        write.join().map_err(|_| "the writer failed")??;
        check(back == bytes, || format!("{} of {length} bytes came back\n{}", back.len(), running.printed()))?;
        running.line(&format!("{{echoed,{length}}}"), LIMIT)?;
    }
    connect(&mut running, 7)?.write_all(&[4])?;
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0), || printed)
}

/// A question by ARP from a machine that is not there is answered on the wire, and the pcap file has both frames.
fn frames() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let dump = folder.path().join("frames.pcap");
    let network = Network { wire: true, dump: Some(dump.clone()), ..Network::default() };
    let mut running = start(&folder, "tcp_echo", &[7], network)?;
    running.line("listening", LIMIT)?;
    let asks = [0x52, 0x55, 10, 0, 2, 77];
    let head = [0, 1, 8, 0, 6, 4, 0, 1];
    let question = [&[0xff; 6], &asks, &[8, 6][..], &head, &asks, &[10, 0, 2, 77], &[0; 6], &[10, 0, 2, 15]].concat();
    let wire = running.wire()?;
    wire.send(&question)?;
    let is_answer =
        |frame: &[u8]| (frame.starts_with(&asks) && frame.get(20..22) == Some(&[0, 2])).then(|| frame.to_vec());
    let answer = wire.find(LIMIT, is_answer)?;
    let answer = answer.ok_or("the machine does not answer")?;
    check(answer.get(28..32) == Some(&[10, 0, 2, 15]), || format!("{answer:02x?}"))?;
    drop(running);
    let dumped = std::fs::read(dump)?;
    for frame in [question, answer] {
        check(dumped.windows(42).any(|bytes| frame.starts_with(bytes)), || format!("no {frame:02x?} in the dump"))?;
    }
    Ok(())
}

/// While it waits for a connection, QEMU uses hardly any processor time: the machine sleeps.
fn idle() -> Result<(), Failed> {
    const WATCHED: Duration = Duration::from_secs(3);
    let folder = TempDir::new()?;
    let mut running = start(&folder, "idle", &[7], Network::default())?;
    running.line("waiting", LIMIT)?;
    // The router and the machine get to know each other.
    thread::sleep(Duration::from_millis(500));
    let before = running.processor_time();
    thread::sleep(WATCHED);
    let after = running.processor_time();
    if let (Some(before), Some(after)) = (before, after) {
        let used = after.saturating_sub(before);
        check(used < WATCHED / 20, || format!("{used:?} of {WATCHED:?}\n{}", running.printed()))?;
    }
    drop(connect(&mut running, 7)?);
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0), || printed)
}

fn no_card() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let board = qemu::run(Some(&pack(folder.path(), "no_network", &[])?), LIMIT)?;
    check(board.code() == Some(0) && board.out().matches("{error,enotsup}").count() == 3, || board.to_string())
}
