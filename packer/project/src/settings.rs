//! The settings of a project, layered: flags over files over the environment over defaults, each value with its origin.

use std::fmt;

use crate::error::Error;
use crate::file;
use crate::language::Language;
use crate::table::{Home, Key};
use crate::value::Value;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The flag of a command: `--board`.
    Flag(&'static str),
    /// A line of a file.
    File {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Variable(String),
    /// Nobody has said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// The settings of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// By key; `None` where nobody says anything and there is no default.
    held: Vec<Option<Held>>,
}

impl Settings {
    /// Reads the files' texts, each with the path for messages, and the environment. There need not be a local file.
    ///
    /// # Errors
    /// All that is wrong with them, in their order.
    pub fn read(
        project: (&str, &str),
        local: Option<(&str, &str)>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Error>> {
        let mut settings = Self { held: vec![None; Key::ALL.len()] };
        let mut errors = Vec::new();
        for key in Key::ALL {
            let setting = key.setting();
            if let Some(Ok(value)) = setting.default.map(|text| setting.kind.of_text(text)) {
                settings.hold(*key, Held { value, origin: Origin::Default });
            }
            let variable = setting.variable();
            let Some(text) = environment(&variable).filter(|text| !text.is_empty()) else { continue };
            match setting.kind.of_text(&text) {
                Ok(value) => settings.hold(*key, Held { value, origin: Origin::Variable(variable) }),
                Err(misfit) => {
                    let what = format!("{} must be {}", setting.name(), misfit.wanted);
                    errors.push(Error::new(format!("the environment variable {variable}"), what, misfit.cure));
                }
            }
        }
        for (path, text, home) in [(project, Home::Project)]
            .into_iter()
            .chain(local.map(|local| (local, Home::Local)))
            .map(|((path, text), home)| (path, text, home))
        {
            match file::read(path, text, home) {
                Ok(file) => {
                    for (key, value, line) in file.values {
                        settings.hold(key, Held { value, origin: Origin::File { path: path.to_owned(), line } });
                    }
                }
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() && settings.get(Key::Name).is_none() {
            let cure = "add the lines: [project] and name = \"my_app\"";
            errors.push(Error::new(project.0, "the project has no name", cure));
        }
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }

    fn hold(&mut self, key: Key, held: Held) {
        if let Some(place) = self.held.get_mut(key as usize) {
            *place = Some(held);
        }
    }

    /// Puts the value of a command's flag above all others, if there is one.
    pub fn flag(&mut self, key: Key, flag: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.hold(key, Held { value, origin: Origin::Flag(flag) });
        }
    }

    /// A value with its origin.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&Held> {
        self.held.get(key as usize).and_then(Option::as_ref)
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: Key) -> Option<&str> {
        match &self.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A list of texts; empty where there is none.
    #[must_use]
    pub fn texts(&self, key: Key) -> &[String] {
        match self.get(key).map(|held| &held.value) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Yes or no; no where nobody says anything.
    #[must_use]
    pub fn is(&self, key: Key) -> bool {
        matches!(self.get(key), Some(Held { value: Value::Flag(true), .. }))
    }

    /// A number.
    #[must_use]
    pub fn number(&self, key: Key) -> Option<u64> {
        match self.get(key)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The project's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text(Key::Name).unwrap_or_default()
    }

    /// The language, where it is said.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        Language::named(self.text(Key::Language)?)
    }

    /// The module that starts the program, in the language that it turned out to be.
    #[must_use]
    pub fn start(&self, language: Language) -> String {
        match self.text(Key::Start) {
            Some(start) => language.module(start),
            None => language.start(self.name()),
        }
    }

    /// The place of a value for a message: `emberl.toml:3`.
    #[must_use]
    pub fn place(&self, key: Key) -> String {
        self.get(key).map_or_else(|| crate::PROJECT_FILE.to_owned(), |held| held.origin.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[project]\nname = \"hello\"\n[board]\nname = \"esp32c3\"\n";

    fn settings(local: Option<&str>, environment: &[(&str, &str)]) -> Result<Settings, Vec<Error>> {
        let of = |name: &str| environment.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        Settings::read(("emberl.toml", FILE), local.map(|text| ("emberl.local.toml", text)), &of)
    }

    #[test]
    fn the_file_is_above_the_environment_and_flags_above_both() {
        let environment = [("EMBERL_BOARD_NAME", "rp2040"), ("EMBERL_DESK_PORT", "COM1"), ("EMBERL_BUILD_PRUNE", "")];
        let mut found = settings(Some("[desk]\nbaud = 9600\n"), &environment).unwrap();
        assert_eq!(found.text(Key::Board), Some("esp32c3"));
        assert_eq!(found.place(Key::Board), "emberl.toml:4");
        assert_eq!((found.text(Key::Port), found.place(Key::Port).as_str()), (Some("COM1"), "EMBERL_DESK_PORT"));
        assert_eq!((found.number(Key::Baud), found.place(Key::Baud).as_str()), (Some(9600), "emberl.local.toml:2"));
        assert!(found.is(Key::Prune) && found.place(Key::Prune) == "default");
        assert!(found.get(Key::Firmware).is_none());
        found.flag(Key::Board, "--board", Some(Value::Text("esp32c6".into())));
        found.flag(Key::Port, "--port", None);
        assert_eq!((found.text(Key::Board), found.place(Key::Board).as_str()), (Some("esp32c6"), "--board"));
        assert_eq!(found.text(Key::Port), Some("COM1"));
    }

    #[test]
    fn the_environment_is_checked_too() {
        let errors = settings(None, &[("EMBERL_BUDGET_FLASH", "much")]).unwrap_err();
        assert_eq!(errors[0].place, "the environment variable EMBERL_BUDGET_FLASH");
        assert_eq!(errors[0].what, "budget.flash must be a number of bytes");
    }

    #[test]
    fn a_project_has_a_name() {
        let errors = Settings::read(("emberl.toml", ""), None, &|_| None).unwrap_err();
        assert_eq!(errors[0].what, "the project has no name");
        let of = |name: &str| (name == "EMBERL_PROJECT_NAME").then(|| "hello".to_owned());
        assert_eq!(Settings::read(("emberl.toml", ""), None, &of).unwrap().start(Language::Elixir), "Elixir.Hello");
    }
}
