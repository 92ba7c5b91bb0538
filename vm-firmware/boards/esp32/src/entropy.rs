//! Randomness: the chip's generator. Its numbers are true random while the radio is on, since it takes in the noise of
//! what is received. While it is off, the analogue to digital converter is made to give noise for the time of the call,
//! as Espressif's boot loader does it (ESP-IDF, `bootloader_random_enable`).

use core::cell::RefCell;

use critical_section::Mutex;
use esp_hal::peripherals::{ADC1, RNG};
use esp_hal::rng::{Rng, TrngSource};

/// What gives noise without the radio; not there before [`begin`], and while it is used.
static SOURCE: Mutex<RefCell<Option<Source>>> = Mutex::new(RefCell::new(None));

struct Source {
    generator: RNG<'static>,
    converter: ADC1<'static>,
}

/// Gives the hardware. To be called once, before random bytes are asked for.
pub fn begin(generator: RNG<'static>, converter: ADC1<'static>) {
    put_back(Source { generator, converter });
}

fn put_back(source: Source) {
    critical_section::with(|section| *SOURCE.borrow_ref_mut(section) = Some(source));
}

/// Fills with random bytes, fit for keys.
pub fn fill(bytes: &mut [u8]) {
    let generator = Rng::new();
    if TrngSource::is_enabled() {
        return generator.read(bytes);
    }
    let source = critical_section::with(|section| SOURCE.borrow_ref_mut(section).take());
    let Some(mut source) = source else { return generator.read(bytes) };
    {
        let _noise = TrngSource::new(source.generator.reborrow(), source.converter.reborrow());
        generator.read(bytes);
    }
    put_back(source);
}

/// Bits that differ from start to start.
#[must_use]
pub fn seed() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
