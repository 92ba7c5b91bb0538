//! Keys and values in flash memory: `nvs`. Owns the layout; the memory is a board's, of embedded-storage.
//!
//! Pages (what is erased at a time) are filled one after the other, in a ring: each begins with a head that counts them, then
//! come records, each with a checksum. A newer record of a key replaces older ones. One page is always free: when the
//! youngest is full, the free one becomes the youngest, what still counts of the oldest is copied into it, and the oldest
//! is free. So a loss of power at any moment loses nothing but the value that was being written. The memory may clear bits
//! that were written before, as flash memories do (its `WRITE_SIZE` is 64 bytes or less).
//!
//! Nothing is kept in RAM between two calls; a call reads pages into a buffer of one page.

use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;
use emberl_vm::checksum::crc32;
use emberl_vm::hardware::Error;

/// A page of ours begins so.
const MAGIC: [u8; 4] = *b"ENV1";
/// Bytes of a page's head: the magic, its number, their checksum, and as many unused.
const HEAD: usize = 16;
/// Bytes of a record's head: checksum, kind, length of the name space, of the key, one unused, of the value.
const RECORD: usize = 12;
/// Records begin at multiples of this, or of what the memory writes at a time where that is more.
const ALIGN: usize = 4;
/// The longest name of a name space or a key, as with ESP-IDF.
pub const NAME: usize = 15;
/// What erased memory is.
const ERASED: u8 = 0xff;

type Result<T> = core::result::Result<T, Error>;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The value of a key.
    Value,
    /// A key has none.
    Erased,
    /// No key of the name space has one.
    AllErased,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Value => 1,
            Self::Erased => 2,
            Self::AllErased => 3,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Value),
            2 => Some(Self::Erased),
            3 => Some(Self::AllErased),
            _ => None,
        }
    }
}

/// A record, in the buffer of its page.
#[derive(Clone, Copy, Debug)]
struct Record<'a> {
    kind: Kind,
    space: &'a [u8],
    key: &'a [u8],
    value: &'a [u8],
    bytes: &'a [u8],
}

impl Record<'_> {
    /// Whether this is about that key.
    fn is_about(&self, space: &[u8], key: &[u8]) -> bool {
        self.space == space && (self.kind == Kind::AllErased || self.key == key)
    }
}

fn io<E>(_: E) -> Error {
    "eio"
}

const fn align<S: NorFlash>() -> usize {
    if S::WRITE_SIZE > ALIGN { S::WRITE_SIZE } else { ALIGN }
}

/// Where the first record of a page is.
const fn first<S: NorFlash>() -> usize {
    HEAD.next_multiple_of(align::<S>())
}

/// A byte string that is as long as this.
fn buffer(length: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| "enomem")?;
    bytes.resize(length, ERASED);
    Ok(bytes)
}

/// The record at a place of a page, and where the next one is; none where nothing whole was written.
fn record<S: NorFlash>(page: &[u8], at: usize) -> Option<(Record<'_>, usize)> {
    let rest = page.get(at..)?;
    let head: &[u8; RECORD] = rest.first_chunk()?;
    let [a, b, c, d, kind, space, key, _, e, f, g, h] = *head;
    let kind = Kind::of(kind)?;
    let (space, key) = (usize::from(space), usize::from(key));
    let value = usize::try_from(u32::from_le_bytes([e, f, g, h])).ok()?;
    let length = RECORD.checked_add(space)?.checked_add(key)?.checked_add(value)?;
    let bytes = rest.get(..length)?;
    if crc32(0, bytes.get(4..)?) != u32::from_le_bytes([a, b, c, d]) {
        return None;
    }
    let (_, names) = bytes.split_at(RECORD);
    let (space, names) = names.split_at(space);
    let (key, value) = names.split_at(key);
    let next = at + length.next_multiple_of(align::<S>());
    Some((Record { kind, space, key, value, bytes }, next))
}

/// The records of a page.
fn records<S: NorFlash>(page: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut at = first::<S>();
    core::iter::from_fn(move || {
        let (record, next) = record::<S>(page, at)?;
        at = next;
        Some(record)
    })
}

/// A record's bytes, with what fills its place up.
fn record_bytes<S: NorFlash>(kind: Kind, space: &[u8], key: &[u8], value: &[u8]) -> Result<Vec<u8>> {
    let length = RECORD + space.len() + key.len() + value.len();
    let mut bytes = buffer(length.next_multiple_of(align::<S>()))?;
    let size = u32::try_from(value.len()).map_err(|_| "enospc")?.to_le_bytes();
    let head = [kind.byte(), space.len() as u8, key.len() as u8, 0];
    let content = head.iter().chain(&size).chain(space).chain(key).chain(value);
    for (place, byte) in bytes.iter_mut().skip(4).zip(content) {
        *place = *byte;
    }
    let sum = crc32(0, bytes.get(4..length).unwrap_or_default()).to_le_bytes();
    for (place, byte) in bytes.iter_mut().zip(sum) {
        *place = byte;
    }
    Ok(bytes)
}

/// The number of a page that is ours.
fn number(page: &[u8]) -> Option<u32> {
    let head: &[u8; 12] = page.first_chunk()?;
    let (magic, rest) = head.split_first_chunk::<4>()?;
    let (number, sum) = rest.split_first_chunk::<4>()?;
    (*magic == MAGIC && crc32(0, rest.first_chunk::<4>()?) == u32::from_le_bytes(*sum.first_chunk()?))
        .then(|| u32::from_le_bytes(*number))
}

/// The memory with its pages.
struct Pages<'a, S> {
    storage: &'a mut S,
    /// Numbers and places of pages that are ours, the oldest first.
    used: Vec<(u32, u32)>,
    count: u32,
}

impl<'a, S: NorFlash> Pages<'a, S> {
    fn open(storage: &'a mut S) -> Result<Self> {
        let count = u32::try_from(storage.capacity() / S::ERASE_SIZE).map_err(|_| "enotsup")?;
        if count < 2 || align::<S>() > 64 {
            return Err("enotsup");
        }
        let mut used = Vec::new();
        used.try_reserve_exact(count as usize + 1).map_err(|_| "enomem")?;
        // As much as is read at a time, and the head.
        let mut head = buffer(HEAD.next_multiple_of(S::READ_SIZE))?;
        for page in 0..count {
            storage.read(page * S::ERASE_SIZE as u32, &mut head).map_err(io)?;
            if let Some(number) = number(&head) {
                used.push((number, page));
            }
        }
        used.sort_unstable();
        Ok(Self { storage, used, count })
    }

    fn read(&mut self, page: u32, into: &mut [u8]) -> Result<()> {
        self.storage.read(page * S::ERASE_SIZE as u32, into).map_err(io)
    }

    /// Calls a function with each record, the oldest first.
    fn each(&mut self, skip: usize, page: &mut [u8], see: &mut dyn FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        for at in skip..self.used.len() {
            let Some(&(_, place)) = self.used.get(at) else { break };
            self.read(place, page)?;
            for record in records::<S>(page) {
                see(&record)?;
            }
        }
        Ok(())
    }

    fn page(&self) -> Result<Vec<u8>> {
        buffer(S::ERASE_SIZE)
    }

    /// The value of a key.
    fn get(&mut self, space: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>> {
        let (mut page, mut found) = (self.page()?, None);
        self.each(0, &mut page, &mut |record| {
            if record.is_about(space, key) {
                found = None;
                if record.kind == Kind::Value {
                    let mut value = buffer(record.value.len())?;
                    value.copy_from_slice(record.value);
                    found = Some(value);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether any key of a name space has, or had, a value.
    fn knows(&mut self, space: &[u8]) -> Result<bool> {
        let (mut page, mut knows) = (self.page()?, false);
        self.each(0, &mut page, &mut |record| {
            if record.space == space {
                knows = record.kind != Kind::AllErased;
            }
            Ok(())
        })?;
        Ok(knows)
    }

    /// Begins a page that is free: the youngest from now on.
    fn begin(&mut self) -> Result<u32> {
        let free = (0..self.count).find(|page| self.used.iter().all(|(_, used)| used != page)).ok_or("enospc")?;
        let number = self.used.last().map_or(1, |(last, _)| last.wrapping_add(1));
        let start = free * S::ERASE_SIZE as u32;
        // It may hold something else, or half a head.
        self.storage.erase(start, start + S::ERASE_SIZE as u32).map_err(io)?;
        let mut head = buffer(first::<S>())?;
        let number_bytes = number.to_le_bytes();
        let content = MAGIC.into_iter().chain(number_bytes).chain(crc32(0, &number_bytes).to_le_bytes());
        for (place, byte) in head.iter_mut().zip(content) {
            *place = byte;
        }
        self.storage.write(start, &head).map_err(io)?;
        self.used.push((number, free));
        Ok(free)
    }

    /// Where the next record goes in the youngest page; behind its end where something half written is in the way.
    fn end(&self, page: &[u8]) -> usize {
        let mut at = first::<S>();
        while let Some((_, next)) = record::<S>(page, at) {
            at = next;
        }
        let is_free = page.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == ERASED));
        if is_free { at } else { page.len() }
    }

    /// Puts a record at the end of the youngest page, and looks whether it is there; says whether there was room.
    fn append(&mut self, bytes: &[u8], page: &mut [u8]) -> Result<bool> {
        let Some(&(_, place)) = self.used.last() else { return Ok(false) };
        self.read(place, page)?;
        let at = self.end(page);
        if page.len().saturating_sub(at) < bytes.len() {
            return Ok(false);
        }
        let start = place * S::ERASE_SIZE as u32 + u32::try_from(at).map_err(io)?;
        self.storage.write(start, bytes).map_err(io)?;
        self.read(place, page)?;
        if page.get(at..at + bytes.len()) == Some(bytes) { Ok(true) } else { Err("eio") }
    }

    /// Copies what counts of the oldest page into the youngest, and makes it free. What is going to be erased counts no longer:
    /// else a memory that is full would stay so.
    fn reclaim(&mut self, page: &mut [u8], erased: Option<&Record<'_>>) -> Result<()> {
        let Some(&(_, oldest)) = self.used.first() else { return Ok(()) };
        let mut old = self.page()?;
        self.read(oldest, &mut old)?;
        let mut at = first::<S>();
        while let Some((record, next)) = record::<S>(&old, at) {
            let from = at;
            at = next;
            // What was erased counts no longer: nothing older is left that it would be of.
            if record.kind != Kind::Value {
                continue;
            }
            let mut counts = !erased.is_some_and(|erased| erased.is_about(record.space, record.key));
            let mut later = next;
            while let Some((newer, next)) = self::record::<S>(&old, later) {
                counts &= !newer.is_about(record.space, record.key);
                later = next;
            }
            if counts {
                self.each(1, page, &mut |newer| {
                    counts &= !newer.is_about(record.space, record.key);
                    Ok(())
                })?;
            }
            if counts {
                let mut bytes = buffer(next - from)?;
                for (place, byte) in bytes.iter_mut().zip(record.bytes) {
                    *place = *byte;
                }
                if !self.append(&bytes, page)? {
                    return Err("enospc");
                }
            }
        }
        // Without its head it is free; it is erased when it is begun again.
        let nothing = [0_u8; 64];
        let head = nothing.get(..align::<S>()).ok_or("enotsup")?;
        self.storage.write(oldest * S::ERASE_SIZE as u32, head).map_err(io)?;
        self.used.remove(0);
        Ok(())
    }

    /// Writes a record, wherever there is room, or can be.
    fn write(&mut self, kind: Kind, space: &[u8], key: &[u8], value: &[u8]) -> Result<()> {
        let bytes = record_bytes::<S>(kind, space, key, value)?;
        if bytes.len() > S::ERASE_SIZE - first::<S>() {
            return Err("enospc");
        }
        let erased = (kind != Kind::Value).then_some(Record { kind, space, key, value, bytes: &[] });
        let mut page = self.page()?;
        // Power was lost while the oldest was copied: all that is in the youngest is there twice.
        let mut is_half = self.used.len() as u32 == self.count;
        if is_half {
            self.used.pop();
        }
        for _ in 0..=self.count {
            if !core::mem::take(&mut is_half) && self.append(&bytes, &mut page)? {
                return Ok(());
            }
            self.begin()?;
            if self.used.len() as u32 == self.count {
                self.reclaim(&mut page, erased.as_ref())?;
            }
        }
        Err("enospc")
    }
}

/// Names are texts of 1 to 15 bytes.
fn check(name: &str) -> Result<&[u8]> {
    if (1..=NAME).contains(&name.len()) { Ok(name.as_bytes()) } else { Err("einval") }
}

/// The value of a key.
///
/// # Errors
/// `enoent` where it has none; `einval` for a name that is empty or longer than [`NAME`]; `eio`, `enomem`; `enotsup` where
/// the memory has fewer than two pages.
pub fn get<S: NorFlash>(storage: &mut S, space: &str, key: &str) -> Result<Vec<u8>> {
    let (space, key) = (check(space)?, check(key)?);
    Pages::open(storage)?.get(space, key)?.ok_or("enoent")
}

/// Sets the value of a key. What it has already is not written again.
///
/// # Errors
/// As [`get`], and `enospc` where there is no room, or for a value that is larger than a page.
pub fn set<S: NorFlash>(storage: &mut S, space: &str, key: &str, value: &[u8]) -> Result<()> {
    let (space, key) = (check(space)?, check(key)?);
    let mut pages = Pages::open(storage)?;
    if pages.get(space, key)?.is_some_and(|old| old == value) {
        return Ok(());
    }
    pages.write(Kind::Value, space, key, value)
}

/// Takes the value of a key away, if it has one.
///
/// # Errors
/// As [`set`].
pub fn erase<S: NorFlash>(storage: &mut S, space: &str, key: &str) -> Result<()> {
    let (space, key) = (check(space)?, check(key)?);
    let mut pages = Pages::open(storage)?;
    match pages.get(space, key)? {
        Some(_) => pages.write(Kind::Erased, space, key, &[]),
        None => Ok(()),
    }
}

/// Takes all values of a name space away.
///
/// # Errors
/// As [`set`].
pub fn erase_all<S: NorFlash>(storage: &mut S, space: &str) -> Result<()> {
    let space = check(space)?;
    let mut pages = Pages::open(storage)?;
    if pages.knows(space)? { pages.write(Kind::AllErased, space, &[], &[]) } else { Ok(()) }
}

/// Erases all of the memory.
///
/// # Errors
/// `eio`.
pub fn format<S: NorFlash>(storage: &mut S) -> Result<()> {
    let end = u32::try_from(storage.capacity() / S::ERASE_SIZE * S::ERASE_SIZE).map_err(io)?;
    storage.erase(0, end).map_err(io)
}
