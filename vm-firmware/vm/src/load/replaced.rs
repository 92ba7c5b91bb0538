//! Functions of a module in whose place a native one is called: what the checker must know of them, and what it cannot see.

use emberl_format::code::Decoded;
use emberl_format::compact::Operand;
use emberl_format::functions::{Function, Functions};
use emberl_format::module::Module;
use emberl_format::opcode::Op;

use crate::natives;

/// Whether the VM has a native function that is always called in place of this one of the module.
pub(super) fn is_replaced(module: &Module<'_>, function: &Function) -> bool {
    natives::find_first(module.name(), module.atom(function.name), function.arity).is_some()
}

/// Whether a function that is replaced jumps to its own entry, where the call of the native function stands: that takes
/// registers and returns as the function was called, and neither need be so further on. No compiler makes such code.
pub(super) fn jumps_to_native(module: &Module<'_>, code: &Decoded<'_>, functions: &Functions) -> bool {
    functions.list().iter().filter(|function| is_replaced(module, function)).any(|function| {
        let body = code.instructions().get(function.body..function.instructions.end).unwrap_or_default();
        // Labels that the native call stands at are all before the first instruction that takes room.
        let entry = body.iter().take_while(|instruction| takes_no_room(instruction.op)).count();
        let is_entry = |operand: Operand| match operand {
            Operand::Label(label) => {
                functions.label(label).is_some_and(|at| (function.body..function.body + entry).contains(&at))
            }
            _ => false,
        };
        let is_call = |op| matches!(op, Op::Call | Op::CallLast | Op::CallOnly);
        body.iter().filter(|instruction| !is_call(instruction.op)).any(|instruction| {
            let mut operands = code.operands(instruction);
            operands.any(|operand| is_entry(operand) || code.elements(operand).iter().copied().any(is_entry))
        })
    })
}

/// Whether the translated code has nothing for an instruction.
const fn takes_no_room(op: Op) -> bool {
    matches!(
        op,
        Op::Label
            | Op::Line
            | Op::ExecutableLine
            | Op::DebugLine
            | Op::NifStart
            | Op::Fclearerror
            | Op::Fcheckerror
            | Op::RecvMark
            | Op::RecvSet
            | Op::OnLoad
    )
}
