//! The programs of `tests/programs/` are what they must be for the tests that use them: each prints the same in every
//! run, and the same in the bare emulator of `run_pruned.erl` with unpruned modules. So a difference with pruned ones is
//! the pruning's.

use std::{path::Path, time::Duration};

use emberl_tests::{
    Failed,
    erl::{self, Mode, Program},
    tools::{Tool, needs},
};
use libtest_mimic::{Arguments, Trial};

const LIMIT: Duration = Duration::from_secs(150);

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = match erl::programs() {
        Ok(programs) => programs.into_iter().map(trial).collect(),
        Err(error) => vec![Trial::test("programs", move || Err(error.into()))],
    };
    trials.push(needs(&[Tool::Erl, Tool::Erlc], "a_missing_module_is_noticed", missing_module));
    trials.push(needs(&[Tool::Erl, Tool::Erlc], "a_missing_function_is_noticed", missing_function));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(program: Program) -> Trial {
    let tools = if program.elixir { vec![Tool::Erl, Tool::Erlc, Tool::Elixirc] } else { vec![Tool::Erl, Tool::Erlc] };
    needs(&tools, format!("program::{}", program.module), move || same_everywhere(&program))
}

fn same_everywhere(program: &Program) -> Result<(), Failed> {
    let libraries = erl::library_folders();
    let mut folders = vec![program.compiled()?];
    folders.extend(libraries.iter().map(|folder| folder.as_path()));
    let run =
        |mode| -> Result<String, Failed> { Ok(erl::run_program(&program.module, &folders, mode, LIMIT)?.ok()?.out()) };
    let whole = run(Mode::Whole)?;
    if whole.trim().is_empty() {
        return Err("the program prints nothing".into());
    }
    for mode in [Mode::Whole, Mode::Bare, Mode::Node] {
        let again = run(mode)?;
        if again != whole {
            return Err(format!("in mode {mode:?} it printed:\n{again}\n--- but first:\n{whole}").into());
        }
    }
    Ok(())
}

/// The smallest program and all of stdlib, with `lists` changed by `change`, must fail in the bare emulator and tell why.
fn bare_fails(change: impl FnOnce(&Path) -> Result<(), Failed>, why: &str) -> Result<(), Failed> {
    let program =
        erl::programs()?.into_iter().find(|p| p.module == "hello_lists_iolib").ok_or("no hello_lists_iolib")?;
    let libraries = erl::library_folders();
    let stdlib = libraries.iter().find(|folder| folder.join("lists.beam").is_file()).ok_or("no stdlib")?;
    let folder = tempfile::tempdir()?;
    for entry in std::fs::read_dir(stdlib)? {
        let entry = entry?;
        if entry.file_name() != "lists.beam" {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
    }
    change(folder.path())?;
    let output = erl::run_program(&program.module, &[program.compiled()?, folder.path()], Mode::Bare, LIMIT)?;
    if output.code() == Some(1) && output.err().contains(why) {
        return Ok(());
    }
    Err(format!("it should have failed with {why}:\n{output}").into())
}

fn missing_module() -> Result<(), Failed> {
    bare_fails(|_| Ok(()), "undefined function lists:map/2")
}

fn missing_function() -> Result<(), Failed> {
    bare_fails(
        |folder| {
            // Stands for a pruned copy: what the program needs, but without sum/1.
            let source = folder.join("lists.erl");
            let text = "-module(lists).\n-export([map/2, sort/1, reverse/1, reverse/2]).\n\
                        map(F, L) -> [F(X) || X <- L].\nsort([A, B]) when A > B -> [B, A]; sort(L) -> L.\n\
                        reverse(L) -> reverse(L, []).\nreverse(_, _) -> erlang:nif_error(undef).\n";
            std::fs::write(&source, text)?;
            Ok(erl::compile_erlang(&[source], folder, &[])?)
        },
        "undefined function lists:sum/1",
    )
}
