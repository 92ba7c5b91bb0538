//! The demo's program on the virtual machine: until somebody ends it, or until it has answered some requests, which come by
//! a real socket from a thread beside it.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use emberl_host::{Host, Program};
use emberl_vm::vm::{Options, Step, Vm};

use super::{MEMORY, START};
use crate::console;
use crate::failure::{Failure, Result, TOOL, reason};

/// How long the server may take to be there, and to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether all is answered.
const PAUSE: Duration = Duration::from_millis(10);

/// What came back.
pub(super) struct Answer {
    /// `200`.
    pub(super) status: String,
    /// The text.
    pub(super) body: String,
}

/// Serves at a port until this program is ended.
pub(super) fn until_ended(pack: Vec<u8>, port: u16) -> Result<()> {
    // The program itself could only crash.
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let what = format!("cannot serve at 127.0.0.1:{port}: {}", reason(&error));
        Failure::input(what, "name another port with --port")
    })?;
    console::out(|out| {
        Ok(writeln!(
            out,
            "http://127.0.0.1:{port}/ counts visits, and http://127.0.0.1:{port}/crash crashes; Ctrl-C ends it"
        )?)
    })?;
    run(pack, port, &|| false)
}

/// Serves at a port that is free until all these paths are answered.
pub(super) fn ask(pack: Vec<u8>, paths: &'static [&'static str]) -> Result<Vec<Answer>> {
    let port = free_port()?;
    let client = client(port, paths);
    run(pack, port, &|| client.is_finished())?;
    answered(client)
}

fn unanswered(error: &io::Error) -> Failure {
    let what = format!("the demo's server did not answer: {}", reason(error));
    Failure::Message { what, cure: "let programs listen and connect on 127.0.0.1".to_owned(), exit: TOOL }
}

/// Who asks.
pub(super) type Client = JoinHandle<io::Result<Vec<Answer>>>;

/// Asks for each path, one after the other.
pub(super) fn client(port: u16, paths: &'static [&'static str]) -> Client {
    thread::spawn(move || paths.iter().map(|path| request(port, path)).collect())
}

/// The answers, when there are all.
pub(super) fn answered(client: Client) -> Result<Vec<Answer>> {
    let ended = |_| Failure::Message { what: "the demo's client failed".to_owned(), cure: String::new(), exit: TOOL };
    client.join().map_err(ended)?.map_err(|error| unanswered(&error))
}

/// A port of this machine that nobody has.
pub(super) fn free_port() -> Result<u16> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| unanswered(&error))
}

/// Runs the program until `over`.
fn run(pack: Vec<u8>, port: u16, over: &dyn Fn() -> bool) -> Result<()> {
    let failed = |what: String| Failure::Message { what, cure: "this is a fault of Emberl".to_owned(), exit: TOOL };
    let mut program = Program::default();
    program.add(Path::new("demo.avm"), pack).map_err(|error| failed(error.to_string()))?;
    let host = Host::new(Rc::new(program)).with_arguments([port.to_string()]);
    let (waiter, clock) = (host.waiter(), host.clock());
    let no_memory = |_| failed("the demo's program has too little memory".to_owned());
    let options = Options { memory: Some(MEMORY), ..Options::default() };
    let mut vm = Vm::new(Box::new(host), options).map_err(no_memory)?;
    vm.start(START).map_err(no_memory)?;
    while !over() {
        let step = vm.step(64);
        if let Some(ended) = vm.result() {
            return Err(failed(format!("the demo's program has ended: {}", ended.text)));
        }
        if let Step::Wait(deadline) = step {
            let soon = clock.now().saturating_add(PAUSE.as_nanos() as u64);
            waiter.wait(Some(deadline.map_or(soon, |deadline| deadline.min(soon))));
        }
    }
    Ok(())
}

/// Asks as a browser does, when the server is there.
fn request(port: u16, path: &str) -> io::Result<Answer> {
    let begin = Instant::now();
    let mut stream = loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => break stream,
            Err(error) if begin.elapsed() > PATIENCE => return Err(error),
            Err(_) => thread::sleep(PAUSE),
        }
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let status = head.split(' ').nth(1).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Answer { status: status.to_owned(), body: body.to_owned() })
}
