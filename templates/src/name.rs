//! The name of a new project: what it may be, so that it is a module's name in its language and nobody else's.

use std::fmt;

use crate::Language;

/// Modules and applications of OTP, of Elixir (in small letters, as projects are named), of Gleam and of Emberl's virtual
/// machine: one a line. A test compares it with what is installed.
const TAKEN: &str = include_str!("../names/taken.txt");

/// The longest name: file systems and packs have room for more, readers have not.
const LONGEST: usize = 40;

/// Words of Erlang, of Elixir and of Gleam, which are no names there; a project may be moved to another language.
const RESERVED: &str = "after and andalso band begin bnot bor bsl bsr bxor case catch cond div else end fun if let maybe \
    not of or orelse receive rem try when xor \
    do false fn in nil rescue true \
    as assert auto const delegate derive echo implement import macro opaque panic pub test todo type use";

/// A name that a project may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName(String);

/// Why a name cannot be a project's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is none of small letters, digits and underscores that begins with a letter; one that is, if there is one near.
    Form(String, Option<String>),
    /// It is too long.
    Long(String),
    /// A word of one of the languages.
    Reserved(String),
    /// A module or an application that is there already.
    Taken(String),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(name, _) if name.is_empty() => write!(out, "a project needs a name"),
            Self::Form(name, _) => write!(out, "{name} cannot be a project's name"),
            Self::Long(name) => write!(out, "the name {name} has {} characters", name.len()),
            Self::Reserved(name) => write!(out, "{name} is a word of Erlang, Elixir or Gleam"),
            Self::Taken(name) => write!(out, "{name} is the name of a module or an application that there is already"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn cure(&self) -> String {
        match self {
            Self::Form(_, Some(near)) => {
                format!("write {near}: small letters, digits and underscores, a letter at the beginning")
            }
            Self::Form(_, None) => {
                "take small letters, digits and underscores, with a letter at the beginning".to_owned()
            }
            Self::Long(_) => format!("take at most {LONGEST}"),
            Self::Reserved(name) | Self::Taken(name) => format!("take another one, as my_{name}"),
        }
    }
}

impl ProjectName {
    /// Checks a name.
    ///
    /// # Errors
    /// When no project may have it.
    pub fn new(name: &str) -> Result<Self, Error> {
        Self::checked(name, near)
    }

    fn checked(name: &str, near: fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut characters = name.chars();
        let is_first = characters.next().is_some_and(|first| first.is_ascii_lowercase());
        if !is_first || !characters.all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || other == '_') {
            return Err(Error::Form(name.to_owned(), near(name)));
        }
        if name.len() > LONGEST {
            return Err(Error::Long(name.to_owned()));
        }
        if RESERVED.split_whitespace().any(|word| word == name) {
            return Err(Error::Reserved(name.to_owned()));
        }
        if name == "gleam" || name.starts_with("gleam_") || TAKEN.lines().any(|taken| taken == name) {
            return Err(Error::Taken(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its module in Elixir: `RainGauge` of `rain_gauge`.
    #[must_use]
    pub fn camel(&self) -> String {
        let word = |word: &str| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters).collect::<String>()
        };
        self.0.split('_').map(word).collect()
    }

    /// The module that starts the program.
    #[must_use]
    pub fn start(&self, language: Language) -> String {
        match language {
            Language::Elixir => self.camel(),
            Language::Erlang | Language::Gleam => self.0.clone(),
        }
    }
}

/// What the name may have been meant to be: `hello_world` of `Hello-World`.
fn near(name: &str) -> Option<String> {
    let mut near = String::new();
    let mut last = '_';
    for character in name.chars() {
        match character {
            'A'..='Z' => {
                if last.is_ascii_lowercase() {
                    near.push('_');
                }
                near.push(character.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' => near.push(character),
            _ if last != '_' => near.push('_'),
            _ => {}
        }
        last = if character.is_ascii_alphanumeric() { character } else { '_' };
    }
    let near = near.trim_matches('_').trim_start_matches(|first: char| first.is_ascii_digit() || first == '_');
    ProjectName::checked(near, |_| None).is_ok().then(|| near.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for name in ["hello", "rain_gauge", "a", "door2", "after_all"] {
            assert_eq!(ProjectName::new(name).unwrap().as_str(), name);
        }
        let near = |name: &str, near: Option<&str>| {
            assert_eq!(ProjectName::new(name), Err(Error::Form(name.to_owned(), near.map(str::to_owned))), "{name}");
        };
        near("hello-world", Some("hello_world"));
        near("HelloWorld", Some("hello_world"));
        near("Hello", Some("hello"));
        near("2fast", Some("fast"));
        near("a/b", Some("a_b"));
        near("../x", Some("x"));
        near("_x", Some("x"));
        for name in ["", "-", "Lists", "ä", "1"] {
            near(name, None);
        }
        for name in ["after", "receive", "fn", "pub"] {
            assert_eq!(ProjectName::new(name), Err(Error::Reserved(name.to_owned())));
        }
        for name in ["lists", "kernel", "gpio", "http_server", "enum", "ex_unit", "gleam", "gleam_stdlib", "my_app"] {
            let taken = ProjectName::new(name);
            assert_eq!(taken.is_err(), name != "my_app", "{name}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert_eq!(ProjectName::new(&long), Err(Error::Long(long.clone())));
        assert!(ProjectName::new(&long[1..]).is_ok());
    }

    #[test]
    fn elixirs_names_are_made_of_words() {
        let camel = |name: &str| ProjectName::new(name).unwrap().camel();
        assert_eq!(
            [camel("hello"), camel("rain_gauge"), camel("a_1b"), camel("a__b_")],
            ["Hello", "RainGauge", "A1b", "AB"]
        );
        let name = ProjectName::new("rain_gauge").unwrap();
        assert_eq!(name.start(Language::Elixir), "RainGauge");
        assert_eq!(name.start(Language::Gleam), "rain_gauge");
    }
}
