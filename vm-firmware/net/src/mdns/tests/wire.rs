//! Several machines on one simulated link, with a clock that jumps to whatever comes next.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use edge_mdns::domain::base::message::Section;
use edge_mdns::domain::base::{Message, Rtype};
use emberl_vm::net::{Answer, Error, Found, Service};

use super::super::record::{Data, records};
use super::super::{BUFFER, Destination, Id, Mdns, PORT, Sizes};

/// A datagram that was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) at: u64,
    pub(super) from: usize,
    pub(super) to: Destination,
    pub(super) bytes: Vec<u8>,
}

impl Sent {
    pub(super) fn message(&self) -> &Message<[u8]> {
        Message::from_slice(&self.bytes).expect("what is sent is a message")
    }

    pub(super) fn response(&self) -> bool {
        self.message().header().qr()
    }

    /// Whether it probes.
    pub(super) fn probe(&self) -> bool {
        !self.response() && self.message().header_counts().nscount() > 0
    }

    pub(super) fn questions(&self) -> Vec<(String, Rtype)> {
        let questions = self.message().question();
        questions.map(|question| question.expect("a question")).map(|q| (q.qname().to_string(), q.qtype())).collect()
    }

    /// Its records: section, name, time to live, whether older ones are out of date, data.
    pub(super) fn records(&self) -> Vec<(Section, String, u32, bool, Data)> {
        let all = records(self.message());
        all.map(|r| (r.section, r.name.to_string(), r.ttl, r.flush, r.data().expect("data that is known"))).collect()
    }
}

/// The link.
pub(super) struct Wire {
    pub(super) now: u64,
    pub(super) nodes: Vec<Mdns>,
    addresses: Vec<SocketAddr>,
    pub(super) log: Vec<Sent>,
    /// Whether a datagram, by its number, is lost on the way to a node.
    pub(super) lost: fn(usize, usize) -> bool,
    /// Whether nodes hear themselves.
    pub(super) echo: bool,
}

pub(super) const MS: u64 = 1_000_000;
pub(super) const SECOND: u64 = 1_000 * MS;

impl Wire {
    /// A link with so many nodes, each with an address, without names.
    pub(super) fn new(nodes: usize) -> Self {
        Self::sized(nodes, Sizes { services: 8, browses: 4, lookups: 4, records: 128, record_bytes: 16 * 1024 })
    }

    pub(super) fn sized(nodes: usize, sizes: Sizes) -> Self {
        let address = |node: usize| Ipv4Addr::new(192, 0, 2, 10 + u8::try_from(node).expect("few nodes"));
        let mut wire = Self {
            now: 5 * SECOND,
            nodes: (0..nodes).map(|node| Mdns::new(sizes, 7 + node as u64)).collect(),
            addresses: (0..nodes).map(|node| SocketAddr::new(address(node).into(), PORT)).collect(),
            log: Vec::new(),
            lost: |_, _| false,
            echo: true,
        };
        for node in 0..nodes {
            wire.nodes[node].addresses(wire.now, &[address(node).into()]);
        }
        wire
    }

    pub(super) fn address(&self, node: usize) -> IpAddr {
        self.addresses[node].ip()
    }

    /// Sends all that is due now, and what comes of it.
    fn settle(&mut self) {
        let mut queue = VecDeque::new();
        for round in 0.. {
            assert!(round < 1000, "no end of what is sent at one time");
            for node in 0..self.nodes.len() {
                let mut buffer = [0; BUFFER];
                while let Some((length, to)) = self.nodes[node].output(self.now, &mut buffer) {
                    queue.push_back(Sent { at: self.now, from: node, to, bytes: buffer[..length].to_vec() });
                    assert!(queue.len() < 1000, "no end of what is sent at one time");
                }
            }
            if queue.is_empty() {
                return;
            }
            for sent in queue.drain(..) {
                for node in 0..self.nodes.len() {
                    let heard = match sent.to {
                        Destination::Multicast => node != sent.from || self.echo,
                        Destination::Unicast(to) => to == self.addresses[node],
                    };
                    if heard && (node == sent.from || !(self.lost)(self.log.len(), node)) {
                        self.nodes[node].input(self.now, self.addresses[sent.from], &sent.bytes);
                    }
                }
                self.log.push(sent);
            }
        }
    }

    /// Lets so much time pass.
    pub(super) fn pass(&mut self, time: u64) {
        let end = self.now + time;
        self.settle();
        loop {
            let due = self.nodes.iter().filter_map(|node| node.deadline(self.now)).min();
            let Some(due) = due.filter(|due| *due <= end) else { break };
            assert!(due > self.now, "what was due was not done");
            self.now = due;
            self.settle();
        }
        self.now = end;
        self.settle();
    }

    /// Hands in a datagram from outside.
    pub(super) fn inject(&mut self, from: &str, bytes: &[u8]) {
        let from = from.parse().expect("an address");
        for node in &mut self.nodes {
            node.input(self.now, from, bytes);
        }
    }

    pub(super) fn host(&mut self, node: usize, name: &str) {
        self.nodes[node].hostname(self.now, Some(name)).expect("a host name");
    }

    pub(super) fn publish(&mut self, node: usize, name: &str, port: u16) -> Id {
        let text = vec![("path", "/"), ("v", "1")];
        let service = Service { name, kind: "_http", protocol: "_tcp", port, text };
        self.nodes[node].publish(self.now, &service).expect("a service")
    }

    /// The next thing that was found.
    pub(super) fn found(&mut self, node: usize, id: Id) -> Option<Found> {
        match self.nodes[node].answer(id)? {
            Ok(Answer::Found(found)) => Some(found),
            other => panic!("{other:?}"),
        }
    }

    /// The names of what comes (`+`) and goes (`-`), in order of name.
    pub(super) fn changes(&mut self, node: usize, id: Id) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(found) = self.found(node, id) {
            names.push(format!("{}{}", if found.there { '+' } else { '-' }, found.name));
        }
        names.sort();
        names
    }

    pub(super) fn addresses_of(&mut self, node: usize, id: Id) -> Option<Result<Vec<IpAddr>, Error>> {
        self.nodes[node].answer(id).map(|answer| {
            answer.map(|answer| match answer {
                Answer::Addresses(addresses) => addresses,
                other => panic!("{other:?}"),
            })
        })
    }

    /// What a node sent since a time.
    pub(super) fn sent(&self, node: usize, since: u64) -> Vec<Sent> {
        self.log.iter().filter(|sent| sent.from == node && sent.at >= since).cloned().collect()
    }
}
