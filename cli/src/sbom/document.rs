//! The document: what is in a file, in the words of CycloneDX 1.6.

use serde_json::{Map, Value, json};

use super::contents::{Contents, Part, Sort, What, sha256};
use crate::failure::{Failure, Result, TOOL};

/// The document's text. Its serial number is made from all the rest of it.
///
/// # Errors
/// When it cannot be written as JSON, for which there is no reason.
pub(super) fn text(contents: &Contents) -> Result<String> {
    let whole = "whole";
    let parts: Vec<Value> = contents.parts.iter().enumerate().map(|(number, part)| component(number, part)).collect();
    let references: Vec<Value> = parts.iter().filter_map(|part| part.get("bom-ref").cloned()).collect();
    let kind = match contents.what {
        What::Pack => "application",
        What::Image => "firmware",
    };
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "",
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    { "type": "application", "name": "emberl", "version": env!("CARGO_PKG_VERSION") }
                ]
            },
            "component": {
                "type": kind,
                "bom-ref": whole,
                "name": contents.name,
                "hashes": [{ "alg": "SHA-256", "content": contents.sha256 }]
            }
        },
        "components": parts,
        "dependencies": [{ "ref": whole, "dependsOn": references }]
    });
    let serial = serial(&written(&document)?);
    if let Some(field) = document.get_mut("serialNumber") {
        *field = Value::String(serial);
    }
    written(&document)
}

fn written(document: &Value) -> Result<String> {
    let text = serde_json::to_string_pretty(document);
    let fault =
        |error: serde_json::Error| Failure::Message { what: error.to_string(), cure: String::new(), exit: TOOL };
    Ok(text.map_err(fault)? + "\n")
}

/// A UUID of version 8, whose bits are of one's own making: those of a digest.
fn serial(text: &str) -> String {
    let digest = sha256(text.as_bytes());
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

fn component(number: usize, part: &Part) -> Value {
    let (kind, what) = match part.sort {
        Sort::Module => ("library", "module"),
        Sort::File => ("file", "file"),
        Sort::Firmware => ("firmware", "firmware"),
    };
    let mut component = Map::new();
    let mut set = |key: &str, value: Value| component.insert(key.to_owned(), value);
    set("type", json!(kind));
    // A name may be there twice: in two packs of an image.
    set("bom-ref", json!(format!("{}:{what}:{}", number + 1, part.name)));
    if let Some(application) = &part.application {
        set("group", json!(application));
    }
    set("name", json!(part.name));
    if let Some(version) = &part.version {
        set("version", json!(version));
    }
    set("hashes", json!([{ "alg": "SHA-256", "content": part.sha256 }]));
    let kind = ("emberl:kind", what.to_owned());
    let properties = std::iter::once(&kind).chain(&part.more);
    set("properties", properties.map(|(name, value)| json!({ "name": name, "value": value })).collect());
    Value::Object(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_a_uuid_of_the_contents() {
        let (one, other) = (serial("a"), serial("b"));
        assert_ne!(one, other);
        assert_eq!(one, serial("a"));
        assert_eq!(one.len(), "urn:uuid:".len() + 36);
        assert_eq!(one, "urn:uuid:ca978112-ca1b-8bdc-8afa-c231b39a23dc");
    }
}
