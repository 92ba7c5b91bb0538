//! The VM on QEMU's machine `virt` for 32-bit RISC-V: it runs the pack that QEMU has put into memory as `emberl run` does,
//! and ends QEMU with the exit status that `emberl run` gives.
//!
//! ```sh
//! qemu-system-riscv32 -M virt -m 128M -display none -serial stdio -bios none -kernel FIRMWARE \
//!     -device loader,file=PACK.avm,addr=0x84000000,force-raw=on
//! ```
//!
//! `-device loader,addr=0x87fffff8,data=D,data-len=8`, where the low half of D is a number of bytes and the high half its
//! complement, is what `--memory` is to `emberl run`; the same with `addr=0x87fffff0` and 1 gives the network the smallest
//! pools that are of use. With `-netdev user,id=net -device virtio-net-device,netdev=net -device virtio-rng-device` there
//! are a network and randomness.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::panic::PanicInfo;

use emberl_format::avm::Pack;
use emberl_vm::program::{CannotBegin, Turn};
use emberl_vm::vm::{Options, Vm};

use emberl_board_qemu_riscv32::board::Board;
use emberl_board_qemu_riscv32::line;
use emberl_board_qemu_riscv32::machine::{self, Machine};

/// The exit status of a program that failed, and of one that cannot be started.
const FAILED: u8 = 1;
/// The exit status when the VM itself failed; no program gives it by failing.
const PANICKED: u8 = 101;

// The attribute makes it public.
#[allow(missing_docs)]
#[riscv_rt::entry]
fn main() -> ! {
    machine::exit(run(Machine::take()))
}

/// Runs the pack; gives the exit status.
fn run(machine: Machine) -> u8 {
    let pack = match Pack::new(machine.pack) {
        Ok(pack) => pack,
        Err(error) => {
            line(format_args!("error: there is no sound pack at 0x84000000: {error}"));
            return FAILED;
        }
    };
    let Some(start) = pack.start() else {
        line(format_args!("error: the pack marks no module that starts the program"));
        return FAILED;
    };
    let board = Board::new(pack, machine);
    let Ok(mut vm) = Vm::new(Box::new(board), Options { memory: machine::memory(), ..Options::default() }) else {
        line(format_args!("error: {}", CannotBegin::Memory));
        return FAILED;
    };
    if let Err(error) = vm.begin(start, pack.module(start), pack.module("init").is_some()) {
        line(format_args!("error: {start}: {error}"));
        return FAILED;
    }
    loop {
        match vm.turn() {
            Turn::Ready => {}
            Turn::Wait(deadline) => machine::wait(deadline),
            Turn::Ended(ended) => {
                line(format_args!("{ended}"));
                return if ended.is_fine() { 0 } else { FAILED };
            }
            Turn::Halted(status) => return (status & 0xff) as u8,
            Turn::Stuck => {
                line(format_args!("error: all processes wait for a message, and none can come"));
                return FAILED;
            }
        }
    }
}

#[panic_handler]
fn panicked(information: &PanicInfo<'_>) -> ! {
    line(format_args!("\nThe virtual machine failed; this is a fault of Emberl: {information}"));
    machine::exit(PANICKED)
}
