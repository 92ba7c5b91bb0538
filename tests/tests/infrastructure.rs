//! Tests of what the other tests stand on: skipping, the corpus, running programs, mutations, measured memory.
//! One thread, because it measures memory.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, bin, corpus, erl, mem,
    mutate::{self, Numbers},
    process,
    tools::{self, Tool, needs},
};
use libtest_mimic::{Arguments, Trial};

#[global_allocator]
static ALLOCATOR: mem::Counting = mem::Counting;

const MINUTE: Duration = Duration::from_secs(60);

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = vec![
        Trial::test("tools::missing_is_ignored_or_fails", missing_tool),
        Trial::test("tools::path", search_path),
        Trial::test("mem::peak", peak),
        Trial::test("mutate::same_seed_same_bytes", mutations_repeat),
        Trial::test("mutate::bounds", mutations_bounded),
        Trial::test("corpus::each_keeps_order_and_tells_failures", each_file),
        Trial::test("process::time_limit", time_limit),
        Trial::test("bin::run", own_binaries),
        needs(&[Tool::Erl], "corpus::installed", installed),
        needs(&[Tool::Erl, Tool::Erlc], "erl::output_of_a_failure", failing_script),
        needs(&[Tool::Erl, Tool::Erlc], "erl::disasm_compare", disasm_compare),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(condition: bool, what: impl Into<String>) -> Result<(), Failed> {
    if condition { Ok(()) } else { Err(what.into().into()) }
}

fn missing_tool() -> Result<(), Failed> {
    let nothing = |_: Tool| None;
    let build = |required, find: fn(Tool) -> Option<PathBuf>| {
        tools::build(&[Tool::Erlc, Tool::Erl], "name".into(), required, find, || Ok(()))
    };
    let ignored = build(false, nothing);
    check(ignored.has_ignored_flag() && ignored.kind() == "needs erlc", "a missing tool must be seen in the list")?;
    let required = build(true, nothing);
    check(!required.has_ignored_flag(), "a required test may not be ignored")?;
    // Only running it shows that it fails. Its report of a failed test must not stand in this program's own.
    let log = tempfile::NamedTempFile::new()?;
    let apart = Arguments { logfile: Some(log.path().display().to_string()), ..Arguments::default() };
    let conclusion = libtest_mimic::run(&apart, vec![required]);
    check(conclusion.num_failed == 1, "a required test with a missing tool must fail")?;
    let report = std::fs::read_to_string(log.path())?;
    check(report.contains("needs erlc, which was not found: install Erlang/OTP"), report)?;
    let present = build(true, |tool| Some(PathBuf::from(tool.name())));
    check(present.kind().is_empty() && !present.has_ignored_flag(), "a test whose tools are there must run")
}

fn search_path() -> Result<(), Failed> {
    check(tools::in_path("sh").is_some(), "sh must be found")?;
    check(tools::in_path("no-program-has-this-name").is_none(), "found what is not there")
}

fn peak() -> Result<(), Failed> {
    const MIB: usize = 1 << 20;
    let (kept, heap) = mem::peak_of(|| {
        drop(std::hint::black_box(vec![1u8; 4 * MIB]));
        std::hint::black_box(vec![1u8; MIB])
    });
    check((4 * MIB..4 * MIB + 4096).contains(&heap.peak), format!("peak {}", heap.peak))?;
    check((MIB..MIB + 4096).contains(&heap.left), format!("left {}", heap.left))?;
    check(heap.allocations >= 2, format!("allocations {}", heap.allocations))?;
    drop(kept);
    let (_, nothing) = mem::peak_of(|| std::hint::black_box(1 + 1));
    check(nothing == mem::HeapUse { peak: 0, left: 0, allocations: 0 }, format!("{nothing:?}"))
}

fn mutations_repeat() -> Result<(), Failed> {
    let base: Vec<u8> = (0..=255).collect();
    let first: Vec<_> = mutate::mutations(&base, 7, 50).collect();
    let longer: Vec<_> = mutate::mutations(&base, 7, 80).collect();
    check(first == longer[..50], "the same seed must give the same bytes")?;
    check(first != mutate::mutations(&base, 8, 50).collect::<Vec<_>>(), "another seed must give other bytes")?;
    // Known values of SplitMix64 for seed 0, so that old seeds keep their meaning.
    let mut numbers = Numbers::new(0);
    check(numbers.draw() == 0xe220_a839_7b1d_cdaf && numbers.draw() == 0x6e78_9e6a_a1b9_65f4, "not SplitMix64")
}

fn mutations_bounded() -> Result<(), Failed> {
    let base: Vec<u8> = (0..200).collect();
    let copies: Vec<_> = mutate::mutations(&base, 1, 2000).collect();
    check(copies.iter().all(|copy| copy.len() <= base.len() + 1024), "grew too much")?;
    check(copies.iter().filter(|&copy| *copy != base).count() > 1900, "too many copies are unchanged")?;
    check(copies.iter().any(|copy| copy.len() < base.len() / 2), "none was cut")?;
    check(copies.iter().any(|copy| copy.windows(4).any(|word| word == [0xff; 4])), "no huge length")?;
    for bytes in [&[][..], &[1]] {
        check(mutate::mutations(bytes, 3, 500).count() == 500, "small inputs must work")?;
    }
    Ok(())
}

fn each_file() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for index in 0..40u8 {
        let path = folder.path().join(format!("{index:02}.beam"));
        std::fs::write(&path, [index])?;
        paths.push(path);
    }
    std::fs::create_dir(folder.path().join("below"))?;
    std::fs::write(folder.path().join("below/x.beam"), [])?;
    std::fs::write(folder.path().join("other.txt"), [])?;
    let found = corpus::beams_below(&[folder.path().to_owned()]);
    check(found.len() == 41 && found.is_sorted(), format!("{found:?}"))?;
    let read = corpus::each(&paths, |_, bytes| Ok(bytes))?;
    check(read == (0..40).map(|index| vec![index]).collect::<Vec<_>>(), "out of order")?;
    paths.push(folder.path().join("missing.beam"));
    let failed = corpus::each(&paths, |_, bytes| if bytes == [7] { Err("seven".to_owned()) } else { Ok(()) });
    let message = failed.err().and_then(|failed| failed.message().map(str::to_owned)).unwrap_or_default();
    check(
        message.starts_with("2 of 41 files") && message.contains("07.beam: seven") && message.contains("missing.beam"),
        message,
    )
}

fn time_limit() -> Result<(), Failed> {
    let start = Instant::now();
    let output = process::run(Command::new("sleep").arg("30"), Duration::from_millis(100))?;
    check(output.status.is_none() && !output.success(), "it must be told that the limit was reached")?;
    check(start.elapsed() < Duration::from_secs(10), "it must end soon after its limit")
}

fn own_binaries() -> Result<(), Failed> {
    check(bin::emberl()?.is_file() && bin::packbeam()?.is_file(), "the binaries must be there")?;
    check(bin::run(["--help"])?.status.is_some(), "emberl must run")?;
    check(bin::run_packbeam(["help"])?.status.is_some(), "packbeam must run")
}

fn installed() -> Result<(), Failed> {
    let beams = corpus::installed();
    let named = |name: &str| beams.iter().any(|path| path.ends_with(Path::new("ebin").join(name)));
    check(named("lists.beam") && named("gen_server.beam"), "stdlib was not found")?;
    if Tool::Elixirc.find().is_some() {
        check(named("Elixir.Enum.beam"), "Elixir was not found")?;
    }
    let all = corpus::all()?;
    check(all.len() >= beams.len(), "all must hold the installed")?;
    let forms = corpus::each(&all, |_, bytes| Ok(bytes.starts_with(b"FOR1") || bytes.starts_with(&[0x1f, 0x8b])))?;
    check(forms.iter().all(|&form| form), "a .beam file that is none")
}

fn failing_script() -> Result<(), Failed> {
    let failed = erl::run("run_pruned", &["lists".as_ref()], MINUTE);
    let message = failed.err().and_then(|failed| failed.message().map(str::to_owned)).unwrap_or_default();
    check(message.contains("arguments: PROGRAM FOLDER"), format!("the script's message is not shown: {message}"))
}

/// The script against itself: OTP's reading of a module must equal OTP's reading, and a changed one must not.
fn disasm_compare() -> Result<(), Failed> {
    let beams = corpus::installed();
    let beam = |name: &str| beams.iter().find(|path| path.ends_with(name)).ok_or(format!("no {name}"));
    let (lists, maps) = (beam("lists.beam")?, beam("maps.beam")?);
    let folder = tempfile::tempdir()?;
    let (same, changed, list) =
        (folder.path().join("same"), folder.path().join("changed"), folder.path().join("list.txt"));
    erl::run("disasm_compare", &["--dump".as_ref(), lists.as_ref(), same.as_ref()], MINUTE)?;
    let change = format!(
        "{{ok, B}} = file:read_file({same:?}), \
         [{{function, N, A, E, [I1, _ | Is]}} | Fs] = binary_to_term(B), \
         ok = file:write_file({changed:?}, term_to_binary([{{function, N, A, E, [I1, changed | Is]}} | Fs])), halt()."
    );
    process::run(erl::command(&[])?.args(["-eval", &change]), MINUTE)?.ok()?;
    let compare = |beam: &Path, term: &Path| -> Result<process::Output, Failed> {
        std::fs::write(&list, format!("{}\t{}\n", beam.display(), term.display()))?;
        erl::run_any("disasm_compare", &[list.as_ref()], MINUTE)
    };
    let equal = compare(lists, &same)?;
    check(equal.success() && equal.out().contains(" 0 differences"), equal.to_string())?;
    let one = compare(lists, &changed)?;
    check(one.code() == Some(1) && one.out().contains(" 1 differences"), one.to_string())?;
    check(one.out().lines().next().is_some_and(|line| line.contains(" 1: ours changed, OTP's ")), one.to_string())?;
    let other = compare(maps, &same)?;
    check(other.code() == Some(1), other.to_string())
}
