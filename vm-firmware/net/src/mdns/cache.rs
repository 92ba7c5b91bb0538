//! What was heard of others and is asked for here: a bounded store of records that grow old.

use alloc::vec::Vec;
use core::net::IpAddr;

use edge_mdns::domain::base::{RecordData, Rtype};

use super::name::Name;
use super::random::{Random, SECOND};
use super::record::Data;

/// The most addresses of one family that are kept of one host.
const ADDRESSES: usize = 4;
/// Nanoseconds that a record lasts which was said to have gone, or to be out of date (RFC 6762, 10.1 and 10.2).
const LINGER: u64 = SECOND;
/// Percent of its time at which a record is first asked for again; three times more follow (RFC 6762, 5.2).
const REFRESH: u64 = 80;
/// The steps between.
const REFRESH_STEP: u64 = 5;

/// A record.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) data: Data,
    /// When it was heard.
    born: u64,
    /// Nanoseconds that it lasts from then on.
    lasts: u64,
    /// When it is forgotten.
    ends: u64,
    /// When it is asked for again, if it is wanted.
    pub(super) refresh: u64,
    /// Of a service's name: when what is missing of it is asked for, and how often that was done.
    pub(super) resolve: (u64, u8),
}

impl Entry {
    /// Bytes of memory behind it.
    fn memory(&self) -> usize {
        self.name.wire().len() + self.data.memory()
    }

    /// The seconds that are left of its time, when that is more than half of it: it is not told again then.
    pub(super) const fn fresh(&self, now: u64) -> Option<u32> {
        let left = self.ends.saturating_sub(now);
        if left > self.lasts / 2 { Some((left / SECOND) as u32) } else { None }
    }

    /// It was asked for again, or will not be.
    pub(super) const fn refreshed(&mut self, now: u64) {
        let step = self.lasts / 100 * REFRESH_STEP;
        while self.refresh <= now && step > 0 {
            self.refresh = self.refresh.saturating_add(step);
        }
        // After 95 % there is only its end.
        if self.refresh.saturating_add(step) > self.ends {
            self.refresh = u64::MAX;
        }
    }
}

/// The store.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) entries: Vec<Entry>,
    size: usize,
    most_bytes: usize,
    pub(super) peak: usize,
}

impl Cache {
    /// A store of so many records, and so many bytes behind them.
    pub(super) fn new(size: usize, most_bytes: usize) -> Self {
        Self { entries: Vec::new(), size, most_bytes, peak: 0 }
    }

    /// The records of a name and type.
    pub(super) fn of(&self, name: &Name, rtype: Rtype) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.data.rtype() == rtype && entry.name == *name)
    }

    /// The record of a name and type of which there should be but one: what it replaces is there for another second.
    pub(super) fn newest(&self, name: &Name, rtype: Rtype) -> Option<&Entry> {
        self.of(name, rtype).max_by_key(|entry| entry.born)
    }

    /// The addresses of a host.
    pub(super) fn addresses(&self, host: &Name, rtype: Rtype) -> impl Iterator<Item = IpAddr> {
        self.of(host, rtype).filter_map(|entry| match entry.data {
            Data::A(address) => Some(IpAddr::V4(address)),
            Data::Aaaa(address) => Some(IpAddr::V6(address)),
            _ => None,
        })
    }

    /// Takes what was heard: for so many seconds, 0 when it has gone; `flush` when other records of the name and type that
    /// were heard before are out of date.
    pub(super) fn hear(&mut self, now: u64, name: Name, data: Data, ttl: u32, flush: bool, random: &mut Random) {
        let rtype = data.rtype();
        if flush {
            for entry in &mut self.entries {
                if entry.data.rtype() == rtype && entry.name == name && now.saturating_sub(entry.born) > SECOND {
                    entry.ends = entry.ends.min(now.saturating_add(LINGER));
                }
            }
        }
        let lasts = u64::from(ttl) * SECOND;
        let ends = now.saturating_add(lasts);
        // Two percent apart, so that not all ask at once.
        let spread = random.millis(0, 1000) * u64::from(ttl) / 50;
        let refresh = now.saturating_add(lasts / 100 * REFRESH).saturating_add(spread);
        let same = |entry: &&mut Entry| entry.data.rtype() == rtype && entry.name == name && entry.data == data;
        if let Some(entry) = self.entries.iter_mut().find(same) {
            if ttl == 0 {
                entry.ends = entry.ends.min(now.saturating_add(LINGER));
            } else {
                entry.born = now;
                entry.lasts = lasts;
                entry.ends = ends;
                entry.refresh = refresh;
                if entry.resolve.1 > 0 && entry.resolve.0 < now {
                    entry.resolve = (now, 0);
                }
            }
            return;
        }
        if ttl == 0 {
            return;
        }
        let entry = Entry { name, data, born: now, lasts, ends, refresh, resolve: (now, 0) };
        if self.room(&entry) {
            self.entries.push(entry);
            self.peak = self.peak.max(self.entries.len());
        }
    }

    /// Whether there is room for a record. A flood of one kind must not keep out what completes the others: names of
    /// services take at most a quarter, and a host has few addresses.
    fn room(&mut self, new: &Entry) -> bool {
        let rtype = new.data.rtype();
        let (like, most) = match rtype {
            Rtype::PTR => (self.entries.iter().filter(|entry| entry.data.rtype() == rtype).count(), self.size / 4),
            Rtype::A | Rtype::AAAA => (self.of(&new.name, rtype).count(), ADDRESSES),
            // There is one of a name, and what it replaces is still there for a second.
            _ => (self.of(&new.name, rtype).count(), 2),
        };
        let bytes = self.bytes().saturating_add(new.memory());
        like < most.max(1)
            && self.entries.len() < self.size
            && bytes <= self.most_bytes
            && self.entries.try_reserve(1).is_ok()
    }

    /// The bytes behind the records.
    pub(super) fn bytes(&self) -> usize {
        self.entries.iter().map(Entry::memory).sum()
    }

    /// Forgets what has ended. Says whether there was any.
    pub(super) fn expire(&mut self, now: u64) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.ends > now);
        before != self.entries.len()
    }

    /// When the next record ends.
    pub(super) fn ends(&self) -> Option<u64> {
        self.entries.iter().map(|entry| entry.ends).min()
    }
}
