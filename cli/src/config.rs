//! `emberl config`: the settings of a project that hold, and where each comes from.

use clap::Args;
use emberl_project::{Key, Origin, Value};
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, STRONG, styled};
use crate::failure::Result;
use crate::project::Project;
use crate::report::plain;

const AFTER_HELP: &str = "\
The flag of a command is above emberl.toml and emberl.local.toml; those are above the environment \
(EMBERL_BOARD_NAME is board.name), that is above the default.

Examples:
  emberl config
  emberl config --format json";

/// Tell the project's settings, and where they come from
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `config --format json` prints (`cli/schemas/config.schema.json`).
#[derive(Debug, Serialize)]
struct Report {
    /// The project's folder.
    folder: String,
    /// Its language.
    language: &'static str,
    /// The module that starts it.
    start: String,
    /// The pack that is built.
    output: String,
    /// All settings.
    settings: Vec<Row>,
}

/// A setting.
#[derive(Debug, Serialize)]
struct Row {
    /// Its name: `board.name`.
    name: String,
    /// What it holds; `null` where nobody says anything.
    value: Option<Json>,
    /// `file`, `environment`, `default`, `flag` or `none`.
    origin: &'static str,
    /// The file.
    file: Option<String>,
    /// The line in it.
    line: Option<usize>,
    /// The variable of the environment that it can come from.
    variable: String,
    /// A line about it.
    about: &'static str,
    /// For people: the value as TOML writes it, and where it comes from.
    #[serde(skip)]
    shown: Option<(String, String)>,
}

/// A value as JSON has it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Json {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Number(u64),
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Texts(texts) => Self::Texts(texts),
            Value::Flag(flag) => Self::Flag(flag),
            Value::Number(number) => Self::Number(number),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let project = Project::needed(&[])?;
    let language = project.language()?;
    let report = Report {
        folder: project.path(".").display().to_string(),
        language: language.name(),
        start: project.settings.start(language),
        output: project.output().display().to_string(),
        settings: Key::ALL.iter().map(|key| row(&project, *key)).collect(),
    };
    match arguments.format {
        Format::Json => console::json(&report),
        Format::Text => text(&report),
    }
}

fn row(project: &Project, key: Key) -> Row {
    let setting = key.setting();
    let held = project.settings.get(key);
    let (file, line) = match held.map(|held| &held.origin) {
        Some(Origin::File { path, line }) => (Some(path.clone()), Some(*line)),
        _ => (None, None),
    };
    Row {
        name: setting.name(),
        value: held.map(|held| held.value.clone().into()),
        origin: match held.map(|held| &held.origin) {
            Some(Origin::File { .. }) => "file",
            Some(Origin::Variable(_)) => "environment",
            Some(Origin::Default) => "default",
            Some(Origin::Flag(_)) => "flag",
            None => "none",
        },
        file,
        line,
        variable: setting.variable(),
        about: setting.about,
        shown: held.map(|held| (held.value.to_string(), held.origin.to_string())),
    }
}

fn text(report: &Report) -> Result<()> {
    let Report { language, start, output, .. } = report;
    console::out(|out| {
        writeln!(out, "{}", styled(STRONG, format!("{:<24} {:<32} FROM", "SETTING", "VALUE")))?;
        for row in &report.settings {
            let Row { name, shown, .. } = row;
            let derived = |value: &str, from: &str| Some((value.to_owned(), from.to_owned()));
            let shown = match (name.as_str(), shown) {
                (_, Some(shown)) => Some(shown.clone()),
                // What the build finds out by itself.
                ("project.language", None) => derived(&format!("\"{language}\""), "its build file"),
                ("project.start", None) => derived(&format!("\"{start}\""), "project.name"),
                ("build.output", None) => derived(&format!("\"{output}\""), "project.name"),
                _ => None,
            };
            let (value, from) = shown.unwrap_or_else(|| ("-".to_owned(), String::new()));
            let line = format!("{name:<24} {:<32} {}", plain(&value), plain(&from));
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    })
}
