//! PCRE's patterns in the syntax of the engine. Owns what each construct means under the options, and PCRE's messages
//! for patterns that are none.
//!
//! All options are settled here: the engine gets sets of characters, groups, repetitions and assertions only, and runs
//! with no flags. What the engine cannot do as PCRE does is refused: recursion, most verbs, `\X`.

mod escapes;
mod groups;

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
}
