//! The templates of `emberl new`: each is laid down under another name, built and tested by its own build tool, run on `emberl
//! run` and on the board `mock` with its script, and asked by a real socket where it serves; and what `emberl new` refuses. The
//! program of `emberl demo` is asked, too.
//!
//! Gleam's compiler is stood in for by `tests/ci/gleam`.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emberl_templates::{Language, ProjectName, TEMPLATES, Template, name};
use emberl_tests::{
    Failed, bin, check, erl, package_dir, process, qemu,
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

/// How long anything may take: build tools start slowly where many tests run.
const LIMIT: Duration = Duration::from_secs(600);
/// The name of the projects: of two words, so that Elixir's is another one.
const NAME: &str = "rain_gauge";
/// What the templates' sources say of the port that they serve at, or tell.
const PORT: &str = "8080";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = vec![
        Trial::test("new::tells_what_comes_next", told),
        Trial::test("new::is_quiet_where_wanted", quiet),
        Trial::test("new::lists_the_templates", list),
        Trial::test("new::refuses_names_with_a_cure", names),
        Trial::test("new::refuses_what_is_there", there),
        Trial::test("new::writes_all_or_nothing", all_or_nothing),
        Trial::test("new::names_the_board", board),
        Trial::test("demo::serves_until_it_is_ended", demo),
        needs(&qemu::TOOLS, "demo::is_served_by_an_emulated_board", demo_on_board),
        needs(&[Tool::QemuRiscv32], "demo::goes_on_without_the_boards_firmware", demo_without_firmware),
        needs(&[Tool::Erl], "names::of_otp_are_taken", taken),
    ];
    for language in Language::ALL {
        let tools: &[Tool] = match language {
            Language::Erlang => &[Tool::Erl, Tool::Rebar3],
            Language::Elixir => &[Tool::Erl, Tool::Mix],
            Language::Gleam => &[Tool::Erl, Tool::Erlc],
        };
        for template in TEMPLATES {
            let name = format!("project::{}_{}", language.name(), template.name);
            trials.push(needs(tools, name, move || project(language, template)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// `emberl` in a folder.
fn emberl(folder: &Path, arguments: &[&str]) -> Result<process::Output, Failed> {
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder).args(arguments).env_remove("CLICOLOR_FORCE");
    Ok(process::run(&mut command, LIMIT)?)
}

fn fails(folder: &Path, code: i32, arguments: &[&str], told: &[&str]) -> Result<(), Failed> {
    let output = emberl(folder, arguments)?;
    check(output.code() == Some(code), || format!("exit code {code} expected: {output}"))?;
    for text in told {
        check(output.err().contains(text), || format!("{text:?} expected: {output}"))?;
    }
    Ok(())
}

/// The names in a folder.
fn inside(folder: &Path) -> Result<Vec<String>, Failed> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn told() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let output = emberl(folder.path(), &["new", NAME, "--template", "blink"])?.ok()?;
    check(output.stdout.is_empty(), || format!("talk goes to stderr: {output}"))?;
    let run = "emberl run --board mock --script test/blink.script";
    for step in ["cd rain_gauge", "emberl test", "rebar3 eunit", run, "emberl flash"] {
        check(output.err().contains(step), || format!("{step:?} expected: {output}"))?;
    }
    let expected: Vec<String> = vec![NAME.to_owned()];
    check(inside(folder.path())? == expected, || "there is more than the project".to_owned())?;
    let name = ProjectName::new(NAME)?;
    let blink = Template::named("blink").ok_or("there is no blink")?;
    for (path, content) in emberl_templates::files(Language::Erlang, blink, &name, None) {
        check(fs::read(folder.path().join(NAME).join(&path))? == content, || format!("{path} is another"))?;
    }
    // As any folder that somebody makes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir(folder.path().join("other"))?;
        let mode = |name: &str| Ok::<_, Failed>(folder.path().join(name).metadata()?.permissions().mode());
        check(mode(NAME)? == mode("other")?, || "the folder's permissions are not those of others".to_owned())?;
    }
    Ok(())
}

fn quiet() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let output = emberl(folder.path(), &["new", "-q", NAME])?.ok()?;
    check(output.stdout.is_empty() && output.stderr.is_empty(), || format!("it is not quiet: {output}"))
}

fn list() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let output = emberl(folder.path(), &["new", "--list"])?.ok()?;
    for template in TEMPLATES {
        let line = output.out().lines().any(|line| line.starts_with(template.name) && line.contains(template.about));
        check(line, || format!("{} expected: {output}", template.name))?;
    }
    check(inside(folder.path())?.is_empty(), || "a list writes nothing".to_owned())
}

fn names() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let new = |name| ["new", name];
    fails(folder.path(), 2, &new("Hello-World"), &["Hello-World cannot be", "write hello_world"])?;
    fails(folder.path(), 2, &new("../up"), &["write up"])?;
    fails(folder.path(), 2, &new("lists"), &["lists is the name of a module", "my_lists"])?;
    fails(folder.path(), 2, &new("receive"), &["receive is a word", "my_receive"])?;
    fails(folder.path(), 2, &new(&"a".repeat(41)), &["41 characters", "at most 40"])?;
    fails(folder.path(), 2, &["new"], &["NAME"])?;
    fails(folder.path(), 2, &["new", NAME, "--lang", "erlnag"], &["erlang, elixir, gleam"])?;
    fails(folder.path(), 2, &["new", NAME, "--template", "helo"], &["hello"])?;
    fails(folder.path(), 2, &["new", NAME, "--board", "esp33"], &["esp32"])?;
    check(inside(folder.path())?.is_empty(), || "something was written".to_owned())
}

fn there() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let told = &["there is something with the name rain_gauge here already"];
    fs::create_dir(folder.path().join(NAME))?;
    fails(folder.path(), 1, &["new", NAME], told)?;
    check(inside(&folder.path().join(NAME))?.is_empty(), || "something was written".to_owned())?;
    fs::remove_dir(folder.path().join(NAME))?;
    fs::write(folder.path().join(NAME), "mine")?;
    fails(folder.path(), 1, &["new", NAME], told)?;
    check(fs::read(folder.path().join(NAME))? == b"mine", || "a file was replaced".to_owned())
}

/// Where files cannot be written, nothing stays behind. (A limit of the size of files holds for the administrator, too.)
fn all_or_nothing() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let emberl = bin::emberl()?;
    let mut command = Command::new("sh");
    command
        .current_dir(folder.path())
        .args(["-c", "trap '' XFSZ; ulimit -f 1 && exec \"$0\" new rain_gauge"])
        .arg(emberl);
    let output = process::run(&mut command, LIMIT)?;
    check(output.code() == Some(3), || format!("exit code 3 expected: {output}"))?;
    check(output.err().contains("cannot write rain_gauge"), || format!("the folder is not named: {output}"))?;
    check(inside(folder.path())?.is_empty(), || "something stayed behind".to_owned())
}

fn board() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let options = ["new", NAME, "--board", "rp2040", "--lang", "gleam", "--template", "http-server"];
    let output = emberl(folder.path(), &options)?.ok()?;
    check(output.err().contains("the board rp2040 has no network"), || format!("no warning: {output}"))?;
    let settings = fs::read_to_string(folder.path().join(NAME).join("emberl.toml"))?;
    check(settings.contains("name = \"rp2040\""), || settings.clone())
}

/// Every module and every application of the installed OTP is a name that is taken.
fn taken() -> Result<(), Failed> {
    let ask = "[io:format(\"~s~n\", [M]) || {M, F, _} <- code:all_available(), is_list(F), \
               (string:find(F, \"/stdlib-\") =/= nomatch orelse string:find(F, \"/kernel-\") =/= nomatch)], halt().";
    let mut command = Command::new("erl");
    command.args(["-noshell", "-eval", ask]);
    let output = process::run(&mut command, LIMIT)?.ok()?;
    let names: Vec<String> = output.out().lines().map(str::to_owned).collect();
    check(names.len() > 100, || format!("too few modules: {output}"))?;
    for name in names {
        let free = matches!(ProjectName::new(&name), Ok(_) | Err(name::Error::Long(_)));
        check(!free, || format!("{name} is a module of OTP, and not taken"))?;
    }
    Ok(())
}

fn demo() -> Result<(), Failed> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let options = ["demo", "--serve", "--port", &port.to_string()];
    fails(Path::new("."), 1, &options, &["cannot serve at 127.0.0.1", "--port"])?;
    drop(listener);
    let mut command = Command::new(bin::emberl()?);
    let mut running = Running(command.args(options).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
    for (path, text) in [("/", "visit 1: "), ("/", "visit 2: "), ("/crash", "started again"), ("/", "visit 1: ")] {
        let answer = get(&mut running, port, path)?;
        check(answer.starts_with("HTTP/1.1 200 ") && answer.contains(text), || format!("{path}: {answer}"))?;
    }
    Ok(())
}

/// What the demo says, where the sources of Emberl are in a folder.
fn demo_with(source: &Path) -> Result<String, Failed> {
    let folder = TempDir::new()?;
    let mut command = Command::new(bin::emberl()?);
    command.arg("demo").env("EMBERL_SOURCE", source).current_dir(folder.path());
    Ok(process::run(&mut command, LIMIT)?.ok()?.out().to_owned())
}

fn demo_on_board() -> Result<(), Failed> {
    qemu::firmware()?;
    let text = demo_with(&emberl_tests::repository_dir())?;
    let (_, board) = text.split_once("\n4. ").ok_or_else(|| text.clone())?;
    // The address is the one that QEMU gives: the board's own network driver has asked for it.
    let expected = [
        "it prints  {serves,{10,0,2,15}}",
        "GET /       200 visit 1: ",
        "GET /       200 visit 2: ",
        "GET /crash  200 the counter has crashed",
        "GET /       200 visit 1: ",
        "5. Your turn.",
    ];
    let mut lines = board.lines();
    for wanted in expected {
        check(lines.any(|line| line.trim_start().starts_with(wanted)), || {
            format!("{wanted}: not there, or not then\n{text}")
        })?;
    }
    Ok(())
}

fn demo_without_firmware() -> Result<(), Failed> {
    let folder = TempDir::new()?;
    let package = folder.path().join("vm-firmware/boards/qemu-riscv32");
    fs::create_dir_all(&package)?;
    fs::write(package.join("Cargo.toml"), "")?;
    let text = demo_with(folder.path())?;
    let missing = "   not shown: the firmware of the board qemu-riscv32 was not built yet; \
                   emberl firmware build --board qemu-riscv32\n";
    check(text.contains(missing) && text.contains("\n5. Your turn."), || text.clone())
}

/// A project, laid down and built; its modules.
struct Project {
    _folder: TempDir,
    home: PathBuf,
    ebin: PathBuf,
    start: String,
}

impl Project {
    /// Lays it down, with another port, and lets its build tool build and test it.
    fn new(language: Language, template: &Template, port: u16) -> Result<Self, Failed> {
        let folder = TempDir::new()?;
        let options = ["new", "-q", NAME, "--lang", language.name(), "--template", template.name];
        emberl(folder.path(), &options)?.ok()?;
        let home = folder.path().join(NAME);
        for (path, content) in emberl_templates::files(language, template, &ProjectName::new(NAME)?, None) {
            let text = String::from_utf8(content)?;
            let code = [".erl", ".ex", ".gleam"].iter().any(|kind| path.ends_with(kind));
            if code && text.contains(PORT) {
                fs::write(home.join(path), text.replace(PORT, &port.to_string()))?;
            }
        }
        let ebin = match language {
            Language::Erlang => {
                // One start of rebar3 for both.
                tool(&home, "rebar3", &["do", "compile,", "eunit"], "0 failures")?;
                format!("_build/default/lib/{NAME}/ebin")
            }
            Language::Elixir => {
                tool(&home, "mix", &["test"], "0 failures")?;
                format!("_build/test/lib/{NAME}/ebin")
            }
            Language::Gleam => {
                gleam(&home, template, port)?;
                format!("build/dev/erlang/{NAME}/ebin")
            }
        };
        let ebin = home.join(ebin);
        let start = ProjectName::new(NAME)?.start(language);
        let start = if language == Language::Elixir { format!("Elixir.{start}") } else { start };
        Ok(Self { _folder: folder, home, ebin, start })
    }

    /// `emberl run` of its modules, with this machine's OTP and Elixir.
    fn command(&self, options: &[&str]) -> Result<Command, Failed> {
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(&self.home).arg("run").args(options).args(["--start", &self.start]);
        for folder in erl::library_folders() {
            command.arg("--pa").arg(folder);
        }
        command.arg(&self.ebin);
        Ok(command)
    }

    /// Runs it to its end, which must be a good one.
    fn run(&self, options: &[&str]) -> Result<String, Failed> {
        Ok(process::run(&mut self.command(options)?, LIMIT)?.ok()?.out())
    }

    /// Packs what it uses of itself and of the libraries, for a board.
    fn pack(&self, platform: &str) -> Result<(), Failed> {
        let mut command = Command::new(bin::emberl()?);
        command.current_dir(&self.home).args(["pack", "-q", "--prune", "--platform", platform, "--start", &self.start]);
        command.args(["--allow-unresolved", "-o", "made.avm"]).arg(&self.ebin).args(erl::library_folders());
        process::run(&mut command, LIMIT)?.ok()?;
        Ok(())
    }
}

/// Lets a build tool do something; its output must say this.
fn tool(home: &Path, program: &str, arguments: &[&str], says: &str) -> Result<(), Failed> {
    let mut command = Command::new(program);
    command.current_dir(home).args(arguments).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
    let output = process::run(&mut command, LIMIT)?.ok()?;
    check(output.out().contains(says), || format!("{says:?} expected: {output}"))
}

fn gleam(home: &Path, template: &Template, port: u16) -> Result<(), Failed> {
    let mut paths = vec![package_dir().join("ci")];
    paths.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(package_dir().join("ci/gleam"));
    command.current_dir(home).arg("test").env("EMBERL_GLEAM_TEMPLATE", template.name);
    command.env("EMBERL_GLEAM_PORT", port.to_string()).env("LC_ALL", "C.UTF-8").env("PATH", env::join_paths(paths)?);
    let output = process::run(&mut command, LIMIT)?.ok()?;
    check(output.out().contains(" 0 failures") && !output.out().contains("0 tests"), || format!("no tests: {output}"))
}

fn project(language: Language, template: &'static Template) -> Result<(), Failed> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let project = Project::new(language, template, port)?;
    match template.name {
        "hello" => {
            let out = project.run(&[])?;
            check(out.contains("Hello, world!\n"), || out.clone())?;
        }
        "blink" => blink(&project, template)?,
        "http-server" => {
            drop(listener);
            http_server(&project, port)?;
        }
        "sensor" => sensor(&project, template, listener)?,
        "supervised" => {
            let out = project.run(&[])?;
            let numbers: Vec<&str> = out.lines().filter(|line| line.parse::<u32>().is_ok()).collect();
            check(numbers == ["1", "2", "3", "1", "2"], || out.clone())?;
        }
        other => return Err(format!("nobody says what {other} must do").into()),
    }
    project.pack("esp32")
}

fn script(template: &Template) -> Result<&'static str, Failed> {
    template.script.ok_or_else(|| "there is no script".into())
}

fn blink(project: &Project, template: &Template) -> Result<(), Failed> {
    let out = project.run(&[])?;
    check(out.contains("There is no pin for the lamp here"), || out.clone())?;
    project.run(&["--board", "mock", "--script", script(template)?])?;
    // The script would notice another lamp.
    let other = project.home.join("other.script");
    fs::write(&other, fs::read_to_string(project.home.join(script(template)?))?.replace("pin 2", "pin 3"))?;
    let output = process::run(&mut project.command(&["--board", "mock", "--script", "other.script"])?, LIMIT)?;
    check(output.code() == Some(1) && output.err().contains("pin 3"), || format!("it passes: {output}"))
}

fn sensor(project: &Project, template: &Template, listener: TcpListener) -> Result<(), Failed> {
    let out = project.run(&[])?;
    check(out.contains("There is no I2C bus here"), || out.clone())?;
    let server = thread::spawn(move || -> Result<String, std::io::Error> {
        let (mut stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut request = Vec::new();
        let mut part = [0; 1000];
        // The body is four bytes.
        while !request.ends_with(b"\r\n\r\n25.5") {
            let count = stream.read(&mut part)?;
            if count == 0 {
                break;
            }
            request.extend_from_slice(part.get(..count).unwrap_or_default());
        }
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")?;
        Ok(String::from_utf8_lossy(&request).into_owned())
    });
    let arguments = ["--board", "mock", "--script", script(template)?];
    let out = project.run(&arguments)?;
    check(out.contains("25.5") && out.contains("201"), || out.clone())?;
    let request = server.join().map_err(|_| "the server failed")??;
    check(request.starts_with("POST /temperature HTTP/1.1\r\n") && request.ends_with("25.5"), || request.clone())?;
    // Nobody is there: it sleeps all the same.
    let out = project.run(&arguments)?;
    check(out.contains("econnrefused"), || out.clone())
}

/// A program that runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn http_server(project: &Project, port: u16) -> Result<(), Failed> {
    let mut running = Running(project.command(&[])?.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
    for (path, status, text) in [
        ("/", "200", "This is the first visit.\n"),
        ("/", "200", "There were 2 visits.\n"),
        ("/other", "404", "There is nothing here.\n"),
        ("/", "200", "There were 3 visits.\n"),
    ] {
        let answer = get(&mut running, port, path)?;
        let fits = answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with(&format!("\r\n\r\n{text}"));
        check(fits, || format!("{path}: {status} {text:?} expected: {answer}"))?;
    }
    Ok(())
}

fn get(running: &mut Running, port: u16, path: &str) -> Result<String, Failed> {
    let begin = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) if begin.elapsed() > LIMIT => return Err(error.into()),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
        if let Some(status) = running.0.try_wait()? {
            return Err(format!("the program has ended: {status}").into());
        }
    };
    stream.set_read_timeout(Some(LIMIT))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
