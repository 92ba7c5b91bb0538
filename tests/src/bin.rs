//! Emberl's own binaries, as users run them.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use crate::{
    Failed,
    process::{self, Output},
};

/// How long a command may take. Generous: it guards against hangs, not against slowness.
pub const LIMIT: Duration = Duration::from_secs(300);

/// The path of the binary `emberl`.
///
/// # Errors
/// When it cannot be built.
pub fn emberl() -> Result<PathBuf, Failed> {
    path("emberl")
}

/// The path of the binary `packbeam`.
///
/// # Errors
/// When it cannot be built.
pub fn packbeam() -> Result<PathBuf, Failed> {
    path("packbeam")
}

/// The path of `emberl` built with the virtual machine's feature `checked`: every access to a heap, a stack or code is
/// checked, and a heap that is not whole ends the program.
///
/// # Errors
/// When it cannot be built.
pub fn checked() -> Result<PathBuf, Failed> {
    static CHECKED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let path = CHECKED.get_or_init(|| {
        let folder = build(&["--bin", "emberl-checked", "--features", "emberl/checked"])?;
        Ok(folder.join(format!("emberl-checked{}", env::consts::EXE_SUFFIX)))
    });
    path.clone().map_err(Failed::from)
}

/// Runs `emberl` with arguments.
///
/// # Errors
/// When it cannot be built or started. A failure of the command itself is in the result.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Output, Failed> {
    Ok(process::run(Command::new(emberl()?).args(arguments), LIMIT)?)
}

/// Runs `packbeam` with arguments.
///
/// # Errors
/// As [`run`].
pub fn run_packbeam<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Result<Output, Failed> {
    Ok(process::run(Command::new(packbeam()?).args(arguments), LIMIT)?)
}

fn path(name: &str) -> Result<PathBuf, Failed> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER
        .get_or_init(|| build(&["--bin", "emberl", "--bin", "packbeam"]))
        .as_ref()
        .map_err(|error| Failed::from(error.clone()))?;
    Ok(folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
}

/// Builds binaries beside the running test with its profile, and gives their folder. Cargo itself knows whether they are
/// there and fresh; then this takes a fraction of a second. Cargo holds no lock while tests run. Of the whole workspace:
/// for one package alone the dependencies would be built again, with its features only.
fn build(options: &[&str]) -> Result<PathBuf, String> {
    let test = env::current_exe().map_err(|error| error.to_string())?;
    let folder = profile_folder(&test).ok_or_else(|| format!("{} is not in a target folder", test.display()))?;
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        Some("debug") => "dev",
        Some(name) => name,
        None => return Err(format!("{} has no name", folder.display())),
    };
    let target = folder.parent().ok_or_else(|| format!("{} has no parent", folder.display()))?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::repository_dir()).args(["build", "--quiet", "--workspace"]).args(options);
    command.args(["--profile", profile, "--target-dir"]).arg(target);
    process::forget_package(&mut command);
    process::run(&mut command, Duration::from_secs(1200)).map_err(|error| error.to_string())?.ok()?;
    Ok(folder.to_owned())
}

/// The folder of a profile (`target/debug`): tests are in its `deps`.
fn profile_folder(test: &Path) -> Option<&Path> {
    test.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps"))?.parent()
}
