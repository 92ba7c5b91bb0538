//! The specification of an OTP application as build tools put it into a pack: the section
//! `APPLICATION/priv/application.bin`, whose contents are the external term of `{application, Name, Properties}`.

use emberl_format::avm;
use emberl_format::etf::{self, Term};

use super::{Error, Result};

/// What pruning needs of a specification.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Specification {
    /// The application's name.
    pub(super) name: String,
    /// The applications that must be started before it: its property `applications`.
    pub(super) applications: Vec<String>,
    /// The module of its property `mod`, `{Module, Arguments}`.
    pub(super) start_module: Option<String>,
}

/// The specification that a plain file's section holds; `None` when its name is not that of one.
///
/// # Errors
/// When its data are no external term of the form told above.
pub(super) fn specification(name: &[u8], data: &[u8]) -> Result<Option<Specification>> {
    let parts: Vec<&[u8]> = name.split(|&byte| byte == b'/').collect();
    if !matches!(parts[..], [_, b"priv", b"application.bin"]) {
        return Ok(None);
    }
    let wrong = |why: &str| Error::new(format!("{}: {why}; build it again", avm::shown(name)));
    let contents = data
        .split_first_chunk::<4>()
        .and_then(|(length, rest)| rest.get(..u32::from_be_bytes(*length) as usize))
        .ok_or_else(|| wrong("the length word does not fit the section"))?;
    let term = etf::decode(contents).map_err(|error| wrong(&error.to_string()))?;
    let Term::Tuple(elements) = &term else {
        return Err(wrong("this is not an application specification"));
    };
    match &elements[..] {
        [Term::Atom(tag), Term::Atom(application), properties] if &**tag == "application" => Ok(Some(Specification {
            name: application.to_string(),
            applications: applications(property(properties, "applications")),
            start_module: start_module(property(properties, "mod")),
        })),
        _ => Err(wrong("this is not an application specification")),
    }
}

/// The value of the first `{Key, Value}` in a property list.
fn property<'t>(properties: &'t Term, key: &str) -> Option<&'t Term> {
    let Term::List { elements, .. } = properties else { return None };
    elements.iter().find_map(|element| match element {
        Term::Tuple(pair) => match &pair[..] {
            [Term::Atom(name), value] if &**name == key => Some(value),
            _ => None,
        },
        _ => None,
    })
}

fn applications(value: Option<&Term>) -> Vec<String> {
    let Some(Term::List { elements, .. }) = value else { return Vec::new() };
    let atom = |element: &Term| if let Term::Atom(name) = element { Some(name.to_string()) } else { None };
    elements.iter().filter_map(atom).collect()
}

fn start_module(value: Option<&Term>) -> Option<String> {
    let Some(Term::Tuple(pair)) = value else { return None };
    match &pair[..] {
        [Term::Atom(module), _] => Some(module.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(term: &Term) -> Vec<u8> {
        let contents = etf::encode(term, &etf::EncodeOptions::default()).unwrap();
        [&u32::try_from(contents.len()).unwrap().to_be_bytes()[..], &contents, &[0; 3]].concat()
    }

    fn sample() -> Term {
        let pair = |key: &str, value| Term::tuple(vec![Term::atom(key), value]);
        Term::tuple(vec![
            Term::atom("application"),
            Term::atom("demo"),
            Term::list(vec![
                pair("description", Term::string("a demo")),
                pair("applications", Term::list(vec![Term::atom("kernel"), Term::atom("stdlib")])),
                pair("mod", Term::tuple(vec![Term::atom("demo_app"), Term::Nil])),
            ]),
        ])
    }

    #[test]
    fn read_from_its_section_only() {
        let data = section(&sample());
        let expected = Specification {
            name: "demo".into(),
            applications: vec!["kernel".into(), "stdlib".into()],
            start_module: Some("demo_app".into()),
        };
        assert_eq!(specification(b"demo/priv/application.bin", &data), Ok(Some(expected)));
        for name in [&b"demo/priv/other.bin"[..], b"priv/application.bin", b"a/demo/priv/application.bin"] {
            assert_eq!(specification(name, &data), Ok(None));
        }
    }

    #[test]
    fn damage_is_an_error() {
        let name = b"demo/priv/application.bin";
        let data = section(&sample());
        for length in 0..data.len() - 3 {
            specification(name, &data[..length]).unwrap_err();
        }
        specification(name, &section(&Term::atom("application"))).unwrap_err();
        specification(name, &section(&Term::tuple(vec![Term::atom("application"), Term::atom("demo")]))).unwrap_err();
    }
}
