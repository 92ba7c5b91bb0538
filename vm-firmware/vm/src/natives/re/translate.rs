//! PCRE's patterns in the syntax of the engine. Owns what each construct means under the options, and PCRE's messages
//! for patterns that are none.
//!
//! All options are settled here: the engine gets sets of characters, groups, repetitions and assertions only, and runs
//! with no flags. What the engine cannot do as PCRE does is refused: recursion, most verbs, `\X`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::set::{self, Set};

/// Options, a bit each; those of compiling first.
pub(super) mod flag {
    macro_rules! flags {
        ($($name:ident)*) => {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            #[repr(u32)]
            enum Number { $($name),* }
            $(pub(in crate::natives::re) const $name: u32 = 1 << Number::$name as u32;)*
        };
    }
    flags! {
        UNICODE CASELESS MULTILINE DOTALL EXTENDED DOLLAR_ENDONLY UNGREEDY NO_AUTO_CAPTURE FIRSTLINE DUPNAMES UCP
        NEVER_UTF ANCHORED BSR_ANYCRLF BSR_UNICODE NOTBOL NOTEOL NOTEMPTY NOTEMPTY_ATSTART
        NEWLINE_CR NEWLINE_CRLF NEWLINE_ANYCRLF NEWLINE_ANY NEWLINE_LF
    }
    /// The kinds of newlines, of which one is set at most.
    pub(in crate::natives::re) const NEWLINE: u32 =
        NEWLINE_CR | NEWLINE_CRLF | NEWLINE_ANYCRLF | NEWLINE_ANY | NEWLINE_LF;
    /// What `\R` matches.
    pub(in crate::natives::re) const BSR: u32 = BSR_ANYCRLF | BSR_UNICODE;
}

/// Why a pattern is none, and at which byte that was seen.
#[derive(Debug)]
pub(super) struct Failure {
    /// PCRE's message.
    pub message: &'static str,
    /// The byte.
    pub at: usize,
}

type Result<T = ()> = core::result::Result<T, Failure>;

/// A pattern that was read.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// In the engine's syntax.
    pub text: String,
    /// For each group of PCRE's, from 0 on, the engine's groups that it is: several where alternatives share a number.
    pub groups: Vec<Vec<u16>>,
    /// The names of groups, sorted.
    pub names: Vec<(Vec<u8>, u16)>,
    /// The options, with those that the pattern itself sets.
    pub flags: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Look-around.
    Assertion,
    /// Look-around that is a condition.
    Condition,
    /// Which has two branches at most.
    Conditional {
        branches: u8,
    },
    /// `(?|`: the number of groups before it, and the most that a branch led to.
    Reset {
        before: usize,
        most: usize,
    },
}

/// A group that is not closed.
struct Open {
    kind: Kind,
    /// The options before it.
    flags: u32,
    /// Where it begins in the output.
    start: usize,
}

enum Target {
    Number(usize),
    Name(Vec<u8>),
}

/// A place in the output for the engine's number of a group, which is known at the end.
struct Reference {
    place: usize,
    target: Target,
    condition: bool,
    caseless: bool,
    at: usize,
}

struct Reader<'a> {
    pattern: &'a [u8],
    at: usize,
    flags: u32,
    out: String,
    open: Vec<Open>,
    groups: Vec<Vec<u16>>,
    engine_groups: u16,
    /// The number of the last group that was opened.
    count: usize,
    names: Vec<(Vec<u8>, u16)>,
    references: Vec<Reference>,
    /// Where in the output the last item begins, if it may be repeated.
    item: Option<(usize, Kind)>,
    /// The pattern itself has a CR or LF.
    has_newline: bool,
}

/// Most groups: their numbers take 16 bits.
const MOST_GROUPS: usize = 65_000;
/// Most repetitions.
const MOST_TIMES: u32 = 65_535;
/// Longest name of a group.
const MOST_NAME: usize = 32;

const NO_SUCH_GROUP: &str = "reference to non-existent subpattern";
const TERMINATOR: &str = "syntax error in subpattern name (missing terminator)";
const AFTER_OPTIONS: &str = "unrecognized character after (? or (?-";
const AFTER_LESS: &str = "unrecognized character after (?<";
const RECURSION: &str = "recursion is not supported here";
const BAD_VERB: &str = "(*VERB) not recognized or malformed";

/// Reads a pattern. With [`UNICODE`](flag::UNICODE) it must be UTF-8.
pub(super) fn translate(pattern: &[u8], flags: u32) -> Result<Pattern> {
    let mut reader = Reader {
        pattern,
        at: 0,
        flags,
        out: String::new(),
        open: Vec::new(),
        groups: alloc::vec![alloc::vec![0]],
        engine_groups: 0,
        count: 0,
        names: Vec::new(),
        references: Vec::new(),
        item: None,
        has_newline: false,
    };
    reader.settings()?;
    let settled = reader.flags;
    while let Some(code) = reader.next() {
        reader.item(code)?;
    }
    if !reader.open.is_empty() {
        return reader.fail("missing )");
    }
    let mut text = reader.resolved()?;
    let crlf = flag::NEWLINE_CRLF | flag::NEWLINE_ANYCRLF | flag::NEWLINE_ANY;
    if settled & crlf != 0 && !reader.has_newline {
        // A search that goes on behind a CR skips the LF of the same newline.
        text = alloc::format!("(?:\\G|(?<!\\r)|(?!\\n))(?:{text})");
    }
    reader.names.sort();
    Ok(Pattern { text, groups: reader.groups, names: reader.names, flags: settled })
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Reader<'_> {
    fn fail<T>(&self, message: &'static str) -> Result<T> {
        Err(Failure { message, at: self.at })
    }

    /// As [`fail`](Self::fail), about the byte before.
    fn fail_before<T>(&self, message: &'static str) -> Result<T> {
        Err(Failure { message, at: self.at.saturating_sub(1) })
    }

    const fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn rest(&self) -> &[u8] {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn next(&mut self) -> Option<u32> {
        let &first = self.pattern.get(self.at)?;
        if self.has(flag::UNICODE) && first >= 0x80 {
            let length = (first.leading_ones() as usize).clamp(1, 4);
            let bytes = self.rest().get(..length).and_then(|bytes| core::str::from_utf8(bytes).ok());
            if let Some(character) = bytes.and_then(|text| text.chars().next()) {
                self.at += length;
                return Some(character.into());
            }
        }
        self.at += 1;
        Some(first.into())
    }

    fn next_byte(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// What may stand at the very beginning: `(*UTF8)` and its like.
    fn settings(&mut self) -> Result {
        const SETTINGS: &[(&[u8], u32, u32)] = &[
            (b"(*UTF8)", 0, flag::UNICODE),
            (b"(*UTF)", 0, flag::UNICODE),
            (b"(*UCP)", 0, flag::UCP),
            (b"(*NO_START_OPT)", 0, 0),
            (b"(*NO_AUTO_POSSESS)", 0, 0),
            (b"(*CR)", flag::NEWLINE, flag::NEWLINE_CR),
            (b"(*LF)", flag::NEWLINE, flag::NEWLINE_LF),
            (b"(*CRLF)", flag::NEWLINE, flag::NEWLINE_CRLF),
            (b"(*ANYCRLF)", flag::NEWLINE, flag::NEWLINE_ANYCRLF),
            (b"(*ANY)", flag::NEWLINE, flag::NEWLINE_ANY),
            (b"(*BSR_ANYCRLF)", flag::BSR, flag::BSR_ANYCRLF),
            (b"(*BSR_UNICODE)", flag::BSR, flag::BSR_UNICODE),
        ];
        while let Some(&(_, clear, set)) = SETTINGS.iter().find(|(name, ..)| self.rest().starts_with(name)) {
            let length = self.rest().iter().position(|&byte| byte == b')').unwrap_or(0) + 1;
            if set == flag::UNICODE && self.has(flag::NEVER_UTF) {
                return self.fail("using UTF is disabled by the application");
            }
            if set == flag::UNICODE && core::str::from_utf8(self.pattern).is_err() {
                return self.fail("invalid UTF-8 string");
            }
            self.flags = self.flags & !clear | set;
            self.at += length;
        }
        Ok(())
    }

    /// One item of the pattern, or a part of one.
    fn item(&mut self, code: u32) -> Result {
        let byte = u8::try_from(code).unwrap_or(0);
        if self.has(flag::EXTENDED) {
            if matches!(byte, b' ' | 9..=13) {
                return Ok(());
            }
            if byte == b'#' {
                let ends = if self.flags & flag::NEWLINE == flag::NEWLINE_CR { b'\r' } else { b'\n' };
                while self.next_byte().is_some_and(|byte| byte != ends) {}
                return Ok(());
            }
        }
        match byte {
            b'\\' => self.escape(),
            b'[' => self.class(),
            b'(' => self.group(),
            b')' => self.close(),
            b'|' => self.alternative(),
            b'^' => {
                let text = self.circumflex();
                self.assert(&text);
                Ok(())
            }
            b'$' => {
                let text = self.dollar();
                self.assert(&text);
                Ok(())
            }
            b'.' => {
                if self.has(flag::DOTALL) {
                    self.emit("(?s:.)");
                } else {
                    self.not_newline();
                }
                Ok(())
            }
            b'*' => self.repeat(0, None),
            b'+' => self.repeat(1, None),
            b'?' => self.repeat(0, Some(1)),
            b'{' => match self.times()? {
                Some((least, most)) => self.repeat(least, most),
                None => self.literal(code),
            },
            _ => self.literal(code),
        }
    }

    /// Writes an item that may be repeated.
    fn emit(&mut self, text: &str) {
        self.item = Some((self.out.len(), Kind::Plain));
        self.out.push_str(text);
    }

    /// Writes an assertion, which may not.
    fn assert(&mut self, text: &str) {
        self.item = None;
        self.out.push_str(text);
    }

    fn code(&mut self, code: u32) {
        // Writing to a string does not fail.
        let _ = match (u8::try_from(code), self.has(flag::UNICODE)) {
            (Ok(byte), _) if is_word(byte) => write!(self.out, "{}", char::from(byte)),
            (Ok(byte), false) => write!(self.out, "\\x{byte:02X}"),
            _ => write!(self.out, "\\x{{{code:X}}}"),
        };
    }

    fn literal(&mut self, code: u32) -> Result {
        self.has_newline |= matches!(code, 10 | 13);
        if self.has(flag::CASELESS) {
            let set = set::folded(set::ranges(&[(code, code)]));
            self.set(set);
        } else {
            self.item = Some((self.out.len(), Kind::Plain));
            self.code(code);
        }
        Ok(())
    }

    /// Writes a set as an item.
    fn set(&mut self, mut set: Set) {
        if !self.has(flag::UNICODE) {
            set.intersect(&set::ranges(&[(0, 255)]));
        }
        let all = if self.has(flag::UNICODE) { 0x10_ffff } else { 0xff };
        self.item = Some((self.out.len(), Kind::Plain));
        match set.ranges() {
            [] => self.out.push_str("(?!)"),
            [only] if only.start() == '\0' && u32::from(only.end()) == all => self.out.push_str("(?s:.)"),
            [only] if only.start() == only.end() => self.code(only.start().into()),
            ranges => {
                self.out.push('[');
                for range in ranges {
                    self.code(range.start().into());
                    if range.start() != range.end() {
                        self.out.push('-');
                        self.code(range.end().into());
                    }
                }
                self.out.push(']');
            }
        }
    }

    /// The text of a set, alone.
    fn set_text(&mut self, set: Set) -> String {
        let (start, item) = (self.out.len(), self.item);
        self.set(set);
        self.item = item;
        self.out.split_off(start)
    }

    fn newlines(&mut self) -> Set {
        match self.flags & flag::NEWLINE {
            flag::NEWLINE_CR => set::ranges(&[(13, 13)]),
            flag::NEWLINE_ANYCRLF => set::ranges(&[(10, 10), (13, 13)]),
            flag::NEWLINE_ANY => set::ranges(&[(10, 13), (0x85, 0x85), (0x2028, 0x2029)]),
            _ => set::ranges(&[(10, 10)]),
        }
    }

    /// The text that matches a newline.
    fn newline(&mut self) -> String {
        let newlines = self.newlines();
        match self.flags & flag::NEWLINE {
            flag::NEWLINE_CRLF => String::from("(?:\\r\\n)"),
            flag::NEWLINE_ANY | flag::NEWLINE_ANYCRLF => {
                let single = self.set_text(newlines);
                alloc::format!("(?:\\r\\n|{single})")
            }
            _ => self.set_text(newlines),
        }
    }

    fn not_newline(&mut self) {
        if self.flags & flag::NEWLINE == flag::NEWLINE_CRLF {
            self.emit("(?:(?!\\r\\n)(?s:.))");
        } else {
            let newlines = self.newlines();
            self.set(set::negated(newlines));
        }
    }

    fn circumflex(&mut self) -> String {
        let start = if self.has(flag::NOTBOL) { "(?!)" } else { "\\A" };
        if !self.has(flag::MULTILINE) {
            return start.into();
        }
        let newlines = self.newlines();
        let before = if self.flags & flag::NEWLINE == flag::NEWLINE_CRLF {
            String::from("\\r\\n")
        } else {
            self.set_text(newlines)
        };
        alloc::format!("(?:{start}|(?<={before})(?!\\z))")
    }

    fn dollar(&mut self) -> String {
        match (self.has(flag::MULTILINE), self.has(flag::NOTEOL)) {
            (true, true) => alloc::format!("(?={})", self.newline()),
            (true, false) => alloc::format!("(?=\\z|{})", self.newline()),
            (false, true) => "(?!)".into(),
            (false, false) if self.has(flag::DOLLAR_ENDONLY) => "\\z".into(),
            (false, false) => self.end(),
        }
    }

    /// The end, or before a newline at the end.
    fn end(&mut self) -> String {
        alloc::format!("(?={}?\\z)", self.newline())
    }

    /// `{2}`, `{2,}` or `{2,3}`, whose `{` was read; else none, and it stays a character.
    fn times(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let start = self.at;
        let number = |reader: &mut Self| -> Option<u32> {
            let digits = reader.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
            let text = reader.rest().get(..digits).filter(|digits| !digits.is_empty())?;
            let number = text
                .iter()
                .fold(0_u32, |number, digit| number.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
            reader.at += digits;
            Some(number)
        };
        let Some(least) = number(self) else { return Ok(None) };
        let most = if self.eat(b",") {
            if self.peek() == Some(b'}') {
                None
            } else {
                let most = number(self);
                if most.is_none() {
                    self.at = start;
                    return Ok(None);
                }
                most
            }
        } else {
            Some(least)
        };
        if self.peek() != Some(b'}') {
            self.at = start;
            return Ok(None);
        }
        if least > MOST_TIMES || most.is_some_and(|most| most > MOST_TIMES) {
            return self.fail("number too big in {} quantifier");
        }
        if most.is_some_and(|most| most < least) {
            return self.fail("numbers out of order in {} quantifier");
        }
        self.at += 1;
        Ok(Some((least, most)))
    }

    fn insert(&mut self, place: usize, text: &str) {
        self.out.insert_str(place, text);
        for reference in self.references.iter_mut().filter(|reference| reference.place >= place) {
            reference.place += text.len();
        }
    }

    fn repeat(&mut self, least: u32, most: Option<u32>) -> Result {
        let Some((start, kind)) = self.item.take() else { return self.fail_before("nothing to repeat") };
        let possessive = self.eat(b"+");
        let lazy = !possessive && self.eat(b"?") != self.has(flag::UNGREEDY);
        if kind == Kind::Assertion && most != Some(0) {
            // Once is as good as often.
            if least == 0 {
                self.insert(start, "(?:");
                self.out.push_str("|)");
            }
            return Ok(());
        }
        let _ = match (least, most) {
            (0, None) => write!(self.out, "*"),
            (1, None) => write!(self.out, "+"),
            (0, Some(1)) => write!(self.out, "?"),
            (_, None) => write!(self.out, "{{{least},}}"),
            (_, Some(most)) if most == least => write!(self.out, "{{{least}}}"),
            (_, Some(most)) => write!(self.out, "{{{least},{most}}}"),
        };
        if lazy {
            self.out.push('?');
        }
        if possessive {
            self.insert(start, "(?>");
            self.out.push(')');
        }
        Ok(())
    }

    fn alternative(&mut self) -> Result {
        self.item = None;
        match self.open.last_mut().map(|open| &mut open.kind) {
            Some(Kind::Conditional { branches }) => {
                *branches += 1;
                if *branches > 2 {
                    return self.fail("conditional group contains more than two branches");
                }
            }
            Some(Kind::Reset { before, most }) => {
                *most = self.count.max(*most);
                self.count = *before;
            }
            _ => {}
        }
        self.out.push('|');
        Ok(())
    }

    fn close(&mut self) -> Result {
        let Some(open) = self.open.pop() else { return self.fail_before("unmatched parentheses") };
        self.flags = open.flags;
        // The engine repeats no group that is nothing, and it need not.
        let nothing = self.out.get(open.start..) == Some("(?:");
        self.out.push(')');
        if open.kind == Kind::Condition {
            // The engine has parentheses around it.
            self.out.push(')');
            self.open.push(Open { kind: Kind::Conditional { branches: 1 }, flags: open.flags, start: open.start });
            self.item = None;
            return Ok(());
        }
        if let Kind::Reset { most, .. } = open.kind {
            self.count = self.count.max(most);
        }
        let kind = if nothing || open.kind == Kind::Assertion { Kind::Assertion } else { Kind::Plain };
        self.item = Some((open.start, kind));
        Ok(())
    }

    /// Opens a group that begins so in the engine's syntax.
    fn open(&mut self, kind: Kind, text: &str) -> Result {
        self.item = None;
        self.open.push(Open { kind, flags: self.flags, start: self.out.len() });
        self.out.push_str(text);
        Ok(())
    }

    fn capture(&mut self, name: Option<Vec<u8>>) -> Result {
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
    fn group(&mut self) -> Result {
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
    fn options(&mut self) -> Result {
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
    fn name(&mut self, end: u8) -> Result<Vec<u8>> {
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

    fn named(&mut self, end: u8, message: &'static str) -> Result {
        match self.peek() {
            Some(byte) if is_word(byte) => {
                let name = self.name(end)?;
                self.capture(Some(name))
            }
            _ => self.fail(message),
        }
    }

    /// What follows `(?(`.
    fn condition(&mut self) -> Result {
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
    fn number(&mut self) -> (usize, Option<bool>) {
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

    fn absolute(&self, number: usize, relative: Option<bool>) -> Result<usize> {
        let number = match relative {
            None => Some(number),
            Some(true) => self.count.checked_add(number),
            Some(false) => (self.count + 1).checked_sub(number).filter(|&number| number != 0),
        };
        number.map_or_else(|| self.fail(NO_SUCH_GROUP), Ok)
    }

    fn reference(&mut self, target: Target, at: usize) {
        self.item = Some((self.out.len(), Kind::Plain));
        let (place, caseless) = (self.out.len(), self.has(flag::CASELESS));
        self.references.push(Reference { place, target, condition: false, caseless, at });
    }

    /// The output with the numbers of groups.
    fn resolved(&mut self) -> Result<String> {
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

    /// What follows `\` outside of a class.
    fn escape(&mut self) -> Result {
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
    fn class_escape(&mut self, letter: u8) -> Result<Option<Set>> {
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

    fn octal(&mut self, value: u32, most: usize) -> Result<u32> {
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
    fn braced(&mut self, radix: u32, message: &'static str) -> Result<u32> {
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
    fn character(&mut self, code: u32) -> Result<u32> {
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
    fn class(&mut self) -> Result {
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
    fn posix_end(&self) -> Option<usize> {
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
