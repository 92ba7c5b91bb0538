//! Lines that follow what a board prints: places in Erlang sources after reports of crashed processes, places in Rust
//! sources after addresses of the firmware.

use crate::crash::{Frame, Reports};
use crate::symbols::{self, Symbols};

/// File and line of a function, by module, name and arity, for entries of stack traces that do not tell their own.
pub type Locate = Box<dyn Fn(&str, &str, usize) -> Option<(String, u32)>>;

/// Reads the lines of a console.
#[derive(Default)]
pub struct Annotator {
    reports: Reports,
    symbols: Option<Symbols>,
    locate: Option<Locate>,
}

impl std::fmt::Debug for Annotator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Annotator")
            .field("reports", &self.reports)
            .field("symbols", &self.symbols)
            .finish_non_exhaustive()
    }
}

impl Annotator {
    /// With what is known of the firmware and of the program.
    #[must_use]
    pub fn new(symbols: Option<Symbols>, locate: Option<Locate>) -> Self {
        Self { reports: Reports::default(), symbols, locate }
    }

    /// Takes a line without its end, and gives those that are to follow it.
    pub fn line(&mut self, line: &str) -> Vec<String> {
        let traces = self.reports.line(line);
        let mut lines = self.frames(&traces.concat());
        if let Some(symbols) = &self.symbols {
            for (text, address) in symbols::addresses(line) {
                for (number, place) in symbols.places(address).iter().enumerate() {
                    let location = place.location.as_ref().map(|(file, line)| format!(" ({file}:{line})"));
                    let head = if number == 0 { text.as_str() } else { "  inlined into" };
                    lines.push(format!("{head} {}{}", place.function, location.unwrap_or_default()));
                }
            }
        }
        lines
    }

    /// Nothing came for a while: what is to follow the lines so far.
    pub fn idle(&mut self) -> Vec<String> {
        let traces = self.reports.end();
        self.frames(&traces.concat())
    }

    fn frames(&self, frames: &[Frame]) -> Vec<String> {
        frames.iter().map(|frame| self.frame(frame)).collect()
    }

    fn frame(&self, Frame { module, function, arity, location }: &Frame) -> String {
        let place = match (location, &self.locate) {
            (Some((file, line)), _) => format!(" ({file}:{line})"),
            (None, Some(locate)) => locate(module.trim_matches('\''), function.trim_matches('\''), *arity)
                .map_or_else(String::new, |(file, line)| format!(" ({file}, begins in line {line})")),
            (None, None) => String::new(),
        };
        format!("{module}:{function}/{arity}{place}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_follow_a_report() {
        let locate: Locate = Box::new(|module, function, arity| {
            (module == "b c" && function == "g" && arity == 2).then(|| ("b.erl".into(), 4))
        });
        let mut annotator = Annotator::new(None, Some(locate));
        assert_eq!(annotator.line("{badarg,[{a,f,1,[{file,\"a.erl\"},{line,3}]},"), Vec::<String>::new());
        assert_eq!(
            annotator.line(" {'b c',g,2,[]},{c,h,0,[]}]}"),
            ["a:f/1 (a.erl:3)", "'b c':g/2 (b.erl, begins in line 4)", "c:h/0"]
        );
        assert_eq!(annotator.idle(), Vec::<String>::new());
    }
}
