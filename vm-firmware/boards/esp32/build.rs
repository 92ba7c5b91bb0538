//! Tells the linker the chip's memory map, which `esp-hal` has.

fn main() {
    println!("cargo:rustc-link-arg-bins=-Tlinkall.x");
}
