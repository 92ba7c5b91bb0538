//! The responder: answers what is asked of this machine, defends and gives up its names, and takes leave.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use edge_mdns::domain::base::iana::Class;
use edge_mdns::domain::base::message::Section;
use edge_mdns::domain::base::{Message, RecordData, Rtype};

use super::claim::{Asker, Claim, Slot, Stage};
use super::name::{self, Name};
use super::own::{Address, Key, Own, Record, Service};
use super::random::{MS, Random, SECOND};
use super::record::{Data, Heard, TOP, records};
use super::write::{class, length, message, response};
use super::{ADDRESSES, Destination, PORT};

/// The most answers to single askers that wait to be sent.
const REPLIES: usize = 8;
/// The most questions that such an answer repeats.
const REPEATED: usize = 4;
/// The most records of others with one name that are compared with our own probe.
const COMPARED: usize = 16;
/// Nanoseconds between two times that all are told of a record (RFC 6762, 6).
const GAP: u64 = SECOND;
/// Those when a name is defended (RFC 6762, 6).
const DEFENCE_GAP: u64 = 250 * MS;
/// Seconds that an answer to those may last who know nothing of multicast (RFC 6762, 6.7).
const LEGACY_TTL: u32 = 10;

/// A question that is repeated in the answer.
#[derive(Clone, Debug)]
struct Question {
    name: Name,
    rtype: Rtype,
    class: Class,
}

/// An answer to a single asker.
#[derive(Clone, Debug)]
struct Reply {
    to: SocketAddr,
    due: u64,
    keys: Vec<Key>,
    /// For one who knows nothing of multicast: the number of its message and what it asked.
    legacy: Option<(u16, Vec<Question>)>,
}

/// The responder.
#[derive(Debug)]
pub(super) struct Responder {
    pub(super) own: Own,
    replies: Vec<Reply>,
    /// Records of which all are still to be told that they have gone.
    leaving: Vec<Record>,
    /// The most of them.
    most_leaving: usize,
}

impl Responder {
    /// A responder with nothing to tell; of so many services at most.
    pub(super) fn new(services: usize) -> Self {
        let most_leaving = 4 * services + 2 * ADDRESSES;
        Self { own: Own::new(), replies: Vec::new(), leaving: Vec::new(), most_leaving }
    }

    /// Whether there is a network.
    pub(super) fn online(&self) -> bool {
        !self.own.addresses.is_empty()
    }

    /// Gives the host a name, or takes it away.
    pub(super) fn hostname(&mut self, now: u64, claim: Option<Claim>, random: &mut Random) {
        if let (Some(host), Some(claim)) = (&self.own.host, &claim)
            && host.claim.base() == claim.base()
        {
            return;
        }
        self.leave(None);
        let services: Vec<u32> = self.own.services.iter().map(|service| service.number).collect();
        for number in services {
            self.leave(Some(number));
        }
        for service in &mut self.own.services {
            service.claim.stage = Stage::Idle;
        }
        self.own.set_host(claim);
        self.begin(now, random);
    }

    /// Says which addresses the host has, at most [`ADDRESSES`].
    pub(super) fn addresses(&mut self, now: u64, addresses: &[IpAddr], random: &mut Random) {
        let same = self.own.addresses.len() == addresses.len()
            && self.own.addresses.iter().zip(addresses).all(|(have, address)| have.address == *address);
        if same {
            return;
        }
        let moved = !self.own.addresses.iter().any(|have| addresses.contains(&have.address));
        let kept = addresses.iter().map(|&address| {
            let have = self.own.addresses.iter().find(|have| have.address == address);
            have.cloned().unwrap_or(Address { address, slot: Slot::default() })
        });
        let kept: Vec<_> = kept.collect();
        if !addresses.is_empty() && !moved {
            // A type of which there is none left is not put out of date by those that are.
            let gone = |have: &&Address| !addresses.iter().any(|a| a.is_ipv4() == have.address.is_ipv4());
            let gone: Vec<IpAddr> = self.own.addresses.iter().filter(gone).map(|have| have.address).collect();
            for key in self.own.announced(None) {
                if let Some(record) = self.own.record(key)
                    && gone.iter().any(|address| record.data == Data::address(*address))
                {
                    self.part(record);
                }
            }
        }
        self.own.addresses = kept;
        if !moved {
            if let Some(host) = &mut self.own.host
                && host.claim.live()
            {
                host.claim.announce(now);
            }
            return;
        }
        // Another network, or none: there is nobody to take leave of, and others may have our names.
        self.replies.clear();
        self.leaving.clear();
        if let Some(host) = &mut self.own.host {
            host.claim.stage = Stage::Idle;
        }
        for service in &mut self.own.services {
            service.claim.stage = Stage::Idle;
        }
        self.begin(now, random);
    }

    /// Begins what can begin now.
    fn begin(&mut self, now: u64, random: &mut Random) {
        if self.online()
            && let Some(host) = &mut self.own.host
            && host.claim.stage == Stage::Idle
        {
            host.claim.begin(now, random);
        }
        self.begin_services(now, random);
    }

    /// Begins services: when it is known what their host is called.
    fn begin_services(&mut self, now: u64, random: &mut Random) {
        if self.online() && self.own.host.as_ref().is_some_and(|host| host.claim.live()) {
            for service in &mut self.own.services {
                if service.claim.stage == Stage::Idle {
                    service.claim.begin(now, random);
                }
            }
        }
    }

    /// Adds a service.
    pub(super) fn publish(&mut self, now: u64, mut service: Service, random: &mut Random) {
        // Two of our own cannot have one name either, and would not hear of it from others.
        for _ in 0..self.own.services.len() {
            if self.own.services.iter().any(|other| other.claim.name == service.claim.name) {
                service.claim.renumber();
            }
        }
        self.own.services.push(service);
        self.begin_services(now, random);
    }

    /// Takes a service back. Says whether there was one.
    pub(super) fn unpublish(&mut self, number: u32) -> bool {
        self.leave(Some(number));
        let before = self.own.services.len();
        self.own.services.retain(|service| service.number != number);
        before != self.own.services.len()
    }

    /// Takes everything back.
    pub(super) fn shutdown(&mut self) {
        let numbers: Vec<u32> = self.own.services.iter().map(|service| service.number).collect();
        for number in numbers {
            self.unpublish(number);
        }
        self.leave(None);
        self.own.set_host(None);
        self.replies.clear();
    }

    /// Takes leave of all that was told of the host or of a service.
    fn leave(&mut self, service: Option<u32>) {
        for key in self.own.announced(service) {
            // That there are services of a type is no single machine's to take back.
            if !matches!(key, Key::Kind(_))
                && let Some(record) = self.own.record(key)
            {
                self.part(record);
            }
        }
    }

    /// Takes leave of a record. Beyond the bound it is left to its time to live.
    fn part(&mut self, record: Record) {
        if self.online() && self.leaving.len() < self.most_leaving {
            self.leaving.push(record);
        }
    }

    /// Does what is due but to send.
    pub(super) fn tick(&mut self, now: u64, random: &mut Random) {
        if !self.online() {
            return;
        }
        let claims: Vec<Option<u32>> = self.own.claims().map(|(service, _)| service).collect();
        for service in claims {
            if self.own.claim_mut(service).is_some_and(|claim| claim.tick(now)) {
                for key in self.own.announced(service) {
                    if let Some(slot) = self.own.slot(key) {
                        slot.announce(now);
                    }
                }
            }
        }
        self.begin_services(now, random);
    }

    /// When there is something to be done or sent.
    pub(super) fn deadline(&self, now: u64) -> Option<u64> {
        if !self.online() {
            return None;
        }
        if !self.leaving.is_empty() {
            return Some(now);
        }
        let claims = self.own.claims().filter_map(|(_, claim)| claim.deadline());
        let replies = self.replies.iter().map(|reply| reply.due);
        let records = self.own.keys().filter_map(|key| self.own.slot_of(key)?.due);
        claims.chain(replies).chain(records).min()
    }

    /// A query came.
    pub(super) fn query(&mut self, now: u64, from: SocketAddr, message: &Message<[u8]>, random: &mut Random) {
        let header = message.header();
        let legacy = from.port() != PORT;
        let probe = message.header_counts().nscount() > 0;
        let mut all = Vec::new();
        let mut single = Vec::new();
        let mut repeated = Vec::new();
        let mut asked = false;
        for question in message.question() {
            let Ok(question) = question else { return };
            asked = true;
            let question_class = question.qclass().to_int();
            if ![Class::IN, Class::ANY].contains(&Class::from_int(question_class & !TOP)) {
                continue;
            }
            let hash = name::hash(question.qname());
            let before = all.len() + single.len();
            let wanted = if legacy || question_class & TOP != 0 { &mut single } else { &mut all };
            self.matching(|name| name.is(question.qname(), hash), question.qtype(), wanted);
            if legacy
                && before < all.len() + single.len()
                && repeated.len() < REPEATED
                && let Some(name) = Name::heard(question.qname())
            {
                let class = Class::from_int(question_class & !TOP);
                repeated.push(Question { name, rtype: question.qtype(), class });
            }
        }
        if probe {
            self.compare(now, message);
        }
        if !asked {
            return self.known(from, message);
        }
        self.suppress(message, &mut all);
        self.suppress(message, &mut single);
        // One who alone has the answer gives it at once; where others may have some, too, answers are spread, and one who
        // has more to say of what it knows is heard to the end (RFC 6762, 6 and 7.2).
        let delay = |keys: &[Key], random: &mut Random| match keys.iter().any(|key| key.shared()) {
            _ if header.tc() && !probe => random.millis(400, 500),
            true => random.millis(20, 120),
            false => 0,
        };
        if !legacy {
            // What all have not heard for long they are told again (RFC 6762, 5.4).
            single.retain(|&key| {
                let sent = self.own.slot_of(key).and_then(|slot| slot.sent);
                let ttl = self.own.record(key).map_or(0, |record| record.ttl);
                let recent = sent.is_some_and(|sent| now.saturating_sub(sent) < u64::from(ttl) * SECOND / 4);
                if !recent && !all.contains(&key) {
                    all.push(key);
                }
                recent
            });
        }
        let due = now.saturating_add(delay(&all, random));
        for key in all {
            if let Some(slot) = self.own.slot(key) {
                slot.ask(due, if probe { DEFENCE_GAP } else { GAP }, Asker::One(from));
            }
        }
        if !single.is_empty() && self.replies.len() < REPLIES {
            let due = now.saturating_add(if legacy { 0 } else { delay(&single, random) });
            let legacy = legacy.then(|| (header.id(), repeated));
            self.replies.push(Reply { to: from, due, keys: single, legacy });
        }
    }

    /// The records that answer a question.
    fn matching(&self, is: impl Fn(&Name) -> bool, rtype: Rtype, found: &mut Vec<Key>) {
        let before = found.len();
        let mut types = None;
        for key in self.own.keys() {
            if !self.own.name(key).is_some_and(&is) {
                continue;
            }
            if matches!(key, Key::HostTypes | Key::ServiceTypes(_)) {
                types = Some(key);
                if rtype != Rtype::NSEC {
                    continue;
                }
            }
            if (rtype == Rtype::ANY || self.own.rtype(key) == Some(rtype)) && !found.contains(&key) {
                found.push(key);
            }
        }
        // The name is ours, and there is no such record: nobody else has to be waited for (RFC 6762, 6.1).
        if before == found.len()
            && let Some(key) = types
            && !found.contains(&key)
        {
            found.push(key);
        }
    }

    /// Drops what the asker knows already, and will for as long again (RFC 6762, 7.1).
    fn suppress(&self, message: &Message<[u8]>, keys: &mut Vec<Key>) {
        if keys.is_empty() {
            return;
        }
        for known in records(message).filter(|known| known.section == Section::Answer) {
            keys.retain(|&key| !self.knows(&known, key));
        }
    }

    /// Whether this is our record, with at least half of its time left.
    fn knows(&self, known: &Heard<'_>, key: Key) -> bool {
        self.own.rtype(key) == Some(known.rtype)
            && self.own.name(key).is_some_and(|name| known.of(name))
            && self.own.record(key).is_some_and(|record| {
                known.ttl >= record.ttl / 2 && known.data().is_some_and(|data| data == record.data)
            })
    }

    /// One who asked before goes on to say what it knows (RFC 6762, 7.2).
    fn known(&mut self, from: SocketAddr, message: &Message<[u8]>) {
        let asked: Vec<Key> = self
            .own
            .keys()
            .filter(|&key| {
                self.own.slot_of(key).is_some_and(|slot| slot.due.is_some() && slot.asker == Asker::One(from))
            })
            .collect();
        if asked.is_empty() {
            return;
        }
        for known in records(message).filter(|known| known.section == Section::Answer) {
            for &key in &asked {
                if self.knows(&known, key)
                    && let Some(slot) = self.own.slot(key)
                {
                    slot.due = None;
                }
            }
        }
    }

    /// Somebody probes. Where we probe for the same name, the one with the later records goes first (RFC 6762, 8.2).
    fn compare(&mut self, now: u64, message: &Message<[u8]>) {
        let probed: Vec<Option<u32>> =
            self.own.claims().filter(|(_, claim)| claim.probing()).map(|(service, _)| service).collect();
        for service in probed {
            let Some(name) = self.own.claims().find(|(of, _)| *of == service).map(|(_, claim)| claim.name.clone())
            else {
                continue;
            };
            let proposed = records(message).filter(|record| record.section == Section::Authority && record.of(&name));
            let theirs: Vec<(u16, Vec<u8>)> = proposed
                .filter_map(|record| Some((record.rtype.to_int(), record.data()?.in_full())))
                .take(COMPARED)
                .collect();
            let ours = self.own.proposed(service).into_iter().filter_map(|key| self.own.record(key));
            let ours = ours.map(|record| (record.data.rtype().to_int(), record.data.in_full())).collect();
            if theirs.is_empty() {
                continue;
            }
            if sorted(theirs) > sorted(ours)
                && let Some(claim) = self.own.claim_mut(service)
            {
                claim.defer(now);
            }
        }
    }

    /// A response came: somebody may have our names, or have said what we were about to say.
    pub(super) fn heard(&mut self, now: u64, message: &Message<[u8]>, random: &mut Random) {
        if !self.online() {
            return;
        }
        let mut lost: Vec<Option<u32>> = Vec::new();
        let mut disputed: Vec<Option<u32>> = Vec::new();
        for record in records(message).filter(|record| record.section != Section::Authority) {
            self.said(now, &record, random);
            for (service, claim) in self.own.claims() {
                // One who takes leave claims nothing, and NSEC comes with what does.
                let claims = record.ttl > 0 && record.rtype != Rtype::NSEC;
                if claim.stage == Stage::Idle || !claims || !record.of(&claim.name) {
                    continue;
                }
                let Some(data) = record.data() else {
                    // Of a type that we have not: the name is taken all the same.
                    if claim.probing() {
                        lost.push(service);
                    }
                    continue;
                };
                if self.own.has(service, &data) {
                    continue;
                }
                let ours = match service {
                    None => [Rtype::A, Rtype::AAAA],
                    Some(_) => [Rtype::SRV, Rtype::TXT],
                };
                let list = if claim.probing() { &mut lost } else { &mut disputed };
                if (claim.probing() || ours.contains(&record.rtype)) && !list.contains(&service) {
                    list.push(service);
                }
            }
        }
        for service in lost {
            if let Some(claim) = self.own.claim_mut(service)
                && claim.probing()
            {
                claim.rename(now, random);
            }
        }
        for service in disputed {
            if let Some(claim) = self.own.claim_mut(service) {
                claim.dispute(now, random);
            }
            if service.is_none() {
                // Their place is said again when it is known how it is called.
                for service in &mut self.own.services {
                    service.claim.stage = Stage::Idle;
                }
            }
        }
    }

    /// Another one has said what we may say: that it holds for as long, so that we need not (RFC 6762, 7.4); or that it has
    /// gone, or soon will, which is not so (RFC 6762, 6.6).
    fn said(&mut self, now: u64, heard: &Heard<'_>, random: &mut Random) {
        let same = |&key: &Key| {
            self.own.rtype(key) == Some(heard.rtype) && self.own.name(key).is_some_and(|name| heard.of(name))
        };
        let keys: Vec<Key> = self.own.keys().filter(same).collect();
        for key in keys {
            let Some(record) = self.own.record(key).filter(|record| heard.data().as_ref() == Some(&record.data)) else {
                continue;
            };
            let Some(slot) = self.own.slot(key) else { continue };
            if heard.ttl < record.ttl / 2 {
                slot.ask(now.saturating_add(random.millis(20, 120)), GAP, Asker::Any);
            } else if key.shared() && slot.due.is_some() && heard.ttl >= record.ttl {
                slot.told(now);
            }
        }
    }

    /// Writes the next message that is due.
    pub(super) fn output(&mut self, now: u64, buffer: &mut [u8]) -> Option<(usize, Destination)> {
        if !self.online() {
            return None;
        }
        let goodbye = self.write_leaving(buffer).or_else(|| self.write_probe(now, buffer));
        if let Some(written) = goodbye.or_else(|| self.write_answers(now, buffer)) {
            return Some((written, Destination::Multicast));
        }
        self.write_reply(now, buffer)
    }

    /// Takes leave.
    fn write_leaving(&mut self, buffer: &mut [u8]) -> Option<usize> {
        if self.leaving.is_empty() {
            return None;
        }
        let mut answers = response(buffer)?.answer();
        let mut written = 0;
        for record in &self.leaving {
            if answers.push((&record.name, class(record), 0, &record.data)).is_err() {
                break;
            }
            written += 1;
        }
        // One that does not fit in a message of its own never will.
        self.leaving.drain(..written.max(1));
        (written > 0).then(|| length(answers.finish()))
    }

    /// Probes for names: all that are due, as far as they fit.
    fn write_probe(&mut self, now: u64, buffer: &mut [u8]) -> Option<usize> {
        let due: Vec<Option<u32>> =
            self.own.claims().filter(|(_, claim)| claim.probe_due(now)).map(|(service, _)| service).collect();
        if due.is_empty() {
            return None;
        }
        // Each with its question, its records, and room for what is told of their lengths.
        let mut room = buffer.len().saturating_sub(12);
        let mut taken = Vec::new();
        for &service in &due {
            let records = self.own.proposed(service).into_iter().filter_map(|key| self.own.record(key));
            let records: Vec<Record> = records.collect();
            let size = |record: &Record| record.name.wire().len() + 10 + record.data.in_full().len();
            let needed = records.first().map_or(0, |record| record.name.wire().len() + 4);
            let needed = needed + records.iter().map(size).sum::<usize>();
            if taken.is_empty() || needed <= room {
                room = room.saturating_sub(needed);
                taken.push((service, records));
            }
        }
        let mut questions = message(buffer)?.question();
        for (_, records) in &taken {
            if let Some(record) = records.first() {
                // The answer is wanted by all: on a machine with several responders, one that came to the port alone would
                // reach any of them.
                let _ = questions.push((&record.name, Rtype::ANY, Class::IN));
            }
        }
        let mut authority = questions.authority();
        for record in taken.iter().flat_map(|(_, records)| records) {
            let _ = authority.push((&record.name, Class::IN, record.ttl, &record.data));
        }
        let written = length(authority.finish());
        for (service, _) in taken {
            if let Some(claim) = self.own.claim_mut(service) {
                claim.probed(now);
            }
        }
        Some(written)
    }

    /// Tells all what they asked for, and what is announced.
    fn write_answers(&mut self, now: u64, buffer: &mut [u8]) -> Option<usize> {
        loop {
            let due = |key: &Key| self.own.slot_of(*key).and_then(|slot| slot.due).is_some_and(|due| due <= now);
            let due: Vec<Key> = self.own.keys().filter(due).collect();
            if due.is_empty() {
                return None;
            }
            let mut answers = response(buffer)?.answer();
            let mut told = Vec::new();
            for &key in &due {
                let Some(record) = self.own.record(key) else { continue };
                if answers.push((&record.name, class(&record), record.ttl, &record.data)).is_ok() {
                    told.push(key);
                }
            }
            if told.is_empty() {
                // None of them fits in a message of its own, and none ever will.
                for key in due {
                    if let Some(slot) = self.own.slot(key) {
                        slot.due = None;
                    }
                }
                continue;
            }
            let mut more = answers.additional();
            for key in self.additions(&told) {
                // What is due itself and did not fit has a message of its own.
                let Some(record) = self.own.record(key).filter(|_| !due.contains(&key)) else { continue };
                if more.push((&record.name, class(&record), record.ttl, &record.data)).is_ok() {
                    told.push(key);
                }
            }
            let written = length(more.finish());
            for key in told {
                if let Some(slot) = self.own.slot(key) {
                    slot.told(now);
                }
            }
            return Some(written);
        }
    }

    /// Tells a single asker.
    fn write_reply(&mut self, now: u64, buffer: &mut [u8]) -> Option<(usize, Destination)> {
        loop {
            let index = self.replies.iter().position(|reply| reply.due <= now)?;
            let reply = self.replies.swap_remove(index);
            let mut message = response(buffer)?;
            let legacy = reply.legacy.is_some();
            let mut questions = match reply.legacy {
                Some((id, _)) => {
                    message.header_mut().set_id(id);
                    message.question()
                }
                None => message.question(),
            };
            for question in reply.legacy.iter().flat_map(|(_, questions)| questions) {
                let _ = questions.push((&question.name, question.rtype, question.class));
            }
            let shown = |record: &Record| match legacy {
                true => (Class::IN, record.ttl.min(LEGACY_TTL)),
                false => (class(record), record.ttl),
            };
            let mut answers = questions.answer();
            let mut told = Vec::new();
            let mut cut = false;
            for &key in &reply.keys {
                let Some(record) = self.own.record(key) else { continue };
                let (class, ttl) = shown(&record);
                match answers.push((&record.name, class, ttl, &record.data)) {
                    Ok(()) => told.push(key),
                    Err(_) => cut = true,
                }
            }
            if told.is_empty() {
                continue;
            }
            answers.header_mut().set_tc(cut && legacy);
            let mut more = answers.additional();
            for key in self.additions(&told) {
                let Some(record) = self.own.record(key) else { continue };
                let (class, ttl) = shown(&record);
                let _ = more.push((&record.name, class, ttl, &record.data));
            }
            return Some((length(more.finish()), Destination::Unicast(reply.to)));
        }
    }

    /// What will be asked next by one who asked for these (RFC 6763, 12).
    fn additions(&self, told: &[Key]) -> Vec<Key> {
        let mut services = Vec::new();
        let mut host = false;
        for key in told {
            match *key {
                Key::Ptr(number) => {
                    services.push(Key::Srv(number));
                    services.push(Key::Txt(number));
                    host = true;
                }
                Key::Srv(_) | Key::Address(_) => host = true,
                _ => {}
            }
        }
        let types = self.own.host_types();
        let whole = types.a && types.aaaa;
        let of_host = |key: &Key| matches!(key, Key::Address(_)) || (*key == Key::HostTypes && !whole);
        let addresses = self.own.keys().filter(|key| host && of_host(key));
        let mut more: Vec<Key> = services.into_iter().chain(addresses).collect();
        more.retain(|key| !told.contains(key));
        more
    }
}

/// Records in the order in which probes are compared.
fn sorted(mut records: Vec<(u16, Vec<u8>)>) -> Vec<(u16, Vec<u8>)> {
    records.sort();
    records
}
