//! From `emberl new` to an image, for each language and template, in a terminal: what somebody sees who does what the documents
//! say. The screens are kept in `fixtures/screens/`, a terminal for each command; with `EMBERL_UPDATE=1` they are written anew.
//!
//! What is not the same in every run is left out: the reports of crashes, which come when they are written, how many calls of
//! OTP's own lead nowhere, and whether a command had to build first. Gleam's compiler is stood in for by `tests/ci/gleam`.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        env, fs,
        net::{Ipv4Addr, SocketAddr, TcpListener},
        path::PathBuf,
        process::Command,
        time::Duration,
    };

    use emberl_templates::{Language, ProjectName, TEMPLATES, Template};
    use emberl_tests::{
        Failed, bin, check,
        elf::Elf,
        package_dir,
        terminal::{Terminal, compare},
        tools::{Tool, needs},
    };
    use libtest_mimic::{Arguments, Trial};
    use socket2::{Domain, Socket, Type};
    use tempfile::TempDir;

    /// How long anything may take. Generous: it guards against hangs.
    const LIMIT: Duration = Duration::from_secs(600);
    /// The name of the projects.
    const NAME: &str = "lamp";
    /// What the templates' sources say of the port that they serve at, or tell. Each project gets another one.
    const PORT: &str = "8080";

    pub(super) fn main() {
        let arguments = Arguments::from_args();
        let mut trials: Vec<Trial> = Vec::new();
        for language in Language::ALL {
            for template in TEMPLATES {
                let tool = match language {
                    Language::Erlang => Tool::Rebar3,
                    Language::Elixir => Tool::Mix,
                    Language::Gleam => Tool::Erlc,
                };
                let name = format!("languages::{}_{}", language.name(), template.name);
                trials.push(needs(&[Tool::Erl, tool, Tool::Curl], name, move || project(language, template)));
            }
        }
        libtest_mimic::run(&arguments, trials).exit();
    }

    fn project(language: Language, template: &'static Template) -> Result<(), Failed> {
        let port = Port::free()?;
        let mut desk =
            Desk { folder: TempDir::new()?, language, template, port: port.number()?, screens: String::new() };
        desk.emberl("", &["new", NAME, "--lang", language.name(), "--template", template.name])?;
        desk.change_port()?;
        desk.emberl(NAME, &["build"])?;
        // Nothing has changed.
        desk.emberl(NAME, &["build"])?;
        desk.emberl(NAME, &["test"])?;
        match (template.name, template.script) {
            ("http-server", _) => desk.serve(port)?,
            // Nobody hears what the sensor tells.
            (_, Some(script)) => desk.emberl(NAME, &["run", "--board", "mock", "--script", script])?,
            _ => desk.emberl(NAME, &["run"])?,
        }
        // The board's own firmware takes minutes to build; `whole` does that.
        fs::write(desk.home().join("firmware.elf"), Elf::esp(emberl_image::Chip::Esp32c3).bytes())?;
        desk.emberl(NAME, &["image", "--firmware", "firmware.elf", "-o", "lamp.bin"])?;
        let image = fs::read(desk.home().join("lamp.bin"))?;
        let pack = fs::read(desk.home().join("_emberl/lamp.avm"))?;
        check(image.windows(pack.len()).any(|part| part == pack), || "the pack is not in the image".to_owned())?;
        let kept = package_dir().join("fixtures/screens").join(format!("{}-{}.txt", language.name(), template.name));
        compare(&kept, &desk.screens)
    }

    /// A port of this machine that nobody has. While this lives nobody gets it, and who connects to it is refused.
    struct Port(Socket);

    impl Port {
        fn free() -> Result<Self, Failed> {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
            Ok(Self(socket))
        }

        fn number(&self) -> Result<u16, Failed> {
            let address = self.0.local_addr()?.as_socket_ipv4();
            Ok(address.ok_or("the socket has no address")?.port())
        }

        /// Gives it to somebody else: waits until it can be had.
        fn leave(self) -> Result<(), Failed> {
            let number = self.number()?;
            drop(self);
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, number))?;
            Ok(())
        }
    }

    /// Where somebody works on a project, with all that was seen.
    struct Desk {
        folder: TempDir,
        language: Language,
        template: &'static Template,
        port: u16,
        screens: String,
    }

    impl Desk {
        fn home(&self) -> PathBuf {
            self.folder.path().join(NAME)
        }

        /// `emberl` in a folder of the desk, with no variable set that it looks at.
        fn command(&self, folder: &str, arguments: &[&str]) -> Result<Command, Failed> {
            let mut command = Command::new(bin::emberl()?);
            for (name, _) in env::vars_os() {
                let name = name.to_string_lossy().into_owned();
                if ["EMBERL_", "MIX_", "REBAR_", "ERL_"].iter().any(|start| name.starts_with(start)) {
                    command.env_remove(&name);
                }
            }
            command.current_dir(self.folder.path().join(folder)).args(arguments).env("LC_ALL", "C.UTF-8");
            if self.language == Language::Gleam {
                let path = env::var_os("PATH").unwrap_or_default();
                let folders = std::iter::once(package_dir().join("ci")).chain(env::split_paths(&path));
                command.env("PATH", env::join_paths(folders)?).env("EMBERL_GLEAM_TEMPLATE", self.template.name);
                command.env("EMBERL_GLEAM_PORT", self.port.to_string());
            }
            Ok(command)
        }

        /// Runs `emberl` to its end, which must be a good one.
        fn emberl(&mut self, folder: &str, arguments: &[&str]) -> Result<(), Failed> {
            let mut command = self.command(folder, arguments)?;
            self.run(&mut command)
        }

        fn run(&mut self, command: &mut Command) -> Result<(), Failed> {
            let terminal = Terminal::new()?;
            terminal.run(command, 0, LIMIT)?;
            self.keep(&terminal)
        }

        /// Keeps what is the same in every run. A crash on purpose must have been told.
        fn keep(&mut self, terminal: &Terminal) -> Result<(), Failed> {
            let screen = terminal.screen();
            let (kept, reports) = without_reports(&screen);
            let crashes = kept.contains("It crashes, on purpose");
            check(!crashes || reports.contains("on_purpose"), || format!("the crash is not told:\n{screen}"))?;
            self.screens += &without_calls(&without_building(&kept));
            Ok(())
        }

        /// Writes the port into the project's sources.
        fn change_port(&self) -> Result<(), Failed> {
            for (path, content) in emberl_templates::files(self.language, self.template, &ProjectName::new(NAME)?, None)
            {
                let text = String::from_utf8(content)?;
                let code = [".erl", ".ex", ".gleam"].iter().any(|kind| path.ends_with(kind));
                if code && text.contains(PORT) {
                    fs::write(self.home().join(path), text.replace(PORT, &self.port.to_string()))?;
                }
            }
            Ok(())
        }

        /// A server: it is asked twice, and ended.
        fn serve(&mut self, port: Port) -> Result<(), Failed> {
            port.leave()?;
            let terminal = Terminal::new()?;
            let mut server = terminal.start(&mut self.command(NAME, &["run"])?)?;
            // It tells its address when it serves.
            terminal.wait("http://", LIMIT)?;
            let mut screens = String::new();
            for visits in ["first visit", "2 visits"] {
                let asks = Terminal::new()?;
                let mut curl = Command::new("curl");
                // Some tell their address before they serve.
                curl.args(["--silent", "--retry", "100", "--retry-connrefused", "--retry-delay", "1"]);
                curl.arg(format!("http://127.0.0.1:{}/", self.port));
                asks.run(&mut curl, 0, LIMIT)?;
                let screen = asks.screen();
                check(screen.contains(visits), || format!("{visits:?} expected:\n{screen}\n{}", terminal.screen()))?;
                screens += &screen;
            }
            server.interrupt()?;
            // A signal ends it, unless this test was started with that signal ignored (in the background of a script): then
            // what follows kills it.
            let _ = server.ended(Duration::from_secs(20));
            self.keep(&terminal)?;
            self.screens += &screens;
            Ok(())
        }
    }

    /// A screen without the reports of a logger, and those. Each is written at once, and ends with an empty line.
    fn without_reports(screen: &str) -> (String, String) {
        let (mut kept, mut reports, mut is_report) = (String::new(), String::new(), false);
        for line in screen.lines() {
            is_report |= line.starts_with('=') && line.contains(" REPORT==== ");
            let text = if is_report { &mut reports } else { &mut kept };
            *text += line;
            text.push('\n');
            is_report &= !line.is_empty();
        }
        (kept, reports)
    }

    /// A screen without the line that a command tells of the pack where it had to build it first. (A build of Emberl between two
    /// commands is a reason to.)
    fn without_building(screen: &str) -> String {
        let is_build = screen.starts_with("$ emberl build\n");
        let lines = screen.lines().filter(|line| is_build || !line.starts_with("_emberl/lamp.avm: "));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// A screen without the note on calls in modules of the library, of which each release has another number, or none.
    fn without_calls(screen: &str) -> String {
        let mut is_note = false;
        let mut kept = String::new();
        for line in screen.lines() {
            // The lines after a note's first one are indented.
            is_note =
                line.contains(" in OTP's and Elixir's modules lead nowhere") || (is_note && line.starts_with("  "));
            if !is_note {
                kept += line;
                kept.push('\n');
            }
        }
        kept
    }
}
