//! The command `emberl`, run as users run it: kept transcripts, exit codes, what is written and what is not.
//!
//! A transcript is a file of `fixtures/cli/cases/`: lines `$ emberl ...` with the exit code and the output that must
//! follow. They run in order, in a folder of their own that begins with the compiled modules of `fixtures/cli/` and a
//! few other files. With `EMBERL_UPDATE=1` the files are written anew, to be looked at with `git diff`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use emberl_format::avm::{Avm, Builder, FLAG_FILE};
use emberl_format::module::Module;
use emberl_tests::{
    Failed, bin, check, corpus, erl, mutate,
    process::{self, Output},
    schema::fits,
    tools::{Tool, needs},
    transcript,
};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("atomic::a_failed_pack_leaves_the_old_one", failed_pack),
        Trial::test("atomic::a_failed_write_is_code_3", failed_write),
        Trial::test("deterministic::same_inputs_same_bytes", deterministic),
        Trial::test("json::outputs_have_the_shape_of_the_schemas", schemas),
        Trial::test("pack::is_read_back_by_packbeam_and_extract", read_back),
        Trial::test("pack::with_modules_of_the_device_keeps_callbacks", device_callbacks),
        Trial::test("pack::order_flags_and_start", order),
        Trial::test("extract::never_leaves_the_folder", extract_stays),
        Trial::test("input::damaged_files_are_told_with_their_place", damaged),
        Trial::test("input::any_change_of_a_file_gives_an_answer", mutated),
        Trial::test("input::names_that_are_not_utf8_are_told", not_utf8),
        Trial::test("input::native_records_are_told_apart_from_others", native_records),
        Trial::test("stdout::closed_pipe_ends_quietly", closed_pipe),
        Trial::test("colour::only_where_wanted", colours),
        needs(&[Tool::Erl], "extract::modules_run_in_erl", run_in_erl),
        needs(&[Tool::Erl], "check::all_of_otp_ends", all_of_otp),
    ];
    trials.extend(transcript::trials(&fixtures().join("cases"), transcript));
    libtest_mimic::run(&arguments, trials).exit();
}

fn fixtures() -> PathBuf {
    emberl_tests::package_dir().join("fixtures/cli")
}

/// A folder with the compiled modules, a plain file, a damaged module and a pack.
struct Folder(TempDir);

impl Folder {
    fn new() -> Result<Self, Failed> {
        let folder = TempDir::new()?;
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("build/sub"))?;
        fs::create_dir_all(at("priv"))?;
        fs::create_dir_all(at("empty"))?;
        fs::create_dir_all(at("src"))?;
        fs::copy(fixtures().join("src/app.erl"), at("src/app.erl"))?;
        for (name, place) in [
            ("app", "build/app.beam"),
            ("counter", "build/counter.beam"),
            ("words", "build/sub/words.beam"),
            ("broken", "broken.beam"),
            ("hashed", "hashed.beam"),
        ] {
            fs::copy(fixtures().join(format!("{name}.beam")), at(place))?;
        }
        fs::write(at("priv/note.txt"), "a plain file\n")?;
        fs::write(at("text.beam"), "-module(text).\n")?;
        let counter = fs::read(at("build/counter.beam"))?;
        fs::write(at("short.beam"), counter.get(..counter.len() / 2).unwrap_or_default())?;
        let mut pack = Builder::new();
        pack.push(b"words.beam", 2, &fs::read(at("build/sub/words.beam"))?).map_err(text)?;
        pack.push_file(b"lib/priv/a", b"abc").map_err(text)?;
        pack.push(b"odd", 2, b"\0\0\0\x09a").map_err(text)?;
        fs::write(at("lib.avm"), pack.finish())?;
        Ok(Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Failed> {
        Ok(process::run(self.command()?.args(arguments), LIMIT)?)
    }

    fn command(&self) -> Result<Command, Failed> {
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(self.0.path()).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        Ok(command)
    }

    /// Runs a command that must be a success.
    fn ok(&self, arguments: &[&str]) -> Result<Output, Failed> {
        Ok(self.run(arguments)?.ok()?)
    }

    /// Runs a command that must end with this exit code.
    fn fails(&self, code: i32, arguments: &[&str]) -> Result<Output, Failed> {
        let output = self.run(arguments)?;
        check(output.code() == Some(code), || format!("exit code {code} expected: {output}"))?;
        Ok(output)
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn transcript(path: &Path) -> Result<(), Failed> {
    let folder = Folder::new()?;
    transcript::check(path, |arguments| {
        let mut command = folder.command()?;
        if arguments.first() == Some(&"demo") {
            // Without QEMU, whether it is here or not: what the demo shows with it is `templates.rs`'s.
            command.env("PATH", "");
        }
        Ok(process::run(command.args(arguments), LIMIT)?)
    })
}

/// The names of files in a folder, for leftovers.
fn names(folder: &Path) -> Result<Vec<String>, Failed> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn failed_pack() -> Result<(), Failed> {
    let folder = Folder::new()?;
    fs::write(folder.path("out.avm"), "what was there")?;
    let before = names(&folder.path("."))?;
    for arguments in [
        &["pack", "-o", "out.avm", "broken.beam"][..],
        &["pack", "-o", "out.avm", "short.beam", "build"],
        &["pack", "-o", "out.avm", "missing.beam", "build"],
        &["pack", "-o", "out.avm", "--start", "words", "build"],
        &["pack", "-o", "out.avm", "--keep", "nothing", "build"],
    ] {
        folder.fails(1, arguments)?;
        check(fs::read(folder.path("out.avm"))? == b"what was there", || format!("{arguments:?} changed the output"))?;
    }
    folder.fails(2, &["pack", "-o", "lib.avm", "lib.avm", "--lib"])?;
    check(names(&folder.path("."))? == before, || "files were left behind".to_owned())
}

fn failed_write() -> Result<(), Failed> {
    let folder = Folder::new()?;
    // A file where a folder would be needed: it cannot be made, whoever the user is.
    let output = folder.fails(3, &["extract", "-o", "priv/note.txt/out", "lib.avm", "words"])?;
    check(output.err().contains("cannot write"), || output.to_string())?;
    if cfg!(target_os = "linux") {
        let output = folder.fails(3, &["pack", "--allow-unresolved", "-o", "/dev/full", "build"])?;
        check(output.err().contains("no space left"), || output.to_string())?;
        let full = fs::OpenOptions::new().write(true).open("/dev/full")?;
        let status = folder.command()?.args(["explain"]).stdout(full).stderr(Stdio::null()).status()?;
        check(status.code() == Some(3), || format!("a full stdout gave {status}"))?;
    }
    Ok(())
}

fn deterministic() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let pack = |out: &str, inputs: &[&str]| -> Result<Vec<u8>, Failed> {
        let mut arguments = vec!["pack", "-q", "--allow-unresolved", "--start", "app", "-o", out];
        arguments.extend(inputs);
        folder.ok(&arguments)?;
        Ok(fs::read(folder.path(out))?)
    };
    let files = ["build/app.beam", "build/counter.beam", "build/sub/words.beam"];
    let first = pack("1.avm", &files)?;
    for (number, inputs) in [
        &files[..],
        &["build"],
        &["build/"],
        &["./build/*.beam", "build/sub"],
        &["build/**/*.beam"],
        &["1.avm"],
        &["build", "build/app.beam"],
    ]
    .into_iter()
    .enumerate()
    {
        let again = pack(&format!("again{number}.avm"), inputs)?;
        check(again == first, || format!("{inputs:?} gave other bytes"))?;
    }
    // One thread or many.
    folder.ok(&["pack", "-q", "--lib", "--prune", "-o", "many.avm", "build", "lib.avm"])?;
    let mut single = folder.command()?;
    single.env("RAYON_NUM_THREADS", "1").args(["pack", "-q", "--lib", "--prune", "-o", "one.avm", "build", "lib.avm"]);
    process::run(&mut single, LIMIT)?.ok()?;
    check(fs::read(folder.path("many.avm"))? == fs::read(folder.path("one.avm"))?, || "threads change the pack".into())
}

fn schemas() -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.ok(&["pack", "-q", "--allow-unresolved", "-o", "app.avm", "build"])?;
    let mut seen = BTreeMap::new();
    for (code, arguments) in [
        (1, &["check", "--format", "json", "broken.beam", "short.beam", "build", "missing.beam"][..]),
        (0, &["check", "--format", "json", "build/counter.beam", "--platform", "esp32"]),
        (0, &["list", "--format", "json", "app.avm"]),
        (0, &["list", "--format", "json", "lib.avm"]),
        (0, &["size", "--format", "json", "build"]),
        (0, &["size", "--format", "json", "--loaded", "build"]),
        (0, &["size", "--format", "json", "--by", "function", "--compare", "app.avm", "build/counter.beam"]),
        (1, &["size", "--format", "json", "--by", "chunk", "--budget", "1k", "build"]),
        (0, &["ports", "--format", "json"]),
    ] {
        let output = folder.fails(code, arguments)?;
        let name = arguments.first().copied().unwrap_or_default();
        let value: Value = serde_json::from_slice(&output.stdout)?;
        let path = emberl_tests::repository_dir().join(format!("cli/schemas/{name}.schema.json"));
        let schema: Value = serde_json::from_slice(&fs::read(path)?)?;
        fits(&schema, &value, name)?;
        seen.insert(arguments.join(" "), value);
    }
    // Not only the shape: the numbers agree with each other.
    for value in seen.values().filter(|value| value.get("findings").is_some()) {
        let findings = value["findings"].as_array().map_or(0, Vec::len) as u64;
        let counted = value["errors"].as_u64().unwrap_or(0) + value["warnings"].as_u64().unwrap_or(0);
        check(findings == counted, || format!("{counted} counted, {findings} there"))?;
    }
    let total = seen["size --format json build"]["total"].as_u64();
    let size = fs::metadata(folder.path("app.avm"))?.len();
    check(total == Some(size), || format!("size says {total:?}, the pack has {size}"))
}

fn read_back() -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.ok(&["pack", "-q", "--allow-unresolved", "-o", "app.avm", "build", "./priv/note.txt"])?;
    let listed =
        bin::run_packbeam(["list".as_ref(), "-f".as_ref(), "bare".as_ref(), folder.path("app.avm").as_os_str()])?;
    check(listed.ok()?.out() == "app.beam\ncounter.beam\nwords.beam\npriv/note.txt\n", || {
        "packbeam lists others".into()
    })?;
    folder.ok(&["extract", "-q", "-o", "out", "app.avm"])?;
    check(fs::read(folder.path("out/priv/note.txt"))? == b"a plain file\n", || "the plain file changed".into())?;
    for (name, original) in
        [("app", "build/app.beam"), ("counter", "build/counter.beam"), ("words", "build/sub/words.beam")]
    {
        let (before, after) = (fs::read(folder.path(original))?, fs::read(folder.path(&format!("out/{name}.beam")))?);
        let (before, after) = (Module::parse(&before).map_err(text)?, Module::parse(&after).map_err(text)?);
        let literals = |module: &Module<'_>| module.literals.iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
        check(literals(&before) == literals(&after), || format!("the literals of {name} changed"))?;
        check(before.exports.len() == after.exports.len(), || format!("the exports of {name} changed"))?;
        check(after.chunks.get(b"LitU").is_none(), || format!("{name} has LitU, which OTP does not read"))?;
    }
    // What was extracted packs to the same bytes.
    folder.ok(&["pack", "-q", "--allow-unresolved", "-o", "again.avm", "out/app.beam", "out", "priv/note.txt"])?;
    check(fs::read(folder.path("app.avm"))? == fs::read(folder.path("again.avm"))?, || "another pack came out".into())?;
    // --raw gives what the pack has.
    folder.ok(&["extract", "-q", "--raw", "-o", "raw", "app.avm", "words"])?;
    let pack = fs::read(folder.path("app.avm"))?;
    let avm = Avm::parse(&pack).map_err(text)?;
    let words = avm.lookup(b"words.beam").ok_or("no words")?.data;
    check(fs::read(folder.path("raw/words.beam"))? == words, || "--raw changed the bytes".into())
}

fn device_callbacks() -> Result<(), Failed> {
    let folder = Folder::new()?;
    // broken calls words:all/0 and names nothing else. As a module of the device it keeps what it calls.
    let pack = |with: &[&str]| -> Result<String, Failed> {
        let mut arguments =
            vec!["pack", "-q", "--prune", "--start", "app", "--allow-unresolved", "-o", "p.avm", "build"];
        arguments.extend(with);
        folder.ok(&arguments)?;
        Ok(folder.ok(&["disasm", "p.avm", "counter"])?.out())
    };
    check(!pack(&[])?.contains("never"), || "never/0 is called by nothing".into())?;
    check(pack(&["--keep", "counter:never/0"])?.contains("never"), || "--keep keeps never/0".into())?;
    check(pack(&["--keep", "counter"])?.contains("never"), || "--keep keeps all exports".into())?;
    let listed = folder.ok(&[
        "pack",
        "-q",
        "--prune",
        "--keep",
        "counter:never/0",
        "--lib",
        "-o",
        "q.avm",
        "build",
        "--with",
        "broken.beam",
    ]);
    listed?;
    let names = folder.ok(&["list", "q.avm"])?.out();
    check(names.contains("words.beam"), || format!("what the device calls must stay:\n{names}"))?;
    check(!names.contains("broken.beam"), || format!("what is on the device is not packed:\n{names}"))
}

fn order() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let flags = |arguments: &[&str]| -> Result<Vec<(String, u32)>, Failed> {
        let mut all = vec!["pack", "-q", "--allow-unresolved", "-o", "p.avm"];
        all.extend(arguments);
        folder.ok(&all)?;
        let bytes = fs::read(folder.path("p.avm"))?;
        let avm = Avm::parse(&bytes).map_err(text)?;
        Ok(avm.sections().iter().map(|section| (section.name_shown(), section.flags)).collect())
    };
    let expect = |found: Vec<(String, u32)>, expected: &[(&str, u32)]| {
        let found: Vec<(&str, u32)> = found.iter().map(|(name, flags)| (name.as_str(), *flags)).collect();
        check(found == expected, || format!("expected {expected:?}, found {found:?}"))
    };
    let (counter, words, app) = ("build/counter.beam", "build/sub/words.beam", "build/app.beam");
    expect(
        flags(&[counter, "priv/note.txt", app, words])?,
        &[("app.beam", 3), ("counter.beam", 2), ("priv/note.txt", FLAG_FILE), ("words.beam", 2)],
    )?;
    expect(flags(&["broken.beam", app, "--start", "app"])?, &[("app.beam", 3), ("broken.beam", 2)])?;
    expect(flags(&["broken.beam", app])?, &[("broken.beam", 3), ("app.beam", 2)])?;
    expect(flags(&[counter, app, "--lib"])?, &[("counter.beam", 2), ("app.beam", 2)])?;
    // A module of a pack starts only when it is marked there.
    folder.ok(&["pack", "-q", "--lib", "-o", "library.avm", "broken.beam"])?;
    expect(flags(&["library.avm", app])?, &[("app.beam", 3), ("broken.beam", 2)])
}

fn extract_stays() -> Result<(), Failed> {
    for name in ["../evil", "a/../../evil", "/..", ".", ""] {
        let folder = Folder::new()?;
        let mut pack = Builder::new();
        pack.push_file(b"fine", b"x").map_err(text)?;
        pack.push_file(name.as_bytes(), b"evil").map_err(text)?;
        fs::write(folder.path("evil.avm"), pack.finish())?;
        fs::create_dir(folder.path("out"))?;
        let output = folder.fails(1, &["extract", "-o", "out", "evil.avm"])?;
        check(output.err().contains("out of the output folder"), || output.to_string())?;
        check(!folder.path("evil").exists() && names(&folder.path("out"))?.is_empty(), || {
            format!("{name} was written")
        })?;
        // The others can be had.
        folder.ok(&["extract", "-o", "out", "evil.avm", "fine"])?;
    }
    let folder = Folder::new()?;
    let mut pack = Builder::new();
    pack.push_file(b"/abs/file", b"x").map_err(text)?;
    fs::write(folder.path("abs.avm"), pack.finish())?;
    folder.ok(&["extract", "-o", "out", "abs.avm"])?;
    check(folder.path("out/abs/file").is_file(), || "an absolute name is put below the folder".into())?;
    #[cfg(unix)]
    {
        // Links inside of the output folder that lead out of it.
        fs::remove_dir_all(folder.path("out/abs"))?;
        std::os::unix::fs::symlink(folder.path("empty"), folder.path("out/abs"))?;
        folder.fails(1, &["extract", "-o", "out", "abs.avm"])?;
        check(names(&folder.path("empty"))?.is_empty(), || "a link was followed".into())?;
        fs::remove_file(folder.path("out/abs"))?;
        fs::create_dir(folder.path("out/abs"))?;
        std::os::unix::fs::symlink(folder.path("priv/note.txt"), folder.path("out/abs/file"))?;
        folder.fails(1, &["extract", "-o", "out", "abs.avm"])?;
        check(fs::read(folder.path("priv/note.txt"))? == b"a plain file\n", || "a link was followed".into())?;
    }
    Ok(())
}

fn damaged() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let counter = fs::read(folder.path("build/counter.beam"))?;
    let code = Module::parse(&counter).map_err(text)?.chunks.get(b"Code").ok_or("no code")?.offset;
    let mut bytes = counter.clone();
    // The first opcode.
    *bytes.get_mut(code + 20).ok_or("short")? = 255;
    fs::write(folder.path("damaged.beam"), &bytes)?;
    let output = folder.fails(1, &["check", "damaged.beam", "build/app.beam"])?;
    check(output.out().contains("damaged.beam, chunk Code, byte 20"), || output.to_string())?;
    for command in ["size", "disasm"] {
        let output = folder.fails(1, &[command, "damaged.beam"])?;
        check(output.err().contains("chunk Code, byte 20"), || output.to_string())?;
    }
    // In a pack too, with the section's name.
    let mut pack = Builder::new();
    pack.push(b"damaged.beam", 2, &bytes).map_err(text)?;
    fs::write(folder.path("damaged.avm"), pack.finish())?;
    let output = folder.fails(1, &["check", "damaged.avm"])?;
    check(output.out().contains("damaged.avm(damaged.beam), chunk Code, byte 20"), || output.to_string())?;
    // A module that is there but damaged is not "unknown" as well.
    let output = folder.fails(1, &["check", "short.beam", "text.beam", "broken.beam", "build"])?;
    check(!output.out().contains("to text:"), || output.to_string())?;
    fs::remove_file(folder.path("build/counter.beam"))?;
    fs::copy(folder.path("short.beam"), folder.path("build/counter.beam"))?;
    let output = folder.fails(1, &["check", "build"])?;
    check(!output.out().contains("counter:count/1"), || output.to_string())
}

/// A file that a folder search finds is told with the cause, and is not called missing.
#[cfg(target_os = "linux")]
fn not_utf8() -> Result<(), Failed> {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new()?;
    let name = std::ffi::OsStr::from_bytes(b"app\xff.beam");
    fs::copy(folder.path("build/app.beam"), folder.path("empty").join(name))?;
    for input in ["empty", "."] {
        let output = folder.fails(1, &["check", input])?;
        check(output.out().contains("its name is not UTF-8"), || output.to_string())?;
        check(output.out().contains("rename the file"), || output.to_string())?;
        check(!output.out().contains("no such file"), || output.to_string())?;
    }
    Ok(())
}

/// Other systems do not let such files be made.
#[cfg(not(target_os = "linux"))]
fn not_utf8() -> Result<(), Failed> {
    Ok(())
}

fn native_records() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let records = emberl_tests::package_dir().join("fixtures/disasm/records-otp29.beam");
    fs::copy(records, folder.path("records.beam"))?;
    for profile in ["emberl", "atomvm-0.7"] {
        let output = folder.fails(1, &["check", "--profile", profile, "records.beam"])?;
        let cure = "do not use native records (-record #name{}) on this target; -record(name, {}) runs";
        check(output.out().contains(cure), || output.to_string())?;
    }
    Ok(())
}

fn mutated() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let pack = {
        folder.ok(&["pack", "-q", "--allow-unresolved", "-o", "app.avm", "build", "priv/note.txt"])?;
        fs::read(folder.path("app.avm"))?
    };
    let beam = fs::read(folder.path("build/counter.beam"))?;
    let packs = mutate::mutations(&pack, 1, 75).map(|bytes| ("m.avm", bytes));
    let beams = mutate::mutations(&beam, 2, 75).map(|bytes| ("m.beam", bytes));
    for (round, (name, bytes)) in packs.chain(beams).enumerate() {
        fs::write(folder.path(name), &bytes)?;
        let commands: [&[&str]; 5] = [
            &["check", name],
            &["pack", "--lib", "--prune", "-o", "o.avm", name],
            &["size", "--by", "function", name],
            &["disasm", name],
            if name == "m.avm" { &["extract", "-o", "out", name] } else { &["why", "--lib", name, "counter"] },
        ];
        for arguments in commands {
            let output = folder.run(arguments)?;
            let fine = matches!(output.code(), Some(0 | 1)) && !output.err().contains("panicked");
            check(fine, || format!("round {round}: {output}"))?;
        }
    }
    Ok(())
}

fn closed_pipe() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let mut child = folder
        .command()?
        .args(["disasm", "build/counter.beam"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    check(output.status.success() && output.stderr.is_empty(), || format!("{output:?}"))
}

fn colours() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let escape = |output: &Output| output.out().contains('\u{1b}') || output.err().contains('\u{1b}');
    let arguments = ["check", "broken.beam"];
    check(!escape(&folder.fails(1, &arguments)?), || "a pipe gets no colours".into())?;
    check(!escape(&folder.fails(1, &["--color", "never", "check", "broken.beam"])?), || "never is never".into())?;
    check(escape(&folder.fails(1, &["check", "broken.beam", "--color", "always"])?), || "always is always".into())?;
    check(escape(&folder.fails(1, &["pack", "-o", "o.avm", "broken.beam", "--color=always"])?), || "stderr too".into())
}

fn run_in_erl() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let answer = "{ok,<<\"few\">>,[{one,\"the same words again and again and again\"},\
                  {two,\"the same words again and again and again\"},\
                  {three,#{float => 1.5,list => [a,b,c]}}]}";
    for (number, options) in [&[][..], &["--prune"], &["--prune", "--strip", "lines"]].into_iter().enumerate() {
        let out = format!("out{number}");
        let mut arguments = vec!["pack", "-q", "--allow-unresolved", "--start", "app", "-o", "app.avm", "build"];
        arguments.extend(options);
        folder.ok(&arguments)?;
        folder.ok(&["extract", "-q", "-o", &out, "app.avm"])?;
        let mut command = erl::command(&[&folder.path(&out)])?;
        command.args(["-eval", "io:put_chars(io_lib:print(app:start(), 1, 1000, -1)), halt()."]);
        let output = process::run(&mut command, LIMIT)?.ok()?;
        check(output.out() == answer, || format!("{options:?}: {output}"))?;
    }
    Ok(())
}

/// The largest input at hand: it ends, finds what is there, and names every module once.
fn all_of_otp() -> Result<(), Failed> {
    let roots = corpus::installed_roots();
    let folder = Folder::new()?;
    let Some(root) = roots.first().and_then(|root| root.to_str()) else { return Err("no roots".into()) };
    let output = folder.run(&["check", "--format", "json", root])?;
    check(matches!(output.code(), Some(0 | 1)), || output.to_string())?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    check(report["modules"].as_u64().is_some_and(|modules| modules > 100), || "no modules".into())?;
    // The code half has nothing to say about a compiler's own output.
    let code = |finding: &Value| finding["code"].as_str().is_some_and(|code| ("E0001".."E0200").contains(&code));
    let empty = Vec::new();
    let wrong: Vec<&Value> =
        report["findings"].as_array().unwrap_or(&empty).iter().filter(|finding| code(finding)).collect();
    check(wrong.is_empty(), || format!("{} findings on OTP's own code, first {}", wrong.len(), wrong[0]))
}
