use emberl_format::{beam, compact, module::*};
use std::{env, fs};
fn main() {
    let mut n = 0;
    let mut bad = 0;
    let mut ops = 0usize;
    let mut oper = 0usize;
    let mut bytes = 0;
    let t = std::time::Instant::now();
    for path in env::args().skip(1) {
        let raw = fs::read(&path).unwrap();
        let raw = beam::uncompressed(&raw).unwrap();
        n += 1;
        bytes += raw.len();
        let m = match Module::parse(&raw) {
            Ok(m) => m,
            Err(e) => {
                println!("{path}: {e}");
                bad += 1;
                continue;
            }
        };
        let d = match m.code.decode() {
            Ok(d) => d,
            Err(e) => {
                println!("{path}: {e}");
                bad += 1;
                continue;
            }
        };
        ops += d.instructions().len();
        if let Err(e) = emberl_format::functions::Functions::find(&m, &d) {
            println!("{path}: {e}");
            bad += 1;
        }
        // identity
        let mut out = Vec::new();
        for i in d.instructions() {
            out.push(i.op.number());
            for o in d.operands(i) {
                oper += 1;
                compact::write_operand(&mut out, o, d.bytes());
                for e in d.elements(o) {
                    compact::write_operand(&mut out, *e, d.bytes());
                }
            }
        }
        if out != m.code.bytes {
            println!("{path}: code differs {} {}", out.len(), m.code.bytes.len());
            bad += 1;
        }
        for (id, v) in [
            (b"AtU8", Some(m.atoms.emit())),
            (b"ImpT", Some(tables::emit_imports(&m.imports))),
            (b"ExpT", Some(tables::emit_exports(&m.exports))),
            (b"LocT", Some(tables::emit_exports(&m.locals))),
            (b"FunT", Some(tables::emit_lambdas(&m.lambdas))),
            (b"Line", m.lines.as_ref().map(|l| l.emit())),
            (b"Type", m.types.as_ref().map(|l| l.emit())),
            (b"Code", Some(m.code.emit())),
        ] {
            if let Some(c) = m.chunks.get(id) {
                if v.as_deref() != Some(c.data) {
                    println!("{path}: {} differs", c.id);
                    bad += 1;
                }
            }
        }
        let e = beam::emit(m.chunks.all().iter().map(|c| (c.id, c.data))).unwrap();
        if e != *raw {
            println!("{path}: container differs {} {}", e.len(), raw.len());
        }
    }
    println!("{n} files {bytes} bytes {bad} bad {ops} instrs {oper} operands {:?}", t.elapsed());
}
