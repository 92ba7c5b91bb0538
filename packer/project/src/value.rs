//! What a setting can hold, and how it is read from TOML and from text.

use std::fmt;

use toml::de::{DeArray, DeValue};

use crate::table::Kind;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// Yes or no.
    Flag(bool),
    /// A number, or a number of bytes.
    Number(u64),
}

impl fmt::Display for Value {
    /// As TOML writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(f, text),
            Self::Texts(texts) => {
                f.write_str("[")?;
                for (index, text) in texts.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    quoted(f, text)?;
                }
                f.write_str("]")
            }
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// A number of bytes: `262144`, `256k`, `1M`, `0x40000`. `None` for anything else.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (text.get(..text.len() - 1)?, 1 << 10),
        b'm' | b'M' => (text.get(..text.len() - 1)?, 1 << 20),
        _ => (text, 1),
    };
    let number = match digits.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => u64::from_str_radix(digits, 16).ok(),
        // `parse` alone would take a sign.
        None if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    };
    number?.checked_mul(unit)
}

/// A value that does not fit: what it has to be, with an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// `a text`, `a list of texts`.
    pub(crate) wanted: String,
    /// What to write.
    pub(crate) cure: String,
}

impl Kind {
    fn misfit(self) -> Misfit {
        let (wanted, cure) = match self {
            Self::Text => ("a text", "write it in quotes: \"...\""),
            Self::Name => ("a name", "use small letters, digits and _, with a letter first: \"my_app\""),
            Self::Texts => ("a list of texts", "write it in brackets: [\"one\", \"two\"]"),
            Self::Flag => ("true or false", "write true or false, without quotes"),
            Self::Size => ("a number of bytes", "write for example \"256k\", \"1M\" or 262144"),
            Self::Number => ("a number", "write it in digits: 115200"),
            Self::Choice(names) => return Misfit::choice("one of", names),
            Self::Choices(names) => return Misfit::choice("a list of", names),
        };
        Misfit { wanted: wanted.to_owned(), cure: cure.to_owned() }
    }

    /// The value in TOML.
    pub(crate) fn of_toml(self, value: &DeValue<'_>) -> Result<Value, Misfit> {
        let misfit = || self.misfit();
        match (self, value) {
            (Self::Text | Self::Name | Self::Choice(_), DeValue::String(text)) => self.checked(text),
            (Self::Texts | Self::Choices(_), DeValue::Array(list)) => self.list(texts(list).ok_or_else(misfit)?),
            (Self::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::Size, DeValue::String(text)) => size(text).map(Value::Number).ok_or_else(misfit),
            (Self::Size | Self::Number, DeValue::Integer(number)) => {
                let number = u64::from_str_radix(number.as_str(), number.radix());
                number.map(Value::Number).map_err(|_| misfit())
            }
            _ => Err(misfit()),
        }
    }

    /// The value in a text, as the environment has it: the elements of a list are separated by commas.
    pub(crate) fn of_text(self, text: &str) -> Result<Value, Misfit> {
        match self {
            Self::Text | Self::Name | Self::Choice(_) => self.checked(text),
            Self::Texts | Self::Choices(_) => {
                let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                self.list(texts.map(str::to_owned).collect())
            }
            Self::Flag => match text {
                "true" | "1" => Ok(Value::Flag(true)),
                "false" | "0" => Ok(Value::Flag(false)),
                _ => Err(self.misfit()),
            },
            Self::Size => size(text).map(Value::Number).ok_or_else(|| self.misfit()),
            Self::Number => text.parse().map(Value::Number).map_err(|_| self.misfit()),
        }
    }

    fn checked(self, text: &str) -> Result<Value, Misfit> {
        let fits = match self {
            Self::Name => is_name(text),
            Self::Choice(names) => names.contains(&text),
            _ => true,
        };
        if fits { Ok(Value::Text(text.to_owned())) } else { Err(self.misfit()) }
    }

    fn list(self, texts: Vec<String>) -> Result<Value, Misfit> {
        match self {
            Self::Choices(names) if !texts.iter().all(|text| names.contains(&text.as_str())) => Err(self.misfit()),
            _ => Ok(Value::Texts(texts)),
        }
    }
}

impl Misfit {
    fn choice(wanted: &str, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let names = names.join(", ");
        Self { wanted: format!("{wanted} {names}"), cure: format!("write {wanted} {names}") }
    }
}

fn texts(list: &DeArray<'_>) -> Option<Vec<String>> {
    list.iter().map(|element| element.get_ref().as_str().map(str::to_owned)).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [("4096", 4096), ("0x1000", 4096), ("256k", 256 << 10), ("1M", 1 << 20), ("0", 0)] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for wrong in ["", "k", "0x", "-1", "+1", "1.5M", "4 K", "18446744073709551615k", "vier", "ä"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_of_the_environment_are_read() {
        assert_eq!(Kind::Texts.of_text("a, b,,c"), Ok(Value::Texts(vec!["a".into(), "b".into(), "c".into()])));
        assert_eq!(Kind::Texts.of_text(""), Ok(Value::Texts(Vec::new())));
        assert_eq!(Kind::Flag.of_text("1"), Ok(Value::Flag(true)));
        assert!(Kind::Flag.of_text("yes").is_err());
        assert!(Kind::Choices(&["lines"]).of_text("lines,columns").is_err());
        assert_eq!(Kind::Name.of_text("my_app2"), Ok(Value::Text("my_app2".into())));
        for wrong in ["", "My", "2a", "a-b", "../a", "ä"] {
            assert!(Kind::Name.of_text(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_are_shown_as_toml() {
        let value = Value::Texts(vec!["a\"b".into(), "\u{1b}\n".into()]);
        assert_eq!(value.to_string(), r#"["a\"b", "\u001B\n"]"#);
    }
}
