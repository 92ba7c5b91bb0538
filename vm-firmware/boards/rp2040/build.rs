//! Tells the linker the memory map: `memory.in`, with the bytes of the flash memory that the firmware has. With the radio they are
//! more, as the board `rp2040w` of `emberl image` has it (`packer/image/src/board.rs`).

use std::{env, error::Error, fs, path::PathBuf};

/// Kilobytes of the firmware, without the radio and with it.
const PLAIN: &str = "1024K";
const WITH_RADIO: &str = "1344K";

fn main() -> Result<(), Box<dyn Error>> {
    let size = if env::var_os("CARGO_FEATURE_WIFI").is_some() { WITH_RADIO } else { PLAIN };
    let map = fs::read_to_string(PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("memory.in"))?;
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(folder.join("memory.x"), map.replace("FIRMWARE_SIZE", size))?;
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    // Segments in the file need not be aligned to pages, of which this chip has none.
    println!("cargo:rustc-link-arg-bins=--nmagic");
    println!("cargo:rerun-if-changed=memory.in");
    Ok(())
}
