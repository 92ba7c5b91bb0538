//! The engine of devices: MbedTLS, through its raw interface. Owns who may call what: `config` and `ssl` call C, `memory`
//! and `libc` are called by it, `shared` keeps in place what it points to; these five are where code is unsafe.
//!
//! The safe wrapper of the same project gives no access to the peer's certificates, and the library that it brings was
//! built without dates (`MBEDTLS_HAVE_TIME_DATE`): an expired certificate would be taken. Here a callback checks them.

mod config;
#[cfg(feature = "libc")]
mod libc;
mod memory;
mod session;
mod shared;
mod ssl;

use emberl_vm::net::{Error, Tls};

use config::Config;
pub(crate) use session::Session;
use shared::Shared;

/// The engine.
pub(crate) struct Engine {
    random: fn(&mut [u8]),
}

impl Engine {
    pub(crate) fn new(random: fn(&mut [u8])) -> Self {
        Self { random }
    }

    pub(crate) fn context(&self, tls: &Tls<'_>) -> Result<Context, Error> {
        config::prepare(self.random)?;
        Config::new(tls).map(Context)
    }

    pub(crate) fn memory(&self) -> usize {
        memory::taken()
    }
}

/// What sessions have in common.
#[derive(Clone)]
pub(crate) struct Context(Shared<Config>);

impl Context {
    pub(crate) fn server(&self) -> bool {
        self.0.server()
    }
}
