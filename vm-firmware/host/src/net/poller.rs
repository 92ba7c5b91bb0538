//! Waiting for sockets and for time, all at once. Owns the system's poll, which the network and the loop that drives the
//! virtual machine share.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use mio::{Events, Poll, Registry, Token};

use crate::clock::Clock;

/// Things taken from the system at a time; what is left is taken the next time.
const AT_A_TIME: usize = 256;

/// How exactly the system's poll keeps its time, beyond which the thread sleeps instead. Windows counts in ticks of its
/// clock, others in milliseconds.
const GRAIN: u64 = if cfg!(windows) { 16_000_000 } else { 1_000_000 };

/// The longest sleep that nothing from outside ends, in nanoseconds.
const NAP: u64 = 1_000_000;

/// What is ready of a socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready {
    /// Whose it is.
    pub(crate) token: Token,
    /// There is something to be read, or an error.
    pub(crate) read: bool,
    /// There is room, or an error.
    pub(crate) write: bool,
}

/// The system's poll.
#[derive(Debug)]
pub(crate) struct Poller {
    poll: Poll,
    events: Events,
    ready: Vec<Ready>,
}

impl Poller {
    fn new() -> io::Result<Self> {
        Ok(Self { poll: Poll::new()?, events: Events::with_capacity(AT_A_TIME), ready: Vec::new() })
    }

    /// Where sockets are put in.
    pub(crate) fn registry(&self) -> &Registry {
        self.poll.registry()
    }

    /// Takes what is ready, after waiting for it at most so long; `None` waits for ever.
    fn gather(&mut self, timeout: Option<Duration>) {
        // A signal ends the wait early, which is no harm; other errors would be of wrong arguments.
        if self.poll.poll(&mut self.events, timeout).is_err() {
            return;
        }
        for event in &self.events {
            let over = event.is_error();
            self.ready.push(Ready {
                token: event.token(),
                read: over || event.is_readable() || event.is_read_closed(),
                write: over || event.is_writable() || event.is_write_closed(),
            });
        }
    }

    /// Moves what is ready into a list, after a look at the system when `look`.
    pub(crate) fn take(&mut self, look: bool, into: &mut Vec<Ready>) {
        if look {
            self.gather(Some(Duration::ZERO));
        }
        into.append(&mut self.ready);
    }
}

/// A poll that is made when it is first needed: most programs have no network.
pub(crate) type Shared = Rc<RefCell<Option<Poller>>>;

/// Does something with the poll, which is made now if there is none.
pub(crate) fn with<T>(shared: &Shared, action: impl FnOnce(&mut Poller) -> io::Result<T>) -> io::Result<T> {
    let mut poller = shared.borrow_mut();
    match &mut *poller {
        Some(poller) => action(poller),
        none => action(none.insert(Poller::new()?)),
    }
}

/// What the loop that drives the virtual machine sleeps by.
#[derive(Clone, Debug)]
pub struct Waiter {
    pub(crate) poller: Shared,
    pub(crate) clock: Clock,
}

impl Waiter {
    /// Whether nothing can come by the network: no socket was ever made.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.poller.borrow().is_none()
    }

    /// Sleeps until a time of the clock in nanoseconds, or, which may be earlier, until something of the network is ready;
    /// without a time for as long as nothing is. It may return earlier without a reason. Something that comes in the last
    /// millisecond before the time may have to wait for it.
    pub fn wait(&self, until: Option<u64>) {
        let mut poller = self.poller.borrow_mut();
        let Some(poller) = &mut *poller else {
            // Without a socket nothing comes.
            match until {
                Some(until) => self.clock.sleep_until(until),
                None => thread::sleep(Duration::from_secs(1)),
            }
            return;
        };
        while poller.ready.is_empty() {
            let Some(until) = until else {
                poller.gather(None);
                return;
            };
            let Some(left) = until.checked_sub(self.clock.now()).filter(|&left| left > 0) else { return };
            // The poll rounds up to its grain, so that it is given whole milliseconds that surely end before the time.
            let coarse = left.saturating_sub(GRAIN) / NAP * NAP;
            if coarse > 0 {
                poller.gather(Some(Duration::from_nanos(coarse)));
            } else {
                thread::sleep(Duration::from_nanos(left.min(NAP)));
                poller.gather(Some(Duration::ZERO));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Waker;

    fn waiter() -> Waiter {
        Waiter { poller: Shared::default(), clock: Clock::new() }
    }

    #[test]
    fn times_are_met() {
        let waiter = waiter();
        for made in [false, true] {
            if made {
                with(&waiter.poller, |_| Ok(())).unwrap();
            }
            for length in [100_000, 1_000_000, 2_500_000, 30_000_000] {
                let goal = waiter.clock.now() + length;
                waiter.wait(Some(goal));
                assert!(waiter.clock.now() >= goal);
            }
            // What is past is no wait.
            waiter.wait(Some(0));
        }
    }

    #[test]
    fn something_from_outside_ends_the_wait() {
        let waiter = waiter();
        let waker = with(&waiter.poller, |poller| Waker::new(poller.registry(), Token(1))).unwrap();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            waker.wake().unwrap();
            // With the waker its event would go.
            waker
        });
        let start = waiter.clock.now();
        waiter.wait(Some(start + 60_000_000_000));
        assert!(waiter.clock.now() - start < 30_000_000_000);
        // It stays ready until it is taken.
        waiter.wait(None);
        let mut ready = Vec::new();
        with(&waiter.poller, |poller| {
            poller.take(true, &mut ready);
            Ok(())
        })
        .unwrap();
        assert!(ready.iter().any(|ready| ready.token == Token(1)));
        thread.join().unwrap();
    }
}
