//! The querier: looks up hosts and browses for services, asks again ever more seldom, keeps what it has found fresh, and
//! tells what has come and gone.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use edge_mdns::domain::base::iana::Class;
use edge_mdns::domain::base::message::Section;
use edge_mdns::domain::base::{Message, RecordData, Rtype};
use emberl_vm::net::{Answer, Error, Family, Found};

use super::cache::Cache;
use super::name::{self, Name};
use super::random::{MS, Random, SECOND};
use super::record::{Data, records};
use super::write::{length, message};

/// Nanoseconds after which a host is held not to be there.
const TIMEOUT: u64 = 5 * SECOND;
/// The most nanoseconds between two questions of a browse (RFC 6762, 5.2).
const MOST_INTERVAL: u64 = 3600 * SECOND;
/// How often that is asked for which is missing of a service.
const RESOLVES: u8 = 4;
/// How often it is before the service is told without what is not essential.
const PATIENCE: u8 = 3;
/// Nanoseconds until the first of these questions: most say it unasked.
const RESOLVE_DELAY: u64 = 100 * MS;
/// The most questions of a message.
const QUESTIONS: usize = 16;

/// A host that is looked up.
#[derive(Clone, Debug)]
struct Lookup {
    number: u32,
    name: Name,
    rtype: Rtype,
    /// When it is asked for, and how long to wait then.
    ask: (u64, u64),
    ends: u64,
    done: Option<Result<Vec<IpAddr>, Error>>,
    /// Whether the owner was told that there is an answer.
    told: bool,
}

/// A type of services that is watched.
#[derive(Clone, Debug)]
struct Browse {
    number: u32,
    kind: Name,
    ask: (u64, u64),
    /// What the owner has been told of: the name of each service, and a hash of the rest.
    known: Vec<(Name, u32)>,
    told: bool,
}

/// A difference between what there is and what the owner of a browse was told.
enum News {
    /// The service of this index among the known ones has gone.
    Gone(usize),
    /// There is a new one, or it has changed: its index among the known ones.
    There(Name, Option<usize>, Found, u32),
}

/// The querier.
#[derive(Debug)]
pub(super) struct Asker {
    lookups: Vec<Lookup>,
    browses: Vec<Browse>,
    pub(super) cache: Cache,
    /// Known answers that did not fit: those to these questions, from this record on (RFC 6762, 7.2).
    rest: Option<(Vec<Name>, usize)>,
    /// Whether something may be to be told.
    changed: bool,
}

impl Asker {
    /// A querier with nothing to ask for.
    pub(super) fn new(records: usize, bytes: usize) -> Self {
        let cache = Cache::new(records, bytes);
        Self { lookups: Vec::new(), browses: Vec::new(), cache, rest: None, changed: false }
    }

    /// Lookups there are.
    pub(super) fn lookups(&self) -> usize {
        self.lookups.len()
    }

    /// Browses there are.
    pub(super) fn browses(&self) -> usize {
        self.browses.len()
    }

    /// Bytes of a browse and of a lookup, without what they point to.
    pub(super) const fn sizes() -> [usize; 2] {
        [size_of::<Browse>(), size_of::<Lookup>()]
    }

    /// Looks a host up.
    pub(super) fn lookup(&mut self, now: u64, number: u32, name: Name, family: Family) {
        let rtype = match family {
            Family::Inet => Rtype::A,
            Family::Inet6 => Rtype::AAAA,
        };
        let ends = now.saturating_add(TIMEOUT);
        self.lookups.push(Lookup { number, name, rtype, ask: (now, SECOND), ends, done: None, told: false });
        self.settle();
    }

    /// Watches a type of services.
    pub(super) fn browse(&mut self, now: u64, number: u32, kind: Name, random: &mut Random) {
        let at = now.saturating_add(random.millis(20, 120));
        self.browses.push(Browse { number, kind, ask: (at, SECOND), known: Vec::new(), told: false });
        self.changed = true;
    }

    /// Ends a lookup or a browse. Says whether there was one.
    pub(super) fn cancel(&mut self, number: u32) -> bool {
        let before = self.lookups.len() + self.browses.len();
        self.lookups.retain(|lookup| lookup.number != number);
        self.browses.retain(|browse| browse.number != number);
        self.sweep();
        before != self.lookups.len() + self.browses.len()
    }

    /// Ends them all.
    pub(super) fn clear(&mut self) {
        self.lookups.clear();
        self.browses.clear();
        self.rest = None;
        self.cache.entries.clear();
    }

    /// There is another network, or none: what was heard is of the old one. With one, all is asked for again.
    pub(super) fn moved(&mut self, now: u64, random: &mut Random) {
        self.cache.entries.clear();
        self.rest = None;
        self.changed = true;
        self.again(now, random);
    }

    /// Asks for everything again, soon.
    pub(super) fn again(&mut self, now: u64, random: &mut Random) {
        for browse in &mut self.browses {
            browse.ask = (now.saturating_add(random.millis(20, 120)), SECOND);
        }
        for lookup in &mut self.lookups {
            lookup.ask = (now, SECOND);
        }
    }

    /// Whether a name and type is of interest, given what was heard before.
    fn wanted(&self, is: impl Fn(&Name) -> bool, rtype: Rtype) -> bool {
        let pending = |lookup: &&Lookup| lookup.done.is_none();
        match rtype {
            Rtype::PTR => self.browses.iter().any(|browse| is(&browse.kind)),
            Rtype::SRV | Rtype::TXT => {
                self.cache.entries.iter().any(|entry| matches!(&entry.data, Data::Ptr(service) if is(service)))
            }
            Rtype::A | Rtype::AAAA => {
                self.lookups.iter().filter(pending).any(|lookup| lookup.rtype == rtype && is(&lookup.name))
                    || self.cache.entries.iter().any(|entry| matches!(&entry.data, Data::Srv { host, .. } if is(host)))
            }
            Rtype::NSEC => self.lookups.iter().filter(pending).any(|lookup| is(&lookup.name)),
            _ => false,
        }
    }

    /// Forgets what nobody asks for any more.
    fn sweep(&mut self) {
        // What is of interest because of another record goes after that one.
        for rtypes in [&[Rtype::PTR][..], &[Rtype::SRV, Rtype::TXT], &[Rtype::A, Rtype::AAAA]] {
            let mut index = 0;
            while let Some(entry) = self.cache.entries.get(index) {
                let rtype = entry.data.rtype();
                if rtypes.contains(&rtype) && !self.wanted(|name| *name == entry.name, rtype) {
                    self.cache.entries.remove(index);
                } else {
                    index += 1;
                }
            }
        }
    }

    /// A response came.
    pub(super) fn heard(&mut self, now: u64, message: &Message<[u8]>, random: &mut Random) {
        if self.lookups.is_empty() && self.browses.is_empty() {
            return;
        }
        // What a record is of interest for may come after it in the message.
        for rtypes in [&[Rtype::PTR][..], &[Rtype::SRV, Rtype::TXT], &[Rtype::A, Rtype::AAAA, Rtype::NSEC]] {
            for record in records(message) {
                if record.section == Section::Authority
                    || !rtypes.contains(&record.rtype)
                    || !self.wanted(|name| record.of(name), record.rtype)
                {
                    continue;
                }
                let (Some(name), Some(data)) = (Name::heard(&record.name), record.data()) else { continue };
                if let Data::Nsec(_, types) = data {
                    for lookup in &mut self.lookups {
                        if lookup.done.is_none() && lookup.name == name && !types.has(lookup.rtype) && record.ttl > 0 {
                            lookup.done = Some(Err(Error::Posix("nxdomain")));
                        }
                    }
                } else {
                    self.cache.hear(now, name, data, record.ttl, record.flush, random);
                }
                self.changed = true;
            }
        }
        self.settle();
    }

    /// Another one asks all for what we are about to ask for, and knows no answer: that will do (RFC 6762, 7.3).
    pub(super) fn asked(&mut self, now: u64, message: &Message<[u8]>, random: &mut Random) {
        if message.header().tc() || message.header_counts().ancount() > 0 || message.header_counts().nscount() > 0 {
            return;
        }
        for question in message.question().map_while(Result::ok) {
            let hash = name::hash(question.qname());
            for browse in &mut self.browses {
                if question.qtype() == Rtype::PTR
                    && question.qclass() == Class::IN
                    && browse.ask.0 <= now.saturating_add(SECOND)
                    && browse.kind.is(question.qname(), hash)
                {
                    // A moment after that one asks again, so that it is heard again.
                    browse.ask = later(now.saturating_add(random.millis(20, 120)), browse.ask.1);
                }
            }
        }
    }

    /// Ends lookups whose answer is there.
    fn settle(&mut self) {
        for lookup in self.lookups.iter_mut().filter(|lookup| lookup.done.is_none()) {
            let mut addresses: Vec<IpAddr> = self.cache.addresses(&lookup.name, lookup.rtype).collect();
            if !addresses.is_empty() {
                // An address of the link alone is of no use without saying which link: it comes last.
                addresses.sort_by_key(|address| matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local()));
                lookup.done = Some(Ok(addresses));
                self.changed = true;
            }
        }
    }

    /// Does what is due but to send.
    pub(super) fn tick(&mut self, now: u64) {
        self.changed |= self.cache.expire(now);
        for lookup in &mut self.lookups {
            if lookup.done.is_none() && lookup.ends <= now {
                lookup.done = Some(Err(Error::Posix("nxdomain")));
                self.changed = true;
            }
        }
    }

    /// When there is something to be done, or, when `online`, to be sent.
    pub(super) fn deadline(&self, now: u64, online: bool) -> Option<u64> {
        if online && self.rest.is_some() {
            return Some(now);
        }
        let pending = || self.lookups.iter().filter(|lookup| lookup.done.is_none());
        let ends = self.cache.ends().into_iter().chain(pending().map(|lookup| lookup.ends));
        let asks = pending().map(|lookup| lookup.ask.0).chain(self.browses.iter().map(|browse| browse.ask.0));
        let asks = asks.chain(self.cache.entries.iter().map(|entry| entry.refresh));
        let asks = asks.chain(self.unresolved().map(|(_, at)| at));
        ends.chain(asks.filter(|_| online)).min().filter(|&at| at < u64::MAX)
    }

    /// Services of which something is missing that is still asked for: the index of the record, and when it is asked for.
    fn unresolved(&self) -> impl Iterator<Item = (usize, u64)> {
        let entries = self.cache.entries.iter().enumerate();
        entries.filter_map(|(index, entry)| match &entry.data {
            Data::Ptr(service) if entry.resolve.1 < RESOLVES && !self.missing(service).is_empty() => {
                // The first time a moment after it was heard, then ever later.
                Some((index, entry.resolve.0.saturating_add(RESOLVE_DELAY)))
            }
            _ => None,
        })
    }

    /// What is not known of a service.
    fn missing(&self, service: &Name) -> Vec<(Name, Rtype)> {
        let mut missing = Vec::new();
        if self.cache.of(service, Rtype::TXT).next().is_none() {
            missing.push((service.clone(), Rtype::TXT));
        }
        match self.cache.newest(service, Rtype::SRV).map(|entry| &entry.data) {
            Some(Data::Srv { host, .. }) => {
                let known = |rtype| self.cache.of(host, rtype).next().is_some();
                // A host of one family is found: the other one need not be waited for.
                if !known(Rtype::A) && !known(Rtype::AAAA) {
                    missing.push((host.clone(), Rtype::A));
                    missing.push((host.clone(), Rtype::AAAA));
                }
            }
            _ => missing.push((service.clone(), Rtype::SRV)),
        }
        missing
    }

    /// Writes the next query that is due.
    pub(super) fn output(&mut self, now: u64, buffer: &mut [u8]) -> Option<usize> {
        if let Some((kinds, from)) = self.rest.take()
            && let Some(written) = self.write(now, buffer, &[], kinds, from)
        {
            return Some(written);
        }
        let questions = self.due(now);
        if questions.is_empty() {
            return None;
        }
        let watched = questions.iter().filter(|(_, rtype)| *rtype == Rtype::PTR);
        let kinds = watched.map(|(name, _)| name.clone()).collect();
        self.write(now, buffer, &questions, kinds, 0)
    }

    /// The questions that are due; they are put off to their next time.
    fn due(&mut self, now: u64) -> Vec<(Name, Rtype)> {
        let mut due: Vec<(Name, Rtype)> = Vec::new();
        // Whether it is among them now. What has no room is due still.
        let mut take = |name: &Name, rtype: Rtype| {
            let have = due.iter().any(|(other, of)| *of == rtype && other == name);
            if !have && due.len() < QUESTIONS {
                due.push((name.clone(), rtype));
                return true;
            }
            have
        };
        for lookup in self.lookups.iter_mut().filter(|lookup| lookup.done.is_none() && lookup.ask.0 <= now) {
            if take(&lookup.name, lookup.rtype) {
                lookup.ask = later(now, lookup.ask.1);
            }
        }
        for browse in self.browses.iter_mut().filter(|browse| browse.ask.0 <= now) {
            if take(&browse.kind, Rtype::PTR) {
                browse.ask = later(now, browse.ask.1);
            }
        }
        let unresolved: Vec<usize> = self.unresolved().filter(|(_, at)| *at <= now).map(|(index, _)| index).collect();
        for index in unresolved {
            let Some(Data::Ptr(service)) = self.cache.entries.get(index).map(|entry| &entry.data) else { continue };
            let mut all = true;
            for (name, rtype) in self.missing(service) {
                all &= take(&name, rtype);
            }
            if all && let Some(entry) = self.cache.entries.get_mut(index) {
                let wait = SECOND << entry.resolve.1.min(RESOLVES);
                entry.resolve = (now.saturating_add(wait - RESOLVE_DELAY), entry.resolve.1 + 1);
                // From now on the owner may be told without it.
                self.changed = true;
            }
        }
        let mut index = 0;
        while let Some(entry) = self.cache.entries.get(index) {
            if entry.refresh <= now {
                let rtype = entry.data.rtype();
                let wanted = self.wanted(|name| *name == entry.name, rtype);
                let taken = !wanted || take(&entry.name, rtype);
                if taken && let Some(entry) = self.cache.entries.get_mut(index) {
                    entry.refreshed(now);
                }
            }
            index += 1;
        }
        due
    }

    /// Writes questions, and what is known of the services of these kinds: from this record on.
    fn write(
        &mut self,
        now: u64,
        buffer: &mut [u8],
        questions: &[(Name, Rtype)],
        kinds: Vec<Name>,
        from: usize,
    ) -> Option<usize> {
        let mut section = message(buffer)?.question();
        for (name, rtype) in questions {
            // Sixteen names fit in the smallest buffer that is allowed, unless they are of the longest: those are asked for
            // the next time.
            let _ = section.push((name, *rtype, Class::IN));
        }
        let mut answers = section.answer();
        let mut written = 0;
        for (index, entry) in self.cache.entries.iter().enumerate().skip(from) {
            let Some(ttl) = entry.fresh(now) else { continue };
            if !matches!(entry.data, Data::Ptr(_)) || !kinds.contains(&entry.name) {
                continue;
            }
            if answers.push((&entry.name, Class::IN, ttl, &entry.data)).is_ok() {
                written += 1;
            } else if !questions.is_empty() || written > 0 {
                self.rest = Some((kinds, index));
                answers.header_mut().set_tc(true);
                break;
            }
            // One that does not fit in a message of its own never will: it is left out.
        }
        (written > 0 || !questions.is_empty()).then(|| length(answers.finish()))
    }

    /// What a lookup or a browse came to: once for each service and change of it. `None` to wait.
    pub(super) fn answer(&mut self, number: u32) -> Option<Result<Answer, Error>> {
        if let Some(lookup) = self.lookups.iter_mut().find(|lookup| lookup.number == number) {
            return lookup.done.clone().map(|done| done.map(Answer::Addresses));
        }
        let Some(index) = self.browses.iter().position(|browse| browse.number == number) else {
            return Some(Err(Error::Posix("einval")));
        };
        let news = self.browses.get(index).and_then(|browse| self.news(browse));
        let browse = self.browses.get_mut(index)?;
        // There may be more of it, which has to be told again.
        browse.told = false;
        self.changed = true;
        let found = match news? {
            News::Gone(index) => {
                let (name, _) = browse.known.swap_remove(index);
                let name = name.first();
                Found { name, there: false, host: String::new(), port: 0, addresses: Vec::new(), text: Vec::new() }
            }
            News::There(name, known, found, hash) => {
                match known.and_then(|index| browse.known.get_mut(index)) {
                    Some(known) => known.1 = hash,
                    None => browse.known.push((name, hash)),
                }
                found
            }
        };
        Some(Ok(Answer::Found(found)))
    }

    /// The next lookup or browse of which there is something new to be told.
    pub(super) fn ready(&mut self) -> Option<u32> {
        if !self.changed {
            return None;
        }
        if let Some(lookup) = self.lookups.iter_mut().find(|lookup| lookup.done.is_some() && !lookup.told) {
            lookup.told = true;
            return Some(lookup.number);
        }
        let ready = self.browses.iter().position(|browse| !browse.told && self.news(browse).is_some());
        if let Some(browse) = ready.and_then(|index| self.browses.get_mut(index)) {
            browse.told = true;
            return Some(browse.number);
        }
        self.changed = false;
        None
    }

    /// The next difference between what there is and what the owner of a browse was told.
    fn news(&self, browse: &Browse) -> Option<News> {
        let there = |service: &Name| {
            let mut entries = self.cache.of(&browse.kind, Rtype::PTR);
            let named = entries.any(|entry| matches!(&entry.data, Data::Ptr(name) if name == service));
            named && self.cache.of(service, Rtype::SRV).next().is_some()
        };
        if let Some(index) = browse.known.iter().position(|(service, _)| !there(service)) {
            return Some(News::Gone(index));
        }
        for entry in self.cache.of(&browse.kind, Rtype::PTR) {
            let Data::Ptr(service) = &entry.data else { continue };
            let known = browse.known.iter().position(|(name, _)| name == service);
            if known.is_none() && entry.resolve.1 < PATIENCE && !self.missing(service).is_empty() {
                continue;
            }
            let Some((found, hash)) = self.found(service) else { continue };
            if known.and_then(|index| browse.known.get(index)).is_none_or(|(_, told)| *told != hash) {
                return Some(News::There(service.clone(), known, found, hash));
            }
        }
        None
    }

    /// What is known of a service, and a hash of it. `None` without its place.
    fn found(&self, service: &Name) -> Option<(Found, u32)> {
        let Data::Srv { port, host, .. } = &self.cache.newest(service, Rtype::SRV)?.data else { return None };
        let mut addresses: Vec<IpAddr> = self.cache.addresses(host, Rtype::A).collect();
        addresses.extend(self.cache.addresses(host, Rtype::AAAA));
        addresses.sort_by_key(|address| matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local()));
        let text = match self.cache.newest(service, Rtype::TXT).map(|entry| &entry.data) {
            Some(Data::Txt(text)) => text.as_slice(),
            _ => &[],
        };
        let mut bytes = Vec::from(host.wire());
        bytes.extend_from_slice(&port.to_be_bytes());
        bytes.extend_from_slice(text);
        // The order in which addresses were heard is nothing new.
        let sum =
            addresses.iter().fold(0_u32, |sum, address| sum.wrapping_add(fnv(&Data::address(*address).in_full())));
        let hash = fnv(&bytes).wrapping_add(sum);
        let (host, text) = (host.dotted(), pairs(text));
        Some((Found { name: service.first(), there: true, host, port: *port, addresses, text }, hash))
    }
}

/// When to ask again after asking now, and how long to wait then: twice as long (RFC 6762, 5.2).
fn later(now: u64, wait: u64) -> (u64, u64) {
    (now.saturating_add(wait), wait.saturating_mul(2).min(MOST_INTERVAL))
}

/// FNV-1a of bytes.
fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The keys and values of a TXT record (RFC 6763, 6.4): a string without `=` is a key with nothing; the first of a key
/// holds; a string without a key is nothing.
fn pairs(mut text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some((&length, rest)) = text.split_first() {
        let Some((string, rest)) = rest.split_at_checked(usize::from(length)) else { break };
        text = rest;
        let end = string.iter().position(|&byte| byte == b'=').unwrap_or(string.len());
        let key = String::from_utf8_lossy(string.get(..end).unwrap_or_default()).into_owned();
        if !key.is_empty() && !pairs.iter().any(|(other, _)| other.eq_ignore_ascii_case(&key)) {
            pairs.push((key, string.get(end + 1..).unwrap_or_default().to_vec()));
        }
    }
    pairs
}
