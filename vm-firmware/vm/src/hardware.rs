//! What a machine with pins, buses and other peripherals is asked for, and what it answers. Owns the vocabulary only: the
//! machine's part is `emberl-board` over a board's own drivers, the terms are `natives::board`'s, owners and waiters of
//! handles are [`crate::sockets`]'s.
//!
//! No request waits longer than its transfer takes on the wire. One whose time has not come is answered
//! [`Answer::Wait`]; the machine then gives an [`Event::Ready`] for that handle and direction.

use alloc::string::String;
use alloc::vec::Vec;

use crate::net::Direction;

/// A watched pin, a bus, a device on a bus, a serial port, a channel of pulse trains or an analogue input: a number of the machine's, below
/// [`HANDLES`]. It is used again only after it was closed.
pub type Handle = u32;

/// Handles are below this.
pub const HANDLES: Handle = 1 << 24;

/// The number of a pin, as the chip's documents count them.
pub type Pin = u8;

/// Why a request failed: an atom's name. POSIX's where there is one (`ebusy`: pin or peripheral is in use; `eio`: the bus
/// failed; `emfile`: too many handles; `enodev`: the board has no such pin or peripheral; `enoent`; `enomem`; `enospc`;
/// `enotsup`: the board has nothing of this kind; `etimedout`), `einval` for values out of range, and `nack` where nobody
/// answers on the bus.
pub type Error = &'static str;

/// What is answered.
pub type Result = core::result::Result<Answer, Error>;

/// What a pin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinMode {
    /// Its level is read.
    Input,
    /// It is driven, high or low.
    Output,
    /// It is driven low, or left alone; its level can be read.
    OpenDrain,
}

/// Resistors of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pull {
    /// To the supply.
    Up,
    /// To ground.
    Down,
    /// To both.
    Both,
    /// To none.
    None,
}

/// When a watched pin is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// It became high.
    Rising,
    /// It became low.
    Falling,
    /// It changed.
    Both,
    /// It is low: told once, and again when it was high in between.
    Low,
    /// It is high, likewise.
    High,
}

/// An I2C bus that this machine controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I2c {
    /// Which of the board's.
    pub peripheral: u8,
    /// The clock's pin.
    pub scl: Pin,
    /// The data's pin.
    pub sda: Pin,
    /// Hertz.
    pub frequency: u32,
    /// Milliseconds after which a transfer is given up.
    pub timeout: u32,
}

/// An SPI bus that this machine controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spi {
    /// Which of the board's that programs may have.
    pub peripheral: u8,
    /// The clock's pin.
    pub sclk: Pin,
    /// From this machine, if it sends.
    pub mosi: Option<Pin>,
    /// To this machine, if it receives.
    pub miso: Option<Pin>,
}

/// A device on an SPI bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpiDevice {
    /// The pin that selects it, by a low level; without one somebody else does.
    pub cs: Option<Pin>,
    /// Hertz.
    pub frequency: u32,
    /// Polarity and phase of the clock: 0 to 3, as Motorola counts them.
    pub mode: u8,
}

/// Bits beside the data ones of a byte by a serial port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// None.
    None,
    /// An even number of ones.
    Even,
    /// An odd number.
    Odd,
}

/// A serial port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uart {
    /// Which of the board's.
    pub peripheral: u8,
    /// Pins; the board's usual ones where there is none.
    pub tx: Option<Pin>,
    /// As `tx`.
    pub rx: Option<Pin>,
    /// Flow control by hardware, where both of these are given.
    pub rts: Option<Pin>,
    /// As `rts`.
    pub cts: Option<Pin>,
    /// Bits a second.
    pub speed: u32,
    /// 5 to 8.
    pub data_bits: u8,
    /// 1 or 2.
    pub stop_bits: u8,
    /// The kind.
    pub parity: Parity,
}

/// An analogue input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adc {
    /// The pin.
    pub pin: Pin,
    /// Bits of a reading: 9 to 13; as many as there are where there is none.
    pub bits: Option<u8>,
    /// Tenths of a decibel by which the voltage is made less: 0, 25, 60, 110 or 120.
    pub attenuation: u8,
}

/// A channel that sends trains of pulses: Espressif's remote control transceiver (RMT), or what does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rmt {
    /// The pin.
    pub pin: Pin,
    /// Ticks a second, in which pulses are counted.
    pub resolution: u32,
    /// The level between trains; high is true.
    pub idle: bool,
    /// What high levels are made of, where it is not one pulse.
    pub carrier: Option<Carrier>,
}

/// A carrier, by which remote controls blink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Hertz.
    pub frequency: u32,
    /// How much of its time it is high: 1 to 99 per cent.
    pub duty: u8,
}

/// A level that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// High is true.
    pub high: bool,
    /// How long: 1 to [`LONGEST`] ticks.
    pub ticks: u16,
}

/// The most ticks of a [`Pulse`].
pub const LONGEST: u16 = 0x7fff;

impl Pulse {
    /// The pulse of a word: the level is bit 15, the ticks are below it. `None` where there are no ticks.
    #[must_use]
    pub const fn of_word(word: u16) -> Option<Self> {
        let ticks = word & LONGEST;
        if ticks == 0 { None } else { Some(Self { high: word > LONGEST, ticks }) }
    }
}

/// Bits to be sent, each as pulses: those of a zero or of a one, as words ([`Pulse::of_word`]) of two bytes, the high one
/// first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Train<'a> {
    /// The bits, the highest of each byte first.
    pub bytes: &'a [u8],
    /// How many bits.
    pub bits: usize,
    /// The pulses of a zero.
    pub zero: &'a [u8],
    /// Those of a one.
    pub one: &'a [u8],
}

impl<'a> Train<'a> {
    /// Its pulses. What are no whole words, or have no ticks, are left out.
    pub fn pulses(&self) -> impl Iterator<Item = Pulse> + use<'a> {
        let Self { bytes, bits, zero, one } = *self;
        let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).take(bits);
        let words = bits.flat_map(move |bit| if bit { one } else { zero }.chunks_exact(2));
        words.filter_map(|word| Pulse::of_word(u16::from_be_bytes(word.try_into().ok()?)))
    }
}

/// How a duty changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fade {
    /// At once.
    Now,
    /// Evenly, in so many milliseconds.
    Time(u32),
    /// By that much, each time so many pulses were given.
    Steps(u32, u32),
}

/// An address of the machine's hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mac {
    /// The station's.
    Station,
    /// The access point's.
    AccessPoint,
    /// Bluetooth's.
    Bluetooth,
    /// The wire's.
    Ethernet,
}

/// What the machine is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// Gives back what a handle stands for, with its pins.
    Close(Handle),

    /// Makes a pin what is said; it is then this program's until it is released.
    PinMode(Pin, PinMode),
    /// Sets its resistors.
    PinPull(Pin, Pull),
    /// Drives it.
    PinWrite(Pin, bool),
    /// Its level: [`Answer::Level`].
    PinRead(Pin),
    /// Whether it keeps what it is through a restart or a sleep.
    PinHold(Pin, bool),
    /// Whether those that are held are so in deep sleep, too.
    HoldInSleep(bool),
    /// It is as after a start.
    PinRelease(Pin),
    /// Tells of it: [`Answer::Handle`]. `ebusy` where somebody else is told of it.
    PinWatch(Pin, Trigger),

    /// Opens a bus.
    I2cOpen(I2c),
    /// Writes bytes to the device with that address of 7 bits, then reads so many, without giving the bus away:
    /// [`Answer::Bytes`]. `nack` where nobody answers.
    I2cTransfer(Handle, u8, &'a [u8], usize),

    /// Opens a bus.
    SpiOpen(Spi),
    /// Adds a device to a bus. It goes with the bus.
    SpiDevice(Handle, SpiDevice),
    /// Selects a device, writes these bytes and then zeros, until so many bytes were read: [`Answer::Bytes`] of all that came
    /// meanwhile, of the first byte's time on.
    SpiTransfer(Handle, &'a [u8], usize),

    /// Opens a serial port.
    UartOpen(Uart),
    /// At most so many bytes that came.
    UartRead(Handle, usize),
    /// Sends: [`Answer::Count`] of those that were taken, or [`Answer::Wait`].
    UartWrite(Handle, &'a [u8]),

    /// A timer of pulses: which, hertz, bits of its duty.
    PwmTimer(u8, u32, u8),
    /// A channel: which, its timer, its pin, its duty.
    PwmChannel(u8, u8, Pin, u32),
    /// The duty of a channel.
    PwmDuty(u8, u32),
    /// The duty that it has now: [`Answer::Number`].
    PwmGetDuty(u8),
    /// The duty that a channel has from the next [`PwmBegin`](Self::PwmBegin) on, and how it gets there.
    PwmPrepare(u8, u32, Fade),
    /// Begins what was prepared: [`Answer::Number`] of the milliseconds that it takes.
    PwmBegin(u8),
    /// Ends a fade where it is.
    PwmFadeStop(u8),
    /// The frequency of a timer, in hertz.
    PwmFrequency(u8, u32),
    /// The one that it has: [`Answer::Number`].
    PwmGetFrequency(u8),
    /// Ends the pulses of a channel; its pin has this level then.
    PwmStop(u8, bool),

    /// Opens a channel that sends trains of pulses. `einval` where it cannot count such ticks, or have that carrier.
    RmtOpen(Rmt),
    /// Sends a train, and returns when it has ended: `einval` where it takes longer than a second, or has too many pulses.
    RmtSend(Handle, Train<'a>),

    /// Opens an input.
    AdcOpen(Adc),
    /// The mean of so many readings: [`Answer::Reading`].
    AdcRead(Handle, u32),

    /// The value of a key in a name space: [`Answer::Bytes`], `enoent`.
    NvsGet(&'a str, &'a str),
    /// Sets it, and has it in the flash memory when this returns.
    NvsSet(&'a str, &'a str, &'a [u8]),
    /// Takes it away; done also where there is none.
    NvsErase(&'a str, &'a str),
    /// Takes all of a name space away.
    NvsEraseAll(&'a str),
    /// Takes all away.
    NvsFormat,
    /// The partitions: [`Answer::Partitions`].
    Partitions,
    /// So many bytes of the partition of that name, from an offset in it on: [`Answer::Bytes`]. `enoent` where there is none,
    /// `einval` beyond its end.
    PartitionRead(&'a str, u32, usize),
    /// Writes bytes there, which were erased before.
    PartitionWrite(&'a str, u32, &'a [u8]),
    /// Erases so many bytes there, or all to its end; both are multiples of what the memory erases at a time.
    PartitionErase(&'a str, u32, Option<u32>),

    /// Has a watchdog of so many milliseconds: while it has users, each has to be heard of in that time, or the board is
    /// started anew. `ebusy` where there is one.
    Watchdog(u32),
    /// The time that the watchdog has from now on: `enoent` where there is none.
    WatchdogTime(u32),
    /// Has none any more: `ebusy` where it has users.
    WatchdogEnd,
    /// One more user: [`Answer::Number`].
    WatchdogAdd,
    /// That user is heard of: `enodev` where there is no such one.
    WatchdogHear(u32),
    /// There is no such user any more.
    WatchdogRemove(u32),

    /// Starts the board anew. It does not return where that can be.
    Restart,
    /// Why it was started: [`Answer::Word`], one of ESP-IDF's names in small letters (`esp_rst_poweron`).
    ResetReason,
    /// What has ended its sleep: [`Answer::Word`], AtomVM's (`sleep_wakeup_timer`); `undefined` when it did not sleep.
    WakeCause,
    /// Sleeps deeply for so many milliseconds, or until something else wakes it; then it is started anew.
    Sleep(Option<u64>),
    /// Deep sleep ends when all (`false`) of these pins are low, or any (`true`) is high.
    WakeOnPins(u64, bool),
    /// What was kept through a restart or a sleep: [`Answer::Bytes`], `enoent` where it is damaged or there is none.
    KeptGet,
    /// Keeps bytes so: `enospc` where they are too many.
    KeptSet(&'a [u8]),
    /// Hertz of the processor: [`Answer::Number`].
    Frequency,
    /// An address of the hardware: [`Answer::Bytes`], 6.
    Mac(Mac),
    /// What the board is: [`Answer::Chip`].
    Chip,
}

/// A partition of the flash memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// ESP-IDF's number of its type.
    pub kind: u8,
    /// That of its subtype.
    pub subtype: u8,
    /// Where it begins, in bytes from the beginning of the flash memory.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// What the machine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// What was opened.
    Handle(Handle),
    /// A level; high is true.
    Level(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// How many bytes were taken.
    Count(usize),
    /// A number.
    Number(u32),
    /// A reading: as it came, and millivolts where the board can tell.
    Reading(u32, Option<u32>),
    /// A word.
    Word(&'static str),
    /// The partitions, in the order of their table.
    Partitions(Vec<Partition>),
    /// The chip's name, its processors, and its revision.
    Chip(&'static str, u8, u16),
    /// Not yet: there will be an event.
    Wait(Direction),
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Who waits for that handle and direction may ask again.
    Ready(Handle, Direction),
    /// A watched pin did what was watched for: the watch's handle, and the pin.
    Pin(Handle, Pin),
}

/// The peripherals of a machine.
pub trait Hardware {
    /// Asks for something.
    ///
    /// # Errors
    /// An [`Error`].
    fn request(&mut self, request: Request<'_>) -> Result;

    /// The next thing that has happened, if there is one. What interrupts have found is told here.
    fn event(&mut self) -> Option<Event>;

    /// When there is something to be done although nothing comes, such as a step of a fade: nanoseconds of
    /// [`Platform::monotonic`](crate::platform::Platform::monotonic).
    fn deadline(&mut self) -> Option<u64> {
        None
    }
}
