//! Kept transcripts of commands: files with lines `$ emberl ...`, each with the exit code and the output that must follow.
//! With `EMBERL_UPDATE=1` the files are written anew, to be looked at with `git diff`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use libtest_mimic::Trial;

use crate::{Failed, check as check_that, process::Output};

/// A trial for each transcript of a folder; one that fails when there is none.
pub fn trials(folder: &Path, run: fn(&Path) -> Result<(), Failed>) -> Vec<Trial> {
    match paths(folder) {
        Ok(paths) if !paths.is_empty() => {
            let trial = |path: PathBuf| {
                let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                Trial::test(format!("case::{name}"), move || run(&path))
            };
            paths.into_iter().map(trial).collect()
        }
        _ => vec![Trial::test("case::some", || Err("no transcripts were found".into()))],
    }
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

/// The words of a command line; single quotes keep spaces and patterns.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Runs the commands of a transcript in their order, and compares.
///
/// # Errors
/// The first line that is another.
pub fn check(path: &Path, run: impl Fn(&[&str]) -> Result<Output, Failed>) -> Result<(), Failed> {
    let expected = fs::read_to_string(path)?;
    let mut found = String::new();
    for line in expected.lines().filter(|line| line.starts_with("$ emberl")) {
        let words = words(line);
        let arguments: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
        let output = run(&arguments)?;
        let code = output.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
        found.push_str(&format!("{line}\n--- exit {code}\n"));
        for (name, text) in [("stdout", output.out()), ("stderr", output.err())] {
            if !text.is_empty() {
                found.push_str(&format!("--- {name}\n{text}"));
                found.push_str(if text.ends_with('\n') { "" } else { "\n--- (no newline)\n" });
            }
        }
        found.push('\n');
    }
    // Windows writes the paths of folders that were searched with its own separator.
    let found = if cfg!(windows) { found.replace('\\', "/") } else { found };
    if std::env::var_os("EMBERL_UPDATE").is_some() {
        fs::write(path, &found)?;
        return Ok(());
    }
    let at = expected.lines().zip(found.lines()).position(|(a, b)| a != b);
    let at = at.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
    check_that(expected == found, || {
        let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
        format!(
            "{}:{}: expected\n  {}\nfound\n  {}\nall of it:\n{found}\nEMBERL_UPDATE=1 writes it",
            path.display(),
            at + 1,
            line(&expected),
            line(&found)
        )
    })
}
