//! Messages of DNS and mDNS (RFC 1035, 6762) as tests look at them and make them: written apart from the product's own reading,
//! so that the one can check the other.

use std::net::Ipv4Addr;

/// Types of records: RFC 1035, 3.2.2; RFC 2782; RFC 6762, 6.1.
pub mod kind {
    /// An address.
    pub const A: u16 = 1;
    /// Another name.
    pub const PTR: u16 = 12;
    /// Texts.
    pub const TXT: u16 = 16;
    /// Where a service is.
    pub const SRV: u16 = 33;
    /// All types that there are.
    pub const ANY: u16 = 255;
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub name: String,
    /// Its type.
    pub kind: u16,
    /// mDNS: it is all that there is of this name and type.
    pub flush: bool,
    /// Seconds that it holds; 0 says goodbye.
    pub ttl: u32,
    /// As it came.
    pub data: Vec<u8>,
    /// The name in the data of PTR and SRV.
    pub target: Option<String>,
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What an answer has to repeat.
    pub id: u16,
    /// Whether it answers.
    pub is_answer: bool,
    /// Names and types that are asked for.
    pub questions: Vec<(String, u16)>,
    /// The answers.
    pub answers: Vec<Record>,
    /// What somebody wants to be the owner of.
    pub authorities: Vec<Record>,
    /// What else may be of use.
    pub additionals: Vec<Record>,
}

impl Message {
    /// Reads it; `None` when it is none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let mut message = Self { id: word(0)?, is_answer: bytes.get(2)? & 0x80 != 0, ..Self::default() };
        let mut at = 12;
        for _ in 0..word(4)? {
            let name = name(bytes, &mut at)?;
            message.questions.push((name, word(at)?));
            at += 4;
        }
        for (count, records) in
            [(6, &mut message.answers), (8, &mut message.authorities), (10, &mut message.additionals)]
        {
            for _ in 0..word(count)? {
                let name = name(bytes, &mut at)?;
                let (kind, class) = (word(at)?, word(at + 2)?);
                let ttl = u32::from(word(at + 4)?) << 16 | u32::from(word(at + 6)?);
                let length = usize::from(word(at + 8)?);
                at += 10;
                let data = bytes.get(at..at + length)?.to_vec();
                let mut inside = at + if kind == kind::SRV { 6 } else { 0 };
                let target =
                    if matches!(kind, kind::PTR | kind::SRV) { Some(self::name(bytes, &mut inside)?) } else { None };
                records.push(Record { name, kind, flush: class & 0x8000 != 0, ttl, data, target });
                at += length;
            }
        }
        Some(message)
    }
}

/// The name at a place, which is moved behind it.
fn name(bytes: &[u8], at: &mut usize) -> Option<String> {
    let (mut labels, mut from, mut followed) = (Vec::new(), *at, 0);
    loop {
        let length = *bytes.get(from)?;
        if length & 0xc0 == 0xc0 {
            let to = usize::from(length & 0x3f) << 8 | usize::from(*bytes.get(from + 1)?);
            if followed == 0 {
                *at = from + 2;
            }
            followed += 1;
            // Each leads back: RFC 1035, 4.1.4.
            if to >= from || followed > 100 {
                return None;
            }
            from = to;
            continue;
        }
        from += 1;
        if length == 0 {
            if followed == 0 {
                *at = from;
            }
            return Some(labels.join("."));
        }
        let label = bytes.get(from..from + usize::from(length))?;
        labels.push(String::from_utf8_lossy(label).into_owned());
        from += usize::from(length);
    }
}

/// The bytes of a name; a dot ends a label.
#[must_use]
pub fn written(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap_or(63));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A message that asks for one type of one name.
#[must_use]
pub fn question(name: &str, kind: u16) -> Vec<u8> {
    [&[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], written(name).as_slice(), &kind.to_be_bytes(), &[0, 1]].concat()
}

/// What a server answers to who asks for the address of a name; without one, that there is no such name.
#[must_use]
pub fn answer(id: u16, name: &str, address: Option<Ipv4Addr>) -> Vec<u8> {
    let [flags, answers] = if address.is_some() { [0, 1] } else { [3, 0] };
    let head = [&id.to_be_bytes(), &[0x81, 0x80 | flags, 0, 1, 0, answers, 0, 0, 0, 0][..]].concat();
    let mut bytes = [head.as_slice(), &written(name), &[0, 1, 0, 1]].concat();
    if let Some(address) = address {
        bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        bytes.extend(address.octets());
    }
    bytes
}

/// What another machine says by mDNS: a record.
#[must_use]
pub fn told(name: &str, kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let head = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let class = if kind == kind::PTR { [0, 1] } else { [0x80, 1] };
    let record = [kind.to_be_bytes(), class].concat();
    [&head, written(name).as_slice(), &record, &ttl.to_be_bytes(), &length.to_be_bytes(), data].concat()
}
