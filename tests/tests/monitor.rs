//! `emberl monitor` on a pseudo-terminal at whose other end the test plays a board: what is shown, byte for byte.
//!
//! What is seen on the screen is kept in `fixtures/monitor/`; with `EMBERL_UPDATE=1` it is written anew.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::os::fd::AsFd as _;
    use std::process::{Child, Command, ExitStatus, Stdio};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::thread;
    use std::time::{Duration, Instant};

    use emberl_tests::fake_rom::Pty;
    use emberl_tests::process;
    use emberl_tests::{Failed, bin, check, package_dir};
    use libtest_mimic::{Arguments, Trial};
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use object::{Object as _, ObjectSymbol as _};
    use tempfile::TempDir;

    const LIMIT: Duration = Duration::from_secs(60);

    pub(super) fn main() {
        let arguments = Arguments::from_args();
        let trials = vec![
            Trial::test("output_as_it_comes", output),
            Trial::test("keys_on_a_terminal", keys),
            Trial::test("reset", reset),
            Trial::test("a_crash_report_is_decoded", crash),
            Trial::test("a_pack_has_the_lines_that_a_trace_lacks", pack),
            Trial::test("a_panic_of_the_firmware_is_symbolised", panic),
            Trial::test("filter_times_and_log", filter),
            Trial::test("a_port_that_goes_away", gone),
            Trial::test("command_line", command_line),
        ];
        libtest_mimic::run(&arguments, trials).exit();
    }

    /// What a program or board wrote so far, collected by a thread.
    #[derive(Clone, Default)]
    struct Text(Arc<Mutex<Vec<u8>>>);

    impl Text {
        fn of(mut from: impl std::io::Read + Send + 'static) -> Self {
            let text = Self::default();
            let shared = text.clone();
            thread::spawn(move || {
                let mut bytes = [0; 1024];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    shared.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes.iter().take(count));
                }
            });
            text
        }

        fn get(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
        }

        /// Waits until a text is there.
        fn wait(&self, wanted: &str) -> Result<String, Failed> {
            let start = Instant::now();
            while !self.get().contains(wanted) {
                if start.elapsed() > LIMIT {
                    return Err(format!("{wanted:?} does not come; there is {:?}", self.get()).into());
                }
                thread::sleep(Duration::from_millis(10));
            }
            Ok(self.get())
        }
    }

    /// A board, and a monitor that watches it.
    struct Session {
        board: File,
        typed: Text,
        port: String,
        child: Child,
        out: Text,
        err: Text,
        _slave: std::os::fd::OwnedFd,
    }

    impl Drop for Session {
        fn drop(&mut self) {
            // It has ended, where all went well.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    impl Session {
        /// Starts a monitor, and waits until it watches.
        fn start(arguments: &[&str]) -> Result<Self, Failed> {
            Self::with(arguments, |command| {
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            })
        }

        fn with(arguments: &[&str], streams: impl FnOnce(&mut Command)) -> Result<Self, Failed> {
            let Pty { master, slave, path } = Pty::new()?;
            let mut command = Command::new(bin::emberl()?);
            command.args(["monitor", "--port", &path]).args(arguments).env_remove("NO_COLOR");
            streams(&mut command);
            let mut child = command.spawn()?;
            let out = child.stdout.take().map(Text::of).unwrap_or_default();
            let err = child.stderr.take().map(Text::of).unwrap_or_default();
            let typed = Text::of(master.try_clone()?);
            let session = Self { board: master, typed, port: path, child, out, err, _slave: slave };
            Ok(session)
        }

        /// Waits until the port is open: what a board prints before is lost, as it would be.
        fn ready(&self) -> Result<(), Failed> {
            self.err.wait("--- /dev/pts/").map(|_| ())
        }

        fn print(&mut self, text: &str) -> Result<(), Failed> {
            Ok(self.board.write_all(text.as_bytes())?)
        }

        /// Ends it as Ctrl-C does where no terminal is.
        fn interrupt(&mut self) -> Result<ExitStatus, Failed> {
            kill(Pid::from_raw(self.child.id() as i32), Signal::SIGINT)?;
            self.ended()
        }

        fn ended(&mut self) -> Result<ExitStatus, Failed> {
            let start = Instant::now();
            loop {
                if let Some(status) = self.child.try_wait()? {
                    // The threads that read take what is left.
                    thread::sleep(Duration::from_millis(50));
                    return Ok(status);
                }
                if start.elapsed() > LIMIT {
                    return Err("the monitor does not end".into());
                }
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// Compares what was seen with what is kept.
    fn seen(name: &str, text: &str) -> Result<(), Failed> {
        let path = package_dir().join("fixtures/monitor").join(format!("{name}.txt"));
        if std::env::var_os("EMBERL_UPDATE").is_some() {
            return Ok(fs::write(path, text)?);
        }
        let expected = fs::read_to_string(&path)?;
        check(expected == text, || format!("{}: expected\n{expected}\nseen\n{text}", path.display()))
    }

    fn output() -> Result<(), Failed> {
        let mut session = Session::start(&[])?;
        session.ready()?;
        session.print("boot ok\r\nprom")?;
        session.out.wait("prom")?;
        session.print("pt> \x1b[32mgreen\x1b[0m \x1b[2J\x07gr\u{fc}n\r\n")?;
        session.out.wait("gr\u{fc}n")?;
        let status = session.interrupt()?;
        check(status.success(), || format!("{status}"))?;
        // Colours are for terminals only.
        seen("output", &session.out.get())?;
        let said = session.err.get().replace(&session.port, "PORT");
        check(said == "--- PORT at 115200\n", || said.clone())
    }

    /// The monitor on a terminal of its own: keys, and the screen as it is drawn.
    fn keys() -> Result<(), Failed> {
        let mut terminal = Pty::new()?;
        let screen = Text::of(terminal.master.try_clone()?);
        let end = |terminal: &Pty| -> Result<Stdio, Failed> { Ok(terminal.slave.as_fd().try_clone_to_owned()?.into()) };
        let (stdin, stdout, stderr) = (end(&terminal)?, end(&terminal)?, end(&terminal)?);
        let mut session = Session::with(&[], |command| {
            command.stdin(stdin).stdout(stdout).stderr(stderr).env("TERM", "xterm");
        })?;
        screen.wait("Ctrl-R resets the board")?;
        // Keys go to the board, without a line being complete.
        terminal.master.write_all(b"hi\r")?;
        session.typed.wait("hi\r")?;
        session.print("echo: hi\r\n")?;
        screen.wait("echo: hi")?;
        terminal.master.write_all(&[0x12])?;
        screen.wait("RESET button")?;
        session.print("after\r\n")?;
        screen.wait("after")?;
        check(session.child.try_wait()?.is_none(), || "it ended too early".into())?;
        terminal.master.write_all(&[0x03])?;
        let status = session.ended()?;
        check(status.success(), || format!("{status}"))?;
        seen("keys", &screen.get().replace(&session.port, "PORT").replace('\u{1b}', "\\e").replace('\r', "\\r"))
    }

    /// A pseudo-terminal has no lines: the attempt is seen. The lines are tested beside their code.
    fn reset() -> Result<(), Failed> {
        let mut session = Session::start(&["--reset"])?;
        session.ready()?;
        session.out.wait("RESET button")?;
        session.print("ESP-ROM:esp32c3-api1-20210207\r\nhello\r\n")?;
        session.out.wait("hello")?;
        check(session.interrupt()?.success(), || session.err.get())?;
        seen("reset", &session.out.get())
    }

    /// As `emberl run` and the firmware of boards print it, and as AtomVM does.
    fn crash() -> Result<(), Failed> {
        let mut session = Session::start(&[])?;
        session.ready()?;
        session.print(
            "Error in process <0.5.0> with exit value:\r\n{{badmatch,{error,\"it's [\"}},\r\n \
             [{sensor,read,2,[{file,\"src/sensor.erl\"},{line,41}]},\r\n  {lists,map,2,[{file,\"lists.erl\"},\
             {line,1559}]},\r\n  {'Elixir.Main','-start/0-fun-0-',1,\r\n                 [{file,\"lib/main.ex\"},\
             {line,7}]}]}\r\nstill running {a,b,1,[]}\r\n",
        )?;
        session.out.wait("still running")?;
        session.print("CRASH \r\n======\r\npid: <0.1.0>\r\n\r\nStacktrace:\r\n[{main,start,0,[{file,\"main.erl\"},{line,9}]}]\r\n")?;
        session.out.wait("main:start/0")?;
        check(session.interrupt()?.success(), || session.err.get())?;
        seen("crash", &session.out.get())
    }

    /// `sensor:start/0` was packed without lines; the pack that has them tells where it begins.
    fn pack() -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let pack = folder.path().join("app.avm").to_string_lossy().into_owned();
        let build = package_dir().join("fixtures/cli");
        let beam = |name: &str| build.join(format!("{name}.beam")).to_string_lossy().into_owned();
        bin::run(["pack", "-q", "--allow-unresolved", "--start", "app", "-o", &pack, &beam("app"), &beam("counter")])?
            .ok()?;
        let mut session = Session::start(&["--pack", &pack])?;
        session.ready()?;
        session
            .print("{badarg,[{erlang,hd,[[]],[]},{app,start,0,[]},{app,none,0,[{file,\"app.erl\"},{line,1}]}]}\r\n")?;
        session.out.wait("app:none/0")?;
        check(session.interrupt()?.success(), || session.err.get())?;
        seen("pack", &session.out.get())
    }

    /// A program with debug information, made here for this machine: a firmware's ELF is read by the same code.
    fn panic() -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let source = folder.path().join("firmware.rs");
        fs::write(
            &source,
            "fn main() {\n    outer(std::env::args().count());\n}\n\n#[inline(never)]\nfn outer(count: usize) {\n    \
             inner(count);\n    std::hint::black_box(count);\n}\n\n#[inline(never)]\nfn inner(count: usize) {\n    \
             std::hint::black_box(count);\n}\n",
        )?;
        let elf = folder.path().join("firmware");
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.current_dir(folder.path()).args(["-g", "-C", "opt-level=0", "-o"]).arg(&elf).arg("firmware.rs");
        process::run(&mut rustc, LIMIT)?.ok()?;
        let bytes = fs::read(&elf)?;
        let file = object::File::parse(&*bytes)?;
        let address = |name: &str| {
            let found = file.symbols().find(|symbol| symbol.name().is_ok_and(|full| full.contains(name)));
            found.map(|symbol| symbol.address()).ok_or_else(|| Failed::from(format!("no symbol {name}")))
        };
        let (inner, outer) = (address("5inner")?, address("5outer")?);
        let elf = elf.to_string_lossy().into_owned();
        let mut session = Session::start(&["--elf", &elf])?;
        session.ready()?;
        session.print(&format!(
            "panicked at src/main.rs:1:2:\r\nmepc {inner:#010x} mcause 0x00000007\r\nMEPC    : {inner:08x}   RA      : \
             {:08x}\r\nBacktrace:\r\n{inner:#x}\r\n0xdeadbeef\r\n",
            outer + 1
        ))?;
        session.out.wait("0xdeadbeef")?;
        check(session.interrupt()?.success(), || session.err.get())?;
        let text = session.out.get();
        let folder = format!("{}/", folder.path().display());
        let hide = |text: String, address: u64, name: &str| {
            text.replace(&format!("{address:#010x}"), name)
                .replace(&format!("{address:#x}"), name)
                .replace(&format!("{address:08x}"), name)
        };
        let text = hide(hide(hide(text, inner, "INNER"), outer + 1, "RETURN"), outer, "OUTER");
        seen("panic", &text.replace(&folder, ""))
    }

    fn filter() -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let log = folder.path().join("board.log");
        fs::write(&log, "what was there\n")?;
        let log_name = log.to_string_lossy().into_owned();
        let mut session = Session::start(&["--timestamps", "--filter", "warn|err", "--log", &log_name])?;
        session.ready()?;
        session.print("one\r\nwarning \x1b[31mtwo\x1b[0m\r\nthree\r\nerror in [{m,f,0,[{file,\"m.erl\"},{line,3}]}]\r\nend err\r\n")?;
        session.out.wait("end err")?;
        check(session.interrupt()?.success(), || session.err.get())?;
        // The digits of the time become zeros.
        let plain = |text: &str| -> String {
            text.lines()
                .map(|line| {
                    let is_time = |time: &str| time.chars().all(|c| c.is_ascii_digit() || ":.".contains(c));
                    match line.split_once(' ') {
                        Some((time, rest)) if time.len() == 12 && is_time(time) => format!("HH:MM:SS.mmm {rest}\n"),
                        _ => format!("{line}\n"),
                    }
                })
                .collect()
        };
        seen("filter", &plain(&session.out.get()))?;
        seen("log", &plain(&fs::read_to_string(&log)?))
    }

    /// Without a terminal nobody waits for the port to come back.
    fn gone() -> Result<(), Failed> {
        let Pty { mut master, slave, path } = Pty::new()?;
        let mut command = Command::new(bin::emberl()?);
        command.args(["monitor", "--port", &path]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let out = child.stdout.take().map(Text::of).unwrap_or_default();
        let err = child.stderr.take().map(Text::of).unwrap_or_default();
        err.wait("115200")?;
        master.write_all(b"half a line")?;
        out.wait("half a line")?;
        drop((master, slave));
        err.wait("is gone")?;
        let status = child.wait()?;
        let said = format!("{}{}", out.get(), err.get()).replace(&path, "PORT");
        check(status.code() == Some(3), || format!("{status}: {said}"))?;
        seen("gone", &said)
    }

    fn command_line() -> Result<(), Failed> {
        let pty = Pty::new()?;
        let folder = TempDir::new()?;
        let text = folder.path().join("text");
        fs::write(&text, "no ELF, no pack")?;
        let text = text.to_string_lossy().into_owned();
        let mut board = pty.master;
        board.write_all(b"lost\n")?;
        for (code, arguments, told) in [
            (2, &["--filter", "("][..], "regex parse error"),
            (2, &["--baud", "7"], "invalid value"),
            (1, &["--elf", &text], "is no ELF with debug information"),
            (1, &["--elf", "missing"], "cannot read missing"),
            (1, &["--pack", &text], "error[E00"),
            (3, &["--log", "missing/board.log"], "cannot write missing/board.log"),
            (2, &["--port", "/dev/ttyNONE7"], "there is no port /dev/ttyNONE7"),
        ] {
            let mut command = Command::new(bin::emberl()?);
            command.current_dir(folder.path()).arg("monitor").args(arguments);
            if !arguments.contains(&"--port") {
                command.args(["--port", &pty.path]);
            }
            let output = process::run(&mut command, LIMIT)?;
            check(output.code() == Some(code) && output.err().contains(told), || format!("{told}: {output}"))?;
        }
        drop(board);
        Ok(())
    }
}
