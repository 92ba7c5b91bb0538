//! Where the sources of Emberl are.

use std::env;
use std::path::{Path, PathBuf};

use emberl_image::board::Board;

use crate::failure::{Failure, Result};

/// The variable that names the folder of the sources.
pub(crate) const VARIABLE: &str = "EMBERL_SOURCE";

/// The folder of the sources with the firmware of `board`: the one that is named, else that of the variable
/// [`VARIABLE`], else the current one or one above, else the one where this program was built.
pub(crate) fn find(board: &Board, named: Option<&Path>) -> Result<PathBuf> {
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let said =
        named.map(|folder| (folder.to_owned(), "--source")).or_else(|| variable.map(|folder| (folder, VARIABLE)));
    if let Some((folder, by)) = said {
        if has(&folder, board) {
            return Ok(folder.canonicalize().unwrap_or(folder));
        }
        let what = format!("{} has no firmware of the board {}", folder.display(), board.name);
        let cure = format!("name the folder of Emberl's sources, with {} in it, by {by}", board.package);
        return Err(Failure::input(what, cure));
    }
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned);
    let current = env::current_dir().unwrap_or_default();
    let mut folders = current.ancestors().map(Path::to_owned).chain(built);
    folders.find(|folder| has(folder, board)).ok_or_else(|| {
        let what = format!("the sources of the firmware of {} ({}) are not here", board.name, board.package);
        let cure = format!("name the folder of Emberl's sources by --source or {VARIABLE}, or run this in it");
        Failure::input(what, cure)
    })
}

fn has(folder: &Path, board: &Board) -> bool {
    folder.join(board.package).join("Cargo.toml").is_file()
}
