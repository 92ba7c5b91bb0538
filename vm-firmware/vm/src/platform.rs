//! What the VM asks of the machine it runs on. Each board and the desktop have their own.

use alloc::vec::Vec;

use crate::files::{self, Answer, Request};
use crate::hardware::Hardware;
use crate::net::Network;

/// Where output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The console.
    Output,
    /// Where errors are told: standard error on the desktop, the console on boards.
    Error,
}

/// What is there to be read from standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// These bytes, at least one.
    Bytes(Vec<u8>),
    /// Nothing yet.
    Pending,
    /// Nothing any more.
    End,
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

    /// Reads what has come by standard input; never waits for it. A machine without one is at its end.
    fn read(&mut self) -> Input {
        Input::End
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

    /// The same, where the machine has them in memory that stays as it is, as a device has a pack in flash memory: they are
    /// then read there, and not copied first. Asked before [`find_module`](Self::find_module), which is still to give
    /// them, too.
    fn module_in_place(&mut self, name: &str) -> Option<&'static [u8]> {
        let _ = name;
        None
    }

    /// Where [`find_module`](Self::find_module) finds a module: a path, for people and for finding files beside it.
    fn module_path(&mut self, name: &str) -> Option<Vec<u8>> {
        let _ = name;
        None
    }

    /// The folders that modules are looked for in, in order: paths.
    fn folders(&mut self) -> Vec<Vec<u8>> {
        Vec::new()
    }

    /// Sets those folders.
    fn set_folders(&mut self, folders: Vec<Vec<u8>>) {
        let _ = folders;
    }

    /// The release of OTP that the libraries are of which modules are found in, where the machine can tell.
    fn otp_release(&mut self) -> Option<u8> {
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

    /// Sets a variable of the environment, or takes it away: for the program itself, and only where there is such.
    fn set_variable(&mut self, name: &str, value: Option<&[u8]>) {
        let _ = (name, value);
    }

    /// The environment: names and values.
    fn variables(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        Vec::new()
    }

    /// Something with files, where the machine has such.
    ///
    /// # Errors
    /// POSIX's name of the reason, in small letters.
    fn file(&mut self, request: Request<'_>) -> Result<Answer, files::Error> {
        let _ = request;
        Err("enotsup")
    }

    /// The network, where the machine has one.
    fn network(&mut self) -> Option<&mut dyn Network> {
        None
    }

    /// The peripherals, where the machine has such.
    fn hardware(&mut self) -> Option<&mut dyn Hardware> {
        None
    }

    /// The system's number of the program that runs.
    fn program_number(&mut self) -> u32 {
        1
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

/// A function in software.
enum Code {
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
}

impl Function {
    /// By their addresses, the compiler keeps the functions out of each other.
    const fn code(self) -> Code {
        use Code::{One, Two};
        match self {
            Self::Acos => One(libm::acos),
            Self::Acosh => One(libm::acosh),
            Self::Asin => One(libm::asin),
            Self::Asinh => One(libm::asinh),
            Self::Atan => One(libm::atan),
            Self::Atan2 => Two(libm::atan2),
            Self::Atanh => One(libm::atanh),
            Self::Ceil => One(libm::ceil),
            Self::Cos => One(libm::cos),
            Self::Cosh => One(libm::cosh),
            Self::Erf => One(libm::erf),
            Self::Erfc => One(libm::erfc),
            Self::Exp => One(libm::exp),
            Self::Floor => One(libm::floor),
            Self::Fmod => Two(remainder),
            Self::Log => One(libm::log),
            Self::Log10 => One(libm::log10),
            Self::Log2 => One(libm::log2),
            Self::Pow => Two(libm::pow),
            Self::Sin => One(libm::sin),
            Self::Sinh => One(libm::sinh),
            Self::Sqrt => One(libm::sqrt),
            Self::Tan => One(libm::tan),
            Self::Tanh => One(libm::tanh),
        }
    }
}

/// [`Platform::compute`] in software.
#[must_use]
pub fn compute(function: Function, a: f64, b: f64) -> f64 {
    match function.code() {
        Code::One(code) => code(a),
        Code::Two(code) => code(a, b),
    }
}

/// What is left of `a` when `b` is taken from it as often as fits, exactly, with the sign of `a`; not a number when `a` is
/// infinite or `b` is zero. Bit by bit: that of `libm` is faster between numbers far apart, with ten times the code.
fn remainder(a: f64, b: f64) -> f64 {
    const SIGN: u64 = 1 << 63;
    const ONE: u64 = 1 << 52;
    if !a.is_finite() || b.is_nan() || b == 0.0 {
        return f64::NAN;
    }
    let (x, y) = (a.to_bits() & !SIGN, b.to_bits() & !SIGN);
    if x < y {
        return a;
    }
    // The significand, and the exponent of its lowest bit, both as the number is stored.
    let parts = |bits: u64| match bits >> 52 {
        0 => (bits, 1),
        exponent => (bits & (ONE - 1) | ONE, exponent),
    };
    let ((mut left, mut exponent), (divisor, least)) = (parts(x), parts(y));
    left %= divisor;
    while exponent > least && left != 0 {
        left <<= 1;
        exponent -= 1;
        if left >= divisor {
            left -= divisor;
        }
    }
    while left < ONE && exponent > 1 && left != 0 {
        left <<= 1;
        exponent -= 1;
    }
    let bits = if left < ONE { left } else { exponent << 52 | left & (ONE - 1) };
    f64::from_bits(a.to_bits() & SIGN | bits)
}

#[cfg(test)]
mod tests {
    use super::remainder;

    #[test]
    fn remainders_are_those_of_the_library() {
        let mut numbers =
            alloc::vec![0.0, 1.0, 0.1, 3.0, 1e308, f64::MAX, f64::MIN_POSITIVE, 5e-324, 4e-310, f64::INFINITY];
        let mut state = 1_u64;
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            numbers.push(f64::from_bits(state));
            numbers.push((state >> 40) as f64 / 16.0);
        }
        for &a in &numbers {
            for &b in &numbers {
                for (a, b) in [(a, b), (-a, b), (a, -b)] {
                    let (ours, theirs) = (remainder(a, b), libm::fmod(a, b));
                    assert!(
                        ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan(),
                        "{a:e} {b:e}: {ours:e}, not {theirs:e}"
                    );
                }
            }
        }
    }
}
