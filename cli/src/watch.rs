//! `emberl watch`: a project, built and run again whenever one of its files changes.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use emberl_project::BUILD_FOLDER;
use notify::{EventKind, RecursiveMode, Watcher};

use crate::console::{self, LABEL, styled};
use crate::failure::{Failure, Result, reason};
use crate::firmware::tool;
use crate::project::Project;
use crate::report;

/// How long no file may change before the project is built: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(150);
/// How long it is waited for that quiet at most.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether the program has ended.
const PAUSE: Duration = Duration::from_millis(100);

const AFTER_HELP: &str = "\
Runs in a project: the current folder or one above has emberl.toml. When a file changes, the project \
is built and checked; when that is a success, the running program is stopped and started again. \
Ctrl-C ends it.

Examples:
  emberl watch
  emberl watch --no-run                            build and check only
  emberl watch -- --board mock --script test/blink.script
                                                   arguments for emberl run";

/// Build, check and run the project again when a file changes
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Build and check only
    #[arg(long, conflicts_with = "arguments")]
    no_run: bool,

    /// Arguments for emberl run
    #[arg(last = true, value_name = "ARG")]
    arguments: Vec<String>,
}

/// Why the loop goes on.
enum Event {
    /// A file of the project has changed.
    Changed,
    /// The user ends it.
    Ended,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let project = Project::needed(&[])?;
    let (sender, events) = mpsc::channel();
    on_signal(sender.clone())?;
    // Before the first build: what changes while it works is seen.
    let watcher = watch(&project.path("."), sender)?;
    let mut session = Session { arguments, child: None, is_built: false };
    session.build();
    while session.wait(&events) {
        session.build();
    }
    session.stop();
    drop(watcher);
    Ok(())
}

fn on_signal(sender: Sender<Event>) -> Result<()> {
    // Nobody listens any more when the program ends anyway.
    let handler = move || sender.send(Event::Ended).unwrap_or_default();
    let cannot = |error| tool(format!("cannot handle signals: {error}"), "this is a fault of Emberl");
    ctrlc::set_handler(handler).map_err(cannot)
}

/// Watches the files of a folder and all below, but for what is built.
fn watch(folder: &Path, sender: Sender<Event>) -> Result<impl Watcher + use<>> {
    let cannot = |error: notify::Error| {
        let what = format!("cannot watch {}: {error}", folder.display());
        tool(what, "on Linux more files can be watched after: sudo sysctl fs.inotify.max_user_watches=524288")
    };
    let handler = move |event: notify::Result<notify::Event>| {
        let is_change = event.as_ref().map_or(true, is_change);
        if is_change {
            sender.send(Event::Changed).unwrap_or_default();
        }
    };
    let mut watcher = notify::recommended_watcher(handler).map_err(cannot)?;
    watcher.watch(folder, RecursiveMode::Recursive).map_err(cannot)?;
    Ok(watcher)
}

/// Whether an event can be a change of a source. The build finds out whether anything has changed; here it is only kept
/// from being asked about its own work.
fn is_change(event: &notify::Event) -> bool {
    let is_built = |path: &std::path::PathBuf| {
        path.components().any(|part| [BUILD_FOLDER, "_build", ".git"].iter().any(|name| part.as_os_str() == *name))
    };
    !matches!(event.kind, EventKind::Access(_)) && (event.paths.is_empty() || !event.paths.iter().all(is_built))
}

struct Session<'s> {
    arguments: &'s Arguments,
    /// The program, while it runs.
    child: Option<Child>,
    /// Whether the last build was a success.
    is_built: bool,
}

impl Session<'_> {
    /// Builds the project; when that was a success, and something has changed, starts the program anew. What is wrong is
    /// told: the next change may mend it.
    fn build(&mut self) {
        let result = Project::needed(&[]).and_then(|project| project.build(false));
        match result {
            Ok((_, true)) if self.is_built => {}
            Ok((built, _)) => {
                self.stop();
                self.is_built = true;
                console::note(&built.line());
                if !self.arguments.no_run
                    && let Err(failure) = self.start()
                {
                    tell(failure);
                }
            }
            Err(failure) => {
                self.stop();
                self.is_built = false;
                tell(failure);
                note("waiting for a change");
            }
        }
    }

    fn start(&mut self) -> Result<()> {
        let program = env::current_exe()
            .map_err(|error| tool(format!("cannot find this program: {}", reason(&error)), "start it by its path"))?;
        let mut command = Command::new(program);
        command.args(["run", "--no-build"]).args(&self.arguments.arguments).stdin(Stdio::null());
        if console::is_quiet() {
            command.arg("--quiet");
        }
        io::stdout().flush()?;
        let child = command.spawn();
        let child =
            child.map_err(|error| tool(format!("cannot start the program: {}", reason(&error)), "try again"))?;
        self.child = Some(child);
        Ok(())
    }

    /// Ends the program, if it runs.
    fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        ask_to_end(&child);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            // An error: there is nothing left to wait for.
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Waits for the next change, and until it is quiet after it. `false` when the user ends it.
    fn wait(&mut self, events: &Receiver<Event>) -> bool {
        loop {
            match events.recv_timeout(PAUSE) {
                Ok(Event::Changed) => return settle(events),
                Ok(Event::Ended) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => self.look(),
            }
        }
    }

    /// Tells once that the program has ended.
    fn look(&mut self) {
        let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) else { return };
        self.child = None;
        match status.code() {
            Some(code) => note(&format!("the program has ended with exit code {code}; waiting for a change")),
            None => note("the program was ended; waiting for a change"),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until no file changes any more. `false` when the user ends it.
fn settle(events: &Receiver<Event>) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match events.recv_timeout(QUIET) {
            Ok(Event::Changed) => {}
            Ok(Event::Ended) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    true
}

/// Asks a program to end: one that has started an emulator ends that, too.
#[cfg(unix)]
fn ask_to_end(child: &Child) {
    use nix::sys::signal::{Signal, kill};
    if let Ok(id) = i32::try_from(child.id()) {
        // It may have ended by itself.
        let _ = kill(nix::unistd::Pid::from_raw(id), Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn ask_to_end(_: &Child) {}

fn note(text: &str) {
    if !console::is_quiet() {
        console::tell(&format!("{}\n", styled(LABEL, text)));
    }
}

/// A failure of one build, which does not end the command.
fn tell(failure: Failure) {
    match failure {
        Failure::Message { what, cure, .. } => {
            console::tell(&report::message(&what, &cure, console::stderr_width()));
        }
        Failure::Findings(findings) => console::tell(&report::text(&findings, console::stderr_width())),
        Failure::Told(_) | Failure::BrokenPipe => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, ModifyKind};

    #[test]
    fn only_sources_count() {
        let event = |kind, path: &str| notify::Event::new(kind).add_path(path.into());
        let modified = EventKind::Modify(ModifyKind::Any);
        assert!(is_change(&event(modified, "./src/a.erl")));
        assert!(is_change(&event(modified, "./my_build/a.erl")));
        assert!(!is_change(&event(modified, "./_build/default/lib/a/ebin/a.beam")));
        assert!(!is_change(&event(modified, "./_emberl/a.avm")));
        assert!(!is_change(&event(EventKind::Access(AccessKind::Any), "./src/a.erl")));
        assert!(is_change(&notify::Event::new(EventKind::Other)));
    }

    #[test]
    fn changes_are_awaited_together() {
        let (sender, events) = mpsc::channel();
        for _ in 0..10 {
            sender.send(Event::Changed).unwrap();
        }
        assert!(settle(&events));
        assert!(events.try_recv().is_err());
        sender.send(Event::Changed).unwrap();
        sender.send(Event::Ended).unwrap();
        assert!(!settle(&events));
    }
}
