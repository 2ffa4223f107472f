//! What a mail says: the reference, the level, the time, the site, and what to do. Nothing else may be added.

use caretaker_shared::model::{Requirement, Role};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::letter::{Letter, Part, Tone};
use super::{Attachment, Mail, canary, checkpoint, html, lists, plain, weekly};
use crate::store::{Call, DueMail, MailedAlert, MailedKind, Matter, Then};

/// How soon a case of the highest level should be answered.
const URGENT_MINUTES: i64 = 15;
/// How soon the second person looks at an opening that did without one.
const REVIEW_HOURS: i64 = 24;
pub(super) const EMERGENCY: &str = "If a child is in immediate danger call 999.";

/// Writes a mail for the moment in which it is sent; times of day are those of `zone`. `None` for what is no
/// mail, and for one that brings files (`of_audit`).
#[must_use]
pub fn compose(due: &DueMail, now: Timestamp, zone: &TimeZone) -> Option<Mail> {
    let letter = match &due.matter {
        Matter::Alert(alert) => match alert.kind {
            MailedKind::Safeguarding { events, call, then } => {
                Safeguarding { alert, events, call, then, now, zone }.letter()
            }
            MailedKind::Canary { devices } => canary::letter(alert, devices, now, zone),
            MailedKind::Device { requirement } => device(alert, requirement, now, zone),
            MailedKind::BrokenGlass(opened_at) => broken_glass(alert, opened_at, now, zone),
        },
        Matter::List(list) => lists::letter(list),
        Matter::Checkpoint(signed) => checkpoint::letter(signed, zone),
        Matter::Weekly(figures) => weekly::letter(figures),
        Matter::Licences(_) | Matter::Webhook(_) => return None,
    };
    Some(mail(due, &letter, Vec::new(), now))
}

/// A letter as the mail that is due.
pub(super) fn mail(due: &DueMail, letter: &Letter, attachments: Vec<Attachment>, now: Timestamp) -> Mail {
    Mail {
        message_id: due.message_id.clone(),
        to: due.address.clone(),
        subject: plain::safe(&letter.subject),
        body: plain::write(letter),
        html: html::write(letter),
        attachments,
        date: now,
        resend: due.attempt.saturating_sub(1),
    }
}

/// An alert for those who look after children.
struct Safeguarding<'a> {
    alert: &'a MailedAlert,
    events: u32,
    call: Call,
    then: Option<Then>,
    now: Timestamp,
    zone: &'a TimeZone,
}

impl Safeguarding<'_> {
    fn letter(&self) -> Letter {
        let MailedAlert { reference, severity, site, .. } = self.alert;
        let mut facts = vec![
            format!("Case {reference}, level {severity} of 5, raised {}", self.time(self.alert.raised_at)),
            site.clone(),
        ];
        if self.events > 1 {
            facts.push(format!("{} reports so far", self.events));
        }
        let place = Some(format!("Caretaker, Cases, {reference}"));
        let mut parts = vec![
            Part::Opening(self.opening().into()),
            Part::Facts(facts),
            Part::Command { what: "Open it", place, command: format!("caretaker-collector case open {reference}") },
            Part::Words(self.answer()),
            Part::Command {
                what: "To say that you have it",
                place: None,
                command: format!("caretaker-collector case ack {reference}"),
            },
            Part::Emergency(EMERGENCY),
            Part::Note(format!("This message holds no names and no content, on purpose. {}", self.sent_to())),
        ];
        if let Some(before) = self.before() {
            parts.insert(1, Part::Words(before.into()));
        }
        let tone = match severity {
            5.. => Tone::Urgent,
            4 => Tone::Serious,
            0..=3 => Tone::Calm,
        };
        Letter { subject: format!("Safeguarding alert - level {severity} - case {reference}"), tone, parts }
    }

    fn opening(&self) -> &'static str {
        match self.alert.severity {
            5.. => "One urgent concern needs you now.",
            4 => "One serious concern needs you today.",
            3 => "One concern that may become serious needs you.",
            0..=2 => "One concern is waiting for you.",
        }
    }

    fn before(&self) -> Option<&'static str> {
        match self.call {
            Call::First | Call::BrokenGlass => None,
            Call::Again => Some("Nobody has answered yet, so this is sent again."),
            Call::More => Some("More has come in that belongs to it."),
            Call::PassedOn => Some("Nobody who was told before has answered, so it comes to you."),
        }
    }

    /// When to answer, and what happens otherwise.
    fn answer(&self) -> String {
        let alone = "Nobody else is told after you: if you cannot take it, please ring somebody who can.";
        let Some(then) = self.then else {
            return format!("{} {alone}", self.deadline());
        };
        let role = who(then.role);
        if then.at <= self.now {
            return format!("{} If nobody does, Caretaker tells {role} now.", self.deadline());
        }
        format!("{} If nobody has, Caretaker tells {role} {}.", self.deadline(), self.time(then.at))
    }

    fn deadline(&self) -> String {
        match self.alert.severity {
            5.. => {
                let by = self.alert.raised_at.checked_add(URGENT_MINUTES.minutes()).unwrap_or(Timestamp::MAX);
                let when = self.time(by);
                let when = when.strip_prefix("today at ").unwrap_or(&when);
                if self.now < by {
                    format!("Please answer by {when}.")
                } else {
                    format!("Please answer at once: an answer was due by {when}.")
                }
            }
            4 => "Please answer before the end of this school day.".into(),
            3 => "Please answer within one school day.".into(),
            0..=2 => "Please look at it this week.".into(),
        }
    }

    fn sent_to(&self) -> String {
        let roles: Vec<String> = self.alert.told.iter().map(|(role, people)| people_of(*role, *people)).collect();
        match roles.split_last() {
            None => "It was sent to you.".into(),
            Some((last, [])) => format!("It was sent to {last}."),
            Some((last, others)) => format!("It was sent to {} and {last}.", others.join(", ")),
        }
    }

    fn time(&self, at: Timestamp) -> String {
        time_of_day(at, self.now, self.zone)
    }
}

/// "the head", "the deputy safeguarding lead".
fn who(role: Role) -> String {
    format!("the {}", role.title())
}

/// "the safeguarding lead", "one deputy", "2 deputies".
pub(super) fn people_of(role: Role, people: u32) -> String {
    match (role, people) {
        (Role::Deputy, 0 | 1) => "one deputy".into(),
        (Role::Deputy, more) => format!("{more} deputies"),
        (role, 0 | 1) => who(role),
        (role, more) => format!("{more} people as {}", role.title()),
    }
}

fn device(alert: &MailedAlert, requirement: Option<Requirement>, now: Timestamp, zone: &TimeZone) -> Letter {
    let reference = &alert.reference;
    let opening = if requirement == Some(Requirement::Integrity) {
        "What a device reports may not be reliable."
    } else {
        "A device no longer meets the policy."
    };
    let mut facts =
        vec![format!("Case {reference}, raised {}", time_of_day(alert.raised_at, now, zone)), alert.site.clone()];
    facts.extend(requirement.map(|requirement| format!("{}  {}", requirement.id(), requirement.title())));
    let id = requirement.map_or("", Requirement::id);
    let parts = vec![
        Part::Opening(opening.into()),
        Part::Facts(facts),
        Part::Command {
            what: "See which device, and what to do",
            place: None,
            command: format!("caretaker-collector alert show {reference}"),
        },
        Part::Command {
            what: "All of this kind",
            place: None,
            command: format!("caretaker-collector findings {id}").trim_end().to_owned(),
        },
        Part::Note(format!("This message names no device and no person, on purpose. {}", recipients(&alert.told))),
    ];
    Letter { subject: format!("Device alert - case {reference}"), tone: Tone::Calm, parts }
}

fn broken_glass(alert: &MailedAlert, opened_at: Timestamp, now: Timestamp, zone: &TimeZone) -> Letter {
    let MailedAlert { reference, severity, site, .. } = alert;
    let by = opened_at.checked_add(REVIEW_HOURS.hours()).unwrap_or(Timestamp::MAX);
    let raised = time_of_day(alert.raised_at, now, zone);
    let command = |what, verb: &str| Part::Command {
        what,
        place: None,
        command: format!("caretaker-collector case {verb} {reference}"),
    };
    let parts = vec![
        Part::Opening("One person has opened the content of a case that two people open.".into()),
        Part::Facts(vec![format!("Case {reference}, level {severity} of 5, raised {raised}"), site.clone()]),
        Part::Words(format!("They gave a reason. Please look at it within a day ({}).", time_of_day(by, now, zone))),
        command("Read the reason, and the case", "show"),
        command("To say that it was right", "approve"),
        Part::Note(
            "It stands in the list of cases until then. This message holds no names and no content, on purpose.".into(),
        ),
    ];
    Letter { subject: format!("Safeguarding notice - case {reference}"), tone: Tone::Serious, parts }
}

fn recipients(told: &[(Role, u32)]) -> String {
    match told.iter().map(|(_, people)| people).sum::<u32>() {
        0 | 1 => "It was sent to you alone.".into(),
        2 => "It was sent to you and one more person.".into(),
        more => format!("It was sent to you and {} more people.", more - 1),
    }
}

/// "today at 10:14", or "on Fri 20 Nov at 10:14" when it was another day.
pub(super) fn time_of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    if at.date() == now.date() {
        at.strftime("today at %H:%M").to_string()
    } else {
        at.strftime("on %a %d %b at %H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Requirement, Role};
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan as _};

    use super::super::plain::COLUMNS;
    use super::super::{Mail, compose};
    use crate::store::{Call, DueMail, ListKind, ListedCase, MailedAlert, MailedKind, MailedList, Matter, Then};

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a moment in RFC 3339")
    }

    /// Raised at 10:14; the head is told at 10:44.
    fn safeguarding(events: u32, call: Call) -> MailedKind {
        let then = Some(Then { role: Role::Head, at: at("2026-11-21T10:44:00Z") });
        MailedKind::Safeguarding { events, call, then }
    }

    fn alert(severity: u8, kind: MailedKind) -> MailedAlert {
        MailedAlert {
            reference: "26-0042".into(),
            severity,
            site: "North site".into(),
            raised_at: at("2026-11-21T10:14:00Z"),
            kind,
            told: vec![(Role::SafeguardingLead, 1), (Role::Deputy, 1)],
        }
    }

    fn mail(matter: Matter, now: &str) -> Mail {
        let due = DueMail {
            id: 1,
            address: "lead@northfield.example".into(),
            message_id: "ab".repeat(32),
            attempt: 1,
            created_at: at("2026-11-21T10:14:00Z"),
            urgency: 5,
            matter,
        };
        compose(&due, at(now), &TimeZone::UTC).expect("a mail")
    }

    fn alert_mail(alert: MailedAlert, now: &str) -> Mail {
        mail(Matter::Alert(alert), now)
    }

    #[test]
    fn a_safeguarding_mail_says_what_to_do_and_nothing_else() {
        let Mail { subject, body, .. } = alert_mail(alert(5, safeguarding(1, Call::First)), "2026-11-21T10:14:20Z");
        assert_eq!(subject, "Safeguarding alert - level 5 - case 26-0042");
        assert_eq!(
            body,
            "One urgent concern needs you now.

  Case 26-0042, level 5 of 5, raised today at 10:14
  North site

Open it:  Caretaker, Cases, 26-0042, or
  caretaker-collector case open 26-0042

Please answer by 10:29. If nobody has, Caretaker tells the head today at
10:44.

To say that you have it:
  caretaker-collector case ack 26-0042

If a child is in immediate danger call 999.

This message holds no names and no content, on purpose. It was sent to the
safeguarding lead and one deputy.
"
        );
    }

    #[test]
    fn a_device_mail_names_the_requirement_and_no_device() {
        let kind = MailedKind::Device { requirement: Some(Requirement::E1) };
        let told = vec![(Role::NetworkManager, 2)];
        let Mail { subject, body, .. } = alert_mail(MailedAlert { told, ..alert(3, kind) }, "2026-11-23T08:00:00Z");
        assert_eq!(subject, "Device alert - case 26-0042");
        assert_eq!(
            body,
            "A device no longer meets the policy.

  Case 26-0042, raised on Sat 21 Nov at 10:14
  North site
  E1  approved antivirus installed and on

See which device, and what to do:
  caretaker-collector alert show 26-0042

All of this kind:
  caretaker-collector findings E1

This message names no device and no person, on purpose. It was sent to you
and one more person.
"
        );
    }

    #[test]
    fn a_device_whose_reports_are_in_doubt_is_not_called_a_breach_of_policy() {
        let kind = MailedKind::Device { requirement: Some(Requirement::Integrity) };
        let body = alert_mail(alert(2, kind), "2026-11-21T10:14:20Z").body;
        assert!(body.starts_with("What a device reports may not be reliable.\n"), "{body}");
        assert!(body.contains("  caretaker-collector findings integrity\n"), "{body}");
    }

    #[test]
    fn a_mail_says_why_it_comes_again_and_never_asks_for_an_answer_in_the_past() {
        let body = alert_mail(alert(5, safeguarding(3, Call::Again)), "2026-11-21T10:29:00Z").body.replace('\n', " ");
        assert!(body.contains("Nobody has answered yet, so this is sent again."), "{body}");
        assert!(body.contains("Please answer at once: an answer was due by 10:29."), "{body}");
        assert!(body.contains("  3 reports so far "), "{body}");
        let late =
            alert_mail(alert(5, safeguarding(1, Call::PassedOn)), "2026-11-21T10:45:00Z").body.replace('\n', " ");
        assert!(late.contains("so it comes to you.") && late.contains("Caretaker tells the head now."), "{late}");
        let last = MailedKind::Safeguarding { events: 1, call: Call::PassedOn, then: None };
        let last = alert_mail(alert(4, last), "2026-11-23T08:30:00Z").body.replace('\n', " ");
        assert!(last.contains("Nobody else is told after you: if you cannot take it, please ring"), "{last}");
    }

    #[test]
    fn a_mail_says_to_whom_it_went_by_role_and_number() {
        for (told, expected) in [
            (vec![], "It was sent to you."),
            (vec![(Role::SafeguardingLead, 1)], "It was sent to the safeguarding lead."),
            (
                vec![(Role::SafeguardingLead, 1), (Role::Deputy, 3), (Role::Head, 1)],
                "It was sent to the safeguarding lead, 3 deputies and the head.",
            ),
        ] {
            let alert = MailedAlert { told, ..alert(4, safeguarding(1, Call::First)) };
            let body = alert_mail(alert, "2026-11-21T10:14:20Z").body.replace('\n', " ");
            assert!(body.contains(expected), "{body}");
        }
    }

    #[test]
    fn times_of_day_are_those_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let alert = alert(5, safeguarding(1, Call::First));
        let now = alert.raised_at.checked_add(1.second()).expect("in range");
        let due = DueMail {
            id: 1,
            address: "lead@northfield.example".into(),
            message_id: "ab".repeat(32),
            attempt: 1,
            created_at: alert.raised_at,
            urgency: 5,
            matter: Matter::Alert(alert),
        };
        let mail = compose(&due, now, &zone).expect("a mail");
        assert!(mail.body.contains("today at 12:14") && mail.body.contains("by 12:29"), "{}", mail.body);
    }

    fn case(number: u32, severity: u8, site: &str) -> ListedCase {
        ListedCase { reference: format!("26-{number:04}"), severity, site: site.into() }
    }

    #[test]
    fn a_list_holds_counts_by_level_and_site_and_numbers_alone() {
        let cases = vec![case(7, 3, "North"), case(9, 3, "North"), case(8, 3, "South")];
        let Mail { subject, body, .. } =
            mail(Matter::List(MailedList { kind: ListKind::Daily, cases }), "2026-11-23T07:30:00Z");
        assert_eq!(subject, "Safeguarding daily list - 3 cases, up to level 3");
        assert_eq!(
            body,
            "3 concerns since the last school day.

  Level 3, North  2 cases
    26-0007, 26-0009
  Level 3, South  1 case
    26-0008

Please answer within one school day.

See them:  Caretaker, Cases, or
  caretaker-collector cases

This message holds no names and no content, on purpose.
"
        );
        let cases = (1..=200).map(|number| case(number, 4, "North")).collect();
        let surge = mail(Matter::List(MailedList { kind: ListKind::Surge, cases }), "2026-11-23T07:30:00Z");
        assert_eq!(surge.subject, "Safeguarding many alerts - 200 cases, up to level 4");
        assert!(surge.body.contains("26-0030 and 170 more"), "{}", surge.body);
    }

    #[test]
    fn no_line_is_too_long_and_a_site_cannot_write_lines_headers_or_markup_of_its_own() {
        for severity in 1..=5 {
            let mut alert = alert(severity, safeguarding(9, Call::First));
            alert.site = format!("North\r\nBcc: <script>&amp; {}", "Saint Somebody of Somewhere ".repeat(6));
            let Mail { subject, body, html, .. } = alert_mail(alert, "2026-12-01T08:00:00Z");
            assert!(!subject.contains("Saint"));
            assert!(body.lines().all(|line| line.chars().count() <= COLUMNS), "{body}");
            assert!(!body.contains('\r') && !body.lines().any(|line| line.starts_with("Bcc")), "{body}");
            assert!(!html.contains("<script") && html.contains("&lt;script&gt;&amp;amp; Saint"), "{html}");
        }
    }

    #[test]
    fn the_html_says_what_the_text_says_and_loads_nothing() {
        let alert = alert(5, safeguarding(2, Call::Again));
        let Mail { subject, body, html, .. } = alert_mail(alert, "2026-11-21T10:20:00Z");
        let mut plain = String::new();
        let mut rest = html.split_once("<body").expect("a body").1;
        while let Some((_, after)) = rest.split_once('>') {
            let (text, next) = after.split_once('<').unwrap_or((after, ""));
            plain.push_str(text);
            plain.push(' ');
            rest = next;
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        assert_eq!(words(&plain).replace(" :", ":"), words(&body).replace(" :", ":"));
        assert!(html.contains(&format!("<title>{subject}</title>")));
        for loaded in ["http", "src=", "href", "url(", "<img", "<script", "<link", "<style"] {
            assert!(!html.contains(loaded), "{loaded}");
        }
    }
}
