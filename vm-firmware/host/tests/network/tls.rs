//! TLS between two sockets.

use emberl_vm::net::{Answer, Error, Request, Shutdown, SocketOption, TlsVersion};

use crate::Machine;
use crate::machine::posix;
use crate::session::{begun, secured, shake};

#[test]
fn what_is_sent_goes_through_tls() {
    for newest in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let mut machine = Machine::new();
        let (client, server) = begun(&mut machine, newest, "device.example");
        assert_eq!(machine.ask(Request::Send(client, b"too early")), posix("enotconn"));
        let (at_client, at_server) = shake(&mut machine, client, server);
        let at_client = secured(at_client);
        assert_eq!(at_client.version, newest);
        assert_eq!(at_client.alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert!(at_client.peer.is_some());
        assert_eq!(secured(at_server).peer, None);
        machine.send_all(client, b"hello");
        assert_eq!(machine.receive(server, 5), b"hello");
        machine.send_all(server, b"hello yourself");
        assert_eq!(machine.receive(client, 14), b"hello yourself");
        // The end, told by the session; the other side may go on.
        machine.done(Request::Shutdown(client, Shutdown::Write));
        assert_eq!(machine.get(Request::Receive(server, 1)), Ok(Answer::End));
        machine.send_all(server, b"more");
        assert_eq!(machine.receive(client, 4), b"more");
        machine.done(Request::Close(server));
        assert_eq!(machine.get(Request::Receive(client, 1)), Ok(Answer::End));
        machine.done(Request::Close(client));
        assert_eq!((machine.used("sockets"), machine.used("contexts")), (0, 0));
    }
}

#[test]
fn much_is_sent_and_then_closed() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "device.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    secured(at_client);
    secured(at_server);
    machine.done(Request::Set(client, SocketOption::SendBuffer(10_000)));
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
    let (mut sent, mut got, mut held) = (0, Vec::new(), 0);
    while sent < bytes.len() {
        let end = bytes.len().min(sent + 65_536);
        match machine.ask(Request::Send(client, &bytes[sent..end])) {
            Ok(Answer::Count(count)) => sent += count,
            Ok(Answer::Wait(_)) => {
                held += 1;
                if let Ok(Answer::Bytes(more)) = machine.get(Request::Receive(server, 30_000)) {
                    got.extend(more);
                }
                machine.poll();
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(held > 1, "{held}");
    // What was taken is still sent after the close.
    machine.done(Request::Close(client));
    let rest = machine.receive(server, bytes.len() - got.len());
    got.extend(rest);
    assert!(got == bytes);
    assert_eq!(machine.get(Request::Receive(server, 1)), Ok(Answer::End));
    machine.done(Request::Close(server));
}

#[test]
fn a_wrong_name_is_refused_on_both_sides() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "other.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    assert!(matches!(at_client, Err(Error::Alert("handshake_failure", _))), "{at_client:?}");
    assert!(matches!(at_server, Err(Error::Alert(..))), "{at_server:?}");
}

#[test]
fn an_end_without_a_word_is_none() {
    let mut machine = Machine::new();
    let (client, server) = begun(&mut machine, TlsVersion::Tls13, "device.example");
    let (at_client, at_server) = shake(&mut machine, client, server);
    secured(at_client);
    secured(at_server);
    assert_eq!(machine.ask(Request::Secure(client, client, None)), posix("einval"));
    machine.done(Request::Set(server, SocketOption::Linger(Some(0))));
    machine.done(Request::Close(server));
    assert_eq!(machine.get(Request::Receive(client, 1)), posix("econnreset"));
}
