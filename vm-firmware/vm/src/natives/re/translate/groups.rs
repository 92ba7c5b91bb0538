//! Groups of all kinds, their numbers and names, and what refers to them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::{
    AFTER_LESS, AFTER_OPTIONS, BAD_VERB, Failure, Kind, MOST_GROUPS, MOST_NAME, NO_SUCH_GROUP, Open, RECURSION, Reader,
    Reference, Result, TERMINATOR, Target, flag, is_word,
};

impl Reader<'_> {
    /// Opens a group that begins so in the engine's syntax.
    pub(super) fn open(&mut self, kind: Kind, text: &str) -> Result {
        self.item = None;
        self.open.push(Open { kind, flags: self.flags, start: self.out.len() });
        self.out.push_str(text);
        Ok(())
    }

    pub(super) fn capture(&mut self, name: Option<Vec<u8>>) -> Result {
        if self.engine_groups as usize >= MOST_GROUPS {
            return self.fail("regular expression is too large");
        }
        self.count += 1;
        self.engine_groups += 1;
        match self.groups.get_mut(self.count) {
            Some(same) => same.push(self.engine_groups),
            None => self.groups.push(alloc::vec![self.engine_groups]),
        }
        if let Some(name) = name {
            let number = self.count as u16;
            let same = self.names.iter().any(|(other, at)| *other == name && *at == number);
            if !same {
                if !self.has(flag::DUPNAMES) && self.names.iter().any(|(other, _)| *other == name) {
                    return self.fail_before("two named subpatterns have the same name");
                }
                self.names.push((name, number));
            }
        }
        self.open(Kind::Plain, "(")
    }

    /// What follows `(`.
    pub(super) fn group(&mut self) -> Result {
        if self.peek() == Some(b'*')
            && self.rest().get(1).is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b':')
        {
            if self.eat(b"*FAIL)") || self.eat(b"*F)") {
                self.assert("(?!)");
                return Ok(());
            }
            let length = self.rest().iter().skip(1).take_while(|byte| byte.is_ascii_uppercase()).count();
            let verb = self.rest().get(1..=length).unwrap_or_default();
            let known: [&[u8]; 6] = [b"ACCEPT", b"COMMIT", b"PRUNE", b"SKIP", b"THEN", b"MARK"];
            let message = if known.contains(&verb) { "this (*VERB) is not supported here" } else { BAD_VERB };
            self.at += 1 + length;
            return self.fail(message);
        }
        if !self.eat(b"?") {
            return if self.has(flag::NO_AUTO_CAPTURE) { self.open(Kind::Plain, "(?:") } else { self.capture(None) };
        }
        match self.next_byte() {
            Some(b'#') => loop {
                match self.next_byte() {
                    Some(b')') => return Ok(()),
                    Some(_) => {}
                    None => return self.fail("missing ) after comment"),
                }
            },
            Some(b':') => self.open(Kind::Plain, "(?:"),
            Some(b'>') => self.open(Kind::Plain, "(?>"),
            Some(b'=') => self.open(Kind::Assertion, "(?="),
            Some(b'!') => self.open(Kind::Assertion, "(?!"),
            Some(b'|') => self.open(Kind::Reset { before: self.count, most: self.count }, "(?:"),
            Some(b'<') => match self.peek() {
                Some(b'=') => {
                    self.at += 1;
                    self.open(Kind::Assertion, "(?<=")
                }
                Some(b'!') => {
                    self.at += 1;
                    self.open(Kind::Assertion, "(?<!")
                }
                _ => self.named(b'>', AFTER_LESS),
            },
            Some(b'\'') => self.named(b'\'', AFTER_OPTIONS),
            Some(b'P') => match self.next_byte() {
                Some(b'<') => self.named(b'>', AFTER_LESS),
                Some(b'=') => {
                    let name = self.name(b')')?;
                    self.reference(Target::Name(name), self.at.saturating_sub(1));
                    Ok(())
                }
                Some(b'>') => self.fail(RECURSION),
                _ => self.fail("unrecognized character after (?P"),
            },
            Some(b'(') => self.condition(),
            Some(b'C') => {
                // Nobody listens to a callout.
                while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.at += 1;
                }
                if self.eat(b")") { Ok(()) } else { self.fail("closing ) for (?C expected") }
            }
            Some(b'R' | b'&' | b'+' | b'0'..=b'9') => self.fail(RECURSION),
            Some(b'-') if self.peek().is_some_and(|byte| byte.is_ascii_digit()) => self.fail(RECURSION),
            _ => {
                self.at -= 1;
                self.options()
            }
        }
    }

    /// `(?i)`, `(?i-m:`.
    pub(super) fn options(&mut self) -> Result {
        let (mut flags, mut off) = (self.flags, false);
        loop {
            let bits = match self.peek() {
                Some(b'i') => flag::CASELESS,
                Some(b'm') => flag::MULTILINE,
                Some(b's') => flag::DOTALL,
                Some(b'x') => flag::EXTENDED,
                Some(b'U') => flag::UNGREEDY,
                Some(b'J') => flag::DUPNAMES,
                // Errors for unknown escapes: there are none to be told of otherwise.
                Some(b'X') => 0,
                Some(b'-') if !off => {
                    off = true;
                    self.at += 1;
                    continue;
                }
                Some(b')') => {
                    self.at += 1;
                    self.item = None;
                    self.flags = flags;
                    return Ok(());
                }
                Some(b':') => {
                    self.at += 1;
                    let opened = self.open(Kind::Plain, "(?:");
                    self.flags = flags;
                    return opened;
                }
                _ => return self.fail(AFTER_OPTIONS),
            };
            self.at += 1;
            flags = if off { flags & !bits } else { flags | bits };
        }
    }

    /// The name of a group, up to what ends it.
    pub(super) fn name(&mut self, end: u8) -> Result<Vec<u8>> {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return self.fail("group name must start with a non-digit");
        }
        let length = self.rest().iter().take_while(|&&byte| is_word(byte)).count();
        let name = self.rest().get(..length).unwrap_or_default().to_vec();
        self.at += length;
        if self.peek() != Some(end) {
            return self.fail(TERMINATOR);
        }
        if length > MOST_NAME {
            return self.fail("subpattern name is too long (maximum 32 characters)");
        }
        self.at += 1;
        if name.is_empty() { self.fail_before("subpattern name expected") } else { Ok(name) }
    }

    pub(super) fn named(&mut self, end: u8, message: &'static str) -> Result {
        match self.peek() {
            Some(byte) if is_word(byte) => {
                let name = self.name(end)?;
                self.capture(Some(name))
            }
            _ => self.fail(message),
        }
    }

    /// What follows `(?(`.
    pub(super) fn condition(&mut self) -> Result {
        let start = self.at;
        let place = self.out.len();
        if self.eat(b"?=") || self.eat(b"?!") || self.eat(b"?<=") || self.eat(b"?<!") {
            let text = self.pattern.get(start..self.at).and_then(|text| core::str::from_utf8(text).ok());
            let text = alloc::format!("(?(({}", text.unwrap_or_default());
            return self.open(Kind::Condition, &text);
        }
        if self.peek() == Some(b'?') {
            return self.fail("assertion expected after (?( or (?(?C)");
        }
        if self.eat(b"DEFINE)") {
            return self.open(Kind::Conditional { branches: 2 }, "(?:|(?!)");
        }
        if self.peek() == Some(b'R') {
            return self.fail(RECURSION);
        }
        let target = match self.peek() {
            Some(b'<') => {
                self.at += 1;
                let name = self.name(b'>')?;
                Target::Name(name)
            }
            Some(b'\'') => {
                self.at += 1;
                let name = self.name(b'\'')?;
                Target::Name(name)
            }
            Some(b'+' | b'-' | b'0'..=b'9') => {
                let (number, relative) = self.number();
                let number = self.absolute(number, relative)?;
                if number == 0 {
                    self.at += 1;
                    return self.fail("invalid condition (?(0)");
                }
                Target::Number(number)
            }
            _ => {
                let name = self.name(b')')?;
                self.at -= 1;
                Target::Name(name)
            }
        };
        let at = self.at;
        if !self.eat(b")") {
            return self.fail("malformed number or name after (?(");
        }
        self.open(Kind::Conditional { branches: 1 }, "(?(")?;
        self.references.push(Reference { place: place + 3, target, condition: true, caseless: false, at: at + 1 });
        self.out.push(')');
        Ok(())
    }

    /// A number, and whether it counts forwards or backwards from here.
    pub(super) fn number(&mut self) -> (usize, Option<bool>) {
        let relative = match self.peek() {
            Some(b'+') => Some(true),
            Some(b'-') => Some(false),
            _ => None,
        };
        self.at += usize::from(relative.is_some());
        let mut number = 0_usize;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            number = number.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
            self.at += 1;
        }
        (number, relative)
    }

    pub(super) fn absolute(&self, number: usize, relative: Option<bool>) -> Result<usize> {
        let number = match relative {
            None => Some(number),
            Some(true) => self.count.checked_add(number),
            Some(false) => (self.count + 1).checked_sub(number).filter(|&number| number != 0),
        };
        number.map_or_else(|| self.fail(NO_SUCH_GROUP), Ok)
    }

    pub(super) fn reference(&mut self, target: Target, at: usize) {
        self.item = Some((self.out.len(), Kind::Plain));
        let (place, caseless) = (self.out.len(), self.has(flag::CASELESS));
        self.references.push(Reference { place, target, condition: false, caseless, at });
    }

    /// The output with the numbers of groups.
    pub(super) fn resolved(&mut self) -> Result<String> {
        let mut text = String::new();
        let mut from = 0;
        let mut references = core::mem::take(&mut self.references);
        references.sort_by_key(|reference| reference.place);
        for reference in references {
            text.push_str(self.out.get(from..reference.place).unwrap_or_default());
            from = reference.place;
            let mut found: Vec<u16> = Vec::new();
            match &reference.target {
                Target::Number(number) => found.extend(self.groups.get(*number).into_iter().flatten()),
                Target::Name(name) => {
                    for (_, number) in self.names.iter().filter(|(other, _)| other == name) {
                        found.extend(self.groups.get(usize::from(*number)).into_iter().flatten());
                    }
                }
            }
            let Some(first) = found.first() else {
                return Err(Failure { message: NO_SUCH_GROUP, at: reference.at });
            };
            if reference.condition {
                let _ = write!(text, "{first}");
                continue;
            }
            text.push_str(if reference.caseless { "(?i:" } else { "(?:" });
            for (index, group) in found.iter().enumerate() {
                let _ = write!(text, "{}\\{group}", if index == 0 { "" } else { "|" });
            }
            text.push(')');
        }
        text.push_str(self.out.get(from..).unwrap_or_default());
        Ok(text)
    }
}
