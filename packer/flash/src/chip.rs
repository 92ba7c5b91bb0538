//! The chips that can be flashed: their names. What else there is to know of them, `espflash` knows.

use std::str::FromStr;

pub use espflash::target::Chip;

/// The names of the chips, as boards are named: `esp32c3`.
pub const NAMES: [&str; 10] =
    ["esp32", "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32c61", "esp32h2", "esp32p4", "esp32s2", "esp32s3"];

/// The chip of this name (see [`NAMES`]).
#[must_use]
pub fn named(name: &str) -> Option<Chip> {
    NAMES.contains(&name).then(|| Chip::from_str(name).ok()).flatten()
}

/// The chip whose images have this number in their header (`esp_chip_id_t` of ESP-IDF).
#[must_use]
pub fn with_image_id(id: u16) -> Option<Chip> {
    NAMES.into_iter().filter_map(named).find(|chip| chip.id() == id)
}

/// The name as its maker writes it: `ESP32-C3`.
#[must_use]
pub fn title(chip: Chip) -> String {
    let name = chip.to_string().to_uppercase();
    match name.strip_prefix("ESP32") {
        Some(rest) if !rest.is_empty() => format!("ESP32-{rest}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_chip() {
        for name in NAMES {
            let chip = named(name).unwrap();
            assert_eq!(chip.to_string(), name);
            assert_eq!(with_image_id(chip.id()), Some(chip));
        }
        assert_eq!(named("rp2040"), None);
        assert_eq!(title(Chip::Esp32), "ESP32");
        assert_eq!(title(Chip::Esp32c6), "ESP32-C6");
    }
}
