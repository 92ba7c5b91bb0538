//! A program that takes modules only as far as they are needed keeps the same functions as one that was given all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;

use emberl_packer::pack::{Machine, Options, Program, Seldom};
use emberl_packer::reach::Root;
use emberl_packer::source::{Detail, Part, Parts};

const ERLANG: [&str; 3] = ["roots", "targets", "loaded"];
const ELIXIR: [&str; 7] = [
    "Elixir.UsesSize",
    "Elixir.Size",
    "Elixir.Size.Map",
    "Elixir.Size.Made",
    "Elixir.Size.Matched",
    "Elixir.Made",
    "Elixir.Matched",
];

fn parts(names: &[&str]) -> Vec<Part> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/prune");
    let part = |name: &&str| {
        let file = format!("{name}.beam");
        Parts::of(&file, std::fs::read(folder.join(&file)).unwrap(), Detail::Code).parts.remove(0)
    };
    names.iter().map(part).collect()
}

fn options(root: &Root) -> Options {
    Options { library: true, prune: true, keep: vec![root.clone()], ..Options::default() }
}

/// The functions that are kept.
fn kept(program: &Program<'_>, root: &Root) -> BTreeSet<String> {
    let selection = program.select(&options(root)).unwrap();
    let mut names = BTreeSet::new();
    for (index, unit) in program.own_units().iter().enumerate() {
        for (number, function) in unit.functions.list().iter().enumerate() {
            if selection.is_kept(index, number) {
                let (name, arity) = unit.name_of(function);
                names.insert(format!("{}:{name}/{arity}", unit.name()));
            }
        }
    }
    let counted: usize = program.kept(&selection).map(|(_, functions)| functions).sum();
    assert_eq!(counted, names.len());
    names
}

/// Takes what is needed, and goes on with it until nothing is; gives the functions and the modules.
fn fill(program: Program<'_>, all: &[&str], root: &Root) -> (BTreeSet<String>, usize) {
    let outside: Vec<&str> =
        all.iter().copied().filter(|name| !program.units().iter().any(|unit| unit.name() == *name)).collect();
    let needed = program.needed(&options(root), &outside).unwrap();
    assert!(needed.iter().all(|name| outside.contains(name)));
    if needed.is_empty() {
        return (kept(&program, root), program.own());
    }
    let parts = parts(&needed);
    // It borrows from the parts from here on.
    let mut program = program;
    assert!(program.extend(&parts, &|| {}).is_empty());
    fill(program, all, root)
}

#[test]
fn the_same_functions_are_kept_as_of_all_modules() {
    for all in [&ERLANG[..], &ELIXIR] {
        let whole = parts(all);
        let (whole, _) = Program::load(&whole, &[], &|| {});
        let first = &whole.own_units()[0];
        let mut fewest = usize::MAX;
        for export in &first.module.exports {
            let (module, name) = (first.name().to_owned(), first.module.atom(export.function).to_owned());
            let root = Root::Function { module, name, arity: u8::try_from(export.arity).unwrap() };
            let own = parts(&all[..1]);
            let (program, _) = Program::load(&own, &[], &|| {});
            let (found, modules) = fill(program, all, &root);
            assert_eq!(found, kept(&whole, &root), "{root:?}");
            fewest = fewest.min(modules);
        }
        assert_eq!(fewest, 1, "no root needs but its own module");
    }
}

#[test]
fn a_module_is_taken_once() {
    let (own, again) = (parts(&["targets"]), parts(&["targets", "loaded"]));
    let (mut program, _) = Program::load(&own, &[], &|| {});
    assert!(program.extend(&again, &|| {}).is_empty());
    let names: Vec<&str> = program.own_units().iter().map(|unit| unit.name()).collect();
    assert_eq!(names, ["targets", "loaded"]);
    assert!(program.find("loaded").is_some());
}

#[test]
fn what_is_no_use_on_the_machine_is_taken_where_it_is_called() {
    let needed = |root: &str, machine: Machine| -> Vec<String> {
        let own = parts(&["roots"]);
        let (program, _) = Program::load(&own, &[], &|| {});
        let options = Options { machine, ..options(&Root::parse_keep(root).unwrap()) };
        program.needed(&options, &["loaded", "targets"]).unwrap().iter().map(ToString::to_string).collect()
    };
    let elsewhere = |modules: &'static [&'static str]| Machine { elsewhere: modules, ..Machine::default() };
    assert_eq!(needed("roots:loads/0", elsewhere(&[])), ["loaded"]);
    assert_eq!(needed("roots:loads/0", elsewhere(&["loaded"])), ["loaded"]);
    // It is only named.
    let own = parts(&["meets"]);
    let (program, _) = Program::load(&own, &[], &|| {});
    for (modules, expected) in [(&[][..], &["targets"][..]), (&["targets"], &[])] {
        let options = Options { machine: elsewhere(modules), ..options(&Root::parse_keep("meets:table/0").unwrap()) };
        assert_eq!(program.needed(&options, &["loaded", "targets"]).unwrap(), expected);
    }
}

#[test]
fn what_the_library_seldom_needs_is_taken_where_the_program_asks() {
    const ASKED_BY_ROOTS: &[Seldom] = &[("meets", &["caller"], &["loaded"])];
    const ASKED_BY_NOBODY: &[Seldom] = &[("meets", &["caller"], &["unheard_of"])];
    let root = Root::parse_keep("meets:to_another/1").unwrap();
    for (seldom, of_library, expected) in [
        (&[][..], true, &["caller"][..]),
        (ASKED_BY_ROOTS, true, &["caller"]),
        (ASKED_BY_NOBODY, true, &[]),
        (ASKED_BY_NOBODY, false, &["caller"]),
    ] {
        let machine = Machine { seldom, ..Machine::default() };
        let options = Options { machine, ..options(&root) };
        let (own, library) = (parts(&["roots"]), parts(&["meets"]));
        let both = parts(&["roots", "meets"]);
        let mut program = Program::load(if of_library { &own } else { &both }, &[], &|| {}).0;
        assert!(program.extend(&library, &|| {}).is_empty());
        let needed = program.needed(&options, &["caller"]).unwrap();
        assert_eq!(needed, expected, "{seldom:?} {of_library}");
        let kept = program.select(&options).unwrap();
        assert!(kept.keeps_module(1));
    }
}
