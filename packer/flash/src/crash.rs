//! Stack traces of Erlang programs in what a console prints: `{module,function,arity,[{file,"f.erl"},{line,7}]}`, as OTP,
//! Emberl's machine and AtomVM print them, over one line or several.

/// An entry of a stack trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The module, as it was printed: with quotes where it needs them.
    pub module: String,
    /// The function, likewise.
    pub function: String,
    /// Its arity; where arguments were printed, how many.
    pub arity: usize,
    /// File and line, where the trace has them.
    pub location: Option<(String, u32)>,
}

/// The stack traces in a text: entries that stand in a row, of which one at least tells its line.
#[must_use]
pub fn traces(text: &str) -> Vec<Vec<Frame>> {
    let mut traces: Vec<Vec<Frame>> = Vec::new();
    let (mut at, mut end) = (0, None);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        at += found;
        let Some((frame, length)) = frame(text.get(at..).unwrap_or_default()) else {
            at += 1;
            continue;
        };
        let between = end.and_then(|end| text.get(end..at));
        let is_next = between.is_some_and(|text| text.chars().all(|c| c == ',' || c.is_whitespace()));
        match traces.last_mut() {
            Some(trace) if is_next => trace.push(frame),
            _ => traces.push(vec![frame]),
        }
        at += length;
        end = Some(at);
    }
    traces.retain(|trace| trace.iter().any(|frame| frame.location.is_some()));
    traces
}

/// Longer lists in a stack trace are not read, so that no output takes long.
const LONGEST_LIST: usize = 8 << 10;

/// A reader of the few kinds of term that stack traces are made of.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The token, with white space before it.
    fn token(&mut self, token: char) -> Option<()> {
        self.space();
        self.rest().starts_with(token).then(|| self.at += token.len_utf8())
    }

    fn atom(&mut self) -> Option<&'t str> {
        self.space();
        let rest = self.rest();
        let length = match rest.chars().next()? {
            '\'' => quoted(rest)?,
            'a'..='z' => rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '@').unwrap_or(rest.len()),
            _ => return None,
        };
        self.at += length;
        rest.get(..length)
    }

    fn number(&mut self) -> Option<u32> {
        self.space();
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length)?.parse().ok()
    }

    /// A list, in brackets: its text between them, and how many elements it has.
    fn list(&mut self) -> Option<(&'t str, usize)> {
        self.token('[')?;
        let (rest, mut depth, mut elements, mut is_empty) = (self.rest(), 0usize, 1, true);
        let mut at = 0;
        while let Some(c) = rest.get(at..).and_then(|rest| rest.chars().next()) {
            if at > LONGEST_LIST {
                return None;
            }
            let length = match c {
                '"' | '\'' => quoted(rest.get(at..)?)?,
                '$' => 1 + rest.get(at + 1..)?.chars().next().map_or(0, char::len_utf8),
                _ => c.len_utf8(),
            };
            match c {
                ']' if depth == 0 => {
                    self.at += at + 1;
                    return Some((rest.get(..at)?, if is_empty { 0 } else { elements }));
                }
                '[' | '{' | '(' => depth += 1,
                ']' | '}' | ')' => depth = depth.checked_sub(1)?,
                ',' if depth == 0 => elements += 1,
                _ => {}
            }
            is_empty &= c.is_whitespace();
            at += length;
        }
        None
    }
}

/// The length of what stands in the quotes that `text` begins with, with them; on one line.
fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => return None,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The entry that `text` begins with, and its length.
fn frame(text: &str) -> Option<(Frame, usize)> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.token('{')?;
    let module = scanner.atom()?.to_owned();
    scanner.token(',')?;
    let function = scanner.atom()?.to_owned();
    scanner.token(',')?;
    scanner.space();
    let arity = match scanner.rest().starts_with('[') {
        true => scanner.list()?.1,
        false => usize::try_from(scanner.number()?).ok().filter(|&arity| arity <= 255)?,
    };
    scanner.token(',')?;
    let (information, _) = scanner.list()?;
    scanner.token('}')?;
    Some((Frame { module, function, arity, location: location(information) }, scanner.at))
}

/// File and line, of what an entry tells.
fn location(information: &str) -> Option<(String, u32)> {
    let after = |key: &str| {
        let at = information.find(key)? + key.len();
        Some(Scanner { text: information, at })
    };
    let mut file = after("{file,")?;
    file.space();
    let rest = file.rest();
    let name = rest.starts_with('"').then(|| rest.get(1..quoted(rest)? - 1)).flatten()?;
    let line = after("{line,")?.number()?;
    Some((name.to_owned(), line))
}

/// Lines that belong to one report: one that opens brackets, and those that follow until they are closed.
#[derive(Debug, Default)]
pub struct Reports {
    text: String,
    lines: usize,
}

impl Reports {
    /// More lines than a report has, and more bytes: no output may fill the memory.
    const MOST: (usize, usize) = (300, 64 << 10);

    /// Takes the next line, and gives the stack traces of the report that ends with it.
    pub fn line(&mut self, line: &str) -> Vec<Vec<Frame>> {
        let goes_on = line.starts_with([' ', '\t', '[', '{', ']', '}']);
        let mut found = if self.text.is_empty() || goes_on { Vec::new() } else { self.end() };
        if self.text.is_empty() && !line.contains(['[', '{']) {
            return found;
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
        if open_brackets(&self.text) <= 0 || self.lines > Self::MOST.0 || self.text.len() > Self::MOST.1 {
            found.extend(self.end());
        }
        found
    }

    /// Nothing follows for now: the stack traces of what came so far.
    pub fn end(&mut self) -> Vec<Vec<Frame>> {
        self.lines = 0;
        traces(&std::mem::take(&mut self.text))
    }
}

/// How many more brackets are opened than closed.
fn open_brackets(text: &str) -> i64 {
    let (mut at, mut open) = (0, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '[' | '{' => open += 1,
            ']' | '}' => open -= 1,
            // An apostrophe of a sentence is not closed.
            '"' | '\'' => at += text.get(at..).and_then(quoted).unwrap_or(1) - 1,
            _ => {}
        }
        at += c.len_utf8();
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(trace: &[Frame]) -> Vec<String> {
        let place =
            |frame: &Frame| frame.location.as_ref().map_or_else(String::new, |(file, line)| format!(" {file}:{line}"));
        trace.iter().map(|f| format!("{}:{}/{}{}", f.module, f.function, f.arity, place(f))).collect()
    }

    #[test]
    fn entries_are_read() {
        let text = r#"{{badmatch,[1,{a,b}]},[{erlang,length,[b,"x,]",[]],[{error_info,#{module => erl_erts_errors}}]},
            {'Elixir.A','-f/1-fun-0-', 1,[{file,"lib/a.ex"},{line,12}]}, {m,start,0,[]}]}"#;
        let [trace] = traces(text).try_into().unwrap();
        assert_eq!(shown(&trace), ["erlang:length/3", "'Elixir.A':'-f/1-fun-0-'/1 lib/a.ex:12", "m:start/0"]);
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            "{a,b,1,[]}",
            "{a,b,c,[{file,\"x\"},{line,1}]}",
            "{a,b,1,[{file,\"x\"},{line,1}]",
            "{a,b,999,[{file,\"x\"},{line,1}]}",
            "{1,b,1,[{file,\"x\"},{line,1}]}",
            "it's {nothing",
            "",
        ] {
            assert_eq!(traces(text), Vec::<Vec<Frame>>::new(), "{text}");
        }
    }

    #[test]
    fn reports_over_several_lines() {
        let mut reports = Reports::default();
        let lines = [
            "don't stop {",
            "Error in process <0.5.0> with exit value:",
            "{{badmatch,\"it's [\"},",
            " [{m,f,0,[{file,\"m.erl\"},{line,3}]},",
            "  {m,start,0,[{file,\"m.erl\"},",
            "             {line,9}]}]}",
            "next",
        ];
        let found: Vec<usize> = lines.iter().map(|line| reports.line(line).len()).collect();
        assert_eq!(found, [0, 0, 0, 0, 0, 1, 0]);
        // Cut off: what was there is told when something else comes, or nothing.
        assert_eq!(reports.line("[{m,f,0,[{file,\"m.erl\"},{line,3}]},").len(), 0);
        assert_eq!(shown(&reports.line("boot").concat()), ["m:f/0 m.erl:3"]);
        assert_eq!(reports.line("[{m,f,0,[{file,\"m.erl\"},{line,3}]},").len(), 0);
        assert_eq!(reports.end().len(), 1);
    }

    #[test]
    fn any_bytes_end_and_take_no_memory() {
        let mut reports = Reports::default();
        for _ in 0..10_000 {
            reports.line(" [{'\"ä$");
        }
        assert!(reports.text.len() < 70_000);
        let deep = "[".repeat(50_000) + &"{a,b,[".repeat(5_000);
        assert_eq!(traces(&deep[..55_000]), Vec::<Vec<Frame>>::new());
    }
}
