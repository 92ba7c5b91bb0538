//! Names of errors, as POSIX and OTP's `inet` have them. Owns no meaning of its own: who answers what stands where it is
//! answered.

use emberl_vm::net::Error;

macro_rules! names {
    ($($name:ident = $text:literal,)*) => { $(pub(crate) const $name: Error = Error::Posix($text);)* };
}

names! {
    ACCESS = "eacces",
    ADDRESS_IN_USE = "eaddrinuse",
    ADDRESS_NOT_AVAILABLE = "eaddrnotavail",
    AFTER_CLOSE = "closed",
    ALREADY = "already",
    CONNECTION_REFUSED = "econnrefused",
    CONNECTION_RESET = "econnreset",
    DESTINATION_REQUIRED = "edestaddrreq",
    FAMILY = "eafnosupport",
    HOST_UNREACHABLE = "ehostunreach",
    INVALID = "einval",
    IS_CONNECTED = "eisconn",
    MANY_FILES = "emfile",
    MESSAGE_SIZE = "emsgsize",
    NAME_UNKNOWN = "nxdomain",
    NETWORK_DOWN = "enetdown",
    NETWORK_UNREACHABLE = "enetunreach",
    NO_BUFFERS = "enobufs",
    NO_DEVICE = "enodev",
    NO_MEMORY = "enomem",
    NOT_CONNECTED = "enotconn",
    NOT_SUPPORTED = "enotsup",
    OPERATION_NOT_SUPPORTED = "eopnotsupp",
    PIPE = "epipe",
    PROTOCOL_OPTION = "enoprotoopt",
    TIMED_OUT = "etimedout",
    TIMEOUT = "timeout",
}
