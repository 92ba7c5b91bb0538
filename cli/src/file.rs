//! Writing a file as a whole or not at all: what the binaries `emberl` and `packbeam` share.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a whole file: beside its place first, then renamed into it, so that no failure leaves half of it.
///
/// A link stays, and what it leads to is replaced. A device or a pipe is written to as it is. The temporary file's name
/// begins with `.` and `command`, the name of the binary.
///
/// # Errors
/// When the file cannot be made, written or put in its place; what was there before stays.
pub fn write_whole(path: &Path, bytes: &[u8], command: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        // A device or a pipe (or a folder, which gives the error) cannot be replaced, only written to.
        return fs::OpenOptions::new().write(true).open(&target)?.write_all(bytes);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!(".{command}-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As of any new file: the process's umask takes its part of this.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The error would name the temporary file, which says nothing to the user.
    let mut file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    if let Some(existing) = existing {
        if existing.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is there and may not be written"));
        }
        file.as_file().set_permissions(existing.permissions())?;
    }
    file.persist(&target).map(drop).map_err(|error| error.error)
}
