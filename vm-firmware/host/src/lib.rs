//! The desktop as a platform of the VM.
#![forbid(unsafe_code)]
