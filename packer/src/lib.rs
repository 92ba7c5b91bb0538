//! Checks, prunes, strips and packs compiled BEAM modules.
#![forbid(unsafe_code)]
