//! The atom table: names to indices and back. Atoms are never removed, as in OTP.
//!
//! The first ones are declared here, so that the VM's own code can name them as constants.

use alloc::vec::Vec;
use core::cmp::Ordering;

use hashbrown::HashTable;

use crate::memory::{Budget, NoMemory};
use crate::raise::{Raise, Result as Native};

/// An atom, by its index in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Atom(pub u32);

macro_rules! atoms {
    ($($constant:ident = $name:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Number { $($constant),* }
        $(
            #[doc = concat!("The atom `", $name, "`.")]
            pub const $constant: Atom = Atom(Number::$constant as u32);
        )*
        /// The names of the atoms that every VM begins with, by index.
        pub const PREDEFINED: &[&str] = &[$($name),*];
    };
}

atoms! {
    TRUE = "true";
    FALSE = "false";
    NIL = "nil";
    UNDEFINED = "undefined";
    OK = "ok";
    ERROR = "error";
    EXIT = "exit";
    THROW = "throw";
    BADARG = "badarg";
    BADARITH = "badarith";
    BADMATCH = "badmatch";
    BADFUN = "badfun";
    BADARITY = "badarity";
    BADMAP = "badmap";
    BADKEY = "badkey";
    BADRECORD = "badrecord";
    CASE_CLAUSE = "case_clause";
    IF_CLAUSE = "if_clause";
    FUNCTION_CLAUSE = "function_clause";
    TRY_CLAUSE = "try_clause";
    UNDEF = "undef";
    NOCATCH = "nocatch";
    NOPROC = "noproc";
    NORMAL = "normal";
    KILL = "kill";
    KILLED = "killed";
    SYSTEM_LIMIT = "system_limit";
    NOCONNECTION = "noconnection";
    TIMEOUT = "timeout";
    TIMEOUT_VALUE = "timeout_value";
    EXIT_SIGNAL = "EXIT";
    DOWN = "DOWN";
    PROCESS = "process";
    INFINITY = "infinity";
    VALUE = "value";
    MODULE = "module";
    FUNCTION = "function";
    ARITY = "arity";
    FILE = "file";
    LINE = "line";
    ERROR_INFO = "error_info";
    CAUSE = "cause";
    ERL_ERTS_ERRORS = "erl_erts_errors";
    ERL_STDLIB_ERRORS = "erl_stdlib_errors";
    ERL_KERNEL_ERRORS = "erl_kernel_errors";
    ERLANG = "erlang";
    LISTS = "lists";
    MAPS = "maps";
    BINARY = "binary";
    UNICODE = "unicode";
    MATH = "math";
    ETS = "ets";
    OS = "os";
    INIT = "init";
    START = "start";
    BOOT = "boot";
    CODE = "code";
    IO = "io";
    ATOMVM = "atomvm";
    RE = "re";
    PERSISTENT_TERM = "persistent_term";
    COUNTERS = "counters";
    ATOMICS = "atomics";
    BASE64 = "base64";
    STRING = "string";
    CALENDAR = "calendar";
    ZLIB = "zlib";
    CONSOLE = "console";
    EMBERL = "emberl";
    LOGGER = "logger";
    ERROR_HANDLER = "error_handler";
    BIG = "big";
    LITTLE = "little";
    NATIVE = "native";
    SIGNED = "signed";
    UNSIGNED = "unsigned";
    UTF8 = "utf8";
    UTF16 = "utf16";
    UTF32 = "utf32";
    LATIN1 = "latin1";
    INTEGER = "integer";
    FLOAT = "float";
    BYTES = "bytes";
    BITS = "bits";
    LIST = "list";
    APPLY = "apply";
    CALL = "call";
    SPAWN = "spawn";
    SPAWN_LINK = "spawn_link";
    MONITOR = "monitor";
    LINK = "link";
    ALIAS = "alias";
    PORT = "port";
    EXTERNAL = "external";
    LOCAL = "local";
    TYPE = "type";
    NAME = "name";
    ENV = "env";
    INDEX = "index";
    NEW_INDEX = "new_index";
    NEW_UNIQ = "new_uniq";
    UNIQ = "uniq";
    REFC = "refc";
    PID = "pid";
    NO_FAIL = "no_fail";
    RESUME = "resume";
    SAFE = "safe";
    UNSAFE = "unsafe";
    PRIVATE_APPEND = "private_append";
    APPEND = "append";
    INPLACE = "inplace";
    COPY = "copy";
    ALL = "all";
    USED = "used";
    NONE = "none";
    GLOBAL = "global";
    TRIM = "trim";
    TRIM_ALL = "trim_all";
    SCOPE = "scope";
    NOMATCH = "nomatch";
    FIRST = "first";
    LAST = "last";
    RETURN = "return";
    STACKTRACE = "stacktrace";
    REASON = "reason";
    CLASS = "class";
    COMPRESSED = "compressed";
    MINOR_VERSION = "minor_version";
    DETERMINISTIC = "deterministic";
    INCOMPLETE = "incomplete";
    SYSTEM = "system";
    ARCHITECTURE = "architecture";
    MACHINE = "machine";
    VERSION = "version";
    OTP_RELEASE = "otp_release";
    WORDSIZE = "wordsize";
    PROCESS_COUNT = "process_count";
    PROCESS_LIMIT = "process_limit";
    ATOM_COUNT = "atom_count";
    ATOM_LIMIT = "atom_limit";
    SCHEDULERS = "schedulers";
    SCHEDULERS_ONLINE = "schedulers_online";
    SMP_SUPPORT = "smp_support";
    THREADS = "threads";
    ENDIAN = "endian";
    LITTLE_ENDIAN = "little_endian";
    TOLERANT_TIMEOFDAY = "tolerant_timeofday";
    SECOND = "second";
    MILLISECOND = "millisecond";
    MICROSECOND = "microsecond";
    NANOSECOND = "nanosecond";
    SECONDS = "seconds";
    MILLI_SECONDS = "milli_seconds";
    MICRO_SECONDS = "micro_seconds";
    NANO_SECONDS = "nano_seconds";
    PERF_COUNTER = "perf_counter";
    MESSAGE_QUEUE_LEN = "message_queue_len";
    MESSAGES = "messages";
    MEMORY = "memory";
    HEAP_SIZE = "heap_size";
    TOTAL_HEAP_SIZE = "total_heap_size";
    STACK_SIZE = "stack_size";
    REGISTERED_NAME = "registered_name";
    CURRENT_FUNCTION = "current_function";
    CURRENT_LOCATION = "current_location";
    CURRENT_STACKTRACE = "current_stacktrace";
    INITIAL_CALL = "initial_call";
    DICTIONARY = "dictionary";
    LINKS = "links";
    MONITORS = "monitors";
    MONITORED_BY = "monitored_by";
    STATUS = "status";
    TRAP_EXIT = "trap_exit";
    PRIORITY = "priority";
    GROUP_LEADER = "group_leader";
    REDUCTIONS = "reductions";
    GARBAGE_COLLECTION = "garbage_collection";
    SUSPENDING = "suspending";
    BACKTRACE = "backtrace";
    MIN_HEAP_SIZE = "min_heap_size";
    MAX_HEAP_SIZE = "max_heap_size";
    MESSAGE_QUEUE_DATA = "message_queue_data";
    FULLSWEEP_AFTER = "fullsweep_after";
    MIN_BIN_VHEAP_SIZE = "min_bin_vheap_size";
    RUNNING = "running";
    RUNNABLE = "runnable";
    WAITING = "waiting";
    EXITING = "exiting";
    LOW = "low";
    HIGH = "high";
    MAX = "max";
    OFF_HEAP = "off_heap";
    ON_HEAP = "on_heap";
    TOTAL = "total";
    PROCESSES = "processes";
    ATOM = "atom";
    ATOM_USED = "atom_used";
    PROCESSES_USED = "processes_used";
    DECIMALS = "decimals";
    COMPACT = "compact";
    SCIENTIFIC = "scientific";
    SHORT = "short";
    DIGITS = "digits";
    MODULE_INFO = "module_info";
    ATTRIBUTES = "attributes";
    COMPILE = "compile";
    EXPORTS = "exports";
    FUNCTIONS = "functions";
    MD5 = "md5";
    NIFS = "nifs";
    VSN = "vsn";
    OPTIONS = "options";
    SOURCE = "source";
    MONOTONIC_TIME = "monotonic_time";
    TIME_OFFSET = "time_offset";
    WALL_CLOCK = "wall_clock";
    RUNTIME = "runtime";
    POSITIVE = "positive";
    MONOTONIC = "monotonic";
    UNIQUE = "unique";
    REPLY = "reply";
    REPLY_DEMONITOR = "reply_demonitor";
    EXPLICIT_UNALIAS = "explicit_unalias";
    DEMONITOR = "demonitor";
    FLUSH = "flush";
    INFO = "info";
    TAG = "tag";
    EXCLUSIVE = "exclusive";
    NOSUSPEND = "nosuspend";
    NOCONNECT = "noconnect";
    SKIP = "skip";
    YIELD = "yield";
    HIBERNATE = "hibernate";
    GARBAGE_COLLECT = "garbage_collect";
    ASYNC = "async";
    MAJOR = "major";
    MINOR = "minor";
    DEVICE = "device";
    USER = "user";
    STANDARD_ERROR = "standard_error";
    STANDARD_IO = "standard_io";
    PUT_CHARS = "put_chars";
    IO_REQUEST = "io_request";
    IO_REPLY = "io_reply";
    FROM = "from";
    DIST = "dist";
    INTERNAL = "internal";
    SIZE = "size";
    KEYS = "keys";
    VALUES = "values";
    NODE = "node";
    NONODE_AT_NOHOST = "nonode@nohost";
    MAX_SIZE = "max_size";
    INCLUDE_SHARED_BINARIES = "include_shared_binaries";
    NOT_A_FUN = "not_a_fun";
    NOT_A_MAP = "not_a_map";
    NOT_A_LIST = "not_a_list";
    ID = "id";
    START_TIMER = "start_timer";
    SEND_AFTER = "send_after";
    CANCEL = "cancel";
    ATOM_MACHINE = "ATOM";
    BADOPT = "badopt";
    NOTSUP = "notsup";
    ENOMEM = "enomem";
    CLOSED = "closed";
    ABORT = "abort";
    GPIO_INTERRUPT = "gpio_interrupt";
    SELECT = "select";
    SOCKET = "$socket";
    NETWORK = "$network";
    EMFILE = "emfile";
    ENOENT = "enoent";
    EACCES = "eacces";
    EINVAL = "einval";
    RETURN_TRACE = "return_trace";
    HELLO = "hello";
    NO_FLOAT = "no_float";
    CRYPTO = "crypto";
    SHA = "sha";
    SHA256 = "sha256";
    SHA512 = "sha512";
    EQUAL = "equal";
    LESS = "less";
    GREATER = "greater";
    PLUS = "+";
    MINUS = "-";
    TIMES = "*";
    DIVIDE = "/";
    DIV = "div";
    REM = "rem";
    BAND = "band";
    BOR = "bor";
    BXOR = "bxor";
    BSL = "bsl";
    BSR = "bsr";
    BNOT = "bnot";
    EQUAL_EQUAL = "==";
    NOT_EQUAL = "/=";
    LESS_EQUAL = "=<";
    LESS_THAN = "<";
    GREATER_EQUAL = ">=";
    GREATER_THAN = ">";
    EXACTLY_EQUAL = "=:=";
    NOT_EXACTLY_EQUAL = "=/=";
    APPEND_LISTS = "++";
    SUBTRACT_LISTS = "--";
    SEND = "!";
    AND = "and";
    OR = "or";
    XOR = "xor";
    NOT = "not";
    ABS = "abs";
    IS_FUNCTION = "is_function";
    IS_RECORD = "is_record";
    MAKE_FUN = "make_fun";
    EXCEPTION_TRACE = "exception_trace";
    MESSAGE = "message";
    DEBUG = "debug";
    WARNING = "warning";
    CRITICAL = "critical";
    ALERT = "alert";
    EMERGENCY = "emergency";
    NOTICE = "notice";
    ENSURE_AT_LEAST = "ensure_at_least";
    ENSURE_EXACTLY = "ensure_exactly";
    GET_TAIL = "get_tail";
}

/// Most characters in an atom's name (OTP: `MAX_ATOM_CHARACTERS`).
pub const MAX_CHARACTERS: usize = 255;

/// Most atoms: OTP's default limit, and far below what a term can hold.
pub const MAX_ATOMS: usize = 1 << 20;

/// Where a name stands in the text of all names.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    length: u32,
}

/// The table. Names are UTF-8, at most [`MAX_CHARACTERS`] characters.
pub struct Atoms {
    /// The names beyond the predefined ones, one after another.
    text: Vec<u8>,
    spans: Vec<Span>,
    index: HashTable<u32>,
    /// Bytes of the atoms that programs have made.
    made: usize,
    budget: Budget,
}

/// Atoms that programs make take at most one of so many bytes of the memory.
const MADE_SHARE: usize = 8;

/// FNV-1a, over the bytes of a name: short, no table, good enough for names.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Atoms {
    /// A table of the predefined atoms.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(budget: Budget) -> Result<Self, NoMemory> {
        let mut atoms = Self { text: Vec::new(), spans: Vec::new(), index: HashTable::new(), made: 0, budget };
        for number in 0..PREDEFINED.len() {
            atoms.enter(number as u32)?;
        }
        Ok(atoms)
    }

    fn enter(&mut self, number: u32) -> Result<(), NoMemory> {
        let Self { text, spans, index, budget, .. } = self;
        // Behind a pointer, so that all tables share the code that grows them.
        let rehash: &dyn Fn(&u32) -> u64 = &|&number| hash(name_in(text, spans, number));
        if index.len() == index.capacity() {
            let room = index.capacity().max(64);
            budget.take(room * 5)?;
            index.try_reserve(room, rehash).map_err(|_| NoMemory)?;
        }
        let key = hash(name_in(text, spans, number));
        index.insert_unique(key, number, rehash);
        Ok(())
    }

    /// The atom of that name, if it is there.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Atom> {
        self.index.find(hash(name), |&number| name_in(&self.text, &self.spans, number) == name).copied().map(Atom)
    }

    /// The atom of that name, which is made if it is new.
    ///
    /// # Errors
    /// When the table is full or memory is. The caller has to see that the name is not too long.
    pub fn intern(&mut self, name: &str) -> Result<Atom, NoMemory> {
        if let Some(atom) = self.find(name) {
            return Ok(atom);
        }
        if self.len() >= MAX_ATOMS {
            return Err(NoMemory);
        }
        self.budget.reserve(&mut self.text, name.len())?;
        self.budget.reserve(&mut self.spans, 1)?;
        let number = self.len() as u32;
        self.spans.push(Span { start: self.text.len() as u32, length: name.len() as u32 });
        self.text.extend_from_slice(name.as_bytes());
        if self.enter(number).is_err() {
            self.spans.pop();
            self.text.truncate(self.text.len() - name.len());
            return Err(NoMemory);
        }
        Ok(Atom(number))
    }

    /// As [`intern`](Self::intern), for an atom that a program makes.
    ///
    /// # Errors
    /// `system_limit` when the table is full, or programs have made as many as they may: atoms are never freed, so that
    /// who makes them without end ends by it, while others still have room to live. No memory.
    pub fn make(&mut self, name: &str) -> Native<Atom> {
        if let Some(atom) = self.find(name) {
            return Ok(atom);
        }
        let bytes = name.len() + size_of::<Span>() + crate::load::cost::INDEX;
        let made = self.made.saturating_add(bytes);
        if self.len() >= MAX_ATOMS || made > self.budget.limit() / MADE_SHARE {
            return Err(Raise::SYSTEM_LIMIT);
        }
        let atom = self.intern(name)?;
        self.made = made;
        Ok(atom)
    }

    /// The name of an atom.
    #[must_use]
    pub fn name(&self, atom: Atom) -> &str {
        name_in(&self.text, &self.spans, atom.0)
    }

    /// Compares two atoms as terms: by the characters of their names.
    #[must_use]
    pub fn compare(&self, a: Atom, b: Atom) -> Ordering {
        // The order of UTF-8 bytes is the order of the characters.
        if a == b { Ordering::Equal } else { self.bytes(a).cmp(self.bytes(b)) }
    }

    fn bytes(&self, atom: Atom) -> &[u8] {
        bytes_in(&self.text, &self.spans, atom.0)
    }

    /// The budget that the table is counted in, and with it all of the VM.
    #[must_use]
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// How many atoms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        PREDEFINED.len() + self.spans.len()
    }

    /// The bytes of the names and places of all atoms but the predefined ones, and of the index of all.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.text.len() + size_of_val(self.spans.as_slice()) + self.len() * crate::load::cost::INDEX
    }

    /// Never: some are predefined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }
}

fn name_in<'a>(text: &'a [u8], spans: &[Span], number: u32) -> &'a str {
    match PREDEFINED.get(number as usize) {
        Some(name) => name,
        None => core::str::from_utf8(bytes_in(text, spans, number)).unwrap_or_default(),
    }
}

fn bytes_in<'a>(text: &'a [u8], spans: &[Span], number: u32) -> &'a [u8] {
    let number = number as usize;
    if let Some(name) = PREDEFINED.get(number) {
        return name.as_bytes();
    }
    let Some(span) = spans.get(number - PREDEFINED.len()) else { return &[] };
    text.get(span.start as usize..(span.start + span.length) as usize).unwrap_or_default()
}
