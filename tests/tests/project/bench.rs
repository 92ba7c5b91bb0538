//! A project in a folder of its own, whose build tools are counted.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_tests::{
    Failed, bin, check,
    process::{self, Output},
    schema::fits,
    tools,
};
use serde_json::Value;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);

/// The build tools.
const TOOLS: [&str; 3] = ["rebar3", "mix", "gleam"];

/// A project. Its folder is `project` in a folder of the test's own, beside `bin`, which comes first in `PATH`.
pub(crate) struct Bench(TempDir);

impl Bench {
    /// An empty folder.
    pub(crate) fn new() -> Result<Self, Failed> {
        let bench = Self(TempDir::new()?);
        fs::create_dir_all(bench.path(""))?;
        fs::create_dir_all(bench.beside("bin"))?;
        for tool in TOOLS {
            if let Some(real) = tools::in_path(tool) {
                let log = bench.beside("calls");
                let script =
                    format!("#!/bin/sh\necho {tool} \"$@\" >> '{}'\nexec '{}' \"$@\"\n", log.display(), real.display());
                bench.program(tool, &script)?;
            }
        }
        Ok(bench)
    }

    /// A project of rebar3 whose module `hello` prints a line with `io`.
    pub(crate) fn erlang() -> Result<Self, Failed> {
        let bench = Self::new()?;
        bench.write("emberl.toml", "[project]\nname = \"hello\"\n")?;
        bench.write("rebar.config", "{erl_opts, [debug_info]}.\n")?;
        let application = "{application, hello, [{vsn, \"0.1.0\"}, {applications, [kernel, stdlib]}]}.\n";
        bench.write("src/hello.app.src", application)?;
        bench.write("src/hello.erl", &hello("one"))?;
        Ok(bench)
    }

    /// The same, with a command that stands in for rebar3 where that would only take time: it compiles as plainly as can
    /// be, and runs `then`.
    pub(crate) fn quick(then: &str) -> Result<Self, Failed> {
        let bench = Self::erlang()?;
        bench.quick_rebar3(then)?;
        Ok(bench)
    }

    /// Puts that command in the place of rebar3.
    pub(crate) fn quick_rebar3(&self, then: &str) -> Result<(), Failed> {
        let script = format!(
            "#!/bin/sh\necho rebar3 \"$@\" >> ../calls\napplication=_build/default/lib/hello\n\
             mkdir -p $application/ebin\nln -sfn ../../../../src $application/src\n\
             erlc +debug_info -o $application/ebin src/*.erl || exit 1\n{then}\n"
        );
        self.program("rebar3", &script)
    }

    /// The path of a file of the project.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("project").join(name)
    }

    /// The path of a file beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Failed> {
        write(&self.path(name), text)
    }

    /// Adds lines to `emberl.toml`.
    pub(crate) fn settings(&self, lines: &str) -> Result<(), Failed> {
        let path = self.path("emberl.toml");
        let text = fs::read_to_string(&path)?;
        Ok(fs::write(path, format!("{text}{lines}"))?)
    }

    /// A program that comes before others of its name.
    pub(crate) fn program(&self, name: &str, script: &str) -> Result<(), Failed> {
        let path = self.beside("bin").join(name);
        write(&path, script)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
    }

    /// `emberl`, to be run in the project, with no variable set that it looks at.
    pub(crate) fn command(&self) -> Result<Command, Failed> {
        let mut command = Command::new(bin::emberl()?);
        let mut path = OsString::from(self.beside("bin"));
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        command.current_dir(self.path("")).env("PATH", path);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["EMBERL_", "MIX_", "REBAR_", "ERL_"].iter().any(|start| name.starts_with(start)) || name == "NO_COLOR" {
                command.env_remove(&name);
            }
        }
        Ok(command)
    }

    /// Runs `emberl` in the project.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Output, Failed> {
        Ok(process::run(self.command()?.args(arguments), LIMIT)?)
    }

    /// Runs `emberl`, which must be a success.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Result<Output, Failed> {
        Ok(self.run(arguments)?.ok()?)
    }

    /// Runs `emberl`, which must end with this exit code, and tell all of `told`.
    pub(crate) fn fails(&self, code: i32, arguments: &[&str], told: &[&str]) -> Result<Output, Failed> {
        let output = self.run(arguments)?;
        check(output.code() == Some(code), || format!("exit code {code} expected: {output}"))?;
        for text in told {
            check(output.err().contains(text), || format!("{text:?} is not told: {output}"))?;
        }
        Ok(output)
    }

    /// Builds the project, and gives the report, which must have the shape of its schema.
    pub(crate) fn build(&self) -> Result<Value, Failed> {
        self.json("build")
    }

    /// What a command prints as JSON, in the shape of its schema.
    pub(crate) fn json(&self, command: &str) -> Result<Value, Failed> {
        let output = self.ok(&[command, "--format", "json"])?;
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let path = emberl_tests::repository_dir().join(format!("cli/schemas/{command}.schema.json"));
        fits(&serde_json::from_slice(&fs::read(path)?)?, &value, command)?;
        Ok(value)
    }

    /// How often a build tool was started.
    pub(crate) fn calls(&self) -> usize {
        fs::read_to_string(self.beside("calls")).unwrap_or_default().lines().count()
    }

    /// The names of a pack's sections.
    pub(crate) fn names(&self, pack: &str) -> Result<Vec<String>, Failed> {
        let output = self.ok(&["list", "--format", "json", pack])?;
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let sections = value["sections"].as_array().ok_or_else(|| format!("no sections: {value}"))?;
        Ok(sections.iter().filter_map(|section| section["name"].as_str().map(str::to_owned)).collect())
    }
}

/// The module `hello`, which prints a word.
pub(crate) fn hello(word: &str) -> String {
    format!(
        "-module(hello).\n-export([start/0, unused/1]).\n\n\
         start() -> io:format(\"~s ~p~n\", [\"{word}\", lists:sum([1, 2, 3])]).\n\n\
         unused(X) -> binary_to_list(X).\n"
    )
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failed> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, text)?)
}

/// The group of a report with this kind.
pub(crate) fn group<'r>(report: &'r Value, kind: &str) -> Result<&'r Value, Failed> {
    let groups = report["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = groups.iter().find(|group| group["kind"] == kind);
    found.ok_or_else(|| format!("there is nothing of the kind {kind}: {report}").into())
}
