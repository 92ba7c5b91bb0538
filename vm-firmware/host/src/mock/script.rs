//! Scripts of the mock board: a line a statement. Owns the words; what they do is `world`'s.
//!
//! ```text
//! # What is there, or comes from outside:
//! pins 22                            the pins are 0 to 21 (without it: 0 to 48)
//! pin 4 high                         somebody drives it: high, low, or open for nobody
//! adc 2 2048 2050                    readings, one after the other, the last one for ever
//! i2c 0 0x76 register 0xd0 58 01     a device on bus 0, and what its registers hold from that one on
//! i2c 0 0x40 when f3 answer 12 34    when these bytes were written, those are read
//! i2c 0 0x41 silent                  a device that holds the bus until the transfer is given up
//! i2c 0 0x40 none                    nobody has that address any more
//! spi 2 when 9f answer 00 ef 40      when what is sent begins so, that comes from the first byte's time on
//! uart 1 receive "OK\r\n"            bytes come
//! uart 1 room 16                     so many bytes can be sent, or any
//! nvs atomvm ssid "home"             the value of a key
//! kept 01 02                         what was kept through the last restart
//! reset esp_rst_deepsleep            why the board was started
//! wake sleep_wakeup_timer            what has ended its sleep
//! # When:
//! at 100ms pin 4 low                 us, ms or s from the beginning on
//! on pin 5 high then pin 4 low       each time the program does that
//! on pin 5 high after 20ms pin 4 low
//! # What has to be:
//! expect pin 5 high                  it does that, in this order among lines of `expect`; others may come between
//! expect uart 1 send "hello"         bytes that it sends, however many at a time
//! never pin 6 high                   it never does that
//! ```
//!
//! What a program does is told, and waited for by `on`, `expect` and `never`, in these words: `pin N input|output|output_od`,
//! `pin N pull up|down|up_down|floating`, `pin N high|low`, `pin N watch rising|falling|both|none`, `i2c BUS open SCL SDA HERTZ`,
//! `i2c BUS ADDRESS [write BYTES] [read BYTES]`, `i2c BUS ADDRESS nack|timeout`, `spi N open SCLK MOSI MISO`, `spi N clock HERTZ MODE`,
//! `spi N send BYTES receive BYTES`, `uart N open SPEED`, `uart N send BYTES`, `adc PIN open`, `pwm timer N HERTZ BITS`,
//! `pwm N open PIN timer N`, `pwm N duty DUTY`, `sleep [MILLISECONDS]`, `wake pins MASK high|low`, `restart`,
//! `watchdog MILLISECONDS|none|fed|bites`.
//!
//! Bytes are pairs of hexadecimal digits and texts in quotes (with `\r \n \t \\ \" \xNN`), numbers decimal or with `0x`.

use std::fmt;

/// Something about a line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.line, self.what)
    }
}

/// What is there or comes from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Pins(u8),
    Pin(u8, Option<bool>),
    Adc(u8, Vec<u32>),
    Registers(u8, u8, u8, Vec<u8>),
    Answer(u8, u8, Vec<u8>, Vec<u8>),
    Silent(u8, u8),
    NoDevice(u8, u8),
    Spi(u8, Vec<u8>, Vec<u8>),
    Receive(u8, Vec<u8>),
    Room(u8, Option<usize>),
    Nvs(String, String, Vec<u8>),
    Kept(Vec<u8>),
    Reset(&'static str),
    Wake(&'static str),
}

/// What a program does, as a script waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A line, in the words of the log.
    Line(String),
    /// Bytes that are sent by a port.
    Sent(u8, Vec<u8>),
}

/// A script.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Acts of the beginning.
    pub(crate) first: Vec<Act>,
    /// Acts at a time: nanoseconds.
    pub(crate) timed: Vec<(u64, Act)>,
    /// Acts after a deed, and how long after.
    pub(crate) triggered: Vec<(Deed, u64, Act)>,
    /// What must be, with lines.
    pub(crate) expected: Vec<(usize, Deed)>,
    /// What must not be.
    pub(crate) never: Vec<(usize, Deed)>,
}

/// A word: as it stands, or a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Plain(String),
    Text(Vec<u8>),
}

type Parsed<T> = Result<T, (String, String)>;

fn wrong<T>(what: impl Into<String>, cure: impl Into<String>) -> Parsed<T> {
    Err((what.into(), cure.into()))
}

/// The words of a line, without its comment.
fn words(line: &str) -> Parsed<Vec<Word>> {
    let mut found = Vec::new();
    let mut rest = line.chars().peekable();
    while let Some(&first) = rest.peek() {
        if first == '#' {
            break;
        } else if first.is_whitespace() {
            rest.next();
        } else if first == '"' {
            rest.next();
            found.push(Word::Text(text(&mut rest)?));
        } else {
            let mut word = String::new();
            while let Some(part) = rest.next_if(|part| !part.is_whitespace() && *part != '#' && *part != '"') {
                word.push(part);
            }
            found.push(Word::Plain(word));
        }
    }
    Ok(found)
}

/// A text, behind its first quote.
fn text(rest: &mut impl Iterator<Item = char>) -> Parsed<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut utf8 = [0; 4];
    loop {
        match rest.next() {
            None => return wrong("a text has no end", "write \" at its end"),
            Some('"') => return Ok(bytes),
            Some('\\') => match rest.next() {
                Some('r') => bytes.push(b'\r'),
                Some('n') => bytes.push(b'\n'),
                Some('t') => bytes.push(b'\t'),
                Some(same @ ('\\' | '"')) => bytes.push(same as u8),
                Some('x') => {
                    let digits: String = rest.by_ref().take(2).collect();
                    match u8::from_str_radix(&digits, 16) {
                        Ok(byte) if digits.len() == 2 => bytes.push(byte),
                        _ => return wrong(format!("\\x{digits} is no byte"), "write two hexadecimal digits after \\x"),
                    }
                }
                other => {
                    let other = other.map(String::from).unwrap_or_default();
                    return wrong(format!("there is no \\{other}"), "write \\r, \\n, \\t, \\\\, \\\" or \\x41");
                }
            },
            Some(other) => bytes.extend_from_slice(other.encode_utf8(&mut utf8).as_bytes()),
        }
    }
}

/// What is still to be read of a line.
struct Line<'a>(&'a [Word]);

impl Line<'_> {
    fn next(&mut self) -> Option<Word> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first.clone())
    }

    fn plain(&mut self, what: &str) -> Parsed<String> {
        match self.next() {
            Some(Word::Plain(word)) => Ok(word),
            Some(Word::Text(_)) => wrong(format!("a text is not {what}"), "write it without quotes"),
            None => wrong(format!("{what} is missing"), "`emberl run --help` tells where the statements are described"),
        }
    }

    /// The next word, if it is this one.
    fn is(&mut self, word: &str) -> bool {
        let is = matches!(self.0.first(), Some(Word::Plain(next)) if next == word);
        if is {
            self.next();
        }
        is
    }

    fn number<T: TryFrom<u64>>(&mut self, what: &str) -> Parsed<T> {
        let word = self.plain(what)?;
        match number(&word).and_then(|number| T::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => wrong(format!("{word} is not {what}"), "write a number, decimal or with 0x"),
        }
    }

    /// Bytes, up to a word or the end.
    fn bytes(&mut self, until: &str) -> Parsed<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(word) = self.0.first() {
            match word {
                Word::Plain(word) if word == until => break,
                Word::Plain(word) => match byte(word) {
                    Some(byte) => bytes.push(byte),
                    None => {
                        return wrong(
                            format!("{word} is no byte"),
                            "write two hexadecimal digits, or a text in quotes",
                        );
                    }
                },
                Word::Text(text) => bytes.extend_from_slice(text),
            }
            self.next();
        }
        Ok(bytes)
    }

    fn end<T>(&self, value: T) -> Parsed<T> {
        match self.0.first() {
            None => Ok(value),
            Some(Word::Plain(word)) => wrong(format!("{word} is too much"), "end the line before it"),
            Some(Word::Text(_)) => wrong("a text is too much", "end the line before it"),
        }
    }
}

fn number(word: &str) -> Option<u64> {
    match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

fn byte(word: &str) -> Option<u8> {
    (word.len() == 2).then(|| u8::from_str_radix(word, 16).ok()).flatten()
}

/// Nanoseconds.
fn time(word: &str) -> Parsed<u64> {
    for (unit, length) in [("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)] {
        if let Some(count) = word.strip_suffix(unit).and_then(|count| count.parse::<u64>().ok()) {
            return Ok(count.saturating_mul(length));
        }
    }
    wrong(format!("{word} is no time"), "write 100ms, 20us or 1s")
}

/// Names of reasons, which are the machine's words.
fn name(word: &str, known: &[&'static str]) -> Parsed<&'static str> {
    match known.iter().find(|name| **name == word) {
        Some(name) => Ok(name),
        None => wrong(format!("there is no {word}"), format!("write one of: {}", known.join(", "))),
    }
}

const RESETS: &[&str] = &[
    "esp_rst_unknown",
    "esp_rst_poweron",
    "esp_rst_ext",
    "esp_rst_sw",
    "esp_rst_panic",
    "esp_rst_int_wdt",
    "esp_rst_task_wdt",
    "esp_rst_wdt",
    "esp_rst_deepsleep",
    "esp_rst_brownout",
    "esp_rst_sdio",
];
const WAKES: &[&str] = &[
    "undefined",
    "sleep_wakeup_ext0",
    "sleep_wakeup_ext1",
    "sleep_wakeup_timer",
    "sleep_wakeup_touchpad",
    "sleep_wakeup_ulp",
    "sleep_wakeup_gpio",
    "sleep_wakeup_uart",
];
const STATEMENTS: &str = "pins, pin, adc, i2c, spi, uart, nvs, kept, reset, wake, at, on, expect, never";

fn act(line: &mut Line<'_>) -> Parsed<Act> {
    let act = match line.plain("a statement")?.as_str() {
        "pins" => Act::Pins(line.number("a number of pins")?),
        "pin" => {
            let pin = line.number("a pin")?;
            match line.plain("a level")?.as_str() {
                "high" => Act::Pin(pin, Some(true)),
                "low" => Act::Pin(pin, Some(false)),
                "open" => Act::Pin(pin, None),
                other => return wrong(format!("{other} is no level"), "write high, low or open"),
            }
        }
        "adc" => {
            let (pin, mut readings) = (line.number("a pin")?, vec![line.number("a reading")?]);
            while !line.0.is_empty() {
                readings.push(line.number("a reading")?);
            }
            Act::Adc(pin, readings)
        }
        "i2c" => {
            let (bus, address) = (line.number("a bus")?, line.number("an address")?);
            match line.plain("register, when, silent or none")?.as_str() {
                "register" => Act::Registers(bus, address, line.number("a register")?, line.bytes("")?),
                "when" => {
                    let (when, answer) = answer(line)?;
                    Act::Answer(bus, address, when, answer)
                }
                "silent" => Act::Silent(bus, address),
                "none" => Act::NoDevice(bus, address),
                other => return wrong(format!("{other} means nothing here"), "write register, when, silent or none"),
            }
        }
        "spi" => {
            let bus = line.number("a bus")?;
            if !line.is("when") {
                return wrong("spi says nothing", "write spi BUS when BYTES answer BYTES");
            }
            let (when, answer) = answer(line)?;
            Act::Spi(bus, when, answer)
        }
        "uart" => {
            let port = line.number("a port")?;
            match line.plain("receive or room")?.as_str() {
                "receive" => Act::Receive(port, line.bytes("")?),
                "room" if line.is("any") => Act::Room(port, None),
                "room" => Act::Room(port, Some(line.number("a number of bytes")?)),
                other => return wrong(format!("{other} means nothing here"), "write receive or room"),
            }
        }
        "nvs" => Act::Nvs(line.plain("a name space")?, line.plain("a key")?, line.bytes("")?),
        "kept" => Act::Kept(line.bytes("")?),
        "reset" => Act::Reset(name(&line.plain("a reason")?, RESETS)?),
        "wake" => Act::Wake(name(&line.plain("a cause")?, WAKES)?),
        other => return wrong(format!("there is no statement {other}"), format!("write one of: {STATEMENTS}")),
    };
    line.end(act)
}

/// An act that can be at any time.
fn later(act: Act) -> Parsed<Act> {
    match act {
        Act::Pins(_) | Act::Nvs(..) | Act::Kept(_) | Act::Reset(_) | Act::Wake(_) => {
            wrong("this counts at the beginning only", "write it without at and on")
        }
        act => Ok(act),
    }
}

fn answer(line: &mut Line<'_>) -> Parsed<(Vec<u8>, Vec<u8>)> {
    let when = line.bytes("answer")?;
    if !line.is("answer") {
        return wrong("the answer is missing", "write answer and bytes at the end");
    }
    Ok((when, line.bytes("")?))
}

/// A number as the log has it: an address and a mask with `0x`, others decimal.
fn canonical(word: &str) -> String {
    if byte(word).is_some() || word.starts_with("0x") { word.to_lowercase() } else { word.to_owned() }
}

/// What a program does, up to one of these words.
fn deed(line: &mut Line<'_>, until: &[&str]) -> Parsed<Deed> {
    let end = line.0.iter().position(|word| matches!(word, Word::Plain(word) if until.contains(&word.as_str())));
    let (own, rest) = line.0.split_at(end.unwrap_or(line.0.len()));
    line.0 = rest;
    if let [Word::Plain(uart), Word::Plain(port), Word::Plain(send), ..] = own
        && (uart.as_str(), send.as_str()) == ("uart", "send")
    {
        let port = Line(std::slice::from_ref(&Word::Plain(port.clone()))).number("a port")?;
        let bytes = Line(own.get(3..).unwrap_or_default()).bytes("")?;
        return if bytes.is_empty() {
            wrong("nothing is sent", "write bytes after send")
        } else {
            Ok(Deed::Sent(port, bytes))
        };
    }
    let known = ["pin", "i2c", "spi", "uart", "adc", "pwm", "rmt", "sleep", "wake", "restart", "watchdog"];
    match own.first() {
        Some(Word::Plain(first)) if known.contains(&first.as_str()) => {}
        Some(_) => return wrong("a program does nothing of that name", format!("write one of: {}", known.join(", "))),
        None => return wrong("what is waited for is missing", "write it in the words of --log"),
    }
    let mut words = Vec::new();
    for word in own {
        match word {
            Word::Plain(word) => words.push(canonical(word)),
            Word::Text(text) => words.extend(text.iter().map(|byte| format!("{byte:02x}"))),
        }
    }
    Ok(Deed::Line(words.join(" ")))
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn parse(source: &str) -> Result<Self, ScriptError> {
        let mut script = Self::default();
        for (at, line) in source.lines().enumerate() {
            script.add(at + 1, line).map_err(|(what, cure)| ScriptError { line: at + 1, what, cure })?;
        }
        script.timed.sort_by_key(|(time, _)| *time);
        Ok(script)
    }

    fn add(&mut self, number: usize, line: &str) -> Parsed<()> {
        let words = words(line)?;
        let mut line = Line(&words);
        if line.0.is_empty() {
        } else if line.is("at") {
            let time = time(&line.plain("a time")?)?;
            self.timed.push((time, later(act(&mut line)?)?));
        } else if line.is("on") {
            let deed = deed(&mut line, &["then", "after"])?;
            let delay = if line.is("after") { time(&line.plain("a time")?)? } else { 0 };
            if delay == 0 && !line.is("then") {
                return wrong("what happens is missing", "write then, or after and a time, and a statement");
            }
            self.triggered.push((deed, delay, later(act(&mut line)?)?));
        } else if line.is("expect") {
            self.expected.push((number, deed(&mut line, &[])?));
        } else if line.is("never") {
            self.never.push((number, deed(&mut line, &[])?));
        } else {
            self.first.push(act(&mut line)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_read() {
        let script = Script::parse(
            "# all\n\npin 4 high # up\nadc 2 1 2\ni2c 0 0x76 register 0xd0 58 \"a#\"\nat 2ms pin 4 open\nat 1us adc 2 3\n\
             on pin 5 high then uart 1 receive \"\\r\\n\\x41\"\non uart 1 send \"AT\" after 1s pin 4 low\n\
             expect i2c 0 0x76 write \"A\" F4\nnever restart\n",
        )
        .unwrap();
        assert_eq!(
            script.first,
            [Act::Pin(4, Some(true)), Act::Adc(2, vec![1, 2]), Act::Registers(0, 0x76, 0xd0, b"\x58a#".to_vec()),]
        );
        assert_eq!(script.timed, [(1_000, Act::Adc(2, vec![3])), (2_000_000, Act::Pin(4, None))]);
        assert_eq!(
            script.triggered,
            [
                (Deed::Line("pin 5 high".into()), 0, Act::Receive(1, b"\r\nA".to_vec())),
                (Deed::Sent(1, b"AT".to_vec()), 1_000_000_000, Act::Pin(4, Some(false))),
            ]
        );
        assert_eq!(script.expected, [(10, Deed::Line("i2c 0 0x76 write 41 f4".into()))]);
        assert_eq!(script.never, [(11, Deed::Line("restart".into()))]);
    }

    #[test]
    fn what_cannot_be_understood_is_told_with_its_line() {
        for wrong in [
            "pin",
            "pin x high",
            "pin 256 low",
            "pin 1 up",
            "pin 1 low low",
            "adc 1",
            "i2c 0 0x76",
            "i2c 0 0x76 odd",
            "i2c 0 0x76 register 0 5",
            "i2c 0 1 when 01 02",
            "spi 2 9f",
            "uart 1 receive \"a",
            "uart 1 send \"a\"",
            "nvs a",
            "reset odd",
            "wake odd",
            "at 5 pin 1 low",
            "at 5ms",
            "on pin 5 high pin 4 low",
            "on then pin 4 low",
            "on pin 5 high then",
            "expect",
            "expect odd",
            "expect uart 1 send",
            "never \"a\"",
            "odd",
            "\"a\"",
            "at 1s kept 01",
            "uart 1 receive \"\\q\"",
            "uart 1 receive \"\\x4\"",
            "kept 1",
        ] {
            let error = Script::parse(&format!("pin 1 low\n{wrong}")).unwrap_err();
            assert_eq!(error.line, 2, "{wrong}");
            assert!(!error.what.is_empty() && !error.cure.is_empty(), "{wrong}");
        }
    }
}
