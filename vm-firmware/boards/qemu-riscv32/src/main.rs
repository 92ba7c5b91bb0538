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

use emberl_vm::program::Ended;
use emberl_vm::raise::Class;
use emberl_vm::vm::{Options, Step, Vm};

use emberl_board_qemu_riscv32::board::{Board, Pack};
use emberl_board_qemu_riscv32::line;
use emberl_board_qemu_riscv32::machine::{self, Machine};

/// Time slices of a step. Nothing here has to be polled between steps but the result.
const SLICES: u32 = 64;
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
        return no_memory();
    };
    let boot = pack.module("init").is_some();
    if let Some(module) = pack.module(&start)
        && let Err(error) = vm.load(module)
    {
        line(format_args!("error: cannot load {start}: {error}"));
        return FAILED;
    }
    if if boot { vm.boot(&start) } else { vm.start(&start) }.is_err() {
        return no_memory();
    }
    loop {
        let step = vm.step(SLICES);
        if let Step::Halted(status) = step {
            return (status & 0xff) as u8;
        }
        if let Some(ended) = vm.result() {
            vm.settle();
            return tell(&ended);
        }
        match step {
            Step::Wait(deadline) => machine::wait(deadline),
            Step::Stuck => {
                line(format_args!("error: all processes wait for a message, and none can come"));
                return FAILED;
            }
            Step::Ready | Step::Halted(_) => {}
        }
    }
}

fn no_memory() -> u8 {
    line(format_args!("error: there is not enough memory to start the program"));
    FAILED
}

/// Tells how the first process ended; gives the exit status.
fn tell(ended: &Ended) -> u8 {
    let Ended { pid, class, text, trace } = ended;
    match class {
        None => {
            line(format_args!("Return value: {text}"));
            return if text == "ok" || text == "0" { 0 } else { FAILED };
        }
        Some(Class::Exit) => line(format_args!("Error in process {pid} with exit value:\n{text}")),
        // The reason of a throw holds `nocatch` already.
        Some(Class::Error | Class::Throw) => {
            line(format_args!("Error in process {pid} with exit value:\n{{{text},\n {trace}}}"));
        }
    }
    FAILED
}

#[panic_handler]
fn panicked(information: &PanicInfo<'_>) -> ! {
    line(format_args!("\nThe virtual machine failed; this is a fault of Emberl: {information}"));
    machine::exit(PANICKED)
}
