//! Match specifications without tables: compiling them, running them over lists, and what is wrong with them.

use alloc::string::String;
use core::fmt::Write;

use crate::atoms;
use crate::match_spec::compile::compile;
use crate::match_spec::run::Runner;
use crate::match_spec::{Dialect, Problem};
use crate::memory::NoMemory;
use crate::natives::ets_select::{compiled, runner, specification_of};
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::print;
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ETS: &[Native] = natives! {
    "ets";
    "match_spec_compile"/1 => match_spec_compile;
    "is_compiled_ms"/1 => is_compiled_ms;
    "match_spec_run"/2 => match_spec_run;
    "match_spec_run_r"/3 => match_spec_run_r;
};

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    "match_spec_test"/3 => match_spec_test;
};

fn match_spec_compile(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let budget = cx.shared.budget.clone();
    match runner(cx, &budget, arg(arguments, 0))? {
        Some(_) => compiled(cx, arg(arguments, 0)),
        None => Err(Raise::BADARG),
    }
}

fn is_compiled_ms(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(specification_of(cx, arg(arguments, 0)).is_some()))
}

/// The results for the terms of a list, the last first, before `tail`.
fn run_list(cx: &mut Context<'_>, mut list: Term, reference: Term, tail: Term) -> Result {
    let specification = specification_of(cx, reference).ok_or(Raise::BADARG)?;
    let budget = cx.shared.budget.clone();
    let mut runner = runner(cx, &budget, specification)?.ok_or(Raise::BADARG)?;
    let mut results = tail;
    while let Some((object, rest)) = cx.store().cell(list) {
        if let Some(result) = runner.run(cx, None, object)? {
            results = cx.heap().cons(result, results)?;
        }
        list = rest;
    }
    if list == Term::NIL { Ok(results) } else { Err(Raise::BADARG) }
}

fn match_spec_run_r(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    run_list(cx, arg(arguments, 0), arg(arguments, 1), arg(arguments, 2))
}

fn match_spec_run(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let mut reversed = run_list(cx, arg(arguments, 0), arg(arguments, 1), Term::NIL)?;
    let mut results = Term::NIL;
    while let Some((result, rest)) = cx.store().cell(reversed) {
        results = cx.heap().cons(result, results)?;
        reversed = rest;
    }
    Ok(results)
}

/// What OTP says of a problem.
fn explain(cx: &Context<'_>, problem: Problem, text: &mut String) {
    let name = |atom| cx.shared.atoms.name(atom);
    let show = |term: Term, text: &mut String| {
        let _ = print::print(cx.store(), &cx.shared.code, term, print::Mode::Display, &cx.shared.budget, text);
    };
    let special = |function, how: &str, term, text: &mut String| {
        for part in ["Special form '", name(function), how] {
            text.push_str(part);
        }
        show(term, text);
    };
    match problem {
        Problem::NoList => text.push_str("Match programs are not in a list"),
        Problem::ImproperList => text.push_str("Match programs are not in a proper list"),
        Problem::NoTriple => text.push_str("Match program part is not a tuple of arity 3"),
        Problem::NoExpressions => text.push_str("Match expression is not a list"),
        Problem::ImproperExpressions => text.push_str("Match expression is not a proper list"),
        Problem::NoBody => text.push_str("Body clause does not return anything"),
        Problem::VariableKey => text.push_str("Variable found in map key"),
        Problem::UnderscoreKey => text.push_str("Underscore found in map key"),
        Problem::Unbound(number) => {
            let _ = write!(text, "Variable ${number} is unbound");
        }
        Problem::Unknown(function, arity) | Problem::Context(function, arity) => {
            text.push_str("Function ");
            show(Term::atom(function), text);
            let context = matches!(problem, Problem::Context(..));
            let what = if context { "cannot be called in this context" } else { "does_not_exist" };
            let _ = write!(text, "/{arity} {what}");
        }
        Problem::NoCall(term) => {
            show(term, text);
            text.push_str(" is neither a function call, nor a tuple (tuples are written {{ ... }})");
        }
        Problem::Constant(term) => special(
            cx.shared.atoms.find("const").unwrap_or(atoms::NIL),
            "' called with more than one argument in ",
            term,
            text,
        ),
        Problem::WithArguments(function, term) => special(function, "' called with arguments in ", term, text),
        Problem::WithoutArguments(function, term) => special(function, "' called without arguments in ", term, text),
        Problem::Dialect(function) => {
            for part in ["Special form '", name(function), "' used in wrong dialect"] {
                text.push_str(part);
            }
        }
    }
    text.push('.');
}

fn match_spec_test(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (object, specification) = (arg(arguments, 0), arg(arguments, 1));
    let dialect = match arg(arguments, 2).as_atom().map(|kind| cx.shared.atoms.name(kind)) {
        Some("table") => Dialect::Table,
        Some("trace") => Dialect::Trace,
        _ => return Err(Raise::BADARG),
    };
    let fits = match dialect {
        // OTP takes no other things for objects, but what it says is the same.
        Dialect::Table => true,
        Dialect::Trace => cx.store().length(object).is_some(),
    };
    if !fits {
        return Err(Raise::BADARG);
    }
    let budget = cx.shared.budget.clone();
    let mut problems = budget.scratch();
    let mut note = |problem| if problems.len() < 64 { problems.push(problem) } else { Err(NoMemory) };
    let program = compile(cx.store(), &budget, specification, dialect, &mut note)?;
    let Some(program) = program else {
        let mut list = Term::NIL;
        for &problem in problems.iter().rev() {
            let mut text = String::new();
            explain(cx, problem, &mut text);
            let text = cx.heap().string(&text)?;
            let pair = cx.heap().tuple(&[Term::atom(atoms::ERROR), text])?;
            list = cx.heap().cons(pair, list)?;
        }
        return Ok(cx.heap().tuple(&[Term::atom(atoms::ERROR), list])?);
    };
    let mut runner = Runner::new(program, &budget)?;
    let result = runner.run(cx, None, object)?;
    let result = match dialect {
        Dialect::Table => result.unwrap_or(Term::boolean(false)),
        Dialect::Trace => Term::boolean(result.is_some()),
    };
    Ok(cx.heap().tuple(&[Term::atom(atoms::OK), result, Term::NIL, Term::NIL])?)
}
