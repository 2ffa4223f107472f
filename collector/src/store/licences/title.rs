//! Which title of the catalogue a text means.

use caretaker_shared::model::TitleKind;
use rusqlite::{Connection, OptionalExtension as _};

use super::super::StoreError;
use crate::catalogue::{Catalogue, Reading, Standing};

/// The title `t` of a row `l` that has a slug and a name: what the catalogue knows now counts before what it knew when
/// the row was written. Each of the two is looked up in its own index: with OR every title would be read for each row.
pub(super) const JOIN: &str = "LEFT JOIN title t ON t.id = coalesce(
    (SELECT id FROM title WHERE slug = l.title AND known),
    (SELECT min(id) FROM title WHERE name = l.title_name COLLATE NOCASE AND known),
    (SELECT id FROM title WHERE slug = l.title),
    (SELECT min(id) FROM title WHERE name = l.title_name COLLATE NOCASE))";

/// A title as the register keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) slug: String,
    pub(super) name: String,
    /// That the text tells beyond the title's name: "2022". Else empty.
    pub(super) version: String,
    /// Likewise: "pro".
    pub(super) edition: String,
}

/// The title that a name or slug means, in any case; else the one that the catalogue would take an installer of that
/// name for, as orders call a title by it; else a free one of that name. `None` for a text without a letter or digit.
pub(super) fn find(connection: &Connection, catalogue: &Catalogue, text: &str) -> Result<Option<Title>, StoreError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let slug = slug(&name);
    if slug.is_empty() {
        return Ok(None);
    }
    let mut query = connection.prepare_cached(
        "SELECT slug, name, known FROM (
             SELECT id, slug, name, known FROM title WHERE slug IN (?1, ?2)
             UNION
             SELECT id, slug, name, known FROM title WHERE name = ?3 COLLATE NOCASE)
         ORDER BY known DESC, slug = ?1 DESC, name = ?3 COLLATE NOCASE DESC, id LIMIT 1",
    )?;
    let found = query
        .query_row([name.to_lowercase().as_str(), &slug, &name], |row| {
            Ok((Title { slug: row.get(0)?, name: row.get(1)?, ..Title::default() }, row.get::<_, bool>(2)?))
        })
        .optional()?;
    Ok(Some(match found {
        Some((title, true)) => title,
        Some((title, false)) => by_rule(catalogue, &name).unwrap_or(title),
        None => by_rule(catalogue, &name).unwrap_or(Title { slug, name, ..Title::default() }),
    }))
}

/// The title of the catalogue that an installer of this name is taken for.
fn by_rule(catalogue: &Catalogue, name: &str) -> Option<Title> {
    let reading = Reading { name, kind: TitleKind::Title, ..Reading::default() };
    let Standing::Installation { title, edition, named } = catalogue.standing(&reading) else { return None };
    let known = catalogue.title(&title.slug)?;
    Some(Title { slug: known.slug.clone(), name: known.name.clone(), version: named, edition })
}

/// Letters and digits of a text in lower case, with a dash for whatever stands between them.
fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_free_title_is_its_letters_and_digits() {
        assert_eq!(slug("SIMS .net  (Capita)"), "sims-net-capita");
        assert_eq!(slug("Tŷ Gwyn 2"), "tŷ-gwyn-2");
        assert_eq!(slug(" - "), "");
    }
}
