//! Deflate as zlib does it at each level, to the byte.

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
/// What a level means.
#[derive(Clone, Copy)]
struct Level {
    /// From a match of this length on the search for a better one is shorter.
    good: usize,
    /// From this one on there is none; at the fast levels, what stands in longer ones is not noted.
    lazy: usize,
    /// A match that is good enough.
    nice: usize,
    /// How many places are looked at.
    chain: usize,
}

const fn level(good: usize, lazy: usize, nice: usize, chain: usize) -> Level {
    Level { good, lazy, nice, chain }
}

/// Those of 1 to 9.
const LEVELS: [Level; 9] = [
    level(4, 4, 8, 4),
    level(4, 5, 16, 8),
    level(4, 6, 32, 32),
    level(4, 4, 16, 16),
    level(8, 16, 32, 32),
    level(8, 16, 128, 128),
    level(8, 32, 128, 256),
    level(32, 128, 258, 1024),
    level(32, 258, 258, 4096),
];
/// The last of the levels that take the first match they find.
const FAST: u8 = 3;

/// Bytes that [`deflate`] uses, besides the result.
pub(super) const MEMORY: usize = 2 * WINDOW * 4 + BLOCK * 4 + 32_000;

struct Search<'a> {
    data: &'a [u8],
    /// Where each hash was last, and for each place of the window, where its hash was before.
    head: Vec<u32>,
    previous: Vec<u32>,
    /// Where the window begins. A place there or before counts as none.
    base: usize,
    level: Level,
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
        let mut chain = if best >= self.level.good { self.level.chain >> 2 } else { self.level.chain };
        let nice = self.level.nice.min(self.ahead);
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
pub(super) fn deflate(writer: &mut Writer, data: &[u8], level: u8) {
    let level = level.clamp(1, 9);
    let mut search = Search {
        data,
        head: alloc::vec![0; WINDOW],
        previous: alloc::vec![0; WINDOW],
        base: 0,
        level: LEVELS.get(usize::from(level) - 1).copied().unwrap_or(LEVELS[5]),
        at: 0,
        ahead: 0,
    };
    let mut blocks = Blocks { writer, data, symbols: Vec::with_capacity(BLOCK), start: 0 };
    if level <= FAST {
        fast(&mut search, &mut blocks);
    } else {
        slow(&mut search, &mut blocks);
    }
    blocks.end(data.len(), true);
}

/// The symbols of the block at hand.
struct Blocks<'a> {
    writer: &'a mut Writer,
    data: &'a [u8],
    symbols: Vec<Symbol>,
    /// Where the block begins in the data.
    start: usize,
}

impl Blocks<'_> {
    /// Adds a literal or a match; tells whether the block is full.
    fn push(&mut self, value: usize, distance: usize) -> bool {
        self.symbols.push(Symbol { value: value as u8, distance: distance as u16 });
        self.symbols.len() == BLOCK
    }

    fn end(&mut self, at: usize, last: bool) {
        codes::block(self.writer, &self.symbols, self.data.get(self.start..at).unwrap_or_default(), last);
        self.symbols.clear();
        self.start = at;
    }
}

/// Takes each match that is found.
fn fast(search: &mut Search<'_>, blocks: &mut Blocks<'_>) {
    loop {
        if search.ahead < LOOKAHEAD {
            search.fill();
            if search.ahead == 0 {
                return;
            }
        }
        let before = if search.ahead >= LEAST { search.insert(search.at) } else { 0 };
        let (mut length, mut start) = (0, 0);
        if before > search.base && search.at - before <= FARTHEST {
            (length, start) = search.longest(before, LEAST - 1, 0);
        }
        let full = if length >= LEAST {
            let full = blocks.push(length - LEAST, search.at - start);
            search.ahead -= length;
            if length <= search.level.lazy && search.ahead >= LEAST {
                for at in search.at + 1..search.at + length {
                    search.insert(at);
                }
            }
            search.at += length;
            full
        } else {
            let full = blocks.push(search.byte(search.at).into(), 0);
            search.ahead -= 1;
            search.at += 1;
            full
        };
        if full {
            blocks.end(search.at, false);
        }
    }
}

/// Takes a match when the one that begins a byte later is no longer.
fn slow(search: &mut Search<'_>, blocks: &mut Blocks<'_>) {
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
        if before > search.base && last_length < search.level.lazy && search.at - before <= FARTHEST {
            (length, start) = search.longest(before, last_length, start);
            if length == LEAST && search.at - start > TOO_FAR {
                length = LEAST - 1;
            }
        }
        let mut full = false;
        if last_length >= LEAST && length <= last_length {
            let most = search.at + search.ahead - LEAST;
            full = blocks.push(last_length - LEAST, search.at - 1 - last_start);
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
            // The byte at hand stays open: the block ends before it.
            if pending && blocks.push(search.byte(search.at - 1).into(), 0) {
                blocks.end(search.at, false);
            }
            pending = true;
            search.at += 1;
            search.ahead -= 1;
        }
        if full {
            blocks.end(search.at, false);
        }
    }
    if pending {
        blocks.push(search.byte(search.at - 1).into(), 0);
    }
}
