//! Clients of HTTP and of TLS that mean no good: each is answered by an error or dropped in time.

use std::{
    io::Write as _,
    net::{Shutdown, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{Failed, qemu::Protocol};
use emberl_vm::net::TlsVersion;

use crate::{
    DROPPED,
    net::{Net, REQUEST, Random, check, connect, get, rest, secured, session},
};

/// A part of them.
type Part<'a> = &'a mut dyn FnMut() -> Result<(), Failed>;

/// All of them.
pub(crate) fn all(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let http = net.machine.address(Protocol::Tcp, 80)?;
    let https = net.machine.address(Protocol::Tcp, 443)?;
    let slow = || {
        thread::scope(|scope| {
            let handshakes = scope.spawn(|| slow_handshakes(https));
            slow_requests(http).and(handshakes.join().map_err(|_| "a client failed")?)
        })
    };
    let mut other = Random::new();
    let parts: [(&str, Part<'_>); 5] = [
        ("HTTP", &mut || requests(http, random)),
        ("many requests", &mut || many_requests(http)),
        ("TLS", &mut || records(https, &mut Random::new())),
        ("TLS after the handshake", &mut || after_handshake(https, &mut other)),
        ("slow clients", &mut || slow()),
    ];
    for (name, part) in parts {
        let begin = Instant::now();
        part().map_err(|error| format!("{name}: {error:?}\n{}", net.machine.printed()))?;
        eprintln!("{name}: {:?}", begin.elapsed());
        net.serves()?;
    }
    Ok(())
}

/// What the server says to that, and how long it takes to close. With `end` the client sends no more, and says so.
fn talk(server: SocketAddr, parts: &[&[u8]], end: bool) -> Result<(Vec<u8>, Duration), Failed> {
    let begin = Instant::now();
    let mut stream = connect(server)?;
    for part in parts {
        // The server may have closed before it has all.
        if stream.write_all(part).is_err() {
            break;
        }
    }
    if end {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let (answer, closed) = rest(stream);
    check(closed && begin.elapsed() < DROPPED, || {
        let sent = parts.concat();
        format!("{:02x?}: not dropped after {:?}", &sent[..sent.len().min(60)], begin.elapsed())
    })?;
    Ok((answer, begin.elapsed()))
}

/// The status of an answer; 0 when there is none.
fn status(answer: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(answer.get(..12).unwrap_or_default());
    text.strip_prefix("HTTP/1.1 ").and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn requests(server: SocketAddr, random: &mut Random) -> Result<(), Failed> {
    const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n";
    const POST: &str = "POST /post HTTP/1.1\r\nhost: a\r\n";
    const CHUNKED: &str = "POST /post HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let long = "a".repeat(60_000);
    let cases: Vec<(String, &[u16])> = vec![
        ("\0\0\0\0\r\n\r\n".into(), &[400]),
        ("GET\r\n\r\n".into(), &[400]),
        ("GET / \r\n\r\n".into(), &[400]),
        ("GET  / HTTP/1.1\r\nhost: a\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1 \r\nhost: a\r\n\r\n".into(), &[400]),
        ("GET / HTTP/9.9\r\nhost: a\r\n\r\n".into(), &[400, 505]),
        ("G(T / HTTP/1.1\r\nhost: a\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\nhost: a\n\n".into(), &[400]),
        ("\u{16}\u{3}\u{1}\0\u{c8}\u{1}\0\0\u{c4}\u{3}\u{3}\r\n\r\n".into(), &[400]),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), &[414]),
        (format!("{GET}a: {long}\r\n\r\n"), &[431]),
        (format!("{GET}{}\r\n", "a: b\r\n".repeat(10_000)), &[431]),
        (format!("{GET}a : b\r\n\r\n"), &[400]),
        (format!("{GET}a: b\0c\r\n\r\n"), &[400]),
        (format!("{GET}: b\r\n\r\n"), &[400]),
        (format!("{GET}a\r\n\r\n"), &[400]),
        (format!("{GET}a: b\r\n folded\r\n\r\n"), &[400]),
        (format!("{POST}content-length: 99999999999999999999999999\r\n\r\n"), &[400, 413]),
        (format!("{POST}content-length: 4294967295\r\n\r\n"), &[413]),
        (format!("{POST}content-length: -1\r\n\r\n"), &[400]),
        (format!("{POST}content-length: 1x\r\n\r\n"), &[400]),
        (format!("{POST}content-length: 1\r\ncontent-length: 2\r\n\r\nab"), &[400]),
        (format!("{POST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"), &[400]),
        (format!("{POST}transfer-encoding: gzip\r\n\r\n"), &[400, 501]),
        (format!("{CHUNKED}zz\r\n"), &[400]),
        (format!("{CHUNKED}-1\r\n"), &[400]),
        (format!("{CHUNKED}ffffffffffffffffff\r\n"), &[400, 413]),
        (format!("{CHUNKED}7fffffff\r\n{long}{long}"), &[400, 413]),
        (format!("{CHUNKED}2\r\nabc\r\n"), &[400]),
        (format!("{CHUNKED}1;{long}\r\na\r\n"), &[400]),
        (format!("{CHUNKED}0\r\n{}\r\n", "a: b\r\n".repeat(5000)), &[400, 413, 431]),
        (format!("{GET}\r\nnothing that is a request\r\n\r\n"), &[200]),
        // Not whole: the client has gone.
        (GET.into(), &[0, 400, 408]),
        (format!("{POST}content-length: 1000\r\n\r\nabc"), &[0, 400, 408]),
    ];
    for (request, expected) in cases {
        let (answer, _) = talk(server, &[request.as_bytes()], true)?;
        check(expected.contains(&status(&answer)), || {
            let request: String = request.chars().take(100).collect();
            format!("{request:?}: {:?}", String::from_utf8_lossy(&answer))
        })?;
    }
    for _ in 0..20 {
        let length = 1 + random.below(5000);
        let (answer, _) = talk(server, &[&random.bytes(length)], true)?;
        check(!answer.starts_with(b"HTTP/1.1 200"), || format!("{answer:?}"))?;
        let mut request = format!("{POST}content-length: 3\r\n\r\nabc").into_bytes();
        random.change(&mut request);
        talk(server, &[&request], true)?;
    }
    get(server).map(drop)
}

/// All at a time, so that they have all places that there are; a good client comes in between.
fn slow_requests(server: SocketAddr) -> Result<(), Failed> {
    let silent = || talk(server, &[], false);
    let half = || talk(server, &[b"GET / HTTP/1.1\r\nhost: a\r\na: "], false);
    let body = || talk(server, &[b"POST /post HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nabc"], false);
    // A byte each half a second, for as long as somebody takes them.
    let slow = || {
        let begin = Instant::now();
        let mut stream = connect(server)?;
        for byte in REQUEST.iter().cycle().filter(|byte| **byte != b'\n') {
            if stream.write_all(&[*byte]).is_err() || begin.elapsed() > DROPPED {
                break;
            }
            thread::sleep(Duration::from_millis(500));
        }
        check(begin.elapsed() < DROPPED, || "a slow writer is not dropped".into())?;
        Ok((Vec::new(), begin.elapsed()))
    };
    thread::scope(|scope| {
        let clients = [scope.spawn(silent), scope.spawn(half), scope.spawn(body), scope.spawn(slow)];
        thread::sleep(Duration::from_millis(500));
        let begin = Instant::now();
        get(server)?;
        let waited = begin.elapsed();
        check(waited < DROPPED, || format!("a good client waited {waited:?}"))?;
        let mut took = Vec::new();
        for client in clients {
            took.push(client.join().map_err(|_| "a client failed")??.1);
        }
        eprintln!("slow clients were dropped after {took:?}; a good one waited {waited:?}");
        Ok(())
    })
}

/// A thousand in one go; what comes after is not answered.
fn many_requests(server: SocketAddr) -> Result<(), Failed> {
    const MANY: usize = 1000;
    let requests = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(MANY + 10);
    let begin = Instant::now();
    let stream = connect(server)?;
    let mut writer = stream.try_clone()?;
    let write = thread::spawn(move || {
        let _ = writer.write_all(&requests);
    });
    let (answer, _) = rest(stream);
    write.join().map_err(|_| "the writer failed")?;
    let count = answer.windows(12).filter(|bytes| bytes == b"HTTP/1.1 200").count();
    eprintln!("{count} requests in one go: {:?}", begin.elapsed());
    check(count == MANY, || format!("{count} of {MANY} requests were answered"))
}

fn record(kind: u8, version: [u8; 2], bytes: &[u8]) -> Vec<u8> {
    [&[kind][..], &version, &(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
const V12: [u8; 2] = [3, 3];

fn records(server: SocketAddr, random: &mut Random) -> Result<(), Failed> {
    let first = session(TlsVersion::Tls13)?.outgoing().to_vec();
    let hello = &first[5..];
    let with = |version: [u8; 2]| record(HANDSHAKE, version, hello);
    let message = |kind: u8, length: u32, bytes: &[u8]| {
        record(HANDSHAKE, V12, &[&[kind][..], &length.to_be_bytes()[1..], bytes].concat())
    };
    let one_by_one = |bytes: &[u8]| bytes.iter().flat_map(|byte| record(HANDSHAKE, V12, &[*byte])).collect::<Vec<u8>>();
    let mut cases = vec![
        with([0, 0]),
        with([2, 0]),
        with([5, 5]),
        with([0xff, 0xff]),
        // Lengths of more than a record has, of nothing, time and again.
        [&[HANDSHAKE, 3, 3, 0xff, 0xff][..], &[1; 70_000]].concat(),
        [&[HANDSHAKE, 3, 3, 0x40, 0x01][..], &[1; 16_385]].concat(),
        record(HANDSHAKE, V12, &[]).repeat(2000),
        record(DATA, V12, &[]).repeat(2000),
        record(20, V12, &[1]).repeat(500),
        record(20, V12, &[]),
        record(24, V12, &[1, 0x40, 0]),
        record(0, V12, &[0; 50]),
        record(255, V12, &[0; 50]),
        // Alerts: that end it, that warn, that are none.
        record(ALERT, V12, &[2, 40]),
        record(ALERT, V12, &[1, 0]),
        record(ALERT, V12, &[1, 90]).repeat(500),
        record(ALERT, V12, &[2]),
        record(ALERT, V12, &[9, 9, 9]),
        // Messages that are not the first, or are longer than they may be.
        message(0, 0, &[]),
        message(2, 70, &[3; 70]),
        message(11, 3, &[0; 3]),
        message(14, 0, &[]),
        message(16, 33, &[4; 33]),
        message(20, 12, &[5; 12]),
        message(24, 1, &[0]),
        message(1, 0xff_ffff, &hello[4..]),
        [message(1, 0xff_ffff, &hello[4..]), record(HANDSHAKE, V12, &[0; 16_000]).repeat(5)].concat(),
        message(1, 0, &[]),
        message(1, 2, &V12),
        record(DATA, V12, &[7; 1000]),
        // The first message in pieces, whole and not whole, and twice.
        one_by_one(hello),
        one_by_one(&hello[..hello.len() - 1]),
        [with([3, 1]), with([3, 3])].concat(),
        [with([3, 1]), record(DATA, V12, &[7; 100])].concat(),
        [with([3, 1]), record(HANDSHAKE, V12, &[20, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])].concat(),
        REQUEST.to_vec(),
    ];
    for _ in 0..25 {
        let mut bytes = first.clone();
        random.change(&mut bytes[9..].to_vec());
        let at = 9 + random.below(bytes.len() - 9);
        bytes[at] ^= random.next() as u8;
        cases.push(bytes);
        let length = 1 + random.below(600);
        cases.push([&[HANDSHAKE, 3, 3][..], &(length as u16).to_be_bytes(), &random.bytes(length)].concat());
    }
    let begin = Instant::now();
    let mut longest = Duration::ZERO;
    for case in &cases {
        let (answer, took) = talk(server, &[case], true)?;
        check(!answer.windows(4).any(|bytes| bytes == b"HTTP"), || format!("{case:02x?}: {answer:02x?}"))?;
        longest = longest.max(took);
    }
    eprintln!("{} clients of TLS: {:?}, the longest {longest:?}", cases.len(), begin.elapsed());
    // Each byte by itself is as good as all at once: the server goes on, and waits for the client.
    let parts: Vec<&[u8]> = first.chunks(1).collect();
    let (answer, _) = talk(server, &parts, true)?;
    check(answer.first() == Some(&HANDSHAKE), || format!("{answer:02x?}"))
}

/// Bytes that are no records of the session, those that would begin a second handshake among them.
fn after_handshake(server: SocketAddr, random: &mut Random) -> Result<(), Failed> {
    let hello = session(TlsVersion::Tls12)?.outgoing().to_vec();
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let cases = [
            hello.clone(),
            record(HANDSHAKE, V12, &[0; 4]),
            record(DATA, V12, &random.bytes(100)),
            record(DATA, V12, &random.bytes(16_000)),
            record(ALERT, V12, &[2, 0]),
            record(20, V12, &[1]).repeat(100),
            random.bytes(1000),
        ];
        for case in cases {
            let (_, mut stream) = secured(server, version)?;
            let begin = Instant::now();
            // It may close before it has all.
            let _ = stream.write_all(&case);
            let (answer, closed) = rest(stream);
            check(closed && begin.elapsed() < DROPPED, || format!("{version:?}, {:02x?}: {answer:02x?}", &case[..5]))?;
        }
    }
    Ok(())
}

/// Clients that say nothing, half of the first message, and the first message only.
fn slow_handshakes(server: SocketAddr) -> Result<(), Failed> {
    let hello = session(TlsVersion::Tls13)?.outgoing().to_vec();
    let half = &hello[..hello.len() / 2];
    let empty = record(HANDSHAKE, V12, &[1]);
    thread::scope(|scope| {
        let talks = [&[][..], half, &hello, &empty].map(|bytes| {
            scope.spawn(move || {
                let begin = Instant::now();
                let mut stream = connect(server)?;
                stream.write_all(bytes)?;
                let (_, closed) = rest(stream);
                // Two at a time: the others wait before.
                check(closed && begin.elapsed() < 2 * DROPPED, || {
                    format!("{:02x?} is not dropped", &bytes[..bytes.len().min(9)])
                })?;
                Ok::<_, Failed>(begin.elapsed())
            })
        });
        let mut took = Vec::new();
        for talk in talks {
            took.push(talk.join().map_err(|_| "a client failed")??);
        }
        eprintln!("slow clients of TLS were dropped after {took:?}");
        Ok(())
    })
}
