//! JSON Schema, as far as the schemas of `cli/schemas/` use it.

use serde_json::Value;

use crate::{Failed, check};

/// A validator for the part of JSON Schema that the schemas use; a keyword that it does not know is an error.
///
/// # Errors
/// The first field that does not fit; `at` is the name of the value.
pub fn fits(schema: &Value, value: &Value, at: &str) -> Result<(), Failed> {
    let empty = serde_json::Map::new();
    for (keyword, rule) in schema.as_object().unwrap_or(&empty) {
        let good = match keyword.as_str() {
            "$schema" | "title" | "description" | "additionalProperties" => true,
            "type" => match rule {
                Value::Array(kinds) => kinds.iter().any(|kind| is_a(kind, value)),
                kind => is_a(kind, value),
            },
            "enum" => rule.as_array().is_some_and(|values| values.contains(value)),
            "minimum" => value.as_i64().is_none_or(|number| rule.as_i64().is_some_and(|least| number >= least)),
            // The only one is that of codes.
            "pattern" => {
                let digits = value.as_str().and_then(|code| code.strip_prefix('E'));
                rule == "^E[0-9]{4}$" && digits.is_some_and(|d| d.len() == 4 && d.bytes().all(|b| b.is_ascii_digit()))
            }
            "required" => rule.as_array().is_some_and(|names| {
                names.iter().all(|name| name.as_str().is_some_and(|name| value.get(name).is_some()))
            }),
            "properties" => {
                for (name, inside) in value.as_object().unwrap_or(&empty) {
                    let schema = rule.get(name).ok_or_else(|| format!("{at}: the schema has no field {name}"))?;
                    fits(schema, inside, &format!("{at}.{name}"))?;
                }
                true
            }
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    fits(rule, item, &format!("{at}[{number}]"))?;
                }
                true
            }
            "oneOf" => rule.as_array().is_some_and(|rules| rules.iter().any(|rule| fits(rule, value, at).is_ok())),
            other => return Err(format!("{at}: the validator does not know {other}").into()),
        };
        check(good, || format!("{at}: {value} breaks {keyword}: {rule}"))?;
    }
    Ok(())
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
