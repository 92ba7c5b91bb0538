//! Tests of the collectors: random heaps, collected each way, stay equal.

use std::vec::Vec;
use std::{format, vec};

use super::verify::verify;
use super::*;
use crate::memory::Budget;
use crate::term::{Kind, LITERAL_BIT};

type Collector = fn(&mut Process, &mut [u32], &mut Binaries, bool) -> Result<(), NoMemory>;

/// xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// What stands at a term, but for where it stands: indexes are numbered in the order of the walk, so sharing shows.
fn shape(words: &[u32], roots: &[u32]) -> Vec<u32> {
    let mut numbers = std::collections::HashMap::new();
    let mut out = Vec::new();
    let mut todo: Vec<u32> = roots.iter().rev().copied().collect();
    while let Some(word) = todo.pop() {
        let term = Term(word);
        if !term.is_local_pointer() {
            out.push(word);
            continue;
        }
        let number = numbers.len() as u32;
        if let Some(&seen) = numbers.get(&term.index()) {
            out.extend([0xAAAA, seen]);
            continue;
        }
        numbers.insert(term.index(), number);
        let index = term.index();
        if term.is_list() {
            out.push(0xBBBB);
            todo.extend([words[index + 1], words[index]]);
            continue;
        }
        let header = Term(words[index]);
        assert!(header.is_header());
        out.push(header.0);
        let fields = &words[index + 1..=index + header.size()];
        let raw = header.kind().raw().min(fields.len());
        if header.kind() == Kind::SharedBinary {
            out.extend(&fields[..2]);
            continue;
        }
        out.extend(&fields[..raw]);
        todo.extend(fields[raw..].iter().rev());
    }
    out
}

fn all_roots(process: &mut Process, registers: &mut [u32]) -> Vec<u32> {
    let mut found = Vec::new();
    roots(process, registers, &mut |term| {
        found.push(term.0);
        term
    });
    found
}

struct World {
    process: Process,
    registers: Vec<u32>,
    binaries: Binaries,
}

/// Adds random objects to the heap, most of which lead to some of `made`; and spreads some over the roots.
fn build(world: &mut World, random: &mut Random, count: usize) {
    let World { process, registers, binaries } = world;
    let mut made: Vec<u32> = all_roots(process, registers);
    made.extend([Term::NIL.0, Term::tiny(-5).0, Term::pid(7).0, Term::boxed(0, LITERAL_BIT).0]);
    let mut bins = Vec::new();
    for _ in 0..count {
        let recent = made.len().min(30);
        let any = |random: &mut Random| {
            let from = if random.below(4) == 0 { 0 } else { made.len() - recent };
            Term(made[from + random.below(made.len() - from)])
        };
        let heap = &mut process.heap;
        let term = match random.below(13) {
            0..=3 => {
                let (head, tail) = (any(random), any(random));
                heap.cons(head, tail)
            }
            4 | 5 => {
                let elements: Vec<Term> = (0..random.below(6)).map(|_| any(random)).collect();
                heap.tuple(&elements)
            }
            6 => {
                let fields = [0x1234_5670, Term::pid(1).0, any(random).0, any(random).0];
                heap.boxed(Kind::Fun, &fields[..2 + random.below(3)])
            }
            7 => {
                let keys = heap.tuple(&[Term::tiny(1), Term::tiny(2)]).unwrap();
                let values = [keys.0, any(random).0, any(random).0];
                heap.boxed(Kind::Map, &values)
            }
            8 => {
                let node = [3, any(random).0, any(random).0];
                let root = heap.boxed(Kind::HashNode, &node).unwrap();
                heap.boxed(Kind::HashMap, &[40, root.0])
            }
            9 => {
                let bytes = vec![7; random.below(60)];
                let term = heap.heap_binary(&bytes).unwrap();
                bins.push(term);
                Ok(term)
            }
            10 => {
                let size = 100 + random.below(500);
                let term = heap.binary(binaries, vec![random.below(256) as u8; size]).unwrap();
                bins.push(term);
                Ok(term)
            }
            11 if !bins.is_empty() => {
                let parent = bins[random.below(bins.len())];
                if random.below(2) == 0 {
                    heap.sub_binary(parent, 0, 0)
                } else {
                    heap.boxed(Kind::MatchContext, &[0, 0, parent.0])
                }
            }
            _ => heap.float(0.1 + random.below(9) as f64),
        };
        made.push(term.unwrap().0);
    }
    let pick = |random: &mut Random| Term(made[random.below(made.len())]);
    for register in registers.iter_mut() {
        *register = pick(random).0;
    }
    process.stack.truncate(0);
    for slot in 0..20 {
        let word = if slot % 4 == 0 { Term::continuation(slot * 4 + 3) } else { pick(random) };
        process.stack.push(word.0).unwrap();
    }
    process.registers = (0..3).map(|_| pick(random).0).collect();
    process.mailbox = (0..5).map(|_| pick(random)).collect();
    process.dictionary = pick(random);
    process.exception = [pick(random), pick(random)];
    process.group_leader = pick(random);
}

/// How many objects of the heap refer to each large binary.
fn references(heap: &Heap) -> Vec<(u32, u32)> {
    let words = heap.words.as_slice();
    let mut counts = std::collections::BTreeMap::new();
    let mut next = heap.shared;
    while let Some(index) = (next as usize).checked_sub(1) {
        *counts.entry(words[index + 1]).or_insert(0) += 1;
        next = words[index + 3];
    }
    counts.into_iter().collect()
}

fn check(world: &mut World, when: &str) -> (Vec<u32>, usize) {
    let World { process, registers, binaries } = world;
    let literals = [Term::header(Kind::Tuple, 0).0];
    if let Err(wrong) = verify(process, registers, &literals) {
        panic!("{when}: {wrong}");
    }
    let counts = references(&process.heap);
    for &(id, count) in &counts {
        assert_eq!(binaries.references(BinaryId(id)), count, "{when}: binary {id}");
    }
    assert_eq!(binaries.count(), counts.len(), "{when}");
    let found = all_roots(process, registers);
    (shape(process.heap.words.as_slice(), &found), process.heap.words.len())
}

fn survive(collectors: &[Collector], seed: u64) {
    let budget = Budget::new(usize::MAX);
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut world = World {
        process: Process::new(1, &budget),
        registers: vec![Term::NIL.0; 6],
        binaries: Binaries::new(budget.clone()),
    };
    for round in 0..6 {
        let count = [0, 3, 40, 400, 3000][random.below(5)];
        build(&mut world, &mut random, count);
        let (before, length) = check(&mut world, "before");
        let collector = collectors[round % collectors.len()];
        let World { process, registers, binaries } = &mut world;
        collector(process, registers, binaries, seed.is_multiple_of(2)).unwrap();
        let (after, live) = check(&mut world, &format!("seed {seed}, round {round}"));
        assert!(before == after, "seed {seed}, round {round}");
        assert!(live <= length);
        // Nothing that is dead was kept: another collection finds nothing more.
        let World { process, registers, binaries } = &mut world;
        copying::collect(process, registers, binaries, false).unwrap();
        assert_eq!(process.heap.words.len(), live);
    }
    world.process.heap.release(&mut world.binaries);
    assert_eq!(world.binaries.count(), 0);
}

#[test]
fn copies_keep_everything() {
    for seed in 0..150 {
        survive(&[copying::collect], seed);
    }
}

#[test]
fn sliding_keeps_everything() {
    for seed in 0..150 {
        survive(&[compact::collect], seed);
    }
}

#[test]
fn both_take_turns() {
    for seed in 0..150 {
        survive(&[compact::collect, copying::collect], seed + 1000);
    }
}

/// `[[...[[] | {}] ...] | {}]`: nested in heads, each with something left to do, so that marking needs its stack.
#[test]
fn depth_needs_no_memory() {
    for seed in 0..4 {
        let budget = Budget::new(usize::MAX);
        let mut random = Random(seed + 77);
        let mut binaries = Binaries::new(budget.clone());
        let mut process = Process::new(1, &budget);
        // Either built inside out, so that all pointers lead down, or at random places.
        let mut cells: Vec<usize> = (0..30_000)
            .map(|_| {
                let leaf = process.heap.tuple(&[Term::NIL]).unwrap();
                process.heap.cons(Term::NIL, leaf).unwrap().index()
            })
            .collect();
        if seed % 2 == 1 {
            for at in (1..cells.len()).rev() {
                cells.swap(at, random.below(at + 1));
            }
        }
        for pair in cells.windows(2) {
            process.heap.words.set(pair[1], Term::list(pair[0], 0).0);
        }
        let mut registers = [Term::list(cells[cells.len() - 1], 0).0];
        let before = shape(process.heap.words.as_slice(), &registers);
        compact::collect(&mut process, &mut registers, &mut binaries, true).unwrap();
        verify(&mut process, &mut registers, &[]).unwrap();
        assert!(before == shape(process.heap.words.as_slice(), &registers));
        assert_eq!(process.heap.words.len(), 30_000 * 4);
    }
}

/// A program that makes garbage, with live data of most of the budget.
#[test]
fn live_data_may_fill_most_of_the_budget() {
    for total in [2_000, 20_000, 200_000, 1_000_000] {
        let live = total * 85 / 100 / 8 * 8;
        let budget = Budget::new(total);
        let mut binaries = Binaries::new(budget.clone());
        let mut process = Process::new(1, &budget);
        let mut registers = [Term::NIL.0];
        let mut collected = 0;
        let mut count = 0;
        while process.heap.words.len() * 4 < live || count < total as i32 {
            // Each step makes as much garbage as data, at the end only garbage.
            if process.heap.words.len() + 4 > process.heap.limit || process.heap.reserve(4).is_err() {
                collected += 1;
                collect(&mut process, &mut registers, &mut binaries, 4, false).unwrap();
            }
            process.heap.cons(Term::NIL, Term::NIL).unwrap();
            if count < live as i32 / 8 {
                registers[0] = process.heap.cons(Term::tiny(count), Term(registers[0])).unwrap().0;
            }
            count += 1;
        }
        assert!(collected > 5);
        collect(&mut process, &mut registers, &mut binaries, 4, false).unwrap();
        verify(&mut process, &mut registers, &[]).unwrap();
        assert_eq!(process.heap.words.len() * 4, live);
        assert!(budget.used() <= total);
        // And what is too much is an error, after which all is whole.
        assert_eq!(collect(&mut process, &mut registers, &mut binaries, total / 20, false), Err(NoMemory));
        verify(&mut process, &mut registers, &[]).unwrap();
        // Memory comes back when the data dies.
        registers[0] = Term::NIL.0;
        collect(&mut process, &mut registers, &mut binaries, 4, false).unwrap();
        assert!(budget.used() < total / 20 + 2_000, "{}", budget.used());
    }
}

#[test]
fn dead_large_binaries_do_not_pile_up() {
    let budget = Budget::new(usize::MAX);
    let mut binaries = Binaries::new(budget.clone());
    let mut process = Process::new(1, &budget);
    let mut most = 0;
    let mut collected = 0;
    for _ in 0..10_000 {
        process.heap.binary(&mut binaries, vec![1; 10_000]).unwrap();
        if process.heap.words.len() > process.heap.limit {
            collect(&mut process, &mut [], &mut binaries, 0, false).unwrap();
            collected += 1;
        }
        most = most.max(binaries.total());
    }
    assert!(most <= 20_000, "{most} bytes, {collected} collections");
    // With some that live, collections are as much rarer.
    let mut registers: Vec<u32> =
        (0..100).map(|_| process.heap.binary(&mut binaries, vec![1; 10_000]).unwrap().0).collect();
    collect(&mut process, &mut registers, &mut binaries, 0, false).unwrap();
    collected = 0;
    for _ in 0..10_000 {
        process.heap.binary(&mut binaries, vec![1; 10_000]).unwrap();
        if process.heap.words.len() > process.heap.limit {
            collect(&mut process, &mut registers, &mut binaries, 0, false).unwrap();
            collected += 1;
        }
    }
    assert!((50..150).contains(&collected), "{collected}");
}

#[test]
fn zeal_makes_the_next_collection_due() {
    let budget = Budget::new(usize::MAX);
    let mut binaries = Binaries::new(budget.clone());
    let mut process = Process::new(1, &budget);
    let mut registers = [process.heap.list(&[Term::NIL; 3]).unwrap().0];
    collect(&mut process, &mut registers, &mut binaries, 100, true).unwrap();
    assert_eq!((process.heap.limit, process.heap.words.len()), (6, 6));
    assert!(process.heap.words.capacity() >= 106);
}

#[test]
fn verify_finds_what_is_wrong() {
    let budget = Budget::new(usize::MAX);
    let mut process = Process::new(1, &budget);
    let list = process.heap.cons(Term::NIL, Term::NIL).unwrap();
    process.heap.tuple(&[list, Term::NIL]).unwrap();
    assert_eq!(verify(&mut process, &mut [list.0], &[]), Ok(()));
    assert!(verify(&mut process, &mut [Term::boxed(0, 0).0], &[]).is_err());
    assert!(verify(&mut process, &mut [Term::list(1, 0).0], &[]).is_err());
    assert!(verify(&mut process, &mut [Term::list(9, 0).0], &[]).is_err());
    for bad in [
        POISON,
        Term::boxed(0, LITERAL_BIT).0,
        Term::MOVED.0,
        Term::header(Kind::Tuple, 1).0,
        Term::list(2, 0).0,
        Term::list(3, 0).0,
    ] {
        process.heap.words.set(4, bad);
        assert!(verify(&mut process, &mut [], &[]).is_err(), "{bad:#x}");
    }
}
