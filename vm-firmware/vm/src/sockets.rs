//! Which process owns what was opened of a machine's network and peripherals, and which processes wait for it. Owns the
//! bookkeeping between [`crate::net`], [`crate::hardware`] and the processes; what is asked and answered in terms is
//! `natives::net`'s and `natives::board`'s.
//!
//! A handle is tied to its owner as a link is, so that it is closed when that ends. Who waits is told once, by a message
//! as those of OTP's `socket`, and then is forgotten.

use crate::atoms::{self, Atom};
use crate::binaries::Binaries;
use crate::hardware::{self, Hardware};
use crate::heap::Heap;
use crate::index::Index;
use crate::memory::{Budget, NoMemory};
use crate::net::{Answer, Direction, Error, Event, Handle, Request};
use crate::process::Process;
use crate::shared::Shared;
use crate::signals;
use crate::term::{Kind as TermKind, Term};
use crate::ties::{Kind, Tie, TieId};

/// Handles of peripherals have this bit; those of the network have not.
pub const HARDWARE: Handle = 1 << 30;
/// What stands for the link where handles stand: the process that started it is told of it.
pub const LINK: Handle = u32::MAX;
/// The second word of the key of a handle's tie: no reference has it, since fewer are ever made.
const MARK: u32 = u32::MAX;
/// Events that are told at a time: then processes run.
const EVENTS: usize = 64;

/// A process that waits for a handle.
#[derive(Clone, Copy, Debug)]
pub struct Waiter {
    handle: Handle,
    direction: Direction,
    /// The process.
    pub process: u32,
    /// What its message holds.
    pub reference: [u32; 3],
}

/// What is known of the network.
#[derive(Default)]
pub struct Sockets {
    waiters: Index<Waiter>,
    /// When there are so many waiters, those whose processes have ended are looked for.
    crowded: usize,
    /// Handles that are owned, the link among them.
    owned: u32,
    /// Whether the machine was ever asked for anything: what was not needs no polling.
    used: bool,
    /// Likewise for its peripherals.
    hardware: bool,
}

fn key(handle: Handle, direction: Direction) -> u64 {
    let word = (u64::from(handle) << 1 | direction as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word ^ word >> 29
}

fn rehash(waiter: &Waiter) -> u64 {
    key(waiter.handle, waiter.direction)
}

impl Sockets {
    /// Whether anything may come from outside.
    #[must_use]
    pub fn expect_something(&self) -> bool {
        !self.waiters.is_empty() || self.owned > 0
    }

    /// Takes out one of those who wait.
    pub fn take(&mut self, budget: &Budget, handle: Handle, direction: Direction) -> Option<Waiter> {
        let is_it = |waiter: &Waiter| (waiter.handle, waiter.direction) == (handle, direction);
        self.waiters.remove(budget, key(handle, direction), is_it, &rehash)
    }

    /// Takes out the waits of one process.
    pub fn forget(&mut self, budget: &Budget, handle: Handle, process: u32) {
        for direction in [Direction::Read, Direction::Write] {
            self.forget_one(budget, handle, direction, process);
        }
    }

    fn forget_one(&mut self, budget: &Budget, handle: Handle, direction: Direction, process: u32) {
        let is_it = |waiter: &Waiter| (waiter.handle, waiter.direction, waiter.process) == (handle, direction, process);
        self.waiters.remove(budget, key(handle, direction), is_it, &rehash);
    }

    /// Takes out one process's wait, by its reference.
    pub fn cancel(&mut self, budget: &Budget, handle: Handle, reference: [u32; 3]) -> bool {
        [Direction::Read, Direction::Write].into_iter().any(|direction| {
            let is_it = |waiter: &Waiter| waiter.handle == handle && waiter.reference == reference;
            self.waiters.remove(budget, key(handle, direction), is_it, &rehash).is_some()
        })
    }
}

/// A process waits: gives the reference that its message will hold. Whoever waits again is told once.
///
/// # Errors
/// When there is no memory.
pub fn wait(shared: &mut Shared, handle: Handle, direction: Direction, process: u32) -> Result<[u32; 3], NoMemory> {
    let reference = signals::new_reference(shared, process);
    let Shared { sockets, budget, processes, .. } = shared;
    sockets.forget_one(budget, handle, direction, process);
    if sockets.waiters.len() >= sockets.crowded.max(16) {
        // Nobody closes a listener for those who waited for it and have died.
        loop {
            let gone = sockets.waiters.iter().find(|waiter| !processes.is_alive(waiter.process)).copied();
            let Some(gone) = gone else { break };
            sockets.cancel(budget, gone.handle, gone.reference);
        }
        sockets.crowded = sockets.waiters.len() * 2;
    }
    sockets.waiters.reserve(budget, &rehash)?;
    sockets.waiters.add(key(handle, direction), Waiter { handle, direction, process, reference }, &rehash);
    Ok(reference)
}

fn tie_of(shared: &Shared, handle: Handle) -> Option<TieId> {
    let ties = &shared.processes.ties;
    ties.find([handle, MARK, 0]).filter(|&id| ties.get(id).is_some_and(|tie| tie.kind == Kind::Handle))
}

/// The process that owns a handle.
#[must_use]
pub fn owner(shared: &Shared, handle: Handle) -> Option<u32> {
    let [owner, _] = shared.processes.ties.get(tie_of(shared, handle)?)?.ends;
    Some(owner)
}

/// Makes sure that [`own`] will find memory once.
///
/// # Errors
/// When there is none.
pub fn reserve(shared: &mut Shared) -> Result<(), NoMemory> {
    shared.sockets.used = true;
    shared.processes.ties.reserve()
}

/// As [`reserve`], for a handle of a peripheral.
///
/// # Errors
/// When there is no memory.
pub fn reserve_hardware(shared: &mut Shared) -> Result<(), NoMemory> {
    shared.processes.ties.reserve()
}

/// A process owns a handle from now on; there is [room](reserve).
pub fn own(shared: &mut Shared, handle: Handle, process: u32) {
    // The room would go with the old tie: that goes last.
    let old = tie_of(shared, handle);
    shared.processes.tie(Tie::new(Kind::Handle, [process, 0], [handle, MARK, 0]));
    match old {
        Some(old) => drop(shared.processes.untie(old, &mut shared.binaries)),
        None => shared.sockets.owned += 1,
    }
}

/// Nobody owns a handle any more.
pub fn disown(shared: &mut Shared, handle: Handle) {
    if let Some(id) = tie_of(shared, handle)
        && shared.processes.untie(id, &mut shared.binaries).is_some()
    {
        shared.sockets.owned = shared.sockets.owned.saturating_sub(1);
    }
}

/// Asks the machine for something, as the network's vocabulary has it; `enotsup` where there is no network.
///
/// # Errors
/// What the machine says.
pub fn request(shared: &mut Shared, request: Request<'_>) -> crate::net::Result {
    let now = shared.platform.monotonic();
    match shared.platform.network() {
        Some(network) => network.request(now, request),
        None => Err(Error::Posix("enotsup")),
    }
}

/// Asks the machine for something of its peripherals; `enotsup` where there are none.
///
/// # Errors
/// What the machine says.
pub fn hardware(shared: &mut Shared, request: hardware::Request<'_>) -> hardware::Result {
    shared.sockets.hardware = true;
    match shared.platform.hardware() {
        Some(hardware) => hardware.request(request),
        None => Err("enotsup"),
    }
}

/// Closes a handle whose owner has ended or asked for it: what is for the link stops that.
///
/// # Errors
/// What the machine says.
pub fn close(shared: &mut Shared, handle: Handle) -> crate::net::Result {
    disown(shared, handle);
    if handle != LINK && handle & HARDWARE != 0 {
        let closed = hardware(shared, hardware::Request::Close(handle & !HARDWARE));
        return closed.map(|_| Answer::Done).map_err(Error::Posix);
    }
    request(shared, if handle == LINK { Request::Stop } else { Request::Close(handle) })
}

/// Puts `{'$socket', Handle, abort, {Reference, closed}}` into a mailbox.
///
/// # Errors
/// When there is no memory.
pub fn abort_message(budget: &Budget, receiver: &mut Process, waiter: Waiter) -> Result<(), NoMemory> {
    crate::processes::reserve_messages(budget, &mut receiver.mailbox, 1)?;
    let heap = &mut receiver.heap;
    let reference = heap.boxed(TermKind::Reference, &waiter.reference)?;
    let why = heap.tuple(&[reference, Term::atom(atoms::CLOSED)])?;
    let message = message(heap, waiter.handle, atoms::ABORT, why)?;
    receiver.mailbox.push_back(message);
    Ok(())
}

fn message(heap: &mut Heap, handle: Handle, what: Atom, more: Term) -> Result<Term, NoMemory> {
    let handle = heap.unsigned(handle.into())?;
    heap.tuple(&[Term::atom(atoms::SOCKET), handle, Term::atom(what), more])
}

/// Does what is due in the network, and tells the processes of what has come. Says whether there may be more at once.
#[cold]
fn pump(shared: &mut Shared, tell: &mut dyn FnMut(&mut Shared, Event)) -> bool {
    let now = shared.platform.monotonic();
    let Some(network) = shared.platform.network() else { return false };
    network.poll(now);
    for _ in 0..EVENTS {
        let Some(event) = shared.platform.network().and_then(crate::net::Network::event) else { return false };
        match event {
            Event::Ready(handle, direction) => ready(shared, handle, direction),
            event => tell(shared, event),
        }
    }
    true
}

/// Tells the processes of what the peripherals have found. Says whether there may be more at once.
#[cold]
fn pump_hardware(shared: &mut Shared) -> bool {
    for _ in 0..EVENTS {
        let Some(event) = shared.platform.hardware().and_then(Hardware::event) else { return false };
        match event {
            hardware::Event::Ready(handle, direction) => ready(shared, handle | HARDWARE, direction),
            hardware::Event::Pin(handle, pin) => {
                if let Some(owner) = owner(shared, handle | HARDWARE) {
                    post(shared, owner, &mut |heap, _| {
                        heap.tuple(&[Term::atom(atoms::GPIO_INTERRUPT), Term::tiny(pin.into())])
                    });
                }
            }
        }
    }
    true
}

/// Does what is due where network or peripherals were ever used; the link's events go to who started it. Says whether there
/// may be more at once.
pub fn poll(shared: &mut Shared) -> bool {
    let more = shared.sockets.used && pump(shared, &mut crate::natives::net::tell);
    (shared.sockets.hardware && pump_hardware(shared)) | more
}

/// When network or peripherals have to be polled next.
pub fn deadline(shared: &mut Shared) -> Option<u64> {
    let hardware = if shared.sockets.hardware { shared.platform.hardware().and_then(Hardware::deadline) } else { None };
    if !shared.sockets.used {
        return hardware;
    }
    let now = shared.platform.monotonic();
    let network = shared.platform.network().and_then(|network| network.deadline(now));
    hardware.into_iter().chain(network).min()
}

/// Tells all who wait for a handle that they may ask again.
fn ready(shared: &mut Shared, handle: Handle, direction: Direction) {
    while let Some(waiter) = {
        let Shared { sockets, budget, .. } = &mut *shared;
        sockets.take(budget, handle, direction)
    } {
        post(shared, waiter.process, &mut |heap, _| {
            let reference = heap.boxed(TermKind::Reference, &waiter.reference)?;
            message(heap, handle, atoms::SELECT, reference)
        });
    }
}

/// Sends a message that is made on the heap of who gets it; one without memory for it dies, since it would wait for ever.
/// Not for a process that is at hand.
pub fn post(shared: &mut Shared, to: u32, make: &mut dyn FnMut(&mut Heap, &mut Binaries) -> Result<Term, NoMemory>) {
    if signals::post(shared, to, make).is_err() {
        signals::end_for_memory(shared, to, None);
    }
}
