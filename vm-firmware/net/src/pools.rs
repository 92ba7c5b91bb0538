//! The fill of all pools, as a program can ask for it. Owns the peaks.

use crate::datagram::Datagram;
use crate::network::{Core, Item};
use alloc::vec::Vec;
use emberl_vm::net::{Answer, Pool};

/// The pools, in the order of their report.
pub(crate) const POOLS: usize = 10;

/// The most that were taken at a time, for each pool.
#[derive(Debug, Default)]
pub(crate) struct Peaks([u32; POOLS]);

impl Core {
    fn fill(&self) -> [(&'static str, usize, u16, usize); POOLS] {
        let config = &self.config;
        let datagram = self.table.iter().find_map(|item| match item {
            Item::Datagram(datagram) => Some(datagram),
            _ => None,
        });
        let udp_bytes = datagram.map_or(2 * config.udp_bytes as usize, |socket: &Datagram| socket.memory(config));
        let leases = self.stack.as_ref().and_then(|stack| stack.dhcp_server.as_ref()).map_or(0, |server| server.used());
        [
            (
                "tcp_sockets",
                self.connections.used(),
                config.tcp_sockets,
                (config.tcp_receive_bytes + config.tcp_send_bytes) as usize,
            ),
            ("listeners", self.listeners(), config.listeners, 0),
            ("udp_sockets", self.datagrams(), config.udp_sockets, udp_bytes),
            ("lookups", self.lookups(), config.lookups, size_of::<Option<smoltcp::socket::dns::DnsQuery>>()),
            ("groups", self.groups.used(), config.groups, size_of::<(u32, core::net::IpAddr)>()),
            ("leases", leases, config.leases, crate::dhcp_server::LEASE_BYTES),
            ("tls_sessions", self.sessions.used(), config.tls_sessions, self.sessions.bytes()),
            ("tls_contexts", self.contexts(), config.tls_contexts, 0),
            ("events", self.events.len(), config.events, size_of::<emberl_vm::net::Event>()),
            (
                "local_frames",
                self.stack.as_ref().map_or(0, |stack| stack.air.local_frames()),
                config.local_frames,
                self.stack.as_ref().map_or(0, |stack| stack.air.packet_bytes() + crate::inspect::ETHERNET),
            ),
        ]
    }

    /// Notes how full the pools are.
    pub(crate) fn note_peaks(&mut self) {
        let fill = self.fill();
        for (peak, (_, used, ..)) in self.peaks.0.iter_mut().zip(fill) {
            *peak = (*peak).max(count(used));
        }
    }

    /// Tells them.
    pub(crate) fn pools(&mut self) -> Answer {
        self.note_peaks();
        let fill = self.fill().into_iter().zip(self.peaks.0);
        let pools = fill.map(|((name, used, size, bytes), peak)| Pool {
            name,
            used: count(used),
            peak,
            size: size.into(),
            bytes: count(bytes),
        });
        let mut pools: Vec<Pool> = pools.collect();
        pools.extend(self.multicast_pools());
        pools.extend(self.config.heap.map(|heap| {
            let [used, peak, size] = heap();
            Pool { name: "heap", used, peak, size, bytes: 1 }
        }));
        Answer::Pools(pools)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
