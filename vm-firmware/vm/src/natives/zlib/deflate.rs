//! Deflate as zlib does it at its default level, to the byte: OTP's compiler writes literals so, and what it writes here
//! must be what it writes there.

use alloc::vec::Vec;

use super::codes::{self, Symbol, Writer};

const WINDOW: usize = 1 << 15;
const MASK: usize = WINDOW - 1;
const LEAST: usize = 3;
const MOST: usize = 258;
/// With fewer bytes ahead, more are read into the window.
const LOOKAHEAD: usize = MOST + LEAST + 1;
const FARTHEST: usize = WINDOW - LOOKAHEAD;
/// Matches of three bytes are not worth it from farther away.
const TOO_FAR: usize = 4096;
/// Symbols of a block.
const BLOCK: usize = (1 << 14) - 1;
/// Level 6: from a match of this length on the search for a better one is shorter; from this one on there is none; a match
/// that is good enough; how many places are looked at.
const GOOD: usize = 8;
const LAZY: usize = 16;
const NICE: usize = 128;
const CHAIN: usize = 128;

/// Bytes that [`deflate`] uses, besides the result.
pub(super) const MEMORY: usize = 2 * WINDOW * 4 + BLOCK * 4 + 32_000;

struct Search<'a> {
    data: &'a [u8],
    /// Where each hash was last, and for each place of the window, where its hash was before.
    head: Vec<u32>,
    previous: Vec<u32>,
    /// Where the window begins. A place there or before counts as none.
    base: usize,
    /// The place at hand, and how many bytes from it on are in the window.
    at: usize,
    ahead: usize,
}

impl Search<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.data.get(at).copied().unwrap_or(0)
    }

    /// Moves the window on when it is due, and reads what it holds.
    fn fill(&mut self) {
        loop {
            let place = self.at - self.base;
            let mut room = 2 * WINDOW - self.ahead - place;
            if place >= WINDOW + FARTHEST {
                self.base += WINDOW;
                room += WINDOW;
            }
            let left = self.data.len() - self.at - self.ahead;
            self.ahead += left.min(room);
            if self.ahead >= LOOKAHEAD || left <= room {
                return;
            }
        }
    }

    /// Notes the three bytes at a place; gives where they were before.
    fn insert(&mut self, at: usize) -> usize {
        let hash =
            usize::from(self.byte(at)) << 10 ^ usize::from(self.byte(at + 1)) << 5 ^ usize::from(self.byte(at + 2));
        let Some(head) = self.head.get_mut(hash & MASK) else { return 0 };
        let before = core::mem::replace(head, at as u32);
        if let Some(place) = self.previous.get_mut(at & MASK) {
            *place = before;
        }
        before as usize
    }

    /// The longest match from a place on back, if longer than `best`: its length and place.
    fn longest(&self, from: usize, best: usize, start: usize) -> (usize, usize) {
        let (mut best, mut start, mut place) = (best, start, from);
        let mut chain = if best >= GOOD { CHAIN >> 2 } else { CHAIN };
        let nice = NICE.min(self.ahead);
        // No place at the window's beginning or before, nor farther away than may be.
        let limit = self.base.max(self.at.saturating_sub(FARTHEST));
        let most = MOST.min(self.ahead);
        let here = self.data.get(self.at..self.at + most).unwrap_or_default();
        while best < most {
            let there = self.data.get(place..place + most).unwrap_or_default();
            if there.get(best) == here.get(best) && there.get(best - 1) == here.get(best - 1) {
                let length = here.iter().zip(there).take_while(|(a, b)| a == b).count();
                if length > best {
                    (best, start) = (length, place);
                    if length >= nice {
                        break;
                    }
                }
            }
            place = self.previous.get(place & MASK).map_or(0, |&place| place as usize);
            chain -= 1;
            if place <= limit || chain == 0 {
                break;
            }
        }
        (best.min(self.ahead), start)
    }
}

/// The data as raw deflate, at the end of what the writer has.
pub(super) fn deflate(writer: &mut Writer, data: &[u8]) {
    let mut search =
        Search { data, head: alloc::vec![0; WINDOW], previous: alloc::vec![0; WINDOW], base: 0, at: 0, ahead: 0 };
    let mut symbols: Vec<Symbol> = Vec::with_capacity(BLOCK);
    let mut block = 0;
    let (mut length, mut start, mut pending) = (LEAST - 1, 0, false);
    loop {
        if search.ahead < LOOKAHEAD {
            search.fill();
            if search.ahead == 0 {
                break;
            }
        }
        let before = if search.ahead >= LEAST { search.insert(search.at) } else { 0 };
        let (last_length, last_start) = (length, start);
        length = LEAST - 1;
        if before > search.base && last_length < LAZY && search.at - before <= FARTHEST {
            (length, start) = search.longest(before, last_length, start);
            if length == LEAST && search.at - start > TOO_FAR {
                length = LEAST - 1;
            }
        }
        let mut full = false;
        if last_length >= LEAST && length <= last_length {
            let most = search.at + search.ahead - LEAST;
            let distance = (search.at - 1 - last_start) as u16;
            symbols.push(Symbol { value: (last_length - LEAST) as u8, distance });
            full = symbols.len() == BLOCK;
            search.ahead -= last_length - 1;
            for _ in 0..last_length - 2 {
                search.at += 1;
                if search.at <= most {
                    search.insert(search.at);
                }
            }
            pending = false;
            length = LEAST - 1;
            search.at += 1;
        } else {
            if pending {
                symbols.push(Symbol { value: search.byte(search.at - 1), distance: 0 });
                full = symbols.len() == BLOCK;
                if full {
                    codes::block(writer, &symbols, data.get(block..search.at).unwrap_or_default(), false);
                    symbols.clear();
                    block = search.at;
                    full = false;
                }
            }
            pending = true;
            search.at += 1;
            search.ahead -= 1;
        }
        if full {
            codes::block(writer, &symbols, data.get(block..search.at).unwrap_or_default(), false);
            symbols.clear();
            block = search.at;
        }
    }
    if pending {
        symbols.push(Symbol { value: search.byte(search.at - 1), distance: 0 });
    }
    codes::block(writer, &symbols, data.get(block..).unwrap_or_default(), true);
}
