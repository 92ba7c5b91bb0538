//! The one table of settings.

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// The name of a project: small letters, digits and `_`.
    Name,
    /// A list of texts.
    Texts,
    /// Yes or no.
    Flag,
    /// A number of bytes, also as text with `k` or `M`.
    Size,
    /// A number.
    Number,
    /// One of some texts.
    Choice(&'static [&'static str]),
    /// A list of some texts.
    Choices(&'static [&'static str]),
}

/// The file that a setting belongs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// `emberl.toml`: the project's, for everyone who works on it.
    Project,
    /// `emberl.local.toml`: of this desk, with its board; git ignores it.
    Local,
}

impl Home {
    /// The file's name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Project => crate::PROJECT_FILE,
            Self::Local => crate::LOCAL_FILE,
        }
    }
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The table that it stands in.
    pub section: &'static str,
    /// Its key there.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it is where nobody says anything, as the environment would have it.
    pub default: Option<&'static str>,
    /// A line about it.
    pub about: &'static str,
}

impl Setting {
    /// `board.name`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// `EMBERL_BOARD_NAME`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("EMBERL_{}_{}", self.section, self.key).to_uppercase()
    }

    /// The file that it belongs in.
    #[must_use]
    pub fn home(&self) -> Home {
        if self.section == "desk" { Home::Local } else { Home::Project }
    }
}

/// Declares the settings: a variant of [`Key`] and a [`Setting`] for each.
macro_rules! settings {
    ($($id:ident: $section:ident . $key:ident, $kind:expr, $default:expr, $about:literal;)*) => {
        /// A setting, by what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key {
            $(
                #[doc = concat!("`", stringify!($section), ".", stringify!($key), "`: ", $about, ".")]
                $id,
            )*
        }

        impl Key {
            /// Every setting, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$id,)*];

            /// What there is to say about it.
            #[must_use]
            pub const fn setting(self) -> &'static Setting {
                match self {
                    $(Self::$id => &Setting {
                        section: stringify!($section),
                        key: stringify!($key),
                        kind: $kind,
                        default: $default,
                        about: $about,
                    },)*
                }
            }
        }
    };
}

settings! {
    Name: project.name, Kind::Name, None, "the project's name, and its pack's: `hello` makes `hello.avm`";
    Language: project.language, Kind::Choice(&["erlang", "elixir", "gleam"]), None,
        "what it is written in; else by `rebar.config`, `mix.exs` or `gleam.toml`";
    Start: project.start, Kind::Text, None,
        "the module whose `start/0` starts the program; else the name, of Elixir in camel case";
    Packs: build.packs, Kind::Texts, Some(""), "packs whose modules and files are packed in";
    With: build.with, Kind::Texts, Some(""), "packs that are on the device already: they resolve calls, and are not packed";
    Libraries: build.libraries, Kind::Texts, Some(""),
        "folders with `.beam` files that what is missing is taken from, before the installed OTP and Elixir";
    Files: build.files, Kind::Texts, Some(""), "plain files that are packed in, under `NAME/PATH`";
    Keep: build.keep, Kind::Texts, Some(""), "modules and functions that are kept besides: `hello:callback/1`";
    Dynamic: build.dynamic, Kind::Choice(&["named", "any"]), Some("named"),
        "which exports of a module that an atom names are kept: those that atoms name too, or any";
    Prune: build.prune, Kind::Flag, Some("true"),
        "whether unused functions of the project and its dependencies are left out; of libraries they always are";
    Unresolved: build.allow_unresolved, Kind::Flag, Some("false"), "whether calls that lead nowhere are only warnings";
    Strip: build.strip, Kind::Choices(&["lines"]), Some(""), "what is left out: the line numbers of stack traces";
    Profile: build.profile, Kind::Text, Some("emberl"), "what the target's virtual machine can run: `emberl`, `atomvm-0.7`";
    Output: build.output, Kind::Text, None, "the pack; else `_emberl/NAME.avm`";
    Board: board.name, Kind::Text, None, "the board, as `emberl boards` lists them";
    Features: board.features, Kind::Texts, None, "features of the firmware; else those that the board has by itself";
    Partitions: board.partitions, Kind::Text, None, "a partition table of your own, CSV or binary";
    Firmware: board.firmware, Kind::Text, None, "the firmware's ELF file; else it is built from Emberl's sources";
    BudgetFlash: budget.flash, Kind::Size, None, "the bytes that the pack may have";
    BudgetRam: budget.ram, Kind::Size, None,
        "the memory of `emberl run`, and the bytes that the loaded modules may have of it";
    WifiFile: wifi.file, Kind::Text, None, "a file that git ignores, with `ssid` and `psk`";
    WifiPack: wifi.pack, Kind::Flag, Some("false"), "whether they are packed in, as the plain file `NAME/priv/wifi.config`";
    Port: desk.port, Kind::Text, None, "the serial port of the board; else the only one that leads to a board";
    Baud: desk.baud, Kind::Number, None, "bits a second of that port";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        for (index, key) in Key::ALL.iter().enumerate() {
            let setting = key.setting();
            assert_eq!(*key as usize, index);
            assert!(Key::ALL[..index].iter().all(|other| other.setting().name() != setting.name()));
            if let Some(default) = setting.default {
                assert!(setting.kind.of_text(default).is_ok(), "{}", setting.name());
            }
            assert!(!setting.about.ends_with('.'), "{}", setting.name());
        }
        assert_eq!(Key::Board.setting().variable(), "EMBERL_BOARD_NAME");
        assert_eq!(Key::Port.setting().home(), Home::Local);
    }
}
