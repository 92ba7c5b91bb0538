//! The external term format: terms as bytes, the way `term_to_binary/1` writes them and literals are stored.
//!
//! Three levels, each public:
//! - [`visit`] checks the bytes of one term and tells a [`Visitor`] the atoms in it, without building terms;
//! - [`decode`] and [`decode_prefix`] build a [`Term`];
//! - [`encode`] writes a [`Term`] with the same bytes as OTP.
//!
//! A [`Term`] prints as `io_lib:format("~w", [Term])` does. Nothing here recurses over a term: the nesting of a term
//! from outside is bounded by its bytes only.
//!
//! Source of the facts: OTP, ERTS user's guide, "External Term Format"; where that page is silent, what
//! `binary_to_term/1` and `term_to_binary/2` of OTP 25 and 27 do.

mod build;
mod compressed;
mod decode;
mod encode;
mod order;
mod print;
pub mod tag;
mod term;
#[cfg(test)]
mod tests;
pub mod token;
mod visit;

pub use decode::{decode, decode_prefix};
pub use encode::{EncodeOptions, encode};
pub use print::{write_atom, write_displayed_atom, write_float, write_fun_name};
pub use term::{FunTerm, OldFunTerm, Term};
pub use visit::{Visitor, visit};

/// The first byte of every term that is not inside another one.
pub const VERSION: u8 = 131;
/// The most characters that an atom may have.
pub const MAX_ATOM_CHARACTERS: usize = 255;
/// The most 32-bit words that a reference may have.
pub const MAX_REFERENCE_WORDS: usize = 5;
/// The most bytes of an integer's magnitude: OTP 27 and later have no larger integers.
pub const MAX_INTEGER_BYTES: usize = 524_280;
