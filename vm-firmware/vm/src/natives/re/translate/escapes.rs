//! Escapes, and classes of characters.

use super::super::set::{self, Set};
use super::{RECURSION, Reader, Result, Target, flag, is_word};

impl Reader<'_> {
    /// What follows `\` outside of a class.
    pub(super) fn escape(&mut self) -> Result {
        let Some(code) = self.next() else { return self.fail("\\ at end of pattern") };
        let byte = u8::try_from(code).unwrap_or(0);
        match byte {
            b'Q' => {
                while !self.eat(b"\\E") {
                    let Some(code) = self.next() else { break };
                    self.literal(code)?;
                }
                Ok(())
            }
            b'E' => Ok(()),
            b'A' | b'z' | b'G' | b'K' => {
                let text = [b'\\', byte];
                self.assert(core::str::from_utf8(&text).unwrap_or_default());
                Ok(())
            }
            b'Z' => {
                let text = self.end();
                self.assert(&text);
                Ok(())
            }
            b'b' | b'B' => {
                let set = set::escape(b'w', self.has(flag::UCP)).unwrap_or_else(Set::empty);
                let word = self.set_text(set);
                let (into, out_of) = if byte == b'b' { ('!', '=') } else { ('=', '!') };
                let text = alloc::format!("(?:(?<={word})(?{into}{word})|(?<!{word})(?{out_of}{word}))");
                self.assert(&text);
                Ok(())
            }
            b'N' => {
                if self.peek() == Some(b'{') && self.rest().get(1).is_some_and(|byte| !byte.is_ascii_digit()) {
                    return self.fail_before("PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u");
                }
                self.not_newline();
                Ok(())
            }
            b'R' => {
                if self.has(flag::BSR_ANYCRLF) {
                    self.emit("(?>\\r\\n|[\\n\\r])");
                } else {
                    let single = set::escape(b'v', false).unwrap_or_else(Set::empty);
                    let text = alloc::format!("(?>\\r\\n|{})", self.set_text(single));
                    self.emit(&text);
                }
                Ok(())
            }
            b'C' if !self.has(flag::UNICODE) => {
                self.emit("(?s:.)");
                Ok(())
            }
            b'C' | b'X' => self.fail("\\C and \\X are not supported here"),
            b'g' => match self.peek() {
                Some(b'<' | b'\'') => self.fail(RECURSION),
                Some(b'{') if !self.rest().get(1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') => {
                    self.at += 1;
                    if !self.peek().is_some_and(is_word) {
                        return self.fail(
                            "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
                        );
                    }
                    let name = self.name(b'}')?;
                    self.reference(Target::Name(name), self.at.saturating_sub(1));
                    Ok(())
                }
                _ => {
                    let braced = self.eat(b"{");
                    let (number, relative) = self.number();
                    if number == 0 {
                        return self.fail_before("a numbered reference must not be zero");
                    }
                    let number = self.absolute(number, relative)?;
                    if braced && !self.eat(b"}") {
                        return self.fail(
                            "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
                        );
                    }
                    self.reference(Target::Number(number), self.pattern.len());
                    Ok(())
                }
            },
            b'k' => {
                let end = match self.peek() {
                    Some(b'<') => b'>',
                    Some(b'{') => b'}',
                    Some(b'\'') => b'\'',
                    _ => {
                        return self.fail_before("\\k is not followed by a braced, angle-bracketed, or quoted name");
                    }
                };
                self.at += 1;
                let name = self.name(end)?;
                self.reference(Target::Name(name), self.at.saturating_sub(1));
                Ok(())
            }
            b'1'..=b'9' => {
                let start = self.at;
                self.at -= 1;
                let (number, _) = self.number();
                if number < 8 || number <= self.count {
                    self.reference(Target::Number(number), self.pattern.len());
                    return Ok(());
                }
                self.at = start;
                if byte >= b'8' {
                    return self.literal(code);
                }
                let code = self.octal(u32::from(byte - b'0'), 2)?;
                self.literal(code)
            }
            _ => match self.class_escape(byte)? {
                Some(set) => {
                    self.set(set);
                    Ok(())
                }
                None => {
                    let code = self.character(code)?;
                    self.literal(code)
                }
            },
        }
    }

    /// The set that an escape stands for, inside or outside of a class; none where it is a character.
    pub(super) fn class_escape(&mut self, letter: u8) -> Result<Option<Set>> {
        let properties = self.has(flag::UCP);
        Ok(match letter {
            b'd' | b's' | b'w' | b'h' | b'v' => set::escape(letter, properties),
            b'D' | b'S' | b'W' | b'H' | b'V' => set::escape(letter | 32, properties).map(set::negated),
            b'p' | b'P' => {
                const MALFORMED: &str = "malformed \\P or \\p sequence";
                let mut negated = letter == b'P';
                let name = if self.eat(b"{") {
                    negated ^= self.eat(b"^");
                    let Some(length) = self.rest().iter().position(|&byte| byte == b'}') else {
                        self.at = self.pattern.len();
                        return self.fail(MALFORMED);
                    };
                    let name = self.rest().get(..length).unwrap_or_default().to_vec();
                    self.at += length + 1;
                    name
                } else {
                    match self.next_byte() {
                        Some(byte) => alloc::vec![byte],
                        None => return self.fail(MALFORMED),
                    }
                };
                let is_name = |byte: &u8| is_word(*byte) || *byte == b'&';
                let name = core::str::from_utf8(&name).ok().filter(|name| name.as_bytes().iter().all(is_name));
                match name.and_then(set::property) {
                    Some(set) => Some(if negated { set::negated(set) } else { set }),
                    None => return self.fail_before("unknown property name after \\P or \\p"),
                }
            }
            _ => None,
        })
    }

    pub(super) fn octal(&mut self, value: u32, most: usize) -> Result<u32> {
        let mut value = value;
        for _ in 0..most {
            let Some(digit) = self.peek().filter(|byte| matches!(byte, b'0'..=b'7')) else { break };
            value = value * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        if value > 0xff && !self.has(flag::UNICODE) {
            return self.fail_before("octal value is greater than \\377 in 8-bit non-UTF-8 mode");
        }
        Ok(value)
    }

    /// Digits in braces, the first of which was read.
    pub(super) fn braced(&mut self, radix: u32, message: &'static str) -> Result<u32> {
        let mut value = 0_u32;
        let start = self.at;
        while let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(radix)) {
            value = value.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        let most = if self.has(flag::UNICODE) { 0x10_ffff } else { 0xff };
        if value > most {
            return self.fail("character value in \\x{} or \\o{} is too large");
        }
        if self.at == start || self.peek() != Some(b'}') {
            return self.fail(message);
        }
        if char::from_u32(value).is_none() {
            return self.fail("disallowed Unicode code point (>= 0xd800 && <= 0xdfff)");
        }
        self.at += 1;
        Ok(value)
    }

    /// The character that an escape stands for.
    pub(super) fn character(&mut self, code: u32) -> Result<u32> {
        Ok(match u8::try_from(code).unwrap_or(0) {
            b'a' => 7,
            b'e' => 27,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'0' => self.octal(0, 2)?,
            b'o' => {
                if !self.eat(b"{") {
                    return self.fail("missing opening brace after \\o");
                }
                self.braced(8, "non-octal character in \\o{} (closing brace missing?)")?
            }
            b'x' if self.eat(b"{") => self.braced(16, "non-hex character in \\x{} (closing brace missing?)")?,
            b'x' => {
                let mut value = 0;
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else { break };
                    value = value * 16 + digit;
                    self.at += 1;
                }
                value
            }
            b'c' => match self.next_byte() {
                None => return self.fail("\\c at end of pattern"),
                Some(byte @ 0..=127) => u32::from(byte.to_ascii_uppercase() ^ 0x40),
                Some(_) => return self.fail("\\c must be followed by an ASCII character"),
            },
            b'L' | b'l' | b'U' | b'u' => {
                return self.fail_before("PCRE does not support \\L, \\l, \\N{name}, \\U, or \\u");
            }
            _ => code,
        })
    }

    /// What follows `[`.
    pub(super) fn class(&mut self) -> Result {
        const UNTERMINATED: &str = "missing terminating ] for character class";
        const INVALID_RANGE: &str = "invalid range in character class";
        if let Some(b':' | b'.' | b'=') = self.peek()
            && self.posix_end().is_some()
        {
            self.at -= 1;
            return self.fail("POSIX named classes are supported only within a class");
        }
        let negated = self.eat(b"^");
        // What is of characters is folded; sets are not.
        let (mut characters, mut sets) = (Set::empty(), Set::empty());
        let (mut first, mut literal) = (true, false);
        loop {
            let start = self.at;
            let Some(code) = self.next() else { return self.fail(UNTERMINATED) };
            let mut low = code;
            if literal {
                if code == u32::from(b'\\') && self.eat(b"E") {
                    literal = false;
                    continue;
                }
            } else if code == u32::from(b']') && !first {
                break;
            } else if code == u32::from(b'[')
                && let Some(b':' | b'.' | b'=') = self.peek()
                && let Some(end) = self.posix_end()
            {
                first = false;
                if self.peek() != Some(b':') {
                    self.at = start;
                    return self.fail("POSIX collating elements are not supported");
                }
                self.at += 1;
                let not = self.eat(b"^");
                let name = self.pattern.get(self.at..end).unwrap_or_default();
                let Some(set) = set::posix(name, self.has(flag::UCP), self.has(flag::CASELESS)) else {
                    return self.fail("unknown POSIX class name");
                };
                sets = set::union(sets, &if not { set::negated(set) } else { set });
                self.at = end + 2;
                if self.peek() == Some(b'-') && self.rest().get(1).is_some_and(|&byte| byte != b']') {
                    return self.fail(INVALID_RANGE);
                }
                continue;
            } else if code == u32::from(b'\\') {
                match self.in_class()? {
                    Member::Nothing => continue,
                    Member::Quoted => {
                        literal = true;
                        continue;
                    }
                    Member::Set(set) => {
                        first = false;
                        sets = set::union(sets, &set);
                        continue;
                    }
                    Member::Character(code) => low = code,
                }
            }
            first = false;
            let mut high = low;
            while !literal && self.eat(b"\\E") {}
            if !literal && self.peek() == Some(b'-') && self.rest().get(1).is_some_and(|&byte| byte != b']') {
                let back = self.at;
                self.at += 1;
                while self.eat(b"\\E") {}
                let quoted = self.eat(b"\\Q");
                let start = self.at;
                let Some(code) = self.next() else { return self.fail(UNTERMINATED) };
                high = code;
                literal = quoted;
                if !quoted && code == u32::from(b']') {
                    // The hyphen was the last but for `\E`.
                    self.at = back;
                    high = low;
                    self.at += 1;
                    characters = set::union(characters, &set::ranges(&[(45, 45)]));
                } else if !quoted && code == u32::from(b'[') {
                    if let Some(b':' | b'.' | b'=') = self.peek()
                        && self.posix_end().is_some()
                    {
                        self.at = start;
                        return self.fail(INVALID_RANGE);
                    }
                } else if !quoted && code == u32::from(b'\\') {
                    match self.in_class()? {
                        Member::Character(code) => high = code,
                        _ => return self.fail_before(INVALID_RANGE),
                    }
                }
                if high < low {
                    return self.fail_before("range out of order in character class");
                }
            }
            characters = set::union(characters, &set::ranges(&[(low, high)]));
        }
        if self.has(flag::CASELESS) {
            characters = set::folded(characters);
        }
        let mut set = set::union(characters, &sets);
        if !self.has(flag::UNICODE) {
            set.intersect(&set::ranges(&[(0, 255)]));
        }
        self.set(if negated { set::negated(set) } else { set });
        Ok(())
    }

    /// Where `:]` of `[:name:]` is, when what stands here is one; its `:` is next.
    pub(super) fn posix_end(&self) -> Option<usize> {
        let kind = self.peek()?;
        let inner = self.rest().get(1..)?;
        let length = inner.iter().position(|&byte| byte == kind || matches!(byte, b']' | b'\\' | b'['))?;
        (inner.get(length) == Some(&kind) && inner.get(length + 1) == Some(&b']')).then_some(self.at + 1 + length)
    }

    /// What follows `\` in a class.
    fn in_class(&mut self) -> Result<Member> {
        let Some(code) = self.next() else { return self.fail("\\ at end of pattern") };
        let byte = u8::try_from(code).unwrap_or(0);
        Ok(match byte {
            b'E' => Member::Nothing,
            b'Q' => Member::Quoted,
            b'b' => Member::Character(8),
            b'N' => return self.fail("\\N is not supported in a class"),
            b'1'..=b'7' => Member::Character(self.octal(u32::from(byte - b'0'), 2)?),
            _ => match self.class_escape(byte)? {
                Some(set) => Member::Set(set),
                None => Member::Character(self.character(code)?),
            },
        })
    }
}

/// What an escape in a class is.
enum Member {
    Nothing,
    /// `\Q`: up to `\E`, what follows is characters.
    Quoted,
    Set(Set),
    Character(u32),
}
