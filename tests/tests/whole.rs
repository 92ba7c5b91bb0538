//! The firmware of boards, whole: it builds and links, with all that it has by itself, and its image is fine.
//!
//! The last of the tests, since a build takes minutes: whoever runs all of them can begin it before (`.ci/run` does).

use std::time::Duration;

use emberl_image::{Board, board::ImageKind};
use emberl_tests::{
    Failed, check,
    image::{Folder, accepted, read_blocks},
    process,
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;

/// How long the build of a board's firmware may take.
const BUILD_LIMIT: Duration = Duration::from_secs(1800);
/// The least bytes of a stack.
const STACK: u64 = 8 << 10;
/// The boards, and what a toolchain for each is.
const BOARDS: [(&str, Tool); 4] = [
    ("esp32c3", Tool::DeviceToolchain),
    ("esp32c6", Tool::DeviceToolchain),
    ("rp2040", Tool::PicoToolchain),
    ("rp2040w", Tool::PicoToolchain),
];

fn main() {
    let mut trials = Vec::new();
    for (name, toolchain) in BOARDS {
        trials.extend(Board::named(name).map(|board| {
            let tools = [toolchain, Tool::Esptool];
            needs(&tools, format!("whole::firmware_of_{name}_links_and_fits"), move || whole(board))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The firmware of a board, whole, with all that it has by itself: it builds, links, and fits beside a pack.
fn whole(board: &'static Board) -> Result<(), Failed> {
    let folder = Folder::new()?;
    let mut command = folder.command()?;
    process::forget_package(&mut command);
    command.args(["firmware", "build", "--board", board.name, "--source"]).arg(emberl_tests::repository_dir());
    let output = process::run(&mut command, BUILD_LIMIT)?.ok()?;
    let elf = output.out().trim_end().to_owned();
    let arguments = ["--board", board.name, "--firmware", &elf, "app.avm"];
    let (image, report) = folder.image(&arguments)?;
    check(folder.image(&arguments)?.0 == image, || "the same twice gives other bytes".into())?;
    // The stack and a heap must have room: what is left of the RAM.
    let ram = report["memories"].as_array().into_iter().flatten().find(|memory| memory["name"] == "RAM");
    let (size, used) = ram.and_then(|ram| ram["size"].as_u64().zip(ram["used"].as_u64())).unwrap_or_default();
    check(used > 0 && used + STACK <= size, || format!("{used} of {size} bytes of RAM are taken"))?;
    if board.image == ImageKind::Merged {
        accepted(&folder, board, &image, &report, "emberl-board-esp32")?;
    } else {
        check(!read_blocks(&image)?.is_empty(), || "no blocks".into())?;
    }
    Ok(())
}
