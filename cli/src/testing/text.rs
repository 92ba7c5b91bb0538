//! Results for people: a line for each test where that is wanted, then what failed, then how many.

use std::io::Write;

use super::results::{Counts, Failed, Framework, Report, Status, Test};
use crate::console::{self, ERROR, LABEL, STRONG, WARNING, styled};
use crate::failure::Result;
use crate::report::plain;

/// What is printed while tests run.
#[derive(Debug)]
pub(crate) struct Screen {
    /// A line for each test that ends.
    pub(crate) verbose: bool,
}

impl Screen {
    /// A test has ended. What cannot be printed now, the end of the run notices.
    pub(crate) fn ended(&self, test: &Test) {
        if !self.verbose {
            return;
        }
        let (style, word) = match &test.status {
            Status::Passed => (LABEL, "passed "),
            Status::Failed(_) => (ERROR, "failed "),
            Status::Skipped(_) => (WARNING, "skipped"),
            Status::NotRun(_) => (WARNING, "not run"),
        };
        let line = format!("{} {} ({})", styled(style, word), plain(&test.about.shown()), time(test.micros));
        let _ = console::out(|out| Ok(writeln!(out, "{line}")?));
    }
}

/// Prints what failed, and the line that says all.
pub(crate) fn print(report: &Report, filtered: bool) -> Result<()> {
    console::out(|out| {
        for test in &report.tests {
            match &test.status {
                Status::Failed(failed) => failure(out, test, failed)?,
                Status::NotRun(why) => {
                    let name = styled(STRONG, plain(&test.about.shown()));
                    writeln!(out, "{} {name}: {}\n", styled(WARNING, "not run"), plain(why))?;
                }
                Status::Passed | Status::Skipped(_) => {}
            }
        }
        for broken in &report.broken {
            let mut lines = broken.lines();
            writeln!(out, "{}: {}", styled(ERROR, "error"), plain(lines.next().unwrap_or_default()))?;
            lines.try_for_each(|line| writeln!(out, "  {}", shown(line)))?;
            writeln!(out)?;
        }
        writeln!(out, "{}", summary(report, filtered))?;
        Ok(())
    })
}

/// One test that failed.
fn failure(out: &mut dyn Write, test: &Test, failed: &Failed) -> std::io::Result<()> {
    let name = styled(STRONG, plain(&test.about.shown()));
    let place = test.about.place().map(|place| format!(" ({})", plain(&place))).unwrap_or_default();
    writeln!(out, "{} {name}{place}", styled(ERROR, "failed"))?;
    // What ExUnit says has the values in it, and EUnit's assertions are shorter by them.
    if test.about.framework == Framework::EUnit && failed.is_assertion && !failed.values.is_empty() {
        writeln!(out, "  {}", plain(&failed.kind))?;
        let width = failed.values.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in &failed.values {
            let mut lines = value.lines();
            writeln!(
                out,
                "  {} {}",
                styled(LABEL, format!("{name:>width$}:")),
                shown(lines.next().unwrap_or_default())
            )?;
            lines.try_for_each(|line| writeln!(out, "  {:width$}  {}", "", shown(line)))?;
        }
    } else {
        if test.about.framework == Framework::EUnit && failed.kind != "error" {
            writeln!(out, "  {}", plain(&failed.kind))?;
        }
        failed.text.lines().try_for_each(|line| writeln!(out, "  {}", shown(line)))?;
    }
    if !test.output.trim().is_empty() {
        writeln!(out, "  {}", styled(LABEL, "output:"))?;
        test.output.lines().try_for_each(|line| writeln!(out, "    {}", shown(line)))?;
    }
    writeln!(out)
}

/// `5 tests: 3 passed, 2 failed, in 0.12 s`.
fn summary(report: &Report, filtered: bool) -> String {
    let counts = Counts::of(&report.tests);
    let mut parts = vec![format!("{} passed", counts.passed)];
    let mut part = |count: usize, what: &str| {
        if count != 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    part(counts.failed, "failed");
    part(counts.skipped, "skipped");
    part(counts.not_run, "not run");
    // A filter is there to leave out.
    part(if filtered { 0 } else { report.excluded }, "left out by their tags");
    let (style, good) = if report.is_good() { (STRONG, true) } else { (ERROR, false) };
    let head = styled(style, format!("{}: {}", console::count(counts.total(), "test"), parts.join(", ")));
    let order = match report.seed {
        Some(seed) if !good => format!("; --seed {seed} gives the same order"),
        _ => String::new(),
    };
    format!("{head}, in {}{order}", time(report.micros))
}

/// `0.3 ms`, `12 ms`, `1.25 s`.
fn time(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000),
    }
}

/// A line in which nothing but colours remains of what moves a terminal.
fn shown(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut out = plain(parts.next().unwrap_or_default());
    for part in parts {
        match colour(part) {
            Some((codes, text)) => out.push_str(&format!("\u{1b}[{codes}m{}", plain(text))),
            None => out.push_str(&plain(&format!("\u{1b}{part}"))),
        }
    }
    out
}

/// What follows an escape character, where that makes a colour: its codes, and the text after it.
pub(super) fn colour(part: &str) -> Option<(&str, &str)> {
    let (codes, text) = part.strip_prefix('[')?.split_once('m')?;
    codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';').then_some((codes, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(time(0), "0.0 ms");
        assert_eq!(time(1_250), "1.2 ms");
        assert_eq!(time(12_999), "12 ms");
        assert_eq!(time(61_070_000), "61.07 s");
    }

    #[test]
    fn colours_stay_and_the_cursor_does_not_move() {
        assert_eq!(shown("a\u{1b}[31mb\u{1b}[0m"), "a\u{1b}[31mb\u{1b}[0m");
        assert_eq!(shown("\u{1b}[2Jb\u{1b}]0;x\u{7}"), "\\u{1b}[2Jb\\u{1b}]0;x\\u{7}");
        assert_eq!(shown("tab\there"), "tab\\there");
    }
}
