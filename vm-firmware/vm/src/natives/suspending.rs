//! Suspending processes, as `erlang` gives it. Who suspends a process is tied to it: when that ends, the process goes on.

use crate::atoms;
use crate::natives::process::{arg, options};
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::signals;
use crate::term::Term;
use crate::ties::{Kind, Tie};

const TRUE: Term = Term::atom(atoms::TRUE);

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "suspend_process"/1 => suspend_process;
    "suspend_process"/2 => suspend_process;
    "resume_process"/1 => resume_process;
};

fn suspend_process(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let number = arg(arguments, 0).as_pid().ok_or(Raise::BADARG)?;
    let (mut unless, mut waits, mut answer) = (false, true, None);
    options(cx, arguments.get(1).copied().unwrap_or(Term::NIL), |name, value| {
        match (cx.shared.atoms.name(name), value) {
            ("unless_suspending", None) => unless = true,
            // It is suspended at once, so that there is nothing to wait for.
            ("asynchronous", None) => waits = false,
            ("asynchronous", Some(tag)) => (waits, answer) = (false, Some(tag)),
            _ => return Err(Raise::BADARG),
        }
        Ok(())
    })?;
    let own = cx.process.number;
    if number == own {
        return Err(Raise::BADARG);
    }
    let alive = cx.shared.processes.is_alive(number);
    if let Some(tag) = answer {
        let state = Term::atom(cx.shared.atoms.intern(if alive { "suspended" } else { "badarg" })?);
        let message = cx.heap().tuple(&[tag, state])?;
        signals::send(cx.shared, cx.process, Term::pid(own), message)?;
    }
    if !alive {
        // Who does not wait is told of nothing but by the message.
        return if waits { Err(Raise::BADARG) } else { Ok(TRUE) };
    }
    let processes = &mut cx.shared.processes;
    if let Some(tie) = processes.ties.find_suspend(own, number).and_then(|id| processes.ties.get_mut(id)) {
        if unless {
            return Ok(Term::boolean(false));
        }
        tie.value = tie.value.checked_add(1).filter(|&count| count < 1 << 27).ok_or(Raise::SYSTEM_LIMIT)?;
        return Ok(TRUE);
    }
    processes.ties.reserve()?;
    let mut tie = Tie::new(Kind::Suspend, [own, number], [0; 3]);
    tie.value = 1;
    processes.tie(tie);
    processes.suspend(number);
    Ok(TRUE)
}

fn resume_process(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let number = arg(arguments, 0).as_pid().ok_or(Raise::BADARG)?;
    let own = cx.process.number;
    let processes = &mut cx.shared.processes;
    let id = processes.ties.find_suspend(own, number).ok_or(Raise::BADARG)?;
    let tie = processes.ties.get_mut(id).ok_or(Raise::BADARG)?;
    tie.value -= 1;
    if tie.value == 0 {
        processes.untie(id, &mut cx.shared.binaries);
        processes.resume(number);
    }
    Ok(TRUE)
}
