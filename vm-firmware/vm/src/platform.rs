//! What the VM asks of the machine it runs on. Each board and the desktop have their own.

use alloc::vec::Vec;

/// Where output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The console.
    Output,
    /// Where errors are told: standard error on the desktop, the console on boards.
    Error,
}

/// The functions of OTP's `math` that are more than arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Their names say what they are.
pub enum Function {
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atan2,
    Atanh,
    Ceil,
    Cos,
    Cosh,
    Erf,
    Erfc,
    Exp,
    Floor,
    Fmod,
    Log,
    Log10,
    Log2,
    Pow,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
}

/// The machine.
pub trait Platform {
    /// Writes to a stream. What cannot be written is lost: a device without a console goes on.
    fn write(&mut self, stream: Stream, bytes: &[u8]);

    /// Writes a term for a person to read. It is given in one line; a machine with room for it may lay it out over
    /// several, as OTP does.
    fn write_term(&mut self, stream: Stream, line: &str) {
        self.write(stream, line.as_bytes());
    }

    /// Nanoseconds since some moment; never goes back.
    fn monotonic(&mut self) -> u64;

    /// Nanoseconds since 1970-01-01, UTC, as far as known.
    fn system_time(&mut self) -> u64;

    /// How far local time is ahead of UTC at a time given in seconds since 1970-01-01, UTC: in seconds. A machine that
    /// knows no time zone is in that of UTC.
    fn utc_offset(&mut self, time: i64) -> i32 {
        let _ = time;
        0
    }

    /// Fills with random bytes, fit for keys where the machine can.
    fn random(&mut self, bytes: &mut [u8]);

    /// The bytes of a module's `.beam` that is in no pack, where the machine has some other place to look.
    fn find_module(&mut self, name: &str) -> Option<Vec<u8>> {
        let _ = name;
        None
    }

    /// A plain file of the packs, by its name there: `app/priv/file`.
    fn find_file(&mut self, name: &str) -> Option<&[u8]> {
        let _ = name;
        None
    }

    /// A variable of the environment.
    fn variable(&mut self, name: &str) -> Option<Vec<u8>> {
        let _ = name;
        None
    }

    /// The program's own arguments, where the machine has such.
    fn arguments(&mut self) -> &[Vec<u8>] {
        &[]
    }

    /// Computes a function; `b` is used by those of two arguments. A result that is not finite is an error to the
    /// program. A machine that has its own mathematics may use them.
    fn compute(&mut self, function: Function, a: f64, b: f64) -> f64 {
        compute(function, a, b)
    }
}

/// [`Platform::compute`] in software.
#[must_use]
pub fn compute(function: Function, a: f64, b: f64) -> f64 {
    match function {
        Function::Acos => libm::acos(a),
        Function::Acosh => libm::acosh(a),
        Function::Asin => libm::asin(a),
        Function::Asinh => libm::asinh(a),
        Function::Atan => libm::atan(a),
        Function::Atan2 => libm::atan2(a, b),
        Function::Atanh => libm::atanh(a),
        Function::Ceil => libm::ceil(a),
        Function::Cos => libm::cos(a),
        Function::Cosh => libm::cosh(a),
        Function::Erf => libm::erf(a),
        Function::Erfc => libm::erfc(a),
        Function::Exp => libm::exp(a),
        Function::Floor => libm::floor(a),
        Function::Fmod => libm::fmod(a, b),
        Function::Log => libm::log(a),
        Function::Log10 => libm::log10(a),
        Function::Log2 => libm::log2(a),
        Function::Pow => libm::pow(a, b),
        Function::Sin => libm::sin(a),
        Function::Sinh => libm::sinh(a),
        Function::Sqrt => libm::sqrt(a),
        Function::Tan => libm::tan(a),
        Function::Tanh => libm::tanh(a),
    }
}
