//! Elixir's protocols in a set of modules, and which modules implement them for what.
//!
//! A protocol exports `__protocol__/1` and `impl_for/1`. An implementation exports `__impl__/1`, which gives the
//! protocol for `protocol` and the struct (or the module that stands for a built-in type) for `for`; its own name is
//! the protocol's, a dot and the target (Elixir: `Protocol`, "Consolidation" and `defimpl`).

use std::collections::HashMap;

use emberl_format::compact::Operand;
use emberl_format::opcode::Op;

use crate::unit::Unit;

/// The targets that are no structs (Elixir: `Protocol`, "Types"; the modules' atoms).
const BUILT_IN: [&str; 12] = [
    "Elixir.Any",
    "Elixir.Atom",
    "Elixir.BitString",
    "Elixir.Float",
    "Elixir.Function",
    "Elixir.Integer",
    "Elixir.List",
    "Elixir.Map",
    "Elixir.PID",
    "Elixir.Port",
    "Elixir.Reference",
    "Elixir.Tuple",
];

/// A module that implements a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Implementation {
    /// The unit that is the implementation.
    pub(crate) unit: u32,
    /// The unit that is the protocol.
    pub(crate) protocol: u32,
    /// The number of the target's name.
    pub(crate) target: u32,
    /// Whether values of the target exist without its name being in the code.
    pub(crate) built_in: bool,
}

/// The protocols of a set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Protocols {
    pub(crate) implementations: Vec<Implementation>,
    /// By the protocol's unit: its implementations.
    of: HashMap<u32, Vec<u32>>,
    /// By the target's name: its implementations.
    by_target: HashMap<u32, Vec<u32>>,
    /// By the implementation's unit.
    units: HashMap<u32, u32>,
    /// By the protocol's unit: the names of its implementations and their targets, sorted.
    names: HashMap<u32, Vec<u32>>,
}

impl Protocols {
    pub(crate) fn is_implementation(&self, unit: u32) -> bool {
        self.units.contains_key(&unit)
    }

    /// The implementations of the protocol that `unit` is.
    pub(crate) fn of(&self, unit: u32) -> &[u32] {
        self.of.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The implementations for the struct with this name.
    pub(crate) fn for_target(&self, name: u32) -> &[u32] {
        self.by_target.get(&name).map_or(&[], Vec::as_slice)
    }

    /// Whether `unit` is a protocol, and `name` that of an implementation of it or of a target.
    pub(crate) fn is_own_name(&self, unit: u32, name: u32) -> bool {
        self.names.get(&unit).is_some_and(|names| names.binary_search(&name).is_ok())
    }
}

/// Finds the protocols of `units` and their implementations. `number` gives a name's number.
pub(crate) fn find<'u>(
    units: &'u [Unit<'_>],
    by_name: &HashMap<String, u32>,
    mut number: impl FnMut(&'u str) -> u32,
) -> Protocols {
    let mut found = Protocols::default();
    for (index, unit) in units.iter().enumerate() {
        let index = index as u32;
        let Some(function) = unit.exported("__impl__", 1).filter(|_| by_name.get(unit.name()) == Some(&index)) else {
            continue;
        };
        let is_protocol = |name: &str| {
            let unit = *by_name.get(name)?;
            let exports = |name| units.get(unit as usize).is_some_and(|unit| unit.exported(name, 1).is_some());
            (exports("__protocol__") && exports("impl_for")).then_some(unit)
        };
        let Some((protocol, target)) = answer(unit, function, "protocol")
            .zip(answer(unit, function, "for"))
            .and_then(|(protocol, target)| Some((is_protocol(protocol)?, target)))
        else {
            continue;
        };
        let target_name = number(target);
        let place = found.implementations.len() as u32;
        let built_in = BUILT_IN.contains(&target);
        found.implementations.push(Implementation { unit: index, protocol, target: target_name, built_in });
        found.of.entry(protocol).or_default().push(place);
        found.by_target.entry(target_name).or_default().push(place);
        found.units.insert(index, place);
        found.names.entry(protocol).or_default().extend([number(unit.name()), target_name]);
    }
    for names in found.names.values_mut() {
        names.sort_unstable();
    }
    found
}

/// The atom that `__impl__/1` gives for a question: where the argument is compared with the question's atom, the code
/// moves an atom to `x0` and returns.
fn answer<'a>(unit: &Unit<'a>, function: usize, question: &str) -> Option<&'a str> {
    let function = unit.functions.list().get(function)?;
    let is_question =
        |operand: &Operand| matches!(operand, Operand::Atom(index) if unit.module.atom(*index) == question);
    for index in function.instructions.clone() {
        let instruction = unit.code.instructions().get(index)?;
        let start = match instruction.op {
            Op::SelectVal => {
                let pairs = unit.code.elements(unit.code.operand(instruction, 2));
                let pair = pairs.chunks_exact(2).find(|pair| pair.first().is_some_and(is_question));
                let Some(&[_, Operand::Label(label)]) = pair else { continue };
                unit.functions.label(label)? + 1
            }
            Op::IsEqExact if (1..3).any(|place| is_question(&unit.code.operand(instruction, place))) => index + 1,
            _ => continue,
        };
        let block = unit.code.instructions().get(start..start + 2)?;
        if let [value, end] = block
            && value.op == Op::Move
            && end.op == Op::Return
            && let Operand::Atom(atom) = unit.code.operand(value, 0)
            && unit.code.operand(value, 1) == Operand::X(0)
        {
            return Some(unit.module.atom(atom));
        }
    }
    None
}
