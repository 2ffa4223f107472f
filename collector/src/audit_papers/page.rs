//! The page: what matters first, with charts. The same content is the PDF.

use jiff::Zoned;

use super::sheets::{name, why};
use super::{Papers, day, trend};
use crate::licences::{Owned, Pence, Permission, TitleOutcome, TitleState};
use crate::render::report::{Bar, Block, Leaflet};
use crate::render::text::{counted, number};

/// Rows of a table of the page; the spreadsheet has them all.
const MOST: usize = 40;
/// Bars of a chart.
const BARS: usize = 10;

/// The page; `now` is when it is made.
#[must_use]
pub fn leaflet(papers: &Papers, now: &Zoned) -> Leaflet {
    let fleet = &papers.outcome.fleet;
    let of = papers.outcome.site.as_ref().map_or_else(String::new, |site| format!(", {site}"));
    let mut blocks = vec![figures(papers), states(papers)];
    blocks.extend(over(papers));
    blocks.extend(lapsed(papers));
    blocks.extend(approval(papers));
    blocks.extend(unused(papers));
    blocks.extend(ending(papers));
    blocks.extend(not_told(papers));
    blocks.extend(changed(papers));
    blocks.extend(trend::blocks(papers));
    blocks.push(Block::Note(notes(papers)));
    let personal = if papers.audience.sees_money() { "Names no person." } else { "Names no person and no cost." };
    Leaflet {
        title: "Software licence audit".into(),
        under: vec![
            format!("{}{of}", papers.school),
            papers.week(),
            format!("{} of {} devices counted", number(fleet.counted), number(fleet.enrolled)),
        ],
        blocks,
        footer: format!(
            "{}{of}. Audit {}, made by Caretaker on {}. {personal}",
            papers.school,
            papers.row.id,
            now.strftime("%-d %b %Y at %H:%M")
        ),
    }
}

fn figures(papers: &Papers) -> Block {
    let totals = &papers.outcome.totals;
    let state = |state: TitleState| totals.states.get(state.word()).copied().unwrap_or_default();
    let mut figures = Vec::new();
    let mut put = |figure: String, what: &str| figures.push((figure, what.to_owned()));
    if papers.audience.sees_money() {
        put(at_least(totals.at_risk, totals.at_risk_unknown), "at risk: what missing seats would cost");
        put(at_least(totals.wasted, totals.wasted_unknown), "unused: what idle seats cost");
    }
    put(number(state(TitleState::Over) + state(TitleState::Unlicensed)), "titles over, or without a licence");
    put(number(totals.expired), "licences have lapsed");
    put(number(totals.ending.iter().sum::<u32>()), &format!("licences end within {} days", longest(papers)));
    put(number(totals.unapproved + totals.refused), "titles not approved, or refused");
    Block::Figures(figures)
}

/// "£1,208", "£1,208 or more" where a cost is not known.
pub(crate) fn at_least(pence: Pence, not_known: u32) -> String {
    match (pence, not_known) {
        (pence, 0) => pounds(pence),
        (Pence(0), _) => "not known".into(),
        (pence, _) => format!("{} or more", pounds(pence)),
    }
}

/// "£1,208", "£9.50".
pub(crate) fn pounds(pence: Pence) -> String {
    pence.to_string().trim_end_matches(".00").to_owned()
}

fn longest(papers: &Papers) -> u32 {
    papers.outcome.measures.warn_days.into_iter().max().unwrap_or_default()
}

fn states(papers: &Papers) -> Block {
    let words = [
        (TitleState::Over, "over: more than owned"),
        (TitleState::Unlicensed, "no licence at all"),
        (TitleState::Expired, "licence has lapsed"),
        (TitleState::CannotTell, "cannot be told"),
        (TitleState::UnknownName, "not in the catalogue"),
        (TitleState::Exempt, "exempt"),
        (TitleState::InOrder, "in order"),
        (TitleState::NotInstalled, "owned, not installed"),
    ];
    let bar = |(state, name): (TitleState, &str)| {
        let value = papers.outcome.totals.states.get(state.word()).copied().unwrap_or_default();
        Bar { name: name.into(), value: Some(value) }
    };
    Block::Bars(words.map(bar).into())
}

fn over(papers: &Papers) -> Vec<Block> {
    let mut titles =
        papers.titles(|title| title.over > 0 || matches!(title.state, TitleState::Over | TitleState::Unlicensed));
    if titles.is_empty() {
        return Vec::new();
    }
    titles.sort_by_key(|title| (std::cmp::Reverse(title.at_risk), std::cmp::Reverse(title.over)));
    let money = papers.audience.sees_money();
    let mut blocks = vec![Block::Heading("More installed than owned".into())];
    let bar = |title: &&TitleOutcome| Bar { name: title.name.clone(), value: Some(title.over) };
    blocks.push(Block::Text("Seats that are missing, however those that are owned are spread:".into()));
    blocks.push(Block::Bars(titles.iter().take(BARS).map(bar).collect()));
    let mut columns = vec!["Title", "Owned", "Installed", "Used", "Over by"];
    if money {
        columns.push("At risk");
    }
    let row = |title: &&TitleOutcome| {
        let mut row = vec![
            title.name.clone(),
            owned(title.owned),
            number(title.installed),
            number(title.used),
            number(title.over),
        ];
        if money {
            row.push(title.at_risk.map_or_else(|| "not known".into(), pounds));
        }
        row
    };
    blocks.extend(table(&columns, titles.iter().map(row).collect()));
    blocks
}

fn owned(owned: Owned) -> String {
    match owned {
        Owned::Seats(seats) => number(seats),
        Owned::Unlimited => "any number".into(),
    }
}

fn lapsed(papers: &Papers) -> Vec<Block> {
    let titles = papers.titles(|title| title.state == TitleState::Expired);
    let row = |title: &&TitleOutcome| {
        let ended = title.licences.iter().filter_map(|licence| licence.ends_on).filter(|end| *end < papers.outcome.on);
        let ended = ended.max().map_or_else(|| "-".to_owned(), day);
        vec![title.name.clone(), ended, number(title.installed)]
    };
    section("Lapsed and still installed", &["Title", "Ended", "Installed"], titles.iter().map(row).collect())
}

fn approval(papers: &Papers) -> Vec<Block> {
    let mut titles = papers.titles(|title| title.unapproved > 0 || title.refused > 0);
    titles
        .sort_by_key(|title| (title.refused == 0, !is_dangerous(&title.category), std::cmp::Reverse(title.installed)));
    let row = |title: &&TitleOutcome| {
        let what = match title.permission {
            Permission::Refused => "refused",
            Permission::Missing | Permission::Unknown | Permission::Approved | Permission::NotNeeded => {
                "nobody approved"
            }
        };
        let category = if title.category.is_empty() { "unknown" } else { &title.category };
        vec![title.name.clone(), what.into(), category.to_owned(), number(title.unapproved.max(title.refused))]
    };
    section("Not approved", &["Title", "Decision", "Kind", "Installed"], titles.iter().map(row).collect())
}

/// What must not be overlooked among many that nobody has looked at yet.
pub(crate) fn is_dangerous(category: &str) -> bool {
    matches!(category, "bypass" | "remote-control" | "game")
}

fn unused(papers: &Papers) -> Vec<Block> {
    let money = papers.audience.sees_money();
    let idle = |title: &TitleOutcome| title.licences.iter().map(|licence| u64::from(licence.idle)).sum::<u64>();
    let mut titles = papers.titles(|title| idle(title) > 0);
    titles.sort_by_key(|title| (std::cmp::Reverse(title.wasted), std::cmp::Reverse(idle(title))));
    let mut columns = vec!["Title", "Owned", "Installed", "Not opened", "Seats unused"];
    if money {
        columns.push("They cost");
    }
    let row = |title: &&TitleOutcome| {
        let mut row = vec![
            title.name.clone(),
            owned(title.owned),
            number(title.installed),
            number(title.unused),
            number(idle(title)),
        ];
        if money {
            row.push(title.wasted.map_or_else(|| "not known".into(), pounds));
        }
        row
    };
    section("Paid for and not used", &columns, titles.iter().map(row).collect())
}

fn ending(papers: &Papers) -> Vec<Block> {
    let money = papers.audience.sees_money();
    let titles = papers.titles(|_| true);
    let ends = titles.iter().flat_map(|title| title.licences.iter().map(move |licence| (title, licence)));
    let mut ends: Vec<_> = ends.filter_map(|(title, licence)| Some((licence.ends_in?, title, licence))).collect();
    ends.sort_by_key(|(days, ..)| *days);
    let mut columns = vec!["Title", "Ends", "Days left", "Seats"];
    if money {
        columns.extend(["Notice by", "Cost"]);
    }
    let row = |(days, title, licence): &(u32, &&TitleOutcome, &crate::licences::LicencePosition)| {
        let end = licence.ends_on.map_or_else(|| "-".to_owned(), day);
        let mut row = vec![title.name.clone(), end, number(*days), number(licence.quantity)];
        if money {
            row.push(licence.notice_on.map_or_else(|| "-".to_owned(), day));
            row.push(licence.cost.map_or_else(|| "not known".into(), pounds));
        }
        row
    };
    section(&format!("Ends within {} days", longest(papers)), &columns, ends.iter().map(row).collect())
}

fn not_told(papers: &Papers) -> Vec<Block> {
    let titles = papers.titles(|title| matches!(title.state, TitleState::CannotTell | TitleState::UnknownName));
    let row = |title: &&TitleOutcome| {
        let what = if title.state == TitleState::UnknownName { "not in the catalogue" } else { "figures do not tell" };
        vec![title.name.clone(), what.into(), number(title.installed)]
    };
    section("Not known, and so not in order", &["Title", "Why", "Installed"], titles.iter().map(row).collect())
}

fn changed(papers: &Papers) -> Vec<Block> {
    let Some(diff) = &papers.diff else {
        return vec![
            Block::Heading("Since the audit before".into()),
            Block::Note("This is the first: there is none to compare it with.".into()),
        ];
    };
    let heading = format!("Since {}", day(diff.before.outcome.on));
    let mut titles: Vec<_> = diff.titles.iter().collect();
    titles.sort_by_key(|title| std::cmp::Reverse(title.came.len() + title.went.len()));
    let row = |title: &&crate::store::licence_audit::TitleDiff| {
        let installed = |of: &Option<TitleOutcome>| of.as_ref().map_or(0, |title| i64::from(title.installed));
        let change = installed(&title.after) - installed(&title.before);
        vec![name(title).to_owned(), if change == 0 { "-".into() } else { format!("{change:+}") }, why(title)]
    };
    let rows: Vec<_> = titles.iter().map(row).collect();
    if rows.is_empty() {
        return vec![Block::Heading(heading), Block::Note("Nothing has changed.".into())];
    }
    section(&heading, &["Title", "Installed", "Why"], rows)
}

fn notes(papers: &Papers) -> String {
    let (fleet, measures) = (&papers.outcome.fleet, &papers.outcome.measures);
    let mut notes = vec![
        "Installed counts devices.".to_owned(),
        format!("Used and unused go by what the system records; not on {}.", counted(fleet.without_use, "device")),
        format!(
            "{} devices were not heard of for {} days and {} never gave a list: they are not counted.",
            number(fleet.stale),
            measures.stale_days,
            number(fleet.silent)
        ),
        format!("Not used: not opened for {} days.", measures.unused_days),
    ];
    if papers.audience.sees_money() {
        notes.push("A cost that nobody recorded is not in a sum, which is then followed by 'or more'.".into());
    }
    notes.join(" ")
}

/// A heading and a table; nothing where there are no rows.
fn section(heading: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(heading.to_owned())];
    blocks.extend(table(columns, rows));
    blocks
}

fn table(columns: &[&str], mut rows: Vec<Vec<String>>) -> Vec<Block> {
    let left = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let mut blocks = vec![Block::Table(columns.iter().map(|column| (*column).to_owned()).collect(), rows)];
    if left > 0 {
        blocks.push(Block::Note(format!(
            "and {} more, in the spreadsheet",
            number(u64::try_from(left).unwrap_or_default())
        )));
    }
    blocks
}
