//! The packages that are to be published: each can be packaged, says what registries ask for, and has all files that its code
//! includes. `cargo package` makes them, as for publishing, but builds nothing of them.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Component, Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_tests::{Failed, check, process, repository_dir};
use libtest_mimic::{Arguments, Trial};
use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
/// What only the workspace uses.
const NOT_PUBLISHED: [&str; 1] = ["emberl-tests"];
/// Folders that the build script of `emberl-templates` embeds.
const EMBEDDED: [&str; 4] = ["erlang", "elixir", "gleam", "packs"];
/// What building a template in place leaves behind, which is not embedded.
const MADE: [&str; 8] =
    ["_build", "_emberl", "build", "deps", "rebar.lock", "mix.lock", "manifest.toml", "erl_crash.dump"];

fn main() {
    let trials = vec![
        Trial::test("packages::say_what_registries_ask_for", described),
        Trial::test("packages::have_all_that_they_include", whole),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn cargo(arguments: &[&str]) -> Result<Command, Failed> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(repository_dir()).args(arguments);
    process::forget_package(&mut command);
    Ok(command)
}

/// The workspace's packages, as cargo tells of them.
fn packages() -> Result<Vec<Value>, Failed> {
    let mut command = cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline"])?;
    let output = process::run(&mut command, LIMIT)?.ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    check(packages.len() > NOT_PUBLISHED.len(), || metadata.to_string())?;
    Ok(packages.clone())
}

fn described() -> Result<(), Failed> {
    for package in packages()? {
        let name = package["name"].as_str().unwrap_or_default();
        // `publish = false` is an empty list of registries.
        let is_published = package["publish"].is_null();
        check(is_published != NOT_PUBLISHED.contains(&name), || format!("{name}: is it to be published?"))?;
        if !is_published {
            continue;
        }
        for key in ["description", "license", "repository", "rust_version"] {
            check(package[key].is_string(), || format!("{name} has no {key}"))?;
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // Those for tests are left out where they have no version.
            let has_version = dependency["req"] != "*" || dependency["kind"] == "dev";
            check(has_version, || format!("{name} needs {} in no version", dependency["name"]))?;
            let other = dependency["name"].as_str().unwrap_or_default();
            let is_left_out = NOT_PUBLISHED.contains(&other) && dependency["kind"] != "dev";
            check(!is_left_out, || format!("{name} needs {other}, which is not published"))?;
        }
    }
    let command = packages()?.into_iter().find(|package| package["name"] == "emberl").ok_or("no emberl")?;
    check(command["readme"].is_string(), || "emberl has no readme".to_owned())
}

fn whole() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let mut command = cargo(&["package", "--workspace", "--no-verify", "--allow-dirty", "--offline", "--quiet"])?;
    for name in NOT_PUBLISHED {
        command.args(["--exclude", name]);
    }
    process::run(command.arg("--target-dir").arg(folder.path()), LIMIT)?.ok()?;
    let (mut count, mut included) = (0, 0);
    for entry in fs::read_dir(folder.path().join("package"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "crate") {
            let mut tar = Command::new("tar");
            tar.current_dir(folder.path()).arg("-xzf").arg(&path);
            process::run(&mut tar, LIMIT)?.ok()?;
            let name = path.file_stem().unwrap_or_default();
            included += includes(&folder.path().join(name))?;
            count += 1;
        }
    }
    check(count == packages()?.len() - NOT_PUBLISHED.len(), || format!("{count} packages"))?;
    // The demo's modules, the tables of natives, the packs.
    check(included > 10, || format!("only {included} files are included by others"))?;
    let version = env!("CARGO_PKG_VERSION");
    embedded(&folder.path().join(format!("emberl-templates-{version}")))
}

/// Each file that a source of the package includes is in the package; gives how many there are.
fn includes(package: &Path) -> Result<usize, Failed> {
    let include = Regex::new(r#"(?:include_str!|include_bytes!|include!)\(\s*"([^"]+)"|#\[path = "([^"]+)"\]"#)?;
    let mut count = 0;
    for file in files(package, &[])?.iter().filter(|file| file.extension().is_some_and(|kind| kind == "rs")) {
        let text = fs::read_to_string(package.join(file))?;
        for found in include.captures_iter(&text) {
            let Some(named) = found.get(1).or_else(|| found.get(2)) else { continue };
            let path = file.parent().unwrap_or_else(|| Path::new("")).join(named.as_str());
            let inside = plain(&path).filter(|path| package.join(path).is_file());
            check(inside.is_some(), || format!("{}: {} is not in the package", file.display(), named.as_str()))?;
            count += 1;
        }
    }
    Ok(count)
}

/// A path without `..`; none where it leads out.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => plain.pop().then_some(())?,
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// What a build script embeds is not named by sources: the folders must be the same.
fn embedded(package: &Path) -> Result<(), Failed> {
    for folder in EMBEDDED {
        let here = files(&repository_dir().join("templates").join(folder), &MADE)?;
        let there = files(&package.join(folder), &MADE)?;
        let missing: Vec<&PathBuf> = here.difference(&there).collect();
        check(missing.is_empty() && !there.is_empty(), || format!("{folder}: the package has no {missing:?}"))?;
    }
    Ok(())
}

/// The files below a folder, by their paths there, but for what has one of these names.
fn files(folder: &Path, but: &[&str]) -> Result<BTreeSet<PathBuf>, Failed> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![PathBuf::new()]);
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inside))? {
            let entry = entry?;
            let name = entry.file_name();
            if but.iter().any(|but| name == *but) {
                continue;
            }
            let path = inside.join(name);
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}
