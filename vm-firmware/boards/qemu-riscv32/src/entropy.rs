//! Randomness: virtio's source of it (virtio 1.2, 5.4), where QEMU is given one. Without, numbers that differ from run to
//! run, of which is told once that they are not fit for keys.

use core::cell::RefCell;

use critical_section::Mutex;
#[cfg(feature = "net")]
use virtio_drivers::device::rng::VirtIORng;

use crate::machine;
#[cfg(feature = "net")]
use crate::virtio::{Memory, Registers};

/// There is one, asked by the VM and by TLS, which is given a plain function.
static SOURCE: Mutex<RefCell<Source>> = Mutex::new(RefCell::new(Source {
    #[cfg(feature = "net")]
    device: None,
    mixed: 0,
    was_told: false,
}));

struct Source {
    #[cfg(feature = "net")]
    device: Option<VirtIORng<Memory, Registers>>,
    /// The state of the mixer.
    mixed: u64,
    /// Whether it was told that there is no device.
    was_told: bool,
}

/// Starts a source that is in one of the machine's places. One that cannot be started is as none.
#[cfg(feature = "net")]
pub fn start(registers: Registers) {
    if let Ok(mut device) = VirtIORng::new(registers) {
        // It is waited for, which takes no time.
        device.disable_interrupts();
        critical_section::with(|section| SOURCE.borrow_ref_mut(section).device = Some(device));
    }
}

/// Bits that differ from start to start, for what is no secret.
#[must_use]
pub fn seed() -> u64 {
    let mut bytes = [0; 8];
    critical_section::with(|section| {
        let mut source = SOURCE.borrow_ref_mut(section);
        let left = source.ask(&mut bytes);
        if left != 0 {
            source.mix(&mut bytes);
        }
    });
    u64::from_le_bytes(bytes)
}

/// Fills with random bytes, fit for keys; else it is told that they are not.
pub fn fill(bytes: &mut [u8]) {
    critical_section::with(|section| SOURCE.borrow_ref_mut(section).fill(bytes));
}

impl Source {
    fn fill(&mut self, bytes: &mut [u8]) {
        let left = self.ask(bytes);
        if left == 0 {
            return;
        }
        if !self.was_told {
            self.was_told = true;
            crate::line(format_args!(
                "warning: this machine has no source of randomness, so keys can be guessed; \
                 start QEMU with -device virtio-rng-device"
            ));
        }
        let rest = bytes.len().saturating_sub(left);
        self.mix(bytes.get_mut(rest..).unwrap_or_default());
    }

    /// Asks the device; gives how many bytes at the end it has not filled.
    #[cfg(feature = "net")]
    fn ask(&mut self, bytes: &mut [u8]) -> usize {
        let mut rest = bytes;
        if let Some(device) = &mut self.device {
            while !rest.is_empty() {
                match device.request_entropy(rest) {
                    Ok(count @ 1..) => rest = rest.get_mut(count..).unwrap_or_default(),
                    _ => break,
                }
            }
        }
        rest.len()
    }

    #[cfg(not(feature = "net"))]
    fn ask(&mut self, bytes: &mut [u8]) -> usize {
        bytes.len()
    }

    /// Stafford's mix 13 of a counter, as in SplitMix64.
    fn mix(&mut self, bytes: &mut [u8]) {
        self.mixed ^= machine::calendar().rotate_left(32);
        for part in bytes.chunks_mut(8) {
            self.mixed = self.mixed.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ machine::cycles();
            let mut mixed = self.mixed;
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            for (to, from) in part.iter_mut().zip(mixed.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
