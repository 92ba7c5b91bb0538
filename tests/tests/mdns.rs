//! Multicast DNS against another implementation, python-zeroconf: over real sockets on the loopback interface, each finds
//! what the other tells, and neither takes the other's name. One test at a time: they share a port.

use std::{
    io::{BufRead, BufReader, ErrorKind, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use emberl_net::mdns::{BUFFER, Destination, GROUP_V4, Id, Mdns, PORT, Sizes};
use emberl_tests::{
    Failed, check,
    tools::{Tool, needs},
};
use emberl_vm::net::{Answer, Family, Found, Service};
use libtest_mimic::Arguments;
use serde_json::{Value, json};
use socket2::{Domain, Protocol, Socket, Type};

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// Long enough for probing, announcing and asking on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let zeroconf = [Tool::Zeroconf];
    let trials = vec![
        needs(&zeroconf, "mdns::zeroconf_finds_what_is_told_here", told_here),
        needs(&zeroconf, "mdns::what_zeroconf_tells_is_found_here", told_there),
        needs(&zeroconf, "mdns::a_name_that_zeroconf_has_is_not_taken", taken_there),
        needs(&zeroconf, "mdns::zeroconf_takes_no_name_that_is_taken_here", taken_here),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// This implementation, on a socket.
struct Node {
    mdns: Mdns,
    socket: UdpSocket,
    start: Instant,
}

impl Node {
    fn new(host: &str) -> Result<Self, Failed> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        #[cfg(unix)]
        socket.set_reuse_port(true)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into())?;
        socket.join_multicast_v4(&GROUP_V4, &HERE)?;
        socket.set_multicast_if_v4(&HERE)?;
        socket.set_multicast_ttl_v4(255)?;
        let socket = UdpSocket::from(socket);
        let seed = u64::from(std::process::id());
        let mut mdns = Mdns::new(Sizes::default(), seed);
        mdns.addresses(0, &[IpAddr::V4(HERE)]);
        mdns.hostname(0, Some(host)).map_err(|error| format!("{host}: {error:?}"))?;
        Ok(Self { mdns, socket, start: Instant::now() })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Sends what is due, and hears for a moment.
    fn turn(&mut self) -> Result<(), Failed> {
        let mut buffer = [0; 9000];
        while let Some((length, to)) = self.mdns.output(self.now(), &mut buffer[..BUFFER]) {
            let to = match to {
                Destination::Multicast => (GROUP_V4, PORT).into(),
                Destination::Unicast(to) => to,
            };
            self.socket.send_to(&buffer[..length], to)?;
        }
        let most = Duration::from_millis(20);
        let due =
            self.mdns.deadline(self.now()).map_or(most, |due| Duration::from_nanos(due.saturating_sub(self.now())));
        self.socket.set_read_timeout(Some(due.clamp(Duration::from_millis(1), most)))?;
        match self.socket.recv_from(&mut buffer) {
            Ok((length, from)) => self.mdns.input(self.now(), from, &buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Goes on until there is something.
    fn until<T>(&mut self, what: &str, mut is: impl FnMut(&mut Self) -> Option<T>) -> Result<T, Failed> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if let Some(it) = is(self) {
                return Ok(it);
            }
            self.turn()?;
        }
        Err(format!("not within {LIMIT:?}: {what}").into())
    }

    fn publish(&mut self, kind: &str, name: &str, port: u16) -> Result<Id, Failed> {
        let service = Service { name, kind, protocol: "_tcp", port, text: vec![("path", "/y"), ("empty", "")] };
        self.mdns.publish(self.now(), &service).map_err(|error| format!("{error:?}").into())
    }

    /// The name of a service once it is ours.
    fn published(&mut self, id: Id) -> Result<String, Failed> {
        self.until("a service is published", |node| {
            node.mdns.service(id).filter(|(_, live)| *live).map(|(name, _)| name)
        })
    }

    fn browse(&mut self, kind: &str) -> Result<Id, Failed> {
        self.mdns.browse(self.now(), &format!("{kind}._tcp")).map_err(|error| format!("{error:?}").into())
    }

    fn found(&mut self, id: Id) -> Result<Found, Failed> {
        let answer = self.until("something is found", |node| node.mdns.answer(id))?;
        match answer {
            Ok(Answer::Found(found)) => Ok(found),
            other => Err(format!("{other:?}").into()),
        }
    }

    /// What the peer tells next, while this one goes on.
    fn hear(&mut self, peer: &Peer) -> Result<Value, Failed> {
        self.until("the peer tells something", |_| peer.told.try_recv().ok())
    }

    fn expect(&mut self, peer: &Peer, wanted: &Value) -> Result<(), Failed> {
        let told = self.hear(peer)?;
        check(told == *wanted, || format!("told {told}, not {wanted}"))
    }
}

/// The other implementation.
struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    told: Receiver<Value>,
}

impl Peer {
    fn new() -> Result<Self, Failed> {
        let python = Tool::Zeroconf.find().ok_or("no Python with zeroconf")?;
        let script = emberl_tests::package_dir().join("mdns/zeroconf_peer.py");
        let mut command = Command::new(python);
        command.arg(script).arg(HERE.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let (send, told) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let peer = Self { input: child.stdin.take(), child, told };
        let ready = peer.told.recv_timeout(LIMIT)?;
        check(ready == json!(["ready"]), || format!("{ready}"))?;
        Ok(peer)
    }

    fn say(&mut self, words: &[&str]) -> Result<(), Failed> {
        let input = self.input.as_mut().ok_or("no input")?;
        writeln!(input, "{}", words.join("\t"))?;
        Ok(input.flush()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends it. It is asked, so that it takes leave; a peer that does not end is ended.
        drop(self.input.take());
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn told_here() -> Result<(), Failed> {
    let mut peer = Peer::new()?;
    let mut node = Node::new("emberl-a")?;
    peer.say(&["browse", "_emberl-a._tcp"])?;
    let name = "Lamp: \u{fc}ber all.";
    let id = node.publish("_emberl-a", name, 4711)?;
    let text = json!({"path": "/y", "empty": ""});
    let there = |name: &str, port: u16| json!(["+", name, "emberl-a.local", port, [HERE.to_string()], text]);
    node.expect(&peer, &there(name, 4711))?;
    // One that was there before is found as well.
    let other = node.publish("_emberl-b", "Other", 4712)?;
    node.published(other)?;
    let since = Instant::now();
    node.until("two seconds", |_| (since.elapsed() > Duration::from_secs(2)).then_some(()))?;
    peer.say(&["browse", "_emberl-b._tcp"])?;
    node.expect(&peer, &there("Other", 4712))?;
    let now = node.now();
    node.mdns.unpublish(now, id);
    node.expect(&peer, &json!(["-", name]))?;
    let now = node.now();
    node.mdns.shutdown(now);
    node.expect(&peer, &json!(["-", "Other"]))
}

fn told_there() -> Result<(), Failed> {
    let mut peer = Peer::new()?;
    let mut node = Node::new("emberl-a")?;
    let id = node.browse("_emberl-c")?;
    peer.say(&["publish", "_emberl-c._tcp", "Heater", "heater-emberl", "4713"])?;
    let found = node.found(id)?;
    let text = ["path", "flag", "empty"].map(|key| (key.into(), if key == "path" { b"/x".to_vec() } else { vec![] }));
    let wanted = Found {
        name: "Heater".into(),
        there: true,
        host: "heater-emberl.local".into(),
        port: 4713,
        addresses: vec![IpAddr::V4(HERE)],
        text: text.into(),
    };
    check(found == wanted, || format!("found {found:?}"))?;
    node.expect(&peer, &json!(["published", "Heater"]))?;
    // A browse that begins later finds it, too, and its host is looked up.
    node.mdns.cancel(id);
    let id = node.browse("_emberl-c")?;
    let found = node.found(id)?;
    check(found == wanted, || format!("found {found:?}"))?;
    node.mdns.cancel(id);
    let now = node.now();
    let lookup = node.mdns.lookup(now, "heater-emberl.local", Family::Inet);
    let lookup = lookup.map_err(|error| format!("{error:?}"))?;
    let answer = node.until("a host is found", |node| node.mdns.answer(lookup))?;
    check(answer == Ok(Answer::Addresses(vec![IpAddr::V4(HERE)])), || format!("{answer:?}"))?;
    let id = node.browse("_emberl-c")?;
    node.found(id)?;
    peer.say(&["unpublish"])?;
    let gone = node.found(id)?;
    check((gone.name.as_str(), gone.there) == ("Heater", false), || format!("{gone:?}"))
}

fn taken_there() -> Result<(), Failed> {
    let mut peer = Peer::new()?;
    let mut node = Node::new("emberl-a")?;
    peer.say(&["publish", "_emberl-d._tcp", "Same", "heater-emberl", "4714"])?;
    node.expect(&peer, &json!(["published", "Same"]))?;
    let id = node.publish("_emberl-d", "Same", 4715)?;
    let name = node.published(id)?;
    check(name == "Same-2", || format!("it is called {name}"))?;
    // A host's name is no different.
    let now = node.now();
    node.mdns.hostname(now, Some("heater-emberl")).map_err(|error| format!("{error:?}"))?;
    let host = node.until("a host name", |node| node.mdns.host())?;
    // Both have the same address here: that is no conflict.
    check(host == "heater-emberl.local", || format!("it is called {host}"))
}

fn taken_here() -> Result<(), Failed> {
    let mut peer = Peer::new()?;
    let mut node = Node::new("emberl-a")?;
    let id = node.publish("_emberl-e", "Same", 4716)?;
    node.published(id)?;
    peer.say(&["publish", "_emberl-e._tcp", "Same", "heater-emberl", "4717"])?;
    node.expect(&peer, &json!(["published", "Same-2"]))?;
    let name = node.published(id)?;
    check(name == "Same", || format!("it is called {name}"))
}
