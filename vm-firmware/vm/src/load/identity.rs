//! What tells one build of a module from another: its MD5, and the chunks that `module_info` shows.

use alloc::vec::Vec;

use emberl_format::module::Module;

use crate::checksum::Md5;
use crate::memory::{Budget, NoMemory};

/// The chunks that the MD5 is of, in this order (OTP: `beam_lib:md5/1`).
const CHUNKS: [&[u8; 4]; 9] = [b"Atom", b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"FunT", b"LitT", b"Meta"];
/// Bytes of a row in the chunk `FunT`; the last four were made from the MD5, so that it counts them as zeros.
const LAMBDA: usize = 24;

/// The MD5 of a module, as `beam_lib:md5/1` and OTP's loader compute it. A pack's table of literals, `LitU`, counts as
/// the `LitT` that says the same without compression: for other literals, and for a module that was pruned, the MD5 is
/// another than that of the file before.
#[must_use]
pub fn md5(module: &Module<'_>) -> [u8; 16] {
    let mut md5 = Md5::default();
    for id in CHUNKS {
        match (module.chunks.get(id), id) {
            (Some(chunk), b"FunT") => {
                let (count, rows) = chunk.data.split_at_checked(4).unwrap_or((chunk.data, &[]));
                md5.update(count);
                let mut rows = rows.chunks_exact(LAMBDA);
                for row in rows.by_ref() {
                    md5.update(row.get(..LAMBDA - 4).unwrap_or_default());
                    md5.update(&[0; 4]);
                }
                md5.update(rows.remainder());
            }
            (Some(chunk), _) => md5.update(chunk.data),
            (None, b"LitT") => {
                if let Some(chunk) = module.chunks.get(b"LitU") {
                    md5.update(&[0; 4]);
                    md5.update(chunk.data);
                }
            }
            (None, _) => {}
        }
    }
    md5.finish()
}

/// A copy of a chunk; nothing when the module does not have it.
///
/// # Errors
/// When there is no memory.
pub(crate) fn kept(budget: &Budget, module: &Module<'_>, id: &[u8; 4]) -> Result<Vec<u8>, NoMemory> {
    let mut bytes = Vec::new();
    if let Some(chunk) = module.chunks.get(id) {
        budget.reserve(&mut bytes, chunk.data.len())?;
        bytes.extend_from_slice(chunk.data);
    }
    Ok(bytes)
}
