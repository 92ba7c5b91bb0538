//! The modules of the network: the programs of `tests/network/desktop/` print the same on `emberl run`, over the host's own
//! sockets and the modules of `vm-firmware/erlang/`, as on `erl` with OTP's modules of these names; those of
//! `tests/network/own/`, over modules that OTP has not, print what the file `.out` beside each says.
//!
//! A new case is a new `.erl` file there, as those of `tests/library/` (see `library.rs`). Every `.pem` file of the folder
//! is in the current folder of a program that runs. The programs talk to themselves, at ports that are free.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use emberl_tests::{
    Failed, bin, conformance, erl, library, process,
    tools::{Tool, needs},
};
use libtest_mimic::Trial;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let own = match erl::sources("network/own", "erl") {
        Ok(sources) => sources.into_iter().map(own).collect(),
        Err(error) => vec![Trial::test("own", move || Err(error.into()))],
    };
    library::run("network/desktop", own);
}

fn own(source: PathBuf) -> Trial {
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    needs(&[Tool::Erlc], format!("own::{name}"), move || same_as_told(&source, &name))
}

fn same_as_told(source: &Path, name: &str) -> Result<(), Failed> {
    let folder = TempDir::new()?;
    erl::compile_erlang(&[source.to_owned()], folder.path(), &["-Werror"])?;
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder.path()).args(["run", "--start", name, &format!("{name}.beam")]);
    let output = process::run(&mut command, LIMIT)?.ok()?;
    let told = fs::read(source.with_extension("out"))?;
    let (found, told) = (conformance::lines(&output.stdout), conformance::lines(&told));
    for at in 0..found.len().max(told.len()) {
        if found.get(at) != told.get(at) {
            return Err(format!("line {}: {:?}, and not {:?}", at + 1, found.get(at), told.get(at)).into());
        }
    }
    Ok(())
}
