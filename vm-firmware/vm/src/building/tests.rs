//! What is built step by step is what is built at once; what does not fit is refused.

use std::boxed::Box;
use std::vec::Vec;

use super::*;
use crate::construct::Builder;
use crate::memory::Budget;
use crate::platform::{Platform, Stream};
use crate::process::Process;
use crate::shared::Shared;

struct Machine;

impl Platform for Machine {
    fn write(&mut self, _: Stream, _: &[u8]) {}
    fn monotonic(&mut self) -> u64 {
        0
    }
    fn system_time(&mut self) -> u64 {
        0
    }
    fn random(&mut self, _: &mut [u8]) {}
}

fn with(test: impl FnOnce(&mut Context<'_>)) {
    let budget = Budget::new(1 << 22);
    let mut shared = Shared::new(Box::new(Machine), budget.clone()).unwrap();
    let mut process = Process::new(1, &budget);
    test(&mut Context { process: &mut process, shared: &mut shared });
    process.heap.release(&mut shared.binaries);
    assert_eq!(shared.binaries.count(), 0);
}

/// The bits of a bitstring, its size first.
fn read(context: &Context<'_>, term: Term) -> (usize, Vec<u8>) {
    let bits = context.store().bits(term).unwrap();
    (bits.size, bits.iter().collect())
}

const ALL: Term = Term::atom(atoms::ALL);

/// Integers of all kinds at all offsets, in small binaries and large ones.
#[test]
fn integers_are_as_a_builder_has_them() {
    with(|context| {
        let long = [0x1234_5678, 0x9abc_def0, 0xffff_ffff, 7];
        let values = [
            Term::tiny(0),
            Term::tiny(-3),
            context.process.heap.integer(i64::MIN + 1).unwrap(),
            context.process.heap.magnitude(true, &long).unwrap(),
            context.process.heap.magnitude(false, &long).unwrap(),
        ];
        for before in [0, 1, 8, 13] {
            for count in [0, 1, 7, 8, 31, 33, 64, 65, 100, 497, 512, 513, 1000] {
                for value in values {
                    for flags in [0, 2] {
                        let mut builder = Builder::new(context.shared.budget.clone());
                        builder.integer(context.store(), Term::tiny(-1), before, 0).unwrap();
                        builder.integer(context.store(), value, count, flags).unwrap();
                        builder.integer(context.store(), Term::tiny(5), 3, 0).unwrap();
                        let at_once = builder.finish(context).unwrap();
                        let term = begin(context, before + count + 3).unwrap();
                        put_integer(context, Term::tiny(-1), Term::tiny(before as i32), 1, 0).unwrap();
                        put_integer(context, value, Term::tiny(count as i32), 1, flags).unwrap();
                        put_integer(context, Term::tiny(5), Term::tiny(3), 1, 0).unwrap();
                        assert_eq!(read(context, term), read(context, at_once), "{before} {count} {flags}");
                    }
                }
            }
        }
    });
}

#[test]
fn what_does_not_fit_is_refused() {
    with(|context| {
        let one = Term::tiny(1);
        for size in [0, 7, 64, 520, 521] {
            let term = begin(context, size).unwrap();
            let more = Term::tiny(size as i32 + 1);
            assert_eq!(put_integer(context, one, more, 1, 0), Err(Raise::BADARG));
            assert_eq!(put_bytes(context, &[1; 66]), Err(Raise::BADARG));
            assert_eq!(read(context, term), (size, std::vec![0; size.div_ceil(8)]));
            // What does fit still does.
            put_integer(context, one, Term::tiny(size as i32), 1, 0).unwrap();
            for byte in [Term::tiny(1), Term::tiny(8)] {
                assert_eq!(put_integer(context, one, byte, 1, 0), Err(Raise::BADARG));
            }
            put_bytes(context, &[]).unwrap();
        }
        // Nothing was begun.
        context.shared.building = Building::default();
        assert_eq!(put_integer(context, one, Term::tiny(8), 1, 0), Err(Raise::BADARG));
        assert_eq!(put_character(context, one, Encoding::Utf8, 0), Err(Raise::BADARG));
        assert_eq!(put_float(context, one, Term::tiny(64), 1, 0), Err(Raise::BADARG));
        assert_eq!(begin(context, MAX_BITS + 1), Err(Raise::SYSTEM_LIMIT));
        assert_eq!(size(context, Term::tiny(-1), 8), Err(Raise::BADARG));
        assert_eq!(size(context, Term::tiny((1 << 29) - 1), 256), Err(Raise::SYSTEM_LIMIT));
        // There is not so much memory; nothing is left of the attempt.
        let used = context.shared.budget.used();
        assert_eq!(begin(context, 1 << 26), Err(Raise::NoMemory));
        assert_eq!(context.shared.budget.used(), used);
    });
}

/// A collection moves or drops what is built: nothing can be put any more.
#[test]
fn a_collection_ends_it() {
    with(|context| {
        for size in [8, 8000] {
            let _ = begin(context, size).unwrap();
            let Context { process, shared } = context;
            crate::collect::collect(process, &mut [], &mut shared.binaries, 0, true).unwrap();
            assert_eq!(put_bytes(context, &[1]), Err(Raise::BADARG));
        }
        assert_eq!(context.shared.binaries.count(), 0);
    });
}

#[test]
fn appending() {
    with(|context| {
        let empty = context.process.heap.heap_binary(&[]).unwrap();
        let mut term = empty;
        for byte in 0..200_u8 {
            check_append(context, term, 8, 8).unwrap();
            term = append(context, term, 8).unwrap();
            put_bytes(context, &[byte]).unwrap();
            assert_eq!(read(context, term), (8 * (usize::from(byte) + 1), (0..=byte).collect()));
        }
        // One large binary, made when it was no longer small.
        assert_eq!(context.shared.binaries.count(), 1);
        // The first who appends gets the place, the second a copy.
        let ends = [1, 2].map(|byte| {
            let longer = append(context, term, 8).unwrap();
            put_bytes(context, &[byte]).unwrap();
            longer
        });
        assert_eq!(context.shared.binaries.count(), 2);
        for (end, byte) in ends.into_iter().zip(1..) {
            let mut all: Vec<u8> = (0..200).collect();
            all.push(byte);
            assert_eq!(read(context, end), (201 * 8, all));
        }
        // To itself, in place.
        let [first, _] = ends;
        let twice = append(context, first, 201 * 8).unwrap();
        put_binary(context, first, ALL, 8).unwrap();
        let (size, bytes) = read(context, twice);
        assert_eq!((size, &bytes[201..]), (402 * 8, &bytes[..201]));
        // Nothing more than it was.
        assert_eq!(append(context, first, 0), Ok(first));
        assert_eq!(put_bytes(context, &[1]), Err(Raise::BADARG));
        let odd = append(context, twice, 3).unwrap();
        assert_eq!(check_append(context, odd, 8, 8), Err(Raise::BADARG));
        assert_eq!(check_append(context, odd, 1, MAX_BITS), Err(Raise::SYSTEM_LIMIT));
        assert_eq!(check_append(context, Term::NIL, 1, 8), Err(Raise::BADARG));
    });
}
