//! The tables of the README are made from the tables of the code, and that of the boards' features is the book's.
//! `EMBERL_UPDATE=1` writes them.

#![allow(clippy::panic)]

use std::fmt::Write as _;
use std::{env, fs};

use emberl_format::opcode::{NEWEST_RELEASE, OLDEST_RELEASE, OPCODES, OpInfo};
use emberl_packer::codes::CODES;
use emberl_packer::profile::Profile;
use emberl_tests::repository_dir;

fn codes() -> String {
    let mut table = String::from("| code | what it finds |\n|---|---|\n");
    for code in CODES {
        let _ = writeln!(table, "| `E{:04}` | {} |", code.number, code.title);
    }
    table
}

fn instructions() -> String {
    let profiles: Vec<&Profile> = Profile::names().filter_map(Profile::named).collect();
    let mut table = String::from("| since | instructions |");
    let mut rule = String::from("\n|---|---|");
    for profile in &profiles {
        let _ = write!(table, " `{}` does not run |", profile.name());
        rule.push_str("---|");
    }
    table.push_str(&rule);
    table.push('\n');
    let current: Vec<&OpInfo> = OPCODES.iter().filter(|info| !info.is_obsolete()).collect();
    let mut row = |name: &str, which: &dyn Fn(&OpInfo) -> bool| {
        let rows: Vec<&&OpInfo> = current.iter().filter(|info| which(info)).collect();
        if rows.is_empty() {
            return;
        }
        let _ = write!(table, "| {name} | {} |", rows.len());
        for profile in &profiles {
            let missing = rows.iter().filter(|info| !profile.runs(info.op.number()));
            let names: Vec<String> = missing.map(|info| format!("`{}`", info.name)).collect();
            let _ = write!(table, " {} |", if names.is_empty() { "-".to_owned() } else { names.join(", ") });
        }
        table.push('\n');
    };
    row(&format!("before OTP {OLDEST_RELEASE}"), &|info| info.first_release < OLDEST_RELEASE);
    for release in OLDEST_RELEASE..=NEWEST_RELEASE {
        row(&format!("OTP {release}"), &|info| info.first_release == release);
    }
    table
}

/// The table below the heading `Features` of the book's page about boards.
fn features() -> String {
    let page = fs::read_to_string(repository_dir().join("docs/src/boards.md")).unwrap_or_default();
    let (_, rest) = page.split_once("\n## Features\n").unwrap_or_default();
    let rows: Vec<&str> =
        rest.lines().skip_while(|line| line.is_empty()).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 2, "docs/src/boards.md has no table of features");
    rows.join("\n") + "\n"
}

#[test]
fn tables_are_those_of_the_code() {
    let path = repository_dir().join("README.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let mut made = text.clone();
    for (name, table) in [("codes", codes()), ("instructions", instructions()), ("features", features())] {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = made.find(&open).map(|at| at + open.len());
        let end = made.find(&close);
        let (Some(start), Some(end)) = (start, end) else { panic!("the README has no place for {name}") };
        made.replace_range(start..end, &format!("\n{table}\n"));
    }
    if env::var_os("EMBERL_UPDATE").is_some() {
        fs::write(&path, &made).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    } else {
        assert!(made == text, "a table of the README is not up to date: run this with EMBERL_UPDATE=1");
    }
}
