//! Names, services and the time: what the network is asked for beyond sockets. Owns how the resolver's threads, mDNS and
//! the time server are put together. A name in `local` is asked of the system, which may know it, and by mDNS (RFC 6762,
//! 3) at once: the first that finds it has the word.

use std::io;

use emberl_net::mdns::{Id, Mdns};
use emberl_vm::net::{Answer, Direction, Error, Event, Family, Handle, Pool, Result, Service};
use mio::{Token, Waker};

use super::errors::reason;
use super::local::Local;
use super::names::{self, Found, Names};
use super::sntp::{Sntp, Step};
use super::table::{Kind, LAST};
use super::{CLOSED, Desktop, INVALID, Item, poller};

/// The token of the threads that wake the poll.
const WAKER: Token = Token(LAST as usize + 1);
/// Those of mDNS.
const LOCAL: [Token; 2] = [Token(LAST as usize + 2), Token(LAST as usize + 3)];
/// That of the question for the time.
const SNTP: Token = Token(LAST as usize + 4);

/// A lookup: who is asked, and what it came to.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The number of the question to the system.
    system: Option<u64>,
    /// That by mDNS.
    local: Option<Id>,
    found: Option<Found>,
}

/// Whom the result of a question to the system is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker {
    Handle(Handle),
    Sntp,
}

fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case("local"))
}

impl Desktop {
    pub(super) fn lookup(&mut self, name: &str, family: Family) -> Result {
        self.table.room(Kind::Lookup)?;
        let handle = self.table.next();
        let mut lookup = Lookup { system: None, local: None, found: names::at_once(name, family) };
        if lookup.found.is_none() {
            if is_local(name) {
                let now = self.now;
                // Without mDNS there is still the system.
                lookup.local = self.local().and_then(|local| local.lookup(now, name, family, handle)).ok();
            }
            match self.ask(name, family, Asker::Handle(handle)) {
                Ok(serial) => lookup.system = Some(serial),
                Err(error) if lookup.local.is_none() => return Err(error),
                Err(_) => {}
            }
        }
        self.table.put(handle, Kind::Lookup, Item::Lookup(lookup));
        Ok(Answer::Handle(handle))
    }

    /// Asks the system for a name.
    fn ask(&mut self, name: &str, family: Family, asker: Asker) -> core::result::Result<u64, Error> {
        self.serial += 1;
        let serial = self.serial;
        let asked = self.names().and_then(|names| names.ask(serial, name, family));
        asked.map_err(|error| reason(&error))?;
        self.askers.insert(serial, asker);
        Ok(serial)
    }

    fn names(&mut self) -> io::Result<&Names> {
        let Self { names, poller, .. } = self;
        Ok(match names {
            Some(names) => names,
            none => {
                let waker = poller::with(poller, |poller| Waker::new(poller.registry(), WAKER))?;
                none.insert(Names::new(waker))
            }
        })
    }

    /// mDNS, with its port open.
    fn local(&mut self) -> core::result::Result<&mut Local, Error> {
        self.buffer.resize(super::BUFFER, 0);
        let Self { local, poller, now, .. } = self;
        let local = local.get_or_insert_with(|| Box::new(Local::new()));
        let opened = poller::with(poller, |poller| local.open(*now, poller.registry(), LOCAL));
        opened.map_err(|error| reason(&error))?;
        Ok(local)
    }

    pub(super) fn browse(&mut self, kind: &str) -> Result {
        let (now, handle) = (self.now, self.table.next());
        let id = self.local()?.browse(now, kind, handle)?;
        self.table.put(handle, Kind::Local, Item::Browse(id));
        Ok(Answer::Handle(handle))
    }

    pub(super) fn publish(&mut self, service: &Service<'_>) -> Result {
        let (now, handle) = (self.now, self.table.next());
        let id = self.local()?.publish(now, service, handle)?;
        self.table.put(handle, Kind::Local, Item::Service(id));
        Ok(Answer::Handle(handle))
    }

    pub(super) fn hostname(&mut self, name: Option<&str>) -> Result {
        let now = self.now;
        match (name, &mut self.local) {
            (Some(_), _) => self.local()?.hostname(now, name)?,
            (None, Some(local)) => local.hostname(now, None)?,
            (None, None) => {}
        }
        Ok(Answer::Done)
    }

    /// Ends what was asked by mDNS, or told.
    pub(super) fn end_local(&mut self, id: Id) {
        if let Some(local) = &mut self.local {
            local.end(self.now, id);
        }
    }

    pub(super) fn end_lookup(&mut self, lookup: &Lookup) {
        if let Some(serial) = lookup.system {
            self.give_up(serial);
        }
        if let Some(id) = lookup.local {
            self.end_local(id);
        }
    }

    /// Nobody wants the system's answer any more.
    fn give_up(&mut self, serial: u64) {
        if self.askers.remove(&serial).is_some()
            && let Some(names) = &self.names
        {
            names.cancel(serial);
        }
    }

    pub(super) fn result(&mut self, handle: Handle) -> Result {
        let answer = match self.table.get(handle).ok_or(CLOSED)? {
            Item::Lookup(lookup) => lookup.found.clone().map(|found| found.map(Answer::Addresses)),
            Item::Browse(id) => {
                let id = *id;
                self.local.as_mut().and_then(|local| local.answer(id))
            }
            Item::Socket(_) | Item::Context(_) | Item::Service(_) => return Err(INVALID),
        };
        answer.unwrap_or_else(|| {
            self.table.wait(handle, Direction::Read);
            Ok(Answer::Wait(Direction::Read))
        })
    }

    /// A token that is of no handle.
    pub(super) fn ready_other(&mut self, token: Token) {
        if let Some(local) = &mut self.local {
            local.ready(token);
        }
    }

    /// Takes what the threads have found.
    fn take_found(&mut self) {
        while let Some((serial, found)) = self.names.as_ref().and_then(Names::result) {
            match self.askers.remove(&serial) {
                Some(Asker::Handle(handle)) => self.came(handle, found, |lookup| lookup.system = None),
                Some(Asker::Sntp) => self.server_found(&found),
                None => {}
            }
        }
    }

    /// One of those who were asked for a name has answered.
    fn came(&mut self, handle: Handle, found: Found, end: impl FnOnce(&mut Lookup)) {
        let Some(Item::Lookup(lookup)) = self.table.get(handle) else { return };
        end(lookup);
        if lookup.found.is_some() || (found.is_err() && (lookup.system.is_some() || lookup.local.is_some())) {
            return;
        }
        lookup.found = Some(found);
        let ended = Lookup { system: lookup.system.take(), local: lookup.local.take(), found: None };
        self.end_lookup(&ended);
        self.wake(handle, Direction::Read);
    }

    /// mDNS does what is due.
    fn poll_local(&mut self) {
        let Some(local) = &mut self.local else { return };
        let mut news = Vec::new();
        if local.poll(self.now, &mut self.buffer, &mut news) {
            // Where the port cannot be had now, it is tried again later.
            let _ = self.local();
        }
        for handle in news {
            if let Some(Item::Lookup(Lookup { local: Some(id), .. })) = self.table.get(handle) {
                let id = *id;
                let found = match self.local.as_mut().and_then(|local| local.answer(id)) {
                    Some(Ok(Answer::Addresses(found))) => Ok(found),
                    Some(Err(error)) => Err(error),
                    Some(Ok(_)) | None => continue,
                };
                self.came(handle, found, |lookup| lookup.local = None);
                self.end_local(id);
            } else {
                self.wake(handle, Direction::Read);
            }
        }
    }

    pub(super) fn sntp(&mut self, server: Option<&str>) -> Result {
        if server.is_some_and(|server| server.is_empty() || server.len() > 255) {
            return Err(INVALID);
        }
        if let Some(serial) = self.sntp.take().and_then(|sntp| sntp.lookup()) {
            self.give_up(serial);
        }
        self.sntp = server.map(|server| Box::new(Sntp::new(server, self.now)));
        Ok(Answer::Done)
    }

    /// The time server's addresses were found, or cannot be.
    fn server_found(&mut self, found: &Found) {
        let Self { sntp, poller, now, .. } = self;
        if let Some(sntp) = sntp {
            let _ = poller::with(poller, |poller| {
                sntp.found(*now, found, poller.registry(), SNTP);
                Ok(())
            });
        }
    }

    fn poll_sntp(&mut self) {
        let Some(sntp) = &mut self.sntp else { return };
        match sntp.step(self.now) {
            Step::Nothing => {}
            Step::Time(seconds, microseconds) => self.events.push_back(Event::Time(seconds, microseconds)),
            Step::Lookup => {
                let server = sntp.server().to_owned();
                // Only a server that is told by its address is asked by IPv6.
                let at_once = names::at_once(&server, Family::Inet).filter(Found::is_ok);
                let at_once = at_once.or_else(|| names::at_once(&server, Family::Inet6));
                match at_once {
                    Some(found) => self.server_found(&found),
                    None => match self.ask(&server, Family::Inet, Asker::Sntp) {
                        Ok(serial) => self.sntp.iter_mut().for_each(|sntp| sntp.looking(serial)),
                        Err(error) => self.server_found(&Err(error)),
                    },
                }
            }
        }
    }

    /// Does what is due of all these.
    pub(super) fn poll_names(&mut self) {
        self.take_found();
        self.poll_local();
        self.poll_sntp();
    }

    /// Whether any of these hears something.
    pub(super) fn names_hear(&self) -> bool {
        self.sntp.is_some() || self.local.as_ref().is_some_and(|local| local.is_open())
    }

    /// When any of these is due.
    pub(super) fn names_deadline(&self, now: u64) -> Option<u64> {
        let local = self.local.as_ref().and_then(|local| local.deadline(now));
        let sntp = self.sntp.as_ref().and_then(|sntp| sntp.deadline());
        local.into_iter().chain(sntp).min()
    }

    /// The pools of mDNS.
    pub(super) fn local_pools(&self) -> [Pool; 4] {
        self.local.as_ref().map_or_else(|| Mdns::new(super::local::SIZES, 0).pools(), |local| local.pools())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names_are_known() {
        for (name, local) in [("a.local", true), ("a.LOCAL.", true), ("local", false), ("a.localhost", false)] {
            assert_eq!(is_local(name), local, "{name}");
        }
    }
}
