//! The life of the board's link, in QEMU: started and stopped time and again, in every state, and with the wire pulled in
//! the middle of what goes on.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, check,
    network::pack,
    qemu::{self, Machine, Network},
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// Rounds of starting and stopping.
const ROUNDS: u32 = 1000;

fn main() {
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let trials = vec![
        needs(&tools, "network::a_thousand_starts_and_stops_leave_nothing", restart),
        needs(&tools, "network::every_state_has_its_answers", states),
        needs(&tools, "network::a_short_loss_of_the_link_loses_no_byte", link_loss),
        needs(&tools, "network::a_minute_without_a_link_is_got_over", long_link_loss),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Answers each connection, in a thread of its own.
fn serve(mut answer: impl FnMut(TcpStream) + Send + 'static) -> Result<u16, Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    Ok(port)
}

fn restart() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let port = serve(|mut stream| {
        thread::spawn(move || {
            let mut bytes = [0; 100];
            while let Ok(count @ 1..) = stream.read(&mut bytes) {
                if stream.write_all(bytes.get(..count).unwrap_or_default()).is_err() {
                    break;
                }
            }
        });
    })?;
    let pack = pack(folder.path(), "restart", &[("PORT", port.to_string()), ("ROUNDS", ROUNDS.to_string())])?;
    let (code, printed) = Machine::networked(pack, Network::default()).start()?.end(Duration::from_secs(900))?;
    // What has grown is the program's value: nothing.
    check(code == Some(1) && printed.contains("{rounds,1000,") && printed.contains("Return value: []"), || printed)
}

fn states() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = pack(folder.path(), "states", &[])?;
    let mut machine = Machine::networked(pack, Network::default()).start()?;
    machine.set_link(false)?;
    machine.line("plug", LIMIT)?;
    machine.set_link(true)?;
    let (code, printed) = machine.end(LIMIT)?;
    check(code == Some(0), || printed.clone())?;
    for line in [
        "{not_started,inactive,",
        "{no_link,connecting,",
        "{stopped,inactive,",
        "{static,connected,",
        "{disconnected,disconnected,",
        "{again,connected,",
        "{starter_died,inactive,",
    ] {
        check(printed.contains(line), || format!("{line}... is missing:\n{printed}"))?;
    }
    Ok(())
}

/// Bytes that are sent, and the sum that the program has of them.
fn transfer() -> (Vec<u8>, u32) {
    let bytes: Vec<u8> = (0..400_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let sum = bytes.iter().fold(0_u32, |sum, &byte| (sum.wrapping_mul(31).wrapping_add(byte.into())) & 0xff_ffff);
    (bytes, sum)
}

/// The first connection gets the transfer, slowly; each later one is told to end.
fn sender() -> Result<u16, Failed> {
    let mut first = true;
    serve(move |mut stream| {
        if std::mem::take(&mut first) {
            thread::spawn(move || {
                for part in transfer().0.chunks(4000) {
                    if stream.write_all(part).is_err() {
                        break;
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            });
        } else {
            let _ = stream.write_all(b"end");
            thread::sleep(Duration::from_millis(500));
        }
    })
}

fn link_loss() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = pack(folder.path(), "transfer", &[("PORT", sender()?.to_string())])?;
    let mut machine = Machine::networked(pack, Network::default()).start()?;
    machine.line("{got_ip,{{10,0,2,15},", LIMIT)?;
    machine.line("{tick,2", LIMIT)?;
    machine.set_link(false)?;
    machine.line("{disconnected,link_lost", LIMIT)?;
    thread::sleep(Duration::from_secs(2));
    machine.set_link(true)?;
    machine.line("connected", LIMIT)?;
    let sum = machine.line("{transferred,", LIMIT)?;
    check(sum == format!("{}}}", transfer().1), || machine.printed())?;
    let (code, printed) = machine.end(LIMIT)?;
    check(code == Some(0) && !printed.contains("{late,"), || printed)
}

fn long_link_loss() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let pack = pack(folder.path(), "transfer", &[("PORT", sender()?.to_string())])?;
    let mut machine = Machine::networked(pack, Network::default()).start()?;
    machine.line("{got_ip,{{10,0,2,15},", LIMIT)?;
    machine.line("{tick,1", LIMIT)?;
    machine.set_link(false)?;
    let began = Instant::now();
    machine.line("{disconnected,link_lost", LIMIT)?;
    machine.line("{lost_ip,{10,0,2,15}}", LIMIT * 2)?;
    thread::sleep(Duration::from_secs(61).saturating_sub(began.elapsed()));
    machine.set_link(true)?;
    machine.line("{got_ip,{{10,0,2,15},", LIMIT * 2)?;
    let (code, printed) = machine.end(LIMIT * 3)?;
    check(code == Some(0) && !printed.contains("{late,"), || printed)
}
