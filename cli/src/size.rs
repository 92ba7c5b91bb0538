//! `emberl size`: where the bytes of a pack go, what changed, whether it fits, and what modules take once they are loaded.

use std::collections::BTreeMap;
use std::rc::Rc;

use clap::{Args, ValueEnum};
use emberl_host::host::Host;
use emberl_packer::link::quoted;
use emberl_packer::measure::{self, Measured};
use emberl_packer::rewrite::KeepLines;
use emberl_vm::load::cost::{self, Cost};
use emberl_vm::memory::Budget;
use emberl_vm::shared::Shared;
use serde::Serialize;

use crate::args::{self, Format, SelectOptions, Sources, WithOptions};
use crate::console::{self, STRONG, bytes, styled};
use crate::failure::{Failure, Result};
use crate::pack::Strip;

const AFTER_HELP: &str = "\
Sizes are those of the pack that `emberl pack` would write with the same options. A \
function's bytes are those of its instructions; a module's are those of its section.

With --loaded, the bytes of the VM's memory that each module takes once it is loaded, \
measured by loading all of them in their order: the translated code, the literals, the \
line numbers for stack traces, the tables of functions and funs, and the atoms that no \
module before had. RATIO is the translated code over the Code chunk.

Examples:
  emberl size build/
  emberl size --loaded build/
  emberl size --by function --top 10 --prune --start hello build/
  emberl size --compare old.avm new.avm
  emberl size --budget 256k app.avm";

/// Tell where the bytes of a pack go
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// What the bytes are counted by
    #[arg(long, value_name = "WHAT", default_value = "module")]
    by: By,

    /// Count the memory that modules take once they are loaded
    #[arg(long, conflicts_with_all = ["by", "compare"])]
    loaded: bool,

    /// Show only the N largest (in text)
    #[arg(long, value_name = "N")]
    top: Option<usize>,

    /// Print the differences from this pack, module or folder
    #[arg(long, value_name = "OTHER")]
    compare: Option<String>,

    /// Fail when the pack is larger: a number of bytes, or with k or M for 1024 or 1048576
    #[arg(long, value_name = "BYTES", value_parser = budget)]
    budget: Option<usize>,

    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    select: SelectOptions,

    /// Count only the functions that are reached from the start module and --keep
    #[arg(short, long, help_heading = "What is kept")]
    prune: bool,

    /// Do not count what is only for people: the line numbers of stack traces
    #[arg(long, value_name = "WHAT", help_heading = "What is kept")]
    strip: Vec<Strip>,

    #[command(flatten)]
    with: WithOptions,

    /// Modules, folders, packs, patterns and plain files
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
}

/// Sections (modules and plain files), functions' instructions, or chunks of all modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Module,
    Function,
    Chunk,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Function => "function",
            Self::Chunk => "chunk",
        }
    }
}

/// What `size --format json` prints (`cli/schemas/size.schema.json`).
#[derive(Debug, Serialize)]
struct Report {
    /// The bytes of the pack.
    total: usize,
    /// The bytes of what it is compared with; `null` without `--compare`.
    before: Option<usize>,
    /// The bytes that it may have; `null` without `--budget`.
    budget: Option<usize>,
    /// Whether it is larger than that.
    over_budget: bool,
    /// What the items are: `module`, `function` or `chunk`.
    by: &'static str,
    /// The items, the largest first; when comparing, the largest difference first, those without one left out.
    items: Vec<Item>,
    /// What the modules take in the VM's memory, the largest first; `null` without `--loaded`.
    loaded: Option<Vec<Loaded>>,
}

/// What a loaded module takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Loaded {
    /// The module.
    name: String,
    /// All of what follows but the chunk.
    total: usize,
    /// Translated code.
    code: usize,
    /// The `Code` chunk that it was translated from; this stays in the pack.
    chunk: usize,
    /// Literals.
    literals: usize,
    /// Line numbers and names of source files.
    lines: usize,
    /// Tables of functions and funs.
    functions: usize,
    /// Names of atoms that no module before had.
    atoms: usize,
}

/// A module, plain file, function or chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Item {
    /// Its name.
    name: String,
    /// Its bytes.
    bytes: usize,
    /// Its bytes in what it is compared with; `null` without `--compare`.
    before: Option<usize>,
}

/// A number of bytes: `262144`, `256k`, `1M`, `0x40000`.
///
/// # Errors
/// A line that says what is wrong.
pub(crate) fn budget(text: &str) -> std::result::Result<usize, String> {
    let (digits, unit) = match text.trim_end_matches(['B', 'b']).trim_end_matches(['i']) {
        text if text.ends_with(['k', 'K']) => (text.trim_end_matches(['k', 'K']), 1024),
        text if text.ends_with(['m', 'M']) => (text.trim_end_matches(['m', 'M']), 1_048_576),
        _ => (text, 1),
    };
    let number = match digits.strip_prefix("0x") {
        Some(digits) => usize::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let number =
        number.map_err(|_| "it is no number of bytes; write for example 262144, 256k or 0x40000".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "it is too large".to_owned())
}

/// A VM that modules are loaded into, to see what they take.
pub(crate) struct Loader {
    shared: Shared,
    loaded: Vec<Loaded>,
    /// Why the first module that does not load does not.
    failure: Option<Failure>,
}

impl Loader {
    pub(crate) fn new() -> Result<Self> {
        let host = Host::new(Rc::new(emberl_host::program::Program::default()));
        let shared = Shared::new(Box::new(host), Budget::new(usize::MAX));
        let shared =
            shared.map_err(|_| Failure::input("there is no memory for a VM", "try again with fewer modules"))?;
        Ok(Self { shared, loaded: Vec::new(), failure: None })
    }

    /// Loads one more module; `file` is where it comes from.
    pub(crate) fn load(&mut self, file: &str, name: &str, beam: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        match cost::measure(&mut self.shared, beam) {
            Ok(cost::Measured { cost, chunk, .. }) => {
                let Cost { code, literals, lines, functions, atoms } = cost;
                let (name, total) = (name.to_owned(), cost.total());
                self.loaded.push(Loaded { name, total, code, chunk, literals, lines, functions, atoms });
            }
            Err(error) => {
                let what = format!("{file}: the module {name} does not load: {error}");
                self.failure = Some(Failure::input(what, "`emberl check` says what the VM cannot run"));
            }
        }
    }

    /// The bytes of all that was loaded.
    pub(crate) fn total(self) -> Result<usize> {
        Ok(self.finish()?.iter().map(|module| module.total).sum())
    }

    /// What was loaded, the largest first.
    fn finish(self) -> Result<Vec<Loaded>> {
        let mut loaded = self.loaded;
        loaded.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
        self.failure.map_or(Ok(loaded), Err)
    }
}

/// The sections of some inputs, and the bytes of their pack. Loads the modules, if there is something to load them into.
fn measured(
    inputs: &[String],
    arguments: &Arguments,
    prune: bool,
    mut loader: Option<&mut Loader>,
) -> Result<(Vec<Measured>, usize)> {
    let sources = Sources::read(inputs, &arguments.with.with);
    let program = sources.load_unchecked()?;
    let mut options = arguments.select.options(prune);
    // Only what is pruned needs a start; the flag takes no bytes.
    options.library |= !prune && options.start.is_none();
    let selection = args::select(&program, &options)?;
    let lines = if arguments.strip.contains(&Strip::Lines) { KeepLines::None } else { KeepLines::All };
    let mut measured = Vec::new();
    program
        .sections(
            &selection,
            lines,
            |section| Ok((measure::section(&section)?, section)),
            |(sizes, section)| {
                if let Some(loader) = loader.as_deref_mut().filter(|_| section.module) {
                    loader.load(section.file, &sizes.name, &section.data);
                }
                measured.push(sizes);
                Ok(())
            },
        )
        .map_err(args::findings)?;
    let total = measure::FRAME + measured.iter().map(|section| section.bytes).sum::<usize>();
    Ok((measured, total))
}

fn by(sections: &[Measured], by: By) -> BTreeMap<String, usize> {
    let mut items = BTreeMap::new();
    let mut add = |name: String, bytes: usize| *items.entry(name).or_insert(0) += bytes;
    for section in sections {
        match by {
            By::Module => add(section.name.clone(), section.bytes),
            By::Function => {
                let module = quoted(&section.name);
                section.functions.iter().for_each(|(name, bytes)| add(format!("{module}:{name}"), *bytes));
            }
            By::Chunk => {
                section.chunks.iter().for_each(|(name, bytes)| add(name.clone(), *bytes));
                let chunks: usize = section.chunks.iter().map(|(_, bytes)| bytes).sum();
                let rest = if section.chunks.is_empty() { "(plain files)" } else { "(headers and names)" };
                add(rest.to_owned(), section.bytes.saturating_sub(chunks));
            }
        }
    }
    items
}

/// The items in order.
fn items(now: BTreeMap<String, usize>, before: Option<BTreeMap<String, usize>>) -> Vec<Item> {
    let Some(before) = before else {
        let mut items: Vec<Item> = now.into_iter().map(|(name, bytes)| Item { name, bytes, before: None }).collect();
        items.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        return items;
    };
    let names: std::collections::BTreeSet<&String> = now.keys().chain(before.keys()).collect();
    let mut items: Vec<Item> = names
        .into_iter()
        .map(|name| Item {
            name: name.clone(),
            bytes: now.get(name).copied().unwrap_or(0),
            before: Some(before.get(name).copied().unwrap_or(0)),
        })
        .filter(|item| item.before != Some(item.bytes))
        .collect();
    let change = |item: &Item| item.bytes.abs_diff(item.before.unwrap_or(0));
    items.sort_by(|a, b| change(b).cmp(&change(a)).then_with(|| a.name.cmp(&b.name)));
    items
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut loader = if arguments.loaded { Some(Loader::new()?) } else { None };
    let (now, total) = measured(&arguments.inputs, arguments, arguments.prune, loader.as_mut())?;
    let loaded = loader.map(Loader::finish).transpose()?;
    let compared = match &arguments.compare {
        // A pack is compared as it is; only other inputs are pruned as the program is.
        Some(other) => {
            let prune = arguments.prune && !other.ends_with(".avm");
            Some(measured(std::slice::from_ref(other), arguments, prune, None)?)
        }
        None => None,
    };
    let before = compared.as_ref().map(|(_, total)| *total);
    let over_budget = arguments.budget.is_some_and(|budget| total > budget);
    let list = items(by(&now, arguments.by), compared.map(|(sections, _)| by(&sections, arguments.by)));
    match arguments.format {
        Format::Json => console::json(&Report {
            total,
            before,
            budget: arguments.budget,
            over_budget,
            by: arguments.by.name(),
            items: list,
            loaded,
        })?,
        Format::Text => match &loaded {
            Some(loaded) => print_loaded(loaded, arguments)?,
            None => print(&list, total, before, arguments)?,
        },
    }
    match arguments.budget {
        Some(budget) if over_budget => {
            let largest = items(by(&now, By::Module), None);
            let largest: Vec<String> =
                largest.iter().take(3).map(|item| format!("{} ({})", item.name, bytes(item.bytes))).collect();
            let what = format!("{} over the budget of {}", bytes(total - budget), bytes(budget));
            Err(Failure::input(what, format!("make the largest smaller: {}", largest.join(", "))))
        }
        _ => Ok(()),
    }
}

fn print(items: &[Item], total: usize, before: Option<usize>, arguments: &Arguments) -> Result<()> {
    let shown = items.get(..arguments.top.unwrap_or(items.len()).min(items.len())).unwrap_or_default();
    console::out(|out| {
        if before.is_some() {
            writeln!(
                out,
                "{}",
                styled(STRONG, format!("{:>9}  {:>9}  {:>9}  {}", "BYTES", "BEFORE", "CHANGE", title(arguments.by)))
            )?;
        } else {
            writeln!(out, "{}", styled(STRONG, format!("{:>9}  {}", "BYTES", title(arguments.by))))?;
        }
        for item in shown {
            let name = crate::report::plain(&item.name);
            match item.before {
                Some(before) => {
                    writeln!(out, "{:>9}  {before:>9}  {:>9}  {name}", item.bytes, change(item.bytes, before))?
                }
                None => writeln!(out, "{:>9}  {name}", item.bytes)?,
            }
        }
        if shown.len() < items.len() {
            writeln!(out, "{:>9}  and {} more", "...", items.len() - shown.len())?;
        }
        match before {
            Some(before) => writeln!(out, "{total:>9}  {before:>9}  {:>9}  the whole pack", change(total, before))?,
            None => writeln!(out, "{total:>9}  the whole pack ({})", bytes(total))?,
        }
        Ok(())
    })
}

fn print_loaded(loaded: &[Loaded], arguments: &Arguments) -> Result<()> {
    let shown = loaded.get(..arguments.top.unwrap_or(loaded.len()).min(loaded.len())).unwrap_or_default();
    let sum = |of: fn(&Loaded) -> usize| loaded.iter().map(of).sum::<usize>();
    let all = Loaded {
        name: String::new(),
        total: sum(|module| module.total),
        code: sum(|module| module.code),
        chunk: sum(|module| module.chunk),
        literals: sum(|module| module.literals),
        lines: sum(|module| module.lines),
        functions: sum(|module| module.functions),
        atoms: sum(|module| module.atoms),
    };
    let row = |module: &Loaded, name: &str| {
        let Loaded { total, code, chunk, literals, lines, functions, atoms, .. } = module;
        let ratio = *code as f64 / (*chunk).max(1) as f64;
        format!("{total:>9}  {code:>9}  {ratio:>5.2}  {literals:>9}  {lines:>9}  {functions:>9}  {atoms:>9}  {name}")
    };
    console::out(|out| {
        let title = format!(
            "{:>9}  {:>9}  {:>5}  {:>9}  {:>9}  {:>9}  {:>9}  MODULE",
            "LOADED", "CODE", "RATIO", "LITERALS", "LINES", "FUNCTIONS", "ATOMS"
        );
        writeln!(out, "{}", styled(STRONG, title))?;
        for module in shown {
            writeln!(out, "{}", row(module, &crate::report::plain(&module.name)))?;
        }
        if shown.len() < loaded.len() {
            writeln!(out, "{:>9}  and {} more", "...", loaded.len() - shown.len())?;
        }
        writeln!(out, "{}", row(&all, &format!("all modules ({})", bytes(all.total))))?;
        Ok(())
    })
}

const fn title(by: By) -> &'static str {
    match by {
        By::Module => "MODULE OR FILE",
        By::Function => "FUNCTION",
        By::Chunk => "CHUNK",
    }
}

/// A difference with its sign.
fn change(now: usize, before: usize) -> String {
    let sign = if now < before { '-' } else { '+' };
    format!("{sign}{}", now.abs_diff(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_read() {
        for (text, bytes) in [
            ("100", 100),
            ("256k", 262_144),
            ("256K", 262_144),
            ("1M", 1_048_576),
            ("2KiB", 2048),
            ("0x40000", 262_144),
        ] {
            assert_eq!(budget(text), Ok(bytes), "{text}");
        }
        for text in ["", "k", "-1", "12q", "1.5k", "99999999999999999999"] {
            assert!(budget(text).is_err(), "{text}");
        }
    }

    #[test]
    fn items_are_in_order() {
        let sizes = |list: &[(&str, usize)]| list.iter().map(|(name, bytes)| ((*name).to_owned(), *bytes)).collect();
        let names = |items: Vec<Item>| items.into_iter().map(|item| item.name).collect::<Vec<_>>();
        assert_eq!(names(items(sizes(&[("a", 1), ("b", 3), ("c", 3)]), None)), ["b", "c", "a"]);
        let before = Some(sizes(&[("a", 1), ("b", 9), ("d", 2)]));
        assert_eq!(names(items(sizes(&[("a", 1), ("b", 3), ("c", 3)]), before)), ["b", "c", "d"]);
    }
}
