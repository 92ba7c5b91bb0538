//! The one way from loaded modules to a pack, for all commands that make one: choose what is kept, check its links, write.

use emberl_packer::diagnostic::{Diagnostic, Severity};
use emberl_packer::pack::{Options, Program, Selection};
use emberl_packer::profile::{Platform, Profile};
use emberl_packer::rewrite::KeepLines;

use crate::report;

/// How a pack is made.
pub(crate) struct Plan {
    /// Where the program starts, and what is kept of it.
    pub(crate) options: Options,
    /// What the target can run.
    pub(crate) profile: &'static Profile,
    /// Its platform, if one is meant.
    pub(crate) platform: Option<Platform>,
    /// Whether calls that lead nowhere are only warnings.
    pub(crate) unresolved: bool,
    /// What becomes of line numbers.
    pub(crate) lines: KeepLines,
}

/// A pack that was made.
pub(crate) struct Packed {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// What is in it.
    pub(crate) selection: Selection,
    /// What was found, all of it warnings.
    pub(crate) findings: Vec<Diagnostic>,
}

/// Makes a pack. `findings` are those of reading and loading; `judge` may change how bad one is.
///
/// # Errors
/// All findings, if one of them is an error.
pub(crate) fn pack(
    program: &Program<'_>,
    mut findings: Vec<Diagnostic>,
    plan: &Plan,
    judge: &dyn Fn(&mut Diagnostic),
) -> Result<Packed, Vec<Diagnostic>> {
    let selection = match program.select(&plan.options) {
        Ok(selection) => {
            findings.extend(program.links(&selection, plan.profile, plan.platform, plan.unresolved));
            selection
        }
        Err(found) => {
            // An input that cannot be read may be the start module: that is said already.
            if !findings.iter().any(|finding| finding.severity == Severity::Error && finding.module.is_none()) {
                findings.extend(found);
            }
            return Err(findings);
        }
    };
    findings.iter_mut().for_each(judge);
    if report::counts(&findings).0 != 0 {
        return Err(findings);
    }
    match program.write(&selection, plan.lines) {
        Ok(bytes) => Ok(Packed { bytes, selection, findings }),
        Err(found) => {
            findings.extend(found);
            Err(findings)
        }
    }
}
