//! The self-check: questions of the kind that inspectors and the UK Safer Internet Centre ask of monitoring, each with the
//! live figure that its colour follows from. What is not known is never green.

use std::collections::BTreeSet;

use caretaker_proto::console::v1 as proto;

use super::small::{self, LEAST};
use crate::audit_check::AuditStanding;
use crate::store::reports::Conduct;
use crate::store::{AuditChain, SitePolicy};

/// What monitoring has to look for, in the words of the guidance, and the categories that do.
const CONTENT: &[(&str, &[&str])] = &[
    ("child sexual abuse and exploitation", &["csa", "grooming", "sexual_images"]),
    ("suicide and self-harm", &["suicide", "selfharm"]),
    ("violence and weapons", &["violence", "weapons"]),
    ("extremism", &["extremism"]),
    ("discrimination", &["hate"]),
    ("bullying", &["bullying"]),
    ("drugs", &["drugs"]),
    ("pornography", &["porn"]),
    ("gambling", &["gambling"]),
];

/// Everything that the check looks at.
pub(super) struct Seen<'a> {
    pub(super) watching: &'a proto::Watching,
    pub(super) mail: &'a proto::MailHealth,
    pub(super) audit: Option<&'a AuditStanding>,
    pub(super) conduct: &'a Conduct,
    pub(super) concerns: u32,
    pub(super) sites: &'a [SitePolicy],
    pub(super) requirements: &'a [proto::Compliance],
}

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Green,
    Amber,
    Red,
    Unknown,
}

impl Colour {
    fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Unknown => "unknown",
        }
    }

    /// The colour of a share: of nothing, nothing is known.
    fn of_share(part: u32, whole: u32, (green, amber): (u32, u32)) -> Self {
        let percent = |percent: u32| u64::from(part) * 100 >= u64::from(whole) * u64::from(percent);
        match whole {
            0 => Self::Unknown,
            _ if percent(green) => Self::Green,
            _ if percent(amber) => Self::Amber,
            _ => Self::Red,
        }
    }
}

struct Line {
    area: &'static str,
    question: &'static str,
    colour: Colour,
    figure: String,
    rule: &'static str,
}

/// The self-check.
pub(super) fn checks(seen: &Seen<'_>) -> Vec<proto::Check> {
    let lines = monitoring(seen).into_iter().chain(people(seen)).chain(content(seen)).chain(devices(seen));
    let check = |line: Line| proto::Check {
        area: line.area.to_owned(),
        question: line.question.to_owned(),
        state: line.colour.word().to_owned(),
        figure: line.figure,
        rule: line.rule.to_owned(),
    };
    lines.map(check).collect()
}

fn monitoring(seen: &Seen<'_>) -> Vec<Line> {
    let proto::Watching { devices, reporting, proven_this_term, .. } = *seen.watching;
    let area = "Monitoring";
    vec![
        Line {
            area,
            question: "Do all devices report?",
            colour: Colour::of_share(reporting, devices, (95, 80)),
            figure: share(reporting, devices, "devices are not silent"),
            rule: "95 % are not silent for longer than the policy allows",
        },
        Line {
            area,
            question: "Has each device proven this term that its alerts arrive?",
            colour: Colour::of_share(proven_this_term, devices, (95, 50)),
            figure: share(proven_this_term, devices, "devices have proven it"),
            rule: "95 % have, with a canary that the lead has answered",
        },
        Line {
            area,
            question: "Does alert mail leave the house?",
            colour: match seen.mail.state.as_str() {
                "healthy" => Colour::Green,
                "waiting" => Colour::Amber,
                "failing" => Colour::Red,
                _ => Colour::Unknown,
            },
            figure: match seen.mail.state.as_str() {
                "unused" => "no mail was ever sent".to_owned(),
                state => format!("{state}, {} waiting", seen.mail.waiting),
            },
            rule: "nothing waits longer than a quarter of an hour",
        },
        Line {
            area,
            question: "Is the record of who did what unbroken?",
            colour: match seen.audit {
                Some(AuditStanding::Proven(AuditChain::Whole { .. })) => Colour::Green,
                Some(AuditStanding::Proven(AuditChain::Broken { .. })) => Colour::Red,
                Some(AuditStanding::Unread) | None => Colour::Unknown,
            },
            figure: match seen.audit {
                Some(AuditStanding::Proven(AuditChain::Whole { .. })) => "every row follows from the one before".into(),
                Some(AuditStanding::Proven(AuditChain::Broken { row })) => format!("broken at row {row}"),
                Some(AuditStanding::Unread) => "it could not be read".into(),
                None => "it is being checked".into(),
            },
            rule: "the chain was proven from its first row since the collector started",
        },
    ]
}

fn people(seen: &Seen<'_>) -> Vec<Line> {
    let area = "People";
    let overdue = small::count(seen.conduct.overdue);
    let alone = seen.sites.iter().filter(|site| {
        site.policy.as_deref().is_some_and(|policy| {
            let people: BTreeSet<String> =
                policy.alerts.contacts.iter().map(|contact| contact.email.to_lowercase()).collect();
            people.len() < 2
        })
    });
    let (alone, without) = (alone.count(), seen.sites.iter().filter(|site| site.policy.is_none()).count());
    vec![
        Line {
            area,
            question: "Are concerns taken in time?",
            colour: match (seen.conduct.overdue, seen.concerns) {
                (0, 0) => Colour::Unknown,
                (0, _) => Colour::Green,
                _ => Colour::Red,
            },
            figure: match (seen.conduct.overdue, seen.concerns) {
                (0, 0) => "there was no concern to take".into(),
                (0, _) => "none waits".into(),
                _ if overdue.hidden => format!("fewer than {LEAST} wait"),
                (more, _) => format!("{more} wait"),
            },
            rule: "no concern of level 5 waits for half an hour, none of level 3 or 4 for a day",
        },
        Line {
            area,
            question: "Are there at least two people to tell at each site?",
            colour: match (seen.sites.len(), without, alone) {
                (0, ..) => Colour::Unknown,
                (_, 0, 0) => Colour::Green,
                (_, 0, _) => Colour::Amber,
                _ => Colour::Red,
            },
            figure: format!("sites: {}, {alone} with one address alone, {without} without a policy", seen.sites.len()),
            rule: "two addresses or more in the policy of every site",
        },
        Line {
            area,
            question: "Was every opening by one person alone looked at afterwards?",
            colour: match (seen.conduct.broken_glass, seen.conduct.reviewed) {
                (glass, reviewed) if glass == reviewed => Colour::Green,
                _ => Colour::Red,
            },
            figure: format!("{} of {} looked at", seen.conduct.reviewed, seen.conduct.broken_glass),
            rule: "a second person has looked at each; none at all is fine",
        },
    ]
}

fn content(seen: &Seen<'_>) -> Vec<Line> {
    let area = "Content";
    let policies: Vec<_> = seen.sites.iter().filter_map(|site| site.policy.as_deref()).collect();
    let covers = |ids: &&[&str]| {
        policies.iter().all(|policy| ids.iter().all(|id| policy.detection.categories.iter().any(|own| own == id)))
    };
    let missing: Vec<&str> = CONTENT.iter().filter(|(_, ids)| !covers(ids)).map(|(name, _)| *name).collect();
    let Conduct { texts, sealed, .. } = *seen.conduct;
    vec![
        Line {
            area,
            question: "Does every site look for all that the guidance names?",
            colour: match (policies.is_empty(), missing.len()) {
                (true, _) => Colour::Unknown,
                (false, 0) => Colour::Green,
                (false, 1..=2) => Colour::Amber,
                (false, _) => Colour::Red,
            },
            figure: match (policies.is_empty(), missing.is_empty()) {
                (true, _) => "no site has a policy".into(),
                (false, true) => "all of it".into(),
                (false, false) => format!("not everywhere: {}", missing.join(", ")),
            },
            rule: "the categories of every site's policy cover it",
        },
        Line {
            area,
            question: "Is what was written sealed before it leaves the device?",
            colour: if texts < LEAST { Colour::Unknown } else { Colour::of_share(sealed, texts, (100, 90)) },
            figure: if texts < LEAST {
                format!("fewer than {LEAST} events")
            } else {
                share(sealed, texts, "events carried a sealed passage")
            },
            rule: "all of them; an event without one still arrives, and says why",
        },
        Line {
            area,
            question: "Are lists of illegal content used (IWF, CTIRU)?",
            colour: Colour::Amber,
            figure: "Caretaker ships none: their makers license them to members".into(),
            rule: "never here; the collector cannot see whether an added list is one of theirs",
        },
        Line {
            area,
            question: "Are pictures looked at?",
            colour: Colour::Red,
            figure: "no: Caretaker looks at text alone, by design".into(),
            rule: "never here; the filter or another tool has to do it",
        },
        Line {
            area,
            question: "Are telephones and personal devices covered?",
            colour: Colour::Red,
            figure: "no: enrolled school computers alone".into(),
            rule: "never here; the filter or another tool has to do it",
        },
    ]
}

fn devices(seen: &Seen<'_>) -> Vec<Line> {
    const ASKED: [(&str, &str); 4] = [
        ("E1", "Is approved antivirus on?"),
        ("E2", "Do screens lock by themselves?"),
        ("B4", "Are disks encrypted?"),
        ("B2", "Are security updates applied?"),
    ];
    let line = |(id, question): (&str, &'static str)| {
        let found = seen.requirements.iter().find(|row| row.requirement == id)?;
        let whole = found.met + found.not_met + found.unknown;
        let colour = Colour::of_share(found.met, whole, (95, 80));
        // Most of it not known is not "not met".
        let colour = if found.unknown * 2 > whole { Colour::Unknown } else { colour };
        let figure = format!("{} of {whole} met, {} not, {} not known", found.met, found.not_met, found.unknown);
        Some(Line { area: "Devices", question, colour, figure, rule: "95 % of all devices are known to meet it" })
    };
    ASKED.into_iter().filter_map(line).collect()
}

fn share(part: u32, whole: u32, what: &str) -> String {
    match whole {
        0 => "there is none".into(),
        _ => format!("{part} of {whole} {what} ({} %)", u64::from(part) * 100 / u64::from(whole)),
    }
}
