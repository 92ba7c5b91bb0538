//! The words of both sides: what the driver asks for as settings of the radio, and what the radio tells as the driver's
//! reasons and AtomVM's names.

use emberl_vm::net::{AccessPoint, Reason};
use esp_radio::wifi::ap::AccessPointConfig;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{AuthenticationMethod, AuthenticationMethodConfig, Password, Ssid, WifiError};

/// The channel of an own network that may have any.
const CHANNEL: u8 = 1;

fn name(ssid: &[u8]) -> Result<Ssid, Reason> {
    Ssid::try_from(ssid).map_err(|_| Reason::NotFound)
}

/// How a network with that password is protected: WPA2 at least.
fn authentication(psk: &[u8]) -> Result<AuthenticationMethodConfig, Reason> {
    if psk.is_empty() {
        return Ok(AuthenticationMethodConfig::Open);
    }
    Password::try_from(psk).map(AuthenticationMethodConfig::Wpa2Personal).map_err(|_| Reason::Refused)
}

/// Being in a network.
pub(super) fn station(ssid: &[u8], psk: &[u8]) -> Result<StationConfig, Reason> {
    Ok(StationConfig::default().with_ssid(name(ssid)?).with_authentication(authentication(psk)?))
}

/// Being one, for at most so many stations.
pub(super) fn access_point(own: &AccessPoint<'_>, most: u8) -> Result<AccessPointConfig, Reason> {
    Ok(AccessPointConfig::default()
        .with_ssid(name(own.ssid)?)
        .with_authentication(authentication(own.psk)?)
        .with_channel(if own.channel == 0 { CHANNEL } else { own.channel })
        .with_ssid_hidden(own.hidden)
        .with_max_connections(own.stations.clamp(1, most).into()))
}

/// Why a setting was not taken.
pub(super) fn why(error: &WifiError) -> Reason {
    match error {
        WifiError::InvalidPassword => Reason::Refused,
        WifiError::InvalidSsid => Reason::NotFound,
        _ => Reason::Failed,
    }
}

/// Why the network is lost, or was not joined: reasons of IEEE 802.11 (9.4.1.7), and above 200 Espressif's
/// (`wifi_err_reason_t`). A wrong password shows itself by a handshake without an end.
pub(super) fn reason(number: u16) -> Reason {
    match number {
        201 | 212 => Reason::NotFound,
        // The message's sum is wrong; the four-way handshake; a network that has not the protection that was asked for.
        14 | 15 | 17..=24 | 29 | 202 | 204 | 210 | 211 => Reason::Refused,
        2 | 39 | 208 | 209 => Reason::Timeout,
        // The other side goes, or sends away.
        3 | 4 | 6..=9 | 12 | 36 | 46 | 47 | 200 | 206 | 207 => Reason::LinkLost,
        _ => Reason::Failed,
    }
}

/// How a network is protected, as AtomVM says it.
pub(super) fn protection(method: Option<AuthenticationMethod>) -> &'static str {
    match method {
        Some(AuthenticationMethod::None) => "open",
        Some(AuthenticationMethod::Wep) => "wep",
        Some(AuthenticationMethod::Wpa) => "wpa_psk",
        Some(AuthenticationMethod::Wpa2Personal) => "wpa2_psk",
        Some(AuthenticationMethod::WpaWpa2Personal) => "wpa_wpa2_psk",
        Some(AuthenticationMethod::Wpa3Personal) => "wpa3_psk",
        Some(AuthenticationMethod::Wpa2Wpa3Personal) => "wpa2_wpa3_psk",
        Some(AuthenticationMethod::WapiPersonal) => "wapi",
        Some(AuthenticationMethod::Owe) => "owe",
        Some(AuthenticationMethod::Wpa3EntSuiteB192Bit) => "wpa3_enterprise_192",
        Some(AuthenticationMethod::Wpa3ExtPsk) => "wpa3_ext_psk",
        Some(AuthenticationMethod::Wpa3ExtPskMixed) => "wpa3_ext_psk_mixed",
        Some(AuthenticationMethod::Dpp) => "dpp",
        Some(
            AuthenticationMethod::Wpa2Enterprise
            | AuthenticationMethod::Wpa3Enterprise
            | AuthenticationMethod::Wpa2Wpa3Enterprise
            | AuthenticationMethod::WpaEnterprise,
        ) => "eap",
        _ => "unknown",
    }
}
