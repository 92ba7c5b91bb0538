//! The OTP releases whose `erl` is at hand: the machine's own, and those of `EMBERL_EXTRA_ERLS`.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Failed, corpus,
    process::{self, Output},
    tools::{self, Tool},
};
use libtest_mimic::Trial;

/// The releases that Emberl is tested with.
pub const RELEASES: [u32; 3] = [25, 27, 29];

/// The commands that run `erl`, by release. `EMBERL_EXTRA_ERLS` is a list of `COMMAND=LIBRARIES` with `:` between them
/// (see `tests/disasm.rs`). Asked once a process.
pub fn commands() -> &'static BTreeMap<u32, String> {
    static COMMANDS: OnceLock<BTreeMap<u32, String>> = OnceLock::new();
    COMMANDS.get_or_init(|| {
        let extra = env::var("EMBERL_EXTRA_ERLS").unwrap_or_default();
        let programs = extra.split(':').filter_map(|pair| pair.split_once('=')).map(|(program, _)| program.to_owned());
        let own = Tool::Erl.find().map(|_| "erl".to_owned());
        let mut found = BTreeMap::new();
        for program in own.into_iter().chain(programs) {
            let Ok(folder) = TempDir::new() else { continue };
            let ask = "io:put_chars(erlang:system_info(otp_release)), halt().";
            if let Ok(output) = run(&program, folder.path(), ask, Duration::from_secs(60))
                && let Ok(release) = output.out().trim().parse()
            {
                found.entry(release).or_insert(program);
            }
        }
        found
    })
}

/// Evaluates an expression in the `erl` of a command of [`commands`], which must end the node. The folder is the current
/// one; another release may see no other, so files are named relative to it.
///
/// The emulator has one scheduler online, as Emberl has: with more, OTP keeps no order between signals of different
/// senders, and no record of what a program prints would hold. It has two in all, since with a single one its tables
/// lose their `write_concurrency`.
///
/// # Errors
/// When it cannot be run, fails, or takes longer than `limit`; then with all that it printed.
pub fn run(program: &str, folder: &Path, expression: &str, limit: Duration) -> Result<Output, Failed> {
    let mut command = command(program, folder);
    command.args(["-noinput", "-eval", expression]);
    Ok(process::run(&mut command, limit)?.ok()?)
}

/// The `erl` of a command of [`commands`], as [`run`] starts it; its program can read standard input.
#[must_use]
pub fn command(program: &str, folder: &Path) -> Command {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(folder).env("LC_ALL", "C.UTF-8").env("ERL_CRASH_DUMP_BYTES", "0");
    command.args(["+S", "2:1", "-noshell"]);
    command
}

/// The libraries of a release whose `erl` is at hand.
#[derive(Clone, Debug)]
pub struct Libraries {
    /// The folders of Erlang's and Elixir's applications.
    pub roots: Vec<PathBuf>,
    /// What stands before these paths here, and not where the release's `erl` runs (a root folder of its own).
    prefix: PathBuf,
}

impl Libraries {
    /// The `ebin` folders of applications; `none` is none.
    ///
    /// # Errors
    /// When one is not there.
    pub fn ebin_folders(&self, applications: &[&str]) -> Result<Vec<PathBuf>, Failed> {
        corpus::ebin_folders_in(&self.roots, applications)
    }

    /// A path as the release's own `erl` sees it.
    #[must_use]
    pub fn inside(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.prefix).map_or_else(|_| path.to_owned(), |rest| Path::new("/").join(rest))
    }
}

/// The libraries of the release with that command: the machine's own, or those that `EMBERL_EXTRA_ERLS` names.
///
/// # Errors
/// When there are none.
pub fn libraries(program: &str) -> Result<Libraries, Failed> {
    let extra = env::var("EMBERL_EXTRA_ERLS").unwrap_or_default();
    let pairs = extra.split(':').filter_map(|pair| pair.split_once('='));
    let roots: Vec<PathBuf> =
        pairs.filter(|(command, _)| *command == program).map(|(_, root)| PathBuf::from(root)).collect();
    let Some(first) = roots.first() else {
        return Ok(Libraries { roots: corpus::installed_roots().to_vec(), prefix: PathBuf::from("/") });
    };
    let ask = TempDir::new()?;
    let output = run(program, ask.path(), "io:put_chars(code:lib_dir()), halt().", Duration::from_secs(60))?;
    let inside = output.out();
    let outside = first.to_string_lossy();
    let prefix = outside
        .strip_suffix(inside.trim())
        .ok_or_else(|| format!("{outside} of EMBERL_EXTRA_ERLS is not {} of its erl", inside.trim()))?;
    let prefix = if prefix.is_empty() { "/" } else { prefix };
    Ok(Libraries { prefix: PathBuf::from(prefix), roots })
}

/// A test that needs the `erl` of a release; it gets the command. Without it, as [`tools::needs`].
pub fn needs(
    release: u32,
    name: impl Into<String>,
    test: impl FnOnce(&str) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match commands().get(&release) {
        Some(program) => Trial::test(name, move || test(program)),
        None => Trial::test(name, move || Err(format!("needs erl of OTP {release}; see EMBERL_EXTRA_ERLS").into()))
            .with_kind(format!("needs OTP {release}"))
            .with_ignored_flag(!tools::tools_are_required()),
    }
}
