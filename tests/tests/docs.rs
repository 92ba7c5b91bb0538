//! The pages of `docs/` say what is true: the commands in them are run, their links lead somewhere, and their tables are those of
//! the code (`EMBERL_UPDATE=1` writes these). `docs/src/documents.md` says how blocks are marked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use emberl_packer::codes::CODES;
use emberl_tests::tools::{Tool, needs};
use emberl_tests::{Failed, bin, process, repository_dir};
use libtest_mimic::{Arguments, Trial};

/// How long a block may take.
const LIMIT: Duration = Duration::from_secs(300);

/// A fenced block of a page.
struct Block {
    /// The line of its first fence.
    line: usize,
    /// The words after it: the language, then the marks.
    marks: Vec<String>,
    text: String,
}

impl Block {
    fn has(&self, mark: &str) -> bool {
        self.marks.iter().any(|own| own == mark)
    }

    /// The value of a mark `name=value`.
    fn value(&self, name: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(name)?.strip_prefix('='))
    }

    fn is_shell(&self) -> bool {
        self.has("sh") && !self.has("manual")
    }

    /// The tools that it needs. Marks after `needs=` that name tools count, too: `sh,needs=erlc,curl`.
    fn tools(&self) -> Vec<Tool> {
        let words = self.marks.iter().map(|mark| mark.strip_prefix("needs=").unwrap_or(mark));
        words.filter_map(|word| Tool::ALL.into_iter().find(|tool| tool.name() == word)).collect()
    }
}

/// The blocks of a page.
fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<(Block, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        match &mut open {
            Some((_, fence)) if trimmed == fence => found.extend(open.take().map(|(block, _)| block)),
            Some((block, _)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if trimmed.starts_with("```") => {
                let marks = trimmed.trim_start_matches('`').split(',').map(|mark| mark.trim().to_owned()).collect();
                open = Some((Block { line: at + 1, marks, text: String::new() }, "```".to_owned()));
            }
            None => {}
        }
    }
    found
}

fn source() -> PathBuf {
    repository_dir().join("docs/src")
}

/// The pages' names, in order.
fn pages() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(source())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    names
}

fn read(page: &str) -> Result<String, Failed> {
    let path = source().join(page);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// What runs until the page's end.
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            // The shell and what it has started.
            let group = nix::unistd::Pid::from_raw(self.0.id().cast_signed());
            let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shell(folder: &Path, text: &str) -> Result<Command, Failed> {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", text]).current_dir(folder).env("HOME", folder);
    command.env("EMBERL_SOURCE", repository_dir());
    let own = bin::emberl()?;
    bin::packbeam()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = own.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(folders).map_err(|error| error.to_string())?);
    Ok(command)
}

/// Writes the files of a page and runs its commands.
fn run(page: &str, blocks: &[Block]) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut servers = Vec::new();
    for block in blocks {
        let place = format!("docs/src/{page}:{}", block.line);
        if let Some(name) = block.value("file") {
            let path = folder.path().join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, &block.text).map_err(|error| format!("{place}: {error}"))?;
        }
        if !block.is_shell() {
            continue;
        }
        let mut command = shell(folder.path(), &block.text)?;
        if block.has("background") {
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            servers.push(Background(command.spawn()?));
            continue;
        }
        let output = process::run(&mut command, LIMIT)?;
        let code = output.code();
        let fits = if block.has("fails") {
            code == Some(1)
        } else if block.has("board") {
            // Neither found nor misunderstood.
            matches!(code, Some(1 | 3)) && output.err().contains("port")
        } else if block.has("may-fail") {
            matches!(code, Some(0 | 1))
        } else {
            code == Some(0)
        };
        if !fits {
            return Err(format!("{place}: {output}").into());
        }
        if block.has("fails") {
            // Somebody reads what is said before going on. rebar3 sees changes of sources by the second.
            std::thread::sleep(Duration::from_millis(1100));
        }
    }
    Ok(())
}

/// The anchor that mdBook gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let mut inside = false;
    let headings = text.lines().filter(|line| {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        }
        !inside && line.starts_with('#')
    });
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// The targets of a text's links.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

fn links_lead_somewhere() -> Result<(), Failed> {
    let mut wrong = String::new();
    let listed = read("SUMMARY.md")?;
    for page in pages() {
        let text = read(&page)?;
        if page != "SUMMARY.md" && !links(&listed).contains(&page.as_str()) {
            let _ = writeln!(wrong, "{page} is not in SUMMARY.md");
        }
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { text.clone() } else { read(file).unwrap_or_default() };
            if target.is_empty() || (!heading.is_empty() && !anchors(&target).contains(heading)) {
                let _ = writeln!(wrong, "{page}: {link} leads nowhere");
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn codes() -> String {
    let mut table = String::new();
    for code in CODES {
        let _ = writeln!(table, "### E{:04}: {}\n\n{}\n", code.number, code.title, code.text);
    }
    table.trim_end().to_owned()
}

fn tables_are_those_of_the_code() -> Result<(), Failed> {
    for (page, name, table) in
        [("checks.md", "codes", codes()), ("configuration.md", "keys", emberl_project::page().trim().to_owned())]
    {
        let text = read(page)?;
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = text.find(&open).map(|at| at + open.len()).ok_or("there is no place for the table")?;
        let end = text.find(&close).ok_or("the place for the table has no end")?;
        let mut made = text.clone();
        made.replace_range(start..end, &format!("\n{table}\n\n"));
        if env::var_os("EMBERL_UPDATE").is_some() {
            fs::write(source().join(page), &made)?;
        } else if made != text {
            return Err(format!("a table of {page} is not up to date: run this with EMBERL_UPDATE=1").into());
        }
    }
    Ok(())
}

fn main() {
    let mut trials = vec![
        Trial::test("links_lead_somewhere", links_lead_somewhere),
        Trial::test("tables_are_those_of_the_code", tables_are_those_of_the_code),
    ];
    for page in pages() {
        let Ok(text) = read(&page) else { continue };
        let blocks = blocks(&text);
        if !blocks.iter().any(Block::is_shell) {
            continue;
        }
        let mut tools: Vec<Tool> = Vec::new();
        for tool in blocks.iter().flat_map(Block::tools) {
            if !tools.contains(&tool) {
                tools.push(tool);
            }
        }
        let name = format!("page {page}");
        trials.push(needs(&tools, name, move || run(&page, &blocks)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
