//! The lists as they are written, and what they must have to be loaded.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::Match;
use super::line::{Field, Line, said};
use crate::model::{ExecutableFormat, SoftwareClass};

/// The lists that the product ships.
pub(super) const FILES: [&str; 5] = [
    include_str!("../../../packaging/catalogue/games.toml"),
    include_str!("../../../packaging/catalogue/bypass.toml"),
    include_str!("../../../packaging/catalogue/remote-control.toml"),
    include_str!("../../../packaging/catalogue/media-players.toml"),
    include_str!("../../../packaging/catalogue/installers.toml"),
];

/// Why a list is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CatalogueError {
    /// The file is not of the shape that lists have.
    #[error("the list cannot be read: {0}")]
    Unreadable(String),
    /// A word of a closed set is not in it.
    #[error("{0:?} is neither a class nor a format; expected a word such as game or msi")]
    Unknown(String),
    /// One product stands there twice.
    #[error("{0} stands in the lists twice")]
    Twice(String),
    /// A pattern that says nothing would meet everything; a star stands only at the end, behind a space.
    #[error("{name}: the pattern {pattern:?} is no name")]
    Pattern { name: String, pattern: String },
    /// Nothing recognises the product.
    #[error("{0}: nothing to recognise it by")]
    Nothing(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    class: String,
    /// Last part of what Linux packages are filed under.
    #[serde(default)]
    sections: Vec<String>,
    /// What macOS bundles are filed under; one star stands for any text.
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    formats: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    program: Vec<RawProgram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProgram {
    name: String,
    names: Option<Vec<String>>,
    #[serde(default)]
    company: Vec<String>,
    #[serde(default)]
    signer: Vec<String>,
    #[serde(default)]
    original: Vec<String>,
    #[serde(default)]
    file: Vec<String>,
    #[serde(default)]
    package: Vec<String>,
    #[serde(default)]
    id: Vec<String>,
}

/// All lists, by what a text begins with.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    lines: HashMap<(Field, String), Vec<Line>>,
    sections: Vec<(SoftwareClass, String)>,
    categories: Vec<(SoftwareClass, String)>,
    formats: Vec<ExecutableFormat>,
    installer_words: Vec<String>,
    products: BTreeSet<String>,
}

impl Catalogue {
    pub(super) fn load(files: &[&str]) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        for file in files {
            let list: RawList = toml::from_str(file).map_err(|error| CatalogueError::Unreadable(error.to_string()))?;
            catalogue.add(list)?;
        }
        Ok(catalogue)
    }

    fn add(&mut self, list: RawList) -> Result<(), CatalogueError> {
        let class = SoftwareClass::parse(&list.class).ok_or(CatalogueError::Unknown(list.class))?;
        self.sections.extend(list.sections.into_iter().map(|section| (class, section)));
        self.categories.extend(list.categories.into_iter().map(|category| (class, category)));
        for word in list.formats {
            self.formats.push(ExecutableFormat::parse(&word).ok_or(CatalogueError::Unknown(word))?);
        }
        self.installer_words.extend(list.words);
        list.program.into_iter().try_for_each(|program| self.add_program(class, program))
    }

    fn add_program(&mut self, class: SoftwareClass, program: RawProgram) -> Result<(), CatalogueError> {
        let name = program.name;
        if !self.products.insert(name.clone()) {
            return Err(CatalogueError::Twice(name));
        }
        let fields = [
            (Field::Name, program.names.unwrap_or_else(|| vec![name.clone()])),
            (Field::Company, program.company),
            (Field::Signer, program.signer),
            (Field::Original, program.original),
            (Field::File, program.file),
            (Field::Package, program.package),
            (Field::Id, program.id),
        ];
        if fields.iter().all(|(_, patterns)| patterns.is_empty()) {
            return Err(CatalogueError::Nothing(name));
        }
        for (field, patterns) in fields {
            for pattern in patterns {
                let Some(line) = Line::new(class, &name, field, &pattern) else {
                    return Err(CatalogueError::Pattern { name, pattern });
                };
                self.lines.entry((field, line.first_word().to_owned())).or_default().push(line);
            }
        }
        Ok(())
    }

    /// The line that a text of that field meets.
    pub(super) fn find(&self, field: Field, text: &str) -> Option<&Line> {
        let said = said(field, text);
        let lines = self.lines.get(&(field, said.first()?.clone()))?;
        lines.iter().find(|line| line.meets(field, &said))
    }

    /// What is filed under that section or category.
    pub(super) fn section(&self, filed: &str) -> Option<Match> {
        let last = filed.rsplit('/').next().filter(|last| !last.is_empty())?;
        let category = |pattern: &str| match pattern.split_once('*') {
            Some((front, back)) => filed.strip_prefix(front).is_some_and(|rest| rest.ends_with(back)),
            None => filed == pattern,
        };
        let section = self.sections.iter().find(|(_, section)| section == last);
        let (class, _) = section.or_else(|| self.categories.iter().find(|(_, pattern)| category(pattern)))?;
        Some(Match { class: *class, name: "section", why: format!("section \"{filed}\"") })
    }

    /// Whether every file of that format installs something.
    pub(super) fn installs(&self, format: ExecutableFormat) -> bool {
        self.formats.contains(&format)
    }

    /// Whether one of the words says that something is installed, and none that it is removed.
    pub(super) fn is_installer_word(&self, words: &[String]) -> bool {
        let removes = words.iter().any(|word| word.starts_with("unins"));
        let ends = |word: &String| self.installer_words.iter().any(|known| word.ends_with(known.as_str()));
        !removes && words.iter().any(ends)
    }

    #[cfg(test)]
    pub(super) fn every_line(&self) -> impl Iterator<Item = (Field, &Line)> {
        self.lines.iter().flat_map(|((field, _), lines)| lines.iter().map(|line| (*field, line)))
    }
}
