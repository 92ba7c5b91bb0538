// The radio's chip of the Pico W, a CYW43439, as far as its driver can tell: at the level of the wires (gSPI: clock, one line of
// data, select, power), with its bus, its registers and memory, requests with answers, events and frames. There is no air: the
// networks are those of the world, and a host answers ARP and sends UDP datagrams back.
//
//   radio(mcu, world.radio, tell)   networks: [{ssid, psk, bssid, channel, rssi}], host: an IPv4 address
//
// Written after the driver's and the data sheet's words for what goes over the wires; the layouts of packets are Broadcom's.

const [POWER, DATA, SELECT, CLOCK] = [23, 24, 25, 29];
const [BUS, BACKPLANE, PACKETS] = [0, 1, 2];
const [GET_RSSI, GET_VARIABLE, SET_VARIABLE, SET_SSID, DISASSOCIATE, SET_KEY] = [127, 262, 263, 26, 52, 268];
const [E_SET_SSID, E_JOIN, E_AUTH, E_LINK, E_PSK, E_SCAN] = [0, 1, 3, 16, 46, 69];
const ADDRESS = [0x28, 0xcd, 0xc1, 0x0a, 0x0b, 0x0c];
const HOST = [0x02, 0x00, 0x00, 0x00, 0x00, 0x99];

export function radio(mcu, world, tell) {
  const chip = new Chip(world, tell);
  const line = (high) => mcu.gpio[DATA].setInputValue(high);
  const show = () => line(chip.selected ? chip.bit : chip.on && chip.queue.length > 0);
  chip.changed = show;
  mcu.gpio[POWER].addListener((now) => { chip.power(now === 1); show(); });
  mcu.gpio[SELECT].addListener((now) => { chip.select(now === 0); show(); });
  mcu.gpio[CLOCK].addListener((now) => {
    if (now === 1 && chip.selected && chip.on) {
      chip.clock(mcu.gpio[DATA].outputEnable && mcu.gpio[DATA].outputValue);
      show();
    }
  });
  return chip;
}

class Chip {
  constructor(world, tell) {
    Object.assign(this, { world, tell, on: false, selected: false, changed: () => {} });
    this.power(false);
  }

  power(on) {
    Object.assign(this, {
      on, selected: false, bit: false, wide: false, window: 0, number: 0, joined: false,
      queue: [], bus: new Uint8Array(0x40), near: new Map(), far: new Map(), ram: new Uint8Array(0x80000), loaded: 0,
      key: '',
    });
    new DataView(this.bus.buffer).setUint32(0x14, 0xfeedbead, true);
  }

  select(selected) {
    if (this.on && this.selected && !selected) this.end();
    Object.assign(this, { selected, count: 0, word: 0, words: [], answer: null, at: 0, bit: false });
  }

  // The clock rises: the host's bit is taken, or the next of the chip's is shown.
  clock(bit) {
    if (this.answer) {
      this.at += 1;
      this.bit = this.shown();
      return;
    }
    this.word = (this.word << 1 | (bit ? 1 : 0)) >>> 0;
    if (++this.count % 32 !== 0) return;
    this.words.push(this.wide ? this.word : swapped(this.word));
    const [command] = this.words;
    const length = command & 0x7ff || 2048;
    if (command >>> 31 === 0) {
      this.answer = [...this.read(command >>> 28 & 3, command >>> 11 & 0x1ffff, length), this.status()];
    } else if (this.words.length > (length + 3) / 4 | 0) {
      this.answer = [this.status()];
    } else {
      return;
    }
    if (!this.wide) this.answer = this.answer.map(swapped);
    this.bit = this.shown();
  }

  shown() {
    const word = this.answer[this.at >> 5] ?? 0;
    return (word >>> (31 - (this.at & 31)) & 1) === 1;
  }

  // A transaction ends: what was written counts.
  end() {
    const [command, ...words] = this.words ?? [];
    if (command === undefined || command >>> 31 === 0 || words.length === 0) return;
    const bytes = new Uint8Array(new Uint32Array(words).buffer).subarray(0, command & 0x7ff || 2048);
    this.write(command >>> 28 & 3, command >>> 11 & 0x1ffff, bytes);
  }

  status() {
    const [next] = this.queue;
    return 0x20 | (next ? 0x100 | next.length << 9 : 0);
  }

  read(space, address, length) {
    if (space === PACKETS) {
      const packet = this.queue.shift() ?? new Uint8Array(length);
      const padded = new Uint8Array(length + 3 & ~3);
      padded.set(packet.subarray(0, length));
      return [...new Uint32Array(padded.buffer)];
    }
    const one = (at) => space === BUS ? this.register(at) : this.back(at);
    const bytes = Array.from({ length: 4 }, (_, at) => at < length ? one(address + at) : 0);
    const word = bytes.reduceRight((word, byte) => (word << 8 | byte) >>> 0, 0);
    // The backplane takes its time.
    return space === BACKPLANE ? [0, word] : [word];
  }

  register(at) {
    if (at === 0x4) return this.queue.length > 0 ? 0x20 : 0;
    if (at >= 0x8 && at < 0xc) return this.status() >>> 8 * (at - 8) & 0xff;
    return this.bus[at] ?? 0;
  }

  back(at) {
    if (at === 0x1000e) return (this.near.get(at) ?? 0) | 0xc0;
    if (at >= 0x10000) return this.near.get(at) ?? 0;
    const place = (this.window | at & 0x7fff) >>> 0;
    if (place === 0x18000000) return 0xaf;
    if (place === 0x18000001) return 0xa9;
    return place < this.ram.length ? this.ram[place] : this.far.get(place) ?? 0;
  }

  write(space, address, bytes) {
    if (space === PACKETS) return this.packet(bytes);
    if (space === BUS) {
      if (address === 0x14) return;
      bytes.forEach((byte, at) => { if (address + at < 0x40) this.bus[address + at] = byte; });
      this.wide = (this.bus[0] & 1) === 1;
      return;
    }
    bytes.forEach((byte, at) => this.put(address + at, byte));
  }

  put(at, byte) {
    if (at >= 0x1000a && at <= 0x1000c) {
      const shift = 8 * (at - 0x1000a + 1);
      this.window = (this.window & ~(0xff << shift) | byte << shift) >>> 0;
    }
    if (at >= 0x10000) {
      this.near.set(at, byte);
      return;
    }
    const place = (this.window | at & 0x7fff) >>> 0;
    if (place < this.ram.length) {
      this.ram[place] = byte;
      this.loaded += 1;
    } else {
      this.far.set(place, byte);
    }
  }

  // What the host sends: a request, or a frame.
  packet(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [length, inverse] = [view.getUint16(0, true), view.getUint16(2, true)];
    if ((length ^ inverse) !== 0xffff) return this.tell({ radio: 'a packet without a sound head' });
    const [channel, start] = [bytes[5] & 0xf, bytes[7]];
    if (channel === 0) this.request(bytes.slice(start, length));
    if (channel === 2) this.frame(bytes.slice(start + 4 + 4 * bytes[start + 3], length));
  }

  give(channel, payload) {
    const bytes = new Uint8Array(12 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, bytes.length, true);
    view.setUint16(2, ~bytes.length & 0xffff, true);
    bytes[4] = this.number = this.number + 1 & 0xff;
    bytes[5] = channel;
    bytes[7] = 12;
    // Far more than the host may have sent meanwhile.
    bytes[9] = this.credit = (this.credit ?? 8) + 1 & 0xff;
    bytes.set(payload, 12);
    this.queue.push(bytes);
    this.changed();
  }

  request(bytes) {
    const view = new DataView(bytes.buffer);
    const [number, length] = [view.getUint32(0, true), view.getUint32(4, true)];
    const data = bytes.subarray(16, 16 + length);
    const text = Buffer.from(data).toString('latin1');
    const name = text.slice(0, Math.max(text.indexOf('\0'), 0));
    const later = this.act(number, name, data, view);
    this.give(0, bytes);
    later?.();
  }

  // Does what is asked for, and changes the answer; gives what happens afterwards.
  act(number, name, data, head) {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    switch (number) {
      case GET_RSSI:
        view.setInt32(0, this.joined ? this.joined.rssi : 0, true);
        return null;
      case GET_VARIABLE:
        data.fill(0);
        if (name === 'cur_etheraddr') data.set(ADDRESS);
        return null;
      case SET_VARIABLE: {
        if (name === 'country') this.tell({ radio: 'started', loaded: this.loaded });
        const value = data.subarray(name.length + 1);
        if (name === 'sae_password') this.key = Buffer.from(value.subarray(2, 2 + value[0])).toString();
        if (name === 'bss' && value[4] === 1) this.tell({ radio: 'network', ssid: this.own });
        if (name === 'bsscfg:ssid') this.own = Buffer.from(value.subarray(8, 8 + value[4])).toString();
        return name === 'escan' ? () => this.scan() : null;
      }
      case SET_KEY:
        this.key = Buffer.from(data.subarray(4, 4 + data[0])).toString();
        return null;
      case SET_SSID: {
        const ssid = Buffer.from(data.subarray(4, 4 + data[0])).toString();
        return () => this.join(ssid);
      }
      case DISASSOCIATE:
        // As the chip does: what it is not in, it cannot leave.
        if (!this.joined) head.setInt32(12, -17, true);
        return () => this.leave();
      default:
        return null;
    }
  }

  join(ssid) {
    const network = (this.world.networks ?? []).find((network) => network.ssid === ssid);
    this.tell({ radio: 'join', ssid, found: Boolean(network) });
    if (!network) return this.event(E_SET_SSID, 3);
    this.event(E_AUTH, 0);
    this.event(E_LINK, 0, 1);
    this.event(E_JOIN, 0);
    if (network.psk !== undefined && network.psk !== this.key) return this.event(E_PSK, 5);
    this.joined = network;
    if (network.psk !== undefined) this.event(E_PSK, 6);
    this.event(E_SET_SSID, 0);
  }

  leave() {
    if (!this.joined) return;
    this.joined = false;
    this.tell({ radio: 'left' });
    this.event(E_LINK, 0, 0);
  }

  scan() {
    for (const network of this.world.networks ?? []) {
      const data = Buffer.alloc(12 + 132);
      data.writeUInt32LE(data.length, 0);
      data.writeUInt16LE(1, 10);
      const bss = data.subarray(12);
      bss.set(network.bssid, 8);
      bss.writeUInt16LE(network.psk === undefined ? 0 : 0x10, 16);
      bss[18] = network.ssid.length;
      bss.write(network.ssid, 19);
      bss.writeUInt16LE(network.channel, 72);
      bss.writeInt16LE(network.rssi, 78);
      this.event(E_SCAN, 8, 0, data);
    }
    this.event(E_SCAN, 0);
  }

  event(kind, status, flags = 0, data = Buffer.alloc(0)) {
    const bytes = Buffer.alloc(4 + 72 + data.length);
    bytes[0] = 0x20;
    const packet = bytes.subarray(4);
    packet.set(ADDRESS, 0);
    packet.writeUInt16BE(0x886c, 12);
    packet.writeUInt16BE(0x8001, 14);
    packet.set([0x00, 0x10, 0x18], 19);
    packet.writeUInt16BE(1, 22);
    packet.writeUInt16BE(flags, 26);
    [kind, status, 0, 0, data.length].forEach((value, at) => packet.writeUInt32BE(value, 28 + 4 * at));
    packet.set(data, 72);
    this.give(1, bytes);
  }

  // A frame of the host's: what it asks for by ARP is at the other address, and datagrams come back.
  frame(bytes) {
    const frame = Buffer.from(bytes);
    const host = Buffer.from((this.world.host ?? '').split('.').map(Number));
    if (!this.joined || frame.length < 34) return;
    const [kind, from] = [frame.readUInt16BE(12), [...frame.subarray(6, 12)]];
    if (kind === 0x0806 && frame[21] === 1 && frame.subarray(38, 42).equals(host)) {
      this.tell({ radio: 'arp', from });
      const answer = Buffer.from(frame);
      answer.set(frame.subarray(6, 12), 0);
      answer.set(HOST, 6);
      answer[21] = 2;
      answer.set(frame.subarray(22, 32), 32);
      answer.set(HOST, 22);
      answer.set(host, 28);
      this.send(answer);
    }
    if (kind === 0x0800 && frame[23] === 17 && frame.subarray(30, 34).equals(host)) {
      this.tell({ radio: 'datagram', to: [...frame.subarray(0, 6)], text: frame.subarray(42, 34 + frame.readUInt16BE(38)).toString() });
      const answer = Buffer.from(frame);
      answer.set(frame.subarray(6, 12), 0);
      answer.set(HOST, 6);
      // Sums stay as they are when their parts change places.
      answer.set(frame.subarray(26, 30), 30);
      answer.set(frame.subarray(30, 34), 26);
      answer.set(frame.subarray(34, 36), 36);
      answer.set(frame.subarray(36, 38), 34);
      this.send(answer);
    }
  }

  send(frame) {
    this.give(2, Buffer.concat([Buffer.from([0x20, 0, 0, 0]), frame]));
  }
}

const swapped = (word) => (word << 16 | word >>> 16) >>> 0;
