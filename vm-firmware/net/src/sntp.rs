//! The time from a server (RFC 5905, the client's part of SNTP). Owns the questions, the checks of the answers and the
//! pauses; the board's clock is set by the configuration's `clock`.

use crate::config::MILLISECOND;
use crate::datagram;
use crate::errors;
use crate::lookup::{self, Question};
use crate::network::Core;
use crate::stack::{Stack, endpoint, socket_address};
use crate::stream::FIRST_PORT;
use alloc::string::String;
use core::net::{IpAddr, SocketAddr};
use emberl_vm::net::{Answer, Error, Event, Family, Result};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::udp::Socket;

const SECOND: u64 = 1000 * MILLISECOND;
/// The server's port.
const PORT: u16 = 123;
/// Bytes of a message without extensions.
pub const MESSAGE: usize = 48;
/// How long an answer is waited for.
const PATIENCE: u64 = 5 * SECOND;
/// The first pause after a failure; each is twice the one before, up to the interval.
const FIRST_PAUSE: u64 = 15 * SECOND;
/// Seconds from 1900 to 1970 (RFC 5905, 6).
const UNIX_EPOCH: u64 = 2_208_988_800;

enum State {
    /// Until then nothing is asked.
    Pause(u64),
    /// The server's address is asked for.
    Lookup(Question),
    /// The server was asked, at that time, with that number.
    Asked { socket: SocketHandle, server: SocketAddr, since: u64, nonce: u64 },
}

/// The client.
pub(crate) struct Sntp {
    server: String,
    state: State,
    failures: u32,
}

/// What a message says: the time now, in units of 2^-32 seconds since 1900, modulo an era.
///
/// `waited` is how long the answer was under way, in nanoseconds.
fn time(message: &[u8], nonce: u64, waited: u64) -> Option<u64> {
    let message: &[u8; MESSAGE] = message.first_chunk()?;
    let word = |at: usize| {
        let bytes = message.get(at..)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*bytes))
    };
    let [head, stratum, ..] = *message;
    let (leap, version, mode) = (head >> 6, head >> 3 & 7, head & 7);
    let (origin, received, sent) = (word(24)?, word(32)?, word(40)?);
    // A server that is not right itself, one that says to ask no more (stratum 0), an answer to something else.
    if leap == 3 || !(3..=4).contains(&version) || mode != 4 || !(1..=15).contains(&stratum) {
        return None;
    }
    if origin != nonce || sent == 0 || received == 0 {
        return None;
    }
    // Half of the time that the message was under way, without that which the server took.
    let waited = (u128::from(waited) << 32) / 1_000_000_000;
    let waited = u64::try_from(waited).ok()?;
    let server = sent.wrapping_sub(received);
    Some(sent.wrapping_add(waited.saturating_sub(server.min(waited)) / 2))
}

/// Seconds and microseconds since 1970. The first bit tells the era: those without it are after 2036.
fn unix(time: u64) -> Option<(u64, u32)> {
    let seconds = time >> 32;
    let seconds = if seconds & 0x8000_0000 == 0 { seconds + (1 << 32) } else { seconds };
    let microseconds = ((time & 0xffff_ffff) * 1_000_000) >> 32;
    Some((seconds.checked_sub(UNIX_EPOCH)?, u32::try_from(microseconds).ok()?))
}

/// A question, with a number that nobody else can guess.
#[must_use]
pub fn question(nonce: u64) -> [u8; MESSAGE] {
    let mut message = [0; MESSAGE];
    // Version 4, a client (RFC 5905, 7.3). The time of the question is nobody's business: any number does.
    message[0] = 0x23;
    if let Some(stamp) = message.last_chunk_mut::<8>() {
        *stamp = nonce.to_be_bytes();
    }
    message
}

/// What the answer to a question says: the time now, in seconds and microseconds since 1970. `waited` is how long the
/// answer was under way, in nanoseconds. `None` of what is no answer to this question, or of a server that does not know.
#[must_use]
pub fn answer(message: &[u8], nonce: u64, waited: u64) -> Option<(u64, u32)> {
    unix(time(message, nonce, waited)?)
}

/// Whether the server asks to be asked less (RFC 5905, 7.4).
#[must_use]
pub fn refused(message: &[u8]) -> bool {
    message.get(1) == Some(&0)
}

impl Sntp {
    fn new(server: String, now: u64) -> Self {
        Self { server, state: State::Pause(now), failures: 0 }
    }

    /// Gives back what it has taken of the stack.
    fn rest(&mut self, stack: &mut Stack, until: u64) {
        match self.state {
            State::Pause(_) => {}
            State::Lookup(question) => lookup::cancel(stack, question),
            State::Asked { socket, .. } => drop(stack.sockets.remove(socket)),
        }
        self.state = State::Pause(until);
    }

    pub(crate) fn memory(&self) -> usize {
        let asked = if matches!(self.state, State::Asked { .. }) { 4 * MESSAGE } else { 0 };
        self.server.capacity() + asked
    }

    /// The server's address, where its name is one.
    fn literal(&self) -> Option<IpAddr> {
        let of = |family| lookup::literal(&self.server, family).and_then(core::result::Result::ok);
        of(Family::Inet).or_else(|| of(Family::Inet6))
    }

    /// Whether there is a way to the server, or somebody who knows its name. An address of IPv6 may be there long before
    /// the one of IPv4: an attempt then would fail, and the next one is far away.
    fn can_begin(&self, stack: &Stack) -> bool {
        match self.literal() {
            Some(server) => stack.source(server).is_ok(),
            None => stack.has_address() && stack.servers > 0,
        }
    }

    pub(crate) fn deadline(&self, stack: &Stack) -> Option<u64> {
        match self.state {
            State::Pause(until) => Some(until).filter(|_| self.can_begin(stack)),
            State::Lookup(_) => None,
            State::Asked { since, .. } => Some(since.saturating_add(PATIENCE)),
        }
    }
}

impl Core {
    /// Takes the time from that server from now on, or from none.
    pub(crate) fn set_sntp(&mut self, server: Option<&str>) -> Result {
        let now = self.now;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        if let Some(mut old) = self.sntp.take() {
            old.rest(stack, now);
        }
        if let Some(server) = server {
            if server.is_empty() || server.len() > 253 {
                return Err(errors::INVALID);
            }
            let mut name = String::new();
            name.try_reserve_exact(server.len()).map_err(|_| errors::NO_MEMORY)?;
            name.push_str(server);
            self.sntp = Some(Sntp::new(name, now));
        }
        self.dirty = true;
        Ok(Answer::Done)
    }

    /// Does what is due.
    pub(crate) fn look_after_time(&mut self) {
        let (Some(mut sntp), Some(stack)) = (self.sntp.take(), self.stack.as_mut()) else { return };
        let now = self.now;
        let step = match sntp.state {
            State::Pause(until) if now >= until && sntp.can_begin(stack) => {
                begin(&mut sntp, stack, now, self.random.next())
            }
            State::Pause(_) => Ok(None),
            State::Lookup(question) => match lookup::answer(stack, now, question) {
                None => Ok(None),
                Some(found) => {
                    sntp.state = State::Pause(now);
                    let server = found.and_then(|found| found.first().copied().ok_or(errors::NAME_UNKNOWN));
                    server.and_then(|server| ask(&mut sntp, stack, now, server, self.random.next()))
                }
            },
            State::Asked { .. } => hear(&mut sntp, stack, now),
        };
        match step {
            Ok(None) => {}
            Ok(Some(time)) => {
                sntp.failures = 0;
                let interval = u64::from(self.config.sntp_seconds.max(60)) * SECOND;
                sntp.rest(stack, now.saturating_add(interval));
                if let Some((seconds, microseconds)) = unix(time) {
                    if let Some(clock) = self.config.clock {
                        clock(seconds, microseconds);
                    }
                    self.known_time = Some((seconds, now));
                    self.tell(Event::Time(seconds, microseconds));
                }
            }
            Err(_) => {
                let longest = u64::from(self.config.sntp_seconds.max(60)) * SECOND;
                let pause = (FIRST_PAUSE << sntp.failures.min(16)).min(longest);
                sntp.failures = sntp.failures.saturating_add(1);
                // A little by chance: many devices lose the same server at the same time.
                let pause = pause - self.random.below(pause / 4);
                sntp.rest(stack, now.saturating_add(pause));
            }
        }
        self.sntp = Some(sntp);
    }
}

type Step = core::result::Result<Option<u64>, Error>;

fn begin(sntp: &mut Sntp, stack: &mut Stack, now: u64, number: u64) -> Step {
    if let Some(server) = sntp.literal() {
        return ask(sntp, stack, now, server, number);
    }
    let family = if stack.station.is_some() { Family::Inet } else { Family::Inet6 };
    sntp.state = State::Lookup(lookup::ask(stack, now, &sntp.server, family)?);
    Ok(None)
}

fn ask(sntp: &mut Sntp, stack: &mut Stack, now: u64, server: IpAddr, nonce: u64) -> Step {
    let source = stack.source(server)?;
    let mut socket = datagram::make(2 * MESSAGE, 2)?;
    // A port that is hard to guess: the top of a number of which the rest is the nonce.
    let port = FIRST_PORT + u16::try_from(nonce >> 50).unwrap_or(0) % (u16::MAX - FIRST_PORT);
    socket.bind(port).map_err(|_| errors::INVALID)?;
    let message = question(nonce);
    let server = SocketAddr::new(server, PORT);
    let metadata = smoltcp::socket::udp::UdpMetadata { local_address: Some(source.into()), ..endpoint(server).into() };
    socket.send_slice(&message, metadata).map_err(|_| errors::NO_BUFFERS)?;
    let socket = stack.sockets.add(socket);
    sntp.state = State::Asked { socket, server, since: now, nonce };
    Ok(None)
}

fn hear(sntp: &mut Sntp, stack: &mut Stack, now: u64) -> Step {
    let State::Asked { socket, server, since, nonce } = sntp.state else { return Ok(None) };
    let udp = stack.sockets.get_mut::<Socket>(socket);
    while let Ok((message, metadata)) = udp.recv() {
        if socket_address(metadata.endpoint) != server {
            continue;
        }
        if let Some(time) = time(message, nonce, now.saturating_sub(since)) {
            return Ok(Some(time));
        }
        // The server asks for peace: its silence is obeyed as one.
        if refused(message) {
            sntp.failures = sntp.failures.saturating_add(3);
            return Err(errors::TIMED_OUT);
        }
    }
    if now.saturating_sub(since) >= PATIENCE { Err(errors::TIMED_OUT) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(origin: u64, received: u64, sent: u64) -> [u8; MESSAGE] {
        let mut message = [0; MESSAGE];
        message[0] = 0x24;
        message[1] = 2;
        message[24..32].copy_from_slice(&origin.to_be_bytes());
        message[32..40].copy_from_slice(&received.to_be_bytes());
        message[40..48].copy_from_slice(&sent.to_be_bytes());
        message
    }

    #[test]
    fn half_of_the_way_is_added() {
        let sent = (UNIX_EPOCH + 1_700_000_000) << 32;
        // A second under way, of which the server took half.
        let time = time(&message(7, sent - (1 << 31), sent), 7, SECOND).unwrap();
        assert_eq!(unix(time), Some((1_700_000_000, 250_000)));
    }

    #[test]
    fn the_era_after_2036_is_known() {
        // 2036-02-07 06:28:16 UTC, when the seconds since 1900 begin anew.
        assert_eq!(unix(5 << 32), Some((2_085_978_496 + 5, 0)));
    }

    #[test]
    fn answers_to_something_else_are_none() {
        let fine = message(7, 1 << 32, 2 << 32);
        assert!(time(&fine, 7, 0).is_some());
        assert_eq!(time(&fine, 8, 0), None);
        assert_eq!(time(&fine[..47], 7, 0), None);
        for (at, byte) in [(0, 0xe4), (0, 0x23), (0, 0x0c), (1, 0), (1, 16)] {
            let mut wrong = fine;
            wrong[at] = byte;
            assert_eq!(time(&wrong, 7, 0), None, "{at} {byte:#x}");
        }
        assert_eq!(time(&message(7, 1, 0), 7, 0), None);
    }
}
