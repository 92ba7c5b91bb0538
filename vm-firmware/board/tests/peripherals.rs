//! What is asked of peripherals, over a board that exists only here.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used, clippy::indexing_slicing)]

mod fake;

use emberl_board::{Board, Nothing, Peripherals};
use emberl_vm::hardware::{
    Adc, Answer, Carrier, Error, Event, Fade, Handle, Hardware, I2c, Mac, Parity, Pin, PinMode, Pull, Request, Rmt,
    Spi, SpiDevice, Train, Trigger, Uart,
};
use emberl_vm::net::Direction;
use fake::{Fake, Shared};

struct Bench {
    peripherals: Peripherals<Fake>,
    world: Shared,
}

fn bench() -> Bench {
    let (board, world) = Fake::new();
    Bench { peripherals: Peripherals::new(board), world }
}

const BUS: I2c = I2c { peripheral: 0, scl: 9, sda: 8, frequency: 100_000, timeout: 100 };
const PORT: Uart = Uart {
    peripheral: 1,
    tx: Some(4),
    rx: Some(5),
    rts: None,
    cts: None,
    speed: 115_200,
    data_bits: 8,
    stop_bits: 1,
    parity: Parity::None,
};
const LINES: Spi = Spi { peripheral: 2, sclk: 6, mosi: Some(7), miso: Some(2) };

impl Bench {
    fn ask(&mut self, request: Request<'_>) -> Result<Answer, Error> {
        self.peripherals.request(request)
    }

    fn done(&mut self, request: Request<'_>) {
        assert_eq!(self.ask(request), Ok(Answer::Done), "{request:?}");
    }

    fn open(&mut self, request: Request<'_>) -> Handle {
        match self.ask(request) {
            Ok(Answer::Handle(handle)) => handle,
            other => panic!("{other:?}"),
        }
    }

    /// What was done since the last look.
    fn did(&self) -> Vec<String> {
        std::mem::take(&mut self.world.borrow_mut().done)
    }

    fn is_idle(&self) {
        assert!(self.world.borrow().open.is_empty(), "{:?}", self.world.borrow().open);
    }
}

#[test]
fn pins_are_read_driven_and_released() {
    let mut bench = bench();
    bench.done(Request::PinMode(3, PinMode::Output));
    bench.done(Request::PinPull(3, Pull::Up));
    bench.done(Request::PinWrite(3, true));
    assert_eq!(bench.did(), ["pin 3 Output None", "pin 3 Output Up", "pin 3 high"]);
    bench.world.borrow_mut().levels.insert(4, true);
    assert_eq!(bench.ask(Request::PinRead(4)), Ok(Answer::Level(true)));
    assert_eq!(bench.ask(Request::PinRead(5)), Ok(Answer::Level(false)));
    for request in [Request::PinMode(22, PinMode::Input), Request::PinRead(22), Request::PinRelease(22)] {
        assert_eq!(bench.ask(request), Err("enodev"));
    }
    assert_eq!(bench.ask(Request::PinMode(20, PinMode::Output)), Err("einval"));
    assert_eq!(bench.ask(Request::PinHold(3, true)), Err("enotsup"));
    for pin in [3, 4, 5, 20, 21] {
        bench.done(Request::PinRelease(pin));
    }
    bench.is_idle();
}

#[test]
fn a_pin_is_for_one_thing() {
    let mut bench = bench();
    bench.done(Request::PinMode(9, PinMode::Output));
    assert_eq!(bench.ask(Request::I2cOpen(BUS)), Err("ebusy"));
    bench.done(Request::PinRelease(9));
    let bus = bench.open(Request::I2cOpen(BUS));
    assert_eq!(bench.ask(Request::I2cOpen(I2c { scl: 1, sda: 0, ..BUS })), Err("ebusy"));
    for request in [
        Request::PinMode(9, PinMode::Output),
        Request::PinRead(8),
        Request::PinRelease(8),
        Request::PinWatch(8, Trigger::Both),
        Request::AdcOpen(Adc { pin: 9, bits: None, attenuation: 0 }),
        Request::SpiOpen(Spi { miso: Some(9), ..LINES }),
        Request::UartOpen(Uart { tx: Some(8), ..PORT }),
    ] {
        let refused = bench.ask(request);
        assert!(matches!(refused, Err("ebusy")), "{request:?}: {refused:?}");
    }
    assert_eq!(bench.ask(Request::I2cOpen(I2c { scl: 3, sda: 3, ..BUS })), Err("ebusy"));
    bench.done(Request::Close(bus));
    assert_eq!(bench.ask(Request::I2cOpen(I2c { scl: 3, sda: 3, ..BUS })), Err("einval"));
    assert_eq!(bench.ask(Request::I2cOpen(I2c { scl: 30, ..BUS })), Err("enodev"));
    assert_eq!(bench.ask(Request::I2cOpen(I2c { peripheral: 1, ..BUS })), Err("enodev"));
    bench.is_idle();
    bench.done(Request::PinMode(9, PinMode::Output));
}

#[test]
fn watched_pins_tell_who_watches() {
    let mut bench = bench();
    let watch = bench.open(Request::PinWatch(3, Trigger::Falling));
    assert_eq!(bench.did(), ["pin 3 watch Some(Falling)"]);
    assert_eq!(bench.ask(Request::PinWatch(3, Trigger::Both)), Err("ebusy"));
    // Of pins that nobody watches nothing is told.
    bench.world.borrow_mut().events.extend([7, 3, 7, 3]);
    assert_eq!(bench.peripherals.event(), Some(Event::Pin(watch, 3)));
    assert_eq!(bench.peripherals.event(), Some(Event::Pin(watch, 3)));
    assert_eq!(bench.peripherals.event(), None);
    bench.done(Request::Close(watch));
    assert_eq!(bench.ask(Request::Close(watch)), Err("closed"));
    bench.is_idle();
    // A pin that the program uses beside stays its own.
    bench.done(Request::PinMode(3, PinMode::Output));
    let watch = bench.open(Request::PinWatch(3, Trigger::Rising));
    bench.did();
    bench.done(Request::Close(watch));
    assert_eq!(bench.did(), ["pin 3 watch None"]);
    bench.done(Request::PinRead(3).into_read());
    assert_eq!(bench.ask(Request::PinWatch(20, Trigger::Rising)), Err("enotsup"));
    bench.done(Request::PinRelease(3));
    bench.is_idle();
}

trait IntoRead<'a> {
    fn into_read(self) -> Request<'a>;
}

impl<'a> IntoRead<'a> for Request<'a> {
    /// The same pin, made an input: done and nothing else.
    fn into_read(self) -> Request<'a> {
        let Request::PinRead(pin) = self else { panic!() };
        Request::PinMode(pin, PinMode::Input)
    }
}

#[test]
fn a_level_that_is_there_already_is_told_at_once_and_then_by_edges() {
    let mut bench = bench();
    bench.world.borrow_mut().levels.insert(3, true);
    let high = bench.open(Request::PinWatch(3, Trigger::High));
    let low = bench.open(Request::PinWatch(4, Trigger::Low));
    assert_eq!(bench.did(), ["pin 3 watch Some(Rising)", "pin 4 watch Some(Falling)"]);
    assert_eq!(bench.peripherals.event(), Some(Event::Pin(high, 3)));
    assert_eq!(bench.peripherals.event(), Some(Event::Pin(low, 4)));
    assert_eq!(bench.peripherals.event(), None);
    // One that is closed before it was told tells nothing.
    bench.done(Request::Close(low));
    let low = bench.open(Request::PinWatch(4, Trigger::Low));
    bench.done(Request::Close(low));
    assert_eq!(bench.peripherals.event(), None);
}

#[test]
fn i2c_writes_reads_and_tells_who_does_not_answer() {
    let mut bench = bench();
    let bus = bench.open(Request::I2cOpen(BUS));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x76, &[0xd0], 2)), Ok(Answer::Bytes(vec![0xa0, 0xa1])));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x76, &[1, 2], 0)), Ok(Answer::Bytes(vec![])));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x76, &[], 3)), Ok(Answer::Bytes(vec![0xa0, 0xa1, 0xa2])));
    assert_eq!(bench.did(), ["i2c write [d0]", "i2c read 2", "i2c write [1, 2]", "i2c read 3"]);
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x77, &[0xd0], 1)), Err("nack"));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x10, &[0xd0], 1)), Err("eio"));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x80, &[0xd0], 1)), Err("einval"));
    bench.done(Request::Close(bus));
    assert_eq!(bench.ask(Request::I2cTransfer(bus, 0x76, &[0xd0], 1)), Err("closed"));
    let watch = bench.open(Request::PinWatch(3, Trigger::Both));
    assert_eq!(bench.ask(Request::I2cTransfer(watch, 0x76, &[], 1)), Err("einval"));
}

#[test]
fn spi_selects_one_device_at_a_time() {
    let mut bench = bench();
    let bus = bench.open(Request::SpiOpen(LINES));
    let device = |cs, frequency, mode| SpiDevice { cs, frequency, mode };
    let first = bench.open(Request::SpiDevice(bus, device(Some(10), 1_000_000, 0)));
    let second = bench.open(Request::SpiDevice(bus, device(None, 500, 3)));
    assert_eq!(bench.ask(Request::SpiDevice(bus, device(Some(10), 1, 0))), Err("ebusy"));
    assert_eq!(bench.ask(Request::SpiDevice(bus, device(None, 1, 4))), Err("einval"));
    assert_eq!(bench.ask(Request::SpiDevice(bus, device(None, 0, 0))), Err("einval"));
    assert_eq!(bench.ask(Request::SpiDevice(first, device(None, 1, 0))), Err("einval"));
    bench.did();
    // Both ways at once: the answer begins with the first byte.
    assert_eq!(bench.ask(Request::SpiTransfer(first, &[0x9f], 3)), Ok(Answer::Bytes(vec![0x60, 0xff, 0xff])));
    assert_eq!(bench.ask(Request::SpiTransfer(first, &[1, 2, 3], 1)), Ok(Answer::Bytes(vec![0xfe])));
    assert_eq!(
        bench.did(),
        [
            "spi 1000000 IdleLow CaptureOnFirstTransition",
            "pin 10 low",
            "spi [9f, 0, 0]",
            "pin 10 high",
            "pin 10 low",
            "spi [1, 2, 3]",
            "pin 10 high"
        ]
    );
    assert_eq!(bench.ask(Request::SpiTransfer(second, &[5], 0)), Ok(Answer::Bytes(vec![])));
    // A device is given up whatever happens.
    assert_eq!(bench.ask(Request::SpiTransfer(first, &[0xee], 1)), Err("eio"));
    assert_eq!(
        bench.did(),
        [
            "spi 500 IdleHigh CaptureOnSecondTransition",
            "spi [5]",
            "spi 1000000 IdleLow CaptureOnFirstTransition",
            "pin 10 low",
            "spi [ee]",
            "pin 10 high"
        ]
    );
    assert_eq!(bench.ask(Request::SpiOpen(Spi { mosi: None, miso: None, ..LINES })), Err("einval"));
    assert_eq!(bench.ask(Request::SpiOpen(LINES)), Err("ebusy"));
    bench.done(Request::Close(bus));
    bench.is_idle();
    assert_eq!(bench.ask(Request::SpiTransfer(first, &[1], 1)), Err("closed"));
    assert_eq!(bench.ask(Request::Close(second)), Err("closed"));
    assert_eq!(bench.ask(Request::SpiOpen(Spi { peripheral: 1, ..LINES })), Err("enodev"));
    bench.is_idle();
}

#[test]
fn a_serial_port_takes_what_it_has_room_for_and_tells_when_there_is_more() {
    let mut bench = bench();
    let port = bench.open(Request::UartOpen(PORT));
    for wrong in [
        Uart { speed: 0, ..PORT },
        Uart { data_bits: 9, ..PORT },
        Uart { stop_bits: 0, ..PORT },
        Uart { peripheral: 0, tx: Some(1), rx: Some(1), ..PORT },
    ] {
        assert_eq!(bench.ask(Request::UartOpen(wrong)), Err("einval"), "{wrong:?}");
    }
    assert_eq!(bench.ask(Request::UartOpen(PORT)), Err("ebusy"));
    bench.world.borrow_mut().received.extend(b"0123456789");
    assert_eq!(bench.ask(Request::UartRead(port, 9)), Ok(Answer::Bytes(b"012345678".to_vec())));
    assert_eq!(bench.ask(Request::UartRead(port, 9)), Ok(Answer::Bytes(b"9".to_vec())));
    assert_eq!(bench.peripherals.deadline(), None);
    assert_eq!(bench.ask(Request::UartRead(port, 9)), Ok(Answer::Wait(Direction::Read)));
    // It is looked at now and then, as long as somebody waits.
    assert_eq!(bench.peripherals.deadline(), Some(1_000_000));
    assert_eq!(bench.peripherals.event(), None);
    bench.world.borrow_mut().received.extend(b"x");
    assert_eq!(bench.peripherals.event(), Some(Event::Ready(port, Direction::Read)));
    assert_eq!((bench.peripherals.event(), bench.peripherals.deadline()), (None, None));

    bench.world.borrow_mut().room = 4;
    assert_eq!(bench.ask(Request::UartWrite(port, b"abcdef")), Ok(Answer::Count(4)));
    assert_eq!(bench.ask(Request::UartWrite(port, b"ef")), Ok(Answer::Wait(Direction::Write)));
    assert_eq!(bench.ask(Request::UartWrite(port, b"")), Ok(Answer::Count(0)));
    assert_eq!(bench.ask(Request::UartWrite(port, b"ef")), Ok(Answer::Wait(Direction::Write)));
    assert_eq!(bench.peripherals.event(), None);
    bench.world.borrow_mut().room = 10;
    assert_eq!(bench.peripherals.event(), Some(Event::Ready(port, Direction::Write)));
    assert_eq!(bench.ask(Request::UartWrite(port, b"ef")), Ok(Answer::Count(2)));
    assert_eq!(bench.did(), ["uart 1 \"abcd\"", "uart 1 \"ef\""]);
    bench.done(Request::Close(port));
    bench.is_idle();
}

#[test]
fn pulses_have_timers_channels_and_duties() {
    let mut bench = bench();
    assert_eq!(bench.ask(Request::PwmChannel(0, 0, 3, 0)), Err("einval"));
    for wrong in [Request::PwmTimer(0, 0, 10), Request::PwmTimer(0, 1000, 0), Request::PwmTimer(0, 1000, 21)] {
        assert_eq!(bench.ask(wrong), Err("einval"));
    }
    assert_eq!(bench.ask(Request::PwmTimer(4, 1000, 10)), Err("enodev"));
    bench.done(Request::PwmTimer(0, 1000, 10));
    assert_eq!(bench.ask(Request::PwmChannel(0, 0, 3, 1025)), Err("einval"));
    assert_eq!(bench.ask(Request::PwmChannel(6, 0, 3, 0)), Err("enodev"));
    bench.done(Request::PwmChannel(0, 0, 3, 512));
    bench.done(Request::PwmDuty(0, 1024));
    assert_eq!(bench.did(), ["pwm 0 500", "pwm 0 1000"]);
    assert_eq!(bench.ask(Request::PwmGetDuty(0)), Ok(Answer::Number(1024)));
    assert_eq!(bench.ask(Request::PwmDuty(0, 1025)), Err("einval"));
    assert_eq!(bench.ask(Request::PwmDuty(1, 0)), Err("einval"));
    bench.done(Request::PwmFrequency(0, 5000));
    assert_eq!(bench.ask(Request::PwmGetFrequency(0)), Ok(Answer::Number(5000)));
    assert_eq!(bench.ask(Request::PwmGetFrequency(1)), Err("einval"));
    assert_eq!(bench.ask(Request::PinWrite(3, true)), Err("ebusy"));
    bench.done(Request::PwmStop(0, false));
    assert_eq!(bench.did(), ["pwm 0 1000", "pwm 0 0"]);
    // Another pin, and then none.
    bench.done(Request::PwmChannel(0, 0, 4, 1));
    bench.done(Request::PinWrite(3, true));
    bench.done(Request::PinRelease(4));
    bench.done(Request::PinRelease(3));
    assert_eq!(bench.ask(Request::PwmGetDuty(0)), Err("einval"));
    bench.is_idle();
}

#[test]
fn a_duty_fades_by_steps() {
    const MS: u64 = 1_000_000;
    let mut bench = bench();
    bench.done(Request::PwmTimer(1, 1000, 10));
    bench.done(Request::PwmChannel(2, 1, 3, 0));
    assert_eq!(bench.ask(Request::PwmBegin(2)), Ok(Answer::Number(0)));
    bench.done(Request::PwmPrepare(2, 1000, Fade::Time(100)));
    assert_eq!(bench.ask(Request::PwmGetDuty(2)), Ok(Answer::Number(0)));
    assert_eq!(bench.peripherals.deadline(), None);
    assert_eq!(bench.ask(Request::PwmBegin(2)), Ok(Answer::Number(100)));
    assert_eq!(bench.peripherals.deadline(), Some(10 * MS));
    for (at, duty) in [(10, 100), (55, 550), (100, 1000)] {
        bench.world.borrow_mut().now = at * MS;
        assert_eq!(bench.peripherals.event(), None);
        assert_eq!(bench.ask(Request::PwmGetDuty(2)), Ok(Answer::Number(duty)));
    }
    assert_eq!(bench.peripherals.deadline(), None);
    bench.did();
    // Back, one of ten each five pulses: 100 steps of 5 ms, stopped in the middle.
    bench.done(Request::PwmPrepare(2, 0, Fade::Steps(10, 5)));
    assert_eq!(bench.ask(Request::PwmBegin(2)), Ok(Answer::Number(500)));
    bench.world.borrow_mut().now += 250 * MS;
    bench.done(Request::PwmFadeStop(2));
    assert_eq!(bench.ask(Request::PwmGetDuty(2)), Ok(Answer::Number(500)));
    assert_eq!(bench.peripherals.deadline(), None);
    assert_eq!(bench.ask(Request::PwmPrepare(2, 0, Fade::Steps(0, 5))), Err("einval"));
    bench.done(Request::PwmPrepare(2, 7, Fade::Now));
    assert_eq!(bench.ask(Request::PwmBegin(2)), Ok(Answer::Number(0)));
    assert_eq!(bench.ask(Request::PwmGetDuty(2)), Ok(Answer::Number(7)));
    bench.done(Request::PwmPrepare(2, 1024, Fade::Time(u32::MAX)));
    assert_eq!(bench.ask(Request::PwmBegin(2)), Ok(Answer::Number(u32::MAX)));
    bench.world.borrow_mut().now = u64::MAX / 2;
    assert_eq!(bench.ask(Request::PwmGetDuty(2)), Ok(Answer::Number(1024)));
}

#[test]
fn trains_are_sent_whole_or_not_at_all() {
    let mut bench = bench();
    let config = Rmt { pin: 8, resolution: 1_000, idle: false, carrier: None };
    let handle = bench.open(Request::RmtOpen(config));
    let (zero, one) = ([0x80, 4, 0, 8], [0x80, 8, 0, 4]);
    let train = Train { bytes: &[0b1010_0000], bits: 2, zero: &zero, one: &one };
    bench.done(Request::RmtSend(handle, train));
    bench.done(Request::RmtSend(handle, Train { bits: 0, ..train }));
    // What has no ticks, and half a word, are no pulses.
    bench.done(Request::RmtSend(handle, Train { one: &[0x80, 0, 0x83, 0xe0, 9], bits: 1, ..train }));
    assert_eq!(bench.did(), ["rmt 8 +8 -4 +4 -8", "rmt 8 +992"]);
    let long = Train { one: &[0x83, 0xe8], bits: 1, ..train };
    bench.done(Request::RmtSend(handle, long));
    for train in [Train { one: &[0x83, 0xe8, 0, 1], ..long }, Train { one: &[0xff, 0xff], ..long }] {
        assert_eq!(bench.ask(Request::RmtSend(handle, train)), Err("einval"));
    }
    let other = Rmt { pin: 9, resolution: 80_000_000, ..config };
    let fast = bench.open(Request::RmtOpen(other));
    let many = Train { bytes: &[0; 8193], bits: 65_537, zero: &[0, 1], one: &[] };
    assert_eq!(bench.ask(Request::RmtSend(fast, many)), Err("einval"));
    bench.done(Request::RmtSend(fast, Train { bits: 65_536, ..many }));
    assert_eq!(bench.ask(Request::RmtOpen(config)), Err("ebusy"));
    assert_eq!(bench.ask(Request::RmtOpen(Rmt { pin: 5, ..config })), Err("enodev"));
    assert_eq!(bench.ask(Request::RmtOpen(Rmt { resolution: 0, pin: 1, ..config })), Err("einval"));
    for (frequency, duty) in [(0, 50), (38_000, 0), (38_000, 100)] {
        let carrier = Some(Carrier { frequency, duty });
        assert_eq!(bench.ask(Request::RmtOpen(Rmt { carrier, pin: 1, ..config })), Err("einval"));
    }
    bench.done(Request::Close(handle));
    bench.done(Request::Close(fast));
    bench.is_idle();
}

#[test]
fn analogue_inputs_give_the_mean() {
    let mut bench = bench();
    let input = |pin| Adc { pin, bits: None, attenuation: 110 };
    let handle = bench.open(Request::AdcOpen(input(2)));
    bench.world.borrow_mut().readings.extend([100, 200, 303]);
    assert_eq!(bench.ask(Request::AdcRead(handle, 3)), Ok(Answer::Reading(201, Some(402))));
    assert_eq!(bench.ask(Request::AdcRead(handle, 1)), Err("etimedout"));
    assert_eq!(bench.ask(Request::AdcRead(handle, 0)), Err("einval"));
    assert_eq!(bench.ask(Request::AdcOpen(input(2))), Err("ebusy"));
    assert_eq!(bench.ask(Request::AdcOpen(input(5))), Err("enodev"));
    assert_eq!(bench.ask(Request::AdcOpen(Adc { attenuation: 1, ..input(1) })), Err("einval"));
    assert_eq!(bench.ask(Request::AdcOpen(Adc { bits: Some(14), ..input(1) })), Err("einval"));
    bench.done(Request::Close(handle));
    bench.is_idle();
}

#[test]
fn the_board_itself() {
    let mut bench = bench();
    assert_eq!(bench.ask(Request::KeptGet), Err("enoent"));
    bench.done(Request::KeptSet(b"state"));
    assert_eq!(bench.ask(Request::KeptGet), Ok(Answer::Bytes(b"state".to_vec())));
    assert_eq!(bench.ask(Request::KeptSet(&[0; 100])), Err("enospc"));
    assert_eq!(bench.ask(Request::ResetReason), Ok(Answer::Word("esp_rst_sw")));
    assert_eq!(bench.ask(Request::Mac(Mac::Station)), Ok(Answer::Bytes(vec![2, 0, 0, 0, 0, 1])));
    assert_eq!(bench.ask(Request::Mac(Mac::Ethernet)), Err("enodev"));
    let Ok(Answer::Partitions(all)) = bench.ask(Request::Partitions) else { panic!() };
    assert_eq!((all.len(), all[0].name.as_str()), (1, "nvs"));
    for request in [Request::Restart, Request::WakeCause, Request::Sleep(None), Request::Frequency, Request::Chip] {
        assert_eq!(bench.ask(request), Err("enotsup"), "{request:?}");
    }
    bench.done(Request::NvsSet("atomvm", "ssid", b"home"));
    assert_eq!(bench.ask(Request::NvsGet("atomvm", "ssid")), Ok(Answer::Bytes(b"home".to_vec())));
    bench.done(Request::NvsErase("atomvm", "ssid"));
    assert_eq!(bench.ask(Request::NvsGet("atomvm", "ssid")), Err("enoent"));
    bench.done(Request::NvsEraseAll("atomvm"));
    bench.done(Request::NvsFormat);
}

#[test]
fn partitions_end_where_they_end() {
    let mut bench = bench();
    assert_eq!(bench.ask(Request::PartitionRead("nvs", 1, 3)), Ok(Answer::Bytes(vec![1; 3])));
    assert_eq!(bench.ask(Request::PartitionRead("nvs", 0x6000, 0)), Ok(Answer::Bytes(vec![])));
    bench.done(Request::PartitionWrite("nvs", 0x5fff, &[1]));
    bench.done(Request::PartitionErase("nvs", 0x1000, None));
    bench.done(Request::PartitionErase("nvs", 0x1000, Some(0x1000)));
    let flash = ["read 0x9001 3", "read 0xf000 0", "write 0xefff [1]", "erase 0xa000 0xf000", "erase 0xa000 0xb000"];
    assert_eq!(bench.did(), flash.map(|line| format!("flash {line}")));
    for beyond in [
        Request::PartitionRead("nvs", 0x5fff, 2),
        Request::PartitionRead("nvs", u32::MAX, 2),
        Request::PartitionRead("nvs", 0, usize::MAX),
        Request::PartitionWrite("nvs", 0x6000, &[1]),
        Request::PartitionErase("nvs", 0x6001, None),
        Request::PartitionErase("nvs", 0x1000, Some(0x6000)),
    ] {
        assert_eq!(bench.ask(beyond), Err("einval"), "{beyond:?}");
    }
    assert_eq!(bench.ask(Request::PartitionRead("main.avm", 0, 1)), Err("enoent"));
    assert!(bench.did().is_empty());
}

#[test]
fn the_watchdog_is_fed_when_all_were_heard() {
    let mut bench = bench();
    let add = |bench: &mut Bench| match bench.ask(Request::WatchdogAdd) {
        Ok(Answer::Number(user)) => user,
        other => panic!("{other:?}"),
    };
    assert_eq!(bench.ask(Request::WatchdogAdd), Err("enoent"));
    assert_eq!(bench.ask(Request::WatchdogTime(1)), Err("enoent"));
    assert_eq!(bench.ask(Request::WatchdogEnd), Err("enoent"));
    assert_eq!(bench.ask(Request::Watchdog(0)), Err("einval"));
    bench.done(Request::Watchdog(100));
    assert_eq!(bench.ask(Request::Watchdog(100)), Err("ebusy"));
    // It begins with its first user.
    assert_eq!(bench.did(), ["watchdog None"]);
    let users = [add(&mut bench), add(&mut bench)];
    assert_eq!(bench.did(), ["watchdog Some(100)"]);
    bench.done(Request::WatchdogHear(users[0]));
    bench.done(Request::WatchdogHear(users[0]));
    assert!(bench.did().is_empty());
    bench.done(Request::WatchdogHear(users[1]));
    assert_eq!(bench.did(), ["watchdog fed"]);
    bench.done(Request::WatchdogTime(50));
    bench.done(Request::WatchdogHear(users[1]));
    assert_eq!(bench.ask(Request::WatchdogEnd), Err("ebusy"));
    // Who is gone is not waited for.
    bench.done(Request::WatchdogRemove(users[0]));
    assert_eq!(bench.did(), ["watchdog Some(50)", "watchdog fed"]);
    assert_eq!(bench.ask(Request::WatchdogHear(users[0])), Err("enodev"));
    assert_eq!(bench.ask(Request::WatchdogRemove(users[0])), Err("enodev"));
    bench.done(Request::WatchdogRemove(users[1]));
    bench.done(Request::WatchdogEnd);
    assert_eq!(bench.did(), ["watchdog None"]);
    bench.done(Request::Watchdog(1));
    for _ in 0..32 {
        add(&mut bench);
    }
    assert_eq!(bench.ask(Request::WatchdogAdd), Err("emfile"));
}

#[test]
fn nothing_stays_in_use() {
    let mut bench = bench();
    for _ in 0..1000 {
        let bus = bench.open(Request::I2cOpen(BUS));
        let lines = bench.open(Request::SpiOpen(LINES));
        bench.open(Request::SpiDevice(lines, SpiDevice { cs: Some(10), frequency: 1, mode: 0 }));
        let port = bench.open(Request::UartOpen(PORT));
        let input = bench.open(Request::AdcOpen(Adc { pin: 1, bits: Some(12), attenuation: 0 }));
        let watch = bench.open(Request::PinWatch(3, Trigger::Low));
        for handle in [bus, lines, port, input, watch] {
            bench.done(Request::Close(handle));
        }
        bench.is_idle();
        bench.did();
    }
    // And there is an end to what can be opened.
    let pins = (0..20).map(|pin| bench.open(Request::PinWatch(pin, Trigger::Both))).count();
    assert_eq!(pins, 20);
    assert_eq!(bench.peripherals.event(), None);
}

/// A board of nothing.
struct Bare;

impl Board for Bare {
    type Pin = Nothing;
    type I2c = Nothing;
    type Spi = Nothing;
    type Uart = Nothing;
    type Pwm = Nothing;
    type Rmt = Nothing;
    type Adc = Nothing;
    type Storage = Nothing;
    fn now(&mut self) -> u64 {
        0
    }
    fn has_pin(&self, _: Pin) -> bool {
        true
    }
}

#[test]
fn a_board_of_nothing_says_so() {
    let mut bare = Peripherals::new(Bare);
    for request in [
        Request::PinRead(1),
        Request::PinWatch(1, Trigger::Both),
        Request::I2cOpen(BUS),
        Request::SpiOpen(LINES),
        Request::UartOpen(PORT),
        Request::PwmTimer(0, 1000, 8),
        Request::AdcOpen(Adc { pin: 1, bits: None, attenuation: 0 }),
        Request::NvsGet("a", "b"),
        Request::NvsFormat,
        Request::Partitions,
        Request::KeptGet,
        Request::KeptSet(&[]),
        Request::Mac(Mac::Station),
        Request::HoldInSleep(true),
        Request::WakeOnPins(1, true),
        Request::PartitionRead("nvs", 0, 1),
        Request::Watchdog(1),
    ] {
        assert_eq!(bare.request(request), Err("enotsup"), "{request:?}");
    }
    assert_eq!((bare.event(), bare.deadline()), (None, None));
}
