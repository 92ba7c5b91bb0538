//! Terms over several lines against OTP: the layout of `emberl_host::layout` is that of `~p`, and reports of crashed
//! processes read as OTP's.

use std::{ffi::OsStr, fs, time::Duration};

use emberl_format::reader::Reader;
use emberl_host::layout::lay_out;
use emberl_tests::{
    Failed, bin, erl,
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(150);
const TOOLS: [Tool; 2] = [Tool::Erl, Tool::Erlc];
const SEEDS: u32 = 3;
const TERMS_A_SEED: u32 = 300;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<_> =
        (1..=SEEDS).map(|seed| needs(&TOOLS, format!("seed_{seed}"), move || same_as_erl(seed))).collect();
    trials.push(needs(&TOOLS, "the_record_is_what_erl_prints", recorded));
    trials.push(needs(&TOOLS, "reports_read_as_those_of_erl", reports));
    libtest_mimic::run(&arguments, trials).exit();
}

fn text(reader: &mut Reader<'_>) -> Result<String, Failed> {
    let length = reader.u32("a length")? as usize;
    Ok(String::from_utf8(reader.bytes(length, "a text")?.to_vec())?)
}

/// Terms that a seed gives.
fn same_as_erl(seed: u32) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let file = folder.path().join("terms");
    let (seed, count) = (seed.to_string(), TERMS_A_SEED.to_string());
    erl::run("layout_terms", &["terms".as_ref(), seed.as_ref(), count.as_ref(), file.as_os_str()], LIMIT)?;
    let bytes = fs::read(file)?;
    let mut reader = Reader::new(&bytes);
    let (mut terms, mut broken) = (0, 0);
    while !reader.is_empty() {
        let (line, expected) = (text(&mut reader)?, text(&mut reader)?);
        let found = lay_out(&line);
        if found != expected {
            return Err(format!("{line}\n--- erl prints:\n{expected}\n--- but this is:\n{found}").into());
        }
        terms += 1;
        broken += u32::from(line != expected);
    }
    if terms != TERMS_A_SEED || broken < terms / 2 {
        return Err(format!("{terms} terms, {broken} of several lines").into());
    }
    Ok(())
}

/// What the unit tests of the layout compare with.
fn recorded() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let file = folder.path().join("recorded.txt");
    erl::run("layout_terms", &["recorded".as_ref(), file.as_os_str()], LIMIT)?;
    let record = emberl_tests::repository_dir().join("vm-firmware/host/src/layout/recorded.txt");
    if fs::read(&file)? == fs::read(&record)? {
        return Ok(());
    }
    Err(format!("{} is not what layout_terms:main([\"recorded\", File]) writes", record.display()).into())
}

/// Each process that ends by an error or a throw is told, with its stack trace; one that exits is not.
fn reports() -> Result<(), Failed> {
    let program = erl::scripts()?.join("crashes.beam");
    let output = bin::run([OsStr::new("run"), program.as_os_str()])?;
    let told = without_pids(&output.err());
    let count = told.matches("Error in process").count();
    if output.code() != Some(1) || count < 20 {
        return Err(format!("{count} reports: {output}").into());
    }
    let count = count.to_string();
    let expected = erl::run("layout_terms", &["reports".as_ref(), "crashes".as_ref(), count.as_ref()], LIMIT)?;
    let expected = without_pids(&expected.out());
    if told == expected {
        return Ok(());
    }
    let difference = expected.lines().zip(told.lines()).find(|(erl, here)| erl != here);
    Err(format!("{difference:?}\n--- erl prints:\n{expected}\n--- but emberl run:\n{told}").into())
}

/// The text without the numbers of the processes that it tells of.
fn without_pids(text: &str) -> String {
    let mut kept = String::new();
    for (number, part) in text.split("Error in process <").enumerate() {
        if number > 0 {
            kept += "Error in process ";
        }
        kept += part.split_once("> ").filter(|_| number > 0).map_or(part, |(_, rest)| rest);
    }
    kept
}
