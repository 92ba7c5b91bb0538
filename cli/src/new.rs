//! `emberl new`: a project to begin with, from the templates that are built in. Writes a folder whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use emberl_image::board::{BOARDS, Board, ImageKind, Toolchain};
use emberl_templates::{Language, ProjectName, TEMPLATES, Template};

use crate::console::{self, STRONG, count, styled};
use crate::failure::{Failure, Result};

const AFTER_HELP: &str = "\
The project is one of rebar3, mix or gleam, with tests and a README. Files for GitHub and GitLab let
them test it, and make an image, at each push. Nothing is fetched from the internet.

Examples:
  emberl new hello
  emberl new porch --lang elixir --template blink --board esp32c6
  emberl new --list";

/// Make a project to begin with
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Its name, which is also that of its folder and of its first module
    #[arg(value_name = "NAME", required_unless_present = "list")]
    name: Option<String>,

    /// Its language
    #[arg(short, long, value_name = "LANGUAGE", default_value = "erlang", value_parser = language_parser())]
    lang: Language,

    /// What it does; --list tells of each
    #[arg(short, long, value_name = "TEMPLATE", default_value = "hello", value_parser = template_parser())]
    template: &'static Template,

    /// The board that it is for; emberl boards lists them
    #[arg(short, long, value_name = "BOARD", value_parser = board_parser(), hide_possible_values = true)]
    board: Option<&'static Board>,

    /// List the templates
    #[arg(long, conflicts_with = "name")]
    list: bool,
}

fn language_parser() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::name))
        .try_map(|name| Language::named(&name).ok_or("there is no such language"))
}

fn template_parser() -> impl TypedValueParser<Value = &'static Template> {
    PossibleValuesParser::new(TEMPLATES.iter().map(|template| template.name))
        .try_map(|name| Template::named(&name).ok_or("there is no such template"))
}

fn board_parser() -> impl TypedValueParser<Value = &'static Board> {
    PossibleValuesParser::new(BOARDS.iter().map(|board| board.name))
        .try_map(|name| Board::named(&name).ok_or("there is no such board"))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Some(name) = &arguments.name else { return list() };
    let name = ProjectName::new(name).map_err(|error| Failure::usage(error.to_string(), error.cure()))?;
    let toolchain = arguments.board.and_then(toolchain);
    let board =
        arguments.board.map(|board| emberl_templates::Board { name: board.name, toolchain: toolchain.as_deref() });
    let files = emberl_templates::files(arguments.lang, arguments.template, &name, board);
    let folder = Path::new(name.as_str());
    if folder.symlink_metadata().is_ok() {
        let what = format!("there is something with the name {name} here already", name = name.as_str());
        return Err(Failure::input(what, "take another name, or another folder to be in"));
    }
    lay_down(folder, &files)?;
    told(arguments, &name, files.len())
}

/// The command that installs what a board's firmware is built with; none for boards that nobody makes images for.
fn toolchain(board: &Board) -> Option<String> {
    match (board.image, board.toolchain) {
        (ImageKind::Emulated, _) => None,
        (_, Toolchain::Stable) => Some(format!("rustup target add {}", board.target)),
        (_, Toolchain::Espup) => Some("cargo install --locked espup && espup install && . ~/export-esp.sh".to_owned()),
    }
}

/// Writes the files beside their place first; then the folder gets its name.
fn lay_down(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let failed = |error: io::Error| Failure::write(folder, &error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".emberl-new-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As of any new folder: the process's umask takes its part of this.
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    // The error would name the temporary folder, which says nothing to the user.
    let beside = builder.tempdir_in(".").map_err(|error| failed(io::Error::from(error.kind())))?;
    for (path, content) in files {
        let path = beside.path().join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::write(path, content).map_err(failed)?;
    }
    // What fails until here is taken away again with the value.
    fs::rename(beside.path(), folder).map_err(failed)?;
    let _ = beside.keep();
    Ok(())
}

/// What was made, and what comes next.
fn told(arguments: &Arguments, name: &ProjectName, files: usize) -> Result<()> {
    let (template, name) = (arguments.template, name.as_str());
    console::note(&format!("{} ({}): {}", styled(STRONG, name), count(files, "file"), template.about));
    let run = match template.script {
        Some(script) => format!("emberl run --board mock --script {script}"),
        None => "emberl run".to_owned(),
    };
    let steps = [
        (format!("cd {name}"), ""),
        ("emberl test".to_owned(), "its tests, on the virtual machine of boards"),
        (arguments.lang.test_command().to_owned(), "its tests, on this machine's Erlang"),
        (run, "the program, on this machine"),
        ("emberl flash".to_owned(), "the program, on a board"),
    ];
    let width = steps.iter().map(|(step, _)| step.len()).max().unwrap_or_default();
    if !console::is_quiet() {
        let lines = steps.iter().map(|(step, what)| format!("  {step:width$}  {what}").trim_end().to_owned() + "\n");
        console::tell(&format!("next:\n{}", lines.collect::<String>()));
    }
    if let Some(board) = arguments.board
        && template.network
        && !board.features.iter().any(|feature| ["wifi", "net"].contains(feature))
    {
        console::note(&format!("the board {} has no network, which this program uses", board.name));
    }
    Ok(())
}

fn list() -> Result<()> {
    let width = TEMPLATES.iter().map(|template| template.name.len()).max().unwrap_or_default();
    let languages = Language::ALL.map(Language::name).join(", ");
    console::out(|out| {
        for template in TEMPLATES {
            // Styles count as characters: the name is padded by itself.
            let gap = " ".repeat(width - template.name.len());
            writeln!(out, "{}{gap}  {}", styled(STRONG, template.name), template.about)?;
        }
        Ok(writeln!(out, "\nEach of them in {languages}.")?)
    })
}
