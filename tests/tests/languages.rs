//! From `emberl new` to an image, for each language and template, in a terminal: what somebody sees who does what the documents
//! say. The screens are kept in `fixtures/screens/`; with `EMBERL_UPDATE=1` they are written anew.
//!
//! Gleam's compiler is stood in for by `tests/ci/gleam`. What uses OTP's `gen_server` is too large for a board as yet, so no image
//! is made of it (README, "Limits"). The sensor's run wants a server, which `templates` plays.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{env, fs};
    use std::path::Path;
    use std::process::Command;
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use emberl_templates::{Language, TEMPLATES, Template};
    use emberl_tests::elf::Elf;
    use emberl_tests::terminal::{Terminal, compare};
    use emberl_tests::tools::{Tool, needs};
    use emberl_tests::{Failed, bin, package_dir};
    use libtest_mimic::{Arguments, Trial};
    use tempfile::TempDir;

    const LIMIT: Duration = Duration::from_secs(180);
    /// The port of the servers, which is the same one in all templates.
    static PORT: Mutex<()> = Mutex::new(());

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
                let name = format!("{} {}", language.name(), template.name);
                trials.push(needs(&[tool, Tool::Curl], name, move || project(language, template)));
            }
        }
        libtest_mimic::run(&arguments, trials).exit();
    }

    fn project(language: Language, template: &'static Template) -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let emberl = |home: &Path, arguments: &[&str]| -> Result<Command, Failed> {
            let mut command = Command::new(bin::emberl()?);
            command.current_dir(home).args(arguments).env("LC_ALL", "C.UTF-8");
            if language == Language::Gleam {
                let path = env::var_os("PATH").unwrap_or_default();
                let folders = std::iter::once(package_dir().join("ci")).chain(env::split_paths(&path));
                let path = env::join_paths(folders).map_err(|error| error.to_string())?;
                command.env("PATH", path).env("EMBERL_GLEAM_TEMPLATE", template.name);
            }
            Ok(command)
        };
        let terminal = Terminal::new()?;
        let new = ["new", "lamp", "--lang", language.name(), "--template", template.name];
        terminal.run(&mut emberl(folder.path(), &new)?, 0, LIMIT)?;
        let home = folder.path().join("lamp");
        terminal.run(&mut emberl(&home, &["build"])?, 0, LIMIT)?;
        terminal.run(&mut emberl(&home, &["build"])?, 0, LIMIT)?;
        terminal.run(&mut emberl(&home, &["test"])?, 0, LIMIT)?;
        match template.name {
            "http-server" => serve(&terminal, &mut emberl(&home, &["run"])?)?,
            "blink" => {
                let run = ["run", "--board", "mock", "--script", "test/blink.script"];
                terminal.run(&mut emberl(&home, &run)?, 0, LIMIT)?;
            }
            "hello" => terminal.run(&mut emberl(&home, &["run"])?, 0, LIMIT)?,
            // When the reports of its crash come is not the program's choice: they are not kept.
            "supervised" => {
                let other = Terminal::new()?;
                other.run(&mut emberl(&home, &["run"])?, 0, LIMIT)?;
                other.wait("on_purpose", LIMIT)?;
            }
            _ => {}
        }
        if matches!(template.name, "hello" | "blink") {
            // The board's own firmware takes minutes to build; `whole` does that.
            fs::write(home.join("firmware.elf"), Elf::esp(emberl_image::Chip::Esp32c3).bytes())?;
            let image = ["image", "--firmware", "firmware.elf", "-o", "lamp.bin"];
            terminal.run(&mut emberl(&home, &image)?, 0, LIMIT)?;
        }
        let kept = package_dir().join("fixtures/screens").join(format!("{}-{}.txt", language.name(), template.name));
        compare(&kept, &terminal.screen())
    }

    /// A server: it is asked twice, and ended.
    fn serve(terminal: &Terminal, run: &mut Command) -> Result<(), Failed> {
        let _alone = PORT.lock().unwrap_or_else(PoisonError::into_inner);
        let mut server = terminal.start(run)?;
        // It tells its address when it serves.
        terminal.wait("http://", LIMIT)?;
        let ask = |visits: &str| -> Result<(), Failed> {
            let mut curl = Command::new("curl");
            curl.args(["--silent", "--retry", "60", "--retry-connrefused", "--retry-delay", "1", "http://127.0.0.1:8080/"]);
            terminal.run(&mut curl, 0, LIMIT)?;
            terminal.wait(visits, LIMIT)
        };
        ask("first visit")?;
        ask("2 visits")?;
        server.interrupt()?;
        let _ = server.ended(LIMIT);
        Ok(())
    }
}
