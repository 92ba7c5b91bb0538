//! The platforms that a native function may be tied to, and sets of them.

use std::fmt;

/// A family of boards (or the desktop) for which a VM is built, as far as natives differ between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Every platform with an IP stack: `esp32`, `rp2` (boards with a radio) and `generic_unix`.
    Sockets,
    /// Espressif's chips: ESP32, S2, S3, C2, C3, C6, H2, P4, ...
    Esp32,
    /// Raspberry Pi's RP2040 and RP2350.
    Rp2,
    /// ST's STM32 families.
    Stm32,
    /// The desktop: Linux, macOS, FreeBSD.
    GenericUnix,
    /// WebAssembly, in a browser or in Node.js.
    Emscripten,
}

impl Platform {
    /// Every platform, in the order in which sets of them are printed.
    pub const ALL: [Self; 6] =
        [Self::Sockets, Self::Esp32, Self::Rp2, Self::Stm32, Self::GenericUnix, Self::Emscripten];

    /// The name in data files and on the command line: AtomVM's own names, and `sockets`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sockets => "sockets",
            Self::Esp32 => "esp32",
            Self::Rp2 => "rp2",
            Self::Stm32 => "stm32",
            Self::GenericUnix => "generic_unix",
            Self::Emscripten => "emscripten",
        }
    }

    /// The platform of that [`name`](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.name() == name)
    }

    /// Whether a build for this platform has an IP stack, and so the natives marked [`Sockets`](Self::Sockets).
    #[must_use]
    pub const fn has_sockets(self) -> bool {
        matches!(self, Self::Sockets | Self::Esp32 | Self::Rp2 | Self::GenericUnix)
    }

    const fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a native function is found: in every build, or on some platforms only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Platforms(u8);

impl Platforms {
    /// Every build of the VM, whatever the platform. No platform's bit reaches this one.
    pub const CORE: Self = Self(0x80);

    /// Builds for this platform only.
    #[must_use]
    pub const fn of(platform: Platform) -> Self {
        Self(platform.bit())
    }

    /// Whether every build has it.
    #[must_use]
    pub const fn is_core(self) -> bool {
        self.0 == Self::CORE.0
    }

    /// Whether a build for `platform` has it.
    #[must_use]
    pub const fn covers(self, platform: Platform) -> bool {
        self.is_core()
            || self.0 & platform.bit() != 0
            || (platform.has_sockets() && self.0 & Platform::Sockets.bit() != 0)
    }

    /// The platforms named; nothing for [`CORE`](Self::CORE).
    pub fn iter(self) -> impl Iterator<Item = Platform> {
        Platform::ALL.into_iter().filter(move |platform| self.0 & platform.bit() != 0)
    }

    /// Reads `core`, or platform names joined by commas. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "core" {
            return Some(Self::CORE);
        }
        let mut bits = 0;
        for name in text.split(',') {
            bits |= Platform::named(name)?.bit();
        }
        Some(Self(bits))
    }
}

impl fmt::Display for Platforms {
    /// As [`parse`](Self::parse) reads it, with a space after each comma: `esp32, rp2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_core() {
            return f.write_str("core");
        }
        for (index, platform) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(platform.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for platform in Platform::ALL {
            assert_eq!(Platform::named(platform.name()), Some(platform));
            assert_eq!(Platforms::parse(platform.name()).unwrap().iter().collect::<Vec<_>>(), [platform]);
        }
        assert_eq!(Platform::named("ESP32"), None);
    }

    #[test]
    fn sets_are_read_and_printed() {
        let set = Platforms::parse("rp2,esp32").unwrap();
        assert_eq!(set.to_string(), "esp32, rp2");
        assert!(!set.is_core());
        assert!(set.covers(Platform::Esp32) && set.covers(Platform::Rp2));
        assert!(!set.covers(Platform::Stm32) && !set.covers(Platform::GenericUnix));
        for wrong in ["", "esp32,", "esp32, rp2", "core,esp32", "esp8266"] {
            assert_eq!(Platforms::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn core_covers_all_and_sockets_covers_those_with_a_stack() {
        assert!(Platforms::CORE.is_core());
        assert_eq!(Platforms::CORE.iter().count(), 0);
        assert!(Platform::ALL.into_iter().all(|platform| Platforms::CORE.covers(platform)));
        let sockets = Platforms::parse("sockets").unwrap();
        let covered: Vec<_> = Platform::ALL.into_iter().filter(|&platform| sockets.covers(platform)).collect();
        assert_eq!(covered, [Platform::Sockets, Platform::Esp32, Platform::Rp2, Platform::GenericUnix]);
    }
}
