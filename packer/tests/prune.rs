//! The pruner on small modules, one root for each rule; the sources are beside the fixtures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use emberl_format::ErrorKind;
use emberl_format::compact::Operand;
use emberl_format::module::literals::LiteralForm;
use emberl_packer::graph::{Graph, Target};
use emberl_packer::reach::{Cut, Dynamic, Edge, Reach, Root};
use emberl_packer::rewrite::{Emit, KeepLines, kept_whole, rewrite};
use emberl_packer::unit::Unit;

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

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/prune");
    std::fs::read(folder.join(format!("{name}.beam"))).unwrap()
}

fn bytes(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| fixture(name)).collect()
}

fn units(bytes: &[Vec<u8>]) -> Vec<Unit<'_>> {
    bytes.iter().map(|bytes| Unit::load("fixture", bytes).unwrap()).collect()
}

/// The functions that are kept, as `name/arity`, sorted. Those of `roots` and of Elixir have their module before them.
fn kept(units: &[Unit<'_>], reach: &Reach) -> Vec<String> {
    let mut names = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        for (place, function) in unit.functions.list().iter().enumerate() {
            if reach.is_kept(index, place) {
                let (name, arity) = unit.name_of(function);
                names.push(format!("{}:{name}/{arity}", unit.name()));
            }
        }
    }
    names.sort();
    names
}

fn from(names: &[&str], roots: &[&str]) -> Vec<String> {
    let bytes = bytes(names);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let roots: Vec<Root> = roots.iter().map(|rule| Root::parse_keep(rule).unwrap()).collect();
    let reach = Reach::compute(&units, &graph, &roots);
    assert_eq!(reach.unmatched(), [0usize; 0]);
    kept(&units, &reach)
}

#[track_caller]
fn check(root: &str, expected: &[&str]) {
    let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    expected.push(root.to_owned());
    expected.sort();
    assert_eq!(from(&ERLANG, &[root]), expected);
}

#[test]
fn calls_keep_their_targets() {
    check("roots:calls/0", &["roots:local/1", "targets:called/1"]);
}

#[test]
fn funs_keep_their_bodies() {
    check("roots:makes_fun/1", &["roots:-makes_fun/1-fun-0-/2", "roots:in_fun/2"]);
    check("roots:calls_known_fun/1", &["roots:-calls_known_fun/1-fun-0-/1"]);
    check("roots:literal_fun/0", &["targets:in_literal/1"]);
}

#[test]
fn names_keep_what_may_be_called_dynamically() {
    check("roots:names/0", &["targets:dynamic/0", "targets:dynamic/1", "targets:private/1"]);
    check("roots:names_module_only/0", &[]);
    let own = ["roots:id/1", "roots:names/0", "targets:dynamic/0", "targets:dynamic/1", "targets:private/1"];
    check("roots:names_own/0", &own);
}

#[test]
fn names_count_where_they_can_meet() {
    let check = |root: &str, expected: &[&str]| {
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        expected.push(root.to_owned());
        expected.sort();
        assert_eq!(from(&["meets", "caller", "targets"], &[root]), expected);
    };
    let one = ["targets:dynamic/1", "targets:private/1"];
    let both = ["targets:dynamic/0", one[0], one[1]];
    check("meets:apart/0", &["meets:module/0", "meets:function/0"]);
    check("meets:at_the_call/1", &["meets:module/0", one[0], one[1]]);
    check("meets:handed_over/1", &[&["meets:module/0", "meets:by/2"], &both[..]].concat());
    check("meets:to_another/1", &[&["meets:module/0", "caller:by/2"], &both[..]].concat());
    check("meets:in_a_tuple/1", &[&["meets:module/0"], &both[..]].concat());
    check("meets:own_state/0", &["meets:step/2", "meets:next/0", "meets:waiting/1"]);
    check("meets:keys/0", &[]);
    check("meets:table/0", &both);
    check("meets:put_key/1", &[]);
    check("meets:raised/1", &[]);
}

#[test]
fn what_is_cut_is_not_followed() {
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let cut = Cut::from([(0, 1)]);
    for (rule, whole) in [("roots:calls/0", 3), ("roots:names/0", 4), ("roots:literal_fun/0", 2)] {
        let roots = [Root::parse_keep(rule).unwrap()];
        let kept = |cut: &Cut| kept(&units, &Reach::compute_with(&units, &graph, &roots, Dynamic::Named, cut));
        assert_eq!(kept(&Cut::new()).len(), whole, "{rule}");
        assert!(kept(&cut).iter().all(|name| !name.starts_with("targets:")), "{rule}");
    }
}

#[test]
fn a_comparison_names_what_it_compares_with() {
    // The value may come from outside, and be called once it was found to be one of these.
    let dynamic = ["targets:dynamic/0", "targets:dynamic/1", "targets:private/1"];
    check("roots:compares/1", &[&dynamic[..], &["targets:other/0"]].concat());
    check("roots:compares_in_guard/1", &[&dynamic[..], &["targets:other/0"]].concat());
}

#[test]
fn a_named_module_keeps_all_exports_on_request() {
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let roots = [Root::parse_keep("roots:names_module_only/0").unwrap()];
    let all = kept(&units, &Reach::compute_with(&units, &graph, &roots, Dynamic::Any, &Cut::new()));
    let targets = units.iter().find(|unit| unit.name() == "targets").unwrap();
    for export in &targets.module.exports {
        let name = format!("targets:{}/{}", targets.module.atom(export.function), export.arity);
        assert!(all.contains(&name), "{name} is not in {all:?}");
    }
}

#[test]
fn on_load_runs_with_its_module() {
    check("roots:loads/0", &["loaded:init/0", "loaded:prepare/0", "loaded:used/0"]);
}

#[test]
fn module_info_keeps_exports_where_they_are_asked_for() {
    let exports = ["called/1", "in_literal/1", "dynamic/0", "dynamic/1", "other/0", "module_info/0", "module_info/1"];
    let mut expected: Vec<String> = exports.iter().map(|name| format!("targets:{name}")).collect();
    expected.extend(["targets:private/1", "roots:asks_for_exports/0"].map(String::from));
    let kept = from(&ERLANG, &["roots:asks_for_exports/0"]);
    // The comprehension's function has a name of the compiler's.
    let kept: Vec<String> = kept.into_iter().filter(|name| !name.contains("lc$")).collect();
    expected.sort();
    assert_eq!(kept, expected);
    check("roots:asks_for_md5/0", &["targets:module_info/1"]);
}

#[test]
fn error_info_keeps_its_explanation() {
    check("roots:raises/0", &["roots:format_error/2"]);
}

#[test]
fn a_module_rule_keeps_all_exports() {
    let kept = from(&ERLANG, &["targets"]);
    assert_eq!(kept.len(), 8, "{kept:?}");
    let all = from(&ERLANG, &["roots", "targets", "loaded"]);
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    assert_eq!(self::kept(&units, &Reach::compute(&units, &graph, &[Root::Library])), all);
}

#[test]
fn the_first_module_of_a_name_counts() {
    let kept = from(&["roots", "targets", "targets"], &["roots:calls/0"]);
    assert_eq!(kept, ["roots:calls/0", "roots:local/1", "targets:called/1"]);
}

#[test]
fn roots_that_name_nothing_are_told() {
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let roots = [
        Root::Start("roots".into()),
        Root::Start("targets".into()),
        Root::Module("nothing".into()),
        Root::parse_keep("targets:private/1").unwrap(),
    ];
    assert_eq!(Reach::compute(&units, &graph, &roots).unmatched(), [1, 2, 3]);
}

#[test]
fn keep_rules_are_read() {
    let function = |module: &str, name: &str, arity| Root::Function { module: module.into(), name: name.into(), arity };
    assert_eq!(Root::parse_keep("lists"), Ok(Root::Module("lists".into())));
    assert_eq!(Root::parse_keep("erlang:'/'/2"), Ok(function("erlang", "/", 2)));
    assert_eq!(Root::parse_keep("'Elixir.Enum':map/2"), Ok(function("Elixir.Enum", "map", 2)));
    for bad in ["", "a:b", "a:/1", ":b/1", "a:b/256", "a:b/x"] {
        assert!(Root::parse_keep(bad).unwrap_err().contains("MODULE:FUNCTION/ARITY"), "{bad}");
    }
}

#[test]
fn the_way_to_a_function_is_told() {
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let reach = Reach::compute(&units, &graph, &[Root::parse_keep("roots:names/0").unwrap()]);
    let unit = graph.unit("targets").unwrap();
    let private =
        (0..).find(|&place| units[unit].name_of(&units[unit].functions.list()[place]).0 == "private").unwrap();
    let steps = reach.why(unit, private);
    let text: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(place, step)| step.describe(&units, place.checked_sub(1).map(|before| &steps[before])))
        .collect();
    let line =
        include_str!("../../tests/fixtures/prune/roots.erl").lines().position(|line| line.starts_with("names()"));
    assert_eq!(text.len(), 3);
    assert_eq!(text[0], "roots:names/0, a root");
    let expected = "may be called dynamically: its module is named in roots:names/0 at roots.erl";
    assert_eq!(text[1], format!("targets:dynamic/1, {expected}:{}", line.unwrap() + 1));
    assert!(text[2].starts_with("targets:private/1, called in targets:dynamic/1 at targets.erl:"), "{}", text[2]);
    assert!(matches!(steps[1].edge, Edge::Named(_)));
    assert!(reach.why(graph.unit("loaded").unwrap(), 0).is_empty());
}

#[test]
fn references_have_their_instructions() {
    let bytes = bytes(&ERLANG);
    let units = units(&bytes);
    let graph = Graph::build(&units).unwrap();
    let unit = graph.unit("roots").unwrap();
    let calls = units[unit].exported("calls", 0).unwrap();
    let callees: Vec<_> = graph.references(unit, calls).iter().map(|reference| reference.target).collect();
    assert!(matches!(callees[..], [Target::Import(_), Target::Call(_)]), "{callees:?}");
    let literal_fun = units[unit].exported("literal_fun", 0).unwrap();
    let [reference] = graph.references(unit, literal_fun) else { panic!("one literal") };
    let Target::Literal(literal) = reference.target else { panic!("a literal") };
    let [fun] = graph.fun_exports(unit, literal) else { panic!("one fun") };
    assert_eq!((fun.module.as_str(), fun.function.as_str(), fun.arity), ("targets", "in_literal", 1));
}

#[test]
fn an_implementation_needs_a_value_to_dispatch_on() {
    // Struct made and protocol used: its implementation and that for the built-in type; of them, only what is called.
    let made = from(&ELIXIR, &["Elixir.UsesSize:made/1"]);
    let has = |kept: &[String], name: &str| kept.iter().any(|kept| kept == name);
    assert!(has(&made, "Elixir.Size.Made:of/1") && has(&made, "Elixir.Size.Map:of/1"), "{made:?}");
    assert!(!made.iter().any(|name| name.starts_with("Elixir.Size.Matched:")), "{made:?}");
    assert!(!made.iter().any(|name| name.contains("unused/1")), "{made:?}");
    // A struct that is matched may come from outside.
    let matched = from(&ELIXIR, &["Elixir.UsesSize:matched/1"]);
    assert!(has(&matched, "Elixir.Size.Matched:of/1") && !has(&matched, "Elixir.Size.Made:of/1"), "{matched:?}");
    // Without a call of the protocol there is no dispatch.
    let makes = from(&ELIXIR, &["Elixir.UsesSize:makes_only/1"]);
    assert!(!makes.iter().any(|name| name.starts_with("Elixir.Size")), "{makes:?}");
}

fn names(unit: &Unit<'_>) -> Vec<String> {
    unit.functions.list().iter().map(|function| unit.name_of(function)).map(|(n, a)| format!("{n}/{a}")).collect()
}

#[test]
fn a_module_that_uses_all_it_has_stays_the_same() {
    for name in ERLANG.iter().chain(&ELIXIR) {
        let input = fixture(name);
        let unit = Unit::load(*name, &input).unwrap();
        let emit = Emit { others: true, ..Emit::beam() };
        assert_eq!(rewrite(&unit, &|_| true, &emit).unwrap(), input, "{name}");
    }
}

#[test]
fn tables_have_only_what_is_used() {
    let input = fixture("roots");
    let unit = Unit::load("roots", &input).unwrap();
    let keep = |function: usize| {
        let (name, _) = unit.name_of(&unit.functions.list()[function]);
        name == "strings" || name.contains("makes_fun") || name == "in_fun" || name == "literal_fun"
    };
    let output = rewrite(&unit, &keep, &Emit::pack()).unwrap();
    let small = Unit::load("small", &output).unwrap();
    assert_eq!(names(&small), ["makes_fun/1", "in_fun/2", "literal_fun/0", "strings/1", "-makes_fun/1-fun-0-/2"]);
    assert_eq!(small.module.strings, b"firstsecond");
    assert_eq!(small.module.literals.len(), 1);
    assert_eq!(small.module.literals.form, LiteralForm::Inflated);
    assert_eq!(small.module.lambdas.len(), 1);
    assert_eq!(small.module.lambdas[0].index, 0);
    assert_eq!(small.module.exports.len(), 3);
    assert_eq!(small.module.locals.len(), 2);
    assert!(!small.module.atoms.names().contains(&"only_here"));
    assert_eq!(small.module.code.label_count, 11);
    let lines = small.module.lines.as_ref().unwrap();
    let source = include_str!("../../tests/fixtures/prune/roots.erl");
    for item in &lines.items {
        let line = source.lines().nth(item.line as usize - 1).unwrap();
        assert!(["in_fun", "makes_fun", "strings", "literal_fun"].iter().any(|name| line.starts_with(name)), "{line}");
    }
    // Writing it again changes nothing.
    assert_eq!(rewrite(&small, &|_| true, &Emit::pack()).unwrap(), output);
}

#[test]
fn strings_share_what_is_left() {
    let input = fixture("roots");
    let unit = Unit::load("roots", &input).unwrap();
    let keep = |function: usize| unit.name_of(&unit.functions.list()[function]).0 == "binary_of";
    let output = rewrite(&unit, &keep, &Emit::beam()).unwrap();
    let small = Unit::load("small", &output).unwrap();
    let mut left = small.module.strings.to_vec();
    left.sort_unstable();
    let mut expected = b"secondthird".to_vec();
    expected.sort_unstable();
    assert_eq!(left, expected);
}

#[test]
fn lines_and_types_can_go() {
    let input = fixture("roots");
    let unit = Unit::load("roots", &input).unwrap();
    let write = |emit: &Emit| rewrite(&unit, &|_| true, emit).unwrap();
    let all = write(&Emit::beam());
    let no_table = write(&Emit { lines: KeepLines::Instructions, ..Emit::beam() });
    let no_lines = write(&Emit { lines: KeepLines::None, ..Emit::beam() });
    let least = write(&Emit { lines: KeepLines::None, types: false, locals: false, ..Emit::beam() });
    assert!(least.len() < no_lines.len() && no_lines.len() < no_table.len() && no_table.len() < all.len());
    let names = names(&unit);
    for output in [&no_table, &no_lines, &least] {
        let unit = Unit::load("stripped", output).unwrap();
        assert_eq!(self::names(&unit), names);
        assert!(unit.module.lines.is_none());
        assert_eq!(unit.location(5), None);
    }
    let chunks = Unit::load("least", &least).unwrap().module.chunks;
    assert!(chunks.get(b"LocT").is_none() && chunks.get(b"Type").is_none());
}

#[test]
fn a_function_without_what_it_needs_is_an_error() {
    let input = fixture("roots");
    let unit = Unit::load("roots", &input).unwrap();
    let keep = |function: usize| unit.name_of(&unit.functions.list()[function]).0 == "calls";
    let error = rewrite(&unit, &keep, &Emit::pack()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Invalid { .. }) && error.chunk.is_some(), "{error}");
}

/// The file with a chunk added at its end.
fn with_chunk(input: &[u8], id: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunks: Vec<_> = Unit::load("input", input).unwrap().module.chunks.all().to_vec();
    chunks.push(emberl_format::beam::Chunk { id: emberl_format::ChunkId(id), data, offset: 0 });
    emberl_format::beam::emit(chunks.iter().map(|chunk| (chunk.id, chunk.data))).unwrap()
}

#[test]
fn a_module_with_native_code_is_kept_whole() {
    let files = [fixture("roots"), with_chunk(&fixture("targets"), *b"avmN", b"native code")];
    let units = units(&files);
    let graph = Graph::build(&units).unwrap();
    let reach = Reach::compute(&units, &graph, &[Root::parse_keep("roots:calls/0").unwrap()]);
    assert_eq!(reach.kept_functions(1), units[1].functions.list().len());
    assert_eq!(kept_whole(&units[0]), None);
    assert!(kept_whole(&units[1]).is_some());
    let output = rewrite(&units[1], &|_| false, &Emit::pack()).unwrap();
    let whole = Unit::load("whole", &output).unwrap();
    assert_eq!(names(&whole), names(&units[1]));
    assert_eq!(whole.module.chunks.get(b"avmN").unwrap().data, b"native code");
    assert!(whole.module.chunks.get(b"Attr").is_none());
}

#[test]
fn records_are_renumbered_with_the_atoms() {
    let unit_bytes = fixture("roots");
    let unit = Unit::load("roots", &unit_bytes).unwrap();
    let atom = unit.module.atoms.names().iter().position(|name| *name == "only_here").unwrap() + 1;
    // Three words, then a list with an atom.
    let mut data = vec![0; 12];
    data.extend_from_slice(&[0x17, 0x10]);
    emberl_format::compact::write_number(&mut data, emberl_format::compact::tag::A, atom as i64);
    let input = with_chunk(&unit_bytes, *b"Recs", &data);
    let unit = Unit::load("roots", &input).unwrap();
    assert_eq!(kept_whole(&unit), None);
    let keep = |function: usize| unit.name_of(&unit.functions.list()[function]).0 == "strings";
    let output = rewrite(&unit, &keep, &Emit::pack()).unwrap();
    let small = Unit::load("small", &output).unwrap();
    let atom = small.module.atoms.names().iter().position(|name| *name == "only_here").unwrap() + 1;
    assert_eq!(small.module.chunks.get(b"Recs").unwrap().data.last(), Some(&((atom as u8) << 4 | 2)));
    // A form that is not understood.
    let input = with_chunk(&unit_bytes, *b"Recs", &[0; 13][..12]);
    assert_eq!(kept_whole(&Unit::load("roots", &input).unwrap()), None);
    let input = with_chunk(&unit_bytes, *b"Recs", &[0xff; 20]);
    assert!(kept_whole(&Unit::load("roots", &input).unwrap()).is_some());
}

#[test]
fn native_records_keep_their_definitions() {
    let input =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/disasm/records-otp29.beam")).unwrap();
    let unit = Unit::load("records.beam", &input).unwrap();
    let whole = rewrite(&unit, &|_| true, &Emit { others: true, ..Emit::beam() }).unwrap();
    assert_eq!(whole, input);
    // With one function left the definitions name the same atoms, under new numbers.
    let make = unit.exported("make", 1).unwrap();
    let pruned = rewrite(&unit, &|function| function == make, &Emit::beam()).unwrap();
    let pruned = Unit::load("pruned.beam", &pruned).unwrap();
    assert!(pruned.module.atoms.len() < unit.module.atoms.len());
    let names = |unit: &Unit<'_>| {
        let chunk = unit.module.chunks.get(b"Recs").unwrap();
        let records = emberl_format::view::Records::parse(chunk.data).unwrap();
        let atom = |operand: &Operand| match *operand {
            Operand::Atom(index) => Some(unit.module.atom(index).to_owned()),
            _ => None,
        };
        records.operands.iter().filter_map(atom).collect::<Vec<_>>()
    };
    assert_eq!(names(&pruned), names(&unit));
    assert!(names(&unit).contains(&"point".to_owned()));
}
