//! What git says about a file.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether git would keep a file: it is in a repository, and not ignored. Without git nothing is known, and nothing said.
pub(crate) fn keeps(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = file.file_name() else { return false };
    let mut git = Command::new("git");
    git.current_dir(folder).args(["check-ignore", "--quiet", "--"]).arg(name);
    let status = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    // 0: it is ignored; 128: this is no repository.
    status.is_ok_and(|status| status.code() == Some(1))
}
