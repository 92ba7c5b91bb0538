//! `emberl test`: the tests of `tests/testing/`, compiled as users compile theirs, run by OTP's eunit and Elixir's ex_unit on
//! the virtual machine; what is told of them, on the screen, as JSON and as JUnit's XML; and what the real `erl` says.
//!
//! `tests/testing/*.txt` are transcripts (see `cli.rs`), in which times stand as `T`. With `EMBERL_UPDATE=1` they are
//! written anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use emberl_tests::process::{self, Output};
use emberl_tests::releases::{self, RELEASES};
use emberl_tests::schema::fits;
use emberl_tests::tools::{Tool, needs};
use emberl_tests::{Failed, bin, check, erl, package_dir, repository_dir, transcript};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(240);

fn main() {
    let arguments = Arguments::from_args();
    let (erlang, both) = (&[Tool::Erl, Tool::Erlc][..], &[Tool::Erl, Tool::Elixirc][..]);
    let mut trials = vec![
        needs(erlang, "eunit::tests_that_pass", eunit_passes),
        needs(erlang, "eunit::every_failure_is_told_with_its_place", eunit_fails),
        needs(erlang, "eunit::results_are_those_of_erl", as_erl),
        needs(erlang, "eunit::a_filter_chooses", filter),
        needs(erlang, "ends::halt_is_told", halts),
        needs(erlang, "ends::a_loop_is_ended", || hangs("ends:hangs_test_")),
        needs(erlang, "ends::a_wait_is_ended", || hangs("ends:waits_test_")),
        needs(erlang, "ends::a_test_without_memory_fails_alone", memory),
        needs(erlang, "ends::what_gleam_raises_is_told", gleam),
        needs(erlang, "board::a_script_is_verified", board),
        needs(erlang, "junit::is_read_back", junit),
        needs(erlang, "junit::is_written_whole_or_not_at_all", junit_whole),
        needs(erlang, "packs::tests_may_be_in_one", packed),
        needs(both, "exunit::tests_that_pass", exunit_passes),
        needs(both, "exunit::every_failure_is_told_with_its_place", exunit_fails),
        needs(both, "exunit::a_filter_and_a_seed_choose", exunit_chosen),
        needs(both, "exunit::differences_have_colours", exunit_colours),
        needs(both, "exunit::a_source_with_a_fault_is_told", exunit_fault),
        Trial::test("input::without_tests_is_told", without_tests),
        needs(erlang, "input::a_missing_library_is_told", without_library),
        releases::needs(25, "screen::eunit", |_| screen("eunit")),
    ];
    if elixir_is("1.14.") {
        trials.push(needs(both, "screen::exunit", || screen("exunit")));
    }
    for release in RELEASES {
        trials.push(releases::needs(release, format!("eunit::of_otp_{release}"), eunit_of));
        trials.push(releases::needs(release, format!("exunit::beside_otp_{release}"), exunit_of));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn sources(folder: &str) -> PathBuf {
    package_dir().join("testing").join(folder)
}

/// A folder with the sources, and EUnit's tests compiled in `ebin`.
struct Folder(TempDir);

impl Folder {
    fn empty() -> Result<Self, Failed> {
        Ok(Self(TempDir::new()?))
    }

    fn eunit() -> Result<Self, Failed> {
        let folder = Self::empty()?;
        folder.copy("eunit", "test")?;
        fs::create_dir(folder.path("ebin"))?;
        let mut command = Command::new("erlc");
        command.current_dir(folder.path("")).args(["-o", "ebin", "+debug_info"]);
        for module in ["calc", "calc_tests", "fails_tests", "ends"] {
            command.arg(format!("test/{module}.erl"));
        }
        process::run(&mut command, LIMIT)?.ok()?;
        // This one is run alone.
        fs::create_dir(folder.path("alone"))?;
        fs::rename(folder.path("ebin/ends.beam"), folder.path("alone/ends.beam"))?;
        fs::copy(folder.path("ebin/calc.beam"), folder.path("alone/calc.beam"))?;
        Ok(folder)
    }

    fn exunit() -> Result<Self, Failed> {
        let folder = Self::empty()?;
        folder.copy("exunit", "test")?;
        Ok(folder)
    }

    fn copy(&self, from: &str, into: &str) -> Result<(), Failed> {
        fs::create_dir(self.path(into))?;
        for entry in fs::read_dir(sources(from))? {
            let path = entry?.path();
            fs::copy(&path, self.path(into).join(path.file_name().unwrap_or_default()))?;
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, Failed> {
        let mut command = Command::new(bin::emberl()?);
        // The folder's path as the system names it, as programs see it.
        command.current_dir(fs::canonicalize(self.0.path())?);
        command
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("LC_ALL", "C.UTF-8")
            .arg("test")
            .args(arguments);
        Ok(command)
    }

    fn run(&self, code: i32, arguments: &[&str]) -> Result<Output, Failed> {
        let output = process::run(&mut self.command(arguments)?, LIMIT)?;
        check(output.code() == Some(code), || format!("exit code {code} expected: {output}"))?;
        Ok(output)
    }

    /// The results as JSON, which fits its schema and whose numbers agree.
    fn json(&self, code: i32, arguments: &[&str]) -> Result<Results, Failed> {
        let all: Vec<&str> = ["--format", "json"].iter().chain(arguments).copied().collect();
        let output = self.run(code, &all)?;
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let schema = fs::read(repository_dir().join("cli/schemas/test.schema.json"))?;
        fits(&serde_json::from_slice(&schema)?, &value, "test")?;
        let results = Results { value, output };
        for status in ["passed", "failed", "skipped", "not_run"] {
            let counted = results.tests().iter().filter(|test| test["status"] == status).count();
            check(results.number(status) == counted as u64, || format!("{status}: {}", results.value))?;
        }
        check(results.number("tests") == results.tests().len() as u64, || format!("{}", results.value))?;
        Ok(results)
    }
}

struct Results {
    value: Value,
    output: Output,
}

impl Results {
    fn tests(&self) -> &[Value] {
        self.value["results"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    fn number(&self, name: &str) -> u64 {
        self.value[name].as_u64().unwrap_or(u64::MAX)
    }

    /// The only test of that function or with that title.
    fn test(&self, name: &str) -> Result<&Value, Failed> {
        let mut found = self.tests().iter().filter(|test| test["function"] == name || test["title"] == name);
        match (found.next(), found.next()) {
            (Some(test), None) => Ok(test),
            _ => Err(format!("there is not one {name}: {:#}\n{}", self.value, self.output).into()),
        }
    }

    /// It failed so, in that line; gives the failure.
    fn failure(&self, name: &str, kind: &str, assertion: bool, place: &str) -> Result<&Value, Failed> {
        let test = self.test(name)?;
        let failure = &test["failure"];
        let at = format!("{}:{}", test["file"].as_str().unwrap_or_default(), test["line"]);
        check(test["status"] == "failed" && failure["kind"] == kind && failure["assertion"] == assertion, || {
            format!("{name} is not a {kind}: {test:#}")
        })?;
        check(at == place, || format!("{name} is told at {at}, not at {place}: {test:#}"))?;
        Ok(failure)
    }
}

fn value<'v>(failure: &'v Value, name: &str) -> &'v str {
    let values = failure["values"].as_array().into_iter().flatten();
    values.into_iter().find(|value| value["name"] == name).and_then(|value| value["text"].as_str()).unwrap_or_default()
}

fn contains(value: &Value, text: &str) -> Result<(), Failed> {
    check(value.as_str().is_some_and(|value| value.contains(text)), || format!("no {text} in {value}"))
}

fn eunit_passes() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    fs::remove_file(folder.path("ebin/fails_tests.beam"))?;
    let results = folder.json(0, &["ebin"])?;
    check(results.number("passed") == 16 && results.number("tests") == 16, || format!("{:#}", results.value))?;
    contains(&results.test("output_test")?["output"], "seen by nobody: {calc,1}\n")?;
    check(results.test("of größe")?["line"] == 20, || "a title has a line".into())?;
    check(results.test("add_test")?["file"] == "test/calc_tests.erl", || format!("{:#}", results.value))?;
    // What waits takes its time.
    let slow = results.tests().iter().filter(|test| test["function"] == "parallel_test_");
    let longest = slow.filter_map(|test| test["time_us"].as_u64()).max().unwrap_or_default();
    check(longest >= 20_000, || format!("20 ms took {longest} us"))?;
    let text = folder.run(0, &["ebin"])?;
    check(text.out().starts_with("16 tests: 16 passed, in ") && text.out().lines().count() == 1, || text.to_string())?;
    // A module alone, what it needs beside it.
    let results = folder.json(0, &["--pa", "ebin", "ebin/calc_tests.beam"])?;
    check(results.number("passed") == 16, || format!("{:#}", results.value))
}

fn eunit_fails() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["ebin/fails_tests.beam", "--pa", "ebin"])?;
    let at = |line: u32| format!("test/fails_tests.erl:{line}");
    let equal = results.failure("equal_test", "assertEqual", true, &at(8))?;
    check(value(equal, "expected") == "#{sum => 4}" && value(equal, "got") == "#{sum => 3}", || format!("{equal:#}"))?;
    contains(&results.test("equal_test")?["output"], "before the failure\n")?;
    let matched = results.failure("match_test", "assertMatch", true, &at(11))?;
    check(value(matched, "pattern") == "{ ok , [ _ | _ ] }" && value(matched, "got") == "{error,3}", || {
        format!("{matched:#}")
    })?;
    let assert = results.failure("assert_test", "assert", true, &at(14))?;
    check(value(assert, "got") == "false", || format!("{assert:#}"))?;
    let exception = results.failure("exception_test", "assertException", true, &at(17))?;
    check(value(exception, "unexpected exception") == "{error,badarith}", || format!("{exception:#}"))?;
    let none = results.failure("no_exception_test", "assertException", true, &at(20))?;
    check(value(none, "unexpected success") == "3", || format!("{none:#}"))?;
    results.failure("not_equal_test", "assertNotEqual", true, &at(23))?;
    let crash = &results.test("crash_test")?["failure"];
    contains(&crash["text"], "in call from calc:divide/2 (test/calc.erl, line 8)")?;
    contains(&crash["text"], "**error:badarith")?;
    contains(&results.failure("exit_test", "exit", false, &at(29))?["text"], "**exit:{shutdown,\"größe\"}")?;
    contains(&results.failure("throw_test", "throw", false, &at(32))?["text"], "**throw:ball")?;
    for (name, reason) in [("killed_test", "killed"), ("linked_test", "oops")] {
        contains(&results.test(name)?["failure"]["text"], reason)?;
    }
    results.failure("a title", "assertEqual", true, &at(43))?;
    check(results.test("slow_test_")?["failure"]["kind"] == "timeout", || format!("{:#}", results.value))?;
    contains(&results.failure("setup_test_", "setup_failed", false, &at(49))?["text"], "no_setup")?;
    contains(&results.failure("generator_test_", "generator_failed", false, &at(55))?["text"], "no_generator")?;
    check(results.test("wrong_test_")?["failure"]["kind"] == "bad_test", || format!("{:#}", results.value))?;
    check(results.test("nowhere_test_")?["failure"]["kind"] == "did_not_run", || format!("{:#}", results.value))?;
    // The test of the fixture passes, its cleanup does not.
    let cleanup: Vec<&Value> = results.tests().iter().filter(|test| test["function"] == "cleanup_test_").collect();
    let statuses: Vec<&Value> = cleanup.iter().map(|test| &test["status"]).collect();
    check(statuses == ["passed", "failed"], || format!("{cleanup:#?}"))?;
    check(results.number("failed") == 18 && results.number("passed") == 1, || format!("{:#}", results.value))
}

/// For each function, `erl` says the same: that all is well, or not.
fn as_erl() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let script = "[begin I = case lists:suffix(\"_test_\", atom_to_list(F)) of true -> {generator, M, F}; false -> {test, M, F} end, \
                  io:format(standard_error, \"~s:~s ~p~n\", [M, F, eunit:test(I, [no_tty])]) end \
                  || M <- [calc_tests, fails_tests], {F, 0} <- M:module_info(exports), \
                  lists:suffix(\"_test\", atom_to_list(F)) orelse lists:suffix(\"_test_\", atom_to_list(F))], halt().";
    let mut command = erl::command(&[&folder.path("ebin")])?;
    let output = process::run(command.args(["-eval", script]), LIMIT)?.ok()?;
    let expected: BTreeMap<String, bool> = output
        .err()
        .lines()
        .filter_map(|line| line.split_once(' ').map(|(name, result)| (name.to_owned(), result == "ok")))
        .collect();
    check(expected.len() == 26, || format!("erl ran {} functions: {output}", expected.len()))?;
    let results = folder.json(1, &["ebin"])?;
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    for test in results.tests() {
        let part = |name: &str| test[name].as_str().unwrap_or_default();
        *found.entry(format!("{}:{}", part("module"), part("function"))).or_insert(true) &= part("status") == "passed";
    }
    check(found == expected, || format!("erl: {expected:#?}\nemberl: {found:#?}"))
}

fn eunit_of(program: &str) -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let libraries = releases::libraries(program)?;
    let folders = libraries.ebin_folders(&["eunit", "stdlib", "kernel"])?;
    let mut arguments = vec!["ebin".to_owned()];
    arguments.extend(folders.iter().flat_map(|folder| ["--pa".to_owned(), folder.display().to_string()]));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let results = folder.json(1, &arguments)?;
    check(results.number("passed") == 17 && results.number("failed") == 18, || {
        format!("{:#}\n{}", results.value, results.output)
    })?;
    let equal = results.failure("equal_test", "assertEqual", true, "test/fails_tests.erl:8")?;
    check(value(equal, "expected") == "#{sum => 4}", || format!("{equal:#}"))
}

fn filter() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(0, &["ebin", "--filter", "calc_tests:sums"])?;
    check(results.number("tests") == 3, || format!("{:#}", results.value))?;
    let titles: Vec<&Value> = results.tests().iter().map(|test| &test["title"]).collect();
    check(titles == [&Value::Null, &"#2".into(), &"#3".into()], || format!("{titles:?}"))?;
    let none = folder.run(1, &["ebin", "--filter", "no_such"])?;
    check(none.err().contains("no test has no_such in its name"), || none.to_string())?;
    let verbose = folder.run(0, &["ebin", "-v", "--filter", "calc_tests:add_test"])?;
    check(verbose.out().starts_with("passed  calc_tests:add_test ("), || verbose.to_string())
}

fn halts() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["alone", "--filter", "halts_test"])?;
    let failure = &results.test("halts_test")?["failure"];
    check(failure["kind"] == "interrupted", || format!("{failure:#}"))?;
    contains(&failure["text"], "halt(3)")?;
    contains(&results.value["errors"][0], "halt(3)")?;
    let text = folder.run(1, &["alone", "--filter", "halts"])?;
    check(text.out().contains("error: the program ended itself with halt(3)\n"), || text.to_string())
}

fn hangs(name: &str) -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["alone", "--timeout", "1", "--filter", name])?;
    check(results.number("failed") == 1, || format!("{:#}", results.value))?;
    check(results.tests()[0]["failure"]["kind"] == "interrupted", || format!("{:#}", results.value))?;
    contains(&results.value["errors"][0], "nothing was heard of a test for 1 s")
}

/// The process that takes it all ends, and the test after it is run.
fn memory() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["alone", "--memory", "4M", "--filter", "fi"])?;
    check(results.test("fills_test")?["status"] == "failed", || format!("{:#}", results.value))?;
    check(results.test("first_test")?["status"] == "passed", || format!("{:#}", results.value))?;
    check(results.value["errors"] == Value::Array(vec![]), || format!("{:#}", results.value))?;
    let little = folder.run(1, &["alone", "--memory", "2k"])?;
    check(little.err().contains("are too little memory to start the tests"), || little.to_string())
}

fn gleam() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["alone", "--filter", "gleam"])?;
    let failure = results.failure("gleam_test", "let_assert", true, "test/calc_test.gleam:7")?;
    check(value(failure, "message").starts_with("Pattern match failed"), || format!("{failure:#}"))?;
    check(value(failure, "got") == "{error,nil}", || format!("{failure:#}"))
}

fn board() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    for (script, code) in [("expect pin 4 high\n", 0), ("expect pin 5 high\n", 1)] {
        fs::write(folder.path("lamp.script"), script)?;
        let arguments = ["alone", "--filter", "lamp", "--board", "mock", "--script", "lamp.script"];
        let results = folder.json(code, &arguments)?;
        check(results.test("lamp_test")?["status"] == "passed", || format!("{:#}", results.value))?;
        if code == 1 {
            contains(&results.value["errors"][0], "lamp.script:1")?;
        }
    }
    Ok(())
}

fn junit() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let results = folder.json(1, &["ebin", "--junit", "report.xml"])?;
    let text = fs::read_to_string(folder.path("report.xml"))?;
    let document = roxmltree::Document::parse(&text).map_err(|error| format!("{error}\n{text}"))?;
    let all = document.root_element();
    check(all.tag_name().name() == "testsuites", || text.clone())?;
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).and_then(|value| value.parse().ok()).unwrap_or(usize::MAX)
    };
    // Every test is there once, with its name, and what is said of it.
    let cases: Vec<_> = all.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    check(cases.len() == results.tests().len() && number(all, "tests") == cases.len(), || text.clone())?;
    for (case, test) in cases.iter().zip(results.tests()) {
        let name = match (test["function"].as_str(), test["title"].as_str()) {
            (Some(function), Some(title)) => format!("{function} {title}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => String::new(),
        };
        check(case.attribute("name") == Some(&name) && case.attribute("classname") == test["module"].as_str(), || {
            format!("{case:?} is not {test:#}")
        })?;
        check(case.attribute("file") == test["file"].as_str(), || format!("{case:?}"))?;
        let tag = match (test["status"].as_str(), test["failure"]["assertion"].as_bool()) {
            (Some("passed"), _) => None,
            (_, Some(true)) => Some("failure"),
            _ => Some("error"),
        };
        let problem = case.children().find(|node| node.has_tag_name("failure") || node.has_tag_name("error"));
        check(problem.map(|node| node.tag_name().name()) == tag, || format!("{case:?}: {test:#}"))?;
        if let (Some(problem), Some(said)) = (problem, test["failure"]["text"].as_str()) {
            check(problem.text().is_some_and(|text| text.ends_with(said)), || format!("{:?}", problem.text()))?;
        }
        let output = case.children().find(|node| node.has_tag_name("system-out")).and_then(|node| node.text());
        check(output.unwrap_or_default() == test["output"].as_str().unwrap_or_default(), || format!("{output:?}"))?;
    }
    // The numbers of the suites are those of their cases.
    for suite in all.children().filter(|node| node.has_tag_name("testsuite")) {
        let inside = suite.children().filter(|node| node.has_tag_name("testcase"));
        check(number(suite, "tests") == inside.count(), || text.clone())?;
        for (name, tag) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            let count = suite.descendants().filter(|node| node.has_tag_name(tag)).count();
            check(number(suite, name) == count, || format!("{name} of {suite:?}"))?;
        }
    }
    let message = |name: &str| {
        let case = cases.iter().find(|case| case.attribute("name") == Some(name));
        case.and_then(|case| case.first_element_child()).and_then(|problem| problem.attribute("message"))
    };
    check(message("equal_test") == Some("assertEqual: expected #{sum => 4}, got #{sum => 3}"), || text.clone())
}

fn junit_whole() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    fs::create_dir(folder.path("report.xml"))?;
    let output = folder.run(3, &["ebin", "--filter", "calc_tests:add", "--junit", "report.xml"])?;
    check(output.err().contains("cannot write report.xml"), || output.to_string())?;
    // A run that ended early is an error in the file, too.
    folder.run(1, &["alone", "--filter", "halts", "--junit", "halted.xml"])?;
    let text = fs::read_to_string(folder.path("halted.xml"))?;
    let document = roxmltree::Document::parse(&text).map_err(|error| error.to_string())?;
    check(document.root_element().attribute("errors") == Some("2"), || text.clone())?;
    let left: Vec<_> = fs::read_dir(folder.path(""))?.flatten().map(|entry| entry.file_name()).collect();
    check(!left.iter().any(|name| name.to_string_lossy().starts_with(".emberl")), || format!("{left:?}"))
}

fn packed() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path("")).args(["pack", "-q", "--lib", "--allow-unresolved", "-o", "all.avm", "ebin"]);
    process::run(&mut command, LIMIT)?.ok()?;
    let results = folder.json(1, &["all.avm"])?;
    check(results.number("passed") == 17 && results.number("failed") == 18, || format!("{:#}", results.value))
}

fn elixir_is(version: &str) -> bool {
    let output = Command::new("elixir").arg("--version").env("LC_ALL", "C.UTF-8").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&format!("Elixir {version}")))
}

fn exunit_passes() -> Result<(), Failed> {
    let folder = Folder::exunit()?;
    fs::remove_file(folder.path("test/fails_test.exs"))?;
    let results = folder.json(0, &["test"])?;
    check(results.number("passed") == 9 && results.number("skipped") == 1 && results.number("excluded") == 1, || {
        format!("{:#}\n{}", results.value, results.output)
    })?;
    let test = results.test("test messages arrive")?;
    check(test["file"] == "test/passes_test.exs" && test["line"] == 43, || format!("{test:#}"))?;
    check(results.value["seed"].is_i64(), || format!("{:#}", results.value))?;
    // A file alone has the same helper, and one that is named twice is there once.
    let one = folder.json(0, &["test/passes_test.exs", "test"])?;
    check(one.output.err().is_empty(), || one.output.to_string())?;
    check(one.number("passed") == 9, || format!("{:#}", one.value))
}

fn exunit_fails() -> Result<(), Failed> {
    let folder = Folder::exunit()?;
    let results = folder.json(1, &["test/fails_test.exs"])?;
    failures(&results)?;
    let setup = results.failure("setup_all", "RuntimeError", false, "test/fails_test.exs:63")?;
    contains(&setup["text"], "no setup at all")?;
    check(results.number("not_run") == 2 && results.number("failed") == 12, || format!("{:#}", results.value))
}

/// With the Elixir that stands beside a release of OTP: its compiler, on its own machine, and its ex_unit, on ours.
fn exunit_of(program: &str) -> Result<(), Failed> {
    let folder = Folder::exunit()?;
    fs::create_dir(folder.path("compiled"))?;
    fs::copy(repository_dir().join("cli/testing/compile_tests.exs"), folder.path("compile_tests.exs"))?;
    let libraries = releases::libraries(program)?;
    let elixir = libraries.ebin_folders(&["elixir", "ex_unit", "eex", "logger", "mix"])?;
    let mut command = releases::command(program, &folder.path(""));
    for path in &elixir {
        command.arg("-pa").arg(libraries.inside(path));
    }
    if let Some(root) = elixir.first().and_then(|path| path.ancestors().nth(2)) {
        command.arg("-elixir_root").arg(libraries.inside(root));
    }
    command.args(["-s", "elixir", "start_cli", "-extra", "compile_tests.exs", "compiled", "test/test_helper.exs"]);
    process::run(command.args(["test/passes_test.exs", "test/fails_test.exs"]), LIMIT)?.ok()?;
    let mut arguments = vec!["compiled".to_owned()];
    for path in elixir.iter().chain(&libraries.ebin_folders(&["stdlib", "kernel", "compiler"])?) {
        arguments.extend(["--pa".to_owned(), path.display().to_string()]);
    }
    let run = |filter: &str| {
        let all = arguments.iter().map(String::as_str).chain(["--filter", filter]);
        folder.json(1, &all.collect::<Vec<_>>())
    };
    failures(&run("Fails")?)?;
    let all = run("test")?;
    check(all.number("passed") == 9 && all.number("skipped") == 1 && all.number("not_run") == 2, || {
        format!("{:#}\n{}", all.value, all.output)
    })
}

/// What is told of the tests of `fails_test.exs`.
fn failures(results: &Results) -> Result<(), Failed> {
    let at = |line: u32| format!("test/fails_test.exs:{line}");
    let lists = results.failure("test lists differ", "ExUnit.AssertionError", true, &at(6))?;
    check(value(lists, "left") == "[1, 2, 3]" && value(lists, "right") == "[1, 2, 4]", || format!("{lists:#}"))?;
    contains(&lists["text"], "Assertion with == failed")?;
    results.failure("test maps differ", "ExUnit.AssertionError", true, &at(10))?;
    contains(
        &results.failure("test a match fails", "ExUnit.AssertionError", true, &at(14))?["text"],
        "match (=) failed",
    )?;
    contains(&results.test("test something is false")?["failure"]["text"], "Expected truthy, got false")?;
    contains(&results.test("test a message does not come")?["failure"]["text"], "value:   :other")?;
    let exception = results.failure("test an exception", "ArgumentError", false, &at(27))?;
    contains(&exception["text"], "** (ArgumentError) not this")?;
    results.failure("test a crash", "ArgumentError", false, &at(31))?;
    contains(&results.failure("test an exit", "exit", false, &at(35))?["text"], ":oops")?;
    contains(&results.test("test a linked process ends")?["failure"]["text"], ":oops")?;
    contains(&results.test("test it takes too long")?["failure"]["text"], "timed out after 50ms")?;
    contains(&results.test("test in a describe setup fails")?["failure"]["text"], "no setup")?;
    check(results.number("failed") >= 11 && results.number("passed") == 0, || format!("{:#}", results.value))
}

fn exunit_chosen() -> Result<(), Failed> {
    let folder = Folder::exunit()?;
    let results = folder.json(0, &["test", "--filter", "OthersTest test number", "--seed", "7"])?;
    check(results.number("passed") == 3 && results.number("tests") == 3, || format!("{:#}", results.value))?;
    check(results.number("seed") == 7, || format!("{:#}", results.value))?;
    let text = folder.run(1, &["test", "--filter", "FailsTest test lists", "--seed", "7"])?;
    check(text.out().contains("--seed 7 gives the same order"), || text.to_string())
}

fn exunit_colours() -> Result<(), Failed> {
    let folder = Folder::exunit()?;
    let mut command = folder.command(&["test", "--filter", "lists differ"])?;
    let output = process::run(command.env("CLICOLOR_FORCE", "1"), LIMIT)?;
    // ExUnit shows what is to go in red, and what is to come in green.
    let out = output.out();
    check(out.contains("\u{1b}[31m3\u{1b}[0m") && out.contains("\u{1b}[32m4\u{1b}[0m"), || format!("{out:?}"))
}

fn exunit_fault() -> Result<(), Failed> {
    let folder = Folder::empty()?;
    fs::write(
        folder.path("bad_test.exs"),
        "defmodule BadTest do\n  use ExUnit.Case\n  test \"a\", do: nosuch()\nend\n",
    )?;
    let output = folder.run(1, &["bad_test.exs"])?;
    check(output.err().contains("nosuch/0") && output.err().contains("bad_test.exs:3"), || output.to_string())
}

fn without_tests() -> Result<(), Failed> {
    let folder = Folder::empty()?;
    let fixtures = package_dir().join("fixtures/cli");
    fs::copy(fixtures.join("counter.beam"), folder.path("counter.beam"))?;
    let output = folder.run(1, &["counter.beam"])?;
    check(output.err().contains("there are no tests among the inputs"), || output.to_string())?;
    fs::write(folder.path("calc_tests.erl"), "-module(calc_tests).\n")?;
    let output = folder.run(1, &["calc_tests.erl"])?;
    check(output.err().contains("compile it first (erlc calc_tests.erl)"), || output.to_string())?;
    folder.run(1, &["nowhere.beam"])?;
    folder.run(1, &["--pa", "nowhere", "counter.beam"])?;
    folder.run(2, &[])?;
    folder.run(2, &["--board", "esp32c3", "counter.beam"]).map(drop)
}

/// With nothing installed.
fn without_library() -> Result<(), Failed> {
    let folder = Folder::eunit()?;
    let mut command = folder.command(&["ebin"])?;
    let output = process::run(command.env("PATH", folder.path("")), LIMIT)?;
    check(output.code() == Some(1) && output.err().contains("lists of OTP's stdlib was not found"), || {
        output.to_string()
    })
}

/// The transcript of that name.
fn screen(name: &str) -> Result<(), Failed> {
    let folder = if name == "eunit" { Folder::eunit()? } else { Folder::exunit()? };
    transcript::check(&sources(&format!("{name}.txt")), |arguments| {
        // The first word is the command's own.
        let arguments = arguments.get(1..).unwrap_or_default();
        let mut output = process::run(&mut folder.command(arguments)?, LIMIT)?;
        output.stdout = untimed(&output.out()).into_bytes();
        Ok(output)
    })
}

/// Times as `T`: `0.3 ms`, `12 ms`, `1.25 s`; and the numbers of processes as `N`.
fn untimed(text: &str) -> String {
    let unit = |word: &str| matches!(word.trim_end_matches([')', ';', ',']), "ms" | "s");
    let is_number = |word: &str| word.trim_start_matches('(').starts_with(|c: char| c.is_ascii_digit());
    let mut out = String::new();
    for line in text.lines() {
        let mut words = line.split(' ').peekable();
        let mut changed = Vec::new();
        while let Some(word) = words.next() {
            match words.next_if(|next| is_number(word) && unit(next)) {
                Some(unit) => {
                    let open = if word.starts_with('(') { "(" } else { "" };
                    changed.push(format!("{open}T{}", unit.trim_start_matches(['m', 's'])));
                }
                None if word.starts_with("#PID<") => changed.push("#PID<N>".to_owned()),
                None => changed.push(word.to_owned()),
            }
        }
        out += &changed.join(" ");
        out.push('\n');
    }
    out
}
