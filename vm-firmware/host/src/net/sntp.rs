//! The time from a server (RFC 5905, the client's part of SNTP). Owns when it is asked for; the messages are
//! `emberl_net::sntp`'s. The program is told the time, and the host's clock is left alone.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use emberl_net::sntp::{self, MESSAGE};
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use super::names::Found;

const SECOND: u64 = 1_000_000_000;
/// How long an answer is waited for.
const PATIENCE: u64 = 5 * SECOND;
/// The pause after a success.
const INTERVAL: u64 = 3600 * SECOND;
/// The first pause after a failure; each is twice the one before, up to the interval.
const FIRST_PAUSE: u64 = 15 * SECOND;
/// The server's port.
const PORT: u16 = 123;

#[derive(Debug)]
enum State {
    /// Until then nothing is asked.
    Pause(u64),
    /// The server's name is looked up, by the lookup of this number.
    Lookup(u64),
    /// The server was asked, at that time, with that number.
    Asked { socket: UdpSocket, since: u64, nonce: u64 },
}

/// A server, and how far the question is.
#[derive(Debug)]
pub(crate) struct Sntp {
    server: String,
    port: u16,
    state: State,
    failures: u32,
}

/// What is to be done by who has the lookups and the poll.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Nothing,
    /// The server's name is to be looked up; the number of the lookup is told by [`Sntp::looking`].
    Lookup,
    /// The time, in seconds and microseconds since 1970.
    Time(u64, u32),
}

impl Sntp {
    /// Asks at once.
    pub(crate) fn new(server: &str, now: u64) -> Self {
        Self { server: server.to_owned(), port: PORT, state: State::Pause(now), failures: 0 }
    }

    /// The server's name.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// The number of the lookup that is under way.
    pub(crate) const fn lookup(&self) -> Option<u64> {
        match self.state {
            State::Lookup(serial) => Some(serial),
            State::Pause(_) | State::Asked { .. } => None,
        }
    }

    /// The name is looked up.
    pub(crate) fn looking(&mut self, serial: u64) {
        self.state = State::Lookup(serial);
    }

    /// The name was looked up, or cannot be: the server is asked.
    pub(crate) fn found(&mut self, now: u64, found: &Found, registry: &Registry, token: Token) {
        let asked = match found.as_ref().map(|found| found.first()) {
            Ok(Some(&server)) => self.ask(now, server, registry, token),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        match asked {
            Ok(state) => self.state = state,
            Err(_) => self.failed(now),
        }
    }

    fn ask(&self, now: u64, server: IpAddr, registry: &Registry, token: Token) -> io::Result<State> {
        let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let mut socket = UdpSocket::bind((any, 0).into())?;
        // From nobody else an answer is heard.
        socket.connect(SocketAddr::new(server, self.port))?;
        registry.register(&mut socket, token, Interest::READABLE)?;
        let nonce = getrandom::u64().map_err(|_| io::ErrorKind::Unsupported)?;
        socket.send(&sntp::question(nonce))?;
        Ok(State::Asked { socket, since: now, nonce })
    }

    fn failed(&mut self, now: u64) {
        let pause = (FIRST_PAUSE << self.failures.min(16)).min(INTERVAL);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Pause(now.saturating_add(pause));
    }

    /// Does what is due.
    pub(crate) fn step(&mut self, now: u64) -> Step {
        match &self.state {
            State::Pause(until) if now >= *until => Step::Lookup,
            State::Pause(_) | State::Lookup(_) => Step::Nothing,
            State::Asked { socket, since, nonce } => {
                let waited = now.saturating_sub(*since);
                // An extension may follow, which is not looked at.
                let mut message = [0; 2 * MESSAGE];
                match socket.recv(&mut message) {
                    Ok(length) => {
                        let message = message.get(..length).unwrap_or_default();
                        if let Some((seconds, microseconds)) = sntp::answer(message, *nonce, waited) {
                            self.failures = 0;
                            self.state = State::Pause(now.saturating_add(INTERVAL));
                            return Step::Time(seconds, microseconds);
                        }
                        // It is asked again later, and later still if it says so itself.
                        if sntp::refused(message) {
                            self.failures = self.failures.saturating_add(3);
                        }
                        self.failed(now);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock && waited < PATIENCE => {}
                    Err(_) => self.failed(now),
                }
                Step::Nothing
            }
        }
    }

    /// When the next step is due, if no answer comes.
    pub(crate) const fn deadline(&self) -> Option<u64> {
        match self.state {
            State::Pause(until) => Some(until),
            State::Lookup(_) => None,
            State::Asked { since, .. } => Some(since.saturating_add(PATIENCE)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Poll;
    use std::thread;

    /// A server that answers each question once, with a time.
    fn server(answer: fn([u8; MESSAGE]) -> Vec<u8>) -> u16 {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        thread::spawn(move || {
            let mut question = [0; MESSAGE];
            let (_, from) = socket.recv_from(&mut question).unwrap();
            socket.send_to(&answer(question), from).unwrap();
        });
        port
    }

    fn told(question: [u8; MESSAGE]) -> Vec<u8> {
        let mut answer = [0; MESSAGE];
        (answer[0], answer[1]) = (0x24, 1);
        answer[24..32].copy_from_slice(&question[40..48]);
        // 2023-11-14 22:13:20 UTC.
        let time = (1_700_000_000_u64 + 2_208_988_800) << 32;
        answer[32..40].copy_from_slice(&time.to_be_bytes());
        answer[40..48].copy_from_slice(&time.to_be_bytes());
        answer.to_vec()
    }

    fn ask(port: u16) -> (Sntp, Step) {
        let poll = Poll::new().unwrap();
        let mut sntp = Sntp { port, ..Sntp::new("localhost", 7) };
        assert_eq!(sntp.deadline(), Some(7));
        assert_eq!(sntp.step(7), Step::Lookup);
        sntp.looking(1);
        assert_eq!((sntp.lookup(), sntp.step(8)), (Some(1), Step::Nothing));
        sntp.found(8, &Ok(vec![Ipv4Addr::LOCALHOST.into()]), poll.registry(), Token(0));
        for _ in 0..2000 {
            let step = sntp.step(1000);
            if step != Step::Nothing || !matches!(sntp.state, State::Asked { .. }) {
                return (sntp, step);
            }
            thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("no answer")
    }

    #[test]
    fn a_server_tells_the_time() {
        let (sntp, step) = ask(server(told));
        assert!(matches!(step, Step::Time(1_700_000_000, 0..100)), "{step:?}");
        assert_eq!(sntp.deadline(), Some(1000 + INTERVAL));
    }

    #[test]
    fn what_is_no_answer_makes_a_pause() {
        let (sntp, _) = ask(server(|_| b"no".to_vec()));
        assert_eq!(sntp.deadline(), Some(1000 + FIRST_PAUSE));
        // One that is to be asked less.
        let (mut sntp, _) = ask(server(|question| {
            let mut answer = told(question);
            answer[1] = 0;
            answer
        }));
        assert_eq!(sntp.deadline(), Some(1000 + 8 * FIRST_PAUSE));
        for _ in 0..40 {
            sntp.found(2000, &Ok(Vec::new()), Poll::new().unwrap().registry(), Token(0));
        }
        assert_eq!(sntp.deadline(), Some(2000 + INTERVAL));
    }

    #[test]
    fn silence_is_a_failure() {
        let silent = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let poll = Poll::new().unwrap();
        let mut sntp = Sntp { port: silent.local_addr().unwrap().port(), ..Sntp::new("localhost", 0) };
        sntp.found(0, &Ok(vec![Ipv4Addr::LOCALHOST.into()]), poll.registry(), Token(0));
        assert_eq!((sntp.step(1), sntp.deadline()), (Step::Nothing, Some(PATIENCE)));
        assert_eq!(sntp.step(PATIENCE), Step::Nothing);
        assert_eq!(sntp.deadline(), Some(PATIENCE + FIRST_PAUSE));
    }
}
