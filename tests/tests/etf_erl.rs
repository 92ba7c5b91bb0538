//! The external term format against OTP: what `term_to_binary/2` wrote is read and written again as the same bytes,
//! prints as `~w` does, and OTP reads back what this crate wrote.
//!
//! Each trial is one seed of `erl/etf_terms.escript`. Without `erl` in `PATH` the trials are ignored, unless
//! `EMBERL_REQUIRE_TOOLS=1`: then they fail. `EMBERL_ETF_SEEDS` sets how many seeds there are; `EMBERL_ESCRIPT` is a
//! command to use in place of `escript`, with its arguments separated by spaces.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use emberl_format::etf::{EncodeOptions, Term, decode, encode, visit};
use emberl_format::reader::Reader;
use libtest_mimic::{Arguments, Failed, Trial};

const SEEDS: u32 = 4;
const TERMS_A_SEED: u32 = 400;
/// The level that stands for a form without compression.
const PLAIN: u8 = 255;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = env::var_os("EMBERL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    let ignored = !required && !has_erl();
    let seeds = env::var("EMBERL_ETF_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let trials = (1..=seeds)
        .map(|seed| Trial::test(format!("seed_{seed}"), move || run(seed)).with_ignored_flag(ignored))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn has_erl() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::var_os("EMBERL_ESCRIPT").is_some() || env::split_paths(&path).any(|folder| folder.join("erl").is_file())
}

/// Runs the Erlang side in `folder`; gives what it printed.
fn escript(folder: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let command = env::var("EMBERL_ESCRIPT").unwrap_or_else(|_| "escript".into());
    let mut words = command.split_whitespace();
    let program = words.next().ok_or("EMBERL_ESCRIPT is empty: give the command of escript, or unset it")?;
    let output = Command::new(program)
        .args(words)
        .arg("etf_terms.escript")
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cannot run {program}: {error}. Install Erlang/OTP 25 or later"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("{program} failed: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(text)
}

fn run(seed: u32) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("erl/etf_terms.escript");
    fs::copy(script, folder.path().join("etf_terms.escript"))?;
    escript(folder.path(), &["generate", &seed.to_string(), &TERMS_A_SEED.to_string(), "terms"])?;

    let bytes = fs::read(folder.path().join("terms"))?;
    let mut reader = Reader::new(&bytes);
    let new_default = reader.u8("the default")? == 1;
    let mut pairs = Vec::new();
    let mut count = 0;
    while !reader.is_empty() {
        let record = Record::read(&mut reader)?;
        check(&record, new_default, &mut pairs)
            .map_err(|error| format!("{}\nterm {count}: {}", error.message().unwrap_or_default(), record.text))?;
        count += 1;
    }
    if count != TERMS_A_SEED {
        return Err(format!("{count} terms instead of {TERMS_A_SEED}").into());
    }

    let written = pairs.len() / 2;
    let mut file = Vec::new();
    for part in pairs {
        file.extend_from_slice(&u32::try_from(part.len())?.to_be_bytes());
        file.extend_from_slice(&part);
    }
    fs::write(folder.path().join("pairs"), file)?;
    let said = escript(folder.path(), &["compare", "pairs"])?;
    if said.trim() != format!("{written} terms are the same") {
        return Err(format!("after {written} pairs were written: {said}").into());
    }
    Ok(())
}

/// One term as `term_to_binary/2` wrote it.
struct Form {
    minor_version: u8,
    deterministic: bool,
    level: u8,
    bytes: Vec<u8>,
}

/// One term in all its forms. The first is plain, with OTP's default options.
struct Record {
    text_is_comparable: bool,
    text: String,
    forms: Vec<Form>,
}

impl Record {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Failed> {
        let text_is_comparable = reader.u8("a flag")? == 1;
        let text = String::from_utf8(sized(reader)?)?;
        let mut forms = Vec::new();
        for _ in 0..reader.u8("a count")? {
            let [minor_version, deterministic, level] = reader.array("a form")?;
            forms.push(Form { minor_version, deterministic: deterministic == 1, level, bytes: sized(reader)? });
        }
        Ok(Self { text_is_comparable, text, forms })
    }
}

fn sized(reader: &mut Reader<'_>) -> Result<Vec<u8>, Failed> {
    let length = reader.u32("a length")? as usize;
    Ok(reader.bytes(length, "a part")?.to_vec())
}

/// Checks one record; adds to `pairs` what OTP shall compare.
fn check(record: &Record, new_default: bool, pairs: &mut Vec<Vec<u8>>) -> Result<(), Failed> {
    let first = record.forms.first().ok_or("a record without forms")?;
    let term = decode(&first.bytes)?;
    if record.text_is_comparable && term.to_string() != record.text {
        return Err(format!("it prints as\n{term}").into());
    }
    let default = EncodeOptions { utf8_atoms: new_default, ..EncodeOptions::default() };
    same(&first.bytes, &encode(&term, &default)?, "the default options")?;
    for form in &record.forms {
        check_form(form, &term, pairs)?;
    }
    Ok(())
}

fn check_form(form: &Form, term: &Term, pairs: &mut Vec<Vec<u8>>) -> Result<(), Failed> {
    let what = format!("minor {} deterministic {} level {}", form.minor_version, form.deterministic, form.level);
    let decoded = decode(&form.bytes).map_err(|error| format!("{what}: {error}"))?;
    let used = visit(&form.bytes, &mut ())?;
    if used != form.bytes.len() {
        return Err(format!("{what}: {used} of {} bytes visited", form.bytes.len()).into());
    }
    // 21 digits say a float exactly, so the old text form is equal too.
    if decoded != *term || decoded.clone() != *term {
        return Err(format!("{what}: another term: {decoded}").into());
    }
    let options = EncodeOptions {
        compressed: None,
        minor_version: form.minor_version,
        deterministic: false,
        utf8_atoms: form.minor_version == 2,
    };
    let compressed = EncodeOptions { compressed: Some(form.level.min(9)), ..options.clone() };
    if form.level == PLAIN {
        same(&form.bytes, &encode(&decoded, &options)?, &what)?;
    } else {
        let ours = encode(&decoded, &compressed)?;
        if decode(&ours)? != *term {
            return Err(format!("{what}: another term after compression").into());
        }
    }
    if form.deterministic {
        // From the pairs in the order of the default form.
        let options = EncodeOptions { deterministic: true, ..options };
        same(&form.bytes, &encode(term, &options)?, &what)?;
    }
    pairs.extend([form.bytes.clone(), encode(term, &compressed)?]);
    Ok(())
}

fn same(theirs: &[u8], ours: &[u8], what: &str) -> Result<(), Failed> {
    match theirs.iter().zip(ours).position(|(a, b)| a != b) {
        None if theirs.len() == ours.len() => Ok(()),
        place => {
            let from = place.unwrap_or(theirs.len().min(ours.len())).saturating_sub(8);
            let part = |bytes: &[u8]| format!("{:?}", bytes.iter().skip(from).take(40).collect::<Vec<_>>());
            Err(format!("{what}: bytes differ from {from} on:\n{}\n{}", part(theirs), part(ours)).into())
        }
    }
}
