//! Addresses of a firmware as functions, files and lines, by the ELF that the firmware was made from.

use std::ops::Range;
use std::rc::Rc;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianRcSlice, RunTimeEndian, SectionId};
use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

/// A function that an address is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name, demangled, without the hash.
    pub function: String,
    /// File and line, where the debug information has them.
    pub location: Option<(String, u32)>,
}

/// A function of the symbol table.
struct Symbol {
    address: u64,
    size: u64,
    name: String,
}

/// What an ELF says about addresses.
pub struct Symbols {
    context: Context<EndianRcSlice<RunTimeEndian>>,
    /// By address.
    functions: Vec<Symbol>,
    code: Vec<Range<u64>>,
}

impl std::fmt::Debug for Symbols {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Symbols").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Symbols {
    /// Reads an ELF.
    ///
    /// # Errors
    /// When it is none, or its debug information is damaged.
    pub fn read(elf: &[u8]) -> Result<Self, String> {
        let file = object::File::parse(elf).map_err(|error| error.to_string())?;
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let section = |id: SectionId| -> Result<_, String> {
            let section = file.section_by_name(id.name());
            let data = section.map(|section| section.uncompressed_data()).transpose();
            let data = data.map_err(|error| format!("section {}: {error}", id.name()))?.unwrap_or_default();
            Ok(EndianRcSlice::new(Rc::from(&*data), endian))
        };
        let context = Context::from_dwarf(Dwarf::load(section)?).map_err(|error| error.to_string())?;
        let mut functions: Vec<Symbol> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition())
            .filter_map(|symbol| {
                let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
                Some(Symbol { address: symbol.address(), size: symbol.size(), name })
            })
            .collect();
        functions.sort_by_key(|symbol| symbol.address);
        let code = file
            .sections()
            .filter(|section| section.kind() == SectionKind::Text)
            .map(|section| section.address()..section.address().saturating_add(section.size()))
            .collect();
        Ok(Self { context, functions, code })
    }

    /// Whether code stands at an address.
    #[must_use]
    pub fn is_code(&self, address: u64) -> bool {
        self.code.iter().any(|range| range.contains(&address))
    }

    /// The functions that an address is in, the innermost first: those around it were inlined into each other.
    #[must_use]
    pub fn places(&self, address: u64) -> Vec<Place> {
        if !self.is_code(address) {
            return Vec::new();
        }
        let mut places = Vec::new();
        if let Ok(mut frames) = self.context.find_frames(address).skip_all_loads() {
            while let Ok(Some(frame)) = frames.next() {
                let name = frame.function.as_ref().and_then(|name| name.raw_name().ok());
                let name = name.map(|name| format!("{:#}", rustc_demangle::demangle(&name)));
                let location = frame.location.and_then(|at| Some((at.file?.to_owned(), at.line?)));
                // Code without a function of its own, such as assembly, has the symbol's name.
                let Some(function) = name.or_else(|| self.symbol(address)) else { continue };
                places.push(Place { function, location });
            }
        }
        // Debug information may have the last word of a path only; the symbol is that of the outermost function.
        if let (Some(place), Some(symbol)) = (places.last_mut(), self.symbol(address))
            && symbol.rsplit("::").next() == Some(place.function.as_str())
        {
            place.function = symbol;
        }
        if places.is_empty() {
            places.extend(self.symbol(address).map(|function| Place { function, location: None }));
        }
        places
    }

    /// The function of the symbol table that an address is in.
    fn symbol(&self, address: u64) -> Option<String> {
        let after = self.functions.partition_point(|symbol| symbol.address <= address);
        let symbol = self.functions.get(after.checked_sub(1)?)?;
        // Symbols of assembly have no size.
        let is_inside = symbol.size == 0 || address < symbol.address.saturating_add(symbol.size);
        is_inside.then(|| symbol.name.clone())
    }
}

/// The addresses that a line of a console tells, each once, in order: `0x4200abcd`, and eight digits after the name of a
/// register that holds a place in code. A return address is one byte less, so that it is within the call.
#[must_use]
pub fn addresses(line: &str) -> Vec<(String, u64)> {
    /// More than a line of a dump has.
    const MOST: usize = 32;
    let mut found: Vec<(String, u64)> = Vec::new();
    let mut before = String::new();
    for word in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let register = before.to_ascii_lowercase();
        let digits = match word.strip_prefix("0x") {
            Some(digits) => Some(digits).filter(|digits| (4..=16).contains(&digits.len())),
            None => {
                Some(word).filter(|word| word.len() == 8 && ["mepc", "epc", "pc", "ra"].contains(&register.as_str()))
            }
        };
        if let Some(address) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            let place = if register == "ra" { address.saturating_sub(1) } else { address };
            let text = format!("{address:#010x}");
            if found.len() < MOST && found.iter().all(|(known, _)| *known != text) {
                found.push((text, place));
            }
        }
        before = word.to_owned();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_dumps() {
        let found = |line| addresses(line).into_iter().map(|(text, at)| format!("{text}@{at:x}")).collect::<Vec<_>>();
        assert_eq!(found("mepc 0x4200abcd, ra 0x42001234"), ["0x4200abcd@4200abcd", "0x42001234@42001233"]);
        assert_eq!(
            found("MEPC    : 4200abcd  RA      : 42001234  SP : 3fc81230"),
            ["0x4200abcd@4200abcd", "0x42001234@42001233"]
        );
        assert_eq!(found("  0x42000010\n0x42000010: again"), ["0x42000010@42000010"]);
        assert_eq!(found("0x12, 0xzzzz, 0x, mepc, ra x, 0x11112222333344445"), Vec::<String>::new());
        assert_eq!(found(&"0x42000010 0x42000011 ".repeat(100)).len(), 2);
    }

    #[test]
    fn what_is_no_elf_is_told() {
        assert!(Symbols::read(b"").is_err());
        assert!(Symbols::read(&[0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0]).is_err());
    }

    #[test]
    fn this_program_knows_its_own_functions() {
        let elf = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        // Only systems with ELF.
        let Ok(symbols) = Symbols::read(&elf) else { return };
        // Closures in it are functions of their own where nothing is optimised.
        let is_own = |name: &str| name.contains("symbols::addresses") && !name.contains("closure");
        let own = symbols.functions.iter().find(|symbol| is_own(&symbol.name)).unwrap();
        let places = symbols.places(own.address);
        let last = places.last().unwrap();
        assert!(last.function.ends_with("symbols::addresses"), "{places:?}");
        assert!(last.location.as_ref().unwrap().0.ends_with("symbols.rs"), "{places:?}");
        assert_eq!(symbols.places(0), []);
        assert_eq!(symbols.places(u64::MAX), []);
    }
}
