//! Frames between a test and the machines on its network: QEMU's `socket` netdev, whose stream carries each frame after its
//! length in four bytes, the highest first.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// More than any frame has.
const MOST: usize = 1 << 16;

/// The test's end of the wire.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// What came of a frame that is not whole.
    part: Vec<u8>,
}

impl Wire {
    /// With QEMU's connection.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, part: Vec::new() })
    }

    /// Sends a frame: all machines of the network hear it.
    ///
    /// # Errors
    /// When QEMU has ended.
    pub fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        let length = u32::try_from(frame.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.stream.write_all(&[&length.to_be_bytes(), frame].concat())
    }

    /// The next frame that a machine, or QEMU's network itself, has sent; `None` when there is none in time.
    ///
    /// # Errors
    /// When QEMU has ended.
    pub fn receive(&mut self, limit: Duration) -> io::Result<Option<Vec<u8>>> {
        let end = Instant::now() + limit;
        loop {
            if let Some((length, rest)) = self.part.split_first_chunk() {
                let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(MOST);
                if length >= MOST {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                if let Some(frame) = rest.get(..length).map(<[u8]>::to_vec) {
                    self.part.drain(..4 + length);
                    return Ok(Some(frame));
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.part.extend_from_slice(bytes.get(..count).unwrap_or_default()),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The next frame that `wanted` takes; `None` when there is none in time.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    pub fn find<R>(&mut self, limit: Duration, mut wanted: impl FnMut(&[u8]) -> Option<R>) -> io::Result<Option<R>> {
        let end = Instant::now() + limit;
        while let Some(frame) = self.receive(end.saturating_duration_since(Instant::now()))? {
            if let Some(found) = wanted(&frame) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
