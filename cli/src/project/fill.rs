//! What a program takes of the library: module by module, as far as its kept code comes to them, until nothing is missing
//! that the library has; then the pack is made.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use emberl_packer::codes;
use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::pack::Program;
use emberl_packer::source::{Detail, Part, Parts};

use super::library::Library;
use super::specification;
use crate::assemble::{self, Packed, Plan};
use crate::inputs;

/// A part of the pack that comes of modules: one itself, or what tells of some.
#[derive(Debug)]
pub(super) struct Kept {
    /// The name of its section.
    pub(super) section: String,
    /// The module's file, as it was read.
    pub(super) file: String,
    /// How many modules it is.
    pub(super) modules: usize,
    /// How many functions are kept of it.
    pub(super) functions: usize,
}

/// What a program takes of the library: module by module, as far as they are needed; of each the functions that are.
pub(super) struct Fill<'f> {
    pub(super) library: &'f Library,
    pub(super) plan: &'f Plan,
    /// The modules that it may take.
    pub(super) scope: Vec<&'f str>,
    /// The files that were read.
    pub(super) taken: Vec<PathBuf>,
    /// Modules that are taken whatever the program says.
    pub(super) first: Vec<String>,
}

/// What is done with the whole program.
pub(super) type Done<'d, T> =
    &'d dyn Fn(&Fill<'_>, &Program<'_>, Vec<Diagnostic>) -> std::result::Result<T, Vec<Diagnostic>>;

impl Fill<'_> {
    /// Takes what is missing, then does with the whole what is to be done.
    pub(super) fn run<T>(
        &mut self,
        program: Program<'_>,
        findings: Vec<Diagnostic>,
        done: Done<'_, T>,
    ) -> std::result::Result<T, Vec<Diagnostic>> {
        let known: HashSet<&str> = program.units().iter().map(|unit| unit.name()).collect();
        let library = self.library;
        let is_outside = |name: &&str| {
            !known.contains(name)
                && !library.path(name).is_some_and(|path| self.taken.iter().any(|taken| taken == path))
        };
        let outside: Vec<&str> = self.scope.iter().copied().filter(is_outside).collect();
        let first = std::mem::take(&mut self.first);
        let mut needed: Vec<&str> =
            outside.iter().copied().filter(|name| first.iter().any(|first| first == name)).collect();
        if needed.is_empty() {
            needed = program.needed(&self.plan.options, &outside)?;
        }
        if needed.is_empty() {
            return done(self, &program, findings);
        }
        let paths: Vec<&Path> = needed.iter().filter_map(|name| library.path(name)).collect();
        self.taken.extend(paths.iter().map(|path| path.to_path_buf()));
        let (parts, mut findings) = read(&paths, findings);
        // The program borrows from the parts, and goes on in the next call.
        let mut program = program;
        findings.extend(program.extend(&parts, &|| {}));
        self.run(program, findings, done)
    }

    /// Makes the pack.
    pub(super) fn pack(
        &self,
        program: &Program<'_>,
        findings: Vec<Diagnostic>,
    ) -> std::result::Result<(Packed, Vec<Kept>), Vec<Diagnostic>> {
        let files: HashSet<String> = self.taken.iter().map(|path| path.display().to_string()).collect();
        // What OTP's own code calls and the target has not cannot be corrected by who uses it; the program gets an error
        // if it comes to it.
        let judge = |finding: &mut Diagnostic| {
            if files.contains(&finding.file) && (200..300).contains(&finding.code.0) {
                finding.severity = Severity::Warning;
            }
            // The packer's words are those of a command line.
            if finding.code.0 == codes::UNKNOWN_MODULE && finding.cure.contains("--with") {
                "add its application to the dependencies, or a pack that has it to build.packs or build.with"
                    .clone_into(&mut finding.cure);
            }
        };
        let mut packed = assemble::pack(program, findings, self.plan, &judge)?;
        let kept = program.kept(&packed.selection).map(|(unit, functions)| Kept {
            section: format!("{}.beam", unit.name()),
            file: unit.file.clone(),
            modules: 1,
            functions,
        });
        let mut kept = kept.collect();
        packed.bytes = specification::add(&packed.bytes, &mut kept)
            .map_err(|error| vec![Diagnostic::unreadable("the pack", &error)])?;
        Ok((packed, kept))
    }
}

/// The modules that a program's code calls.
pub(super) fn called<'p>(program: &'p Program<'_>) -> impl Iterator<Item = &'p str> {
    program.own_units().iter().flat_map(|unit| unit.module.imports.iter().map(|import| unit.module.atom(import.module)))
}

/// Reads modules of the library.
fn read(paths: &[&Path], mut findings: Vec<Diagnostic>) -> (Vec<Part>, Vec<Diagnostic>) {
    let mut parts = Vec::new();
    for path in paths {
        let file = path.display().to_string();
        match inputs::read(&file) {
            Ok(bytes) => {
                let read = Parts::of(&file, bytes, Detail::Code);
                parts.extend(read.parts);
                findings.extend(read.findings);
            }
            Err(finding) => findings.push(*finding),
        }
    }
    (parts, findings)
}
