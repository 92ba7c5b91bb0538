//! Makes the table of the templates' files: each file below `LANGUAGE/TEMPLATE/` and `LANGUAGE/shared/`, in order, but what
//! tools made there; and of the packs.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What building in place leaves behind, and what is nobody else's.
const MADE: &[&str] =
    &["_build", "_emberl", "build", "deps", "rebar.lock", "mix.lock", "manifest.toml", "erl_crash.dump"];

fn main() -> Result<(), Box<dyn Error>> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::from("static FILES: &[Source] = &[\n");
    for language in ["erlang", "elixir", "gleam"] {
        let folder = home.join(language);
        println!("cargo::rerun-if-changed={}", folder.display());
        for template in names(&folder)? {
            let folder = folder.join(&template);
            let mut files = Vec::new();
            below(&folder, &mut files)?;
            for file in files {
                let path = file.strip_prefix(&folder)?.to_str().ok_or("a name is not UTF-8")?.replace('\\', "/");
                writeln!(
                    code,
                    "    Source {{ language: {language:?}, template: {template:?}, path: {path:?}, bytes: include_bytes!({file:?}) }},"
                )?;
            }
        }
    }
    code.push_str("];\nstatic PACKS: &[(&str, &[u8])] = &[\n");
    let packs = home.join("packs");
    println!("cargo::rerun-if-changed={}", packs.display());
    for name in names(&packs)? {
        if let Some(stem) = name.strip_suffix(".avm") {
            writeln!(code, "    ({stem:?}, include_bytes!({:?})),", packs.join(&name))?;
        }
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("files.rs"), code)?;
    Ok(())
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().into_string().map_err(|_| "a name is not UTF-8")?);
    }
    names.retain(|name| !name.starts_with('.') && !MADE.contains(&name.as_str()));
    names.sort();
    Ok(names)
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for name in names(folder)? {
        let path = folder.join(name);
        if path.is_dir() {
            below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
