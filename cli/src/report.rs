//! Findings as text for people, and as JSON for programs.

use std::fmt::Write as _;

use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::link::quoted;
use serde::Serialize;

use crate::console::{self, ERROR, LABEL, STRONG, WARNING, styled};
use crate::project::Home;

/// Findings as text. Lines are broken at `width`, if there is one.
pub(crate) fn text(findings: &[Diagnostic], width: Option<usize>) -> String {
    let home = Home::here();
    let mut out = String::new();
    for finding in findings {
        one(finding, home.as_ref(), width, &mut out);
        out.push('\n');
    }
    out
}

fn one(finding: &Diagnostic, home: Option<&Home>, width: Option<usize>, out: &mut String) {
    let (style, severity) = match finding.severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
    };
    let head = format!("{severity}[{}]", finding.code);
    let mut what = format!("{head}: {}", plain(&finding.what));
    match finding.more {
        0 => {}
        1 => what.push_str(" (and 1 more place in this function)"),
        more => {
            let _ = write!(what, " (and {more} more places in this function)");
        }
    }
    let lines = match width {
        Some(width) => console::wrap(&what, width.saturating_sub(2)),
        None => vec![what],
    };
    for (number, line) in lines.iter().enumerate() {
        match line.strip_prefix(&head).filter(|_| number == 0) {
            Some(rest) => {
                let _ = writeln!(out, "{}{}", styled(style, &head), styled(STRONG, rest));
            }
            None => {
                let _ = writeln!(out, "  {}", styled(STRONG, line));
            }
        }
    }
    let place = place(finding, home);
    // A file alone is not said twice.
    let said = place == finding.file && finding.what.contains(&place);
    if !place.is_empty() && !said {
        labelled(" -->", &place, width, out);
    }
    labelled("  = why:", &finding.why, width, out);
    labelled("  = cure:", &finding.cure, width, out);
}

/// A labelled line; what follows of a long one stands under its text.
fn labelled(label: &str, text: &str, width: Option<usize>, out: &mut String) {
    if text.is_empty() {
        return;
    }
    let text = plain(text);
    let indent = label.len() + 2;
    let lines = match width {
        Some(width) => console::wrap(&text, width.saturating_sub(indent)),
        None => vec![text],
    };
    for (number, line) in lines.iter().enumerate() {
        let _ = if number == 0 {
            writeln!(out, " {} {line}", styled(LABEL, label))
        } else {
            writeln!(out, "{:indent$}{line}", "")
        };
    }
}

/// Where a finding is: `hello.erl:12 in hello:start/0 (build/hello.beam)`. Some compilers name the whole path of a source: in
/// a project it is told as it is found from here.
fn place(finding: &Diagnostic, home: Option<&Home>) -> String {
    let function = match (&finding.module, &finding.function) {
        (Some(module), Some((name, arity))) => format!(" in {}:{}/{arity}", quoted(module), quoted(name)),
        (Some(module), None) => format!(" in {}", quoted(module)),
        (None, _) => String::new(),
    };
    if let Some(location) = &finding.location {
        let source = home.map_or_else(|| location.file.clone(), |home| home.source(&location.file));
        return format!("{source}:{}{function} ({})", location.line, finding.file);
    }
    let bytes = match &finding.place {
        Some((Some(chunk), offset)) => format!(", chunk {chunk}, byte {offset}"),
        Some((None, offset)) => format!(", byte {offset}"),
        None => String::new(),
    };
    format!("{}{bytes}{function}", finding.file)
}

/// Text for a terminal: what is in a file must not move the cursor.
pub(crate) fn plain(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut out, c| {
        if c.is_control() {
            out.extend(c.escape_default())
        } else {
            out.push(c)
        }
        out
    })
}

/// A fault that is no finding: what is wrong, and the cure.
pub(crate) fn message(what: &str, cure: &str, width: Option<usize>) -> String {
    let mut out = String::new();
    let text = format!("error: {}", plain(what));
    let lines = match width {
        Some(width) => console::wrap(&text, width.saturating_sub(2)),
        None => vec![text],
    };
    for (number, line) in lines.iter().enumerate() {
        match line.strip_prefix("error").filter(|_| number == 0) {
            Some(rest) => {
                let _ = writeln!(out, "{}{}", styled(ERROR, "error"), styled(STRONG, rest));
            }
            None => {
                let _ = writeln!(out, "  {}", styled(STRONG, line));
            }
        }
    }
    labelled("  = cure:", cure, width, &mut out);
    out
}

/// How many errors and warnings there are.
pub(crate) fn counts(findings: &[Diagnostic]) -> (usize, usize) {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}

/// `2 errors, 1 warning`.
pub(crate) fn count_text(findings: &[Diagnostic]) -> String {
    let (errors, warnings) = counts(findings);
    format!("{}, {}", console::count(errors, "error"), console::count(warnings, "warning"))
}

/// A finding as JSON. What is not known is `null`.
#[derive(Debug, Serialize)]
pub(crate) struct Finding<'f> {
    /// Its code, for `emberl explain`: `E0202`.
    code: String,
    /// `error` or `warning`.
    severity: &'static str,
    /// The file: a path, or `PACK(SECTION)`; empty when the finding is about the program as a whole.
    file: &'f str,
    /// The module.
    module: Option<&'f str>,
    /// The function: `start/0`.
    function: Option<String>,
    /// The place in the source.
    source: Option<Source<'f>>,
    /// The chunk that `offset` counts in; `null` for the file itself.
    chunk: Option<String>,
    /// The byte in the chunk's data, or in the file.
    offset: Option<usize>,
    /// What is wrong.
    what: &'f str,
    /// Why that is wrong.
    why: &'f str,
    /// What to do about it.
    cure: &'f str,
    /// How many more places in the same function have the same fault.
    more: usize,
}

/// A place in a source file.
#[derive(Debug, Serialize)]
struct Source<'f> {
    /// The file, as the compiler knew it.
    file: &'f str,
    /// The line, from 1.
    line: u32,
}

impl<'f> Finding<'f> {
    pub(crate) fn of(finding: &'f Diagnostic) -> Self {
        Self {
            code: finding.code.to_string(),
            severity: finding.severity.name(),
            file: &finding.file,
            module: finding.module.as_deref(),
            function: finding.function.as_ref().map(|(name, arity)| format!("{name}/{arity}")),
            source: finding.location.as_ref().map(|location| Source { file: &location.file, line: location.line }),
            chunk: finding.place.as_ref().and_then(|(chunk, _)| chunk.map(|chunk| chunk.to_string())),
            offset: finding.place.as_ref().map(|(_, offset)| *offset),
            what: &finding.what,
            why: &finding.why,
            cure: &finding.cure,
            more: finding.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberl_packer::diagnostic::Code;
    use emberl_packer::unit::Location;

    fn finding() -> Diagnostic {
        Diagnostic {
            module: Some("hello".into()),
            function: Some(("start".into(), 0)),
            location: Some(Location { file: "hello.erl".into(), line: 12 }),
            ..Diagnostic::of_file(
                202,
                Severity::Error,
                "build/hello.beam",
                "call to undefined function lists:foldx/3".into(),
                "the module lists does not export it".into(),
                "did you mean lists:foldl/3?".into(),
            )
        }
    }

    fn shown(finding: Diagnostic, width: Option<usize>) -> String {
        anstream::adapter::strip_str(&text(&[finding], width)).to_string()
    }

    #[test]
    fn a_finding_has_four_lines() {
        assert_eq!(
            shown(finding(), None),
            "error[E0202]: call to undefined function lists:foldx/3\n  --> hello.erl:12 in hello:start/0 \
             (build/hello.beam)\n   = why: the module lists does not export it\n   = cure: did you mean lists:foldl/3?\n\n"
        );
    }

    #[test]
    fn long_lines_are_broken_and_places_without_lines_are_bytes() {
        let finding = Diagnostic {
            code: Code(1),
            location: None,
            function: None,
            module: None,
            place: Some((None, 8)),
            more: 2,
            why: "a b ".repeat(20).trim_end().to_owned(),
            ..finding()
        };
        let text = shown(finding, Some(40));
        assert!(text.contains("  --> build/hello.beam, byte 8\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 40), "{text}");
        assert!(text.contains("\n          a b"), "{text}");
        assert!(text.replace("\n  ", " ").contains("(and 2 more places in this function)"), "{text}");
    }

    #[test]
    fn control_characters_are_shown_as_such() {
        assert_eq!(plain("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    }
}
