//! Commands in a terminal, as somebody who sits before it sees them: a pseudo-terminal of 100 columns, and the screen that
//! comes of what is written to it. Nothing here depends on how fast a machine is: what was written before the screen is asked
//! for is on it.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    num::NonZeroU16,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
/// A byte that no program prints, and that leaves the screen as it is: it shows that all before it was read.
const MARK: u8 = 0;
/// How long the reader may take. Generous: it guards against hangs.
const READ_LIMIT: Duration = Duration::from_secs(120);

/// A terminal with what was done in it.
pub struct Terminal {
    seen: Arc<Mutex<Seen>>,
    slave: OwnedFd,
}

/// What the reader has read.
struct Seen {
    parser: vt100::Parser,
    marks: u64,
    /// How many were written.
    written: u64,
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
        let parser = vt100::Parser::new(LINES, COLUMNS, 0);
        let seen = Arc::new(Mutex::new(Seen { parser, marks: 0, written: 0 }));
        let (shared, mut master) = (Arc::clone(&seen), File::from(pair.master));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = master.read(&mut bytes) {
                let bytes = bytes.get(..count).unwrap_or_default();
                let mut seen = shared.lock().unwrap_or_else(PoisonError::into_inner);
                seen.parser.process(bytes);
                seen.marks += bytes.iter().map(|&byte| u64::from(byte == MARK)).sum::<u64>();
            }
        });
        Ok(Self { seen, slave: pair.slave })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a command, after a line that shows it as somebody would have typed it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, command: &mut Command) -> Result<Going, Failed> {
        let words = command.get_args().map(|word| word.to_string_lossy());
        let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = std::iter::once(program.into()).chain(words).collect::<Vec<_>>().join(" ");
        self.seen().parser.process(format!("$ {line}\r\n").as_bytes());
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

    /// What is on the screen, without the empty lines at its end. All that was written until now is there, or the screen says
    /// that it is not.
    #[must_use]
    pub fn screen(&self) -> String {
        let missing = self.read_all().err().map(|error| format!("[{}]\n", error.message().unwrap_or_default()));
        let text = self.seen().parser.screen().contents();
        let lines = text.trim_end().lines().map(|line| format!("{}\n", line.trim_end()));
        lines.chain(missing).collect()
    }

    /// Waits until the reader has read what the kernel has of it.
    fn read_all(&self) -> Result<(), Failed> {
        File::from(self.slave.try_clone()?).write_all(&[MARK])?;
        let wanted = {
            let mut seen = self.seen();
            seen.written += 1;
            seen.written
        };
        let start = Instant::now();
        while self.seen().marks < wanted {
            check(start.elapsed() < READ_LIMIT, || "what was written was not read in time".to_owned())?;
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// Compares a screen with the one that is kept; with `EMBERL_UPDATE=1` it is kept instead. Numbers may be others (times, and the
/// sizes of what an installed library has), and so may their units, and the spaces that make them stand in columns.
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

/// The units of sizes, and of times.
const UNITS: [&[&str]; 2] = [&["bytes", "KiB", "MiB"], &["ms", "s"]];

/// Each number as `0`, its unit as the first of its kind, and spaces in a row as one.
fn without_numbers(text: &str) -> String {
    text.lines().map(|line| line_without_numbers(line) + "\n").collect()
}

fn line_without_numbers(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let mut out = String::new();
        for c in word.chars() {
            let is_number = c.is_ascii_digit() || (c == '.' && out.ends_with('0'));
            if !(is_number && out.ends_with('0')) {
                out.push(if is_number { '0' } else { c });
            }
        }
        // `118.3 KiB;` is a size, too.
        let unit = out.trim_end_matches([',', ';', ':', '.', ')']);
        if words.last().is_some_and(|word| word.trim_start_matches('(') == "0")
            && let Some([first, ..]) = UNITS.into_iter().find(|units| units.contains(&unit))
        {
            out = out.replacen(unit, first, 1);
        }
        words.push(out);
    }
    words.join(" ")
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
        assert_eq!(
            without_numbers("lamp: 3 bytes; (9.5 MiB) in 3.1 s"),
            without_numbers("lamp: 1 KiB; (7 bytes) in 9 ms")
        );
        assert_ne!(without_numbers("a 1"), without_numbers("b 1"));
        assert_ne!(without_numbers("a 1"), without_numbers("a"));
        assert_ne!(without_numbers("1 s"), without_numbers("1 byte"));
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
