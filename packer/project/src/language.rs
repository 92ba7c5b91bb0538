//! The languages that a project can be written in, and what they tell of a project.

/// A language with its build tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Erlang, built by rebar3.
    Erlang,
    /// Elixir, built by mix.
    Elixir,
    /// Gleam, built by its own command.
    Gleam,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Erlang, Self::Elixir, Self::Gleam];

    /// Its name, as `project.language` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Erlang => "erlang",
            Self::Elixir => "elixir",
            Self::Gleam => "gleam",
        }
    }

    /// The language of that [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// The file of its build tool, in a project's top folder.
    #[must_use]
    pub const fn build_file(self) -> &'static str {
        match self {
            Self::Erlang => "rebar.config",
            Self::Elixir => "mix.exs",
            Self::Gleam => "gleam.toml",
        }
    }

    /// The module that starts a project of this name, where nothing else is said: `hello`, of Elixir `Elixir.Hello`.
    #[must_use]
    pub fn start(self, project: &str) -> String {
        match self {
            Self::Erlang | Self::Gleam => project.to_owned(),
            Self::Elixir => format!("Elixir.{}", camel(project)),
        }
    }

    /// The atom of a module as people write its name: Elixir's `Hello.Main` is `Elixir.Hello.Main`, Gleam's `hello/main`
    /// is `hello@main`.
    #[must_use]
    pub fn module(self, name: &str) -> String {
        match self {
            Self::Elixir if name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.starts_with("Elixir.") => {
                format!("Elixir.{name}")
            }
            Self::Gleam => name.replace('/', "@"),
            _ => name.to_owned(),
        }
    }
}

/// `my_app` as `MyApp`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split('_') {
        let mut characters = part.chars();
        out.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        out.extend(characters);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_have_the_names_of_their_language() {
        assert_eq!(Language::Elixir.start("my_app2"), "Elixir.MyApp2");
        assert_eq!(Language::Erlang.start("my_app"), "my_app");
        assert_eq!(Language::Elixir.module("Hello.Main"), "Elixir.Hello.Main");
        assert_eq!(Language::Elixir.module("Elixir.Hello"), "Elixir.Hello");
        assert_eq!(Language::Elixir.module("hello"), "hello");
        assert_eq!(Language::Gleam.module("hello/main"), "hello@main");
        for language in Language::ALL {
            assert_eq!(Language::named(language.name()), Some(language));
        }
    }
}
