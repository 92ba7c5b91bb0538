//! Results as JUnit's XML, as GitLab and Jenkins read it: a suite for each module, and one for what ended the run.
//!
//! What was other than expected is a `failure`; what went wrong, or did not run, an `error`. There are neither times of
//! day nor names of machines in it.

use std::io;
use std::path::Path;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::results::{Counts, Failed, Report, Status, Test};
use super::text::colour;
use crate::failure::{Failure, Result};
use crate::file::write_whole;

type Xml = Writer<Vec<u8>>;

/// Writes the file, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(report: &Report, path: &Path) -> Result<()> {
    let bytes = xml(report).map_err(|error| Failure::write(path, &error))?;
    write_whole(path, &bytes, "emberl").map_err(|error| Failure::write(path, &error))
}

/// A suite's or all numbers, as attributes.
struct Numbers {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    micros: u64,
}

impl Numbers {
    fn of<'t>(tests: impl Iterator<Item = &'t Test> + Clone) -> Self {
        let counts = Counts::of(tests.clone());
        let is_failure = |test: &&Test| matches!(&test.status, Status::Failed(failed) if failed.is_assertion);
        let failures = tests.clone().filter(is_failure).count();
        Self {
            tests: counts.total(),
            failures,
            errors: counts.failed - failures + counts.not_run,
            skipped: counts.skipped,
            micros: tests.map(|test| test.micros).sum(),
        }
    }

    fn attributes(&self, name: &str) -> [(&'static str, String); 6] {
        [
            ("name", clean(name)),
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
            ("time", seconds(self.micros)),
        ]
    }
}

fn xml(report: &Report) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut all = Numbers::of(report.tests.iter());
    all.tests += report.broken.len();
    all.errors += report.broken.len();
    all.micros = report.micros;
    element(&mut xml, "testsuites", &all.attributes("emberl test"), |xml| {
        for module in modules(report) {
            let tests = report.tests.iter().filter(|test| test.about.module == module);
            let numbers = Numbers::of(tests.clone());
            element(xml, "testsuite", &numbers.attributes(module), |xml| {
                tests.into_iter().try_for_each(|test| case(xml, test))
            })?;
        }
        if report.broken.is_empty() {
            return Ok(());
        }
        let count = report.broken.len();
        let numbers = Numbers { tests: count, failures: 0, errors: count, skipped: 0, micros: 0 };
        element(xml, "testsuite", &numbers.attributes("the run"), |xml| {
            for (number, text) in report.broken.iter().enumerate() {
                let attributes = [
                    ("classname", "the run".to_owned()),
                    ("name", format!("error {}", number + 1)),
                    ("time", seconds(0)),
                ];
                element(xml, "testcase", &attributes, |xml| problem(xml, "error", "ended early", text, text))?;
            }
            Ok(())
        })
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// The modules, in the order in which their first tests ended.
fn modules(report: &Report) -> Vec<&str> {
    let mut modules: Vec<&str> = Vec::new();
    for test in &report.tests {
        if !modules.contains(&test.about.module.as_str()) {
            modules.push(&test.about.module);
        }
    }
    modules
}

fn case(xml: &mut Xml, test: &Test) -> io::Result<()> {
    let mut attributes = vec![
        ("classname", clean(&test.about.module)),
        ("name", clean(&test.about.name())),
        ("time", seconds(test.micros)),
    ];
    if let Some(file) = &test.about.file {
        attributes.push(("file", clean(file)));
    }
    if let Some(line) = test.about.line {
        attributes.push(("line", line.to_string()));
    }
    if test.status == Status::Passed && test.output.is_empty() {
        return empty(xml, "testcase", &attributes);
    }
    element(xml, "testcase", &attributes, |xml| {
        match &test.status {
            Status::Passed => {}
            Status::Skipped(why) => empty(xml, "skipped", &[("message", clean(why))])?,
            Status::NotRun(why) => problem(xml, "error", "not run", why, why)?,
            Status::Failed(failed) => {
                let name = if failed.is_assertion { "failure" } else { "error" };
                let place = test.about.place().map(|place| format!("{place}\n")).unwrap_or_default();
                problem(xml, name, &failed.kind, &message(failed), &format!("{place}{}", failed.text))?;
            }
        }
        if test.output.is_empty() {
            return Ok(());
        }
        element(xml, "system-out", &[], |xml| xml.write_event(Event::Text(BytesText::new(&clean(&test.output)))))
    })
}

/// What a list of failures shows of one: `assertEqual: expected 3, got 2`, or its first line.
fn message(failed: &Failed) -> String {
    let told = failed.values.iter().filter(|(name, _)| name != "expression");
    let values: Vec<String> = told.map(|(name, value)| format!("{name} {}", value.replace('\n', " "))).collect();
    if failed.is_assertion && !values.is_empty() {
        return format!("{}: {}", failed.kind, values.join(", "));
    }
    failed.text.lines().next().unwrap_or_default().to_owned()
}

fn problem(xml: &mut Xml, name: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
    let message = message.lines().next().unwrap_or_default();
    let attributes = [("message", clean(message)), ("type", clean(kind))];
    element(xml, name, &attributes, |xml| xml.write_event(Event::Text(BytesText::new(&clean(text)))))
}

fn element(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&'static str, String)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    xml.create_element(name).with_attributes(attributes).write_inner_content(inside).map(drop)
}

fn empty(xml: &mut Xml, name: &str, attributes: &[(&'static str, String)]) -> io::Result<()> {
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    xml.create_element(name).with_attributes(attributes).write_empty().map(drop)
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Text without colours, and without the characters that XML cannot have, however they are written.
fn clean(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match colour(part) {
            Some((_, after)) => text.push_str(after),
            None => text.extend(["\u{1b}", part]),
        }
    }
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_have_is_written_otherwise() {
        assert_eq!(clean("a\u{0}b\n\u{1b}[31mred\u{1b}[0m \u{ffff}"), "a\\u{0}b\nred \\u{ffff}");
    }
}
