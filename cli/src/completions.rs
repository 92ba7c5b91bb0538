//! `emberl completions`: a script that completes the command in a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::console;
use crate::failure::Result;

const AFTER_HELP: &str = "\
Examples:
  emberl completions bash > ~/.local/share/bash-completion/completions/emberl
  emberl completions zsh > ~/.zfunc/_emberl
  emberl completions fish > ~/.config/fish/completions/emberl.fish";

/// Print a script that completes the command in a shell
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Cli::command(), "emberl", &mut script);
    console::out(|out| {
        out.write_all(&script)?;
        Ok(())
    })
}
