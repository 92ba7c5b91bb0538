//! The VM on the RP2040: it runs the program in flash memory as `emberl run` does, and starts again when it has ended. What
//! the program returns, or why it failed, is told on the console.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::panic::PanicInfo;

use cortex_m_rt::ExceptionFrame;
use emberl_vm::program::{CannotBegin, Turn};
use emberl_vm::vm::{Options, Vm};

use emberl_board_rp2040::board::{Board, Packs};
use emberl_board_rp2040::line;
use emberl_board_rp2040::machine::{self, Machine};
use emberl_board_rp2040::peripherals::flash::PROGRAM;

/// Between the end of a program and its next start, in milliseconds.
const PAUSE: u64 = 5000;
/// Before the restart after a failure of the virtual machine itself.
const PANIC_PAUSE: u64 = 2000;

/// What the ROM copies and starts: it sets up the Pico's flash memory, and starts what is behind it.
#[unsafe(link_section = ".boot2")]
#[unsafe(no_mangle)]
#[used]
static BOOT2: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

// The attribute makes it public.
#[allow(missing_docs)]
#[cortex_m_rt::entry]
fn main() -> ! {
    if let Some(machine) = Machine::take() {
        run(machine);
        #[cfg(feature = "figures")]
        figures();
    }
    machine::restart(PAUSE)
}

/// Runs the program to its end.
fn run(machine: Machine) {
    let Some(mut vm) = prepare(machine) else { return };
    loop {
        match vm.turn() {
            Turn::Ready => {}
            Turn::Wait(deadline) => machine::sleep(deadline),
            Turn::Ended(ended) => return line(format_args!("{ended}")),
            Turn::Halted(status) => return line(format_args!("The program has halted with the status {status}")),
            Turn::Stuck => return line(format_args!("error: all processes wait for a message, and none can come")),
        }
    }
}

/// The virtual machine with the program's first process; `None` when there is none, which it tells. A function of its own,
/// whose stack is free again when the program runs.
#[inline(never)]
fn prepare(machine: Machine) -> Option<Box<Vm>> {
    let address = PROGRAM.address();
    let packs = match Packs::find() {
        Ok(packs) => packs,
        Err(error) => {
            line(format_args!(
                "error: there is no sound pack at {address:#x}: {error}; \
                 write an image with a program to the board: emberl image --board rp2040"
            ));
            return None;
        }
    };
    let Some(start) = packs.program.start() else {
        line(format_args!("error: the pack at {address:#x} marks no module that starts the program"));
        return None;
    };
    let board = Box::new(Board::new(packs, machine));
    let Ok(vm) = Vm::new(board, Options { memory: machine::memory(), ..Options::default() }) else {
        line(format_args!("error: {}", CannotBegin::Memory));
        return None;
    };
    let mut vm = Box::new(vm);
    // As `emberl run` does: of the program's own modules. That of the virtual machine's takes memory that a program without it
    // has for itself.
    if let Err(error) = vm.begin(start, packs.program.module(start), packs.has_init()) {
        line(format_args!("error: {start}: {error}"));
        return None;
    }
    Some(vm)
}

/// Tells what memory was used.
#[cfg(feature = "figures")]
fn figures() {
    let ([_, peak, heap], [used, stack]) = (machine::heap(), machine::stack());
    line(format_args!("heap: {peak} of {heap} bytes at most; stack: {used} of {stack}"));
}

#[panic_handler]
fn panicked(information: &PanicInfo<'_>) -> ! {
    if machine::fails_first() {
        line(format_args!("\nThe virtual machine failed; this is a fault of Emberl: {information}"));
    }
    machine::restart_failed(PANIC_PAUSE)
}

/// An instruction that the processor cannot do, such as an access to memory that is not there. When the stack is full, even
/// this cannot run: the processor then stands still.
#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    if machine::fails_first() {
        let (pc, lr) = (frame.pc(), frame.lr());
        line(format_args!(
            "\nThe virtual machine failed; this is a fault of Emberl: the processor refused the instruction at {pc:#010x}, \
             called from {lr:#010x}"
        ));
    }
    machine::restart_failed(PANIC_PAUSE)
}
