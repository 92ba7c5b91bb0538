//! What a build does, and what it does not do twice.

use std::{
    collections::BTreeSet,
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use emberl_format::etf::{self, Term};
use emberl_tests::{Failed, check, process};
use serde_json::Value;

use crate::bench::{Bench, group, hello};

/// Generous: on a machine with nothing else to do it takes a tenth of it.
const UNCHANGED: Duration = Duration::from_millis(500);

pub(crate) fn unchanged() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    for number in 0..50 {
        bench.write(&format!("priv/page{number}.html"), "<p>")?;
    }
    check(bench.build()?["unchanged"] == false, || "nothing was there before".into())?;
    check(bench.calls() == 1, || format!("{} calls", bench.calls()))?;
    let pack = fs::read(bench.path("_emberl/hello.avm"))?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let output = bench.ok(&["build"])?;
        times.push(start.elapsed());
        check(output.err().contains("nothing has changed"), || output.to_string())?;
    }
    let fastest = times.iter().min().copied().unwrap_or_default();
    println!("an unchanged project of 53 files: {fastest:?} (of {times:?})");
    check(fastest < UNCHANGED, || format!("it took {fastest:?}"))?;
    check(bench.build()?["unchanged"] == true, || "it was built again".into())?;
    check(bench.calls() == 1, || "the build tool was started again".into())?;
    check(fs::read(bench.path("_emberl/hello.avm"))? == pack, || "the pack is another".into())?;
    // The same sources give the same bytes.
    bench.ok(&["build", "--all"])?;
    check(bench.calls() == 2, || "--all did not build".into())?;
    check(fs::read(bench.path("_emberl/hello.avm"))? == pack, || "the same sources gave another pack".into())
}

/// A change, and what it is.
type Change = (&'static str, fn(&Bench) -> Result<(), Failed>);

const CHANGES: &[Change] = &[
    ("a source of the same size", |bench| bench.write("src/hello.erl", &hello("two"))),
    ("a source of the same size and time", |bench| {
        let path = bench.path("src/hello.erl");
        let time = fs::metadata(&path)?.modified()?;
        fs::write(&path, hello("six"))?;
        Ok(fs::File::options().write(true).open(&path)?.set_modified(time)?)
    }),
    ("a source put in its place", |bench| {
        fs::write(bench.path("src/hello.new"), hello("ten"))?;
        Ok(fs::rename(bench.path("src/hello.new"), bench.path("src/hello.erl"))?)
    }),
    ("a new source", |bench| bench.write("src/more.erl", "-module(more).\n")),
    ("a source less", |bench| Ok(fs::remove_file(bench.path("src/more.erl"))?)),
    ("a new file in a new folder", |bench| bench.write("include/deep/x.hrl", "")),
    ("the build file", |bench| bench.write("rebar.config", "{erl_opts, [no_debug_info]}.\n")),
    ("the settings", |bench| bench.settings("[build]\nstrip = [\"lines\"]\n")),
    ("the desk's settings", |bench| bench.write("emberl.local.toml", "[desk]\nbaud = 9600\n")),
    ("a compiled module", |bench| Ok(fs::remove_file(bench.path("_build/default/lib/hello/ebin/hello.beam"))?)),
    ("the pack", |bench| Ok(fs::remove_file(bench.path("_emberl/hello.avm"))?)),
    ("the pack's bytes", |bench| Ok(fs::write(bench.path("_emberl/hello.avm"), "x")?)),
    ("the stamp", |bench| Ok(fs::write(bench.path("_emberl/stamp.json"), "{}")?)),
];

pub(crate) fn changes() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.build()?;
    for (number, (what, change)) in CHANGES.iter().enumerate() {
        change(&bench)?;
        check(bench.build()?["unchanged"] == false, || format!("{what} was not seen"))?;
        check(bench.calls() == number + 2, || format!("{what}: {} calls", bench.calls()))?;
        check(bench.build()?["unchanged"] == true, || format!("{what}: it is never unchanged"))?;
    }
    // A change while the build tool works is found the next time.
    bench.quick_rebar3("touch ../compiled\nwhile [ ! -e ../go ]; do sleep 0.1; done")?;
    bench.write("src/hello.erl", &hello("old"))?;
    let mut child = bench.command()?.args(["build", "-q"]).spawn()?;
    while !bench.beside("compiled").exists() {
        check(child.try_wait()?.is_none(), || "the build ended too early".into())?;
        thread::sleep(Duration::from_millis(20));
    }
    bench.write("src/hello.erl", &hello("new"))?;
    fs::write(bench.beside("go"), "")?;
    check(child.wait()?.success(), || "the build failed".into())?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("new 6\n"), || output.to_string())
}

/// rebar3 itself takes a module of the same second for as new as its source.
pub(crate) fn same_second() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    bench.build()?;
    let module = fs::metadata(bench.path("_build/default/lib/hello/ebin/hello.beam"))?.modified()?;
    for (word, earlier) in [("two", 0), ("six", 2)] {
        let path = bench.path("src/hello.erl");
        fs::write(&path, hello(word))?;
        fs::File::options().write(true).open(&path)?.set_modified(module - Duration::from_secs(earlier))?;
        let output = bench.ok(&["run"])?;
        check(output.out().starts_with(&format!("{word} 6\n")), || output.to_string())?;
    }
    Ok(())
}

/// The functions of a pack: by module, how many.
fn functions(bench: &Bench, pack: &str) -> Result<Vec<String>, Failed> {
    let output = bench.ok(&["size", "--by", "function", "--format", "json", pack])?;
    let value: Value = serde_json::from_slice(&output.stdout)?;
    let items = value["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut names: Vec<String> = items.iter().map(|item| format!("{} {}", item["name"], item["bytes"])).collect();
    names.sort();
    Ok(names)
}

pub(crate) fn library() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    // A behaviour of OTP, a crash that is logged, formats.
    let source = "-module(hello).\n-behaviour(gen_server).\n-export([start/0, init/1, handle_call/3, handle_cast/2]).\n\
        start() ->\n    {ok, Pid} = gen_server:start_link(?MODULE, [], []),\n    \
        io:format(\"~p~n\", [gen_server:call(Pid, hello)]).\ninit([]) -> {ok, #{}}.\n\
        handle_call(hello, _, State) -> {reply, maps:merge(State, #{a => 1}), State}.\n\
        handle_cast(_, State) -> {noreply, State}.\n";
    bench.write("src/hello.erl", source)?;
    bench.build()?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("#{a => 1}\n"), || output.to_string())?;
    let mut erl = Command::new("erl");
    erl.args(["-noshell", "-eval", "[io:format(\"~ts~n\", [P]) || P <- code:get_path(), P =/= \".\"], halt()."]);
    let folders = process::run(&mut erl, Duration::from_secs(60))?.ok()?.out();
    let mut arguments = vec!["pack", "-q", "-o", "all.avm", "--prune", "--allow-unresolved", "--start", "hello"];
    arguments.push("_build/default/lib/hello/ebin");
    // Those that every program has; hello.app names no other.
    arguments.extend(folders.lines().filter(|folder| folder.contains("/kernel-") || folder.contains("/stdlib-")));
    bench.ok(&arguments)?;
    let (built, all) = (functions(&bench, "_emberl/hello.avm")?, functions(&bench, "all.avm")?);
    // Sizes differ where a module has less.
    let names = |functions: &[String]| -> BTreeSet<String> {
        let name = |line: &String| Some(line.split_whitespace().next()?.trim_matches('"').to_owned());
        functions.iter().filter_map(name).collect()
    };
    let (built, all) = (names(&built), names(&all));
    let more: Vec<&String> = built.difference(&all).collect();
    check(more.is_empty(), || format!("more: {more:?}"))?;
    check(built.len() > 100 && 2 * built.len() < all.len(), || format!("{} of {}", built.len(), all.len()))?;
    // Where the program itself asks, what is seldom asked is there, too.
    let module = |name: &str| built.iter().any(|function| function.starts_with(&format!("{name}:")));
    check(!module("global") && !module("file") && module("logger_std_h"), || format!("{built:?}"))?;
    let asks = source.replace("io:format(", "{ok, _} = file:read_file(\"_emberl/hello.avm\"), io:format(");
    bench.write("src/hello.erl", &asks)?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("#{a => 1}\n"), || output.to_string())?;
    let asked = names(&functions(&bench, "_emberl/hello.avm")?);
    check(asked.contains("file:read_file/1"), || format!("{asked:?}"))
}

pub(crate) fn faults() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.build()?;
    let pack = fs::read(bench.path("_emberl/hello.avm"))?;
    let good = hello("one");
    for (source, told) in [
        (
            "-module(hello).\n-export([start/0]).\nstart() -> oops(.\n",
            &["syntax error", "rebar3 compile has failed"][..],
        ),
        (
            "-module(hello).\n-export([start/0]).\nstart() -> lists:foldll(a).\n",
            &["error[E0202]: call to undefined function lists:foldll/1", "src/hello.erl:3", "was not written"],
        ),
        (
            "-module(hello).\n-export([begin_/0]).\nbegin_() -> ok.\n",
            &["emberl.toml:2: the start module hello", "start/0"],
        ),
    ] {
        bench.write("src/hello.erl", source)?;
        bench.fails(1, &["build"], told)?;
        check(fs::read(bench.path("_emberl/hello.avm"))? == pack, || "the old pack is gone".into())?;
        // It is not taken for done.
        bench.fails(1, &["run"], told)?;
    }
    bench.write("src/hello.erl", &good)?;
    bench.build()?;
    bench.settings("start = \"helo\"\n")?;
    bench.fails(
        1,
        &["build"],
        &["emberl.toml:3: the project has no module helo", "did you mean start = \"hello\"?"],
    )?;
    // Native functions of a board count only on it.
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[board]\nname = \"esp32c3\"\n")?;
    bench.write("src/hello.erl", "-module(hello).\n-export([start/0]).\nstart() -> re:run(\"a\", \"a\").\n")?;
    bench.fails(1, &["build"], &["E0206"])?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n")?;
    bench.build().map(drop)
}

/// rebar3 has the compiler name whole paths; what is told is how the source is found from where the command was given.
pub(crate) fn sources() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    bench.write("src/hello.erl", "-module(hello).\n-export([start/0]).\nstart() -> lists:foldll(a).\n")?;
    let place = "src/hello.erl:3 in hello:start/0";
    bench.fails(1, &["build"], &[&format!(" --> {place}")])?;
    let ebin = bench.path("_build/default/lib/hello/ebin");
    let check_in = |folder: &str| -> Result<String, Failed> {
        let mut command = bench.command()?;
        command.current_dir(bench.path(folder)).arg("check").arg(&ebin);
        Ok(process::run(&mut command, Duration::from_secs(120))?.out())
    };
    for (folder, told) in [("", place.to_owned()), ("_build/default", format!("../../{place}"))] {
        let out = check_in(folder)?;
        check(out.contains(&format!(" --> {told}")), || format!("{told:?} is not told: {out}"))?;
    }
    // Outside of a project the path is the compiler's.
    let whole = fs::canonicalize(bench.path("src/hello.erl"))?.display().to_string();
    let out = check_in("..")?;
    check(out.contains(&format!(" --> {whole}:3 in hello:start/0")), || format!("{whole:?} is not told: {out}"))
}

pub(crate) fn budgets() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.settings("[budget]\nflash = \"1M\"\nram = \"4M\"\n")?;
    let report = bench.build()?;
    let budget = |report: &Value, index: usize, key: &str| report["budgets"][index][key].clone();
    check(budget(&report, 0, "of") == "flash" && budget(&report, 0, "limit") == 1 << 20, || report.to_string())?;
    check(budget(&report, 0, "used") == report["bytes"], || report.to_string())?;
    check(budget(&report, 1, "used").as_u64() > Some(1000), || report.to_string())?;
    let pack = fs::read(bench.path("_emberl/hello.avm"))?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[budget]\nflash = 1000\nram = \"1k\"\n")?;
    let told = ["emberl.toml:4: the pack hello.avm", "emberl.toml:5: the loaded program", "more than the budget"];
    let output = bench.fails(1, &["build"], &told)?;
    check(output.err().contains("_emberl/hello.avm was not written"), || output.to_string())?;
    check(fs::read(bench.path("_emberl/hello.avm"))? == pack, || "the pack was written".into())
}

pub(crate) fn wifi() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.settings("[wifi]\nfile = \"wifi.toml\"\npack = true\n")?;
    bench.fails(1, &["build"], &["emberl.toml:4: cannot read wifi.toml"])?;
    bench.write("wifi.toml", "ssid = \"home\"\npsk = \"hush-hush\"\n")?;
    let output = bench.fails(0, &["build"], &["warning: hello/priv/wifi.config is in the pack"])?;
    check(!output.err().contains("hush-hush") && !output.out().contains("hush-hush"), || output.to_string())?;
    let names = bench.names("_emberl/hello.avm")?;
    check(names.iter().any(|name| name == "hello/priv/wifi.config"), || format!("{names:?}"))?;
    bench.ok(&["extract", "-o", "out", "_emberl/hello.avm", "hello/priv/wifi.config"])?;
    let bytes = fs::read(bench.path("out/hello/priv/wifi.config"))?;
    let pair = |name: &str, value: &[u8]| Term::Tuple(vec![Term::atom(name), Term::binary(value)]);
    let term = etf::decode(&bytes).map_err(|error| error.to_string())?;
    let expected = Term::list(vec![pair("ssid", b"home"), pair("psk", b"hush-hush")]);
    check(term == expected, || term.to_string())?;
    fs::remove_dir_all(bench.path("out"))?;
    for file in ["stamp.json", "library.json"] {
        let text = fs::read_to_string(bench.path("_emberl").join(file))?;
        check(!text.contains("hush"), || format!("the secret is in {file}"))?;
    }
    // Git is asked, where there is one.
    if emberl_tests::tools::in_path("git").is_some() {
        let mut git = Command::new("git");
        process::run(git.current_dir(bench.path("")).args(["init", "-q"]), Duration::from_secs(60))?.ok()?;
        bench.fails(0, &["build", "--all"], &["git does not ignore wifi.toml"])?;
        bench.write(".gitignore", "wifi.toml\n")?;
        let output = bench.ok(&["build"])?;
        check(!output.err().contains("git does not ignore"), || output.to_string())?;
    }
    bench.write("wifi.toml", "ssid = \"home\"\npsk = \"other-word\"\n")?;
    check(bench.build()?["unchanged"] == false, || "the secret's change was not seen".into())?;
    // The environment alone; another value is a change.
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[wifi]\npack = true\n")?;
    bench.fails(1, &["build"], &["emberl.toml:4: there is no ssid to be packed", "EMBERL_WIFI_SSID"])?;
    for ssid in ["one", "two"] {
        let mut command = bench.command()?;
        command.env("EMBERL_WIFI_SSID", ssid).args(["build", "--format", "json"]);
        let report = process::run(&mut command, Duration::from_secs(120))?.ok()?;
        check(report.out().contains("\"unchanged\": false"), || report.to_string())?;
    }
    Ok(())
}

pub(crate) fn contents() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.write("priv/index.html", "<p>hello</p>\n")?;
    bench.write("priv/img/a.beam", "no module\n")?;
    let extra = "-module(extra).\n-export([start/0, other/0]).\nstart() -> other().\nother() -> ok.\n";
    fs::create_dir_all(bench.path("lib"))?;
    fs::write(bench.beside("extra.erl"), extra)?;
    let mut erlc = Command::new("erlc");
    erlc.arg("-o").arg(bench.path("lib")).arg(bench.beside("extra.erl"));
    process::run(&mut erlc, Duration::from_secs(60))?.ok()?;
    bench.ok(&["pack", "-q", "-o", "lib/extra.avm", "--lib", "lib/extra.beam"])?;
    let main = "-module(hello).\n-export([start/0, unused/1]).\nstart() -> extra:other().\nunused(X) -> X.\n";
    bench.write("src/hello.erl", main)?;
    // Not from anywhere.
    bench.fails(1, &["build"], &["error[E0201]: call to extra:other/0", "build.packs"])?;
    let base = "[project]\nname = \"hello\"\n[build]\nfiles = [\"priv\"]\n";
    bench.write("emberl.toml", &format!("{base}packs = [\"lib/extra.avm\"]\n"))?;
    let report = bench.build()?;
    check(group(&report, "pack")?["name"] == "lib/extra.avm", || report.to_string())?;
    check(group(&report, "pack")?["functions"] == 1, || report.to_string())?;
    check(group(&report, "files")?["modules"] == 2, || report.to_string())?;
    let names = bench.names("_emberl/hello.avm")?;
    check(names == ["hello.beam", "extra.beam", "hello/priv/img/a.beam", "hello/priv/index.html"], || {
        format!("{names:?}")
    })?;
    // On the device already.
    bench.write("emberl.toml", &format!("{base}with = [\"lib/extra.avm\"]\n"))?;
    bench.build()?;
    let names = bench.names("_emberl/hello.avm")?;
    check(names == ["hello.beam", "hello/priv/img/a.beam", "hello/priv/index.html"], || format!("{names:?}"))?;
    // From a folder of modules, as from OTP.
    bench
        .write("emberl.toml", "[project]\nname = \"hello\"\n[build]\nlibraries = [\"lib\"]\noutput = \"out.avm\"\n")?;
    let report = bench.build()?;
    check(group(&report, "library")?["functions"] == 1 && report["output"] == "out.avm", || report.to_string())?;
    check(bench.build()?["unchanged"] == true, || "the pack beside the sources counts as one".into())?;
    let functions = |report: &Value| group(report, "project").map(|group| group["functions"].clone());
    check(functions(&report)? == 1, || report.to_string())?;
    for setting in ["keep = [\"hello:unused/1\"]", "keep = [\"hello\"]", "prune = false"] {
        bench.write(
            "emberl.toml",
            &format!("[project]\nname = \"hello\"\n[build]\nlibraries = [\"lib\"]\n{setting}\n"),
        )?;
        let report = bench.build()?;
        check(functions(&report)?.as_u64() >= Some(2), || format!("{setting}: {report}"))?;
    }
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[build]\nfiles = [\"nope.txt\"]\n")?;
    bench.fails(1, &["build"], &["emberl.toml:4: cannot read nope.txt"])?;
    Ok(())
}
