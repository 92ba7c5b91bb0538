//! The two halves of `emberl check`: code that is safe to run ([`code`]), and links that lead somewhere ([`crate::link`]).

use emberl_format::{ChunkId, check};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::unit::Unit;

/// Checks the code of one module.
#[must_use]
pub fn code(unit: &Unit<'_>) -> Vec<Diagnostic> {
    check::check(&unit.module, &unit.code, &unit.functions).iter().map(|finding| diagnostic(unit, finding)).collect()
}

fn diagnostic(unit: &Unit<'_>, finding: &check::Finding) -> Diagnostic {
    let instruction = unit.code.instructions().get(finding.instruction);
    let function = unit.functions.list().get(finding.function).map(|function| {
        let (name, arity) = unit.name_of(function);
        (name.to_owned(), arity)
    });
    let obsolete = matches!(finding.rule, check::Rule::Obsolete(_));
    let name = instruction.map_or("?", |instruction| instruction.op.name());
    Diagnostic {
        code: Code(finding.rule.number()),
        severity: Severity::Error,
        file: unit.file.clone(),
        module: Some(unit.name().to_owned()),
        function,
        location: unit.location(finding.instruction),
        place: instruction.map(|instruction| (Some(ChunkId(*b"Code")), unit.code.chunk_offset(instruction))),
        what: format!("{} (instruction {name})", finding.rule),
        why: if obsolete {
            "no virtual machine of OTP 24 or later runs it".to_owned()
        } else {
            "no compiler emits such code; run, it would break the virtual machine".to_owned()
        },
        cure: if obsolete {
            "compile the module with OTP 24 or later".to_owned()
        } else {
            "compile the module again; if it stays, the compiler or a tool behind it is at fault".to_owned()
        },
        more: 0,
    }
}
