//! The firmware of a board that was built before: whether it is there, and not older than its sources. Nothing is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use emberl_image::board::Board;

/// What there is of a firmware.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Built {
    /// It was not built.
    Nothing,
    /// A source is newer than it.
    Old,
    /// It is as its sources are: the ELF file.
    Fresh(PathBuf),
}

/// The folder that a board's firmware is built in, one for each board: another compiler builds there than elsewhere, and
/// boards are not to wait for each other.
pub(super) fn folder(board: &Board, checkout: &Path) -> PathBuf {
    checkout.join("target/device").join(board.folder())
}

/// Where cargo puts the ELF file in that folder, by the name that packages of boards have.
pub(super) fn place(board: &Board, folder: &Path) -> PathBuf {
    let package = board.package.rsplit('/').next().unwrap_or(board.package);
    folder.join(board.target).join("release").join(format!("emberl-board-{package}"))
}

/// Looks for the firmware of a board.
pub(crate) fn find(board: &Board, checkout: &Path) -> Built {
    let elf = place(board, &folder(board, checkout));
    let Some(time) = changed(&elf) else { return Built::Nothing };
    // Cargo writes beside it of what it was built. Without that nothing is known.
    let Ok(rule) = fs::read_to_string(elf.with_extension("d")) else { return Built::Old };
    let is_fresh = sources(&rule).iter().all(|source| changed(source).is_some_and(|changed| changed <= time));
    if is_fresh { Built::Fresh(elf) } else { Built::Old }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The files after the colon of a rule as make has it; a space in a name has a backslash before it.
fn sources(rule: &str) -> Vec<PathBuf> {
    let Some((_, list)) = rule.lines().next().unwrap_or_default().split_once(": ") else { return Vec::new() };
    let mut paths: Vec<String> = Vec::new();
    let mut continues = false;
    for word in list.split(' ') {
        let (part, goes_on) = word.strip_suffix('\\').map_or((word, false), |part| (part, true));
        match paths.last_mut().filter(|_| continues) {
            Some(path) => *path += &format!(" {part}"),
            None => paths.push(part.to_owned()),
        }
        continues = goes_on;
    }
    paths.into_iter().filter(|path| !path.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn names_with_spaces_are_one() {
        let paths = sources("/t/my\\ elf: /a/main.rs /my\\ own\\ folder/lib.rs /b.rs\n\n/other: /c.rs\n");
        assert_eq!(paths, ["/a/main.rs", "/my own folder/lib.rs", "/b.rs"].map(PathBuf::from));
        assert!(sources("").is_empty() && sources("/t/elf:").is_empty());
    }

    #[test]
    fn firmware_that_is_older_than_a_source_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let board = Board::named("qemu-riscv32").unwrap();
        assert_eq!(find(board, folder.path()), Built::Nothing);
        let elf = place(board, &super::folder(board, folder.path()));
        fs::create_dir_all(elf.parent().unwrap()).unwrap();
        fs::write(&elf, "").unwrap();
        assert_eq!(find(board, folder.path()), Built::Old, "nothing tells its sources");
        let source = folder.path().join("main.rs");
        fs::write(&source, "").unwrap();
        fs::write(elf.with_extension("d"), format!("{}: {}\n", elf.display(), source.display())).unwrap();
        let set = |path: &Path, seconds| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        };
        set(&elf, 200);
        set(&source, 100);
        assert_eq!(find(board, folder.path()), Built::Fresh(elf));
        set(&source, 300);
        assert_eq!(find(board, folder.path()), Built::Old);
        fs::remove_file(&source).unwrap();
        assert_eq!(find(board, folder.path()), Built::Old);
    }
}
