#![allow(unsafe_code)]
//! A session of MbedTLS: every call to it, and what it calls. Owns the bytes on their way in and out, and judging what
//! MbedTLS leaves open in a certificate: its dates. Calls to C are here and in `config`.

use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uchar, c_void};
use core::mem::MaybeUninit;
use core::net::IpAddr;
use core::{ptr, slice};

use emberl_vm::net::{Error, TlsVersion, Verify};
use mbedtls_rs_sys as sys;

use super::config::Config;
use super::memory;
use super::shared::Shared;
use crate::alert::Refusal;
use crate::date::unix_seconds;
use crate::name::Name;
use crate::{OUTGOING, RECORD};

/// Bytes of a record with one alert.
const PLAIN_ALERT: usize = 7;

/// What MbedTLS reads from and writes to.
struct Wire {
    /// Bytes that came: set for as long as [`Ssl::offer`] runs.
    incoming: *const u8,
    left: usize,
    /// Bytes to go, from `start` on.
    outgoing: Vec<u8>,
    start: usize,
    /// Whether something was written after something was read.
    answered: bool,
    /// The last bytes that were read.
    last: [u8; PLAIN_ALERT],
}

/// What is known of the peer's certificates.
struct Judge {
    authorities: *const sys::mbedtls_x509_crt,
    /// Seconds since 1970; 0 when not known.
    time: u64,
    /// Whether a DNS name is looked for. (MbedTLS does, but would take a common name for it.)
    named: bool,
    /// An address that is looked for.
    address: Option<IpAddr>,
    /// Whether the peer's own certificate was judged.
    seen: bool,
    /// Whether the peer's own certificate is signed by itself.
    selfsigned: bool,
    /// What is wrong with dates.
    dates: Option<Refusal>,
}

/// What C has pointers to. It stays in its place.
struct State {
    ssl: sys::mbedtls_ssl_context,
    wire: Wire,
    judge: Judge,
}

impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: initialised by `Ssl::new`, or zeros, which is as good; nobody uses it any more.
        unsafe { sys::mbedtls_ssl_free(&raw mut self.ssl) };
    }
}

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// More must come before.
    WantRead,
    /// Something must go before.
    WantWrite,
    /// The peer sends no more.
    End,
    /// It has sent this alert.
    Received(u8),
    /// It failed, by MbedTLS's number.
    Failed(c_int),
}

/// A session. It keeps its configuration, and counts what MbedTLS takes for it.
pub(super) struct Ssl {
    // Dropped before the configuration that it points to.
    state: Shared<State>,
    config: Shared<Config>,
    memory: usize,
    starved: bool,
}

impl Ssl {
    pub(super) fn new(config: &Shared<Config>, name: Option<Name<'_>>, time: u64) -> Result<Self, Error> {
        let enomem = || Error::Posix("enomem");
        let dns = match name {
            Some(Name::Dns(name)) => {
                let mut bytes = Vec::new();
                bytes.try_reserve_exact(name.len() + 1).map_err(|_| enomem())?;
                bytes.extend_from_slice(name.as_bytes());
                Some(CString::new(bytes).map_err(|_| Error::Posix("einval"))?)
            }
            _ => None,
        };
        let shared = config.place();
        let state = Shared::new(State {
            // SAFETY: this C structure may be made of zeros.
            ssl: unsafe { MaybeUninit::zeroed().assume_init() },
            wire: Wire {
                incoming: ptr::null(),
                left: 0,
                outgoing: Vec::new(),
                start: 0,
                answered: false,
                last: [0; PLAIN_ALERT],
            },
            judge: Judge {
                // SAFETY: a pointer into the configuration, which this session keeps.
                authorities: unsafe { &raw const (*shared).authorities },
                time,
                named: dns.is_some(),
                address: match name {
                    Some(Name::Address(address)) => Some(address),
                    _ => None,
                },
                seen: false,
                selfsigned: false,
                dates: None,
            },
        })
        .ok_or_else(enomem)?;
        let mut this = Self { state, config: config.clone(), memory: 0, starved: false };
        let client = !this.server();
        let result = this.counted(|state| {
            // SAFETY: the state and the configuration stay in their places for as long as this session; no reference to
            // the parts that C is given pointers to is held while C runs.
            unsafe {
                let ssl = &raw mut (*state).ssl;
                sys::mbedtls_ssl_init(ssl);
                let result = sys::mbedtls_ssl_setup(ssl, &raw const (*shared).config);
                if result != 0 {
                    return result;
                }
                sys::mbedtls_ssl_set_bio(ssl, (&raw mut (*state).wire).cast(), Some(send), Some(receive), None);
                sys::mbedtls_ssl_set_verify(ssl, Some(verify), (&raw mut (*state).judge).cast());
                if client {
                    sys::mbedtls_ssl_set_hostname(ssl, dns.as_deref().map_or(ptr::null(), CStr::as_ptr))
                } else {
                    0
                }
            }
        });
        // Nothing but memory can be missing.
        if result == 0 { Ok(this) } else { Err(enomem()) }
    }

    /// Calls C, and counts the memory that it takes or gives back.
    fn counted<R>(&mut self, call: impl FnOnce(*mut State) -> R) -> R {
        let (before, refused) = (memory::taken(), memory::refused());
        let result = call(self.state.place());
        self.starved |= memory::refused() != refused;
        self.memory = self.memory.wrapping_add(memory::taken().wrapping_sub(before));
        result
    }

    /// The same, for functions that take the session and return a number.
    fn call(&mut self, call: impl FnOnce(*mut sys::mbedtls_ssl_context) -> c_int) -> Outcome {
        // SAFETY: the session's own place; C's pointers are valid as `new` says.
        let result = self.counted(|state| call(unsafe { &raw mut (*state).ssl }));
        match result {
            0.. => Outcome::Done,
            sys::MBEDTLS_ERR_SSL_WANT_READ => Outcome::WantRead,
            sys::MBEDTLS_ERR_SSL_WANT_WRITE => Outcome::WantWrite,
            sys::MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY => Outcome::End,
            sys::MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE => match self.alert() {
                Some(code) => Outcome::Received(code),
                None => Outcome::Failed(result),
            },
            _ => Outcome::Failed(result),
        }
    }

    /// The alert that was received last.
    fn alert(&self) -> Option<u8> {
        let state = self.state.place();
        // SAFETY: C does not run now. The message is in a buffer of 16 KiB that belongs to the session.
        unsafe {
            let ssl = &raw const (*state).ssl;
            let alert = (*ssl).private_in_msgtype == sys::MBEDTLS_SSL_MSG_ALERT as c_int
                && (*ssl).private_in_msglen == 2
                && !(*ssl).private_in_msg.is_null();
            alert.then(|| *(*ssl).private_in_msg.add(1))
        }
    }

    fn wire<R>(&mut self, look: impl FnOnce(&mut Wire) -> R) -> R {
        // SAFETY: C does not run now, so this is the only reference.
        look(unsafe { &mut (*self.state.place()).wire })
    }

    pub(super) fn server(&self) -> bool {
        self.config.server()
    }

    pub(super) fn verifies(&self) -> Verify {
        self.config.verify()
    }

    /// Bytes that were offered and not read.
    pub(super) fn left(&mut self) -> usize {
        self.wire(|wire| wire.left)
    }

    /// The alert that MbedTLS has noted for this error, if it has.
    pub(super) fn pending(&self, error: c_int) -> Option<u8> {
        // SAFETY: C does not run now.
        let (reason, alert) = unsafe {
            let ssl = &raw const (*self.state.place()).ssl;
            ((*ssl).private_alert_reason, (*ssl).private_alert_type)
        };
        (reason == error && alert != 0).then_some(alert)
    }

    /// Lets the session read these bytes in what is done now. Returns how many it did read.
    pub(super) fn offer(&mut self, bytes: &[u8], progress: impl FnOnce(&mut Self)) -> usize {
        self.wire(|wire| (wire.incoming, wire.left) = (bytes.as_ptr(), bytes.len()));
        progress(self);
        self.wire(|wire| {
            let left = wire.left;
            (wire.incoming, wire.left) = (ptr::null(), 0);
            bytes.len() - left
        })
    }

    pub(super) fn outgoing(&self) -> &[u8] {
        // SAFETY: C, which writes there, runs only with `&mut self`.
        let wire = unsafe { &(*self.state.place()).wire };
        wire.outgoing.get(wire.start..).unwrap_or_default()
    }

    pub(super) fn sent(&mut self, count: usize) {
        self.wire(|wire| {
            wire.start = wire.start.saturating_add(count).min(wire.outgoing.len());
            if wire.start == wire.outgoing.len() {
                wire.outgoing.clear();
                wire.start = 0;
            }
        });
    }

    /// Makes sure that there is room for so many bytes to go out.
    pub(super) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        self.wire(|wire| wire.reserve(count)).map_err(|()| Error::Posix("enomem"))
    }

    /// Whether something was written since something was read.
    pub(super) fn answered(&mut self) -> bool {
        self.wire(|wire| wire.answered)
    }

    /// Whether there was no memory for the session at some time. What fails then may be told for something else: MbedTLS
    /// takes a signature that it could not compute for a wrong one.
    pub(super) fn starved(&self) -> bool {
        self.starved
    }

    /// Whether the handshake is over.
    pub(super) fn over(&self) -> bool {
        // SAFETY: C does not run now.
        let state = unsafe { (*self.state.place()).ssl.private_state };
        state >= sys::mbedtls_ssl_states_MBEDTLS_SSL_HANDSHAKE_OVER as c_int
    }

    /// One step of the handshake.
    pub(super) fn step(&mut self) -> Outcome {
        // SAFETY: see `call`.
        let outcome = self.call(|ssl| unsafe { sys::mbedtls_ssl_handshake_step(ssl) });
        if self.server() {
            self.switch();
        }
        outcome
    }

    /// After its last message a server of TLS 1.3 encrypts with the keys for data (RFC 8446, A.2). MbedTLS 3.6 goes over to
    /// them only when the client's last message has come; an alert that is sent before, because the client's
    /// certificate is refused, could not be read by any client. So this is done as soon as there are such keys, as
    /// MbedTLS would do it; it writes no message of the handshake after that.
    fn switch(&mut self) {
        let state = self.state.place();
        // SAFETY: C does not run now. The keys belong to the session until its end.
        unsafe {
            let ssl = &raw mut (*state).ssl;
            let keys = (*ssl).private_transform_application;
            if !keys.is_null() && (*ssl).private_transform_out != keys {
                (*ssl).private_transform_out = keys;
                (*ssl).private_cur_out_ctr = [0; 8];
            }
        }
    }

    /// Whether something waits to go out that had no room.
    fn stuck(&self) -> bool {
        // SAFETY: C does not run now.
        unsafe { (*self.state.place()).ssl.private_out_left != 0 }
    }

    /// Sends what had no room. Whether nothing is left.
    pub(super) fn flush(&mut self) -> bool {
        if self.stuck() {
            // With something left to go MbedTLS sends that, and no alert.
            // SAFETY: see `call`.
            self.call(|ssl| unsafe { sys::mbedtls_ssl_send_alert_message(ssl, 1, 0) });
        }
        !self.stuck()
    }

    /// Sends an alert. Nothing else must be left to go.
    pub(super) fn alarm(&mut self, fatal: bool, code: u8) {
        let level = if fatal { 2 } else { 1 };
        // SAFETY: see `call`.
        self.call(|ssl| unsafe { sys::mbedtls_ssl_send_alert_message(ssl, level, code) });
    }

    /// Bytes that can be read at once.
    pub(super) fn readable(&self) -> usize {
        // SAFETY: C only looks.
        unsafe { sys::mbedtls_ssl_get_bytes_avail(&raw const (*self.state.place()).ssl) }
    }

    /// Opens the next record, and reads as many of its bytes as there is room for.
    pub(super) fn read(&mut self, room: &mut [u8]) -> (Outcome, usize) {
        let mut count = 0;
        let outcome = self.call(|ssl| {
            // SAFETY: see `call`; C writes into `room` only as far as it goes.
            let result = unsafe { sys::mbedtls_ssl_read(ssl, room.as_mut_ptr(), room.len()) };
            count = usize::try_from(result).unwrap_or(0);
            result
        });
        match outcome {
            // Not told unless asked for, and of no use here.
            Outcome::Failed(sys::MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) => (Outcome::Done, 0),
            outcome => (outcome, count),
        }
    }

    /// Makes a record of these bytes, for which there must be room.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Outcome {
        // SAFETY: see `call`; C copies the bytes.
        self.call(|ssl| unsafe { sys::mbedtls_ssl_write(ssl, bytes.as_ptr(), bytes.len()) })
    }

    /// Whether the peer's certificates were judged.
    pub(super) fn judged(&self) -> bool {
        // SAFETY: C, which writes there, does not run now.
        unsafe { (*self.state.place()).judge.seen }
    }

    fn flags(&self) -> u32 {
        // SAFETY: C only looks.
        unsafe { sys::mbedtls_ssl_get_verify_result(&raw const (*self.state.place()).ssl) }
    }

    /// Whether the peer was asked for a certificate, and has shown none.
    pub(super) fn missing(&self) -> bool {
        self.flags() & sys::MBEDTLS_X509_BADCERT_MISSING != 0
    }

    /// Why the peer's certificates are refused, if they are.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let flags = self.flags();
        // SAFETY: C, which writes there, does not run now.
        let judge = unsafe { &(*self.state.place()).judge };
        let has = |mask: u32| flags & mask != 0;
        if flags == 0 || has(sys::MBEDTLS_X509_BADCERT_MISSING) {
            None
        } else if judge.dates.is_some() {
            judge.dates
        } else if has(sys::MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
            Some(if judge.selfsigned { Refusal::SelfSigned } else { Refusal::UnknownCa })
        } else if has(sys::MBEDTLS_X509_BADCERT_KEY_USAGE
            | sys::MBEDTLS_X509_BADCERT_EXT_KEY_USAGE
            | sys::MBEDTLS_X509_BADCERT_NS_CERT_TYPE
            | sys::MBEDTLS_X509_BADCERT_BAD_MD
            | sys::MBEDTLS_X509_BADCERT_BAD_PK
            | sys::MBEDTLS_X509_BADCERT_BAD_KEY)
        {
            Some(Refusal::Unsupported)
        } else if has(sys::MBEDTLS_X509_BADCERT_CN_MISMATCH) {
            Some(Refusal::Name)
        } else {
            Some(Refusal::Bad)
        }
    }

    /// The version that was agreed on.
    pub(super) fn version(&self) -> TlsVersion {
        // SAFETY: C does not run now.
        let version = unsafe { (*self.state.place()).ssl.private_tls_version };
        if version == sys::mbedtls_ssl_protocol_version_MBEDTLS_SSL_VERSION_TLS1_3 {
            TlsVersion::Tls13
        } else {
            TlsVersion::Tls12
        }
    }

    /// The cipher suite, by MbedTLS's name.
    pub(super) fn suite(&self) -> Option<&'static str> {
        // SAFETY: C only looks, and returns null or one of its constants.
        unsafe {
            let name = sys::mbedtls_ssl_get_ciphersuite(&raw const (*self.state.place()).ssl);
            if name.is_null() { None } else { CStr::from_ptr(name).to_str().ok() }
        }
    }

    /// The application protocol.
    pub(super) fn alpn(&self) -> Option<&[u8]> {
        // SAFETY: C only looks, and returns null or one of the configuration's names, which this session keeps.
        unsafe {
            let name = sys::mbedtls_ssl_get_alpn_protocol(&raw const (*self.state.place()).ssl);
            if name.is_null() { None } else { Some(CStr::from_ptr(name).to_bytes()) }
        }
    }

    /// The peer's certificate: DER.
    pub(super) fn peer(&self) -> Option<&[u8]> {
        // SAFETY: C only looks. The certificate is kept until the session ends, and changes only with `&mut self`.
        unsafe {
            let certificate = sys::mbedtls_ssl_get_peer_cert(&raw const (*self.state.place()).ssl);
            if certificate.is_null() { None } else { Some(bytes(&raw const (*certificate).raw)) }
        }
    }

    /// The alert that the peer has sent in the clear where the keys were there already, which MbedTLS takes for a record that
    /// was changed: so a client of TLS 1.3 refuses a server's certificate if it is OpenSSL's. It is fatal whatever it says;
    /// only its name is taken from it.
    pub(super) fn plain_alert(&mut self, result: c_int) -> Option<u8> {
        // A record of alerts, its version, its length (RFC 8446, 5.1); the level, and what it is (6).
        let [21, 3, 3, 0, 2, _, code] = self.wire(|wire| wire.last) else { return None };
        (result == sys::MBEDTLS_ERR_SSL_INVALID_MAC && !self.over()).then_some(code)
    }

    /// Bytes that are taken for the session.
    pub(super) fn memory(&self) -> usize {
        // SAFETY: C does not run now.
        let outgoing = unsafe { (*self.state.place()).wire.outgoing.capacity() };
        self.memory.wrapping_add(size_of::<State>()).wrapping_add(outgoing)
    }
}

impl Wire {
    fn reserve(&mut self, count: usize) -> Result<(), ()> {
        if self.start > 0 && self.outgoing.len() + count > self.outgoing.capacity() {
            self.outgoing.drain(..self.start);
            self.start = 0;
        }
        self.outgoing.try_reserve_exact(count).map_err(|_| ())
    }
}

/// MbedTLS wants to send.
unsafe extern "C" fn send(wire: *mut c_void, data: *const c_uchar, count: usize) -> c_int {
    // SAFETY: the session's wire, as `Ssl::new` has set it; nobody else refers to it while C runs.
    let wire = unsafe { &mut *wire.cast::<Wire>() };
    wire.answered = true;
    let room = (OUTGOING + RECORD).saturating_sub(wire.outgoing.len() - wire.start);
    let count = count.min(room);
    if count == 0 {
        return sys::MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    if wire.reserve(count).is_err() {
        return sys::MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    // SAFETY: MbedTLS has so many bytes there.
    wire.outgoing.extend_from_slice(unsafe { slice::from_raw_parts(data, count) });
    // Never more than the room.
    count as c_int
}

/// MbedTLS wants to receive.
unsafe extern "C" fn receive(wire: *mut c_void, data: *mut c_uchar, count: usize) -> c_int {
    // SAFETY: as in `send`.
    let wire = unsafe { &mut *wire.cast::<Wire>() };
    let count = count.min(wire.left).min(c_int::MAX as usize);
    if count == 0 {
        return sys::MBEDTLS_ERR_SSL_WANT_READ;
    }
    // SAFETY: there are `left` bytes at `incoming` for as long as `Ssl::offer` runs, which has called; MbedTLS has room
    // for `count`, and its buffers are its own.
    let bytes = unsafe {
        ptr::copy_nonoverlapping(wire.incoming, data, count);
        let bytes = slice::from_raw_parts(wire.incoming, count);
        wire.incoming = wire.incoming.add(count);
        bytes
    };
    for &byte in bytes.get(count.saturating_sub(PLAIN_ALERT)..).unwrap_or_default() {
        wire.last.rotate_left(1);
        wire.last[PLAIN_ALERT - 1] = byte;
    }
    wire.left -= count;
    wire.answered = false;
    count as c_int
}

/// MbedTLS has looked at a certificate of the peer's chain, from the authority (the greatest depth) down to the peer's own
/// (0), and asks what else there is to say.
unsafe extern "C" fn verify(
    judge: *mut c_void,
    certificate: *mut sys::mbedtls_x509_crt,
    depth: c_int,
    flags: *mut u32,
) -> c_int {
    // SAFETY: the session's judge, as `Ssl::new` has set it; nobody else refers to it while C runs. The certificate and
    // the flags are C's own, for as long as this call.
    unsafe {
        let judge = &mut *judge.cast::<Judge>();
        if let Some(refusal) = judge.dates(certificate) {
            judge.dates.get_or_insert(refusal);
            *flags |= sys::MBEDTLS_X509_BADCERT_EXPIRED;
        }
        if depth == 0 {
            judge.seen = true;
            judge.selfsigned =
                bytes(&raw const (*certificate).issuer_raw) == bytes(&raw const (*certificate).subject_raw);
            if !judge.fits(certificate) {
                *flags |= sys::MBEDTLS_X509_BADCERT_CN_MISMATCH;
            }
        }
    }
    0
}

impl Judge {
    /// What is wrong with a certificate's dates. Of an authority that was renewed, any with its name and key will do.
    ///
    /// # Safety
    /// It is one, and the authorities are there.
    unsafe fn dates(&self, certificate: *const sys::mbedtls_x509_crt) -> Option<Refusal> {
        // SAFETY: by the condition; the list ends with null.
        unsafe {
            let wrong = self.period(certificate)?;
            let same = |a: *const sys::mbedtls_x509_crt, b: *const sys::mbedtls_x509_crt| {
                bytes(&raw const (*a).subject_raw) == bytes(&raw const (*b).subject_raw)
                    && bytes(&raw const (*a).pk_raw) == bytes(&raw const (*b).pk_raw)
            };
            let (mut trusted, mut valid) = (false, false);
            let mut authority = self.authorities;
            while !authority.is_null() {
                trusted |= bytes(&raw const (*authority).raw) == bytes(&raw const (*certificate).raw);
                valid |= same(authority, certificate) && self.period(authority).is_none();
                authority = (*authority).next;
            }
            if trusted && valid { None } else { Some(wrong) }
        }
    }

    /// # Safety
    /// It is one.
    unsafe fn period(&self, certificate: *const sys::mbedtls_x509_crt) -> Option<Refusal> {
        // SAFETY: by the condition.
        let (from, to) = unsafe { ((*certificate).valid_from, (*certificate).valid_to) };
        let seconds =
            |date: sys::mbedtls_x509_time| unix_seconds([date.year, date.mon, date.day, date.hour, date.min, date.sec]);
        if self.time == 0 {
            return Some(Refusal::NoClock);
        }
        // A beginning before 1970 is long past; an end before it, too.
        if seconds(to).is_none_or(|to| to < self.time) {
            Some(Refusal::Expired)
        } else if seconds(from).is_some_and(|from| from > self.time) || (from.year >= 1970 && seconds(from).is_none()) {
            Some(Refusal::NotYet)
        } else {
            None
        }
    }

    /// Whether the name that is looked for may be in a certificate as far as MbedTLS does not look: a DNS name must be
    /// among the alternative names, an address is one of them.
    ///
    /// # Safety
    /// It is one.
    unsafe fn fits(&self, certificate: *const sys::mbedtls_x509_crt) -> bool {
        // SAFETY: by the condition; the list ends with null.
        unsafe {
            let first = &raw const (*certificate).subject_alt_names;
            if (*first).buf.p.is_null() {
                return !self.named && self.address.is_none();
            }
            let Some(address) = self.address else { return true };
            let mut name = first;
            while !name.is_null() {
                // Context-specific, number 7 (RFC 5280, 4.2.1.6): an address of 4 or 16 bytes.
                if (*name).buf.tag & 0x1F == 7 {
                    let found = bytes(&raw const (*name).buf);
                    let same = match address {
                        IpAddr::V4(address) => found == address.octets(),
                        IpAddr::V6(address) => found == address.octets(),
                    };
                    if same {
                        return true;
                    }
                }
                name = (*name).next;
            }
        }
        false
    }
}

/// The bytes of a part of a certificate.
///
/// # Safety
/// The part is there for as long as `'a`, and does not change.
unsafe fn bytes<'a>(part: *const sys::mbedtls_asn1_buf) -> &'a [u8] {
    // SAFETY: by the condition; MbedTLS keeps the length.
    unsafe { if (*part).p.is_null() { &[] } else { slice::from_raw_parts((*part).p, (*part).len) } }
}
