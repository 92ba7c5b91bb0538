//! Modules with `-on_load`: at the first call their function runs in a process of its own, and other modules can call the
//! module once that has ended with `ok`. Owns which modules are waiting for it, and who waits for them.
//!
//! OTP's code server does the same: a function that returns anything but `ok`, or fails, leaves the module as if it were
//! not there, so that calls are `undef`; a later call tries again. Here the code stays in memory for that.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::atoms::{self, Atom};
use crate::code;
use crate::heap::Heap;
use crate::memory::NoMemory;
use crate::platform::Stream;
use crate::print::{self, Mode};
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::term::Term;

/// What a module's function waits for.
#[derive(Debug)]
pub struct Loading {
    /// The module.
    module: Atom,
    /// The process that runs its function.
    process: u32,
    /// Processes that called the module meanwhile.
    waiting: Vec<u32>,
}

/// Whether a module can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Yes.
    Ready,
    /// Not until its `on_load` function has ended: the process must [`wait`].
    Loading,
    /// It is not there, or does not load, or the process itself is what it waits for.
    Absent,
}

/// Sees that a module is loaded, for a process that calls it.
pub fn find(shared: &mut Shared, module: Atom, caller: u32) -> Presence {
    if !shared.ensure_loaded(module) {
        return Presence::Absent;
    }
    if shared.code.module(module).is_none_or(|loaded| loaded.ready) {
        return Presence::Ready;
    }
    if shared.loading.iter().all(|loading| loading.module != module) && begin(shared, module).is_err() {
        return Presence::Absent;
    }
    if waits_for(shared, module, caller) { Presence::Absent } else { Presence::Loading }
}

/// Whether a module's function cannot end before that process goes on: because that runs it, or because it waits for a
/// module of which the same can be said.
fn waits_for(shared: &Shared, module: Atom, caller: u32) -> bool {
    let mut module = module;
    // Each step leads to another module, so there are no more than modules.
    for _ in 0..=shared.loading.len() {
        let Some(loading) = shared.loading.iter().find(|loading| loading.module == module) else { return false };
        if loading.process == caller {
            return true;
        }
        let Some(next) = shared.loading.iter().find(|next| next.waiting.contains(&loading.process)) else {
            return false;
        };
        module = next.module;
    }
    true
}

/// Makes the process that runs the `on_load` function of a module that is loaded.
fn begin(shared: &mut Shared, module: Atom) -> Result<(), NoMemory> {
    let Shared { budget, loading, .. } = shared;
    budget.reserve(loading, 1)?;
    // What OTP tells of processes that run a fun.
    let start = Start { module: atoms::ERLANG, function: atoms::APPLY, arguments: Term::NIL, arity: 2 };
    let number = signals::spawn(shared, &[], None, start, &signals::PLAIN).map_err(|_| NoMemory)?;
    if let Some(process) = shared.processes.get_mut(number) {
        process.ip = code::ON_LOAD;
        process.registers.clear();
        // There is room: the start took three.
        process.registers.push(Term::atom(module).0);
    }
    shared.loading.push(Loading { module, process: number, waiting: Vec::new() });
    Ok(())
}

/// Notes that a process waits for a module: it is woken when the module's function has ended.
///
/// # Errors
/// When there is no memory.
pub fn wait(shared: &mut Shared, module: Atom, process: u32) -> Result<(), NoMemory> {
    let Shared { budget, loading, .. } = shared;
    match loading.iter_mut().find(|loading| loading.module == module) {
        Some(loading) if !loading.waiting.contains(&process) => {
            budget.reserve(&mut loading.waiting, 1)?;
            loading.waiting.push(process);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A process has ended, with a reason in its heap. If it ran an `on_load` function, its module can be called from now on
/// or is given up, and who waits for it goes on.
pub fn ended(shared: &mut Shared, number: u32, heap: &Heap, reason: Term) {
    let Some(at) = shared.loading.iter().position(|loading| loading.process == number) else { return };
    let Loading { module, waiting, .. } = shared.loading.swap_remove(at);
    let good = reason == Term::atom(atoms::OK);
    if good {
        shared.code.open(module);
    } else if !reason.is_atom() {
        // OTP says nothing of atoms.
        report(shared, heap, module, reason);
    }
    for &process in &waiting {
        if let Some(waiting) = shared.processes.get_mut(process)
            && !good
            && waiting.ip == code::RETRY
            && waiting.registers.first() == Some(&Term::atom(module).0)
        {
            waiting.ip = code::GIVE_UP;
        }
        shared.processes.wake(process);
    }
    shared.budget.drop_vector(waiting);
}

/// Tells that a module was given up, in OTP's words.
fn report(shared: &mut Shared, heap: &Heap, module: Atom, reason: Term) {
    let mut text = String::new();
    let _ = writeln!(text, "The on_load function for module {} returned:", shared.atoms.name(module));
    let store = shared.store(heap);
    let _ = print::print(store, &shared.code, reason, Mode::Pretty, &shared.budget, &mut text);
    text.push('\n');
    shared.platform.write(Stream::Error, text.as_bytes());
}
