//! A file of settings: read, with the line of each value. All that is wrong is found, not only the first.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::table::{Home, Key};
use crate::value::Value;

/// Keys of secrets, which no file of settings may have.
const SECRETS: [&str; 4] = ["ssid", "psk", "password", "passphrase"];

/// What a file says.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Its settings with their lines.
    pub(crate) values: Vec<(Key, Value, usize)>,
}

/// A text of TOML with the path that it was read from.
pub(crate) struct Source<'s> {
    path: &'s str,
    text: &'s str,
}

impl<'s> Source<'s> {
    pub(crate) const fn new(path: &'s str, text: &'s str) -> Self {
        Self { path, text }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, byte: usize) -> usize {
        let before = self.text.as_bytes().get(..byte.min(self.text.len())).unwrap_or_default();
        1 + before.iter().filter(|&&byte| byte == b'\n').count()
    }

    fn place(&self, byte: usize) -> String {
        format!("{}:{}", self.path, self.line(byte))
    }

    pub(crate) fn error(&self, byte: usize, what: impl Into<String>, cure: impl Into<String>) -> Error {
        Error::new(self.place(byte), what, cure)
    }

    /// The text as a table.
    pub(crate) fn table(&self) -> Result<DeTable<'s>, Error> {
        let table = DeTable::parse(self.text).map(Spanned::into_inner);
        table.map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("this is no TOML: {}", error.message());
            self.error(at, what, "correct the line; https://toml.io describes the format")
        })
    }
}

/// Reads a file of settings.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn read(path: &str, text: &str, home: Home) -> Result<File, Vec<Error>> {
    let source = Source::new(path, text);
    let table = source.table().map_err(|error| vec![error])?;
    let mut reading = Reading { source: &source, home, file: File::default(), errors: Vec::new() };
    for (section, value) in &table {
        reading.section(section.get_ref(), section.span().start, value);
    }
    reading.errors.sort_by_key(|(at, _)| *at);
    if reading.errors.is_empty() {
        Ok(reading.file)
    } else {
        Err(reading.errors.into_iter().map(|(_, error)| error).collect())
    }
}

struct Reading<'r> {
    source: &'r Source<'r>,
    home: Home,
    file: File,
    /// With the byte that they are about, for their order.
    errors: Vec<(usize, Error)>,
}

impl Reading<'_> {
    fn fault(&mut self, at: usize, what: impl Into<String>, cure: impl Into<String>) {
        self.errors.push((at, self.source.error(at, what, cure)));
    }

    fn section(&mut self, section: &str, at: usize, value: &Spanned<DeValue<'_>>) {
        let sections = || Key::ALL.iter().map(|key| key.setting().section);
        if !sections().any(|known| known == section) {
            // A setting outside of its table, or a table that there is none of.
            let keys = Key::ALL.iter().map(|key| key.setting()).filter(|setting| setting.key == section);
            let cure = match (value.get_ref().is_table(), keys.map(|setting| setting.section).next()) {
                (false, Some(right)) => format!("write it below [{right}]"),
                (true, _) => match nearest(section, sections()) {
                    Some(near) => format!("did you mean [{near}]?"),
                    None => format!("the tables are {}", listed(sections())),
                },
                (false, None) => format!("settings stand below the tables {}", listed(sections())),
            };
            let what = if value.get_ref().is_table() { "table" } else { "setting" };
            return self.fault(at, format!("there is no {what} {section}"), cure);
        }
        let Some(table) = value.get_ref().as_table() else {
            return self.fault(at, format!("{section} is a table"), format!("write [{section}] in a line of its own"));
        };
        for (key, value) in table {
            self.setting(section, key.get_ref(), key.span().start, value);
        }
    }

    fn setting(&mut self, section: &str, key: &str, at: usize, value: &Spanned<DeValue<'_>>) {
        let found = Key::ALL.iter().copied().find(|id| (id.setting().section, id.setting().key) == (section, key));
        let Some(id) = found else {
            return self.unknown(section, key, at);
        };
        let setting = id.setting();
        if setting.home() != self.home {
            let (name, home) = (setting.name(), setting.home().file());
            let why = match setting.home() {
                Home::Local => "it belongs to a desk, not to the project",
                Home::Project => "it belongs to the project, not to a desk",
            };
            return self.fault(at, format!("{name} cannot be here: {why}"), format!("write it into {home}"));
        }
        match setting.kind.of_toml(value.get_ref()) {
            Ok(value) => self.file.values.push((id, value, self.source.line(at))),
            Err(misfit) => {
                let name = setting.name();
                self.fault(value.span().start, format!("{name} must be {}", misfit.wanted), misfit.cure);
            }
        }
    }

    fn unknown(&mut self, section: &str, key: &str, at: usize) {
        if section == "wifi" && SECRETS.contains(&key) {
            return self.fault(
                at,
                format!("wifi.{key} is a secret, which does not belong in a file that git keeps"),
                "write ssid and psk into a file that git ignores, and name it with wifi.file; \
                 or set EMBERL_WIFI_SSID and EMBERL_WIFI_PSK",
            );
        }
        let known = || Key::ALL.iter().map(|key| key.setting());
        let cure = match nearest(key, known().filter(|known| known.section == section).map(|known| known.key)) {
            Some(near) => format!("did you mean {near}?"),
            None => match known().find(|known| known.key == key) {
                Some(other) => format!("did you mean {}? It stands below [{}]", other.name(), other.section),
                None => {
                    let keys = known().filter(|known| known.section == section).map(|known| known.key);
                    format!("[{section}] has {}", listed(keys))
                }
            },
        };
        self.fault(at, format!("there is no setting {section}.{key}"), cure);
    }
}

/// The name nearest to `wanted`, if it is near enough.
pub(crate) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |name: &str| match strsim::osa_distance(name, wanted) {
        // Of short names one edit is much, and yet it is the likeliest mistake.
        0 | 1 => 1.0,
        _ => strsim::jaro_winkler(name, wanted),
    };
    let near = names.map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness > 0.75);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<(String, String, String)> {
        let errors = read("emberl.toml", text, Home::Project).unwrap_err();
        errors.into_iter().map(|error| (error.place, error.what, error.cure)).collect()
    }

    #[test]
    fn values_have_their_lines() {
        let text = "[project]\nname = \"hello\"\n\n[build]\nkeep = [\n  \"a:b/1\",\n]\nprune = false\n[budget]\nflash = 0x100\n";
        let file = read("emberl.toml", text, Home::Project).unwrap();
        assert_eq!(file.values.len(), 4);
        assert!(file.values.contains(&(Key::Name, Value::Text("hello".into()), 2)));
        assert!(file.values.contains(&(Key::Keep, Value::Texts(vec!["a:b/1".into()]), 5)));
        assert!(file.values.contains(&(Key::BudgetFlash, Value::Number(256), 10)));
    }

    #[test]
    fn unknown_keys_have_the_nearest_name() {
        let found = wrong("[project]\nnaem = \"a\"\n[bord]\nname = \"b\"\n");
        assert_eq!(found[0].0, "emberl.toml:2");
        assert_eq!(found[0].1, "there is no setting project.naem");
        assert_eq!(found[0].2, "did you mean name?");
        assert_eq!((found[1].0.as_str(), found[1].2.as_str()), ("emberl.toml:3", "did you mean [board]?"));
        assert_eq!(wrong("prune = true\n")[0].2, "write it below [build]");
        assert_eq!(wrong("[board]\nprune = true\n")[0].2, "did you mean build.prune? It stands below [build]");
        assert!(wrong("[board]\nxyzzy = 1\n")[0].2.starts_with("[board] has name, features"));
        assert!(wrong("build = 1\n")[0].2.contains("[build]"));
    }

    #[test]
    fn wrong_types_are_told_in_their_order() {
        let found =
            wrong("[build]\nprune = \"yes\"\nkeep = \"a\"\nfiles = [1]\ndynamic = \"all\"\n[budget]\nflash = -1\n");
        let places: Vec<&str> = found.iter().map(|found| found.0.as_str()).collect();
        assert_eq!(places, ["emberl.toml:2", "emberl.toml:3", "emberl.toml:4", "emberl.toml:5", "emberl.toml:7"]);
        assert_eq!(found[0].1, "build.prune must be true or false");
        assert_eq!(found[3].1, "build.dynamic must be one of \"named\", \"any\"");
        assert!(found[4].2.contains("256k"));
    }

    #[test]
    fn broken_files_have_a_line() {
        let found = wrong("[project]\nname = \"a\"\nstart = \n");
        assert_eq!(found[0].0, "emberl.toml:3");
        assert!(found[0].1.starts_with("this is no TOML: "));
        assert_eq!(wrong("[project]\nname = \"a\"\nname = \"b\"\n").len(), 1);
        for bytes in ["\u{0}", "[", "= 1", "a = \"\\u{0}", "[a]\n[a]\n", "\u{feff}x"] {
            assert!(!wrong(bytes).is_empty());
        }
    }

    #[test]
    fn secrets_and_other_desks_do_not_belong_here() {
        let found = wrong("[wifi]\npsk = \"12345678\"\n[desk]\nport = \"COM3\"\n");
        assert!(found[0].1.contains("a secret") && !found[0].1.contains("12345678"));
        assert!(found[0].2.contains("EMBERL_WIFI_PSK"));
        assert_eq!(found[1].2, "write it into emberl.local.toml");
        let local = read("emberl.local.toml", "[board]\nname = \"a\"\n", Home::Local).unwrap_err();
        assert_eq!(local[0].cure, "write it into emberl.toml");
    }
}
