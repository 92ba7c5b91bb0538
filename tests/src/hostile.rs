//! Hostile code: compiled modules with changed instructions, and what must be true of running any module at all. The fuzz
//! target `run` includes this file, so that it uses nothing but the crates under test.

use emberl_format::{
    beam::{self, Chunks},
    code::Code,
    module::Module,
};
use emberl_vm::{
    atoms::Atom,
    heap::Heap,
    platform::{Platform, Stream},
    term::Term,
    vm::{Options, Step, Vm},
};

/// A machine that does the same each time: its clock goes on when it is read, and nobody reads what it writes.
struct Machine(u64);

impl Platform for Machine {
    fn write(&mut self, _: Stream, _: &[u8]) {}

    fn monotonic(&mut self) -> u64 {
        self.0 += 1_000_000;
        self.0
    }

    fn system_time(&mut self) -> u64 {
        1_700_000_000_000_000_000 + self.monotonic()
    }

    fn random(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Memory that a module may use, in bytes; in zeal mode the second, since there each collection also checks the heap.
const MEMORY: [usize; 2] = [8 << 20, 1 << 20];
/// Functions of a module that are called.
const CALLS: usize = 6;
/// Steps that a call may take, of a time slice each.
const STEPS: usize = 100;
/// Reductions that a call may take: long work counts for more than the time slice it is done in.
const REDUCTIONS: u64 = 400_000;

/// A VM with little memory that has loaded a module, and the module's name.
///
/// # Errors
/// When the module does not load: why.
pub fn load(bytes: &[u8], zeal: bool) -> Result<(Vm, Atom), String> {
    let options = Options { memory: Some(MEMORY[usize::from(zeal)]), zeal, ..Options::default() };
    let mut vm = Vm::new(Box::new(Machine(0)), options).map_err(|_| "there is no memory".to_owned())?;
    let module = vm.load(bytes).map_err(|error| error.to_string())?;
    Ok((vm, module))
}

/// Loads a module, and calls some of its functions with terms of all kinds. Whether it was loaded.
///
/// # Panics
/// When the VM breaks a promise: it uses more memory than it was given, or (built to check) reads what is not there.
pub fn load_and_run(bytes: &[u8], zeal: bool) -> bool {
    let Ok((mut vm, module)) = load(bytes, zeal) else { return false };
    let loaded = vm.shared.code.module(module).map(|loaded| loaded.exports.clone()).unwrap_or_default();
    for &(function, arity, ..) in loaded.iter().filter(|export| export.3 && export.1 <= 4).take(CALLS) {
        let mut heap = Heap::new(vm.shared.budget.clone(), 0);
        let arguments: Vec<Term> = (0..usize::from(arity)).filter_map(|number| argument(&mut heap, number)).collect();
        if vm.spawn_initial(module, function, &mut heap, &arguments).is_err() {
            break;
        }
        let last = vm.shared.processes.reductions + REDUCTIONS;
        for _ in 0..STEPS {
            if vm.step(1) != Step::Ready || vm.shared.processes.reductions > last {
                break;
            }
        }
        let _ = vm.result();
    }
    assert!(vm.shared.budget.used() <= MEMORY[usize::from(zeal)], "more memory was used than there is");
    true
}

/// An argument for a function: terms of several kinds, in turn.
fn argument(heap: &mut Heap, number: usize) -> Option<Term> {
    let list = heap.list(&[Term::tiny(1), Term::tiny(-2), Term::NIL]).ok()?;
    match number {
        0 => heap.tuple(&[list, Term::tiny(7), Term::boolean(true)]).ok(),
        1 => Some(list),
        2 => heap.heap_binary(b"\x01\x80hostile \xc3\xa4").ok(),
        _ => heap.magnitude(true, &[1, 2, 3]).ok(),
    }
}

/// A copy of a module with one to four changes in its code that leave it decodable: an operand has another value, an
/// instruction stands twice, elsewhere, or no longer. `below` gives numbers below a limit. `None` for what is no module.
pub fn change_code(file: &[u8], below: &mut dyn FnMut(usize) -> usize) -> Option<Vec<u8>> {
    let plain = beam::uncompressed(file).ok()?;
    let chunks = Chunks::parse(&plain).ok()?;
    let module = Module::parse(&plain).ok()?;
    let decoded = module.code.decode().ok()?;
    let starts: Vec<usize> = decoded.instructions().iter().map(|instruction| instruction.offset as usize).collect();
    let ends = starts.iter().skip(1).copied().chain([module.code.bytes.len()]);
    let mut pieces: Vec<Vec<u8>> = starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| module.code.bytes.get(start..end).map(<[u8]>::to_vec))
        .collect();
    // Most often one: the more there are, the less passes the checker.
    for _ in 0..=below(2) * below(4) {
        let (at, other) = (below(pieces.len()), below(pieces.len()));
        match below(8) {
            0 => {
                let piece = pieces.get(at)?.clone();
                pieces.insert(other, piece);
            }
            1 if pieces.len() > 1 => {
                pieces.remove(at);
            }
            2 => pieces.swap(at, other),
            3 => {
                // The operands of another instruction with that opcode.
                let opcode = pieces.get(at)?.first().copied();
                let same: Vec<usize> = (0..pieces.len()).filter(|&n| pieces[n].first().copied() == opcode).collect();
                pieces[at] = pieces[same[below(same.len())]].clone();
            }
            _ => {
                // A short operand is a byte: three bits of tag, one that is 0, four of value.
                let piece = pieces.get_mut(at)?;
                let place = 1 + below(piece.len().max(2) - 1);
                if let Some(byte) = piece.get_mut(place).filter(|byte| **byte & 8 == 0) {
                    *byte ^= (1 + below(15) as u8) << 4;
                }
            }
        }
    }
    let bytes = pieces.concat();
    let code = Code { bytes: &bytes, ..module.code }.emit();
    let changed =
        chunks.all().iter().map(|chunk| (chunk.id, if chunk.id.0 == *b"Code" { &code[..] } else { chunk.data }));
    beam::emit(changed).ok()
}
