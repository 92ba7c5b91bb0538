//! The projects that `emberl new` begins with: real ones, embedded. Owns their list, and what of a file is changed for a new
//! project. Names in, bytes out; no I/O.
//!
//! A template is a folder `LANGUAGE/TEMPLATE/` beside this crate, a project of the name `my_app` (in Elixir `MyApp`) that
//! its build tool builds and tests in place. What all templates of a language have in common is in `LANGUAGE/shared/`. A file
//! `dot_X` is named `.X` in a project, since packages and programs leave out files that begin with a dot.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod name;

pub use name::ProjectName;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The board that the templates' files name.
const BOARD: &str = "esp32c3";
/// The folder of what the templates of a language have in common.
const SHARED: &str = "shared";

/// An embedded file.
struct Source {
    language: &'static str,
    template: &'static str,
    path: &'static str,
    bytes: &'static [u8],
}

/// A language that projects are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Built by rebar3.
    Erlang,
    /// Built by mix.
    Elixir,
    /// Built by gleam.
    Gleam,
}

impl Language {
    /// Every language, the one that is taken where none is named first.
    pub const ALL: [Self; 3] = [Self::Erlang, Self::Elixir, Self::Gleam];

    /// Its name, as options have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Erlang => "erlang",
            Self::Elixir => "elixir",
            Self::Gleam => "gleam",
        }
    }

    /// The language of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// The command that runs a project's own tests on this machine's Erlang.
    #[must_use]
    pub const fn test_command(self) -> &'static str {
        match self {
            Self::Erlang => "rebar3 eunit",
            Self::Elixir => "mix test",
            Self::Gleam => "gleam test",
        }
    }
}

/// What a project begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, as options have it.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    /// The script of the board `mock` that comes with it, where it uses pins or buses.
    pub script: Option<&'static str>,
    /// Whether it uses a network.
    pub network: bool,
}

/// Every template, the one that is taken where none is named first.
pub const TEMPLATES: &[Template] = &[
    Template { name: "hello", about: "says hello, and has a test", script: None, network: false },
    Template {
        name: "blink",
        about: "a lamp that blinks until a button is pressed",
        script: Some("test/blink.script"),
        network: false,
    },
    Template {
        name: "http-server",
        about: "a web page that counts its visits, under a supervisor",
        script: None,
        network: true,
    },
    Template {
        name: "sensor",
        about: "measures by I2C, tells a web server, and sleeps",
        script: Some("test/sensor.script"),
        network: true,
    },
    Template {
        name: "supervised",
        about: "a server that crashes, and a supervisor that starts it again",
        script: None,
        network: false,
    },
];

impl Template {
    /// The template of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }
}

/// A board, as far as it is named in a project's files.
#[derive(Clone, Copy, Debug)]
pub struct Board<'a> {
    /// Its name.
    pub name: &'a str,
    /// The command that installs what its firmware is built with; `None` where nobody makes images of it, so that what
    /// makes images names another board.
    pub toolchain: Option<&'a str>,
}

/// The command in the templates' files that installs what firmware is built with.
const TOOLCHAIN: &str = "rustup target add riscv32imc-unknown-none-elf";

/// The files of a new project, by their paths (with `/`).
#[must_use]
pub fn files(
    language: Language,
    template: &Template,
    name: &ProjectName,
    board: Option<Board<'_>>,
) -> Vec<(String, Vec<u8>)> {
    let own = |source: &&Source| {
        source.language == language.name() && (source.template == template.name || source.template == SHARED)
    };
    let mut files: Vec<(String, Vec<u8>)> =
        FILES.iter().filter(own).map(|source| (path(source.path, name), content(source, name, board))).collect();
    files.sort();
    files
}

/// A file's path in a project.
fn path(path: &str, name: &ProjectName) -> String {
    let part = |part: &str| match part.strip_prefix("dot_") {
        Some(rest) => format!(".{rest}"),
        None => named(part, name),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn named(text: &str, name: &ProjectName) -> String {
    text.replace("my_app", name.as_str()).replace("MyApp", &name.camel())
}

/// A file's content in a project. All files are texts; a test holds them to it.
fn content(source: &Source, name: &ProjectName, board: Option<Board<'_>>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(source.bytes) else { return source.bytes.to_vec() };
    let text = named(text, name);
    let is_automation = source.path.ends_with(".yml");
    let text = match board {
        Some(board) if !is_automation => text.replace(BOARD, board.name),
        Some(Board { name, toolchain: Some(toolchain) }) => text.replace(BOARD, name).replace(TOOLCHAIN, toolchain),
        _ => text,
    };
    text.into_bytes()
}

/// The compiled copy of a template: a pack of all its own modules, nothing left out. `None` where there is none.
#[must_use]
pub fn pack(language: Language, template: &Template) -> Option<&'static [u8]> {
    let stem = format!("{}-{}", language.name(), template.name);
    PACKS.iter().find(|(name, _)| *name == stem).map(|(_, pack)| *pack)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Language, &'static Template)> {
        Language::ALL.into_iter().flat_map(|language| TEMPLATES.iter().map(move |template| (language, template)))
    }

    #[test]
    fn every_language_has_every_template() {
        for source in FILES {
            assert!(source.template == SHARED || Template::named(source.template).is_some(), "{}", source.template);
            assert!(std::str::from_utf8(source.bytes).is_ok(), "{}", source.path);
        }
        let name = ProjectName::new("rain_gauge").unwrap();
        for (language, template) in all() {
            let files = files(language, template, &name, None);
            let has = |path: &str| files.iter().any(|(own, _)| own == path);
            for path in ["emberl.toml", "README.md", ".gitignore", ".github/workflows/firmware.yml", ".gitlab-ci.yml"] {
                assert!(has(path), "{} {}: {path}", language.name(), template.name);
            }
            let magic = pack(language, template).unwrap().get(..21);
            assert_eq!(magic, Some(&b"#!/usr/bin/env AtomVM"[..]), "{} {}", language.name(), template.name);
            assert!(template.script.is_none_or(has), "{} {}", language.name(), template.name);
            for (path, content) in &files {
                let text = String::from_utf8_lossy(content);
                for old in ["my_app", "MyApp", "dot_"] {
                    assert!(!path.contains(old) && !text.contains(old), "{path}: {old}");
                }
            }
        }
    }

    #[test]
    fn files_name_project_and_board() {
        let name = ProjectName::new("rain_gauge").unwrap();
        let hello = Template::named("hello").unwrap();
        let text = |board, path: &str| {
            let files = files(Language::Elixir, hello, &name, board);
            String::from_utf8(files.into_iter().find(|(own, _)| own == path).unwrap().1).unwrap()
        };
        assert!(text(None, "lib/rain_gauge.ex").contains("defmodule RainGauge do"));
        assert!(text(None, "emberl.toml").contains("name = \"esp32c3\""));
        let pico = Board { name: "rp2040", toolchain: Some("rustup target add thumbv6m-none-eabi") };
        assert!(text(Some(pico), "emberl.toml").contains("name = \"rp2040\""));
        let automation = text(Some(pico), ".gitlab-ci.yml");
        assert!(
            automation.contains("BOARD: rp2040") && automation.contains("thumbv6m") && !automation.contains("riscv")
        );
        let emulated = Board { name: "qemu-riscv32", toolchain: None };
        assert!(text(Some(emulated), "emberl.toml").contains("name = \"qemu-riscv32\""));
        assert!(text(Some(emulated), ".gitlab-ci.yml").contains("BOARD: esp32c3"));
    }

    #[test]
    fn languages_and_templates_are_named() {
        assert!(Language::ALL.into_iter().all(|language| Language::named(language.name()) == Some(language)));
        assert!(TEMPLATES.iter().all(|template| Template::named(template.name) == Some(template)));
        assert_eq!((Language::named("Erlang"), Template::named("")), (None, None));
    }
}
