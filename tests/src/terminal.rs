//! Commands in a terminal, as somebody who sits before it sees them: a pseudo-terminal of 100 columns, and the screen that
//! comes of what is written to it.

use std::{
    fs::{self, File},
    io::Read as _,
    num::NonZeroU16,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use nix::{
    fcntl::{FcntlArg, FdFlag, fcntl},
    pty::{Winsize, openpty},
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::{Failed, check};

/// The columns of the terminal.
const COLUMNS: NonZeroU16 = NonZeroU16::MIN.saturating_add(99);
/// The lines of it that are kept: more than what is shown.
const LINES: NonZeroU16 = NonZeroU16::MIN.saturating_add(199);

/// A terminal with what was done in it.
pub struct Terminal {
    parser: Arc<Mutex<vt100::Parser>>,
    slave: OwnedFd,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

/// A command that goes on in a terminal; it ends with this.
#[derive(Debug)]
pub struct Going(Child);

impl Going {
    /// Sends what Ctrl-C sends.
    ///
    /// # Errors
    /// The system's.
    pub fn interrupt(&self) -> Result<(), Failed> {
        Ok(killpg(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGINT)?)
    }

    /// The exit code, once it has ended.
    ///
    /// # Errors
    /// When it goes on for longer than that, or was ended by a signal.
    pub fn ended(&mut self, limit: Duration) -> Result<i32, Failed> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait()? {
                return status.code().ok_or_else(|| format!("it ended with {status}").into());
            }
            check(start.elapsed() < limit, || "it goes on for too long".to_owned())?;
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // With all that it has started.
        let _ = killpg(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

impl Terminal {
    /// An empty one.
    ///
    /// # Errors
    /// When there is no pseudo-terminal to be had.
    pub fn new() -> Result<Self, Failed> {
        let size = Winsize { ws_row: LINES.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
        let pair = openpty(Some(&size), None)?;
        fcntl(&pair.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        fcntl(&pair.slave, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        let parser = Arc::new(Mutex::new(vt100::Parser::new(LINES, COLUMNS, 0)));
        let (shared, mut master) = (Arc::clone(&parser), File::from(pair.master));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = master.read(&mut bytes) {
                shared.lock().unwrap_or_else(PoisonError::into_inner).process(bytes.get(..count).unwrap_or_default());
            }
        });
        Ok(Self { parser, slave: pair.slave })
    }

    /// Starts a command, after a line that shows it as somebody would have typed it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, command: &mut Command) -> Result<Going, Failed> {
        let words = command.get_args().map(|word| word.to_string_lossy());
        let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = std::iter::once(program.into()).chain(words).collect::<Vec<_>>().join(" ");
        self.parser.lock().unwrap_or_else(PoisonError::into_inner).process(format!("$ {line}\r\n").as_bytes());
        let stream = || -> Result<Stdio, Failed> { Ok(Stdio::from(self.slave.try_clone()?)) };
        command.stdin(Stdio::null()).stdout(stream()?).stderr(stream()?).env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR").env_remove("CI");
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Going(command.spawn()?))
    }

    /// Runs a command to its end, which must come with this exit code.
    ///
    /// # Errors
    /// When it cannot be started, takes too long, or ends otherwise.
    pub fn run(&self, command: &mut Command, code: i32, limit: Duration) -> Result<(), Failed> {
        let ended = self.start(command)?.ended(limit)?;
        check(ended == code, || format!("the exit code is {ended}, not {code}:\n{}", self.screen()))
    }

    /// Waits until this is on the screen.
    ///
    /// # Errors
    /// When it does not come.
    pub fn wait(&self, wanted: &str, limit: Duration) -> Result<(), Failed> {
        let start = Instant::now();
        while !self.screen().contains(wanted) {
            check(start.elapsed() < limit, || format!("{wanted:?} does not come:\n{}", self.screen()))?;
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// What is on the screen, without the empty lines at its end. What was written a moment ago is there.
    #[must_use]
    pub fn screen(&self) -> String {
        // The reader has what the kernel has: it needs a moment.
        let mut before = String::new();
        loop {
            let text = self.parser.lock().unwrap_or_else(PoisonError::into_inner).screen().contents();
            if text == before {
                let lines = text.trim_end().lines().map(str::trim_end);
                return lines.map(|line| format!("{line}\n")).collect();
            }
            before = text;
            thread::sleep(Duration::from_millis(30));
        }
    }
}

/// Compares a screen with the one that is kept; with `EMBERL_UPDATE=1` it is kept instead. Numbers may be others (times, and the
/// sizes of what an installed library has), and so may the spaces that make them stand in columns.
///
/// # Errors
/// When they differ, with both.
pub fn compare(path: &Path, screen: &str) -> Result<(), Failed> {
    if std::env::var_os("EMBERL_UPDATE").is_some() {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let same = fs::read_to_string(path).is_ok_and(|kept| without_numbers(&kept) == without_numbers(screen));
        return if same { Ok(()) } else { Ok(fs::write(path, screen)?) };
    }
    let kept = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    check(without_numbers(&kept) == without_numbers(screen), || {
        let path = path.display();
        format!("the screen is not {path} (EMBERL_UPDATE=1 writes it):\n{screen}\n--- kept is:\n{kept}")
    })
}

/// Each number as `0`, and spaces in a row as one.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut last = ' ';
    for c in text.chars() {
        let is_number = c.is_ascii_digit() || (c == '.' && last == '0');
        let c = if is_number { '0' } else { c };
        if !((c == '0' || c == ' ') && c == last) {
            out.push(c);
        }
        last = c;
    }
    out
}

/// A text with what differs from run to run replaced by words.
#[must_use]
pub fn without_paths(text: &str, paths: &[(&Path, &str)]) -> String {
    let mut text = text.to_owned();
    for (path, word) in paths {
        let shown: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        text = text.replace(&*shown.to_string_lossy(), word).replace(&*path.to_string_lossy(), word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_columns_may_differ() {
        assert_eq!(without_numbers("a  12.5 KiB\nb 7 x"), without_numbers("a 3 KiB\nb   71 x"));
        assert_ne!(without_numbers("a 1"), without_numbers("b 1"));
    }

    #[test]
    fn the_screen_is_what_is_seen() {
        let Ok(terminal) = Terminal::new() else { unreachable!("there is no pseudo-terminal") };
        let mut command = Command::new("sh");
        command.args(["-c", r"printf 'one\rtwo\n\033[31mred\033[0m\n'; exit 3"]);
        let ran = terminal.run(&mut command, 3, Duration::from_secs(20));
        assert!(ran.is_ok(), "{ran:?}");
        assert!(terminal.screen().ends_with("two\nred\n"), "{:?}", terminal.screen());
    }
}
