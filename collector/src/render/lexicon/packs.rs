//! Packs of rules: what they are, and whether they hold what they promise.

use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::rules::Origin;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::text::{counted, hang, number, safe};
use super::super::{Ink, Screen};

/// A pack that was held to its own tests.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The file or folder.
    pub pack: String,
    /// "British English".
    pub title: String,
    /// BCP 47.
    pub lang: String,
    /// How far it was reviewed, and by whom.
    pub reviewed: String,
    /// How many rules.
    pub rules: usize,
    /// How many texts they bring.
    pub tests: usize,
    /// The texts that were not treated as they should be.
    pub failed: Vec<Failed>,
}

/// A text that a rule did not treat as it says.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// The file of the rule.
    pub file: String,
    /// Line of the rule's id, from 1.
    pub line: usize,
    /// Its id.
    pub rule: String,
    /// Whether the text stands under `hit`.
    pub should_meet: bool,
    /// Which of them, from 1.
    pub number: usize,
    /// The text, unless the rule is of a category of which none is carried.
    pub text: Option<String>,
    /// What happened instead.
    pub why: String,
}

fn long(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// `lexicon check PACK`.
#[must_use]
pub fn checked(packs: &[Checked], screen: &Screen) -> String {
    let mut shown = String::new();
    for pack in packs {
        let name = safe(&pack.pack);
        let about = format!("{} ({}), {}", safe(&pack.title), safe(&pack.lang), counted(long(pack.rules), "rule"));
        let outcome = if pack.failed.is_empty() {
            format!("{name}: {about}, all {} tests hold; reviewed: {}", number(long(pack.tests)), safe(&pack.reviewed))
        } else {
            let (failed, tests) = (number(long(pack.failed.len())), counted(long(pack.tests), "test"));
            format!("{name}: {about}, {failed} of {tests} do not hold")
        };
        for failed in &pack.failed {
            shown.push_str(&failure(failed, screen));
        }
        if !pack.failed.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&hang("", &outcome, screen.width));
    }
    shown
}

fn failure(failed: &Failed, screen: &Screen) -> String {
    let should = if failed.should_meet { "must meet" } else { "must not meet" };
    let kind = if failed.should_meet { "hit" } else { "miss" };
    let text = match &failed.text {
        Some(text) => format!("{should} \"{}\"", safe(text)),
        None => format!("{should} its {kind} text {} (no text is shown of this category)", failed.number),
    };
    let head = format!("{}, line {}: rule {}", safe(&failed.file), failed.line, safe(&failed.rule));
    let remedy = if failed.should_meet {
        "change the phrases or what must stand near them, or the text if it promises too much"
    } else {
        "make the phrases narrower or add not_near, or move the text to hit if the rule should meet it"
    };
    format!(
        "{}\n{}{}{}",
        screen.ink(Ink::Strong, &head),
        hang("  ", &text, screen.width),
        hang("  ", &safe(&failed.why), screen.width),
        hang("  Remedy: ", remedy, screen.width)
    )
}

/// The built-in packs.
#[must_use]
pub fn builtin(rules: usize, origins: &[&Origin], screen: &Screen) -> String {
    let mut shown =
        format!("{} built in, from {}\n", counted(long(rules), "rule"), counted(long(origins.len()), "pack"));
    for origin in origins {
        let title = format!("{} ({})", safe(&origin.title), safe(&origin.lang));
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, &title)));
        for (name, text) in [("source", &origin.source), ("licence", &origin.licence), ("reviewed", &origin.reviewed)] {
            shown.push_str(&hang(&format!("  {name:<10}"), &safe(text), screen.width));
        }
    }
    shown
}

/// Where a pack comes from, for JSON.
#[must_use]
pub fn json(origin: &Origin) -> Value {
    json!({
        "title": origin.title,
        "lang": origin.lang,
        "source": origin.source,
        "licence": origin.licence,
        "reviewed": origin.reviewed,
    })
}

/// A pack that the school has added.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// By which it is removed.
    pub name: String,
    /// Of its rules.
    pub categories: Vec<&'static str>,
    /// Its size.
    pub bytes: usize,
    /// Of the bytes.
    pub digest: Sha256,
    /// Where it comes from, as [`json()`] says it.
    pub origin: Option<Value>,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

impl Default for Listed {
    fn default() -> Self {
        Self {
            name: String::new(),
            categories: Vec::new(),
            bytes: 0,
            digest: Sha256::from([0; 32]),
            origin: None,
            problem: None,
        }
    }
}

fn provenance(pack: &Listed, screen: &Screen) -> String {
    let field = |key: &str| pack.origin.as_ref().and_then(|origin| origin[key].as_str()).map(safe).unwrap_or_default();
    if let Some(problem) = &pack.problem {
        return hang("  cannot be used: ", problem, screen.width);
    }
    let mut shown = hang("  category  ", &pack.categories.join(", "), screen.width);
    for key in ["source", "licence", "reviewed"] {
        shown.push_str(&hang(&format!("  {key:<10}"), &field(key), screen.width));
    }
    shown + &format!("  sha256    {}\n", pack.digest)
}

/// When what was changed takes effect.
fn effect(running: bool) -> &'static str {
    if running {
        "Devices take it up with their next greeting, within about five minutes."
    } else {
        "No collector runs in this folder; devices take it up once one does."
    }
}

/// After `lexicon import`.
#[must_use]
pub fn imported(pack: &Listed, phrases: usize, words: usize, running: bool, screen: &Screen) -> String {
    let mut shown = format!(
        "{}: {} and {} imported; their words are kept nowhere.\n{}",
        safe(&pack.name),
        counted(long(phrases), "phrase"),
        counted(long(words), "single word"),
        provenance(pack, screen)
    );
    if words > 0 {
        shown.push_str("Each single word is a finding by itself: try the list before you rely on it,\n");
        shown.push_str("caretaker-collector lexicon test, and take out what is ordinary.\n");
    }
    shown + effect(running) + "\n"
}

/// `lexicon list`.
#[must_use]
pub fn list(packs: &[Listed], screen: &Screen) -> String {
    if packs.is_empty() {
        return "No list was imported. The built-in rules:  caretaker-collector lexicon check\n".to_owned();
    }
    let each = packs
        .iter()
        .map(|pack| format!("{}\n{}", screen.ink(Ink::Strong, &safe(&pack.name)), provenance(pack, screen)));
    each.collect::<Vec<_>>().join("\n")
}

/// After `lexicon remove`.
#[must_use]
pub fn removed(name: &str, running: bool) -> String {
    format!("{} is removed.\n{}\n", safe(name), effect(running))
}
