//! The command `packbeam` against what the Erlang tool packbeam 0.8.2 made (`fixtures/packbeam-otp27`), the faults of
//! that tool that this one must not have, and hostile packs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use emberl_format::avm::{Avm, Builder, FLAG_BEAM, FLAG_FILE, FLAG_START, Kind};
use emberl_format::{ChunkId, beam};
use emberl_packer::packbeam::{self, Format, Input, Options};
use tempfile::TempDir;

/// The golden packs and the arguments that made them.
const GOLDEN: [(&str, &str); 9] = [
    ("create.avm", "create create.avm hello.beam helper.beam deep.beam island.beam app/priv/sample.txt"),
    ("start.avm", "create -s island start.avm hello.beam helper.beam deep.beam island.beam"),
    ("lib.avm", "create --lib lib.avm hello.beam helper.beam"),
    ("nolines.avm", "create -r nolines.avm hello.beam helper.beam deep.beam"),
    ("prune.avm", "create -p prune.avm hello.beam helper.beam deep.beam island.beam plugin.beam app/priv/sample.txt"),
    (
        "prune2.avm",
        "create --prune prune2.avm uses_plugin.beam helper.beam deep.beam island.beam plugin.beam Elixir.Greeter.beam",
    ),
    ("merge.avm", "create merge.avm uses_plugin.beam create.avm"),
    ("elixir.avm", "create -l elixir.avm Elixir.Greeter.beam"),
    ("deleted.avm", "delete -o deleted.avm create.avm helper.beam"),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packbeam-otp27")
}

fn golden(name: &str) -> Vec<u8> {
    fs::read(fixtures().join(name)).unwrap()
}

/// The command.
fn binary() -> PathBuf {
    emberl_tests::bin::packbeam().unwrap_or_else(|error| panic!("{}", error.message().unwrap_or_default()))
}

/// A folder with the modules and the plain file of the fixtures.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "beam") {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    fs::create_dir_all(folder.path().join("app/priv")).unwrap();
    fs::copy(fixtures().join("app/priv/sample.txt"), folder.path().join("app/priv/sample.txt")).unwrap();
    folder
}

fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(binary()).args(arguments.split_whitespace()).current_dir(folder).output().unwrap()
}

/// Runs a command that must succeed, and gives its stdout.
fn ok(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail as users should see it, and gives its one line on stderr.
fn fails(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(255), "{arguments}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("packbeam: ") && stderr.ends_with('\n'), "{arguments}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{arguments}: {stderr}");
    stderr
}

fn names(pack: &[u8]) -> Vec<String> {
    Avm::parse(pack).unwrap().sections().iter().map(|section| section.name_text().unwrap().to_string()).collect()
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn golden_packs() {
    let folder = workplace();
    for (name, arguments) in GOLDEN {
        assert_eq!(ok(folder.path(), arguments), "", "{arguments}");
        assert!(read(&folder, name) == golden(name), "{arguments}: the pack differs from the golden one");
    }
}

#[test]
fn golden_listings() {
    let folder = fixtures();
    for format in ["default", "csv", "bare"] {
        let expected = fs::read_to_string(folder.join(format!("list-{format}.out"))).unwrap();
        assert_eq!(ok(&folder, &format!("list -f {format} merge.avm")), expected);
    }
    assert_eq!(ok(&folder, "list merge.avm"), fs::read_to_string(folder.join("list-default.out")).unwrap());
}

#[test]
fn golden_extract() {
    let folder = workplace();
    fs::copy(fixtures().join("merge.avm"), folder.path().join("merge.avm")).unwrap();
    fs::create_dir(folder.path().join("ex")).unwrap();
    let stdout = ok(folder.path(), "extract -o ex merge.avm hello.beam app/priv/sample.txt");
    assert_eq!(stdout, fs::read_to_string(fixtures().join("extract.out")).unwrap());
    for name in ["ex/hello.beam", "ex/app/priv/sample.txt"] {
        assert!(read(&folder, name) == golden(name), "{name}");
    }
    assert_eq!(files(&folder.path().join("ex")), ["app", "hello.beam"]);
}

#[test]
fn golden_failures() {
    let folder = workplace();
    let stderr = fails(folder.path(), "create x.avm missing.beam");
    assert!(stderr.contains("missing.beam"), "{stderr}");
    let stderr = fails(folder.path(), "create -p y.avm helper.beam deep.beam");
    assert!(stderr.contains("start/0"), "{stderr}");
    assert!(!files(folder.path()).iter().any(|name| name.ends_with(".avm")));
}

#[test]
fn options_may_stand_anywhere_and_have_long_and_old_spellings() {
    const PRUNED: &str = "hello.beam helper.beam deep.beam island.beam plugin.beam app/priv/sample.txt";
    const ALL: &str = "hello.beam helper.beam deep.beam island.beam";
    let folder = workplace();
    for (arguments, expected) in [
        (format!("create a.avm {PRUNED} --prune"), "prune.avm"),
        (format!("--start island create a.avm {ALL}"), "start.avm"),
        ("create --remove_lines a.avm hello.beam helper.beam deep.beam".to_string(), "nolines.avm"),
        ("create a.avm -l hello.beam helper.beam".to_string(), "lib.avm"),
    ] {
        ok(folder.path(), &arguments);
        assert!(read(&folder, "a.avm") == golden(expected), "{arguments}");
    }
    fs::copy(fixtures().join("create.avm"), folder.path().join("p.avm")).unwrap();
    for (arguments, expected, option) in [
        (format!("create -start island a.avm {ALL}"), "start.avm", "--start"),
        (format!("create -prune a.avm {PRUNED}"), "prune.avm", "--prune"),
        ("delete -out a.avm p.avm helper.beam".to_string(), "deleted.avm", "--out"),
        ("list -format bare a.avm".to_string(), "deleted.avm", "--format"),
    ] {
        let output = run(folder.path(), &arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(stderr.contains("warning") && stderr.contains(option), "{stderr}");
        assert!(read(&folder, "a.avm") == golden(expected), "{arguments}");
    }
}

#[test]
fn usage_errors() {
    let folder = workplace();
    fs::create_dir(folder.path().join("d.avm")).unwrap();
    fs::write(folder.path().join("not.avm"), "text").unwrap();
    fs::copy(fixtures().join("create.avm"), folder.path().join("p.avm")).unwrap();
    for (arguments, told) in [
        ("nonsense", "nonsense"),
        ("create", "OUT.avm"),
        ("create d.avm hello.beam", "d.avm"),
        ("create a.avm hello.beam -s", "-s"),
        ("create a.avm --nonsense hello.beam", "--nonsense"),
        ("create -s nonsense a.avm hello.beam", "nonsense"),
        ("create -s helo a.avm hello.beam", "hello"),
        ("create -l -s hello a.avm p.avm", "--lib"),
        ("create a.avm not.avm", "not.avm"),
        ("create no/a.avm hello.beam", "no/a.avm"),
        ("list", "PACK.avm"),
        ("list missing.avm", "missing.avm"),
        ("list d.avm", "d.avm"),
        ("list hello.beam", "hello.beam"),
        ("list not.avm", "not.avm"),
        ("list -f xml p.avm", "xml"),
        ("extract", "PACK.avm"),
        ("extract -o missing p.avm", "missing"),
        ("delete", "PACK.avm"),
        ("delete missing.avm a", "missing.avm"),
    ] {
        let stderr = fails(folder.path(), arguments);
        assert!(stderr.contains(told), "{arguments}: {stderr}");
    }
    let output = run(folder.path(), "");
    assert_eq!(output.status.code(), Some(255));
    assert!(String::from_utf8(output.stdout).unwrap().contains("create"));
    assert!(ok(folder.path(), "help").contains("extract"));
    assert_eq!(ok(folder.path(), "version"), "0.8.2\n");
}

#[test]
fn delete_in_place() {
    let folder = workplace();
    fs::copy(fixtures().join("create.avm"), folder.path().join("p.avm")).unwrap();
    ok(folder.path(), "delete p.avm helper.beam");
    assert!(read(&folder, "p.avm") == golden("deleted.avm"));
    let output = run(folder.path(), "delete p.avm nonsense");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nonsense"));
    assert!(read(&folder, "p.avm") == golden("deleted.avm"));
}

#[test]
fn extract_everything_here() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(fixtures().join("create.avm"), folder.path().join("create.avm")).unwrap();
    let stdout = ok(folder.path(), "extract create.avm");
    let expected = "Writing to . ...\nx hello.beam\nx helper.beam\nx deep.beam\nx island.beam\nx app/priv/sample.txt\n";
    assert_eq!(stdout, expected);
    assert!(read(&folder, "app/priv/sample.txt") == golden("app/priv/sample.txt"));
    ok(folder.path(), "create again.avm hello.beam helper.beam deep.beam island.beam app/priv/sample.txt");
    assert!(read(&folder, "again.avm") == golden("create.avm"), "what was extracted does not pack to the same");
}

#[test]
fn extract_stays_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    for name in ["../out.txt", "a/../../out.txt", "..", ".", "/"] {
        let mut builder = Builder::new();
        builder.push_file(name.as_bytes(), b"x").unwrap();
        fs::write(folder.path().join("p.avm"), builder.finish()).unwrap();
        let stderr = fails(folder.path(), "extract -o in p.avm");
        assert!(stderr.contains("outside"), "{stderr}");
    }
    assert_eq!(files(folder.path()), ["in", "p.avm"]);
    assert!(files(&folder.path().join("in")).is_empty());
}

/// A pack as exatomvm writes it: flag 1 alone on the start module, flag 2 on plain files.
fn exatomvm_pack() -> Vec<u8> {
    let merged = golden("merge.avm");
    let avm = Avm::parse(&merged).unwrap();
    let mut builder = Builder::new();
    builder.push(b"hello.beam", FLAG_START, avm.lookup(b"hello.beam").unwrap().data).unwrap();
    builder.push(b"helper.beam", FLAG_BEAM, avm.lookup(b"helper.beam").unwrap().data).unwrap();
    builder.push(b"app/priv/sample.txt", FLAG_BEAM, avm.lookup(b"app/priv/sample.txt").unwrap().data).unwrap();
    builder.finish()
}

#[test]
fn packs_of_exatomvm() {
    let folder = workplace();
    fs::write(folder.path().join("ex.avm"), exatomvm_pack()).unwrap();
    assert_eq!(ok(folder.path(), "list ex.avm"), "hello.beam * [608]\nhelper.beam [820]\napp/priv/sample.txt [16]\n");
    assert!(ok(folder.path(), "list -f csv ex.avm").contains("app/priv/sample.txt,false,false,16"));
    fs::create_dir(folder.path().join("out")).unwrap();
    ok(folder.path(), "extract -o out ex.avm app/priv/sample.txt");
    assert!(read(&folder, "out/app/priv/sample.txt") == golden("app/priv/sample.txt"));
    ok(folder.path(), "create -p merged.avm ex.avm island.beam");
    assert_eq!(names(&read(&folder, "merged.avm")), ["hello.beam", "helper.beam", "app/priv/sample.txt"]);
    // The start mark goes, but a section without any flag would end AtomVM's search.
    for arguments in ["create -s island merged.avm ex.avm island.beam", "create -l merged.avm ex.avm"] {
        ok(folder.path(), arguments);
        let merged = read(&folder, "merged.avm");
        let flags = Avm::parse(&merged).unwrap().lookup(b"hello.beam").unwrap().flags;
        assert_eq!(flags, FLAG_BEAM, "{arguments}");
    }
}

#[test]
fn a_section_that_is_no_module_but_says_so_is_told() {
    for flags in [FLAG_START, FLAG_BEAM] {
        let mut builder = Builder::new();
        builder.push(b"a.beam", flags, b"FOR0\0\0\0\0").unwrap();
        let pack = builder.finish();
        let error = packbeam::create(&[Input { path: "p.avm", bytes: &pack }], &Options::default()).unwrap_err();
        assert!(error.to_string().starts_with("p.avm: section a.beam (byte 24): "), "{error}");
        assert!(packbeam::extract("p.avm", &pack, &[]).is_err());
        // It can be seen and taken out.
        assert_eq!(packbeam::list("p.avm", &pack, Format::Bare).unwrap(), "a.beam\n");
        assert!(names(&packbeam::delete("p.avm", &pack, &["a.beam"]).unwrap()).is_empty());
    }
}

#[test]
fn start_module_inside_a_pack() {
    let folder = workplace();
    fs::copy(fixtures().join("create.avm"), folder.path().join("p.avm")).unwrap();
    ok(folder.path(), "create -s island q.avm p.avm");
    let pack = read(&folder, "q.avm");
    let avm = Avm::parse(&pack).unwrap();
    let flags: Vec<u32> = avm.sections().iter().map(|section| section.flags).collect();
    assert_eq!(names(&pack), ["island.beam", "hello.beam", "helper.beam", "deep.beam", "app/priv/sample.txt"]);
    assert_eq!(flags, [FLAG_START | FLAG_BEAM, FLAG_BEAM, FLAG_BEAM, FLAG_BEAM, FLAG_FILE]);
    // A pack may be its own input.
    ok(folder.path(), "create q.avm q.avm plugin.beam");
    assert_eq!(names(&read(&folder, "q.avm")).last().unwrap(), "plugin.beam");
}

#[test]
fn pruning_reads_the_literals_of_packs() {
    let folder = workplace();
    ok(
        folder.path(),
        "create all.avm uses_plugin.beam helper.beam deep.beam island.beam plugin.beam Elixir.Greeter.beam",
    );
    ok(folder.path(), "create -p pruned.avm all.avm");
    assert_eq!(names(&read(&folder, "pruned.avm")), names(&golden("prune2.avm")));
}

/// `hello.beam` with its atom table and literals in the form of OTP 28: lengths as compact terms, nothing compressed.
fn hello_of_otp28() -> Vec<u8> {
    let bytes = golden("hello.beam");
    let chunks = beam::Chunks::parse(&bytes).unwrap();
    let old = chunks.get(b"AtU8").unwrap().data;
    let count = i32::from_be_bytes(old[..4].try_into().unwrap());
    let mut atoms = (-count).to_be_bytes().to_vec();
    let mut rest = &old[4..];
    while let Some((&length, after)) = rest.split_first() {
        let (atom, after) = after.split_at(usize::from(length));
        if length < 16 {
            atoms.push(length << 4);
        } else {
            atoms.extend([0b1000, length]);
        }
        atoms.extend_from_slice(atom);
        rest = after;
    }
    let mut literals = vec![0; 4];
    literals.extend_from_slice(&beam::literal_table(chunks.get(b"LitT").unwrap().data).unwrap());
    beam::emit(chunks.all().iter().map(|chunk| match &chunk.id.0 {
        b"AtU8" => (chunk.id, &atoms[..]),
        b"LitT" => (chunk.id, &literals[..]),
        _ => (chunk.id, chunk.data),
    }))
    .unwrap()
}

#[test]
fn modules_of_otp_28() {
    let hello = hello_of_otp28();
    let helper = golden("helper.beam");
    let island = golden("island.beam");
    let inputs = [
        Input { path: "x/hello.beam", bytes: &hello },
        Input { path: "helper.beam", bytes: &helper },
        Input { path: "island.beam", bytes: &island },
    ];
    let pack = packbeam::create(&inputs, &Options { prune: true, ..Options::default() }).unwrap();
    assert_eq!(names(&pack), ["hello.beam", "helper.beam"]);
    let avm = Avm::parse(&pack).unwrap();
    let section = avm.start().unwrap();
    assert_eq!(section.name, b"hello.beam");
    let chunks = beam::Chunks::parse(section.data).unwrap();
    assert_eq!(chunks.get(b"LitT").unwrap().data[..4], [0; 4]);
    assert!(chunks.get(b"LitU").is_none());
}

#[test]
fn chunks_keep_their_order_and_unknown_ones_go() {
    let bytes = golden("hello.beam");
    let chunks = beam::Chunks::parse(&bytes).unwrap();
    let mut reversed: Vec<(ChunkId, &[u8])> = chunks.all().iter().rev().map(|chunk| (chunk.id, chunk.data)).collect();
    reversed.push((ChunkId(*b"avmN"), b"native"));
    reversed.push((ChunkId(*b"Xtra"), b"unknown"));
    let bytes = beam::emit(reversed).unwrap();
    let pack = packbeam::create(&[Input { path: "a.beam", bytes: &bytes }], &Options::default()).unwrap();
    let avm = Avm::parse(&pack).unwrap();
    let chunks = beam::Chunks::parse(avm.sections()[0].data).unwrap();
    let ids: Vec<String> = chunks.all().iter().map(|chunk| chunk.id.to_string()).collect();
    assert_eq!(ids.join(" "), "Type Line LocT LitU FunT ExpT ImpT StrT Code AtU8 avmN");
}

/// `{application, NAME, [{applications, [NEEDED]}, {mod, {MODULE, []}}]}` as an external term.
fn application(name: &str, needed: &str, module: &str) -> Vec<u8> {
    let atom = |name: &str| [&[119, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
    [
        &[131, 104, 3][..],
        &atom("application"),
        &atom(name),
        &[108, 0, 0, 0, 2, 104, 2],
        &atom("applications"),
        &[108, 0, 0, 0, 1],
        &atom(needed),
        &[106, 104, 2],
        &atom("mod"),
        &[104, 2],
        &atom(module),
        &[106, 106],
    ]
    .concat()
}

#[test]
fn pruning_keeps_what_an_application_starts() {
    let [island, helper, deep, plugin] =
        ["island", "helper", "deep", "plugin"].map(|name| golden(&format!("{name}.beam")));
    let main = application("main", "library", "plugin");
    let library = application("library", "main", "helper");
    let inputs = [
        Input { path: "island.beam", bytes: &island },
        Input { path: "helper.beam", bytes: &helper },
        Input { path: "deep.beam", bytes: &deep },
        Input { path: "plugin.beam", bytes: &plugin },
        Input { path: "main/priv/application.bin", bytes: &main },
        Input { path: "library/priv/application.bin", bytes: &library },
    ];
    let kept = |inputs: &[Input<'_>], application: Option<&str>| {
        let application = application.map(str::to_string);
        packbeam::create(inputs, &Options { prune: true, application, ..Options::default() }).map(|pack| names(&pack))
    };
    let paths = inputs.map(|input| input.path);
    assert_eq!(kept(&inputs, None).unwrap(), [paths[0], paths[4], paths[5]]);
    // plugin by `mod`, helper by the `mod` of the application that is needed, deep because helper calls it.
    assert_eq!(kept(&inputs, Some("main")).unwrap(), paths);
    assert!(kept(&inputs, Some("other")).unwrap_err().to_string().contains("other/priv/application.bin"));
    let without_plugin = [inputs[0], inputs[1], inputs[2], inputs[4], inputs[5]];
    assert!(kept(&without_plugin, Some("main")).unwrap_err().to_string().contains("plugin"));
    let damaged = Input { path: "main/priv/application.bin", bytes: &main[..20] };
    assert!(kept(&[inputs[0], damaged], Some("main")).unwrap_err().to_string().contains("application.bin"));
}

#[test]
fn what_was_there_stays_when_something_fails() {
    let folder = workplace();
    fs::write(folder.path().join("out.avm"), "before").unwrap();
    fs::write(folder.path().join("broken.beam"), "FOR1").unwrap();
    let before = files(folder.path());
    for arguments in
        ["create out.avm hello.beam missing.beam", "create out.avm broken.beam", "create -p out.avm helper.beam"]
    {
        fails(folder.path(), arguments);
        assert_eq!(read(&folder, "out.avm"), b"before", "{arguments}");
    }
    assert_eq!(files(folder.path()), before);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn shell(folder: &TempDir, before: &str, arguments: &str) -> Output {
        let script = format!("{before}; exec \"$0\" {arguments}");
        Command::new("sh").args(["-c", &script]).arg(binary()).current_dir(folder.path()).output().unwrap()
    }

    /// The shell limits the size of files, so that writing fails half-way.
    #[test]
    fn a_failed_write_is_told_and_leaves_nothing() {
        let folder = workplace();
        fs::write(folder.path().join("out.avm"), "before").unwrap();
        fs::write(folder.path().join("large.txt"), vec![b'x'; 1 << 20]).unwrap();
        let before = files(folder.path());
        let output = shell(&folder, "trap '' XFSZ; ulimit -f 64", "create out.avm large.txt");
        assert_eq!(output.status.code(), Some(255));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.starts_with("packbeam: cannot write out.avm: ") && stderr.lines().count() == 1, "{stderr}");
        assert_eq!(read(&folder, "out.avm"), b"before");
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn permissions_and_links() {
        let folder = workplace();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert!(shell(&folder, "umask 027", "create new.avm hello.beam").status.success());
        assert_eq!(mode("new.avm"), 0o640);
        fs::set_permissions(folder.path().join("new.avm"), fs::Permissions::from_mode(0o604)).unwrap();
        symlink("new.avm", folder.path().join("link.avm")).unwrap();
        ok(folder.path(), "create link.avm helper.beam");
        assert_eq!(mode("new.avm"), 0o604);
        assert!(fs::symlink_metadata(folder.path().join("link.avm")).unwrap().is_symlink());
        assert_eq!(names(&read(&folder, "new.avm")), ["helper.beam"]);
    }
}

/// Everything that reads a pack, on bytes from outside. Errors are fine, panics are not.
fn read_hostile(pack: &[u8]) {
    let options = Options { prune: true, start: Some("hello".into()), ..Options::default() };
    let _ = packbeam::create(&[Input { path: "p.avm", bytes: pack }], &options);
    let _ = packbeam::list("p.avm", pack, Format::Csv);
    let _ = packbeam::extract("p.avm", pack, &[]);
    if let Ok(rest) = packbeam::delete("p.avm", pack, &["helper.beam"]) {
        assert!(Avm::parse(&rest).is_ok(), "delete wrote a pack that cannot be read");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for (name, _) in GOLDEN {
        let pack = golden(name);
        for length in 0..pack.len() {
            assert!(packbeam::list(name, &pack[..length], Format::Default).is_err(), "{name} at {length}");
            read_hostile(&pack[..length]);
        }
    }
}

#[test]
fn mutated_packs_and_modules_do_not_panic() {
    // xorshift64: the same mutations in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let modules = ["hello.beam", "Elixir.Greeter.beam"];
    for name in GOLDEN.map(|(name, _)| name).into_iter().chain(modules) {
        let original = golden(name);
        for _ in 0..10_000 {
            let mut bytes = original.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, u8::try_from(random(256)).unwrap()][random(6)];
            }
            if name.ends_with(".avm") {
                read_hostile(&bytes);
            } else {
                let options = Options { prune: true, ..Options::default() };
                let _ = packbeam::create(&[Input { path: name, bytes: &bytes }], &options);
            }
        }
    }
}

#[test]
fn the_goldens_are_what_the_reader_says() {
    let pack = golden("merge.avm");
    let avm = Avm::parse(&pack).unwrap();
    assert_eq!(avm.size(), pack.len());
    assert_eq!(avm.start().unwrap().name, b"uses_plugin.beam");
    let file = avm.lookup(b"app/priv/sample.txt").unwrap();
    assert_eq!((file.kind(), file.file_contents().unwrap()), (Kind::File, &b"sample data\n"[..]));
}
