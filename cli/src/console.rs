//! stdout and stderr: colours where they are wanted, progress on a terminal, tables, and sizes for people.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Result;

/// Of `error`.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Of `warning`.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Of marks and labels.
pub(crate) const LABEL: Style = AnsiColor::Cyan.on_default().bold();
/// Of what a line is about.
pub(crate) const STRONG: Style = Style::new().bold();

static QUIET: AtomicBool = AtomicBool::new(false);

/// Turns off all talk but errors.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether talk is turned off.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// `text` in a style.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes to stdout.
pub(crate) fn out(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut stdout = BufWriter::new(anstream::stdout().lock());
    write(&mut stdout)?;
    stdout.flush()?;
    Ok(())
}

/// Writes `value` to stdout as JSON, indented.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<()> {
    out(|out| {
        serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(())
    })
}

/// Writes to stderr. Nothing better can be done where stderr is closed.
pub(crate) fn tell(text: &str) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// A line on stderr, unless talk is turned off.
pub(crate) fn note(text: &str) {
    if !is_quiet() {
        let lines = match stderr_width() {
            Some(width) => wrap(text, width.saturating_sub(2)),
            None => vec![text.to_owned()],
        };
        tell(&format!("{}\n", lines.join("\n  ")));
    }
}

/// How wide a text on stdout may be; `None` where lines have no end.
pub(crate) fn stdout_width() -> Option<usize> {
    let (columns, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(columns.0).clamp(40, 120))
}

/// How wide a text on stderr may be; `None` where lines have no end.
pub(crate) fn stderr_width() -> Option<usize> {
    let (columns, _) = terminal_size::terminal_size_of(io::stderr())?;
    Some(usize::from(columns.0).clamp(40, 120))
}

/// How far a long command is: a bar on stderr, if that is a terminal.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar of `count` steps. Short work gets none.
    pub(crate) fn new(count: usize) -> Self {
        if count < 50 || is_quiet() || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg:10} [{bar:30}] {pos}/{len} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self(Some(bar))
    }

    /// Begins a stage of the work.
    pub(crate) fn stage(&self, name: &'static str) {
        if let Some(bar) = &self.0 {
            bar.reset();
            bar.set_message(name);
        }
    }

    /// One step is done.
    pub(crate) fn tick(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// A number of bytes for people: `913 bytes`, `12.3 KiB`.
pub(crate) fn bytes(count: usize) -> String {
    // For show only; the precision lost is far beyond the digit that is printed.
    #[allow(clippy::cast_precision_loss)]
    let count_of = |unit: usize| count as f64 / unit as f64;
    match count {
        0..1024 => format!("{count} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", count_of(1024)),
        _ => format!("{:.1} MiB", count_of(1_048_576)),
    }
}

/// `1 module`, `2 modules`.
pub(crate) fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Breaks `text` into lines of at most `width` characters where it has spaces. A longer word stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used != 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used != 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word b", 5), ["a-very-long-word", "b"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("größe ab", 8), ["größe ab"]);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(bytes(1023), "1023 bytes");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 20), "3.0 MiB");
        assert_eq!(count(1, "module"), "1 module");
        assert_eq!(count(0, "module"), "0 modules");
    }
}
