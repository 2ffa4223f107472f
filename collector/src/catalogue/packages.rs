//! Which packages of a Linux distribution count as titles of their own: data says it, `packaging/catalogue/packages.toml`.

use std::collections::HashSet;

use serde::Deserialize;

use super::fold::is_company;
use super::identify::{PACKAGED, Reading};

/// The rules as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageRules {
    /// Last words of the sections in which programs for people are filed.
    sections: HashSet<String>,
    /// Words in a maintainer or vendor by which a distribution is known.
    distributions: Vec<String>,
    /// How packages begin that are a part of something.
    beginnings: Vec<String>,
    /// How they end.
    endings: Vec<String>,
}

impl PackageRules {
    /// Whether a package is a part of the operating system, and no title: one that is called like a part; one that the
    /// distribution or a person made, unless it is filed where programs for people are.
    pub(super) fn is_of_the_system(&self, reading: &Reading<'_>) -> bool {
        if !PACKAGED.contains(&reading.source) {
            return false;
        }
        let name = reading.name;
        if self.beginnings.iter().any(|front| name.starts_with(front.as_str()))
            || self.endings.iter().any(|end| name.ends_with(end.as_str()))
        {
            return true;
        }
        let section = reading.section.rsplit('/').next().unwrap_or_default().to_lowercase();
        let maker = reading.publisher.to_lowercase();
        let of_the_distribution = self.distributions.iter().any(|word| maker.contains(word.as_str()));
        let of_a_company = !of_the_distribution && is_company(reading.publisher);
        !of_a_company && !self.sections.contains(&section)
    }
}
