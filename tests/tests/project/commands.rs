//! Commands that take the project where no file is named.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use emberl_image::Board;
use emberl_tests::{Failed, check, elf::Elf, image::range, process};
use serde_json::Value;

use crate::bench::{Bench, hello};

pub(crate) fn no_project() -> Result<(), Failed> {
    let bench = Bench::new()?;
    for command in ["run", "flash"] {
        bench.fails(2, &[command], &["is named, and there is no emberl.toml", "go into a project"])?;
    }
    bench.fails(2, &["image"], &["--board is missing", "emberl.toml"])?;
    bench.fails(2, &["image", "--board", "esp32c3"], &["--firmware is missing"])?;
    bench.fails(2, &["why", "lists:sum/1"], &["no file is named, and there is no emberl.toml"])?;
    for command in ["build", "config", "watch"] {
        bench.fails(1, &[command], &["there is no emberl.toml in this folder or above it", "emberl new"])?;
    }
    Ok(())
}

pub(crate) fn run() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("one 6\n"), || output.to_string())?;
    check(output.err().contains("_emberl/hello.avm: "), || output.to_string())?;
    // The second time nothing is to be said.
    let output = bench.ok(&["run"])?;
    check(output.err().is_empty() && bench.calls() == 1, || output.to_string())?;
    // What is named is taken as it is, whatever the project is.
    bench.write("emberl.toml", "[oops\n")?;
    let output = bench.ok(&["run", "_emberl/hello.avm"])?;
    check(output.out().starts_with("one 6\n"), || output.to_string())?;
    // The budget is the memory: this much is not enough to hold the list.
    let greedy = "-module(hello).\n-export([start/0]).\nstart() -> length(lists:seq(1, 100000)), ok.\n";
    bench.write("src/hello.erl", greedy)?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n")?;
    bench.ok(&["run"])?;
    bench.settings("[budget]\nram = \"200k\"\n")?;
    let output = bench.run(&["run"])?;
    check(output.code() == Some(1), || output.to_string())?;
    bench.ok(&["run", "--memory", "8M"]).map(drop)
}

pub(crate) fn why() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    let whys = |wanted: &str| Ok::<_, Failed>(bench.ok(&["why", wanted])?.out());
    let told = whys("lists:sum/1")?;
    let chain = "lists:sum/1 is kept:\n     hello:start/0, where the program starts (module hello)\n";
    check(told.starts_with(chain) && told.contains("-> lists:sum/1, called in hello:start/0 at "), || told.clone())?;
    // Modules of the library that are not taken, and a function of one that is.
    for wanted in ["global", "lists:keymerge/3", "sets:new/0"] {
        let told = whys(wanted)?;
        check(told.contains(" is not kept: nothing that is kept refers to it"), || told.clone())?;
    }
    bench.fails(1, &["why", "hellp:start/0"], &["there is no module hellp", "did you mean hello?"])?;
    bench.fails(2, &["why", "--keep", "sets", "lists:sum/1"], &["options of what is kept", "build.keep"])?;
    // A module of the library that the program does not name, and that is elsewhere on most machines.
    bench.settings("[build]\nkeep = [\"global\"]\n")?;
    let told = whys("global")?;
    check(told.contains("exported by global, which is kept"), || told.clone())?;
    bench.ok(&["build"])?;
    check(bench.names("_emberl/hello.avm")?.iter().any(|name| name == "global.beam"), || "global is missing".into())
}

/// A bill of materials tells versions, of a pack and of an image that has it.
pub(crate) fn sbom() -> Result<(), Failed> {
    let bench = Bench::erlang()?;
    bench.settings("[board]\nname = \"esp32c3\"\nfirmware = \"c3.elf\"\n")?;
    bench.ok(&["build"])?;
    let board = Board::named("esp32c3").ok_or("no board")?;
    fs::write(bench.path("c3.elf"), Elf::esp(board.chip).bytes())?;
    bench.ok(&["image"])?;
    let mut erl = Command::new("erl");
    erl.args(["-noshell", "-eval", "{ok, V} = application:get_key(stdlib, vsn), io:put_chars(V), halt()."]);
    let stdlib = process::run(&mut erl, Duration::from_secs(60))?.ok()?.out();
    for file in ["_emberl/hello.avm", "_emberl/hello.bin"] {
        let output = bench.ok(&["sbom", file])?;
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let all = value["components"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (module, application, version) in [("hello", "hello", "0.1.0"), ("lists", "stdlib", &*stdlib)] {
            let found = all.iter().find(|one| one["name"] == module).ok_or_else(|| output.to_string())?;
            check(found["group"] == application && found["version"] == version, || found.to_string())?;
        }
    }
    // Of no interest where the program runs.
    let output = bench.ok(&["run"])?;
    check(output.out().starts_with("one 6\n"), || output.to_string())
}

pub(crate) fn image() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.fails(1, &["image"], &["the project has no board"])?;
    bench.settings("[board]\nname = \"esp32c3\"\nfirmware = \"c3.elf\"\npartitions = \"parts.csv\"\n")?;
    bench.fails(1, &["image"], &["cannot read c3.elf"])?;
    let board = Board::named("esp32c3").ok_or("no board")?;
    fs::write(bench.path("c3.elf"), Elf::esp(board.chip).bytes())?;
    bench.write(
        "parts.csv",
        "nvs, data, nvs, , 24K\nfactory, app, factory, , 1M\nmain.avm, data, phy, 0x200000, 1M\n",
    )?;
    let output = bench.ok(&["image"])?;
    check(output.err().contains("_emberl/hello.bin"), || output.to_string())?;
    let image = fs::read(bench.path("_emberl/hello.bin"))?;
    let pack = fs::read(bench.path("_emberl/hello.avm"))?;
    check(range(&image, 0x20_0000, pack.len())? == pack, || "the pack is not in its partition".into())?;
    // Other boards by the flag, with what is named.
    fs::write(bench.path("pico.elf"), Elf::rp2040().bytes())?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[board]\nname = \"esp32c3\"\n")?;
    bench.ok(&["image", "--board", "rp2040", "--firmware", "pico.elf"])?;
    check(bench.path("_emberl/hello.uf2").is_file(), || "no UF2 file".into())?;
    bench.fails(1, &["image", "--board", "qemu-riscv32"], &["is emulated", "emberl run --board qemu-riscv32"])?;
    // Without firmware it is built: cargo is called in the sources.
    bench.program("cargo", "#!/bin/sh\necho cargo \"$@\" >> ../cargo-calls\necho built >&2\nexit 1\n")?;
    bench.program("rustc", "#!/bin/sh\necho /\n")?;
    bench.write("sources/vm-firmware/boards/esp32/Cargo.toml", "")?;
    bench.settings("features = [\"uart\"]\n")?;
    let mut command = bench.command()?;
    command.env("EMBERL_SOURCE", bench.path("sources")).args(["image"]);
    let output = emberl_tests::process::run(&mut command, Duration::from_secs(120))?;
    check(output.code() == Some(3) && output.err().contains("the firmware could not be built"), || output.to_string())?;
    check(output.err().contains("esp32c3,uart"), || output.to_string())
}

pub(crate) fn flash() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.settings("[board]\nname = \"rp2040\"\n")?;
    bench.fails(2, &["flash"], &["rp2040 is not flashed by a serial port"])?;
    check(bench.calls() == 0, || "it was built for nothing".into())?;
    bench.write("emberl.toml", "[project]\nname = \"hello\"\n[board]\nname = \"esp32c3\"\n")?;
    bench.write("emberl.local.toml", "[desk]\nport = \"/dev/no-such-port\"\nbaud = 1\n")?;
    bench.fails(1, &["flash"], &["emberl.local.toml:3: 1 bits a second"])?;
    bench.write("emberl.local.toml", "[desk]\nport = \"/dev/no-such-port\"\nbaud = 460800\n")?;
    let output = bench.run(&["flash"])?;
    check(output.code() != Some(0) && output.err().contains("/dev/no-such-port"), || output.to_string())?;
    check(bench.path("_emberl/hello.avm").is_file(), || "the pack was not built".into())
}

/// A running `emberl watch`, with the lines of both of its outputs.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(bench: &Bench) -> Result<Self, Failed> {
        let mut child = bench.command()?.arg("watch").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (sender, lines) = mpsc::channel();
        let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in pipe.into_iter().flat_map(|pipe| BufReader::new(pipe).lines()).map_while(Result::ok) {
                    sender.send(line).unwrap_or_default();
                }
            });
        };
        read(child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
        read(child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
        Ok(Self { child, lines })
    }

    /// Ends it as Ctrl-C does.
    fn end(&self) -> Result<(), Failed> {
        #[cfg(unix)]
        {
            use nix::sys::signal::{Signal, kill};
            kill(nix::unistd::Pid::from_raw(i32::try_from(self.child.id())?), Signal::SIGINT)?;
        }
        Ok(())
    }

    /// Waits for a line with this text.
    fn expect(&self, text: &str) -> Result<(), Failed> {
        let (start, mut seen) = (Instant::now(), Vec::new());
        while start.elapsed() < Duration::from_secs(120) {
            if let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) {
                if line.contains(text) {
                    return Ok(());
                }
                seen.push(line);
            }
        }
        Err(format!("{text:?} did not come, only {seen:#?}").into())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It ends its program, too; one that has ended already is fine.
        let _ = self.end();
        let _ = self.child.wait();
    }
}

/// A program that prints a word and goes on.
fn endless(word: &str) -> String {
    format!(
        "-module(hello).\n-export([start/0]).\nstart() -> erlang:display({word}), wait().\n\
         wait() -> receive never -> ok after 100 -> wait() end.\n"
    )
}

pub(crate) fn watch() -> Result<(), Failed> {
    let bench = Bench::quick("")?;
    bench.write("src/hello.erl", &endless("first"))?;
    let mut watch = Watch::start(&bench)?;
    watch.expect("first")?;
    bench.write("src/hello.erl", &endless("second"))?;
    watch.expect("second")?;
    bench.write("src/hello.erl", "-module(hello).\nstart( -> oops.\n")?;
    watch.expect("rebar3 compile has failed")?;
    watch.expect("waiting for a change")?;
    bench.write("src/hello.erl", &hello("third"))?;
    watch.expect("third 6")?;
    watch.expect("the program has ended with exit code 0")?;
    // Broken settings do not end it.
    let settings = fs::read_to_string(bench.path("emberl.toml"))?;
    bench.write("emberl.toml", "[oops\n")?;
    watch.expect("this is no TOML")?;
    bench.write("emberl.toml", &format!("{settings}\n"))?;
    watch.expect("third 6")?;
    watch.end()?;
    let status = watch.child.wait()?;
    check(status.success(), || format!("it ended with {status}"))
}
