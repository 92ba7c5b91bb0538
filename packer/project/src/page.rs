//! The page of settings, as the README of this crate has it.

use std::fmt::Write as _;

use crate::table::{Key, Kind, Setting};

/// A table of all settings, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = String::new();
    let mut section = "";
    for setting in Key::ALL.iter().map(|key| key.setting()) {
        if setting.section != section {
            section = setting.section;
            let _ = write!(page, "\n`[{section}]` in `{}`\n\n", setting.home().file());
            page.push_str("| key | holds | default | what it is |\n|---|---|---|---|\n");
        }
        let default = setting.default.map_or_else(|| "-".to_owned(), |text| shown(setting, text));
        let _ = writeln!(page, "| `{}` | {} | {default} | {} |", setting.key, kind(setting.kind), setting.about);
    }
    page
}

fn shown(setting: &Setting, text: &str) -> String {
    setting.kind.of_text(text).map_or_else(|_| text.to_owned(), |value| format!("`{value}`"))
}

fn kind(kind: Kind) -> String {
    let names = |names: &[&str]| names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(", ");
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Name => "name".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
        Kind::Flag => "`true`, `false`".to_owned(),
        Kind::Size => "size".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Choice(known) => names(known),
        Kind::Choices(known) => format!("list of {}", names(known)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_readme_has_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let text = std::fs::read_to_string(path).unwrap();
        let (before, rest) = text.split_once("<!-- settings -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- /settings -->").unwrap();
        let made = format!("{before}<!-- settings -->\n{}\n<!-- /settings -->{after}", super::page());
        if std::env::var_os("EMBERL_UPDATE").is_some() {
            std::fs::write(path, &made).unwrap();
        } else {
            assert!(made == text, "the table is not up to date: run this with EMBERL_UPDATE=1");
        }
    }
}
