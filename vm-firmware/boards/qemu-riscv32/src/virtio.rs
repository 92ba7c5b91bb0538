//! Memory that virtio devices read and write while the program runs: the rings, and the frames of a network card. Its
//! `unsafe` is that of handing memory to a device; what the devices are asked is the business of `card.rs` and
//! `entropy.rs`.

use alloc::alloc::{alloc_zeroed, dealloc};
use alloc::boxed::Box;
use alloc::vec;
use core::alloc::Layout;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use virtio_drivers::queue::VirtQueue;
use virtio_drivers::transport::Transport;
use virtio_drivers::transport::mmio::{MmioTransport, VirtIOHeader};
use virtio_drivers::{BufferDirection, Error, Hal, PAGE_SIZE, PhysAddr, Result};

use crate::machine::{Interrupt, Slot};

/// The registers of a device.
pub type Registers = MmioTransport<'static>;

/// What is in a place for devices: its registers, and its interrupt.
pub fn device(slot: Slot) -> Option<(Registers, Interrupt)> {
    let header = NonNull::new(slot.address() as *mut VirtIOHeader)?;
    // SAFETY: the address is that of the registers of such a device, or of a place without one, whose kind reads as 0;
    // they are mapped for ever; and nobody else has them, because the slot is used up.
    let registers = unsafe { MmioTransport::new(header, Slot::SIZE) }.ok()?;
    Some((registers, slot.interrupt))
}

/// This machine's memory for `virtio-drivers`: devices see the addresses that the program sees.
pub struct Memory;

/// Pages as the allocator is asked for them; nothing when there are too many for any memory.
fn layout(pages: usize) -> Option<Layout> {
    Layout::from_size_align(pages.checked_mul(PAGE_SIZE)?, PAGE_SIZE).ok().filter(|layout| layout.size() != 0)
}

// SAFETY: `dma_alloc` gives whole, zeroed pages that are nobody else's until `dma_dealloc`, or the address 0, which
// `virtio-drivers` takes for an error; addresses are the same for devices and program, so that sharing memory is nothing
// but telling them.
unsafe impl Hal for Memory {
    fn dma_alloc(pages: usize, _: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        // SAFETY: the size is not 0.
        let start = layout(pages).and_then(|layout| NonNull::new(unsafe { alloc_zeroed(layout) }));
        start.map_or((0, NonNull::dangling()), |start| (start.as_ptr() as usize as PhysAddr, start))
    }

    unsafe fn dma_dealloc(_: PhysAddr, start: NonNull<u8>, pages: usize) -> i32 {
        if let Some(layout) = layout(pages) {
            // SAFETY: the caller gives what `dma_alloc` gave for as many pages.
            unsafe { dealloc(start.as_ptr(), layout) };
        }
        0
    }

    unsafe fn mmio_phys_to_virt(address: PhysAddr, _: usize) -> NonNull<u8> {
        // Only asked for devices on a PCI bus, which are not looked for here.
        NonNull::new(address as usize as *mut u8).unwrap_or(NonNull::dangling())
    }

    unsafe fn share(buffer: NonNull<[u8]>, _: BufferDirection) -> PhysAddr {
        buffer.cast::<u8>().as_ptr() as usize as PhysAddr
    }

    unsafe fn unshare(_: PhysAddr, _: NonNull<[u8]>, _: BufferDirection) {}
}

/// Bytes of the largest frame of an Ethernet, without its check sum.
pub const FRAME: usize = 1514;
/// Bytes of what precedes each frame: `struct virtio_net_hdr` with `num_buffers` (virtio 1.2, 5.1.6). Devices of before
/// 1.0 have it without; then the first two bytes of a buffer are not used.
pub const HEADER: usize = 12;

/// A frame and what precedes it; in whole words.
const BUFFER: usize = (HEADER + FRAME).next_multiple_of(4);

/// Buffers, and the queue by which a device has some of them. Neither moves, and neither is ever given back, since a device
/// may write to them for as long as it runs: a card is started once.
struct Ring<const COUNT: usize> {
    buffers: &'static mut [[u8; BUFFER]; COUNT],
    queue: ManuallyDrop<VirtQueue<Memory, COUNT>>,
    number: u16,
}

impl<const COUNT: usize> Ring<COUNT> {
    fn new(registers: &mut Registers, number: u16) -> Result<Self> {
        let queue = ManuallyDrop::new(VirtQueue::new(registers, number, false, false)?);
        let buffers: Box<[[u8; BUFFER]; COUNT]> =
            vec![[0; BUFFER]; COUNT].into_boxed_slice().try_into().map_err(|_| Error::DmaError)?;
        Ok(Self { buffers: Box::leak(buffers), queue, number })
    }

    fn notify(&self, registers: &mut Registers) {
        if self.queue.should_notify() {
            registers.notify(self.number);
        }
    }
}

/// Frames that a card fills. At any time each buffer is the device's but at most one, whose frame is looked at.
pub struct Incoming<const COUNT: usize> {
    ring: Ring<COUNT>,
    /// Where frames begin in buffers.
    header: usize,
    /// The buffer that is not the device's.
    open: Option<u16>,
    /// Buffers that were given to the device without telling it.
    untold: usize,
}

impl<const COUNT: usize> Incoming<COUNT> {
    /// All buffers to the device's queue of that number. `header`: bytes that it puts before a frame.
    ///
    /// # Errors
    /// When the device has no such queue.
    pub fn new(registers: &mut Registers, number: u16, header: usize) -> Result<Self> {
        let mut incoming = Self { ring: Ring::new(registers, number)?, header, open: None, untold: 0 };
        for index in 0..COUNT as u16 {
            incoming.open = Some(index);
            incoming.give_back()?;
        }
        Ok(incoming)
    }

    /// Gives the open buffer to the device. A queue hands out its numbers from 0 on, and then the one that came back last;
    /// one buffer is open at a time: so each has the same number for ever, which is its index.
    ///
    /// # Errors
    /// When that is not so; then the buffer is never used again.
    pub fn give_back(&mut self) -> Result<()> {
        let Some(index) = self.open.take() else { return Ok(()) };
        let buffer = self.ring.buffers.get_mut(usize::from(index)).ok_or(Error::WrongToken)?;
        // SAFETY: the buffer stays for ever, and having been the open one is not the device's; it is not touched before
        // `open` has got it back.
        let number = unsafe { self.ring.queue.add(&[], &mut [buffer.as_mut_slice()])? };
        self.untold += 1;
        if number == index { Ok(()) } else { Err(Error::WrongToken) }
    }

    /// Whether there is a frame.
    pub fn is_ready(&self) -> bool {
        self.ring.queue.can_pop()
    }

    /// Tells the device of the buffers that were given back, when they are many or nothing else is to do: each time costs
    /// as much as a frame.
    pub fn tell(&mut self, registers: &mut Registers) {
        if self.untold != 0 && (self.untold >= COUNT / 2 || !self.is_ready()) {
            self.untold = 0;
            self.ring.notify(registers);
        }
    }

    /// The next frame, which is open until it is given back.
    ///
    /// # Errors
    /// When there is none, or the device does not keep to the rules.
    pub fn open(&mut self) -> Result<&mut [u8]> {
        self.give_back()?;
        let index = self.ring.queue.peek_used().ok_or(Error::NotReady)?;
        let buffer = self.ring.buffers.get_mut(usize::from(index)).ok_or(Error::WrongToken)?;
        // SAFETY: by `give_back`, the buffer of this number is the one that was given under it.
        let length = unsafe { self.ring.queue.pop_used(index, &[], &mut [buffer.as_mut_slice()])? };
        self.open = Some(index);
        buffer.get_mut(self.header..length as usize).ok_or(Error::IoError)
    }
}

/// Frames that a card sends.
pub struct Outgoing<const COUNT: usize> {
    ring: Ring<COUNT>,
    header: usize,
    /// The buffer that the device has under each number.
    given: [Option<u16>; COUNT],
    /// The buffers that it has not.
    free: [u16; COUNT],
    free_count: usize,
}

impl<const COUNT: usize> Outgoing<COUNT> {
    /// With the device's queue of that number. `header`: bytes that it wants before a frame.
    ///
    /// # Errors
    /// When the device has no such queue.
    pub fn new(registers: &mut Registers, number: u16, header: usize) -> Result<Self> {
        let mut ring = Ring::new(registers, number)?;
        // What was sent is looked for when there is something to send.
        ring.queue.set_dev_notify(false);
        let mut free = [0; COUNT];
        for (index, place) in (0..).zip(&mut free) {
            *place = index;
        }
        Ok(Self { ring, header, given: [None; COUNT], free, free_count: COUNT })
    }

    /// Whether a frame can be sent. If not, the device interrupts when it can.
    pub fn is_ready(&mut self) -> bool {
        self.collect();
        if self.free_count == 0 {
            self.ring.queue.set_dev_notify(true);
            // One that was sent before the device knew.
            self.collect();
        }
        if self.free_count != 0 {
            self.ring.queue.set_dev_notify(false);
        }
        self.free_count != 0
    }

    /// Takes back what was sent.
    fn collect(&mut self) {
        while let Some(number) = self.ring.queue.peek_used() {
            let Some(index) = self.given.get_mut(usize::from(number)).and_then(Option::take) else { return };
            let Some(buffer) = self.ring.buffers.get(usize::from(index)) else { return };
            let whole = buffer.get(HEADER - self.header..).unwrap_or(buffer);
            // SAFETY: `given` has the buffer that was added under this number. Of the slice, which may be longer than
            // what was added, `Memory` makes no use.
            if unsafe { self.ring.queue.pop_used(number, &[whole], &mut []) }.is_err() {
                return;
            }
            if let Some(place) = self.free.get_mut(self.free_count) {
                *place = index;
                self.free_count += 1;
            }
        }
    }

    /// The buffer that is filled next.
    fn next(&self) -> Option<u16> {
        self.free.get(self.free_count.checked_sub(1)?).copied()
    }

    /// Room for the next frame, where there is some and the frame is not longer than [`FRAME`].
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let index = self.next()?;
        let buffer = self.ring.buffers.get_mut(usize::from(index))?;
        // What precedes the frame is never written: all zero, it leaves no work to the device.
        buffer.get_mut(HEADER..HEADER.checked_add(length)?)
    }

    /// Sends the frame that was written there.
    ///
    /// # Errors
    /// When there was no room.
    pub fn send(&mut self, registers: &mut Registers, length: usize) -> Result<()> {
        let index = self.next().ok_or(Error::QueueFull)?;
        let buffer = self.ring.buffers.get(usize::from(index)).ok_or(Error::WrongToken)?;
        let whole = buffer.get(HEADER - self.header..HEADER + length.min(FRAME)).ok_or(Error::InvalidParam)?;
        // SAFETY: the buffer stays for ever, and being no more in `free` is not touched before `collect` has got it back.
        let number = unsafe { self.ring.queue.add(&[whole], &mut [])? };
        self.free_count -= 1;
        if let Some(given) = self.given.get_mut(usize::from(number)) {
            *given = Some(index);
        }
        self.ring.notify(registers);
        Ok(())
    }
}
