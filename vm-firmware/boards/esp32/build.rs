//! Tells the linker the chip's memory map, which `esp-hal` has; and deflates the modules that come with the virtual machine,
//! which take half of their place then (`src/own.rs` reads them).

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use emberl_format::avm::{Avm, Builder};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rustc-link-arg-bins=-Tlinkall.x");
    println!("cargo:rerun-if-changed=build.rs");

    let mut pack = Builder::new();
    for section in Avm::parse(emberl_erlang::PACK)?.sections() {
        let mut data = u32::try_from(section.data.len())?.to_be_bytes().to_vec();
        data.extend(miniz_oxide::deflate::compress_to_vec_zlib(section.data, 10));
        pack.push(section.name, section.flags, &data)?;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(folder.join("own.pack"), pack.finish())?;
    Ok(())
}
