//! Which modules beside a set are needed by it: those that reachable code can come to. Owns no rule of reachability; it
//! reads what [`crate::reach`] has kept, and is generous where a module must be read to know whether it is needed.

use std::collections::HashSet;

use crate::graph::{Graph, Imported, Target};
use crate::pack::behaviours;
use crate::reach::Reach;
use crate::unit::Unit;

/// Those of `outside` that the kept functions of `units` may come to. `graph` was built beside `outside`; `is_cut` tells
/// what is not followed, by a unit and the name of a module.
pub(crate) fn modules<'o>(
    units: &[Unit<'_>],
    graph: &Graph,
    reach: &Reach,
    outside: &[&'o str],
    is_cut: &dyn Fn(usize, &str) -> bool,
) -> HashSet<&'o str> {
    let known: HashSet<&'o str> = outside.iter().copied().collect();
    let mut found = HashSet::new();
    let mut need = |name: &str| {
        if let Some(&name) = known.get(name) {
            found.insert(name);
        }
    };
    let mut protocols = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        // Whether a behaviour is known decides whether all callbacks are kept.
        behaviours(unit).iter().for_each(|name| need(name));
        if reach.kept_functions(index) == 0 {
            continue;
        }
        if unit.exported("__protocol__", 1).is_some() {
            protocols.push(format!("{}.", unit.name()));
        }
        for function in (0..unit.functions.list().len()).filter(|&function| reach.is_kept(index, function)) {
            names(unit, graph, index, function, &mut |name| {
                if !is_cut(index, name) {
                    need(name);
                }
            });
        }
    }
    // An implementation is found by its name alone: the protocol's, a dot and the type's.
    for name in outside {
        if protocols.iter().any(|protocol| name.starts_with(protocol.as_str())) {
            found.insert(name);
        }
    }
    found
}

/// The modules that a function calls or names.
fn names(unit: &Unit<'_>, graph: &Graph, index: usize, function: usize, need: &mut impl FnMut(&str)) {
    let Some(refs) = graph.units.get(index) else { return };
    for reference in graph.references(index, function) {
        match reference.target {
            Target::Call(_) | Target::Fun(_) => {}
            Target::Raised(literal) => {
                let exports = refs.literals.get(literal as usize).map(|literal| &literal.exports);
                exports.into_iter().flatten().for_each(|export| need(&export.module));
            }
            Target::Import(import) => {
                let import = import as usize;
                if let (Some(Imported::Outside), Some(import)) =
                    (refs.imports.get(import), unit.module.imports.get(import))
                {
                    need(unit.module.atom(import.module));
                }
            }
            Target::Literal(literal) => {
                let Some(literal) = refs.literals.get(literal as usize) else { continue };
                literal.exports.iter().for_each(|export| need(&export.module));
                literal.names.iter().filter_map(|&name| graph.outside(name)).for_each(&mut *need);
            }
            Target::Atom(atom) => need(unit.module.atom(atom)),
        }
    }
}
