//! The modules that come with the virtual machine. They are part of the firmware, each deflated: the machine copies a module
//! that it loads in any case, and their place in flash memory is scarce. `build.rs` makes the pack: a section's data are
//! the size of the module, 4 bytes, big endian, and the module as zlib's format has it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use emberl_format::avm::Sections;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

static PACK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/own.pack"));

/// A module as the pack has it.
fn find(name: &str) -> Option<&'static [u8]> {
    Sections::new(PACK)
        .ok()?
        .flatten()
        .find(|section| section.name.strip_suffix(b".beam") == Some(name.as_bytes()))
        .map(|section| section.data)
}

/// The `.beam` form of a module; none either where there is no memory for it.
#[must_use]
pub fn module(name: &str) -> Option<Vec<u8>> {
    let (size, deflated) = find(name)?.split_first_chunk()?;
    let size = u32::from_be_bytes(*size) as usize;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).ok()?;
    bytes.resize(size, 0);
    // Some 11 KB, which the stack need not have room for.
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) = decompress(&mut state, deflated, &mut bytes, 0, flags);
    (status == TINFLStatus::Done && written == size).then_some(bytes)
}
