//! What came of the tests: collected from events, with what was still running where the run ended early.

use std::collections::HashMap;
use std::env;
use std::path::Path;
use std::time::Instant;

use super::events::Event;
use super::machine::End;

/// What runs a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framework {
    /// OTP's eunit.
    EUnit,
    /// Elixir's ex_unit.
    ExUnit,
}

impl Framework {
    /// Its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EUnit => "eunit",
            Self::ExUnit => "exunit",
        }
    }
}

/// Which test it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// What runs it.
    pub(crate) framework: Framework,
    /// What is the same in its events, and in those of no other test.
    pub(crate) id: String,
    /// Its module; of Elixir without the prefix.
    pub(crate) module: String,
    /// The function of the test or its generator; ExUnit's tests have none that anybody wrote.
    pub(crate) function: Option<String>,
    /// Its title, if it has one.
    pub(crate) title: Option<String>,
    /// Its source.
    pub(crate) file: Option<String>,
    /// The line: of the test, and where it failed, if that is known.
    pub(crate) line: Option<u32>,
}

impl About {
    /// Its name in its module: `add_test`, `add_test_ of two`, `test adds`.
    pub(crate) fn name(&self) -> String {
        match (&self.function, &self.title) {
            (Some(function), Some(title)) => format!("{function} {title}"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => String::new(),
        }
    }

    /// Its name for people: `calc_tests:add_test`, `CalcTest "test adds"`.
    pub(crate) fn shown(&self) -> String {
        match (&self.function, &self.title) {
            (Some(function), Some(title)) => format!("{}:{function} \"{title}\"", self.module),
            (Some(function), None) => format!("{}:{function}", self.module),
            (None, title) => format!("{} \"{}\"", self.module, title.as_deref().unwrap_or_default()),
        }
    }

    /// `test/calc_tests.erl:12`.
    pub(crate) fn place(&self) -> Option<String> {
        let file = self.file.as_deref()?;
        Some(match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        })
    }
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// The macro of an assertion, the class or module of an exception, or `timeout`, `setup_failed`, ...
    pub(crate) kind: String,
    /// Whether something was other than expected; else something went wrong.
    pub(crate) is_assertion: bool,
    /// All about it, in the framework's words.
    pub(crate) text: String,
    /// What an assertion tells, by name: `expected`, `got`, `left`, `right`, ...
    pub(crate) values: Vec<(String, String)>,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Well.
    Passed,
    /// Not well.
    Failed(Failed),
    /// It was not to be run; with the reason.
    Skipped(String),
    /// It was to be run and was not; with the reason.
    NotRun(String),
}

/// A test that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    /// Which one.
    pub(crate) about: About,
    /// How.
    pub(crate) status: Status,
    /// How long it took, in microseconds.
    pub(crate) micros: u64,
    /// What it printed, where the framework keeps it; of ExUnit what it logged.
    pub(crate) output: String,
}

/// How many tests came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Those that ended well.
    pub(crate) passed: usize,
    /// Those that did not.
    pub(crate) failed: usize,
    /// Those that were not to be run.
    pub(crate) skipped: usize,
    /// Those that were to be run and were not.
    pub(crate) not_run: usize,
}

impl Counts {
    /// Of some tests.
    pub(crate) fn of<'t>(tests: impl IntoIterator<Item = &'t Test>) -> Self {
        let mut counts = Self::default();
        for test in tests {
            *match test.status {
                Status::Passed => &mut counts.passed,
                Status::Failed(_) => &mut counts.failed,
                Status::Skipped(_) => &mut counts.skipped,
                Status::NotRun(_) => &mut counts.not_run,
            } += 1;
        }
        counts
    }

    /// All of them.
    pub(crate) const fn total(self) -> usize {
        self.passed + self.failed + self.skipped + self.not_run
    }
}

/// The results of a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// The tests, in the order in which they ended.
    pub(crate) tests: Vec<Test>,
    /// How many ExUnit left out, by tags or by the filter.
    pub(crate) excluded: usize,
    /// The order of ExUnit's tests; none where there are none.
    pub(crate) seed: Option<i64>,
    /// How long it all took, in microseconds.
    pub(crate) micros: u64,
    /// Why the run ended before its time; empty when it did not.
    pub(crate) broken: Vec<String>,
}

impl Report {
    /// Whether all is well.
    pub(crate) fn is_good(&self) -> bool {
        let counts = Counts::of(&self.tests);
        self.broken.is_empty() && counts.failed == 0 && counts.not_run == 0
    }
}

/// Collects events.
pub(crate) struct Collector<'s> {
    seen: &'s mut dyn FnMut(&Test),
    report: Report,
    running: Vec<About>,
    /// The function of EUnit that was called last, until something is told of it.
    called: Option<About>,
    names: HashMap<String, usize>,
    done: bool,
    here: String,
    begun: Instant,
}

impl<'s> Collector<'s> {
    /// A run that begins now; `seen` is called with each test that ends.
    pub(crate) fn new(seen: &'s mut dyn FnMut(&Test)) -> Self {
        let here = env::current_dir().map(|path| path.display().to_string()).unwrap_or_default();
        Self {
            seen,
            report: Report { tests: Vec::new(), excluded: 0, seed: None, micros: 0, broken: Vec::new() },
            running: Vec::new(),
            called: None,
            names: HashMap::new(),
            done: false,
            here,
            begun: Instant::now(),
        }
    }

    /// Takes an event.
    pub(crate) fn add(&mut self, event: Event) {
        match event {
            Event::Running(about) => self.called = Some(about),
            Event::Started(about) => {
                self.called = None;
                self.running.push(about);
            }
            Event::Finished(test) => {
                self.called = None;
                self.ended(&test);
                self.test(*test);
            }
            Event::Excluded(about) => {
                self.running.retain(|other| other.id != about.id);
                self.report.excluded += 1;
            }
            Event::Seed(seed) => self.report.seed = Some(seed),
            Event::Done => self.done = true,
            Event::Broken(text) => self.report.broken.push(format!("the tests could not be run:\n{text}")),
        }
    }

    /// It is no longer running. What eunit tells of a whole group (a process that was killed, say) ends what ran in it.
    fn ended(&mut self, test: &Test) {
        let is_one = self.running.iter().any(|about| about.id == test.about.id);
        let of_group = |about: &About| {
            about.framework == Framework::EUnit
                && (&about.module, &about.function) == (&test.about.module, &test.about.function)
        };
        self.running.retain(|about| if is_one { about.id != test.about.id } else { !of_group(about) });
    }

    fn test(&mut self, mut test: Test) {
        test.about.file = test.about.file.map(|file| self.relative(&file));
        let nth = self.names.entry(format!("{} {}", test.about.module, test.about.name())).or_default();
        *nth += 1;
        // A generator's tests may all have the same name.
        if *nth > 1 {
            let title = test.about.title.take().map(|title| format!("{title} ")).unwrap_or_default();
            test.about.title = Some(format!("{title}#{nth}"));
        }
        (self.seen)(&test);
        self.report.tests.push(test);
    }

    /// A path from the current folder, where it is below it.
    fn relative(&self, file: &str) -> String {
        let path = Path::new(file).strip_prefix(&self.here).ok();
        path.filter(|path| !path.as_os_str().is_empty())
            .map_or_else(|| file.to_owned(), |path| path.display().to_string())
    }

    /// The results, once the machine has ended.
    pub(crate) fn finish(mut self, end: End) -> Report {
        let last = self.report.tests.last().filter(|_| self.running.is_empty() && self.called.is_none());
        let last = last.map(|test| format!("; the last test that was heard of is {}", test.about.shown()));
        let how = match end {
            End::Done if self.done || !self.report.broken.is_empty() => None,
            End::Done => Some("the program ended before all tests were run".to_owned()),
            End::Early(how) => Some(how + last.as_deref().unwrap_or_default()),
            End::Faults(faults) => {
                self.report.broken.extend(faults);
                None
            }
        };
        let called = self.called.take().filter(|_| how.is_some());
        for about in std::mem::take(&mut self.running).into_iter().chain(called) {
            let why = how.clone().unwrap_or_else(|| "it did not end".to_owned());
            let kind = "interrupted".to_owned();
            let failed = Failed { kind, is_assertion: false, text: why, values: Vec::new() };
            self.test(Test { about, status: Status::Failed(failed), micros: 0, output: String::new() });
        }
        self.report.broken.extend(how);
        self.report.micros = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(id: &str, function: &str) -> About {
        About {
            framework: Framework::EUnit,
            id: id.to_owned(),
            module: "m".to_owned(),
            function: Some(function.to_owned()),
            title: None,
            file: None,
            line: None,
        }
    }

    fn passed(about: About) -> Event {
        Event::Finished(Box::new(Test { about, status: Status::Passed, micros: 1, output: String::new() }))
    }

    fn report(events: Vec<Event>, end: End) -> Report {
        let mut seen = |_: &Test| {};
        let mut collector = Collector::new(&mut seen);
        events.into_iter().for_each(|event| collector.add(event));
        collector.finish(end)
    }

    #[test]
    fn a_run_that_is_not_done_is_not_good() {
        let started = || Event::Started(about("1", "a_test"));
        assert!(report(vec![started(), passed(about("1", "a_test")), Event::Done], End::Done).is_good());
        let cut = report(vec![started()], End::Done);
        assert!(!cut.is_good());
        assert!(matches!(&cut.tests[0].status, Status::Failed(Failed { kind, .. }) if kind == "interrupted"));
        assert!(!report(vec![], End::Done).is_good());
        let halted = report(vec![started()], End::Early("halt(3)".to_owned()));
        assert_eq!(halted.broken, ["halt(3)"]);
        let called = || Event::Running(about("run", "a_test"));
        let halted = report(vec![called()], End::Early("halt(3)".to_owned()));
        assert_eq!(halted.tests[0].about.shown(), "m:a_test");
        let halted = report(vec![called(), passed(about("1", "a_test"))], End::Early("halt(3)".to_owned()));
        assert_eq!(halted.broken, ["halt(3); the last test that was heard of is m:a_test"]);
        assert!(report(vec![called(), Event::Done], End::Done).tests.is_empty());
        assert!(!report(vec![Event::Done], End::Faults(vec!["a.script:1: expected".to_owned()])).is_good());
    }

    #[test]
    fn names_are_told_apart() {
        let events = vec![passed(about("1", "a_test_")), passed(about("2", "a_test_")), Event::Done];
        let report = report(events, End::Done);
        assert_eq!(report.tests[0].about.shown(), "m:a_test_");
        assert_eq!(report.tests[1].about.shown(), "m:a_test_ \"#2\"");
    }

    #[test]
    fn a_group_that_failed_ends_its_tests() {
        let mut failed = about("group", "a_test");
        failed.id = "group".to_owned();
        let failure = Failed { kind: "exit".into(), is_assertion: false, text: String::new(), values: vec![] };
        let events = vec![
            Event::Started(about("1", "a_test")),
            Event::Finished(Box::new(Test {
                about: failed,
                status: Status::Failed(failure),
                micros: 0,
                output: String::new(),
            })),
            Event::Done,
        ];
        assert_eq!(report(events, End::Done).tests.len(), 1);
    }
}
