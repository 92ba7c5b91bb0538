//! Pruning by module: what the start module cannot reach is left out.
//!
//! A module reaches another when the other's name is among its atoms (see [`Facts`]): that is what packbeam 0.8.2 goes
//! by. More than that tool does: literals of modules that come from packs are read too, and so are the modules of
//! literal functions (`fun m:f/1`).

use std::collections::{BTreeMap, BTreeSet};

use super::application::{self, Specification};
use super::{Element, Error, Facts, Result};

/// The elements without the modules that are not reached. What is not a module stays.
///
/// # Errors
/// When no module can be started, or the application is not among the elements, or its start module is not.
pub(super) fn prune<'a>(elements: Vec<Element<'a>>, application: Option<&str>) -> Result<Vec<Element<'a>>> {
    let Some(entry) = elements.iter().find(|element| element.is_start()) else {
        return Err(Error::new(
            "nothing to start pruning from: no input module exports start/0; export it, name a start module \
             with --start, or leave out --prune",
        ));
    };
    let mut modules = BTreeMap::new();
    for facts in elements.iter().filter_map(|element| element.module.as_ref()) {
        // Of two versions of a module the first one runs.
        modules.entry(&*facts.name).or_insert(facts);
    }
    let mut roots: Vec<&Facts> = entry.module.iter().collect();
    if let Some(application) = application {
        for module in application_modules(&elements, application)? {
            let facts = modules.get(&*module).ok_or_else(|| {
                Error::new(format!("the start module {module} of an application is missing; add its .beam file"))
            })?;
            roots.push(facts);
        }
    }
    let reached: BTreeSet<String> = reach(roots, &modules).into_iter().map(str::to_string).collect();
    let kept = |element: &Element<'_>| element.module.as_ref().is_none_or(|facts| reached.contains(&facts.name));
    Ok(elements.into_iter().filter(kept).collect())
}

/// The names of all modules that `roots` reach, themselves included.
fn reach<'f>(roots: Vec<&'f Facts>, modules: &BTreeMap<&str, &'f Facts>) -> BTreeSet<&'f str> {
    let mut reached: BTreeSet<&str> = roots.iter().map(|facts| &*facts.name).collect();
    let mut pending = roots;
    while let Some(facts) = pending.pop() {
        for next in facts.atoms.iter().filter_map(|atom| modules.get(&**atom)) {
            if reached.insert(&next.name) {
                pending.push(next);
            }
        }
    }
    reached
}

/// The start modules of an application and of those that it needs, directly or not. Applications without a
/// specification among the elements (kernel, stdlib) are passed over, but the one asked for must have one.
fn application_modules(elements: &[Element<'_>], application: &str) -> Result<Vec<String>> {
    let mut specifications: Vec<Specification> = Vec::new();
    for element in elements.iter().filter(|element| element.module.is_none()) {
        specifications.extend(application::specification(&element.name, &element.data)?);
    }
    let find = |name: &str| specifications.iter().find(|specification| specification.name == name);
    if find(application).is_none() {
        return Err(Error::new(format!(
            "the application {application} has no {application}/priv/application.bin among the inputs; add it"
        )));
    }
    let mut seen = BTreeSet::from([application]);
    let mut pending = vec![application];
    let mut modules = Vec::new();
    while let Some(specification) = pending.pop().and_then(find) {
        modules.extend(specification.start_module.clone());
        for needed in &specification.applications {
            if find(needed).is_some() && seen.insert(needed) {
                pending.push(needed);
            }
        }
    }
    Ok(modules)
}
