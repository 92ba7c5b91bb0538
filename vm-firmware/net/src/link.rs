//! The life of the link: *stopped*, *starting*, *up*, *stopping*, and the pauses between attempts. Owns what state it is
//! in and what follows from what happens; it does nothing itself. The driver tells it the time and whether the card has a
//! carrier, and does what it says.
//!
//! The loss of the link is told at once ([`Event::Down`]), and the next attempt begins after a pause. But a short loss must
//! not end connections: addresses are kept for the configuration's `grace_ms`, and TCP sends again what got lost. Only a
//! link that stays away longer loses its addresses, and with them the connections.

use crate::config::{Config, MILLISECOND};
use crate::random::Random;
use emberl_vm::net::{Event, Reason, State};

/// What the driver is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Begin to be in the network.
    Join,
    /// End the attempt, or leave.
    Leave,
    /// The link is there: get an address, unless one was kept.
    Address,
    /// Give the addresses up.
    Forget,
    /// Tell.
    Tell(Event),
}

/// Where the station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Not started, or only an access point.
    Stopped,
    /// To be joined at the next step.
    Due,
    /// Waiting for the carrier until then.
    Starting(u64),
    /// In the network.
    Up,
    /// After a loss or an attempt in vain, until the next attempt.
    Pause(u64),
    /// Asked to stay away.
    Away,
    /// Stopped, and the radio has yet to be gone.
    Stopping(u64),
}

/// How long a radio may take to leave.
const STOPPING: u64 = 1000 * MILLISECOND;

/// The link.
#[derive(Debug)]
pub(crate) struct Link {
    phase: Phase,
    /// Attempts in vain since the link was last up.
    attempts: u32,
    /// Why the attempt has failed, as the card told.
    failed: Option<Reason>,
    /// Until when addresses are kept without a link.
    grace: Option<u64>,
    /// Up, and not yet told so.
    news: bool,
}

impl Link {
    pub(crate) const fn new() -> Self {
        Self { phase: Phase::Stopped, attempts: 0, failed: None, grace: None, news: false }
    }

    /// Starts, with a station or without.
    pub(crate) fn start(&mut self, station: bool) {
        *self = Self { phase: if station { Phase::Due } else { Phase::Stopped }, ..Self::new() };
    }

    /// Stops. A wire is gone at once.
    pub(crate) fn stop(&mut self, now: u64, wire: bool) {
        let was = self.phase;
        *self = Self::new();
        if !wire && !matches!(was, Phase::Stopped | Phase::Stopping(_)) {
            self.phase = Phase::Stopping(now.saturating_add(STOPPING));
        }
    }

    /// Tries at once to be in the network: it may be another one, so what was known of the old is void.
    pub(crate) fn join(&mut self) -> [Option<Action>; 3] {
        let down = self.phase == Phase::Up;
        *self = Self { phase: Phase::Due, ..Self::new() };
        [Some(Action::Leave), Some(Action::Forget), down.then_some(Action::Tell(Event::Down(Reason::Asked, Some(0))))]
    }

    /// Leaves the network and stays away.
    pub(crate) fn leave(&mut self) -> [Option<Action>; 3] {
        let told = self.phase == Phase::Away;
        *self = Self { phase: Phase::Away, ..Self::new() };
        [Some(Action::Leave), Some(Action::Forget), (!told).then_some(Action::Tell(Event::Down(Reason::Asked, None)))]
    }

    /// The card says that the attempt has failed, or why the link goes.
    pub(crate) fn failed(&mut self, reason: Reason) {
        self.failed = Some(reason);
    }

    /// Whether frames of the station are wanted.
    pub(crate) fn wanted(&self) -> bool {
        !matches!(self.phase, Phase::Stopped | Phase::Away | Phase::Stopping(_))
    }

    pub(crate) fn is_up(&self) -> bool {
        self.phase == Phase::Up
    }

    /// The pause before the next attempt: twice as long each time, less up to a half.
    fn pause(&mut self, config: &Config, random: &mut Random) -> u32 {
        let most = u64::from(config.first_pause_ms) << self.attempts.min(20);
        let most = most.min(u64::from(config.longest_pause_ms));
        self.attempts = self.attempts.saturating_add(1);
        u32::try_from(most - random.below(most / 2 + 1)).unwrap_or(u32::MAX)
    }

    fn down(&mut self, now: u64, reason: Reason, config: &Config, random: &mut Random) -> Action {
        let pause = self.pause(config, random);
        self.phase = Phase::Pause(now.saturating_add(u64::from(pause) * MILLISECOND));
        self.failed = None;
        Action::Tell(Event::Down(reason, Some(pause)))
    }

    /// The next thing to do; to be asked until there is none.
    pub(crate) fn step(&mut self, now: u64, carrier: bool, config: &Config, random: &mut Random) -> Option<Action> {
        if self.news {
            self.news = false;
            return Some(Action::Address);
        }
        if self.grace.is_some_and(|until| now >= until) && !self.is_up() {
            self.grace = None;
            return Some(Action::Forget);
        }
        match self.phase {
            Phase::Stopped | Phase::Away => None,
            Phase::Stopping(until) => {
                if !carrier || now >= until {
                    self.phase = Phase::Stopped;
                }
                None
            }
            Phase::Due => {
                self.phase = Phase::Starting(now.saturating_add(u64::from(config.attempt_ms) * MILLISECOND));
                self.failed = None;
                Some(Action::Join)
            }
            Phase::Starting(_) | Phase::Pause(_) if carrier => {
                self.phase = Phase::Up;
                (self.attempts, self.failed, self.grace, self.news) = (0, None, None, true);
                Some(Action::Tell(Event::Up))
            }
            Phase::Starting(until) => {
                let reason = self.failed.or((now >= until).then_some(Reason::Timeout))?;
                Some(self.down(now, reason, config, random))
            }
            Phase::Up if !carrier => {
                self.grace = Some(now.saturating_add(u64::from(config.grace_ms) * MILLISECOND));
                let reason = self.failed.unwrap_or(Reason::LinkLost);
                Some(self.down(now, reason, config, random))
            }
            Phase::Up => None,
            Phase::Pause(until) => {
                if now < until {
                    return None;
                }
                self.phase = Phase::Due;
                // What the radio still tries is ended before it begins again.
                Some(Action::Leave)
            }
        }
    }

    /// When [`step`](Self::step) has something to do without anything happening.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let phase = match self.phase {
            Phase::Stopped | Phase::Up | Phase::Away => None,
            Phase::Due => Some(0),
            Phase::Starting(until) | Phase::Pause(until) | Phase::Stopping(until) => Some(until),
        };
        [phase, self.grace].into_iter().flatten().min()
    }

    /// The state in AtomVM's words.
    pub(crate) fn state(&self, address: bool) -> State {
        match self.phase {
            Phase::Stopped => State::Inactive,
            Phase::Due | Phase::Starting(_) if !address => State::Connecting,
            Phase::Up if address => State::Connected,
            Phase::Up => State::Associated,
            Phase::Due | Phase::Starting(_) | Phase::Pause(_) if address => State::Degraded,
            Phase::Due | Phase::Starting(_) | Phase::Pause(_) | Phase::Away => State::Disconnected,
            Phase::Stopping(_) => State::Disconnecting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000 * MILLISECOND;

    fn steps(link: &mut Link, now: u64, carrier: bool) -> alloc::vec::Vec<Action> {
        let config = Config::default();
        let mut random = Random::new(now);
        core::iter::from_fn(|| link.step(now, carrier, &config, &mut random)).collect()
    }

    #[test]
    fn a_wire_comes_up() {
        let mut link = Link::new();
        assert_eq!(link.state(false), State::Inactive);
        link.start(true);
        assert_eq!(steps(&mut link, 0, true), [Action::Join, Action::Tell(Event::Up), Action::Address]);
        assert_eq!(link.state(false), State::Associated);
        assert_eq!(link.deadline(), None);
        link.stop(0, true);
        assert_eq!(link.state(false), State::Inactive);
    }

    #[test]
    fn pauses_grow_to_the_longest() {
        let mut link = Link::new();
        link.start(true);
        let mut now = 0;
        let mut pauses = alloc::vec::Vec::new();
        for _ in 0..12 {
            for action in steps(&mut link, now, false) {
                if let Action::Tell(Event::Down(reason, Some(pause))) = action {
                    assert_eq!(reason, Reason::Timeout);
                    pauses.push(pause);
                }
            }
            now = link.deadline().unwrap();
        }
        assert!(pauses.len() >= 4, "{pauses:?}");
        for (index, pause) in pauses.iter().enumerate() {
            let most = (1000_u32 << index.min(10)).min(60_000);
            assert!((most / 2..=most).contains(pause), "{pauses:?}");
        }
    }

    #[test]
    fn a_short_loss_keeps_addresses_and_a_long_one_does_not() {
        let mut link = Link::new();
        link.start(true);
        steps(&mut link, 0, true);
        let lost = steps(&mut link, SECOND, false);
        assert!(matches!(lost[..], [Action::Tell(Event::Down(Reason::LinkLost, Some(_)))]), "{lost:?}");
        assert_eq!(link.state(true), State::Degraded);
        assert_eq!(steps(&mut link, SECOND + 1, true), [Action::Tell(Event::Up), Action::Address]);
        steps(&mut link, 2 * SECOND, false);
        let mut forgotten = false;
        for second in 3..30 {
            forgotten |= steps(&mut link, second * SECOND, false).contains(&Action::Forget);
            assert_eq!(forgotten, second >= 12);
        }
    }

    #[test]
    fn a_refusal_is_told_and_leaving_is_for_good() {
        let mut link = Link::new();
        link.start(true);
        steps(&mut link, 0, false);
        link.failed(Reason::Refused);
        assert!(matches!(steps(&mut link, 1, false)[..], [Action::Tell(Event::Down(Reason::Refused, Some(_)))]));
        assert_eq!(link.leave()[2], Some(Action::Tell(Event::Down(Reason::Asked, None))));
        assert_eq!(steps(&mut link, 1000 * SECOND, true), []);
        assert_eq!(link.deadline(), None);
        link.join();
        assert_eq!(steps(&mut link, 1001 * SECOND, false), [Action::Join]);
    }

    #[test]
    fn a_radio_takes_time_to_stop() {
        let mut link = Link::new();
        link.start(true);
        steps(&mut link, 0, true);
        link.stop(SECOND, false);
        assert_eq!(link.state(false), State::Disconnecting);
        steps(&mut link, SECOND, true);
        assert_eq!(link.state(false), State::Disconnecting);
        steps(&mut link, 2 * SECOND, true);
        assert_eq!(link.state(false), State::Inactive);
    }
}
