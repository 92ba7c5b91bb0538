//! The hardware of ESP32 microcontrollers as what the VM and the network driver ask of a board: one source for all chips,
//! of which a feature chooses one. The program that runs a pack on it is `main.rs`.
#![no_std]

extern crate alloc;

#[cfg(not(any(
    feature = "esp32",
    feature = "esp32c3",
    feature = "esp32c6",
    feature = "esp32s2",
    feature = "esp32s3"
)))]
compile_error!("choose a chip: one of the features esp32, esp32c3, esp32c6, esp32s2, esp32s3");
#[cfg(not(any(feature = "uart", feature = "usb-serial")))]
compile_error!("choose a console: one of the features uart, usb-serial");
#[cfg(all(feature = "uart", feature = "usb-serial"))]
compile_error!("choose one console: a feature of uart and usb-serial has to go (--no-default-features)");
#[cfg(all(feature = "usb-serial", any(feature = "esp32", feature = "esp32s2")))]
compile_error!("this chip has no USB serial port of its own: take the feature uart");

pub mod board;
pub mod clock;
pub mod console;
pub mod entropy;
pub mod flash;
pub mod machine;
#[cfg(all(feature = "tls", feature = "esp32c6"))]
mod memchr;
#[cfg(feature = "wifi")]
pub mod network;
pub mod own;
pub mod peripherals;
#[cfg(target_arch = "riscv32")]
#[path = "../../qemu-riscv32/src/prologue.rs"]
mod prologue;
#[cfg(feature = "wifi")]
pub mod radio;
pub mod watchdog;

pub use console::line;
