//! Native functions that compare and hash terms, and the operators of booleans.

use core::cmp::Ordering;

use crate::compare;
use crate::hash;
use crate::natives::{Context, Native, natives};
use crate::raise::{Raise, Result};
use crate::term::Term;

pub(super) static ERLANG: &[Native] = natives! {
    "erlang";
    guard "=="/2 => equal;
    guard "/="/2 => not_equal;
    guard "=:="/2 => equal_exact;
    guard "=/="/2 => not_equal_exact;
    guard "<"/2 => less;
    guard ">"/2 => greater;
    guard "=<"/2 => less_equal;
    guard ">="/2 => greater_equal;
    guard "min"/2 => min;
    guard "max"/2 => max;
    guard "and"/2 => and;
    guard "or"/2 => or;
    guard "xor"/2 => xor;
    guard "not"/1 => not;
    "phash"/2 => phash;
    "phash2"/1 => phash2;
    "phash2"/2 => phash2_range;
};

pub(super) static ERTS_INTERNAL: &[Native] = natives! {
    "erts_internal";
    "cmp_term"/2 => cmp_term;
};

fn order(context: &Context<'_>, arguments: &[Term]) -> Result<Ordering> {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(compare::compare(context.store(), a, b)?)
}

fn equal(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(Term::boolean(compare::equal(context.store(), a, b)?))
}

fn not_equal(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(Term::boolean(!compare::equal(context.store(), a, b)?))
}

fn equal_exact(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(Term::boolean(compare::equal_exact(context.store(), a, b)?))
}

fn not_equal_exact(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(Term::boolean(!compare::equal_exact(context.store(), a, b)?))
}

fn less(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(order(context, arguments)?.is_lt()))
}

fn greater(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(order(context, arguments)?.is_gt()))
}

fn less_equal(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(order(context, arguments)?.is_le()))
}

fn greater_equal(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    Ok(Term::boolean(order(context, arguments)?.is_ge()))
}

fn min(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(if order(context, arguments)?.is_le() { a } else { b })
}

fn max(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(if order(context, arguments)?.is_ge() { a } else { b })
}

fn booleans(arguments: &[Term], operator: fn(bool, bool) -> bool) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    let (a, b) = a.as_boolean().zip(b.as_boolean()).ok_or(Raise::BADARG)?;
    Ok(Term::boolean(operator(a, b)))
}

fn and(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    booleans(arguments, |a, b| a && b)
}

fn or(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    booleans(arguments, |a, b| a || b)
}

fn xor(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    booleans(arguments, |a, b| a != b)
}

fn not(_: &mut Context<'_>, arguments: &[Term]) -> Result {
    let value = arguments.first().and_then(|term| term.as_boolean()).ok_or(Raise::BADARG)?;
    Ok(Term::boolean(!value))
}

fn phash(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[term, range] = arguments else { return Err(Raise::BADARG) };
    let range = context.store().integer(range).filter(|range| (1..=1 << 32).contains(range)).ok_or(Raise::BADARG)?;
    let hash = crate::phash::phash(context.store(), &context.shared.code, &context.shared.budget, term)?;
    Ok(context.heap().integer(i64::from(hash) % range + 1)?)
}

fn phash2(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[term] = arguments else { return Err(Raise::BADARG) };
    let hash = hash::phash2(context.store(), &context.shared.code, term)?;
    Ok(Term::tiny((hash & ((1 << 27) - 1)) as i32))
}

fn phash2_range(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[term, range] = arguments else { return Err(Raise::BADARG) };
    let range = context.store().integer(range).filter(|range| (1..=1 << 32).contains(range)).ok_or(Raise::BADARG)?;
    let hash = hash::phash2(context.store(), &context.shared.code, term)?;
    Ok(context.heap().integer(i64::from(hash) % range)?)
}

fn cmp_term(context: &mut Context<'_>, arguments: &[Term]) -> Result {
    let &[a, b] = arguments else { return Err(Raise::BADARG) };
    Ok(Term::tiny(compare::compare_exact(context.store(), a, b)? as i32))
}
