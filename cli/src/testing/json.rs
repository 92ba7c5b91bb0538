//! Results for programs (`cli/schemas/test.schema.json`).

use serde::Serialize;

use super::results::{Counts, Report, Status, Test};
use crate::console;
use crate::failure::Result;

/// What `test --format json` prints.
#[derive(Debug, Serialize)]
struct Json<'r> {
    tests: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    not_run: usize,
    excluded: usize,
    time_us: u64,
    seed: Option<i64>,
    errors: &'r [String],
    results: Vec<JsonTest<'r>>,
}

/// A test.
#[derive(Debug, Serialize)]
struct JsonTest<'r> {
    framework: &'static str,
    module: &'r str,
    function: Option<&'r str>,
    title: Option<&'r str>,
    file: Option<&'r str>,
    line: Option<u32>,
    status: &'static str,
    reason: Option<&'r str>,
    time_us: u64,
    output: &'r str,
    failure: Option<JsonFailure<'r>>,
}

/// Why it failed.
#[derive(Debug, Serialize)]
struct JsonFailure<'r> {
    kind: &'r str,
    assertion: bool,
    text: &'r str,
    values: Vec<JsonValue<'r>>,
}

/// What an assertion tells.
#[derive(Debug, Serialize)]
struct JsonValue<'r> {
    name: &'r str,
    text: &'r str,
}

impl<'r> JsonTest<'r> {
    fn of(test: &'r Test) -> Self {
        let (status, reason, failure) = match &test.status {
            Status::Passed => ("passed", None, None),
            Status::Skipped(why) => ("skipped", Some(why.as_str()), None),
            Status::NotRun(why) => ("not_run", Some(why.as_str()), None),
            Status::Failed(failed) => {
                let values = failed.values.iter().map(|(name, text)| JsonValue { name, text }).collect();
                let failure =
                    JsonFailure { kind: &failed.kind, assertion: failed.is_assertion, text: &failed.text, values };
                ("failed", None, Some(failure))
            }
        };
        let about = &test.about;
        Self {
            framework: about.framework.name(),
            module: &about.module,
            function: about.function.as_deref(),
            title: about.title.as_deref(),
            file: about.file.as_deref(),
            line: about.line,
            status,
            reason,
            time_us: test.micros,
            output: &test.output,
            failure,
        }
    }
}

/// Prints the results.
pub(crate) fn print(report: &Report) -> Result<()> {
    let counts = Counts::of(&report.tests);
    console::json(&Json {
        tests: counts.total(),
        passed: counts.passed,
        failed: counts.failed,
        skipped: counts.skipped,
        not_run: counts.not_run,
        excluded: report.excluded,
        time_us: report.micros,
        seed: report.seed,
        errors: &report.broken,
        results: report.tests.iter().map(JsonTest::of).collect(),
    })
}
