//! A rule for a name that no rule knows, for a person to edit.

use std::collections::HashSet;

use super::fold::fold;
use super::identify::{LISTS, PACKAGED, Reading, shown};

/// A rule that takes these readings of one title, as TOML. What cannot be known stands there as a guess that a person
/// has to look at: how it is licensed, and what it is for.
#[must_use]
pub fn propose(readings: &[Reading<'_>], today: &str) -> String {
    let Some(first) = readings.first() else { return String::new() };
    let folded = fold(first.name);
    let name = shown(first.name, folded.core());
    let mut names: Vec<String> = Vec::new();
    let mut packages: Vec<String> = Vec::new();
    let (mut publishers, mut hits): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for reading in readings {
        if LISTS.contains(&reading.source) {
            let package = if PACKAGED.contains(&reading.source) { reading.name } else { reading.id };
            packages.push(format!("{}:{package}", reading.source));
            hits.push(format!("{}:{package}", reading.source));
        } else {
            names.push(shown(reading.name, fold(reading.name).core()));
            publishers.extend(Some(reading.publisher.to_owned()).filter(|publisher| !publisher.is_empty()));
            let behind = if reading.publisher.is_empty() { String::new() } else { format!(" | {}", reading.publisher) };
            hits.push(format!("{}{behind}", reading.name));
        }
    }
    for list in [&mut names, &mut packages, &mut publishers, &mut hits] {
        list.sort();
        list.dedup();
    }
    let slug = slug(folded.first(folded.core()));
    let misses = if names.is_empty() {
        packages.iter().map(|package| format!("{package}-data")).collect()
    } else {
        vec![format!("{name} Viewer")]
    };
    let lines = [
        "# One of: teaching, office, game, media, bypass, remote-control, developer, system.".to_owned(),
        "category = \"office\"".to_owned(),
        format!("checked = {}", quoted(today)),
        String::new(),
        "[[title]]".to_owned(),
        format!("slug = {}", quoted(&slug)),
        format!("name = {}", quoted(&name)),
        format!("publisher = {}", quoted(first.publisher)),
        "licensing = \"paid\"             # paid, free, open-source, freemium, bundled".to_owned(),
        list("names", &names),
        list("publishers", &publishers),
        list("packages", &packages),
        "source = \"seen on our devices\"".to_owned(),
        list("hits", &hits),
        list("misses", &misses),
    ];
    let kept: Vec<String> = lines.into_iter().filter(|line| !line.ends_with(" = []")).collect();
    kept.join("\n") + "\n"
}

/// One file with a rule for the readings of each title, as [`propose`] makes them.
#[must_use]
pub fn propose_all(titles: &[Vec<Reading<'_>>], today: &str) -> String {
    let (mut file, mut taken) = (String::new(), HashSet::new());
    for readings in titles {
        let rule = propose(readings, today);
        let Some((header, title)) = rule.split_once("[[title]]") else { continue };
        if file.is_empty() {
            file.push_str(header.trim_end());
            file.push('\n');
        }
        file.push_str("\n[[title]]");
        file.push_str(&with_own_slug(title, &mut taken));
    }
    file
}

/// A rule whose slug no rule before it has.
fn with_own_slug(rule: &str, taken: &mut HashSet<String>) -> String {
    let slug = rule.lines().find_map(|line| line.strip_prefix("slug = \"")?.strip_suffix('"')).unwrap_or_default();
    let numbered = (2..).map(|number: u32| format!("{slug}-{number}"));
    let own = std::iter::once(slug.to_owned()).chain(numbered).find(|own| !taken.contains(own)).unwrap_or_default();
    taken.insert(own.clone());
    rule.replacen(&format!("slug = \"{slug}\""), &format!("slug = \"{own}\""), 1)
}

fn list(field: &str, texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("{field} = [{}]", texts.join(", "))
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Small letters, digits and hyphens of a name.
fn slug(folded: &str) -> String {
    let mut slug = String::new();
    for letter in folded.chars() {
        match letter {
            '+' => slug.push_str("-plus"),
            '#' => slug.push_str("-sharp"),
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(60);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "new-title".to_owned() } else { slug.to_owned() }
}
