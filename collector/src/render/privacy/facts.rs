//! What a policy says, in words for those whom it is about.

use caretaker_shared::lexicon::category;
use caretaker_shared::model::{Role, Source};
use caretaker_shared::policy::{Policy, Retention};

use crate::render::report::Block;

/// A policy, and where it holds.
pub(super) struct Facts<'a> {
    pub(super) policy: &'a Policy,
    pub(super) site: &'a str,
}

impl Facts<'_> {
    /// What stands in the place of `{{name}}`; nothing for a name that no text uses.
    pub(super) fn blocks(&self, name: &str) -> Vec<Block> {
        match name {
            "sources" => vec![Block::Points(self.sources())],
            "sources_short" => vec![Block::Text(self.sources_short())],
            "categories" => vec![Block::Points(self.categories())],
            "hours" => vec![Block::Text(self.hours())],
            "groups" => vec![self.groups()],
            "roles" => vec![roles()],
            "contacts" => vec![Block::Text(self.contacts())],
            "contacts_short" => vec![Block::Points(self.people())],
            "retention" => retention(&self.policy.retention),
            "risks" => vec![risks()],
            "limits" => vec![Block::Points(limits())],
            _ => Vec::new(),
        }
    }

    fn reads(&self, source: Source) -> bool {
        let documents = source != Source::Document || self.policy.documents.enabled;
        documents && self.policy.detection.may_read(source)
    }

    fn sources(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.reads(Source::Document) {
            let folders = self.policy.documents.folders.join(", ");
            let media = if self.policy.documents.removable_media { ", and on sticks that are plugged in" } else { "" };
            said.push(format!("documents that are saved in: {folders}{media} (~ stands for each user's own folder)"));
        }
        if self.reads(Source::Search) {
            said.push("what is typed into a search engine, as the browser remembers it".into());
        }
        if self.reads(Source::Title) {
            said.push("titles of pages that are visited, as the browser remembers them".into());
        }
        if self.reads(Source::Address) {
            said.push("addresses of pages that are visited, as the browser remembers them".into());
        }
        if said.is_empty() {
            return vec!["no text at all: the policy in force has every source switched off".into()];
        }
        let without = self.policy.detection.excluded_addresses.len();
        if without > 0 {
            said.push(format!("not: {without} addresses that the policy leaves out, such as helplines and banks"));
        }
        said
    }

    fn sources_short(&self) -> String {
        let (documents, searches) = (self.reads(Source::Document), self.reads(Source::Search));
        match (documents, searches) {
            (true, true) => "It looks at work that you save. It looks at what you search for.".into(),
            (true, false) => "It looks at work that you save.".into(),
            (false, true) => "It looks at what you search for.".into(),
            (false, false) => "Just now it does not look at your work.".into(),
        }
    }

    fn categories(&self) -> Vec<String> {
        let told = self.policy.detection.categories.iter().filter(|id| *id != "demonstration");
        told.map(|id| category(id).map_or_else(|| id.clone(), |category| category.title.to_owned())).collect()
    }

    fn hours(&self) -> String {
        let hours = &self.policy.detection.hours;
        if hours.is_always() {
            return "At all times at which a school computer is used, at home too.".into();
        }
        format!(
            "At these times, by the clock on the wall: {}. What is written at other times is never read, also not later.",
            hours.texts().join(", ")
        )
    }

    fn groups(&self) -> Block {
        let groups = &self.policy.detection.groups;
        if groups.is_empty() {
            return Block::Text("The same holds for everybody: the policy names no groups.".into());
        }
        let told = |group: &caretaker_shared::policy::Group| {
            let what = match group.categories.as_ref().map(Vec::len) {
                Some(0) => "nothing is looked for".to_owned(),
                Some(_) => {
                    let ids = group.categories.iter().flatten().map(String::as_str).collect::<Vec<_>>();
                    format!("looked for: {}", ids.join(", "))
                }
                None => "looked for as above".to_owned(),
            };
            let when = match &group.hours {
                Some(hours) if !hours.is_always() => format!(", {}", hours.texts().join(", ")),
                Some(_) => ", at all times".to_owned(),
                None => String::new(),
            };
            format!("{}: {what}{when}", group.name)
        };
        Block::Points(groups.iter().map(told).collect())
    }

    /// "Anna Example, safeguarding lead", or the office alone where the policy names nobody.
    fn people(&self) -> Vec<String> {
        let here = self.policy.alerts.contacts.iter().filter(|one| one.serves(Some(self.site)));
        let mut people: Vec<String> = here
            .filter(|one| matches!(one.role, Role::SafeguardingLead | Role::Deputy))
            .map(|one| {
                if one.name.trim().is_empty() {
                    format!("the {}", one.role)
                } else {
                    format!("{}, {}", one.name, one.role)
                }
            })
            .collect();
        people.dedup();
        people
    }

    pub(super) fn contacts_inline(&self) -> String {
        self.people().join("; ")
    }

    fn contacts(&self) -> String {
        format!("Our safeguarding team: {}.", self.contacts_inline())
    }
}

fn table(columns: &[&str], rows: &[&[&str]]) -> Block {
    let words = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    Block::Table(words(columns), rows.iter().map(|row| words(row)).collect())
}

/// The same in every school: what each office sees is not for a policy to change (docs/security.md).
fn roles() -> Block {
    table(
        &["who", "sees"],
        &[
            &[
                "safeguarding lead and deputies",
                "that there is a concern; the passage and the name, after opening it with their own key",
            ],
            &["head", "the gravest concerns, and those about staff; never one about themselves"],
            &["chair of governors", "concerns about the head"],
            &["governors", "numbers by term, none of few children"],
            &[
                "network manager, technicians",
                "devices, software and settings; never what was written, nor who wrote it",
            ],
            &["teachers", "nothing"],
        ],
    )
}

/// As the policy sets it: the purge goes by the same numbers.
fn retention(of: &Retention) -> Vec<Block> {
    let days = |days: u32| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let rows = [
        ("texts that meet no rule", "not at all".to_owned()),
        ("content of the lowest levels", days(of.low_days)),
        ("content of concerns that nobody took", format!("passed on to the next person; {}", days(of.unopened_days))),
        ("content of a false alarm", format!("{} hours after it was closed as one", of.false_alarm_hours)),
        (
            "content of confirmed concerns",
            format!(
                "in the child-protection file until 25 years after birth; the copy here {} after it was filed, or {} after \
                 the case was closed",
                days(of.filed_days),
                days(of.closed_days)
            ),
        ),
        ("that a rule was met, without content", days(of.events_days)),
        ("findings about devices", format!("{} after they were closed", days(of.findings_days))),
        ("what is known of a device that has left", days(of.departed_days)),
        ("mail that was sent", days(of.mails_days)),
        ("who opened what", format!("{} years", of.audit_years)),
    ];
    let rows: Vec<[&str; 2]> = rows.iter().map(|(what, kept)| [*what, kept.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
    vec![
        table(&["what", "kept for"], &rows),
        Block::Note("Nothing that is under a legal hold is erased by age.".into()),
    ]
}

fn risks() -> Block {
    table(
        &["risk", "what is done about it"],
        &[
            &[
                "somebody reads what is not theirs",
                "sealed on the device to people's own keys; the server, its administrator and its backups cannot read it",
            ],
            &[
                "a child is judged by a machine",
                "a person reads before anything happens; each concern shows how its level came about",
            ],
            &[
                "false alarms about some groups more than others",
                "rules are measured before each release; closed cases show how often each was right",
            ],
            &[
                "drift to discipline, or to watching staff",
                "outcomes put welfare first; what is about staff takes two people; openings are counted for governors",
            ],
            &["the keys are lost", "any two of three keepers can recover"],
            &["watching fails and nobody notices", "each device proves itself once a term; silence is shown"],
            &["a laptop is used by a family", "hours in the policy; this notice"],
        ],
    )
}

fn limits() -> Vec<String> {
    [
        "Nobody watches round the clock.",
        "No picture is looked at, and no telephone or personal device.",
        "Single words miss most hatred, sarcasm and slow grooming. No list reads intent.",
        "The lists of the IWF and CTIRU are not part of it.",
        "An administrator of a computer can switch it off; that is noticed, not prevented.",
        "A program is no substitute for adults who watch over children.",
    ]
    .map(str::to_owned)
    .to_vec()
}
