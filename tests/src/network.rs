//! The programs of `tests/network/`, packed.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{Failed, bin, corpus, erl, package_dir, process};

/// How long packing may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The pack of a program, compiled with these macros, in a folder; the certificates (`.pem`) that lie there go into it, and of
/// OTP's library what it needs. It is the program's name with `.avm`.
///
/// # Errors
/// What the compiler or `emberl pack` says.
pub fn pack(folder: &Path, name: &str, macros: &[(&str, String)]) -> Result<PathBuf, Failed> {
    let options: Vec<String> = macros.iter().map(|(name, value)| format!("-D{name}={value}")).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).chain(["-Werror"]).collect();
    erl::compile_erlang(&[package_dir().join(format!("network/{name}.erl"))], folder, &options)?;
    let mut certificates = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let file = PathBuf::from(entry?.file_name());
        if file.extension().is_some_and(|extension| extension == "pem") {
            certificates.push(file);
        }
    }
    certificates.sort();
    let pack = format!("{name}.avm");
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder).args(["pack", "-q", "--prune", "--allow-unresolved", "-o", &pack]);
    command.arg(format!("{name}.beam")).args(certificates).args(corpus::ebin_folders(&["stdlib"])?);
    process::run(&mut command, LIMIT)?.ok()?;
    Ok(folder.join(pack))
}

/// Puts the certificate and the key of the server in `network/desktop/` into a folder, as `server.pem`.
///
/// # Errors
/// When it cannot be copied.
pub fn add_certificate(folder: &Path) -> Result<(), Failed> {
    std::fs::copy(package_dir().join("network/desktop/server.pem"), folder.join("server.pem"))?;
    Ok(())
}
