//! What is shown of a board's output: lines with times, filtered, logged, and followed by places in sources.

use std::fs::File;
use std::io::Write as _;

use chrono::Local;
use emberl_flash::annotate::Annotator;
use regex::Regex;

use crate::console::{LABEL, styled};
use crate::failure::{Failure, Result, TOOL, reason};

/// A line is broken after this many bytes: no output may fill the memory.
const LONGEST: usize = 16 << 10;

/// Shows output.
pub(super) struct Screen {
    annotator: Annotator,
    has_times: bool,
    filter: Option<Regex>,
    log: Option<File>,
    end_of_line: &'static str,
    /// The line that is not complete yet.
    line: Vec<u8>,
    /// How many of its bytes are shown already.
    shown: usize,
}

impl Screen {
    /// A terminal in raw mode needs a carriage return with each line.
    pub(super) fn new(
        annotator: Annotator,
        has_times: bool,
        filter: Option<Regex>,
        log: Option<File>,
        is_raw: bool,
    ) -> Self {
        let end_of_line = if is_raw { "\r\n" } else { "\n" };
        Self { annotator, has_times, filter, log, end_of_line, line: Vec::new(), shown: 0 }
    }

    /// Takes what came.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<()> {
        for &byte in bytes {
            match byte {
                b'\n' => self.complete()?,
                b'\r' => {}
                _ => self.line.push(byte),
            }
            if self.line.len() >= LONGEST {
                self.complete()?;
            }
        }
        // A prompt has no end of line. Whether a line matches is known at its end.
        if self.filter.is_none() { self.show_more(false) } else { Ok(()) }
    }

    /// Nothing came for a while.
    pub(super) fn idle(&mut self) -> Result<()> {
        // After the line that is not complete, once it is.
        if self.shown > 0 {
            return Ok(());
        }
        let lines = self.annotator.idle();
        self.follow(&lines)
    }

    /// What is not complete is shown and logged as a line.
    pub(super) fn end(&mut self) -> Result<()> {
        if !self.line.is_empty() {
            self.complete()?;
        }
        self.idle()
    }

    /// A line of the monitor itself.
    pub(super) fn tell(&mut self, text: &str) -> Result<()> {
        self.end()?;
        super::write(&format!("{}{}", styled(LABEL, text), self.end_of_line))
    }

    fn complete(&mut self) -> Result<()> {
        let text = presentable(&self.line, true).0;
        let plain = anstream::adapter::strip_str(&text).to_string();
        if self.filter.as_ref().is_none_or(|filter| filter.is_match(&plain)) {
            if self.line.is_empty() {
                super::write(&self.time())?;
            }
            self.show_more(true)?;
            super::write(self.end_of_line)?;
        }
        self.line.clear();
        self.shown = 0;
        self.record(&plain)?;
        let lines = self.annotator.line(&plain);
        self.follow(&lines)
    }

    /// Shows what is not shown yet of the line.
    fn show_more(&mut self, is_end: bool) -> Result<()> {
        let (text, used) = presentable(self.line.get(self.shown..).unwrap_or_default(), is_end);
        if used == 0 {
            return Ok(());
        }
        let time = if self.shown == 0 { self.time() } else { String::new() };
        self.shown += used;
        super::write(&format!("{time}{text}"))
    }

    /// Places in sources.
    fn follow(&mut self, lines: &[String]) -> Result<()> {
        for line in lines {
            let line = crate::report::plain(line);
            super::write(&format!("  {} {line}{}", styled(LABEL, "-->"), self.end_of_line))?;
            self.record(&format!("  --> {line}"))?;
        }
        Ok(())
    }

    fn record(&mut self, line: &str) -> Result<()> {
        let time = self.time();
        let Some(log) = &mut self.log else { return Ok(()) };
        writeln!(log, "{time}{line}").map_err(|error| Failure::Message {
            what: format!("cannot write the log: {}", reason(&error)),
            cure: "make room on the disk, or log elsewhere".into(),
            exit: TOOL,
        })
    }

    fn time(&self) -> String {
        if self.has_times { Local::now().format("%H:%M:%S%.3f ").to_string() } else { String::new() }
    }
}

/// Output as it can be shown: colours stay, all else that would move the cursor is written out. Also how many bytes of
/// `bytes` that is: a character or colour that is not complete waits for its rest, unless this is the end.
fn presentable(bytes: &[u8], is_end: bool) -> (String, usize) {
    let mut out = String::new();
    let mut used = 0;
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(c) = rest.chars().next() {
            let length = match colour(rest) {
                Colour::Complete(length) => {
                    out.push_str(rest.get(..length).unwrap_or_default());
                    length
                }
                Colour::Begun if !is_end && used + rest.len() == bytes.len() => return (out, used),
                _ if c == '\t' || !c.is_control() => {
                    out.push(c);
                    c.len_utf8()
                }
                _ => {
                    out.extend(c.escape_default());
                    c.len_utf8()
                }
            };
            used += length;
            rest = rest.get(length..).unwrap_or_default();
        }
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        // The last bytes may be the beginning of a character.
        if !is_end
            && used + invalid.len() == bytes.len()
            && std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none())
        {
            return (out, used);
        }
        out.push('\u{FFFD}');
        used += invalid.len();
    }
    (out, used)
}

/// What a text begins with.
enum Colour {
    /// A sequence that sets colours, of this length.
    Complete(usize),
    /// Perhaps the beginning of one.
    Begun,
    /// Something else.
    None,
}

fn colour(text: &str) -> Colour {
    /// More than any that is used.
    const LONGEST: usize = 32;
    if !text.starts_with('\u{1b}') {
        return Colour::None;
    }
    match text.char_indices().skip(1).take(LONGEST).find(|(at, c)| *at > 1 && !c.is_ascii_digit() && *c != ';') {
        _ if text.len() > 1 && !text.starts_with("\u{1b}[") => Colour::None,
        Some((at, 'm')) => Colour::Complete(at + 1),
        Some(_) => Colour::None,
        None if text.len() < LONGEST => Colour::Begun,
        None => Colour::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_cannot_move_the_cursor() {
        let whole = |bytes: &[u8]| presentable(bytes, true).0;
        assert_eq!(whole(b"a\tb\x1b[31mred\x1b[0m"), "a\tb\x1b[31mred\x1b[0m");
        assert_eq!(whole(b"\x1b[2J\x07\x1bc"), "\\u{1b}[2J\\u{7}\\u{1b}c");
        assert_eq!(whole(b"\xff\xfe h\xc3\xa4"), "\u{FFFD}\u{FFFD} hä");
    }

    #[test]
    fn what_is_cut_waits_for_its_rest() {
        for text in ["grün\x1b[1;32mja\x1b[0m€", "\x1b[0m"] {
            for cut in 0..text.len() {
                let (begin, used) = presentable(&text.as_bytes()[..cut], false);
                assert!(used <= cut);
                let (end, rest) = presentable(&text.as_bytes()[used..], true);
                assert_eq!(begin + &end, text, "cut at {cut}");
                assert_eq!(used + rest, text.len());
            }
        }
    }
}
