//! Huffman codes and blocks as zlib makes and writes them: ties in frequency are broken as there, and codes that are too
//! long are shortened as there, so that the bytes are the same.

use alloc::vec::Vec;

/// Literals, the end of a block, and lengths.
pub(super) const LENGTHS: usize = 286;
const DISTANCES: usize = 30;
const CODE_LENGTHS: usize = 19;
const HEAP: usize = 2 * LENGTHS + 1;
const END: usize = 256;
/// Longest codes: of data, and of the lengths of codes.
const MOST_BITS: usize = 15;
const MOST_LENGTH_BITS: usize = 7;
/// Symbols of code lengths: the last one three to six times; 0 three to ten times; 0 eleven times or more.
const REPEAT: usize = 16;
const ZEROS: usize = 17;
const MANY_ZEROS: usize = 18;
/// The order in which lengths of the codes of code lengths are written.
const ORDER: [usize; CODE_LENGTHS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A length's symbol counted from 0, how many extra bits it has, and their value; the length less 3 is given.
fn of_length(length: usize) -> (usize, u32, u32) {
    match length {
        0..=7 => (length, 0, 0),
        255 => (28, 0, 0),
        _ => {
            let extra = length.ilog2() - 2;
            let symbol = 4 * extra as usize + (length >> extra);
            (symbol, extra, (length & ((1 << extra) - 1)) as u32)
        }
    }
}

/// A distance's symbol, how many extra bits it has, and their value; the distance less 1 is given.
fn of_distance(distance: usize) -> (usize, u32, u32) {
    if distance < 4 {
        return (distance, 0, 0);
    }
    let extra = distance.ilog2() - 1;
    (2 * extra as usize + (distance >> extra), extra, (distance & ((1 << extra) - 1)) as u32)
}

/// Extra bits of a symbol.
const fn extra_of(kind: Kind, symbol: usize) -> u32 {
    match kind {
        Kind::Literals if symbol <= END || symbol == 285 || symbol < 265 => 0,
        Kind::Literals => (symbol as u32 - 261) / 4,
        Kind::Distances if symbol < 4 => 0,
        Kind::Distances => symbol as u32 / 2 - 1,
        Kind::Lengths => match symbol {
            REPEAT => 2,
            ZEROS => 3,
            MANY_ZEROS => 7,
            _ => 0,
        },
    }
}

/// The length of a symbol's code in the fixed code.
const fn fixed_length(kind: Kind, symbol: usize) -> u32 {
    match (kind, symbol) {
        (Kind::Distances, _) => 5,
        (_, 144..=255) => 9,
        (_, 256..=279) => 7,
        _ => 8,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Literals,
    Distances,
    Lengths,
}

/// A symbol or an inner node.
#[derive(Clone, Copy, Default)]
struct Node {
    frequency: u32,
    parent: u16,
    length: u16,
    code: u16,
    depth: u8,
}

/// A code in the making.
struct Tree {
    kind: Kind,
    symbols: usize,
    nodes: [Node; HEAP],
    last: usize,
}

/// A heap of nodes, the rarest first, as zlib keeps it: from place 1 on; behind it the nodes that left it, from the end.
struct Heap {
    places: [u16; HEAP],
    length: usize,
    most: usize,
}

fn at<T: Copy + Default>(places: &[T], index: usize) -> T {
    places.get(index).copied().unwrap_or_default()
}

fn put<T>(places: &mut [T], index: usize, value: T) {
    if let Some(place) = places.get_mut(index) {
        *place = value;
    }
}

impl Tree {
    fn new(kind: Kind) -> Self {
        let symbols = match kind {
            Kind::Literals => LENGTHS,
            Kind::Distances => DISTANCES,
            Kind::Lengths => CODE_LENGTHS,
        };
        Self { kind, symbols, nodes: [Node::default(); HEAP], last: 0 }
    }

    fn node(&mut self, index: usize) -> Option<&mut Node> {
        self.nodes.get_mut(index)
    }

    fn count(&mut self, symbol: usize, times: u32) {
        if let Some(node) = self.node(symbol) {
            node.frequency += times;
        }
    }

    fn length(&self, symbol: usize) -> u16 {
        at_node(&self.nodes, symbol).length
    }

    /// Makes the code. Gives the bits that the data takes with it, and with the fixed code; both may count symbols that
    /// are there only to make a code possible, as negative.
    fn build(&mut self) -> (i64, i64) {
        let (mut bits, mut fixed) = (0_i64, 0_i64);
        let mut heap = Heap { places: [0; HEAP], length: 0, most: HEAP };
        let mut last = None;
        for symbol in 0..self.symbols {
            if at_node(&self.nodes, symbol).frequency != 0 {
                heap.length += 1;
                put(&mut heap.places, heap.length, symbol as u16);
                last = Some(symbol);
            } else if let Some(node) = self.node(symbol) {
                node.length = 0;
            }
        }
        while heap.length < 2 {
            let symbol = match last {
                None => 0,
                Some(last) if last < 2 => last + 1,
                Some(_) => 0,
            };
            last = Some(last.map_or(symbol, |last| last.max(symbol)));
            heap.length += 1;
            put(&mut heap.places, heap.length, symbol as u16);
            if let Some(node) = self.node(symbol) {
                node.frequency = 1;
            }
            bits -= 1;
            if self.kind != Kind::Lengths {
                fixed -= i64::from(fixed_length(self.kind, symbol));
            }
        }
        self.last = last.unwrap_or(0);
        for place in (1..=heap.length / 2).rev() {
            heap.down(&self.nodes, place);
        }
        let mut inner = self.symbols;
        while heap.length >= 2 {
            let first = at(&heap.places, 1);
            let end = at(&heap.places, heap.length);
            put(&mut heap.places, 1, end);
            heap.length -= 1;
            heap.down(&self.nodes, 1);
            let second = at(&heap.places, 1);
            heap.leave(first);
            heap.leave(second);
            let (a, b) = (at_node(&self.nodes, first.into()), at_node(&self.nodes, second.into()));
            for child in [first, second] {
                if let Some(node) = self.node(child.into()) {
                    node.parent = inner as u16;
                }
            }
            if let Some(node) = self.node(inner) {
                node.frequency = a.frequency + b.frequency;
                node.depth = a.depth.max(b.depth) + 1;
            }
            put(&mut heap.places, 1, inner as u16);
            inner += 1;
            heap.down(&self.nodes, 1);
        }
        let root = at(&heap.places, 1);
        heap.leave(root);
        self.lengths(&heap, &mut bits, &mut fixed);
        (bits, fixed)
    }

    fn lengths(&mut self, heap: &Heap, bits: &mut i64, fixed: &mut i64) {
        let most = if self.kind == Kind::Lengths { MOST_LENGTH_BITS } else { MOST_BITS };
        let mut counts = [0_i32; MOST_BITS + 2];
        if let Some(root) = self.node(at(&heap.places, heap.most).into()) {
            root.length = 0;
        }
        let mut overflow = 0;
        for place in heap.most + 1..HEAP {
            let index = usize::from(at(&heap.places, place));
            let parent = at_node(&self.nodes, index).parent;
            let mut length = usize::from(self.length(parent.into())) + 1;
            if length > most {
                length = most;
                overflow += 1;
            }
            let Some(node) = self.node(index) else { continue };
            node.length = length as u16;
            let frequency = i64::from(node.frequency);
            if index > self.last {
                continue;
            }
            if let Some(count) = counts.get_mut(length) {
                *count += 1;
            }
            let extra = extra_of(self.kind, index);
            *bits += frequency * (length as i64 + i64::from(extra));
            if self.kind != Kind::Lengths {
                *fixed += frequency * i64::from(fixed_length(self.kind, index) + extra);
            }
        }
        if overflow > 0 {
            while overflow > 0 {
                let mut length = most - 1;
                while at(&counts, length) == 0 && length > 0 {
                    length -= 1;
                }
                for (length, change) in [(length, -1), (length + 1, 2), (most, -1)] {
                    if let Some(count) = counts.get_mut(length) {
                        *count += change;
                    }
                }
                overflow -= 2;
            }
            let mut place = HEAP;
            for length in (1..=most).rev() {
                let mut left = at(&counts, length);
                while left > 0 && place > 0 {
                    place -= 1;
                    let index = usize::from(at(&heap.places, place));
                    if index > self.last {
                        continue;
                    }
                    if let Some(node) = self.node(index) {
                        *bits += (length as i64 - i64::from(node.length)) * i64::from(node.frequency);
                        node.length = length as u16;
                    }
                    left -= 1;
                }
            }
        }
        let mut next = [0_u16; MOST_BITS + 2];
        let mut code = 0_u16;
        for length in 1..=MOST_BITS {
            code = code.wrapping_add(at(&counts, length - 1) as u16) << 1;
            put(&mut next, length, code);
        }
        for node in self.nodes.iter_mut().take(self.last + 1) {
            if let Some(code) = next.get_mut(usize::from(node.length)).filter(|_| node.length != 0) {
                node.code = *code;
                *code = code.wrapping_add(1);
            }
        }
    }

    /// Walks over the lengths of the codes, as runs: the length, how often, and whether it was the last one's too.
    fn runs(&self, mut run: impl FnMut(usize, u32, bool)) {
        let mut previous = None;
        let mut next = self.length(0);
        let (mut count, mut most, mut least) = (0, 7, 4);
        if next == 0 {
            (most, least) = (138, 3);
        }
        for symbol in 0..=self.last {
            let length = next;
            next = if symbol == self.last { u16::MAX } else { self.length(symbol + 1) };
            count += 1;
            if count < most && length == next {
                continue;
            }
            if count < least {
                for _ in 0..count {
                    run(length.into(), 1, false);
                }
            } else if length != 0 {
                if previous != Some(length) {
                    run(length.into(), 1, false);
                    count -= 1;
                }
                run(length.into(), count, true);
            } else {
                run(0, count, true);
            }
            count = 0;
            previous = Some(length);
            (most, least) = match next {
                0 => (138, 3),
                _ if next == length => (6, 3),
                _ => (7, 4),
            };
        }
    }
}

fn at_node(nodes: &[Node], index: usize) -> Node {
    at(nodes, index)
}

impl Heap {
    fn leave(&mut self, node: u16) {
        self.most -= 1;
        put(&mut self.places, self.most, node);
    }

    fn down(&mut self, nodes: &[Node], place: usize) {
        let smaller = |a: u16, b: u16| {
            let (a, b) = (at_node(nodes, a.into()), at_node(nodes, b.into()));
            a.frequency < b.frequency || a.frequency == b.frequency && a.depth <= b.depth
        };
        let (value, mut place) = (at(&self.places, place), place);
        let mut child = place * 2;
        while child <= self.length {
            if child < self.length && smaller(at(&self.places, child + 1), at(&self.places, child)) {
                child += 1;
            }
            let node = at(&self.places, child);
            if smaller(value, node) {
                break;
            }
            put(&mut self.places, place, node);
            place = child;
            child *= 2;
        }
        put(&mut self.places, place, value);
    }
}

/// Writes bits, the lowest first.
#[derive(Default)]
pub(super) struct Writer {
    /// The bytes so far.
    pub out: Vec<u8>,
    bits: u64,
    count: u32,
}

impl Writer {
    fn put(&mut self, bits: u32, count: u32) {
        self.bits |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.out.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    /// A code, whose highest bit comes first.
    fn code(&mut self, code: u16, length: u16) {
        if length != 0 {
            self.put(u32::from(code.reverse_bits() >> (16 - length)), length.into());
        }
    }

    fn symbol(&mut self, tree: &Tree, symbol: usize) {
        let node = at_node(&tree.nodes, symbol);
        self.code(node.code, node.length);
    }

    /// Ends the byte.
    pub(super) fn align(&mut self) {
        let rest = (8 - self.count % 8) % 8;
        self.put(0, rest);
    }
}

/// A literal, or a match: its length less 3, and its distance, which is not 0.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    /// The byte, or the length.
    pub value: u8,
    /// 0 for a literal.
    pub distance: u16,
}

/// Writes the symbols of a block, which stand for these bytes, in the way that takes least.
pub(super) fn block(writer: &mut Writer, symbols: &[Symbol], bytes: &[u8], last: bool) {
    let (mut literals, mut distances) = (Tree::new(Kind::Literals), Tree::new(Kind::Distances));
    literals.count(END, 1);
    for symbol in symbols {
        if symbol.distance == 0 {
            literals.count(symbol.value.into(), 1);
        } else {
            literals.count(of_length(symbol.value.into()).0 + END + 1, 1);
            distances.count(of_distance(usize::from(symbol.distance) - 1).0, 1);
        }
    }
    let (of_literals, of_distances) = (literals.build(), distances.build());
    let mut lengths = Tree::new(Kind::Lengths);
    for tree in [&literals, &distances] {
        tree.runs(|length, count, repeated| match (length, count) {
            (_, _) if !repeated => lengths.count(length, 1),
            (0, ..=10) => lengths.count(ZEROS, 1),
            (0, _) => lengths.count(MANY_ZEROS, 1),
            _ => lengths.count(REPEAT, 1),
        });
    }
    let (of_lengths, _) = lengths.build();
    let written = (4..=CODE_LENGTHS).rev().find(|&count| lengths.length(at(&ORDER, count - 1)) != 0).unwrap_or(3);
    let written = written.max(3);
    let made = of_literals.0 + of_distances.0 + of_lengths + 3 * written as i64 + 14;
    let fixed = of_literals.1 + of_distances.1;
    let (made, fixed) = ((made + 3 + 7) >> 3, (fixed + 3 + 7) >> 3);
    let best = made.min(fixed);
    let end = u32::from(last);
    if bytes.len() as i64 + 4 <= best {
        writer.put(end, 3);
        writer.align();
        let size = bytes.len() as u16;
        writer.out.extend_from_slice(&size.to_le_bytes());
        writer.out.extend_from_slice(&(!size).to_le_bytes());
        writer.out.extend_from_slice(bytes);
    } else if fixed == best {
        writer.put(2 + end, 3);
        let mut code = 0_u16;
        // The fixed code, in the order of its lengths.
        for length in 7..=9 {
            for symbol in 0..288 {
                if fixed_length(Kind::Literals, symbol) == length {
                    if let Some(node) = literals.node(symbol) {
                        (node.code, node.length) = (code, length as u16);
                    }
                    code += 1;
                }
            }
            code <<= 1;
        }
        for (symbol, node) in distances.nodes.iter_mut().take(DISTANCES).enumerate() {
            (node.code, node.length) = (symbol as u16, 5);
        }
        data(writer, symbols, &literals, &distances);
    } else {
        writer.put(4 + end, 3);
        writer.put(literals.last as u32 + 1 - 257, 5);
        writer.put(distances.last as u32, 5);
        writer.put(written as u32 - 4, 4);
        for &symbol in ORDER.iter().take(written) {
            writer.put(lengths.length(symbol).into(), 3);
        }
        for tree in [&literals, &distances] {
            tree.runs(|length, count, repeated| match (length, count) {
                (_, _) if !repeated => writer.symbol(&lengths, length),
                (0, ..=10) => {
                    writer.symbol(&lengths, ZEROS);
                    writer.put(count - 3, 3);
                }
                (0, _) => {
                    writer.symbol(&lengths, MANY_ZEROS);
                    writer.put(count - 11, 7);
                }
                _ => {
                    writer.symbol(&lengths, REPEAT);
                    writer.put(count - 3, 2);
                }
            });
        }
        data(writer, symbols, &literals, &distances);
    }
    if last {
        writer.align();
    }
}

fn data(writer: &mut Writer, symbols: &[Symbol], literals: &Tree, distances: &Tree) {
    for symbol in symbols {
        if symbol.distance == 0 {
            writer.symbol(literals, symbol.value.into());
            continue;
        }
        let (length, extra, value) = of_length(symbol.value.into());
        writer.symbol(literals, length + END + 1);
        writer.put(value, extra);
        let (distance, extra, value) = of_distance(usize::from(symbol.distance) - 1);
        writer.symbol(distances, distance);
        writer.put(value, extra);
    }
    writer.symbol(literals, END);
}
