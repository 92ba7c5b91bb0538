//! Every `.beam` file at hand is read, checked without a finding, and written back to the same bytes.
//!
//! "At hand" are the fixtures, the installed OTP and Elixir, and the folders of `EMBERL_EXTRA_BEAMS` (in CI: OTP 27 and
//! 29). A finding of the code half on any of them is a false one: compilers made them, and their VMs run them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use emberl_format::beam::{self, Chunk};
use emberl_format::check;
use emberl_format::compact;
use emberl_format::functions::Functions;
use emberl_format::module::Module;
use emberl_format::opcode::OPCODES;
use emberl_format::view::View;
use emberl_packer::pack::{Options, Program};
use emberl_packer::rewrite::KeepLines;
use emberl_packer::source::{Detail, Parts};
use emberl_tests::tools::{self, Tool};
use emberl_tests::{corpus, erl, package_dir};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("fixtures_are_read_checked_and_written_back", || whole(&corpus::fixtures())),
        tools::needs(&[Tool::Erlc], "compressed_modules_are_read", compressed),
        tools::needs(&[Tool::Erl], "installed_modules_are_read_checked_and_written_back", || whole(&corpus::all()?)),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// `erlc +compressed` writes gzip files.
fn compressed() -> Result<(), Failed> {
    let folder = tempfile::TempDir::new()?;
    let source = package_dir().join("fixtures/packbeam-otp27/src/helper.erl");
    erl::compile_erlang(std::slice::from_ref(&source), folder.path(), &["+compressed"])?;
    let file = folder.path().join("helper.beam");
    if !std::fs::read(&file)?.starts_with(&[0x1f, 0x8b]) {
        return Err("erlc did not compress".into());
    }
    whole(&[file])
}

fn whole(paths: &[std::path::PathBuf]) -> Result<(), Failed> {
    let used: Mutex<BTreeMap<u8, usize>> = Mutex::new(BTreeMap::new());
    let counts = corpus::each(paths, |path, bytes| {
        let bytes = beam::uncompressed(&bytes).map_err(|error| error.to_string())?;
        let module = Module::parse(&bytes).map_err(|error| error.to_string())?;
        let code = module.code.decode().map_err(|error| error.to_string())?;
        let functions = Functions::find(&module, &code).map_err(|error| error.to_string())?;
        let findings = check::check(&module, &code, &functions);
        if let Some(finding) = findings.first() {
            let function = &functions.list()[finding.function];
            let name = module.atom(function.name);
            return Err(format!("a false finding in {name}/{}: {}", function.arity, finding.rule));
        }
        written_back(&module, &bytes)?;
        packed(path, &bytes)?;
        let mut seen = BTreeMap::new();
        for instruction in code.instructions() {
            *seen.entry(instruction.op.number()).or_insert(0usize) += 1;
        }
        let mut used = used.lock().map_err(|error| error.to_string())?;
        for (number, count) in seen {
            *used.entry(number).or_default() += count;
        }
        Ok(code.instructions().len())
    })?;
    let used = used.into_inner().map_err(|error| error.to_string())?;
    println!("{} files, {} instructions, {} opcodes", counts.len(), counts.iter().sum::<usize>(), used.len());
    // An instruction that real files have cannot be obsolete.
    for number in used.keys() {
        let info = &OPCODES[usize::from(*number) - 1];
        if info.is_obsolete() {
            return Err(format!("{} is called obsolete, but is in use", info.name).into());
        }
    }
    Ok(())
}

/// The module is packed, and the pack holds a module that passes the same checks.
fn packed(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let load = |name: &str, bytes: &[u8]| -> Result<Vec<u8>, String> {
        let Parts { parts, findings } = Parts::of(name, bytes.to_vec(), Detail::Code);
        let (program, found) = Program::load(&parts, &[], &|| {});
        if let Some(finding) = findings.iter().chain(&found).next() {
            return Err(format!("not packed: {}", finding.what));
        }
        let options = Options { library: true, ..Options::default() };
        let selection = program.select(&options).map_err(|found| format!("nothing selected: {found:?}"))?;
        program.write(&selection, KeepLines::All).map_err(|found| format!("not written: {found:?}"))
    };
    let pack = load(&path.to_string_lossy(), bytes)?;
    if load("again.avm", &pack)? != pack {
        return Err("the pack of the pack is another".to_owned());
    }
    Ok(())
}

/// Parse, then emit, is the identity: the container, every chunk, and the instructions.
fn written_back(module: &Module<'_>, bytes: &[u8]) -> Result<(), String> {
    let chunks = module.chunks.all();
    let again = beam::emit(chunks.iter().map(|chunk| (chunk.id, chunk.data))).map_err(|error| error.to_string())?;
    if again != bytes {
        return Err("the container is not written back as it was".to_owned());
    }
    let parse = |chunk: &Chunk<'_>| {
        View::parse(chunk, module.atoms.len(), module.code.label_count).map(|view| {
            let written = view.emit();
            (view.is_verbatim(), written)
        })
    };
    for chunk in chunks {
        let (verbatim, written) = parse(chunk).map_err(|error| error.to_string())?;
        let written = written.map_err(|error| error.to_string())?;
        if verbatim && written != chunk.data {
            return Err(format!("chunk {} is not written back as it was", chunk.id));
        }
        if !verbatim {
            // Other bytes, which must inflate to the same.
            let (_, twice) = parse(&Chunk { data: &written, ..*chunk }).map_err(|error| error.to_string())?;
            if twice.map_err(|error| error.to_string())? != written {
                return Err(format!("chunk {} does not come back from what was written", chunk.id));
            }
        }
    }
    let code = module.code.decode().map_err(|error| error.to_string())?;
    let mut written = Vec::new();
    for instruction in code.instructions() {
        written.push(instruction.op.number());
        for operand in code.operands(instruction) {
            compact::write_operand(&mut written, operand, code.bytes());
            for &element in code.elements(operand) {
                compact::write_operand(&mut written, element, code.bytes());
            }
        }
    }
    if written != code.bytes() {
        return Err("the instructions are not written back as they were".to_owned());
    }
    Ok(())
}
