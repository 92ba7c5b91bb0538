//! Writes a module again with only the functions that are kept, and only what those use in every table.
//!
//! Everything keeps its order and is numbered anew without gaps: labels, atoms, literals, imports, lambdas, lines, file
//! names, types and strings. So a module that uses all it has comes out with the same bytes, and rewriting a result
//! changes nothing. The header's highest opcode is left: compilers raise it to keep old loaders away.

mod numbering;
mod strings;

use emberl_format::beam;
use emberl_format::code::{Code, Instruction};
use emberl_format::compact::{self, Operand};
use emberl_format::module::lines::{LineItem, Lines};
use emberl_format::module::literals::{self, LiteralForm};
use emberl_format::module::{Atoms, Export, Import, Lambda, Types, tables};
use emberl_format::opcode::{Kind, Op};
use emberl_format::view::Records;
use emberl_format::{ChunkId, Error, ErrorKind};

use crate::unit::Unit;
use numbering::Numbering;
use strings::Strings;

/// What becomes of source locations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepLines {
    /// They stay.
    #[default]
    All,
    /// The table is dropped, the `line` instructions stay, as `packbeam -r` does it.
    Instructions,
    /// The table and the instructions (`line`, `executable_line`, `debug_line`) are dropped.
    None,
}

/// What a rewritten module has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emit {
    /// How literals are stored; `None` for the form of the input.
    pub literals: Option<LiteralForm>,
    /// Source locations.
    pub lines: KeepLines,
    /// Whether the types of registers stay (`Type` and typed registers). They are hints, which a VM may do without.
    pub types: bool,
    /// Whether the table of local functions (`LocT`) stays. Neither OTP's loader nor the code needs it.
    pub locals: bool,
    /// Whether chunks that the code does not use stay as they are (`Attr`, `CInf`, `Meta`, `Dbgi`, `Docs`, ...). OTP's
    /// loader needs none of them.
    pub others: bool,
}

impl Emit {
    /// A section of an `.avm` pack: literals ready to use (`LitU`), only the chunks that a VM reads.
    #[must_use]
    pub const fn pack() -> Self {
        Self { literals: Some(LiteralForm::Inflated), lines: KeepLines::All, types: true, locals: true, others: false }
    }

    /// A `.beam` file that OTP loads, with literals as the input has them. For one out of a pack choose a `LitT` form.
    #[must_use]
    pub const fn beam() -> Self {
        Self { literals: None, lines: KeepLines::All, types: true, locals: true, others: false }
    }

    fn form(&self, input: LiteralForm) -> LiteralForm {
        self.literals.unwrap_or(input)
    }
}

/// Why a module can only be kept with all its functions, if it can.
#[must_use]
pub fn kept_whole(unit: &Unit<'_>) -> Option<&'static str> {
    let chunks = &unit.module.chunks;
    if chunks.all().iter().any(|chunk| chunk.id.0.starts_with(b"avm")) {
        return Some("it has native code, which is not renumbered");
    }
    let records = chunks.get(b"Recs")?;
    self::records(records.data).is_none().then_some("its records (chunk Recs) are of an unknown form")
}

/// Writes `unit` with the functions for which `keep` says so, by their index.
///
/// A module that [`kept_whole`] names is written with all functions; only its chunks are chosen.
///
/// # Errors
/// When a function that is kept needs one that is not, or an index of the code points beyond its table, or the result
/// passes the limits of the format.
pub fn rewrite(unit: &Unit<'_>, keep: &dyn Fn(usize) -> bool, emit: &Emit) -> Result<Vec<u8>, Error> {
    if kept_whole(unit).is_some() {
        return copy(unit, emit);
    }
    Rewriter::new(unit, keep, emit).run()
}

/// Copies a module: chooses chunks and the form of the literals.
fn copy(unit: &Unit<'_>, emit: &Emit) -> Result<Vec<u8>, Error> {
    let module = &unit.module;
    let form = emit.form(module.literals.form);
    let mut chunks = Vec::new();
    for chunk in module.chunks.all() {
        let data = match &chunk.id.0 {
            b"LitT" | b"LitU" if form != module.literals.form => literals::wrap_table(module.literals.table(), form),
            b"Line" if emit.lines != KeepLines::All => continue,
            b"LocT" if !emit.locals => continue,
            id if is_code_chunk(id) || emit.others => chunk.data.to_vec(),
            _ => continue,
        };
        chunks.push((out_name(chunk.id, form), data));
    }
    beam::emit(chunks.iter().map(|(id, data)| (*id, data.as_slice())))
}

/// Whether a chunk is read by VMs, and so part of every result.
pub(crate) fn is_code_chunk(id: &[u8; 4]) -> bool {
    matches!(
        id,
        b"AtU8"
            | b"Code"
            | b"StrT"
            | b"ImpT"
            | b"ExpT"
            | b"FunT"
            | b"LitT"
            | b"LitU"
            | b"LocT"
            | b"Line"
            | b"Type"
            | b"Recs"
    ) || id.starts_with(b"avm")
}

fn out_name(id: ChunkId, form: LiteralForm) -> ChunkId {
    match &id.0 {
        b"LitT" | b"LitU" if form == LiteralForm::Inflated => ChunkId(*b"LitU"),
        b"LitT" | b"LitU" => ChunkId(*b"LitT"),
        _ => id,
    }
}

/// The definitions of native records (chunk `Recs` of OTP 29); `None` when they are of another form, or written in
/// another way than they would be here.
fn records(data: &[u8]) -> Option<Records> {
    Records::parse(data).ok().filter(|records| records.emit() == data)
}

struct Rewriter<'r, 'u, 'a> {
    unit: &'u Unit<'a>,
    emit: &'r Emit,
    kept: Vec<bool>,
    /// Whether the code is only looked through, to find what it uses.
    marking: bool,
    atoms: Numbering,
    literals: Numbering,
    imports: Numbering,
    lambdas: Numbering,
    labels: Numbering,
    lines: Numbering,
    files: Numbering,
    types: Numbering,
    strings: Strings,
    line_instructions: u32,
}

impl<'r, 'u, 'a> Rewriter<'r, 'u, 'a> {
    fn new(unit: &'u Unit<'a>, keep: &dyn Fn(usize) -> bool, emit: &'r Emit) -> Self {
        let module = &unit.module;
        let lines = module.lines.as_ref().filter(|_| emit.lines == KeepLines::All);
        Self {
            unit,
            emit,
            kept: (0..unit.functions.list().len()).map(keep).collect(),
            marking: true,
            atoms: Numbering::new(module.atoms.len() as usize, 1),
            literals: Numbering::new(module.literals.len() as usize, 0),
            imports: Numbering::new(module.imports.len(), 0),
            lambdas: Numbering::new(module.lambdas.len(), 0),
            labels: Numbering::new((module.code.label_count as usize).saturating_sub(1), 1),
            lines: Numbering::new(lines.map_or(0, |lines| lines.items.len()), 1),
            files: Numbering::new(lines.map_or(0, |lines| lines.files.len()), 1),
            types: Numbering::new(module.types.as_ref().map_or(0, |types| types.rows.len()), 0),
            strings: Strings::new(module.strings.len()),
            line_instructions: 0,
        }
    }

    fn run(mut self) -> Result<Vec<u8>, Error> {
        // The module's name is atom 1; the type "any" is row 0, which OTP's loader asks for.
        self.atoms.mark(1);
        self.types.mark(0);
        let mut unused = Vec::new();
        self.code(&mut unused)?;
        let records = self.unit.module.chunks.get(b"Recs").and_then(|chunk| self::records(chunk.data));
        for &operand in records.iter().flat_map(|records| &records.operands) {
            self.operand(operand).map_err(|error| error.within(ChunkId(*b"Recs")))?;
        }
        let rows = self.mark_tables();
        for numbering in [
            &mut self.atoms,
            &mut self.literals,
            &mut self.imports,
            &mut self.lambdas,
            &mut self.labels,
            &mut self.lines,
            &mut self.files,
            &mut self.types,
        ] {
            numbering.close();
        }
        self.strings.close();
        self.marking = false;
        let mut code = Vec::with_capacity(unused.len());
        self.code(&mut code)?;
        self.chunks(&code, &rows, records.as_ref())
    }

    /// Goes through the code of the functions that are kept, and writes it to `out`.
    fn code(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let unit = self.unit;
        self.line_instructions = 0;
        let instructions = unit.code.instructions();
        for (index, function) in unit.functions.list().iter().enumerate() {
            if !self.is_kept(index) {
                continue;
            }
            for instruction in instructions.get(function.instructions.clone()).unwrap_or_default() {
                self.instruction(instruction, out)
                    .map_err(|error| error.at(unit.code.chunk_offset(instruction)).within(ChunkId(*b"Code")))?;
            }
        }
        out.push(Op::IntCodeEnd.number());
        Ok(())
    }

    fn is_kept(&self, function: usize) -> bool {
        self.kept.get(function).copied().unwrap_or(false)
    }

    fn instruction(&mut self, instruction: &Instruction, out: &mut Vec<u8>) -> Result<(), Error> {
        if matches!(instruction.op, Op::Line | Op::ExecutableLine | Op::DebugLine) {
            if self.emit.lines == KeepLines::None {
                return Ok(());
            }
            self.line_instructions = self.line_instructions.saturating_add(1);
        }
        out.push(instruction.op.number());
        let code = &self.unit.code;
        let mut before = Operand::Nil;
        for (&kind, operand) in instruction.op.info().operands.iter().zip(code.operands(instruction)) {
            let new = match (kind, operand) {
                (Kind::LabelDefinition, Operand::Unsigned(label)) => {
                    let label = index(label)?;
                    if self.marking {
                        self.labels.mark(label);
                    }
                    Operand::Unsigned(u64::from(self.label(label)?))
                }
                (Kind::Import | Kind::Bif, Operand::Unsigned(import)) => {
                    Operand::Unsigned(take(&mut self.imports, self.marking, import, "an import")?)
                }
                (Kind::Lambda | Kind::FunTag, Operand::Unsigned(lambda)) => {
                    Operand::Unsigned(take(&mut self.lambdas, self.marking, lambda, "a lambda")?)
                }
                (Kind::Line, Operand::Unsigned(line)) if line != 0 && self.emit.lines == KeepLines::All => {
                    // Without a table all numbers are allowed, as OTP's loader has it.
                    match self.unit.module.lines {
                        Some(_) => Operand::Unsigned(take(&mut self.lines, self.marking, line, "a line")?),
                        None => operand,
                    }
                }
                (Kind::StringOffset, Operand::Unsigned(offset)) => {
                    let bits = instruction.op == Op::BsMatchString;
                    let length = match before {
                        Operand::Unsigned(size) if bits => Some(size.div_ceil(8)),
                        Operand::Unsigned(size) => Some(size),
                        _ => None,
                    };
                    Operand::Unsigned(self.strings.take(offset, length)?)
                }
                _ => self.operand(operand)?,
            };
            compact::write_operand(out, new, code.bytes());
            match (kind, operand) {
                (Kind::Segments, Operand::List { .. }) => self.segments(code.elements(operand), out)?,
                (_, Operand::List { .. }) => {
                    for &element in code.elements(operand) {
                        let element = self.operand(element)?;
                        compact::write_operand(out, element, code.bytes());
                    }
                }
                (_, Operand::AllocList { .. }) => {
                    for &element in code.elements(operand) {
                        compact::write_operand(out, element, code.bytes());
                    }
                }
                _ => {}
            }
            before = operand;
        }
        Ok(())
    }

    /// The segments of a `bs_create_bin`. One of the type `string` has an offset into the strings as its value.
    fn segments(&mut self, elements: &[Operand], out: &mut Vec<u8>) -> Result<(), Error> {
        for segment in elements.chunks(6) {
            let is_string =
                matches!(segment.first(), Some(&Operand::Atom(atom)) if self.unit.module.atom(atom) == "string");
            for (place, &element) in segment.iter().enumerate() {
                let new = match (place, element, segment.get(2), segment.get(5)) {
                    (4, Operand::Unsigned(offset), Some(&Operand::Unsigned(unit)), size) if is_string => {
                        let length = match size {
                            Some(&Operand::Integer(size)) => {
                                u64::try_from(size).ok().map(|size| size.saturating_mul(unit).div_ceil(8))
                            }
                            _ => None,
                        };
                        Operand::Unsigned(self.strings.take(offset, length)?)
                    }
                    _ => self.operand(element)?,
                };
                compact::write_operand(out, new, self.unit.code.bytes());
            }
        }
        Ok(())
    }

    fn label(&mut self, label: u32) -> Result<u32, Error> {
        if label == 0 || self.marking {
            return Ok(label);
        }
        self.labels.get(label).ok_or_else(|| invalid("a function that is kept needs one that is not kept"))
    }

    /// An operand whose numbering does not depend on its place.
    fn operand(&mut self, operand: Operand) -> Result<Operand, Error> {
        let marking = self.marking;
        Ok(match operand {
            Operand::Atom(atom) => Operand::Atom(take32(&mut self.atoms, marking, atom, "an atom")?),
            Operand::Literal(literal) => Operand::Literal(take32(&mut self.literals, marking, literal, "a literal")?),
            Operand::Label(label) => Operand::Label(self.label(label)?),
            Operand::TypedX(register, _) if !self.emit.types => Operand::X(register),
            Operand::TypedY(register, _) if !self.emit.types => Operand::Y(register),
            Operand::TypedX(register, row) => {
                Operand::TypedX(register, take32(&mut self.types, marking, row, "a type")?)
            }
            Operand::TypedY(register, row) => {
                Operand::TypedY(register, take32(&mut self.types, marking, row, "a type")?)
            }
            other => other,
        })
    }

    fn function_is_kept(&self, label: u32) -> bool {
        self.unit.functions.entered_at(label).is_some_and(|function| self.is_kept(function))
    }

    /// Chooses the rows of the tables of functions, and marks what the rows of all tables use.
    fn mark_tables(&mut self) -> Rows {
        let module = &self.unit.module;
        let choose = |table: &[Export]| -> Vec<Export> {
            table.iter().filter(|row| self.function_is_kept(row.label)).copied().collect()
        };
        let rows = Rows { exports: choose(&module.exports), locals: choose(&module.locals) };
        for import in self.imports.chosen(&module.imports) {
            self.atoms.mark(import.module);
            self.atoms.mark(import.function);
        }
        for lambda in self.lambdas.chosen(&module.lambdas) {
            self.atoms.mark(lambda.function);
        }
        let locals = if self.emit.locals { rows.locals.as_slice() } else { &[] };
        for row in rows.exports.iter().chain(locals) {
            self.atoms.mark(row.function);
        }
        if let Some(lines) = &module.lines {
            for item in self.lines.chosen(&lines.items) {
                self.files.mark(item.file);
            }
        }
        rows
    }

    fn export(&mut self, row: &Export) -> Result<Export, Error> {
        Ok(Export { function: self.atoms.or_zero(row.function), label: self.label(row.label)?, ..*row })
    }

    fn chunks(&mut self, code: &[u8], rows: &Rows, records: Option<&Records>) -> Result<Vec<u8>, Error> {
        let module = &self.unit.module;
        let form = self.emit.form(module.literals.form);
        let mut chunks = Vec::new();
        for chunk in module.chunks.all() {
            let data = match &chunk.id.0 {
                b"AtU8" => {
                    let names: Vec<&str> = self.atoms.chosen(module.atoms.names()).copied().collect();
                    Atoms::new(names, module.atoms.long_lengths).emit()
                }
                b"Code" => Code {
                    header_rest: module.code.header_rest,
                    highest_opcode: module.code.highest_opcode,
                    label_count: self.labels.count().saturating_add(1),
                    function_count: self.kept.iter().filter(|&&kept| kept).count() as u32,
                    bytes: code,
                    start: 0,
                }
                .emit(),
                b"StrT" => self.strings.emit(module.strings),
                b"ImpT" => {
                    let rows: Vec<Import> = self.imports.chosen(&module.imports).map(|row| self.import(row)).collect();
                    tables::emit_imports(&rows)
                }
                b"ExpT" => {
                    let rows = rows.exports.iter().map(|row| self.export(row)).collect::<Result<Vec<_>, _>>()?;
                    tables::emit_exports(&rows)
                }
                b"LocT" if self.emit.locals => {
                    let rows = rows.locals.iter().map(|row| self.export(row)).collect::<Result<Vec<_>, _>>()?;
                    tables::emit_exports(&rows)
                }
                b"FunT" if self.lambdas.count() != 0 => tables::emit_lambdas(&self.lambda_rows()?),
                b"LitT" | b"LitU" if self.literals.count() != 0 => self.literal_chunk(chunk.data, form),
                b"Line" if self.emit.lines == KeepLines::All => match &module.lines {
                    Some(lines) => self.line_table(lines).emit(),
                    None => continue,
                },
                b"Type" if self.emit.types => match &module.types {
                    Some(types) => {
                        let rows = self.types.chosen(&types.rows).copied().collect();
                        Types { version: types.version, rows }.emit()
                    }
                    None => continue,
                },
                b"Recs" => match records {
                    Some(records) => self.records(records)?,
                    None => continue,
                },
                id if self.emit.others && !is_code_chunk(id) => chunk.data.to_vec(),
                _ => continue,
            };
            chunks.push((out_name(chunk.id, form), data));
        }
        beam::emit(chunks.iter().map(|(id, data)| (*id, data.as_slice())))
    }

    fn import(&self, row: &Import) -> Import {
        Import { module: self.atoms.or_zero(row.module), function: self.atoms.or_zero(row.function), arity: row.arity }
    }

    fn lambda_rows(&mut self) -> Result<Vec<Lambda>, Error> {
        let module = &self.unit.module;
        let chosen: Vec<Lambda> = self.lambdas.chosen(&module.lambdas).copied().collect();
        let rows = chosen.iter().zip(0..).map(|(row, index)| {
            let function = self.atoms.or_zero(row.function);
            Ok(Lambda { function, label: self.label(row.label)?, index, ..*row })
        });
        rows.collect()
    }

    fn literal_chunk(&self, input: &[u8], form: LiteralForm) -> Vec<u8> {
        let table = &self.unit.module.literals;
        if self.literals.count() == table.len() && form == table.form {
            return input.to_vec();
        }
        let terms: Vec<&[u8]> = (0..table.len())
            .filter(|&index| self.literals.get(index).is_some())
            .filter_map(|index| table.get(index))
            .collect();
        literals::wrap_table(&literals::emit_table(terms.into_iter()), form)
    }

    fn line_table(&self, lines: &Lines<'a>) -> Lines<'a> {
        let items =
            self.lines.chosen(&lines.items).map(|item| LineItem { file: self.files.or_zero(item.file), ..*item });
        let all = self.kept.iter().all(|&kept| kept);
        Lines {
            flags: lines.flags,
            instructions: if all { lines.instructions } else { self.line_instructions },
            items: items.collect(),
            files: self.files.chosen(&lines.files).copied().collect(),
        }
    }

    fn records(&mut self, records: &Records) -> Result<Vec<u8>, Error> {
        let operands = records.operands.iter().map(|&operand| self.operand(operand)).collect::<Result<_, _>>()?;
        Ok(Records { operands, ..*records }.emit())
    }
}

/// The rows of the tables of functions that are kept, as the input has them.
struct Rows {
    exports: Vec<Export>,
    locals: Vec<Export>,
}

fn invalid(what: &'static str) -> Error {
    Error::new(0, ErrorKind::Invalid { what })
}

fn index(number: u64) -> Result<u32, Error> {
    u32::try_from(number).map_err(|_| invalid("an index does not fit in 32 bits"))
}

fn take(numbering: &mut Numbering, marking: bool, number: u64, what: &'static str) -> Result<u64, Error> {
    take32(numbering, marking, index(number)?, what).map(u64::from)
}

/// Marks a number as used, or gives its new one.
fn take32(numbering: &mut Numbering, marking: bool, number: u32, what: &'static str) -> Result<u32, Error> {
    let limit = numbering.limit();
    let error = || Error::new(0, ErrorKind::OutOfRange { what, value: u64::from(number), limit });
    if marking {
        if numbering.mark(number) { Ok(number) } else { Err(error()) }
    } else {
        numbering.get(number).ok_or_else(error)
    }
}
