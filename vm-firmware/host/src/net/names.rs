//! Lookups of names, by the system's resolver. It has no way to be asked without waiting, so threads ask it: a bounded
//! number, which end when there is nothing to do.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use emberl_vm::net::{Error, Family};
use mio::Waker;

/// Most threads. One waits for as long as the resolver does, half a minute where no server answers.
const THREADS: usize = 16;
/// How long a thread without work stays.
const IDLE: Duration = Duration::from_secs(10);

/// Addresses, at least one, or why there are none.
pub(crate) type Found = Result<Vec<IpAddr>, Error>;

#[derive(Debug)]
struct Job {
    serial: u64,
    name: String,
    family: Family,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    ended: bool,
}

#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    work: Condvar,
}

impl Desk {
    /// No thread panics while it holds the lock; if one did, the state is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; `None` when the thread is to end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        if state.jobs.is_empty() && !state.ended {
            state.idle += 1;
            let waited = self.work.wait_timeout_while(state, IDLE, |state| state.jobs.is_empty() && !state.ended);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
        }
        let job = if state.ended { None } else { state.jobs.pop_front() };
        if job.is_none() {
            state.threads -= 1;
        }
        job
    }
}

/// The threads and their work.
#[derive(Debug)]
pub(crate) struct Names {
    desk: Arc<Desk>,
    waker: Arc<Waker>,
    sender: Sender<(u64, Found)>,
    results: Receiver<(u64, Found)>,
}

impl Names {
    /// No threads yet. They use the waker when something is found.
    pub(crate) fn new(waker: Waker) -> Self {
        let (sender, results) = channel();
        Self { desk: Arc::default(), waker: Arc::new(waker), sender, results }
    }

    /// Begins a lookup, whose result bears this number.
    pub(crate) fn ask(&self, serial: u64, name: &str, family: Family) -> io::Result<()> {
        let mut state = self.desk.lock();
        state.jobs.push_back(Job { serial, name: name.to_owned(), family });
        if state.idle >= state.jobs.len() || state.threads >= THREADS {
            self.desk.work.notify_one();
            return Ok(());
        }
        let (desk, waker, sender) = (Arc::clone(&self.desk), Arc::clone(&self.waker), self.sender.clone());
        let thread = thread::Builder::new().name("lookup".to_owned());
        match thread.spawn(move || run(&desk, &waker, &sender)) {
            Ok(_) => state.threads += 1,
            Err(error) if state.threads == 0 => {
                state.jobs.pop_back();
                return Err(error);
            }
            // Those that there are do it in time.
            Err(_) => self.desk.work.notify_one(),
        }
        Ok(())
    }

    /// Gives up a lookup. One that has begun goes on, and its result comes.
    pub(crate) fn cancel(&self, serial: u64) {
        self.desk.lock().jobs.retain(|job| job.serial != serial);
    }

    /// The next result.
    pub(crate) fn result(&self) -> Option<(u64, Found)> {
        self.results.try_recv().ok()
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.desk.lock().ended = true;
        self.desk.work.notify_all();
    }
}

fn run(desk: &Desk, waker: &Waker, sender: &Sender<(u64, Found)>) {
    while let Some(job) = desk.next() {
        if sender.send((job.serial, resolve(&job.name, job.family))).is_err() {
            desk.lock().threads -= 1;
            return;
        }
        // It fails only when the poll has gone, and with it who asked.
        let _ = waker.wake();
    }
}

/// Asks the system, and waits.
fn resolve(name: &str, family: Family) -> Found {
    // Why the resolver found nothing, the standard library says in words only; OTP's `inet` says `nxdomain` of nearly all.
    let Ok(found) = (name, 0).to_socket_addrs() else { return Err(Error::Posix("nxdomain")) };
    let mut addresses = Vec::new();
    for address in found.map(|found| found.ip()) {
        if of(address, family) && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() { Err(Error::Posix("nxdomain")) } else { Ok(addresses) }
}

/// What needs no resolver: addresses as text, and what can be no name.
pub(crate) fn at_once(name: &str, family: Family) -> Option<Found> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(if of(address, family) { Ok(vec![address]) } else { Err(Error::Posix("nxdomain")) });
    }
    // RFC 1035, 2.3.4, and what would end a string of the system.
    (name.is_empty() || name.len() > 255 || name.contains('\0')).then_some(Err(Error::Posix("nxdomain")))
}

const fn of(address: IpAddr, family: Family) -> bool {
    matches!((address, family), (IpAddr::V4(_), Family::Inet) | (IpAddr::V6(_), Family::Inet6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::{Poll, Token};

    fn names() -> (Poll, Names) {
        let poll = Poll::new().unwrap();
        let waker = Waker::new(poll.registry(), Token(0)).unwrap();
        (poll, Names::new(waker))
    }

    #[test]
    fn many_lookups_need_few_threads() {
        let (_poll, names) = names();
        for serial in 0..500 {
            names.ask(serial, "localhost", Family::Inet).unwrap();
            assert!(names.desk.lock().threads <= THREADS);
        }
        let mut got: Vec<u64> = (0..500)
            .map(|_| {
                let (serial, found) = names.results.recv_timeout(Duration::from_secs(60)).unwrap();
                assert!(found.unwrap().iter().all(IpAddr::is_loopback));
                serial
            })
            .collect();
        got.sort_unstable();
        assert!(got.into_iter().eq(0..500));
        assert!(names.result().is_none());
        // With the last of them the threads end.
        let desk = Arc::clone(&names.desk);
        drop(names);
        for _ in 0..2000 {
            if desk.lock().threads == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("threads stay");
    }

    #[test]
    fn what_was_given_up_is_not_begun() {
        let (_poll, names) = names();
        // No thread takes from here.
        names.desk.lock().threads = THREADS;
        names.ask(1, "localhost", Family::Inet).unwrap();
        names.ask(2, "localhost", Family::Inet).unwrap();
        names.cancel(1);
        assert!(names.desk.lock().jobs.iter().map(|job| job.serial).eq([2]));
    }

    #[test]
    fn addresses_and_nonsense_need_no_resolver() {
        let nothing = Some(Err(Error::Posix("nxdomain")));
        assert_eq!(at_once("127.0.0.1", Family::Inet), Some(Ok(vec!["127.0.0.1".parse().unwrap()])));
        assert_eq!(at_once("::1", Family::Inet6), Some(Ok(vec!["::1".parse().unwrap()])));
        assert_eq!(at_once("::1", Family::Inet), nothing);
        assert_eq!(at_once("", Family::Inet), nothing);
        assert_eq!(at_once("a\0b", Family::Inet), nothing);
        assert_eq!(at_once(&"a".repeat(256), Family::Inet), nothing);
        assert_eq!(at_once("localhost", Family::Inet), None);
    }
}
