//! The sections of an audit: what is to be done first stands first.

use caretaker_proto::console::v1::{AuditLicence, AuditTitle, GetAuditResponse};
use jiff::civil::Date;

use super::{money, owned, pounds, used};
use crate::audit_papers::is_dangerous;
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{counted, hang, number, safe};
use crate::render::{Ink, Screen};

/// Titles that a section names; the others are counted.
const NAMED: usize = 12;
/// Columns of the words before a line.
const HEADING: usize = 20;

pub(super) fn all(audit: &GetAuditResponse, screen: &Screen) -> String {
    let of = |state: &str| -> Vec<&AuditTitle> {
        let mut titles: Vec<&AuditTitle> = audit.titles.iter().filter(|title| title.state == state).collect();
        titles
            .sort_by_key(|title| (std::cmp::Reverse((title.at_risk_pence, title.over, title.installed)), &title.name));
        titles
    };
    let mut shown = over(&of("over"), screen);
    shown.push_str(&expired(&of("expired"), screen));
    shown.push_str(&unlicensed(&of("unlicensed"), screen));
    shown.push_str(&decisions("Refused", "refused", audit, screen));
    shown.push_str(&decisions("Nobody approved", "missing", audit, screen));
    shown.push_str(&unused(audit, screen));
    shown.push_str(&ends_soon(audit, screen));
    shown.push_str(&unknown(&of("cannot-tell"), &of("unknown-name"), screen));
    shown
}

fn over(titles: &[&AuditTitle], screen: &Screen) -> String {
    if titles.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::text("Over by").shrinks(16),
        Column::number(""),
        Column::number("owned"),
        Column::number("installed"),
        Column::number("used*"),
        Column::number("cost at risk"),
        Column::text("").spare(),
    ]);
    for title in titles.iter().take(NAMED) {
        let of = if title.over_of == "devices" { String::new() } else { format!("of {}", title.over_of) };
        table.row(vec![
            title.name.clone().into(),
            Cell(number(title.over), Ink::Bad),
            owned(title).into(),
            number(title.installed).into(),
            used(title).into(),
            money(title.at_risk_pence).into(),
            of.into(),
        ]);
    }
    let example = titles.first().map_or("", |title| title.name.as_str());
    let closer = format!("the devices:  audit show \"{}\"", safe(example));
    table.show(screen) + &rest(titles.len(), screen) + &hang("  ", &closer, screen.width)
}

fn rest(titles: usize, screen: &Screen) -> String {
    if titles > NAMED {
        hang("  ", &format!("and {} more:  audit show --json", titles - NAMED), screen.width)
    } else {
        String::new()
    }
}

fn expired(titles: &[&AuditTitle], screen: &Screen) -> String {
    let lines = titles.iter().map(|title| {
        let ended = title.licences.iter().filter(|one| one.phase == "expired").map(|one| one.ends_on.as_str()).max();
        let cost = title.at_risk_pence.map_or_else(String::new, |pence| format!(", {}", pounds(pence)));
        let ended = day(ended.unwrap_or_default());
        (title.name.clone(), format!("ended {ended}, still installed on {}{cost}", number(title.installed)))
    });
    section("Expired", Ink::Bad, lines.collect(), screen)
}

fn unlicensed(titles: &[&AuditTitle], screen: &Screen) -> String {
    let lines = titles
        .iter()
        .map(|title| (title.name.clone(), format!("installed on {}, and no licence at all", number(title.installed))));
    section("Unlicensed", Ink::Bad, lines.collect(), screen)
}

fn decisions(heading: &str, permission: &str, audit: &GetAuditResponse, screen: &Screen) -> String {
    let mut titles: Vec<&AuditTitle> = audit.titles.iter().filter(|title| title.permission == permission).collect();
    titles.sort_by_key(|title| (!is_dangerous(&title.category), std::cmp::Reverse(title.installed), &title.name));
    let lines = titles.into_iter().map(|title| {
        let (devices, category) = (title.unapproved.max(title.refused), title.category.replace('-', " "));
        let what = if category.is_empty() { String::new() } else { format!(", {category}") };
        (title.name.clone(), format!("on {}{what}", counted(devices, "device")))
    });
    section(heading, if permission == "refused" { Ink::Bad } else { Ink::Unsure }, lines.collect(), screen)
}

fn unused(audit: &GetAuditResponse, screen: &Screen) -> String {
    let paid = |title: &&AuditTitle| {
        title.wasted_pence.is_some_and(|pence| pence > 0) || (title.licensing == "paid" && title.unused > 0)
    };
    let mut titles: Vec<&AuditTitle> = audit.titles.iter().filter(paid).collect();
    titles.sort_by_key(|title| (std::cmp::Reverse(title.wasted_pence), &title.name));
    let lines = titles.into_iter().map(|title| {
        let mut parts = Vec::new();
        if title.unused > 0 {
            let of = number(title.installed);
            parts.push(format!("{} of {of} not opened in {} days", number(title.unused), audit.unused_days));
        }
        if title.spare > 0 {
            parts.push(format!("{} installed nowhere", counted(title.spare, "seat")));
        }
        let yearly = title.licences.iter().all(|one| one.term == "subscription");
        let cost = title.wasted_pence.map_or_else(|| "cost not known".into(), pounds);
        let cost = if yearly && title.wasted_pence.is_some() { format!("{cost} a year") } else { cost };
        (title.name.clone(), format!("{}: {cost}", parts.join(", ")))
    });
    section("Unused", Ink::Plain, lines.collect(), screen)
}

fn ends_soon(audit: &GetAuditResponse, screen: &Screen) -> String {
    let licences = audit.titles.iter().flat_map(|title| title.licences.iter().map(move |one| (title, one)));
    let mut ending: Vec<(&AuditTitle, &AuditLicence)> = licences.filter(|(_, one)| one.ends_in.is_some()).collect();
    ending.sort_by_key(|(title, one)| (one.ends_in, &title.name));
    let lines = ending.into_iter().map(|(title, one)| {
        let seats = if one.quantity > 0 { format!(", {}", counted(one.quantity, "seat")) } else { String::new() };
        let cost = one.cost_pence.map_or_else(String::new, |pence| format!(", {}", pounds(pence)));
        let what = if one.term == "maintenance" { "maintenance, " } else { "" };
        let days = match one.ends_in.unwrap_or_default() {
            0 => "today".to_owned(),
            days => format!("{}, in {}", day(&one.ends_on), counted(days, "day")),
        };
        (title.name.clone(), format!("{what}{days}{seats}{cost}   {}", one.id))
    });
    section("Ends soon", Ink::Plain, lines.collect(), screen)
}

/// What was bought comes first: there is money in it.
fn unknown(doubtful: &[&AuditTitle], names: &[&AuditTitle], screen: &Screen) -> String {
    let (heading, ink) = ("Unknown", Ink::Unsure);
    let (bought, others): (Vec<&AuditTitle>, Vec<&AuditTitle>) =
        doubtful.iter().partition(|title| !title.licences.is_empty());
    let titles = bought.into_iter().chain(others);
    let lines = titles.map(|title| (title.name.clone(), title.doubts.join("; "))).collect();
    let mut shown = section(heading, ink, lines, screen);
    if !names.is_empty() {
        if shown.is_empty() {
            shown = format!("{}\n", screen.ink(ink, heading));
        }
        let known = counted(u64_of(names.len()), "name");
        shown.push_str(&format!("  {known} that the catalogue does not know:  catalogue unknown\n"));
    }
    shown
}

fn u64_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A heading on a line of its own, and a line a title.
fn section(heading: &str, ink: Ink, lines: Vec<(String, String)>, screen: &Screen) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let (all, mut shown) = (lines.len(), format!("{}\n", screen.ink(ink, heading)));
    let widest = lines.iter().take(NAMED).map(|(name, _)| crate::render::text::width(&safe(name))).max().unwrap_or(0);
    let column = widest.clamp(8, HEADING.max(screen.width / 3));
    for (name, text) in lines.into_iter().take(NAMED + 1) {
        let name = crate::render::text::shorten(&safe(&name), column);
        let start =
            if name.is_empty() { "  ".to_owned() } else { format!("  {}  ", crate::render::text::left(&name, column)) };
        shown.push_str(&hang(&start, &safe(&text), screen.width));
    }
    if all > NAMED + 1 {
        shown.push_str(&hang("  ", &format!("and {} more", all - NAMED - 1), screen.width));
    }
    shown
}

/// "Sun 15 Nov 2026", as people write a day.
pub(super) fn day(iso: &str) -> String {
    iso.parse::<Date>().map_or_else(|_| iso.to_owned(), |date| date.strftime("%a %-d %b %Y").to_string())
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;

    #[test]
    fn what_was_bought_stands_first_among_what_nobody_can_tell_and_no_name_is_kept_back() {
        let title = |name: String| AuditTitle { name, doubts: vec!["not told".into()], ..AuditTitle::default() };
        let mut titles: Vec<AuditTitle> = (1..=20).map(|number| title(format!("Title {number}"))).collect();
        titles.push(AuditTitle { licences: vec![AuditLicence::default()], ..title("Bought".into()) });
        let names = ["x", "y"].map(|name| title(name.into()));
        let (titles, names): (Vec<_>, Vec<_>) = (titles.iter().collect(), names.iter().collect());
        let screen = Screen { width: 100, colour: false, now: Zoned::default() };
        let shown = unknown(&titles, &names, &screen);
        let lines: Vec<&str> = shown.lines().map(str::trim_start).collect();
        assert!(lines[1].starts_with("Bought"), "{shown}");
        // As many as are named and one: a line that says "and 1 more" would take as much room.
        assert_eq!(lines[NAMED + 2..], ["and 8 more", "2 names that the catalogue does not know:  catalogue unknown"]);
        let shown = unknown(&[], &names, &screen);
        assert!(shown.starts_with("Unknown\n  2 names"), "{shown}");
    }
}
