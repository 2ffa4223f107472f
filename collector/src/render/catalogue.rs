//! `catalogue` and `software --titles`: titles, their rules, and what no rule knows.

use caretaker_proto::console::v1::{CatalogueTitle, GetTitleResponse, ReplayCatalogueResponse, RulesChanged};

use super::Screen;
use super::devices::{footer, word};
use super::table::{Column, Table};
use super::text::{counted, number, safe};

/// Titles of which a change of rules is told one by one.
const EFFECTS: usize = 30;

/// Titles that rules know.
#[must_use]
pub fn list(titles: &[CatalogueTitle], screen: &Screen) -> String {
    let Some(first) = titles.first() else {
        return "No title of the catalogue is like that. What no rule knows: catalogue unknown\n".to_owned();
    };
    let mut table = Table::new(vec![
        Column::text("Title").shrinks(20),
        Column::number("Devices"),
        Column::text("Licence"),
        Column::text("For"),
        Column::text("Slug").shrinks(14).spare(),
    ]);
    for title in titles {
        table.row(vec![
            title.name.clone().into(),
            number(title.devices).into(),
            title.licensing.clone().into(),
            title.category.clone().into(),
            title.slug.clone().into(),
        ]);
    }
    let what = format!("{} that rules know.", total(titles));
    table.show(screen) + &footer(&what, &format!("Its rule: catalogue show {}", word(&first.slug)), screen)
}

/// What is installed, title by title.
#[must_use]
pub fn installed(titles: &[CatalogueTitle], device: Option<&str>, screen: &Screen) -> String {
    let Some(first) = titles.first() else {
        return "No such title is installed. Raw names of lists: software\n".to_owned();
    };
    let mut columns = vec![Column::text("Title").shrinks(20)];
    match device {
        Some(_) => columns.extend([Column::text("Version"), Column::text("Edition").spare(), Column::text("Seen in")]),
        None => columns.push(Column::number("Devices")),
    }
    columns.extend([Column::text("Licence"), Column::text("For").spare()]);
    let mut table = Table::new(columns);
    for title in titles {
        let mut cells = vec![title.name.clone().into()];
        match device {
            Some(_) => cells.extend([
                dash(&title.major).into(),
                dash(&title.edition).into(),
                seen_in(&title.evidence).to_owned().into(),
            ]),
            None => cells.push(number(title.devices).into()),
        }
        let licensing = if title.known { title.licensing.clone() } else { "not known".to_owned() };
        cells.extend([licensing.into(), dash(&title.category).into()]);
        table.row(cells);
    }
    let what = match device {
        Some(device) => format!("{} on {}.", total(titles), word(device)),
        None => format!("{}, whatever their versions.", total(titles)),
    };
    table.show(screen) + &footer(&what, &format!("About one: catalogue show {}", word(&first.slug)), screen)
}

/// What no rule knows.
#[must_use]
pub fn unknown(titles: &[CatalogueTitle], screen: &Screen) -> String {
    let Some(first) = titles.first() else {
        return "Rules know every title that is installed.\n".to_owned();
    };
    let mut table = Table::new(vec![
        Column::text("Name").shrinks(24),
        Column::number("Devices"),
        Column::text("Publisher").shrinks(14).spare(),
    ]);
    for title in titles {
        table.row(vec![title.name.clone().into(), number(title.devices).into(), title.publisher.clone().into()]);
    }
    let what = format!("{} that no rule knows.", counted(count(titles.len()), "name"));
    let next = format!("A rule to begin with: catalogue unknown --propose {}", word(&first.name));
    table.show(screen) + &footer(&what, &next, screen)
}

/// One title.
#[must_use]
pub fn show(answer: &GetTitleResponse, screen: &Screen) -> String {
    let title = answer.title.clone().unwrap_or_default();
    let mut shown = format!("{}\n", safe(&title.name));
    let mut line = |what: &str, text: &str| {
        if !text.is_empty() {
            shown.push_str(&format!("  {what:<10} {}\n", safe(text)));
        }
    };
    line("slug", &title.slug);
    line("publisher", &title.publisher);
    line("licence", if title.known { &title.licensing } else { "not known" });
    line("for", &title.category);
    line("covered by", &title.suite);
    line("rule", &whose(answer));
    let installed = match title.devices {
        0 => "on no device".to_owned(),
        devices => {
            let sites = answer.sites.iter().map(|site| format!("{} {}", safe(&site.site), number(site.devices)));
            format!("on {} ({})", counted(devices, "device"), sites.collect::<Vec<_>>().join(", "))
        }
    };
    line("installed", &installed);
    if !answer.raw_names.is_empty() {
        let mut table = Table::new(vec![
            Column::text("Raw name").shrinks(24),
            Column::number("Devices"),
            Column::text("From"),
            Column::text("Publisher").shrinks(12).spare(),
        ]);
        for raw in &answer.raw_names {
            table.row(vec![
                raw.name.clone().into(),
                number(raw.devices).into(),
                raw.source.clone().into(),
                raw.publisher.clone().into(),
            ]);
        }
        shown.push_str(&format!("\n{}", table.show(screen)));
        if answer.looked_at < title.devices {
            shown.push_str(&format!("Seen on the first {}.\n", counted(answer.looked_at, "device")));
        }
    }
    if !answer.rule.is_empty() {
        let heading = if title.known { "Its rule:" } else { "No rule knows it. One to begin with:" };
        shown.push_str(&format!("\n{heading}\n\n"));
        answer.rule.lines().for_each(|line| shown.push_str(&format!("{}\n", safe(line))));
    }
    shown
}

fn whose(answer: &GetTitleResponse) -> String {
    match (answer.file.is_empty(), answer.own) {
        (true, _) => "none".to_owned(),
        (false, true) => format!("your own ({})", answer.file),
        (false, false) => format!("ships with Caretaker ({})", answer.file),
    }
}

/// What rules that came or went change.
#[must_use]
pub fn changed(changed: &RulesChanged, done: &str, dry_run: bool, screen: &Screen) -> String {
    let rules = counted(count(changed.slugs.len()), "rule");
    let mut shown = match dry_run {
        true => format!("{rules} would be {done}: {}\n", changed.slugs.join(", ")),
        false => format!("{rules} {done}: {}\n", changed.slugs.join(", ")),
    };
    if changed.effects.is_empty() {
        shown.push_str("No device has another title for it.\n");
    } else {
        let mut table = Table::new(vec![
            Column::text("Title").shrinks(20),
            Column::number("Devices before"),
            Column::number("after"),
            Column::text("Slug").shrinks(14).spare(),
        ]);
        for effect in changed.effects.iter().take(EFFECTS) {
            table.row(vec![
                effect.name.clone().into(),
                number(effect.devices_before).into(),
                number(effect.devices_after).into(),
                effect.slug.clone().into(),
            ]);
        }
        shown.push_str(&format!("\n{}", table.show(screen)));
        if let Some(more) = changed.effects.len().checked_sub(EFFECTS).filter(|more| *more > 0) {
            shown.push_str(&format!("and {} more\n", counted(count(more), "title")));
        }
    }
    if dry_run {
        shown.push_str("\nNothing was changed. To do it, leave out --dry-run.\n");
    }
    shown
}

/// What a replay did.
#[must_use]
pub fn replayed(replayed: &ReplayCatalogueResponse) -> String {
    let devices = counted(replayed.devices, "device");
    let ReplayCatalogueResponse { came, went, changed, .. } = replayed;
    if came + went + changed == 0 {
        return format!("{devices} looked through; all titles were as the rules say.\n");
    }
    format!(
        "{devices} looked through: titles came {}, went {} and changed {} times.\n",
        number(*came),
        number(*went),
        number(*changed)
    )
}

fn total(titles: &[CatalogueTitle]) -> String {
    counted(count(titles.len()), "title")
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.to_owned() }
}

fn seen_in(evidence: &str) -> &'static str {
    match evidence {
        "file" => "a file",
        "both" => "list and file",
        _ => "its list",
    }
}
