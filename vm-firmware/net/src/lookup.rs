//! Addresses of names: literals at once, others from the servers of names. Owns lookups from the question to the answer.
//! Names that end in `.local` are mDNS's (RFC 6762, 3) and not asked for here.

use crate::errors;
use crate::multicast_dns::Kind;
use crate::network::{Core, Item};
use crate::stack::Stack;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use emberl_vm::net::{Answer, Direction, Error, Family, Handle, Result};
use smoltcp::socket::dns::{GetQueryResultError, QueryHandle, Socket, StartQueryError};
use smoltcp::wire::DnsQueryType;

/// How long the stack asks each server (`RETRANSMIT_TIMEOUT` of smoltcp's socket).
const SERVER_TIME: u64 = 10_000 * crate::config::MILLISECOND;

/// A question to servers of names.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    query: QueryHandle,
    since: u64,
    servers: usize,
}

/// A lookup.
pub(crate) enum Lookup {
    /// Servers are asked.
    Asked(Question),
    /// The answer is there.
    Answered(core::result::Result<Vec<IpAddr>, Error>),
}

impl Lookup {
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Answered(Ok(addresses)) => addresses.capacity() * size_of::<IpAddr>(),
            _ => 0,
        }
    }
}

/// Begins to ask for a name.
///
/// # Errors
/// `nxdomain` where it is no name, or there is nobody to be asked.
pub(crate) fn ask(stack: &mut Stack, now: u64, name: &str, family: Family) -> core::result::Result<Question, Error> {
    let servers = stack.servers;
    if servers == 0 {
        return Err(errors::NAME_UNKNOWN);
    }
    let kind = match family {
        Family::Inet => DnsQueryType::A,
        Family::Inet6 => DnsQueryType::Aaaa,
    };
    let socket = stack.sockets.get_mut::<Socket>(stack.dns);
    let query = socket.start_query(stack.interface.context(), name, kind).map_err(|error| match error {
        StartQueryError::NoFreeSlot => errors::NO_BUFFERS,
        StartQueryError::InvalidName | StartQueryError::NameTooLong => errors::NAME_UNKNOWN,
    })?;
    Ok(Question { query, since: now, servers })
}

/// What a question has come to; `None` while it is open. Not to be asked again after an answer.
pub(crate) fn answer(
    stack: &mut Stack,
    now: u64,
    question: Question,
) -> Option<core::result::Result<Vec<IpAddr>, Error>> {
    let socket = stack.sockets.get_mut::<Socket>(stack.dns);
    match socket.get_query_result(question.query) {
        Err(GetQueryResultError::Pending) => None,
        // The stack does not tell why. Who was silent had his time.
        Err(GetQueryResultError::Failed) => {
            let silent = SERVER_TIME.saturating_mul(question.servers as u64);
            let timeout = now.saturating_sub(question.since) >= silent;
            Some(Err(if timeout { errors::TIMEOUT } else { errors::NAME_UNKNOWN }))
        }
        Ok(found) => {
            let mut addresses = Vec::new();
            if addresses.try_reserve_exact(found.len()).is_err() {
                return Some(Err(errors::NO_MEMORY));
            }
            addresses.extend(found.iter().map(|address| IpAddr::from(*address)));
            Some(if addresses.is_empty() { Err(errors::NAME_UNKNOWN) } else { Ok(addresses) })
        }
    }
}

/// Gives a question up.
pub(crate) fn cancel(stack: &mut Stack, question: Question) {
    stack.sockets.get_mut::<Socket>(stack.dns).cancel_query(question.query);
}

/// The address that a name says by itself.
pub(crate) fn literal(name: &str, family: Family) -> Option<core::result::Result<IpAddr, Error>> {
    if name.eq_ignore_ascii_case("localhost") {
        return Some(Ok(match family {
            Family::Inet => Ipv4Addr::LOCALHOST.into(),
            Family::Inet6 => Ipv6Addr::LOCALHOST.into(),
        }));
    }
    let address: IpAddr = name.parse().ok()?;
    Some(match (family, address) {
        (Family::Inet, IpAddr::V4(_)) | (Family::Inet6, IpAddr::V6(_)) => Ok(address),
        (Family::Inet6, IpAddr::V4(address)) => Ok(address.to_ipv6_mapped().into()),
        (Family::Inet, IpAddr::V6(_)) => Err(errors::NAME_UNKNOWN),
    })
}

/// Whether it is a name of mDNS.
fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit_once('.').is_some_and(|(_, top)| top.eq_ignore_ascii_case("local"))
}

impl Core {
    pub(crate) fn lookups(&self) -> usize {
        let lookup = |item: &&Item| matches!(item, Item::Lookup(_) | Item::Multicast(Kind::Lookup, _));
        self.table.iter().filter(lookup).count()
    }

    /// Asks for a name.
    pub(crate) fn lookup(&mut self, name: &str, family: Family) -> Result {
        if self.lookups() >= usize::from(self.config.lookups) {
            return Err(errors::NO_BUFFERS);
        }
        if is_local(name) {
            return self.multicast_lookup(name, family);
        }
        let now = self.now;
        let stack = self.stack.as_mut().ok_or(errors::NETWORK_DOWN)?;
        let lookup = match literal(name, family) {
            Some(found) => Lookup::Answered(found.map(|address| alloc::vec![address])),
            None => match ask(stack, now, name, family) {
                Ok(question) => Lookup::Asked(question),
                Err(errors::NO_BUFFERS) => return Err(errors::NO_BUFFERS),
                Err(error) => Lookup::Answered(Err(error)),
            },
        };
        self.dirty = true;
        let question = match &lookup {
            Lookup::Asked(question) => Some(*question),
            Lookup::Answered(_) => None,
        };
        match self.table.insert(Item::Lookup(lookup)) {
            Ok(handle) => Ok(Answer::Handle(handle)),
            Err(error) => {
                if let Some(question) = question {
                    cancel(stack, question);
                }
                Err(error)
            }
        }
    }

    /// What it has come to.
    pub(crate) fn lookup_result(&mut self, handle: Handle) -> Result {
        self.look_after_lookup(handle);
        match self.table.get(handle) {
            Some(Item::Lookup(Lookup::Answered(answer))) => answer.clone().map(Answer::Addresses),
            Some(Item::Lookup(Lookup::Asked(_))) => self.wait(handle, Direction::Read),
            Some(&Item::Multicast(kind, id)) => self.multicast_result(handle, kind, id),
            Some(Item::Dead) => Err(errors::NETWORK_DOWN),
            Some(_) => Err(errors::OPERATION_NOT_SUPPORTED),
            None => Err(errors::INVALID),
        }
    }

    /// Looks whether the answer has come.
    pub(crate) fn look_after_lookup(&mut self, handle: Handle) {
        let now = self.now;
        let (Some(stack), Some(Item::Lookup(lookup))) = (self.stack.as_mut(), self.table.get_mut(handle)) else {
            return;
        };
        if let Lookup::Asked(question) = lookup
            && let Some(answer) = answer(stack, now, *question)
        {
            *lookup = Lookup::Answered(answer);
        }
        if matches!(lookup, Lookup::Answered(_)) {
            self.table.wake(handle, Direction::Read);
        }
    }

    /// Closes one that is out of the table already.
    pub(crate) fn close_lookup(&mut self, lookup: &Lookup) {
        if let (Lookup::Asked(question), Some(stack)) = (lookup, self.stack.as_mut()) {
            cancel(stack, *question);
        }
    }
}
