//! What tables rest on, without programs: chains, sorted chunks, records.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::chains::Chains;
use super::objects::{Kind, Objects};
use super::ordered::Ordered;
use super::records::{Records, Roots};
use crate::heap::Heap;
use crate::memory::{Budget, NoMemory};
use crate::shared::Shared;
use crate::term::Term;

/// Numbers in no order, the same each time.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % most
    }
}

fn shared(budget: &Budget) -> Shared {
    let platform = alloc::boxed::Box::new(crate::external::tests::Nothing);
    Shared::new(platform, budget.clone()).unwrap()
}

#[test]
fn chains_find_what_was_added_and_not_what_was_removed() {
    let budget = Budget::new(usize::MAX);
    // As users do to whom the order means nothing, and as tables do.
    for moving in [true, false] {
        let (mut chains, mut model, mut numbers) = (Chains::default(), BTreeMap::new(), Numbers(7));
        for step in 0..20_000 {
            // Hashes that collide, and values that tell them apart.
            let value = numbers.below(600);
            let hash = value % 37;
            let found = chains.find(hash, |other| Ok::<_, NoMemory>(other == value)).unwrap();
            assert_eq!(found.is_some(), model.contains_key(&value));
            match found {
                None if step % 3 != 0 => {
                    chains.reserve(&budget, 1).unwrap();
                    chains.add(hash, value);
                    model.insert(value, ());
                }
                Some(slot) if step % 3 == 0 => {
                    if moving {
                        chains.take_out(&budget, slot);
                    } else {
                        assert_eq!(chains.remove(slot), Some(value));
                        chains.tidy(&budget, true);
                    }
                    model.remove(&value);
                }
                _ => {}
            }
        }
        let mut all = Vec::new();
        let mut next = chains.next(0);
        while let Some(slot) = next {
            all.push(chains.value(slot).unwrap());
            next = chains.next(slot + 1);
        }
        all.sort_unstable();
        assert!(all.iter().eq(model.keys()));
        chains.clear(&budget);
    }
    assert_eq!(budget.used(), 0);
}

#[test]
fn dead_slots_are_found_and_not_walked_over() {
    let budget = Budget::new(usize::MAX);
    let mut chains = Chains::default();
    chains.reserve(&budget, 10).unwrap();
    for value in 0..10 {
        chains.add(value, value);
    }
    chains.set_dead(4, true);
    chains.set_dead(5, true);
    chains.set_dead(5, false);
    let is_it = |value| move |other| Ok::<_, NoMemory>(other == value);
    assert_eq!(chains.find(4, is_it(4)), Ok(Some(4)));
    assert_eq!((chains.next(4), chains.is_dead(4), chains.is_dead(5)), (Some(5), true, false));
    assert_eq!(chains.next_dead(0), Some(4));
    chains.remove(4);
    assert_eq!((chains.next_dead(0), chains.find(4, is_it(4))), (None, Ok(None)));
}

#[test]
fn names_give_all_memory_back() {
    let budget = Budget::new(usize::MAX);
    let mut chains = Chains::default();
    for value in 0..5000_u32 {
        chains.reserve(&budget, 1).unwrap();
        chains.add(value.wrapping_mul(0x9e37_79b9), value);
    }
    for value in 0..5000_u32 {
        let slot = chains.find(value.wrapping_mul(0x9e37_79b9), |other| Ok::<_, NoMemory>(other == value)).unwrap();
        chains.take_out(&budget, slot.unwrap());
    }
    assert!(chains.is_empty());
    assert_eq!(budget.used(), 0);
}

#[test]
fn sorted_words_stay_sorted() {
    let budget = Budget::new(usize::MAX);
    let (mut ordered, mut model, mut numbers) = (Ordered::default(), Vec::new(), Numbers(3));
    let find = |ordered: &Ordered, value: u32| {
        ordered.find(|other| Ok::<_, NoMemory>(other.cmp(&value))).unwrap_or((Ordered::first(), false))
    };
    for step in 0..30_000 {
        // Grows, then shrinks.
        let value = numbers.below(4000);
        let (place, found) = find(&ordered, value);
        match model.binary_search(&value) {
            Ok(at) => {
                assert!(found);
                if step > 15_000 || step % 5 == 0 {
                    assert_eq!(ordered.remove(place), Some(value));
                    ordered.tidy();
                    model.remove(at);
                }
            }
            Err(at) => {
                assert!(!found);
                if step < 15_000 {
                    ordered.insert(&budget, place, value).unwrap();
                    model.insert(at, value);
                }
            }
        }
        if step % 1000 == 0 {
            assert!((0..model.len()).all(|index| ordered.value(ordered.nth(index)) == model.get(index).copied()));
            let last = ordered.last().and_then(|place| ordered.value(place));
            assert_eq!(last, model.last().copied());
            // Less than a quarter of the room is used only when there is next to nothing.
            assert!(ordered.memory() < model.len() * 4 * 8 + 4096, "{} words in {}", model.len(), ordered.memory());
        }
    }
    ordered.clear(&budget);
    assert_eq!(budget.used(), 0);
}

/// Roots in a list.
struct List(Vec<u32>);

impl Roots for List {
    fn visit(&mut self, visit: &mut dyn FnMut(u32, &mut u32)) {
        for (index, root) in self.0.iter_mut().enumerate() {
            visit(index as u32, root);
        }
    }

    fn at(&mut self, number: u32) -> Option<&mut u32> {
        self.0.get_mut(number as usize)
    }
}

#[test]
fn records_survive_compaction_and_binaries_go_at_once() {
    let budget = Budget::new(usize::MAX);
    let mut shared = shared(&budget);
    let before = budget.used();
    let mut heap = Heap::new(budget.clone(), 0);
    let mut records = Records::new(budget.clone());
    let mut roots = List(Vec::new());
    for number in 0..200 {
        let large = heap.binary(&mut shared.binaries, alloc::vec![number as u8; 100]).unwrap();
        let part = heap.sub_binary(large, 8, 16).unwrap();
        let list = heap.list(&[Term::tiny(number), large, part]).unwrap();
        let object = heap.tuple(&[Term::tiny(number), list]).unwrap();
        let copied = records.add(heap.words.as_slice(), object, &mut shared.binaries).unwrap();
        assert_eq!(records.size(copied), 3 + 6 + 4 + 4 + 4);
        roots.0.push(copied.0);
    }
    heap.release(&mut shared.binaries);
    drop(heap);
    // What is removed leaves in an order of its own; the others change their order.
    let (mut kept, mut removed) = (Vec::new(), 0);
    for (number, root) in roots.0.drain(..).enumerate() {
        if number % 3 == 1 {
            kept.push((number, root));
        } else {
            records.remove(Term(root), &mut shared.binaries);
            removed += 1;
        }
    }
    kept.reverse();
    assert_eq!(shared.binaries.count(), 200 - removed);
    assert!(records.is_wasteful());
    roots.0.extend(kept.iter().map(|&(_, root)| root));
    records.compact(&mut roots);
    assert!(!records.is_wasteful());
    for (&(number, _), &root) in kept.iter().zip(&roots.0) {
        let store = shared.store(records.heap());
        let object = store.tuple(Term(root)).unwrap();
        assert_eq!(object.get(0), Some(Term::tiny(number as i32)));
        let items: Vec<Term> = store.list(object.get(1).unwrap()).collect();
        assert_eq!(items[0], Term::tiny(number as i32));
        assert_eq!(store.bits(items[1]).unwrap().as_bytes().unwrap(), [number as u8; 100]);
        assert_eq!(store.bits(items[2]).unwrap().as_bytes().unwrap(), [number as u8; 2]);
    }
    records.clear(&mut shared.binaries);
    assert_eq!(shared.binaries.count(), 0);
    drop(records);
    // The list of binaries keeps its size; nothing else is left.
    assert!(budget.used() - before < 200 * 64, "{} bytes", budget.used() - before);
}

#[test]
fn a_list_without_memory_leaves_a_table_as_it_was() {
    for kind in [Kind::Set, Kind::OrderedSet, Kind::Bag, Kind::DuplicateBag] {
        let budget = Budget::new(400_000);
        let mut shared = shared(&budget);
        let mut heap = Heap::new(budget.clone(), 0);
        let mut objects = Objects::new(kind, 0, &budget);
        let pair = |heap: &mut Heap, key, value| heap.tuple(&[Term::tiny(key), Term::tiny(value)]).unwrap();
        let first: Vec<Term> = (0..50).map(|key| pair(&mut heap, key, 0)).collect();
        objects.insert(&mut shared, &heap, &first).unwrap();
        let second: Vec<Term> = (0..3000).map(|key| pair(&mut heap, key, 1)).collect();
        // Too little for all of them, whatever comes first.
        let hoard = budget.left() - 20_000;
        budget.take(hoard).unwrap();
        assert_eq!(objects.insert(&mut shared, &heap, &second), Err(NoMemory));
        assert_eq!(objects.count(), 50);
        for key in 0..60 {
            let place = objects.find(&shared, &heap, Term::tiny(key), false).unwrap();
            assert_eq!(place.is_some(), key < 50, "{kind:?} {key}");
            let Some(place) = place else { continue };
            let found: Vec<Option<Term>> =
                objects.at(place).map(|root| shared.store(objects.heap()).tuple(root).unwrap().get(1)).collect();
            assert_eq!(found, [Some(Term::tiny(0))], "{kind:?} {key}");
        }
        objects.clear(&mut shared);
        budget.give(hoard);
    }
}

#[test]
fn the_order_of_a_range_is_that_of_its_bounds() {
    let budget = Budget::new(usize::MAX);
    let mut shared = shared(&budget);
    let mut heap = Heap::new(budget.clone(), 0);
    let mut objects = Objects::new(Kind::OrderedSet, 0, &budget);
    for key in (0..1000).rev() {
        let object = heap.tuple(&[Term::tiny(key)]).unwrap();
        objects.insert(&mut shared, &heap, &[object]).unwrap();
    }
    let mut order = |_: crate::heap::Store<'_>, key: Term| {
        Ok(match key.small_value() {
            ..300 => Ordering::Less,
            300..700 => Ordering::Equal,
            _ => Ordering::Greater,
        })
    };
    let (first, end) = objects.range(&shared, &mut order).unwrap();
    let key = |place| objects.at(place).next().map(|root| objects.key(&shared, root));
    assert_eq!((key(first), key(end)), (Some(Term::tiny(300)), Some(Term::tiny(700))));
    assert!(first < end);
}
