//! `emberl flash` against boot loaders that are no chips: one of our own with a flash that is compared byte by byte, and the
//! public esp32-mock-bootloader, whose flash is read back by esptool.
//!
//! No chip was at hand. What a chip does beside the protocol (the lines that reset it, its times) is not shown here.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use emberl_format::avm::Builder;
    use emberl_tests::fake_rom::{FLASH, FakeRom, Fault, Model, Pty, SECTOR};
    use emberl_tests::process::{self, Output};
    use emberl_tests::tools::{Tool, needs};
    use emberl_tests::{Failed, bin, check, package_dir};
    use esp_idf_part::PartitionTable;
    use libtest_mimic::{Arguments, Trial};
    use tempfile::TempDir;

    const LIMIT: Duration = Duration::from_secs(120);
    /// Where `main.avm` is in [`table`].
    const MAIN: usize = 0x25_0000;
    const MAIN_SIZE: usize = 0x10_0000;

    pub(super) fn main() {
        let arguments = Arguments::from_args();
        let mut trials = Vec::new();
        type Test = fn(Mode) -> Result<(), Failed>;
        let both: [(&str, Test); 8] = [
            ("first_unchanged_and_changed", first_unchanged_and_changed),
            ("erase_empties_the_partition", erase),
            ("dry_run_writes_nothing", dry_run),
            ("wrong_requests_write_nothing", wrong_requests),
            ("a_fault_in_the_middle_is_tried_again", fault_in_the_middle),
            ("faults_without_end_are_told_and_mended_later", faults_without_end),
            ("an_image_leaves_settings_alone", image),
            ("a_higher_rate", higher_rate),
        ];
        for mode in [Mode::Stub, Mode::Rom] {
            for (name, test) in both {
                trials.push(Trial::test(format!("{mode:?}::{name}"), move || test(mode)));
            }
        }
        trials.extend([
            Trial::test("port::no_permission", no_permission),
            Trial::test("port::missing_busy_and_silent", missing_busy_and_silent),
            Trial::test("command_line::what_is_wrong_is_told_first", command_line),
            needs(&[Tool::MockBootloader], "peer::esp32_mock_bootloader", mock_bootloader),
        ]);
        libtest_mimic::run(&arguments, trials).exit();
    }

    /// Which loader writes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Mode {
        /// The one that is put into RAM: compressed.
        Stub,
        /// The one in ROM: plain.
        Rom,
    }

    /// A folder with packs, and a board.
    struct Bench {
        folder: TempDir,
        board: FakeRom,
        mode: Mode,
    }

    impl Bench {
        /// A board with a partition table and something in every partition.
        fn new(mode: Mode) -> Result<Self, Failed> {
            let bench = Self { folder: TempDir::new()?, board: FakeRom::new(Model::C3)?, mode };
            let mut state = bench.board.state();
            for (at, byte) in state.flash.iter_mut().enumerate().take(MAIN) {
                *byte = noise(at);
            }
            let table = table()?;
            state.flash.splice(0x8000..0x8000 + table.len(), table);
            drop(state);
            Ok(bench)
        }

        fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
            Ok(fs::write(self.folder.path().join(name), bytes)?)
        }

        fn flash(&self, arguments: &[&str]) -> Result<Output, Failed> {
            let mut command = Command::new(bin::emberl()?);
            command.current_dir(self.folder.path()).args([
                "flash",
                "--before",
                "no-reset",
                "--port",
                self.board.port(),
            ]);
            if self.mode == Mode::Rom {
                command.arg("--no-stub");
            }
            let output = process::run(command.args(arguments), LIMIT)?;
            let wrong = std::mem::take(&mut self.board.state().wrong);
            check(wrong.is_empty(), || format!("{wrong:#?}\n{output}"))?;
            Ok(output)
        }

        /// Runs it with this exit code, and compares what it says; the port is written `PORT`.
        fn says(&self, code: i32, arguments: &[&str], expected: &str) -> Result<(), Failed> {
            let output = self.flash(arguments)?;
            let told = output.err().replace(self.board.port(), "PORT");
            check(output.code() == Some(code) && told == expected && output.out().is_empty(), || {
                format!("expected exit code {code} and\n{expected}\nfound\n{told}\n{output}")
            })
        }

        /// Compares the whole flash with what it should be.
        fn holds(&self, expected: &[u8]) -> Result<(), Failed> {
            let state = self.board.state();
            match state.flash.iter().zip(expected).position(|(a, b)| a != b) {
                None if state.flash.len() == expected.len() => Ok(()),
                at => Err(format!("the flash is not what it should be at {at:#x?}").into()),
            }
        }
    }

    /// Bytes that cannot be compressed.
    fn noise(at: usize) -> u8 {
        let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u8
    }

    /// AtomVM's partition table, made by esp-idf-part.
    fn table() -> Result<Vec<u8>, Failed> {
        let csv = "nvs, data, nvs, 0x9000, 0x6000\nphy_init, data, phy, 0xF000, 0x1000\n\
                   factory, app, factory, 0x10000, 0x1C0000\nboot.avm, data, 1, 0x1D0000, 0x80000\n\
                   main.avm, data, 1, 0x250000, 0x100000\n";
        Ok(PartitionTable::try_from_str(csv)?.to_bin()?)
    }

    /// A pack with a program, text that packs well and noise that does not; `seed` changes a few bytes in its middle.
    fn pack(noisy: usize, seed: u8) -> Result<Vec<u8>, Failed> {
        let app = fs::read(package_dir().join("fixtures/cli/app.beam"))?;
        let text = "A line of text that comes again and again.\n".repeat(2000);
        let mut pack = Builder::new();
        let wrong = |error: emberl_format::Error| Failed::from(error.to_string());
        pack.push(b"app.beam", 3, &app).map_err(wrong)?;
        pack.push_file(b"app/priv/text", text.as_bytes()).map_err(wrong)?;
        pack.push_file(b"app/priv/seed", &[seed; 64]).map_err(wrong)?;
        pack.push_file(b"app/priv/noise", &(0..noisy).map(noise).collect::<Vec<_>>()).map_err(wrong)?;
        Ok(pack.finish())
    }

    /// The flash with a file at a place; the rest of the last sector is empty.
    fn with(flash: &[u8], at: usize, file: &[u8]) -> Vec<u8> {
        let mut flash = flash.to_vec();
        let end = (at + file.len()).next_multiple_of(SECTOR);
        flash.splice(at..end, file.iter().copied().chain(std::iter::repeat(0xFF)).take(end - at));
        flash
    }

    fn first_unchanged_and_changed(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let (first, second) = (pack(100_000, 1)?, pack(100_000, 2)?);
        bench.file("app.avm", &first)?;
        let before = bench.board.state().flash.clone();
        let sectors = first.len().div_ceil(SECTOR);
        let left = format!("{:.1} KiB of 1.0 MiB are left there.", (MAIN_SIZE - first.len()) as f64 / 1024.0);
        let stays = "The board is in its boot loader: press RESET to start the program.\n";
        bench.says(
            0,
            &["app.avm"],
            &format!(
                "ESP32-C3 with 4.0 MiB of flash at PORT\n{sectors} of {sectors} sectors to write\n\
                 Written to main.avm at 0x250000 and compared: {sectors} sectors.\n{left}\n{stays}"
            ),
        )?;
        let written = with(&before, MAIN, &first);
        bench.holds(&written)?;
        {
            let mut state = bench.board.state();
            check(state.sectors().len() == sectors, || format!("{:?}", state.sectors()))?;
            // Plain blocks are a quarter of a sector. Compressed, half of it is text, so that a third is saved at least.
            match mode {
                Mode::Rom => check(state.plain == sectors * 4 && state.compressed == 0, || format!("{}", state.plain))?,
                Mode::Stub => {
                    let most = first.len() * 2 / 3 / 0x4000 + 1;
                    check(state.plain == 0 && state.compressed <= most, || format!("{}", state.compressed))?;
                }
            }
            state.forget();
        }
        bench.says(
            0,
            &["app.avm"],
            &format!(
                "ESP32-C3 with 4.0 MiB of flash at PORT\nNothing to write: main.avm at 0x250000 holds it already.\n\
                 {left}\n{stays}"
            ),
        )?;
        bench.holds(&written)?;
        check(bench.board.state().begun.is_empty(), || "an unchanged pack was written".into())?;
        bench.file("app.avm", &second)?;
        bench.flash(&["app.avm"])?.ok()?;
        bench.holds(&with(&before, MAIN, &second))?;
        let differ: Vec<usize> = first
            .iter()
            .zip(&second)
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(at, _)| (MAIN + at) / SECTOR)
            .collect();
        let mut differ = differ;
        differ.dedup();
        let state = bench.board.state();
        check(!differ.is_empty() && differ.len() <= 2, || format!("{differ:?}"))?;
        check(state.sectors() == differ, || format!("{:?} were written, {differ:?} differ", state.sectors()))
    }

    fn erase(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let small = pack(10, 1)?;
        {
            // Old things behind the pack.
            let mut state = bench.board.state();
            for at in [MAIN + 0x4_0000, MAIN + MAIN_SIZE - 1, MAIN + MAIN_SIZE] {
                state.flash.splice(at..=at, [7]);
            }
        }
        let before = bench.board.state().flash.clone();
        bench.file("app.avm", &small)?;
        bench.flash(&["app.avm"])?.ok()?;
        bench.holds(&with(&before, MAIN, &small))?;
        bench.board.state().forget();
        bench.flash(&["--erase", "app.avm"])?.ok()?;
        let mut expected = with(&before, MAIN, &small);
        for at in [MAIN + 0x4_0000, MAIN + MAIN_SIZE - 1] {
            expected.splice(at..=at, [0xFF]);
        }
        bench.holds(&expected)?;
        let state = bench.board.state();
        check(state.sectors() == [(MAIN + 0x4_0000) / SECTOR, (MAIN + MAIN_SIZE - 1) / SECTOR], || {
            format!("{:?}", state.sectors())
        })
    }

    fn dry_run(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let before = bench.board.state().flash.clone();
        bench.file("app.avm", &pack(10, 1)?)?;
        bench.says(
            0,
            &["--dry-run", "app.avm"],
            "ESP32-C3 with 4.0 MiB of flash at PORT\n22 of 22 sectors would be written\n  0x250000: 22 sectors\n\
             Nothing was written (--dry-run).\n939.1 KiB of 1.0 MiB are left there.\n\
             The board is in its boot loader: press RESET to start the program.\n",
        )?;
        bench.holds(&before)?;
        check(bench.board.state().begun.is_empty(), || "something was erased".into())
    }

    fn wrong_requests(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let before = bench.board.state().flash.clone();
        let good = pack(10, 1)?;
        bench.file("app.avm", &good)?;
        bench.file("large.avm", &pack(1_100_000, 1)?)?;
        let head = "ESP32-C3 with 4.0 MiB of flash at PORT\n";
        bench.says(
            1,
            &["--board", "esp32c6", "app.avm"],
            &format!(
                "{head}error: the chip at PORT is an ESP32-C3, not an ESP32-C6\n   = cure: name --board esp32c3, or the \
                 port of the other board\n"
            ),
        )?;
        let over = pack(1_100_000, 1)?.len() - MAIN_SIZE;
        bench.says(
            1,
            &["large.avm"],
            &format!(
                "{head}error: large.avm has {over} bytes more than fit into the partition main.avm: {} of 1048576\n   \
                 = cure: make it smaller (emberl pack --prune; `emberl size` shows what takes the space), or write a \
                 firmware with a larger partition\n",
                over + MAIN_SIZE
            ),
        )?;
        bench.says(
            1,
            &["--partition", "other.avm", "app.avm"],
            &format!(
                "{head}error: the board has no partition other.avm; it has nvs, phy_init, factory, boot.avm, main.avm\n   \
                 = cure: name one of them with --partition, or write a firmware that has it\n"
            ),
        )?;
        bench.says(
            1,
            &["--partition", "factory", "app.avm"],
            &format!(
                "{head}error: the partition factory cannot take a pack: it is for a firmware\n   = cure: name another \
                 with --partition\n"
            ),
        )?;
        bench.holds(&before)?;
        // A board that was never written to, and one with something else there.
        for (byte, why) in [(0xFF, "the flash is empty there"), (0x00, "what stands there is something else")] {
            bench.board.state().flash.splice(0x8000..0x9000, [byte; 0x1000]);
            bench.says(
                1,
                &["app.avm"],
                &format!(
                    "{head}error: the board at PORT has no partition table at 0x8000: {why}\n   = cure: write a firmware \
                     first: emberl flash --image MERGED.bin\n"
                ),
            )?;
        }
        check(bench.board.state().begun.is_empty(), || "something was erased".into())
    }

    fn fault_in_the_middle(mode: Mode) -> Result<(), Failed> {
        for fault in [Fault::Silence, Fault::Refusal, Fault::Spoiled] {
            let bench = Bench::new(mode)?;
            let pack = pack(200_000, 1)?;
            let before = bench.board.state().flash.clone();
            bench.file("app.avm", &pack)?;
            // The silent block is waited for, for ten seconds at least: not in both modes.
            if fault == Fault::Silence && mode == Mode::Rom {
                continue;
            }
            let at = if mode == Mode::Rom { 60 } else { 5 };
            bench.board.state().faults = vec![(at, fault)];
            let output = bench.flash(&["app.avm"])?.ok()?;
            bench.holds(&with(&before, MAIN, &pack))?;
            let why = match fault {
                Fault::Silence => "failed: ",
                Fault::Refusal => "failed: ",
                Fault::Spoiled => "failed: the flash does not hold what was written; attempt 2 of 3\n",
            };
            check(output.err().contains(why) && output.err().contains("attempt 2 of 3"), || output.to_string())?;
            check(bench.board.state().faults.is_empty(), || "the fault did not come".into())?;
            // The second attempt wrote no more than what was not right yet.
            let state = bench.board.state();
            let all = pack.len().div_ceil(SECTOR);
            let again: usize = state.begun.iter().skip(1).map(|(_, size)| size / SECTOR).sum();
            check(state.begun.len() > 1 && again < all, || format!("{:?} of {all}", state.begun))?;
        }
        Ok(())
    }

    fn faults_without_end(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let pack = pack(200_000, 1)?;
        let before = bench.board.state().flash.clone();
        bench.file("app.avm", &pack)?;
        bench.board.state().faults = vec![(3, Fault::Refusal); 3];
        let output = bench.flash(&["app.avm"])?;
        check(output.code() == Some(3), || output.to_string())?;
        let text = output.err();
        check(text.contains("error: writing the flash at 0x2") && text.contains(" failed 3 times: "), || text.clone())?;
        check(
            text.contains("attempt 3 of 3") && text.contains("what is written already is not written twice"),
            || text.clone(),
        )?;
        // Another run, all is well again.
        bench.flash(&["app.avm"])?.ok()?;
        bench.holds(&with(&before, MAIN, &pack))
    }

    /// A merged image for a C3: a boot loader's header, the table, a firmware, and a pack where `packed`.
    fn merged(packed: bool) -> Result<Vec<u8>, Failed> {
        let mut image = vec![0xFF; MAIN];
        for at in (0..0x5000).chain(0x1_0000..0x3_3333) {
            image.splice(at..=at, [noise(at)]);
        }
        image.splice(0..16, [0xE9, 3, 2, 0x20, 0, 0, 0, 0, 0xEE, 0, 0, 0, 5, 0, 0, 0]);
        let table = table()?;
        image.splice(0x8000..0x8000 + table.len(), table);
        if packed {
            image.extend(pack(1000, 1)?);
        }
        Ok(image)
    }

    fn image(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        {
            // A board without anything but settings.
            let mut state = bench.board.state();
            state.flash = vec![0xFF; FLASH];
            state.flash.splice(0x9000..0x9100, [0x11; 0x100]);
        }
        let settings = bench.board.state().flash.clone();
        let image = merged(true)?;
        bench.file("merged.bin", &image)?;
        bench.flash(&["--image", "merged.bin"])?.ok()?;
        let mut expected = with(&settings, 0, &image);
        expected.splice(0x9000..0x9100, [0x11; 0x100]);
        bench.holds(&expected)?;
        let text = bench.flash(&["--image", "merged.bin"])?.ok()?.err();
        check(text.contains("Nothing to write: the flash holds it already."), || text.clone())?;
        // A pack on top of it, then an image without one, which leaves it.
        bench.file("app.avm", &pack(3000, 9)?)?;
        bench.flash(&["app.avm"])?.ok()?;
        expected = with(&expected, MAIN, &pack(3000, 9)?);
        bench.file("merged.bin", &merged(false)?)?;
        bench.flash(&["--image", "merged.bin"])?.ok()?;
        bench.holds(&expected)?;
        // With --erase all is gone that is not in it.
        bench.flash(&["--erase", "--image", "merged.bin"])?.ok()?;
        bench.holds(&with(&vec![0xFF; FLASH], 0, &merged(false)?))?;
        // For another chip, too large, and not an image at all.
        let before = bench.board.state().flash.clone();
        bench.board.state().forget();
        let mut other = image.clone();
        other.splice(12..13, [13]);
        bench.file("other.bin", &other)?;
        bench.says(
            1,
            &["--image", "other.bin"],
            "ESP32-C3 with 4.0 MiB of flash at PORT\nerror: the chip at PORT is an ESP32-C3, but other.bin is made for an \
             ESP32-C6\n   = cure: build the image for esp32c3: emberl image --board esp32c3\n",
        )?;
        let mut large = image.clone();
        large.resize(FLASH + 1, 0);
        bench.file("large.bin", &large)?;
        let text = bench.flash(&["--image", "large.bin"])?.err();
        check(text.contains("large.bin has 1 bytes more than fit into the chip's flash"), || text.clone())?;
        let text = bench.flash(&["--image", "app.avm"])?.err();
        check(text.contains("app.avm is no image that can be flashed: there is no boot loader"), || text.clone())?;
        check(bench.board.state().begun.is_empty(), || "something was erased".into())?;
        bench.holds(&before)
    }

    fn higher_rate(mode: Mode) -> Result<(), Failed> {
        let bench = Bench::new(mode)?;
        let pack = pack(10, 1)?;
        let before = bench.board.state().flash.clone();
        bench.file("app.avm", &pack)?;
        bench.flash(&["--baud", "460800", "app.avm"])?.ok()?;
        bench.holds(&with(&before, MAIN, &pack))
    }

    /// The port belongs to somebody else. Who is root may use it all the same, so then another user is asked.
    fn no_permission() -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let pty = Pty::new()?;
        fs::set_permissions(&pty.path, fs::Permissions::from_mode(0o000))?;
        let program = folder.path().join("emberl");
        fs::copy(bin::emberl()?, &program)?;
        fs::write(folder.path().join("app.avm"), pack(10, 1)?)?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let is_root = nix::unistd::geteuid().is_root();
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        for name in ["flash", "monitor"] {
            let arguments: &[&str] = if name == "flash" { &["app.avm"] } else { &[] };
            let mut command = clone(&command);
            command.current_dir(folder.path()).args([name, "--port", &pty.path]).args(arguments);
            let output = process::run(&mut command, LIMIT)?;
            let expected = format!(
                "error: you may not use the port {}\n   = cure: sudo usermod -aG dialout $USER, then log out and in again\n",
                pty.path
            );
            check(output.code() == Some(3) && output.err() == expected, || output.to_string())?;
        }
        command.arg("--version");
        process::run(&mut command, LIMIT)?.ok()?;
        Ok(())
    }

    fn clone(command: &Command) -> Command {
        let mut other = Command::new(command.get_program());
        other.args(command.get_args());
        other
    }

    fn missing_busy_and_silent() -> Result<(), Failed> {
        let bench = Bench::new(Mode::Stub)?;
        bench.file("app.avm", &pack(10, 1)?)?;
        let run = |port: &str| -> Result<Output, Failed> {
            let mut command = Command::new(bin::emberl()?);
            command.current_dir(bench.folder.path()).args(["flash", "--before", "no-reset", "app.avm", "--port", port]);
            Ok(process::run(&mut command, LIMIT)?)
        };
        let output = run("/dev/ttyNONE7")?;
        let expected = "error: there is no port /dev/ttyNONE7\n   = cure: `emberl ports` lists the ports there are\n";
        check(output.code() == Some(2) && output.err() == expected, || output.to_string())?;
        // Nobody answers.
        let pty = Pty::new()?;
        let output = run(&pty.path)?;
        check(output.code() == Some(3) && output.err().contains("no boot loader of a chip answers at"), || {
            output.to_string()
        })?;
        // Another program has it.
        let held = serialport::new(&pty.path, 115_200).open()?;
        let output = run(&pty.path)?;
        drop(held);
        check(output.code() == Some(3) && output.err().contains("is used by another program"), || output.to_string())
    }

    /// Before the port is so much as opened.
    fn command_line() -> Result<(), Failed> {
        let bench = Bench::new(Mode::Stub)?;
        bench.file("app.avm", &pack(10, 1)?)?;
        let mut damaged = pack(10, 1)?;
        damaged.truncate(5000);
        bench.file("damaged.avm", &damaged)?;
        for (code, arguments, told) in [
            (1, &["damaged.avm"][..], "error[E00"),
            (1, &["missing.avm"], "missing.avm"),
            (1, &["--image", "app.avm"], "is no image that can be flashed"),
            (2, &[], "no pack is named"),
            (2, &["--board", "esp9", "app.avm"], "invalid value"),
            (2, &["--board", "rp2040", "app.avm"], "BOOTSEL"),
            (2, &["--board", "qemu-riscv32", "app.avm"], "emberl run --board"),
            (2, &["--image", "a.bin", "app.avm"], "cannot be used with"),
        ] {
            let output = bench.flash(arguments)?;
            check(output.code() == Some(code) && output.err().contains(told), || format!("{told}: {output}"))?;
            check(!output.err().contains("ESP32-C3 with"), || output.to_string())?;
        }
        Ok(())
    }

    /// A program that is ended with the value.
    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            // It may have ended by itself.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// The public mock, which another author wrote after esptool: an image, then a pack; esptool reads what is there then.
    fn mock_bootloader() -> Result<(), Failed> {
        let folder = TempDir::new()?;
        let python = Tool::MockBootloader.find().ok_or("it was there a moment ago")?;
        let file = folder.path().join("port");
        let mut mock = Command::new(&python);
        mock.args(["-c", MOCK, "run", "--pty", "--chip", "esp32c3", "--timeout", "200", "--port-file"]).arg(&file);
        let _mock = Ended(mock.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        let port = wait_for(&file)?;
        let image = merged(true)?;
        let later = pack(50_000, 3)?;
        fs::write(folder.path().join("merged.bin"), &image)?;
        fs::write(folder.path().join("app.avm"), &later)?;
        let flash = |arguments: &[&str]| -> Result<String, Failed> {
            let mut command = Command::new(bin::emberl()?);
            command.current_dir(folder.path()).args(["flash", "--before", "no-reset", "--port", &port]);
            Ok(process::run(command.args(arguments), LIMIT)?.ok()?.err())
        };
        flash(&["--image", "merged.bin"])?;
        let text = flash(&["--image", "merged.bin"])?;
        check(text.contains("Nothing to write"), || text.clone())?;
        flash(&["app.avm"])?;
        let text = flash(&["app.avm"])?;
        check(text.contains("Nothing to write: main.avm at 0x250000"), || text.clone())?;
        let expected = with(&with(&vec![0xFF; FLASH], 0, &image), MAIN, &later);
        // The mock stalls now and then when much is read at once.
        let parts = (0..0x3_4000).step_by(PART).chain((MAIN..MAIN + later.len()).step_by(PART));
        for at in parts {
            let read = esptool_reads(&python, &port, at, folder.path())?;
            let wrong = read.iter().zip(expected.iter().skip(at)).position(|(a, b)| a != b);
            check(read.len() == PART && wrong.is_none(), || {
                format!("esptool reads {} bytes at {at:#x}, wrong at {wrong:#x?}", read.len())
            })?;
        }
        Ok(())
    }

    /// How many bytes esptool reads at once.
    const PART: usize = 0x8000;

    /// What esptool reads. On a busy machine the mock gives up waiting for it at times.
    fn esptool_reads(python: &Path, port: &str, at: usize, folder: &Path) -> Result<Vec<u8>, Failed> {
        let file = folder.join("read.bin");
        let mut last = None;
        for _ in 0..3 {
            let mut esptool = Command::new(python);
            esptool.args(["-m", "esptool", "--chip", "esp32c3", "--port", port, "--before", "no-reset"]);
            esptool.args(["--after", "no-reset", "read-flash"]).args([at.to_string(), PART.to_string()]).arg(&file);
            let output = process::run(&mut esptool, Duration::from_secs(20))?;
            if output.success() {
                return Ok(fs::read(&file)?);
            }
            last = Some(output.to_string());
        }
        Err(last.unwrap_or_default().into())
    }

    /// Starts the mock's command line, as its program does.
    const MOCK: &str = "import sys; from esp32_mock_bootloader.cli import main; sys.exit(main())";

    fn wait_for(file: &Path) -> Result<String, Failed> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30) {
            if let Ok(text) = fs::read_to_string(file)
                && !text.trim().is_empty()
            {
                return Ok(text.trim().to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("the mock does not start".into())
    }
}
