//! The collector for when there is no memory for a copy.

use crate::binaries::Binaries;
use crate::memory::NoMemory;
use crate::process::Process;

/// Collects.
///
/// # Errors
/// When there is no memory for its tables; then nothing was changed.
pub fn collect(
    _process: &mut Process,
    _registers: &mut [u32],
    _binaries: &mut Binaries,
    _zeal: bool,
) -> Result<(), NoMemory> {
    Err(NoMemory)
}
