//! Terms over several lines: the layout that OTP's `io:format("~p")` gives a term, made from the term in one line.
//!
//! The rules are those of OTP 25's `io_lib_pretty` with lines of 80 columns, starting in the first column, found in its
//! source and by comparing with it:
//!
//! - What fits into the rest of its line, with the brackets that close after it, stands there.
//! - In a list or a tuple only leaves share a line; every other element starts a line and is followed by one. A binary of
//!   numbers is no leaf: it may break at each comma.
//! - Elements stand below the first one. After the tag of a tuple (its first element, an atom) they stand below the second
//!   one, so far to the right as the tag is long; where that would lead beyond half of a line somewhere in the term,
//!   they all stand 4 columns after the brace instead, on lines of their own, or only 1 column if that is too far too.
//! - A value of a map that does not fit after its key stands below it, so far to the right (4, 4 or 1 columns).
//! - Strings and binaries of characters are never broken.

/// Columns of a line.
const COLUMNS: usize = 80;

/// Deeper terms stay in one line. OTP has no such limit; with one, no input can exhaust the stack.
const DEPTH: usize = 200;

/// Lays out one term, given as `~p` prints it with lines without end (in OTP `~0p`). No newline is at the end.
///
/// Text that is not such a term, or one nested more than 200 levels deep, comes back as it is.
#[must_use]
pub fn lay_out(line: &str) -> String {
    let mut parser = Parser { line, place: 0 };
    let term = match parser.term(DEPTH) {
        Some(term) if parser.place == line.len() => term,
        _ => return line.to_owned(),
    };
    for indent in [Indent::BelowSecond, Indent::Columns(4)] {
        let mut trial = Layout { line, indent, out: None };
        if trial.term(&term, Place::default()).is_ok() {
            return Layout { line, indent, out: Some(String::new()) }.finish(&term);
        }
    }
    Layout { line, indent: Indent::Columns(1), out: Some(String::new()) }.finish(&term)
}

/// A term, as a part of the line.
struct Node {
    /// Its text in the line: bytes.
    start: usize,
    end: usize,
    /// How many characters that are.
    length: usize,
    kind: Kind,
}

enum Kind {
    /// What is never broken; with whether it is an atom.
    Leaf { atom: bool },
    /// A binary of numbers.
    Bits,
    /// A tuple with elements.
    Tuple(Vec<Node>),
    /// A list with elements and, when it is improper, what comes after the bar.
    List(Vec<Node>, Option<Box<Node>>),
    /// A map with keys and values.
    Map(Vec<[Node; 2]>),
}

impl Node {
    const fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::Leaf { .. })
    }
}

/// Reads the line. Every method gives `None` for what is no term.
struct Parser<'a> {
    line: &'a str,
    /// The next byte.
    place: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.line.get(self.place..).unwrap_or_default()
    }

    /// Takes `text` if it comes next.
    fn takes(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.place += text.len();
        }
        found
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.takes(text).then_some(())
    }

    /// Reads a term that is nested up to `depth` levels.
    fn term(&mut self, depth: usize) -> Option<Node> {
        let start = self.place;
        let depth = depth.checked_sub(1)?;
        let kind = if self.takes("#{}") || self.takes("{}") || self.takes("[]") || self.takes("<<>>") {
            Kind::Leaf { atom: false }
        } else if self.takes("#{") {
            self.map(depth)?
        } else if self.takes("{") {
            let elements = self.elements(depth)?;
            self.expect("}")?;
            Kind::Tuple(elements)
        } else if self.takes("[") {
            let elements = self.elements(depth)?;
            let tail = if self.takes("|") { Some(Box::new(self.term(depth)?)) } else { None };
            self.expect("]")?;
            Kind::List(elements, tail)
        } else if self.takes("<<\"") {
            self.quoted('"')?;
            let _ = self.takes("/utf8");
            self.expect(">>")?;
            Kind::Leaf { atom: false }
        } else if self.takes("<<") {
            self.place += self.rest().find(">>")? + 2;
            Kind::Bits
        } else {
            self.leaf()?
        };
        let end = self.place;
        let length = self.line.get(start..end)?.chars().count();
        Some(Node { start, end, length, kind })
    }

    /// One element or more, with commas between.
    fn elements(&mut self, depth: usize) -> Option<Vec<Node>> {
        let mut elements = vec![self.term(depth)?];
        while self.takes(",") {
            elements.push(self.term(depth)?);
        }
        Some(elements)
    }

    fn map(&mut self, depth: usize) -> Option<Kind> {
        let mut pairs = Vec::new();
        loop {
            let key = self.term(depth)?;
            self.expect(" => ")?;
            pairs.push([key, self.term(depth)?]);
            if !self.takes(",") {
                break;
            }
        }
        self.expect("}")?;
        Some(Kind::Map(pairs))
    }

    /// An atom, a number, a string, a pid, a port, a reference or a fun: never empty.
    fn leaf(&mut self) -> Option<Kind> {
        if self.takes("\"") {
            self.quoted('"')?;
            return Some(Kind::Leaf { atom: false });
        }
        if self.takes("fun ") {
            self.until(&[',', '|', ']', '}', ' '])?;
            return Some(Kind::Leaf { atom: false });
        }
        if self.rest().starts_with(['<', '#']) {
            self.until(&['>'])?;
            self.expect(">")?;
            return Some(Kind::Leaf { atom: false });
        }
        let atom = self.rest().starts_with(|first: char| first == '\'' || first.is_lowercase());
        self.until(&[',', '|', ']', '}', ' '])?;
        Some(Kind::Leaf { atom })
    }

    /// Goes to one of the characters, outside quotes, or to the end of the line; over one character at least.
    fn until(&mut self, ends: &[char]) -> Option<()> {
        let start = self.place;
        while let Some(next) = self.rest().chars().next().filter(|next| !ends.contains(next)) {
            self.place += next.len_utf8();
            if next == '\'' {
                self.quoted('\'')?;
            }
        }
        (self.place > start).then_some(())
    }

    /// Goes behind the quote that closes what was opened before.
    fn quoted(&mut self, quote: char) -> Option<()> {
        let mut escaped = false;
        for (at, character) in self.rest().char_indices() {
            if escaped {
                escaped = false;
            } else if character == quote {
                self.place += at + 1;
                return Some(());
            } else {
                escaped = character == '\\';
            }
        }
        None
    }
}

/// Where the elements after a tag stand.
#[derive(Clone, Copy)]
enum Indent {
    /// Below the second element, however long the tag is.
    BelowSecond,
    /// So many columns after the brace, unless the tag is shorter.
    Columns(usize),
}

/// Where a term is put.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Its column; the first of a line is 0. This is where its lines are indented to, too.
    column: usize,
    /// Brackets that close behind it.
    closing: usize,
}

/// In the trial of an indent: something would start too far to the right.
struct TooFar;

/// What is left of a line for what comes next, for OTP's comparisons count columns from 1: a term may end in the last
/// column but one.
const fn fits(length: usize, column: usize) -> bool {
    column + length + 1 < COLUMNS
}

struct Layout<'a> {
    line: &'a str,
    indent: Indent,
    /// The text so far; `None` in a trial of the indent.
    out: Option<String>,
}

impl Layout<'_> {
    fn finish(mut self, term: &Node) -> String {
        // Only a trial fails.
        let _ = self.term(term, Place::default());
        self.out.unwrap_or_default()
    }

    fn write(&mut self, text: &str) {
        if let Some(out) = &mut self.out {
            out.push_str(text);
        }
    }

    /// Writes a term as it stands in the line.
    fn copy(&mut self, node: &Node) {
        let line = self.line;
        self.write(line.get(node.start..node.end).unwrap_or_default());
    }

    fn new_line(&mut self, column: usize) {
        if let Some(out) = &mut self.out {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', column));
        }
    }

    /// In a trial, whether elements may start in this column: half of the line is left.
    const fn allow(&self, column: usize) -> Result<(), TooFar> {
        if self.out.is_some() || column < COLUMNS / 2 { Ok(()) } else { Err(TooFar) }
    }

    fn term(&mut self, node: &Node, place: Place) -> Result<(), TooFar> {
        let Place { column, closing } = place;
        if fits(node.length + closing, column) {
            self.copy(node);
            return Ok(());
        }
        match &node.kind {
            Kind::Leaf { .. } => self.copy(node),
            Kind::Bits => self.bits(node, place),
            Kind::List(elements, tail) => {
                self.write("[");
                let place = Place { column: column + 1, closing };
                self.elements(elements, tail.as_deref(), place)?;
                self.write("]");
            }
            Kind::Tuple(elements) => {
                self.write("{");
                match elements.split_first() {
                    Some((tag, rest)) if matches!(tag.kind, Kind::Leaf { atom: true }) && !rest.is_empty() => {
                        self.tagged(tag, rest, place)?;
                    }
                    _ => {
                        let place = Place { column: column + 1, closing };
                        self.elements(elements, None, place)?;
                    }
                }
                self.write("}");
            }
            Kind::Map(pairs) => {
                self.write("#{");
                self.pairs(pairs, Place { column: column + 2, closing })?;
                self.write("}");
            }
        }
        Ok(())
    }

    /// The elements of a tuple after its tag. The place is that of the brace.
    fn tagged(&mut self, tag: &Node, rest: &[Node], place: Place) -> Result<(), TooFar> {
        self.copy(tag);
        let Place { column, closing } = place;
        // The brace, the tag and the comma.
        let second = column + tag.length + 2;
        match self.indent {
            Indent::Columns(columns) if tag.length + 2 > columns => {
                let indented = column + columns;
                self.allow(indented)?;
                self.more(rest, None, second, Place { column: indented, ..place })
            }
            _ => {
                self.allow(second + 1)?;
                self.write(",");
                let place = Place { column: second, closing };
                self.elements(rest, None, place)
            }
        }
    }

    /// Elements from the first one on. The place's `closing` is that of all together.
    fn elements(&mut self, elements: &[Node], tail: Option<&Node>, place: Place) -> Result<(), TooFar> {
        let Some((first, rest)) = elements.split_first() else { return Ok(()) };
        let width = self.element(first, Place { closing: last(rest.is_empty(), place), ..place })?;
        self.more(rest, tail, place.column + width, place)
    }

    /// An element that starts where its lines are indented to; gives its width, which is a line's when nothing may follow
    /// in its line.
    fn element(&mut self, node: &Node, place: Place) -> Result<usize, TooFar> {
        self.term(node, place)?;
        let shared = node.is_leaf() && fits(node.length + place.closing, place.column);
        Ok(if shared { node.length } else { COLUMNS })
    }

    /// Elements that follow others; `column` is where the line has come to, `place` where the first one stands.
    fn more(&mut self, elements: &[Node], tail: Option<&Node>, mut column: usize, place: Place) -> Result<(), TooFar> {
        for (number, node) in elements.iter().enumerate() {
            let closing = last(number + 1 == elements.len(), place);
            self.write(",");
            let width = 1 + node.length;
            if node.is_leaf() && fits(width + closing.max(1), column) {
                self.copy(node);
                column += width;
            } else {
                self.new_line(place.column);
                let width = self.element(node, Place { column: place.column, closing })?;
                column = place.column + width;
            }
        }
        let Some(tail) = tail else { return Ok(()) };
        self.write("|");
        let closing = place.closing + 1;
        if tail.is_leaf() && fits(tail.length + 1 + closing, column) {
            self.copy(tail);
            return Ok(());
        }
        self.new_line(place.column);
        // A trial of OTP's looks at it where the line has come to.
        let column = if self.out.is_some() { place.column } else { column };
        self.term(tail, Place { column, closing })
    }

    /// The pairs of a map.
    fn pairs(&mut self, pairs: &[[Node; 2]], place: Place) -> Result<(), TooFar> {
        let mut column = place.column;
        for (number, [key, value]) in pairs.iter().enumerate() {
            let closing = last(number + 1 == pairs.len(), place);
            let length = key.length + 4 + value.length;
            let leaves = key.is_leaf() && value.is_leaf();
            if number > 0 {
                self.write(",");
                if leaves && fits(1 + length + closing.max(1), column) {
                    self.pair(key, value);
                    column += 1 + length;
                    continue;
                }
                self.new_line(place.column);
            }
            if fits(length + closing, place.column) {
                self.pair(key, value);
                column = place.column + if leaves { length } else { COLUMNS };
                continue;
            }
            self.term(key, Place { column: place.column, closing })?;
            self.write(" =>");
            let indented = place.column
                + match self.indent {
                    Indent::BelowSecond => 4,
                    Indent::Columns(columns) => columns,
                };
            self.new_line(indented);
            self.term(value, Place { column: indented, closing })?;
            column = place.column + COLUMNS;
        }
        Ok(())
    }

    fn pair(&mut self, key: &Node, value: &Node) {
        self.copy(key);
        self.write(" => ");
        self.copy(value);
    }

    /// A binary of numbers, broken at commas. No line holds fewer than 8 characters of it.
    fn bits(&mut self, node: &Node, place: Place) {
        let line = self.line;
        let text = line.get(node.start..node.end).unwrap_or_default();
        let text = text.strip_prefix("<<").unwrap_or(text);
        let text = text.strip_suffix(">>").unwrap_or(text);
        let column = place.column + 2;
        let room = COLUMNS.saturating_sub(column + 1 + place.closing).max(8);
        let mut left = room;
        self.write("<<");
        for number in text.split_inclusive(',') {
            if number.len() > left {
                self.new_line(column);
                left = room;
            }
            left = left.saturating_sub(number.len());
            self.write(number);
        }
        self.write(">>");
    }
}

/// Brackets that close behind an element of what is in a place. What follows a bar does not count, as in OTP.
const fn last(last: bool, place: Place) -> usize {
    if last { place.closing + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Terms as OTP 25 prints them, for each: in one line, laid out, and an empty line. `tests/erl/layout_terms.erl`
    /// wrote it.
    const RECORDED: &str = include_str!("layout/recorded.txt");

    #[test]
    fn terms_are_laid_out_as_by_otp() {
        let mut broken = 0;
        for record in RECORDED.split_terminator("\n\n") {
            let (line, laid_out) = record.split_once('\n').unwrap();
            assert_eq!(lay_out(line), laid_out, "{line}");
            broken += usize::from(line != laid_out);
        }
        assert!(broken >= 30, "{broken}");
    }

    #[test]
    fn a_whole_term_of_78_characters_fits() {
        let list = |last: &str| format!("[{}a,{last}]", "abc,".repeat(18));
        assert_eq!(list("ab").len(), 78);
        assert_eq!(lay_out(&list("ab")), list("ab"));
        assert_eq!(lay_out(&list("abc")), format!("[{}a,\n abc]", "abc,".repeat(18)));
    }

    #[test]
    fn what_is_no_term_stays_as_it_is() {
        for text in [
            "",
            ",",
            "[",
            "{a",
            "[a,]",
            "[a|b|c]",
            "#{a}",
            "#{a => 1",
            "\"a",
            "'a",
            "<<1",
            "<<\"a\"",
            "a]",
            "a,b",
            "<0.1",
            "#",
            "fun ",
            "{a,\"b}",
            "Error in process",
            "\\",
            "'\\'",
            "\u{e4}\u{ff}]",
            "#\u{e4}",
            "<<\u{e4}",
        ] {
            assert_eq!(lay_out(text), text);
            let long = format!("{{{}{text}", "a,".repeat(60));
            assert_eq!(lay_out(&long), long);
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}a,b{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(lay_out(&nested(DEPTH - 1)).lines().count(), 2);
        for depth in [DEPTH, 1_000_000] {
            assert_eq!(lay_out(&nested(depth)), nested(depth));
        }
        assert_eq!(lay_out(&"{".repeat(1_000_000)).len(), 1_000_000);
    }
}
