//! Packs in flash memory: their modules and files, in place.

use alloc::string::String;

use emberl_format::avm::{Section, Sections};

/// A pack. Its structure was looked at when it was made.
#[derive(Clone, Copy)]
pub struct Pack(&'static [u8]);

impl Pack {
    /// The pack at the beginning of `bytes`; what follows its end section is not looked at.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn new(bytes: &'static [u8]) -> Result<Self, emberl_format::Error> {
        let mut sections = Sections::new(bytes)?;
        for section in &mut sections {
            section?;
        }
        Ok(Self(bytes.get(..sections.offset()).unwrap_or(bytes)))
    }

    fn sections(self) -> impl Iterator<Item = Section<'static>> {
        Sections::new(self.0).into_iter().flatten().flatten()
    }

    /// The `.beam` form of a module.
    #[must_use]
    pub fn module(self, name: &str) -> Option<&'static [u8]> {
        let name = name.as_bytes();
        self.sections()
            .find(|section| section.name.strip_suffix(b".beam") == Some(name) && section.is_beam())
            .map(|section| section.data)
    }

    /// The name of the module that is marked to start the program.
    #[must_use]
    pub fn start(self) -> Option<String> {
        let section = self.sections().find(Section::is_start)?;
        let name = section.name_text().ok()?;
        Some(name.strip_suffix(".beam").unwrap_or(name).into())
    }

    /// The contents of a plain file.
    #[must_use]
    pub fn file(self, name: &str) -> Option<&'static [u8]> {
        let section = self.sections().find(|section| section.name == name.as_bytes())?;
        if section.is_beam() { None } else { section.file_contents().ok() }
    }
}
