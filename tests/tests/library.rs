//! OTP's own modules, unmodified, on the virtual machine: the programs of `tests/library/` print the same on `emberl run`
//! as on `erl`, to standard output and to standard error, and end with the same exit code. Each is compiled by, and runs
//! with the libraries of, every release whose `erl` is at hand (see `EMBERL_EXTRA_ERLS`), and is compared with that `erl`.
//!
//! A new case is a new `.erl` file there: a module with `start/0` that returns `ok`. It may print by any means (`io`,
//! `logger`, `erlang:display/1`), and use any module of the applications that it names:
//!
//! - `%% needs: kernel stdlib elixir` names the applications whose `ebin` folders are given with `--pa`; without the line
//!   they are kernel and stdlib. With `none` there are none.
//! - `%% arguments: one two` gives it arguments (`-extra` of `erl`).
//! - `%% releases: 27 29` names the releases that it is for; without the line it is for all.
//! - `%% beside: fixtures/x.erl` names more sources, in this package, that are compiled with it.
//! - `%% pruned: whole` runs it also as a pack of only what it uses, without any library beside it (with OTP 25's); with
//!   `unresolved` in place of `whole`, a pack that has calls which lead nowhere.
//! - A file `NAME.in` beside it is its standard input; without one that is empty.
//!
//! An `.ex` file is the same in Elixir: `my_case.ex` holds the module `MyCase` with a function `start/0`, and may use
//! kernel, stdlib, compiler and elixir.
//!
//! What differs between any two runs is made the same before it is compared: pids, ports, references, and the time in
//! the heads of reports (see [`plain()`](emberl_tests::plain::plain)).

use emberl_tests::{
    Failed, library,
    plain::{plain_line, sorted_maps},
};
use libtest_mimic::Trial;

fn main() {
    library::run("library", vec![Trial::test("compare::runs_are_made_alike", made_alike)]);
}

fn made_alike() -> Result<(), Failed> {
    for (line, wanted) in [
        ("{<0.83.0>,<0.1234.7>}", "{<PID>,<PID>}"),
        ("#Ref<0.1.2.3> #Port<0.5>", "#Ref<> #Port<>"),
        ("<<1,2>> <a> < #Fun<a.1.2>", "<<1,2>> <a> < #Fun<a.1.2>"),
        ("=ERROR REPORT==== 21-Nov-2026::19:24:08.123456 ===", "=ERROR REPORT==== TIME ==="),
        ("=ERROR REPORT==== x ===", "=ERROR REPORT==== x ==="),
    ] {
        let made = plain_line(line);
        if made != wanted {
            return Err(format!("{line} became {made}").into());
        }
    }
    for (text, wanted) in [
        ("#{b => 1,a => 2} [2, 1]", "#{a=>2,b=>1} [2, 1]"),
        ("{#{b => #{d => [x, y],\n c => \"}, \"},\n  a => {2,\n 1}},x}", "{#{a=>{2,1},b=>#{c=>\"}, \",d=>[x,y]}},x}"),
        ("%{y: 1, x: 'a,b'} %Point{y: $}, x: 1}", "%{x:'a,b',y:1} %Point{y: $}, x: 1}"),
        ("#{a => [1, ", "#{a=>[1,"),
    ] {
        let made = sorted_maps(text);
        if made != wanted {
            return Err(format!("{text} became {made}").into());
        }
    }
    Ok(())
}
