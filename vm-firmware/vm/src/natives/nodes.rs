//! What `erlang` has for processes on other nodes, cookies and ports, on a node that is alone; and small functions of
//! `erlang`, `lists`, `maps` and `unicode` that OTP writes in Erlang.

use alloc::vec::Vec;

use num_bigint::Sign;

use crate::arithmetic;
use crate::atoms;
use crate::heap::View;
use crate::maps;
use crate::natives::process::{arg, atom_arg};
use crate::natives::{Context, Native, find, natives};
use crate::raise::{Raise, Result};
use crate::steps::Steps;
use crate::term::Term;

const NODE: Term = Term::atom(atoms::NONODE_AT_NOHOST);
const TRUE: Term = Term::atom(atoms::TRUE);

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "spawn"/2 => spawn;
    "spawn"/4 => spawn;
    "spawn_link"/2 => spawn_link;
    "spawn_link"/4 => spawn_link;
    "spawn_monitor"/2 => spawn_monitor;
    "spawn_monitor"/4 => spawn_monitor;
    "spawn_opt"/3 => spawn_opt;
    "spawn_opt"/5 => spawn_opt;
    "disconnect_node"/1 => disconnect_node;
    "monitor_node"/2 => monitor_node;
    "monitor_node"/3 => monitor_node;
    "get_cookie"/0 => get_cookie;
    "ports"/0 => ports;
    "fun_info_mfa"/1 => fun_info_mfa;
    guard "is_integer"/3 => is_integer;
};

pub(super) static LISTS: &[Native] = natives! {
    "lists";
    "flatten"/1 => flatten;
};

pub(super) static MAPS: &[Native] = natives! {
    "maps";
    "next"/1 => next;
};

pub(super) static UNICODE: &[Native] = natives! {
    "unicode";
    "characters_to_binary"/1 => characters_to_binary;
    "characters_to_list"/1 => characters_to_list;
};

/// Calls another native function.
fn call(cx: &mut Context<'_>, module: &str, name: &str, arguments: &[Term]) -> Result {
    let native = find(module, name, arguments.len() as u8).and_then(crate::natives::NativeId::get);
    let native = native.ok_or(Raise::Error(Term::atom(atoms::UNDEF)))?;
    (native.function)(cx, arguments)
}

/// Spawns here, if the first argument is this node.
fn spawn_on(cx: &mut Context<'_>, name: &str, arguments: &[Term]) -> Result {
    if arg(arguments, 0) == NODE {
        return call(cx, "erlang", name, arguments.get(1..).unwrap_or_default());
    }
    atom_arg(arguments, 0)?;
    // This node is alone, and no other can be reached: a process here dies in the other's place, as with OTP.
    let reason = cx.heap().list(&[Term::atom(atoms::NOCONNECTION)])?;
    let (module, exit) = (Term::atom(atoms::ERLANG), Term::atom(atoms::EXIT));
    let mut start = [module, exit, reason, Term::NIL];
    let options = name == "spawn_opt";
    if let Some(place) = start.last_mut() {
        *place = arguments.last().copied().unwrap_or(Term::NIL);
    }
    call(cx, "erlang", name, start.get(..if options { 4 } else { 3 }).unwrap_or_default())
}

fn spawn(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    spawn_on(cx, "spawn", arguments)
}

fn spawn_link(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    spawn_on(cx, "spawn_link", arguments)
}

fn spawn_monitor(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    spawn_on(cx, "spawn_monitor", arguments)
}

fn spawn_opt(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    spawn_on(cx, "spawn_opt", arguments)
}

fn disconnect_node(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    atom_arg(arguments, 0)?;
    Ok(Term::atom(cx.shared.atoms.intern("ignored")?))
}

fn monitor_node(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let node = atom_arg(arguments, 0)?;
    arg(arguments, 1).as_boolean().ok_or(Raise::BADARG)?;
    if arguments.len() > 2 && cx.store().length(arg(arguments, 2)).is_none() {
        return Err(Raise::BADARG);
    }
    if Term::atom(node) == NODE {
        return Ok(TRUE);
    }
    let reason = cx.shared.atoms.intern("notalive")?;
    Err(Raise::Error(Term::atom(reason)))
}

fn get_cookie(cx: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::atom(cx.shared.atoms.intern("nocookie")?))
}

fn ports(_: &mut Context<'_>, _: &[Term]) -> Result {
    Ok(Term::NIL)
}

fn fun_info_mfa(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (module, function, arity) = match cx.store().view(arg(arguments, 0)) {
        View::ExportFun(index) => {
            let export = cx.shared.code.exports.get(index as usize).ok_or(Raise::BADARG)?;
            (export.module, export.function, export.arity)
        }
        View::Fun { entry, .. } => {
            let lambda = cx.shared.code.lambdas.get(entry as usize).ok_or(Raise::BADARG)?;
            (lambda.module, lambda.function, lambda.arity)
        }
        _ => return Err(Raise::BADARG),
    };
    Ok(cx.heap().tuple(&[Term::atom(module), Term::atom(function), Term::tiny(i32::from(arity))])?)
}

/// `is_integer(Term, Lower, Upper)`: an integer within the bounds, which are integers.
fn is_integer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let is_whole = |term| matches!(cx.store().view(term), View::Small(_) | View::Big { .. });
    let &[term, low, high] = arguments else { return Err(Raise::BADARG) };
    if !is_whole(low) || !is_whole(high) {
        return Err(Raise::BADARG);
    }
    if !is_whole(term) {
        return Ok(Term::boolean(false));
    }
    let above = arithmetic::subtract(cx, term, low)?;
    let below = arithmetic::subtract(cx, high, term)?;
    let negative = |term| arithmetic::big(cx.store(), term).is_none_or(|difference| difference.sign() == Sign::Minus);
    Ok(Term::boolean(!negative(above) && !negative(below)))
}

fn flatten(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let list = arg(arguments, 0);
    if list != Term::NIL && !list.is_list() {
        return Err(Raise::Error(Term::atom(atoms::FUNCTION_CLAUSE)));
    }
    let (mut flat, mut tails) = (Vec::new(), Vec::new());
    let store = cx.shared.store(&cx.process.heap);
    let budget = &cx.shared.budget;
    let mut rest = list;
    let mut steps = Steps::new(store);
    let walked = (|| {
        loop {
            steps.take()?;
            if let Some((head, tail)) = store.cell(rest) {
                if head == Term::NIL {
                    rest = tail;
                } else if head.is_list() {
                    budget.reserve(&mut tails, 1)?;
                    tails.push(tail);
                    rest = head;
                } else {
                    budget.reserve(&mut flat, 1)?;
                    flat.push(head);
                    rest = tail;
                }
            } else if rest != Term::NIL {
                return Err(Raise::Error(Term::atom(atoms::FUNCTION_CLAUSE)));
            } else if let Some(next) = tails.pop() {
                rest = next;
            } else {
                return Ok(());
            }
        }
    })();
    drop(steps);
    let result = match walked {
        Ok(()) => cx.process.heap.list(&flat).map_err(Raise::from),
        Err(raise) => Err(raise),
    };
    cx.process.bump(flat.len() / 10);
    cx.shared.budget.drop_vector(flat);
    cx.shared.budget.drop_vector(tails);
    result
}

/// The next step of an iterator of maps.
fn next(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let iterator = arg(arguments, 0);
    if iterator == Term::atom(atoms::NONE) {
        return Ok(iterator);
    }
    let step = match cx.store().tuple(iterator) {
        Some(step) => step.len() == 3,
        None => false,
    };
    if step {
        return Ok(iterator);
    }
    if let Some((path, map)) = cx.store().cell(iterator)
        && (path == Term::NIL || path.is_list() || cx.store().integer(path).is_some())
        && maps::is_map(cx.store(), map)
    {
        let kind = Term::atom(cx.shared.atoms.intern("iterator")?);
        return call(cx, "erts_internal", "map_next", &[path, map, kind]);
    }
    Err(Raise::BADARG)
}

fn characters_to_binary(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let unicode = Term::atom(cx.shared.atoms.intern("unicode")?);
    call(cx, "unicode", "characters_to_binary", &[arg(arguments, 0), unicode])
}

fn characters_to_list(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let unicode = Term::atom(cx.shared.atoms.intern("unicode")?);
    call(cx, "unicode", "characters_to_list", &[arg(arguments, 0), unicode])
}
