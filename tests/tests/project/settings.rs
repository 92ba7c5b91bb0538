//! Settings: what is wrong is told with its line and cure, secrets are not taken, and `emberl config` says where values come
//! from. Nothing here needs a build tool.

use emberl_tests::{Failed, check, process};
use serde_json::Value;
use std::time::Duration;

use crate::bench::Bench;

fn project(lines: &str) -> Result<Bench, Failed> {
    let bench = Bench::new()?;
    bench.write("emberl.toml", &format!("[project]\nname = \"hello\"\n{lines}"))?;
    bench.write("rebar.config", "")?;
    Ok(bench)
}

pub(crate) fn faults() -> Result<(), Failed> {
    for (lines, told) in [
        ("[biuld]\nprune = true\n", &["emberl.toml:3: there is no table biuld", "did you mean [build]?"][..]),
        ("[build]\npruen = true\n", &["emberl.toml:4: there is no setting build.pruen", "did you mean prune?"]),
        ("[build]\nprune = \"yes\"\n", &["emberl.toml:4: build.prune must be true or false"]),
        ("[build]\nkeep = \"a:b/1\"\n", &["emberl.toml:4: build.keep must be a list of texts"]),
        ("[build]\nkeep = [\"a:b\"]\n", &["emberl.toml:4: ", "the arity is missing"]),
        (
            "[build]\nprofile = \"atomvm-0.6\"\n",
            &["emberl.toml:4: there is no profile", "did you mean \"atomvm-0.7\"?"],
        ),
        ("[board]\nname = \"esp32c4\"\n", &["emberl.toml:4: there is no board", "did you mean \"esp32c"]),
        ("[budget]\nflash = \"much\"\nram = []\n", &["emberl.toml:4: budget.flash", "emberl.toml:5: budget.ram"]),
        ("[desk]\nport = \"COM3\"\n", &["emberl.toml:4: desk.port cannot be here", "emberl.local.toml"]),
        ("[build\n", &["emberl.toml:3: this is no TOML"]),
    ] {
        let bench = project(lines)?;
        for command in ["build", "config", "run", "flash", "image", "watch"] {
            bench.fails(1, &[command], told)?;
        }
        check(bench.calls() == 0, || "a build tool was started".into())?;
    }
    let bench = project("")?;
    bench.write("emberl.local.toml", "[desk]\nbaud = \"fast\"\n")?;
    bench.fails(1, &["build"], &["emberl.local.toml:2: desk.baud must be a number"])?;
    bench.write("emberl.local.toml", "")?;
    bench.write("mix.exs", "")?;
    bench.fails(1, &["build"], &["there are both rebar.config and mix.exs", "language = \"erlang\""])?;
    bench.write("emberl.toml", "")?;
    bench.fails(1, &["build"], &["emberl.toml: the project has no name"])?;
    let bench = Bench::new()?;
    bench.write("emberl.toml", "[project]\nname = \"../x\"\n")?;
    bench.fails(1, &["build"], &["emberl.toml:2: project.name must be a name"])?;
    bench.write("emberl.toml", "[project]\nname = \"x\"\n")?;
    bench.fails(1, &["build"], &["no rebar.config, mix.exs or gleam.toml", "emberl new"])?;
    Ok(())
}

pub(crate) fn secrets() -> Result<(), Failed> {
    for key in ["ssid", "psk", "password"] {
        let bench = project(&format!("[wifi]\n{key} = \"hush-hush\"\n"))?;
        let told = [&format!("emberl.toml:4: wifi.{key} is a secret")[..], "git ignores", "EMBERL_WIFI_PSK"];
        let output = bench.fails(1, &["build"], &told)?;
        check(!output.err().contains("hush-hush"), || output.to_string())?;
    }
    Ok(())
}

pub(crate) fn config() -> Result<(), Failed> {
    let bench = project("[board]\nname = \"esp32c3\"\n[build]\nkeep = [\"a\", \"b:c/1\"]\n")?;
    bench.write("emberl.local.toml", "[desk]\nport = \"/dev/ttyUSB7\"\n")?;
    let mut command = bench.command()?;
    command.env("EMBERL_BOARD_NAME", "rp2040").env("EMBERL_BUDGET_RAM", "200k").args(["config"]);
    let text = process::run(&mut command, Duration::from_secs(60))?.ok()?.out();
    let has = |words: &[&str]| text.lines().any(|line| line.split_whitespace().eq(words.iter().copied()));
    for line in [
        &["board.name", "\"esp32c3\"", "emberl.toml:4"][..],
        &["budget.ram", "204800", "EMBERL_BUDGET_RAM"],
        &["desk.port", "\"/dev/ttyUSB7\"", "emberl.local.toml:2"],
        &["build.prune", "true", "default"],
        &["project.start", "\"hello\"", "project.name"],
        &["budget.flash", "-"],
    ] {
        check(has(line), || format!("{line:?} is not in\n{text}"))?;
    }
    let report = bench.json("config")?;
    let settings = report["settings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let setting = |name: &str| settings.iter().find(|row| row["name"] == name).cloned().unwrap_or(Value::Null);
    check(report["language"] == "erlang" && report["output"] == "_emberl/hello.avm", || report.to_string())?;
    let keep = setting("build.keep");
    check(keep["value"] == serde_json::json!(["a", "b:c/1"]) && keep["line"] == 6, || keep.to_string())?;
    let flash = setting("budget.flash");
    check(flash["value"].is_null() && flash["origin"] == "none", || flash.to_string())?;
    // From a folder below.
    std::fs::create_dir_all(bench.path("src/deep"))?;
    let mut below = bench.command()?;
    below.current_dir(bench.path("src/deep")).args(["config"]);
    let text = process::run(&mut below, Duration::from_secs(60))?.ok()?.out();
    check(text.contains("../../emberl.toml:4"), || text)
}
