//! OTP's system processes, started when they are first asked for by name, so that a program pays only for those that it
//! uses. Owns which names they have, and who waits until they are there.
//!
//! Each is an Erlang function of the module `emberl_services`, of the same name. A machine without that module has none.
//! A process that has not had a message yet is only that: its module is not even loaded. What OTP's kernel makes when a
//! node starts (the application controller, the logger, their tables) is made at once, by `init`, when the first name of
//! any of it is asked for; who asks waits until it is there.

use alloc::vec::Vec;

use crate::atoms::{self, Atom};
use crate::memory::NoMemory;
use crate::platform::Platform;
use crate::process::{Extra, PLAIN, Process};
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::term::Term;

/// The module whose functions are the services.
const MODULE: &str = "emberl_services";
/// The group leader of the first process, and of the other services.
const LEADER: &str = "user";
/// The process that makes the rest.
const INIT: &str = "init";
/// Names of processes that are started one by one.
const ALONE: [&str; 6] = [LEADER, INIT, "standard_error", "kernel_safe_sup", "file_server_2", "code_server"];
/// Names of processes that `init` makes together, and of the tables that they own.
const TOGETHER: [&str; 7] =
    ["application_controller", "logger", "kernel_sup", "logger_sup", "logger_std_h_default", "error_logger", "ac_tab"];

/// How far the processes are that are made together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Boot {
    Not,
    Running,
    Done,
}

/// What is known of the services.
#[derive(Debug)]
pub struct Services {
    /// Whether the module is there; `None` while nobody asked.
    present: Option<bool>,
    /// Whether OTP's logger is there, likewise.
    logger: Option<bool>,
    /// Who is told of processes that end by errors: a pid, `undefined`; or [`Term::NONE`] for the process `logger`.
    system_logger: Term,
    boot: Boot,
    /// Processes that wait until they are made.
    waiting: Vec<u32>,
}

impl Services {
    /// Nothing was asked for yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { present: None, logger: None, system_logger: Term::NONE, boot: Boot::Not, waiting: Vec::new() }
    }

    /// Whether OTP's own processes run.
    #[must_use]
    pub fn are_booted(&self) -> bool {
        self.boot != Boot::Not
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::new()
    }
}

/// The process that holds a name. That of a service is started; the caller may have to wait for it.
///
/// # Errors
/// When there is no memory, or the caller must wait.
#[inline]
pub fn whereis(shared: &mut Shared, name: Atom, caller: &Process) -> Result<Option<u32>> {
    match shared.processes.whereis(name) {
        Some(number) => Ok(Some(number)),
        None => find(shared, name, caller),
    }
}

#[cold]
fn find(shared: &mut Shared, name: Atom, caller: &Process) -> Result<Option<u32>> {
    let text = shared.atoms.name(name);
    if ALONE.contains(&text) {
        return Ok(start(shared, name)?);
    }
    if TOGETHER.contains(&text) {
        boot(shared, caller)?;
        return Ok(shared.processes.whereis(name));
    }
    Ok(None)
}

/// A table of that name was asked for, and is not there: if it belongs to a service, that is started, and the caller must
/// wait for it.
///
/// # Errors
/// When there is no memory, or the caller must wait.
#[cold]
pub fn table_missing(shared: &mut Shared, name: Atom, caller: &Process) -> Result<()> {
    if TOGETHER.contains(&shared.atoms.name(name)) { boot(shared, caller) } else { Ok(()) }
}

/// Whether the machine has a module.
fn finds(platform: &mut dyn Platform, name: &str) -> bool {
    platform.module_in_place(name).is_some() || platform.find_module(name).is_some()
}

fn present(shared: &mut Shared) -> bool {
    let Shared { services, platform, .. } = shared;
    *services.present.get_or_insert_with(|| finds(&mut **platform, MODULE))
}

/// Makes the process of a service, which runs when it gets a message.
fn start(shared: &mut Shared, name: Atom) -> core::result::Result<Option<u32>, NoMemory> {
    if !present(shared) {
        return Ok(None);
    }
    let leader = shared.atoms.intern(LEADER)?;
    let leader = if name == leader {
        None
    } else {
        match shared.processes.whereis(leader) {
            Some(number) => Some(number),
            None => start(shared, leader)?,
        }
    };
    let module = shared.atoms.intern(MODULE)?;
    let named = Extra { name: Some(name), ..PLAIN };
    let start = Start { module, function: name, arguments: Term::NIL, arity: 0 };
    let options = signals::Options { extra: Some(&named), ..signals::PLAIN };
    let number = signals::spawn(shared, &[], None, start, &options).map_err(|_| NoMemory)?;
    shared.processes.sleep(number);
    let registered = shared.processes.register(name, number);
    if let Some(process) = shared.processes.get_mut(number) {
        if let Some(leader) = leader {
            process.group_leader = Term::pid(leader);
        }
        if registered.is_err()
            && let Some(extra) = &mut process.extra
        {
            extra.name = None;
        }
    }
    registered?;
    Ok(Some(number))
}

/// The group leader of processes that no other process made, if the machine has one.
///
/// # Errors
/// When there is no memory.
pub fn leader(shared: &mut Shared) -> core::result::Result<Option<Term>, NoMemory> {
    let name = shared.atoms.intern(LEADER)?;
    let number = match shared.processes.whereis(name) {
        Some(number) => Some(number),
        None => start(shared, name)?,
    };
    Ok(number.map(Term::pid))
}

/// Sees that what `init` makes is there, for a process that needs it. For those that make it, it is as it is.
fn boot(shared: &mut Shared, caller: &Process) -> Result<()> {
    if shared.services.boot == Boot::Done || !present(shared) {
        return Ok(());
    }
    let name = shared.atoms.intern(INIT)?;
    let init = match shared.processes.whereis(name) {
        Some(number) => number,
        None => start(shared, name)?.ok_or(Raise::BADARG)?,
    };
    if shared.services.boot == Boot::Not {
        signals::deliver(shared, &[], init, Term::atom(atoms::BOOT))?;
        shared.services.boot = Boot::Running;
    } else if descends(shared, caller, init) {
        return Ok(());
    }
    let Shared { services, budget, .. } = shared;
    if !services.waiting.contains(&caller.number) {
        budget.reserve(&mut services.waiting, 1)?;
        services.waiting.push(caller.number);
    }
    Err(Raise::Wait)
}

/// Whether a process is that of a number, or was made by it, or by one that was.
fn descends(shared: &Shared, process: &Process, from: u32) -> bool {
    let mut process = process;
    // No circle is longer than there are processes.
    for _ in 0..=shared.processes.count() {
        if process.number == from || process.parent == from {
            return true;
        }
        match shared.processes.get(process.parent) {
            Some(parent) => process = parent,
            None => return false,
        }
    }
    false
}

/// `init` has made all, or what could be made: who waited goes on.
pub fn booted(shared: &mut Shared) {
    shared.services.boot = Boot::Done;
    let waiting = core::mem::take(&mut shared.services.waiting);
    for &number in &waiting {
        shared.processes.wake(number);
    }
    shared.budget.drop_vector(waiting);
}

/// The name of the flag of the system that says who is told of processes that end by errors.
pub const SYSTEM_LOGGER: &str = "system_logger";

/// That flag's value.
///
/// # Errors
/// When there is no memory.
pub fn system_logger(shared: &mut Shared) -> Result {
    let value = shared.services.system_logger;
    Ok(if value == Term::NONE { Term::atom(shared.atoms.intern("logger")?) } else { value })
}

/// Sets that flag; gives the value before.
///
/// # Errors
/// `badarg` for anything but a process, `logger` and `undefined`; no memory.
pub fn set_system_logger(shared: &mut Shared, value: Term) -> Result {
    let before = system_logger(shared)?;
    shared.services.system_logger = match value.as_atom() {
        Some(atoms::UNDEFINED) => value,
        Some(name) if shared.atoms.name(name) == "logger" => Term::NONE,
        None if value.is_pid() => value,
        _ => return Err(Raise::BADARG),
    };
    Ok(before)
}

/// Tells OTP's logger of a process that ended by an error: `init`, which makes the logger first where need be, logs it as
/// the emulator does. Whether that could be: not where OTP's logger is not there.
pub fn log_crash(shared: &mut Shared, process: &mut Process, reason: Term) -> bool {
    let Ok(Some(init)) = logger_by(shared) else { return false };
    let time = shared.platform.system_time() / 1000;
    let Ok(crash) = shared.atoms.intern("crash") else { return false };
    let (pid, leader) = (process.pid(), process.group_leader);
    let message = process
        .heap
        .unsigned(time)
        .and_then(|time| process.heap.tuple(&[Term::atom(crash), pid, leader, time, reason]));
    let Ok(message) = message else { return false };
    if signals::deliver(shared, process.heap.words.as_slice(), init, message).is_err() {
        return false;
    }
    // It makes what is not there before it logs.
    if shared.services.boot == Boot::Not {
        shared.services.boot = Boot::Running;
    }
    true
}

/// The process `init`, if it is to be told what is to be logged.
fn logger_by(shared: &mut Shared) -> core::result::Result<Option<u32>, NoMemory> {
    if !present(shared) {
        return Ok(None);
    }
    let logger = shared.atoms.intern("logger")?;
    if shared.processes.whereis(logger).is_none() {
        let Shared { services, platform, .. } = &mut *shared;
        let has_logger = || finds(&mut **platform, "logger_server");
        if services.boot == Boot::Done || !*services.logger.get_or_insert_with(has_logger) {
            return Ok(None);
        }
    }
    let init = shared.atoms.intern(INIT)?;
    match shared.processes.whereis(init) {
        Some(number) => Ok(Some(number)),
        None => start(shared, init),
    }
}
