//! The chip itself: why it started, deep sleep, memory that stays, addresses and names.

use core::cell::Cell;
use core::ptr;

use critical_section::Mutex;
use emberl_vm::hardware::{Error, Mac};
use esp_hal::efuse::{self, InterfaceMacAddress};
use esp_hal::peripherals::LPWR;
use esp_hal::rtc_cntl::sleep::{LowPower, RtcSleepConfig};
use esp_hal::rtc_cntl::{self, SocResetReason, WakeupSource};
use esp_hal::system::Cpu;
use esp_hal::time::{Duration, Instant};

use super::pins;
use crate::console;

/// Bytes of memory that stays, as many as AtomVM keeps.
const KEPT: usize = 4096;
/// The chip falls asleep in a part of this: what shall end its sleep earlier, in milliseconds, would be missed.
const SHORTEST: u64 = 20;
/// A sleep without end, in milliseconds: ten years. Without anything that ends it, the driver refuses to sleep.
const LONGEST: u64 = 10 * 365 * 24 * 3600 * 1000;

/// Bytes in the RTC's memory, which is on in deep sleep. The driver clears them when the power has come.
#[esp_hal::ram(unstable(rtc_fast, persistent))]
static mut BYTES: [u8; KEPT] = [0; KEPT];
/// Whether the virtual machine has failed before this start: [`FAILED`].
#[esp_hal::ram(unstable(rtc_fast, persistent))]
static mut LAST_WORD: u32 = 0;
const FAILED: u32 = 0x656d_6265;

/// Why the chip started, once that somebody has asked.
static REASON: Mutex<Cell<Option<&'static str>>> = Mutex::new(Cell::new(None));

/// The memory that stays. To be called once.
pub(super) fn kept() -> &'static mut [u8] {
    // SAFETY: nobody else names it, and this is called once, when the peripherals are taken.
    unsafe { &mut *ptr::addr_of_mut!(BYTES) }
}

/// Notes that the virtual machine has failed: the next start knows it.
pub fn fail() {
    // SAFETY: a word of memory that only this and `reset_reason` name, both in one thread; a panic returns to none.
    unsafe { ptr::addr_of_mut!(LAST_WORD).write_volatile(FAILED) };
}

fn has_failed() -> bool {
    let word = ptr::addr_of_mut!(LAST_WORD);
    // SAFETY: as in `fail`.
    unsafe { word.replace(0) == FAILED }
}

/// Why the chip was started, as ESP-IDF names it (`esp_reset_reason`).
pub(super) fn reset_reason() -> &'static str {
    critical_section::with(|section| {
        let known = REASON.borrow(section);
        let reason = known.get().unwrap_or_else(read_reset_reason);
        known.set(Some(reason));
        reason
    })
}

fn read_reset_reason() -> &'static str {
    // It is asked for before the number, so that it is forgotten whatever that is.
    let failed = has_failed();
    let Some(reason) = rtc_cntl::reset_reason(Cpu::ProCpu) else { return "esp_rst_unknown" };
    // By the number: the chips' lists differ, their numbers do not (ESP-IDF, `soc/reset_reasons.h` of each chip).
    match reason as u32 {
        0x01 => "esp_rst_poweron",
        // After it failed, the program's watchdog may have been quicker than the restart.
        0x03 | 0x07 | 0x0b | 0x0c if failed => "esp_rst_panic",
        0x03 | 0x0c => "esp_rst_sw",
        0x05 => "esp_rst_deepsleep",
        0x06 => "esp_rst_sdio",
        0x07 | 0x0b => "esp_rst_task_wdt",
        0x08 | 0x11 => "esp_rst_int_wdt",
        0x09 | 0x0d | 0x10 | 0x12 => "esp_rst_wdt",
        0x0f => "esp_rst_brownout",
        0x15 => "esp_rst_usb",
        0x16 | 0x18 => "esp_rst_jtag",
        _ => "esp_rst_unknown",
    }
}

/// What has ended its sleep, by AtomVM's names.
pub(super) fn wake_cause() -> &'static str {
    if rtc_cntl::reset_reason(Cpu::ProCpu) != Some(SocResetReason::CoreDeepSleep) {
        return "undefined";
    }
    let cause = rtc_cntl::wakeup_cause();
    // Pins first: the time may have come as well, and is known.
    #[cfg(not(feature = "esp32c3"))]
    if cause.contains(WakeupSource::Ext1) {
        return "sleep_wakeup_ext1";
    }
    #[cfg(any(feature = "esp32", feature = "esp32s2", feature = "esp32s3"))]
    if cause.contains(WakeupSource::Ext0) {
        return "sleep_wakeup_ext0";
    }
    if cause.contains(WakeupSource::Gpio) {
        "sleep_wakeup_gpio"
    } else if cause.contains(WakeupSource::Timer) {
        "sleep_wakeup_timer"
    } else {
        "undefined"
    }
}

/// Sleeps deeply. What the program holds in RAM is gone, and the chip starts anew.
pub(super) fn sleep(milliseconds: Option<u64>, wake: Option<(u64, bool)>) -> Result<(), Error> {
    console::flush();
    if let Some((pins, high)) = wake {
        pins::arm(pins, high)?;
    }
    // SAFETY: nothing else here has it, and what is made of it does not return.
    let mut power = LowPower::new(unsafe { LPWR::steal() });
    if milliseconds.is_some() || wake.is_none() {
        let time = milliseconds.unwrap_or(LONGEST).clamp(SHORTEST, LONGEST);
        power.set_wakeup_deadline(Instant::now() + Duration::from_millis(time));
    }
    power.sleep_deep(config())
}

/// Deep sleep in which the memory that stays is on.
fn config() -> RtcSleepConfig {
    #[cfg(feature = "esp32c6")]
    let config = RtcSleepConfig::deep();
    #[cfg(not(feature = "esp32c6"))]
    let config = {
        let mut config = RtcSleepConfig::deep();
        config.set_rtc_fastmem_pd_en(false);
        config
    };
    config
}

/// Whether pins that are held are so in deep sleep, too.
#[cfg(any(feature = "esp32c3", feature = "esp32s2", feature = "esp32s3"))]
pub(super) fn hold_in_sleep(on: bool) -> Result<(), Error> {
    // As ESP-IDF does it (`gpio_ll_deep_sleep_hold_en`).
    LPWR::regs().dig_iso().modify(|_, word| {
        if on {
            word.dg_pad_force_unhold().clear_bit();
        }
        word.dg_pad_autohold_en().bit(on)
    });
    Ok(())
}

/// Those that are held are so in any case.
#[cfg(feature = "esp32c6")]
pub(super) const fn hold_in_sleep(on: bool) -> Result<(), Error> {
    if on { Ok(()) } else { Err("enotsup") }
}

#[cfg(feature = "esp32")]
pub(super) const fn hold_in_sleep(_: bool) -> Result<(), Error> {
    Err("enotsup")
}

/// Hertz of the processor.
pub(super) fn frequency() -> u32 {
    esp_hal::clock::cpu_clock().as_hz()
}

/// An address, as the chip's maker has written it.
pub(super) fn mac(interface: Mac) -> Result<[u8; 6], Error> {
    let interface = match interface {
        Mac::Station => InterfaceMacAddress::Station,
        Mac::AccessPoint => InterfaceMacAddress::AccessPoint,
        #[cfg(not(feature = "esp32s2"))]
        Mac::Bluetooth => InterfaceMacAddress::Bluetooth,
        _ => return Err("enodev"),
    };
    efuse::interface_mac_address(interface).as_bytes().try_into().map_err(|_| "eio")
}

/// The chip's name, its processors, and its revision as ESP-IDF counts it: a hundred times the major one, and the minor.
pub(super) fn chip() -> (&'static str, u8, u16) {
    let (name, processors) = if cfg!(feature = "esp32c3") {
        ("esp32c3", 1)
    } else if cfg!(feature = "esp32c6") {
        ("esp32c6", 1)
    } else if cfg!(feature = "esp32s2") {
        ("esp32s2", 1)
    } else if cfg!(feature = "esp32s3") {
        ("esp32s3", 2)
    } else {
        ("esp32", 2)
    };
    let revision = efuse::chip_revision();
    (name, processors, u16::from(revision.major) * 100 + u16::from(revision.minor))
}
