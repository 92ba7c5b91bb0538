//! Tests of comparing, hashing and maps, against answers that OTP 25 gave.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::compare::{compare, compare_exact, equal, equal_exact};
use crate::heap::Heap;
use crate::memory::Budget;
use crate::natives::{self, Context};
use crate::platform::{Platform, Stream};
use crate::process::Process;
use crate::raise::Raise;
use crate::shared::Shared;
use crate::term::Term;
use crate::{hash, maps};

struct Silent;

impl Platform for Silent {
    fn write(&mut self, _: Stream, _: &[u8]) {}
    fn monotonic(&mut self) -> u64 {
        0
    }
    fn system_time(&mut self) -> u64 {
        0
    }
    fn random(&mut self, _: &mut [u8]) {}
}

struct Machine {
    shared: Shared,
    process: Process,
}

impl Machine {
    fn new() -> Self {
        let budget = Budget::new(usize::MAX);
        Self { shared: Shared::new(Box::new(Silent), budget.clone()).unwrap(), process: Process::new(1, &budget) }
    }
    fn heap(&mut self) -> &mut Heap {
        &mut self.process.heap
    }
    fn atom(&mut self, name: &str) -> Term {
        self.shared.atoms.intern(name).unwrap().into()
    }
    fn int(&mut self, value: i64) -> Term {
        self.heap().integer(value).unwrap()
    }
    fn tuple(&mut self, elements: &[Term]) -> Term {
        self.heap().tuple(elements).unwrap()
    }
    fn list(&mut self, elements: &[Term]) -> Term {
        self.heap().list(elements).unwrap()
    }
    fn bits(&mut self, bytes: &[u8], bits: u32) -> Term {
        let whole = self.heap().heap_binary(bytes).unwrap();
        self.heap().sub_binary(whole, 0, bits).unwrap()
    }
    fn map(&mut self, pairs: &[(Term, Term)]) -> Term {
        maps::from_pairs(&mut self.process.heap, &self.shared, pairs).unwrap()
    }
    fn hash(&self, term: Term) -> u32 {
        hash::phash2(self.shared.store(&self.process.heap), &self.shared.code, term).unwrap()
    }
    fn same(&self, a: Term, b: Term) -> bool {
        equal_exact(self.shared.store(&self.process.heap), a, b).unwrap()
    }
    fn get(&self, map: Term, key: Term) -> Option<Term> {
        maps::get(self.shared.store(&self.process.heap), map, key).unwrap()
    }
    fn call(&mut self, module: &str, name: &str, arguments: &[Term]) -> Result<Term, Raise> {
        let native = natives::find(module, name, arguments.len() as u8).unwrap().get().unwrap();
        let mut context = Context { process: &mut self.process, shared: &mut self.shared };
        (native.function)(&mut context, arguments)
    }
}

fn n(value: i32) -> Term {
    Term::tiny(value)
}

#[test]
fn phash2_is_that_of_otp() {
    let mut m = Machine::new();
    let mut terms: Vec<Term> = Vec::new();
    for value in [
        0,
        1,
        -1,
        255,
        134_217_727,
        -134_217_728,
        134_217_728,
        -134_217_729,
        536_870_911,
        -536_870_912,
        536_870_912,
        1 << 40,
        -(1 << 40),
    ] {
        terms.push(m.int(value));
    }
    terms.push(m.heap().magnitude(false, &[0, 0, 1]).unwrap());
    terms.push(m.heap().magnitude(true, &[0, 0, 0, 16]).unwrap());
    for value in [1.0, -2.5, 0.0, 1.0e300] {
        terms.push(m.heap().float(value).unwrap());
    }
    let (a, b, c, x) = (m.atom("a"), m.atom("b"), m.atom("c"), m.atom("x"));
    terms.extend([m.atom("true"), m.atom("error"), m.atom("hello_x"), Term::NIL]);
    terms.extend([m.tuple(&[]), m.tuple(&[n(1), n(2)]), m.tuple(&[Term::NIL]), m.list(&[n(1), n(2), n(3)])]);
    terms.push(m.heap().string("hello").unwrap());
    terms.push(m.list(&[n(1), a]));
    terms.push(m.heap().cons(a, b).unwrap());
    terms.push(m.heap().string("abcd").unwrap());
    terms.push(m.list(&[n(300), n(1)]));
    for bytes in [&b""[..], &[1, 2, 3], b"hello world, this is it"] {
        terms.push(m.heap().heap_binary(bytes).unwrap());
    }
    terms.extend([m.bits(&[0x20], 3), m.bits(&[1, 2, 0x30], 20)]);
    let text = m.heap().string("x").unwrap();
    terms.extend([m.map(&[]), m.map(&[(n(1), n(2))]), m.map(&[(a, b), (c, text)])]);
    let inner = m.map(&[(n(2), n(3))]);
    let outer = m.map(&[(n(1), inner)]);
    terms.push(m.tuple(&[outer, x]));
    let squares: Vec<_> = (1..=40).map(|i| (n(i), n(i * i))).collect();
    terms.push(m.map(&squares));
    let one = m.list(&[n(1)]);
    terms.push(m.list(&[Term::NIL, one, Term::NIL]));
    let (float, y) = (m.heap().float(1.5).unwrap(), m.heap().heap_binary(b"y").unwrap());
    let list = m.list(&[y]);
    terms.push(m.tuple(&[a, text, float, list]));
    let known = [
        3_175_731_469,
        539_485_162,
        1_117_813_597,
        715_823_293,
        4_273_352_567,
        874_979_335,
        2_562_491_755,
        1_418_916_782,
        3_356_995_911,
        1_050_223_934,
        2_326_587_761,
        282_329_375,
        2_464_100_025,
        2_519_041_713,
        3_614_518_472,
        3_029_937_084,
        2_479_813_979,
        423_528_920,
        387_524_106,
        506_293,
        7_117_154,
        247_674_120,
        3_468_870_702,
        221_703_996,
        4_118_095_950,
        1_775_079_505,
        4_186_538_188,
        753_008_767,
        1_114_307_026,
        2_356_411_656,
        1_752_753_207,
        3_636_192_855,
        147_926_629,
        4_167_228_639,
        3_630_198_706,
        3_965_351_140,
        2_292_987_389,
        844_985_373,
        1_248_490_261,
        69_981_069,
        1_388_125_854,
        708_446_302,
        4_096_718_756,
        3_981_156_818,
    ];
    assert_eq!(terms.len(), known.len());
    let wrong: Vec<usize> = (0..known.len()).filter(|&index| m.hash(terms[index]) != known[index]).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn terms_are_in_order() {
    let mut m = Machine::new();
    let big = m.heap().magnitude(false, &[0, 0, 1]).unwrap();
    let negative = m.heap().magnitude(true, &[0, 0, 1]).unwrap();
    let (a, b) = (m.atom("a"), m.atom("b"));
    let half = m.heap().float(0.5).unwrap();
    let float = m.heap().float(18_446_744_073_709_549_568.0).unwrap(); // the float before 2^64
    let reference = m.heap().boxed(crate::term::Kind::Reference, &[1, 2, 3]).unwrap();
    let (t1, t2, t3) = (m.tuple(&[n(9)]), m.tuple(&[n(1), n(1)]), m.tuple(&[n(1), a]));
    let large: Vec<_> = (0..40).map(|i| (n(i), n(i))).collect();
    let mut larger = large.clone();
    larger[39].1 = n(99);
    let (m1, m2, m3) = (m.map(&[(n(5), n(5))]), m.map(&large), m.map(&larger));
    let (l1, l2) = (m.list(&[n(1)]), m.list(&[n(1), n(2)]));
    let (b1, b2, b3) = (m.bits(&[1], 3), m.bits(&[1], 8), m.bits(&[1, 2], 16));
    let sorted = [
        negative,
        n(-1),
        half,
        n(1),
        float,
        big,
        a,
        b,
        reference,
        Term::pid(3),
        Term::pid(4),
        t1,
        t2,
        t3,
        m1,
        m2,
        m3,
        Term::NIL,
        l1,
        l2,
        b1,
        b2,
        b3,
    ];
    let store = m.shared.store(&m.process.heap);
    for (i, &x) in sorted.iter().enumerate() {
        for (j, &y) in sorted.iter().enumerate() {
            assert_eq!(compare(store, x, y), Ok(i.cmp(&j)), "{i} {j}");
            assert_eq!(equal(store, x, y), Ok(i == j), "{i} {j}");
            assert_eq!(equal_exact(store, x, y), Ok(i == j), "{i} {j}");
        }
    }
}

#[test]
fn integers_and_floats() {
    let mut m = Machine::new();
    let power = m.heap().magnitude(false, &[0, 0, 1]).unwrap();
    let next = m.heap().magnitude(false, &[1, 0, 1]).unwrap();
    let float = m.heap().float(18_446_744_073_709_551_616.0).unwrap();
    let (one, ten) = (m.heap().float(1.0).unwrap(), m.heap().float(10.0).unwrap());
    let deep = |m: &mut Machine, start: Term| (0..1000).fold(start, |term, _| m.tuple(&[term, n(7)]));
    let (d1, d2, d3) = (deep(&mut m, n(1)), deep(&mut m, one), deep(&mut m, n(1)));
    let pairs = |value: Term| (0..50).map(|i| (n(i), value)).collect::<Vec<_>>();
    let (m1, m2) = (m.map(&pairs(n(1))), m.map(&pairs(one)));
    let store = m.shared.store(&m.process.heap);
    assert_eq!(compare(store, power, float), Ok(Ordering::Equal));
    assert_eq!(compare(store, next, float), Ok(Ordering::Greater));
    assert_eq!(compare(store, float, next), Ok(Ordering::Less));
    assert_eq!(compare_exact(store, n(20), ten), Ok(Ordering::Less));
    assert_eq!(compare(store, n(20), ten), Ok(Ordering::Greater));
    assert_eq!(equal_exact(store, power, float), Ok(false));
    assert_eq!(equal(store, d1, d2), Ok(true));
    assert_eq!(equal_exact(store, d1, d2), Ok(false));
    assert_eq!(equal_exact(store, d1, d3), Ok(true));
    assert_eq!(equal(store, m1, m2), Ok(true));
    assert_eq!(compare(store, m1, m2), Ok(Ordering::Equal));
    assert_eq!(equal_exact(store, m1, m2), Ok(false));
}

#[test]
fn maps_grow_and_shrink() {
    let mut m = Machine::new();
    let mut map = m.map(&[]);
    let keys: Vec<Term> = (0..2000).map(|i| if i % 3 == 0 { m.tuple(&[n(i)]) } else { n(i * 37) }).collect();
    for (i, &key) in keys.iter().enumerate() {
        map = maps::put(&mut m.process.heap, &m.shared, map, key, n(i as i32)).unwrap();
        assert_eq!(maps::size(m.shared.store(&m.process.heap), map), Some(i + 1));
    }
    for (i, &key) in keys.iter().enumerate() {
        assert_eq!(m.get(map, key), Some(n(i as i32)));
    }
    assert_eq!(m.get(map, n(1)), None);
    let pairs: Vec<_> = keys.iter().enumerate().rev().map(|(i, &key)| (key, n(i as i32))).collect();
    let mut doubled: Vec<_> = keys.iter().map(|&key| (key, Term::NIL)).collect();
    doubled.extend(&pairs);
    let (bulk, twice) = (m.map(&pairs), m.map(&doubled));
    assert!(m.same(map, bulk) && m.same(map, twice));
    assert_eq!(m.hash(map), m.hash(bulk));
    // Shrunk maps have the shape of those that were never larger.
    for (i, &key) in keys.iter().enumerate() {
        map = maps::remove(&mut m.process.heap, &m.shared, map, key).unwrap();
        if i % 97 == 0 || i > 1950 {
            let rest = m.map(&pairs[..pairs.len() - 1 - i]);
            assert!(m.same(map, rest), "{i}");
        }
    }
    assert_eq!(maps::size(m.shared.store(&m.process.heap), map), Some(0));
}

#[test]
fn natives_of_maps() {
    let mut m = Machine::new();
    let (a, b, iterator) = (m.atom("a"), m.atom("b"), m.atom("iterator"));
    let map = m.map(&[(b, n(2)), (a, n(1))]);
    let keys = m.list(&[a, b]);
    let got = m.call("maps", "keys", &[map]).unwrap();
    assert!(m.same(got, keys));
    let missing = m.call("maps", "get", &[n(1), map]);
    let Err(Raise::Error(reason)) = missing else { panic!("{missing:?}") };
    let badkey = m.atom("badkey");
    let expected = m.tuple(&[badkey, n(1)]);
    assert!(m.same(reason, expected));
    assert!(m.call("maps", "update", &[n(1), n(1), map]).is_err());
    assert!(m.call("maps", "put", &[n(1), n(1), a]).is_err());
    // Walk maps of several sizes by batches.
    for size in [0, 1, 32, 33, 64, 65, 1000, 5000] {
        let pairs: Vec<_> = (0..size).map(|i| (n(i), n(-i))).collect();
        let map = m.map(&pairs);
        let mut seen = Vec::new();
        let mut next = m.call("erts_internal", "map_next", &[n(0), map, iterator]).unwrap();
        loop {
            let store = m.shared.store(&m.process.heap);
            if let Some(tuple) = store.tuple(next) {
                seen.push((tuple.get(0).unwrap(), tuple.get(1).unwrap()));
                next = tuple.get(2).unwrap();
            } else if let Some((path, map)) = store.cell(next) {
                next = m.call("erts_internal", "map_next", &[path, map, iterator]).unwrap();
            } else {
                break;
            }
        }
        assert_eq!(seen.len(), size as usize);
        seen.sort_by_key(|pair| pair.0.small_value());
        assert_eq!(seen, pairs);
        let list = m.call("erts_internal", "map_next", &[n(0), map, Term::NIL]).unwrap();
        let back = m.call("maps", "from_list", &[list]).unwrap();
        assert!(m.same(back, map));
        let other = m.map(&[(n(3), a), (a, b)]);
        let merged = m.call("maps", "merge", &[map, other]).unwrap();
        let mut all = pairs.clone();
        all.extend([(n(3), a), (a, b)]);
        let expected = m.map(&all);
        assert!(m.same(merged, expected), "{size}");
        let merged = m.call("maps", "merge", &[other, map]).unwrap();
        let mut all = std::vec![(n(3), a), (a, b)];
        all.extend(&pairs);
        let expected = m.map(&all);
        assert!(m.same(merged, expected), "{size}");
    }
}

#[test]
fn natives_of_lists_and_tuples() {
    let mut m = Machine::new();
    let list = m.list(&[n(1), n(2), n(1), n(3), n(1)]);
    let minus = m.list(&[n(1), n(3), n(1), n(9)]);
    let expected = m.list(&[n(2), n(1)]);
    let got = m.call("erlang", "--", &[list, minus]).unwrap();
    assert!(m.same(got, expected));
    let got = m.call("erlang", "++", &[expected, list]).unwrap();
    let all = m.list(&[n(2), n(1), n(1), n(2), n(1), n(3), n(1)]);
    assert!(m.same(got, all));
    let got = m.call("lists", "reverse", &[expected, Term::NIL]).unwrap();
    let turned = m.list(&[n(1), n(2)]);
    assert!(m.same(got, turned));
    let improper = m.heap().cons(n(1), n(2)).unwrap();
    assert_eq!(m.call("erlang", "++", &[improper, list]), Err(Raise::BADARG));
    assert_eq!(m.call("lists", "member", &[n(1), improper]), Ok(Term::boolean(true)));
    assert_eq!(m.call("lists", "member", &[n(3), improper]), Err(Raise::BADARG));
    let one = m.heap().float(1.0).unwrap();
    let tuple = m.tuple(&[n(1), n(5)]);
    let tuples = m.list(&[n(0), tuple]);
    assert_eq!(m.call("lists", "keyfind", &[one, n(1), tuples]), Ok(tuple));
    assert_eq!(m.call("lists", "keymember", &[one, n(2), tuples]), Ok(Term::boolean(false)));
    assert_eq!(m.call("lists", "keyfind", &[one, n(0), tuples]), Err(Raise::BADARG));
    let got = m.call("erlang", "insert_element", &[n(2), tuple, n(4)]).unwrap();
    let expected = m.tuple(&[n(1), n(4), n(5)]);
    assert!(m.same(got, expected));
    let got = m.call("erlang", "delete_element", &[n(2), got]).unwrap();
    assert!(m.same(got, tuple));
    assert_eq!(m.call("erlang", "setelement", &[n(3), tuple, n(4)]), Err(Raise::BADARG));
    let got = m.call("erlang", "setelement", &[n(2), tuple, n(4)]).unwrap();
    let expected = m.tuple(&[n(1), n(4)]);
    assert!(m.same(got, expected));
    let got = m.call("erlang", "tuple_to_list", &[tuple]).unwrap();
    assert_eq!(m.call("erlang", "length", &[got]), Ok(n(2)));
    let back = m.call("erlang", "list_to_tuple", &[got]).unwrap();
    assert!(m.same(back, tuple));
    assert_eq!(m.call("erlang", "element", &[n(2), tuple]), Ok(n(5)));
    assert_eq!(m.call("erlang", "element", &[n(0), tuple]), Err(Raise::BADARG));
    assert_eq!(m.call("erlang", "max", &[n(1), one]), Ok(n(1)));
}

#[test]
fn keys_whose_hashes_collide() {
    let mut m = Machine::new();
    let mut hashes: Vec<(u32, i32)> = Vec::new();
    let store = m.shared.store(&m.process.heap);
    for i in 0..300_000 {
        hashes.push((hash::internal(store, n(i), 0).unwrap(), i));
    }
    hashes.sort_unstable();
    let colliding: Vec<i32> =
        hashes.windows(2).filter(|pair| pair[0].0 == pair[1].0).flat_map(|pair| [pair[0].1, pair[1].1]).collect();
    assert!(colliding.len() >= 4, "no collisions among 300,000 hashes of 32 bits");
    let mut pairs: Vec<_> = (-40..0).map(|i| (n(i), n(i))).collect();
    let few = m.map(&pairs);
    pairs.extend(colliding.iter().map(|&i| (n(i), n(i))));
    let map = m.map(&pairs);
    assert_eq!(maps::size(m.shared.store(&m.process.heap), map), Some(pairs.len()));
    let turned: Vec<_> = pairs.iter().rev().copied().collect();
    let mut other = m.map(&turned);
    assert!(m.same(map, other));
    for &(key, value) in &pairs {
        assert_eq!(m.get(other, key), Some(value));
    }
    // A walk by batches gets through the deep nodes.
    let list = m.call("maps", "to_list", &[map]).unwrap();
    assert_eq!(m.call("erlang", "length", &[list]), Ok(n(pairs.len() as i32)));
    for &i in &colliding {
        other = maps::remove(&mut m.process.heap, &m.shared, other, n(i)).unwrap();
    }
    assert!(m.same(other, few));
}

#[test]
fn deep_terms() {
    let mut m = Machine::new();
    let deep = |m: &mut Machine| (0..100_000).fold(n(1), |term, _| m.list(&[term]));
    let (a, b) = (deep(&mut m), deep(&mut m));
    assert!(m.same(a, b));
    assert_eq!(m.hash(a), m.hash(b));
    let map = m.map(&[(a, n(1))]);
    assert_eq!(m.get(map, b), Some(n(1)));
}

#[test]
fn natives_have_few_arguments() {
    // The interpreter keeps so many for the trace of an error.
    assert!(natives::all().all(|native| native.arity <= 16));
}

#[test]
fn small_maps_change_as_copies() {
    let mut machine = Machine::new();
    let keys: Vec<Term> = (0..33).map(|number| machine.int(number * 2)).collect();
    let mut map = machine.map(&[]);
    // From the middle out, so that keys are put at all places.
    for step in 0..33_usize {
        let at = if step % 2 == 0 { 16 + step / 2 } else { 16 - step.div_ceil(2) };
        let before = map;
        let value = Term::tiny(step as i32);
        map = maps::put(&mut machine.process.heap, &machine.shared, map, keys[at], value).unwrap();
        let store = machine.shared.store(&machine.process.heap);
        assert_eq!(maps::get(store, before, keys[at]).unwrap(), None);
        assert_eq!(maps::get(store, map, keys[at]).unwrap(), Some(value));
        assert_eq!(maps::size(store, map), Some(step + 1));
    }
    // The last one made it large; the keys of one that is small are in order.
    let mut small = machine.map(&[]);
    let float = machine.heap().float(4.0).unwrap();
    let wide = machine.int(1 << 40);
    let atom = machine.atom("a");
    let pairs = [(atom, 1), (wide, 2), (keys[3], 3), (float, 4), (keys[0], 5)];
    let pairs = pairs.map(|(key, value)| (key, Term::tiny(value)));
    small =
        maps::put_flat(&mut machine.process.heap, &machine.shared, small, pairs.into_iter(), false).unwrap().unwrap();
    let store = machine.shared.store(&machine.process.heap);
    let mut cursor = maps::Cursor::new(store, small);
    let mut order = Vec::new();
    while let Some((key, _)) = cursor.next(store) {
        order.push(key);
    }
    assert_eq!(order, [keys[0], keys[3], wide, float, atom]);
    // Values of several keys at once: one copy, and the old map as it was.
    let other = machine.int(1 << 40);
    let length = machine.process.heap.words.len();
    let pairs = [(other, Term::tiny(20)), (atom, Term::tiny(10))];
    let changed =
        maps::put_flat(&mut machine.process.heap, &machine.shared, small, pairs.into_iter(), true).unwrap().unwrap();
    assert_eq!(machine.process.heap.words.len(), length + 7);
    let store = machine.shared.store(&machine.process.heap);
    assert_eq!(maps::get(store, changed, wide).unwrap(), Some(Term::tiny(20)));
    assert_eq!(maps::get(store, changed, atom).unwrap(), Some(Term::tiny(10)));
    assert_eq!(maps::get(store, small, wide).unwrap(), Some(Term::tiny(2)));
    assert_eq!(maps::get(store, small, atom).unwrap(), Some(Term::tiny(1)));
    // Exactly: a key that is not there is an error.
    let pairs = [(atom, Term::tiny(0)), (keys[5], Term::tiny(0))];
    let missing = maps::put_flat(&mut machine.process.heap, &machine.shared, small, pairs.into_iter(), true);
    assert!(matches!(missing, Err(Raise::Error(_))));
}

#[test]
fn temporary_vectors_are_counted_and_given_back() {
    let mut machine = Machine::new();
    let pairs: Vec<(Term, Term)> = (0..500).map(|number| (Term::tiny(number), Term::NIL)).collect();
    let (a, b) = (machine.map(&pairs), machine.map(&pairs));
    let used = machine.shared.budget.used();
    assert_eq!(compare(machine.shared.store(&machine.process.heap), a, b).unwrap(), Ordering::Equal);
    assert_eq!(machine.shared.budget.used(), used);
}
