//! Names of the system's errors, as OTP's `inet` has them: POSIX's, in small letters.

use std::io::{self, ErrorKind};

use emberl_vm::net::Error;

/// Numbers of errors of this system that have no kind of their own in the standard library, or share one.
#[cfg(unix)]
const NAMES: &[(i32, &str)] = &[
    (libc::EACCES, "eacces"),
    (libc::EADDRINUSE, "eaddrinuse"),
    (libc::EADDRNOTAVAIL, "eaddrnotavail"),
    (libc::EAFNOSUPPORT, "eafnosupport"),
    (libc::EAGAIN, "eagain"),
    (libc::EALREADY, "ealready"),
    (libc::EBADF, "ebadf"),
    (libc::ECONNABORTED, "econnaborted"),
    (libc::ECONNREFUSED, "econnrefused"),
    (libc::ECONNRESET, "econnreset"),
    (libc::EDESTADDRREQ, "edestaddrreq"),
    (libc::EHOSTDOWN, "ehostdown"),
    (libc::EHOSTUNREACH, "ehostunreach"),
    (libc::EINPROGRESS, "einprogress"),
    (libc::EINTR, "eintr"),
    (libc::EINVAL, "einval"),
    (libc::EIO, "eio"),
    (libc::EISCONN, "eisconn"),
    (libc::EMFILE, "emfile"),
    (libc::EMSGSIZE, "emsgsize"),
    (libc::ENETDOWN, "enetdown"),
    (libc::ENETRESET, "enetreset"),
    (libc::ENETUNREACH, "enetunreach"),
    (libc::ENFILE, "enfile"),
    (libc::ENOBUFS, "enobufs"),
    (libc::ENODEV, "enodev"),
    (libc::ENOENT, "enoent"),
    (libc::ENOMEM, "enomem"),
    (libc::ENOPROTOOPT, "enoprotoopt"),
    (libc::ENOTCONN, "enotconn"),
    (libc::EOPNOTSUPP, "eopnotsupp"),
    (libc::EPERM, "eperm"),
    (libc::EPIPE, "epipe"),
    (libc::EPROTO, "eproto"),
    (libc::EPROTONOSUPPORT, "eprotonosupport"),
    (libc::EPROTOTYPE, "eprototype"),
    (libc::ESHUTDOWN, "eshutdown"),
    (libc::ETIMEDOUT, "etimedout"),
];

/// As above: `WSAE...` of Windows, by the numbers of "Windows Sockets Error Codes".
#[cfg(not(unix))]
const NAMES: &[(i32, &str)] = &[
    (10_004, "eintr"),
    (10_009, "ebadf"),
    (10_013, "eacces"),
    (10_022, "einval"),
    (10_024, "emfile"),
    (10_035, "eagain"),
    (10_036, "einprogress"),
    (10_037, "ealready"),
    (10_039, "edestaddrreq"),
    (10_040, "emsgsize"),
    (10_041, "eprototype"),
    (10_042, "enoprotoopt"),
    (10_043, "eprotonosupport"),
    (10_045, "eopnotsupp"),
    (10_047, "eafnosupport"),
    (10_048, "eaddrinuse"),
    (10_049, "eaddrnotavail"),
    (10_050, "enetdown"),
    (10_051, "enetunreach"),
    (10_052, "enetreset"),
    (10_053, "econnaborted"),
    (10_054, "econnreset"),
    (10_055, "enobufs"),
    (10_056, "eisconn"),
    (10_057, "enotconn"),
    (10_058, "eshutdown"),
    (10_060, "etimedout"),
    (10_061, "econnrefused"),
    (10_064, "ehostdown"),
    (10_065, "ehostunreach"),
];

/// The name of an error.
pub(crate) fn reason(error: &io::Error) -> Error {
    let number = error.raw_os_error();
    if let Some((_, name)) = NAMES.iter().find(|(named, _)| Some(*named) == number) {
        return Error::Posix(name);
    }
    Error::Posix(match error.kind() {
        ErrorKind::AddrInUse => "eaddrinuse",
        ErrorKind::AddrNotAvailable => "eaddrnotavail",
        ErrorKind::BrokenPipe => "epipe",
        ErrorKind::ConnectionAborted => "econnaborted",
        ErrorKind::ConnectionRefused => "econnrefused",
        ErrorKind::ConnectionReset => "econnreset",
        ErrorKind::HostUnreachable => "ehostunreach",
        ErrorKind::InvalidInput => "einval",
        ErrorKind::NetworkDown => "enetdown",
        ErrorKind::NetworkUnreachable => "enetunreach",
        ErrorKind::NotConnected => "enotconn",
        ErrorKind::NotFound => "enoent",
        ErrorKind::OutOfMemory => "enomem",
        ErrorKind::PermissionDenied => "eacces",
        ErrorKind::TimedOut => "etimedout",
        ErrorKind::Unsupported => "enotsup",
        _ => "eio",
    })
}

/// Whether a connection attempt that was answered so goes on by itself.
pub(crate) fn goes_on(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_otps_names() {
        let own = |kind: ErrorKind| reason(&kind.into());
        assert_eq!(own(ErrorKind::ConnectionRefused), Error::Posix("econnrefused"));
        assert_eq!(own(ErrorKind::Other), Error::Posix("eio"));
        #[cfg(unix)]
        for (number, name) in [(libc::EMFILE, "emfile"), (libc::EPERM, "eperm"), (libc::EISCONN, "eisconn")] {
            assert_eq!(reason(&io::Error::from_raw_os_error(number)), Error::Posix(name));
        }
    }
}
