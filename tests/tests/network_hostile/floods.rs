//! Floods of frames: SYNs, segments that fit nowhere, fragments, wrong checksums and lengths, bytes by chance; and clients
//! that never read.

use std::time::{Duration, Instant};

use emberl_tests::{
    Failed,
    qemu::frames::{EVERYBODY, Frame, ICMP, Segment, TCP, UDP, Way, checksum, flags},
};
use tempfile::TempDir;

use crate::{
    DROPPED, FLOOD, GOOD, MACHINE, ROUTER, SELF, clients,
    net::{Memory, Net, REQUEST, Random, check, mac},
};

/// One machine. QEMU's router is not there meanwhile: it would take part.
pub(crate) fn all() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut random = Random::new();
    let (mut net, before) = Net::ready(&folder)?;
    net.router(false)?;
    let mut readers = slow_readers(&mut net, &before)?;
    for (what, flood) in [
        ("SYNs", syns as fn(&mut Net, &mut Random) -> Result<(), Failed>),
        ("segments", segments),
        ("broken packets", broken),
        ("any bytes", any_bytes),
    ] {
        let begin = Instant::now();
        net.router(false)?;
        flood(&mut net, &mut random)?;
        eprintln!("{what}: {:?}", begin.elapsed());
        let begin = Instant::now();
        good(&mut net, 2000)?;
        check(begin.elapsed() < GOOD, || format!("after {what} a good client waits {:?}", begin.elapsed()))?;
        // Until here nearly all places are those of slow readers, whose last bytes wait for half a minute. Now they go.
        dropped(&mut net, &before)?;
        for mut reader in std::mem::take(&mut readers) {
            reader.send(&mut net, flags::ACK | flags::RST, 0, &[])?;
        }
        net.wait(Duration::from_millis(200))?;
        net.serves()?;
    }
    clients::all(&mut net, &mut random)?;
    net.same(&before, "floods and clients")?;
    net.end()
}

/// A connection of the test's own, from a port to HTTP's.
struct Own {
    port: u16,
    sequence: u32,
    acknowledged: u32,
}

impl Own {
    fn segment(&self, flags: u8, window: u16, payload: &[u8]) -> Segment {
        let (source, target, payload) = (self.port, 80, payload.to_vec());
        Segment { source, target, sequence: self.sequence, acknowledged: self.acknowledged, flags, window, payload }
    }

    /// Connects; it is asked for again as long as there is no answer.
    fn open(net: &mut Net, port: u16, limit: Duration) -> Result<Option<Self>, Failed> {
        let mut own = Self { port, sequence: 1_000_000, acknowledged: 0 };
        let syn = net.way(SELF).tcp(&own.segment(flags::SYN, 1000, &[]));
        let end = Instant::now() + limit;
        while Instant::now() < end {
            net.send(&syn)?;
            let answer = own.hear(net, Duration::from_secs(1), |segment| {
                (segment.flags == flags::SYN | flags::ACK).then_some(segment.sequence)
            })?;
            if let Some(sequence) = answer {
                own.sequence += 1;
                own.acknowledged = sequence.wrapping_add(1);
                return Ok(Some(own));
            }
        }
        Ok(None)
    }

    fn send(&mut self, net: &mut Net, flags: u8, window: u16, payload: &[u8]) -> Result<(), Failed> {
        let frame = net.way(SELF).tcp(&self.segment(flags, window, payload));
        self.sequence = self.sequence.wrapping_add(payload.len() as u32);
        net.send(&frame)
    }

    fn hear<R>(
        &self,
        net: &mut Net,
        limit: Duration,
        mut wanted: impl FnMut(&Segment) -> Option<R>,
    ) -> Result<Option<R>, Failed> {
        let port = self.port;
        net.find(limit, |frame| match frame {
            Frame::Tcp(way, segment) if way.target == SELF && segment.target == port => wanted(segment),
            _ => None,
        })
    }
}

/// A good client without QEMU's router: connects, asks, and is answered.
fn good(net: &mut Net, port: u16) -> Result<(), Failed> {
    let begin = Instant::now();
    let end = begin + Duration::from_secs(60);
    while Instant::now() < end {
        let port = port + begin.elapsed().as_secs() as u16;
        let Some(mut own) = Own::open(net, port, end.saturating_duration_since(Instant::now()))? else { break };
        own.send(net, flags::ACK | flags::PSH, 4000, REQUEST)?;
        let limit = end.saturating_duration_since(Instant::now()).min(Duration::from_secs(3));
        let answer = own.hear(net, limit, |segment| {
            (!segment.payload.is_empty())
                .then_some(segment.payload.len())
                .or((segment.flags & flags::RST != 0).then_some(0))
        })?;
        if let Some(count @ 1..) = answer {
            own.acknowledged = own.acknowledged.wrapping_add(count as u32);
            own.send(net, flags::ACK | flags::RST, 0, &[])?;
            // Its place is free when the process of the server has heard of it.
            return net.wait(Duration::from_millis(200));
        }
        own.send(net, flags::ACK | flags::RST, 0, &[])?;
    }
    Err(format!("a good client is not served\n{}", net.machine.printed()).into())
}

/// Clients that ask for what has no end, and take nothing of it: more of them than there are places.
fn slow_readers(net: &mut Net, before: &Memory) -> Result<Vec<Own>, Failed> {
    const READERS: u16 = 12;
    let mut readers = Vec::new();
    for port in 1000..1000 + READERS {
        if let Some(mut own) = Own::open(net, port, Duration::from_millis(100))? {
            own.send(net, flags::ACK | flags::PSH, 0, b"GET /big HTTP/1.1\r\nhost: a\r\n\r\n")?;
            readers.push(own);
        }
    }
    net.wait(Duration::from_secs(1))?;
    let memory = net.memory()?;
    let (heap, was) = (memory["heap"], before["heap"]);
    eprintln!("{} slow readers: {} bytes more of the heap", readers.len(), heap.saturating_sub(was));
    check(readers.len() >= 4 && heap < was + 200_000, || format!("{} readers: {memory:?}", readers.len()))?;
    let begin = Instant::now();
    good(net, 1500)?;
    let waited = begin.elapsed();
    eprintln!("a good client beside slow readers waited {waited:?}");
    // The server gives up a reader after two seconds, and what is left of him gives way five seconds later.
    check(waited < Duration::from_secs(20), || format!("a good client waited {waited:?}"))?;
    Ok(readers)
}

/// The server has dropped all clients in time: none of its processes is left that was not there before.
fn dropped(net: &mut Net, before: &Memory) -> Result<(), Failed> {
    let begin = Instant::now();
    while net.memory()?.get("processes") > before.get("processes") {
        check(begin.elapsed() < DROPPED, || format!("clients are not dropped\n{}", net.machine.printed()))?;
        net.wait(Duration::from_millis(250))?;
    }
    Ok(())
}

/// SYNs from anywhere.
fn syns(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let frames: Vec<_> = (0..FLOOD)
        .map(|number| {
            let mut source = (random.next() as u32).to_be_bytes();
            if number % 4 == 0 {
                [source[0], source[1], source[2]] = [10, 0, 2];
            }
            let target = match number % 10 {
                0 => random.next() as u16,
                1..=3 => 443,
                _ => 80,
            };
            let segment = Segment {
                source: random.next() as u16,
                target,
                sequence: random.next() as u32,
                flags: flags::SYN,
                window: random.next() as u16,
                ..Segment::default()
            };
            Way { from: mac(ROUTER), source, ..net.way(ROUTER) }.tcp(&segment)
        })
        .collect();
    net.throw(frames)
}

/// Segments with flags of all kinds for connections that there are not, and what fits nowhere for one that there is.
fn segments(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let Some(mut own) = Own::open(net, 1200, Duration::from_secs(20))? else {
        return Err(format!("no connection\n{}", net.machine.printed()).into());
    };
    own.send(net, flags::ACK | flags::PSH, 4000, &REQUEST[..10])?;
    let frames: Vec<_> = (0..FLOOD / 4)
        .map(|number| {
            let length = random.below(100);
            let mut segment = Segment {
                source: random.next() as u16,
                target: 80,
                sequence: random.next() as u32,
                acknowledged: random.next() as u32,
                flags: random.next() as u8,
                window: random.next() as u16,
                payload: random.bytes(length),
            };
            if number % 2 == 0 {
                // Before the window, beyond it, over what has come; what is behind it twice, once other than before.
                let far = [0x8000_0000, 100_000, 5000, 0_u32.wrapping_sub(3000), 0_u32.wrapping_sub(500)];
                segment.source = own.port;
                segment.sequence = own.sequence.wrapping_add(far[random.below(far.len())]);
                segment.acknowledged = own.acknowledged;
                segment.flags =
                    [flags::ACK, flags::ACK | flags::PSH, flags::RST, flags::ACK | flags::FIN][random.below(4)];
            }
            net.way(SELF).tcp(&segment)
        })
        .collect();
    net.throw(frames)?;
    // The connection goes on as if nothing had been; its last part comes before the one between, and over it.
    let (middle, last) = REQUEST[10..].split_at(8);
    let mut ahead = own.segment(flags::ACK, 4000, last);
    ahead.sequence = own.sequence + 8;
    net.send(&net.way(SELF).tcp(&ahead))?;
    own.send(net, flags::ACK, 4000, middle)?;
    own.send(net, flags::ACK | flags::PSH, 4000, last)?;
    let answer = own.hear(net, GOOD, |segment| segment.payload.starts_with(b"HTTP/1.1 200").then_some(()))?;
    check(answer.is_some(), || format!("the connection did not go on\n{}", net.machine.printed()))?;
    own.send(net, flags::RST | flags::ACK, 0, &[])
}

/// Packets that are fine but for one thing.
fn broken(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let way = net.way(SELF);
    let syn = Segment { source: 1, target: 80, flags: flags::SYN, window: 1000, ..Segment::default() };
    let echo = {
        let mut bytes = [&[8, 0, 0, 0][..], &[7; 100]].concat();
        let sum = checksum(&bytes);
        bytes[2..4].copy_from_slice(&sum);
        way.ipv4(ICMP, 0, &bytes)
    };
    let fine = [way.tcp(&syn), way.udp(1, 5000, b"x"), echo, net.multicast_frame(&[0; 12]), way.arp_question()];
    let mut frames = Vec::new();
    for number in 0..FLOOD / 4 {
        let mut frame = fine[number % fine.len()].clone();
        match number % 6 {
            // Fragments: the first, the last, those that lie over others, those beyond the longest packet.
            0 => {
                let place = [0x2000, 0x1fff, 0x3fff, 0x2001, random.next() as u16 & 0x3fff][random.below(5)];
                let length = random.below(1400);
                let protocol = [TCP, UDP, ICMP][random.below(3)];
                frame = way.ipv4(protocol, place, &random.bytes(length));
            }
            // Wrong anywhere, and checksums with it.
            1 => random.change(&mut frame),
            // A frame has a head: QEMU passes on no other.
            2 => frame.truncate(14 + random.below(frame.len() - 14)),
            3 => frame.extend([0; 60]),
            // Wrong in the head of the packet, or behind it, whose checksum is right.
            _ if frame[12..14] == [8, 0] => {
                let at = 14 + random.below(frame.len() - 14);
                frame[at] ^= random.next() as u8;
                frame[30..34].copy_from_slice(&if number % 12 == 5 { EVERYBODY[..4].try_into()? } else { MACHINE });
                frame[24..26].copy_from_slice(&[0, 0]);
                let sum = checksum(&frame[14..34]);
                frame[24..26].copy_from_slice(&sum);
            }
            _ => {}
        }
        frames.push(frame);
    }
    net.throw(frames)
}

/// Bytes by chance, most of them behind a head that is right as far as it goes.
fn any_bytes(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let from = mac([10, 0, 2, 99]);
    let heads: [&[u8]; 8] = [
        &[],
        &[8, 6],
        &[8, 6, 0, 1, 8, 0, 6, 4, 0],
        &[8, 0, 0x45],
        &[8, 0, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17],
        &[0x86, 0xdd, 0x60],
        &[0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 58, 255],
        &[0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 0, 255],
    ];
    let groups = [[0x33, 0x33, 0, 0, 0, 1], [0x33, 0x33, 0, 0, 0, 0xfb], [1, 0, 0x5e, 0, 0, 0xfb], EVERYBODY];
    let mut frames = Vec::new();
    for number in 0..FLOOD {
        let to = if number % 3 == 0 { groups[random.below(groups.len())] } else { net.mac };
        let length = if number % 50 == 0 { 1500 } else { 14 + random.below(200) };
        let head = heads[random.below(heads.len())];
        let bytes = random.bytes(length);
        frames.push(if number % 20 == 0 { bytes } else { [&to[..], &from, head, &bytes].concat() });
    }
    net.throw(frames)
}
