// Runs an image in rp2040js, an emulator of the RP2040 (npm), with a world around it.
//
//   node emulate.mjs RP2040JS IMAGE.uf2 WORLD.json
//
// RP2040JS is the package's folder. The world, of which all may be left out:
//   end    the board is over when a line of the console contains this
//   limit  and when so many milliseconds of its own time have passed (10000)
//   on     [{line, do: [{pin, high} | {uart, send}]}]: what is done, once, when a line of the console contains a text
//   i2c    {bus: {address: registers}}: devices whose first written byte is the number of a register
//   spi    {bus: mask}: each byte is answered by itself, with these bits changed
//   adc    readings of the inputs 0 to 4
//   quiet  pins whose changes are not told
//   radio  the Pico W's radio (radio.mjs), with the networks and the host of its world; without it there is none
//
// Prints a line of JSON for each line of the console, each change of a pin that is driven, each line by the second serial
// port, each counter of pulses that changed between lines, each work of the ROM on the flash memory, each restart; and at
// the end how it ended, and at what microsecond.
//
// The second stage of the image runs as on the chip. There is no ROM in the package: here is what the firmware calls of it,
// each function an instruction by which the emulator calls this program.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { radio } from './radio.mjs';

const [folder, image, scenario] = process.argv.slice(2);
const { RP2040 } = await import(pathToFileURL(join(folder, 'dist/esm/index.js')));
const { SimulationClock } = await import(pathToFileURL(join(folder, 'dist/esm/clock/simulation-clock.js')));
const world = JSON.parse(readFileSync(scenario, 'utf8'));

const FLASH = 0x10000000;
const NANOS = 1e9 / 125e6;
// The stack that the ROM gives the second stage.
const STACK = 0x20041f00;
const SSI = 0x18000;
const SSI_ON = 0x8;
const WATCHDOG = 0x40058;
const FUNCTIONS = ['IF', 'EX', 'RE', 'RP', 'FC'];
const [LOOKUP, FIRST] = [0x40, 0x80];

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

function uf2(bytes) {
  const blocks = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const [begin, second, , address, size, number, count] =
      Array.from({ length: 8 }, (_, word) => bytes.readUInt32LE(at + 4 * word));
    if (begin !== 0x0a324655 || second !== 0x9e5d5157 || bytes.readUInt32LE(at + 508) !== 0x0ab16f30) {
      throw new Error(`block ${number} is no UF2`);
    }
    if (number !== blocks.length || count !== bytes.length / 512) throw new Error(`block ${number} is out of order`);
    blocks.push([address - FLASH, bytes.subarray(at + 32, at + 32 + size)]);
  }
  return blocks;
}

// The ROM: a head by which functions are found (data sheet, 2.8.3), and the functions.
function rom() {
  const words = new Uint32Array(4096);
  const bytes = new DataView(words.buffer);
  const half = (at, value) => bytes.setUint16(at, value, true);
  bytes.setUint32(0x10, 0x0301754d, true);
  half(0x14, 0x20);
  half(0x18, LOOKUP | 1);
  const calls = [LOOKUP, ...FUNCTIONS.map((_, index) => FIRST + 4 * index)];
  calls.forEach((at, number) => {
    half(at, 0xbe00 | number); // bkpt
    half(at + 2, 0x4770); // bx lr
  });
  return words;
}

// The chip, with the flash memory, the RAM and the watchdog's words of the one before.
function chip(before) {
  const mcu = new RP2040(new SimulationClock());
  mcu.logger = { debug() {}, info() {}, warn() {}, error: (name, text) => tell({ fault: `${name}: ${text}` }) };
  mcu.loadBootrom(rom());
  const watchdog = mcu.peripherals[WATCHDOG];
  if (before) {
    mcu.flash.set(before.flash);
    mcu.sram.set(before.sram);
    watchdog.scratchData.set(before.peripherals[WATCHDOG].scratchData);
    watchdog.reason = before.peripherals[WATCHDOG].reason;
  } else {
    for (const [offset, bytes] of uf2(readFileSync(image))) mcu.flash.set(bytes, offset);
  }
  watchdog.onWatchdogTrigger = () => {
    state.restarts = true;
    // Else it would bite again at once, for ever.
    watchdog.timer.enable = false;
  };
  connect(mcu);
  if (world.radio) radio(mcu, world.radio, tell);
  // Its programmable peripheral would run by itself, at any time; here it runs with the processor.
  for (const pio of mcu.pio) pio.run = () => {};
  mcu.onBreak = (number) => call(mcu, number);
  const ssi = mcu.peripherals[SSI];
  const write = ssi.writeUint32.bind(ssi);
  ssi.writeUint32 = (offset, value) => {
    if (offset === SSI_ON && value === 1) state.readable = true;
    write(offset, value);
  };
  mcu.core.registers[13] = STACK;
  mcu.core.registers[14] = 0;
  mcu.core.registers[15] = FLASH;
  return mcu;
}

// Bytes of a port as lines.
function lines(see) {
  let text = [];
  return (byte) => {
    if (byte !== 10) { text.push(byte); return; }
    const line = Buffer.from(text).toString('utf8').replace(/\r$/, '');
    text = [];
    see(line);
  };
}

function connect(mcu) {
  mcu.uart[0].onByte = lines((line) => {
    tell({ console: line });
    if (world.end && line.includes(world.end)) state.over = 'end';
    mcu.pwm.channels.forEach((channel, number) => pulses(channel, number));
    for (const when of world.on ?? []) {
      if (!when.done && line.includes(when.line)) {
        when.done = true;
        state.due.push(...when.do);
      }
    }
  });
  mcu.uart[1].onByte = lines((line) => tell({ uart: 1, line }));
  mcu.gpio.forEach((pin, index) => pin.addListener((now) => {
    if (now <= 1 && pin.functionSelect === 5 && !world.quiet?.includes(index)) tell({ pin: index, high: now === 1 });
  }));
  for (const [bus, mask] of Object.entries(world.spi ?? {})) {
    const port = mcu.spi[bus];
    port.onTransmit = (byte) => port.completeTransmit(byte ^ mask);
  }
  mcu.i2c.forEach((bus, index) => devices(bus, world.i2c?.[index] ?? {}));
  (world.adc ?? []).forEach((reading, input) => { mcu.adc.channelValues[input] = reading; });
}

// Counters of pulses that changed since the last line.
function pulses(channel, number) {
  const [control, divisor, levels, top] = [0x0, 0x4, 0xc, 0x10].map((offset) => channel.readRegister(offset));
  const now = { pwm: number, on: Boolean(control & 1), divisor, steps: top + 1, high: [levels & 0xffff, levels >>> 16] };
  const text = JSON.stringify(now);
  if ((state.pulses[number] ?? '').slice(1) !== text && (now.on || state.pulses[number])) {
    state.pulses[number] = ' ' + text;
    tell(now);
  }
}

// Devices with registers on a bus.
function devices(bus, all) {
  let [device, place, first] = [null, 0, true];
  bus.onStart = () => bus.completeStart();
  bus.onConnect = (address, mode) => {
    device = all[address];
    first = mode === 0;
    bus.completeConnect(Boolean(device));
  };
  bus.onWriteByte = (byte) => {
    if (first) place = byte; else device[place++] = byte;
    first = false;
    bus.completeWrite(true);
  };
  bus.onReadByte = () => bus.completeRead(device[place++] ?? 0xff);
  bus.onStop = () => bus.completeStop();
}

// The programmable peripheral's state machines, at half of the processor's clock; gives the cycles that are left over.
function step(pio, cycles) {
  for (; cycles >= 2; cycles -= 2) pio.step();
  return cycles;
}

// A function of the ROM.
function call(mcu, number) {
  const registers = mcu.core.registers;
  const [first, second, third] = registers;
  if (number === 0) {
    const name = String.fromCharCode(second & 0xff, second >> 8 & 0xff);
    const index = FUNCTIONS.indexOf(name);
    registers[0] = index < 0 ? 0 : FIRST + 4 * index + 1;
    return;
  }
  switch (FUNCTIONS[number - 1]) {
    case 'EX':
      state.readable = false;
      break;
    case 'RE':
      tell({ flash: 'erase', offset: first, bytes: second, safe: !state.readable });
      mcu.flash.fill(0xff, first, first + second);
      break;
    case 'RP':
      tell({ flash: 'write', offset: first, bytes: third, safe: !state.readable });
      for (let at = 0; at < third; at++) mcu.flash[first + at] &= mcu.readUint8(second + at);
      break;
  }
}

const state = { over: null, restarts: false, readable: true, due: [], pulses: [], half: 0 };
let mcu = chip(null);
let micros = 0;
const limit = (world.limit ?? 10000) * 1000;

for (;;) {
  const { core, clock } = mcu;
  for (let count = 0; count < 1000 && !state.over && !state.restarts; count++) {
    if (!state.readable && core.PC >= FLASH && core.PC < 0x20000000) {
      state.over = `read at ${core.PC.toString(16)} while it cannot be`;
    }
    if (core.waiting) {
      const next = clock.nanosToNextAlarm;
      if (next === 0) { state.over = 'asleep for ever'; break; }
      // In steps, so that the world can end it.
      clock.tick(Math.min(next, 1e6));
    } else {
      const cycles = core.executeInstruction();
      clock.tick(cycles * NANOS);
      if (!mcu.pio[0].stopped) state.half = step(mcu.pio[0], state.half + cycles);
    }
    if (state.due.length > 0) break;
  }
  for (const { pin, high, uart, send } of state.due.splice(0)) {
    if (pin !== undefined) mcu.gpio[pin].setInputValue(high);
    for (const byte of Buffer.from(send ?? '')) mcu.uart[uart].feedByte(byte);
  }
  if (state.restarts) {
    micros += clock.micros;
    tell({ restart: true });
    state.restarts = false;
    state.readable = true;
    mcu = chip(mcu);
  }
  if (!state.over && micros + mcu.clock.micros > limit) state.over = 'limit';
  if (state.over) break;
}
tell({ ended: state.over, micros: Math.round(micros + mcu.clock.micros) });
