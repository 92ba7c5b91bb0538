//! The place of TLS on boards that are built without it: `enotsup`. Owns nothing.

use crate::config::Config;
use crate::errors;
use crate::network::Core;
use crate::stream::Read;
use emberl_vm::net::{Error, Handle, Result, Tls};

/// No sessions.
pub(crate) struct Sessions;

impl Sessions {
    pub(crate) fn new(_: &Config) -> Self {
        Self
    }

    pub(crate) fn stop(&mut self) {}

    pub(crate) fn has(&self, _: u64) -> bool {
        false
    }

    pub(crate) fn used(&self) -> usize {
        0
    }

    pub(crate) fn bytes(&self) -> usize {
        0
    }

    pub(crate) fn memory(&self) -> usize {
        0
    }

    pub(crate) fn deadline(&self, _: &Config) -> Option<u64> {
        None
    }
}

impl Core {
    pub(crate) fn contexts(&self) -> usize {
        0
    }

    pub(crate) fn context(&mut self, _: &Tls<'_>) -> Result {
        Err(errors::NOT_SUPPORTED)
    }

    pub(crate) fn secure(&mut self, _: Handle, _: Handle, _: Option<&str>) -> Result {
        Err(errors::NOT_SUPPORTED)
    }

    pub(crate) fn handshake(&mut self, _: Handle) -> Result {
        Err(errors::NOT_SUPPORTED)
    }

    pub(crate) fn secure_read(&mut self, _: u64, _: usize) -> core::result::Result<Read, Error> {
        Err(errors::NOT_SUPPORTED)
    }

    pub(crate) fn secure_write(&mut self, _: u64, _: &[u8]) -> core::result::Result<usize, Error> {
        Err(errors::NOT_SUPPORTED)
    }

    pub(crate) fn secure_close(&mut self, _: u64) {}

    pub(crate) fn secure_close_last(&mut self, _: u64) -> bool {
        false
    }

    pub(crate) fn pump_sessions(&mut self) {}

    pub(crate) fn look_after_sessions(&mut self) {}
}
