//! The mail that brings a licence audit: a short text with the numbers that matter first, and the files.

use jiff::Zoned;

use super::letter::{Letter, Part, Tone};
use super::{Attachment, Mail, text};
use crate::audit_papers::{Form, Papers, UnwrittenError, at_least};
use crate::licences::{Outcome, TitleState};
use crate::render::text::{counted, number};
use crate::store::DueMail;

/// The files that come with it.
const FORMS: [Form; 3] = [Form::Xlsx, Form::Csv, Form::Html];
/// Titles that are named in the text.
const NAMED: usize = 5;
/// Letters of a title in the text.
const LETTERS: usize = 40;

/// Writes the mail for the moment in which it is sent, by the clock at the school.
///
/// # Errors
/// When a file cannot be written.
pub fn of_audit(due: &DueMail, papers: &Papers, now: &Zoned) -> Result<Mail, UnwrittenError> {
    let attached = |form: Form| {
        let bytes = papers.write(form, now)?;
        Ok(Attachment { name: papers.file_name(form), media_type: form.media_type(), bytes })
    };
    let attachments = FORMS.into_iter().map(attached).collect::<Result<_, UnwrittenError>>()?;
    Ok(text::mail(due, &letter(papers), attachments, now.timestamp()))
}

fn letter(papers: &Papers) -> Letter {
    let outcome = &papers.outcome;
    let counts = outcome.counts();
    let money = papers.audience.sees_money();
    let (opening, subject) = match (counts.not_met, counts.unknown) {
        (0, 0) => ("Every licence is in order.".to_owned(), "in order".to_owned()),
        (0, unknown) => (
            format!("Nothing is over, and of {} nobody can tell.", counted(unknown, "title")),
            format!("{} not known", number(unknown)),
        ),
        (wrong, _) => {
            let (titles, verb) = (counted(wrong, "title"), if wrong == 1 { "is" } else { "are" });
            (format!("{titles} {verb} not in order."), format!("{titles} not in order"))
        }
    };
    let of = outcome.site.as_ref().map_or_else(String::new, |site| format!(", {site}"));
    let fleet = &outcome.fleet;
    let mut parts = vec![
        Part::Opening(opening),
        Part::Facts(vec![
            format!("{}{of}", papers.school),
            format!("Licence audit of {}", papers.week()),
            format!("{} of {} devices counted", number(fleet.counted), number(fleet.enrolled)),
        ]),
        Part::Table(figures(outcome, money)),
    ];
    parts.extend(since(papers));
    parts.push(Part::Command {
        what: "The devices behind each number",
        place: None,
        command: format!("caretaker-collector audit show --audit {}", papers.row.id),
    });
    parts.push(Part::Words(
        "Attached: the whole audit as a spreadsheet, the titles as a table, and a page with charts to print.".into(),
    ));
    let note = if money {
        "This mail and its files name no person."
    } else {
        "This mail and its files name no person and no cost, so that a provider may have them."
    };
    parts.push(Part::Note(note.into()));
    Letter { subject: format!("Licence audit{of}, week {} - {subject}", outcome.week().1), tone: Tone::Calm, parts }
}

/// What matters first, each with the titles that it comes from.
fn figures(outcome: &Outcome, money: bool) -> Vec<[String; 3]> {
    let totals = &outcome.totals;
    let mut rows = Vec::new();
    if money {
        let (risk, wasted) =
            (at_least(totals.at_risk, totals.at_risk_unknown), at_least(totals.wasted, totals.wasted_unknown));
        rows.push(["Money at risk, for seats that are missing:".to_owned(), risk, String::new()]);
        rows.push(["Money unused, for seats that nobody uses:".to_owned(), wasted, String::new()]);
    }
    let states = [
        ("Over, more installed than owned:", TitleState::Over),
        ("Without any licence:", TitleState::Unlicensed),
        ("Lapsed and still installed:", TitleState::Expired),
    ];
    for (what, state) in states {
        let titles = outcome.titles.iter().filter(|title| title.state == state);
        let mut titles: Vec<_> = titles.map(|title| (title.over.max(title.installed), title.name.as_str())).collect();
        titles.sort_by_key(|(most, name)| (std::cmp::Reverse(*most), *name));
        let names: Vec<_> = titles.iter().map(|(_, name)| *name).collect();
        rows.push(row(what, names.len(), &names));
    }
    let ends = |title: &&crate::licences::TitleOutcome| title.licences.iter().any(|one| one.ends_in.is_some());
    let names: Vec<_> = outcome.titles.iter().filter(ends).map(|title| title.name.as_str()).collect();
    let days = outcome.measures.warn_days.into_iter().max().unwrap_or_default();
    let count = totals.ending.iter().sum::<u32>();
    rows.push(row(
        &format!("Licences that end within {days} days:"),
        usize::try_from(count).unwrap_or_default(),
        &names,
    ));
    let unapproved = outcome.titles.iter().filter(|title| title.unapproved > 0 || title.refused > 0);
    let names: Vec<_> = unapproved.map(|title| title.name.as_str()).collect();
    rows.push(row("Not approved, or refused:", names.len(), &names));
    rows
}

fn row(what: &str, count: usize, names: &[&str]) -> [String; 3] {
    let mut named: Vec<_> = names.iter().take(NAMED).map(|name| crate::render::text::shorten(name, LETTERS)).collect();
    let left = names.len().saturating_sub(NAMED);
    if left > 0 {
        named.push(format!("and {left} more"));
    }
    [what.to_owned(), number(u64::try_from(count).unwrap_or_default()), named.join(", ")]
}

/// "Since Mon 16 Nov 2026: +4 Adobe CC, -2 AnyDesk".
fn since(papers: &Papers) -> Option<Part> {
    let diff = papers.diff.as_ref()?;
    let change = |title: &crate::store::licence_audit::TitleDiff| {
        let installed =
            |of: &Option<crate::licences::TitleOutcome>| of.as_ref().map_or(0, |one| i64::from(one.installed));
        let name = title.after.as_ref().or(title.before.as_ref()).map_or(title.slug.as_str(), |one| one.name.as_str());
        (installed(&title.after) - installed(&title.before), crate::render::text::shorten(name, LETTERS))
    };
    let mut changes: Vec<_> = diff.titles.iter().map(change).filter(|(by, _)| *by != 0).collect();
    changes.sort_by_key(|(by, _)| std::cmp::Reverse(by.abs()));
    let left = changes.len().saturating_sub(NAMED);
    let mut told: Vec<_> = changes.iter().take(NAMED).map(|(by, name)| format!("{by:+} {name}")).collect();
    if left > 0 {
        told.push(format!("and {left} more"));
    }
    let told = if told.is_empty() { "nothing was installed or removed".to_owned() } else { told.join(", ") };
    Some(Part::Words(format!("Since {}: {told}.", crate::audit_papers::day(diff.before.outcome.on))))
}
