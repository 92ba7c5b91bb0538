//! Pruned modules do what whole ones do: programs run in an emulator that holds nothing but pruned copies of OTP's and
//! Elixir's modules, and print the same. And what pruning saves.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use emberl_format::beam;
use emberl_packer::{
    graph::Graph,
    reach::{Cut, Dynamic, Reach, Root},
    rewrite::{Emit, KeepLines, rewrite},
    unit::Unit,
};
use emberl_tests::{
    Failed, corpus,
    erl::{self, Mode, Program},
    mutate,
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(120);

/// Functions that OTP's emulator itself calls by name; no code says so.
const CALLED_BY_THE_EMULATOR: [&str; 4] = [
    "unicode:characters_to_list_int/2",
    "unicode:characters_to_binary_int/2",
    "erl_erts_errors:format_error/2",
    "erl_stdlib_errors:format_error/2",
];

/// The program whose size is measured.
const HELLO: &str = "hello_lists_iolib";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("rewrite::mutated_files", mutated_files),
        needs(&[Tool::Erl], "rewrite::all_kept_changes_nothing", all_kept_changes_nothing),
        needs(&[Tool::Erl, Tool::Erlc], "size::hello", size_of_hello),
        needs(&[Tool::Erl, Tool::Erlc], "strip::hello", || runs_the_same(&program(HELLO)?, &LEAST)),
        needs(&[Tool::Erl, Tool::Erlc], "strip::lists_iolib", || runs_the_same(&program("lists_iolib")?, &LEAST)),
    ];
    match erl::programs() {
        Ok(programs) => {
            for program in programs {
                let tools: &[Tool] =
                    if program.elixir { &[Tool::Erl, Tool::Elixirc] } else { &[Tool::Erl, Tool::Erlc] };
                let name = format!("run::{}", program.module);
                trials.push(needs(tools, name, move || runs_the_same(&program, &Emit::beam())));
            }
        }
        Err(error) => trials.push(Trial::test("run", move || Err(error.into()))),
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// The smallest form that a loader takes.
const LEAST: Emit = Emit { lines: KeepLines::None, types: false, locals: false, ..Emit::beam() };

fn program(module: &str) -> Result<Program, Failed> {
    let found = erl::programs()?.into_iter().find(|program| program.module == module);
    found.ok_or_else(|| format!("there is no program {module}").into())
}

/// A damaged file is refused, or pruned to one that can be read: nothing else, and no panic.
fn mutated_files() -> Result<(), Failed> {
    let mut pruned = 0;
    for name in ["roots", "targets", "Elixir.Size", "Elixir.Size.Made"] {
        let path = emberl_tests::package_dir().join(format!("fixtures/prune/{name}.beam"));
        for bytes in mutate::mutations(&fs::read(path)?, 7, 20_000) {
            let Ok(unit) = Unit::load("mutated", &bytes) else { continue };
            let units = std::slice::from_ref(&unit);
            let Ok(graph) = Graph::build(units) else { continue };
            let roots = [Root::Function { module: unit.name().to_owned(), name: "names".to_owned(), arity: 0 }];
            for roots in [&roots[..], &[Root::Library]] {
                let reach = Reach::compute(units, &graph, roots);
                if let Ok(bytes) = rewrite(&unit, &|function| reach.is_kept(0, function), &Emit::pack()) {
                    Unit::load("pruned", &bytes).map_err(|error| format!("{name}: a pruned module: {error}"))?;
                    pruned += 1;
                }
            }
        }
    }
    if pruned == 0 { Err("every mutation was refused: the test tests nothing".into()) } else { Ok(()) }
}

fn all_kept_changes_nothing() -> Result<(), Failed> {
    let emit = Emit { others: true, ..Emit::beam() };
    let done = corpus::each(corpus::installed(), |path, bytes| {
        let error = |error: emberl_format::Error| error.to_string();
        let bytes = beam::uncompressed(&bytes).map_err(error)?;
        let unit = Unit::load(path.display().to_string(), &bytes).map_err(error)?;
        let again = rewrite(&unit, &|_| true, &emit).map_err(error)?;
        let second = Unit::load("rewritten", &again).map_err(error)?;
        let before = unit.module.chunks.all().iter().map(|chunk| (chunk.id, chunk.data));
        let after = second.module.chunks.all().iter().map(|chunk| (chunk.id, chunk.data));
        if !before.eq(after) {
            return Err("rewriting with all functions changed a chunk".to_owned());
        }
        // With a half of the functions dropped, what is left must still be one: rewriting it changes nothing.
        let Ok(half) = rewrite(&unit, &half_of(&unit), &emit) else { return Ok(false) };
        let half_unit = Unit::load("half", &half).map_err(|error| format!("pruned: {error}"))?;
        let half_again = rewrite(&half_unit, &|_| true, &emit).map_err(error)?;
        if half_again == half { Ok(true) } else { Err("rewriting a pruned module changed it".to_owned()) }
    })?;
    if done.is_empty() || !done.contains(&true) {
        return Err("no installed module was found that can be halved".into());
    }
    Ok(())
}

/// What the exported functions in the first half of a module need.
fn half_of(unit: &Unit<'_>) -> impl Fn(usize) -> bool + use<> {
    let half = unit.functions.list().len() / 2;
    let units = std::slice::from_ref(unit);
    let exported = unit.module.exports.iter().filter(|row| unit.functions.entered_at(row.label) < Some(half));
    let roots: Vec<Root> = exported
        .filter_map(|row| {
            let (module, name) = (unit.name().to_owned(), unit.module.atom(row.function).to_owned());
            u8::try_from(row.arity).ok().map(|arity| Root::Function { module, name, arity })
        })
        .collect();
    let reach = Graph::build(units).ok().map(|graph| Reach::compute(units, &graph, &roots));
    move |function| reach.as_ref().is_none_or(|reach| reach.is_kept(0, function))
}

/// A set of modules: their paths and bytes.
struct Set {
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Set {
    /// The program's folder first, then the library's modules.
    fn of(program: &Program) -> Result<Self, Failed> {
        let folders = erl::library_folders().into_iter().filter(|folder| program.elixir || !is_elixir(folder));
        let folders: Vec<PathBuf> = std::iter::once(program.compiled()?.to_owned()).chain(folders).collect();
        let mut files = Vec::new();
        for folder in folders {
            let mut paths: Vec<PathBuf> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "beam")) {
                let bytes = fs::read(&path)?;
                let bytes = beam::uncompressed(&bytes)?.into_owned();
                files.push((path, bytes));
            }
        }
        Ok(Self { files })
    }

    fn units(&self) -> Result<Vec<Unit<'_>>, Failed> {
        let mut units = Vec::new();
        for (path, bytes) in &self.files {
            let name = path.display().to_string();
            units.push(Unit::load(name.as_str(), bytes).map_err(|error| format!("{name}: {error}"))?);
        }
        Ok(units)
    }
}

fn is_elixir(folder: &Path) -> bool {
    folder.parent().and_then(Path::file_name).is_some_and(|name| name.to_string_lossy().starts_with("elixir"))
}

fn roots(program: &Program, graph: &Graph) -> Result<Vec<Root>, Failed> {
    let mut roots = vec![Root::Start(program.module.clone())];
    for rule in CALLED_BY_THE_EMULATOR {
        let root = Root::parse_keep(rule)?;
        if matches!(&root, Root::Function { module, .. } if graph.unit(module).is_some()) {
            roots.push(root);
        }
    }
    Ok(roots)
}

/// Runs a program with pruned modules and nothing else, and with whole ones.
fn runs_the_same(program: &Program, emit: &Emit) -> Result<(), Failed> {
    let set = Set::of(program)?;
    let units = set.units()?;
    let graph = Graph::build(&units)?;
    let roots = roots(program, &graph)?;
    let reach = Reach::compute(&units, &graph, &roots);
    let folder = TempDir::new()?;
    let mut cut = BTreeSet::new();
    for index in reach.modules_kept() {
        let Some(unit) = units.get(index) else { continue };
        let bytes = rewrite(unit, &|function| reach.is_kept(index, function), emit)
            .map_err(|error| format!("{}: {error}", unit.name()))?;
        fs::write(folder.path().join(format!("{}.beam", unit.name())), bytes)?;
        if reach.kept_functions(index) < unit.functions.list().len() {
            cut.insert(unit.name());
        }
    }
    if cut.len() < 10 {
        return Err(format!("only {} modules were pruned: {cut:?}", cut.len()).into());
    }
    let elixir: Vec<PathBuf> = erl::library_folders().into_iter().filter(|folder| is_elixir(folder)).collect();
    let folders: Vec<&Path> = std::iter::once(program.compiled()?).chain(elixir.iter().map(PathBuf::as_path)).collect();
    let whole = erl::run_program(&program.module, &folders, Mode::Whole, LIMIT)?.ok()?;
    let pruned = erl::run_program(&program.module, &[folder.path()], Mode::Bare, LIMIT)?.ok()?;
    if whole.stdout.is_empty() {
        return Err("the program printed nothing".into());
    }
    if pruned.stdout != whole.stdout {
        let (whole, pruned) = (whole.out(), pruned.out());
        let line = whole.lines().zip(pruned.lines()).find(|(a, b)| a != b);
        return Err(format!("pruned modules print another thing: {line:?}\n{pruned}").into());
    }
    Ok(())
}

/// The bytes that modules take in a pack: pruned, whole where a function is reached, and the whole modules that whole
/// modules need.
fn size_of_hello() -> Result<(), Failed> {
    let program = program(HELLO)?;
    let set = Set::of(&program)?;
    let units = set.units()?;
    let graph = Graph::build(&units)?;
    let reach = Reach::compute(&units, &graph, &[Root::Start(program.module.clone())]);
    let modules: Vec<usize> = reach.modules_kept().collect();
    let pruned = size(&units, &modules, &|index, function| reach.is_kept(index, function))?;
    let touched = size(&units, &modules, &|_, _| true)?;
    let closed = whole_modules(&units, &graph, modules.clone());
    let needed = size(&units, &closed, &|_, _| true)?;
    let percent = |of: usize| (pruned * 1000 / of) as f64 / 10.0;
    println!("{HELLO}: {pruned} bytes pruned ({} modules)", modules.len());
    println!("  {} % of {touched}, the same modules whole", percent(touched));
    println!("  {} % of {needed}, all {} modules that whole modules need", percent(needed), closed.len());
    let any = Reach::compute_with(&units, &graph, &[Root::Start(program.module.clone())], Dynamic::Any, &Cut::new());
    let modules: Vec<usize> = any.modules_kept().collect();
    let any = size(&units, &modules, &|index, function| any.is_kept(index, function))?;
    println!("  {any} bytes where a module's name keeps all its exports ({} modules)", modules.len());
    if pruned * 10 > needed {
        return Err("a pruned pack is over a tenth of one of whole modules".into());
    }
    if pruned * 4 > touched {
        return Err("the modules that are used are over a quarter of their whole size".into());
    }
    Ok(())
}

fn size(units: &[Unit<'_>], modules: &[usize], keep: &dyn Fn(usize, usize) -> bool) -> Result<usize, Failed> {
    let mut total = 0;
    for &index in modules {
        let Some(unit) = units.get(index) else { continue };
        total += rewrite(unit, &|function| keep(index, function), &Emit::pack())?.len();
    }
    Ok(total)
}

/// The modules that are reached when modules are kept whole, as pruning by module keeps them.
fn whole_modules(units: &[Unit<'_>], graph: &Graph, mut modules: Vec<usize>) -> Vec<usize> {
    loop {
        let names = modules.iter().filter_map(|&index| units.get(index));
        let roots: Vec<Root> = names.map(|unit| Root::Module(unit.name().to_owned())).collect();
        let next: Vec<usize> = Reach::compute(units, graph, &roots).modules_kept().collect();
        if next.len() == modules.len() {
            return next;
        }
        modules = next;
    }
}
