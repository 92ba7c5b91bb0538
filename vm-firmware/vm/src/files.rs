//! What a machine with files is asked for, and what it answers. Names are bytes as the system has them.

use alloc::vec::Vec;

/// Modes of an open file, added up.
pub mod modes {
    /// It can be read.
    pub const READ: u32 = 1;
    /// It can be written.
    pub const WRITE: u32 = 2;
    /// What is written goes to its end.
    pub const APPEND: u32 = 4;
    /// It must not have been there.
    pub const EXCLUSIVE: u32 = 8;
}

/// From where a position counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The beginning.
    Start,
    /// Where the file is.
    Current,
    /// The end.
    End,
}

/// A change to the tree of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Deletes a file.
    Delete,
    /// Deletes an empty folder.
    DeleteFolder,
    /// Makes a folder.
    MakeFolder,
    /// Gives the first name's file the second name.
    Rename,
    /// Makes the second name another one of the first name's file.
    Link,
    /// Makes the second name a symbolic link that says the first.
    Symlink,
    /// Makes a folder the current one.
    SetCurrent,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// Opens a file, with modes. Answer: a handle.
    Open(&'a [u8], u32),
    /// Closes it.
    Close(u32),
    /// Reads so many bytes, or fewer at the end. Answer: bytes.
    Read(u32, usize),
    /// Writes all.
    Write(u32, &'a [u8]),
    /// Moves to a position. Answer: the number from the beginning.
    Seek(u32, From, i64),
    /// Ends the file where it is.
    Truncate(u32),
    /// Sees that all is on the disk.
    Sync(u32),
    /// Reads all of a file. Answer: bytes.
    ReadAll(&'a [u8]),
    /// What is known of a file, through links or of a link. Answer: information.
    Look(&'a [u8], bool),
    /// Sets the permissions: the lower twelve bits.
    Permit(&'a [u8], u32),
    /// Sets the times of access and change, in seconds since 1970.
    Date(&'a [u8], i64, i64),
    /// The names in a folder. Answer: names.
    List(&'a [u8]),
    /// What a link says. Answer: bytes.
    ReadLink(&'a [u8]),
    /// The current folder. Answer: bytes.
    Current,
    /// A change, of one or two names.
    Change(Change, &'a [u8], &'a [u8]),
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Regular,
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device.
    Device,
    /// Anything else.
    Other,
}

/// What is known of a file.
#[derive(Clone, Copy, Debug)]
pub struct Information {
    /// Bytes.
    pub size: u64,
    /// Its kind.
    pub kind: Kind,
    /// Whether the program may read it, and write it.
    pub access: [bool; 2],
    /// Times of access, change, and change of what is told here: seconds since 1970.
    pub times: [i64; 3],
    /// Mode, links, major and minor number of its device, number of the file, user, group.
    pub numbers: [u64; 7],
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is done.
    Done,
    /// A handle.
    Handle(u32),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Names.
    Names(Vec<Vec<u8>>),
    /// A position.
    Position(u64),
    /// Information.
    Information(Information),
}

/// Why it could not be: POSIX's name of the error, in small letters.
pub type Error = &'static str;
