//! An impact assessment and privacy notices, filled with the policy in force. The texts lie beside this file; what they
//! leave to the school stands in square brackets.

mod facts;

use caretaker_shared::policy::Policy;
use clap::ValueEnum;
use jiff::Zoned;

use super::report::{Block, Leaflet};
use super::time;
use facts::Facts;

/// For whom a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// From 11 on.
    Pupils,
    /// Parents and carers.
    Parents,
    /// Everybody who works at the school.
    Staff,
    /// 5 to 7, to be read aloud.
    Ks1,
    /// 7 to 11.
    Ks2,
}

/// Of which school and policy a document speaks.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// Name of the school.
    pub school: &'a str,
    /// Site that the policy holds at.
    pub site: &'a str,
    /// Version of the policy.
    pub version: u64,
    /// When it was applied.
    pub applied_at: &'a str,
}

/// The impact assessment, as far as the policy knows it.
#[must_use]
pub fn dpia(policy: &Policy, origin: &Origin<'_>, now: &Zoned) -> Leaflet {
    filled(
        "Data protection impact assessment: monitoring of school computers",
        include_str!("dpia.txt"),
        policy,
        origin,
        now,
    )
}

/// A notice for those whose data it is.
#[must_use]
pub fn notice(audience: Audience, policy: &Policy, origin: &Origin<'_>, now: &Zoned) -> Leaflet {
    let (title, text) = match audience {
        Audience::Pupils => ("What the school sees on its computers", include_str!("pupils.txt")),
        Audience::Parents => ("How we look after your child on school computers", include_str!("parents.txt")),
        Audience::Staff => ("Monitoring of school computers: notice for staff", include_str!("staff.txt")),
        Audience::Ks1 => ("The helper in our computers", include_str!("ks1.txt")),
        Audience::Ks2 => ("The helper in our computers", include_str!("ks2.txt")),
    };
    filled(title, text, policy, origin, now)
}

fn filled(title: &str, text: &str, policy: &Policy, origin: &Origin<'_>, now: &Zoned) -> Leaflet {
    let facts = Facts { policy, site: origin.site };
    let day = |text: &str| {
        let at = time::parse(text).map(|at| at.to_zoned(now.time_zone().clone()));
        at.map_or_else(|| "-".into(), |at| at.strftime("%-d %B %Y").to_string())
    };
    let (applied, version) = (day(origin.applied_at), origin.version.to_string());
    let words = |line: &str| {
        line.replace("{school}", origin.school)
            .replace("{version}", &version)
            .replace("{applied}", &applied)
            .replace("{contacts_inline}", &facts.contacts_inline())
    };
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let block = if let Some(name) = line.strip_prefix("{{").and_then(|line| line.strip_suffix("}}")) {
            blocks.extend(facts.blocks(name));
            continue;
        } else if let Some(heading) = line.strip_prefix("# ") {
            Block::Heading(words(heading))
        } else if let Some(note) = line.strip_prefix("> ") {
            Block::Note(words(note))
        } else if let Some(point) = line.strip_prefix("- ") {
            if let Some(Block::Points(points)) = blocks.last_mut() {
                points.push(words(point));
                continue;
            }
            Block::Points(vec![words(point)])
        } else {
            Block::Text(words(line))
        };
        blocks.push(block);
    }
    Leaflet {
        title: title.to_owned(),
        under: vec![format!("{}, {}", origin.school, origin.site)],
        blocks,
        footer: format!(
            "Made by Caretaker on {} from policy version {version}. A template, no legal advice: check it with your \
             data protection officer.",
            now.strftime("%-d %B %Y")
        ),
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{PRESET, Policy};
    use clap::ValueEnum as _;

    use super::{Audience, Origin, dpia, notice};
    use crate::render::Screen;
    use crate::render::report::{Block, Leaflet, html, pdf, plain};

    fn now() -> jiff::Zoned {
        "2026-11-21T14:02:00+00:00[UTC]".parse().expect("a time")
    }

    fn all() -> Vec<Leaflet> {
        let policy = Policy::parse(PRESET).expect("the preset is a policy");
        let origin =
            Origin { school: "Northfield <School>", site: "Main", version: 4, applied_at: "2026-09-01T08:00:00Z" };
        let notices = Audience::value_variants().iter().map(|audience| notice(*audience, &policy, &origin, &now()));
        notices.chain([dpia(&policy, &origin, &now())]).collect()
    }

    #[test]
    fn every_place_of_every_text_is_filled_in_every_form() {
        let screen = Screen { width: 100, colour: false, now: now() };
        for leaflet in all() {
            let shown = plain(&leaflet, &screen);
            assert!(!shown.contains('{') && !shown.contains('}'), "{}: {shown}", leaflet.title);
            assert!(shown.contains("Northfield"), "{shown}");
            let page = html(&leaflet);
            assert!(page.contains("Northfield &lt;School&gt;") && !page.contains("<School>"));
            assert!(pdf(&leaflet, "Caretaker", &now()).expect("a document").starts_with(b"%PDF-"));
        }
    }

    #[test]
    fn what_the_policy_says_stands_in_the_notice_and_what_it_does_not_say_does_not() {
        let toml = "[documents]\nenabled = false\n[detection]\ncategories = ['bullying']\nsources = ['searches']\n\
                    hours = ['mon-fri 08:00-17:00']\n\
                    [alerts]\nsafeguarding_lead = ['lead@northfield.example', 'deputy@northfield.example']\n\
                    network_manager = ['network@northfield.example']";
        let policy = Policy::parse(toml).expect("a policy");
        let origin = Origin { school: "Northfield", site: "Main", version: 1, applied_at: "2026-09-01T08:00:00Z" };
        let leaflet = notice(Audience::Parents, &policy, &origin, &now());
        let screen = Screen { width: 100, colour: false, now: now() };
        let shown = plain(&leaflet, &screen);
        assert!(shown.contains("bullying") && !shown.contains("gambling"), "{shown}");
        assert!(shown.contains("typed into a search") && !shown.contains("documents that are saved"), "{shown}");
        assert!(shown.contains("mon-fri 08:00-17:00"), "{shown}");
    }

    /// Sentences of children's notices are short: 20 words at most up to eleven years, 12 up to seven.
    #[test]
    fn the_sentences_of_a_notice_fit_those_who_read_it() {
        let policy = Policy::parse(PRESET).expect("the preset is a policy");
        let origin = Origin { school: "Northfield", site: "Main", version: 4, applied_at: "2026-09-01T08:00:00Z" };
        for (audience, most) in [(Audience::Ks1, 12), (Audience::Ks2, 20), (Audience::Pupils, 34)] {
            for block in notice(audience, &policy, &origin, &now()).blocks {
                let Block::Text(text) = block else { continue };
                for sentence in text.split_terminator(['.', '?', '!']) {
                    let words = sentence.split_whitespace().count();
                    assert!(words <= most, "{audience:?}: {words} words: {sentence}");
                }
            }
        }
    }
}
