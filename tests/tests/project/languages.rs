//! Projects of each language: built by their tools, packed with their dependencies and what they need of the library, run.

use std::fs;

use emberl_tests::{Failed, check};

use crate::bench::{Bench, group};

pub(crate) fn erlang() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    bench.write("rebar.config", "{deps, [words]}.\n")?;
    // A dependency that needs no network.
    bench.write("_checkouts/words/rebar.config", "")?;
    bench.write("_checkouts/words/src/words.app.src", "{application, words, [{vsn, \"1.0.0\"}]}.\n")?;
    bench
        .write("_checkouts/words/src/words.erl", "-module(words).\n-export([first/0]).\nfirst() -> <<\"word\">>.\n")?;
    bench.write(
        "src/hello.erl",
        "-module(hello).\n-export([start/0]).\nstart() -> io:format(\"~s~n\", [words:first()]).\n",
    )?;
    let report = bench.build()?;
    let project = group(&report, "project")?;
    check(project["name"] == "hello" && project["modules"] == 1 && project["functions"] == 1, || report.to_string())?;
    let dependency = group(&report, "dependency")?;
    check(dependency["name"] == "words" && dependency["modules"] == 1, || report.to_string())?;
    let library = group(&report, "library")?;
    check(library["name"] == "OTP" && library["modules"].as_u64() > Some(1), || report.to_string())?;
    check(report["start"] == "hello" && report["output"] == "_emberl/hello.avm", || report.to_string())?;
    let size = fs::metadata(bench.path("_emberl/hello.avm"))?.len();
    check(report["bytes"].as_u64() == Some(size), || format!("{size} bytes, not {report}"))?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("word\n"), || output.to_string())?;
    // What git is to ignore says so itself.
    check(fs::read_to_string(bench.path("_emberl/.gitignore"))? == "*\n", || "no .gitignore".into())
}

const MIX: &str = "defmodule Hello.MixProject do\n  use Mix.Project\n\n  def project do\n    \
    [app: :hello, version: \"0.1.0\", deps: [{:other, path: \"../other\"}]]\n  end\n\n  \
    def application, do: []\nend\n";
const OTHER: &str = "defmodule Other.MixProject do\n  use Mix.Project\n\n  def project do\n    \
    [app: :other, version: \"0.1.0\"]\n  end\n\n  def application, do: []\nend\n";
const ELIXIR: &str = "defmodule Hello do\n  defstruct [:name]\n\n  def start do\n    \
    :erlang.display(to_string(%Hello{name: Other.name()}))\n    \
    Enum.each([1, 2], fn x -> :erlang.display(\"#{x * 2}\") end)\n  end\nend\n\n\
    defimpl String.Chars, for: Hello do\n  def to_string(hello), do: \"hello #{hello.name}\"\nend\n";

pub(crate) fn elixir() -> Result<(), Failed> {
    let bench = Bench::new()?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n")?;
    bench.write("mix.exs", MIX)?;
    bench.write("lib/hello.ex", ELIXIR)?;
    bench.write("../other/mix.exs", OTHER)?;
    bench.write("../other/lib/other.ex", "defmodule Other do\n  def name, do: \"world\"\nend\n")?;
    let report = bench.build()?;
    check(report["start"] == "Elixir.Hello", || report.to_string())?;
    check(group(&report, "project")?["name"] == "hello", || report.to_string())?;
    check(group(&report, "dependency")?["name"] == "other", || report.to_string())?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("<<\"hello world\">>\n<<\"2\">>\n<<\"4\">>\n"), || output.to_string())?;
    // The dependency is outside of the project, and yet its changes are seen.
    check(bench.build()?["unchanged"] == true, || "built again".into())?;
    bench.write("../other/lib/other.ex", "defmodule Other do\n  def name, do: \"there\"\nend\n")?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("<<\"hello there\">>\n"), || output.to_string())
}

/// Lays down what `gleam build` would: a package for the project and one for a dependency, compiled by erlc.
const GLEAM: &str = "#!/bin/sh\nset -e\necho gleam \"$@\" >> ../calls\n[ \"$1\" = build ]\n\
    for package in greeter shapes; do\n  into=build/dev/erlang/$package\n  \
    mkdir -p $into/ebin $into/_gleam_artefacts\n  cp src/$package*.txt $into/_gleam_artefacts/ 2>/dev/null || true\n  \
    for text in $into/_gleam_artefacts/*.txt; do\n    module=$(basename $text .txt)\n    \
    cp $text $into/_gleam_artefacts/$module.erl\n    erlc -o $into/ebin $into/_gleam_artefacts/$module.erl\n  done\ndone\n\
    echo '   Compiled in 0.01s'\n";

pub(crate) fn gleam() -> Result<(), Failed> {
    let bench = Bench::new()?;
    bench.program("gleam", GLEAM)?;
    bench.write("emberl.toml", "[project]\nname = \"greeter\"\n")?;
    bench.write("gleam.toml", "name = \"greeter\"\nversion = \"1.0.0\"\ntarget = \"erlang\"\n")?;
    let main = "-module(greeter).\n-compile([no_auto_import, nowarn_unused_vars, inline]).\n-export([start/0]).\n\n\
        -spec start() -> nil.\nstart() ->\n    _pipe = [{circle, 2}, {square, 3}],\n    \
        _pipe@1 = lists:map(fun(Shape) -> shapes@area:area(Shape) end, _pipe),\n    \
        erlang:display(_pipe@1),\n    nil.\n";
    bench.write("src/greeter.txt", main)?;
    let area = "-module(shapes@area).\n-compile([no_auto_import, nowarn_unused_vars, inline]).\n-export([area/1]).\n\n\
        area(Shape) ->\n    case Shape of\n        {circle, R} ->\n            (3 * R) * R;\n\n        \
        {square, A} ->\n            A * A\n    end.\n";
    bench.write("src/shapes@area.txt", area)?;
    let report = bench.build()?;
    check(group(&report, "project")?["name"] == "greeter", || report.to_string())?;
    check(group(&report, "dependency")?["name"] == "shapes", || report.to_string())?;
    let output = bench.run(&["run"])?;
    // `nil` is neither ok nor 0.
    check(output.code() == Some(1) && output.out().starts_with("[12,9]\n"), || output.to_string())?;
    check(bench.build()?["unchanged"] == true, || "built again".into())?;
    check(fs::read_to_string(bench.beside("calls"))? == "gleam build --target erlang\n", || "calls".into())
}

pub(crate) fn missing() -> Result<(), Failed> {
    for (file, told) in [("rebar.config", "rebar3"), ("mix.exs", "mix"), ("gleam.toml", "gleam")] {
        let bench = Bench::new()?;
        bench.write("emberl.toml", "[project]\nname = \"hello\"\n")?;
        bench.write(file, "")?;
        let mut command = bench.command()?;
        command.env("PATH", bench.path("")).arg("build");
        let output = emberl_tests::process::run(&mut command, std::time::Duration::from_secs(60))?;
        check(output.code() == Some(3), || output.to_string())?;
        check(output.err().contains(&format!("{told}, which builds")), || output.to_string())?;
        check(output.err().contains("install"), || output.to_string())?;
        check(!bench.path("_emberl/hello.avm").exists(), || "a pack was written".into())?;
    }
    Ok(())
}
