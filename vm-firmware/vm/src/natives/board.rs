//! The peripherals, as the modules of `vm-firmware/erlang/` ask for them: `emberl_board`. Owns what is asked and answered in
//! terms; who owns a handle and who waits for it is [`crate::sockets`]'s.
//!
//! `ok`, `{ok, Value}` or `{error, Reason}`, at once. What is not there yet is `{select, Reference}`, as it is of the network. A
//! watched pin is told of by `{gpio_interrupt, Pin}` to the process that watches.

use alloc::string::String;

use crate::atoms;
use crate::hardware::{
    Adc, Answer, Carrier, Fade, HANDLES, Handle, I2c, Mac, Parity, Pin, PinMode, Pull, Pulse, Request, Rmt, Spi,
    SpiDevice, Train, Trigger, Uart,
};
use crate::natives::binary::argument;
use crate::natives::net::{self, boolean, copy, elements, number, one_of, optional};
use crate::natives::process::arg;
use crate::natives::{Context, Native, natives};
use crate::net::Direction;
use crate::raise::{Raise, Result};
use crate::sockets::{self, HARDWARE};
use crate::term::Term;

pub(super) static EMBERL_BOARD: &[Native] = natives! {
    "emberl_board";
    "close"/1 => close;
    "cancel"/2 => cancel;
    "own"/2 => own;
    "pin_mode"/2 => pin_mode;
    "pin_pull"/2 => pin_pull;
    "pin_write"/2 => pin_write;
    "pin_read"/1 => pin_read;
    "pin_hold"/2 => pin_hold;
    "hold_in_sleep"/1 => hold_in_sleep;
    "pin_release"/1 => pin_release;
    "pin_watch"/2 => pin_watch;
    "i2c_open"/1 => i2c_open;
    "i2c_transfer"/4 => i2c_transfer;
    "spi_open"/1 => spi_open;
    "spi_device"/2 => spi_device;
    "spi_transfer"/3 => spi_transfer;
    "uart_open"/1 => uart_open;
    "uart_read"/2 => uart_read;
    "uart_write"/2 => uart_write;
    "pwm_timer"/3 => pwm_timer;
    "pwm_channel"/4 => pwm_channel;
    "pwm_duty"/2 => pwm_duty;
    "pwm_get_duty"/1 => pwm_get_duty;
    "pwm_prepare"/3 => pwm_prepare;
    "pwm_begin"/1 => pwm_begin;
    "pwm_fade_stop"/1 => pwm_fade_stop;
    "pwm_frequency"/2 => pwm_frequency;
    "pwm_get_frequency"/1 => pwm_get_frequency;
    "pwm_stop"/2 => pwm_stop;
    "rmt_open"/1 => rmt_open;
    "rmt_send"/5 => rmt_send;
    "adc_open"/1 => adc_open;
    "adc_read"/2 => adc_read;
    "nvs_get"/2 => nvs_get;
    "nvs_set"/3 => nvs_set;
    "nvs_erase"/2 => nvs_erase;
    "nvs_erase_all"/1 => nvs_erase_all;
    "nvs_format"/0 => nvs_format;
    "partitions"/0 => partitions;
    "partition_read"/3 => partition_read;
    "partition_write"/3 => partition_write;
    "partition_erase"/3 => partition_erase;
    "watchdog"/1 => watchdog;
    "watchdog_time"/1 => watchdog_time;
    "watchdog_end"/0 => watchdog_end;
    "watchdog_add"/0 => watchdog_add;
    "watchdog_hear"/1 => watchdog_hear;
    "watchdog_remove"/1 => watchdog_remove;
    "restart"/0 => restart;
    "reset_reason"/0 => reset_reason;
    "wake_cause"/0 => wake_cause;
    "sleep"/1 => sleep;
    "wake_on_pins"/2 => wake_on_pins;
    "kept_get"/0 => kept_get;
    "kept_set"/1 => kept_set;
    "frequency"/0 => frequency;
    "mac"/1 => mac;
    "chip"/0 => chip;
};

/// The most bytes of a transfer.
const MOST: usize = 1 << 16;
/// The most bytes of a partition's name; ESP-IDF's have 16.
const PARTITION: usize = 32;
/// Words that an answer takes at most beside its bytes and lists.
const ANSWER: usize = 64;

fn error(cx: &mut Context<'_>, reason: &str) -> Result {
    net::failed(cx, reason)
}

fn atom(cx: &mut Context<'_>, name: &str) -> Result {
    Ok(Term::atom(cx.shared.atoms.intern(name)?))
}

/// `ok`, `{ok, Value}` or `{error, Reason}`.
fn told(cx: &mut Context<'_>, answered: crate::hardware::Result) -> Result {
    let value = match answered {
        Ok(Answer::Done) => return Ok(Term::atom(atoms::OK)),
        // Who asks for what may have to wait looks at this before.
        Ok(Answer::Wait(_)) => return error(cx, "eagain"),
        Ok(Answer::Handle(handle)) => cx.heap().unsigned((handle | HARDWARE).into())?,
        Ok(Answer::Level(high)) => Term::tiny(i32::from(high)),
        Ok(Answer::Bytes(bytes)) => {
            cx.bump(bytes.len() / 64);
            cx.binary(bytes)?
        }
        Ok(Answer::Count(count)) => cx.heap().unsigned(count as u64)?,
        Ok(Answer::Number(number)) => cx.heap().unsigned(number.into())?,
        Ok(Answer::Reading(raw, millivolts)) => {
            let raw = cx.heap().unsigned(raw.into())?;
            let millivolts = match millivolts {
                Some(millivolts) => cx.heap().unsigned(millivolts.into())?,
                None => Term::atom(atoms::UNDEFINED),
            };
            cx.heap().tuple(&[raw, millivolts])?
        }
        Ok(Answer::Word(word)) => atom(cx, word)?,
        Ok(Answer::Partitions(all)) => {
            let mut list = Term::NIL;
            for partition in all.into_iter().rev() {
                let name = cx.binary(partition.name.into_bytes())?;
                let (offset, size) =
                    (cx.heap().unsigned(partition.offset.into())?, cx.heap().unsigned(partition.size.into())?);
                let (kind, subtype) = (Term::tiny(i32::from(partition.kind)), Term::tiny(i32::from(partition.subtype)));
                let tuple = cx.heap().tuple(&[name, kind, subtype, offset, size, Term::NIL])?;
                list = cx.heap().cons(tuple, list)?;
            }
            list
        }
        Ok(Answer::Chip(name, cores, revision)) => {
            let name = atom(cx, name)?;
            cx.heap().tuple(&[name, Term::tiny(i32::from(cores)), Term::tiny(i32::from(revision))])?
        }
        Err(reason) => return error(cx, reason),
    };
    Ok(cx.heap().tuple(&[Term::atom(atoms::OK), value])?)
}

/// Asks, where an answer needs no handle to wait for.
fn ask(cx: &mut Context<'_>, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    let answered = sockets::hardware(cx.shared, request);
    told(cx, answered)
}

/// Asks for something that may have to wait.
fn ask_of(cx: &mut Context<'_>, handle: Handle, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    cx.shared.budget.probe(ANSWER * 8)?;
    match sockets::hardware(cx.shared, request) {
        Ok(Answer::Wait(direction)) => select(cx, handle, direction),
        answered => told(cx, answered),
    }
}

fn select(cx: &mut Context<'_>, handle: Handle, direction: Direction) -> Result {
    net::select(cx, handle | HARDWARE, direction)
}

/// Asks for a handle, which the calling process owns.
fn make(cx: &mut Context<'_>, request: Request<'_>) -> Result {
    cx.heap().reserve(ANSWER)?;
    sockets::reserve_hardware(cx.shared)?;
    let answered = sockets::hardware(cx.shared, request);
    if let Ok(Answer::Handle(handle)) = answered {
        sockets::own(cx.shared, handle | HARDWARE, cx.process.number);
    }
    told(cx, answered)
}

/// A handle, as the machine has it.
fn handle(cx: &Context<'_>, term: Term) -> Result<Handle> {
    let value: Handle = number(cx, term)?;
    let handle = value.checked_sub(HARDWARE).filter(|&handle| handle < HANDLES);
    handle.ok_or(Raise::BADARG)
}

fn pin(cx: &Context<'_>, term: Term) -> Result<Pin> {
    number(cx, term)
}

/// A level: 0 or 1.
fn level(cx: &Context<'_>, term: Term) -> Result<bool> {
    match number(cx, term)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Raise::BADARG),
    }
}

/// The name of an atom, as a text of its own.
fn name(cx: &Context<'_>, term: Term) -> Result<String> {
    let name = cx.shared.atoms.name(term.as_atom().ok_or(Raise::BADARG)?);
    let mut text = String::new();
    text.try_reserve_exact(name.len()).map_err(|_| crate::memory::NoMemory)?;
    text.push_str(name);
    Ok(text)
}

/// How many bytes are asked for; there is memory for them.
fn room(cx: &Context<'_>, term: Term) -> Result<usize> {
    let most = number::<usize>(cx, term)?;
    if most > MOST {
        return Err(Raise::BADARG);
    }
    cx.shared.budget.probe(most + ANSWER * 8)?;
    Ok(most)
}

/// Bytes that go out; more than there may be is an error.
fn out(cx: &Context<'_>, term: Term) -> Result<alloc::vec::Vec<u8>> {
    let bytes = copy(cx, term, MOST + 1)?;
    if bytes.len() > MOST { Err(Raise::BADARG) } else { Ok(bytes) }
}

fn close(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    handle(cx, arg(arguments, 0))?;
    net::close(cx, arguments)
}

fn cancel(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    handle(cx, arg(arguments, 0))?;
    net::cancel(cx, arguments)
}

/// Gives a handle to another process: by its owner.
fn own(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    handle(cx, arg(arguments, 0))?;
    sockets::reserve_hardware(cx.shared)?;
    net::give(cx, arguments)
}

fn pin_mode(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const MODES: &[(&str, PinMode)] =
        &[("input", PinMode::Input), ("output", PinMode::Output), ("output_od", PinMode::OpenDrain)];
    let request = Request::PinMode(pin(cx, arg(arguments, 0))?, one_of(cx, arg(arguments, 1), MODES)?);
    ask(cx, request)
}

fn pin_pull(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const PULLS: &[(&str, Pull)] =
        &[("up", Pull::Up), ("down", Pull::Down), ("up_down", Pull::Both), ("floating", Pull::None)];
    let request = Request::PinPull(pin(cx, arg(arguments, 0))?, one_of(cx, arg(arguments, 1), PULLS)?);
    ask(cx, request)
}

fn pin_write(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PinWrite(pin(cx, arg(arguments, 0))?, level(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn pin_read(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PinRead(pin(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn pin_hold(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PinHold(pin(cx, arg(arguments, 0))?, boolean(arg(arguments, 1))?);
    ask(cx, request)
}

fn hold_in_sleep(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    ask(cx, Request::HoldInSleep(boolean(arg(arguments, 0))?))
}

fn pin_release(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PinRelease(pin(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn pin_watch(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const TRIGGERS: &[(&str, Trigger)] = &[
        ("rising", Trigger::Rising),
        ("falling", Trigger::Falling),
        ("both", Trigger::Both),
        ("low", Trigger::Low),
        ("high", Trigger::High),
    ];
    let request = Request::PinWatch(pin(cx, arg(arguments, 0))?, one_of(cx, arg(arguments, 1), TRIGGERS)?);
    make(cx, request)
}

/// `{Peripheral, Scl, Sda, Hertz, Milliseconds}`.
fn i2c_open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let [peripheral, scl, sda, frequency, timeout] = elements(cx, arg(arguments, 0))?;
    let bus = I2c {
        peripheral: number(cx, peripheral)?,
        scl: pin(cx, scl)?,
        sda: pin(cx, sda)?,
        frequency: number(cx, frequency)?,
        timeout: number(cx, timeout)?,
    };
    make(cx, Request::I2cOpen(bus))
}

/// Handle, address, bytes to be written, how many are read.
fn i2c_transfer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, address) = (handle(cx, arg(arguments, 0))?, number::<u8>(cx, arg(arguments, 1))?);
    let (bytes, most) = (out(cx, argument(arguments, 2))?, room(cx, arg(arguments, 3))?);
    cx.bump((bytes.len() + most) / 16);
    ask(cx, Request::I2cTransfer(handle, address, &bytes, most))
}

/// `{Peripheral, Sclk, Mosi, Miso}`; one of the last two may be `undefined`.
fn spi_open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let [peripheral, sclk, mosi, miso] = elements(cx, arg(arguments, 0))?;
    let bus = Spi {
        peripheral: number(cx, peripheral)?,
        sclk: pin(cx, sclk)?,
        mosi: optional(cx, mosi, pin)?,
        miso: optional(cx, miso, pin)?,
    };
    make(cx, Request::SpiOpen(bus))
}

/// Handle, `{Cs, Hertz, Mode}`.
fn spi_device(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(cx, arg(arguments, 0))?;
    let [cs, frequency, mode] = elements(cx, arg(arguments, 1))?;
    let device = SpiDevice { cs: optional(cx, cs, pin)?, frequency: number(cx, frequency)?, mode: number(cx, mode)? };
    make(cx, Request::SpiDevice(handle, device))
}

/// Handle of a device, bytes to be written, how many come back.
fn spi_transfer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let handle = handle(cx, arg(arguments, 0))?;
    let (bytes, most) = (out(cx, argument(arguments, 1))?, room(cx, arg(arguments, 2))?);
    cx.bump((bytes.len() + most) / 16);
    ask(cx, Request::SpiTransfer(handle, &bytes, most))
}

/// `{Peripheral, Tx, Rx, Rts, Cts, Speed, DataBits, StopBits, Parity}`; pins may be `undefined`.
fn uart_open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const PARITIES: &[(&str, Parity)] = &[("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
    let [peripheral, tx, rx, rts, cts, speed, data_bits, stop_bits, parity] = elements(cx, arg(arguments, 0))?;
    let port = Uart {
        peripheral: number(cx, peripheral)?,
        tx: optional(cx, tx, pin)?,
        rx: optional(cx, rx, pin)?,
        rts: optional(cx, rts, pin)?,
        cts: optional(cx, cts, pin)?,
        speed: number(cx, speed)?,
        data_bits: number(cx, data_bits)?,
        stop_bits: number(cx, stop_bits)?,
        parity: one_of(cx, parity, PARITIES)?,
    };
    make(cx, Request::UartOpen(port))
}

fn uart_read(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, most) = (handle(cx, arg(arguments, 0))?, room(cx, arg(arguments, 1))?);
    ask_of(cx, handle, Request::UartRead(handle, most.max(1)))
}

fn uart_write(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, bytes) = (handle(cx, arg(arguments, 0))?, copy(cx, argument(arguments, 1), MOST)?);
    cx.bump(bytes.len() / 64);
    ask_of(cx, handle, Request::UartWrite(handle, &bytes))
}

fn pwm_timer(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (timer, frequency) = (number(cx, arg(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let request = Request::PwmTimer(timer, frequency, number(cx, arg(arguments, 2))?);
    ask(cx, request)
}

/// Channel, timer, pin, duty.
fn pwm_channel(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (channel, timer) = (number(cx, arg(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let (pin, duty) = (pin(cx, arg(arguments, 2))?, number(cx, arg(arguments, 3))?);
    ask(cx, Request::PwmChannel(channel, timer, pin, duty))
}

fn pwm_duty(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmDuty(number(cx, arg(arguments, 0))?, number(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn pwm_get_duty(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmGetDuty(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

/// Channel, duty; `now`, milliseconds or `{Step, Pulses}`.
fn pwm_prepare(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (channel, duty) = (number(cx, arg(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let how = arg(arguments, 2);
    let fade = if how.is_atom() {
        one_of(cx, how, &[("now", Fade::Now)])?
    } else if let Ok(milliseconds) = number(cx, how) {
        Fade::Time(milliseconds)
    } else {
        let [step, pulses] = elements(cx, how)?;
        Fade::Steps(number(cx, step)?, number(cx, pulses)?)
    };
    ask(cx, Request::PwmPrepare(channel, duty, fade))
}

fn pwm_begin(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmBegin(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn pwm_fade_stop(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmFadeStop(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn pwm_frequency(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmFrequency(number(cx, arg(arguments, 0))?, number(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn pwm_get_frequency(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmGetFrequency(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn pwm_stop(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::PwmStop(number(cx, arg(arguments, 0))?, level(cx, arg(arguments, 1))?);
    ask(cx, request)
}

/// `{Pin, TicksASecond, Level, undefined | {Hertz, PerCent}}`.
fn rmt_open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let [at, resolution, idle, carrier] = elements(cx, arg(arguments, 0))?;
    let carrier = optional(cx, carrier, |cx, term| {
        let [frequency, duty] = elements(cx, term)?;
        Ok(Carrier { frequency: number(cx, frequency)?, duty: number(cx, duty)? })
    })?;
    let channel = Rmt { pin: pin(cx, at)?, resolution: number(cx, resolution)?, idle: level(cx, idle)?, carrier };
    make(cx, Request::RmtOpen(channel))
}

/// Handle, bytes, how many of their bits, the pulses of a zero and those of a one: words of two bytes, bit 15 the level, ticks
/// below.
fn rmt_send(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, bytes) = (handle(cx, arg(arguments, 0))?, out(cx, argument(arguments, 1))?);
    let bits: usize = number(cx, arg(arguments, 2))?;
    let (zero, one) = (words(cx, argument(arguments, 3))?, words(cx, argument(arguments, 4))?);
    if bits > bytes.len() * 8 {
        return Err(Raise::BADARG);
    }
    cx.bump(bits.saturating_mul(zero.len().max(one.len())) / 16);
    ask(cx, Request::RmtSend(handle, Train { bytes: &bytes, bits, zero: &zero, one: &one }))
}

/// Pulses as words, each of which has ticks.
fn words(cx: &Context<'_>, term: Term) -> Result<alloc::vec::Vec<u8>> {
    let words = out(cx, term)?;
    let is_pulse =
        |word: &[u8]| <[u8; 2]>::try_from(word).is_ok_and(|word| Pulse::of_word(u16::from_be_bytes(word)).is_some());
    if words.chunks(2).all(is_pulse) { Ok(words) } else { Err(Raise::BADARG) }
}

/// `{Pin, Bits | undefined, TenthsOfDecibels}`.
fn adc_open(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let [at, bits, attenuation] = elements(cx, arg(arguments, 0))?;
    let input = Adc { pin: pin(cx, at)?, bits: optional(cx, bits, number)?, attenuation: number(cx, attenuation)? };
    make(cx, Request::AdcOpen(input))
}

fn adc_read(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (handle, samples) = (handle(cx, arg(arguments, 0))?, number::<u32>(cx, arg(arguments, 1))?);
    if samples == 0 || samples > 100_000 {
        return Err(Raise::BADARG);
    }
    cx.bump(samples as usize / 4);
    ask(cx, Request::AdcRead(handle, samples))
}

fn nvs_get(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (space, key) = (name(cx, arg(arguments, 0))?, name(cx, arg(arguments, 1))?);
    ask(cx, Request::NvsGet(&space, &key))
}

fn nvs_set(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (space, key) = (name(cx, arg(arguments, 0))?, name(cx, arg(arguments, 1))?);
    let value = out(cx, argument(arguments, 2))?;
    ask(cx, Request::NvsSet(&space, &key, &value))
}

fn nvs_erase(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (space, key) = (name(cx, arg(arguments, 0))?, name(cx, arg(arguments, 1))?);
    ask(cx, Request::NvsErase(&space, &key))
}

fn nvs_erase_all(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let space = name(cx, arg(arguments, 0))?;
    ask(cx, Request::NvsEraseAll(&space))
}

fn nvs_format(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::NvsFormat)
}

fn partitions(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Partitions)
}

/// The name of a partition, a binary; one that is no text names none.
fn partition(cx: &Context<'_>, term: Term) -> Result<String> {
    let bytes = copy(cx, term, PARTITION + 1)?;
    String::from_utf8(bytes).ok().filter(|name| name.len() <= PARTITION).ok_or(Raise::BADARG)
}

/// Name, offset, how many bytes are read.
fn partition_read(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, offset) = (partition(cx, argument(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let length = room(cx, arg(arguments, 2))?;
    cx.bump(length / 64);
    ask(cx, Request::PartitionRead(&name, offset, length))
}

/// Name, offset, bytes.
fn partition_write(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, offset) = (partition(cx, argument(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let bytes = out(cx, argument(arguments, 2))?;
    cx.bump(bytes.len() / 16);
    ask(cx, Request::PartitionWrite(&name, offset, &bytes))
}

/// Name, offset, how many bytes, or `undefined` for all to the end.
fn partition_erase(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let (name, offset) = (partition(cx, argument(arguments, 0))?, number(cx, arg(arguments, 1))?);
    let length = optional(cx, arg(arguments, 2), number)?;
    ask(cx, Request::PartitionErase(&name, offset, length))
}

/// Milliseconds.
fn watchdog(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Watchdog(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn watchdog_time(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::WatchdogTime(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn watchdog_end(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::WatchdogEnd)
}

fn watchdog_add(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::WatchdogAdd)
}

fn watchdog_hear(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::WatchdogHear(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn watchdog_remove(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::WatchdogRemove(number(cx, arg(arguments, 0))?);
    ask(cx, request)
}

fn restart(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Restart)
}

fn reset_reason(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::ResetReason)
}

fn wake_cause(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::WakeCause)
}

/// Milliseconds, or `undefined`.
fn sleep(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::Sleep(optional(cx, arg(arguments, 0), number)?);
    ask(cx, request)
}

/// Bits of the pins, level.
fn wake_on_pins(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let request = Request::WakeOnPins(number(cx, arg(arguments, 0))?, level(cx, arg(arguments, 1))?);
    ask(cx, request)
}

fn kept_get(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::KeptGet)
}

fn kept_set(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    let bytes = out(cx, argument(arguments, 0))?;
    ask(cx, Request::KeptSet(&bytes))
}

fn frequency(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Frequency)
}

fn mac(cx: &mut Context<'_>, arguments: &[Term]) -> Result {
    const KINDS: &[(&str, Mac)] = &[
        ("wifi_sta", Mac::Station),
        ("wifi_softap", Mac::AccessPoint),
        ("bt", Mac::Bluetooth),
        ("eth", Mac::Ethernet),
    ];
    let request = Request::Mac(one_of(cx, arg(arguments, 0), KINDS)?);
    ask(cx, request)
}

fn chip(cx: &mut Context<'_>, _: &[Term]) -> Result {
    ask(cx, Request::Chip)
}
