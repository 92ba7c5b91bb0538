//! A project: the folder with `emberl.toml`, its settings, its language and board. Owns how it is found and read; what is
//! made of it is the business of the modules below.

mod fill;
mod git;
mod home;
mod library;
mod make;
mod modules;
mod specification;
mod stamp;
pub(crate) mod tests;
mod tool;
mod wifi;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use emberl_image::board::{BOARDS, Board};
use emberl_packer::profile::{Platform, Profile};
use emberl_packer::reach::Root;
use emberl_project::{BUILD_FOLDER, Error, Key, LOCAL_FILE, Language, PROJECT_FILE, Settings, Value};

use crate::failure::{Failure, INPUT, Result, reason};

pub(crate) use home::Home;
pub(crate) use make::{Budget, Built, Group};

/// A project.
#[derive(Debug)]
pub(crate) struct Project {
    /// Its top folder, as short as it can be written from here; empty for the current one.
    pub(crate) folder: PathBuf,
    /// Its settings.
    pub(crate) settings: Settings,
}

/// A value that a flag gives.
pub(crate) type Flag = (Key, &'static str, Option<Value>);

impl Project {
    /// The project that the current folder is in, if it is in one, with flags above its settings.
    ///
    /// # Errors
    /// When its settings are wrong: all that is.
    pub(crate) fn here(flags: &[Flag]) -> Result<Option<Self>> {
        let Some(folder) = find(&env::current_dir().unwrap_or_default()) else { return Ok(None) };
        Self::open(folder, flags).map(Some)
    }

    /// The project that the current folder is in.
    ///
    /// # Errors
    /// As [`here`](Self::here), and when there is none.
    pub(crate) fn needed(flags: &[Flag]) -> Result<Self> {
        Self::here(flags)?.ok_or_else(|| {
            let what = format!("there is no {PROJECT_FILE} in this folder or above it");
            Failure::input(what, "go into a project, or make one: emberl new my_app")
        })
    }

    /// The project that the current folder is in, where a command names no file; `file` is what it could have named.
    ///
    /// # Errors
    /// As [`here`](Self::here), and when there is none: then the command line is at fault.
    pub(crate) fn instead_of(file: &str, flags: &[Flag]) -> Result<Self> {
        Self::here(flags)?.ok_or_else(|| {
            let what = format!("no {file} is named, and there is no {PROJECT_FILE} in this folder or above it");
            Failure::usage(what, format!("name a {file}, or go into a project"))
        })
    }

    /// Builds the project for another command, and tells it where there was something to do.
    pub(crate) fn built(&self) -> Result<Built> {
        let (built, unchanged) = self.build(false)?;
        if !unchanged {
            crate::console::note(&built.line());
        }
        Ok(built)
    }

    fn open(folder: PathBuf, flags: &[Flag]) -> Result<Self> {
        let project = folder.join(PROJECT_FILE);
        let local = folder.join(LOCAL_FILE);
        let text = read(&project)?;
        let local_text = if local.exists() { Some(read(&local)?) } else { None };
        let (project, local) = (project.display().to_string(), local.display().to_string());
        let local = local_text.as_deref().map(|text| (local.as_str(), text));
        let variable = |name: &str| env::var(name).ok();
        let mut settings = Settings::read((&project, &text), local, &variable).map_err(|errors| wrong(&errors))?;
        for (key, flag, value) in flags {
            settings.flag(*key, flag, value.clone());
        }
        let project = Self { folder, settings };
        // Whatever the command is: what is wrong in the file is told.
        project.board()?;
        project.profile()?;
        project.keep()?;
        project.language()?;
        Ok(project)
    }

    /// A path that a setting or the build tool names, as seen from here.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// The path of a setting.
    pub(crate) fn path_of(&self, key: Key) -> Option<String> {
        self.settings.text(key).map(|path| self.path(path).display().to_string())
    }

    /// The folder for what is built.
    pub(crate) fn build_folder(&self) -> PathBuf {
        self.path(BUILD_FOLDER)
    }

    /// The pack.
    pub(crate) fn output(&self) -> PathBuf {
        match self.settings.text(Key::Output) {
            Some(output) => self.path(output),
            None => self.build_folder().join(format!("{}.avm", self.settings.name())),
        }
    }

    /// Its language: as it is said, else as its build file tells.
    pub(crate) fn language(&self) -> Result<Language> {
        if let Some(language) = self.settings.language() {
            return Ok(language);
        }
        let has = |language: &Language| self.path(language.build_file()).is_file();
        let mut found = Language::ALL.into_iter().filter(has);
        match (found.next(), found.next()) {
            (Some(language), None) => Ok(language),
            (Some(one), Some(other)) => {
                let what = format!("there are both {} and {}", one.build_file(), other.build_file());
                Err(Failure::input(
                    what,
                    format!("say which one builds it: language = \"{}\" in [project]", one.name()),
                ))
            }
            (None, _) => {
                let what = "there is no rebar.config, mix.exs or gleam.toml beside emberl.toml";
                Err(Failure::input(what, "make the project of the build tool first; `emberl new` makes both"))
            }
        }
    }

    /// Its board, if it has one.
    pub(crate) fn board(&self) -> Result<Option<&'static Board>> {
        let Some(name) = self.settings.text(Key::Board) else { return Ok(None) };
        Board::named(name).map(Some).ok_or_else(|| {
            let names = BOARDS.iter().map(|board| board.name);
            self.unknown(Key::Board, "board", name, names, "emberl boards lists them")
        })
    }

    /// The target's virtual machine.
    pub(crate) fn profile(&self) -> Result<&'static Profile> {
        let name = self.settings.text(Key::Profile).unwrap_or("emberl");
        let cure = format!("the profiles are {}", Profile::names().collect::<Vec<_>>().join(", "));
        Profile::named(name).ok_or_else(|| self.unknown(Key::Profile, "profile", name, Profile::names(), &cure))
    }

    /// The platform that the board is of; without a board, the desktop, where the program is run.
    pub(crate) fn platform(&self) -> Result<Option<Platform>> {
        Ok(match self.board()? {
            None => Some(Platform::GenericUnix),
            Some(board) if board.name.starts_with("esp32") => Some(Platform::Esp32),
            Some(board) if board.name.starts_with("rp2") => Some(Platform::Rp2),
            Some(_) => None,
        })
    }

    /// What is kept besides.
    pub(crate) fn keep(&self) -> Result<Vec<Root>> {
        let rules = self.settings.texts(Key::Keep).iter();
        rules
            .map(|rule| Root::parse_keep(rule).map_err(|why| self.fault(Key::Keep, &why, "correct build.keep")))
            .collect()
    }

    fn unknown<'n>(
        &self,
        key: Key,
        what: &str,
        name: &str,
        names: impl Iterator<Item = &'n str>,
        otherwise: &str,
    ) -> Failure {
        let cure = match emberl_packer::suggest::nearest_name(name, names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => otherwise.to_owned(),
        };
        self.fault(key, &format!("there is no {what} \"{name}\""), &cure)
    }

    /// A fault of a setting, at its place.
    pub(crate) fn fault(&self, key: Key, what: &str, cure: &str) -> Failure {
        Failure::input(format!("{}: {what}", self.settings.place(key)), cure)
    }
}

/// The folder with `emberl.toml`: `from`, or one above. What is found here or above is named as short as that is.
fn find(from: &Path) -> Option<PathBuf> {
    let depth = from.ancestors().position(|folder| folder.join(PROJECT_FILE).is_file())?;
    Some(std::iter::repeat_n("..", depth).collect())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot read {}: {}", path.display(), reason(&error));
        Failure::input(what, "check its permissions, and that it is UTF-8")
    })
}

/// Settings that are wrong, as one failure: all are told.
pub(crate) fn wrong(errors: &[Error]) -> Failure {
    if let [error] = errors {
        return Failure::input(error.to_string(), error.cure.clone());
    }
    for error in errors {
        crate::console::tell(&crate::report::message(&error.to_string(), &error.cure, crate::console::stderr_width()));
    }
    Failure::Told(INPUT)
}
