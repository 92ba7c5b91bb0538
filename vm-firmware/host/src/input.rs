//! Standard input, read by a thread of its own, so that the virtual machine never waits for it.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use emberl_vm::platform::Input;

/// Bytes of a piece.
const PIECE: usize = 16 << 10;
/// How long a read waits: what stands in a pipe or a file already comes in that time.
const PATIENCE: Duration = Duration::from_micros(300);

/// Standard input; the thread begins with the first read.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pieces: Option<Receiver<Vec<u8>>>,
}

impl Reader {
    /// What has come.
    pub(crate) fn read(&mut self) -> Input {
        match self.pieces.get_or_insert_with(begin).recv_timeout(PATIENCE) {
            Ok(bytes) => Input::Bytes(bytes),
            Err(RecvTimeoutError::Timeout) => Input::Pending,
            Err(RecvTimeoutError::Disconnected) => Input::End,
        }
    }
}

/// At the end of the input, or where it cannot be read, the thread ends, and with it the channel. The program does not wait
/// for it.
fn begin() -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut piece = vec![0; PIECE];
        loop {
            match io::stdin().read(&mut piece) {
                Ok(0) => break,
                Ok(length) => {
                    if sender.send(piece.get(..length).unwrap_or_default().to_vec()).is_err() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    });
    receiver
}
