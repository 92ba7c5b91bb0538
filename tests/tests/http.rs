//! HTTP on `emberl run`: the server `http_site` of `tests/network/http/` is asked by `curl` and by requests that are given
//! as bytes, right and wrong ones; the client asks that server and OTP's own, and prints what `http_calls.out` says.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, bin, conformance, erl, package_dir, process,
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(60);
/// The timeouts of the server, and some patience.
const TIMED_OUT: Duration = Duration::from_secs(10);

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n";
const LAST: &str = "Connection: close\r\n\r\n";
const POST: &str = "POST /echo HTTP/1.1\r\nHost: x\r\n";
const CHUNKED: &str = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
const CONTENT: &str = "Content-Length: ";
const CODING: &str = "Transfer-Encoding: ";

/// Requests: the parts of their bytes; the status of each answer, in order. After the last one the connection ends.
const REQUESTS: &[(&str, &[&str], &[u16])] = &[
    ("one", &[GET, LAST], &[200]),
    ("two at once", &[GET, "\r\n", GET, LAST], &[200, 200]),
    ("empty lines before it", &["\r\n\r\n", GET, LAST], &[200]),
    ("nothing after it", &[GET, "\r\n"], &[200]),
    ("head, then get", &["HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"], &[200]),
    ("1.0", &["GET / HTTP/1.0\r\n\r\n"], &[200]),
    ("1.0 that stays", &["GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"], &[200, 200]),
    ("a later 1.x", &["GET / HTTP/1.7\r\nHost: x\r\n", LAST], &[200]),
    ("with scheme and host", &["GET http://x/ HTTP/1.1\r\nHost: x\r\n", LAST], &[200]),
    ("nowhere", &["GET /nowhere HTTP/1.1\r\nHost: x\r\n", LAST], &[404]),
    (
        "body that is not asked for",
        &["POST /ignore HTTP/1.1\r\nHost: x\r\n", CONTENT, "3\r\n\r\nabc", GET, LAST],
        &[200, 200],
    ),
    ("body and next", &[POST, CONTENT, "3\r\n\r\nabc", GET, LAST], &[200, 200]),
    ("chunks and next", &[POST, CODING, "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", GET, LAST], &[200, 200]),
    ("chunks with more", &[CHUNKED, "3;a=b\r\nabc\r\n2 \r\nde\r\n0\r\nTrailer: x\r\n\r\n"], &[200]),
    ("the handler fails", &["GET /crash HTTP/1.1\r\nHost: x\r\n\r\n"], &[500]),
    ("line feeds alone", &["GET / HTTP/1.1\nHost: x\n\n"], &[400]),
    ("a carriage return alone", &[GET, "A: b\rC: d\r\n\r\n"], &[400]),
    ("no host", &["GET / HTTP/1.1\r\n\r\n"], &[400]),
    ("two hosts", &[GET, "Host: y\r\n\r\n"], &[400]),
    ("2.0", &["GET / HTTP/2.0\r\nHost: x\r\n\r\n"], &[505]),
    ("preface of HTTP/2", &["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], &[505]),
    ("no version", &["GET /\r\n\r\n"], &[400]),
    ("another protocol", &["SSH-2.0-x\r\n\r\n"], &[400]),
    ("rubbish", &["\u{1}\u{2}\u{0}\u{7f}\r\n\r\n"], &[400]),
    ("space at the front", &[" GET / HTTP/1.1\r\nHost: x\r\n\r\n"], &[400]),
    ("two spaces", &["GET  / HTTP/1.1\r\nHost: x\r\n\r\n"], &[400]),
    ("control in the target", &["GET /\u{1} HTTP/1.1\r\nHost: x\r\n\r\n"], &[400]),
    ("bad method", &["G(T / HTTP/1.1\r\nHost: x\r\n\r\n"], &[400]),
    ("continued header", &[GET, "A: b\r\n c\r\n\r\n"], &[400]),
    ("continued first header", &["GET / HTTP/1.1\r\n Host: x\r\n\r\n"], &[400]),
    ("space before the colon", &[GET, "A : b\r\n\r\n"], &[400]),
    ("no colon", &[GET, "Abc\r\n\r\n"], &[400]),
    ("no name", &[GET, ": b\r\n\r\n"], &[400]),
    ("zero in a value", &[GET, "A: b\u{0}c\r\n\r\n"], &[400]),
    ("length and chunks", &[POST, CONTENT, "3\r\n", CODING, "chunked\r\n\r\n0\r\n\r\n"], &[400]),
    ("two lengths", &[POST, CONTENT, "3\r\n", CONTENT, "3\r\n\r\nabc"], &[400]),
    ("two lengths in one", &[POST, CONTENT, "3, 3\r\n\r\nabc"], &[400]),
    ("length with a sign", &[POST, CONTENT, "+3\r\n\r\nabc"], &[400]),
    ("length below zero", &[POST, CONTENT, "-1\r\n\r\nabc"], &[400]),
    ("hexadecimal length", &[POST, CONTENT, "0x3\r\n\r\nabc"], &[400]),
    ("no length", &[POST, CONTENT, "\r\n\r\nabc"], &[400]),
    ("endless length", &[POST, CONTENT, "99999999999999999999999\r\n\r\nabc"], &[400]),
    ("too long", &[POST, CONTENT, "99999999\r\n\r\nabc"], &[413]),
    ("other coding first", &[POST, CODING, "gzip, chunked\r\n\r\n0\r\n\r\n"], &[501]),
    ("other coding", &[POST, CODING, "xchunked\r\n\r\n0\r\n\r\n"], &[501]),
    ("coding twice", &[POST, CODING, "chunked\r\n", CODING, "chunked\r\n\r\n0\r\n\r\n"], &[400]),
    ("coding in 1.0", &["POST /echo HTTP/1.0\r\n", CODING, "chunked\r\n\r\n0\r\n\r\n"], &[400]),
    ("chunk's size", &[CHUNKED, "g\r\nabc\r\n0\r\n\r\n"], &[400]),
    ("chunk's size with a sign", &[CHUNKED, "+3\r\nabc\r\n0\r\n\r\n"], &[400]),
    ("chunk's size as in C", &[CHUNKED, "0x3\r\nabc\r\n0\r\n\r\n"], &[400]),
    ("chunk without its end", &[CHUNKED, "3\r\nabcd\r\n0\r\n\r\n"], &[400]),
    ("chunk with a line feed", &[CHUNKED, "3\nabc\r\n0\r\n\r\n"], &[400]),
    ("endless chunk", &[CHUNKED, "fffffffffff\r\nabc"], &[400]),
    ("unknown expectation", &[POST, "Expect: much\r\n\r\n"], &[417]),
    (
        "expected, not asked for",
        &["POST /ignore HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n", CONTENT, "3\r\n\r\n"],
        &[200],
    ),
    ("expected", &[POST, "Expect: 100-continue\r\n", CONTENT, "3\r\nConnection: close\r\n\r\nabc"], &[100, 200]),
    ("half a head", &[GET], &[408]),
    ("half a body", &[POST, CONTENT, "30\r\n\r\nabc"], &[408]),
    ("nothing", &[], &[]),
];

fn main() {
    let arguments = Arguments::from_args();
    let server = [Tool::Erlc];
    let curl = [Tool::Erlc, Tool::Curl];
    let trials: Vec<Trial> = vec![
        needs(&server, "server::answers_right_and_wrong_requests", requests),
        needs(&server, "server::has_limits", limits),
        needs(&server, "server::takes_slow_bytes", slow_bytes),
        needs(&server, "server::takes_so_many_connections", connections),
        needs(&curl, "server::is_asked_by_curl", asked_by_curl),
        needs(&curl, "server::is_verified_by_curl", verified_by_curl),
        needs(&server, "client::asks_the_server", calls),
        needs(&[Tool::Erlc, Tool::Erl], "client::asks_otps_server", asks_inets),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn folder() -> PathBuf {
    package_dir().join("network/http")
}

/// The compiled programs, and the certificates.
fn programs() -> Result<TempDir, Failed> {
    let made = TempDir::new()?;
    erl::compile_erlang(&erl::sources("network/http", "erl")?, made.path(), &["-Werror"])?;
    for file in erl::sources("network/desktop", "pem")? {
        fs::copy(&file, made.path().join(file.file_name().unwrap_or_default()))?;
    }
    Ok(made)
}

/// The server, until it is dropped.
struct Site {
    child: Child,
    port: u16,
    secure: u16,
    folder: TempDir,
}

impl Site {
    fn start() -> Result<Self, Failed> {
        let folder = programs()?;
        let mut child = Command::new(bin::emberl()?)
            .current_dir(folder.path())
            .args(["run", "--start", "http_site", "http_site.beam"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("it has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let ports = line.trim().strip_prefix("{ports,").and_then(|rest| rest.strip_suffix('}'));
        let ports = ports.and_then(|ports| ports.split_once(','));
        let ports = ports.and_then(|(port, secure)| Some((port.parse().ok()?, secure.parse().ok()?)));
        let Some((port, secure)) = ports else {
            let _ = child.kill();
            return Err(format!("it printed no ports, but {line:?}").into());
        };
        Ok(Self { child, port, secure, folder })
    }

    fn connect(&self) -> Result<TcpStream, Failed> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(TIMED_OUT))?;
        Ok(stream)
    }

    /// All that comes back after some bytes, until the server ends the connection.
    fn ask(&self, bytes: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut stream = self.connect()?;
        // It may be closed before all is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => Ok(answer),
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !answer.is_empty() => Ok(answer),
            Err(error) => Err(format!("{error} after {:?}", String::from_utf8_lossy(&answer)).into()),
        }
    }

    fn curl(&self, arguments: &[&str], url: &str) -> Result<Vec<u8>, Failed> {
        let mut command = Command::new("curl");
        command.current_dir(self.folder.path()).args(["-sS", "--max-time", "30"]).args(arguments).arg(url);
        Ok(process::run(&mut command, LIMIT)?.ok()?.stdout)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The statuses of the answers that came.
fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let parts = text.split("HTTP/1.1 ").skip(1);
    parts.filter_map(|part| part.get(..3)?.parse().ok()).collect()
}

fn requests() -> Result<(), Failed> {
    let site = Site::start()?;
    for (name, parts, expected) in REQUESTS {
        let answer = site.ask(parts.concat().as_bytes()).map_err(|error| named(name, &error))?;
        if statuses(&answer) != *expected {
            return Err(format!("{name}: expected {expected:?}, not {:?}", String::from_utf8_lossy(&answer)).into());
        }
    }
    Ok(())
}

fn named(name: &str, error: &Failed) -> Failed {
    format!("{name}: {}", error.message().unwrap_or_default()).into()
}

fn limits() -> Result<(), Failed> {
    let site = Site::start()?;
    let many: String = (0..100).map(|number| format!("A{number}: b\r\n")).collect();
    let long = "x".repeat(9000);
    let cases = [
        (format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"), 414),
        (format!("GET /{}", "x".repeat(100_000)), 414),
        (format!("{GET}{many}\r\n"), 431),
        (format!("{GET}A: {long}\r\n\r\n"), 431),
        (format!("{GET}A: {long}"), 431),
        (format!("{CHUNKED}fffff\r\n{}", "x".repeat(100_000)), 413),
        (format!("{CHUNKED}3;{long}\r\nabc\r\n0\r\n\r\n"), 400),
        (format!("{CHUNKED}0\r\nA: {long}\r\n\r\n"), 400),
    ];
    for (request, expected) in cases {
        let answer = site.ask(request.as_bytes())?;
        if statuses(&answer) != [expected] {
            return Err(format!("expected {expected}, not {:?}", String::from_utf8_lossy(&answer)).into());
        }
    }
    // A body of just the size that is taken, and one more.
    for (size, expected) in [(65536, 200), (65537, 413)] {
        let request = format!("{POST}Connection: close\r\n{CONTENT}{size}\r\n\r\n{}", "x".repeat(size));
        let answer = site.ask(request.as_bytes())?;
        if statuses(&answer) != [expected] {
            return Err(format!("{size} bytes: expected {expected}, not {:?}", statuses(&answer)).into());
        }
    }
    Ok(())
}

fn slow_bytes() -> Result<(), Failed> {
    let site = Site::start()?;
    let mut stream = site.connect()?;
    stream.set_nodelay(true)?;
    for byte in format!("{POST}Connection: close\r\n{CODING}chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").bytes() {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(2));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.ends_with("\r\n\r\nabc") { Ok(()) } else { Err(format!("it answered {answer:?}").into()) }
}

/// With as many silent connections as it takes, the next one waits, and has its turn when they have had their time.
fn connections() -> Result<(), Failed> {
    let site = Site::start()?;
    let silent = (0..4).map(|_| site.connect()).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    let answer = site.ask(format!("{GET}{LAST}").as_bytes())?;
    if statuses(&answer) != [200] {
        return Err(format!("it answered {:?}", String::from_utf8_lossy(&answer)).into());
    }
    if begun.elapsed() < Duration::from_millis(500) {
        return Err("it took more connections at a time than it may".into());
    }
    drop(silent);
    Ok(())
}

fn asked_by_curl() -> Result<(), Failed> {
    let site = Site::start()?;
    let url = |path: &str| format!("http://127.0.0.1:{}{path}", site.port);
    let body: Vec<u8> = (0..60_000_u32).flat_map(|number| number.to_le_bytes().into_iter().take(1)).collect();
    fs::write(site.folder.path().join("body"), &body)?;
    let same = |what: &str, found: Vec<u8>, expected: &[u8]| {
        if found == expected {
            Ok(())
        } else {
            Err(Failed::from(format!("{what}: {:?}", String::from_utf8_lossy(&found))))
        }
    };
    same("get", site.curl(&[], &url("/"))?, b"hello\n")?;
    same("post", site.curl(&["--data-binary", "@body"], &url("/echo"))?, &body)?;
    let chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@body"];
    same("chunks", site.curl(&chunked, &url("/echo"))?, &body)?;
    let asking = ["-H", "Expect: 100-continue", "--data-binary", "@body"];
    same("100", site.curl(&asking, &url("/echo"))?, &body)?;
    same("put", site.curl(&["-T", "body"], &url("/count"))?, b"60000")?;
    same("stream", site.curl(&[], &url("/stream"))?, b"part 1\npart 2\npart 3\n")?;
    same("1.0", site.curl(&["-0"], &url("/stream"))?, b"part 1\npart 2\npart 3\n")?;
    same("known", site.curl(&[], &url("/known"))?, b"abcdef")?;
    same("big", site.curl(&[], &url("/big"))?, "0123456789".repeat(100_000).as_bytes())?;
    same("followed", site.curl(&["-L"], &url("/to/stream"))?, b"part 1\npart 2\npart 3\n")?;
    same("query", site.curl(&[], &url("/query?a=1%202&b&c=x+y"))?, b"a=1 2;b=;c=x y;")?;
    let status = |arguments: &[&str], path: &str| {
        let arguments = [&["-o", "/dev/null", "-w", "%{http_code} %{num_connects}"], arguments].concat();
        site.curl(&arguments, &url(path))
    };
    same("none", status(&[], "/none")?, b"204 1")?;
    same("head", status(&["-I"], "/big")?, b"200 1")?;
    same("splitting", status(&[], "/splitting").unwrap_or_else(|_| b"000".to_vec()), b"000")?;
    // One connection for all of them, a HEAD among them.
    let kept = ["-o", "/dev/null", "-w", "%{num_connects}", &url("/big"), "-o", "/dev/null"];
    let kept = site.curl(&kept, &url("/none"))?;
    same("kept", kept, b"10")
}

fn verified_by_curl() -> Result<(), Failed> {
    let site = Site::start()?;
    let url = format!("https://127.0.0.1:{}/scheme", site.secure);
    for version in [&["--tls-max", "1.2"][..], &["--tlsv1.3"]] {
        let found = site.curl(&[&["--cacert", "authority.pem"], version].concat(), &url)?;
        if found != b"https 127.0.0.1 tls" {
            return Err(format!("{version:?}: {:?}", String::from_utf8_lossy(&found)).into());
        }
    }
    match site.curl(&[], &url) {
        Ok(_) => Err("a curl without the authority was content".into()),
        Err(_) => Ok(()),
    }
}

/// A program of `tests/network/http/` prints what the file beside it says.
fn calls() -> Result<(), Failed> {
    let made = programs()?;
    let output = run(made.path(), "http_calls", &[])?;
    let expected = fs::read_to_string(folder().join("http_calls.out"))?;
    let (found, expected) = (conformance::lines(output.as_bytes()), conformance::lines(expected.as_bytes()));
    for (at, line) in expected.iter().enumerate() {
        if found.get(at) != Some(line) {
            return Err(format!("line {}: expected\n{line}\nnot\n{:?}", at + 1, found.get(at)).into());
        }
    }
    if found.len() == expected.len() { Ok(()) } else { Err(format!("too much: {:?}", found.last()).into()) }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, Failed> {
    let mut command = Command::new(bin::emberl()?);
    command.current_dir(folder).args(["run", "-q", "--start", program]);
    command.args([format!("{program}.beam"), "http_site.beam".to_owned()]);
    command.arg("--").args(arguments);
    Ok(process::run(&mut command, LIMIT)?.ok()?.out())
}

/// `httpd` of OTP's inets on the other end.
fn asks_inets() -> Result<(), Failed> {
    let made = programs()?;
    fs::write(made.path().join("page.html"), "0123456789".repeat(20_000))?;
    let start = "{ok, _} = application:ensure_all_started(inets), \
                 {ok, Pid} = inets:start(httpd, [{port, 0}, {server_name, \"x\"}, {server_root, \".\"}, \
                 {document_root, \".\"}, {bind_address, {127, 0, 0, 1}}]), \
                 [{port, Port}] = httpd:info(Pid, [port]), io:format(\"~b~n\", [Port]), \
                 io:get_line(\"\"), halt().";
    let mut command = erl::input_command(&[])?;
    let mut child = command
        .current_dir(made.path())
        .args(["-eval", start])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let result = run(made.path(), "http_inets", &[line.trim()]);
    drop(child.stdin.take());
    let _ = child.kill();
    let _ = child.wait();
    let found = result?;
    let expected = "{get,200,200000}\n{head,200,0}\n{nothing,404}\n{kept,200,200,404}\nReturn value: ok\n";
    if conformance::lines(found.as_bytes()) == conformance::lines(expected.as_bytes()) {
        Ok(())
    } else {
        Err(format!("it printed\n{found}").into())
    }
}
