//! The VM on the RP2040: it runs the program in flash memory as `emberl run` does, and starts again when it has ended. What
//! the program returns, or why it failed, is told on the console.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::panic::PanicInfo;

use cortex_m_rt::ExceptionFrame;
use emberl_vm::program::Ended;
use emberl_vm::raise::Class;
use emberl_vm::vm::{Options, Step, Vm};

use emberl_board_rp2040::board::{Board, Packs};
use emberl_board_rp2040::line;
use emberl_board_rp2040::machine::{self, Machine};
use emberl_board_rp2040::peripherals::flash::PROGRAM;

/// Time slices of a step. Nothing here has to be polled between steps but the result.
const SLICES: u32 = 64;
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
        let step = vm.step(SLICES);
        if let Step::Halted(status) = step {
            return line(format_args!("The program has halted with the status {status}"));
        }
        if let Some(ended) = vm.result() {
            vm.settle();
            return tell(&ended);
        }
        match step {
            Step::Wait(deadline) => machine::sleep(deadline),
            Step::Stuck => {
                return line(format_args!("error: all processes wait for a message, and none can come"));
            }
            Step::Ready | Step::Halted(_) => {}
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
        no_memory();
        return None;
    };
    let mut vm = Box::new(vm);
    // As `emberl run` does: of the program's own modules. That of the virtual machine's takes memory that a program without it
    // has for itself.
    let boot = packs.has_init();
    if let Some(module) = packs.program.module(&start)
        && let Err(error) = vm.load(module)
    {
        line(format_args!("error: cannot load {start}: {error}"));
        return None;
    }
    if if boot { vm.boot(&start) } else { vm.start(&start) }.is_err() {
        no_memory();
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

fn no_memory() {
    line(format_args!("error: there is not enough memory to start the program"));
}

/// Tells how the first process ended.
fn tell(ended: &Ended) {
    let Ended { pid, class, text, trace } = ended;
    match class {
        None => line(format_args!("Return value: {text}")),
        Some(Class::Exit) => line(format_args!("Error in process {pid} with exit value:\n{text}")),
        // The reason of a throw holds `nocatch` already.
        Some(Class::Error | Class::Throw) => {
            line(format_args!("Error in process {pid} with exit value:\n{{{text},\n {trace}}}"));
        }
    }
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
