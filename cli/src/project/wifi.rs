//! The secrets of a Wi-Fi network as a plain file of the pack, where the project asks for that.

use std::env;
use std::fs;

use emberl_format::etf::{self, EncodeOptions, Term};
use emberl_packer::source::Part;
use emberl_project::{Key, Wifi};

use super::{Project, git, wrong};
use crate::console;
use crate::failure::{Failure, Result, reason};

/// The plain file, if it is to be packed. Warns of it.
pub(crate) fn part(project: &Project) -> Result<Option<Part>> {
    let file = project.path_of(Key::WifiFile);
    if !project.settings.is(Key::WifiPack) {
        return Ok(None);
    }
    let text = match &file {
        Some(file) => Some(fs::read_to_string(file).map_err(|error| {
            let what = format!("cannot read {file}: {}", reason(&error));
            project.fault(Key::WifiFile, &what, "make it, with the lines ssid = \"...\" and psk = \"...\"")
        })?),
        None => None,
    };
    let text = file.as_deref().zip(text.as_deref());
    let variable = |name: &str| env::var(name).ok();
    let Some(wifi) = Wifi::read(text, &variable).map_err(|errors| wrong(&errors))? else {
        let cure = "name a file with them in wifi.file, or set EMBERL_WIFI_SSID and EMBERL_WIFI_PSK";
        return Err(project.fault(Key::WifiPack, "there is no ssid to be packed", cure));
    };
    if let Some(file) = file.filter(|file| git::keeps(file.as_ref())) {
        console::note(&format!("warning: git does not ignore {file}, which has a secret: add it to .gitignore"));
    }
    let name = format!("{}/priv/wifi.config", project.settings.name());
    console::note(&format!("warning: {name} is in the pack, with the network's password: who has the pack has it too"));
    super::make::plain(project.settings.name(), "priv/wifi.config", &term(&wifi)?).map(Some)
}

/// `[{ssid, <<"...">>}, {psk, <<"...">>}]` in the external format.
fn term(wifi: &Wifi) -> Result<Vec<u8>> {
    let pair = |name: &str, value: &str| Term::Tuple(vec![Term::atom(name), Term::binary(value.as_bytes())]);
    let term = Term::list(vec![pair("ssid", &wifi.ssid), pair("psk", &wifi.psk)]);
    etf::encode(&term, &EncodeOptions::default())
        .map_err(|error| Failure::input(format!("the network's name cannot be packed: {error}"), "check ssid and psk"))
}
