//! What DHCP, SNTP, DNS and mDNS are told that is wrong.

use std::time::{Duration, Instant};

use emberl_tests::{
    Failed,
    qemu::frames::{EVERYBODY, Frame, Ip, Mac, Way},
};
use tempfile::TempDir;

use crate::{
    LIMIT, MACHINE, NAMES, RIGHT, ROUTER, SELF, WRONG,
    messages::{A, CNAME, PTR, message, name, question, record, wrong_messages},
    net::{Net, Random, check, mac},
};

/// One machine, from its first word on.
pub(crate) fn all() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut random = Random::new();
    let mut net = Net::start(&folder)?;
    net.router(false)?;
    let begin = Instant::now();
    let took = |what: &str| eprintln!("{what}: until {:?}", begin.elapsed());
    offers(&mut net)?;
    took("DHCP");
    net.line("ready")?;
    net.sync()?;
    renewal(&mut net)?;
    took("renewal");
    // What the first of each kind needs is there, and room for all that is remembered of others.
    lookup(&mut net, "first.example", true, |_, _| vec![])?;
    for number in 0..100 {
        net.multicast(&victim(&format!("first{number}"), 2))?;
        net.sync()?;
    }
    net.wait(Duration::from_secs(3))?;
    let before = net.still()?;
    let late = lookups(&mut net, &mut random)?;
    took("DNS");
    multicast(&mut net, &mut random)?;
    took("mDNS");
    late_lookups(&mut net, late)?;
    took("late lookups");
    net.same(&before, "answers")?;
    net.serves()?;
    net.end()
}

// DHCP (RFC 2131).

const DISCOVER: u8 = 1;
const OFFER: u8 = 2;
const REQUEST: u8 = 3;
const ACK: u8 = 5;
const NAK: u8 = 6;

/// What a client said: which, with what number, and its card.
#[derive(Clone, Copy, Debug)]
struct Said {
    kind: u8,
    number: [u8; 4],
    card: Mac,
}

fn said(frame: &Frame) -> Option<Said> {
    let Frame::Udp(_, 68, 67, bytes) = frame else { return None };
    let mut options = bytes.get(240..)?;
    loop {
        match *options {
            [53, 1, kind, ..] => {
                let (number, card) = (bytes.get(4..8)?.try_into().ok()?, bytes.get(28..34)?.try_into().ok()?);
                return Some(Said { kind, number, card });
            }
            [_, length, ref rest @ ..] => options = rest.get(usize::from(length)..)?,
            _ => return None,
        }
    }
}

/// The next that is said of a kind.
fn wait_for(net: &mut Net, kind: u8, limit: Duration) -> Result<Said, Failed> {
    let found = net.find(limit, |frame| said(frame).filter(|said| said.kind == kind))?;
    found.ok_or_else(|| format!("no {kind} of DHCP came\n{}", net.machine.printed()).into())
}

/// A server's message.
fn dhcp(said: Said, address: Ip, options: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![2, 1, 6, 0];
    bytes.extend(said.number);
    bytes.extend([0; 8]);
    bytes.extend(address);
    bytes.extend([0; 8]);
    bytes.extend(said.card);
    bytes.resize(236, 0);
    bytes.extend([99, 130, 83, 99]);
    bytes.extend(options.concat());
    bytes.push(255);
    bytes
}

const SERVER: [u8; 6] = [54, 4, 10, 0, 2, 2];
const MASK: [u8; 6] = [1, 4, 255, 255, 255, 0];
const GATEWAY: [u8; 6] = [3, 4, 10, 0, 2, 2];
const DNS: [u8; 6] = [6, 4, 10, 0, 2, 3];
const HOUR: [u8; 6] = [51, 4, 0, 0, 14, 16];

/// A good one, with another lease perhaps.
fn good(said: Said, kind: u8, more: &[&[u8]]) -> Vec<u8> {
    dhcp(said, MACHINE, &[&[&[53, 1, kind][..], &SERVER, &MASK, &GATEWAY, &DNS], more].concat())
}

/// Those that no client may follow.
fn wrong(said: Said, kind: u8) -> Vec<Vec<u8>> {
    let is = [53, 1, kind];
    let whole = good(said, kind, &[&HOUR]);
    let number = Said { number: said.number.map(|byte| !byte), ..said };
    let card = Said { card: [2, 0, 0, 0, 0, 9], ..said };
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let mut all: Vec<Vec<u8>> =
        [0, 1, 10, 43, 44, 100, 235, 236, 239, 240, 241, 242].iter().map(|&length| whole[..length].to_vec()).collect();
    // No cookie; a client's; another link's; another's number, and card.
    all.extend([
        changed(236, 0),
        changed(0, 1),
        changed(1, 7),
        good(number, kind, &[&HOUR]),
        good(card, kind, &[&HOUR]),
    ]);
    // Addresses that no host can have.
    for address in [[0; 4], [255; 4], [224, 0, 0, 1]] {
        all.push(dhcp(said, address, &[&is, &SERVER, &MASK, &HOUR]));
    }
    // No kind, one without a byte, one that there is not; no server, and one that is too short.
    all.push(dhcp(said, WRONG, &[&SERVER, &MASK, &HOUR]));
    all.push(dhcp(said, WRONG, &[&[53, 0], &SERVER, &MASK, &HOUR]));
    all.push(dhcp(said, WRONG, &[&[53, 1, 99], &SERVER, &MASK, &HOUR]));
    all.push(dhcp(said, WRONG, &[&is, &MASK, &HOUR]));
    all.push(dhcp(said, WRONG, &[&is, &[54, 3, 10, 0, 2], &MASK, &HOUR]));
    all.push(dhcp(said, WRONG, &[&[0; 1000]]));
    all.push(dhcp(said, WRONG, &[&[255; 1000]]));
    all
}

/// Those that a client may follow in part: it must not come to harm.
fn odd(said: Said, kind: u8) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    // Options that go beyond the end, or are shorter or longer than they are.
    for option in [1, 3, 6, 12, 15, 50, 51, 52, 53, 54, 55, 58, 59, 61, 81, 119, 121, 254] {
        for length in [0, 1, 3, 5, 200, 255] {
            all.push(good(said, kind, &[&[option, length, 1, 2, 3]]));
        }
    }
    all.push(good(said, kind, &[&HOUR.repeat(180)]));
    all.push(good(said, kind, &[&[0; 1100]]));
    let dns: Vec<u8> = [6, 252].into_iter().chain([10, 0, 2, 3].repeat(63)).collect();
    all.push(good(said, kind, &[&dns]));
    // Masks of holes, of all and of nothing.
    for mask in [[255, 0, 255, 0], [0; 4], [255; 4]] {
        let mask = [&[1, 4][..], &mask].concat();
        all.push(dhcp(said, MACHINE, &[&[53, 1, kind], &SERVER, &mask, &HOUR]));
    }
    // Leases of no time and of more than there is; times that are in no order.
    for [lease, renew, rebind] in [[u32::MAX, u32::MAX, u32::MAX], [100, 90, 80], [100, 0, 0], [1, 1, 1], [0, 0, 0]] {
        let times = [(51, lease), (58, renew), (59, rebind)];
        let times: Vec<u8> =
            times.iter().flat_map(|(option, time)| [&[*option, 4][..], &time.to_be_bytes()].concat()).collect();
        all.push(good(said, kind, &[&times]));
    }
    all
}

fn serve(net: &mut Net, said: Said, message: &[u8]) -> Result<(), Failed> {
    let way = Way { from: mac(ROUTER), to: EVERYBODY, source: ROUTER, target: [255; 4] };
    net.mac = said.card;
    net.send(&way.udp(67, 68, message))
}

/// What the client says next, if it does at once.
fn next(net: &mut Net) -> Result<Option<Said>, Failed> {
    net.find(Duration::from_millis(15), said)
}

/// To a client that looks for an address, and to one that has asked for it.
fn offers(net: &mut Net) -> Result<(), Failed> {
    let mut client = wait_for(net, DISCOVER, LIMIT)?;
    let mut timed = false;
    for (messages, must) in [(wrong as fn(Said, u8) -> Vec<Vec<u8>>, true), (odd, false)] {
        for number in 0..messages(client, OFFER).len() {
            let message = &messages(client, OFFER)[number];
            serve(net, client, message)?;
            if let Some(said) = next(net)? {
                check(!must || said.kind == DISCOVER, || format!("an offer was taken: {message:02x?}"))?;
                client = said;
                if said.kind == REQUEST {
                    serve(net, said, &good(said, NAK, &[]))?;
                    client = wait_for(net, DISCOVER, Duration::from_secs(10))?;
                }
            }
        }
    }
    serve(net, client, &good(client, OFFER, &[&HOUR]))?;
    client = wait_for(net, REQUEST, Duration::from_secs(10))?;
    for messages in [wrong, odd] {
        for number in 0..messages(client, ACK).len() {
            serve(net, client, &messages(client, ACK)[number])?;
            // It asks for the time as soon as it has an address.
            if net.time.is_some() && !timed {
                time(net)?;
                timed = true;
            }
            while let Some(said) = next(net)? {
                client = said;
                if said.kind == DISCOVER {
                    serve(net, said, &good(said, OFFER, &[&HOUR]))?;
                }
            }
        }
    }
    // It may have given up its address, or have it already. From three seconds on it asks for more time.
    if next(net)?.is_some_and(|said| said.kind == DISCOVER) {
        return Err("the client looks for an address for no reason".into());
    }
    let times: [&[u8]; 3] = [&[51, 4, 0, 0, 0, 60], &[58, 4, 0, 0, 0, 3], &[59, 4, 0, 0, 0, 50]];
    serve(net, client, &good(client, ACK, &times))?;
    net.dhcp = None;
    if timed { Ok(()) } else { time(net) }
}

/// To a client that asks for more time.
fn renewal(net: &mut Net) -> Result<(), Failed> {
    let before = net.dhcp.as_ref().and_then(said).filter(|said| said.kind == REQUEST);
    let client = before.map_or_else(|| wait_for(net, REQUEST, Duration::from_secs(10)), Ok)?;
    let other = Said { number: client.number.map(|byte| !byte), ..client };
    let card = Said { card: [2, 0, 0, 0, 0, 9], ..client };
    let refusals = [good(other, NAK, &[]), good(card, NAK, &[]), dhcp(client, [0; 4], &[&[53, 1, NAK]])];
    for message in wrong(client, ACK).iter().chain(&refusals) {
        serve(net, client, message)?;
    }
    check(next(net)?.is_none_or(|said| said.kind != DISCOVER), || "the address was given up".into())?;
    check(net.ask("state")? == "connected", || net.machine.printed())?;
    serve(net, client, &good(client, ACK, &[&[51, 4, 255, 255, 255, 255]]))?;
    net.sync()?;
    let printed = net.machine.printed();
    let told = printed.lines().filter(|line| line.starts_with("{got_ip,"));
    check(told.clone().count() > 0 && told.into_iter().all(|line| line.contains("{{10,0,2,15},")), || printed.clone())
}

/// The time is that of the right answer alone.
fn time(net: &mut Net) -> Result<(), Failed> {
    // There is a way to the server now.
    let end = Instant::now() + Duration::from_secs(5);
    while net.time.is_none() && Instant::now() < end {
        net.wait(Duration::from_millis(50))?;
    }
    let (port, asked) =
        net.time.take().ok_or_else(|| format!("no question for the time\n{}", net.machine.printed()))?;
    let answer = |seconds: u32| {
        let stamp = [&seconds.to_be_bytes()[..], &[0; 4]].concat();
        [&[0x24, 1, 0, 0][..], &[0; 20], &asked[40..48], &stamp, &stamp].concat()
    };
    // 2023 is right, 2027 is not.
    let (right, false_time) = (answer(3_909_000_000), answer(4_000_000_000));
    let mut wrong: Vec<Vec<u8>> = (0..48).map(|length| false_time[..length].to_vec()).collect();
    // A server that is not right, another version, a client's, layers that there are not, another question, no time.
    for (at, byte) in [(0, 0xe4), (0, 0x0c), (0, 0x23), (1, 16), (1, 255), (24, !asked[40]), (31, !asked[47])] {
        let mut message = false_time.clone();
        message[at] = byte;
        wrong.push(message);
    }
    wrong.push([&false_time[..32], &[0; 16]].concat());
    let way = net.way(ROUTER);
    net.send(&net.way(SELF).udp(123, port, &false_time))?;
    net.send(&way.udp(124, port, &false_time))?;
    for message in wrong {
        net.send(&way.udp(123, port, &message))?;
        // It waits for few.
        net.wait(Duration::from_millis(5))?;
    }
    net.send(&way.udp(123, port, &right))?;
    let told = net.line("{synchronized,")?;
    // Seconds from 1900 to 1970.
    check(told.starts_with(&format!("{{{},", 3_909_000_000_u64 - 2_208_988_800)), || told.clone())
}

// DNS.

/// Looks a name up, answers with what is wrong and then what is right; it must be right, or may be an error. What may have
/// to wait for the end of its time is given back.
fn lookup(
    net: &mut Net,
    asked: &str,
    must: bool,
    wrong: impl FnOnce(u16, &[u8]) -> Vec<Vec<u8>>,
) -> Result<Option<String>, Failed> {
    let call = net.say(&format!("lookup {asked}"))?;
    let name = name(asked);
    let query = net.find(Duration::from_secs(10), |frame| match frame {
        Frame::Udp(way, port, 53, text) if way.target == NAMES && text.get(12..12 + name.len()) == Some(&name) => {
            Some((*port, u16::from_be_bytes([text[0], text[1]])))
        }
        _ => None,
    })?;
    let (port, id) = query.ok_or_else(|| format!("{asked} is not asked for\n{}", net.machine.printed()))?;
    let way = net.way(NAMES);
    for message in wrong(id, &name) {
        net.send(&way.udp(53, port, &message))?;
    }
    if must {
        let answer = answer(id, &name, WRONG);
        net.send(&way.udp(53, port, &self::answer(id ^ 1, &name, WRONG)))?;
        net.send(&way.udp(54, port, &answer))?;
        net.send(&net.way(SELF).udp(53, port, &answer))?;
        net.send(&way.udp(53, port.wrapping_add(1), &answer))?;
    }
    net.send(&way.udp(53, port, &answer(id, &name, RIGHT)))?;
    match net.answer(&call, Duration::from_secs(if must { 5 } else { 1 }))? {
        Some(found) => {
            let fine =
                found == "{ok,{10,9,8,7}}" || (!must && (found.starts_with("{error,") || found.starts_with("{ok,")));
            check(fine, || format!("{asked}: {found}"))?;
            Ok(None)
        }
        None if must => Err(format!("no answer for {asked}\n{}", net.machine.printed()).into()),
        None => Ok(Some(call)),
    }
}

fn answer(id: u16, name: &[u8], address: Ip) -> Vec<u8> {
    [message(id, 0x8180, [1, 1, 0, 0]), question(name, A), record(name, A, 60, 4, &address)].concat()
}

fn lookups(net: &mut Net, random: &mut Random) -> Result<Vec<String>, Failed> {
    // Nobody answers this one.
    let mut late = vec![net.say("lookup silent.example")?];
    // Others' answers, and those to other names.
    lookup(net, "others.example", true, |id, _| {
        let other = name("elsewhere.example");
        vec![
            answer(id, &other, WRONG),
            [message(id, 0x8180, [0, 1, 0, 0]), record(&other, A, 60, 4, &WRONG)].concat(),
            [message(id, 0x8180, [2, 1, 0, 0]), question(&other, A).repeat(2), record(&other, A, 60, 4, &WRONG)]
                .concat(),
        ]
    })?;
    // Each wrong message by itself: what it makes of the lookup is an error at most.
    let count = wrong_messages(|counts| message(0, 0, counts), &name("h00.example"), A).len();
    for number in 0..count {
        late.extend(lookup(net, &format!("h{number:02}.example"), false, |id, name| {
            vec![wrong_messages(|counts| message(id, 0x8180, counts), name, A).swap_remove(number)]
        })?);
    }
    // Flags and codes of all kinds.
    for flags in (0..16).map(|code| 0x8180 | code).chain([0, 0x0100, 0x8380, 0xf980, 0xffff]) {
        late.extend(lookup(net, &format!("f{flags:04x}.example"), false, |id, name| {
            vec![[message(id, flags, [1, 1, 0, 0]), question(name, A), record(name, A, 60, 4, &WRONG)].concat()]
        })?);
    }
    // Other names for names, which go round.
    late.extend(lookup(net, "round.example", false, |id, name| {
        let other = crate::messages::name("other.example");
        let there = record(name, CNAME, 60, other.len() as u16, &other);
        let back = record(&other, CNAME, 60, name.len() as u16, name);
        vec![[message(id, 0x8180, [1, 80, 0, 0]), question(name, A), [there, back].concat().repeat(20)].concat()]
    })?);
    late.extend(lookup(net, "many.example", false, |id, name| {
        vec![
            [message(id, 0x8180, [1, 40, 0, 0]), question(name, A), record(name, A, 60, 4, &WRONG).repeat(40)].concat(),
        ]
    })?);
    for number in 0..40 {
        late.extend(lookup(net, &format!("r{number:02}.example"), false, |id, name| {
            let changed = |_| {
                let mut bytes = answer(id, name, WRONG).split_off(2);
                random.change(&mut bytes);
                [&id.to_be_bytes()[..], &bytes].concat()
            };
            (0..10).map(changed).collect()
        })?);
    }
    Ok(late)
}

/// Those that had to wait end, too, and as errors.
fn late_lookups(net: &mut Net, late: Vec<String>) -> Result<(), Failed> {
    eprintln!("{} lookups wait for the end of their time", late.len());
    for call in late {
        let told = net.answer(&call, Duration::from_secs(20))?;
        check(told.as_ref().is_some_and(|told| told.starts_with("{error,")), || format!("of {call}: {told:?}"))?;
    }
    Ok(())
}

// mDNS.

/// That one more of those is there which the machine looks for, for so many seconds.
fn victim(who: &str, seconds: u32) -> Vec<u8> {
    let kind = name("_victims._udp.local");
    let (who, host) = (name(&format!("{who}._victims._udp.local")), name(&format!("{who}.local")));
    let place = [&[0, 0, 0, 0, 0, 80][..], &host].concat();
    let records = [
        record(&kind, PTR, seconds, who.len() as u16, &who),
        record(&who, 33, seconds, place.len() as u16, &place),
        record(&who, 16, seconds, 1, &[0]),
        record(&host, A, seconds, 4, &WRONG),
    ];
    [message(0, 0x8400, [0, 4, 0, 0]), records.concat()].concat()
}

fn multicast(net: &mut Net, random: &mut Random) -> Result<(), Failed> {
    let kind = name("_http._tcp.local");
    for flags in [0, 0x0200, 0x8400, 0x8600, 0xffff] {
        let messages = wrong_messages(|counts| message(0, flags, counts), &kind, PTR);
        // One by one: few have a place where they wait.
        for message in messages {
            net.multicast(&message)?;
            net.sync()?;
        }
    }
    let asked = question(&kind, PTR);
    // Answers that are known already: more than there are, and again and again with more to come.
    let known = record(&kind, PTR, 4500, 9, b"\x06Victim\xc0\x0c");
    for (flags, count, times) in [(0, 65535, 1), (0, 60, 60), (0x0200, 65535, 0), (0x0200, 60, 60)] {
        let bytes = [message(0, flags, [1, count, 0, 0]), asked.clone(), known.repeat(times)].concat();
        let frame = net.multicast_frame(&bytes[..bytes.len().min(1400)]);
        net.throw(vec![frame; 100])?;
    }
    // As many who have more to say, and say nothing.
    let frames: Vec<_> = (0..500)
        .map(|number| {
            let from = Way { source: [10, 0, 2, 100 + (number % 100) as u8], ..net.way(SELF) };
            let way = Way { to: [1, 0, 0x5e, 0, 0, 0xfb], target: [224, 0, 0, 251], ..from };
            way.udp(5353, 5353, &[message(0, 0x0200, [1, 0, 0, 0]), asked.clone()].concat())
        })
        .collect();
    net.throw(frames)?;
    // Names that nobody has asked for before, by the thousand, and such that are there.
    let frames: Vec<_> = (0..3000)
        .map(|number| {
            let name = name(&format!("n{number}-{:x}._http._tcp.local", random.next()));
            net.multicast_frame(&match number % 3 {
                0 => [message(0, 0, [1, 0, 0, 0]), question(&name, 255)].concat(),
                1 => [message(0, 0x8400, [0, 1, 0, 0]), record(&name, A, u32::MAX, 4, &WRONG)].concat(),
                _ => victim(&format!("v{number}"), 2),
            })
        })
        .collect();
    net.throw(frames)?;
    let memory = net.memory()?;
    check(memory.get("mdns_records").is_some_and(|used| *used <= 64), || format!("{memory:?}"))?;
    // Those who do not go by themselves say that they go.
    let good = [[message(0, 0, [1, 0, 0, 0]), asked].concat(), victim("changed", 2)];
    for number in 0..2000 {
        let mut bytes = good[number % 2].clone();
        random.change(&mut bytes);
        net.multicast(&bytes)?;
        net.sync()?;
    }
    net.found_by_mdns()
}
