//! The desktop's files, as the virtual machine asks for them.

use std::collections::HashMap;
use std::fs::{self, File, FileTimes, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use emberl_vm::files::{Answer, Change, Error, From, Information, Kind, Request, modes};

/// The number of the system's error `eperm`.
const EPERM: i32 = 1;

/// The open files, by handle.
#[derive(Debug, Default)]
pub(crate) struct Files {
    open: HashMap<u32, File>,
    last: u32,
}

impl Files {
    /// Does what is asked for.
    pub(crate) fn answer(&mut self, request: Request<'_>) -> Result<Answer, Error> {
        self.perform(request).map_err(|error| reason(&error))
    }

    fn file(&mut self, handle: u32) -> io::Result<&mut File> {
        self.open.get_mut(&handle).ok_or_else(|| ErrorKind::InvalidInput.into())
    }

    fn perform(&mut self, request: Request<'_>) -> io::Result<Answer> {
        Ok(match request {
            Request::Open(name, modes) => {
                let file = open(&path(name)?, modes)?;
                self.last = self.last.wrapping_add(1) & 0xff_ffff;
                self.open.insert(self.last, file);
                Answer::Handle(self.last)
            }
            Request::Close(handle) => {
                self.open.remove(&handle).ok_or(ErrorKind::InvalidInput)?;
                Answer::Done
            }
            Request::Read(handle, size) => {
                let mut bytes = Vec::new();
                self.file(handle)?.take(size as u64).read_to_end(&mut bytes)?;
                Answer::Bytes(bytes)
            }
            Request::Write(handle, bytes) => {
                self.file(handle)?.write_all(bytes)?;
                Answer::Done
            }
            Request::Seek(handle, from, offset) => {
                let from = match from {
                    From::Start => SeekFrom::Start(u64::try_from(offset).map_err(|_| ErrorKind::InvalidInput)?),
                    From::Current => SeekFrom::Current(offset),
                    From::End => SeekFrom::End(offset),
                };
                Answer::Position(self.file(handle)?.seek(from)?)
            }
            Request::Truncate(handle) => {
                let file = self.file(handle)?;
                let at = file.stream_position()?;
                file.set_len(at)?;
                Answer::Done
            }
            Request::Sync(handle) => {
                self.file(handle)?.sync_all()?;
                Answer::Done
            }
            Request::ReadAll(name) => Answer::Bytes(fs::read(path(name)?)?),
            Request::Look(name, true) => Answer::Information(information(&fs::metadata(path(name)?)?)),
            Request::Look(name, false) => Answer::Information(information(&fs::symlink_metadata(path(name)?)?)),
            Request::Permit(name, mode) => {
                permit(&path(name)?, mode)?;
                Answer::Done
            }
            Request::Date(name, access, change) => {
                let time = |seconds: i64| UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
                let times = FileTimes::new().set_accessed(time(access)).set_modified(time(change));
                File::open(path(name)?)?.set_times(times)?;
                Answer::Done
            }
            Request::List(name) => {
                let names = fs::read_dir(path(name)?)?;
                let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().into_encoded_bytes());
                Answer::Names(names.map(name).collect::<io::Result<_>>()?)
            }
            Request::ReadLink(name) => Answer::Bytes(fs::read_link(path(name)?)?.into_os_string().into_encoded_bytes()),
            Request::Current => Answer::Bytes(std::env::current_dir()?.into_os_string().into_encoded_bytes()),
            Request::Change(what, first, second) => {
                change(what, &path(first)?, second)?;
                Answer::Done
            }
        })
    }
}

fn open(path: &Path, wanted: u32) -> io::Result<File> {
    let has = |mode| wanted & mode != 0;
    let writes = has(modes::WRITE) || has(modes::APPEND) || has(modes::EXCLUSIVE);
    // What is only written is made new, as OTP does.
    let new = writes && !has(modes::READ) && !has(modes::APPEND) && !has(modes::EXCLUSIVE);
    let file = OpenOptions::new()
        .read(has(modes::READ) || !writes)
        .write(writes && !has(modes::APPEND))
        .append(has(modes::APPEND))
        .create(writes && !has(modes::EXCLUSIVE))
        .create_new(has(modes::EXCLUSIVE))
        .truncate(new)
        .open(path)?;
    if file.metadata()?.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(file) }
}

fn change(what: Change, first: &Path, second: &[u8]) -> io::Result<()> {
    match what {
        // What OTP says of a folder, whatever the system does.
        Change::Delete if fs::symlink_metadata(first)?.is_dir() => Err(io::Error::from_raw_os_error(EPERM)),
        Change::Delete => fs::remove_file(first),
        Change::DeleteFolder => fs::remove_dir(first),
        Change::MakeFolder => fs::create_dir(first),
        Change::Rename => fs::rename(first, path(second)?),
        Change::Link => fs::hard_link(first, path(second)?),
        Change::Symlink => symlink(first, &path(second)?),
        Change::SetCurrent => std::env::set_current_dir(first),
    }
}

#[cfg(unix)]
fn path(name: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> io::Result<PathBuf> {
    std::str::from_utf8(name).map(PathBuf::from).map_err(|_| ErrorKind::InvalidInput.into())
}

#[cfg(unix)]
fn symlink(target: &Path, name: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, name)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o7777))
}

#[cfg(not(unix))]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(mode & 0o200 == 0);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn seconds(time: io::Result<std::time::SystemTime>) -> i64 {
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn kind(data: &Metadata) -> Kind {
    let kind = data.file_type();
    if kind.is_file() {
        Kind::Regular
    } else if kind.is_dir() {
        Kind::Directory
    } else if kind.is_symlink() {
        Kind::Symlink
    } else if is_device(&kind) {
        Kind::Device
    } else {
        Kind::Other
    }
}

#[cfg(unix)]
fn is_device(kind: &fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: &fs::FileType) -> bool {
    false
}

#[cfg(unix)]
fn information(data: &Metadata) -> Information {
    use std::os::unix::fs::MetadataExt;
    // Whether the program may, the system decides when it tries; told is what the mode says to its owner.
    let bit = |mask: u32| data.mode() & mask != 0;
    Information {
        size: data.len(),
        kind: kind(data),
        access: [bit(0o400), bit(0o200)],
        times: [data.atime(), data.mtime(), data.ctime()],
        numbers: [
            data.mode().into(),
            data.nlink(),
            data.dev(),
            data.rdev(),
            data.ino(),
            data.uid().into(),
            data.gid().into(),
        ],
    }
}

#[cfg(not(unix))]
fn information(data: &Metadata) -> Information {
    let writes = !data.permissions().readonly();
    let mode = if writes { 0o100_666 } else { 0o100_444 };
    let changed = seconds(data.modified());
    Information {
        size: data.len(),
        kind: kind(data),
        access: [true, writes],
        times: [seconds(data.accessed()), changed, changed],
        numbers: [mode, 1, 0, 0, 0, 0, 0],
    }
}

/// POSIX's name of an error.
fn reason(error: &io::Error) -> Error {
    #[cfg(unix)]
    {
        // Those that have no kind of their own, by their numbers, which all systems share.
        match error.raw_os_error() {
            Some(1) => return "eperm",
            Some(5) => return "eio",
            Some(9) => return "ebadf",
            Some(24) => return "emfile",
            _ => {}
        }
    }
    match error.kind() {
        ErrorKind::NotFound => "enoent",
        ErrorKind::PermissionDenied => "eacces",
        ErrorKind::AlreadyExists => "eexist",
        ErrorKind::IsADirectory => "eisdir",
        ErrorKind::NotADirectory => "enotdir",
        ErrorKind::DirectoryNotEmpty => "eexist",
        ErrorKind::StorageFull => "enospc",
        ErrorKind::ReadOnlyFilesystem => "erofs",
        ErrorKind::CrossesDevices => "exdev",
        ErrorKind::TooManyLinks => "emlink",
        ErrorKind::InvalidFilename => "enametoolong",
        ErrorKind::BrokenPipe => "epipe",
        ErrorKind::Unsupported => "enotsup",
        ErrorKind::OutOfMemory => "enomem",
        ErrorKind::InvalidInput => "einval",
        _ => "einval",
    }
}
