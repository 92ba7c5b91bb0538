//! Mathematics as `erl` computes them on a desktop: by the system's C library, so that a program prints the same digits.
//!
//! `f64`'s methods call that library, with three exceptions, which are made here from what it does have, by the
//! formulas that it uses itself (those of fdlibm: `e_acosh.c`, `s_asinh.c`, `e_atanh.c`). `erf` and `erfc`, which `f64`
//! lacks, are taken from a port of the same source; their last digit may differ where they rest on `exp`.

use emberl_vm::platform::{self, Function};

/// 2 to the power of 28: from there on, what would be added under the root is below the last digit.
const LARGE: f64 = 268_435_456.0;

/// Computes a function of one or two arguments.
#[must_use]
pub fn compute(function: Function, a: f64, b: f64) -> f64 {
    match function {
        Function::Acos => a.acos(),
        Function::Acosh => acosh(a),
        Function::Asin => a.asin(),
        Function::Asinh => asinh(a),
        Function::Atan => a.atan(),
        Function::Atan2 => a.atan2(b),
        Function::Atanh => atanh(a),
        Function::Ceil => a.ceil(),
        Function::Cos => a.cos(),
        Function::Cosh => a.cosh(),
        Function::Exp => a.exp(),
        Function::Floor => a.floor(),
        // The remainder is exact, so all libraries agree.
        Function::Fmod => a % b,
        Function::Log => a.ln(),
        Function::Log10 => a.log10(),
        Function::Log2 => a.log2(),
        Function::Pow => a.powf(b),
        Function::Sin => a.sin(),
        Function::Sinh => a.sinh(),
        Function::Sqrt => a.sqrt(),
        Function::Tan => a.tan(),
        Function::Tanh => a.tanh(),
        Function::Erf | Function::Erfc => platform::compute(function, a, b),
    }
}

fn acosh(a: f64) -> f64 {
    if a < 1.0 {
        f64::NAN
    } else if a >= LARGE {
        a.ln() + std::f64::consts::LN_2
    } else if a > 2.0 {
        (2.0 * a - 1.0 / (a + (a * a - 1.0).sqrt())).ln()
    } else {
        let t = a - 1.0;
        (t + (2.0 * t + t * t).sqrt()).ln_1p()
    }
}

fn asinh(a: f64) -> f64 {
    let size = a.abs();
    if size < 1.0 / LARGE {
        return a;
    }
    let result = if size > LARGE {
        size.ln() + std::f64::consts::LN_2
    } else if size > 2.0 {
        (2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size)).ln()
    } else {
        let t = size * size;
        (size + t / (1.0 + (1.0 + t).sqrt())).ln_1p()
    };
    result.copysign(a)
}

fn atanh(a: f64) -> f64 {
    let size = a.abs();
    if size < 1.0 / LARGE {
        return a;
    }
    let result = if size < 0.5 {
        let t = size + size;
        0.5 * (t + t * size / (1.0 - size)).ln_1p()
    } else if size <= 1.0 {
        0.5 * ((size + size) / (1.0 - size)).ln_1p()
    } else {
        f64::NAN
    };
    result.copysign(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // As OTP 25 prints them on Debian 12.
        for (function, a, b, expected) in KNOWN {
            assert_eq!(compute(function, a, b).to_bits(), expected.to_bits(), "{function:?} {a} {b}");
        }
    }

    #[test]
    fn outside_of_the_domain_is_no_number() {
        for (function, a) in [
            (Function::Acosh, 0.5),
            (Function::Atanh, 1.5),
            (Function::Atanh, 1.0),
            (Function::Acos, 2.0),
            (Function::Log, -1.0),
            (Function::Log, 0.0),
            (Function::Sqrt, -1.0),
        ] {
            assert!(!compute(function, a, 0.0).is_finite(), "{function:?} {a}");
        }
    }

    #[rustfmt::skip]
    const KNOWN: [(Function, f64, f64, f64); 42] = [
        (Function::Acosh, 1.0, 0.0, 0.0),
        (Function::Acosh, 1.3, 0.0, 0.7564329108569596),
        (Function::Acosh, 1.7, 0.0, 1.123230982587296),
        (Function::Acosh, 2.5, 0.0, 1.566799236972411),
        (Function::Acosh, 3.3, 0.0, 1.8632793511534487),
        (Function::Acosh, 1.0e3, 0.0, 7.600902209541989),
        (Function::Acosh, 7.1e9, 0.0, 23.376507801553625),
        (Function::Asinh, 1.0e-12, 0.0, 1.0e-12),
        (Function::Asinh, 0.1, 0.0, 0.09983407889920758),
        (Function::Asinh, -0.7, 0.0, -0.6526665660823557),
        (Function::Asinh, 1.9, 0.0, 1.3979983651114345),
        (Function::Asinh, -2.5, 0.0, -1.6472311463710958),
        (Function::Asinh, 1.0e3, 0.0, 7.600902709541988),
        (Function::Asinh, 7.1e9, 0.0, 23.376507801553625),
        (Function::Atanh, 1.0e-12, 0.0, 1.0e-12),
        (Function::Atanh, 0.1, 0.0, 0.10033534773107558),
        (Function::Atanh, -0.3, 0.0, -0.30951960420311175),
        (Function::Atanh, 0.49, 0.0, 0.5360603366105666),
        (Function::Atanh, 0.5, 0.0, 0.5493061443340548),
        (Function::Atanh, -0.77, 0.0, -1.0203277583223398),
        (Function::Atanh, 0.999, 0.0, 3.8002011672501994),
        (Function::Erf, 0.1, 0.0, 0.1124629160182849),
        (Function::Erf, -0.7, 0.0, -0.6778011938374184),
        (Function::Erf, 1.9, 0.0, 0.9927904292352575),
        (Function::Erf, 3.3, 0.0, 0.9999969422902035),
        (Function::Erfc, 0.1, 0.0, 0.8875370839817152),
        (Function::Erfc, -0.7, 0.0, 1.6778011938374184),
        (Function::Erfc, 1.9, 0.0, 0.0072095707647425325),
        (Function::Sin, 0.1, 0.0, 0.09983341664682815),
        (Function::Sin, 1.0e10, 0.0, -0.4875060250875107),
        (Function::Sin, -3.0, 0.0, -0.1411200080598672),
        (Function::Tan, 0.1, 0.0, 0.10033467208545055),
        (Function::Tan, 1.5, 0.0, 14.101419947171719),
        (Function::Log2, 3.0, 0.0, 1.584962500721156),
        (Function::Log2, 0.3, 0.0, -1.7369655941662063),
        (Function::Log10, 3.0, 0.0, 0.47712125471966244),
        (Function::Log10, 1.0e3, 0.0, 3.0),
        (Function::Exp, 0.1, 0.0, 1.1051709180756477),
        (Function::Exp, -30.0, 0.0, 9.357622968840175e-14),
        (Function::Pow, 1.1, 7.7, 2.0831650264095276),
        (Function::Fmod, -7.7, 2.0, -1.7000000000000002),
        (Function::Atan2, -1.0, 3.0, -0.3217505543966422),
    ];
}
