//! What the radio's chip is loaded with: its firmware, the table of what countries allow (CLM), and the settings of the board's
//! wiring and antenna, which its makers measured. The first two are those of the crate cyw43-firmware, with a licence of their own
//! (README.md).

use cyw43::{A4, Aligned};

/// The firmware, version 7.95.
pub(super) static FIRMWARE: Aligned<A4, [u8; cyw43_firmware::CYW43_43439A0.len()]> =
    Aligned(*cyw43_firmware::CYW43_43439A0);
/// The table of countries.
pub(super) static COUNTRIES: &[u8] = cyw43_firmware::CYW43_43439A0_CLM;
/// The settings.
pub(super) static SETTINGS: Aligned<A4, [u8; TEXT.len()]> = Aligned(copy(TEXT.as_bytes()));

/// Each setting ends with a zero, and all of them with another.
macro_rules! settings {
    ($($setting:literal)*) => { concat!($($setting, "\0",)* "\0\0") };
}

const TEXT: &str = settings! {
    "NVRAMRev=$Rev$"
    // The chip and the board.
    "manfid=0x2d0" "prodid=0x0727" "vendid=0x14e4" "devid=0x43e2"
    "boardtype=0x0887" "boardrev=0x1100" "boardnum=22"
    // An address that its own, which is in the chip, stands for.
    "macaddr=00:A0:50:b5:59:5e"
    "sromrev=11" "boardflags=0x00404001" "boardflags3=0x04000000"
    // The crystal, in kilohertz.
    "xtalfreq=37400"
    "nocrc=1"
    // The antenna and the amplifier.
    "ag0=255" "aa2g=1" "ccode=ALL" "pa0itssit=0x20" "extpagain2g=0" "pa2ga0=-168,6649,-778" "AvVmid_c0=0x0,0xc8"
    "cckpwroffset0=5" "maxp2ga0=84" "txpwrbckof=6" "cckbw202gpo=0" "legofdmbw202gpo=0x66111111"
    "mcsbw202gpo=0x77711111" "propbw202gpo=0xdd" "ofdmdigfilttype=18" "ofdmdigfilttypebe=18"
    "papdmode=1" "papdvalidtest=1" "pacalidx2g=45" "papdepsoffset=-30" "papdendidx=58"
    // Beside other radios.
    "ltecxmux=0" "ltecxpadnum=0x0102" "ltecxfnsel=0x44" "ltecxgcigpio=0x01"
    "il0macaddr=00:90:4c:c5:12:38" "wl0id=0x431b" "deadman_to=0xffffffff" "muxenab=0x100" "spurconfig=0x3"
    "glitch_based_crsmin=1" "btc_mode=1"
};

const fn copy<const SIZE: usize>(bytes: &[u8]) -> [u8; SIZE] {
    let mut copy = [0; SIZE];
    copy.copy_from_slice(bytes);
    copy
}
