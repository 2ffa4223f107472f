//! Who has access: lists, codes, and what a login says.

use caretaker_proto::console::v1::{LoginCode, Operator, WhoAmIResponse};
use caretaker_shared::model::Role;

use super::devices::footer;
use super::table::{Cell, Column, Table};
use super::text::{counted, hang, safe};
use super::{Ink, Screen, time};

/// `operators list`.
#[must_use]
pub fn list(operators: &[Operator], screen: &Screen) -> String {
    let how = "operators add --name NAME --role ROLE --email ADDRESS";
    if operators.is_empty() {
        return hang(
            "",
            &format!("Nobody has access but the administrator of this machine. Give it: {how}"),
            screen.width,
        );
    }
    let mut table = Table::new(vec![
        Column::text("Name").shrinks(12),
        Column::text("Role"),
        Column::text("Sites").shrinks(8),
        Column::text("State"),
        Column::text("Since"),
        Column::text("Mail").shrinks(12).spare(),
    ]);
    for operator in operators {
        let (state, ink, since) = state(operator);
        table.row(vec![
            Cell(operator.name.clone(), Ink::Strong),
            role(operator).into(),
            sites(operator).into(),
            Cell(state.to_owned(), ink),
            time::ago_or(since, "-", &screen.now).into(),
            operator.email.clone().into(),
        ]);
    }
    let total = counted(u64::try_from(operators.len()).unwrap_or(u64::MAX), "operator");
    table.show(screen) + &footer(&format!("{total}."), &format!("Add one: {how}"), screen)
}

/// What their state is called, and since when it is so.
fn state(operator: &Operator) -> (&'static str, Ink, &str) {
    match operator.status.as_str() {
        "revoked" => ("shut out", Ink::Faint, &operator.revoked_at),
        "invited" => ("not logged in yet", Ink::Unsure, &operator.added_at),
        _ if operator.certificate_ends_at.is_empty() => ("logged out", Ink::Unsure, &operator.added_at),
        _ => ("has access", Ink::Good, &operator.added_at),
    }
}

/// After `operators add` and `operators code`: the code on a line of its own, whole, to be copied.
#[must_use]
pub fn code(operator: &Operator, code: &LoginCode, screen: &Screen) -> String {
    let until = time::parse(&code.expires_at).map_or_else(String::new, |at| time::when(at, &screen.now));
    format!(
        "{}\n\nFor {}, {}, {}.\nGood once, until {until}. It is shown only now: hand it over in person.\n\
         On their own machine:  caretaker-collector login\n",
        screen.ink(Ink::Strong, &code.code),
        safe(&operator.name),
        role(operator),
        sites_told(operator),
    )
}

/// After `operators revoke`.
#[must_use]
pub fn revoked(operator: &Operator) -> String {
    format!(
        "{} is shut out: no command of theirs is answered any more.\nWhat they did stays in the audit chain.\n",
        safe(&operator.name)
    )
}

/// After `login`.
#[must_use]
pub fn logged_in(operator: &Operator, school: &str, place: &str, screen: &Screen) -> String {
    let mut shown = format!(
        "{}\n\n",
        screen.ink(
            Ink::Strong,
            &format!(
                "You are {}, {} of {}, {}.",
                safe(&operator.name),
                role(operator),
                safe(school),
                sites_told(operator)
            )
        )
    );
    let kept = format!(
        "{}, for this account alone. It renews itself whenever you use it, and ends when you do not for 100 days.",
        safe(place)
    );
    shown.push_str(&hang("Kept in   ", &kept, screen.width));
    shown.push_str(&hang("Next      ", "caretaker-collector whoami    what you may do", screen.width));
    shown
}

/// `whoami`.
#[must_use]
pub fn who(answer: &WhoAmIResponse, screen: &Screen) -> String {
    let operator = answer.operator.clone().unwrap_or_default();
    let name = format!("{}, {}, {}", safe(&operator.name), role(&operator), sites_told(&operator));
    let mut shown = format!("{}\n{}\n", screen.ink(Ink::Strong, &name), safe(&answer.school));
    if let Some(until) = time::parse(&operator.certificate_ends_at) {
        let until = time::when(until, &screen.now);
        shown.push_str(&format!("Access until {until}, renewed by itself while you use it\n"));
    }
    shown.push('\n');
    for (at, may) in answer.may.iter().enumerate() {
        let heading = if at == 0 { "May   " } else { "      " };
        shown.push_str(&hang(heading, &safe(may), screen.width));
    }
    shown
}

fn role(operator: &Operator) -> String {
    Role::parse(&operator.role).map_or_else(|| safe(&operator.role), |role| role.title().to_owned())
}

fn sites(operator: &Operator) -> String {
    if operator.sites.is_empty() { "all".to_owned() } else { operator.sites.join(", ") }
}

/// "all sites", "site North", "sites North, South".
fn sites_told(operator: &Operator) -> String {
    match operator.sites.as_slice() {
        [] => "all sites".to_owned(),
        [one] => format!("site {}", safe(one)),
        several => format!("sites {}", safe(&several.join(", "))),
    }
}
