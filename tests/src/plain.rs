//! What programs print, without what differs between any two runs.

/// What differs between any two runs, made the same: `<0.83.0>` becomes `<PID>`, `#Ref<...>` and `#Port<...>` lose their
/// numbers, the time in the head of a report becomes `TIME`, and sizes in a crash report are left out.
#[must_use]
pub fn plain(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| plain_line(line)).collect()
}

/// As [`plain`], of one line.
#[must_use]
pub fn plain_line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(1..).unwrap_or_default();
        let end = inside.find('>').unwrap_or(0);
        let numbers = inside.get(..end).unwrap_or_default();
        let is_number = !numbers.is_empty()
            && numbers.contains('.')
            && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let name = ["#Ref", "#Port"].into_iter().find(|name| before.ends_with(name));
        if is_number {
            out.push_str(if name.is_some() { "<>" } else { "<PID>" });
            rest = inside.get(end + 1..).unwrap_or_default();
        } else {
            out.push('<');
            rest = inside;
        }
    }
    out.push_str(rest);
    time_free(&out)
}

/// The lines of a crash report that tell what a machine's process is made of.
const OF_THE_MACHINE: [&str; 3] = ["heap_size: ", "stack_size: ", "reductions: "];

/// `=ERROR REPORT==== 21-Nov-2026::19:24:08.123456 ===` without its time.
fn time_free(line: &str) -> String {
    if let Some(head) = OF_THE_MACHINE.iter().find(|head| line.trim_start().starts_with(**head)) {
        return (*head).to_owned();
    }
    let Some((head, rest)) = line.split_once("==== ") else { return line.to_owned() };
    match rest.strip_suffix(" ===") {
        Some(time) if head.starts_with('=') && time.contains("::") => format!("{head}==== TIME ==="),
        _ => line.to_owned(),
    }
}

/// The text with the pairs of every map in it (`#{...}`, and Elixir's `%{...}`) sorted as text and without white space
/// between them. Since OTP 26 the order of a small map's atoms is that in which a node came to know them, and is promised
/// to nobody; what prints a map on several lines keeps them together.
#[must_use]
pub fn sorted_maps(text: &str) -> String {
    // What is open: the text of it so far, its pairs that are complete, and what closes it.
    let mut open: Vec<(String, Vec<String>, char)> = Vec::new();
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(char) = chars.next() {
        let in_map = open.iter().any(|(_, _, end)| *end == '\u{1}');
        match char {
            '{' if before == '#' || before == '%' => open.push((core::mem::take(&mut out) + "{", Vec::new(), '\u{1}')),
            '{' | '[' | '(' if in_map => {
                let end = if char == '{' {
                    '}'
                } else if char == '[' {
                    ']'
                } else {
                    ')'
                };
                open.push((core::mem::take(&mut out) + &char.to_string(), Vec::new(), end));
            }
            ',' if open.last().is_some_and(|(_, _, end)| *end == '\u{1}') => {
                if let Some((_, pairs, _)) = open.last_mut() {
                    pairs.push(core::mem::take(&mut out));
                }
            }
            '}' | ']' | ')' if in_map => match open.pop() {
                Some((start, mut pairs, end)) if end == char || (end == '\u{1}' && char == '}') => {
                    pairs.push(out);
                    if end == '\u{1}' {
                        pairs.sort();
                    }
                    out = start + &pairs.join(",");
                    out.push(char);
                }
                Some((start, pairs, _)) => {
                    // Not what it looked like.
                    out = [start, pairs.join(","), out, char.to_string()].concat();
                }
                None => out.push(char),
            },
            '"' | '\'' if in_map => {
                out.push(char);
                while let Some(inner) = chars.next() {
                    out.push(inner);
                    if inner == '\\' {
                        out.extend(chars.next());
                    } else if inner == char {
                        break;
                    }
                }
            }
            '$' if in_map => {
                out.push(char);
                out.extend(chars.next());
            }
            char if in_map && char.is_whitespace() => {}
            char => out.push(char),
        }
        before = char;
    }
    while let Some((start, pairs, _)) = open.pop() {
        let pairs: String = pairs.into_iter().map(|pair| pair + ",").collect();
        out = start + &pairs + &out;
    }
    out
}
