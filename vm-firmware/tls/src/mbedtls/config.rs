#![allow(unsafe_code)]
//! The configuration that sessions of MbedTLS share, and the randomness of all. Owns certificates, keys and the choice of
//! algorithms. Calls to C are here and in `ssl`.

use alloc::vec::Vec;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_uchar, c_void};
use core::mem::MaybeUninit;
use core::{ptr, slice};

use critical_section::Mutex;
use emberl_vm::net::{Error, Tls, TlsVersion, Verify};
use mbedtls_rs_sys as sys;

use super::memory;
use super::shared::Shared;

/// The source of random bytes.
static RANDOM: Mutex<Cell<Option<fn(&mut [u8])>>> = Mutex::new(Cell::new(None));

/// Sets the source of random bytes and where memory comes from. Once at least before all else.
///
/// # Errors
/// `enomem`
pub(super) fn prepare(random: fn(&mut [u8])) -> Result<(), Error> {
    critical_section::with(|section| RANDOM.borrow(section).set(Some(random)));
    // SAFETY: both functions keep to C's rules for them. Nothing was allocated by others before: this comes before all
    // else, and sets the same functions ever again. Starting the cryptography twice does nothing.
    let status = unsafe {
        sys::mbedtls_platform_set_calloc_free(Some(memory::calloc), Some(memory::free));
        sys::psa_crypto_init()
    };
    if status == 0 { Ok(()) } else { Err(Error::Posix("enomem")) }
}

fn fill(bytes: &mut [u8]) -> bool {
    match critical_section::with(|section| RANDOM.borrow(section).get()) {
        Some(random) => {
            random(bytes);
            true
        }
        None => false,
    }
}

/// Random bytes for MbedTLS (`mbedtls_f_rng_t`): 0 when they are there.
pub(super) unsafe extern "C" fn random(_: *mut c_void, bytes: *mut c_uchar, count: usize) -> c_int {
    if count == 0 {
        return 0;
    }
    // SAFETY: MbedTLS gives a buffer of `count` bytes that nobody else looks at meanwhile.
    if fill(unsafe { slice::from_raw_parts_mut(bytes, count) }) { 0 } else { sys::MBEDTLS_ERR_SSL_NO_RNG }
}

/// The same for the cryptography of TLS 1.3 (`psa_status_t`).
#[unsafe(no_mangle)]
unsafe extern "C" fn mbedtls_psa_external_get_random(
    _: *mut c_void,
    bytes: *mut c_uchar,
    count: usize,
    filled: *mut usize,
) -> i32 {
    /// `PSA_ERROR_INSUFFICIENT_ENTROPY`
    const NONE: i32 = -148;
    // SAFETY: as above; `filled` is where the count is to be told.
    unsafe {
        if random(ptr::null_mut(), bytes, count) != 0 {
            return NONE;
        }
        *filled = count;
    }
    0
}

/// Suites with forward secrecy and authenticated encryption, the preferred first. ChaCha20 is computed without tables, so
/// that in software its time does not depend on the key.
static SUITES: [c_int; 10] = [
    0x1303, // TLS_CHACHA20_POLY1305_SHA256
    0x1301, // TLS_AES_128_GCM_SHA256
    0x1302, // TLS_AES_256_GCM_SHA384
    0xCCA9, // TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    0xCCA8, // TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    0xC02B, // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    0xC02F, // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0xC02C, // TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    0xC030, // TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    0,
];

/// Groups of the key exchange, the preferred first.
static GROUPS: [u16; 4] = [
    sys::MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1 as u16,
    sys::MBEDTLS_SSL_IANA_TLS_GROUP_X25519 as u16,
    sys::MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1 as u16,
    0,
];

/// What sessions share. Its fields have pointers to one another: it stays in its place from `new` on.
pub(super) struct Config {
    pub(super) config: sys::mbedtls_ssl_config,
    own: sys::mbedtls_x509_crt,
    key: sys::mbedtls_pk_context,
    pub(super) authorities: sys::mbedtls_x509_crt,
    /// Names of application protocols, each ended by a null byte, and where they begin.
    names: Vec<u8>,
    protocols: Vec<*const c_char>,
    server: bool,
    verify: Verify,
}

impl Shared<Config> {
    /// Whether it is for the side that accepts connections.
    pub(super) fn server(&self) -> bool {
        // SAFETY: a configuration does not change.
        unsafe { (*self.place()).server }
    }

    /// What is asked of the peer.
    pub(super) fn verify(&self) -> Verify {
        // SAFETY: as above.
        unsafe { (*self.place()).verify }
    }
}

impl Config {
    /// Makes a configuration; what is not fit is told as [`crate::Engine::context`] says.
    pub(super) fn new(tls: &Tls<'_>) -> Result<Shared<Self>, Error> {
        let enomem = || Error::Posix("enomem");
        let mut names = Vec::new();
        let mut protocols = Vec::new();
        names.try_reserve_exact(tls.alpn.iter().map(|name| name.len() + 1).sum()).map_err(|_| enomem())?;
        protocols.try_reserve_exact(tls.alpn.len() + 1).map_err(|_| enomem())?;
        for name in &tls.alpn {
            names.extend_from_slice(name);
            names.push(0);
        }
        // SAFETY: each of these C structures may be made of zeros, and may be freed as such; the functions below then make
        // them what they are.
        let shared = Shared::new(unsafe {
            Self {
                config: MaybeUninit::zeroed().assume_init(),
                own: MaybeUninit::zeroed().assume_init(),
                key: MaybeUninit::zeroed().assume_init(),
                authorities: MaybeUninit::zeroed().assume_init(),
                names,
                protocols,
                server: tls.server,
                verify: tls.verify,
            }
        })
        .ok_or_else(enomem)?;
        let this = shared.place();
        // SAFETY: there is no other owner yet, so `this` may be written to. From here on dropping it may free the C
        // structures, since they are initialised.
        unsafe {
            sys::mbedtls_ssl_config_init(&raw mut (*this).config);
            sys::mbedtls_x509_crt_init(&raw mut (*this).own);
            sys::mbedtls_pk_init(&raw mut (*this).key);
            sys::mbedtls_x509_crt_init(&raw mut (*this).authorities);
            Self::fill(this, tls)?;
        }
        Ok(shared)
    }

    /// # Safety
    /// `this` has one owner and its C structures are initialised.
    unsafe fn fill(this: *mut Self, tls: &Tls<'_>) -> Result<(), Error> {
        // SAFETY: by the condition. What C is given pointers to lies in `this` or lives for ever; slices are copied.
        unsafe {
            let config = &raw mut (*this).config;
            let endpoint = if tls.server { sys::MBEDTLS_SSL_IS_SERVER } else { sys::MBEDTLS_SSL_IS_CLIENT };
            check(
                sys::mbedtls_ssl_config_defaults(
                    config,
                    endpoint as c_int,
                    sys::MBEDTLS_SSL_TRANSPORT_STREAM as c_int,
                    sys::MBEDTLS_SSL_PRESET_DEFAULT as c_int,
                ),
                "einval",
            )?;
            (*config).private_min_tls_version = version(tls.versions.0);
            (*config).private_max_tls_version = version(tls.versions.1);
            sys::mbedtls_ssl_conf_rng(config, Some(random), ptr::null_mut());
            sys::mbedtls_ssl_conf_ciphersuites(config, SUITES.as_ptr());
            sys::mbedtls_ssl_conf_groups(config, GROUPS.as_ptr());
            sys::mbedtls_ssl_conf_tls13_key_exchange_modes(
                config,
                sys::MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL as c_int,
            );
            sys::mbedtls_ssl_conf_session_tickets(config, sys::MBEDTLS_SSL_SESSION_TICKETS_DISABLED as c_int);
            // With `OPTIONAL` MbedTLS judges, and leaves it to us to refuse, right after: with the alert that OTP sends.
            let mode = match tls.verify {
                Verify::None => sys::MBEDTLS_SSL_VERIFY_NONE,
                Verify::Shown | Verify::Required => sys::MBEDTLS_SSL_VERIFY_OPTIONAL,
            };
            sys::mbedtls_ssl_conf_authmode(config, mode as c_int);
            for der in &tls.authorities {
                let authorities = &raw mut (*this).authorities;
                check(sys::mbedtls_x509_crt_parse_der(authorities, der.as_ptr(), der.len()), "bad_authority")?;
            }
            if !tls.authorities.is_empty() {
                sys::mbedtls_ssl_conf_ca_chain(config, &raw mut (*this).authorities, ptr::null_mut());
            }
            if let Some(key) = tls.key {
                Self::own(this, &tls.certificates, key)?;
            }
            if !tls.alpn.is_empty() {
                let protocols = &mut (*this).protocols;
                let mut place = 0;
                for name in &tls.alpn {
                    // The names lie one after the other, as `new` has put them there.
                    protocols.push((*this).names.as_ptr().add(place).cast());
                    place += name.len() + 1;
                }
                protocols.push(ptr::null());
                check(sys::mbedtls_ssl_conf_alpn_protocols(config, protocols.as_mut_ptr()), "einval")?;
            }
        }
        Ok(())
    }

    /// The own certificates and the key of the first of them.
    ///
    /// # Safety
    /// As [`fill`](Self::fill).
    unsafe fn own(this: *mut Self, certificates: &[&[u8]], key: &[u8]) -> Result<(), Error> {
        // SAFETY: as there.
        unsafe {
            let own = &raw mut (*this).own;
            for der in certificates {
                check(sys::mbedtls_x509_crt_parse_der(own, der.as_ptr(), der.len()), "bad_certificate")?;
            }
            let pair = &raw mut (*this).key;
            let none = ptr::null_mut();
            check(
                sys::mbedtls_pk_parse_key(pair, key.as_ptr(), key.len(), ptr::null(), 0, Some(random), none),
                "bad_key",
            )?;
            check(sys::mbedtls_pk_check_pair(&raw const (*own).pk, pair, Some(random), none), "bad_key")?;
            check(sys::mbedtls_ssl_conf_own_cert(&raw mut (*this).config, own, pair), "enomem")
        }
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: they are initialised, by `new`, and nobody uses them any more: sessions own the configuration, too.
        unsafe {
            sys::mbedtls_ssl_config_free(&raw mut self.config);
            sys::mbedtls_x509_crt_free(&raw mut self.own);
            sys::mbedtls_pk_free(&raw mut self.key);
            sys::mbedtls_x509_crt_free(&raw mut self.authorities);
        }
    }
}

fn version(version: TlsVersion) -> sys::mbedtls_ssl_protocol_version {
    match version {
        TlsVersion::Tls12 => sys::mbedtls_ssl_protocol_version_MBEDTLS_SSL_VERSION_TLS1_2,
        TlsVersion::Tls13 => sys::mbedtls_ssl_protocol_version_MBEDTLS_SSL_VERSION_TLS1_3,
    }
}

/// An error of MbedTLS as this one, unless memory was what it wanted.
fn check(result: c_int, error: &'static str) -> Result<(), Error> {
    match result {
        0 => Ok(()),
        _ if no_memory(result) => Err(Error::Posix("enomem")),
        _ => Err(Error::Posix(error)),
    }
}

/// Whether a result says that there was no memory. The low bits of MbedTLS's errors are of the innermost parts, the high
/// ones of what used them.
pub(super) fn no_memory(result: c_int) -> bool {
    /// `PSA_ERROR_INSUFFICIENT_MEMORY`
    const PSA: c_int = -141;
    let code = result.unsigned_abs();
    // PEM, X.509, public keys, ciphers, digests, curves, TLS.
    let high = [0x1180, 0x2880, 0x3F80, 0x6180, 0x5180, 0x4D80, 0x7F00];
    // ASN.1, big numbers.
    let low = [0x6A, 0x10];
    result == PSA || high.contains(&(code & 0xFF80)) || low.contains(&(code & 0x7F))
}
