//! Native functions of `math`. The platform computes; here stand the conversions and the errors.

use crate::arithmetic;
use crate::natives::{Context, Native, natives};
use crate::platform::Function;
use crate::raise::{Raise, Result};
use crate::term::Term;

/// Of `math`.
pub(super) static MATH: &[Native] = natives! {
    "math";
    "acos"/1 => acos;
    "acosh"/1 => acosh;
    "asin"/1 => asin;
    "asinh"/1 => asinh;
    "atan"/1 => atan;
    "atan2"/2 => atan2;
    "atanh"/1 => atanh;
    "ceil"/1 => ceil;
    "cos"/1 => cos;
    "cosh"/1 => cosh;
    "erf"/1 => erf;
    "erfc"/1 => erfc;
    "exp"/1 => exp;
    "floor"/1 => floor;
    "fmod"/2 => fmod;
    "log"/1 => log;
    "log10"/1 => log10;
    "log2"/1 => log2;
    "pow"/2 => pow;
    "sin"/1 => sin;
    "sinh"/1 => sinh;
    "sqrt"/1 => sqrt;
    "tan"/1 => tan;
    "tanh"/1 => tanh;
};

/// An argument: `badarg` when it is no number, `badarith` when it is an integer beyond all floats.
fn argument(context: &Context<'_>, term: Option<&Term>) -> Result<f64> {
    let Some(&term) = term else { return Ok(0.0) };
    let store = context.store();
    match arithmetic::to_float(store, term) {
        Some(value) => Ok(value),
        None if arithmetic::is_number(store, term) => Err(Raise::BADARITH),
        None => Err(Raise::BADARG),
    }
}

fn call(context: &mut Context<'_>, arguments: &[Term], function: Function) -> Result {
    let a = argument(context, arguments.first())?;
    let b = argument(context, arguments.get(1))?;
    let value = context.shared.platform.compute(function, a, b);
    arithmetic::from_float(context.heap(), value)
}

macro_rules! functions {
    ($($name:ident $function:ident;)*) => {
        $(
            fn $name(context: &mut Context<'_>, arguments: &[Term]) -> Result {
                call(context, arguments, Function::$function)
            }
        )*
    };
}

functions! {
    acos Acos;
    acosh Acosh;
    asin Asin;
    asinh Asinh;
    atan Atan;
    atan2 Atan2;
    atanh Atanh;
    ceil Ceil;
    cos Cos;
    cosh Cosh;
    erf Erf;
    erfc Erfc;
    exp Exp;
    floor Floor;
    fmod Fmod;
    log Log;
    log10 Log10;
    log2 Log2;
    pow Pow;
    sin Sin;
    sinh Sinh;
    sqrt Sqrt;
    tan Tan;
    tanh Tanh;
}
