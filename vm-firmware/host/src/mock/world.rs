//! What happens in the mock board: levels, devices, bytes on their way; when the script acts; and what the program did.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::Write;

use embedded_hal::i2c;
use emberl_board::simulated::Line;
use emberl_board::store;

use super::drivers::Flash;
use super::script::{Act, Deed, Script, ScriptError};
use crate::clock::Clock;

/// The most lines that are kept to be compared.
const KEPT: usize = 1 << 20;
/// Pins where a script names no number.
const PINS: u8 = 49;

/// A device on an I2C bus.
#[derive(Debug, Default)]
pub(crate) struct Device {
    pub(crate) registers: BTreeMap<u8, u8>,
    /// The register that is read next.
    pub(crate) pointer: u8,
    /// What is read when that was written before; what was written.
    pub(crate) answers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) written: Vec<u8>,
    /// It holds the bus until the transfer is given up.
    pub(crate) is_silent: bool,
}

impl Device {
    fn write(&mut self, bytes: &[u8]) {
        self.written = bytes.to_vec();
        let Some((first, values)) = bytes.split_first() else { return };
        self.pointer = *first;
        // Only registers that there are take a value.
        for value in values {
            if let Some(register) = self.registers.get_mut(&self.pointer) {
                *register = *value;
            }
            self.pointer = self.pointer.wrapping_add(1);
        }
    }

    fn read(&mut self, into: &mut [u8]) {
        if let Some((_, bytes)) = self.answers.iter().find(|(when, _)| *when == self.written) {
            into.fill(0xff);
            into.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
            return;
        }
        for place in into.iter_mut() {
            *place = self.registers.get(&self.pointer).copied().unwrap_or(0xff);
            self.pointer = self.pointer.wrapping_add(1);
        }
    }
}

/// A serial port.
#[derive(Debug, Default)]
pub(crate) struct Port {
    pub(crate) received: VecDeque<u8>,
    pub(crate) room: Option<usize>,
    /// All that was sent.
    pub(crate) sent: Vec<u8>,
}

/// An act after a deed.
struct Trigger {
    deed: Deed,
    delay: u64,
    act: Act,
    /// How far into what was sent was looked.
    seen: usize,
}

/// The board.
pub(crate) struct World {
    clock: Clock,
    begun: u64,
    pub(crate) pins: u8,
    pub(crate) lines: BTreeMap<u8, Line>,
    /// Watched pins at which something happened.
    pub(crate) happened: VecDeque<u8>,
    pub(crate) adc: BTreeMap<u8, VecDeque<u32>>,
    pub(crate) devices: BTreeMap<(u8, u8), Device>,
    pub(crate) spi: Vec<(u8, Vec<u8>, Vec<u8>)>,
    pub(crate) ports: BTreeMap<u8, Port>,
    pub(crate) flash: Flash,
    pub(crate) kept: Vec<u8>,
    pub(crate) reset: &'static str,
    pub(crate) wake: &'static str,
    pub(crate) ended: Option<String>,
    /// What comes later, the next first.
    later: VecDeque<(u64, Act)>,
    triggers: Vec<Trigger>,
    expected: Vec<(usize, Deed)>,
    never: Vec<(usize, Deed)>,
    done: Vec<String>,
    log: Option<Box<dyn Write>>,
}

impl World {
    pub(crate) fn new(script: Script, log: Option<Box<dyn Write>>, clock: Clock) -> Self {
        let Script { first, timed, triggered, expected, never } = script;
        let trigger = |(deed, delay, act)| Trigger { deed, delay, act, seen: 0 };
        let mut world = Self {
            clock,
            begun: clock.now(),
            pins: PINS,
            lines: BTreeMap::new(),
            happened: VecDeque::new(),
            adc: BTreeMap::new(),
            devices: BTreeMap::new(),
            spi: Vec::new(),
            ports: BTreeMap::new(),
            flash: Flash::new(),
            kept: Vec::new(),
            reset: "esp_rst_poweron",
            wake: "undefined",
            ended: None,
            later: timed.into(),
            triggers: triggered.into_iter().map(trigger).collect(),
            expected,
            never,
            done: Vec::new(),
            log,
        };
        for act in first {
            world.act(act);
        }
        world
    }

    /// When the script acts next: nanoseconds of the clock.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.later.front().map(|(time, _)| self.begun.saturating_add(*time))
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Acts whose time has come.
    pub(crate) fn advance(&mut self) {
        let now = self.clock.now().saturating_sub(self.begun);
        while self.later.front().is_some_and(|(time, _)| *time <= now)
            && let Some((_, act)) = self.later.pop_front()
        {
            self.act(act);
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Pins(pins) => self.pins = pins,
            Act::Pin(pin, level) => self.change(pin, |line| line.outside = level),
            Act::Adc(pin, readings) => drop(self.adc.insert(pin, readings.into())),
            Act::Registers(bus, address, first, bytes) => {
                let device = self.devices.entry((bus, address)).or_default();
                for (at, byte) in bytes.into_iter().enumerate() {
                    device.registers.insert(first.wrapping_add(at as u8), byte);
                }
            }
            Act::Answer(bus, address, when, answer) => {
                let answers = &mut self.devices.entry((bus, address)).or_default().answers;
                answers.retain(|(other, _)| *other != when);
                answers.push((when, answer));
            }
            Act::Silent(bus, address) => self.devices.entry((bus, address)).or_default().is_silent = true,
            Act::NoDevice(bus, address) => drop(self.devices.remove(&(bus, address))),
            Act::Spi(bus, when, answer) => {
                self.spi.retain(|(other, begin, _)| (*other, begin) != (bus, &when));
                self.spi.push((bus, when, answer));
            }
            Act::Receive(port, bytes) => self.ports.entry(port).or_default().received.extend(bytes),
            Act::Room(port, room) => self.ports.entry(port).or_default().room = room,
            Act::Nvs(space, key, value) => {
                // What does not fit, the program will not find.
                let _ = store::set(&mut self.flash, &space, &key, &value);
            }
            Act::Kept(bytes) => self.kept = bytes,
            Act::Reset(reason) => self.reset = reason,
            Act::Wake(cause) => self.wake = cause,
        }
    }

    /// Changes something at a pin, and notes what those who watch it are told.
    pub(crate) fn change(&mut self, pin: u8, change: impl FnOnce(&mut Line)) {
        if self.lines.entry(pin).or_default().change(change) {
            self.happened.push_back(pin);
        }
    }

    /// A transfer on an I2C bus, which is noted.
    ///
    /// # Errors
    /// `NoAcknowledge` where nobody has that address; `Other` where somebody holds the bus for longer than is waited.
    pub(crate) fn transfer(
        &mut self,
        bus: u8,
        address: u8,
        operations: &mut [i2c::Operation<'_>],
    ) -> Result<(), i2c::ErrorKind> {
        let mut line = format!("i2c {bus} {address:#04x}");
        let Some(device) = self.devices.get_mut(&(bus, address)) else {
            self.note(line + " nack");
            return Err(i2c::ErrorKind::NoAcknowledge(i2c::NoAcknowledgeSource::Address));
        };
        if device.is_silent {
            self.note(line + " timeout");
            return Err(i2c::ErrorKind::Other);
        }
        for operation in operations {
            match operation {
                i2c::Operation::Write(bytes) => {
                    line += &format!(" write{}", hex(bytes));
                    device.write(bytes);
                }
                i2c::Operation::Read(into) => {
                    device.read(into);
                    line += &format!(" read{}", hex(into));
                }
            }
        }
        self.note(line);
        Ok(())
    }

    /// The program has done this.
    pub(crate) fn note(&mut self, line: String) {
        self.tell(&line);
        let deed = Deed::Line(line);
        let due: Vec<(u64, Act)> =
            self.triggers.iter().filter(|it| it.deed == deed).map(|it| (it.delay, it.act.clone())).collect();
        if let Deed::Line(line) = deed
            && self.done.len() < KEPT
        {
            self.done.push(line);
        }
        self.follow(due);
    }

    fn tell(&mut self, line: &str) {
        if let Some(log) = &mut self.log {
            // A log that cannot be written is no fault of the program.
            let _ = writeln!(log, "{line}");
        }
    }

    /// The program has sent this.
    pub(crate) fn note_sent(&mut self, number: u8, bytes: &[u8]) {
        let text: String = bytes.iter().flat_map(|byte| byte.escape_ascii()).map(char::from).collect();
        self.tell(&format!("uart {number} send{}  # \"{text}\"", hex(bytes)));
        let sent = &mut self.ports.entry(number).or_default().sent;
        sent.extend_from_slice(bytes);
        let mut due = Vec::new();
        for trigger in &mut self.triggers {
            let Deed::Sent(port, wanted) = &trigger.deed else { continue };
            while *port == number
                && let Some(at) = find(sent.get(trigger.seen..).unwrap_or_default(), wanted)
            {
                trigger.seen += at + wanted.len();
                due.push((trigger.delay, trigger.act.clone()));
            }
        }
        self.follow(due);
    }

    fn follow(&mut self, due: Vec<(u64, Act)>) {
        let now = self.clock.now().saturating_sub(self.begun);
        for (delay, act) in due {
            if delay == 0 {
                self.act(act);
                continue;
            }
            let time = now.saturating_add(delay);
            let place = self.later.partition_point(|(other, _)| *other <= time);
            self.later.insert(place, (time, act));
        }
    }

    /// What did not happen as the script has it.
    pub(crate) fn verify(&self) -> Vec<ScriptError> {
        let mut found = Vec::new();
        let (mut next, mut before) = (0, None);
        let mut seen: BTreeMap<u8, usize> = BTreeMap::new();
        let cure = "see what it did: --log -, or mend the program or the script";
        for (line, deed) in &self.expected {
            let is_met = match deed {
                Deed::Line(wanted) => {
                    let rest = self.done.get(next..).unwrap_or_default();
                    let at = rest.iter().position(|done| done == wanted);
                    next += at.map_or(0, |at| at + 1);
                    at.is_some()
                }
                Deed::Sent(port, wanted) => {
                    let from = seen.entry(*port).or_default();
                    let sent = self.ports.get(port).map_or(&[][..], |port| &port.sent);
                    let at = find(sent.get(*from..).unwrap_or_default(), wanted);
                    *from += at.map_or(0, |at| at + wanted.len());
                    at.is_some()
                }
            };
            if is_met {
                before = Some(*line);
                continue;
            }
            let mut what = format!("expected `{}`, and the program did not do it", shown(deed));
            if let Some(before) = before {
                let _ = write!(what, " after what line {before} expects");
            }
            if let Some(near) = self.near(deed, next) {
                let _ = write!(what, "; it did `{near}`");
            }
            found.push(ScriptError { line: *line, what, cure: cure.to_owned() });
        }
        for (line, deed) in &self.never {
            let is_done = match deed {
                Deed::Line(wanted) => self.done.contains(wanted),
                Deed::Sent(port, wanted) => self.ports.get(port).is_some_and(|port| find(&port.sent, wanted).is_some()),
            };
            if is_done {
                let what = format!("the program did `{}`", shown(deed));
                found.push(ScriptError { line: *line, what, cure: cure.to_owned() });
            }
        }
        found.sort_by_key(|error| error.line);
        found
    }

    /// What the program did instead: the next thing with the same pin, bus or port; or all that it sent.
    fn near(&self, deed: &Deed, next: usize) -> Option<String> {
        match deed {
            Deed::Line(wanted) => {
                let whose = |line: &str| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
                let rest = self.done.get(next..).unwrap_or_default();
                rest.iter().find(|done| whose(done) == whose(wanted)).cloned()
            }
            Deed::Sent(port, _) => {
                let sent = &self.ports.get(port)?.sent;
                let end = sent.get(sent.len().saturating_sub(64)..).unwrap_or_default();
                (!end.is_empty()).then(|| shown(&Deed::Sent(*port, end.to_vec())))
            }
        }
    }
}

fn shown(deed: &Deed) -> String {
    match deed {
        Deed::Line(line) => line.clone(),
        Deed::Sent(port, bytes) => {
            let text: String = bytes.iter().flat_map(|byte| byte.escape_ascii()).map(char::from).collect();
            format!("uart {port} send \"{text}\"")
        }
    }
}

/// Bytes as words, each with a space before it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, " {byte:02x}");
        text
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len().max(1)).position(|part| part == wanted)
}
