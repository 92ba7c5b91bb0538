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
