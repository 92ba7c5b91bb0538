//! The interpreter: runs one process until its time slice is spent, it waits, or it ends.
//!
//! Code has passed the checker: registers that are read were written, slots exist, labels are instructions. What the
//! checker does not follow, the types of terms, each instruction tests for itself.
//!
//! `cfg_attr(target_os = "none", inline)`, here and in other modules, marks functions that decide the speed: a device's
//! firmware compiles this crate for size, but what is `inline` with the firmware's own crate, at that one's level.

mod binary;
mod building;
mod calls;
mod exceptions;
mod loading;
pub mod op;
mod plain;
mod run;
mod terms;

pub(crate) use exceptions::trace_entry;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;

use crate::heap::Store;
use crate::memory::{Budget, NoMemory};
use crate::natives::Context;
use crate::process::Process;
use crate::processes::boxed;
use crate::raise::Class;
use crate::shared::Shared;
use crate::term::Term;
use crate::vm::Outcome;

/// Registers that all processes share: a process's own are saved when it does not run.
pub struct Registers {
    /// The `x` registers.
    pub x: [Term; REGISTERS],
    /// The floating-point registers: live inside one function, between calls. Elsewhere than the others, so that these are
    /// few bytes on the way to where they stay: stacks of devices are small.
    pub f: Box<[f64; REGISTERS]>,
}

/// Registers of each kind: a power of two.
pub const REGISTERS: usize = 1024;

impl Registers {
    /// Registers whose memory the budget has counted.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new(budget: &Budget) -> Result<Box<Self>, NoMemory> {
        let mut f = Vec::new();
        f.try_reserve_exact(REGISTERS).map_err(|_| NoMemory)?;
        f.resize(REGISTERS, 0.0);
        budget.take(size_of::<[f64; REGISTERS]>())?;
        let f = f.into_boxed_slice().try_into().map_err(|_| NoMemory)?;
        boxed(budget, Self { x: [Term::NIL; REGISTERS], f })
    }
}

/// Runs a process.
#[cfg_attr(target_os = "none", inline)]
pub fn run(shared: &mut Shared, registers: &mut Registers, process: &mut Process) -> Outcome {
    let Registers { x, f } = registers;
    for (place, &word) in x.iter_mut().zip(&process.registers) {
        *place = Term(word);
    }
    process.registers.clear();
    if shared.zeal && process.collections == 0 {
        // A young process would run up to its first limit without a collection.
        process.heap.limit = 0;
    }
    let ip = process.ip as usize;
    Machine { shared, process, x, f, ip, trouble: Cell::new(Trouble::None), too_large: false }.run()
}

/// A process that runs.
struct Machine<'a> {
    shared: &'a mut Shared,
    process: &'a mut Process,
    x: &'a mut [Term; REGISTERS],
    f: &'a mut [f64; REGISTERS],
    /// The word of the instruction at hand.
    ip: usize,
    /// What a comparison leaves to be settled.
    trouble: Cell<Trouble>,
    /// The process is larger than it may be, and is to be killed for that.
    too_large: bool,
}

/// What is to be said of a comparison beside its answer.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    None,
    /// It was long: that is to be counted.
    Long,
    /// It had no memory for what it must remember of deep terms; its answer means nothing.
    NoMemory,
}

impl Machine<'_> {
    fn context(&mut self) -> Context<'_> {
        Context { process: self.process, shared: self.shared }
    }

    #[inline]
    fn store(&self) -> Store<'_> {
        self.shared.store(&self.process.heap)
    }

    /// Word `index` of the instruction at hand; the first is 0.
    #[inline(always)]
    fn word(&self, index: usize) -> u32 {
        self.shared.code.words.at(self.ip + index)
    }

    /// The length of the instruction at hand, in words.
    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // A table for every number.
    fn length(&self) -> usize {
        let word = self.word(0);
        match op::LENGTHS[word as u8 as usize] {
            0 => (word >> 8) as usize,
            length => usize::from(length),
        }
    }

    /// A register that 8 bits of a packed instruction name.
    #[inline(always)]
    fn register(&self, number: u32) -> Term {
        if number < 128 { self.x(number as usize) } else { self.y(number as usize - 128) }
    }

    #[inline(always)]
    fn set_register(&mut self, number: u32, term: Term) {
        if number < 128 { self.set_x(number as usize, term) } else { self.set_y(number as usize - 128, term) }
    }

    #[inline(always)]
    fn y(&self, number: usize) -> Term {
        let stack = &self.process.stack;
        Term(stack.at(stack.len().wrapping_sub(1 + number)))
    }

    #[inline(always)]
    fn set_y(&mut self, number: usize, term: Term) {
        let stack = &mut self.process.stack;
        let at = stack.len().wrapping_sub(1 + number);
        stack.set(at, term.0);
    }

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked.
    fn x(&self, number: usize) -> Term {
        self.x[number & (REGISTERS - 1)]
    }

    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked.
    fn set_x(&mut self, number: usize, term: Term) {
        self.x[number & (REGISTERS - 1)] = term;
    }

    /// What a word of code says: a constant, or what a register holds.
    #[inline(always)]
    fn value(&self, word: u32) -> Term {
        let term = Term(word);
        if !term.is_operand() {
            return term;
        }
        let (y, number) = term.operand_register();
        if y { self.y(number) } else { self.x(number) }
    }

    /// The operand in word `index`, as a value.
    #[inline(always)]
    fn quick_operand(&self, index: usize) -> Term {
        self.value(self.word(index))
    }

    /// The same, in instructions that are rare or long: for a device, not written out in each.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    #[cfg_attr(target_os = "none", inline(never))]
    fn operand(&self, index: usize) -> Term {
        self.quick_operand(index)
    }

    /// Writes the register that a word of code names.
    #[inline(always)]
    fn assign(&mut self, word: u32, term: Term) {
        let (y, number) = Term(word).operand_register();
        if y { self.set_y(number, term) } else { self.set_x(number, term) }
    }

    /// Collects, when the heap has grown past its limit or cannot take `need` more words; `live` `x` registers and
    /// `keep` survive. `false`: there is no memory.
    #[inline(always)]
    fn ensure(&mut self, need: usize, live: usize) -> bool {
        let heap = &mut self.process.heap;
        (heap.words.len() + need <= heap.limit && heap.reserve(need).is_ok()) || self.collect(need, live)
    }

    /// Collects because there was no memory for something else than words of the heap, which gives back what it does not
    /// need.
    #[cold]
    #[inline(never)]
    fn give_back_memory(&mut self, live: usize) -> bool {
        let collected = self.collect(0, live);
        let words = &mut self.process.heap.words;
        // Shrinking may copy, and must not fail.
        if words.budget().probe(words.len() * 4).is_ok() {
            words.shrink(words.len());
        }
        collected
    }

    #[cold]
    #[cfg_attr(not(target_os = "none"), inline(never))]
    #[cfg_attr(target_os = "none", inline)]
    fn collect(&mut self, need: usize, live: usize) -> bool {
        let Some(registers) = self.x.get_mut(..live) else { return false };
        let registers = crate::heap::words::raw(registers);
        // That is how a program asks for one: then nothing is kept for later.
        let asked = self.process.heap.limit == 0 && need == 0;
        let before = self.process.heap.words.len();
        let done =
            crate::collect::collect(self.process, registers, &mut self.shared.binaries, need, self.shared.zeal).is_ok();
        self.shared.budget.hold(self.process.holds());
        let [count, words] = &mut self.shared.processes.collected;
        *count += 1;
        *words += before.saturating_sub(self.process.heap.words.len()) as u64;
        if asked && done {
            crate::signals::shrink(self.process, &self.shared.budget);
        }
        if self.shared.zeal {
            let literals = self.shared.literals.words.as_slice();
            if let Err(wrong) = crate::collect::verify::verify(self.process, registers, literals) {
                self.not_whole(&wrong);
            }
        }
        done && self.is_small_enough(need)
    }

    /// After a collection: whether the process is to go on, as to its size.
    fn is_small_enough(&mut self, need: usize) -> bool {
        let Process { heap, stack, mailbox, extra: Some(extra), .. } = &mut *self.process else { return true };
        let largest = extra.largest;
        if largest.words == 0 {
            return true;
        }
        let binaries = if largest.shared_binaries { heap.weight / 4 } else { 0 };
        let size = heap.words.len() + need + stack.len() + mailbox.len() + binaries;
        if size <= largest.words as usize {
            // Garbage counts, too: the next collection is due before the heap is larger.
            if largest.kill {
                heap.limit = heap.limit.min(largest.words as usize);
            }
            return true;
        }
        if largest.error_logger {
            crate::signals::report_size(self.shared, self.process, size);
        }
        self.too_large = largest.kill;
        !largest.kill
    }

    /// Whether heap and stack, garbage included, are larger than a `max_heap_size` that kills.
    fn may_be_too_large(&self) -> bool {
        let Process { heap, stack, extra: Some(extra), .. } = &*self.process else { return false };
        let largest = extra.largest;
        largest.words != 0 && largest.kill && heap.words.len() + stack.len() > largest.words as usize
    }

    /// Tells that a collection in zeal mode left a heap that is not whole.
    #[cold]
    #[allow(clippy::panic)] // In builds for tests and fuzzing.
    fn not_whole(&mut self, wrong: &str) {
        if cfg!(feature = "checked") {
            panic!("a collection before word {} left a heap that is not whole: {wrong}", self.ip);
        }
        for part in ["A collection left a heap that is not whole: ", wrong, "\n"] {
            self.shared.platform.write(crate::platform::Stream::Error, part.as_bytes());
        }
    }

    /// As [`ensure`](Self::ensure), with a term in hand.
    #[inline(always)]
    fn ensure_keeping(&mut self, live: usize, keep: Term) -> Option<Term> {
        if self.process.heap.words.len() <= self.process.heap.limit {
            return Some(keep);
        }
        self.set_x(live, keep);
        self.collect(0, live + 1).then(|| self.x(live))
    }

    /// Leaves the interpreter: `live` registers are kept, the process goes on at `ip`.
    #[cfg_attr(target_os = "none", inline)]
    fn leave(&mut self, live: usize, outcome: Outcome) -> Outcome {
        self.process.ip = self.ip as u32;
        // A stack grows without a collection, which would see that it is too large. (All registers: who lives is not known.)
        if live < REGISTERS && matches!(outcome, Outcome::Yielded) && self.may_be_too_large() && !self.collect(0, live)
        {
            return self.out_of_memory();
        }
        let registers = self.x.get(..live).unwrap_or_default();
        if self.shared.budget.reserve(&mut self.process.registers, live).is_err() {
            return self.out_of_memory();
        }
        self.process.registers.extend(registers.iter().map(|term| term.0));
        outcome
    }

    /// The process cannot go on.
    #[cold]
    fn out_of_memory(&mut self) -> Outcome {
        let reason = if self.too_large { crate::atoms::KILLED } else { crate::atoms::ENOMEM };
        Outcome::Exited { class: Class::Exit, reason: Term::atom(reason), trace: Term::NIL }
    }
}
