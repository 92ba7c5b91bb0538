//! Analogue inputs: the first converter. (The second is shared with the radio on most chips, and Espressif's own drivers
//! no longer use it on the ESP32-C3, by that chip's errata.)
//!
//! The converter is taken for the time of a reading: between readings it may be the source of randomness (`entropy.rs`).

use emberl_board::AnalogInput;
use emberl_vm::hardware::{self, Error, Pin};
use esp_hal::analog::adc::{self, Adc, AdcCalScheme, AdcConfig, Attenuation};
use esp_hal::peripherals::{self, ADC1};

use super::claims::Claim;

/// What a reading is made right by, as far as the chip knows: that nothing is 0.
#[cfg(not(feature = "esp32"))]
type Level = adc::AdcCalBasic<ADC1<'static>>;
#[cfg(feature = "esp32")]
type Level = ();
/// What makes millivolts of it, by what the chip's maker measured.
#[cfg(any(feature = "esp32c3", feature = "esp32c6", feature = "esp32s3"))]
type Scale = adc::AdcCalCurve<ADC1<'static>>;
#[cfg(any(feature = "esp32", feature = "esp32s2"))]
type Scale = adc::AdcCalLine<ADC1<'static>>;

/// Bits of a reading.
const BITS: u8 = if cfg!(feature = "esp32s2") { 13 } else { 12 };
/// How often it is looked whether a reading is done. It takes some 30 microseconds.
const LOOKS: u32 = 100_000;

/// The converter, for the time of a reading.
fn converter() -> ADC1<'static> {
    // SAFETY: both users of the converter, this and the randomness, have it during a call only, in the main thread.
    unsafe { ADC1::steal() }
}

/// Reads a pin once.
macro_rules! read {
    ($pin:ident, $attenuation:expr) => {{
        let mut config = AdcConfig::new();
        // SAFETY: the input has claimed its pin.
        let pin = unsafe { peripherals::$pin::steal() };
        let mut pin = config.enable_pin_with_cal::<_, Level>(pin, $attenuation);
        let mut converter = Adc::new(converter(), config);
        (0..LOOKS).find_map(|_| converter.read_oneshot(&mut pin).ok())
    }};
}

/// The converter's inputs: the pin, the channel, and how it is read.
struct Channel {
    pin: Pin,
    number: u8,
    read: fn(Attenuation) -> Option<u16>,
}

macro_rules! channels {
    ($(($number:literal, $pin:literal, $name:ident)),* $(,)?) => {
        &[$(Channel { pin: $pin, number: $number, read: |attenuation| read!($name, attenuation) }),*]
    };
}

#[cfg(feature = "esp32c3")]
static CHANNELS: &[Channel] = channels!((0, 0, GPIO0), (1, 1, GPIO1), (2, 2, GPIO2), (3, 3, GPIO3), (4, 4, GPIO4));
#[cfg(feature = "esp32c6")]
static CHANNELS: &[Channel] =
    channels!((0, 0, GPIO0), (1, 1, GPIO1), (2, 2, GPIO2), (3, 3, GPIO3), (4, 4, GPIO4), (5, 5, GPIO5), (6, 6, GPIO6),);
#[cfg(feature = "esp32")]
static CHANNELS: &[Channel] = channels!(
    (0, 36, GPIO36),
    (1, 37, GPIO37),
    (2, 38, GPIO38),
    (3, 39, GPIO39),
    (4, 32, GPIO32),
    (5, 33, GPIO33),
    (6, 34, GPIO34),
    (7, 35, GPIO35),
);
#[cfg(any(feature = "esp32s2", feature = "esp32s3"))]
static CHANNELS: &[Channel] = channels!(
    (0, 1, GPIO1),
    (1, 2, GPIO2),
    (2, 3, GPIO3),
    (3, 4, GPIO4),
    (4, 5, GPIO5),
    (5, 6, GPIO6),
    (6, 7, GPIO7),
    (7, 8, GPIO8),
    (8, 9, GPIO9),
    (9, 10, GPIO10),
);

/// An input.
pub struct Input {
    read: fn(Attenuation) -> Option<u16>,
    attenuation: Attenuation,
    scale: Scale,
    /// What a reading lacks already when it comes, and [`Scale`] takes away once more.
    offset: i32,
    _claim: Claim,
}

impl Input {
    /// Opens an input.
    pub(super) fn new(input: &hardware::Adc) -> Result<Self, Error> {
        let channel = CHANNELS.iter().find(|channel| channel.pin == input.pin).ok_or("enodev")?;
        if input.bits.is_some_and(|bits| bits != BITS) {
            return Err("einval");
        }
        let attenuation = match input.attenuation {
            0 => Attenuation::_0dB,
            25 => Attenuation::_2p5dB,
            60 => Attenuation::_6dB,
            110 | 120 => Attenuation::_11dB,
            _ => return Err("einval"),
        };
        let claim = Claim::new(input.pin)?;
        // Chips that nothing is written in measure themselves now, for which the converter has to be on.
        let on = Adc::new(converter(), AdcConfig::new());
        let scale = <Scale as AdcCalScheme<ADC1<'static>>>::new_cal_with_channel(attenuation, channel.number);
        drop(on);
        let offset = offset(channel.number, attenuation);
        Ok(Self { read: channel.read, attenuation, scale, offset, _claim: claim })
    }
}

/// What a channel's reading is more than that of others.
#[cfg(feature = "esp32c6")]
fn offset(channel: u8, attenuation: Attenuation) -> i32 {
    use esp_hal::efuse::{AdcCalibUnit, rtc_calib_get_chan_compens};
    rtc_calib_get_chan_compens(AdcCalibUnit::ADC1, channel, attenuation).unwrap_or(0)
}

#[cfg(not(feature = "esp32c6"))]
const fn offset(_: u8, _: Attenuation) -> i32 {
    0
}

impl AnalogInput for Input {
    fn read(&mut self) -> Result<u32, Error> {
        let _on = Adc::new(converter(), AdcConfig::new());
        (self.read)(self.attenuation).map(u32::from).ok_or("etimedout")
    }

    fn millivolts(&self, reading: u32) -> Option<u32> {
        let reading = u16::try_from(i64::from(reading) + i64::from(self.offset)).unwrap_or(0);
        Some(AdcCalScheme::<ADC1<'static>>::adc_val(&self.scale, reading).into())
    }
}
