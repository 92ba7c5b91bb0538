//! Frames of any bytes, and any requests, into the network driver: it must not panic, must not keep what was closed, and
//! must not ask to be polled for ever.
#![no_main]

use core::task::Context;
use embassy_net_driver::{Capabilities, Driver as CardDriver, HardwareAddress, LinkState, RxToken, TxToken};
use emberl_net::{Card, Config, Driver};
use emberl_vm::net::*;
use libfuzzer_sys::fuzz_target;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;

const MILLISECOND: u64 = 1_000_000;

#[derive(Default)]
struct Wire {
    inbox: RefCell<VecDeque<Vec<u8>>>,
    /// The last frame that was sent: to be changed and thrown back.
    sent: RefCell<Vec<u8>>,
    up: Cell<bool>,
}

struct TestCard(Rc<Wire>);

struct Rx(Vec<u8>);
impl RxToken for Rx {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.0)
    }
}

struct Tx<'a>(&'a Wire);
impl TxToken for Tx<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, bytes: usize, f: F) -> R {
        let mut frame = vec![0; bytes];
        let result = f(&mut frame);
        *self.0.sent.borrow_mut() = frame;
        result
    }
}

impl CardDriver for TestCard {
    type RxToken<'a> = Rx;
    type TxToken<'a> = Tx<'a>;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Rx, Tx<'_>)> {
        let frame = self.0.inbox.borrow_mut().pop_front()?;
        Some((Rx(frame), Tx(&self.0)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Tx<'_>> {
        Some(Tx(&self.0))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        if self.0.up.get() { LinkState::Up } else { LinkState::Down }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(OWN)
    }
}

impl Card for TestCard {}

const OWN: [u8; 6] = [2, 0, 0, 0, 0, 1];
const OTHER: [u8; 6] = [2, 0, 0, 0, 0, 9];

fn at(ip: [u8; 4], port: u16) -> SocketAddr {
    SocketAddr::new(ip.into(), port)
}

fn start(driver: &mut Driver<TestCard>, now: u64, how: u8) {
    let address = Ipv4 {
        address: [10, 0, 0, 1].into(),
        prefix: 24,
        gateway: Some([10, 0, 0, 254].into()),
        dns: [Some([10, 0, 0, 2].into()), None, None],
    };
    let station = Station { ssid: b"", psk: b"", hostname: Some("fuzzed"), address: (how % 3 != 0).then_some(address) };
    let point = AccessPoint {
        ssid: b"x",
        psk: b"",
        channel: 0,
        hidden: false,
        stations: 4,
        address: [10, 0, 0, 1].into(),
        prefix: 24,
    };
    let request = match how % 3 {
        2 => Request::Start { station: None, access_point: Some(point) },
        _ => Request::Start { station: Some(station), access_point: None },
    };
    let _ = driver.request(now, request);
}

/// Makes checksums right, so that more than the check of them is reached.
fn mend(frame: &mut [u8]) {
    fn sum(bytes: &[u8]) -> u32 {
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum()
    }
    fn fold(mut sum: u32) -> [u8; 2] {
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        (!(sum as u16)).to_be_bytes()
    }
    let (begin, addresses, protocol) = match frame.get(12..14) {
        Some([8, 0]) if frame.len() >= 34 => {
            frame[24..26].fill(0);
            let head = 14 + usize::from(frame[14] & 15) * 4;
            if head > frame.len() || head < 34 {
                return;
            }
            let check = fold(sum(&frame[14..head]));
            frame[24..26].copy_from_slice(&check);
            (head, 26..34, frame[23])
        }
        Some([0x86, 0xdd]) if frame.len() >= 54 => (54, 22..54, frame[20]),
        _ => return,
    };
    let end = if begin == 54 {
        54 + usize::from(u16::from_be_bytes([frame[18], frame[19]]))
    } else {
        14 + usize::from(u16::from_be_bytes([frame[16], frame[17]]))
    };
    let end = end.clamp(begin, frame.len());
    let (place, pseudo) = match protocol {
        6 => (16, true),
        17 => (6, true),
        58 => (2, true),
        1 | 2 => (2, false),
        _ => return,
    };
    if begin + place + 2 > end {
        return;
    }
    frame[begin + place..begin + place + 2].fill(0);
    let mut total = sum(&frame[begin..end]);
    if pseudo {
        total += sum(&frame[addresses]) + u32::from(protocol) + (end - begin) as u32;
    }
    let check = fold(total);
    frame[begin + place..begin + place + 2].copy_from_slice(&check);
}

fuzz_target!(|data: &[u8]| {
    let wire = Rc::new(Wire::default());
    wire.up.set(true);
    let mut driver = Driver::new(TestCard(wire.clone()), Config { seed: 7, ..Config::default() });
    let mut now = 1000 * MILLISECOND;
    let mut handles: Vec<Handle> = Vec::new();
    let mut data = data;
    let mut take = |count: usize| {
        let (head, tail) = data.split_at(count.min(data.len()));
        data = tail;
        (!head.is_empty()).then_some(head)
    };
    let mode = take(1).map_or(0, |byte| byte[0]);
    start(&mut driver, now, mode);
    while let Some(&[code]) = take(1) {
        let argument = take(1).map_or(0, |byte| byte[0]);
        let handle = handles.get(usize::from(argument) % handles.len().max(1)).copied().unwrap_or(0);
        let port = 79 + u16::from(argument % 4);
        let request = match code % 32 {
            // A frame as it stands, or with a right head, with checksums made right or not.
            0..=7 => {
                let bytes = take(2 + usize::from(argument) * 4).unwrap_or_default();
                let mut frame = bytes.to_vec();
                if code & 1 == 1 && frame.len() >= 14 {
                    frame[..6].copy_from_slice(&OWN);
                    frame[6..12].copy_from_slice(&OTHER);
                    let kinds: [[u8; 2]; 4] = [[8, 0], [8, 6], [0x86, 0xdd], [8, 0]];
                    frame[12..14].copy_from_slice(&kinds[usize::from(code >> 6)]);
                }
                if code & 2 == 2 {
                    mend(&mut frame);
                }
                wire.inbox.borrow_mut().push_back(frame);
                None
            }
            // What was sent last comes back from somebody else, with a few bytes changed.
            8..=13 => {
                let mut frame = wire.sent.borrow().clone();
                if frame.len() >= 42 {
                    frame[..6].copy_from_slice(&OWN);
                    frame[6..12].copy_from_slice(&OTHER);
                    let (source, target, size) = match frame[12..14] {
                        [8, 6] => (28, 38, 4),
                        [0x86, 0xdd] if frame.len() >= 54 => (22, 38, 16),
                        _ => (26, 30, 4),
                    };
                    for byte in 0..size {
                        frame.swap(source + byte, target + byte);
                    }
                    if frame.len() >= 38 && frame[12..14] == [8, 0] {
                        frame.swap(34, 36);
                        frame.swap(35, 37);
                    }
                }
                for change in take(usize::from(argument % 16) * 2).unwrap_or_default().chunks_exact(2) {
                    if let Some(byte) = frame.get_mut(usize::from(change[0])) {
                        *byte = change[1];
                    }
                }
                mend(&mut frame);
                wire.inbox.borrow_mut().push_back(frame);
                None
            }
            14 => {
                now += u64::from(argument) * u64::from(argument) * 10 * MILLISECOND;
                None
            }
            15 => Some(Request::Open(
                if argument & 2 == 0 { Family::Inet } else { Family::Inet6 },
                if argument & 1 == 0 { Kind::Stream } else { Kind::Datagram },
            )),
            16 => Some(Request::Bind(handle, at([0, 0, 0, 0], port))),
            17 => Some(Request::Listen(handle, u32::from(argument))),
            18 => Some(Request::Accept(handle)),
            19 => Some(Request::Connect(handle, at([10, 0, 0, argument % 4], port))),
            20 => Some(Request::Receive(handle, usize::from(argument) * 16)),
            21 => Some(Request::ReceiveFrom(handle, usize::from(argument) * 16)),
            22 => Some(Request::Send(handle, &[1; 2000][..usize::from(argument) * 7])),
            23 => Some(Request::SendTo(
                handle,
                &[1; 2000][..usize::from(argument) * 7],
                at([10, 0, 0, argument % 8], port),
            )),
            24 => Some(Request::Shutdown(handle, if argument & 1 == 0 { Shutdown::Read } else { Shutdown::Write })),
            25 => Some(Request::Close(handle)),
            26 => Some(Request::Set(handle, SocketOption::Join([239, 0, 0, argument % 4].into(), [0, 0, 0, 0].into()))),
            27 => Some(Request::Lookup(if argument & 1 == 0 { "a.example" } else { "a.local" }, Family::Inet)),
            28 => Some(Request::Result(handle)),
            29 => match argument % 4 {
                0 => Some(Request::Sntp(Some("10.0.0.2"))),
                1 => Some(Request::Browse("_http._tcp")),
                2 => Some(Request::Hostname(Some("fuzzed"))),
                _ => Some(Request::Set(handle, SocketOption::KeepAlive(true))),
            },
            30 => {
                wire.up.set(argument & 1 == 0);
                None
            }
            _ if argument == 0 => {
                let _ = driver.request(now, Request::Stop);
                start(&mut driver, now, mode);
                None
            }
            _ => Some(Request::Set(handle, SocketOption::Linger(Some(u32::from(argument) * 100)))),
        };
        if let Some(request) = request {
            match driver.request(now, request) {
                Ok(Answer::Handle(handle) | Answer::Accepted(handle, _)) => handles.push(handle),
                _ => {}
            }
        }
        driver.poll(now);
        while driver.event().is_some() {}
        // Whatever came, there is an end to what is due at once.
        let mut polls = 0;
        while driver.deadline(now).is_some_and(|due| due <= now) {
            driver.poll(now);
            while driver.event().is_some() {}
            polls += 1;
            assert!(polls < 2000, "it asks to be polled for ever");
        }
    }
    for handle in handles {
        let _ = driver.request(now, Request::Close(handle));
    }
    for _ in 0..200 {
        now += 1000 * MILLISECOND;
        driver.poll(now);
        while driver.event().is_some() {}
    }
    if let Ok(Answer::Pools(pools)) = driver.request(now, Request::Pools) {
        for pool in pools {
            let kept = matches!(pool.name, "tcp_sockets" | "udp_sockets" | "lookups" | "groups" | "listeners");
            assert!(!kept || pool.used == 0, "{pool:?}");
        }
    }
});
