//! The external term format, straight between bytes and the terms of a heap: `binary_to_term` and `term_to_binary`.
//!
//! The bytes that are written are those of OTP 25. Nothing recurses over a term, and no length in the bytes is believed
//! before the bytes behind it are seen.

pub mod decode;
pub mod encode;
mod order;

pub use decode::{DecodeOptions, Failure, Target, decode};

/// What stands behind [`tag::LOCAL`](emberl_format::etf::tag::LOCAL) before the term: OTP puts a hash there that only the
/// same node can check.
const LOCAL_MARK: [u8; 8] = *b"emberl\0\x01";
