//! Messages of DNS and of multicast DNS (RFC 1035, 4), and what can be wrong in them.

use crate::WRONG;

pub(crate) const A: u16 = 1;
pub(crate) const CNAME: u16 = 5;
pub(crate) const PTR: u16 = 12;

pub(crate) fn message(id: u16, flags: u16, counts: [u16; 4]) -> Vec<u8> {
    [id, flags].into_iter().chain(counts).flat_map(u16::to_be_bytes).collect()
}

pub(crate) fn name(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        text.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

pub(crate) fn question(name: &[u8], kind: u16) -> Vec<u8> {
    [name, &kind.to_be_bytes(), &[0, 1]].concat()
}

pub(crate) fn record(name: &[u8], kind: u16, ttl: u32, length: u16, data: &[u8]) -> Vec<u8> {
    [name, &kind.to_be_bytes(), &[0, 1], &ttl.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

/// What is wrong in a message whose head is `head(counts)` and that begins with a question for `asked`.
pub(crate) fn wrong_messages(head: impl Fn([u16; 4]) -> Vec<u8>, asked: &[u8], kind: u16) -> Vec<Vec<u8>> {
    let one = question(asked, kind);
    let end = (12 + one.len()) as u16;
    let pointer = |to: u16| (0xc000 | to).to_be_bytes().to_vec();
    let a = |name: &[u8]| record(name, A, 60, 4, &WRONG);
    let with = |counts, parts: &[&[u8]]| [head(counts), one.clone(), parts.concat()].concat();
    let mut all = vec![
        vec![],
        head([1, 0, 0, 0]),
        // Names that go round: at themselves, at each other, forward, beyond the end, into the head.
        with([1, 1, 0, 0], &[&a(&pointer(end))]),
        with([1, 2, 0, 0], &[&pointer(end + 2), &a(&pointer(end))]),
        with([1, 1, 0, 0], &[&a(&pointer(end + 2))]),
        with([1, 1, 0, 0], &[&a(&pointer(end + 12))]),
        with([1, 1, 0, 0], &[&a(&pointer(0x3fff))]),
        with([1, 1, 0, 0], &[&a(&pointer(0))]),
        with([1, 1, 0, 0], &[&a(&[&[1, b'a'][..], &pointer(end)].concat())]),
        [head([1, 1, 0, 0]), question(&pointer(12), kind), a(&pointer(12))].concat(),
        [head([1, 1, 0, 0]), question(&[&[3, b'a', b'b', b'c'][..], &pointer(12)].concat(), kind), a(asked)].concat(),
        // Labels of the reserved kinds, of more than there is, and names that are too long.
        with([1, 1, 0, 0], &[&a(&[0x40, 1, 2, 3])]),
        with([1, 1, 0, 0], &[&a(&[0x80, 1, 2, 3])]),
        with([1, 1, 0, 0], &[&[63, b'a']]),
        with([1, 1, 0, 0], &[&a(&[[63; 64].repeat(20), vec![0]].concat())]),
        with([1, 1, 0, 0], &[&a(&[[1, b'a'].repeat(600), vec![0]].concat())]),
        // Counts of more than there is.
        with([1, 65535, 65535, 65535], &[]),
        with([1, 65535, 0, 0], &[&a(asked)]),
        head([65535; 4]),
        [head([65535, 0, 0, 0]), one.repeat(40)].concat(),
        with([1, 65535, 0, 0], &[&record(&[0], 0, 0, 0, &[]).repeat(100)]),
        // Lengths of data.
        with([1, 1, 0, 0], &[&record(asked, A, 60, 65535, &WRONG)]),
        with([1, 1, 0, 0], &[&record(asked, A, 60, 0, &[])]),
        with([1, 1, 0, 0], &[&record(asked, A, 60, 3, &WRONG[..3])]),
        with([1, 1, 0, 0], &[&record(asked, A, 60, 16, &[6; 16])]),
        with([1, 1, 0, 0], &[&record(asked, PTR, 60, 2, &pointer(end))]),
        with([1, 1, 0, 0], &[&record(asked, PTR, u32::MAX, 0, &[])]),
        with([1, 1, 0, 0], &[&record(asked, 33, 60, 6, &[0, 0, 0, 0, 0, 80])]),
        with([1, 1, 0, 0], &[&record(asked, 16, 60, 3, &[255, b'a', b'b'])]),
        with([1, 1, 0, 0], &[&record(asked, CNAME, 60, 2, &pointer(end + asked.len() as u16 + 10))]),
    ];
    let whole = with([1, 1, 0, 0], &[&a(asked)]);
    all.extend((1..whole.len()).step_by(3).map(|length| whole[..length].to_vec()));
    all
}
