//! The secrets of a Wi-Fi network: a file that git ignores, else the environment.

use toml::de::DeValue;

use crate::error::Error;
use crate::file::{Source, nearest};

/// The keys of the file.
const KEYS: [&str; 2] = ["ssid", "psk"];
/// The variables of the environment, in the same order.
const VARIABLES: [&str; 2] = ["EMBERL_WIFI_SSID", "EMBERL_WIFI_PSK"];

/// A network, and the word that lets one in; empty where the network is open.
#[derive(Clone, PartialEq, Eq)]
pub struct Wifi {
    /// The network's name.
    pub ssid: String,
    /// The password.
    pub psk: String,
}

impl std::fmt::Debug for Wifi {
    /// Secrets are not for logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wifi").finish_non_exhaustive()
    }
}

impl Wifi {
    /// The network of a file, its text with its path, else of the environment; `None` where neither has one.
    ///
    /// # Errors
    /// What is wrong with the file or the values. No message has a secret in it.
    pub fn read(
        file: Option<(&str, &str)>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Vec<Error>> {
        let [ssid, psk] = VARIABLES.map(|name| environment(name).filter(|value| !value.is_empty()));
        let (place, ssid, psk) = match file {
            Some((path, text)) => {
                let [of_file, psk_of_file] = of_file(path, text)?;
                (path.to_owned(), of_file.or(ssid), psk_of_file.or(psk))
            }
            None => ("EMBERL_WIFI_SSID".to_owned(), ssid, psk),
        };
        let Some(ssid) = ssid else {
            return match (file, psk) {
                (None, None) => Ok(None),
                _ => {
                    let cure = "add ssid = \"...\" to the file, or set EMBERL_WIFI_SSID";
                    Err(vec![Error::new(place, "the name of the network is missing", cure)])
                }
            };
        };
        let psk = psk.unwrap_or_default();
        // As IEEE 802.11 has them; a psk of 64 characters is the key itself.
        if ssid.len() > 32 {
            let cure = "check ssid: a name has 32 bytes at most";
            return Err(vec![Error::new(place, "the name of the network is too long", cure)]);
        }
        if !psk.is_empty() && !(8..=64).contains(&psk.len()) {
            let cure = "check psk: a password has 8 to 63 characters, or is left out for an open network";
            return Err(vec![Error::new(place, "the password of the network has a length that none has", cure)]);
        }
        Ok(Some(Self { ssid, psk }))
    }
}

fn of_file(path: &str, text: &str) -> Result<[Option<String>; 2], Vec<Error>> {
    let source = Source::new(path, text);
    // What the parser says names no value, but the line may be told.
    let table = source.table().map_err(|error| vec![error])?;
    let mut found = [None, None];
    let mut errors = Vec::new();
    for (key, value) in &table {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        let Some((place, _)) = found.iter_mut().zip(KEYS).find(|(_, known)| *known == name) else {
            let cure = match nearest(name, KEYS.into_iter()) {
                Some(near) => format!("did you mean {near}?"),
                None => "the file has ssid and psk".to_owned(),
            };
            errors.push(source.error(at, format!("there is no setting {name}"), cure));
            continue;
        };
        match value.get_ref() {
            DeValue::String(text) => *place = Some(text.to_string()).filter(|text| !text.is_empty()),
            _ => errors.push(source.error(at, format!("{name} must be a text"), "write it in quotes: \"...\"")),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: &dyn Fn(&str) -> Option<String> = &|_| None;

    fn environment(name: &str) -> Option<String> {
        match name {
            "EMBERL_WIFI_SSID" => Some("outside".to_owned()),
            "EMBERL_WIFI_PSK" => Some("outside-word".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn the_file_is_above_the_environment() {
        let file = Some(("wifi.toml", "ssid = \"home\"\npsk = \"12345678\"\n"));
        let found = Wifi::read(file, &environment).unwrap().unwrap();
        assert_eq!((found.ssid.as_str(), found.psk.as_str()), ("home", "12345678"));
        let found = Wifi::read(None, &environment).unwrap().unwrap();
        assert_eq!((found.ssid.as_str(), found.psk.as_str()), ("outside", "outside-word"));
        assert_eq!(Wifi::read(None, NONE).unwrap(), None);
        assert_eq!(Wifi::read(Some(("w", "ssid = \"open\"")), NONE).unwrap().unwrap().psk, "");
    }

    #[test]
    fn no_message_has_the_secret() {
        for text in
            ["ssid = \"a\"\npsk = \"secret\"", "psk = \"secretsecret\"", "ssid = \"a\"\npks = \"secret12\"", "psk = 1"]
        {
            let errors = Wifi::read(Some(("wifi.toml", text)), NONE).unwrap_err();
            assert!(!errors.is_empty() && !format!("{errors:?}").contains("secret"), "{errors:?}");
        }
        let found = Wifi::read(None, &environment).unwrap().unwrap();
        assert!(!format!("{found:?}").contains("outside"));
        let errors = Wifi::read(Some(("wifi.toml", "\npks = \"12345678\"")), NONE).unwrap_err();
        assert_eq!((errors[0].place.as_str(), errors[0].cure.as_str()), ("wifi.toml:2", "did you mean psk?"));
    }
}
