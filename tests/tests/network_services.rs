//! All of the network's services at once from its smallest pools, in QEMU, and each pool driven empty. The test is the rest of
//! the network, and looks at what is said by mDNS on the wire.

use std::{net::Ipv4Addr, thread, time::Duration};

use emberl_tests::{
    Failed, check, network,
    qemu::{
        self, Machine, Network,
        dns::{self, Message, Record, kind},
        frames::{EVERYBODY, Way},
        lan::{Lan, MACHINE},
        running::Running,
    },
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// Pages that the machine gives while all else goes on.
const PAGES: u32 = 140;

fn main() {
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let trials = vec![needs(&tools, "network::many_services_from_the_smallest_pools", services)];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn services() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    network::add_certificate(folder.path())?;
    let pack = network::pack(folder.path(), "services", &[])?;
    let network = Network { alone: true, ..Network::default() };
    let machine = Machine { smallest: true, ..Machine::networked(pack, network) };
    let mut running = machine.start()?;
    let lan = Lan::start(running.take_wire()?);

    // Pages, names, the time, two clients, mDNS: all at once.
    running.line("ready", LIMIT)?;
    lan.ask_for_pages(true);
    let answered = questions(&lan);
    let pools = running.line("{pools,", LIMIT)?;
    lan.ask_for_pages(false);
    let seen = lan.seen();
    answered.map_err(|missing| format!("{missing}\n{:#?}\n{}", seen.multicast, running.printed()))?;
    let most = seen.pages >= PAGES && seen.refused.is_empty() && seen.sntp > 0 && seen.dns > 20 && seen.dhcp >= 2;
    check(most, || format!("{seen:?}\n{}", running.printed()))?;
    // Four connections at least, and all that there is of lookups or services.
    check(pools.contains("{mdns_services,2,2}") && pools.contains("{listeners,1,1}"), || pools.clone())?;

    // Each pool is driven empty. What the program needs of the test meanwhile:
    let mut empty = Vec::new();
    let mut told = |running: &mut Running, names: &[&str]| {
        for name in names {
            empty.push(running.line(&format!("{{empty,{name},"), LIMIT)?);
        }
        Ok::<(), Failed>(())
    };
    told(
        &mut running,
        &["tcp_sockets", "listeners", "udp_sockets", "groups", "mdns_services", "mdns_browses", "lookups"],
    )?;
    running.line("flood", LIMIT)?;
    flood(&lan, &mut running)?;
    told(&mut running, &["mdns_records", "local_frames"])?;
    // Once more pages, as if nothing had been; and after TLS had all of its pools empty.
    let pages = |running: &mut Running, line: &str| {
        running.line(line, LIMIT)?;
        let before = lan.seen().pages;
        lan.ask_for_pages(true);
        let came = lan.wait(LIMIT, |seen| seen.pages > before + 20);
        lan.ask_for_pages(false);
        check(came, || format!("{:?}\n{}", lan.seen(), running.printed()))
    };
    pages(&mut running, "again")?;
    told(&mut running, &["tls_contexts"])?;
    running.line("stall", LIMIT)?;
    lan.stall(443);
    told(&mut running, &["tls_sessions"])?;
    pages(&mut running, "last")?;
    running.line("lease", LIMIT)?;
    let gone = lan.wait(LIMIT, |seen| goodbyes(&seen.multicast));
    check(gone, || format!("{:#?}\n{}", lan.seen().multicast, running.printed()))?;
    leases(&lan, &mut running)?;
    told(&mut running, &["leases"])?;
    running.line("done", LIMIT)?;
    let (code, printed) = running.end(LIMIT)?;
    check(code == Some(0) && !printed.contains("{late,"), || printed)
}

const SERVICES: [(&str, &str); 2] = [("Lamp", "_http._tcp.local"), ("Light", "_lamp._udp.local")];

fn records(messages: &[(Duration, Message)], wanted: impl Fn(&Record) -> bool) -> Vec<Duration> {
    let answers = messages.iter().filter(|(_, message)| message.is_answer);
    answers.filter(|(_, message)| message.answers.iter().any(&wanted)).map(|(at, _)| *at).collect()
}

/// What the machine says when nobody has asked, and what it answers, with the times of RFC 6762.
fn questions(lan: &Lan) -> Result<(), String> {
    let probed = |name: &str, seen: &[(Duration, Message)]| {
        let asks = |message: &&(Duration, Message)| {
            message.1.questions.iter().any(|(asked, kind)| asked == name && *kind == kind::ANY)
                && message.1.authorities.iter().any(|record| record.name == name)
        };
        seen.iter().filter(asks).map(|(at, _)| *at).collect::<Vec<_>>()
    };
    let names = ["lamp.local".to_owned()].into_iter().chain(SERVICES.map(|(name, kind)| format!("{name}.{kind}")));
    for name in names {
        // 8.1: three probes with 250 ms between them, then 8.3: at least two announcements with a second between them.
        let owned = |record: &Record| record.name == name && record.flush && record.ttl > 0;
        let told = lan.wait(LIMIT, |seen| records(&seen.multicast, owned).len() >= 2);
        let seen = lan.seen().multicast;
        let (probes, announced) = (probed(&name, &seen), records(&seen, owned));
        if !told {
            return Err(format!("{name} is not announced twice"));
        }
        let apart = |times: &[Duration], least: u64| {
            times.windows(2).all(|pair| pair[1].saturating_sub(pair[0]) >= Duration::from_millis(least))
        };
        if probes.len() < 3 || !apart(&probes, 230) {
            return Err(format!("{name} is probed for at {probes:?}"));
        }
        if announced.first() < probes.last() {
            return Err(format!("{name} is announced at {announced:?} before it is probed for at {probes:?}"));
        }
    }
    // Each is asked for, and answered. 6: a record is multicast once a second at the most.
    thread::sleep(Duration::from_millis(1200));
    let answer = |name: &str, kind: u16, wanted: &dyn Fn(&Record) -> bool| {
        let before = lan.seen().multicast.len();
        lan.multicast(dns::question(name, kind));
        let found = |record: &Record| record.name == name && record.kind == kind && wanted(record);
        let answers = lan.wait(LIMIT, |seen| {
            let rest = seen.multicast.get(before..).unwrap_or_default();
            !records(rest, found).is_empty()
        });
        if answers { Ok(()) } else { Err(format!("nothing is answered for type {kind} of {name}")) }
    };
    answer("lamp.local", kind::A, &|record| record.data == MACHINE.octets() && record.flush)?;
    for (name, service) in SERVICES {
        let whole = format!("{name}.{service}");
        answer(service, kind::PTR, &|record| record.target.as_ref() == Some(&whole) && !record.flush)?;
        answer(&whole, kind::SRV, &|record| {
            record.target.as_deref() == Some("lamp.local") && record.data.get(4..6) == Some(&[0, 80])
        })?;
        answer(&whole, kind::TXT, &|record| record.data == b"\x0apath=/page")?;
        answer("_services._dns-sd._udp.local", kind::PTR, &|record| record.target.as_deref() == Some(service))?;
    }
    Ok(())
}

/// Each service, and the host's name, was said to hold for no more time (RFC 6762, 10.1).
fn goodbyes(messages: &[(Duration, Message)]) -> bool {
    let gone = |name: &str| !records(messages, |record| record.name == name && record.ttl == 0).is_empty();
    SERVICES.iter().all(|(name, service)| gone(&format!("{name}.{service}"))) && gone("lamp.local")
}

/// A machine with a service is heard of.
fn tell(lan: &Lan, name: &str, port: u16) {
    let (service, host) = (format!("{name}._flood._tcp.local"), format!("{name}.local"));
    let place = [&[0, 0, 0, 0], port.to_be_bytes().as_slice(), &dns::written(&host)].concat();
    let records = [
        ("_flood._tcp.local", kind::PTR, dns::written(&service)),
        (&service, kind::SRV, place),
        (&service, kind::TXT, vec![0]),
        (&host, kind::A, vec![10, 0, 2, 60]),
    ];
    for (name, kind, data) in records {
        lan.multicast(dns::told(name, kind, 120, &data));
        // The machine has place for two at a time.
        thread::sleep(Duration::from_millis(10));
    }
}

/// Many are heard of; and one when they are forgotten.
fn flood(lan: &Lan, running: &mut Running) -> Result<(), Failed> {
    for number in 0..200 {
        if running.printed().contains("\none") {
            break;
        }
        tell(lan, &format!("flood{}", number % 6), 1);
    }
    running.line("one", LIMIT)?;
    tell(lan, "last", 4711);
    Ok(())
}

/// The access point, and what it gives is next to it.
const ACCESS_POINT: Ipv4Addr = Ipv4Addr::new(192, 168, 4, 1);

/// A message for the one who gives addresses (RFC 2131), from a card with that number which has `own`.
fn ask_for_address(number: u8, kind: u8, own: Ipv4Addr, options: &[u8]) -> Vec<u8> {
    let card = [2, 0, 0, 0, 1, number];
    let mut message = vec![1, 1, 6, 0, 0, 0, 0, number, 0, 0, 0x80, 0];
    message.extend(own.octets());
    message.resize(28, 0);
    message.extend(card);
    message.resize(236, 0);
    message.extend([99, 130, 83, 99, 53, 1, kind]);
    message.extend(options);
    message.push(255);
    message.resize(300, 0);
    let target = if own.is_unspecified() { Ipv4Addr::BROADCAST } else { ACCESS_POINT };
    Way { from: card, to: EVERYBODY, source: own.octets(), target: target.octets() }.udp(68, 67, &message)
}

/// More machines come than there are addresses; one leaves.
fn leases(lan: &Lan, running: &mut Running) -> Result<(), Failed> {
    let (discover, offer, request, ack, release) = (1, 2, 3, 5, 7);
    let none = Ipv4Addr::UNSPECIFIED;
    let answered = |number: u8, kind: u8, answer: u8, own: Ipv4Addr, options: &[u8], limit: Duration| {
        let before = lan.seen().given.len();
        lan.send(ask_for_address(number, kind, own, options));
        let fits = |given: &&(u8, Ipv4Addr)| given.0 == answer;
        let _ = lan
            .wait(limit, |seen| seen.given.get(before..).is_some_and(|given| given.iter().any(|given| fits(&given))));
        lan.seen().given.get(before..).unwrap_or_default().iter().find(fits).map(|given| given.1)
    };
    let take = |number: u8| -> Result<Ipv4Addr, Failed> {
        let offered = answered(number, discover, offer, none, &[], LIMIT).ok_or("no address is offered")?;
        let options = [&[50, 4], offered.octets().as_slice(), &[54, 4], &ACCESS_POINT.octets()].concat();
        let given = answered(number, request, ack, none, &options, LIMIT);
        check(given == Some(offered), || {
            let seen = lan.seen();
            format!("{offered} is offered and {given:?} given: {:?}, {:?}", seen.given, seen.failed)
        })?;
        Ok(offered)
    };
    let first = take(1).map_err(|failed| format!("{failed:?}\n{}", running.printed()))?;
    let second = take(2)?;
    check(first != second, || format!("{first} twice"))?;
    running.line("full", LIMIT)?;
    let third = answered(3, discover, offer, none, &[], Duration::from_secs(2));
    check(third.is_none(), || format!("{third:?} is offered too"))?;
    let server = [&[54, 4], ACCESS_POINT.octets().as_slice()].concat();
    lan.send(ask_for_address(1, release, first, &server));
    let third = take(3)?;
    check(third == first, || format!("{third} is given instead of {first}"))
}
