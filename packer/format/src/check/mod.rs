//! The checker of code: a module that passes it is safe to run.
//!
//! Two parts. [`operands`] looks at each instruction by itself: every index into a table exists, arities agree, labels
//! are where they must be. [`flow`] follows every path through every function and keeps, for each point, what is known
//! of each register and stack slot: nothing is read before it is written, frames are allocated and taken away in
//! pairs, the collector finds every slot initialised, `catch` and `try` are nested, a match context is used as one and
//! never as a term. It promises what OTP's `beam_validator` promises about structure; types of terms are not followed,
//! a VM must test them where an instruction needs them.
//!
//! Work and memory are bounded by the size of the code.

mod access;
pub mod flow;
pub mod operands;
pub mod returns;
pub mod rule;
mod state;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::code::Decoded;
use crate::functions::{Function, Functions};
use crate::module::Module;

pub use rule::Rule;

/// Something that makes a module unsafe to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The function, by its index in [`Functions::list`].
    pub function: usize,
    /// The instruction, by its index in [`Decoded::instructions`].
    pub instruction: usize,
    /// The rule that it breaks.
    pub rule: Rule,
}

/// Checks all functions. A module that gives no finding is safe to run.
#[must_use]
pub fn check(module: &Module<'_>, code: &Decoded<'_>, functions: &Functions) -> Vec<Finding> {
    check_with(module, code, functions, &operands::valid_literals(module), &|_| false)
}

/// As [`check`], with what is known of the literals, and of which functions the VM calls another in place of the module's
/// own. A VM that decodes the literals when it loads the module need not have the reader of terms here as well. Another
/// function than the one in the code may return where that never does, and takes nothing but terms.
#[must_use]
pub fn check_with(
    module: &Module<'_>,
    code: &Decoded<'_>,
    functions: &Functions,
    literals: &operands::Literals,
    is_replaced: &dyn Fn(&Function) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    operands::check(module, code, functions, literals, &mut findings);
    if findings.is_empty() {
        // The flow part relies on labels and indices that exist.
        flow::check(module, code, functions, is_replaced, &mut findings);
    }
    findings
}
