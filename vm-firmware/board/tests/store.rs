//! Keys and values in flash memory: against a map, with any loss of power in between.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[allow(dead_code)]
mod fake;

use std::collections::BTreeMap;
use std::rc::Rc;

use emberl_board::store;
use fake::{Flash, Shared};

fn flash(pages: usize) -> (Flash, Shared) {
    let world = Shared::default();
    world.borrow_mut().flash = vec![0xff; 512 * pages];
    (Flash(Rc::clone(&world)), world)
}

struct Random(u32);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % end
    }
}

#[test]
fn values_are_found_again() {
    let (mut flash, _) = flash(4);
    assert_eq!(store::get(&mut flash, "a", "k"), Err("enoent"));
    store::set(&mut flash, "a", "k", b"one").unwrap();
    store::set(&mut flash, "b", "k", b"other").unwrap();
    store::set(&mut flash, "a", "k", b"two").unwrap();
    store::set(&mut flash, "a", "empty", b"").unwrap();
    assert_eq!(store::get(&mut flash, "a", "k").unwrap(), b"two");
    assert_eq!(store::get(&mut flash, "b", "k").unwrap(), b"other");
    assert_eq!(store::get(&mut flash, "a", "empty").unwrap(), b"");
    store::erase(&mut flash, "a", "k").unwrap();
    store::erase(&mut flash, "a", "k").unwrap();
    assert_eq!(store::get(&mut flash, "a", "k"), Err("enoent"));
    store::set(&mut flash, "a", "k", b"three").unwrap();
    store::erase_all(&mut flash, "a").unwrap();
    assert_eq!(store::get(&mut flash, "a", "k"), Err("enoent"));
    assert_eq!(store::get(&mut flash, "b", "k").unwrap(), b"other");
    store::set(&mut flash, "a", "k", b"four").unwrap();
    assert_eq!(store::get(&mut flash, "a", "k").unwrap(), b"four");
    store::format(&mut flash).unwrap();
    assert_eq!(store::get(&mut flash, "b", "k"), Err("enoent"));
}

#[test]
fn names_and_values_have_limits() {
    let (mut one, _) = flash(1);
    assert_eq!(store::get(&mut one, "a", "k"), Err("enotsup"));
    let (mut flash, _) = flash(3);
    for name in ["", "sixteen letters!"] {
        assert_eq!(store::get(&mut flash, "a", name), Err("einval"));
        assert_eq!(store::set(&mut flash, name, "k", b""), Err("einval"));
        assert_eq!(store::erase(&mut flash, "a", name), Err("einval"));
        assert_eq!(store::erase_all(&mut flash, name), Err("einval"));
    }
    assert_eq!(store::set(&mut flash, "a", "k", &[1; 512]), Err("enospc"));
    store::set(&mut flash, "a", "k", &[1; 480]).unwrap();
    assert_eq!(store::get(&mut flash, "a", "k").unwrap(), [1; 480]);
}

#[test]
fn a_full_memory_says_so_loses_nothing_and_can_be_emptied() {
    let (mut flash, _) = flash(3);
    let mut keys = Vec::new();
    loop {
        let key = format!("k{}", keys.len());
        match store::set(&mut flash, "a", &key, &[keys.len() as u8; 60]) {
            Ok(()) => keys.push(key),
            Err(error) => {
                assert_eq!(error, "enospc");
                break;
            }
        }
    }
    // Two of the three pages hold values.
    assert!(keys.len() >= 10, "{}", keys.len());
    let all = |flash: &mut Flash, keys: &[String]| {
        for key in keys {
            let number: u8 = key[1..].parse().unwrap();
            assert_eq!(store::get(flash, "a", key).unwrap(), [number; 60], "{key}");
        }
    };
    all(&mut flash, &keys);
    let gone = keys.remove(4);
    store::erase(&mut flash, "a", &gone).unwrap();
    all(&mut flash, &keys);
    store::set(&mut flash, "a", &gone, &[4; 40]).unwrap();
    all(&mut flash, &keys);
    assert_eq!(store::get(&mut flash, "a", &gone).unwrap(), [4; 40]);
    store::erase_all(&mut flash, "a").unwrap();
    for key in &keys {
        assert_eq!(store::get(&mut flash, "a", key), Err("enoent"));
    }
    store::set(&mut flash, "a", "new", &[9; 400]).unwrap();
}

#[test]
fn what_is_there_is_not_written_again() {
    let (mut flash, world) = flash(2);
    store::set(&mut flash, "a", "k", b"value").unwrap();
    world.borrow_mut().power = Some(0);
    store::set(&mut flash, "a", "k", b"value").unwrap();
    store::erase(&mut flash, "a", "none").unwrap();
    store::erase_all(&mut flash, "b").unwrap();
    assert_eq!(store::set(&mut flash, "a", "k", b"other"), Err("eio"));
}

#[test]
fn a_loss_of_power_loses_at_most_what_was_written() {
    let mut random = Random(1);
    for round in 0..60 {
        let pages = 2 + round % 4;
        let (mut flash, world) = flash(pages);
        let mut map: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut losses = 0;
        for _ in 0..200 {
            let key = format!("k{}", random.below(5));
            let length = random.below(40) as usize;
            let value = vec![random.below(256) as u8; length];
            // Power goes in some writes, at any of the steps.
            world.borrow_mut().power = (random.below(4) == 0).then(|| random.below(6) as usize);
            let before = map.get(&key).cloned();
            let (done, after) = if random.below(8) == 0 {
                (store::erase(&mut flash, "a", &key), None)
            } else {
                (store::set(&mut flash, "a", &key, &value), Some(value))
            };
            world.borrow_mut().power = None;
            let found = store::get(&mut flash, "a", &key).ok();
            match done {
                Ok(()) => assert_eq!(found, after, "round {round}"),
                Err(error) => {
                    assert_eq!(error, "eio");
                    losses += 1;
                    assert!(found == before || found == after, "round {round}: {found:?}");
                }
            }
            match found {
                Some(value) => drop(map.insert(key, value)),
                None => drop(map.remove(&key)),
            }
            for (key, value) in &map {
                assert_eq!(store::get(&mut flash, "a", key).as_ref(), Ok(value), "round {round} {key}");
            }
        }
        assert!(losses > 5, "{losses}");
    }
}

#[test]
fn anything_in_the_memory_is_no_harm() {
    let mut random = Random(7);
    for _ in 0..300 {
        let (mut flash, world) = flash(3);
        for number in 0..12 {
            store::set(&mut flash, "a", &format!("k{}", number % 5), &[number; 50]).unwrap();
        }
        for _ in 0..=random.below(20) {
            let at = random.below(512 * 3) as usize;
            world.borrow_mut().flash[at] = random.below(256) as u8;
        }
        for number in 0..5 {
            let _ = store::get(&mut flash, "a", &format!("k{number}"));
        }
        match store::set(&mut flash, "a", "k0", b"anew") {
            Ok(()) => assert_eq!(store::get(&mut flash, "a", "k0").unwrap(), b"anew"),
            Err(error) => assert!(error == "eio" || error == "enospc"),
        }
    }
    // Another system's memory is taken over.
    let (mut flash, world) = flash(3);
    world.borrow_mut().flash.fill(0x5a);
    store::set(&mut flash, "a", "k", b"ours").unwrap();
    assert_eq!(store::get(&mut flash, "a", "k").unwrap(), b"ours");
}
