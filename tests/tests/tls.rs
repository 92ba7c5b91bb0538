//! TLS sessions with another implementation at the other end: OpenSSL's own client and server.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use emberl_tests::{
    Failed, check, process,
    tools::{Tool, needs},
};
use emberl_tls::{Context, Engine, Read, Session};
use emberl_vm::net::{Error, Secured, Tls, TlsVersion, Verify};
use libtest_mimic::Arguments;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);
const VERSIONS: [(TlsVersion, &str); 2] = [(TlsVersion::Tls12, "-tls1_2"), (TlsVersion::Tls13, "-tls1_3")];

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        needs(&[Tool::Openssl], "tls::a_client_of_openssl", client),
        needs(&[Tool::Openssl], "tls::a_client_that_openssl_refuses", refused_client),
        needs(&[Tool::Openssl], "tls::a_server_for_openssl", server),
        needs(&[Tool::Openssl], "tls::a_server_that_openssl_shows_a_certificate", server_that_verifies),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn openssl(arguments: &[&str], folder: &Path) -> Result<(), Failed> {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder);
    process::run(&mut command, LIMIT)?.ok()?;
    Ok(())
}

/// Keys and certificates in files: `ec.pem`, `ec.key`, and the same for `rsa`; the keys also as DER in several forms.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Result<Self, Failed> {
        let this = Self { folder: TempDir::new()? };
        let folder = this.folder.path();
        let curve = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.key"];
        openssl(&curve, folder)?;
        openssl(&["genrsa", "-out", "rsa.key", "2048"], folder)?;
        for kind in ["ec", "rsa"] {
            let (key, pem, der) = (format!("{kind}.key"), format!("{kind}.pem"), format!("{kind}.der"));
            openssl(
                &[
                    "req",
                    "-x509",
                    "-new",
                    "-key",
                    &key,
                    "-out",
                    &pem,
                    "-subj",
                    "/CN=lamp",
                    "-days",
                    "30",
                    "-addext",
                    "subjectAltName=DNS:lamp.local",
                ],
                folder,
            )?;
            openssl(&["x509", "-in", &pem, "-outform", "DER", "-out", &der], folder)?;
            let pkcs8 = format!("{kind}.pkcs8");
            openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", &key, "-outform", "DER", "-out", &pkcs8], folder)?;
        }
        openssl(&["ec", "-in", "ec.key", "-outform", "DER", "-out", "ec.old"], folder)?;
        openssl(&["rsa", "-in", "rsa.key", "-traditional", "-outform", "DER", "-out", "rsa.old"], folder)?;
        Ok(this)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, Failed> {
        Ok(fs::read(self.folder.path().join(name))?)
    }

    /// A context whose peer shows, or must show, the certificate of this name; and that has the other one itself.
    fn context(
        &self,
        server: bool,
        verify: Verify,
        peer: &str,
        own: Option<(&str, &str)>,
        versions: (TlsVersion, TlsVersion),
    ) -> Result<Context, Failed> {
        let authority = self.read(&format!("{peer}.der"))?;
        let own = match own {
            Some((kind, form)) => Some((self.read(&format!("{kind}.der"))?, self.read(&format!("{kind}.{form}"))?)),
            None => None,
        };
        let tls = Tls {
            server,
            verify,
            certificates: own.iter().map(|(certificate, _)| certificate.as_slice()).collect(),
            key: own.as_ref().map(|(_, key)| key.as_slice()),
            authorities: vec![&authority],
            versions,
            alpn: vec![b"echo"],
        };
        Engine::new(|_| {}).context(&tls).map_err(|error| format!("no context: {error:?}").into())
    }
}

/// A program that is ended with its value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// OpenSSL's server, that sends back each line the other way round; and a connection to it.
fn peer(files: &Files, arguments: &[&str]) -> Result<(Running, TcpStream), Failed> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    let child = Command::new("openssl")
        .args(["s_server", "-accept", &address, "-rev", "-alpn", "echo"])
        .args(arguments)
        .current_dir(files.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let running = Running(child);
    let until = Instant::now() + LIMIT;
    loop {
        match TcpStream::connect(&address) {
            Ok(stream) => return Ok((running, stream)),
            Err(_) if Instant::now() < until => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error.into()),
        }
    }
}

fn now() -> Result<u64, Failed> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())
}

/// A session and its wire.
struct Link {
    session: Session,
    stream: TcpStream,
}

impl Link {
    fn new(context: &Context, stream: TcpStream) -> Result<Self, Failed> {
        stream.set_read_timeout(Some(Duration::from_millis(20)))?;
        let session = Session::new(context, Some("lamp.local"), now()?).map_err(|error| format!("{error:?}"))?;
        Ok(Self { session, stream })
    }

    /// Lets bytes flow until `done` has an answer.
    fn until<T>(&mut self, mut done: impl FnMut(&mut Session) -> Option<T>) -> Result<T, Failed> {
        let until = Instant::now() + LIMIT;
        loop {
            while !self.session.outgoing().is_empty() {
                // A peer that has gone away is learnt of by reading.
                let count = self.stream.write(self.session.outgoing()).unwrap_or(self.session.outgoing().len());
                self.session.sent(count);
            }
            if let Some(answer) = done(&mut self.session) {
                return Ok(answer);
            }
            let mut bytes = [0; 2000];
            match self.stream.read(&mut bytes) {
                Ok(0) => self.session.end(),
                Ok(count) => {
                    let mut fed = 0;
                    while fed < count {
                        let taken = self.session.feed(bytes.get(fed..count).unwrap_or_default());
                        fed += taken;
                        if taken == 0 {
                            return Err("a session that is full".into());
                        }
                    }
                }
                Err(_) if Instant::now() < until => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn handshake(&mut self) -> Result<Result<Secured, Error>, Failed> {
        self.until(|session| session.handshake().transpose())
    }

    /// The next line, the end (nothing), or an error.
    fn line(&mut self) -> Result<Result<String, Error>, Failed> {
        let mut line = Vec::new();
        self.until(|session| {
            loop {
                match session.read(100) {
                    Ok(Read::Bytes(bytes)) => {
                        line.extend(bytes);
                        if line.ends_with(b"\n") {
                            break Some(Ok(String::from_utf8_lossy(&line).into_owned()));
                        }
                    }
                    Ok(Read::Wait) => break None,
                    Ok(Read::End) => break Some(Ok(String::new())),
                    Err(error) => break Some(Err(error)),
                }
            }
        })
    }
}

fn client() -> Result<(), Failed> {
    let files = Files::new()?;
    for kind in ["ec", "rsa"] {
        for (version, option) in VERSIONS {
            let (pem, key) = (format!("{kind}.pem"), format!("{kind}.key"));
            let (_peer, stream) = peer(&files, &["-cert", &pem, "-key", &key, option])?;
            let versions = (TlsVersion::Tls12, TlsVersion::Tls13);
            let context = files.context(false, Verify::Required, kind, None, versions)?;
            let mut link = Link::new(&context, stream)?;
            let secured = link.handshake()?.map_err(|error| format!("{kind} {option}: {error:?}"))?;
            check(secured.version == version, || format!("{option}: {secured:?}"))?;
            check(secured.alpn.as_deref() == Some(b"echo"), || format!("{secured:?}"))?;
            check(secured.peer == Some(files.read(&format!("{kind}.der"))?), || format!("{secured:?}"))?;
            check(link.session.write(b"abc\n") == Ok(4), || "nothing was taken".into())?;
            let line = link.line()?;
            check(line == Ok("cba\n".into()), || format!("{kind} {option}: {line:?}"))?;
            // The server closes when the line of the client's end has come.
            link.session.close();
            let line = link.line()?;
            check(line == Ok(String::new()), || format!("{kind} {option}: {line:?}"))?;
        }
    }
    Ok(())
}

fn refused_client() -> Result<(), Failed> {
    let files = Files::new()?;
    let good = ["-cert", "ec.pem", "-key", "ec.key"];
    let both = (TlsVersion::Tls12, TlsVersion::Tls13);
    // The server's versions; what else it is told; the client's newest version, and whether it has a certificate; the alert.
    let cases: [(&[&str], TlsVersion, &str); 4] = [
        (&["-tls1_3"], TlsVersion::Tls12, "protocol_version"),
        (&["-tls1_2", "-Verify", "1", "-verify_return_error"], TlsVersion::Tls13, "handshake_failure"),
        (&["-tls1_3", "-Verify", "1", "-verify_return_error"], TlsVersion::Tls13, "certificate_required"),
        (&["-tls1_2", "-cipher", "AES128-SHA"], TlsVersion::Tls13, "handshake_failure"),
    ];
    for (options, newest, expected) in cases {
        let (_peer, stream) = peer(&files, &[&good, options].concat())?;
        let context = files.context(false, Verify::Required, "ec", None, (both.0, newest))?;
        let mut link = Link::new(&context, stream)?;
        // A client of TLS 1.3 learns that it was refused after its handshake.
        let error = match link.handshake()? {
            Ok(_) => link.line()?.err(),
            Err(error) => Some(error),
        };
        let told = matches!(error, Some(Error::Alert(name, text)) if name == expected && text.contains("received SERVER ALERT"));
        check(told, || format!("{options:?}: {error:?}"))?;
    }
    Ok(())
}

/// OpenSSL's client says a line to a server, which says it again in capitals: the output of the client, and what the
/// server has seen.
fn ask(files: &Files, context: &Context, arguments: &[&str]) -> Result<(String, Result<Secured, Error>), Failed> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?.to_string();
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", &address, "-quiet", "-verify_return_error", "-alpn", "echo"])
        .args(["-servername", "lamp.local", "-verify_hostname", "lamp.local"])
        .args(arguments)
        .current_dir(files.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let mut output = child.stdout.take().ok_or("no output")?;
    let _running = Running(child);
    let (stream, _) = listener.accept()?;
    let mut link = Link::new(context, stream)?;
    let secured = link.handshake()?;
    if secured.is_ok() {
        input.write_all(b"question\n")?;
        let line = link.line()?.map_err(|error| format!("{error:?}"))?;
        link.session.write(line.to_uppercase().as_bytes()).map_err(|error| format!("{error:?}"))?;
        link.session.close();
    }
    link.until(|_| Some(()))?;
    drop((link, input));
    let mut text = String::new();
    output.read_to_string(&mut text)?;
    Ok((text, secured))
}

fn server() -> Result<(), Failed> {
    let files = Files::new()?;
    for (kind, form) in [("ec", "pkcs8"), ("ec", "old"), ("rsa", "pkcs8"), ("rsa", "old")] {
        let pem = format!("{kind}.pem");
        for (version, option) in VERSIONS {
            let versions = (TlsVersion::Tls12, TlsVersion::Tls13);
            let context = files.context(true, Verify::None, kind, Some((kind, form)), versions)?;
            let (text, secured) = ask(&files, &context, &["-CAfile", &pem, option])?;
            let secured = secured.map_err(|error| format!("{kind} {form} {option}: {error:?}"))?;
            check(text == "QUESTION\n", || format!("{kind} {form} {option}: {text:?}"))?;
            check(secured.version == version, || format!("{secured:?}"))?;
            check(secured.alpn.as_deref() == Some(b"echo"), || format!("{secured:?}"))?;
        }
    }
    Ok(())
}

fn server_that_verifies() -> Result<(), Failed> {
    let files = Files::new()?;
    for (version, option) in VERSIONS {
        let context = files.context(true, Verify::Required, "rsa", Some(("ec", "pkcs8")), (version, version))?;
        let trust = ["-CAfile", "ec.pem", option];
        let (text, secured) = ask(&files, &context, &[&trust[..], &["-cert", "rsa.pem", "-key", "rsa.key"]].concat())?;
        let secured = secured.map_err(|error| format!("{option}: {error:?}"))?;
        check(text == "QUESTION\n", || format!("{option}: {text:?}"))?;
        check(secured.peer == Some(files.read("rsa.der")?), || format!("{secured:?}"))?;
        let (_, secured) = ask(&files, &context, &[&trust[..], &["-cert", "ec.pem", "-key", "ec.key"]].concat())?;
        let selfsigned = matches!(secured, Err(Error::Alert("bad_certificate", _)));
        check(selfsigned, || format!("{option}: {secured:?}"))?;
        let (_, secured) = ask(&files, &context, &trust)?;
        let expected = if version == TlsVersion::Tls13 { "certificate_required" } else { "handshake_failure" };
        let missing = matches!(secured, Err(Error::Alert(name, _)) if name == expected);
        check(missing, || format!("{option}: {secured:?}"))?;
    }
    Ok(())
}
