//! The specifications of the applications that a pack's modules are of: `NAME/priv/application.bin`, a term in the external
//! format, as AtomVM's build tools put it into packs. So what is on a device tells its versions; of the modules those are
//! listed that are in the pack.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use emberl_format::Error;
use emberl_format::avm::{Avm, Builder};
use emberl_format::etf::{self, EncodeOptions, Term};

use super::fill::Kept;

/// An application of which there are modules in a pack.
struct Application<'k> {
    /// Its folder, which has the folder of its modules.
    folder: PathBuf,
    /// Its first module's file.
    file: &'k str,
    /// Its modules.
    modules: Vec<&'k str>,
}

/// Puts the specifications behind what is in a pack, and tells of them as of modules. An application whose version is not
/// known, or whose specification is there already, has none.
///
/// # Errors
/// When the pack cannot be read or written again, for which there is no reason.
pub(super) fn add(pack: &[u8], kept: &mut Vec<Kept>) -> Result<Vec<u8>, Error> {
    let avm = Avm::parse(pack)?;
    let mut builder = Builder::new();
    let mut there = HashSet::new();
    for section in avm.sections() {
        builder.push(section.name, section.flags, section.data)?;
        there.insert(section.name_shown());
    }
    let mut added = Vec::new();
    for application in applications(kept) {
        let Some((name, version)) = told(&application.folder) else { continue };
        let section = format!("{name}/priv/application.bin");
        if there.insert(section.clone()) {
            builder.push_file(section.as_bytes(), &specification(&name, &version, &application.modules)?)?;
            added.push(Kept { section, file: application.file.to_owned(), modules: 0, functions: 0 });
        }
    }
    kept.extend(added);
    Ok(builder.finish())
}

/// The applications of modules, in the order of their first ones.
fn applications(kept: &[Kept]) -> Vec<Application<'_>> {
    let mut found: Vec<Application<'_>> = Vec::new();
    for module in kept {
        let Some(folder) = folder(Path::new(&module.file)) else { continue };
        let name = module.section.trim_end_matches(".beam");
        match found.iter_mut().find(|application| application.folder == folder) {
            Some(application) => application.modules.push(name),
            None => found.push(Application { folder: folder.to_owned(), file: &module.file, modules: vec![name] }),
        }
    }
    found
}

/// The folder of the application that a module's file is of: `lib/NAME/ebin/MODULE.beam`, or, for Elixir's protocols,
/// `lib/NAME/consolidated/MODULE.beam`.
fn folder(file: &Path) -> Option<&Path> {
    file.parent().filter(|folder| folder.ends_with("ebin") || folder.ends_with("consolidated"))?.parent()
}

/// The `.app` file of an application, by its folder: `NAME` or `NAME-VERSION`.
pub(super) fn file(folder: &Path) -> Option<PathBuf> {
    Some(folder.join("ebin").join(format!("{}.app", name(folder)?)))
}

/// The application that a module's file belongs to: `stdlib` of `lib/stdlib-4.2/ebin/lists.beam`. Folders with other names
/// are of none.
pub(super) fn application(file: &Path) -> Option<&str> {
    name(folder(file)?)
}

fn name(folder: &Path) -> Option<&str> {
    let name = folder.file_name()?.to_str()?;
    Some(name.split_once('-').map_or(name, |(name, _)| name))
}

/// The name of an application, and the version that its `.app` file tells.
fn told(folder: &Path) -> Option<(String, String)> {
    let text = fs::read_to_string(file(folder)?).ok()?;
    Some((name(folder)?.to_owned(), version(&text)?.to_owned()))
}

/// The value of `vsn` in the text of an `.app` file.
fn version(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("{vsn,")?;
    let (version, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    (!version.contains('\\')).then_some(version)
}

fn specification(name: &str, version: &str, modules: &[&str]) -> Result<Vec<u8>, Error> {
    let pair = |key: &str, value: Term| Term::tuple(vec![Term::atom(key), value]);
    let modules = Term::list(modules.iter().map(|module| Term::atom(module)).collect());
    let properties = Term::list(vec![pair("vsn", Term::string(version)), pair("modules", modules)]);
    let term = Term::tuple(vec![Term::atom("application"), Term::atom(name), properties]);
    etf::encode(&term, &EncodeOptions::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_app_files() {
        let text = "{application,hello,\n             [{description,\"x\"},\n              {vsn, \"0.1.0\"},{modules,[hello]}]}.\n";
        assert_eq!(version(text), Some("0.1.0"));
        assert_eq!(version("{application,hello,[{vsn,git}]}."), None);
        assert_eq!(version("{application,hello,[]}."), None);
    }

    #[test]
    fn modules_are_of_the_application_whose_folder_has_them() {
        let kept = |file: &str, section: &str| Kept {
            section: section.to_owned(),
            file: file.to_owned(),
            modules: 1,
            functions: 1,
        };
        let all = [
            kept("_build/default/lib/hello/ebin/hello.beam", "hello.beam"),
            kept("/usr/lib/erlang/lib/stdlib-4.2/ebin/lists.beam", "lists.beam"),
            kept("_build/dev/lib/hello/consolidated/Elixir.Enumerable.beam", "Elixir.Enumerable.beam"),
            kept("/usr/lib/erlang/lib/stdlib-4.2/ebin/maps.beam", "maps.beam"),
            kept("more.avm(other.beam)", "other.beam"),
        ];
        let found = applications(&all);
        let shown: Vec<_> =
            found.iter().map(|one| (name(&one.folder).unwrap_or_default(), one.modules.as_slice())).collect();
        let expected: [(&str, &[&str]); 3] =
            [("hello", &["hello"]), ("stdlib", &["lists", "maps"]), ("hello", &["Elixir.Enumerable"])];
        assert_eq!(shown, expected);
    }
}
