//! What a mail says: the reference, the level, the time, the site, and what to do. Nothing else may be added.

use caretaker_shared::model::Requirement;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::Mail;
use crate::store::{DueMail, MailedAlert, MailedKind};

const SAFEGUARDING: &str = include_str!("templates/safeguarding.txt");
const DEVICE: &str = include_str!("templates/device.txt");
const BROKEN_GLASS: &str = include_str!("templates/broken_glass.txt");
/// Longest line of a body.
const COLUMNS: usize = 76;
/// How soon a case of the highest level should be answered.
const URGENT_MINUTES: i64 = 15;
/// How soon the second person looks at an opening that did without one.
const REVIEW_HOURS: i64 = 24;

/// Writes a mail for the moment in which it is sent; times of day are those of `zone`.
#[must_use]
pub fn compose(due: &DueMail, now: Timestamp, zone: &TimeZone) -> Mail {
    let alert = &due.alert;
    let raised = time_of_day(alert.raised_at, now, zone);
    let mut values = vec![
        ("case", alert.reference.clone()),
        ("level", alert.severity.to_string()),
        ("raised", raised),
        ("site", alert.site.clone()),
        ("recipients", recipients(alert.recipients)),
    ];
    let template = match alert.kind {
        MailedKind::Safeguarding { events } => {
            values.push(("opening", opening(alert.severity).to_owned()));
            values.push(("reports", reports(events)));
            values.push(("answer", answer(alert, now, zone)));
            SAFEGUARDING
        }
        MailedKind::Device { requirement } => {
            values.push(("opening", device_opening(requirement).to_owned()));
            values.push(("requirement", requirement.map_or_else(String::new, clause)));
            values.push(("findings", findings(requirement)));
            DEVICE
        }
        MailedKind::BrokenGlass => {
            let by = due.created_at.checked_add(REVIEW_HOURS.hours()).unwrap_or(Timestamp::MAX);
            values.push(("review", time_of_day(by, now, zone)));
            BROKEN_GLASS
        }
    };
    let (subject, body) = template.split_once("\n\n").expect("each template begins with its subject");
    Mail {
        message_id: due.message_id.clone(),
        to: due.address.clone(),
        subject: fill_line(subject, &values),
        body: fill(body, &values),
        date: now,
        resend: due.attempt.saturating_sub(1),
    }
}

fn opening(level: u8) -> &'static str {
    match level {
        5 => "One urgent concern needs you now.",
        4 => "One serious concern needs you today.",
        3 => "One concern that may become serious needs you.",
        _ => "One concern is waiting for you.",
    }
}

fn device_opening(requirement: Option<Requirement>) -> &'static str {
    if requirement == Some(Requirement::Integrity) {
        "What a device reports may not be reliable."
    } else {
        "A device no longer meets the policy."
    }
}

fn reports(events: u32) -> String {
    if events > 1 { format!("{events} reports so far") } else { String::new() }
}

fn answer(alert: &MailedAlert, now: Timestamp, zone: &TimeZone) -> String {
    match alert.severity {
        5 => {
            let by = alert.raised_at.checked_add(URGENT_MINUTES.minutes()).unwrap_or(Timestamp::MAX);
            let when = time_of_day(by, now, zone);
            let when = when.strip_prefix("today at ").unwrap_or(&when).to_owned();
            if now < by {
                format!("Please answer by {when}.")
            } else {
                format!("Please answer at once: this mail is late, and the answer was due by {when}.")
            }
        }
        4 => "Please answer before the end of this school day.".into(),
        3 => "Please answer within one school day.".into(),
        _ => "Please look at it this week.".into(),
    }
}

fn clause(requirement: Requirement) -> String {
    format!("{}  {}", requirement.id(), requirement.title())
}

fn findings(requirement: Option<Requirement>) -> String {
    let id = requirement.map_or("", Requirement::id);
    format!("caretaker-collector findings {id}").trim_end().to_owned()
}

fn recipients(count: u32) -> String {
    match count {
        0 | 1 => "It was sent to you alone.".into(),
        2 => "It was sent to you and one more person.".into(),
        more => format!("It was sent to you and {} more people.", more - 1),
    }
}

/// "today at 10:14", or "on Fri 20 Nov at 10:14" when it was another day.
fn time_of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    if at.date() == now.date() {
        at.strftime("today at %H:%M").to_string()
    } else {
        at.strftime("on %a %d %b at %H:%M").to_string()
    }
}

/// Fills a template. A line whose value is empty is left out; a line that has grown too long is broken at its spaces,
/// keeping its indent.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut body = String::new();
    for line in template.lines() {
        let filled = fill_line(line, values);
        if filled.is_empty() && !line.is_empty() {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        wrap(&filled, indent, &mut body);
    }
    body
}

/// Fills one line; what stands in a value is never read as a placeholder, and control characters become spaces.
fn fill_line(line: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a template closes its braces");
        let (_, value) = values.iter().find(|(known, _)| *known == name).expect("a template names known values");
        filled.push_str(before);
        filled.extend(value.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
        rest = after;
    }
    filled.push_str(rest);
    filled.trim_end().to_owned()
}

fn wrap(line: &str, indent: usize, body: &mut String) {
    let mut words = line[indent.min(line.len())..].split(' ').peekable();
    loop {
        let mut width = indent;
        body.push_str(&" ".repeat(indent));
        let mut first = true;
        while let Some(word) = words.peek() {
            let long = word.chars().count() + usize::from(!first);
            if !first && width + long > COLUMNS {
                break;
            }
            if !first {
                body.push(' ');
            }
            // A single word longer than a line is cut: no real name of a site is.
            body.extend(word.chars().take(COLUMNS - indent));
            width += long;
            first = false;
            words.next();
        }
        let kept = body.trim_end_matches(' ').len();
        body.truncate(kept);
        body.push('\n');
        if words.peek().is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Requirement;
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan as _};

    use super::{COLUMNS, compose};
    use crate::store::{DueMail, MailedAlert, MailedKind};

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a moment in RFC 3339")
    }

    fn due(severity: u8, kind: MailedKind) -> DueMail {
        let raised_at = at("2026-11-21T10:14:00Z");
        let alert = MailedAlert {
            reference: "26-0042".into(),
            severity,
            site: "North site".into(),
            raised_at,
            kind,
            recipients: 2,
        };
        DueMail {
            id: 1,
            address: "lead@northfield.example".into(),
            message_id: "ab".repeat(32),
            attempt: 1,
            created_at: raised_at,
            alert,
        }
    }

    fn text(due: &DueMail, now: &str) -> (String, String) {
        let mail = compose(due, at(now), &TimeZone::UTC);
        (mail.subject, mail.body)
    }

    #[test]
    fn a_safeguarding_mail_says_what_to_do_and_nothing_else() {
        let (subject, body) = text(&due(5, MailedKind::Safeguarding { events: 1 }), "2026-11-21T10:14:20Z");
        assert_eq!(subject, "Safeguarding alert - level 5 - case 26-0042");
        assert_eq!(
            body,
            "One urgent concern needs you now.

  Case 26-0042, level 5 of 5, raised today at 10:14
  North site

Open it:
  caretaker-collector case open 26-0042

Please answer by 10:29.
To say that you have it:
  caretaker-collector case ack 26-0042

Caretaker does not pass this case on to anyone else by itself. If you
cannot take it, please ring your deputy now.

If a child is in immediate danger call 999.

This message holds no names and no content, on purpose.
It was sent to you and one more person.
"
        );
    }

    #[test]
    fn a_device_mail_names_the_requirement_and_no_device() {
        let kind = MailedKind::Device { requirement: Some(Requirement::E1) };
        let (subject, body) = text(&due(3, kind), "2026-11-23T08:00:00Z");
        assert_eq!(subject, "Device alert - case 26-0042");
        assert_eq!(
            body,
            "A device no longer meets the policy.

  Case 26-0042, raised on Sat 21 Nov at 10:14
  North site
  E1  approved antivirus installed and on

See which device, and what to do:
  caretaker-collector alert show 26-0042
  caretaker-collector findings E1

This message names no device and no person, on purpose.
It was sent to you and one more person.
"
        );
    }

    #[test]
    fn a_device_whose_reports_are_in_doubt_is_not_called_a_breach_of_policy() {
        let kind = MailedKind::Device { requirement: Some(Requirement::Integrity) };
        let (_, body) = text(&due(2, kind), "2026-11-21T10:14:20Z");
        assert!(body.starts_with("What a device reports may not be reliable.\n"), "{body}");
        assert!(body.contains("  caretaker-collector findings integrity\n"), "{body}");
    }

    #[test]
    fn a_late_mail_does_not_ask_for_an_answer_in_the_past() {
        let (_, body) = text(&due(5, MailedKind::Safeguarding { events: 3 }), "2026-11-21T10:29:00Z");
        assert!(body.contains("Please answer at once"), "{body}");
        assert!(body.contains("  3 reports so far\n"), "{body}");
    }

    #[test]
    fn times_of_day_are_those_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let due = due(5, MailedKind::Safeguarding { events: 1 });
        let mail = compose(&due, due.alert.raised_at.checked_add(1.second()).expect("in range"), &zone);
        assert!(mail.body.contains("today at 12:14") && mail.body.contains("by 12:29"), "{}", mail.body);
    }

    #[test]
    fn no_line_is_too_long_and_a_site_cannot_write_lines_or_headers_of_its_own() {
        for severity in 1..=5 {
            let mut due = due(severity, MailedKind::Safeguarding { events: 9 });
            due.alert.site = format!("North\r\nBcc: {{case}} {}", "Saint Somebody of Somewhere ".repeat(6));
            let (subject, body) = text(&due, "2026-12-01T08:00:00Z");
            assert!(!subject.contains("Saint"));
            assert!(body.lines().all(|line| line.chars().count() <= COLUMNS), "{body}");
            assert!(!body.contains('\r') && !body.lines().any(|line| line.starts_with("Bcc")), "{body}");
            assert!(body.contains("{case}"), "a value is not read as a placeholder");
        }
    }
}
