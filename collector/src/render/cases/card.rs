//! `case show` and `case open`: the answer first, then the reason, then the next step.

use caretaker_proto::console::v1::{Case, EarlierCase, GetCaseResponse, RulePrecision};
use caretaker_shared::policy::NameForm;

use super::super::text::{counted, edges, safe};
use super::super::{Ink, Screen, time};
use super::content::{Content, who};
use super::history::{Statements, history};
use super::{COLUMN, HIGHEST, level_ink, next, section, state_ink};

/// One case, with what could be opened of it.
pub struct Shown<'a> {
    /// As the collector has it.
    pub answer: &'a GetCaseResponse,
    /// What its seals held, the gravest event's first; nothing unless it was opened.
    pub content: &'a [Content],
    /// What people wrote about it, as far as it can be read.
    pub statements: &'a Statements,
    /// Why the content cannot be shown, though it was asked for.
    pub without: &'a str,
    /// The fixed steps, when pictures of abuse are suspected.
    pub steps: &'a [String],
    /// Whether the account is shown as it is called, whatever the policy says.
    pub full_name: bool,
}

/// In which form the account is shown; one of a later collector's is shown as the account is called.
fn form(shown: &Shown<'_>) -> NameForm {
    if shown.full_name { NameForm::Full } else { NameForm::from_word(&shown.answer.names).unwrap_or_default() }
}

/// The whole case.
#[must_use]
pub fn show(shown: &Shown<'_>, screen: &Screen) -> String {
    let case = shown.answer.case.clone().unwrap_or_default();
    let mut text = head(&case, screen);
    text.push('\n');
    if case.category.is_empty() && !case.about.is_empty() {
        text.push_str(&section("What", &safe(&case.about), screen));
    } else {
        text.push_str(&who(shown.content.first(), &case.person, &case.device, form(shown), screen));
        text.push_str(&section("What", &what(&case), screen));
    }
    text.push_str(&content(shown, screen));
    text.push_str(&why(shown.answer, screen));
    text.push_str(&before(&shown.answer.earlier, screen));
    for link in &shown.answer.links {
        let why = if link.why == "same-person" { "the same person" } else { "the same incident" };
        text.push_str(&section("Linked", &format!("{}, {why}", safe(&link.reference)), screen));
    }
    if case.legal_hold {
        text.push_str(&section("Held", "nothing of this case is erased: legal hold", screen));
    }
    if !shown.answer.steps.is_empty() {
        text.push('\n');
        text.push_str(&history(&shown.answer.steps, shown.statements, screen));
    }
    if !shown.content.is_empty() && form(shown) != NameForm::Full {
        let line =
            format!("the policy shows no names (E9); who it is:  case open {} --full-name", safe(&case.reference));
        text.push_str(&section("Name", &line, screen));
    }
    text.push_str(&next::steps(&case, !shown.content.is_empty(), shown.answer.needs_second, screen));
    text
}

fn head(case: &Case, screen: &Screen) -> String {
    let raised = time::parse(&case.raised_at).map_or_else(String::new, |at| {
        let (when, ago) = (time::when(at, &screen.now), time::ago(at, &screen.now));
        if when == ago { format!("raised {when}") } else { format!("raised {when}, {ago}") }
    });
    let start = format!(
        "Case {}    level {} of {HIGHEST}    {}    {raised}",
        safe(&case.reference),
        case.level,
        safe(&case.state)
    );
    // Colour comes after the edges were measured: its codes take no column.
    let line = edges(&start, &deadline(case, screen), screen.width).trim_end().to_owned();
    let line = line.replacen(&case.reference, &screen.ink(Ink::Strong, &safe(&case.reference)), 1);
    let level = format!("level {} of {HIGHEST}", case.level);
    let line = line.replacen(&level, &screen.ink(level_ink(case.level), &level), 1);
    let state = format!("    {}    ", safe(&case.state));
    let inked = format!("    {}    ", screen.ink(state_ink(&case.state), &safe(&case.state)));
    line.replacen(&state, &inked, 1) + "\n"
}

fn deadline(case: &Case, screen: &Screen) -> String {
    match (case.state.as_str(), case.level) {
        ("new" | "seen", HIGHEST) => time::parse(&case.answer_by)
            .map_or_else(String::new, |by| format!("acknowledge by {}", time::short(by, &screen.now))),
        ("new" | "seen", 4) => "acknowledge this school day".into(),
        ("new" | "seen", 3) => "acknowledge within a school day".into(),
        _ => String::new(),
    }
}

fn what(case: &Case) -> String {
    let staff = if case.subject == "staff" { ", about a member of staff" } else { "" };
    let events = if case.events > 1 { format!(", {}", counted(case.events, "event")) } else { String::new() };
    format!("{}{staff}, {}{events}", safe(&case.category_title), safe(&case.site))
}

/// The passages; for suspected pictures, the steps in their place.
fn content(shown: &Shown<'_>, screen: &Screen) -> String {
    let mut text = String::new();
    if !shown.steps.is_empty() {
        text.push_str(&format!(
            "\n{}\n",
            screen.ink(Ink::Bad, "Pictures of child abuse are suspected. There is nothing to open here, on purpose.")
        ));
        for (at, step) in shown.steps.iter().enumerate() {
            text.push_str(&super::super::text::hang(&format!("  {}. ", at + 1), &safe(step), screen.width));
        }
    }
    for passage in shown.content.iter().filter_map(|content| content.passage.as_ref()) {
        text.push('\n');
        text.push_str(&passage.lines(screen));
    }
    if !shown.without.is_empty() {
        text.push('\n');
        text.push_str(&super::super::text::hang("  ", &safe(shown.without), screen.width));
    }
    text.push('\n');
    text
}

/// How the level came about, and how often the rules were right.
fn why(answer: &GetCaseResponse, screen: &Screen) -> String {
    let level = answer.case.as_ref().map_or(0, |case| case.level);
    let mut text = String::new();
    for (at, cause) in answer.causes.iter().enumerate() {
        let heading = if at == 0 { format!("Why level {level}") } else { String::new() };
        let times = if cause.times > 1 { format!(", {} times", cause.times) } else { String::new() };
        let help = if cause.help_seeking { "; asks for help" } else { "" };
        let line = format!("{} ({}{times}{help})", safe(&cause.arithmetic), place(&cause.source));
        text.push_str(&section(&heading, &line, screen));
    }
    for rule in &answer.precision {
        text.push_str(&section("", &precision(rule), screen));
    }
    text
}

fn precision(of: &RulePrecision) -> String {
    let rule = safe(&of.rule);
    match of.closed {
        0 => format!("rule {rule}, no closed case yet"),
        1 => format!("rule {rule}, {} in its one closed case", if of.right == 1 { "right" } else { "a false alarm" }),
        closed => format!("rule {rule}, right in {} of {closed} closed cases", of.right),
    }
}

fn place(source: &str) -> &'static str {
    match source {
        "searches" => "a search",
        "titles" => "the title of a page",
        "addresses" => "the address of a page",
        _ => "a document",
    }
}

/// Earlier cases of the same person.
fn before(earlier: &[EarlierCase], screen: &Screen) -> String {
    let Some((first, rest)) = earlier.split_first() else {
        return section("Before", "no case in 90 days", screen);
    };
    let total = counted(u64::try_from(earlier.len()).unwrap_or(u64::MAX), "case");
    let mut text = section("Before", &format!("{total} in 90 days: {}", line(first, screen)), screen);
    for case in rest {
        text.push_str(&section("", &line(case, screen), screen));
    }
    text
}

fn line(case: &EarlierCase, screen: &Screen) -> String {
    let ended = if case.outcome.is_empty() { "open".into() } else { format!("closed \"{}\"", safe(&case.outcome)) };
    let when = time::parse(&case.raised_at).map_or_else(String::new, |at| {
        let days = screen.now.timestamp().duration_since(at).as_secs() / 86_400;
        if days >= 14 { format!("{} weeks ago", days / 7) } else { time::ago(at, &screen.now) }
    });
    format!("{}, level {}, {}, {ended}, {when}", safe(&case.reference), case.level, safe(&case.category_title))
}

const _: () = assert!(COLUMN > "Why level 5".len());
