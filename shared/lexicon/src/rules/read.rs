//! From files to checked rules: all of them, or none.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use super::error::RuleError;
use super::phrase::{Expander, MOST_ROWS, Sets, Step, Vocabulary};
use super::table::{Table, Written, shown, unreadable};
use super::{Around, Effect, MOST_BESIDE, Origin, Rule, Rules, Set, Side, Sureness};
use crate::arithmetic::Reason;
use crate::category::{AgeProfile, CATEGORIES, Category, Stage, category};

const HEAD: [&str; 5] = ["lang", "title", "source", "licence", "reviewed"];
const KEYS: [&str; 15] = [
    "id",
    "category",
    "severity",
    "sureness",
    "any",
    "alone",
    "near",
    "not_near",
    "boost",
    "age",
    "stage",
    "sign",
    "help_seeking",
    "topic",
    "tests",
];
const LONGEST_ID: usize = 64;

/// Reads the files of one pack, given as their names and texts: in the order of their names, all rules or none.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(files: &[(&str, &str)]) -> Result<Rules, RuleError> {
    read(files, Singles::Refused)
}

/// As [`parse`], for a list that a school answers for: a single word of it is a finding, but of extremism.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse_list(files: &[(&str, &str)]) -> Result<Rules, RuleError> {
    read(files, Singles::Accepted)
}

/// Whether a single word may be a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Singles {
    Refused,
    Accepted,
}

fn read(files: &[(&str, &str)], singles: Singles) -> Result<Rules, RuleError> {
    let mut files = files.to_vec();
    files.sort_unstable();
    let trees = files.iter().map(|&(file, text)| {
        let tree = DeTable::parse(text).map_err(|error| unreadable(file, text, &error))?;
        Ok((file, text, tree))
    });
    let trees = trees.collect::<Result<Vec<_>, RuleError>>()?;
    let tables: Vec<Table<'_>> =
        trees.iter().map(|(file, text, tree)| Table::whole(file, text, tree.get_ref())).collect();
    let origin = origin(&tables, files.first().map_or("", |(file, _)| file))?;
    let written = written_sets(&tables)?;
    let mut reader = Reader {
        singles,
        written: &written,
        vocabulary: Vocabulary::default(),
        sets: Vec::new(),
        numbers: BTreeMap::new(),
        ids: BTreeSet::new(),
    };
    reader.check_sets(&tables)?;
    let mut rules = Vec::new();
    for table in &tables {
        for rule in table.tables("rule")? {
            rules.push(reader.rule(rule)?);
        }
    }
    Ok(Rules { origin, vocabulary: reader.vocabulary, sets: reader.sets, rules })
}

/// The head, which stands in exactly one file.
fn origin(tables: &[Table<'_>], first: &str) -> Result<Origin, RuleError> {
    let mut heads = Vec::new();
    for table in tables {
        table.only(&[&HEAD[..], &["sets", "rule"]].concat())?;
        if HEAD.iter().any(|key| table.has(key)) {
            heads.push(table);
        }
    }
    let Some(head) = heads.first() else {
        return Err(RuleError {
            file: first.to_owned(),
            line: 1,
            rule: None,
            field: "lang".into(),
            expected: "missing: one file must say lang, title, source, licence and reviewed before its first section"
                .into(),
        });
    };
    if let Some(second) = heads.get(1) {
        let key = HEAD.iter().find(|key| second.has(key)).copied().unwrap_or("lang");
        return Err(second.refused(key, "another file of this pack has the head already; only one may say it"));
    }
    let text = |key: &str, example: &str| {
        head.text(key, &format!("expected a text, for example \"{example}\"")).map(|text| text.trim().to_owned())
    };
    Ok(Origin {
        lang: text("lang", "en-GB")?,
        title: text("title", "British English")?,
        source: text("source", "written for this project")?,
        licence: text("licence", "Apache-2.0")?,
        reviewed: text("reviewed", "by its authors")?,
    })
}

fn written_sets<'a>(tables: &[Table<'a>]) -> Result<Sets<'a>, RuleError> {
    let mut sets = Sets::new();
    for table in tables {
        let Some(section) = table.table("sets")? else { continue };
        for name in section.keys() {
            let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !plain {
                return Err(section.refused(name, "expected a name of small letters, digits and _"));
            }
            let phrases = section.texts(name)?;
            if phrases.is_empty() {
                return Err(section.refused(name, "expected at least one phrase"));
            }
            if sets.insert(name, phrases).is_some() {
                return Err(section.refused(name, "another file of this pack has a set of this name"));
            }
        }
    }
    Ok(sets)
}

struct Reader<'a, 'b> {
    singles: Singles,
    written: &'b Sets<'a>,
    vocabulary: Vocabulary,
    sets: Vec<Set>,
    /// Number of a set by its name.
    numbers: BTreeMap<&'a str, u32>,
    ids: BTreeSet<&'a str>,
}

impl<'a> Reader<'a, '_> {
    /// Every set must read well, also one that no rule asks for yet.
    fn check_sets(&mut self, tables: &[Table<'a>]) -> Result<(), RuleError> {
        for table in tables {
            let Some(section) = table.table("sets")? else { continue };
            for name in section.keys() {
                self.set(name, &section, name)?;
            }
        }
        Ok(())
    }

    fn rule(&mut self, table: Table<'a>) -> Result<Rule, RuleError> {
        let id = table.text("id", "expected a name for the rule, for example id = \"suicide.intent\"")?;
        let table = table.of_rule(Some(id));
        table.only(&KEYS)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        if id.len() > LONGEST_ID || !id.bytes().all(plain) || !id.contains('.') {
            let expected = format!("expected small letters, digits, hyphens and a full stop, at most {LONGEST_ID}");
            return Err(table.refused("id", &expected));
        }
        if !self.ids.insert(id) {
            return Err(table.refused("id", "another rule has this id"));
        }
        let category = known_category(&table)?;
        let severity =
            table.number("severity", &(1..=5))?.ok_or_else(|| table.missing("severity", "expected 1 to 5"))?;
        let sureness = match table.number("sureness", &(0..=2))? {
            Some(0) => Sureness::Weak,
            Some(1) => Sureness::Probable,
            Some(_) => Sureness::Certain,
            None => {
                return Err(table.missing("sureness", "expected 0 (only adds to others), 1 (probable) or 2 (certain)"));
            }
        };
        let any = table.texts("any")?;
        let any = self.rows(&table, "any", &any)?;
        let around = self.surroundings(&table)?;
        if self.singles == Singles::Refused || category.id == EXTREMISM {
            one_word(&table, category, sureness, &any, &around)?;
        }
        let (hit, miss) = examples(&table)?;
        let topic = table.maybe_text("topic", "expected a word for the subject")?.unwrap_or(category.id);
        Ok(Rule {
            id: id.to_owned(),
            category,
            severity: severity.unsigned_abs(),
            sureness,
            any,
            alone: table.number("alone", &(0..=MOST_BESIDE.cast_signed()))?.map(i8::unsigned_abs),
            around,
            age: age(&table)?,
            stage: stage(&table, category)?,
            sign: sign(&table)?,
            help_seeking: table.flag("help_seeking")?,
            topic: topic.trim().to_owned(),
            hit,
            miss,
        })
    }

    fn surroundings(&mut self, table: &Table<'a>) -> Result<Vec<Around>, RuleError> {
        let mut around = Vec::new();
        for near in table.tables("near")? {
            near.only(&["set", "any", "within", "side"])?;
            around.push(self.around(&near, Effect::Needed)?);
        }
        for near in table.tables("not_near")? {
            near.only(&["set", "any", "within", "side", "sub", "as"])?;
            let effect = match near.number("sub", &(1..=5))? {
                Some(points) => Effect::Points(discount(&near)?, -points),
                None if near.has("as") => {
                    return Err(near.refused("as", "expected only beside sub: a veto needs no reason"));
                }
                None => Effect::Veto,
            };
            around.push(self.around(&near, effect)?);
        }
        for near in table.tables("boost")? {
            near.only(&["set", "any", "within", "side", "add", "as"])?;
            let points = near.number("add", &(1..=4))?.ok_or_else(|| near.missing("add", "expected 1 to 4"))?;
            let words = Reason::BOOSTS.map(Reason::word).join(", ");
            let expected = format!("expected what it counts as: {words}");
            let reason =
                Reason::from_word(near.text("as", &expected)?).filter(|reason| Reason::BOOSTS.contains(reason));
            let reason = reason.ok_or_else(|| near.refused("as", &expected))?;
            around.push(self.around(&near, Effect::Points(reason, points))?);
        }
        Ok(around)
    }

    fn around(&mut self, near: &Table<'a>, effect: Effect) -> Result<Around, RuleError> {
        let set = match near.maybe_text("set", "expected the name of a set, in quotation marks")? {
            Some(_) if near.has("any") => return Err(near.refused("any", "expected either set or any, not both")),
            Some(name) => self.set(name, near, "set")?,
            None => {
                let any = near.texts("any")?;
                if any.is_empty() {
                    return Err(near.missing("set", "expected set = \"name\" or any = [\"...\"]"));
                }
                let rows = self.rows(near, "any", &any)?;
                self.add(Set { name: String::new(), rows })
            }
        };
        let expected = "expected how many words may stand between, 0 to 60, or \"text\" for anywhere";
        let within = match near.number("within", &(0..=60)) {
            Ok(Some(words)) => Some(words.unsigned_abs()),
            Ok(None) => return Err(near.missing("within", expected)),
            Err(_) if near.maybe_text("within", expected)? == Some("text") => None,
            Err(_) => return Err(near.refused("within", expected)),
        };
        let expected = "expected \"before\" (the set stands before the phrase), \"after\" or \"either\"";
        let side = match near.maybe_text("side", expected)? {
            Some("before") => Side::Before,
            Some("after") => Side::After,
            Some("either") | None => Side::Either,
            Some(_) => return Err(near.refused("side", expected)),
        };
        Ok(Around { set, within, side, effect })
    }

    fn set(&mut self, name: &'a str, table: &Table<'a>, key: &str) -> Result<u32, RuleError> {
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        let written = self.written;
        let Some(phrases) = written.get(name) else {
            let names: Vec<&str> = written.keys().copied().collect();
            return Err(table.refused(key, &format!("there is no such set; there are: {}", names.join(", "))));
        };
        let rows = self.rows(table, name, phrases)?;
        let number = self.add(Set { name: name.to_owned(), rows });
        self.numbers.insert(name, number);
        Ok(number)
    }

    fn add(&mut self, set: Set) -> u32 {
        self.sets.push(set);
        u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX)
    }

    /// The rows of words of a list of phrases.
    fn rows(&mut self, table: &Table<'a>, key: &str, phrases: &[Written<'a>]) -> Result<Vec<Vec<Step>>, RuleError> {
        if phrases.is_empty() {
            return Err(table.missing(key, "expected at least one phrase: [\"...\"]"));
        }
        let mut expander = Expander { vocabulary: &mut self.vocabulary, sets: self.written };
        let mut rows = Vec::new();
        for phrase in phrases {
            let wrong = |expected: String| table.error(phrase.at, format!("{key}: {:?}", shown(phrase.text)), expected);
            rows.extend(expander.rows(phrase.text).map_err(wrong)?);
            if rows.len() > MOST_ROWS {
                return Err(wrong(format!("up to here, more than {MOST_ROWS} rows of words; write fewer choices")));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }
}

fn known_category(table: &Table<'_>) -> Result<&'static Category, RuleError> {
    let ids: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
    let expected = format!("there is no such category; there are: {}", ids.join(", "));
    let id = table.text("category", &expected)?;
    category(id).ok_or_else(|| table.refused("category", &expected))
}

/// No single word is a finding there, whoever answers for it (detection.md C7).
const EXTREMISM: &str = "extremism";

/// A single word says too little, whatever it is.
fn one_word(
    table: &Table<'_>,
    category: &Category,
    sureness: Sureness,
    any: &[Vec<Step>],
    around: &[Around],
) -> Result<(), RuleError> {
    if any.iter().all(|row| row.len() > 1) {
        return Ok(());
    }
    if category.id == EXTREMISM {
        return Err(table.refused("any", "one of these comes down to a single word, which extremism never may"));
    }
    let backed = around.iter().any(|around| around.effect == Effect::Needed);
    if backed || sureness == Sureness::Weak || category.id == "profanity" {
        return Ok(());
    }
    Err(table.refused("any", "one of these comes down to a single word: give the rule `near`, or sureness = 0"))
}

fn discount(near: &Table<'_>) -> Result<Reason, RuleError> {
    let words = Reason::DISCOUNTS.map(Reason::word).join(", ");
    let expected = format!("expected what it counts as: {words}");
    if let Some(word) = near.maybe_text("as", &expected)? {
        let reason = Reason::from_word(word).filter(|reason| Reason::DISCOUNTS.contains(reason));
        return reason.ok_or_else(|| near.refused("as", &expected));
    }
    let set = near.maybe_text("set", "expected the name of a set")?.unwrap_or_default();
    let named = Reason::DISCOUNTS.into_iter().find(|reason| set.starts_with(reason.word()));
    Ok(named.unwrap_or(Reason::Context))
}

fn age(table: &Table<'_>) -> Result<[i8; AgeProfile::ALL.len()], RuleError> {
    let mut points = [0; AgeProfile::ALL.len()];
    let Some(ages) = table.table("age")? else { return Ok(points) };
    ages.only(&AgeProfile::ALL.map(AgeProfile::word))?;
    for (points, profile) in points.iter_mut().zip(AgeProfile::ALL) {
        *points = ages.number(profile.word(), &(-4..=4))?.unwrap_or(0);
    }
    Ok(points)
}

fn stage(table: &Table<'_>, category: &Category) -> Result<Option<Stage>, RuleError> {
    let words = Stage::ALL.map(Stage::word).join(", ");
    let Some(word) = table.maybe_text("stage", &format!("expected one of {words}"))? else { return Ok(None) };
    if category.id != "grooming" {
        return Err(table.refused("stage", "only rules of the category grooming have a stage"));
    }
    let stage = Stage::from_word(word);
    stage.map(Some).ok_or_else(|| table.refused("stage", &format!("expected one of {words}")))
}

fn sign(table: &Table<'_>) -> Result<String, RuleError> {
    let expected = "expected one word for what it is a sign of, of letters a to z and hyphens";
    let Some(word) = table.maybe_text("sign", expected)? else { return Ok(String::new()) };
    let plain = word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    plain.then(|| word.to_owned()).ok_or_else(|| table.refused("sign", expected))
}

fn examples(table: &Table<'_>) -> Result<(Vec<String>, Vec<String>), RuleError> {
    let wanted = "expected tests = { hit = [\"a text that it must meet\"], miss = [\"a text that it must not\"] }";
    let tests = table.table("tests")?.ok_or_else(|| table.missing("tests", wanted))?;
    tests.only(&["hit", "miss"])?;
    let texts = |key: &str| {
        let texts = tests.texts(key)?;
        if texts.is_empty() {
            return Err(tests.refused(key, wanted));
        }
        Ok(texts.iter().map(|written| written.text.to_owned()).collect())
    };
    Ok((texts("hit")?, texts("miss")?))
}
