//! How processes are made, as `erlang` gives it.

use crate::atoms;
use crate::heap::View;
use crate::natives::process::{NODE, arg, atom_arg, monitor_options, options, priority};
use crate::natives::process_flags::set_flag;
use crate::natives::{Context, Native, natives};
use crate::process::Extra;
use crate::raise::{Raise, Result};
use crate::shared::Shared;
use crate::signals::{self, Start};
use crate::term::{Kind, Term};
use crate::ties::Alias;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "spawn"/1 => spawn_fun;
    "spawn"/3 => spawn_call;
    "spawn_link"/1 => spawn_link_fun;
    "spawn_link"/3 => spawn_link_call;
    "spawn_monitor"/1 => spawn_monitor_fun;
    "spawn_monitor"/3 => spawn_monitor_call;
    "spawn_opt"/2 => spawn_opt_fun;
    "spawn_opt"/4 => spawn_opt_call;
    "spawn_request"/1 => spawn_request;
    "spawn_request"/2 => spawn_request;
    "spawn_request"/3 => spawn_request;
    "spawn_request"/4 => spawn_request;
    "spawn_request"/5 => spawn_request;
    "spawn_request_abandon"/1 => spawn_request_abandon;
};

/// How `spawn_opt` and its like were asked to make a process.
#[derive(Clone, Copy)]
struct Wishes {
    link: bool,
    monitor: Option<(Alias, Option<Term>)>,
    priority: u8,
    extra: Option<Extra>,
}

const PLAIN: Wishes = Wishes { link: false, monitor: None, priority: 1, extra: None };
const LINKED: Wishes = Wishes { link: true, ..PLAIN };
const WATCHED: Wishes = Wishes { monitor: Some((Alias::No, None)), ..PLAIN };

/// The call that a fun's process begins with.
fn fun_start(cx: &mut Context<'_>, fun: Term) -> Result<Start> {
    let store = cx.store();
    // Module and function in a tuple were a fun once: to call them fails in the new process.
    let pair = store.tuple(fun).is_some_and(|pair| pair.len() == 2 && pair.iter().all(Term::is_atom));
    if !pair && !matches!(store.view(fun), View::Fun { .. } | View::ExportFun(_)) {
        return Err(Raise::BADARG);
    }
    let arguments = cx.heap().list(&[fun, Term::NIL])?;
    Ok(Start { module: atoms::ERLANG, function: atoms::APPLY, arguments, arity: 2 })
}

pub(super) fn call_start(cx: &Context<'_>, arguments: &[Term]) -> Result<Start> {
    let (module, function) = (atom_arg(arguments, 0)?, atom_arg(arguments, 1)?);
    let arguments = arg(arguments, 2);
    let count = cx.store().length(arguments).ok_or(Raise::BADARG)?;
    let arity = u8::try_from(count).map_err(|_| Raise::SYSTEM_LIMIT)?;
    Ok(Start { module, function, arguments, arity })
}

fn spawn(cx: &mut Context<'_>, start: Start, wishes: &Wishes) -> Result {
    // All that may fail on this side first.
    cx.heap().reserve(16)?;
    let Context { process, shared } = cx;
    let options = signals::Options { priority: wishes.priority, extra: wishes.extra.as_ref() };
    let number = signals::spawn(shared, process.heap.words.as_slice(), Some(process), start, &options)?;
    let mut reference = None;
    let mut tie = || {
        if wishes.link {
            shared.processes.link(process.number, number)?;
        }
        if let Some((alias, tag)) = wishes.monitor {
            let words = signals::new_reference(shared, process.number);
            let tag = tag.unwrap_or(Term::atom(atoms::DOWN));
            let object = Ok(Term::pid(number));
            let watch = signals::Watch { target: Some(number), object, tag, alias, reference: words };
            signals::monitor(shared, process, &watch)?;
            reference = Some(words);
        }
        Ok(())
    };
    if let Err(error) = tie() {
        shared.processes.unlink(process.number, number, &mut shared.binaries);
        if let Some(mut new) = shared.processes.take(number) {
            shared.processes.remove(&mut new);
            shared.processes.drop_process(new, &mut shared.binaries);
        }
        return Err(error);
    }
    let pid = Term::pid(number);
    match reference {
        Some(words) => {
            let reference = process.heap.boxed(Kind::Reference, &words)?;
            Ok(process.heap.tuple(&[pid, reference])?)
        }
        None => Ok(pid),
    }
}

/// Whether a term is a fun without arguments.
fn is_fun_of_none(cx: &Context<'_>, fun: Term) -> bool {
    let Shared { code, .. } = &*cx.shared;
    let arity = match cx.store().object(fun) {
        Some((Kind::Fun, &[entry, ..])) => code.lambdas.get(entry as usize).map(|lambda| lambda.arity),
        Some((Kind::ExportFun, &[index])) => code.exports.get(index as usize).map(|export| export.arity),
        _ => None,
    };
    arity == Some(0)
}

fn wishes(cx: &Context<'_>, list: Term) -> Result<Wishes> {
    let mut wishes = PLAIN;
    let badopt = Raise::ErrorWithCause(atoms::BADOPT);
    options(cx, list, |name, value| {
        match (name, value) {
            (atoms::LINK, None) => wishes.link = true,
            (atoms::MONITOR, None) => wishes.monitor = Some((Alias::No, None)),
            (atoms::MONITOR, Some(list)) => wishes.monitor = Some(monitor_options(cx, list)?),
            (atoms::PRIORITY, Some(value)) => wishes.priority = priority(value)?,
            (_, Some(value)) => {
                let mut extra = wishes.extra.unwrap_or(crate::process::PLAIN);
                set_flag(cx, &mut extra, name, value, true)?;
                wishes.extra = Some(extra);
            }
            _ => return Err(badopt),
        }
        Ok(())
    })?;
    Ok(wishes)
}

fn make_fun(cx: &mut Context<'_>, arguments: &[Term], wishes: &Wishes) -> Result {
    let start = fun_start(cx, arg(arguments, 0))?;
    spawn(cx, start, wishes)
}

fn make_call(cx: &mut Context<'_>, arguments: &[Term], wishes: &Wishes) -> Result {
    let start = call_start(cx, arguments)?;
    spawn(cx, start, wishes)
}

fn spawn_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    make_fun(cx, arguments, &PLAIN)
}

fn spawn_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    make_call(cx, arguments, &PLAIN)
}

fn spawn_link_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    make_fun(cx, arguments, &LINKED)
}

fn spawn_link_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    make_call(cx, arguments, &LINKED)
}

fn spawn_monitor_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    // Of OTP's functions this one looks at it.
    if !arguments.last().is_some_and(|&fun| is_fun_of_none(cx, fun)) {
        return Err(Raise::BADARG);
    }
    make_fun(cx, arguments, &WATCHED)
}

fn spawn_monitor_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    make_call(cx, arguments, &WATCHED)
}

/// The options stand last.
fn split<'a>(cx: &Context<'_>, arguments: &'a [Term]) -> Result<(Wishes, &'a [Term])> {
    let (options, arguments) = arguments.split_last().ok_or(Raise::BADARG)?;
    Ok((wishes(cx, *options)?, arguments))
}

fn spawn_opt_fun(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (wishes, arguments) = split(cx, arguments)?;
    make_fun(cx, arguments, &wishes)
}

fn spawn_opt_call(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (wishes, arguments) = split(cx, arguments)?;
    make_call(cx, arguments, &wishes)
}

/// What the answer to a request is to be.
struct Answer {
    tag: Term,
    success: bool,
    error: bool,
}

/// What `spawn_request` asks for beyond `spawn_opt`; the other options are left for that.
fn answer(cx: &mut Context<'_>, list: Term) -> Result<(Answer, Term)> {
    let mut answer = Answer { tag: Term::atom(cx.shared.atoms.intern("spawn_reply")?), success: true, error: true };
    let (mut rest, mut others) = (list, Term::NIL);
    while let Some((option, tail)) = cx.store().cell(rest) {
        rest = tail;
        let pair = cx.store().tuple(option).filter(|pair| pair.len() == 2);
        let pair = pair.and_then(|pair| Some((pair.get(0)?.as_atom()?, pair.get(1)?)));
        match pair.map(|(name, value)| (cx.shared.atoms.name(name), value)) {
            Some(("reply_tag", tag)) => answer.tag = tag,
            Some(("reply", what)) if what.is_atom() => {
                let name = what.as_atom().map_or("", |name| cx.shared.atoms.name(name));
                (answer.success, answer.error) = match name {
                    "yes" => (true, true),
                    "no" => (false, false),
                    "success_only" => (true, false),
                    "error_only" => (false, true),
                    _ => {
                        others = cx.heap().cons(option, others)?;
                        continue;
                    }
                };
            }
            _ => others = cx.heap().cons(option, others)?,
        }
    }
    if rest != Term::NIL {
        return Err(Raise::BADARG);
    }
    // In their order again.
    let mut list = Term::NIL;
    while let Some((option, tail)) = cx.store().cell(others) {
        list = cx.heap().cons(option, list)?;
        others = tail;
    }
    Ok((answer, list))
}

/// Everything is here, so the answer comes at once.
fn spawn_request(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let first = arg(arguments, 0);
    let function = |term: Term| term.is_atom();
    // A fun, or a node and a fun; a call, or a node and a call; each with options or without.
    let fun = is_fun_of_none(cx, first);
    let (node, count) = match arguments.len() {
        1 | 2 if fun => (NODE, 1),
        2 | 3 if first.is_atom() && is_fun_of_none(cx, arg(arguments, 1)) => (first, 2),
        3 if function(arg(arguments, 1)) => (NODE, 3),
        4 if function(arg(arguments, 1)) && !function(arg(arguments, 2)) => (NODE, 3),
        4 | 5 if function(arg(arguments, 1)) && function(arg(arguments, 2)) => (first, 4),
        _ => return Err(Raise::BADARG),
    };
    if !first.is_atom() && !fun {
        return Err(Raise::BADARG);
    }
    let (answer, others) = answer(cx, arguments.get(count).copied().unwrap_or(Term::NIL))?;
    let behind = usize::from(count % 2 == 0);
    let call = arguments.get(behind..count).unwrap_or_default();
    let start = if call.len() == 1 { fun_start(cx, arg(call, 0))? } else { call_start(cx, call)? };
    // Room for the answer before anything is made.
    cx.heap().reserve(32)?;
    crate::processes::reserve_messages(&cx.shared.budget, &mut cx.process.mailbox, 1)?;
    let wishes = match wishes(cx, others) {
        _ if node != NODE => Err(atoms::NOCONNECTION),
        Err(Raise::NoMemory) => return Err(Raise::NoMemory),
        Err(_) => Err(atoms::BADOPT),
        Ok(wishes) => Ok(wishes),
    };
    let made = match wishes {
        Ok(wishes) => match spawn(cx, start, &wishes) {
            Ok(made) => Ok(made),
            Err(Raise::NoMemory) => return Err(Raise::NoMemory),
            Err(_) => Err(atoms::SYSTEM_LIMIT),
        },
        Err(reason) => Err(reason),
    };
    let watched = made.ok().and_then(|made| cx.store().tuple(made)).and_then(|pair| Some((pair.get(0)?, pair.get(1)?)));
    let reference = match watched {
        Some((_, reference)) => reference,
        None => {
            let words = signals::new_reference(cx.shared, cx.process.number);
            cx.heap().boxed(Kind::Reference, &words)?
        }
    };
    let (wanted, result, value) = match made {
        Ok(made) => (answer.success, atoms::OK, watched.map_or(made, |(pid, _)| pid)),
        Err(reason) => (answer.error, atoms::ERROR, Term::atom(reason)),
    };
    if wanted {
        let message = cx.heap().tuple(&[answer.tag, reference, Term::atom(result), value])?;
        let own = cx.process.pid();
        signals::send(cx.shared, cx.process, own, message)?;
    }
    Ok(reference)
}

/// The answer has come already.
fn spawn_request_abandon(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    match cx.store().view(arg(arguments, 0)) {
        View::Reference(_) => Ok(Term::boolean(false)),
        _ => Err(Raise::BADARG),
    }
}
