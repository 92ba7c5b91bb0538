//! What the runner tells: a file that it appends terms to, read as it grows. The terms are maps, made in
//! `cli/testing/src`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use emberl_format::etf::{self, Term};

use super::results::{About, Failed, Framework, Status, Test};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// A function of EUnit is called next: a test, or a generator of tests.
    Running(About),
    /// A test began.
    Started(About),
    /// A test ended, or something that belongs to tests failed.
    Finished(Box<Test>),
    /// A test was left out, by its tags or by the filter.
    Excluded(About),
    /// The order of ExUnit's tests.
    Seed(i64),
    /// All tests were run.
    Done,
    /// The runner itself failed, or an application did not start.
    Broken(String),
}

/// The file, and what of it is not yet a whole event.
#[derive(Debug)]
pub(crate) struct Events {
    file: File,
    rest: Vec<u8>,
}

impl Events {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, rest: Vec::new() })
    }

    /// What came since the last call.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what the runner writes: a test may have written into it.
    pub(crate) fn poll(&mut self) -> io::Result<Vec<Event>> {
        self.file.read_to_end(&mut self.rest)?;
        let mut events = Vec::new();
        let mut read = 0;
        while let Some((length, after)) = self.rest.get(read..).and_then(|rest| rest.split_first_chunk::<4>()) {
            let length = u32::from_be_bytes(*length) as usize;
            let Some(bytes) = after.get(..length) else { break };
            read += 4 + length;
            events.push(event(bytes).ok_or_else(|| io::Error::other("not an event of the runner"))?);
        }
        self.rest.drain(..read);
        Ok(events)
    }
}

fn event(bytes: &[u8]) -> Option<Event> {
    let term = etf::decode(bytes).ok()?;
    let fields = Fields::of(&term)?;
    Some(match fields.atom("event")? {
        "running" => Event::Running(fields.about()?),
        "start" => Event::Started(fields.about()?),
        "finish" => Event::Finished(Box::new(fields.test()?)),
        "excluded" => Event::Excluded(fields.about()?),
        "seed" => Event::Seed(fields.integer("seed")?),
        "done" => Event::Done,
        "broken" => Event::Broken(fields.text("text")?),
        _ => return None,
    })
}

/// A map with atoms as keys.
struct Fields<'t>(&'t [(Term, Term)]);

impl<'t> Fields<'t> {
    fn of(term: &'t Term) -> Option<Self> {
        if let Term::Map(pairs) = term { Some(Self(pairs)) } else { None }
    }

    fn get(&self, key: &str) -> Option<&'t Term> {
        self.0.iter().find_map(|(found, value)| matches!(found, Term::Atom(name) if &**name == key).then_some(value))
    }

    fn atom(&self, key: &str) -> Option<&'t str> {
        if let Term::Atom(name) = self.get(key)? { Some(name) } else { None }
    }

    fn text(&self, key: &str) -> Option<String> {
        text(self.get(key)?)
    }

    fn integer(&self, key: &str) -> Option<i64> {
        if let Term::Integer(number) = self.get(key)? { Some(*number) } else { None }
    }

    /// A text that is there and not empty.
    fn some_text(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| !text.is_empty())
    }

    fn line(&self) -> Option<u32> {
        u32::try_from(self.integer("line")?).ok().filter(|&line| line != 0)
    }

    fn about(&self) -> Option<About> {
        let framework = match self.text("framework")?.as_str() {
            "eunit" => Framework::EUnit,
            "exunit" => Framework::ExUnit,
            _ => return None,
        };
        Some(About {
            framework,
            id: self.text("id")?,
            module: self.text("module")?,
            function: self.some_text("function"),
            title: self.some_text("name"),
            file: self.some_text("file"),
            line: self.line(),
        })
    }

    fn test(&self) -> Option<Test> {
        let reason = || self.some_text("text").unwrap_or_default();
        let status = match self.atom("status")? {
            "passed" => Status::Passed,
            "skipped" => Status::Skipped(reason()),
            "not_run" => Status::NotRun(reason()),
            "failed" => Status::Failed(Failed {
                kind: self.some_text("kind").unwrap_or_else(|| "error".to_owned()),
                is_assertion: self.atom("assertion") == Some("true"),
                text: reason(),
                values: self.values(),
            }),
            _ => return None,
        };
        Some(Test {
            about: self.about()?,
            status,
            micros: u64::try_from(self.integer("micros")?).unwrap_or_default(),
            output: self.text("output")?,
        })
    }

    fn values(&self) -> Vec<(String, String)> {
        let Some(Term::List { elements, .. }) = self.get("values") else { return Vec::new() };
        let pair = |term: &Term| match term {
            Term::Tuple(pair) => match pair.as_slice() {
                [name, value] => Some((text(name)?, text(value)?)),
                _ => None,
            },
            _ => None,
        };
        elements.iter().filter_map(pair).collect()
    }
}

fn text(term: &Term) -> Option<String> {
    match term {
        Term::Bitstring { bytes, bits } if *bits == bytes.len() * 8 => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        Term::Atom(name) => Some(name.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn frame(pairs: &[(&str, Term)]) -> Vec<u8> {
        let term = Term::Map(pairs.iter().map(|(key, value)| (Term::atom(key), value.clone())).collect());
        let bytes = etf::encode(&term, &etf::EncodeOptions::default()).unwrap();
        let mut frame = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
        frame.extend(bytes);
        frame
    }

    #[test]
    fn events_come_whole_however_the_bytes_come() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut events = Events::open(file.path()).unwrap();
        let bytes = [
            frame(&[("event", Term::atom("seed")), ("seed", Term::Integer(7))]),
            frame(&[("event", Term::atom("broken")), ("text", Term::binary("größe".as_bytes()))]),
        ]
        .concat();
        let mut found = Vec::new();
        for byte in bytes {
            file.write_all(&[byte]).unwrap();
            found.extend(events.poll().unwrap());
        }
        assert_eq!(found, [Event::Seed(7), Event::Broken("größe".to_owned())]);
    }

    #[test]
    fn other_bytes_are_an_error() {
        for bytes in [&b"\0\0\0\x01x"[..], &frame(&[("event", Term::atom("dance"))]), &frame(&[("event", Term::Nil)])] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(bytes).unwrap();
            assert!(Events::open(file.path()).unwrap().poll().is_err());
        }
    }
}
