//! Which functions of a set of modules can be reached from its roots, and why.
//!
//! - A call keeps its target; a fun keeps its body; a `fun M:F/A` in a literal keeps `M:F/A`.
//! - A dynamic call (`apply`, `spawn`, a behaviour's callback) needs the module and the function as atoms. So an
//!   exported function is kept when reachable code has an atom of its module's name, and its own name can meet it
//!   (`crate::site` tells where code calls by name):
//!   - the name stands at such a call, whose module may be any, with the arity of the call (`Module:init(X)`); or after a
//!     module in a tuple that is made (`{Module, start_link, []}`);
//!   - both atoms stand in one function, literals included;
//!   - the name stands in a module that calls by names that it is given, or is an argument of a function of such a one;
//!   - its own module has the name, and somewhere functions of its arity are called by names that are given (the states
//!     of `gen_statem`).
//!
//!   What counts as having an atom is said in [`crate::graph`]. With [`Dynamic::Any`] the module's name is enough, for
//!   all of its exports; then a hello-world keeps 92 % of kernel and stdlib instead of 5 %, since `c`, `lists` or `timer`
//!   as plain tags name modules, too (`tests/tests/prune.rs` measures it).
//! - `module_info/0,1` tell what a module exports: where they are called by the module's name, all its exports are kept,
//!   as soon as reachable code has the atom `exports` or `functions`, without which no function is found in the answer.
//!   The same holds for modules that are named, when reachable code calls `erlang:get_module_info/1,2` itself. A
//!   `module_info` that may only be called dynamically keeps no exports: who walks over modules that way needs
//!   [`Dynamic::Any`] or a [`Root`].
//! - The `-on_load` function is kept with any function of its module. `format_error/2` is kept in a module that raises
//!   errors with `error_info`, since OTP calls it for the module on the stack.
//! - An implementation of an Elixir protocol counts as named when a function of the protocol is kept and values of its
//!   struct can exist: that is a built-in type, or the struct's name stands in reachable code.
//!
//! What no rule can see is an atom that is made when the program runs (`list_to_atom/1`, `binary_to_term/1`,
//! `file:consult/1`, a native's answer) and then called, nor a name that meets its module only by a way through other data:
//! such functions need a [`Root`]. What is in [`Cut`] is not followed at all.
//!
//! The work is a queue of functions, each visited once, in the order of their distance from the roots.

use std::collections::{HashMap, HashSet};

use crate::graph::{Graph, Imported, NONE, Target};
use crate::site::Site;
use crate::unit::Unit;

/// Where reachability starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// The start module: its `start/0`, and `init:boot/1` where a module `init` is in the set, which then calls it.
    Start(String),
    /// All exports of a module.
    Module(String),
    /// One exported function.
    Function {
        /// Its module.
        module: String,
        /// Its name.
        name: String,
        /// Its arity.
        arity: u8,
    },
    /// All exports of all modules: a library.
    Library,
    /// A module that the machine calls by name: its exports whose names reachable code has as atoms.
    Named(String),
    /// One exported function without arguments, if anything of another module is kept.
    Beside {
        /// The other module.
        other: String,
        /// The function's module.
        module: String,
        /// Its name.
        name: String,
    },
}

impl Root {
    /// Reads a rule as `--keep` takes it: `Module` or `Module:Function/Arity`.
    ///
    /// # Errors
    /// A sentence that says what is wrong and how a rule looks.
    pub fn parse_keep(rule: &str) -> Result<Self, String> {
        let bad = |why: &str| Err(format!("{rule:?} is not a rule: {why}; write MODULE or MODULE:FUNCTION/ARITY"));
        let unquoted = |name: &str| name.trim_matches('\'').to_owned();
        let Some((module, function)) = rule.split_once(':') else {
            return if rule.is_empty() { bad("it is empty") } else { Ok(Self::Module(unquoted(rule))) };
        };
        let Some((name, arity)) = function.rsplit_once('/') else { return bad("the arity is missing") };
        if module.is_empty() || name.is_empty() {
            return bad("a name is missing");
        }
        match arity.parse() {
            Ok(arity) => Ok(Self::Function { module: unquoted(module), name: unquoted(name), arity }),
            Err(_) => bad("the arity is not a number of 0 to 255"),
        }
    }
}

/// Which exports of a module that is named by an atom may be called dynamically.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dynamic {
    /// Those whose own name occurs as an atom in reachable code, too.
    #[default]
    Named,
    /// All of them: for programs that make names of functions when they run (`list_to_atom/1`).
    Any,
}

/// How a function is reached from the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It is a root, by its index in the list of roots.
    Root(usize),
    /// It is called by the instruction at this index.
    Call(usize),
    /// A fun is made of it by the instruction at this index.
    Fun(usize),
    /// The instruction at this index uses a literal with a `fun M:F/A` of it.
    FunExport(usize),
    /// The instruction at this index names its module, and reachable code names the function: it may be called
    /// dynamically.
    Named(usize),
    /// Its module implements this protocol, by the unit's index; the function before it is the protocol's, or names
    /// the struct.
    Implementation(usize),
    /// It is its module's `-on_load` function.
    OnLoad,
    /// `module_info`, or a call of `erlang:get_module_info`, tells of it.
    Reflection,
    /// The instruction at this index has `error_info`; this is its module's `format_error/2`.
    ErrorInfo(usize),
    /// Its module has native code or records that cannot be renumbered, and so all its functions stay.
    Whole,
}

/// One step of the answer to "why is it kept".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The unit's index.
    pub unit: usize,
    /// The function's index in its unit.
    pub function: usize,
    /// How the step before leads here.
    pub edge: Edge,
}

impl Step {
    /// The step as a line of text: `lists:map/2, called in hello:start/0 at hello.erl:7`. `before` is the step before
    /// this one, `None` for the first.
    #[must_use]
    pub fn describe(&self, units: &[Unit<'_>], before: Option<&Self>) -> String {
        let name = |unit: usize, function: usize| {
            let Some(unit) = units.get(unit) else { return String::new() };
            let Some(function) = unit.functions.list().get(function) else { return unit.name().to_owned() };
            let (name, arity) = unit.name_of(function);
            format!("{}:{name}/{arity}", unit.name())
        };
        let place = |at: usize| {
            let Some(before) = before else { return String::new() };
            let caller = name(before.unit, before.function);
            match units.get(before.unit).and_then(|unit| unit.location(at)) {
                Some(location) => format!("{caller} at {}:{}", location.file, location.line),
                None => caller,
            }
        };
        let how = match self.edge {
            Edge::Root(_) => "a root".to_owned(),
            Edge::Call(at) => format!("called in {}", place(at)),
            Edge::Fun(at) => format!("a fun is made of it in {}", place(at)),
            Edge::FunExport(at) => format!("named as a fun in {}", place(at)),
            Edge::Named(at) => format!("may be called dynamically: its module is named in {}", place(at)),
            Edge::Implementation(protocol) => {
                let protocol = units.get(protocol).map_or("", |unit| unit.name());
                format!("implements the protocol {protocol}")
            }
            Edge::OnLoad => "runs when its module is loaded".to_owned(),
            Edge::Reflection => "its module's exports are asked for".to_owned(),
            Edge::ErrorInfo(at) => format!("explains an error that is raised in {}", place(at)),
            Edge::Whole => "its module is kept whole".to_owned(),
        };
        format!("{}, {how}", name(self.unit, self.function))
    }
}

#[derive(Clone, Copy, Debug)]
struct Cause {
    parent: u32,
    edge: Edge,
}

/// References that are not followed, calls and names: from the code of the one unit to the module that the other is.
pub type Cut = HashSet<(usize, usize)>;

/// The functions that can be reached.
#[derive(Clone, Debug)]
pub struct Reach {
    /// By function's number.
    causes: Vec<Option<Cause>>,
    /// By unit: the number of its first function.
    first: Vec<u32>,
    unmatched: Vec<usize>,
}

impl Reach {
    /// Follows all references from the roots. `graph` is that of `units`.
    #[must_use]
    pub fn compute(units: &[Unit<'_>], graph: &Graph, roots: &[Root]) -> Self {
        Self::compute_with(units, graph, roots, Dynamic::default(), &Cut::new())
    }

    /// As [`compute`](Self::compute), with a choice of what a named module keeps, and with what is not followed.
    #[must_use]
    pub fn compute_with(units: &[Unit<'_>], graph: &Graph, roots: &[Root], dynamic: Dynamic, cut: &Cut) -> Self {
        let functions = graph.first.last().copied().unwrap_or(0) as usize;
        let mut walk = Walk {
            graph,
            dynamic,
            causes: vec![None; functions],
            queue: Vec::new(),
            named: vec![None; graph.exporters.len()],
            modules: vec![None; graph.units.len()],
            loose: vec![false; graph.units.len()],
            said: vec![HashSet::new(); graph.units.len()],
            called: HashMap::new(),
            open: vec![Vec::new(); graph.units.len()],
            arities: HashSet::new(),
            cut,
            passed: vec![Vec::new(); graph.units.len()],
            touched: vec![NONE; graph.units.len()],
            reflection: NONE,
            asks: NONE,
            infos: Vec::new(),
            beside: HashMap::new(),
            unnamed: HashSet::new(),
        };
        let mut unmatched = Vec::new();
        for (index, root) in roots.iter().enumerate() {
            if !walk.root(units, index, root) {
                unmatched.push(index);
            }
        }
        let mut next = 0;
        while let Some(&function) = walk.queue.get(next) {
            walk.visit(function);
            next += 1;
        }
        Self { causes: walk.causes, first: graph.first.clone(), unmatched }
    }

    /// Whether a function can be reached.
    #[must_use]
    pub fn is_kept(&self, unit: usize, function: usize) -> bool {
        self.number(unit, function).is_some_and(|number| self.cause(number).is_some())
    }

    /// How many functions of a unit can be reached.
    #[must_use]
    pub fn kept_functions(&self, unit: usize) -> usize {
        let range = self.first.get(unit).zip(self.first.get(unit + 1));
        let causes = range.and_then(|(&start, &end)| self.causes.get(start as usize..end as usize));
        causes.map_or(0, |causes| causes.iter().flatten().count())
    }

    /// The units that have a function that can be reached, by their index.
    pub fn modules_kept(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.first.len().saturating_sub(1)).filter(|&unit| self.kept_functions(unit) != 0)
    }

    /// The roots that name nothing in the set, by their index.
    #[must_use]
    pub fn unmatched(&self) -> &[usize] {
        &self.unmatched
    }

    /// A shortest chain of steps from a root to a function; empty when it cannot be reached.
    #[must_use]
    pub fn why(&self, unit: usize, function: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = self.number(unit, function);
        while let Some((number, cause)) = at.and_then(|number| Some((number, self.cause(number)?))) {
            let unit = self.first.partition_point(|&first| first <= number).saturating_sub(1);
            let function = (number - self.first.get(unit).copied().unwrap_or(0)) as usize;
            steps.push(Step { unit, function, edge: cause.edge });
            at = (cause.parent != NONE).then_some(cause.parent);
        }
        steps.reverse();
        steps
    }

    fn cause(&self, number: u32) -> Option<Cause> {
        self.causes.get(number as usize).copied().flatten()
    }

    fn number(&self, unit: usize, function: usize) -> Option<u32> {
        let (first, next) = (*self.first.get(unit)?, *self.first.get(unit + 1)?);
        let number = first.checked_add(u32::try_from(function).ok()?)?;
        (number < next).then_some(number)
    }
}

struct Walk<'g> {
    graph: &'g Graph,
    dynamic: Dynamic,
    causes: Vec<Option<Cause>>,
    queue: Vec<u32>,
    /// By name: the function that has it as an atom, and the instruction.
    named: Vec<Option<(u32, u32)>>,
    /// By unit: why it counts as named.
    modules: Vec<Option<Cause>>,
    /// By unit: whether its name and that of its function may stand anywhere.
    loose: Vec<bool>,
    /// By unit: the names that its kept functions have as atoms.
    said: Vec<HashSet<u32>>,
    /// By name: the arities with which some module's function of it is called.
    called: HashMap<u32, Vec<Option<u8>>>,
    /// By unit: the arities with which it calls functions by names that it is given.
    open: Vec<Vec<Option<u8>>>,
    /// What is not followed: from this unit to that.
    cut: &'g Cut,
    /// The arities with which functions are called by names that are given.
    arities: HashSet<u8>,
    /// By unit: the names that others hand over to its functions.
    passed: Vec<Vec<u32>>,
    /// By unit: its first function that was kept.
    touched: Vec<u32>,
    /// A function that calls `erlang:get_module_info`.
    reflection: u32,
    /// A function that has the atom `exports` or `functions`.
    asks: u32,
    /// The `module_info` functions that were kept.
    infos: Vec<u32>,
    /// By unit: functions that are kept as soon as anything of it is. Their names keep them not: they are the names of
    /// much else (`init`, `user`).
    beside: HashMap<usize, Vec<(u32, Cause)>>,
    unnamed: HashSet<u32>,
}

impl Walk<'_> {
    fn root(&mut self, units: &[Unit<'_>], index: usize, root: &Root) -> bool {
        let cause = Cause { parent: NONE, edge: Edge::Root(index) };
        let function = |module: &str, name: &str, arity: u8| {
            let unit = self.graph.unit(module)?;
            self.graph.number(unit, units.get(unit)?.exported(name, arity)?)
        };
        match root {
            Root::Start(module) => {
                let Some(start) = function(module, "start", 0) else { return false };
                let boot = function("init", "boot", 1);
                self.keep(start, cause);
                if let Some(boot) = boot {
                    self.keep(boot, cause);
                }
            }
            Root::Module(module) => {
                let Some(unit) = self.graph.unit(module) else { return false };
                self.keep_exports(unit, cause);
            }
            Root::Function { module, name, arity } => {
                let Some(number) = function(module, name, *arity) else { return false };
                self.keep(number, cause);
            }
            Root::Named(module) => {
                let Some(unit) = self.graph.unit(module) else { return false };
                if let Some(loose) = self.loose.get_mut(unit) {
                    *loose = true;
                }
                self.name_module(unit, cause);
            }
            Root::Beside { other, module, name } => {
                let (Some(other), Some(number)) = (self.graph.unit(other), function(module, name, 0)) else {
                    return false;
                };
                self.beside.entry(other).or_default().push((number, cause));
                self.unnamed.insert(number);
            }
            Root::Library => {
                for (index, unit) in units.iter().enumerate() {
                    if self.graph.unit(unit.name()) == Some(index) {
                        self.keep_exports(index, cause);
                    }
                }
            }
        }
        true
    }

    fn keep(&mut self, function: u32, cause: Cause) {
        if let Some(place @ None) = self.causes.get_mut(function as usize) {
            *place = Some(cause);
            self.queue.push(function);
        }
    }

    fn keep_exports(&mut self, unit: usize, cause: Cause) {
        for &(_, _, function) in self.graph.units.get(unit).map_or(&[][..], |unit| &unit.exports) {
            if let Some(number) = self.graph.number(unit, function as usize) {
                self.keep(number, cause);
            }
        }
    }

    fn visit(&mut self, number: u32) {
        let graph = self.graph;
        let (unit, function) = graph.place(number);
        let Some(refs) = graph.units.get(unit) else { return };
        if self.touched.get(unit) == Some(&NONE) {
            self.touch(unit, number);
        }
        // A module_info that is only named may be called by anybody who looks at modules; that alone keeps no exports.
        let named = matches!(self.causes.get(number as usize), Some(Some(Cause { edge: Edge::Named(_), .. })));
        if refs.module_info.contains(&(function as u32)) && !named && !self.is_loose(unit) {
            self.infos.push(number);
            if self.asks != NONE {
                self.keep_exports(unit, Cause { parent: number, edge: Edge::Reflection });
            }
        }
        if self.asks == NONE && refs.asks.get(function) == Some(&true) {
            self.ask(number);
        }
        if refs.reflects.get(function) == Some(&true) {
            self.reflect(number);
        }
        let mut said = HashSet::new();
        for reference in graph.references(unit, function) {
            let at = reference.at as usize;
            match reference.target {
                Target::Call(callee) => self.keep_local(unit, callee, Cause { parent: number, edge: Edge::Call(at) }),
                Target::Fun(body) => self.keep_local(unit, body, Cause { parent: number, edge: Edge::Fun(at) }),
                Target::Import(index) => {
                    if let Some(&Imported::Function(callee)) = refs.imports.get(index as usize)
                        && !self.is_cut(unit, graph.place(callee).0)
                    {
                        self.keep(callee, Cause { parent: number, edge: Edge::Call(at) });
                    }
                }
                Target::Literal(index) => {
                    let Some(literal) = refs.literals.get(index as usize) else { continue };
                    for &callee in &literal.functions {
                        if !self.is_cut(unit, graph.place(callee).0) {
                            self.keep(callee, Cause { parent: number, edge: Edge::FunExport(at) });
                        }
                    }
                    for &name in &literal.names {
                        if graph.module(name).is_some_and(|module| self.is_cut(unit, module)) {
                            continue;
                        }
                        self.name(name, unit, number, reference.at);
                        said.insert(name);
                    }
                }
                Target::Raised(index) => {
                    let Some(literal) = refs.literals.get(index as usize) else { continue };
                    for &callee in &literal.functions {
                        self.keep(callee, Cause { parent: number, edge: Edge::FunExport(at) });
                    }
                    if literal.names.contains(&graph.error_info) {
                        self.error_info(unit, number, reference.at);
                    }
                }
                Target::Atom(index) => {
                    if let Some(&name) = refs.atoms.get(index as usize) {
                        if graph.module(name).is_some_and(|module| self.is_cut(unit, module)) {
                            continue;
                        }
                        self.name(name, unit, number, reference.at);
                        said.insert(name);
                    }
                }
            }
        }
        for &site in refs.sites.get(function).into_iter().flatten() {
            self.site(site, unit);
        }
        for module in said.iter().filter_map(|&name| graph.module(name)) {
            self.keep_named(module, |_, name, _| said.contains(&name));
        }
    }

    fn keep_local(&mut self, unit: usize, function: u32, cause: Cause) {
        if let Some(number) = self.graph.number(unit, function as usize) {
            self.keep(number, cause);
        }
    }

    /// The first function of a module is kept.
    fn touch(&mut self, unit: usize, number: u32) {
        if let Some(place) = self.touched.get_mut(unit) {
            *place = number;
        }
        for (function, cause) in self.beside.remove(&unit).unwrap_or_default() {
            self.keep(function, cause);
        }
        let graph = self.graph;
        let Some(refs) = graph.units.get(unit) else { return };
        if let Some(function) = refs.on_load {
            self.keep_local(unit, function, Cause { parent: number, edge: Edge::OnLoad });
        }
        if refs.whole {
            let (first, next) = (graph.first.get(unit), graph.first.get(unit + 1));
            for function in first.copied().unwrap_or(0)..next.copied().unwrap_or(0) {
                self.keep(function, Cause { parent: number, edge: Edge::Whole });
            }
        }
        for &implementation in graph.protocols.of(unit as u32) {
            self.implement(implementation, number);
        }
    }

    /// Reachable code, at `at` in function `number` of `unit`, has the atom `name`.
    fn name(&mut self, name: u32, unit: usize, number: u32, at: u32) {
        let graph = self.graph;
        if name == graph.error_info {
            self.error_info(unit, number, at);
        }
        if name == NONE || graph.protocols.is_own_name(unit as u32, name) {
            return;
        }
        if let Some(place @ None) = self.named.get_mut(name as usize) {
            *place = Some((number, at));
            if let Some(module) = graph.module(name) {
                self.name_module(module, Cause { parent: number, edge: Edge::Named(at as usize) });
            }
            self.keep_exported(name, |walk, module, _| walk.is_loose(module));
            for &implementation in graph.protocols.for_target(name) {
                self.implement(implementation, number);
            }
        }
        if self.said.get_mut(unit).is_some_and(|said| said.insert(name)) {
            self.say(name, unit);
        }
    }

    /// The kept functions of a unit have a name for the first time.
    fn say(&mut self, name: u32, unit: usize) {
        self.keep_exported(name, |walk, module, arity| module == unit && walk.arities.contains(&arity));
        for arity in self.open.get(unit).cloned().unwrap_or_default() {
            self.call(name, arity);
        }
    }

    fn is_cut(&self, from: usize, to: usize) -> bool {
        self.cut.contains(&(from, to))
    }

    /// Whether the machine itself calls the module by name.
    fn is_loose(&self, unit: usize) -> bool {
        self.loose.get(unit) == Some(&true)
    }

    fn says(&self, unit: usize, name: u32) -> bool {
        self.said.get(unit).is_some_and(|said| said.contains(&name))
    }

    /// Reachable code of `unit` calls functions by name.
    fn site(&mut self, site: Site, unit: usize) {
        match site {
            Site::Named(name, arity) => self.call(name, arity),
            Site::Open(arity) => {
                if let Some(arity) = arity
                    && self.arities.insert(arity)
                {
                    for unit in 0..self.modules.len() {
                        self.keep_named(unit, |walk, name, exported| exported == arity && walk.says(unit, name));
                    }
                }
                let Some(open) = self.open.get_mut(unit).filter(|open| !open.contains(&arity)) else { return };
                open.push(arity);
                // They may come from anywhere in the module, as of a list that a comprehension goes through.
                let mut names = self.passed.get(unit).cloned().unwrap_or_default();
                names.extend(self.said.get(unit).into_iter().flatten());
                names.into_iter().for_each(|name| self.call(name, arity));
            }
            Site::Kept(name) => self.pass(name, unit),
            Site::Passed(import, name) => {
                let imports = self.graph.units.get(unit).map_or(&[][..], |refs| &refs.imports);
                if let Some(&Imported::Function(callee)) = imports.get(import as usize) {
                    self.pass(name, self.graph.place(callee).0);
                }
            }
        }
    }

    /// Reachable code hands a name over to a function of `unit`.
    fn pass(&mut self, name: u32, unit: usize) {
        let Some(passed) = self.passed.get_mut(unit).filter(|passed| !passed.contains(&name)) else { return };
        passed.push(name);
        for arity in self.open.get(unit).cloned().unwrap_or_default() {
            self.call(name, arity);
        }
    }

    /// Reachable code calls a function of this name and arity, of any module.
    fn call(&mut self, name: u32, arity: Option<u8>) {
        let called = self.called.entry(name).or_default();
        if called.contains(&arity) {
            return;
        }
        called.push(arity);
        self.keep_exported(name, |_, _, exported| arity.is_none_or(|arity| arity == exported));
    }

    fn is_called(&self, name: u32, arity: u8) -> bool {
        let called = self.called.get(&name);
        called.is_some_and(|called| called.iter().any(|called| called.is_none_or(|called| called == arity)))
    }

    /// Keeps the functions of this name whose module is named and that `if_kept` takes, by module and arity.
    fn keep_exported(&mut self, name: u32, if_kept: impl Fn(&Self, usize, u8) -> bool) {
        for &(module, arity, function) in self.graph.exporters.get(name as usize).map_or(&[][..], Vec::as_slice) {
            if let Some(&Some(cause)) = self.modules.get(module as usize)
                && !self.unnamed.contains(&function)
                && if_kept(self, module as usize, arity)
            {
                self.keep(function, cause);
            }
        }
    }

    /// Keeps the functions of a module that is named that `if_kept` takes, by name and arity.
    fn keep_named(&mut self, unit: usize, if_kept: impl Fn(&Self, u32, u8) -> bool) {
        let Some(&Some(cause)) = self.modules.get(unit) else { return };
        let Some(refs) = self.graph.units.get(unit) else { return };
        for &(name, arity, function) in &refs.exports {
            let number = self.graph.number(unit, function as usize);
            if let Some(number) = number.filter(|number| !self.unnamed.contains(number))
                && if_kept(self, name, arity)
            {
                self.keep(number, cause);
            }
        }
    }

    fn name_module(&mut self, unit: usize, cause: Cause) {
        match self.modules.get_mut(unit) {
            Some(place @ None) => *place = Some(cause),
            _ => return,
        }
        let is_loose = self.is_loose(unit);
        if self.reflection != NONE && self.asks != NONE && !is_loose {
            self.keep_exports(unit, Cause { parent: self.reflection, edge: Edge::Reflection });
        }
        let any = self.dynamic == Dynamic::Any;
        self.keep_named(unit, |walk, name, arity| {
            let is_named = || walk.named.get(name as usize).is_some_and(Option::is_some);
            any || (walk.arities.contains(&arity) && walk.says(unit, name))
                || walk.is_called(name, arity)
                || (is_loose && is_named())
        });
    }

    /// An implementation counts as named when its protocol is used and values of its target can exist.
    fn implement(&mut self, implementation: u32, number: u32) {
        let Some(found) = self.graph.protocols.implementations.get(implementation as usize) else { return };
        let used = self.touched.get(found.protocol as usize).is_some_and(|&touched| touched != NONE);
        let named = self.named.get(found.target as usize).is_some_and(Option::is_some);
        if used && (found.built_in || named) {
            let edge = Edge::Implementation(found.protocol as usize);
            self.name_module(found.unit as usize, Cause { parent: number, edge });
        }
    }

    fn error_info(&mut self, unit: usize, number: u32, at: u32) {
        let graph = self.graph;
        let name = graph.format_error;
        let Some(refs) = graph.units.get(unit) else { return };
        for &(_, _, function) in refs.exports.iter().filter(|row| (row.0, row.1) == (name, 2)) {
            self.keep_local(unit, function, Cause { parent: number, edge: Edge::ErrorInfo(at as usize) });
        }
    }

    /// Reachable code has an atom that picks functions out of what `module_info` gives.
    fn ask(&mut self, number: u32) {
        self.asks = number;
        for info in self.infos.clone() {
            let (unit, _) = self.graph.place(info);
            self.keep_exports(unit, Cause { parent: info, edge: Edge::Reflection });
        }
        self.reflect_on_all();
    }

    /// Reachable code asks the VM about modules.
    fn reflect(&mut self, number: u32) {
        if self.reflection == NONE {
            self.reflection = number;
            self.reflect_on_all();
        }
    }

    fn reflect_on_all(&mut self) {
        if self.reflection == NONE || self.asks == NONE {
            return;
        }
        for unit in 0..self.modules.len() {
            // The machine's own names are nobody's.
            if self.modules.get(unit).is_some_and(Option::is_some) && !self.is_loose(unit) {
                self.keep_exports(unit, Cause { parent: self.reflection, edge: Edge::Reflection });
            }
        }
    }
}
